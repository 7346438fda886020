//! Font programs of TrueType and OpenType: tables, of which one leads from bytes and from characters to shapes, and one names these.

use std::collections::{HashMap, HashSet};

use super::{Texts, cff, glyphs, of_code_page, u8_at, u16_at, u32_at};

/// Mappings of a table that are looked at, and groups of them.
const STEPS_MAX: usize = 1 << 18;
const GROUPS_MAX: usize = 1 << 16;

/// Most shapes of a font.
const SHAPES_MAX: usize = 1 << 16;

/// Characters of the standard names of TrueType behind those of Macintosh.
const BEHIND_MAC: &str = "ŁłŠšŽž¦ÐðÝýÞþ-×¹²³½¼¾₣ĞğİŞşĆćČčđ";

/// What the tables of a TrueType or OpenType font say.
pub(super) fn read(program: &[u8]) -> Option<Texts> {
    let n_tables = usize::from(u16_at(program, 4)?);
    let table = |tag: &[u8; 4]| {
        (0..n_tables).find_map(|i| {
            let entry = program.get(12 + 16 * i..)?.get(..16)?;
            let at = u32_at(entry, 8)? as usize;
            let n = u32_at(entry, 12)? as usize;
            let end = at.saturating_add(n).min(program.len());
            entry.starts_with(tag).then(|| program.get(at..end))?
        })
    };
    if let Some(program) = table(b"CFF ") {
        return cff::read(program);
    }
    let maps = table(b"cmap")?;
    let map = |platform: u16, encoding: Option<u16>| {
        let n_maps = usize::from(u16_at(maps, 2)?);
        (0..n_maps).find_map(|i| {
            let at = 4 + 8 * i;
            let is_it = u16_at(maps, at)? == platform
                && encoding.is_none_or(|encoding| u16_at(maps, at + 2) == Some(encoding));
            let offset = u32_at(maps, at + 4)? as usize;
            is_it.then(|| maps.get(offset..))?
        })
    };
    let of_characters = map(3, Some(10))
        .or_else(|| map(3, Some(1)))
        .or_else(|| map(0, None));
    let of_bytes = map(3, Some(0))
        .or_else(|| map(1, Some(0)))
        .or(of_characters)?;
    let mut shapes: HashMap<u8, u16> = HashMap::new();
    each_mapping(of_bytes, |code, shape| {
        // Symbols have the codes of bytes in a private area.
        if let (0..=0xFF | 0xF000..=0xF0FF, true) = (code, shape > 0) {
            shapes.entry(code as u8).or_insert(shape);
        }
    });
    let mut characters: HashMap<u16, char> = HashMap::new();
    let wanted: HashSet<u16> = shapes.values().copied().collect();
    each_mapping(of_characters.unwrap_or_default(), |code, shape| {
        let character = char::from_u32(code).filter(|c| !c.is_control());
        if let (Some(character), true) = (character, wanted.contains(&shape)) {
            // Some shapes stand for several; the first is the plainest.
            characters.entry(shape).or_insert(character);
        }
    });
    let names = table(b"post").and_then(Names::read);
    let mut texts = [None; 256];
    for (code, shape) in shapes {
        let character = characters.get(&shape).copied();
        let of_name = || names.as_ref()?.character(shape);
        texts[usize::from(code)] = character.filter(|c| !is_private(*c)).or_else(of_name);
    }
    Some(texts)
}

/// Whether a character has no meaning of its own.
fn is_private(c: char) -> bool {
    matches!(c, '\u{E000}'..='\u{F8FF}' | '\u{FFFD}')
}

/// All codes that a table has shapes for, as far as they are looked at.
fn each_mapping(map: &[u8], mut each: impl FnMut(u32, u16)) -> Option<()> {
    let mut n_left = STEPS_MAX;
    let mut put = |code: u32, shape: u16| {
        n_left = n_left.checked_sub(1)?;
        each(code, shape);
        Some(())
    };
    match u16_at(map, 0)? {
        0 => {
            for code in 0..256 {
                put(code, u8_at(map, 6 + code as usize)?.into())?;
            }
        }
        6 => {
            let (first, n) = (u16_at(map, 6)?, u16_at(map, 8)?);
            for i in 0..usize::from(n) {
                put(u32::from(first) + i as u32, u16_at(map, 10 + 2 * i)?)?;
            }
        }
        4 => {
            let n = usize::from(u16_at(map, 6)? / 2);
            for i in 0..n {
                let end = u16_at(map, 14 + 2 * i)?;
                let start = u16_at(map, 16 + 2 * (n + i))?;
                let delta = u16_at(map, 16 + 2 * (2 * n + i))?;
                let at = 16 + 2 * (3 * n + i);
                let offset = usize::from(u16_at(map, at)?);
                for code in start..=end {
                    let shape = match offset {
                        0 => code.wrapping_add(delta),
                        _ => match u16_at(map, at + offset + 2 * usize::from(code - start)) {
                            Some(0) | None => 0,
                            Some(shape) => shape.wrapping_add(delta),
                        },
                    };
                    put(code.into(), shape)?;
                }
            }
        }
        12 => {
            let n = u32_at(map, 12)? as usize;
            for i in 0..n.min(GROUPS_MAX) {
                let at = 16 + 12 * i;
                let (start, end) = (u32_at(map, at)?, u32_at(map, at + 4)?);
                let shape = u32_at(map, at + 8)?;
                for code in start..=end {
                    let shape = shape.checked_add(code - start)?;
                    put(code, u16::try_from(shape).ok()?)?;
                }
            }
        }
        _ => {}
    }
    Some(())
}

