//! The five exports that have columns: members, hotel register, accounts, calls, tracks.
//!
//! Each function writes one row. A row has at most one spoiled value, and never one that leaves the row without a person,
//! so that the categories it supports are beyond dispute.

use super::rng::Rng;
use super::vocabulary::{DEVICES, ESTATES, HOTELS, REGIONS, ROADS};
use super::written::Scribe;

/// Rows with a spoiled value: one in this many.
const SPOILED_ONE_IN: u64 = 100;

impl Scribe<'_> {
    /// Which of `n` fields is spoiled in this row, if any.
    fn spoiled_field(&mut self, n: u64) -> Option<u64> {
        let field = self.rng.below(n * SPOILED_ONE_IN);
        (field < n).then_some(field)
    }
}

pub(super) const MEMBERS_HEADER: &str = "姓名,性别,身份证号,手机号,邮箱,地址,注册时间\r\n";

pub(super) fn member(scribe: &mut Scribe<'_>, _number: u64) {
    let person = scribe.someone();
    let portrait = scribe.pool.portrait(person);
    let spoiled = scribe.spoiled_field(2);
    scribe.push(&portrait.name);
    scribe.push(if portrait.is_woman { ",女," } else { ",男," });
    if spoiled == Some(0) {
        scribe.resident_id_spoiled(person);
    } else {
        scribe.resident_id(person);
        scribe.truth.category("identity");
    }
    scribe.push(",");
    if spoiled == Some(1) {
        scribe.mobile_spoiled(person);
    } else {
        scribe.mobile(person);
    }
    scribe.push(",");
    scribe.email(person, &portrait.pinyin);
    scribe.truth.category("contact");
    scribe.push(",");
    let mut rng = portrait.rng;
    home_address(scribe, &mut rng, portrait.home.province, portrait.home);
    scribe.truth.category("address");
    scribe.push(",");
    scribe.time();
    scribe.push("\r\n");
}

/// A postal address as a CSV cell; one in 100 needs quotes, for a comma, a quotation mark or a line break.
fn home_address(
    scribe: &mut Scribe<'_>,
    rng: &mut Rng,
    province: &str,
    home: &super::vocabulary::Region,
) {
    let street = format!(
        "{province}{}{}{}{}号",
        home.city,
        home.district,
        rng.pick(ROADS),
        1 + rng.below(300),
    );
    let estate = *rng.pick(ESTATES);
    let (house, room) = (
        1 + rng.below(30),
        100 * (1 + rng.below(28)) + 1 + rng.below(6),
    );
    match rng.below(300) {
        0 => scribe.put(format_args!("\"{street}, {estate}{house}栋{room}室\"")),
        1 => scribe.put(format_args!(
            "\"{street}（\"\"{estate}\"\"）{house}栋{room}室\""
        )),
        2 => scribe.put(format_args!("\"{street}\n{estate}{house}栋{room}室\"")),
        _ => scribe.put(format_args!("{street}{estate}{house}栋{room}室")),
    }
}

pub(super) const HOTEL_HEADER: &str =
    "姓名,证件号码,联系电话,酒店名称,房间号,入住时间,退房时间\r\n";

pub(super) fn guest(scribe: &mut Scribe<'_>, _number: u64) {
    let person = scribe.someone();
    let portrait = scribe.pool.portrait(person);
    let spoiled = scribe.spoiled_field(2);
    scribe.push(&portrait.name);
    scribe.push(",");
    if spoiled == Some(0) {
        scribe.resident_id_spoiled(person);
    } else {
        scribe.resident_id(person);
        scribe.truth.category("identity");
    }
    scribe.push(",");
    if spoiled == Some(1) {
        scribe.mobile_spoiled(person);
    } else {
        scribe.mobile(person);
        scribe.truth.category("contact");
    }
    let region = scribe.rng.pick(REGIONS);
    let place = if region.city.is_empty() {
        region.province
    } else {
        region.city
    };
    let hotel = *scribe.rng.pick(HOTELS);
    let room = 100 * (2 + scribe.rng.below(25)) + 1 + scribe.rng.below(40);
    scribe.put(format_args!(
        ",{}{hotel},{room},",
        place.trim_end_matches('市')
    ));
    let arrival = scribe.any_second();
    scribe.time_of(arrival);
    scribe.push(",");
    let nights = 1 + scribe.rng.below(6) as i64;
    let minutes = scribe.rng.below(600) as i64;
    scribe.time_of(arrival + nights * 86_400 - minutes * 60);
    scribe.push("\r\n");
    scribe.truth.category("lodging");
}

pub(super) const ACCOUNTS_HEADER: &str = "\
-- MySQL dump 10.13  Distrib 8.0.36, for Linux (x86_64)
--
-- Host: localhost    Database: shop
-- ------------------------------------------------------
/*!40101 SET NAMES utf8mb4 */;

