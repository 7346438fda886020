//! What a law file may not contradict: texts, dates, classes, the order of readings, the fields of
//! a provision.
//!
//! Each check looks at the file as written and names the key; none of them knows a country or an
//! article.

use super::Level;
use super::date::Date;
use super::instrument::{Class, Comparison, InstrumentFile, Nature};
use super::provision::{Counts, Provision};
use super::understood::{EXCLUDED, Place};
use crate::category::Reading;
use crate::error::Error;

pub(super) fn check_texts(file: &InstrumentFile) -> Result<(), Error> {
    let texts = [
        ("id", &file.id),
        ("number", &file.number),
        ("title.zh", &file.title.zh),
        ("title.en", &file.title.en),
        ("issuer.zh", &file.issuer.zh),
        ("issuer.en", &file.issuer.en),
        ("source.name", &file.source.name),
    ];
    for (key, text) in texts {
        if text.trim().is_empty() {
            return Err(Error::new("must not be empty").at(key));
        }
    }
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '.' | '-');
    if !file.id.chars().all(plain) {
        let message = "only lower-case letters, digits, `.` and `-` are allowed";
        return Err(Error::new(message).at("id"));
    }
    Ok(())
}

pub(super) fn check_dates(file: &InstrumentFile) -> Result<(), Error> {
    let from = file.in_force.from;
    if let Some(to) = file.in_force.to {
        let message = match from {
            None => Some("needs `from`: what is not in force yet has no end"),
            Some(from) => (to < from).then_some("lies before `from`"),
        };
        if let Some(message) = message {
            return Err(Error::new(message).at("in_force.to"));
        }
    }
    if let Some(issued) = file.in_force.issued
        && from.is_some_and(|from| issued > from)
        && file.nature != Nature::Policy
    {
        return Err(Error::new("lies after `from`").at("in_force.issued"));
    }
    for (i, statute) in file.statutes.iter().enumerate() {
        let key = format!("statute[{}]", i + 1);
        if statute.to.is_some_and(|to| to < statute.from) {
            return Err(Error::new("`to` lies before `from`").at(key));
        }
        let ends = |last: Date| last < statute.from;
        if i > 0 && !file.statutes[i - 1].to.is_some_and(ends) {
            return Err(Error::new("begins before the statute above it ends").at(key));
        }
    }
    Ok(())
}

pub(super) fn check_classes(classes: &[Class]) -> Result<(), Error> {
    if classes.is_empty() {
        return Err(Error::new("at least one class is needed").at("class"));
    }
    if classes.len() > usize::from(u8::MAX) {
        return Err(Error::new("more classes than 255").at("class"));
    }
    for (i, class) in classes.iter().enumerate() {
        let fail = |key: &str, message: String| {
            Err(Error::new(message).at(format!("class.{}.{key}", class.id)))
        };
        if class.id.is_empty() || class.id == EXCLUDED {
            return fail("id", "must be neither empty nor `excluded`".to_owned());
        }
        if classes[..i].iter().any(|c| c.id == class.id) {
            return fail("id", "stands twice".to_owned());
        }
        if class.name.zh.trim().is_empty() || class.name.en.trim().is_empty() {
            return fail("name", "must not be empty in either language".to_owned());
        }
        if class.weight == Some(0) {
            return fail("weight", "must be at least 1".to_owned());
        }
        if class.threshold == Some(0) {
            return fail("threshold", "must be at least 1".to_owned());
        }
        let Some(above) = i.checked_sub(1).map(|above| &classes[above]) else {
            continue;
        };
        if class.weight.is_some() != above.weight.is_some() {
            return fail("weight", "either every class has one or none".to_owned());
        }
        if class.weight.is_some() && class.weight >= above.weight {
            let message = format!("expected less than the weight of class `{}`", above.id);
            return fail("weight", message);
        }
        if class.threshold.is_some()
            && above.threshold.is_some()
            && class.threshold <= above.threshold
        {
            let message = format!("expected more than the threshold of class `{}`", above.id);
            return fail("threshold", message);
        }
    }
    Ok(())
}

/// The lenient reading may not be stricter than the default, nor the default stricter than the
/// strict one, and what is bare may not stand above what is in full.
pub(super) fn check_order(place: &Place) -> Result<(), Error> {
    let depth = |reading: Reading, bare: usize| place[reading as usize][bare].unwrap_or(u8::MAX);
    for bare in [0, 1] {
        if depth(Reading::Lenient, bare) < depth(Reading::Default, bare) {
            return Err(Error::new("stands above the default reading").at("lenient"));
        }
        if depth(Reading::Strict, bare) > depth(Reading::Default, bare) {
            return Err(Error::new("stands below the default reading").at("strict"));
        }
    }
    match Reading::ALL
        .into_iter()
        .find(|r| depth(*r, 1) < depth(*r, 0))
    {
        Some(reading) => {
            let key = format!("{}_bare", reading.id());
            Err(Error::new("stands above what is in full").at(key))
        }
        None => Ok(()),
    }
}

