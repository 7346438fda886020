//! The numbers of every instrument at their edges: by provision where law has published them, and for
//! all instruments alike by walking over them.

use super::*;
use crate::audit::Attributes;
use crate::law::instrument::Unit;
use crate::law::provision::{Attribute, Condition, RunningTotal};
use crate::law::understood::Rule;
use Level::{EspeciallySerious, None as Nothing, Serious};

/// Circumstances under which a rule is open.
fn open(rule: &Rule) -> Circumstances {
    let mut stated = ordinary();
    for condition in &rule.when {
        match condition {
            Condition::InDuty => stated.in_duty = Some(true),
            Condition::Provided => stated.action = Some(Action::Provide),
            Condition::LawfulBusiness => stated.lawful_business = Some(true),
            Condition::Fact(id) => {
                stated.facts.insert(id.clone(), true);
            }
        }
    }
    for condition in &rule.unless {
        if let Condition::Fact(id) = condition {
            stated.facts.insert(id.clone(), false);
        }
    }
    stated
}

/// Some category that the rule counts, and a reading under which it does.
fn category_of(law: &Instrument, rule: &Rule) -> (Category, Reading) {
    let counts = |(c, reading): &(Category, Reading)| {
        let class = law.rank(*c, false, *reading).map(usize::from);
        class.is_some_and(|class| match rule.class {
            Some(own) => own == class,
            None => rule.classes[class],
        }) && (rule.categories.is_empty() || rule.categories.contains(c))
    };
    let mut pairs = Reading::ALL
        .into_iter()
        .flat_map(|reading| Category::ALL.map(|c| (c, reading)));
    pairs.find(counts).unwrap()
}

/// `n` of what a rule counts, and nothing else.
fn counted(
    law: &Instrument,
    rule: &Rule,
    n: u64,
    stated: &mut Circumstances,
) -> (Vec<ReadingCount>, Option<Attributes>) {
    let pairs = |n: u64| counts_from_pairs(&[(category_of(law, rule).0, n)]);
    match rule.basis {
        Basis::Gains => stated.gains = Some(Yuan::whole(n)),
        Basis::Profit => stated.profit = Some(Yuan::whole(n)),
        Basis::Loss => stated.loss = Some(Yuan::whole(n)),
        Basis::Total => {
            // Of the lowest class one item is one.
            let last = law.file().classes.len() - 1;
            let lowest = Category::ALL
                .into_iter()
                .find(|c| law.rank(*c, false, Reading::Default).map(usize::from) == Some(last));
            return (counts_from_pairs(&[(lowest.unwrap(), n)]), None);
        }
        Basis::Class => return (pairs(n), None),
        Basis::Units if rule.attribute.is_none() && rule.residence.is_none() => {
            return (pairs(n), None);
        }
        Basis::Units => {
            let total = n.max(1);
            let mut attributes = Attributes {
                total,
                ..Attributes::default()
            };
            match rule.attribute {
                Some(Attribute::Sensitive) => attributes.sensitive = Some(n),
                Some(Attribute::General) => attributes.sensitive = Some(total - n),
                Some(Attribute::MinorsUnder14) => attributes.under_14 = Some(n),
                Some(Attribute::MinorsUnder18) => attributes.under_18 = Some(n),
                None => {
                    let place = rule.residence.clone().unwrap();
                    attributes.residence = Some([(place, n)].into());
                }
            }
            return (pairs(total), Some(attributes));
        }
        Basis::Score | Basis::Prior | Basis::Fact => {}
    }
    // An amount alone, and one item for what lawful business needs to be about.
    let any = law.file().classes.len() - 1;
    let one = Category::ALL
        .into_iter()
        .find(|c| law.rank(*c, false, Reading::Default).map(usize::from) == Some(any));
    (counts_from_pairs(&[(one.unwrap(), 1)]), None)
}

