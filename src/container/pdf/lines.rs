//! Lines of a page: its characters, from top to bottom and from left to right, in pieces without wide gaps.
//!
//! Pages say where characters stand, not which belong together. A line is what stands on about the same height, a piece what
//! stands close together; a blank is a gap like any other. Nothing is known of columns here.

use super::content::Char;

/// What stands together in a line.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Piece {
    pub(super) x0: f64,
    pub(super) x1: f64,
    pub(super) text: String,
    /// Whether a single blank stands before it, and no more than that.
    pub(super) is_word: bool,
}

/// A line of a page.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Line {
    pub(super) y: f64,
    /// Height of its largest character.
    pub(super) size: f64,
    /// From left to right; never none.
    pub(super) pieces: Vec<Piece>,
}

impl Line {
    /// The line as text: pieces with a blank between, or two where the gap is wide.
    pub(super) fn text(&self) -> String {
        let mut text = String::new();
        let mut end = f64::NEG_INFINITY;
        for piece in &self.pieces {
            if !text.is_empty() {
                let is_wide = !piece.is_word && piece.x0 - end > self.size;
                text.push_str(if is_wide { "  " } else { " " });
            }
            text.push_str(&piece.text);
            end = piece.x1;
        }
        text
    }
}

/// The lines of characters that are read in the same direction.
pub(super) fn lines(mut chars: Vec<Char>) -> Vec<Line> {
    chars.sort_by(|a, b| b.y.total_cmp(&a.y));
    let mut lines = Vec::new();
    let mut of_line: Vec<Char> = Vec::new();
    let (mut y, mut size) = (0.0, 0.0f64);
    for c in chars {
        let is_same = !of_line.is_empty() && y - c.y <= 0.4 * size.min(c.size).max(1.0);
        if !is_same {
            lines.extend(line(std::mem::take(&mut of_line)));
            (y, size) = (c.y, c.size);
        }
        // Superscripts and small print do not pull the line down.
        size = size.max(c.size);
        of_line.push(c);
    }
    lines.extend(line(of_line));
    lines
}

fn line(mut chars: Vec<Char>) -> Option<Line> {
    chars.sort_by(|a, b| a.x0.total_cmp(&b.x0));
    let size = chars.iter().map(|c| c.size).fold(0.0, f64::max);
    let y = chars.first()?.y;
    let mut pieces: Vec<Piece> = Vec::new();
    let mut last: Option<&Char> = None;
    let (mut n_blanks, mut blank) = (0, 0.0);
    for c in &chars {
        if c.text.trim().is_empty() {
            n_blanks += 1;
            blank += c.x1 - c.x0;
            continue;
        }
        match (last, pieces.last_mut()) {
            // Bold letters are sometimes printed twice.
            (Some(before), _)
                if before.text == c.text && (c.x0 - before.x0).abs() < 0.15 * c.size =>
            {
                continue;
            }
            (Some(before), Some(piece))
                if n_blanks == 0 && c.x0 - piece.x1 <= gap_max(before, c) =>
            {
                piece.text.push_str(&c.text);
                piece.x1 = piece.x1.max(c.x1);
            }
            (_, piece) => {
                let end = piece.map_or(c.x0, |piece| piece.x1);
                pieces.push(Piece {
                    x0: c.x0,
                    x1: c.x1,
                    text: c.text.clone().into_string(),
                    is_word: n_blanks == 1 && c.x0 - end <= blank + 0.3 * c.size,
                });
            }
        }
        last = Some(c);
        (n_blanks, blank) = (0, 0.0);
    }
    (!pieces.is_empty()).then_some(Line { y, size, pieces })
}

/// The widest gap between two characters that belong together. Between Chinese and other characters programs leave a quarter
/// of a character, and Chinese ones are moved apart to fill a line.
fn gap_max(before: &Char, after: &Char) -> f64 {
    let size = before.size.max(after.size);
    match is_wide(&before.text) || is_wide(&after.text) {
        true => 0.45 * size,
        false => 0.22 * size,
    }
}

pub(super) fn is_wide(text: &str) -> bool {
    text.chars()
        .next_back()
        .is_some_and(|c| ('\u{2E80}'..='\u{FFEF}').contains(&c))
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// Characters of half an em each (Chinese: one), from a point on.
    pub(crate) fn chars(x: f64, y: f64, text: &str) -> Vec<Char> {
        let mut x = x;
        let char = |c: char| {
            let width = if c.is_ascii() { 5.0 } else { 10.0 };
            x += width;
            Char {
                text: c.to_string().into(),
                x0: x - width,
                x1: x,
                y,
                size: 10.0,
                turn: 0,
            }
        };
        text.chars().map(char).collect()
    }

    #[track_caller]
    fn check(parts: &[(f64, f64, &str)], want: &[&str]) {
        let all = parts.iter().flat_map(|(x, y, text)| chars(*x, *y, text));
        let lines: Vec<String> = lines(all.collect()).iter().map(Line::text).collect();
        assert_eq!(lines, want);
    }

    #[test]
    fn characters_are_put_together_by_where_they_stand() {
        check(
            &[(50.0, 10.0, "second"), (0.0, 20.0, "first line")],
            &["first line", "second"],
        );
        // Out of order, in pieces, one a little higher.
        check(
            &[
                (100.0, 10.0, "13800138000"),
                (0.0, 11.0, "手机号："),
                (40.0, 10.0, ""),
            ],
            &["手机号：  13800138000"],
        );
        // A quarter between Chinese and digits is no blank.
        check(
            &[(0.0, 0.0, "街"), (12.5, 0.0, "9"), (20.0, 0.0, "号")],
            &["街9号"],
        );
        check(&[(0.0, 0.0, "bold"), (0.6, 0.0, "bold")], &["bold"]);
        check(&[(0.0, 0.0, "  ")], &[]);
        // A blank is one, however narrow it is; two are a gap.
        check(
            &[
                (0.0, 0.0, "2024-05-19"),
                (50.0, 0.0, " "),
                (52.0, 0.0, "15:52"),
            ],
            &["2024-05-19 15:52"],
        );
        check(&[(0.0, 0.0, "a   b c")], &["a  b c"]);
    }
}
