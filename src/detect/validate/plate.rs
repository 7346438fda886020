//! Vehicle plates (GA 36-2018). The pattern fixes the form; what is left to judge is whether a run of letters behind a Han
//! character is a plate or a word.

use super::{Compact, Verdict, Why};

/// Vehicle plate in upper case, separators dropped. Without context the serial must hold a digit.
pub(super) fn plate(compact: &mut Compact<'_>, in_context: bool) -> Verdict {
    let text = compact.as_bytes();
    let n_digits = text.iter().filter(|b| b.is_ascii_digit()).count();
    let serial: usize = text.iter().filter(|b| b.is_ascii_alphanumeric()).count();
    match serial {
        0..5 | 10.. => compact.because(Why::Form, Verdict::Reject),
        // 京A00000 and 京A12345 stand on every sample; only the former was never issued.
        _ if n_digits >= 4 && text.iter().all(|b| !b.is_ascii_digit() || *b == b'0') => {
            compact.because(Why::Repeated, Verdict::Reject)
        }
        _ if n_digits > 0 || in_context => Verdict::Valid,
        _ => compact.because(Why::NeedsContext, Verdict::Reject),
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{check, rejects};
    use super::*;

    #[test]
    fn accepts_plates() {
        for text in [
            "桂Y83176",
            "桂YCX4254",
            "桂Y62807F",
            "粤Z4137澳",
            "使469864",
            "京AD12345",
        ] {
            check(plate, text, false, Verdict::Valid, text);
        }
        check(plate, "京AABCDE", true, Verdict::Valid, "京AABCDE");
    }

    #[test]
    fn rejects_words_and_fillers() {
        for (text, why) in [
            ("新ENGLAND", "a word"),
            ("京A00000", "a filler"),
            ("京A1", "too short"),
            ("", "nothing"),
        ] {
            rejects(plate, text, false, why);
        }
    }
}
