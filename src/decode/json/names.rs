//! Names: which column a value belongs to, by its path.
//!
//! The paths of a table form a tree, one node per key, so that the column of a value is found by
//! walking with the value instead of building its path. Records of a file mostly have the same keys
//! in the same order: each node remembers which sibling came next, and a key that agrees with it
//! costs a comparison and no hashing. Knows keys, not JSON text.

use std::collections::HashMap;

use crate::decode::block::holds_data;
use crate::record::Table;

/// Columns kept apart per table. Values of further paths go to one column named `""`.
pub(super) const COLUMNS_MAX: usize = 4096;
/// Paths kept apart per table, with those that hold no value of their own.
const NODES_MAX: u32 = 4 * COLUMNS_MAX as u32;
/// Tables kept apart per file. Further lists go to the table of the root.
const TABLES_MAX: usize = 1024;
/// Longest path in bytes; values of longer ones go to the column named `""`.
const PATH_BYTES_MAX: usize = 1024;
/// Longest key that is a name; a longer one is taken for data.
const KEY_BYTES_MAX: usize = 256;
/// The path element that stands for every key that is data: `{"13900000000": …}`.
const DATA_KEY: &[u8] = b"{key}";

/// Index of a node.
pub(super) type NodeId = u32;
/// No node.
pub(super) const NONE: NodeId = NodeId::MAX;
/// No column or no table yet.
const UNSET: u32 = u32::MAX;

/// What a key is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Key {
    /// The name of a value.
    Name(NodeId),
    /// Data itself; the node stands for all such keys.
    Data(NodeId),
}

struct Node {
    parent: NodeId,
    /// The key, as a range of `Names::keys`.
    key: (u32, u32),
    kind: Kind,
    /// Whether the key is written without escapes.
    is_plain: bool,
    table: u32,
    /// The child that came first in the last record.
    first: NodeId,
    /// The sibling that came next in the last record.
    next: NodeId,
    /// The child that stands for the elements of an array.
    element: NodeId,
    /// Its column, once it has held a value.
    column: u32,
    /// The table of the records listed here, once there is one.
    list: u32,
    /// Whether the keys below it are data.
    is_keyed: bool,
    /// Length of its path in bytes.
    path_bytes: u32,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Root,
    Key,
    Element,
    Index(u32),
    Overflow,
}

struct Tree {
    nodes: u32,
    overflow: NodeId,
    /// The names of the elements of its records, where these are rows under names.
    header: Vec<String>,
}

/// The paths of all tables of a file.
pub(super) struct Names {
    tables: Vec<Table>,
    trees: Vec<Tree>,
    nodes: Vec<Node>,
    keys: Vec<u8>,
    /// Parent and key to node.
    index: HashMap<Vec<u8>, NodeId>,
    probe: Vec<u8>,
    too_wide: bool,
}

impl Names {
    /// With the table of the root, which has no name.
    pub(super) fn new() -> Names {
        let mut names = Names {
            tables: Vec::new(),
            trees: Vec::new(),
            nodes: Vec::new(),
            keys: Vec::new(),
            index: HashMap::new(),
            probe: Vec::new(),
            too_wide: false,
        };
        names.new_table(None, true);
        names
    }

    /// All tables.
    pub(super) fn tables(&self) -> &[Table] {
        &self.tables
    }

    /// Whether columns or tables were not kept apart since the last call.
    pub(super) fn take_too_wide(&mut self) -> bool {
        std::mem::take(&mut self.too_wide)
    }

    /// Adds a table, whose first node is its root; without columns it takes text.
    pub(super) fn new_table(&mut self, name: Option<String>, has_columns: bool) -> u32 {
        let table = self.tables.len() as u32;
        self.tables.push(Table {
            name,
            columns: Vec::new(),
            has_header: has_columns,
        });
        let root = self.push(NONE, (0, 0), Kind::Root, table);
        let overflow = self.push(root, (0, 0), Kind::Overflow, table);
        self.trees.push(Tree {
            nodes: 0,
            overflow,
            header: Vec::new(),
        });
        table
    }

