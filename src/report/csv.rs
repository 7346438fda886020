//! The audit as rows for a spreadsheet: one number a row, so that a pivot table can arrange them.
//!
//! Columns `section,path,id,measure,value`; RFC 4180 quoting and CRLF; a byte order mark in front,
//! because Excel on a Chinese Windows takes a file without one for GBK. Ids, not names, and the
//! same in every language.
//!
//! | section | path | id | measures |
//! | --- | --- | --- | --- |
//! | `scan` | | | `schema` `tool` `version` `catalog` `started` `complete` `files` `bytes` `records` `skipped` `seconds` `persons`, of a share `shard` |
//! | `input` | as given | | `given` (its position, from 1) |
//! | `assessment` | | `INSTRUMENT/READING` | `level` `weighted` `serious` `especially_serious` `flips`, of some `outcome` `level_of_items` `level_of_rows` |
//! | `provision` | | `INSTRUMENT/READING/PROVISION`, then `/CLASS` if it has one | `level` `count` `threshold` `reached` |
//! | `category` | | category (default reading) | `rows` `items` `bare` `persons` |
//! | `category-lenient`, `category-strict` | | category | the same |
//! | `kind` | | kind | `matches` `distinct` `files` `masked` `test` `failed_checksum` `rounded`, `sample` up to three times |
//! | `file` | path | | `format` `encoding` `bytes` `records` `copy_of`, where they were counted `persons` |
//! | `file-kind` | path | kind | `matches`, of a source with lines `first_line` |
//! | `file-category` | path | category | `rows` |
//! | `limit` | | as in the budget | `unit` `max` `found` `exceeded`, of some `files` `owner` `reason` |
//! | `baseline` | | | `mode` `version` `catalog` of the baseline |
//! | `baseline-check` | | as in the audit: `kind email` | `unit` `before` `found` `exceeded`, of fingerprints `new` `gone` |
//! | `baseline-new` | path | kind | `new` `found`, of a source with lines `first_line` |
//! | `ignore` | | the rule, as in the audit | `state` `files` `records` `matches` `apart` `rows` `owner` `reason` `expires` |
//! | `file-ignored` | path | the rule | `records` `matches` `apart` `rows` |
//! | `skipped` | path | | `reason` `partial` |
//!
//! A cell that a spreadsheet would take for a formula gets an apostrophe in front (OWASP, CSV
//! injection), and control characters are shown as escapes; paths as they are stand in the JSON
//! audit.

use std::borrow::Cow;
use std::io::{self, Write};

use super::baseline;
use super::terminal::neutralise;
use crate::audit::{Audit, CategoryCount, FileAudit, KindCount, LimitFound, Taken};
use crate::category::Reading;
use crate::law::Assessment;

/// Writes the whole audit.
pub(super) fn write(wtr: &mut dyn Write, audit: &Audit) -> io::Result<()> {
    let mut rows = Rows(wtr);
    rows.0.write_all("\u{feff}".as_bytes())?;
    rows.write(["section", "path", "id", "measure", "value"])?;
    scan(&mut rows, audit)?;
    for assessment in &audit.assessments {
        assess(&mut rows, assessment)?;
    }
    categories(&mut rows, "category", &audit.categories)?;
    for reading in &audit.readings {
        // The default reading is `audit.categories` itself.
        if reading.reading != Reading::Default.id() {
            let section = format!("category-{}", reading.reading);
            categories(&mut rows, &section, &reading.categories)?;
        }
    }
    for kind in &audit.kinds {
        kind_rows(&mut rows, kind)?;
    }
    for file in &audit.files {
        file_rows(&mut rows, file)?;
    }
    for limit in &audit.budget {
        limit_rows(&mut rows, limit)?;
    }
    baseline_rows(&mut rows, audit)?;
    ignored_rows(&mut rows, audit)?;
    for skipped in &audit.skipped {
        rows.write(["skipped", &skipped.path, "", "reason", &skipped.reason])?;
        let partial = skipped.partial.to_string();
        rows.write(["skipped", &skipped.path, "", "partial", &partial])?;
    }
    Ok(())
}

fn scan(rows: &mut Rows<'_>, audit: &Audit) -> io::Result<()> {
    let stats = &audit.stats;
    for (measure, value) in [
        ("schema", audit.schema.clone()),
        ("tool", audit.tool.name.clone()),
        ("version", audit.tool.version.clone()),
        ("catalog", audit.tool.catalog.clone()),
        ("started", audit.started.clone()),
        ("complete", audit.complete.to_string()),
        ("files", stats.files.to_string()),
        ("bytes", stats.bytes.to_string()),
        ("records", stats.records.to_string()),
        ("skipped", stats.skipped.to_string()),
        ("seconds", stats.seconds.to_string()),
        ("persons", audit.persons.to_string()),
    ] {
        rows.write(["scan", "", "", measure, &value])?;
    }
    if let Some(shard) = &audit.shard {
        rows.write(["scan", "", "", "shard", shard])?;
    }
    for (i, input) in audit.inputs.iter().enumerate() {
        rows.write(["input", input, "", "given", &(i + 1).to_string()])?;
    }
    Ok(())
}

