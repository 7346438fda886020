//! Messages of Arrow made for tests, whatever they say.

/// A field of a table that is made here.
#[derive(Clone)]
pub(super) enum Value {
    Byte(u8),
    Short(i16),
    Int(i32),
    Long(i64),
    Text(&'static str),
    Table(Vec<(usize, Value)>),
    Tables(Vec<Value>),
    /// A list that names one table so many times.
    Same(usize, Box<Value>),
    /// Structures of so many numbers each, one behind the other.
    Longs(usize, Vec<i64>),
}

use Value::{Byte, Int, Long, Longs, Same, Short, Table as Fields, Tables, Text};

/// The bytes of a table.
fn flat(root: &[(usize, Value)]) -> Vec<u8> {
    let mut out = vec![0; 4];
    let at = put_table(&mut out, root) as u32;
    out[..4].copy_from_slice(&at.to_le_bytes());
    out
}

fn put_table(out: &mut Vec<u8>, fields: &[(usize, Value)]) -> usize {
    let n = fields.iter().map(|(i, _)| i + 1).max().unwrap_or(0);
    let list = out.len();
    out.resize(list + 4 + 2 * n, 0);
    out[list..list + 2].copy_from_slice(&(4 + 2 * n as u16).to_le_bytes());
    let table = out.len();
    out.extend(((table - list) as i32).to_le_bytes());
    let mut behind = Vec::new();
    for (i, value) in fields {
        let offset = (out.len() - table) as u16;
        let entry = list + 4 + 2 * i;
        out[entry..entry + 2].copy_from_slice(&offset.to_le_bytes());
        match value {
            Byte(n) => out.push(*n),
            Short(n) => out.extend(n.to_le_bytes()),
            Int(n) => out.extend(n.to_le_bytes()),
            Long(n) => out.extend(n.to_le_bytes()),
            other => {
                behind.push((out.len(), other));
                out.extend([0; 4]);
            }
        }
    }
    for (place, value) in behind {
        point(out, place);
        match value {
            Text(text) => {
                out.extend((text.len() as u32).to_le_bytes());
                out.extend(text.as_bytes());
            }
            Fields(fields) => {
                let at = put_table(out, fields);
                point_to(out, place, at);
            }
            Tables(tables) => put_tables(out, tables.len(), tables),
            Same(n, table) => put_tables(out, *n, std::slice::from_ref(&**table)),
            Longs(n, numbers) => {
                out.extend(((numbers.len() / n) as u32).to_le_bytes());
                numbers.iter().for_each(|n| out.extend(n.to_le_bytes()));
            }
            _ => unreachable!("it stands in the table"),
        }
    }
    table
}

/// A list of so many tables, the last of which is named by all that are left.
fn put_tables(out: &mut Vec<u8>, n: usize, tables: &[Value]) {
    out.extend((n as u32).to_le_bytes());
    let first = out.len();
    out.resize(first + 4 * n, 0);
    let mut at = 0;
    for i in 0..n {
        if let Some(Fields(fields)) = tables.get(i) {
            at = put_table(out, fields);
        }
        point_to(out, first + 4 * i, at);
    }
}

/// Makes an offset point to the end, or to some place.
fn point(out: &mut [u8], place: usize) {
    let at = out.len();
    point_to(out, place, at);
}

fn point_to(out: &mut [u8], place: usize, at: usize) {
    let offset = ((at - place) as u32).to_le_bytes();
    out[place..place + 4].copy_from_slice(&offset);
}

/// A message: what it is, what it says, its body, and how long that is said to be.
pub(super) fn message_of(is: u8, header: Vec<(usize, Value)>, body: &[u8], n_body: i64) -> Vec<u8> {
    let fields = [
        (0, Short(4)),
        (1, Byte(is)),
        (2, Fields(header)),
        (3, Long(n_body)),
    ];
    let mut table = flat(&fields);
    table.resize(table.len().next_multiple_of(8), 0);
    let n = (table.len() as u32).to_le_bytes();
    [&[0xFF; 4], &n[..], &table, body].concat()
}

pub(super) fn message(is: u8, header: Vec<(usize, Value)>, body: &[u8]) -> Vec<u8> {
    message_of(is, header, body, body.len() as i64)
}

/// A field of a schema: its type, what is said of that, and what is inside.
pub(super) fn field(
    name: &'static str,
    id: u8,
    of: Vec<(usize, Value)>,
    children: Vec<Value>,
) -> Vec<(usize, Value)> {
    vec![
        (0, Text(name)),
        (2, Byte(id)),
        (3, Fields(of)),
        (5, Tables(children)),
    ]
}

/// A column of whole numbers of so many bits.
pub(super) fn int(name: &'static str, bits: i32) -> Vec<(usize, Value)> {
    field(name, 2, vec![(0, Int(bits)), (1, Byte(1))], Vec::new())
}

/// A column whose values stand in a dictionary, as numbers of a byte.
pub(super) fn coded(mut of: Vec<(usize, Value)>, id: i64) -> Vec<(usize, Value)> {
    let index = Fields(vec![(0, Int(8)), (1, Byte(1))]);
    of.push((4, Fields(vec![(0, Long(id)), (1, index)])));
    of
}

pub(super) fn schema_of(fields: Vec<Vec<(usize, Value)>>) -> Vec<u8> {
    let fields = fields.into_iter().map(Fields).collect();
    message(1, vec![(1, Tables(fields))], b"")
}

/// What a batch says: rows, the lengths of its arrays, and where its buffers stand.
pub(super) fn batch(n: i64, arrays: &[i64], buffers: &[(i64, i64)]) -> Vec<(usize, Value)> {
    let nodes = arrays.iter().flat_map(|n| [*n, 0]).collect();
    let buffers = buffers.iter().flat_map(|(at, n)| [*at, *n]).collect();
    vec![(0, Long(n)), (1, Longs(2, nodes)), (2, Longs(2, buffers))]
}

pub(super) fn rows_of(n: i64, arrays: &[i64], buffers: &[(i64, i64)], body: &[u8]) -> Vec<u8> {
    message(3, batch(n, arrays, buffers), body)
}

pub(super) fn dictionary(id: i64, values: Vec<(usize, Value)>, body: &[u8]) -> Vec<u8> {
    message(2, vec![(0, Long(id)), (1, Fields(values))], body)
}
