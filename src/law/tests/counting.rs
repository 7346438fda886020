//! Rules of counting that can be chosen: what each makes of the same audit, that it is told, and that it has an authority.

use super::*;
use crate::audit::{Audit, PersonProfile};
use Level::{None as Nothing, Serious};

fn rules(text: &str) -> Circumstances {
    Circumstances::from_toml(&format!("rules = {{{text}}}"), "case.toml").unwrap()
}

/// (category, records that support it, records that are its own, items, bare ones among them, persons).
type Counted = (Category, u64, u64, u64, u64, u64);

/// (categories, how many persons).
type Persons<'a> = (&'a [Category], u64);

fn audit(counted: &[Counted], persons: &[Persons<'_>]) -> Audit {
    let category = |(category, rows, own_rows, items, bare, persons): &Counted| CategoryCount {
        category: category.id().to_owned(),
        rows: *rows,
        own_rows: Some(*own_rows),
        items: *items,
        bare: *bare,
        persons: *persons,
    };
    let reading = |reading: Reading| ReadingCount {
        reading: reading.id().to_owned(),
        categories: counted.iter().map(category).collect(),
    };
    let profile = |(categories, n): &Persons<'_>| PersonProfile {
        categories: categories.iter().map(|c| c.id().to_owned()).collect(),
        persons: *n,
        ..PersonProfile::default()
    };
    Audit {
        persons: persons.iter().map(|p| p.1).sum(),
        readings: Reading::ALL.into_iter().map(reading).collect(),
        profiles: persons.iter().map(profile).collect(),
        ..Audit::default()
    }
}

/// The converted totals at both bounds of a reading.
fn totals(audit: &Audit, stated: &Circumstances, reading: Reading) -> [u64; 2] {
    let all = assess(&fa_shi(), audit, stated).unwrap();
    let bounds = &all[reading as usize].bounds;
    [bounds[0].weighted, bounds[1].weighted]
}

#[track_caller]
fn check(audit: &Audit, stated: &str, reading: Reading, want: [u64; 2]) {
    let got = totals(audit, &rules(stated), reading);
    assert_eq!(got, want, "{stated} {}", reading.id());
}

#[test]
fn d14_a_record_is_one_item_unless_each_kind_counts() {
    use Category::{Contact, Health};
    // 400 records of hospital visits by 90 persons, each with a telephone number; 300 are left without repeats.
    let visits = audit(
        &[(Health, 400, 400, 300, 0, 90), (Contact, 400, 0, 0, 0, 0)],
        &[(&[Health, Contact], 90)],
    );
    check(&visits, "", Reading::Default, [3_000, 4_000]);
    let each = "record-kinds = 'each'";
    check(&visits, each, Reading::Default, [3_000 + 90, 4_000 + 400]);
    check(&visits, each, Reading::Strict, [3_000 + 90, 4_000 + 400]);
    // Profiles are those of the default reading: of the lenient one no more is known than the items.
    check(&visits, each, Reading::Lenient, [3_000, 4_000 + 400]);
    // Without profiles no more is known of the lower bound than the items.
    let mut unknown = visits.clone();
    unknown.profiles.clear();
    check(&unknown, each, Reading::Default, [3_000, 4_400]);
    // No more persons count than there are records.
    let called = audit(
        &[(Health, 10, 10, 10, 0, 20), (Contact, 10, 0, 0, 0, 0)],
        &[(&[Health, Contact], 20)],
    );
    check(&called, each, Reading::Default, [110, 110]);
}

#[test]
fn d14_decides_a_level_and_is_told_only_where_items_count() {
    use Category::{Contact, Health};
    let visits = audit(
        &[
            (Health, 5_000, 450, 450, 0, 450),
            (Contact, 5_000, 0, 0, 0, 0),
        ],
        &[(&[Health, Contact], 499), (&[Contact], 1)],
    );
    let level = |stated: &Circumstances| assess(&fa_shi(), &visits, stated).unwrap().swap_remove(0);
    assert_eq!(level(&ordinary()).level, Nothing);
    let each = level(&rules("record-kinds = 'each'"));
    assert_eq!((each.level, each.weighted.value), (Serious, 4_990 + 500));
    let told = |a: &Assessment| a.steps.iter().any(|s| s.en.contains("record-kinds=each"));
    assert!(told(&each) && !told(&level(&ordinary())));
    let persons = laws::by_id("cn.pipl-2021").unwrap();
    let stated = rules("record-kinds = 'each'");
    let of_persons = assess(&persons, &visits, &stated).unwrap().swap_remove(0);
    assert!(!told(&of_persons));
    assert_eq!(
        of_persons.provisions,
        assess(&persons, &visits, &ordinary()).unwrap()[0].provisions
    );
}