fn assess(rows: &mut Rows<'_>, assessment: &Assessment) -> io::Result<()> {
    let id = format!("{}/{}", assessment.instrument, assessment.reading);
    for (measure, value) in [
        ("level", assessment.level.id().to_owned()),
        ("weighted", assessment.weighted.value.to_string()),
        ("serious", assessment.weighted.serious.to_string()),
        (
            "especially_serious",
            assessment.weighted.especially_serious.to_string(),
        ),
        ("flips", assessment.flips.join(" ")),
    ] {
        rows.write(["assessment", "", &id, measure, &value])?;
    }
    if let Some(outcome) = &assessment.outcome {
        rows.write(["assessment", "", &id, "outcome", &outcome.id])?;
    }
    for bound in &assessment.bounds {
        let measure = format!("level_of_{}", bound.bound);
        let outcome = bound.outcome.as_ref().map(|named| named.id.as_str());
        let level = outcome.unwrap_or(bound.level.id());
        rows.write(["assessment", "", &id, &measure, level])?;
    }
    for outcome in &assessment.provisions {
        let mut id = format!("{id}/{}", outcome.provision);
        if let Some(class) = &outcome.class {
            id = format!("{id}/{class}");
        }
        for (measure, value) in [
            ("level", outcome.level.id().to_owned()),
            ("count", outcome.count.to_string()),
            ("threshold", outcome.threshold.to_string()),
            ("reached", outcome.reached.to_string()),
        ] {
            rows.write(["provision", "", &id, measure, &value])?;
        }
    }
    Ok(())
}

fn categories(rows: &mut Rows<'_>, section: &str, counts: &[CategoryCount]) -> io::Result<()> {
    for count in counts {
        for (measure, value) in [
            ("rows", count.rows),
            ("items", count.items),
            ("bare", count.bare),
            ("persons", count.persons),
        ] {
            rows.write([section, "", &count.category, measure, &value.to_string()])?;
        }
    }
    Ok(())
}

fn kind_rows(rows: &mut Rows<'_>, kind: &KindCount) -> io::Result<()> {
    for (measure, value) in [
        ("matches", kind.matches),
        ("distinct", kind.distinct),
        ("files", kind.files),
        ("masked", kind.masked),
        ("test", kind.test),
        ("failed_checksum", kind.failed_checksum),
        ("rounded", kind.rounded),
    ] {
        rows.write(["kind", "", &kind.kind, measure, &value.to_string()])?;
    }
    for sample in &kind.samples {
        rows.write(["kind", "", &kind.kind, "sample", sample.as_str()])?;
    }
    Ok(())
}

fn file_rows(rows: &mut Rows<'_>, file: &FileAudit) -> io::Result<()> {
    let path = &file.path;
    rows.write(["file", path, "", "format", &file.format])?;
    rows.write(["file", path, "", "encoding", &file.encoding])?;
    rows.write(["file", path, "", "bytes", &file.bytes.to_string()])?;
    rows.write(["file", path, "", "records", &file.records.to_string()])?;
    if let Some(original) = &file.copy_of {
        rows.write(["file", path, "", "copy_of", original])?;
    }
    if let Some(persons) = file.persons {
        rows.write(["file", path, "", "persons", &persons.to_string()])?;
    }
    for (kind, n) in &file.kinds {
        rows.write(["file-kind", path, kind, "matches", &n.to_string()])?;
        if let Some(line) = file.first_lines.get(kind) {
            rows.write(["file-kind", path, kind, "first_line", &line.to_string()])?;
        }
    }
    for (category, n) in &file.categories {
        rows.write(["file-category", path, category, "rows", &n.to_string()])?;
    }
    Ok(())
}

fn limit_rows(rows: &mut Rows<'_>, found: &LimitFound) -> io::Result<()> {
    let id = &found.limit;
    rows.write(["limit", "", id, "unit", &found.unit])?;
    rows.write(["limit", "", id, "max", &found.max.to_string()])?;
    rows.write(["limit", "", id, "found", &found.found.to_string()])?;
    rows.write(["limit", "", id, "exceeded", &found.exceeded.to_string()])?;
    if let Some(files) = found.files {
        rows.write(["limit", "", id, "files", &files.to_string()])?;
    }
    for (measure, stated) in [("owner", &found.owner), ("reason", &found.reason)] {
        if let Some(stated) = stated {
            rows.write(["limit", "", id, measure, stated])?;
        }
    }
    Ok(())
}

