//! The catalog: the checked set of patterns, built in and the user's own, with the vocabulary of columns.
//!
//! Whatever can be wrong with a pattern is found here, before any scanning: unknown keys, validators, roles; expressions that
//! do not compile or cannot be anchored; two patterns with one id. [`Catalog::check`] runs every example of every pattern
//! through the real detector with everything loaded.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use regex_syntax::hir::{Hir, HirKind};

use crate::error::{self, Error};
use crate::record::{Batch, Field, Record, Span};

use super::automaton::{Automaton, CellAutomaton};
use super::builtin;
use super::engine::{
    AtGroup, CellGroup, ColumnRule, Detector, Engine, Form, Found, Group, Kind, Prober, TokenGroup,
};
use super::label::{Endings, Label, Labels};
use super::pattern::{ContextRule, Example, Pattern};
use super::prefilter::Admission;
use super::vocabulary::{Presence, RoleId, RoleSet, Vocabulary};
use super::{KINDS_MAX, KindId, KindSet, Match, Status, validate};

/// The checked set of patterns.
#[derive(Clone)]
pub struct Catalog {
    patterns: Vec<Pattern>,
    /// The file of each pattern, for messages.
    files: Vec<String>,
    vocabulary: Arc<Vocabulary>,
    hash: blake3::Hash,
    engine: Arc<Engine>,
}

impl Catalog {
    /// The patterns that come with the program.
    ///
    /// # Errors
    /// Never for a released program: the tests load every built-in file.
    pub fn builtin() -> Result<Catalog, Error> {
        let files = builtin::PATTERNS
            .iter()
            .map(|(path, text)| ((*path).to_owned(), (*text).to_owned()));
        Catalog::load(files.collect())
    }

    /// The built-in patterns and those of the user's files, or of all `.toml` files in the user's folders.
    ///
    /// # Errors
    /// When a file cannot be read or a pattern is wrong; the message names file, key and remedy.
    pub fn with_user_files(self, paths: &[PathBuf]) -> Result<Catalog, Error> {
        if paths.is_empty() {
            return Ok(self);
        }
        let mut files: Vec<(String, String)> = builtin::PATTERNS
            .iter()
            .map(|(path, text)| ((*path).to_owned(), (*text).to_owned()))
            .collect();
        for path in paths {
            for file in toml_files(path)? {
                files.push((file.display().to_string(), error::read_text(&file)?));
            }
        }
        Catalog::load(files)
    }

    pub(super) fn load(files: Vec<(String, String)>) -> Result<Catalog, Error> {
        let mut hasher = blake3::Hasher::new();
        hasher.update(builtin::COLUMNS.as_bytes());
        let vocabulary =
            Vocabulary::load(builtin::COLUMNS).map_err(|e| e.at("patterns/columns.toml"))?;
        let mut parsed = Vec::with_capacity(files.len());
        for (path, text) in files {
            let pattern: Pattern =
                toml::from_str(&text).map_err(|e| toml_error(&path, &text, &e))?;
            hasher
                .update(&(text.len() as u64).to_le_bytes())
                .update(text.as_bytes());
            parsed.push((pattern, path));
        }
        parsed.sort_by(|a, b| a.0.id.cmp(&b.0.id));
        if let Some(pair) = parsed.windows(2).find(|pair| pair[0].0.id == pair[1].0.id) {
            let message = format!(
                "two patterns have the id `{}`: rename this one; the other is in {}",
                pair[1].0.id, pair[0].1
            );
            return Err(Error::new(message).at(&pair[1].1));
        }
        if parsed.len() > KINDS_MAX {
            return Err(Error::new(format!(
                "{} patterns are more than the {KINDS_MAX} that fit",
                parsed.len()
            )));
        }
        let (patterns, files): (Vec<Pattern>, Vec<String>) = parsed.into_iter().unzip();
        let masked_anchored = patterns
            .iter()
            .map(|p| p.masked.as_deref().is_some_and(is_anchored))
            .collect();
        let engine = Compiler {
            patterns: &patterns,
            masked_anchored,
            files: &files,
            vocabulary: &vocabulary,
        }
        .compile()?;
        Ok(Catalog {
            patterns,
            files,
            vocabulary: Arc::new(vocabulary),
            hash: hasher.finalize(),
            engine: Arc::new(engine),
        })
    }

    /// The patterns, sorted by id. A [`KindId`] is a position here.
    pub fn patterns(&self) -> &[Pattern] {
        &self.patterns
    }

