//! Shards: which bytes of a walk belong to one of several machines that have the same files.
//!
//! All files of the walk are laid end to end in its order. Shard `I` of `N` owns the bytes from `total * (I - 1) / N` to `total * I / N`,
//! so that every byte has one owner. A file that is cut by a border is read by each shard that owns bytes of it; what is
//! done with the bytes is not known here.
//!
//! - An empty file belongs to the shard that owns the byte behind it, and behind the last byte to the last shard.
//! - What the walk could not read belongs to all shards: each of them has walked, and each has missed it.

use std::fmt;
use std::ops::Range;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::{Entry, EntryKind, STDIN, WalkResult};
use crate::error::Error;

/// One of several shares of a walk, of about as many bytes each: `2/4` is the second of four.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Shard {
    /// From 1.
    number: u32,
    count: u32,
}

/// A shard, and what it is a share of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ShardOf {
    /// Which share.
    pub shard: Shard,
    /// `blake3:` and the hash of the paths and sizes of all files: shards with the same hash are shares of the same files, as far
    /// as a walk can tell.
    pub tree: String,
}

impl Shard {
    /// Share `number` of `count`, from 1.
    ///
    /// # Errors
    /// When there is no such share.
    pub fn new(number: u32, count: u32) -> Result<Shard, Error> {
        if number == 0 || number > count {
            return Err(Error::new(match count {
                0 => "there are no shares of none: the first of four is `1/4`".to_owned(),
                _ => format!("shares of {count} are `1/{count}` to `{count}/{count}`"),
            }));
        }
        Ok(Shard { number, count })
    }

    /// Which share it is, from 1.
    pub fn number(self) -> u32 {
        self.number
    }

    /// How many shares there are.
    pub fn count(self) -> u32 {
        self.count
    }

    /// What a walk found, cut down to this share of it.
    ///
    /// # Errors
    /// When standard input is among it, which no two machines have in common.
    pub fn of(self, walked: WalkResult) -> Result<WalkResult, Error> {
        let mut entries = walked.entries;
        if entries.iter().any(|e| e.kind == EntryKind::Stdin) {
            let message =
                "standard input has no shares: save it to a file, or scan it without `--shard`";
            return Err(Error::new(message).at(STDIN));
        }
        let tree = tree(&entries);
        let total = entries.iter().map(|e| u128::from(e.size)).sum();
        let mut start = 0;
        entries.retain_mut(|entry| {
            let owned = self.owned(start, entry.size, total);
            start += u128::from(entry.size);
            let is_owned = owned.is_some();
            entry.owned = owned.unwrap_or_default();
            is_owned
        });
        Ok(WalkResult {
            entries,
            shard: Some(ShardOf { shard: self, tree }),
            ..walked
        })
    }

    /// Which bytes of a file it owns; none if it has nothing to do with it. The owner of the last byte also owns whatever
    /// the file has grown by.
    fn owned(self, start: u128, size: u64, total: u128) -> Option<Range<u64>> {
        let (from, to) = (
            self.border(self.number - 1, total),
            self.border(self.number, total),
        );
        let end = start + u128::from(size);
        if size == 0 {
            let is_last = start == total && self.number == self.count;
            return ((from..to).contains(&start) || is_last).then_some(0..u64::MAX);
        }
        if from.max(start) >= to.min(end) {
            return None;
        }
        let inside = |border: u128| border.saturating_sub(start) as u64;
        Some(inside(from)..if to < end { inside(to) } else { u64::MAX })
    }

    /// Where the first so many shards end.
    fn border(self, n_shards: u32, total: u128) -> u128 {
        total * u128::from(n_shards) / u128::from(self.count)
    }
}

impl fmt::Display for Shard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.number, self.count)
    }
}

impl FromStr for Shard {
    type Err = Error;

    /// Reads `I/N`: two whole numbers, nothing else.
    fn from_str(text: &str) -> Result<Shard, Error> {
        let number = |part: &str| {
            let is_number = part.bytes().all(|b| b.is_ascii_digit());
            is_number.then(|| part.parse().ok()).flatten()
        };
        let parts = text.split_once('/').map(|(i, n)| (number(i), number(n)));
        match parts {
            Some((Some(i), Some(n))) => Shard::new(i, n),
            _ => Err(Error::new(
                "expected I/N, the I-th of N shares, as in `1/4`",
            )),
        }
    }
}

/// The hash of the paths and sizes of files.
fn tree(entries: &[Entry]) -> String {
    let mut hasher = blake3::Hasher::new();
    for entry in entries {
        hasher.update(&(entry.display.len() as u64).to_le_bytes());
        hasher.update(entry.display.as_bytes());
        hasher.update(&entry.size.to_le_bytes());
    }
    format!("blake3:{}", hasher.finalize().to_hex())
}

#[cfg(test)]
mod tests {
    use std::fs;

    use proptest::prelude::*;

    use super::*;
    use crate::source::{WalkOptions, walk};

