//! Tests of record rules: the built-in ones on whole exports, and the refusal of bad files.

use super::*;
use crate::category::Reading;

fn vocabulary() -> Vocabulary {
    Vocabulary::load(include_str!("../../../patterns/columns.toml")).unwrap()
}

fn set(vocabulary: &Vocabulary, roles: &[&str]) -> RoleSet {
    let mut set = RoleSet::default();
    for role in roles {
        set.insert(
            vocabulary
                .role(role)
                .unwrap_or_else(|| panic!("no role {role}")),
        );
    }
    set
}

#[test]
fn every_example_holds() {
    let wrong = Rules::builtin(&vocabulary()).unwrap().check();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_file_is_listed() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/patterns/records");
    let mut names: Vec<String> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    let listed: Vec<&str> = FILES.iter().map(|(name, _)| *name).collect();
    assert_eq!(names, listed);
    let rules = Rules::builtin(&vocabulary()).unwrap();
    assert_eq!(rules.files().len(), Category::ALL.len() + 1);
    for category in Category::ALL {
        assert!(
            rules.rules.iter().any(|r| r.category == category),
            "{category}"
        );
    }
}

/// Categories that the published table sets higher thresholds or classes for: a file must be
/// exactly one of them.
const EXCLUSIVE: [Category; 10] = [
    Category::Whereabouts,
    Category::CommunicationContent,
    Category::Credit,
    Category::Property,
    Category::Lodging,
    Category::CommunicationRecord,
    Category::Health,
    Category::Transaction,
    Category::Account,
    Category::Vehicle,
];

#[track_caller]
fn check(roles: &[&str], wanted: &[Category], parties: u8) {
    let vocabulary = vocabulary();
    let rules = Rules::builtin(&vocabulary).unwrap();
    let present = set(&vocabulary, roles);
    let decision = rules.support(present);
    let base = decision.support.under(Reading::Default);
    for category in wanted {
        assert!(base.contains(*category), "{category} is missing");
    }
    for category in EXCLUSIVE {
        assert!(
            wanted.contains(&category) || !base.contains(category),
            "{category} is too much"
        );
    }
    assert_eq!(decision.parties, parties);
    for (category, _) in base.iter() {
        assert!(
            decision.support.strict.contains(category),
            "strict lacks {category}"
        );
        assert!(rules.fired(present).any(|r| r.category() == category));
    }
}

#[test]
fn a_category_that_is_left_out_takes_whom_only_it_tells_of() {
    let vocabulary = vocabulary();
    let rules = Rules::builtin(&vocabulary).unwrap();
    let present = set(&vocabulary, &["caller", "callee", "call-start", "imei"]);
    let decision = rules.support(present);
    assert_eq!(decision.parties, 2);
    let without = |out: CategorySet| rules.without(present, decision, out);
    assert_eq!(without(CategorySet::EMPTY), decision);
    let all = decision.support.strict;
    assert_eq!(without(all), Decision::default());
    let mut others = all;
    others.remove(Category::Device);
    let left = without(others);
    let base: Vec<Category> = left.support.base.iter().map(|(c, _)| c).collect();
    assert_eq!((base, left.parties), (vec![Category::Device], 1));
}

#[test]
fn exports_are_what_they_are() {
    use Category as C;
    let hotel = [
        "name",
        "gender",
        "document-type",
        "document-number",
        "hotel",
        "room",
        "checkin-time",
        "checkout-time",
        "phone",
        "id-number",
    ];
    check(&hotel, &[C::Lodging, C::Identity, C::Contact], 1);
    let calls = [
        "caller",
        "callee",
        "call-start",
        "call-duration",
        "call-type",
        "cell-station",
        "imei",
        "imsi",
    ];
    check(&calls, &[C::CommunicationRecord, C::Device], 2);
    let statement = [
        "account-number",
        "name",
        "transaction-time",
        "amount",
        "balance",
        "debit-credit",
        "party-account",
        "party-name",
        "summary",
    ];
    check(&statement, &[C::Transaction], 1);
    check(
        &["phone", "position-time", "longitude", "latitude", "address"],
        &[C::Whereabouts, C::Address],
        1,
    );
    let credit = [
        "name",
        "id-number",
        "lender",
        "loan-amount",
        "loan-balance",
        "overdue",
        "credit-class",
        "inquiry-reason",
    ];
    check(&credit, &[C::Credit, C::Identity], 1);
    let property = [
        "owner",
        "id-number",
        "house-title",
        "house-location",
        "house-area",
        "deposit",
        "plate",
    ];
    check(&property, &[C::Property, C::RealEstate, C::Identity], 1);
    let chat = [
        "sender",
        "receiver",
        "event-time",
        "message-body",
        "name",
        "address",
    ];
    check(&chat, &[C::CommunicationContent], 2);
    let medical = [
        "name",
        "id-number",
        "medical-record-number",
        "diagnosis",
        "disease-code",
        "blood-type",
        "allergy",
        "visit-time",
        "phone",
    ];
    check(&medical, &[C::Health, C::Identity, C::Contact], 1);
    let express = [
        "waybill",
        "name",
        "phone",
        "address",
        "order-time",
        "goods",
        "price",
    ];
    check(&express, &[C::Transaction, C::Address, C::Contact], 1);
    let members = ["login", "password", "email", "phone", "qq", "ip"];
    check(&members, &[C::Account, C::Contact, C::Device], 1);
    let vehicles = [
        "name",
        "id-number",
        "phone",
        "plate",
        "vin",
        "engine-number",
        "address",
    ];
    check(
        &vehicles,
        &[C::Vehicle, C::Identity, C::Contact, C::Address],
        1,
    );
}

