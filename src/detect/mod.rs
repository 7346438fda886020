//! Detection: records in, matches out.
//!
//! A [`Catalog`] is the checked set of patterns; a [`Detector`] is a worker's own view of the compiled catalog. Cells of
//! known columns are held against the patterns of their column as a whole; in text, one pass over a batch finds tokens and a
//! few other places (`bytes`), and only there does an anchored automaton run. Then the validator speaks. There is no search with a regex over the text. Detection does no input or output and cannot
//! fail: whatever can fail does so when the catalog is loaded. It knows nothing of law or of counting.

mod accent;
mod automaton;
mod builtin;
mod catalog;
mod claim;
mod engine;
mod fold;
pub mod key;
mod label;
mod pack;
pub mod pattern;
mod prefilter;
mod structure;
pub mod validate;
pub mod vocabulary;

use std::ops::Range;

pub use catalog::Catalog;
pub use engine::{
    Announced, Candidate, ColumnRule, Considered, Detector, Edge, Found, Neighbour, Odds, Outcome,
    Probe, Prober, Refusal,
};
pub use key::Keys;
pub use pack::Pack;
pub use pattern::{Confidence, Identifies, Pattern};

use crate::record::Span;
use vocabulary::RoleId;

/// Index of a kind in [`Catalog::patterns`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KindId(pub u8);

impl KindId {
    /// As an index.
    pub fn index(self) -> usize {
        usize::from(self.0)
    }
}

/// Most kinds a catalog may hold, because a [`KindSet`] has that many bits.
pub const KINDS_MAX: usize = 256;

/// A set of kinds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KindSet([u64; 4]);

impl KindSet {
    /// No kind.
    pub const EMPTY: KindSet = KindSet([0; 4]);

    /// Adds a kind.
    pub fn insert(&mut self, kind: KindId) {
        self.0[kind.index() / 64] |= 1 << (kind.index() % 64);
    }

    /// Whether the kind is in the set.
    pub fn contains(&self, kind: KindId) -> bool {
        self.0[kind.index() / 64] >> (kind.index() % 64) & 1 == 1
    }

    /// Whether the set is empty.
    pub fn is_empty(self) -> bool {
        self.0 == [0; 4]
    }

    /// Both sets joined.
    #[must_use]
    pub fn union(self, other: KindSet) -> KindSet {
        KindSet(std::array::from_fn(|i| self.0[i] | other.0[i]))
    }

    /// What `other` does not hold.
    #[must_use]
    pub fn without(self, other: KindSet) -> KindSet {
        KindSet(std::array::from_fn(|i| self.0[i] & !other.0[i]))
    }

    /// What both sets hold.
    #[must_use]
    pub fn intersection(self, other: KindSet) -> KindSet {
        KindSet(std::array::from_fn(|i| self.0[i] & other.0[i]))
    }
}

/// What became of a candidate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Status {
    /// A value. Only these are counted as matches.
    Valid,
    /// A documented test value.
    Test,
    /// Masked in the source already.
    Masked,
    /// Right shape and place, wrong or missing check digit.
    FailedChecksum,
    /// Rounded by a spreadsheet: its last digits are lost.
    Rounded,
}

impl Status {
    /// The stable id.
    pub fn id(self) -> &'static str {
        match self {
            Status::Valid => "valid",
            Status::Test => "test",
            Status::Masked => "masked",
            Status::FailedChecksum => "failed_checksum",
            Status::Rounded => "rounded",
        }
    }
}

/// What is compared when two values are the same: exact for numbers, otherwise the normalised text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Key {
    /// A number of at most 19 digits, or 17 digits and `X`, packed without loss.
    Packed(u64),
    /// The normalised text: a range of [`Found::arena`].
    Text(Range<u32>),
}

/// One place where a value stands.
#[derive(Clone, Debug)]
pub struct Match {
    /// What it is.
    pub kind: KindId,
    /// Position of its field among the fields of the record.
    pub field: u32,
    /// Where it stands in the batch's text.
    pub span: Span,
    /// What became of it.
    pub status: Status,
    /// How sure that is.
    pub confidence: Confidence,
    /// For comparing it with others.
    pub key: Key,
    /// The role it plays in its record: that of its column or label, else that of its kind.
    pub role: Option<RoleId>,
    /// The role of the column it stands in, whatever its kind: tells whose value it is.
    pub column: Option<RoleId>,
}
