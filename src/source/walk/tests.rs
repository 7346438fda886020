//! Tests of the walk on real trees. What needs a second user or a device is tested through the
//! binary.

use std::fs;

use tempfile::TempDir;

use super::*;

/// A tree of files, each with its own name as content; a name that ends in `/` is a folder.
fn tree(names: &[&str]) -> TempDir {
    let dir = tempfile::tempdir().unwrap();
    for name in names {
        let path = dir.path().join(name);
        if name.ends_with('/') {
            fs::create_dir_all(&path).unwrap();
        } else {
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(&path, name).unwrap();
        }
    }
    dir
}

/// What a walk over parts of the tree lists, relative to the tree, and what it skips with the
/// reason.
fn run(dir: &TempDir, inputs: &[&str], options: &WalkOptions) -> (Vec<String>, Vec<String>) {
    let inputs: Vec<PathBuf> = inputs.iter().map(|i| dir.path().join(i)).collect();
    let result = walk(&inputs, options);
    let root = format!("{}/", crate::source::display(dir.path()));
    let short = |path: &str| path.strip_prefix(&root).unwrap_or(path).to_owned();
    (
        result.entries.iter().map(|e| short(&e.display)).collect(),
        result
            .skipped
            .iter()
            .map(|s| format!("{}: {}", short(&s.path), s.reason))
            .collect(),
    )
}

#[track_caller]
fn check(dir: &TempDir, inputs: &[&str], options: &WalkOptions, want: &[&str], skipped: &[&str]) {
    let (found, reasons) = run(dir, inputs, options);
    assert_eq!(found, want);
    assert_eq!(reasons, skipped);
}

fn globs(include: &[&str], exclude: &[&str]) -> WalkOptions {
    let owned = |globs: &[&str]| globs.iter().map(|g| (*g).to_owned()).collect::<Vec<_>>();
    WalkOptions {
        globs: Globs::new(&owned(include), &owned(exclude)).unwrap(),
        ..WalkOptions::default()
    }
}

#[test]
fn hidden_and_ignored_files_are_listed_in_the_order_of_parts() {
    let dir = tree(&[
        "d/.hidden/x",
        "d/.gitignore",
        "d/b.csv",
        "d/a-1",
        "d/a/z",
        "d/.git/config",
    ]);
    fs::write(dir.path().join("d/.gitignore"), "*").unwrap();
    check(
        &dir,
        &["d"],
        &WalkOptions::default(),
        &[
            "d/.git/config",
            "d/.gitignore",
            "d/.hidden/x",
            "d/a/z",
            "d/a-1",
            "d/b.csv",
        ],
        &[],
    );
}

#[test]
fn a_file_that_is_reached_twice_is_listed_once_under_the_first_way() {
    let dir = tree(&["d/a/x", "d/a/y", "d/b"]);
    let options = WalkOptions::default();
    check(
        &dir,
        &["d", "d/a", "d/b"],
        &options,
        &["d/a/x", "d/a/y", "d/b"],
        &[],
    );
    check(
        &dir,
        &["d/a/../b", "d"],
        &options,
        &["d/a/../b", "d/a/x", "d/a/y"],
        &[],
    );
    check(&dir, &["d/b", "d/b"], &options, &["d/b"], &[]);
}

#[test]
fn standard_input_is_listed_once_and_a_file_of_its_name_is_another() {
    let dir = tree(&["-"]);
    let inputs = [PathBuf::from("-"), dir.path().join("-"), PathBuf::from("-")];
    let result = walk(&inputs, &WalkOptions::default());
    assert_eq!(result.entries.len(), 2);
    assert_eq!(
        result.entries.iter().filter(|e| e.display == "-").count(),
        1
    );
}

#[test]
fn globs_choose_below_named_folders() {
    let dir = tree(&[
        "d/a.csv",
        "d/b.txt",
        "d/old/c.csv",
        "d/old/deep/d.csv",
        "d/sql",
    ]);
    let check = |include: &[&str], exclude: &[&str], want: &[&str]| {
        check(&dir, &["d"], &globs(include, exclude), want, &[]);
    };
    check(
        &["*.csv"],
        &[],
        &["d/a.csv", "d/old/c.csv", "d/old/deep/d.csv"],
    );
    check(&["/*.csv"], &[], &["d/a.csv"]);
    check(&["old"], &[], &["d/old/c.csv", "d/old/deep/d.csv"]);
    check(&["old/*.csv"], &[], &["d/old/c.csv"]);
    check(&["old/**/*.csv"], &["deep"], &["d/old/c.csv"]);
    check(&[], &["*.csv"], &["d/b.txt", "d/sql"]);
    check(&[], &["old/"], &["d/a.csv", "d/b.txt", "d/sql"]);
    check(
        &[],
        &["sql/"],
        &[
            "d/a.csv",
            "d/b.txt",
            "d/old/c.csv",
            "d/old/deep/d.csv",
            "d/sql",
        ],
    );
    check(&["*.{csv,txt}"], &["old"], &["d/a.csv", "d/b.txt"]);
}

