//! Values for the slots of free text: numbers with their check digits, names, addresses, and numbers that are nobody's.

/// Draws values for one line.
pub(super) struct Maker {
    state: u64,
}

const SURNAMES: &str = "王王王王李李李李张张张刘刘刘陈陈陈杨杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟谭陆汪范金石廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤";

const DOUBLE_SURNAMES: [&str; 6] = ["欧阳", "司马", "上官", "诸葛", "慕容", "皇甫"];

const GIVEN: &str = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超霞平刚桂英玉兰建国志强文华海燕晓东春梅雪梅建华丽华国庆红梅秀珍子涵浩然欣怡宇轩雨桐梓萱俊杰思远嘉懿鹏飞凯博琳婷颖慧倩蕾璐宁斌波辉鑫宏毅帆旭晨曦瑶琪佳怡诗涵若兰一诺沐宸";

/// Province, city, and a district of it, as they are written in addresses.
const PLACES: [(&str, &str, &str); 28] = [
    ("北京市", "", "海淀区"),
    ("北京市", "", "朝阳区"),
    ("上海市", "", "浦东新区"),
    ("上海市", "", "徐汇区"),
    ("天津市", "", "河西区"),
    ("重庆市", "", "渝北区"),
    ("广东省", "深圳市", "南山区"),
    ("广东省", "广州市", "天河区"),
    ("广东省", "佛山市", "顺德区"),
    ("浙江省", "杭州市", "西湖区"),
    ("浙江省", "宁波市", "鄞州区"),
    ("浙江省", "金华市", "义乌市"),
    ("江苏省", "南京市", "鼓楼区"),
    ("江苏省", "苏州市", "昆山市"),
    ("四川省", "成都市", "武侯区"),
    ("湖北省", "武汉市", "洪山区"),
    ("湖南省", "长沙市", "岳麓区"),
    ("福建省", "厦门市", "思明区"),
    ("山东省", "青岛市", "市南区"),
    ("河南省", "郑州市", "金水区"),
    ("河北省", "石家庄市", "长安区"),
    ("陕西省", "西安市", "雁塔区"),
    ("辽宁省", "沈阳市", "和平区"),
    ("黑龙江省", "哈尔滨市", "南岗区"),
    ("广西壮族自治区", "南宁市", "青秀区"),
    ("内蒙古自治区", "呼和浩特市", "赛罕区"),
    ("云南省", "昆明市", "盘龙区"),
    ("安徽省", "合肥市", "蜀山区"),
];

const ROADS: [&str; 24] = [
    "中山路",
    "人民路",
    "解放大道",
    "建设路",
    "科苑路",
    "文一西路",
    "天府大道",
    "学院路",
    "长江中路",
    "和平街",
    "新华路",
    "南京西路",
    "滨河大道",
    "友谊路",
    "青年大街",
    "迎宾路",
    "花园路",
    "朝阳北路",
    "高新四路",
    "环城东路",
    "胜利街",
    "工业园路",
    "望京街",
    "民族大道",
];

const ESTATES: [&str; 14] = [
    "阳光花园",
    "金色家园",
    "锦绣江南",
    "翠竹苑",
    "保利香槟国际",
    "绿地世纪城",
    "碧桂园",
    "万科城",
    "幸福里小区",
    "和谐家园",
    "世纪新城",
    "龙湖花园",
    "书香门第",
    "东方名都",
];

const COUNTIES: [&str; 24] = [
    "110108", "110105", "310115", "310104", "120103", "500112", "440305", "440106", "440606",
    "330106", "330212", "330782", "320106", "320583", "510107", "420111", "430104", "350203",
    "370202", "410105", "130102", "610113", "210102", "511025",
];

const CARDS: [(&str, usize); 12] = [
    ("622202", 19),
    ("621700", 19),
    ("622848", 19),
    ("621661", 19),
    ("622588", 16),
    ("622155", 16),
    ("625912", 16),
    ("622262", 19),
    ("621226", 19),
    ("622908", 18),
    ("436742", 16),
    ("524094", 16),
];

