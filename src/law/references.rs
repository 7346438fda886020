//! What a law file names must be there: facts, outcomes, persons' attributes, figures of a score.
//!
//! Also finds the line of a key that a check has named, so that an error shows the place.

use super::consequence::{Deadline, Since, TimeUnit};
use super::instrument::{InstrumentFile, Unit};
use super::provision::{Condition, Counts};
use crate::category::Category;
use crate::error::Error;

/// Ids of conditions that need no declaration.
const KNOWN: [&str; 3] = ["in-duty", "provided", "lawful-business"];

pub(super) fn check_references(file: &InstrumentFile) -> Result<(), Error> {
    facts(file)?;
    outcomes(file)?;
    for provision in &file.provisions {
        let at = |e: Error| e.at(format!("provision.{}", provision.id));
        conditions(file, &provision.when, "when").map_err(at)?;
        conditions(file, &provision.unless, "unless").map_err(at)?;
        if provision.attribute.is_some() && file.unit != Unit::Person {
            let message = "only persons have one: the unit must be `person`";
            return Err(at(Error::new(message).at("attribute")));
        }
        if provision.counts == Counts::Score && file.score.is_none() {
            return Err(at(Error::new("the table `score` is missing").at("counts")));
        }
    }
    scope(file)?;
    consequences(file)?;
    score(file)
}

/// A number has its unit, and only hours and days can be reckoned from a moment.
fn deadline(by: &Deadline) -> Result<(), Error> {
    if by.n.is_some() != by.unit.is_some() {
        return Err(Error::new("`n` and `unit` belong together").at("by.unit"));
    }
    let is_reckoned = matches!(by.unit, Some(TimeUnit::Hours | TimeUnit::Days));
    if by.since.is_some() && !is_reckoned {
        let message = "needs `n` with `unit` in hours or days: nothing else is reckoned";
        return Err(Error::new(message).at("by.since"));
    }
    if by.since == Some(Since::DayOfDiscovery) && by.unit != Some(TimeUnit::Days) {
        let message = "counts the day itself: `unit` must be `days`";
        return Err(Error::new(message).at("by.since"));
    }
    if by.n == Some(0) {
        return Err(Error::new("must be at least 1").at("by.n"));
    }
    Ok(())
}

fn scope(file: &InstrumentFile) -> Result<(), Error> {
    let is_person = file.unit == Unit::Person;
    if file.sensitive_below.is_some() && !is_person {
        let message = "only persons have an age: the unit must be `person`";
        return Err(Error::new(message).at("sensitive_below"));
    }
    if file
        .sensitive_below
        .is_some_and(|years| years != 14 && years != 18)
    {
        return Err(Error::new("an audit tells 14 and 18 years").at("sensitive_below"));
    }
    let Some(scope) = &file.scope else {
        return Ok(());
    };
    let at = |message: &str| Err(Error::new(message).at("scope"));
    match &scope.everybody {
        _ if !is_person => at("only persons live somewhere: the unit must be `person`"),
        _ if scope.residence.is_empty() => at("`residence` must name a place"),
        Some(id) if !file.facts.iter().any(|fact| fact.id == *id) => {
            at("`everybody` is no declared fact; declare it with [[fact]]")
        }
        _ => Ok(()),
    }
}

fn facts(file: &InstrumentFile) -> Result<(), Error> {
    for (i, fact) in file.facts.iter().enumerate() {
        let at = |message: &str| Err(Error::new(message).at(format!("fact.{}", fact.id)));
        let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        if fact.id.is_empty() || !fact.id.chars().all(plain) {
            return at("an id is made of lower-case letters, digits and `-`");
        }
        if KNOWN.contains(&fact.id.as_str()) {
            return at("needs no declaration");
        }
        if file.facts[..i].iter().any(|f| f.id == fact.id) {
            return at("stands twice");
        }
        if fact.text.zh.trim().is_empty() || fact.text.en.trim().is_empty() {
            return at("`text` must not be empty in either language");
        }
    }
    Ok(())
}

fn outcomes(file: &InstrumentFile) -> Result<(), Error> {
    for (i, outcome) in file.outcomes.iter().enumerate() {
        let at = |message: &str| Err(Error::new(message).at(format!("outcome.{}", outcome.id)));
        if outcome.id.is_empty() || file.outcomes[..i].iter().any(|o| o.id == outcome.id) {
            return at("its id must not be empty nor stand twice");
        }
        if outcome.name.zh.trim().is_empty() || outcome.name.en.trim().is_empty() {
            return at("`name` must not be empty in either language");
        }
        if i > 0 && outcome.level < file.outcomes[i - 1].level {
            return at("stands below a heavier level: outcomes go from light to heavy");
        }
        let leads = |p: &super::provision::Provision| p.outcome.as_ref() == Some(&outcome.id);
        if !file.provisions.iter().any(leads) {
            return at("no provision leads to it");
        }
    }
    let has_level = |p: &&super::provision::Provision| p.level.is_some() && p.outcome.is_none();
    match file.provisions.iter().find(has_level) {
        Some(provision) if !file.outcomes.is_empty() => {
            let message = "the instrument has outcomes, so name one of them";
            Err(Error::new(message).at(format!("provision.{}.level", provision.id)))
        }
        _ => Ok(()),
    }
}

fn conditions(file: &InstrumentFile, all: &[Condition], key: &str) -> Result<(), Error> {
    for condition in all {
        if let Condition::Fact(id) = condition
            && !file.facts.iter().any(|fact| fact.id == *id)
        {
            let message = format!("no fact `{id}`; declare it with [[fact]]");
            return Err(Error::new(message).at(key));
        }
    }
    Ok(())
}