#[test]
fn a_glob_may_be_written_like_the_path_in_the_report() {
    let below = Path::new("old/c.csv");
    let options = globs(&["data/old/*"], &["data/old/secret"]);
    assert!(options.globs.includes(below, "data/old/c.csv"));
    assert!(!options.globs.includes(below, "other/old/c.csv"));
    assert!(
        options
            .globs
            .excludes(Path::new("data"), Path::new("old/secret"), false)
    );
    let folder = globs(&["data/old"], &[]);
    assert!(folder.globs.includes(below, "data/old/c.csv"));
}

#[test]
fn a_named_file_is_read_whatever_the_globs_say() {
    let dir = tree(&["a.log"]);
    check(
        &dir,
        &["a.log"],
        &globs(&["*.csv"], &["*.log"]),
        &["a.log"],
        &[],
    );
}

#[test]
fn a_bad_glob_is_an_error_that_names_it() {
    let error = Globs::new(&["a[".into()], &[]).unwrap_err().to_string();
    assert!(
        error.contains("`a[`") && error.contains("not a valid glob"),
        "{error}"
    );
}

#[test]
fn depth_is_counted_from_the_named_folder() {
    let dir = tree(&["d/a", "d/e/b", "d/e/f/c"]);
    let depth = |n| WalkOptions {
        max_depth: Some(n),
        ..WalkOptions::default()
    };
    check(&dir, &["d"], &depth(0), &[], &[]);
    check(&dir, &["d"], &depth(1), &["d/a"], &[]);
    check(&dir, &["d"], &depth(2), &["d/a", "d/e/b"], &[]);
    check(&dir, &["d/a"], &depth(0), &["d/a"], &[]);
}

#[test]
fn what_is_missing_is_skipped_and_nothing_at_all_is_told_apart() {
    let dir = tree(&["a"]);
    check(
        &dir,
        &["a", "no"],
        &WalkOptions::default(),
        &["a"],
        &["no: not found"],
    );
    assert!(any_exists(&[dir.path().join("no"), dir.path().join("a")]));
    assert!(!any_exists(&[dir.path().join("no")]));
    assert!(any_exists(&[PathBuf::from("-")]));
}

#[test]
fn the_outputs_of_this_run_are_left_out() {
    let dir = tree(&["d/a", "d/report.json"]);
    let options = WalkOptions {
        leave_out: vec![dir.path().join("d/../d/report.json")],
        ..WalkOptions::default()
    };
    check(&dir, &["d"], &options, &["d/a"], &[]);
}

#[test]
fn a_folder_that_is_left_out_is_left_out_with_all_that_is_in_it() {
    let dir = tree(&["d/a", "d/state/plan", "d/state/sub/b", "d/state-of-art"]);
    let options = WalkOptions {
        leave_out: vec![dir.path().join("d/state")],
        ..WalkOptions::default()
    };
    check(&dir, &["d"], &options, &["d/a", "d/state-of-art"], &[]);
}

/// Saves what was found, and reads it back.
fn saved(result: &WalkResult) -> WalkResult {
    let text = serde_json::to_string(result).unwrap();
    serde_json::from_str::<WalkResult>(&text).unwrap().renewed()
}

#[test]
fn a_walk_that_is_saved_and_read_back_is_the_same() {
    let dir = tree(&["d/a", "d/twins/1", "d/twins/2"]);
    let inputs = ["d", "gone"].map(|name| dir.path().join(name));
    let result = walk(&inputs, &WalkOptions::default());
    let back = saved(&result);
    assert_eq!((back.entries.len(), back.skipped.len()), (3, 1));
    // Also whether heads are to be hashed, which is not saved, but found again.
    assert_eq!(format!("{back:?}"), format!("{result:?}"));
    assert!(back.entries.iter().all(Entry::is_unchanged));
    fs::write(dir.path().join("d/a"), "longer than before").unwrap();
    fs::remove_file(dir.path().join("d/twins/1")).unwrap();
    let unchanged: Vec<bool> = back.entries.iter().map(Entry::is_unchanged).collect();
    assert_eq!(unchanged, [false, false, true]);
}

