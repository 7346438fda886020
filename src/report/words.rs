//! Every word of the reports, in both languages.
//!
//! One table: a message without its translation does not compile. Messages take arguments as `{0}`,
//! `{1}`; which language is used is the caller's choice. The Chinese texts use the words of the law
//! where it has some.

use super::{Lang, Options};
use crate::category::{Category, Reading};
use crate::law::{Level, Outcome};

/// Defines the messages of a report: an enum with one variant a message, and both texts of each.
macro_rules! messages {
    ($Messages:ident: $($name:ident: $en:literal, $zh:literal;)*) => {
        /// A message. See the table in this file for both texts.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(in crate::report) enum $Messages { $($name),* }

        impl $Messages {
            /// The text in a language, with its placeholders.
            pub(in crate::report) fn text(self, lang: $crate::report::Lang) -> &'static str {
                use $crate::report::Lang;
                match (self, lang) {
                    $(
                        ($Messages::$name, Lang::En) => $en,
                        ($Messages::$name, Lang::Zh) => $zh,
                    )*
                }
            }

            /// The text with its arguments in place.
            pub(in crate::report) fn with(self, lang: $crate::report::Lang, args: &[&str]) -> String {
                $crate::report::words::fill(self.text(lang), args)
            }

            #[cfg(test)]
            pub(in crate::report) const ALL: &'static [$Messages] = &[$($Messages::$name),*];
        }
    };
}
pub(super) use messages;

