//! `leakgauge patterns`: the catalog listed, shown and checked.
//!
//! A user's own pattern files get the same check as the built-in ones. What a pattern means is explained in the catalog;
//! here it is only laid out.

use std::collections::BTreeMap;
use std::fmt::Write;

use anyhow::{Result, bail};
use leakgauge::classify::Rules;
use leakgauge::detect::pattern::{Boundary, Confidence, ContextRule, Example, Names, Pattern};
use leakgauge::detect::{Catalog, KindId, Pack};
use leakgauge::report::Lang;
use leakgauge::suggest;
use serde::Serialize;
use unicode_width::UnicodeWidthStr;

use super::args::{Common, ListFormat, Patterns};
use super::exit::ExitCode;
use super::render::language;
use super::{print, say};

/// Runs the command.
pub(crate) fn run(command: &Patterns, common: &Common) -> Result<ExitCode> {
    let lang = language(common);
    match command {
        Patterns::List { packs, format } => {
            let catalog = Catalog::of_packs(&packs.chosen(), &[])?;
            print(&match format {
                ListFormat::Text => list(&catalog, lang),
                ListFormat::Json => list_json(&catalog)?,
            })?;
        }
        Patterns::Show { id, packs } => {
            let catalog = Catalog::of_packs(&packs.chosen(), &[])?;
            let patterns = catalog.patterns();
            let Some(pattern) = patterns.iter().find(|p| p.id == *id) else {
                let near = suggest::nearest(id, patterns.iter().map(|p| p.id.as_str()));
                bail!("no kind `{id}`{near}");
            };
            print(&show(pattern, lang))?;
        }
        Patterns::Check { path, packs } => {
            let catalog = Catalog::of_packs(&packs.chosen(), path.as_slice())?;
            return check(&catalog);
        }
    }
    Ok(ExitCode::Success)
}

fn check(catalog: &Catalog) -> Result<ExitCode> {
    let mut problems = catalog.check();
    problems.extend(Rules::builtin(catalog.vocabulary())?.check());
    if !problems.is_empty() {
        print(
            &problems
                .iter()
                .map(|problem| format!("{problem}\n"))
                .collect::<String>(),
        )?;
        say(&format!(
            "error: {} in the examples of the catalog",
            plural(problems.len(), "problem")
        ));
        return Ok(ExitCode::Usage);
    }
    let patterns = catalog.patterns();
    let positive: usize = patterns.iter().map(|p| p.positive.len()).sum();
    let negative: usize = patterns.iter().map(|p| p.negative.len()).sum();
    print(&format!(
        "{}: {} found, {} passed over, as they must be\n",
        plural(patterns.len(), "pattern"),
        plural(positive, "example"),
        plural(negative, "counter-example"),
    ))?;
    Ok(ExitCode::Success)
}

fn plural(n: usize, noun: &str) -> String {
    let ending = if n == 1 { "" } else { "s" };
    format!("{n} {noun}{ending}")
}

fn name(names: &Names, lang: Lang) -> &str {
    match lang {
        Lang::En => &names.en,
        Lang::Zh => &names.zh,
    }
}

/// A table with one kind a line.
fn list(catalog: &Catalog, lang: Lang) -> String {
    let head = match lang {
        Lang::En => ["KIND", "PACK", "NAME", "ROLE", "CONFIDENCE"],
        Lang::Zh => ["类型", "包", "名称", "角色", "置信度"],
    };
    let rows = kinds(catalog).map(|(pattern, pack)| {
        [
            pattern.id.clone(),
            pack.unwrap_or("-").to_owned(),
            name(&pattern.name, lang).to_owned(),
            pattern.role.clone().unwrap_or_else(|| "-".to_owned()),
            confidence(pattern),
        ]
    });
    table(
        std::iter::once(head.map(str::to_owned))
            .chain(rows)
            .collect(),
    )
}

/// Every pattern with the id of its pack.
fn kinds(catalog: &Catalog) -> impl Iterator<Item = (&Pattern, Option<&'static str>)> {
    let patterns = catalog.patterns().iter().enumerate();
    patterns.map(|(i, pattern)| (pattern, catalog.pack(KindId(i as u8)).map(Pack::id)))
}

/// An object of the list in JSON.
#[derive(Serialize)]
struct Kind<'a> {
    kind: &'a str,
    pack: Option<&'static str>,
    name: BTreeMap<&'static str, &'a str>,
    description: &'a str,
    references: &'a [String],
    role: Option<&'a str>,
    columns: &'a [String],
    context_required: bool,
    confidence: ListedConfidence,
}

/// Confidence by context; `alone` is none where the pattern does not match alone.
#[derive(Serialize)]
struct ListedConfidence {
    alone: Option<&'static str>,
    context: &'static str,
}

/// The list as an array in JSON.
fn list_json(catalog: &Catalog) -> Result<String> {
    let rows: Vec<Kind<'_>> = kinds(catalog)
        .map(|(pattern, pack)| listed(pattern, pack))
        .collect();
    Ok(serde_json::to_string_pretty(&rows)? + "\n")
}

