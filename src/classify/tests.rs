//! Tests of profiles on whole tables, with a small vocabulary of their own.

use crate::detect::Probe;
use crate::detect::vocabulary::{RoleSet, Vocabulary};
use crate::record::Table;

use super::*;

const ROLES: &[(&str, &str, &str)] = &[
    ("name", "姓名 name", "xm"),
    ("id-number", "身份证号 sfzh", "zjhm"),
    ("bg-id-number", "ЕГН", "egn"),
    ("phone", "手机号 联系电话 phone mobile", "dh sjh"),
    ("email", "邮箱 email", "yx"),
    ("address", "地址 address", "dz"),
    ("gender", "性别 gender", "xb"),
    ("login", "用户名 username", "user"),
    ("password", "密码 password", "mm"),
    ("bank-card", "银行卡号 bank_card", "kh"),
    ("account-number", "账号 account_no", "zh"),
    ("party-account", "对方账号 counterparty_account", "dfzh"),
    ("party-name", "对方户名 counterparty", "dfhm"),
    ("qq", "qq号", "qq"),
    ("caller", "主叫号码 caller", "zj"),
    ("callee", "被叫号码 callee", "bj"),
    ("party-phone", "对方号码", "dfdh"),
    ("call-start", "通话开始时间 call_start", "kssj"),
    ("call-end", "通话结束时间", "jssj"),
    ("call-duration", "通话时长 call_duration", "thsc"),
    ("call-type", "通话类型 call_type", "thlx"),
    ("sender", "发送人 sender", "fsr"),
    ("receiver", "接收人 receiver", "jsr"),
    ("message-body", "消息内容 content", "nr"),
    ("event-time", "时间 time", "sj"),
    ("position-time", "定位时间 gps_time", "dwsj"),
    ("longitude", "经度 longitude", "jd"),
    ("latitude", "纬度 latitude", "wd"),
    ("document-type", "证件类型 document_type", "zjlx"),
    ("hotel", "旅馆名称 hotel", "lgmc"),
    ("room", "房间号 room", "fh"),
    ("checkin-time", "入住时间 check_in", "rzsj"),
    ("checkout-time", "退房时间 check_out", "tfsj"),
    ("transaction-time", "交易时间 transaction_time", "jysj"),
    ("amount", "交易金额 amount", "je"),
    ("balance", "账户余额 balance", "ye"),
    ("debit-credit", "借贷标志", "jdbz"),
    ("goods", "商品名称 goods", "spmc"),
    ("price", "实付金额 price", "sfje"),
    ("order-time", "下单时间 order_time", "xdsj"),
    ("order-number", "订单号 order_no", "ddh"),
    ("diagnosis", "诊断 diagnosis", "zd"),
    ("overdue", "逾期次数 overdue", "yqcs"),
    ("plate", "车牌号 plate", "hphm"),
    ("vin", "车架号 vin", "clsbdh"),
    ("engine-number", "发动机号 engine_number", "fdjh"),
    ("nationality", "国籍", "gj"),
    ("coordinates", "坐标", ""),
];

fn vocabulary() -> Vocabulary {
    let list = |words: &str| {
        words
            .split_whitespace()
            .map(|w| format!("{w:?}"))
            .collect::<Vec<_>>()
            .join(",")
    };
    let block = |(id, headers, weak): &(&str, &str, &str)| {
        let veto = *id == "order-number";
        let party = if id.starts_with("party") || *id == "callee" {
            2
        } else {
            1
        };
        let (headers, weak) = (list(headers), list(weak));
        let plays = if id.ends_with("-id-number") {
            "plays=\"id-number\"\n"
        } else {
            ""
        };
        format!(
            "[[role]]\nid={id:?}\nname={{en=\"x\",zh=\"x\"}}\nheaders=[{headers}]\nweak=[{weak}]\nveto={veto}\nparty={party}\n{plays}"
        )
    };
    Vocabulary::load(&ROLES.iter().map(block).collect::<String>()).unwrap()
}

