//! An instrument as understood: checked, with every category in its place and every number worked
//! out.
//!
//! Whatever can be wrong with a law file is wrong here, at load time, with the file and the key;
//! assessing cannot fail for the instrument's sake. This file knows no country and no article.

use super::check::{
    check_classes, check_classes_are_used, check_dates, check_order, check_proportions,
    check_provision, check_texts,
};
use super::date::Date;
use super::instrument::{CategoryClass, Class, Comparison, Fact, InstrumentFile, Statute, Unit};
use super::overlap::check_overlaps;
use super::provision::{Attribute, Condition, Counts, Provision, RunningTotal};
use super::references::{check_references, line_of};
use super::{Basis, Level, toml_error};
use crate::category::{Category, Reading};
use crate::error::Error;

/// Spelling of a class that takes a category out of the count.
pub const EXCLUDED: &str = "excluded";

/// By reading and bareness: the position of a category's class, or `None` where it is not counted.
pub(super) type Place = [[Option<u8>; 2]; 3];

/// A checked instrument.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Instrument {
    file: InstrumentFile,
    /// By category.
    places: Vec<Place>,
    /// First those of the serious level, then those of the especially serious one, each in the
    /// order of the file.
    rules: Vec<Rule>,
    /// By class: whether lawful business takes it out of the ordinary provisions.
    carved_out: Vec<bool>,
}

/// One number to compare to: a provision, worked out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Rule {
    /// Position of the provision.
    pub(super) provision: usize,
    /// Position of the provision it scales, if it scales one.
    pub(super) base: Option<usize>,
    pub(super) basis: Basis,
    /// Position of the class, for [`Basis::Class`].
    pub(super) class: Option<usize>,
    /// By class whether [`Basis::Units`] counts it.
    pub(super) classes: Vec<bool>,
    /// The categories that it counts of them; empty: all.
    pub(super) categories: Vec<Category>,
    pub(super) attribute: Option<Attribute>,
    pub(super) residence: Option<String>,
    pub(super) adds: Option<RunningTotal>,
    pub(super) threshold: u64,
    pub(super) comparison: Comparison,
    /// From which number on it no longer holds.
    pub(super) under: Option<u64>,
    pub(super) level: Level,
    /// Position of the outcome, if it leads to one.
    pub(super) outcome: Option<usize>,
    /// How heavy the result is among those of the instrument, from 1.
    pub(super) rank: usize,
    /// All of these must hold.
    pub(super) when: Vec<Condition>,
    /// None of these may hold.
    pub(super) unless: Vec<Condition>,
}

impl Rule {
    pub(super) fn requires(&self, condition: &Condition) -> bool {
        self.when.contains(condition)
    }
}

impl Instrument {
    /// Reads and checks a law file; `name` is the place named in errors.
    ///
    /// # Errors
    /// Text that is no TOML, unknown or missing fields, or data that contradicts itself: each with
    /// the key.
    pub fn from_toml(text: &str, name: &str) -> Result<Instrument, Error> {
        let file: InstrumentFile =
            toml::from_str(text).map_err(|e| toml_error(text, &e).at(name))?;
        Instrument::new(file).map_err(|e| match line_of(text, &e) {
            Some(line) => e.at(format!("line {line}")).at(name),
            None => e.at(name),
        })
    }

    /// Checks an instrument.
    ///
    /// # Errors
    /// Data that contradicts itself, with the key.
    pub fn new(file: InstrumentFile) -> Result<Instrument, Error> {
        check_texts(&file)?;
        check_dates(&file)?;
        check_classes(&file.classes)?;
        let places = places(&file)?;
        check_classes_are_used(&file.classes, &places)?;
        check_references(&file)?;
        let rules = rules(&file)?;
        check_proportions(&file)?;
        check_overlaps(&file, &rules)?;
        let carved_out = carved_out(&file)?;
        Ok(Instrument {
            file,
            places,
            rules,
            carved_out,
        })
    }

    /// The id.
    pub fn id(&self) -> &str {
        &self.file.id
    }

    /// Everything as written.
    pub fn file(&self) -> &InstrumentFile {
        &self.file
    }

