//! What the program and the process that decodes for it say to each other, and how it is written.
//!
//! The program sends one [`Order`], then numbers of members that nobody wants to read further. The process answers with frames: a
//! letter, a length in four bytes (little-endian), and so many bytes: those of a member (`B`), or JSON (`J`). Neither believes the
//! other: lengths have a limit, and what does not belong where it stands ends the container.

use std::io::{self, Read, Write};

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::container::Limits;
use crate::container::pump::Told;
use crate::decode::{Container, Known};
use crate::error::Reason;

/// The version of all of this. Both sides are the same program, unless it was replaced while it ran.
pub(super) const VERSION: u32 = 1;

/// Bytes of a frame.
const FRAME_BYTES_MAX: u32 = 8 << 20;

/// What is to be decoded, and how.
#[derive(Serialize, Deserialize)]
pub(super) struct Order {
    pub(super) version: u32,
    pub(super) container: Container,
    pub(super) name: String,
    pub(super) limits: Limits,
    pub(super) passwords: Vec<Vec<u8>>,
}

/// What a walk tells, as it is written.
#[derive(Serialize, Deserialize)]
enum Written {
    Is(String),
    Begin(String, Known),
    Refused(String, Why),
    PassedOver(u64),
    End(Option<Why>),
    Over(Option<Why>),
}

/// A [`Reason`] as it is written: those that a walk can have.
#[derive(Serialize, Deserialize)]
enum Why {
    NotFound,
    PermissionDenied,
    Read(u64, String),
    Truncated(String),
    Malformed(String),
    Unsupported(String),
    Damaged(String),
    Encrypted,
    Limit(String),
    Internal(String),
}

impl From<Reason> for Why {
    fn from(reason: Reason) -> Why {
        match reason {
            Reason::NotFound => Why::NotFound,
            Reason::PermissionDenied => Why::PermissionDenied,
            Reason::Read { offset, cause } => Why::Read(offset, cause),
            Reason::Truncated(what) => Why::Truncated(what),
            Reason::Malformed(what) => Why::Malformed(what),
            Reason::Unsupported(what) => Why::Unsupported(what),
            Reason::Damaged(what) => Why::Damaged(what),
            Reason::Encrypted => Why::Encrypted,
            Reason::Limit(what) => Why::Limit(what),
            Reason::Internal(what) => Why::Internal(what),
            other @ (Reason::NotRegular(_) | Reason::Link(_)) => Why::Internal(other.to_string()),
        }
    }
}

impl From<Why> for Reason {
    fn from(why: Why) -> Reason {
        match why {
            Why::NotFound => Reason::NotFound,
            Why::PermissionDenied => Reason::PermissionDenied,
            Why::Read(offset, cause) => Reason::Read { offset, cause },
            Why::Truncated(what) => Reason::Truncated(what),
            Why::Malformed(what) => Reason::Malformed(what),
            Why::Unsupported(what) => Reason::Unsupported(what),
            Why::Damaged(what) => Reason::Damaged(what),
            Why::Encrypted => Reason::Encrypted,
            Why::Limit(what) => Reason::Limit(what),
            Why::Internal(what) => Reason::Internal(what),
        }
    }
}

/// What a frame says.
pub(super) enum Heard {
    /// The id of a format.
    Is(String),
    Told(Told),
}

/// Writes what a walk tells.
pub(super) fn tell(wtr: &mut dyn Write, told: Told) -> io::Result<()> {
    let written = match told {
        Told::Bytes(bytes) => {
            // A row may be longer than a frame.
            let mut pieces = bytes.chunks(FRAME_BYTES_MAX as usize);
            return pieces.try_for_each(|piece| put(wtr, b'B', piece));
        }
        Told::Is(id) => Written::Is(id.to_owned()),
        Told::Begin(name, known) => Written::Begin(name, known),
        Told::Refused(name, reason) => Written::Refused(name, reason.into()),
        Told::PassedOver(n) => Written::PassedOver(n),
        Told::End(reason) => Written::End(reason.map(Why::from)),
        Told::Over(reason) => Written::Over(reason.map(Why::from)),
    };
    put(wtr, b'J', &serde_json::to_vec(&written)?)
}

