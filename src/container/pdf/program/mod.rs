//! Font programs: what bytes mean by the font itself, where nothing else says it.
//!
//! A program of Type 1 begins with its encoding; one of CFF (Adobe Technical Note 5176) has one beside the names of its shapes; a TrueType
//! font has tables from bytes to shapes and, if it was not left out, from characters to shapes, or names of these. Only what leads to
//! characters is looked at.

mod cff;
mod tables;

use super::font::{Texts, of_code_page};
use super::glyphs;

/// What bytes mean by a program, which may be one of Type 1. None for each of which it does not tell that.
pub(super) fn texts(program: &[u8], may_be_type_1: bool) -> Texts {
    let found = match program {
        [0, 1, 0, 0, ..] | [b't', b'r', b'u', b'e', ..] | [b'O', b'T', b'T', b'O', ..] => {
            tables::read(program)
        }
        [1, _, _, 1..=4, ..] => cff::read(program),
        _ => may_be_type_1.then(|| of_type_1(program)),
    };
    found.unwrap_or([None; 256])
}

/// The encoding that a font program of Type 1 begins with: `dup 65 /A put` for each of its characters.
fn of_type_1(program: &[u8]) -> Texts {
    let mut texts = [None; 256];
    // What follows is encrypted.
    let clear = memchr::memmem::find(program, b"eexec").unwrap_or(program.len());
    let clear = &program[..clear];
    let Some(at) = memchr::memmem::find(clear, b"/Encoding") else {
        return texts;
    };
    let mut words = clear[at..]
        .split(|b| b.is_ascii_whitespace() || *b == b'/')
        .filter(|word| !word.is_empty())
        .skip(1)
        .peekable();
    if words.next_if_eq(&&b"StandardEncoding"[..]).is_some() {
        return of_code_page(encoding_rs::WINDOWS_1252);
    }
    while let Some(word) = words.next() {
        match word {
            b"def" => break,
            b"dup" => {
                let code = words.next().and_then(|word| std::str::from_utf8(word).ok());
                let code = code.and_then(|word| word.parse::<usize>().ok());
                let text = code.and_then(|code| texts.get_mut(code));
                if let (Some(text), Some(name)) = (text, words.peek()) {
                    *text = glyphs::character(name);
                }
            }
            _ => {}
        }
    }
    texts
}

fn u8_at(bytes: &[u8], at: usize) -> Option<u8> {
    bytes.get(at).copied()
}

fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_be_bytes(*bytes.get(at..)?.first_chunk()?))
}

fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_be_bytes(*bytes.get(at..)?.first_chunk()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(program: &[u8]) -> Texts {
        super::texts(program, true)
    }

    #[track_caller]
    pub(super) fn check(program: &[u8], want: &[(u8, char)]) {
        let all = (0..=255u8).zip(texts(program));
        let got: Vec<(u8, char)> = all.filter_map(|(code, text)| Some((code, text?))).collect();
        assert_eq!(got, want);
    }

    #[test]
    fn a_font_program_tells_what_its_bytes_mean() {
        let head = "%!PS-AdobeFont-1.0: CMR10\n/FontName /CMR10 def\n/Encoding 256 array\n0 1 255 {1 index exch /.notdef put} for\n";
        let program = format!(
            "{head}dup 1 /A put\ndup 49/one put\ndup 50 /g42 put\ndup 256 /B put\nreadonly def\ndup 66 /B put"
        );
        check(program.as_bytes(), &[(1, 'A'), (49, '1')]);
        let encrypted = format!("{head}currentfile eexec dup 66 /B put");
        check(encrypted.as_bytes(), &[]);
        check(b"dup 66 /B put", &[]);
        check(b"", &[]);
        assert_eq!(super::texts(program.as_bytes(), false), [None; 256]);
        let standard = texts(b"/Encoding StandardEncoding def");
        assert_eq!((standard[65], standard[48]), (Some('A'), Some('0')));
    }
}
