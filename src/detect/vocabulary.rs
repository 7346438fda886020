//! The vocabulary of columns: which headers, labels and JSON keys name which role.
//!
//! Loaded from `patterns/columns.toml`. Detection uses it for labels in text, classification for columns of tables. It
//! knows words only: what the cells hold is judged in `classify`.
//!
//! A header is looked up by the last part of its JSON path, which is all of it elsewhere, after normalising; then by the longest
//! known Chinese ending of it (`紧急联系人手机号` ends with `手机号`) or run of English words at its end (`customer_mobile_no`); then
//! with all its path. Of a part that is weak alone the path says what it is of (`holder`). An SQL column with a comment
//! (`phone␟手机号`, joined by U+001F) is looked up by its comment first.

mod holder;

use std::collections::HashMap;

use serde::Deserialize;

use crate::error::Error;

use super::accent;
use super::pattern::Names;
use holder::{Holder, Holders};

/// Index of a role in the vocabulary.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RoleId(pub u8);

/// Most roles a vocabulary may have, because a [`RoleSet`] has that many bits.
pub const ROLES_MAX: usize = 256;

/// Fewest Latin letters of an ending that counts behind others: `useremail`.
const LATIN_ENDING_MIN: usize = 5;

/// A set of roles.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RoleSet([u64; 4]);

impl RoleSet {
    /// Adds a role.
    pub fn insert(&mut self, role: RoleId) {
        self.0[usize::from(role.0 >> 6)] |= 1 << (role.0 & 63);
    }

    /// Whether the role is in the set.
    pub fn contains(&self, role: RoleId) -> bool {
        self.0[usize::from(role.0 >> 6)] >> (role.0 & 63) & 1 == 1
    }

    /// Whether every role of `other` is in the set.
    pub fn contains_all(self, other: RoleSet) -> bool {
        self.0.iter().zip(&other.0).all(|(a, b)| a & b == *b)
    }

    /// How many roles both sets hold.
    pub fn count_common(self, other: RoleSet) -> u32 {
        self.0
            .iter()
            .zip(&other.0)
            .map(|(a, b)| (a & b).count_ones())
            .sum()
    }

    /// Both sets joined.
    #[must_use]
    pub fn union(self, other: RoleSet) -> RoleSet {
        RoleSet(std::array::from_fn(|i| self.0[i] | other.0[i]))
    }

    /// Whether the set is empty.
    pub fn is_empty(self) -> bool {
        self.0 == [0; 4]
    }

    /// What both sets hold.
    #[must_use]
    pub fn intersection(self, other: RoleSet) -> RoleSet {
        RoleSet(std::array::from_fn(|i| self.0[i] & other.0[i]))
    }

    /// What this set holds and the other does not.
    #[must_use]
    pub fn without(self, other: RoleSet) -> RoleSet {
        RoleSet(std::array::from_fn(|i| self.0[i] & !other.0[i]))
    }

    /// The roles, ascending.
    pub fn iter(self) -> impl Iterator<Item = RoleId> {
        let words = (0u8..4).zip(self.0);
        words.flat_map(|(i, word)| {
            let rest = std::iter::successors(Some(word), |word| Some(word & word.wrapping_sub(1)));
            let rest = rest.take_while(|word| *word != 0);
            rest.map(move |word| RoleId(i << 6 | word.trailing_zeros() as u8))
        })
    }
}

/// When a role counts as present in a record.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Presence {
    /// Its cell says something.
    #[default]
    Filled,
    /// Its cell holds a valid value of a kind of the role.
    Valid,
}

