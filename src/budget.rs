//! Budgets: how much of what a CI job allows, and whether an audit keeps to it.
//!
//! A budget is a TOML file of limits, checked as a whole before anything is scanned: a limit that can never be exceeded by
//! mistake (an id that nobody counts, a glob that is none) is refused, because a gate that is always open looks like one
//! that is kept. It compares numbers that the audit has and counts nothing itself; it knows no law and no exit code.
//!
//! | limit on | of the whole scan | with `path` |
//! | --- | --- | --- |
//! | `category` | items under the reading that governs | rows of the files under the default reading, copies too |
//! | `kind` | matches | matches in the files, copies too |
//! | `persons = true` | data subjects under the default reading | refused: files do not tell theirs apart |

use schemars::JsonSchema;
use serde::Deserialize;
use toml::Spanned;

use crate::audit::{Audit, LimitFound};
use crate::category::{Category, Reading};
use crate::error::Error;
use crate::paths::Paths;
use crate::suggest::nearest;

/// Most limits of a file: each is compared with all files of an audit.
pub const LIMITS_MAX: usize = 1_000;

/// Limits that were checked, in the order of their file; at least one.
#[derive(Debug)]
pub struct Budget {
    limits: Vec<Limit>,
}

#[derive(Debug)]
struct Limit {
    target: Target,
    paths: Option<Paths>,
    max: u64,
    owner: Option<String>,
    reason: Option<String>,
}

#[derive(Debug)]
enum Target {
    Category(Category),
    Kind(String),
    Persons,
}

/// The keys of a `[[limit]]`, as they stand in the file.
pub const KEYS: [&str; 7] = [
    "category", "kind", "persons", "path", "max", "owner", "reason",
];

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenFile {
    #[serde(default)]
    limit: Vec<Spanned<WrittenLimit>>,
}

#[derive(Deserialize)]
struct WrittenConfig {
    #[serde(default)]
    limit: Vec<Spanned<WrittenLimit>>,
}

/// How much of something is allowed: of one of `category`, `kind` and `persons`.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "Limit")]
pub struct WrittenLimit {
    /// Id of a category: items, or with `path` rows.
    #[schemars(with = "Option<String>")]
    category: Option<Spanned<String>>,
    /// Id of a kind: matches.
    #[schemars(with = "Option<String>")]
    kind: Option<Spanned<String>>,
    /// True for data subjects.
    #[schemars(with = "Option<bool>")]
    persons: Option<Spanned<bool>>,
    /// A glob of the files that it is on; without it the whole scan.
    #[schemars(with = "Option<String>")]
    path: Option<Spanned<String>>,
    /// How many are allowed.
    #[schemars(with = "u64")]
    max: Spanned<i64>,
    /// Who answers for it.
    owner: Option<String>,
    /// Why so many are allowed.
    reason: Option<String>,
}

/// What is wrong with a limit, and the byte of the file where it shows.
type Flaw = (usize, String);

fn place((at, message): Flaw, text: &str) -> Error {
    let before = text.get(..at).unwrap_or(text);
    let line = before.matches('\n').count() + 1;
    Error::new(message).at(format!("line {line}"))
}

fn misfit(error: &toml::de::Error, text: &str) -> Error {
    let message = error.message().replace('\n', ", ");
    place((error.span().map_or(0, |span| span.start), message), text)
}

impl Budget {
    /// Reads a budget. `name` is the file in errors, `kinds` the ids of all kinds that are looked for.
    ///
    /// # Errors
    /// With the line: when the text is no TOML, has an unknown key, category or kind, a limit on none or several of
    /// category, kind and persons, a bad glob, a negative number, a limit on persons by path, or the same limit twice; and
    /// when there is no limit.
    pub fn from_toml(text: &str, name: &str, kinds: &[&str]) -> Result<Budget, Error> {
        let file: WrittenFile = toml::from_str(text).map_err(|e| misfit(&e, text).at(name))?;
        if file.limit.is_empty() {
            let message = "there is no [[limit]] in it, so that it allows everything; add one";
            return Err(Error::new(message).at(name));
        }
        Budget::of_limits(file.limit, text, kinds).map_err(|e| e.at(name))
    }

    /// The same of the limits of a configuration, of which nothing else is looked at; none if it has no limit.
    ///
    /// # Errors
    /// As [`Budget::from_toml`].
    pub fn of_config(text: &str, name: &str, kinds: &[&str]) -> Result<Option<Budget>, Error> {
        let file: WrittenConfig = toml::from_str(text).map_err(|e| misfit(&e, text).at(name))?;
        if file.limit.is_empty() {
            return Ok(None);
        }
        let budget = Budget::of_limits(file.limit, text, kinds);
        budget.map(Some).map_err(|e| e.at(name))
    }

