//! Profiles: what each column of a table is, from its header and a sample of its cells.
//!
//! A [`Sampler`] counts how many of the first cells of each column hold which values, could hold
//! which values, and have which shapes; `decide` then weighs header against cells. Only the sampled
//! cells and the headers matter, so the answer is the same on every run and for any number of
//! threads. Patterns of values are not known here: the caller says what it found in a cell.

use std::collections::BTreeSet;
use std::collections::hash_map::DefaultHasher;
use std::hash::{Hash, Hasher};

use crate::detect::vocabulary::{Lookup, RoleId, RoleSet, Vocabulary};
use crate::detect::{Odds, Probe};
use crate::record::Table;

use super::deduce;
use super::expected::{NUMERIC, allows_prose, holds_values, looks, may_serve};
use super::odds::Numbers;
use super::shape::{self, Shapes};
use super::term::{self, Terms};

/// How many records at the start of each table are sampled.
pub const SAMPLE_ROWS: usize = 256;

/// Share of a column's filled cells from which cells say what a column is, where a header says
/// nothing.
const CLEAR: f64 = 0.6;
/// Share from which cells confirm a weak header.
const AGREES: f64 = 0.5;
/// Share from which cells hold another kind of value so clearly that they overrule a header that
/// cannot decide alone.
const OVERRULES_WEAK: f64 = 0.6;
/// Share from which they overrule any header.
const OVERRULES: f64 = 0.8;
/// Share below which cells contradict a header that tells what its cells look like.
const CONTRADICTS: f64 = 0.2;
/// Share from which cells tell which of the roles that play that of their header theirs is.
const NARROWS: f64 = 0.9;
/// Different cells from which they do: chance, which has one check in ten, does not come so far.
const NARROW_CELLS_MIN: usize = 8;
/// How many other columns with a role make a weak header trustworthy.
const COMPANY: usize = 2;
/// Share of sentences from which labels are searched in a column.
const PROSE_SOME: f64 = 0.3;

/// How the path of a column ends that holds keys which are data.
const KEY: &str = "{key}";

/// Where the role of a column comes from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Evidence {
    /// There is no role.
    #[default]
    None,
    /// The header alone.
    Header,
    /// The header, and the cells agree.
    Both,
    /// The cells alone.
    Cells,
}

/// What one column is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ColumnProfile {
    /// Its role, if it has one.
    pub role: Option<RoleId>,
    /// Whether values found here by chance do not count.
    pub veto: bool,
    /// Whether its cells are running text, in which labels are searched.
    pub prose: bool,
    /// Where the role comes from.
    pub from: Evidence,
    /// Which kinds of values are there, and which pass by chance.
    pub odds: Odds,
}

/// What the columns of a table are.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Profile {
    /// The columns, in the order of the table; one column of prose for text.
    pub columns: Vec<ColumnProfile>,
}

impl Profile {
    /// The profile of text: one column of prose.
    pub fn text() -> Profile {
        Profile {
            columns: vec![ColumnProfile {
                prose: true,
                ..ColumnProfile::default()
            }],
        }
    }

    /// A column that appears after the sample was taken: its header alone decides, and one that
    /// cannot alone does not.
    pub fn of_name(vocabulary: &Vocabulary, name: &str) -> ColumnProfile {
        let role = vocabulary.lookup(name).filter(|l| !l.weak).map(|l| l.role);
        column(vocabulary, role, false, Evidence::Header, Odds::default())
    }
}

fn column(
    vocabulary: &Vocabulary,
    role: Option<RoleId>,
    prose: bool,
    from: Evidence,
    odds: Odds,
) -> ColumnProfile {
    ColumnProfile {
        role,
        veto: role.is_some_and(|r| vocabulary.info(r).veto),
        prose,
        from: if role.is_some() { from } else { Evidence::None },
        odds,
    }
}

