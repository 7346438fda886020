//! Which instruments are worth asking although nobody named them.
//!
//! An instrument applies when it is in force and has a reason to: it always has one, or a kind was
//! found or somebody lives where it asks for. Whether the volume reaches anything is for `assess`.

use super::Circumstances;
use super::date::Date;
use super::people::is_within;
use super::understood::Instrument;
use crate::audit::Audit;

/// Whether an instrument is in force and has a reason to apply.
pub fn has_reason(instrument: &Instrument, audit: &Audit, stated: &Circumstances) -> bool {
    let started = audit
        .started
        .get(..10)
        .and_then(|day| day.parse::<Date>().ok());
    let day = stated.decision_date.or(stated.act_date).or(started);
    let in_force = !instrument.is_draft() && day.is_none_or(|day| instrument.is_in_force(day));
    let reason = &instrument.file().applies;
    let is_kind = |wanted: &String, kind: &str| {
        kind == wanted || (wanted.ends_with('.') && kind.starts_with(wanted.as_str()))
    };
    let found = || {
        let mut kinds = audit.kinds.iter().filter(|k| k.matches > 0);
        kinds.any(|k| reason.kinds.iter().any(|wanted| is_kind(wanted, &k.kind)))
    };
    let is_wanted = |code: &String| reason.residence.iter().any(|place| is_within(code, place));
    let lives = || {
        let stated = audit.attributes.as_ref().and_then(|a| a.residence.as_ref());
        let mut stated = stated.into_iter().flatten().filter(|(_, n)| **n > 0);
        let mut shown = audit.profiles.iter().filter(|p| p.persons > 0);
        stated.any(|(code, _)| is_wanted(code))
            || shown.any(|profile| profile.countries.iter().any(is_wanted))
    };
    in_force && (reason.always || found() || lives())
}
