//! The walk: from the paths a user names to the files to read, in a stable order.
//!
//! `walkdir` is used and not `ignore`, because an audit must see what a search tool passes over:
//! hidden files and files that git ignores leak like any other. What applies to a path, in this
//! order:
//!
//! 1. `-` is standard input; any other path that was named is looked at whatever its name, and a
//!    link that was named is followed.
//! 2. Below a folder, a path that matches an `exclude` glob is left out, a folder with all that is
//!    in it.
//! 3. `max_depth`: a named path has depth 0, what lies directly in a named folder has depth 1.
//! 4. Symbolic links below a folder are followed only with `follow_links`.
//! 5. With `include` globs, only files that match one, or lie in a folder that matches one, are
//!    taken.
//! 6. Whatever is no regular file is skipped with its reason and never opened.
//!
//! The walk looks at names and metadata; it opens folders, no files.

use std::collections::HashMap;
use std::collections::hash_map::Entry as Slot;
use std::fs::{self, FileType};
use std::io;
use std::path::{Path, PathBuf};

use globset::{GlobBuilder, GlobSet, GlobSetBuilder};
use serde::{Deserialize, Serialize};
use walkdir::WalkDir;

use super::copies::expect_copies;
use super::display::{compare, join};
use super::{Entry, STDIN, ShardOf};
use crate::error::{Error, Reason, Skipped};

/// Which files of a folder are read.
#[derive(Clone, Debug, Default)]
pub struct WalkOptions {
    /// Globs of names and paths below the named folders.
    pub globs: Globs,
    /// Deepest level below a named folder; none for no limit.
    pub max_depth: Option<usize>,
    /// Whether symbolic links below the named folders are followed.
    pub follow_links: bool,
    /// Files, and folders with all that is in them, that are not read even when they lie in a named folder: the outputs and
    /// the state of this very run.
    pub leave_out: Vec<PathBuf>,
}

/// What a walk found.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WalkResult {
    /// What is to be read, each file once, ordered by `display` part by part.
    pub entries: Vec<Entry>,
    /// What cannot be read, in the same order.
    pub skipped: Vec<Skipped>,
    /// Which share of it this is, if not all.
    pub shard: Option<ShardOf>,
}

/// Globs that choose files below the named folders.
///
/// A glob without `/` is compared with names at any depth; one with `/` with the path below the
/// named folder and with the path as reported. A `/` at its end means folders only. `*` and `?` do
/// not match `/`, `**` does.
#[derive(Clone, Debug, Default)]
pub struct Globs {
    include: Option<GlobSet>,
    exclude: GlobSet,
    exclude_folders: GlobSet,
}

impl Globs {
    /// Compiles the globs. No `include` glob means that every file is wanted.
    ///
    /// # Errors
    /// When one is not a valid glob.
    pub fn new(include: &[String], exclude: &[String]) -> Result<Globs, Error> {
        let (folders, paths): (Vec<&String>, Vec<&String>) =
            exclude.iter().partition(|glob| glob.ends_with('/'));
        Ok(Globs {
            include: (!include.is_empty())
                .then(|| compile(include.iter()))
                .transpose()?,
            exclude: compile(paths.into_iter())?,
            exclude_folders: compile(folders.into_iter())?,
        })
    }

    fn excludes(&self, root: &Path, below: &Path, is_folder: bool) -> bool {
        if self.exclude.is_empty() && self.exclude_folders.is_empty() {
            return false;
        }
        let shown = join(root, below);
        let hit = |set: &GlobSet| set.is_match(below) || set.is_match(&shown);
        hit(&self.exclude) || (is_folder && hit(&self.exclude_folders))
    }

    /// Whether a file is wanted: it, or a folder it lies in below the named one, matches an
    /// `include` glob.
    fn includes(&self, below: &Path, shown: &str) -> bool {
        let Some(set) = &self.include else {
            return true;
        };
        let mut folder = Path::new(shown);
        below
            .ancestors()
            .take_while(|part| !part.as_os_str().is_empty())
            .any(|part| {
                let hit = set.is_match(part) || set.is_match(folder);
                folder = folder.parent().unwrap_or(folder);
                hit
            })
    }
}

fn compile<'g>(globs: impl Iterator<Item = &'g String>) -> Result<GlobSet, Error> {
    let mut set = GlobSetBuilder::new();
    for glob in globs {
        let bare = glob.strip_suffix('/').unwrap_or(glob);
        let anchored = match bare.strip_prefix('/') {
            Some(rest) => rest.to_owned(),
            None if bare.contains('/') => bare.to_owned(),
            None => format!("**/{bare}"),
        };
        let compiled = GlobBuilder::new(anchored.strip_prefix("./").unwrap_or(&anchored))
            .literal_separator(true)
            .build()
            .map_err(|e| {
                Error::new(format!("not a valid glob: {}", e.kind())).at(format!("`{glob}`"))
            })?;
        set.add(compiled);
    }
    set.build()
        .map_err(|e| Error::new("the globs are too large together").because(e))
}

