//! The audit as Markdown (GitHub flavour), for a pull request or a file of the data-protection
//! officer.
//!
//! Says more than the terminal summary (every reading, provision, kind and skipped entry) and holds
//! to the same order. Text from outside stands in code spans, where nothing is markup, with the few
//! characters shown as escapes that could end a span or a cell, or be HTML to a renderer that knows
//! no tables.

use std::io::{self, Write};

use super::baseline;
use super::budget::{unit, verdict};
use super::consequences;
use super::ignored::sentences;
use super::number::{bytes, ratio, seconds, thousands};
use super::sections::{apart, flips};
use super::summary;
use super::terminal::{neutralise, push_escape};
use super::text::{distance, headline_words, incomplete, instrument, version};
use super::words::{self, Msg};
use super::{Lang, Options};
use crate::audit::Audit;
use crate::law::Assessment;

/// Files listed; the rest is counted.
const FILES_MAX: usize = 50;

/// Writes the whole document.
pub(super) fn write(wtr: &mut dyn Write, audit: &Audit, options: &Options) -> io::Result<()> {
    let mut doc = Document {
        wtr,
        lang: options.lang,
    };
    let governing = summary::governing(audit, options);
    headline(&mut doc, audit, governing, options)?;
    run(&mut doc, audit)?;
    budget(&mut doc, audit)?;
    since(&mut doc, audit)?;
    ignored(&mut doc, audit)?;
    readings(&mut doc, audit, options)?;
    if let Some(assessment) = governing {
        what_if(&mut doc, assessment)?;
    }
    bounds(&mut doc, audit, options)?;
    provisions(&mut doc, governing)?;
    if let Some(assessment) = governing {
        if !assessment.steps.is_empty() {
            doc.heading(Msg::DocSteps)?;
            steps(&mut doc, assessment)?;
        }
        follows(&mut doc, assessment)?;
    }
    others(&mut doc, audit, options)?;
    categories(&mut doc, audit, options)?;
    kinds(&mut doc, audit, options)?;
    files(&mut doc, audit)?;
    skipped(&mut doc, audit)?;
    doc.heading(Msg::DocMethod)?;
    writeln!(doc.wtr)?;
    for msg in [
        Msg::NoteVolume,
        Msg::NoteItems,
        Msg::NoteLinking,
        Msg::NoteNames,
        Msg::NoteMasked,
    ] {
        doc.item(msg.text(options.lang))?;
    }
    doc.item(&escape(&version(audit, &audit.tool.catalog, options.lang)))
}

fn headline(
    doc: &mut Document<'_>,
    audit: &Audit,
    governing: Option<&Assessment>,
    options: &Options,
) -> io::Result<()> {
    let lang = options.lang;
    let name = escape(instrument(&options.instrument, options));
    let reading = words::reading(options.governing.id(), lang);
    writeln!(doc.wtr, "# {}\n", Msg::DocTitle.text(lang))?;
    let under = match governing {
        Some(_) => Msg::Under.with(lang, &[&name, reading]),
        None => Msg::NotAssessed.with(lang, &[&name, reading]),
    };
    let words = escape(&headline_words(audit, governing, lang).0);
    writeln!(doc.wtr, "**{words}** — {under}")?;
    if let Some(assessment) = governing {
        for sentence in distance(audit, assessment, lang) {
            doc.paragraph(&escape(&sentence))?;
        }
        if let Some(sentence) = flips(assessment, options) {
            doc.paragraph(&escape(&sentence))?;
        }
    }
    if let Some(sentence) = incomplete(audit, lang) {
        doc.paragraph(&format!("> **{}**", escape(&sentence)))?;
    }
    Ok(())
}

