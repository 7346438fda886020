//! Machine-readable zones (ICAO Doc 9303, parts 3 to 6): the lines that carry the number of a travel document, its holder's date of
//! birth and its expiry, each with a check by the weights 7, 3, 1.
//!
//! Lines of text are records of their own, so a line is enough: the second of a passport (44 characters) or of a larger card
//! (36), the first of a card of three lines (30). Zones in one field are taken whole.

use super::{Compact, Verdict, digits};

/// Machine-readable zone, or the line of it that has the number. Normalised to the number and the state that issued it or, in
/// lines that do not name it, the nationality.
pub(super) fn mrz(compact: &mut Compact<'_>, _in_context: bool) -> Verdict {
    let zone = compact.as_bytes();
    let mut lines = [&[][..]; 3];
    let mut n = 0;
    for line in zone.split(|b| matches!(b, b' ' | b'\n' | b'\r' | b'\\')) {
        // What is left of an escaped line feed.
        let line = line.strip_prefix(b"n").unwrap_or(line);
        if !line.is_empty() {
            let Some(place) = lines.get_mut(n) else {
                return Verdict::Reject;
            };
            *place = line;
            n += 1;
        }
    }
    let number = match (n, lines[0].len()) {
        (1, 44 | 36) => document(lines[0]),
        // One check is little: the fillers must be there.
        (1, 30) if lines[0].ends_with(b"<<") => card(lines[0]),
        (2, length @ (44 | 36)) if lines[1].len() == length && is_first(lines[0]) => {
            document(lines[1])
        }
        (3, 30) => card(lines[0]).filter(|_| is_card(lines)),
        _ => None,
    };
    let Some((number, state)) = number else {
        return Verdict::Reject;
    };
    let mut form = [0; 12];
    form[..9].copy_from_slice(number);
    form[9..].copy_from_slice(state);
    let is_specimen = state == b"UTO" || state == b"D<<" && number == b"C01X00T47";
    compact.clear();
    form.iter().filter(|b| **b != b'<').for_each(|byte| {
        compact.push(*byte);
    });
    match is_specimen {
        true => Verdict::Test, // Utopia is the country of the examples.
        false => Verdict::Valid,
    }
}

type Number<'a> = (&'a [u8], &'a [u8]);

/// The second line of a document of two lines.
fn document(line: &[u8]) -> Option<Number<'_>> {
    let (rest, last) = (&line[28..line.len() - 1], line[line.len() - 1]);
    let sound = is_field(&line[..10])
        && is_state(&line[10..13])
        && is_day(&line[13..20])
        && matches!(line[20], b'M' | b'F' | b'<' | b'X')
        && is_day(&line[21..28])
        && (line.len() == 36 || is_optional(rest));
    let parts = [&line[..10], &line[13..20], &line[21..28], rest];
    let composite = check(parts.into_iter().flatten().copied());
    (sound && composite == Some(last)).then_some((&line[..9], &line[10..13]))
}

/// The first line of a card of three lines.
fn card(line: &[u8]) -> Option<Number<'_>> {
    let sound =
        is_first(line) && line[5..14].iter().any(u8::is_ascii_digit) && is_field(&line[5..15]);
    sound.then_some((&line[5..14], &line[2..5]))
}

/// Whether the second line of a card carries dates and nationality, and all checks hold.
fn is_card([first, second, third]: [&[u8]; 3]) -> bool {
    if second.len() != 30 || third.len() != 30 {
        return false;
    }
    let parts = [&first[5..30], &second[..7], &second[8..15], &second[18..29]];
    is_day(&second[..7])
        && matches!(second[7], b'M' | b'F' | b'<' | b'X')
        && is_day(&second[8..15])
        && is_state(&second[15..18])
        && check(parts.into_iter().flatten().copied()) == Some(second[29])
}

/// Whether a first line names a kind of document and a state.
fn is_first(line: &[u8]) -> bool {
    matches!(line[0], b'P' | b'V' | b'I' | b'A' | b'C')
        && (line[1].is_ascii_uppercase() || line[1] == b'<')
        && is_state(&line[2..5])
}

/// Whether this is the code of a state: three letters, or one for Germany.
fn is_state(code: &[u8]) -> bool {
    let n_letters = code.iter().take_while(|b| b.is_ascii_uppercase()).count();
    n_letters > 0 && code[n_letters..].iter().all(|b| *b == b'<')
}

