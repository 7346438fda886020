//! The parts of a message (RFC 2046), one after the other as they are read.
//!
//! Nesting is a list of boundaries, not recursion: a line that is one of them ends whatever stands inside. An attached message
//! is a part like any other; it is taken apart as a file of its own. What a part holds is not known here.

use std::io::{self, BufRead, Read};

use super::header::{self, Header};
use super::lines::Lines;
use crate::container::pump::Stop;
use crate::decode::sniff::mail::without_end;
use crate::decode::transfer::{Decoded, Transfer};
use crate::error::Reason;

/// Parts inside each other. What lies deeper is one part, as it is written.
pub(super) const NESTED_MAX: usize = 64;

/// Bytes of a boundary (RFC 2046 allows 70).
const BOUNDARY_BYTES_MAX: usize = 512;

/// A part that holds no others.
pub(super) struct Part {
    /// In lower case (`text/csv`); empty if it is not told.
    pub(super) media_type: String,
    /// The encoding that it says its text is in.
    pub(super) charset: Option<&'static encoding_rs::Encoding>,
    /// The name of the file it was.
    pub(super) name: Option<String>,
    pub(super) is_attachment: bool,
    pub(super) is_encrypted: bool,
    /// Whether it stands before the first or behind the last part, where no program shows it.
    pub(super) is_between: bool,
    /// The number of the choice of which it is one form.
    pub(super) choice: Option<usize>,
    transfer: Transfer,
    boundary: Option<Vec<u8>>,
    holds: Holds,
}

/// How the parts of a part belong together.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Holds {
    Parts,
    /// The same in several forms.
    Choice,
    /// Messages, if they say nothing else.
    Messages,
    Encrypted,
}

/// What a message was, when all of it was read.
#[derive(Default)]
pub(super) struct Ended {
    /// What stood before it.
    pub(super) header: Header,
    /// What was not read, or not as it is meant.
    pub(super) reasons: Vec<Reason>,
}

/// What ended a part.
#[derive(Clone, Copy)]
enum End {
    Message,
    /// A boundary, by its place in the list; whether it is the last of its kind.
    Boundary(usize, bool),
}

/// A part that is open.
struct Open {
    boundary: Vec<u8>,
    holds: Holds,
    choice: Option<usize>,
}

/// Who takes the parts.
type Take<'t> = dyn FnMut(&Part, &mut dyn Read) -> Result<(), Stop> + 't;

/// Hands over the parts of a message, and reads it to its end.
///
/// # Errors
/// When it cannot be read, or whoever takes the parts wants no more.
pub(super) fn read<R: BufRead>(lines: &mut Lines<R>, take: &mut Take<'_>) -> Result<Ended, Stop> {
    let mut ended = Ended::default();
    let mut open: Vec<Open> = Vec::new();
    let mut n_choices = 0;
    let mut is_first = true;
    loop {
        let (header, line, end) = read_header(lines, &open)?;
        if header.is_cut {
            let most = header::HEADER_BYTES_MAX >> 10;
            note(
                &mut ended,
                Reason::Limit(format!("a header of more than {most} KiB")),
            );
        }
        let mut part = Part::of(&header, open.last());
        let nests = part.boundary.is_some() && end.is_none();
        if nests && open.len() >= NESTED_MAX {
            let what = format!("more than {NESTED_MAX} parts of a message in each other");
            note(&mut ended, Reason::Limit(what));
        } else if nests && let Some(boundary) = part.boundary.take() {
            n_choices += usize::from(part.holds == Holds::Choice);
            open.push(Open {
                boundary,
                holds: part.holds,
                choice: match part.holds {
                    Holds::Choice => Some(n_choices),
                    _ => part.choice,
                },
            });
        }
        if std::mem::take(&mut is_first) {
            ended.header = header;
        }
        let mut body = Body::new(lines, &open, line, end);
        if end.is_none() && nests && part.boundary.is_none() {
            take(&Part::between(), &mut body)?;
        } else if end.is_none() {
            let mut decoded = Decoded::new(&mut body, part.transfer);
            take(&part, &mut decoded)?;
        }
        let end = body.skip()?;
        if !go_on(lines, &mut open, end, take)? {
            return Ok(ended);
        }
    }
}

/// Goes to the next part. False at the end of the message.
fn go_on<R: BufRead>(
    lines: &mut Lines<R>,
    open: &mut Vec<Open>,
    end: End,
    take: &mut Take<'_>,
) -> Result<bool, Stop> {
    let mut end = end;
    loop {
        match end {
            End::Message => return Ok(false),
            End::Boundary(at, false) => {
                open.truncate(at + 1);
                return Ok(true);
            }
            End::Boundary(at, true) => {
                open.truncate(at);
                let mut body = Body::new(lines, open, Vec::new(), None);
                take(&Part::between(), &mut body)?;
                end = body.skip()?;
            }
        }
    }
}

fn note(ended: &mut Ended, reason: Reason) {
    if !ended.reasons.contains(&reason) {
        ended.reasons.push(reason);
    }
}

