//! Amounts of money in yuan, exact to the cent.
//!
//! Amounts come as decimal text (`61429.01`) and are kept as whole cents, so that a comparison with
//! a threshold is exact. There is no arithmetic and no other currency here.

use std::fmt;
use std::str::FromStr;

use serde::de::{self, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::error::Error;

/// An amount in yuan, never negative.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Yuan {
    cents: u64,
}

impl Yuan {
    /// A whole number of yuan; amounts past what cents can hold stay at the largest amount.
    pub fn whole(yuan: u64) -> Yuan {
        Yuan {
            cents: yuan.saturating_mul(100),
        }
    }

    /// An amount from cents (分).
    pub fn from_cents(cents: u64) -> Yuan {
        Yuan { cents }
    }

    /// The amount in cents (分).
    pub fn cents(self) -> u64 {
        self.cents
    }

    /// The amount in whole yuan, rounded down.
    pub fn whole_yuan(self) -> u64 {
        self.cents / 100
    }
}

impl FromStr for Yuan {
    type Err = Error;

    fn from_str(text: &str) -> Result<Yuan, Error> {
        if text.starts_with('-') {
            return Err(Error::new("an amount of money cannot be negative"));
        }
        parse(text).ok_or_else(|| {
            Error::new(
                "not an amount of yuan: write digits with at most two decimals, like 61429.01",
            )
        })
    }
}

fn parse(text: &str) -> Option<Yuan> {
    let (whole, decimals) = text.split_once('.').unwrap_or((text, "0"));
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    if !digits(whole) || !digits(decimals) || decimals.len() > 2 {
        return None;
    }
    let scale = if decimals.len() == 1 { 10 } else { 1 };
    let cents = decimals.parse::<u64>().ok()? * scale;
    let cents = whole
        .parse::<u64>()
        .ok()?
        .checked_mul(100)?
        .checked_add(cents)?;
    Some(Yuan { cents })
}

impl fmt::Display for Yuan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.cents / 100)?;
        match self.cents % 100 {
            0 => Ok(()),
            cents => write!(f, ".{cents:02}"),
        }
    }
}

impl Serialize for Yuan {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Yuan {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Yuan, D::Error> {
        deserializer.deserialize_any(YuanVisitor)
    }
}

/// Takes text, or a TOML number by the shortest decimal that denotes it.
struct YuanVisitor;

impl Visitor<'_> for YuanVisitor {
    type Value = Yuan;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an amount of yuan with at most two decimals")
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Yuan, E> {
        text.parse().map_err(E::custom)
    }

    fn visit_u64<E: de::Error>(self, number: u64) -> Result<Yuan, E> {
        self.visit_str(&number.to_string())
    }

    fn visit_i64<E: de::Error>(self, number: i64) -> Result<Yuan, E> {
        self.visit_str(&number.to_string())
    }

    fn visit_f64<E: de::Error>(self, number: f64) -> Result<Yuan, E> {
        self.visit_str(&number.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, want: Option<u64>) {
        assert_eq!(text.parse::<Yuan>().ok().map(Yuan::cents), want, "{text}");
    }

    #[test]
    fn amounts_are_exact_to_the_cent() {
        check("61429.01", Some(6_142_901));
        check("0.1", Some(10));
        check("0.29", Some(29));
        check("5000", Some(500_000));
        check("007.50", Some(750));
        check("184467440737095516.15", Some(u64::MAX));
    }

    #[test]
    fn anything_else_is_refused() {
        for text in [
            "",
            ".",
            "5.",
            ".5",
            "-1",
            "-0.01",
            "+1",
            "1.234",
            "1,000",
            "1e3",
            "NaN",
            "inf",
            "５",
            "¥5",
            " 5",
            "184467440737095516.16",
            "99999999999999999999",
        ] {
            check(text, None);
        }
        let negative = "-5".parse::<Yuan>().unwrap_err().to_string();
        assert!(negative.contains("negative"), "{negative}");
    }

    #[test]
    fn display_is_read_back() {
        for cents in [0, 1, 10, 99, 100, 101, 6_142_901] {
            let text = Yuan { cents }.to_string();
            assert_eq!(text.parse::<Yuan>().unwrap().cents(), cents, "{text}");
        }
    }
}
