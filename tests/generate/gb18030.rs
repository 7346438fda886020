//! UTF-8 to GB18030, fast enough for a gigabyte.
//!
//! `encoding_rs` searches its tables when it encodes; the few thousand characters of a dump are asked for once and kept.

use std::collections::HashMap;

use encoding_rs::GB18030;

/// An encoder with the characters it has met.
#[derive(Default)]
pub(super) struct Encoder {
    known: HashMap<char, Vec<u8>>,
    encoded: Vec<u8>,
}

impl Encoder {
    /// The text in GB18030, until the next call.
    pub(super) fn encode(&mut self, text: &str) -> &[u8] {
        self.encoded.clear();
        for c in text.chars() {
            if c.is_ascii() {
                self.encoded.push(c as u8);
                continue;
            }
            let bytes = self
                .known
                .entry(c)
                .or_insert_with(|| GB18030.encode(c.encode_utf8(&mut [0; 4])).0.into_owned());
            self.encoded.extend_from_slice(bytes);
        }
        &self.encoded
    }
}
