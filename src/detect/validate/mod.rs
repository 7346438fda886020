//! Validators: what a number must satisfy beyond its shape. One number format a file.
//!
//! A validator sees the compact form of a candidate and whether context (a column or a label of the kind) stands beside
//! it; it knows nothing of text, columns or other kinds. Each is pure and never allocates.

mod au_id;
mod bank_card;
mod be_nn;
mod bg_egn;
mod bic;
mod br_id;
mod ca_sin;
pub mod chance;
mod coordinates;
mod credential;
mod crypto;
mod cz_rc;
mod date;
mod de_tax_id;
mod device;
mod digits;
mod dk_cpr;
mod email;
mod es_id;
mod fi_hetu;
mod fr_nir;
mod hk_id;
mod iban;
mod ie_pps;
mod il_id;
mod in_id;
mod it_codice_fiscale;
mod jp_my_number;
mod jwt;
mod kr_rrn;
mod landline;
mod luhn;
mod mo_id;
mod mobile;
mod mod11_10;
mod mod11_2;
mod mrz;
mod mx_curp;
mod my_nric;
mod name;
mod network;
mod nl_bsn;
mod no_fodselsnummer;
mod payment;
mod phone_intl;
mod pl_pesel;
mod plate;
mod region;
mod resident_id;
mod ro_cnp;
pub(crate) mod rounded;
mod se_personnummer;
mod sg_nric;
mod table;
mod th_tnin;
mod tr_national_id;
mod tw_id;
mod uk_nhs;
mod uk_nino;
mod us_ssn;
mod uscc;
mod verhoeff;
mod vin;
mod weights;
mod why;
mod za_id;

pub use why::{Check, Why, checks, passed};

/// What a validator says of a candidate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Structure and checksum hold.
    Valid,
    /// Everything soft holds too (a known region, a prefix in force, a known issuer): confidence goes up a step.
    Strong,
    /// Structure holds, soft evidence is missing (an unknown region code): confidence goes down a step.
    Weak,
    /// A documented test or example number.
    Test,
    /// The structure holds, and the digits behind the fifteenth are lost: rounded by a spreadsheet, and nobody's.
    Rounded,
    /// The structure (dates, ranges, prefixes) holds and the checksum does not, or its character is missing: counted apart, when context stands beside it
    /// or the structure alone is telling.
    FailedChecksum,
    /// Not a value of this kind.
    Reject,
}

impl Verdict {
    /// This verdict if the check holds; otherwise the structure is all there is.
    fn if_check(self, holds: bool) -> Verdict {
        match holds {
            true => self,
            false => Verdict::FailedChecksum,
        }
    }

    /// The lower of two verdicts that both accept.
    fn and(self, other: Verdict) -> Verdict {
        match self {
            Verdict::Weak => self,
            _ => other,
        }
    }
}

/// The compact form of a candidate: at most [`Compact::CAPACITY`] bytes on the stack, or, while nothing had to be changed,
/// the candidate itself, which may be longer. Beside it stands what the validator noted, see [`Compact::why`].
#[derive(Clone, Copy)]
pub struct Compact<'a>(Form<'a>, Option<Why>);

#[derive(Clone, Copy)]
#[expect(
    clippy::large_enum_variant,
    reason = "there is one at a time, and it lives on the stack"
)]
enum Form<'a> {
    /// The candidate is compact as it stands in the text.
    Given(&'a [u8]),
    Own([u8; Compact::CAPACITY], u8),
}

impl Compact<'_> {
    /// Longest compact form a validator sees.
    pub const CAPACITY: usize = 255;
}

