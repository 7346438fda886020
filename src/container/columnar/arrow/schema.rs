//! The schema of an Arrow file: its columns, and how their values lie in buffers.

use std::collections::HashMap;
use std::rc::Rc;

use super::super::shown::{Kind, json};
use super::super::{COLUMNS_MAX, DEPTH_MAX, Form};
use super::flat::Flat;
use crate::container::sqlite::text_of_utf8;
use crate::error::Reason;

/// Bytes of the names of all columns.
const NAMES_BYTES_MAX: usize = 4 << 20;

/// Name and key of the type that says of sixteen bytes that they are a UUID.
const EXTENSION_KEY: &[u8] = b"ARROW:extension:name";
const EXTENSION_UUID: &[u8] = b"arrow.uuid";

/// Columns, and the dictionaries they name.
pub(super) struct Schema {
    pub(super) columns: Vec<Rc<Field>>,
    /// What the values of each dictionary are.
    pub(super) dictionaries: Vec<Rc<Field>>,
    /// Places of dictionaries by their ids.
    pub(super) slots: HashMap<i64, usize>,
}

/// A column, or one inside another.
#[derive(Clone)]
pub(super) struct Field {
    pub(super) name: String,
    /// The name as a JSON string.
    pub(super) key: String,
    pub(super) of: Of,
    pub(super) children: Vec<Rc<Field>>,
    /// The dictionary that its values stand in.
    pub(super) coded: Option<Coded>,
}

/// Values that are numbers of others.
#[derive(Clone, Copy, Debug)]
pub(super) struct Coded {
    /// Which of the dictionaries of the schema.
    pub(super) slot: usize,
    pub(super) index: Whole,
}

/// A whole number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Whole {
    pub(super) n_bytes: usize,
    pub(super) kind: Kind,
}

/// What a column holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Of {
    Null,
    Truth,
    /// Values of so many bytes each.
    Fixed(Scalar, usize),
    /// Bytes behind offsets of so many bytes.
    Bytes(Kind, usize),
    /// Bytes behind views, which hold them if they are few.
    View(Kind),
    /// Lists behind offsets of so many bytes.
    List(usize),
    /// Lists behind offsets and sizes of so many bytes.
    ListView(usize),
    FixedList(usize),
    Struct,
    Map,
    /// Values of several types; whether each has places of its own, and the number of each type.
    Union(bool, Vec<i32>),
    /// Values that stand for all up to the end of their run.
    Runs,
}

/// What values of one length are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Scalar {
    Whole(Kind),
    Real,
    /// Milliseconds that are whole days.
    Millis,
    /// Months, days and parts of a second.
    Interval,
    /// Digits behind the point of a number whose lowest byte is first.
    Decimal(i32),
    Bytes(Kind),
}

/// Numbers of types in a schema.
mod type_id {
    pub(super) const NULL: u8 = 1;
    pub(super) const INT: u8 = 2;
    pub(super) const FLOATING_POINT: u8 = 3;
    pub(super) const BINARY: u8 = 4;
    pub(super) const UTF8: u8 = 5;
    pub(super) const BOOL: u8 = 6;
    pub(super) const DECIMAL: u8 = 7;
    pub(super) const DATE: u8 = 8;
    pub(super) const TIME: u8 = 9;
    pub(super) const TIMESTAMP: u8 = 10;
    pub(super) const INTERVAL: u8 = 11;
    pub(super) const LIST: u8 = 12;
    pub(super) const STRUCT: u8 = 13;
    pub(super) const UNION: u8 = 14;
    pub(super) const FIXED_SIZE_BINARY: u8 = 15;
    pub(super) const FIXED_SIZE_LIST: u8 = 16;
    pub(super) const MAP: u8 = 17;
    pub(super) const DURATION: u8 = 18;
    pub(super) const LARGE_BINARY: u8 = 19;
    pub(super) const LARGE_UTF8: u8 = 20;
    pub(super) const LARGE_LIST: u8 = 21;
    pub(super) const RUN_END_ENCODED: u8 = 22;
    pub(super) const BINARY_VIEW: u8 = 23;
    pub(super) const UTF8_VIEW: u8 = 24;
    pub(super) const LIST_VIEW: u8 = 25;
    pub(super) const LARGE_LIST_VIEW: u8 = 26;
}

/// The reason for a schema that makes no sense.
pub(super) fn damaged() -> Reason {
    Reason::Damaged("the schema of the file is missing or wrong".to_owned())
}

impl Schema {
    pub(super) fn read(schema: Flat<'_>) -> Result<Schema, Reason> {
        if schema.i16(0).unwrap_or(0) != 0 {
            let what = "Arrow data with the highest byte first".to_owned();
            return Err(Reason::Unsupported(what));
        }
        let mut reading = Reading {
            n_left: COLUMNS_MAX,
            n_name_bytes_left: NAMES_BYTES_MAX,
            slots: HashMap::new(),
            dictionaries: Vec::new(),
        };
        let columns = reading.fields(schema, 1, 0)?;
        Ok(Schema {
            columns,
            dictionaries: reading.dictionaries,
            slots: reading.slots,
        })
    }

