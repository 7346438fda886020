//! Font programs of CFF: a list of dictionaries, of which one says where encoding and names of shapes stand.

use super::{Texts, glyphs, u8_at, u16_at, u32_at};

/// Characters of the standard names of CFF from the 96th on, and from the 150th on.
const STANDARD: &str = "¡¢£⁄¥ƒ§¤'“«‹›ﬁﬂ–†‡·¶•‚„”»…‰¿`´ˆ˜¯˘˙¨˚¸˝˛ˇ—ÆªŁØŒºæıłøœß\
    ¹¬µ™Ð½±Þ¼÷¦°þ¾²®-ð×³©ÁÂÄÀÅÃÇÉÊËÈÍÎÏÌÑÓÔÖÒÕŠÚÛÜÙÝŸŽáâäàåãçéêëèíîïìñóôöòõšúûüùýÿž";

/// Names that all fonts of CFF have, and the number of old-style zero.
const NAMES_OF_ALL: usize = 391;
const OLD_ZERO: usize = 239;

/// A list of CFF: its entries, and where it ends.
struct Index<'b> {
    bytes: &'b [u8],
    n: usize,
    /// Bytes of an offset, and where the first of these stands.
    width: usize,
    at: usize,
    end: usize,
}

impl<'b> Index<'b> {
    fn read(bytes: &'b [u8], at: usize) -> Option<Index<'b>> {
        let n = usize::from(u16_at(bytes, at)?);
        if n == 0 {
            let (width, end) = (0, at + 2);
            return Some(Index {
                bytes,
                n,
                width,
                at,
                end,
            });
        }
        let width = usize::from(u8_at(bytes, at + 2)?);
        if !(1..=4).contains(&width) {
            return None;
        }
        let at = at + 3;
        let mut index = Index {
            bytes,
            n,
            width,
            at,
            end: 0,
        };
        index.end = index.place(n)?;
        Some(index)
    }

    /// Where an entry begins.
    fn place(&self, i: usize) -> Option<usize> {
        let offset = self
            .bytes
            .get(self.at + i * self.width..)?
            .get(..self.width)?;
        let offset = offset.iter().fold(0, |n, byte| n << 8 | usize::from(*byte));
        let data = self.at + (self.n + 1) * self.width;
        (data + offset).checked_sub(1)
    }

    fn get(&self, i: usize) -> Option<&'b [u8]> {
        let from = self.place(i).filter(|_| i < self.n)?;
        self.bytes.get(from..self.place(i + 1)?)
    }
}

/// The numbers before an operator of a dictionary of CFF: the last of each that is asked for.
fn operands(dict: &[u8], wanted: [u16; 4]) -> [Option<i32>; 4] {
    let mut found = [None; 4];
    let mut last = None;
    let mut at = 0;
    while let Some(first) = u8_at(dict, at) {
        at += 1;
        let next = |at: usize| u8_at(dict, at).map_or(0, i32::from);
        let first_number = i32::from(first);
        let (number, n_more) = match first {
            0..=21 => {
                let mut operator = u16::from(first);
                if first == 12 {
                    operator = 12 << 8 | next(at) as u16;
                    at += 1;
                }
                if let Some(i) = wanted.iter().position(|wanted| *wanted == operator) {
                    found[i] = last.take().or(Some(0));
                }
                continue;
            }
            28 => (i32::from((next(at) << 8 | next(at + 1)) as i16), 2),
            29 => (u32_at(dict, at).unwrap_or(0) as i32, 4),
            30 => {
                // A real ends with the first half byte of ones.
                let ends = |byte: &u8| byte & 0x0F == 0x0F || byte >> 4 == 0x0F;
                let n = dict.get(at..).and_then(|rest| rest.iter().position(ends));
                (0, n.map_or(dict.len(), |n| n + 1))
            }
            32..=246 => (first_number - 139, 0),
            247..=250 => ((first_number - 247) * 256 + next(at) + 108, 1),
            251..=254 => (-(first_number - 251) * 256 - next(at) - 108, 1),
            _ => continue,
        };
        last = Some(number);
        at = at.saturating_add(n_more);
    }
    found
}

/// The character of a standard name of CFF.
fn of_standard(number: usize) -> Option<char> {
    match number {
        8 => Some('’'),
        65 => Some('‘'),
        1..=95 => char::from_u32(31 + number as u32),
        96..NAMES_OF_ALL if (OLD_ZERO..OLD_ZERO + 10).contains(&number) => {
            char::from_digit((number - OLD_ZERO) as u32, 10)
        }
        96.. => STANDARD.chars().nth(number - 96),
        0 => None,
    }
}

