//! Containers: archives and compressed files become the members that are in them, each a stream of its own.
//!
//! A format is one small file with one function, which walks through a container and gives its members to a [`Sink`], and one
//! line in [`Members::open`]; which bytes are a container is told by `decode::sniff`. The walk runs in a thread of its own
//! ([`pump`]) and waits for whoever reads, so that members are read one after the other in bounded memory. Nothing is ever
//! written to a path that a container names. What a member holds is not known here: it may be a container again.

#[cfg(unix)]
mod apart;
pub(crate) mod calendar;
mod columnar;
mod html;
mod mail;
mod markup;
mod name;
mod office;
mod ole;
mod pdf;
mod pgdump;
mod pump;
#[cfg_attr(not(feature = "rar"), path = "rar_off.rs")]
mod rar;
mod sevenz;
mod single;
mod source;
mod sqlite;
mod tar;
mod transposed;
mod xml;
mod zip;

use std::io;
use std::path::Path;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::decode::Container;
use crate::error::Reason;

pub use pump::{Member, MemberWriter, Members, Sink, Stop};
pub use source::Source;

#[cfg(unix)]
pub use apart::{COMMAND, serve};

/// Named limits of unpacking. At each of them what was read before is counted, and the container is named as read in part.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct Limits {
    /// Containers inside each other.
    pub depth_max: usize,
    /// Members of one container.
    pub members_max: u64,
    /// Bytes that come out of a container for each byte of it, once there are more than `free_bytes`. Deflate makes at most
    /// 1,032 of one, so that it is only reached by what lies twice or is packed twice.
    pub ratio_max: u64,
    /// Bytes that may come out of any container.
    pub free_bytes: u64,
    /// Memory of one decompressor.
    pub window_bytes_max: u64,
    /// Bytes of a container inside another that are kept in memory where its format has to be read back and forth; more
    /// go to an unnamed temporary file.
    pub spool_bytes: usize,
    /// Strings that the cells of one workbook share, 4 GiB of them at most.
    pub strings_max: usize,
    /// Bytes of a document that is read as a whole (PDF).
    pub document_bytes_max: u64,
    /// Address space of a process that decodes a container apart.
    pub apart_memory_bytes_max: u64,
    /// Processor time of such a process, and how much more for each mebibyte of the container.
    pub apart_seconds_max: u64,
    /// See `apart_seconds_max`.
    pub apart_seconds_each_mib: u64,
    /// Time in which such a process must have decoded something while it is waited for.
    pub apart_silent_seconds_max: u64,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits {
            depth_max: 16,
            members_max: 1_000_000,
            ratio_max: 1_100,
            free_bytes: 64 << 20,
            window_bytes_max: 128 << 20,
            spool_bytes: 16 << 20,
            strings_max: 16 << 20,
            document_bytes_max: 512 << 20,
            apart_memory_bytes_max: 2 << 30,
            apart_seconds_max: 600,
            apart_seconds_each_mib: 30,
            apart_silent_seconds_max: 120,
        }
    }
}

impl Limits {
    /// The reason to go no further once so many bytes came out of so many, if there is one.
    pub fn excess(&self, n_out: u64, n_in: u64) -> Option<Reason> {
        let Limits {
            ratio_max,
            free_bytes,
            ..
        } = *self;
        let allowed = free_bytes.saturating_add(n_in.saturating_mul(ratio_max));
        (n_out > allowed).then(|| {
            Reason::Limit(format!(
                "more than {ratio_max} bytes came out for each byte of the container"
            ))
        })
    }
}

/// What unpacking needs beside the bytes.
#[derive(Clone, Debug, Default)]
pub struct Unpacking {
    /// Limits in force.
    pub limits: Limits,
    /// Passwords to try on what is encrypted, in their order.
    pub passwords: Arc<[Password]>,
    /// The program that decodes risky formats in a process of its own, by calling [`serve`] when it is started with [`COMMAND`];
    /// without one they are decoded in a thread, where what aborts takes everything with it.
    pub program: Option<Arc<Path>>,
}

