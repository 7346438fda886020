//! Baselines: what was there before, so that a CI job fails on more and on nothing else.
//!
//! A baseline is a JSON file. With *counts* it holds the different values of each kind and the rows of each category, and any
//! of them that rises is more than before. With *fingerprints* it holds a keyed stand-in of every value
//! ([`count::StandIns`](crate::count::StandIns)), and each value that is not among them is more than before, wherever it
//! stands: lines may move and files be renamed. Neither holds a value, a path or a time, so the same data gives the same
//! bytes. It compares what was counted, and knows no exit code; which file it is read from or written to is the caller's.
//!
//! # Format 1
//!
//! | field | holds |
//! | --- | --- |
//! | `schema` | `leakgauge.baseline/1`; always the first field |
//! | `mode` | `counts` or `fingerprints` |
//! | `tool` | `version` of the program and hash of its `catalog`, as in the audit |
//! | `distinct`, `rows` | with counts: numbers by kind, and by category under the default reading |
//! | `key` | with fingerprints: a mark of the key, 32 hexadecimal digits |
//! | `fingerprints` | with fingerprints, the last field: by kind, in order, a list of 32 hexadecimal digits a value |
//!
//! Files of any size are read and written in bounded memory. Lists may be in any order and hold a value twice, so that two
//! branches of a repository can be joined as text; they are written in order, each value on a line of its own.

mod read;
mod write;

use std::collections::{BTreeMap, BTreeSet};
use std::io::{Read, Seek, SeekFrom, Write};

use crate::audit::{Audit, BaselineCheck, BaselineFound, NewInFile};
use crate::count::{RunKey, Since, StandIns, compare};
use crate::error::Error;
use crate::scan::Counted;

use read::{Taker, read};
use write::Fingerprints;

/// Name of the schema in the `schema` field.
pub const SCHEMA: &str = "leakgauge.baseline/1";

/// What a baseline holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// How many values and rows there are.
    Counts,
    /// A keyed stand-in of each value.
    Fingerprints,
}

impl Mode {
    const ALL: [Mode; 2] = [Mode::Counts, Mode::Fingerprints];

    /// As it is written.
    pub fn id(self) -> &'static str {
        match self {
            Mode::Counts => "counts",
            Mode::Fingerprints => "fingerprints",
        }
    }
}

/// A baseline that was checked, with the file that it is in.
#[derive(Debug)]
pub struct Baseline<R> {
    file: R,
    /// The file in errors.
    name: String,
    key: Option<RunKey>,
    head: Head,
}

/// A baseline but for its fingerprints.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Head {
    mode: Mode,
    version: String,
    catalog: String,
    counts: Counts,
}

/// Values by kind and rows by category; none is zero.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Counts {
    distinct: BTreeMap<String, u64>,
    rows: BTreeMap<String, u64>,
}

/// Which values go into a new baseline.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Accept {
    /// Those that were there before and still are: the baseline is lowered, and never raised.
    Less,
    /// All that are there.
    More,
}

/// What an update has come to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Updated {
    /// What has changed.
    pub found: BaselineFound,
    /// Kinds of the baseline that were not looked for: nothing is known of them now, so they stay in it as they were, and rows
    /// of categories are not lowered beside them.
    pub kept: Vec<String>,
}

impl<R: Read + Seek> Baseline<R> {
    /// Checks a baseline as a whole. `name` is the file in errors; `key` is the one that was given, if one was.
    ///
    /// # Errors
    /// When it cannot be read, is no baseline, is cut off or of a newer version, and when it holds fingerprints of another
    /// key or there is no key. What is in the file is not quoted: it may be another one, named by mistake.
    pub fn open(mut file: R, name: &str, key: Option<&RunKey>) -> Result<Baseline<R>, Error> {
        let head = read(&mut file, key, &mut Ignore).map_err(|e| e.at(name))?;
        Ok(Baseline {
            file,
            name: name.to_owned(),
            key: key.copied(),
            head,
        })
    }

