//! The manifest: which bytes a scan was about, file by file, and what became of each.
//!
//! This is the wire format `leakgauge.manifest/1`. It holds no time of the scan, so that two manifests of the same files are equal
//! byte for byte: a count can be repeated and shown to concern the same bytes.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::Tool;

/// Name of the schema in the `schema` field of the first line.
pub const MANIFEST_SCHEMA: &str = "leakgauge.manifest/1";

/// What was scanned.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Manifest {
    /// Its first line.
    pub head: ManifestHead,
    /// Files, members of containers, and what the walk could not read, in the order of paths.
    pub files: Vec<Evidence>,
}

/// The first line of a manifest.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ManifestHead {
    /// [`MANIFEST_SCHEMA`].
    pub schema: String,
    /// Which program and catalog counted.
    pub tool: Tool,
    /// The paths as given.
    pub inputs: Vec<String>,
    /// How many lines follow.
    pub files: u64,
}

/// What became of a file or a member of a container.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Status {
    /// All of it was read.
    #[default]
    Read,
    /// Some of it was read and counted.
    Partial,
    /// Nothing of it was.
    Skipped,
}

/// One file, or one member of a container.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Evidence {
    /// Path as reported: `outer.zip!/inner.csv` of a member.
    pub path: String,
    /// Path of the container that a member is in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub container: Option<String>,
    /// Whether the program has made the bytes of the member, as the rows of a sheet: then they are nobody's evidence, and only
    /// the container has digests.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub made: bool,
    /// Bytes that the digests are of; without digests those that the walk saw, or that came out of the container.
    pub size: Option<u64>,
    /// When the file was last written to: RFC 3339, UTC. Not of members.
    pub modified: Option<String>,
    /// BLAKE3 of all bytes, in hexadecimal digits; null where they were not all read.
    pub blake3: Option<String>,
    /// SHA-256 of the same.
    pub sha256: Option<String>,
    /// Id of the format that it was decoded as.
    pub format: Option<String>,
    /// Name of the encoding.
    pub encoding: Option<String>,
    /// What became of it.
    pub status: Status,
    /// Why it, or parts of it, could not be read.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub reasons: Vec<String>,
    /// The path to open, as the system knows it; of a file on the disk.
    #[serde(skip)]
    pub file: Option<PathBuf>,
}
