//! The prefilter: one pass over a batch that lists the places where a value could begin.
//!
//! Places are tokens (maximal runs of ASCII letters and digits), `@`, separators behind labels, and full-width letters and
//! digits. Which tokens are worth a closer look is decided by tables derived from the patterns; this file only finds them.

mod head;

use std::sync::Arc;

use crate::bytes::{self, Classes};

use super::automaton::{
    Automaton, Lead, MakeUp, PARTS_MAX, Start, StartTable, TOKEN_MAX, WordStarts,
};
use super::claim::escape_len;
use super::fold;
use super::label::{Cues, Endings, Labels};
use super::structure::{is_house_number, is_house_sign};

use head::Heads;

/// A maximal run of ASCII letters and digits that is worth a look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Token {
    pub(crate) start: u32,
    pub(crate) end: u32,
    /// How many of its bytes are digits.
    pub(crate) n_digits: u32,
    /// Whether a match may begin with it.
    pub(crate) plain: bool,
    /// Whether a match may begin a little before it.
    pub(crate) led: bool,
    /// Whether it may be a house number: an address would begin far before it.
    pub(crate) house: bool,
}

impl Token {
    /// No token: fills a place.
    pub(crate) const NONE: Token = Token {
        start: 0,
        end: 0,
        n_digits: 0,
        plain: false,
        led: false,
        house: false,
    };
}

/// Which tokens are worth a look: tables derived from the patterns and the labels.
pub(crate) struct Admission {
    /// For matches that begin with the token.
    plain: StartTable,
    /// The ASCII signs that may stand right before it in a match.
    lead_bytes: [bool; 256],
    /// Which matches may begin with it or before it.
    verdicts: Verdicts,
    /// How tokens of letters alone begin that are worth more than a look at their first two bytes.
    words: WordStarts,
    /// The ASCII signs behind which any such token is; none if there are no such signs.
    word_leads: Option<[bool; 256]>,
    /// What has the last word.
    automaton: Arc<Automaton>,
    /// How labels end.
    endings: Endings,
    /// Words that show a place by themselves.
    cues: Option<Arc<Cues>>,
    /// Whether addresses are looked for by their structure.
    houses: bool,
}

/// For tokens by make-up, length and the byte behind them: which of the start tables let them in, as bits.
struct Verdicts(Box<[u8]>);

impl Verdicts {
    /// A match of one of the automaton's parts may begin with the token: a bit for each.
    const PLAIN: u8 = (1 << PARTS_MAX) - 1;
    /// A match may begin with ASCII signs before it.
    const BEHIND_ASCII: u8 = 1 << PARTS_MAX;
    /// A match may begin with other characters before it.
    const BEHIND_OTHER: u8 = 2 << PARTS_MAX;

    fn new(plain: &[StartTable], behind_ascii: &StartTable, behind_other: &StartTable) -> Verdicts {
        let plain = plain.iter().enumerate().map(|(i, table)| (table, 1 << i));
        let led = [
            (behind_ascii, Verdicts::BEHIND_ASCII),
            (behind_other, Verdicts::BEHIND_OTHER),
        ];
        let tables: Vec<(&StartTable, u8)> = plain.chain(led).collect();
        let mut verdicts = vec![0; 3 * (TOKEN_MAX + 1) * 256];
        for make_up in [MakeUp::Digits, MakeUp::Letters, MakeUp::Mixed] {
            for len in 1..=TOKEN_MAX {
                for next in 0..=255 {
                    for (table, bit) in &tables {
                        if table.start(make_up, len, next) != Start::No {
                            verdicts[Verdicts::index(make_up, len, next)] |= bit;
                        }
                    }
                }
            }
        }
        Verdicts(verdicts.into())
    }

    /// Whether a match may begin with ASCII signs before any token of letters alone.
    fn any_word_is_led(&self) -> bool {
        let lengths = 1..LONG_WORD_MIN;
        let mut verdicts =
            lengths.flat_map(|len| (0..=255).map(move |next| (MakeUp::Letters, len, next)));
        verdicts
            .any(|(letters, len, next)| self.of(letters, len, next) & Verdicts::BEHIND_ASCII != 0)
    }

    fn index(make_up: MakeUp, len: usize, next: u8) -> usize {
        (make_up as usize * (TOKEN_MAX + 1) + len.min(TOKEN_MAX)) * 256 + usize::from(next)
    }

    #[inline]
    fn of(&self, make_up: MakeUp, len: usize, next: u8) -> u8 {
        self.0[Verdicts::index(make_up, len, next)]
    }
}

