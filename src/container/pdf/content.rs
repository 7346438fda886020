//! What a page shows: its drawing instructions, followed as far as text and lines are concerned.
//!
//! Text is placed by matrices (ISO 32000-1, 9.4.4): each character gets the place where it stands on the page. Forms, which are
//! pages in pages, are followed where they are used. Straight lines are kept, because tables are drawn with them. What text
//! means, and in which order it is read, is not known here.

use std::rc::Rc;

use hayro_syntax::content::TypedIter;
use hayro_syntax::content::ops::TypedInstruction as Op;
use hayro_syntax::object::{Array, Dict, Name, Number, Object, Stream};
use hayro_syntax::page::Resources;

use super::font::{Font, Fonts};
use super::stream::{STREAM_BYTES_MAX, damaged, decoded};
use crate::error::Reason;

/// Forms inside each other.
const DEPTH_MAX: usize = 12;

/// Bytes of instructions that are followed for one page, however often a form is used.
const CONTENT_BYTES_MAX: usize = 128 << 20;

/// Characters and drawn lines of one page; further lines are passed over, which can cost a table and no text.
const CHARS_MAX: usize = 1 << 20;
const LINES_MAX: usize = 1 << 18;

/// Stands behind the last instruction: none before it means that one cannot be read. No instruction is called so.
const END: &[u8] = b"\nend-of-all\n";

/// A character where it stands. Lengths are in the units of the page.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Char {
    pub(super) text: Box<str>,
    /// From its left to its right along its baseline, which is as high as `y`.
    pub(super) x0: f64,
    pub(super) x1: f64,
    pub(super) y: f64,
    /// Height of its font.
    pub(super) size: f64,
    /// Direction it is read in, in quarters of a turn; the places are turned back by it.
    pub(super) turn: u8,
}

/// A straight line along one of the axes: from and to, in no order.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Rule {
    pub(super) from: (f64, f64),
    pub(super) to: (f64, f64),
}

/// What a page shows.
#[derive(Default)]
pub(super) struct Shown {
    pub(super) chars: Vec<Char>,
    pub(super) rules: Vec<Rule>,
    /// Characters whose font does not tell their text.
    pub(super) n_unknown: u64,
    pub(super) n_images: u64,
    /// Curves, which drawn letters are made of.
    pub(super) n_curves: u64,
    /// What of the page could not be read.
    pub(super) broken: Option<Reason>,
}

/// `[a b c d e f]`: x' = ax + cy + e, y' = bx + dy + f.
#[derive(Clone, Copy)]
pub(super) struct Matrix([f64; 6]);

impl Matrix {
    pub(super) const IDENTITY: Matrix = Matrix([1.0, 0.0, 0.0, 1.0, 0.0, 0.0]);

    pub(super) fn shift(x: f64, y: f64) -> Matrix {
        Matrix([1.0, 0.0, 0.0, 1.0, x, y])
    }

    fn of(numbers: [Number; 6]) -> Matrix {
        Matrix(numbers.map(|n| n.as_f64()))
    }

    /// First this, then the other.
    fn then(self, other: Matrix) -> Matrix {
        let ([a, b, c, d, e, f], [g, h, i, j, k, l]) = (self.0, other.0);
        Matrix([
            a * g + b * i,
            a * h + b * j,
            c * g + d * i,
            c * h + d * j,
            e * g + f * i + k,
            e * h + f * j + l,
        ])
    }

    fn at(self, x: f64, y: f64) -> (f64, f64) {
        let [a, b, c, d, e, f] = self.0;
        (a * x + c * y + e, b * x + d * y + f)
    }
}

/// The text state (ISO 32000-1, 9.3), and the matrix of the page.
#[derive(Clone)]
struct State {
    ctm: Matrix,
    font: Option<Rc<Font>>,
    size: f64,
    char_spacing: f64,
    word_spacing: f64,
    scale: f64,
    leading: f64,
    rise: f64,
}

/// Follows the instructions of one page.
pub(super) struct Follower<'f> {
    fonts: &'f mut Fonts,
    pub(super) shown: Shown,
    /// What was followed, in bytes of instructions; fonts and forms that had to be read are counted too.
    pub(super) n_bytes: usize,
    depth: usize,
}

