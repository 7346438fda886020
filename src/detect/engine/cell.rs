//! A cell of a column that announces its kinds, when it is one value from end to end.
//!
//! That is what nearly all cells of such columns are, so this is the shortest way through the engine: one walk through the
//! automaton of the column's kinds, then the validator. A whole cell has no neighbours to judge, stands in context, and
//! leaves nothing to be settled. Whatever is not as simple is left to `look`, which comes to the same answer.

use crate::detect::claim;
use crate::detect::{Key, Match, Status};
use crate::record::Span;

use super::look::{Judged, verdict};
use super::{ColumnRule, Detector, Found, trim};

/// What a look at a whole cell gave.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Whole {
    /// The cell is a value of its column.
    Value,
    /// It is none.
    Nothing,
    /// It would be one but for its checksum.
    FailedChecksum,
}

impl Detector {
    /// Takes the cell at `span` for a value of its column, if it is one whole; if not, `found` is as it was.
    #[inline]
    pub(super) fn whole_cell(
        &mut self,
        text: &[u8],
        span: Span,
        field: u32,
        rule: &ColumnRule,
        cells: usize,
        found: &mut Found,
    ) -> Whole {
        let cell = &text[span.range()];
        let value = match cell {
            [first, .., last] if *first > b' ' && *last > b' ' => cell,
            _ => trim(cell),
        };
        if value.is_empty() {
            return Whole::Nothing;
        }
        let engine = &*self.engine;
        let group = &engine.cells[cells];
        let scratch = &mut self.scratch;
        let cache = scratch.caches[cells].get_or_insert_with(|| group.automaton.cache());
        let patterns = group.automaton.whole(cache, value);
        for pattern in patterns {
            let form = group.forms[usize::from(*pattern)];
            let kind = &engine.kinds[form.kind.index()];
            let Some(Judged {
                status,
                confidence,
                compacted,
            }) = verdict(kind, value, form.masked, true, &mut scratch.compact)
            else {
                continue;
            };
            if status == Status::FailedChecksum {
                // Another form may hold, or other values stand in the cell.
                return Whole::FailedChecksum;
            }
            let bytes = if compacted {
                scratch.compact.as_bytes()
            } else {
                value
            };
            let key = match claim::pack(bytes) {
                Some(number) => Key::Packed(number),
                None => {
                    let at = found.arena.len() as u32;
                    found.arena.extend_from_slice(bytes);
                    Key::Text(at..found.arena.len() as u32)
                }
            };
            if status == Status::Valid
                && let Some(role) = rule.role
            {
                found.roles.insert(role);
            }
            let start = span.start + (value.as_ptr() as usize - cell.as_ptr() as usize) as u32;
            found.matches.push(Match {
                kind: form.kind,
                field,
                span: Span {
                    start,
                    end: start + value.len() as u32,
                },
                status,
                confidence,
                key,
                role: rule.role,
                column: rule.role,
            });
            return Whole::Value;
        }
        Whole::Nothing
    }
}
