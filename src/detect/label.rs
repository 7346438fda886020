//! Labels: words in running text that announce a value, as in `手机号：…` or `phone=…`.
//!
//! The words come from the vocabulary of columns and from the patterns. A label is looked up backwards from the place
//! where its value would begin. This file knows words and places, not what the value is.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::KindSet;
use super::structure::TITLES;
use super::vocabulary::RoleId;
use crate::bytes::begins_with_han;

mod trie;

use trie::Trie;

/// What a label announces.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Label {
    /// The role of the value, if the word names one.
    pub(crate) role: Option<RoleId>,
    /// The kinds the value may be of.
    pub(crate) kinds: KindSet,
}

/// Longest stretch of blanks, quotes and brackets between a label and its value, in bytes.
const GAP_BYTES_MAX: usize = 24;

/// A set of labels.
#[derive(Default)]
pub(crate) struct Labels {
    backward: Trie,
    forward: Trie,
    labels: Vec<Label>,
    endings: Endings,
    /// Words that a value may follow without a sign between, backwards, and what each of them announces.
    glued: Trie,
    glued_labels: Vec<Label>,
    cues: Option<Arc<Cues>>,
}

/// Finds, among Han characters, the places that words alone show: behind a word that a value may follow without a sign, and
/// before a form of address.
pub(crate) struct Cues {
    words: Trie,
    /// How many of the words a value follows; it precedes the others.
    n_leading: u32,
    /// A bit for each first character of a word, by its code: most characters are passed over by it.
    firsts: Box<[u64; 1024]>,
}

impl Cues {
    /// Lists the places in a stretch of characters that are not ASCII, which begins at `base`.
    pub(crate) fn find(&self, text: &[u8], base: usize, places: &mut Vec<u32>) {
        let mut at = 0;
        while let [a, b, c, ..] = text[at..] {
            if !matches!(a, 0xE4..=0xE9) {
                at += 1;
                continue;
            }
            let code =
                usize::from(a & 0xF) << 12 | usize::from(b & 0x3F) << 6 | usize::from(c & 0x3F);
            if self.firsts[code / 64] >> (code % 64) & 1 == 1
                && let Some((len, id)) = self.words.longest(text[at..].iter().copied(), |_| true)
            {
                if id < self.n_leading && matches!(text.get(at + len), Some(0xE4..=0xE9)) {
                    places.push((base + at + len) as u32);
                } else if id >= self.n_leading && at > 0 {
                    places.push((base + at) as u32);
                }
                at += len;
            } else {
                at += 3;
            }
        }
    }

    /// The search for these words: first those that a value follows, so many of them.
    fn new<'a>(words: impl Iterator<Item = &'a str>, n_leading: u32) -> Cues {
        let mut cues = Cues {
            words: Trie::default(),
            n_leading,
            firsts: Box::new([0; 1024]),
        };
        for (id, word) in words.enumerate() {
            cues.words.insert(word.bytes(), id as u32);
            let code = word.chars().next().map_or(0, |c| c as usize & 0xFFFF);
            cues.firsts[code / 64] |= 1 << (code % 64);
        }
        cues
    }
}

impl Labels {
    /// Builds the set. Words are compared without regard to ASCII case.
    pub(crate) fn new(words: &BTreeMap<String, Label>) -> Labels {
        let mut set = Labels::default();
        for (word, label) in words {
            let id = set.labels.len() as u32;
            set.labels.push(*label);
            set.endings.insert(word.to_ascii_lowercase().as_bytes());
            set.backward.insert(word.bytes().rev(), id);
            set.forward.insert(word.bytes(), id);
        }
        set
    }

    /// Adds words that a value may follow without a sign between them.
    pub(crate) fn add_glued(&mut self, words: &BTreeMap<String, Label>) {
        if words.is_empty() {
            return;
        }
        for (i, (word, label)) in words.iter().enumerate() {
            self.glued.insert(word.bytes().rev(), i as u32);
            self.glued_labels.push(*label);
        }
        let all = words.keys().map(String::as_str).chain(TITLES);
        self.cues = Some(Arc::new(Cues::new(all, words.len() as u32)));
    }

