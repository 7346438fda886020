//! One record told: what was found in its fields, what was nearly found, what it is, whom it is about, what it counts as.
//!
//! The detector says what it considered, the rules which of their conditions hold, `count` who a person is, the law what a
//! class is. Here their answers are put side by side, in the order in which a reader asks, and values are masked.

use std::ops::Range;

use crate::audit::IgnoreFound;
use crate::category::{Category, Reading, Support};
use crate::classify::{Condition, Decision, Rule, Rules};
use crate::count::{Keys, Ladder, keys_of, winner};
use crate::detect::pattern::Confidence;
use crate::detect::validate::{self, Check, Why};
use crate::detect::vocabulary::{RoleId, RoleSet};
use crate::detect::{
    Announced, Catalog, Considered, Detector, Edge, Found, KindId, Match, Neighbour, Outcome,
    Refusal, Status,
};
use crate::error::Error;
use crate::record::{Field, Record, Span};
use crate::scan::Block;
use crate::value::Value;

use super::{
    Ask, CategoryShown, CheckShown, CountsShown, FieldShown, IgnoredShown, MatchShown, MissShown,
    NEAR_CATEGORIES_MAX, NEAR_MAX, Named, NearShown, NearlyShown, PersonShown, RecordShown,
    RuleOfIgnoring, RuleShown,
};

/// Most roles of a person that a nearly met rule may have named: a rule that asks for any person at all is met by every
/// list of names, and says nothing of what the record nearly is.
const TELLING_ROLES_MAX: usize = 8;

/// An ignore rule as it is told.
pub(super) fn rule_shown(found: &IgnoreFound) -> RuleOfIgnoring {
    RuleOfIgnoring {
        rule: found.rule.clone(),
        owner: found.owner.clone(),
        reason: found.reason.clone(),
        expires: found.expires.clone(),
    }
}

/// Tells of records.
pub(super) struct Teller<'a> {
    ask: &'a Ask<'a>,
    /// The path of the file as it was named.
    path: String,
    pub(super) rules: Rules,
    ladder: Ladder,
    detector: Detector,
    /// A second detector, for whoever runs through all records.
    pub(super) spare: Option<Detector>,
}

/// A record in hand.
struct Told<'r> {
    block: &'r Block<'r>,
    record: &'r Record,
    found: &'r Found,
    considered: &'r [Considered],
}

