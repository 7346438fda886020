//! An instrument as written: the fields of a law file, one to one.
//!
//! These types know how a file is spelled, not whether it makes sense; `understood` checks
//! that. Provisions stand in `provision`, what follows from them in `consequence`. Every key is
//! described for those who write such files in `instruments/README.md`.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::Level;
use super::consequence::{Duty, Fine, OutcomeName};
use super::date::Date;
use super::provision::{Provision, Score};

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
    /// 人: different data subjects. A union of categories lies between two bounds unless the audit
    /// knows it.
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

/// What sort of rule an instrument is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Nature {
    /// Numbers of criminal law.
    #[default]
    Criminal,
    /// Duties and penalties of administrative law.
    Administrative,
    /// A method or standard without force of law.
    Guidance,
    /// A rule that an organisation gave itself.
    Policy,
}

/// How provisions are cited.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Citation {
    /// `5.1(3)` is article 5, paragraph 1, item 3.
    #[default]
    Article,
    /// As they are written.
    Plain,
}

/// A law file.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct InstrumentFile {
    /// Stable id: `cn.spc-spp-2017-10`.
    pub id: String,
    /// Official number.
    pub number: String,
    /// A short name for tables; absent: the number.
    #[serde(default)]
    pub short: Option<Text>,
    /// What sort of rule it is.
    #[serde(default)]
    pub nature: Nature,
    /// How its provisions are cited.
    #[serde(default)]
    pub citation: Citation,
    /// What its numbers count.
    pub unit: Unit,
    /// When a count reaches a number, unless a provision says otherwise.
    #[serde(default)]
    pub comparison: Comparison,
    /// Official title, and a translation.
    pub title: Text,
    /// Who issued it.
    pub issuer: Text,
    /// What it is about, in own words.
    #[serde(default)]
    pub summary: Option<Text>,
    /// From when to when it is in force.
    pub in_force: InForce,
    /// Where the text can be read.
    pub source: Source,
    /// When it is assessed without having been named.
    #[serde(default)]
    pub applies: Applies,
    /// Whom it counts by where they live; absent: everybody.
    #[serde(default)]
    pub scope: Option<Scope>,
    /// Whoever is under this age is a person of whom something sensitive is known, whatever is known.
    #[serde(default)]
    pub sensitive_below: Option<u64>,
    /// Classes of information, the most protected first.
    #[serde(rename = "class")]
    pub classes: Vec<Class>,
    /// The class of each category, by id; a category that is not named is not counted.
    pub categories: BTreeMap<String, CategoryClass>,
    /// Named results beside the levels, the lightest first.
    #[serde(default, rename = "outcome")]
    pub outcomes: Vec<OutcomeName>,
    /// Circumstances that the provisions ask for.
    #[serde(default, rename = "fact")]
    pub facts: Vec<Fact>,
    /// What the instrument provides, in its order.
    #[serde(rename = "provision")]
    pub provisions: Vec<Provision>,
    /// How a severity score is made, if it has one.
    #[serde(default)]
    pub score: Option<Score>,
    /// What must be filed or done, and by when.
    #[serde(default, rename = "duty")]
    pub duties: Vec<Duty>,
    /// Fines and other amounts.
    #[serde(default, rename = "fine")]
    pub fines: Vec<Fine>,
    /// Rules of counting.
    #[serde(default)]
    pub rules: Rules,
    /// Questions of counting on which opinions differ, with the position that is taken.
    #[serde(default, rename = "dispute")]
    pub disputes: Vec<Dispute>,
    /// Words that the instrument defines.
    #[serde(default, rename = "term")]
    pub terms: Vec<Term>,
    /// The statutes behind the instrument by the date of the act, in order of time; empty if the
    /// date makes no difference.
    #[serde(default, rename = "statute")]
    pub statutes: Vec<Statute>,
}

