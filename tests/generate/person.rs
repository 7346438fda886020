//! The pool of synthetic people and their numbers.
//!
//! Person number `p` of a seed is always the same, and no two people of a pool share an ID, a phone number, an e-mail
//! address, a card or a device. Every number is drawn from the whole number space with a correct check digit: it belongs
//! to nobody except by the accident that all numbers of a space are given out. How a number is written is not known here.

use super::rng::{Rng, Scatter};
use super::vocabulary::{
    CARD_PREFIXES, DOTTED_NAMES, GIVEN_MEN, GIVEN_WOMEN, MOBILE_PREFIXES, REGIONS, Region, SURNAMES,
};

/// Largest pool. The smallest number space, that of resident IDs, has room for more than 40 draws a person.
pub(crate) const PEOPLE_MAX: u64 = 20_000_000;

/// From one draw of a person to the next: more than there are people, and coprime to the number spaces, so that another
/// draw changes every digit.
const DRAW_STRIDE: u64 = 20_000_003;

/// First day of birth, 1950-01-01, and the number of days to 2006-12-31, in days of the civil calendar from 1970.
const BIRTH_FIRST: i64 = -7305;
const BIRTH_DAYS: u64 = 20_819;

const MOBILE_SERIALS: u64 = 100_000_000;
const CARD_SERIALS: u64 = 1_000_000_000;
const EMAIL_SERIALS: u64 = 100_000_000;
const IMEI_SERIALS: u64 = 1_000_000_000_000;
const ORDERS: u64 = 999;

const FAMILY_PERSON: u64 = 100;
const FAMILY_SCATTER: u64 = 101;

/// The people.
pub(crate) struct Pool {
    seed: u64,
    pub(super) people: u64,
    ids: Scatter,
    mobiles: Scatter,
    cards: Scatter,
    emails: Scatter,
    imeis: Scatter,
}

/// What is not a number of a person.
pub(super) struct Portrait {
    pub(super) name: String,
    pub(super) pinyin: String,
    pub(super) is_woman: bool,
    pub(super) home: &'static Region,
    /// What else is drawn for the person, always the same.
    pub(super) rng: Rng,
}

impl Pool {
    pub(super) fn new(seed: u64, people: u64) -> Pool {
        let scatter =
            |size, index| Scatter::new(size, &mut Rng::keyed(seed, FAMILY_SCATTER, index));
        Pool {
            seed,
            people,
            ids: scatter(REGIONS.len() as u64 * BIRTH_DAYS * ORDERS, 0),
            mobiles: scatter(MOBILE_PREFIXES.len() as u64 * MOBILE_SERIALS, 1),
            cards: scatter(CARD_PREFIXES.len() as u64 * CARD_SERIALS, 2),
            emails: scatter(EMAIL_SERIALS, 3),
            imeis: scatter(IMEI_SERIALS, 4),
        }
    }

    pub(super) fn portrait(&self, person: u64) -> Portrait {
        let mut rng = Rng::keyed(self.seed, FAMILY_PERSON, person);
        let id = self.resident_id(person);
        let is_woman = (id[16] - b'0').is_multiple_of(2);
        let given = if is_woman { GIVEN_WOMEN } else { GIVEN_MEN };
        let (surname, given) = (rng.pick(SURNAMES), rng.pick(given));
        let (name, pinyin) = if rng.one_in(100) {
            let (name, pinyin) = rng.pick(DOTTED_NAMES);
            ((*name).to_owned(), (*pinyin).to_owned())
        } else {
            ([surname.0, given.0].concat(), [surname.1, given.1].concat())
        };
        Portrait {
            name,
            pinyin,
            is_woman,
            home: rng.pick(REGIONS),
            rng,
        }
    }

    /// 18 characters: region, birth date, order, check character of GB 11643-1999 (ISO 7064 MOD 11-2).
    pub(super) fn resident_id(&self, person: u64) -> [u8; 18] {
        first_plain(&self.ids, person, |place| {
            let region = &REGIONS[(place / (BIRTH_DAYS * ORDERS)) as usize];
            let day = BIRTH_FIRST + (place / ORDERS % BIRTH_DAYS) as i64;
            let (year, month, date) = civil(day);
            let mut id = [b'0'; 18];
            digits(&mut id[..6], u64::from(region.code));
            digits(&mut id[6..10], year as u64);
            digits(&mut id[10..12], month);
            digits(&mut id[12..14], date);
            digits(&mut id[14..17], place % ORDERS + 1);
            id[17] = resident_id_check(&id);
            id
        })
    }

    /// 11 digits with a prefix in force.
    pub(super) fn mobile(&self, person: u64) -> [u8; 11] {
        first_plain(&self.mobiles, person, |place| {
            let prefix = MOBILE_PREFIXES[(place / MOBILE_SERIALS) as usize];
            let mut mobile = [b'0'; 11];
            digits(&mut mobile[..3], u64::from(prefix));
            digits(&mut mobile[3..], place % MOBILE_SERIALS);
            mobile
        })
    }

