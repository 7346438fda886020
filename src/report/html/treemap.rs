//! The folders as a treemap: rectangles whose areas are what was found below them, rows or persons.
//!
//! Squarified (Bruls, Huizing, van Wijk: Squarified Treemaps, 2000), so that rectangles are as square
//! as may be. A folder that holds nothing but one folder is drawn as one. What would be too small to
//! see is drawn together as one rectangle of its folder, with its number and sum. Coordinates are
//! percentages of the drawing. This file knows paths and numbers, no words.

use std::collections::BTreeMap;

use super::scale::Percent;

/// Height of the drawing over its width, about as the template draws it.
const ASPECT: f64 = 0.42;

/// Share of the whole area below which a rectangle is drawn with its neighbours.
const AREA_MIN: f64 = 0.002;

/// Most rectangles in one folder.
const CHILDREN_MAX: usize = 24;

/// How many levels of folders are drawn in each other.
const DEPTH_MAX: usize = 3;

/// Levels of a path that are told apart: a saved audit may name any number, and the tree is as deep as
/// they are. What lies deeper is drawn as its folder.
const LEVELS_MAX: usize = 32;

/// Space for the name of a folder above what it holds, as a share of the height.
const TITLE: f64 = 0.05;

/// A folder or file with what is below it.
#[derive(Debug, Default)]
pub(super) struct Node {
    amount: u64,
    files: u64,
    /// The first class of which there are rows, if any is in one: it gives the colour.
    class: Option<usize>,
    children: BTreeMap<String, Node>,
}

impl Node {
    /// Adds a file with its rows by class; some rows are in none.
    pub(super) fn add(&mut self, path: &str, classes: &[(Option<usize>, u64)]) {
        let sum = |sum: u64, (_, rows): &(_, u64)| sum.saturating_add(*rows);
        self.add_amount(path, classes.iter().fold(0, sum), classes);
    }

    /// Adds a file with another amount than that of its rows, which give it its class all the same.
    pub(super) fn add_amount(&mut self, path: &str, amount: u64, classes: &[(Option<usize>, u64)]) {
        let with_rows = classes.iter().filter(|(_, rows)| *rows > 0);
        let class = with_rows.filter_map(|(class, _)| *class).min();
        let mut node = self;
        node.count(amount, class);
        let parts = path.split('/').filter(|part| !part.is_empty());
        for part in parts.take(LEVELS_MAX) {
            node = node.children.entry(part.to_owned()).or_default();
            node.count(amount, class);
        }
    }

    fn count(&mut self, amount: u64, class: Option<usize>) {
        self.files += 1;
        self.amount = self.amount.saturating_add(amount);
        self.class = self.class.into_iter().chain(class).min();
    }
}

/// A rectangle of the drawing, in percent of its width and height.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Tile {
    pub(super) x: Percent,
    pub(super) y: Percent,
    pub(super) width: Percent,
    pub(super) height: Percent,
    /// Path from the root of the drawing; of several small ones that of their folder.
    pub(super) path: String,
    /// The last part of it, for the label; of a container without the `!` behind it.
    pub(super) name: String,
    pub(super) amount: u64,
    pub(super) files: u64,
    /// How many small ones it stands for; 0 if it stands for itself.
    pub(super) others: usize,
    pub(super) class: Option<usize>,
    /// Whether others are drawn in it.
    pub(super) is_folder: bool,
}

impl Tile {
    /// Whether a label finds room.
    pub(super) fn has_label(&self) -> bool {
        self.width.0 > 6.0 && self.height.0 > 4.5
    }

    /// Whether a second line finds room below it.
    pub(super) fn has_number(&self) -> bool {
        !self.is_folder && self.width.0 > 6.0 && self.height.0 > 10.0
    }
}

#[derive(Clone, Copy, Debug)]
struct Rect {
    x: f64,
    y: f64,
    width: f64,
    height: f64,
}

/// The tiles of a tree, folders before what they hold.
pub(super) fn tiles(root: &Node) -> Vec<Tile> {
    let mut tiles = Vec::new();
    if root.amount > 0 {
        let all = Rect {
            x: 0.0,
            y: 0.0,
            width: 1.0,
            height: ASPECT,
        };
        let (prefix, node) = only_child(String::new(), root);
        lay_out(node, &prefix, all, 0, &mut tiles);
    }
    tiles
}

/// Goes down while there is one child and nothing beside it.
fn only_child(mut path: String, mut node: &Node) -> (String, &Node) {
    while node.children.len() == 1 {
        let (name, child) = node.children.iter().next().expect("there is one");
        if child.children.is_empty() {
            break;
        }
        path = join(&path, name);
        node = child;
    }
    (path, node)
}

fn join(path: &str, name: &str) -> String {
    if path.is_empty() {
        name.to_owned()
    } else {
        format!("{path}/{name}")
    }
}