fn consequences(file: &InstrumentFile) -> Result<(), Error> {
    let on = |ids: &[String]| -> Result<(), Error> {
        for id in ids {
            let known = file.outcomes.iter().any(|o| o.id == *id)
                || (file.outcomes.is_empty() && super::Level::from_id(id).is_some());
            if !known {
                return Err(Error::new(format!("no outcome `{id}`")).at("on"));
            }
        }
        Ok(())
    };
    for duty in &file.duties {
        let at = |e: Error| e.at(format!("duty.{}", duty.id));
        on(&duty.on).map_err(at)?;
        if duty.on.is_empty() {
            return Err(at(Error::new("must name at least one outcome").at("on")));
        }
        let is_known = |id: &&String| file.provisions.iter().any(|p| p.id == **id);
        if let Some(id) = duty.provisions.iter().find(|id| !is_known(id)) {
            return Err(at(
                Error::new(format!("no provision `{id}`")).at("provisions")
            ));
        }
        conditions(file, &duty.when, "when").map_err(at)?;
        conditions(file, &duty.unless, "unless").map_err(at)?;
        let texts = [&duty.id, &duty.quote, &duty.what.zh, &duty.what.en];
        if texts.into_iter().any(|text| text.trim().is_empty()) {
            let message = "id, quote and both texts of `what` must not be empty";
            return Err(at(Error::new(message)));
        }
        if let Some(by) = &duty.by {
            deadline(by).map_err(at)?;
        }
    }
    for fine in &file.fines {
        let at = |e: Error| e.at(format!("fine.{}", fine.id));
        on(&fine.on).map_err(at)?;
        conditions(file, &fine.when, "when").map_err(at)?;
        if let (Some(min), Some(max)) = (fine.min, fine.max)
            && min > max
        {
            return Err(at(Error::new("is more than `max`").at("min")));
        }
        let [least, most] = fine.times_gains.unwrap_or([1, 1]);
        if least > most {
            return Err(at(
                Error::new("the least multiple comes first").at("times_gains")
            ));
        }
        if fine.min.is_none()
            && fine.max.is_none()
            && fine.turnover.is_none()
            && fine.times_gains.is_none()
        {
            return Err(at(Error::new("an amount is missing").at("max")));
        }
    }
    Ok(())
}

fn score(file: &InstrumentFile) -> Result<(), Error> {
    let Some(score) = &file.score else {
        return Ok(());
    };
    if score.base_min > score.base_max {
        return Err(Error::new("is more than `base_max`").at("score.base_min"));
    }
    if let Some(id) = score.ease.keys().find(|id| Category::from_id(id).is_none()) {
        return Err(Error::new(format!("no category `{id}`")).at("score.ease"));
    }
    for factor in &score.factors {
        if !file.facts.iter().any(|fact| fact.id == factor.fact) {
            let message = format!("no fact `{}`; declare it with [[fact]]", factor.fact);
            return Err(Error::new(message).at("score.factors"));
        }
    }
    match file.classes.iter().find(|class| class.score.is_none()) {
        Some(class) => {
            let message = "is missing: the instrument has a score";
            Err(Error::new(message).at(format!("class.{}.score", class.id)))
        }
        None => Ok(()),
    }
}

/// The line on which the thing stands that an error names as `TABLE.ID.KEY`, as far as the text
/// shows it: that of the key, else that of the table.
pub(super) fn line_of(text: &str, error: &Error) -> Option<usize> {
    let shown = error.to_string();
    let place = shown.split(": ").next().unwrap_or_default();
    let (table, rest) = place.split_once('.').unwrap_or((place, ""));
    let lines: Vec<&str> = text.lines().map(str::trim).collect();
    let is_id = |line: &str, id: &str| {
        let value = line.strip_prefix("id").map(str::trim_start);
        let value = value.and_then(|v| v.strip_prefix('=')).map(str::trim_start);
        value.is_some_and(|v| v.starts_with(&format!("\"{id}\"")))
    };
    // Ids hold dots, so the longest one that stands in the file is taken.
    let mut ends: Vec<usize> = rest.match_indices('.').map(|(at, _)| at).collect();
    ends.push(rest.len());
    for end in ends.into_iter().rev() {
        let id = &rest[..end];
        let key = rest[end..].trim_start_matches('.');
        let header = format!("[[{table}]]");
        let mut within = false;
        let begin = lines.iter().enumerate().position(|(_, line)| {
            if line.starts_with("[[") {
                within = *line == header;
            }
            within && !id.is_empty() && is_id(line, id)
        });
        if let Some(begin) = begin {
            return Some(key_line(&lines, begin, key));
        }
        let table = [format!("[{table}.{id}]"), format!("{id} = ")];
        if !id.is_empty()
            && let Some(begin) = lines
                .iter()
                .position(|l| *l == table[0] || l.starts_with(&table[1]))
        {
            return Some(key_line(&lines, begin, key));
        }
    }
    let plain = [format!("[{table}]"), format!("{table} = ")];
    let found = lines
        .iter()
        .position(|l| *l == plain[0] || l.starts_with(&plain[1]))?;
    Some(key_line(&lines, found, rest))
}

/// The line of a key below the line where its table begins, from 1; else that line.
fn key_line(lines: &[&str], begin: usize, key: &str) -> usize {
    let own = lines[begin + 1..]
        .iter()
        .take_while(|line| !line.starts_with('['));
    let is_key = |line: &&str| {
        let rest = line.strip_prefix(key).map(str::trim_start);
        !key.is_empty() && rest.is_some_and(|rest| rest.starts_with('='))
    };
    let found = own.into_iter().position(is_key);
    found.map_or(begin + 1, |at| begin + at + 2)
}