    /// What finds the places that words alone show, if any word does.
    pub(crate) fn cues(&self) -> Option<Arc<Cues>> {
        self.cues.clone()
    }

    /// The longest word that `text` ends with and that a value may follow without a sign.
    pub(crate) fn glued_before(&self, text: &[u8]) -> Option<Label> {
        let (_, id) = self.glued.longest(text.iter().rev().copied(), |_| true)?;
        Some(self.glued_labels[id as usize])
    }

    /// Where the label begins that `text` ends with, see [`Labels::before`].
    pub(crate) fn start_before(&self, text: &[u8]) -> Option<usize> {
        if !self.endings.may_end(text) {
            return None;
        }
        let text = &text[..skip_back(text)];
        let word = |len| is_word_start(text, text.len() - len);
        let (len, _) = self.backward.longest(text.iter().rev().copied(), word)?;
        Some(text.len() - len)
    }

    /// Whether a name may end before `rest`, which goes on with Han characters.
    pub(crate) fn han_value_ends(&self, rest: &[u8]) -> bool {
        let begins = |words: &[&str]| words.iter().any(|w| rest.starts_with(w.as_bytes()));
        begins(&FOLLOWERS) || begins(&TITLES) || begins(&VERBS) || self.begins(rest)
    }

    /// The longest label that `text` ends with, after blanks, quotes, and one pair of brackets (`手机（必填）：`).
    pub(crate) fn before(&self, text: &[u8]) -> Option<Label> {
        let end = skip_back(text);
        let text = &text[..end];
        let closed = spaced(text);
        let text = closed.as_ref().map_or(text, |word| word);
        let (len, id) = self.backward.longest(text.iter().rev().copied(), |len| {
            is_word_start(text, text.len() - len) && (closed.is_none() || len == text.len())
        })?;
        debug_assert!(len > 0, "no label is empty");
        Some(self.labels[id as usize])
    }

    /// How the labels end.
    pub(crate) fn endings(&self) -> &Endings {
        &self.endings
    }

    /// Whether a label begins at the start of `text`.
    pub(crate) fn begins(&self, text: &[u8]) -> bool {
        self.forward
            .longest(text.iter().copied(), |_| true)
            .is_some()
    }

    /// How many bytes of letters at the start of a token are a label that its digits follow: 2 of `QQ12345678`.
    pub(crate) fn word_before_digits(&self, token: &[u8]) -> Option<(usize, Label)> {
        let len = token.iter().position(u8::is_ascii_digit)?;
        let digits = &token[len..];
        let (word_len, id) = self
            .forward
            .longest(token[..len].iter().copied(), |n| n == len)?;
        (len == word_len && digits.iter().all(u8::is_ascii_digit))
            .then(|| (len, self.labels[id as usize]))
    }

    /// Whether a value may end at `end` of `text`, where it began at `start`: not inside a Han word, unless the rest begins
    /// with another label or with a word that no name goes on with; and not behind another label (`张三性别：`).
    pub(crate) fn value_ends(&self, text: &[u8], start: usize, end: usize) -> bool {
        let (value, rest) = (&text[start..end], &text[end..]);
        if ends_with_postcode(value) {
            return false;
        }
        if value.last().is_none_or(|b| *b < 0x80) {
            return true;
        }
        let ends_with_label = || {
            let label = self.backward.longest(value.iter().rev().copied(), |_| true);
            label.is_some_and(|(len, _)| len > "电".len())
        };
        match rest {
            _ if ends_with_title(value) => false,
            // `张三电话`, before the number.
            _ if value.len() <= SHORT_VALUE_BYTES && ends_with_label() => false,
            [b':', ..] | [0xEF, 0xBC, 0x9A, ..] => !ends_with_label(),
            [0xE4..=0xE9, ..] => {
                !PARTICLES.iter().any(|p| value.ends_with(p.as_bytes())) && self.begins(rest)
                    || TITLES.iter().any(|w| rest.starts_with(w.as_bytes()))
                    || FOLLOWERS.iter().any(|w| rest.starts_with(w.as_bytes()))
            }
            _ => true,
        }
    }
}

