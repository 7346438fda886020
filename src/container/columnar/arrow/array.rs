//! Arrays: the values of a column, or of one inside another, in a batch of rows.
//!
//! An array has so many values, a bit for each that says whether it is there, and buffers or further arrays, which lie one behind
//! the other in the batch as the schema has them. A value is found by its number alone, so that what cannot be read of one array
//! costs the others nothing: nothing is shown in its place.

use std::rc::Rc;

use super::super::shown::{Kind, Shown};
use super::super::{DEPTH_MAX, Form};
use super::buffer::{Buffer, Fail};
use super::dictionary::Dictionaries;
use super::schema::{Field, Scalar, Whole};

/// Milliseconds of a day.
const DAY_MILLIS: i64 = 86_400_000;

/// Values of a column.
pub(super) struct Array {
    pub(super) n: u64,
    /// A bit for each value, if some are not there.
    pub(super) there: Option<Buffer>,
    pub(super) values: Values,
}

/// How they are found.
pub(super) enum Values {
    Null,
    Truth(Buffer),
    Fixed(Scalar, usize, Buffer),
    Bytes {
        kind: Kind,
        width: usize,
        offsets: Buffer,
        data: Buffer,
    },
    View {
        kind: Kind,
        views: Buffer,
        data: Vec<Buffer>,
    },
    /// Numbers of values in a dictionary.
    Coded(Whole, usize, Buffer),
    List {
        width: usize,
        offsets: Buffer,
        /// Lengths, if the ends are not the next offsets.
        sizes: Option<Buffer>,
        items: Box<Array>,
    },
    FixedList(u64, Box<Array>),
    Struct(Rc<Field>, Vec<Array>),
    Map {
        width: usize,
        offsets: Buffer,
        keys: Box<Array>,
        values: Box<Array>,
        /// How keys are written before they become names.
        keys_form: Form,
    },
    Union {
        /// Which of the arrays has values of a type.
        by_type: Vec<Option<usize>>,
        types: Buffer,
        offsets: Option<Buffer>,
        choices: Vec<Array>,
    },
    Runs {
        ends: Box<Array>,
        values: Box<Array>,
        /// Where the last value was found.
        run: Option<Run>,
    },
}

/// One run of equal values: its number, and from which value to before which it goes.
#[derive(Clone, Copy)]
pub(super) struct Run {
    number: u64,
    start: u64,
    end: u64,
}

impl Array {
    /// Shows a value, or nothing in its place if it cannot be read.
    pub(super) fn show(
        &mut self,
        i: u64,
        shown: &mut Shown,
        with: &mut Dictionaries,
        depth: usize,
    ) {
        if let Err(fail) = self.try_show(i, shown, with, depth) {
            shown.null();
            with.failed.get_or_insert(fail);
        }
    }