/// What is drawn in a folder: children by falling amounts, and the small ones together.
struct Piece<'a> {
    path: String,
    name: String,
    node: Option<&'a Node>,
    amount: u64,
    files: u64,
    others: usize,
    class: Option<usize>,
}

fn lay_out(node: &Node, path: &str, rect: Rect, depth: usize, tiles: &mut Vec<Tile>) {
    let pieces = pieces(node, path, rect);
    let weights: Vec<f64> = pieces.iter().map(|piece| piece.amount as f64).collect();
    for (piece, rect) in pieces.into_iter().zip(squarify(&weights, rect)) {
        let inner = inside(rect);
        let node = piece.node;
        let is_folder = depth + 1 < DEPTH_MAX
            && node.is_some_and(|node| !node.children.is_empty())
            && inner.is_some();
        tiles.push(Tile {
            x: Percent(rect.x * 100.0),
            y: Percent(rect.y / ASPECT * 100.0),
            width: Percent(rect.width * 100.0),
            height: Percent(rect.height / ASPECT * 100.0),
            path: piece.path.clone(),
            name: piece.name,
            amount: piece.amount,
            files: piece.files,
            others: piece.others,
            class: piece.class,
            is_folder,
        });
        if let (true, Some(node), Some(inner)) = (is_folder, node, inner) {
            lay_out(node, &piece.path, inner, depth + 1, tiles);
        }
    }
}

fn pieces<'a>(node: &'a Node, path: &str, rect: Rect) -> Vec<Piece<'a>> {
    let mut children: Vec<(&String, &Node)> =
        node.children.iter().filter(|(_, c)| c.amount > 0).collect();
    children.sort_by(|a, b| b.1.amount.cmp(&a.1.amount).then(a.0.cmp(b.0)));
    let least = AREA_MIN * ASPECT / (rect.width * rect.height).max(f64::MIN_POSITIVE);
    let total = node.amount.max(1) as f64;
    let mut pieces = Vec::new();
    let mut rest = Piece {
        path: path.to_owned(),
        name: String::new(),
        node: None,
        amount: 0,
        files: 0,
        others: 0,
        class: None,
    };
    for (at, (name, child)) in children.iter().enumerate() {
        let is_small = child.amount as f64 / total < least || at >= CHILDREN_MAX;
        // One alone is not drawn as others.
        if is_small && children.len() - at > 1 || rest.others > 0 {
            rest.amount = rest.amount.saturating_add(child.amount);
            rest.files += child.files;
            rest.others += 1;
            rest.class = rest.class.into_iter().chain(child.class).min();
            continue;
        }
        let (path, node) = only_child(join(path, name), child);
        let name = path.rsplit('/').next().unwrap_or_default();
        let is_file = node.children.is_empty();
        let container = name.strip_suffix('!').filter(|_| !is_file);
        pieces.push(Piece {
            name: container.unwrap_or(name).to_owned(),
            path,
            node: Some(node),
            amount: child.amount,
            files: child.files,
            others: 0,
            class: child.class,
        });
    }
    if rest.others > 0 {
        pieces.push(rest);
    }
    pieces
}

/// The room below the title of a folder, if there is enough.
fn inside(rect: Rect) -> Option<Rect> {
    let (edge, title) = (0.003, TITLE * ASPECT);
    let inner = Rect {
        x: rect.x + edge,
        y: rect.y + title,
        width: rect.width - 2.0 * edge,
        height: rect.height - title - edge,
    };
    (inner.width > 0.08 && inner.height > 0.06).then_some(inner)
}

/// Rectangles with areas in the proportion of falling weights.
fn squarify(weights: &[f64], rect: Rect) -> Vec<Rect> {
    let total: f64 = weights.iter().sum();
    if total <= 0.0 {
        return Vec::new();
    }
    let scale = rect.width * rect.height / total;
    let areas: Vec<f64> = weights.iter().map(|w| w * scale).collect();
    let mut out = Vec::with_capacity(areas.len());
    let mut free = rect;
    let mut start = 0;
    while start < areas.len() {
        let side = free.width.min(free.height);
        let mut end = start + 1;
        while end < areas.len()
            && worst(&areas[start..=end], side) <= worst(&areas[start..end], side)
        {
            end += 1;
        }
        free = row(&areas[start..end], free, &mut out);
        start = end;
    }
    out
}

/// The worst proportion of sides in a row along a side of this length.
fn worst(areas: &[f64], side: f64) -> f64 {
    let sum: f64 = areas.iter().sum();
    let (mut least, mut most) = (f64::MAX, 0.0_f64);
    for area in areas {
        least = least.min(*area);
        most = most.max(*area);
    }
    (side * side * most / (sum * sum)).max(sum * sum / (side * side * least.max(f64::MIN_POSITIVE)))
}

