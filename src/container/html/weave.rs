//! Tokens of a page become lines and rows.
//!
//! Elements of blocks end lines, all others do not; blanks in a row are one. A cell may hold paragraphs, which are lines of it.
//! Values of attributes that a reader may see stand where the tag does, unless the text around says the same. Scripts and styles are
//! left out, but for scripts that hold data, and of messages templates, which no reader sees. End tags may be missing, as the standard allows; no tag is believed to have one.

use std::collections::VecDeque;

use html5gum::{Emitter, Error, State};

use super::attribute::Attributes;
use super::grid::Grid;
use super::role::Role;
use super::{
    DATA_BYTES_MAX, LINE_BYTES_MAX, NAME_BYTES_MAX, TABLES_DEPTH_MAX, VALUE_BYTES_MAX, Wanted,
};
use crate::error::Reason;

/// Bytes of the name of a tag that are kept; no element that is known has a longer one.
const NAME_BYTES_KEPT: usize = 32;

/// Values of attributes that wait for the end of their line.
const VALUES_MAX: usize = 64;

/// What comes next.
#[derive(Debug, PartialEq)]
pub(super) enum Item {
    Line(String),
    /// The names of the columns of a table.
    Head(Vec<String>),
    Row(Vec<String>),
    /// A table ends, with what was left out of it.
    EndOfTable(Option<Reason>),
    /// A script that holds data, and why not all of it is there. Where lines are wanted, without it.
    Data(Vec<u8>, Option<Reason>),
    /// The page ends: how deep tables stand in each other, and what was left out of it.
    Over(usize, Option<Reason>),
    /// The page cannot be read further: how deep tables stand in each other up to there, and why.
    Broken(usize, Reason),
}

/// Makes lines and rows of tokens.
pub(super) struct Weaver {
    wanted: Wanted,
    /// The tag in hand.
    name: Vec<u8>,
    name_bytes: usize,
    is_end: bool,
    is_empty: bool,
    attributes: Attributes,
    last_start: Vec<u8>,
    /// The line of a comment in hand.
    comment: Vec<u8>,
    /// The element whose text is left out.
    is_hidden: bool,
    /// Whether it holds data, and what it holds, if that is wanted.
    is_data: bool,
    data: Vec<u8>,
    n_templates: usize,
    /// Elements in which line feeds are line feeds.
    n_kept: usize,
    /// For each table around the place whether it is in a cell of it.
    levels: Vec<bool>,
    /// Tables in those.
    n_deeper: usize,
    deepest: usize,
    /// The line in hand.
    text: Vec<u8>,
    /// Values of attributes that belong to it: the name they are told under, and the value.
    values: Vec<(String, String)>,
    grid: Grid,
    ready: VecDeque<Item>,
    lost: Option<Reason>,
}

impl Weaver {
    pub(super) fn new(wanted: Wanted) -> Weaver {
        Weaver {
            wanted,
            name: Vec::new(),
            name_bytes: 0,
            is_end: false,
            is_empty: false,
            attributes: Attributes::default(),
            last_start: Vec::new(),
            comment: Vec::new(),
            is_hidden: false,
            is_data: false,
            data: Vec::new(),
            n_templates: 0,
            n_kept: 0,
            levels: Vec::new(),
            n_deeper: 0,
            deepest: 0,
            text: Vec::new(),
            values: Vec::new(),
            grid: Grid::default(),
            ready: VecDeque::new(),
            lost: None,
        }
    }

    /// The table in whose cell the place is, from 1; 0 outside of cells.
    fn place(&self) -> usize {
        self.levels
            .iter()
            .rposition(|in_cell| *in_cell)
            .map_or(0, |last| last + 1)
    }

    /// Whether text at the place is wanted.
    fn is_wanted(&self) -> bool {
        match self.wanted {
            Wanted::All => true,
            Wanted::Lines => self.place() == 0,
            Wanted::Tables(depth) => self.place() == depth,
            Wanted::Data => false,
        }
    }

