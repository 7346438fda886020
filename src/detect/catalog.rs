//! The catalog: the checked set of patterns, built in and the user's own, with the vocabulary of columns.
//!
//! Whatever can be wrong with a pattern is found here, before any scanning: unknown keys, validators, roles; expressions that
//! do not compile or cannot be anchored; two patterns with one id. [`Catalog::check`] runs every example of every pattern
//! through the real detector with everything loaded (`examples`).

mod examples;
mod file;

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use regex_syntax::hir::{Hir, HirKind};

use crate::error::{self, Error};
use file::{File, toml_error};

use super::accent;
use super::automaton::{Automaton, CellAutomaton};
use super::builtin;
use super::engine::{
    AtGroup, CellGroup, Detector, Engine, Form, Group, Kind, Prober, TokenGroup, Written,
};
use super::label::{Label, Labels};
use super::pack::{self, Pack};
use super::pattern::{Compacting, ContextRule, Identifies, Pattern};
use super::prefilter::Admission;
use super::structure::Structures;
use super::validate::chance::Chance;
use super::vocabulary::{Presence, RoleId, RoleSet, Vocabulary};
use super::{KINDS_MAX, KindId, KindSet, validate};

/// The checked set of patterns.
#[derive(Clone)]
pub struct Catalog {
    patterns: Vec<Pattern>,
    /// The file of each pattern, for messages.
    files: Vec<File>,
    vocabulary: Arc<Vocabulary>,
    hash: blake3::Hash,
    engine: Arc<Engine>,
}

impl Catalog {
    /// The patterns that come with the program: those of every pack.
    ///
    /// # Errors
    /// Never for a released program: the tests load every built-in file.
    pub fn builtin() -> Result<Catalog, Error> {
        Catalog::load(&Pack::all(), Vec::new())
    }

    /// The built-in patterns of these packs and those of the user's files, or of all `.toml` files in the user's folders.
    ///
    /// # Errors
    /// When a file cannot be read or a pattern is wrong; the message names file, key and remedy.
    pub fn of_packs(packs: &[Pack], user: &[PathBuf]) -> Result<Catalog, Error> {
        let mut files = Vec::new();
        for path in user {
            for file in toml_files(path)? {
                files.push((file.display().to_string(), error::read_text(&file)?));
            }
        }
        Catalog::load(packs, files)
    }

