//! JSON by columns, as pandas writes a data frame unless told otherwise: `{"phone": {"0": …, "1": …}, "name": {"0": …}}`.
//!
//! What belongs to one row is far apart, once in every column. The document is gone through once to find where columns begin, and
//! then at all of these places side by side, so that nothing but a row is kept. Rows are found by their keys, in the order of the
//! first column that has more. What is made otherwise is handed over as the document it is. That a document may be of this kind
//! is told by `sniff`.

use std::borrow::Cow;
use std::io::{self, Read, SeekFrom};
use std::ops::Range;

use super::markup::Utf8;
use super::pump::{Job, MemberWriter, Sink, Stop};
use super::source::{Full, Seekable};
use crate::decode::sniff::end_of_string;
use crate::decode::{Encoding, Known};
use crate::error::Reason;

/// Columns that are read side by side.
const COLUMNS_MAX: usize = 4_096;

/// Bytes of the name of a column.
const NAME_BYTES_MAX: usize = 1 << 10;

/// Bytes of one key or one value.
const VALUE_BYTES_MAX: usize = 16 << 20;

/// Bytes that are held of all columns together.
const HELD_BYTES_MAX: usize = 64 << 20;

/// Columns that are asked for a row in vain, for each one that has it. Past that, rows are a value each.
const VAIN_MAX: u64 = 64;
const VAIN_FREE: u64 = 1 << 20;

/// Bytes that are read at a time of all columns together, and of one at most and at least.
const BLOCKS_BYTES: usize = 16 << 20;
const BLOCK_BYTES: usize = 64 << 10;
const BLOCK_BYTES_MIN: usize = 4 << 10;

pub(super) fn walk(job: Job, sink: &mut Sink) -> Result<(), Stop> {
    // Of a document that is cut off what came before is read.
    let spool_bytes = job.unpacking.limits.spool_bytes;
    let (mut source, size, failed) = job.source.into_places(spool_bytes)?;
    sink.of_size(size);
    match columns_of(&mut source)? {
        Found::Columns(columns, lost) => {
            let mut out = sink.begin(b"rows", Known::Objects)?;
            let ended = rows(&mut source, columns, &mut out)?;
            out.end(ended.or(lost))?;
        }
        Found::Others => {
            source.rewind()?;
            let mut out = sink.begin(b"document", Known::Document)?;
            let mut text = Utf8::new(&mut source, Encoding::Utf8);
            let mut block = vec![0; BLOCK_BYTES];
            loop {
                let n = text.read(&mut block)?;
                if n == 0 || !out.is_wanted() {
                    break;
                }
                out.write(&block[..n])?;
            }
            out.end(None)?;
        }
    }
    failed.map_or(Ok(()), |error| Err(error.into()))
}

/// What a document holds.
enum Found {
    /// Columns, and why there may be more.
    Columns(Vec<Column>, Option<Reason>),
    /// Something else, or too many.
    Others,
}

/// A column while it is read.
struct Column {
    /// Its name, as a string of JSON.
    name: Vec<u8>,
    /// The next byte of the file to read.
    at: u64,
    buf: Vec<u8>,
    /// Where in `buf` what was not taken yet begins.
    taken: usize,
    /// The entry there: its key, its value, and where it ends.
    entry: Option<(Range<usize>, Range<usize>, usize)>,
    is_over: bool,
}

/// Finds the columns of a document.
fn columns_of(source: &mut Box<dyn Seekable>) -> io::Result<Found> {
    let mut columns = Vec::new();
    let mut scan = Scan::default();
    let mut at = 0_u64;
    let mut block = vec![0; BLOCK_BYTES];
    loop {
        let n = source.read(&mut block)?;
        if n == 0 {
            let lost = Reason::Truncated("the file ends inside a record".to_owned());
            let is_none = columns.is_empty();
            return Ok(match is_none {
                true => Found::Others,
                false => Found::Columns(columns, Some(lost)),
            });
        }
        for byte in &block[..n] {
            at += 1;
            match scan.next(*byte) {
                Step::Inside => {}
                Step::Column(name) => {
                    if columns.len() == COLUMNS_MAX {
                        return Ok(Found::Others);
                    }
                    columns.push(Column {
                        name: [b"\"", &*name, b"\""].concat(),
                        at,
                        buf: Vec::new(),
                        taken: 0,
                        entry: None,
                        is_over: false,
                    });
                }
                Step::Over => return Ok(Found::Columns(columns, None)),
                Step::Other => return Ok(Found::Others),
            }
        }
    }
}

