//! Values as Avro writes them: one behind the other, with no more than lengths between them.

use super::super::DEPTH_MAX;
use super::super::shown::{Shown, json};
use super::schema::{Schema, Type, TypeId};
use crate::container::pump::Stop;
use crate::container::sqlite::text_of_utf8;

/// Why a record cannot be read.
pub(super) enum Fail {
    Stop(Stop),
    /// Its bytes make no sense, or there are too few.
    Damaged,
    /// It is too long, or too deep.
    Limit,
}

impl From<Stop> for Fail {
    fn from(stop: Stop) -> Fail {
        Fail::Stop(stop)
    }
}

/// Bytes of which values are taken.
pub(super) struct Data<'b> {
    pub(super) bytes: &'b [u8],
}

impl Data<'_> {
    /// Shows the next value.
    pub(super) fn show(
        &mut self,
        schema: &Schema,
        id: TypeId,
        depth: usize,
        shown: &mut Shown,
    ) -> Result<(), Fail> {
        if depth > DEPTH_MAX || shown.is_full() {
            return Err(Fail::Limit);
        }
        let result = match schema.of(id) {
            Type::Null => {
                shown.null();
                Some(())
            }
            Type::Truth => self.take(1).map(|bytes| shown.truth(bytes[0] != 0)),
            Type::Integer(kind) => self.long().map(|value| shown.integer(*kind, value)),
            Type::Float => self
                .array()
                .map(|bytes| shown.short_real(f32::from_le_bytes(bytes))),
            Type::Double => self
                .array()
                .map(|bytes| shown.real(f64::from_le_bytes(bytes))),
            Type::Bytes(kind) => self.sized().map(|bytes| shown.bytes(*kind, bytes)),
            Type::Fixed(n, kind) => self.take(*n).map(|bytes| shown.bytes(*kind, bytes)),
            Type::Enum(symbols) => {
                let symbol = self.index().and_then(|i| symbols.get(i));
                symbol.map(|symbol| shown.string(symbol))
            }
            Type::Union(choices) => match self.index().and_then(|i| choices.get(i)) {
                Some(choice) => return self.show(schema, *choice, depth + 1, shown),
                None => None,
            },
            Type::Array(items) => return self.items(schema, *items, depth, shown, false),
            Type::Map(values) => return self.items(schema, *values, depth, shown, true),
            Type::Record(fields) => {
                shown.raw("{");
                for (i, field) in fields.iter().enumerate() {
                    shown.raw(if i == 0 { "" } else { "," });
                    shown.raw(&field.key);
                    shown.raw(":");
                    self.show(schema, field.of, depth + 1, shown)?;
                }
                shown.raw("}");
                Some(())
            }
        };
        result.ok_or(Fail::Damaged)
    }

    /// Shows the items of an array, or those of a map with their keys. They come in blocks, the last of which is empty.
    fn items(
        &mut self,
        schema: &Schema,
        of: TypeId,
        depth: usize,
        shown: &mut Shown,
        is_map: bool,
    ) -> Result<(), Fail> {
        let (open, close) = if is_map { ("{", "}") } else { ("[", "]") };
        shown.raw(open);
        let mut is_first = true;
        loop {
            let n = self.long().ok_or(Fail::Damaged)?;
            if n == 0 {
                break;
            }
            if n < 0 {
                // The length of the block in bytes.
                self.long().ok_or(Fail::Damaged)?;
            }
            for _ in 0..n.unsigned_abs() {
                if !std::mem::replace(&mut is_first, false) {
                    shown.raw(",");
                }
                if is_map {
                    let key = self.sized().ok_or(Fail::Damaged)?;
                    shown.raw(&json(&text_of_utf8(key)));
                    shown.raw(":");
                }
                self.show(schema, of, depth + 1, shown)?;
            }
        }
        shown.raw(close);
        Ok(())
    }

    /// A number, in groups of seven bits from the lowest, with the sign in the first.
    pub(super) fn long(&mut self) -> Option<i64> {
        let mut value = 0;
        for shift in (0..64).step_by(7) {
            let byte = self.take(1)?[0];
            value |= u64::from(byte & 0x7F) << shift;
            if byte < 0x80 {
                return Some((value >> 1) as i64 ^ -((value & 1) as i64));
            }
        }
        None
    }

    fn index(&mut self) -> Option<usize> {
        usize::try_from(self.long()?).ok()
    }

    fn sized(&mut self) -> Option<&[u8]> {
        let n = usize::try_from(self.long()?).ok()?;
        self.take(n)
    }

    fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        self.take(N)?.try_into().ok()
    }

    fn take(&mut self, n: usize) -> Option<&[u8]> {
        let (taken, rest) = self.bytes.split_at_checked(n)?;
        self.bytes = rest;
        Some(taken)
    }
}
