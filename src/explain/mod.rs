//! Explanations: why a record was detected, classified and counted as it was, and what was nearly found.
//!
//! [`explain`] reads a file as a scan does and gathers, for the records that were asked for, what the stages say of
//! themselves: nothing is decided here. The result is plain data, the schema [`SCHEMA`], with masked values; only
//! [`Ask::reveal`] lets the values themselves into it. How it is shown is the business of `report`.

mod gather;
mod record;

use serde::Serialize;

use crate::audit::ConfigUsed;
use crate::detect::Catalog;
use crate::detect::pattern::Names;
use crate::error::Error;
use crate::ignore::Ignoring;
use crate::law::Instrument;
use crate::source::Entry;

/// The schema of an explanation as JSON.
pub const SCHEMA: &str = "leakgauge.explanation/1";

/// Most records that are explained at once.
pub const RECORDS_MAX: usize = 3;

/// Most members of a container that are told of; more are not read.
pub const MEMBERS_MAX: usize = 8;

/// Most places of a field where something was nearly found that are told.
pub const NEAR_MAX: usize = 4;

/// Most categories that are told to be nearly supported.
pub const NEAR_CATEGORIES_MAX: usize = 3;

/// Which records of a file are asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Which {
    /// The first ones in which something was found, and all tables.
    First,
    /// Those that begin on this line, or the one that goes on there; from 1.
    Line(u64),
    /// The one with this number; from 1.
    Record(u64),
}

/// What is asked.
pub struct Ask<'a> {
    /// The catalog to detect with.
    pub catalog: &'a Catalog,
    /// The law whose classes are named.
    pub instrument: &'a Instrument,
    /// The path of a member, if the file is a container and not all that is in it is asked for: `inner.csv`.
    pub member: Option<&'a str>,
    /// Which records.
    pub which: Which,
    /// The ignore rules, and the day on which they are asked.
    pub ignoring: &'a Ignoring,
    /// Whether values stand in the explanation as they are, and the text of all fields of the records with them. Only for
    /// the owner of the data, at a terminal.
    pub reveal: bool,
}

/// Something with an id and names.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Named {
    /// The stable id.
    pub id: String,
    /// English.
    pub en: String,
    /// Chinese.
    pub zh: String,
}

impl Named {
    fn new(id: &str, names: &Names) -> Named {
        Named {
            id: id.to_owned(),
            en: names.en.clone(),
            zh: names.zh.clone(),
        }
    }
}

/// What is told of a file, or of some records of it.
#[derive(Clone, Debug, Serialize)]
pub struct Explanation {
    /// [`SCHEMA`].
    pub schema: &'static str,
    /// The path as it was named; of a container with records in one member alone that of the member.
    pub path: String,
    /// Id of the format.
    pub format: String,
    /// Id of the encoding.
    pub encoding: String,
    /// Whether values stand in it as they are.
    pub revealed: bool,
    /// Id of the law whose classes are named.
    pub law: String,
    /// Its official number.
    pub law_number: String,
    /// The tables: all of them, or those of the records that were asked for.
    pub tables: Vec<TableShown>,
    /// Records that were read, and those in which something was found; none if only some records were asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub totals: Option<Totals>,
    /// The line that was asked for, if none of the records begins on it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub within: Option<u64>,
    /// Records that were asked for; [`Explanation::records`] holds at most [`RECORDS_MAX`] of them.
    pub asked: u64,
    /// The records.
    pub records: Vec<RecordShown>,
    /// Why the file, or parts of it, could not be read.
    pub skipped: Vec<String>,
    /// Of a container with records in several members these, [`MEMBERS_MAX`] at most, each with its own tables and records.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub members: Vec<Explanation>,
    /// Whether there are more of them.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub more_members: bool,
    /// The configuration file that options or ignore rules come from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub config: Option<ConfigUsed>,
    /// The ignore rules that are on the file but past their last day, so that they take nothing out.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub expired: Vec<RuleOfIgnoring>,
}

impl Explanation {
    /// Whether all of it was read, and of its members.
    pub fn is_complete(&self) -> bool {
        self.skipped.is_empty() && self.members.iter().all(Explanation::is_complete)
    }
}