/// What a byte of the document did.
enum Step {
    Inside,
    /// A column of that name begins behind it.
    Column(Vec<u8>),
    /// The document ends.
    Over,
    /// The document is no object of objects.
    Other,
}

/// Where in a document a byte stands.
#[derive(Default)]
struct Scan {
    depth: usize,
    is_string: bool,
    is_escaped: bool,
    /// Whether a value of the document is next.
    is_value: bool,
    name: Vec<u8>,
}

impl Scan {
    fn next(&mut self, byte: u8) -> Step {
        if self.is_string {
            if self.is_escaped {
                self.is_escaped = false;
            } else if byte == b'\\' {
                self.is_escaped = true;
            } else if byte == b'"' {
                self.is_string = false;
                return Step::Inside;
            }
            if self.depth == 1 {
                self.name.push(byte);
                if self.name.len() > NAME_BYTES_MAX {
                    return Step::Other;
                }
            }
            return Step::Inside;
        }
        match (byte, self.depth) {
            (b'"', 0) => return Step::Other,
            (b'"', 1) if self.is_value => return Step::Other,
            (b'"', depth) => {
                self.is_string = true;
                if depth == 1 {
                    self.name.clear();
                }
            }
            (b'{', 1) => {
                self.depth = 2;
                return Step::Column(std::mem::take(&mut self.name));
            }
            (b'{', 0) | (b'{' | b'[', 2..) => self.depth += 1,
            (b'}' | b']', 2..) => self.depth -= 1,
            (b'}', 1) => return Step::Over,
            // The mark of the encoding stands before everything.
            (b':', 1) => self.is_value = true,
            (b',', 1) => self.is_value = false,
            (0xEF | 0xBB | 0xBF, 0) | (_, 2..) => {}
            (byte, _) if byte.is_ascii_whitespace() => {}
            _ => return Step::Other,
        }
        Step::Inside
    }
}

/// What columns are read from.
struct Reading<'s> {
    source: &'s mut Box<dyn Seekable>,
    /// Bytes that are read at a time.
    block_bytes: usize,
    /// Bytes that are held of all columns.
    held: usize,
    /// Why not everything was there.
    lost: Option<Reason>,
}

impl Reading<'_> {
    fn lose(&mut self, reason: Reason) {
        self.lost.get_or_insert(reason);
    }
}

/// Writes the rows. Returns why not all were there.
fn rows(
    source: &mut Box<dyn Seekable>,
    mut columns: Vec<Column>,
    out: &mut MemberWriter<'_>,
) -> Result<Option<Reason>, Stop> {
    let block_bytes = (BLOCKS_BYTES / columns.len().max(1)).clamp(BLOCK_BYTES_MIN, BLOCK_BYTES);
    let mut from = Reading {
        source,
        block_bytes,
        held: 0,
        lost: None,
    };
    for column in &mut columns {
        column.name = written(&column.name, &mut from).into_owned();
    }
    let mut key = Vec::new();
    let (mut first, mut n_asked, mut n_taken) = (0, 0, 0);
    while out.is_wanted() {
        key.clear();
        while let Some(column) = columns.get_mut(first) {
            if let Some(next) = column.key(&mut from)? {
                key.extend_from_slice(next);
                break;
            }
            first += 1;
        }
        if first == columns.len() {
            break;
        }
        let is_sparse = n_asked > VAIN_FREE + VAIN_MAX * n_taken;
        let asked = match is_sparse {
            true => {
                let reason = "rows that few of the columns have, read as a row a value";
                from.lose(Reason::Malformed(reason.to_owned()));
                first..first + 1
            }
            false => first..columns.len(),
        };
        let mut sign: &[u8] = b"{";
        for column in &mut columns[asked] {
            n_asked += 1;
            if column.key(&mut from)? != Some(&*key) {
                continue;
            }
            n_taken += 1;
            out.write(std::mem::replace(&mut sign, b","))?;
            out.write(&column.name)?;
            out.write(b":")?;
            out.write(&written(column.take(), &mut from))?;
        }
        out.write(b"}\n")?;
    }
    Ok(from.lost)
}