    /// What it holds.
    pub fn mode(&self) -> Mode {
        self.head.mode
    }

    /// What has changed since it was written. The audit is that of what was counted, which was done under the key of the
    /// baseline, if it has one.
    ///
    /// # Errors
    /// When the file has changed in the meantime or cannot be read again, when what was spilled cannot be read or written,
    /// and when it was counted under another key.
    pub fn compare(
        &mut self,
        audit: &Audit,
        counted: &Counted<'_>,
    ) -> Result<BaselineFound, Error> {
        let compared = match self.head.mode {
            Mode::Counts => Compared {
                checks: self.head.counts.compare(&Counts::of(audit)),
                ..Compared::default()
            },
            Mode::Fingerprints => self.compare_values(Comparison::new(counted, None))?,
        };
        Ok(self.found(compared.checks, compared.new_in))
    }

    /// Writes the baseline that follows on this one, and tells what has changed.
    ///
    /// # Errors
    /// Those of [`Baseline::compare`], and when it cannot be written.
    pub fn update(
        &mut self,
        audit: &Audit,
        counted: &Counted<'_>,
        accept: Accept,
        wtr: &mut dyn Write,
    ) -> Result<Updated, Error> {
        let (checks, kept) = match self.head.mode {
            Mode::Counts => {
                let (before, now) = (&self.head.counts, Counts::of(audit));
                let next = match accept {
                    Accept::Less => before.lowered_to(&now),
                    Accept::More => now.clone(),
                };
                let is_asked = |kind: &str| counted.kinds().any(|id| id == kind);
                let (next, kept) = before.kept_in(next, is_asked);
                write::counts(wtr, &audit.tool, &next)?;
                let mut checks = before.compare(&now);
                if !kept.is_empty() {
                    checks.retain(|check| check.found >= check.before);
                }
                (checks, kept)
            }
            Mode::Fingerprints => {
                let mark = counted.key().mark();
                let next = Fingerprints::begin(wtr, &audit.tool, &mark)?;
                let next = Some((next, accept));
                let compared = self.compare_values(Comparison::new(counted, next))?;
                (compared.checks, compared.kept)
            }
        };
        Ok(Updated {
            found: self.found(checks, None),
            kept,
        })
    }

    fn compare_values(&mut self, mut comparison: Comparison<'_>) -> Result<Compared, Error> {
        let (name, key) = (&self.name, self.key.as_ref());
        if key != Some(comparison.counted.key()) {
            return Err(Error::new(
                "values were counted under another key than that of the baseline",
            )
            .at(name));
        }
        let again = |e| {
            Error::new("the baseline cannot be read again")
                .because(e)
                .at(name)
        };
        self.file.seek(SeekFrom::Start(0)).map_err(again)?;
        let head = read(&mut self.file, key, &mut comparison).map_err(|e| e.at(name))?;
        if head != self.head {
            return Err(
                Error::new("the baseline has changed since the scan began: scan again").at(name),
            );
        }
        comparison.end()
    }

    fn found(&self, checks: Vec<BaselineCheck>, new_in: Option<Vec<NewInFile>>) -> BaselineFound {
        BaselineFound {
            mode: self.head.mode.id().to_owned(),
            version: self.head.version.clone(),
            catalog: self.head.catalog.clone(),
            checks,
            new_in,
        }
    }
}

/// Writes a baseline of what was counted; fingerprints are those of the key that it was counted under. Tells what is in it as
/// what was not there before.
///
/// # Errors
/// When it cannot be written, and when what was spilled cannot be read or written.
pub fn write(
    audit: &Audit,
    counted: &Counted<'_>,
    mode: Mode,
    wtr: &mut dyn Write,
) -> Result<BaselineFound, Error> {
    let checks = match mode {
        Mode::Counts => {
            let now = Counts::of(audit);
            write::counts(wtr, &audit.tool, &now)?;
            Counts::default().compare(&now)
        }
        Mode::Fingerprints => {
            let mark = counted.key().mark();
            let out = Fingerprints::begin(wtr, &audit.tool, &mark)?;
            Comparison::new(counted, Some((out, Accept::More)))
                .end()?
                .checks
        }
    };
    Ok(BaselineFound {
        mode: mode.id().to_owned(),
        version: audit.tool.version.clone(),
        catalog: audit.tool.catalog.clone(),
        checks,
        new_in: None,
    })
}