#[test]
fn records_of_several_classes_keep_them() {
    use Category as C;
    let dump = [
        "login",
        "password",
        "phone",
        "email",
        "bank-card",
        "balance",
        "ip",
    ];
    check(&dump, &[C::Account, C::Property, C::Contact, C::Device], 1);
    let ride = [
        "name",
        "phone",
        "plate",
        "departure",
        "arrival",
        "travel-time",
    ];
    check(&ride, &[C::Travel, C::Contact], 1);
    let mail = ["sender", "receiver", "message-body"];
    check(&mail, &[C::CommunicationContent], 2);
    check(&["name"], &[], 0);
    check(&[], &[], 0);
}

#[track_caller]
fn check_strict(roles: &[&str], category: Category) {
    let vocabulary = vocabulary();
    let support = Rules::builtin(&vocabulary)
        .unwrap()
        .support(set(&vocabulary, roles))
        .support;
    assert!(!support.base.contains(category) && support.strict.contains(category));
}

#[test]
fn the_strict_reading_sees_more() {
    check_strict(
        &["caller", "callee", "call-start", "cell-station"],
        Category::Whereabouts,
    );
    let statement = [
        "account-number",
        "name",
        "transaction-time",
        "amount",
        "balance",
    ];
    check_strict(&statement, Category::Property);
    check_strict(
        &["name", "phone", "goods", "price", "order-time", "bank-card"],
        Category::Property,
    );
}

#[track_caller]
fn check_bare(roles: &[&str], category: Category, bare: bool) {
    let vocabulary = vocabulary();
    let base = Rules::builtin(&vocabulary)
        .unwrap()
        .support(set(&vocabulary, roles))
        .support
        .base;
    assert_eq!(
        (base.contains(category), base.is_bare(category)),
        (true, bare),
        "{roles:?}"
    );
}

#[test]
fn weak_forms_are_told_apart() {
    check_bare(&["phone"], Category::Contact, true);
    check_bare(&["phone", "gender"], Category::Contact, true);
    check_bare(&["caller"], Category::Contact, true);
    check_bare(&["phone", "name"], Category::Contact, false);
    check_bare(&["phone", "email"], Category::Contact, false);
    check_bare(&["phone", "address"], Category::Contact, false);
    check_bare(&["name", "bank-card"], Category::Property, true);
    check_bare(&["name", "bank-card", "balance"], Category::Property, false);
    check_bare(&["bank-card", "payment-secret"], Category::Property, false);
}

const FILE: &str = r#"
    category = "contact"
    description = "a test"
    references = ["a test"]
    rule = [{ name = "r", all = ["phone"] }]
    positive = [{ roles = ["phone"], why = "a" }, { roles = ["phone", "name"], why = "b" }]
    negative = [{ roles = ["name"], why = "c" }, { roles = ["email"], why = "d" }]
"#;

#[track_caller]
fn check_refused(from: &str, to: &str, said: &str) {
    let text = FILE.replace(from, to);
    assert_ne!(text, FILE);
    let error = Rules::load(&vocabulary(), &[("t.toml", &text)])
        .unwrap_err()
        .to_string();
    assert!(
        error.starts_with("t.toml: ") && error.contains(said),
        "{error}"
    );
}

#[test]
fn bad_files_are_refused_with_their_place() {
    Rules::load(&vocabulary(), &[("t.toml", FILE)]).unwrap();
    check_refused("description", "descriptoin", "unknown field");
    check_refused("name = \"r\"", "name = \"r\", some = 1", "unknown field");
    check_refused("\"contact\"", "\"kontakt\"", "kontakt");
    check_refused("all = [\"phone\"]", "all = [\"fone\"]", "`fone`");
    check_refused(
        "all = [\"phone\"]",
        "none = [\"phone\"]",
        "asks for no role",
    );
    check_refused(
        "all = [\"phone\"]",
        "any = [{ of = [\"phone\"], at_least = 2 }]",
        "no meaning",
    );
    check_refused(
        "all = [\"phone\"]",
        "all = [\"phone\"], parties = 3",
        "parties",
    );
    check_refused(
        ", { roles = [\"email\"], why = \"d\" }",
        "",
        "fewer than two",
    );
    check_refused("[\"email\"]", "[\"person\"]", "unknown role `person`");
}

#[test]
fn wrong_examples_are_told() {
    let text = FILE.replace("[\"email\"]", "[\"phone\"]");
    let wrong = Rules::load(&vocabulary(), &[("t.toml", &text)])
        .unwrap()
        .check();
    assert_eq!(
        wrong,
        ["t.toml: negative example 2: must not be contact, though: d"]
    );
}

#[test]
fn chains_of_yielding_are_refused() {
    let yields = |to: &str| format!("all = [\"phone\"], yields_to = [\"{to}\"]");
    let text = FILE.replace("all = [\"phone\"]", &yields("contact"));
    let error = Rules::load(&vocabulary(), &[("t.toml", &text)])
        .unwrap_err()
        .to_string();
    assert!(error.contains("yields"), "{error}");
}
