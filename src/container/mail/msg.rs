//! Messages as Outlook keeps them (`.msg`, [MS-OXMSG]): properties in an OLE compound file.
//!
//! A property is a stream named by its number and type, in text as UTF-16 or in the code page of whoever wrote it; those of
//! a fixed size stand together in one stream. A message that is attached is a storage of the same make inside, and is gone
//! through in its turn. Text that is there only as compressed RTF is named and not read, and so are objects of other programs and
//! what lies elsewhere.

use std::io::{Read, Seek};
use std::path::{Path, PathBuf};

use cfb::{CompoundFile, Stream};
use encoding_rs::{Encoding, UTF_16LE};

use super::{Record, TEXT_BYTES_MAX, Texts, text_limit, write};
use crate::container::calendar::civil;
use crate::container::ole::{Stored, broken};
use crate::container::pump::{Sink, Stop};
use crate::decode::charset::codepage::code_page;
use crate::decode::charset::decode_said;
use crate::decode::{Known, decode_utf16};
use crate::error::Reason;

/// Attached messages inside each other.
const DEPTH_MAX: usize = 16;

/// The stream of properties of a fixed size, which every message has.
pub(in crate::container) const PROPERTIES: &str = "__properties_version1.0";

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

/// A message that is still to be gone through: where it is, the path to it, and how deep it lies.
struct Waiting {
    at: PathBuf,
    folder: String,
    depth: usize,
}

/// Hands over the message that stands in a storage of a file, and what is attached to it. Their names begin with `prefix`.
pub(in crate::container) fn walk<F: Read + Seek>(
    file: &mut CompoundFile<F>,
    storage: &str,
    prefix: &str,
    sink: &mut Sink,
) -> Result<(), Stop> {
    let mut waiting = vec![Waiting {
        at: PathBuf::from(storage),
        folder: prefix.to_owned(),
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
    let lost = put_text(&mut store, &mut texts)?;
    let record = record(&mut store, texts)?;
    // Whatever of it was cut: what it says, or who it is from and to.
    let reason = store.is_cut.then(text_limit).or(lost);
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
            let mut rdr = Stored(open(part.file, &stream)?);
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
        } else {
            let what = match part.file.is_storage(&storage) {
                true => "an object of another program in a message",
                false => "an attachment that is only referred to",
            };
            sink.refuse(path.as_bytes(), Reason::Unsupported(what.to_owned()))?;
        }
    }
    Ok(inner)
}

/// Takes the text of a message. Returns why it cannot, if there is one that it cannot.
fn put_text<F: Read + Seek>(
    store: &mut Store<'_, F>,
    texts: &mut Texts,
) -> Result<Option<Reason>, Stop> {
    let choice = Some(0);
    if let Some(text) = store.text(BODY)? {
        texts.put(choice, false, &text);
    }
    let html = match store.bytes(HTML, BINARY)? {
        Some(bytes) => Some(decode_said(&bytes, store.internet_encoding)),
        None => store.text(HTML)?,
    };
    if let Some(html) = html {
        texts.put(choice, true, &html);
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
        let is_cut = party.is_cut;
        store.is_cut |= is_cut;
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
    /// Whether a text or the properties were longer than is read.
    is_cut: bool,
}

impl<'f, F: Read + Seek> Store<'f, F> {
    fn new(
        file: &'f mut CompoundFile<F>,
        at: PathBuf,
        header_len: usize,
    ) -> Result<Store<'f, F>, Stop> {
        let (mut bytes, mut is_cut) = (Vec::new(), false);
        let properties = at.join(PROPERTIES);
        if file.is_stream(&properties) {
            let stream = open(file, &properties)?;
            is_cut = stream.len() > PROPERTIES_BYTES_MAX;
            bytes = start_of(stream, PROPERTIES_BYTES_MAX)?;
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
            is_cut,
        };
        let page = |number: Option<u64>| {
            let number = u16::try_from(number? as u32).ok()?;
            // Text in it has properties of its own.
            code_page(number).filter(|encoding| *encoding != UTF_16LE)
        };
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
        let entries = self.file.read_storage(&self.at);
        let entries = entries.map_err(|e| broken(&e))?;
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
        let stream = open(self.file, &path)?;
        self.is_cut |= stream.len() > TEXT_BYTES_MAX;
        start_of(stream, TEXT_BYTES_MAX).map(Some)
    }

    fn text(&mut self, tag: u16) -> Result<Option<String>, Stop> {
        let text = match self.bytes(tag, STRING)? {
            Some(bytes) => decode_utf16(&bytes),
            None => match self.bytes(tag, STRING_8)? {
                Some(bytes) => decode_said(&bytes, self.encoding),
                None => return Ok(None),
            },
        };
        Ok(Some(text.trim_end_matches('\0').to_owned()))
    }
}

/// A stream of the file.
fn open<F: Read + Seek>(file: &mut CompoundFile<F>, path: &Path) -> Result<Stream<F>, Stop> {
    file.open_stream(path).map_err(|e| broken(&e))
}

/// So many bytes of a stream, or all if there are fewer.
fn start_of<F: Read + Seek>(stream: Stream<F>, most: u64) -> Result<Vec<u8>, Stop> {
    let mut bytes = Vec::new();
    let read = stream.take(most).read_to_end(&mut bytes);
    read.map_err(|e| broken(&e))?;
    Ok(bytes)
}