    /// The pattern of a kind.
    pub fn pattern(&self, kind: KindId) -> &Pattern {
        &self.patterns[kind.index()]
    }

    /// The file that the pattern of a kind stands in.
    pub fn file(&self, kind: KindId) -> &str {
        &self.files[kind.index()]
    }

    /// The words that name columns.
    pub fn vocabulary(&self) -> &Vocabulary {
        &self.vocabulary
    }

    /// Hash of every pattern and of the column vocabulary: `blake3:…`.
    pub fn hash(&self) -> String {
        format!("blake3:{}", self.hash.to_hex())
    }

    /// A detector for one worker.
    pub fn detector(&self) -> Detector {
        Detector::new(Arc::clone(&self.engine))
    }

    /// A prober for one worker.
    pub fn prober(&self) -> Prober {
        Prober::new(self.detector())
    }

    /// Runs every example through the real detector with all patterns loaded. Returns what is wrong, in the order of ids.
    pub fn check(&self) -> Vec<String> {
        let mut detector = self.detector();
        let mut problems = Vec::new();
        for (i, pattern) in self.patterns.iter().enumerate() {
            let kind = KindId(i as u8);
            let examples = [
                ("positive", &pattern.positive, true),
                ("negative", &pattern.negative, false),
            ];
            for (name, examples, expected) in examples {
                if examples.len() < EXAMPLES_MIN {
                    problems.push(format!(
                        "{}: {} {name} examples, expected at least {EXAMPLES_MIN}",
                        self.files[i],
                        examples.len()
                    ));
                }
                for (n, example) in examples.iter().enumerate() {
                    let matches = self.probe(&mut detector, example);
                    let verdict = if expected {
                        self.judge_positive(kind, example, &matches)
                    } else {
                        self.judge_negative(kind, &matches)
                    };
                    if let Some(problem) = verdict {
                        problems.push(format!(
                            "{}: {name} example {}: {problem}",
                            self.files[i],
                            n + 1
                        ));
                    }
                }
            }
        }
        problems
    }

    /// The matches in an example: a line of text, or a cell of a column with a header.
    fn probe(&self, detector: &mut Detector, example: &Example) -> Vec<Match> {
        let text = example.text.clone().into_bytes();
        let span = Span {
            start: 0,
            end: text.len() as u32,
        };
        let batch = Batch {
            text,
            fields: vec![Field { span, column: 0 }],
            records: vec![Record {
                fields: 0..1,
                number: 1,
                line: 1,
                table: 0,
            }],
        };
        let rule = match &example.column {
            None => ColumnRule {
                prose: true,
                ..ColumnRule::default()
            },
            Some(header) => {
                let role = self.vocabulary.lookup(header).map(|l| l.role);
                let veto = role.is_some_and(|r| self.vocabulary.info(r).veto);
                detector.column_rule(role, veto, false)
            }
        };
        let mut found = Found::default();
        detector.batch(&batch, rule.prose);
        detector.record(&batch, &batch.records[0], &[rule], &mut found);
        found.matches
    }

    fn judge_positive(&self, kind: KindId, example: &Example, matches: &[Match]) -> Option<String> {
        let value = example.value.as_deref().unwrap_or(&example.text);
        let start = example.text.find(value)?;
        let status = example.status.as_deref().unwrap_or("valid");
        let here = |m: &&Match| {
            (m.span.start as usize) < start + value.len() && start < m.span.end as usize
        };
        let Some(found) = matches.iter().find(here) else {
            return Some(format!(
                "nothing is found where `{value}` was expected ({})",
                example.why
            ));
        };
        if found.kind != kind {
            return Some(format!(
                "`{value}` is found as {} ({})",
                self.pattern(found.kind).id,
                example.why
            ));
        }
        if found.span.range() != (start..start + value.len()) {
            let got = &example.text[found.span.range()];
            return Some(format!(
                "`{got}` is found where `{value}` was expected ({})",
                example.why
            ));
        }
        (found.status.id() != status).then(|| {
            format!(
                "`{value}` is {}, expected {status} ({})",
                found.status.id(),
                example.why
            )
        })
    }

    fn judge_negative(&self, kind: KindId, matches: &[Match]) -> Option<String> {
        let hit = matches
            .iter()
            .find(|m| m.kind == kind && m.status == Status::Valid)?;
        Some(format!(
            "bytes {}..{} are found, expected nothing of this kind",
            hit.span.start, hit.span.end
        ))
    }
}

