//! Rules of counting on which opinions differ: what is chosen, and the names of the choices.
//!
//! The position that is taken is the first of each rule; which authority it has, and which another one, stands in the
//! instruments (`[[dispute]]`). A rule has an effect only where an instrument says so. Nothing is counted here.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::circumstances::shown;
use crate::error::Error;

/// When the converted total counts (Fa Shi [2017] 10 Art. 5 para. 1 (6)).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum WeightedTotal {
    /// Always.
    #[default]
    Always,
    /// Only where no class reaches its own number, as the words have it.
    Literal,
}

/// How what lawful business takes out is treated.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum BusinessRule {
    /// By profit and earlier punishment alone.
    #[default]
    Apart,
    /// With everything else as well, as where the information was exchanged.
    Together,
}

/// How often the same information counts that went to several recipients.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum RecipientsRule {
    /// For each of them.
    #[default]
    Each,
    /// Once.
    Once,
}

/// How many items a record is that holds several kinds of information.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum RecordKinds {
    /// One, in the highest class that it supports.
    #[default]
    Highest,
    /// One of each kind.
    Each,
}

/// What of a bulk is counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Bulk {
    /// What is left after de-duplication.
    #[default]
    Deduplicated,
    /// Every record that was found.
    AsSeized,
}

/// What of a track is an item.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Tracks {
    /// Each point that is left without repeats and standstill.
    #[default]
    Points,
    /// The person whose track it is.
    Persons,
}

/// Rules of counting on which opinions differ; the default is the recorded position.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct CountingRules {
    /// When the converted total counts.
    pub weighted_total: WeightedTotal,
    /// How lawful business is treated.
    pub lawful_business: BusinessRule,
    /// How often the same information counts.
    pub recipients: RecipientsRule,
    // What came later is written only where it was chosen, so that an older version still reads an audit without it.
    /// How many items a record is.
    #[serde(skip_serializing_if = "is_default")]
    pub record_kinds: RecordKinds,
    /// What of a bulk is counted.
    #[serde(skip_serializing_if = "is_default")]
    pub bulk: Bulk,
    /// What of a track is an item.
    #[serde(skip_serializing_if = "is_default")]
    pub tracks: Tracks,
}

fn is_default<T: Default + PartialEq>(rule: &T) -> bool {
    *rule == T::default()
}

impl CountingRules {
    /// Every rule with its values, the default first.
    pub const ALL: [(&str, [&str; 2]); 6] = [
        ("weighted-total", ["always", "literal"]),
        ("lawful-business", ["apart", "together"]),
        ("recipients", ["each", "once"]),
        ("record-kinds", ["highest", "each"]),
        ("bulk", ["deduplicated", "as-seized"]),
        ("tracks", ["points", "persons"]),
    ];

    /// Chooses a rule by its ids: `weighted-total`, `literal`.
    ///
    /// # Errors
    /// An unknown rule or value, with those there are.
    pub fn choose(&mut self, rule: &str, value: &str) -> Result<(), Error> {
        let Some((rule, values)) = CountingRules::ALL.into_iter().find(|(id, _)| *id == rule)
        else {
            let known: Vec<&str> = CountingRules::ALL.iter().map(|(id, _)| *id).collect();
            let (rule, known) = (shown(rule), known.join("`, `"));
            return Err(Error::new(format!(
                "no counting rule `{rule}`: there are `{known}`"
            )));
        };
        let Some(position) = values.iter().position(|v| *v == value) else {
            return Err(Error::new(format!(
                "counting rule `{rule}` is `{}` or `{}`, not `{}`",
                values[0],
                values[1],
                shown(value)
            )));
        };
        self.set(rule, position == 1);
        Ok(())
    }

    fn set(&mut self, rule: &str, is_other: bool) {
        fn of<T: Default>(other: T, is_other: bool) -> T {
            if is_other { other } else { T::default() }
        }
        match rule {
            "weighted-total" => self.weighted_total = of(WeightedTotal::Literal, is_other),
            "lawful-business" => self.lawful_business = of(BusinessRule::Together, is_other),
            "recipients" => self.recipients = of(RecipientsRule::Once, is_other),
            "record-kinds" => self.record_kinds = of(RecordKinds::Each, is_other),
            "bulk" => self.bulk = of(Bulk::AsSeized, is_other),
            _ => self.tracks = of(Tracks::Persons, is_other),
        }
    }

    pub(super) fn business_is_apart(self) -> bool {
        self.lawful_business == BusinessRule::Apart
    }

    pub(super) fn recipients_add_up(self) -> bool {
        self.recipients == RecipientsRule::Each
    }

    pub(super) fn kinds_count_apart(self) -> bool {
        self.record_kinds == RecordKinds::Each
    }

    pub(super) fn counts_as_seized(self) -> bool {
        self.bulk == Bulk::AsSeized
    }

    pub(super) fn tracks_are_persons(self) -> bool {
        self.tracks == Tracks::Persons
    }
}
