//! Record rules: which roles, present together in one record, make it a record of a category.
//!
//! One file a category in `patterns/records`, plus `groups.toml` with named sets of roles. A rule
//! is a conjunction, so alternatives are several rules. Rules know roles only: what makes a role
//! present is decided where values are found.

mod understood;
mod written;

use crate::category::{Category, CategorySet, Support};
use crate::detect::vocabulary::{RoleSet, Vocabulary};
use crate::error::Error;

use understood::Loader;
use written::{FILES, GROUPS};

/// What a record is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Decision {
    /// The categories it supports, under every reading.
    pub support: Support,
    /// How many data subjects it is about: 1, or 2 for a call or a message between two parties; 0
    /// where nothing is supported.
    pub parties: u8,
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

    /// Everything that has to hold for the rule to fire.
    pub fn conditions(&self) -> impl Iterator<Item = Condition> {
        let all = self.all.iter().map(|set| Condition::AtLeast(*set, 1));
        let any = self.any.iter().map(|(set, n)| Condition::AtLeast(*set, *n));
        all.chain(any).chain([Condition::NoneOf(self.none)])
    }

    /// Categories whose support silences the rule, but not under the strict reading.
    pub fn yields_to(&self) -> CategorySet {
        self.yields_to
    }

    fn fires(&self, present: RoleSet) -> bool {
        self.conditions().all(|c| c.holds(present))
    }

    fn add_to(&self, set: &mut CategorySet) {
        if self.bare {
            set.insert_bare(self.category);
        } else {
            set.insert(self.category);
        }
    }
}

/// Something that a rule asks of the roles of a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Condition {
    /// At least so many different roles of the set are present.
    AtLeast(RoleSet, u32),
    /// No role of the set is present.
    NoneOf(RoleSet),
}

impl Condition {
    /// Whether a record with these roles meets it.
    pub fn holds(self, present: RoleSet) -> bool {
        match self {
            Condition::AtLeast(set, least) => present.count_common(set) >= least,
            Condition::NoneOf(set) => present.count_common(set) == 0,
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

    /// Reads rules from the names and texts of files; the one that is called `groups.toml` names
    /// sets of roles.
    ///
    /// # Errors
    /// On unknown keys, categories, roles and groups, on a rule that asks for nothing or for more
    /// roles than it names, and on a file without two examples and two counter-examples.
    pub fn load(vocabulary: &Vocabulary, files: &[(&str, &str)]) -> Result<Rules, Error> {
        let mut loader = Loader::new(vocabulary);
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

    /// The same decision without some categories, for a record with these roles: they are decided together with all others, then
    /// left out, and so is whom only their rules tell of.
    pub fn without(&self, present: RoleSet, decision: Decision, out: CategorySet) -> Decision {
        let Support {
            mut base,
            mut strict,
        } = decision.support;
        for (category, _) in out.iter() {
            base.remove(category);
            strict.remove(category);
        }
        let left = self.fired(present).filter(|r| strict.contains(r.category));
        Decision {
            support: Support { base, strict },
            parties: left.map(|rule| rule.parties).max().unwrap_or(0),
        }
    }

    /// Every rule, those that yield to others last.
    pub fn iter(&self) -> impl Iterator<Item = &Rule> {
        self.rules.iter()
    }

    /// The rules whose conditions a record with these roles meets, those that hold under the strict
    /// reading only included.
    pub fn fired(&self, present: RoleSet) -> impl Iterator<Item = &Rule> {
        self.rules.iter().filter(move |rule| rule.fires(present))
    }

    /// Runs every example and counter-example; what is wrong is told one line each, so none is
    /// good.
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

#[cfg(test)]
mod tests;