#[test]
fn r1_a_bulk_counts_after_deduplication_unless_as_seized() {
    use Category::{Contact, Lodging};
    let stays = audit(&[(Lodging, 700, 600, 499, 0, 80)], &[(&[Lodging], 80)]);
    check(&stays, "", Reading::Default, [4_990, 6_000]);
    check(
        &stays,
        "bulk = 'as-seized'",
        Reading::Default,
        [6_000, 6_000],
    );
    let both = "bulk = 'as-seized', record-kinds = 'each'";
    check(&stays, both, Reading::Default, [7_000, 7_000]);
    let level = |stated| assess(&fa_shi(), &stays, &stated).unwrap().swap_remove(0);
    assert_eq!(level(ordinary()).level, Nothing);
    let seized = level(rules("bulk = 'as-seized'"));
    assert_eq!(seized.level, Serious);
    assert!(seized.steps.iter().any(|s| s.en.contains("bulk=as-seized")));
    assert!(seized.steps.iter().any(|s| s.zh.contains("bulk=as-seized")));
    // What is proven not to count, and sampled rates, come off the records as well.
    let mut less = rules("bulk = 'as-seized'");
    less.less.insert("lodging".to_owned(), 100);
    less.deduct.push("10%".parse().unwrap());
    assert_eq!(totals(&stays, &less, Reading::Default), [4_500, 4_500]);
    // Repeats of bare numbers are taken as bare, which the lenient reading leaves out.
    let numbers = audit(&[(Contact, 900, 900, 500, 200, 500)], &[]);
    check(&numbers, "bulk = 'as-seized'", Reading::Default, [900, 900]);
    check(&numbers, "bulk = 'as-seized'", Reading::Lenient, [300, 700]);
    // An instrument without such a provision is not concerned.
    let leak = laws::by_id("cn.spc-spp-2019-15").unwrap();
    let got = assess(&leak, &stays, &rules("bulk = 'as-seized'")).unwrap();
    assert_eq!(got[0].bounds[0].weighted, 4_990);
    assert!(!got[0].steps.iter().any(|s| s.en.contains("as-seized")));
}

#[test]
fn r14_points_of_a_track_count_by_person_if_so_chosen() {
    use Category::{Lodging, Whereabouts};
    let tracks = audit(
        &[
            (Whereabouts, 3_743, 3_743, 100, 0, 1),
            (Lodging, 30, 30, 30, 0, 3),
        ],
        &[(&[Whereabouts], 1), (&[Lodging], 3)],
    );
    check(&tracks, "", Reading::Default, [10_300, 374_600]);
    check(&tracks, "tracks = 'persons'", Reading::Default, [400, 400]);
    let stated = rules("tracks = 'persons'");
    let got = assess(&fa_shi(), &tracks, &stated).unwrap().swap_remove(0);
    assert_eq!(got.level, Nothing);
    assert!(got.steps.iter().any(|s| s.en.contains("tracks=persons")));
}

#[test]
fn r12_the_same_counts_once_and_what_was_which_is_not_known() {
    let both = Circumstances {
        action: Some(Action::Both),
        ..ordinary()
    };
    let got = default(&abc(0, 0, 4_999), &both);
    assert_eq!(got.level, Nothing);
    let told = |part: &str| {
        let mut steps = got.steps.iter().filter(|s| s.article == "11.1");
        steps.any(|s| s.en.contains(part))
    };
    assert!(told("counted once") && told("the data does not show"));
    let provided_alone = default(&abc(0, 0, 4_999), &provided());
    assert!(provided_alone.steps.iter().all(|s| s.article != "11.1"));
    // X of one kind obtained, Y of another provided: X + Y.
    let sum = default(&abc(0, 400, 1_000), &both);
    assert_eq!((sum.level, sum.weighted.value), (Serious, 5_000));
}

#[test]
fn a_set_of_credentials_is_one_whatever_else_its_record_holds() {
    use Category::{Account, Lodging};
    let law = laws::by_id("cn.spc-spp-2011-19").unwrap();
    let stays = audit(
        &[(Lodging, 500, 500, 500, 0, 500), (Account, 500, 0, 0, 0, 0)],
        &[(&[Lodging, Account], 500)],
    );
    let levels = |audit: &Audit| {
        let got = assess(&law, audit, &ordinary()).unwrap().swap_remove(0);
        [got.bounds[0].level, got.bounds[1].level]
    };
    assert_eq!(levels(&stays), [Serious, Serious]);
    let mut unknown = stays.clone();
    unknown.profiles.clear();
    assert_eq!(levels(&unknown), [Nothing, Serious]);
}

