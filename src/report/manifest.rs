//! The manifest as a file: JSON Lines for programs, or a list of checksums for `sha256sum -c`.
//!
//! JSON Lines say everything: first the program and how many lines follow, then a file or member a line. A list of checksums has
//! the files alone that could be read, under the names by which they can be opened again.

use std::io::{self, Write};
use std::path::Path;

use sha2::{Digest, Sha256};

use crate::audit::{Evidence, Manifest};

/// How a manifest is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ManifestForm {
    /// An object a line, schema [`crate::audit::MANIFEST_SCHEMA`].
    JsonLines,
    /// SHA-256 and path of each file, as `sha256sum` of GNU writes them.
    Checksums,
}

impl ManifestForm {
    /// The form by the ending of a name: checksums for `.sha256`, else JSON Lines.
    pub fn from_path_ending(path: &Path) -> ManifestForm {
        let ending = path.extension().and_then(|ending| ending.to_str());
        match ending.is_some_and(|ending| ending.eq_ignore_ascii_case("sha256")) {
            true => ManifestForm::Checksums,
            false => ManifestForm::JsonLines,
        }
    }
}

/// Writes a manifest. Returns `sha256:` and the digest of what was written.
///
/// # Errors
/// Those of the writer.
pub fn write_manifest(
    manifest: &Manifest,
    form: ManifestForm,
    out: &mut dyn Write,
) -> io::Result<String> {
    let mut out = Hashing {
        out,
        hasher: Sha256::new(),
    };
    match form {
        ManifestForm::JsonLines => {
            json_line(&manifest.head, &mut out)?;
            for file in &manifest.files {
                json_line(file, &mut out)?;
            }
        }
        ManifestForm::Checksums => {
            for file in &manifest.files {
                checksum_line(file, &mut out)?;
            }
        }
    }
    out.flush()?;
    let digest = out.hasher.finalize();
    let mut text = "sha256:".to_owned();
    for byte in digest {
        text.push_str(&format!("{byte:02x}"));
    }
    Ok(text)
}

fn json_line(value: &impl serde::Serialize, out: &mut impl Write) -> io::Result<()> {
    serde_json::to_writer(&mut *out, value)?;
    out.write_all(b"\n")
}

/// The line of a file on the disk. A name with a line feed, a carriage return or a backslash is escaped, which a backslash before
/// the digest says.
fn checksum_line(file: &Evidence, out: &mut impl Write) -> io::Result<()> {
    let (Some(path), Some(sha256)) = (&file.file, &file.sha256) else {
        return Ok(());
    };
    let name = path.as_os_str().as_encoded_bytes();
    let is_escaped = name.iter().any(|b| matches!(b, b'\\' | b'\n' | b'\r'));
    let mut line = Vec::with_capacity(name.len() + 80);
    if is_escaped {
        line.push(b'\\');
    }
    line.extend_from_slice(sha256.as_bytes());
    line.extend_from_slice(b"  ");
    for byte in name {
        match byte {
            b'\\' => line.extend_from_slice(b"\\\\"),
            b'\n' => line.extend_from_slice(b"\\n"),
            b'\r' => line.extend_from_slice(b"\\r"),
            byte => line.push(*byte),
        }
    }
    line.push(b'\n');
    out.write_all(&line)
}

/// Hashes what is written.
struct Hashing<'o> {
    out: &'o mut dyn Write,
    hasher: Sha256,
}

impl Write for Hashing<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let n = self.out.write(bytes)?;
        self.hasher.update(&bytes[..n]);
        Ok(n)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn manifest() -> Manifest {
        let file = |path: &str, sha256: Option<&str>| Evidence {
            path: path.to_owned(),
            sha256: sha256.map(str::to_owned),
            file: (!path.contains('!')).then(|| path.into()),
            ..Evidence::default()
        };
        Manifest {
            files: vec![
                file("a.zip", Some("00")),
                file("a.zip!/x", Some("11")),
                file("b\n\\c", Some("22")),
                file("unread", None),
            ],
            ..Manifest::default()
        }
    }

    #[test]
    fn checksums_are_those_of_files_with_their_names_escaped() {
        let mut out = Vec::new();
        write_manifest(&manifest(), ManifestForm::Checksums, &mut out).unwrap();
        let text = String::from_utf8(out).unwrap();
        assert_eq!(text, "00  a.zip\n\\22  b\\n\\\\c\n");
    }

    #[test]
    fn lines_are_objects_and_the_digest_is_of_all_of_them() {
        let mut out = Vec::new();
        let digest = write_manifest(&manifest(), ManifestForm::JsonLines, &mut out).unwrap();
        let lines: Vec<serde_json::Value> = out
            .split(|b| *b == b'\n')
            .filter(|line| !line.is_empty())
            .map(|line| serde_json::from_slice(line).unwrap())
            .collect();
        assert_eq!(lines.len(), 5);
        assert_eq!(lines[2]["path"], "a.zip!/x");
        assert_eq!(lines[4]["sha256"], serde_json::Value::Null);
        let want: String = Sha256::digest(&out)
            .iter()
            .map(|b| format!("{b:02x}"))
            .collect();
        assert_eq!(digest, format!("sha256:{want}"));
    }

    #[test]
    fn the_ending_names_the_form() {
        for (name, want) in [
            ("a.sha256", ManifestForm::Checksums),
            ("a.SHA256", ManifestForm::Checksums),
            ("a.jsonl", ManifestForm::JsonLines),
            ("a", ManifestForm::JsonLines),
        ] {
            assert_eq!(ManifestForm::from_path_ending(Path::new(name)), want);
        }
    }
}