/// What a column can be.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Role {
    /// Stable id.
    pub id: String,
    /// Names for reports.
    pub name: Names,
    /// The role it plays in records, where that is another: a column of the numbers of one country is an `id-number` there.
    #[serde(default)]
    pub plays: Option<String>,
    /// The side of a communication or transfer: 1, 2 for the other side, or 0 for what is only spoken of: it tells whose record
    /// it is where no side does.
    #[serde(default = "first_party")]
    pub party: u8,
    /// When it counts as present.
    #[serde(default)]
    pub presence: Presence,
    /// Whether values found here by chance do not count: order numbers, trace ids.
    #[serde(default)]
    pub veto: bool,
    /// Headers that name the role.
    #[serde(default)]
    pub headers: Vec<String>,
    /// Headers too short or too common to decide alone.
    #[serde(default)]
    pub weak: Vec<String>,
    /// Chinese words that name the role at the end of a header.
    #[serde(default)]
    pub suffixes: Vec<String>,
    /// English words, joined by blanks, that name the role at the end of a header.
    #[serde(default)]
    pub words: Vec<String>,
    /// Words for somebody: a weak header in one of them is the role's.
    #[serde(default)]
    pub people: Vec<String>,
    /// Words for what is nobody: a weak header in one of them is not.
    #[serde(default)]
    pub things: Vec<String>,
    /// Words for parts of a path that say nothing.
    #[serde(default)]
    pub frames: Vec<String>,
}

fn first_party() -> u8 {
    1
}

/// A named set of roles, for record rules.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Group {
    id: String,
    roles: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    role: Vec<Role>,
    #[serde(default)]
    group: Vec<Group>,
}

/// What a header says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lookup {
    /// The role it names.
    pub role: RoleId,
    /// Whether it cannot decide alone.
    pub weak: bool,
    /// Whether cells must be values of the role, rather than look like some: it is not known what the column is of.
    pub needs_values: bool,
    /// Which part of it says so.
    pub by: By,
}

/// The part of a header that names a role.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum By {
    /// All of it.
    Whole,
    /// The last part of its JSON path.
    Path,
    /// Its last words.
    Ending,
    /// The comment of its SQL column.
    Comment,
}

/// The words, indexed.
#[derive(Debug)]
pub struct Vocabulary {
    roles: Vec<Role>,
    /// By role: the one it plays in records.
    played: Vec<RoleId>,
    ids: HashMap<String, RoleId>,
    groups: HashMap<String, RoleSet>,
    headers: HashMap<String, Lookup>,
    suffixes: HashMap<String, RoleId>,
    words: HashMap<String, RoleId>,
    /// By role: what its columns may be of.
    holders: Vec<Holders>,
}

impl Vocabulary {
    /// Reads `columns.toml`.
    ///
    /// # Errors
    /// On unknown keys, too many roles, a group of unknown roles, one header in two roles, or a role that plays none.
    pub fn load(text: &str) -> Result<Vocabulary, Error> {
        let file: File =
            toml::from_str(text).map_err(|e| Error::new(e.to_string().trim_end().to_owned()))?;
        if file.role.len() > ROLES_MAX {
            return Err(Error::new(format!(
                "{} roles are more than the {ROLES_MAX} that fit",
                file.role.len()
            )));
        }
        let mut vocabulary = Vocabulary {
            roles: file.role,
            played: Vec::new(),
            ids: HashMap::new(),
            groups: HashMap::new(),
            headers: HashMap::new(),
            suffixes: HashMap::new(),
            words: HashMap::new(),
            holders: Vec::new(),
        };
        vocabulary.holders = vocabulary.roles.iter().map(Holders::of).collect();
        for (i, role) in vocabulary.roles.iter().enumerate() {
            let id = RoleId(i as u8);
            if vocabulary.ids.insert(role.id.clone(), id).is_some() {
                return Err(Error::new(format!("two roles have the id `{}`", role.id)));
            }
            let strong = role.headers.iter().map(|h| (h, false));
            for (header, weak) in strong.chain(role.weak.iter().map(|h| (h, true))) {
                let lookup = Lookup {
                    role: id,
                    weak,
                    needs_values: false,
                    by: By::Whole,
                };
                if let Some(other) = vocabulary.headers.insert(normalise(header), lookup)
                    && other.role != id
                {
                    let other = &vocabulary.roles[usize::from(other.role.0)].id;
                    return Err(Error::new(format!(
                        "header `{header}` names both `{other}` and `{}`",
                        role.id
                    )));
                }
            }
            vocabulary
                .suffixes
                .extend(role.suffixes.iter().map(|s| (normalise(s), id)));
            vocabulary
                .words
                .extend(role.words.iter().map(|w| (words_of(w).join(" "), id)));
        }
        vocabulary.played = vocabulary.resolve_played()?;
        for group in &file.group {
            let mut set = RoleSet::default();
            for role in &group.roles {
                let id = vocabulary.role(role).ok_or_else(|| {
                    Error::new(format!(
                        "group `{}` names the unknown role `{role}`",
                        group.id
                    ))
                })?;
                set.insert(id);
            }
            vocabulary.groups.insert(group.id.clone(), set);
        }
        Ok(vocabulary)
    }

