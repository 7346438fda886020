//! Why a validator judged as it did, and what it checks: for explanations, never for decisions.
//!
//! A validator notes its reason on the candidate it was handed ([`Compact::because`]); one that notes nothing is explained by
//! its verdict alone. [`checks`] says by name what a value has passed once its validator accepts it. Words for readers are
//! the business of the report.

use super::{Compact, Verdict};

/// The one fact that made a verdict other than plainly valid.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Why {
    /// Length, alphabet or fixed places are not those of the kind.
    Form,
    /// One digit or one group again and again: a filler.
    Repeated,
    /// No such province.
    Region,
    /// No such day, or not one that a living person's number bears.
    Date,
    /// The check digit is another one.
    Checksum,
    /// Well formed, but alone it proves too little: a column or a label must stand beside it.
    NeedsContext,
    /// No network or authority gives out numbers that begin so.
    NoIssuer,
    /// An organisation, a placeholder or a role rather than a person.
    NoPerson,
    /// It leads to nobody: private, reserved or local addresses.
    NoAddressee,
    /// The county is in no list, old or new.
    UnknownRegion,
    /// A sequence that is not issued.
    UnissuedSequence,
    /// A prefix that is not in force for subscribers.
    PrefixNotInForce,
    /// The number of a machine's subscription, which nobody answers.
    Machine,
    /// A trunk prefix in front, as serial numbers have.
    TrunkPrefix,
    /// A local number without its area code.
    NoAreaCode,
    /// The area code is in no list.
    UnknownAreaCode,
    /// Subscriber digits that are not given out.
    UnlikelySubscriber,
    /// The issuer is in no list.
    UnknownIssuer,
    /// The issuer is listed and issued numbers without the check digit.
    Unchecked,
    /// A length or series that other numbers have more often.
    CommonForm,
    /// The surname is in no list.
    UnknownSurname,
    /// The prefix is that of a listed issuer.
    KnownIssuer,
    /// The surname is in the list.
    KnownSurname,
    /// A second check, inside the number, holds as well.
    InnerChecksum,
}

impl Why {
    /// Every reason.
    pub const ALL: [Why; 24] = [
        Why::Form,
        Why::Repeated,
        Why::Region,
        Why::Date,
        Why::Checksum,
        Why::NeedsContext,
        Why::NoIssuer,
        Why::NoPerson,
        Why::NoAddressee,
        Why::UnknownRegion,
        Why::UnissuedSequence,
        Why::PrefixNotInForce,
        Why::Machine,
        Why::TrunkPrefix,
        Why::NoAreaCode,
        Why::UnknownAreaCode,
        Why::UnlikelySubscriber,
        Why::UnknownIssuer,
        Why::Unchecked,
        Why::CommonForm,
        Why::UnknownSurname,
        Why::KnownIssuer,
        Why::KnownSurname,
        Why::InnerChecksum,
    ];

    /// The stable id.
    pub fn id(self) -> &'static str {
        match self {
            Why::Form => "form",
            Why::Repeated => "repeated",
            Why::Region => "region",
            Why::Date => "date",
            Why::Checksum => "checksum",
            Why::NeedsContext => "needs-context",
            Why::NoIssuer => "no-issuer",
            Why::NoPerson => "no-person",
            Why::NoAddressee => "no-addressee",
            Why::UnknownRegion => "unknown-region",
            Why::UnissuedSequence => "unissued-sequence",
            Why::PrefixNotInForce => "prefix-not-in-force",
            Why::Machine => "machine",
            Why::TrunkPrefix => "trunk-prefix",
            Why::NoAreaCode => "no-area-code",
            Why::UnknownAreaCode => "unknown-area-code",
            Why::UnlikelySubscriber => "unlikely-subscriber",
            Why::UnknownIssuer => "unknown-issuer",
            Why::Unchecked => "unchecked",
            Why::CommonForm => "common-form",
            Why::UnknownSurname => "unknown-surname",
            Why::KnownIssuer => "known-issuer",
            Why::KnownSurname => "known-surname",
            Why::InnerChecksum => "inner-checksum",
        }
    }
}

/// Something that a validator holds a value against.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Check {
    /// Length, alphabet and fixed places.
    Form,
    /// The province of its region code.
    Region,
    /// The day it carries.
    Date,
    /// Numbers within their limits: degrees, octets, codes that are assigned.
    Range,
    /// A check digit, by the name of its standard.
    Checksum(&'static str),
}

impl Check {
    /// The stable id.
    pub fn id(self) -> &'static str {
        match self {
            Check::Form => "form",
            Check::Region => "region",
            Check::Date => "date",
            Check::Range => "range",
            Check::Checksum(_) => "checksum",
        }
    }
}

const MOD_11_2: Check = Check::Checksum("ISO 7064 MOD 11-2");
const LUHN: Check = Check::Checksum("Luhn, ISO/IEC 7812-1");