    /// The root of a table's paths.
    pub(super) fn root(&self, table: u32) -> NodeId {
        // Every table pushes its root, then its overflow node.
        self.trees[table as usize].overflow - 1
    }

    /// The table whose records are listed at a node.
    pub(super) fn list(&mut self, node: NodeId) -> u32 {
        let at = &self.nodes[node as usize];
        match at.kind {
            Kind::Root => return at.table,
            _ if at.list != UNSET => return at.list,
            _ => {}
        }
        let table = if self.tables.len() < TABLES_MAX {
            let name = self.path(node);
            self.new_table(Some(name), true)
        } else {
            self.too_wide = true;
            0
        };
        self.nodes[node as usize].list = table;
        table
    }

    /// Names the elements of the records that are listed at a node. False if these are named already.
    pub(super) fn set_header(&mut self, node: NodeId, header: Vec<String>) -> bool {
        let mut table = self.list(node);
        let tree = &self.trees[table as usize];
        if tree.nodes > 0 && tree.header == header {
            return true;
        }
        if tree.nodes > 0 {
            // The same place in another document, or below a key that is data.
            self.nodes[node as usize].list = UNSET;
            table = self.list(node);
        }
        let tree = &mut self.trees[table as usize];
        if tree.nodes > 0 {
            return false;
        }
        tree.header = header;
        true
    }

    /// The table a node belongs to.
    #[cfg(test)]
    pub(super) fn table(&self, node: NodeId) -> u32 {
        self.nodes[node as usize].table
    }

    /// The node of a key below `parent`, when `previous` was the node of the key before it, or
    /// [`NONE`].
    pub(super) fn key(&mut self, parent: NodeId, previous: NodeId, key: &[u8]) -> Key {
        if self.nodes[parent as usize].is_keyed {
            return Key::Data(self.data(parent));
        }
        let guess = self.guess(parent, previous);
        if guess != NONE {
            let node = &self.nodes[guess as usize];
            if &self.keys[node.key.0 as usize..node.key.1 as usize] == key {
                return Key::Name(guess);
            }
        }
        if let Some(node) = self.look_up(parent, key) {
            self.remember(parent, previous, node);
            return Key::Name(node);
        }
        if key.len() > KEY_BYTES_MAX || holds_data(key) {
            return Key::Data(self.data(parent));
        }
        let node = self.grow(parent, key, Kind::Key);
        self.remember(parent, previous, node);
        Key::Name(node)
    }

    /// The node that stands for all keys below `parent` that are data.
    fn data(&mut self, parent: NodeId) -> NodeId {
        let node = self.look_up(parent, DATA_KEY);
        node.unwrap_or_else(|| self.grow(parent, DATA_KEY, Kind::Key))
    }

    /// Says that the keys below a node are data, each the key of a record.
    pub(super) fn take_keys_as_data(&mut self, node: NodeId) {
        let node = &mut self.nodes[node as usize];
        node.is_keyed = true;
        node.first = NONE;
    }

    /// The node of the key that came next in the last record, and the key's length, if `text` begins with it as it is mostly
    /// written: in plain letters, with its closing quote and a colon behind it.
    #[inline]
    pub(super) fn expected(
        &self,
        parent: NodeId,
        previous: NodeId,
        text: &[u8],
    ) -> Option<(NodeId, usize)> {
        let guess = self.guess(parent, previous);
        let node = self.nodes.get(guess as usize)?;
        let len = (node.key.1 - node.key.0) as usize;
        let key = &self.keys[node.key.0 as usize..node.key.1 as usize];
        let is_it =
            node.is_plain && text.get(len..len + 2)? == b"\":" && is_same(&text[..len], key);
        is_it.then_some((guess, len))
    }