#[test]
fn every_number_of_every_instrument_is_reached_at_it_and_not_below() {
    let mut n_rules = 0;
    for law in laws::builtin().unwrap() {
        for rule in law.rules() {
            if matches!(rule.basis, Basis::Score | Basis::Prior | Basis::Fact) {
                continue;
            }
            let first = rule.comparison.first(rule.threshold);
            for n in [first - 1, first, first + 1] {
                let mut stated = open(rule);
                let (readings, attributes) = counted(&law, rule, n, &mut stated);
                let counts = Counts {
                    readings: &readings,
                    persons: attributes.as_ref().map(|a| a.total),
                    attributes: attributes.as_ref(),
                    profiles: &[],
                };
                let reading = match rule.basis {
                    Basis::Class | Basis::Units => category_of(&law, rule).1,
                    _ => Reading::Default,
                };
                let got = assess(&law, counts, &stated)
                    .unwrap()
                    .swap_remove(reading as usize);
                let id = |index: usize| law.provision(index).id.clone();
                let class = rule.class.map(|class| law.file().classes[class].id.clone());
                let fits = |o: &&Outcome| {
                    o.provision == id(rule.provision)
                        && o.base == rule.base.map(id)
                        && o.class == class
                        && o.basis == rule.basis
                };
                let place = format!("{} {} at {n}", law.id(), id(rule.provision));
                let outcome = got.provisions.iter().find(fits);
                let outcome = outcome.unwrap_or_else(|| panic!("{place}: not evaluated"));
                assert_eq!((outcome.count, outcome.reached), (n, n >= first), "{place}");
                if law.is_draft() {
                    assert_eq!((got.level, &got.outcome), (Nothing, &None), "{place}");
                } else if n >= first {
                    let reached = got.outcome.as_ref().map(|named| &named.id);
                    let rank = match reached {
                        Some(reached) => {
                            1 + law
                                .file()
                                .outcomes
                                .iter()
                                .position(|o| o.id == *reached)
                                .unwrap()
                        }
                        None => got.level as usize,
                    };
                    assert!(rank >= rule.rank, "{place}: {:?}", got.level);
                }
            }
            n_rules += 1;
        }
    }
    assert!(n_rules > 40, "{n_rules}");
}

#[test]
fn every_instrument_is_described_and_told_in_both_languages() {
    for law in laws::builtin().unwrap() {
        let file = law.file();
        for zh in [false, true] {
            let text = law.describe(zh);
            let quotes = file.provisions.iter().map(|p| &p.quote);
            let quotes = quotes.chain(file.duties.iter().map(|d| &d.quote));
            for quote in quotes.chain(file.fines.iter().map(|f| &f.quote)) {
                assert!(text.contains(quote.as_str()), "{}: {quote}", law.id());
            }
            for part in [&file.number, &file.title.zh] {
                assert!(text.contains(part.as_str()), "{}", law.id());
            }
        }
        let counts =
            counts_from_pairs(&[(Category::Account, 3_000), (Category::Health, 2_000_000)]);
        let mut stated = ordinary();
        stated
            .facts
            .extend(file.facts.iter().map(|f| (f.id.clone(), true)));
        for assessment in assess(&law, &counts, &stated).unwrap() {
            for step in &assessment.steps {
                let has_han =
                    |text: &str| text.chars().any(|c| ('\u{4e00}'..='\u{9fff}').contains(&c));
                assert!(!has_han(&step.en), "{}: {}", law.id(), step.en);
                assert!(has_han(&step.zh), "{}: {}", law.id(), step.zh);
            }
            let json = serde_json::to_string(&assessment).unwrap();
            assert_eq!(
                serde_json::from_str::<Assessment>(&json).unwrap(),
                assessment
            );
        }
    }
}

#[track_caller]
fn check_level(a: u64, b: u64, c: u64, stated: &Circumstances, want: Level) {
    let got = default(&abc(a, b, c), stated);
    assert_eq!(got.level, want, "{a} {b} {c}: {:#?}", got.steps);
}

