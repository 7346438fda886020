//! Messages as Outlook keeps them (`.msg`, [MS-OXMSG]): properties in an OLE compound file.
//!
//! A property is a stream named by its number and type, in text as UTF-16 or in the code page of whoever wrote it; those of
//! a fixed size stand together in one stream. A message that is attached is a storage of the same make inside, and is gone
//! through in its turn. Text that is there only as compressed RTF is named and not read.

use std::io::{Read, Seek};
use std::path::{Path, PathBuf};

use cfb::CompoundFile;
use encoding_rs::Encoding;

use super::{Record, TEXT_BYTES_MAX, Texts, header, text_limit, write};
use crate::container::pump::{Sink, Stop};
use crate::decode::Known;
use crate::error::Reason;

/// Attached messages inside each other.
const DEPTH_MAX: usize = 16;

/// The stream of properties of a fixed size.
const PROPERTIES: &str = "__properties_version1.0";

/// Bytes of that stream.
const PROPERTIES_BYTES_MAX: u64 = 1 << 20;

// Numbers of properties ([MS-OXPROPS]).
const MESSAGE_CLASS: u16 = 0x001A;
const SUBJECT: u16 = 0x0037;
const SENT: u16 = 0x0039;
const SENDER_NAME: u16 = 0x0C1A;
const SENDER: u16 = 0x0C1F;
const DELIVERED: u16 = 0x0E06;
const BODY: u16 = 0x1000;
const RTF: u16 = 0x1009;
const HTML: u16 = 0x1013;
const DISPLAY_NAME: u16 = 0x3001;
const ADDRESS: u16 = 0x3003;
const DATA: u16 = 0x3701;
const SHORT_NAME: u16 = 0x3704;
const LONG_NAME: u16 = 0x3707;
const SMTP_ADDRESS: u16 = 0x39FE;
const INTERNET_CODE_PAGE: u16 = 0x3FDE;
const CODE_PAGE: u16 = 0x3FFD;
const SENDER_SMTP_ADDRESS: u16 = 0x5D01;

// Types of properties ([MS-OXCDATA]).
const OBJECT: u16 = 0x000D;
const STRING_8: u16 = 0x001E;
const STRING: u16 = 0x001F;
const TIME: u16 = 0x0040;
const BINARY: u16 = 0x0102;

/// Whether a compound file is a message.
pub(in crate::container) fn is_message<F: Read + Seek>(file: &CompoundFile<F>) -> bool {
    file.is_stream(Path::new("/").join(PROPERTIES))
}

/// A message that is still to be gone through: where it is, the path to it, and how deep it lies.
struct Waiting {
    at: PathBuf,
    folder: String,
    depth: usize,
}

pub(in crate::container) fn walk<F: Read + Seek>(
    file: &mut CompoundFile<F>,
    sink: &mut Sink,
) -> Result<(), Stop> {
    let mut waiting = vec![Waiting {
        at: PathBuf::from("/"),
        folder: String::new(),
        depth: 1,
    }];
    while let Some(next) = waiting.pop() {
        let mut inner = message(file, &next, sink)?;
        inner.reverse();
        waiting.append(&mut inner);
    }
    Ok(())
}

/// The record of a message and what is attached to it. Returns the messages among that.
fn message<F: Read + Seek>(
    file: &mut CompoundFile<F>,
    message: &Waiting,
    sink: &mut Sink,
) -> Result<Vec<Waiting>, Stop> {
    let header_len = if message.depth == 1 { 32 } else { 24 };
    let mut store = Store::new(file, message.at.clone(), header_len)?;
    let is_encrypted = store
        .text(MESSAGE_CLASS)?
        .is_some_and(|class| class.eq_ignore_ascii_case("IPM.Note.SMIME"));
    let mut texts = Texts::default();
    let reason = put_text(&mut store, &mut texts)?;
    let record = record(&mut store, texts)?;
    let mut member = sink.begin(
        format!("{}message", message.folder).as_bytes(),
        Known::Objects,
    )?;
    write(&mut member, &record)?;
    member.end(reason)?;
    let mut inner = Vec::new();
    for (number, at) in store
        .children("__attach_version1.0_")?
        .into_iter()
        .enumerate()
    {
        let mut part = store.child(at, 8)?;
        let name = [LONG_NAME, SHORT_NAME, DISPLAY_NAME].into_iter();
        let mut names = name.filter_map(|tag| part.text(tag).transpose());
        let name = names.next().transpose()?;
        let name = name.unwrap_or_else(|| format!("attachment-{}", number + 1));
        let path = format!("{}{}", message.folder, name.trim());
        let storage = part.path(DATA, OBJECT);
        if part.file.is_stream(part.path(DATA, BINARY)) {
            let stream = part.path(DATA, BINARY);
            let mut rdr = part.file.open_stream(stream)?;
            match is_encrypted {
                true => sink.refuse(path.as_bytes(), Reason::Encrypted)?,
                false => sink.member(path.as_bytes(), &mut rdr)?,
            }
        } else if part.file.is_stream(storage.join(PROPERTIES)) {
            if message.depth >= DEPTH_MAX {
                let what = format!("more than {DEPTH_MAX} messages in each other");
                sink.refuse(path.as_bytes(), Reason::Limit(what))?;
                continue;
            }
            inner.push(Waiting {
                at: storage,
                folder: format!("{path}/"),
                depth: message.depth + 1,
            });
        } else if part.file.is_storage(&storage) {
            let what = "an object of another program in a message";
            sink.refuse(path.as_bytes(), Reason::Unsupported(what.to_owned()))?;
        }
    }
    Ok(inner)
}