/// Where instructions write: the state, the matrices of a text, and the point that a line begins at.
struct Pen {
    state: State,
    saved: Vec<State>,
    text: Matrix,
    line: Matrix,
    point: (f64, f64),
    start: (f64, f64),
}

/// States that may be saved at a time.
const SAVED_MAX: usize = 512;

impl<'f> Follower<'f> {
    pub(super) fn new(fonts: &'f mut Fonts) -> Follower<'f> {
        Follower {
            fonts,
            shown: Shown::default(),
            n_bytes: 0,
            depth: 0,
        }
    }

    /// Follows the contents of a page, or of a form that stands on it.
    pub(super) fn follow(&mut self, mut content: Vec<u8>, resources: &Resources<'_>, ctm: Matrix) {
        self.n_bytes += content.len();
        if self.n_bytes > CONTENT_BYTES_MAX || self.depth > DEPTH_MAX {
            self.breaks(too_many_instructions());
            return;
        }
        self.depth += 1;
        content.extend_from_slice(END);
        let mut pen = Pen::new(ctm);
        let mut instructions = TypedIter::new(&content);
        let (mut is_end, mut n_failed) = (false, 0);
        loop {
            match instructions.next() {
                Some(op) => {
                    n_failed = 0;
                    is_end = matches!(&op, Op::Fallback(op) if op[..] == *END.trim_ascii());
                    self.instruction(&op, resources, &mut pen);
                }
                None if is_end => break,
                // The library passes over some instructions that it cannot read, and stops at others for good.
                None => {
                    n_failed += 1;
                    self.breaks(damaged());
                    if n_failed == 2 {
                        break;
                    }
                }
            }
        }
        self.depth -= 1;
    }

    /// Takes note of a reason why something of the page is not read.
    pub(super) fn breaks(&mut self, reason: impl Into<Option<Reason>>) {
        if let Some(reason) = reason.into() {
            self.shown.broken.get_or_insert(reason);
        }
    }

    fn instruction(&mut self, op: &Op<'_, '_>, resources: &Resources<'_>, pen: &mut Pen) {
        let state = &mut pen.state;
        match op {
            Op::SaveState(_) if pen.saved.len() < SAVED_MAX => pen.saved.push(state.clone()),
            Op::RestoreState(_) => {
                if let Some(saved) = pen.saved.pop() {
                    pen.state = saved;
                }
            }
            Op::Transform(t) => {
                state.ctm = Matrix::of([t.0, t.1, t.2, t.3, t.4, t.5]).then(state.ctm);
            }
            Op::BeginText(_) => (pen.text, pen.line) = (Matrix::IDENTITY, Matrix::IDENTITY),
            Op::CharacterSpacing(n) => state.char_spacing = n.0.as_f64(),
            Op::WordSpacing(n) => state.word_spacing = n.0.as_f64(),
            Op::HorizontalScaling(n) => state.scale = n.0.as_f64() / 100.0,
            Op::TextLeading(n) => state.leading = n.0.as_f64(),
            Op::TextRise(n) => state.rise = n.0.as_f64(),
            Op::TextFont(font) => {
                state.font = self.font(resources, font.0);
                state.size = font.1.as_f64();
            }
            Op::NextLine(by) => pen.next_line(by.0.as_f64(), by.1.as_f64()),
            Op::NextLineAndSetLeading(by) => {
                state.leading = -by.1.as_f64();
                pen.next_line(by.0.as_f64(), by.1.as_f64());
            }
            Op::NextLineUsingLeading(_) => pen.next_line(0.0, -pen.state.leading),
            Op::SetTextMatrix(t) => {
                pen.text = Matrix::of([t.0, t.1, t.2, t.3, t.4, t.5]);
                pen.line = pen.text;
            }
            Op::ShowText(text) => self.show(pen, text.0.as_bytes()),
            Op::NextLineAndShowText(text) => {
                pen.next_line(0.0, -pen.state.leading);
                self.show(pen, text.0.as_bytes());
            }
            Op::ShowTextWithParameters(text) => {
                (state.word_spacing, state.char_spacing) = (text.0.as_f64(), text.1.as_f64());
                pen.next_line(0.0, -pen.state.leading);
                self.show(pen, text.2.as_bytes());
            }
            Op::ShowTexts(texts) => self.show_all(pen, texts.0),
            Op::XObject(object) => self.object(resources, object.0, pen.state.ctm),
            Op::InlineImage(_) => self.shown.n_images += 1,
            Op::CubicTo(to) => self.curve(pen, to.4, to.5),
            Op::CubicStartTo(to) => self.curve(pen, to.2, to.3),
            Op::CubicEndTo(to) => self.curve(pen, to.2, to.3),
            Op::MoveTo(to) => {
                pen.point = pen.state.ctm.at(to.0.as_f64(), to.1.as_f64());
                pen.start = pen.point;
            }
            Op::LineTo(to) => {
                let to = pen.state.ctm.at(to.0.as_f64(), to.1.as_f64());
                self.rule(pen.point, to);
                pen.point = to;
            }
            Op::ClosePath(_) => {
                self.rule(pen.point, pen.start);
                pen.point = pen.start;
            }
            Op::RectPath(r) => {
                let [x, y, w, h] = [r.0, r.1, r.2, r.3].map(|n| n.as_f64());
                let corners = [(x, y), (x + w, y), (x + w, y + h), (x, y + h)];
                let corners = corners.map(|(x, y)| pen.state.ctm.at(x, y));
                for i in 0..4 {
                    self.rule(corners[i], corners[(i + 1) % 4]);
                }
            }
            _ => {}
        }
    }

    fn curve(&mut self, pen: &mut Pen, x: Number, y: Number) {
        self.shown.n_curves += 1;
        pen.point = pen.state.ctm.at(x.as_f64(), y.as_f64());
    }

    fn rule(&mut self, from: (f64, f64), to: (f64, f64)) {
        let (dx, dy) = ((from.0 - to.0).abs(), (from.1 - to.1).abs());
        // Shorter ones are parts of letters, of dashes and of the thickness of lines.
        let is_straight = dx.min(dy) < 0.5 && dx.max(dy) > 4.0;
        if is_straight && self.shown.rules.len() < LINES_MAX {
            self.shown.rules.push(Rule { from, to });
        }
    }

    fn font(&mut self, resources: &Resources<'_>, name: &Name<'_>) -> Option<Rc<Font>> {
        let dict = resources.get_font(name)?;
        if self.n_bytes > CONTENT_BYTES_MAX {
            return None;
        }
        let (font, n_bytes) = self.fonts.font(&dict);
        self.n_bytes += n_bytes;
        Some(font)
    }

    fn show_all(&mut self, pen: &mut Pen, texts: &Array<'_>) {
        for object in texts.iter::<Object<'_>>() {
            match object {
                Object::String(text) => self.show(pen, text.as_bytes()),
                Object::Number(by) => {
                    let by = -by.as_f64() / 1000.0 * pen.state.size;
                    pen.advance(by);
                }
                _ => {}
            }
        }
    }

