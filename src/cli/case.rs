//! A case: the instruments to assess under and what the user says of it, and whether what was found reaches the gate.
//!
//! Instruments that the user names, or brings along, decide the exit code. Without one that is the founding law alone;
//! others that apply by date and volume are assessed for information.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use leakgauge::audit::Audit;
use leakgauge::category::{Category, Reading};
use leakgauge::count::Day;
use leakgauge::law::{self, Circumstances, Instrument, Level, laws};
use leakgauge::scan::Counted;

use super::args::{self, FailOn, Gate};

/// The instrument that governs where the user names none.
const GOVERNING: &str = "cn.spc-spp-2017-10";

/// Which law is asked, about what.
pub(crate) struct Case {
    known: Vec<Instrument>,
    /// Positions among the known: those that decide. At least one; the first governs.
    deciding: Vec<usize>,
    /// Whether others are assessed that apply by date and volume.
    by_volume: bool,
    circumstances: Circumstances,
}

impl Case {
    /// Reads law files and circumstances.
    pub(crate) fn load(args: &args::Law) -> Result<Case> {
        let (known, own) = known(&args.laws)?;
        let mut deciding: Vec<usize> = Vec::new();
        for id in &args.law {
            let position = laws::position(id, &known)?;
            if !deciding.contains(&position) {
                deciding.push(position);
            }
        }
        let by_volume = deciding.is_empty();
        if by_volume {
            deciding.push(laws::position(GOVERNING, &known)?);
            deciding.extend(known.len() - own..known.len());
        }
        let stated = match &args.stated.circumstances {
            Some(path) => {
                let name = path.display().to_string();
                let text = fs::read_to_string(path)
                    .with_context(|| format!("{name}: the circumstances cannot be read"))?;
                Circumstances::from_toml(&text, &name)?
            }
            None => Circumstances::default(),
        };
        let circumstances = args.stated.on_top_of(stated)?;
        circumstances.check()?;
        laws::check_stated(&circumstances, &known)?;
        Ok(Case {
            known,
            deciding,
            by_volume,
            circumstances,
        })
    }

    /// Every instrument, those of the user among them.
    pub(crate) fn known(&self) -> &[Instrument] {
        &self.known
    }

    /// The day of the act, if it is stated.
    pub(crate) fn act_date(&self) -> Option<String> {
        self.circumstances.act_date.map(|date| date.to_string())
    }

    /// The day on which ages are taken: that of the act if it is stated, else that on which the scan began.
    pub(crate) fn ages_on(&self, started: &str) -> Option<Day> {
        Day::of(self.act_date().as_deref().unwrap_or(started))
    }

    /// The instrument of the headline.
    pub(crate) fn governing(&self) -> &Instrument {
        &self.known[self.deciding[0]]
    }

    /// What was counted, ranked by the law that governs, and assessed.
    pub(crate) fn audit(&self, counted: &Counted<'_>) -> Result<Audit> {
        let rank = |category, bare, reading| {
            law::class_of(
                self.governing(),
                category,
                bare,
                reading,
                &self.circumstances,
            )
        };
        let mut audit = counted.audit(&rank)?;
        self.assess(&mut audit)?;
        Ok(audit)
    }

    /// Assesses an audit anew, and records what was stated.
    pub(crate) fn assess(&self, audit: &mut Audit) -> Result<()> {
        let mut assessments = Vec::new();
        for position in &self.deciding {
            assessments.extend(law::assess(
                &self.known[*position],
                &*audit,
                &self.circumstances,
            )?);
        }
        if self.by_volume {
            for (position, instrument) in self.known.iter().enumerate() {
                if !self.deciding.contains(&position)
                    && law::has_reason(instrument, audit, &self.circumstances)
                {
                    let found = law::assess(instrument, &*audit, &self.circumstances)?;
                    if found.iter().any(law::Assessment::reaches_something) {
                        assessments.extend(found);
                    }
                }
            }
        }
        audit.assessments = assessments;
        let is_stated = self.circumstances != Circumstances::default();
        audit.circumstances = is_stated.then(|| self.circumstances.clone());
        Ok(())
    }

    /// What so many rows reach at most under the law that governs, were none of them a repeat; `None` where it cannot be said.
    pub(crate) fn at_most(
        &self,
        rows: &[(Category, u64)],
        reading: Reading,
    ) -> Option<law::Assessment> {
        let counts = law::counts_from_pairs(rows);
        let assessments = law::assess(self.governing(), &*counts, &self.circumstances).ok()?;
        assessments.into_iter().find(|a| a.reading == reading.id())
    }

    /// Whether what was found reaches the level that the user named, under the reading that governs.
    pub(crate) fn is_reached(&self, gate: &Gate, audit: &Audit) -> bool {
        let reading = gate.reading.id();
        let decides = |id: &str| self.deciding.iter().any(|at| self.known[*at].id() == id);
        let reaches = |level: Level| {
            let mut assessments = audit.assessments.iter();
            assessments.any(|a| a.reading == reading && a.level >= level && decides(&a.instrument))
        };
        match gate.fail_on {
            None => false,
            Some(FailOn::Any) => audit
                .readings
                .iter()
                .filter(|counts| counts.reading == reading)
                .flat_map(|counts| &counts.categories)
                .any(|category| category.items > 0),
            Some(FailOn::Serious) => reaches(Level::Serious),
            Some(FailOn::EspeciallySerious) => reaches(Level::EspeciallySerious),
        }
    }
}

/// The built-in instruments and those of the user, and how many the latter are.
pub(crate) fn known(paths: &[PathBuf]) -> Result<(Vec<Instrument>, usize)> {
    let mut own = Vec::new();
    for path in paths {
        for file in toml_files(path)? {
            let name = file.display().to_string();
            let text = fs::read_to_string(&file)
                .with_context(|| format!("{name}: the law file cannot be read"))?;
            own.push(Instrument::from_toml(&text, &name)?);
        }
    }
    let n = own.len();
    Ok((laws::join(laws::builtin()?, own)?, n))
}

/// The file itself, or the TOML files of a folder in the order of their names.
fn toml_files(path: &Path) -> Result<Vec<PathBuf>> {
    if !path.is_dir() {
        return Ok(vec![path.to_owned()]);
    }
    let name = path.display();
    let dents = fs::read_dir(path).with_context(|| format!("{name}: the folder cannot be read"))?;
    let mut files = Vec::new();
    for dent in dents {
        let file = dent
            .with_context(|| format!("{name}: the folder cannot be read"))?
            .path();
        if file.extension().is_some_and(|ending| ending == "toml") {
            files.push(file);
        }
    }
    files.sort();
    if files.is_empty() {
        bail!("{name}: no law file in this folder; their names end in `.toml`");
    }
    Ok(files)
}
