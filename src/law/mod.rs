//! The law: from counts to an assessment of what published thresholds they reach.
//!
//! Reads counts, never records, and does no input or output. It says what a volume reaches; it never says that anyone is
//! guilty of anything.

use serde::{Deserialize, Serialize};

/// The level that a volume reaches.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(rename_all = "kebab-case")]
pub enum Level {
    /// No threshold is reached.
    #[default]
    None,
    /// 情节严重.
    Serious,
    /// 情节特别严重.
    EspeciallySerious,
}

/// What the counts reach under one instrument and one reading.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Assessment {
    /// Id of the instrument: `cn.spc-spp-2017-10`.
    pub instrument: String,
    /// Id of the reading.
    pub reading: String,
    /// The heaviest level that any provision reaches.
    pub level: Level,
    /// The converted total of all classes (Art. 5 para. 1 (6)).
    pub weighted: Weighted,
    /// Every provision that was evaluated, in the order of the instrument, first for the serious level, then for the
    /// especially serious one.
    pub provisions: Vec<Outcome>,
    /// Categories whose disputed class alone changes the level: ids, in the order of the table.
    pub flips: Vec<String>,
}

/// The converted total in units of the lowest class, with the two numbers it is compared to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Weighted {
    /// Sum over the classes of items times weight.
    pub value: u64,
    /// Reached when `value >= serious`.
    pub serious: u64,
    /// Reached when `value >= especially_serious`.
    pub especially_serious: u64,
}

/// One provision against its count.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Outcome {
    /// Article, paragraph, item: `5.1(4)`.
    pub provision: String,
    /// The class of information it counts, if it counts one.
    pub class: Option<String>,
    /// The level it leads to.
    pub level: Level,
    /// What was counted: items, converted items, or yuan in hundredths rounded down to whole yuan.
    pub count: u64,
    /// The number it is compared to, inclusive.
    pub threshold: u64,
    /// `count / threshold`.
    pub ratio: f64,
    /// Whether `count >= threshold`.
    pub reached: bool,
}
