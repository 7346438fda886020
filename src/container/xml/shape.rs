//! The shape of a document: which elements stand in which, how often, and which of them are records.
//!
//! A record is an element that repeats in the one around it. One that holds nothing but a list of others, or a list far longer
//! than any one thing has parts, is a frame around records instead. What repeats nowhere is a property of the frame around it.
//! Kept of an element are its name and some counts, whatever its size.

use std::collections::HashMap;

/// Bytes of a name that are kept.
const NAME_BYTES_KEPT: usize = 256;

/// Different places of elements that are told apart; at more, those of one parent are one.
const PATHS_MAX: usize = 4_096;

/// Elements in one record, as many as a table has rows rather than a thing has parts.
const PARTS_MAX: u64 = 64;

/// The attributes by which an element names what it holds, as `<field name="phone">`.
pub(super) const NAMING: [&str; 5] = ["name", "key", "column", "field", "id"];

/// A place of elements: names from the root down.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct PathId(usize);

impl PathId {
    /// Outside of all elements.
    pub(super) const ROOT: PathId = PathId(0);
}

/// What the elements of a place are.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Role {
    /// Around records.
    Frame,
    Record,
    /// A property of the frame around it.
    Property,
}

/// What is known of a place.
#[derive(Default)]
struct Place {
    name: String,
    children: HashMap<String, usize>,
    /// Elements there.
    n: u64,
    /// Of them those with elements in them, or with attributes instead of text.
    n_compound: u64,
    /// Whether two stand in one parent.
    repeats: bool,
    /// The parent in which the last one stood.
    last_parent: u64,
    /// Those with elements in them, and of those the ones in which text stands beside the elements.
    n_with_elements: u64,
    n_mixed: u64,
    n_attributes: u64,
    role: Option<Role>,
}

impl Place {
    /// Whether elements stand among text in most of those there.
    fn is_mixed(&self) -> bool {
        self.n_mixed * 2 > self.n_with_elements
    }

    /// Whether most of those there have parts.
    fn is_compound(&self) -> bool {
        self.n_compound * 2 > self.n
    }
}

/// An element around the place.
struct Open {
    path: usize,
    /// Its number in the document.
    number: u64,
    n_attributes: u64,
    is_named: bool,
    has_elements: bool,
    has_text: bool,
}

/// A name as far as it is kept.
pub(super) fn short(name: &str) -> &str {
    &name[..name.floor_char_boundary(NAME_BYTES_KEPT)]
}

/// The shape of a document.
pub(super) struct Shape {
    places: Vec<Place>,
    open: Vec<Open>,
    n_elements: u64,
    n_record_places: usize,
}

impl Default for Shape {
    fn default() -> Shape {
        Shape {
            places: vec![Place::default()],
            open: Vec::new(),
            n_elements: 0,
            n_record_places: 0,
        }
    }
}

