//! Fields of forms (ISO 32000-1, 12.7): what is filled in, and what may be chosen.
//!
//! A field may stand around others, down to those that a page shows, and what one does not say is said by those around it: its kind, its
//! value, what may be chosen. Names are joined by points. A value is told once, by the first place that does not show it, and what no page
//! has a place for is told at the end.

use std::collections::HashSet;

use hayro_syntax::Pdf;
use hayro_syntax::object::{Array, Dict, Name, Object, String as Text};

use super::page::{items, text_string};
use super::stream;
use crate::error::Reason;

/// Fields around each other.
const AROUND_MAX: usize = 32;

/// Values that a field may have, and fields of a document that no page shows.
const CHOICES_MAX: usize = 4_096;
const FIELDS_MAX: usize = 100_000;

/// The fields of a document that were met.
#[derive(Default)]
pub(super) struct Fields {
    /// Where those stand in memory whose value was told or shown.
    told: HashSet<usize>,
    /// Why not all of it was looked at.
    pub(super) broken: Option<Reason>,
}

impl Fields {
    /// What a field says that has a place on a page, which shows its value or does not; and how many bytes were looked at.
    pub(super) fn placed(&mut self, field: &Dict<'_>, is_shown: bool) -> (Vec<String>, usize) {
        let chain = chain(field);
        let n_bytes = chain.iter().skip(1).map(|dict| dict.data().len()).sum();
        (self.lines(&chain, is_shown), n_bytes)
    }

    /// What the fields say that no page has shown so far.
    pub(super) fn rest(&mut self, pdf: &Pdf) -> Vec<String> {
        let root = pdf.xref().get::<Dict<'_>>(pdf.xref().root_id());
        let form = root.and_then(|root| root.get::<Dict<'_>>("AcroForm"));
        let mut seen = HashSet::new();
        let mut lines = Vec::new();
        let mut waiting: Vec<Array<'_>> = Vec::new();
        waiting.extend(form.and_then(|form| form.get::<Array<'_>>("Fields")));
        while let Some(list) = waiting.pop() {
            for field in items(&list, pdf.xref()) {
                let Some(field) = field.and_then(Object::into_dict) else {
                    continue;
                };
                // Fields may lead back.
                if !seen.insert(place(&field)) {
                    continue;
                }
                if seen.len() > FIELDS_MAX {
                    let reason = format!("more than {FIELDS_MAX} fields of forms");
                    self.broken.get_or_insert(Reason::Limit(reason));
                    return lines;
                }
                if field.contains_key("V") || field.contains_key("Opt") {
                    lines.extend(self.lines(&chain(&field), false));
                }
                waiting.extend(field.get::<Array<'_>>("Kids"));
            }
        }
        lines
    }

    /// The lines of a field, the innermost of a chain.
    fn lines(&mut self, chain: &[Dict<'_>], is_shown: bool) -> Vec<String> {
        let by = |key: &str| chain.iter().find(|dict| dict.contains_key(key));
        let (value, choices) = (by("V"), by("Opt"));
        let Some(owner) = value.or(choices) else {
            return Vec::new();
        };
        if !self.told.insert(place(owner)) {
            return Vec::new();
        }
        let kind = by("FT").and_then(|dict| dict.get::<Name<'_>>("FT"));
        let is_button = kind.is_some_and(|kind| kind.as_ref() == b"Btn");
        let mut values = value.map_or_else(Vec::new, |dict| self.values(dict, is_button));
        let choices = choices.map_or_else(Vec::new, |dict| self.choices(dict));
        if is_button {
            // The state of a button is the number of what it stands for.
            values = values
                .iter()
                .filter_map(|state| choices.get(state.parse::<usize>().ok()?)?.last())
                .cloned()
                .collect();
        }
        let mut shown: HashSet<&str> = HashSet::new();
        let mut told: Vec<&str> = Vec::new();
        // What stands for a value is what the page shows of it.
        let chosen = choices
            .iter()
            .filter(|pair| pair.iter().any(|text| values.contains(text)));
        for text in values.iter().chain(chosen.flatten()) {
            if shown.insert(text) && !is_shown {
                told.push(text);
            }
        }
        for text in choices.iter().flatten() {
            if shown.insert(text) {
                told.push(text);
            }
        }
        let name = name(chain);
        let told = told.into_iter().filter(|text| !text.trim().is_empty());
        told.map(|text| match name.is_empty() {
            true => text.to_owned(),
            false => format!("{name}: {text}"),
        })
        .collect()
    }

    /// The values of a field: a text, which may be long, several, or the state of a button.
    fn values(&mut self, field: &Dict<'_>, is_button: bool) -> Vec<String> {
        match field.get::<Object<'_>>("V") {
            Some(Object::Array(all)) => self.texts(&all),
            Some(Object::Name(state)) if is_button => vec![text_string(state.as_ref())],
            Some(value) => self.text(value).into_iter().collect(),
            None => Vec::new(),
        }
    }

    /// What may be chosen: a text, or one and what stands for it.
    fn choices(&mut self, field: &Dict<'_>) -> Vec<Vec<String>> {
        let Some(all) = field.get::<Array<'_>>("Opt") else {
            return Vec::new();
        };
        let mut choices = Vec::new();
        for choice in all.iter::<Object<'_>>() {
            if choices.len() == CHOICES_MAX {
                self.too_many();
                break;
            }
            choices.push(match choice {
                Object::Array(pair) => self.texts(&pair),
                one => self.text(one).into_iter().collect(),
            });
        }
        choices
    }

    fn texts(&mut self, all: &Array<'_>) -> Vec<String> {
        let mut texts = Vec::new();
        for one in all.iter::<Object<'_>>() {
            if texts.len() == CHOICES_MAX {
                self.too_many();
                break;
            }
            texts.extend(self.text(one));
        }
        texts
    }

    fn text(&mut self, object: Object<'_>) -> Option<String> {
        match object {
            Object::String(text) => Some(text_string(text.as_bytes())),
            Object::Stream(text) => {
                let (bytes, broken) = stream::decoded(&text);
                self.broken = self.broken.take().or(broken);
                Some(text_string(&bytes))
            }
            _ => None,
        }
    }

    fn too_many(&mut self) {
        let reason = format!("a field of a form with more than {CHOICES_MAX} values");
        self.broken.get_or_insert(Reason::Limit(reason));
    }
}

/// A field, and those around it.
fn chain<'p>(field: &Dict<'p>) -> Vec<Dict<'p>> {
    let first = Some(field.clone());
    let around = |field: &Dict<'p>| field.get::<Dict<'p>>("Parent");
    std::iter::successors(first, around)
        .take(AROUND_MAX)
        .collect()
}

/// Its whole name, from the outermost.
fn name(chain: &[Dict<'_>]) -> String {
    let names = chain.iter().rev().filter_map(|dict| {
        let name = text_string(dict.get::<Text<'_>>("T")?.as_bytes());
        (!name.is_empty()).then_some(name)
    });
    names.collect::<Vec<_>>().join(".")
}

/// Where it stands: an object may hold several, so that its number would not do.
fn place(field: &Dict<'_>) -> usize {
    field.data().as_ptr() as usize
}