#[test]
fn fa_shi_2017_published_edges() {
    for (a, b, c, level) in [
        (49, 0, 0, Nothing),
        (50, 0, 0, Serious),
        (500, 0, 0, EspeciallySerious),
        (0, 499, 0, Nothing),
        (0, 500, 0, Serious),
        (0, 5_000, 0, EspeciallySerious),
        (0, 0, 4_999, Nothing),
        (0, 0, 5_000, Serious),
        (0, 0, 50_000, EspeciallySerious),
        (25, 250, 0, Serious),
        (20, 200, 999, Nothing),
    ] {
        check_level(a, b, c, &ordinary(), level);
    }
    check_level(25, 0, 0, &duty(), Serious);
    check_level(250, 0, 0, &duty(), EspeciallySerious);
    let gains = |yuan: u64, base: Circumstances| Circumstances {
        gains: Some(Yuan::whole(yuan)),
        ..base
    };
    check_level(0, 0, 0, &gains(5_000, ordinary()), Serious);
    check_level(0, 0, 0, &gains(50_000, ordinary()), EspeciallySerious);
    check_level(0, 0, 0, &gains(25_000, duty()), EspeciallySerious);
    let two = Circumstances {
        recipients: 2,
        ..provided()
    };
    check_level(0, 0, 3_000, &two, Serious);
    let both = Circumstances {
        action: Some(Action::Both),
        ..ordinary()
    };
    check_level(0, 0, 3_000, &both, Nothing);
    check_level(0, 0, 1_000_000, &business(Some("49999")), Nothing);
    check_level(0, 0, 1, &business(Some("50000")), Serious);
}

#[track_caller]
fn outcome_of(
    law: &str,
    counts: &[ReadingCount],
    attributes: Option<&Attributes>,
    stated: &Circumstances,
) -> Option<String> {
    let law = laws::by_id(law).unwrap();
    let counts = Counts {
        readings: counts,
        persons: attributes.map(|a| a.total),
        attributes,
        profiles: &[],
    };
    let got = assess(&law, counts, stated).unwrap().swap_remove(0);
    got.outcome.map(|named| named.id)
}

fn stating(facts: &[(&str, bool)]) -> Circumstances {
    let facts = facts.iter().map(|(id, is)| ((*id).to_owned(), *is));
    Circumstances {
        facts: facts.collect(),
        ..ordinary()
    }
}

#[test]
fn fa_shi_2019_art_4_needs_a_refused_order() {
    let refused = stating(&[("order-refused", true)]);
    for (a, b, c, is_reached) in [
        (499, 0, 0, false),
        (500, 0, 0, true),
        (0, 4_999, 0, false),
        (0, 5_000, 0, true),
        (0, 0, 49_999, false),
        (0, 0, 50_000, true),
        (250, 2_500, 0, true),
        (250, 2_499, 9, false),
    ] {
        let outcome = |stated| outcome_of("cn.spc-spp-2019-15", &abc(a, b, c), None, stated);
        let want = is_reached.then_some("serious-consequences".to_owned());
        assert_eq!(outcome(&refused), want, "{a} {b} {c}");
        assert_eq!(outcome(&ordinary()), None, "{a} {b} {c}");
    }
}