/// Reads the next frame; none where there are no more.
pub(super) fn hear(rdr: &mut dyn Read) -> io::Result<Option<Heard>> {
    let Some((letter, bytes)) = take(rdr)? else {
        return Ok(None);
    };
    if letter == b'B' {
        return Ok(Some(Heard::Told(Told::Bytes(bytes))));
    }
    let told = match read(letter, &bytes)? {
        Written::Is(id) => return Ok(Some(Heard::Is(id))),
        Written::Begin(name, known) => Told::Begin(name, known),
        Written::Refused(name, why) => Told::Refused(name, why.into()),
        Written::PassedOver(n) => Told::PassedOver(n),
        Written::End(why) => Told::End(why.map(Reason::from)),
        Written::Over(why) => Told::Over(why.map(Reason::from)),
    };
    Ok(Some(Heard::Told(told)))
}

impl Order {
    pub(super) fn write(&self, wtr: &mut dyn Write) -> io::Result<()> {
        put(wtr, b'J', &serde_json::to_vec(self)?)
    }

    pub(super) fn read(rdr: &mut dyn Read) -> io::Result<Order> {
        let (letter, bytes) = take(rdr)?.ok_or(io::ErrorKind::UnexpectedEof)?;
        let order: Order = read(letter, &bytes)?;
        match order.version {
            VERSION => Ok(order),
            _ => Err(io::ErrorKind::InvalidData.into()),
        }
    }
}

fn read<T: DeserializeOwned>(letter: u8, bytes: &[u8]) -> io::Result<T> {
    if letter != b'J' {
        return Err(io::ErrorKind::InvalidData.into());
    }
    Ok(serde_json::from_slice(bytes)?)
}

fn put(wtr: &mut dyn Write, letter: u8, bytes: &[u8]) -> io::Result<()> {
    let len = u32::try_from(bytes.len()).ok();
    let len = len.filter(|len| *len <= FRAME_BYTES_MAX);
    let len = len.ok_or(io::ErrorKind::InvalidData)?.to_le_bytes();
    wtr.write_all(&[letter, len[0], len[1], len[2], len[3]])?;
    wtr.write_all(bytes)
}

fn take(rdr: &mut dyn Read) -> io::Result<Option<(u8, Vec<u8>)>> {
    let mut letter = [0];
    if rdr.read(&mut letter)? == 0 {
        return Ok(None);
    }
    let mut len = [0; 4];
    rdr.read_exact(&mut len)?;
    let len = u32::from_le_bytes(len);
    if len > FRAME_BYTES_MAX {
        return Err(io::ErrorKind::InvalidData.into());
    }
    let mut bytes = vec![0; len as usize];
    rdr.read_exact(&mut bytes)?;
    Ok(Some((letter[0], bytes)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_told_is_heard() {
        let reasons = [
            Reason::NotFound,
            Reason::PermissionDenied,
            Reason::Read {
                offset: 7,
                cause: "x".to_owned(),
            },
            Reason::Truncated("t".to_owned()),
            Reason::Malformed("m".to_owned()),
            Reason::Unsupported("u".to_owned()),
            Reason::Damaged("d".to_owned()),
            Reason::Encrypted,
            Reason::Limit("l".to_owned()),
            Reason::Internal("i".to_owned()),
        ];
        for reason in reasons {
            let mut bytes = Vec::new();
            tell(&mut bytes, Told::Refused("名".to_owned(), reason.clone())).unwrap();
            match hear(&mut &bytes[..]).unwrap() {
                Some(Heard::Told(Told::Refused(name, heard))) => {
                    assert_eq!((&name[..], heard), ("名", reason));
                }
                _ => panic!("{reason} was heard otherwise"),
            }
        }
    }

    #[test]
    fn what_is_longer_than_a_frame_is_heard_in_pieces() {
        let long: Vec<u8> = (0..=FRAME_BYTES_MAX).map(|i| i as u8).collect();
        let mut bytes = Vec::new();
        tell(&mut bytes, Told::Bytes(long.clone())).unwrap();
        let (mut rdr, mut heard) = (&bytes[..], Vec::new());
        while let Some(Heard::Told(Told::Bytes(piece))) = hear(&mut rdr).unwrap() {
            heard.extend(piece);
        }
        assert!(heard == long);
        let name = "a".repeat(FRAME_BYTES_MAX as usize);
        let refused = tell(&mut bytes, Told::Refused(name, Reason::NotFound)).unwrap_err();
        assert_eq!(refused.kind(), io::ErrorKind::InvalidData);
    }

    #[test]
    fn what_is_no_frame_is_refused() {
        for bytes in [
            &b"J\xFF\xFF\xFF\xFF"[..],
            b"J\x02\0\0\0{}",
            b"J\x05\0\0\0x",
            b"X\x04\0\0\0null",
            b"B\x05",
        ] {
            assert!(hear(&mut &bytes[..]).is_err(), "{bytes:?}");
        }
        assert!(hear(&mut &b""[..]).unwrap().is_none());
    }
}
