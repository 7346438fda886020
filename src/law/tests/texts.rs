//! What was read of each law: its quotes stand there word by word, and a law says that it was read only where it was.

use super::*;

/// The texts that were read, by the id of the instrument.
const TEXTS: &[(&str, &str)] = &[
    (
        "cn.minors-2024",
        include_str!("../instruments/cn.minors-2024.text.md"),
    ),
    (
        "cn.network-data-2025",
        include_str!("../instruments/cn.network-data-2025.text.md"),
    ),
    (
        "cn.pipl-2021",
        include_str!("../instruments/cn.pipl-2021.text.md"),
    ),
    (
        "cn.spc-spp-2011-19",
        include_str!("../instruments/cn.spc-spp-2011-19.text.md"),
    ),
    (
        "cn.spc-spp-2017-10",
        include_str!("../instruments/cn.spc-spp-2017-10.text.md"),
    ),
    (
        "cn.spc-spp-2019-15",
        include_str!("../instruments/cn.spc-spp-2019-15.text.md"),
    ),
];

/// Texts of which the parts were read that are quoted as such.
const EXCERPTS: &[(&str, &str)] = &[
    ("br.lgpd", include_str!("../instruments/br.lgpd.text.md")),
    (
        "cn.incidents-2025",
        include_str!("../instruments/cn.incidents-2025.text.md"),
    ),
    ("eu.gdpr", include_str!("../instruments/eu.gdpr.text.md")),
    ("in.dpdp", include_str!("../instruments/in.dpdp.text.md")),
    ("jp.appi", include_str!("../instruments/jp.appi.text.md")),
    ("kr.pipa", include_str!("../instruments/kr.pipa.text.md")),
    ("sg.pdpa", include_str!("../instruments/sg.pdpa.text.md")),
    (
        "tw.pdpa-draft",
        include_str!("../instruments/tw.pdpa-draft.text.md"),
    ),
    ("uk.gdpr", include_str!("../instruments/uk.gdpr.text.md")),
    (
        "us.ca-civ-1798-82",
        include_str!("../instruments/us.ca-civ-1798-82.text.md"),
    ),
    ("us.hipaa", include_str!("../instruments/us.hipaa.text.md")),
    (
        "us.states",
        include_str!("../instruments/us.states.text.md"),
    ),
];

#[test]
fn every_quote_of_a_text_that_was_read_stands_in_it() {
    for (id, text) in TEXTS {
        let law = laws::by_id(id).unwrap();
        let file = law.file();
        assert!(text.contains(&file.title.zh), "{id}");
        let quotes = file.provisions.iter().map(|p| &p.quote);
        let quotes = quotes.chain(file.duties.iter().map(|d| &d.quote));
        for quote in quotes.chain(file.fines.iter().map(|f| &f.quote)) {
            assert!(text.contains(quote.as_str()), "{id}: {quote}");
        }
    }
    for (id, text) in EXCERPTS {
        let law = laws::by_id(id).unwrap();
        let file = law.file();
        let quotes = file.provisions.iter().map(|p| (&p.quote, p.confidence));
        let quotes = quotes.chain(file.duties.iter().map(|d| (&d.quote, d.confidence)));
        let quotes = quotes.chain(file.fines.iter().map(|f| (&f.quote, f.confidence)));
        for (quote, _) in quotes.filter(|q| q.1 == instrument::Confidence::Text) {
            for part in quote.split("……").flat_map(|part| part.split(" ... ")) {
                assert!(text.contains(part), "{id}: {part}");
            }
        }
    }
    for law in laws::builtin().unwrap() {
        let mut read = TEXTS.iter().chain(EXCERPTS);
        let was_read = read.any(|(id, _)| *id == law.id());
        let says_so = law
            .file()
            .provisions
            .iter()
            .any(|p| p.confidence == instrument::Confidence::Text);
        assert_eq!(was_read, says_so, "{}", law.id());
    }
}
