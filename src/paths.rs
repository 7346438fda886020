//! Paths as a configuration file names them: one glob, the same wherever a limit or a rule is on some files.
//!
//! Knows paths as reported and nothing of the disk.

use globset::{GlobBuilder, GlobMatcher};

/// Most bytes of a glob: more than a path has, and few enough that what it is compiled to stays small.
pub(crate) const GLOB_BYTES_MAX: usize = 4096;

/// Files: a glob of their paths as reported, or of a folder or container they lie in. One without `/` is compared at any
/// depth; `*` and `?` do not match `/`, `**` does.
#[derive(Clone, Debug)]
pub(crate) struct Paths {
    written: String,
    /// Of the path itself, of what lies in such a folder, and of what lies in such a container: so a path is looked at as a
    /// whole, however many folders it has.
    globs: [GlobMatcher; 3],
}

impl Paths {
    /// The files that a glob is on.
    ///
    /// # Errors
    /// What is wrong with the glob.
    pub(crate) fn new(written: &str) -> Result<Paths, String> {
        let bare = written.trim_end_matches('/');
        let bare = bare.strip_prefix("./").unwrap_or(bare);
        if bare.is_empty() {
            return Err(format!(
                "`{written}` is no glob of paths; leave out `path` for the whole scan"
            ));
        }
        let anchored = if bare.contains('/') {
            bare.to_owned()
        } else {
            format!("**/{bare}")
        };
        if anchored.len() > GLOB_BYTES_MAX {
            return Err(format!(
                "the glob has {} bytes; at most {GLOB_BYTES_MAX} are taken, so write a shorter one",
                bare.len()
            ));
        }
        let matcher = |glob: String| {
            let glob = GlobBuilder::new(&glob).literal_separator(true).build();
            let glob =
                glob.map_err(|e| format!("`{written}` is not a valid glob: {}", e.kind()))?;
            Ok::<_, String>(glob.compile_matcher())
        };
        let (below, member) = (format!("{anchored}/**"), format!("{anchored}!/**"));
        Ok(Paths {
            written: written.to_owned(),
            globs: [matcher(anchored)?, matcher(below)?, matcher(member)?],
        })
    }

    /// As it stands in the file.
    pub(crate) fn written(&self) -> &str {
        &self.written
    }

    /// Whether a file of this path is one of them.
    pub(crate) fn matches(&self, path: &str) -> bool {
        let path = path.strip_prefix("./").unwrap_or(path);
        self.globs.iter().any(|glob| glob.is_match(path))
    }
}
