//! A page as a whole: its contents, the forms that are filled in on it, its comments, and the files that are attached to it.

use hayro_syntax::object::{Array, Dict, MaybeRef, Name, Object, Rect, Stream, String as Text};
use hayro_syntax::page::Page;
use hayro_syntax::xref::XRef;

use super::content::{Follower, Matrix, Shown};
use super::fields::Fields;
use super::font::Fonts;
use super::stream;
use crate::error::Reason;

/// Annotations of a page: forms, comments and files.
const ANNOTATIONS_MAX: usize = 10_000;

/// A page that was read.
pub(super) struct PageRead<'p> {
    pub(super) shown: Shown,
    /// Bytes of instructions that were followed.
    pub(super) n_bytes: usize,
    /// Comments, and what stands in fields that do not show it.
    pub(super) lines: Vec<String>,
    /// Files, as they are specified.
    pub(super) files: Vec<Dict<'p>>,
}

/// Reads a page.
pub(super) fn read<'p>(page: &Page<'p>, fonts: &mut Fonts, fields: &mut Fields) -> PageRead<'p> {
    let mut follower = Follower::new(fonts);
    let content = content(page, &mut follower);
    follower.follow(content, page.resources(), Matrix::IDENTITY);
    let (mut lines, mut files) = (Vec::new(), Vec::new());
    let all = page.raw().get::<Array<'p>>("Annots");
    let all = all.iter().flat_map(|all| items(all, page.xref()));
    for (i, annotation) in all.enumerate() {
        if i == ANNOTATIONS_MAX {
            let reason = format!("a page with more than {ANNOTATIONS_MAX} annotations");
            follower.breaks(Reason::Limit(reason));
            break;
        }
        // What was deleted may still be named.
        let Some(annotation) = annotation.and_then(Object::into_dict) else {
            continue;
        };
        // Pages may share them, and each costs something.
        follower.n_bytes += annotation.data().len();
        let has_text = appearance(&annotation, page, &mut follower);
        files.extend(annotation.get::<Dict<'p>>("FS"));
        let kind = annotation.get::<Name<'_>>("Subtype");
        let is_kind = |name: &[u8]| kind.as_ref().is_some_and(|kind| kind.as_ref() == name);
        if is_kind(b"Widget") {
            let (told, n_bytes) = fields.placed(&annotation, has_text);
            follower.n_bytes += n_bytes;
            lines.extend(told);
        } else if !(has_text && is_kind(b"FreeText")) {
            // A text that is there to be read on the page says what the page shows already.
            let comment = annotation.get::<Text<'_>>("Contents");
            lines.extend(comment.map(|text| text_string(text.as_bytes())));
        }
    }
    PageRead {
        shown: follower.shown,
        n_bytes: follower.n_bytes,
        lines,
        files,
    }
}

/// The instructions of a page, which may stand in several streams.
fn content(page: &Page<'_>, follower: &mut Follower<'_>) -> Vec<u8> {
    let mut content = Vec::new();
    if !page.raw().contains_key("Contents") {
        return content;
    }
    let (several, single) = match page.raw().get::<Object<'_>>("Contents") {
        Some(Object::Array(several)) => (Some(several), None),
        single => (None, Some(single)),
    };
    let several = several.iter().flat_map(|all| items(all, page.xref()));
    for stream in several.chain(single) {
        let (bytes, broken) = match stream {
            Some(Object::Stream(stream)) => stream::decoded(&stream),
            Some(Object::Null(_)) => continue,
            _ => (Vec::new(), Some(stream::damaged())),
        };
        let is_too_large = matches!(broken, Some(Reason::Limit(_)));
        follower.breaks(broken);
        if is_too_large || content.len() + bytes.len() > stream::STREAM_BYTES_MAX {
            // One stream may stand there over and over.
            let reason = "a page with too many instructions".to_owned();
            follower.breaks(Reason::Limit(reason));
            break;
        }
        content.extend_from_slice(&bytes);
        content.push(b'\n');
    }
    content
}

/// Follows what an annotation shows on the page; whether there is text in it.
fn appearance(annotation: &Dict<'_>, page: &Page<'_>, follower: &mut Follower<'_>) -> bool {
    let appearance = annotation.get::<Dict<'_>>("AP");
    let Some(stream) = appearance.and_then(|ap| ap.get::<Stream<'_>>("N")) else {
        return false;
    };
    let rect = annotation.get::<Rect>("Rect");
    let (x, y) = rect.map_or((0.0, 0.0), |rect| (rect.x0, rect.y0));
    let n_before = follower.shown.chars.len();
    follower.form(&stream, page.resources(), Matrix::shift(x, y));
    let more = &follower.shown.chars[n_before..];
    more.iter().any(|c| !c.text.trim().is_empty())
}

/// The items of an array, with none for each that leads nowhere: the iterator of the library ends at the first of those.
pub(super) fn items<'p>(
    array: &Array<'p>,
    xref: &'p XRef,
) -> impl Iterator<Item = Option<Object<'p>>> {
    array.raw_iter().map(|item| match item {
        MaybeRef::Ref(at) => xref.get(at.into()),
        MaybeRef::NotRef(object) => Some(object),
    })
}

/// A text outside of pages (7.9.2.2): UTF-16 or UTF-8 with a mark, else a code page that is nearly Windows-1252.
pub(super) fn text_string(bytes: &[u8]) -> String {
    encoding_rs::WINDOWS_1252.decode(bytes).0.into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(bytes: &[u8], want: &str) {
        assert_eq!(text_string(bytes), want);
    }

    #[test]
    fn texts_outside_of_pages_are_told_by_their_marks() {
        check(b"\xFE\xFF\x5F\x20\x4F\x1F", "张伟");
        check(b"\xFF\xFE\x20\x5F\x1F\x4F", "张伟");
        check("\u{FEFF}张伟".as_bytes(), "张伟");
        check(b"Jos\xE9", "José");
        check(b"", "");
    }
}
