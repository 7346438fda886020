//! The JSON audit as the contract describes it, written down a second time.
//!
//! These types are the tests' own, so that the wire format is pinned apart from the program's types. Unknown fields are
//! allowed, because the contract may grow; missing ones are not.

use std::collections::BTreeMap;

use serde::Deserialize;

#[derive(Debug, Deserialize)]
pub struct Audit {
    pub schema: String,
    pub tool: Tool,
    pub started: String,
    pub inputs: Vec<String>,
    pub stats: Stats,
    pub complete: bool,
    pub kinds: Vec<Kind>,
    pub categories: Vec<Category>,
    pub persons: u64,
    pub files: Vec<File>,
    pub assessments: Vec<Assessment>,
    pub skipped: Vec<Skipped>,
}

#[derive(Debug, Deserialize)]
pub struct Tool {
    pub name: String,
    pub version: String,
    pub catalog: String,
}

#[derive(Debug, Deserialize)]
pub struct Stats {
    pub files: u64,
    pub bytes: u64,
    pub records: u64,
    pub skipped: u64,
    pub seconds: f64,
}

#[derive(Debug, Deserialize)]
pub struct Kind {
    pub kind: String,
    pub matches: u64,
    pub distinct: u64,
    pub files: u64,
    pub masked: u64,
    pub test: u64,
    pub failed_checksum: u64,
    pub samples: Vec<String>,
}

#[derive(Debug, Deserialize)]
pub struct Category {
    pub category: String,
    pub rows: u64,
    pub items: u64,
    pub persons: u64,
}

#[derive(Debug, Deserialize)]
pub struct File {
    pub path: String,
    pub format: String,
    pub encoding: String,
    pub bytes: u64,
    pub records: u64,
    pub copy_of: Option<String>,
    pub kinds: BTreeMap<String, u64>,
    pub categories: BTreeMap<String, u64>,
}

#[derive(Debug, Deserialize)]
pub struct Assessment {
    pub instrument: String,
    pub reading: String,
    pub level: String,
    pub weighted: Weighted,
    pub provisions: Vec<Outcome>,
    pub flips: Vec<String>,
}

#[derive(Debug, Deserialize)]
pub struct Weighted {
    pub value: u64,
    pub serious: u64,
    pub especially_serious: u64,
}

#[derive(Debug, Deserialize)]
pub struct Outcome {
    pub provision: String,
    pub class: Option<String>,
    pub count: u64,
    pub threshold: u64,
    pub ratio: f64,
    pub reached: bool,
}

#[derive(Debug, Deserialize)]
pub struct Skipped {
    pub path: String,
    pub reason: String,
}

impl Audit {
    /// Valid matches of a kind, 0 when it does not occur.
    pub fn matches(&self, kind: &str) -> u64 {
        self.kinds
            .iter()
            .find(|k| k.kind == kind)
            .map_or(0, |k| k.matches)
    }

    /// Different values of a kind.
    pub fn distinct(&self, kind: &str) -> u64 {
        self.kinds
            .iter()
            .find(|k| k.kind == kind)
            .map_or(0, |k| k.distinct)
    }

    /// Rows, items and persons of a category.
    pub fn category(&self, id: &str) -> (u64, u64, u64) {
        self.categories
            .iter()
            .find(|c| c.category == id)
            .map_or((0, 0, 0), |c| (c.rows, c.items, c.persons))
    }

    /// The entry of a file.
    #[track_caller]
    pub fn file(&self, path: &str) -> &File {
        self.files
            .iter()
            .find(|f| f.path == path)
            .unwrap_or_else(|| panic!("no file `{path}` in {:?}", self.paths()))
    }

    /// The paths of all files that were read, in the order of the report.
    pub fn paths(&self) -> Vec<&str> {
        self.files.iter().map(|f| f.path.as_str()).collect()
    }

    /// What was skipped, as `path: reason`, in the order of the report.
    pub fn gaps(&self) -> Vec<String> {
        self.skipped
            .iter()
            .map(|s| format!("{}: {}", s.path, s.reason))
            .collect()
    }

    /// The reason why a path was skipped.
    #[track_caller]
    pub fn reason(&self, path: &str) -> &str {
        self.skipped
            .iter()
            .find(|s| s.path == path)
            .map(|s| s.reason.as_str())
            .unwrap_or_else(|| panic!("`{path}` is not among the skipped {:?}", self.gaps()))
    }

    /// The level of a reading.
    #[track_caller]
    pub fn level(&self, reading: &str) -> &str {
        self.assessments
            .iter()
            .find(|a| a.reading == reading)
            .map(|a| a.level.as_str())
            .unwrap_or_else(|| panic!("no reading `{reading}`"))
    }
}