/// Tokens of letters alone from this length on are not looked at: no word is that long, and no number. What is that long has a
/// digit in it in all but few cases: keys, addresses of wallets, tokens of logins.
const LONG_WORD_MIN: usize = 20;

impl Admission {
    /// Derives the tables from the automaton of all patterns, and takes from the labels how they end and which words show a
    /// place by themselves. `houses` says whether house numbers are places.
    pub(crate) fn new(automaton: &Arc<Automaton>, labels: &Labels, houses: bool) -> Admission {
        let parts = StartTable::of_parts(automaton, Lead::None);
        let behind_ascii = StartTable::new(automaton, Lead::Ascii);
        let behind_other = StartTable::new(automaton, Lead::Other);
        let verdicts = Verdicts::new(&parts, &behind_ascii, &behind_other);
        let lead_bytes = automaton.lead_bytes();
        Admission {
            word_leads: verdicts.any_word_is_led().then_some(lead_bytes),
            words: WordStarts::new(automaton, LONG_WORD_MIN),
            verdicts,
            plain: StartTable::joined(&parts),
            lead_bytes,
            automaton: Arc::clone(automaton),
            endings: labels.endings().clone(),
            cues: labels.cues(),
            houses,
        }
    }

    /// Whether it does not matter for a token which byte that is not ASCII follows it. `token` may be any of its make-up.
    pub(crate) fn same_before_any_high(&self, token: &[u8]) -> bool {
        let n_digits = token.iter().filter(|b| b.is_ascii_digit()).count();
        let make_up = MakeUp::of(token.len(), n_digits);
        let told = |next| {
            let start = self.plain.start(make_up, token.len(), next);
            (start, self.verdicts.of(make_up, token.len(), next))
        };
        (0x80..=0xFF).all(|next| told(next) == told(0x80))
    }

    /// Judges a token by its make-up, its length and its neighbours; in running text also by the automaton, so that a line in
    /// which nothing matches has no places.
    #[inline]
    fn lets_in(&self, text: &[u8], token: &mut Token, prose: bool) -> bool {
        let mut before = match token.start {
            0 => 0,
            start => text[start as usize - 1],
        };
        if before == b'\\' || before == b'%' {
            before = skip_escape(text, token, before);
        }
        let len = (token.end - token.start) as usize;
        let make_up = MakeUp::of(len, token.n_digits as usize);
        let next = text.get(token.end as usize).copied().unwrap_or(0);
        let verdict = self.verdicts.of(make_up, len, next);
        // Most tokens go here: nothing begins with them, no label can stand before them, and no house behind them.
        let may_be_more = before >= 0x80 || next >= 0x80 || token.n_digits >= WORD_DIGITS_MIN;
        if verdict == 0 && !may_be_more {
            return false;
        }
        token.house = prose && self.houses && is_house(text, token, before);
        if verdict == 0 {
            return token.house || prose && self.may_be_labelled(text, token, before, make_up);
        }
        token.led = match before {
            0x80.. => verdict & Verdicts::BEHIND_OTHER != 0,
            _ => verdict & Verdicts::BEHIND_ASCII != 0 && self.lead_bytes[usize::from(before)],
        };
        let start = self.plain.start(make_up, len, next);
        let rest = &text[token.start as usize..];
        let mut parts = verdict & Verdicts::PLAIN;
        if prose && parts != 0 {
            parts = self.automaton.may_begin(parts, rest);
        }
        let is_followed = parts != 0
            && match start {
                Start::No => false,
                Start::Yes => true,
                Start::WithNext(lengths) => next_fits(&text[token.end as usize + 1..], lengths),
            };
        let matches = || !prose || self.automaton.matches(parts, rest);
        if is_followed && matches() {
            token.plain = true;
            return true;
        }
        if token.led || prose && self.may_be_labelled(text, token, before, make_up) {
            token.plain = parts != 0 && !is_followed && matches();
            return true;
        }
        token.house
    }

    /// Whether [`Admission::lets_in`] refuses the token at `start..end` in every line of running text that begins alike: `head` is
    /// how one of them begins, `signs` how all do, where `None` is any digit. The byte behind the token is in the head.
    fn is_never_let_in(&self, head: &[u8], signs: &[Option<u8>], start: usize, end: usize) -> bool {
        let before = head[..start].last().copied().unwrap_or(b'\n');
        let token = &head[start..end];
        let n_digits = token.iter().filter(|b| b.is_ascii_digit()).count();
        let verdict = self
            .verdicts
            .of(MakeUp::of(token.len(), n_digits), token.len(), head[end]);
        let may_be_led =
            verdict & Verdicts::BEHIND_ASCII != 0 && self.lead_bytes[usize::from(before)];
        let may_be_labelled = n_digits >= WORD_DIGITS_MIN as usize
            && (matches!(before, b' ' | b'(') || !token[0].is_ascii_digit());
        !may_be_led && !may_be_labelled && !self.automaton.may_outlast(&signs[start..])
    }

