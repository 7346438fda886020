//! What was counted: joined to an audit, or written as a tally and read back to be joined with others.
//!
//! One scan and tallies of its parts end here in the same way, so that they end with the same audit. How it was counted is not
//! known here, nor which law ranks it.

use std::collections::HashMap;
use std::fs::File;

use rayon::ThreadPool;
use rayon::prelude::*;

use super::part::{Joined, Part};
use super::{Rank, catalog_hash, pool};
use crate::audit::{
    self, Audit, Evidence, FileAudit, IgnoreFound, IgnoreState, MANIFEST_SCHEMA, Manifest,
    ManifestHead, NewInFile, Stats, Tool,
};
use crate::category::Reading;
use crate::count::{
    Maker, Memory, News, Parallel, PersonsByFile, RunKey, StandIns, Tally, Totals, read_tally,
    write_tally,
};
use crate::detect::Catalog;
use crate::error::Error;

/// Everything that was counted, before it is joined.
pub struct Counted<'c> {
    pub(super) catalog: &'c Catalog,
    /// The hash of everything that decides a count.
    pub(super) hash: String,
    pub(super) key: RunKey,
    pub(super) memory: Memory,
    pub(super) pool: ThreadPool,
    /// Sealed, and of the key.
    pub(super) tallies: Vec<Tally>,
    pub(super) part: Part,
    /// Of a scan that was asked for it.
    pub(super) evidence: Option<Vec<Evidence>>,
}

/// A file that holds a tally, and its name.
pub struct TallyFile {
    /// The file, open for reading. It must not change until the audit is made.
    pub file: File,
    /// What to call it in a message.
    pub name: String,
}

