//! The configuration file: found, named or left aside, outranked by what is typed, told of, and refused where it is wrong.

use std::fs;

use serde_json::Value;

use crate::util::{Cmd, Dir, people};

/// Five contacts in a folder.
fn shop(config: &str) -> Dir {
    let dir = Dir::new();
    dir.file("data/contacts.csv", people::contacts_csv(0..5));
    dir.file("leakgauge.toml", config);
    dir
}

fn json(run: &crate::util::Run) -> Value {
    serde_json::from_str(&run.stdout()).expect("JSON")
}

#[test]
fn a_file_is_found_upwards_and_what_is_typed_outranks_it() {
    let dir = shop("fail-on = \"any\"\nlang = \"zh\"\n");
    let scan = |more: &[&str]| {
        let args = ["scan", ".", "-f", "json"];
        Cmd::new(&dir.path("data")).args(args).args(more).run()
    };
    let run = scan(&[]);
    let note = "note: configuration from ../leakgauge.toml, found by itself: fail-on, lang\n";
    run.code(1).err(note);
    let config = &json(&run)["config"][0];
    assert_eq!(config["file"], "../leakgauge.toml");
    assert_eq!(config["found"], true);
    let options = serde_json::json!(["fail-on = \"any\"", "lang = \"zh\""]);
    assert_eq!(config["options"], options);

    let run = scan(&["--fail-on", "serious"]);
    run.code(0).err("found by itself: lang\n");
    assert_eq!(json(&run)["config"][0]["options"][0], "lang = \"zh\"");

    let run = scan(&["--no-config"]);
    run.code(0).calm();
    assert_eq!(json(&run)["config"], Value::Null);

    // The audit tells of it all the same.
    let run = scan(&["-q"]);
    run.code(1).calm();
    assert_eq!(json(&run)["config"][0]["found"], true);

    // The first one upwards is the only one.
    dir.file("data/leakgauge.toml", "");
    let run = scan(&[]);
    run.code(0).calm();
    assert_eq!(json(&run)["config"], Value::Null);
}

#[test]
fn a_list_of_nothing_sets_nothing() {
    let dir = shop("law = []\nlang = \"en\"\n");
    let run = dir.cmd(["scan", "data", "-f", "json"]).run();
    run.code(0).err("found by itself: lang\n");
    let options = serde_json::json!(["lang = \"en\""]);
    assert_eq!(json(&run)["config"][0]["options"], options);
}

#[test]
fn a_file_cannot_keep_itself_quiet() {
    let dir = shop("quiet = true\nexclude = [\"*.csv\"]\n");
    let run = dir.cmd(["scan", "data", "--lang", "en"]).run();
    run.code(0)
        .err("note: configuration from leakgauge.toml, found by itself: quiet, exclude\n")
        .out("Configuration from leakgauge.toml, which was found by itself:");
}

#[test]
fn a_file_that_is_named_stands_for_the_one_that_would_be_found() {
    let dir = shop("fail-on = \"any\"\n");
    dir.file(
        "conf/ci.toml",
        "output = [\"../audit.json\"]\nexclude = \"nothing\"\n",
    );
    let args = ["scan", "data", "--config", "conf/ci.toml"];
    dir.cmd(args).run().code(0).silent().calm();
    let audit: Value = serde_json::from_str(&dir.read("audit.json")).unwrap();
    assert_eq!(audit["config"][0]["file"], "conf/ci.toml");
    assert_eq!(audit["config"][0]["found"], false);
    let run = dir.cmd(args).args(["-v"]).run();
    run.code(0)
        .err("note: configuration from conf/ci.toml: output, exclude\n");
    let both = ["scan", "data", "--config", "conf/ci.toml", "--no-config"];
    dir.cmd(both).run().code(2).silent().err("--no-config");
    let gone = ["scan", "data", "--config", "gone.toml"];
    let run = dir.cmd(gone).run();
    run.code(2)
        .silent()
        .err("gone.toml: the file cannot be read");
}

