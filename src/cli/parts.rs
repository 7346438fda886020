//! What a scan writes beside its report: its manifests, the tally, and the state of a scan that may be cut short; and the tallies
//! that are joined, with their key.
//!
//! What these files hold is the business of the library.

use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, Result, bail};
use leakgauge::count::RunKey;
use leakgauge::ignore::IgnoreRules;
use leakgauge::report::{self, Format, ManifestForm};
use leakgauge::scan::{Asked, Counted, State, TallyFile};
use leakgauge::source;

use super::args;
use super::output::{Output, Target};

/// Longest key file or passphrase file, in bytes: whatever is longer is another file, named by mistake.
const KEY_BYTES_MAX: u64 = 64 << 10;

/// Digits of a stand-in by which passwords are known as the same: 64 bits.
const MARK_DIGITS: usize = 16;

/// The key that was given, if one was.
pub(crate) fn key(wanted: &args::Key) -> Result<Option<RunKey>> {
    let (path, is_file) = match (&wanted.key_file, &wanted.passphrase_file) {
        (Some(path), _) => (path, true),
        (None, Some(path)) => (path, false),
        (None, None) => return Ok(None),
    };
    let name = path.display().to_string();
    let content = read_key(path).with_context(|| format!("{name}: the key cannot be read"))?;
    let key = if is_file {
        RunKey::from_file(&content)
    } else {
        let text = std::str::from_utf8(&content);
        let text = text.with_context(|| format!("{name}: the passphrase is no UTF-8"))?;
        RunKey::from_passphrase(text.trim_end_matches(['\n', '\r']))
    };
    Ok(Some(key.map_err(|e| e.at(name))?))
}

fn read_key(path: &Path) -> Result<Vec<u8>> {
    let metadata = fs::metadata(path)?;
    if metadata.len() > KEY_BYTES_MAX {
        bail!("it is longer than {KEY_BYTES_MAX} bytes");
    }
    let mut content = Vec::new();
    let file = File::open(path)?;
    std::io::Read::read_to_end(&mut std::io::Read::take(file, KEY_BYTES_MAX), &mut content)?;
    Ok(content)
}

/// What a scan does beside its report.
pub(crate) struct Parts {
    pub(crate) key: Option<RunKey>,
    tally: Option<Target>,
    manifests: Vec<(Target, ManifestForm)>,
    state: Option<State>,
}

impl Parts {
    /// Opens the tally and the folder of the state, if they are wanted. The key is that of the arguments; a baseline may be what
    /// it is for.
    pub(crate) fn open(
        args: &args::Scan,
        key: Option<RunKey>,
        inputs: &[PathBuf],
        outputs: &[Output],
    ) -> Result<Parts> {
        if args.tally.is_some() && key.is_none() {
            bail!(
                "--tally needs a key that all parts share: add --key-file FILE or --passphrase-file FILE"
            );
        }
        let has_use =
            args.tally.is_some() || args.resume.is_some() || args.limits.baseline.is_some();
        if key.is_some() && !has_use {
            bail!("a key has no use here: it is for --tally, --resume and --baseline");
        }
        let is_stdin = |input: &PathBuf| input.as_os_str() == source::STDIN;
        if args.resume.is_some() && inputs.iter().any(is_stdin) {
            bail!("standard input cannot be read twice, so that --resume is not for it");
        }
        if args.resume.is_some() && outputs.iter().any(|o| o.format == Format::JsonLines) {
            bail!(
                "`jsonl` is written while the scan runs and cannot be gone on with: leave out --resume, or choose another format"
            );
        }
        let tally = args.tally.as_deref().map(Target::open).transpose()?;
        let every = Duration::from_secs(args.checkpoint_seconds.into());
        if let (Some(path), Some(tally)) = (&args.tally, &tally) {
            let is_report = |o: &Output| o.paths().contains(&tally.paths()[1]);
            if outputs.iter().any(is_report) {
                bail!("{}: named twice as an output", path.display());
            }
        }
        let mut manifests: Vec<(Target, ManifestForm)> = Vec::new();
        for path in &args.manifest {
            let target = Target::open(path)?;
            let place = target.paths()[1];
            let is_taken = outputs.iter().any(|o| o.paths().contains(&place))
                || tally.iter().any(|tally| tally.paths().contains(&place))
                || manifests
                    .iter()
                    .any(|(other, _)| other.paths().contains(&place));
            if is_taken {
                bail!("{}: named twice as an output", path.display());
            }
            manifests.push((target, ManifestForm::from_path_ending(path)));
        }
        let state = args.resume.as_deref();
        let state = state.map(|folder| State::open(folder, key, every));
        Ok(Parts {
            key,
            tally,
            manifests,
            state: state.transpose()?,
        })
    }