impl<'a> Teller<'a> {
    pub(super) fn new(ask: &'a Ask<'a>, path: &str) -> Result<Teller<'a>, Error> {
        Ok(Teller {
            ask,
            path: path.to_owned(),
            rules: Rules::builtin(ask.catalog.vocabulary())?,
            ladder: Ladder::new(ask.catalog, None),
            detector: ask.catalog.detector(),
            spare: None,
        })
    }

    /// Everything about one record.
    pub(super) fn tell(&mut self, block: &Block<'_>, record: &Record) -> RecordShown {
        let mut found = Found::default();
        let rules = block.rules(record.table);
        let considered = self
            .detector
            .explain(block.batch, record, rules, &mut found);
        let told = Told {
            block,
            record,
            found: &found,
            considered: &considered,
        };
        let decision = self.rules.support(found.roles);
        let support = decision.support;
        let mut shown = RecordShown {
            record: record.number,
            line: (record.line > 0).then_some(record.line),
            table: record.table + 1,
            fields: self.fields(&told),
            roles: self.roles(found.roles),
            categories: self.categories(found.roles, support),
            nearly: self.nearly(found.roles, support),
            ignored: Vec::new(),
            persons: Vec::new(),
            counts: Vec::new(),
        };
        let left = self.take_out(block, record, &mut found, decision, &mut shown);
        let told = Told {
            block,
            record,
            found: &found,
            considered: &considered,
        };
        if !left.support.is_empty() {
            shown.persons = self.persons(&told, left.parties);
        }
        shown.counts = Reading::ALL.map(|r| self.counts(left.support, r)).to_vec();
        shown
    }

    /// Takes out what ignore rules are on, tells of it, and returns what the rest supports.
    fn take_out(
        &self,
        block: &Block<'_>,
        record: &Record,
        found: &mut Found,
        decision: Decision,
        shown: &mut RecordShown,
    ) -> Decision {
        let rules = (self.ask.ignoring, &self.rules);
        let (out, left) = block.take_out(rules, &self.path, record, found, decision);
        let all = self.ask.ignoring.found();
        let fields = block.batch.fields_of(record);
        for of_rule in out {
            let rule = rule_shown(&all[of_rule.rule]);
            for m in &of_rule.matches {
                let field = fields[m.field as usize];
                let start = u64::from(m.span.start - field.span.start);
                let fields = shown.fields.iter_mut();
                let of_field = fields.filter(|f| f.column == field.column);
                let mut matches = of_field.flat_map(|f| &mut f.matches);
                let id = &self.ask.catalog.pattern(m.kind).id;
                if let Some(m) = matches.find(|m| m.start == start && m.kind.id == *id) {
                    m.ignored_by = Some(rule.rule.clone());
                }
            }
            shown.ignored.push(IgnoredShown {
                rule,
                matches: of_rule.taken.matches,
                apart: of_rule.taken.apart,
                changes: of_rule.taken.rows > 0,
            });
        }
        left
    }

    fn fields(&self, told: &Told<'_>) -> Vec<FieldShown> {
        let batch = told.block.batch;
        let fields = batch.fields_of(told.record).iter().enumerate();
        let filled = fields.filter(|(_, f)| !batch.bytes(f.span).trim_ascii().is_empty());
        filled
            .map(|(i, f)| self.field(told, i as u32, *f))
            .collect()
    }

    fn field(&self, told: &Told<'_>, index: u32, field: Field) -> FieldShown {
        let text = Value::new(told.block.batch.bytes(field.span));
        let table = told.record.table;
        let rule = told.block.rules(table).get(field.column as usize);
        let of_field = |c: &&Considered| c.field == index;
        let considered: Vec<&Considered> = told.considered.iter().filter(of_field).collect();
        let matches = considered.iter().filter_map(|c| match c.outcome {
            Outcome::Stands(at) => Some(self.matched(told, field, c, &told.found.matches[at])),
            _ => None,
        });
        let (near, near_left_out) = self.near(told, field, &considered);
        FieldShown {
            column: field.column,
            name: told.block.name(table, field.column).map(str::to_owned),
            role: rule
                .and_then(|r| r.role)
                .map(|r| role_named(self.ask.catalog, r)),
            chars: text.n_chars(),
            text: self.ask.reveal.then(|| text.reveal()),
            matches: matches.collect(),
            near,
            near_left_out,
        }
    }

    /// A value as it may be shown.
    fn shown(&self, told: &Told<'_>, span: Span, kind: KindId) -> String {
        let value = Value::new(told.block.batch.bytes(span));
        match self.ask.reveal {
            true => value.reveal(),
            false => value.mask(self.ladder.mask(kind)).as_str().to_owned(),
        }
    }

    fn matched(&self, told: &Told<'_>, field: Field, c: &Considered, m: &Match) -> MatchShown {
        let pattern = self.ask.catalog.pattern(m.kind);
        let (context, base) = match c.announced {
            Announced::No => ("alone", pattern.confidence.alone),
            Announced::ByColumn => ("column", pattern.confidence.context),
            Announced::ByLabel(_) => ("label", pattern.confidence.context),
        };
        let passed = match (&pattern.validator, m.status) {
            (Some(name), Status::Valid | Status::Test | Status::FailedChecksum) => {
                let failed = m.status == Status::FailedChecksum;
                validate::passed(name, c.why, failed)
                    .map(check_shown)
                    .collect()
            }
            _ => vec![check_shown(&Check::Form)],
        };
        MatchShown {
            kind: self.kind(m.kind),
            pattern: self.ask.catalog.file(m.kind).to_owned(),
            start: u64::from(m.span.start - field.span.start),
            end: u64::from(m.span.end - field.span.start),
            value: self.shown(told, m.span, m.kind),
            status: m.status.id(),
            confidence: m.confidence.id(),
            context,
            base: Confidence::id(base),
            why: c.why.map(Why::id),
            passed,
            role: m.role.map(|r| role_named(self.ask.catalog, r)),
            ignored_by: None,
        }
    }

    /// The places where something was nearly found, the most telling first to be kept, and how many were left out.
    fn near(
        &self,
        told: &Told<'_>,
        field: Field,
        considered: &[&Considered],
    ) -> (Vec<NearShown>, usize) {
        let stands = |span: Span| {
            let matches = told.found.matches.iter();
            let mut here = matches.filter(|m| m.span.start < span.end && span.start < m.span.end);
            here.next().is_some()
        };
        let mut places: Vec<(Span, Vec<&Considered>)> = Vec::new();
        for c in considered.iter().copied() {
            let weight = weight(c);
            let is_lost = matches!(c.outcome, Outcome::Lost(..));
            if weight.is_none() || c.masked || !is_lost && stands(c.span) {
                continue;
            }
            match places.iter_mut().find(|(span, _)| *span == c.span) {
                Some((_, kinds)) if kinds.iter().all(|k| k.kind != c.kind) => kinds.push(c),
                Some(_) => {}
                None => places.push((c.span, vec![c])),
            }
        }
        // One kind that misses in several lengths at one place is told once, by the longest.
        let all: Vec<(Span, KindId)> = places
            .iter()
            .flat_map(|(span, kinds)| kinds.iter().map(|c| (*span, c.kind)))
            .collect();
        let is_part = |span: Span, kind: KindId| {
            all.iter().any(|(other, k)| {
                *k == kind && *other != span && other.start <= span.start && span.end <= other.end
            })
        };
        for (span, kinds) in &mut places {
            kinds.retain(|c| !is_part(*span, c.kind));
        }
        places.retain(|(_, kinds)| !kinds.is_empty());
        let heaviest = |kinds: &[&Considered]| kinds.iter().filter_map(|c| weight(c)).min();
        places.sort_by_key(|(span, kinds)| (heaviest(kinds), span.start, span.end));
        let left_out = places.len().saturating_sub(NEAR_MAX);
        places.truncate(NEAR_MAX);
        places.sort_by_key(|(span, _)| (span.start, span.end));
        let shown = places
            .iter()
            .map(|(span, kinds)| self.near_shown(told, field, *span, kinds));
        (shown.collect(), left_out)
    }

    fn near_shown(
        &self,
        told: &Told<'_>,
        field: Field,
        span: Span,
        kinds: &[&Considered],
    ) -> NearShown {
        let batch = told.block.batch;
        let n_chars = |range: Range<u32>| {
            let span = Span {
                start: range.start,
                end: range.end,
            };
            Value::new(batch.bytes(span)).n_chars()
        };
        let value = Value::new(batch.bytes(span));
        let mut kinds = kinds.to_vec();
        kinds.sort_by_key(|c| (weight(c), c.kind));
        NearShown {
            start: u64::from(span.start - field.span.start),
            end: u64::from(span.end - field.span.start),
            place: (
                n_chars(field.span.start..span.start),
                n_chars(span.start..span.end),
            ),
            value: self.ask.reveal.then(|| value.reveal()),
            kinds: kinds.into_iter().map(|c| self.miss(told, c)).collect(),
        }
    }

    fn miss(&self, told: &Told<'_>, c: &Considered) -> MissShown {
        let mut miss = MissShown {
            kind: self.kind(c.kind),
            reason: "refused",
            detail: None,
            standard: None,
            to: None,
        };
        match c.outcome {
            Outcome::Refused(Refusal::Before(neighbour)) => {
                miss.reason = "neighbour-before";
                miss.detail = Some(Neighbour::id(neighbour));
            }
            Outcome::Refused(Refusal::Behind(neighbour)) => {
                miss.reason = "neighbour-behind";
                miss.detail = Some(Neighbour::id(neighbour));
            }
            Outcome::Refused(Refusal::Groups) => miss.reason = "groups",
            Outcome::Refused(Refusal::Vetoed) => miss.reason = "vetoed",
            Outcome::Refused(Refusal::NeedsContext) => miss.reason = "needs-context",
            Outcome::Refused(Refusal::Invalid) => {
                miss.detail = c.why.map(Why::id);
                let validator = self.ask.catalog.pattern(c.kind).validator.as_deref();
                let checks = validate::checks(validator.unwrap_or_default());
                let standard = checks.iter().find_map(|check| match check {
                    Check::Checksum(standard) => Some(*standard),
                    _ => None,
                });
                miss.standard = standard.filter(|_| c.why == Some(Why::Checksum));
            }
            Outcome::Lost(to, edge) => {
                miss.reason = "lost";
                miss.detail = Some(match edge {
                    Edge::Checksum => "checksum",
                    Edge::Length => "length",
                    Edge::Precedence => "precedence",
                    Edge::Order => "order",
                });
                miss.to = told.found.matches.get(to).map(|m| self.kind(m.kind));
            }
            Outcome::Stands(_) => {}
        }
        miss
    }

    fn categories(&self, present: RoleSet, support: Support) -> Vec<CategoryShown> {
        let strict = support.strict.iter();
        strict
            .map(|(category, is_bare)| {
                let in_base = support.base.contains(category);
                let bare = match in_base {
                    true => support.base.is_bare(category),
                    false => is_bare,
                };
                let fired = self.rules.fired(present);
                let rules = fired.filter(|r| r.category() == category);
                CategoryShown {
                    category: category_named(category),
                    bare,
                    strict_only: !in_base,
                    classes: Reading::ALL.map(|reading| {
                        let set = support.under(reading);
                        let class = set.contains(category).then(|| {
                            let bare = set.is_bare(category);
                            self.ask.instrument.class_of(category, bare, reading)
                        });
                        class.flatten().map(|c| c.class)
                    }),
                    rules: rules.map(|r| self.rule(r, present, support)).collect(),
                }
            })
            .collect()
    }

    fn rule(&self, rule: &Rule, present: RoleSet, support: Support) -> RuleShown {
        let silencing = rule.yields_to().iter().map(|(c, _)| c);
        let silencing = silencing.filter(|c| support.base.contains(*c));
        RuleShown {
            name: rule.name().to_owned(),
            roles: self.roles(met(rule, present)),
            strict: rule.is_strict(),
            silenced_by: silencing.map(category_named).collect(),
        }
    }

    /// Categories of which one rule is met but for one condition, and which speak of a role that nothing met speaks of.
    fn nearly(&self, present: RoleSet, support: Support) -> Vec<NearlyShown> {
        let spoken = self
            .rules
            .fired(present)
            .fold(RoleSet::default(), |all, r| all.union(met(r, present)));
        let mut best: Vec<(usize, Category, NearlyShown)> = Vec::new();
        let open = |r: &&Rule| !r.is_strict() && !support.strict.contains(r.category());
        for rule in self.rules.iter().filter(open) {
            let unmet: Vec<Condition> = rule.conditions().filter(|c| !c.holds(present)).collect();
            let [unmet] = unmet[..] else { continue };
            let telling = rule.conditions().filter_map(|c| match c {
                Condition::AtLeast(set, _) if set.iter().count() <= TELLING_ROLES_MAX => {
                    Some(set.intersection(present).without(spoken))
                }
                _ => None,
            });
            if telling.into_iter().all(RoleSet::is_empty) {
                continue;
            }
            let (missing, roles) = match unmet {
                Condition::AtLeast(set, least) => {
                    (least - present.count_common(set), set.without(present))
                }
                Condition::NoneOf(set) => (0, set.intersection(present)),
            };
            let shown = NearlyShown {
                category: category_named(rule.category()),
                rule: rule.name().to_owned(),
                missing,
                roles: self.roles(roles),
            };
            let rank = roles.iter().count();
            match best.iter_mut().find(|(_, c, _)| *c == rule.category()) {
                Some(known) if rank < known.0 => *known = (rank, rule.category(), shown),
                Some(_) => {}
                None => best.push((rank, rule.category(), shown)),
            }
        }
        best.sort_by_key(|(rank, category, _)| (*rank, *category));
        best.truncate(NEAR_CATEGORIES_MAX);
        best.into_iter().map(|(_, _, shown)| shown).collect()
    }

    fn persons(&self, told: &Told<'_>, parties: u8) -> Vec<PersonShown> {
        let shown = |matches: &[&Match]| PersonShown {
            kinds: matches.iter().map(|m| self.kind(m.kind)).collect(),
            values: matches
                .iter()
                .map(|m| self.shown(told, m.span, m.kind))
                .collect(),
        };
        let keys = keys_of(&self.ladder, told.found, parties);
        let mut persons: Vec<PersonShown> = keys
            .iter()
            .map(|keys| match keys {
                Keys::Identifier(_, m) => shown(&[m]),
                Keys::NameAndAddress(name, address) => shown(&[name, address]),
            })
            .collect();
        if persons.is_empty() {
            persons.push(shown(&[]));
        }
        persons
    }

    fn counts(&self, support: Support, reading: Reading) -> CountsShown {
        let law = self.ask.instrument;
        let rank = |category, bare, reading| law.rank(category, bare, reading);
        let won = winner(support.under(reading), reading, &rank);
        let class = won.and_then(|(category, bare)| law.class_of(category, bare, reading));
        let event = |set| winner(set, Reading::Default, &rank).is_some_and(|(c, _)| c.is_event());
        CountsShown {
            reading: reading.id(),
            category: won.map(|(category, _)| category_named(category)),
            is_event: won.is_some_and(|(c, _)| c.is_event()) || event(support.base),
            class: class.as_ref().map(|c| c.class.clone()),
            provision: class.as_ref().map(|c| Named {
                id: c.provision.clone(),
                en: c.citation.en.clone(),
                zh: c.citation.zh.clone(),
            }),
            threshold: class.map(|c| c.threshold),
        }
    }

    fn kind(&self, kind: KindId) -> Named {
        let pattern = self.ask.catalog.pattern(kind);
        Named::new(&pattern.id, &pattern.name)
    }

    fn roles(&self, roles: RoleSet) -> Vec<Named> {
        let named = |role| role_named(self.ask.catalog, role);
        roles.iter().map(named).collect()
    }
}

