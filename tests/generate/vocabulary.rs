//! Word lists from which people, places and log lines are put together. Words only, no numbers of anybody.
//!
//! Region codes are those of GB/T 2260; card prefixes and lengths are those of common debit and credit cards.

/// A district with its code.
pub(super) struct Region {
    pub(super) code: u32,
    pub(super) province: &'static str,
    /// Empty where the province is a city.
    pub(super) city: &'static str,
    pub(super) district: &'static str,
}

macro_rules! regions {
    ($($code:literal $province:literal $city:literal $district:literal,)*) => {
        pub(super) const REGIONS: &[Region] = &[
            $(Region { code: $code, province: $province, city: $city, district: $district }),*
        ];
    };
}

regions! {
    110101 "北京市" "" "东城区",
    110105 "北京市" "" "朝阳区",
    110108 "北京市" "" "海淀区",
    120101 "天津市" "" "和平区",
    120104 "天津市" "" "南开区",
    130102 "河北省" "石家庄市" "长安区",
    140105 "山西省" "太原市" "小店区",
    150102 "内蒙古自治区" "呼和浩特市" "新城区",
    210102 "辽宁省" "沈阳市" "和平区",
    210202 "辽宁省" "大连市" "中山区",
    220102 "吉林省" "长春市" "南关区",
    230103 "黑龙江省" "哈尔滨市" "南岗区",
    310101 "上海市" "" "黄浦区",
    310104 "上海市" "" "徐汇区",
    310115 "上海市" "" "浦东新区",
    320102 "江苏省" "南京市" "玄武区",
    320505 "江苏省" "苏州市" "虎丘区",
    330102 "浙江省" "杭州市" "上城区",
    330106 "浙江省" "杭州市" "西湖区",
    340102 "安徽省" "合肥市" "瑶海区",
    350102 "福建省" "福州市" "鼓楼区",
    350203 "福建省" "厦门市" "思明区",
    360102 "江西省" "南昌市" "东湖区",
    370102 "山东省" "济南市" "历下区",
    370202 "山东省" "青岛市" "市南区",
    410102 "河南省" "郑州市" "中原区",
    410105 "河南省" "郑州市" "金水区",
    420106 "湖北省" "武汉市" "武昌区",
    430102 "湖南省" "长沙市" "芙蓉区",
    440103 "广东省" "广州市" "荔湾区",
    440106 "广东省" "广州市" "天河区",
    440305 "广东省" "深圳市" "南山区",
    450103 "广西壮族自治区" "南宁市" "青秀区",
    460105 "海南省" "海口市" "秀英区",
    500103 "重庆市" "" "渝中区",
    510104 "四川省" "成都市" "锦江区",
    510107 "四川省" "成都市" "武侯区",
    520102 "贵州省" "贵阳市" "南明区",
    530102 "云南省" "昆明市" "五华区",
    540102 "西藏自治区" "拉萨市" "城关区",
    610102 "陕西省" "西安市" "新城区",
    610113 "陕西省" "西安市" "雁塔区",
    620102 "甘肃省" "兰州市" "城关区",
    630102 "青海省" "西宁市" "城东区",
    640104 "宁夏回族自治区" "银川市" "兴庆区",
    650102 "新疆维吾尔自治区" "乌鲁木齐市" "天山区",
}

/// Family names with their pinyin.
pub(super) const SURNAMES: &[(&str, &str)] = &[
    ("王", "wang"),
    ("李", "li"),
    ("张", "zhang"),
    ("刘", "liu"),
    ("陈", "chen"),
    ("杨", "yang"),
    ("黄", "huang"),
    ("赵", "zhao"),
    ("吴", "wu"),
    ("周", "zhou"),
    ("徐", "xu"),
    ("孙", "sun"),
    ("马", "ma"),
    ("朱", "zhu"),
    ("胡", "hu"),
    ("郭", "guo"),
    ("何", "he"),
    ("林", "lin"),
    ("罗", "luo"),
    ("郑", "zheng"),
    ("梁", "liang"),
    ("谢", "xie"),
    ("宋", "song"),
    ("唐", "tang"),
    ("许", "xu"),
    ("韩", "han"),
    ("邓", "deng"),
    ("冯", "feng"),
    ("曹", "cao"),
    ("彭", "peng"),
    ("欧阳", "ouyang"),
    ("诸葛", "zhuge"),
];