/// Lays a row along the shorter side and returns what is left.
fn row(areas: &[f64], free: Rect, out: &mut Vec<Rect>) -> Rect {
    let sum: f64 = areas.iter().sum();
    let is_column = free.width >= free.height;
    let side = if is_column { free.height } else { free.width };
    let depth = if side > 0.0 { sum / side } else { 0.0 };
    let mut at = 0.0;
    for area in areas {
        let length = if sum > 0.0 { side * area / sum } else { 0.0 };
        out.push(if is_column {
            Rect {
                x: free.x,
                y: free.y + at,
                width: depth,
                height: length,
            }
        } else {
            Rect {
                x: free.x + at,
                y: free.y,
                width: length,
                height: depth,
            }
        });
        at += length;
    }
    if is_column {
        Rect {
            x: free.x + depth,
            width: (free.width - depth).max(0.0),
            ..free
        }
    } else {
        Rect {
            y: free.y + depth,
            height: (free.height - depth).max(0.0),
            ..free
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tree(files: &[(&str, u64)]) -> Node {
        let mut root = Node::default();
        for (path, rows) in files {
            root.add(path, &[(Some(0), *rows)]);
        }
        root
    }

    #[test]
    fn areas_are_in_the_proportion_of_rows_and_cover_everything() {
        let tiles = tiles(&tree(&[("a.csv", 600), ("b.csv", 300), ("c.csv", 100)]));
        let areas: Vec<f64> = tiles.iter().map(|t| t.width.0 * t.height.0).collect();
        for (area, want) in areas.iter().zip([6_000.0, 3_000.0, 1_000.0]) {
            assert!((area - want).abs() < 0.001, "{areas:?}");
        }
        for tile in &tiles {
            assert!(tile.x.0 >= 0.0 && tile.x.0 + tile.width.0 <= 100.001);
            assert!(tile.y.0 >= 0.0 && tile.y.0 + tile.height.0 <= 100.001);
        }
    }

    #[test]
    fn folders_of_one_folder_are_one_and_small_files_are_drawn_together() {
        let mut files = vec![("x/y/z/big.csv", 100_000), ("x/y/other/mid.csv", 50_000)];
        let small: Vec<String> = (0..500).map(|n| format!("x/y/z/s{n}.log")).collect();
        files.extend(small.iter().map(|path| (path.as_str(), 1)));
        let tiles = tiles(&tree(&files));
        assert_eq!(tiles[0].path, "x/y/z");
        assert!(tiles[0].is_folder);
        let others = tiles.iter().find(|t| t.others > 0).unwrap();
        assert_eq!(
            (others.others, others.amount, others.files),
            (500, 500, 500)
        );
        assert!(tiles.len() < 10);
        let shown: u64 = tiles
            .iter()
            .filter(|t| !t.is_folder)
            .map(|t| t.amount)
            .sum();
        assert_eq!(shown, 150_500, "no row is lost");
    }

    #[test]
    fn the_first_class_gives_the_colour_and_none_is_the_last() {
        let mut root = Node::default();
        root.add("a/x", &[(None, 9), (Some(1), 0)]);
        root.add("b/x", &[(None, 7), (Some(11), 1), (Some(2), 1)]);
        let of = |path: &str| {
            let tiles = tiles(&root);
            let tile = tiles.iter().find(|t| t.path == path).unwrap();
            tile.class
        };
        assert_eq!((of("a/x"), of("b/x"), root.class), (None, Some(2), Some(2)));
    }

    #[test]
    fn a_path_without_end_is_drawn_as_its_first_folders() {
        let deep = format!("a/{}", "b/".repeat(1_000_000));
        let tiles = tiles(&tree(&[(deep.as_str(), 3), ("c", 1)]));
        let rows: Vec<(usize, u64)> = tiles
            .iter()
            .map(|t| (t.path.split('/').count(), t.amount))
            .collect();
        assert_eq!(rows, [(LEVELS_MAX - 1, 3), (LEVELS_MAX, 3), (1, 1)]);
    }

    #[test]
    fn a_container_is_named_as_its_file_is() {
        let tiles = tiles(&tree(&[("a.zip!/x", 3), ("a.zip!/y", 3), ("b!", 4)]));
        let names: Vec<(&str, &str)> = tiles
            .iter()
            .map(|t| (t.path.as_str(), t.name.as_str()))
            .collect();
        let want = [
            ("a.zip!", "a.zip"),
            ("a.zip!/x", "x"),
            ("a.zip!/y", "y"),
            ("b!", "b!"),
        ];
        assert_eq!(names, want);
    }

    #[test]
    fn nothing_found_is_nothing_drawn() {
        assert!(tiles(&tree(&[])).is_empty());
        assert!(tiles(&tree(&[("a", 0)])).is_empty());
    }
}