    fn of_limits(
        written: Vec<Spanned<WrittenLimit>>,
        text: &str,
        kinds: &[&str],
    ) -> Result<Budget, Error> {
        let place = |flaw| place(flaw, text);
        if let Some(beyond) = written.get(LIMITS_MAX) {
            let message = format!("there are more than {LIMITS_MAX} [[limit]] entries; join some");
            return Err(place((beyond.span().start, message)));
        }
        let mut limits: Vec<Limit> = Vec::new();
        for written in written {
            let at = written.span().start;
            let limit = written.into_inner().check(at, kinds).map_err(place)?;
            if limits.iter().any(|known| known.label() == limit.label()) {
                let message = format!("there is a limit on {} already", limit.label());
                return Err(place((at, message)));
            }
            limits.push(limit);
        }
        Ok(Budget { limits })
    }

    /// What an audit has of each limit. `reading` is the one that governs.
    pub fn compare(&self, audit: &Audit, reading: Reading) -> Vec<LimitFound> {
        let found = |limit: &Limit| limit.compare(audit, reading);
        self.limits.iter().map(found).collect()
    }
}

impl WrittenLimit {
    fn check(self, at: usize, kinds: &[&str]) -> Result<Limit, Flaw> {
        let target = self.target(at, kinds)?;
        let max = *self.max.get_ref();
        let max = u64::try_from(max).map_err(|_| {
            let message = format!("`max = {max}` is negative; 0 allows none");
            (self.max.span().start, message)
        })?;
        let paths = match &self.path {
            None => None,
            Some(path) if matches!(target, Target::Persons) => {
                let message = "persons cannot be limited by path: they are told apart over the whole scan, and the same \
                               person may be in several files; leave out `path`, or limit a category there";
                return Err((path.span().start, message.to_owned()));
            }
            Some(path) => Some(Paths::new(path.get_ref()).map_err(|e| (path.span().start, e))?),
        };
        Ok(Limit {
            target,
            paths,
            max,
            owner: self.owner,
            reason: self.reason,
        })
    }

    fn target(&self, at: usize, kinds: &[&str]) -> Result<Target, Flaw> {
        match (&self.category, &self.kind, &self.persons) {
            (Some(id), None, None) => Category::from_id(id.get_ref())
                .map(Target::Category)
                .ok_or_else(|| {
                    let near = nearest(id.get_ref(), Category::ALL.iter().map(|c| c.id()));
                    let message = format!("no category `{}`{near}", id.get_ref());
                    (id.span().start, message)
                }),
            (None, Some(id), None) if kinds.contains(&id.get_ref().as_str()) => {
                Ok(Target::Kind(id.get_ref().clone()))
            }
            (None, Some(id), None) => {
                let near = nearest(id.get_ref(), kinds.iter().copied());
                let message = format!("no kind `{}` is looked for{near}", id.get_ref());
                Err((id.span().start, message))
            }
            (None, None, Some(persons)) if *persons.get_ref() => Ok(Target::Persons),
            (None, None, Some(persons)) => {
                let message =
                    "`persons = false` limits nothing; write true, or leave out the limit";
                Err((persons.span().start, message.to_owned()))
            }
            (None, None, None) => {
                let message = "the limit is on nothing: add `category`, `kind` or `persons = true`";
                Err((at, message.to_owned()))
            }
            _ => {
                let message = "a limit is on one of `category`, `kind` and `persons`; write one [[limit]] for each";
                Err((at, message.to_owned()))
            }
        }
    }
}

impl Limit {
    /// What it is on, the same in every language: `kind cn.mobile in exports/**`.
    fn label(&self) -> String {
        let what = match &self.target {
            Target::Category(category) => format!("category {category}"),
            Target::Kind(kind) => format!("kind {kind}"),
            Target::Persons => "persons".to_owned(),
        };
        match &self.paths {
            Some(paths) => format!("{what} in {}", paths.written()),
            None => what,
        }
    }

    fn compare(&self, audit: &Audit, reading: Reading) -> LimitFound {
        let (unit, found, files) = match &self.paths {
            None => {
                let (unit, found) = self.of_all(audit, reading);
                (unit, found, None)
            }
            Some(paths) => {
                let files = audit.files.iter().filter(|f| paths.matches(&f.path));
                let (unit, found, n) = self.of_files(files);
                (unit, found, Some(n))
            }
        };
        LimitFound {
            limit: self.label(),
            unit: unit.to_owned(),
            max: self.max,
            found,
            exceeded: found > self.max,
            files,
            owner: self.owner.clone(),
            reason: self.reason.clone(),
        }
    }