impl Shape {
    /// Begins an element with these attributes.
    pub(super) fn start<'a>(&mut self, name: &str, attributes: impl Iterator<Item = &'a str>) {
        let (around, parent) = match self.open.last_mut() {
            Some(around) => {
                around.has_elements = true;
                (around.path, around.number)
            }
            None => (0, 0),
        };
        self.n_elements += 1;
        let path = self.place(around, name);
        let place = &mut self.places[path];
        place.n += 1;
        // The first one stands in no parent yet.
        place.repeats |= place.n > 1 && place.last_parent == parent;
        place.last_parent = parent;
        let (mut n_attributes, mut is_named) = (0, false);
        for attribute in attributes {
            n_attributes += 1;
            is_named |= NAMING.contains(&attribute);
        }
        place.n_attributes += n_attributes;
        self.open.push(Open {
            path,
            number: self.n_elements,
            n_attributes,
            is_named,
            has_elements: false,
            has_text: false,
        });
    }

    pub(super) fn text(&mut self, text: &str) {
        if let Some(open) = self.open.last_mut() {
            open.has_text |= !text.trim().is_empty();
        }
    }

    pub(super) fn end(&mut self) {
        let Some(open) = self.open.pop() else { return };
        let place = &mut self.places[open.path];
        let is_row = open.n_attributes > 1 || (open.n_attributes == 1 && !open.is_named);
        let is_compound = open.has_elements || (is_row && !open.has_text);
        place.n_compound += u64::from(is_compound);
        place.n_with_elements += u64::from(open.has_elements);
        place.n_mixed += u64::from(open.has_elements && open.has_text);
    }

    /// The place of elements of this name in those of another place, made if it is not known.
    fn place(&mut self, around: usize, name: &str) -> usize {
        let name = short(name);
        let is_full = self.places.len() >= PATHS_MAX;
        let key = if is_full { "" } else { name };
        let children = &self.places[around].children;
        if let Some(known) = children.get(name).or_else(|| children.get(key)) {
            return *known;
        }
        let path = self.places.len();
        // Beyond the limit there is one more for each place, and for that one itself.
        if self.places.len() >= 2 * PATHS_MAX {
            return around;
        }
        self.places.push(Place {
            name: key.to_owned(),
            ..Place::default()
        });
        self.places[around].children.insert(key.to_owned(), path);
        path
    }

    /// Decides what the elements of each place are, once all was seen.
    pub(super) fn decide(&mut self) {
        while !self.open.is_empty() {
            self.end();
        }
        let mut frames = vec![0];
        while let Some(frame) = frames.pop() {
            let mut children: Vec<usize> = self.places[frame].children.values().copied().collect();
            children.sort_unstable();
            for child in children {
                let role = self.role_of(child);
                self.places[child].role = Some(role);
                match role {
                    Role::Frame => frames.push(child),
                    Role::Record => self.n_record_places += 1,
                    Role::Property => {}
                }
            }
        }
    }

    fn role_of(&self, path: usize) -> Role {
        let place = &self.places[path];
        if place.is_mixed() {
            // Prose: what is in it belongs together.
            let is_long = self.n_within(path) > PARTS_MAX * place.n;
            return match place.repeats {
                true if !is_long => Role::Record,
                _ => Role::Frame,
            };
        }
        match (place.repeats, place.is_compound()) {
            (true, true) if self.is_list(path) => Role::Frame,
            (true, _) => Role::Record,
            (false, true) => Role::Frame,
            (false, false) if place.children.is_empty() => Role::Property,
            (false, false) => Role::Frame,
        }
    }

    /// Whether the elements of a place are lists of others rather than things with parts.
    fn is_list(&self, path: usize) -> bool {
        let place = &self.places[path];
        let rows = self.most_rows(path);
        let has_own = place.children.values().any(|child| {
            let child = &self.places[*child];
            !child.is_compound()
        });
        rows > 0 && (!has_own || rows > PARTS_MAX * place.n)
    }

    /// Elements in those of a place that repeat there and have parts themselves: of the place with the most.
    fn most_rows(&self, path: usize) -> u64 {
        self.descendants(path)
            .filter(|place| place.repeats && place.is_compound() && self.has_parts(place))
            .map(|place| place.n)
            .max()
            .unwrap_or(0)
    }

    /// Whether those of a place hold several things, three for two of them at least: what holds one thing is a part itself.
    fn has_parts(&self, place: &Place) -> bool {
        let children = place.children.values().map(|child| self.places[*child].n);
        2 * (place.n_attributes + children.sum::<u64>()) >= 3 * place.n
    }

    fn n_within(&self, path: usize) -> u64 {
        self.descendants(path).map(|place| place.n).sum()
    }

    fn descendants(&self, path: usize) -> impl Iterator<Item = &Place> {
        let mut left: Vec<usize> = self.places[path].children.values().copied().collect();
        std::iter::from_fn(move || {
            let place = &self.places[left.pop()?];
            left.extend(place.children.values());
            Some(place)
        })
    }

    /// Whether there are elements of these names, the first outermost, each of the others in the one before.
    pub(super) fn has(&self, names: &[&str]) -> bool {
        let mut names = names.iter();
        let within = |place: &Place, name| place.children.get(name).map(|at| &self.places[*at]);
        let found = names.try_fold(&self.places[0], |place, name| within(place, *name));
        found.is_some()
    }

    /// The place of elements of this name in those of another.
    pub(super) fn child(&self, around: PathId, name: &str) -> PathId {
        let children = &self.places[around.0].children;
        let known = children.get(short(name)).or_else(|| children.get(""));
        PathId(known.copied().unwrap_or(around.0))
    }

    /// Whether the elements of a place are text with elements among it.
    pub(super) fn is_mixed(&self, path: PathId) -> bool {
        self.places[path.0].is_mixed()
    }

    /// What the elements of a place are.
    pub(super) fn role(&self, path: PathId) -> Role {
        self.places[path.0].role.unwrap_or(Role::Record)
    }

    /// What the records of a place are called beside others; nothing where there are no others.
    pub(super) fn name(&self, path: PathId) -> &str {
        let place = &self.places[path.0];
        match self.n_record_places > 1 || place.role == Some(Role::Frame) {
            true => &place.name,
            false => "",
        }
    }
}
