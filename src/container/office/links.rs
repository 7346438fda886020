//! The mail addresses and numbers that a part links to and does not show: a link may say anything.
//!
//! They stand in the list of what the part refers to (ECMA-376 part 2). An address that is read as text of the part is not told
//! once more. Links that stand in the text of a part itself, as codes of fields, are not looked for here.

use std::collections::HashSet;

use super::flow::Item;
use super::package::Relation;

/// Addresses that nothing has shown so far.
#[derive(Default)]
pub(super) struct Links(HashSet<String>);

impl Links {
    /// The addresses among what a part refers to.
    pub(super) fn of(relations: &[Relation]) -> Links {
        let outside = relations
            .iter()
            .filter(|r| r.kind == "hyperlink" && r.part.is_none());
        let addresses = outside.filter_map(|r| {
            let (scheme, rest) = r.target.split_once(':')?;
            let is_person = ["mailto", "tel", "sms"].contains(&&*scheme.to_ascii_lowercase());
            let address = rest.split('?').next().unwrap_or(rest).trim();
            (is_person && !address.is_empty()).then(|| address.to_owned())
        });
        Links(addresses.collect())
    }

    /// Takes note of a text that is read.
    pub(super) fn shown(&mut self, text: &str) {
        if self.0.is_empty() {
            return;
        }
        self.0.remove(text.trim());
        let is_of_address = |c: char| c.is_alphanumeric() || "@._-+".contains(c);
        for word in text.split(|c: char| !is_of_address(c)) {
            // A sentence may end behind it.
            if !self.0.remove(word) {
                self.0.remove(word.trim_end_matches('.'));
            }
        }
    }

    /// Takes note of what is read of a document.
    pub(super) fn shown_in(&mut self, item: &Item) {
        match item {
            Item::Line(line) => self.shown(line),
            Item::Row(cells) => cells.iter().for_each(|cell| self.shown(cell)),
            Item::Table | Item::EndOfTable(_) | Item::Over => {}
        }
    }

    /// The addresses that nothing has shown, in order.
    pub(super) fn into_lines(self) -> Vec<String> {
        let mut lines: Vec<String> = self.0.into_iter().collect();
        lines.sort();
        lines
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_that_are_shown_are_told_once() {
        let relation = |kind: &str, target: &str| Relation {
            id: String::new(),
            kind: kind.to_owned(),
            target: target.to_owned(),
            part: None,
        };
        let relations = [
            relation("hyperlink", "mailto:a@example.com?subject=x"),
            relation("hyperlink", "mailto:b@example.com"),
            relation("hyperlink", "MAILTO:c@example.com"),
            relation("hyperlink", "tel:13812345678"),
            relation("hyperlink", "mailto:d'e@example.com"),
            relation("hyperlink", "https://example.com/mailto:f@example.com"),
            relation("hyperlink", "mailto:?subject=x"),
            relation("image", "mailto:g@example.com"),
        ];
        let mut links = Links::of(&relations);
        links.shown("write to a@example.com.");
        links.shown(" d'e@example.com ");
        links.shown("not xb@example.com");
        links.shown_in(&Item::Row(vec!["电话：13812345678，".to_owned()]));
        assert_eq!(links.into_lines(), ["b@example.com", "c@example.com"]);
        assert!(Links::default().into_lines().is_empty());
    }
}
