//! The Luhn check (ISO/IEC 7812-1, annex B): payment cards, IMEI, ICCID. It knows digits and no card.

/// Whether the last digit is the Luhn check of those before it. False for other bytes than digits, and for none.
pub(super) fn holds(digits: &[u8]) -> bool {
    let sum = digits
        .iter()
        .rev()
        .enumerate()
        .try_fold(0_u32, |sum, (i, b)| {
            let digit = b.is_ascii_digit().then(|| u32::from(b - b'0'))?;
            Some(sum + if i % 2 == 0 { digit } else { doubled(digit) })
        });
    !digits.is_empty() && sum.is_some_and(|s| s % 10 == 0)
}

/// A doubled digit, its two digits added.
fn doubled(digit: u32) -> u32 {
    if digit > 4 { digit * 2 - 9 } else { digit * 2 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn holds_for_published_examples() {
        // The customary worked example of the method, the sample IMEI of the GSM documents, and the
        // card schemes' published test numbers.
        for number in [
            "49927398716",
            "490154203237518",
            "4111111111111111",
            "378282246310005",
            "6011111111111117",
        ] {
            assert!(holds(number.as_bytes()), "{number}");
        }
    }

    #[test]
    fn fails_for_everything_else() {
        for (number, why) in [
            ("49927398717", "another check digit"),
            ("4111111111111112", "another check digit"),
            ("1411111111111111", "two digits swapped"),
            ("411111111111111a", "a letter"),
            ("", "nothing"),
        ] {
            assert!(!holds(number.as_bytes()), "{why}");
        }
    }

    #[test]
    fn any_changed_digit_is_noticed() {
        let number = *b"4539148803436467";
        assert!(holds(&number));
        for at in 0..number.len() {
            for digit in b'0'..=b'9' {
                let mut changed = number;
                changed[at] = digit;
                assert_eq!(holds(&changed), changed == number);
            }
        }
    }
}
