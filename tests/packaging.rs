//! What a package carries besides the program: completions and manual pages, from the arguments, without what is hidden.

use crate::util::Dir;

/// What the help does not show either.
const HIDDEN: [&str; 2] = ["unpack-apart", "checkpoint-seconds"];

#[test]
fn completions_offer_what_the_help_shows() {
    let dir = Dir::new();
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let script = dir.cmd(["completions", shell]).run().code(0).stdout();
        for part in ["leakgauge", "scan", "laws", "fail-on", "especially-serious"] {
            // Elvish and PowerShell complete no values.
            let is_value = part == "especially-serious";
            let completes_values = !["elvish", "powershell"].contains(&shell);
            if !is_value || completes_values {
                assert!(script.contains(part), "{shell}: {part}");
            }
        }
        for part in HIDDEN {
            assert!(!script.contains(part), "{shell}: {part}");
        }
    }
    dir.cmd(["completions", "cmd"])
        .run()
        .code(2)
        .silent()
        .err("powershell");
}

#[test]
fn manual_pages_say_what_the_help_says() {
    let dir = Dir::new();
    #[track_caller]
    fn check(dir: &Dir, args: &[&str], parts: &[&str]) {
        let page = dir.cmd(args).run().code(0).stdout();
        for part in parts {
            assert!(page.contains(part), "{args:?}: {part}\n{page}");
        }
        for part in HIDDEN {
            let escaped = part.replace('-', "\\-");
            assert!(!page.contains(part) && !page.contains(&escaped), "{part}");
        }
    }
    let whole = [
        ".TH leakgauge 1",
        "Exit codes: 0 all read",
        "leakgauge\\-merge(1)",
    ];
    check(&dir, &["man"], &whole);
    let scan = [".TH leakgauge-scan 1", "fail\\-on", "PATH", "\\-\\-lang"];
    check(&dir, &["man", "scan"], &scan);
    dir.cmd(["man", "scna"])
        .run()
        .code(2)
        .silent()
        .err("did you mean `scan`?");
}
