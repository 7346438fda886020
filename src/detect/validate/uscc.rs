//! Unified social credit codes of organisations (GB 32100-2015): authority, type of organisation, region (6), organisation
//! code (9, GB 11714 with its own check), check. They are public; codes that begin with 92 are sole traders.

use super::{Compact, Verdict, Why, digits, region};

/// The 31 characters of the code in order of their values: no I, O, S, V, Z.
const ALPHABET: &[u8; 31] = b"0123456789ABCDEFGHJKLMNPQRTUWXY";

/// Unified social credit code.
pub(super) fn uscc(compact: &mut Compact<'_>, in_context: bool) -> Verdict {
    let code = compact.as_bytes();
    if code.len() != 18 || !is_authority(code[0], code[1]) || !digits::all(&code[2..8]) {
        return compact.because(Why::Form, Verdict::Reject);
    }
    let Some(check) = check(&code[..17]) else {
        return compact.because(Why::Form, Verdict::Reject);
    };
    // One in 31 numbers of 18 digits has the check, so a code without letters must show more.
    let plain = digits::all(code);
    if plain
        && !in_context
        && !(code[0] == b'9' && region::is_known(&code[2..]) && has_organisation_code(code))
    {
        return compact.because(Why::NeedsContext, Verdict::Reject);
    }
    if check != code[17] {
        return match in_context && ALPHABET.contains(&code[17]) {
            true => compact.because(Why::Checksum, Verdict::FailedChecksum),
            false => compact.because(Why::Checksum, Verdict::Reject),
        };
    }
    match (region::is_known(&code[2..]), has_organisation_code(code)) {
        (true, true) => compact.because(Why::InnerChecksum, Verdict::Strong),
        (true, false) => Verdict::Valid,
        (false, _) => compact.because(Why::UnknownRegion, Verdict::Weak),
    }
}

/// Check character of the first 17; weights are the powers of 3 modulo 31.
fn check(body: &[u8]) -> Option<u8> {
    let mut sum = 0;
    let mut weight = 1;
    for byte in body {
        sum += ALPHABET.iter().position(|b| b == byte)? * weight;
        weight = weight * 3 % 31;
    }
    Some(ALPHABET[(31 - sum % 31) % 31])
}

/// Whether the ninth to seventeenth characters carry the check of GB 11714 (weights 3 7 9 10 5 8 4 2, modulo 11). Codes
/// made by generators seldom do.
fn has_organisation_code(code: &[u8]) -> bool {
    const WEIGHTS: [u32; 8] = [3, 7, 9, 10, 5, 8, 4, 2];
    let value = |byte: u8| match byte {
        b'0'..=b'9' => u32::from(byte - b'0'),
        _ => u32::from(byte - b'A') + 10,
    };
    let sum: u32 = code[8..16]
        .iter()
        .zip(WEIGHTS)
        .map(|(b, w)| value(*b) * w)
        .sum();
    let check = match 11 - sum % 11 {
        10 => b'X',
        11 => b'0',
        n => b'0' + n as u8,
    };
    code[16] == check
}

/// Whether authority and type of organisation go together.
fn is_authority(authority: u8, kind: u8) -> bool {
    match authority {
        b'1' => matches!(kind, b'1' | b'2' | b'3' | b'9'),
        b'2' => matches!(kind, b'1' | b'9'),
        b'3' => matches!(kind, b'1'..=b'5' | b'9'),
        b'4' => matches!(kind, b'1' | b'9'),
        b'5' => matches!(kind, b'1'..=b'3' | b'9'),
        b'6' => matches!(kind, b'1' | b'2' | b'9'),
        b'7' => matches!(kind, b'1' | b'2' | b'9'),
        b'8' => matches!(kind, b'1' | b'9'),
        b'9' => matches!(kind, b'1'..=b'3'),
        b'A' => matches!(kind, b'1' | b'9'),
        b'N' => matches!(kind, b'1'..=b'3' | b'9'),
        b'Y' => kind == b'1',
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{self, check, rejects};
    use super::*;

    /// A made-up code with its checks: authority and type, region, eight characters of the organisation code.
    fn code(head: &str, region: &str, organisation: &str) -> String {
        let mut code = format!("{head}{region}{organisation}");
        let tail = b"0123456789X"
            .iter()
            .find(|c| has_organisation_code(format!("{code}{}0", char::from(**c)).as_bytes()));
        code.push(char::from(*tail.unwrap()));
        let check = super::check(code.as_bytes()).unwrap();
        code.push(char::from(check));
        code
    }

    #[test]
    fn accepts_codes() {
        let company = code("91", "110105", "MA01ABCD");
        check(uscc, &company, false, Verdict::Strong, &company);
        // The organisation code of the example in GB 11714 is D2143569-X.
        let example = code("91", "310000", "D2143569");
        assert_eq!(&example[16..17], "X");
        check(uscc, &example, false, Verdict::Strong, &example);
        let unknown = code("91", "119999", "MA01ABCD");
        check(uscc, &unknown, false, Verdict::Weak, &unknown);
    }

    #[test]
    fn codes_without_letters_must_show_more() {
        let (plain, other) = (10_000_000..10_001_000)
            .map(|n| {
                (
                    code("91", "110105", &n.to_string()),
                    code("51", "110105", &n.to_string()),
                )
            })
            .find(|(a, b)| digits::all(a.as_bytes()) && digits::all(b.as_bytes()))
            .unwrap();
        check(uscc, &plain, false, Verdict::Strong, &plain);
        check(uscc, &other, true, Verdict::Strong, &other);
        rejects(uscc, &other, false, "digits only, and no enterprise");
    }

    #[test]
    fn a_wrong_check_is_counted_apart_in_context() {
        let mut wrong = code("91", "110105", "MA01ABCD").into_bytes();
        wrong[17] = if wrong[17] == b'1' { b'2' } else { b'1' };
        let wrong = String::from_utf8(wrong).unwrap();
        check(uscc, &wrong, true, Verdict::FailedChecksum, &wrong);
        rejects(uscc, &wrong, false, "wrong check, no context");
        testing::every_change_is_noticed(uscc, &code("91", "110105", "MA01ABCD"), false);
    }

    #[test]
    fn rejects_what_has_no_structure() {
        for (text, why) in [
            ("98110105MA01ABCD12", "no such type"),
            ("91110105MA01ABCDO2", "the letter O"),
            ("9111010MA01ABCD123", "a letter in the region"),
            ("91110105MA01ABCD1", "17 characters"),
            ("", "nothing"),
        ] {
            rejects(uscc, text, true, why);
        }
    }
}
