//! What was counted, for the page: categories in their classes against the numbers of the law,
//! readings and bounds, kinds of values, and the limits of a budget.

use super::super::budget;
use super::super::consequences;
use super::super::number::thousands;
use super::super::sections;
use super::super::summary::{self, has_volume};
use super::super::words::{self, Msg};
use super::assess;
use super::head::{Mood, mood};
use super::scale::{Percent, Scale};
use super::text::{Both, Plain};
use super::view::{Color, Ctx};
use super::words::Html;
use crate::audit::{CategoryCount, KindCount, LimitFound};
use crate::law::{Basis, Level, Outcome};

/// Most rounded columns that are listed.
const ROUNDED_MAX: usize = 50;

/// A mark on a scale.
pub(super) struct Mark {
    pub(super) at: Percent,
    pub(super) number: String,
    /// Whether it is that of the higher level.
    pub(super) is_high: bool,
}

impl Mark {
    /// How its label is anchored.
    pub(super) fn anchor(&self) -> &'static str {
        self.at.beside(self.is_high)
    }
}

/// A class with its number, its thresholds and its categories.
pub(super) struct ClassGroup {
    pub(super) name: Both,
    pub(super) color: Color,
    pub(super) items: String,
    pub(super) bar: Percent,
    pub(super) marks: Vec<Mark>,
    /// `471 of 50: reached`, for each threshold.
    pub(super) verdicts: Vec<(Both, bool)>,
    pub(super) is_counted: bool,
    pub(super) categories: Vec<CategoryRow>,
}

/// A category.
pub(super) struct CategoryRow {
    pub(super) name: Both,
    pub(super) id: Plain,
    pub(super) items: String,
    pub(super) rows: String,
    pub(super) persons: String,
    pub(super) bar: Percent,
    pub(super) note: Option<Both>,
}

/// Classes with their categories, and the axis that all bars share.
pub(super) fn classes(ctx: &Ctx<'_>) -> (Vec<ClassGroup>, Vec<Mark>) {
    let counts = &ctx.audit.categories;
    let outcomes = ctx.governing.map_or(&[][..], |g| &g.provisions[..]);
    let of_class: Vec<&Outcome> = outcomes
        .iter()
        .filter(|o| o.basis == Basis::Class && o.class.is_some())
        .collect();
    let thresholds = of_class.iter().flat_map(|o| [o.count, o.threshold]);
    let scale = Scale::of_counts(counts.iter().map(|c| c.items).chain(thresholds));
    let class_of = |count: &CategoryCount| ctx.options().classes.get(&count.category);
    let mut groups = Vec::new();
    for (at, class) in ctx.classes.iter().enumerate() {
        let color = Color(Some(at));
        let members = members(ctx, scale, &|count| class_of(count) == Some(class));
        let outcomes: Vec<&Outcome> = of_class
            .iter()
            .filter(|o| o.class.as_ref() == Some(class))
            .copied()
            .collect();
        if !members.is_empty() {
            let items = counts.iter().filter(|c| class_of(c) == Some(class));
            let items = items.fold(0, |sum: u64, c| sum.saturating_add(c.items));
            let name = ctx.class(class);
            groups.push(group(name, color, items, &outcomes, scale, members));
        }
    }
    let rest = members(ctx, scale, &|count| class_of(count).is_none());
    if !rest.is_empty() {
        let name = Both::of(|lang| match ctx.options().classes.is_empty() {
            true => Msg::DocCategories.text(lang),
            false => Html::ClassNone.text(lang),
        });
        let items = counts.iter().filter(|c| class_of(c).is_none());
        let items = items.fold(0, |sum: u64, c| sum.saturating_add(c.items));
        let mut group = group(name, Color(None), items, &[], scale, rest);
        group.is_counted = ctx.options().classes.is_empty();
        groups.push(group);
    }
    (groups, axis(scale))
}

/// The powers of ten; where there are many, every other one is named.
fn axis(scale: Scale) -> Vec<Mark> {
    let decades = scale.decades();
    let step = if decades.len() > 5 { 2 } else { 1 };
    let marks = decades.into_iter().enumerate();
    marks
        .map(|(i, (n, at))| Mark {
            at,
            number: if i % step == 0 {
                thousands(n)
            } else {
                String::new()
            },
            is_high: false,
        })
        .collect()
}