messages! { Msg:
    // levels
    LevelNone: "none", "未达标准";
    LevelSerious: "serious", "情节严重";
    LevelEspecially: "especially serious", "情节特别严重";
    HeadNothing: "NOTHING COUNTED", "未计入任何个人信息";
    HeadNothingPartial: "NOTHING COUNTED IN WHAT WAS READ", "已读取部分未计入任何个人信息";
    HeadNone: "BELOW EVERY THRESHOLD", "未达到任何标准";
    HeadNotApplied: "THE NUMBERS DO NOT APPLY", "数量标准不适用";
    HeadNonePartial: "BELOW EVERY THRESHOLD IN WHAT WAS READ", "已读取部分未达到任何标准";
    HeadSerious: "SERIOUS THRESHOLD REACHED", "达到“情节严重”标准";
    HeadSeriousPartial: "AT LEAST THE SERIOUS THRESHOLD REACHED", "至少达到“情节严重”标准";
    HeadEspecially: "ESPECIALLY SERIOUS THRESHOLD REACHED", "达到“情节特别严重”标准";
    HeadEspeciallyPartial: "AT LEAST THE ESPECIALLY SERIOUS THRESHOLD REACHED", "至少达到“情节特别严重”标准";
    HeadNotAssessed: "NOT ASSESSED", "未作评估";
    HeadOutcome: "REACHED: {0}", "达到：{0}";
    HeadOutcomePartial: "REACHED BY WHAT WAS READ: {0}", "已读取部分达到：{0}";
    Under: "{0}, {1} reading", "{0}，{1}";
    RunningNone: "no records of personal data so far", "目前尚无个人信息记录";
    RunningRows: "{0} · rows so far, repeats among them: {1}", "{0} · 目前行数（含重复）：{1}";
    RunningLevel: "up to {0}", "至多{0}";
    NotAssessed: "No assessment under {0} with the {1} reading is in this audit.",
        "本审计结果中没有按{0}（{1}）作出的评估。";
    // distance
    VolumeNone: "{0}: {1} of the serious threshold; {2} more would reach it.",
        "{0}：为“情节严重”标准的 {1}，再增加 {2} 即达到。";
    VolumeSerious: "{0}: {1} times the serious threshold, {2} of the especially serious one; {3} more would reach it.",
        "{0}：为“情节严重”标准的 {1} 倍、“情节特别严重”标准的 {2}，再增加 {3} 即达到后者。";
    VolumeEspecially: "{0}: {1} times the especially serious threshold.",
        "{0}：为“情节特别严重”标准的 {1} 倍。";
    NotByVolume: "The level rests on {0}, not on the weighted volume.", "该结论依据{0}，而非折算总量。";
    Capped: "The dates or circumstances stated keep the level below what the volume alone would reach.",
        "按所述日期或情节，级别低于仅凭数量所达到的级别。";
    Cap: "The law of the dates stated knows no level above {0}, whatever the volume.",
        "按所述日期的法律规定，无论数量多少，最高级别为“{0}”。";
    CapNone: "The numbers are not in force on the dates stated, and are for comparison only.",
        "按所述日期，上述数量标准不在施行期内，仅供参照。";
    Volume: "Weighted volume {0}", "折算总量 {0}";
    VolumeAtLeast: "Weighted volume at least {0}", "折算总量不少于 {0}";
    // run
    Incomplete: "Incomplete scan: {0} skipped or read only in part. Every count is a lower bound; the truth is at least this.",
        "扫描不完整：{0}被跳过或仅读取了一部分。所有数字均为下限，实际数量只多不少。";
    IncompleteShard: "Share {0} of the input, to be joined with the others. Every count is a lower bound; the truth is at least this.",
        "仅为输入的第 {0} 份，须与其余各份合并。所有数字均为下限，实际数量只多不少。";
    IncompleteUnnamed: "Incomplete scan. Every count is a lower bound; the truth is at least this.",
        "扫描不完整。所有数字均为下限，实际数量只多不少。";
    File: "{0} file", "{0} 个文件";
    Files: "{0} files", "{0} 个文件";
    Record: "{0} record", "{0} 条记录";
    Records: "{0} records", "{0} 条记录";
    Person: "{0} person", "{0} 人";
    Persons: "{0} persons", "{0} 人";
    Entry: "{0} entry was", "{0} 项";
    Entries: "{0} entries were", "{0} 项";
    More: "… and {0} more", "…… 另有 {0} 项";
    // heads
    ColCategories: "Counted by category", "分类计数";
    ColClass: "class", "类";
    ColItems: "items", "条数";
    ColRows: "rows", "行数";
    ColPersons: "persons", "人数";
    ColBare: "bare", "单一要素";
    ColKinds: "Found by kind", "识别种类";
    ColKind: "kind", "种类";
    ColName: "name", "名称";
    ColMatches: "matches", "命中";
    ColDistinct: "distinct", "去重值";
    ColFilesHead: "files", "文件";
    ColMasked: "masked", "已脱敏";
    ColTest: "test", "测试号";
    ColFailed: "failed", "校验不过";
    ColRounded: "rounded", "被舍入";
    ColRoundedIn: "Rounded values", "被舍入的值";
    ColField: "column", "列";
    ColKindOf: "kind", "种类";
    ColValues: "values", "值";
    ColSample: "samples (masked)", "样例（已脱敏）";
    ColProvisions: "Provisions", "条款";
    ColLevel: "level", "级别";
    ColCount: "count", "数量";
    ColThreshold: "threshold", "标准";
    ColRatio: "ratio", "倍数";
    ColReached: "reached", "是否达到";
    ColReading: "reading", "口径";
    ColProvision: "provision", "条款";
    ColReadings: "Readings", "认定口径";
    ColWeighted: "weighted", "折算总量";
    CountedAbove: "counted above", "已计入上列";
    ColFlips: "flipped by", "影响级别的类别";
    ColWorst: "Worst files", "最严重的文件";
    ColPath: "path", "路径";
    ColFormat: "format", "格式";
    ColEncoding: "encoding", "编码";
    ColBytes: "size", "大小";
    ColRecords: "records", "记录数";
    ColByCategory: "rows by category", "各类行数";
    ColSkipped: "Not read", "未读取";
    ColEntries: "entries", "项数";
    ColFirst: "first", "首个路径";
    ColFirstLine: "first line", "首次出现行";
    ColReason: "reason", "原因";
    ColCopies: "Copies", "内容相同的副本";
    ColCopyOf: "same content as", "与其内容相同";
    ColInstrument: "instrument", "法律文件";
    ColBounds: "Bounds", "上下限";
    ColLower: "after de-duplication", "去重后（下限）";
    ColUpper: "records before it", "未去重的记录（上限）";
    Others: "Other instruments", "其他法律文件";
    DocFilings: "What must be filed or done", "应当报告、通知或者办理的事项";
    DocFines: "Amounts that the law provides for", "法定金额";
    DocContents: "must say", "内容";
    WhatIf: "What would change it", "可能改变级别的情节";
    // section titles of documents
    DocTitle: "Personal data audit", "个人信息审计报告";
    DocReadings: "Level under each reading", "各认定口径下的级别";
    DocProvisions: "Provisions", "条款";
    DocSteps: "How the level was reached", "级别的认定过程";
    DocCategories: "Categories", "分类计数";
    DocKinds: "Kinds of values", "识别种类";
    DocFiles: "Files", "文件";
    DocSkipped: "Not read", "未读取";
    DocMethod: "Method and limits", "方法与局限";
    DocRun: "Scan", "扫描情况";
    DocInputs: "inputs", "扫描对象";
    DocStarted: "started", "开始时间";
    DocTime: "time", "用时";
    DocNothingSkipped: "Everything was read.", "全部内容均已读取。";
    // sentences
    CountedApart: "Counted apart, never in the items: {0}.", "单独计数，不计入条数：{0}。";
    ApartMasked: "{0} already masked", "已脱敏 {0}";
    ApartTest: "{0} documented test values", "公开的测试号码 {0}";
    ApartFailed: "{0} with a failed checksum", "校验不通过 {0}";
    ApartRounded: "{0} rounded by a spreadsheet", "被电子表格舍入 {0}";
    RoundedNote: "A spreadsheet kept fifteen digits and lost the rest; nobody is identified by what is left. These rows count by their other values alone.",
        "电子表格只保留十五位有效数字，其余已丢失，剩余部分不能识别任何人。这些行只按其他值计数。";
    FlipsLevel: "The level turns on how these disputed categories are classed: {0}.",
        "以下存在争议的类别如何归类，将改变级别：{0}。";
    CopiesNote: "Matches and rows count copies too; items and persons do not grow by them.",
        "命中与行数计入副本；条数与人数不因副本增加。";
    Partial: "read in part", "部分读取";
    Yes: "yes", "是";
    No: "no", "否";
    NoteVolume: "This report says which published thresholds the volume reaches. It does not say that anyone is guilty of anything.",
        "本报告仅说明数量达到哪些已公布的标准，不对任何人是否构成犯罪作出判断。";
    NoteLinking: "Nothing is linked across records: the same human under an ID number here and a phone number there counts as two persons.",
        "不跨记录关联：同一人在此处以身份证件号码、在彼处以手机号码出现时，计为两人。";
    NoteItems: "One record is one item, in the highest class it supports. Items are de-duplicated over the whole run: events by person and content, attributes by person.",
        "一条记录计为一条信息，按其所能支持的最高一类计入。条数在全部数据范围内去重：事件类按人和内容去重，属性类按人去重。";
    NoteNames: "Names and addresses in running text are found where a label, a number beside them or their structure shows them; the others take a language model, so their counts are lower bounds.",
        "正文中的姓名、地址仅在有标签、旁有号码或结构可辨时识别；其余须借助语言模型，故其计数为下限。";
    NoteMasked: "Samples are masked; no value of the data is in this report.", "样例均已脱敏，本报告不含任何原始数据值。";
    NoteVersionOnly: "{0} {1}.", "{0} {1}。";
    NoteVersion: "{0} {1}, catalog {2}.", "{0} {1}，规则库 {2}。";
    // checks and annotations
    CheckReached: "{0}, {1}: {2} against {3} (×{4}) reaches: {5}", "{0} {1}：{2}，标准为 {3}（{4} 倍），达到：{5}";
    RowsOf: "rows by category: {0}", "各类行数：{0}";
    MatchesOf: "matches by kind: {0}", "各种类命中：{0}";
    SarifRule: "Values of this kind of personal data: {0}.", "此类个人信息的值：{0}。";
    SarifHelp: "Find out whether the file must hold these values. If not, remove them from it and from its history; if so, restrict who can read it. `leakgauge explain FILE` tells which records and why; no report shows the values.",
        "请确认该文件是否必须包含这些值。如无必要，从文件及其历史版本中删除；如有必要，限制可读取的人员。运行 `leakgauge explain 文件` 可查看涉及哪些记录及理由；任何报告均不显示原始值。";
    SarifResult: "{0}: {1} in this file.", "{0}：本文件中 {1} 处。";
    SarifRows: "Rows by category: {0}.", "各类行数：{0}。";
    SarifMoreRule: "Findings that are not listed one by one.", "未逐一列出的发现。";
    SarifMore: "{0} more findings (a kind in a file each) in {1} files with {2} matches are not listed here, because code scanning takes 25,000 results; the JSON, CSV and XLSX reports hold them all.",
        "另有 {0} 项发现（每项为一个文件中的一个种类）未在此列出，涉及 {1} 个文件、{2} 处命中，因为代码扫描最多接收 25,000 项结果；JSON、CSV、XLSX 报告包含全部发现。";
    // the budget of a CI job
    ColBudget: "Budget", "限额";
    ColFound: "found", "实际";
    ColAllowed: "allowed", "允许";
    ColUnit: "counted in", "单位";
    ColVerdict: "verdict", "结果";
    ColOwner: "owner", "负责人";
    BudgetFound: "{0}: {1} found, {2} allowed ({3}).", "{0}：实际 {1}，允许 {2}（{3}）。";
    BudgetOwner: " Owner: {0}.", "负责人：{0}。";
    BudgetReason: " Reason: {0}.", "理由：{0}。";
    BudgetGuardsNothing: " No file has such a path, so that the limit guards nothing.", "没有文件与该路径相符，该限额不起作用。";
    BudgetExceeded: "exceeded", "超出";
    BudgetKept: "kept", "未超出";
    BudgetNoFile: "no such file", "没有对应文件";
    // the baseline of a CI job
    ColBaseline: "Baseline", "基线";
    ColBefore: "before", "此前";
    ColNew: "new", "新增";
    ColGone: "gone", "已消失";
    ColNewIn: "Values that were not there before", "此前没有的值";
    ColDifferent: "different values", "不同值";
    BaselineNewIn: "{0}: {1} of {2} different values were not there before.", "{0}：{2} 个不同的值中有 {1} 个此前不存在。";
    BaselineNewFrom: " The first stands on line {0}.", "首见于第 {0} 行。";
    BaselineFound: "{0}: {1} found, {2} before ({3}).", "{0}：实际 {1}，此前 {2}（{3}）。";
    BaselineNew: " New: {0}.", "新增：{0}。";
    BaselineGone: " Gone: {0}.", "已消失：{0}。";
    BaselineMore: "more than before", "多于此前";
    BaselineSame: "not more", "未增加";
    BaselineLess: "less", "减少";
    BaselineOthers: "Not more than before: {0} of {1} kinds and categories.", "未超过此前：{1} 个种类和类别中的 {0} 个。";
    BaselineLower: "There is less than before: `leakgauge baseline update` lowers the baseline, so that it stays less.",
        "少于此前：运行 `leakgauge baseline update` 可下调基线，使其不再回升。";
    BaselineOther: "The baseline was written by leakgauge {0} with other patterns: what is more may have been there before, and was not looked for.",
        "基线由 leakgauge {0} 以其他规则库写成：超出部分可能此前已存在，只是未被查找。";
    BaselineWritten: "written", "已写入";
    BaselineLowered: "lowered", "已下调";
    BaselineTaken: "taken over", "已接受";
    BaselineNotTaken: "not taken over", "未接受";
    // configuration and ignore rules
    ColIgnored: "Not counted, and configuration", "不计入的内容与配置";
    XlsxNewIn: "New by file", "新增所在文件";
    XlsxIgnored: "Not counted", "不计入";
    ColRule: "ignore rule", "忽略规则";
    ColState: "state", "状态";
    ColApart: "counted apart", "单独计数";
    ColExpires: "in force until", "有效期至";
    IgnoreStateUsed: "used", "已起作用";
    IgnoreStateUnused: "without use", "未起作用";
    IgnoreStateExpired: "expired", "已过期";
    IgnoreUsed: "Ignored: {0}: {1} matches, {2} rows (files: {3}) are not counted; in force until {4}.", "已忽略：{0}：{3} 个文件中的 {1} 处命中、{2} 行不计入；有效期至 {4}。";
    IgnoreUnused: "Ignore rule without use: {0}: it has taken nothing out; remove it if it is not needed any more (in force until {1}).",
        "未起作用的忽略规则：{0}：没有排除任何内容；如不再需要，请删除（有效期至 {1}）。";
    IgnoreExpired: "Ignore rule expired: {0}: since {1} is over, what it stood for is counted again.", "忽略规则已过期：{0}：有效期至 {1}，其所涉内容已重新计入。";
    ConfigFound: "Configuration from {0}, which was found by itself: {1}.", "自动找到并采用的配置文件 {0}：{1}。";
    ConfigNamed: "Configuration from {0}: {1}.", "采用的配置文件 {0}：{1}。";
    ConfigLimits: "limits of a budget: {0}", "限额 {0} 项";
    ConfigRules: "ignore rules: {0}", "忽略规则 {0} 项";
    // sheets of a workbook
    XlsxSummary: "Summary", "概要";
    XlsxWhat: "what", "项目";
    XlsxResult: "result", "结果";
    XlsxLevels: "Levels", "级别";
    XlsxId: "id", "标识";
    XlsxBytes: "bytes", "字节";
    XlsxFileKinds: "Kinds by file", "各文件种类";
    XlsxSteps: "Steps", "认定步骤";
    XlsxDuties: "Duties", "应办事项";
    XlsxHours: "hours", "小时";
    // readings
    ReadingDefault: "default", "通行口径";
    ReadingLenient: "lenient", "从宽口径";
    ReadingStrict: "strict", "从严口径";
    // reasons
    WhyNotFound: "not found", "不存在";
    WhyPermission: "permission denied", "没有读取权限";
    WhyNotRegular: "not a regular file", "不是普通文件";
    WhyLink: "symbolic link", "符号链接";
    WhyRead: "read error", "读取出错";
    WhyTruncated: "truncated", "内容被截断";
    WhyUnsupported: "unsupported format", "不支持的格式";
    WhyLimit: "limit reached", "达到上限";
    WhyInternal: "internal error", "内部错误";
}

