//! Headers in all their forms, and what paths say of them.

use super::*;

const SMALL: &str = r#"
    [[role]]
    id = "phone"
    name = { en = "phone", zh = "电话" }
    presence = "valid"
    headers = ["手机号", "sjh", "phone", "téléphone"]
    weak = ["dh"]
    suffixes = ["手机号", "电话", "tel"]
    words = ["phone", "phone number", "mobile no", "de téléphone"]
    [[role]]
    id = "amount"
    name = { en = "amount", zh = "金额" }
    headers = ["交易金额"]
    [[group]]
    id = "any"
    roles = ["phone", "amount"]
"#;

#[track_caller]
fn check(header: &str, want: Option<(&str, bool)>) {
    let vocabulary = Vocabulary::load(SMALL).unwrap();
    let found = vocabulary.lookup(header);
    let found = found.map(|l| (vocabulary.info(l.role).id.as_str(), l.weak));
    assert_eq!(found, want, "{header}");
}

#[test]
fn headers_are_found_in_all_their_forms() {
    for header in [
        "手机号",
        " 手机号 ",
        "手机号（必填）",
        "紧急联系人手机号",
        "SJH",
        "Phone",
        "user_phone",
        "userPhone",
        "user.phone",
        "data.list[].phone",
        "phones[]",
        "phone2",
        "customer-phone-number",
        "mobileNo",
        "用户Tel",
        "lxfs\u{1f}联系电话",
        "phone\u{1f}备注",
        "ｐｈｏｎｅ",
        "Phóne",
        "TÉLÉPHONE",
        "Te\u{301}le\u{301}phone",
        "numéro de téléphone",
    ] {
        check(header, Some(("phone", false)));
    }
    check("dh", Some(("phone", true)));
    check("交易金额(元)", Some(("amount", false)));
    for header in [
        "",
        "机号",
        "headphone",
        "phonebook",
        "hotel",
        "备注",
        "(元)",
    ] {
        check(header, None);
    }
}

#[test]
fn a_weak_part_of_a_path_is_what_the_path_says() {
    let text = SMALL.replace(
        "weak = [\"dh\"]",
        "weak = [\"dh\"]\npeople = [\"user\", \"客户\"]\nthings = [\"device\", \"产品\"]\nframes = [\"data\", \"info\"]",
    );
    let text = text.replace(
        "[\"交易金额\"]",
        "[\"交易金额\", \"product_dh\", \"user_dh\"]",
    );
    let vocabulary = Vocabulary::load(&text).unwrap();
    let phone = Some(("phone", true, false));
    for (header, want) in [
        ("dh", phone),
        ("data.dh", phone),
        ("[].data.info2.dh", phone),
        ("users.{key}.dh", phone),
        ("客户.dh", phone),
        ("重要客户.dh", phone),
        ("user.profile.dh", Some(("phone", true, true))),
        ("device.user.dh", phone),
        ("deviceUser.dh", phone),
        ("device.data.dh", None),
        ("user.device.dh", None),
        ("userDevices[].dh", None),
        ("产品.dh", None),
        ("客户产品.dh", None),
        // A part that is not known, and one that names the role itself.
        ("foo.dh", Some(("phone", true, true))),
        ("订单.dh", Some(("phone", true, true))),
        ("device.foo.dh", Some(("phone", true, true))),
        ("phone.dh", phone),
        // Both together are a header; that of a user is his own all the same.
        ("product.dh", Some(("amount", false, false))),
        ("user.dh", phone),
        ("device.phone", Some(("phone", false, false))),
    ] {
        let found = vocabulary.lookup(header);
        let role = |l: &Lookup| vocabulary.info(l.role).id.as_str();
        let found = found.as_ref().map(|l| (role(l), l.weak, l.needs_values));
        assert_eq!(found, want, "{header}");
    }
}

#[test]
fn groups_and_single_roles_are_sets() {
    let vocabulary = Vocabulary::load(SMALL).unwrap();
    assert_eq!(vocabulary.group("any").unwrap().iter().count(), 2);
    assert_eq!(vocabulary.group("amount").unwrap().iter().count(), 1);
    assert!(vocabulary.group("none").is_none());
}

#[test]
fn a_role_may_play_another() {
    let narrow =
        "[[role]]\nid = \"dk-phone\"\nname = { en = \"a\", zh = \"b\" }\nplays = \"phone\"\n";
    let vocabulary = Vocabulary::load(&format!("{SMALL}{narrow}"));
    let vocabulary = vocabulary.unwrap();
    let role = |id| vocabulary.role(id).unwrap();
    assert_eq!(vocabulary.played(role("dk-phone")), role("phone"));
    assert_eq!(vocabulary.played(role("phone")), role("phone"));
    for wrong in ["none", "dk-phone"] {
        let text = format!(
            "{SMALL}{}",
            narrow.replace("\"phone\"", &format!("{wrong:?}"))
        );
        assert!(Vocabulary::load(&text).is_err(), "{wrong}");
    }
}

#[test]
fn one_header_in_two_roles_is_refused() {
    let text = SMALL.replace("[\"交易金额\"]", "[\"交易金额\", \"phone\"]");
    let error = Vocabulary::load(&text).unwrap_err().to_string();
    assert!(
        error.contains("`phone`") && error.contains("`amount`"),
        "{error}"
    );
}