DROP TABLE IF EXISTS `accounts`;
CREATE TABLE `accounts` (
  `id` bigint unsigned NOT NULL AUTO_INCREMENT,
  `username` varchar(64) NOT NULL,
  `password_md5` char(32) NOT NULL COMMENT '登录密码',
  `mobile` varchar(24) DEFAULT NULL COMMENT '手机号',
  `email` varchar(128) DEFAULT NULL,
  `bank_card` varchar(32) DEFAULT NULL COMMENT '银行卡号',
  `balance` decimal(12,2) NOT NULL DEFAULT '0.00' COMMENT '账户余额',
  `reg_ip` varchar(45) DEFAULT NULL,
  PRIMARY KEY (`id`),
  KEY `idx_mobile` (`mobile`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COMMENT='用户账号';

LOCK TABLES `accounts` WRITE;
";

pub(super) const ACCOUNTS_FOOTER: &str = "UNLOCK TABLES;\n\n-- Dump completed\n";

/// One tuple of an `INSERT`, without what stands between tuples.
pub(super) fn account(scribe: &mut Scribe<'_>, number: u64) {
    let person = scribe.someone();
    let mut portrait = scribe.pool.portrait(person);
    let spoiled = scribe.spoiled_field(2);
    scribe.put(format_args!("({},'", number + 1));
    username(scribe, &portrait.pinyin, &mut portrait.rng);
    let (high, low) = (portrait.rng.next(), portrait.rng.next());
    scribe.put(format_args!("','{high:016x}{low:016x}',"));
    if scribe.rng.percent(3) {
        scribe.push("NULL");
    } else {
        scribe.push("'");
        if spoiled == Some(0) {
            scribe.mobile_spoiled(person);
        } else {
            scribe.mobile(person);
        }
        scribe.push("'");
    }
    scribe.push(",'");
    scribe.email(person, &portrait.pinyin);
    scribe.push("',");
    if scribe.rng.percent(30) {
        scribe.push("NULL");
    } else {
        scribe.push("'");
        if spoiled == Some(1) {
            scribe.card_spoiled(person);
        } else {
            scribe.card(person);
        }
        scribe.push("'");
    }
    let cents = scribe.rng.below(5_000_000);
    scribe.put(format_args!(",{}.{:02},'", cents / 100, cents % 100));
    if scribe.rng.percent(5) {
        scribe.private_address();
    } else {
        scribe.public_address();
    }
    scribe.push("')");
    scribe.truth.category("account");
    scribe.truth.category("property");
}

/// A login name; one in 60 holds a character that a dump escapes.
fn username(scribe: &mut Scribe<'_>, pinyin: &str, rng: &mut Rng) {
    let n = rng.below(10_000);
    match rng.below(180) {
        0 => scribe.put(format_args!("{pinyin}\\'s_{n}")),
        1 => scribe.put(format_args!("{pinyin}\\\\{n}")),
        2 => scribe.put(format_args!("{pinyin}\\\"{n}\\\"")),
        _ => scribe.put(format_args!("{pinyin}_{n}")),
    }
}

pub(super) const CALLS_HEADER: &str = "主叫号码\t被叫号码\t通话开始时间\t通话时长\tIMEI\tLAC\tCI\n";

pub(super) fn call(scribe: &mut Scribe<'_>, _number: u64) {
    let (caller, callee) = (scribe.someone(), scribe.someone());
    scribe.mobile(caller);
    scribe.push("\t");
    scribe.mobile(callee);
    scribe.push("\t");
    scribe.time();
    let seconds = 1 + scribe.rng.below(3_600);
    scribe.put(format_args!("\t{seconds}\t"));
    if scribe.spoiled_field(1).is_some() {
        scribe.imei_spoiled(caller);
    } else {
        scribe.imei(caller);
    }
    let lac = 1 + scribe.rng.below(65_535);
    let cell = 1 + scribe.rng.below(268_435_455);
    scribe.put(format_args!("\t{lac}\t{cell}\n"));
    scribe.truth.category("communication-record");
}

/// One object on a line; a fifth of the lines as PHP and Python write them, with `\uXXXX` for all that is not ASCII.
pub(super) fn track(scribe: &mut Scribe<'_>, _number: u64) {
    let start = scribe.text.len();
    let person = scribe.someone();
    if scribe.rng.one_in(50) {
        scribe.push("{\"phone\":");
        scribe.mobile_digits(person);
    } else {
        scribe.push("{\"phone\":\"");
        scribe.mobile(person);
        scribe.push("\"");
    }
    scribe.push(",\"time\":\"");
    scribe.time();
    let (lng, lat) = (scribe.rng.below(20_000_000), scribe.rng.below(17_000_000));
    let (lng, lat) = (100_000_000 + lng, 23_000_000 + lat);
    let (brand, model, system, version) = *scribe.rng.pick(DEVICES);
    scribe.put(format_args!(
        "\",\"lng\":{}.{:06},\"lat\":{}.{:06},\"device\":{{\"brand\":\"{brand}\",\"model\":\"{model}\",\
         \"os\":{{\"name\":\"{system}\",\"version\":\"{version}\"}}}}}}",
        lng / 1_000_000,
        lng % 1_000_000,
        lat / 1_000_000,
        lat % 1_000_000,
    ));
    if scribe.rng.percent(20) {
        let line = scribe.text.split_off(start);
        escape_json(scribe, &line);
    }
    scribe.push("\n");
    scribe.truth.category("whereabouts");
}

fn escape_json(scribe: &mut Scribe<'_>, line: &str) {
    for c in line.chars() {
        if c.is_ascii() {
            scribe.text.push(c);
            continue;
        }
        for unit in c.encode_utf16(&mut [0; 2]) {
            scribe.put(format_args!("\\u{unit:04x}"));
        }
    }
}
