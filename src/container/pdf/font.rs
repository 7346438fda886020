//! Fonts of a document: from the bytes of a string to characters and their widths.
//!
//! A font's own table (`ToUnicode`) is believed first. Chinese fonts often have none: then the bytes are in a code page or in
//! UTF-16 (`GBK-EUC-H`, `UniGB-UCS2-H`), or numbers of one of Adobe's character collections, whose tables come with the
//! library. Bytes of a simple font are in the encoding that it names, in that of its own program, or in a Western code page. A
//! font that has only numbers of its own shapes has no text: such characters are counted, not guessed.

use std::collections::HashMap;
use std::rc::Rc;

use encoding_rs::{Encoding, UTF_16BE};
use hayro_cmap::{BfString, CMap, CMapName, CidFamily, WritingMode, load_embedded};
use hayro_syntax::object::{Array, Dict, Name, Object, Stream};

use super::glyphs;
use super::program;
use super::stream::decoded;

/// A font, as far as text is concerned.
pub(super) struct Font {
    to_unicode: Option<CMap>,
    coding: Coding,
    widths: Widths,
    pub(super) is_vertical: bool,
}

enum Coding {
    /// One byte a character, with the text of each.
    Simple(Box<Texts>),
    /// Bytes to numbers of a collection, and those to text.
    Composite {
        cmap: Rc<CMap>,
        collection: Option<Rc<CMap>>,
        /// Whether the bytes are UTF-16 themselves.
        is_utf16: bool,
    },
}

struct Widths {
    of: HashMap<u32, f64>,
    default: f64,
}

/// A character of a string.
pub(super) struct Glyph {
    /// Its text; none if the font does not tell.
    pub(super) text: Option<String>,
    /// Its width in the thousandth part of the font's size.
    pub(super) width: f64,
    /// Whether it is the single byte 32, which word spacing widens.
    pub(super) is_space: bool,
}

/// Fonts of a document that were met last, by where their dictionaries stand, and the tables that come with the library.
#[derive(Default)]
pub(super) struct Fonts {
    of: HashMap<(usize, usize), Rc<Font>>,
    tables: HashMap<Vec<u8>, Option<Rc<CMap>>>,
}

/// Fonts that are kept.
const FONTS_MAX: usize = 128;

impl Fonts {
    /// A font, and what it cost to read it in bytes: nothing, if it is kept.
    pub(super) fn font(&mut self, dict: &Dict<'_>) -> (Rc<Font>, usize) {
        let place = (dict.data().as_ptr() as usize, dict.data().len());
        if let Some(font) = self.of.get(&place) {
            return (Rc::clone(font), 0);
        }
        if self.of.len() >= FONTS_MAX {
            self.of.clear();
        }
        let mut n_bytes = 1 << 14;
        let font = Rc::new(Font::new(dict, self, &mut n_bytes));
        self.of.insert(place, Rc::clone(&font));
        (font, n_bytes)
    }

    fn table(&mut self, name: CMapName<'_>) -> Option<Rc<CMap>> {
        let key = name.to_bytes().to_vec();
        let table = self.tables.entry(key).or_insert_with(|| {
            let table = match name {
                CMapName::IdentityH => CMap::identity_h(),
                CMapName::IdentityV => CMap::identity_v(),
                name => CMap::parse(load_embedded(name)?, load_embedded)?,
            };
            Some(Rc::new(table))
        });
        table.clone()
    }
}

/// Longest table that a font brings. Real ones have some hundred kilobytes.
const TABLE_BYTES_MAX: usize = 4 << 20;

