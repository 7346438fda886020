//! The truth of a dump: what was written into it, counted at the moment of writing.
//!
//! Nothing is searched for here. A value counts when it was written as a valid one; it is distinct when its owner (or, for
//! network addresses, the address) had not been written before in any file.

use std::collections::{BTreeMap, HashSet};

use serde_json::{Value, json};

/// Kinds of which every value in a dump is accounted for.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    ResidentId,
    Mobile,
    Email,
    BankCard,
    Imei,
    IpAddress,
}

impl Kind {
    const ALL: [Kind; 6] = [
        Kind::ResidentId,
        Kind::Mobile,
        Kind::Email,
        Kind::BankCard,
        Kind::Imei,
        Kind::IpAddress,
    ];

    fn id(self) -> &'static str {
        match self {
            Kind::ResidentId => "cn.resident-id",
            Kind::Mobile => "cn.mobile",
            Kind::Email => "email",
            Kind::BankCard => "bank-card",
            Kind::Imei => "imei",
            Kind::IpAddress => "ip-address",
        }
    }
}

/// What one file holds.
#[derive(Default)]
struct FileTruth {
    rows: u64,
    duplicates: u64,
    spoiled: u64,
    matches: BTreeMap<Kind, u64>,
    categories: BTreeMap<&'static str, u64>,
}

/// What a dump holds.
pub(crate) struct Truth {
    files: BTreeMap<&'static str, FileTruth>,
    current: &'static str,
    /// Per kind but the last, one bit a person.
    owners: Vec<Vec<u64>>,
    addresses: HashSet<u32>,
}

impl Truth {
    pub(super) fn new(people: u64) -> Truth {
        let words = people.div_ceil(64) as usize;
        Truth {
            files: BTreeMap::new(),
            current: "",
            owners: vec![vec![0; words]; Kind::ALL.len() - 1],
            addresses: HashSet::new(),
        }
    }

    /// What follows is written into the file of this name.
    pub(super) fn begin(&mut self, file: &'static str) {
        self.current = file;
        self.files.insert(file, FileTruth::default());
    }

    fn file(&mut self) -> &mut FileTruth {
        self.files.entry(self.current).or_default()
    }

    /// A row was written; `duplicate` when an earlier row has the same content.
    pub(super) fn row(&mut self, duplicate: bool) {
        let file = self.file();
        file.rows += 1;
        file.duplicates += u64::from(duplicate);
    }

    /// A value of a person was written in a form that is no valid value.
    pub(super) fn spoiled(&mut self) {
        self.file().spoiled += 1;
    }

    /// The valid value of a person was written.
    pub(super) fn value(&mut self, kind: Kind, person: u64) {
        *self.file().matches.entry(kind).or_default() += 1;
        self.owners[kind as usize][(person / 64) as usize] |= 1 << (person % 64);
    }

    /// A public network address was written.
    pub(super) fn address(&mut self, address: u32) {
        *self.file().matches.entry(Kind::IpAddress).or_default() += 1;
        self.addresses.insert(address);
    }

    /// The row supports a category.
    pub(super) fn category(&mut self, id: &'static str) {
        *self.file().categories.entry(id).or_default() += 1;
    }

    fn distinct(&self, kind: Kind) -> u64 {
        match self.owners.get(kind as usize) {
            Some(bits) => bits.iter().map(|word| u64::from(word.count_ones())).sum(),
            None => self.addresses.len() as u64,
        }
    }

    /// The truth as JSON; keys are in order, so the bytes are the same for the same dump.
    pub(crate) fn to_json(&self) -> Value {
        let kinds: BTreeMap<&str, Value> = Kind::ALL
            .into_iter()
            .map(|kind| {
                let of_file = |f: &FileTruth| f.matches.get(&kind).copied().unwrap_or(0);
                let matches: u64 = self.files.values().map(of_file).sum();
                let distinct = self.distinct(kind);
                (kind.id(), json!({"matches": matches, "distinct": distinct}))
            })
            .collect();
        let files: BTreeMap<&str, Value> = self
            .files
            .iter()
            .map(|(name, file)| {
                let kinds: BTreeMap<&str, u64> =
                    file.matches.iter().map(|(k, n)| (k.id(), *n)).collect();
                let value = json!({
                    "rows": file.rows,
                    "duplicates": file.duplicates,
                    "spoiled": file.spoiled,
                    "kinds": kinds,
                    "categories": file.categories,
                });
                (*name, value)
            })
            .collect();
        json!({"kinds": kinds, "files": files})
    }
}