    /// Whether the innermost table is wanted.
    fn is_table_wanted(&self) -> bool {
        self.wanted == Wanted::Tables(self.levels.len()) && self.n_deeper == 0
    }

    /// Adds text to the line in hand.
    fn push(&mut self, bytes: &[u8]) {
        let keeps_lines = self.n_kept > 0;
        for &byte in bytes {
            match byte {
                b'\n' if keeps_lines => self.end_line(),
                b' ' | b'\t' | b'\n' | b'\r' | b'\x0C' => {
                    if self.text.len() >= LINE_BYTES_MAX {
                        self.end_line();
                    }
                    if !matches!(self.text.last(), None | Some(b' ' | b'\t')) {
                        self.text.push(b' ');
                    }
                }
                0 => {}
                byte => {
                    // Text without a blank is cut between characters.
                    if self.text.len() >= 2 * LINE_BYTES_MAX && byte & 0xC0 != 0x80 {
                        self.end_line();
                    }
                    self.text.push(byte);
                }
            }
        }
    }

    /// Begins a cell that is no cell of a table of its own.
    fn put_tab(&mut self) {
        while self.text.last() == Some(&b' ') {
            self.text.pop();
        }
        if !self.text.is_empty() {
            self.text.push(b'\t');
        }
    }

    /// Ends the line in hand, and puts it where it belongs.
    fn end_line(&mut self) {
        if self.text.is_empty() && self.values.is_empty() {
            return;
        }
        let text = cleaned(&std::mem::take(&mut self.text));
        let mut line = text.trim().to_owned();
        let is_in_cell = matches!(self.wanted, Wanted::Tables(_));
        let mut said = (!self.values.is_empty()).then(|| squeezed(&line));
        for (name, value) in std::mem::take(&mut self.values) {
            let Some(said) = &mut said else { break };
            let squeezed = squeezed(&value);
            let without_prefix = squeezed.strip_prefix("86").unwrap_or(&squeezed);
            if said.contains(without_prefix) {
                continue;
            }
            said.push_str(&squeezed);
            if !line.is_empty() {
                line.push(' ');
            }
            // The header of a column announces what is in its cells; a line has but this word.
            if !is_in_cell && !name.is_empty() {
                line.push_str(&name);
                line.push_str(": ");
            }
            line.push_str(&value);
        }
        if line.is_empty() {
            return;
        }
        match self.wanted {
            Wanted::Tables(_) => self.grid.put(&line),
            Wanted::All | Wanted::Lines => self.ready.push_back(Item::Line(line)),
            Wanted::Data => {}
        }
    }

    fn start(&mut self, role: Role) -> Option<State> {
        let mut state = None;
        match role {
            Role::Table => self.begin_table(),
            Role::Section(is_head) => self.section(is_head),
            Role::Row => self.begin_row(),
            Role::Cell(is_head) => self.begin_cell(is_head),
            Role::Block | Role::Term => self.end_line(),
            Role::Description => self.push(b" "),
            Role::Kept | Role::Field | Role::Title => {
                self.end_line();
                self.n_kept +=
                    usize::from(role == Role::Kept || (role == Role::Field && !self.is_empty));
                let is_raw = role != Role::Kept && !self.is_empty;
                state = is_raw.then_some(State::RcData);
            }
            Role::Hidden(raw) if !self.is_empty => {
                self.is_hidden = true;
                self.begin_data(raw);
                state = Some(raw);
            }
            // Pages show what is in them once a script does.
            Role::Template if self.wanted == Wanted::All => self.n_templates += 1,
            Role::Template => self.end_line(),
            Role::Plain => {
                self.end_line();
                self.n_kept += 1;
                state = Some(State::PlainText);
            }
            Role::Hidden(_) | Role::Inline => {}
        }
        self.take_values();
        state
    }

