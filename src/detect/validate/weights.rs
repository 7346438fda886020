//! Weighted sums of digits, on which most national numbers build their checks. It knows digits and no number.

/// The sum of each digit times its weight. Other bytes than digits must have been ruled out.
pub(super) fn sum(digits: &[u8], weights: &[u32]) -> u32 {
    debug_assert_eq!(digits.len(), weights.len(), "a weight for each digit");
    let products = digits.iter().zip(weights);
    products.map(|(d, w)| u32::from(d & 0xF) * w).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_are_multiplied_and_added() {
        // The specimen of the PESEL, 02070803628: what is missing to the next ten is its check.
        assert_eq!(sum(b"0207080362", &[1, 3, 7, 9, 1, 3, 7, 9, 1, 3]), 132);
        assert_eq!(sum(b"", &[]), 0);
    }
}