/// The reasons of [`crate::error::Reason`] by the words they begin with.
const REASONS: [Msg; 9] = [
    Msg::WhyNotFound,
    Msg::WhyPermission,
    Msg::WhyNotRegular,
    Msg::WhyLink,
    Msg::WhyRead,
    Msg::WhyTruncated,
    Msg::WhyUnsupported,
    Msg::WhyLimit,
    Msg::WhyInternal,
];

impl Msg {
    /// A message with a number, in the singular or the plural.
    pub(super) fn counted(one: Msg, many: Msg, n: u64, lang: Lang) -> String {
        let msg = if n == 1 { one } else { many };
        msg.with(lang, &[&super::number::thousands(n)])
    }
}

/// A text with its arguments in place of `{0}`, `{1}`.
pub(super) fn fill(text: &str, args: &[&str]) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('{') {
        out.push_str(before);
        let (index, after) = after.split_once('}').unwrap_or((after, ""));
        let arg = index.parse().ok().and_then(|i: usize| args.get(i));
        out.push_str(arg.copied().unwrap_or_default());
        rest = after;
    }
    out + rest
}

/// The name of a level.
pub(super) fn level(level: Level, lang: Lang) -> &'static str {
    match level {
        Level::None => Msg::LevelNone,
        Level::Serious => Msg::LevelSerious,
        Level::EspeciallySerious => Msg::LevelEspecially,
    }
    .text(lang)
}