    /// How rows are written.
    pub(super) fn form(&self) -> Form {
        match self.columns.iter().all(|column| column.is_value()) {
            true => Form::Cells,
            false => Form::Objects,
        }
    }
}

impl Field {
    /// Whether it is one value a row.
    pub(super) fn is_value(&self) -> bool {
        match self.of {
            Of::List(_) | Of::ListView(_) | Of::FixedList(_) | Of::Struct | Of::Map => false,
            Of::Union(..) | Of::Runs => self.children.iter().all(|child| child.is_value()),
            _ => true,
        }
    }

    /// Whether its values are nothing, so that nothing in a file stands for them.
    pub(super) fn is_void(&self) -> bool {
        let is_void = match self.of {
            Of::Null | Of::Fixed(_, 0) | Of::FixedList(0) => true,
            Of::FixedList(_) | Of::Struct => self.children.iter().all(|child| child.is_void()),
            _ => false,
        };
        is_void && self.coded.is_none()
    }
}

struct Reading {
    /// Columns that there may still be.
    n_left: usize,
    n_name_bytes_left: usize,
    slots: HashMap<i64, usize>,
    dictionaries: Vec<Rc<Field>>,
}

impl Reading {
    /// The fields that a field of a table lists.
    fn fields(
        &mut self,
        table: Flat<'_>,
        field: usize,
        depth: usize,
    ) -> Result<Vec<Rc<Field>>, Reason> {
        let Some(list) = table.list(field, 4) else {
            return Ok(Vec::new());
        };
        if list.len() > self.n_left {
            return Err(Reason::Limit(format!("more than {COLUMNS_MAX} columns")));
        }
        (0..list.len())
            .map(|i| self.field(list.table(i).ok_or_else(damaged)?, depth))
            .collect()
    }

    fn field(&mut self, table: Flat<'_>, depth: usize) -> Result<Rc<Field>, Reason> {
        if depth > DEPTH_MAX {
            let what = format!("columns more than {DEPTH_MAX} deep in each other");
            return Err(Reason::Limit(what));
        }
        self.n_left = self
            .n_left
            .checked_sub(1)
            .ok_or_else(|| Reason::Limit(format!("more than {COLUMNS_MAX} columns")))?;
        let name = table.text(0).unwrap_or_default();
        self.n_name_bytes_left =
            self.n_name_bytes_left
                .checked_sub(name.len())
                .ok_or_else(|| {
                    let most = NAMES_BYTES_MAX >> 20;
                    Reason::Limit(format!("names of columns of more than {most} MiB"))
                })?;
        let name = text_of_utf8(name).into_owned();
        let children = self.fields(table, 5, depth + 1)?;
        let of = of(table, children.len())?;
        let n_wanted = match &of {
            Of::List(_) | Of::ListView(_) | Of::FixedList(_) | Of::Map => Some(1),
            Of::Runs => Some(2),
            Of::Struct | Of::Union(..) => None,
            _ => Some(0),
        };
        if n_wanted.is_some_and(|n| n != children.len()) {
            return Err(damaged());
        }
        if of == Of::Map && (children[0].of != Of::Struct || children[0].children.len() != 2) {
            return Err(damaged());
        }
        if of == Of::Runs && !matches!(children[0].of, Of::Fixed(Scalar::Whole(_), 2 | 4 | 8)) {
            return Err(damaged());
        }
        let mut field = Field {
            key: json(&name),
            name,
            of,
            children,
            coded: None,
        };
        // Those inside its values are known by now, so that none can stand in itself.
        if let Some(dictionary) = table.table(4) {
            let index = match dictionary.table(1) {
                Some(int) => whole(int)?,
                None => Whole {
                    n_bytes: 4,
                    kind: Kind::Plain,
                },
            };
            let id = dictionary.i64(0).unwrap_or(0);
            let slot = *self
                .slots
                .entry(id)
                .or_insert_with(|| self.dictionaries.len());
            if slot == self.dictionaries.len() {
                self.dictionaries.push(Rc::new(field.clone()));
            }
            field.coded = Some(Coded { slot, index });
        }
        Ok(Rc::new(field))
    }
}

fn whole(int: Flat<'_>) -> Result<Whole, Reason> {
    let bits = int.i32(0).unwrap_or(0);
    let n_bytes = match bits {
        8 => 1,
        16 => 2,
        32 => 4,
        64 => 8,
        _ => return Err(damaged()),
    };
    let kind = match int.is_set(1) {
        true => Kind::Plain,
        false => Kind::Unsigned(bits.unsigned_abs()),
    };
    Ok(Whole { n_bytes, kind })
}

/// Digits that a unit of time has behind the seconds.
fn digits(unit: i16) -> Result<u32, Reason> {
    match unit {
        0..=3 => Ok(3 * u32::from(unit.unsigned_abs())),
        _ => Err(damaged()),
    }
}

