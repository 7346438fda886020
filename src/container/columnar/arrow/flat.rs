//! Tables of FlatBuffers, in which Arrow writes what it says of its data.
//!
//! A table is where an offset points to; it begins with the way back to a list of where its fields stand. Every offset may point
//! anywhere, so every look is held against what is there; how deep and how often is for whoever looks to bound.

/// A table.
#[derive(Clone, Copy)]
pub(super) struct Flat<'b> {
    bytes: &'b [u8],
    at: usize,
}

/// A list inside a table, all of which is there.
#[derive(Clone, Copy)]
pub(super) struct List<'b> {
    bytes: &'b [u8],
    at: usize,
    n: usize,
    /// Bytes of an element.
    n_bytes: usize,
}

impl<'b> Flat<'b> {
    /// The table that the whole begins with.
    pub(super) fn root(bytes: &'b [u8]) -> Option<Flat<'b>> {
        let at = u32_at(bytes, 0)? as usize;
        Some(Flat { bytes, at })
    }

    /// Where a field stands, if it is there.
    fn place(self, field: usize) -> Option<usize> {
        let back = u32_at(self.bytes, self.at)? as i32;
        let list = i64::try_from(self.at).ok()? - i64::from(back);
        let list = usize::try_from(list).ok()?;
        let entry = 4 + 2 * field;
        if entry + 2 > usize::from(u16_at(self.bytes, list)?) {
            return None;
        }
        match u16_at(self.bytes, list.checked_add(entry)?)? {
            0 => None,
            offset => self.at.checked_add(offset.into()),
        }
    }

    pub(super) fn u8(self, field: usize) -> Option<u8> {
        self.bytes.get(self.place(field)?).copied()
    }

    pub(super) fn is_set(self, field: usize) -> bool {
        self.u8(field).is_some_and(|byte| byte != 0)
    }

    pub(super) fn i16(self, field: usize) -> Option<i16> {
        u16_at(self.bytes, self.place(field)?).map(|n| n as i16)
    }

    pub(super) fn i32(self, field: usize) -> Option<i32> {
        u32_at(self.bytes, self.place(field)?).map(|n| n as i32)
    }

    pub(super) fn i64(self, field: usize) -> Option<i64> {
        i64_at(self.bytes, self.place(field)?)
    }

    pub(super) fn table(self, field: usize) -> Option<Flat<'b>> {
        let at = followed(self.bytes, self.place(field)?)?;
        let bytes = self.bytes;
        Some(Flat { bytes, at })
    }

    pub(super) fn text(self, field: usize) -> Option<&'b [u8]> {
        let list = self.list(field, 1)?;
        self.bytes.get(list.at..list.at + list.n)
    }

    /// A list, whose elements are so long each.
    pub(super) fn list(self, field: usize, n_bytes: usize) -> Option<List<'b>> {
        let start = followed(self.bytes, self.place(field)?)?;
        let n = u32_at(self.bytes, start)? as usize;
        let at = start + 4;
        let end = at.checked_add(n.checked_mul(n_bytes)?)?;
        let bytes = self.bytes;
        (end <= bytes.len()).then_some(List {
            bytes,
            at,
            n,
            n_bytes,
        })
    }
}

impl<'b> List<'b> {
    pub(super) fn len(self) -> usize {
        self.n
    }

    /// Where an element stands.
    fn place(self, i: usize) -> Option<usize> {
        (i < self.n).then_some(self.at + self.n_bytes * i)
    }

    /// The table that an element points to.
    pub(super) fn table(self, i: usize) -> Option<Flat<'b>> {
        let at = followed(self.bytes, self.place(i)?)?;
        let bytes = self.bytes;
        Some(Flat { bytes, at })
    }

    /// A number, so many bytes inside an element.
    pub(super) fn i64(self, i: usize, inside: usize) -> Option<i64> {
        i64_at(self.bytes, self.place(i)?.checked_add(inside)?)
    }

    pub(super) fn i32(self, i: usize) -> Option<i32> {
        u32_at(self.bytes, self.place(i)?).map(|n| n as i32)
    }
}

/// Where an offset points to.
fn followed(bytes: &[u8], at: usize) -> Option<usize> {
    at.checked_add(u32_at(bytes, at)? as usize)
}

fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_le_bytes(*bytes.get(at..)?.first_chunk()?))
}

fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_le_bytes(*bytes.get(at..)?.first_chunk()?))
}

fn i64_at(bytes: &[u8], at: usize) -> Option<i64> {
    Some(i64::from_le_bytes(*bytes.get(at..)?.first_chunk()?))
}
