//! The sparse log: one line in twenty holds personal data, the others what looks like it.
//!
//! The look-alikes are the ones that real logs are full of; none of them is a value of a kind that the truth counts.

use super::person::luhn_check;
use super::vocabulary::LOGGERS;
use super::written::{Scribe, ascii};

/// Seconds of the first line, 2024-03-01 in Beijing.
const LOG_FIRST: i64 = 19_783 * 86_400;

pub(super) fn line(scribe: &mut Scribe<'_>, number: u64) {
    let millis = number * 173 + scribe.rng.below(173);
    scribe.time_of(LOG_FIRST + (millis / 1000) as i64);
    let level = *scribe
        .rng
        .pick(&["INFO", "INFO", "INFO", "WARN", "DEBUG", "ERROR"]);
    let thread = 1 + scribe.rng.below(64);
    let logger = *scribe.rng.pick(LOGGERS);
    scribe.put(format_args!(
        ".{:03} {level} [exec-{thread}] {logger} - ",
        millis % 1000
    ));
    if scribe.rng.percent(5) {
        personal(scribe);
    } else {
        look_alike(scribe);
    }
    scribe.push("\n");
}

fn personal(scribe: &mut Scribe<'_>) {
    let person = scribe.someone();
    let portrait = scribe.pool.portrait(person);
    let choice = scribe.rng.below(12);
    match choice {
        0 => enclose(scribe, "绑定手机", "成功", |s| s.mobile(person)),
        1 => enclose(scribe, "用户 ", " 登录成功", |s| s.mobile(person)),
        2 => enclose(scribe, "联系电话：", "。", |s| s.mobile(person)),
        3 => enclose(scribe, "GET /user?tel=", "&from=app 200", |s| {
            s.mobile_digits(person);
        }),
        4 => enclose(
            scribe,
            "回调参数 {\"phone\":\"",
            "\",\"ok\":true}",
            |s| s.mobile(person),
        ),
        5 => enclose(scribe, "查询用户(", ")资料", |s| s.mobile(person)),
        6 => {
            scribe.put(format_args!("联系人：{}，手机号：", portrait.name));
            scribe.mobile(person);
            scribe.push("，来源IP ");
            scribe.public_address();
        }
        7 => {
            let other = scribe.someone();
            enclose(scribe, "合并用户 ", "/", |s| s.mobile_digits(person));
            scribe.mobile_digits(other);
            scribe.push(" 的资料");
        }
        8 => enclose(scribe, "邮箱", "已验证", |s| {
            s.email(person, &portrait.pinyin);
        }),
        9 => enclose(scribe, "notify ", ".", |s| {
            s.email(person, &portrait.pinyin);
        }),
        _ => {
            scribe.put(format_args!(
                "实名认证通过，姓名：{}，身份证号：",
                portrait.name
            ));
            scribe.resident_id(person);
        }
    }
    scribe
        .truth
        .category(if choice < 10 { "contact" } else { "identity" });
}

fn enclose(
    scribe: &mut Scribe<'_>,
    before: &str,
    after: &str,
    value: impl FnOnce(&mut Scribe<'_>),
) {
    scribe.push(before);
    value(scribe);
    scribe.push(after);
}

/// A line with nothing in it that identifies anybody.
fn look_alike(scribe: &mut Scribe<'_>) {
    let person = scribe.someone();
    let mobile = scribe.pool.mobile(person);
    let mobile = ascii(&mobile);
    let (a, b) = (scribe.rng.next(), scribe.rng.next());
    match scribe.rng.below(20) {
        0 => scribe.put(format_args!("订单号 20240315{mobile}{} 状态变更", a % 10)),
        1 => scribe.put(format_args!("创建订单 DD{mobile} 完成")),
        2 => scribe.put(format_args!(
            "缓存更新时间 17092{:08} 毫秒",
            a % 100_000_000
        )),
        3 => scribe.put(format_args!("expire_at={}", 1_709_200_000 + a % 80_000_000)),
        4 => scribe.put(format_args!(
            "request {:08x}-{:04x}-4{:03x}-a{:03x}-{:012x} done",
            a as u32,
            (a >> 32) as u16,
            a >> 52,
            b >> 52,
            b & 0xFFFF_FFFF_FFFF,
        )),
        5 => scribe.put(format_args!(
            "traceId={a:016x}{b:016x} 耗时 {} ms",
            a % 3000
        )),
        6 => scribe.put(format_args!("span a{mobile}f 结束")),
        7 => scribe.put(format_args!("命中率 0.{mobile} 低于阈值")),
        8 => scribe.put(format_args!("累计金额 {mobile}.{:02} 元", a % 100)),
        9 => scribe.put(format_args!("耗时{mobile}ns，重试 {} 次", a % 5)),
        10 => scribe.put(format_args!("队列 seq_{mobile}_ok 已消费")),
        11 => scribe.put(format_args!("单号 88-{mobile}-01 已归档")),
        12 => scribe.put(format_args!(
            "脱敏展示 {}****{}",
            &mobile[..3],
            &mobile[7..]
        )),
        13 => wrong_check(scribe, person, a),
        14 => {
            scribe.push("来自 ");
            scribe.private_address();
            scribe.put(format_args!(":{} 的连接已关闭", 1024 + a % 60_000));
        }
        15 => scribe.put(format_args!("升级到 v4.{}.{}.{}", a % 20, b % 10, a % 7)),
        16 => scribe.push("内存上限 17179869184 字节，已用 18446744073 字节"),
        17 => scribe.put(format_args!(
            "@Transactional 回滚，构建机 build@node-{:02}",
            a % 32
        )),
        18 => scribe.put(format_args!(
            "批次 2024{:02}{:02}-{} 同步完成",
            1 + a % 12,
            1 + b % 28,
            a % 9000
        )),
        _ => scribe.put(format_args!(
            "健康检查正常，线程 {}，排队 {}",
            a % 200,
            b % 50
        )),
    }
}

/// 18 digits in the shape of a resident ID, or 19 in that of a bank card, whose check digits are wrong.
fn wrong_check(scribe: &mut Scribe<'_>, person: u64, draw: u64) {
    if draw.is_multiple_of(2) {
        let mut id = scribe.pool.resident_id(person);
        // A region of Beijing, which is no card prefix either; the year stays where it was.
        id[..6].copy_from_slice(b"110101");
        let luhn = luhn_check(&id[..17]);
        let mut wrong = (b'0'..=b'9').filter(|d| *d != luhn && !is_resident_id(&id, *d));
        id[17] = wrong.next().expect("eight digits are left of ten");
        scribe.put(format_args!("流水 {} 已入库", ascii(&id)));
    } else {
        let mut card = scribe.pool.card(person);
        let last = card.len() - 1;
        card[last] = if card[last] == b'9' {
            b'0'
        } else {
            card[last] + 1
        };
        scribe.put(format_args!("流水 {} 已入库", ascii(&card)));
    }
}

fn is_resident_id(id: &[u8; 18], check: u8) -> bool {
    super::person::resident_id_check(id) == check
}
