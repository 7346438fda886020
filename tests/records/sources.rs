//! The sources that leaks come from, as their programs write them: what is a record in them, and what is none.
//!
//! Headers of bills are those of the programs themselves; people and values are made up.

use crate::util::Dir;
use crate::util::audit::File;
use crate::util::people::{bank_card, email, mobile, name, resident_id};

use super::values::Row;

/// Rows of a source.
const ROWS: u64 = 40;

/// Lines made of the numbers from 0 on.
fn lines(line: impl Fn(u64, &mut Row) -> String) -> String {
    (0..ROWS)
        .map(|n| line(n, &mut Row::new(5, n)))
        .collect::<Vec<_>>()
        .concat()
}

/// What the audit says of a file with this content.
#[track_caller]
fn scanned(file: &str, content: impl AsRef<[u8]>) -> File {
    let dir = Dir::new();
    dir.file(file, content);
    dir.audit(&["."], 0).files.remove(0)
}

/// So many rows of each category, and of no other.
#[track_caller]
fn check(file: &str, content: impl AsRef<[u8]>, format: &str, expected: &[(&str, u64)]) {
    let found = scanned(file, content);
    let rows: Vec<(&str, u64)> = found
        .categories
        .iter()
        .map(|(id, n)| (id.as_str(), *n))
        .collect();
    assert_eq!(
        (found.format.as_str(), &rows[..]),
        (format, expected),
        "{file}"
    );
}

#[test]
fn a_bill_of_wechat_is_its_rows() {
    let head = "\u{feff}微信支付账单明细,,,,,,,,\n微信昵称：[小明],,,,,,,,\n起始时间：[2024-01-01 00:00:00] 终止时间：[2024-03-31 23:59:59],,,,,,,,\n\
        导出类型：[全部],,,,,,,,\n,,,,,,,,\n共40笔记录,,,,,,,,\n收入：20笔 2000.00元,,,,,,,,\n支出：20笔 4000.00元,,,,,,,,\n注：,,,,,,,,\n\
        1. 充值/提现等交易，将计入中性交易,,,,,,,,\n,,,,,,,,\n----------------------微信支付账单明细列表--------------------,,,,,,,,\n\
        交易时间,交易类型,交易对方,商品,收/支,金额(元),支付方式,当前状态,交易单号,商户单号,备注\n";
    let rows = lines(|_, r| {
        format!(
            "{},商户消费,{},\"美团订单\",支出,¥{}.00,零钱,支付成功,\"1000{}\t\",\"{}\t\",\"/\"\n",
            r.time(),
            r.pick(&["美团", "滴滴出行", "星巴克"]),
            r.within(1, 500),
            r.digits(18),
            r.digits(12),
        )
    });
    check(
        "wechat.csv",
        head.to_owned() + &rows,
        "csv",
        &[("transaction", ROWS)],
    );
}

#[test]
fn a_bill_of_alipay_is_its_rows() {
    let head = "------------------------------------------------------------\n导出信息：\n起始时间：[2024-01-01 00:00:00]    终止时间：[2024-03-31 23:59:59]\n\
        导出交易类型：[全部]\n共40笔记录\n收入：10笔 1000.00元\n支出：30笔 2345.00元\n\n特别提示：\n1.本回单内容可表明支付宝受理了相应支付交易申请；\n\n\
        ------------------------支付宝（中国）网络技术有限公司  电子客户回单------------------------\n\
        交易时间,交易分类,交易对方,对方账号,商品说明,收/支,金额,收/付款方式,交易状态,交易订单号,商家订单号,备注,\n";
    let rows = lines(|_, r| {
        format!(
            "{},餐饮美食,{},{},外卖订单,支出,{},花呗,交易成功,2024{}\t,{}\t,,\n",
            r.time(),
            r.pick(&["肯德基", "*芳"]),
            r.pick(&["/", "138******12", "a***@example.com"]),
            r.money(500),
            r.digits(24),
            r.digits(20),
        )
    });
    let text = head.to_owned() + &rows;
    let gbk = gb18030(&text);
    assert!(std::str::from_utf8(&gbk).is_err(), "the bill is in GBK");
    check("alipay.csv", gbk, "csv", &[("transaction", ROWS)]);
}

/// The text in GB18030, which Python knows.
fn gb18030(text: &str) -> Vec<u8> {
    use std::io::Write as _;
    use std::process::{Command, Stdio};
    let code = "import sys; sys.stdout.buffer.write(sys.stdin.buffer.read().decode('utf-8').encode('gb18030'))";
    let mut child = Command::new("python3")
        .args(["-c", code])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("python3 can be started");
    let mut pipe = child.stdin.take().expect("stdin is piped");
    pipe.write_all(text.as_bytes()).unwrap();
    drop(pipe);
    child.wait_with_output().expect("python3 ends").stdout
}

#[test]
fn preambles_repeated_headers_and_totals_are_no_rows() {
    let header = "交易日期,账号,摘要,收入/支出金额,余额,对方户名,对方账号,渠道\n";
    let rows = lines(|n, r| {
        let again = if n == 20 { header } else { "" };
        let (amount, balance) = (r.money(9_000), r.money(90_000));
        format!(
            "{again}{},{},转账,-{amount},{balance},{},{},网上银行\n",
            r.time(),
            bank_card(1),
            name(n),
            bank_card(n + 2),
        )
    });
    let text = format!(
        "某银行借记账户历史明细（电子版）\n起止日期：2024-01-01 至 2024-06-30\n\n{header}{rows}合计,,,12345.00,,,,\n"
    );
    check("statement.csv", text, "csv", &[("transaction", ROWS)]);
    let rows = lines(|n, _| {
        format!(
            "{},{},3-2-{},89.5,{},120.00\n",
            n + 1,
            name(n),
            101 + n % 4,
            mobile(n)
        )
    });
    let text =
        format!("序号,业主姓名,房号,建筑面积,联系电话,物业费\n{rows}合计,,,3580.0,,4800.00\n");
    check(
        "owners.csv",
        text,
        "csv",
        &[("contact", ROWS), ("real-estate", ROWS)],
    );
}