    /// 16 to 19 digits with a prefix of that length and the check digit of ISO/IEC 7812 (Luhn).
    pub(super) fn card(&self, person: u64) -> Vec<u8> {
        first_plain(&self.cards, person, |place| {
            let (prefix, len) = CARD_PREFIXES[(place / CARD_SERIALS) as usize];
            let mut card = vec![b'0'; len];
            digits(&mut card[..6], u64::from(prefix));
            digits(&mut card[6..15], place % CARD_SERIALS);
            // The digits a long card has beyond the serial; they need not be unique, only not be zeros.
            let rest = Rng::keyed(self.seed ^ place, FAMILY_PERSON, person).next();
            digits(&mut card[15..len - 1], rest);
            card[len - 1] = luhn_check(&card[..len - 1]);
            card
        })
    }

    /// 15 digits: reporting body 35 or 86, 12 digits, Luhn.
    pub(super) fn imei(&self, person: u64) -> [u8; 15] {
        first_plain(&self.imeis, person, |place| {
            let mut imei = [b'0'; 15];
            digits(
                &mut imei[..2],
                if place.is_multiple_of(3) { 35 } else { 86 },
            );
            digits(&mut imei[2..14], place);
            imei[14] = luhn_check(&imei[..14]);
            imei
        })
    }

    /// The address in lower case. One person in 200 has the mobile number as the part before the `@`.
    pub(super) fn email(&self, person: u64, pinyin: &str) -> String {
        let n = self.emails.place(person);
        let domain = if n.is_multiple_of(2) {
            "example.com"
        } else {
            "example.org"
        };
        match n % 200 {
            7 => {
                let mobile = self.mobile(person);
                let mobile = std::str::from_utf8(&mobile).expect("digits are ASCII");
                format!("{mobile}@{domain}")
            }
            0..60 => format!("{pinyin}.{n}@{domain}"),
            60..90 => format!("{pinyin}_{n}@{domain}"),
            90..96 => format!("{pinyin}+{n}@mail.{domain}"),
            _ => format!("{pinyin}{n}@{domain}"),
        }
    }
}

/// The first number of a person that does not look like a made-up example. Each person has serials of their own
/// (`person`, `person + DRAW_STRIDE`, ...), so that stepping on never meets another person's number.
fn first_plain<T: AsRef<[u8]>>(scatter: &Scatter, person: u64, make: impl Fn(u64) -> T) -> T {
    let mut serial = person;
    loop {
        let number = make(scatter.place(serial));
        if !looks_made_up(number.as_ref()) {
            return number;
        }
        serial += DRAW_STRIDE;
    }
}

/// Whether five digits in a row are equal, rising or falling, as in the test numbers of documentation (`13800000000`,
/// `6212345678901232`), or the birth date is the one of the well-known example IDs.
fn looks_made_up(number: &[u8]) -> bool {
    let step = |a: u8, b: u8| i16::from(b) - i16::from(a);
    let patterned = number.windows(5).any(|w| {
        let first = step(w[0], w[1]);
        first.abs() <= 1 && w.windows(2).all(|pair| step(pair[0], pair[1]) == first)
    });
    patterned || number == b"13800138000" || number.get(6..14) == Some(b"19900307")
}

/// Writes the last digits of `n`, filling the slice.
pub(super) fn digits(out: &mut [u8], mut n: u64) {
    for digit in out.iter_mut().rev() {
        *digit = b'0' + (n % 10) as u8;
        n /= 10;
    }
}

pub(super) fn resident_id_check(id: &[u8; 18]) -> u8 {
    const WEIGHTS: [u32; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
    let weighted = id.iter().zip(WEIGHTS).map(|(d, w)| u32::from(d - b'0') * w);
    b"10X98765432"[(weighted.sum::<u32>() % 11) as usize]
}

/// The digit that makes the whole number pass the Luhn check.
pub(super) fn luhn_check(number: &[u8]) -> u8 {
    let sum: u32 = number
        .iter()
        .rev()
        .enumerate()
        .map(|(i, d)| match (u32::from(d - b'0'), i % 2) {
            (d, 0) if d > 4 => d * 2 - 9,
            (d, 0) => d * 2,
            (d, _) => d,
        })
        .sum();
    b'0' + ((10 - sum % 10) % 10) as u8
}

/// Year, month and day of a day counted from 1970-01-01 (Hinnant, `civil_from_days`).
pub(super) fn civil(day: i64) -> (i64, u64, u64) {
    let z = day + 719_468;
    let era = z.div_euclid(146_097);
    let doe = z.rem_euclid(146_097);
    let yoe = (doe - doe / 1460 + doe / 36_524 - doe / 146_096) / 365;
    let doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    let mp = (5 * doy + 2) / 153;
    let month = if mp < 10 { mp + 3 } else { mp - 9 };
    let year = yoe + era * 400 + i64::from(month <= 2);
    (year, month as u64, (doy - (153 * mp + 2) / 5 + 1) as u64)
}
