//! The cells of the record classes: what stands in a column of each make.
//!
//! Knows how values are written, not what their columns are called.

use super::values::Row;

pub(super) fn name(r: &mut Row) -> String {
    r.name()
}
pub(super) fn id(r: &mut Row) -> String {
    r.id()
}
pub(super) fn phone(r: &mut Row) -> String {
    r.phone()
}
pub(super) fn other_phone(r: &mut Row) -> String {
    crate::util::people::mobile(r.other)
}
pub(super) fn mail(r: &mut Row) -> String {
    r.mail()
}
pub(super) fn card(r: &mut Row) -> String {
    r.card()
}
pub(super) fn other_card(r: &mut Row) -> String {
    crate::util::people::bank_card(r.other)
}
pub(super) fn address(r: &mut Row) -> String {
    r.address()
}
pub(super) fn time(r: &mut Row) -> String {
    r.time()
}
pub(super) fn date(r: &mut Row) -> String {
    r.date()
}
pub(super) fn gender(r: &mut Row) -> String {
    r.one_of(&["男", "女"])
}
pub(super) fn nothing(_: &mut Row) -> String {
    String::new()
}
pub(super) fn serial(r: &mut Row) -> String {
    (r.person / 2 + 1).to_string()
}
pub(super) fn small(r: &mut Row) -> String {
    r.money(5_000)
}
pub(super) fn large(r: &mut Row) -> String {
    r.money(2_000_000)
}
pub(super) fn login(r: &mut Row) -> String {
    r.login()
}
pub(super) fn md5(r: &mut Row) -> String {
    r.hex(32)
}
pub(super) fn ip(r: &mut Row) -> String {
    format!(
        "{}.{}.{}.{}",
        r.within(110, 125),
        r.below(256),
        r.below(256),
        r.within(1, 255)
    )
}
pub(super) fn plate(r: &mut Row) -> String {
    r.plate()
}
pub(super) fn vin(r: &mut Row) -> String {
    r.vin()
}
pub(super) fn imei(r: &mut Row) -> String {
    r.imei()
}
pub(super) fn city(r: &mut Row) -> String {
    r.city()
}
pub(super) fn amount_whole(r: &mut Row) -> String {
    (r.within(5, 900) * 1_000).to_string()
}
pub(super) fn company(r: &mut Row) -> String {
    let trade = r.one_of(&[
        "科技",
        "贸易",
        "电子",
        "物流",
        "网络技术",
        "信息",
        "建筑工程",
    ]);
    let word = r.one_of(&[
        "鑫源", "华泰", "恒达", "天宇", "中创", "瑞丰", "博远", "凯盛",
    ]);
    format!("{}{word}{trade}有限公司", r.city())
}
pub(super) fn bank(r: &mut Row) -> String {
    r.one_of(&[
        "中国工商银行",
        "中国建设银行",
        "招商银行",
        "平安银行",
        "捷信消费金融有限公司",
        "重庆小额贷款有限公司",
    ])
}
pub(super) fn school(r: &mut Row) -> String {
    format!(
        "{}{}",
        r.city(),
        r.one_of(&[
            "第一中学",
            "实验小学",
            "第三中学",
            "外国语学校",
            "师范大学",
            "理工大学"
        ])
    )
}
pub(super) fn student_number(r: &mut Row) -> String {
    format!("20{}{}", r.within(15, 25), r.digits(6))
}
pub(super) fn ethnicity(r: &mut Row) -> String {
    r.one_of(&[
        "汉族",
        "汉族",
        "回族",
        "满族",
        "壮族",
        "苗族",
        "维吾尔族",
        "土家族",
    ])
}
pub(super) fn longitude(r: &mut Row) -> String {
    format!("{}.{}", r.within(104, 121), r.digits(6))
}
pub(super) fn latitude(r: &mut Row) -> String {
    format!("{}.{}", r.within(22, 42), r.digits(6))
}
pub(super) fn diagnosis(r: &mut Row) -> String {
    r.one_of(&[
        "高血压",
        "2型糖尿病",
        "慢性胃炎",
        "急性上呼吸道感染",
        "腰椎间盘突出症",
        "冠心病",
        "肺炎",
        "胆囊结石",
        "抑郁症",
    ])
}
pub(super) fn icd(r: &mut Row) -> String {
    format!(
        "{}{:02}.{}",
        r.one_of(&["I", "E", "K", "J", "M", "F"]),
        r.below(90),
        r.pick(&["0", "9", "100", "900", "x01"])
    )
}
pub(super) fn said(r: &mut Row) -> String {
    r.one_of(&[
        "明天下午三点老地方见，别迟到。",
        "快递放门口了，记得拿一下！",
        "你好，请问房子还在出租吗？",
        "今晚加班，不用等我吃饭了。",
        "材料已经发到你邮箱，请查收。",
        "周末一起去爬山吧，天气不错！",
    ])
}
pub(super) fn house_number(r: &mut Row) -> String {
    format!(
        "{}-{}-{}",
        r.within(1, 30),
        r.within(1, 5),
        r.within(1, 28) * 100 + r.within(1, 5)
    )
}
pub(super) fn seconds(r: &mut Row) -> String {
    r.within(5, 3_000).to_string()
}
pub(super) fn room(r: &mut Row) -> String {
    (r.within(2, 25) * 100 + r.within(1, 40)).to_string()
}
pub(super) fn hotel(r: &mut Row) -> String {
    format!(
        "{}{}",
        r.city(),
        r.one_of(&[
            "如家酒店",
            "锦江之星酒店",
            "海天大酒店",
            "汉庭酒店",
            "金陵饭店",
            "迎宾招待所"
        ])
    )
}
pub(super) fn flight(r: &mut Row) -> String {
    format!(
        "{}{}",
        r.one_of(&["CA", "MU", "CZ", "HU", "3U", "ZH"]),
        r.within(1_000, 9_999)
    )
}
pub(super) fn train(r: &mut Row) -> String {
    format!(
        "{}{}",
        r.one_of(&["G", "D", "C", "K", "Z", "T"]),
        r.within(11, 9_000)
    )
}
pub(super) fn seat(r: &mut Row) -> String {
    format!(
        "{:02}车{:02}{}号",
        r.within(1, 17),
        r.within(1, 20),
        r.one_of(&["A", "B", "C", "D", "F"])
    )
}
pub(super) fn goods(r: &mut Row) -> String {
    r.one_of(&[
        "运动鞋",
        "手机壳",
        "羽绒服",
        "电饭煲",
        "儿童玩具",
        "无线蓝牙耳机",
        "坚果礼盒",
        "面膜",
    ])
}
pub(super) fn waybill(r: &mut Row) -> String {
    format!("SF{}", r.digits(13))
}
pub(super) fn photo(r: &mut Row) -> String {
    format!("/upload/{}/{}.jpg", r.date().replace('-', ""), r.hex(16))
}
pub(super) fn template(r: &mut Row) -> String {
    r.hex(80)
}
pub(super) fn area(r: &mut Row) -> String {
    format!("{}.{:02}", r.within(45, 220), r.below(100))
}
pub(super) fn floor_area(r: &mut Row) -> String {
    format!("{}㎡", area(r))
}
pub(super) fn title(r: &mut Row) -> String {
    format!(
        "{}({})市不动产权第{}号",
        r.one_of(&["浙", "苏", "粤", "京"]),
        r.within(2012, 2025),
        r.digits(7)
    )
}
