//! Containers: what is in them counts like files of its own, and what cannot be read of them is told.

use std::fs;
use std::io::{Cursor, Write};
use std::path::Path;

use serde_json::Value;
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use crate::count::run;

/// The exports of `tests/data/exports`: name and bytes.
fn exports() -> Vec<(String, Vec<u8>)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/exports");
    let mut files: Vec<(String, Vec<u8>)> = fs::read_dir(folder)
        .expect("the exports are there")
        .map(|entry| entry.expect("they can be listed"))
        .filter(|entry| entry.file_name() != "manifest.json")
        .map(|entry| {
            let name = entry.file_name().into_string().expect("UTF-8");
            (name, fs::read(entry.path()).expect("they can be read"))
        })
        .collect();
    files.sort();
    files
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut writer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    writer.write_all(bytes).expect("memory takes all");
    writer.finish().expect("memory takes all")
}

fn tarball(files: &[(String, Vec<u8>)]) -> Vec<u8> {
    let mut builder = tar::Builder::new(Vec::new());
    for (name, bytes) in files {
        let mut header = tar::Header::new_gnu();
        header.set_size(bytes.len() as u64);
        header.set_mode(0o644);
        builder
            .append_data(&mut header, name, &bytes[..])
            .expect("memory takes all");
    }
    builder.into_inner().expect("memory takes all")
}

fn zipped(files: &[(String, Vec<u8>)], password: Option<&str>) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in files {
        let mut options = SimpleFileOptions::default();
        if let Some(password) = password {
            options = options.with_aes_encryption(zip::AesMode::Aes256, password);
        }
        writer.start_file(name.as_str(), options).expect("a member");
        writer.write_all(bytes).expect("memory takes all");
    }
    writer.finish().expect("memory takes all").into_inner()
}

/// Exit code and audit of a scan of one file with these bytes.
fn scan(name: &str, bytes: &[u8], more: &[&str]) -> (i32, Value) {
    let dir = tempfile::tempdir().expect("a folder");
    let path = dir.path().join(name);
    fs::write(&path, bytes).expect("written");
    let path = path.to_str().expect("UTF-8");
    let (code, out, err) = run(&[&["scan", "-f", "json", path], more].concat());
    let audit = serde_json::from_str(&out).unwrap_or_else(|e| panic!("{e}: {err}"));
    (code, audit)
}

/// What is counted, whatever the files are called.
fn counts(audit: &Value) -> [Value; 4] {
    ["kinds", "categories", "persons", "profiles"].map(|field| {
        let mut counted = audit[field].clone();
        // A container is a file of its own that has nothing, and samples are ordered by paths.
        if let Some(kinds) = counted.as_array_mut() {
            for kind in kinds {
                let kind = kind.as_object_mut().expect("an object");
                kind.remove("samples");
            }
        }
        counted
    })
}

#[test]
fn the_same_files_count_the_same_in_every_container() {
    let files = exports();
    let dir = tempfile::tempdir().expect("a folder");
    for (name, bytes) in &files {
        fs::write(dir.path().join(name), bytes).expect("written");
    }
    let plain = run(&["scan", "-f", "json", dir.path().to_str().expect("UTF-8")]);
    let plain: Value = serde_json::from_str(&plain.1).expect("JSON");
    let want = counts(&plain);
    let tar = tarball(&files);
    let zip = zipped(&files, None);
    let inner = [("inner.zip".to_owned(), zip.clone())];
    let check = |name: &str, bytes: &[u8], more: &[&str]| {
        let (code, audit) = scan(name, bytes, more);
        assert_eq!(code, 0, "{name}: {}", audit["skipped"]);
        assert_eq!(counts(&audit), want, "{name}");
        audit
    };
    check("a.tar", &tar, &[]);
    check("a.tar.gz", &gzip(&tar), &["--threads", "1"]);
    let audit = check("a.zip", &zip, &["--threads", "2"]);
    let members = audit["files"].as_array().expect("files");
    assert_eq!(members.len(), files.len() + 1);
    assert_eq!(members[0]["format"], "zip");
    let path = members[1]["path"].as_str().expect("a path");
    assert!(path.ends_with(&format!("a.zip!/{}", files[0].0)), "{path}");
    assert_eq!(members[1]["member"], true);
    assert_eq!(audit["stats"]["bytes"], zip.len());
    // A zip in a tar in a gzip file, and without the endings that would tell.
    check("dump", &gzip(&tarball(&inner)), &[]);
    check("dump.bz2", &bzip2(&tar), &[]);
    check(
        "dump.tar.zst",
        &zstd::encode_all(&tar[..], 1).expect("memory"),
        &[],
    );
}

