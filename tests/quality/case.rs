//! Labelled cases in files: one JSON object a line, as `tests/data/README.md` describes them, and how each is looked at.
//!
//! A case is a value with a verdict (`mode` `value`: a match must span the whole text, or must not), or a text that holds values
//! (`mode` `text`). Kinds that are found by a column or a label only get a label, positives and negatives alike.

use std::collections::BTreeMap;
use std::ops::Range;
use std::path::Path;

use serde::Deserialize;

use super::score::{Found, Miss, Probe, Score};

/// A line of a file of cases. Other keys are for people.
#[derive(Deserialize)]
pub(crate) struct Case {
    pub(crate) kind: String,
    pub(crate) text: String,
    expect: bool,
    mode: String,
    pub(crate) tier: String,
    #[serde(default)]
    values: Vec<String>,
    #[serde(default)]
    conflict: Option<serde_json::Value>,
    #[serde(default)]
    looks_like: String,
}

/// Kind of the lines that hold nothing of anybody.
const NOT_PII: &str = "not_pii";

/// Names of kinds in the files, the kinds that answer to them, and the label that goes before the text.
const KINDS: [(&str, &[&str], &str); 76] = [
    ("au_medicare", &["au.medicare"], "Medicare number: "),
    ("au_tfn", &["au.tfn"], "TFN: "),
    ("bank_card", &["bank-card"], ""),
    ("be_nn", &["be.nn"], "numéro national: "),
    ("bg_egn", &["bg.egn"], "ЕГН: "),
    ("br_cnpj", &["br.cnpj"], "CNPJ: "),
    ("br_cpf", &["br.cpf"], "CPF: "),
    ("br_cpf_cnpj", &["br.cpf", "br.cnpj"], "CPF: "),
    ("ca_sin", &["ca.sin"], "SIN: "),
    ("cn_address", &["cn.address"], "地址："),
    ("cn_foreign_pr_id", &["cn.foreign-pr-id"], "永久居留证号："),
    (
        "cn_home_return_permit",
        &["cn.home-return-permit"],
        "回乡证号：",
    ),
    ("cn_landline", &["cn.landline"], "固定电话："),
    ("cn_m2m_number", &["cn.mobile"], "手机号："),
    ("cn_military_id", &["cn.military-id"], ""),
    ("cn_mobile", &["cn.mobile"], ""),
    ("cn_name", &["cn.name"], "姓名："),
    ("cn_passport", &["cn.passport"], "护照号码："),
    ("cn_postcode", &["cn.postcode"], "邮编："),
    (
        "cn_resident_id",
        &["cn.resident-id", "cn.resident-id-15"],
        "",
    ),
    ("cn_train_no", &["cn.train-no"], "车次："),
    ("cn_uscc", &["cn.uscc"], ""),
    ("cn_vehicle_plate", &["cn.vehicle-plate"], ""),
    ("cn_waybill", &["cn.waybill"], "运单号："),
    ("coordinates", &["coordinates"], ""),
    ("crypto_address", &["crypto-address"], ""),
    ("cz_rc", &["cz.rc"], "rodné číslo: "),
    ("date_of_birth", &["cn.birth-date"], "出生日期："),
    ("de_tax_id", &["de.tax-id"], "Steuer-ID: "),
    ("dk_cpr", &["dk.cpr"], "CPR: "),
    ("email", &["email"], ""),
    ("es_nie", &["es.nie"], "NIE: "),
    ("es_nif", &["es.nif", "es.nie"], "NIF: "),
    ("fi_personal_identity_code", &["fi.hetu"], "henkilötunnus: "),
    ("flight_no", &["cn.flight-no"], "航班号："),
    ("fr_nir", &["fr.nir"], "NIR: "),
    ("hk_id", &["hk.id-card"], ""),
    ("hk_mobile", &["phone-intl"], "电话："),
    ("hk_phone", &["phone-intl"], "电话："),
    ("iban", &["iban"], ""),
    ("iccid", &["iccid"], "ICCID："),
    ("ie_pps", &["ie.pps"], "PPS: "),
    ("il_id", &["il.id"], "teudat zehut: "),
    ("imei", &["imei"], "IMEI："),
    ("imsi", &["imsi"], "IMSI："),
    ("in_aadhaar", &["in.aadhaar"], "Aadhaar: "),
    ("in_pan", &["in.pan"], "PAN: "),
    ("ip_address", &["ip-address"], ""),
    ("it_codice_fiscale", &["it.codice-fiscale"], ""),
    ("jp_my_number", &["jp.my-number"], "マイナンバー: "),
    ("jwt", &["jwt"], ""),
    ("kr_rrn", &["kr.rrn"], "주민등록번호: "),
    ("mac_address", &["mac-address"], ""),
    ("macao_id", &["mo.id-card"], "澳门身份证："),
    ("mx_curp", &["mx.curp"], ""),
    ("my_nric", &["my.nric"], "MyKad: "),
    ("nl_bsn", &["nl.bsn"], "BSN: "),
    ("no_fodselsnummer", &["no.fodselsnummer"], "fødselsnummer: "),
    (
        "phone_intl",
        &["phone-intl", "cn.mobile", "cn.landline"],
        "",
    ),
    ("pl_pesel", &["pl.pesel"], "PESEL: "),
    ("qq", &["qq"], "QQ："),
    ("ro_cnp", &["ro.cnp"], "CNP: "),
    ("se_personnummer", &["se.personnummer"], "personnummer: "),
    ("sg_nric_fin", &["sg.nric"], "NRIC: "),
    ("swift_bic", &["swift-bic"], "SWIFT: "),
    ("th_tnin", &["th.tnin"], "เลขประจำตัวประชาชน: "),
    ("tr_national_id", &["tr.national-id"], "TC kimlik no: "),
    ("tw_arc", &["tw.arc"], ""),
    ("tw_id", &["tw.id-card"], ""),
    ("uk_nhs", &["uk.nhs"], "NHS number: "),
    ("uk_nino", &["uk.nino"], "NINO: "),
    ("us_itin", &["us.itin"], "ITIN: "),
    ("us_ssn", &["us.ssn"], "SSN: "),
    ("vin", &["vin"], "车架号："),
    ("wechat_id", &["wechat-id"], "微信号："),
    ("za_id_number", &["za.id"], "ID number: "),
];

