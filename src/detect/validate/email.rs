//! E-mail addresses as people use them: the dot-atom form of RFC 5322, or a quoted local part, which is weak evidence, over
//! names of RFC 1035 and their internationalised form (RFC 5890). Address literals and comments are legal and not accepted:
//! in dumps they are code.

use crate::bytes;

use super::{Compact, Verdict, Why};

/// Whether the last label is the ending of a file name that stands where a top-level domain would: `icon@2x.png`.
fn is_file_ending(top: &[u8]) -> bool {
    matches!(
        top,
        b"bmp"
            | b"conf"
            | b"css"
            | b"csv"
            | b"dll"
            | b"exe"
            | b"gif"
            | b"gz"
            | b"htm"
            | b"html"
            | b"ico"
            | b"jar"
            | b"jpeg"
            | b"jpg"
            | b"js"
            | b"json"
            | b"jsx"
            | b"lock"
            | b"log"
            | b"png"
            | b"scss"
            | b"svg"
            | b"tgz"
            | b"ts"
            | b"txt"
            | b"webp"
            | b"xml"
            | b"yaml"
            | b"yml"
    )
}

/// Whether no mail reaches names under this last label (RFC 6761, RFC 6762, and private networks).
fn is_local_domain(top: &[u8]) -> bool {
    matches!(
        top,
        b"internal" | b"invalid" | b"lan" | b"local" | b"localdomain" | b"localhost"
    )
}

/// E-mail address in lower case. Addresses of services rather than people (`git@…`) are rejected without context.
pub(super) fn email(compact: &mut Compact<'_>, in_context: bool) -> Verdict {
    let text = compact.as_bytes();
    let quoted = text.first() == Some(&b'"');
    let at = match quoted {
        true => text
            .windows(2)
            .position(|pair| pair == b"\"@")
            .map(|i| i + 1),
        false => bytes::find([b'@'], text),
    };
    let Some(at) = at else {
        return Verdict::Reject;
    };
    let (local, domain) = (&text[..at], &text[at + 1..]);
    let Some(dot) = domain.iter().rposition(|b| *b == b'.') else {
        return Verdict::Reject;
    };
    let top = &domain[dot + 1..];
    if !(is_local_part(local) || quoted && is_quoted(local))
        || !is_domain(domain, top)
        || is_file_ending(top)
    {
        return compact.because(Why::Form, Verdict::Reject);
    }
    if is_local_domain(top) {
        return compact.because(Why::NoAddressee, Verdict::Reject);
    }
    match local {
        [b'"', ..] => Verdict::Weak,
        b"git" | b"svn" | b"hg" if !in_context => compact.because(Why::NoPerson, Verdict::Reject),
        b"noreply" | b"no-reply" | b"postmaster" | b"mailer-daemon" => {
            compact.because(Why::NoPerson, Verdict::Weak)
        }
        _ => Verdict::Valid,
    }
}

/// Whether the part before `@` is a dot-atom of at most 64 bytes. Stars are legal in it and mean that it is masked.
fn is_local_part(local: &[u8]) -> bool {
    if !(1..=64).contains(&local.len()) {
        return false;
    }
    // Where no dot may stand, nor the end: in front, and behind a dot.
    let mut behind_dot = 0;
    for at in bytes::signs(local) {
        match local[at] {
            b'.' if at > behind_dot => behind_dot = at + 1,
            b'!' | b'#' | b'$' | b'%' | b'&' | b'\'' | b'/' | b'=' | b'?' | b'^' | b'`' | b'{'
            | b'|' | b'}' | b'~' | b'_' | b'+' | b'-' => {}
            _ => return false,
        }
    }
    behind_dot < local.len()
}

/// Whether the part before `@` is in quotation marks, with something between.
fn is_quoted(local: &[u8]) -> bool {
    match local {
        [b'"', inside @ .., b'"'] => (1..=62).contains(&inside.len()) && !inside.contains(&b'"'),
        _ => false,
    }
}

/// Whether the part behind it is a domain with a top-level domain of letters (or `xn--`).
fn is_domain(domain: &[u8], top: &[u8]) -> bool {
    if top.len() < 2 || domain.len() > 253 {
        return false;
    }
    let mut label = 0;
    for at in bytes::signs(domain) {
        match domain[at] {
            b'.' if is_bounded(&domain[label..at]) => label = at + 1,
            b'-' | 0x80.. => {}
            _ => return false,
        }
    }
    is_bounded(&domain[label..])
        && (top.iter().all(|b| b.is_ascii_alphabetic() || *b >= 0x80) || top.starts_with(b"xn--"))
}

/// Whether a label of a domain name has a length that is legal, and no hyphen at either end.
fn is_bounded(label: &[u8]) -> bool {
    (1..=63).contains(&label.len()) && !label.starts_with(b"-") && !label.ends_with(b"-")
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
            "li@президент.рф",
        ] {
            check(email, text, false, Verdict::Valid, text);
        }
        let quoted = "\"wang, wu\"@example.com";
        check(email, quoted, false, Verdict::Weak, quoted);
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
            ("\"\"@example.com", "nothing in quotation marks"),
            ("\"wang@example.com", "a quotation mark that nothing closes"),
            ("", "nothing"),
        ] {
            rejects(email, text, true, why);
        }
        rejects(email, "git@example.com", false, "a service");
    }
}
