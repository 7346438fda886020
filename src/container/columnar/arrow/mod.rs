//! Arrow files: those of Arrow's own format, which is Feather of version 2 as well, and streams of the same messages.
//!
//! Read by messages from the start to the end, so that a file without its footer is read as far as it goes; the footer tells where to go
//! on behind what is damaged, and whether batches are missing. The rows of a batch are shown one after the other while its columns stay
//! where they are: a window of each buffer is in memory, however large the batch.

mod array;
mod batch;
mod buffer;
mod dictionary;
#[cfg(test)]
mod fixture;
mod flat;
mod message;
mod schema;

use std::rc::Rc;

use self::array::Array;
use self::batch::Batch;
use self::buffer::{Data, Fail, Room};
use self::dictionary::Dictionaries;
use self::flat::Flat;
use self::message::{Footer, Is, Layout, Message, Messages, Next, layout};
use self::schema::{Schema, damaged};
use super::{Missing, Rows};
use crate::container::pump::{Job, Sink, Stop};
use crate::container::reason_of;
use crate::error::Reason;

/// Most buffers of a batch; columns of views may have many.
const BUFFERS_MAX: usize = 262_144;

/// Memory for unpacking the buffers of a batch, and for the dictionaries of a table.
const UNPACK_BYTES_MAX: u64 = 96 << 20;
const DICTIONARIES_BYTES_MAX: u64 = 96 << 20;

pub(in crate::container) fn walk(job: Job, sink: &mut Sink) -> Result<(), Stop> {
    let limits = job.unpacking.limits;
    let (file, size, failed) = job.source.into_places(limits.spool_bytes)?;
    sink.of_size(size);
    let data = Rc::new(Data::new(file, size));
    let (mut messages, layout) = layout(&data)?;
    let footer = match &layout {
        Layout::File(Some(footer)) => Some(footer),
        _ => None,
    };
    let is_file = matches!(layout, Layout::File(_));
    let mut n_tables = 0;
    loop {
        n_tables += 1;
        let first = messages.next()?;
        let schema = schema(&first, footer)?;
        if !matches!(&first, Next::Message(message) if message.is == Is::Schema) {
            messages.resume(0);
        }
        let name = (n_tables > 1).then(|| format!("table {n_tables}"));
        let form = schema.form();
        let names = schema.columns.iter().map(|of| of.name.clone()).collect();
        let mut rows = Rows::begin(sink, name.as_deref(), form, names)?;
        let mut table = Table::new(&data, &schema);
        if is_file && !schema.dictionaries.is_empty() {
            table.find_dictionaries(&mut messages)?;
        }
        table.walk(&mut messages, is_file, &mut rows)?;
        if rows.is_wanted() {
            let n_told = footer.map(|footer| footer.n_batches);
            table.trouble.note(&mut rows.missing, is_file, n_told);
        }
        rows.end()?;
        if messages.at >= messages.end || is_file {
            break;
        }
        if !messages.begins_again()? {
            let what = "something else follows the table".to_owned();
            return Err(Reason::Damaged(what).into());
        }
    }
    match failed {
        Some(error) => Err(reason_of(&error).into()),
        None => Ok(()),
    }
}

/// The schema, with which the first message should come.
fn schema(first: &Next, footer: Option<&Footer>) -> Result<Schema, Reason> {
    let table = match first {
        Next::Message(message) if message.is == Is::Schema => {
            if message.is_too_old() {
                let what = "Arrow data of a version before 0.8".to_owned();
                return Err(Reason::Unsupported(what));
            }
            message.table()
        }
        Next::Cut if footer.is_none() => {
            return Err(Reason::Truncated("ends in its schema".to_owned()));
        }
        _ => footer.and_then(Footer::schema),
    };
    Schema::read(table.ok_or_else(damaged)?)
}

/// A table that is being read.
struct Table<'s> {
    schema: &'s Schema,
    data: Rc<Data>,
    dictionaries: Dictionaries,
    /// Whether dictionaries are known before the rows are read.
    knows_dictionaries: bool,
    dictionaries_room: Room,
    room: Room,
    trouble: Trouble,
}

