//! Baselines and runs that look for fewer kinds: what nobody looked for is not gone.

use serde_json::Value;

use crate::util::{Dir, people};

/// Guests in a folder, a key, and a baseline of them, of counts or under the key.
fn with_baseline(mode: &[&str]) -> Dir {
    let dir = Dir::new();
    dir.file("data/hotel.csv", people::hotel_csv(0..10));
    dir.file("audit.key", (0..32).map(|n| n * 7 + 1).collect::<Vec<u8>>());
    let args = ["baseline", "write", "-o", "b.json", "data"];
    dir.cmd(args.iter().chain(mode)).run().code(0);
    dir
}

/// All of a baseline but who wrote it.
fn lists(dir: &Dir) -> Value {
    let mut written: Value = serde_json::from_str(&dir.read("b.json")).expect("it is JSON");
    written["tool"].take();
    written
}

#[test]
fn what_an_update_does_not_look_for_stays() {
    for mode in [&[][..], &["--key-file", "audit.key"]] {
        let dir = with_baseline(mode);
        let before = lists(&dir);
        let args = ["baseline", "update", "b.json", "data", "--packs", "hk"];
        for more in [&[][..], &["--accept-more"]] {
            let run = dir.cmd(args.iter().chain(mode).chain(more)).run();
            run.code(0).err("does not look for").err("cn.mobile");
            assert!(!run.stdout().contains("lowered"), "{}", run.stdout());
            assert_eq!(lists(&dir), before);
        }
        // The scan that had passed passes still.
        let args = ["scan", "data", "--baseline", "b.json"];
        dir.cmd(args.iter().chain(mode)).run().code(0);
    }
}
