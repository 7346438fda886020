//! The prefilter: one pass over a batch that lists the places where a value could begin.
//!
//! Places are tokens (maximal runs of ASCII letters and digits), `@`, separators behind labels, and full-width letters and
//! digits. Which tokens are worth a closer look is decided by tables derived from the patterns; this file only finds them.

use crate::bytes::{self, Classes};

use super::automaton::{MakeUp, Start, StartTable};
use super::claim::escape_len;
use super::fold;

/// A maximal run of ASCII letters and digits that is worth a look.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Token {
    pub(crate) start: u32,
    pub(crate) end: u32,
    /// How many of its bytes are digits.
    pub(crate) n_digits: u32,
    /// Whether a match may begin with it.
    pub(crate) plain: bool,
    /// Whether a match may begin a little before it.
    pub(crate) led: bool,
}

/// Which tokens are worth a look: tables derived from the patterns.
pub(crate) struct Admission {
    /// For matches that begin with the token.
    pub(crate) plain: StartTable,
    /// For matches that begin before it.
    pub(crate) led: StartTable,
    /// By make-up: the lengths at which any table lets any token in, as bits.
    lengths: [u64; 3],
}

impl Admission {
    pub(crate) fn new(plain: StartTable, led: StartTable) -> Admission {
        let lengths = [MakeUp::Digits, MakeUp::Letters, MakeUp::Mixed]
            .map(|make_up| plain.lengths(make_up) | led.lengths(make_up));
        Admission {
            plain,
            led,
            lengths,
        }
    }

    /// Whether it does not matter for a token which byte that is not ASCII follows it. `token` may be any of its make-up.
    pub(crate) fn same_before_any_high(&self, token: &[u8]) -> bool {
        let n_digits = token.iter().filter(|b| b.is_ascii_digit()).count();
        let make_up = MakeUp::of(token.len(), n_digits);
        [&self.plain, &self.led].iter().all(|table| {
            let start = |next| table.start(make_up, token.len(), next);
            (0x80..=0xFF).all(|next| start(next) == start(0x80))
        })
    }

    /// Judges a token by its make-up, its length and its neighbours. `WithNext` means that the next token decides.
    #[inline]
    fn judge(&self, text: &[u8], token: &mut Token, prose: bool) -> Start {
        let mut before = if token.start == 0 {
            0
        } else {
            text[token.start as usize - 1]
        };
        if before == b'\\' || before == b'%' {
            before = skip_escape(text, token, before);
        }
        let len = (token.end - token.start) as usize;
        let make_up = MakeUp::of(len, token.n_digits as usize);
        if !prose && self.lengths[make_up as usize] >> len.min(63) & 1 == 0 {
            return Start::No;
        }
        let next = text.get(token.end as usize).copied().unwrap_or(0);
        token.led = (before >= 0x80 || is_ascii_lead(before))
            && self.led.start(make_up, len, next) != Start::No;
        let start = self.plain.start(make_up, len, next);
        token.plain = start != Start::No;
        match start {
            // A token that follows a Han character may follow a label.
            _ if token.led || prose && before >= 0x80 => Start::Yes,
            Start::No if prose && may_follow_a_word(text, token, before, make_up) => Start::Yes,
            other => other,
        }
    }
}

/// Moves the start of a token behind the rest of an escape (`\n138…`, `%BA138…`). Returns what stands before it then.
#[cold]
fn skip_escape(text: &[u8], token: &mut Token, before: u8) -> u8 {
    let start = token.start as usize;
    let end = token.end as usize;
    let len = escape_len(&text[..end], start);
    if len == 0 || start + len >= end {
        return before;
    }
    let skipped = text[start..start + len].iter();
    token.n_digits -= skipped.filter(|b| b.is_ascii_digit()).count() as u32;
    token.start += len as u32;
    b' '
}

/// Whether a token of digits may be announced by an ASCII word right before it (`QQ 12345678`, `QQ12345678`), or by a Han
/// word before its bracket.
fn may_follow_a_word(text: &[u8], token: &Token, before: u8, make_up: MakeUp) -> bool {
    if token.n_digits < WORD_DIGITS_MIN {
        return false;
    }
    let start = token.start as usize;
    match make_up {
        MakeUp::Mixed => {
            text[start].is_ascii_alphabetic()
                && text[token.end as usize - token.n_digits as usize].is_ascii_digit()
        }
        MakeUp::Digits if start < 2 => false,
        MakeUp::Digits => match text[start - 2] {
            c if before == b' ' => c.is_ascii_alphabetic(),
            c => before == b'(' && c >= 0x80,
        },
        MakeUp::Letters => false,
    }
}

