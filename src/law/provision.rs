//! Provisions as written: what a rule of an instrument counts, from which number on, on which
//! conditions, and to what it leads.
//!
//! Spelling only, as in `instrument`; whether it makes sense is checked elsewhere.

use serde::{Deserialize, Deserializer};

use super::Level;
use super::instrument::{Comparison, Confidence, Text};

/// What a provision counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Counts {
    /// Units of the class in `class`, against the number of the class, or `threshold`.
    Class,
    /// Units of all `classes` together, or persons with an `attribute`, against `threshold`.
    Units,
    /// The converted total of all classes, against `threshold`.
    Total,
    /// Illegal gains in yuan, against `threshold`.
    Gains,
    /// Profit from lawful use in yuan, against `threshold`.
    Profit,
    /// Economic loss in yuan, against `threshold`.
    Loss,
    /// The severity score in hundredths, against `threshold`.
    Score,
    /// An earlier punishment.
    Prior,
    /// Nothing but that everything in `when` holds.
    Fact,
    /// Whatever the provisions in `of` count, against their numbers times `multiply` and divided by
    /// `divide`.
    Scaled,
    /// Leads to a lighter treatment where everything in `when` holds and `below` is not reached;
    /// never changes the level.
    Relief,
    /// Nothing that a count or a stated circumstance can show; kept for its text.
    Context,
}

/// A circumstance that a provision requires: one that the program knows by itself, or a fact that
/// the instrument declares.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Condition {
    /// `in-duty`: obtained in duty or while providing a service.
    InDuty,
    /// `provided`: sold, provided or published.
    Provided,
    /// `lawful-business`: bought or received for lawful business and not passed on.
    LawfulBusiness,
    /// Any other id: a declared fact.
    Fact(String),
}

impl Condition {
    /// The id as it is written.
    pub fn id(&self) -> &str {
        match self {
            Condition::InDuty => "in-duty",
            Condition::Provided => "provided",
            Condition::LawfulBusiness => "lawful-business",
            Condition::Fact(id) => id,
        }
    }
}

impl<'de> Deserialize<'de> for Condition {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Condition, D::Error> {
        let id = String::deserialize(deserializer)?;
        Ok(match id.as_str() {
            "in-duty" => Condition::InDuty,
            "provided" => Condition::Provided,
            "lawful-business" => Condition::LawfulBusiness,
            _ => Condition::Fact(id),
        })
    }
}

/// What the data can show of persons beside their number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Attribute {
    /// Persons of whom something sensitive is known.
    Sensitive,
    /// All others.
    General,
    /// Persons under 14.
    #[serde(rename = "minors-under-14")]
    MinorsUnder14,
    /// Persons under 18.
    #[serde(rename = "minors-under-18")]
    MinorsUnder18,
}

impl Attribute {
    /// The id as it is written.
    pub fn id(self) -> &'static str {
        match self {
            Attribute::Sensitive => "sensitive",
            Attribute::General => "general",
            Attribute::MinorsUnder14 => "minors-under-14",
            Attribute::MinorsUnder18 => "minors-under-18",
        }
    }
}

/// A running total that a user states and a provision adds to what was counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RunningTotal {
    /// Persons whose general information was exported since 1 January.
    Exported,
    /// Persons whose sensitive information was exported since 1 January.
    ExportedSensitive,
}

/// A provision: article, paragraph and item with its text and what it counts.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Provision {
    /// Article, paragraph, item: `5.1(3)`.
    pub id: String,
    /// Verbatim, short. In words of one's own where the text was not read; `confidence` says so.
    pub quote: String,
    /// In plain words.
    pub summary: Text,
    /// What it counts.
    pub counts: Counts,
    /// Id of the class it counts.
    pub class: Option<String>,
    /// Ids of the classes that `units` counts together; empty: all.
    #[serde(default)]
    pub classes: Vec<String>,
    /// Ids of the categories that `units` counts, of those in its classes; empty: all.
    #[serde(default)]
    pub categories: Vec<String>,
    /// Which persons `units` counts.
    pub attribute: Option<Attribute>,
    /// These persons in a word or two, for a table.
    pub who: Option<Text>,
    /// Only persons who live there, as the audit writes it (`us-ca`).
    pub residence: Option<String>,
    /// What is added to the count.
    pub adds: Option<RunningTotal>,
    /// The number it compares to: units, converted items, yuan, or hundredths of a score.
    pub threshold: Option<u64>,
    /// The number from which on it no longer holds, because another provision does ("fewer than"); for `units` and `class`.
    pub under: Option<u64>,
    /// When the number is reached, if not as the instrument has it.
    pub comparison: Option<Comparison>,
    /// Ids of the earlier provisions whose numbers it scales.
    #[serde(default)]
    pub of: Vec<String>,
    /// Factor of a scaled provision.
    pub multiply: Option<u64>,
    /// Divisor of a scaled provision.
    pub divide: Option<u64>,
    /// Circumstances that must all hold.
    #[serde(default)]
    pub when: Vec<Condition>,
    /// Circumstances none of which may hold.
    #[serde(default)]
    pub unless: Vec<Condition>,
    /// The level it leads to; absent if it leads to an outcome, or to nothing by itself.
    pub level: Option<Level>,
    /// Id of the outcome it leads to.
    pub outcome: Option<String>,
    /// The level from which on a `relief` is out of the question.
    pub below: Option<Level>,
    /// How it is known.
    pub confidence: Confidence,
    /// Where this provision can be read, if not with the rest.
    pub source: Option<String>,
    /// A dispute about how it is read, or what a reader should know.
    pub note: Option<Text>,
}

/// How a severity score is made: the highest `score` of the classes found, within bounds, times the
/// ease of identification, plus what aggravates. All in hundredths.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Score {
    /// In own words.
    pub summary: Text,
    /// Bounds of the highest score of a class with what facts add to it.
    pub base_min: u64,
    /// See `base_min`.
    pub base_max: u64,
    /// Ease of identification by category found; the highest counts.
    pub ease: std::collections::BTreeMap<String, u64>,
    /// Ease of identification where no category of `ease` was found.
    pub ease_default: u64,
    /// What stated facts change.
    #[serde(default)]
    pub factors: Vec<Factor>,
    /// How it is known.
    pub confidence: Confidence,
}

/// What a stated fact adds to a score.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Factor {
    /// Id of the fact.
    pub fact: String,
    /// To the base, in hundredths; may be negative.
    #[serde(default)]
    pub base: i64,
    /// To the product, in hundredths.
    #[serde(default)]
    pub add: u64,
    /// Sets the ease of identification, in hundredths; of several stated, the highest.
    pub ease: Option<u64>,
}
