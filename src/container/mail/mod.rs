//! Mail: messages (`.eml`, RFC 5322) and mailboxes of them (mbox, RFC 4155).
//!
//! A message is a record: who sent it, who got it, when, and what it says. What is attached to it is a member of its own, and
//! so is an attached message, which is taken apart like a file. A mailbox is read twice, first for the records and then for what
//! is attached, so that neither has to be kept. Of the header only the lines named in [`Record`] are read.

mod header;
mod lines;
pub(super) mod msg;
mod parts;

use std::collections::HashSet;
use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom};

use serde::Serialize;

use self::header::Header;
use self::lines::Lines;
use self::parts::Part;
use super::html;
use super::pump::{Job, Sink, Stop};
use crate::decode::charset::decode_said;
use crate::decode::{Container, Known};
use crate::error::Reason;

/// Bytes of the texts of one message, as they are written.
pub(super) const TEXT_BYTES_MAX: u64 = 16 << 20;

/// Bytes of a mailbox that are read at a time.
const BLOCK_BYTES: usize = 64 << 10;

/// What is counted of a message. The names are those of the vocabulary of columns.
#[derive(Default, Serialize)]
struct Record {
    /// `From`, and `Sender` where that is another.
    sender: Vec<String>,
    /// `To`, `Cc`, `Bcc`.
    receiver: Vec<String>,
    /// `Reply-To`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    reply_to: Vec<String>,
    /// `Date`.
    #[serde(skip_serializing_if = "Option::is_none")]
    send_time: Option<String>,
    /// `X-Originating-IP`: the address that it was sent from.
    #[serde(skip_serializing_if = "Option::is_none")]
    ip: Option<String>,
    mail_subject: String,
    mail_body: String,
}

pub(super) fn walk(job: Job, sink: &mut Sink) -> Result<(), Stop> {
    let is_mailbox = job.container == Container::Mbox;
    let limits = job.unpacking.limits;
    let (mut source, size, failed) = job.source.into_seekable_so_far(limits.spool_bytes)?;
    sink.of_size(size);
    messages(&mut source, is_mailbox, limits.members_max, sink)?;
    failed.map_or(Ok(()), |error| Err(error.into()))
}

/// Hands over the records of all messages, and then what is attached to them.
fn messages(
    source: &mut (impl Read + Seek),
    is_mailbox: bool,
    members_max: u64,
    sink: &mut Sink,
) -> Result<(), Stop> {
    let rdr = BufReader::with_capacity(BLOCK_BYTES, &mut *source);
    let (with_files, failed) = records(rdr, is_mailbox, members_max, sink)?;
    for (number, offset) in with_files {
        source.seek(SeekFrom::Start(offset))?;
        let rdr = BufReader::with_capacity(BLOCK_BYTES, &mut *source);
        let mut lines = Lines::inside(rdr, is_mailbox);
        let folder = match is_mailbox {
            true => format!("{number}/"),
            false => String::new(),
        };
        let mut n_parts = 0;
        parts::read(&mut lines, &mut |part, body| {
            n_parts += usize::from(!part.is_between);
            match part.is_file() {
                true => attached(part, body, &folder, n_parts, sink),
                false => Ok(()),
            }
        })?;
    }
    failed.map_or(Ok(()), Err)
}

/// Messages to which something is attached: their numbers, from 1, and where they begin.
type WithFiles = Vec<(u64, u64)>;

/// Writes the records. Returns what is to be gone through once more, and why the source cannot be read further, if it cannot.
fn records<R: BufRead>(
    rdr: R,
    is_mailbox: bool,
    members_max: u64,
    sink: &mut Sink,
) -> Result<(WithFiles, Option<Stop>), Stop> {
    let mut lines = Lines::new(rdr, is_mailbox);
    let name = if is_mailbox { "messages" } else { "message" };
    let mut member = sink.begin(name.as_bytes(), Known::Objects)?;
    let (mut number, mut with_files) = (0, WithFiles::new());
    let mut reasons: Vec<Reason> = Vec::new();
    let mut failed = None;
    while failed.is_none() {
        match lines.next_message() {
            Ok(true) => {}
            Ok(false) => break,
            Err(error) => {
                failed = Some(error.into());
                break;
            }
        }
        number += 1;
        let offset = lines.offset();
        let mut texts = Texts::default();
        let mut has_files = false;
        let read = parts::read(&mut lines, &mut |part, body| {
            match part.is_text() {
                true => texts.add(part, body)?,
                false => has_files |= part.is_file(),
            }
            Ok(())
        });
        let ended = match read {
            Ok(ended) => ended,
            // What was read of it is a record all the same, and the last one.
            Err(stop) => {
                failed = Some(stop);
                parts::Ended::default()
            }
        };
        // Each gives a member at least, so that no more are reached.
        if has_files && with_files.len() as u64 <= members_max {
            with_files.push((number, offset));
        }
        let over = texts.is_cut.then(text_limit);
        for reason in ended.reasons.into_iter().chain(over) {
            if !reasons.contains(&reason) {
                reasons.push(reason);
            }
        }
        let record = Record::of(&ended.header, texts);
        write(&mut member, &record)?;
    }
    member.end(joined(&reasons))?;
    Ok((with_files, failed))
}

