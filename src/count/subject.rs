//! Subjects: whose record it is.
//!
//! A data subject is keyed by the strongest identifier that a record shows: identity number, then passport or permit,
//! phone, financial account, e-mail, name with address, then an account at a service, a vehicle, a device. Nothing is linked
//! across records: the same human under an identity number here and a phone there is two subjects, and reports say so.

use std::ops::Range;

use crate::detect::{ColumnRule, Found, Identifies, Key, Match, Status};
use crate::record::{Batch, Record, Span};

use super::Ladder;
use super::fingerprint::Keyed;
use super::order::FieldOrder;
use super::track::Point;
use super::traits::Traits;

/// The fingerprint of a data subject.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Subject {
    /// One with a number: what kind of number, and its stand-in. Numbers of one kind never fall together.
    Number(Identifies, u64),
    /// One with a text, a name and an address, or nothing but what its record says.
    Text(u128),
}

/// The data subjects of one record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Subjects {
    pub(super) first: Subject,
    /// The other side of a communication.
    pub(super) second: Option<Subject>,
    /// What the record tells of each of the two.
    pub(super) traits: [Traits; 2],
}

/// Memory to put texts together in.
#[derive(Default)]
pub(super) struct Scratch {
    text: Vec<u8>,
    pub(super) order: FieldOrder,
}

/// Domains of fingerprints, so that a phone and an account of the same digits are different persons.
const CONTENT: u8 = 200;
const NAME_AND_ADDRESS: u8 = 201;
const POINT: u8 = 202;

/// The strongest identifiers seen so far of each side of a record, and last of whoever is only spoken of in it: they stand
/// for its person where neither side shows who it is.
#[derive(Default)]
pub(super) struct Seen<'f>([Side<'f>; 3]);

#[derive(Default)]
struct Side<'f> {
    best: Option<&'f Match>,
    /// Whom `best` identifies. Beside it rather than with it: together they would be put together from bytes for each record.
    strength: Identifies,
    name: Option<&'f Match>,
    address: Option<&'f Match>,
    traits: Traits,
}

impl<'f> Seen<'f> {
    /// Takes note of a value.
    #[inline(always)]
    pub(super) fn add(&mut self, ladder: &Ladder, m: &'f Match) {
        let identifies = ladder.identifies[m.kind.index()];
        let party = m
            .column
            .or(m.role)
            .map_or(1, |role| ladder.parties[usize::from(role.0)]);
        let side = match party {
            1 => &mut self.0[0],
            2 => &mut self.0[1],
            _ => &mut self.0[2],
        };
        side.traits
            .join(ladder.tells[m.kind.index()].of(m, ladder.ages_on));
        match identifies {
            Identifies::Nothing => {}
            Identifies::Name => side.name = side.name.or(Some(m)),
            Identifies::Address => side.address = side.address.or(Some(m)),
            _ if identifies < side.strength => {
                side.best = Some(m);
                side.strength = identifies;
            }
            _ => {}
        }
    }

    /// Finds the subjects of the record. `parties` is 2 for records that tell of two persons.
    pub(super) fn subjects(
        &self,
        key: &Keyed,
        found: &Found,
        parties: u8,
        (batch, record, rules): (&Batch, &Record, &[ColumnRule]),
        scratch: &mut Scratch,
    ) -> Subjects {
        let first = self.0[0].subject(key, found, &mut scratch.text);
        let second = self.0[1].subject(key, found, &mut scratch.text);
        let [of_first, of_second, of_spoken] = [0, 1, 2].map(|side: usize| self.0[side].traits);
        match (first, second) {
            (Some(first), second) => Subjects {
                first,
                second: second.filter(|_| parties == 2),
                traits: [of_first, of_second],
            },
            (None, Some(second)) => Subjects {
                first: second,
                second: None,
                traits: [of_second, Traits::default()],
            },
            (None, None) => match self.0[2].subject(key, found, &mut scratch.text) {
                Some(first) => Subjects {
                    first,
                    second: None,
                    traits: [of_spoken, Traits::default()],
                },
                None => Subjects {
                    first: Subject::Text(content(key, batch, record, rules, 0, scratch)),
                    second: None,
                    traits: [of_first, Traits::default()],
                },
            },
        }
    }
}

