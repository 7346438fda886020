//! The summary for a terminal, read from the top: the level and how far it is from the next one,
//! what was read, then tables in the order in which a reader asks.
//!
//! This file decides order and wording; what is said is worked out in `summary`, how it looks in
//! `table`, `gauge` and `terminal`. Without colours nothing is lost but the colours.

use std::io::{self, Write};

use super::gauge::gauge;
use super::number::{bytes, percent, rate, ratio, seconds, thousands};
use super::summary::{self, has_volume, volume_level};
use super::terminal::{Cut, Mood, Page, Span, Style, shorten};
use super::words::{self, Msg};
use super::{Lang, Options};
use super::{consequences, sections};
use crate::audit::{Audit, Tool};
use crate::law::{Assessment, Level};

/// Columns of the catalog's hash that are shown: enough to tell two apart; the documents and JSON
/// have all of it.
const CATALOG_SHOWN: usize = "blake3:".len() + 17;

/// Writes the whole summary.
pub(super) fn write(wtr: &mut dyn Write, audit: &Audit, options: &Options) -> io::Result<()> {
    let mut page = Page::new(wtr, options);
    let governing = summary::governing(audit, options);
    page.blank()?;
    headline(&mut page, audit, governing, options)?;
    run(&mut page, audit, options.lang)?;
    sections::write(&mut page, audit, governing, options)?;
    notes(&mut page, audit, options.lang)
}

/// The headline of every report, and how good or bad it is.
pub(super) fn headline_words(
    audit: &Audit,
    governing: Option<&Assessment>,
    lang: Lang,
) -> (String, Mood) {
    let words = governing.and_then(|g| consequences::headline(audit, g, lang));
    if let Some(words) = words {
        return (words, Mood::Warn);
    }
    let (msg, mood) = level_headline(audit, governing);
    (msg.text(lang).to_owned(), mood)
}

/// The level in words.
fn level_headline(audit: &Audit, governing: Option<&Assessment>) -> (Msg, Mood) {
    let Some(assessment) = governing else {
        return (Msg::HeadNotAssessed, Mood::Warn);
    };
    match (assessment.level, audit.complete) {
        (Level::None, true) if summary::n_items(audit) == 0 => (Msg::HeadNothing, Mood::Good),
        (Level::None, false) if summary::n_items(audit) == 0 => {
            (Msg::HeadNothingPartial, Mood::Warn)
        }
        (Level::None, _) if assessment.cap == Some(Level::None) => {
            (Msg::HeadNotApplied, Mood::Warn)
        }
        (Level::None, true) => (Msg::HeadNone, Mood::Good),
        (Level::None, false) => (Msg::HeadNonePartial, Mood::Warn),
        (Level::Serious, true) => (Msg::HeadSerious, Mood::Warn),
        (Level::Serious, false) => (Msg::HeadSeriousPartial, Mood::Warn),
        (Level::EspeciallySerious, true) => (Msg::HeadEspecially, Mood::Bad),
        (Level::EspeciallySerious, false) => (Msg::HeadEspeciallyPartial, Mood::Bad),
    }
}

/// The name of an instrument, or its id.
pub(super) fn instrument<'a>(id: &'a str, options: &'a Options) -> &'a str {
    options
        .instruments
        .get(id)
        .map_or(id, |name| name.get(options.lang))
}

/// Sentences on how far the volume is from the next level.
pub(super) fn distance(audit: &Audit, assessment: &Assessment, lang: Lang) -> Vec<String> {
    let weighted = &assessment.weighted;
    let mut sentences = Vec::new();
    if has_volume(weighted) {
        let volume = if audit.complete {
            Msg::Volume
        } else {
            Msg::VolumeAtLeast
        };
        let value = volume.with(lang, &[&thousands(weighted.value)]);
        let times = |threshold| ratio(weighted.value, threshold).unwrap_or_default();
        let next = |level| assessment.next.as_ref().filter(|next| next.level == level);
        let left = |level, threshold: u64| {
            let missing = threshold.saturating_sub(weighted.value);
            thousands(next(level).map_or(missing, |next| next.needed))
        };
        let (serious, especially) = (weighted.serious, weighted.especially_serious);
        sentences.push(match volume_level(weighted) {
            Level::None => Msg::VolumeNone.with(
                lang,
                &[
                    &value,
                    &percent(weighted.value, serious),
                    &left(Level::Serious, serious),
                ],
            ),
            Level::Serious => Msg::VolumeSerious.with(
                lang,
                &[
                    &value,
                    &times(serious),
                    &percent(weighted.value, especially),
                    &left(Level::EspeciallySerious, especially),
                ],
            ),
            Level::EspeciallySerious => {
                Msg::VolumeEspecially.with(lang, &[&value, &times(especially)])
            }
        });
    }
    match assessment.cap {
        Some(Level::None) => sentences.push(Msg::CapNone.text(lang).to_owned()),
        Some(level) => sentences.push(Msg::Cap.with(lang, &[words::level(level, lang)])),
        None if has_volume(weighted) && assessment.level < volume_level(weighted) => {
            sentences.push(Msg::Capped.text(lang).to_owned());
        }
        None => {}
    }
    if has_volume(weighted) && assessment.level > volume_level(weighted) {
        let reached = summary::reached(assessment);
        let highest = reached.iter().filter(|o| o.level == assessment.level);
        let provisions: Vec<String> = highest.map(|o| o.provision.clone()).collect();
        if !provisions.is_empty() {
            let provisions = words::list(&provisions, lang);
            sentences.push(Msg::NotByVolume.with(lang, &[&provisions]));
        }
    }
    sentences
}

