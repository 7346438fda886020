//! Outputs: where reports go. Opened before anything is scanned, put in place when everything is written.
//!
//! A file is written beside its target under another name and renamed at the end, so that an output that cannot be written
//! fails at once, and a run that is interrupted leaves the old report, never half a new one. What is written is the
//! business of `leakgauge::report`, and of `leakgauge::scan` for a tally.

use std::fs::{self, File, Permissions};
use std::io::{self, BufWriter, IsTerminal, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use leakgauge::report::Format;
use leakgauge::source::STDIN;
use tempfile::NamedTempFile;

use super::args;

/// The argument that stands for standard output: the same word as for standard input.
const STDOUT: &str = STDIN;

/// One output, open.
pub(crate) struct Output {
    pub(crate) format: Format,
    sink: Sink,
}

enum Sink {
    Stdout,
    /// A device or a FIFO that was named: written as it is.
    Special(BufWriter<File>, PathBuf),
    File(Pending),
}

/// A file that is being written.
struct Pending {
    wtr: BufWriter<NamedTempFile>,
    /// Where it goes, without links.
    target: PathBuf,
    /// Those of the file that is replaced.
    permissions: Option<Permissions>,
}

/// Opens every output that was asked for; standard output if none was.
pub(crate) fn open(wanted: &args::Output) -> Result<Vec<Output>> {
    if wanted.output.is_empty() {
        return Ok(vec![Output::stdout(wanted.format)?]);
    }
    let mut outputs: Vec<Output> = Vec::new();
    for path in &wanted.output {
        let output = Output::open(path, wanted.format)?;
        if outputs.iter().any(|known| known.is_same_place(&output)) {
            bail!("{}: named twice as an output", path.display());
        }
        outputs.push(output);
    }
    Ok(outputs)
}

impl Output {
    fn stdout(format: Option<Format>) -> Result<Output> {
        let format = format.unwrap_or_default();
        if format.is_binary() && io::stdout().is_terminal() {
            bail!(
                "`{0}` is no text for a terminal; write it to a file with -o FILE.{0}",
                format.id()
            );
        }
        Ok(Output {
            format,
            sink: Sink::Stdout,
        })
    }

    fn open(path: &Path, format: Option<Format>) -> Result<Output> {
        if path.as_os_str() == STDOUT {
            return Output::stdout(format);
        }
        let Some(format) = format.or_else(|| Format::from_path_ending(path)) else {
            let known = Format::ALL.map(Format::id).join(", ");
            bail!(
                "{}: its ending names no format; add -f with one of {known}",
                path.display()
            );
        };
        let sink = open_sink(path)
            .with_context(|| format!("{}: the output cannot be written", path.display()))?;
        Ok(Output { format, sink })
    }

    /// Whether it is standard output.
    pub(crate) fn is_stdout(&self) -> bool {
        matches!(self.sink, Sink::Stdout)
    }

    /// The files that belong to it: the one being written, and the one it will replace.
    pub(crate) fn paths(&self) -> Vec<&Path> {
        match &self.sink {
            Sink::Stdout => Vec::new(),
            Sink::Special(_, path) => vec![path],
            Sink::File(pending) => vec![pending.wtr.get_ref().path(), &pending.target],
        }
    }

    /// What to call it in a message.
    pub(crate) fn name(&self) -> String {
        match &self.sink {
            Sink::Stdout => "standard output".to_owned(),
            Sink::Special(_, path) => path.display().to_string(),
            Sink::File(pending) => pending.target.display().to_string(),
        }
    }

    fn is_same_place(&self, other: &Output) -> bool {
        match (&self.sink, &other.sink) {
            (Sink::Stdout, Sink::Stdout) => true,
            (Sink::File(a), Sink::File(b)) => a.target == b.target,
            _ => false,
        }
    }

    /// Puts the file in its place. Until then nothing of it can be seen there.
    pub(crate) fn finish(self) -> io::Result<()> {
        match self.sink {
            Sink::Stdout => io::stdout().flush(),
            Sink::Special(mut wtr, _) => wtr.flush(),
            Sink::File(pending) => pending.finish(),
        }
    }
}

impl Pending {
    fn finish(self) -> io::Result<()> {
        let file = self.wtr.into_inner();
        let file = file.map_err(io::IntoInnerError::into_error)?;
        if let Some(permissions) = self.permissions {
            file.as_file().set_permissions(permissions)?;
        }
        file.persist(&self.target)?;
        Ok(())
    }
}

/// A file that is no report and is written at any place in it: open, and in its place when it is whole.
pub(crate) struct Target(Pending);

impl Target {
    /// Opens it.
    pub(crate) fn open(path: &Path) -> Result<Target> {
        let failed = || format!("{}: cannot be written", path.display());
        match open_sink(path).with_context(failed)? {
            Sink::File(pending) => Ok(Target(pending)),
            _ => bail!("{}: is no regular file", path.display()),
        }
    }

    /// The file being written, empty.
    pub(crate) fn file(&self) -> io::Result<File> {
        self.0.wtr.get_ref().as_file().try_clone()
    }

    /// The files that belong to it: the one being written, and the one it will replace.
    pub(crate) fn paths(&self) -> [&Path; 2] {
        [self.0.wtr.get_ref().path(), &self.0.target]
    }

    /// Where it goes.
    pub(crate) fn name(&self) -> String {
        self.0.target.display().to_string()
    }

    /// Puts it in its place, when all of it is on the disk.
    pub(crate) fn finish(self) -> io::Result<()> {
        self.0.wtr.get_ref().as_file().sync_all()?;
        self.0.finish()
    }
}

impl Write for Output {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match &mut self.sink {
            Sink::Stdout => io::stdout().write(bytes),
            Sink::Special(wtr, _) => wtr.write(bytes),
            Sink::File(pending) => pending.wtr.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match &mut self.sink {
            Sink::Stdout => io::stdout().flush(),
            Sink::Special(wtr, _) => wtr.flush(),
            Sink::File(pending) => pending.wtr.flush(),
        }
    }
}

fn open_sink(path: &Path) -> io::Result<Sink> {
    let existing = match fs::metadata(path) {
        Ok(metadata) if metadata.is_dir() => return Err(io::ErrorKind::IsADirectory.into()),
        Ok(metadata) => {
            // Opening it says whether this user may write it; a rename would not ask.
            let file = File::options().write(true).open(path)?;
            if !metadata.is_file() {
                return Ok(Sink::Special(BufWriter::new(file), path.to_owned()));
            }
            Some(metadata)
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => None,
        Err(error) => return Err(error),
    };
    let target = match &existing {
        Some(_) => fs::canonicalize(path)?,
        None => in_real_folder(path)?,
    };
    let folder = target.parent().ok_or(io::ErrorKind::IsADirectory)?;
    let file = builder().tempfile_in(folder)?;
    Ok(Sink::File(Pending {
        wtr: BufWriter::new(file),
        permissions: existing.map(|metadata| metadata.permissions()),
        target,
    }))
}

/// The path of a file that is not there yet, with its folder resolved.
fn in_real_folder(path: &Path) -> io::Result<PathBuf> {
    let name = path.file_name().ok_or(io::ErrorKind::IsADirectory)?;
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    Ok(fs::canonicalize(folder)?.join(name))
}

/// A report is readable for whom any new file is: a temporary file's own permissions would hide it from its readers.
#[cfg(unix)]
fn builder() -> tempfile::Builder<'static, 'static> {
    use std::os::unix::fs::PermissionsExt;
    let mut builder = tempfile::Builder::new();
    builder
        .prefix(".leakgauge-")
        .suffix(".part")
        .permissions(Permissions::from_mode(0o666));
    builder
}

#[cfg(not(unix))]
fn builder() -> tempfile::Builder<'static, 'static> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(".leakgauge-").suffix(".part");
    builder
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wanted(format: Option<Format>, paths: &[&Path]) -> args::Output {
        args::Output {
            format,
            output: paths.iter().map(|p| p.to_path_buf()).collect(),
        }
    }

    #[test]
    fn the_format_follows_the_option_then_the_ending() {
        let dir = tempfile::tempdir().unwrap();
        let json = dir.path().join("a.JSON");
        let other = dir.path().join("a.out");
        assert_eq!(
            open(&wanted(None, &[&json])).unwrap()[0].format,
            Format::Json
        );
        let forced = open(&wanted(Some(Format::Csv), &[&json, &other])).unwrap();
        assert!(forced.iter().all(|output| output.format == Format::Csv));
        let error = open(&wanted(None, &[&other])).err().unwrap().to_string();
        assert!(error.contains("a.out") && error.contains("-f"), "{error}");
        assert_eq!(open(&wanted(None, &[])).unwrap()[0].format, Format::Text);
    }

    #[test]
    fn nothing_is_seen_before_the_end_and_nothing_is_left_of_a_run_that_fails() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a.json");
        fs::write(&path, "old").unwrap();
        let names = || fs::read_dir(dir.path()).unwrap().count();
        let mut outputs = open(&wanted(None, &[&path])).unwrap();
        outputs[0].write_all(b"half").unwrap();
        drop(outputs);
        assert_eq!(
            (fs::read_to_string(&path).unwrap().as_str(), names()),
            ("old", 1)
        );
        let mut output = open(&wanted(None, &[&path])).unwrap().pop().unwrap();
        output.write_all(b"new").unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "old");
        output.finish().unwrap();
        assert_eq!(
            (fs::read_to_string(&path).unwrap().as_str(), names()),
            ("new", 1)
        );
    }

    #[cfg(unix)]
    #[test]
    fn links_and_permissions_of_the_old_file_stay() {
        use std::os::unix::fs::PermissionsExt;
        let dir = tempfile::tempdir().unwrap();
        let (real, link) = (dir.path().join("real.json"), dir.path().join("link.json"));
        fs::write(&real, "old").unwrap();
        fs::set_permissions(&real, Permissions::from_mode(0o640)).unwrap();
        std::os::unix::fs::symlink(&real, &link).unwrap();
        let mut output = open(&wanted(None, &[&link])).unwrap().pop().unwrap();
        output.write_all(b"new").unwrap();
        output.finish().unwrap();
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
        assert_eq!(fs::read_to_string(&real).unwrap(), "new");
        assert_eq!(
            fs::metadata(&real).unwrap().permissions().mode() & 0o777,
            0o640
        );
    }

    #[test]
    fn what_cannot_be_written_is_refused_at_once() {
        let dir = tempfile::tempdir().unwrap();
        let check = |path: &Path| {
            let error = open(&wanted(Some(Format::Json), &[path])).err().unwrap();
            assert!(
                format!("{error:#}").contains("cannot be written"),
                "{error:#}"
            );
        };
        check(dir.path());
        check(&dir.path().join("no/such/folder/a.json"));
        check(Path::new(".."));
        let path = dir.path().join("a.json");
        assert!(open(&wanted(None, &[&path, &dir.path().join("./a.json")])).is_err());
    }
}