/// What was seen in the sampled cells of one column.
#[derive(Clone, Debug, Default)]
pub(super) struct Tally {
    filled: u32,
    /// Hashes of the different cells.
    different: BTreeSet<u64>,
    shapes: [u32; shape::COUNT],
    terms: [u32; term::COUNT],
    /// By role: cells that are such a value for sure. Empty until there is one.
    sure: Vec<u32>,
    /// By role: cells that are, or could be, such a value. Empty until there is one.
    either: Vec<u32>,
    numbers: Numbers,
}

impl Tally {
    fn add(&mut self, roles: usize, cell: &[u8], probe: &Probe) {
        self.filled += 1;
        let mut hasher = DefaultHasher::new();
        cell.hash(&mut hasher);
        self.different.insert(hasher.finish());
        for position in Shapes::of(cell).positions() {
            self.shapes[position] += 1;
        }
        count(&mut self.sure, roles, probe.sure);
        count(&mut self.either, roles, probe.sure.union(probe.fits));
        self.numbers.add(cell, probe);
    }

    /// Takes back the roles of values that pass by chance, and says what else is by chance.
    fn weigh(&mut self, is_veto: bool) -> Odds {
        let weighed = self.numbers.weigh(is_veto);
        let take = |from: &mut Vec<u32>, what: &[(RoleId, u32)]| {
            for (role, n) in what {
                if let Some(cells) = from.get_mut(usize::from(role.0)) {
                    *cells = cells.saturating_sub(*n);
                }
            }
        };
        take(&mut self.sure, &weighed.not_sure);
        take(&mut self.either, &weighed.not_fitting);
        weighed.odds
    }

    /// Counts the terms, which matter where there is no header.
    fn add_terms(&mut self, cell: &[u8]) {
        for position in Terms::of(cell).positions() {
            self.terms[position] += 1;
        }
    }

    fn share_of(&self, cells: u32) -> f64 {
        if self.filled == 0 {
            0.0
        } else {
            f64::from(cells.min(self.filled)) / f64::from(self.filled)
        }
    }

    /// Whether any sampled cell was filled.
    pub(super) fn has_cells(&self) -> bool {
        self.filled > 0
    }

    /// How many different cells were sampled.
    pub(super) fn n_different(&self) -> usize {
        self.different.len()
    }

    /// Share of the filled cells with one of these shapes; cells with several count once for each, at most all.
    pub(super) fn share(&self, shapes: Shapes) -> f64 {
        self.share_of(shapes.positions().map(|p| self.shapes[p]).sum())
    }

    /// Share of the filled cells that are one of these terms.
    pub(super) fn term(&self, terms: Terms) -> f64 {
        self.share_of(terms.positions().map(|p| self.terms[p]).sum())
    }

    /// Whether most cells have one of these shapes.
    pub(super) fn mostly(&self, shapes: Shapes) -> bool {
        self.share(shapes) >= CLEAR
    }

    /// Share of cells that are a value of the role for sure.
    fn sure(&self, role: RoleId) -> f64 {
        self.share_of(self.sure.get(usize::from(role.0)).copied().unwrap_or(0))
    }

    /// Share of cells that are or could be a value of the role.
    pub(super) fn either(&self, role: RoleId) -> f64 {
        self.share_of(self.either.get(usize::from(role.0)).copied().unwrap_or(0))
    }

    /// The role of the values that most cells hold for sure; of equals the first in the vocabulary.
    pub(super) fn clear(&self, least: f64) -> Option<RoleId> {
        let mut best: Option<(u32, RoleId)> = None;
        for (i, cells) in self.sure.iter().enumerate() {
            if *cells > best.map_or(0, |(most, _)| most) {
                best = Some((*cells, RoleId(i as u8)));
            }
        }
        best.filter(|(cells, _)| self.share_of(*cells) >= least)
            .map(|(_, role)| role)
    }

    /// The role of names, if most cells look like names and differ.
    fn name(&self, vocabulary: &Vocabulary) -> Option<RoleId> {
        let name = vocabulary.role("name")?;
        let is_name = self.mostly(Shapes::HAN_NAME) && self.either(name) >= CLEAR;
        is_name.then_some(name)
    }

    fn is_prose(&self) -> bool {
        self.share(Shapes::PROSE) >= CLEAR
    }

