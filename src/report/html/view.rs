//! What the page says, as plain data for its template: every text harmless and in both languages,
//! every number worded, every drawing in percent.
//!
//! The view puts the parts together; each says in its own file what it takes from the audit.

use std::collections::BTreeMap;
use std::fmt;

use askama::filters::HtmlSafe;

use super::super::Options;
use super::super::number::thousands;
use super::super::words;
use super::assess::{self, Case, Checklist};
use super::counted::{self, ClassGroup, KindRow, LimitRow, Mark, ReadingRow, RoundedRow};
use super::files::Held;
use super::head::{self, Head, Law};
use super::place::{self, Evidence, Files, Gaps};
use super::plain::{self, PlainWords};
use super::since::{self, Since};
use super::text::{Both, Plain};
use super::words::Html;
use crate::audit::Audit;
use crate::law::Assessment;
use crate::report::Lang;
use crate::report::summary::{self, Ranked};

/// A colour: the place of a class among the classes, or that of no class. It names classes of the style
/// sheet, which has one colour for all places that it does not tell apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Color(pub(super) Option<usize>);

impl fmt::Display for Color {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Some(at) => write!(f, "tint c{at}"),
            None => f.write_str("tint none"),
        }
    }
}

impl HtmlSafe for Color {}

/// What all parts look at.
pub(super) struct Ctx<'a> {
    pub(super) audit: &'a Audit,
    /// The options in each language.
    en: Options,
    zh: Options,
    /// The assessment of the headline.
    pub(super) governing: Option<&'a Assessment>,
    /// Files in which something was found, worst first.
    pub(super) worst: Vec<Ranked<'a>>,
    /// Every class that some category has, sorted.
    pub(super) classes: Vec<String>,
    /// The places of their classes, by category.
    class_of: BTreeMap<String, usize>,
    pub(super) held: Held,
}

impl<'a> Ctx<'a> {
    pub(super) fn new(audit: &'a Audit, options: &Options, held: Held) -> Ctx<'a> {
        let of = |lang| Options {
            lang,
            ..options.clone()
        };
        let mut classes: Vec<String> = options.classes.values().cloned().collect();
        classes.sort_unstable();
        classes.dedup();
        let place = |(category, class): (&String, &String)| {
            let at = classes.binary_search(class).ok()?;
            Some((category.clone(), at))
        };
        Ctx {
            audit,
            en: of(Lang::En),
            zh: of(Lang::Zh),
            governing: summary::governing(audit, options),
            worst: summary::worst_files(audit),
            class_of: options.classes.iter().filter_map(place).collect(),
            classes,
            held,
        }
    }

    /// How many files have rows that the law may count, for the two places that say so.
    pub(super) fn n_found(&self) -> String {
        let found = self.worst.iter().filter(|f| f.rows > 0);
        thousands(found.count() as u64)
    }

    /// The options, for whatever does not depend on the language.
    pub(super) fn options(&self) -> &Options {
        &self.en
    }

    /// A text as a function of the options in a language.
    pub(super) fn both<T: Into<String>>(&self, text: impl Fn(&Options) -> T) -> Both {
        Both::of(|lang| match lang {
            Lang::En => text(&self.en),
            Lang::Zh => text(&self.zh),
        })
    }

    /// The name of a category.
    pub(super) fn category(&self, id: &str) -> Both {
        Both::of(|lang| words::category(id, lang).to_owned())
    }

    /// The name of an instrument.
    pub(super) fn instrument(&self, id: &str) -> Both {
        self.both(|options| super::super::text::instrument(id, options).to_owned())
    }

    /// A class in words, or what it is called where its id is a name: `Class A`.
    pub(super) fn class(&self, id: &str) -> Both {
        match self.en.class_names.contains_key(id) {
            true => self.both(|options| words::class(id, options).to_owned()),
            false => Both::of(|lang| Html::ClassName.with(lang, &[id])),
        }
    }

    /// The place of a class among the classes, for its colour.
    pub(super) fn class_index(&self, category: &str) -> Option<usize> {
        self.class_of.get(category).copied()
    }
}

/// The whole page.
pub(super) struct View {
    pub(super) head: Head,
    /// What is not counted, and which configuration said so.
    pub(super) ignored: Vec<Both>,
    pub(super) laws: Vec<Law>,
    pub(super) limits: Vec<LimitRow>,
    pub(super) since: Option<Since>,
    pub(super) plain: PlainWords,
    pub(super) checklist: Checklist,
    pub(super) classes: Vec<ClassGroup>,
    pub(super) axis: Vec<Mark>,
    pub(super) readings: Vec<ReadingRow>,
    pub(super) flips: Both,
    pub(super) what_if: Vec<(Plain, Both)>,
    pub(super) kinds: Vec<KindRow>,
    pub(super) apart_heads: Vec<Both>,
    pub(super) apart: Option<Both>,
    pub(super) rounded: Vec<RoundedRow>,
    pub(super) rounded_more: Option<Both>,
    pub(super) files: Files,
    pub(super) cases: Vec<Case>,
    pub(super) gaps: Gaps,
    pub(super) evidence: Evidence,
}

impl View {
    /// The view of an audit.
    pub(super) fn new(audit: &Audit, options: &Options, held: Held) -> View {
        let ctx = Ctx::new(audit, options, held);
        let (classes, axis) = counted::classes(&ctx);
        let (rounded, rounded_more) = counted::rounded(&ctx);
        let (kinds, apart_heads) = counted::kinds(&ctx);
        View {
            head: head::head(&ctx),
            ignored: head::ignored(&ctx),
            laws: head::laws(&ctx),
            limits: counted::limits(&ctx),
            since: since::since(&ctx),
            plain: plain::plain_words(&ctx),
            checklist: assess::checklist(&ctx),
            classes,
            axis,
            readings: counted::readings(&ctx),
            flips: counted::flips(&ctx),
            what_if: counted::what_if(&ctx),
            kinds,
            apart_heads,
            apart: counted::apart(&ctx),
            rounded,
            rounded_more,
            files: place::files(&ctx),
            cases: assess::cases(&ctx),
            gaps: place::gaps(&ctx),
            evidence: place::evidence(&ctx),
        }
    }
}