impl<'s> Table<'s> {
    fn new(data: &Rc<Data>, schema: &'s Schema) -> Table<'s> {
        Table {
            schema,
            data: Rc::clone(data),
            dictionaries: Dictionaries::new(schema),
            knows_dictionaries: false,
            dictionaries_room: Room::new(DICTIONARIES_BYTES_MAX),
            room: Room::new(UNPACK_BYTES_MAX),
            trouble: Trouble::new(schema),
        }
    }

    /// Reads all dictionaries of a file, which may stand behind the rows that need them. One that stands there twice is taken
    /// as it comes, as in a stream.
    fn find_dictionaries(&mut self, messages: &mut Messages) -> Result<(), Stop> {
        let from = messages.at;
        let mut is_replaced = false;
        loop {
            let start = messages.at;
            match messages.next()? {
                Next::Message(message) => {
                    if message.is == Is::Dictionary {
                        is_replaced |= self.dictionary(&message);
                    }
                }
                _ if messages.resume(start) => {}
                _ => break,
            }
        }
        messages.at = from;
        self.knows_dictionaries = !is_replaced;
        if is_replaced {
            (0..self.schema.dictionaries.len()).for_each(|slot| self.dictionaries.clear(slot));
            self.trouble = Trouble::new(self.schema);
        }
        Ok(())
    }

    /// Writes the rows of all batches.
    fn walk(
        &mut self,
        messages: &mut Messages,
        is_file: bool,
        rows: &mut Rows<'_>,
    ) -> Result<(), Stop> {
        // Behind a table that nobody wants there may be another, but not in a file.
        while rows.is_wanted() || !is_file {
            let start = messages.at;
            match messages.next()? {
                Next::Message(message) => {
                    self.trouble.is_cut |= message.is_cut;
                    match message.is {
                        Is::Rows => self.rows(&message, rows)?,
                        Is::Dictionary if self.knows_dictionaries => {}
                        Is::Dictionary => {
                            self.dictionary(&message);
                        }
                        Is::Schema if is_file => self.trouble.n_lost += 1,
                        Is::Schema => {
                            // Another table begins, without the mark of the end of this one.
                            messages.at = start;
                            break;
                        }
                        Is::Other => self.trouble.n_other += 1,
                    }
                }
                Next::Over if !messages.resume(start) => break,
                Next::Over => {}
                other => {
                    if messages.resume(start) {
                        self.trouble.n_lost += 1;
                        continue;
                    }
                    match other {
                        Next::Cut => self.trouble.is_cut = true,
                        _ => self.trouble.n_lost += 1,
                    }
                    messages.at = messages.end;
                    break;
                }
            }
        }
        Ok(())
    }

    /// Takes a dictionary, or what is added to one, and says whether it stands in the place of another.
    fn dictionary(&mut self, message: &Message) -> bool {
        let Some(table) = message.table() else {
            self.trouble.n_lost += 1;
            return false;
        };
        let id = table.i64(0).unwrap_or(0);
        let Some(&slot) = self.schema.slots.get(&id) else {
            // Nobody asks for it.
            return false;
        };
        let is_more = table.is_set(2);
        let is_replaced = !is_more && self.dictionaries.is_known(slot);
        if !is_more {
            self.dictionaries.clear(slot);
        }
        let taken = table
            .table(1)
            .ok_or(Fail::Damaged)
            .and_then(|table| self.values(message, table, slot));
        self.trouble.take_dictionary(taken);
        is_replaced
    }

    /// Puts the values of a batch into a dictionary.
    fn values(&mut self, message: &Message, table: Flat<'_>, slot: usize) -> Result<(), Fail> {
        let room = &self.dictionaries_room;
        let batch = Batch::read(table, &self.data, room, message, true);
        let mut batch = batch.ok_or(Fail::Damaged)?;
        let taken = room.take(batch.cost())?;
        let array = batch.array(&self.schema.dictionaries[slot]);
        let array = array.ok_or(Fail::Damaged)?;
        self.dictionaries.push(slot, array, taken)
    }

    /// Writes the rows of a batch.
    fn rows(&mut self, message: &Message, rows: &mut Rows<'_>) -> Result<(), Stop> {
        self.trouble.n_batches += 1;
        let table = message.table();
        let batch =
            table.and_then(|table| Batch::read(table, &self.data, &self.room, message, false));
        let Some(mut batch) = batch else {
            self.trouble.n_lost += 1;
            return Ok(());
        };
        if batch.n_buffers() > BUFFERS_MAX {
            self.trouble.is_large = true;
            return Ok(());
        }
        let columns = self.schema.columns.iter().map(|of| batch.array(of));
        let Some(mut columns) = columns.collect::<Option<Vec<Array>>>() else {
            self.trouble.n_lost += 1;
            return Ok(());
        };
        let n_backed = |columns: &[Array]| columns.iter().map(Array::n_backed).max().unwrap_or(0);
        let mut n = batch.n_rows.min(n_backed(&columns));
        let mut i = 0;
        while i < n && rows.is_wanted() {
            let mut has_failed = false;
            rows.row(|column, shown| {
                columns[column].show(i, shown, &mut self.dictionaries, 0);
                if let Some(fail) = self.dictionaries.failed.take() {
                    has_failed = true;
                    if !message.is_cut {
                        self.trouble.columns[column].get_or_insert(fail);
                    }
                }
                Ok::<_, Stop>(())
            })?;
            if has_failed {
                n = n.min(n_backed(&columns));
            }
            i += 1;
        }
        let is_void = self.schema.columns.iter().all(|of| of.is_void());
        if i < batch.n_rows && rows.is_wanted() && !message.is_cut && !is_void {
            self.trouble.n_short += 1;
        }
        Ok(())
    }
}

/// What of a table could not be read.
struct Trouble {
    is_cut: bool,
    /// Whether a batch or a dictionary takes too much memory.
    is_large: bool,
    /// Messages that make no sense, stretches without any, and tensors.
    n_lost: u64,
    n_other: u64,
    /// Dictionaries that cannot be read.
    n_dictionaries: u64,
    /// Batches with fewer rows than they should have.
    n_short: u64,
    /// Batches of rows that were met.
    n_batches: u64,
    /// Why something in a column could not be read, the first time.
    columns: Vec<Option<Fail>>,
}

impl Trouble {
    fn new(schema: &Schema) -> Trouble {
        Trouble {
            is_cut: false,
            is_large: false,
            n_lost: 0,
            n_other: 0,
            n_dictionaries: 0,
            n_short: 0,
            n_batches: 0,
            columns: vec![None; schema.columns.len()],
        }
    }

