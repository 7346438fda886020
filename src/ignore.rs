//! Ignore rules: what somebody has decided not to count, why, and until when.
//!
//! Rules are TOML (`[[ignore]]`) and checked as a whole before anything is scanned. This file knows which rules there are and
//! which of them are in force on a day; what they take out of a record is the business of `scan`, and everything that was
//! taken out is told in the audit.

use std::collections::BTreeSet;

use schemars::JsonSchema;
use serde::Deserialize;
use toml::Spanned;

use crate::audit::{IgnoreFound, IgnoreState};
use crate::category::Category;
use crate::error::Error;
use crate::law::Date;
use crate::paths::Paths;
use crate::suggest::nearest;

/// Most rules of a file: each is asked for each file that is read.
pub const RULES_MAX: usize = 1_000;

/// Rules that were checked, in the order of their file.
#[derive(Clone, Debug, Default)]
pub struct IgnoreRules(Vec<IgnoreRule>);

/// One rule: what it is on, and who answers for it.
#[derive(Clone, Debug)]
pub struct IgnoreRule {
    paths: Option<Paths>,
    kind: Option<String>,
    category: Option<Category>,
    owner: String,
    reason: String,
    expires: Date,
}

/// The rules on the day of a run: those that are in force, and those that are expired and take nothing out any more.
#[derive(Clone, Debug, Default)]
pub struct Ignoring {
    rules: Vec<IgnoreRule>,
    /// None where the clock shows no day of the calendar: then no rule is in force.
    day: Option<Date>,
}

/// The keys of an `[[ignore]]`, as they stand in the file.
pub const KEYS: [&str; 6] = ["path", "kind", "category", "owner", "reason", "expires"];

#[derive(Deserialize)]
struct WrittenFile {
    #[serde(default)]
    ignore: Vec<Spanned<WrittenRule>>,
}

/// Something that is found and not counted, until a day. At least one of `path`, `kind` and `category`; all that are there
/// have to hold.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "IgnoreRule")]
pub struct WrittenRule {
    /// A glob of the files that it is on; without it the whole scan.
    #[schemars(with = "Option<String>")]
    path: Option<Spanned<String>>,
    /// Id of the kind whose values it takes out.
    #[schemars(with = "Option<String>")]
    kind: Option<Spanned<String>>,
    /// Id of the category that it takes out; with `kind`, of the rows whose values of the kind it takes out.
    #[schemars(with = "Option<String>")]
    category: Option<Spanned<String>>,
    /// Who answers for it.
    #[schemars(with = "String")]
    owner: Spanned<String>,
    /// Why it is there.
    #[schemars(with = "String")]
    reason: Spanned<String>,
    /// The last day on which it is in force.
    #[schemars(with = "Date")]
    expires: Spanned<Date>,
}

/// What is wrong with a rule, and the byte of the file where it shows.
type Flaw = (usize, String);

impl IgnoreRules {
    /// Reads the `[[ignore]]` entries of a file; what else is in it is not looked at. `name` is the file in errors, `kinds` the
    /// ids of all kinds that are looked for.
    ///
    /// # Errors
    /// With the line: when the text is no TOML, when a rule has an unknown key, category or kind or a bad glob, is on
    /// nothing, lacks an owner, a reason or a day on which it expires, or stands there twice; and when there are more than
    /// [`RULES_MAX`].
    pub fn from_toml(text: &str, name: &str, kinds: &[&str]) -> Result<IgnoreRules, Error> {
        let place = |(at, message): Flaw| {
            let before = text.get(..at).unwrap_or(text);
            let line = before.matches('\n').count() + 1;
            Error::new(message).at(format!("line {line}")).at(name)
        };
        let file: WrittenFile = toml::from_str(text).map_err(|e| {
            let message = e.message().replace('\n', ", ");
            place((e.span().map_or(0, |span| span.start), message))
        })?;
        if let Some(beyond) = file.ignore.get(RULES_MAX) {
            let message = format!("there are more than {RULES_MAX} [[ignore]] rules; join some");
            return Err(place((beyond.span().start, message)));
        }
        let mut rules: Vec<IgnoreRule> = Vec::new();
        let mut labels = BTreeSet::new();
        for written in file.ignore {
            let at = written.span().start;
            let rule = written.into_inner().check(at, kinds).map_err(place)?;
            if !labels.insert(rule.label()) {
                let message = format!("there is an ignore rule on {} already", rule.label());
                return Err(place((at, message)));
            }
            rules.push(rule);
        }
        Ok(IgnoreRules(rules))
    }