/// Takes the text of a message. Returns what of it cannot be read.
fn put_text<F: Read + Seek>(
    store: &mut Store<'_, F>,
    texts: &mut Texts,
) -> Result<Option<Reason>, Stop> {
    let choice = Some(0);
    if let Some(text) = store.text(BODY)? {
        texts.put(choice, false, &text);
    }
    let html = match store.bytes(HTML, BINARY)? {
        Some(bytes) => Some(header::text(&bytes, store.internet_encoding)),
        None => store.text(HTML)?,
    };
    if let Some(html) = html {
        texts.put(choice, true, &html);
    }
    if store.is_cut {
        return Ok(Some(text_limit()));
    }
    let is_rtf_alone = texts.texts.is_empty() && store.file.is_stream(store.path(RTF, BINARY));
    let what = "a message whose text is there only as compressed RTF";
    Ok(is_rtf_alone.then(|| Reason::Unsupported(what.to_owned())))
}

fn record<F: Read + Seek>(store: &mut Store<'_, F>, texts: Texts) -> Result<Record, Stop> {
    let address = match store.text(SENDER_SMTP_ADDRESS)? {
        Some(address) => Some(address),
        None => store.text(SENDER)?,
    };
    let sender = named(store.text(SENDER_NAME)?, address);
    let mut receiver = Vec::new();
    for at in store.children("__recip_version1.0_")? {
        let mut party = store.child(at, 8)?;
        let address = match party.text(SMTP_ADDRESS)? {
            Some(address) => Some(address),
            None => party.text(ADDRESS)?,
        };
        receiver.extend(named(party.text(DISPLAY_NAME)?, address));
    }
    let time = store.number(SENT, TIME).or(store.number(DELIVERED, TIME));
    Ok(Record {
        sender: sender.into_iter().collect(),
        receiver,
        send_time: time.map(time_of),
        mail_subject: store.text(SUBJECT)?.unwrap_or_default(),
        mail_body: texts.joined(),
        ..Record::default()
    })
}

/// `name <address>`, as a header has it.
fn named(name: Option<String>, address: Option<String>) -> Option<String> {
    let is_given = |text: &String| !text.trim().is_empty();
    match (name.filter(is_given), address.filter(is_given)) {
        (Some(name), Some(address)) if name != address => Some(format!("{name} <{address}>")),
        (_, Some(address)) => Some(address),
        (name, None) => name,
    }
}

/// A storage with properties.
struct Store<'f, F> {
    file: &'f mut CompoundFile<F>,
    at: PathBuf,
    /// Properties of a fixed size, by number and type.
    fixed: Vec<(u16, u16, u64)>,
    /// Of text that is not in UTF-16.
    encoding: Option<&'static Encoding>,
    /// Of HTML that does not say it.
    internet_encoding: Option<&'static Encoding>,
    /// Whether a text was longer than is read.
    is_cut: bool,
}