/// Whether at least one of the inputs is there at all; standard input always is.
pub fn any_exists(inputs: &[PathBuf]) -> bool {
    inputs.iter().any(|input| {
        is_stdin(input)
            || match fs::symlink_metadata(input) {
                Ok(_) => true,
                // A path that may not be looked at is there, as far as anyone can tell.
                Err(error) => error.kind() != io::ErrorKind::NotFound,
            }
    })
}

/// Finds the files behind the inputs. A file that is reached on several ways is listed once, under
/// the way that stands first among the inputs, and rather under its own path than under that of a
/// link.
pub fn walk(inputs: &[PathBuf], options: &WalkOptions) -> WalkResult {
    let mut walk = Walk {
        options,
        leave_out: options.leave_out.iter().map(|p| resolve(p)).collect(),
        roots: inputs
            .iter()
            .filter(|input| !is_stdin(input))
            .map(|input| resolve(input))
            .collect(),
        found: HashMap::new(),
        input: 0,
    };
    for (index, input) in inputs.iter().enumerate() {
        walk.input = index;
        walk.input(input);
    }
    walk.finish()
}

fn is_stdin(input: &Path) -> bool {
    input.as_os_str() == STDIN
}

/// The path without links, or as it is where that cannot be told.
fn resolve(path: &Path) -> PathBuf {
    fs::canonicalize(path).unwrap_or_else(|_| path.to_owned())
}

impl WalkResult {
    /// Prepares what was saved and read back for being scanned.
    pub fn renewed(mut self) -> WalkResult {
        expect_copies(&mut self.entries);
        self
    }
}

/// A file or a reason, and how it was reached.
struct Found {
    what: Result<Entry, Skipped>,
    by_link: bool,
    /// Index of the input.
    input: usize,
}

impl Found {
    /// The least of those that lead to the same file is kept: nothing in it depends on the order of
    /// a folder.
    fn rank(&self) -> (bool, bool, usize, &str) {
        let shown = match &self.what {
            Ok(entry) => &entry.display,
            Err(skipped) => &skipped.path,
        };
        (self.what.is_err(), self.by_link, self.input, shown)
    }
}

struct Walk<'o> {
    options: &'o WalkOptions,
    /// Resolved paths that are passed over.
    leave_out: Vec<PathBuf>,
    /// Resolved named paths: what lies below one of them is scanned without any link.
    roots: Vec<PathBuf>,
    /// What was found so far, by resolved path.
    found: HashMap<PathBuf, Found>,
    /// Index of the input that is being walked.
    input: usize,
}

