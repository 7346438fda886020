//! What the elements of HTML mean for text and tables, by their names.

use html5gum::State;

/// What an element is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Role {
    Table,
    /// `thead` (true), `tbody`, `tfoot`.
    Section(bool),
    Row,
    /// `th` (true) or `td`.
    Cell(bool),
    /// Begins and ends a line.
    Block,
    /// As a block, and line feeds in it are line feeds.
    Kept,
    /// As that, and holds no other elements.
    Field,
    /// As a block, and holds no other elements.
    Title,
    /// The description of a term, which goes on in the line of the term.
    Description,
    /// The term. Its end ends no line.
    Term,
    /// Text that nobody reads, up to the end tag.
    Hidden(State),
    /// Elements that nobody reads, up to the end tag.
    Template,
    /// Text without elements, for all that is left.
    Plain,
    Inline,
}

impl Role {
    pub(super) fn of(name: &[u8]) -> Role {
        match name {
            b"table" => Role::Table,
            b"thead" => Role::Section(true),
            b"tbody" | b"tfoot" => Role::Section(false),
            b"tr" => Role::Row,
            b"th" => Role::Cell(true),
            b"td" => Role::Cell(false),
            b"pre" | b"listing" => Role::Kept,
            b"textarea" => Role::Field,
            b"title" => Role::Title,
            b"dd" => Role::Description,
            b"dt" => Role::Term,
            b"script" => Role::Hidden(State::ScriptData),
            b"style" => Role::Hidden(State::RawText),
            b"template" => Role::Template,
            b"plaintext" => Role::Plain,
            b"address" | b"article" | b"aside" | b"blockquote" | b"body" | b"br" | b"caption"
            | b"center" | b"details" | b"dialog" | b"dir" | b"div" | b"dl" | b"fieldset"
            | b"figcaption" | b"figure" | b"footer" | b"form" | b"frame" | b"frameset" | b"h1"
            | b"h2" | b"h3" | b"h4" | b"h5" | b"h6" | b"head" | b"header" | b"hgroup" | b"hr"
            | b"html" | b"iframe" | b"legend" | b"li" | b"main" | b"menu" | b"meta" | b"nav"
            | b"ol" | b"optgroup" | b"option" | b"p" | b"search" | b"section" | b"select"
            | b"summary" | b"ul" | b"xmp" => Role::Block,
            _ => Role::Inline,
        }
    }
}