/// Fewest examples of each sort a pattern must carry.
const EXAMPLES_MIN: usize = 3;

fn toml_files(path: &Path) -> Result<Vec<PathBuf>, Error> {
    if !path.is_dir() {
        return Ok(vec![path.to_owned()]);
    }
    let listing = std::fs::read_dir(path)
        .map_err(|e| Error::new("cannot be listed").at_path(path).because(e))?;
    let mut files: Vec<PathBuf> = listing
        .filter_map(Result::ok)
        .map(|entry| entry.path())
        .filter(|p| p.extension().is_some_and(|e| e == "toml"))
        .collect();
    files.sort();
    if files.is_empty() {
        return Err(
            Error::new("holds no `.toml` file: name a pattern file, or a folder of them")
                .at_path(path),
        );
    }
    Ok(files)
}

fn toml_error(path: &str, text: &str, error: &toml::de::Error) -> Error {
    let line = error.span().map_or(1, |span| {
        1 + text[..span.start.min(text.len())].matches('\n').count()
    });
    Error::new(without_data(error.message())).at(format!("{path}:{line}"))
}

/// A parser's message without what it quotes, unless that is a plain key: a data file given by mistake is not quoted back.
fn without_data(message: &str) -> String {
    let is_key = |quoted: &str| {
        quoted.len() <= 32
            && quoted
                .bytes()
                .all(|b| b.is_ascii_lowercase() || b"_-.[]".contains(&b))
    };
    let mut quote = None;
    let mut out = String::new();
    for part in message.split_inclusive(['`', '"']) {
        let (text, end) = match part.chars().last() {
            Some(c @ ('`' | '"')) => (&part[..part.len() - 1], Some(c)),
            _ => (part, None),
        };
        out.push_str(if quote.is_none() || is_key(text) {
            text
        } else {
            "…"
        });
        out.extend(end);
        quote = if quote.is_none() { end } else { None };
    }
    out
}

/// Turns checked patterns into an engine.
struct Compiler<'a> {
    patterns: &'a [Pattern],
    /// For each pattern, whether its masked form is found by a look at tokens.
    masked_anchored: Vec<bool>,
    files: &'a [String],
    vocabulary: &'a Vocabulary,
}

/// An expression on its way into a group.
#[derive(Clone, Copy)]
struct Expression<'a> {
    text: &'a str,
    form: Form,
}

impl<'a> Compiler<'a> {
    fn compile(&self) -> Result<Engine, Error> {
        let mut kinds = Vec::with_capacity(self.patterns.len());
        for (i, pattern) in self.patterns.iter().enumerate() {
            kinds.push(self.kind(pattern).map_err(|e| e.at(&self.files[i]))?);
            for text in [&pattern.regex, &pattern.cell, &pattern.masked]
                .into_iter()
                .flatten()
            {
                self.parse(Expression {
                    text,
                    form: Form {
                        kind: KindId(i as u8),
                        masked: false,
                    },
                })?;
            }
        }
        let (mut tokens, mut ats) = (Vec::new(), Vec::new());
        for (i, pattern) in self.patterns.iter().enumerate() {
            let kind = KindId(i as u8);
            if pattern.context == ContextRule::Required {
                continue;
            }
            let forms = [
                (pattern.regex.as_deref(), false),
                (pattern.masked.as_deref(), true),
            ];
            for (text, masked) in forms.into_iter().filter_map(|(t, m)| Some((t?, m))) {
                let expression = Expression {
                    text,
                    form: Form { kind, masked },
                };
                if requires_at(&self.parse(expression)?) {
                    ats.push(expression);
                } else if !masked || self.masked_anchored[i] {
                    tokens.push(expression);
                }
            }
        }
        let role_kinds = self.role_kinds();
        let (labels, label_sets) = self.labels(&role_kinds);
        let (mut cells, mut cells_of) = (Vec::new(), BTreeMap::new());
        let every = all_kinds(self.patterns.len());
        for set in role_kinds.iter().copied().chain(label_sets).chain([every]) {
            let expressions = self.cell_expressions(set);
            if !expressions.is_empty() && !cells_of.contains_key(&set) {
                cells_of.insert(set, cells.len());
                cells.push(self.cell_group(&expressions)?);
            }
        }
        let any_cell = cells_of.get(&every).copied();
        let mut filled_roles = RoleSet::default();
        for role in (0..self.vocabulary.len()).map(|i| RoleId(i as u8)) {
            if self.vocabulary.info(role).presence == Presence::Filled {
                filled_roles.insert(role);
            }
        }
        Ok(Engine {
            kinds,
            tokens: self.token_group(&tokens, labels.endings())?,
            ats: self.at_group(&ats)?,
            labels,
            cells,
            cells_of,
            any_cell,
            role_kinds,
            filled_roles,
        })
    }