const PREFIXES: [&str; 30] = [
    "130", "131", "132", "133", "134", "135", "136", "137", "138", "139", "150", "151", "152",
    "155", "157", "158", "159", "166", "173", "176", "177", "180", "182", "185", "186", "187",
    "188", "189", "191", "198",
];

const PINYIN: [&str; 20] = [
    "zhang", "wang", "li", "liu", "chen", "yang", "zhao", "huang", "zhou", "wu", "xu", "sun", "hu",
    "zhu", "gao", "lin", "he", "guo", "ma", "luo",
];

const TEAMS: [&str; 12] = [
    "深圳", "上海", "北京", "杭州", "南京", "广州", "成都", "武汉", "西安", "苏州", "长沙", "青岛",
];

impl Maker {
    /// The maker of line `index` of a family of lines: independent of all others.
    pub(super) fn new(seed: u64, family: u64, index: u64) -> Maker {
        let mut maker = Maker {
            state: seed ^ family << 40 ^ index.wrapping_mul(0xD1B5_4A32_D192_ED03),
        };
        maker.next();
        maker
    }

    /// SplitMix64.
    fn next(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.state;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    fn below(&mut self, n: u64) -> u64 {
        self.next() % n
    }

    fn one_in(&mut self, n: u64) -> bool {
        self.below(n) == 0
    }

    /// One of them.
    pub(super) fn pick<'a>(&mut self, items: &[&'a str]) -> &'a str {
        items[self.below(items.len() as u64) as usize]
    }

    fn char(&mut self, of: &str) -> char {
        let n = of.chars().count() as u64;
        of.chars()
            .nth(self.below(n) as usize)
            .expect("below the number")
    }

    fn digits(&mut self, n: usize) -> String {
        (0..n)
            .map(|_| char::from(b'0' + self.below(10) as u8))
            .collect()
    }

    fn of(&mut self, alphabet: &str, n: usize) -> String {
        (0..n).map(|_| self.char(alphabet)).collect()
    }

    /// The kind of a slot, empty for what is nobody's, and a value for it.
    pub(super) fn slot(&mut self, slot: &str) -> (&'static str, String) {
        match slot {
            "name" => ("cn.name", self.name()),
            "phone" => ("cn.mobile", self.phone()),
            "phone~" => ("cn.mobile", self.phone_form()),
            "id" => ("cn.resident-id", self.id()),
            "id~" => ("cn.resident-id", self.id_form()),
            "addr" => ("cn.address", self.address(false)),
            "addr~" => ("cn.address", self.address(true)),
            "card" => ("bank-card", self.card()),
            "card~" => ("bank-card", grouped(&self.card())),
            "plate" => ("cn.vehicle-plate", self.plate()),
            "passport" => ("cn.passport", self.passport()),
            "email" => ("email", self.email()),
            "landline" => ("cn.landline", self.landline()),
            _ => ("", self.nobody(slot)),
        }
    }

    /// Numbers and words that belong to nobody.
    fn nobody(&mut self, slot: &str) -> String {
        match slot {
            "order" => match self.below(3) {
                0 => format!("{}{}", self.stamp(), self.digits(4)),
                1 => format!("20{}{}", self.below(10) + 15, self.digits(12)),
                _ => format!("DD{}", self.digits(14)),
            },
            "amount" => match self.below(3) {
                0 => format!("{}.{}", self.below(9_000) + 10, self.digits(2)),
                1 => format!("{},{}.00", self.below(90) + 1, self.digits(3)),
                _ => format!("{}", self.below(90_000) + 100),
            },
            "time" => format!("{:02}:{:02}", self.below(24), self.below(60)),
            "date" => format!("{}月{}号", self.below(12) + 1, self.below(28) + 1),
            "datetime" => {
                let (y, m, d) = (self.below(6) + 2019, self.below(12) + 1, self.below(28) + 1);
                format!(
                    "{y}-{m:02}-{d:02} {:02}:{:02}:{:02}",
                    self.below(24),
                    self.below(60),
                    self.below(60)
                )
            }
            "waybill" => match self.below(4) {
                0 => format!("SF{}", self.digits(13)),
                1 => format!("YT{}", self.digits(13)),
                2 => format!("7{}", self.digits(14)),
                _ => format!("JD00{}", self.digits(11)),
            },
            "stock" => format!(
                "{}{}",
                self.pick(&["600", "000", "300", "688"]),
                self.digits(3)
            ),
            "hash" => self.of("0123456789abcdef", 32),
            "uuid" => {
                let hex = self.of("0123456789abcdef", 32);
                format!(
                    "{}-{}-{}-{}-{}",
                    &hex[..8],
                    &hex[8..12],
                    &hex[12..16],
                    &hex[16..20],
                    &hex[20..]
                )
            }
            "version" => format!("{}.{}.{}", self.below(20), self.below(20), self.below(400)),
            "code" => self.digits(6),
            "millis" => format!("17{}", self.digits(11)),
            "meeting" => format!("{} {} {}", self.digits(3), self.digits(3), self.digits(4)),
            "service" => format!("400-{}-{}", self.digits(3), self.digits(4)),
            "region" => {
                let (province, city, district) = PLACES[self.below(PLACES.len() as u64) as usize];
                format!("{province}{city}{district}")
            }
            "city" => self.pick(&TEAMS).to_owned(),
            other => panic!("no slot is called {other}"),
        }
    }

    fn name(&mut self) -> String {
        if self.one_in(40) {
            return self
                .pick(&[
                    "阿依古丽·买买提",
                    "迪丽热巴·艾山",
                    "扎西·达瓦",
                    "艾克拜尔·米吉提",
                ])
                .to_owned();
        }
        let surname = match self.one_in(25) {
            true => self.pick(&DOUBLE_SURNAMES).to_owned(),
            false => self.char(SURNAMES).to_string(),
        };
        let n = 1 + usize::from(!self.one_in(3));
        format!("{surname}{}", self.of(GIVEN, n))
    }

    fn phone(&mut self) -> String {
        format!("{}{}", self.pick(&PREFIXES), self.digits(8))
    }

    fn phone_form(&mut self) -> String {
        let number = self.phone();
        let groups = [&number[..3], &number[3..7], &number[7..]];
        match self.below(8) {
            0 | 1 => groups.join(" "),
            2 | 3 => groups.join("-"),
            4 => format!("+86 {number}"),
            5 => format!("+86-{}", groups.join("-")),
            6 => format!("0086{number}"),
            _ => full_width(&number),
        }
    }

    fn id(&mut self) -> String {
        let county = self.pick(&COUNTIES);
        let (year, month, day) = (
            1_945 + self.below(70),
            1 + self.below(12),
            1 + self.below(28),
        );
        let mut number = format!("{county}{year}{month:02}{day:02}{:03}", 1 + self.below(500));
        const WEIGHTS: [u32; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
        let sum: u32 = number
            .bytes()
            .zip(WEIGHTS)
            .map(|(b, w)| u32::from(b - b'0') * w)
            .sum();
        number.push(char::from(b"10X98765432"[(sum % 11) as usize]));
        number
    }

    fn id_form(&mut self) -> String {
        let id = self.id();
        match self.below(4) {
            0 => format!("{} {} {}", &id[..6], &id[6..14], &id[14..]),
            1 => format!("{}-{}-{}", &id[..6], &id[6..14], &id[14..]),
            2 => id.to_lowercase(),
            _ => full_width(&id),
        }
    }

    fn card(&mut self) -> String {
        let (bin, len) = CARDS[self.below(CARDS.len() as u64) as usize];
        let mut number = format!("{bin}{}", self.digits(len - bin.len() - 1));
        let sum: u32 = number
            .bytes()
            .rev()
            .enumerate()
            .map(|(i, b)| {
                let digit = u32::from(b - b'0');
                let doubled = if i % 2 == 0 { 2 * digit } else { digit };
                doubled / 10 + doubled % 10
            })
            .sum();
        number.push(char::from(b'0' + ((10 - sum % 10) % 10) as u8));
        number
    }

    fn plate(&mut self) -> String {
        const LETTERS: &str = "ABCDEFGHJKLMNPQRSTUVWXYZ";
        const SIGNS: &str = "ABCDEFGHJKLMNPQRSTUVWXYZ01234567890123456789";
        let province = self.char("京津沪渝冀豫云辽黑湘皖鲁苏浙赣鄂桂甘晋蒙陕吉闽贵粤青川琼");
        let office = self.char(LETTERS);
        match self.below(5) {
            0 => format!(
                "{province}{office}{}{}",
                self.pick(&["D", "F"]),
                self.digits(5)
            ),
            1 => format!("{province}{office}·{}{}", self.digits(1), self.of(SIGNS, 4)),
            _ => format!("{province}{office}{}{}", self.of(SIGNS, 4), self.digits(1)),
        }
    }

    fn passport(&mut self) -> String {
        match self.below(4) {
            0 => format!("G{}", self.digits(8)),
            1 => format!(
                "E{}{}",
                self.char("ABCDEFGHJKLMNPQRSTUVWXYZ"),
                self.digits(7)
            ),
            _ => format!("E{}", self.digits(8)),
        }
    }

    fn email(&mut self) -> String {
        let local = match self.below(4) {
            0 => self.digits(9),
            1 => format!("{}.{}", self.pick(&PINYIN), self.pick(&PINYIN)),
            2 => format!(
                "{}_{}{}",
                self.pick(&PINYIN),
                self.pick(&PINYIN),
                self.digits(2)
            ),
            _ => format!(
                "{}{}{}",
                self.pick(&PINYIN),
                self.pick(&PINYIN),
                self.digits(4)
            ),
        };
        let domain = self.pick(&[
            "example.com",
            "example.org",
            "mail.example.cn",
            "corp.example.net",
        ]);
        format!("{local}@{domain}")
    }

    fn landline(&mut self) -> String {
        let (area, n) = match self.below(6) {
            0 => ("010", 8),
            1 => ("021", 8),
            2 => ("0755", 8),
            3 => ("0571", 8),
            4 => ("028", 8),
            _ => ("0791", 8),
        };
        let number = format!("{}{}", 2 + self.below(7), self.digits(n - 1));
        match self.below(4) {
            0 => format!("({area}){number}"),
            1 => format!("{area} {number}"),
            _ => format!("{area}-{number}"),
        }
    }

    /// An address down to a house; `brief` leaves levels out, as people do.
    fn address(&mut self, brief: bool) -> String {
        let (province, city, district) = PLACES[self.below(PLACES.len() as u64) as usize];
        let region = match brief {
            false => format!("{province}{city}{district}"),
            true if city.is_empty() => format!("{}{district}", province.trim_end_matches('市')),
            true if self.one_in(2) => format!("{city}{district}"),
            true => format!("{}{city}{district}", province.trim_end_matches('省')),
        };
        let (road, estate) = (self.pick(&ROADS), self.pick(&ESTATES));
        let (number, house) = (1 + self.below(400), 1 + self.below(30));
        let (unit, room) = (
            1 + self.below(4),
            100 * (1 + self.below(30)) + 1 + self.below(4),
        );
        match self.below(6) {
            0 => format!("{region}{road}{number}号"),
            1 => format!("{region}{road}{number}号{estate}{house}栋{unit}单元{room}室"),
            2 => format!("{region}{road}{number}号{house}号楼{room}"),
            3 => format!("{region}{estate}{house}栋{room}"),
            4 => format!("{region}{road}{number}弄{house}号{room}室"),
            _ => format!(
                "{region}{road}{number}号{estate}{}座{room}室",
                self.char("ABC")
            ),
        }
    }

    /// `yyyymmddHHMMSS`.
    fn stamp(&mut self) -> String {
        let (y, m, d) = (self.below(6) + 2019, self.below(12) + 1, self.below(28) + 1);
        format!(
            "{y}{m:02}{d:02}{:02}{:02}{:02}",
            self.below(24),
            self.below(60),
            self.below(60)
        )
    }
}

/// By four, with blanks.
fn grouped(number: &str) -> String {
    let groups: Vec<String> = number
        .as_bytes()
        .chunks(4)
        .map(|g| String::from_utf8_lossy(g).into_owned())
        .collect();
    groups.join(" ")
}

/// Typed with an input method that writes full-width characters.
fn full_width(text: &str) -> String {
    text.chars()
        .map(|c| char::from_u32(c as u32 + 0xFEE0).expect("ASCII has a full-width twin"))
        .collect()
}