fn listed<'a>(pattern: &'a Pattern, pack: Option<&'static str>) -> Kind<'a> {
    let context_required = pattern.context == ContextRule::Required;
    Kind {
        kind: &pattern.id,
        pack,
        name: BTreeMap::from([("en", &*pattern.name.en), ("zh", &*pattern.name.zh)]),
        description: pattern.description.trim(),
        references: &pattern.references,
        role: pattern.role.as_deref(),
        columns: &pattern.columns,
        context_required,
        confidence: ListedConfidence {
            alone: (!context_required).then(|| pattern.confidence.alone.id()),
            context: pattern.confidence.context.id(),
        },
    }
}

/// Confidence alone and with context, if they differ; `-` where the pattern does not match alone.
fn confidence(pattern: &Pattern) -> String {
    let context = pattern.confidence.context.id();
    match pattern.context {
        ContextRule::Required if pattern.structure.is_none() => format!("-/{context}"),
        _ => format!("{}/{context}", pattern.confidence.alone.id()),
    }
}

/// Columns two spaces apart, aligned by what a terminal shows.
fn table<const N: usize>(rows: Vec<[String; N]>) -> String {
    let mut widths = [0; N];
    for row in &rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = (*width).max(cell.width());
        }
    }
    let mut text = String::new();
    for row in &rows {
        let mut line = String::new();
        for (cell, width) in row.iter().zip(widths) {
            line.push_str(cell);
            line.extend(std::iter::repeat_n(' ', width - cell.width() + 2));
        }
        text.push_str(line.trim_end());
        text.push('\n');
    }
    text
}

/// Everything about one kind.
fn show(pattern: &Pattern, lang: Lang) -> String {
    let mut text = format!(
        "{}  {}\n\n{}\n\n",
        pattern.id,
        name(&pattern.name, lang),
        pattern.description.trim()
    );
    let words = |list: &[String]| list.join(", ");
    let mut field = |name: &str, value: &str| {
        if !value.is_empty() {
            let indented = value.trim_end().replace('\n', "\n              ");
            writeln!(text, "{name:<12}  {indented}").expect("writing to a string does not fail");
        }
    };
    field(
        "regex",
        pattern
            .regex
            .as_deref()
            .unwrap_or_default()
            .trim_start_matches('\n'),
    );
    field("cell", pattern.cell.as_deref().unwrap_or_default());
    field("masked", pattern.masked.as_deref().unwrap_or_default());
    field(
        "validator",
        pattern.validator.as_deref().unwrap_or_default(),
    );
    field(
        "boundary",
        match pattern.boundary {
            Boundary::Token => "token",
            Boundary::Loose => "loose",
            Boundary::Blank => "blank",
        },
    );
    field(
        "context",
        match pattern.context {
            ContextRule::Anywhere => "anywhere",
            ContextRule::Required if pattern.structure.is_some() => {
                "required: only in a column of its roles, behind a label, or by its structure"
            }
            ContextRule::Required => "required: only in a column of its roles or behind a label",
        },
    );
    field("columns", &words(&pattern.columns));
    field("labels", &words(&pattern.labels));
    field("role", pattern.role.as_deref().unwrap_or_default());
    field("glued", &words(&pattern.glued));
    field("behind", &words(&pattern.behind));
    field(
        "confidence",
        &format!("{} (alone/with context)", confidence(pattern)),
    );
    for level in [Confidence::High, Confidence::Medium, Confidence::Low] {
        field("", &format!("{}: {}", level.id(), level.meaning()));
    }
    field("precedence", &pattern.precedence.to_string());
    for reference in &pattern.references {
        field("reference", reference);
    }
    examples(&mut text, "found", &pattern.positive);
    examples(&mut text, "passed over", &pattern.negative);
    text
}

/// Examples are synthetic and part of the catalog; they are the only values that are ever printed in full.
fn examples(text: &mut String, head: &str, examples: &[Example]) {
    if examples.is_empty() {
        return;
    }
    text.push('\n');
    for example in examples {
        let column = example
            .column
            .as_ref()
            .map(|c| format!(" in column `{c}`"))
            .unwrap_or_default();
        let value = example
            .value
            .as_ref()
            .map(|v| format!(" as `{v}`"))
            .unwrap_or_default();
        writeln!(
            text,
            "{head}: `{}`{column}{value}: {}",
            example.text.trim_end(),
            example.why
        )
        .expect("writing to a string does not fail");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_aligned_by_display_width() {
        let rows = vec![
            [
                "cn.mobile".to_owned(),
                "手机号码".to_owned(),
                "phone".to_owned(),
            ],
            ["qq".to_owned(), "QQ".to_owned(), "-".to_owned()],
        ];
        assert_eq!(
            table(rows),
            "cn.mobile  手机号码  phone\nqq         QQ        -\n"
        );
    }

    #[test]
    fn one_is_singular() {
        assert_eq!(
            (plural(1, "example"), plural(0, "example")),
            ("1 example".into(), "0 examples".into())
        );
    }
}