/// The name of a reading by its id; an unknown id stands for itself.
pub(super) fn reading(id: &str, lang: Lang) -> &str {
    match Reading::from_id(id) {
        Some(Reading::Default) => Msg::ReadingDefault.text(lang),
        Some(Reading::Lenient) => Msg::ReadingLenient.text(lang),
        Some(Reading::Strict) => Msg::ReadingStrict.text(lang),
        None => id,
    }
}

/// The name of a category by its id; an unknown id stands for itself.
pub(super) fn category(id: &str, lang: Lang) -> &str {
    match (Category::from_id(id), lang) {
        (Some(category), Lang::En) => category.name_en(),
        (Some(category), Lang::Zh) => category.name_zh(),
        (None, _) => id,
    }
}

/// What stands for a class of the governing instrument in a table.
pub(super) fn class<'a>(id: &'a str, options: &'a Options) -> &'a str {
    let name = options.class_names.get(id);
    name.map_or(id, |name| name.get(options.lang))
}

/// What stands for the class or the persons that a provision counts, in the words of the law if the audit has them.
pub(super) fn counted(outcome: &Outcome, lang: Lang) -> &str {
    let class = outcome.class_name.as_ref();
    let class = class
        .map(|w| lang.choose(&w.en, &w.zh))
        .or(outcome.class.as_deref());
    let persons = outcome.attribute_name.as_ref();
    let persons = persons.map(|w| lang.choose(&w.en, &w.zh));
    class
        .or(persons)
        .or(outcome.attribute.as_deref())
        .unwrap_or_default()
}

