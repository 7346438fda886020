//! Scans in parts: the key, the tally that a scan writes, those that are joined, and the state of a scan that may be cut short.
//!
//! What these files hold is the business of the library.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, Result, bail};
use leakgauge::count::RunKey;
use leakgauge::report::Format;
use leakgauge::scan::{Asked, Counted, State, TallyFile};
use leakgauge::source;

use super::args;
use super::output::{Output, Target};

/// Longest key file or passphrase file, in bytes: whatever is longer is another file, named by mistake.
const KEY_BYTES_MAX: u64 = 64 << 10;

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
    state: Option<State>,
}

impl Parts {
    /// Opens the tally and the folder of the state, if they are wanted.
    pub(crate) fn open(args: &args::Scan, inputs: &[PathBuf], outputs: &[Output]) -> Result<Parts> {
        let key = key(&args.key)?;
        if args.tally.is_some() && key.is_none() {
            bail!(
                "--tally needs a key that all parts share: add --key-file FILE or --passphrase-file FILE"
            );
        }
        if key.is_some() && args.tally.is_none() && args.resume.is_none() {
            bail!("a key has no use here: it is for --tally and --resume");
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
        let state = args.resume.as_deref();
        let state = state.map(|folder| State::open(folder, key, every));
        Ok(Parts {
            key,
            tally,
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
        let mut paths: Vec<PathBuf> = tally.map(Path::to_owned).collect();
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

    /// Removes the state, when nothing is left to be done.
    pub(crate) fn finish(self) -> Result<()> {
        Ok(self.state.map_or(Ok(()), State::remove)?)
    }
}

/// What a scan was asked for, as far as its state depends on it.
pub(crate) fn asked(args: &args::Scan, inputs: &[String]) -> Result<Asked> {
    let walk = &args.walk;
    let folder = std::env::current_dir().context("the current folder is not there any more")?;
    let options = [
        format!("include {:?}", walk.include),
        format!("exclude {:?}", walk.exclude),
        format!("max-depth {:?}", walk.max_depth),
        format!("follow-links {}", walk.follow_links),
        format!("shard {:?}", args.shard.map(|shard| shard.to_string())),
    ];
    Ok(Asked {
        folder: source::display(&folder),
        inputs: inputs.to_vec(),
        options: options.to_vec(),
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