pub(super) fn check_classes_are_used(classes: &[Class], places: &[Place]) -> Result<(), Error> {
    for (i, class) in classes.iter().enumerate() {
        let used = places
            .iter()
            .flatten()
            .flatten()
            .any(|p| p.map(usize::from) == Some(i));
        if !used {
            let message = "no category belongs to it under any reading";
            return Err(Error::new(message).at(format!("class.{}", class.id)));
        }
    }
    Ok(())
}

/// What holds for a provision whatever it counts: its id, its texts, and no field that its sort
/// does not have.
pub(super) fn check_provision(above: &[Provision], provision: &Provision) -> Result<(), Error> {
    let fail = |key: &str, message: &str| Err(Error::new(message).at(key));
    if provision.id.is_empty() || above.iter().any(|p| p.id == provision.id) {
        return fail("id", "must not be empty nor stand twice");
    }
    let texts = [
        &provision.quote,
        &provision.summary.zh,
        &provision.summary.en,
    ];
    if texts.into_iter().any(|text| text.trim().is_empty()) {
        return fail("quote", "quote and summary must not be empty");
    }
    check_fields(provision)?;
    let leads = (provision.level.is_some(), provision.outcome.is_some());
    let silent = matches!(provision.counts, Counts::Context | Counts::Relief);
    match leads {
        (true, true) => fail("outcome", "a provision leads to a level or to an outcome"),
        (false, false) if !silent => fail("level", "is missing, and so is `outcome`"),
        (true, _) if provision.level == Some(Level::None) => {
            fail("level", "leave it out where the provision leads to none")
        }
        _ => Ok(()),
    }
}

/// Which fields belong to what a provision counts.
fn check_fields(provision: &Provision) -> Result<(), Error> {
    let fail = |key: &str, message: &str| Err(Error::new(message).at(key));
    let counts = provision.counts;
    let is_amount = matches!(
        counts,
        Counts::Units
            | Counts::Total
            | Counts::Gains
            | Counts::Profit
            | Counts::Loss
            | Counts::Score
    );
    let is_scaled = counts == Counts::Scaled;
    if let Some(under) = provision.under {
        let is_counted = matches!(counts, Counts::Units | Counts::Class);
        if !is_counted || provision.threshold.is_none_or(|n| n >= under) {
            return fail(
                "under",
                "must be more than `threshold`, of `units` or `class`",
            );
        }
    }
    if is_amount && provision.threshold.is_none() {
        return fail("threshold", "is missing");
    }
    if provision.threshold.is_some() && !is_amount && counts != Counts::Class {
        return fail("threshold", "there is nothing that it could be a number of");
    }
    if provision.threshold == Some(0) && provision.comparison != Some(Comparison::MoreThan) {
        return fail("threshold", "must be at least 1");
    }
    if provision.class.is_some() != (counts == Counts::Class) {
        return fail("class", "belongs to `class`, and to nothing else");
    }
    let has_parts = !provision.classes.is_empty() || !provision.categories.is_empty();
    if counts != Counts::Units && has_parts {
        return fail(
            "classes",
            "`classes` and `categories` belong to `units`, and to nothing else",
        );
    }
    let is_units = matches!(counts, Counts::Units | Counts::Class);
    if (provision.attribute.is_some() || provision.residence.is_some()) && counts != Counts::Units {
        return fail("attribute", "`attribute` and `residence` belong to `units`");
    }
    if provision.attribute.is_some() && provision.residence.is_some() {
        return fail(
            "residence",
            "no audit tells an attribute by place of residence",
        );
    }
    if provision.adds.is_some() && !is_units {
        return fail("adds", "belongs to `units` and `class`");
    }
    if provision.of.is_empty() == is_scaled {
        return fail("of", "belongs to `scaled`, and to nothing else");
    }
    if (provision.multiply.is_some() || provision.divide.is_some()) != is_scaled {
        return fail(
            "multiply",
            "`multiply` or `divide` belongs to `scaled`, and to nothing else",
        );
    }
    if counts == Counts::Fact && provision.when.is_empty() {
        return fail("when", "`fact` counts nothing but what stands here");
    }
    if provision.below.is_some() && counts != Counts::Relief {
        return fail("below", "belongs to `relief`, and to nothing else");
    }
    Ok(())
}

/// Where a total is converted by proportion, each class's number times its weight must be the
/// number of the total.
pub(super) fn check_proportions(file: &InstrumentFile) -> Result<(), Error> {
    for provision in file.provisions.iter().filter(|p| p.counts == Counts::Total) {
        for class in &file.classes {
            let (Some(weight), Some(threshold)) = (class.weight, class.threshold) else {
                let message = format!(
                    "weight and threshold are needed for the total of provision `{}`",
                    provision.id
                );
                return Err(Error::new(message).at(format!("class.{}.weight", class.id)));
            };
            if weight.checked_mul(threshold) != provision.threshold {
                let message = format!(
                    "weight times threshold is not the number of provision `{}`",
                    provision.id
                );
                return Err(Error::new(message).at(format!("class.{}.weight", class.id)));
            }
        }
    }
    Ok(())
}
