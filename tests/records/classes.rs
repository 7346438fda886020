//! The record classes: what columns such an export has, what they are called in three header languages, what is in them.
//!
//! Headers are what exports of the trade call these columns; where there are several, `|` stands between them and each
//! edition of a class takes the next. They were written down without looking at the program's vocabulary.

use super::cells::*;
use super::values::Row;

/// An export of one kind.
pub(super) struct Class {
    /// What it is.
    pub(super) id: &'static str,
    /// The category every row of it supports under the default reading.
    pub(super) category: &'static str,
    /// Others that it supports as well; anything else is wrong.
    pub(super) also: &'static [&'static str],
    pub(super) columns: &'static [Column],
    /// Whether the cells alone say what the rows are.
    pub(super) headerless: bool,
}

/// A column: Chinese headers, initials of pinyin, English words, and what is in its cells.
pub(super) struct Column(
    pub(super) &'static str,
    pub(super) &'static str,
    pub(super) &'static str,
    pub(super) fn(&mut Row) -> String,
);

const fn col(
    zh: &'static str,
    pinyin: &'static str,
    en: &'static str,
    cell: fn(&mut Row) -> String,
) -> Column {
    Column(zh, pinyin, en, cell)
}

#[rustfmt::skip] // a column a line
pub(super) const CLASSES: &[Class] = &[
    Class {
        id: "track",
        category: "whereabouts",
        also: &["contact"],
        headerless: true,
        columns: &[
            col("手机号|用户手机", "sjh|sjhm", "phone|mobile_no", phone),
            col("定位时间|上报时间", "dwsj", "loc_time|gps_time|locate_time", time),
            col("经度", "jd", "lng|longitude|lon", longitude),
            col("纬度", "wd", "lat|latitude", latitude),
        ],
    },
    Class {
        id: "vehicle track",
        category: "whereabouts",
        also: &[],
        headerless: true,
        columns: &[
            col("车牌号|车牌号码", "cphm|hphm", "plate_no|car_no", plate),
            col("经度", "jd", "lng|longitude", longitude),
            col("纬度", "wd", "lat|latitude", latitude),
            col("定位时间", "dwsj", "gps_time", time),
        ],
    },
    Class {
        id: "passing vehicles",
        category: "whereabouts",
        also: &[],
        headerless: false,
        columns: &[
            col("号牌号码", "hphm", "plate_number", plate),
            col("过车时间|抓拍时间", "gcsj|zpsj", "pass_time|snapshot_time", time),
            col("卡口名称|抓拍地点", "kkmc|zpdd", "checkpoint_name|checkpoint", |r| r.street() + "卡口"),
        ],
    },
    Class {
        id: "messages",
        category: "communication-content",
        also: &["contact"],
        headerless: true,
        columns: &[
            col("发送方|发送号码|发件人", "fsf|fshm", "sender|from_number", phone),
            col("接收方|接收号码|收件人号码", "jsf|jshm", "receiver|to_number", other_phone),
            col("发送时间|时间", "fssj", "send_time|time", time),
            col("消息内容|短信内容", "xxnr|dxnr", "content|msg_content", said),
        ],
    },
    Class {
        id: "credit report",
        category: "credit",
        also: &["identity", "contact"],
        headerless: true,
        columns: &[
            col("姓名|借款人姓名", "xm|khxm", "name|customer_name", name),
            col("身份证号|证件号码", "sfzh|zjhm", "id_card|cert_no", id),
            col("贷款机构|放款机构", "dkjg", "lender|loan_institution", bank),
            col("贷款金额|授信额度", "dkje", "loan_amount", amount_whole),
            col("贷款余额", "dkye", "loan_balance", amount_whole),
            col("逾期天数|逾期次数", "yqts|yqcs", "overdue_days|overdue_times", |r| r.below(90).to_string()),
            col("五级分类", "wjfl", "five_class|loan_class", |r| {
                r.one_of(&["正常", "正常", "关注", "次级", "可疑", "损失"])
            }),
        ],
    },
    Class {
        id: "cards",
        category: "property",
        also: &["identity", "contact"],
        headerless: true,
        columns: &[
            col("姓名|持卡人", "xm|ckr", "name|cardholder_name", name),
            col("身份证号码", "sfzhm", "id_number|id_no", id),
            col("银行卡号|卡号", "yhkh|kh", "bank_card_no|card_no", card),
            col("预留手机号|手机", "sjh|sj", "mobile|phone", phone),
        ],
    },
    Class {
        id: "deposits",
        category: "property",
        also: &["identity", "contact"],
        headerless: false,
        columns: &[
            col("客户姓名|户名", "khxm", "cust_name|account_name", name),
            col("证件号码", "zjhm", "id_no|cert_no", id),
            col("账号|存款账号", "zh|ckzh", "account_no|acct_no", card),
            col("存款余额|账户余额", "ckye|zhye", "deposit_balance|balance", large),
            col("开户行", "khh|khyh", "bank_name|opening_bank", bank),
        ],
    },
    Class {
        id: "hotel register",
        category: "lodging",
        also: &["identity", "contact"],
        headerless: true,
        columns: &[
            col("姓名|旅客姓名", "xm|lkxm", "guest_name|name", name),
            col("性别", "xb", "gender|sex", gender),
            col("证件类型", "zjlx", "id_type|cert_type", |_| {
                "身份证".to_owned()
            }),
            col("证件号码|身份证号", "zjhm|sfzh", "id_number|cert_no", id),
            col("旅馆名称|酒店名称", "lgmc|jdmc", "hotel_name|hotel", hotel),
            col("房号|房间号", "fh|fjh", "room_no|room", room),
            col("入住时间|入住日期", "rzsj|rzrq", "checkin_time|check_in", time),
            col("退房时间|离店时间", "tfsj|ldsj", "checkout_time|check_out", time),
            col("联系电话", "lxdh", "phone|tel", phone),
        ],
    },
    Class {
        id: "short hotel register",
        category: "lodging",
        also: &["identity"],
        headerless: true,
        columns: &[
            col("住客姓名|入住人", "xm", "guest|guest_name", name),
            col("身份证号", "sfzh|gmsfhm", "id_card|identity_no", id),
            col("入住房号", "rzfh|fh", "room_number|room_no", room),
            col("入住日期", "rzrq|rzsj", "arrival_date|check_in_date", date),
            col("离店日期", "ldrq|tfsj", "departure_date|check_out_date", date),
        ],
    },
    Class {
        id: "call detail",
        category: "communication-record",
        also: &["device", "contact"],
        headerless: true,
        columns: &[
            col("主叫号码|主叫", "zjhm|zjhaoma", "caller|calling_number|caller_no", phone),
            col("被叫号码|被叫", "bjhm", "callee|called_number|called_no", other_phone),
            col("通话开始时间|起始时间|通话时间", "thsj|kssj", "call_time|start_time|call_start", time),
            col("通话时长(秒)|通话时长", "thsc", "duration|call_duration", seconds),
            col("通话类型|呼叫类型", "thlx|hjlx", "call_type", |r| {
                r.one_of(&["主叫", "被叫"])
            }),
            col("LAC", "lac", "lac", |r| r.within(1, 65_535).to_string()),
            col("CI", "ci", "ci|cell_id", |r| {
                r.within(1_000, 268_435_455).to_string()
            }),
        ],
    },
    Class {
        id: "bill of calls",
        category: "communication-record",
        also: &["contact"],
        headerless: true,
        columns: &[
            col("本机号码", "bjhm|sjh", "phone_no|msisdn", phone),
            col("对方号码", "dfhm", "opposite_no|peer_number|other_number", other_phone),
            col("通话起始时间|通话时间", "thsj|thkssj", "call_time|begin_time", time),
            col("通话时长", "thsc", "duration|call_duration", |r| {
                format!("{}分{:02}秒", r.within(1, 40), r.below(60))
            }),
            col("呼叫类型|通信类型", "hjlx|txlx", "call_type", |r| {
                r.one_of(&["主叫", "被叫"])
            }),
        ],
    },
    Class {
        id: "visits",
        category: "health",
        also: &["identity", "contact"],
        headerless: true,
        columns: &[
            col("患者姓名|病人姓名", "hzxm|xm", "patient_name|name", name),
            col("身份证号", "sfzh", "id_card|id_number", id),
            col("病历号|门诊号", "blh|mzh", "medical_record_no|mrn|patient_id", |r| format!("MZ{}", r.digits(8))),
            col("诊断|诊断结果", "zd|zdjg", "diagnosis|disease", diagnosis),
            col("疾病编码", "jbbm", "icd_code|icd10|disease_code", icd),
            col("就诊时间|入院时间", "jzsj|rysj", "visit_date|admission_date", time),
            col("联系电话", "lxdh", "phone|contact_phone", phone),
        ],
    },
    Class {
        id: "prescriptions",
        category: "health",
        also: &["contact"],
        headerless: false,
        columns: &[
            col("姓名", "xm", "patient_name|full_name", name),
            col("年龄", "nl", "age", |r| r.within(1, 95).to_string()),
            col("科室|就诊科室", "ks", "department|dept", |r| {
                r.one_of(&["内科", "骨科", "妇产科", "儿科", "心内科", "神经内科"])
            }),
            col("主诉", "zs", "chief_complaint", |r| {
                r.one_of(&["发热伴咳嗽3天", "腹痛半天", "反复头晕1月余", "右膝疼痛2周"])
            }),
            col("处方|用药", "cf", "prescription|medication", |r| {
                r.one_of(&[
                    "阿莫西林胶囊",
                    "布洛芬缓释胶囊",
                    "二甲双胍片",
                    "硝苯地平控释片",
                ])
            }),
            col("手机号码", "sjhm", "mobile|phone_number", phone),
        ],
    },
    Class {
        id: "bank statement",
        category: "transaction",
        also: &[],
        headerless: true,
        columns: &[
            col("账号|卡号", "zh|kh", "account_no|card_no", card),
            col("户名", "hm|zhmc", "account_name|acct_name", name),
            col("交易时间|交易日期", "jysj|jyrq", "trans_time|transaction_time|txn_time", time),
            col("交易金额|发生额", "jyje|fse", "trans_amount|amount|txn_amount", small),
            col("账户余额|余额", "zhye|ye", "balance|account_balance", large),
            col("借贷标志|收付标志", "jdbz|sfbz", "dr_cr|dc_flag", |r| r.one_of(&["借", "贷"])),
            col("对方账号|交易对手账号", "dfzh", "opp_account|counterparty_account", other_card),
            col("对方户名|交易对手", "dfhm|dfmc", "opp_name|counterparty_name|counterparty", name),
            col("摘要|附言", "zy|fy", "summary|remark", |r| {
                r.one_of(&["转账", "消费", "工资", "网银转账", "代发"])
            }),
        ],
    },
    Class {
        id: "debit and credit columns",
        category: "transaction",
        also: &["contact"],
        headerless: false,
        columns: &[
            col("记账日期|交易日期", "jzrq|jyrq", "posting_date|trans_date", date),
            col("账户名称|户名", "zhmc", "account_name", name),
            col("账号", "zh|yhzh", "account_number", card),
            col("借方金额|支出金额", "jfje", "debit_amount|debit", |r| { if r.below(2) == 0 { r.money(9_000) } else { String::new() } }),
            col("贷方金额|收入金额", "dfje", "credit_amount|credit", small),
            col("余额", "ye", "balance", large),
            col("对方户名", "dfmc|dfhm", "counterparty_name|opposite_name", name),
            col("备注", "bz", "remark|memo", nothing),
        ],
    },
    Class {
        id: "orders",
        category: "transaction",
        also: &["address", "contact"],
        headerless: true,
        columns: &[
            col("订单号|订单编号", "ddh|ddbh", "order_no|order_id", |r| r.digits(18)),
            col("收货人|收件人", "shr|sjr", "consignee|receiver_name", name),
            col("收货人手机|联系电话", "shrdh|lxdh", "receiver_mobile|receiver_phone", phone),
            col("收货地址", "shdz", "shipping_address|receiver_address", address),
            col("商品名称|商品", "spmc", "product_name|goods_name", goods),
            col("实付金额|订单金额", "sfje|ddje", "pay_amount|order_amount", small),
            col("下单时间|付款时间", "xdsj|fksj", "order_time|created_at", time),
        ],
    },
    Class {
        id: "parcels",
        category: "address",
        also: &["contact"],
        headerless: true,
        columns: &[
            col("运单号|快递单号", "ydh|kddh", "waybill_no|tracking_no|express_no", waybill),
            col("收件人|收件人姓名", "sjr|sjrxm", "receiver|recipient", name),
            col("收件人电话|电话", "sjrdh|dh", "receiver_tel|receiver_phone", phone),
            col("收件地址|地址", "sjdz|dz", "receiver_address|address", address),
        ],
    },
    Class {
        id: "trains",
        category: "travel",
        also: &["identity", "contact"],
        headerless: true,
        columns: &[
            col("乘车人|旅客姓名", "ccr|lkxm", "passenger_name|passenger", name),
            col("证件号码|身份证号", "zjhm|sfzh", "id_no|passenger_id_no", id),
            col("车次", "cc", "train_no|train_code", train),
            col("出发站|发站", "cfz", "from_station|departure_station", city),
            col("到达站|到站", "ddz", "to_station|arrival_station", city),
            col("发车时间|出发时间", "fcsj|cfsj", "departure_time|start_time", time),
            col("座位号|席位", "zwh", "seat_no|seat", seat),
        ],
    },
    Class {
        id: "flights",
        category: "travel",
        also: &["identity", "contact"],
        headerless: true,
        columns: &[
            col("旅客姓名|乘机人", "lkxm|cjr", "passenger_name|name", name),
            col("身份证号|证件号", "sfzh|zjhm", "id_card|document_no", id),
            col("航班号|航班", "hbh", "flight_no|flight_number", flight),
            col("出发机场|出发城市", "cfjc|cfcs", "dep_airport|departure_city", city),
            col("到达机场|到达城市", "ddjc|ddcs", "arr_airport|arrival_city", city),
            col("起飞时间|航班日期", "qfsj|hbrq", "departure_time|flight_date", time),
            col("联系电话|手机号", "lxdh|sjh", "mobile|contact_phone", phone),
        ],
    },
    Class {
        id: "rides",
        category: "travel",
        also: &["contact"],
        headerless: false,
        columns: &[
            col("乘客手机号|用户手机号", "cksjh|yhsjh", "passenger_phone|rider_phone", phone),
            col("上车地点|出发地", "scdd|cfd", "pickup_location|origin|start_address", Row::street),
            col("下车地点|目的地", "xcdd|mdd", "dropoff_location|destination|end_address", Row::street),
            col("上车时间|出发时间", "scsj|cfsj", "pickup_time|departure_time", time),
        ],
    },
    Class {
        id: "faces",
        category: "biometric",
        also: &["identity", "contact"],
        headerless: false,
        columns: &[
            col("姓名", "xm", "name|real_name", name),
            col("身份证号", "sfzh", "id_card_no|id_number", id),
            col("人脸照片|人脸图片", "rlzp", "face_image|face_photo", photo),
            col("人脸特征|人脸特征值", "rltz", "face_feature|face_template", template),
        ],
    },
    Class {
        id: "images of documents",
        category: "id-document",
        also: &["identity", "contact"],
        headerless: false,
        columns: &[
            col("真实姓名|姓名", "zsxm|xm", "real_name|name", name),
            col("身份证号码", "sfzhm", "id_card_number|idcard", id),
            col("身份证正面|身份证正面照", "sfzzm", "id_card_front|idcard_front_url", photo),
            col("身份证反面|身份证反面照", "sfzfm", "id_card_back|idcard_back_url", photo),
        ],
    },
    Class {
        id: "titles",
        category: "real-estate",
        also: &["identity", "address"],
        headerless: true,
        columns: &[
            col("产权人|权利人", "cqr|qlr", "owner|property_owner", name),
            col("身份证号", "sfzh", "id_number|id_card", id),
            col("不动产权证号|房产证号", "bdcqzh|fczh", "property_cert_no|title_no", title),
            col("房屋坐落|房屋地址", "fwzl|fwdz", "property_address|house_address", address),
            col("房屋面积|建筑面积", "fwmj|jzmj", "house_area|floor_area", area),
        ],
    },
    Class {
        id: "inhabitants",
        category: "real-estate",
        also: &["contact"],
        headerless: true,
        columns: &[
            col("业主姓名|业主", "yzxm", "owner_name|owner", name),
            col("联系电话|手机", "lxdh|sj", "phone|mobile", phone),
            col("小区名称|楼盘", "xqmc|lpmc", "community_name|estate_name", Row::estate),
            col("房号|楼栋房号", "fh|ldfh", "house_no|room_no", house_number),
            col("面积|建筑面积", "mj|jzmj", "area|building_area", floor_area),
        ],
    },
    Class {
        id: "vehicles",
        category: "vehicle",
        also: &["identity", "contact", "address"],
        headerless: true,
        columns: &[
            col("车主姓名|机动车所有人|车主", "xm|czxm|jdcsyr", "owner_name|car_owner|name", name),
            col("身份证号", "sfzh", "id_card|id_no", id),
            col("手机号|联系电话", "sjh|lxdh", "phone|mobile", phone),
            col("车牌号|号牌号码", "hphm|cph", "plate_no|license_plate", plate),
            col("车架号|车辆识别代号", "clsbdh|cjh", "vin|frame_no", vin),
            col("发动机号", "fdjh", "engine_no|engine_number", |r| {
                r.hex(8).to_uppercase()
            }),
            col("住址|地址", "dz|zz", "address|home_address", address),
        ],
    },
    Class {
        id: "members",
        category: "account",
        also: &["contact", "device"],
        headerless: true,
        columns: &[
            col("用户名|登录名", "yhm|dlm", "username|login_name|user_name", login),
            col("密码|登录密码", "mm|dlmm", "password|password_md5|passwd", md5),
            col("邮箱|注册邮箱", "yx|dzyx", "email|reg_email", mail),
            col("手机号", "sjh", "mobile|phone", phone),
            col("注册IP|登录IP", "zcip|dlip", "reg_ip|login_ip|ip", ip),
        ],
    },
    Class {
        id: "citizens",
        category: "identity",
        also: &["address", "special"],
        headerless: true,
        columns: &[
            col("序号", "xh", "id|no", serial),
            col("姓名", "xm", "name|full_name", name),
            col("性别", "xb", "gender|sex", gender),
            col("出生日期", "csrq", "birthday|birth_date", date),
            col("公民身份号码|身份证号", "gmsfhm|sfzh", "id_card|citizen_id", id),
            col("户籍地址|住址", "hjdz|zz", "reg_address|address", address),
        ],
    },
    Class {
        id: "customers",
        category: "contact",
        also: &[],
        headerless: true,
        columns: &[
            col("客户姓名|联系人", "khxm|lxr", "customer_name|contact_name", name),
            col("手机号码|联系方式", "sjhm|lxfs", "mobile|phone_number|tel", phone),
            col("邮箱|电子邮箱", "yx|dzyx", "email|e_mail", mail),
            col("备注", "bz", "remark|note", nothing),
        ],
    },
    Class {
        id: "addresses",
        category: "address",
        also: &[],
        headerless: true,
        columns: &[
            col("姓名", "xm", "name|full_name", name),
            col("性别", "xb", "sex|gender", gender),
            col("家庭住址|现住址", "jtzz|xzz", "home_address|address", address),
            col("邮政编码|邮编", "yzbm|yb", "zip_code|postcode", |r| {
                format!("{}", r.within(310_000, 330_000))
            }),
        ],
    },
    Class {
        id: "pupils",
        category: "education",
        also: &["contact", "identity"],
        headerless: false,
        columns: &[
            col("学生姓名|姓名", "xsxm|xm", "student_name|name", name),
            col("学号|学籍号", "xh|xjh", "student_no|student_id", student_number),
            col("学校|就读学校", "xxmc|xx", "school|school_name", school),
            col("班级|年级班级", "bj|bjmc", "class_name|class", |r| {
                format!(
                    "{}年级{}班",
                    r.pick(&["一", "二", "三", "四", "五", "六"]),
                    r.within(1, 12)
                )
            }),
            col("家长电话|联系电话", "jzdh|lxdh", "parent_phone|phone", phone),
        ],
    },
    Class {
        id: "applicants",
        category: "employment",
        also: &["contact", "education"],
        headerless: false,
        columns: &[
            col("姓名", "xm", "name|candidate_name", name),
            col("手机|联系电话", "sj|lxdh", "phone|mobile", phone),
            col("邮箱", "yx", "email", mail),
            col("学历|最高学历", "xl|zgxl", "education|degree", |r| {
                r.one_of(&["本科", "大专", "硕士", "高中"])
            }),
            col("工作单位|当前公司", "gzdw", "employer|current_company", company),
            col("职位|应聘职位", "zw|gw", "position|job_title", |r| {
                r.one_of(&["销售经理", "工程师", "会计", "行政专员", "产品经理"])
            }),
            col("工作经历|求职意向", "gzjl|qzyx", "work_experience|job_intention", |r| { format!("{}年{}", r.within(1, 20), r.pick(&["销售", "软件开发", "财务", "行政"])) }),
        ],
    },
    Class {
        id: "staff",
        category: "employment",
        also: &["contact"],
        headerless: false,
        columns: &[
            col("员工姓名|姓名", "ygxm|xm", "employee_name|emp_name", name),
            col("单位名称|工作单位", "dwmc|gzdw", "company|company_name|employer", company),
            col("职务|职位", "zw", "job_title|position|title", |r| {
                r.one_of(&["经理", "主管", "工程师", "助理", "会计"])
            }),
            col("办公电话|手机", "bgdh|sj", "office_phone|mobile", phone),
        ],
    },
    Class {
        id: "devices",
        category: "device",
        also: &["contact"],
        headerless: true,
        columns: &[
            col("用户名|登录名", "yhm", "username|user_name", login),
            col("IMEI|手机串号", "imei", "imei|device_imei", imei),
            col("MAC地址", "mac", "mac_address|mac", |r| {
                let hex = r.hex(10);
                format!(
                    "3c:{}:{}:{}:{}:{}",
                    &hex[..2],
                    &hex[2..4],
                    &hex[4..6],
                    &hex[6..8],
                    &hex[8..]
                )
            }),
            col("登录IP|IP地址", "ip|dlip", "ip_address|login_ip", ip),
            col("登录时间", "dlsj", "login_time", time),
        ],
    },
    Class {
        id: "special status",
        category: "special",
        also: &["identity"],
        headerless: false,
        columns: &[
            col("姓名", "xm", "name|full_name", name),
            col("身份证号", "sfzh", "id_card|id_number", id),
            col("民族", "mz", "ethnicity|nation", ethnicity),
            col("政治面貌", "zzmm", "political_status", |r| {
                r.one_of(&["群众", "中共党员", "共青团员"])
            }),
            col("宗教信仰", "zjxy", "religion", |r| {
                r.one_of(&["无", "佛教", "伊斯兰教", "基督教"])
            }),
        ],
    },
];
