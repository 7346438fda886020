//! The vocabulary of columns: which headers, labels and JSON keys name which role.
//!
//! Loaded from `patterns/columns.toml`. Detection uses it for labels in text, classification for columns of tables. It
//! knows words only: what the cells hold is judged in `classify`.

/// Index of a role in the vocabulary, below 128.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RoleId(pub u8);

/// A set of roles.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RoleSet(pub u128);
