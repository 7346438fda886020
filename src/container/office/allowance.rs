//! How many bytes of lists, names and notes a document may have kept at a time: counted where they are kept, refused past a limit.
//!
//! What is kept and what becomes of it at the limit is known to whoever takes.

use crate::error::Reason;

/// Bytes that an entry of a list takes beside its texts, about.
const ENTRY_BYTES: usize = 64;

/// Room for so many bytes of something.
pub(super) struct Allowance {
    most: usize,
    left: usize,
    what: &'static str,
}

impl Allowance {
    /// Room for so many bytes, some mebibytes, of what is named so in the report.
    pub(super) fn new(most: usize, what: &'static str) -> Allowance {
        Allowance {
            most,
            left: most,
            what,
        }
    }

    /// Takes room for a piece of so many bytes. Once there was none, there is none for anything.
    ///
    /// # Errors
    /// When it is more than is left.
    pub(super) fn take(&mut self, n: usize) -> Result<(), Reason> {
        match self.left.checked_sub(n) {
            Some(left) => self.left = left,
            None => {
                self.left = 0;
                let (mib, what) = (self.most >> 20, self.what);
                return Err(Reason::Limit(format!("more than {mib} MiB of {what}")));
            }
        }
        Ok(())
    }

    /// Takes room for an entry of a list: its texts, of so many bytes, and what keeping them takes.
    ///
    /// # Errors
    /// As [`Allowance::take`].
    pub(super) fn take_entry(&mut self, n: usize) -> Result<(), Reason> {
        self.take(n.saturating_add(ENTRY_BYTES))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_is_room_for_so_much_and_then_for_nothing() {
        let mut room = Allowance::new(1 << 20, "notes");
        assert_eq!(room.take((1 << 20) - 64), Ok(()));
        assert_eq!(room.take_entry(0), Ok(()));
        assert_eq!(room.take(0), Ok(()));
        let reason = room.take(1).unwrap_err();
        assert_eq!(
            reason.to_string(),
            "limit reached: more than 1 MiB of notes"
        );
        let mut room = Allowance::new(1 << 20, "notes");
        assert!(room.take(2 << 20).is_err());
        assert!(room.take(1).is_err());
    }
}
