//! The control words of Rich Text Format, 1.9.1, that change where text goes or are text themselves.
//!
//! All others change what text looks like, and are passed over by whoever reads. How words are written is not known here.

/// Where the text of a group goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Destination {
    /// The text itself.
    Body,
    /// Text beside the text: notes, headers, boxes.
    Aside,
    /// What is said of the document.
    About,
    /// The list of fonts.
    Fonts,
    /// The bytes of an object, as hexadecimal digits.
    Object,
    /// The code of a field.
    Code,
    /// A picture.
    Picture,
    /// Nowhere.
    Skipped,
}

impl Destination {
    /// Whether what stands there is text.
    pub(super) fn is_text(self) -> bool {
        matches!(
            self,
            Destination::Body | Destination::Aside | Destination::About
        )
    }
}

/// A word that stands for text, or ends something.
pub(super) enum Sign {
    Text(&'static str),
    Paragraph,
    Cell,
    Row,
}

/// Where a word leads the text of its group, if it does. One with a star before it is passed over by programs that do not
/// know it.
pub(super) fn destination(word: &str, is_starred: bool) -> Option<Destination> {
    let destination = match word {
        "footnote" | "annotation" | "header" | "headerl" | "headerr" | "headerf" | "footer"
        | "footerl" | "footerr" | "footerf" | "shptxt" | "dptxbxtext" => Destination::Aside,
        "info" => Destination::About,
        "fonttbl" => Destination::Fonts,
        "objdata" => Destination::Object,
        "fldinst" => Destination::Code,
        "pict" | "shppict" => Destination::Picture,
        "colortbl" | "stylesheet" | "listtable" | "listoverridetable" | "revtbl" | "rsidtbl"
        | "objclass" | "objname" | "nonshppict" | "nonesttables" | "listtext" | "pntext"
        | "bkmkstart" | "bkmkend" | "sp" | "xmlnstbl" | "filetbl" | "generator" | "creatim"
        | "revtim" | "printim" | "buptim" => Destination::Skipped,
        "shpinst" | "nesttableprops" | "do" | "shprslt" => return None,
        _ if is_starred => Destination::Skipped,
        _ => return None,
    };
    Some(destination)
}

/// Whether a word names what is said of the document.
pub(super) fn is_about(word: &str) -> bool {
    matches!(
        word,
        "title"
            | "subject"
            | "author"
            | "manager"
            | "company"
            | "operator"
            | "category"
            | "keywords"
            | "comment"
            | "doccomm"
            | "hlinkbase"
    )
}

/// What a word stands for.
pub(super) fn sign(word: &str) -> Option<Sign> {
    let sign = match word {
        "par" | "sect" | "page" => Sign::Paragraph,
        "cell" | "nestcell" => Sign::Cell,
        "row" | "nestrow" => Sign::Row,
        "tab" => Sign::Text("\t"),
        "line" => Sign::Text("\n"),
        "emdash" => Sign::Text("—"),
        "endash" => Sign::Text("–"),
        "emspace" | "enspace" | "qmspace" => Sign::Text(" "),
        "bullet" => Sign::Text("•"),
        "lquote" => Sign::Text("‘"),
        "rquote" => Sign::Text("’"),
        "ldblquote" => Sign::Text("“"),
        "rdblquote" => Sign::Text("”"),
        _ => return None,
    };
    Some(sign)
}

/// The code page of a character set of fonts; `None` for that of the document.
pub(super) fn code_page(charset: i32) -> Option<u16> {
    let page = match charset {
        77 => 10_000,
        128 => 932,
        129 => 949,
        134 => 936,
        136 => 950,
        161 => 1_253,
        162 => 1_254,
        163 => 1_258,
        177 => 1_255,
        178 => 1_256,
        186 => 1_257,
        204 => 1_251,
        222 => 874,
        238 => 1_250,
        _ => return None,
    };
    Some(page)
}
