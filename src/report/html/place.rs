//! Where it is, for the page: the treemap, the worst files, what was not read, and the evidence.

use super::super::number::{bytes, thousands};
use super::super::summary;
use super::super::words::{self, Msg};
use super::counted::more;
use super::text::{self, Both, Drawn, Plain};
use super::treemap::{self, Node, Tile};
use super::view::{Color, Ctx};
use super::words::Html;

/// Files in the markup, for readers without scripts.
const STATIC_MAX: usize = 25;

/// Entries listed of what was not read.
const GAPS_MAX: usize = 200;

/// Files listed in the manifest.
const MANIFEST_MAX: usize = 200;

/// The treemap and the table.
pub(super) struct Files {
    pub(super) treemap: Vec<TileView>,
    pub(super) treemap_caption: Both,
    pub(super) legend: Vec<(Color, Both)>,
    pub(super) worst: Vec<FileRow>,
    /// Whether the persons of files are known.
    pub(super) has_persons: bool,
    pub(super) note_static: Both,
    pub(super) left: Option<Both>,
    pub(super) copies: Option<Both>,
}

/// A rectangle with its words.
pub(super) struct TileView {
    pub(super) tile: Tile,
    pub(super) color: Color,
    pub(super) label: Drawn,
    pub(super) number: String,
    /// Path and numbers, for whoever points at it.
    pub(super) title: Plain,
}

/// A file.
pub(super) struct FileRow {
    pub(super) path: Plain,
    pub(super) persons: String,
    pub(super) rows: String,
    pub(super) matches: String,
    pub(super) categories: Both,
    pub(super) format: Plain,
    pub(super) size: String,
}

pub(super) fn files(ctx: &Ctx<'_>) -> Files {
    let worst = &ctx.worst;
    let shown = worst.iter().take(STATIC_MAX);
    let n_shown = thousands(worst.len().min(STATIC_MAX) as u64);
    let n_worst = thousands(worst.len() as u64);
    let held = ctx.held;
    let n_copies = summary::copies(ctx.audit).len() as u64;
    let (treemap, treemap_caption) = drawing(ctx);
    Files {
        legend: legend(ctx, &treemap),
        treemap,
        treemap_caption,
        has_persons: summary::has_persons(ctx.audit),
        worst: shown
            .map(|ranked| FileRow {
                path: Plain::path(&ranked.file.path),
                persons: ranked.file.persons.map(thousands).unwrap_or_default(),
                rows: thousands(ranked.rows),
                matches: thousands(ranked.matches),
                categories: Both::of(|lang| words::counts(ranked.categories(), lang)),
                format: Plain::new(&ranked.file.format),
                size: bytes(ranked.file.bytes),
            })
            .collect(),
        note_static: Both::of(|lang| Html::TableStatic.with(lang, &[&n_shown, &n_worst])),
        left: (held.left > 0).then(|| {
            let numbers = [
                held.files as u64,
                (held.files + held.left) as u64,
                held.left as u64,
                held.left_rows,
                held.left_matches,
            ]
            .map(thousands);
            let numbers: Vec<&str> = numbers.iter().map(String::as_str).collect();
            Both::of(|lang| Html::TableLeft.with(lang, &numbers))
        }),
        copies: (n_copies > 0)
            .then(|| Both::of(|lang| Html::Copies.with(lang, &[&thousands(n_copies)]))),
    }
}

fn drawing(ctx: &Ctx<'_>) -> (Vec<TileView>, Both) {
    let mut root = Node::default();
    let (mut n_files, mut n_rows) = (0_u64, 0_u64);
    let by_persons = summary::has_persons(ctx.audit);
    for ranked in &ctx.worst {
        let (file, rows) = (ranked.file, ranked.file.categories.iter());
        let rows: Vec<(Option<usize>, u64)> =
            rows.map(|(id, n)| (ctx.class_index(id), *n)).collect();
        match by_persons {
            true => root.add_amount(&file.path, file.persons.unwrap_or(0), &rows),
            false => root.add(&file.path, &rows),
        }
        n_files += u64::from(ranked.rows > 0);
        n_rows = n_rows.saturating_add(ranked.rows);
    }
    let tiles = treemap::tiles(&root).into_iter();
    let views = tiles.map(|tile| {
        let files = thousands(tile.files);
        // A person may be in several files: their sum is the most that the folder can have, and so is the number of all.
        let amount = match by_persons && tile.files > 1 {
            true => format!("≤{}", thousands(tile.amount.min(ctx.audit.persons))),
            false => thousands(tile.amount),
        };
        let others = thousands(tile.others as u64);
        let path = text::path(&tile.path);
        let path = match tile.others {
            0 => path.into_owned(),
            _ => format!("{path}/… ({others})"),
        };
        TileView {
            color: Color(tile.class),
            label: Drawn(Both::of(|lang| match tile.others {
                0 => text::path(&tile.name).into_owned(),
                _ => Html::TreemapOthers.with(lang, &[&others]),
            })),
            number: amount.clone(),
            title: Plain::new(format!("{path} · {amount} · {files}")),
            tile,
        }
    });
    let caption = Both::of(|lang| match by_persons {
        true => Html::TreemapPersons.with(lang, &[&thousands(n_files)]),
        false => Html::TreemapCaption.with(lang, &[&thousands(n_rows), &thousands(n_files)]),
    });
    (views.collect(), caption)
}