impl Walk<'_> {
    fn input(&mut self, input: &Path) {
        if is_stdin(input) {
            self.add(input.to_owned(), Ok(Entry::stdin()), false);
            return;
        }
        let shown = join(input, Path::new(""));
        match fs::metadata(input) {
            Ok(metadata) if metadata.is_dir() => self.folder(input),
            Ok(metadata) => self.file(resolve(input), input, shown, &metadata, false),
            Err(error) => {
                let reason = reason_of(input, &error);
                self.skip(input.to_owned(), shown, &reason);
            }
        }
    }

    fn folder(&mut self, root: &Path) {
        let options = self.options;
        let resolved_root = resolve(root);
        let entries = WalkDir::new(root)
            .follow_links(options.follow_links)
            .max_depth(options.max_depth.unwrap_or(usize::MAX))
            .into_iter()
            .filter_entry(|dent| {
                let is_folder = dent.file_type().is_dir();
                dent.depth() == 0
                    || !options
                        .globs
                        .excludes(root, below(root, dent.path()), is_folder)
            });
        for dent in entries {
            match dent {
                Ok(dent) if dent.file_type().is_dir() => {}
                Ok(dent) => self.below(root, &resolved_root, dent.path(), dent.file_type()),
                Err(error) => self.trouble(root, &resolved_root, &error),
            }
        }
    }

    /// A path below a named folder that is no folder itself.
    fn below(&mut self, root: &Path, resolved_root: &Path, path: &Path, file_type: FileType) {
        let below = below(root, path);
        let shown = join(root, below);
        if file_type.is_symlink() {
            self.link(resolved_root.join(below), path, below, shown);
            return;
        }
        if !self.options.globs.includes(below, &shown) {
            return;
        }
        let resolved = if self.options.follow_links {
            resolve(path)
        } else {
            resolved_root.join(below)
        };
        let by_link = self.options.follow_links && resolved != resolved_root.join(below);
        match fs::metadata(path) {
            Ok(metadata) => self.file(resolved, path, shown, &metadata, by_link),
            Err(error) => self.skip(resolved, shown, &Reason::from_io(&error)),
        }
    }

    /// A link that is not followed. It is no gap in the scan when its target is scanned under its
    /// own path.
    fn link(&mut self, resolved: PathBuf, path: &Path, below: &Path, shown: String) {
        let target = match fs::metadata(path) {
            Ok(target) => target,
            Err(error) => {
                if self.options.globs.includes(below, &shown) {
                    self.skip(resolved, shown, &reason_of(path, &error));
                }
                return;
            }
        };
        let wanted = target.is_dir() || self.options.globs.includes(below, &shown);
        let target = resolve(path);
        if wanted
            && !self.roots.iter().any(|root| target.starts_with(root))
            && !self.is_left_out(&target)
        {
            self.skip(resolved, shown, &Reason::Link("not followed"));
        }
    }

    /// Something that the walk could not list.
    fn trouble(&mut self, root: &Path, resolved_root: &Path, error: &walkdir::Error) {
        let path = error.path().unwrap_or(root);
        let below = below(root, path);
        let reason = match error.io_error() {
            _ if error.loop_ancestor().is_some() => Reason::Link("loop"),
            Some(error) => reason_of(path, error),
            None => Reason::Internal("the folder could not be walked".into()),
        };
        let shown = join(root, below);
        if matches!(reason, Reason::Link(_)) && !self.options.globs.includes(below, &shown) {
            return;
        }
        self.skip(resolved_root.join(below), shown, &reason);
    }

    fn file(
        &mut self,
        resolved: PathBuf,
        path: &Path,
        shown: String,
        metadata: &fs::Metadata,
        by_link: bool,
    ) {
        if self.is_left_out(&resolved) {
            return;
        }
        if metadata.is_file() {
            let entry = Entry::file(path.to_owned(), shown, metadata);
            self.add(resolved, Ok(entry), by_link);
        } else {
            let reason = Reason::NotRegular(nature(metadata.file_type()));
            self.skip(resolved, shown, &reason);
        }
    }

    fn is_left_out(&self, resolved: &Path) -> bool {
        let mut left_out = self.leave_out.iter();
        left_out.any(|path| resolved.starts_with(path))
    }

    fn skip(&mut self, resolved: PathBuf, shown: String, reason: &Reason) {
        self.add(resolved, Err(Skipped::new(shown, reason)), false);
    }

    fn add(&mut self, resolved: PathBuf, what: Result<Entry, Skipped>, by_link: bool) {
        let found = Found {
            what,
            by_link,
            input: self.input,
        };
        match self.found.entry(resolved) {
            Slot::Vacant(slot) => {
                slot.insert(found);
            }
            Slot::Occupied(mut slot) => {
                if found.rank() < slot.get().rank() {
                    slot.insert(found);
                }
            }
        }
    }

    fn finish(self) -> WalkResult {
        let mut result = WalkResult::default();
        for found in self.found.into_values() {
            match found.what {
                Ok(entry) => result.entries.push(entry),
                Err(skipped) => result.skipped.push(skipped),
            }
        }
        let by_path = |a: &Entry, b: &Entry| {
            compare(&a.display, &b.display).then_with(|| a.path.cmp(&b.path))
        };
        result.entries.sort_unstable_by(by_path);
        expect_copies(&mut result.entries);
        result
            .skipped
            .sort_unstable_by(|a, b| compare(&a.path, &b.path).then_with(|| a.cmp(b)));
        result
    }
}

/// The part of a path below the named folder.
fn below<'p>(root: &Path, path: &'p Path) -> &'p Path {
    path.strip_prefix(root).unwrap_or(path)
}

/// The reason for a path that could not be looked at, which may be a link that leads nowhere.
fn reason_of(path: &Path, error: &io::Error) -> Reason {
    let is_link = fs::symlink_metadata(path).is_ok_and(|m| m.file_type().is_symlink());
    match error.kind() {
        io::ErrorKind::NotFound if is_link => Reason::Link("points nowhere"),
        io::ErrorKind::NotFound => Reason::NotFound,
        io::ErrorKind::PermissionDenied => Reason::PermissionDenied,
        // The kind for a chain of links that closes (`ELOOP`) has no stable name in the standard
        // library. Of links that can be read, nothing else is left to fail.
        _ if is_link => Reason::Link("loop"),
        _ => Reason::from_io(error),
    }
}

/// What a file is that is no regular one.
#[cfg(unix)]
fn nature(file_type: FileType) -> &'static str {
    use std::os::unix::fs::FileTypeExt;
    if file_type.is_fifo() {
        "FIFO"
    } else if file_type.is_socket() {
        "socket"
    } else if file_type.is_block_device() {
        "block device"
    } else if file_type.is_char_device() {
        "character device"
    } else {
        "special file"
    }
}

/// What a file is that is no regular one.
#[cfg(not(unix))]
fn nature(_: FileType) -> &'static str {
    "special file"
}

#[cfg(test)]
mod tests;
