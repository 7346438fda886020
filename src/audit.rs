//! The audit: everything a scan found, as plain data that can be saved, read back and rendered.
//!
//! This is the wire format `leakgauge.audit/1` of the JSON report. It holds counts, ids, paths and
//! masked samples, never a value. Scanning makes it, the law reads and completes it, reports render
//! it; it has no behaviour of its own beyond that.

mod manifest;

use std::borrow::Cow;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::error::Skipped;
use crate::value::Masked;

pub use manifest::{Evidence, MANIFEST_SCHEMA, Manifest, ManifestHead, Status};

/// Name of the schema in the `schema` field. A newer major version is refused when an audit is read
/// back.
pub const SCHEMA: &str = "leakgauge.audit/1";

/// The result of a scan.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Audit {
    /// [`SCHEMA`].
    pub schema: String,
    /// Which program and catalog counted.
    pub tool: Tool,
    /// When the scan began: RFC 3339, UTC.
    pub started: String,
    /// The paths as given.
    pub inputs: Vec<String>,
    /// Which share of them was scanned, as `2/4`; absent if all of them. Then `complete` is false, and a file that was cut
    /// has the numbers of one part of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shard: Option<String>,
    /// How the run went.
    pub stats: Stats,
    /// Whether everything was read. If not, all counts are lower bounds.
    pub complete: bool,
    /// Kinds with at least one match, or one value counted apart, ordered by id.
    pub kinds: Vec<KindCount>,
    /// Categories with at least one row under the default reading, in the order of the table.
    pub categories: Vec<CategoryCount>,
    /// Different data subjects over all categories.
    pub persons: u64,
    /// The day on which ages of persons are taken, as `2026-11-22`. Of joined parts of several days the earliest.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ages_on: Option<String>,
    /// The data subjects of `persons` by what their records show together. Each is in one profile.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub profiles: Vec<PersonProfile>,
    /// What the data shows of these persons; absent where nothing was counted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub attributes: Option<Attributes>,
    /// The same counts under each reading, because a reading can move a record to another category.
    pub readings: Vec<ReadingCount>,
    /// Every file that was read, ordered by path.
    pub files: Vec<FileAudit>,
    /// What was stated of the case when it was assessed; absent where nothing was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub circumstances: Option<crate::law::Circumstances>,
    /// What the counts reach, per instrument and reading.
    pub assessments: Vec<crate::law::Assessment>,
    /// What was found of each limit of the budget, in its order; absent where there was none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub budget: Vec<LimitFound>,
    /// What has changed since the baseline; absent where there was none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub baseline: Option<BaselineFound>,
    /// What each ignore rule has taken out of the counts, in the order of their file; absent where there was none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub ignored: Vec<IgnoreFound>,
    /// The configuration files that options, limits or rules come from: that of the scan first, then of what was made of its
    /// audit. Absent where there was none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub config: Vec<ConfigUsed>,
    /// What was not read, or only in part, ordered by path.
    pub skipped: Vec<Skipped>,
    /// `sha256:` and the digest of each manifest that was written with it: it names the bytes that these counts are of.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub manifests: Vec<String>,
}

/// What has changed since a baseline was written.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct BaselineFound {
    /// What the baseline holds: `counts`, of values and rows, or `fingerprints`, of values.
    pub mode: String,
    /// Version of the program that wrote it.
    pub version: String,
    /// Patterns in force when it was written, as in [`Tool::catalog`]. With others, values may be more or less because of them.
    pub catalog: String,
    /// Every kind, and with counts every category, that was there before or is now.
    pub checks: Vec<BaselineCheck>,
    /// Where the values stand that were not there before, by file and kind, in the order of the files of the audit. Absent
    /// where that is not known: with counts, and of joined tallies that were not all counted with this sort of baseline.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub new_in: Option<Vec<NewInFile>>,
}

/// What a file holds of a kind that was not there when a baseline was written.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct NewInFile {
    /// Path as reported.
    pub path: String,
    /// Id of the kind.
    pub kind: String,
    /// Different values that were not there before, in any file.
    pub new: u64,
    /// Different values of the kind that the file holds, those among them.
    pub found: u64,
    /// The first line with a new one, from 1; absent where the source has no lines.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first_line: Option<u64>,
}

/// What has changed of a kind or category since a baseline was written.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct BaselineCheck {
    /// What is compared: `kind cn.mobile`, `category contact`.
    pub check: String,
    /// What is counted: `values`, different ones, or `rows`.
    pub unit: String,
    /// How many there were.
    pub before: u64,
    /// How many there are; a lower bound where the audit is not complete.
    pub found: u64,
    /// How many of these were not there before; absent where only counts are known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub new: Option<u64>,
    /// How many of those before are not there any more; absent where only counts are known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gone: Option<u64>,
    /// Whether there is more than before: new values, or a higher count.
    pub exceeded: bool,
}

