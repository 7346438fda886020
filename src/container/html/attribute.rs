//! Attributes of a tag whose values a reader may see, or that hold data beside the text: addresses and numbers of links, values of
//! forms, descriptions of pictures, `data-…`.
//!
//! All others (`src`, `class`, `style`, other links) are passed over without being kept.

use super::VALUE_BYTES_MAX;

/// Bytes of a name that are kept; no attribute that is read has a longer one, but for `data-…`.
const NAME_BYTES_KEPT: usize = 64;

/// Attributes of one tag that are kept, and bytes of their values.
const COUNT_MAX: usize = 64;
const BYTES_MAX: usize = 1 << 20;

/// Attributes of the tag in hand.
#[derive(Default)]
pub(super) struct Attributes {
    kept: Vec<(Vec<u8>, Vec<u8>)>,
    n_bytes: usize,
    /// The name in hand, and whether its value is kept.
    name: Vec<u8>,
    is_kept: bool,
    /// Whether part of a value was left out.
    pub(super) is_cut: bool,
}

impl Attributes {
    pub(super) fn clear(&mut self) {
        self.kept.clear();
        self.n_bytes = 0;
        self.begin();
    }

    /// Begins an attribute.
    pub(super) fn begin(&mut self) {
        self.name.clear();
        self.is_kept = false;
    }

    pub(super) fn push_name(&mut self, bytes: &[u8]) {
        let room = NAME_BYTES_KEPT.saturating_sub(self.name.len());
        self.name.extend_from_slice(&bytes[..room.min(bytes.len())]);
    }

    /// Begins the value of the attribute.
    pub(super) fn begin_value(&mut self) {
        // Of two of one name the first counts.
        let is_new = self.kept.iter().all(|(name, _)| *name != self.name);
        self.is_kept = is_new && is_read(&self.name);
        if self.is_kept && self.kept.len() < COUNT_MAX {
            self.kept.push((self.name.clone(), Vec::new()));
        } else if self.is_kept {
            (self.is_kept, self.is_cut) = (false, true);
        }
    }

    pub(super) fn push_value(&mut self, bytes: &[u8]) {
        let Some((_, value)) = self.kept.last_mut().filter(|_| self.is_kept) else {
            return;
        };
        let room = VALUE_BYTES_MAX.saturating_sub(value.len());
        let room = room.min(BYTES_MAX.saturating_sub(self.n_bytes));
        let n = room.min(bytes.len());
        value.extend_from_slice(&bytes[..n]);
        self.n_bytes += n;
        self.is_cut |= n < bytes.len();
    }

    /// The value of the attribute of that name.
    pub(super) fn get(&self, name: &[u8]) -> Option<String> {
        let (_, value) = self.kept.iter().find(|(known, _)| known == name)?;
        Some(String::from_utf8_lossy(value).into_owned())
    }

    /// An attribute that is a number.
    pub(super) fn number(&self, name: &[u8]) -> Option<u32> {
        self.get(name)?.trim().parse().ok()
    }

    /// The address or number of a link.
    pub(super) fn contact(&self) -> Option<String> {
        let href = self.get(b"href")?;
        let (scheme, rest) = href.split_once(':')?;
        let scheme = scheme.trim().to_ascii_lowercase();
        if !["mailto", "tel", "sms", "callto", "xmpp"].contains(&&*scheme) {
            return None;
        }
        let rest = rest.trim_start_matches('/');
        let end = rest.find(['?', ';']).unwrap_or(rest.len());
        Some(unescaped(&rest[..end]))
    }

    /// Names and values of all others, as they came. Empty values are left out.
    pub(super) fn others(&self) -> impl Iterator<Item = (String, String)> {
        let is_other = |name: &[u8]| {
            ![
                &b"colspan"[..],
                b"href",
                b"itemprop",
                b"name",
                b"property",
                b"rowspan",
                b"type",
            ]
            .contains(&name)
        };
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).trim().to_owned();
        let kept = self.kept.iter();
        kept.filter(move |(name, value)| is_other(name) && !value.trim_ascii().is_empty())
            .map(move |(name, value)| (text(name), text(value)))
    }
}

/// Whether the value of an attribute is kept.
fn is_read(name: &[u8]) -> bool {
    const NAMES: [&[u8]; 14] = [
        b"alt",
        b"aria-label",
        b"colspan",
        b"content",
        b"href",
        b"itemprop",
        b"label",
        b"name",
        b"placeholder",
        b"property",
        b"rowspan",
        b"title",
        b"type",
        b"value",
    ];
    NAMES.contains(&name) || name.starts_with(b"data-")
}

/// Text with its `%40` resolved.
fn unescaped(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, behind @ ..] = rest {
        let digit = |at: usize| char::from(*behind.get(at)?).to_digit(16);
        let code = digit(0).zip(digit(1)).map(|(a, b)| (a * 16 + b) as u8);
        (rest, _) = match (first, code) {
            (b'%', Some(byte)) => (&behind[2..], bytes.push(byte)),
            _ => (behind, bytes.push(*first)),
        };
    }
    String::from_utf8_lossy(&bytes).into_owned()
}
