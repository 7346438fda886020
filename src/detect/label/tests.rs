//! What labels announce, how they end, and where values begin behind them.

use super::*;
use proptest::prelude::*;

fn labels() -> Labels {
    let words = [
        "手机",
        "手机号",
        "phone",
        "qq",
        "姓名",
        "numéro",
        "rč",
        "user_name",
        "sos_name",
    ];
    let words = words.iter().enumerate().map(|(i, w)| {
        (
            (*w).to_owned(),
            Label {
                role: Some(RoleId(i as u8)),
                kinds: KindSet::default(),
            },
        )
    });
    Labels::new(&words.collect())
}

#[track_caller]
fn check(text: &str, want: Option<u8>) {
    let found = labels()
        .before(text.as_bytes())
        .and_then(|l| l.role)
        .map(|r| r.0);
    assert_eq!(found, want, "{text}");
    let may_end = labels().endings.may_end(text.as_bytes());
    assert!(may_end || want.is_none(), "{text}");
}

proptest! {
    #[test]
    fn no_label_is_missed_by_its_ending(
        text in prop_oneof![
            "(手机|号|phone|Phone|user_|sos_|name|Name|qq|QQ|姓|名|姓名|是|为|[ :=(_xA\"1]|：|（|）|\\){0,3}){0,9}",
            // A bracket nearly as long as may stand between a label and its value.
            "[(]?(手机|phone|姓名|numéro|sos_name)(是|为|：|　|[ (.=]){0,3}(（|[(])[手机填x1 é]{0,8}(）|[)])(是|：|　|[ =)]|）){0,4}",
        ],
    ) {
        let labels = labels();
        for (start, _) in text.char_indices() {
            if !is_word_start(text.as_bytes(), start) {
                continue;
            }
            if labels.before(&text.as_bytes()[start..]).is_some() {
                prop_assert!(labels.endings.may_end(text.as_bytes()), "{}", start);
            }
        }
    }
}

#[test]
fn most_places_are_behind_no_label() {
    let labels = labels();
    for (text, want) in [
        ("let count", false),
        ("megaphone", false),
        ("smartPhone", true),
        ("smart_phone ", true),
        ("其中：", false),
        ("", false),
        ("phone \"", true),
        ("(a)", false),
        ("(phone)", true),
        ("others (a)", false),
        ("phone (a)", true),
        ("my_name", false),
        ("earphone", false),
        ("手机）是", true),
    ] {
        assert_eq!(labels.endings.may_end(text.as_bytes()), want, "{text}");
    }
}

#[test]
fn finds_the_longest_label_before_a_place() {
    check("客户手机号", Some(1));
    check("客户手机", Some(0));
    check("手机号：", Some(1));
    check("手机（必填）: \"", Some(0));
    check("手机：(abcdefghij0123456789)", Some(0));
    check("user_phone", Some(2));
    check("userPhone=", Some(2));
    check("megaphone", None);
    check("QQ", Some(3));
    check("我的QQ是", Some(3));
    check("手机（", Some(0));
    check("手机号码为", None);
    check("手机号为：", Some(1));
    check("手", None);
    check("Numéro: ", Some(5));
    check("rč ", Some(6));
    check("trč ", None);
    check("čqq", None);
    check("", None);
    check("))))))))))))))))))))))))))))))))))", None);
}

#[test]
fn a_word_may_be_one_token_with_its_number() {
    for (token, want) in [
        ("QQ12345678", Some(2)),
        ("phone12345678", Some(5)),
        ("xqq12345678", None),
        ("qqx12345678", None),
        ("qq12345x", None),
        ("12345678", None),
        ("qq", None),
    ] {
        let found = labels().word_before_digits(token.as_bytes());
        assert_eq!(found.map(|(len, _)| len), want, "{token}");
    }
}

#[test]
fn a_value_ends_where_another_word_begins() {
    for (value, rest, want) in [
        ("张三", "", true),
        ("张三", "，", true),
        ("张三", "手机：", true),
        ("张三手机", "：", false),
        ("张三", "的手机", true),
        ("张三的", "手机", false),
        ("张三", "先生", true),
        ("张三先生", "，", false),
        ("张先生", "，", true),
        ("张三", "丰", false),
        ("张三", "和李四", true),
        ("Zhang", "三", true),
    ] {
        let text = format!("{value}{rest}");
        let ends = labels().value_ends(text.as_bytes(), 0, value.len());
        assert_eq!(ends, want, "{value}|{rest}");
    }
}

#[test]
fn skips_to_the_value() {
    assert_eq!(value_start(b": \"138"), 3);
    assert_eq!(value_start("：是138".as_bytes()), 6);
    assert_eq!(value_start(b"138"), 0);
    assert_eq!(value_start(b""), 0);
}

#[test]
fn packed_letters_become_small_as_others_do() {
    for byte in 0..=u8::MAX {
        let word = [byte, b'Z', byte, b'[', b'@', byte, 0xFF, byte];
        let want = word.map(|b| b.to_ascii_lowercase());
        assert_eq!(
            to_lowercase(u64::from_be_bytes(word)),
            u64::from_be_bytes(want)
        );
    }
}