/// The number of the name that a byte has in the standard encoding.
fn standard_name(code: u8) -> Option<usize> {
    let code = usize::from(code);
    Some(match code {
        32..=126 => code - 31,
        161..=175 => code - 161 + 96,
        177..=180 => code - 177 + 111,
        182..=189 => code - 182 + 115,
        191 => 123,
        193..=200 => code - 193 + 124,
        202 | 203 => code - 202 + 132,
        205..=208 => code - 205 + 134,
        225 => 138,
        227 => 139,
        232..=235 => code - 232 + 140,
        241 => 144,
        245 => 145,
        248..=251 => code - 248 + 146,
        _ => return None,
    })
}

/// What bytes mean, if the names of shapes tell it.
pub(super) fn read(program: &[u8]) -> Option<Texts> {
    const CHARSET: u16 = 15;
    const ENCODING: u16 = 16;
    const SHAPES: u16 = 17;
    const IS_COMPOSITE: u16 = 12 << 8 | 30;
    let names = Index::read(program, usize::from(u8_at(program, 2)?))?;
    let dicts = Index::read(program, names.end)?;
    let strings = Index::read(program, dicts.end)?;
    let wanted = [CHARSET, ENCODING, SHAPES, IS_COMPOSITE];
    let [charset, encoding, shapes, is_composite] = operands(dicts.get(0)?, wanted);
    // Shapes of a composite font have numbers and no names.
    if is_composite.is_some() {
        return None;
    }
    let text_of = |name: usize| match name.checked_sub(NAMES_OF_ALL) {
        None => of_standard(name),
        Some(own) => glyphs::character(strings.get(own)?),
    };
    let place = |offset: Option<i32>| usize::try_from(offset.unwrap_or(0)).ok();
    let mut texts = [None; 256];
    let at = place(encoding)?;
    if at <= 1 {
        // That of experts has other shapes of digits, and no letters.
        for code in (0..=255_u8).filter(|_| at == 0) {
            texts[usize::from(code)] = standard_name(code).and_then(of_standard);
        }
        return Some(texts);
    }
    let n_shapes = Index::read(program, place(shapes)?)?.n;
    let charset = charset_of(program, place(charset)?, n_shapes);
    let text_of_shape = |shape: usize| text_of(*charset.get(shape)?);
    let format = u8_at(program, at)?;
    let n = usize::from(u8_at(program, at + 1)?);
    let mut behind = at + 2;
    match format & 0x7F {
        0 => {
            for i in 0..n {
                let code = u8_at(program, behind + i)?;
                texts[usize::from(code)] = text_of_shape(i + 1);
            }
            behind += n;
        }
        1 => {
            let mut shape = 1;
            for i in 0..n {
                let first = usize::from(u8_at(program, behind + 2 * i)?);
                let n_more = usize::from(u8_at(program, behind + 2 * i + 1)?);
                for code in first..=first + n_more {
                    if let Some(text) = texts.get_mut(code) {
                        *text = text_of_shape(shape);
                    }
                    shape += 1;
                }
            }
            behind += 2 * n;
        }
        _ => return None,
    }
    if format & 0x80 != 0 {
        for i in 0..usize::from(u8_at(program, behind)?) {
            let code = u8_at(program, behind + 1 + 3 * i)?;
            let name = u16_at(program, behind + 2 + 3 * i)?;
            texts[usize::from(code)] = text_of(name.into());
        }
    }
    Some(texts)
}

/// The numbers of the names of shapes; as many as are there.
fn charset_of(program: &[u8], at: usize, n_shapes: usize) -> Vec<usize> {
    // The first one stands for what is missing; the standard set has the standard names.
    if at <= 2 {
        return (0..n_shapes).filter(|_| at == 0).collect();
    }
    let mut names = vec![0];
    let mut read = || {
        let format = u8_at(program, at)?;
        let mut at = at + 1;
        while names.len() < n_shapes {
            let first = usize::from(u16_at(program, at)?);
            let n_more = match format {
                0 => 0,
                1 => usize::from(u8_at(program, at + 2)?),
                2 => usize::from(u16_at(program, at + 2)?),
                _ => return None,
            };
            at += 2 + usize::from(format);
            names.extend((first..=first + n_more).take(n_shapes - names.len()));
        }
        Some(())
    };
    // What is cut off has the names that are there.
    let _ = read();
    names
}

#[cfg(test)]
pub(super) mod tests {
    use super::super::tests::check;
    use super::*;

