//! Tests of encodings: detection, decoding at any size of block and read, and lines in another
//! encoding.

use proptest::prelude::*;

use super::line::UNIT_BYTES_MAX;
use super::*;
use crate::decode::testing::{Fails, Sips};

const PROSE: &str = "收件人张伟，电话请见附件。北京市海淀区中关村大街一号院，邮政编码另行通知。\n\
    本表由客户服务部门整理，仅供内部核对使用，请勿外传。订单金额已经付清，发货时间为上午。\n";

fn gbk(text: &str) -> Vec<u8> {
    let (bytes, _, unmappable) = encoding_rs::GB18030.encode(text);
    assert!(!unmappable);
    bytes.into_owned()
}

fn big5(text: &str) -> Vec<u8> {
    let (bytes, _, unmappable) = encoding_rs::BIG5.encode(text);
    assert!(!unmappable);
    bytes.into_owned()
}

fn utf16(text: &str, big_endian: bool) -> Vec<u8> {
    let bytes = |unit: u16| {
        if big_endian {
            unit.to_be_bytes()
        } else {
            unit.to_le_bytes()
        }
    };
    text.encode_utf16().flat_map(bytes).collect()
}

fn read_all(bytes: &[u8], encoding: Encoding, size: usize, want: usize) -> Vec<u8> {
    let mut transcoder = Transcoder::new(Box::new(Sips { bytes, size }), encoding);
    let mut out = Vec::new();
    loop {
        let before = out.len();
        if !transcoder.fill(&mut out, want).unwrap() {
            assert_eq!(out.len(), before);
            return out;
        }
        assert!(out.len() > before, "true means that something was appended");
        assert!(
            std::str::from_utf8(&out[before..]).is_ok(),
            "no part of a character"
        );
    }
}

#[track_caller]
fn check(bytes: &[u8], encoding: Encoding, expected: &str) {
    for size in [1, 7, 4096, usize::MAX] {
        for want in [1, 5, 64, 1000, 1 << 20] {
            let out = read_all(bytes, encoding, size, want);
            assert_eq!(
                String::from_utf8(out).unwrap(),
                expected,
                "reads of {size}, blocks of {want}"
            );
        }
    }
}

#[track_caller]
fn detects(bytes: &[u8], expected: Encoding) {
    assert_eq!(Encoding::detect(bytes, true), expected);
}

#[test]
fn utf8_is_passed_through() {
    check(b"", Encoding::Utf8, "");
    check(b"\n", Encoding::Utf8, "\n");
    check(b"ab", Encoding::Utf8, "ab");
    check(PROSE.as_bytes(), Encoding::Utf8, PROSE);
    check(
        b"\xEF\xBB\xBFname\n\xEF\xBB\xBFname\n",
        Encoding::Utf8,
        "name\n\u{FEFF}name\n",
    );
    check(b"\xEF\xBB\xBF", Encoding::Utf8, "");
}

#[test]
fn a_broken_byte_costs_itself_alone() {
    check(b"a\xFFb\nc\n", Encoding::Utf8, "a\u{FFFD}b\nc\n");
    check(
        "张三,13".as_bytes().split_at(4).0,
        Encoding::Utf8,
        "张\u{FFFD}",
    );
    // a name cut by a database after so many bytes; what is left of it is valid GB18030 too
    let mut line = "张三,北京市海淀区中关".as_bytes().to_vec();
    line.truncate(line.len() - 1);
    line.extend_from_slice(b",x\n");
    check(&line, Encoding::Utf8, "张三,北京市海淀区中\u{FFFD},x\n");
    // Latin-1 is not Chinese
    check(
        b"M\xFCller,caf\xE9 x\n",
        Encoding::Utf8,
        "M\u{FFFD}ller,caf\u{FFFD} x\n",
    );
}

#[test]
fn lines_of_another_encoding_are_read_in_it() {
    let mut mixed = "姓名,城市\n".as_bytes().to_vec();
    mixed.extend(gbk("李四,上海市\n"));
    mixed.extend("王五,广州市\n".as_bytes());
    mixed.extend(gbk("赵六,深圳市"));
    let text = "姓名,城市\n李四,上海市\n王五,广州市\n赵六,深圳市";
    check(&mixed, Encoding::Utf8, text);
    check(&mixed, Encoding::Gb18030, text);
}

#[test]
fn legacy_encodings() {
    check(&gbk(PROSE), Encoding::Gb18030, PROSE);
    // characters of four bytes: CJK extension A and B, and a letter outside GBK
    let rare = "㐀𠀀姓名ḿ\n𬭚,x\n";
    check(&gbk(rare), Encoding::Gb18030, rare);
    check(b"\x84\x31\x95\x33name\n", Encoding::Gb18030, "name\n");
    let traditional = "客戶姓名,聯絡電話\n陳大文,臺北市信義區\n";
    check(&big5(traditional), Encoding::Big5, traditional);
    check(b"a\xFFb\nok\n", Encoding::Gb18030, "a\u{FFFD}b\nok\n");
}

