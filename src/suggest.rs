//! Suggestions: the id that was probably meant.
//!
//! Knows words only, not what they name.

use std::fmt;

/// Ids further away than this many edits, or than half of the word, are no help.
const DISTANCE_MAX: usize = 3;

/// Most characters of what was typed that are compared.
const COMPARED_MAX: usize = 60;

/// What to add to a message about an unknown id: `; did you mean ...?`, or nothing.
pub struct Suggestion<'a>(Option<&'a str>);

impl Suggestion<'_> {
    /// The same, or where nothing is near what to do instead: `; ...`.
    pub fn or(&self, instead: &str) -> String {
        match self.0 {
            Some(_) => self.to_string(),
            None => instead.to_owned(),
        }
    }
}

impl fmt::Display for Suggestion<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Some(id) => write!(f, "; did you mean `{id}`?"),
            None => Ok(()),
        }
    }
}

/// The id nearest to what was typed; of several, the first. An id that ends in, or begins with, what was typed counts as
/// near (`mobile` for `cn.mobile`). Only the first characters of a long one are compared.
pub fn nearest<'a>(typed: &str, ids: impl Iterator<Item = &'a str>) -> Suggestion<'a> {
    let typed: String = typed.chars().take(COMPARED_MAX).collect();
    let typed = typed.to_lowercase().replace('_', "-");
    let near = ids
        .map(|id| {
            let is_part =
                typed.chars().count() >= 3 && (id.ends_with(&typed) || id.starts_with(&typed));
            (if is_part { 1 } else { distance(&typed, id) }, id)
        })
        .min_by_key(|(distance, _)| *distance);
    let limit = DISTANCE_MAX.min(typed.chars().count() / 2);
    Suggestion(
        near.filter(|(distance, _)| *distance <= limit)
            .map(|(_, id)| id),
    )
}

/// Insertions, deletions, replacements and swaps of neighbours that lead from one word to the other (optimal string
/// alignment).
fn distance(a: &str, b: &str) -> usize {
    let a: Vec<char> = a.chars().collect();
    let b: Vec<char> = b.chars().collect();
    let mut before = vec![0; b.len() + 1];
    let mut last: Vec<usize> = (0..=b.len()).collect();
    for i in 1..=a.len() {
        let mut row = vec![i; b.len() + 1];
        for j in 1..=b.len() {
            let replaced = last[j - 1] + usize::from(a[i - 1] != b[j - 1]);
            row[j] = replaced.min(last[j] + 1).min(row[j - 1] + 1);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                row[j] = row[j].min(before[j - 2] + 1);
            }
        }
        before = std::mem::replace(&mut last, row);
    }
    last[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distances_count_edits() {
        for (a, b, want) in [
            ("", "", 0),
            ("abc", "abc", 0),
            ("abc", "", 3),
            ("abc", "acb", 1),
            ("ab", "ba", 1),
            ("", "abc", 3),
            ("lodging", "logding", 1),
            ("mobile", "mobil", 1),
            ("kitten", "sitting", 3),
        ] {
            assert_eq!(distance(a, b), want, "{a} {b}");
            assert_eq!(distance(b, a), want, "{b} {a}");
        }
    }

    #[track_caller]
    fn check(typed: &str, want: &str) {
        let ids = ["cn.mobile", "cn.resident-id", "email", "qq", "hk.id-card"];
        assert_eq!(nearest(typed, ids.into_iter()).to_string(), want);
    }

    #[test]
    fn the_nearest_id_is_named_if_it_is_near() {
        check("cn.mobil", "; did you mean `cn.mobile`?");
        check("mobile", "; did you mean `cn.mobile`?");
        check("CN.Resident_ID", "; did you mean `cn.resident-id`?");
        check("emial", "; did you mean `email`?");
        check("zzzzzzzz", "");
        check("x", "");
        check("", "");
        check(&"x\u{1b}".repeat(10_000), "");
        let ids = ["cn.mobile"];
        let say = |typed: &str| nearest(typed, ids.into_iter()).or("; see the list");
        assert_eq!(say("cn.mobil"), "; did you mean `cn.mobile`?");
        assert_eq!(say("zzzzzzzz"), "; see the list");
    }
}