/// Given names of women with their pinyin. The last one is written in four bytes in GB18030.
pub(super) const GIVEN_WOMEN: &[(&str, &str)] = &[
    ("芳", "fang"),
    ("娜", "na"),
    ("敏", "min"),
    ("静", "jing"),
    ("秀英", "xiuying"),
    ("丽", "li"),
    ("艳", "yan"),
    ("娟", "juan"),
    ("桂兰", "guilan"),
    ("雪梅", "xuemei"),
    ("婷婷", "tingting"),
    ("玉华", "yuhua"),
    ("欣怡", "xinyi"),
    ("思雨", "siyu"),
    ("梦洁", "mengjie"),
    ("晓㛃", "xiaojie"),
];

/// Given names of men with their pinyin.
pub(super) const GIVEN_MEN: &[(&str, &str)] = &[
    ("伟", "wei"),
    ("强", "qiang"),
    ("磊", "lei"),
    ("军", "jun"),
    ("洋", "yang"),
    ("勇", "yong"),
    ("杰", "jie"),
    ("涛", "tao"),
    ("明", "ming"),
    ("建国", "jianguo"),
    ("志强", "zhiqiang"),
    ("子轩", "zixuan"),
    ("浩然", "haoran"),
    ("俊杰", "junjie"),
    ("文博", "wenbo"),
    ("宇航", "yuhang"),
];

/// Names of another form: a dot inside.
pub(super) const DOTTED_NAMES: &[(&str, &str)] = &[
    ("买买提·艾力", "maimaiti"),
    ("阿依古丽·吐尔逊", "ayiguli"),
    ("扎西·多吉", "zhaxi"),
];

pub(super) const ROADS: &[&str] = &[
    "人民路",
    "中山路",
    "解放路",
    "建设路",
    "和平路",
    "文化路",
    "新华路",
    "长江路",
    "黄河路",
    "学府街",
    "幸福街",
    "光明街",
    "青年大街",
    "滨河东路",
    "迎宾大道",
    "科技一路",
];

pub(super) const ESTATES: &[&str] = &["阳光花园", "翠湖小区", "金色家园", "锦绣名邸", "绿城雅苑"];

pub(super) const HOTELS: &[&str] = &[
    "云栖商务酒店",
    "江畔国际大酒店",
    "星河快捷酒店（火车站店）",
    "锦程精选酒店",
    "南风宾馆",
    "松山温泉度假酒店",
];

/// Brand, model, system, version.
pub(super) const DEVICES: &[(&str, &str, &str, &str)] = &[
    ("华为", "Mate 60 Pro", "HarmonyOS", "4.2"),
    ("华为", "nova 12", "HarmonyOS", "4.0"),
    ("小米", "小米 14", "Android", "14"),
    ("荣耀", "Magic6", "Android", "14"),
    ("苹果", "iPhone 15", "iOS", "17.5.1"),
    ("维沃", "X100", "Android", "14"),
];

/// Prefixes of mobile numbers in force (libphonenumber metadata for +86).
pub(super) const MOBILE_PREFIXES: &[u16] = &[
    130, 131, 132, 133, 134, 135, 136, 137, 138, 139, 145, 147, 150, 151, 152, 153, 155, 156, 157,
    158, 159, 162, 165, 166, 167, 170, 171, 172, 173, 175, 176, 177, 178, 180, 181, 182, 183, 184,
    185, 186, 187, 188, 189, 190, 191, 193, 195, 196, 197, 198, 199,
];

/// Card prefix and number of digits.
pub(super) const CARD_PREFIXES: &[(u32, usize)] = &[
    (622202, 19),
    (622848, 19),
    (621700, 19),
    (621661, 19),
    (622700, 19),
    (623058, 19),
    (622908, 18),
    (622588, 16),
    (622622, 16),
    (622155, 16),
];

/// First octets of addresses that are neither private nor reserved nor meant for documentation.
pub(super) const PUBLIC_OCTETS: &[u8] = &[
    36, 42, 58, 59, 60, 61, 101, 106, 110, 111, 112, 113, 114, 115, 116, 117, 118, 119, 120, 121,
    122, 123, 124, 125, 171, 175, 180, 182, 183, 218, 219, 220, 221, 222,
];

pub(super) const LOGGERS: &[&str] = &[
    "c.e.user.UserService",
    "c.e.order.OrderController",
    "c.e.gateway.AccessFilter",
    "c.e.cache.RedisTemplate",
    "c.e.job.SyncScheduler",
];
