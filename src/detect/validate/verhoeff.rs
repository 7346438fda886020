//! The check of Verhoeff (1969), over the dihedral group of ten: the Indian Aadhaar. It knows digits and no number.

/// The place of a digit moves it by a power of this permutation.
const MOVED: [u8; 10] = [1, 5, 7, 6, 2, 8, 3, 0, 9, 4];

/// Whether the last digit is the check of those before it. False for other bytes than digits, and for none.
pub(super) fn holds(digits: &[u8]) -> bool {
    if digits.is_empty() || !super::digits::all(digits) {
        return false;
    }
    let digits = digits.iter().rev().enumerate();
    let product = digits.fold(0, |product, (place, digit)| {
        let moved = (0..place % 8).fold(digit - b'0', |d, _| MOVED[usize::from(d)]);
        multiply(product, moved)
    });
    product == 0
}

/// The product in the dihedral group of order ten: 0 to 4 are turns, 5 to 9 reflections.
fn multiply(a: u8, b: u8) -> u8 {
    match (a < 5, b < 5) {
        (true, true) => (a + b) % 5,
        (true, false) => 5 + (a + b - 5) % 5,
        (false, true) => 5 + (a - b) % 5,
        (false, false) => (5 + a - b) % 5,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn holds_for_the_published_example() {
        // The worked example of the method: the check of 236 is 3.
        assert!(holds(b"2363"));
        for (number, why) in [
            ("2364", "another check"),
            ("3263", "two digits swapped"),
            ("236x", "a letter"),
            ("", "nothing"),
        ] {
            assert!(!holds(number.as_bytes()), "{why}");
        }
    }

    #[test]
    fn any_changed_digit_and_any_swap_is_noticed() {
        let number = *b"234123412346";
        assert!(holds(&number));
        for at in 0..number.len() {
            for digit in b'0'..=b'9' {
                let mut changed = number;
                changed[at] = digit;
                assert_eq!(holds(&changed), changed == number);
            }
            let mut swapped = number;
            swapped.swap(at, (at + 1) % number.len());
            assert!(at + 1 == number.len() || swapped == number || !holds(&swapped));
        }
    }
}
