//! What columns are when there is no header, and which side a column is on when the cells alone
//! told what it holds.
//!
//! A column without a header is read in the company of the others: two telephones beside a time and
//! a duration are a call, beside sentences they are messages. Where no such table is recognised,
//! only what the cells are by themselves is told.

use crate::detect::vocabulary::{RoleId, Vocabulary};

use super::profile::Tally;
use super::shape::Shapes;

/// Share of cells from which cells without a header tell what their column is.
const CLEAR: f64 = 0.6;
/// Different names from which a column of names tells that another one repeats itself.
const NAMES_MIN: usize = 8;
/// How many times more different cells a column of names has than a column of terms.
const TERM_RATIO: usize = 4;
/// What times without a header look like. Seconds since 1970 are left out: any ten digits may be such.
const MOMENT: Shapes = Shapes::DATETIME;

/// The roles of the columns of a table without a header.
pub(super) fn headerless(vocabulary: &Vocabulary, tallies: &[Tally]) -> Vec<Option<RoleId>> {
    let mut table = Columns {
        vocabulary,
        tallies,
        roles: vec![None; tallies.len()],
    };
    table.values();
    table.words();
    table.password();
    let _ = table.lodging() || table.track() || table.messages() || table.calls() || table.money();
    table.leftovers();
    table.roles
}

/// Turns roles that cells alone decided (`by_cells`) to the side that the rest of the table leaves
/// open: a telephone beside a column of called numbers is the caller's.
pub(super) fn sides(vocabulary: &Vocabulary, roles: &mut [Option<RoleId>], by_cells: &[bool]) {
    let id = |name: &str| vocabulary.role(name);
    let Some(phone) = id("phone") else { return };
    let has =
        |roles: &[Option<RoleId>], name: &str| id(name).is_some_and(|r| roles.contains(&Some(r)));
    for i in 0..roles.len() {
        if roles[i] != Some(phone) || !by_cells[i] {
            continue;
        }
        let call = ["call-start", "call-duration", "call-type"]
            .iter()
            .any(|c| has(roles, c));
        let other = roles
            .iter()
            .enumerate()
            .any(|(j, r)| j < i && *r == Some(phone))
            || has(roles, "caller");
        if has(roles, "callee") && !has(roles, "caller") {
            roles[i] = id("caller").or(roles[i]);
        } else if call && other && !has(roles, "callee") && !has(roles, "party-phone") {
            roles[i] = id("party-phone").or(roles[i]);
        }
    }
}

struct Columns<'a> {
    vocabulary: &'a Vocabulary,
    tallies: &'a [Tally],
    roles: Vec<Option<RoleId>>,
}