    /// The position of a category's class, 0 being the highest; `None` if the reading does not
    /// count it.
    pub fn rank(&self, category: Category, bare: bool, reading: Reading) -> Option<u8> {
        self.places[category.index()][reading as usize][usize::from(bare)]
    }

    /// Whether the instrument is in force on a day.
    pub fn is_in_force(&self, day: Date) -> bool {
        let times = &self.file.in_force;
        times.from.is_some_and(|from| from <= day) && times.to.is_none_or(|to| day <= to)
    }

    /// Whether it has not come into force yet: a draft, or promulgated without a date.
    pub fn is_draft(&self) -> bool {
        self.file.in_force.from.is_none()
    }

    /// The highest level that the statute of a day knows; `None` if the instrument does not depend
    /// on it.
    pub(super) fn highest_on(&self, day: Date) -> Option<Level> {
        let statutes = &self.file.statutes;
        if statutes.is_empty() {
            return None;
        }
        let found = self.statute_on(Some(day));
        Some(found.map_or(Level::None, |s| s.highest))
    }

    /// The position of a class by its id, and `None` for `excluded`.
    pub(super) fn class_by_id(&self, id: &str) -> Option<Option<u8>> {
        if id == EXCLUDED {
            return Some(None);
        }
        let position = self.file.classes.iter().position(|c| c.id == id)?;
        Some(u8::try_from(position).ok())
    }

    /// The statute of a day, or the last one.
    pub(super) fn statute_on(&self, day: Option<Date>) -> Option<&Statute> {
        let statutes = &self.file.statutes;
        let holds =
            |s: &&Statute| day.is_some_and(|day| s.from <= day && s.to.is_none_or(|to| day <= to));
        match day {
            Some(_) => statutes.iter().find(holds),
            None => statutes.last(),
        }
    }

    pub(super) fn rules(&self) -> &[Rule] {
        &self.rules
    }

    pub(super) fn is_carved_out(&self, class: usize) -> bool {
        self.carved_out[class]
    }

    /// Whether a category is counted by person where that rule is chosen.
    pub(super) fn counts_by_person(&self, category: Category) -> bool {
        let mut ids = self.file.rules.by_person.iter();
        ids.any(|id| id == category.id())
    }

    pub(super) fn provision(&self, index: usize) -> &Provision {
        &self.file.provisions[index]
    }

    /// The fact with this id, if the instrument declares it.
    pub(super) fn fact(&self, id: &str) -> Option<&Fact> {
        self.file.facts.iter().find(|fact| fact.id == id)
    }

    /// Whether results are named outcomes rather than levels.
    pub(super) fn has_outcomes(&self) -> bool {
        !self.file.outcomes.is_empty()
    }

    pub(super) fn unit(&self) -> Unit {
        self.file.unit
    }
}

fn places(file: &InstrumentFile) -> Result<Vec<Place>, Error> {
    let mut places = vec![[[None; 2]; 3]; Category::ALL.len()];
    for (id, written) in &file.categories {
        let at = |e: Error| e.at(format!("categories.{id}"));
        let category = Category::from_id(id).ok_or_else(|| at(Error::new("no such category")))?;
        places[category.index()] = place(&file.classes, written).map_err(at)?;
    }
    Ok(places)
}

fn place(classes: &[Class], written: &CategoryClass) -> Result<Place, Error> {
    let class = |key: &str, id: &str| match classes.iter().position(|c| c.id == id) {
        Some(position) => Ok(u8::try_from(position).ok()),
        None if id == EXCLUDED => Ok(None),
        None => Err(Error::new(format!("no class `{id}`; write its id, or `{EXCLUDED}`")).at(key)),
    };
    let mut place = [[None; 2]; 3];
    if let Some(all) = &written.all {
        let others = [
            &written.default,
            &written.lenient,
            &written.strict,
            &written.default_bare,
            &written.lenient_bare,
            &written.strict_bare,
        ];
        if others.iter().any(|other| other.is_some()) {
            return Err(Error::new("stands for every reading, so no other may be given").at("all"));
        }
        return Ok([[class("all", all)?; 2]; 3]);
    }
    for reading in Reading::ALL {
        let (full, bare) = match reading {
            Reading::Default => (&written.default, &written.default_bare),
            Reading::Lenient => (&written.lenient, &written.lenient_bare),
            Reading::Strict => (&written.strict, &written.strict_bare),
        };
        let key = reading.id();
        let full = full
            .as_ref()
            .ok_or_else(|| Error::new("this reading is missing").at(key))?;
        let full = class(key, full)?;
        let bare = match bare {
            Some(id) => class(&format!("{key}_bare"), id)?,
            None => full,
        };
        place[reading as usize] = [full, bare];
    }
    check_order(&place)?;
    let disputed = place.iter().flatten().any(|class| *class != place[0][0]);
    let explained = written
        .why
        .as_ref()
        .is_some_and(|w| !w.zh.is_empty() && !w.en.is_empty());
    if disputed && !explained {
        return Err(Error::new("the readings differ, so both texts are needed").at("why"));
    }
    Ok(place)
}

