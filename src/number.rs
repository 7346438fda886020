//! Numbers as people read them, whatever the language: thousands apart, hundredths with a point.
//!
//! Knows no unit. Ratios, sizes and times are of `report` alone and stand there.

/// `1,234,567`.
pub(crate) fn thousands(n: u64) -> String {
    let digits = n.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// Hundredths with both decimals: `3.50` of 350.
pub(crate) fn hundredths(n: u64) -> String {
    format!("{}.{:02}", n / 100, n % 100)
}

/// Hundredths with as many decimals as it takes: `4`, `4.5`, `4.05`.
pub(crate) fn hundredths_cut(n: u64) -> String {
    match n % 100 {
        0 => (n / 100).to_string(),
        rest if rest % 10 == 0 => format!("{}.{}", n / 100, rest / 10),
        _ => hundredths(n),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands_are_separated() {
        for (n, want) in [
            (0, "0"),
            (999, "999"),
            (1_000, "1,000"),
            (65_535, "65,535"),
            (1_234_567, "1,234,567"),
            (u64::MAX, "18,446,744,073,709,551,615"),
        ] {
            assert_eq!(thousands(n), want);
        }
    }

    #[test]
    fn hundredths_have_two_decimals_or_as_many_as_it_takes() {
        for (n, both, cut) in [
            (0, "0.00", "0"),
            (5, "0.05", "0.05"),
            (50, "0.50", "0.5"),
            (400, "4.00", "4"),
            (405, "4.05", "4.05"),
            (450, "4.50", "4.5"),
            (10_000, "100.00", "100"),
        ] {
            assert_eq!(
                (hundredths(n).as_str(), hundredths_cut(n).as_str()),
                (both, cut)
            );
        }
    }
}
