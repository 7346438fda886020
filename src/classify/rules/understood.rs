//! Record rules as understood: names become roles and categories, and what makes no sense is
//! refused with its place.
//!
//! Knows nothing of records; see the parent for how rules decide.

use std::collections::HashMap;

use super::written::{AnyText, GroupFile, ReadingText, RuleFile, RuleText, parse};
use super::{Example, Rule, Rules};
use crate::category::{Category, CategorySet};
use crate::detect::vocabulary::{RoleSet, Vocabulary};
use crate::error::Error;

/// Reads files one after another; the groups come first, because rules name them.
pub(super) struct Loader<'a> {
    vocabulary: &'a Vocabulary,
    groups: HashMap<String, RoleSet>,
}

impl<'a> Loader<'a> {
    /// A loader that knows no group yet.
    pub(super) fn new(vocabulary: &'a Vocabulary) -> Loader<'a> {
        Loader {
            vocabulary,
            groups: HashMap::new(),
        }
    }

    /// Reads the file of groups.
    pub(super) fn groups(&mut self, text: &str) -> Result<(), Error> {
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

    /// Reads the rules and examples of one category.
    pub(super) fn rules(&self, name: &str, text: &str, into: &mut Rules) -> Result<(), Error> {
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
