//! Paths as reported: text for any path, without loss, and one order for all of them.
//!
//! A report must name a file so that it can be found again, even one whose name is no UTF-8. Making
//! such text safe for a terminal is not done here; that belongs to the reports.

use std::cmp::Ordering;
use std::fmt::Write;
use std::path::{MAIN_SEPARATOR, Path};

/// The path as text with `/` between its parts. Where the system's separator is `/`, a backslash is
/// doubled and a byte that is not UTF-8 becomes `\xNN`, so that different paths stay different.
pub fn display(path: &Path) -> String {
    let bytes = path.as_os_str().as_encoded_bytes();
    let mut out = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        for c in chunk.valid().chars() {
            match c {
                '\\' if MAIN_SEPARATOR == '\\' => out.push('/'),
                '\\' => out.push_str(r"\\"),
                _ => out.push(c),
            }
        }
        for byte in chunk.invalid() {
            write!(out, r"\x{byte:02X}").expect("writing to a string does not fail");
        }
    }
    out
}

/// The path as given, joined with the part below it. A root of `.` adds nothing, a `/` at its end
/// is not doubled.
pub(super) fn join(root: &Path, below: &Path) -> String {
    let root = display(root);
    let below = display(below);
    let root = match root.trim_end_matches('/') {
        "" if root.starts_with('/') => return format!("/{below}"),
        trimmed => trimmed,
    };
    if below.is_empty() {
        root.to_owned()
    } else if root.is_empty() || root == "." {
        below
    } else {
        format!("{root}/{below}")
    }
}

/// The order of reports: part by part, by bytes. A folder's files stand together, and no locale has
/// a say.
pub(crate) fn compare(a: &str, b: &str) -> Ordering {
    let (a, b) = (a.as_bytes(), b.as_bytes());
    let (blocks_of_a, blocks_of_b) = (a.as_chunks::<16>().0, b.as_chunks::<16>().0);
    let same = blocks_of_a
        .iter()
        .zip(blocks_of_b)
        .take_while(|(a, b)| a == b);
    let from = same.count() * 16;
    let pairs = a[from..].iter().zip(&b[from..]);
    let at = from + pairs.take_while(|(a, b)| a == b).count();
    // The end of a part comes before any byte.
    let rank = |text: &[u8]| match text.get(at) {
        None => (0, 0),
        Some(b'/') => (1, 0),
        Some(byte) => (2, *byte),
    };
    rank(a).cmp(&rank(b))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[cfg(unix)]
    #[test]
    fn text_is_kept_and_other_bytes_are_escaped_without_loss() {
        use std::ffi::OsStr;
        use std::os::unix::ffi::OsStrExt;

        #[track_caller]
        fn check(name: &[u8], want: &str) {
            assert_eq!(display(Path::new(OsStr::from_bytes(name))), want);
        }
        check("导出/客户.csv".as_bytes(), "导出/客户.csv");
        check(b"a\xff\xfeb", r"a\xFF\xFEb");
        check(br"a\xFFb", r"a\\xFFb");
        check(b"\xe4\xbd", r"\xE4\xBD");
        check(b"", "");
    }

    #[test]
    fn joins_as_given() {
        #[track_caller]
        fn check(root: &str, below: &str, want: &str) {
            assert_eq!(join(Path::new(root), Path::new(below)), want);
        }
        check("data", "a.csv", "data/a.csv");
        check("data/", "a.csv", "data/a.csv");
        check("data//", "x/a.csv", "data/x/a.csv");
        check("../up", "a", "../up/a");
        check("./here", "a", "./here/a");
        check(".", "a", "a");
        check("./", "a", "a");
        check(".", "", ".");
        check("/", "a", "/a");
        check("/", "", "/");
        check("one.csv", "", "one.csv");
    }

    #[test]
    fn the_order_is_by_parts() {
        let mut paths = ["a-b", "a/z", "a", "b", "a/b/c", "a/b", "A"];
        paths.sort_by(|a, b| compare(a, b));
        assert_eq!(paths, ["A", "a", "a/b", "a/b/c", "a/z", "a-b", "b"]);
    }

    proptest! {
        #[test]
        fn the_order_is_that_of_lists_of_parts(
            stem in "[a/]{0,40}",
            a in "[a./-]{0,5}",
            b in "[a./-]{0,5}",
        ) {
            let (a, b) = (stem.clone() + &a, stem + &b);
            prop_assert_eq!(compare(&a, &b), a.split('/').cmp(b.split('/')));
        }
    }
}