    /// Shows a value.
    ///
    /// # Errors
    /// When it cannot be read. Nothing is shown then; what cannot be read inside it is no error.
    pub(super) fn try_show(
        &mut self,
        i: u64,
        shown: &mut Shown,
        with: &mut Dictionaries,
        depth: usize,
    ) -> Result<(), Fail> {
        if depth > DEPTH_MAX {
            return Err(Fail::Limit);
        }
        if i >= self.n {
            return Err(Fail::Damaged);
        }
        if let Some(there) = &mut self.there
            && !there.bit(i)?
        {
            shown.null();
            return Ok(());
        }
        match &mut self.values {
            Values::Null => shown.null(),
            Values::Truth(bits) => shown.truth(bits.bit(i)?),
            Values::Fixed(scalar, n, data) => {
                if !shown.has_room(*n) {
                    shown.null();
                    return Ok(());
                }
                let at = i.checked_mul(*n as u64).ok_or(Fail::Damaged)?;
                show_scalar(*scalar, data.get(at, *n)?, shown);
                data.settle();
            }
            Values::Bytes {
                kind,
                width,
                offsets,
                data,
            } => {
                let (from, to) = ends(offsets, i, *width)?;
                show_bytes(*kind, data, from, to - from, shown)?;
            }
            Values::View { kind, views, data } => {
                let at = i.checked_mul(16).ok_or(Fail::Damaged)?;
                let view = views.get(at, 16)?;
                let number = |at: usize| {
                    let bytes = [view[at], view[at + 1], view[at + 2], view[at + 3]];
                    u64::try_from(i32::from_le_bytes(bytes)).map_err(|_| Fail::Damaged)
                };
                let n = number(0)?;
                if n <= 12 {
                    shown.bytes(*kind, &view[4..4 + n as usize]);
                } else {
                    let (buffer, at) = (number(8)? as usize, number(12)?);
                    let data = data.get_mut(buffer).ok_or(Fail::Damaged)?;
                    show_bytes(*kind, data, at, n, shown)?;
                }
            }
            Values::Coded(index, slot, numbers) => {
                let i = numbers.number(i, index.n_bytes)?;
                let is_negative = i >> (8 * index.n_bytes - 1) == 1;
                if is_negative && index.kind == Kind::Plain {
                    return Err(Fail::Damaged);
                }
                with.show(*slot, i, shown, depth + 1)?;
            }
            Values::List {
                width,
                offsets,
                sizes,
                items,
            } => {
                let (from, to) = match sizes {
                    None => ends(offsets, i, *width)?,
                    Some(sizes) => {
                        let from = offsets.number(i, *width)?;
                        let n = sizes.number(i, *width)?;
                        (from, from.checked_add(n).ok_or(Fail::Damaged)?)
                    }
                };
                items.show_items(from, to, shown, with, depth)?;
            }
            Values::FixedList(n, items) => {
                let from = i.checked_mul(*n).ok_or(Fail::Damaged)?;
                let to = from.checked_add(*n).ok_or(Fail::Damaged)?;
                items.show_items(from, to, shown, with, depth)?;
            }
            Values::Struct(field, children) => {
                shown.raw("{");
                for (k, (child, of)) in children.iter_mut().zip(&field.children).enumerate() {
                    if shown.is_full() {
                        break;
                    }
                    shown.raw(if k == 0 { "" } else { "," });
                    shown.raw(&of.key);
                    shown.raw(":");
                    child.show(i, shown, with, depth + 1);
                }
                shown.raw("}");
            }
            Values::Map {
                width,
                offsets,
                keys,
                values,
                keys_form,
            } => {
                let (from, to) = ends(offsets, i, *width)?;
                if to > keys.n.min(values.n) && from < to {
                    return Err(Fail::Damaged);
                }
                shown.raw("{");
                for j in from..to {
                    if shown.is_full() {
                        break;
                    }
                    shown.raw(if j == from { "" } else { "," });
                    // A key is written as a text, whatever it is.
                    let mut name = Shown::new(*keys_form);
                    keys.show(j, &mut name, with, depth + 1);
                    shown.take_counts(&name);
                    shown.key(name.text());
                    shown.raw(":");
                    values.show(j, shown, with, depth + 1);
                }
                shown.raw("}");
            }
            Values::Union {
                by_type,
                types,
                offsets,
                choices,
            } => {
                let id = types.get(i, 1)?[0];
                let choice = by_type.get(usize::from(id)).copied().flatten();
                let i = match offsets {
                    Some(offsets) => offsets.number(i, 4)?,
                    None => i,
                };
                let choice = choices.get_mut(choice.ok_or(Fail::Damaged)?);
                let choice = choice.ok_or(Fail::Damaged)?;
                choice.try_show(i, shown, with, depth + 1)?;
            }
            Values::Runs { ends, values, run } => {
                let found = ends.run_of(i, *run)?;
                *run = Some(found);
                values.try_show(found.number, shown, with, depth + 1)?;
            }
        }
        Ok(())
    }

    /// Shows values as a list.
    fn show_items(
        &mut self,
        from: u64,
        to: u64,
        shown: &mut Shown,
        with: &mut Dictionaries,
        depth: usize,
    ) -> Result<(), Fail> {
        if to > self.n && from < to {
            return Err(Fail::Damaged);
        }
        shown.raw("[");
        for i in from..to {
            if shown.is_full() {
                break;
            }
            shown.raw(if i == from { "" } else { "," });
            self.show(i, shown, with, depth + 1);
        }
        shown.raw("]");
        Ok(())
    }

    /// Of an array of ends: the run that a value is in, which may be the last one or the next.
    fn run_of(&mut self, i: u64, last: Option<Run>) -> Result<Run, Fail> {
        if let Some(last) = last {
            if (last.start..last.end).contains(&i) {
                return Ok(last);
            }
            let number = last.number + 1;
            if i == last.end && number < self.n {
                let end = self.end_of(number)?;
                if end > i {
                    let start = last.end;
                    return Ok(Run { number, start, end });
                }
            }
        }
        let (mut low, mut high) = (0, self.n);
        while low < high {
            let middle = low + (high - low) / 2;
            match self.end_of(middle)? > i {
                true => high = middle,
                false => low = middle + 1,
            }
        }
        let number = low;
        let start = if number == 0 {
            0
        } else {
            self.end_of(number - 1)?
        };
        let end = self.end_of(number)?;
        Ok(Run { number, start, end })
    }

