//! Schema: the tables of a dump, and what is known of their columns. Knows names, not text.

use std::collections::HashMap;

use super::statement::{Column, Target};
use super::tuple::COLUMNS_MAX;
use crate::record::Table;

/// Tables kept apart per file; rows of further ones go to one without a name.
const TABLES_MAX: usize = 4096;

/// Between a column's name and its comment.
const COMMENT_SEPARATOR: char = '\u{1f}';

/// The tables of a file.
#[derive(Default)]
pub(super) struct Schema {
    tables: Vec<Table>,
    index: HashMap<(String, Vec<String>), u32>,
    /// By table in lower case: the columns of `CREATE TABLE`.
    created: HashMap<String, Vec<Column>>,
    text: Option<u32>,
    nameless: Option<u32>,
}

impl Schema {
    pub(super) fn tables(&self) -> &[Table] {
        &self.tables
    }

    /// Remembers the columns of a table.
    pub(super) fn create(&mut self, table: &str, columns: Vec<Column>) {
        if self.created.len() < TABLES_MAX && !columns.is_empty() {
            self.created.insert(table.to_lowercase(), columns);
        }
    }

    /// Remembers the comment of a column.
    pub(super) fn comment(&mut self, table: &str, column: Column) {
        let known = self.created.get_mut(&table.to_lowercase());
        let found = known.and_then(|columns| columns.iter_mut().find(|c| c.name == column.name));
        if let Some(found) = found {
            *found = column;
        }
    }

    /// The table for rows of a target; new unless the same name and columns were met before.
    pub(super) fn table(&mut self, target: Target) -> u32 {
        let known = self.created(&target.table);
        let columns: Vec<String> = match (target.columns, known) {
            (Some(names), Some(known)) => names
                .into_iter()
                .map(|name| {
                    let same = known.iter().find(|c| c.name.eq_ignore_ascii_case(&name));
                    let comment = same.map_or("", |c| c.comment.as_str());
                    label(name, comment)
                })
                .collect(),
            (Some(names), None) => names,
            (None, Some(known)) => known
                .iter()
                .map(|c| label(c.name.clone(), &c.comment))
                .collect(),
            (None, None) => Vec::new(),
        };
        let key = (target.table, columns);
        if let Some(table) = self.index.get(&key) {
            return *table;
        }
        if self.index.len() >= TABLES_MAX {
            return self.nameless();
        }
        let (name, columns) = key.clone();
        let table = push(&mut self.tables, Some(name), columns);
        self.index.insert(key, table);
        table
    }

    /// Makes a table have at least `count` columns: those without a name are `""`.
    pub(super) fn widen(&mut self, table: u32, count: usize) {
        let columns = &mut self.tables[table as usize].columns;
        let count = count.min(COLUMNS_MAX);
        if columns.len() < count {
            columns.resize(count, String::new());
        }
    }

    /// The table of rows whose table is not known.
    pub(super) fn nameless(&mut self) -> u32 {
        let tables = &mut self.tables;
        *self
            .nameless
            .get_or_insert_with(|| push(tables, None, Vec::new()))
    }

    /// The table of text.
    pub(super) fn text(&mut self) -> u32 {
        let tables = &mut self.tables;
        *self
            .text
            .get_or_insert_with(|| push(tables, None, Vec::new()))
    }

    /// What is known of a table, by its whole name or, in a dump that names the database only here
    /// or there, its last part.
    fn created(&self, table: &str) -> Option<&Vec<Column>> {
        let table = table.to_lowercase();
        let last = |path: &str| path.rsplit('.').next().unwrap_or_default().to_owned();
        self.created.get(&table).or_else(|| {
            let mut same = self
                .created
                .iter()
                .filter(|(path, _)| last(path) == last(&table));
            let found = same.next();
            // Two tables of one name: neither can be meant for certain.
            found
                .filter(|_| same.next().is_none())
                .map(|(_, columns)| columns)
        })
    }
}

fn label(name: String, comment: &str) -> String {
    match comment.is_empty() {
        true => name,
        false => format!("{name}{COMMENT_SEPARATOR}{comment}"),
    }
}

fn push(tables: &mut Vec<Table>, name: Option<String>, columns: Vec<String>) -> u32 {
    let has_header = !columns.is_empty();
    tables.push(Table {
        name,
        columns,
        has_header,
    });
    tables.len() as u32 - 1
}
