//! The lines before a message or a part of one (RFC 5322, section 2.2), with encoded words (RFC 2047) and parameters (RFC 2231).
//!
//! Text in them is often not in the encoding that the standards ask for, nor in the one that it says. What the lines mean is not
//! known here.

use encoding_rs::Encoding;

use crate::decode::charset::decode_said;
use crate::decode::sniff::mail::split_field;
use crate::decode::transfer::Transfer;

/// Bytes of all lines before a message or a part that are kept.
pub(super) const HEADER_BYTES_MAX: usize = 1 << 20;

/// The lines before a message or a part.
#[derive(Default)]
pub(super) struct Header {
    /// Names in lower case, and what stands behind the colon, its lines joined.
    fields: Vec<(String, Vec<u8>)>,
    n_bytes: usize,
    /// Whether there was more than is kept.
    pub(super) is_cut: bool,
}

impl Header {
    /// Takes a line without its end. False if it is no line of a header.
    pub(super) fn add(&mut self, line: &[u8]) -> bool {
        self.n_bytes += line.len() + 1;
        self.is_cut |= self.n_bytes > HEADER_BYTES_MAX;
        if self.is_cut {
            return true;
        }
        if let [b' ' | b'\t', ..] = line {
            if let Some((_, value)) = self.fields.last_mut() {
                value.extend_from_slice(line);
            }
            return true;
        }
        let Some((name, value)) = split_field(line) else {
            return false;
        };
        self.fields
            .push((name.to_ascii_lowercase(), value.to_vec()));
        true
    }

    /// Goes on with a line of which only a piece was there.
    pub(super) fn add_piece(&mut self, piece: &[u8]) {
        self.n_bytes += piece.len();
        self.is_cut |= self.n_bytes > HEADER_BYTES_MAX;
        if let Some((_, value)) = self.fields.last_mut().filter(|_| !self.is_cut) {
            value.extend_from_slice(piece);
        }
    }

    /// What stands behind a name, as text, each time it is there.
    pub(super) fn all(&self, name: &str) -> impl Iterator<Item = String> {
        let fields = self.fields.iter().filter(move |(n, _)| n == name);
        fields.map(|(_, value)| words(value))
    }

    /// What stands behind a name, as text.
    pub(super) fn first(&self, name: &str) -> Option<String> {
        self.all(name).next()
    }

    /// The addresses behind a name, with the names of whose they are.
    pub(super) fn addresses(&self, name: &str) -> Vec<String> {
        let fields = self.fields.iter().filter(|(n, _)| n == name);
        let parts = fields.flat_map(|(_, value)| split_outside_quotes(value, b','));
        let all = parts.map(words);
        all.filter(|address| !address.is_empty()).collect()
    }

    /// A value with parameters (`text/csv; name=a.csv`): the value in lower case, and the parameters.
    pub(super) fn with_parameters(&self, name: &str) -> (String, Parameters) {
        let field = self.fields.iter().find(|(n, _)| n == name);
        let raw = field.map_or(&b""[..], |(_, value)| value);
        let mut parts = split_outside_quotes(raw, b';').into_iter();
        let value = parts.next().unwrap_or_default();
        let value = String::from_utf8_lossy(value).trim().to_ascii_lowercase();
        (value, Parameters::of(parts))
    }
}

/// Parameters of a value.
pub(super) struct Parameters(Vec<(String, Vec<u8>)>);

impl Parameters {
    fn of<'v>(parts: impl Iterator<Item = &'v [u8]>) -> Parameters {
        let named = parts.filter_map(|part| {
            let equals = memchr::memchr(b'=', part)?;
            let name = String::from_utf8_lossy(part[..equals].trim_ascii());
            Some((name.to_ascii_lowercase(), unquoted(&part[equals + 1..])))
        });
        Parameters(named.collect())
    }

    /// The bytes of a parameter that is written plainly.
    pub(super) fn raw(&self, name: &str) -> Option<&[u8]> {
        let found = self.0.iter().find(|(n, _)| n == name);
        found.map(|(_, value)| &value[..])
    }

    /// A parameter as text; it may come in numbered pieces, with its encoding in front.
    pub(super) fn text(&self, name: &str) -> Option<String> {
        let mut pieces: Vec<(usize, bool, &[u8])> = Vec::new();
        for (key, value) in &self.0 {
            let Some(rest) = key.strip_prefix(name) else {
                continue;
            };
            let is_escaped = rest.ends_with('*');
            let number = rest.trim_matches('*');
            match (rest, number.parse()) {
                ("", _) => return Some(words(value)),
                (_, Ok(number)) if rest.starts_with('*') => {
                    pieces.push((number, is_escaped, value));
                }
                ("*", _) => pieces.push((0, true, value)),
                _ => {}
            }
        }
        pieces.sort_by_key(|piece| piece.0);
        let (mut charset, mut bytes) = (None, Vec::new());
        for (i, (_, is_escaped, value)) in pieces.iter().enumerate() {
            let mut value = *value;
            if i == 0 && *is_escaped {
                let mut parts = value.splitn(3, |b| *b == b'\'');
                if let (Some(label), Some(_), Some(rest)) =
                    (parts.next(), parts.next(), parts.next())
                {
                    charset = Encoding::for_label(label);
                    value = rest;
                }
            }
            match is_escaped {
                true => unescape(value, &mut bytes),
                false => bytes.extend_from_slice(value),
            }
        }
        (!pieces.is_empty()).then(|| decode_said(&bytes, charset))
    }
}

