//! How often numbers that nobody issued pass a validator: what the passes in a column are measured against.
//!
//! A check character passes by chance, so a column of order numbers holds some "cards" and "identity numbers". Beside each
//! validator stands here how often that is; the tests draw numbers and hold the validators to it. What follows from a
//! column's passes is decided in `classify`.

/// The rates of chance of one validator.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Chance {
    /// Of numbers that have everything but the check, the share that passes it; where there is no check, of numbers of the
    /// same length the share that has the structure. An upper bound: numbers without the structure never pass.
    pub passes: f64,
    /// Where structure is common and soft evidence is what tells (a prefix in force): of numbers that pass, the share that
    /// has it by chance.
    pub is_firm: Option<f64>,
}

/// The rate of a kind without a row of its own: that of one check digit. No check in use is weaker, and no structure of
/// digits that is accepted without context is more common.
pub const DEFAULT: Chance = Chance::of(1, 10);

impl Chance {
    const fn of(passes: u32, of: u32) -> Chance {
        Chance {
            passes: passes as f64 / of as f64,
            is_firm: None,
        }
    }

    /// The rates of the validator of this name.
    pub fn by_name(validator: Option<&str>) -> Chance {
        let row = CHANCES.iter().find(|(name, _)| Some(*name) == validator);
        row.map_or(DEFAULT, |(_, chance)| *chance)
    }
}

/// Validators whose rate is another than [`DEFAULT`], sorted by name.
const CHANCES: &[(&str, Chance)] = &[
    // MOD 11-2 gives one of eleven characters.
    ("cn-foreign-pr-id", Chance::of(1, 11)),
    // Eleven digits that begin with 13 to 19: 7 of 100. Of the 70 prefixes of three digits, 53 and two tenths are in force.
    (
        "cn-mobile",
        Chance {
            passes: 0.07,
            is_firm: Some(53.2 / 70.0),
        },
    ),
    ("cn-resident-id", Chance::of(1, 11)),
    // One of 31 characters.
    ("cn-uscc", Chance::of(1, 31)),
    // The Luhn check may stand at the 19th place or at the 20th: 1 - 0.9 * 0.9.
    ("iccid", Chance::of(19, 100)),
    // Modulo 11.
    ("vin", Chance::of(1, 11)),
];

#[cfg(test)]
mod tests {
    use super::super::{Compact, VALIDATORS, Verdict, by_name};
    use super::*;

    /// Pseudo-random digits.
    struct Draw(u64);

    impl Draw {
        fn digit(&mut self) -> u8 {
            self.0 = self
                .0
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            b'0' + ((self.0 >> 33) % 10) as u8
        }
    }

    /// Numbers like `form`, each `?` of it a digit drawn anew: the share that passes without context, and of those the
    /// share that is more than weak.
    fn rates(validator: &str, form: &str) -> (f64, f64) {
        const DRAWS: u32 = 40_000;
        let validate = by_name(validator).expect("a validator of the table");
        let mut draw = Draw(20_261_122);
        let (mut n_passed, mut n_firm) = (0, 0);
        for _ in 0..DRAWS {
            let mut compact = Compact::new();
            for byte in form.bytes() {
                compact.push(if byte == b'?' { draw.digit() } else { byte });
            }
            let verdict = validate(&mut compact, false);
            n_passed += u32::from(matches!(
                verdict,
                Verdict::Valid | Verdict::Strong | Verdict::Weak
            ));
            n_firm += u32::from(matches!(verdict, Verdict::Valid | Verdict::Strong));
        }
        let share = |n: u32, of: u32| f64::from(n) / f64::from(of.max(1));
        (share(n_passed, DRAWS), share(n_firm, n_passed))
    }

    #[track_caller]
    fn check(validator: &str, form: &str) {
        let chance = Chance::by_name(Some(validator));
        let (passes, firm) = rates(validator, form);
        let near = |stated: f64, drawn: f64| (stated - drawn).abs() <= 0.08 * stated;
        assert!(
            near(chance.passes, passes),
            "{validator}: {passes} pass, stated {}",
            chance.passes
        );
        if let Some(stated) = chance.is_firm {
            assert!(
                near(stated, firm),
                "{validator}: {firm} are firm, stated {stated}"
            );
        }
    }

    #[test]
    fn the_rates_are_those_of_the_validators() {
        check("cn-resident-id", "11010119900307????");
        check("cn-resident-id", "44030519850610????");
        check("cn-foreign-pr-id", "93184019880615????");
        check("cn-uscc", "91110105MA????????");
        check("cn-mobile", "???????????");
        check("bank-card", "622202?????????????");
        check("bank-card", "4539????????????");
        check("imei", "35?????????????");
        check("iccid", "8986????????????????");
        check("vin", "LSVAA49J1?2??????");
    }

    #[test]
    fn rows_are_sorted_and_name_validators() {
        assert!(CHANCES.windows(2).all(|pair| pair[0].0 < pair[1].0));
        for (name, chance) in CHANCES {
            assert!(VALIDATORS.iter().any(|(n, _)| n == name), "{name}");
            assert!((0.0..1.0).contains(&chance.passes), "{name}");
        }
    }
}
