//! Passwords and secrets: anything goes, so what is judged is whether it is a piece of program text or a placeholder instead.
//!
//! Settings and sources say `password=` before variables, calls, templates and types far more often than before a password. What
//! a real password may look like is not known here: `password` and `123456` are two of the most frequent.

use super::{Compact, Verdict};

/// Words that stand where a secret would, and are none.
const PLACEHOLDERS: [&[u8]; 26] = [
    b"boolean",
    b"default",
    b"example",
    b"false",
    b"foobar",
    b"hidden",
    b"invalid",
    b"required",
    b"missing",
    b"optional",
    b"placeholder",
    b"redacted",
    b"removed",
    b"secret_here",
    b"string",
    b"undefined",
    b"unicode",
    b"unknown",
    b"your-password",
    b"your_password",
    b"yourpassword",
    b"yourpass",
    b"mypassword_here",
    b"password_here",
    b"(null)",
    b"[null]",
];

/// Password, hash or answer. Needs context.
pub(super) fn credential(compact: &mut Compact<'_>, in_context: bool) -> Verdict {
    let text = compact.as_bytes();
    if in_context && is_letters_and_digits(text) {
        return Verdict::Valid;
    }
    let is_placeholder = PLACEHOLDERS.iter().any(|p| text.eq_ignore_ascii_case(p));
    match in_context && !text.is_empty() {
        true if !is_filler(text)
            && !is_placeholder
            && !is_template(text)
            && !is_expression(text) =>
        {
            Verdict::Valid
        }
        _ => Verdict::Reject,
    }
}

/// Letters with a digit among them: most passwords and all hashes. Nothing below is written so.
fn is_letters_and_digits(text: &[u8]) -> bool {
    let (mut all, mut any_digit) = (true, false);
    for byte in text {
        all &= byte.is_ascii_alphanumeric();
        any_digit |= byte.is_ascii_digit();
    }
    all && any_digit
}

/// One character again and again.
fn is_filler(text: &[u8]) -> bool {
    let is_sign = !text[0].is_ascii_digit() && !text[0].is_ascii_lowercase() || text[0] == b'x';
    is_sign && text.iter().all(|b| *b == text[0])
}

/// What a program fills in: `${DB_PASS}`, `$password`, `{{ secret }}`, `<password>`, `%(pass)s`, `#{pass}`.
fn is_template(text: &[u8]) -> bool {
    match text {
        [b'$' | b'#' | b'@' | b'%', b'{' | b'(', ..] | [b'{', b'{', ..] => true,
        [b'<', .., b'>'] | [b'%', .., b'%'] => true,
        // `$2b$10$…` is a hash, `$pass` a variable.
        [b'$', rest @ ..] => is_identifier(rest),
        _ => false,
    }
}

/// What a program computes: a call, a member of something, a name of several words.
fn is_expression(text: &[u8]) -> bool {
    let name_len = text
        .iter()
        .take_while(|b| b.is_ascii_alphanumeric() || b"_.:>-[".contains(b))
        .count();
    let (name, rest) = text.split_at(name_len);
    let begins_as_name = name
        .first()
        .is_some_and(|b| b.is_ascii_alphabetic() || *b == b'_');
    let is_call = begins_as_name && rest.first() == Some(&b'(');
    let mut parts = text
        .split(|b| b".:>-[]".contains(b))
        .filter(|p| !p.is_empty());
    let is_path =
        text.iter().any(|b| b".[".contains(b)) || text.windows(2).any(|w| w == b"::" || w == b"->");
    is_call || is_path && parts.all(is_plain_word) || is_joined_words(text)
}

/// `user_password` or `userPassword`: words of letters alone, joined as programs do.
fn is_joined_words(text: &[u8]) -> bool {
    let all_letters = text.iter().all(|b| b.is_ascii_alphabetic() || *b == b'_');
    let has_joint = text
        .windows(2)
        .any(|w| w[0].is_ascii_lowercase() && w[1].is_ascii_uppercase());
    all_letters
        && text[0] != b'_'
        && (text.contains(&b'_') || text[0].is_ascii_lowercase() && has_joint)
}

fn is_plain_word(text: &[u8]) -> bool {
    text.iter().all(|b| b.is_ascii_alphabetic() || *b == b'_')
}

fn is_identifier(text: &[u8]) -> bool {
    text.first()
        .is_some_and(|b| b.is_ascii_alphabetic() || *b == b'_')
        && text.iter().all(|b| b.is_ascii_alphanumeric() || *b == b'_')
}

#[cfg(test)]
mod tests {
    use super::super::testing::{check, rejects};
    use super::*;

    #[test]
    fn accepts_secrets_and_hashes() {
        for text in [
            "Qwer1234",
            "password",
            "123456",
            "111111",
            "aaaaaa",
            "iloveyou",
            "P@ss(w0rd)",
            "zhang.san88",
            "$2b$10$N9qo8uLOickgx2ZMRZoMye",
            "cc70279520cbc9a44d571415fb77beb2",
        ] {
            check(credential, text, true, Verdict::Valid, text);
        }
        rejects(credential, "Qwer1234", false, "no context");
    }

    #[test]
    fn program_text_is_no_secret() {
        for text in [
            "${DB_PASSWORD}",
            "$password",
            "{{vault.pass}}",
            "<password>",
            "%(pass)s",
            "#{pass}",
            "%DB_PASS%",
            "getpass()",
            "os.environ[",
            "self.password",
            "config::password",
            "args->pwd",
            "request.form.get(",
            "user_password",
            "userPassword",
            "String",
            "undefined",
            "xxxxxxxx",
            "--------",
            "",
        ] {
            rejects(credential, text, true, "program text");
        }
    }
}
