//! What the summaries say, before it is worded: which assessment governs, which files and kinds
//! stand first, how skipped entries fall into groups.
//!
//! Shared by all reports but JSON and CSV, so that they tell the same story. Orders are total
//! (ties by id or path), so the same audit gives the same bytes. This file knows no language and no
//! layout.

use std::collections::{BTreeMap, HashSet};

use super::Options;
use super::words::Msg;
use crate::audit::{Audit, CategoryCount, FileAudit, KindCount, RoundedColumn};
use crate::law::{Assessment, Level, Outcome, Weighted};
use crate::value::Masked;

/// The assessment of the headline: that of the governing instrument and reading.
pub(super) fn governing<'a>(audit: &'a Audit, options: &Options) -> Option<&'a Assessment> {
    audit
        .assessments
        .iter()
        .find(|a| a.instrument == options.instrument && a.reading == options.governing.id())
}

/// The level that the weighted volume alone reaches.
pub(super) fn volume_level(weighted: &Weighted) -> Level {
    if weighted.value >= weighted.especially_serious {
        Level::EspeciallySerious
    } else if weighted.value >= weighted.serious {
        Level::Serious
    } else {
        Level::None
    }
}

/// Whether the instrument converts classes into one volume at all.
pub(super) fn has_volume(weighted: &Weighted) -> bool {
    weighted.serious > 0 && weighted.especially_serious > 0
}

/// Items over all categories.
pub(super) fn n_items(audit: &Audit) -> u64 {
    audit
        .categories
        .iter()
        .fold(0, |sum, c| sum.saturating_add(c.items))
}

/// The provisions that are reached, in the order of the instrument.
pub(super) fn reached(assessment: &Assessment) -> Vec<&Outcome> {
    assessment.provisions.iter().filter(|o| o.reached).collect()
}

/// The provision that is nearest to lifting the level, if anything counts towards one.
pub(super) fn nearest(assessment: &Assessment) -> Option<&Outcome> {
    let share = |o: &Outcome| o.count as f64 / o.threshold.max(1) as f64;
    let open = assessment.provisions.iter();
    let is_above = |o: &&Outcome| match &o.outcome {
        Some(_) => assessment
            .next
            .as_ref()
            .is_some_and(|n| n.outcome == o.outcome),
        None => o.level > assessment.level,
    };
    open.filter(|o| !o.reached && o.count > 0)
        .filter(is_above)
        // `reduce` keeps the first of equals, which is the one that stands first in the instrument.
        .reduce(|best, o| if share(o) > share(best) { o } else { best })
}

/// Kinds by falling number of matches.
pub(super) fn kinds_by_matches(audit: &Audit) -> Vec<&KindCount> {
    let is_there = |k: &&KindCount| k.matches > 0 || k.apart() > 0;
    let mut kinds: Vec<_> = audit.kinds.iter().filter(is_there).collect();
    kinds.sort_by(|a, b| b.matches.cmp(&a.matches).then_with(|| a.kind.cmp(&b.kind)));
    kinds
}

/// How a kind's values that are counted apart are called, and how many there are.
pub(super) type Apart = (Msg, fn(&KindCount) -> u64);

/// All sorts of values that are counted apart, in the order of all tables.
const APART: [Apart; 4] = [
    (Msg::ColMasked, |k| k.masked),
    (Msg::ColTest, |k| k.test),
    (Msg::ColFailed, |k| k.failed_checksum),
    (Msg::ColRounded, |k| k.rounded),
];

/// Those of [`APART`] of which any of the kinds has some.
pub(super) fn apart_columns(kinds: &[&KindCount]) -> Vec<Apart> {
    let has_some = |of: fn(&KindCount) -> u64| kinds.iter().any(|k| of(k) > 0);
    let mut columns = APART.to_vec();
    columns.retain(|(_, of)| has_some(*of));
    columns
}

