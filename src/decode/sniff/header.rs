//! Whether the first row of a table names its columns.
//!
//! Names are words: not empty, without long numbers, dates or addresses of mail, and different from each other unless they
//! are known to name columns (a joined table has two columns `id`). They are told from a
//! first row of values by the contrast with the column below them, or by being words that name columns. The words here
//! serve this one question; what a column means is decided elsewhere.

use super::delimited::Row;

/// Rows that the first one is compared with.
const ROWS_COMPARED: usize = 64;

/// Longest name of a column, in characters.
const NAME_CHARS_MAX: usize = 48;

/// Parts of Chinese column names.
const CHINESE: &[&str] = &[
    "姓名",
    "名称",
    "名字",
    "号码",
    "编号",
    "账号",
    "帐号",
    "卡号",
    "证号",
    "证件",
    "身份证",
    "电话",
    "手机",
    "地址",
    "住址",
    "时间",
    "日期",
    "性别",
    "年龄",
    "类型",
    "类别",
    "金额",
    "余额",
    "价格",
    "数量",
    "状态",
    "备注",
    "单位",
    "公司",
    "邮箱",
    "邮件",
    "密码",
    "用户",
    "客户",
    "联系",
    "银行",
    "民族",
    "籍贯",
    "出生",
    "学历",
    "职业",
    "部门",
    "城市",
    "省份",
    "区县",
    "国家",
    "邮编",
    "车牌",
    "经度",
    "纬度",
    "序号",
    "订单",
    "商品",
    "方式",
    "户名",
    "微信",
    "说明",
    "内容",
    "标题",
    "来源",
    "描述",
    "摘要",
    "手機",
    "電話",
    "號碼",
    "地址",
    "時間",
    "姓別",
    "證號",
];

/// Initials of pinyin and other short forms, as whole names.
const INITIALS: &[&str] = &[
    "xm", "sfzh", "sfz", "sfzhm", "zjhm", "zjlx", "sjh", "sjhm", "sj", "dh", "dhhm", "lxdh",
    "lxfs", "lxr", "dz", "zz", "jtzz", "jtdz", "hjdz", "xb", "xbmc", "csrq", "nl", "mz", "jg",
    "bz", "kh", "yhkh", "zh", "yhzh", "mm", "yx", "dwmc", "gsmc", "gzdw", "hphm", "cphm", "cph",
    "clsbdh", "fdjh", "cjh", "xh", "bh", "ddh", "ywy", "khmc", "khxm", "yhm", "qq", "wx", "wxh",
    "sj1", "whcd", "hyzk", "zy", "zw", "bm", "sf", "cs", "rq", "rzsj", "tfsj", "lgmc", "fh",
];

/// Words of English column names, between `_`, `-`, spaces or a change of case.
const ENGLISH: &[&str] = &[
    "id",
    "uid",
    "userid",
    "name",
    "username",
    "realname",
    "fullname",
    "nickname",
    "first",
    "last",
    "surname",
    "user",
    "phone",
    "mobile",
    "tel",
    "telephone",
    "cell",
    "fax",
    "email",
    "mail",
    "address",
    "addr",
    "street",
    "city",
    "state",
    "province",
    "country",
    "zip",
    "postcode",
    "zipcode",
    "gender",
    "sex",
    "age",
    "birth",
    "birthday",
    "dob",
    "date",
    "time",
    "timestamp",
    "datetime",
    "created",
    "updated",
    "password",
    "passwd",
    "pwd",
    "salt",
    "hash",
    "card",
    "idcard",
    "number",
    "no",
    "num",
    "code",
    "type",
    "status",
    "amount",
    "balance",
    "price",
    "account",
    "bank",
    "title",
    "company",
    "department",
    "job",
    "position",
    "ip",
    "mac",
    "imei",
    "imsi",
    "lat",
    "lng",
    "lon",
    "latitude",
    "longitude",
    "url",
    "description",
    "remark",
    "note",
    "comment",
    "key",
    "value",
    "count",
    "level",
    "plate",
    "vin",
    "passport",
    "ssn",
    "qq",
    "wechat",
    "openid",
    "sender",
    "receiver",
    "content",
    "message",
    "order",
    "product",
];

/// Whether the first of `rows` names `n_columns` columns.
pub(super) fn is_header(rows: &[Row], n_columns: usize) -> bool {
    rows.split_first().is_some_and(|(first, rest)| {
        let rest = rest.iter().map(|row| &*row.cells);
        are_names(&first.cells, rest, n_columns)
    })
}

