//! What the law has to say beside the level: outcomes, both bounds, other instruments, what must be
//! filed, fines, and every step.
//!
//! Worded by `law`; here it is only laid out, for the terminal and for documents alike. A section
//! without content is not shown.

use std::io;

use super::summary;
use super::table::{Cell, Column, Fit, Table};
use super::terminal::{Cut, Page, Span, Style};
use super::text::instrument;
use super::words::{self, Msg};
use super::{Lang, Options};
use crate::audit::Audit;
use crate::law::{Assessment, BoundLevel, Filing, Level, Named, Outcome, Words};

/// What an assessment reaches, in words: its outcome, else its level.
pub(super) fn reached(outcome: Option<&Named>, level: Level, lang: Lang) -> &str {
    match outcome {
        Some(named) => lang.choose(&named.en, &named.zh),
        None => words::level(level, lang),
    }
}

/// What reaching a number leads to, in words: the name of the outcome, else its id, else the level.
pub(super) fn leads_to(outcome: &Outcome, lang: Lang) -> &str {
    match (&outcome.outcome_name, &outcome.outcome) {
        (Some(name), _) => say(name, lang),
        (None, Some(id)) => id,
        (None, None) => words::level(outcome.level, lang),
    }
}

/// One text in a language.
pub(super) fn say(words: &Words, lang: Lang) -> &str {
    lang.choose(&words.en, &words.zh)
}

/// The assessments of the headline's instrument, one a reading.
pub(super) fn of_governing<'a>(audit: &'a Audit, options: &Options) -> Vec<&'a Assessment> {
    let all = audit.assessments.iter();
    all.filter(|a| a.instrument == options.instrument).collect()
}

/// The assessments of other instruments under the governing reading.
pub(super) fn of_others<'a>(audit: &'a Audit, options: &Options) -> Vec<&'a Assessment> {
    let reading = options.governing.id();
    let all = audit.assessments.iter();
    all.filter(|a| a.instrument != options.instrument && a.reading == reading)
        .collect()
}

/// The assessments of the reading that governs, that of the headline first.
pub(super) fn of_reading<'a>(audit: &'a Audit, options: &Options) -> Vec<&'a Assessment> {
    let own = summary::governing(audit, options);
    let others = of_others(audit, options);
    own.into_iter().chain(others).collect()
}

/// Whether some reading ends differently at its two bounds.
pub(super) fn bounds_differ(assessments: &[&Assessment]) -> bool {
    let ends = |a: &Assessment| -> Option<bool> {
        let (first, last) = (a.bounds.first()?, a.bounds.last()?);
        Some((first.level, &first.outcome) != (last.level, &last.outcome))
    };
    assessments.iter().any(|a| ends(a) == Some(true))
}

/// A bound of an assessment in words.
pub(super) fn bound(bound: &BoundLevel, lang: Lang) -> &str {
    reached(bound.outcome.as_ref(), bound.level, lang)
}

/// `report the incident (to the police) — within 1 hour`
pub(super) fn filing(filing: &Filing, lang: Lang) -> String {
    let mut text = say(&filing.what, lang).to_owned();
    if let Some(to) = &filing.to {
        let (open, close) = (lang.choose(" (", "（"), lang.choose(")", "）"));
        text.push_str(&format!("{open}{}{close}", say(to, lang)));
    }
    if let Some(by) = &filing.by {
        text.push_str(lang.choose(" — ", "——"));
        text.push_str(say(by, lang));
    }
    text
}

/// Level by reading and bound, where the bound matters.
pub(super) fn bounds(page: &mut Page<'_>, audit: &Audit, options: &Options) -> io::Result<()> {
    let own = of_governing(audit, options);
    if !bounds_differ(&own) {
        return Ok(());
    }
    let lang = options.lang;
    let mut table = Table::new(vec![
        Column::text(Msg::ColBounds.text(lang), Fit::Natural).title(),
        Column::text(Msg::ColLower.text(lang), Fit::Shrink(12, Cut::End)),
        Column::text(Msg::ColUpper.text(lang), Fit::Shrink(12, Cut::End)),
    ]);
    for assessment in own {
        let [lower, upper] = assessment.bounds.as_slice() else {
            continue;
        };
        table.push(vec![
            Cell::plain(words::reading(&assessment.reading, lang)),
            Cell::plain(bound(lower, lang)),
            Cell::plain(bound(upper, lang)),
        ]);
    }
    page.blank()?;
    table.write(page)
}