#[test]
fn fa_shi_2011_counts_sets_of_credentials() {
    let law = laws::by_id("cn.spc-spp-2011-19").unwrap();
    let level = |pairs: &[(Category, u64)], stated: &Circumstances| {
        assess(&law, &counts_from_pairs(pairs), stated)
            .unwrap()
            .map_levels()
    };
    assert_eq!(
        level(&[(Category::Account, 499)], &ordinary()),
        [Nothing; 3]
    );
    assert_eq!(
        level(&[(Category::Account, 500)], &ordinary()),
        [Serious; 3]
    );
    assert_eq!(
        level(&[(Category::Account, 2_500)], &ordinary()),
        [EspeciallySerious; 3]
    );
    // Whether property information is a credential is disputed.
    assert_eq!(
        level(&[(Category::Property, 10)], &ordinary()),
        [Nothing, Nothing, Serious]
    );
    let amounts = |facts: &[(&str, bool)], gains: Option<u64>, loss: Option<u64>| Circumstances {
        gains: gains.map(Yuan::whole),
        loss: loss.map(Yuan::whole),
        ..stating(facts)
    };
    let taken = [("system-data-obtained", true)];
    for (gains, loss, want) in [
        (Some(4_999), None, Nothing),
        (Some(5_000), None, Serious),
        (Some(25_000), None, EspeciallySerious),
        (None, Some(9_999), Nothing),
        (None, Some(10_000), Serious),
        (None, Some(50_000), EspeciallySerious),
    ] {
        assert_eq!(level(&[], &amounts(&taken, gains, loss)), [want; 3]);
        // Gains of another act, as of selling what was known from duty, are no measure here.
        assert_eq!(level(&[], &amounts(&[], gains, loss)), [Nothing; 3]);
    }
}

trait Levels {
    fn map_levels(&self) -> [Level; 3];
}

impl Levels for Vec<Assessment> {
    fn map_levels(&self) -> [Level; 3] {
        [self[0].level, self[1].level, self[2].level]
    }
}

#[test]
fn exports_go_by_persons_since_january() {
    let export = stating(&[("export", true)]);
    let law = "cn.export-2024";
    let contacts = |n| counts_from_pairs(&[(Category::Contact, n)]);
    for (n, want) in [
        (99_999, "exempt"),
        (100_000, "standard-contract"),
        (999_999, "standard-contract"),
        (1_000_000, "security-assessment"),
    ] {
        assert_eq!(
            outcome_of(law, &contacts(n), None, &export).as_deref(),
            Some(want),
            "{n}"
        );
    }
    for (n, want) in [
        (1, "standard-contract"),
        (9_999, "standard-contract"),
        (10_000, "security-assessment"),
    ] {
        let sensitive = counts_from_pairs(&[(Category::Health, n)]);
        assert_eq!(
            outcome_of(law, &sensitive, None, &export).as_deref(),
            Some(want),
            "{n}"
        );
    }
    let before = Circumstances {
        exported: 60_000,
        ..export.clone()
    };
    assert_eq!(
        outcome_of(law, &contacts(39_999), None, &before).as_deref(),
        Some("exempt")
    );
    assert_eq!(
        outcome_of(law, &contacts(40_000), None, &before).as_deref(),
        Some("standard-contract")
    );
    let infrastructure = stating(&[("export", true), ("critical-infrastructure", true)]);
    assert_eq!(
        outcome_of(law, &contacts(1), None, &infrastructure).as_deref(),
        Some("security-assessment")
    );
    let purpose = stating(&[("export", true), ("export-exempt-purpose", true)]);
    assert_eq!(
        outcome_of(law, &contacts(5_000_000), None, &purpose).as_deref(),
        Some("exempt")
    );
    assert_eq!(
        outcome_of(law, &contacts(5_000_000), None, &ordinary()),
        None
    );
    // The audit knows better than the categories who is concerned by something sensitive.
    let known = Attributes {
        total: 20_000,
        sensitive: Some(10_000),
        ..Attributes::default()
    };
    assert_eq!(
        outcome_of(law, &contacts(20_000), Some(&known), &export).as_deref(),
        Some("security-assessment")
    );
    let totals = [RunningTotal::Exported, RunningTotal::ExportedSensitive];
    assert_ne!(totals[0], totals[1]);
}

