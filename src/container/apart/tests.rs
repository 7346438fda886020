//! Programs that should decode and do not: whatever they do, the container ends with a reason.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::container::pump::{Job, Sink, Told};
use crate::container::tests::all;
use crate::container::{Limits, Password, Source, Unpacking, walk_of};
use crate::decode::Container;

/// A script in place of the program.
fn program(folder: &Path, script: &str) -> Unpacking {
    let path = folder.join("program");
    std::fs::write(&path, format!("#!/bin/sh\n{script}\n")).unwrap();
    std::fs::set_permissions(&path, PermissionsExt::from_mode(0o700)).unwrap();
    Unpacking {
        limits: Limits {
            apart_silent_seconds_max: 1,
            ..Limits::default()
        },
        program: Some(Arc::from(path)),
        ..Unpacking::default()
    }
}

#[test]
fn a_process_that_fails_costs_the_container_and_nothing_else() {
    for (script, want) in [
        ("exit 0", "ended too early"),
        ("exit 7", "ended too early"),
        ("kill -SEGV $$", "stopped by signal 11"),
        ("kill -ABRT $$", "stopped by signal 6"),
        ("kill -XCPU $$", "more processor time"),
        ("exec sleep 600", "nothing was decoded of it for 1 seconds"),
        ("echo nonsense", "what does not belong there"),
        ("printf 'B\\3\\0\\0\\0abc'", "what does not belong there"),
        (
            "printf 'J\\377\\377\\377\\377'",
            "what does not belong there",
        ),
        ("printf 'J\\20\\0\\0\\0{\"Over\":null}'", "ended too early"),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let unpacking = program(folder.path(), script);
        let (members, ended) = all(Container::Rar, b"Rar!", "a.rar", &unpacking);
        assert!(members.is_empty(), "{script}");
        let ended = ended.unwrap_or_else(|| panic!("{script}"));
        assert!(ended.contains(want), "{script}: {ended}");
    }
    let missing = Unpacking {
        program: Some(Arc::from(Path::new("/nothing/here"))),
        ..Unpacking::default()
    };
    let (_, ended) = all(Container::Rar, b"Rar!", "a.rar", &missing);
    assert!(ended.unwrap().contains("cannot be started"));
}

#[test]
fn what_was_said_before_the_end_is_kept() {
    let folder = tempfile::tempdir().unwrap();
    let begin = r#"{"Begin":["a.csv","Nothing"]}"#;
    let script = format!(
        "printf 'J\\{:o}\\0\\0\\0%s' '{begin}'; printf 'B\\3\\0\\0\\0abc'",
        begin.len()
    );
    let unpacking = program(folder.path(), &script);
    let (members, ended) = all(Container::Rar, b"Rar!", "a.rar", &unpacking);
    assert_eq!(members[0].0, "a.csv");
    assert!(
        members[0]
            .1
            .as_ref()
            .unwrap_err()
            .contains("ended too early")
    );
    assert!(ended.unwrap().contains("ended too early"));
}

#[test]
fn a_process_knows_where_temporary_files_go_and_nothing_else() {
    let folder = tempfile::tempdir().unwrap();
    let script = r#"printf %s "$TMPDIR$CARGO_MANIFEST_DIR" > "$0.told""#;
    let unpacking = program(folder.path(), script);
    let (_, ended) = all(Container::Rar, b"Rar!", "a.rar", &unpacking);
    assert!(ended.unwrap().contains("ended too early"));
    let told = std::fs::read_to_string(folder.path().join("program.told")).unwrap();
    assert_eq!(Path::new(&told), tempfile::env::temp_dir());
}

#[test]
fn each_password_that_is_tried_is_told_to_whoever_waits() {
    const WRONG: [&[u8]; 3] = [b"one", b"two", b"three"];
    let archives: [(Container, &[u8]); 5] = [
        (
            Container::SevenZip,
            include_bytes!("../../../tests/data/formats/archives/encrypted.7z"),
        ),
        (
            Container::SevenZip,
            include_bytes!("../../../tests/data/formats/archives/hidden.7z"),
        ),
        (
            Container::Rar,
            include_bytes!("../../../tests/data/formats/archives/rar4-encrypted.rar"),
        ),
        (
            Container::Rar,
            include_bytes!("../../../tests/data/formats/archives/rar5-encrypted.rar"),
        ),
        (
            Container::Rar,
            include_bytes!("../../../tests/data/formats/archives/rar5-hidden.rar"),
        ),
    ];
    let n_read = if cfg!(feature = "rar") { 5 } else { 2 };
    for (number, (container, bytes)) in archives[..n_read].iter().enumerate() {
        let n_told = Arc::new(AtomicUsize::new(0));
        let counter = Arc::clone(&n_told);
        let tell = move |told| {
            let is_sign = matches!(told, Told::PassedOver(0));
            counter.fetch_add(usize::from(is_sign), Ordering::Relaxed);
            Ok(())
        };
        let mut sink = Sink::of(Arc::new(tell), Limits::default(), Arc::default());
        let job = Job {
            container: *container,
            source: Source::Stream(Box::new(*bytes)),
            name: "a".to_owned(),
            unpacking: Unpacking {
                passwords: WRONG.iter().map(|word| Password::new(word)).collect(),
                ..Unpacking::default()
            },
        };
        // Whether the archive is refused or its members are, is said elsewhere.
        let _ = walk_of(*container)(job, &mut sink);
        let n_told = n_told.load(Ordering::Relaxed);
        assert!(n_told >= WRONG.len(), "archive {number}: {n_told}");
    }
}
