//! Containers: a walk gives members within its limits, the same ones for any sizes of reads, and each of them can be decoded.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{self, Cursor, Read, Write};
use std::sync::atomic::AtomicUsize;

use leakgauge::container::{Limits, Members, Password, Source, Unpacking, reason_in};
use leakgauge::decode::{self, Container, Content, DecodeLimits, Known};

use crate::records::{self, Sips};

/// Containers in each other that are opened.
const DEPTH_MAX: usize = 3;

/// Bytes of a member that is looked at as a file of its own. What comes out of larger ones is only counted.
const DECODED_BYTES_MAX: usize = 256 << 10;

/// Small enough that they are met.
fn limits() -> Limits {
    Limits {
        members_max: 500,
        ratio_max: 20,
        free_bytes: 2 << 20,
        window_bytes_max: 8 << 20,
        spool_bytes: 4 << 20,
        strings_max: 5_000,
        document_bytes_max: 4 << 20,
        ..Limits::default()
    }
}

fn unpacking() -> Unpacking {
    Unpacking {
        limits: limits(),
        passwords: [Password::new(b"wrong"), Password::new(b"password")].into(),
        program: None,
    }
}

fn decode_limits() -> DecodeLimits {
    DecodeLimits {
        block_bytes: 4 << 10,
        record_bytes_max: 64 << 10,
        depth_max: 16,
        head_bytes: 16 << 10,
    }
}

/// What a walk gave.
#[derive(Debug, PartialEq)]
struct Walked {
    members: Vec<Given>,
    format: Option<&'static str>,
    ended: Option<String>,
}

#[derive(Debug, PartialEq)]
struct Given {
    name: String,
    known: Known,
    bytes: Vec<u8>,
    /// Why it is not whole, or not there at all.
    reason: Option<String>,
}

/// Walks through a container, and through those in it.
pub fn check(container: Container, bytes: &[u8]) {
    let walked = walk(container, stream(bytes, usize::MAX), bytes.len());
    // Formats that are read from start to end see the sizes of reads; one input in four is enough to tell.
    if !container.is_read_by_directory() && bytes.len() % 4 == 0 {
        let size = bytes.len() / 4 % 7 + 1;
        let sipped = walk(container, stream(bytes, size), bytes.len());
        assert_eq!(walked, sipped, "members depend on the sizes of reads");
    }
    decode_members(walked, 1);
}

/// The same for a file and the one that lies beside it.
pub fn check_pair(container: Container, bytes: &[u8], beside: &[u8]) {
    let Ok((file, other)) = spooled(bytes).and_then(|file| Ok((file, spooled(beside)?))) else {
        return;
    };
    let walked = walk(
        container,
        Source::Pair(file, other),
        bytes.len() + beside.len(),
    );
    decode_members(walked, 1);
}

fn spooled(bytes: &[u8]) -> io::Result<File> {
    let mut file = tempfile::tempfile()?;
    file.write_all(bytes)?;
    Ok(file)
}

fn stream(bytes: &[u8], size: usize) -> Source {
    Source::Stream(Box::new(Owned {
        bytes: Cursor::new(bytes.to_vec()),
        size,
    }))
}

/// As [`Sips`], of its own bytes.
struct Owned {
    bytes: Cursor<Vec<u8>>,
    size: usize,
}

impl Read for Owned {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let n = self.size.min(buf.len());
        self.bytes.read(&mut buf[..n])
    }
}

/// Goes through a container of so many bytes and holds it to its limits.
fn walk(container: Container, source: Source, n_bytes: usize) -> Walked {
    let unpacking = unpacking();
    let Limits {
        members_max,
        ratio_max,
        free_bytes,
        ..
    } = unpacking.limits;
    let mut open =
        Members::open(container, source, "dump.bin", &unpacking).expect("there are threads enough");
    let mut members = Vec::new();
    let mut n_out = 0;
    while let Some(member) = open.next_member() {
        assert!(!member.name.is_empty(), "a member has a name");
        assert!(
            !member.name.contains(|c: char| c.is_control()),
            "a name can be shown"
        );
        let mut given = Given {
            name: member.name,
            known: member.known,
            bytes: Vec::new(),
            reason: None,
        };
        let read = match member.content {
            Ok(mut rdr) => rdr.read_to_end(&mut given.bytes).map_err(|error| {
                let reason = reason_in(&error);
                reason.expect("an error has a reason").to_string()
            }),
            Err(reason) => Err(reason.to_string()),
        };
        given.reason = read.err();
        n_out += given.bytes.len() as u64;
        members.push(given);
    }
    assert!(members.len() as u64 <= members_max, "members have a limit");
    let allowed = free_bytes + n_bytes as u64 * ratio_max;
    assert!(n_out <= allowed, "{n_out} bytes came out of {n_bytes}");
    Walked {
        members,
        format: open.format(),
        ended: open.ended().map(ToString::to_string),
    }
}

/// Decodes members as `scan` does, and those that are containers again.
fn decode_members(walked: Walked, depth: usize) {
    // Many that are alike teach nothing more.
    let mut seen = BTreeSet::new();
    for member in walked.members {
        if member.bytes.len() > DECODED_BYTES_MAX || !seen.insert(member.bytes.clone()) {
            continue;
        }
        decode_member(&member, depth);
    }
}

fn decode_member(member: &Given, depth: usize) {
    let Given {
        name,
        known,
        bytes,
        reason,
    } = member;
    let ending = name.rsplit_once('.').map(|(_, e)| e.to_ascii_lowercase());
    let sips = Sips::new(bytes, usize::MAX);
    let limits = decode_limits();
    // A format that is known and not read is an error.
    let Ok(opened) = decode::open_known(Box::new(sips), known, ending.as_deref(), &limits) else {
        return;
    };
    let mut records = match opened.content {
        Content::Records(records) => records,
        Content::Files(container, _) => {
            assert!(
                *known == Known::Nothing,
                "what a walk writes is no container"
            );
            if depth < DEPTH_MAX {
                let walked = walk(container, stream(bytes, usize::MAX), bytes.len());
                decode_members(walked, depth + 1);
            }
            return;
        }
    };
    let decoded = records::drain(&mut *records, &AtomicUsize::new(0));
    let is_written = matches!(known, Known::Sheet | Known::Table(_) | Known::Objects);
    if is_written || *known == Known::Text {
        assert!(str::from_utf8(bytes).is_ok(), "{name}: a walk writes UTF-8");
    }
    // What the walk wrote itself, and to its end, can be read without trouble.
    if is_written && reason.is_none() {
        let problems = &decoded.problems;
        let is_long = bytes.len() > limits.record_bytes_max;
        assert!(problems.is_empty() || is_long, "{name}: {problems:?}");
    }
}
