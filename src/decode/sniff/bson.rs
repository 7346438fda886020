//! BSON (bsonspec.org, 1.1): documents of typed elements, each with its length in front. Nothing else marks it.
//!
//! A file is taken for such documents if the first is one in all its parts, as far as the head goes, and another may begin behind it.
//! Whoever reads documents cuts elements by the same functions. What a value looks like is not known here.

/// Longest document: 16 MiB are what a database keeps, and 16 KiB what it puts around them.
const DOCUMENT_BYTES_MAX: usize = (16 << 20) + (16 << 10);

/// The length in front of a document.
pub(crate) const LENGTH_BYTES: usize = 4;

/// The shortest document: its length, and the zero it ends with.
const DOCUMENT_BYTES_MIN: usize = LENGTH_BYTES + 1;

/// A document without an element.
const EMPTY: &[u8] = &[5, 0, 0, 0, 0];

/// Documents inside each other that are looked into.
const DEPTH_MAX: usize = 64;

/// Types of elements.
pub(crate) mod kind {
    pub(crate) const DOUBLE: u8 = 0x01;
    pub(crate) const STRING: u8 = 0x02;
    pub(crate) const DOCUMENT: u8 = 0x03;
    pub(crate) const ARRAY: u8 = 0x04;
    pub(crate) const BINARY: u8 = 0x05;
    pub(crate) const UNDEFINED: u8 = 0x06;
    pub(crate) const OBJECT_ID: u8 = 0x07;
    pub(crate) const BOOL: u8 = 0x08;
    pub(crate) const DATE: u8 = 0x09;
    pub(crate) const NULL: u8 = 0x0A;
    pub(crate) const REGEX: u8 = 0x0B;
    pub(crate) const DB_POINTER: u8 = 0x0C;
    pub(crate) const CODE: u8 = 0x0D;
    pub(crate) const SYMBOL: u8 = 0x0E;
    pub(crate) const CODE_IN_SCOPE: u8 = 0x0F;
    pub(crate) const INT32: u8 = 0x10;
    pub(crate) const TIMESTAMP: u8 = 0x11;
    pub(crate) const INT64: u8 = 0x12;
    pub(crate) const DECIMAL: u8 = 0x13;
    pub(crate) const MAX_KEY: u8 = 0x7F;
    pub(crate) const MIN_KEY: u8 = 0xFF;
}

/// An element of a document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Element<'b> {
    pub(crate) kind: u8,
    pub(crate) key: &'b [u8],
    /// The bytes of its value, with the lengths in it.
    pub(crate) value: &'b [u8],
}

/// What comes next in a document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Next<'b> {
    Element(Element<'b>),
    /// An element whose value has so many bytes, more than there are; those that are there stand in it.
    Beyond(Element<'b>, usize),
    /// The zero that ends a document.
    End,
    /// The bytes end inside an element.
    Short,
    /// There is no such element.
    Wrong,
}

/// The elements of a document, from behind its length on.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Elements<'b> {
    /// What is not taken yet.
    pub(crate) rest: &'b [u8],
}

impl<'b> Elements<'b> {
    pub(crate) fn next(&mut self) -> Next<'b> {
        let Some((&kind, rest)) = self.rest.split_first() else {
            return Next::Short;
        };
        if kind == 0 {
            self.rest = rest;
            return Next::End;
        }
        if !is_kind(kind) {
            return Next::Wrong;
        }
        let Some((key, rest)) = split_text(rest) else {
            return Next::Short;
        };
        let n = match size_of(kind, rest) {
            Size::Of(n) => n,
            Size::Short => return Next::Short,
            Size::Wrong => return Next::Wrong,
        };
        let element = |value| Element { kind, key, value };
        match rest.split_at_checked(n) {
            Some((value, rest)) => {
                self.rest = rest;
                Next::Element(element(value))
            }
            None => {
                self.rest = &[];
                Next::Beyond(element(rest), n)
            }
        }
    }
}

/// The length that stands in front of something.
pub(crate) fn length(bytes: &[u8]) -> Option<usize> {
    let first: [u8; LENGTH_BYTES] = *bytes.first_chunk()?;
    usize::try_from(i32::from_le_bytes(first)).ok()
}

