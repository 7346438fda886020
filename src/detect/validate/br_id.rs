//! Brazil: the CPF of persons (eleven digits) and the CNPJ of companies (fourteen characters, letters among the first twelve
//! since July 2026). Both end in two check digits modulo 11.

use super::{Compact, Verdict, digits};

/// CPF.
pub(super) fn cpf(compact: &mut Compact<'_>, in_context: bool) -> Verdict {
    let number = compact.as_bytes();
    if number.len() != 11 || !digits::all(number) || digits::is_repeated(number) {
        return Verdict::Reject;
    }
    // Weights rise from 2 at the last digit of the body.
    let check = |body: &[u8]| check(body.iter().rev().zip(2..));
    match number {
        b"12345678909" => Verdict::Test,
        _ if check(&number[..9]) == number[9] && check(&number[..10]) == number[10] => {
            Verdict::Valid
        }
        _ if in_context => Verdict::FailedChecksum,
        _ => Verdict::Reject,
    }
}

/// CNPJ.
pub(super) fn cnpj(compact: &mut Compact<'_>, in_context: bool) -> Verdict {
    let number = compact.as_bytes();
    let sound = |b: &u8| b.is_ascii_digit() || b.is_ascii_uppercase();
    if number.len() != 14 || !digits::all(&number[12..]) || !number.iter().all(sound) {
        return Verdict::Reject;
    }
    if digits::is_repeated(&number[..12]) {
        return Verdict::Reject;
    }
    // Weights go from 2 to 9 and again from 2.
    let check = |body: &[u8]| check(body.iter().rev().zip((2..=9).cycle()));
    match check(&number[..12]) == number[12] && check(&number[..13]) == number[13] {
        true => Verdict::Valid,
        false if in_context => Verdict::FailedChecksum,
        false => Verdict::Reject,
    }
}

/// The digit that fills the weighted sum up to a multiple of eleven; 10 is written 0. Letters count as far behind `0` as they
/// stand in ASCII.
fn check<'a>(weighted: impl Iterator<Item = (&'a u8, u32)>) -> u8 {
    let sum: u32 = weighted
        .map(|(byte, weight)| u32::from(byte - b'0') * weight)
        .sum();
    match sum % 11 {
        0 | 1 => b'0',
        n => b'0' + (11 - n) as u8,
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{self, check, rejects};
    use super::*;

    #[test]
    fn accepts_published_numbers() {
        // Well-known test suites have the first three.
        for number in ["39053344705", "11144477735", "01234567890"] {
            check(cpf, number, true, Verdict::Valid, number);
        }
        check(cpf, "12345678909", true, Verdict::Test, "12345678909");
        testing::every_change_is_noticed(cpf, "11144477735", false);
        // The second is the worked example of the Receita Federal for letters.
        for number in ["00623904000173", "12ABC34501DE35"] {
            check(cnpj, number, true, Verdict::Valid, number);
        }
        testing::every_change_is_noticed(cnpj, "00623904000173", false);
        testing::every_change_is_noticed(cnpj, "12ABC34501DE35", false);
    }

    #[test]
    fn a_wrong_check_counts_apart_in_context_alone() {
        check(
            cpf,
            "39053344706",
            true,
            Verdict::FailedChecksum,
            "39053344706",
        );
        rejects(cpf, "39053344706", false, "no context");
        check(
            cnpj,
            "12ABC34501DE36",
            true,
            Verdict::FailedChecksum,
            "12ABC34501DE36",
        );
        rejects(cnpj, "12ABC34501DE36", false, "no context");
    }

    #[test]
    fn rejects_what_has_no_structure() {
        for (number, why) in [
            ("11111111111", "a filler, though its check holds"),
            ("3905334470", "a digit too few"),
            ("3905334470X", "a letter"),
            ("", "nothing"),
        ] {
            rejects(cpf, number, true, why);
        }
        for (number, why) in [
            ("00000000000000", "a filler"),
            ("0062390400017A", "a letter in the check"),
            ("0062390400017", "a digit too few"),
            ("", "nothing"),
        ] {
            rejects(cnpj, number, true, why);
        }
    }
}