/// Fewest digits of a number that an ASCII word announces without a separator: `u16` and `line 120` are everywhere.
pub(crate) const WORD_DIGITS_MIN: u32 = 5;

/// Whether a match may begin with this byte before its first token.
pub(crate) fn is_ascii_lead(byte: u8) -> bool {
    byte != 0 && byte < 0x80 && byte.is_ascii_punctuation()
}

/// The places of a text, each list ascending.
#[derive(Default)]
pub(crate) struct Places {
    pub(crate) tokens: Vec<Token>,
    /// Positions of `@`.
    pub(crate) ats: Vec<u32>,
    /// Positions of `:`, `=`, `：`, and of blanks behind a character that is not ASCII.
    pub(crate) separators: Vec<u32>,
    /// Positions of full-width letters, digits, hyphens and plus signs.
    pub(crate) wides: Vec<u32>,
    classes: Vec<Classes>,
}

impl Places {
    /// Lists the places of `text`. What only matters behind labels is listed when `prose` asks for it.
    pub(crate) fn find(&mut self, text: &[u8], admission: &Admission, prose: bool) {
        self.tokens.clear();
        self.ats.clear();
        self.separators.clear();
        self.wides.clear();
        let mut classes = std::mem::take(&mut self.classes);
        bytes::classify(text, &mut classes);
        self.find_tokens(text, &classes, admission, prose);
        let mut previous_high = false;
        for (i, block) in classes.iter().enumerate() {
            let base = i * bytes::LANES;
            each_bit(block.at, |bit| self.ats.push((base + bit) as u32));
            if block.wide != 0 {
                self.note_wides(text, base, block.wide, prose);
            }
            if prose {
                let mut found = block.colon;
                each_bit(block.high << 1 | u64::from(previous_high), |bit| {
                    if matches!(text.get(base + bit), Some(b' ' | b'\t')) {
                        found |= 1 << bit;
                    }
                });
                each_bit(found, |bit| self.separators.push((base + bit) as u32));
                previous_high = block.high >> 63 == 1;
            }
        }
        if prose {
            self.separators.sort_unstable();
        }
        self.classes = classes;
    }

    /// Lists full-width letters and digits of `text`, and nothing else.
    pub(crate) fn find_wides(&mut self, text: &[u8]) {
        self.tokens.clear();
        self.ats.clear();
        self.separators.clear();
        self.wides.clear();
        let leads = memchr::memchr_iter(fold::WIDE_LEAD, text);
        let wides = leads.filter(|at| fold::is_wide_word(&text[*at..]));
        self.wides.extend(wides.map(|at| at as u32));
    }

    fn note_wides(&mut self, text: &[u8], base: usize, wide: u64, prose: bool) {
        each_bit(wide, |bit| {
            let rest = &text[base + bit..];
            if fold::is_wide_word(rest) {
                self.wides.push((base + bit) as u32);
            } else if prose && rest.starts_with("：".as_bytes()) {
                self.separators.push((base + bit) as u32);
            }
        });
    }

    fn find_tokens(
        &mut self,
        text: &[u8],
        classes: &[Classes],
        admission: &Admission,
        prose: bool,
    ) {
        let mut door = Door {
            text,
            admission,
            prose,
            waiting: None,
            tokens: &mut self.tokens,
        };
        let mut open: Option<Token> = None;
        for (i, block) in classes.iter().enumerate() {
            let base = (i * bytes::LANES) as u32;
            let mut word = block.word;
            if let Some(mut token) = open.take() {
                let run = (!word).trailing_zeros().min(64);
                token.end = base + run;
                token.n_digits += (block.digit & low_bits(run)).count_ones();
                if run == 64 {
                    open = Some(token);
                    continue;
                }
                door.enter(token);
                word &= !low_bits(run);
            }
            while word != 0 {
                let start = word.trailing_zeros();
                let run = (!(word >> start)).trailing_zeros().min(64 - start);
                let bits = low_bits(run) << start;
                let token = Token {
                    start: base + start,
                    end: base + start + run,
                    n_digits: (block.digit & bits).count_ones(),
                    plain: false,
                    led: false,
                };
                if start + run == 64 {
                    open = Some(token);
                } else {
                    door.enter(token);
                }
                word &= !bits;
            }
        }
        if let Some(token) = open {
            door.enter(token);
        }
    }
}

