//! The pattern files that come with the program.

/// Path and text of every pattern file, sorted by path.
pub(super) const PATTERNS: &[(&str, &str)] = &[];

/// The vocabulary of columns.
pub(super) const COLUMNS: &str = include_str!("../../patterns/columns.toml");