#[test]
fn limits_of_the_file_are_a_budget_unless_another_is_typed() {
    let dir = shop("[[limit]]\nkind = \"cn.mobile\"\nmax = 4\n");
    dir.file("five.toml", "[[limit]]\nkind = \"cn.mobile\"\nmax = 5\n");
    let run = dir.cmd(["scan", "data", "-f", "json"]).run();
    let audit = json(run.code(1));
    assert_eq!(audit["budget"][0]["found"], 5);
    assert_eq!(audit["config"][0]["limits"], 1);
    let run = dir
        .cmd(["scan", "data", "-f", "json", "--budget", "five.toml"])
        .run();
    assert_eq!(json(run.code(0))["config"], Value::Null);
    dir.file("leakgauge.toml", "budget = \"five.toml\"\n");
    let run = dir.cmd(["scan", "data", "-f", "json"]).run();
    assert_eq!(json(run.code(0))["budget"][0]["max"], 5);
    // A budget is a configuration of limits alone.
    dir.file(
        "five.toml",
        "fail-on = \"any\"\n[[limit]]\npersons = true\nmax = 5\n",
    );
    let run = dir.cmd(["scan", "data"]).run();
    run.code(2)
        .silent()
        .err("line 1: `fail-on` is no limit: a file with options");
}

#[test]
fn what_does_not_go_with_what_is_typed_is_not_in_force_and_told() {
    let dir = shop("fail-on = \"any\"\nverbose = true\n[[limit]]\npersons = true\nmax = 0\n");
    dir.file("key", (0..32).collect::<Vec<u8>>());
    let args = [
        "scan",
        "data",
        "--shard",
        "1/2",
        "--tally",
        "t",
        "--key-file",
        "key",
    ];
    let run = dir.cmd(args).run();
    run.code(0)
        .err("note: `fail-on` of leakgauge.toml is not in force beside --shard\n")
        .err("note: [[limit]] of leakgauge.toml is not in force beside --shard\n")
        .err("found by itself: verbose\n");
    // What is missing on the command line may stand in the file.
    dir.file(
        "leakgauge.toml",
        "tally = \"of-file\"\nkey-file = \"key\"\n",
    );
    dir.cmd(["scan", "data", "--shard", "1/2"]).run().code(0);
    assert!(dir.path("of-file").is_file());
    let run = dir
        .cmd(["scan", "data", "--shard", "1/2", "--no-config"])
        .run();
    run.code(2).silent().err("--tally");
    // And what goes together neither there nor on the command line is refused.
    dir.file(
        "leakgauge.toml",
        "shard = \"1/2\"\nfail-on = \"any\"\ntally = \"t\"\n",
    );
    let run = dir.cmd(["scan", "data"]).run();
    run.code(2)
        .silent()
        .err("leakgauge.toml: its options do not go together with those of the command line: ");
}

#[test]
fn other_commands_take_what_they_share_and_write_where_they_are_told() {
    let dir = shop("lang = \"zh\"\noutput = \"audit.json\"\nreading = \"strict\"\n");
    dir.cmd(["scan", "data"]).run().code(0).silent();
    let before = dir.read("audit.json");
    let run = dir.cmd(["report", "audit.json"]).run();
    run.code(0)
        .out("从严口径")
        .err("found by itself: lang, reading\n");
    assert_eq!(dir.read("audit.json"), before);
    // A format that is typed is that of standard output, not of the file that another one goes to.
    let run = dir.cmd(["scan", "data", "-f", "markdown"]).run();
    run.code(0).out("\n## ");
    assert_eq!(dir.read("audit.json"), before);
    let run = dir
        .cmd(["assess", "--count", "contact=3", "-f", "json"])
        .run();
    let audit = json(run.code(0));
    assert_eq!(audit["config"][0]["options"][1], "reading = \"strict\"");
    // The word of a command that is the value of an option before it.
    dir.file("scan", "fail-on = \"any\"\n");
    let args = ["--config", "scan", "scan", "data", "-f", "json"];
    let audit = json(dir.cmd(args).run().code(1));
    assert_eq!(audit["config"][0]["file"], "scan");
    let args = ["--no-config", "scan", "-f", "json", "--", "data"];
    dir.cmd(args).run().code(0);
    let args = ["scan", "-f", "json", "-o", "-", "--", "data"];
    dir.file("leakgauge.toml", "fail-on = \"any\"\n");
    dir.cmd(args).run().code(1);
}

