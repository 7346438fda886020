//! E-mail addresses as people use them (the dot-atom form of RFC 5322 over names of RFC 1035). Quoted local parts, address
//! literals and comments are legal and not accepted: in dumps they are code.

use super::{Compact, Verdict};

/// Whether the last label is the ending of a file name that stands where a top-level domain would: `icon@2x.png`.
fn is_file_ending(top: &str) -> bool {
    matches!(
        top,
        "bmp"
            | "conf"
            | "css"
            | "csv"
            | "dll"
            | "exe"
            | "gif"
            | "gz"
            | "htm"
            | "html"
            | "ico"
            | "jar"
            | "jpeg"
            | "jpg"
            | "js"
            | "json"
            | "jsx"
            | "lock"
            | "log"
            | "png"
            | "scss"
            | "svg"
            | "tgz"
            | "ts"
            | "txt"
            | "webp"
            | "xml"
            | "yaml"
            | "yml"
    )
}

/// Whether no mail reaches names under this last label (RFC 6761, RFC 6762, and private networks).
fn is_local_domain(top: &str) -> bool {
    matches!(
        top,
        "internal" | "invalid" | "lan" | "local" | "localdomain" | "localhost"
    )
}

/// E-mail address in lower case. Addresses of services rather than people (`git@…`) are rejected without context.
pub(super) fn email(compact: &mut Compact, in_context: bool) -> Verdict {
    let Ok(text) = std::str::from_utf8(compact.as_bytes()) else {
        return Verdict::Reject;
    };
    let Some((local, domain)) = text.split_once('@') else {
        return Verdict::Reject;
    };
    if !is_local_part(local) || !is_domain(domain) {
        return Verdict::Reject;
    }
    let top = domain.rsplit('.').next().unwrap_or_default();
    if is_file_ending(top) || is_local_domain(top) {
        return Verdict::Reject;
    }
    match local {
        "git" | "svn" | "hg" if !in_context => Verdict::Reject,
        "noreply" | "no-reply" | "postmaster" | "mailer-daemon" => Verdict::Weak,
        _ => Verdict::Valid,
    }
}

/// Whether the part before `@` is a dot-atom of at most 64 bytes. Stars are legal in it and mean that it is masked.
fn is_local_part(local: &str) -> bool {
    let local = local.as_bytes();
    let legal = |b: &u8| {
        b.is_ascii_alphanumeric()
            || matches!(b, b'.' | b'_' | b'-' | b'+')
            || b"!#$%&'/=?^`{|}~".contains(b)
    };
    (1..=64).contains(&local.len())
        && local[0] != b'.'
        && local[local.len() - 1] != b'.'
        && local.iter().all(legal)
        && !local.windows(2).any(|pair| pair == b"..")
}

/// Whether the part behind it is a domain with a top-level domain of letters (or `xn--`).
fn is_domain(domain: &str) -> bool {
    let top = domain.rsplit('.').next().unwrap_or_default();
    top.len() >= 2
        && top.len() < domain.len()
        && domain.len() <= 253
        && domain.as_bytes().split(|b| *b == b'.').all(is_label)
        && (top.bytes().all(|b| b.is_ascii_alphabetic()) || top.starts_with("xn--"))
}

/// Whether this is a label of a domain name.
fn is_label(label: &[u8]) -> bool {
    matches!(label, [first, .., last] if *first != b'-' && *last != b'-' && label.len() <= 63)
        && label
            .iter()
            .all(|b| b.is_ascii_alphanumeric() || *b == b'-')
        || matches!(label, [only] if only.is_ascii_alphanumeric())
}

#[cfg(test)]
mod tests {
    use super::super::testing::{check, rejects};
    use super::*;

    #[test]
    fn accepts_addresses() {
        for text in [
            "zhang.san@example.com",
            "zhang+tag@mail.example.co.uk",
            "123456789@qq.com",
            "o'reilly@example.org",
            "a_b-c@sub-domain.example.cn",
            "li@example.xn--fiqs8s",
        ] {
            check(email, text, false, Verdict::Valid, text);
        }
        check(
            email,
            "noreply@example.com",
            false,
            Verdict::Weak,
            "noreply@example.com",
        );
    }

    #[test]
    fn rejects_everything_else() {
        for (text, why) in [
            (".zhang@example.com", "begins with a dot"),
            ("zhang.@example.com", "ends with a dot"),
            ("zhang..san@example.com", "two dots"),
            ("z****@example.com", "masked"),
            ("zhang@example", "no top-level domain"),
            ("zhang@example.c", "a top-level domain of one letter"),
            ("lodash@4.17.21", "a package version"),
            ("icon@2x.png", "a file"),
            ("zhang@-example.com", "a label begins with a hyphen"),
            ("zhang@exa_mple.com", "an underscore in the domain"),
            ("zhang@example..com", "an empty label"),
            ("root@server.local", "a machine"),
            ("zhang@san@example.com", "two at signs"),
            ("@example.com", "no local part"),
            ("", "nothing"),
        ] {
            rejects(email, text, true, why);
        }
        rejects(email, "git@example.com", false, "a service");
    }
}
