//! Batches: what a message says of the arrays in its body.
//!
//! The arrays of a batch and their buffers are two lists, in the order in which the schema has the columns, each before those inside it.

use std::rc::Rc;

use super::super::Form;
use super::array::{Array, Values};
use super::buffer::{Buffer, Codec, Data, Place, Room};
use super::flat::{Flat, List};
use super::message::Message;
use super::schema::{Field, Of};

/// Memory of an array or a buffer beside its window, about.
const ARRAY_BYTES: u64 = 512;

/// A batch of rows, or of values of a dictionary, of which arrays are taken one after the other.
pub(super) struct Batch<'m> {
    /// Rows that it should have.
    pub(super) n_rows: u64,
    nodes: List<'m>,
    buffers: List<'m>,
    /// Numbers of buffers that the arrays with views have.
    n_data: Option<List<'m>>,
    at_node: usize,
    at_buffer: usize,
    at_n_data: usize,
    /// What all buffers have in common; where the body stands, and how long it is.
    body: Place,
    /// Whether arrays of unions say which of their values are there, as those of old do.
    has_union_bits: bool,
}

impl<'m> Batch<'m> {
    /// The batch that a message says; none if it makes no sense.
    pub(super) fn read(
        table: Flat<'m>,
        data: &Rc<Data>,
        room: &Room,
        message: &Message,
        is_kept: bool,
    ) -> Option<Batch<'m>> {
        let codec = match table.table(3) {
            None => None,
            Some(packing) => match packing.u8(0).unwrap_or(0) {
                0 => Some(Codec::Lz4),
                1 => Some(Codec::Zstd),
                _ => return None,
            },
        };
        let buffers = table.list(2, 16)?;
        let (at, n) = message.body;
        Some(Batch {
            n_rows: u64::try_from(table.i64(0).unwrap_or(0)).ok()?,
            nodes: table.list(1, 16)?,
            buffers,
            n_data: table.list(4, 8),
            at_node: 0,
            at_buffer: 0,
            at_n_data: 0,
            body: Place {
                data: Rc::clone(data),
                room: room.clone(),
                at,
                n,
                codec,
                is_kept,
                n_buffers: buffers.len(),
            },
            has_union_bits: message.has_union_bits(),
        })
    }

    pub(super) fn n_buffers(&self) -> usize {
        self.buffers.len()
    }

    /// Memory that its arrays take beside their windows.
    pub(super) fn cost(&self) -> u64 {
        let n_arrays = self.nodes.len() + self.buffers.len();
        ARRAY_BYTES * n_arrays as u64
    }

    fn buffer(&mut self) -> Option<Buffer> {
        let i = self.at_buffer;
        let (at, n) = (self.buffers.i64(i, 0)?, self.buffers.i64(i, 8)?);
        self.at_buffer += 1;
        let inside = || {
            let (at, n) = (u64::try_from(at).ok()?, u64::try_from(n).ok()?);
            let is_inside = at.checked_add(n)? <= self.body.n;
            let at = self.body.at.checked_add(at)?;
            is_inside.then_some((at, n))
        };
        let place = self.body.clone();
        Some(match inside() {
            Some((at, n)) => Buffer::open(Place { at, n, ..place }),
            None => Buffer::missing(place),
        })
    }

    /// The bits that say which values are there, if there are such.
    fn bits(&mut self) -> Option<Option<Buffer>> {
        let is_there = self.buffers.i64(self.at_buffer, 8)? != 0;
        let buffer = self.buffer()?;
        Some(is_there.then_some(buffer))
    }

    /// The next array; none if the batch has too few.
    pub(super) fn array(&mut self, field: &Rc<Field>) -> Option<Array> {
        let n = u64::try_from(self.nodes.i64(self.at_node, 0)?).ok()?;
        self.at_node += 1;
        let has_bits = match (field.coded, &field.of) {
            (Some(_), _) => true,
            (None, Of::Null | Of::Runs) => false,
            (None, Of::Union(..)) => self.has_union_bits,
            _ => true,
        };
        let there = if has_bits { self.bits()? } else { None };
        let values = match field.coded {
            Some(coded) => Values::Coded(coded.index, coded.slot, self.buffer()?),
            None => self.values(field)?,
        };
        Some(Array { n, there, values })
    }

    fn values(&mut self, field: &Rc<Field>) -> Option<Values> {
        let child = |batch: &mut Batch, i: usize| batch.array(field.children.get(i)?);
        Some(match field.of {
            Of::Null => Values::Null,
            Of::Truth => Values::Truth(self.buffer()?),
            Of::Fixed(scalar, n) => Values::Fixed(scalar, n, self.buffer()?),
            Of::Bytes(kind, width) => Values::Bytes {
                kind,
                width,
                offsets: self.buffer()?,
                data: self.buffer()?,
            },
            Of::View(kind) => {
                let views = self.buffer()?;
                let n = self.n_data?.i64(self.at_n_data, 0)?;
                self.at_n_data += 1;
                // So many buffers must be there.
                let n = usize::try_from(n).ok()?;
                let data: Option<Vec<Buffer>> = (0..n).map(|_| self.buffer()).collect();
                let data = data?;
                Values::View { kind, views, data }
            }
            Of::List(width) => Values::List {
                width,
                offsets: self.buffer()?,
                sizes: None,
                items: Box::new(child(self, 0)?),
            },
            Of::ListView(width) => Values::List {
                width,
                offsets: self.buffer()?,
                sizes: Some(self.buffer()?),
                items: Box::new(child(self, 0)?),
            },
            Of::FixedList(n) => Values::FixedList(n as u64, Box::new(child(self, 0)?)),
            Of::Struct => {
                let children = field.children.iter().map(|child| self.array(child));
                let children: Option<Vec<Array>> = children.collect();
                Values::Struct(Rc::clone(field), children?)
            }
            Of::Map => {
                let offsets = self.buffer()?;
                // The pairs, all of which are there.
                let pairs = field.children.first()?;
                self.at_node += 1;
                self.bits()?;
                let keys_form = match pairs.children.first()?.is_value() {
                    true => Form::Cells,
                    false => Form::Objects,
                };
                Values::Map {
                    width: 4,
                    offsets,
                    keys: Box::new(self.array(pairs.children.first()?)?),
                    values: Box::new(self.array(pairs.children.get(1)?)?),
                    keys_form,
                }
            }
            Of::Union(is_dense, ref ids) => {
                let types = self.buffer()?;
                let offsets = match is_dense {
                    true => Some(self.buffer()?),
                    false => None,
                };
                let choices = field.children.iter().map(|child| self.array(child));
                let choices: Option<Vec<Array>> = choices.collect();
                let by_type = (0..=127).map(|id| ids.iter().position(|other| *other == id));
                Values::Union {
                    by_type: by_type.collect(),
                    types,
                    offsets,
                    choices: choices?,
                }
            }
            Of::Runs => Values::Runs {
                ends: Box::new(child(self, 0)?),
                values: Box::new(child(self, 1)?),
                run: None,
            },
        })
    }
}
