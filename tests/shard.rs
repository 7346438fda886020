//! Shards of a tree, each scanned by itself: together they find what one scan finds, each thing once.
//!
//! A scan is taken apart in small blocks, so that borders fall into every file, and put together again by hand.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};

use leakgauge::audit::{Audit, FileAudit};
use leakgauge::count::{Memory, RunKey};
use leakgauge::detect::Catalog;
use leakgauge::scan::{Counted, Observer, TallyFile, count, scan};
use leakgauge::source::{Shard, WalkOptions, WalkResult, walk};

use super::count::dump;
use super::parallel::{Recorder, in_blocks};
use super::parts::{assert_same, timeless};
use crate::util::{Dir, Run};

const ROWS: u64 = 500;

fn walked(path: &Path) -> WalkResult {
    walk(&[path.to_owned()], &WalkOptions::default())
}

fn shard(number: u32, count: u32) -> Shard {
    Shard::new(number, count).unwrap()
}

fn scan_with(
    walked: WalkResult,
    threads: usize,
    catalog: &Catalog,
    observer: &dyn Observer,
) -> Audit {
    let rank = |_, _, _| Some(0);
    scan(walked, &[], catalog, &rank, &in_blocks(threads), observer).expect("it can start")
}

/// The audit, and all matches as lines.
fn recorded(walked: WalkResult, threads: usize, catalog: &Catalog) -> (Audit, String) {
    let recorder = Recorder::new();
    let audit = scan_with(walked, threads, catalog, &recorder);
    let hits = recorder.hits.finish().expect("no batch came twice or late");
    (audit, String::from_utf8(hits).unwrap())
}

/// What adds up over the shards of a tree.
#[derive(Debug, Default, PartialEq)]
struct Sum {
    files: BTreeMap<String, FileAudit>,
    skipped: BTreeSet<(String, String, bool)>,
    kinds: BTreeMap<String, [u64; 4]>,
    /// By reading and category.
    rows: BTreeMap<(String, String), u64>,
}

impl Sum {
    fn add(&mut self, audit: &Audit) {
        for file in &audit.files {
            let known = self
                .files
                .entry(file.path.clone())
                .or_insert_with(|| FileAudit {
                    path: file.path.clone(),
                    format: file.format.clone(),
                    encoding: file.encoding.clone(),
                    ..FileAudit::default()
                });
            assert_eq!(
                (&known.format, &known.encoding),
                (&file.format, &file.encoding)
            );
            known.bytes += file.bytes;
            known.records += file.records;
            for (id, n) in &file.kinds {
                *known.kinds.entry(id.clone()).or_default() += n;
            }
            for (id, line) in &file.first_lines {
                let first = known.first_lines.entry(id.clone()).or_insert(*line);
                *first = (*first).min(*line);
            }
            for (id, n) in &file.categories {
                *known.categories.entry(id.clone()).or_default() += n;
            }
        }
        let skipped = audit.skipped.iter();
        self.skipped
            .extend(skipped.map(|s| (s.path.clone(), s.reason.clone(), s.partial)));
        for kind in &audit.kinds {
            let counts = [
                kind.matches,
                kind.masked,
                kind.test,
                kind.failed_checksum,
                kind.rounded,
            ];
            let known = self.kinds.entry(kind.kind.clone()).or_default();
            known.iter_mut().zip(counts).for_each(|(sum, n)| *sum += n);
        }
        for reading in &audit.readings {
            for count in &reading.categories {
                let id = (reading.reading.clone(), count.category.clone());
                *self.rows.entry(id).or_default() += count.rows;
            }
        }
    }
}

/// Scans a tree as a whole and in 1 to 7 shards. Returns how many files were cut.
#[track_caller]
fn check(path: &Path, catalog: &Catalog) -> usize {
    let (whole, all_hits) = recorded(walked(path), 2, catalog);
    assert!(whole.shard.is_none() && !all_hits.is_empty());
    let mut want = Sum::default();
    want.add(&whole);
    let mut n_cut = 0;
    for count in 1..=7 {
        let (mut sum, mut hits, mut n_files) = (Sum::default(), String::new(), 0);
        for number in 1..=count {
            let threads = 1 + (number as usize + count as usize) % 3;
            let part = shard(number, count).of(walked(path)).unwrap();
            let (audit, lines) = recorded(part, threads, catalog);
            assert_eq!(audit.shard, Some(format!("{number}/{count}")));
            assert!(!audit.complete, "a share is not the whole");
            n_files += audit.files.len();
            sum.add(&audit);
            hits.push_str(&lines);
        }
        assert_eq!(sum, want, "{} in {count}", path.display());
        assert!(
            hits == all_hits,
            "the matches of {} in {count}",
            path.display()
        );
        n_cut += n_files - whole.files.len();
    }
    n_cut
}