/// Undoes `%E5%BC%A0`.
fn unescape(escaped: &[u8], bytes: &mut Vec<u8>) {
    let hex = |b: Option<&u8>| b.and_then(|b| (*b as char).to_digit(16));
    let mut at = 0;
    while let Some(byte) = escaped.get(at) {
        match (byte, hex(escaped.get(at + 1)), hex(escaped.get(at + 2))) {
            (b'%', Some(high), Some(low)) => {
                bytes.push((high << 4 | low) as u8);
                at += 3;
            }
            _ => {
                bytes.push(*byte);
                at += 1;
            }
        }
    }
}

/// Parts between signs that are not in quotes.
pub(super) fn split_outside_quotes(value: &[u8], sign: u8) -> Vec<&[u8]> {
    let (mut parts, mut from, mut at) = (Vec::new(), 0, 0);
    let mut is_quoted = false;
    while let Some(byte) = value.get(at) {
        match byte {
            b'"' => is_quoted = !is_quoted,
            b'\\' if is_quoted => at += 1,
            b if *b == sign && !is_quoted => {
                parts.push(&value[from..at]);
                from = at + 1;
            }
            _ => {}
        }
        at += 1;
    }
    parts.push(&value[from..]);
    parts
}

fn unquoted(value: &[u8]) -> Vec<u8> {
    let value = value.trim_ascii();
    let Some(inner) = value.strip_prefix(b"\"") else {
        return value.to_vec();
    };
    let mut bytes = Vec::with_capacity(inner.len());
    let mut rest = inner.iter();
    while let Some(byte) = rest.next() {
        match byte {
            b'"' => break,
            b'\\' => bytes.extend(rest.next()),
            _ => bytes.push(*byte),
        }
    }
    bytes
}

