//! Codes of administrative divisions (GB/T 2260): the first six digits of resident identity numbers and credit codes.
//!
//! `regions.txt` is the union of the yearly lists from 1980 to 2022, because a number keeps the code of its year of issue:
//! about half of all codes ever used are withdrawn today. It was extracted from `src/region.json` of the crate
//! `china-citizen-id` 0.0.1 (MIT License, Copyright (c) 2024 Nugine; its notice stands in `NOTICE`), whose lists come from the
//! Ministry of Civil Affairs. Lists differ from what was issued in practice, so an unknown code is a reason for doubt and never
//! for rejection.

use std::sync::OnceLock;

use crate::bytes::{all_digits, number_of};

/// Codes of six digits, one a line.
const REGIONS: &str = include_str!("regions.txt");

/// The codes, and the prefectures that have any, as bits: those of one province lie close together.
struct Regions {
    codes: Vec<u64>,
    prefectures: Vec<u64>,
}

static KNOWN: OnceLock<Regions> = OnceLock::new();

impl Regions {
    fn new() -> Regions {
        let mut regions = Regions {
            codes: vec![0; 1_000_000 / 64],
            prefectures: vec![0; 10_000 / 64 + 1],
        };
        for line in REGIONS.lines() {
            let code = number_of(line.as_bytes()) as usize;
            regions.codes[code / 64] |= 1 << (code % 64);
            regions.prefectures[code / 100 / 64] |= 1 << (code / 100 % 64);
        }
        regions
    }
}

fn holds(bits: &[u64], at: usize) -> bool {
    bits[at / 64] >> (at % 64) & 1 == 1
}

/// Whether the first two digits are a province, an autonomous region, a municipality, Taiwan (71), Hong Kong (81) or
/// Macao (82), or 83, which residence permits of Taiwan residents bear.
pub(super) fn is_province(code: &[u8]) -> bool {
    matches!(
        code.get(..2),
        Some(
            [b'1', b'1'..=b'5']
                | [b'2', b'1'..=b'3']
                | [b'3', b'1'..=b'7']
                | [b'4', b'1'..=b'6']
                | [b'5', b'0'..=b'4']
                | [b'6', b'1'..=b'5']
                | [b'7', b'1']
                | [b'8', b'1'..=b'3']
        )
    )
}

/// Whether the six digits are, or were, a code. `xxxx00` (the prefecture as a whole) and `xxxx01` (市辖区, its districts
/// together) are absent from the lists and were issued all the same; they count under a known prefecture.
pub(super) fn is_known(code: &[u8]) -> bool {
    let Some(code) = code.get(..6) else {
        return false;
    };
    if !all_digits(code) {
        return false;
    }
    let regions = KNOWN.get_or_init(Regions::new);
    let code = number_of(code) as usize;
    code == 830_000
        || holds(&regions.codes, code)
        || code % 100 < 2 && holds(&regions.prefectures, code / 100)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_sound() {
        let codes: Vec<&str> = REGIONS.lines().collect();
        assert!(codes.len() > 6_000 && codes.windows(2).all(|pair| pair[0] < pair[1]));
        assert!(
            codes
                .iter()
                .all(|c| c.len() == 6 && all_digits(c.as_bytes()))
        );
    }

    #[test]
    fn knows_codes_of_all_years() {
        for (code, why) in [
            ("110101", "东城区, in force"),
            ("110103", "崇文区, until 2010"),
            ("440524", "a county until 1980s, in the standard's example"),
            ("440401", "市辖区 of a known prefecture"),
            ("140100", "a prefecture"),
            ("810000", "Hong Kong"),
            ("820000", "Macao"),
            ("830000", "permits of Taiwan residents"),
            ("320000", "a province"),
        ] {
            assert!(is_known(code.as_bytes()), "{why}");
        }
        for (code, why) in [
            ("110199", "no such district"),
            ("119901", "no such prefecture"),
            ("990000", "no such province"),
            ("1101", "too short"),
        ] {
            assert!(!is_known(code.as_bytes()), "{why}");
        }
    }

    #[test]
    fn every_known_code_lies_in_a_province() {
        let text = include_str!("regions.txt");
        assert!(text.lines().all(|code| is_province(code.as_bytes())));
        for code in [
            "00", "10", "16", "24", "30", "38", "40", "47", "55", "66", "72", "84", "91", "9",
        ] {
            assert!(!is_province(code.as_bytes()), "{code}");
        }
    }
}