/// What has changed since a baseline.
fn baseline_rows(rows: &mut Rows<'_>, audit: &Audit) -> io::Result<()> {
    let Some(found) = &audit.baseline else {
        return Ok(());
    };
    rows.write(["baseline", "", "", "mode", &found.mode])?;
    rows.write(["baseline", "", "", "version", &found.version])?;
    rows.write(["baseline", "", "", "catalog", &found.catalog])?;
    for check in &found.checks {
        let mut put =
            |measure, value: &str| rows.write(["baseline-check", "", &check.check, measure, value]);
        put("unit", &check.unit)?;
        put("before", &check.before.to_string())?;
        put("found", &check.found.to_string())?;
        for (measure, n) in [("new", check.new), ("gone", check.gone)] {
            if let Some(n) = n {
                put(measure, &n.to_string())?;
            }
        }
        put("exceeded", &check.exceeded.to_string())?;
    }
    for new in baseline::new_in(audit) {
        let mut put = |measure, n: u64| {
            rows.write([
                "baseline-new",
                &new.path,
                &new.kind,
                measure,
                &n.to_string(),
            ])
        };
        put("new", new.new)?;
        put("found", new.found)?;
        if let Some(line) = new.first_line {
            put("first_line", line)?;
        }
    }
    Ok(())
}

/// What ignore rules have taken out, by rule and by file.
fn ignored_rows(rows: &mut Rows<'_>, audit: &Audit) -> io::Result<()> {
    for found in &audit.ignored {
        let mut put =
            |measure, value: &str| rows.write(["ignore", "", &found.rule, measure, value]);
        put("state", found.state.id())?;
        put("files", &found.files.to_string())?;
        for (measure, n) in measures(&found.taken) {
            put(measure, &n.to_string())?;
        }
        put("owner", &found.owner)?;
        put("reason", &found.reason)?;
        put("expires", &found.expires)?;
    }
    for file in &audit.files {
        for here in &file.ignored {
            let rule = audit.ignored.get(here.rule);
            let rule = rule.map_or_else(|| here.rule.to_string(), |found| found.rule.clone());
            for (measure, n) in measures(&here.taken) {
                rows.write(["file-ignored", &file.path, &rule, measure, &n.to_string()])?;
            }
        }
    }
    Ok(())
}

fn measures(taken: &Taken) -> [(&'static str, u64); 4] {
    [
        ("records", taken.records),
        ("matches", taken.matches),
        ("apart", taken.apart),
        ("rows", taken.rows),
    ]
}

struct Rows<'w>(&'w mut dyn Write);

impl Rows<'_> {
    fn write(&mut self, cells: [&str; 5]) -> io::Result<()> {
        for (i, cell) in cells.into_iter().enumerate() {
            if i > 0 {
                self.0.write_all(b",")?;
            }
            self.0.write_all(self::cell(cell).as_bytes())?;
        }
        self.0.write_all(b"\r\n")
    }
}

/// What would begin a formula where a spreadsheet splits at semicolons, as it does where the comma
/// is a decimal sign.
const SPLITTERS: [&str; 4] = [";=", ";+", ";-", ";@"];

/// Whether a spreadsheet would take the text for a formula if it were typed. Full-width signs count
/// too: Excel set to Chinese or Japanese takes them for the narrow ones.
pub(super) fn begins_formula(text: &str) -> bool {
    text.starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠'])
}

/// One cell: harmless in a terminal, no formula, quoted where it must be.
fn cell(text: &str) -> Cow<'_, str> {
    let mut out = neutralise(text);
    if begins_formula(text) {
        out = Cow::Owned(format!("'{out}"));
    }
    if SPLITTERS.iter().any(|s| out.contains(s)) {
        let guarded = |text: String, s: &&str| text.replace(s, &format!("{}'{}", &s[..1], &s[1..]));
        out = Cow::Owned(SPLITTERS.iter().fold(out.into_owned(), guarded));
    }
    if out.contains([',', '"']) || out.starts_with(' ') || out.ends_with(' ') {
        out = Cow::Owned(format!("\"{}\"", out.replace('"', "\"\"")));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, want: &str) {
        assert_eq!(cell(text), want);
    }

    #[test]
    fn formulas_become_text() {
        check("=cmd|' /C calc'!A0", "'=cmd|' /C calc'!A0");
        check(
            "=HYPERLINK(\"http://x\",\"y\")",
            "\"'=HYPERLINK(\"\"http://x\"\",\"\"y\"\")\"",
        );
        check("+1", "'+1");
        check("-1", "'-1");
        check("@SUM(A1)", "'@SUM(A1)");
        check("\t=1", "'\\t=1");
        check("\r\n=1", "'\\r\\n=1");
        check("＝1", "'＝1");
        check("a;=1;@b", "a;'=1;'@b");
    }

    #[test]
    fn quotes_commas_and_breaks_do_not_break_the_row() {
        check("a,b", "\"a,b\"");
        check("a\"b", "\"a\"\"b\"");
        check("a\nb", "a\\nb");
        check(" a", "\" a\"");
        check("住宿/a.csv", "住宿/a.csv");
        check("138****1234", "138****1234");
        check("", "");
    }
}
