//! The mail addresses and numbers that a part links to and does not show: a link may say anything.
//!
//! They stand in the list of what the part refers to (ECMA-376 part 2), or in its text: as the target of an element, or in a code,
//! which is that of a field or a formula. An address that is read as text of the part is not told once more. How codes are marked is
//! not known here.

use std::collections::HashSet;

use super::flow::Item;
use super::package::Relation;
use crate::error::Reason;

/// Bytes of the addresses that stand in the text of a part, and of its codes that are open.
const BYTES_MAX: usize = 16 << 20;

/// Fields in each other.
const FIELDS_MAX: usize = 256;

/// Addresses that nothing has shown so far.
#[derive(Default)]
pub(super) struct Links {
    addresses: HashSet<String>,
    /// Bytes of those that stood in the text.
    n_bytes: usize,
    is_full: bool,
}

impl Links {
    /// The addresses among what a part refers to.
    pub(super) fn of(relations: &[Relation]) -> Links {
        let outside = relations
            .iter()
            .filter(|r| r.kind == "hyperlink" && r.part.is_none());
        let addresses = outside.filter_map(|r| address(&r.target));
        Links {
            addresses: addresses.map(str::to_owned).collect(),
            ..Links::default()
        }
    }

    /// Takes out what another part refers to.
    pub(super) fn forget(&mut self, other: &Links) {
        let others = &other.addresses;
        self.addresses.retain(|address| !others.contains(address));
    }

    /// Adds what an element links to, if it is an address.
    pub(super) fn add(&mut self, target: &str) {
        let Some(address) = address(target) else {
            return;
        };
        if self.addresses.contains(address) {
            return;
        }
        if self.n_bytes + address.len() > BYTES_MAX {
            self.is_full = true;
            return;
        }
        self.n_bytes += address.len();
        self.addresses.insert(address.to_owned());
    }

    /// Adds the addresses in a code: `HYPERLINK "mailto:…"` of a field, `HYPERLINK("mailto:…","…")` of a formula.
    pub(super) fn add_code(&mut self, code: &str) {
        if !code.contains(':') {
            return;
        }
        for (i, piece) in code.split('"').enumerate() {
            match i % 2 {
                1 => self.add(piece),
                _ => piece.split_whitespace().for_each(|word| self.add(word)),
            }
        }
    }

    /// Adds all of another part, or of the text of the same.
    pub(super) fn merge(&mut self, other: Links) {
        self.n_bytes += other.n_bytes;
        self.is_full |= other.is_full;
        self.addresses.extend(other.addresses);
    }

    pub(super) fn is_empty(&self) -> bool {
        self.addresses.is_empty()
    }

    /// Why there may be more.
    pub(super) fn lost(&self) -> Option<Reason> {
        let mib = BYTES_MAX >> 20;
        self.is_full
            .then(|| Reason::Limit(format!("more than {mib} MiB of addresses, or of codes")))
    }

    /// Takes note of all that is read once more, as far as it can be.
    pub(super) fn shown_by(&mut self, mut next: impl FnMut() -> Result<Item, Reason>) {
        while !self.is_empty() {
            match next() {
                Ok(Item::Over) | Err(_) => return,
                Ok(item) => self.shown_in(&item),
            }
        }
    }

