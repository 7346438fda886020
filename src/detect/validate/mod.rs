//! Validators: what a number must satisfy beyond its shape. One number format a file.
//!
//! A validator sees the compact form of a candidate and whether context (a column or a label of the kind) stands beside
//! it; it knows nothing of text, columns or other kinds. Each is pure and never allocates.

/// What a validator says of a candidate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Structure and checksum hold.
    Valid,
    /// Everything soft holds too (a known region, a prefix in force, a known issuer): confidence goes up a step.
    Strong,
    /// Structure holds, soft evidence is missing (an unknown region code): confidence goes down a step.
    Weak,
    /// A documented test or example number.
    Test,
    /// The structure (dates, ranges, prefixes) holds and the checksum does not: counted apart, when context stands beside it
    /// or the structure alone is telling.
    FailedChecksum,
    /// Not a value of this kind.
    Reject,
}

/// The compact form of a candidate: at most [`Compact::CAPACITY`] bytes on the stack.
#[derive(Clone, Copy)]
pub struct Compact {
    bytes: [u8; Compact::CAPACITY],
    len: u8,
}

impl Compact {
    /// Longest compact form a validator sees.
    pub const CAPACITY: usize = 255;

    /// An empty form.
    pub fn new() -> Compact {
        Compact {
            bytes: [0; Compact::CAPACITY],
            len: 0,
        }
    }

    /// The form of these bytes, if they fit.
    pub fn of(bytes: &[u8]) -> Option<Compact> {
        let mut compact = Compact::new();
        compact.set(bytes).then_some(compact)
    }

    /// The bytes.
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes[..usize::from(self.len)]
    }

    /// Appends one byte; says whether it fitted.
    pub fn push(&mut self, byte: u8) -> bool {
        let fits = usize::from(self.len) < Compact::CAPACITY;
        if fits {
            self.bytes[usize::from(self.len)] = byte;
            self.len += 1;
        }
        fits
    }

    /// Replaces the content: a validator normalises what it accepts (`8613812345678` becomes `13812345678`), so that the
    /// same number in two spellings is one distinct value. Says whether it fitted.
    pub fn set(&mut self, bytes: &[u8]) -> bool {
        let fits = bytes.len() <= Compact::CAPACITY;
        if fits {
            self.bytes[..bytes.len()].copy_from_slice(bytes);
            self.len = bytes.len() as u8;
        }
        fits
    }

    /// Drops the first `n` bytes.
    pub fn drop_front(&mut self, n: usize) {
        let len = usize::from(self.len);
        let n = n.min(len);
        self.bytes.copy_within(n..len, 0);
        self.len -= n as u8;
    }
}

impl Default for Compact {
    fn default() -> Compact {
        Compact::new()
    }
}

/// A validator: judges, and may normalise, a compact candidate. `in_context` says that a column or a label of the kind
/// stands beside it.
pub type Validator = fn(&mut Compact, in_context: bool) -> Verdict;

/// The validator of this name, as pattern files write it.
pub fn by_name(name: &str) -> Option<Validator> {
    VALIDATORS.iter().find(|(n, _)| *n == name).map(|(_, v)| *v)
}

/// Every validator by name, sorted.
pub const VALIDATORS: &[(&str, Validator)] = &[];