/// The values by which a person of a record is told apart.
#[derive(Clone, Copy, Debug)]
pub enum Keys<'f> {
    /// The strongest identifier.
    Identifier(Identifies, &'f Match),
    /// A name with an address: stronger than an account, a vehicle or a device.
    NameAndAddress(&'f Match, &'f Match),
}

/// By what the persons of a record are told apart, as they are counted: the first, and with `parties` of 2 the other side of
/// a communication. Where no value tells, the record itself stands for its person, and the list is empty.
pub fn keys_of<'f>(ladder: &Ladder, found: &'f Found, parties: u8) -> Vec<Keys<'f>> {
    let mut seen = Seen::default();
    let valid = found.matches.iter().filter(|m| m.status == Status::Valid);
    valid.for_each(|m| seen.add(ladder, m));
    let [first, second, spoken] = &seen.0;
    let sides = [first, second].into_iter().filter_map(Side::keys);
    let keys: Vec<Keys<'f>> = sides.take(usize::from(parties.max(1))).collect();
    match keys.is_empty() {
        true => spoken.keys().into_iter().collect(),
        false => keys,
    }
}

impl<'f> Side<'f> {
    fn keys(&self) -> Option<Keys<'f>> {
        match (self.name, self.address) {
            (Some(name), Some(address)) if self.strength > Identifies::Name => {
                Some(Keys::NameAndAddress(name, address))
            }
            _ => self.best.map(|m| Keys::Identifier(self.strength, m)),
        }
    }

    fn subject(&self, key: &Keyed, found: &Found, scratch: &mut Vec<u8>) -> Option<Subject> {
        let (identifies, m) = match self.keys()? {
            Keys::NameAndAddress(name, address) => {
                scratch.clear();
                put(scratch, found, &name.key);
                put(scratch, found, &address.key);
                return Some(Subject::Text(key.text(NAME_AND_ADDRESS, scratch)));
            }
            Keys::Identifier(identifies, m) => (identifies, m),
        };
        Some(match (&m.key, identifies) {
            (Key::Packed(number), Identifies::IdNumber) => {
                Subject::Number(identifies, key.number(id_body(*number)))
            }
            (Key::Packed(number), _) => Subject::Number(identifies, key.number(*number)),
            (Key::Text(range), _) => {
                Subject::Text(key.text(identifies as u8, super::text(found, range)))
            }
        })
    }
}

/// Appends a value, and a byte that ends it.
fn put(scratch: &mut Vec<u8>, found: &Found, key: &Key) {
    match key {
        Key::Packed(number) => scratch.extend_from_slice(&number.to_le_bytes()),
        Key::Text(range) => scratch.extend_from_slice(super::text(found, range)),
    }
    scratch.push(END);
}

/// Ends a field: no byte of UTF-8.
const END: u8 = 0xFF;

/// The fingerprint of what a record says about a subject.
pub(super) fn content_of(
    key: &Keyed,
    batch: &Batch,
    record: &Record,
    rules: &[ColumnRule],
    of: Subject,
    scratch: &mut Scratch,
) -> u128 {
    content(key, batch, record, rules, number_of(of), scratch)
}

/// The fingerprint of a subject at a point of a track.
pub(super) fn point_of(key: &Keyed, point: Point, of: Subject) -> u128 {
    let mut bytes = [0; OF_BYTES + 24];
    bytes[..OF_BYTES].copy_from_slice(&number_of(of).to_le_bytes());
    bytes[OF_BYTES..].copy_from_slice(&point.bytes());
    key.text(POINT, &bytes)
}