/// An ignore rule, and what it has taken out of the counts. What stands here is in no other number of the audit, but for the
/// records and bytes of files.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct IgnoreFound {
    /// What it is on: `kind cn.mobile, path tests/**`.
    pub rule: String,
    /// Who answers for it.
    pub owner: String,
    /// Why it is there.
    pub reason: String,
    /// The last day on which it is in force: `2027-01-31`.
    pub expires: String,
    /// What became of it.
    pub state: IgnoreState,
    /// Files that it has taken something out of.
    pub files: u64,
    /// How much it has taken out.
    #[serde(flatten)]
    pub taken: Taken,
}

/// What became of an ignore rule.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum IgnoreState {
    /// It has taken something out.
    Used,
    /// It is in force, and there was nothing that it could take out, or rules before it had taken that.
    #[default]
    Unused,
    /// It was past its last day when the scan began, and has taken nothing out.
    Expired,
}

impl IgnoreState {
    /// As it is written.
    pub fn id(self) -> &'static str {
        match self {
            IgnoreState::Used => "used",
            IgnoreState::Unused => "unused",
            IgnoreState::Expired => "expired",
        }
    }
}

/// What was taken out of the counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Taken {
    /// Records that something was taken out of.
    pub records: u64,
    /// Values that would be matches.
    pub matches: u64,
    /// Values that would be counted apart: masked, test, failed checksums, rounded.
    pub apart: u64,
    /// Records that would be rows of other or of more categories.
    pub rows: u64,
}

impl Taken {
    /// Adds what was taken out elsewhere.
    pub fn add(&mut self, other: Taken) {
        self.records += other.records;
        self.matches += other.matches;
        self.apart += other.apart;
        self.rows += other.rows;
    }
}

/// What an ignore rule has taken out of one file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct IgnoredHere {
    /// Position of the rule in `ignored` of the audit, from 0.
    pub rule: usize,
    /// How much it has taken out.
    #[serde(flatten)]
    pub taken: Taken,
}

/// A configuration file, and what of it was in force.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ConfigUsed {
    /// Its path, as seen from the folder that the program was started in.
    pub file: String,
    /// Whether it was found by itself; if not, it was named on the command line.
    pub found: bool,
    /// The options that it has set, as the file would have them: `fail-on = "serious"`. Those that the command line gives
    /// are not among them.
    pub options: Vec<String>,
    /// How many limits of a budget come from it.
    pub limits: u64,
    /// How many ignore rules come from it.
    pub ignore: u64,
}

/// A limit of a budget, and what was found of it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct LimitFound {
    /// What is limited: `category contact`, `kind cn.mobile in exports/**`, `persons`.
    pub limit: String,
    /// What is counted: `items`, `rows`, `matches`, `persons`.
    pub unit: String,
    /// How many are allowed.
    pub max: u64,
    /// How many there are; a lower bound where the audit is not complete.
    pub found: u64,
    /// Whether there are more than are allowed.
    pub exceeded: bool,
    /// How many files the path matches; absent without a path.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub files: Option<u64>,
    /// Who answers for it, as the budget says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<String>,
    /// Why so many are allowed, as the budget says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// Which program counted, with which patterns.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Tool {
    /// `leakgauge`.
    pub name: String,
    /// Version of the program.
    pub version: String,
    /// `blake3:` and the hash of every pattern, column and record rule in force.
    pub catalog: String,
}

/// How the run went.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Stats {
    /// Files read, wholly or in part.
    pub files: u64,
    /// Bytes read from them, without what came out of containers.
    pub bytes: u64,
    /// Records decoded.
    pub records: u64,
    /// Entries of `skipped`.
    pub skipped: u64,
    /// Wall-clock time of the scan.
    pub seconds: f64,
}

/// Values of one kind.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct KindCount {
    /// Id of the kind.
    pub kind: String,
    /// Occurrences of valid values.
    pub matches: u64,
    /// Different normalised valid values over the whole run.
    pub distinct: u64,
    /// Files with at least one match.
    pub files: u64,
    /// Occurrences of values that were masked in the source already. Not in `matches`.
    pub masked: u64,
    /// Occurrences of documented test values. Not in `matches`.
    pub test: u64,
    /// Occurrences of values of the right shape and place whose checksum fails. Not in `matches`.
    pub failed_checksum: u64,
    /// Occurrences of values that a spreadsheet rounded: their last digits are lost. Not in `matches`.
    #[serde(default)]
    pub rounded: u64,
    /// At most three masked examples, all different: the first in the order of path and record, looked
    /// for among the first matches of each file. Counts do not depend on them.
    pub samples: Vec<Masked>,
}

impl KindCount {
    /// Occurrences that are counted apart from the matches.
    pub fn apart(&self) -> u64 {
        [self.masked, self.test, self.failed_checksum, self.rounded]
            .into_iter()
            .fold(0, u64::saturating_add)
    }
}

