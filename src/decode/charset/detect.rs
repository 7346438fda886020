//! Which encoding a file is in, by the bytes of its head.
//!
//! The prior is that of mainland China: what is not UTF-8 or UTF-16 is GB18030 unless the bytes
//! speak for Big5. Encodings outside [`Encoding`] (Latin-1, Shift_JIS, EUC-KR) are not told; their
//! ASCII is read as UTF-8 with broken bytes.

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};

use super::line::incomplete_len;
use super::{BOM_GB18030, BOM_UTF8, Encoding};

/// Bytes of lines with other than ASCII that are given to the statistical detector.
const SAMPLE_BYTES: usize = 64 << 10;

/// See [`Encoding::detect`].
pub(super) fn detect(head: &[u8], whole: bool) -> Encoding {
    match head {
        _ if head.starts_with(BOM_UTF8) => return Encoding::Utf8,
        _ if head.starts_with(BOM_GB18030) => return Encoding::Gb18030,
        [0xFF, 0xFE, ..] => return Encoding::Utf16Le,
        [0xFE, 0xFF, ..] => return Encoding::Utf16Be,
        _ => {}
    }
    if let Some(encoding) = utf16_without_bom(head) {
        return encoding;
    }
    let cut = if whole { 0 } else { incomplete_len(head) };
    let text = &head[..head.len() - cut];
    if text.is_ascii() || std::str::from_utf8(text).is_ok() || Utf8Evidence::of(text).is_utf8() {
        return Encoding::Utf8;
    }
    legacy(head, whole)
}

/// UTF-16 has its NULs on one side of each unit, and what it decodes to is text.
fn utf16_without_bom(head: &[u8]) -> Option<Encoding> {
    memchr::memchr(0, head)?;
    let (mut even, mut odd) = (0usize, 0usize);
    for unit in head.chunks_exact(2) {
        even += usize::from(unit[0] == 0);
        odd += usize::from(unit[1] == 0);
    }
    let n_units = head.len() / 2;
    // line ends, digits and separators make 2 % at least, even of Chinese prose
    let one_sided =
        |some: usize, other: usize| n_units >= 2 && some * 50 >= n_units && other * 50 <= some;
    let (encoding, unit): (_, fn([u8; 2]) -> u16) = match () {
        () if one_sided(odd, even) => (Encoding::Utf16Le, u16::from_le_bytes),
        () if one_sided(even, odd) => (Encoding::Utf16Be, u16::from_be_bytes),
        () => return None,
    };
    let units = head.chunks_exact(2).map(|pair| unit([pair[0], pair[1]]));
    let plausible = units.filter(|&u| is_text_unit(u)).count();
    (plausible * 20 >= n_units * 19).then_some(encoding)
}

/// Whether a UTF-16 unit is one that text of this part of the world is made of.
fn is_text_unit(unit: u16) -> bool {
    matches!(unit,
        0x09 | 0x0A | 0x0D | 0x20..=0x7E   // ASCII
        | 0xA0..=0x24F | 0x370..=0x52F     // Latin, Greek, Cyrillic
        | 0x2000..=0x206F | 0x20A0..=0x26FF // punctuation, symbols
        | 0x3000..=0x30FF | 0x3400..=0x9FFF // CJK punctuation, kana, Han
        | 0xAC00..=0xDFFF                  // Hangul, surrogates
        | 0xF900..=0xFAFF | 0xFE30..=0xFE4F | 0xFF00..=0xFFEF)
}

/// How much of the bytes above ASCII reads as UTF-8.
#[derive(Debug, Default)]
pub(super) struct Utf8Evidence {
    /// Bytes in valid sequences of three or four.
    long: usize,
    /// Bytes in valid sequences of two, which one pair in six of GB18030 looks like.
    short: usize,
    /// Bytes in no valid sequence.
    broken: usize,
}

impl Utf8Evidence {
    pub(super) fn of(bytes: &[u8]) -> Utf8Evidence {
        let mut evidence = Utf8Evidence::default();
        for chunk in bytes.utf8_chunks() {
            for &b in chunk.valid().as_bytes() {
                match b {
                    0xF0.. => evidence.long += 4,
                    0xE0.. => evidence.long += 3,
                    0xC0.. => evidence.short += 2,
                    _ => {}
                }
            }
            evidence.broken += chunk.invalid().len();
        }
        evidence
    }

    pub(super) fn is_utf8(&self) -> bool {
        self.long + self.short / 2 >= self.broken
    }
}