/// An ignore rule.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RuleOfIgnoring {
    /// What it is on: `kind cn.mobile, path tests/**`.
    pub rule: String,
    /// Who answers for it.
    pub owner: String,
    /// Why it is there.
    pub reason: String,
    /// The last day on which it is in force.
    pub expires: String,
}

/// What an ignore rule takes out of a record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct IgnoredShown {
    /// The rule.
    #[serde(flatten)]
    pub rule: RuleOfIgnoring,
    /// Values that would be matches.
    pub matches: u64,
    /// Values that would be counted apart.
    pub apart: u64,
    /// Whether the record supports other categories without them, or none.
    pub changes: bool,
}

/// Counts of records of a file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Totals {
    /// All.
    pub records: u64,
    /// Those with a match.
    pub with_matches: u64,
    /// Those that support a category.
    pub classified: u64,
}

/// A table, and what its columns were taken for.
#[derive(Clone, Debug, Serialize)]
pub struct TableShown {
    /// Position among the tables of the file, from 1.
    pub number: u32,
    /// What the source calls it.
    pub name: Option<String>,
    /// Its columns; none for text.
    pub columns: Vec<ColumnShown>,
}

/// A column.
#[derive(Clone, Debug, Serialize)]
pub struct ColumnShown {
    /// Its name, or `#` and its number.
    pub name: String,
    /// What its cells are for.
    pub role: Option<Named>,
    /// What says so: `header`, `both` (the cells agree), `cells` (alone, or against the header), `none`.
    pub from: &'static str,
    /// What the header says by itself.
    pub header: Option<HeaderShown>,
    /// Filled cells that were sampled.
    pub cells: u32,
    /// Those of them that hold, or look like, what the role holds.
    pub agreeing: u32,
    /// Whether chance hits in it do not count: order numbers and the like.
    pub veto: bool,
    /// Whether it is running text, in which labels announce values.
    pub prose: bool,
}

/// What a header says.
#[derive(Clone, Debug, Serialize)]
pub struct HeaderShown {
    /// The role it names.
    pub role: Named,
    /// Whether it cannot decide alone.
    pub weak: bool,
    /// Which part of it says so: `whole`, `path`, `ending`, `comment`.
    pub by: &'static str,
}

/// A record.
#[derive(Clone, Debug, Serialize)]
pub struct RecordShown {
    /// Its number in the file, from 1.
    pub record: u64,
    /// The line it begins on, if the source has lines.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line: Option<u64>,
    /// The number of its table.
    pub table: u32,
    /// Its fields that are not empty.
    pub fields: Vec<FieldShown>,
    /// The roles that are present in it.
    pub roles: Vec<Named>,
    /// The categories it supports under any reading, in the order of the law.
    pub categories: Vec<CategoryShown>,
    /// Categories that it supports but for one condition.
    pub nearly: Vec<NearlyShown>,
    /// What ignore rules take out of it, in their order; what stands above is there before them, what stands below is left.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub ignored: Vec<IgnoredShown>,
    /// By what its persons are told apart; empty if it supports nothing.
    pub persons: Vec<PersonShown>,
    /// What it counts as, a reading each.
    pub counts: Vec<CountsShown>,
}

/// A field.
#[derive(Clone, Debug, Serialize)]
pub struct FieldShown {
    /// Position of its column in its table, from 0.
    pub column: u32,
    /// The name of its column; none for text.
    pub name: Option<String>,
    /// The role of its column.
    pub role: Option<Named>,
    /// How many characters it has.
    pub chars: usize,
    /// Its text, if it is revealed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// What was found.
    pub matches: Vec<MatchShown>,
    /// What was nearly found.
    pub near: Vec<NearShown>,
    /// Places with near misses that are left out.
    pub near_left_out: usize,
}

