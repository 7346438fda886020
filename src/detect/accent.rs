//! Letters with accents: how headers and labels that are written with them, without them or in capitals come together.
//!
//! Headers are compared without accents. Labels are compared byte by byte in the hot path, so each is put into the set in
//! the spellings that occur, once, when the catalog is loaded. Cyrillic letters are left as they are but for their case.

/// The letter without its accent; any other character as it is. A letter of its own stands for what keyboards without it
/// write: `ø` for `o`, `ł` for `l`, `ı` for `i`.
pub(super) fn bare(c: char) -> char {
    if !is_accented(c) {
        return c;
    }
    let lower = lower(c);
    let bare = match lower {
        'à'..='å' | 'ā' | 'ă' | 'ą' => 'a',
        'ç' | 'ć' | 'ĉ' | 'ċ' | 'č' => 'c',
        'ð' | 'ď' | 'đ' => 'd',
        'è'..='ë' | 'ē' | 'ĕ' | 'ė' | 'ę' | 'ě' => 'e',
        'ĝ' | 'ğ' | 'ġ' | 'ģ' => 'g',
        'ì'..='ï' | 'ĩ' | 'ī' | 'ĭ' | 'į' | 'ı' | 'İ' => 'i',
        'ķ' => 'k',
        'ĺ' | 'ļ' | 'ľ' | 'ł' => 'l',
        'ñ' | 'ń' | 'ņ' | 'ň' => 'n',
        'ò'..='ö' | 'ø' | 'ō' | 'ŏ' | 'ő' => 'o',
        'ŕ' | 'ř' => 'r',
        'ś' | 'ş' | 'š' | 'ș' => 's',
        'ţ' | 'ť' | 'ț' => 't',
        'ù'..='ü' | 'ũ' | 'ū' | 'ŭ' | 'ů' | 'ű' | 'ų' => 'u',
        'ý' | 'ÿ' => 'y',
        'ź' | 'ż' | 'ž' => 'z',
        _ => return c,
    };
    match c.is_uppercase() {
        true => bare.to_ascii_uppercase(),
        false => bare,
    }
}

/// Whether the letter is among those of Latin script that are not ASCII.
fn is_accented(c: char) -> bool {
    ('\u{c0}'..='\u{24f}').contains(&c)
}

/// Whether this is an accent that stands as a character of its own behind its letter.
pub(super) fn is_mark(c: char) -> bool {
    ('\u{300}'..='\u{36f}').contains(&c)
}

/// The spellings of a label: as it is, without accents, in capitals and with a capital at its start. ASCII letters are in
/// lower case, as their case does not matter where labels are compared.
pub(super) fn spellings(word: &str) -> Vec<String> {
    // Greek and Cyrillic letters have capitals; Han characters, of which most labels are, have not.
    let has_case = |c: char| is_accented(c) || ('\u{370}'..='\u{52f}').contains(&c);
    if !word.chars().any(has_case) {
        return vec![word.to_ascii_lowercase()];
    }
    let lower: String = word.chars().map(lower).collect();
    let bare: String = lower.chars().map(bare).collect();
    let mut all = vec![lower];
    let capitals = all[0].chars().map(capital).collect();
    let mut letters = all[0].chars();
    let first = letters.next().map(capital);
    let title = first.into_iter().chain(letters).collect();
    for mut spelling in [bare, capitals, title] {
        spelling.make_ascii_lowercase();
        if !all.contains(&spelling) {
            all.push(spelling);
        }
    }
    all
}

/// The small form of a letter; itself if that takes two characters (`İ`).
fn lower(c: char) -> char {
    single(c.to_lowercase()).unwrap_or(c)
}

/// The capital of a letter; itself if that takes two characters (`ß`).
fn capital(c: char) -> char {
    single(c.to_uppercase()).unwrap_or(c)
}

fn single(mut chars: impl ExactSizeIterator<Item = char>) -> Option<char> {
    if chars.len() == 1 { chars.next() } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accents_are_dropped_and_nothing_else() {
        for (text, want) in [
            ("numéro de sécurité", "numero de securite"),
            ("fødselsnummer", "fodselsnummer"),
            ("rodné číslo", "rodne cislo"),
            ("henkilötunnus", "henkilotunnus"),
            ("číslo občana, żółć", "cislo obcana, zolc"),
            ("kimlik numarası", "kimlik numarasi"),
            ("KİMLİK, NUMÉRO", "KIMLIK, NUMERO"),
            ("егн", "егн"),
            ("身份证", "身份证"),
        ] {
            assert_eq!(text.chars().map(bare).collect::<String>(), want);
        }
    }

    #[track_caller]
    fn check(word: &str, want: &[&str]) {
        assert_eq!(spellings(word), want, "{word}");
    }

    #[test]
    fn labels_have_the_spellings_that_occur() {
        check("PESEL", &["pesel"]);
        check(
            "Fødselsnummer",
            &["fødselsnummer", "fodselsnummer", "fØdselsnummer"],
        );
        check("číslo", &["číslo", "cislo", "ČÍslo", "Číslo"]);
        check("ЕГН", &["егн", "ЕГН", "Егн"]);
        check("KİMLİK", &["kİmlİk", "kimlik"]);
        check("手机号", &["手机号"]);
    }
}