    /// Where a run ends.
    fn end_of(&mut self, run: u64) -> Result<u64, Fail> {
        match &mut self.values {
            Values::Fixed(_, n, data) if run < self.n => data.number(run, *n),
            _ => Err(Fail::Damaged),
        }
    }

    /// How many of its values have something in the file that stands for them: a number that is written down costs nothing, so
    /// that values of nothing are not counted.
    pub(super) fn n_backed(&self) -> u64 {
        let n = match &self.values {
            Values::Null => 0,
            Values::Truth(bits) => bits.len().saturating_mul(8),
            Values::Fixed(_, n, data) => data.len().checked_div(*n as u64).unwrap_or(0),
            Values::Coded(index, _, numbers) => numbers.len() / index.n_bytes as u64,
            Values::View { views, .. } => views.len() / 16,
            Values::Bytes { width, offsets, .. }
            | Values::Map { width, offsets, .. }
            | Values::List {
                width,
                offsets,
                sizes: None,
                ..
            } => (offsets.len() / *width as u64).saturating_sub(1),
            Values::List {
                width,
                sizes: Some(sizes),
                ..
            } => sizes.len() / *width as u64,
            Values::FixedList(n, items) => items.n_backed().checked_div(*n).unwrap_or(0),
            Values::Struct(_, children) => children.iter().map(Array::n_backed).max().unwrap_or(0),
            Values::Union { types, .. } => types.len(),
            Values::Runs { ends, .. } if ends.n_backed() > 0 => self.n,
            Values::Runs { .. } => 0,
        };
        let n_bits = self.there.as_ref().map_or(0, Buffer::len);
        n.max(n_bits.saturating_mul(8)).min(self.n)
    }
}

/// Two offsets, between which a value stands.
fn ends(offsets: &mut Buffer, i: u64, width: usize) -> Result<(u64, u64), Fail> {
    let from = offsets.number(i, width)?;
    let to = offsets.number(i + 1, width)?;
    match from <= to {
        true => Ok((from, to)),
        false => Err(Fail::Damaged),
    }
}

fn show_bytes(
    kind: Kind,
    data: &mut Buffer,
    at: u64,
    n: u64,
    shown: &mut Shown,
) -> Result<(), Fail> {
    let n = usize::try_from(n).map_err(|_| Fail::Damaged)?;
    if !shown.has_room(n) {
        shown.null();
        return Ok(());
    }
    shown.bytes(kind, data.get(at, n)?);
    data.settle();
    Ok(())
}

fn show_scalar(scalar: Scalar, bytes: &[u8], shown: &mut Shown) {
    match (scalar, bytes) {
        (Scalar::Whole(kind), _) => shown.integer(kind, signed(bytes)),
        (Scalar::Real, &[a, b, c, d]) => shown.short_real(f32::from_le_bytes([a, b, c, d])),
        (Scalar::Real, &[_, _]) => shown.bytes(Kind::Half, bytes),
        (Scalar::Real, _) => shown.real(f64::from_bits(signed(bytes) as u64)),
        (Scalar::Millis, _) => {
            let value = signed(bytes);
            match value % DAY_MILLIS {
                0 => shown.integer(Kind::Days, value / DAY_MILLIS),
                _ => shown.integer(Kind::Moment(1_000), value),
            }
        }
        (Scalar::Interval, _) => {
            let (months, days, seconds) = match bytes.len() {
                4 => (signed(bytes), 0, 0.0),
                8 => (0, signed(&bytes[..4]), signed(&bytes[4..]) as f64 / 1e3),
                _ => {
                    let (months, rest) = bytes.split_at(4);
                    let (days, parts) = rest.split_at(4);
                    (signed(months), signed(days), signed(parts) as f64 / 1e9)
                }
            };
            shown.span(months, days, seconds);
        }
        (Scalar::Decimal(scale), _) => {
            let highest_first: Vec<u8> = bytes.iter().rev().copied().collect();
            shown.bytes(Kind::Decimal(scale), &highest_first);
        }
        (Scalar::Bytes(kind), _) => shown.bytes(kind, bytes),
    }
}

/// A number of up to eight bytes, the lowest first.
fn signed(bytes: &[u8]) -> i64 {
    let is_negative = bytes.last().is_some_and(|byte| *byte >= 0x80);
    let mut all = [if is_negative { 0xFF } else { 0 }; 8];
    all[..bytes.len()].copy_from_slice(bytes);
    i64::from_le_bytes(all)
}
