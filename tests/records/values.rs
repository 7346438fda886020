//! Values of made-up people: drawn from a fixed seed, by rules of their own, belonging to nobody.
//!
//! Numbers come from `util::people` and count up; words are drawn from short lists. Nothing here knows the program's patterns,
//! tables or vocabulary.

use crate::util::people;

/// A row in the making: one person, and a stream of random numbers.
pub(super) struct Row {
    /// The number of the person.
    pub(super) person: u64,
    /// The number of somebody else.
    pub(super) other: u64,
    state: u64,
}

const SURNAMES: &[&str] = &[
    "王", "李", "张", "刘", "陈", "杨", "赵", "黄", "周", "吴", "徐", "孙", "胡", "朱", "高", "林",
    "何", "郭", "马", "罗", "梁", "宋", "郑", "谢", "韩", "唐", "冯", "于", "董", "萧", "程", "曹",
    "袁", "邓", "许", "傅", "沈", "曾", "彭", "吕", "欧阳", "司马",
];
const GIVEN: &[&str] = &[
    "伟", "芳", "娜", "敏", "静", "丽", "强", "磊", "军", "洋", "勇", "艳", "杰", "娟", "涛", "明",
    "超", "秀兰", "秀英", "桂英", "建国", "建华", "志强", "志明", "海燕", "晓燕", "红梅", "玉兰",
    "文博", "子轩", "浩然", "雨欣", "思远", "佳怡", "国庆", "淑华",
];
const PLACES: &[(&str, &str, &str)] = &[
    ("浙江省", "杭州市", "西湖区"),
    ("江苏省", "南京市", "鼓楼区"),
    ("广东省", "深圳市", "南山区"),
    ("四川省", "成都市", "武侯区"),
    ("湖北省", "武汉市", "洪山区"),
    ("山东省", "青岛市", "市南区"),
    ("河南省", "郑州市", "金水区"),
    ("陕西省", "西安市", "雁塔区"),
    ("福建省", "厦门市", "思明区"),
    ("湖南省", "长沙市", "岳麓区"),
];
const ROADS: &[&str] = &[
    "解放路",
    "人民路",
    "中山路",
    "建设路",
    "和平街",
    "文化路",
    "长江路",
    "新华街",
    "学院路",
    "朝阳大道",
];
const ESTATES: &[&str] = &[
    "阳光花园",
    "金色家园",
    "翠湖小区",
    "锦绣华庭",
    "碧水苑",
    "望江名邸",
    "和平里",
    "丽景湾",
];

impl Row {
    pub(super) fn new(seed: u64, number: u64) -> Row {
        let mut row = Row {
            person: 0,
            other: 0,
            state: seed.wrapping_mul(0x9E37_79B9_7F4A_7C15)
                ^ number.wrapping_mul(0xD1B5_4A32_D192_ED03),
        };
        row.next();
        row.person = number * 2 + 1;
        row.other = number * 2 + 2 + 2 * row.below(500);
        row
    }