impl<'a> Compact<'a> {
    /// An empty form.
    pub fn new() -> Compact<'a> {
        Compact(Form::Given(&[]), None)
    }

    /// The form of these bytes, if they fit.
    pub fn of(bytes: &'a [u8]) -> Option<Compact<'a>> {
        let mut compact = Compact::new();
        compact.give(bytes).then_some(compact)
    }

    /// The bytes.
    #[inline]
    pub fn as_bytes(&self) -> &[u8] {
        match &self.0 {
            Form::Given(bytes) => bytes,
            Form::Own(bytes, len) => &bytes[..usize::from(*len)],
        }
    }

    /// Lets these bytes stand for themselves. Says whether they fitted.
    #[inline]
    pub(crate) fn give(&mut self, bytes: &'a [u8]) -> bool {
        let fits = bytes.len() <= Compact::CAPACITY;
        if fits {
            self.0 = Form::Given(bytes);
        }
        fits
    }

    /// Empties the form.
    pub fn clear(&mut self) {
        self.0 = Form::Given(&[]);
    }

    /// As `give`, also for what is too long to be changed: a token of letters that mean no number.
    #[inline]
    pub(crate) fn lend(&mut self, bytes: &'a [u8]) -> bool {
        self.0 = Form::Given(bytes);
        true
    }

    /// Appends one byte; says whether it fitted.
    pub fn push(&mut self, byte: u8) -> bool {
        let fits = self.as_bytes().len() < Compact::CAPACITY;
        if fits {
            let (bytes, len) = self.own();
            bytes[usize::from(*len)] = byte;
            *len += 1;
        }
        fits
    }

    /// A copy of its own, to be changed: a validator normalises what it accepts (`8613812345678` becomes `13812345678`), so
    /// that the same number in two spellings is one distinct value.
    fn own(&mut self) -> (&mut [u8; Compact::CAPACITY], &mut u8) {
        if let Form::Given(given) = self.0 {
            let mut bytes = [0; Compact::CAPACITY];
            bytes[..given.len()].copy_from_slice(given);
            self.0 = Form::Own(bytes, given.len() as u8);
        }
        match &mut self.0 {
            Form::Own(bytes, len) => (bytes, len),
            Form::Given(_) => unreachable!("it was just copied"),
        }
    }

    /// Turns ASCII letters into small ones.
    pub(crate) fn make_lowercase(&mut self) {
        let fits = self.as_bytes().len() <= Compact::CAPACITY;
        if fits && has(self.as_bytes(), u8::is_ascii_uppercase) {
            self.own().0.make_ascii_lowercase();
        }
    }

    /// Turns ASCII letters into capitals.
    pub(crate) fn make_uppercase(&mut self) {
        let fits = self.as_bytes().len() <= Compact::CAPACITY;
        if fits && has(self.as_bytes(), u8::is_ascii_lowercase) {
            self.own().0.make_ascii_uppercase();
        }
    }

    /// Drops the first `n` bytes.
    pub fn drop_front(&mut self, n: usize) {
        match &mut self.0 {
            Form::Given(bytes) => *bytes = &bytes[n.min(bytes.len())..],
            Form::Own(bytes, len) => {
                let n = n.min(usize::from(*len));
                bytes.copy_within(n..usize::from(*len), 0);
                *len -= n as u8;
            }
        }
    }
}

/// Whether any byte is such a one. Without an early end, so that it becomes vector instructions.
#[inline]
pub(crate) fn has(bytes: &[u8], such: impl Fn(&u8) -> bool) -> bool {
    bytes.iter().fold(false, |any, byte| any | such(byte))
}

impl Default for Compact<'_> {
    fn default() -> Self {
        Compact::new()
    }
}