/// The columns with rounded values, of all files: path, column, kind, values; most values first.
pub(super) fn rounded(audit: &Audit) -> Vec<(&str, &RoundedColumn)> {
    let of = |f: &'_ FileAudit| f.copy_of.is_none();
    let files = audit.files.iter().filter(|f| of(f));
    let mut columns: Vec<_> = files
        .flat_map(|f| f.rounded.iter().map(|r| (f.path.as_str(), r)))
        .collect();
    columns.sort_by(|a, b| b.1.values.cmp(&a.1.values).then_with(|| a.cmp(b)));
    columns
}

/// Masked samples that show something; one of mere stars tells a reader nothing.
pub(super) fn telling_samples(kind: &KindCount) -> impl Iterator<Item = &str> {
    let samples = kind.samples.iter().map(Masked::as_str);
    samples.filter(|sample| !sample.chars().all(|c| c == '*'))
}

/// Whether the records of the category at this place of the list were counted in categories before
/// it: a record is an item of the highest class it supports, and of no other.
pub(super) fn is_counted_above(counts: &[CategoryCount], at: usize) -> bool {
    let (above, count) = (&counts[..at], &counts[at]);
    count.rows > 0 && count.items == 0 && above.iter().any(|c| c.items > 0)
}

/// A file with the number of rows it adds over all categories.
#[derive(Clone, Copy, Debug)]
pub(super) struct Ranked<'a> {
    /// The file.
    pub(super) file: &'a FileAudit,
    /// Its rows, added over the categories.
    pub(super) rows: u64,
    /// Its matches, added over the kinds.
    pub(super) matches: u64,
}

impl<'a> Ranked<'a> {
    fn new(file: &'a FileAudit) -> Ranked<'a> {
        let sum = |numbers: &BTreeMap<String, u64>| {
            numbers
                .values()
                .fold(0, |sum: u64, n| sum.saturating_add(*n))
        };
        Ranked {
            file,
            rows: sum(&file.categories),
            matches: sum(&file.kinds),
        }
    }

    /// Rows by category, most first, ties in the order of ids.
    pub(super) fn categories(&self) -> Vec<(&'a str, u64)> {
        let rows = self.file.categories.iter();
        let mut rows: Vec<_> = rows.map(|(id, n)| (id.as_str(), *n)).collect();
        rows.sort_by_key(|row| std::cmp::Reverse(row.1));
        rows
    }
}

/// Whether the persons of files were counted by themselves.
pub(super) fn has_persons(audit: &Audit) -> bool {
    audit.files.iter().any(|file| file.persons.is_some())
}

/// Files in which something was found, worst first: by persons where they are known, then by rows, by matches, and by path.
pub(super) fn worst_files(audit: &Audit) -> Vec<Ranked<'_>> {
    let mut files = all_files(audit);
    files.retain(|ranked| ranked.rows > 0 || ranked.matches > 0);
    files
}

/// Every file, in the same order.
pub(super) fn all_files(audit: &Audit) -> Vec<Ranked<'_>> {
    let mut files: Vec<_> = audit.files.iter().map(Ranked::new).collect();
    files.sort_by(|a, b| {
        let persons = |ranked: &Ranked<'_>| ranked.file.persons;
        persons(b)
            .cmp(&persons(a))
            .then(b.rows.cmp(&a.rows))
            .then(b.matches.cmp(&a.matches))
            .then_with(|| a.file.path.cmp(&b.file.path))
    });
    files
}

/// Files that repeat another, each with the first of the same content.
pub(super) fn copies(audit: &Audit) -> Vec<(&str, &str)> {
    let files = audit.files.iter();
    files
        .filter_map(|f| Some((f.path.as_str(), f.copy_of.as_deref()?)))
        .collect()
}

/// The files that lie in no container: what a server can place.
pub(super) struct Outer<'a>(HashSet<&'a str>);

impl<'a> Outer<'a> {
    pub(super) fn new(audit: &'a Audit) -> Outer<'a> {
        let files = audit.files.iter().filter(|f| !f.is_member);
        Outer(files.map(|f| f.path.as_str()).collect())
    }

    /// The file that a path lies in: what stands before the first `!/` that ends such a file, else
    /// the path itself, which may have `!/` in its name.
    pub(super) fn of<'p>(&self, path: &'p str) -> &'p str {
        if self.0.contains(path) {
            return path;
        }
        let mut ends = path.match_indices("!/").map(|(at, _)| &path[..at]);
        ends.find(|outer| self.0.contains(outer)).unwrap_or(path)
    }
}