/// One line for each other instrument, and its duties.
pub(super) fn others(page: &mut Page<'_>, audit: &Audit, options: &Options) -> io::Result<()> {
    let others = of_others(audit, options);
    if others.is_empty() {
        return Ok(());
    }
    let lang = options.lang;
    page.blank()?;
    page.line(&[Span::new(Msg::Others.text(lang), Style::Bold)])?;
    for assessment in others {
        let name = instrument(&assessment.instrument, options);
        let result = reached(assessment.outcome.as_ref(), assessment.level, lang);
        let colon = lang.choose(": ", "：");
        page.hanging("·", &format!("{name}{colon}{result}"), Style::Plain)?;
        filings(page, assessment, lang)?;
    }
    Ok(())
}

/// The duties that an assessment brings about, as a checklist.
pub(super) fn filings(page: &mut Page<'_>, assessment: &Assessment, lang: Lang) -> io::Result<()> {
    for one in &assessment.filings {
        page.hanging("  ☐", &filing(one, lang), Style::Dim)?;
    }
    Ok(())
}

/// Duties and fines of the headline's instrument.
pub(super) fn own(page: &mut Page<'_>, assessment: &Assessment, lang: Lang) -> io::Result<()> {
    if !assessment.filings.is_empty() {
        page.blank()?;
        page.line(&[Span::new(Msg::DocFilings.text(lang), Style::Bold)])?;
        filings(page, assessment, lang)?;
    }
    if !assessment.fines.is_empty() {
        page.blank()?;
        page.line(&[Span::new(Msg::DocFines.text(lang), Style::Bold)])?;
        for fine in &assessment.fines {
            page.hanging("·", lang.choose(&fine.en, &fine.zh), Style::Plain)?;
        }
    }
    Ok(())
}

/// Every step, where the options ask for them.
pub(super) fn steps(
    page: &mut Page<'_>,
    assessment: &Assessment,
    options: &Options,
) -> io::Result<()> {
    if !options.steps || assessment.steps.is_empty() {
        return Ok(());
    }
    let lang = options.lang;
    page.blank()?;
    page.line(&[Span::new(Msg::DocSteps.text(lang), Style::Bold)])?;
    for (i, step) in assessment.steps.iter().enumerate() {
        let mark = format!("{}.", i + 1);
        page.hanging(&mark, lang.choose(&step.en, &step.zh), Style::Plain)?;
    }
    Ok(())
}

/// The words of the headline for an outcome.
pub(super) fn headline(audit: &Audit, assessment: &Assessment, lang: Lang) -> Option<String> {
    let named = assessment.outcome.as_ref()?;
    let msg = match audit.complete || summary::n_items(audit) == 0 {
        true => Msg::HeadOutcome,
        false => Msg::HeadOutcomePartial,
    };
    Some(msg.with(lang, &[lang.choose(&named.en, &named.zh)]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_number_leads_to_has_the_best_name_that_is_known() {
        let name = Words {
            en: "notify persons".to_owned(),
            zh: "通知个人".to_owned(),
        };
        let (id, level) = (Some("notify".to_owned()), Level::Serious);
        for (outcome_name, outcome, en, zh) in [
            (Some(name), id.clone(), "notify persons", "通知个人"),
            (None, id, "notify", "notify"),
            (None, None, "serious", "情节严重"),
        ] {
            let outcome = Outcome {
                outcome_name,
                outcome,
                level,
                ..Outcome::default()
            };
            assert_eq!(leads_to(&outcome, Lang::En), en);
            assert_eq!(leads_to(&outcome, Lang::Zh), zh);
        }
    }
}