    /// Unit and number in the whole audit.
    fn of_all(&self, audit: &Audit, reading: Reading) -> (&'static str, u64) {
        match &self.target {
            Target::Persons => ("persons", audit.persons),
            Target::Kind(kind) => {
                let count = audit.kinds.iter().find(|k| k.kind == *kind);
                ("matches", count.map_or(0, |k| k.matches))
            }
            Target::Category(category) => {
                let mut readings = audit.readings.iter();
                let counts = readings.find(|r| r.reading == reading.id());
                let mut categories = counts.into_iter().flat_map(|r| &r.categories);
                let count = categories.find(|c| c.category == category.id());
                ("items", count.map_or(0, |c| c.items))
            }
        }
    }

    /// Unit and sum over files, and how many they are.
    fn of_files<'a>(
        &self,
        files: impl Iterator<Item = &'a crate::audit::FileAudit>,
    ) -> (&'static str, u64, u64) {
        let unit = match &self.target {
            Target::Kind(_) => "matches",
            Target::Category(_) => "rows",
            Target::Persons => "persons",
        };
        let (mut sum, mut n) = (0_u64, 0);
        for file in files {
            let count = match &self.target {
                Target::Kind(kind) => file.kinds.get(kind),
                Target::Category(category) => file.categories.get(category.id()),
                // Refused when the budget was read.
                Target::Persons => None,
            };
            sum = sum.saturating_add(count.copied().unwrap_or(0));
            n += 1;
        }
        (unit, sum, n)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audit::{CategoryCount, FileAudit, KindCount, ReadingCount};
    use crate::paths::GLOB_BYTES_MAX;

    const KINDS: [&str; 2] = ["cn.mobile", "email"];

    fn read(text: &str) -> Result<Budget, Error> {
        Budget::from_toml(text, "b.toml", &KINDS)
    }

    #[track_caller]
    fn check_refused(text: &str, want: &str) {
        let error = read(text).expect_err("refused").to_string();
        assert!(error.starts_with(want), "{error}");
    }

    #[test]
    fn a_file_that_limits_nothing_or_something_else_is_refused_with_its_line() {
        check_refused("", "b.toml: there is no [[limit]]");
        check_refused(
            "[[limit]]\nkind = \"email\"\n",
            "b.toml: line 1: missing field `max`",
        );
        check_refused(
            "\n[[limit]]\nmax = 1\n",
            "b.toml: line 2: the limit is on nothing",
        );
        let both = "[[limit]]\nkind = \"email\"\nmax = 1\n[[limit]]\nkind = \"email\"\npersons = true\nmax = 1\n";
        check_refused(both, "b.toml: line 4: a limit is on one of");
        check_refused(
            "[[limit]]\npersons = false\nmax = 1\n",
            "b.toml: line 2: `persons = false` limits nothing",
        );
        check_refused(
            "[[limit]]\ncategory = \"logding\"\nmax = 1\n",
            "b.toml: line 2: no category `logding`; did you mean `lodging`?",
        );
        check_refused(
            "[[limit]]\nmax = 1\nkind = \"mobile\"\n",
            "b.toml: line 3: no kind `mobile` is looked for; did you mean `cn.mobile`?",
        );
        check_refused(
            "[[limit]]\npersons = true\nmax = -1\n",
            "b.toml: line 3: `max = -1` is negative",
        );
        check_refused(
            "[[limit]]\npersons = true\nmax = 1.5\n",
            "b.toml: line 3: invalid type: floating point",
        );
        check_refused(
            "[[limit]]\nkind = \"email\"\nmax = 1\npath = \"a[\"\n",
            "b.toml: line 4: `a[` is not a valid glob",
        );
        check_refused(
            "[[limit]]\nkind = \"email\"\nmax = 1\npath = \"/\"\n",
            "b.toml: line 4: `/` is no glob of paths",
        );
        check_refused(
            "[[limit]]\npersons = true\nmax = 1\npath = \"a/**\"\n",
            "b.toml: line 4: persons cannot be limited by path",
        );
        check_refused(
            "[[limit]]\npersons = true\nmaximum = 1\nmax = 1\n",
            "b.toml: line 3: unknown field `maximum`",
        );
        check_refused(
            "[[limits]]\nmax = 1\n",
            "b.toml: line 1: unknown field `limits`",
        );
        let twice = "[[limit]]\npersons = true\nmax = 1\n[[limit]]\npersons = true\nmax = 2\n";
        check_refused(twice, "b.toml: line 4: there is a limit on persons already");
        check_refused("[[limit]\n", "b.toml: line 1: ");
    }

    #[test]
    fn a_glob_is_as_long_as_a_path_at_most() {
        // With the `**/` in front of it.
        let limit = |n| {
            let path = "?".repeat(n);
            format!("[[limit]]\nkind = \"email\"\nmax = 1\npath = \"{path}\"\n")
        };
        assert!(read(&limit(GLOB_BYTES_MAX - 3)).is_ok());
        check_refused(
            &limit(GLOB_BYTES_MAX - 2),
            "b.toml: line 4: the glob has 4094 bytes",
        );
    }

    #[test]
    fn a_path_of_many_folders_is_looked_at_once() {
        let paths = Paths::new("*a*/b").unwrap();
        let deep = "a/".repeat(200_000);
        assert!(!paths.matches(&deep));
        assert!(Paths::new("**/x").unwrap().matches(&format!("{deep}x/y")));
    }

    fn audit() -> Audit {
        let counts = |reading: &str, items| ReadingCount {
            reading: reading.to_owned(),
            categories: vec![CategoryCount {
                category: "contact".to_owned(),
                rows: 20,
                items,
                ..CategoryCount::default()
            }],
        };
        let file = |path: &str, n| FileAudit {
            path: path.to_owned(),
            kinds: [("email".to_owned(), n)].into(),
            categories: [("contact".to_owned(), n + 1)].into(),
            ..FileAudit::default()
        };
        Audit {
            persons: 7,
            kinds: vec![KindCount {
                kind: "email".to_owned(),
                matches: 11,
                ..KindCount::default()
            }],
            readings: vec![counts("default", 10), counts("lenient", 4)],
            files: vec![
                file("a.csv", 1),
                file("logs/b.csv", 2),
                file("logs/x.zip!/deep/c.csv", 8),
            ],
            ..Audit::default()
        }
    }

    /// The number is allowed as it is and with one more, and exceeded with one less.
    #[track_caller]
    fn check(limit: &str, reading: Reading, want: (&str, u64, Option<u64>)) {
        let n = want.1;
        for (max, exceeded) in [(n + 1, false), (n, false), (n.saturating_sub(1), n > 0)] {
            let text = format!("[[limit]]\n{limit}\nmax = {max}\nowner = \"o\"\n");
            let found = read(&text).unwrap().compare(&audit(), reading);
            let [found] = found.as_slice() else {
                panic!("{found:?}")
            };
            assert_eq!((found.unit.as_str(), found.found, found.files), want);
            assert_eq!((found.max, found.exceeded), (max, exceeded), "{limit}");
            assert_eq!(found.owner.as_deref(), Some("o"));
        }
    }

    #[test]
    fn a_limit_is_exceeded_by_one_more_than_it_allows() {
        let default = Reading::Default;
        check("persons = true", default, ("persons", 7, None));
        check("kind = \"email\"", default, ("matches", 11, None));
        check("kind = \"cn.mobile\"", default, ("matches", 0, None));
        check("category = \"contact\"", default, ("items", 10, None));
        check(
            "category = \"contact\"",
            Reading::Lenient,
            ("items", 4, None),
        );
        check("category = \"lodging\"", default, ("items", 0, None));
    }

    #[test]
    fn a_path_is_that_of_a_file_or_of_what_it_lies_in() {
        for (path, n, files) in [
            ("a.csv", 1, 1),
            ("./a.csv", 1, 1),
            ("*.csv", 11, 3),
            ("logs", 10, 2),
            ("logs/", 10, 2),
            ("logs/**", 10, 2),
            ("logs/*.csv", 2, 1),
            ("*.zip", 8, 1),
            ("logs/x.zip!/deep/*", 8, 1),
            ("logs/x.zip", 8, 1),
            ("x.zip!", 8, 1),
            ("deep", 8, 1),
            ("{a.csv,logs}", 11, 3),
            ("**", 11, 3),
            ("l?gs/[bx].*", 10, 2),
            ("log", 0, 0),
            ("zip", 0, 0),
            ("none/**", 0, 0),
        ] {
            let email = format!("kind = \"email\"\npath = \"{path}\"");
            check(&email, Reading::Default, ("matches", n, Some(files)));
            let contact = format!("category = \"contact\"\npath = \"{path}\"");
            check(&contact, Reading::Strict, ("rows", n + files, Some(files)));
        }
    }
}