impl<'c> Counted<'c> {
    /// What was counted by scans of parts, each of which has written a tally under this key. Counts are read when the audit
    /// is made.
    ///
    /// # Errors
    /// When a tally cannot be read, is damaged, or was made with another key, program or catalog; when two hold the same
    /// path; when threads cannot be started.
    pub fn from_tallies(
        files: Vec<TallyFile>,
        key: RunKey,
        catalog: &'c Catalog,
        threads: usize,
        memory: Memory,
    ) -> Result<Counted<'c>, Error> {
        let hash = catalog_hash(catalog)?;
        let (mut tallies, mut parts) = (Vec::new(), Vec::new());
        for TallyFile { file, name } in files {
            let maker = maker(catalog, &hash);
            let (tally, enclosed) = read_tally(file, &name, &maker, &key, memory)?;
            let part = serde_json::from_slice(&enclosed).map_err(|_| {
                Error::new("holds counts and no files: it is no tally of `scan --tally`").at(&name)
            })?;
            tallies.push(tally);
            parts.push(part);
        }
        let Joined { part, positions } = Part::join(parts)?;
        for (tally, positions) in tallies.iter_mut().zip(&positions) {
            tally.renumber_files(&|i| positions.get(i).copied().unwrap_or(i));
        }
        Ok(Counted {
            catalog,
            hash,
            key,
            memory,
            pool: pool(threads)?,
            tallies,
            part,
            evidence: None,
        })
    }

    /// Says which paths were given, and when the scan began: RFC 3339, UTC.
    pub fn describe(&mut self, inputs: &[String], started: &str) {
        self.part.inputs = inputs.to_vec();
        started.clone_into(&mut self.part.started);
    }

    /// Writes a tally that can be joined with others to an empty file, whose name is `place`. The file is not synced.
    ///
    /// # Errors
    /// When the file cannot be written, and when what was spilled cannot be read.
    pub fn write_tally(&self, file: File, place: &str) -> Result<(), Error> {
        let enclosed = serde_json::to_vec(&self.part)
            .map_err(|e| Error::new("the tally cannot be worded").because(e))?;
        let maker = maker(self.catalog, &self.hash);
        let tallies = &self.tallies;
        write_tally(
            file,
            place,
            &maker,
            &self.key,
            tallies,
            &enclosed,
            self.memory,
        )
    }

    /// Takes the manifest, if the scan has gathered evidence.
    pub fn take_manifest(&mut self) -> Option<Manifest> {
        let files = self.evidence.take()?;
        Some(Manifest {
            head: ManifestHead {
                schema: MANIFEST_SCHEMA.to_owned(),
                tool: self.tool(),
                inputs: self.part.inputs.clone(),
                files: files.len() as u64,
            },
            files,
        })
    }

    fn tool(&self) -> Tool {
        Tool {
            name: env!("CARGO_PKG_NAME").to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            catalog: self.hash.clone(),
        }
    }

    /// The audit, without an assessment. `rank` puts each record into its highest class.
    ///
    /// # Errors
    /// When what was spilled, or the files of tallies, cannot be read.
    pub fn audit(&self, rank: Rank<'_>) -> Result<Audit, Error> {
        let parallel = Parallel {
            threads: self.pool.current_num_threads(),
            run: &|n, f| {
                self.pool.install(|| (0..n).into_par_iter().for_each(f));
            },
        };
        let totals = Totals::new(&self.tallies, rank, self.memory, &parallel)?;
        let persons = match self.part.persons_by_file {
            true => Some(PersonsByFile::of(
                &self.tallies,
                &self.key,
                self.memory,
                &parallel,
            )?),
            false => None,
        };
        Ok(self.assemble(&totals, persons.as_ref()))
    }

    /// The key that it was counted under.
    pub fn key(&self) -> &RunKey {
        &self.key
    }

    /// Ids of all kinds that were looked for, in the order of the catalog.
    pub fn kinds(&self) -> impl Iterator<Item = &str> {
        self.catalog.patterns().iter().map(|p| p.id.as_str())
    }

    /// The different values of a kind, as stand-ins that may be kept; none of a kind that was not looked for.
    ///
    /// # Errors
    /// When what was spilled, or the files of tallies, cannot be read, and when there is no room to spill to.
    pub fn stand_ins(&self, kind: &str) -> Result<StandIns, Error> {
        match self.kinds().position(|id| id == kind) {
            Some(at) => StandIns::found(&self.tallies, &self.key, (at, kind), self.memory),
            None => Ok(self.no_stand_ins()),
        }
    }

    /// An empty set to compare with.
    pub fn no_stand_ins(&self) -> StandIns {
        StandIns::beside(&self.tallies, self.memory)
    }

    /// The positions of files and members in the audit, by their paths; of several of one path that of the last.
    pub fn positions(&self) -> HashMap<&str, usize> {
        let parts = self.part.files.iter().flat_map(|file| &file.audits);
        let paths = parts.map(|(_, audit)| audit.path.as_str());
        paths.enumerate().map(|(at, path)| (path, at)).collect()
    }

    /// An empty set for values that are not known, if it was kept where values stand.
    pub fn no_news(&self) -> Option<News> {
        let is_kept = self.part.places;
        is_kept.then(|| News::beside(&self.tallies, self.memory))
    }

    /// Where those values of a kind stand, in the order of the files.
    ///
    /// # Errors
    /// When what was spilled, or the files of tallies, cannot be read, and when there is no room to spill to.
    pub fn places(&self, news: News, kind: &str) -> Result<Vec<NewInFile>, Error> {
        let Some(at) = self.kinds().position(|id| id == kind) else {
            return Ok(Vec::new());
        };
        let by_file = news.by_file(&self.tallies, &self.key, (at, kind))?;
        let files = self.part.files.iter();
        let parts = files.flat_map(|file| file.audits.iter().map(move |part| (file, part)));
        let here = parts.filter_map(|(file, (number, audit))| {
            let here = by_file.in_file(&file.path, *number)?;
            Some(NewInFile {
                path: audit.path.clone(),
                kind: kind.to_owned(),
                new: here.new,
                found: here.found,
                first_line: here.first_line,
            })
        });
        Ok(here.collect())
    }

    fn assemble(&self, totals: &Totals<'_>, persons: Option<&PersonsByFile>) -> Audit {
        let part = &self.part;
        let mut skipped = part.skipped.clone();
        let mut files = Vec::with_capacity(part.files.len());
        for (file, copy_of) in part.files.iter().zip(part.copies()) {
            skipped.extend(file.skipped.iter().cloned());
            for (number, mut audit) in file.audits.iter().cloned() {
                audit.persons = persons.map(|persons| persons.in_file(&file.path, number));
                if !audit.is_member {
                    audit.copy_of = audit.copy_of.or(copy_of.map(str::to_owned));
                }
                files.push(audit);
            }
        }
        skipped.sort();
        let patterns = self.catalog.patterns();
        let with_kind = |id: &str| files.iter().filter(|f| f.kinds.contains_key(id)).count() as u64;
        let files_with: Vec<u64> = patterns.iter().map(|p| with_kind(&p.id)).collect();
        let readings = totals.readings().to_vec();
        let ignored = sums_of_rules(&part.ignored, &files);
        Audit {
            schema: audit::SCHEMA.to_owned(),
            tool: self.tool(),
            started: part.started.clone(),
            inputs: part.inputs.clone(),
            stats: Stats {
                files: files.len() as u64,
                bytes: files.iter().filter(|f| !f.is_member).map(|f| f.bytes).sum(),
                records: files.iter().map(|f| f.records).sum(),
                skipped: skipped.len() as u64,
                seconds: part.seconds,
            },
            complete: skipped.is_empty() && part.shard.is_none(),
            shard: part.shard.as_ref().map(|of| of.shard.to_string()),
            kinds: totals.kinds(self.catalog, &files_with),
            categories: readings[0].categories.clone(),
            persons: totals.persons(Reading::Default),
            ages_on: part.ages_on.map(|day| day.to_string()),
            profiles: totals.profiles(),
            readings,
            files,
            ignored,
            skipped,
            ..Audit::default()
        }
    }
}

/// The ignore rules with what they have taken out of all files.
fn sums_of_rules(rules: &[IgnoreFound], files: &[FileAudit]) -> Vec<IgnoreFound> {
    let mut sums = rules.to_vec();
    for here in files.iter().flat_map(|file| &file.ignored) {
        if let Some(sum) = sums.get_mut(here.rule) {
            sum.state = IgnoreState::Used;
            sum.files += 1;
            sum.taken.add(here.taken);
        }
    }
    sums
}

/// Who counts with this catalog, of this hash.
pub(super) fn maker<'a>(catalog: &'a Catalog, hash: &'a str) -> Maker<'a> {
    Maker {
        version: env!("CARGO_PKG_VERSION"),
        catalog: hash,
        kinds: catalog.patterns().iter().map(|p| p.id.as_str()).collect(),
    }
}
