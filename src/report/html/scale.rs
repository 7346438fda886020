//! Places on logarithmic scales, as percentages of a drawing's width.
//!
//! Volumes differ by powers of ten, and so do the numbers of the laws: on a linear scale all but the
//! largest would be invisible. A place never tells what the numbers deny: what is below a mark
//! is drawn before it, what has reached it is drawn at it or behind. This file knows no text.

/// A share of the width, from 0 to 100.
#[derive(Clone, Copy, Debug, Default, PartialEq, PartialOrd)]
pub(super) struct Percent(pub(super) f64);

impl std::fmt::Display for Percent {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:.2}%", self.0)
    }
}

impl askama::filters::HtmlSafe for Percent {}

impl Percent {
    /// How a label at this place is anchored so that it stays inside the drawing.
    pub(super) fn anchor(self) -> &'static str {
        match self.0 {
            x if x < 15.0 => "start",
            x if x > 85.0 => "end",
            _ => "middle",
        }
    }
}

impl Percent {
    /// The same for one of two marks beside each other: their labels lead away from each other.
    pub(super) fn beside(self, is_higher: bool) -> &'static str {
        match (self.0, is_higher) {
            (x, false) if x >= 15.0 => "end",
            (x, true) if x > 96.0 => "end",
            (x, true) if x > 85.0 => "middle",
            _ => "start",
        }
    }

    /// The same for the numbers of an axis, which are short.
    pub(super) fn edge(self) -> &'static str {
        match self.0 {
            x if x < 2.0 => "start",
            x if x > 98.0 => "end",
            _ => "middle",
        }
    }
}

/// Least distance between a count and a mark that it has not reached, and least length of a bar.
const LEAST: f64 = 0.4;

/// A logarithmic scale.
#[derive(Clone, Copy, Debug)]
pub(super) struct Scale {
    low: f64,
    high: f64,
}

impl Scale {
    /// From `low`, which is above zero, to `high`, which is more.
    pub(super) fn new(low: f64, high: f64) -> Scale {
        let low = low.max(0.1);
        Scale {
            low,
            high: high.max(low * 10.0),
        }
    }

    /// From one to the next power of ten that holds all these numbers.
    pub(super) fn of_counts(numbers: impl Iterator<Item = u64>) -> Scale {
        let largest = numbers.max().unwrap_or(1).max(10) as f64;
        Scale::new(1.0, 10_f64.powf(largest.log10().ceil()))
    }

    /// Where a number lies.
    pub(super) fn at(self, n: u64) -> Percent {
        if n == 0 {
            return Percent(0.0);
        }
        let share = (n as f64 / self.low).ln() / (self.high / self.low).ln();
        Percent((share * 100.0).clamp(0.0, 100.0))
    }

    /// Where the bar of a count ends, next to these marks.
    pub(super) fn bar(self, n: u64, marks: &[u64]) -> Percent {
        if n == 0 {
            return Percent(0.0);
        }
        let mut end = self.at(n).0.max(LEAST);
        for mark in marks {
            let at = self.at(*mark).0;
            if n < *mark {
                end = end.min((at - LEAST).max(0.0));
            } else {
                end = end.max(at);
            }
        }
        Percent(end)
    }

    /// The powers of ten on the scale, with their places.
    pub(super) fn decades(self) -> Vec<(u64, Percent)> {
        let mut out = Vec::new();
        let mut n: u64 = 1;
        while n as f64 <= self.high {
            if n as f64 >= self.low {
                out.push((n, self.at(n)));
            }
            let Some(next) = n.checked_mul(10) else { break };
            n = next;
        }
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bar_tells_of_its_marks_what_the_numbers_do() {
        let scale = Scale::of_counts([52_909, 50_000].into_iter());
        for (n, reached) in [(49_999, false), (50_000, true), (50_001, true)] {
            let mark = scale.at(50_000).0;
            assert_eq!(scale.bar(n, &[50_000]).0 >= mark, reached, "{n}");
        }
        assert_eq!(scale.bar(0, &[50]).0, 0.0);
        assert!(scale.bar(1, &[50]).0 > 0.0);
        assert_eq!(scale.at(u64::MAX).0, 100.0);
    }

    #[test]
    fn labels_of_two_marks_lead_away_from_each_other_and_stay_inside() {
        for (low, high, want) in [
            (40.0, 56.0, ["end", "start"]),
            (15.0, 85.0, ["end", "start"]),
            (10.0, 26.0, ["start", "start"]),
            (78.0, 94.0, ["end", "middle"]),
            (84.0, 100.0, ["end", "end"]),
        ] {
            let got = [Percent(low).beside(false), Percent(high).beside(true)];
            assert_eq!(got, want, "{low} {high}");
        }
    }

    #[test]
    fn decades_are_those_of_the_scale() {
        let scale = Scale::of_counts([7, 4_000].into_iter());
        let decades: Vec<u64> = scale.decades().into_iter().map(|(n, _)| n).collect();
        assert_eq!(decades, [1, 10, 100, 1_000, 10_000]);
        assert_eq!(scale.at(10_000), Percent(100.0));
    }
}
