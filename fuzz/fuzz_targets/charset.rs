//! Encodings: whatever the bytes are, text is UTF-8, and the same for any sizes of reads and blocks.

#![no_main]

use leakgauge::decode::charset::Transcoder;
use leakgauge::decode::{Encoding, decode_code_page, decode_utf16};
use leakgauge_fuzz::guard;
use leakgauge_fuzz::records::Sips;
use libfuzzer_sys::fuzz_target;

/// Code pages that documents name.
const PAGES: [u16; 8] = [936, 950, 932, 949, 1252, 65_001, 10_008, 0];

fuzz_target!(|data: &[u8]| {
    guard::start(guard::MEMORY);
    let Some((&[how, sip], bytes)) = data.split_first_chunk() else {
        return;
    };
    let detected = Encoding::detect(bytes, how & 0x80 == 0);
    let encoding = [
        detected,
        Encoding::Utf8,
        Encoding::Gb18030,
        Encoding::Big5,
        Encoding::Utf16Le,
        Encoding::Utf16Be,
        leakgauge::decode::markup_encoding(bytes, true),
    ][usize::from(how & 0x7F) % 7];
    let text = |size, want: usize| {
        let mut transcoder = Transcoder::new(Box::new(Sips::new(bytes, size)), encoding);
        let (mut text, mut ends) = (Vec::new(), Vec::new());
        while transcoder
            .fill(&mut text, want)
            .expect("a slice can be read")
        {
            assert!(
                ends.last().is_none_or(|end| *end < text.len()),
                "something is appended"
            );
            ends.push(text.len());
        }
        let text = String::from_utf8(text).expect("text is UTF-8");
        assert!(ends.iter().all(|end| text.is_char_boundary(*end)));
        (text, ends)
    };
    let want = [1, 16, 100, 1 << 16][usize::from(sip >> 3 & 3)];
    let whole = text(usize::MAX, want);
    assert_eq!(whole, text(usize::from(sip & 7) + 1, want));
    assert_eq!(whole.0, text(usize::MAX, 1 << 16).0);
    for page in PAGES {
        decode_code_page(bytes, page);
    }
    decode_utf16(bytes);
});
