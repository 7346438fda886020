//! The class of one category under one reading, with the provision that counts it: what a single item weighs.
//!
//! Reads the checked instrument; knows no counts.

use super::instrument::Text;
use super::provision::{Counts, Provision};
use super::understood::Instrument;
use crate::category::{Category, Reading};

/// A class, and the provision that counts its items.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClassOf {
    /// Id of the class: `B`.
    pub class: String,
    /// Id of the provision: `5.1(4)`.
    pub provision: String,
    /// The provision as a citation, in both languages.
    pub citation: Text,
    /// Items from which the provision is reached.
    pub threshold: u64,
}

impl Instrument {
    /// The class of a category under a reading, in its bare form if `bare`; none where the reading does not count it.
    pub fn class_of(&self, category: Category, bare: bool, reading: Reading) -> Option<ClassOf> {
        let rank = self.rank(category, bare, reading)?;
        let file = self.file();
        let class = &file.classes[usize::from(rank)];
        let counts = |counted: &&Provision| {
            counted.counts == Counts::Class && counted.class.as_ref() == Some(&class.id)
        };
        let provision = file.provisions.iter().find(counts)?;
        Some(ClassOf {
            class: class.id.clone(),
            provision: provision.id.clone(),
            citation: self.cite(&provision.id),
            threshold: class.threshold.or(provision.threshold)?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::laws;
    use super::*;

    #[track_caller]
    fn check(category: Category, bare: bool, reading: Reading, want: Option<(&str, &str, u64)>) {
        let law = laws::by_id("cn.spc-spp-2017-10").expect("it is built in");
        let class = law.class_of(category, bare, reading);
        let got = class
            .as_ref()
            .map(|c| (c.class.as_str(), c.provision.as_str(), c.threshold));
        assert_eq!(got, want, "{category} {}", reading.id());
    }

    #[test]
    fn a_class_is_told_with_its_provision() {
        check(
            Category::Lodging,
            false,
            Reading::Default,
            Some(("B", "5.1(4)", 500)),
        );
        check(
            Category::Travel,
            false,
            Reading::Strict,
            Some(("A", "5.1(3)", 50)),
        );
        check(
            Category::Travel,
            false,
            Reading::Lenient,
            Some(("C", "5.1(5)", 5000)),
        );
        check(Category::Contact, true, Reading::Lenient, None);
    }
}
