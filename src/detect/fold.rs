//! Folding: full-width letters, digits and punctuation as their ASCII twins, one character for one.
//!
//! `１３８` typed with a Chinese input method is the same number as `138`. The fold is one to one (U+FF01..=U+FF5E, the
//! ideographic space, and the dashes U+2010..=U+2015 and U+2212), so every place in the folded text has its place in the
//! source. It is not Unicode normalisation.

/// A folded text and, for each of its bytes, the offset of that byte's character in the source.
#[derive(Default)]
pub(crate) struct Folded {
    pub(crate) text: Vec<u8>,
    offsets: Vec<u32>,
}

impl Folded {
    /// Folds `source`, replacing what was there.
    pub(crate) fn fold(&mut self, source: &[u8]) {
        self.text.clear();
        self.offsets.clear();
        let mut i = 0;
        while i < source.len() {
            let (byte, len) = folded_at(&source[i..]).unwrap_or((source[i], 1));
            self.text.push(byte);
            self.offsets.push(i as u32);
            i += len;
        }
        self.offsets.push(source.len() as u32);
    }

    /// Takes `source` as it is, every byte at its own place.
    pub(crate) fn keep(&mut self, source: &[u8]) {
        self.text.clear();
        self.text.extend_from_slice(source);
        self.offsets.clear();
        self.offsets.extend(0..=source.len() as u32);
    }

    /// The offset in the source of a place in the folded text.
    pub(crate) fn source_offset(&self, at: usize) -> u32 {
        self.offsets[at]
    }
}

/// The first byte of every full-width letter, digit, hyphen and plus sign in UTF-8.
pub(crate) const WIDE_LEAD: u8 = 0xEF;

/// The ASCII twin of the full-width character that `text` begins with, and that character's length.
fn folded_at(text: &[u8]) -> Option<(u8, usize)> {
    let twin = match *text.first_chunk::<3>()? {
        [0xEF, 0xBC, last @ 0x81..=0xBF] => last - 0x60,
        [0xEF, 0xBD, last @ 0x80..=0x9E] => last - 0x20,
        [0xE3, 0x80, 0x80] => b' ',
        [0xE2, 0x80, 0x90..=0x95] | [0xE2, 0x88, 0x92] => b'-',
        _ => return None,
    };
    Some((twin, 3))
}

/// Whether `text` begins with a full-width digit or letter, or a full-width hyphen or plus sign.
pub(crate) fn is_wide_word(text: &[u8]) -> bool {
    matches!(
        folded_at(text),
        Some((b'0'..=b'9' | b'A'..=b'Z' | b'a'..=b'z' | b'-' | b'+' | b'@', _))
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folds_one_to_one_and_keeps_places() {
        let mut folded = Folded::default();
        let source = "电话１３8　ａＺ－（）".as_bytes();
        folded.fold(source);
        assert_eq!(String::from_utf8_lossy(&folded.text), "电话138 aZ-()");
        let at = folded.text.iter().position(|b| *b == b'3').unwrap();
        assert_eq!(
            &source[folded.source_offset(at) as usize..][..3],
            "３".as_bytes()
        );
        assert_eq!(
            folded.source_offset(folded.text.len()) as usize,
            source.len()
        );
    }

    #[test]
    fn every_ascii_twin_is_folded() {
        for c in '!'..='~' {
            let wide = char::from_u32(c as u32 + 0xFEE0).unwrap().to_string();
            assert_eq!(folded_at(wide.as_bytes()), Some((c as u8, 3)));
        }
        assert_eq!(folded_at("，".as_bytes()), Some((b',', 3)));
        assert_eq!(folded_at("、".as_bytes()), None);
    }
}
