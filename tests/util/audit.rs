//! The JSON audit as the contract describes it, written down a second time.
//!
//! These types are the tests' own, so that the wire format is pinned apart from the program's types. Unknown fields are
//! allowed, because the contract may grow; missing ones are not.

use std::collections::BTreeMap;

use serde::Deserialize;

#[derive(Debug, Deserialize)]
pub(crate) struct Audit {
    pub(crate) schema: String,
    pub(crate) tool: Tool,
    pub(crate) started: String,
    pub(crate) inputs: Vec<String>,
    #[serde(default)]
    pub(crate) shard: Option<String>,
    pub(crate) stats: Stats,
    pub(crate) complete: bool,
    pub(crate) kinds: Vec<Kind>,
    pub(crate) categories: Vec<Category>,
    pub(crate) persons: u64,
    pub(crate) files: Vec<File>,
    pub(crate) assessments: Vec<Assessment>,
    pub(crate) skipped: Vec<Skipped>,
}

#[derive(Debug, Deserialize)]
pub(crate) struct Tool {
    pub(crate) name: String,
    pub(crate) version: String,
    pub(crate) catalog: String,
}

#[derive(Debug, Deserialize)]
pub(crate) struct Stats {
    pub(crate) files: u64,
    pub(crate) bytes: u64,
    pub(crate) records: u64,
    pub(crate) skipped: u64,
    pub(crate) seconds: f64,
}

#[derive(Debug, Deserialize)]
pub(crate) struct Kind {
    pub(crate) kind: String,
    pub(crate) matches: u64,
    pub(crate) distinct: u64,
    pub(crate) files: u64,
    pub(crate) masked: u64,
    pub(crate) test: u64,
    pub(crate) failed_checksum: u64,
    pub(crate) rounded: u64,
    pub(crate) samples: Vec<String>,
}

#[derive(Debug, Deserialize)]
pub(crate) struct Category {
    pub(crate) category: String,
    pub(crate) rows: u64,
    pub(crate) items: u64,
    pub(crate) persons: u64,
}

#[derive(Debug, Deserialize)]
pub(crate) struct File {
    pub(crate) path: String,
    pub(crate) format: String,
    pub(crate) encoding: String,
    pub(crate) bytes: u64,
    pub(crate) records: u64,
    pub(crate) copy_of: Option<String>,
    pub(crate) kinds: BTreeMap<String, u64>,
    pub(crate) categories: BTreeMap<String, u64>,
}

#[derive(Debug, Deserialize)]
pub(crate) struct Assessment {
    pub(crate) instrument: String,
    pub(crate) reading: String,
    pub(crate) level: String,
    pub(crate) weighted: Weighted,
    pub(crate) provisions: Vec<Outcome>,
    pub(crate) flips: Vec<String>,
}

#[derive(Debug, Deserialize)]
pub(crate) struct Weighted {
    pub(crate) value: u64,
    pub(crate) serious: u64,
    pub(crate) especially_serious: u64,
}

#[derive(Debug, Deserialize)]
pub(crate) struct Outcome {
    pub(crate) provision: String,
    pub(crate) class: Option<String>,
    pub(crate) count: u64,
    pub(crate) threshold: u64,
    pub(crate) ratio: f64,
    pub(crate) reached: bool,
}

#[derive(Debug, Deserialize)]
pub(crate) struct Skipped {
    pub(crate) path: String,
    pub(crate) reason: String,
}

impl Audit {
    /// Valid matches of a kind, 0 when it does not occur.
    pub(crate) fn matches(&self, kind: &str) -> u64 {
        self.kinds
            .iter()
            .find(|k| k.kind == kind)
            .map_or(0, |k| k.matches)
    }

    /// Different values of a kind.
    pub(crate) fn distinct(&self, kind: &str) -> u64 {
        self.kinds
            .iter()
            .find(|k| k.kind == kind)
            .map_or(0, |k| k.distinct)
    }

    /// Rows, items and persons of a category.
    pub(crate) fn category(&self, id: &str) -> (u64, u64, u64) {
        self.categories
            .iter()
            .find(|c| c.category == id)
            .map_or((0, 0, 0), |c| (c.rows, c.items, c.persons))
    }

    /// The entry of a file.
    #[track_caller]
    pub(crate) fn file(&self, path: &str) -> &File {
        self.files
            .iter()
            .find(|f| f.path == path)
            .unwrap_or_else(|| panic!("no file `{path}` in {:?}", self.paths()))
    }

    /// The paths of all files that were read, in the order of the report.
    pub(crate) fn paths(&self) -> Vec<&str> {
        self.files.iter().map(|f| f.path.as_str()).collect()
    }

    /// What was skipped, as `path: reason`, in the order of the report.
    pub(crate) fn gaps(&self) -> Vec<String> {
        self.skipped
            .iter()
            .map(|s| format!("{}: {}", s.path, s.reason))
            .collect()
    }

    /// The reason why a path was skipped.
    #[track_caller]
    pub(crate) fn reason(&self, path: &str) -> &str {
        self.skipped
            .iter()
            .find(|s| s.path == path)
            .map(|s| s.reason.as_str())
            .unwrap_or_else(|| panic!("`{path}` is not among the skipped {:?}", self.gaps()))
    }

    /// The level of a reading.
    #[track_caller]
    pub(crate) fn level(&self, reading: &str) -> &str {
        self.assessments
            .iter()
            .find(|a| a.reading == reading)
            .map(|a| a.level.as_str())
            .unwrap_or_else(|| panic!("no reading `{reading}`"))
    }
}