/// Whether the last character is the check of those before it, and something stands there.
fn is_field(field: &[u8]) -> bool {
    field[0] != b'<' && check(field[..field.len() - 1].iter().copied()) == field.last().copied()
}

/// As [`is_field`], of what may be missing: then the check may be, too.
fn is_optional(field: &[u8]) -> bool {
    let (body, last) = field.split_at(field.len() - 1);
    let is_missing = body.iter().all(|b| *b == b'<') && last == b"<";
    is_missing || check(body.iter().copied()) == last.first().copied()
}

/// Whether this is a day as `YYMMDD` with its check; parts that are not known are fillers.
fn is_day(field: &[u8]) -> bool {
    let part = |range: std::ops::Range<usize>, most: u32| {
        let part = &field[range];
        part == b"<<" || digits::number(part).is_some_and(|n| n <= most)
    };
    part(0..2, 99)
        && part(2..4, 12)
        && part(4..6, 31)
        && check(field[..6].iter().copied()) == Some(field[6])
}

/// The check digit: the sum of the values by the weights 7, 3, 1, modulo 10. Fillers are 0, letters count from 10.
fn check(field: impl Iterator<Item = u8>) -> Option<u8> {
    let mut sum = 0;
    for (byte, weight) in field.zip([7, 3, 1].into_iter().cycle()) {
        let value = match byte {
            b'0'..=b'9' => byte - b'0',
            b'A'..=b'Z' => byte - b'A' + 10,
            b'<' => 0,
            _ => return None,
        };
        sum += u32::from(value) * weight;
    }
    Some(b'0' + (sum % 10) as u8)
}

#[cfg(test)]
mod tests {
    use super::super::testing::{check, rejects};
    use super::*;

    /// The second line of the passport of Doc 9303, part 4, and the same for a state that exists.
    const PASSPORT: &str = "L898902C36UTO7408122F1204159ZE184226B<<<<<10";

    #[test]
    fn accepts_published_examples() {
        let first = "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<";
        check(mrz, PASSPORT, false, Verdict::Test, "L898902C3UTO");
        let both = format!("{first}\n{PASSPORT}");
        check(mrz, &both, false, Verdict::Test, "L898902C3UTO");
        let escaped = format!("{first}\\n{PASSPORT}");
        check(mrz, &escaped, false, Verdict::Test, "L898902C3UTO");
        // Parts 6 and 5.
        check(
            mrz,
            "D231458907UTO7408122F1204159<<<<<<<6",
            false,
            Verdict::Test,
            "D23145890UTO",
        );
        let card = "I<UTOD231458907<<<<<<<<<<<<<<<";
        check(mrz, card, false, Verdict::Test, "D23145890UTO");
        let three = format!("{card} 7408122F1204159UTO<<<<<<<<<<<6 ERIKSSON<<ANNA<MARIA<<<<<<<<<<");
        check(mrz, &three, false, Verdict::Test, "D23145890UTO");
    }

    #[test]
    fn numbers_of_states_are_valid() {
        // No check covers the nationality.
        let number = PASSPORT.replace("UTO", "CHN");
        check(mrz, &number, false, Verdict::Valid, "L898902C3CHN");
        let german = PASSPORT.replace("UTO", "D<<");
        check(mrz, &german, false, Verdict::Valid, "L898902C3D");
    }

    #[test]
    fn any_other_digit_is_noticed() {
        for at in 0..PASSPORT.len() {
            if !PASSPORT.as_bytes()[at].is_ascii_digit() {
                continue;
            }
            for digit in b'0'..=b'9' {
                let mut changed = PASSPORT.as_bytes().to_vec();
                changed[at] = digit;
                if changed != PASSPORT.as_bytes() {
                    let changed = String::from_utf8(changed).unwrap();
                    rejects(mrz, &changed, true, "another digit");
                }
            }
        }
    }

    #[test]
    fn rejects_what_has_no_structure() {
        for (zone, why) in [
            (
                "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<",
                "a line without a number",
            ),
            ("L898902C36UTO7413122F1204159ZE184226B<<<<<10", "month 13"),
            (
                "L898902C36UTO7408122F1204159ZE184226B<<<<<1",
                "a character too few",
            ),
            ("7408122F1204159UTO<<<<<<<<<<<6", "no number"),
            ("a b c d e", "many lines"),
            ("", "nothing"),
        ] {
            rejects(mrz, zone, true, why);
        }
    }
}