impl Counts {
    fn of(audit: &Audit) -> Counts {
        let distinct = audit.kinds.iter().map(|k| (k.kind.clone(), k.distinct));
        let rows = audit
            .categories
            .iter()
            .map(|c| (c.category.clone(), c.rows));
        Counts {
            distinct: distinct.filter(|(_, n)| *n > 0).collect(),
            rows: rows.filter(|(_, n)| *n > 0).collect(),
        }
    }

    fn compare(&self, now: &Counts) -> Vec<BaselineCheck> {
        let kinds = checks("kind", "values", &self.distinct, &now.distinct);
        let categories = checks("category", "rows", &self.rows, &now.rows);
        kinds.into_iter().chain(categories).collect()
    }

    /// The counts that follow on these, with those of kinds that were not looked for as they were, and which these are. Rows may
    /// have been rows by their values, so none is fewer then.
    fn kept_in(&self, mut next: Counts, is_asked: impl Fn(&str) -> bool) -> (Counts, Vec<String>) {
        let mut kept = Vec::new();
        for (kind, n) in self.distinct.iter().filter(|(kind, _)| !is_asked(kind)) {
            next.distinct.insert(kind.clone(), *n);
            kept.push(kind.clone());
        }
        for (category, n) in self.rows.iter().filter(|_| !kept.is_empty()) {
            let rows = next.rows.entry(category.clone()).or_default();
            *rows = (*rows).max(*n);
        }
        (next, kept)
    }

    fn lowered_to(&self, now: &Counts) -> Counts {
        Counts {
            distinct: lowered(&self.distinct, &now.distinct),
            rows: lowered(&self.rows, &now.rows),
        }
    }
}

fn checks(
    what: &str,
    unit: &str,
    before: &BTreeMap<String, u64>,
    now: &BTreeMap<String, u64>,
) -> Vec<BaselineCheck> {
    let ids: BTreeSet<&String> = before.keys().chain(now.keys()).collect();
    let check = |id: &String| {
        let number = |counts: &BTreeMap<String, u64>| counts.get(id).copied().unwrap_or(0);
        BaselineCheck {
            check: format!("{what} {id}"),
            unit: unit.to_owned(),
            before: number(before),
            found: number(now),
            new: None,
            gone: None,
            exceeded: number(now) > number(before),
        }
    };
    ids.into_iter().map(check).collect()
}

/// The smaller one of each, without what is gone.
fn lowered(before: &BTreeMap<String, u64>, now: &BTreeMap<String, u64>) -> BTreeMap<String, u64> {
    let both = before
        .iter()
        .filter_map(|(id, n)| Some((id, *n, *now.get(id)?)));
    both.map(|(id, before, now)| (id.clone(), before.min(now)))
        .collect()
}

/// The first reading of a file: whether it can be read.
struct Ignore;

impl Taker for Ignore {
    fn kind(&mut self, _id: &str) -> Result<(), Error> {
        Ok(())
    }

    fn value(&mut self, _stand_in: u128) -> Result<(), Error> {
        Ok(())
    }

    fn kind_ends(&mut self) -> Result<(), Error> {
        Ok(())
    }
}

/// What has changed.
#[derive(Default)]
struct Compared {
    checks: Vec<BaselineCheck>,
    /// Where new values stand, if that is known and asked for.
    new_in: Option<Vec<NewInFile>>,
    /// Kinds that were not looked for and went into the next baseline as they were.
    kept: Vec<String>,
}

