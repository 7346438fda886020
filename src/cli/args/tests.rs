//! What is typed, and what becomes of it.

use clap::CommandFactory;

use super::*;

#[test]
fn the_definition_holds_together() {
    Arguments::command().debug_assert();
}

#[test]
fn counts_are_parsed_or_refused_with_the_remedy() {
    assert_eq!(count("lodging=500"), Ok((Category::Lodging, 500)));
    assert_eq!(count("contact=50,000"), Ok((Category::Contact, 50_000)));
    assert_eq!(count("contact=50_000"), Ok((Category::Contact, 50_000)));
    let refused = |text: &str, part: &str| {
        let error = count(text).unwrap_err();
        assert!(error.contains(part), "{text}: {error}");
    };
    refused("lodging", "CATEGORY=N");
    refused("lodging=", "whole number");
    refused("lodging=-1", "whole number");
    refused("lodging=1.5", "whole number");
    refused("lodging=18446744073709551616", "whole number");
    refused("logding=1", "did you mean `lodging`?");
    refused("=1", "no category");
}

#[test]
fn packs_are_parsed_or_refused_with_the_nearest() {
    let parse = |list: &str| {
        let arguments = ["leakgauge", "scan", "--packs", list];
        let arguments = Arguments::try_parse_from(arguments).map_err(|e| e.to_string())?;
        let Command::Scan(scan) = arguments.command else {
            panic!("another command");
        };
        let chosen = scan.counting.packs.chosen();
        Ok::<_, String>(chosen.iter().map(|p| p.id()).collect::<Vec<_>>())
    };
    assert_eq!(parse("global,cn"), Ok(vec!["global", "cn"]));
    for (list, part) in [
        ("globla", "no pack `globla`; did you mean `global`?"),
        ("global,cnn", "no pack `cnn`; did you mean `cn`?"),
        ("cn,", "no pack ``"),
        ("CN", "no pack `CN`; did you mean `cn`?"),
        ("", "no pack ``"),
        ("everything", "no pack `everything` (packs: "),
    ] {
        let error = parse(list).unwrap_err();
        assert!(error.contains(part), "{list}: {error}");
    }
    let all = Arguments::try_parse_from(["leakgauge", "scan"]).unwrap();
    let Command::Scan(scan) = all.command else {
        panic!("another command");
    };
    assert_eq!(scan.counting.packs.chosen(), Pack::all());
}

#[test]
fn memory_is_parsed_or_refused_with_the_remedy() {
    for (text, bytes) in [
        ("512M", 512 << 20),
        ("4194304", 4 << 20),
        ("16m", 16 << 20),
        ("65536k", 64 << 20),
        ("2G", 2 << 30),
    ] {
        assert_eq!(memory(text), Ok(Memory::new(bytes).unwrap()), "{text}");
    }
    let refused = |text: &str, part: &str| {
        let error = memory(text).unwrap_err();
        assert!(error.contains(part), "{text}: {error}");
    };
    for text in [
        "",
        "M",
        "-1",
        "+16M",
        "16 M",
        "16MB",
        "1.5G",
        "１６M",
        "99999999999G",
    ] {
        refused(text, "as in 512M");
    }
    refused("0", "at least 4M");
    refused("4194303", "at least 4M");
    refused("1M", "at least 4M");
}

#[test]
fn options_outrank_the_file_and_keep_what_they_do_not_name() {
    let arguments = Arguments::try_parse_from([
        "leakgauge",
        "assess",
        "--count",
        "lodging=1",
        "--gains",
        "10.5",
        "--prior",
    ])
    .unwrap();
    let Command::Assess(assess) = arguments.command else {
        panic!("another command");
    };
    let file = Circumstances {
        recipients: 3,
        gains: Some(Yuan::whole(99)),
        in_duty: Some(true),
        ..Circumstances::default()
    };
    let joined = assess.law.stated.on_top_of(file).unwrap();
    assert_eq!(joined.recipients, 3);
    assert_eq!(joined.gains.unwrap().cents(), 1050);
    assert_eq!((joined.in_duty, joined.prior), (Some(true), Some(true)));
    assert_eq!(joined.lawful_business, None);
}
