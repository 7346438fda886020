//! Errors that stop the program before it scans, and reasons why a file could not be read.
//!
//! [`Error`] is fatal and carries where it happened; [`Skipped`] is local to one file and becomes
//! part of the result. Neither ever holds a value of the data that was read.

use std::fmt;
use std::path::{Path, PathBuf};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A failure that makes the run's answer impossible: a bad pattern, a bad law file, an output that
/// cannot be written.
#[derive(Debug)]
pub struct Error {
    place: Option<String>,
    message: String,
    source: Option<Box<dyn std::error::Error + Send + Sync>>,
}

impl Error {
    /// An error with a message in lower case that says what failed and what to do.
    pub fn new(message: impl Into<String>) -> Error {
        Error {
            place: None,
            message: message.into(),
            source: None,
        }
    }

    /// The same error with the place (a file, a pattern id) it happened at.
    #[must_use]
    pub fn at(mut self, place: impl Into<String>) -> Error {
        self.place = Some(match self.place {
            Some(inner) => format!("{}: {inner}", place.into()),
            None => place.into(),
        });
        self
    }

    /// The same error with a path as its place.
    #[must_use]
    pub fn at_path(self, path: &Path) -> Error {
        self.at(path.display().to_string())
    }

    /// The same error with what caused it.
    #[must_use]
    pub fn because(mut self, source: impl std::error::Error + Send + Sync + 'static) -> Error {
        self.source = Some(Box::new(source));
        self
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(place) = &self.place {
            write!(f, "{place}: ")?;
        }
        f.write_str(&self.message)?;
        if let Some(source) = &self.source {
            write!(f, ": {source}")?;
        }
        Ok(())
    }
}

impl std::error::Error for Error {}

/// Something that could not be read or decoded, wholly or in part. Part of the result.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub struct Skipped {
    /// Path as reported.
    pub path: String,
    /// Why, as a stable word or two: see [`Reason`].
    pub reason: String,
    /// Whether part of the file was read and counted all the same.
    pub partial: bool,
}

impl Skipped {
    /// A path that was passed over, or read only in part.
    pub fn new(path: impl Into<String>, reason: &Reason) -> Skipped {
        Skipped {
            path: path.into(),
            reason: reason.to_string(),
            partial: reason.is_partial(),
        }
    }
}

/// Why a file, or a part of one, was not read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reason {
    /// It does not exist, or vanished while the scan ran.
    NotFound,
    /// The system refused to open or list it.
    PermissionDenied,
    /// Neither a file nor a folder: a socket, FIFO, block or character device.
    NotRegular(&'static str),
    /// A symbolic link that was not followed, points nowhere, or closes a loop.
    Link(&'static str),
    /// Reading failed at some byte; what came before was counted.
    Read {
        /// Byte offset reached.
        offset: u64,
        /// The system's word for it.
        cause: String,
    },
    /// The file shrank, or ended, in the middle of a structure; what came before was counted.
    Truncated(String),
    /// Parts that break the rules of their format; they were read as plain text instead.
    Malformed(String),
    /// A format that is known but not decoded (a container, an image, a database file).
    Unsupported(String),
    /// What is compressed or packed breaks the rules of its format; what came before was counted.
    Damaged(String),
    /// Encrypted, and no password that was given opens it.
    Encrypted,
    /// A named limit was reached.
    Limit(String),
    /// The decoder failed in a way that is a defect of this program.
    Internal(String),
}

impl Reason {
    /// Whether what was read before the reason arose is counted.
    pub fn is_partial(&self) -> bool {
        matches!(
            self,
            Reason::Read { .. }
                | Reason::Truncated(_)
                | Reason::Malformed(_)
                | Reason::Damaged(_)
                | Reason::Limit(_)
                | Reason::Internal(_)
        )
    }

    /// The reason for an input/output error on opening.
    pub fn from_io(error: &std::io::Error) -> Reason {
        match error.kind() {
            std::io::ErrorKind::NotFound => Reason::NotFound,
            std::io::ErrorKind::PermissionDenied => Reason::PermissionDenied,
            _ => Reason::Read {
                offset: 0,
                cause: error.kind().to_string(),
            },
        }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Reason::NotFound => f.write_str("not found"),
            Reason::PermissionDenied => f.write_str("permission denied"),
            Reason::NotRegular(what) => write!(f, "not a regular file: {what}"),
            Reason::Link(what) => write!(f, "symbolic link: {what}"),
            Reason::Read { offset, cause } => write!(f, "read error at byte {offset}: {cause}"),
            Reason::Truncated(what) => write!(f, "truncated: {what}"),
            Reason::Malformed(what) => write!(f, "malformed: {what}"),
            Reason::Unsupported(what) => write!(f, "unsupported format: {what}"),
            Reason::Damaged(what) => write!(f, "damaged: {what}"),
            Reason::Encrypted => f.write_str("encrypted"),
            Reason::Limit(what) => write!(f, "limit reached: {what}"),
            Reason::Internal(what) => write!(f, "internal error: {what}"),
        }
    }
}

/// Reads a whole small text file (a pattern, a law, a saved audit), with the path in any error.
pub(crate) fn read_text(path: &Path) -> Result<String, Error> {
    std::fs::read_to_string(path).map_err(|e| {
        Error::new("cannot be read")
            .at_path(&PathBuf::from(path))
            .because(e)
    })
}