    /// The key of the tally, if one is wanted.
    pub(crate) fn tally_key(&self) -> Option<RunKey> {
        self.tally.as_ref().and(self.key)
    }

    /// The state, if one is wanted.
    pub(crate) fn state(&mut self) -> Option<&mut State> {
        self.state.as_mut()
    }

    /// What of it must not be scanned.
    pub(crate) fn paths(&self, args: &args::Scan) -> Vec<PathBuf> {
        let tally = self.tally.iter().flat_map(Target::paths);
        let manifests = self.manifests.iter().flat_map(|(target, _)| target.paths());
        let mut paths: Vec<PathBuf> = tally.chain(manifests).map(Path::to_owned).collect();
        let folder = args.resume.iter();
        paths.extend(folder.map(|path| fs::canonicalize(path).unwrap_or_else(|_| path.clone())));
        paths
    }

    /// Writes the tally, if one is wanted.
    pub(crate) fn write_tally(&mut self, counted: &Counted<'_>) -> Result<()> {
        let Some(tally) = self.tally.take() else {
            return Ok(());
        };
        let name = tally.name();
        let failed = || format!("{name}: the tally cannot be written");
        counted.write_tally(tally.file().with_context(failed)?, &name)?;
        tally.finish().with_context(failed)
    }

    /// Writes the manifests that are wanted, and returns their digests.
    pub(crate) fn write_manifests(&mut self, counted: &mut Counted<'_>) -> Result<Vec<String>> {
        let Some(manifest) = counted.take_manifest() else {
            return Ok(Vec::new());
        };
        let mut digests = Vec::new();
        for (target, form) in self.manifests.drain(..) {
            let name = target.name();
            let failed = || format!("{name}: the manifest cannot be written");
            let mut out = BufWriter::new(target.file().with_context(failed)?);
            let digest = report::write_manifest(&manifest, form, &mut out);
            digests.push(digest.with_context(failed)?);
            out.flush().with_context(failed)?;
            drop(out);
            target.finish().with_context(failed)?;
        }
        Ok(digests)
    }

    /// Removes the state, when nothing is left to be done.
    pub(crate) fn finish(self) -> Result<()> {
        Ok(self.state.map_or(Ok(()), State::remove)?)
    }
}

/// What a scan was asked for, as far as its state depends on it: whatever changes what is counted, or what is known of a file
/// that is done. Each is worded as whoever asked for it knows it.
pub(crate) fn asked(
    args: &args::Scan,
    inputs: &[String],
    ignore: &IgnoreRules,
    act_date: Option<String>,
    compares_values: bool,
    state: &State,
) -> Result<Asked> {
    let walk = &args.walk;
    let folder = std::env::current_dir().context("the current folder is not there any more")?;
    let mut options = Vec::new();
    let globs = |name, globs: &[String]| -> Vec<String> {
        let worded = globs.iter().map(|glob| format!("--{name} {glob:?}"));
        worded.collect()
    };
    options.extend(globs("include", &walk.include));
    options.extend(globs("exclude", &walk.exclude));
    options.extend(walk.max_depth.map(|n| format!("--max-depth {n}")));
    options.extend(args.shard.map(|shard| format!("--shard {shard}")));
    let act_date = act_date.map(|date| format!("{date} as the day of the act"));
    options.extend(act_date);
    // A file that is done was read without evidence, a hash of its content, its persons, or the places of its values.
    for (is_asked, name) in [
        (walk.follow_links, "--follow-links"),
        (!args.manifest.is_empty(), "--manifest"),
        (args.tally.is_some(), "--tally"),
        (args.persons_by_file, "--persons-by-file"),
        (compares_values, "--baseline with fingerprints"),
    ] {
        options.extend(is_asked.then(|| name.to_owned()));
    }
    if let Some(path) = &args.password_file {
        let name = path.display();
        let text =
            fs::read(path).with_context(|| format!("{name}: the passwords cannot be read"))?;
        let passwords = state.stand_in(&text);
        options.push(format!(
            "--password-file of mark {}",
            &passwords[..MARK_DIGITS]
        ));
    }
    let rules = ignore.lines();
    options.extend(
        rules
            .iter()
            .map(|line| format!("the ignore rule on {line}")),
    );
    Ok(Asked {
        folder: source::display(&folder),
        inputs: inputs.to_vec(),
        options,
    })
}

/// Opens tallies that are to be joined.
pub(crate) fn open_tallies(paths: &[PathBuf]) -> Result<Vec<TallyFile>> {
    let open = |path: &PathBuf| {
        let name = path.display().to_string();
        let file = File::open(path).with_context(|| format!("{name}: the tally cannot be read"))?;
        Ok(TallyFile { file, name })
    };
    paths.iter().map(open).collect()
}
