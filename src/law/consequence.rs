//! What follows from a provision, as written: named outcomes, duties with their deadlines, fines.
//!
//! Spelling only, as in `instrument`. Nothing here is evaluated; amounts stay those of the file.

use serde::Deserialize;

use super::Level;
use super::instrument::{Confidence, Text};
use super::provision::Condition;

/// A named result that is no level of the founding law: `notify`, `security-assessment`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OutcomeName {
    /// Stable id.
    pub id: String,
    /// In the words of the law.
    pub name: Text,
    /// The level it stands for where `--fail-on` asks; absent: none.
    #[serde(default)]
    pub level: Level,
}

/// Units of time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TimeUnit {
    /// Minutes.
    Minutes,
    /// Hours.
    Hours,
    /// Days of the calendar.
    Days,
    /// Working days.
    WorkingDays,
    /// Months.
    Months,
    /// Years.
    Years,
}

/// What a deadline is counted from, where the moment can be stated.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Since {
    /// When the incident became known; of days, that day is not counted.
    Discovery,
    /// The day on which it became known is the first that counts.
    DayOfDiscovery,
}

/// By when something is due.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Deadline {
    /// How many; absent where the law gives no number.
    pub n: Option<u64>,
    /// Of what.
    pub unit: Option<TimeUnit>,
    /// The words of the law: "without delay", "within 72 hours".
    pub text: Text,
    /// What the time runs from.
    #[serde(default)]
    pub from: Option<Text>,
    /// The same for the reckoning; absent where it runs from something that is not stated.
    #[serde(default)]
    pub since: Option<Since>,
}

/// Something that must be filed or done.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Duty {
    /// Article, paragraph, item.
    pub id: String,
    /// Verbatim, short.
    pub quote: String,
    /// What must be done.
    pub what: Text,
    /// Towards whom; absent where it is not addressed to anyone.
    #[serde(default)]
    pub to: Option<Text>,
    /// By when.
    #[serde(default)]
    pub by: Option<Deadline>,
    /// Ids of the outcomes that bring it about; any of them, or a heavier one if `upwards`.
    pub on: Vec<String>,
    /// Whether every heavier outcome brings it about as well.
    #[serde(default)]
    pub upwards: bool,
    /// Ids of provisions of which one must be reached as well; empty: none need be.
    #[serde(default)]
    pub provisions: Vec<String>,
    /// Circumstances that must all hold.
    #[serde(default)]
    pub when: Vec<Condition>,
    /// Circumstances none of which may hold.
    #[serde(default)]
    pub unless: Vec<Condition>,
    /// What must be said, each part with what the audit knows of it.
    #[serde(default)]
    pub contents: Vec<Content>,
    /// How it is known.
    pub confidence: Confidence,
    /// What a reader should know.
    #[serde(default)]
    pub note: Option<Text>,
}

/// A part of a notification.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Content {
    /// What must be said.
    pub text: Text,
    /// Which figures of the audit belong there.
    #[serde(default)]
    pub figures: Vec<Figure>,
}

/// A figure of the audit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Figure {
    /// Different persons.
    Persons,
    /// Persons of whom something sensitive is known.
    Sensitive,
    /// Persons under 14.
    #[serde(rename = "minors-under-14")]
    MinorsUnder14,
    /// Persons under 18.
    #[serde(rename = "minors-under-18")]
    MinorsUnder18,
    /// Items, after de-duplication.
    Items,
    /// Records, before it.
    Rows,
    /// Categories with their items.
    Categories,
    /// Places of residence with their persons.
    Residence,
}

/// Whom a fine falls on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Liable {
    /// An organisation.
    Organisation,
    /// A person in charge or directly responsible.
    Person,
    /// Whoever acted.
    Anyone,
}

/// A fine, or another amount.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fine {
    /// Article, paragraph, item.
    pub id: String,
    /// Verbatim, short.
    pub quote: String,
    /// Whom it falls on.
    pub liable: Liable,
    /// What it is for, in own words.
    pub text: Text,
    /// ISO 4217 code of the amounts; absent: `CNY`.
    #[serde(default)]
    pub currency: Option<String>,
    /// Least amount.
    #[serde(default)]
    pub min: Option<u64>,
    /// Greatest amount.
    #[serde(default)]
    pub max: Option<u64>,
    /// Greatest share of the turnover of the year before, in hundredths of a percent (5 % is 500).
    #[serde(default)]
    pub turnover: Option<u64>,
    /// Whether the greater of `max` and `turnover` is the ceiling; else the authority chooses.
    #[serde(default)]
    pub greater: bool,
    /// Least and greatest multiple of the illegal gains.
    #[serde(default)]
    pub times_gains: Option<[u64; 2]>,
    /// For each person concerned.
    #[serde(default)]
    pub each_person: bool,
    /// Ids of the outcomes with which it is shown; empty: with any level or outcome.
    #[serde(default)]
    pub on: Vec<String>,
    /// Circumstances that must all hold.
    #[serde(default)]
    pub when: Vec<Condition>,
    /// How it is known.
    pub confidence: Confidence,
}