fn number_of(subject: Subject) -> u128 {
    match subject {
        Subject::Number(identifies, number) => (identifies as u128 + 1) << 64 | u128::from(number),
        Subject::Text(text) => text,
    }
}

/// The fingerprint of what a record says, together with `of`, the subject it says it of: the fields without the blanks
/// around them, each with its end, so that it is the same in every format and however the fields are quoted. They are taken
/// in the order of the roles of their columns, so that two exports of the same columns in another order say the same.
fn content(
    key: &Keyed,
    batch: &Batch,
    record: &Record,
    rules: &[ColumnRule],
    of: u128,
    scratch: &mut Scratch,
) -> u128 {
    let Scratch {
        text: scratch,
        order,
    } = scratch;
    let fields = batch.fields_of(record);
    let span = match fields {
        [first, .., last] => (last.span.end - first.span.start) as usize,
        _ => fields.first().map_or(0, |only| only.span.len()),
    };
    let n_max = OF_BYTES + span + fields.len() + WIDE;
    if scratch.len() < n_max {
        scratch.resize(n_max, 0);
    }
    scratch[..OF_BYTES].copy_from_slice(&of.to_le_bytes());
    let mut at = OF_BYTES;
    for place in order.of(record.table, fields, rules) {
        let field = fields[*place as usize];
        let range = trimmed(batch, field.span);
        let n = range.len();
        // Most fields are short, and a copy of a fixed length costs a tenth of one whose length has to be looked at.
        match batch.text[range.start..].first_chunk::<WIDE>() {
            Some(wide) if n <= WIDE => scratch[at..at + WIDE].copy_from_slice(wide),
            _ => scratch[at..at + n].copy_from_slice(&batch.text[range]),
        }
        at += n;
        scratch[at] = END;
        at += 1;
    }
    key.text(CONTENT, &scratch[..at])
}

/// Bytes of a subject in a content.
const OF_BYTES: usize = 16;

/// Bytes that are copied at a time.
const WIDE: usize = 32;

/// Where the text stands without the blanks around it, of which there mostly are none.
#[inline]
fn trimmed(batch: &Batch, span: Span) -> Range<usize> {
    let text = batch.bytes(span);
    let start = span.start as usize;
    match text {
        [first, .., last] if *first > b' ' && *last > b' ' => start..start + text.len(),
        _ => {
            let from_start = text.trim_ascii_start();
            let start = start + text.len() - from_start.len();
            start..start + from_start.trim_ascii_end().len()
        }
    }
}

/// The body of a mainland identity number without its check digit: the 15-digit form of before 1999 (GB 11643-1989: six of
/// region, YYMMDD, three of sequence) and the 18-digit form of the same person have one body. Other numbers stay as they are.
fn id_body(packed: u64) -> u64 {
    const E15: u64 = 10u64.pow(15);
    const E18: u64 = 10u64.pow(18);
    const WITH_X: u64 = 15 * E18;
    match packed {
        n if n >= WITH_X => n - WITH_X,
        n if (E18..2 * E18).contains(&n) => (n - E18) / 10,
        n if (E15..2 * E15).contains(&n) => {
            let (region, rest) = ((n - E15) / 1_000_000_000, (n - E15) % 1_000_000_000);
            region * 100_000_000_000 + 19_000_000_000 + rest
        }
        n => n,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn old_and_new_identity_numbers_have_one_body() {
        let packed_18 = 10u64.pow(18) + 110_101_199_003_074_610;
        let packed_15 = 10u64.pow(15) + 110_101_900_307_461;
        assert_eq!(id_body(packed_18), 11_010_119_900_307_461);
        assert_eq!(id_body(packed_15), id_body(packed_18));
        let packed_x = 15 * 10u64.pow(18) + 11_010_119_900_307_461;
        assert_eq!(id_body(packed_x), id_body(packed_18));
    }
}