#[cfg(unix)]
mod links {
    use std::os::unix::fs::symlink;

    use super::*;

    fn following() -> WalkOptions {
        WalkOptions {
            follow_links: true,
            ..WalkOptions::default()
        }
    }

    #[test]
    fn a_link_is_a_gap_only_when_its_target_is_not_scanned_anyway() {
        let dir = tree(&["d/a", "d/sub/b", "out/c"]);
        let link = |target: &str, name: &str| {
            symlink(dir.path().join(target), dir.path().join(name)).unwrap();
        };
        link("d/a", "d/inside");
        link("d/sub", "d/folder-inside");
        link("out/c", "d/outside");
        link("out", "d/folder-outside");
        link("nowhere", "d/broken");
        symlink("loop", dir.path().join("d/loop")).unwrap();
        check(
            &dir,
            &["d"],
            &WalkOptions::default(),
            &["d/a", "d/sub/b"],
            &[
                "d/broken: symbolic link: points nowhere",
                "d/folder-outside: symbolic link: not followed",
                "d/loop: symbolic link: loop",
                "d/outside: symbolic link: not followed",
            ],
        );
        check(
            &dir,
            &["d", "out"],
            &WalkOptions::default(),
            &["d/a", "d/sub/b", "out/c"],
            &[
                "d/broken: symbolic link: points nowhere",
                "d/loop: symbolic link: loop",
            ],
        );
        check(
            &dir,
            &["d"],
            &following(),
            &["d/a", "d/folder-outside/c", "d/sub/b"],
            &[
                "d/broken: symbolic link: points nowhere",
                "d/loop: symbolic link: loop",
            ],
        );
    }

    #[test]
    fn a_loop_of_folders_ends_when_links_are_followed() {
        let dir = tree(&["d/sub/a"]);
        symlink(dir.path().join("d"), dir.path().join("d/sub/up")).unwrap();
        check(&dir, &["d"], &WalkOptions::default(), &["d/sub/a"], &[]);
        check(
            &dir,
            &["d"],
            &following(),
            &["d/sub/a"],
            &["d/sub/up: symbolic link: loop"],
        );
    }

    #[test]
    fn a_named_link_is_followed() {
        let dir = tree(&["d/a", "out/c"]);
        symlink(dir.path().join("out/c"), dir.path().join("file")).unwrap();
        symlink(dir.path().join("out"), dir.path().join("folder")).unwrap();
        symlink(dir.path().join("nowhere"), dir.path().join("broken")).unwrap();
        let options = WalkOptions::default();
        check(&dir, &["file"], &options, &["file"], &[]);
        check(&dir, &["folder"], &options, &["folder/c"], &[]);
        check(
            &dir,
            &["broken"],
            &options,
            &[],
            &["broken: symbolic link: points nowhere"],
        );
    }

    #[test]
    fn of_several_links_to_one_file_the_first_in_order_is_kept() {
        let dir = tree(&["d/", "out/c"]);
        for name in ["d/m", "d/b", "d/z"] {
            symlink(dir.path().join("out/c"), dir.path().join(name)).unwrap();
        }
        check(&dir, &["d"], &following(), &["d/b"], &[]);
    }

    #[test]
    fn a_socket_is_skipped_wherever_it_stands() {
        let dir = tree(&["d/a"]);
        let socket = dir.path().join("d/socket");
        let _listener = std::os::unix::net::UnixListener::bind(&socket).unwrap();
        let reason = ["d/socket: not a regular file: socket"];
        check(&dir, &["d"], &WalkOptions::default(), &["d/a"], &reason);
        check(&dir, &["d/socket"], &WalkOptions::default(), &[], &reason);
        check(
            &dir,
            &["/dev/null"],
            &WalkOptions::default(),
            &[],
            &["/dev/null: not a regular file: character device"],
        );
    }

    #[test]
    fn a_name_that_is_no_utf_8_is_listed_without_loss() {
        use std::os::unix::ffi::OsStrExt;
        let dir = tree(&[]);
        let name = std::ffi::OsStr::from_bytes(b"\xd6\xd0.csv");
        if fs::write(dir.path().join(name), "x").is_err() {
            return; // A file system that takes UTF-8 names only.
        }
        let (found, _) = run(&dir, &[""], &WalkOptions::default());
        assert_eq!(found, [r"\xD6\xD0.csv"]);
        let back = saved(&walk(&[dir.path().to_owned()], &WalkOptions::default()));
        assert_eq!(back.entries[0].path, dir.path().join(name));
    }
}