/// A value that an option takes, as TOML.
fn sample(key: &str, schema: &Value) -> String {
    let one = schema["anyOf"].get(0).unwrap_or(schema);
    match (&one["type"], &one["enum"][0]) {
        (Value::String(kind), _) if kind == "boolean" => "true".to_owned(),
        (_, Value::String(first)) => format!("\"{first}\""),
        (Value::String(_), _) => "\"there.toml\"".to_owned(),
        _ => match key {
            "law" => "\"cn.spc-spp-2017-10\"",
            "gains" | "profit" | "loss" | "turnover" => "\"100.50\"",
            "act-date" | "decision-date" => "2024-01-02",
            "discovered" => "\"2024-01-02T10:00\"",
            "fact" => "\"some-fact\"",
            "rule" => "\"weighted-total=literal\"",
            "class" => "\"vehicle=A\"",
            "less" => "\"lodging=5\"",
            "deduct" => "\"4.5%\"",
            "packs" => "\"cn\"",
            "shard" => "\"1/2\"",
            "include" | "exclude" => "\"*.csv\"",
            "memory" => "\"64M\"",
            _ => "2",
        }
        .to_owned(),
    }
}

#[test]
fn every_option_of_scan_is_a_key() {
    let dir = Dir::new();
    dir.file("there.toml", "");
    let help = dir.cmd(["scan", "-h"]).run().code(0).stdout();
    let mut options: Vec<&str> = help
        .lines()
        .filter(|line| line.trim_start().starts_with('-'))
        .filter_map(|line| line.split_once("--"))
        .map(|(_, rest)| rest.split([' ', '[', '=']).next().unwrap_or(rest))
        .filter(|name| !["help", "config", "no-config", "print-config"].contains(name))
        .collect();
    options.sort_unstable();
    let schema = json(dir.cmd(["schema", "config"]).run().code(0));
    let properties = schema["properties"].as_object().expect("an object");
    let lists = ["limit", "ignore"];
    let keys: Vec<&str> = properties.keys().map(String::as_str).collect();
    let mut keys: Vec<&str> = keys
        .into_iter()
        .filter(|key| !lists.contains(key))
        .collect();
    keys.sort_unstable();
    assert_eq!(keys, options);
    for key in keys {
        let sample = sample(key, &properties[key]);
        let more = match key {
            "shard" => "tally = \"t\"\n",
            _ => "",
        };
        dir.file("leakgauge.toml", format!("{key} = {sample}\n{more}"));
        let run = dir.cmd(["scan", "--print-config"]).run();
        let printed = run.code(0).stdout();
        let bare = sample.trim_matches('"');
        let line = printed
            .lines()
            .find(|line| line.starts_with(&format!("{key} = ")));
        let line = line.unwrap_or_else(|| panic!("{key} is not printed"));
        assert!(line.contains(bare), "{line}, {sample}");
        assert!(line.ends_with("  # leakgauge.toml:1"), "{line}");
    }
}

#[test]
fn the_options_in_force_are_printed_with_their_sources() {
    let dir = shop(
        "# what CI asks for\nfail-on = \"serious\"\nexclude = [\".git/\", \"*.bak\"]\nin-duty = false\n\
         [[limit]]\nkind = \"email\"\nmax = 0\n[[ignore]]\nkind = \"qq\"\nowner = \"o\"\nreason = \"a\\u001bb\"\n\
         expires = 2999-01-31\n",
    );
    let args = ["scan", "data", "--threads", "2", "--print-config"];
    let printed = dir.cmd(args).run().code(0).stdout();
    let want = [
        "# Configuration: leakgauge.toml, found by itself.",
        "fail-on = \"serious\"  # leakgauge.toml:2",
        "exclude = [\".git/\", \"*.bak\"]  # leakgauge.toml:3",
        "in-duty = false  # leakgauge.toml:4",
        "threads = 2  # command line",
        "memory = \"512M\"  # default",
        "follow-links = false  # default",
        "# max-depth is not set",
        "[[limit]]  # leakgauge.toml:5",
        "[[ignore]]  # leakgauge.toml:8",
        "reason = \"a\\u001Bb\"",
        "expires = 2999-01-31",
    ];
    for line in want {
        assert!(printed.lines().any(|l| l == line), "{line}\n{printed}");
    }
    // It is a configuration itself, and the same one.
    dir.file("saved.toml", &printed);
    let args = ["scan", "data", "--config", "saved.toml", "--print-config"];
    let again = dir.cmd(args).run().code(0).stdout();
    let values = |text: &str| text.parse::<toml::Table>().expect("TOML");
    assert_eq!(values(&again), values(&printed));
    // Paths of a file above are those of its folder.
    dir.file("leakgauge.toml", "circumstances = \"stated.toml\"\n");
    dir.file("stated.toml", "prior = true\n");
    let args = ["scan", "--print-config"];
    let run = Cmd::new(&dir.path("data")).args(args).run();
    run.code(0)
        .out("circumstances = \"../stated.toml\"  # ../leakgauge.toml:1\n");
}

