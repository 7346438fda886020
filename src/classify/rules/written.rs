//! Record rules as written: the files that come with the program, and the shape of their TOML.
//!
//! Knows keys and nothing of what they name; see `understood` for that.

use serde::Deserialize;

use crate::error::Error;

/// Path and text of every file of rules, sorted by path.
pub(super) const FILES: &[(&str, &str)] = &[
    (
        "account.toml",
        include_str!("../../../patterns/records/account.toml"),
    ),
    (
        "address.toml",
        include_str!("../../../patterns/records/address.toml"),
    ),
    (
        "biometric.toml",
        include_str!("../../../patterns/records/biometric.toml"),
    ),
    (
        "communication-content.toml",
        include_str!("../../../patterns/records/communication-content.toml"),
    ),
    (
        "communication-record.toml",
        include_str!("../../../patterns/records/communication-record.toml"),
    ),
    (
        "contact.toml",
        include_str!("../../../patterns/records/contact.toml"),
    ),
    (
        "credit.toml",
        include_str!("../../../patterns/records/credit.toml"),
    ),
    (
        "device.toml",
        include_str!("../../../patterns/records/device.toml"),
    ),
    (
        "education.toml",
        include_str!("../../../patterns/records/education.toml"),
    ),
    (
        "employment.toml",
        include_str!("../../../patterns/records/employment.toml"),
    ),
    (
        GROUPS,
        include_str!("../../../patterns/records/groups.toml"),
    ),
    (
        "health.toml",
        include_str!("../../../patterns/records/health.toml"),
    ),
    (
        "id-document.toml",
        include_str!("../../../patterns/records/id-document.toml"),
    ),
    (
        "identity.toml",
        include_str!("../../../patterns/records/identity.toml"),
    ),
    (
        "lodging.toml",
        include_str!("../../../patterns/records/lodging.toml"),
    ),
    (
        "property.toml",
        include_str!("../../../patterns/records/property.toml"),
    ),
    (
        "real-estate.toml",
        include_str!("../../../patterns/records/real-estate.toml"),
    ),
    (
        "special.toml",
        include_str!("../../../patterns/records/special.toml"),
    ),
    (
        "transaction.toml",
        include_str!("../../../patterns/records/transaction.toml"),
    ),
    (
        "travel.toml",
        include_str!("../../../patterns/records/travel.toml"),
    ),
    (
        "vehicle.toml",
        include_str!("../../../patterns/records/vehicle.toml"),
    ),
    (
        "whereabouts.toml",
        include_str!("../../../patterns/records/whereabouts.toml"),
    ),
];

/// The file that names sets of roles.
pub(super) const GROUPS: &str = "groups.toml";

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct GroupFile {
    pub(super) group: Vec<GroupText>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct GroupText {
    pub(super) id: String,
    pub(super) roles: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RuleFile {
    pub(super) category: String,
    pub(super) description: String,
    pub(super) references: Vec<String>,
    pub(super) rule: Vec<RuleText>,
    pub(super) positive: Vec<ExampleText>,
    pub(super) negative: Vec<ExampleText>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RuleText {
    pub(super) name: String,
    #[serde(default)]
    pub(super) all: Vec<String>,
    #[serde(default)]
    pub(super) any: Vec<AnyText>,
    #[serde(default)]
    pub(super) none: Vec<String>,
    #[serde(default)]
    pub(super) yields_to: Vec<String>,
    #[serde(default)]
    pub(super) reading: ReadingText,
    #[serde(default)]
    pub(super) bare: bool,
    #[serde(default = "one_party")]
    pub(super) parties: u8,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct AnyText {
    pub(super) of: Vec<String>,
    pub(super) at_least: u32,
}

#[derive(Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum ReadingText {
    #[default]
    Every,
    Strict,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ExampleText {
    pub(super) roles: Vec<String>,
    pub(super) why: String,
    #[serde(default)]
    pub(super) reading: ReadingText,
}

pub(super) fn one_party() -> u8 {
    1
}

/// Reads a file of rules or of groups.
pub(super) fn parse<T: serde::de::DeserializeOwned>(text: &str) -> Result<T, Error> {
    toml::from_str(text).map_err(|e| Error::new(e.to_string().trim_end().to_owned()))
}