    fn kind(&self, pattern: &Pattern) -> Result<Kind, Error> {
        if !is_id(&pattern.id) {
            return Err(Error::new(format!(
                "`{}` is no id: write lower-case words joined by `.` or `-`",
                pattern.id
            )));
        }
        if pattern.regex.is_none() && pattern.cell.is_none() {
            return Err(Error::new(
                "neither `regex` nor `cell` is given: a pattern needs one",
            ));
        }
        if pattern.regex.is_none() && pattern.context == ContextRule::Anywhere {
            return Err(Error::new(
                "`regex` is missing: write it, or set `context = \"required\"`",
            ));
        }
        let validator = match &pattern.validator {
            None => None,
            Some(name) => Some(validate::by_name(name).ok_or_else(|| {
                Error::new(format!(
                    "unknown validator `{name}`: `leakgauge patterns show ID` shows those in use"
                ))
            })?),
        };
        for role in &pattern.columns {
            self.role(role)?;
        }
        let role = pattern
            .role
            .as_deref()
            .or(pattern.columns.first().map(String::as_str));
        Ok(Kind {
            boundary: pattern.boundary,
            compact: pattern.compact,
            validator,
            confidence: pattern.confidence,
            precedence: pattern.precedence,
            role: role.map(|r| self.role(r)).transpose()?,
        })
    }

    fn role(&self, id: &str) -> Result<RoleId, Error> {
        self.vocabulary.role(id).ok_or_else(|| {
            Error::new(format!(
                "unknown role `{id}`: roles are listed in patterns/columns.toml"
            ))
        })
    }

    fn parse(&self, expression: Expression<'a>) -> Result<Hir, Error> {
        let hir = regex_syntax::ParserBuilder::new()
            .utf8(false)
            .build()
            .parse(expression.text)
            .map_err(|e| {
                self.at(expression, "the expression does not parse")
                    .because(e)
            })?;
        if hir.properties().minimum_len().is_none_or(|n| n == 0) {
            return Err(self.at(
                expression,
                "the expression can match nothing: make at least one part of it required",
            ));
        }
        Ok(hir)
    }

    fn at(&self, expression: Expression<'_>, message: &str) -> Error {
        Error::new(message).at(&self.files[expression.form.kind.index()])
    }