/// Whether some cells name `n_columns` columns of the rows below them.
pub(in crate::decode) fn are_names<'c>(
    first: &[String],
    rest: impl Iterator<Item = &'c [String]>,
    n_columns: usize,
) -> bool {
    let names: Vec<&str> = first
        .iter()
        .map(|c| c.trim_start_matches('\u{FEFF}'))
        .collect();
    // a row drawn as `| a | b |` is empty at both ends
    let names = match &names[..] {
        ["", inner @ .., ""] => inner,
        all => all,
    };
    let offset = usize::from(names.len() < first.len());
    let n_filled = names.iter().filter(|n| !n.is_empty()).count();
    if first.len() > n_columns + 1
        || first.len() * 2 < n_columns
        || n_filled * 4 < names.len() * 3 - names.len() % 2
        || n_filled == 0
        || !names.iter().all(|n| n.is_empty() || is_name(n))
        || !are_different(names)
    {
        return false;
    }
    let n_known = names.iter().filter(|n| is_known(n)).count();
    let rest: Vec<&[String]> = rest
        .filter(|row| row.len() == n_columns && *row != first)
        .take(ROWS_COMPARED)
        .collect();
    if n_known * 2 >= n_filled {
        return true;
    }
    if rest.is_empty() {
        return false;
    }
    let columns = || names.iter().zip(offset..).filter(|(n, _)| !n.is_empty());
    let recurs =
        columns().any(|(name, i)| rest.iter().any(|row| row.get(i).is_some_and(|c| c == name)));
    let n_contrasts = columns()
        .filter(|(_, i)| is_column_of_data(&rest, *i))
        .count();
    (n_contrasts > 0 && !recurs) || (n_known > 0 && n_contrasts + n_known >= 2)
}

/// Whether rows have names of columns, or a column of numbers, dates or addresses of mail.
pub(super) fn is_table_of_data(rows: &[Row], n_columns: usize) -> bool {
    let sample = rows.iter().take(ROWS_COMPARED).map(|row| &*row.cells);
    let sample: Vec<&[String]> = sample.collect();
    (0..n_columns).any(|i| is_column_of_data(&sample, i)) || is_header(rows, n_columns)
}

/// Whether most values of a column are of a shape that no name has.
fn is_column_of_data(rows: &[&[String]], column: usize) -> bool {
    let cells = || {
        rows.iter()
            .filter_map(|row| row.get(column))
            .filter(|c| !c.is_empty())
    };
    let n_data = cells().filter(|c| is_data(c)).count();
    n_data > 0 && n_data * 3 >= cells().count() * 2
}

/// Whether a cell may be the name of a column.
pub(in crate::decode) fn is_name(cell: &str) -> bool {
    cell.chars().count() <= NAME_CHARS_MAX && !is_data(cell) && !cell.contains('\n')
}

/// A number, a date, an address of mail, or a code with digits for the greater part.
fn is_data(cell: &str) -> bool {
    let n_digits = cell.bytes().filter(u8::is_ascii_digit).count();
    let n_chars = cell.chars().count();
    let longest_run = cell
        .split(|c: char| !c.is_ascii_digit())
        .map(str::len)
        .max()
        .unwrap_or(0);
    let is_masked = cell.contains("**") && n_digits > 0;
    cell.contains('@') || is_masked || longest_run >= 5 || (n_digits > 0 && n_digits * 2 >= n_chars)
}

/// Whether no name stands twice, except names that are known: those of joined tables repeat.
fn are_different(names: &[&str]) -> bool {
    let mut sorted: Vec<&str> = names.iter().copied().filter(|n| !n.is_empty()).collect();
    sorted.sort_unstable();
    sorted
        .windows(2)
        .all(|pair| pair[0] != pair[1] || is_known(pair[0]))
}

/// Whether a name is made of words that name columns.
fn is_known(name: &str) -> bool {
    if CHINESE.iter().any(|word| name.contains(word)) {
        // `北京市海淀区…号码` is a name; a whole sentence that says 电话 is none
        return name.chars().count() <= 16;
    }
    let lower = name.to_ascii_lowercase();
    INITIALS.contains(&lower.as_str())
        || ENGLISH.contains(&lower.trim_end_matches(|c: char| c.is_ascii_digit()))
        || words(name)
            .iter()
            .any(|word| ENGLISH.contains(&word.as_str()))
}

/// The words of `user_name`, `userName`, `User-Name` and `user.name`, in lower case.
fn words(name: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut was_lower = false;
    for c in name.chars() {
        if !c.is_alphanumeric() || (was_lower && c.is_uppercase()) {
            words.push(String::new());
        }
        was_lower = c.is_lowercase();
        if let Some(word) = words.last_mut()
            && c.is_alphanumeric()
        {
            word.extend(c.to_lowercase());
        }
    }
    words
}
