//! Decided cases by their docket: what the counts of a judgment come to here, and where a court came
//! to something else. No rule bends to a case; no name of a person stands here.

use super::*;
use Level::{EspeciallySerious, None as Nothing, Serious};

/// The level of a case under the default reading, with what is stated in TOML.
#[track_caller]
fn check(docket: &str, counts: &[(Category, u64)], stated: &str, want: Level) -> Assessment {
    let stated = Circumstances::from_toml(stated, docket).unwrap();
    let got = default(&counts_from_pairs(counts), &stated);
    assert_eq!(got.level, want, "{docket}: {:#?}", got.steps);
    got
}

#[test]
fn guiding_case_192_a_face_is_class_b_and_bulk_counts_after_deduplication() {
    check(
        "指导性案例192号 照片",
        &[(Category::Biometric, 100)],
        "",
        Nothing,
    );
    check(
        "指导性案例192号",
        &[(Category::Identity, 81_000_000)],
        "",
        EspeciallySerious,
    );
}

#[test]
fn guiding_case_193_sets_of_identity_cards_are_class_b() {
    for n in [10_000, 3_000 + 41_654, 60_101] {
        let got = check(
            "指导性案例193号",
            &[(Category::IdDocument, n)],
            "",
            EspeciallySerious,
        );
        assert_eq!(got.weighted.value, n * 10);
    }
    // The defence argued for class C, under which the first of them would only be serious.
    check(
        "指导性案例193号 辩护意见",
        &[(Category::IdDocument, 10_000)],
        "classes = {id-document = 'C'}",
        Serious,
    );
}

#[test]
fn guiding_case_194_the_gains_of_all_decide_not_the_share_of_each() {
    check("指导性案例194号", &[], "gains = 200000", EspeciallySerious);
    for share in [58_000, 29_000, 14_500] {
        let want = if share >= 50_000 {
            EspeciallySerious
        } else {
            Serious
        };
        check(
            "指导性案例194号 个人所得",
            &[],
            &format!("gains = {share}"),
            want,
        );
    }
}

#[test]
fn procuratorate_case_140_is_above_the_number_whatever_the_class() {
    for class in ["A", "B", "C"] {
        let stated = format!("classes = {{real-estate = '{class}'}}\ngains = 1500000");
        let got = check(
            "检例第140号",
            &[(Category::RealEstate, 300_000)],
            &stated,
            EspeciallySerious,
        );
        // The court fined 1,600,000, within one to five times the gains.
        assert_eq!(got.fines[0].min.as_deref(), Some("1500000"));
        assert_eq!(got.fines[0].max.as_deref(), Some("7500000"));
    }
}

#[test]
fn xing_shi_shen_pan_can_kao_1487_takes_public_company_contacts_out() {
    let got = check(
        "(2018)苏0508刑初40号",
        &[(Category::Contact, 311_504)],
        "less = {contact = 219272}",
        EspeciallySerious,
    );
    assert_eq!(got.weighted.value, 92_232);
}

#[test]
fn xing_shi_shen_pan_can_kao_1496_took_rental_contracts_as_class_b() {
    let got = check(
        "刑参1496",
        &[(Category::RealEstate, 100_000)],
        "classes = {real-estate = 'B'}",
        EspeciallySerious,
    );
    assert_eq!(got.weighted.value, 1_000_000);
}

#[test]
fn sampled_rates_are_taken_off_one_after_the_other() {
    let docket = "(2018)辽0191刑初418号";
    // The court rounded the first step to 209,000 and so came to 206,701; exact arithmetic keeps
    // 209,263 and comes to 206,961.
    let exact = check(
        docket,
        &[(Category::Contact, 219_124)],
        "deduct = ['4.5%', '1.1%']",
        EspeciallySerious,
    );
    assert_eq!(exact.weighted.value, 206_961);
    let rounded = check(
        docket,
        &[(Category::Contact, 209_000)],
        "deduct = ['1.1%']",
        EspeciallySerious,
    );
    assert_eq!(rounded.weighted.value, 206_701);
    check(
        docket,
        &[(Category::Contact, 131_732)],
        "gains = 12270",
        EspeciallySerious,
    );
    // The reasoning says “especially serious” of all; 20,000 items of class C are serious by number,
    // and the penalty of this participant fits that.
    check(
        docket,
        &[(Category::Contact, 20_000)],
        "gains = 600",
        Serious,
    );
}

