//! Text that says what encoding it is in, and may be wrong: the parts and headers of messages, the names of members.
//!
//! What is said is believed while it fits. Text that says nothing is UTF-8 if it can be, and is guessed otherwise, with the prior
//! of mainland China. Unlike the transcoder of files this judges a text as a whole. What the text belongs to is not known here.

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{BIG5, GB18030, REPLACEMENT, WINDOWS_1252};

use super::Encoding;

/// Bytes as text, in the encoding that is said, or else in the one they seem to be in.
pub(crate) fn decode_said(bytes: &[u8], said: Option<&'static encoding_rs::Encoding>) -> String {
    // The name of an encoding that no program reads any more says nothing.
    let said = said.filter(|said| *said != REPLACEMENT);
    if bytes.is_ascii()
        && said.is_none_or(encoding_rs::Encoding::is_ascii_compatible)
        && let Ok(text) = std::str::from_utf8(bytes)
    {
        return text.to_owned();
    }
    match said {
        None => decode_guessed(bytes),
        // What many programs write when they mean nothing by it: US-ASCII is another name of it, and so is Latin-1.
        Some(said) if said == WINDOWS_1252 => {
            match std::str::from_utf8(bytes).is_ok() || is_of_east_asia(bytes) {
                true => decode_guessed(bytes),
                false => said.decode_without_bom_handling(bytes).0.into_owned(),
            }
        }
        Some(said) => believed(bytes, said),
    }
}

/// Bytes that say nothing of their encoding as text.
pub(crate) fn decode_guessed(bytes: &[u8]) -> String {
    match std::str::from_utf8(bytes) {
        Ok(text) => text.to_owned(),
        Err(_) => {
            let encoding = detector(bytes).guess(Some(b"cn"), Utf8Detection::Deny);
            encoding.decode_without_bom_handling(bytes).0.into_owned()
        }
    }
}

/// Bytes in the encoding that is said, unless more than one letter in twenty is none in it and they read as Chinese otherwise.
fn believed(bytes: &[u8], said: &'static encoding_rs::Encoding) -> String {
    let (text, is_broken) = said.decode_without_bom_handling(bytes);
    let letters = || text.chars().filter(|c| !c.is_ascii());
    let n_broken = letters().filter(|c| *c == char::REPLACEMENT_CHARACTER);
    if !is_broken || n_broken.count() * 20 <= letters().count() {
        return text.into_owned();
    }
    let other = match Encoding::detect(bytes, true) {
        Encoding::Gb18030 => GB18030.decode_without_bom_handling(bytes).0,
        Encoding::Big5 => BIG5.decode_without_bom_handling(bytes).0,
        // Where it is no more than what is left over, what is said is as good.
        Encoding::Utf8 => std::str::from_utf8(bytes).map_or(text, Into::into),
        Encoding::Utf16Le | Encoding::Utf16Be | Encoding::Declared(_) => text,
    };
    other.into_owned()
}

/// Whether it reads as Chinese, Japanese or Korean rather than as any language of single bytes, wherever it is from.
fn is_of_east_asia(bytes: &[u8]) -> bool {
    let guess = detector(bytes).guess(None, Utf8Detection::Deny);
    !guess.is_single_byte()
}

fn detector(bytes: &[u8]) -> EncodingDetector {
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
    detector.feed(bytes, true);
    detector
}

#[cfg(test)]
mod tests {
    use super::*;

    const CUSTOMERS: &str = "客户名单，请查收。张三 2024";

    #[track_caller]
    fn check(bytes: &[u8], label: &str, want: &str) {
        let said = encoding_rs::Encoding::for_label(label.as_bytes());
        assert_eq!(decode_said(bytes, said), want, "{label}");
    }

    #[test]
    fn what_is_said_is_believed_while_it_fits() {
        let gbk = GB18030.encode(CUSTOMERS).0;
        check(&gbk, "gb2312", CUSTOMERS);
        check(CUSTOMERS.as_bytes(), "utf-8", CUSTOMERS);
        check(&BIG5.encode("客戶名單").0, "big5", "客戶名單");
        check(
            &encoding_rs::SHIFT_JIS.encode("山田太郎").0,
            "shift_jis",
            "山田太郎",
        );
        check(b"\x1B$B;3ED\x1B(B", "iso-2022-jp", "山田");
        // Letters of Western Europe, also those that pair up like Chinese.
        for text in ["José", "Müller", "Informação", "Åsa Öberg", "créée à l'été"] {
            check(&WINDOWS_1252.encode(text).0, "iso-8859-1", text);
        }
        // A letter that was cut.
        check(&"张三".as_bytes()[..5], "utf-8", "张\u{FFFD}");
        let long = format!("{}\u{FFFD}", CUSTOMERS.repeat(9));
        let cut = [CUSTOMERS.repeat(9).as_bytes(), b"\xE5\xBC"].concat();
        check(&cut, "utf-8", &long);
        let cut = [GB18030.encode(&CUSTOMERS.repeat(9)).0.as_ref(), b"\xD5"].concat();
        check(&cut, "gbk", &long);
    }

    #[test]
    fn what_is_said_wrongly_is_read_as_it_is() {
        let gbk = GB18030.encode(CUSTOMERS).0;
        for label in ["us-ascii", "iso-8859-1", "utf-8", "hz-gb-2312", ""] {
            check(&gbk, label, CUSTOMERS);
        }
        for label in ["us-ascii", "iso-8859-1", "hz-gb-2312", ""] {
            check(CUSTOMERS.as_bytes(), label, CUSTOMERS);
        }
        check(&GB18030.encode("张三").0, "utf-8", "张三");
        check("张三，电话".as_bytes(), "euc-kr", "张三，电话");
        check(b"plain", "hz-gb-2312", "plain");
    }
}