    fn end(&mut self, role: Role) {
        match role {
            Role::Table => self.end_table(),
            Role::Section(_) => self.section(false),
            Role::Row => self.end_row(),
            Role::Cell(_) => self.end_cell(),
            Role::Kept | Role::Field => {
                self.end_line();
                self.n_kept = self.n_kept.saturating_sub(1);
            }
            Role::Block | Role::Title | Role::Description => self.end_line(),
            Role::Template if self.wanted != Wanted::All => self.end_line(),
            Role::Hidden(_) | Role::Template | Role::Plain | Role::Term | Role::Inline => {}
        }
    }

    fn is_flat(&self) -> bool {
        self.wanted == Wanted::All || self.n_deeper > 0
    }

    fn begin_table(&mut self) {
        self.end_line();
        if self.wanted == Wanted::All {
            return;
        }
        if self.levels.len() == TABLES_DEPTH_MAX {
            self.n_deeper += 1;
            return;
        }
        self.levels.push(false);
        self.deepest = self.deepest.max(self.levels.len());
    }

    fn end_table(&mut self) {
        if self.is_flat() || self.levels.is_empty() {
            self.end_line();
            self.n_deeper = self.n_deeper.saturating_sub(1);
            return;
        }
        self.end_row();
        if self.is_table_wanted() {
            self.grid.end(&mut self.ready);
        }
        self.levels.pop();
    }

    fn section(&mut self, is_head: bool) {
        if self.is_flat() || self.levels.is_empty() {
            return self.end_line();
        }
        self.end_row();
        if self.is_table_wanted() {
            self.grid.section(is_head);
        }
    }

    fn begin_row(&mut self) {
        if self.is_flat() || self.levels.is_empty() {
            return self.end_line();
        }
        self.end_row();
        if self.is_table_wanted() {
            self.grid.begin_row();
        }
    }

    fn end_row(&mut self) {
        self.end_cell();
        if self.is_flat() {
            return self.end_line();
        }
        if self.is_table_wanted() {
            self.grid.end_row(&mut self.ready);
        }
    }

    fn begin_cell(&mut self, is_head: bool) {
        if self.is_flat() || self.levels.is_empty() {
            return self.put_tab();
        }
        self.end_cell();
        let (columns, rows) = (
            self.attributes.number(b"colspan"),
            self.attributes.number(b"rowspan"),
        );
        if self.is_table_wanted() {
            self.grid.begin_cell(is_head, columns, rows);
        }
        if let Some(in_cell) = self.levels.last_mut() {
            *in_cell = true;
        }
    }

    fn end_cell(&mut self) {
        if self.is_flat() {
            return;
        }
        self.end_line();
        if let Some(in_cell) = self.levels.last_mut()
            && std::mem::replace(in_cell, false)
            && self.is_table_wanted()
        {
            self.grid.end_cell();
        }
    }

    /// Takes what the attributes of the tag in hand say.
    fn take_values(&mut self) {
        if self.attributes.is_cut {
            let kib = VALUE_BYTES_MAX >> 10;
            let reason = format!("a tag with an attribute of more than {kib} KiB, or with many");
            self.lost.get_or_insert(Reason::Limit(reason));
        }
        if !self.is_wanted() || self.n_templates > 0 {
            return;
        }
        if let Some(contact) = self.attributes.contact() {
            self.put_value(String::new(), contact);
        }
        if self.wanted == Wanted::All {
            return;
        }
        let own = self.attributes.get(b"name");
        let own = own.or_else(|| self.attributes.get(b"property"));
        let own = own.or_else(|| self.attributes.get(b"itemprop"));
        let own = own.map(|name| name.trim().to_owned()).unwrap_or_default();
        let others: Vec<(String, String)> = self.attributes.others().collect();
        for (name, value) in others {
            // What pages say to browsers.
            if name == "content" && own.is_empty() {
                continue;
            }
            let name = match name.strip_prefix("data-") {
                Some(name) => name.to_owned(),
                None if name == "value" || name == "content" => own.clone(),
                None => String::new(),
            };
            self.put_value(name, value);
        }
    }

