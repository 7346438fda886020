//! The instruments that come with the program.
//!
//! Each is one file in `instruments/`, compiled in; a user's own file is read with
//! [`Instrument::from_toml`].

use super::circumstances::{Circumstances, shown};
use super::understood::Instrument;
use crate::error::Error;

/// Names of files with their texts.
macro_rules! files {
    ($($name:literal,)*) => { &[$(($name, include_str!(concat!("instruments/", $name)))),*] };
}

/// Every file of `instruments/`, ordered by id.
const FILES: &[(&str, &str)] = files! {
    "cn.compliance-audit-2025.toml",
    "cn.export-2024.toml",
    "cn.incidents-2025.toml",
    "cn.minors-2024.toml",
    "cn.network-data-2025.toml",
    "cn.pipl-2021.toml",
    "cn.spc-spp-2011-19.toml",
    "cn.spc-spp-2017-10.toml",
    "cn.spc-spp-2019-15.toml",
};

/// The instruments that come with the program, ordered by id.
///
/// # Errors
/// A file that contradicts itself; the tests exclude it.
pub fn builtin() -> Result<Vec<Instrument>, Error> {
    FILES
        .iter()
        .map(|(name, text)| Instrument::from_toml(text, name))
        .collect()
}

/// The instrument with this id among those that come with the program.
///
/// # Errors
/// An unknown id, with the nearest known one.
pub fn by_id(id: &str) -> Result<Instrument, Error> {
    let mut known = builtin()?;
    let position = position(id, &known)?;
    Ok(known.swap_remove(position))
}

/// Where the instrument with this id stands.
///
/// # Errors
/// An unknown id, with the nearest known one.
pub fn position(id: &str, known: &[Instrument]) -> Result<usize, Error> {
    let found = known.iter().position(|i| i.id() == id);
    found.ok_or_else(|| unknown(id, known))
}

/// Adds instruments of the user's to others.
///
/// # Errors
/// An id that is taken.
pub fn join(mut known: Vec<Instrument>, own: Vec<Instrument>) -> Result<Vec<Instrument>, Error> {
    for instrument in own {
        if known.iter().any(|other| other.id() == instrument.id()) {
            let message = "is the id of another law; choose one of your own, like `acme.export`";
            return Err(Error::new(message).at(format!("`{}`", instrument.id())));
        }
        known.push(instrument);
    }
    Ok(known)
}

/// Refuses stated facts and classes that no instrument knows.
///
/// # Errors
/// The first unknown one, with the nearest that is known.
pub fn check_stated(stated: &Circumstances, known: &[Instrument]) -> Result<(), Error> {
    let facts = || known.iter().flat_map(|i| &i.file().facts);
    for id in stated.facts.keys() {
        if !facts().any(|fact| fact.id == *id) {
            let near = nearest(id, facts().map(|fact| fact.id.as_str()));
            let id = shown(id);
            return Err(Error::new(format!("facts: no law asks for `{id}`{near}")));
        }
    }
    for (category, class) in &stated.classes {
        if !known.iter().any(|i| i.class_by_id(class).is_some()) {
            let (category, class) = (shown(category), shown(class));
            return Err(Error::new(format!(
                "classes: `{category}` = `{class}`: no law has such a class"
            )));
        }
    }
    Ok(())
}

fn unknown(id: &str, known: &[Instrument]) -> Error {
    let hint = nearest(id, known.iter().map(Instrument::id));
    Error::new(format!("no law `{}`{hint}", shown(id)))
}

/// `; did you mean ...?` with the nearest of some ids; nothing where there is none.
pub(super) fn nearest<'a>(id: &str, known: impl Iterator<Item = &'a str>) -> String {
    match known.min_by_key(|other| distance(id, other)) {
        Some(near) => format!("; did you mean `{near}`?"),
        None => String::new(),
    }
}

/// Insertions, deletions, replacements and swaps of neighbours that turn `a` into `b`; only the first 60
/// characters are compared.
fn distance(a: &str, b: &str) -> usize {
    let a: Vec<char> = a.chars().take(60).collect();
    let b: Vec<char> = b.chars().take(60).collect();
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
    fn files_are_valid_sorted_and_named_by_id() {
        let laws = builtin().unwrap();
        for (law, (name, _)) in laws.iter().zip(FILES) {
            assert_eq!(format!("{}.toml", law.id()), *name);
        }
        assert!(FILES.is_sorted_by(|a, b| a.0 < b.0));
    }

    #[test]
    fn an_unknown_id_names_the_nearest() {
        assert_eq!(
            by_id("cn.spc-spp-2017-10").unwrap().id(),
            "cn.spc-spp-2017-10"
        );
        let error = by_id("cn.spc-spp-2017").unwrap_err().to_string();
        assert_eq!(
            error,
            "no law `cn.spc-spp-2017`; did you mean `cn.spc-spp-2017-10`?"
        );
        assert!(by_id("").is_err());
        assert!(
            by_id(&"x\u{1b}".repeat(10_000))
                .unwrap_err()
                .to_string()
                .len()
                < 200
        );
    }

    #[test]
    fn distances_are_edit_distances() {
        for (a, b, want) in [
            ("", "", 0),
            ("", "abc", 3),
            ("kitten", "sitting", 3),
            ("ab", "ba", 1),
        ] {
            assert_eq!(distance(a, b), want, "{a} {b}");
        }
    }
}