/// How labels end: most places are told not to be behind a label by the few bytes before them.
#[derive(Clone, Default)]
pub(crate) struct Endings {
    /// A bit for each hash of the last [`SHORT_BYTES`] bytes of a label; empty without any label.
    short: Vec<u64>,
    /// A bit for each hash of a whole label, or of its last [`ENDING_BYTES_MAX`] bytes.
    long: Vec<u64>,
}

/// Bits for the hashes of endings, as a power of two.
const ENDING_BITS: u32 = 16;

/// Bytes by which most places are told.
const SHORT_BYTES: usize = 3;

/// Longest ending that is looked at.
const ENDING_BYTES_MAX: usize = 8;

impl Endings {
    /// Takes in a word, in small letters.
    fn insert(&mut self, word: &[u8]) {
        self.short.resize(1 << (ENDING_BITS - 6), 0);
        self.long.resize(1 << (ENDING_BITS - 6), 0);
        let from = word.len().saturating_sub(ENDING_BYTES_MAX);
        let ending = packed(&word[from..]);
        match word.len() {
            SHORT_BYTES.. => set(&mut self.short, hash(ending, SHORT_BYTES)),
            // Whatever stands before it.
            2 => (0..=0xFF)
                .for_each(|before| set(&mut self.short, hash(before << 16 | ending, SHORT_BYTES))),
            _ => self.short.fill(u64::MAX),
        }
        set(&mut self.long, hash(ending, word.len() - from));
    }

    /// Whether [`Labels::before`] may find a label: no false for any part of `text` that ends where it ends and begins where a
    /// word may.
    #[inline]
    pub(crate) fn may_end(&self, text: &[u8]) -> bool {
        let floor = text.len().saturating_sub(GAP_BYTES_MAX);
        let mut end = text.len();
        // Where the bracket opens depends on where the part begins, so the label may end before any sign that is skipped. The
        // first of these is of up to three bytes, of which one is within reach.
        let anywhere = |last: usize| {
            let mut ends = (floor.saturating_sub(2)..=last).rev();
            ends.any(|end| {
                let is_before_gap = text.get(end).is_none_or(|b| !b.is_ascii_alphanumeric());
                is_before_gap && self.may_end_at(&text[..end])
            })
        };
        while end > floor {
            end -= match text[end - 1] {
                b' ' | b'\t' | b'"' | b'\'' | b'\\' | b'*' | b':' | b'=' | b'(' => 1,
                b'.' if end >= 2 && text[end - 2].is_ascii_alphabetic() => 1,
                b')' => return anywhere(end),
                // The ends of `（`, `：`, `）`, an ideographic space, `是` and `为`.
                0x88 | 0x9A | 0x89 | 0x80 | 0xAF | 0xBA => match text[..end] {
                    [.., 0xEF, 0xBC, 0x89] => return anywhere(end),
                    [.., 0xEF, 0xBC, 0x88 | 0x9A]
                    | [.., 0xE3, 0x80, 0x80]
                    | [.., 0xE6, 0x98, 0xAF]
                    | [.., 0xE4, 0xB8, 0xBA] => 3,
                    _ => break,
                },
                _ => break,
            };
        }
        self.may_end_at(&text[..end])
    }

    /// Whether `text` may end with a label.
    #[inline]
    fn may_end_at(&self, text: &[u8]) -> bool {
        let last = match text.last_chunk() {
            Some(last) => u64::from_be_bytes(*last),
            None => packed(text),
        };
        let ending = to_lowercase(last);
        has(&self.short, hash(ending, SHORT_BYTES)) && self.ends_long(text, ending)
    }

