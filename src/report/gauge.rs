//! The gauge: the weighted volume on a logarithmic scale, with the two thresholds marked.
//!
//! The scale runs from a hundredth of the lower threshold to a hundred times the upper one,
//! whatever the volume, so that the gauges of two audits can be compared by eye. This file knows
//! numbers and two labels, no audit.

use super::number::thousands;
use super::table::bar;
use super::terminal::{Span, Style, width};
use crate::law::Weighted;

/// The scale ends this many times below the lower and above the upper threshold.
const REACH: f64 = 100.0;

/// The bar and, under it, the thresholds: `labels` name the lower and the upper one and are left
/// out where there is no room.
pub(super) fn gauge(weighted: &Weighted, labels: [&str; 2], columns: usize) -> [Vec<Span>; 2] {
    let ticks = [weighted.serious, weighted.especially_serious].map(|t| {
        let at = share(t, weighted) * columns as f64;
        (at.round() as usize).min(columns.saturating_sub(1))
    });
    [
        scale(weighted, ticks, columns),
        marks(weighted, ticks, labels, columns),
    ]
}

/// Where a volume lies on the scale, from 0 to 1.
fn share(volume: u64, weighted: &Weighted) -> f64 {
    if volume == 0 {
        return 0.0;
    }
    let low = (weighted.serious as f64 / REACH).max(0.1);
    let high = weighted.especially_serious as f64 * REACH;
    ((volume as f64 / low).ln() / (high / low).ln()).clamp(0.0, 1.0)
}

fn scale(weighted: &Weighted, ticks: [usize; 2], columns: usize) -> Vec<Span> {
    let mut share = share(weighted.value, weighted);
    if weighted.value > 0 {
        share = share.max(f64::MIN_POSITIVE);
    }
    let mut filled: Vec<char> = bar(share, columns).chars().collect();
    // An eighth of a block more or less must not tell of a threshold what the numbers deny.
    let reached = [weighted.serious, weighted.especially_serious].map(|t| weighted.value >= t);
    for (tick, reached) in ticks.into_iter().zip(reached) {
        if reached && filled.len() <= tick {
            filled.resize(tick + 1, '█');
        } else if !reached {
            filled.truncate(tick);
        }
    }
    let cells = (0..columns).map(|i| match filled.get(i) {
        Some(block) if i <= ticks[0] => (*block, Style::Good),
        Some(block) if i <= ticks[1] => (*block, Style::Warn),
        Some(block) => (*block, Style::Bad),
        None if ticks.contains(&i) => ('│', Style::Plain),
        None => ('·', Style::Dim),
    });
    runs(cells)
}

/// Joins neighbouring cells of one style.
fn runs(cells: impl Iterator<Item = (char, Style)>) -> Vec<Span> {
    let mut spans = Vec::new();
    let mut run = String::new();
    let mut run_style = Style::Plain;
    for (c, style) in cells {
        if style != run_style && !run.is_empty() {
            spans.push(Span::new(&run, run_style));
            run.clear();
        }
        run_style = style;
        run.push(c);
    }
    spans.push(Span::new(&run, run_style));
    spans
}

/// `5,000 serious ┘` ending at the lower tick, `└ 50,000 especially serious` beginning at the upper
/// one.
fn marks(weighted: &Weighted, ticks: [usize; 2], labels: [&str; 2], columns: usize) -> Vec<Span> {
    let lower = thousands(weighted.serious);
    let upper = thousands(weighted.especially_serious);
    let lower = [
        format!("{lower} {} ┘", labels[0]),
        format!("{lower} ┘"),
        "┘".to_owned(),
    ];
    let upper = [
        format!("└ {upper} {}", labels[1]),
        format!("└ {upper}"),
        "└".to_owned(),
    ];
    // The widest pair that fits; both with their words or both without.
    for (lower, upper) in lower.iter().zip(&upper) {
        if width(lower) <= ticks[0] + 1 && ticks[1] + width(upper) <= columns {
            let left = " ".repeat(ticks[0] + 1 - width(lower));
            let gap = " ".repeat(ticks[1].saturating_sub(ticks[0] + 1));
            return vec![Span::new(&format!("{left}{lower}{gap}{upper}"), Style::Dim)];
        }
    }
    Vec::new()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn weighted(value: u64) -> Weighted {
        Weighted {
            value,
            serious: 5_000,
            especially_serious: 50_000,
        }
    }

    #[track_caller]
    fn check(value: u64, columns: usize, want: [&str; 2]) {
        let lines = gauge(&weighted(value), ["serious", "especially serious"], columns);
        let text = lines.map(|spans| spans.iter().map(Span::text).collect::<String>());
        assert_eq!(text, want);
    }

    #[test]
    fn the_bar_passes_a_tick_exactly_when_the_threshold_is_reached() {
        check(0, 20, ["········│···│·······", "  5,000 ┘   └ 50,000"]);
        check(1, 20, ["▏·······│···│·······", "  5,000 ┘   └ 50,000"]);
        check(4_999, 20, ["████████│···│·······", "  5,000 ┘   └ 50,000"]);
        check(5_000, 20, ["█████████···│·······", "  5,000 ┘   └ 50,000"]);
        check(49_999, 20, ["████████████│·······", "  5,000 ┘   └ 50,000"]);
        check(50_000, 20, ["█████████████·······", "  5,000 ┘   └ 50,000"]);
        check(
            u64::MAX,
            20,
            ["████████████████████", "  5,000 ┘   └ 50,000"],
        );
    }

    #[test]
    fn labels_are_named_where_there_is_room() {
        let [_, marks] = gauge(&weighted(1), ["serious", "especially serious"], 76);
        assert_eq!(
            marks[0].text(),
            "                5,000 serious ┘               └ 50,000 especially serious"
        );
    }

    #[test]
    fn odd_thresholds_do_not_panic() {
        for (serious, especially_serious) in [(1, 1), (1, u64::MAX), (u64::MAX, u64::MAX), (9, 3)] {
            for value in [0, 1, 5, u64::MAX] {
                for columns in [1, 2, 10, 76] {
                    let odd = Weighted {
                        value,
                        serious,
                        especially_serious,
                    };
                    gauge(&odd, ["a", "b"], columns);
                }
            }
        }
    }
}
