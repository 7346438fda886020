//! Belgian national register number: `YYMMDD`, sequence (3, odd for men), check (2), which is 97 less the nine digits modulo
//! 97; for those born since 2000 a 2 stands before the nine. Bis numbers of others have 20 or 40 more in the month; month or
//! day are 0 where they are not known.

use super::{Compact, Verdict, date, digits};

/// National register number or bis number.
pub(super) fn national_number(compact: &mut Compact<'_>, in_context: bool) -> Verdict {
    let number = compact.as_bytes();
    if number.len() != 11 || !digits::all(number) {
        return Verdict::Reject;
    }
    let parts = [digits::number(&number[..9]), digits::number(&number[9..])];
    let ([Some(body), Some(check)], Some(date)) = (parts, date::pairs(number)) else {
        return Verdict::Reject;
    };
    let born = [1900, 2000].map(|century| birth(date, century));
    if born == [None, None] {
        return Verdict::Reject;
    }
    let is_check_of = |n: u64| u64::from(check) == 97 - n % 97;
    let holds = [body.into(), 2_000_000_000 + u64::from(body)].map(is_check_of);
    let verdicts = born.iter().zip(holds).filter(|(_, holds)| *holds);
    let verdict = verdicts.filter_map(|(verdict, _)| *verdict).next();
    match verdict {
        Some(verdict) if is_sequence(number) => verdict,
        Some(_) => Verdict::Weak,
        None if in_context => Verdict::FailedChecksum,
        None => Verdict::Reject,
    }
}

/// 000 and 999 are not issued.
fn is_sequence(number: &[u8]) -> bool {
    !matches!(&number[6..9], b"000" | b"999")
}

/// What the date says in this century; nothing where it is no date.
fn birth([year, month, day]: [u32; 3], century: u32) -> Option<Verdict> {
    match (month % 20, day) {
        _ if month >= 60 => None,
        (13.., _) | (_, 32..) => None,
        (0, _) | (_, 0) => Some(Verdict::Weak),
        (month, day) => {
            date::exists(century + year, month, day).then(|| date::of_birth(century + year))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{self, check, rejects};
    use super::*;

    #[test]
    fn accepts_published_numbers() {
        // The example of the register's instructions; then 1993, 2015 and 2017.
        for number in ["85073003328", "93050507913", "15010100525", "17073003384"] {
            check(national_number, number, true, Verdict::Valid, number);
        }
    }

    #[test]
    fn bis_numbers_have_more_in_the_month() {
        for body in [852_730_033_u64, 854_730_033] {
            let number = format!("{body}{:02}", 97 - body % 97);
            check(national_number, &number, true, Verdict::Valid, &number);
        }
        rejects(national_number, "85673003328", true, "60 more");
    }

    #[test]
    fn an_unknown_date_is_weak() {
        check(
            national_number,
            "00000011115",
            true,
            Verdict::Weak,
            "00000011115",
        );
    }

    #[test]
    fn the_century_is_in_the_check() {
        // The check of a birth in 2001, on a day that only 1904 or 2004 had.
        check(
            national_number,
            "85073003329",
            true,
            Verdict::FailedChecksum,
            "85073003329",
        );
        rejects(
            national_number,
            "85073003329",
            false,
            "wrong check, no context",
        );
        // 29 February 1900 was no day, so the check must be that of 2000.
        let of = |n: u64| format!("000229033{:02}", 97 - n % 97);
        let (old, new) = (of(229_033), of(2_000_229_033));
        check(national_number, &old, true, Verdict::FailedChecksum, &old);
        check(national_number, &new, true, Verdict::Valid, &new);
        testing::every_change_is_noticed(national_number, "85073003328", true);
    }

    #[test]
    fn rejects_what_has_no_structure() {
        for (number, why) in [
            ("00013211148", "32 January"),
            ("01022911148", "29 February in years without one"),
            ("85133003328", "month 13"),
            ("8507300332", "ten digits"),
            ("8507300332X", "a letter"),
        ] {
            rejects(national_number, number, true, why);
        }
    }
}