    /// The same, once the last bytes are known for those of a label. `ending` is as much of the text as fits, in small letters.
    fn ends_long(&self, text: &[u8], ending: u64) -> bool {
        let longest = text.len().min(ENDING_BYTES_MAX);
        (1..=longest).any(|len| {
            // A short word, which begins where a word may, or the end of a long one.
            let may_begin = || len == ENDING_BYTES_MAX || is_word_start(text, text.len() - len);
            has(&self.long, hash(ending, len)) && may_begin()
        }) || spaced(text).is_some_and(|word| has(&self.long, hash(packed(&word), word.len())))
    }
}

fn set(bits: &mut [u64], hash: usize) {
    bits[hash / 64] |= 1 << (hash % 64);
}

fn has(bits: &[u64], hash: usize) -> bool {
    bits.get(hash / 64)
        .is_some_and(|word| word >> (hash % 64) & 1 == 1)
}

/// At most eight bytes as a number, the last of them lowest.
fn packed(bytes: &[u8]) -> u64 {
    bytes
        .iter()
        .fold(0, |packed, b| packed << 8 | u64::from(*b))
}

/// Eight packed bytes with ASCII letters in small letters.
#[inline]
fn to_lowercase(packed: u64) -> u64 {
    const ONES: u64 = 0x0101_0101_0101_0101;
    const HIGH: u64 = 0x80 * ONES;
    // The highest bit of a byte is set where it is at least `A`, and where it is beyond `Z`.
    let low = packed & !HIGH;
    let from_a = low + (0x80 - u64::from(b'A')) * ONES;
    let beyond_z = low + (0x7F - u64::from(b'Z')) * ONES;
    packed | (from_a & !beyond_z & !packed & HIGH) >> 2
}

/// A hash of the last `len` of eight packed bytes, and of their number.
#[inline]
fn hash(packed: u64, len: usize) -> usize {
    let counted = packed & u64::MAX >> (64 - 8 * len);
    let mixed = counted.wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ (len as u64) << 59;
    (mixed >> (64 - ENDING_BITS)) as usize
}

/// Words that stand behind a value and are no part of it.
const PARTICLES: [&str; 4] = ["的", "是", "了", "吗"];

/// Words that a value may be followed by in the same stretch of Han characters.
const FOLLOWERS: [&str; 14] = [
    "的", "是", "了", "吗", "在", "于", "和", "与", "及", "或", "等", "已", "将", "曾",
];

/// Words that a sentence goes on with behind a name.
const VERBS: [&str; 58] = [
    "今天",
    "昨天",
    "明天",
    "今年",
    "现在",
    "刚才",
    "刚刚",
    "今",
    "说",
    "因",
    "从",
    "对",
    "向",
    "给",
    "去",
    "来",
    "不",
    "就",
    "也",
    "都",
    "还",
    "有",
    "没",
    "会",
    "要",
    "想",
    "请",
    "被",
    "把",
    "让",
    "这",
    "那",
    "我",
    "你",
    "他",
    "她",
    "您",
    "住",
    "到",
    "收",
    "男",
    "女",
    "先",
    "打",
    "发",
    "同意",
    "提出",
    "表示",
    "负责",
    "申请",
    "身份证",
    "手机",
    "电话",
    "微信",
    "本人",
    "系",
    "持",
    "签",
];

/// Longest value that is held against the labels for its ending, in bytes: a name of four characters.
const SHORT_VALUE_BYTES: usize = 4 * "张".len();

/// Whether an address ends with a blank and six digits: the postcode behind it is no part of it.
fn ends_with_postcode(value: &[u8]) -> bool {
    let Some((rest, [b' ', code @ ..])) = value.split_last_chunk::<7>() else {
        return false;
    };
    code.iter().all(u8::is_ascii_digit) && rest.iter().any(|b| *b >= 0x80)
}

/// Whether a name of two characters or more ends with a form of address. Behind a surname alone it is all there is.
fn ends_with_title(value: &[u8]) -> bool {
    let name = TITLES.iter().find_map(|t| value.strip_suffix(t.as_bytes()));
    name.is_some_and(|n| n.len() >= 2 * "张".len())
}

