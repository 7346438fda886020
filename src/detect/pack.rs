//! Packs: the built-in patterns by country, to be switched one by one.
//!
//! A pack is a folder of pattern files; there is no other list of them. What a user brings along belongs to none and is
//! always on.

use std::fmt;

use super::builtin;

/// A pack of built-in patterns: a country, or `global` for what knows no border.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Pack(&'static str);

impl Pack {
    /// Every pack, sorted by id.
    pub fn all() -> Vec<Pack> {
        let mut packs: Vec<Pack> = builtin::PATTERNS.iter().map(|(p, _)| Pack::of(p)).collect();
        packs.dedup(); // The files are sorted.
        packs
    }

    /// The pack with this id.
    pub fn from_id(id: &str) -> Option<Pack> {
        Pack::all().into_iter().find(|pack| pack.0 == id)
    }

    /// The stable id: the code of the country in small letters, or `global`.
    pub fn id(self) -> &'static str {
        self.0
    }

    /// The pack of a built-in file.
    fn of(path: &'static str) -> Pack {
        let folder = path.split('/').nth(1);
        Pack(folder.expect("built-in files lie in the folder of their pack"))
    }
}

impl fmt::Display for Pack {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

/// Pack, path and text of the built-in files of these packs.
pub(super) fn files(packs: &[Pack]) -> impl Iterator<Item = (Pack, &'static str, &'static str)> {
    let all = builtin::PATTERNS.iter();
    let all = all.map(|(path, text)| (Pack::of(path), *path, *text));
    all.filter(|(pack, ..)| packs.contains(pack))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packs_are_sorted_and_found_by_their_ids() {
        let all = Pack::all();
        assert!(all.windows(2).all(|pair| pair[0] < pair[1]));
        assert!(
            all.iter()
                .all(|pack| Pack::from_id(pack.id()) == Some(*pack))
        );
        assert_eq!(Pack::from_id("CN"), None);
        assert_eq!(Pack::from_id(""), None);
    }

    #[test]
    fn each_file_belongs_to_one_pack() {
        let of_each = Pack::all().into_iter().map(|pack| files(&[pack]).count());
        assert_eq!(of_each.sum::<usize>(), builtin::PATTERNS.len());
        assert_eq!(files(&[]).count(), 0);
    }
}