    /// Begins a script or a style, which may hold data.
    fn begin_data(&mut self, raw: State) {
        let kind = self.attributes.get(b"type").unwrap_or_default();
        let is_json = kind.to_ascii_lowercase().contains("json");
        self.is_data = is_json && raw == State::ScriptData && self.wanted != Wanted::All;
    }

    /// Ends the script in hand, before its time if there is a reason.
    fn end_data(&mut self, lost: Option<Reason>) {
        let data = std::mem::take(&mut self.data);
        if std::mem::take(&mut self.is_data) {
            let mib = DATA_BYTES_MAX >> 20;
            let too_long = || Reason::Limit(format!("a script of data of more than {mib} MiB"));
            let is_long = data.len() > DATA_BYTES_MAX;
            match self.wanted {
                Wanted::Lines => self.ready.push_back(Item::Data(Vec::new(), None)),
                Wanted::Data => {
                    let lost = is_long.then(too_long).or(lost);
                    self.ready.push_back(Item::Data(data, lost));
                }
                Wanted::All | Wanted::Tables(_) => {}
            }
        }
    }

    fn put_value(&mut self, name: String, value: String) {
        if self.values.len() >= VALUES_MAX {
            self.end_line();
        }
        self.values.push((name, value));
    }
}

/// Text without the signs that nobody sees, and with all blanks as blanks.
fn cleaned(bytes: &[u8]) -> String {
    let text = String::from_utf8_lossy(bytes);
    if text.is_ascii() {
        return text.into_owned();
    }
    let seen = |c: &char| !matches!(c, '\u{AD}' | '\u{200B}' | '\u{2060}' | '\u{FEFF}');
    let plain = |c| match c {
        '\u{A0}' | '\u{2002}'..='\u{200A}' | '\u{202F}' => ' ',
        c => c,
    };
    text.chars().filter(seen).map(plain).collect()
}

/// Letters and digits alone, to tell whether two texts say the same.
fn squeezed(text: &str) -> String {
    let kept = text.chars().filter(|c| c.is_alphanumeric());
    kept.flat_map(char::to_lowercase).collect()
}

impl Emitter for Weaver {
    type Token = Item;

    fn pop_token(&mut self) -> Option<Item> {
        self.ready.pop_front()
    }

    fn should_emit_errors(&mut self) -> bool {
        false
    }

    fn emit_error(&mut self, _: Error) {}

    fn set_last_start_tag(&mut self, name: Option<&[u8]>) {
        self.last_start = name.unwrap_or_default().to_vec();
    }

    fn current_is_appropriate_end_tag_token(&mut self) -> bool {
        self.is_end && self.name == self.last_start && self.name_bytes == self.name.len()
    }

    fn init_start_tag(&mut self) {
        self.name.clear();
        self.name_bytes = 0;
        (self.is_end, self.is_empty) = (false, false);
        self.attributes.clear();
        self.attributes.is_cut = false;
    }

    fn init_end_tag(&mut self) {
        self.init_start_tag();
        self.is_end = true;
    }

    fn push_tag_name(&mut self, bytes: &[u8]) {
        let room = NAME_BYTES_KEPT.saturating_sub(self.name.len());
        self.name.extend_from_slice(&bytes[..room.min(bytes.len())]);
        let was_long = self.name_bytes > NAME_BYTES_MAX;
        self.name_bytes += bytes.len();
        if self.name_bytes > NAME_BYTES_MAX && !was_long && self.wanted != Wanted::All {
            let kib = NAME_BYTES_MAX >> 10;
            let reason = Reason::Limit(format!("a tag with a name of more than {kib} KiB"));
            self.end_all();
            self.ready.push_back(Item::Broken(self.deepest, reason));
        }
    }

    fn set_self_closing(&mut self) {
        self.is_empty = true;
    }

