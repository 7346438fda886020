//! What a column is of, by the path that leads to it: `user.name` is the name of a person, `device.os.name` is not.
//!
//! A path says so from its end: the innermost part that is no mere frame (`data`, `list`, `profile`) decides. Of a part the last
//! word decides that is known: a `deviceOwner` is a person, a `userDevice` is none.

use std::collections::HashMap;

use super::{Role, normalise, words_of};

/// What a part of a path is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Holder {
    /// Somebody.
    Person,
    /// Something that has such a column and is nobody.
    Thing,
    /// Says nothing; what stands around it decides.
    Frame,
    /// Not known.
    Unknown,
}

/// The words of a role for what its columns are of. Without any the path does not matter.
#[derive(Debug, Default)]
pub(super) struct Holders(HashMap<String, Holder>);

impl Holders {
    pub(super) fn of(role: &Role) -> Holders {
        let lists = [
            (&role.people, Holder::Person),
            (&role.things, Holder::Thing),
            (&role.frames, Holder::Frame),
        ];
        let words = lists
            .into_iter()
            .flat_map(|(words, holder)| words.iter().map(move |word| (normalise(word), holder)));
        Holders(words.collect())
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// What a part of a path is.
    pub(super) fn holder(&self, part: &str) -> Holder {
        // Keys that are data.
        if part.starts_with('{') {
            return Holder::Frame;
        }
        let bare = normalise(part);
        if !bare.is_ascii() {
            return self.by_ending(&bare);
        }
        let mut is_frame = true;
        for word in words_of(part).iter().rev() {
            let word = word.trim_end_matches(|c: char| c.is_ascii_digit());
            let one = word.strip_suffix('s').unwrap_or(word);
            match self.0.get(word).or_else(|| self.0.get(one)) {
                Some(Holder::Frame) => {}
                Some(holder) => return *holder,
                None => is_frame &= word.is_empty(),
            }
        }
        match is_frame {
            true => Holder::Frame,
            false => Holder::Unknown,
        }
    }

    /// What a part is by the longest known words that it ends with: `客户信息` are somebody's.
    fn by_ending(&self, part: &str) -> Holder {
        let mut rest = part;
        while !rest.is_empty() {
            let mut endings = rest.char_indices().map(|(at, _)| (at, &rest[at..]));
            let known = endings.find_map(|(at, ending)| Some((at, *self.0.get(ending)?)));
            match known {
                Some((at, Holder::Frame)) => rest = &rest[..at],
                Some((_, holder)) => return holder,
                None => return Holder::Unknown,
            }
        }
        Holder::Frame
    }
}