/// The table in a stream of the document.
fn own_table(dict: &Dict<'_>, key: &str, n_bytes: &mut usize) -> Option<CMap> {
    // Of one that is not whole counts what is left; characters without text are told.
    let (bytes, _) = decoded(&dict.get::<Stream<'_>>(key)?);
    *n_bytes += bytes.len();
    match (1..=TABLE_BYTES_MAX).contains(&bytes.len()) {
        true => CMap::parse(&bytes, load_embedded),
        false => None,
    }
}

impl Font {
    fn new(dict: &Dict<'_>, fonts: &mut Fonts, n_bytes: &mut usize) -> Font {
        let to_unicode = own_table(dict, "ToUnicode", n_bytes);
        let descendant = dict
            .get::<Array<'_>>("DescendantFonts")
            .and_then(|fonts| fonts.iter::<Dict<'_>>().next());
        match descendant {
            Some(descendant) => Font::composite(dict, &descendant, to_unicode, fonts, n_bytes),
            None => Font::simple(dict, to_unicode, n_bytes),
        }
    }

    fn composite(
        dict: &Dict<'_>,
        descendant: &Dict<'_>,
        to_unicode: Option<CMap>,
        fonts: &mut Fonts,
        n_bytes: &mut usize,
    ) -> Font {
        let name = dict.get::<Name<'_>>("Encoding");
        let name: Option<Vec<u8>> = name.map(|name| name.as_ref().to_vec());
        let cmap = match &name {
            // A name that is no predefined one would only be found in other files.
            Some(name) => fonts.table(CMapName::from_bytes(name)),
            None => own_table(dict, "Encoding", n_bytes).map(Rc::new),
        };
        let cmap = cmap.or_else(|| fonts.table(CMapName::IdentityH));
        let cmap = cmap.unwrap_or_else(|| Rc::new(CMap::identity_h()));
        let of_cmap = cmap.metadata().character_collection.as_ref();
        let family = of_cmap.map(|collection| collection.family.clone());
        let family = family
            .filter(|family| family.ucs2_cmap().is_some())
            .or_else(|| family_of(descendant));
        let collection = family.and_then(|family| fonts.table(family.ucs2_cmap()?));
        let name = name.unwrap_or_default();
        let is_utf16 = name.starts_with(b"Uni")
            && [&b"-UCS2-"[..], b"-UTF16-"]
                .iter()
                .any(|part| memchr::memmem::find(&name, part).is_some());
        Font {
            to_unicode,
            is_vertical: cmap.metadata().writing_mode == Some(WritingMode::Vertical)
                || name.ends_with(b"-V"),
            coding: Coding::Composite {
                cmap,
                collection,
                is_utf16,
            },
            widths: composite_widths(descendant),
        }
    }

    fn simple(dict: &Dict<'_>, to_unicode: Option<CMap>, n_bytes: &mut usize) -> Font {
        let first = dict.get::<i32>("FirstChar").unwrap_or(0);
        let mut of = HashMap::new();
        if let Some(widths) = dict.get::<Array<'_>>("Widths") {
            for (i, width) in widths.iter::<f32>().take(256).enumerate() {
                of.insert((i as i32).saturating_add(first) as u32, f64::from(width));
            }
        }
        // Shapes of a Type 3 font are measured in units of their own.
        let matrix = dict.get::<Array<'_>>("FontMatrix");
        let unit = matrix.and_then(|matrix| matrix.iter::<f32>().next());
        if let Some(unit) = unit.filter(|unit| *unit > 0.0) {
            of.values_mut()
                .for_each(|width| *width *= f64::from(unit) * 1000.0);
        }
        let known = match &to_unicode {
            Some(_) => None,
            None => of_embedded(dict, n_bytes),
        };
        let texts = simple_coding(dict, known);
        Font {
            to_unicode,
            coding: Coding::Simple(Box::new(texts)),
            widths: Widths { of, default: 500.0 },
            is_vertical: false,
        }
    }

    /// The characters of a string.
    pub(super) fn glyphs(&self, mut bytes: &[u8], mut each: impl FnMut(Glyph)) {
        while !bytes.is_empty() {
            let n = self.glyph(bytes, &mut each).max(1);
            bytes = &bytes[n.min(bytes.len())..];
        }
    }

    fn glyph(&self, bytes: &[u8], each: &mut impl FnMut(Glyph)) -> usize {
        let (cmap, collection, is_utf16) = match &self.coding {
            Coding::Simple(texts) => {
                let code = u32::from(bytes[0]);
                let text = self.by_table(code);
                each(Glyph {
                    text: text.or_else(|| texts[bytes[0] as usize].map(String::from)),
                    width: self.widths.of(code),
                    is_space: code == 32,
                });
                return 1;
            }
            Coding::Composite {
                cmap,
                collection,
                is_utf16,
            } => (cmap, collection, *is_utf16),
        };
        let code_of = |n: usize| {
            let code = bytes.get(..n)?;
            Some(
                code.iter()
                    .fold(0u32, |code, byte| code << 8 | u32::from(*byte)),
            )
        };
        let found = (1..=4).find_map(|n| {
            let code = code_of(n)?;
            Some((n, code, cmap.lookup_cid_code(code, n as u8)?))
        });
        let (n, code, cid) = match found {
            Some((n, code, cid)) => (n, code, Some(cid)),
            None => {
                let n = if bytes.len() > 1 { 2 } else { 1 };
                (n, code_of(n).unwrap_or(0), None)
            }
        };
        let mut text = self.by_table(code);
        if text.is_none() && is_utf16 {
            text = utf16(&bytes[..n]);
        }
        if text.is_none() {
            let of_collection = collection.as_ref();
            text = cid.and_then(|cid| of_collection?.lookup_bf_string(cid).map(to_text));
        }
        each(Glyph {
            text,
            width: self.widths.of(cid.unwrap_or(0)),
            is_space: n == 1 && code == 32,
        });
        n
    }

    fn by_table(&self, code: u32) -> Option<String> {
        let text = to_text(self.to_unicode.as_ref()?.lookup_bf_string(code)?);
        // Some writers name what they do not know as this.
        (!text.contains(['\0', '\u{FFFD}'])).then_some(text)
    }
}

impl Widths {
    fn of(&self, code: u32) -> f64 {
        self.of.get(&code).copied().unwrap_or(self.default)
    }
}

fn to_text(found: BfString) -> String {
    match found {
        BfString::Char(c) => c.to_string(),
        BfString::String(text) => text,
    }
}

fn utf16(bytes: &[u8]) -> Option<String> {
    let text = UTF_16BE.decode_without_bom_handling_and_without_replacement(bytes)?;
    (!text.is_empty()).then(|| text.into_owned())
}

fn family_of(descendant: &Dict<'_>) -> Option<CidFamily> {
    let info = descendant.get::<Dict<'_>>("CIDSystemInfo")?;
    let part = |key: &str| {
        let text = info.get::<hayro_syntax::object::String<'_>>(key)?;
        Some(text.as_bytes().to_vec())
    };
    let family = CidFamily::from_registry_ordering(&part("Registry")?, &part("Ordering")?);
    family.ucs2_cmap().is_some().then_some(family)
}

/// `W` (ISO 32000-1, 9.7.4.3): `c [w1 w2 …]` and `first last w`.
fn composite_widths(descendant: &Dict<'_>) -> Widths {
    let default = descendant.get::<f32>("DW").map_or(1000.0, f64::from);
    let mut of = HashMap::new();
    let mut numbers: Vec<f64> = Vec::new();
    // A collection has at most 65,536 numbers; what says the same ones again and again ends.
    let mut n_left = 1usize << 18;
    if let Some(widths) = descendant.get::<Array<'_>>("W") {
        for object in widths.iter::<Object<'_>>() {
            match object {
                Object::Array(list) => {
                    let first = numbers.pop().unwrap_or(0.0) as u32;
                    for (i, width) in list.iter::<f32>().take(n_left).enumerate() {
                        of.insert(first.saturating_add(i as u32), f64::from(width));
                        n_left -= 1;
                    }
                    numbers.clear();
                }
                Object::Number(number) => numbers.push(number.as_f64()),
                _ => {}
            }
            if let [first, last, width] = numbers[..] {
                let last = last.min(65_535.0) as u32;
                for cid in (first.max(0.0) as u32..=last).take(n_left) {
                    of.insert(cid, width);
                    n_left -= 1;
                }
                numbers.clear();
            }
        }
    }
    Widths { of, default }
}