/// What a detector would find in a whole cell: for sure, and if the column were right.
fn found(vocabulary: &Vocabulary, cell: &str) -> Probe {
    let (mut sure, mut fits) = (RoleSet::default(), RoleSet::default());
    let add = |set: &mut RoleSet, id: &str| set.insert(vocabulary.role(id).unwrap());
    let digits = cell.bytes().all(|b| b.is_ascii_digit());
    let han = cell.chars().all(|c| !c.is_ascii());
    let length = cell.chars().count();
    match length {
        11 if digits && cell.starts_with('1') => add(&mut sure, "phone"),
        18 if cell.bytes().take(17).all(|b| b.is_ascii_digit()) && !han => {
            add(&mut sure, "id-number");
        }
        10 if cell.starts_with("90") => add(&mut fits, "bg-id-number"),
        16 | 19 if digits => add(&mut sure, "bank-card"),
        7 if cell.starts_with(['京', '粤', '沪']) && !han => add(&mut sure, "plate"),
        17 if cell.bytes().all(|b| b.is_ascii_alphanumeric()) && !digits => add(&mut sure, "vin"),
        2 | 3 if han => add(&mut fits, "name"),
        _ => {}
    }
    if cell.contains('@') {
        add(&mut sure, "email");
    }
    if cell.contains("路") && cell.contains("号") {
        add(&mut fits, "address");
    }
    if digits && (5..=11).contains(&length) {
        add(&mut fits, "qq");
    }
    Probe {
        sure,
        fits,
        ..Probe::default()
    }
}

fn profile(header: Option<&str>, rows: &[&str]) -> (Vocabulary, Profile) {
    let vocabulary = vocabulary();
    let columns: Vec<String> = match header {
        Some(header) => header.split('|').map(str::to_owned).collect(),
        None => rows[0].split('|').map(|_| String::new()).collect(),
    };
    let table = Table {
        name: None,
        columns,
        has_header: header.is_some(),
    };
    let mut sampler = Sampler::new(&table, &vocabulary);
    for row in rows {
        for (i, cell) in row.split('|').enumerate() {
            let probe = found(&vocabulary, cell);
            sampler.cell(i as u32, cell.as_bytes(), &probe);
        }
        sampler.row();
    }
    assert_eq!(sampler.rows(), rows.len());
    let profile = sampler.decide(&vocabulary);
    (vocabulary, profile)
}

/// Compares the roles of all columns, `-` for none.
#[track_caller]
fn check(header: Option<&str>, rows: &[&str], wanted: &str) {
    let (vocabulary, profile) = profile(header, rows);
    let ids: Vec<_> = profile
        .columns
        .iter()
        .map(|c| c.role.map_or("-", |r| vocabulary.info(r).id.as_str()))
        .collect();
    assert_eq!(ids.join(" "), wanted, "{header:?}");
}

const HOTEL: &[&str] = &[
    "王小明|男|身份证|110101199003070011|长江大酒店|1208|2024-01-01 12:00:00|2024-01-03 11:30:00|13800000001",
    "李芳|女|身份证|11010119900307002X|黄河宾馆|305|2024-02-01 15:20:10|2024-02-02 09:00:00|13800000002",
];
const CALLS: &[&str] = &[
    "13800000001|13900000002|2024-01-01 10:00:00|65|主叫",
    "13800000003|13900000004|2024-01-02 11:00:00|1205|被叫",
];
const TRACK: &[&str] = &[
    "13800000001|2024-01-01 10:00:00|116.397428|39.909230",
    "13800000001|2024-01-01 10:05:00|116.401123|39.910001",
];
const STATEMENT: &[&str] = &[
    "6222020000000000001|王小明|2024-01-01 10:00:00|500.00|10500.00|借|6222020000000000002|李芳",
    "6222020000000000003|赵强|2024-01-02 10:00:00|1200.50|99.10|贷|6222020000000000004|孙丽",
];
const MESSAGES: &[&str] = &[
    "13800000001|13900000002|2024-01-01 10:00:00|明天下午三点在老地方见，不要迟到。",
    "13800000003|13900000004|2024-01-02 10:00:00|东西收到了，谢谢你，周末一起吃饭吧！",
];
const MEMBERS: &[&str] = &[
    "xiaoming|5f4dcc3b5aa765d61d8327deb882cf99|a1@example.com|13800000001",
    "lifang88|e10adc3949ba59abbe56e057f20f883e|a2@example.com|13800000002",
];
const VEHICLES: &[&str] = &[
    "王小明|110101199003070011|13800000001|京A12345|LSVAA4187E2000001|A1B2C3D|北京市朝阳区建国路1号",
    "李芳|11010119900307002X|13800000002|粤B54321|LSVAA4187E2000002|Z9Y8X7W|广州市天河区天河路2号",
];

#[test]
fn chinese_headers_name_their_columns() {
    let hotel = "name gender document-type id-number hotel room checkin-time checkout-time phone";
    check(
        Some("姓名|性别|证件类型|身份证号|旅馆名称|房间号|入住时间|退房时间|联系电话"),
        HOTEL,
        hotel,
    );
    let calls = "caller callee call-start call-duration call-type";
    check(
        Some("主叫号码|被叫号码|通话开始时间|通话时长(秒)|通话类型"),
        CALLS,
        calls,
    );
    let statement =
        "account-number name transaction-time amount balance debit-credit party-account party-name";
    check(
        Some("账号|姓名|交易时间|交易金额|账户余额|借贷标志|对方账号|对方户名"),
        STATEMENT,
        statement,
    );
    check(
        Some("手机号|定位时间|经度|纬度"),
        TRACK,
        "phone position-time longitude latitude",
    );
}

