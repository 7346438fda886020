//! The law: from counts to an assessment of what published thresholds they reach.
//!
//! Reads counts, never records, and does no input or output. It says what a volume reaches; it
//! never says that anyone is guilty of anything.

mod appendix;
mod assess;
mod check;
pub mod circumstances;
mod cite;
mod class;
pub mod consequence;
mod consequences;
mod counts;
pub mod date;
mod describe;
mod evaluate;
pub mod instrument;
mod items;
pub mod laws;
pub mod moment;
pub mod money;
mod overlap;
mod people;
pub mod provision;
mod references;
mod remarks;
pub mod rules;
mod score;
mod select;
mod steps;
mod understood;
mod what_if;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::error::Error;

pub use assess::{assess, counts_from_pairs};
pub use circumstances::{Action, Circumstances, Rate};
pub use class::ClassOf;
pub use counts::{Counts, class_of};
pub use date::Date;
pub use moment::Moment;
pub use money::Yuan;
pub use rules::CountingRules;
pub use select::has_reason;
pub use understood::{EXCLUDED, Instrument};

/// The schema of something that is written as a text.
macro_rules! text_schema {
    ($($type:ident: $meaning:literal, $pattern:literal;)*) => {$(
        impl JsonSchema for $type {
            fn schema_name() -> std::borrow::Cow<'static, str> {
                stringify!($type).into()
            }

            fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
                schemars::json_schema!({
                    "type": "string",
                    "description": $meaning,
                    "pattern": $pattern,
                })
            }
        }
    )*};
}

text_schema! {
    Date: "A day of the calendar.", r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$";
    Moment: "A day, or a day with a time of day.", r"^[0-9]{4}-[0-9]{2}-[0-9]{2}(T[0-9]{2}:[0-9]{2})?$";
    Yuan: "An amount of money.", r"^[0-9]+(\.[0-9]{1,2})?$";
    Rate: "A percentage.", r"^[0-9]{1,2}(\.[0-9]{1,2})?%$";
}

/// The level that a volume reaches.
#[derive(
    Clone,
    Copy,
    Debug,
    Default,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    JsonSchema,
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

impl Level {
    /// Every level, the lowest first.
    pub const ALL: [Level; 3] = [Level::None, Level::Serious, Level::EspeciallySerious];

    /// The stable id, as every format has it.
    pub fn id(self) -> &'static str {
        match self {
            Level::None => "none",
            Level::Serious => "serious",
            Level::EspeciallySerious => "especially-serious",
        }
    }

    /// The level with this id, if there is one.
    pub fn from_id(id: &str) -> Option<Level> {
        Level::ALL.into_iter().find(|level| level.id() == id)
    }
}

/// What the counts reach under one instrument and one reading.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Assessment {
    /// Id of the instrument: `cn.spc-spp-2017-10`.
    pub instrument: String,
    /// Id of the reading.
    pub reading: String,
    /// The heaviest level that any provision reaches; of an instrument with outcomes the level that
    /// its heaviest outcome stands for, mostly none.
    pub level: Level,
    /// The heaviest outcome that any provision reaches, of an instrument that has outcomes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outcome: Option<Named>,
    /// The converted total of all classes (Art. 5 para. 1 (6)).
    pub weighted: Weighted,
    /// Every provision that was evaluated, in the order of the instrument, first for the serious
    /// level, then for the especially serious one.
    pub provisions: Vec<Outcome>,
    /// Categories whose disputed class alone changes the level: ids, in the order of the table.
    pub flips: Vec<String>,
    /// How far the converted total is from the next level; `None` at the highest level that the law
    /// of the stated dates knows, or where no count can lead further.
    #[serde(default)]
    pub next: Option<Next>,
    /// Circumstances that were not stated and would change the level.
    #[serde(default)]
    pub what_if: Vec<WhatIf>,
    /// How the level was arrived at, in order.
    #[serde(default)]
    pub steps: Vec<Step>,
    /// What the counts reach after de-duplication and before it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub bounds: Vec<BoundLevel>,
    /// What must be filed or done, and by when.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub filings: Vec<Filing>,
    /// Fines that the instrument provides for what was reached.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub fines: Vec<FineRange>,
    /// The highest level that the law of the stated dates knows, where it is lower than that of the
    /// numbers: the level does not go past it, whatever the provisions reach.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cap: Option<Level>,
}

impl Assessment {
    /// Whether any number is reached, be it that of a level or of an outcome.
    pub fn reaches_something(&self) -> bool {
        self.level > Level::None || self.outcome.is_some()
    }
}

/// An id with its words.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Named {
    /// Stable id: `security-assessment`.
    pub id: String,
    /// In English.
    pub en: String,
    /// In Chinese.
    pub zh: String,
}

/// What the counts reach at one end of what is known.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct BoundLevel {
    /// `items`: after de-duplication, no less; `rows`: before it, no more.
    pub bound: String,
    /// The level.
    pub level: Level,
    /// The outcome, of an instrument that has outcomes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outcome: Option<Named>,
    /// The converted total.
    pub weighted: u64,
}