/// A time in tenths of microseconds since 1601, as it is written in records.
fn time_of(ticks: u64) -> String {
    /// From 1601 to 1970.
    const DAYS: i64 = 134_774;
    let seconds = ticks / 10_000_000;
    let (days, second) = (seconds / 86_400, seconds % 86_400);
    let (year, month, day) = civil(days as i64 - DAYS);
    let (hour, minute) = (second / 3600, second / 60 % 60);
    format!(
        "{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}:{:02}Z",
        second % 60
    )
}

#[cfg(test)]
mod tests {
    use std::io::{Cursor, Write};

    use super::*;
    use crate::container::Unpacking;
    use crate::container::tests::{All, all};
    use crate::decode::Container;

    /// What is in a compound file with these streams.
    fn read(streams: &[(&str, &[u8])]) -> All {
        let mut file = CompoundFile::create(Cursor::new(Vec::new())).unwrap();
        for (path, bytes) in streams {
            let path = Path::new(path);
            file.create_storage_all(path.parent().unwrap()).unwrap();
            file.create_stream(path).unwrap().write_all(bytes).unwrap();
        }
        file.flush().unwrap();
        let bytes = file.into_inner().into_inner();
        all(Container::Ole, &bytes, "a.msg", &Unpacking::default())
    }

    fn utf16(text: &str) -> Vec<u8> {
        text.encode_utf16().flat_map(u16::to_le_bytes).collect()
    }

    #[test]
    fn what_is_attached_is_handed_over_or_named() {
        let (link, text) = (utf16("link.xlsx"), utf16("hello"));
        let (found, ended) = read(&[
            ("/__properties_version1.0", &[0; 32]),
            ("/__substg1.0_1000001F", &text),
            ("/__attach_version1.0_#00000000/__substg1.0_3707001F", &link),
            (
                "/__attach_version1.0_#00000001/__substg1.0_37010102",
                b"data",
            ),
            (
                "/__attach_version1.0_#00000002/__substg1.0_3701000D/x",
                b"x",
            ),
        ]);
        assert_eq!(ended, None);
        let record = found[0].1.as_ref().expect("the record");
        assert!(String::from_utf8_lossy(record).contains("\"mail_body\":\"hello\""));
        let refused = |what: &str| Err(format!("unsupported format: {what}"));
        let want = [
            (
                "link.xlsx",
                refused("an attachment that is only referred to"),
            ),
            ("attachment-2", Ok(b"data".to_vec())),
            (
                "attachment-3",
                refused("an object of another program in a message"),
            ),
        ];
        assert_eq!(
            found[1..],
            want.map(|(name, bytes)| (name.to_owned(), bytes))
        );
    }

    #[test]
    fn whatever_is_cut_is_told() {
        let long = vec![b'a'; TEXT_BYTES_MAX as usize + 1];
        for path in [
            "/__substg1.0_1000001E",
            "/__substg1.0_0037001E",
            "/__substg1.0_0C1A001E",
            "/__recip_version1.0_#00000000/__substg1.0_3001001E",
        ] {
            for (bytes, is_cut) in [(&long[..], true), (&long[1..], false)] {
                let (found, _) = read(&[("/__properties_version1.0", &[0; 32]), (path, bytes)]);
                let told = found[0].1.as_ref().err().map(|reason| &reason[..]);
                let want = "limit reached: a message with more than 16 MiB of text";
                assert_eq!(told, is_cut.then_some(want), "{path}");
            }
        }
    }

    #[test]
    fn a_message_in_a_folder_of_another_document_is_read() {
        let mut properties = vec![0; 32];
        properties.extend([0x40, 0, 0x39, 0, 0, 0, 0, 0]);
        properties.extend(133_536_492_610_000_000_u64.to_le_bytes());
        let subject = utf16("名单");
        let (found, ended) = read(&[
            ("/Pool/_1/__properties_version1.0", &properties),
            ("/Pool/_1/__substg1.0_0037001F", &subject),
            (
                "/Pool/_1/__attach_version1.0_#00000000/__substg1.0_37010102",
                b"data",
            ),
            ("/Pool/_2/other", b"other"),
        ]);
        assert_eq!(ended, None);
        let names: Vec<&str> = found.iter().map(|(name, _)| &name[..]).collect();
        let want = ["Pool/_1/message", "Pool/_1/attachment-1", "Pool/_2/other"];
        assert_eq!(names, want);
        let record = found[0].1.as_ref().expect("the record");
        let record: serde_json::Value = serde_json::from_slice(record).expect("JSON");
        assert_eq!(record["mail_subject"], "名单");
        assert_eq!(record["send_time"], "2024-02-29 03:01:01Z");
    }

    #[test]
    fn what_is_broken_is_the_file_and_no_compressed_data() {
        let whole = include_bytes!("../../../tests/data/formats/few/gbk.msg");
        let mut n_told = 0;
        for i in 0..200 {
            let mut changed = whole.to_vec();
            changed[whole.len() * i / 200] ^= 0x15;
            let (found, ended) = all(Container::Ole, &changed, "a.msg", &Unpacking::default());
            let told = found.into_iter().filter_map(|member| member.1.err());
            for reason in told.chain(ended) {
                assert!(!reason.contains("compressed data"), "{i}: {reason}");
                assert!(!reason.starts_with("internal"), "{i}: {reason}");
                n_told += 1;
            }
        }
        assert!(n_told > 0, "nothing was broken");
    }

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