    /// The node of an array's element. The elements of an array inside a record share one; those of
    /// a record that is itself an array are its columns and have one each.
    pub(super) fn element(&mut self, parent: NodeId, previous: NodeId, index: u32) -> NodeId {
        let at = &self.nodes[parent as usize];
        if at.kind != Kind::Root {
            if at.element == NONE {
                self.nodes[parent as usize].element = self.grow(parent, b"[]", Kind::Element);
            }
            return self.nodes[parent as usize].element;
        }
        let guess = self.guess(parent, previous);
        if guess != NONE && self.nodes[guess as usize].kind == Kind::Index(index) {
            return guess;
        }
        let header = &self.trees[at.table as usize].header;
        let key = match header.get(index as usize) {
            Some(name) if !name.is_empty() => name.clone(),
            _ => format!("[{index}]"),
        };
        let node = self.look_up(parent, key.as_bytes());
        let node = node.unwrap_or_else(|| self.grow(parent, key.as_bytes(), Kind::Index(index)));
        self.remember(parent, previous, node);
        node
    }

    /// The column of a node's values.
    #[inline]
    pub(super) fn column(&mut self, node: NodeId) -> u32 {
        match self.nodes[node as usize].column {
            UNSET => self.new_column(node),
            column => column,
        }
    }

    fn new_column(&mut self, node: NodeId) -> u32 {
        let at = &self.nodes[node as usize];
        let (table, overflow) = (at.table as usize, self.trees[at.table as usize].overflow);
        // The last place is kept for the overflow column.
        let full = self.tables[table].columns.len() + 1 >= COLUMNS_MAX;
        let column = if node == overflow || !full {
            let name = self.path(node);
            self.tables[table].columns.push(name);
            self.tables[table].columns.len() as u32 - 1
        } else {
            self.too_wide = true;
            self.column(overflow)
        };
        self.nodes[node as usize].column = column;
        column
    }

    fn guess(&self, parent: NodeId, previous: NodeId) -> NodeId {
        match previous {
            NONE => self.nodes[parent as usize].first,
            _ => self.nodes[previous as usize].next,
        }
    }

    fn remember(&mut self, parent: NodeId, previous: NodeId, node: NodeId) {
        // An overflow node is its own child and must not be taken for a key.
        if self.nodes[node as usize].kind == Kind::Overflow {
            return;
        }
        match previous {
            NONE => self.nodes[parent as usize].first = node,
            _ if self.nodes[previous as usize].parent == parent => {
                self.nodes[previous as usize].next = node;
            }
            _ => {}
        }
    }

    fn look_up(&mut self, parent: NodeId, key: &[u8]) -> Option<NodeId> {
        self.probe.clear();
        self.probe.extend_from_slice(&parent.to_le_bytes());
        self.probe.extend_from_slice(key);
        self.index.get(self.probe.as_slice()).copied()
    }

    fn grow(&mut self, parent: NodeId, key: &[u8], kind: Kind) -> NodeId {
        let at = &self.nodes[parent as usize];
        let (table, path_bytes) = (at.table, at.path_bytes as usize + key.len() + 1);
        let tree = &mut self.trees[table as usize];
        if at.kind == Kind::Overflow || tree.nodes >= NODES_MAX || path_bytes > PATH_BYTES_MAX {
            self.too_wide = true;
            return tree.overflow;
        }
        tree.nodes += 1;
        let start = self.keys.len() as u32;
        self.keys.extend_from_slice(key);
        let node = self.push(parent, (start, self.keys.len() as u32), kind, table);
        self.nodes[node as usize].path_bytes = path_bytes as u32;
        let mut entry = parent.to_le_bytes().to_vec();
        entry.extend_from_slice(key);
        self.index.insert(entry, node);
        node
    }

    fn push(&mut self, parent: NodeId, key: (u32, u32), kind: Kind, table: u32) -> NodeId {
        let letters = &self.keys[key.0 as usize..key.1 as usize];
        let is_plain = kind == Kind::Key && !letters.iter().any(|b| matches!(b, b'"' | b'\\'));
        self.nodes.push(Node {
            parent,
            key,
            kind,
            is_plain,
            table,
            first: NONE,
            next: NONE,
            element: NONE,
            column: UNSET,
            list: UNSET,
            is_keyed: false,
            path_bytes: 0,
        });
        self.nodes.len() as NodeId - 1
    }