/// Something that must be filed or done, with what the audit knows of it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Filing {
    /// The provision: `57`.
    pub provision: String,
    /// What must be done.
    pub what: Words,
    /// Towards whom.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<Words>,
    /// By when, in the words of the law.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<Words>,
    /// The same in hours, where the law gives hours or days of the calendar.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hours: Option<u64>,
    /// The end of the time, where the law counts from the discovery and that is stated: `2026-11-23T14:30`, or the
    /// last day, `2026-12-20`; on the clock of the discovery.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due: Option<Moment>,
    /// What must be said, each part with the figures that belong there.
    #[serde(default)]
    pub contents: Vec<Words>,
}

/// A fine that the instrument provides for, worked out from the stated amounts where it depends on
/// them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct FineRange {
    /// The provision.
    pub provision: String,
    /// `organisation`, `person` or `anyone`.
    pub liable: String,
    /// ISO 4217 code.
    pub currency: String,
    /// Least amount; absent: none is given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min: Option<String>,
    /// Greatest amount; absent: not given, or depends on what was not stated.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max: Option<String>,
    /// The same in English.
    pub en: String,
    /// The same in Chinese.
    pub zh: String,
}

/// The same text in both languages, as the audit holds it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Words {
    /// In English.
    pub en: String,
    /// In Chinese.
    pub zh: String,
}

/// The distance to the next level by the converted total.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Next {
    /// The next level.
    pub level: Level,
    /// The next outcome, of an instrument that has outcomes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outcome: Option<String>,
    /// Units of the lowest class still missing; of an outcome, units of what its provision counts.
    pub needed: u64,
    /// Converted total, or count, over the number.
    pub ratio: f64,
}

/// A circumstance that was not stated, and the level if it held.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct WhatIf {
    /// In the words of the options: `in-duty+provide`, `recipients>=2`, `gains>=5000`.
    pub circumstance: String,
    /// The level that would be reached.
    pub level: Level,
    /// The outcome that would be reached, of an instrument that has outcomes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outcome: Option<String>,
    /// The same in English.
    pub en: String,
    /// The same in Chinese.
    pub zh: String,
}

/// One step of the way from the counts to the level.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Step {
    /// The provision it applies, `5.1(6)`; empty for a remark on the whole.
    pub article: String,
    /// In English, with the arithmetic.
    pub en: String,
    /// In Chinese, with the arithmetic.
    pub zh: String,
}

/// What a provision compares to its number.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Basis {
    /// Units of one class.
    #[default]
    Class,
    /// The converted total of all classes.
    Total,
    /// Illegal gains in yuan.
    Gains,
    /// Profit from lawful use in yuan.
    Profit,
    /// An earlier punishment: 1 if stated, against 1.
    Prior,
    /// Units of several classes together, or persons with an attribute.
    Units,
    /// Economic loss in yuan.
    Loss,
    /// The severity score in hundredths.
    Score,
    /// Stated circumstances alone: 1 against 1.
    Fact,
}

/// The converted total in units of the lowest class, with the two numbers it is compared to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Weighted {
    /// Sum over the classes of items times weight.
    pub value: u64,
    /// Reached when `value >= serious`.
    pub serious: u64,
    /// Reached when `value >= especially_serious`.
    pub especially_serious: u64,
}

/// One provision against its count.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Outcome {
    /// Article, paragraph, item: `5.1(4)`.
    pub provision: String,
    /// The provision whose number this one halves or multiplies: `5.1(4)` for `5.2(3)`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub base: Option<String>,
    /// What is compared.
    #[serde(default)]
    pub basis: Basis,
    /// The class of information it counts, if it counts one.
    pub class: Option<String>,
    /// A word or two for that class, where its id is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub class_name: Option<Words>,
    /// Which persons it counts: `sensitive`, `minors-under-14`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub attribute: Option<String>,
    /// A word or two for these persons.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub attribute_name: Option<Words>,
    /// Where they live: `us-ca`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub residence: Option<String>,
    /// The level it leads to.
    pub level: Level,
    /// Id of the outcome it leads to, if it leads to one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outcome: Option<String>,
    /// The name of that outcome.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outcome_name: Option<Words>,
    /// What was counted: units, converted items, hundredths of a score, or yuan rounded down to whole
    /// ones.
    pub count: u64,
    /// The number it is compared to.
    pub threshold: u64,
    /// Whether the number itself is not enough: `count > threshold`.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub more_than: bool,
    /// `count / threshold`.
    pub ratio: f64,
    /// Whether `count >= threshold`, or more where `more_than`.
    pub reached: bool,
}

/// A TOML error with its line, without the multi-line excerpt of the TOML reader.
fn toml_error(text: &str, error: &toml::de::Error) -> Error {
    let message = error.message().replace('\n', ", ");
    let before = error.span().and_then(|span| text.get(..span.start));
    match before {
        Some(before) => {
            Error::new(message).at(format!("line {}", before.matches('\n').count() + 1))
        }
        None => Error::new(message),
    }
}

#[cfg(test)]
mod tests;