/// Kinds whose matches say nothing of anybody in a line that holds nothing.
const HARMLESS: [&str; 3] = ["email", "ip-address", "mac-address"];

/// The Chinese kinds over which the goal is set.
pub(crate) const CORE: [&str; 9] = [
    "cn_resident_id",
    "cn_mobile",
    "cn_landline",
    "bank_card",
    "cn_passport",
    "cn_vehicle_plate",
    "cn_uscc",
    "email",
    "cn_address",
];

/// What a set of cases gave.
#[derive(Default)]
pub(crate) struct Outcome {
    /// By kind, as the files name it.
    pub(crate) scores: BTreeMap<String, Score>,
    /// Lines that hold nothing, and those of them with a match of medium or high confidence.
    pub(crate) n_clean: u64,
    pub(crate) n_alarms: u64,
    pub(crate) misses: Vec<Miss>,
}

/// The cases of a file, in its order.
pub(crate) fn read(path: &Path) -> Result<Vec<Case>, String> {
    let text = std::fs::read_to_string(path).map_err(|e| format!("{}: {e}", path.display()))?;
    let parse = |(i, line): (usize, &str)| {
        serde_json::from_str(line).map_err(|e| format!("{}:{}: {e}", path.display(), i + 1))
    };
    text.lines().enumerate().map(parse).collect()
}

/// Tries the cases of the named tiers; without a tier, all.
pub(crate) fn measure(probe: &mut Probe, cases: &[Case], tiers: &[&str]) -> Outcome {
    let mut outcome = Outcome::default();
    for case in cases.iter().filter(|case| case.conflict.is_none()) {
        if case.kind == NOT_PII {
            clean_line(probe, case, &mut outcome);
        } else if tiers.is_empty() || tiers.contains(&case.tier.as_str()) {
            let known = KINDS.iter().find(|(name, ..)| *name == case.kind);
            if let Some((name, kinds, label)) = known
                && kinds.iter().any(|k| probe.knows(k))
            {
                let score = outcome.scores.entry((*name).to_owned()).or_default();
                one_case(probe, case, kinds, label, score, &mut outcome.misses);
            }
        }
    }
    outcome
}

/// A line that holds nothing: a match of any kind is false for that kind.
fn clean_line(probe: &mut Probe, case: &Case, outcome: &mut Outcome) {
    outcome.n_clean += 1;
    let mut matches = probe.text(&case.text);
    matches.retain(|m| m.counts);
    let alarming = |kind: &str| !HARMLESS.contains(&kind);
    outcome.n_alarms += u64::from(matches.iter().any(|m| m.telling && alarming(&m.kind)));
    for found in &matches {
        let names = KINDS.iter().filter(|k| k.1[0] == found.kind);
        for (name, ..) in
            names.filter(|k| !matches!(k.0, "hk_mobile" | "hk_phone" | "cn_m2m_number"))
        {
            outcome
                .scores
                .entry((*name).to_owned())
                .or_default()
                .n_false += 1;
        }
        if alarming(&found.kind) {
            outcome.misses.push(Miss {
                kind: found.kind.clone(),
                cause: format!("found in {}", case.looks_like),
                text: case.text.clone(),
            });
        }
    }
}

fn one_case(
    probe: &mut Probe,
    case: &Case,
    kinds: &[&str],
    label: &str,
    score: &mut Score,
    misses: &mut Vec<Miss>,
) {
    // The number of the first generation has no check digit and stands behind a label.
    let is_short_id = case.kind == "cn_resident_id" && case.text.chars().count() <= 15;
    let label = match case.mode.as_str() {
        "text" => "",
        _ if is_short_id => "身份证号：",
        _ => label,
    };
    let text = format!("{label}{}", case.text);
    let matches = probe.text(&text);
    let of_kind = || matches.iter().filter(|m| kinds.contains(&m.kind.as_str()));
    let mut miss = |cause: String| {
        misses.push(Miss {
            kind: case.kind.clone(),
            cause,
            text: text.clone(),
        });
    };
    let wanted: Vec<Range<usize>> = match (case.mode.as_str(), case.expect) {
        ("value", _) => std::iter::once(label.len()..text.len()).collect(),
        (_, true) if case.values.is_empty() && of_kind().count() > 0 => Vec::new(),
        _ => case
            .values
            .iter()
            .filter_map(|v| text.find(v).map(|at| at..at + v.len()))
            .collect(),
    };
    if case.mode == "text" && case.expect && wanted.is_empty() {
        let found = of_kind().next().is_some();
        score.n_right += u64::from(found);
        score.n_missed += u64::from(!found);
        if !found {
            miss("nothing found".to_owned());
        }
    } else if case.expect {
        for range in wanted {
            if of_kind().any(|m| m.range == range) {
                score.n_right += 1;
            } else {
                score.n_missed += 1;
                miss(probe.cause(&matches, &range));
            }
        }
    } else {
        let is_hit = |m: &Found| m.counts && (case.mode == "text" || m.range == wanted[0]);
        if of_kind().any(is_hit) {
            score.n_false += 1;
            miss("found, expected nothing".to_owned());
        }
    }
}