#[test]
fn incidents_audits_and_large_processors_go_by_persons() {
    let contacts = |n| counts_from_pairs(&[(Category::Contact, n)]);
    for (law, n, want) in [
        ("cn.incidents-2025", 999_999, None),
        ("cn.incidents-2025", 1_000_000, Some("relatively-large")),
        ("cn.incidents-2025", 9_999_999, Some("relatively-large")),
        ("cn.incidents-2025", 10_000_000, Some("major")),
        ("cn.incidents-2025", 99_999_999, Some("major")),
        ("cn.incidents-2025", 100_000_000, Some("extraordinary")),
        ("cn.compliance-audit-2025", 999_999, None),
        (
            "cn.compliance-audit-2025",
            1_000_000,
            Some("audit-on-demand"),
        ),
        (
            "cn.compliance-audit-2025",
            10_000_000,
            Some("audit-on-demand"),
        ),
        (
            "cn.compliance-audit-2025",
            10_000_001,
            Some("biennial-audit"),
        ),
        ("cn.network-data-2025", 9_999_999, None),
        (
            "cn.network-data-2025",
            10_000_000,
            Some("important-data-duties"),
        ),
        ("cn.pipl-2021", 0, None),
        ("cn.pipl-2021", 1, Some("notify")),
    ] {
        assert_eq!(
            outcome_of(law, &contacts(n), None, &ordinary()).as_deref(),
            want,
            "{law} {n}"
        );
    }
    let averted = stating(&[("leaked", false)]);
    assert_eq!(
        outcome_of("cn.pipl-2021", &contacts(5), None, &averted),
        None
    );
    assert_eq!(
        outcome_of("cn.incidents-2025", &contacts(5_000_000), None, &averted),
        None
    );
}

#[test]
fn who_reports_an_incident_and_by_when_depends_on_the_operator() {
    let law = laws::by_id("cn.incidents-2025").unwrap();
    let counts = counts_from_pairs(&[(Category::Contact, 20_000_000)]);
    let hours = |facts: &[(&str, bool)]| {
        let got = assess(&law, &counts, &stating(facts))
            .unwrap()
            .swap_remove(0);
        got.filings.iter().map(|f| f.hours).collect::<Vec<_>>()
    };
    let closing = Some(30 * 24);
    assert_eq!(hours(&[]), [Some(4), closing]);
    assert_eq!(hours(&[("central-organ", true)]), [Some(2), closing]);
    assert_eq!(
        hours(&[("critical-infrastructure", true)]),
        [Some(1), closing]
    );
}

#[test]
fn minors_are_unknown_until_the_data_or_the_user_tells() {
    let law = laws::by_id("cn.minors-2024").unwrap();
    let readings = counts_from_pairs(&[(Category::Education, 40)]);
    let with = |attributes: Option<&Attributes>| {
        let counts = Counts {
            readings: &readings,
            persons: Some(40),
            attributes,
            profiles: &[],
        };
        assess(&law, counts, &ordinary()).unwrap().swap_remove(0)
    };
    let unknown = with(None);
    assert!(unknown.outcome.is_none() && unknown.provisions.is_empty());
    assert_eq!(unknown.what_if[0].circumstance, "minors-under-18>=1");
    assert_eq!(unknown.what_if[0].outcome.as_deref(), Some("minors"));
    let none = Attributes {
        total: 40,
        under_18: Some(0),
        ..Attributes::default()
    };
    assert!(with(Some(&none)).outcome.is_none());
    let one = Attributes {
        total: 40,
        under_18: Some(1),
        age_known: Some(30),
        ..Attributes::default()
    };
    let told = with(Some(&one));
    assert_eq!(told.outcome.unwrap().id, "minors");
    assert_eq!(told.filings.len(), 3);
    assert!(
        told.filings[0].contents[0].en.contains("1 person under 18"),
        "{:?}",
        told.filings[0]
    );
    assert_eq!(law.file().unit, Unit::Person);
}

#[test]
fn an_incident_with_sensitive_information_of_a_hundred_thousand_may_bring_an_audit() {
    let law = "cn.compliance-audit-2025";
    for (n, want) in [(99_999, None), (100_000, Some("audit-on-demand"))] {
        let counts = counts_from_pairs(&[(Category::Health, n)]);
        let outcome = |stated: &Circumstances| outcome_of(law, &counts, None, stated);
        assert_eq!(outcome(&ordinary()).as_deref(), want, "{n}");
        assert_eq!(outcome(&stating(&[("leaked", false)])), None, "{n}");
    }
}