    fn resolve_played(&self) -> Result<Vec<RoleId>, Error> {
        let resolve = |(i, role): (usize, &Role)| {
            let Some(plays) = &role.plays else {
                return Ok(RoleId(i as u8));
            };
            let played = self.role(plays);
            let is_last = |r: &RoleId| self.info(*r).plays.is_none();
            played.filter(is_last).ok_or_else(|| {
                Error::new(format!(
                    "`{}` plays `{plays}`, which is no role that stands for itself",
                    role.id
                ))
            })
        };
        self.roles.iter().enumerate().map(resolve).collect()
    }

    /// How many roles there are.
    pub fn len(&self) -> usize {
        self.roles.len()
    }

    /// Whether there is no role.
    pub fn is_empty(&self) -> bool {
        self.roles.is_empty()
    }

    /// All roles; a [`RoleId`] is a position here.
    pub fn roles(&self) -> &[Role] {
        &self.roles
    }

    /// The role with this id.
    pub fn role(&self, id: &str) -> Option<RoleId> {
        self.ids.get(id).copied()
    }

    /// What is known of a role.
    pub fn info(&self, role: RoleId) -> &Role {
        &self.roles[usize::from(role.0)]
    }

    /// The role that a column of this role plays in records: nearly always itself.
    pub fn played(&self, role: RoleId) -> RoleId {
        self.played[usize::from(role.0)]
    }

    /// The roles of a group, or of the single role with this id.
    pub fn group(&self, id: &str) -> Option<RoleSet> {
        self.groups.get(id).copied().or_else(|| {
            let mut set = RoleSet::default();
            set.insert(self.role(id)?);
            Some(set)
        })
    }

    /// What a header, SQL column or JSON path says.
    pub fn lookup(&self, header: &str) -> Option<Lookup> {
        if let Some((column, comment)) = header.split_once('\u{1f}') {
            let commented = self.lookup(comment).map(|l| Lookup {
                by: By::Comment,
                ..l
            });
            let named = self.lookup(column);
            let is_strong = |l: &Lookup| !l.weak;
            return commented
                .filter(is_strong)
                .or(named.filter(is_strong))
                .or(commented)
                .or(named);
        }
        let mut parts = header.rsplit(['.', '/']);
        let last = parts.next().unwrap_or(header);
        let part = |l: Lookup| match last.len() == header.len() {
            true => l,
            false => Lookup { by: By::Path, ..l },
        };
        // `user.name` is the name of a user, not his `username`.
        let own = self.known(last).map(part);
        let own = match own.or_else(|| self.by_ending(last)) {
            Some(own) if own.weak => self.by_holder(own, last, parts),
            own => own,
        };
        own.or_else(|| self.known(header))
    }

    /// What a header says as a whole.
    fn known(&self, header: &str) -> Option<Lookup> {
        self.headers.get(&normalise(header)).copied()
    }

