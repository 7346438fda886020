//! Subjects: whose record it is.
//!
//! A data subject is keyed by the strongest identifier that a record shows: identity number, then passport or permit,
//! phone, financial account, e-mail, name with address, then an account at a service, a vehicle, a device. Nothing is linked
//! across records: the same human under an identity number here and a phone there is two subjects, and reports say so.

use std::hash::Hasher;

use siphasher::sip128::Hasher128;

use crate::detect::{Found, Identifies, Key, Match, Status};
use crate::record::{Batch, Record};

use super::Ladder;
use super::fingerprint::RunKey;

/// The data subjects of one record.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Subjects {
    pub(super) first: u128,
    /// The other side of a communication.
    pub(super) second: Option<u128>,
}

/// Domains of fingerprints, so that a phone and an account of the same digits are different persons.
const CONTENT: u8 = 200;
const NAME_AND_ADDRESS: u8 = 201;

/// Finds the subjects of a record. `parties` is 2 for records that tell of two persons.
pub(super) fn subjects(
    key: &RunKey,
    ladder: &Ladder,
    batch: &Batch,
    record: &Record,
    found: &Found,
    parties: u8,
) -> Subjects {
    let first = strongest(key, ladder, found, |party| party == 1);
    let second = strongest(key, ladder, found, |party| party == 2);
    match (first, second) {
        (Some(first), second) => Subjects {
            first,
            second: second.filter(|_| parties == 2),
        },
        (None, Some(second)) => Subjects {
            first: second,
            second: None,
        },
        (None, None) => Subjects {
            first: content(key, batch, record, 0),
            second: None,
        },
    }
}

/// The fingerprint of what a record says, together with `of`, the subject it says it of.
pub(super) fn content(key: &RunKey, batch: &Batch, record: &Record, of: u128) -> u128 {
    let mut hasher = key.hasher(CONTENT);
    hasher.write(&of.to_le_bytes());
    for field in batch.fields_of(record) {
        let text = batch.bytes(field.span).trim_ascii();
        hasher.write(text);
        hasher.write_u8(0xFF);
    }
    hasher.finish128().as_u128()
}

fn strongest(
    key: &RunKey,
    ladder: &Ladder,
    found: &Found,
    of_party: impl Fn(u8) -> bool,
) -> Option<u128> {
    let mut best: Option<(Identifies, &Match)> = None;
    let (mut name, mut address) = (None, None);
    for m in found.matches.iter().filter(|m| m.status == Status::Valid) {
        let identifies = ladder.identifies[m.kind.index()];
        let party = m
            .column
            .or(m.role)
            .map_or(1, |r| ladder.parties[usize::from(r.0)]);
        if !of_party(party) {
            continue;
        }
        match identifies {
            Identifies::Name => name = name.or(Some(m)),
            Identifies::Address => address = address.or(Some(m)),
            Identifies::Nothing => {}
            _ if best.is_none_or(|(b, _)| identifies < b) => best = Some((identifies, m)),
            _ => {}
        }
    }
    if let (Some(name), Some(address)) = (name, address)
        && best.is_none_or(|(b, _)| b > Identifies::Name)
    {
        let mut hasher = key.hasher(NAME_AND_ADDRESS);
        write_key(&mut hasher, found, &name.key);
        hasher.write_u8(0xFF);
        write_key(&mut hasher, found, &address.key);
        return Some(hasher.finish128().as_u128());
    }
    let (identifies, m) = best?;
    let mut hasher = key.hasher(identifies as u8);
    match (&m.key, identifies) {
        (Key::Packed(number), Identifies::IdNumber) => hasher.write_u64(id_body(*number)),
        (other, _) => write_key(&mut hasher, found, other),
    }
    Some(hasher.finish128().as_u128())
}

fn write_key(hasher: &mut impl Hasher, found: &Found, key: &Key) {
    match key {
        Key::Packed(number) => hasher.write_u64(*number),
        Key::Text(range) => hasher.write(&found.arena[range.start as usize..range.end as usize]),
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
