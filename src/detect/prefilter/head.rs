//! How the lines of a text begin. A log begins each line with its date and time, in which nothing can begin; once enough lines
//! have begun alike, the tokens of that head are passed over without being looked at.
//!
//! It knows no format: a head is the signs in which lines agree, with digits that differ taken as any digits, and a token is
//! passed over only where the automaton comes to nothing whatever these digits are. So it changes no result.

use super::Admission;

/// Bytes of a line that are looked at.
pub(super) const HEAD_BYTES: usize = 32;

/// Fewest bytes that lines must have in common.
const COMMON_MIN: usize = 8;

/// Lines that must have begun alike before the automaton is asked about them.
const LINES_MIN: u32 = 256;

/// How many lines that begin alike one that does not weighs up.
const MISFIT_WEIGHT: u32 = 4;

/// Shortest text from which heads are learned: source code and notes are in small files, logs in large ones.
const TEXT_BYTES_MIN: usize = 16 << 10;

/// Lines of one text that may fit nothing before the others are not compared any more.
const PATIENCE: u32 = 64;

/// What lines begin with.
#[derive(Clone, Copy)]
struct Shape {
    /// The bytes, zero behind the end.
    bytes: [u8; HEAD_BYTES],
    /// 0xFF where any digit may stand.
    any_digit: [u8; HEAD_BYTES],
    /// 0xFF up to the end.
    counts: [u8; HEAD_BYTES],
}

impl Shape {
    /// That of one line: up to its end, or to a sign that the automaton would have to be asked about in another way.
    fn of(head: &[u8; HEAD_BYTES]) -> Shape {
        let is_end = |b: &u8| *b >= 0x80 || matches!(*b, b'\n' | b'\\' | b'%');
        let len = head.iter().position(is_end).unwrap_or(HEAD_BYTES);
        let mut shape = Shape {
            bytes: *head,
            any_digit: [0; HEAD_BYTES],
            counts: [0xFF; HEAD_BYTES],
        };
        shape.cut(len);
        shape
    }

    fn len(&self) -> usize {
        let end = self.counts.iter().position(|c| *c == 0);
        end.unwrap_or(HEAD_BYTES)
    }

    fn cut(&mut self, len: usize) {
        self.bytes[len..].fill(0);
        self.any_digit[len..].fill(0);
        self.counts[len..].fill(0);
    }

    /// Whether a line begins so. Written so that the compiler turns it into vector instructions.
    #[inline]
    fn fits(&self, head: &[u8; HEAD_BYTES]) -> bool {
        let mut differs = 0;
        for (i, byte) in head.iter().enumerate() {
            let digit = if byte.wrapping_sub(b'0') < 10 {
                0xFF
            } else {
                0
            };
            differs |= (byte ^ self.bytes[i]) & self.counts[i] & !(digit & self.any_digit[i]);
        }
        differs == 0
    }

    /// This shape, widened so that a line fits as well; `None` if they have too little in common.
    fn widened(mut self, head: &[u8; HEAD_BYTES]) -> Option<Shape> {
        let other = Shape::of(head);
        let len = self.len().min(other.len());
        let mut common = 0;
        while common < len {
            let (mine, theirs) = (self.bytes[common], other.bytes[common]);
            match (mine, theirs) {
                _ if mine == theirs => {}
                (b'0'..=b'9', b'0'..=b'9') => self.any_digit[common] = 0xFF,
                _ => break,
            }
            common += 1;
        }
        self.cut(common);
        (common >= COMMON_MIN).then_some(self)
    }

    /// Ends of the tokens of a line that begins so at which nothing can begin: bit `i` for the one that ends before byte `i`.
    fn quiet(&self, admission: &Admission) -> u64 {
        let len = self.len();
        let signs: Vec<Option<u8>> = (0..len)
            .map(|i| (self.any_digit[i] == 0).then_some(self.bytes[i]))
            .collect();
        let is_word = |i: usize| self.bytes[i].is_ascii_alphanumeric();
        let mut quiet = 0;
        let mut start = 0;
        for end in 1..len {
            if !is_word(end - 1) {
                start = end;
            } else if !is_word(end)
                && admission.is_never_let_in(&self.bytes[..len], &signs, start, end)
            {
                quiet |= 1 << end;
            }
        }
        quiet
    }
}

/// What is known of the lines so far.
pub(super) struct Heads {
    known: Shape,
    /// The tokens of `known` to pass over.
    quiet: u64,
    /// What the lines that did not fit have in common.
    next: Shape,
    /// How many such lines there were, less those that fit neither.
    n_met: u32,
    patience: u32,
}

impl Default for Heads {
    fn default() -> Heads {
        // No line begins with bytes that UTF-8 does not have.
        let none = Shape {
            bytes: [0xFF; HEAD_BYTES],
            any_digit: [0; HEAD_BYTES],
            counts: [0xFF; HEAD_BYTES],
        };
        Heads {
            known: none,
            quiet: 0,
            next: none,
            n_met: 0,
            patience: 0,
        }
    }
}

impl Heads {
    /// Begins a text of so many bytes. From a short one nothing is learned.
    pub(super) fn begin(&mut self, n_bytes: usize) {
        self.patience = match n_bytes < TEXT_BYTES_MIN {
            true => 0,
            false => PATIENCE,
        };
    }