    /// The rules on the day that a run began: RFC 3339, UTC. A rule is in force up to the end of the day on which it
    /// expires.
    pub fn at(&self, started: &str) -> Ignoring {
        Ignoring {
            rules: self.0.clone(),
            day: started.get(..10).and_then(|day| day.parse().ok()),
        }
    }

    /// Each rule in one line, with all that decides what it takes out.
    pub fn lines(&self) -> Vec<String> {
        let line = |rule: &IgnoreRule| format!("{} until {}", rule.label(), rule.expires);
        self.0.iter().map(line).collect()
    }
}

impl Ignoring {
    /// The rules that are in force, each with its position among all.
    pub fn in_force(&self) -> impl Iterator<Item = (usize, &IgnoreRule)> {
        let rules = self.rules.iter().enumerate();
        rules.filter(|(_, rule)| !self.is_expired(rule))
    }

    /// The list of the audit, before anything was taken out.
    pub fn found(&self) -> Vec<IgnoreFound> {
        let found = |rule: &IgnoreRule| IgnoreFound {
            rule: rule.label(),
            owner: rule.owner.clone(),
            reason: rule.reason.clone(),
            expires: rule.expires.to_string(),
            state: match self.is_expired(rule) {
                true => IgnoreState::Expired,
                false => IgnoreState::Unused,
            },
            ..IgnoreFound::default()
        };
        self.rules.iter().map(found).collect()
    }

    /// Those that are on a file of this path and past their last day.
    pub fn expired_on(&self, path: &str) -> impl Iterator<Item = IgnoreFound> {
        let on_path = self.rules.iter().map(|rule| rule.is_on(path));
        let all = self.found().into_iter().zip(on_path.collect::<Vec<bool>>());
        all.filter(|(found, is_on)| *is_on && found.state == IgnoreState::Expired)
            .map(|(found, _)| found)
    }

    fn is_expired(&self, rule: &IgnoreRule) -> bool {
        self.day.is_none_or(|day| day > rule.expires)
    }
}

impl IgnoreRule {
    /// What it is on, the same in every language: `kind cn.mobile, path tests/**`.
    pub fn label(&self) -> String {
        let kind = self.kind.as_ref().map(|kind| format!("kind {kind}"));
        let category = self.category.map(|category| format!("category {category}"));
        let paths = self.paths.as_ref();
        let paths = paths.map(|paths| format!("path {}", paths.written()));
        let parts: Vec<String> = [kind, category, paths].into_iter().flatten().collect();
        parts.join(", ")
    }

    /// Whether it is on a file of this path.
    pub fn is_on(&self, path: &str) -> bool {
        self.paths.as_ref().is_none_or(|paths| paths.matches(path))
    }

    /// The kind whose values it takes out, if it is on one.
    pub fn kind(&self) -> Option<&str> {
        self.kind.as_deref()
    }

    /// The category whose rows it is on, if it is on one.
    pub fn category(&self) -> Option<Category> {
        self.category
    }
}