    /// Compiles expressions together; when that fails, finds the one to blame.
    fn group(&self, expressions: &[Expression<'_>]) -> Result<Group, Error> {
        let texts: Vec<&str> = expressions.iter().map(|e| e.text).collect();
        let automaton = Automaton::new(&texts).map_err(|error| {
            let culprit = expressions
                .iter()
                .find_map(|e| Some((e, Automaton::new(&[e.text]).err()?)));
            match culprit {
                Some((e, error)) => error.at(&self.files[e.form.kind.index()]),
                None => error,
            }
        })?;
        Ok(Group {
            automaton: Arc::new(automaton),
            forms: expressions.iter().map(|e| e.form).collect(),
        })
    }

    fn cell_group(&self, expressions: &[Expression<'_>]) -> Result<CellGroup, Error> {
        let texts: Vec<&str> = expressions.iter().map(|e| e.text).collect();
        Ok(CellGroup {
            automaton: CellAutomaton::new(&texts)?,
            forms: expressions.iter().map(|e| e.form).collect(),
        })
    }

    fn token_group(
        &self,
        expressions: &[Expression<'_>],
        endings: &Endings,
    ) -> Result<TokenGroup, Error> {
        let group = self.group(expressions)?;
        let Some(leads) = group.automaton.leads() else {
            let culprit = expressions
                .iter()
                .find(|e| Automaton::new(&[e.text]).is_ok_and(|a| a.leads().is_none()));
            let message = "the expression cannot be anchored: a value must begin with an ASCII letter or digit, with at \
                           most three ASCII signs or eight other characters before the first of them";
            return Err(culprit.map_or_else(|| Error::new(message), |e| self.at(*e, message)));
        };
        Ok(TokenGroup {
            admission: Admission::new(&group.automaton, endings.clone()),
            group,
            leads,
        })
    }

    fn at_group(&self, expressions: &[Expression<'_>]) -> Result<Option<AtGroup>, Error> {
        if expressions.is_empty() {
            return Ok(None);
        }
        let group = self.group(expressions)?;
        let before = group.automaton.bytes_before(b'@');
        Ok(Some(AtGroup { group, before }))
    }

    /// For each role, the kinds whose patterns name it.
    fn role_kinds(&self) -> Vec<KindSet> {
        let mut sets = vec![KindSet::default(); self.vocabulary.len()];
        for (i, pattern) in self.patterns.iter().enumerate() {
            for role in pattern
                .columns
                .iter()
                .filter_map(|r| self.vocabulary.role(r))
            {
                sets[usize::from(role.0)].insert(KindId(i as u8));
            }
        }
        sets
    }

    /// The labels: words of the vocabulary and of the patterns, and the sets of kinds they announce.
    fn labels(&self, role_kinds: &[KindSet]) -> (Labels, Vec<KindSet>) {
        let mut words: BTreeMap<String, Label> = BTreeMap::new();
        for role in (0..self.vocabulary.len()).map(|i| RoleId(i as u8)) {
            for word in self.vocabulary.labels(role) {
                let kinds = role_kinds[usize::from(role.0)];
                words.insert(
                    word.to_lowercase(),
                    Label {
                        role: Some(role),
                        kinds,
                    },
                );
            }
        }
        for (i, pattern) in self.patterns.iter().enumerate() {
            for word in &pattern.labels {
                words
                    .entry(word.to_lowercase())
                    .or_default()
                    .kinds
                    .insert(KindId(i as u8));
            }
        }
        let sets = words.values().map(|l| l.kinds).collect();
        (Labels::new(&words), sets)
    }

    /// The forms that values of these kinds have in a cell, or behind a label: those which a look at tokens does not find.
    fn cell_expressions(&self, set: KindSet) -> Vec<Expression<'a>> {
        let mut expressions = Vec::new();
        for (i, pattern) in self.patterns.iter().enumerate() {
            let kind = KindId(i as u8);
            if !set.contains(kind) {
                continue;
            }
            let required = pattern.context == ContextRule::Required;
            let whole = required || pattern.cell.is_none();
            let cell_only = |_: &&str| required || !self.masked_anchored[i];
            let forms = [
                (pattern.cell.as_deref(), false),
                (pattern.regex.as_deref().filter(|_| whole), false),
                (pattern.masked.as_deref().filter(cell_only), true),
            ];
            let forms = forms
                .into_iter()
                .filter_map(|(text, masked)| Some((text?, masked)));
            expressions.extend(forms.map(|(text, masked)| Expression {
                text,
                form: Form { kind, masked },
            }));
        }
        // In the order in which they are tried where several match.
        expressions.sort_by_key(|e| {
            let kind = e.form.kind;
            (Reverse(self.patterns[kind.index()].precedence), kind)
        });
        expressions
    }
}

fn all_kinds(n: usize) -> KindSet {
    let mut set = KindSet::default();
    (0..n).for_each(|i| set.insert(KindId(i as u8)));
    set
}

/// Whether an expression begins near a token, so that a look at tokens finds it. Masked forms that begin with stars do not,
/// and are looked for in whole cells alone.
fn is_anchored(expression: &str) -> bool {
    Automaton::new(&[expression]).is_ok_and(|a| a.leads().is_some())
}

/// Whether every match holds an `@`.
fn requires_at(hir: &Hir) -> bool {
    match hir.kind() {
        HirKind::Literal(literal) => literal.0.contains(&b'@'),
        HirKind::Capture(capture) => requires_at(&capture.sub),
        HirKind::Concat(parts) => parts.iter().any(requires_at),
        HirKind::Alternation(parts) => parts.iter().all(requires_at),
        HirKind::Repetition(repetition) => repetition.min > 0 && requires_at(&repetition.sub),
        HirKind::Empty | HirKind::Class(_) | HirKind::Look(_) => false,
    }
}

/// `[a-z0-9]+([.-][a-z0-9]+)*`.
fn is_id(id: &str) -> bool {
    id.split(['.', '-']).all(|part| {
        !part.is_empty()
            && part
                .bytes()
                .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_example_of_every_pattern_holds() {
        let problems = Catalog::builtin()
            .expect("the built-in catalog loads")
            .check();
        assert!(
            problems.is_empty(),
            "{} problems:\n{}",
            problems.len(),
            problems.join("\n")
        );
    }
}