impl<'f, F: Read + Seek> Store<'f, F> {
    fn new(
        file: &'f mut CompoundFile<F>,
        at: PathBuf,
        header_len: usize,
    ) -> Result<Store<'f, F>, Stop> {
        let mut bytes = Vec::new();
        let properties = at.join(PROPERTIES);
        if file.is_stream(&properties) {
            let stream = file.open_stream(&properties)?;
            stream.take(PROPERTIES_BYTES_MAX).read_to_end(&mut bytes)?;
        }
        let entries = bytes.get(header_len..).unwrap_or_default().chunks_exact(16);
        let fixed = entries.map(|entry| {
            let mut value = [0; 8];
            value.copy_from_slice(&entry[8..]);
            let half = |at: usize| u16::from_le_bytes([entry[at], entry[at + 1]]);
            (half(2), half(0), u64::from_le_bytes(value))
        });
        let mut store = Store {
            file,
            at,
            fixed: fixed.collect(),
            encoding: None,
            internet_encoding: None,
            is_cut: false,
        };
        let page = |number: Option<u64>| number.and_then(|page| encoding_of(page as u32));
        store.internet_encoding = page(store.number(INTERNET_CODE_PAGE, 3));
        store.encoding = page(store.number(CODE_PAGE, 3)).or(store.internet_encoding);
        Ok(store)
    }

    /// A storage inside, whose text is in the same code page.
    fn child(&mut self, at: PathBuf, header_len: usize) -> Result<Store<'_, F>, Stop> {
        let (encoding, internet_encoding) = (self.encoding, self.internet_encoding);
        let mut child = Store::new(self.file, at, header_len)?;
        child.encoding = child.encoding.or(encoding);
        child.internet_encoding = child.internet_encoding.or(internet_encoding);
        Ok(child)
    }

    /// Storages inside whose names begin so, in the order of their names.
    fn children(&self, prefix: &str) -> Result<Vec<PathBuf>, Stop> {
        let entries = self.file.read_storage(&self.at)?;
        let named = entries.filter(|entry| entry.is_storage() && entry.name().starts_with(prefix));
        let mut paths: Vec<PathBuf> = named.map(|entry| entry.path().to_owned()).collect();
        paths.sort();
        Ok(paths)
    }

    fn path(&self, tag: u16, kind: u16) -> PathBuf {
        self.at.join(format!("__substg1.0_{tag:04X}{kind:04X}"))
    }

    fn number(&self, tag: u16, kind: u16) -> Option<u64> {
        let mut found = self.fixed.iter().filter(|p| (p.0, p.1) == (tag, kind));
        found.next().map(|p| p.2)
    }

    fn bytes(&mut self, tag: u16, kind: u16) -> Result<Option<Vec<u8>>, Stop> {
        let path = self.path(tag, kind);
        if !self.file.is_stream(&path) {
            return Ok(None);
        }
        let stream = self.file.open_stream(&path)?;
        self.is_cut |= stream.len() > TEXT_BYTES_MAX;
        let mut bytes = Vec::new();
        stream.take(TEXT_BYTES_MAX).read_to_end(&mut bytes)?;
        Ok(Some(bytes))
    }

    fn text(&mut self, tag: u16) -> Result<Option<String>, Stop> {
        let text = match self.bytes(tag, STRING)? {
            Some(bytes) => encoding_rs::UTF_16LE
                .decode_without_bom_handling(&bytes)
                .0
                .into_owned(),
            None => match self.bytes(tag, STRING_8)? {
                Some(bytes) => header::text(&bytes, self.encoding),
                None => return Ok(None),
            },
        };
        Ok(Some(text.trim_end_matches('\0').to_owned()))
    }
}

/// The encoding of a code page of Windows.
fn encoding_of(page: u32) -> Option<&'static Encoding> {
    let label = match page {
        936 | 54936 | 20936 => "gb18030".to_owned(),
        950 => "big5".to_owned(),
        932 => "shift_jis".to_owned(),
        949 => "euc-kr".to_owned(),
        50220 => "iso-2022-jp".to_owned(),
        65001 => "utf-8".to_owned(),
        1250..=1258 | 874 => format!("windows-{page}"),
        28591..=28606 => format!("iso-8859-{}", page - 28590),
        _ => return None,
    };
    Encoding::for_label(label.as_bytes())
}

/// A time in tenths of microseconds since 1601, as it is written in records.
fn time_of(ticks: u64) -> String {
    let seconds = ticks / 10_000_000;
    let (days, rest) = (seconds / 86_400, seconds % 86_400);
    let (mut year, mut left) = (1601, days);
    // Four hundred years have 146,097 days.
    year += 400 * (left / 146_097);
    left %= 146_097;
    let length = |year: u64| match year {
        y if (y % 4 == 0 && y % 100 != 0) || y % 400 == 0 => 366,
        _ => 365,
    };
    while left >= length(year) {
        left -= length(year);
        year += 1;
    }
    let february = length(year) - 337;
    let mut month = 1;
    for days in [31, february, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31] {
        if left < days {
            break;
        }
        left -= days;
        month += 1;
    }
    let (day, hour, minute) = (left + 1, rest / 3600, rest / 60 % 60);
    format!(
        "{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}:{:02}Z",
        rest % 60
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_those_of_the_calendar() {
        for (ticks, want) in [
            (0, "1601-01-01 00:00:00Z"),
            (116_444_736_000_000_000, "1970-01-01 00:00:00Z"),
            (133_536_492_610_000_000, "2024-02-29 03:01:01Z"),
            (133_801_631_990_000_000, "2024-12-31 23:59:59Z"),
        ] {
            assert_eq!(time_of(ticks), want);
        }
        // Never fails, whatever is written.
        time_of(u64::MAX);
    }

    #[test]
    fn names_and_addresses_are_one_text() {
        let some = |text: &str| Some(text.to_owned());
        assert_eq!(
            named(some("张三"), some("a@example.com")),
            some("张三 <a@example.com>")
        );
        assert_eq!(
            named(some(""), some("a@example.com")),
            some("a@example.com")
        );
        assert_eq!(
            named(some("a@example.com"), some("a@example.com")),
            some("a@example.com")
        );
        assert_eq!(named(some("张三"), None), some("张三"));
        assert_eq!(named(None, None), None);
    }
}
