//! Programs that should decode and do not: whatever they do, the container ends with a reason.

use std::io::Cursor;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::sync::Arc;

use crate::container::tests::all;
use crate::container::{Limits, Unpacking};
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
fn streams_become_files_whatever_their_size() {
    use std::io::Read;
    for n in [0, 1, 99, 100, 101, 5_000] {
        let bytes = vec![7; n];
        let (mut file, size) = super::spool(&mut Cursor::new(&bytes), 100).unwrap();
        let mut read = Vec::new();
        file.read_to_end(&mut read).unwrap();
        assert!(read == bytes && size == n as u64, "{n}");
    }
}
