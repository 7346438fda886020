//! The audit as SARIF 2.1.0, for code scanning: one result for each file and kind.
//!
//! A result stands for all values of a kind in a file: it says how often they occur there
//! (`occurrenceCount`), and its region is the first line with one. Where the source has no lines, and at
//! containers, it is line 1, because code scanning shows no result without a region. Members of
//! containers are told at the container, with their own path as the logical location. What was not read is a notification of the invocation.
//! With a baseline of fingerprints a result says whether its values were there before (`baselineState`). What ignore rules have
//! taken out is no result and has no suppression: rules and numbers are properties of the run.
//!
//! Code scanning takes 25,000 results a run (GitHub, "SARIF results exceed limit"). Beyond
//! [`RESULTS_MAX`] the worst are listed, and one last result says how many more there are, in how
//! many files and with how many matches.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};

use serde::Serialize;

use super::json::write_pretty;
use super::number::thousands;
use super::summary::{self, Outer, Ranked};
use super::terminal::neutralise;
use super::text::{distance, headline_words, incomplete};
use super::words::{self, Msg};
use super::{Lang, Options, baseline};
use crate::audit::{Audit, BaselineCheck, IgnoreFound, LimitFound, NewInFile};
use crate::law::Level;

/// Most results; one more tells the rest.
const RESULTS_MAX: usize = 24_999;

/// Most notifications of entries that were not read; one more tells the rest.
const NOTIFICATIONS_MAX: usize = 1_000;

/// Id of the rule of the result that tells the rest.
const MORE: &str = "leakgauge.more";

/// Context of the fingerprints (BLAKE3 key derivation): they say that a result is the same from run
/// to run, and nothing of the data.
const FINGERPRINT: &str = "leakgauge sarif result of a file and kind v1";

