//! How values are written: mostly plain, at a low rate in the other forms that exports have, and broken on demand.
//!
//! Every valid value goes through here, and is counted in the truth in the same breath. What a row means is not known
//! here.

use std::fmt::{self, Write as _};

use super::person::{Pool, civil, digits, luhn_check};
use super::rng::Rng;
use super::truth::{Kind, Truth};
use super::vocabulary::PUBLIC_OCTETS;

/// Values out of a hundred that are written in another form than the plain one.
const OTHER_FORM_PERCENT: u64 = 3;

/// First second of the dump, 2019-01-01 in Beijing, and the seconds to the end of 2024.
const TIME_FIRST: i64 = 17_897 * 86_400;
const TIME_SECONDS: u64 = 2_192 * 86_400;

/// The text of rows in the making, with everything needed to write values into it.
pub(super) struct Scribe<'a> {
    pub(super) pool: &'a Pool,
    pub(super) truth: &'a mut Truth,
    /// The stream of the row.
    pub(super) rng: Rng,
    pub(super) text: String,
}

impl Scribe<'_> {
    pub(super) fn push(&mut self, text: &str) {
        self.text.push_str(text);
    }

    pub(super) fn put(&mut self, arguments: fmt::Arguments<'_>) {
        self.text
            .write_fmt(arguments)
            .expect("writing to a string cannot fail");
    }

    pub(super) fn someone(&mut self) -> u64 {
        self.rng.below(self.pool.people)
    }

    fn is_other_form(&mut self) -> bool {
        self.rng.percent(OTHER_FORM_PERCENT)
    }

    /// A valid mobile number.
    pub(super) fn mobile(&mut self, person: u64) {
        let number = self.pool.mobile(person);
        self.truth.value(Kind::Mobile, person);
        let text = ascii(&number);
        if !self.is_other_form() {
            return self.push(text);
        }
        let (a, b, c) = (&text[..3], &text[3..7], &text[7..]);
        match self.rng.below(6) {
            0 => self.put(format_args!("{a} {b} {c}")),
            1 => self.put(format_args!("{a}-{b}-{c}")),
            2 => self.put(format_args!("+86-{text}")),
            3 => self.put(format_args!("+86 {text}")),
            4 => self.put(format_args!("+86{text}")),
            _ => self.full_width(text),
        }
    }

    /// A mobile number and nothing but its digits.
    pub(super) fn mobile_digits(&mut self, person: u64) {
        let number = self.pool.mobile(person);
        self.truth.value(Kind::Mobile, person);
        self.push(ascii(&number));
    }

    /// What is left of a mobile number: masked, or with a digit too many.
    pub(super) fn mobile_spoiled(&mut self, person: u64) {
        let number = self.pool.mobile(person);
        let text = ascii(&number);
        self.truth.spoiled();
        if self.rng.one_in(2) {
            self.put(format_args!("{}****{}", &text[..3], &text[7..]));
        } else {
            self.put(format_args!("{text}{}", person % 10));
        }
    }

    /// A valid resident ID.
    pub(super) fn resident_id(&mut self, person: u64) {
        let id = self.pool.resident_id(person);
        self.truth.value(Kind::ResidentId, person);
        let text = ascii(&id);
        if !self.is_other_form() {
            return self.push(text);
        }
        let (region, birth, rest) = (&text[..6], &text[6..14], &text[14..]);
        match self.rng.below(4) {
            0 => self.put(format_args!("{region} {birth} {rest}")),
            1 => self.put(format_args!("{region}-{birth}-{rest}")),
            2 => self.push(&text.to_lowercase()),
            _ => self.full_width(text),
        }
    }

    /// What is left of a resident ID: masked, or with a check character that is wrong (and no Luhn digit either, so that
    /// it is no number of another kind).
    pub(super) fn resident_id_spoiled(&mut self, person: u64) {
        let mut id = self.pool.resident_id(person);
        self.truth.spoiled();
        if self.rng.one_in(2) {
            return self.put(format_args!(
                "{}********{}",
                ascii(&id[..6]),
                ascii(&id[14..])
            ));
        }
        let luhn = luhn_check(&id[..17]);
        let right = id[17];
        let mut wrong = (b'0'..=b'9').filter(|d| *d != right && *d != luhn);
        id[17] = wrong.next().expect("eight digits are left of ten");
        self.push(ascii(&id));
    }

    /// A valid e-mail address.
    pub(super) fn email(&mut self, person: u64, pinyin: &str) {
        let address = self.pool.email(person, pinyin);
        self.truth.value(Kind::Email, person);
        if self.is_other_form() {
            self.push(&address.to_uppercase());
        } else {
            self.push(&address);
        }
    }

    /// A valid bank card.
    pub(super) fn card(&mut self, person: u64) {
        let card = self.pool.card(person);
        self.truth.value(Kind::BankCard, person);
        let text = ascii(&card);
        if !self.is_other_form() {
            return self.push(text);
        }
        let separator = match self.rng.below(3) {
            0 => ' ',
            1 => '-',
            _ => return self.full_width(text),
        };
        for (i, digit) in text.chars().enumerate() {
            if i > 0 && i % 4 == 0 {
                self.text.push(separator);
            }
            self.text.push(digit);
        }
    }

    /// What is left of a bank card: masked, or its first digits.
    pub(super) fn card_spoiled(&mut self, person: u64) {
        let card = self.pool.card(person);
        let text = ascii(&card);
        self.truth.spoiled();
        if self.rng.one_in(2) {
            self.put(format_args!(
                "{}******{}",
                &text[..6],
                &text[text.len() - 4..]
            ));
        } else {
            self.push(&text[..9]);
        }
    }

    /// A valid device number.
    pub(super) fn imei(&mut self, person: u64) {
        let imei = self.pool.imei(person);
        self.truth.value(Kind::Imei, person);
        self.push(ascii(&imei));
    }

    /// A device number with a wrong check digit.
    pub(super) fn imei_spoiled(&mut self, person: u64) {
        let mut imei = self.pool.imei(person);
        self.truth.spoiled();
        imei[14] = if imei[14] == b'9' { b'0' } else { imei[14] + 1 };
        self.push(ascii(&imei));
    }

    /// A public IPv4 address. Its second octet differs from the first: four equal ones are well-known services.
    pub(super) fn public_address(&mut self) {
        let first = *self.rng.pick(PUBLIC_OCTETS);
        let rest = self.rng.below(1 << 16);
        let (second, third) = ((rest >> 8) as u8, rest as u8);
        let second = if second == first { first ^ 1 } else { second };
        let octets = [first, second, third, 1 + self.rng.below(254) as u8];
        self.truth.address(u32::from_be_bytes(octets));
        let [a, b, c, d] = octets;
        self.put(format_args!("{a}.{b}.{c}.{d}"));
    }

    /// An address of a private network (RFC 1918), which is nobody's.
    pub(super) fn private_address(&mut self) {
        let (c, d) = (self.rng.below(256), 1 + self.rng.below(254));
        match self.rng.below(3) {
            0 => self.put(format_args!("10.{}.{c}.{d}", c / 3)),
            1 => self.put(format_args!("172.{}.{c}.{d}", 16 + d % 16)),
            _ => self.put(format_args!("192.168.{c}.{d}")),
        }
    }

    /// A time of day in the years of the dump.
    pub(super) fn time(&mut self) {
        let second = self.any_second();
        self.time_of(second);
    }

    pub(super) fn any_second(&mut self) -> i64 {
        TIME_FIRST + self.rng.below(TIME_SECONDS) as i64
    }

    /// `2024-03-15 12:30:45`, of a second from 1970.
    pub(super) fn time_of(&mut self, second: i64) {
        let (year, month, day) = civil(second.div_euclid(86_400));
        let of_day = second.rem_euclid(86_400) as u64;
        let mut text = *b"0000-00-00 00:00:00";
        digits(&mut text[..4], year as u64);
        digits(&mut text[5..7], month);
        digits(&mut text[8..10], day);
        digits(&mut text[11..13], of_day / 3600);
        digits(&mut text[14..16], of_day / 60 % 60);
        digits(&mut text[17..], of_day % 60);
        self.push(ascii(&text));
    }

    fn full_width(&mut self, text: &str) {
        for c in text.chars() {
            let wide = char::from_u32(u32::from(c) + 0xFEE0);
            self.text.push(wide.expect("ASCII has full-width forms"));
        }
    }
}

pub(super) fn ascii(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).expect("numbers are ASCII")
}
