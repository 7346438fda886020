//! Other files in TOML that a user or a repository brings along: limits, ignore rules, circumstances, laws. The first byte chooses.

#![no_main]

use leakgauge::budget::Budget;
use leakgauge::ignore::IgnoreRules;
use leakgauge::law::{Circumstances, Instrument};
use leakgauge_fuzz::guard;
use libfuzzer_sys::fuzz_target;

const KINDS: [&str; 3] = ["cn.mobile", "cn.resident-id", "global.email"];

fuzz_target!(|data: &[u8]| {
    guard::start(guard::MEMORY);
    let Some((first, bytes)) = data.split_first() else {
        return;
    };
    let Ok(text) = str::from_utf8(bytes) else {
        return;
    };
    match first % 5 {
        0 => {
            if let Ok(rules) = IgnoreRules::from_toml(text, "a.toml", &KINDS) {
                let at = rules.at("2026-11-22T00:00:00Z");
                assert!(at.in_force().count() <= rules.lines().len());
                for (_, rule) in at.in_force() {
                    rule.is_on("a/客人.csv");
                    rule.label();
                }
            }
        }
        1 => {
            let _ = Budget::from_toml(text, "a.toml", &KINDS);
        }
        2 => {
            let _ = Budget::of_config(text, "a.toml", &KINDS);
        }
        3 => {
            if let Ok(stated) = Circumstances::from_toml(text, "a.toml") {
                let _ = stated.check();
            }
        }
        _ => {
            let _ = Instrument::from_toml(text, "a.toml");
        }
    }
});
