//! LZW, and the predictors that stand before it or deflate (ISO 32000-1, 7.4.4), within a limit.

use super::stream::{damaged, too_large};
use crate::error::Reason;

/// Codes below this are bytes; it is the first of a sequence.
const FIRST: usize = 258;
const CLEAR: usize = 256;
const END: usize = 257;

/// Most codes.
const CODES_MAX: usize = 4_096;

/// Most bytes of a row, before which its predictor stands.
const ROW_BYTES_MAX: usize = 16 << 20;

/// What LZW makes of bytes, as far as they go. Codes become longer one code early, or when they must.
pub(super) fn decoded(bytes: &[u8], is_early: bool, bytes_max: usize) -> (Vec<u8>, Option<Reason>) {
    // Sequences are those that came out before, each longer by the byte behind it: where each begins, and how long it is.
    let mut sequences: Vec<(usize, usize)> = Vec::new();
    let mut out = Vec::new();
    let mut last = None;
    let (mut held, mut n_held) = (0_u32, 0);
    let mut rest = bytes.iter();
    loop {
        let n_codes = FIRST + sequences.len() + usize::from(is_early);
        let width = match n_codes {
            0..512 => 9,
            512..1_024 => 10,
            1_024..2_048 => 11,
            _ => 12,
        };
        while n_held < width {
            let Some(byte) = rest.next() else {
                return (out, Some(damaged()));
            };
            held = held << 8 | u32::from(*byte);
            n_held += 8;
        }
        n_held -= width;
        let code = (held >> n_held) as usize & ((1 << width) - 1);
        let start = out.len();
        match code {
            0..CLEAR => out.push(code as u8),
            CLEAR => {
                sequences.clear();
                last = None;
                continue;
            }
            END => return (out, None),
            _ => {
                let i = code - FIRST;
                let sequence = match (sequences.get(i), last) {
                    (Some(sequence), _) => *sequence,
                    // The one that this very code makes.
                    (None, Some((at, n))) if i == sequences.len() => (at, n + 1),
                    _ => return (out, Some(damaged())),
                };
                let (at, n) = sequence;
                out.extend_from_within(at..(at + n).min(start));
                if at + n > start {
                    out.push(out[at]);
                }
            }
        }
        if out.len() > bytes_max {
            return (Vec::new(), Some(too_large(bytes_max)));
        }
        if let Some((at, n)) = last
            && FIRST + sequences.len() < CODES_MAX
        {
            sequences.push((at, n + 1));
        }
        last = Some((start, out.len() - start));
    }
}

/// How values were changed before they were compressed: most of them into what they differ by from others.
pub(super) struct Predictor {
    pub(super) kind: i32,
    /// Values of a place, bits of a value, places of a row.
    pub(super) n_colors: i32,
    pub(super) n_bits: i32,
    pub(super) n_columns: i32,
}

impl Predictor {
    /// The bytes before they were changed.
    pub(super) fn undone(&self, bytes: Vec<u8>) -> Result<Vec<u8>, Reason> {
        if self.kind < 2 {
            return Ok(bytes);
        }
        let number = |n: i32| usize::try_from(n).ok().filter(|n| *n > 0);
        let sizes = || {
            let of_place = number(self.n_colors)?.checked_mul(number(self.n_bits)?)?;
            let of_row = of_place.checked_mul(number(self.n_columns)?)?;
            let n_row = of_row.div_ceil(8);
            (n_row <= ROW_BYTES_MAX).then_some((of_place.div_ceil(8), n_row))
        };
        let (n_place, n_row) = sizes().ok_or_else(damaged)?;
        match (self.kind, self.n_bits) {
            (2, 8) => Ok(by_place(bytes, n_place, n_row)),
            // Images alone have others.
            (2, _) => Err(Reason::Unsupported("a method of compression".to_owned())),
            _ => by_row(&bytes, n_place, n_row),
        }
    }
}

/// Bytes that differ by so much from those of the place before.
fn by_place(mut bytes: Vec<u8>, n_place: usize, n_row: usize) -> Vec<u8> {
    for row in bytes.chunks_mut(n_row) {
        for i in n_place..row.len() {
            row[i] = row[i].wrapping_add(row[i - n_place]);
        }
    }
    bytes
}

/// Rows, each with the number of a way before it in which it differs from what stands to the left and above (PNG, 9.2).
fn by_row(bytes: &[u8], n_place: usize, n_row: usize) -> Result<Vec<u8>, Reason> {
    let mut out: Vec<u8> = Vec::with_capacity(bytes.len());
    let mut above: Vec<u8> = vec![0; n_row];
    for stored in bytes.chunks(1 + n_row) {
        let Some((way, row)) = stored.split_first() else {
            break;
        };
        let start = out.len();
        for (i, byte) in row.iter().enumerate() {
            let left = i.checked_sub(n_place);
            let a = left.map_or(0, |i| out[start + i]);
            let (b, c) = (above[i], left.map_or(0, |i| above[i]));
            let more = match way {
                0 => 0,
                1 => a,
                2 => b,
                3 => ((u16::from(a) + u16::from(b)) / 2) as u8,
                4 => nearest(a, b, c),
                _ => return Err(damaged()),
            };
            out.push(byte.wrapping_add(more));
        }
        above[..row.len()].copy_from_slice(&out[start..]);
    }
    Ok(out)
}

