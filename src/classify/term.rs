//! Terms: words and codes of a trade, by which a column without a header shows what its table is about.
//!
//! A term is narrower than a shape and wider than a pattern: `G102` may be a train or a shelf. One column of terms never
//! decides; what stands beside it does (see `deduce`).

/// A set of terms, as bits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Terms(u32);

macro_rules! terms {
    ($($name:ident $bit:literal $doc:literal,)*) => {
        impl Terms {
            $(#[doc = $doc] pub(super) const $name: Terms = Terms(1 << $bit);)*
        }
        /// How many terms there are.
        pub(super) const COUNT: usize = [$($bit),*].len();
    };
}

terms! {
    TRAIN 0 "A train of China Railway: a letter of its classes and up to four digits.",
    FLIGHT 1 "A flight: an airline's two-letter code (IATA) and three or four digits.",
    SEAT 2 "A seat with its coach, or a class of seats.",
    ICD 3 "A code of a disease (ICD-10): a letter, two digits, a point and up to four signs.",
    ILLNESS 4 "A disease or a complaint, by the word it ends with.",
    BLOOD 5 "A blood group.",
    WARD 6 "A department of a hospital.",
    AREA 7 "An area with its unit.",
    HOME 8 "Building, unit and room of a home.",
    TITLE 9 "A number of a title to a home.",
    LOAN_CLASS 10 "One of the five classes of loans.",
    BAD_LOAN 11 "One of the classes that loans alone have.",
    INQUIRY 12 "A reason for an inquiry at the credit bureau.",
    COMPANY 13 "The name of a company or a bank.",
    SCHOOL 14 "The name of a school.",
    ETHNICITY 15 "A people of China.",
    POLITICAL 16 "A political status.",
}

/// Longest cell that can be a term, in bytes.
const BYTES_MAX: usize = 96;

/// Airlines that fly in and to China, by their IATA codes.
const AIRLINES: &[&str] = &[
    "CA", "MU", "CZ", "HU", "3U", "ZH", "MF", "SC", "FM", "KN", "HO", "GS", "JD", "9C", "8L", "G5",
    "PN", "TV", "EU", "BK", "DZ", "DR", "GJ", "GX", "KY", "NS", "QW", "RY", "UQ", "Y8", "A6", "AQ",
    "GY", "FU", "LT", "OQ", "9H", "CX", "KA", "HX", "UO", "NX", "CI", "BR", "SQ", "KE", "OZ", "JL",
    "NH", "TG", "MH", "VN", "AF", "LH", "BA", "UA", "AA", "DL", "EK", "QR",
];
const SEATS: &[&str] = &[
    "二等座",
    "一等座",
    "商务座",
    "特等座",
    "硬座",
    "软座",
    "硬卧",
    "软卧",
    "无座",
    "经济舱",
    "商务舱",
    "公务舱",
    "头等舱",
    "超级经济舱",
];
const ILLNESSES: &[&str] = &[
    "病",
    "炎",
    "症",
    "癌",
    "瘤",
    "感染",
    "结石",
    "骨折",
    "高血压",
    "综合征",
    "出血",
    "溃疡",
    "梗死",
    "梗塞",
    "衰竭",
    "障碍",
    "增生",
    "突出",
    "中风",
    "贫血",
    "积液",
    "硬化",
    "息肉",
    "脱位",
    "扭伤",
    "白内障",
    "近视",
    "哮喘",
    "早孕",
    "妊娠",
    "糖尿病",
];
const BLOODS: &[&str] = &[
    "A型", "B型", "O型", "AB型", "A型血", "B型血", "O型血", "AB型血", "A+", "B+", "O+", "AB+",
    "A-", "B-", "O-", "AB-",
];
const WARDS: &[&str] = &[
    "内科",
    "外科",
    "骨科",
    "儿科",
    "妇科",
    "产科",
    "妇产科",
    "眼科",
    "皮肤科",
    "口腔科",
    "急诊科",
    "肿瘤科",
    "神经科",
    "精神科",
    "康复科",
    "耳鼻喉科",
    "泌尿科",
    "麻醉科",
    "中医科",
    "感染科",
    "检验科",
    "放射科",
    "门诊",
    "病房",
    "病区",
];
const INQUIRIES: &[&str] = &[
    "贷款审批",
    "信用卡审批",
    "贷后管理",
    "担保资格审查",
    "本人查询",
    "保前审查",
    "保后管理",
    "融资审批",
    "资信审查",
    "特约商户实名审查",
];
const COMPANIES: &[&str] = &[
    "公司",
    "集团",
    "银行",
    "支行",
    "分行",
    "信用社",
    "合作社",
    "事务所",
    "厂",
];
const SCHOOLS: &[&str] = &[
    "小学",
    "中学",
    "大学",
    "学院",
    "学校",
    "幼儿园",
    "一中",
    "二中",
    "三中",
    "附中",
    "附小",
    "职高",
];
const PEOPLES: &[&str] = &[
    "汉",
    "蒙古",
    "回",
    "藏",
    "维吾尔",
    "苗",
    "彝",
    "壮",
    "布依",
    "朝鲜",
    "满",
    "侗",
    "瑶",
    "白",
    "土家",
    "哈尼",
    "哈萨克",
    "傣",
    "黎",
    "傈僳",
    "佤",
    "畲",
    "高山",
    "拉祜",
    "水",
    "东乡",
    "纳西",
    "景颇",
    "柯尔克孜",
    "土",
    "达斡尔",
    "仫佬",
    "羌",
    "布朗",
    "撒拉",
    "毛南",
    "仡佬",
    "锡伯",
    "阿昌",
    "普米",
    "塔吉克",
    "怒",
    "乌孜别克",
    "俄罗斯",
    "鄂温克",
    "德昂",
    "保安",
    "裕固",
    "京",
    "塔塔尔",
    "独龙",
    "鄂伦春",
    "赫哲",
    "门巴",
    "珞巴",
    "基诺",
];
const POLITICS: &[&str] = &[
    "群众",
    "中共党员",
    "党员",
    "中共预备党员",
    "预备党员",
    "共青团员",
    "团员",
    "民革党员",
    "民盟盟员",
    "民建会员",
    "民进会员",
    "农工党党员",
    "致公党党员",
    "九三学社社员",
    "台盟盟员",
    "无党派人士",
    "无党派民主人士",
];

impl Terms {
    /// The positions of the terms, each below [`COUNT`].
    pub(super) fn positions(self) -> impl Iterator<Item = usize> {
        (0..COUNT).filter(move |i| self.0 >> i & 1 == 1)
    }

    /// Both sets joined.
    pub(super) const fn or(self, other: Terms) -> Terms {
        Terms(self.0 | other.0)
    }

    fn add(&mut self, term: Terms, holds: bool) {
        if holds {
            self.0 |= term.0;
        }
    }

    /// The terms of a trimmed cell that is not empty.
    pub(super) fn of(cell: &[u8]) -> Terms {
        let mut terms = Terms::default();
        if cell.len() > BYTES_MAX {
            return terms;
        }
        let Ok(text) = std::str::from_utf8(cell) else {
            return terms;
        };
        match text.is_ascii() {
            true => terms.codes(text),
            false => terms.words(text),
        }
        terms.add(Terms::BLOOD, BLOODS.contains(&text));
        terms.add(Terms::HOME, is_home(text));
        terms.add(Terms::AREA, is_area(text));
        terms
    }

    fn codes(&mut self, text: &str) {
        let n_digits = |s: &str| s.bytes().all(|b| b.is_ascii_digit()).then_some(s.len());
        let train = text.strip_prefix(['G', 'D', 'C', 'Z', 'T', 'K', 'Y', 'S', 'L']);
        self.add(
            Terms::TRAIN,
            train
                .and_then(n_digits)
                .is_some_and(|n| (1..=4).contains(&n)),
        );
        let flight = AIRLINES.iter().find_map(|a| text.strip_prefix(a));
        self.add(
            Terms::FLIGHT,
            flight
                .and_then(n_digits)
                .is_some_and(|n| (3..=4).contains(&n)),
        );
        self.add(Terms::ICD, is_icd(text.as_bytes()));
    }

    fn words(&mut self, text: &str) {
        let ends = |list: &[&str]| list.iter().any(|w| text.ends_with(w));
        let is_more = |list: &[&str]| {
            list.iter()
                .any(|w| text.ends_with(w) && text.len() > w.len())
        };
        let coach = text.split_once('车').or_else(|| text.split_once("车厢"));
        let is_coach = coach.is_some_and(|(coach, seat)| {
            coach.len() <= 2
                && coach.bytes().all(|b| b.is_ascii_digit())
                && seat.starts_with(|c: char| c.is_ascii_digit())
        });
        self.add(Terms::SEAT, is_coach || SEATS.contains(&text));
        self.add(Terms::ILLNESS, ends(ILLNESSES));
        self.add(Terms::WARD, ends(WARDS));
        self.add(
            Terms::TITLE,
            text.ends_with('号')
                && ["不动产权", "房权证", "房地权证", "房产证", "房地证", "国用"]
                    .iter()
                    .any(|w| text.contains(w)),
        );
        let loan = text.strip_suffix('类').unwrap_or(text);
        self.add(
            Terms::LOAN_CLASS,
            ["正常", "关注", "次级", "可疑", "损失"].contains(&loan),
        );
        self.add(Terms::BAD_LOAN, ["次级", "损失"].contains(&loan));
        self.add(Terms::INQUIRY, INQUIRIES.contains(&text));
        self.add(Terms::COMPANY, is_more(COMPANIES));
        self.add(Terms::SCHOOL, is_more(SCHOOLS));
        self.add(
            Terms::ETHNICITY,
            text.strip_suffix('族')
                .is_some_and(|p| PEOPLES.contains(&p)),
        );
        self.add(Terms::POLITICAL, POLITICS.contains(&text));
    }
}

/// `J06.900`, `I10.x05`.
fn is_icd(text: &[u8]) -> bool {
    let [letter, a, b, b'.', rest @ ..] = text else {
        return false;
    };
    letter.is_ascii_uppercase()
        && a.is_ascii_digit()
        && b.is_ascii_digit()
        && (1..=4).contains(&rest.len())
        && rest
            .iter()
            .all(|c| c.is_ascii_digit() || matches!(c, b'x' | b'X'))
}

/// `89.5㎡`, `120平方米`.
fn is_area(text: &str) -> bool {
    let units = ["平方米", "平米", "㎡", "m²", "m2", "平方"];
    let number = units.iter().find_map(|u| text.strip_suffix(u));
    number.is_some_and(|n| n.trim_end().parse::<f64>().is_ok_and(|n| n > 0.0))
}

/// `3-2-501`, `12栋3单元801室`, `5号楼1201`.
fn is_home(text: &str) -> bool {
    let parts = |text: &str| {
        let numbers: Option<Vec<u32>> = text.split('-').map(number).collect();
        numbers.unwrap_or_default()
    };
    if let [building, unit, room] = parts(text)[..] {
        return (1..=200).contains(&building) && (1..=9).contains(&unit) && is_room(room);
    }
    let Some((building, rest)) = ["号楼", "栋", "幢", "座"]
        .iter()
        .find_map(|w| text.split_once(w))
    else {
        return false;
    };
    let room = rest.split_once("单元").map_or(rest, |(_, room)| room);
    let room = room.strip_suffix(['室', '房', '号']).unwrap_or(room);
    building.chars().count() <= 3
        && building.bytes().all(|b| b.is_ascii_alphanumeric())
        && !building.is_empty()
        && number(room).is_some_and(is_room)
}

/// A number of at most four digits.
fn number(text: &str) -> Option<u32> {
    let is_plain = (1..=4).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
    is_plain.then(|| text.parse().ok()).flatten()
}

/// A floor up to 60 and a door up to 30: `101`, `2304`.
fn is_room(room: u32) -> bool {
    (1..=60).contains(&(room / 100)) && (1..=30).contains(&(room % 100))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(term: Terms, are: &[&str], are_not: &[&str]) {
        let has = |cell: &str| Terms::of(cell.as_bytes()).0 & term.0 != 0;
        for cell in are {
            assert!(has(cell), "{cell} lacks {term:?}");
        }
        for cell in are_not {
            assert!(!has(cell), "{cell} has {term:?}");
        }
    }

    #[test]
    fn journeys() {
        check(
            Terms::TRAIN,
            &["G102", "D5", "K1234"],
            &["G", "G12345", "A4", "1234", "g102"],
        );
        check(
            Terms::FLIGHT,
            &["CA1234", "3U888", "9C8801"],
            &["XX1234", "CA12", "CA12345", "1234"],
        );
        check(
            Terms::SEAT,
            &["05车12A号", "二等座", "3车12号"],
            &["车位", "公交车12", "座"],
        );
    }

    #[test]
    fn illness() {
        check(
            Terms::ICD,
            &["J06.900", "I10.x05", "E11.9"],
            &["J06", "AB1.2", "E11.", "1.25"],
        );
        check(
            Terms::ILLNESS,
            &["高血压", "2型糖尿病", "肺炎", "急性上呼吸道感染"],
            &["张伟", "重大疾病保险", "健康"],
        );
        check(Terms::BLOOD, &["O型", "AB型"], &["C型", "大型"]);
        check(
            Terms::WARD,
            &["心内科", "妇产科"],
            &["本科", "专科", "百科"],
        );
    }

    #[test]
    fn homes() {
        check(
            Terms::HOME,
            &["3-2-501", "12栋3单元801室", "5号楼1201", "A座1203"],
            &[
                "24-3-2099",
                "2024-3-12",
                "3-501",
                "3-2-50",
                "138-0013-8000",
                "栋",
                "1-2-3",
            ],
        );
        check(
            Terms::AREA,
            &["89.5㎡", "120平方米", "77.07 m²"],
            &["89.5", "㎡", "大m2", "10m"],
        );
        check(
            Terms::TITLE,
            &["浙(2024)杭州市不动产权第0012345号"],
            &["第0012345号", "不动产权"],
        );
    }

    #[test]
    fn credit_and_status() {
        check(
            Terms::LOAN_CLASS,
            &["正常", "关注类", "可疑"],
            &["异常", "正常使用"],
        );
        check(Terms::BAD_LOAN, &["次级", "损失类"], &["正常", "可疑"]);
        check(Terms::INQUIRY, &["贷款审批"], &["审批"]);
        check(
            Terms::COMPANY,
            &["杭州鑫源贸易有限公司", "中国工商银行"],
            &["公司", "张伟"],
        );
        check(
            Terms::SCHOOL,
            &["长沙第一中学", "理工大学"],
            &["大学", "张伟"],
        );
        check(
            Terms::ETHNICITY,
            &["汉族", "维吾尔族"],
            &["民族", "家族", "汉"],
        );
        check(Terms::POLITICAL, &["中共党员", "群众"], &["党", "会员"]);
    }
}