#[test]
fn shards_of_a_file_have_each_of_its_records_once() {
    let catalog = Catalog::builtin().unwrap();
    let folder = tempfile::tempdir().unwrap();
    dump(folder.path(), ROWS, 21);
    let exports = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/exports");
    for folder in [folder.path(), &exports] {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path
                .file_name()
                .is_some_and(|name| name != "truth.json" && name != "manifest.json")
            {
                assert_eq!(check(&path, &catalog), 21, "each border cuts the file");
            }
        }
    }
}

/// A tree with everything that can be wrong with files, besides those of a dump.
fn tree(folder: &Path) {
    dump(folder, ROWS, 22);
    fs::copy(folder.join("members.csv"), folder.join("zz-copy.csv")).unwrap();
    let more = folder.join("more");
    fs::create_dir(&more).unwrap();
    for name in ["a-empty", "m-empty.csv", "z-empty"] {
        fs::write(more.join(name), "").unwrap();
    }
    fs::write(folder.join("zzz-empty"), "").unwrap();
    let rows = |n: u64| {
        (0..n)
            .map(|i| format!("{{\"n\":{i},\"phone\":\"139{i:08}\"}}\n"))
            .collect::<String>()
    };
    let damaged = format!("{}}}{{]broken 13912345678\n{}", rows(2000), rows(2000));
    fs::write(more.join("damaged.jsonl"), damaged).unwrap();
    fs::write(
        more.join("truncated.json"),
        format!("[{}", rows(2000).replace("}\n", "},\n")),
    )
    .unwrap();
    let packed = [b"\x89HDF\r\n\x1A\n".to_vec(), vec![7; 50_000]].concat();
    fs::write(more.join("packed.h5"), packed).unwrap();
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink("nowhere", more.join("dangling")).unwrap();
        std::os::unix::fs::symlink("/etc/hostname", more.join("link")).unwrap();
    }
}

#[test]
fn shards_of_a_tree_have_each_file_and_each_gap() {
    let catalog = Catalog::builtin().unwrap();
    let folder = tempfile::tempdir().unwrap();
    tree(folder.path());
    let n_cut = check(folder.path(), &catalog);
    assert!((15..=21).contains(&n_cut), "{n_cut} borders cut files");
    let (whole, _) = recorded(walked(folder.path()), 1, &catalog);
    assert!(whole.skipped.len() >= 3, "{:?}", whole.skipped);
}

/// Adds up what is read.
#[derive(Default)]
struct Meter(AtomicU64);

impl Observer for Meter {
    fn bytes(&self, n: u64) {
        self.0.fetch_add(n, Ordering::Relaxed);
    }
}

#[test]
fn a_shard_reads_no_other_file_and_no_further_than_its_end() {
    let catalog = Catalog::builtin().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let line = "手机号：13912345678，谢谢\n";
    fs::write(folder.path().join("a.log"), line.repeat(10_000)).unwrap();
    fs::write(folder.path().join("b.log"), line.repeat(10)).unwrap();
    let part = shard(1, 4).of(walked(folder.path())).unwrap();
    fs::remove_file(folder.path().join("b.log")).unwrap();
    let meter = Meter::default();
    let audit = scan_with(part, 2, &catalog, &meter);
    assert_eq!(audit.skipped, []);
    let total = (line.len() * 10_010) as u64;
    assert_eq!(audit.stats.bytes, total / 4);
    let n_read = meter.0.into_inner();
    assert!(
        (total / 4..total / 3).contains(&n_read),
        "{n_read} of {total}"
    );
}

/// Counts a share, or all, to a tally.
fn tally(walked: WalkResult, threads: usize, catalog: &Catalog, key: RunKey) -> TallyFile {
    let mut options = in_blocks(threads);
    options.tally = Some(key);
    let counted = count(walked, catalog, &options, &(), None).expect("it can start");
    let file = tempfile::tempfile().unwrap();
    counted.write_tally(file.try_clone().unwrap(), "t").unwrap();
    let name = "t".to_owned();
    TallyFile { file, name }
}

