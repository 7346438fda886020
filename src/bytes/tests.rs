//! The classes of bytes, fast and portable, and what is found by them.

use super::*;
use proptest::prelude::*;

proptest! {
    #[test]
    fn fast_and_portable_agree(
        text in proptest::collection::vec(any::<u8>(), 0..400),
    ) {
        let (mut fast, mut slow) = (Vec::new(), Vec::new());
        classify(&text, &mut fast);
        classify_portable(&text, &mut slow);
        prop_assert_eq!(fast, slow);
        prop_assert_eq!(survey(&text), survey_portable(&text));
        let needles = [b'\n', 0, text.first().copied().unwrap_or(7)];
        for block in text.chunks(LANES) {
            prop_assert_eq!(find_each(block, &needles), find_each_portable(block, &needles));
            let classes = classes_of(block);
            prop_assert_eq!(words_and_digits(block), (classes.word, classes.digit));
        }
        let is_sign = |at: &usize| !text[*at].is_ascii_alphanumeric();
        let want: Vec<usize> = (0..text.len()).filter(is_sign).collect();
        prop_assert_eq!(signs(&text).collect::<Vec<_>>(), want);
    }

    #[test]
    fn every_line_feed_is_found(text in "[a\n]{0,300}") {
        let want: Vec<usize> = text.match_indices('\n').map(|(at, _)| at).collect();
        prop_assert_eq!(line_feeds(text.as_bytes()).collect::<Vec<_>>(), want);
    }

    #[test]
    fn no_pair_is_missed(
        text in proptest::collection::vec(any::<u8>(), 0..200),
        members in proptest::collection::vec((any::<u8>(), proptest::collection::vec(any::<u8>(), 0..5)), 0..20),
    ) {
        let has = |a: u8, b: u8| members.iter().any(|(first, seconds)| *first == a && seconds.contains(&b));
        let pairs = Pairs::new(has);
        for start in 0..text.len() {
            let found = pairs.find(&text, start);
            prop_assert_eq!(found, pairs.find_portable(&text[start..]));
            for (i, pair) in text[start..].windows(2).take(LANES).enumerate() {
                prop_assert!(found >> i & 1 == 1 || !has(pair[0], pair[1]));
            }
        }
        for (first, seconds) in &members {
            prop_assert!(seconds.iter().all(|second| pairs.may_hold(*first, *second)));
        }
    }

    #[test]
    fn digits_are_told_and_read(text in "[0-9]{0,16}", other in proptest::collection::vec(any::<u8>(), 0..40)) {
        prop_assert!(all_digits(text.as_bytes()));
        prop_assert_eq!(number_of(text.as_bytes()), text.parse().unwrap_or(0));
        prop_assert_eq!(all_digits(&other), other.iter().all(u8::is_ascii_digit));
        for at in 0..text.len() {
            let mut spoiled = text.clone().into_bytes();
            spoiled[at] = other.first().copied().unwrap_or(b':');
            prop_assert_eq!(all_digits(&spoiled), spoiled.iter().all(u8::is_ascii_digit));
        }
    }

    #[test]
    fn fast_and_portable_outlines_agree(
        text in proptest::collection::vec(any::<u8>(), 0..200), start in 0usize..100, len in 0usize..=LANES,
    ) {
        let start = start.min(text.len());
        let len = len.min(text.len() - start);
        let mut window = [0; LANES];
        window[..len].copy_from_slice(&text[start..start + len]);
        let want = outline_portable(&window, len);
        prop_assert_eq!(outline(&text, start, len), want);
        prop_assert!(has_outline(&text, start, len, &want));
        for at in 0..len {
            let mut other = want;
            other[at / 8] ^= 1 << (at % 8 * 8);
            prop_assert!(!has_outline(&text, start, len, &other));
        }
    }

    #[test]
    fn the_nearest_needle_is_found(
        text in proptest::collection::vec(0u8..40, 0..200),
    ) {
        let first = |needles: &[u8]| text.iter().position(|b| needles.contains(b));
        prop_assert_eq!(find([0], &text), first(&[0]));
        prop_assert_eq!(find([1, 2], &text), first(&[1, 2]));
        prop_assert_eq!(find([3, 4, 5], &text), first(&[3, 4, 5]));
    }
}

#[test]
fn most_pairs_are_told_from_the_members() {
    let pairs = Pairs::new(|first, second| match first {
        b'A'..=b'Z' => second.is_ascii_uppercase() || second == b'<',
        b'a'..=b'f' => matches!(second, b'a'..=b'f' | b':'),
        _ => false,
    });
    for (first, second, want) in [
        (b'A', b'Z', true),
        (b'A', b'<', true),
        (b'A', b'z', false),
        (b'a', b'f', true),
        (b'a', b'n', false),
        (b'n', b'a', false),
    ] {
        assert_eq!(pairs.may_hold(first, second), want, "{first} {second}");
    }
    // Of `xxAZxx` the third byte alone begins a pair.
    let text = b"xxAZxx".repeat(20);
    let want = (0..LANES).filter(|at| at % 6 == 2);
    assert_eq!(
        pairs.find(&text, 0),
        want.fold(0, |mask, at| mask | 1 << at)
    );
}

#[test]
fn a_survey_counts_what_no_text_uses() {
    let all: Vec<u8> = (0..0x80).collect();
    let want = (0..0x80u8).filter(|b| matches!(b, 0 | 4..=7 | 0x0E..=0x1A | 0x1C..=0x1F | 0x7F));
    let n_controls = want.count();
    assert_eq!(
        survey(&all.repeat(9)),
        Survey {
            n_controls: 9 * n_controls,
            has_high: false
        }
    );
    assert!(survey(&[b'a', 0x80]).has_high);
}

#[test]
fn a_needle_is_found_at_any_distance() {
    for at in 0..300 {
        let mut text = [b'.'; 300];
        text[at] = b'x';
        assert_eq!(find([b'x'], &text), Some(at));
        assert_eq!(find([b'y', b'x'], &text), Some(at));
        assert_eq!(find([b'y', b'z', b'x'], &text), Some(at));
        assert_eq!(find([b'y'], &text), None);
        assert_eq!(find([b'x'], &text[..at]), None);
    }
}

#[test]
fn every_byte_is_in_its_classes() {
    for byte in 0..=255u8 {
        let mut out = Vec::new();
        classify(&[byte; 65], &mut out);
        let all = |yes: bool| if yes { u64::MAX } else { 0 };
        assert_eq!(out[0].digit, all(byte.is_ascii_digit()), "{byte}");
        assert_eq!(out[0].word, all(byte.is_ascii_alphanumeric()), "{byte}");
        assert_eq!(out[0].high, all(byte >= 0x80), "{byte}");
        assert_eq!(
            out[1].word,
            u64::from(byte.is_ascii_alphanumeric()),
            "{byte}"
        );
    }
}