/// A value as it is written in the file, or as a string where that is no JSON. What is no character was none in the file.
fn written<'v>(value: &'v [u8], from: &mut Reading<'_>) -> Cow<'v, [u8]> {
    let is_json = |text: &[u8]| serde_json::from_slice::<serde::de::IgnoredAny>(text).is_ok();
    let text = match std::str::from_utf8(value) {
        Ok(_) if is_json(value) => return Cow::Borrowed(value),
        Ok(text) => Cow::Borrowed(text),
        Err(_) => String::from_utf8_lossy(value),
    };
    if is_json(text.as_bytes()) {
        return Cow::Owned(text.into_owned().into_bytes());
    }
    let reason = "values that are no JSON, read as text".to_owned();
    from.lose(Reason::Malformed(reason));
    Cow::Owned(
        serde_json::Value::from(text.into_owned())
            .to_string()
            .into_bytes(),
    )
}

impl Column {
    /// The key of the next entry, if there is one.
    fn key(&mut self, from: &mut Reading<'_>) -> io::Result<Option<&[u8]>> {
        while self.entry.is_none() && !self.is_over {
            match entry(&self.buf[self.taken..]) {
                Entry::Whole(key, value, end) => {
                    let shift =
                        |range: Range<usize>| range.start + self.taken..range.end + self.taken;
                    self.entry = Some((shift(key), shift(value), end + self.taken));
                }
                Entry::Over => self.close(from),
                Entry::Bad => {
                    let reason = "a column is no list of values".to_owned();
                    from.lose(Reason::Malformed(reason));
                    self.close(from);
                }
                Entry::More => {
                    if let Some(reason) = self.fill(from)? {
                        from.lose(reason);
                        self.close(from);
                    }
                }
            }
        }
        Ok(self.entry.as_ref().map(|(key, ..)| &self.buf[key.clone()]))
    }

    /// Reads more. Returns why there is nothing.
    fn fill(&mut self, from: &mut Reading<'_>) -> io::Result<Option<Reason>> {
        self.buf.drain(..self.taken);
        self.taken = 0;
        let n_held = self.buf.len();
        if n_held >= VALUE_BYTES_MAX {
            let mib = VALUE_BYTES_MAX >> 20;
            let reason = format!("a value of more than {mib} MiB");
            return Ok(Some(Reason::Limit(reason)));
        }
        // A long value is looked at a logarithmic number of times.
        let wanted = from.block_bytes.max(n_held);
        from.held -= self.buf.capacity();
        if self.buf.capacity() > 4 * (n_held + wanted) {
            // It was for a long value.
            self.buf.shrink_to(n_held + wanted);
        }
        if from.held + n_held + wanted > HELD_BYTES_MAX {
            from.held += self.buf.capacity();
            let mib = HELD_BYTES_MAX >> 20;
            let reason = format!("long values in several columns, more than {mib} MiB together");
            return Ok(Some(Reason::Limit(reason)));
        }
        self.buf.reserve_exact(wanted);
        self.buf.resize(n_held + wanted, 0);
        from.held += self.buf.capacity();
        from.source.seek(SeekFrom::Start(self.at))?;
        let n = Full::new(&mut *from.source).read(&mut self.buf[n_held..])?;
        self.buf.truncate(n_held + n);
        self.at += n as u64;
        Ok((n == 0).then(|| Reason::Truncated("the file ends inside a record".to_owned())))
    }

    /// Says that nothing more comes.
    fn close(&mut self, from: &mut Reading<'_>) {
        self.is_over = true;
        from.held -= self.buf.capacity();
        self.buf = Vec::new();
        self.taken = 0;
    }