fn group(
    name: Both,
    color: Color,
    items: u64,
    outcomes: &[&Outcome],
    scale: Scale,
    categories: Vec<CategoryRow>,
) -> ClassGroup {
    // What the law compares may be less than all items, where circumstances take some off.
    let items = outcomes.first().map_or(items, |o| o.count);
    let thresholds: Vec<u64> = outcomes.iter().map(|o| o.threshold).collect();
    ClassGroup {
        name,
        color,
        items: thousands(items),
        bar: scale.bar(items, &thresholds),
        marks: outcomes
            .iter()
            .map(|o| Mark {
                at: scale.at(o.threshold),
                number: thousands(o.threshold),
                is_high: o.level == Level::EspeciallySerious,
            })
            .collect(),
        verdicts: outcomes.iter().map(|o| verdict(o)).collect(),
        is_counted: true,
        categories,
    }
}

/// `serious: 471 of 50, reached`
fn verdict(outcome: &Outcome) -> (Both, bool) {
    let (count, threshold) = (thousands(outcome.count), thousands(outcome.threshold));
    let msg = if outcome.reached {
        Html::ClassReached
    } else {
        Html::ClassOpen
    };
    let both = Both::of(|lang| {
        let level = consequences::leads_to(outcome, lang);
        let colon = lang.choose(": ", "：");
        format!("{level}{colon}{}", msg.with(lang, &[&count, &threshold]))
    });
    (both, outcome.reached)
}

fn members(
    ctx: &Ctx<'_>,
    scale: Scale,
    belongs: &dyn Fn(&CategoryCount) -> bool,
) -> Vec<CategoryRow> {
    let counts = &ctx.audit.categories;
    let own = counts
        .iter()
        .enumerate()
        .filter(|(_, count)| belongs(count));
    own.map(|(at, count)| CategoryRow {
        name: ctx.category(&count.category),
        id: Plain::new(&count.category),
        items: thousands(count.items),
        rows: thousands(count.rows),
        persons: thousands(count.persons),
        bar: scale.bar(count.items, &[]),
        note: summary::is_counted_above(counts, at)
            .then(|| Both::of(|lang| Msg::CountedAbove.text(lang))),
    })
    .collect()
}

/// A reading of the governing instrument.
pub(super) struct ReadingRow {
    pub(super) name: Both,
    pub(super) mood: Mood,
    pub(super) level: Both,
    pub(super) lower: Both,
    pub(super) upper: Both,
    pub(super) weighted: String,
    pub(super) flips: Both,
    pub(super) governs: bool,
}

pub(super) fn readings(ctx: &Ctx<'_>) -> Vec<ReadingRow> {
    let own = consequences::of_governing(ctx.audit, ctx.options());
    own.into_iter()
        .map(|assessment| {
            let bound = |at: usize| {
                let bound = assessment.bounds.get(at);
                let weighted = bound.filter(|_| has_volume(&assessment.weighted));
                let weighted = weighted.map(|b| format!(" ({})", thousands(b.weighted)));
                Both::of(|lang| match bound {
                    Some(bound) => format!(
                        "{}{}",
                        consequences::bound(bound, lang),
                        weighted.as_deref().unwrap_or_default()
                    ),
                    None => "–".to_owned(),
                })
            };
            ReadingRow {
                name: Both::of(|lang| words::reading(&assessment.reading, lang).to_owned()),
                mood: mood(ctx, assessment),
                level: assess::result(assessment),
                lower: bound(0),
                upper: bound(1),
                weighted: match has_volume(&assessment.weighted) {
                    true => thousands(assessment.weighted.value),
                    false => "–".to_owned(),
                },
                flips: Both::of(|lang| {
                    let names = assessment
                        .flips
                        .iter()
                        .map(|id| words::category(id, lang).to_owned());
                    match words::list(&names.collect::<Vec<_>>(), lang) {
                        names if names.is_empty() => "–".to_owned(),
                        names => names,
                    }
                }),
                governs: ctx.governing.is_some_and(|g| std::ptr::eq(g, assessment)),
            }
        })
        .collect()
}

/// The sentence on what would change the level.
pub(super) fn flips(ctx: &Ctx<'_>) -> Both {
    ctx.both(|options| {
        let sentence = ctx.governing.and_then(|g| sections::flips(g, options));
        sentence.unwrap_or_else(|| Html::NothingFlips.text(options.lang).to_owned())
    })
}