fn run(doc: &mut Document<'_>, audit: &Audit) -> io::Result<()> {
    let lang = doc.lang;
    let stats = &audit.stats;
    if audit.inputs.is_empty() {
        return Ok(());
    }
    doc.heading(Msg::DocRun)?;
    let inputs: Vec<String> = audit.inputs.iter().map(|i| code(i)).collect();
    let facts = [
        (Msg::DocInputs, words::list(&inputs, lang)),
        (Msg::DocStarted, escape(&audit.started)),
        (Msg::DocTime, seconds(stats.seconds, lang)),
        (Msg::ColFilesHead, thousands(stats.files)),
        (Msg::ColRecords, thousands(stats.records)),
        (Msg::ColBytes, bytes(stats.bytes)),
        (Msg::ColPersons, thousands(audit.persons)),
    ];
    let heads = facts.iter().map(|(msg, _)| Head::Text(*msg));
    doc.table(&heads.collect::<Vec<_>>())?;
    doc.row(&facts.map(|(_, fact)| fact))
}

fn budget(doc: &mut Document<'_>, audit: &Audit) -> io::Result<()> {
    if audit.budget.is_empty() {
        return Ok(());
    }
    let lang = doc.lang;
    doc.heading(Msg::ColBudget)?;
    doc.table(&[
        Head::Text(Msg::ColVerdict),
        Head::Text(Msg::ColBudget),
        Head::Number(Msg::ColFound),
        Head::Number(Msg::ColAllowed),
        Head::Text(Msg::ColUnit),
        Head::Text(Msg::ColOwner),
        Head::Text(Msg::ColReason),
    ])?;
    for limit in &audit.budget {
        let said = verdict(limit, lang);
        let said = match limit.exceeded {
            true => format!("**{said}**"),
            false => said.to_owned(),
        };
        doc.row(&[
            said,
            code(&limit.limit),
            thousands(limit.found),
            thousands(limit.max),
            escape(unit(limit, lang)),
            escape(limit.owner.as_deref().unwrap_or_default()),
            escape(limit.reason.as_deref().unwrap_or_default()),
        ])?;
    }
    Ok(())
}

fn since(doc: &mut Document<'_>, audit: &Audit) -> io::Result<()> {
    let Some(found) = &audit.baseline else {
        return Ok(());
    };
    let lang = doc.lang;
    doc.heading(Msg::ColBaseline)?;
    if !found.checks.is_empty() {
        doc.table(&[
            Head::Text(Msg::ColVerdict),
            Head::Text(Msg::ColBaseline),
            Head::Number(Msg::ColBefore),
            Head::Number(Msg::ColFound),
            Head::Number(Msg::ColNew),
            Head::Text(Msg::ColUnit),
        ])?;
    }
    for check in &found.checks {
        let said = baseline::verdict(check, lang);
        let said = match check.exceeded {
            true => format!("**{said}**"),
            false => said.to_owned(),
        };
        doc.row(&[
            said,
            code(&check.check),
            thousands(check.before),
            thousands(check.found),
            check.new.map(thousands).unwrap_or_default(),
            escape(baseline::unit(check, lang)),
        ])?;
    }
    for note in baseline::notes(audit, found, lang) {
        doc.paragraph(&escape(&note))?;
    }
    new_in(doc, audit)
}

/// The files with values that were not there before.
fn new_in(doc: &mut Document<'_>, audit: &Audit) -> io::Result<()> {
    let all = baseline::new_in(audit);
    if all.is_empty() {
        return Ok(());
    }
    doc.heading(Msg::ColNewIn)?;
    doc.table(&[
        Head::Text(Msg::ColPath),
        Head::Number(Msg::ColFirstLine),
        Head::Text(Msg::ColKind),
        Head::Number(Msg::ColNew),
        Head::Number(Msg::ColDifferent),
    ])?;
    for new in all.iter().take(FILES_MAX) {
        doc.row(&[
            code(&new.path),
            new.first_line.map(|n| n.to_string()).unwrap_or_default(),
            code(&new.kind),
            thousands(new.new),
            thousands(new.found),
        ])?;
    }
    if let Some(left @ 1..) = all.len().checked_sub(FILES_MAX) {
        let left = thousands(left as u64);
        doc.paragraph(&Msg::More.with(doc.lang, &[&left]))?;
    }
    Ok(())
}