    fn path(&self, node: NodeId) -> String {
        let at = &self.nodes[node as usize];
        if matches!(at.kind, Kind::Root | Kind::Overflow) {
            return String::new();
        }
        let mut path = self.path(at.parent);
        if at.kind == Kind::Key && !path.is_empty() {
            path.push('.');
        }
        path.push_str(&String::from_utf8_lossy(
            &self.keys[at.key.0 as usize..at.key.1 as usize],
        ));
        path
    }
}

/// Whether two keys are the same. Keys are short: a call costs more than the comparison.
#[inline]
fn is_same(a: &[u8], b: &[u8]) -> bool {
    let ((a, a_rest), (b, b_rest)) = (a.as_chunks::<8>(), b.as_chunks::<8>());
    let word = |chunk: &[u8; 8]| u64::from_ne_bytes(*chunk);
    a.len() == b.len()
        && a.iter().zip(b).all(|(a, b)| word(a) == word(b))
        && a_rest.iter().eq(b_rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(names: &mut Names, node: NodeId) -> String {
        let column = names.column(node) as usize;
        names.tables()[names.table(node) as usize].columns[column].clone()
    }

    fn child(names: &mut Names, parent: NodeId, previous: NodeId, key: &str) -> NodeId {
        match names.key(parent, previous, key.as_bytes()) {
            Key::Name(node) | Key::Data(node) => node,
        }
    }

    #[test]
    fn paths_are_dotted() {
        let mut names = Names::new();
        let root = names.root(0);
        let user = child(&mut names, root, NONE, "user");
        let phones = child(&mut names, user, NONE, "phones");
        let phone = names.element(phones, NONE, 0);
        assert_eq!(name(&mut names, phone), "user.phones[]");
        let area = child(&mut names, phone, NONE, "area");
        assert_eq!(name(&mut names, area), "user.phones[].area");
        let second = names.element(root, NONE, 1);
        assert_eq!(name(&mut names, second), "[1]");
        assert_eq!(names.element(root, NONE, 1), second);
    }

    #[test]
    fn keys_that_are_data_share_a_column() {
        let mut names = Names::new();
        let root = names.root(0);
        for key in [
            "13900000000",
            "139 0000 0000",
            "１３９００００００００",
            "a@example.com",
        ] {
            assert!(
                matches!(names.key(root, NONE, key.as_bytes()), Key::Data(_)),
                "{key}"
            );
        }
        for key in ["address2", "@type", "date_2024", "手机号"] {
            assert!(
                matches!(names.key(root, NONE, key.as_bytes()), Key::Name(_)),
                "{key}"
            );
        }
        let node = child(&mut names, root, NONE, "13900000001");
        assert_eq!(name(&mut names, node), "{key}");
    }

    #[test]
    fn another_order_finds_the_same_nodes() {
        let mut names = Names::new();
        let root = names.root(0);
        let a = child(&mut names, root, NONE, "a");
        let b = child(&mut names, root, a, "b");
        assert_eq!(child(&mut names, root, NONE, "b"), b);
        assert_eq!(child(&mut names, root, b, "a"), a);
        assert_eq!(child(&mut names, root, NONE, "a"), a);
    }

    #[test]
    fn columns_beyond_the_limit_share_one() {
        let mut names = Names::new();
        let root = names.root(0);
        for i in 0..3 * NODES_MAX {
            let node = child(&mut names, root, NONE, &format!("k{i}"));
            names.column(node);
        }
        let columns = &names.tables()[0].columns;
        assert_eq!(columns.len(), COLUMNS_MAX);
        assert_eq!(columns.iter().filter(|c| c.is_empty()).count(), 1);
        assert!(names.take_too_wide() && !names.take_too_wide());
        assert!(names.nodes.len() < NODES_MAX as usize + 3);
    }
}
