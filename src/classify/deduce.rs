//! What columns are when there is no header, and which side a column is on when the cells alone
//! told what it holds.
//!
//! A column without a header is read in the company of the others: two telephones beside a time and
//! a duration are a call, beside sentences they are messages. Where no such table is recognised,
//! only what the cells are by themselves is told.

use crate::detect::vocabulary::{RoleId, Vocabulary};

use super::profile::Tally;
use super::shape::Shapes;
use super::term::Terms;

/// Share of cells from which cells without a header tell what their column is.
const CLEAR: f64 = 0.6;
/// Different names from which a column of names tells that another one repeats itself.
const NAMES_MIN: usize = 8;
/// Different cells from which words as short as names are names, in a table that holds nothing else of a person.
const NAMES_ALONE_MIN: usize = 3;
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
    let _ = table.lodging()
        || table.track()
        || table.messages()
        || table.calls()
        || table.travel()
        || table.health()
        || table.credit()
        || table.money();
    table.homes();
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

    /// The columns without a role most of whose cells are such a term.
    fn terms(&self, terms: Terms) -> Vec<usize> {
        (0..self.roles.len())
            .filter(|i| self.roles[*i].is_none() && self.tallies[*i].term(terms) >= CLEAR)
            .collect()
    }

    /// Whether a column says whom the rows are about.
    fn has_person(&self) -> bool {
        self.has(&["name", "phone", "email"]) || self.has_document()
    }

    fn has_document(&self) -> bool {
        self.has(&["id-number", "passport", "permit", "document-number"])
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
        for (terms, id) in [
            (Terms::ETHNICITY, "ethnicity"),
            (Terms::POLITICAL, "political"),
            (Terms::SCHOOL, "school"),
        ] {
            self.set_all(&self.terms(terms), id);
        }
        self.set_all(&self.names(), "name");
        let Some(address) = self.vocabulary.role("address") else {
            return;
        };
        let like = |i: &usize| {
            let tally = &self.tallies[*i];
            self.roles[*i].is_none()
                && tally.either(address) >= CLEAR
                && tally.term(Terms::TITLE) < CLEAR
                && !tally.mostly(Shapes::PROSE)
        };
        let addresses: Vec<_> = (0..self.roles.len()).filter(like).collect();
        self.set_all(&addresses, "address");
    }

    /// The columns of names. Wards, diagnoses and towns are as short as names and may begin like them (`高血压`), but repeat a
    /// few words behind a column of names that differ; before it, they may be those of one payer.
    fn names(&self) -> Vec<usize> {
        let Some(name) = self.vocabulary.role("name") else {
            return Vec::new();
        };
        let mut columns = self.free(Shapes::HAN_NAME);
        columns.retain(|i| {
            let tally = &self.tallies[*i];
            let is_term = tally.term(Terms::ILLNESS.or(Terms::WARD)) >= CLEAR;
            tally.either(name) >= CLEAR && !is_term && !tally.mostly(Shapes::PROSE)
        });
        let n_different = |i: usize| self.tallies[i].n_different();
        let repeats = |i: usize| {
            let before = columns
                .iter()
                .take_while(|j| **j < i)
                .map(|j| n_different(*j));
            before
                .max()
                .is_some_and(|n| n >= NAMES_MIN && n_different(i) * TERM_RATIO <= n)
        };
        // A word or two alone in a table are as well those of a menu.
        let address = self.vocabulary.role("address");
        let has_address = |t: &Tally| address.is_some_and(|a| t.either(a) >= CLEAR);
        let has_company =
            self.roles.iter().any(Option::is_some) || self.tallies.iter().any(has_address);
        if !has_company && columns.iter().all(|i| n_different(*i) < NAMES_ALONE_MIN) {
            return Vec::new();
        }
        columns.iter().copied().filter(|i| !repeats(*i)).collect()
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
        let guest = self.has(&["name"]) && self.has_document();
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

    /// A person, a time, and a flight, or a train with a seat or two towns: codes like those of trains name shelves and goods
    /// as well.
    fn travel(&mut self) -> bool {
        let (trains, flights) = (self.terms(Terms::TRAIN), self.terms(Terms::FLIGHT));
        let times = self.free(MOMENT.and(Shapes::DATE));
        let (seats, towns) = (self.terms(Terms::SEAT), self.free(Shapes::HAN_NAME));
        let is_train = !trains.is_empty() && (!seats.is_empty() || towns.len() >= 2);
        if !self.has_person() || times.is_empty() || flights.is_empty() && !is_train {
            return false;
        }
        match flights.is_empty() {
            true => self.set(&trains, &["train-number"]),
            false => self.set(&flights, &["flight-number"]),
        }
        self.set(&seats, &["seat"]);
        self.set(&towns, &["departure", "arrival"]);
        self.set_all(&times, "travel-time");
        true
    }

    /// A person with diseases by name, or with two of their codes, blood groups and wards.
    fn health(&mut self) -> bool {
        let signs = [
            (Terms::ILLNESS, "diagnosis"),
            (Terms::ICD, "disease-code"),
            (Terms::BLOOD, "blood-type"),
            (Terms::WARD, "department"),
        ]
        .map(|(term, id)| (self.terms(term), id));
        let n_signs = signs.iter().filter(|(found, _)| !found.is_empty()).count();
        if !self.has_person() || signs[0].0.is_empty() && n_signs < 2 {
            return false;
        }
        for (columns, id) in signs {
            self.set_all(&columns, id);
        }
        self.set(&self.free(MOMENT.and(Shapes::DATE)), &["visit-time"]);
        true
    }

    /// A person with classes of loans, or with reasons of inquiries. `正常` is said of anything, so classes that only loans
    /// have must be among them.
    fn credit(&mut self) -> bool {
        let mut classes = self.terms(Terms::LOAN_CLASS);
        classes.retain(|i| self.tallies[*i].term(Terms::BAD_LOAN) > 0.0);
        let inquiries = self.terms(Terms::INQUIRY);
        if !self.has_person() || classes.is_empty() && inquiries.is_empty() {
            return false;
        }
        self.set(&classes, &["credit-class"]);
        self.set(&inquiries, &["inquiry-reason"]);
        self.set(&self.terms(Terms::COMPANY), &["lender"]);
        let sums = self.free(Shapes::DIGITS.and(Shapes::MONEY));
        self.set(&sums, &["loan-amount", "loan-balance"]);
        self.set_all(&self.free(Shapes::COUNT), "overdue");
        true
    }

    /// A person who is told by more than a name, with the title of a home, its building and room, or its area.
    fn homes(&mut self) {
        let (titles, mut homes) = (self.terms(Terms::TITLE), self.terms(Terms::HOME));
        // `25-11-2021` is a room as well.
        homes.retain(|i| !self.tallies[*i].mostly(Shapes::DATE));
        let mut areas = self.terms(Terms::AREA);
        // Estates are called like persons (`和平里`), so that a name alone is nobody here.
        if !self.has(&["phone", "email"]) && !self.has_document() {
            return;
        }
        if areas.is_empty() && !titles.is_empty() {
            areas = self.free(Shapes::MONEY);
        }
        self.set(&titles, &["house-title"]);
        self.set(&homes, &["house-unit"]);
        self.set(&areas, &["house-area"]);
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
