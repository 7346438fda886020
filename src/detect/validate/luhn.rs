//! The Luhn check (ISO/IEC 7812-1, annex B): payment cards, IMEI, ICCID. It knows digits and no card.

/// Whether the last digit is the Luhn check of those before it. False for other bytes than digits, and for none.
pub(super) fn holds(digits: &[u8]) -> bool {
    if digits.is_empty() || !super::digits::all(digits) {
        return false;
    }
    let sum: u32 = digits
        .rchunks(2)
        .map(|pair| match pair {
            [doubled, plain] => DOUBLED[usize::from(doubled & 0xF)] + u32::from(plain - b'0'),
            plain => u32::from(plain[0] - b'0'),
        })
        .sum();
    sum.is_multiple_of(10)
}

/// Each digit doubled, the two digits of the result added.
const DOUBLED: [u32; 16] = [0, 2, 4, 6, 8, 1, 3, 5, 7, 9, 0, 0, 0, 0, 0, 0];

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
