//! What was found and is not counted, and which configuration said so: the same sentences in every report to read.
//!
//! Labels of rules are the same in every language, so that they can be found in the file that they come from. Numbers are
//! those of the audit.

use std::io;

use super::number::thousands;
use super::terminal::{Page, Style};
use super::words::Msg;
use super::{Lang, Options};
use crate::audit::{Audit, ConfigUsed, IgnoreFound, IgnoreState};

/// Rules that are told of; those that are expired come first. The JSON audit has all.
const RULES_MAX: usize = 20;

/// A sentence, and whether somebody has to do something.
pub(super) struct Said {
    pub(super) text: String,
    pub(super) is_warning: bool,
}

/// Everything there is to say of configuration files and ignore rules.
pub(super) fn sentences(audit: &Audit, lang: Lang) -> Vec<Said> {
    let mut said: Vec<Said> = audit.config.iter().map(|used| config(used, lang)).collect();
    let mut rules: Vec<&IgnoreFound> = audit.ignored.iter().collect();
    rules.sort_by_key(|found| match found.state {
        IgnoreState::Expired => 0,
        IgnoreState::Used => 1,
        IgnoreState::Unused => 2,
    });
    said.extend(rules.iter().take(RULES_MAX).map(|found| rule(found, lang)));
    if let Some(left) = rules.len().checked_sub(RULES_MAX).filter(|n| *n > 0) {
        said.push(Said {
            text: Msg::More.with(lang, &[&thousands(left as u64)]),
            is_warning: false,
        });
    }
    said
}

/// What has become of a rule.
pub(super) fn state(found: &IgnoreFound, lang: Lang) -> &'static str {
    match found.state {
        IgnoreState::Used => Msg::IgnoreStateUsed,
        IgnoreState::Unused => Msg::IgnoreStateUnused,
        IgnoreState::Expired => Msg::IgnoreStateExpired,
    }
    .text(lang)
}

/// The rules that are expired, in one sentence each.
pub(super) fn expired(audit: &Audit, lang: Lang) -> Vec<String> {
    let expired = |found: &&IgnoreFound| found.state == IgnoreState::Expired;
    let rules = audit.ignored.iter().filter(expired);
    rules.map(|found| rule(found, lang).text).collect()
}

/// A configuration file, and what of it was in force.
pub(super) fn config(used: &ConfigUsed, lang: Lang) -> Said {
    let mut parts = used.options.clone();
    for (n, msg) in [
        (used.limits, Msg::ConfigLimits),
        (used.ignore, Msg::ConfigRules),
    ] {
        if n > 0 {
            parts.push(msg.with(lang, &[&thousands(n)]));
        }
    }
    let msg = match used.found {
        true => Msg::ConfigFound,
        false => Msg::ConfigNamed,
    };
    Said {
        text: msg.with(lang, &[&used.file, &parts.join(lang.choose("; ", "；"))]),
        is_warning: false,
    }
}

/// A rule with what it has taken out.
pub(super) fn rule(found: &IgnoreFound, lang: Lang) -> Said {
    let taken = &found.taken;
    let (matches, rows) = (thousands(taken.matches), thousands(taken.rows));
    let files = thousands(found.files);
    let IgnoreFound {
        rule,
        owner,
        reason,
        expires,
        ..
    } = found;
    let mut text = match found.state {
        IgnoreState::Used => Msg::IgnoreUsed.with(lang, &[rule, &matches, &rows, &files, expires]),
        IgnoreState::Unused => Msg::IgnoreUnused.with(lang, &[rule, expires]),
        IgnoreState::Expired => Msg::IgnoreExpired.with(lang, &[rule, expires]),
    };
    for (msg, stated) in [(Msg::BudgetOwner, owner), (Msg::BudgetReason, reason)] {
        text.push_str(&msg.with(lang, &[stated]));
    }
    Said {
        text,
        is_warning: found.state != IgnoreState::Used,
    }
}

/// The section of the terminal summary.
pub(super) fn section(page: &mut Page<'_>, audit: &Audit, options: &Options) -> io::Result<()> {
    let said = sentences(audit, options.lang);
    if said.is_empty() {
        return Ok(());
    }
    page.blank()?;
    for sentence in said {
        match sentence.is_warning {
            true => page.hanging("!", &sentence.text, Style::Warn)?,
            false => page.hanging("·", &sentence.text, Style::Plain)?,
        }
    }
    Ok(())
}