/// The bytes read as GB18030.
#[derive(Debug, Default)]
pub(super) struct GbPairs {
    /// Characters of two or four bytes.
    chars: usize,
    /// Of them, those of GB2312 (the characters in daily use) and those of four bytes, which
    /// nothing else looks like.
    usual: usize,
    /// Bytes that are malformed.
    errors: usize,
}

impl GbPairs {
    pub(super) fn of(bytes: &[u8]) -> GbPairs {
        let mut pairs = GbPairs::default();
        let mut rest = bytes;
        loop {
            rest = match rest {
                [] => return pairs,
                [..=0x7F, rest @ ..] => rest,
                [
                    0x81..=0xFE,
                    b'0'..=b'9',
                    0x81..=0xFE,
                    b'0'..=b'9',
                    rest @ ..,
                ] => {
                    pairs.chars += 1;
                    pairs.usual += 1;
                    rest
                }
                [
                    lead @ 0x81..=0xFE,
                    trail @ (0x40..=0x7E | 0x80..=0xFE),
                    rest @ ..,
                ] => {
                    pairs.chars += 1;
                    let is_usual = matches!(lead, 0xA1..=0xA9 | 0xB0..=0xF7) && *trail >= 0xA1;
                    pairs.usual += usize::from(is_usual);
                    rest
                }
                [_, rest @ ..] => {
                    pairs.errors += 1;
                    rest
                }
            }
        }
    }

    /// Whether there is Chinese in it: letters of Latin-1 between ASCII pair up, but never to
    /// characters of GB2312. Traditional characters are outside GB2312, hence no more than a third
    /// is asked for.
    pub(super) fn is_plausible(&self) -> bool {
        self.usual > 0 && self.usual * 3 >= self.chars
    }

    fn is_nearly_strict(&self) -> bool {
        self.errors * 20 <= self.chars
    }
}

/// The bytes read as Big5.
#[derive(Debug, Default)]
struct Big5Pairs {
    chars: usize,
    /// Punctuation and the 5,401 characters of level 1.
    usual: usize,
    /// Characters whose second byte is in the ASCII range, as two in five are in Big5 and none in
    /// GB2312.
    low_trail: usize,
    errors: usize,
}

impl Big5Pairs {
    fn of(bytes: &[u8]) -> Big5Pairs {
        let mut pairs = Big5Pairs::default();
        let mut rest = bytes;
        loop {
            rest = match rest {
                [] => return pairs,
                [..=0x7F, rest @ ..] => rest,
                [
                    lead @ 0x81..=0xFE,
                    trail @ (0x40..=0x7E | 0xA1..=0xFE),
                    rest @ ..,
                ] => {
                    pairs.chars += 1;
                    pairs.usual += usize::from(matches!(lead, 0xA1..=0xC6));
                    pairs.low_trail += usize::from(*trail < 0x80);
                    rest
                }
                [_, rest @ ..] => {
                    pairs.errors += 1;
                    rest
                }
            }
        }
    }

    fn is_plausible(&self) -> bool {
        self.errors * 20 <= self.chars
            && self.usual * 10 >= self.chars * 8
            && self.low_trail * 5 >= self.chars
    }
}

fn legacy(head: &[u8], whole: bool) -> Encoding {
    let mut gb = GbPairs::of(head);
    let mut big5 = Big5Pairs::of(head);
    if !whole {
        // a character cut by the head's end
        gb.errors = gb.errors.saturating_sub(2);
        big5.errors = big5.errors.saturating_sub(1);
    }
    if big5.is_plausible() && (!gb.is_nearly_strict() || !statistics_say_gb(head, big5.chars)) {
        Encoding::Big5
    } else if gb.is_nearly_strict() && gb.is_plausible() {
        Encoding::Gb18030
    } else {
        Encoding::Utf8
    }
}

/// Fewer characters are too few for statistics to outweigh the prior.
const CHARS_MIN: usize = 8;

/// Asks the frequency tables of chardetng, on lines spread over the head: the first lines of an
/// export are often ASCII.
fn statistics_say_gb(head: &[u8], n_chars: usize) -> bool {
    if n_chars < CHARS_MIN {
        return true;
    }
    let lines = || {
        head.split_inclusive(|&b| b == b'\n')
            .filter(|line| !line.is_ascii())
    };
    let total: usize = lines().map(<[u8]>::len).sum();
    let stride = (total / SAMPLE_BYTES).max(1);
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
    for line in lines().step_by(stride) {
        detector.feed(line, false);
    }
    detector.feed(b"", true);
    let guess = detector.guess(None, Utf8Detection::Deny);
    guess == encoding_rs::GBK || guess == encoding_rs::GB18030
}
