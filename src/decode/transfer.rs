//! Transfer encodings, in which text carries bytes: base64 and quoted-printable (RFC 2045, section 6).
//!
//! Both are decoded as they are read. What does not belong to the encoding is passed over, as the standard asks.

use std::io::{self, Read};

/// Bytes that are decoded at a time.
const BLOCK_BYTES: usize = 16 << 10;

/// How a part is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Transfer {
    /// As it is: `7bit`, `8bit`, `binary`.
    #[default]
    Plain,
    Base64,
    QuotedPrintable,
}

impl Transfer {
    /// By its name.
    pub(crate) fn named(name: &str) -> Transfer {
        match name.trim().to_ascii_lowercase().as_str() {
            "base64" => Transfer::Base64,
            "quoted-printable" => Transfer::QuotedPrintable,
            _ => Transfer::Plain,
        }
    }

    /// All of something short.
    pub(crate) fn decode(self, bytes: &[u8]) -> Vec<u8> {
        let mut decoded = Vec::new();
        let mut decoder = Decoder::new(self);
        decoder.feed(bytes, &mut decoded);
        decoder.finish(&mut decoded);
        decoded
    }
}

/// Decodes while it is read.
pub(crate) struct Decoded<R> {
    rdr: R,
    decoder: Decoder,
    block: Box<[u8]>,
    ready: Vec<u8>,
    at: usize,
    is_over: bool,
}

impl<R: Read> Decoded<R> {
    pub(crate) fn new(rdr: R, transfer: Transfer) -> Decoded<R> {
        Decoded {
            rdr,
            decoder: Decoder::new(transfer),
            block: vec![0; BLOCK_BYTES].into(),
            ready: Vec::new(),
            at: 0,
            is_over: false,
        }
    }
}

impl<R: Read> Read for Decoded<R> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        while self.at == self.ready.len() && !self.is_over {
            self.ready.clear();
            self.at = 0;
            match self.rdr.read(&mut self.block)? {
                0 => {
                    self.is_over = true;
                    self.decoder.finish(&mut self.ready);
                }
                n => self.decoder.feed(&self.block[..n], &mut self.ready),
            }
        }
        let n = buf.len().min(self.ready.len() - self.at);
        buf[..n].copy_from_slice(&self.ready[self.at..self.at + n]);
        self.at += n;
        Ok(n)
    }
}

/// What a decoder has in hand between two blocks.
enum Decoder {
    Plain,
    /// Bits that do not make a byte yet, and how many.
    Base64(u32, u32),
    /// Bytes from an equals sign on.
    QuotedPrintable(Vec<u8>),
}

impl Decoder {
    fn new(transfer: Transfer) -> Decoder {
        match transfer {
            Transfer::Plain => Decoder::Plain,
            Transfer::Base64 => Decoder::Base64(0, 0),
            Transfer::QuotedPrintable => Decoder::QuotedPrintable(Vec::new()),
        }
    }

    fn feed(&mut self, bytes: &[u8], decoded: &mut Vec<u8>) {
        match self {
            Decoder::Plain => decoded.extend_from_slice(bytes),
            Decoder::Base64(bits, n_bits) => {
                for byte in bytes {
                    let Some(six) = six_bits(*byte) else {
                        if *byte == b'=' {
                            // Some writers join pieces that were each filled up.
                            (*bits, *n_bits) = (0, 0);
                        }
                        continue;
                    };
                    *bits = *bits << 6 | six;
                    *n_bits += 6;
                    if *n_bits >= 8 {
                        *n_bits -= 8;
                        decoded.push((*bits >> *n_bits) as u8);
                        *bits &= (1 << *n_bits) - 1;
                    }
                }
            }
            Decoder::QuotedPrintable(held) => {
                for byte in bytes {
                    quoted(held, *byte, decoded);
                }
            }
        }
    }

    /// What is left in hand was no escape.
    fn finish(&mut self, decoded: &mut Vec<u8>) {
        if let Decoder::QuotedPrintable(held) = self {
            decoded.append(held);
        }
    }
}

fn six_bits(byte: u8) -> Option<u32> {
    let six = match byte {
        b'A'..=b'Z' => byte - b'A',
        b'a'..=b'z' => byte - b'a' + 26,
        b'0'..=b'9' => byte - b'0' + 52,
        b'+' | b'-' => 62,
        b'/' | b'_' => 63,
        _ => return None,
    };
    Some(u32::from(six))
}

/// Takes a byte of quoted-printable; `held` begins with an equals sign, if it is not empty.
fn quoted(held: &mut Vec<u8>, byte: u8, decoded: &mut Vec<u8>) {
    let hex = |b: u8| (b as char).to_digit(16);
    match (&held[..], byte) {
        ([], b'=') => held.push(byte),
        ([], _) => decoded.push(byte),
        // An end of line that is none, perhaps behind blanks.
        (_, b'\n') => held.clear(),
        ([b'='], b' ' | b'\t' | b'\r')
        | ([b'=', b' ' | b'\t' | b'\r', ..], b' ' | b'\t' | b'\r')
            if held.len() < 80 =>
        {
            held.push(byte);
        }
        ([b'='], _) if hex(byte).is_some() => held.push(byte),
        ([b'=', high], _) if let (Some(high), Some(low)) = (hex(*high), hex(byte)) => {
            decoded.push((high << 4 | low) as u8);
            held.clear();
        }
        _ => {
            decoded.append(held);
            match byte {
                b'=' => held.push(byte),
                _ => decoded.push(byte),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(transfer: Transfer, written: &str, want: &str) {
        assert_eq!(
            transfer.decode(written.as_bytes()),
            want.as_bytes(),
            "{written:?}"
        );
        // A byte at a time gives the same.
        let mut decoder = Decoder::new(transfer);
        let mut decoded = Vec::new();
        for byte in written.bytes() {
            decoder.feed(&[byte], &mut decoded);
        }
        decoder.finish(&mut decoded);
        assert_eq!(decoded, want.as_bytes(), "{written:?}");
    }

    #[test]
    fn transfer_encodings_are_undone() {
        let b = Transfer::Base64;
        check(b, "5byg5LiJ", "张三");
        check(b, "5byg\r\n5LiJ\r\n", "张三");
        check(b, "YQ==YmM=", "abc");
        check(b, "YWI!?=", "ab");
        check(b, "", "");
        let q = Transfer::QuotedPrintable;
        check(q, "=E5=BC=A0=e4=b8=89", "张三");
        check(q, "a=\r\nb = \nc", "ab c");
        check(q, "1+1=2 =3D =ZZ =", "1+1=2 = =ZZ =");
        check(Transfer::Plain, "a=3D", "a=3D");
        assert_eq!(Transfer::named(" Base64"), b);
    }
}