pub(super) fn what_if(ctx: &Ctx<'_>) -> Vec<(Plain, Both)> {
    let all = ctx.governing.map_or(&[][..], |g| &g.what_if[..]);
    all.iter()
        .map(|w| {
            (
                Plain::new(&w.circumstance),
                Both::of(|lang| lang.choose(&w.en, &w.zh).to_owned()),
            )
        })
        .collect()
}

/// A kind of values.
pub(super) struct KindRow {
    pub(super) id: Plain,
    pub(super) name: Both,
    pub(super) matches: String,
    pub(super) distinct: String,
    pub(super) files: String,
    pub(super) apart: Vec<String>,
    pub(super) samples: Vec<Plain>,
    pub(super) bar: Percent,
}

/// The kinds, and the heads of the columns of what was counted apart.
pub(super) fn kinds(ctx: &Ctx<'_>) -> (Vec<KindRow>, Vec<Both>) {
    let kinds = summary::kinds_by_matches(ctx.audit);
    let columns = summary::apart_columns(&kinds);
    let most = kinds.iter().map(|k| k.matches).max().unwrap_or(0).max(1);
    let row = |kind: &&KindCount| KindRow {
        id: Plain::new(&kind.kind),
        name: ctx.both(|options| {
            let name = options.names.get(&kind.kind);
            name.map_or(String::new(), |name| name.get(options.lang).to_owned())
        }),
        matches: thousands(kind.matches),
        distinct: thousands(kind.distinct),
        files: thousands(kind.files),
        apart: columns.iter().map(|(_, of)| thousands(of(kind))).collect(),
        samples: summary::telling_samples(kind).map(Plain::new).collect(),
        bar: Percent(kind.matches as f64 / most as f64 * 100.0),
    };
    let rows = kinds.iter().map(row).collect();
    let heads = columns
        .iter()
        .map(|(msg, _)| Both::of(|lang| msg.text(lang)));
    (rows, heads.collect())
}

/// The sentence on what was counted apart.
pub(super) fn apart(ctx: &Ctx<'_>) -> Option<Both> {
    sections::apart(ctx.audit, ctx.options())?;
    Some(ctx.both(|options| sections::apart(ctx.audit, options).unwrap_or_default()))
}

/// A column with values that a spreadsheet rounded.
pub(super) struct RoundedRow {
    pub(super) path: Plain,
    pub(super) field: Plain,
    pub(super) kind: Plain,
    pub(super) values: String,
}

/// The columns with most rounded values, and how many more there are.
pub(super) fn rounded(ctx: &Ctx<'_>) -> (Vec<RoundedRow>, Option<Both>) {
    let all = summary::rounded(ctx.audit);
    let rows = all.iter().take(ROUNDED_MAX);
    let rows = rows.map(|(path, column)| RoundedRow {
        path: Plain::path(path),
        field: Plain::path(column.field.as_deref().unwrap_or("–")),
        kind: Plain::new(&column.kind),
        values: thousands(column.values),
    });
    (rows.collect(), more(all.len(), ROUNDED_MAX))
}

/// A limit of the budget.
pub(super) struct LimitRow {
    pub(super) mood: Mood,
    pub(super) verdict: Both,
    pub(super) limit: Plain,
    pub(super) found: String,
    pub(super) max: String,
    pub(super) unit: Both,
    pub(super) owner: Plain,
    pub(super) reason: Plain,
}

/// Every limit, in the order of the budget.
pub(super) fn limits(ctx: &Ctx<'_>) -> Vec<LimitRow> {
    let row = |limit: &LimitFound| LimitRow {
        mood: match limit.exceeded {
            true => Mood::Bad,
            false if budget::guards_nothing(limit) => Mood::Warn,
            false => Mood::Good,
        },
        verdict: Both::of(|lang| budget::verdict(limit, lang)),
        limit: Plain::new(&limit.limit),
        found: thousands(limit.found),
        max: thousands(limit.max),
        unit: Both::of(|lang| budget::unit(limit, lang)),
        owner: Plain::new(limit.owner.as_deref().unwrap_or_default()),
        reason: Plain::new(limit.reason.as_deref().unwrap_or_default()),
    };
    ctx.audit.budget.iter().map(row).collect()
}

/// Says how much a list leaves out.
pub(super) fn more(n: usize, shown_max: usize) -> Option<Both> {
    let left = n.checked_sub(shown_max).filter(|left| *left > 0)?;
    let left = thousands(left as u64);
    Some(Both::of(|lang| Msg::More.with(lang, &[&left])))
}