    fn show(&mut self, pen: &mut Pen, bytes: &[u8]) {
        let Some(font) = pen.state.font.clone() else {
            self.shown.n_unknown += bytes.len() as u64;
            return;
        };
        font.glyphs(bytes, |glyph| {
            let state = &pen.state;
            let width = glyph.width / 1000.0 * state.size;
            let spaced = width
                + state.char_spacing
                + if glyph.is_space {
                    state.word_spacing
                } else {
                    0.0
                };
            match glyph.text {
                None => self.shown.n_unknown += 1,
                Some(_) if self.shown.chars.len() >= CHARS_MAX => {
                    let reason = Reason::Limit("a page with too many characters".to_owned());
                    self.breaks(reason);
                }
                Some(text) => self
                    .shown
                    .chars
                    .extend(pen.placed(text, width, font.is_vertical)),
            }
            match font.is_vertical {
                true => pen.text = Matrix::shift(0.0, -pen.state.size).then(pen.text),
                false => pen.advance(spaced),
            }
        });
    }

    /// A form or an image.
    fn object(&mut self, resources: &Resources<'_>, name: &Name<'_>, ctm: Matrix) {
        let Some(stream) = resources.get_x_object(name) else {
            return;
        };
        let kind = stream.dict().get::<Name<'_>>("Subtype");
        match kind.as_ref().map(AsRef::as_ref) {
            Some(b"Image") => self.shown.n_images += 1,
            Some(b"Form") => self.form(&stream, resources, ctm),
            _ => {}
        }
    }