fn ignored(doc: &mut Document<'_>, audit: &Audit) -> io::Result<()> {
    let said = sentences(audit, doc.lang);
    if said.is_empty() {
        return Ok(());
    }
    doc.heading(Msg::ColIgnored)?;
    writeln!(doc.wtr)?;
    said.iter()
        .try_for_each(|said| doc.item(&escape(&said.text)))
}

fn readings(doc: &mut Document<'_>, audit: &Audit, options: &Options) -> io::Result<()> {
    if audit.assessments.is_empty() {
        return Ok(());
    }
    let lang = doc.lang;
    doc.heading(Msg::DocReadings)?;
    doc.table(&[
        Head::Text(Msg::ColInstrument),
        Head::Text(Msg::ColReading),
        Head::Text(Msg::ColLevel),
        Head::Number(Msg::ColWeighted),
        Head::Text(Msg::ColFlips),
    ])?;
    for assessment in &audit.assessments {
        let flips: Vec<String> = assessment
            .flips
            .iter()
            .map(|id| category(id, lang))
            .collect();
        let weighted = if summary::has_volume(&assessment.weighted) {
            thousands(assessment.weighted.value)
        } else {
            "–".to_owned()
        };
        doc.row(&[
            escape(instrument(&assessment.instrument, options)),
            escape(words::reading(&assessment.reading, lang)),
            escape(consequences::reached(
                assessment.outcome.as_ref(),
                assessment.level,
                lang,
            )),
            weighted,
            words::list(&flips, lang),
        ])?;
    }
    Ok(())
}

/// Circumstances that were not stated and would change the level, each with its name on the command
/// line.
fn what_if(doc: &mut Document<'_>, assessment: &Assessment) -> io::Result<()> {
    if assessment.what_if.is_empty() {
        return Ok(());
    }
    doc.heading(Msg::WhatIf)?;
    writeln!(doc.wtr)?;
    for one in &assessment.what_if {
        let sentence = escape(doc.lang.choose(&one.en, &one.zh));
        let circumstance = escape(&one.circumstance);
        doc.item(&format!("{circumstance} — {sentence}"))?;
    }
    Ok(())
}

/// Level by reading and bound, where audits tell it.
fn bounds(doc: &mut Document<'_>, audit: &Audit, options: &Options) -> io::Result<()> {
    let own = consequences::of_governing(audit, options);
    if own.iter().all(|a| a.bounds.is_empty()) {
        return Ok(());
    }
    doc.heading(Msg::ColBounds)?;
    doc.table(&[
        Head::Text(Msg::ColReading),
        Head::Text(Msg::ColLower),
        Head::Text(Msg::ColUpper),
    ])?;
    for assessment in own {
        let [lower, upper] = assessment.bounds.as_slice() else {
            continue;
        };
        doc.row(&[
            escape(words::reading(&assessment.reading, doc.lang)),
            escape(consequences::bound(lower, doc.lang)),
            escape(consequences::bound(upper, doc.lang)),
        ])?;
    }
    Ok(())
}

/// The way from the counts to the level.
fn steps(doc: &mut Document<'_>, assessment: &Assessment) -> io::Result<()> {
    writeln!(doc.wtr)?;
    for (i, step) in assessment.steps.iter().enumerate() {
        let article = match code(&step.article) {
            article if article.is_empty() => article,
            article => format!("{article} — "),
        };
        let sentence = escape(doc.lang.choose(&step.en, &step.zh));
        writeln!(doc.wtr, "{}. {article}{sentence}", i + 1)?;
    }
    Ok(())
}