    /// Whether a token may stand behind a label without a separator: directly behind a Han word, behind an ASCII word
    /// (`QQ 12345678`, `QQ12345678`, `no. 12345678`), or behind the bracket after a word.
    fn may_be_labelled(&self, text: &[u8], token: &Token, before: u8, make_up: MakeUp) -> bool {
        let start = token.start as usize;
        if before >= 0x80 && self.endings.may_end(&text[..start]) {
            return true;
        }
        if token.n_digits < WORD_DIGITS_MIN {
            return false;
        }
        match make_up {
            MakeUp::Mixed if text[start].is_ascii_alphabetic() => {
                text[token.end as usize - token.n_digits as usize].is_ascii_digit()
            }
            MakeUp::Digits | MakeUp::Mixed if start < 2 => false,
            MakeUp::Digits | MakeUp::Mixed => {
                let word = text[start - 2];
                let is_behind_word = match before {
                    b' ' => word.is_ascii_alphabetic() || word == b'.',
                    b'(' => word.is_ascii_alphabetic() || word >= 0x80,
                    _ => false,
                };
                is_behind_word && self.endings.may_end(&text[..start])
            }
            MakeUp::Letters => false,
        }
    }
}

/// Whether a token stands among Han characters as a house number does: `路27号`, `路12-3号`, `路 15号`.
fn is_house(text: &[u8], token: &Token, before: u8) -> bool {
    let (start, end) = (token.start as usize, token.end as usize);
    let is_behind_han = match before {
        0x80.. | b'-' | b'#' => true,
        b' ' => start >= 2 && text[start - 2] >= 0x80,
        _ => false,
    };
    is_behind_han
        && text.get(end).is_some_and(|b| *b >= 0x80)
        && is_house_number(end - start, token.n_digits as usize)
        && is_house_sign(&text[end..])
}

/// Whether `text` begins with a token of one of these lengths; bit 0 says that it may begin with a letter.
fn next_fits(text: &[u8], lengths: u64) -> bool {
    let is_part = |b: &&u8| b.is_ascii_alphanumeric();
    let len = text.iter().take(63).take_while(is_part).count();
    len > 0 && lengths >> len & 1 == 1 && (lengths & 1 == 1 || text[0].is_ascii_digit())
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
    /// Positions of `:`, `=`, `：`, and of blanks behind a character that is not ASCII, where a label may end.
    pub(crate) separators: Vec<u32>,
    /// Positions of full-width letters, digits, hyphens and plus signs.
    pub(crate) wides: Vec<u32>,
    classes: Vec<Classes>,
    heads: Heads,
}

/// Bytes whose classes are made at a time: few enough that they stay in the nearest cache.
const CHUNK_BYTES: usize = 64 * bytes::LANES;

