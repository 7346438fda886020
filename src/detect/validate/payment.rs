//! Numbers of payment services: transactions of WeChat Pay and Alipay. Both carry the day, and no check.

use super::{Compact, Verdict, date, digits};

/// WeChat Pay transaction: 28 digits, `4` and three digits of the channel, six digits, day, ten digits. Older ones begin
/// with the merchant's ten digits (`10…`) and carry the day from the eleventh place as well.
pub(super) fn wechat_pay_id(compact: &mut Compact<'_>, _in_context: bool) -> Verdict {
    let number = compact.as_bytes();
    let shaped = number.len() == 28
        && digits::all(number)
        && matches!(number[..2], [b'4', b'2'..=b'5'] | [b'1', b'0'])
        && is_day_of_payments(&number[10..18]);
    match shaped {
        true => Verdict::Valid,
        false => Verdict::Reject,
    }
}

/// Alipay transaction: day and 20 digits (older ones 16 digits in all).
pub(super) fn alipay_trade_no(compact: &mut Compact<'_>, in_context: bool) -> Verdict {
    let number = compact.as_bytes();
    let shaped = digits::all(number) && number.len() >= 16 && is_day_of_payments(&number[..8]);
    match number.len() {
        28 if shaped => Verdict::Valid,
        16 | 32 if shaped && in_context => Verdict::Weak,
        _ => Verdict::Reject,
    }
}

/// Alipay account: 16 digits that begin with 2088.
pub(super) fn alipay_user_id(compact: &mut Compact<'_>, _in_context: bool) -> Verdict {
    let number = compact.as_bytes();
    let shaped = number.len() == 16 && digits::all(number) && number.starts_with(b"2088");
    match shaped && !digits::is_repeated(&number[4..]) {
        true => Verdict::Valid,
        false => Verdict::Reject,
    }
}

/// Whether eight bytes are a day since Alipay began.
fn is_day_of_payments(bytes: &[u8]) -> bool {
    date::is_yyyymmdd(bytes) && bytes >= b"20040101".as_slice()
}

#[cfg(test)]
mod tests {
    use super::super::testing::{check, rejects};
    use super::*;

    #[test]
    fn wechat_pay() {
        // 4200000985202103031441826014 is the sample of the payment documentation.
        for number in [
            "4200000985202103031441826014",
            "1009660380201506130728806387",
        ] {
            check(wechat_pay_id, number, false, Verdict::Valid, number);
        }
        for (number, why) in [
            ("4200000985202113031441826014", "month 13"),
            ("420000098520210303144182601", "27 digits"),
            ("9200000985202103031441826014", "another channel"),
            ("", "nothing"),
        ] {
            rejects(wechat_pay_id, number, true, why);
        }
    }

    #[test]
    fn alipay() {
        check(
            alipay_trade_no,
            "2021030322001400000000000001",
            false,
            Verdict::Valid,
            "2021030322001400000000000001",
        );
        check(
            alipay_trade_no,
            "2013112011001004",
            true,
            Verdict::Weak,
            "2013112011001004",
        );
        check(
            alipay_user_id,
            "2088102146225135",
            false,
            Verdict::Valid,
            "2088102146225135",
        );
        for (number, why) in [
            ("2021130322001400000000000001", "month 13"),
            (
                "1999030322001400000000000001",
                "before there was such a service",
            ),
            ("202103032200140000000000001", "27 digits"),
            ("", "nothing"),
        ] {
            rejects(alipay_trade_no, number, true, why);
        }
        for (number, why) in [
            ("2088000000000000", "a filler"),
            ("2089102146225135", "another prefix"),
            ("208810214622513", "15 digits"),
        ] {
            rejects(alipay_user_id, number, true, why);
        }
    }
}