    fn texts(program: &[u8]) -> Texts {
        super::super::texts(program, false)
    }

    /// A list of CFF with offsets of a byte.
    fn index(entries: &[&[u8]]) -> Vec<u8> {
        let mut out = (entries.len() as u16).to_be_bytes().to_vec();
        if entries.is_empty() {
            return out;
        }
        let mut at = 1;
        out.extend([1, at]);
        for entry in entries {
            at += entry.len() as u8;
            out.push(at);
        }
        out.extend(entries.concat());
        out
    }

    /// A font of CFF with shapes that have these names, and an encoding; offsets take three bytes each.
    pub(in super::super) fn cff(
        charset: &[u8],
        encoding: Option<&[u8]>,
        n_shapes: usize,
        composite: bool,
    ) -> Vec<u8> {
        let own: &[&[u8]] = &[b"uni5F20", b"g42"];
        let shapes = index(&vec![&b"\x0E"[..]; n_shapes]);
        let head = [&[1, 0, 4, 1][..], &index(&[b"F"])].concat();
        let strings = [index(own), index(&[])].concat();
        let n_dict = if composite { 14 } else { 12 };
        let base = head.len() + (2 + 1 + 2 + n_dict) + strings.len();
        let number = |n: usize, operator: u8| [28, (n >> 8) as u8, n as u8, operator];
        let at_encoding = base + charset.len();
        let at_shapes = at_encoding + encoding.map_or(0, <[u8]>::len);
        let mut dict = [
            number(base, 15),
            number(encoding.map_or(0, |_| at_encoding), 16),
            number(at_shapes, 17),
        ]
        .concat();
        if composite {
            dict.extend([12, 30]);
        }
        let encoding = encoding.unwrap_or_default();
        [
            &head[..],
            &index(&[&dict]),
            &strings,
            charset,
            encoding,
            &shapes,
        ]
        .concat()
    }

    #[test]
    fn cff_has_names_and_an_encoding() {
        // Shapes named `one`, `A`, 张 and one without a meaning; by each format of both lists.
        let names = [0, 0, 18, 0, 34, 1, 0x87, 1, 0x88];
        let want = [(1, '1'), (2, 'A'), (3, '张')];
        check(&cff(&names, Some(&[0, 4, 1, 2, 3, 4]), 5, false), &want);
        check(&cff(&names, Some(&[1, 1, 1, 3]), 5, false), &want);
        let ranges = [1, 0, 18, 1, 1, 0x87, 1];
        let want = [(7, '1'), (8, '2'), (9, '张')];
        check(&cff(&ranges, Some(&[1, 1, 7, 3]), 5, false), &want);
        let ranges = [2, 0, 18, 0, 1, 1, 0x87, 0, 1];
        let more = [0x80, 1, 7, 2, 9, 0, 34, 10, 0, 240];
        check(
            &cff(&ranges, Some(&more), 5, false),
            &[(7, '1'), (9, 'A'), (10, '1')],
        );
        // The standard encoding; a composite font; lists that end early.
        let standard = texts(&cff(&names, None, 5, false));
        let of = |code: u8| standard[usize::from(code)];
        assert_eq!(
            [of(b'A'), of(b'~'), of(39), of(96)],
            ['A', '~', '’', '‘'].map(Some)
        );
        assert_eq!(
            [of(161), of(174), of(208), of(251)],
            ['¡', 'ﬁ', '—', 'ß'].map(Some)
        );
        assert_eq!((of(160), of(128)), (None, None));
        check(&cff(&names, Some(&[0, 4, 1, 2, 3, 4]), 5, true), &[]);
        let whole = cff(&names, Some(&[0, 4, 1, 2, 3, 4]), 5, false);
        for n in 0..whole.len() {
            texts(&whole[..n]);
        }
        check(&whole[..whole.len() - 20], &[]);
    }

    #[test]
    fn standard_names_are_in_order() {
        assert_eq!(STANDARD.chars().count(), 228 - 95);
        for (number, want) in [
            (1, ' '),
            (17, '0'),
            (33, '@'),
            (95, '~'),
            (137, '—'),
            (149, 'ß'),
            (150, '¹'),
            (170, '©'),
            (171, 'Á'),
            (228, 'ž'),
            (239, '0'),
            (248, '9'),
        ] {
            assert_eq!(of_standard(number), Some(want), "{number}");
        }
        assert_eq!(
            (of_standard(0), of_standard(229), of_standard(300)),
            (None, None, None)
        );
    }
}