/// The sentence on what was not read, if anything was not.
pub(super) fn incomplete(audit: &Audit, lang: Lang) -> Option<String> {
    if audit.complete {
        return None;
    }
    let n = audit.skipped.len() as u64;
    let shard = audit.shard.as_deref();
    let shard = shard.map(|shard| Msg::IncompleteShard.with(lang, &[shard]));
    if n == 0 {
        return shard.or_else(|| Some(Msg::IncompleteUnnamed.text(lang).to_owned()));
    }
    let entries = Msg::counted(Msg::Entry, Msg::Entries, n, lang);
    let gaps = Msg::Incomplete.with(lang, &[&entries]);
    Some(shard.map_or(gaps.clone(), |shard| format!("{shard} {gaps}")))
}

fn headline(
    page: &mut Page<'_>,
    audit: &Audit,
    governing: Option<&Assessment>,
    options: &Options,
) -> io::Result<()> {
    let lang = options.lang;
    let (words, mood) = headline_words(audit, governing, lang);
    let name = instrument(&options.instrument, options);
    let reading = words::reading(options.governing.id(), lang);
    page.paragraph(&words, Style::Headline(mood))?;
    if let Some(assessment) = governing {
        page.paragraph(&Msg::Under.with(lang, &[name, reading]), Style::Dim)?;
        page.blank()?;
        if has_volume(&assessment.weighted) {
            let labels = [Level::Serious, Level::EspeciallySerious].map(|l| words::level(l, lang));
            for line in gauge(&assessment.weighted, labels, page.inner()) {
                page.line(&line)?;
            }
            page.blank()?;
        }
        for sentence in distance(audit, assessment, lang) {
            page.paragraph(&sentence, Style::Plain)?;
        }
    } else {
        page.paragraph(&Msg::NotAssessed.with(lang, &[name, reading]), Style::Plain)?;
    }
    if let Some(sentence) = incomplete(audit, lang) {
        page.blank()?;
        page.hanging("!", &sentence, Style::Warn)?;
    }
    Ok(())
}

/// What was read. An audit from counts alone has no inputs, and nothing to say here.
fn run(page: &mut Page<'_>, audit: &Audit, lang: Lang) -> io::Result<()> {
    if audit.inputs.is_empty() {
        return Ok(());
    }
    let stats = &audit.stats;
    let mut parts = vec![
        Msg::counted(Msg::File, Msg::Files, stats.files, lang),
        Msg::counted(Msg::Record, Msg::Records, stats.records, lang),
        bytes(stats.bytes),
        seconds(stats.seconds, lang),
    ];
    parts.extend(rate(stats.bytes, stats.seconds));
    parts.push(Msg::counted(Msg::Person, Msg::Persons, audit.persons, lang));
    page.blank()?;
    page.joined(&parts, " · ", Style::Plain)
}

/// The closing paragraph, in the order in which a reader may object.
fn notes(page: &mut Page<'_>, audit: &Audit, lang: Lang) -> io::Result<()> {
    page.blank()?;
    page.line(&[Span::new("───", Style::Dim)])?;
    for msg in [
        Msg::NoteVolume,
        Msg::NoteLinking,
        Msg::NoteNames,
        Msg::NoteMasked,
    ] {
        page.paragraph(msg.text(lang), Style::Dim)?;
    }
    let catalog = shorten(&audit.tool.catalog, CATALOG_SHOWN, Cut::End);
    page.paragraph(&version(audit, &catalog, lang), Style::Dim)
}

/// Which program and which patterns counted; an audit from counts alone has no catalog.
pub(super) fn version(audit: &Audit, catalog: &str, lang: Lang) -> String {
    let Tool { name, version, .. } = &audit.tool;
    if catalog.is_empty() {
        Msg::NoteVersionOnly.with(lang, &[name, version])
    } else {
        Msg::NoteVersion.with(lang, &[name, version, catalog])
    }
}