#[test]
fn a_bundle_of_account_and_secret_is_one_item_of_class_a() {
    let got = check(
        "(2018)闽02刑终168号",
        &[(Category::Property, 650)],
        "",
        EspeciallySerious,
    );
    assert_eq!(got.weighted.value, 65_000);
}

#[test]
fn acts_before_2017_have_no_numbers_of_their_own_day() {
    let counts = [(Category::Contact, 200_000)];
    let dates = "act-date = 2016-01-01\ndecision-date = 2017-02-08";
    // Judged before the interpretation: the court found the case serious without numbers; these are
    // no measure of that day.
    check("(2016)沪0115刑初4166号", &counts, dates, Nothing);
    let later = "act-date = 2016-01-01\ndecision-date = 2018-01-01";
    check(
        "(2016)沪0115刑初4166号 假定其后裁判",
        &counts,
        later,
        EspeciallySerious,
    );
}

#[test]
fn leads_for_telephone_sales_are_class_c() {
    check(
        "刑参1357",
        &[(Category::Contact, 301_000)],
        "",
        EspeciallySerious,
    );
}

#[test]
fn tracks_at_their_edges() {
    for (n, want) in [
        (1_100, EspeciallySerious),
        (770, EspeciallySerious),
        (329, Serious),
        (100, Serious),
        (54, Serious),
    ] {
        check(
            "佛山行踪轨迹案（2022）",
            &[(Category::Whereabouts, n)],
            "",
            want,
        );
    }
    check(
        "(2023)粤18刑终331号 剔除重复点、静止点之后",
        &[(Category::Whereabouts, 100)],
        "",
        Serious,
    );
    check(
        "(2023)粤18刑终331号 全部点",
        &[(Category::Whereabouts, 3_743)],
        "",
        EspeciallySerious,
    );
}

#[test]
fn credit_reports_bare_numbers_gains() {
    check(
        "北京西城征信报告案（2023）",
        &[(Category::Credit, 100)],
        "",
        Serious,
    );
    check(
        "(2021)沪02刑终236号",
        &[(Category::Contact, 900_000)],
        "",
        EspeciallySerious,
    );
    check(
        "(2019)闽0125刑初44号 的意见",
        &[(Category::Contact, 900_000)],
        "classes = {contact = 'excluded'}",
        Nothing,
    );
    for gains in [1_130_000, 240_000] {
        check(
            "南京鼓楼停车位置案（2023）",
            &[],
            &format!("gains = {gains}"),
            EspeciallySerious,
        );
    }
    // The rows could not be de-duplicated, so the gains were taken.
    check(
        "最高检典型案例（2022-12）贷款信息",
        &[],
        "gains = 4500000",
        EspeciallySerious,
    );
}

#[test]
fn the_disputed_classes_move_the_level_as_courts_did() {
    let chongqing = "(2018)渝0103刑初591号";
    check(
        chongqing,
        &[(Category::Vehicle, 1_318)],
        "classes = {vehicle = 'A'}",
        EspeciallySerious,
    );
    check(chongqing, &[(Category::Vehicle, 1_318)], "", Nothing);
}

#[test]
fn the_law_of_the_day_and_todays_in_a_case_of_an_officer() {
    // 12,441 items of identity, vehicles and hotel stays, 61,429.01 yuan, from duty, until 2012; the
    // mix was not published.
    let facts = "in-duty = true\naction = 'provide'\ngains = 61429.01\n";
    let counts = [(Category::Identity, 12_441)];
    let then = format!("{facts}act-date = 2012-04-01\ndecision-date = 2012-11-01");
    check("商城县法院 2012-11", &counts, &then, Nothing);
    // Before 2015-11 the statute knew one level, even for a court that uses the numbers.
    let later = format!("{facts}act-date = 2012-04-01\ndecision-date = 2018-01-01");
    let capped = check("同一事实，2018年裁判", &counts, &later, Serious);
    assert_eq!(capped.cap, Some(Serious));
    let today = check("同一事实，今天", &counts, facts, EspeciallySerious);
    let by_gains = |o: &Outcome| {
        o.reached
            && o.basis == Basis::Gains
            && (o.level, o.threshold) == (EspeciallySerious, 25_000)
    };
    assert!(today.provisions.iter().any(by_gains));
    check(
        "同一事实，不计所得",
        &counts,
        "in-duty = true\naction = 'provide'",
        Serious,
    );
    let stays = [(Category::Lodging, 1_396), (Category::Vehicle, 11_045)];
    check(
        "同一事实，其中1,396条为住宿",
        &stays,
        "in-duty = true\naction = 'provide'",
        EspeciallySerious,
    );
}