#[test]
fn english_headers_name_their_columns() {
    check(
        Some("caller|callee|call_start|call_duration|call_type"),
        CALLS,
        "caller callee call-start call-duration call-type",
    );
    check(
        Some("sender|receiver|time|content"),
        MESSAGES,
        "sender receiver event-time message-body",
    );
    check(
        Some("username|password|email|mobile"),
        MEMBERS,
        "login password email phone",
    );
    check(
        Some("phone|gps_time|longitude|latitude"),
        TRACK,
        "phone position-time longitude latitude",
    );
}

#[test]
fn pinyin_initials_need_cells_or_company() {
    check(
        Some("xm|sfzh|sjh|hphm|clsbdh|fdjh|dz"),
        VEHICLES,
        "name id-number phone plate vin engine-number address",
    );
    let hotel = "name gender document-type id-number hotel room checkin-time checkout-time phone";
    check(Some("xm|xb|zjlx|zjhm|lgmc|fh|rzsj|tfsj|dh"), HOTEL, hotel);
    check(
        Some("dh|dwsj|jd|wd"),
        TRACK,
        "phone position-time longitude latitude",
    );
    check(
        Some("zj|bj|kssj|thsc|thlx"),
        CALLS,
        "caller callee call-start call-duration call-type",
    );
    // Other meanings of the same letters.
    check(
        Some("jd|wd|dh"),
        &["张江|浦东|导航", "徐汇|黄浦|导购"],
        "- - -",
    );
    check(Some("fh|zd"), &["好的|已读", "行|未读"], "- -");
}

#[test]
fn cells_decide_what_ambiguous_headers_mean() {
    check(
        Some("zjhm|bj|kssj"),
        &["13800000001|13900000002|2024-01-01 10:00:00"],
        "caller callee call-start",
    );
    check(
        Some("sjh|dfhm|kssj"),
        &["13800000001|13900000002|2024-01-01 10:00:00"],
        "phone party-phone call-start",
    );
    check(
        Some("账号|密码"),
        &["xiaoming|abc123", "lifang88|qwe456"],
        "login password",
    );
    check(
        Some("账号|密码"),
        &["13800000001|abc123", "13900000002|qwe456"],
        "login password",
    );
    check(
        Some("账号|密码"),
        &["a@example.com|abc123", "b@example.com|qwe456"],
        "login password",
    );
    check(
        Some("账号|姓名"),
        &["6222020000000000001|王小明"],
        "account-number name",
    );
}

#[test]
fn the_other_party_stays_the_other_party() {
    check(
        Some("姓名|dfhm"),
        &["王小明|13800000001", "李芳|13900000002"],
        "name party-phone",
    );
    check(
        Some("姓名|dfhm"),
        &["王小明|6222020000000000001"],
        "name party-account",
    );
    check(
        Some("姓名|dfdh"),
        &["王小明|赵强", "李芳|孙丽"],
        "name party-name",
    );
    check(Some("name"), &["王*", "李*芳"], "name");
    check(
        Some("账号|姓名"),
        &["6222-0200-0000-0001|王小明"],
        "account-number name",
    );
}

#[test]
fn a_word_alone_in_a_table_is_no_name() {
    check(None, &["菜单"], "-");
    check(None, &["高级|搜索"], "- -");
    check(None, &["王小明", "李芳", "赵强"], "name");
    check(None, &["王小明|13800000001"], "name phone");
}

#[test]
fn cells_overrule_headers_that_they_contradict() {
    let prose = [
        "这个手机很好用，推荐大家购买。",
        "物流太慢了，等了一个星期才到！",
    ];
    check(Some("phone"), &prose, "-");
    check(
        Some("name"),
        &["无线蓝牙耳机Pro 2024款", "不锈钢保温杯500ml"],
        "-",
    );
    check(Some("name"), &["13800000001", "13900000002"], "phone");
    check(Some("手机号"), &["a@example.com", "b@example.com"], "email");
    check(Some("amount"), &["很多", "很少"], "-");
    check(Some("用户名"), &["13800000001", "13900000002"], "login");
    check(Some("name"), &["John Smith", "Mary Ann Jones"], "name");
    check(
        Some("订单号|x"),
        &["6222020000000000001|13800000001"],
        "order-number phone",
    );
    // A format that is not known is no contradiction.
    check(
        Some("入住时间"),
        &["Mon 1 Jan 24", "Tue 2 Jan 24"],
        "checkin-time",
    );
    check(Some("手机号|姓名"), &["|", "|"], "phone name");
}