    fn has_prose(&self) -> bool {
        self.share(Shapes::PROSE) >= PROSE_SOME
            || self.mostly(Shapes::LONG) && self.share(Shapes::HAN_PLACE) < AGREES
    }
}

fn count(tally: &mut Vec<u32>, roles: usize, set: RoleSet) {
    if set.is_empty() {
        return;
    }
    tally.resize(roles, 0);
    for role in set.iter() {
        if let Some(cells) = tally.get_mut(usize::from(role.0)) {
            *cells += 1;
        }
    }
}

/// Collects a sample of one table.
#[derive(Clone, Debug)]
pub struct Sampler {
    has_header: bool,
    n_roles: usize,
    headers: Vec<Option<Lookup>>,
    /// Whether the column holds keys of a JSON document that are data.
    keys: Vec<bool>,
    tallies: Vec<Tally>,
    rows: usize,
}

impl Sampler {
    /// A sampler for a table as it is known now; columns that appear later are not sampled.
    pub fn new(table: &Table, vocabulary: &Vocabulary) -> Sampler {
        let header = |name: &String| vocabulary.lookup(name).filter(|_| table.has_header);
        Sampler {
            has_header: table.has_header,
            n_roles: vocabulary.len(),
            headers: table.columns.iter().map(header).collect(),
            keys: table.columns.iter().map(|c| c.ends_with(KEY)).collect(),
            tallies: vec![Tally::default(); table.columns.len()],
            rows: 0,
        }
    }

    /// Takes in a cell: its text, and what it could be. Blank cells, and cells after [`SAMPLE_ROWS`] rows, change nothing.
    pub fn cell(&mut self, column: u32, text: &[u8], probe: &Probe) {
        let text = text.trim_ascii();
        if text.is_empty() || self.rows >= SAMPLE_ROWS || is_null(text) {
            return;
        }
        if let Some(tally) = self.tallies.get_mut(column as usize) {
            tally.add(self.n_roles, text, probe);
            if !self.has_header {
                tally.add_terms(text);
            }
        }
    }

    /// Ends a row.
    pub fn row(&mut self) {
        self.rows += 1;
    }

    /// How many rows were taken in.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// What the columns are.
    pub fn decide(&self, vocabulary: &Vocabulary) -> Profile {
        if self.tallies.is_empty() {
            return Profile::text();
        }
        let mut weighed = self.clone();
        let is_veto =
            |header: &Option<Lookup>| header.is_some_and(|l| vocabulary.info(l.role).veto);
        let columns = weighed.tallies.iter_mut().zip(&weighed.headers);
        let odds: Vec<Odds> = columns.map(|(t, h)| t.weigh(is_veto(h))).collect();
        weighed.roles(vocabulary, &odds)
    }

    fn roles(&self, vocabulary: &Vocabulary, odds: &[Odds]) -> Profile {
        if !self.has_header {
            let roles = deduce::headerless(vocabulary, &self.tallies);
            let found = roles.into_iter().map(|r| (r, Evidence::Cells));
            return self.profile(vocabulary, odds, found);
        }
        let mut found = self.firm(vocabulary);
        self.accept_weak(vocabulary, &mut found);
        let mut roles: Vec<_> = found.iter().map(|(r, _)| *r).collect();
        deduce::sides(
            vocabulary,
            &mut roles,
            &found
                .iter()
                .map(|f| f.1 == Evidence::Cells)
                .collect::<Vec<_>>(),
        );
        self.profile(
            vocabulary,
            odds,
            roles
                .into_iter()
                .zip(found)
                .map(|(role, (_, from))| (role, from)),
        )
    }

    /// How many filled cells of a column were sampled.
    pub fn n_cells(&self, column: usize) -> u32 {
        self.tallies.get(column).map_or(0, |tally| tally.filled)
    }