/// What must be filed, with the figures that belong there, and fines.
fn follows(doc: &mut Document<'_>, assessment: &Assessment) -> io::Result<()> {
    let lang = doc.lang;
    if !assessment.filings.is_empty() {
        doc.paragraph(&format!("**{}**\n", Msg::DocFilings.text(lang)))?;
    }
    for filing in &assessment.filings {
        let provision = code(&filing.provision);
        let sentence = escape(&consequences::filing(filing, lang));
        doc.item(&format!("[ ] {provision} {sentence}"))?;
        for content in &filing.contents {
            let content = escape(consequences::say(content, lang));
            writeln!(
                doc.wtr,
                "  - [ ] {}: {content}",
                Msg::DocContents.text(lang)
            )?;
        }
    }
    if !assessment.fines.is_empty() {
        doc.paragraph(&format!("**{}**\n", Msg::DocFines.text(lang)))?;
    }
    for fine in &assessment.fines {
        doc.item(&escape(lang.choose(&fine.en, &fine.zh)))?;
    }
    Ok(())
}

/// Every other instrument with its steps and what follows.
fn others(doc: &mut Document<'_>, audit: &Audit, options: &Options) -> io::Result<()> {
    let others = consequences::of_others(audit, options);
    if !others.is_empty() {
        doc.heading(Msg::Others)?;
    }
    for assessment in others {
        let lang = doc.lang;
        let name = escape(instrument(&assessment.instrument, options));
        let result = consequences::reached(assessment.outcome.as_ref(), assessment.level, lang);
        let id = code(&assessment.instrument);
        doc.paragraph(&format!("### {name} ({id}): {}", escape(result)))?;
        steps(doc, assessment)?;
        follows(doc, assessment)?;
    }
    Ok(())
}

fn provisions(doc: &mut Document<'_>, governing: Option<&Assessment>) -> io::Result<()> {
    let Some(assessment) = governing.filter(|a| !a.provisions.is_empty()) else {
        return Ok(());
    };
    let lang = doc.lang;
    doc.heading(Msg::DocProvisions)?;
    doc.table(&[
        Head::Text(Msg::ColProvision),
        Head::Text(Msg::ColClass),
        Head::Text(Msg::ColLevel),
        Head::Number(Msg::ColCount),
        Head::Number(Msg::ColThreshold),
        Head::Number(Msg::ColRatio),
        Head::Text(Msg::ColReached),
    ])?;
    for outcome in &assessment.provisions {
        let reached = if outcome.reached { Msg::Yes } else { Msg::No };
        let times = ratio(outcome.count, outcome.threshold);
        doc.row(&[
            escape(&outcome.provision),
            escape(words::counted(outcome, lang)),
            escape(consequences::leads_to(outcome, lang)),
            thousands(outcome.count),
            thousands(outcome.threshold),
            times.unwrap_or_else(|| "–".to_owned()),
            reached.text(lang).to_owned(),
        ])?;
    }
    Ok(())
}

fn categories(doc: &mut Document<'_>, audit: &Audit, options: &Options) -> io::Result<()> {
    if audit.categories.is_empty() {
        return Ok(());
    }
    let lang = doc.lang;
    doc.heading(Msg::DocCategories)?;
    doc.table(&[
        Head::Text(Msg::ColName),
        Head::Text(Msg::ColClass),
        Head::Number(Msg::ColItems),
        Head::Number(Msg::ColRows),
        Head::Number(Msg::ColPersons),
        Head::Number(Msg::ColBare),
    ])?;
    for count in &audit.categories {
        let class = options.classes.get(&count.category);
        doc.row(&[
            category(&count.category, lang),
            class.map_or_else(String::new, |class| escape(words::class(class, options))),
            thousands(count.items),
            thousands(count.rows),
            thousands(count.persons),
            thousands(count.bare),
        ])?;
    }
    Ok(())
}