    pub(super) fn load(packs: &[Pack], user: Vec<(String, String)>) -> Result<Catalog, Error> {
        let builtin = pack::files(packs).map(|(p, path, text)| (Some(p), path.into(), text.into()));
        let user = user.into_iter().map(|(path, text)| (None, path, text));
        let files: Vec<(Option<Pack>, String, String)> = builtin.chain(user).collect();
        let mut hasher = blake3::Hasher::new();
        hasher.update(builtin::COLUMNS.as_bytes());
        let vocabulary =
            Vocabulary::load(builtin::COLUMNS).map_err(|e| e.at("patterns/columns.toml"))?;
        let vocabulary = Arc::new(vocabulary);
        let mut parsed = Vec::with_capacity(files.len());
        for (pack, path, text) in files {
            let pattern: Pattern =
                toml::from_str(&text).map_err(|e| toml_error(&path, &text, &e))?;
            hasher
                .update(&(text.len() as u64).to_le_bytes())
                .update(text.as_bytes());
            parsed.push((pattern, File::new(pack, path, text)));
        }
        parsed.sort_by(|a, b| a.0.id.cmp(&b.0.id));
        if let Some(pair) = parsed.windows(2).find(|pair| pair[0].0.id == pair[1].0.id) {
            let message = format!(
                "two patterns have the id `{}`: rename this one; the other is in {}",
                pair[1].0.id, pair[0].1.path
            );
            return Err(Error::new(message).at(pair[1].1.place_of("id")));
        }
        if parsed.len() > KINDS_MAX {
            return Err(Error::new(format!(
                "{} patterns are more than the {KINDS_MAX} that fit",
                parsed.len()
            )));
        }
        let (patterns, files): (Vec<Pattern>, Vec<File>) = parsed.into_iter().unzip();
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
            vocabulary,
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

    /// The pack of a kind; none for a pattern of the user's own.
    pub fn pack(&self, kind: KindId) -> Option<Pack> {
        self.files[kind.index()].pack
    }

    /// The file that the pattern of a kind stands in.
    pub fn file(&self, kind: KindId) -> &str {
        &self.files[kind.index()].path
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
}

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

/// Turns checked patterns into an engine.
struct Compiler<'a> {
    patterns: &'a [Pattern],
    /// For each pattern, whether its masked form is found by a look at tokens.
    masked_anchored: Vec<bool>,
    files: &'a [File],
    vocabulary: &'a Arc<Vocabulary>,
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
        let mut structures = Structures::default();
        for (i, pattern) in self.patterns.iter().enumerate() {
            kinds.push(self.kind(pattern, &self.files[i])?);
            if let Some(name) = pattern.structure
                && !structures.insert(name, KindId(i as u8))
            {
                let message = "another pattern has the same `structure`: leave it out here";
                return Err(Error::new(message).at(self.files[i].place_of("structure")));
            }
            for text in [
                &pattern.regex,
                &pattern.cell,
                &pattern.masked,
                &pattern.rounded,
            ]
            .into_iter()
            .flatten()
            {
                self.parse(Expression {
                    text,
                    form: Form {
                        kind: KindId(i as u8),
                        written: Written::Plain,
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
                (pattern.regex.as_deref(), Written::Plain),
                (pattern.masked.as_deref(), Written::Masked),
            ];
            for (text, written) in forms.into_iter().filter_map(|(t, w)| Some((t?, w))) {
                let expression = Expression {
                    text,
                    form: Form { kind, written },
                };
                if requires_at(&self.parse(expression)?) {
                    ats.push(expression);
                } else if written == Written::Plain || self.masked_anchored[i] {
                    tokens.push(expression);
                }
            }
        }
        let role_kinds = self.role_kinds();
        self.follow(&mut kinds)?;
        let (mut labels, mut label_sets) = self.labels(&role_kinds);
        let glued = self.glued();
        labels.add_glued(&glued);
        label_sets.extend(glued.values().map(|label| label.kinds));
        label_sets.extend(kinds.iter().filter_map(|k| Some(k.followed_by?.kinds)));
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
            tokens: self.token_group(&tokens, &labels, structures.address.is_some())?,
            ats: self.at_group(&ats)?,
            labels,
            cells,
            cells_of,
            any_cell,
            numbers: self.numbers(&role_kinds),
            structures,
            role_kinds,
            played: (0..self.vocabulary.len())
                .map(|i| self.vocabulary.played(RoleId(i as u8)))
                .collect(),
            filled_roles,
            vocabulary: Arc::clone(self.vocabulary),
        })
    }

    /// Notes for each kind what may stand right behind it.
    fn follow(&self, kinds: &mut [Kind]) -> Result<(), Error> {
        for (i, pattern) in self.patterns.iter().enumerate() {
            for id in &pattern.behind {
                let leader = self.patterns.iter().position(|p| p.id == *id);
                let Some(leader) = leader else {
                    if self.files[i].pack.is_some() {
                        continue; // Its pack is switched off.
                    }
                    let message = format!(
                        "unknown kind `{id}` in `behind`: `leakgauge patterns list` shows all"
                    );
                    return Err(Error::new(message).at(self.files[i].place_of("behind")));
                };
                let mut label = kinds[leader].followed_by.unwrap_or_default();
                label.role = kinds[i].role;
                label.kinds.insert(KindId(i as u8));
                kinds[leader].followed_by = Some(label);
            }
        }
        Ok(())
    }

    /// The words that values may follow without a sign.
    fn glued(&self) -> BTreeMap<String, Label> {
        let mut words: BTreeMap<String, Label> = BTreeMap::new();
        for (i, pattern) in self.patterns.iter().enumerate() {
            for word in &pattern.glued {
                let label = words.entry(word.clone()).or_default();
                label.kinds.insert(KindId(i as u8));
            }
        }
        words
    }

    fn kind(&self, pattern: &Pattern, file: &File) -> Result<Kind, Error> {
        if !is_id(&pattern.id) {
            return Err(Error::new(format!(
                "`{}` is no id: write lower-case words joined by `.` or `-`",
                pattern.id
            ))
            .at(file.place_of("id")));
        }
        if pattern.regex.is_none() && pattern.cell.is_none() {
            return Err(
                Error::new("neither `regex` nor `cell` is given: a pattern needs one")
                    .at(&file.path),
            );
        }
        if pattern.regex.is_none() && pattern.context == ContextRule::Anywhere {
            return Err(Error::new(
                "`regex` is missing: write it, or set `context = \"required\"`",
            )
            .at(&file.path));
        }
        for (key, words) in [("labels", &pattern.labels), ("glued", &pattern.glued)] {
            if words.iter().any(|word| word.trim().is_empty()) {
                let message = format!(
                    "`{key}` holds an empty word, which stands before everything: remove it"
                );
                return Err(Error::new(message).at(file.place_of(key)));
            }
        }
        let validator = match &pattern.validator {
            None => None,
            Some(name) => Some(validate::by_name(name).ok_or_else(|| {
                Error::new(format!(
                    "unknown validator `{name}`: `leakgauge patterns show ID` shows those in use"
                ))
                .at(file.place_of("validator"))
            })?),
        };
        for role in &pattern.columns {
            self.role(role)
                .map_err(|e| e.at(file.place_of("columns")))?;
        }
        let own_column = pattern.columns.first().map(String::as_str);
        let own_column = own_column.map(|r| self.role(r)).transpose()?;
        let role = pattern.role.as_deref().map(|r| self.role(r)).transpose();
        let role = role.map_err(|e| e.at(file.place_of("role")))?;
        let own = own_column.map(|r| self.vocabulary.played(r));
        Ok(Kind {
            boundary: pattern.boundary,
            compact: pattern.compact,
            validator,
            chance: Chance::by_name(pattern.validator.as_deref()),
            confidence: pattern.confidence,
            precedence: pattern.precedence,
            role: role.or(own),
            own_column,
            personal: !matches!(
                pattern.identifies,
                Identifies::Nothing | Identifies::Name | Identifies::Device
            ),
            followed_by: None,
        })
    }

    /// Kinds whose values are letters and digits alone once separators are dropped. Not those that are at home in columns of
    /// order numbers: numbers of transactions and parcels.
    fn numbers(&self, role_kinds: &[KindSet]) -> KindSet {
        let mut numbers = KindSet::EMPTY;
        for (i, pattern) in self.patterns.iter().enumerate() {
            if matches!(pattern.compact, Compacting::Digits | Compacting::AlnumUpper) {
                numbers.insert(KindId(i as u8));
            }
        }
        let roles = self.vocabulary.roles().iter().zip(role_kinds);
        let at_home = roles.filter(|(role, _)| role.veto).map(|(_, kinds)| *kinds);
        at_home.fold(numbers, KindSet::without)
    }

    fn role(&self, id: &str) -> Result<RoleId, Error> {
        self.vocabulary.role(id).ok_or_else(|| {
            Error::new(format!(
                "unknown role `{id}`: roles are listed in patterns/columns.toml"
            ))
        })
    }

    fn parse(&self, expression: Expression<'a>) -> Result<Hir, Error> {
        if has_blank_in_count(expression.text) {
            return Err(self.at(
                expression,
                "a blank inside `{m,n}`: write the numbers without one, since other tools take it for text",
            ));
        }
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
        if !hir.properties().look_set().is_empty() {
            return Err(self.at(
                expression,
                "`\\b`, `^` and `$` are not used: leave them out. What may stand beside a value is said by `boundary`, and Han \
                 characters, which `\\b` takes for letters, always may",
            ));
        }
        Ok(hir)
    }

    /// The file and line of an expression.
    fn place(&self, expression: Expression<'_>) -> String {
        let i = expression.form.kind.index();
        let pattern = &self.patterns[i];
        let is = |text: &Option<String>| text.as_deref() == Some(expression.text);
        let key = match () {
            () if is(&pattern.regex) => "regex",
            () if is(&pattern.cell) => "cell",
            () => "masked",
        };
        self.files[i].place_of(key)
    }

    fn at(&self, expression: Expression<'_>, message: &str) -> Error {
        Error::new(message).at(self.place(expression))
    }

    /// Compiles expressions together; when that fails, finds the one to blame.
    fn group(&self, expressions: &[Expression<'_>]) -> Result<Group, Error> {
        let texts: Vec<&str> = expressions.iter().map(|e| e.text).collect();
        let automaton = Automaton::new(&texts).map_err(|error| {
            let culprit = expressions
                .iter()
                .find_map(|e| Some((e, Automaton::new(&[e.text]).err()?)));
            match culprit {
                Some((e, error)) => error.at(self.place(*e)),
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
            automaton: CellAutomaton::new(&texts).map_err(|error| {
                let failing = |e: &&Expression<'_>| CellAutomaton::new(&[e.text]).is_err();
                match expressions.iter().find(failing) {
                    Some(culprit) => error.at(self.place(*culprit)),
                    None => error,
                }
            })?,
            forms: expressions.iter().map(|e| e.form).collect(),
        })
    }

    fn token_group(
        &self,
        expressions: &[Expression<'_>],
        labels: &Labels,
        houses: bool,
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
            admission: Admission::new(&group.automaton, labels, houses),
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
                let label = Label {
                    role: Some(self.vocabulary.played(role)),
                    kinds: role_kinds[usize::from(role.0)],
                };
                for spelling in accent::spellings(word) {
                    words.insert(spelling, label);
                }
            }
        }
        for (i, pattern) in self.patterns.iter().enumerate() {
            for word in &pattern.labels {
                for spelling in accent::spellings(word) {
                    let label = words.entry(spelling).or_default();
                    label.kinds.insert(KindId(i as u8));
                }
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
                (pattern.cell.as_deref(), Written::Plain),
                (pattern.regex.as_deref().filter(|_| whole), Written::Plain),
                (pattern.masked.as_deref().filter(cell_only), Written::Masked),
                (pattern.rounded.as_deref(), Written::Rounded),
            ];
            let forms = forms
                .into_iter()
                .filter_map(|(text, written)| Some((text?, written)));
            expressions.extend(forms.map(|(text, written)| Expression {
                text,
                form: Form { kind, written },
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

/// Whether a counted repetition is written with a blank, as `{2, 4}`.
fn has_blank_in_count(expression: &str) -> bool {
    let parts = expression
        .split('{')
        .skip(1)
        .filter_map(|rest| rest.split_once('}'));
    parts.map(|(count, _)| count).any(|count| {
        count
            .bytes()
            .all(|b| b.is_ascii_digit() || matches!(b, b',' | b' '))
            && count.contains(' ')
            && count.contains(|c: char| c.is_ascii_digit())
    })
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