    #[test]
    fn a_share_is_parsed_or_refused_with_the_remedy() {
        for (text, number, count) in [
            ("1/1", 1, 1),
            ("2/4", 2, 4),
            ("4294967295/4294967295", u32::MAX, u32::MAX),
        ] {
            let shard: Shard = text.parse().unwrap();
            assert_eq!((shard.number(), shard.count()), (number, count));
            assert_eq!(shard.to_string(), text);
        }
        for (text, part) in [
            ("0/4", "`1/4` to `4/4`"),
            ("5/4", "`1/4` to `4/4`"),
            ("1/0", "no shares of none"),
            ("0/0", "no shares of none"),
            ("a/b", "as in `1/4`"),
            ("", "as in `1/4`"),
            ("1", "as in `1/4`"),
            ("/4", "as in `1/4`"),
            ("1/", "as in `1/4`"),
            ("1/2/3", "as in `1/4`"),
            ("-1/4", "as in `1/4`"),
            ("+1/4", "as in `1/4`"),
            (" 1/4", "as in `1/4`"),
            ("1.5/4", "as in `1/4`"),
            ("１/４", "as in `1/4`"),
            ("1/4294967296", "as in `1/4`"),
        ] {
            let error = text.parse::<Shard>().unwrap_err().to_string();
            assert!(error.contains(part), "{text}: {error}");
        }
    }

    /// Where the pieces of files lie that the shares own, each share a list of a file's position and its bytes.
    fn shares(sizes: &[u64], count: u32) -> Vec<Vec<(usize, Range<u64>)>> {
        let total = sizes.iter().map(|s| u128::from(*s)).sum();
        let share = |number| {
            let shard = Shard::new(number, count).unwrap();
            let mut start = 0;
            let mut pieces = Vec::new();
            for (i, size) in sizes.iter().enumerate() {
                pieces.extend(shard.owned(start, *size, total).map(|owned| (i, owned)));
                start += u128::from(*size);
            }
            pieces
        };
        (1..=count).map(share).collect()
    }

    #[track_caller]
    fn check(sizes: &[u64], count: u32) {
        let shares = shares(sizes, count);
        let total: u128 = sizes.iter().map(|s| u128::from(*s)).sum();
        let within = |(i, owned): &(usize, Range<u64>)| owned.end.min(sizes[*i]) - owned.start;
        for share in &shares {
            let n_bytes: u128 = share.iter().map(|p| u128::from(within(p))).sum();
            let fair = total / u128::from(count);
            assert!(n_bytes.abs_diff(fair) <= 1, "{sizes:?} by {count}");
        }
        let mut pieces: Vec<_> = shares.into_iter().flatten().collect();
        pieces.sort_by_key(|(i, owned)| (*i, owned.start));
        for i in 0..sizes.len() {
            let of_file: Vec<_> = pieces.iter().filter(|p| p.0 == i).map(|p| &p.1).collect();
            let (first, last) = (of_file.first().unwrap(), of_file.last().unwrap());
            assert_eq!(
                (first.start, last.end),
                (0, u64::MAX),
                "{sizes:?} by {count}"
            );
            for pair in of_file.windows(2) {
                assert_eq!(pair[0].end, pair[1].start, "{sizes:?} by {count}");
            }
        }
    }

    proptest! {
        #[test]
        fn every_byte_and_every_empty_file_has_one_owner(
            sizes in prop::collection::vec(prop_oneof![Just(0), 0..5_u64, 0..1_000_000_u64, Just(1 << 50)], 0..12),
            count in prop_oneof![1..8_u32, 1..100_u32],
        ) {
            check(&sizes, count);
        }
    }

    #[test]
    fn borders_are_exact_at_the_largest_sizes() {
        check(&[u64::MAX - 1, u64::MAX - 1, 3], 7);
        assert_eq!(
            shares(&[10, 0, 10], 2),
            [
                vec![(0, 0..u64::MAX)],
                vec![(1, 0..u64::MAX), (2, 0..u64::MAX)]
            ]
        );
        assert_eq!(shares(&[0, 0], 3)[2].len(), 2, "nothing but empty files");
        assert_eq!(
            shares(&[9], 3),
            [vec![(0, 0..3)], vec![(0, 3..6)], vec![(0, 6..u64::MAX)]]
        );
    }

    #[test]
    fn a_share_of_a_walk_has_its_files_and_all_that_was_skipped() {
        let dir = tempfile::tempdir().unwrap();
        for (name, size) in [("a", 5), ("b", 0), ("c", 7)] {
            fs::write(dir.path().join(name), vec![b'x'; size]).unwrap();
        }
        let inputs = [dir.path().to_owned(), dir.path().join("missing")];
        let share = |text: &str| {
            let shard: Shard = text.parse().unwrap();
            shard.of(walk(&inputs, &WalkOptions::default())).unwrap()
        };
        let names = |walked: &WalkResult| {
            let names = walked
                .entries
                .iter()
                .map(|e| (e.display.chars().last().unwrap(), e.owned.clone()));
            names.collect::<Vec<_>>()
        };
        let (one, two) = (share("1/2"), share("2/2"));
        assert_eq!(
            names(&one),
            [('a', 0..u64::MAX), ('b', 0..u64::MAX), ('c', 0..1)]
        );
        assert_eq!(names(&two), [('c', 1..u64::MAX)]);
        assert_eq!((one.skipped.len(), &one.skipped), (1, &two.skipped));
        let tree = |walked: &WalkResult| walked.shard.as_ref().unwrap().tree.clone();
        assert_eq!(tree(&one), tree(&two));
        fs::write(dir.path().join("b"), "x").unwrap();
        assert_ne!(
            tree(&share("1/2")),
            tree(&one),
            "another size is another tree"
        );
    }

    #[test]
    fn standard_input_has_no_shares() {
        let walked = walk(&[STDIN.into()], &WalkOptions::default());
        let error = Shard::new(1, 2)
            .unwrap()
            .of(walked)
            .unwrap_err()
            .to_string();
        assert!(
            error.starts_with("-: standard input has no shares"),
            "{error}"
        );
    }
}