/// Skipped entries that share a reason.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct SkippedGroup<'a> {
    /// The reason they share: the whole text if it is the same for all, else its first words.
    pub(super) reason: &'a str,
    /// How many.
    pub(super) n: u64,
    /// The first path.
    pub(super) first: &'a str,
}

/// Skipped entries by reason, the largest group first.
pub(super) fn skipped_groups(audit: &Audit) -> Vec<SkippedGroup<'_>> {
    let mut groups: BTreeMap<&str, SkippedGroup<'_>> = BTreeMap::new();
    for skipped in &audit.skipped {
        let family = family(&skipped.reason);
        let group = groups.entry(family).or_insert(SkippedGroup {
            reason: &skipped.reason,
            n: 0,
            first: &skipped.path,
        });
        group.n += 1;
        if group.reason != skipped.reason {
            group.reason = family;
        }
    }
    let mut groups: Vec<_> = groups.into_values().collect();
    groups.sort_by(|a, b| b.n.cmp(&a.n).then(a.reason.cmp(b.reason)));
    groups
}

/// The first words of a reason: what stands before its detail.
fn family(reason: &str) -> &str {
    let words = reason.split(':').next().unwrap_or(reason);
    words.split(" at byte ").next().unwrap_or(words)
}

/// What was counted apart, over all kinds: already masked, test values, failed checksums,
/// rounded.
pub(super) fn counted_apart(audit: &Audit) -> [u64; 4] {
    audit.kinds.iter().fold([0; 4], |sum: [u64; 4], k| {
        [
            sum[0].saturating_add(k.masked),
            sum[1].saturating_add(k.test),
            sum[2].saturating_add(k.failed_checksum),
            sum[3].saturating_add(k.rounded),
        ]
    })
}

/// When the scan began, if the audit tells it as scans do (RFC 3339, UTC, whole seconds): a saved
/// audit may say anything.
pub(super) fn started(audit: &Audit) -> Option<&str> {
    const SHAPE: &[u8] = b"0000-00-00T00:00:00Z";
    let text = audit.started.as_str();
    let fits = text.len() == SHAPE.len()
        && text.bytes().zip(SHAPE).all(|(b, shape)| match shape {
            b'0' => b.is_ascii_digit(),
            _ => b == *shape,
        });
    fits.then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_lies_in_the_file_that_the_audit_names() {
        let file = |path: &str, is_member| FileAudit {
            path: path.to_owned(),
            is_member,
            ..FileAudit::default()
        };
        let audit = Audit {
            files: vec![
                file("a.zip", false),
                file("a.zip!/in.csv", true),
                file("odd!/b.zip", false),
                file("odd!/b.zip!/c.tar", true),
                file("c!/plain.csv", false),
                file("c", false),
            ],
            ..Audit::default()
        };
        let outer = Outer::new(&audit);
        for (path, want) in [
            ("a.zip", "a.zip"),
            ("a.zip!/in.csv", "a.zip"),
            ("a.zip!/gone!/deep.csv", "a.zip"),
            ("odd!/b.zip!/c.tar!/d.csv", "odd!/b.zip"),
            ("c!/plain.csv", "c!/plain.csv"),
            ("odd!/other.csv", "odd!/other.csv"),
            ("", ""),
        ] {
            assert_eq!(outer.of(path), want, "{path}");
        }
    }

    #[test]
    fn only_times_are_times() {
        for (text, want) in [
            ("2026-01-05T08:00:00Z", true),
            ("2026-01-05 08:00:00Z", false),
            ("<script>", false),
            ("", false),
        ] {
            let audit = Audit {
                started: text.to_owned(),
                ..Audit::default()
            };
            assert_eq!(started(&audit).is_some(), want, "{text}");
        }
    }
}