#[test]
fn utf16_with_and_without_mark() {
    let text = "姓名\t电话\r\n张三\t13000000000\r\n𠮷\r\n";
    for big_endian in [false, true] {
        let encoding = if big_endian {
            Encoding::Utf16Be
        } else {
            Encoding::Utf16Le
        };
        let plain = utf16(text, big_endian);
        let marked = utf16(&format!("\u{FEFF}{text}"), big_endian);
        detects(&plain, encoding);
        detects(&marked, encoding);
        check(&plain, encoding, text);
        check(&marked, encoding, text);
        check(
            &plain[..plain.len() - 1],
            encoding,
            &format!("{}\u{FFFD}", text.trim_end_matches('\n')),
        );
    }
}

#[test]
fn long_lines_are_not_held() {
    let text = "汉字,abc ".repeat(40_000); // 480 kB without a line feed
    check_long(text.as_bytes(), Encoding::Utf8, &text);
    check_long(&gbk(&text), Encoding::Gb18030, &text);
    let mut broken = text.clone().into_bytes();
    broken[200_001] = 0xFF;
    let out = read_all(&broken, Encoding::Utf8, 4096, 1000);
    assert_eq!(out, read_all(&broken, Encoding::Utf8, 1 << 20, 1 << 20));
    assert_eq!(out, String::from_utf8_lossy(&broken).as_bytes());
    // nothing to cut at
    let dense = "汉".repeat(UNIT_BYTES_MAX);
    check_long(dense.as_bytes(), Encoding::Utf8, &dense);
}

#[track_caller]
fn check_long(bytes: &[u8], encoding: Encoding, expected: &str) {
    for want in [1000, 1 << 16, 1 << 20] {
        let mut transcoder = Transcoder::new(Box::new(bytes), encoding);
        let mut out = Vec::new();
        while transcoder.fill(&mut out, want).unwrap() {
            assert!(transcoder.carry.len() <= UNIT_BYTES_MAX);
        }
        assert!(out == expected.as_bytes(), "blocks of {want}");
    }
}

#[test]
fn an_error_comes_after_what_was_read() {
    for encoding in [Encoding::Utf8, Encoding::Gb18030, Encoding::Utf16Le] {
        let bytes = b"a\0b\0\n\0c\0";
        let mut transcoder = Transcoder::new(Box::new(Fails(bytes)), encoding);
        let mut out = Vec::new();
        assert!(transcoder.fill(&mut out, 1 << 20).unwrap());
        assert!(out.ends_with(b"c") || out.ends_with(b"c\0"));
        let error = transcoder.fill(&mut out, 1 << 20).unwrap_err();
        assert_eq!(error.to_string(), "the disk is gone");
        assert!(!transcoder.fill(&mut out, 1 << 20).unwrap());
    }
}

#[test]
fn detection() {
    detects(b"", Encoding::Utf8);
    detects(b"plain ascii\n", Encoding::Utf8);
    detects(PROSE.as_bytes(), Encoding::Utf8);
    detects(&gbk(PROSE), Encoding::Gb18030);
    detects(&gbk("姓名,电话\n张三,13000000000\n"), Encoding::Gb18030);
    detects(&gbk("𠀀㐀𬭚𠮷"), Encoding::Gb18030);
    detects(
        &big5(
            "客戶姓名,聯絡電話,通訊地址\n陳大文,0900000000,臺北市信義區市府路一號\n林小姐,0900000001,高雄市前鎮區\n",
        ),
        Encoding::Big5,
    );
    // traditional characters in GBK
    detects(
        &gbk("客戶姓名,聯絡電話\n陳大文,香港九龍彌敦道\n黃先生,澳門氹仔\n"),
        Encoding::Gb18030,
    );
    detects(b"M\xFCller;caf\xE9\nJos\xE9;S\xE3o Paulo\n", Encoding::Utf8);
    // one broken byte in much UTF-8
    let mut broken = PROSE.repeat(3).into_bytes();
    broken[100] = 0xFF;
    detects(&broken, Encoding::Utf8);
    // the first Chinese stands far behind the begin
    let mut late = b"id,code\n".repeat(20_000);
    late.extend(gbk(PROSE));
    detects(&late, Encoding::Gb18030);
    // numbers of 16 bits are not UTF-16
    let numbers: Vec<u8> = (0u16..500).flat_map(|n| (n % 20).to_le_bytes()).collect();
    detects(&numbers, Encoding::Utf8);
}

#[test]
fn a_character_cut_by_the_end_of_the_head_is_no_error() {
    for end in 1..60 {
        let mut cut = PROSE.as_bytes().to_vec();
        cut.truncate(end);
        assert_eq!(Encoding::detect(&cut, false), Encoding::Utf8, "{end}");
    }
    for end in 8..60 {
        assert_eq!(
            Encoding::detect(&gbk(PROSE)[..end], false),
            Encoding::Gb18030,
            "{end}"
        );
    }
}

proptest! {
    #[test]
    fn any_bytes_give_the_same_text_at_any_size(
        bytes in proptest::collection::vec(prop_oneof![
            Just(b'\n'), Just(b'a'), Just(0xD6u8), Just(0xD0), Just(0xE5), Just(0x8C), Just(0x97), any::<u8>(),
        ], 0..400),
        size in 1usize..50,
        want in 1usize..100,
    ) {
        for encoding in [Encoding::Utf8, Encoding::Gb18030, Encoding::Big5, Encoding::Utf16Le] {
            let all = read_all(&bytes, encoding, usize::MAX, 1 << 20);
            prop_assert_eq!(&all, &read_all(&bytes, encoding, size, want));
        }
        let _ = Encoding::detect(&bytes, true);
    }
}
