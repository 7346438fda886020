//! A set of byte strings, to find the longest of them along a text.
//!
//! One table holds the children of all nodes, so that a set of tens of thousands of words is built without an allocation for
//! each node. It knows nothing of what the words mean.

/// A set of byte strings without regard to ASCII case, each with a number.
#[derive(Default)]
pub(super) struct Trie {
    /// Children of the root by byte; 0 is none. Nearly every look-up ends here. Empty without any word.
    root: Vec<u32>,
    /// Children of the other nodes, placed by a hash of node and byte, the next free place being taken. At least half are free.
    edges: Vec<Edge>,
    n_edges: usize,
    /// For each node the number of the word that ends there, or [`NO_WORD`].
    words: Vec<u32>,
}

/// The way from a node to a child.
#[derive(Clone, Copy, Default)]
struct Edge {
    node: u32,
    /// 0 where the place is free: the root is nobody's child.
    child: u32,
    byte: u8,
}

const NO_WORD: u32 = u32::MAX;

/// Fewest places for edges, a power of two.
const EDGES_MIN: usize = 64;

impl Trie {
    /// Adds a word, which takes the place of an equal one.
    pub(super) fn insert(&mut self, word: impl Iterator<Item = u8>, id: u32) {
        if self.root.is_empty() {
            self.root = vec![0; 256];
            self.words.push(NO_WORD);
        }
        let mut node = 0;
        for byte in word {
            let byte = byte.to_ascii_lowercase();
            node = match self.child(node, byte) {
                0 => self.add(node, byte),
                child => child,
            };
        }
        self.words[node as usize] = id;
    }

    fn add(&mut self, node: u32, byte: u8) -> u32 {
        let child = self.words.len() as u32;
        self.words.push(NO_WORD);
        if node == 0 {
            self.root[usize::from(byte)] = child;
            return child;
        }
        if self.n_edges * 2 >= self.edges.len() {
            let n_places = (self.edges.len() * 2).max(EDGES_MIN);
            let before = std::mem::replace(&mut self.edges, vec![Edge::default(); n_places]);
            for edge in before.into_iter().filter(|edge| edge.child != 0) {
                self.put(edge);
            }
        }
        self.n_edges += 1;
        self.put(Edge { node, child, byte });
        child
    }

    fn put(&mut self, edge: Edge) {
        let mut at = self.place(edge.node, edge.byte);
        while self.edges[at].child != 0 {
            at = (at + 1) & (self.edges.len() - 1);
        }
        self.edges[at] = edge;
    }

    /// Where the search for a child begins; there are places.
    #[inline]
    fn place(&self, node: u32, byte: u8) -> usize {
        let key = u64::from(node) << 8 | u64::from(byte);
        let hash = key.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 32;
        hash as usize & (self.edges.len() - 1)
    }

    /// The child of a node, or 0.
    #[inline]
    fn child(&self, node: u32, byte: u8) -> u32 {
        if node == 0 {
            return self.root[usize::from(byte)];
        }
        if self.edges.is_empty() {
            return 0;
        }
        let mut at = self.place(node, byte);
        loop {
            let edge = self.edges[at];
            if edge.child == 0 || edge.node == node && edge.byte == byte {
                return edge.child;
            }
            at = (at + 1) & (self.edges.len() - 1);
        }
    }

    /// The longest word along `text` that `accept`s its length, and its number.
    #[inline]
    pub(super) fn longest(
        &self,
        text: impl Iterator<Item = u8>,
        accept: impl Fn(usize) -> bool,
    ) -> Option<(usize, u32)> {
        if self.root.is_empty() {
            return None;
        }
        let (mut node, mut best) = (0, None);
        for (i, byte) in text.enumerate() {
            node = self.child(node, byte.to_ascii_lowercase());
            if node == 0 {
                break;
            }
            let id = self.words[node as usize];
            if id != NO_WORD && accept(i + 1) {
                best = Some((i + 1, id));
            }
        }
        best
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn finds_the_longest_word_as_a_search_through_all_does(
            words in proptest::collection::vec("[abA手]{1,6}", 0..300),
            text in "[aAbB手x]{0,9}",
        ) {
            let mut trie = Trie::default();
            for (i, word) in words.iter().enumerate() {
                trie.insert(word.bytes(), i as u32);
            }
            let begins = |word: &&String| {
                text.get(..word.len()).is_some_and(|head| head.eq_ignore_ascii_case(word))
            };
            let found = trie.longest(text.bytes(), |_| true);
            prop_assert_eq!(found.map(|(len, _)| len), words.iter().filter(begins).map(String::len).max());
            if let Some((len, id)) = found {
                let last = words.iter().rposition(|word| text[..len].eq_ignore_ascii_case(word));
                prop_assert_eq!(Some(id as usize), last);
            }
            let short = words.iter().filter(begins).map(String::len).filter(|n| *n < 3).max();
            prop_assert_eq!(trie.longest(text.bytes(), |n| n < 3).map(|(len, _)| len), short);
        }
    }
}