fn kinds(doc: &mut Document<'_>, audit: &Audit, options: &Options) -> io::Result<()> {
    let kinds = summary::kinds_by_matches(audit);
    let apart = apart(audit, options);
    if kinds.is_empty() && apart.is_none() {
        return Ok(());
    }
    doc.heading(Msg::DocKinds)?;
    let columns = summary::apart_columns(&kinds);
    if !kinds.is_empty() {
        let mut heads = vec![
            Head::Text(Msg::ColKind),
            Head::Text(Msg::ColName),
            Head::Number(Msg::ColMatches),
            Head::Number(Msg::ColDistinct),
            Head::Number(Msg::ColFilesHead),
        ];
        heads.extend(columns.iter().map(|(head, _)| Head::Number(*head)));
        heads.push(Head::Text(Msg::ColSample));
        doc.table(&heads)?;
    }
    for kind in kinds {
        let name = options.names.get(&kind.kind);
        let samples: Vec<String> = summary::telling_samples(kind).map(code).collect();
        let mut row = vec![
            code(&kind.kind),
            name.map(|n| escape(n.get(options.lang)))
                .unwrap_or_default(),
            thousands(kind.matches),
            thousands(kind.distinct),
            thousands(kind.files),
        ];
        row.extend(columns.iter().map(|(_, of)| thousands(of(kind))));
        row.push(samples.join(" "));
        doc.row(&row)?;
    }
    if let Some(sentence) = apart {
        doc.paragraph(&sentence)?;
    }
    rounded(doc, audit)
}

/// Where values stand that a spreadsheet rounded.
fn rounded(doc: &mut Document<'_>, audit: &Audit) -> io::Result<()> {
    let columns = summary::rounded(audit);
    if columns.is_empty() {
        return Ok(());
    }
    doc.table(&[
        Head::Text(Msg::ColPath),
        Head::Text(Msg::ColField),
        Head::Text(Msg::ColKind),
        Head::Number(Msg::ColRounded),
    ])?;
    for (path, column) in columns {
        doc.row(&[
            code(path),
            column.field.as_deref().map(escape).unwrap_or_default(),
            code(&column.kind),
            thousands(column.values),
        ])?;
    }
    doc.paragraph(Msg::RoundedNote.text(doc.lang))
}

fn files(doc: &mut Document<'_>, audit: &Audit) -> io::Result<()> {
    let lang = doc.lang;
    let files = summary::worst_files(audit);
    if files.is_empty() {
        return Ok(());
    }
    doc.heading(Msg::DocFiles)?;
    let mut heads = vec![
        Head::Text(Msg::ColPath),
        Head::Text(Msg::ColFormat),
        Head::Text(Msg::ColEncoding),
        Head::Number(Msg::ColBytes),
        Head::Number(Msg::ColRecords),
        Head::Number(Msg::ColRows),
        Head::Text(Msg::ColByCategory),
        Head::Text(Msg::ColCopyOf),
    ];
    let has_persons = summary::has_persons(audit);
    if has_persons {
        heads.insert(1, Head::Number(Msg::ColPersons));
    }
    doc.table(&heads)?;
    for ranked in files.iter().take(FILES_MAX) {
        let file = ranked.file;
        let mut row = vec![
            code(&file.path),
            escape(&file.format),
            escape(&file.encoding),
            bytes(file.bytes),
            thousands(file.records),
            thousands(ranked.rows),
            escape(&words::counts(ranked.categories(), lang)),
            file.copy_of.as_deref().map(code).unwrap_or_default(),
        ];
        if has_persons {
            row.insert(1, file.persons.map(thousands).unwrap_or_default());
        }
        doc.row(&row)?;
    }
    if files.len() > FILES_MAX {
        let left = thousands((files.len() - FILES_MAX) as u64);
        doc.paragraph(&Msg::More.with(lang, &[&left]))?;
    }
    if !summary::copies(audit).is_empty() {
        doc.paragraph(Msg::CopiesNote.text(lang))?;
    }
    Ok(())
}