/// A word of two Han characters that is written with blanks between them, as forms do: `姓 名`. Without the blanks.
fn spaced(text: &[u8]) -> Option<[u8; 6]> {
    let (mut rest, last) = text.split_last_chunk::<3>()?;
    if !begins_with_han(last) {
        return None;
    }
    let n = rest.len();
    for _ in 0..SPACES_MAX {
        rest = rest
            .strip_suffix(b" ")
            .or_else(|| rest.strip_suffix("\u{3000}".as_bytes()))
            .unwrap_or(rest);
    }
    let (_, first) = rest.split_last_chunk::<3>()?;
    (rest.len() < n && begins_with_han(first)).then(|| {
        let mut word = [0; 6];
        word[..3].copy_from_slice(first);
        word[3..].copy_from_slice(last);
        word
    })
}

/// Most blanks inside a word.
const SPACES_MAX: usize = 4;

/// Where a label ends, given the text up to its separator.
fn skip_back(text: &[u8]) -> usize {
    let floor = text.len().saturating_sub(GAP_BYTES_MAX);
    let mut end = text.len();
    while end > floor {
        let rest = &text[..end];
        end -= match rest {
            [
                ..,
                b' ' | b'\t' | b'"' | b'\'' | b'\\' | b'*' | b':' | b'=' | b'(',
            ] => 1,
            // `Passport No. …`
            [.., c, b'.'] if c.is_ascii_alphabetic() => 1,
            [.., 0xEF, 0xBC, 0x88 | 0x9A] | [.., 0xE3, 0x80, 0x80] => 3,
            _ if rest.ends_with("是".as_bytes()) || rest.ends_with("为".as_bytes()) => 3,
            [.., b')'] => {
                rest.len()
                    - rest[floor..]
                        .iter()
                        .rposition(|b| *b == b'(')
                        .map_or(rest.len() - 1, |i| floor + i)
            }
            [.., 0xEF, 0xBC, 0x89] => {
                let open = rest[floor..]
                    .windows(3)
                    .rposition(|w| w == [0xEF, 0xBC, 0x88]);
                rest.len() - open.map_or(rest.len() - 3, |i| floor + i)
            }
            _ => return end,
        };
    }
    end
}

/// Whether a word may begin at `at`: not in the middle of a word of letters, except at a capital (`userPhone`). Between Han
/// characters a word may begin anywhere.
fn is_word_start(text: &[u8], at: usize) -> bool {
    match text[..at] {
        [] => true,
        [.., b] if b.is_ascii_alphanumeric() => {
            !is_letter_start(&text[at..]) || text[at].is_ascii_uppercase() && b.is_ascii_lowercase()
        }
        // The last byte of a letter with an accent, or of a Greek or Cyrillic one: two bytes, of which the first says so.
        [.., 0xC3..=0xD4, 0x80..=0xBF] => !is_letter_start(&text[at..]),
        _ => true,
    }
}

/// Whether text begins with an ASCII letter or digit, or with an accented, Greek or Cyrillic letter.
fn is_letter_start(text: &[u8]) -> bool {
    match text {
        [b, ..] if b.is_ascii_alphanumeric() => true,
        [0xC3..=0xD4, ..] => true,
        _ => false,
    }
}

/// Where the value behind a label begins: behind separators, quotes and the words 是 and 为.
pub(crate) fn value_start(text: &[u8]) -> usize {
    let mut at = 0;
    while at < GAP_BYTES_MAX {
        at += match &text[at..] {
            [
                b' ' | b'\t' | b'"' | b'\'' | b'\\' | b':' | b'=' | b'>' | b'#',
                ..,
            ] => 1,
            [0xEF, 0xBC, 0x9A, ..] | [0xE3, 0x80, 0x80, ..] => 3,
            rest if rest.starts_with("是".as_bytes()) || rest.starts_with("为".as_bytes()) => 3,
            rest if rest.starts_with("“".as_bytes()) || rest.starts_with("【".as_bytes()) => 3,
            _ => break,
        };
    }
    at
}

#[cfg(test)]
mod tests;