    /// The value of the entry in hand, which is taken.
    fn take(&mut self) -> &[u8] {
        let (_, value, end) = self.entry.take().unwrap_or_default();
        self.taken = self.taken.max(end);
        &self.buf[value]
    }
}

/// What stands at the start of a text inside a column.
enum Entry {
    /// A key, its value, and where the next entry begins.
    Whole(Range<usize>, Range<usize>, usize),
    Over,
    More,
    Bad,
}

/// The entry at the start of a text.
fn entry(text: &[u8]) -> Entry {
    let space = |at: usize| {
        at + text[at..]
            .iter()
            .take_while(|b| b.is_ascii_whitespace())
            .count()
    };
    let mut at = space(0);
    if text.get(at) == Some(&b',') {
        at = space(at + 1);
    }
    match text.get(at) {
        None => return Entry::More,
        Some(b'}') => return Entry::Over,
        Some(b'"') => {}
        Some(_) => return Entry::Bad,
    }
    let Some(end) = end_of_string(text, at) else {
        return Entry::More;
    };
    let key = at + 1..end - 1;
    let colon = space(end);
    match text.get(colon) {
        None => return Entry::More,
        Some(b':') => {}
        Some(_) => return Entry::Bad,
    }
    let start = space(colon + 1);
    let (mut at, mut depth) = (start, 0_usize);
    while let Some(byte) = text.get(at) {
        match byte {
            b'"' => match end_of_string(text, at) {
                Some(end) => {
                    at = end;
                    continue;
                }
                None => return Entry::More,
            },
            b'{' | b'[' => depth += 1,
            b'}' | b']' if depth > 0 => depth -= 1,
            b',' | b'}' if depth == 0 => {
                let value = start..start + text[start..at].trim_ascii_end().len();
                return match value.is_empty() {
                    true => Entry::Bad,
                    false => Entry::Whole(key, value, at),
                };
            }
            b']' => return Entry::Bad,
            _ => {}
        }
        at += 1;
    }
    Entry::More
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::super::{Members, Source, Unpacking};
    use crate::decode::Container;

    /// The name of the member, its lines, and why it ended early.
    fn read(text: &str) -> (String, Vec<String>, String) {
        read_bytes(text.as_bytes())
    }

    fn read_bytes(text: &[u8]) -> (String, Vec<String>, String) {
        let source = Source::Stream(Box::new(Cursor::new(text.to_vec())));
        let members = Members::open(
            Container::JsonColumns,
            source,
            "a.json",
            &Unpacking::default(),
        );
        let mut members = members.expect("opened");
        let member = members.next_member().expect("a member");
        let mut bytes = Vec::new();
        let ended = std::io::Read::read_to_end(&mut member.content.expect("read"), &mut bytes);
        let text = String::from_utf8(bytes).expect("UTF-8");
        let reason = ended.err().map_or(String::new(), |error| error.to_string());
        assert!(members.next_member().is_none());
        (
            member.name,
            text.lines().map(str::to_owned).collect(),
            reason,
        )
    }

    #[track_caller]
    fn check(text: &str, want: &[&str], want_reason: &str) {
        let (name, lines, reason) = read(text);
        assert_eq!(name, "rows");
        assert_eq!(lines, want, "{text}");
        assert_eq!(reason, want_reason, "{text}");
    }

    #[test]
    fn columns_become_rows() {
        check(
            "\u{FEFF}{ \"a\\\"\" : {\"0\": \"x,}\\\"\", \"1\":2 } ,\n\"b\":{\"0\":[1,{\"c\":2}],\"1\":null}}",
            &[
                r#"{"a\"":"x,}\"","b":[1,{"c":2}]}"#,
                r#"{"a\"":2,"b":null}"#,
            ],
            "",
        );
        // Rows that are not in every column.
        check(
            r#"{"a":{"0":1,"2":3},"b":{"0":4,"1":5,"2":6,"3":7},"c":{}}"#,
            &[
                r#"{"a":1,"b":4}"#,
                r#"{"a":3}"#,
                r#"{"b":5}"#,
                r#"{"b":6}"#,
                r#"{"b":7}"#,
            ],
            "",
        );
        let n = 20_000;
        let column = |name: &str| {
            let values: Vec<String> = (0..n).map(|i| format!("\"{i}\":\"{name}{i}\"")).collect();
            format!("\"{name}\":{{{}}}", values.join(","))
        };
        let (_, lines, _) = read(&format!("{{{},{}}}", column("a"), column("b")));
        assert_eq!(lines.len(), n);
        assert_eq!(lines[n - 1], r#"{"a":"a19999","b":"b19999"}"#);
    }

    #[test]
    fn what_is_cut_off_or_broken_is_told() {
        check(
            r#"{"a":{"0":1,"1":2},"b":{"0":3,"#,
            &[r#"{"a":1,"b":3}"#, r#"{"a":2}"#],
            "truncated: the file ends inside a record",
        );
        check(
            r#"{"a":{"0":1,"1":2},"b":{"0":3,4}}"#,
            &[r#"{"a":1,"b":3}"#, r#"{"a":2}"#],
            "malformed: a column is no list of values",
        );
        check(
            r#"{"a\q":{"0":138x},"b":{"0":1}}"#,
            &[r#"{"\"a\\q\"":"138x","b":1}"#],
            "malformed: values that are no JSON, read as text",
        );
    }

    #[test]
    fn long_values_are_held_as_far_as_they_fit() {
        // Each is within the limit of one; only so many are held side by side.
        let long = "x".repeat(12 << 20);
        let column = |n: usize| format!("\"{n}\":{{\"0\":\"{long}\",\"1\":\"{n}\"}}");
        let text = |n: usize| format!("{{{}}}", (0..n).map(column).collect::<Vec<_>>().join(","));
        let (_, lines, reason) = read(&text(2));
        assert_eq!((lines.len(), &*reason), (2, ""));
        assert_eq!(lines[1], r#"{"0":"0","1":"1"}"#);
        let (_, lines, reason) = read(&text(8));
        assert_eq!(lines.len(), 2);
        let limit = "limit reached: long values in several columns, more than 64 MiB together";
        assert_eq!(reason, limit);
        let long = "x".repeat(17 << 20);
        let (_, lines, reason) = read(&format!("{{\"a\":{{\"0\":\"{long}\"}},\"b\":{{\"0\":1}}}}"));
        assert!(lines == [r#"{"b":1}"#]);
        assert_eq!(reason, "limit reached: a value of more than 16 MiB");
    }

    #[test]
    fn columns_with_no_row_in_common_are_rows_a_value() {
        let (n_columns, n_rows) = (2_000, 20);
        let columns: Vec<String> = (0..n_columns)
            .map(|c| {
                let rows: Vec<String> = (0..n_rows)
                    .map(|r| format!("\"{}\":1", c * n_rows + r))
                    .collect();
                format!("\"{c}\":{{{}}}", rows.join(","))
            })
            .collect();
        let (_, lines, reason) = read(&format!("{{{}}}", columns.join(",")));
        assert_eq!(lines.len(), n_columns * n_rows);
        assert_eq!(
            reason,
            "malformed: rows that few of the columns have, read as a row a value"
        );
    }

    #[test]
    fn other_documents_stay_what_they_are() {
        for text in [r#"{"a":{"0":1,"1":2},"b":[1]}"#, r#"{"a":{"0":1},"b":"x"}"#] {
            let (name, lines, reason) = read(text);
            assert_eq!((&*name, &*lines.concat(), &*reason), ("document", text, ""));
        }
    }

    #[test]
    fn bytes_that_are_no_characters_do_no_harm() {
        let (_, lines, reason) = read_bytes(b"{\"a\xFF\":{\"0\":\"x\xFE\"}}");
        assert_eq!(lines, ["{\"a\u{FFFD}\":\"x\u{FFFD}\"}"]);
        assert_eq!(reason, "");
        let (name, lines, _) = read_bytes(b"{\"a\":{\"0\":1},\"b\":[\"\xFF\"]}");
        assert_eq!(
            (&*name, &*lines.concat()),
            ("document", "{\"a\":{\"0\":1},\"b\":[\"\u{FFFD}\"]}")
        );
    }
}
