//! Business identifier codes (ISO 9362): four letters of the institution, the country, two of the place, three of the branch.
//! There is no check; the country is the only evidence.

use super::{Compact, Verdict};

/// Countries of ISO 3166-1, and XK.
const COUNTRIES: &[u8] = b"ADAEAFAGAIALAMAOAQARASATAUAWAXAZBABBBDBEBFBGBHBIBJBLBMBNBOBQBRBSBTBVBWBYBZCACCCDCFCGCHCICKCLCMCNCOCR\
CUCVCWCXCYCZDEDJDKDMDODZECEEEGEHERESETFIFJFKFMFOFRGAGBGDGEGFGGGHGIGLGMGNGPGQGRGSGTGUGWGYHKHMHNHRHTHUIDIEILIMINIOIQIRISITJEJMJOJP\
KEKGKHKIKMKNKPKRKWKYKZLALBLCLILKLRLSLTLULVLYMAMCMDMEMFMGMHMKMLMMMNMOMPMQMRMSMTMUMVMWMXMYMZNANCNENFNGNINLNONPNRNUNZOMPAPEPFPGPHPK\
PLPMPNPRPSPTPWPYQARERORSRURWSASBSCSDSESGSHSISJSKSLSMSNSOSRSSSTSVSXSYSZTCTDTFTGTHTJTKTLTMTNTOTRTTTVTWTZUAUGUMUSUYUZVAVCVEVGVIVNVU\
WFWSXKYEYTZAZMZW";

/// Business identifier code.
pub(super) fn bic(compact: &mut Compact<'_>, _in_context: bool) -> Verdict {
    let code = compact.as_bytes();
    let (8 | 11) = code.len() else {
        return Verdict::Reject;
    };
    if !code.iter().all(u8::is_ascii_alphanumeric) || !code[..6].iter().all(u8::is_ascii_uppercase)
    {
        return Verdict::Reject;
    }
    let (countries, _) = COUNTRIES.as_chunks::<2>();
    if !countries.iter().any(|country| country[..] == code[4..6]) {
        return Verdict::Reject;
    }
    // 0 in this place is a code for tests (ISO 9362, place).
    match code[7] {
        b'0' => Verdict::Test,
        _ => Verdict::Valid,
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{check, rejects};
    use super::*;

    #[test]
    fn countries_are_sorted() {
        let (countries, rest) = COUNTRIES.as_chunks::<2>();
        assert!(rest.is_empty() && countries.windows(2).all(|pair| pair[0] < pair[1]));
        assert_eq!(countries.len(), 250);
    }

    #[test]
    fn accepts_by_structure() {
        // The code of the registration authority's own examples, with and without a branch.
        for code in ["DEUTDEFF", "DEUTDEFF500", "NEDSZAJJXXX", "BKCHCNBJ"] {
            check(bic, code, true, Verdict::Valid, code);
        }
        check(bic, "DEUTDEF0", true, Verdict::Test, "DEUTDEF0");
    }

    #[test]
    fn rejects_what_has_no_structure() {
        for (code, why) in [
            ("DEUTDEF", "seven characters"),
            ("DEUTXXFF", "no such country"),
            ("DEU1DEFF", "a digit in the institution"),
            ("DEUTDEFF50", "half a branch"),
            ("", "nothing"),
        ] {
            rejects(bic, code, true, why);
        }
    }
}
