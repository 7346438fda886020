//! Shapes of cells: what a cell looks like without knowing any pattern of personal data.
//!
//! A shape is cheap and wide; it only helps to decide what a whole column is. It says nothing about
//! a single value.

/// A set of shapes, as bits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Shapes(u32);

macro_rules! shapes {
    ($($name:ident $bit:literal $doc:literal,)*) => {
        impl Shapes {
            $(#[doc = $doc] pub(super) const $name: Shapes = Shapes(1 << $bit);)*
        }
    };
}

shapes! {
    DATETIME 0 "A date with a time of day.",
    DATE 1 "A date.",
    TIME 2 "A time of day, or a duration with colons.",
    EPOCH 3 "Seconds or milliseconds since 1970, between 2001 and 2033.",
    MONEY 4 "A number with two decimals.",
    NUMBER 5 "A number, whole or with decimals.",
    COUNT 6 "A whole number of at most five digits.",
    DIGITS 7 "Digits alone, six or more.",
    LONGITUDE 8 "A longitude in or near China: 73 to 136 degrees with decimals.",
    LATITUDE 9 "A latitude in or near China: 3 to 54 degrees with decimals.",
    DEGREES 10 "Decimal degrees of any place on earth.",
    GENDER 11 "A word for a gender.",
    DOCUMENT 12 "A word for a kind of document.",
    CALL 13 "A word for the direction of a call.",
    DEBIT 14 "A word for the direction of a movement of money.",
    PROSE 15 "A sentence.",
    LONG 16 "Text of many characters.",
    HASH 17 "A hash of a password.",
    NAME 18 "Two to four Han characters, some of them masked perhaps, or words of Latin letters.",
    HAN_NAME 19 "Two to four Han characters.",
    TOKEN 20 "Letters, digits and signs without a blank.",
    DURATION 21 "A duration with units.",
    HOTEL 22 "A text that ends like the name of a hotel.",
    ROOM 23 "A room: two to five digits, with a letter perhaps.",
    HAS_DIGIT 24 "There is a digit.",
    HANDLE 26 "A token that begins with a letter and is no account in the IBAN format.",
    HAN_PLACE 25 "Han text with the signs of an address.",
}

/// How many shapes there are.
pub(super) const COUNT: usize = 27;

/// Fewest characters of a sentence.
const PROSE_MIN: usize = 12;
/// Fewest characters of long text.
const LONG_MIN: usize = 24;
/// Longest cell that is looked at, in bytes; the rest of a longer one is text all the same.
const LOOK_MAX: usize = 512;
/// Bounds of what is taken for seconds since 1970: 2001-09-09 and 2033-05-18, where ten digits
/// begin with 1.
const EPOCH_SECONDS: std::ops::Range<u64> = 1_000_000_000..2_000_000_000;

const GENDERS: &[&str] = &["男", "女", "男性", "女性", "male", "female", "m", "f"];
const DOCUMENTS: &[&str] = &[
    "身份证",
    "居民身份证",
    "二代身份证",
    "护照",
    "港澳通行证",
    "港澳居民来往内地通行证",
    "台胞证",
    "军官证",
    "户口簿",
    "驾驶证",
    "港澳台居民居住证",
    "外国人永久居留身份证",
];
const CALLS: &[&str] = &[
    "主叫",
    "被叫",
    "呼入",
    "呼出",
    "主动呼叫",
    "来电",
    "去电",
    "未接",
    "incoming",
    "outgoing",
    "missed",
];
const DEBITS: &[&str] = &[
    "借", "贷", "借方", "贷方", "收入", "支出", "收", "支", "转入", "转出", "存入", "取出",
    "debit", "credit",
];
const HOTELS: &[&str] = &[
    "酒店",
    "宾馆",
    "旅馆",
    "饭店",
    "旅店",
    "客栈",
    "民宿",
    "招待所",
    "hotel",
    "inn",
];

impl Shapes {
    /// Both sets joined.
    pub(super) const fn and(self, other: Shapes) -> Shapes {
        Shapes(self.0 | other.0)
    }

    /// Whether the sets share a shape.
    pub(super) fn meets(self, other: Shapes) -> bool {
        self.0 & other.0 != 0
    }

    /// Whether there is none.
    pub(super) fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// The positions of the shapes, each below [`COUNT`].
    pub(super) fn positions(self) -> impl Iterator<Item = usize> {
        (0..COUNT).filter(move |i| self.0 >> i & 1 == 1)
    }

    fn add(&mut self, shape: Shapes, holds: bool) {
        if holds {
            self.0 |= shape.0;
        }
    }

    /// The shapes of a trimmed cell that is not empty. Text that is no UTF-8 has none.
    pub(super) fn of(cell: &[u8]) -> Shapes {
        let cut = &cell[..cell.len().min(LOOK_MAX)];
        let text = match std::str::from_utf8(cut) {
            Ok(text) => text,
            Err(e) if cut.len() < cell.len() => {
                std::str::from_utf8(&cut[..e.valid_up_to()]).unwrap_or_default()
            }
            Err(_) => return Shapes::default(),
        };
        let mut shapes = Shapes::default();
        shapes.numbers(text);
        shapes.words(text);
        shapes.texts(text);
        shapes
    }

    fn numbers(&mut self, text: &str) {
        let digits = text.bytes().filter(u8::is_ascii_digit).count();
        self.add(Shapes::HAS_DIGIT, digits > 0);
        if digits == 0 {
            return;
        }
        self.times(text);
        let plain = text
            .trim_start_matches(['-', '+', '¥', '￥', '$'])
            .replace(',', "");
        let Some((whole, decimals)) = decimal(&plain) else {
            return;
        };
        self.add(Shapes::NUMBER, whole.len() <= 12);
        self.add(
            Shapes::MONEY,
            decimals.is_some_and(|d| d.len() == 2) && whole.len() <= 12,
        );
        let integer = decimals.is_none() && digits == text.len();
        self.add(Shapes::COUNT, integer && whole.len() <= 5);
        self.add(Shapes::DIGITS, integer && whole.len() >= 6);
        self.add(Shapes::ROOM, integer && (2..=5).contains(&whole.len()));
        if let Some(decimals) = decimals
            && decimals.len() >= 3
            && let Ok(degrees) = plain.parse::<f64>()
        {
            let north_east = !text.starts_with('-');
            self.add(
                Shapes::LONGITUDE,
                north_east && (73.0..=136.0).contains(&degrees),
            );
            self.add(
                Shapes::LATITUDE,
                north_east && (3.0..=54.0).contains(&degrees),
            );
            self.add(Shapes::DEGREES, degrees <= 180.0);
        }
        if let Ok(number) = plain.parse::<u64>() {
            let seconds = if whole.len() == 13 {
                number / 1000
            } else {
                number
            };
            self.add(Shapes::EPOCH, integer && EPOCH_SECONDS.contains(&seconds));
        }
    }

    fn times(&mut self, text: &str) {
        let date = date_prefix(text);
        if let Some(rest) = date.map(|n| text[n..].trim_start_matches([' ', 'T', '_'])) {
            self.add(Shapes::DATE, rest.is_empty());
            self.add(Shapes::DATETIME, !rest.is_empty() && clock(rest));
        }
        self.add(
            Shapes::TIME,
            date.is_none() && clock(text) && text.len() <= 12,
        );
        let compact = text.len() == 14 && text.bytes().all(|b| b.is_ascii_digit());
        self.add(
            Shapes::DATETIME,
            compact && date_prefix(&text[..text.len().min(8)]).is_some(),
        );
        let unit = ["秒", "分钟", "分", "小时", "s", "sec", "min"]
            .iter()
            .any(|u| text.ends_with(u));
        self.add(
            Shapes::DURATION,
            unit && text.starts_with(|c: char| c.is_ascii_digit()),
        );
    }

    fn words(&mut self, text: &str) {
        if text.len() > 48 {
            return;
        }
        let lower = text.to_lowercase();
        let is = |list: &[&str]| list.contains(&lower.as_str());
        self.add(Shapes::GENDER, is(GENDERS));
        self.add(Shapes::DOCUMENT, is(DOCUMENTS));
        self.add(Shapes::CALL, is(CALLS));
        self.add(Shapes::DEBIT, is(DEBITS));
        self.add(
            Shapes::HOTEL,
            HOTELS
                .iter()
                .any(|h| lower.ends_with(h) && lower.len() > h.len()),
        );
    }

    fn texts(&mut self, text: &str) {
        let length = text.chars().count();
        let han = text.chars().filter(|c| is_han(*c)).count();
        let blanks = text.bytes().filter(|b| *b == b' ').count();
        let stops = [
            '，', '。', '！', '？', '；', '：', '、', ',', '!', '?', ';', '.', '\n',
        ];
        let stop = text.contains(stops);
        let sentence = if han > 0 {
            stop && han * 3 >= length
        } else {
            stop && blanks >= 2 || blanks >= 5
        };
        let clear_of_data = !text.starts_with(['{', '[', '<']);
        self.add(
            Shapes::PROSE,
            length >= PROSE_MIN && sentence && clear_of_data,
        );
        self.add(Shapes::LONG, length >= LONG_MIN && (han > 0 || blanks > 1));
        let han_name = (2..=4).contains(&length) && han == length;
        let dotted = length <= 15 && han + 1 == length && text.contains(['·', '•']);
        let latin = length <= 40
            && text
                .chars()
                .all(|c| c.is_alphabetic() && !is_han(c) || " .'-".contains(c));
        let stars = text.chars().filter(|c| matches!(c, '*' | '＊')).count();
        let masked = (2..=4).contains(&length) && han > 0 && han + stars == length;
        self.add(Shapes::HAN_NAME, han_name || dotted);
        self.add(Shapes::NAME, masked || dotted || latin);
        let token = text.bytes().all(|b| b.is_ascii_graphic());
        self.add(Shapes::TOKEN, token && length <= 128);
        let letters = text.bytes().take_while(u8::is_ascii_alphabetic).count();
        let iban =
            letters == 2 && length >= 15 && text[2..].bytes().take(2).all(|b| b.is_ascii_digit());
        self.add(
            Shapes::HANDLE,
            token && letters > 0 && length <= 64 && !iban,
        );
        self.add(Shapes::HASH, token && is_hash(text));
        let place = [
            "省", "市", "区", "县", "镇", "路", "街", "道", "号", "村", "室", "栋",
        ];
        let signs = place.iter().filter(|p| text.contains(**p)).count();
        self.add(
            Shapes::HAN_PLACE,
            han >= 5 && length >= 6 && signs >= 2 && !self.meets(Shapes::PROSE),
        );
    }
}

fn is_han(c: char) -> bool {
    matches!(c, '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{323af}')
}

/// Whole part and decimals of a number.
fn decimal(text: &str) -> Option<(&str, Option<&str>)> {
    let (whole, decimals) = match text.split_once('.') {
        Some((whole, decimals)) => (whole, Some(decimals)),
        None => (text, None),
    };
    let digits = |s: &str| !s.is_empty() && s.bytes().all(|b| b.is_ascii_digit());
    (digits(whole) && decimals.is_none_or(digits)).then_some((whole, decimals))
}

/// Length in bytes of a date at the start: `2024-01-31`, `2024/1/31`, `20240131`, `2024年1月31日`,
/// `1/31/2024`.
fn date_prefix(text: &str) -> Option<usize> {
    let mut numbers = [0u32; 3];
    let mut at = 0;
    let bytes = text.as_bytes();
    if bytes.len() >= 8 && bytes.iter().take_while(|b| b.is_ascii_digit()).count() == 8 {
        let part = |r: std::ops::Range<usize>| text[r].parse().ok();
        let (year, month, day) = (part(0..4)?, part(4..6)?, part(6..8)?);
        return is_date(year, month, day).then_some(8);
    }
    for (i, number) in numbers.iter_mut().enumerate() {
        let digits = bytes[at..]
            .iter()
            .take_while(|b| b.is_ascii_digit())
            .count();
        if digits == 0 || digits > 4 {
            return None;
        }
        *number = text[at..at + digits].parse().ok()?;
        at += digits;
        let sign = text[at..].chars().next();
        match sign {
            Some(c @ ('-' | '/' | '.' | '年' | '月')) if i < 2 => at += c.len_utf8(),
            Some(c @ '日') if i == 2 => at += c.len_utf8(),
            _ if i == 2 => {}
            _ => return None,
        }
    }
    let [a, b, c] = numbers;
    (is_date(a, b, c) || is_date(c, a, b) || is_date(c, b, a)).then_some(at)
}

fn is_date(year: u32, month: u32, day: u32) -> bool {
    (1900..2100).contains(&year) && (1..=12).contains(&month) && (1..=31).contains(&day)
}

/// `15:04`, `15:04:05.123`, `15:04:05+08:00`, `15时04分`.
fn clock(text: &str) -> bool {
    let hour = text.bytes().take_while(u8::is_ascii_digit).count();
    let Some(rest) = text.get(hour..).filter(|_| (1..=3).contains(&hour)) else {
        return false;
    };
    let rest = rest.strip_prefix(':').or_else(|| rest.strip_prefix('时'));
    rest.is_some_and(|r| r.bytes().take(2).filter(u8::is_ascii_digit).count() == 2)
}

/// MD5, SHA-1 and SHA-2 in hexadecimal, and the modular crypt format (`$2b$10$…`).
fn is_hash(text: &str) -> bool {
    let hex =
        matches!(text.len(), 32 | 40 | 64 | 128) && text.bytes().all(|b| b.is_ascii_hexdigit());
    let crypt = text.len() >= 20 && text.starts_with('$') && text[1..].matches('$').count() >= 2;
    hex && text.bytes().any(|b| b.is_ascii_alphabetic()) || crypt
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(cell: &str, has: &[Shapes], lacks: &[Shapes]) {
        let shapes = Shapes::of(cell.as_bytes());
        for shape in has {
            assert!(shapes.meets(*shape), "{cell:?} lacks {shape:?}: {shapes:?}");
        }
        for shape in lacks {
            assert!(!shapes.meets(*shape), "{cell:?} has {shape:?}: {shapes:?}");
        }
    }

    #[test]
    fn times_and_numbers_are_told_apart() {
        use Shapes as S;
        for time in [
            "2024-01-31 10:20:30",
            "2024/1/31 9:05",
            "20240131102030",
            "2024-01-31T10:20:30+08:00",
            "2024年1月31日 10:20",
        ] {
            check(
                time,
                &[S::DATETIME],
                &[S::DATE, S::TIME, S::NUMBER.and(S::MONEY).and(S::LATITUDE)]
                    .map(|s| if time.len() == 14 { S::DATE } else { s }),
            );
        }
        for date in [
            "2024-01-31",
            "20240131",
            "2024年1月31日",
            "1/31/2024",
            "31.1.2024",
        ] {
            check(date, &[S::DATE], &[S::DATETIME]);
        }
        check("20241331", &[S::DIGITS], &[S::DATE]);
        check("10:20:30", &[S::TIME], &[S::DATETIME]);
        check("2分30秒", &[S::DURATION], &[S::DATE]);
        check("1700000000", &[S::EPOCH, S::DIGITS], &[S::COUNT]);
        check("1,234.50", &[S::MONEY, S::NUMBER], &[S::DEGREES]);
        check("-12.00", &[S::MONEY], &[]);
        check(
            "116.397428",
            &[S::LONGITUDE, S::DEGREES],
            &[S::LATITUDE, S::MONEY],
        );
        check("39.909230", &[S::LATITUDE, S::DEGREES], &[S::LONGITUDE]);
        check("-73.98513", &[S::DEGREES], &[S::LATITUDE, S::LONGITUDE]);
        check("1208", &[S::ROOM, S::COUNT], &[S::DIGITS]);
        check("13800000000", &[S::DIGITS], &[S::COUNT, S::EPOCH]);
    }

    #[test]
    fn words_and_texts_are_told_apart() {
        use Shapes as S;
        check("张伟", &[S::NAME, S::HAN_NAME], &[S::PROSE, S::TOKEN]);
        check("John Smith", &[S::NAME], &[S::HAN_NAME, S::PROSE]);
        check("阿依古丽·买买提", &[S::NAME], &[S::PROSE]);
        check("张*", &[S::NAME], &[S::HAN_NAME]);
        check("lifang88", &[S::HANDLE], &[S::NAME]);
        check("6222-0200-0001", &[S::TOKEN], &[S::HANDLE]);
        check("DE89370400440532013000", &[S::TOKEN], &[S::HANDLE]);
        check("女", &[S::GENDER], &[S::NAME]);
        check("主叫", &[S::CALL], &[S::DEBIT]);
        check(
            "你好，明天下午三点在老地方见面。",
            &[S::PROSE],
            &[S::NAME, S::HAN_PLACE],
        );
        check(
            "please call me back, it is urgent",
            &[S::PROSE, S::LONG],
            &[S::TOKEN],
        );
        check(
            "北京市海淀区中关村大街1号",
            &[S::HAN_PLACE],
            &[S::PROSE, S::NAME],
        );
        check(
            "5f4dcc3b5aa765d61d8327deb882cf99",
            &[S::HASH, S::TOKEN],
            &[S::NUMBER],
        );
        check(
            "$2a$10$N9qo8uLOickgx2ZMRZoMyeIjZAgcfl7p92ldGxad68LJZdL17lhWy",
            &[S::HASH],
            &[S::MONEY],
        );
        check("12345678901234567890123456789012", &[S::DIGITS], &[S::HASH]);
        check("长江大酒店", &[S::HOTEL], &[]);
        check("酒店", &[], &[S::HOTEL]);
    }

    #[test]
    fn no_bytes_are_too_odd() {
        for cell in [
            &b"\xff\xfe"[..],
            b"",
            b"2024-",
            b"2024\xe5\xb9\xb4",
            b"1.",
            b".5",
            "２０２４年".as_bytes(),
            b"$",
            b"9:",
        ] {
            let _ = Shapes::of(cell);
        }
        let long = "很".repeat(1000);
        assert!(Shapes::of(long.as_bytes()).meets(Shapes::LONG));
    }
}