    fn init_attribute(&mut self) {
        self.attributes.begin();
    }

    fn init_attribute_value(&mut self) {
        self.attributes.begin_value();
    }

    fn push_attribute_name(&mut self, bytes: &[u8]) {
        self.attributes.push_name(bytes);
    }

    fn push_attribute_value(&mut self, bytes: &[u8]) {
        self.attributes.push_value(bytes);
    }

    fn emit_current_tag(&mut self) -> Option<State> {
        let role = match self.name_bytes == self.name.len() {
            true => Role::of(&self.name),
            false => Role::Inline,
        };
        if self.is_hidden {
            self.is_hidden = !self.is_end;
            if self.is_end {
                self.end_data(None);
            }
            return None;
        }
        if self.n_templates > 0 && role != Role::Template {
            // Text in it that looks like tags is text, as anywhere.
            return self.raw_in_template(role);
        }
        if self.is_end {
            if role == Role::Template {
                self.n_templates = self.n_templates.saturating_sub(1);
            }
            self.end(role);
            return None;
        }
        self.last_start.clone_from(&self.name);
        self.start(role)
    }

    fn emit_string(&mut self, bytes: &[u8]) {
        if self.is_data && self.wanted == Wanted::Data {
            let room = (DATA_BYTES_MAX + 1).saturating_sub(self.data.len());
            self.data.extend_from_slice(&bytes[..room.min(bytes.len())]);
        }
        if !self.is_hidden && self.n_templates == 0 && self.is_wanted() {
            self.push(bytes);
        }
    }

    fn init_comment(&mut self) {
        self.comment.clear();
    }

    fn push_comment(&mut self, bytes: &[u8]) {
        if self.wanted != Wanted::Lines || self.n_templates > 0 {
            return;
        }
        for part in bytes.split_inclusive(|b| *b == b'\n') {
            self.comment.extend_from_slice(part);
            if part.ends_with(b"\n") || self.comment.len() >= LINE_BYTES_MAX {
                self.emit_current_comment();
            }
        }
    }

    fn emit_current_comment(&mut self) {
        let line = cleaned(&std::mem::take(&mut self.comment));
        if !line.trim().is_empty() {
            self.ready.push_back(Item::Line(line.trim().to_owned()));
        }
    }

    fn emit_eof(&mut self) {
        self.end_all();
        if self.is_hidden || self.n_templates > 0 {
            let reason = "it ends inside of a script, a style or a template, which are not read";
            let reason = Reason::Truncated(reason.to_owned());
            self.lost.get_or_insert(reason.clone());
            self.end_data(Some(reason));
        }
        let lost = self.lost.take();
        self.ready.push_back(Item::Over(self.deepest, lost));
    }

    fn emit_current_doctype(&mut self) {}
    fn set_force_quirks(&mut self) {}
    fn push_doctype_name(&mut self, _: &[u8]) {}
    fn init_doctype(&mut self) {}
    fn set_doctype_public_identifier(&mut self, _: &[u8]) {}
    fn set_doctype_system_identifier(&mut self, _: &[u8]) {}
    fn push_doctype_public_identifier(&mut self, _: &[u8]) {}
    fn push_doctype_system_identifier(&mut self, _: &[u8]) {}
}

impl Weaver {
    /// Ends all tables, and the line in hand.
    fn end_all(&mut self) {
        while !self.levels.is_empty() {
            self.end_table();
        }
        self.end_line();
    }

    /// Passes over a tag inside of a template.
    fn raw_in_template(&mut self, role: Role) -> Option<State> {
        if self.is_end {
            return None;
        }
        self.last_start.clone_from(&self.name);
        match role {
            Role::Hidden(raw) if !self.is_empty => {
                self.is_hidden = true;
                Some(raw)
            }
            Role::Field | Role::Title if !self.is_empty => Some(State::RcData),
            _ => None,
        }
    }
}