/// Lets in tokens that are worth a look, in order; one that depends on its successor waits for it.
struct Door<'a> {
    text: &'a [u8],
    admission: &'a Admission,
    prose: bool,
    waiting: Option<(Token, u64)>,
    tokens: &'a mut Vec<Token>,
}

impl Door<'_> {
    #[inline]
    fn enter(&mut self, mut token: Token) {
        if let Some((waiting, lengths)) = self.waiting.take()
            && token.start == waiting.end + 1
            && lengths >> (token.end - token.start).min(63) & 1 == 1
        {
            self.tokens.push(waiting);
        }
        match self.admission.judge(self.text, &mut token, self.prose) {
            Start::No => {}
            Start::Yes => self.tokens.push(token),
            Start::WithNext(lengths) => self.waiting = Some((token, lengths)),
        }
    }
}

/// A mask of the lowest `n` bits, `n` at most 64.
fn low_bits(n: u32) -> u64 {
    if n >= 64 { u64::MAX } else { (1 << n) - 1 }
}

#[inline]
fn each_bit(mut mask: u64, mut f: impl FnMut(usize)) {
    while mask != 0 {
        f(mask.trailing_zeros() as usize);
        mask &= mask - 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn admission() -> Admission {
        let patterns = [
            "1[0-9]{10}",
            "[0-9]{4}(-[0-9]{4}){3}",
            "[手][A-Z][0-9]{5}",
            "[A-Z][0-9]{8}",
        ];
        let automaton = crate::detect::automaton::Automaton::new(&patterns).expect("they compile");
        Admission::new(
            StartTable::new(&automaton, false),
            StartTable::new(&automaton, true),
        )
    }

    /// Every token, found byte by byte.
    fn slow_tokens(text: &[u8]) -> Vec<(u32, u32)> {
        let mut tokens: Vec<(u32, u32)> = Vec::new();
        for (i, _) in text
            .iter()
            .enumerate()
            .filter(|(_, b)| b.is_ascii_alphanumeric())
        {
            match tokens.last_mut() {
                Some((_, end)) if *end == i as u32 => *end += 1,
                _ => tokens.push((i as u32, i as u32 + 1)),
            }
        }
        tokens
    }

    proptest! {
        #[test]
        fn no_token_is_lost_that_a_pattern_matches_at(
            text in "((1[0-9]{10}|[0-9]{4}(-[0-9]{4}){3}|[A-Z][0-9]{8}|[a-zA-Z0-9]{0,90})[ ,@：手１-]{0,3}){0,8}",
        ) {
            let patterns = ["1[0-9]{10}", "[0-9]{4}(-[0-9]{4}){3}", "[A-Z][0-9]{8}"];
            let automaton = crate::detect::automaton::Automaton::new(&patterns).expect("they compile");
            let mut places = Places::default();
            places.find(text.as_bytes(), &admission(), true);
            let all = slow_tokens(text.as_bytes());
            for token in &places.tokens {
                prop_assert!(all.contains(&(token.start, token.end)));
            }
            for (start, end) in all {
                let mut ends = Vec::new();
                automaton.ends(&text.as_bytes()[start as usize..], &mut ends);
                if ends.iter().any(|(_, e)| start as usize + e >= end as usize) {
                    prop_assert!(places.tokens.iter().any(|t| t.start == start && t.plain), "{text} at {start}");
                }
            }
            let ats: Vec<u32> = text.bytes().enumerate().filter(|(_, b)| *b == b'@')
                .map(|(i, _)| i as u32).collect();
            prop_assert_eq!(&places.ats, &ats);
            let wides = text.match_indices('１').map(|(i, _)| i as u32).collect::<Vec<_>>();
            prop_assert_eq!(&places.wides, &wides);
        }
    }
}
