//! An instrument as written: the fields of a law file, one to one.
//!
//! These types know how a file is spelled, not whether it makes sense; `understood` checks
//! that.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::Level;
use super::date::Date;

/// The same text in Chinese and English.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Text {
    /// Chinese.
    pub zh: String,
    /// English.
    pub en: String,
}

impl Text {
    /// The text in Chinese if `zh`, else in English.
    pub fn get(&self, zh: bool) -> &str {
        if zh { &self.zh } else { &self.en }
    }
}

/// How a fact is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Confidence {
    /// The text itself (statute, interpretation, published case) says so.
    Text,
    /// Read in a secondary source.
    Secondary,
    /// Follows from the text by reasoning.
    Inferred,
    /// General knowledge, to be verified before relying on it.
    Unconfirmed,
}

/// What the numbers of an instrument count.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Unit {
    /// 条: records after de-duplication.
    Item,
    /// 人: different data subjects. Summed over categories this is an upper bound.
    Person,
    /// 组: sets of credentials.
    CredentialSet,
}

/// When a count reaches a number.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Comparison {
    /// 以上: the number itself is included.
    #[default]
    AtLeast,
    /// 超过: the number itself is not included.
    MoreThan,
}

impl Comparison {
    /// Whether `count` reaches `threshold`.
    pub fn is_reached(self, count: u64, threshold: u64) -> bool {
        match self {
            Comparison::AtLeast => count >= threshold,
            Comparison::MoreThan => count > threshold,
        }
    }

    /// The smallest count that reaches `threshold`.
    pub fn first(self, threshold: u64) -> u64 {
        match self {
            Comparison::AtLeast => threshold,
            Comparison::MoreThan => threshold.saturating_add(1),
        }
    }
}

/// A law file.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct InstrumentFile {
    /// Stable id: `cn.spc-spp-2017-10`.
    pub id: String,
    /// Official number.
    pub number: String,
    /// What its numbers count.
    pub unit: Unit,
    /// When a count reaches a number.
    #[serde(default)]
    pub comparison: Comparison,
    /// Official title, and a translation.
    pub title: Text,
    /// Who issued it.
    pub issuer: Text,
    /// From when to when it is in force.
    pub in_force: InForce,
    /// Where the text can be read.
    pub source: Source,
    /// Classes of information, the most protected first.
    #[serde(rename = "class")]
    pub classes: Vec<Class>,
    /// The class of each category, by id; a category that is not named is not counted.
    pub categories: BTreeMap<String, CategoryClass>,
    /// What the instrument provides, in its order.
    #[serde(rename = "provision")]
    pub provisions: Vec<Provision>,
    /// Rules of counting.
    #[serde(default)]
    pub rules: Rules,
    /// The statutes behind the instrument by the date of the act, in order of time; empty if the
    /// date makes no difference.
    #[serde(default, rename = "statute")]
    pub statutes: Vec<Statute>,
}

/// The time in which an instrument is in force.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct InForce {
    /// Day of publication.
    #[serde(default)]
    pub issued: Option<Date>,
    /// First day in force.
    pub from: Date,
    /// Last day in force; absent while it is.
    #[serde(default)]
    pub to: Option<Date>,
    /// How the dates are known.
    pub confidence: Confidence,
}

/// Where the text of an instrument can be read.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Source {
    /// Name of the collection or gazette, and how to find the text there.
    pub name: String,
    /// Its address.
    #[serde(default)]
    pub url: Option<String>,
    /// How the address is known.
    pub confidence: Confidence,
}

/// Whether a class can take more than the law names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ClassList {
    /// Only what is named.
    Closed,
    /// What is named and what is like it.
    Open,
}

/// A class of information.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Class {
    /// `A`, `B`, `C`.
    pub id: String,
    /// For how many items of the lowest class one item stands in the converted total.
    pub weight: u64,
    /// The number of the provision that counts this class alone.
    pub threshold: u64,
    /// Whether the list of the law is closed.
    pub list: ClassList,
    /// In the words of the law.
    pub name: Text,
}

/// The class of a category under each reading: the id of a class, or `excluded`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CategoryClass {
    /// Under the default reading.
    pub default: Option<String>,
    /// Under the lenient reading.
    pub lenient: Option<String>,
    /// Under the strict reading.
    pub strict: Option<String>,
    /// For items in bare form under the default reading; absent: no difference.
    pub default_bare: Option<String>,
    /// The same under the lenient reading.
    pub lenient_bare: Option<String>,
    /// The same under the strict reading.
    pub strict_bare: Option<String>,
    /// How the default class is known.
    pub confidence: Confidence,
    /// Article or case it rests on.
    pub source: String,
    /// Why the readings differ; required if they do.
    pub why: Option<Text>,
}

/// What a provision counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Counts {
    /// Items of the class in `class`, against the number of the class.
    Class,
    /// The converted total of all classes, against `threshold`.
    Total,
    /// Illegal gains in yuan, against `threshold`.
    Gains,
    /// Profit from lawful use in yuan, against `threshold`.
    Profit,
    /// An earlier punishment.
    Prior,
    /// Whatever the provisions in `of` count, against their numbers times `multiply` and divided by
    /// `divide`.
    Scaled,
    /// Nothing that a count or a stated circumstance can show; kept for its text.
    Context,
}

/// A circumstance that a provision requires.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Condition {
    /// Obtained in duty or while providing a service.
    InDuty,
    /// Sold or provided.
    Provided,
    /// Bought or received for lawful business and not passed on.
    LawfulBusiness,
}

/// A provision: article, paragraph and item with its text and what it counts.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Provision {
    /// Article, paragraph, item: `5.1(3)`.
    pub id: String,
    /// Verbatim, short.
    pub quote: String,
    /// In plain words.
    pub summary: Text,
    /// What it counts.
    pub counts: Counts,
    /// Id of the class it counts.
    pub class: Option<String>,
    /// The number it compares to: converted items, or yuan.
    pub threshold: Option<u64>,
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
    /// The level it leads to; absent if it leads to none by itself.
    pub level: Option<Level>,
    /// How it is known.
    pub confidence: Confidence,
    /// A dispute about how it is read.
    pub note: Option<Text>,
}

/// Rules of counting, by the provision that states them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rules {
    /// What is obtained and then provided is counted once.
    pub count_once: Option<String>,
    /// What is provided to several recipients is counted for each.
    pub accumulate_recipients: Option<String>,
    /// Lawful business takes classes out of the ordinary provisions.
    pub lawful_business: Option<LawfulBusiness>,
}

/// What lawful business changes.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LawfulBusiness {
    /// Ids of the classes that only provisions with the condition `lawful-business` count.
    pub classes: Vec<String>,
    /// The provision that ends the privilege when the information is passed on.
    pub passed_on: Option<String>,
}

/// A statute behind an instrument, by the date of the act.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Statute {
    /// What it is.
    pub name: Text,
    /// First day in force.
    pub from: Date,
    /// Last day in force; absent while it is.
    #[serde(default)]
    pub to: Option<Date>,
    /// The highest level it knows.
    pub highest: Level,
    /// How this is known.
    pub confidence: Confidence,
    /// Where it stands.
    pub source: String,
}