impl Places {
    /// Lists the places of `text`. What only matters behind labels is listed when `prose` asks for it.
    pub(crate) fn find(&mut self, text: &[u8], admission: &Admission, prose: bool) {
        self.tokens.clear();
        self.ats.clear();
        self.separators.clear();
        self.wides.clear();
        let mut classes = std::mem::take(&mut self.classes);
        let mut door = Door {
            text,
            admission,
            prose,
            open: Open::default(),
        };
        let mut base = 0;
        // Ends of tokens to pass over, in the block in hand and the next one.
        let mut quiet = 0;
        if prose {
            self.heads.begin(text.len());
            quiet = u128::from(self.heads.quiet(text, 0, admission));
        }
        // Where the stretch of characters beyond ASCII begins that is still open.
        let mut han: Option<usize> = None;
        for chunk in text.chunks(CHUNK_BYTES) {
            bytes::classify(chunk, &mut classes);
            for block in &classes {
                if prose {
                    each_bit(block.line_end, |bit| {
                        let of_line = self.heads.quiet(text, base + bit + 1, admission);
                        quiet |= u128::from(of_line) << (bit + 1);
                    });
                }
                door.tokens(base, block, quiet as u64, &mut self.tokens);
                quiet >>= bytes::LANES;
                each_bit(block.at, |bit| self.ats.push((base + bit) as u32));
                if block.wide != 0 {
                    push_wides(&mut self.wides, text, base, block.wide);
                }
                if prose {
                    let (list, high) = (&mut self.separators, door.open.high);
                    push_separators(list, text, base, block, high, &admission.endings);
                }
                door.open.high = block.high >> 63;
                if prose && let Some(cues) = &admission.cues {
                    let mut high = block.high;
                    // A stretch goes on from the block before, or begins at a bit.
                    while han.is_some() || high != 0 {
                        let begin = match han {
                            Some(_) => 0,
                            None => high.trailing_zeros(),
                        };
                        let from = *han.get_or_insert(base + begin as usize);
                        let rest = !high & !low_bits(begin);
                        if rest == 0 {
                            break;
                        }
                        let end = rest.trailing_zeros();
                        cues.find(&text[from..base + end as usize], from, &mut self.separators);
                        han = None;
                        high &= !low_bits(end);
                    }
                }
                base += bytes::LANES;
            }
        }
        if let (Some(from), Some(cues)) = (han, &admission.cues) {
            cues.find(&text[from..], from, &mut self.separators);
        }
        if admission.cues.is_some() {
            self.separators.sort_unstable();
            self.separators.dedup();
        }
        if text.len().is_multiple_of(bytes::LANES) {
            door.tokens(base, &Classes::default(), quiet as u64, &mut self.tokens);
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

    /// Where the first place at or behind these positions in the lists is; the end of all text if there is none.
    pub(crate) fn next(&self, at: [usize; 4]) -> u32 {
        let [token, address, separator, wide] = at;
        let firsts = [
            self.tokens.get(token).map(|t| t.start),
            self.ats.get(address).copied(),
            self.separators.get(separator).copied(),
            self.wides.get(wide).copied(),
        ];
        firsts.into_iter().flatten().min().unwrap_or(u32::MAX)
    }
}

fn push_wides(wides: &mut Vec<u32>, text: &[u8], base: usize, wide: u64) {
    each_bit(wide, |bit| {
        if fold::is_wide_word(&text[base + bit..]) {
            wides.push((base + bit) as u32);
        }
    });
}

/// Lists the separators of a block, `high` being 1 if the byte before it is not ASCII.
fn push_separators(
    separators: &mut Vec<u32>,
    text: &[u8],
    base: usize,
    block: &Classes,
    high: u64,
    endings: &Endings,
) {
    let blanks = (block.high << 1 | high) & block.blank;
    each_bit(block.colon | blanks | block.wide, |bit| {
        let at = base + bit;
        let is_separator = block.wide >> bit & 1 == 0 || text[at..].starts_with("：".as_bytes());
        let is_behind_digit = at > 0 && text[at - 1].is_ascii_digit();
        if is_separator && !is_behind_digit && endings.may_end(&text[..at]) {
            separators.push(at as u32);
        }
    });
}

/// What of a block matters for the next one.
#[derive(Default)]
struct Open {
    /// 1 if its last byte is a letter or digit: then a token goes on.
    word: u64,
    /// Whether that token is to be judged whatever follows.
    marked: bool,
    /// Whether it is to be judged as a word, if it is one.
    is_word_marked: bool,
    /// Where that token starts, and its digits so far.
    start: usize,
    n_digits: u32,
    /// 1 if its last byte is not ASCII.
    high: u64,
    /// 1 if its last byte begins an escape.
    escape: u64,
}

/// Finds the tokens of a text, block by block, and lets in those that are worth a look.
struct Door<'a> {
    text: &'a [u8],
    admission: &'a Admission,
    prose: bool,
    open: Open,
}

impl Door<'_> {
    /// Whether a token of letters alone is to be judged. Which letters these are matters only in running text: places in a
    /// cell are those of its outline.
    #[inline]
    fn is_word_worth(&self, start: usize, end: usize) -> bool {
        let len = end - start;
        if len >= LONG_WORD_MIN {
            return false;
        }
        let next = self.text.get(end).copied().unwrap_or(0);
        let Admission {
            verdicts,
            automaton,
            ..
        } = self.admission;
        let verdict = verdicts.of(MakeUp::Letters, len, next);
        let parts = verdict & Verdicts::PLAIN;
        let may_begin = || !self.prose || automaton.may_begin(parts, &self.text[start..]) != 0;
        verdict & Verdicts::BEHIND_ASCII != 0 || parts != 0 && may_begin()
    }