    /// Takes note of a text that is read.
    pub(super) fn shown(&mut self, text: &str) {
        if self.is_empty() {
            return;
        }
        let addresses = &mut self.addresses;
        addresses.remove(text.trim());
        let is_of_address = |c: char| c.is_alphanumeric() || "@._-+".contains(c);
        for word in text.split(|c: char| !is_of_address(c)) {
            // A sentence may end behind it.
            if !addresses.remove(word) {
                addresses.remove(word.trim_end_matches('.'));
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
        let mut lines: Vec<String> = self.addresses.into_iter().collect();
        lines.sort();
        lines
    }
}

/// The address of a person that a link goes to, if it goes to one.
fn address(target: &str) -> Option<&str> {
    let (scheme, rest) = target.trim().split_once(':')?;
    let is_person = ["mailto", "tel", "sms"]
        .iter()
        .any(|known| scheme.eq_ignore_ascii_case(known));
    let address = rest.split('?').next().unwrap_or(rest).trim();
    (is_person && !address.is_empty()).then_some(address)
}

/// The codes of fields while a text is read, and the addresses in them.
#[derive(Default)]
pub(super) struct Codes {
    /// For each field that is open its code, as long as that is not over.
    open: Vec<Option<String>>,
    /// Fields in those that are open beyond the limit.
    n_deeper: usize,
    pub(super) links: Links,
}

impl Codes {
    /// A field begins, with its code.
    pub(super) fn begin(&mut self) {
        match self.open.len() < FIELDS_MAX {
            true => self.open.push(Some(String::new())),
            false => self.n_deeper += 1,
        }
    }

    /// The code of a field is over, and what it shows begins.
    pub(super) fn shows(&mut self) {
        if self.n_deeper > 0 {
            return;
        }
        if let Some(code) = self.open.last_mut().and_then(Option::take) {
            self.links.add_code(&code);
        }
    }

    /// A field ends.
    pub(super) fn end(&mut self) {
        if self.n_deeper > 0 {
            self.n_deeper -= 1;
            return;
        }
        self.shows();
        self.open.pop();
    }

    /// Whether what stands here is part of a code.
    pub(super) fn is_in_code(&self) -> bool {
        self.open.iter().any(Option::is_some)
    }

    /// Text of the innermost code that is open.
    pub(super) fn push(&mut self, text: &str) {
        let n: usize = self.open.iter().flatten().map(String::len).sum();
        let Some(code) = self.open.iter_mut().rev().flatten().next() else {
            return;
        };
        match n + text.len() > BYTES_MAX {
            true => self.links.is_full = true,
            false => code.push_str(text),
        }
    }

    /// The addresses of all codes, also of those that do not end.
    pub(super) fn into_links(mut self) -> Links {
        while !self.open.is_empty() {
            self.end();
        }
        self.links
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_stand_in_codes() {
        let check = |code: &str, want: &[&str]| {
            let mut links = Links::default();
            links.add_code(code);
            assert_eq!(links.into_lines(), want, "{code}");
        };
        check(
            r#" HYPERLINK "mailto:a@example.com?subject=x" \\o "b" "#,
            &["a@example.com"],
        );
        check("HYPERLINK tel:13812345678 \\h", &["13812345678"]);
        check(
            r#"HYPERLINK("MailTo:a@example.com","call")&"sms:13812345678""#,
            &["13812345678", "a@example.com"],
        );
        check(
            r#"HYPERLINK "https://example.com/?to=mailto:a@example.com""#,
            &[],
        );
        check("PAGE \\* MERGEFORMAT", &[]);
        check("mailto:", &[]);
    }

    #[test]
    fn codes_may_stand_in_codes() {
        let mut codes = Codes::default();
        codes.push("mailto:x@example.com");
        codes.begin();
        codes.push("HYPERLINK \"mailto:");
        codes.begin();
        codes.push("MERGEFIELD tel:1381234");
        codes.shows();
        assert!(codes.is_in_code());
        // What the inner field shows is part of the outer code.
        codes.push("a@example.com");
        codes.end();
        codes.push("\"");
        codes.shows();
        assert!(!codes.is_in_code());
        codes.push("tel:2222222");
        codes.end();
        codes.begin();
        codes.push("HYPERLINK tel:3333333");
        let links = codes.into_links();
        assert_eq!(links.lost(), None);
        assert_eq!(links.into_lines(), ["1381234", "3333333", "a@example.com"]);
    }

    #[test]
    fn addresses_and_codes_end_at_a_limit() {
        let mut codes = Codes::default();
        codes.begin();
        codes.push("HYPERLINK tel:1381234");
        codes.push(&" ".repeat(BYTES_MAX));
        let mut links = codes.into_links();
        assert!(
            links
                .lost()
                .is_some_and(|reason| reason.to_string().contains("16 MiB"))
        );
        let long = "x".repeat(BYTES_MAX / 2);
        let mut few = Links::default();
        for i in 0..3 {
            few.add(&format!("mailto:{long}{i}"));
        }
        assert!(few.lost().is_some());
        // What lies deeper than is told apart ends where it does.
        let mut deep = Codes::default();
        (0..FIELDS_MAX + 9).for_each(|_| deep.begin());
        (0..FIELDS_MAX + 8).for_each(|_| deep.end());
        deep.push("HYPERLINK tel:1381234");
        deep.shows();
        assert!(!deep.is_in_code());
        assert_eq!(deep.into_links().into_lines(), ["1381234"]);
        links.merge(few);
        assert_eq!(links.into_lines().len(), 2);
    }

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