/// A reason with its first words translated; details stay as the decoder worded them.
pub(super) fn reason(reason: &str, lang: Lang) -> String {
    for msg in REASONS {
        if let Some(rest) = reason.strip_prefix(msg.text(Lang::En)) {
            let rest = match lang {
                Lang::En => rest.to_owned(),
                Lang::Zh => rest.replacen(": ", "：", 1),
            };
            return format!("{}{rest}", msg.text(lang));
        }
    }
    reason.to_owned()
}

/// Items of a list in one sentence. In Chinese with a semicolon, because names of categories hold
/// enumeration commas.
pub(super) fn list(items: &[String], lang: Lang) -> String {
    items.join(match lang {
        Lang::En => ", ",
        Lang::Zh => "；",
    })
}

/// `lodging 600, contact 12`: numbers by category.
pub(super) fn counts<'a>(of: impl IntoIterator<Item = (&'a str, u64)>, lang: Lang) -> String {
    let named = |(id, n)| format!("{} {}", category(id, lang), super::number::thousands(n));
    list(&of.into_iter().map(named).collect::<Vec<_>>(), lang)
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// Both texts are there and take the same arguments.
    #[track_caller]
    pub(in crate::report) fn check_texts(what: &str, en: &str, zh: &str) {
        let args = |text: &str| {
            let args = text.split('{').skip(1);
            let mut args: Vec<String> = args
                .map(|s| s.split_once('}').expect("closed").0.to_owned())
                .collect();
            args.sort_unstable();
            args.dedup();
            args
        };
        assert_eq!(args(en), args(zh), "{what}");
        assert!(!en.is_empty() && !zh.is_empty(), "{what}");
    }

    #[test]
    fn both_languages_use_the_same_arguments() {
        for msg in Msg::ALL {
            check_texts(&format!("{msg:?}"), msg.text(Lang::En), msg.text(Lang::Zh));
        }
    }

    #[test]
    fn arguments_are_not_read_as_messages() {
        assert_eq!(Msg::Files.with(Lang::En, &["{0}{1}"]), "{0}{1} files");
        assert_eq!(Msg::Under.with(Lang::En, &["x"]), "x,  reading");
    }

    #[test]
    fn every_reason_begins_with_known_words() {
        use crate::error::Reason;
        for why in [
            Reason::NotFound,
            Reason::PermissionDenied,
            Reason::NotRegular("FIFO"),
            Reason::Link("loop"),
            Reason::Read {
                offset: 5,
                cause: "x".to_owned(),
            },
            Reason::Truncated("in a string".to_owned()),
            Reason::Unsupported("ZIP".to_owned()),
            Reason::Limit("depth".to_owned()),
            Reason::Internal("x".to_owned()),
        ] {
            let why = why.to_string();
            assert_eq!(reason(&why, Lang::En), why);
            assert_ne!(reason(&why, Lang::Zh), why);
        }
        assert_eq!(
            reason("unsupported format: ZIP", Lang::Zh),
            "不支持的格式：ZIP"
        );
        assert_eq!(reason("encrypted", Lang::Zh), "encrypted");
    }
}