    /// Of the tokens that begin at these bits, those that may begin a match if they are letters alone.
    #[inline]
    fn words_to_judge(&self, base: usize, starts: u64) -> u64 {
        let mut worth = 0;
        let Admission {
            words, word_leads, ..
        } = self.admission;
        let near = match (starts, word_leads) {
            (0, _) => return 0,
            (_, None) => words.places(self.text, base),
            _ => u64::MAX,
        };
        each_bit(starts & near, |bit| {
            let at = base + bit;
            let is_led = |leads: &[bool; 256]| at > 0 && leads[usize::from(self.text[at - 1])];
            let is_worth = match self.text[at..] {
                [first, second, ..] => words.may_begin(first, second),
                // The last byte of the text.
                _ => true,
            };
            worth |= u64::from(is_worth || word_leads.as_ref().is_some_and(is_led)) << bit;
        });
        worth
    }

    /// Judges the tokens that end in a block, as far as they hold a digit, stand behind an escape or a character that is not
    /// ASCII, or are letters alone and worth it. Nothing begins with other tokens, nor with those that end at the bits of `quiet`.
    #[inline]
    fn tokens(&mut self, base: usize, block: &Classes, quiet: u64, tokens: &mut Vec<Token>) {
        let open = &self.open;
        let word = block.word;
        let starts = word & !(word << 1 | open.word);
        let behind = (block.high | block.escape) << 1 | open.high | open.escape;
        // Added to a run of ones, a bit inside of it carries over to the bit behind its end.
        let (sum, carried) = word.overflowing_add(block.digit | starts & behind);
        let (sum, carried_in) = sum.overflowing_add(u64::from(open.marked));
        let mut found = sum & !word & !quiet;
        let mut words = starts & !block.digit;
        if self.prose {
            words = self.words_to_judge(base, words);
        }
        let (sum, carried_word) = word.overflowing_add(words);
        let (sum, carried_word_in) = sum.overflowing_add(u64::from(open.is_word_marked));
        each_bit(sum & !word & !found & !quiet, |end| {
            let start = match starts & low_bits(end as u32) {
                0 => open.start,
                inside => base + inside.ilog2() as usize,
            };
            let is_worth = self.is_word_worth(start, base + end);
            found |= u64::from(is_worth) << end;
        });
        while found != 0 {
            let end = found.trailing_zeros();
            found &= found - 1;
            let before = low_bits(end);
            let (start, n_digits) = match starts & before {
                0 => (
                    open.start,
                    open.n_digits + (block.digit & before).count_ones(),
                ),
                inside => {
                    let start = inside.ilog2();
                    let bits = before & !low_bits(start);
                    (base + start as usize, (block.digit & bits).count_ones())
                }
            };
            let mut token = Token {
                start: start as u32,
                end: base as u32 + end,
                n_digits,
                plain: false,
                led: false,
                house: false,
            };
            if self.admission.lets_in(self.text, &mut token, self.prose) {
                tokens.push(token);
            }
        }
        let open = &mut self.open;
        let tail = word.leading_ones();
        if tail == 64 && open.word == 1 {
            open.n_digits += block.digit.count_ones();
        } else {
            open.start = base + 64 - tail as usize;
            open.n_digits = (block.digit & !low_bits(64 - tail)).count_ones();
        }
        open.word = word >> 63;
        open.marked = carried | carried_in;
        open.is_word_marked = carried_word | carried_word_in;
        open.escape = block.escape >> 63;
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
            "[a-z]{3,8}-[0-9]{4}",
        ];
        let automaton = Arc::new(Automaton::new(&patterns).expect("they compile"));
        Admission::new(&automaton, &Labels::default(), false)
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
            text in "((1[0-9]{10}|[0-9]{4}(-[0-9]{4}){3}|[A-Z][0-9]{8}|[a-z]{3,8}-[0-9]{4}|[a-zA-Z0-9]{0,90})[ ,@：手１-]{0,3}){0,8}",
        ) {
            let patterns = ["1[0-9]{10}", "[0-9]{4}(-[0-9]{4}){3}", "[A-Z][0-9]{8}", "[a-z]{3,8}-[0-9]{4}"];
            let automaton = Automaton::new(&patterns).expect("they compile");
            let mut places = Places::default();
            places.find(text.as_bytes(), &admission(), true);
            let all = slow_tokens(text.as_bytes());
            for token in &places.tokens {
                prop_assert!(all.contains(&(token.start, token.end)));
            }
            for &(start, _) in &all {
                let mut ends = Vec::new();
                automaton.ends(&text.as_bytes()[start as usize..], &mut ends);
                let is_token_end = |at: usize| all.iter().any(|(_, end)| *end as usize == at);
                if ends.iter().any(|(_, e)| is_token_end(start as usize + e)) {
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