/// Known values on their way past those that were counted, kind by kind, and into the next baseline if one is written.
struct Comparison<'a> {
    counted: &'a Counted<'a>,
    /// Kinds that were looked for and are still to be compared, in descending order.
    left: Vec<&'a str>,
    /// The kind that is being read.
    known: Option<(String, StandIns)>,
    checks: Vec<BaselineCheck>,
    /// None if it is not known, or a baseline is written and nobody asks.
    new_in: Option<Vec<NewInFile>>,
    next: Option<(Fingerprints<'a>, Accept)>,
    /// Kinds that were not looked for and go into the next baseline as they were.
    kept: Vec<String>,
}

impl<'a> Comparison<'a> {
    fn new(counted: &'a Counted<'a>, next: Option<(Fingerprints<'a>, Accept)>) -> Comparison<'a> {
        let mut left: Vec<&str> = counted.kinds().collect();
        left.sort_unstable_by(|a, b| b.cmp(a));
        Comparison {
            counted,
            left,
            known: None,
            checks: Vec::new(),
            new_in: (next.is_none() && counted.no_news().is_some()).then(Vec::new),
            next,
            kept: Vec::new(),
        }
    }

    /// Compares the kinds before one, of which nothing is known; without one, all that are left.
    fn pass(&mut self, until: Option<&str>) -> Result<(), Error> {
        while let Some(kind) = self
            .left
            .pop_if(|kind| until.is_none_or(|until| *kind < until))
        {
            self.settle(kind, self.counted.no_stand_ins())?;
        }
        self.left.pop_if(|kind| Some(*kind) == until);
        Ok(())
    }

    fn settle(&mut self, kind: &str, known: StandIns) -> Result<(), Error> {
        let is_asked = self.counted.kinds().any(|id| id == kind);
        let (mut kept, mut new, mut gone) = (0, 0, 0);
        let next = &mut self.next;
        let mut news = self.new_in.as_ref().and_then(|_| self.counted.no_news());
        compare(known, self.counted.stand_ins(kind)?, |stand_in, since| {
            if let (Since::New, Some(news)) = (since, &mut news) {
                news.insert(stand_in)?;
            }
            let count = match since {
                Since::Kept => &mut kept,
                Since::New => &mut new,
                Since::Gone => &mut gone,
            };
            *count += 1;
            match next {
                Some((next, accept))
                    if since == Since::Kept
                        || since == Since::New && *accept == Accept::More
                        || since == Since::Gone && !is_asked =>
                {
                    next.value(kind, stand_in)
                }
                _ => Ok(()),
            }
        })?;
        if let (Some(news), Some(new_in), 1..) = (news, &mut self.new_in, new) {
            new_in.extend(self.counted.places(news, kind)?);
        }
        if !is_asked && self.next.is_some() {
            self.kept.push(kind.to_owned());
        } else if kept + new + gone > 0 {
            self.checks.push(BaselineCheck {
                check: format!("kind {kind}"),
                unit: "values".to_owned(),
                before: kept + gone,
                found: kept + new,
                new: Some(new),
                gone: Some(gone),
                exceeded: new > 0,
            });
        }
        Ok(())
    }

    fn end(mut self) -> Result<Compared, Error> {
        self.pass(None)?;
        if let Some((next, _)) = self.next {
            next.end()?;
        }
        // Kinds come one after the other; a reader goes through files.
        if let Some(new_in) = &mut self.new_in {
            let files = self.counted.positions();
            new_in.sort_by_key(|new| files.get(new.path.as_str()).copied());
        }
        Ok(Compared {
            checks: self.checks,
            new_in: self.new_in,
            kept: self.kept,
        })
    }
}

impl Taker for Comparison<'_> {
    fn kind(&mut self, id: &str) -> Result<(), Error> {
        self.pass(Some(id))?;
        self.known = Some((id.to_owned(), self.counted.no_stand_ins()));
        Ok(())
    }

    fn value(&mut self, stand_in: u128) -> Result<(), Error> {
        match &mut self.known {
            Some((_, known)) => known.insert(stand_in),
            None => Ok(()),
        }
    }

    fn kind_ends(&mut self) -> Result<(), Error> {
        match self.known.take() {
            Some((kind, known)) => self.settle(&kind, known),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests;