fn text_limit() -> Reason {
    let most = TEXT_BYTES_MAX >> 20;
    Reason::Limit(format!("a message with more than {most} MiB of text"))
}

/// Several limits as one reason.
fn joined(reasons: &[Reason]) -> Option<Reason> {
    match reasons {
        [] => None,
        [one] => Some(one.clone()),
        several => {
            let texts = several.iter().map(|reason| match reason {
                Reason::Limit(what) => what.clone(),
                other => other.to_string(),
            });
            Some(Reason::Limit(texts.collect::<Vec<_>>().join("; ")))
        }
    }
}

fn write(member: &mut super::pump::MemberWriter<'_>, record: &Record) -> Result<(), Stop> {
    let mut line = serde_json::to_vec(record).map_err(io::Error::from)?;
    line.push(b'\n');
    member.write(&line)
}

impl Record {
    fn of(header: &Header, texts: Texts) -> Record {
        let addresses = |names: &[&str]| {
            let (mut all, mut met) = (Vec::new(), HashSet::new());
            for address in names.iter().flat_map(|name| header.addresses(name)) {
                if met.insert(address.clone()) {
                    all.push(address);
                }
            }
            all
        };
        Record {
            sender: addresses(&["from", "sender"]),
            receiver: addresses(&["to", "cc", "bcc"]),
            reply_to: addresses(&["reply-to"]),
            send_time: header.first("date"),
            ip: header.first("x-originating-ip"),
            mail_subject: header.first("subject").unwrap_or_default(),
            mail_body: texts.joined(),
        }
    }
}

/// The texts of a message.
#[derive(Default)]
struct Texts {
    texts: Vec<Text>,
    n_bytes: u64,
    is_cut: bool,
}

struct Text {
    choice: Option<usize>,
    is_html: bool,
    text: String,
}

impl Texts {
    fn add(&mut self, part: &Part, body: &mut dyn Read) -> Result<(), Stop> {
        let mut bytes = Vec::new();
        let left = TEXT_BYTES_MAX.saturating_sub(self.n_bytes);
        body.take(left).read_to_end(&mut bytes)?;
        self.n_bytes += bytes.len() as u64;
        if bytes.len() as u64 == left {
            let n_more = io::copy(body, &mut io::sink())?;
            self.is_cut |= n_more > 0;
        }
        let text = decode_said(&bytes, part.charset);
        self.put(part.choice, part.media_type == "text/html", &text);
        Ok(())
    }

    fn put(&mut self, choice: Option<usize>, is_html: bool, text: &str) {
        let text = match is_html {
            true => html::to_text(text),
            false => text.trim_end().to_owned(),
        };
        if !text.trim().is_empty() {
            self.texts.push(Text {
                choice,
                is_html,
                text,
            });
        }
    }

    /// All texts. Of a choice of the same in several forms the last is the best (RFC 2046, section 5.1.4): HTML, where it is there.
    fn joined(self) -> String {
        let with_html: HashSet<usize> = self
            .texts
            .iter()
            .filter(|text| text.is_html)
            .filter_map(|text| text.choice)
            .collect();
        let is_worse = |text: &Text| {
            let choice = text.choice.filter(|_| !text.is_html);
            choice.is_some_and(|choice| with_html.contains(&choice))
        };
        let texts = self.texts.iter().filter(|text| !is_worse(text));
        let texts: Vec<&str> = texts.map(|text| &text.text[..]).collect();
        texts.join("\n")
    }
}

impl Part {
    /// Whether it is what the message says, rather than something that comes with it.
    fn is_text(&self) -> bool {
        let is_text = matches!(
            &self.media_type[..],
            "" | "text/plain" | "text/html" | "text"
        );
        is_text && !self.is_attachment && self.name.is_none() && !self.is_encrypted
    }

    /// Whether it is a file that comes with the message. One part only says that the next is encrypted, and no more.
    fn is_file(&self) -> bool {
        !self.is_text() && self.media_type != "application/pgp-encrypted"
    }
}

/// Hands over what is attached to a message.
fn attached(
    part: &Part,
    body: &mut dyn Read,
    folder: &str,
    number: usize,
    sink: &mut Sink,
) -> Result<(), Stop> {
    let name = match &part.name {
        Some(name) => format!("{folder}{}", name.trim()),
        None => format!("{folder}part-{number}{}", ending(&part.media_type)),
    };
    if part.is_encrypted {
        return sink.refuse(name.as_bytes(), Reason::Encrypted);
    }
    sink.member(name.as_bytes(), body)
}

/// The ending of a name by the type of what it names.
fn ending(media_type: &str) -> &'static str {
    match media_type {
        "message/rfc822" | "message/global" => ".eml",
        "text/csv" => ".csv",
        "text/html" => ".html",
        "text/calendar" => ".ics",
        "application/json" => ".json",
        "application/pdf" => ".pdf",
        "application/zip" => ".zip",
        t if t.starts_with("text/") => ".txt",
        _ => "",
    }
}

#[cfg(test)]
mod tests;