/// A validator: judges, and may normalise, a compact candidate. `in_context` says that a column or a label of the kind
/// stands beside it.
pub type Validator = fn(&mut Compact<'_>, in_context: bool) -> Verdict;

/// The validator of this name, as pattern files write it.
pub fn by_name(name: &str) -> Option<Validator> {
    VALIDATORS.iter().find(|(n, _)| *n == name).map(|(_, v)| *v)
}

/// Whether a text reads as the name of a person, by a surname that is known.
pub fn is_likely_name(text: &str) -> bool {
    let verdict = Compact::of(text.as_bytes()).map(|mut compact| name::name(&mut compact, true));
    matches!(verdict, Some(Verdict::Strong | Verdict::Valid))
}

/// Whether a text of two to four Han characters begins with a surname that is known, and can be a name by its length.
pub(crate) fn has_known_surname(text: &[u8]) -> bool {
    if !name::may_begin_with_surname(text) {
        return false;
    }
    let verdict = Compact::of(text).map(|mut compact| name::name(&mut compact, true));
    verdict == Some(Verdict::Strong)
}

/// Every validator by name, sorted.
pub const VALIDATORS: &[(&str, Validator)] = &[
    ("alipay-trade-no", payment::alipay_trade_no),
    ("alipay-user-id", payment::alipay_user_id),
    ("au-medicare", au_id::medicare),
    ("au-tfn", au_id::tfn),
    ("bank-card", bank_card::bank_card),
    ("be-nn", be_nn::national_number),
    ("bg-egn", bg_egn::egn),
    ("birth-date", date::birth_date),
    ("br-cnpj", br_id::cnpj),
    ("br-cpf", br_id::cpf),
    ("ca-sin", ca_sin::sin),
    ("cn-foreign-pr-id", resident_id::foreign_pr_id),
    ("cn-landline", landline::landline),
    ("cn-mobile", mobile::mobile),
    ("cn-name", name::name),
    ("cn-plate", plate::plate),
    ("cn-resident-id", resident_id::resident_id),
    ("cn-resident-id-15", resident_id::resident_id_15),
    ("cn-uscc", uscc::uscc),
    ("coordinates", coordinates::coordinates),
    ("credential", credential::credential),
    ("crypto-address", crypto::crypto_address),
    ("cz-rc", cz_rc::rodne_cislo),
    ("de-tax-id", de_tax_id::tax_id),
    ("dk-cpr", dk_cpr::cpr),
    ("email", email::email),
    ("es-nie", es_id::nie),
    ("es-nif", es_id::nif),
    ("fi-hetu", fi_hetu::hetu),
    ("fr-nir", fr_nir::nir),
    ("hk-id-card", hk_id::id_card),
    ("iban", iban::iban),
    ("iccid", device::iccid),
    ("ie-pps", ie_pps::pps),
    ("il-id", il_id::identity),
    ("imei", device::imei),
    ("imsi", device::imsi),
    ("in-aadhaar", in_id::aadhaar),
    ("in-pan", in_id::pan),
    ("ip-address", network::ip_address),
    ("it-codice-fiscale", it_codice_fiscale::codice_fiscale),
    ("jp-my-number", jp_my_number::my_number),
    ("jwt", jwt::jwt),
    ("kr-rrn", kr_rrn::rrn),
    ("mac-address", network::mac_address),
    ("mo-id-card", mo_id::id_card),
    ("mx-curp", mx_curp::curp),
    ("my-nric", my_nric::nric),
    ("nl-bsn", nl_bsn::bsn),
    ("no-fodselsnummer", no_fodselsnummer::fodselsnummer),
    ("passport-mrz", mrz::mrz),
    ("phone-intl", phone_intl::phone_intl),
    ("pl-pesel", pl_pesel::pesel),
    ("ro-cnp", ro_cnp::cnp),
    ("se-personnummer", se_personnummer::personnummer),
    ("sg-nric", sg_nric::nric),
    ("swift-bic", bic::bic),
    ("th-tnin", th_tnin::tnin),
    ("tr-national-id", tr_national_id::national_id),
    ("tw-arc", tw_id::resident_certificate),
    ("tw-id-card", tw_id::id_card),
    ("uk-nhs", uk_nhs::nhs),
    ("uk-nino", uk_nino::nino),
    ("us-itin", us_ssn::itin),
    ("us-ssn", us_ssn::ssn),
    ("vin", vin::vin),
    ("wechat-pay-id", payment::wechat_pay_id),
    ("za-id", za_id::identity),
];

#[cfg(test)]
mod pattern_files;

/// What the tests of all validators share.
#[cfg(test)]
mod testing {
    use super::{Compact, Validator, Verdict};

    /// Asserts verdict and normalised form.
    #[track_caller]
    pub(super) fn check(
        validator: Validator,
        text: &str,
        in_context: bool,
        want: Verdict,
        form: &str,
    ) {
        let mut compact = Compact::of(text.as_bytes()).expect("test texts fit");
        let verdict = validator(&mut compact, in_context);
        let got = String::from_utf8_lossy(compact.as_bytes()).into_owned();
        assert_eq!((verdict, got.as_str()), (want, form), "{text}");
    }

    /// Asserts that the text is no value of the kind.
    #[track_caller]
    pub(super) fn rejects(validator: Validator, text: &str, in_context: bool, why: &str) {
        let mut compact = Compact::of(text.as_bytes()).expect("test texts fit");
        let verdict = validator(&mut compact, in_context);
        assert_eq!(verdict, Verdict::Reject, "{text}: {why}");
    }

    /// Asserts that the number is accepted and that no number with one other digit is.
    #[track_caller]
    pub(super) fn every_change_is_noticed(validator: Validator, number: &str, in_context: bool) {
        let accepts = |bytes: &[u8]| {
            let mut compact = Compact::of(bytes).expect("test numbers fit");
            let verdict = validator(&mut compact, in_context);
            matches!(verdict, Verdict::Valid | Verdict::Strong | Verdict::Weak)
        };
        assert!(accepts(number.as_bytes()), "{number}");
        for at in 0..number.len() {
            if !number.as_bytes()[at].is_ascii_digit() {
                continue;
            }
            for digit in b'0'..=b'9' {
                let mut changed = number.as_bytes().to_vec();
                changed[at] = digit;
                let same = changed == number.as_bytes();
                assert_eq!(
                    accepts(&changed),
                    same,
                    "{number}: place {at} as {}",
                    char::from(digit)
                );
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_sorted_and_unique() {
        assert!(VALIDATORS.windows(2).all(|pair| pair[0].0 < pair[1].0));
    }

    #[test]
    fn no_validator_panics() {
        // Every length, with bytes that no pattern would let through.
        let mut state = 1_u32;
        for (name, validator) in VALIDATORS {
            for round in 0..4_000 {
                let length = round % (Compact::CAPACITY + 1);
                let mut compact = Compact::new();
                for _ in 0..length {
                    state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                    let alphabet = b"0000111224689AXZaz.,:-+@ \xe5\xbc\xa0\xff";
                    compact.push(alphabet[(state >> 16) as usize % alphabet.len()]);
                }
                for in_context in [false, true] {
                    let mut copy = compact;
                    let verdict = validator(&mut copy, in_context);
                    assert!(
                        length > 0 || verdict == Verdict::Reject,
                        "{name} accepts nothing"
                    );
                }
            }
        }
    }

    #[test]
    fn a_normalised_form_is_stable() {
        // What a validator wrote, it must read again as the same value.
        for (name, text) in [
            ("cn-mobile", "8613812345678"),
            ("cn-landline", "861051256736"),
            ("phone-intl", "00442079460958"),
            ("birth-date", "1990年3月7日"),
            ("coordinates", "43.469277, 120.495744"),
            ("fi-hetu", "131052a308t"),
            ("nl-bsn", "011222311"),
            ("se-personnummer", "640823-3234"),
        ] {
            let validator = by_name(name).expect("a validator of the table");
            let mut once = Compact::of(text.as_bytes()).expect("fits");
            let first = validator(&mut once, true);
            let mut twice = once;
            assert_eq!(validator(&mut twice, true), first, "{name}");
            assert_eq!(twice.as_bytes(), once.as_bytes(), "{name}");
        }
    }
}