#[test]
fn every_rule_that_is_chosen_is_told_and_none_that_is_not() {
    let counts = abc(60, 0, 45_000);
    let plain = default(&counts, &ordinary());
    let is_told = |a: &Assessment| {
        a.steps
            .iter()
            .any(|s| s.en.starts_with("by the user's choice"))
    };
    assert!(!is_told(&plain));
    for (rule, [first, other]) in CountingRules::ALL {
        let mut stated = ordinary();
        stated.rules.choose(rule, other).unwrap();
        let wire = serde_json::to_string(&stated.rules).unwrap();
        let want = format!("\"{rule}\":\"{other}\"");
        assert!(wire.contains(&want), "{wire}");
        assert_eq!(
            serde_json::from_str::<CountingRules>(&wire).unwrap(),
            stated.rules
        );
        let got = default(&counts, &stated);
        let named = format!("{rule}={other}");
        let is_named = |s: &Step| s.en.contains(&named) && s.zh.contains(&named);
        assert!(got.steps.iter().any(is_named), "{named}");
        stated.rules.choose(rule, first).unwrap();
        assert_eq!(stated, ordinary());
        assert!(!is_told(&default(&counts, &stated)));
    }
    // An older version reads what it knows.
    assert_eq!(
        serde_json::to_string(&CountingRules::default()).unwrap(),
        r#"{"weighted-total":"always","lawful-business":"apart","recipients":"each"}"#
    );
}

#[test]
fn every_position_has_an_authority_and_every_switch_is_one() {
    let law = fa_shi();
    for dispute in &law.file().disputes {
        let id = &dispute.id;
        assert!(
            !dispute.authority.is_empty() && !dispute.default.en.is_empty(),
            "{id}"
        );
        for zh in [false, true] {
            let told = law.describe(zh);
            let parts = [Some(&dispute.default), dispute.note.as_ref()];
            for text in parts.into_iter().flatten().chain(&dispute.others) {
                assert!(told.contains(text.get(zh)), "{id}: {}", text.get(zh));
            }
            assert!(told.contains(&dispute.authority), "{id}");
        }
        let Some(switch) = &dispute.switch else {
            // Nobody holds another position, or the note says what the data does not show.
            assert!(dispute.others.is_empty(), "{id}");
            continue;
        };
        let mut words = switch.split(' ');
        let option = words.next().unwrap();
        let value = words.next().unwrap();
        let mut stated = ordinary();
        match (option, value.split_once('=')) {
            ("--rule", Some((rule, other))) => {
                stated.rules.choose(rule, other).unwrap();
                assert_ne!(stated, ordinary(), "{id}: `{switch}` is the position taken");
            }
            ("--class", Some((category, class))) => {
                let known = Category::from_id(category.trim_end_matches(".bare")).unwrap();
                let chosen = law.class_by_id(class).unwrap();
                let taken = law.rank(known, category.ends_with(".bare"), Reading::Default);
                assert_ne!(chosen, taken, "{id}: `{switch}` is the position taken");
            }
            ("--less", Some((category, "N"))) => {
                assert!(Category::from_id(category).is_some(), "{id}");
            }
            ("--deduct", None) => assert!(value.parse::<Rate>().is_ok(), "{id}"),
            ("--act-date", None) => assert!(value.parse::<Date>().is_ok(), "{id}"),
            _ => panic!("{id}: `{switch}` is no switch"),
        }
    }
    for id in ["D14", "D15", "R1", "R8", "R12b", "R13", "R14"] {
        let dispute = law.file().disputes.iter().find(|d| d.id == id).unwrap();
        assert!(dispute.switch.is_some(), "{id}");
    }
}

#[test]
fn rules_that_name_what_is_not_there_are_refused() {
    let refused = |from: &str, to: &str, want: &str| {
        assert!(FA_SHI_2017.contains(from), "{from}");
        let text = FA_SHI_2017.replacen(from, to, 1);
        let error = Instrument::from_toml(&text, "my.toml")
            .unwrap_err()
            .to_string();
        assert!(error.contains(want), "{error}");
    };
    refused(
        "bulk = \"11.3\"",
        "bulk = \"11.4\"",
        "rules.bulk: no provision `11.4`",
    );
    refused(
        "by_person = [\"whereabouts\"]",
        "by_person = [\"tracks\"]",
        "rules.by_person: `tracks` is no category",
    );
}