    /// SplitMix64 (Steele, Lea and Flood, 2014).
    fn next(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.state;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    pub(super) fn below(&mut self, n: u64) -> u64 {
        self.next() % n
    }

    pub(super) fn within(&mut self, from: u64, to: u64) -> u64 {
        from + self.below(to - from)
    }

    pub(super) fn pick<'a>(&mut self, list: &[&'a str]) -> &'a str {
        list[self.below(list.len() as u64) as usize]
    }

    pub(super) fn one_of(&mut self, list: &[&str]) -> String {
        self.pick(list).to_owned()
    }

    pub(super) fn digits(&mut self, n: usize) -> String {
        (0..n)
            .map(|i| char::from(b'0' + (self.below(9) + u64::from(i == 0)) as u8))
            .collect()
    }

    pub(super) fn hex(&mut self, n: usize) -> String {
        (0..n)
            .map(|_| char::from(b"0123456789abcdef"[self.below(16) as usize]))
            .collect()
    }

    pub(super) fn capitals(&mut self, n: usize) -> String {
        (0..n)
            .map(|_| char::from(b"ABCDEFGHJKLMNPRSTUVWXYZ"[self.below(23) as usize]))
            .collect()
    }

    /// Decimals of money.
    pub(super) fn money(&mut self, most: u64) -> String {
        format!("{}.{:02}", self.within(1, most), self.below(100))
    }

    pub(super) fn date(&mut self) -> String {
        format!(
            "20{}-{:02}-{:02}",
            self.within(18, 26),
            self.within(1, 13),
            self.within(1, 29)
        )
    }

    pub(super) fn time(&mut self) -> String {
        let date = self.date();
        format!(
            "{date} {:02}:{:02}:{:02}",
            self.below(24),
            self.below(60),
            self.below(60)
        )
    }

    pub(super) fn name(&mut self) -> String {
        self.one_of(SURNAMES) + self.pick(GIVEN)
    }

    /// A street and a number, without a house.
    pub(super) fn street(&mut self) -> String {
        let (province, city, district) = PLACES[self.below(PLACES.len() as u64) as usize];
        let road = self.pick(ROADS);
        format!("{province}{city}{district}{road}{}号", self.within(1, 400))
    }

    pub(super) fn address(&mut self) -> String {
        let street = self.street();
        let estate = self.pick(ESTATES);
        let (house, room) = (
            self.within(1, 30),
            self.within(1, 28) * 100 + self.within(1, 5),
        );
        format!("{street}{estate}{house}栋{room}室")
    }

    pub(super) fn city(&mut self) -> String {
        PLACES[self.below(PLACES.len() as u64) as usize]
            .1
            .trim_end_matches('市')
            .to_owned()
    }

    pub(super) fn estate(&mut self) -> String {
        self.one_of(ESTATES)
    }

    pub(super) fn plate(&mut self) -> String {
        let province = self.pick(&["京", "沪", "粤", "浙", "苏", "鲁", "川", "鄂", "豫", "湘"]);
        format!(
            "{province}{}{}{}",
            self.capitals(1),
            self.capitals(1),
            self.digits(4)
        )
    }

    /// A vehicle identification number with its check digit (ISO 3779, 49 CFR 565).
    pub(super) fn vin(&mut self) -> String {
        const WEIGHTS: [u32; 17] = [8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2];
        let mut vin: Vec<u8> = format!(
            "L{}0{}{}",
            self.capitals(7),
            self.capitals(2),
            self.digits(6)
        )
        .into_bytes();
        let value = |b: u8| match b {
            b'0'..=b'9' => u32::from(b - b'0'),
            b'A'..=b'H' => u32::from(b - b'A') + 1,
            b'J'..=b'R' => u32::from(b - b'J') + 1,
            _ => u32::from(b - b'S') + 2,
        };
        let sum: u32 = vin.iter().zip(WEIGHTS).map(|(b, w)| value(*b) * w).sum();
        vin[8] = b"0123456789X"[(sum % 11) as usize];
        String::from_utf8(vin).expect("it is ASCII")
    }

    /// A number of a device with its check digit (3GPP TS 23.003, Luhn).
    pub(super) fn imei(&mut self) -> String {
        let body = format!("86{}", self.digits(12));
        let sum: u32 = body
            .bytes()
            .rev()
            .enumerate()
            .map(|(i, b)| match (i % 2, u32::from(b - b'0') * 2) {
                (0, double) => double / 10 + double % 10,
                (_, double) => double / 2,
            })
            .sum();
        format!("{body}{}", (10 - sum % 10) % 10)
    }

    pub(super) fn login(&mut self) -> String {
        let name = self.pick(&[
            "zhangwei", "lifang", "wangjun", "chenjie", "liuyang", "zhaolei", "xiaoming", "sunny",
            "coolboy", "moon",
        ]);
        format!("{name}{}", self.person % 10_000)
    }

    pub(super) fn phone(&mut self) -> String {
        people::mobile(self.person)
    }

    pub(super) fn id(&mut self) -> String {
        people::resident_id(self.person)
    }

    pub(super) fn card(&mut self) -> String {
        people::bank_card(self.person)
    }

    pub(super) fn mail(&mut self) -> String {
        people::email(self.person)
    }
}
