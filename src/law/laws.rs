//! The instruments that come with the program.
//!
//! Each is one file in `instruments/`, compiled in; a user's own file is read with
//! [`Instrument::from_toml`].

use super::circumstances::{Circumstances, shown};
use super::understood::Instrument;
use crate::error::Error;
use crate::suggest::nearest;

/// Names of files with their texts.
macro_rules! files {
    ($($name:literal,)*) => { &[$(($name, include_str!(concat!("instruments/", $name)))),*] };
}

/// Every file of `instruments/`, ordered by id.
const FILES: &[(&str, &str)] = files! {
    "br.lgpd.toml",
    "cn.compliance-audit-2025.toml",
    "cn.export-2024.toml",
    "cn.incidents-2025.toml",
    "cn.minors-2024.toml",
    "cn.network-data-2025.toml",
    "cn.pipl-2021.toml",
    "cn.spc-spp-2011-19.toml",
    "cn.spc-spp-2017-10.toml",
    "cn.spc-spp-2019-15.toml",
    "eu.enisa-2013.toml",
    "eu.gdpr.toml",
    "hk.pdpo.toml",
    "in.dpdp.toml",
    "jp.appi.toml",
    "kr.pipa.toml",
    "sg.pdpa.toml",
    "tw.pdpa-draft.toml",
    "uk.gdpr.toml",
    "us.ca-civ-1798-82.toml",
    "us.ftc-safeguards.toml",
    "us.hipaa.toml",
    "us.states.toml",
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
    let named = |(name, _): &&(&str, &str)| name.strip_suffix(".toml") == Some(id);
    match FILES.iter().find(named) {
        Some((name, text)) => Instrument::from_toml(text, name),
        None => Err(unknown(id, &builtin()?)),
    }
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
            let near = near.or("; `laws show ID` names those of a law");
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
    let hint = nearest(id, known.iter().map(Instrument::id)).or("; `laws list` names them all");
    Error::new(format!("no law `{}`{hint}", shown(id)))
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
        let begun = by_id("cn.min").unwrap_err().to_string();
        assert!(begun.ends_with("did you mean `cn.minors-2024`?"), "{begun}");
        let far = by_id("moon").unwrap_err().to_string();
        assert_eq!(far, "no law `moon`; `laws list` names them all");
        assert!(by_id("").is_err());
        assert!(
            by_id(&"x\u{1b}".repeat(10_000))
                .unwrap_err()
                .to_string()
                .len()
                < 200
        );
    }
}
