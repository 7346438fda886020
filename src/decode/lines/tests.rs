//! Tests of lines with an inner make.

use super::*;
use crate::decode::testing::{drain, utf8};

#[track_caller]
fn check(make: Make, text: &str, expected: &str) {
    for block_bytes in [1, 7, 64, 1 << 20] {
        let limits = DecodeLimits {
            block_bytes,
            ..DecodeLimits::default()
        };
        let decoded = drain(LineDecoder::new(utf8(text.as_bytes()), make, &limits));
        decoded.assert_tabular();
        assert_eq!(decoded.short(), expected, "blocks of {block_bytes}");
    }
}

#[test]
fn a_line_of_a_list_is_a_login_and_a_password() {
    check(
        Make::Colon,
        "a@example.com:x:y\r\n\nonly text\nb@example.com:",
        "@1: login=a@example.com; password=x:y\n@3: TEXT=only text\n@4: login=b@example.com; password=",
    );
    check(
        Make::Hyphens,
        "user----se-cret----a@example.com\nnone",
        "@1: login=user; password=se-cret; =a@example.com\n@2: TEXT=none",
    );
}

#[test]
fn a_message_is_a_record() {
    check(
        Make::Chat,
        "消息对象:李娜\n\n2024-03-07 12:30:11 张三(12345678)\n你好\n\n再见\n\n2024-03-07 12:31:00 李娜<a@example.com>\r\n好的\r\n\
         2024-03-07 12:32:00 李娜(87654321)",
        "@1: TEXT=消息对象:李娜\n\
         @3: 发送时间=2024-03-07 12:30:11; 发送人=张三; QQ号=12345678; 消息内容=你好\n\n再见\n\
         @8: 发送时间=2024-03-07 12:31:00; 发送人=李娜; QQ号=a@example.com; 消息内容=好的\n\
         @10: 发送时间=2024-03-07 12:32:00; 发送人=李娜; QQ号=87654321",
    );
}
