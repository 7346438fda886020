//! OLE compound files (\[MS-CFB\]): folders of streams, in which the office programs before 2007 kept their documents, and in which
//! newer ones keep what is encrypted or embedded.
//!
//! Which document it is its streams tell. A document that is embedded in another stands in a folder of its own and is read in
//! place, and so is a message; a file that was packed as it is becomes a member. Tables of sectors that lead in circles are
//! refused when the file is opened.

use std::io::{self, Read, Seek};

use cfb::CompoundFile;

use super::mail::msg;
use super::office::{doc, ppt, xls};
use super::pump::{Job, Sink, Stop};
use super::source::Seekable;
use super::{Broken, Limits, reason_of};
use crate::decode::decode_code_page;
use crate::error::Reason;

type File = CompoundFile<Box<dyn Seekable>>;

/// Folders in each other.
const DEPTH_MAX: usize = 32;

/// Bytes before the file in a stream of a file that was packed as it is.
const LABEL_BYTES_MAX: u64 = 64 << 10;

pub(super) fn walk(job: Job, sink: &mut Sink) -> Result<(), Stop> {
    let limits = job.unpacking.limits;
    let (source, size) = job.source.into_seekable(limits.spool_bytes)?;
    sink.of_size(size);
    let mut file = CompoundFile::open(source).map_err(|e| broken(&e))?;
    if file.is_stream(format!("/{}", msg::PROPERTIES)) {
        sink.is("msg")?;
        return msg::walk(&mut file, "/", "", sink);
    }
    if let Some(id) = format(&file) {
        sink.is(id)?;
    }
    if file.is_stream("/EncryptedPackage") {
        return Err(Reason::Encrypted.into());
    }
    folder(&mut file, "/", "", &limits, 0, sink)
}

/// The id of the document that a file is.
fn format(file: &File) -> Option<&'static str> {
    let ids = [
        ("/Workbook", "xls"),
        ("/Book", "xls"),
        ("/WordDocument", "doc"),
        ("/PowerPoint Document", "ppt"),
    ];
    let told = ids.iter().find(|(stream, _)| file.is_stream(stream));
    told.map(|(_, id)| *id)
}

/// Hands over what is in a folder: the document that it is, or its streams, and then what is in the folders in it.
fn folder(
    file: &mut File,
    path: &str,
    prefix: &str,
    limits: &Limits,
    depth: usize,
    sink: &mut Sink,
) -> Result<(), Stop> {
    if depth > DEPTH_MAX {
        let reason = format!("more than {DEPTH_MAX} folders in each other");
        return sink.refuse(prefix.as_bytes(), Reason::Limit(reason));
    }
    let at = |name: &str| format!("{path}{name}");
    let entries = file.read_storage(path).map_err(|e| broken(&e))?;
    let (folders, streams): (Vec<_>, Vec<_>) = entries
        .map(|entry| (entry.name().to_owned(), entry.is_storage()))
        .partition(|entry| entry.1);
    let has = |name: &str| streams.iter().any(|stream| stream.0 == name);
    let is_message = has(msg::PROPERTIES);
    let read = if is_message {
        msg::walk(file, path, prefix, sink)
    } else if let Some(book) = ["Workbook", "Book"].into_iter().find(|name| has(name)) {
        let stream = file.open_stream(at(book)).map_err(|e| broken(&e))?;
        xls::walk(stream, prefix, limits.strings_max, sink)
    } else if has("WordDocument") {
        doc::walk(file, path, prefix, sink)
    } else if has("PowerPoint Document") {
        ppt::walk(file, path, prefix, sink)
    } else if has("_VBA_PROJECT") {
        Err(Reason::Unsupported("macros (VBA)".to_owned()).into())
    } else {
        self::streams(file, path, prefix, &streams, sink)
    };
    match read {
        Err(Stop::Because(reason)) if depth > 0 => sink.refuse(prefix.as_bytes(), reason)?,
        read => read?,
    }
    if is_message {
        // What is attached to it stands in them, and was handed over.
        return Ok(());
    }
    for (name, _) in folders {
        let (path, prefix) = (format!("{path}{name}/"), format!("{prefix}{name}/"));
        folder(file, &path, &prefix, limits, depth + 1, sink)?;
    }
    Ok(())
}