#[test]
fn a_wrong_file_is_refused_with_its_line() {
    let dir = shop("");
    #[track_caller]
    fn check(dir: &Dir, text: &str, want: &str) {
        dir.file("leakgauge.toml", text);
        let run = dir.cmd(["scan", "data", "-o", "audit.json"]).run();
        let want = format!("leakgauge: error: leakgauge.toml: {want}");
        run.code(2).silent().err(&want);
        assert!(!dir.path("audit.json").exists());
    }
    check(
        &dir,
        "fail_on = \"any\"\n",
        "line 1: unknown key `fail_on`; did you mean `fail-on`?",
    );
    check(
        &dir,
        "\n\nfrobnicate = 1\n",
        "line 3: unknown key `frobnicate`; the keys are the long options",
    );
    check(
        &dir,
        "[scan]\nlang = \"en\"\n",
        "line 1: unknown key `scan`",
    );
    check(
        &dir,
        "lang = \"en\"\nno-config = true\n",
        "line 2: `no-config` is for the command line alone",
    );
    check(
        &dir,
        "no-progress = \"yes\"\n",
        "line 1: `no-progress` is true or false, not of type string",
    );
    check(
        &dir,
        "output = 3\n",
        "line 1: `output` is a path in quotation marks, not of type integer",
    );
    check(
        &dir,
        "max-depth = [1, 2]\n",
        "line 1: `max-depth` is a string, a whole number or a date, not of type array",
    );
    check(
        &dir,
        "\nthreads = 1.5\n",
        "line 2: `threads` is a string, a whole number or a date, not of type float",
    );
    check(
        &dir,
        "fail-on = \"high\"\n",
        "line 1: invalid value 'high' for '--fail-on <LEVEL>'",
    );
    check(&dir, "threads = 99999\n", "line 1: invalid value '99999'");
    check(
        &dir,
        "lang = \"en\"\nlang = \"zh\"\n",
        "line 2: duplicate key",
    );
    check(&dir, "lang = \n", "line 1: ");
    check(
        &dir,
        "limit = 3\n",
        "line 1: `limit` is a list: write [[limit]]",
    );
    check(
        &dir,
        "[[limit]]\nkinds = \"email\"\nmax = 1\n",
        "line 2: unknown key `kinds` of [[limit]]; did you mean `kind`?",
    );
    check(
        &dir,
        "[[ignore]]\nkind = \"email\"\nexpire = 2999-01-01\n",
        "line 3: unknown key `expire` of [[ignore]]; did you mean `expires`?",
    );
    check(
        &dir,
        "[[ignore]]\nkind = \"emial\"\nowner = \"o\"\nreason = \"r\"\nexpires = 2999-01-01\n",
        "line 2: no kind `emial` is looked for; did you mean `email`?",
    );
    check(
        &dir,
        "lang = \"en\"\nbudget = \"b.toml\"\n[[limit]]\npersons = true\nmax = 1\n",
        "line 2: `budget` names a file of limits",
    );
    check(
        &dir,
        "lang = \"en\"\npatterns = [\"gone/p.toml\"]\n",
        "line 2: `patterns`: gone/p.toml cannot be read",
    );
    check(
        &dir,
        "circumstances = \"a\\u001b[31m\\nb\"\n",
        "line 1: `circumstances`: ",
    );
    let run = dir.cmd(["scan", "data"]).run();
    assert!(!run.stderr().contains('\u{1b}'), "{run}");
    check(
        &dir,
        &"[[limit]]\npersons = true\nmax = 1\n".repeat(1001),
        "line 3001: there are more than 1000 [[limit]] entries",
    );
    let path = dir.path("leakgauge.toml");
    fs::write(&path, b"lang = \"en\"\n# caf\xe9\n").unwrap();
    let run = dir.cmd(["scan", "data"]).run();
    run.code(2)
        .silent()
        .err("leakgauge.toml: line 2: is no UTF-8");
    fs::File::create(&path).unwrap().set_len(100 << 20).unwrap();
    let run = dir.cmd(["scan", "data"]).run();
    run.code(2)
        .silent()
        .err("leakgauge.toml: is longer than 1048576 bytes, and no configuration");
    fs::remove_file(&path).unwrap();
    dir.folder("leakgauge.toml");
    let run = dir.cmd(["scan", "data"]).run();
    run.code(2)
        .silent()
        .err("leakgauge.toml: is no regular file");
    dir.cmd(["scan", "data", "--no-config"]).run().code(0);
}