/// The length of a document, if it may be one.
pub(crate) fn length_of_document(bytes: &[u8]) -> Option<usize> {
    length(bytes).filter(|n| (DOCUMENT_BYTES_MIN..=DOCUMENT_BYTES_MAX).contains(n))
}

/// A text that ends with a zero, and what stands behind that.
pub(crate) fn split_text(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let at = memchr::memchr(0, bytes)?;
    let (text, rest) = bytes.split_at_checked(at)?;
    Some((text, rest.get(1..)?))
}

fn is_kind(byte: u8) -> bool {
    matches!(
        byte,
        kind::DOUBLE..=kind::DECIMAL | kind::MAX_KEY | kind::MIN_KEY
    )
}

/// How long a value is.
enum Size {
    Of(usize),
    /// The bytes end before that can be told.
    Short,
    /// Its length makes no sense.
    Wrong,
}

/// How long the value at the start of these bytes is.
fn size_of(kind: u8, bytes: &[u8]) -> Size {
    let counted = |n_min: usize, n_more: usize| {
        let Some(first) = bytes.first_chunk::<LENGTH_BYTES>() else {
            return Size::Short;
        };
        match usize::try_from(i32::from_le_bytes(*first)) {
            Ok(n) if (n_min..=DOCUMENT_BYTES_MAX).contains(&n) => Size::Of(n + n_more),
            _ => Size::Wrong,
        }
    };
    match kind {
        kind::DOUBLE | kind::DATE | kind::TIMESTAMP | kind::INT64 => Size::Of(8),
        kind::STRING | kind::CODE | kind::SYMBOL => counted(1, LENGTH_BYTES),
        kind::DOCUMENT | kind::ARRAY => counted(DOCUMENT_BYTES_MIN, 0),
        kind::BINARY => counted(0, LENGTH_BYTES + 1),
        kind::UNDEFINED | kind::NULL | kind::MAX_KEY | kind::MIN_KEY => Size::Of(0),
        kind::OBJECT_ID => Size::Of(12),
        kind::BOOL => Size::Of(1),
        kind::REGEX => {
            let options = split_text(bytes).and_then(|(_, rest)| split_text(rest));
            options.map_or(Size::Short, |(_, rest)| Size::Of(bytes.len() - rest.len()))
        }
        kind::DB_POINTER => counted(1, LENGTH_BYTES + 12),
        kind::CODE_IN_SCOPE => counted(2 * LENGTH_BYTES + 1 + DOCUMENT_BYTES_MIN, 0),
        kind::INT32 => Size::Of(4),
        kind::DECIMAL => Size::Of(16),
        _ => Size::Wrong,
    }
}

/// Whether documents stand here. The ending `bson` is believed where the first document is empty, damaged or cut off.
pub(super) fn is_documents(head: &[u8], whole: bool, ending: Option<&str>) -> bool {
    let is_named = ending == Some("bson");
    let mut at = head;
    while let Some(rest) = at.strip_prefix(EMPTY) {
        at = rest;
    }
    if at.is_empty() {
        return is_named && !head.is_empty();
    }
    let Some(n) = length_of_document(at) else {
        return false;
    };
    let is_sure = match at.split_at_checked(n) {
        Some((document, behind)) => is_document(document, n) && may_begin(behind),
        None => !whole && is_document(at, n),
    };
    is_sure || is_named && may_begin(at)
}

/// What stands behind the length of a document.
fn content(document: &[u8]) -> Option<&[u8]> {
    document.get(LENGTH_BYTES..)
}

/// Whether a document of `n_said` bytes stands here, as far as it is here: in all its parts, and an element of it whole.
fn is_document(bytes: &[u8], n_said: usize) -> bool {
    content(bytes).is_some_and(|elements| {
        let first = Elements { rest: elements }.next();
        let has_name = matches!(first, Next::Element(element) if !element.key.is_empty());
        has_name && are_elements(elements, n_said - LENGTH_BYTES, 0)
    })
}