/// Hands over streams as they are.
fn streams(
    file: &mut File,
    path: &str,
    prefix: &str,
    streams: &[(String, bool)],
    sink: &mut Sink,
) -> Result<(), Stop> {
    for (name, _) in streams {
        let stream = file.open_stream(format!("{path}{name}"));
        let stream = stream.map_err(|e| broken(&e))?;
        let n_bytes_all = stream.len();
        let mut stream = Stored(stream);
        if name == "\u{1}Ole10Native" {
            let Packed { name, n_bytes } = packed(&mut stream)?;
            let name = format!("{prefix}{name}");
            let n_there = n_bytes_all.saturating_sub(stream.stream_position()?);
            sink.member(name.as_bytes(), &mut stream.take(n_bytes))?;
            if n_bytes > n_there {
                let reason = "a file that was packed as it is ends early".to_owned();
                sink.refuse(name.as_bytes(), Reason::Truncated(reason))?;
            }
        } else if !name.starts_with(|c: char| c.is_control()) {
            // Names that begin with a control character describe the object.
            sink.member(format!("{prefix}{name}").as_bytes(), &mut stream)?;
        }
    }
    Ok(())
}

/// A file that was packed as it is.
struct Packed {
    name: String,
    n_bytes: u64,
}

/// Reads what stands before a file that was packed as it is: its name and its length. Names stand behind it too.
fn packed(stream: &mut (impl Read + Seek)) -> io::Result<Packed> {
    let mut head = Vec::new();
    stream.take(LABEL_BYTES_MAX).read_to_end(&mut head)?;
    // Size and a number, then the name, and two more ends of names; a length before the second and before the file.
    let mut at = 6;
    let text = |at: &mut usize| {
        let rest = head.get(*at..).unwrap_or_default();
        let n = rest.iter().position(|b| *b == 0).unwrap_or(rest.len());
        *at += n + 1;
        decode_code_page(&rest[..n], 936)
    };
    let name = text(&mut at);
    text(&mut at);
    at += 8;
    text(&mut at);
    let length = |at: usize| {
        let bytes = head.get(at..at + 4).and_then(|b| b.try_into().ok());
        bytes.map_or(0, |bytes| u64::from(u32::from_le_bytes(bytes)))
    };
    let is_packed = !name.is_empty() && at + 4 < head.len();
    let (name, at) = match is_packed {
        true => (name, at),
        // Whatever it is, the size of it stands before.
        false => ("object".to_owned(), 0),
    };
    stream.seek(io::SeekFrom::Start(at as u64 + 4))?;
    Ok(Packed {
        name,
        n_bytes: length(at),
    })
}

/// A stream of the file, for whoever does not know that it is one.
pub(super) struct Stored<R>(pub(super) R);

impl<R: Read> Read for Stored<R> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let read = self.0.read(buf);
        read.map_err(|e| io::Error::other(Broken(reason(&e))))
    }
}

impl<S: Seek> Seek for Stored<S> {
    fn seek(&mut self, to: io::SeekFrom) -> io::Result<u64> {
        let sought = self.0.seek(to);
        sought.map_err(|e| io::Error::other(Broken(reason(&e))))
    }
}

/// What is wrong with the file, by an error of the library.
pub(super) fn broken(error: &io::Error) -> Stop {
    reason(error).into()
}

fn reason(error: &io::Error) -> Reason {
    match reason_of(error) {
        Reason::Damaged(_) => {
            Reason::Damaged("the table of sectors of the OLE file is wrong or cut off".to_owned())
        }
        reason => reason,
    }
}