fn skipped(doc: &mut Document<'_>, audit: &Audit) -> io::Result<()> {
    let lang = doc.lang;
    doc.heading(Msg::DocSkipped)?;
    if audit.skipped.is_empty() {
        // An audit that is incomplete without saying where must not claim that all was read.
        return match incomplete(audit, lang) {
            Some(sentence) => doc.paragraph(&escape(&sentence)),
            None => doc.paragraph(Msg::DocNothingSkipped.text(lang)),
        };
    }
    doc.table(&[
        Head::Text(Msg::ColPath),
        Head::Text(Msg::ColReason),
        Head::Text(Msg::Partial),
    ])?;
    for skipped in &audit.skipped {
        let partial = if skipped.partial { Msg::Yes } else { Msg::No };
        doc.row(&[
            code(&skipped.path),
            escape(&words::reason(&skipped.reason, lang)),
            partial.text(lang).to_owned(),
        ])?;
    }
    Ok(())
}

fn category(id: &str, lang: Lang) -> String {
    escape(words::category(id, lang))
}

/// The head of a column.
enum Head {
    Text(Msg),
    Number(Msg),
}

struct Document<'w> {
    wtr: &'w mut dyn Write,
    lang: Lang,
}

impl Document<'_> {
    fn heading(&mut self, msg: Msg) -> io::Result<()> {
        writeln!(self.wtr, "\n## {}", msg.text(self.lang))
    }

    fn paragraph(&mut self, text: &str) -> io::Result<()> {
        writeln!(self.wtr, "\n{text}")
    }

    fn item(&mut self, text: &str) -> io::Result<()> {
        writeln!(self.wtr, "- {text}")
    }

    fn table(&mut self, heads: &[Head]) -> io::Result<()> {
        let cells = heads.iter().map(|head| match head {
            Head::Text(msg) | Head::Number(msg) => msg.text(self.lang).to_owned(),
        });
        let cells: Vec<String> = cells.collect();
        writeln!(self.wtr)?;
        self.row(&cells)?;
        let rules = heads.iter().map(|head| match head {
            Head::Text(_) => "---".to_owned(),
            Head::Number(_) => "---:".to_owned(),
        });
        let rules: Vec<String> = rules.collect();
        self.row(&rules)
    }

    fn row(&mut self, cells: &[String]) -> io::Result<()> {
        writeln!(self.wtr, "| {} |", cells.join(" | "))
    }
}

/// Foreign text as a code span. Characters that could end the span or the cell, or open HTML, are
/// shown as escapes.
fn code(text: &str) -> String {
    let mut span = String::from("`");
    for c in neutralise(text).chars() {
        match c {
            '`' | '|' | '<' | '>' => push_escape(&mut span, c),
            _ => span.push(c),
        }
    }
    if span.len() == 1 {
        return String::new();
    }
    span + "`"
}

/// Foreign text in running text, where no character is markup.
fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in neutralise(text).chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            // As a character reference, so that a renderer sees no mention and no address.
            '@' => out.push_str("&#64;"),
            '\\' | '`' | '*' | '_' | '[' | ']' | '~' | '#' | '$' | '|' | '!' => {
                out.push('\\');
                out.push(c);
            }
            _ => out.push(c),
        }
    }
    // Bare addresses become links in GitHub's flavour.
    out.replace("://", "&#58;//").replace("www.", "www&#46;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn code_spans_cannot_be_left() {
        for (text, want) in [
            ("a/b_c*.csv", "`a/b_c*.csv`"),
            ("a`b|<script>", "`a\\u{60}b\\u{7c}\\u{3c}script\\u{3e}`"),
            ("a\n| x |", "`a\\n\\u{7c} x \\u{7c}`"),
            ("", ""),
        ] {
            assert_eq!(code(text), want);
        }
    }

    #[test]
    fn running_text_has_no_markup() {
        for (text, want) in [
            ("<img src=x>&", "&lt;img src=x&gt;&amp;"),
            ("[a](http://x) #1 @me", "\\[a\\](http&#58;//x) \\#1 &#64;me"),
            (
                "**b** `c` | ~~d~~",
                "\\*\\*b\\*\\* \\`c\\` \\| \\~\\~d\\~\\~",
            ),
            ("\u{202e}x", "\\\\u{202e}x"),
        ] {
            assert_eq!(escape(text), want);
        }
    }
}