/// The text of each byte.
pub(super) type Texts = [Option<char>; 256];

/// What bytes mean by an embedded font of symbols that names no encoding: its own. None for other fonts.
fn of_embedded(dict: &Dict<'_>, n_bytes: &mut usize) -> Option<Texts> {
    const SYMBOLIC: i32 = 1 << 2;
    let descriptor = dict.get::<Dict<'_>>("FontDescriptor")?;
    let flags = descriptor.get::<i32>("Flags").unwrap_or(0);
    let keys = ["FontFile", "FontFile2", "FontFile3"];
    let is_embedded = keys.iter().any(|key| descriptor.contains_key(key));
    if flags & SYMBOLIC == 0 || !is_embedded || dict.contains_key("Encoding") {
        return None;
    }
    let mut programs = keys
        .iter()
        .filter_map(|key| Some((*key, descriptor.get::<Stream<'_>>(key)?)));
    let Some((key, program)) = programs.next() else {
        return Some([None; 256]);
    };
    let (program, _) = decoded(&program);
    *n_bytes += program.len();
    Some(program::texts(&program, key == "FontFile"))
}

/// The text of each byte in a code page.
pub(super) fn of_code_page(code_page: &'static Encoding) -> Texts {
    let mut texts = [None; 256];
    for (code, text) in texts.iter_mut().enumerate().skip(32) {
        let bytes = [code as u8];
        let decoded = code_page.decode_without_bom_handling(&bytes).0;
        *text = decoded.chars().next().filter(|c| !c.is_control());
    }
    texts
}

/// What bytes mean: by a table that is known already, else by what the font says.
fn simple_coding(dict: &Dict<'_>, known: Option<Texts>) -> Texts {
    let of_name = |name: &[u8]| match name {
        b"MacRomanEncoding" | b"MacExpertEncoding" => encoding_rs::MACINTOSH,
        _ => encoding_rs::WINDOWS_1252,
    };
    let by_name = dict.get::<Name<'_>>("Encoding");
    let differences = dict.get::<Dict<'_>>("Encoding");
    let base = differences
        .as_ref()
        .and_then(|encoding| encoding.get::<Name<'_>>("BaseEncoding"));
    let base = by_name
        .or(base)
        .map_or(encoding_rs::WINDOWS_1252, |n| of_name(n.as_ref()));
    let mut texts = known.unwrap_or_else(|| of_code_page(base));
    let changes = differences.and_then(|encoding| encoding.get::<Array<'_>>("Differences"));
    let mut code = 0usize;
    for object in changes.iter().flat_map(Array::iter::<Object<'_>>) {
        match object {
            Object::Number(number) => code = number.as_f64().max(0.0) as usize,
            Object::Name(name) => {
                if let Some(text) = texts.get_mut(code) {
                    *text = glyphs::character(name.as_ref());
                }
                code = code.saturating_add(1);
            }
            _ => {}
        }
    }
    texts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_utf16_is_read_and_what_is_half_of_it_is_not() {
        assert_eq!(utf16(&[0x5F, 0x20]).as_deref(), Some("张"));
        assert_eq!(utf16(&[0xD8, 0x3D, 0xDE, 0x00]).as_deref(), Some("😀"));
        let wrong: [&[u8]; 4] = [&[], &[0x5F], &[0xD8, 0x3D], &[0x5F, 0x20, 0x5F]];
        for bytes in wrong {
            assert_eq!(utf16(bytes), None);
        }
    }
}