fn bzip2(bytes: &[u8]) -> Vec<u8> {
    let mut writer = bzip2::write::BzEncoder::new(Vec::new(), bzip2::Compression::fast());
    writer.write_all(bytes).expect("memory takes all");
    writer.finish().expect("memory takes all")
}

#[test]
fn encrypted_archives_need_a_password() {
    let files = exports();
    let zip = zipped(&files[..2], Some("opensesame"));
    let (code, audit) = scan("a.zip", &zip, &[]);
    assert_eq!(code, 3);
    assert_eq!(audit["complete"], false);
    let skipped = audit["skipped"].as_array().expect("skipped");
    assert_eq!(skipped.len(), 2);
    assert!(skipped.iter().all(|s| s["reason"] == "encrypted"));
    let dir = tempfile::tempdir().expect("a folder");
    let passwords = dir.path().join("passwords.txt");
    fs::write(&passwords, "wrong\r\nopensesame\r\n").expect("written");
    let option = ["--password-file", passwords.to_str().expect("UTF-8")];
    let (code, audit) = scan("a.zip", &zip, &option);
    assert_eq!(code, 0, "{}", audit["skipped"]);
    assert_eq!(audit["files"].as_array().expect("files").len(), 3);
}

#[test]
fn what_cannot_be_read_of_a_container_is_told_and_the_rest_counts() {
    let mut files = exports();
    files.truncate(3);
    files.insert(
        1,
        ("photo.png".to_owned(), b"\x89PNG\r\n\x1A\nrest".to_vec()),
    );
    let tar = tarball(&files);
    let (code, audit) = scan("a.tar", &tar, &[]);
    assert_eq!(code, 3);
    let skipped = &audit["skipped"][0];
    assert!(
        skipped["path"]
            .as_str()
            .expect("a path")
            .ends_with("a.tar!/photo.png")
    );
    assert_eq!(audit["stats"]["files"], 4, "the archive and three members");
    // Cut off in the last member.
    let (code, audit) = scan("a.tar.gz", &gzip(&tar)[..20_000], &[]);
    assert_eq!(code, 3);
    assert!(audit["stats"]["records"].as_u64().expect("a number") > 0);
    assert!(
        audit["skipped"].to_string().contains("truncated"),
        "{}",
        audit["skipped"]
    );
}

#[test]
fn containers_in_containers_end_at_a_limit() {
    let mut bytes = b"nothing".to_vec();
    for _ in 0..50 {
        bytes = gzip(&bytes);
    }
    let (code, audit) = scan("deep.gz", &bytes, &[]);
    assert_eq!(code, 3);
    let reason = audit["skipped"][0]["reason"].as_str().expect("a reason");
    assert!(reason.contains("containers in each other"), "{reason}");
    // Little that becomes much, twice: a gigabyte of zeros, in a gzip file of a gzip file.
    let zeros = gzip(&gzip(&vec![0; 1 << 30]));
    let (code, audit) = scan("bomb.gz", &zeros, &[]);
    assert_eq!(code, 3);
    assert!(
        audit["skipped"].to_string().contains("limit reached"),
        "{}",
        audit["skipped"]
    );
}
