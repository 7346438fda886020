//! Structure: what running text is searched for beside numbers, because no automaton can begin at it: addresses and names.
//!
//! A pattern names the search it wants with `structure`. Each search starts at a place that the prefilter or another claim has
//! found, and says how far the value reaches; what it is worth is judged as for any other value. None reads a whole text.

mod address;
mod person;
mod words;

use std::ops::Range;

use super::KindId;
use super::label::Labels;
use super::pattern::StructureName;

pub(crate) use address::{is_house_number, is_house_sign};
pub(crate) use person::TITLES;

/// The kinds that are found by their structure.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Structures {
    /// Of addresses.
    pub(crate) address: Option<KindId>,
    /// Of names of persons.
    pub(crate) person: Option<KindId>,
}

impl Structures {
    /// Notes that values of this kind have this structure. Says whether it was free.
    pub(crate) fn insert(&mut self, name: StructureName, kind: KindId) -> bool {
        let place = match name {
            StructureName::CnAddress => &mut self.address,
            StructureName::CnName => &mut self.person,
        };
        place.replace(kind).is_none()
    }
}

/// The address to which the house number at `number` belongs.
pub(crate) fn address(text: &[u8], number: Range<usize>) -> Option<Range<usize>> {
    address::find(text, number)
}

/// Whether the text begins with the name of a region.
pub(crate) fn begins_with_place(text: &[u8]) -> bool {
    words::PLACES.longest_prefix(text).is_some()
}

/// Where the name ends that begins at `start`.
pub(crate) fn person_from(text: &[u8], start: usize, labels: &Labels) -> Option<usize> {
    person::forward(text, start, labels)
}

/// Where the name begins that ends at `end`.
pub(crate) fn person_until(text: &[u8], end: usize) -> Option<usize> {
    person::backward(text, end)
}

/// Where a name would end that stands before the value at `at`, as `张伟，` or `张伟的手机号是`.
pub(crate) fn person_before(text: &[u8], at: usize, labels: &Labels) -> Option<Range<usize>> {
    person::before(text, at, labels)
}

/// The name that stands behind the value that ends at `end`, after a blank or a slash and alone.
pub(crate) fn person_behind(text: &[u8], end: usize) -> Option<Range<usize>> {
    person::behind(text, end)
}

/// The next name of a list in which one ends at `end`: `张伟、李娜，…`.
pub(crate) fn person_next(text: &[u8], end: usize) -> Option<Range<usize>> {
    person::next(text, end)
}
