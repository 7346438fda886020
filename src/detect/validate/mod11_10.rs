//! ISO 7064 MOD 11,10, the check of the German tax number. It knows digits and no number.

/// Whether the last digit is the check of those before it. False for other bytes than digits, and for fewer than two.
pub(super) fn holds(digits: &[u8]) -> bool {
    let Some((last, body)) = digits.split_last() else {
        return false;
    };
    if body.is_empty() || !super::digits::all(digits) {
        return false;
    }
    let product = body.iter().fold(10, |product, digit| {
        let sum = (product + u32::from(digit - b'0')) % 10;
        (if sum == 0 { 10 } else { sum }) * 2 % 11
    });
    (11 - product) % 10 == u32::from(last - b'0')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn holds_for_published_examples() {
        // The example 0794-5 of ISO 7064, and one of the test numbers of the German tax authorities.
        for number in ["07945", "86095742719"] {
            assert!(holds(number.as_bytes()), "{number}");
        }
        for (number, why) in [
            ("07946", "wrong check"),
            ("8609574271x", "a letter"),
            ("0", "no body"),
            ("", "nothing"),
        ] {
            assert!(!holds(number.as_bytes()), "{why}");
        }
    }
}