/// What the validator of this name checks; only the form for one that is not listed.
pub fn checks(validator: &str) -> &'static [Check] {
    match validator {
        "cn-resident-id" | "cn-foreign-pr-id" => {
            &[Check::Form, Check::Region, Check::Date, MOD_11_2]
        }
        "cn-resident-id-15" => &[Check::Form, Check::Region, Check::Date],
        "cn-uscc" => &[Check::Form, Check::Checksum("GB 32100 MOD 31")],
        "bank-card" | "imei" | "iccid" => &[Check::Form, LUHN],
        "vin" => &[Check::Form, Check::Checksum("ISO 3779 MOD 11")],
        "birth-date" | "alipay-trade-no" | "wechat-pay-id" => &[Check::Form, Check::Date],
        "coordinates" | "ip-address" | "phone-intl" | "imsi" => &[Check::Form, Check::Range],
        _ => &[Check::Form],
    }
}

/// What a value has passed whose validator judged so: the checks of the validator but for the one that did not hold.
pub fn passed(
    validator: &str,
    why: Option<Why>,
    failed_checksum: bool,
) -> impl Iterator<Item = &'static Check> {
    let unchecked = failed_checksum || matches!(why, Some(Why::Checksum | Why::Unchecked));
    let dateless = matches!(why, Some(Why::Date));
    checks(validator).iter().filter(move |check| match check {
        Check::Checksum(_) => !unchecked,
        Check::Region | Check::Date => !dateless,
        Check::Form | Check::Range => true,
    })
}

impl Compact<'_> {
    /// The verdict, with the reason noted for whoever asks.
    #[inline]
    pub(super) fn because(&mut self, why: Why, verdict: Verdict) -> Verdict {
        self.1 = Some(why);
        verdict
    }

    /// What the validator noted.
    pub fn why(&self) -> Option<Why> {
        self.1
    }
}

#[cfg(test)]
mod tests {
    use super::super::{VALIDATORS, by_name};
    use super::*;

    #[track_caller]
    fn check(name: &str, text: &str, in_context: bool, want: (Verdict, Option<Why>)) {
        let validator = by_name(name).expect("a validator of the table");
        let mut compact = Compact::of(text.as_bytes()).expect("it fits");
        let verdict = validator(&mut compact, in_context);
        assert_eq!((verdict, compact.why()), want, "{name} {text}");
    }

    #[test]
    fn the_reason_is_noted_with_the_verdict() {
        use Verdict::{FailedChecksum, Reject, Strong, Valid, Weak};
        for (name, text, in_context, verdict, why) in [
            ("cn-resident-id", "110101199003074610", false, Valid, None),
            (
                "cn-resident-id",
                "110101199003074611",
                true,
                FailedChecksum,
                Some(Why::Checksum),
            ),
            (
                "cn-resident-id",
                "160101199003074610",
                true,
                Reject,
                Some(Why::Region),
            ),
            (
                "cn-resident-id",
                "110101199002304610",
                true,
                Reject,
                Some(Why::Date),
            ),
            ("cn-resident-id", "11010119", true, Reject, Some(Why::Form)),
            (
                "cn-resident-id-15",
                "110101900307461",
                false,
                Reject,
                Some(Why::NeedsContext),
            ),
            ("cn-mobile", "13812345678", false, Valid, None),
            (
                "cn-mobile",
                "15412345678",
                false,
                Weak,
                Some(Why::PrefixNotInForce),
            ),
            ("cn-mobile", "12812345678", false, Reject, Some(Why::Form)),
            (
                "cn-landline",
                "6512 3456".replace(' ', "").as_str(),
                true,
                Weak,
                Some(Why::NoAreaCode),
            ),
            (
                "bank-card",
                "4539148803436461",
                false,
                Reject,
                Some(Why::Checksum),
            ),
            (
                "bank-card",
                "6222021234567890123",
                true,
                Weak,
                Some(Why::Unchecked),
            ),
            ("cn-name", "张伟", true, Strong, Some(Why::KnownSurname)),
            ("cn-name", "张伟", false, Reject, Some(Why::NeedsContext)),
            ("cn-name", "春山集团", true, Reject, Some(Why::NoPerson)),
        ] {
            check(name, text, in_context, (verdict, why));
        }
    }

    #[test]
    fn what_did_not_hold_is_not_among_what_was_passed() {
        let ids = |name, why, failed| -> Vec<&str> {
            passed(name, why, failed).map(|c| c.id()).collect()
        };
        let all = ["form", "region", "date", "checksum"];
        assert_eq!(ids("cn-resident-id", None, false), all);
        assert_eq!(ids("cn-resident-id", None, true), all[..3]);
        assert_eq!(ids("bank-card", Some(Why::Unchecked), false), ["form"]);
    }

    #[test]
    fn every_validator_has_its_checks_begin_with_the_form() {
        for (name, _) in VALIDATORS {
            assert_eq!(checks(name).first(), Some(&Check::Form), "{name}");
        }
    }
}