    /// How many cells of a column were sampled, and how many of them hold, or look like, what a role holds. For
    /// explanations; [`Sampler::decide`] weighs the same shares.
    pub fn evidence(&self, vocabulary: &Vocabulary, column: usize, role: RoleId) -> (u32, u32) {
        let Some(tally) = self.tallies.get(column) else {
            return (0, 0);
        };
        let header = self.headers.get(column).copied().flatten();
        let needs_values = header.is_some_and(|l| l.role == role && l.needs_values);
        let share = agreement(vocabulary, role, needs_values, tally);
        let n_agreeing = (share * f64::from(tally.filled)).round();
        (tally.filled, n_agreeing as u32)
    }

    fn profile(
        &self,
        vocabulary: &Vocabulary,
        odds: &[Odds],
        found: impl Iterator<Item = (Option<RoleId>, Evidence)>,
    ) -> Profile {
        let columns = found.zip(&self.tallies).zip(odds);
        let columns = columns
            .map(|(((role, from), t), odds)| column(vocabulary, role, t.has_prose(), from, *odds));
        Profile {
            columns: columns.collect(),
        }
    }

    /// Headers that decide alone or that cells confirm, and cells that need no header.
    fn firm(&self, vocabulary: &Vocabulary) -> Vec<(Option<RoleId>, Evidence)> {
        let columns = self.headers.iter().zip(&self.keys).zip(&self.tallies);
        columns
            .map(|((header, is_key), tally)| match header {
                None if *is_key => {
                    let clear = tally.clear(CLEAR);
                    (clear.or_else(|| tally.name(vocabulary)), Evidence::Cells)
                }
                None => (tally.clear(CLEAR), Evidence::Cells),
                Some(lookup) => {
                    let judged = judge(vocabulary, *lookup, tally);
                    match judged {
                        Judged::Agrees(role) => (Some(role), Evidence::Both),
                        Judged::Overruled(role) => (role, Evidence::Cells),
                        Judged::Silent if lookup.weak => (None, Evidence::None),
                        Judged::Silent => (Some(lookup.role), Evidence::Header),
                    }
                }
            })
            .collect()
    }

    /// Weak headers whose cells say nothing, in the company of columns that are sure.
    fn accept_weak(&self, vocabulary: &Vocabulary, found: &mut [(Option<RoleId>, Evidence)]) {
        let company = found.iter().filter(|(role, _)| role.is_some()).count();
        if company < COMPANY {
            return;
        }
        for ((header, tally), found) in self.headers.iter().zip(&self.tallies).zip(found) {
            if let Some(lookup) = header
                && lookup.weak
                && found.0.is_none()
                && matches!(judge(vocabulary, *lookup, tally), Judged::Silent)
            {
                *found = (Some(lookup.role), Evidence::Header);
            }
        }
    }
}

/// Words of databases for nothing.
fn is_null(text: &[u8]) -> bool {
    [&b"null"[..], b"\\N", b"none", b"nan", b"-"]
        .iter()
        .any(|n| text.eq_ignore_ascii_case(n))
}

/// What the cells say to the header of their column.
enum Judged {
    /// It is this role; the cells agree.
    Agrees(RoleId),
    /// It is another role, or none.
    Overruled(Option<RoleId>),
    /// They say nothing.
    Silent,
}

fn judge(vocabulary: &Vocabulary, header: Lookup, tally: &Tally) -> Judged {
    let role = header.role;
    let info = vocabulary.info(role);
    if info.veto || !tally.has_cells() {
        return Judged::Silent;
    }
    if info.id == "account-number"
        && let Some(login) = vocabulary.role("login")
        && is_login(vocabulary, tally)
    {
        return Judged::Overruled(Some(login));
    }
    let agreement = agreement(vocabulary, role, header.needs_values, tally);
    if agreement < AGREES
        && let Some(narrower) = narrower(vocabulary, role, tally)
    {
        return Judged::Agrees(narrower);
    }
    if tally.is_prose() && !allows_prose(&info.id) {
        return Judged::Overruled(None);
    }
    let least = if header.weak {
        OVERRULES_WEAK
    } else {
        OVERRULES
    };
    if agreement < AGREES
        && let Some(other) = tally.clear(least)
        && other != role
        && !may_serve(&vocabulary.info(other).id, &info.id)
    {
        return Judged::Overruled(Some(on_side_of(vocabulary, role, other)));
    }
    if agreement >= AGREES {
        return Judged::Agrees(role);
    }
    let played = &vocabulary.info(vocabulary.played(role)).id;
    if contradicts(played, header.weak, agreement, tally) {
        // Names are never sure, so they are asked for here.
        let name = vocabulary
            .role("name")
            .filter(|n| info.party == 2 && tally.either(*n) >= CLEAR);
        return Judged::Overruled(name.map(|n| on_side_of(vocabulary, role, n)));
    }
    Judged::Silent
}

