//! The schema as a tree, and records as JSON by it.
//!
//! A list is a group with a group inside that is repeated, and so is a map; older programs leave one of them away. Both are written
//! as lists and objects of their own, without those groups.

use std::ops::Range;

use ::parquet::basic::{ConvertedType, LogicalType, Repetition};
use ::parquet::schema::types::Type;

use super::super::Form;
use super::super::shown::{Shown, json};
use super::leaf::{Leaf, def_of, rep_of};

/// A column, or a group of them.
pub(super) struct Node {
    /// The name; as a JSON string inside an object.
    key: String,
    /// Definition level from which it is there.
    def: i16,
    /// Repetition level of its elements, if it is repeated.
    rep: Option<i16>,
    shape: Shape,
    /// The columns below it that hold values.
    leaves: Range<usize>,
}

enum Shape {
    Value,
    /// An object.
    Group(Vec<Node>),
    /// What is in it stands in its place.
    Through(Box<Node>),
    /// Elements are keys with their values.
    Entries(Box<Node>, Option<Box<Node>>),
}

/// Makes nodes of types, from the first leaf to the last.
#[derive(Default)]
pub(super) struct Builder {
    n_leaves: usize,
}

impl Builder {
    /// The node of a column of the table.
    pub(super) fn column(&mut self, of: &Type) -> Node {
        self.node(of, 0, 0, false)
    }

    fn node(&mut self, of: &Type, mut def: i16, mut rep: i16, is_entries: bool) -> Node {
        let info = of.get_basic_info();
        let repetition = match info.has_repetition() {
            true => info.repetition(),
            false => Repetition::REQUIRED,
        };
        let is_repeated = repetition == Repetition::REPEATED;
        def += i16::from(repetition != Repetition::REQUIRED);
        rep += i16::from(is_repeated);
        let from = self.n_leaves;
        let shape = if of.is_primitive() {
            self.n_leaves += 1;
            Shape::Value
        } else {
            let is_list = is_list(of);
            let is_map = is_map(of);
            let inner = |node: &mut Builder, child: &Type| node.node(child, def, rep, is_map);
            let mut children: Vec<Node> = of
                .get_fields()
                .iter()
                .map(|child| inner(self, child))
                .collect();
            let is_element = is_repeated && is_wrapper(of);
            match children.len() {
                1 if is_list || is_map => Shape::Through(Box::new(children.remove(0))),
                1 | 2 if is_entries && is_repeated => {
                    let value = children.pop().filter(|_| !children.is_empty());
                    match (children.pop(), value) {
                        (Some(key), value) => Shape::Entries(Box::new(key), value.map(Box::new)),
                        (None, _) => Shape::Group(Vec::new()),
                    }
                }
                1 if is_element => Shape::Through(Box::new(children.remove(0))),
                _ => Shape::Group(children),
            }
        };
        Node {
            key: json(of.name()),
            def,
            rep: is_repeated.then_some(rep),
            shape,
            leaves: from..self.n_leaves,
        }
    }
}

/// Whether a type is a list, which has one type in it.
fn is_list(of: &Type) -> bool {
    let info = of.get_basic_info();
    let is_named = info.logical_type_ref() == Some(&LogicalType::List)
        || info.converted_type() == ConvertedType::LIST;
    is_named && is_around_repeated(of)
}

/// Whether a type is a map, which has one type with keys and values in it.
fn is_map(of: &Type) -> bool {
    let info = of.get_basic_info();
    let is_named = info.logical_type_ref() == Some(&LogicalType::Map)
        || matches!(
            info.converted_type(),
            ConvertedType::MAP | ConvertedType::MAP_KEY_VALUE
        );
    is_named && is_around_repeated(of) && of.get_fields()[0].is_group()
}

fn is_around_repeated(of: &Type) -> bool {
    let [child] = of.get_fields() else {
        return false;
    };
    let info = child.get_basic_info();
    info.has_repetition() && info.repetition() == Repetition::REPEATED
}

/// Whether a repeated group only stands around the elements of a list, rather than being one.
fn is_wrapper(of: &Type) -> bool {
    of.get_fields().len() == 1 && of.name() != "array" && !of.name().ends_with("_tuple")
}

impl Node {
    /// Whether it is one value a row.
    pub(super) fn is_value(&self) -> bool {
        self.rep.is_none() && matches!(self.shape, Shape::Value)
    }

    /// Shows what stands next in the record.
    pub(super) fn show(&self, leaves: &mut [Leaf], shown: &mut Shown) {
        let Some(rep) = self.rep else {
            return self.show_one(leaves, shown);
        };
        if def_of(leaves, &self.leaves).is_none_or(|def| def < self.def) {
            self.pass(leaves);
            return shown.raw(self.empty());
        }
        let (open, close) = self.brackets();
        shown.raw(open);
        loop {
            self.show_one(leaves, shown);
            // Levels of the next element, if it belongs to this list.
            let is_over = rep_of(leaves, &self.leaves).is_none_or(|next| next < rep);
            if is_over || shown.is_full() {
                break;
            }
            shown.raw(",");
        }
        shown.raw(close);
    }

    fn brackets(&self) -> (&'static str, &'static str) {
        match self.shape {
            Shape::Entries(_, Some(_)) => ("{", "}"),
            _ => ("[", "]"),
        }
    }

    fn empty(&self) -> &'static str {
        match self.shape {
            Shape::Entries(_, Some(_)) => "{}",
            _ => "[]",
        }
    }

    /// Shows one of it.
    fn show_one(&self, leaves: &mut [Leaf], shown: &mut Shown) {
        if let Shape::Value = self.shape {
            if let Some(leaf) = leaves.get_mut(self.leaves.start) {
                leaf.show(shown);
            }
            return;
        }
        if def_of(leaves, &self.leaves).is_none_or(|def| def < self.def) {
            self.pass(leaves);
            return match self.shape {
                // Levels that contradict each other.
                Shape::Entries(_, Some(_)) => shown.raw("\"\":null"),
                _ => shown.null(),
            };
        }
        match &self.shape {
            Shape::Value => {}
            Shape::Through(inner) => inner.show(leaves, shown),
            Shape::Group(children) => {
                shown.raw("{");
                for (i, child) in children.iter().enumerate() {
                    shown.raw(if i == 0 { "" } else { "," });
                    shown.raw(&child.key);
                    shown.raw(":");
                    child.show(leaves, shown);
                }
                shown.raw("}");
            }
            Shape::Entries(key, None) => key.show(leaves, shown),
            Shape::Entries(key, Some(value)) => {
                // A key is written as a text, whatever it is.
                let mut name = Shown::new(match key.is_value() {
                    true => Form::Cells,
                    false => Form::Objects,
                });
                key.show(leaves, &mut name);
                shown.take_counts(&name);
                shown.key(name.text());
                shown.raw(":");
                value.show(leaves, shown);
            }
        }
    }

    /// Passes over the levels that say it is not there.
    fn pass(&self, leaves: &mut [Leaf]) {
        leaves[self.leaves.clone()].iter_mut().for_each(Leaf::pass);
    }
}