/// Of the bytes to the left, above, and above to the left the one that is nearest to the first two less the third.
fn nearest(a: u8, b: u8, c: u8) -> u8 {
    let guess = i16::from(a) + i16::from(b) - i16::from(c);
    let far = |byte: u8| (guess - i16::from(byte)).abs();
    if far(a) <= far(b) && far(a) <= far(c) {
        a
    } else if far(b) <= far(c) {
        b
    } else {
        c
    }
}

/// LZW as a program would write it, which says when it begins anew.
#[cfg(test)]
pub(super) fn encoded(bytes: &[u8], is_early: bool) -> Vec<u8> {
    let mut out = Vec::new();
    let (mut held, mut n_held) = (0_u64, 0);
    let mut put = |code: usize, n_codes: usize| {
        let width = match n_codes + usize::from(is_early) {
            0..=512 => 9,
            513..=1_024 => 10,
            1_025..=2_048 => 11,
            _ => 12,
        };
        held = held << width | code as u64;
        n_held += width;
        while n_held >= 8 {
            n_held -= 8;
            out.push((held >> n_held) as u8);
        }
        held &= (1 << n_held) - 1;
        n_held
    };
    let mut known = std::collections::HashMap::new();
    put(CLEAR, FIRST);
    let mut word: Vec<u8> = Vec::new();
    let code_of = |known: &std::collections::HashMap<Vec<u8>, usize>, word: &[u8]| match word {
        [byte] => usize::from(*byte),
        _ => known[word],
    };
    for byte in bytes {
        let longer = [&word[..], &[*byte]].concat();
        if longer.len() == 1 || known.contains_key(&longer) {
            word = longer;
            continue;
        }
        put(code_of(&known, &word), FIRST + known.len());
        known.insert(longer, FIRST + known.len());
        word = vec![*byte];
        if FIRST + known.len() == CODES_MAX - 1 {
            put(CLEAR, FIRST + known.len());
            known.clear();
        }
    }
    if !word.is_empty() {
        put(code_of(&known, &word), FIRST + known.len());
        // Whoever decodes knows one sequence more by now.
        known.insert(vec![0; 9_999], 0);
    }
    let n_left = put(END, FIRST + known.len());
    if n_left > 0 {
        put(0, 0);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    const MAX: usize = 1 << 20;

    #[test]
    fn what_was_compressed_is_there_again() {
        // The example of the standard (7.4.4.2).
        let example = [0x80, 0x0B, 0x60, 0x50, 0x22, 0x0C, 0x0C, 0x85, 0x01];
        let text = [45, 45, 45, 45, 45, 65, 45, 45, 45, 66];
        assert_eq!(decoded(&example, true, MAX), (text.to_vec(), None));
        let mixed: Vec<u8> = (0..300_000_u32)
            .map(|i| (i.wrapping_mul(i) >> 9) as u8 & 0x3F)
            .collect();
        for text in [&b""[..], b"x", &[7; 100_000], &mixed] {
            for is_early in [false, true] {
                let packed = encoded(text, is_early);
                let (out, reason) = decoded(&packed, is_early, MAX);
                assert!(out == text && reason.is_none(), "{} bytes", text.len());
            }
        }
    }

    #[test]
    fn what_is_wrong_or_too_large_ends_there() {
        let packed = encoded(b"some text, some text", true);
        let (out, reason) = decoded(&packed[..packed.len() - 4], true, MAX);
        assert!(b"some text, some text".starts_with(&out[..]) && out.len() > 5);
        assert_eq!(reason, Some(damaged()));
        assert_eq!(decoded(b"", true, MAX), (Vec::new(), Some(damaged())));
        // The first code is that of a sequence that nothing made.
        assert_eq!(
            decoded(&[0xFF, 0xFF], true, MAX),
            (Vec::new(), Some(damaged()))
        );
        let (out, reason) = decoded(&encoded(&vec![0; MAX + 1], true), true, MAX);
        assert!(out.is_empty() && matches!(reason, Some(Reason::Limit(_))));
    }

    #[track_caller]
    fn check(kind: i32, n_colors: i32, n_columns: i32, bytes: &[u8], want: Option<&[u8]>) {
        let predictor = Predictor {
            kind,
            n_colors,
            n_bits: 8,
            n_columns,
        };
        let got = predictor.undone(bytes.to_vec());
        assert_eq!(got.ok().as_deref(), want);
    }

    #[test]
    fn predictors_are_undone() {
        check(1, 1, 1, b"ab", Some(b"ab"));
        check(2, 1, 3, &[1, 1, 1, 5, 1, 1], Some(&[1, 2, 3, 5, 6, 7]));
        check(2, 2, 2, &[1, 10, 1, 1], Some(&[1, 10, 2, 11]));
        let rows = [
            0, 1, 2, 3, // as it is
            1, 1, 1, 1, // from the left: 1 2 3
            2, 1, 1, 1, // from above: 2 3 4
            3, 1, 1, 1, // from between both: 2 3 4
            4, 1, 1, 1, // from the nearest: 3 4 5
            0, 9, // cut off
        ];
        let want = [1, 2, 3, 1, 2, 3, 2, 3, 4, 2, 3, 4, 3, 4, 5, 9];
        check(12, 1, 3, &rows, Some(&want));
        check(15, 1, 1, &[5, 0], None);
        check(12, 0, 3, &rows, None);
        check(12, 1, i32::MAX, &rows, None);
        check(12, i32::MAX, i32::MAX, &rows, None);
        check(12, 1, -1, &rows, None);
    }
}
