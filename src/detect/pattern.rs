//! Patterns as written: one TOML file a kind of value, with its examples.
//!
//! This is the form that people review and add to; [`super::Catalog`] checks it and [`super::Detector`] runs it. Unknown
//! keys are refused. Nothing here matches anything.

use serde::Deserialize;

use crate::value::Mask;

/// One pattern file.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pattern {
    /// Stable id of the kind: `cn.mobile`. Grammar: `[a-z0-9]+([.-][a-z0-9]+)*`.
    pub id: String,
    /// Names for reports.
    pub name: Names,
    /// What the number is, who issues it and how it is built.
    pub description: String,
    /// Where the structure comes from: standard, issuer, document.
    pub references: Vec<String>,
    /// The value itself in all its written forms, in verbose mode, over ASCII letters and digits after folding of
    /// full-width forms; Han literals may stand in it. Context does not belong here: neighbours are judged by `boundary`,
    /// words by `labels` and `columns`. Absent for kinds known only by their column (see `cell`).
    #[serde(default)]
    pub regex: Option<String>,
    /// Form of the value inside a column or behind a label of its kind, when it is wider than `regex` (a name is any two
    /// to four Han characters there). The whole cell must match it. Default: `regex`.
    #[serde(default)]
    pub cell: Option<String>,
    /// Form of a value that was masked in the source already (`138****1234`).
    #[serde(default)]
    pub masked: Option<String>,
    /// Form of a value that a spreadsheet rounded (`4.40981E+17`), in a cell or behind a label.
    #[serde(default)]
    pub rounded: Option<String>,
    /// What is compared when values are counted as different, and handed to the validator.
    pub compact: Compacting,
    /// Name of the validator, if the structure can be checked beyond the regex.
    #[serde(default)]
    pub validator: Option<String>,
    /// What may stand beside a value in running text.
    #[serde(default)]
    pub boundary: Boundary,
    /// Where the pattern may match.
    #[serde(default)]
    pub context: ContextRule,
    /// Roles of columns (see `columns.toml`) whose cells are checked for this kind. Their headers are also its labels in
    /// text: `手机号：…`, `phone=…`.
    #[serde(default)]
    pub columns: Vec<String>,
    /// Further words that announce a value in text, besides the headers of `columns`.
    #[serde(default)]
    pub labels: Vec<String>,
    /// Words that a value may follow without any sign between them, in one stretch of Han characters: `我叫张伟`.
    #[serde(default)]
    pub glued: Vec<String>,
    /// Kinds of values right behind which, after one `:`, `|`, `;` or `----`, one of this kind ends the line: leaked lists of
    /// `mail:password`.
    #[serde(default)]
    pub behind: Vec<String>,
    /// The structure that running text is searched for, besides what is announced. Its confidence is `alone`.
    #[serde(default)]
    pub structure: Option<StructureName>,
    /// The role a value of this kind plays in a record when its column says nothing.
    #[serde(default)]
    pub role: Option<String>,
    /// Confidence of a match without and with context.
    pub confidence: ConfidenceRule,
    /// How the value is shown.
    pub mask: Mask,
    /// Whom the value identifies, and how strongly.
    #[serde(default)]
    pub identifies: Identifies,
    /// Position of a birth date, as `YYYYMMDD`, in the compact form, if the number carries one.
    #[serde(default)]
    pub born: Option<u32>,
    /// When two patterns claim the same text, the longer claim wins, then the higher precedence, then the smaller id.
    /// Rule of thumb: 90 structure and checksum and date, 70 checksum, 50 structure, 30 shape, 10 context alone.
    pub precedence: u8,
    /// Texts in which the value must be found, alone among all patterns at that place.
    #[serde(default)]
    pub positive: Vec<Example>,
    /// Texts in which nothing of this kind may be found.
    #[serde(default)]
    pub negative: Vec<Example>,
}

/// Names in both languages.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Names {
    /// English.
    pub en: String,
    /// Chinese.
    pub zh: String,
}

/// How a value is reduced to its essence before it is validated and compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Compacting {
    /// ASCII digits only; everything else is dropped.
    Digits,
    /// ASCII letters and digits, letters in upper case; everything else is dropped, Han characters are kept.
    AlnumUpper,
    /// Trimmed, ASCII letters in lower case.
    Lower,
    /// Trimmed, runs of white space as one space.
    Text,
}

/// What may stand directly beside a value in running text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Boundary {
    /// No ASCII letter, digit or `_`; no `.` or `-` that joins it to another number or to a hex group; not a part of a
    /// UUID. Han characters may stand beside it.
    #[default]
    Token,
    /// As `token`, but the value may be followed by `.` or `-` and more (addresses, names).
    Loose,
    /// Behind it a blank, a quotation mark, `,` `;` `|`, a character that is not ASCII, or the end (secrets).
    Blank,
}

/// Where a pattern may match.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ContextRule {
    /// Anywhere; context raises the confidence.
    #[default]
    Anywhere,
    /// Only in a column of its roles or behind a label.
    Required,
}

/// A search of running text that the program knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum StructureName {
    /// Levels of a Chinese address from a region down to a house number.
    CnAddress,
    /// A Chinese name with a known surname, beside a word or a number that speaks for one.
    CnName,
}

/// Confidence by context.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ConfidenceRule {
    /// Without any context. A pattern with `context = "required"` and without `structure` leaves it out.
    #[serde(default)]
    pub alone: Confidence,
    /// In a column of its roles, or behind a label.
    pub context: Confidence,
}

/// How sure a match is of being what its kind says.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Confidence {
    /// The shape fits, and little else speaks for it.
    #[default]
    Low,
    /// A checksum, or a structure that chance rarely has.
    Medium,
    /// A checksum and a structure, or a structure and a label.
    High,
}

impl Confidence {
    /// The stable id.
    pub fn id(self) -> &'static str {
        match self {
            Confidence::Low => "low",
            Confidence::Medium => "medium",
            Confidence::High => "high",
        }
    }

    /// What it says, in words; the same stand in `patterns/README.md`.
    pub fn meaning(self) -> &'static str {
        match self {
            Confidence::High => {
                "a checksum and a structure hold, or a structure that chance does not have, or a structure and a column or label"
            }
            Confidence::Medium => {
                "a checksum holds, or a structure that chance rarely has, or a column or label announces the shape"
            }
            Confidence::Low => {
                "the shape fits and little else speaks for it, or a soft fact (a prefix in force, a known region, a known issuer) is missing"
            }
        }
    }
}

/// Whom a value identifies: the ladder by which a record's data subject is keyed, strongest first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Identifies {
    /// A national identity number.
    IdNumber,
    /// A passport or permit.
    Permit,
    /// A telephone number.
    Phone,
    /// A financial account.
    FinancialAccount,
    /// An e-mail address.
    Email,
    /// A person's name: identifies only together with an address.
    Name,
    /// A postal address: identifies only together with a name.
    Address,
    /// An account at a service: instant messenger, login.
    Login,
    /// A vehicle.
    Vehicle,
    /// A device or a network address.
    Device,
    /// Nobody by itself.
    #[default]
    Nothing,
}

/// An example and the reason it is there.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Example {
    /// A line of text, or with `column` a cell. Synthetic.
    pub text: String,
    /// Header of the column the text stands in, to test column context.
    #[serde(default)]
    pub column: Option<String>,
    /// For a positive example: the part that must be found. Default: the whole text.
    #[serde(default)]
    pub value: Option<String>,
    /// For a positive example: the status it must have. Default: `valid`.
    #[serde(default)]
    pub status: Option<String>,
    /// What the example shows.
    pub why: String,
}