/// When an instrument is assessed although no law was named: it is in force, it has a reason to
/// apply, and the volume reaches one of its numbers.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Applies {
    /// Whatever was found; for the law of the place where the program is used.
    #[serde(default)]
    pub always: bool,
    /// Kinds one of which was found: an id, or the beginning of ids up to a dot (`us.`).
    #[serde(default)]
    pub kinds: Vec<String>,
    /// Places of residence of at least one person, as the audit writes them (`us-ca`).
    #[serde(default)]
    pub residence: Vec<String>,
}

/// Whom an instrument counts by where they live: where a record shows a country of anybody, only those whom it places here,
/// and at the upper bound those whom none places anywhere.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scope {
    /// Countries or parts of them, as the audit writes them (`jp`, `us-ca`).
    pub residence: Vec<String>,
    /// Id of the fact on which everybody counts, wherever they live.
    #[serde(default)]
    pub everybody: Option<String>,
}

/// A circumstance that no data shows and a provision asks for: answered yes, no, or not at all.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fact {
    /// As `--fact` and `[facts]` of a circumstances file name it; the same id is the same fact in
    /// every instrument.
    pub id: String,
    /// The circumstance as a clause that can follow "if".
    pub text: Text,
    /// Taken as given while nothing is stated; the steps say so.
    #[serde(default)]
    pub presumed: bool,
    /// Not proposed among the alternatives, because it would change any result.
    #[serde(default)]
    pub silent: bool,
}

/// A question of counting on which opinions differ.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Dispute {
    /// A short name.
    pub id: String,
    /// What is in question.
    pub question: Text,
    /// The position that is taken.
    pub default: Text,
    /// What the position rests on.
    pub authority: String,
    /// Other positions, each with its authority.
    #[serde(default)]
    pub others: Vec<Text>,
    /// How another position is taken on the command line or in a circumstances file; absent where
    /// none can be.
    #[serde(default)]
    pub switch: Option<String>,
    /// What a reader should know, as what no audit can tell.
    #[serde(default)]
    pub note: Option<Text>,
    /// How it is known.
    pub confidence: Confidence,
}

/// A word of the law.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Term {
    /// The official word, and its translation.
    pub word: Text,
    /// What it means.
    pub meaning: Text,
    /// Where it stands.
    pub source: String,
}

/// The time in which an instrument is in force.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct InForce {
    /// Day of publication.
    #[serde(default)]
    pub issued: Option<Date>,
    /// First day in force; absent while it is not: a draft, or promulgated without a date.
    #[serde(default)]
    pub from: Option<Date>,
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
    /// For how many items of the lowest class one item stands in the converted total; absent where
    /// nothing is converted.
    #[serde(default)]
    pub weight: Option<u64>,
    /// The number of the provision that counts this class alone; absent where provisions have their
    /// own.
    #[serde(default)]
    pub threshold: Option<u64>,
    /// What the class contributes to a severity score, in hundredths.
    #[serde(default)]
    pub score: Option<u64>,
    /// Whether the list of the law is closed.
    pub list: ClassList,
    /// A word or two for a table, where the id is no name of the law itself.
    #[serde(default)]
    pub short: Option<Text>,
    /// In the words of the law.
    pub name: Text,
}

/// The class of a category under each reading: the id of a class, or `excluded`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CategoryClass {
    /// Under every reading, in full and bare; instead of all the others.
    pub all: Option<String>,
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

/// Rules of counting, by the provision that states them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rules {
    /// What is obtained and then provided is counted once.
    pub count_once: Option<String>,
    /// What is provided to several recipients is counted for each.
    pub accumulate_recipients: Option<String>,
    /// Bulk information counts as it was found unless duplicates are shown; without it `--rule bulk=as-seized` has no effect.
    pub bulk: Option<String>,
    /// Ids of the categories that `--rule tracks=persons` counts by person.
    #[serde(default)]
    pub by_person: Vec<String>,
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
    /// Verbatim, short.
    #[serde(default)]
    pub quote: Option<String>,
    /// What it provides for each level.
    #[serde(default)]
    pub penalties: Vec<Penalty>,
    /// How this is known.
    pub confidence: Confidence,
    /// Where it stands.
    pub source: String,
}

/// What a statute provides for a level.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Penalty {
    /// The level.
    pub level: Level,
    /// What it provides.
    pub text: Text,
}