impl Columns<'_> {
    /// The columns that have one of these roles already.
    fn with(&self, ids: &[&str]) -> Vec<usize> {
        let wanted: Vec<_> = ids
            .iter()
            .filter_map(|id| self.vocabulary.role(id))
            .collect();
        let holds = |r: &Option<RoleId>| r.is_some_and(|r| wanted.contains(&r));
        (0..self.roles.len())
            .filter(|i| holds(&self.roles[*i]))
            .collect()
    }

    fn has(&self, ids: &[&str]) -> bool {
        !self.with(ids).is_empty()
    }

    /// The columns without a role whose cells look like this.
    fn free(&self, shapes: Shapes) -> Vec<usize> {
        (0..self.roles.len())
            .filter(|i| self.roles[*i].is_none() && self.tallies[*i].mostly(shapes))
            .collect()
    }

    fn set(&mut self, columns: &[usize], ids: &[&str]) {
        for (column, id) in columns.iter().zip(ids) {
            self.roles[*column] = self.vocabulary.role(id).or(self.roles[*column]);
        }
    }

    /// Sets every column.
    fn set_all(&mut self, columns: &[usize], id: &str) {
        for column in columns {
            self.set(&[*column], &[id]);
        }
    }

    /// Values that need no context, and hashes.
    fn values(&mut self) {
        for (role, tally) in self.roles.iter_mut().zip(self.tallies) {
            *role = tally.clear(CLEAR);
        }
    }

    /// Words that mean one thing, names and addresses.
    fn words(&mut self) {
        for (shapes, id) in [
            (Shapes::GENDER, "gender"),
            (Shapes::DOCUMENT, "document-type"),
            (Shapes::CALL, "call-type"),
            (Shapes::DEBIT, "debit-credit"),
        ] {
            self.set_all(&self.free(shapes), id);
        }
        for (id, shape) in [("name", Shapes::HAN_NAME), ("address", Shapes::HAN_PLACE)] {
            let Some(role) = self.vocabulary.role(id) else {
                continue;
            };
            for i in 0..self.roles.len() {
                let tally = &self.tallies[i];
                let like = tally.either(role) >= CLEAR && (id == "address" || tally.mostly(shape));
                let is_term = id == "name" && self.holds_terms(i, role);
                if self.roles[i].is_none() && like && !is_term && !tally.mostly(Shapes::PROSE) {
                    self.roles[i] = Some(role);
                }
            }
        }
    }

    /// Whether a column behind one of names repeats a few words where those differ: wards, diagnoses and towns are as short
    /// as names and may begin like them (`高血压`).
    fn holds_terms(&self, column: usize, name: RoleId) -> bool {
        let n_different = self.tallies[column].n_different();
        (0..column).any(|i| {
            let n_names = self.tallies[i].n_different();
            self.roles[i] == Some(name)
                && n_names >= NAMES_MIN
                && n_different * TERM_RATIO <= n_names
        })
    }

    /// A column of hashes beside a column that says whose they are.
    fn password(&mut self) {
        let hashes = self.free(Shapes::HASH);
        if hashes.is_empty() {
            return;
        }
        if !self.has(&["email", "phone", "login", "id-number"]) {
            let tokens = self.free(Shapes::TOKEN);
            let mut before = tokens.into_iter().filter(|i| *i < hashes[0]);
            let plain = |i: &usize| {
                !self.tallies[*i].mostly(Shapes::NUMBER.and(Shapes::DIGITS).and(MOMENT))
            };
            let Some(login) = before.rfind(plain) else {
                return;
            };
            self.set(&[login], &["login"]);
        }
        self.set(&hashes, &["password"]);
    }

    /// A guest with a document, two times and a room or a hotel.
    fn lodging(&mut self) -> bool {
        let times = self.free(MOMENT.and(Shapes::DATE));
        let (rooms, hotels) = (self.free(Shapes::ROOM), self.free(Shapes::HOTEL));
        let guest = self.has(&["name"])
            && self.has(&["id-number", "passport", "permit", "document-number"]);
        if !guest || times.len() < 2 || rooms.is_empty() && hotels.is_empty() {
            return false;
        }
        self.set(&hotels, &["hotel"]);
        self.set(&rooms, &["room"]);
        self.set(&times, &["checkin-time", "checkout-time"]);
        true
    }

    /// Somebody, a time and a position.
    fn track(&mut self) -> bool {
        let (east, north) = (self.free(Shapes::LONGITUDE), self.free(Shapes::LATITUDE));
        let times = self.free(MOMENT.and(Shapes::EPOCH));
        let position = !east.is_empty() && !north.is_empty();
        if position {
            self.set(&east, &["longitude"]);
            self.set(&north, &["latitude"]);
        }
        if times.is_empty() || !position && !self.has(&["coordinates"]) {
            return false;
        }
        self.set(&times, &["position-time"]);
        true
    }

    /// The two columns of the same kind of number that stand for two parties.
    fn parties(&self, ids: &[&str]) -> Option<[usize; 2]> {
        ids.iter().find_map(|id| match self.with(&[id])[..] {
            [one, other] => Some([one, other]),
            _ => None,
        })
    }

    /// Two parties and sentences.
    fn messages(&mut self) -> bool {
        let bodies = self.free(Shapes::PROSE);
        let times = self.free(MOMENT.and(Shapes::EPOCH));
        let Some(parties) = self.parties(&["phone", "email", "wechat", "id-number"]) else {
            return false;
        };
        if bodies.is_empty() || times.is_empty() || self.has(&["address"]) {
            return false;
        }
        self.set(&parties, &["sender", "receiver"]);
        self.set(&bodies, &["message-body"]);
        self.set(&times, &["event-time"]);
        true
    }

    /// Two telephones, a time, and a duration or the direction of the call, but no sign of a parcel
    /// or a register.
    fn calls(&mut self) -> bool {
        let Some(parties) = self.parties(&["phone"]) else {
            return false;
        };
        let times = self.free(MOMENT);
        let durations = self.free(Shapes::COUNT.and(Shapes::TIME).and(Shapes::DURATION));
        let register = self.has(&["name", "address", "id-number", "bank-card"]);
        if register || times.is_empty() || durations.is_empty() && !self.has(&["call-type"]) {
            return false;
        }
        self.set(&parties, &["caller", "callee"]);
        self.set(&times, &["call-start", "call-end"]);
        self.set(&durations, &["call-duration"]);
        true
    }

    /// A card or an account with a time and sums; or a parcel with its price.
    fn money(&mut self) -> bool {
        let sums = self.free(Shapes::MONEY);
        let times = self.free(MOMENT.and(Shapes::DATE));
        if sums.is_empty() || times.is_empty() {
            return false;
        }
        let accounts = self.with(&["bank-card", "account-number", "payment-id"]);
        if accounts.is_empty() {
            let parcel = self.has(&["address"]) && self.has(&["phone"]);
            if parcel {
                self.set(&sums, &["price"]);
                self.set(&times, &["order-time"]);
            }
            return parcel;
        }
        self.set(&sums, &["amount", "balance"]);
        self.set(&times, &["transaction-time"]);
        self.set(&accounts[1..], &["party-account"]);
        let names = self.with(&["name"]);
        if accounts.len() > 1 && names.len() > 1 {
            self.set(&names[1..], &["party-name"]);
        }
        true
    }

    /// A time of which nothing more is known.
    fn leftovers(&mut self) {
        self.set(&self.free(MOMENT), &["event-time"]);
    }
}