fn of(field: Flat<'_>, n_children: usize) -> Result<Of, Reason> {
    let id = field.u8(2).unwrap_or(0);
    let of = field.table(3).ok_or_else(damaged)?;
    let units = |unit: i16| Ok::<i64, Reason>(10_i64.pow(digits(unit)?));
    let size = || usize::try_from(of.i32(0).unwrap_or(0)).map_err(|_| damaged());
    Ok(match id {
        type_id::NULL => Of::Null,
        type_id::INT => {
            let Whole { n_bytes, kind } = whole(of)?;
            Of::Fixed(Scalar::Whole(kind), n_bytes)
        }
        type_id::FLOATING_POINT => {
            let n_bytes = match of.i16(0).unwrap_or(0) {
                0 => 2,
                1 => 4,
                2 => 8,
                _ => return Err(damaged()),
            };
            Of::Fixed(Scalar::Real, n_bytes)
        }
        type_id::BINARY => Of::Bytes(Kind::Plain, 4),
        type_id::UTF8 => Of::Bytes(Kind::Text, 4),
        type_id::LARGE_BINARY => Of::Bytes(Kind::Plain, 8),
        type_id::LARGE_UTF8 => Of::Bytes(Kind::Text, 8),
        type_id::BINARY_VIEW => Of::View(Kind::Plain),
        type_id::UTF8_VIEW => Of::View(Kind::Text),
        type_id::BOOL => Of::Truth,
        type_id::DECIMAL => {
            let n_bytes = match of.i32(2).unwrap_or(128) {
                32 => 4,
                64 => 8,
                128 => 16,
                256 => 32,
                _ => return Err(damaged()),
            };
            Of::Fixed(Scalar::Decimal(of.i32(1).unwrap_or(0)), n_bytes)
        }
        type_id::DATE => match of.i16(0).unwrap_or(1) {
            0 => Of::Fixed(Scalar::Whole(Kind::Days), 4),
            1 => Of::Fixed(Scalar::Millis, 8),
            _ => return Err(damaged()),
        },
        type_id::TIME => {
            let n_bytes = match of.i32(1).unwrap_or(32) {
                32 => 4,
                64 => 8,
                _ => return Err(damaged()),
            };
            let kind = Kind::Clock(units(of.i16(0).unwrap_or(1))?);
            Of::Fixed(Scalar::Whole(kind), n_bytes)
        }
        type_id::TIMESTAMP => {
            let kind = Kind::Moment(units(of.i16(0).unwrap_or(0))?);
            Of::Fixed(Scalar::Whole(kind), 8)
        }
        // Seconds, so that they are read as people write them.
        type_id::DURATION => {
            let kind = Kind::Decimal(digits(of.i16(0).unwrap_or(1))? as i32);
            Of::Fixed(Scalar::Whole(kind), 8)
        }
        type_id::INTERVAL => {
            let n_bytes = match of.i16(0).unwrap_or(0) {
                0 => 4,
                1 => 8,
                2 => 16,
                _ => return Err(damaged()),
            };
            Of::Fixed(Scalar::Interval, n_bytes)
        }
        type_id::FIXED_SIZE_BINARY => {
            let kind = match (size()?, is_uuid(field)) {
                (16, true) => Kind::Uuid,
                _ => Kind::Plain,
            };
            Of::Fixed(Scalar::Bytes(kind), size()?)
        }
        type_id::LIST => Of::List(4),
        type_id::LARGE_LIST => Of::List(8),
        type_id::LIST_VIEW => Of::ListView(4),
        type_id::LARGE_LIST_VIEW => Of::ListView(8),
        type_id::FIXED_SIZE_LIST => Of::FixedList(size()?),
        type_id::STRUCT => Of::Struct,
        type_id::MAP => Of::Map,
        type_id::RUN_END_ENCODED => Of::Runs,
        type_id::UNION => {
            let is_dense = of.i16(0).unwrap_or(0) == 1;
            let ids = match of.list(1, 4) {
                Some(ids) if ids.len() != n_children => return Err(damaged()),
                Some(ids) => (0..ids.len()).filter_map(|i| ids.i32(i)).collect(),
                None => (0..).take(n_children).collect(),
            };
            Of::Union(is_dense, ids)
        }
        _ => {
            let what = "a type of column in Arrow data that is not known".to_owned();
            return Err(Reason::Unsupported(what));
        }
    })
}

/// Whether what is known of a field beside its type names it a UUID.
fn is_uuid(field: Flat<'_>) -> bool {
    let Some(pairs) = field.list(6, 4) else {
        return false;
    };
    // Fields have a handful of them.
    (0..pairs.len().min(64))
        .filter_map(|i| pairs.table(i))
        .any(|pair| pair.text(0) == Some(EXTENSION_KEY) && pair.text(1) == Some(EXTENSION_UUID))
}