/// The header of a part, the line behind it if that is already text, and what ended it before its time.
fn read_header<R: BufRead>(
    lines: &mut Lines<R>,
    open: &[Open],
) -> io::Result<(Header, Vec<u8>, Option<End>)> {
    let mut header = Header::default();
    loop {
        let Some(piece) = lines.next()? else {
            return Ok((header, Vec::new(), Some(End::Message)));
        };
        let line = without_end(piece.bytes);
        if !piece.begins_line {
            header.add_piece(line);
        } else if let Some(end) = boundary(line, open) {
            return Ok((header, Vec::new(), Some(end)));
        } else if line.is_empty() {
            return Ok((header, Vec::new(), None));
        } else if !header.add(line) {
            // A header that nothing ends: this is text already.
            let line = piece.bytes.to_vec();
            return Ok((header, line, None));
        }
    }
}

/// Which boundary a line is.
fn boundary(line: &[u8], open: &[Open]) -> Option<End> {
    let rest = line.strip_prefix(b"--")?.trim_ascii_end();
    let places = open.iter().enumerate().rev();
    let mut found = places.filter_map(|(at, open)| {
        let behind = rest.strip_prefix(&open.boundary[..])?;
        match behind {
            b"" => Some(End::Boundary(at, false)),
            b"--" => Some(End::Boundary(at, true)),
            _ => None,
        }
    });
    found.next()
}

impl Part {
    /// Text that belongs to no part: for programs that know none, or whatever it is.
    fn between() -> Part {
        let part = Part::of(&Header::default(), None);
        Part {
            is_between: true,
            ..part
        }
    }

    fn of(header: &Header, inside: Option<&Open>) -> Part {
        let (mut media_type, parameters) = header.with_parameters("content-type");
        let (disposition, placed) = header.with_parameters("content-disposition");
        let holds = match inside.map(|open| open.holds) {
            _ if media_type == "multipart/alternative" => Holds::Choice,
            _ if media_type == "multipart/digest" => Holds::Messages,
            _ if media_type == "multipart/encrypted" => Holds::Encrypted,
            _ => Holds::Parts,
        };
        if media_type.is_empty() && inside.is_some_and(|open| open.holds == Holds::Messages) {
            "message/rfc822".clone_into(&mut media_type);
        }
        let boundary = parameters.raw("boundary").filter(|boundary| {
            media_type.starts_with("multipart/")
                && !boundary.is_empty()
                && boundary.len() <= BOUNDARY_BYTES_MAX
        });
        if boundary.is_none() && media_type.starts_with("multipart/") {
            // Nothing says where its parts are: it is one text.
            media_type.clear();
        }
        let name = placed.text("filename").or_else(|| parameters.text("name"));
        let is_pkcs7 = matches!(
            &media_type[..],
            "application/pkcs7-mime" | "application/x-pkcs7-mime"
        );
        let is_signed = parameters.raw("smime-type") == Some(b"signed-data");
        Part {
            charset: parameters
                .raw("charset")
                .and_then(encoding_rs::Encoding::for_label),
            is_attachment: disposition == "attachment",
            is_encrypted: inside.is_some_and(|open| open.holds == Holds::Encrypted)
                || (is_pkcs7 && !is_signed),
            is_between: false,
            choice: inside.and_then(|open| open.choice),
            transfer: header
                .first("content-transfer-encoding")
                .map_or(Transfer::Plain, |name| Transfer::named(&name)),
            boundary: boundary.map(<[u8]>::to_vec),
            name: name.filter(|name| !name.trim().is_empty()),
            media_type,
            holds,
        }
    }
}

/// A part as it is written, to the boundary that ends it. The end of the line before a boundary belongs to that.
struct Body<'l, R> {
    lines: &'l mut Lines<R>,
    open: &'l [Open],
    /// Bytes that are given next.
    ready: Vec<u8>,
    at: usize,
    /// The end of the last line, which may be a boundary's.
    held: Vec<u8>,
    end: Option<End>,
}

impl<'l, R: BufRead> Body<'l, R> {
    fn new(
        lines: &'l mut Lines<R>,
        open: &'l [Open],
        first: Vec<u8>,
        end: Option<End>,
    ) -> Body<'l, R> {
        let n = without_end(&first).len();
        Body {
            lines,
            open,
            at: 0,
            held: first[n..].to_vec(),
            ready: first[..n].to_vec(),
            end,
        }
    }

    /// Takes the next line.
    fn fill(&mut self) -> io::Result<()> {
        self.ready.clear();
        self.at = 0;
        let Some(piece) = self.lines.next()? else {
            self.end = Some(End::Message);
            self.ready.append(&mut self.held);
            return Ok(());
        };
        let line = without_end(piece.bytes);
        if piece.begins_line {
            self.end = boundary(line, self.open);
        }
        if self.end.is_none() {
            self.ready.append(&mut self.held);
            self.ready.extend_from_slice(line);
            self.held.extend_from_slice(&piece.bytes[line.len()..]);
        }
        Ok(())
    }

    /// Reads to the end.
    fn skip(mut self) -> io::Result<End> {
        loop {
            if let Some(end) = self.end {
                return Ok(end);
            }
            self.fill()?;
        }
    }
}

impl<R: BufRead> Read for Body<'_, R> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        while self.at == self.ready.len() && self.end.is_none() {
            self.fill()?;
        }
        let n = buf.len().min(self.ready.len() - self.at);
        buf[..n].copy_from_slice(&self.ready[self.at..self.at + n]);
        self.at += n;
        Ok(n)
    }
}
