//! Text in a code page of Windows, as office files and messages of Outlook name it by a number.
//!
//! Unlike the encoding of a file it is told and need not be detected. Office files that name an unknown one are taken for Western
//! Europe, in which every byte is a letter. What the text belongs to is not known here.

use encoding_rs::Encoding;

/// The encoding of a code page, if it is known.
pub(crate) fn code_page(number: u16) -> Option<&'static Encoding> {
    Some(match number {
        // 10,008 is that of the Macintosh, and 20,936 an older part of it.
        936 | 10_008 | 20_936 | 52_936 | 54_936 => encoding_rs::GB18030,
        950 | 10_002 => encoding_rs::BIG5,
        932 | 10_001 => encoding_rs::SHIFT_JIS,
        949 | 10_003 => encoding_rs::EUC_KR,
        874 => encoding_rs::WINDOWS_874,
        1_250 => encoding_rs::WINDOWS_1250,
        1_251 => encoding_rs::WINDOWS_1251,
        1_252 => encoding_rs::WINDOWS_1252,
        1_253 => encoding_rs::WINDOWS_1253,
        1_254 => encoding_rs::WINDOWS_1254,
        1_255 => encoding_rs::WINDOWS_1255,
        1_256 => encoding_rs::WINDOWS_1256,
        1_257 => encoding_rs::WINDOWS_1257,
        1_258 => encoding_rs::WINDOWS_1258,
        10_000 => encoding_rs::MACINTOSH,
        1_200 => encoding_rs::UTF_16LE,
        50_220 => encoding_rs::ISO_2022_JP,
        65_001 => encoding_rs::UTF_8,
        28_591..=28_606 => {
            let label = format!("iso-8859-{}", number - 28_590);
            return Encoding::for_label(label.as_bytes());
        }
        _ => return None,
    })
}

/// Bytes in a code page as text; what is no character becomes U+FFFD.
pub fn decode_code_page(bytes: &[u8], number: u16) -> String {
    let encoding = code_page(number).unwrap_or(encoding_rs::WINDOWS_1252);
    encoding.decode_without_bom_handling(bytes).0.into_owned()
}

/// UTF-16, little endian, as text; half a character becomes U+FFFD.
pub fn decode_utf16(bytes: &[u8]) -> String {
    decode_code_page(bytes, 1_200)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_are_read_in_the_code_page_that_is_told() {
        for (bytes, code_page, want) in [
            (&b"\xD5\xC5\xCE\xB0"[..], 936, "张伟"),
            (b"\xB1i\xB0\xB6", 950, "張偉"),
            (b"caf\xE9", 1_252, "café"),
            (b"caf\xE9", 7, "café"),
            (b"caf\xE9", 28_591, "café"),
            (b"\xB0\xD8", 28_595, "Аи"),
            (b"\x1B$B;3ED\x1B(B", 50_220, "山田"),
            (b"\xC4\xE4", 1_251, "Дд"),
            (b"\xD5", 936, "\u{FFFD}"),
        ] {
            assert_eq!(decode_code_page(bytes, code_page), want);
        }
        assert_eq!(decode_utf16(b"\x20\x5F\x1F\x4F"), "张伟");
        // ISO 8859 has no part 12.
        for number in [0, 7, 28_590, 28_602, 28_607, u16::MAX] {
            assert_eq!(code_page(number), None, "{number}");
        }
    }
}