/// Whether elements stand here, `n_said` bytes with the zero they end with, as far as they are here.
fn are_elements(bytes: &[u8], n_said: usize, depth: usize) -> bool {
    let mut elements = Elements { rest: bytes };
    let is_cut = bytes.len() < n_said;
    loop {
        match elements.next() {
            Next::Element(element) if !is_made_well(&element, element.value.len(), depth) => {
                return false;
            }
            Next::Element(_) => {}
            Next::Beyond(element, n) => {
                let n_missing = n - element.value.len();
                let fits = is_cut && n_missing < n_said - bytes.len();
                return fits && is_made_well(&element, n, depth);
            }
            Next::End => return elements.rest.is_empty() && !is_cut,
            Next::Short => {
                let key = elements.rest.get(1..).unwrap_or_default();
                return is_cut && is_name(split_text(key).map_or(key, |(key, _)| key));
            }
            Next::Wrong => return false,
        }
    }
}

/// Whether key and value are what they should be. The value has `n_said` bytes, of which some may not be here.
fn is_made_well(element: &Element<'_>, n_said: usize, depth: usize) -> bool {
    let Element { kind, key, value } = *element;
    is_name(key)
        && match kind {
            kind::DOCUMENT | kind::ARRAY if depth < DEPTH_MAX => content(value)
                .is_none_or(|inner| are_elements(inner, n_said - LENGTH_BYTES, depth + 1)),
            kind::STRING | kind::CODE | kind::SYMBOL => {
                value.len() < n_said || value.ends_with(&[0])
            }
            kind::BOOL => value.iter().all(|b| *b <= 1),
            _ => true,
        }
}

/// Whether bytes may be a key.
fn is_name(key: &[u8]) -> bool {
    key.iter().all(|b| *b >= 0x20 && *b != 0x7F)
}