#[derive(Serialize)]
struct Log {
    #[serde(rename = "$schema")]
    schema: &'static str,
    version: &'static str,
    runs: [Run; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Run {
    tool: Tool,
    invocations: [Invocation; 1],
    automation_details: Id,
    column_kind: &'static str,
    language: &'static str,
    results: Vec<ResultOf>,
    properties: Verdict,
}

#[derive(Serialize)]
struct Tool {
    driver: Driver,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Driver {
    name: String,
    version: String,
    rules: Vec<Rule>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Rule {
    id: String,
    short_description: Text,
    full_description: Text,
    default_configuration: Configuration,
    help: Text,
    properties: Tags,
}

#[derive(Serialize)]
struct Configuration {
    level: &'static str,
}

#[derive(Serialize)]
struct Tags {
    tags: [&'static str; 2],
}

#[derive(Serialize)]
struct Id {
    id: &'static str,
}

#[derive(Serialize)]
struct Text {
    text: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Invocation {
    execution_successful: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    start_time_utc: Option<String>,
    tool_execution_notifications: Vec<Notification>,
}

#[derive(Serialize)]
struct Notification {
    level: &'static str,
    message: Text,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    locations: Vec<Location>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ResultOf {
    rule_id: String,
    rule_index: usize,
    level: &'static str,
    message: Text,
    locations: [Location; 1],
    partial_fingerprints: BTreeMap<&'static str, String>,
    occurrence_count: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    baseline_state: Option<&'static str>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Location {
    physical_location: PhysicalLocation,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    logical_locations: Vec<LogicalLocation>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct PhysicalLocation {
    artifact_location: ArtifactLocation,
    region: Region,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ArtifactLocation {
    uri: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    uri_base_id: Option<&'static str>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Region {
    start_line: u64,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct LogicalLocation {
    fully_qualified_name: String,
    kind: &'static str,
}

/// The result of the whole audit, for readers of the log.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Verdict {
    level: &'static str,
    headline: String,
    complete: bool,
    persons: u64,
    items: u64,
    /// The limits of the budget, as the audit has them: one that is exceeded fails the job, whatever
    /// the level.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    budget: Vec<LimitFound>,
    /// What has changed since the baseline, as the audit has it: what is more fails the job too.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    baseline: Vec<BaselineCheck>,
    /// The ignore rules, with what they have taken out: none of it is among the results.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    ignored: Vec<IgnoreFound>,
}

/// Writes the log.
pub(super) fn write(wtr: &mut dyn Write, audit: &Audit, options: &Options) -> io::Result<()> {
    write_with(wtr, audit, options, RESULTS_MAX)
}

fn write_with(
    wtr: &mut dyn Write,
    audit: &Audit,
    options: &Options,
    results_max: usize,
) -> io::Result<()> {
    let rules = Rules::new(audit, options);
    let results = results(audit, options, &rules, results_max);
    let log = Log {
        schema: "https://json.schemastore.org/sarif-2.1.0.json",
        version: "2.1.0",
        runs: [Run {
            tool: Tool {
                driver: Driver {
                    name: plain(&audit.tool.name),
                    version: plain(&audit.tool.version),
                    rules: rules.rules,
                },
            },
            invocations: [invocation(audit, options.lang)],
            automation_details: Id { id: "leakgauge/" },
            column_kind: "utf16CodeUnits",
            language: options.lang.choose("en", "zh"),
            results,
            properties: verdict(audit, options),
        }],
    };
    write_pretty(wtr, &log)
}

/// Text from outside: a viewer may not escape what acts on it.
fn plain(text: &str) -> String {
    neutralise(text).into_owned()
}

/// One rule a kind, and the places of their ids.
struct Rules {
    rules: Vec<Rule>,
    index: BTreeMap<String, usize>,
}

impl Rules {
    fn new(audit: &Audit, options: &Options) -> Rules {
        let of_files = audit.files.iter().flat_map(|f| f.kinds.keys());
        let mut ids: BTreeSet<&str> = of_files.map(String::as_str).collect();
        ids.insert(MORE);
        let ids: Vec<&str> = ids.into_iter().collect();
        Rules {
            rules: ids.iter().map(|id| rule(id, options)).collect(),
            index: ids
                .iter()
                .enumerate()
                .map(|(i, id)| ((*id).to_owned(), i))
                .collect(),
        }
    }
}

fn rule(id: &str, options: &Options) -> Rule {
    let lang = options.lang;
    let name = options.names.get(id).map(|name| name.get(lang));
    let (short, full) = if id == MORE {
        let text = Msg::SarifMoreRule.text(lang).to_owned();
        (text.clone(), text)
    } else {
        let name = plain(name.unwrap_or(id));
        let full = Msg::SarifRule.with(lang, &[&name]);
        (name, full)
    };
    Rule {
        id: plain(id),
        short_description: Text { text: short },
        full_description: Text { text: full },
        default_configuration: Configuration { level: "warning" },
        help: Text {
            text: Msg::SarifHelp.text(lang).to_owned(),
        },
        properties: Tags {
            tags: ["privacy", "personal-data"],
        },
    }
}

/// The results, worst files first and in a file the most frequent kinds.
fn results(audit: &Audit, options: &Options, rules: &Rules, max: usize) -> Vec<ResultOf> {
    let is_reached = summary::governing(audit, options).is_some_and(|g| g.level > Level::None);
    let since = Since::new(audit);
    let outer = Outer::new(audit);
    let files = summary::worst_files(audit);
    let mut results = Vec::new();
    let mut rest: Option<Rest<'_>> = None;
    for ranked in &files {
        let mut kinds: Vec<(&str, u64)> = ranked
            .file
            .kinds
            .iter()
            .map(|(id, n)| (id.as_str(), *n))
            .filter(|(_, n)| *n > 0)
            .collect();
        kinds.sort_by_key(|(_, n)| std::cmp::Reverse(*n));
        for (kind, n) in kinds {
            if results.len() < max {
                let line = ranked.file.first_lines.get(kind);
                let location = location(&ranked.file.path, &outer, line.copied());
                results.push(ResultOf {
                    baseline_state: since.state(&ranked.file.path, kind),
                    ..result(ranked, kind, n, is_reached, rules, options, location)
                });
            } else {
                rest.get_or_insert_with(|| Rest::new(&ranked.file.path))
                    .add(&ranked.file.path, n);
            }
        }
    }
    results.extend(rest.map(|rest| rest.result(rules, options.lang, &outer)));
    results
}

fn result(
    ranked: &Ranked<'_>,
    kind: &str,
    n: u64,
    is_reached: bool,
    rules: &Rules,
    options: &Options,
    location: Location,
) -> ResultOf {
    let lang = options.lang;
    let name = options.names.get(kind).map_or(kind, |name| name.get(lang));
    let mut message = Msg::SarifResult.with(lang, &[&plain(name), &thousands(n)]);
    let rows = ranked.categories();
    if !rows.is_empty() {
        let rows = plain(&words::counts(rows, lang));
        message.push_str(lang.choose(" ", ""));
        message.push_str(&Msg::SarifRows.with(lang, &[&rows]));
    }
    ResultOf {
        rule_id: plain(kind),
        rule_index: rules.index[kind],
        level: match (ranked.rows > 0, is_reached) {
            (true, true) => "error",
            (true, false) => "warning",
            (false, _) => "note",
        },
        message: Text { text: message },
        locations: [location],
        partial_fingerprints: fingerprints(&ranked.file.path, kind),
        occurrence_count: n,
        baseline_state: None,
    }
}

/// What of the results was there before, where the values of each are known: with a baseline of fingerprints. A result is its
/// values, so that it stays what it is where files are renamed and lines move.
struct Since<'a> {
    is_known: bool,
    /// By path and kind.
    new_in: BTreeMap<(&'a str, &'a str), &'a NewInFile>,
    /// Paths that several files have, as members of an archive may.
    ambiguous: BTreeSet<&'a str>,
}

impl<'a> Since<'a> {
    fn new(audit: &'a Audit) -> Since<'a> {
        let is_known = audit.baseline.as_ref().is_some_and(|b| b.new_in.is_some());
        let (mut paths, mut ambiguous) = (BTreeSet::new(), BTreeSet::new());
        if is_known {
            let all = audit.files.iter().map(|file| file.path.as_str());
            ambiguous.extend(all.filter(|path| !paths.insert(*path)));
        }
        let new_in = baseline::new_in(audit).iter();
        Since {
            is_known,
            new_in: new_in
                .map(|new| ((new.path.as_str(), new.kind.as_str()), new))
                .collect(),
            ambiguous,
        }
    }

    /// `new` if none of its values was there, `updated` if some were, `unchanged` if all were.
    fn state(&self, path: &str, kind: &str) -> Option<&'static str> {
        if !self.is_known || self.ambiguous.contains(path) {
            return None;
        }
        Some(match self.new_in.get(&(path, kind)) {
            None => "unchanged",
            Some(new) if new.new == new.found => "new",
            Some(_) => "updated",
        })
    }
}

/// What is not listed.
struct Rest<'a> {
    first: &'a str,
    last: &'a str,
    results: u64,
    files: u64,
    matches: u64,
}

impl<'a> Rest<'a> {
    fn new(first: &'a str) -> Rest<'a> {
        Rest {
            first,
            last: "",
            results: 0,
            files: 0,
            matches: 0,
        }
    }

    fn add(&mut self, path: &'a str, matches: u64) {
        if self.files == 0 || self.last != path {
            self.files += 1;
            self.last = path;
        }
        self.results += 1;
        self.matches = self.matches.saturating_add(matches);
    }

    fn result(self, rules: &Rules, lang: Lang, outer: &Outer<'_>) -> ResultOf {
        let numbers = [self.results, self.files, self.matches].map(thousands);
        ResultOf {
            rule_id: MORE.to_owned(),
            rule_index: rules.index[MORE],
            level: "warning",
            message: Text {
                text: Msg::SarifMore.with(lang, &[&numbers[0], &numbers[1], &numbers[2]]),
            },
            locations: [location(self.first, outer, None)],
            partial_fingerprints: fingerprints("", MORE),
            occurrence_count: self.matches.max(1),
            baseline_state: None,
        }
    }
}

/// `primaryLocationLineHash` is the one that code scanning compares.
fn fingerprints(path: &str, kind: &str) -> BTreeMap<&'static str, String> {
    let mut hasher = blake3::Hasher::new_derive_key(FINGERPRINT);
    hasher.update(&(path.len() as u64).to_le_bytes());
    hasher.update(path.as_bytes());
    hasher.update(kind.as_bytes());
    let hash = hasher.finalize().to_hex();
    BTreeMap::from([
        ("leakgauge/fileAndKind/v1", hash[..32].to_owned()),
        ("primaryLocationLineHash", format!("{}:1", &hash[..16])),
    ])
}

/// A place; `line` is one of the file itself, if it is known.
fn location(path: &str, outer: &Outer<'_>, line: Option<u64>) -> Location {
    let outer = outer.of(path);
    let line = line.filter(|line| *line > 0 && outer == path);
    let is_absolute = outer.starts_with('/');
    Location {
        physical_location: PhysicalLocation {
            artifact_location: ArtifactLocation {
                uri: uri(outer),
                uri_base_id: (!is_absolute).then_some("%SRCROOT%"),
            },
            region: Region {
                start_line: line.unwrap_or(1),
            },
        },
        logical_locations: if outer == path {
            Vec::new()
        } else {
            vec![LogicalLocation {
                fully_qualified_name: plain(path),
                kind: "member",
            }]
        },
    }
}

/// A path as a URI reference (RFC 3986): what is no unreserved character or slash is percent-encoded.
fn uri(path: &str) -> String {
    let mut uri = String::with_capacity(path.len() + 8);
    if path.starts_with('/') {
        uri.push_str("file://");
    }
    for byte in path.trim_start_matches("./").bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => {
                uri.push(char::from(byte));
            }
            _ => uri.push_str(&format!("%{byte:02X}")),
        }
    }
    uri
}

fn invocation(audit: &Audit, lang: Lang) -> Invocation {
    let outer = Outer::new(audit);
    let mut notifications: Vec<Notification> = audit
        .skipped
        .iter()
        .take(NOTIFICATIONS_MAX)
        .map(|skipped| Notification {
            level: "warning",
            message: Text {
                text: plain(&words::reason(&skipped.reason, lang)),
            },
            locations: vec![location(&skipped.path, &outer, None)],
        })
        .collect();
    if let Some(sentence) = incomplete(audit, lang) {
        notifications.insert(0, notification(plain(&sentence)));
    }
    if let Some(left @ 1..) = audit.skipped.len().checked_sub(NOTIFICATIONS_MAX) {
        let left = thousands(left as u64);
        notifications.push(notification(Msg::More.with(lang, &[&left])));
    }
    Invocation {
        execution_successful: true,
        start_time_utc: summary::started(audit).map(str::to_owned),
        tool_execution_notifications: notifications,
    }
}

fn notification(text: String) -> Notification {
    Notification {
        level: "warning",
        message: Text { text },
        locations: Vec::new(),
    }
}

fn verdict(audit: &Audit, options: &Options) -> Verdict {
    let lang = options.lang;
    let governing = summary::governing(audit, options);
    let (mut headline, _) = headline_words(audit, governing, lang);
    for sentence in governing.map_or_else(Vec::new, |g| distance(audit, g, lang)) {
        headline = format!("{headline}{}{sentence}", lang.choose(". ", "。"));
    }
    Verdict {
        level: governing.map_or(Level::None, |g| g.level).id(),
        headline: plain(&headline),
        complete: audit.complete,
        persons: audit.persons,
        items: summary::n_items(audit),
        budget: audit.budget.iter().map(limit).collect(),
        baseline: audit
            .baseline
            .iter()
            .flat_map(|found| &found.checks)
            .map(check)
            .collect(),
        ignored: audit.ignored.iter().map(rule_found).collect(),
    }
}

/// A comparison with its texts made harmless.
fn check(found: &BaselineCheck) -> BaselineCheck {
    BaselineCheck {
        check: plain(&found.check),
        unit: plain(&found.unit),
        ..found.clone()
    }
}

/// An ignore rule with its texts made harmless.
fn rule_found(found: &IgnoreFound) -> IgnoreFound {
    IgnoreFound {
        rule: plain(&found.rule),
        owner: plain(&found.owner),
        reason: plain(&found.reason),
        expires: plain(&found.expires),
        ..found.clone()
    }
}

/// A limit with its texts made harmless.
fn limit(found: &LimitFound) -> LimitFound {
    LimitFound {
        limit: plain(&found.limit),
        unit: plain(&found.unit),
        owner: found.owner.as_deref().map(plain),
        reason: found.reason.as_deref().map(plain),
        ..found.clone()
    }
}

#[cfg(test)]
mod tests;