    fn take_dictionary(&mut self, taken: Result<(), Fail>) {
        match taken {
            Ok(()) => {}
            Err(Fail::Damaged) => self.n_dictionaries += 1,
            Err(Fail::Limit) => self.is_large = true,
        }
    }

    fn note(self, missing: &mut Missing, is_file: bool, n_told: Option<u64>) {
        if self.is_cut {
            let what = "ends in the middle of a batch".to_owned();
            missing.note(what, Reason::Truncated(String::new()));
        } else if is_file && n_told.is_none() {
            let what = "ends before its footer, or the footer is wrong".to_owned();
            missing.note(what, Reason::Truncated(String::new()));
        }
        if self.n_lost > 0 {
            let what = format!("{} batches cannot be read", self.n_lost);
            missing.note(what, damaged());
        } else if let Some(n_told) = n_told.filter(|n_told| *n_told != self.n_batches) {
            let n = self.n_batches;
            let what = format!("{n} batches were read, and the footer tells of {n_told}");
            missing.note(what, damaged());
        }
        if self.n_dictionaries > 0 {
            let what = format!("{} dictionaries cannot be read", self.n_dictionaries);
            missing.note(what, damaged());
        }
        if self.n_short > 0 {
            let what = format!("{} batches have fewer rows than they say", self.n_short);
            missing.note(what, damaged());
        }
        if self.n_other > 0 {
            let what = format!("{} tensors", self.n_other);
            missing.note(what, Reason::Unsupported(String::new()));
        }
        if self.is_large {
            let most = DICTIONARIES_BYTES_MAX >> 20;
            let what = format!(
                "dictionaries of more than {most} MiB, or batches of more than {BUFFERS_MAX} buffers"
            );
            missing.note(what, Reason::Limit(String::new()));
        }
        let n_columns = self.columns.len();
        let broken: Vec<Fail> = self.columns.into_iter().flatten().collect();
        let Some(first) = broken.first() else {
            return;
        };
        let reason = match first {
            Fail::Damaged => damaged(),
            Fail::Limit => Reason::Limit(String::new()),
        };
        let what = format!(
            "{} of {n_columns} columns are read in part or not at all",
            broken.len()
        );
        missing.note(what, reason);
    }
}

#[cfg(test)]
mod tests;
