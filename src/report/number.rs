//! Numbers as people read them: thousands separators, ratios, sizes, times.
//!
//! Shares are cut, never rounded up: 4,999 of 5,000 must not look like all of it. This file knows
//! no word of a language except the units of time.

use super::Lang;
pub(super) use crate::number::thousands;

/// `count / threshold` cut to what can be taken in at a glance: `0.24`, `3.3`, `4,120`. `None` for
/// a threshold of 0.
pub(super) fn ratio(count: u64, threshold: u64) -> Option<String> {
    if threshold == 0 {
        return None;
    }
    let hundredths = u128::from(count) * 100 / u128::from(threshold);
    let whole = u64::try_from(hundredths / 100).unwrap_or(u64::MAX);
    Some(match whole {
        0 => format!("0.{:02}", hundredths % 100),
        1..100 => format!("{whole}.{}", hundredths % 100 / 10),
        _ => thousands(whole),
    })
}

/// `count / total` as a share: `33%`, `<1%`, and never `100%` unless it is all.
pub(super) fn percent(count: u64, total: u64) -> String {
    if total == 0 {
        return "0%".to_owned();
    }
    let percent = u128::from(count) * 100 / u128::from(total);
    if percent == 0 && count > 0 {
        "<1%".to_owned()
    } else {
        format!("{percent}%")
    }
}

/// `4.2 GiB`, in powers of 1,024.
pub(super) fn bytes(n: u64) -> String {
    const UNITS: [&str; 6] = ["KiB", "MiB", "GiB", "TiB", "PiB", "EiB"];
    if n < 1024 {
        return format!("{n} B");
    }
    let mut exponent = 0;
    while exponent + 1 < UNITS.len() && n >> (10 * (exponent + 2)) > 0 {
        exponent += 1;
    }
    let unit = 1u128 << (10 * (exponent + 1));
    let tenths = u128::from(n) * 10 / unit;
    if tenths < 1000 {
        format!("{}.{} {}", tenths / 10, tenths % 10, UNITS[exponent])
    } else {
        format!("{} {}", tenths / 10, UNITS[exponent])
    }
}

/// `350 MiB/s`; nothing for a time too short to divide by.
pub(super) fn rate(n_bytes: u64, seconds: f64) -> Option<String> {
    if !seconds.is_finite() || seconds < 0.01 || n_bytes == 0 {
        return None;
    }
    // A float conversion saturates, so a nonsensical time gives a large rate, not a panic.
    Some(format!("{}/s", bytes((n_bytes as f64 / seconds) as u64)))
}

/// `0.4 s`, `12 s`, `3 min 20 s`, `1 h 02 min`.
pub(super) fn seconds(seconds: f64, lang: Lang) -> String {
    let (h, min, s) = match lang {
        Lang::En => (" h ", " min", " s"),
        Lang::Zh => (" 小时 ", " 分", " 秒"),
    };
    let seconds = if seconds.is_finite() {
        seconds.max(0.0)
    } else {
        0.0
    };
    let whole = seconds as u64;
    match whole {
        0..10 => format!("{seconds:.1}{s}"),
        10..60 => format!("{whole}{s}"),
        60..3600 => format!("{}{min} {:02}{s}", whole / 60, whole % 60),
        _ => format!(
            "{}{h}{:02}{min}",
            thousands(whole / 3600),
            whole % 3600 / 60
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_are_cut_and_never_rounded_up() {
        for (count, threshold, want_ratio, want_percent) in [
            (4_999, 5_000, "0.99", "99%"),
            (5_000, 5_000, "1.0", "100%"),
            (1, 5_000, "0.00", "<1%"),
            (0, 5_000, "0.00", "0%"),
            (16_480, 5_000, "3.2", "329%"),
            (500_000, 5_000, "100", "10000%"),
            (
                u64::MAX,
                1,
                "18,446,744,073,709,551,615",
                "1844674407370955161500%",
            ),
        ] {
            assert_eq!(ratio(count, threshold).as_deref(), Some(want_ratio));
            assert_eq!(percent(count, threshold), want_percent);
        }
        assert_eq!(ratio(5, 0), None);
        assert_eq!(percent(5, 0), "0%");
    }

    #[test]
    fn sizes_take_the_largest_unit_that_fits() {
        for (n, want) in [
            (0, "0 B"),
            (1023, "1023 B"),
            (1024, "1.0 KiB"),
            (1536, "1.5 KiB"),
            (1024 * 1024 - 1, "1023 KiB"),
            (4_509_715_660, "4.1 GiB"),
            (123 << 20, "123 MiB"),
            (u64::MAX, "15.9 EiB"),
        ] {
            assert_eq!(bytes(n), want);
        }
    }

    #[test]
    fn times_are_short() {
        for (s, want, zh) in [
            (0.0, "0.0 s", "0.0 秒"),
            (-1.0, "0.0 s", "0.0 秒"),
            (f64::NAN, "0.0 s", "0.0 秒"),
            (9.94, "9.9 s", "9.9 秒"),
            (59.9, "59 s", "59 秒"),
            (200.0, "3 min 20 s", "3 分 20 秒"),
            (3725.0, "1 h 02 min", "1 小时 02 分"),
        ] {
            assert_eq!(seconds(s, Lang::En), want);
            assert_eq!(seconds(s, Lang::Zh), zh);
        }
    }

    #[test]
    fn a_rate_needs_a_time() {
        assert_eq!(rate(100 << 20, 2.0).as_deref(), Some("50.0 MiB/s"));
        assert_eq!(rate(100, 0.0), None);
        assert_eq!(rate(100, f64::INFINITY), None);
    }
}