    /// Ends of tokens to pass over in the line that begins at `start`: bit `i` for the token that ends `i` bytes behind it.
    #[inline]
    pub(super) fn quiet(&mut self, text: &[u8], start: usize, admission: &Admission) -> u64 {
        let Some(head) = text[start..].first_chunk() else {
            return 0;
        };
        if self.known.fits(head) {
            return self.quiet;
        }
        if self.patience > 0 {
            self.learn(head, admission);
        }
        0
    }

    #[inline(never)]
    fn learn(&mut self, head: &[u8; HEAD_BYTES], admission: &Admission) {
        let Some(widened) = self.next.widened(head) else {
            self.patience -= 1;
            self.n_met = self.n_met.saturating_sub(MISFIT_WEIGHT);
            if self.n_met == 0 {
                self.next = Shape::of(head);
            }
            return;
        };
        self.next = widened;
        self.n_met += 1;
        if self.n_met == LINES_MIN {
            self.n_met = 0;
            self.known = self.next;
            self.quiet = self.known.quiet(admission);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::detect::automaton::Automaton;
    use crate::detect::label::Labels;
    use crate::detect::prefilter::Places;

    fn admission() -> Admission {
        let patterns = [
            "1[0-9]{10}",
            "[0-9]{4}(-[0-9]{4}){3}",
            "[0-9a-f]{2}(:[0-9a-f]{2}){5}",
            "\\+?86-[0-9]{5}",
            "[A-Z][0-9]{8}",
        ];
        let automaton = Arc::new(Automaton::new(&patterns).expect("they compile"));
        Admission::new(&automaton, &Labels::default(), false)
    }

    fn tokens(text: &str, heads: Heads) -> (Vec<String>, Heads) {
        let mut places = Places {
            heads,
            ..Places::default()
        };
        places.find(text.as_bytes(), &admission(), true);
        let tokens = places.tokens.iter();
        let tokens = tokens.map(|t| text[t.start as usize..t.end as usize].to_owned());
        (tokens.collect(), places.heads)
    }

    /// Lines of a log, each with a number behind its head.
    fn log(n: usize, head: impl Fn(usize) -> String) -> String {
        (0..n)
            .map(|i| format!("{} INFO 1{:010} done\n", head(i), i))
            .collect()
    }

    fn date(i: usize) -> String {
        format!(
            "2024-03-{:02} {:02}:{:02}:{:02}.{:03}",
            i % 28 + 1,
            i % 24,
            i % 60,
            i % 59,
            i % 997
        )
    }

    #[test]
    fn heads_that_agree_are_passed_over_and_nothing_else() {
        let text = log(3 * LINES_MIN as usize, date);
        let (first, heads) = tokens(&text, Heads::default());
        assert_ne!(heads.quiet, 0);
        // Whether the head was known before makes no difference.
        let (second, _) = tokens(&text, heads);
        assert_eq!(first, second);
        assert_eq!(first.len(), 3 * LINES_MIN as usize);
        assert!(first.iter().all(|t| t.len() == 11), "{first:?}");
    }

    #[test]
    fn a_head_in_which_something_can_begin_is_looked_at() {
        // A number in the head itself, in digits that agree and in digits that differ.
        for head in ["2024-03-01 13812345678 -", "[13812345678] 2024-03-01"] {
            let (found, heads) = tokens(&log(600, |_| head.to_owned()), Heads::default());
            assert_eq!(found.len(), 1200, "{head}");
            let (again, _) = tokens(&log(600, |_| head.to_owned()), heads);
            assert_eq!(again, found);
        }
        let number = |i: usize| format!("1381234{i:04}-8 2024-03-01");
        let (found, heads) = tokens(&log(600, number), Heads::default());
        assert_eq!(found.len(), 1200);
        assert_eq!(tokens(&log(600, number), heads).0, found);
        // `+` before it belongs to the match.
        let led = |i: usize| format!("ab +86-{i:05} of 2024-03-01");
        let (found, heads) = tokens(&log(600, led), Heads::default());
        assert_eq!(tokens(&log(600, led), heads).0, found);
        assert!(found.len() >= 1200, "{}", found.len());
    }

    #[test]
    fn other_lines_are_judged_as_if_no_head_were_known() {
        let (_, heads) = tokens(&log(600, date), Heads::default());
        assert_ne!(heads.quiet, 0);
        let others = "2024-03-01 12:13:0A 13812345678\n1381234-56 78\n13812345678\n2024-03-01\n\
            0a:0b:0c:0d:0e:0f 2024-03-01 12:13:08.973\n2024-1234-1234-1234 12:00:08.973\n";
        let (known, _) = tokens(others, heads);
        let (unknown, _) = tokens(others, Heads::default());
        assert_eq!(known, unknown);
        assert!(known.contains(&"13812345678".to_owned()));
        assert!(known.contains(&"2024".to_owned()));
    }

    #[test]
    fn lines_among_others_are_learned_all_the_same() {
        let text: String = (0..2000)
            .map(|i| match i % 10 {
                3 => "\tat com.example.Main.run(Main.java:81) in a thread\n".to_owned(),
                _ => format!("{} INFO done and nothing in it\n", date(i)),
            })
            .collect();
        let mut heads = Heads::default();
        // Each text has its own patience.
        for part in text.as_bytes().chunks(20_000) {
            let part = String::from_utf8_lossy(part).into_owned();
            heads = tokens(&part, heads).1;
        }
        assert_ne!(heads.quiet, 0);
    }
}
