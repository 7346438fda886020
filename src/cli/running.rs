//! The running count of a scan: adds up what the workers tell, and now and then says what that comes to.
//!
//! It is shown on a terminal and nowhere else; the exact numbers are those of the report.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use leakgauge::category::{Category, Reading};
use leakgauge::report::{Lang, running};

use super::case::Case;

/// Time between two lines.
const PAUSE: Duration = Duration::from_millis(400);

/// What a scan has counted so far.
pub(crate) struct Running<'a> {
    case: &'a Case,
    reading: Reading,
    lang: Lang,
    /// By category.
    rows: [AtomicU64; Category::ALL.len()],
    began: Instant,
    /// When the next line is due, in milliseconds from the beginning.
    due: AtomicU64,
}

impl<'a> Running<'a> {
    /// Nothing yet. The level is that of the law that governs the case, under this reading.
    pub(crate) fn new(case: &'a Case, reading: Reading, lang: Lang) -> Running<'a> {
        Running {
            case,
            reading,
            lang,
            rows: Default::default(),
            began: Instant::now(),
            due: AtomicU64::new(0),
        }
    }

    /// Adds what was counted. Gives a line when one is due, to one of those who ask.
    pub(crate) fn add(&self, more: &[u64; Category::ALL.len()]) -> Option<String> {
        for (sum, n) in self.rows.iter().zip(more) {
            sum.fetch_add(*n, Ordering::Relaxed);
        }
        let now = millis(self.began.elapsed());
        let next = now.saturating_add(millis(PAUSE));
        let is_due = |due| (due <= now).then_some(next);
        let mine = self
            .due
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, is_due);
        mine.is_ok().then(|| self.line())
    }

    fn line(&self) -> String {
        let counted = Category::ALL.into_iter().map(|category| {
            (
                category,
                self.rows[category.index()].load(Ordering::Relaxed),
            )
        });
        let rows: Vec<(Category, u64)> = counted.filter(|(_, n)| *n > 0).collect();
        let assessment = self.case.at_most(&rows, self.reading);
        running(&rows, assessment.as_ref(), self.lang)
    }
}

fn millis(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}