#[test]
fn tables_without_headers_are_read_from_their_cells() {
    check(
        None,
        CALLS,
        "caller callee call-start call-duration call-type",
    );
    check(None, TRACK, "phone position-time longitude latitude");
    check(None, MESSAGES, "sender receiver event-time message-body");
    let statement =
        "bank-card name transaction-time amount balance debit-credit party-account party-name";
    check(None, STATEMENT, statement);
    check(None, MEMBERS, "- password email phone");
    check(
        None,
        &["xiaoming|5f4dcc3b5aa765d61d8327deb882cf99"],
        "login password",
    );
    let hotel = "name gender document-type id-number hotel room checkin-time checkout-time phone";
    check(None, HOTEL, hotel);
    check(None, VEHICLES, "name id-number phone plate vin - address");
    let parcel = ["王小明|13800000001|北京市朝阳区建国路1号|2024-01-01 10:00:00|运动鞋套装|59.90"];
    check(None, &parcel, "name phone address order-time - price");
    // Two telephones in a register are no call, and small numbers are nothing.
    check(
        None,
        &["王小明|13800000001|13900000002|2024-01-01 10:00:00|3"],
        "name phone phone event-time -",
    );
    check(None, &["1|2|3", "4|5|6"], "- - -");
}

#[test]
fn terms_that_repeat_behind_names_are_no_names() {
    let families = ["王", "李", "张", "刘", "陈", "杨", "赵", "孙", "周", "吴"];
    let rows = |second: &dyn Fn(usize) -> String| -> Vec<String> {
        (0..10)
            .map(|i| format!("{}小明|{}", families[i], second(i)))
            .collect()
    };
    let wanted = |rows: &[String], roles: &str| {
        let rows: Vec<&str> = rows.iter().map(String::as_str).collect();
        check(None, &rows, roles);
    };
    wanted(&rows(&|_| "孙小丽".to_owned()), "name -");
    wanted(&rows(&|i| format!("{}小丽", families[i])), "name name");
    // The other way round it is one payer and many payees.
    let turned: Vec<String> = (0..10)
        .map(|i| format!("孙小丽|{}小明", families[i]))
        .collect();
    wanted(&turned, "name name");
}

#[test]
fn text_is_one_column_of_prose() {
    let vocabulary = vocabulary();
    let sampler = Sampler::new(&Table::default(), &vocabulary);
    assert_eq!(sampler.decide(&vocabulary), Profile::text());
    assert!(Profile::text().columns[0].prose);
}

#[test]
fn prose_is_marked_in_any_column() {
    let (_, found) = profile(
        Some("x|消息内容|手机号"),
        &["他住在南京路，电话见下一行，记得打给他。|明天见，老地方，不见不散哦！！|13800000001"],
    );
    let prose: Vec<_> = found.columns.iter().map(|c| c.prose).collect();
    assert_eq!(prose, [true, true, false]);
    assert_eq!(found.columns[1].from, Evidence::Both);
}

#[test]
fn later_columns_and_cells_do_not_disturb() {
    let vocabulary = vocabulary();
    let late = Profile::of_name(&vocabulary, "订单号");
    assert!(late.veto && late.from == Evidence::Header);
    assert_eq!(
        Profile::of_name(&vocabulary, "dh"),
        ColumnProfile::default()
    );
    let table = Table {
        name: None,
        columns: vec!["x".into()],
        has_header: true,
    };
    let mut sampler = Sampler::new(&table, &vocabulary);
    let probe = found(&vocabulary, "13800000001");
    sampler.cell(7, b"13800000001", &probe);
    for _ in 0..SAMPLE_ROWS {
        sampler.cell(0, b"NULL", &Probe::default());
        sampler.row();
    }
    sampler.cell(0, b"13800000001", &probe);
    assert_eq!(
        sampler.decide(&vocabulary).columns,
        [ColumnProfile::default()]
    );
}

#[test]
fn cells_tell_whose_numbers_a_column_has() {
    let rows: Vec<String> = (0..8).map(|i| format!("900101000{i}")).collect();
    let rows: Vec<&str> = rows.iter().map(String::as_str).collect();
    for (header, wanted) in [
        ("身份证号", "bg-id-number"),
        ("ЕГН", "bg-id-number"),
        ("Егн", "bg-id-number"),
        ("egn", "bg-id-number"),
    ] {
        check(Some(header), &rows, wanted);
    }
    // Too few, or too few of them.
    check(Some("身份证号"), &rows[..7], "id-number");
    let mut mixed = rows.clone();
    mixed[..2].copy_from_slice(&["8001010008", "8001010009"]);
    check(Some("身份证号"), &mixed, "id-number");
    // A weak header whose cells say no.
    check(Some("egn"), &["8001010008", "8001010009"], "-");
}