/// Text with its encoded words (`=?GB2312?B?1cXI/Q==?=`) decoded. Words that stand next to each other are one text, whose
/// characters they may cut.
pub(super) fn words(value: &[u8]) -> String {
    let value = value.trim_ascii();
    // Behind the last sign that ends one no word can begin, so that no end is searched for in vain again and again.
    let last_end = memchr::memmem::rfind(value, b"?=").unwrap_or(0);
    let mut decoded = String::new();
    let mut pending: Option<(&'static Encoding, Vec<u8>)> = None;
    let mut rest = value;
    loop {
        let passed = value.len() - rest.len();
        let start = memchr::memmem::find(rest, b"=?").filter(|at| passed + at < last_end);
        let (plain, word) = match start {
            Some(at) => (&rest[..at], encoded_word(&rest[at..])),
            None => (rest, None),
        };
        let is_between = plain.iter().all(u8::is_ascii_whitespace) && word.is_some();
        if pending.is_none() || !is_between {
            put_pending(&mut decoded, &mut pending);
            decoded.push_str(&decode_said(plain, None));
        }
        let Some(at) = start else { break };
        match word {
            Some((encoding, bytes, n)) => {
                match &mut pending {
                    Some((last, held)) if *last == encoding => held.extend_from_slice(&bytes),
                    _ => {
                        put_pending(&mut decoded, &mut pending);
                        pending = Some((encoding, bytes));
                    }
                }
                rest = &rest[at + n..];
            }
            None => {
                put_pending(&mut decoded, &mut pending);
                decoded.push_str("=?");
                rest = &rest[at + 2..];
            }
        }
    }
    put_pending(&mut decoded, &mut pending);
    decoded
}

fn put_pending(decoded: &mut String, pending: &mut Option<(&'static Encoding, Vec<u8>)>) {
    if let Some((encoding, bytes)) = pending.take() {
        decoded.push_str(&decode_said(&bytes, Some(encoding)));
    }
}

/// The encoding and bytes of an encoded word, and its length.
fn encoded_word(text: &[u8]) -> Option<(&'static Encoding, Vec<u8>, usize)> {
    let inner = text.strip_prefix(b"=?")?;
    let mut parts = inner.splitn(3, |b| *b == b'?');
    let (label, way, rest) = (parts.next()?, parts.next()?, parts.next()?);
    // A language may follow the encoding (RFC 2231).
    let label = label.split(|b| *b == b'*').next()?;
    let encoding = Encoding::for_label(label)?;
    let is_base64 = match way {
        b"B" | b"b" => true,
        b"Q" | b"q" => false,
        _ => return None,
    };
    // Searched for last: of what is no word for another reason nothing is read.
    let end = memchr::memmem::find(rest, b"?=")?;
    let written = &rest[..end];
    let bytes = match is_base64 {
        true => Transfer::Base64.decode(written),
        false => {
            let spaced = written.iter().map(|b| if *b == b'_' { b' ' } else { *b });
            Transfer::QuotedPrintable.decode(&spaced.collect::<Vec<u8>>())
        }
    };
    let n_before = text.len() - rest.len();
    Some((encoding, bytes, n_before + end + 2))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(value: &[u8], want: &str) {
        assert_eq!(words(value), want);
    }

    #[test]
    fn encoded_words_are_text() {
        check("张三".as_bytes(), "张三");
        check(&encoding_rs::GBK.encode("客户名单汇总").0, "客户名单汇总");
        check(
            b" =?UTF-8?B?5byg5LiJ?= <a@example.com>",
            "张三 <a@example.com>",
        );
        check(b"=?gb2312?B?1cXI/Q==?=", "张三");
        check(b"=?utf-8?Q?=E5=BC=A0_=E4=B8=89?=", "张 三");
        // A character that two words share.
        check(b"=?utf-8?Q?=E5=BC?=\r\n =?utf-8?Q?=A0?=", "张");
        check(
            b"a =?utf-8?q?b?= c =?x-unknown?q?d?=",
            "a b c =?x-unknown?q?d?=",
        );
        check(b"=?utf-8?q?never closed", "=?utf-8?q?never closed");
        check(
            b"=?utf-8?q?a?= =?utf-8?q?never closed",
            "a =?utf-8?q?never closed",
        );
        // The encoding is another than is said.
        check(b"=?us-ascii?B?1cXI/Q==?=", "张三");
        check(b"=?utf-8?B?1cXI/Q==?=", "张三");
        check(b"=?iso-8859-1?Q?Jos=E9?=", "José");
    }

    #[test]
    fn words_that_never_end_cost_no_more_than_their_length() {
        // To look for each end in all that follows would take minutes.
        for unit in ["=?gbk?q? ", "=?x?q? ", "=?gbk?x? "] {
            for end in ["", "?="] {
                let text = unit.repeat(2_000_000 / unit.len());
                let decoded = words(format!("{text}{end}").as_bytes());
                assert!(decoded.len() > 1_900_000, "{unit}{end}");
            }
        }
    }

    fn header(text: &str) -> Header {
        let mut header = Header::default();
        text.lines()
            .for_each(|line| assert!(header.add(line.as_bytes()), "{line}"));
        header
    }

    #[test]
    fn parameters_come_plain_in_pieces_and_encoded() {
        for (parameters, want) in [
            ("filename=a.csv", Some("a.csv")),
            (
                "size=7; filename=\"a; \\\"b\\\".csv\"",
                Some("a; \"b\".csv"),
            ),
            ("filename*=UTF-8''%E5%90%8D%E5%8D%95.csv", Some("名单.csv")),
            (
                "filename*0*=gbk''%C3%FB; filename*1*=%B5%A5; filename*2=.csv",
                Some("名单.csv"),
            ),
            ("filename=\"=?GBK?B?w/u1pS5jc3Y=?=\"", Some("名单.csv")),
            ("name=a.csv", None),
        ] {
            let header = header(&format!("Content-Disposition: ATTACHMENT;\n {parameters}"));
            let (value, found) = header.with_parameters("content-disposition");
            assert_eq!(value, "attachment");
            assert_eq!(found.text("filename").as_deref(), want, "{parameters}");
        }
    }

    #[test]
    fn what_is_no_field_is_told() {
        let mut header = Header::default();
        for (line, want) in [
            ("To: a", true),
            (" b", true),
            ("no field", false),
            ("a b: c", false),
        ] {
            assert_eq!(header.add(line.as_bytes()), want, "{line}");
        }
        assert_eq!(header.first("to").as_deref(), Some("a b"));
        let long = vec![b'x'; 100_000];
        (0..20).for_each(|_| header.add_piece(&long));
        assert!(header.is_cut && header.first("to").unwrap().len() < HEADER_BYTES_MAX);
    }
}