    /// What a form shows, with its own fonts or those of the page.
    pub(super) fn form(&mut self, stream: &Stream<'_>, outer: &Resources<'_>, ctm: Matrix) {
        if self.depth > DEPTH_MAX || self.n_bytes > CONTENT_BYTES_MAX {
            self.breaks(too_many_instructions());
            return;
        }
        let (content, broken) = decoded(stream);
        // Decoding costs even where nothing is in it, and most where it was stopped.
        self.n_bytes += match broken {
            Some(Reason::Limit(_)) => STREAM_BYTES_MAX,
            _ => 1024,
        };
        self.breaks(broken);
        if content.is_empty() {
            return;
        }
        let matrix = stream.dict().get::<Array<'_>>("Matrix");
        let matrix = matrix.map(|m| m.iter::<Number>().take(6).collect::<Vec<_>>());
        let matrix = matrix.and_then(|m| <[Number; 6]>::try_from(m).ok());
        let ctm = matrix.map_or(ctm, |m| Matrix::of(m).then(ctm));
        let own = stream.dict().get::<Dict<'_>>("Resources");
        match own {
            Some(own) => self.follow(content, &Resources::new(own), ctm),
            None => self.follow(content, outer, ctm),
        }
    }
}

fn too_many_instructions() -> Reason {
    Reason::Limit("a page with too many instructions".to_owned())
}

impl Pen {
    fn new(ctm: Matrix) -> Pen {
        Pen {
            state: State {
                ctm,
                font: None,
                size: 0.0,
                char_spacing: 0.0,
                word_spacing: 0.0,
                scale: 1.0,
                leading: 0.0,
                rise: 0.0,
            },
            saved: Vec::new(),
            text: Matrix::IDENTITY,
            line: Matrix::IDENTITY,
            point: (0.0, 0.0),
            start: (0.0, 0.0),
        }
    }

    fn next_line(&mut self, x: f64, y: f64) {
        self.line = Matrix::shift(x, y).then(self.line);
        self.text = self.line;
    }

    fn advance(&mut self, by: f64) {
        self.text = Matrix::shift(by * self.state.scale, 0.0).then(self.text);
    }

    /// A character at the place of the pen; none if it stands nowhere.
    fn placed(&self, text: String, width: f64, is_vertical: bool) -> Option<Char> {
        let state = &self.state;
        let to_page = self.text.then(state.ctm);
        let from = to_page.at(0.0, state.rise);
        let to = to_page.at(width * state.scale, state.rise);
        let ahead = to_page.at(1.0, state.rise);
        let above = to_page.at(0.0, state.rise + state.size);
        let size = (above.0 - from.0).hypot(above.1 - from.1);
        let (dx, dy) = (ahead.0 - from.0, ahead.1 - from.1);
        let mut turn = match (dx.abs() >= dy.abs(), dx >= 0.0, dy >= 0.0) {
            (true, true, _) => 0,
            (true, false, _) => 2,
            (false, _, true) => 1,
            (false, _, false) => 3,
        };
        let mut end = to;
        if is_vertical {
            // Read downwards: a quarter of a turn to the right.
            turn = (turn + 3) % 4;
            let below = to_page.at(0.0, state.rise - state.size);
            end = below;
        }
        let (x0, y) = turned(from, turn);
        let (x1, _) = turned(end, turn);
        let is_somewhere = [x0, x1, y, size]
            .iter()
            .all(|n| n.is_finite() && n.abs() < 1e7);
        (is_somewhere && size > 0.0).then(|| Char {
            text: text.into_boxed_str(),
            x0,
            x1: x1.max(x0),
            y,
            size,
            turn,
        })
    }
}

/// A place as it is after so many quarters of a turn to the right.
pub(super) fn turned((x, y): (f64, f64), turn: u8) -> (f64, f64) {
    match turn {
        0 => (x, y),
        1 => (y, -x),
        2 => (-x, -y),
        _ => (-y, x),
    }
}