/// The colours that are drawn, with the names of their classes.
fn legend(ctx: &Ctx<'_>, tiles: &[TileView]) -> Vec<(Color, Both)> {
    let mut colors: Vec<Color> = tiles.iter().map(|t| t.color).collect();
    // None comes last, as it does in the table of categories.
    colors.sort_unstable_by_key(|color| (color.0.is_none(), *color));
    colors.dedup();
    let name = |color: Color| match color.0.and_then(|at| ctx.classes.get(at)) {
        Some(class) => ctx.class(class),
        None => Both::of(|lang| Html::ClassNone.text(lang)),
    };
    colors
        .into_iter()
        .map(|color| (color, name(color)))
        .collect()
}

/// What was not read.
pub(super) struct Gaps {
    pub(super) sentence: Both,
    pub(super) groups: Vec<(Both, String)>,
    pub(super) entries: Vec<GapRow>,
    pub(super) more: Option<Both>,
}

/// An entry that was not read, or only in part.
pub(super) struct GapRow {
    pub(super) path: Plain,
    pub(super) reason: Both,
    pub(super) partial: bool,
}

pub(super) fn gaps(ctx: &Ctx<'_>) -> Gaps {
    let audit = ctx.audit;
    let reason = |reason: &str| Both::of(|lang| words::reason(reason, lang));
    let groups = summary::skipped_groups(audit);
    Gaps {
        sentence: Both::of(|lang| match audit.complete {
            true => Msg::DocNothingSkipped.text(lang).to_owned(),
            false => super::super::text::incomplete(audit, lang).unwrap_or_default(),
        }),
        groups: groups
            .iter()
            .map(|g| (reason(g.reason), thousands(g.n)))
            .collect(),
        entries: audit
            .skipped
            .iter()
            .take(GAPS_MAX)
            .map(|skipped| GapRow {
                path: Plain::path(&skipped.path),
                reason: reason(&skipped.reason),
                partial: skipped.partial,
            })
            .collect(),
        more: more(audit.skipped.len(), GAPS_MAX),
    }
}

/// What the report is about.
pub(super) struct Evidence {
    pub(super) facts: Vec<(Both, Plain)>,
    pub(super) files: Vec<(Plain, String, Plain)>,
    pub(super) more: Option<Both>,
}

pub(super) fn evidence(ctx: &Ctx<'_>) -> Evidence {
    let audit = ctx.audit;
    let mut facts = Vec::new();
    let mut fact = |name: Both, value: String| {
        if !value.is_empty() {
            facts.push((name, Plain::new(value)));
        }
    };
    let of = |msg: Msg| Both::of(|lang| msg.text(lang));
    for input in &audit.inputs {
        fact(of(Msg::DocInputs), input.clone());
    }
    fact(of(Msg::DocStarted), audit.started.clone());
    let tool = &audit.tool;
    fact(
        Both::of(|lang| Html::Tool.text(lang)),
        format!("{} {}", tool.name, tool.version),
    );
    fact(
        Both::of(|lang| Html::Catalog.text(lang)),
        tool.catalog.clone(),
    );
    let ages_on = audit.ages_on.clone().unwrap_or_default();
    fact(Both::of(|lang| Html::AgesOn.text(lang)), ages_on);
    fact(of(Msg::ColFilesHead), thousands(audit.stats.files));
    fact(of(Msg::XlsxBytes), thousands(audit.stats.bytes));
    let left = audit.files.iter().skip(MANIFEST_MAX);
    let left_bytes = left
        .clone()
        .fold(0, |sum: u64, f| sum.saturating_add(f.bytes));
    let n_left = left.count();
    Evidence {
        facts,
        files: audit
            .files
            .iter()
            .take(MANIFEST_MAX)
            .map(|f| {
                (
                    Plain::path(&f.path),
                    thousands(f.bytes),
                    Plain::new(&f.format),
                )
            })
            .collect(),
        more: (n_left > 0).then(|| {
            let (n, size) = (thousands(n_left as u64), bytes(left_bytes));
            Both::of(|lang| Html::EvidenceMore.with(lang, &[&n, &size]))
        }),
    }
}
