//! Record rules: which roles, present together in one record, make it a record of a category.
//!
//! One file a category in `patterns/records`, plus `groups.toml` with named sets of roles. A rule is a conjunction, so
//! alternatives are several rules. Rules know roles only: what makes a role present is decided where values are found.

use std::collections::HashMap;

use serde::Deserialize;

use crate::category::{Category, CategorySet, Support};
use crate::detect::vocabulary::{RoleSet, Vocabulary};
use crate::error::Error;

/// What a record is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Decision {
    /// The categories it supports, under every reading.
    pub support: Support,
    /// How many data subjects it is about: 1, or 2 for a call or a message between two parties; 0 where nothing is
    /// supported.
    pub parties: u8,
}

/// Path and text of every file of rules, sorted by path.
const FILES: &[(&str, &str)] = &[
    (
        "account.toml",
        include_str!("../../patterns/records/account.toml"),
    ),
    (
        "address.toml",
        include_str!("../../patterns/records/address.toml"),
    ),
    (
        "biometric.toml",
        include_str!("../../patterns/records/biometric.toml"),
    ),
    (
        "communication-content.toml",
        include_str!("../../patterns/records/communication-content.toml"),
    ),
    (
        "communication-record.toml",
        include_str!("../../patterns/records/communication-record.toml"),
    ),
    (
        "contact.toml",
        include_str!("../../patterns/records/contact.toml"),
    ),
    (
        "credit.toml",
        include_str!("../../patterns/records/credit.toml"),
    ),
    (
        "device.toml",
        include_str!("../../patterns/records/device.toml"),
    ),
    (
        "education.toml",
        include_str!("../../patterns/records/education.toml"),
    ),
    (
        "employment.toml",
        include_str!("../../patterns/records/employment.toml"),
    ),
    (GROUPS, include_str!("../../patterns/records/groups.toml")),
    (
        "health.toml",
        include_str!("../../patterns/records/health.toml"),
    ),
    (
        "id-document.toml",
        include_str!("../../patterns/records/id-document.toml"),
    ),
    (
        "identity.toml",
        include_str!("../../patterns/records/identity.toml"),
    ),
    (
        "lodging.toml",
        include_str!("../../patterns/records/lodging.toml"),
    ),
    (
        "property.toml",
        include_str!("../../patterns/records/property.toml"),
    ),
    (
        "real-estate.toml",
        include_str!("../../patterns/records/real-estate.toml"),
    ),
    (
        "special.toml",
        include_str!("../../patterns/records/special.toml"),
    ),
    (
        "transaction.toml",
        include_str!("../../patterns/records/transaction.toml"),
    ),
    (
        "travel.toml",
        include_str!("../../patterns/records/travel.toml"),
    ),
    (
        "vehicle.toml",
        include_str!("../../patterns/records/vehicle.toml"),
    ),
    (
        "whereabouts.toml",
        include_str!("../../patterns/records/whereabouts.toml"),
    ),
];