/// A match.
#[derive(Clone, Debug, Serialize)]
pub struct MatchShown {
    /// Its kind.
    pub kind: Named,
    /// The file of its pattern.
    pub pattern: String,
    /// First byte in the text of its field.
    pub start: u64,
    /// One past the last.
    pub end: u64,
    /// The value, masked unless the explanation is revealed.
    pub value: String,
    /// `valid`, `test`, `masked` or `failed_checksum`.
    pub status: &'static str,
    /// `low`, `medium` or `high`.
    pub confidence: &'static str,
    /// What stands beside it: `column`, `label` or `alone`.
    pub context: &'static str,
    /// Confidence of the pattern in that context, before its validator moved it.
    pub base: &'static str,
    /// Why its validator moved it, counted it apart, or was content all the same.
    pub why: Option<&'static str>,
    /// The checks it passed.
    pub passed: Vec<CheckShown>,
    /// The role it plays in its record.
    pub role: Option<Named>,
    /// The ignore rule that takes it out of the counts: what it is on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ignored_by: Option<String>,
}

/// A check.
#[derive(Clone, Debug, Serialize)]
pub struct CheckShown {
    /// `form`, `region`, `date`, `range` or `checksum`.
    pub check: &'static str,
    /// The standard of a checksum.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub standard: Option<&'static str>,
}

/// A place where something was nearly found.
#[derive(Clone, Debug, Serialize)]
pub struct NearShown {
    /// First byte in the text of its field.
    pub start: u64,
    /// One past the last.
    pub end: u64,
    /// Characters before it, and in it.
    pub place: (usize, usize),
    /// What stands there, if it is revealed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
    /// What it would have been, and why it is not.
    pub kinds: Vec<MissShown>,
}

/// A kind that something nearly was.
#[derive(Clone, Debug, Serialize)]
pub struct MissShown {
    /// The kind.
    pub kind: Named,
    /// `neighbour-before`, `neighbour-behind`, `groups`, `refused`, `vetoed`, `needs-context` or `lost`.
    pub reason: &'static str,
    /// More on it: the neighbour, what the validator said, or what decided for the other kind.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub detail: Option<&'static str>,
    /// The standard of the check digit that is another one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub standard: Option<&'static str>,
    /// The kind it lost its place to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to: Option<Named>,
}

/// A category that a record supports.
#[derive(Clone, Debug, Serialize)]
pub struct CategoryShown {
    /// The category.
    pub category: Named,
    /// Whether only in its weak form.
    pub bare: bool,
    /// Whether under the strict reading alone.
    pub strict_only: bool,
    /// Classes under the default, the lenient and the strict reading.
    pub classes: [Option<String>; 3],
    /// The rules that say so.
    pub rules: Vec<RuleShown>,
}

/// A rule that a record meets.
#[derive(Clone, Debug, Serialize)]
pub struct RuleShown {
    /// What it looks for.
    pub name: String,
    /// The roles that met it.
    pub roles: Vec<Named>,
    /// Whether it holds under the strict reading alone.
    pub strict: bool,
    /// Categories that silence it, but not under the strict reading.
    pub silenced_by: Vec<Named>,
}

/// A category that a record nearly supports.
#[derive(Clone, Debug, Serialize)]
pub struct NearlyShown {
    /// The category.
    pub category: Named,
    /// The rule that comes nearest.
    pub rule: String,
    /// How many more of [`NearlyShown::roles`] are needed; 0 if none of them may be there.
    pub missing: u32,
    /// Roles that are missing, or that are in the way.
    pub roles: Vec<Named>,
}

/// By what a person is told apart.
#[derive(Clone, Debug, Serialize)]
pub struct PersonShown {
    /// The kinds of the values: one, or a name and an address; none if the record stands for its person.
    pub kinds: Vec<Named>,
    /// The values, as in their matches.
    pub values: Vec<String>,
}

/// What a record counts as under a reading.
#[derive(Clone, Debug, Serialize)]
pub struct CountsShown {
    /// Id of the reading.
    pub reading: &'static str,
    /// The category it is an item of; none if it is not counted.
    pub category: Option<Named>,
    /// Whether it is a new item only with another content (an event), or only with another person.
    pub is_event: bool,
    /// Id of the class.
    pub class: Option<String>,
    /// The provision that counts it: its id, in English, in Chinese.
    pub provision: Option<Named>,
    /// Items from which that provision is reached.
    pub threshold: Option<u64>,
}

/// Explains a file, or records of it.
///
/// # Errors
/// When the line or the record is not there; the message says what is.
pub fn explain(entry: &Entry, ask: &Ask<'_>) -> Result<Explanation, Error> {
    gather::explain(entry, ask)
}

#[cfg(test)]
mod tests;