/// A password for archives. It cannot be shown.
#[derive(Clone)]
pub struct Password(Box<[u8]>);

impl Password {
    /// A password of these bytes.
    pub fn new(bytes: &[u8]) -> Password {
        Password(bytes.into())
    }

    fn bytes(&self) -> &[u8] {
        &self.0
    }

    #[cfg(unix)]
    fn to_vec(&self) -> Vec<u8> {
        self.0.to_vec()
    }
}

impl std::fmt::Debug for Password {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Password")
    }
}

impl Members {
    /// The members of a container, whose name, without the path to it, is `name`.
    ///
    /// # Errors
    /// When no thread can be started.
    pub fn open(
        container: Container,
        source: Source,
        name: &str,
        unpacking: &Unpacking,
    ) -> Result<Members, Reason> {
        let walk = match &unpacking.program {
            #[cfg(unix)]
            Some(_) if is_risky(container) => apart::walk,
            _ => walk_of(container),
        };
        Members::pumped(container, walk, source, name, unpacking)
    }
}

/// Whether a format is decoded by code of others that may abort on what is hostile, or by any that asks for memory on trust: a
/// process of its own does it, where there is a program for that.
fn is_risky(container: Container) -> bool {
    matches!(
        container,
        Container::SevenZip | Container::Rar | Container::Ole | Container::Pdf | Container::Parquet
    )
}

/// How a format is walked through.
fn walk_of(container: Container) -> pump::Walk {
    match container {
        Container::Zip => zip::walk,
        Container::SevenZip => sevenz::walk,
        Container::Rar => rar::walk,
        Container::Eml | Container::Mbox => mail::walk,
        Container::Ole => ole::walk,
        Container::Rtf => office::rtf::walk,
        Container::Pdf => pdf::walk,
        Container::Sqlite => sqlite::walk,
        Container::SqliteLog => sqlite::walk_log,
        Container::Html => html::walk,
        Container::Xml => xml::walk,
        Container::Parquet => columnar::parquet::walk,
        Container::Avro => columnar::avro::walk,
        Container::Arrow => columnar::arrow::walk,
        Container::Bson => columnar::bson::walk,
        Container::JsonColumns => transposed::walk,
        Container::PgDump => pgdump::walk,
        Container::Tar => tar::walk,
        Container::Gzip | Container::Bzip2 | Container::Xz | Container::Zstd | Container::Lz4 => {
            single::walk
        }
    }
}

/// The reason for an error of a container's own format, or of reading it.
fn reason_of(error: &io::Error) -> Reason {
    if let Some(reason) = error.get_ref().and_then(|e| e.downcast_ref::<Broken>()) {
        return reason.0.clone();
    }
    match error.kind() {
        io::ErrorKind::UnexpectedEof => {
            Reason::Truncated("ends in the middle of what it contains".to_owned())
        }
        io::ErrorKind::OutOfMemory => {
            Reason::Limit("unpacking takes more memory than is allowed".to_owned())
        }
        io::ErrorKind::Unsupported => Reason::Unsupported("a method of compression".to_owned()),
        io::ErrorKind::NotFound | io::ErrorKind::PermissionDenied => Reason::from_io(error),
        _ => Reason::Damaged("the compressed data is not whole".to_owned()),
    }
}

/// A reason on its way through a reader.
#[derive(Debug)]
struct Broken(Reason);

impl std::fmt::Display for Broken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

impl std::error::Error for Broken {}

/// The reason inside an error of a member's reader, if it came from a container.
pub fn reason_in(error: &io::Error) -> Option<&Reason> {
    let broken = error.get_ref()?.downcast_ref::<Broken>()?;
    Some(&broken.0)
}

#[cfg(test)]
mod tests;