#[test]
fn lists_of_logins_and_passwords_are_accounts() {
    let secret = |r: &mut Row| {
        format!(
            "{}{}",
            r.pick(&["abc", "Qwer!", "zx:cv", "love"]),
            r.within(100, 99_999)
        )
    };
    let both = [("account", ROWS), ("contact", ROWS)];
    check(
        "mails.txt",
        lines(|n, r| format!("{}:{}\n", email(n), secret(r))),
        "logins",
        &both,
    );
    check(
        "phones.txt",
        lines(|n, r| format!("{}:{}\n", mobile(n), secret(r))),
        "logins",
        &both,
    );
    check(
        "mails2.txt",
        lines(|n, r| format!("{}----{}\r\n", email(n), secret(r))),
        "logins",
        &both,
    );
    check(
        "users.txt",
        lines(|n, r| format!("coolboy{n}----{}----{}\n", secret(r), mobile(n))),
        "logins",
        &both,
    );
    check(
        "hashes.txt",
        lines(|n, r| format!("coolboy{n}:{}\n", r.hex(32))),
        "logins",
        &[("account", ROWS)],
    );
    // What has colons or hyphens and is no such list.
    check(
        "settings.txt",
        lines(|n, _| format!("option{n}:value{n}\n")),
        "text",
        &[],
    );
    check(
        "people.txt",
        lines(|n, _| format!("{}----{}\n", name(n), mobile(n))),
        "text",
        &[("contact", ROWS)],
    );
}

#[test]
fn a_chat_is_its_messages() {
    let said = ["明天见", "快递放门口了，记得拿", "好的\n谢谢", "在吗"];
    let chat = lines(|n, r| {
        let sender = ["李明(12345678)", "小芳<fang@example.com>"][(n % 2) as usize];
        format!("{} {sender}\n{}\n\n", r.time(), r.pick(&said))
    });
    let text =
        format!("消息记录（此消息记录为文本格式，不支持重新导入）\n\n消息对象:小芳\n\n{chat}");
    check(
        "chat.txt",
        text,
        "chat",
        &[("communication-content", ROWS), ("contact", ROWS)],
    );
    let header = "localId,TalkerId,Type,SubType,IsSender,CreateTime,Status,StrContent,StrTime,Remark,NickName,Sender\n";
    let rows = lines(|n, r| {
        let (said, time) = (r.pick(&["明天见", "在吗，有事找你"]), r.time());
        format!(
            "{n},1,1,0,0,1709740800,,{said},{time},李明,小明,wxid_{}abc\n",
            r.digits(11)
        )
    });
    let found = scanned("chat.csv", header.to_owned() + &rows);
    assert_eq!(found.categories.get("communication-content"), Some(&ROWS));
}

#[test]
fn objects_are_records_however_they_are_keyed() {
    let contact = [("address", ROWS), ("contact", ROWS)];
    let member = |n: u64, r: &mut Row| {
        format!(
            "{{\"phone\":\"{}\",\"address\":\"{}\"}}",
            mobile(n),
            r.address()
        )
    };
    let list = |text: String| text.trim_end_matches(",\n").to_owned();
    let keyed = |text: String| format!("{{\"code\":0,\"data\":{{{}}}}}", list(text));
    let by_name = lines(|n, r| format!("\"{}\":{},\n", r.name(), member(n, r)));
    check("by_name.json", keyed(by_name), "json", &contact);
    let by_id = lines(|n, _| {
        format!(
            "\"{}\":{{\"name\":\"{}\",\"phone\":\"{}\"}},\n",
            resident_id(n),
            name(n),
            mobile(n)
        )
    });
    check(
        "by_id.json",
        keyed(by_id),
        "json",
        &[("contact", ROWS), ("identity", ROWS)],
    );
    let nested = lines(|n, r| {
        format!(
            "{{\"orderNo\":\"{}\",\"createTime\":\"{}\",\"receiver\":{{\"name\":\"{}\",\"mobile\":\"{}\",\"address\":\"{}\"}},\
             \"items\":[{{\"title\":\"运动鞋\",\"price\":199.0}},{{\"title\":\"手机壳\",\"price\":19.9}}],\"payAmount\":218.9}},\n",
            r.digits(18),
            r.time(),
            name(n),
            mobile(n),
            r.address(),
        )
    });
    let expected = [contact[0], contact[1], ("transaction", ROWS)];
    check(
        "orders.json",
        format!("[{}]", list(nested)),
        "json",
        &expected,
    );
    let arrays = lines(|n, _| {
        format!(
            "[\"{}\",\"{}\",\"{}\"],\n",
            name(n),
            mobile(n),
            resident_id(n)
        )
    });
    check(
        "arrays.json",
        format!("[{}]", list(arrays)),
        "json",
        &[("contact", ROWS), ("identity", ROWS)],
    );
}