fn rules(file: &InstrumentFile) -> Result<Vec<Rule>, Error> {
    let mut rules: Vec<Rule> = Vec::new();
    for (i, provision) in file.provisions.iter().enumerate() {
        let at = |e: Error| e.at(format!("provision.{}", provision.id));
        check_provision(&file.provisions[..i], provision).map_err(at)?;
        let new = match provision.counts {
            Counts::Scaled => scaled(file, &rules, i).map_err(at)?,
            _ => simple(file, i).map_err(at)?.into_iter().collect(),
        };
        rules.extend(new);
    }
    for (class, written) in file.classes.iter().enumerate() {
        let direct = |r: &&Rule| r.base.is_none() && r.class == Some(class);
        if written.threshold.is_some() && rules.iter().filter(direct).count() != 1 {
            let message = "expected exactly one provision that counts it";
            return Err(Error::new(message).at(format!("class.{}", written.id)));
        }
    }
    rules.sort_by_key(|rule| rule.rank);
    Ok(rules)
}

fn simple(file: &InstrumentFile, index: usize) -> Result<Option<Rule>, Error> {
    let provision = &file.provisions[index];
    let mut class = None;
    let amount = provision.threshold.unwrap_or(1);
    let (basis, threshold) = match provision.counts {
        Counts::Class => {
            let position = position_of_class(file, provision.class.as_deref().unwrap_or(""))
                .map_err(|e| e.at("class"))?;
            class = Some(position);
            let number = provision.threshold.or(file.classes[position].threshold);
            let missing = "neither the provision nor its class has a number";
            (
                Basis::Class,
                number.ok_or_else(|| Error::new(missing).at("threshold"))?,
            )
        }
        Counts::Units => (Basis::Units, amount),
        Counts::Total => (Basis::Total, amount),
        Counts::Gains => (Basis::Gains, amount),
        Counts::Profit => (Basis::Profit, amount),
        Counts::Loss => (Basis::Loss, amount),
        Counts::Score => (Basis::Score, amount),
        Counts::Prior => (Basis::Prior, 1),
        Counts::Fact => (Basis::Fact, 1),
        Counts::Scaled | Counts::Relief | Counts::Context => return Ok(None),
    };
    let mut classes = vec![provision.classes.is_empty(); file.classes.len()];
    for id in &provision.classes {
        classes[position_of_class(file, id).map_err(|e| e.at("classes"))?] = true;
    }
    let category = |id: &String| {
        Category::from_id(id)
            .ok_or_else(|| Error::new(format!("no category `{id}`")).at("categories"))
    };
    let categories = provision
        .categories
        .iter()
        .map(category)
        .collect::<Result<_, Error>>()?;
    let (level, outcome, rank) = result(file, provision)?;
    Ok(Some(Rule {
        provision: index,
        base: None,
        basis,
        class,
        classes,
        categories,
        attribute: provision.attribute,
        residence: provision.residence.clone(),
        adds: provision.adds,
        threshold,
        comparison: provision.comparison.unwrap_or(file.comparison),
        under: provision.under,
        level,
        outcome,
        rank,
        when: provision.when.clone(),
        unless: provision.unless.clone(),
    }))
}

fn position_of_class(file: &InstrumentFile, id: &str) -> Result<usize, Error> {
    let position = file.classes.iter().position(|c| c.id == id);
    position.ok_or_else(|| Error::new("no such class"))
}

