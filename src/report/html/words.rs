//! The words that only the page says, in both languages: headings, the part in plain words, and what
//! its table tells.
//!
//! As in `report::words`, a message without its translation does not compile.

use super::super::words::messages;

messages! { Html:
    // frame
    Brand: "leakgauge", "leakgauge";
    SkipLink: "Skip to the result", "跳到结果";
    Language: "Language", "语言";
    Theme: "Light or dark", "浅色或深色";
    Print: "Print or save as PDF", "打印或存为 PDF";
    Contents: "Contents", "目录";
    NavBudget: "Budget", "限额";
    NavPlain: "In plain words", "通俗说明";
    NavDuties: "What to do", "应办事项";
    NavCategories: "Categories", "类别";
    NavReadings: "Readings", "口径";
    NavFiles: "Files", "文件";
    NavKinds: "Kinds", "种类";
    NavSteps: "Step by step", "逐步认定";
    NavGaps: "Not read", "未读取";
    NavMethod: "Method", "方法";
    NavEvidence: "Evidence", "证据清单";
    Confidential: "Confidential: holds paths and masked samples, no values", "内部资料：含路径与已脱敏样例，不含原始值";
    // first screen
    Persons: "persons", "人";
    PersonsNote: "whose data was found; one human under two numbers counts twice", "数据所涉的人；同一人以两个号码出现计为两人";
    Items: "items", "条";
    ItemsNote: "as the law counts them, without repetitions", "按法律口径计数，已去重";
    FilesRead: "files read", "个文件已读取";
    FilesNote: "{0} with personal data · {1} records · {2}", "{0} 个含有个人信息 · {1} 条记录 · {2}";
    NotRead: "not read", "未读取";
    NotReadNone: "everything was read", "全部内容均已读取";
    NotReadSome: "entries; the true numbers can only be higher", "项；实际数量只多不少";
    GaugeCaption: "Weighted volume on a logarithmic scale. {0} of {1} (serious) and {2} (especially serious).",
        "折算总量（对数刻度）：{0}；标准为 {1}（情节严重）、{2}（情节特别严重）。";
    Volume: "weighted volume {0}", "折算总量 {0}";
    LevelsTitle: "Level reached under each law", "各法律文件下达到的级别";
    LevelsNote: "The first one makes the headline; the others apply by date and volume, for information.",
        "标题以第一项为准；其余按日期和数量适用，供参考。";
    OtherReadings: "other readings: {0}", "其他口径：{0}";
    DutiesCount: "{0} duties, see the checklist", "{0} 项应办事项，见清单";
    DutyCount: "{0} duty, see the checklist", "{0} 项应办事项，见清单";
    // the budget of a CI job
    BudgetAlarm: "Budget: {0} of {1} limits exceeded; the job fails, whatever the level is.", "限额：{1} 项中有 {0} 项超出；无论级别如何，任务均不通过。";
    BudgetTitle: "Limits of the budget", "限额";
    BudgetNote: "What the budget of this job allows, and what was found. A limit that no file has the path of guards nothing.",
        "本任务的限额与实际数量。路径没有对应文件的限额不起作用。";
    // what was there before
    NavBaseline: "Baseline", "基线";
    BaselineAlarm: "Baseline: {0} of {1} kinds and categories have more than before; the job fails, whatever the level is.", "基线：{1} 个种类和类别中有 {0} 个多于此前；无论级别如何，任务均不通过。";
    BaselineTitle: "What has changed since the baseline", "与基线相比的变化";
    BaselineNote: "What was there when the baseline was written may stay; what is more fails the job. New and gone are known where the baseline holds fingerprints of values.",
        "基线写成时已有的内容可以保留，超出部分使任务不通过。仅当基线含有各值的指纹时，才能得知新增与消失的数量。";
    // in plain words
    PlainTitle: "In plain words", "通俗说明";
    WhatFound: "What was found", "发现了什么";
    WhatMeans: "What it means", "意味着什么";
    WhatNext: "What to do next", "下一步做什么";
    WhatNot: "What this does not say", "本报告不说明什么";
    FoundPersons: "Personal data of {0} persons stands in {1} of the {2} files read.", "在已读取的 {2} 个文件中，{1} 个含有 {0} 人的个人信息。";
    FoundNothing: "No personal data that the law counts was found in the {0} files read.", "在已读取的 {0} 个文件中，未发现应计数的个人信息。";
    FoundCounts: "Personal data of {0} persons was assessed from given counts; no file was read.", "根据给定数量评估了 {0} 人的个人信息；未读取文件。";
    FoundItems: "Without repetitions that makes {0} pieces of information. Most are: {1}.", "去除重复后共 {0} 条信息，主要是：{1}。";
    MeansLevel: "Under {0}, this volume reaches the level called “{1}”. Two levels are known: “{2}” and, above it, “{3}”.",
        "按{0}，该数量达到“{1}”。共有两档：“{2}”和更高的“{3}”。";
    MeansBelow: "Under {0}, this volume reaches no level.", "按{0}，该数量未达到任何一档。";
    MeansOutcome: "Under {0}, this leads to: {1}.", "按{0}，后果为：{1}。";
    MeansNotAssessed: "No law was asked about this data.", "尚未就该数据适用任何法律文件。";
    MeansFlips: "This is open: it depends on how a court classes {0}.", "该结论尚不确定：取决于如何认定{0}的类别。";
    MeansFirm: "No disputed category changes this.", "存在争议的类别不影响该结论。";
    MeansPartial: "Not everything could be read. The true numbers can only be higher.", "并非全部内容均可读取，实际数量只多不少。";
    NextGaps: "Have the {0} entries opened that could not be read (see “Not read”), and scan again.",
        "打开未能读取的 {0} 项（见“未读取”），然后重新扫描。";
    NextDuties: "Go through the {0} duties of the checklist. First: {1}", "逐项核对清单中的 {0} 项应办事项。首先：{1}";
    NextRestrict: "Restrict who can open the worst file, {0}, and ask why it holds this data.", "限制可打开最严重文件 {0} 的人员，并查明其为何含有这些数据。";
    NextCheck: "Let somebody who knows the data check a few records: “leakgauge explain {0}” shows what was found and why.",
        "请熟悉数据的人核对若干记录：运行“leakgauge explain {0}”可查看发现了什么及理由。";
    NextLawyer: "Ask counsel how {0} are to be classed: the level turns on that.", "就{0}的归类咨询律师：级别取决于此。";
    NextKeep: "Keep this report with its JSON audit, and treat both as confidential.", "将本报告与 JSON 审计文件一并保存，均按内部资料管理。";
    NotGuilt: "Whether anyone did wrong. It compares counts with published numbers, no more.", "是否有人违法。本报告只将数量与已公布的标准比较。";
    NotLeaked: "Whether this data left the house, or how. It says what is in the files.", "数据是否外泄、如何外泄。本报告只说明文件中有什么。";
    NotReal: "Whether a number is in use, or whose it is. Nothing was looked up anywhere.", "号码是否在用、属于何人。未向任何地方查询。";
    NotHuman: "How many humans these are exactly: {0} persons are told apart by identifiers, not by who they are.", "究竟是多少个自然人：{0} 人按标识区分，而非按真实身份。";
    // categories
    CategoriesTitle: "What was counted, against the thresholds", "分类计数与标准对比";
    CategoriesNote: "One record is one item, in the highest class it supports; a row can stand in several categories, an item in one. Bars and threshold marks are on one logarithmic scale.",
        "一条记录计为一条信息，按其所能支持的最高一类计入；一行可出现在多个类别中，一条信息只计入一类。条形与标准线采用同一对数刻度。";
    ClassName: "Class {0}", "{0} 类";
    ClassNone: "Counted in no class of this law", "不计入该法律文件的任何一类";
    ClassReached: "{0} of {1}: reached", "{0}，标准 {1}：已达到";
    ClassOpen: "{0} of {1}", "{0}，标准 {1}";
    // readings
    ReadingsTitle: "How firm is that? Readings and bounds", "结论是否稳固：口径与上下限";
    ReadingsNote: "Where the class of a category is disputed, three readings are computed. The truth about repetitions lies between the two bounds.",
        "类别归属有争议时，分别按三种口径计算；重复数据的真实情况介于上下限之间。";
    Governs: "governs", "以此为准";
    NothingFlips: "No single disputed category changes the level.", "任一争议类别的归类均不改变级别。";
    // kinds
    KindsTitle: "Kinds of values", "值的种类";
    KindsNote: "Matches are occurrences, distinct is how many different ones. Samples are masked.", "命中为出现次数，去重值为不同值的个数。样例均已脱敏。";
    // files
    FilesTitle: "Where it is: the worst files", "所在位置：最严重的文件";
    TreemapCaption: "Folders by rows found below them: {0} rows in {1} files. The persons of each file were not counted by themselves; a scan with --persons-by-file does that.",
        "按各文件夹下发现的行数绘制：{1} 个文件共 {0} 行。未单独统计各文件的人数；扫描时加 --persons-by-file 即可统计。";
    TreemapPersons: "Folders by the persons in their files ({0} files). A file counts each person once. A folder is as large as its files together; since a person may be in several, “≤” tells how many it has at most.",
        "按文件中的人数绘制（{0} 个文件）。每个文件内同一人只计一次；文件夹面积为其各文件之和，因同一人可能出现在多个文件中，“≤”所示为人数上限。";
    TreemapOthers: "{0} smaller ones", "其余 {0} 项较小者";
    TreemapLegend: "coloured by the first class found there", "按其中最高的类别着色";
    TableCaption: "Files, worst first", "文件（最严重者在前）";
    FilterPath: "Path contains", "路径包含";
    FilterCategory: "Category", "类别";
    FilterKind: "Kind", "种类";
    FilterFormat: "Format", "格式";
    FilterAll: "all", "全部";
    FilterFound: "only files with findings", "仅显示有发现的文件";
    Reset: "Reset", "重置";
    Previous: "Previous", "上一页";
    Next: "Next", "下一页";
    TableStatus: "{0}–{1} of {2} files", "第 {0}–{1} 个，共 {2} 个文件";
    TableEmpty: "No file passes these filters.", "没有符合条件的文件。";
    TableLeft: "This page holds the {0} worst of {1} files. The other {2} have {3} rows and {4} matches together; the JSON, CSV and XLSX reports list them all.",
        "本页列出 {1} 个文件中最严重的 {0} 个；其余 {2} 个合计 {3} 行、{4} 处命中，见 JSON、CSV、XLSX 报告。";
    TableStatic: "The {0} worst of {1} files with findings. Filters and sorting need scripts, which are switched off here.",
        "含有发现的 {1} 个文件中最严重的 {0} 个。筛选与排序需要启用脚本，当前已关闭。";
    NoFiles: "No file holds anything that was counted.", "没有任何文件含有计入的内容。";
    // steps
    StepsTitle: "Assessment, step by step", "逐步认定";
    StepsNote: "Every step with its article and its arithmetic, so that it can be checked by hand.", "逐步列明条款与算式，便于人工复核。";
    ProvisionsOf: "Numbers compared", "数量与标准的比较";
    // duties
    DutiesTitle: "Checklist: what must be filed or done", "清单：应当报告、通知或者办理的事项";
    DutiesNote: "Duties of the laws that apply by date and volume. Whether one applies to you depends on facts that no file shows; ask counsel.",
        "按日期和数量适用的法律文件所规定的义务。是否适用于您，取决于文件无法显示的事实，请咨询律师。";
    DutiesNone: "The laws that were asked name no duty for this volume.", "所适用的法律文件未对该数量规定应办事项。";
    MustSay: "must say:", "内容：";
    Known: "When did you learn of it?", "何时知悉？";
    KnownNote: "stays in this page; fills in the deadlines that the law gives in hours", "仅保留在本页；用于计算以小时规定的期限";
    Due: "due by", "截止";
    // not read
    GapsTitle: "What was not read", "未读取的内容";
    GapsNote: "Whatever is in these could only add to the counts.", "其中的内容只会使数量增加。";
    // method
    MethodTitle: "Method, accuracy and limits", "方法、准确度与局限";
    MethodHow: "How it works", "如何进行";
    MethodAccuracy: "How accurate it is", "准确度";
    MethodLimits: "Limits", "局限";
    HowDetect: "Files are told by content, decoded into records, and searched for values by published number formats with their check digits, by column names and by the words before a value.",
        "按内容识别文件，解码为记录，依据公布的号码格式及其校验位、列名以及值前的文字查找。";
    HowCount: "Counts are exact: nothing is sampled, estimated or capped. The same input gives the same numbers on any machine.",
        "计数为精确值：不抽样、不估算、不设上限；同样的输入在任何机器上得出同样的数字。";
    HowPersons: "A person is known by the strongest identifier of a record: ID number, passport or permit, phone, financial account, e-mail, name with address.",
        "以记录中最强的标识识别人：身份证件号码、护照或通行证、电话、金融账户、邮箱、姓名加住址。";
    AccChecked: "Numbers with check digits (identity numbers, cards, credit codes) are told from chance by them; those that fail are counted apart.",
        "带校验位的号码（身份证、银行卡、统一社会信用代码）据此与偶然数字区分；校验不通过的单独计数。";
    AccShape: "Numbers without check digits (mobile numbers, passports) are counted where their shape is telling or a column or word announces them.",
        "无校验位的号码（手机号、护照）在形状足以辨认或有列名、标签时计入。";
    AccLow: "Names and addresses in running text, e-mail addresses of rare form, and columns that neither header nor cells explain are missed more often than found by mistake: take their counts as lower bounds.",
        "正文中的姓名、住址、少见形式的邮箱，以及表头和内容均无法说明的列，漏计多于误计：其计数应视为下限。";
    AccTest: "Measured figures, with the sets they were measured on, are in the README of this version.", "实测指标及所用数据集见本版本的 README。";
    LimImages: "What is encrypted, an image or spoken is not read; it is listed where its kind is known.", "加密内容、图像和语音不读取；可识别种类时予以列出。";
    LimOrigin: "Where the data comes from, whether it is lawful to hold it, and whether it is genuine cannot be read from a file.",
        "数据来源、持有是否合法、是否真实，无法从文件中读出。";
    LimTest: "Test data that looks real counts, unless it is a documented test number.", "看似真实的测试数据会被计入，公开的测试号码除外。";
    // evidence
    EvidenceTitle: "Evidence manifest", "证据清单";
    EvidenceNote: "What this report is about, for whoever wants to repeat it: the same files, version and rules give the same counts.",
        "供复核之用：同样的文件、版本和规则得出同样的数字。";
    EvidenceHashes: "This audit holds no hashes of the files; it names paths and sizes.", "该审计结果不含文件散列值，仅列路径与大小。";
    EvidenceMore: "… and {0} more files with {1}; the JSON, CSV and XLSX reports list them all.", "…… 另有 {0} 个文件，共 {1}，见 JSON、CSV、XLSX 报告。";
    EvidenceFiles: "Files read, with their sizes", "已读取的文件及大小";
    Tool: "program", "程序";
    Catalog: "rules", "规则库";
    AgesOn: "ages taken on", "年龄计算日";
    Copies: "{0} files repeat the content of another; they add no items and no persons.", "{0} 个文件与其他文件内容相同；不增加条数与人数。";
    CopyOf: "copy of {0}", "与 {0} 内容相同";
}

#[cfg(test)]
mod tests {
    use super::super::super::Lang;
    use super::super::super::words::tests::check_texts;
    use super::Html;

    #[test]
    fn both_languages_use_the_same_arguments() {
        for msg in Html::ALL {
            check_texts(&format!("{msg:?}"), msg.text(Lang::En), msg.text(Lang::Zh));
        }
    }
}