/// The file that names sets of roles.
const GROUPS: &str = "groups.toml";

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct GroupFile {
    group: Vec<GroupText>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct GroupText {
    id: String,
    roles: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RuleFile {
    category: String,
    description: String,
    references: Vec<String>,
    rule: Vec<RuleText>,
    positive: Vec<ExampleText>,
    negative: Vec<ExampleText>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RuleText {
    name: String,
    #[serde(default)]
    all: Vec<String>,
    #[serde(default)]
    any: Vec<AnyText>,
    #[serde(default)]
    none: Vec<String>,
    #[serde(default)]
    yields_to: Vec<String>,
    #[serde(default)]
    reading: ReadingText,
    #[serde(default)]
    bare: bool,
    #[serde(default = "one_party")]
    parties: u8,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct AnyText {
    of: Vec<String>,
    at_least: u32,
}

#[derive(Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum ReadingText {
    #[default]
    Every,
    Strict,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ExampleText {
    roles: Vec<String>,
    why: String,
    #[serde(default)]
    reading: ReadingText,
}

fn one_party() -> u8 {
    1
}

/// One rule: when it fires, its record supports its category.
#[derive(Clone, Debug)]
pub struct Rule {
    category: Category,
    name: String,
    /// Of each set at least one role is present.
    all: Vec<RoleSet>,
    /// Of each set at least so many roles are present.
    any: Vec<(RoleSet, u32)>,
    /// No role of it is present.
    none: RoleSet,
    /// Categories whose support silences the rule under the default reading.
    yields_to: CategorySet,
    strict: bool,
    bare: bool,
    parties: u8,
}

impl Rule {
    /// The category it adds.
    pub fn category(&self) -> Category {
        self.category
    }

    /// What it looks for, in a few words.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Whether it holds under the strict reading only.
    pub fn is_strict(&self) -> bool {
        self.strict
    }

    /// Whether it adds the weak form that some readings treat apart.
    pub fn is_bare(&self) -> bool {
        self.bare
    }

    /// How many data subjects its record is about.
    pub fn parties(&self) -> u8 {
        self.parties
    }

    fn fires(&self, present: RoleSet) -> bool {
        self.all.iter().all(|set| present.count_common(*set) > 0)
            && self
                .any
                .iter()
                .all(|(set, least)| present.count_common(*set) >= *least)
            && present.count_common(self.none) == 0
    }

    fn add_to(&self, set: &mut CategorySet) {
        if self.bare {
            set.insert_bare(self.category);
        } else {
            set.insert(self.category);
        }
    }
}

/// Roles that make, or must not make, a record of a category.
#[derive(Clone, Debug)]
struct Example {
    file: String,
    number: usize,
    category: Category,
    roles: RoleSet,
    strict: bool,
    holds: bool,
    why: String,
}

/// Every rule, checked and compiled to bit tests.
#[derive(Clone, Debug)]
pub struct Rules {
    /// Those that yield to other categories come last, so that one pass decides.
    rules: Vec<Rule>,
    examples: Vec<Example>,
    files: &'static [(&'static str, &'static str)],
}

impl Rules {
    /// The rules that come with the program.
    ///
    /// # Errors
    /// When the vocabulary lacks a role that a rule names.
    pub fn builtin(vocabulary: &Vocabulary) -> Result<Rules, Error> {
        let mut rules = Rules::load(vocabulary, FILES)?;
        rules.files = FILES;
        Ok(rules)
    }

    /// Reads rules from the names and texts of files; the one that is called `groups.toml` names sets of roles.
    ///
    /// # Errors
    /// On unknown keys, categories, roles and groups, on a rule that asks for nothing or for more roles than it names, and
    /// on a file without two examples and two counter-examples.
    pub fn load(vocabulary: &Vocabulary, files: &[(&str, &str)]) -> Result<Rules, Error> {
        let mut loader = Loader {
            vocabulary,
            groups: HashMap::new(),
        };
        let is_groups = |name: &str| name.rsplit('/').next() == Some(GROUPS);
        for (name, text) in files.iter().filter(|(name, _)| is_groups(name)) {
            loader.groups(text).map_err(|e| e.at(*name))?;
        }
        let mut rules = Rules {
            rules: Vec::new(),
            examples: Vec::new(),
            files: &[],
        };
        for (name, text) in files.iter().filter(|(name, _)| !is_groups(name)) {
            loader
                .rules(name, text, &mut rules)
                .map_err(|e| e.at(*name))?;
        }
        rules.order()?;
        Ok(rules)
    }

    fn order(&mut self) -> Result<(), Error> {
        self.rules.sort_by_key(|rule| !rule.yields_to.is_empty());
        let mut yielding = self.rules.iter().filter(|rule| !rule.yields_to.is_empty());
        let yields = |c: Category| {
            self.rules
                .iter()
                .any(|r| r.category == c && !r.yields_to.is_empty())
        };
        match yielding.find(|rule| rule.yields_to.iter().any(|(c, _)| yields(c))) {
            Some(rule) => Err(Error::new(format!(
                "rule `{}` of {} yields to a category that yields itself: break the chain",
                rule.name, rule.category
            ))),
            None => Ok(()),
        }
    }

    /// What a record with these roles is. Allocates nothing.
    pub fn support(&self, present: RoleSet) -> Decision {
        let mut decision = Decision::default();
        let Support { base, strict } = &mut decision.support;
        for rule in &self.rules {
            if !rule.fires(present) {
                continue;
            }
            rule.add_to(strict);
            if !rule.strict && !rule.yields_to.iter().any(|(c, _)| base.contains(c)) {
                rule.add_to(base);
            }
            decision.parties = decision.parties.max(rule.parties);
        }
        decision
    }

    /// The rules whose conditions a record with these roles meets, those that hold under the strict reading only included.
    pub fn fired(&self, present: RoleSet) -> impl Iterator<Item = &Rule> {
        self.rules.iter().filter(move |rule| rule.fires(present))
    }

    /// Runs every example and counter-example; what is wrong is told one line each, so none is good.
    pub fn check(&self) -> Vec<String> {
        let wrong = self.examples.iter().filter(|e| {
            let Support { base, strict } = self.support(e.roles).support;
            let set = if e.strict { strict } else { base };
            set.contains(e.category) != e.holds
        });
        wrong
            .map(|e| {
                let what = if e.holds { "is not" } else { "must not be" };
                let reading = if e.strict {
                    " under the strict reading"
                } else {
                    ""
                };
                format!(
                    "{}: {} example {}: {what} {}{reading}, though: {}",
                    e.file,
                    if e.holds { "positive" } else { "negative" },
                    e.number,
                    e.category,
                    e.why
                )
            })
            .collect()
    }

    /// Name and text of the files that come with the program; empty for rules read from elsewhere.
    pub fn files(&self) -> &'static [(&'static str, &'static str)] {
        self.files
    }
}

struct Loader<'a> {
    vocabulary: &'a Vocabulary,
    groups: HashMap<String, RoleSet>,
}

impl Loader<'_> {
    fn groups(&mut self, text: &str) -> Result<(), Error> {
        let file: GroupFile = parse(text)?;
        for group in file.group {
            if self.vocabulary.role(&group.id).is_some() {
                return Err(Error::new(format!(
                    "group `{}` has the id of a role",
                    group.id
                )));
            }
            let set = self
                .union(&group.roles)
                .map_err(|e| e.at(format!("group `{}`", group.id)))?;
            if self.groups.insert(group.id.clone(), set).is_some() {
                return Err(Error::new(format!("two groups have the id `{}`", group.id)));
            }
        }
        Ok(())
    }

    fn rules(&self, name: &str, text: &str, into: &mut Rules) -> Result<(), Error> {
        let file: RuleFile = parse(text)?;
        let category = category(&file.category)?;
        if file.description.trim().is_empty() || file.references.is_empty() {
            return Err(Error::new(
                "lacks a description or a reference: say where the rules come from",
            ));
        }
        for (examples, what) in [
            (&file.positive, "[[positive]]"),
            (&file.negative, "[[negative]]"),
        ] {
            if examples.len() < 2 {
                return Err(Error::new(format!(
                    "has fewer than two {what} examples: add some"
                )));
            }
        }
        for rule in file.rule {
            let place = format!("rule `{}`", rule.name);
            into.rules
                .push(self.rule(category, rule).map_err(|e| e.at(place))?);
        }
        for (examples, holds) in [(file.positive, true), (file.negative, false)] {
            for (i, example) in examples.into_iter().enumerate() {
                into.examples.push(Example {
                    file: name.to_owned(),
                    number: i + 1,
                    category,
                    roles: self.roles(&example.roles)?,
                    strict: example.reading == ReadingText::Strict,
                    holds,
                    why: example.why,
                });
            }
        }
        Ok(())
    }

    fn rule(&self, category: Category, text: RuleText) -> Result<Rule, Error> {
        let all: Result<Vec<_>, _> = text.all.iter().map(|id| self.set(id)).collect();
        let any: Result<Vec<_>, _> = text.any.iter().map(|any| self.any(any)).collect();
        let mut yields_to = CategorySet::EMPTY;
        for id in &text.yields_to {
            yields_to.insert(self::category(id)?);
        }
        let rule = Rule {
            category,
            name: text.name,
            all: all?,
            any: any?,
            none: self.union(&text.none)?,
            yields_to,
            strict: text.reading == ReadingText::Strict,
            bare: text.bare,
            parties: text.parties,
        };
        if rule.all.is_empty() && rule.any.is_empty() {
            return Err(Error::new("asks for no role: every record would be one"));
        }
        if !(1..=2).contains(&rule.parties) {
            return Err(Error::new("has neither 1 nor 2 parties"));
        }
        Ok(rule)
    }

    fn any(&self, text: &AnyText) -> Result<(RoleSet, u32), Error> {
        let set = self.union(&text.of)?;
        let named = set.iter().count();
        if text.at_least == 0 || named < text.at_least as usize {
            let least = text.at_least;
            return Err(Error::new(format!(
                "wants at least {least} of {named} roles: no meaning"
            )));
        }
        Ok((set, text.at_least))
    }

    /// A group, or a single role.
    fn set(&self, id: &str) -> Result<RoleSet, Error> {
        let group = self
            .groups
            .get(id)
            .copied()
            .or_else(|| self.vocabulary.group(id));
        group.ok_or_else(|| Error::new(format!("`{id}` is neither a role nor a group")))
    }

    fn union(&self, ids: &[String]) -> Result<RoleSet, Error> {
        ids.iter()
            .try_fold(RoleSet::default(), |all, id| Ok(all.union(self.set(id)?)))
    }

    /// Roles alone: an example is a record, and a record holds no groups.
    fn roles(&self, ids: &[String]) -> Result<RoleSet, Error> {
        let mut set = RoleSet::default();
        for id in ids {
            let unknown = || Error::new(format!("an example names the unknown role `{id}`"));
            set.insert(self.vocabulary.role(id).ok_or_else(unknown)?);
        }
        Ok(set)
    }
}

fn category(id: &str) -> Result<Category, Error> {
    Category::from_id(id).ok_or_else(|| Error::new(format!("unknown category `{id}`")))
}

fn parse<T: serde::de::DeserializeOwned>(text: &str) -> Result<T, Error> {
    toml::from_str(text).map_err(|e| Error::new(e.to_string().trim_end().to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::category::Reading;

    fn vocabulary() -> Vocabulary {
        Vocabulary::load(include_str!("../../patterns/columns.toml")).unwrap()
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

    /// Categories that the published table sets higher thresholds or classes for: a file must be exactly one of them.
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
}