/// Names of shapes in a TrueType font.
struct Names<'b> {
    table: &'b [u8],
    /// Names of its own.
    own: Vec<&'b [u8]>,
}

impl<'b> Names<'b> {
    fn read(table: &'b [u8]) -> Option<Names<'b>> {
        if u32_at(table, 0)? != 0x0002_0000 {
            return None;
        }
        let n = usize::from(u16_at(table, 32)?);
        let mut rest = table.get(34 + 2 * n..)?;
        let mut own = Vec::new();
        while let ([length, behind @ ..], true) = (rest, own.len() < SHAPES_MAX) {
            let Some((name, behind)) = behind.split_at_checked((*length).into()) else {
                break;
            };
            own.push(name);
            rest = behind;
        }
        Some(Names { table, own })
    }

    fn character(&self, shape: u16) -> Option<char> {
        let n = u16_at(self.table, 32)?;
        if shape >= n {
            return None;
        }
        let name = usize::from(u16_at(self.table, 34 + 2 * usize::from(shape))?);
        match name {
            0..3 => None,
            3..98 => char::from_u32(32 - 3 + name as u32),
            98..226 => of_code_page(encoding_rs::MACINTOSH)[0x80 + name - 98],
            226..258 => BEHIND_MAC.chars().nth(name - 226),
            _ => glyphs::character(self.own.get(name - 258)?),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::cff::tests::cff;
    use super::super::tests::check;
    use super::*;

    fn texts(program: &[u8]) -> Texts {
        super::super::texts(program, false)
    }

    /// A TrueType font of these tables.
    fn font(tables: &[(&[u8; 4], &[u8])]) -> Vec<u8> {
        let mut out = vec![0, 1, 0, 0, 0, tables.len() as u8, 0, 0, 0, 0, 0, 0];
        let mut at = 12 + 16 * tables.len();
        for (tag, table) in tables {
            out.extend(*tag);
            out.extend([0; 4]);
            out.extend((at as u32).to_be_bytes());
            out.extend((table.len() as u32).to_be_bytes());
            at += table.len();
        }
        tables.iter().for_each(|(_, table)| out.extend(*table));
        out
    }

    /// A table of maps: platform, encoding, and the map.
    fn maps(maps: &[(u8, u8, &[u16])]) -> Vec<u8> {
        let mut out = vec![0, 0, 0, maps.len() as u8];
        let mut at = 4 + 8 * maps.len();
        for (platform, encoding, map) in maps {
            out.extend([0, *platform, 0, *encoding]);
            out.extend((at as u32).to_be_bytes());
            at += 2 * map.len();
        }
        let words = maps.iter().flat_map(|(_, _, map)| map.iter());
        out.extend(words.flat_map(|word| word.to_be_bytes()));
        out
    }

    #[test]
    fn true_type_has_characters_or_names_of_shapes() {
        assert_eq!(BEHIND_MAC.chars().count(), 32);
        // Bytes 1 to 4 are shapes 1 to 4, of which characters are known of two.
        let bytes: &[u16] = &[6, 0, 0, 1, 4, 1, 2, 3, 4];
        let symbols: &[u16] = &[
            4, 0, 0, 4, 0, 0, 0, 0xF004, 0xFFFF, 0, 0xF001, 0xFFFF, 0x1000, 1, 0, 0,
        ];
        let characters: &[u16] = &[
            12, 0, 0, 0, 0, 0, 0, 2, 0, 0x31, 0, 0x31, 0, 1, 0, 0x5F20, 0, 0x5F20, 0, 2,
        ];
        let mut post = vec![0; 32];
        post[1] = 2;
        post.extend([0, 5, 0, 0, 0, 20, 0, 36, 1, 3, 0, 226]);
        let mut with_own = post.clone();
        with_own[40..42].copy_from_slice(&[1, 2]);
        with_own.extend(b"\x07uni738B\x02g4");
        for of_bytes in [(1, 0, bytes), (3, 0, symbols)] {
            let both = maps(&[of_bytes, (3, 10, characters)]);
            check(&font(&[(b"cmap", &both)]), &[(1, '1'), (2, '张')]);
            let alone = maps(&[of_bytes]);
            check(&font(&[(b"cmap", &alone)]), &[]);
            check(
                &font(&[(b"cmap", &alone), (b"post", &post)]),
                &[(1, '1'), (2, 'A'), (4, 'Ł')],
            );
            check(
                &font(&[(b"cmap", &both), (b"post", &with_own)]),
                &[(1, '1'), (2, '张'), (3, '王'), (4, 'Ł')],
            );
        }
        let characters = maps(&[(0, 3, &[6, 0, 0, 0x41, 2, 1, 2])]);
        check(
            &font(&[(b"cmap", &characters)]),
            &[(0x41, 'A'), (0x42, 'B')],
        );
        let whole = font(&[(b"cmap", &maps(&[(1, 0, bytes)])), (b"post", &with_own)]);
        for n in 0..whole.len() {
            texts(&whole[..n]);
        }
        // Groups of all numbers, over and over.
        let all: Vec<u16> = [0, 0, 0xFFFF, 0xFFFF, 0, 1].repeat(1_000);
        let hostile = [&[12, 0, 0, 0, 0, 0, 0, 1_000][..], &all].concat();
        assert_eq!(
            texts(&font(&[(b"cmap", &maps(&[(3, 10, &hostile)]))]))[65],
            Some('A')
        );
    }

    #[test]
    fn a_font_of_cff_may_stand_in_tables() {
        let cff = cff(&[0, 0, 18], Some(&[0, 1, 1]), 2, false);
        check(&font(&[(b"CFF ", &cff)]), &[(1, '1')]);
    }
}
