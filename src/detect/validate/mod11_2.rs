//! ISO 7064 MOD 11-2, the check of the resident identity number (GB 11643). It knows digits and no person.

/// The check character of these digits: `0`–`9` or `X`. `None` when a byte is no digit.
pub(super) fn check(digits: &[u8]) -> Option<u8> {
    if !super::digits::all(digits) {
        return None;
    }
    // The remainder of the powers of two, from the last digit to the first, so that the digits do not wait for each other.
    const WEIGHTS: [u32; 10] = [2, 4, 8, 5, 10, 9, 7, 3, 6, 1];
    let product = digits.iter().rev().zip(WEIGHTS.iter().cycle());
    let product: u32 = product.map(|(b, w)| u32::from(b - b'0') * w).sum();
    let product = product % 11;
    Some(match (12 - product) % 11 {
        10 => b'X',
        n => b'0' + n as u8,
    })
}

/// Whether the last character (upper or lower case) is the check of those before it.
pub(super) fn holds(number: &[u8]) -> bool {
    number
        .split_last()
        .is_some_and(|(last, body)| check(body) == Some(last.to_ascii_uppercase()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn agrees_with_the_standards() {
        // The two numbers printed in GB 11643-1999, and the example 0794-0 of ISO 7064.
        assert_eq!(check(b"11010519491231002"), Some(b'X'));
        assert_eq!(check(b"44052418800101001"), Some(b'4'));
        assert_eq!(check(b"0794"), Some(b'0'));
        assert_eq!(check(b"1101051949123100x"), None);
        assert!(holds(b"11010519491231002x"));
        assert!(!holds(b""));
    }

    #[test]
    fn agrees_with_the_weights_of_gb_11643() {
        const WEIGHTS: [u32; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
        const CHECKS: &[u8; 11] = b"10X98765432";
        let mut state = 7_u32;
        for _ in 0..500 {
            let body: [u8; 17] = std::array::from_fn(|_| {
                state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                b'0' + (state >> 24) as u8 % 10
            });
            let sum: u32 = body
                .iter()
                .zip(WEIGHTS)
                .map(|(b, w)| u32::from(b - b'0') * w)
                .sum();
            assert_eq!(check(&body), Some(CHECKS[sum as usize % 11]));
        }
    }
}