#[test]
fn joined_shards_give_the_audit_of_one_scan() {
    let catalog = Catalog::builtin().unwrap();
    let folder = tempfile::tempdir().unwrap();
    tree(folder.path());
    // A shard that is joined with parts that are none.
    let other = tempfile::tempdir().unwrap();
    dump(other.path(), 100, 23);
    let both = [folder.path().to_owned(), other.path().to_owned()];
    let key = RunKey::from_file(&(0..32).collect::<Vec<u8>>()).unwrap();
    let rank = |_, _, _| Some(0);
    let whole = walk(&both, &WalkOptions::default());
    let mut want = scan_with(whole, 2, &catalog, &());
    assert!(want.files.iter().any(|file| file.copy_of.is_some()));
    want.stats.seconds = 0.0;
    for count in 1..=7 {
        let mut tallies = vec![tally(walked(other.path()), 1, &catalog, key)];
        for number in (1..=count).rev() {
            let part = shard(number, count).of(walked(folder.path())).unwrap();
            tallies.push(tally(part, 1 + number as usize % 3, &catalog, key));
        }
        let joined = Counted::from_tallies(tallies, key, &catalog, 2, Memory::default()).unwrap();
        let mut joined = joined.audit(&rank).unwrap();
        joined.stats.seconds = 0.0;
        assert!(joined == want, "{count} shards: {joined:#?}");
    }
}

/// A folder with files to share, and a key.
fn shared() -> Dir {
    let dir = Dir::new();
    dir.file("d/a.txt", "手机号：13912345678\n")
        .file("d/b.txt", "手机号：13912345679\n")
        .file("key", (0..32).collect::<Vec<u8>>());
    dir
}

#[track_caller]
fn share(dir: &Dir, share: &str, name: &str) -> Run {
    let args = ["scan", "d", "-f", "json", "--key-file", "key"];
    let run = dir
        .cmd(args)
        .args(["--shard", share, "--tally", name])
        .run();
    run.code(0);
    run
}

#[test]
fn a_share_is_a_success_that_says_what_it_is() {
    let dir = shared();
    for (number, file) in [("1/2", "d/a.txt"), ("2/2", "d/b.txt")] {
        let audit = share(&dir, number, "t").audit();
        assert_eq!(audit.paths(), [file]);
        assert_eq!(
            (audit.shard.as_deref(), audit.complete),
            (Some(number), false)
        );
        let args = [
            "scan",
            "d",
            "--lang",
            "en",
            "--key-file",
            "key",
            "--tally",
            "t",
        ];
        let run = dir.cmd(args).args(["--shard", number]).run();
        run.code(0).out(&format!("Share {number} of the input"));
    }
    let audit = dir.audit(&["d"], 0);
    assert_eq!((audit.shard, audit.complete), (None, true));
}

#[test]
fn all_shards_of_one_tree_are_joined_and_nothing_less() {
    let dir = shared();
    for (number, name) in [
        ("1/2", "1"),
        ("2/2", "2"),
        ("1/3", "1of3"),
        ("2/3", "2of3"),
        ("3/3", "3of3"),
    ] {
        share(&dir, number, name);
    }
    let merge = |names: &[&str]| {
        let args = ["merge", "-f", "json", "--key-file", "key"];
        dir.cmd(args).args(names).run()
    };
    let want = timeless(&dir.cmd(["scan", "-f", "json", "d"]).run().stdout());
    for names in [&["1", "2"][..], &["2", "1"], &["3of3", "1of3", "2of3"]] {
        assert_same(&timeless(&merge(names).code(0).stdout()), &want);
    }
    let refused = |names: &[&str], part: &str| _ = merge(names).code(2).silent().err(part);
    refused(&["1"], "shard 2/2 is missing");
    refused(&["1", "1"], "a shard stands in two");
    refused(&["1", "2", "2"], "a shard stands in two");
    refused(&["1", "2of3"], "is missing");
    refused(
        &["1", "2", "1of3", "2of3", "3of3"],
        "d/a.txt: stands in two",
    );
    dir.file("d/b.txt", "手机号：13912345679，好\n");
    share(&dir, "2/2", "changed");
    refused(&["1", "changed"], "is missing");
}

#[test]
fn what_is_no_share_is_refused_before_anything_is_scanned() {
    let dir = shared();
    let refused = |args: &[&str], part: &str| {
        let args = [&["scan"], args].concat();
        dir.cmd(args).run().code(2).silent().err(part);
    };
    let shard = |number, more: &[&str], part: &str| {
        let args = ["--tally", "t", "--key-file", "key", "--shard", number];
        refused(&[&args[..], more].concat(), part);
    };
    refused(&["d", "--shard", "1/4"], "--tally");
    shard("0/4", &["d"], "`1/4` to `4/4`");
    shard("5/4", &["d"], "`1/4` to `4/4`");
    shard("1/0", &["d"], "no shares of none");
    shard("a/b", &["d"], "as in `1/4`");
    shard("1/2", &["d", "--fail-on", "any"], "--fail-on");
    shard("1/2", &["d", "-"], "-: standard input has no shares");
    assert_eq!(dir.names(), ["d", "key"]);
}