/// What a provision leads to: a level, or an outcome and the level that stands for it.
fn result(
    file: &InstrumentFile,
    provision: &Provision,
) -> Result<(Level, Option<usize>, usize), Error> {
    let Some(id) = &provision.outcome else {
        let level = provision.level.unwrap_or_default();
        return Ok((level, None, level as usize));
    };
    let position = file.outcomes.iter().position(|o| o.id == *id);
    let position = position.ok_or_else(|| Error::new("no such outcome").at("outcome"))?;
    Ok((file.outcomes[position].level, Some(position), position + 1))
}

/// The rules of a provision that scales earlier ones: their numbers times `multiply`, divided by
/// `divide`, in whole units.
fn scaled(file: &InstrumentFile, rules: &[Rule], index: usize) -> Result<Vec<Rule>, Error> {
    let provision = &file.provisions[index];
    let (multiply, divide) = (
        provision.multiply.unwrap_or(1),
        provision.divide.unwrap_or(1),
    );
    if multiply == 0 || divide == 0 {
        return Err(Error::new("must be at least 1").at("multiply"));
    }
    let (level, outcome, rank) = result(file, provision)?;
    let mut scaled = Vec::new();
    for id in &provision.of {
        let bases: Vec<&Rule> = rules
            .iter()
            .filter(|r| file.provisions[r.provision].id == *id)
            .collect();
        if bases.is_empty() {
            let message = format!("`{id}` is no provision above this one with a number");
            return Err(Error::new(message).at("of"));
        }
        for base in bases {
            let product = base.threshold.checked_mul(multiply);
            let countable = !matches!(base.basis, Basis::Prior | Basis::Fact);
            let whole = product.filter(|p| countable && p.is_multiple_of(divide));
            let unscaled = || {
                Error::new(format!(
                    "the number of `{id}` cannot be scaled to a whole one"
                ))
                .at("of")
            };
            let threshold = whole.map(|p| p / divide).filter(|t| *t > 0);
            let threshold = threshold.ok_or_else(unscaled)?;
            // Its upper end goes with it.
            let under = match base.under.map(|under| under.checked_mul(multiply)) {
                None => None,
                Some(product) => {
                    let whole = product.filter(|p| p.is_multiple_of(divide));
                    Some(whole.map(|p| p / divide).ok_or_else(unscaled)?)
                }
            };
            let mut when = provision.when.clone();
            when.extend(
                base.when
                    .iter()
                    .filter(|c| !provision.when.contains(c))
                    .cloned(),
            );
            let mut unless = provision.unless.clone();
            unless.extend(
                base.unless
                    .iter()
                    .filter(|c| !provision.unless.contains(c))
                    .cloned(),
            );
            scaled.push(Rule {
                provision: index,
                base: Some(base.provision),
                threshold,
                under,
                level,
                outcome,
                rank,
                when,
                unless,
                ..base.clone()
            });
        }
    }
    Ok(scaled)
}

fn carved_out(file: &InstrumentFile) -> Result<Vec<bool>, Error> {
    let mut carved_out = vec![false; file.classes.len()];
    let business = file.rules.lawful_business.as_ref();
    let references = [
        ("count_once", file.rules.count_once.as_ref()),
        (
            "accumulate_recipients",
            file.rules.accumulate_recipients.as_ref(),
        ),
        ("bulk", file.rules.bulk.as_ref()),
        (
            "lawful_business.passed_on",
            business.and_then(|b| b.passed_on.as_ref()),
        ),
    ];
    for (key, id) in references {
        let Some(id) = id else { continue };
        if !file.provisions.iter().any(|p| p.id == *id) {
            return Err(Error::new(format!("no provision `{id}`")).at(format!("rules.{key}")));
        }
    }
    for id in &file.rules.by_person {
        if !file.categories.contains_key(id) {
            let message = format!("`{id}` is no category that the instrument puts in a class");
            return Err(Error::new(message).at("rules.by_person"));
        }
    }
    for id in business.iter().flat_map(|b| &b.classes) {
        let position = file
            .classes
            .iter()
            .position(|c| c.id == *id)
            .ok_or_else(|| {
                Error::new(format!("no class `{id}`")).at("rules.lawful_business.classes")
            })?;
        carved_out[position] = true;
    }
    Ok(carved_out)
}
