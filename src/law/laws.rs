//! The instruments that come with the program.
//!
//! Each is one file in `instruments/`, compiled in; a user's own file is read with
//! [`Instrument::from_toml`].

use super::understood::Instrument;
use crate::error::Error;

/// Every file of `instruments/`, ordered by id.
const FILES: &[(&str, &str)] = &[(
    "cn.spc-spp-2017-10.toml",
    include_str!("instruments/cn.spc-spp-2017-10.toml"),
)];

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
    match known.iter().position(|i| i.id() == id) {
        Some(position) => Ok(known.swap_remove(position)),
        None => Err(unknown(id, &known)),
    }
}

fn unknown(id: &str, known: &[Instrument]) -> Error {
    let nearest = known.iter().min_by_key(|i| distance(id, i.id()));
    let hint = match nearest {
        Some(instrument) => format!("; did you mean `{}`?", instrument.id()),
        None => String::new(),
    };
    // Ids are short; a long argument is not worth repeating.
    let shown: String = id.chars().take(60).filter(|c| !c.is_control()).collect();
    Error::new(format!("no law `{shown}`{hint}"))
}

/// Insertions, deletions and replacements that turn `a` into `b`; only the first 60 characters are
/// compared.
fn distance(a: &str, b: &str) -> usize {
    let a: Vec<char> = a.chars().take(60).collect();
    let b: Vec<char> = b.chars().take(60).collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.iter().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, y) in b.iter().enumerate() {
            let replaced = diagonal + usize::from(x != y);
            diagonal = row[j + 1];
            row[j + 1] = replaced.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[b.len()]
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
            ("ab", "ba", 2),
        ] {
            assert_eq!(distance(a, b), want, "{a} {b}");
        }
    }
}