/// How telling a near miss is, the most telling first; none for what says nothing: text that merely begins like a value.
fn weight(c: &Considered) -> Option<u8> {
    match (c.outcome, c.why) {
        (Outcome::Stands(_), _) | (Outcome::Refused(Refusal::Invalid), Some(Why::Form)) => None,
        (Outcome::Refused(Refusal::Invalid), Some(Why::Checksum)) => Some(0),
        (Outcome::Refused(Refusal::Vetoed), _) => Some(1),
        (Outcome::Refused(Refusal::Before(_) | Refusal::Behind(_) | Refusal::Groups), _) => Some(2),
        (Outcome::Lost(..), _) => Some(3),
        (Outcome::Refused(Refusal::Invalid), Some(_)) => Some(4),
        (Outcome::Refused(Refusal::Invalid), None) => Some(5),
        (Outcome::Refused(Refusal::NeedsContext), _) => Some(6),
    }
}

/// The roles of a record that a rule asks for.
fn met(rule: &Rule, present: RoleSet) -> RoleSet {
    let sets = rule.conditions().map(|c| match c {
        Condition::AtLeast(set, _) => set.intersection(present),
        Condition::NoneOf(_) => RoleSet::default(),
    });
    sets.fold(RoleSet::default(), RoleSet::union)
}

fn check_shown(check: &Check) -> CheckShown {
    CheckShown {
        check: check.id(),
        standard: match check {
            Check::Checksum(standard) => Some(standard),
            _ => None,
        },
    }
}

fn category_named(category: Category) -> Named {
    Named {
        id: category.id().to_owned(),
        en: category.name_en().to_owned(),
        zh: category.name_zh().to_owned(),
    }
}

/// A role with its names.
pub(super) fn role_named(catalog: &Catalog, role: RoleId) -> Named {
    let info = catalog.vocabulary().info(role);
    Named::new(&info.id, &info.name)
}