    /// What is left of a weak part of a path, by the parts before it from the last to the first.
    fn by_holder<'h>(
        &self,
        own: Lookup,
        last: &str,
        parts: impl Iterator<Item = &'h str>,
    ) -> Option<Lookup> {
        let holders = &self.holders[usize::from(own.role.0)];
        // A `customer` is somebody wherever he stands.
        if holders.is_empty() || holders.holder(last) == Holder::Person {
            return Some(own);
        }
        for part in parts {
            let holder = holders.holder(part);
            if holder == Holder::Frame {
                continue;
            }
            // Both may be a header together: `product.name` are goods, `customer.name` is a name for sure.
            let both = format!("{part}_{last}");
            let both = self.known(&both).or_else(|| self.by_ending(&both));
            let both = both.map(|l| Lookup { by: By::Path, ..l });
            if let Some(both) = both.filter(|l| l.role == own.role || holder != Holder::Person) {
                return Some(both);
            }
            let names_role = |l: Lookup| l.role == own.role;
            let is_named = self.known(part).or_else(|| self.by_ending(part));
            return match holder {
                Holder::Thing => None,
                Holder::Unknown if !is_named.is_some_and(names_role) => Some(Lookup {
                    needs_values: true,
                    ..own
                }),
                _ => Some(own),
            };
        }
        Some(own)
    }

    /// Whether a header names a column in which values found by chance do not count, were it alone too weak to decide.
    pub fn is_veto(&self, header: &str) -> bool {
        self.lookup(header)
            .is_some_and(|lookup| self.info(lookup.role).veto)
    }

    fn by_ending(&self, header: &str) -> Option<Lookup> {
        let bare = normalise(header);
        // A short ending in Latin letters is one behind a Han character only: `relationship` is no `ip`.
        let is_apart = |i: usize| {
            let is_latin = |b: Option<&u8>| b.is_some_and(u8::is_ascii_alphanumeric);
            let bytes = bare.as_bytes();
            let is_short = bytes.len() - i < LATIN_ENDING_MIN;
            !is_short || !is_latin(bytes.get(i)) || i == 0 || !is_latin(bytes.get(i - 1))
        };
        let endings = bare.char_indices().filter(|(i, _)| is_apart(*i));
        let mut found = endings
            .map(|(i, _)| &bare[i..])
            .filter(|e| e.chars().nth(1).is_some())
            .find_map(|e| self.suffixes.get(e));
        if found.is_none() {
            let words = words_of(header);
            // A plural or a numbered column: `phones`, `phone2`.
            found = (0..words.len()).find_map(|from| {
                let run = words[from..].join(" ");
                let bare = run
                    .trim_end_matches(|c: char| c.is_ascii_digit())
                    .trim_end();
                [run.as_str(), bare, bare.strip_suffix('s').unwrap_or(bare)]
                    .iter()
                    .find_map(|r| self.words.get(*r))
            });
        }
        found.map(|role| Lookup {
            role: *role,
            weak: false,
            needs_values: false,
            by: By::Ending,
        })
    }

    /// Words that announce a value of the role in running text: its headers that are long enough to mean nothing else.
    pub fn labels(&self, role: RoleId) -> Vec<&str> {
        let role = self.info(role);
        let long_enough = |word: &str| word.chars().nth(1).is_some();
        let words = role.headers.iter().chain(&role.suffixes).chain(&role.words);
        words
            .map(String::as_str)
            .filter(|w| long_enough(w))
            .collect()
    }
}

/// A header as it is compared: full-width folded, lower case, Latin letters without their accents, without units and notes
/// in brackets, without signs.
fn normalise(header: &str) -> String {
    let mut out = String::with_capacity(header.len());
    let mut depth = 0usize;
    for c in header.chars().map(fold).map(accent::bare) {
        match c {
            '(' | '[' | '【' => depth += 1,
            ')' | ']' | '】' => depth = depth.saturating_sub(1),
            _ if depth > 0 || c.is_whitespace() || is_sign(c) => {}
            _ => out.extend(c.to_lowercase()),
        }
    }
    if out.is_empty() {
        header.trim().to_lowercase()
    } else {
        out
    }
}

fn is_sign(c: char) -> bool {
    accent::is_mark(c)
        || matches!(
            c,
            '_' | '-' | '.' | '"' | '\'' | '`' | '*' | ':' | '#' | '、' | '\u{feff}'
        )
}

fn fold(c: char) -> char {
    match c {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(c as u32 - 0xFEE0).unwrap_or(c),
        '\u{3000}' => ' ',
        _ => c,
    }
}

/// The English words of a header in lower case: split at signs and at capitals (`userPhone`, `user_phone`).
fn words_of(header: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut previous = ' ';
    for c in header.chars().map(fold).map(accent::bare) {
        let starts = !previous.is_ascii_alphanumeric()
            || previous.is_ascii_lowercase() && c.is_ascii_uppercase();
        if c.is_ascii_alphanumeric() {
            match words.last_mut() {
                Some(word) if !starts => word.push(c.to_ascii_lowercase()),
                _ => words.push(c.to_ascii_lowercase().to_string()),
            }
        }
        previous = c;
    }
    words
}

#[cfg(test)]
mod tests;
