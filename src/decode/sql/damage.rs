//! Damage: what cannot be read as rows becomes text, up to where a tuple or a statement may begin.

use memchr::{memchr, memchr2};

use super::lex::{STATEMENT_WORD_MAX, begins_statement, skip_space, skip_within_line};
use super::{SqlDecoder, State};
use crate::decode::block::{Step, Trouble, char_end};
use crate::record::Batch;

/// Attempts to read a tuple inside a stretch that has failed, before all of it is taken as text.
/// Keeps the time spent on damage proportional to its length.
const ATTEMPTS_MAX: u32 = 16;

impl SqlDecoder<'_> {
    /// Gives up what begins at `start` and broke off at `end`.
    pub(super) fn break_off(
        &mut self,
        batch: &Batch,
        (start, end): (usize, usize),
        trouble: Trouble,
    ) -> Step {
        // Attempts inside a stretch that is named already are not trouble of their own.
        if self.damaged == 0 {
            self.note(batch, start, trouble);
        }
        self.damaged = self.damaged.max(end - start);
        self.state = State::Damage;
        Step::Went
    }

    /// Takes one stretch of damage as a record of text: up to the line's end, or to where the next
    /// tuple begins.
    pub(super) fn damage(&mut self, batch: &mut Batch, at: &mut usize) -> Step {
        let start = *at;
        if start == batch.text.len() {
            if !self.blocks.ended() {
                return Step::More;
            }
            self.state = State::Statement;
            return Step::Went;
        }
        let window = batch.text.len().min(start + self.bounds.record);
        // One byte more must be there: it tells whether the stretch ends between characters.
        let is_full = batch.text.len() - start > self.bounds.record;
        let end = match stretch_end(&batch.text[..window], start) {
            Some(end) => end,
            None if is_full => char_end(&batch.text, start, window),
            None if self.blocks.ended() => window,
            None => return Step::More,
        };
        let stretch = batch.text[start..end].trim_ascii_end();
        let last = stretch.last().copied().unwrap_or(b'\n');
        let ends_line = batch.text[end - 1] == b'\n';
        let table = self.schema.text();
        self.rows.commit_text(batch, (start, end), table);
        self.damaged = self.damaged.saturating_sub(end - start);
        self.state = match ends_line || last == b',' {
            true => State::Resume { last, ends_line },
            false => State::Damage,
        };
        *at = end;
        Step::Went
    }

    /// Decides whether a tuple or a statement begins behind a stretch of damage that ended with
    /// `last`.
    pub(super) fn resume(
        &mut self,
        batch: &Batch,
        at: &mut usize,
        last: u8,
        ends_line: bool,
    ) -> Step {
        let next = skip_space(&batch.text, *at);
        let rest = &batch.text[next..];
        if rest.len() <= STATEMENT_WORD_MAX && !self.blocks.ended() {
            return Step::More;
        }
        let may_try = self.damaged <= next - *at || self.attempts < ATTEMPTS_MAX;
        let begins_line = ends_line || memchr(b'\n', &batch.text[*at..next]).is_some();
        self.state = match rest.first() {
            None => State::Statement,
            Some(b'(') if may_try && last == b',' => State::Tuples { due: true },
            Some(_) if may_try && (last == b';' || begins_line && begins_statement(rest)) => {
                State::Statement
            }
            Some(_) => State::Damage,
        };
        if !self.has_data && matches!(self.state, State::Tuples { .. }) {
            // The statement that said where tuples go is lost.
            self.target = self.schema.nameless();
        }
        self.attempts += u32::from(self.state != State::Damage);
        self.damaged = self.damaged.saturating_sub(next - *at);
        *at = next;
        Step::Went
    }
}

/// The end of a stretch of damage: behind the next line break, or between `),` and `(`.
fn stretch_end(text: &[u8], start: usize) -> Option<usize> {
    let mut at = start;
    while let Some(n) = memchr2(b'\n', b')', &text[at..]) {
        at += n + 1;
        if text[at - 1] == b'\n' {
            return Some(at);
        }
        let comma = skip_within_line(text, at);
        let behind = skip_within_line(text, comma + 1);
        if text.get(comma) == Some(&b',') && text.get(behind) == Some(&b'(') {
            return Some(comma + 1);
        }
    }
    None
}