/// The one role that plays this one and of which nearly all cells could be values: a column of numbers of identity whose
/// cells have the checks of one country.
fn narrower(vocabulary: &Vocabulary, role: RoleId, tally: &Tally) -> Option<RoleId> {
    if tally.n_different() < NARROW_CELLS_MIN {
        return None;
    }
    let roles = (0..vocabulary.len()).map(|i| RoleId(i as u8));
    let mut narrower = roles
        .filter(|r| *r != role && vocabulary.played(*r) == role && tally.either(*r) >= NARROWS);
    narrower.next().filter(|_| narrower.next().is_none())
}

/// Share of cells that look like what the role holds, or that are values of it if nothing else will do.
fn agreement(vocabulary: &Vocabulary, role: RoleId, needs_values: bool, tally: &Tally) -> f64 {
    let shapes = match needs_values {
        true => 0.0,
        false => tally.share(looks(&vocabulary.info(role).id)),
    };
    let values = [Some(role), kind_behind(vocabulary, role)];
    values
        .into_iter()
        .flatten()
        .map(|r| tally.either(r))
        .fold(shapes, f64::max)
}

/// The role whose values a side or a party holds: telephones for callers, names for owners.
fn kind_behind(vocabulary: &Vocabulary, role: RoleId) -> Option<RoleId> {
    let behind = match vocabulary.info(role).id.as_str() {
        "caller" | "callee" | "party-phone" | "sender" | "receiver" => "phone",
        "party-name" | "owner" | "vehicle-owner" => "name",
        "account-number" | "party-account" => "bank-card",
        "house-location" => "address",
        "document-number" => "id-number",
        _ => return None,
    };
    vocabulary.role(behind)
}

/// A contradiction needs cells that the header rules out, not merely cells that nobody knows: a
/// strong header survives odd formats, as long as there is a digit where there must be one.
fn contradicts(id: &str, weak: bool, agreement: f64, tally: &Tally) -> bool {
    if agreement >= CONTRADICTS {
        return false;
    }
    let looks = looks(id);
    match id {
        "name" => true,
        "message-body" => {
            tally.share(Shapes::NUMBER.and(Shapes::DIGITS).and(Shapes::HASH)) >= OVERRULES
        }
        _ if weak => !looks.is_empty() || holds_values(id),
        _ if looks.meets(NUMERIC) => tally.share(Shapes::HAS_DIGIT) < CONTRADICTS,
        _ => false,
    }
}

/// Whether a column called account holds logins: telephones, mail addresses, or words, but no cards
/// or ids of payment.
fn is_login(vocabulary: &Vocabulary, tally: &Tally) -> bool {
    let holds = |id: &str| vocabulary.role(id).is_some_and(|r| tally.sure(r) >= CLEAR);
    if holds("phone") || holds("email") {
        return true;
    }
    let account = holds("bank-card") || holds("payment-id");
    !account && tally.mostly(Shapes::HANDLE)
}

/// The role of values that overrule a header, on the side that the header named: `dfhm` is the
/// other party's, whether its cells are names or numbers.
fn on_side_of(vocabulary: &Vocabulary, header: RoleId, values: RoleId) -> RoleId {
    if vocabulary.info(header).party != 2 {
        return values;
    }
    let other = match vocabulary.info(values).id.as_str() {
        "phone" => "party-phone",
        "bank-card" | "account-number" => "party-account",
        "name" => "party-name",
        _ => return values,
    };
    vocabulary.role(other).unwrap_or(values)
}