/// Whether a document may begin here, or the head ends.
fn may_begin(head: &[u8]) -> bool {
    let Some((kind, key)) = content(head).and_then(<[u8]>::split_first) else {
        return true;
    };
    let has_name = match split_text(key) {
        Some((key, _)) => !key.is_empty() && is_name(key),
        None => is_name(key),
    };
    let is_longer = length_of_document(head).is_some_and(|n| n > DOCUMENT_BYTES_MIN);
    head.starts_with(EMPTY) || is_longer && is_kind(*kind) && has_name
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decode::sniff::{Container, Format, sniff};

    /// `{"_id": 1, "name": "张伟", "in": {"a": true}, "of": [null]}`
    fn person() -> Vec<u8> {
        let elements = [
            &b"\x10_id\0\x01\0\0\0"[..],
            b"\x02name\0\x07\0\0\0\xE5\xBC\xA0\xE4\xBC\x9F\0",
            b"\x03in\0\x09\0\0\0\x08a\0\x01\0",
            b"\x04of\0\x08\0\0\0\x0A0\0\0",
            b"\0",
        ]
        .concat();
        let n = u8::try_from(elements.len() + LENGTH_BYTES).expect("short");
        [&[n, 0, 0, 0], &elements[..]].concat()
    }

    #[track_caller]
    fn check(head: &[u8], whole: bool, want: bool, want_named: bool) {
        for (ending, want) in [
            (None, want),
            (Some("csv"), want),
            (Some("bson"), want_named),
        ] {
            let format = sniff(head, whole, ending).format;
            let is_bson = format == Format::Container(Container::Bson);
            assert_eq!(
                is_bson,
                want,
                "{ending:?} {}",
                String::from_utf8_lossy(head)
            );
        }
    }

    #[test]
    fn documents_are_told_by_their_make() {
        let two = [person(), person()].concat();
        check(&person(), true, true, true);
        check(&two, true, true, true);
        check(b"\x0C\0\0\0\x10a\0\x01\0\0\0\0", true, true, true);
        check(&[EMPTY, &person(), EMPTY].concat(), true, true, true);
        // A head ends anywhere behind the first element, a file in the second document.
        for n in 13..two.len() {
            check(&two[..n], false, true, true);
            check(&two[..n], true, n >= person().len(), true);
        }
        // A text that is longer than the head.
        let long = [
            &b"\x00\x00\x10\0\x10a\0\x01\0\0\0\x02b\0\x00\x00\x0F\0"[..],
            &[b'x'; 999],
        ]
        .concat();
        check(&long, false, true, true);
    }

    #[test]
    fn empty_and_damaged_documents_need_the_ending() {
        check(EMPTY, true, false, true);
        check(&EMPTY.repeat(3), true, false, true);
        let mut damaged = person();
        damaged[20] = 0xFF;
        check(&damaged, true, false, true);
        damaged[4] = 0;
        check(&damaged, true, false, false);
        check(b"", true, false, false);
    }

    #[test]
    fn near_misses_are_not_taken_for_documents() {
        let refused = |head: &[u8]| {
            for whole in [false, true] {
                check(head, whole, false, false);
            }
        };
        refused(&[0; 4_000]);
        refused(&[1; 4_000]);
        refused(&[0xFF; 4_000]);
        refused(b"name,phone\n\x01\x02\n");
        refused(b"\x05\0\0\0\x01");
        // Shortcuts of Windows, icons, Python's pickles and marshals, a table of dBase, a game's archive.
        refused(b"\x4C\0\0\0\x01\x14\x02\0\0\0\0\0\xC0\0\0\0\0\0\0\x46\x83\0\0\0");
        refused(b"\0\0\x01\0\x01\0\x10\x10\0\0\x01\0\x04\0\x28\x01\0\0\x16\0\0\0");
        refused(b"\x80\x04\x95\x10\0\0\0\0\0\0\0\x8C\x01a\x94K\x01s.");
        refused(b"\x03\x7A\x0B\x16\x02\0\0\0\x61\0\x20\0\0\0\0\0");
        refused(b"\x6C\0\0\0\x02\0\0\0\x10\0\0\0");
        // An end that is not there, a key that is none, a truth value that is none, a text that is longer than what it stands in.
        let changed = |at: usize, byte: u8| {
            let mut bytes = [person(), person()].concat();
            bytes[at] = byte;
            check(&bytes, true, false, true);
            check(&bytes, false, false, true);
        };
        let n = person().len();
        changed(n - 1, 1);
        changed(15, 3);
        changed(20, 0xEF);
        changed(33, 4);
        changed(n + 3, 0x7F);
        changed(n + 4, 0x77);
        changed(44, 2);
    }

    #[test]
    fn text_of_any_encoding_is_text() {
        let texts = [
            "Hi\tthere, this is a text\nwith lines",
            "ab\u{1}name",
            "你好丁丂七丄丅丆万丈三上下丌不与丏丐丑丒专且丕世丗丘丙业丛东丝丞",
            "a\u{0}\u{1}b\u{0}c",
            "Id\u{201}ab\u{0}\u{0}\u{0}\u{0}cde",
        ];
        for text in texts {
            let little: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
            let big: Vec<u8> = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
            for bytes in [text.as_bytes(), &little, &big] {
                for whole in [false, true] {
                    check(bytes, whole, false, false);
                }
            }
        }
        // Two Latin letters before any sign, as UTF-16: what stands in front may be a length.
        for third in 0..=u16::MAX {
            let mut text = vec![0x48, 0x69, third, 0x41, 0x42, 0];
            text.extend(0x43..0x63);
            let bytes: Vec<u8> = text.into_iter().flat_map(u16::to_le_bytes).collect();
            check_unnamed(&bytes);
        }
    }

    #[track_caller]
    fn check_unnamed(head: &[u8]) {
        for whole in [false, true] {
            assert!(!is_documents(head, whole, None), "{head:?}");
        }
    }

    #[test]
    fn random_bytes_are_no_documents() {
        let mut state = 20_261_122_u64;
        let mut byte = |n_max: u64| {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            u8::try_from((state >> 40) % n_max).expect("a byte")
        };
        for n_max in [256, 20, 3] {
            for _ in 0..20_000 {
                let mut head: Vec<u8> = (0..64).map(|_| byte(n_max)).collect();
                check_unnamed(&head);
                // With a length that may be one.
                head[1..4].fill(0);
                check_unnamed(&head);
            }
        }
    }
}