/// What the law counts, for one category.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct CategoryCount {
    /// Id of the category.
    pub category: String,
    /// Records that support the category.
    pub rows: u64,
    /// Records left after de-duplication and after each record went to its highest class.
    pub items: u64,
    /// Of `rows`, those that are items of this category before de-duplication; absent in audits that
    /// did not tell.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub own_rows: Option<u64>,
    /// Of `items`, those that support the category only in its bare form (see the record rules).
    pub bare: u64,
    /// Different data subjects behind the items.
    pub persons: u64,
}

/// Data subjects whose records, taken together, support the same categories and show the same of them: what laws ask that
/// count persons of some sort ("minors", "residents", "sensitive").
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PersonProfile {
    /// Ids of the categories that their records support under the default reading, whoever has won the item.
    pub categories: Vec<String>,
    /// Ages that a birth date or identity number shows: `under-14`, `14-17`, `adult`. None if nothing shows it, several if
    /// records differ.
    pub ages: Vec<String>,
    /// Countries and regions, as ISO 3166-1 codes in lower case (but `uk`), whose authorities or number plans have issued an identifier
    /// in the records.
    pub countries: Vec<String>,
    /// Sorts of identifiers in the records: `id-number`, `permit`, `financial-account`.
    pub identifiers: Vec<String>,
    /// How many they are.
    pub persons: u64,
}

/// The counts as one reading sees them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ReadingCount {
    /// Id of the reading: `default`, `lenient`, `strict`.
    pub reading: String,
    /// Categories with at least one row, in the order of the table.
    pub categories: Vec<CategoryCount>,
}

/// What the data shows of persons: how many of them have an attribute that some law asks for. Absent
/// is unknown, which is not zero.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Attributes {
    /// Different persons.
    pub total: u64,
    /// Of whom something sensitive is known (PIPL Art. 28), those under 14 among them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sensitive: Option<u64>,
    /// Under 14 on the day of the scan.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub under_14: Option<u64>,
    /// Under 18 on the day of the scan.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub under_18: Option<u64>,
    /// Whose age the data shows; absent: everybody's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub age_known: Option<u64>,
    /// By place of residence: an ISO 3166 code in lower case (but `uk`), of a country (`cn`) or of a part of one
    /// (`us-ca`), the most precise that is known. A person stands in one place at most.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub residence: Option<std::collections::BTreeMap<String, u64>>,
}

/// One file.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct FileAudit {
    /// Path as reported.
    pub path: String,
    /// Id of the format.
    pub format: String,
    /// Name of the encoding.
    pub encoding: String,
    /// Bytes read; of a member of a container those that came out of it.
    pub bytes: u64,
    /// Whether it is a member of a container, which is a file of the list itself. Then the path reads `outer.zip!/inner.csv`.
    #[serde(default, rename = "member", skip_serializing_if = "std::ops::Not::not")]
    pub is_member: bool,
    /// Records decoded.
    pub records: u64,
    /// Path of the first file with the same content, if this is a copy of it.
    pub copy_of: Option<String>,
    /// Valid matches per kind.
    pub kinds: std::collections::BTreeMap<String, u64>,
    /// The first line with a valid match, per kind: that on which its record begins, from 1. Absent where the source has no
    /// lines.
    #[serde(default, skip_serializing_if = "std::collections::BTreeMap::is_empty")]
    pub first_lines: std::collections::BTreeMap<String, u64>,
    /// Rows per category under the default reading.
    pub categories: std::collections::BTreeMap<String, u64>,
    /// Different data subjects of the records that the default reading counts, whatever other files show of them: the numbers of
    /// several files cannot be added, since a person may be in more than one. Absent where it was not asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub persons: Option<u64>,
    /// Where values stand that a spreadsheet rounded, by column and kind. Their rows count by other values, if at all.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rounded: Vec<RoundedColumn>,
    /// What ignore rules have taken out of it: it is in no other number of the file but `records` and `bytes`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub ignored: Vec<IgnoredHere>,
}

/// A column of a file with values that a spreadsheet rounded.
#[derive(
    Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(deny_unknown_fields)]
pub struct RoundedColumn {
    /// Column or JSON path, as in [`Hit::field`]; null in running text.
    pub field: Option<String>,
    /// Id of the kind.
    pub kind: String,
    /// How many.
    pub values: u64,
}

/// One match with its place, for the JSON Lines output. Borrowed, because there may be millions.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Hit<'a> {
    /// Path of the file as reported.
    pub path: &'a str,
    /// Record, from 1.
    pub record: u64,
    /// Line, from 1; absent where the source has no lines.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line: Option<u64>,
    /// Column, JSON path, or null. A column without a name, or with one that may itself be a value, is
    /// shown by its position, `#3` for the third.
    pub field: Option<Cow<'a, str>>,
    /// First byte in the text of the field, or of the record where there is no field.
    pub start: u64,
    /// One past the last byte.
    pub end: u64,
    /// Id of the kind.
    pub kind: &'a str,
    /// `low`, `medium`, `high`.
    pub confidence: &'static str,
    /// `valid`, `test`, `masked`, `failed_checksum`, `rounded`; `ignored` where an ignore rule has taken it out of the counts.
    pub status: &'static str,
    /// The masked value.
    pub masked: Masked,
}
