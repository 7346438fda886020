//! Names of characters in simple fonts (Adobe Glyph List): those that numbers, mail addresses and Western names are made of.
//!
//! A name that is not here, such as `g42`, tells a shape of that one font.

/// What is no letter and stands between 0x20 and 0xFF.
const NAMES: &[(&str, char)] = &[
    ("space", ' '),
    ("nbspace", ' '),
    ("exclam", '!'),
    ("quotedbl", '"'),
    ("numbersign", '#'),
    ("dollar", '$'),
    ("percent", '%'),
    ("ampersand", '&'),
    ("quotesingle", '\''),
    ("quoteright", '’'),
    ("quoteleft", '‘'),
    ("parenleft", '('),
    ("parenright", ')'),
    ("asterisk", '*'),
    ("plus", '+'),
    ("comma", ','),
    ("hyphen", '-'),
    ("minus", '-'),
    ("period", '.'),
    ("slash", '/'),
    ("zero", '0'),
    ("one", '1'),
    ("two", '2'),
    ("three", '3'),
    ("four", '4'),
    ("five", '5'),
    ("six", '6'),
    ("seven", '7'),
    ("eight", '8'),
    ("nine", '9'),
    ("colon", ':'),
    ("semicolon", ';'),
    ("less", '<'),
    ("equal", '='),
    ("greater", '>'),
    ("question", '?'),
    ("at", '@'),
    ("bracketleft", '['),
    ("backslash", '\\'),
    ("bracketright", ']'),
    ("asciicircum", '^'),
    ("underscore", '_'),
    ("grave", '`'),
    ("braceleft", '{'),
    ("bar", '|'),
    ("braceright", '}'),
    ("asciitilde", '~'),
    ("endash", '–'),
    ("emdash", '—'),
    ("bullet", '•'),
    ("quotedblleft", '“'),
    ("quotedblright", '”'),
    ("ellipsis", '…'),
    ("fi", 'ﬁ'),
    ("fl", 'ﬂ'),
    ("dotlessi", 'ı'),
    ("germandbls", 'ß'),
    ("ae", 'æ'),
    ("AE", 'Æ'),
    ("oe", 'œ'),
    ("OE", 'Œ'),
    ("oslash", 'ø'),
    ("Oslash", 'Ø'),
    ("eth", 'ð'),
    ("Eth", 'Ð'),
    ("thorn", 'þ'),
    ("Thorn", 'Þ'),
    ("lslash", 'ł'),
    ("Lslash", 'Ł'),
    ("degree", '°'),
    ("section", '§'),
    ("Euro", '€'),
    ("sterling", '£'),
    ("yen", '¥'),
    ("cent", '¢'),
    ("copyright", '©'),
    ("registered", '®'),
    ("plusminus", '±'),
    ("multiply", '×'),
    ("divide", '÷'),
    ("periodcentered", '·'),
];

/// Accents behind a letter, with the letters that carry them.
const ACCENTS: &[(&str, &str, &str)] = &[
    ("acute", "AEIOUYaeiouyCcNnSsZz", "ÁÉÍÓÚÝáéíóúýĆćŃńŚśŹź"),
    ("grave", "AEIOUaeiou", "ÀÈÌÒÙàèìòù"),
    ("circumflex", "AEIOUaeiou", "ÂÊÎÔÛâêîôû"),
    ("dieresis", "AEIOUYaeiouy", "ÄËÏÖÜŸäëïöüÿ"),
    ("tilde", "ANOano", "ÃÑÕãñõ"),
    ("ring", "AaUu", "ÅåŮů"),
    ("cedilla", "CcSs", "ÇçŞş"),
    ("caron", "CcDEeNnRrSsZz", "ČčĎĚěŇňŘřŠšŽž"),
    ("ogonek", "AaEe", "ĄąĘę"),
    ("dotaccent", "ZzI", "Żżİ"),
];

/// The character of a name.
pub(super) fn character(name: &[u8]) -> Option<char> {
    let name = std::str::from_utf8(name).ok()?;
    // What follows a point tells a variant.
    let name = name.split('.').next().filter(|name| !name.is_empty())?;
    let mut letters = name.chars();
    if let (Some(letter), None) = (letters.next(), letters.next()) {
        return Some(letter);
    }
    if let Some((_, character)) = NAMES.iter().find(|(known, _)| *known == name) {
        return Some(*character);
    }
    let digits = name.strip_prefix("uni").or_else(|| name.strip_prefix('u'));
    let by_number = digits.filter(|digits| (4..=6).contains(&digits.len()));
    if let Some(code) = by_number.and_then(|digits| u32::from_str_radix(digits, 16).ok()) {
        return char::from_u32(code);
    }
    ACCENTS.iter().find_map(|(accent, plain, marked)| {
        let letter = name.strip_suffix(accent)?;
        let at = plain.chars().position(|c| letter.chars().eq([c]))?;
        marked.chars().nth(at)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(name: &str, want: Option<char>) {
        assert_eq!(character(name.as_bytes()), want);
    }

    #[test]
    fn names_of_characters_are_known() {
        check("seven", Some('7'));
        check("A", Some('A'));
        check("one.oldstyle", Some('1'));
        check("uni5F20", Some('张'));
        check("u1F600", Some('😀'));
        check("eacute", Some('é'));
        check("Scaron", Some('Š'));
        check("g42", None);
        check(".notdef", None);
        check("unicorn", None);
    }
}