impl WrittenRule {
    fn check(self, at: usize, kinds: &[&str]) -> Result<IgnoreRule, Flaw> {
        if self.path.is_none() && self.kind.is_none() && self.category.is_none() {
            let message =
                "the rule is on nothing: add at least one of `path`, `kind` and `category`";
            return Err((at, message.to_owned()));
        }
        for (key, text) in [("owner", &self.owner), ("reason", &self.reason)] {
            if text.get_ref().trim().is_empty() {
                let message = format!("`{key}` is empty; say it, because the report repeats it");
                return Err((text.span().start, message));
            }
        }
        let paths = self.path.map(|path| {
            let paths = Paths::new(path.get_ref());
            paths.map_err(|e| (path.span().start, e))
        });
        let kind = self.kind.map(|kind| {
            let (at, id) = (kind.span().start, kind.into_inner());
            if kinds.contains(&id.as_str()) {
                return Ok(id);
            }
            let near = nearest(&id, kinds.iter().copied());
            Err((at, format!("no kind `{id}` is looked for{near}")))
        });
        let category = self.category.map(|category| {
            let id = category.get_ref();
            Category::from_id(id).ok_or_else(|| {
                let near = nearest(id, Category::ALL.iter().map(|c| c.id()));
                let message = format!("no category `{id}`{near}");
                (category.span().start, message)
            })
        });
        Ok(IgnoreRule {
            paths: paths.transpose()?,
            kind: kind.transpose()?,
            category: category.transpose()?,
            owner: self.owner.into_inner(),
            reason: self.reason.into_inner(),
            expires: self.expires.into_inner(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KINDS: [&str; 2] = ["cn.mobile", "email"];

    fn read(text: &str) -> Result<IgnoreRules, Error> {
        IgnoreRules::from_toml(text, "c.toml", &KINDS)
    }

    #[track_caller]
    fn check_refused(rule: &str, want: &str) {
        let error = read(&format!("[[ignore]]\n{rule}")).expect_err("refused");
        let error = error.to_string();
        assert!(error.starts_with(want), "{error}");
    }

    const SAID: &str = "owner = \"o\"\nreason = \"r\"\nexpires = 2027-01-31\n";

    #[test]
    fn a_rule_that_is_on_nothing_or_nobodys_is_refused_with_its_line() {
        check_refused(SAID, "c.toml: line 1: the rule is on nothing");
        for key in ["owner", "reason", "expires"] {
            let said: String = SAID
                .lines()
                .filter(|line| !line.starts_with(key))
                .map(|line| format!("{line}\n"))
                .collect();
            let rule = format!("kind = \"email\"\n{said}");
            check_refused(&rule, &format!("c.toml: line 1: missing field `{key}`"));
        }
        let blank = "kind = \"email\"\nowner = \" \"\nreason = \"r\"\nexpires = 2027-01-31\n";
        check_refused(blank, "c.toml: line 3: `owner` is empty");
        check_refused(
            &format!("{SAID}kind = \"emial\"\n"),
            "c.toml: line 5: no kind `emial` is looked for; did you mean `email`?",
        );
        check_refused(
            &format!("{SAID}category = \"logding\"\n"),
            "c.toml: line 5: no category `logding`; did you mean `lodging`?",
        );
        check_refused(
            &format!("{SAID}path = \"a[\"\n"),
            "c.toml: line 5: `a[` is not a valid glob",
        );
        check_refused(
            &format!("{SAID}paths = \"a\"\n"),
            "c.toml: line 5: unknown field `paths`",
        );
        check_refused(
            "kind = \"email\"\nowner = \"o\"\nreason = \"r\"\nexpires = \"soon\"\n",
            "c.toml: line 5: not a date of the calendar",
        );
        check_refused(
            "kind = \"email\"\nowner = \"o\"\nreason = \"r\"\nexpires = 7\n",
            "c.toml: line 5: invalid type",
        );
        let one = format!("kind = \"email\"\npath = \"a/**\"\n{SAID}");
        check_refused(
            &format!("{one}[[ignore]]\n{one}"),
            "c.toml: line 7: there is an ignore rule on kind email, path a/** already",
        );
    }

    #[test]
    fn a_rule_more_than_there_may_be_is_refused() {
        let rules = |n: usize| -> String {
            let rule = |i| format!("[[ignore]]\npath = \"{i}\"\n{SAID}");
            (0..n).map(rule).collect()
        };
        assert_eq!(read(&rules(RULES_MAX)).unwrap().lines().len(), RULES_MAX);
        let error = read(&rules(RULES_MAX + 1)).unwrap_err().to_string();
        let want = "c.toml: line 5001: there are more than 1000 [[ignore]] rules";
        assert!(error.starts_with(want), "{error}");
    }

    #[test]
    fn a_rule_is_in_force_to_the_end_of_its_last_day() {
        let rules = read(&format!("[[ignore]]\nkind = \"email\"\n{SAID}")).unwrap();
        for (started, is_in_force) in [
            ("2026-12-31T00:00:00Z", true),
            ("2027-01-31T23:59:59Z", true),
            ("2027-02-01T00:00:00Z", false),
            ("2028-01-01T00:00:00Z", false),
            // No day of the calendar, so that nobody can say that the rule still holds.
            ("", false),
            ("-000001-01-01T00:00:00Z", false),
        ] {
            let ignoring = rules.at(started);
            let n = ignoring.in_force().count();
            assert_eq!(n, usize::from(is_in_force), "{started}");
            let state = match is_in_force {
                true => IgnoreState::Unused,
                false => IgnoreState::Expired,
            };
            assert_eq!(ignoring.found()[0].state, state, "{started}");
        }
    }

    #[test]
    fn a_rule_says_what_it_is_on() {
        let text = format!(
            "[[ignore]]\npath = \"logs\"\n{SAID}[[ignore]]\ncategory = \"lodging\"\nkind = \"email\"\npath = \"a/*.csv\"\n{SAID}"
        );
        let rules = read(&text).unwrap();
        let want = [
            "path logs until 2027-01-31",
            "kind email, category lodging, path a/*.csv until 2027-01-31",
        ];
        assert_eq!(rules.lines(), want);
        let ignoring = rules.at("2027-01-01");
        let on: Vec<bool> = ignoring
            .in_force()
            .map(|(_, rule)| rule.is_on("x/logs/y.zip!/b.csv"))
            .collect();
        assert_eq!(on, [true, false]);
    }
}
