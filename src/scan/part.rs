//! What a scan knows beside its counts: the files, and what was not read. It is enclosed in tallies and joined with them.
//!
//! Joined parts are ordered as one walk would have ordered their files, and copies are found over all of them. Nothing here
//! counts.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use crate::audit::FileAudit;
use crate::error::{Error, Skipped};
use crate::source::{self, Entry};

/// A scan of some files.
#[derive(Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Part {
    /// The paths as given.
    pub(super) inputs: Vec<String>,
    /// When the scan began: RFC 3339, UTC.
    pub(super) started: String,
    /// Time it took.
    pub(super) seconds: f64,
    /// Every file that the walk found, in the order of paths.
    pub(super) files: Vec<File>,
    /// What the walk found and could not be read.
    pub(super) skipped: Vec<Skipped>,
}

/// What came of one file.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct File {
    /// As reported.
    pub(super) path: String,
    /// A keyed hash of its content, if tallies are to be joined.
    pub(super) content: Option<String>,
    /// None if nothing could be read.
    pub(super) audit: Option<FileAudit>,
    /// Why it, or parts of it, could not be read.
    pub(super) skipped: Vec<Skipped>,
}

impl File {
    /// A file of which nothing is known yet.
    pub(super) fn new(entry: &Entry) -> File {
        File {
            path: entry.display.clone(),
            content: None,
            audit: None,
            skipped: Vec::new(),
        }
    }
}

/// Parts as one, with the position that each file of each part has now.
pub(super) struct Joined {
    pub(super) part: Part,
    pub(super) positions: Vec<Vec<usize>>,
}

impl Part {
    /// Joins parts of different files.
    ///
    /// # Errors
    /// When two of them hold the same path.
    pub(super) fn join(parts: Vec<Part>) -> Result<Joined, Error> {
        let mut joined = Part::default();
        let mut positions: Vec<Vec<usize>> = Vec::new();
        let mut files = Vec::new();
        for (n, part) in parts.into_iter().enumerate() {
            for input in part.inputs {
                if !joined.inputs.contains(&input) {
                    joined.inputs.push(input);
                }
            }
            if n == 0 || part.started < joined.started {
                joined.started = part.started;
            }
            joined.seconds += part.seconds;
            joined.skipped.extend(part.skipped);
            positions.push(vec![0; part.files.len()]);
            let numbered = part.files.into_iter().enumerate();
            files.extend(numbered.map(|(i, file)| (n, i, file)));
        }
        // The same folder that cannot be listed is one gap, however many parts have met it.
        joined.skipped.sort();
        joined.skipped.dedup();
        files.sort_by(|a, b| source::compare(&a.2.path, &b.2.path));
        for pair in files.windows(2) {
            if pair[0].2.path == pair[1].2.path && pair[0].0 != pair[1].0 {
                return Err(Error::new(
                    "stands in two of the tallies: only parts that share no file can be joined",
                )
                .at(&pair[0].2.path));
            }
        }
        for (place, (n, i, file)) in files.into_iter().enumerate() {
            positions[n][i] = place;
            joined.files.push(file);
        }
        Ok(Joined {
            part: joined,
            positions,
        })
    }

    /// The path of the first file of the same content, for each file that has one before it. Knows files by the hashes of
    /// their contents alone.
    pub(super) fn copies(&self) -> Vec<Option<&str>> {
        let mut first: HashMap<&str, &str> = HashMap::new();
        let known = self.files.iter().map(|file| {
            let content = file.content.as_deref()?;
            match first.get(content) {
                Some(path) => Some(*path),
                None => {
                    first.insert(content, &file.path);
                    None
                }
            }
        });
        known.collect()
    }
}