#[test]
fn a_file_that_was_found_by_itself_writes_below_its_folder_alone() {
    let dir = Dir::new();
    dir.file("in/data/contacts.csv", people::contacts_csv(0..5));
    let scan = |config: &str| {
        dir.file("in/leakgauge.toml", config);
        Cmd::new(&dir.path("in")).args(["scan", "data"]).run()
    };
    let outside = dir.path("out.json");
    let outside = outside.to_str().expect("UTF-8");
    for path in ["../out.json", "new/../../out.json", outside] {
        let run = scan(&format!("lang = \"en\"\noutput = {path:?}\n"));
        run.code(2)
            .silent()
            .err("leakgauge.toml: line 2: `output` does not lie below the folder of the file");
    }
    let run = scan("tally = \"../t\"\nkey-file = \"leakgauge.toml\"\n");
    run.code(2)
        .silent()
        .err("line 1: `tally` does not lie below");
    let run = scan("resume = \"../state\"\n");
    run.code(2)
        .silent()
        .err("line 1: `resume` does not lie below");
    #[cfg(unix)]
    {
        dir.folder("elsewhere");
        dir.file("elsewhere/old.json", "old");
        dir.link("elsewhere", "in/link");
        dir.link("elsewhere/old.json", "in/old.json");
        for path in ["link/out.json", "old.json"] {
            let run = scan(&format!("output = {path:?}\n"));
            run.code(2)
                .silent()
                .err("line 1: `output` does not lie below");
        }
        assert_eq!(dir.read("elsewhere/old.json"), "old");
    }
    assert_eq!(
        dir.names()
            .iter()
            .filter(|name| name.contains("out"))
            .count(),
        0
    );
    scan("output = \"data/../out.json\"\n").code(2);
    scan("output = [\"./out.json\", \"-\"]\nformat = \"json\"\n").code(0);
    assert!(dir.path("in/out.json").is_file());
}

#[cfg(unix)]
#[test]
fn a_place_that_cannot_be_looked_into_is_no_place_without_a_file() {
    use std::os::unix::fs::PermissionsExt;

    let dir = shop("");
    // A link that points nowhere was meant to be a file.
    fs::remove_file(dir.path("leakgauge.toml")).unwrap();
    dir.link("gone.toml", "leakgauge.toml");
    let run = dir.cmd(["scan", "data"]).run();
    run.code(2)
        .silent()
        .err("leakgauge.toml: the file cannot be read")
        .err("mend or remove it, or use no configuration with --no-config");
    fs::remove_file(dir.path("leakgauge.toml")).unwrap();
    if crate::util::is_root() {
        return;
    }
    let close = |name: &str, mode: u32| {
        fs::set_permissions(dir.path(name), fs::Permissions::from_mode(mode)).unwrap();
    };
    dir.file("shut.toml", "");
    close("shut.toml", 0o000);
    let run = dir.cmd(["scan", "data", "--config", "shut.toml"]).run();
    run.code(2)
        .silent()
        .err("shut.toml: the file cannot be read");
    dir.folder("closed/inner");
    let line = format!(
        "cd closed/inner && chmod 000 .. && exec {:?} scan {:?}",
        env!("CARGO_BIN_EXE_leakgauge"),
        dir.path("data")
    );
    let shell = std::process::Command::new("sh")
        .args(["-c", &line])
        .current_dir(dir.path(""))
        .output();
    close("closed", 0o700);
    let shell = shell.unwrap();
    let said = String::from_utf8_lossy(&shell.stderr).into_owned();
    assert_eq!(shell.status.code(), Some(2), "{said}");
    let want = "it cannot be told whether this configuration file is there";
    assert!(said.contains(want), "{said}");
}
