//! Odds: whether the values found in the cells of a column are there, or pass their checks by chance.
//!
//! One number of ten passes the Luhn check, one of eleven MOD 11-2. A column of order numbers is full of "cards", and counting
//! them would be wrong; a column of identity numbers of which some are mistyped is still one. Both are told apart by how many
//! of the sampled cells pass. It knows cells, counts and rates of chance; what the kinds are is the detector's to know.
//!
//! The rule. For each kind, *trials* are the sampled cells that look like those in which it was found (equally long, the same
//! signs at the same places) and hold nothing else; *passes* are those in which it was found. By chance each trial passes with
//! the kind's rate `p` ([`crate::detect::validate::chance`]), so `n` trials give `k` passes or more with the probability
//!
//! ```text
//! P(n, k, p) = sum over i from k to n of  n! / (i! (n - i)!)  p^i  (1 - p)^(n - i)
//! ```
//!
//! - The kind is *proven* if `P <= SIGNIFICANCE`, one in a million: of a million columns of unrelated numbers one would be
//!   taken for values. For the Luhn check (`p = 0.1`) that is 7 of 7 trials, 14 of 30, 52 of 256.
//! - It *counts* if it is proven, or if the share of passes is nearer to all than to chance, `k / n >= (1 + p) / 2`: with less than
//!   seven trials nothing can be proven, and a small table of cards is one all the same (1 of 1, 2 of 3, 6 of 10).
//! - Otherwise all its passes are chance.
//!
//! In a column that announces the kind (`身份证号`), the header speaks for the values, so passes are those that the detector
//! accepts there, trials also those that only fail the check, and chance is concluded from [`CHECKS_MIN`] trials on. Where soft
//! evidence is all there is to tell by (prefixes of mobile numbers), it is weighed in the same way. In a column that is an order
//! number's by its header, only what is proven counts; so it is in a column whose cells are mostly numbers of no kind
//! ([`SERIALS_MIN`]): what the sample does not show there would be chance further down.

use crate::detect::vocabulary::RoleId;
use crate::detect::{Candidate, KindId, Odds, Probe};

/// Probability of as many passes by chance at which they are taken to be no chance.
const SIGNIFICANCE: f64 = 1e-6;
/// Fewest trials from which a header that announces a kind is doubted.
const CHECKS_MIN: u32 = 20;
/// Fewest cells that are numbers of no kind for a column of serial numbers. They also are half of its filled cells or more.
const SERIALS_MIN: u32 = 20;
/// Letters and digits, and digits among them, from which on a cell is a number that a value could be taken for.
const SERIAL_CHARS_MIN: usize = 10;
const SERIAL_DIGITS_MIN: usize = 4;
/// Longest number that is looked at, in bytes.
const SERIAL_BYTES_MAX: usize = 48;
/// Significant digits that a spreadsheet keeps.
const DIGITS_KEPT: usize = 15;
/// Fewest cells that must have lost their last digits to a spreadsheet for a column that did.
const ROUNDED_MIN: u32 = 3;
/// Most different forms of numbers in a column; what has another form is no trial.
const FORMS_MAX: usize = 32;

/// What was seen in the sampled cells of a column, as far as they are numbers.
#[derive(Clone, Debug, Default)]
pub(super) struct Numbers {
    /// Cells that say something.
    filled: u32,
    forms: Vec<Form>,
    announced: Vec<Counts>,
    long: Long,
}

/// Cells that are numbers of more digits than a spreadsheet keeps.
#[derive(Clone, Debug, Default)]
struct Long {
    n: u32,
    /// Those that end in zeros where the lost digits were.
    n_zeros: u32,
    /// Digits of the shortest.
    n_digits_min: usize,
    /// By kind, those that end in zeros and are a value of it, with its check.
    n_values: Vec<(KindId, u32)>,
}

impl Long {
    fn add(&mut self, cell: &[u8], probe: &Probe) {
        if !(DIGITS_KEPT + 1..=20).contains(&cell.len()) || !cell.iter().all(u8::is_ascii_digit) {
            return;
        }
        self.n_digits_min = match self.n {
            0 => cell.len(),
            _ => self.n_digits_min.min(cell.len()),
        };
        self.n += 1;
        if cell[DIGITS_KEPT..].iter().any(|b| *b != b'0') {
            return;
        }
        self.n_zeros += 1;
        for value in probe.alone.iter().filter(|value| value.is_whole) {
            match self.n_values.iter_mut().find(|(k, _)| *k == value.kind) {
                Some((_, n)) => *n += 1,
                None => self.n_values.push((value.kind, 1)),
            }
        }
    }

    /// Whether most of them end in zeros, and more than chance explains: one of ten for each digit lost. Numbers that have all
    /// kept their check have lost nothing: of those that did one of ten or eleven would pass it.
    fn is_rounded(&self) -> bool {
        let n_lost = self.n_digits_min.saturating_sub(DIGITS_KEPT);
        let chance = (0..n_lost).fold(1.0, |p, _| p / 10.0);
        let are_values = self.n_values.iter().any(|(_, n)| *n == self.n_zeros);
        self.n_zeros >= ROUNDED_MIN
            && self.n_zeros * 2 >= self.n
            && !are_values
            && is_proven(self.n, self.n_zeros, chance)
    }
}

/// Cells that look alike.
#[derive(Clone, Debug)]
struct Form {
    /// The signs of the cell, with `0` for letters and digits.
    outline: Vec<u8>,
    /// Cells of no kind.
    n_none: u32,
    kinds: Vec<Counts>,
}

/// Cells of one kind.
#[derive(Clone, Copy, Debug)]
struct Counts {
    of: Candidate,
    n_passed: u32,
    n_firm: u32,
    n_whole: u32,
    n_failed: u32,
}

impl Counts {
    fn of<'a>(list: &'a mut Vec<Counts>, of: &Candidate) -> &'a mut Counts {
        let known = list.iter().position(|c| c.of.kind == of.kind);
        let at = known.unwrap_or_else(|| {
            list.push(Counts {
                of: *of,
                n_passed: 0,
                n_firm: 0,
                n_whole: 0,
                n_failed: 0,
            });
            list.len() - 1
        });
        &mut list[at]
    }

    fn add(&mut self, of: &Candidate) {
        self.n_passed += 1;
        self.n_firm += u32::from(of.is_firm);
        self.n_whole += u32::from(of.is_whole);
    }
}

/// What the odds of a column are, and which roles of its cells they take back.
#[derive(Clone, Debug, Default)]
pub(super) struct Weighed {
    pub(super) odds: Odds,
    /// Cells that are no value of the role for sure after all.
    pub(super) not_sure: Vec<(RoleId, u32)>,
    /// Cells that are no value of the role in a column of its own, either.
    pub(super) not_fitting: Vec<(RoleId, u32)>,
}

impl Numbers {
    /// Takes in a filled cell and what it could be.
    pub(super) fn add(&mut self, cell: &[u8], probe: &Probe) {
        self.filled += 1;
        for candidate in &probe.announced {
            Counts::of(&mut self.announced, candidate).add(candidate);
        }
        for candidate in &probe.failed {
            Counts::of(&mut self.announced, candidate).n_failed += 1;
        }
        self.long.add(cell, probe);
        let Some(outline) = outline(cell) else { return };
        let known = self.forms.iter().position(|f| f.outline == outline);
        let at = match known {
            Some(at) => at,
            None if self.forms.len() == FORMS_MAX => return,
            None => {
                self.forms.push(Form {
                    outline,
                    n_none: 0,
                    kinds: Vec::new(),
                });
                self.forms.len() - 1
            }
        };
        let form = &mut self.forms[at];
        if probe.alone.is_empty() && !probe.is_apart {
            form.n_none += 1;
        }
        for candidate in &probe.alone {
            Counts::of(&mut form.kinds, candidate).add(candidate);
        }
    }

    /// Weighs what was found. `is_veto` says that the column is an order number's by its header.
    pub(super) fn weigh(&self, is_veto: bool) -> Weighed {
        let mut weighed = Weighed::default();
        let n_none: u32 = self.forms.iter().map(|f| f.n_none).sum();
        weighed.odds.only_proven = n_none >= SERIALS_MIN && n_none * 2 >= self.filled;
        weighed.odds.rounded = self.long.is_rounded();
        for (counts, n_none) in self.by_kind() {
            let (of, n) = (counts.of, counts.n_passed);
            let mut trials = vec![(n + n_none, n, of.chance.passes)];
            trials.extend(of.chance.is_firm.map(|p| (n, counts.n_firm, p)));
            let proven = trials.iter().all(|(n, k, p)| is_proven(*n, *k, *p));
            let counts_here = proven || trials.iter().all(|(n, k, p)| is_likely(*n, *k, *p));
            if proven || counts_here && !is_veto {
                weighed.odds.proven.insert(of.kind);
            }
            if !counts_here {
                weighed.odds.chance.insert(of.kind);
                weighed
                    .not_sure
                    .extend(of.role.map(|r| (r, counts.n_whole)));
            }
        }
        for counts in &self.announced {
            let n = counts.n_passed + counts.n_failed;
            let (k, p) = (counts.n_passed, counts.of.chance.passes);
            if counts.n_failed > 0 && n >= CHECKS_MIN && !is_proven(n, k, p) && !is_likely(n, k, p)
            {
                weighed.odds.failing.insert(counts.of.kind);
                weighed
                    .not_fitting
                    .extend(counts.of.role.map(|r| (r, counts.n_passed)));
            }
        }
        weighed
    }

    /// The counts of each kind over all forms in which it was found, and the cells of those forms that are of no kind.
    fn by_kind(&self) -> Vec<(Counts, u32)> {
        let mut all: Vec<(Counts, u32)> = Vec::new();
        for form in &self.forms {
            for counts in &form.kinds {
                let known = all.iter().position(|(c, _)| c.of.kind == counts.of.kind);
                match known.map(|at| &mut all[at]) {
                    Some((sum, n_none)) => {
                        sum.n_passed += counts.n_passed;
                        sum.n_firm += counts.n_firm;
                        sum.n_whole += counts.n_whole;
                        *n_none += form.n_none;
                    }
                    None => all.push((*counts, form.n_none)),
                }
            }
        }
        all
    }
}

/// The probability that `n` trials of the rate `p` give `k` passes or more. Products and sums alone, so that it is the same
/// number on every machine.
fn tail(n: u32, k: u32, p: f64) -> f64 {
    let mut term = (0..n).fold(1.0, |product, _| product * (1.0 - p));
    let mut sum = 0.0;
    for i in 0..=n {
        if i >= k {
            sum += term;
        }
        term *= f64::from(n - i) / f64::from(i + 1) * p / (1.0 - p);
    }
    sum
}

/// Whether chance does not explain the passes.
fn is_proven(n: u32, k: u32, p: f64) -> bool {
    k > 0 && tail(n, k, p) <= SIGNIFICANCE
}

/// Whether the share of passes is nearer to all than to chance.
fn is_likely(n: u32, k: u32, p: f64) -> bool {
    k > 0 && f64::from(k) * 2.0 >= f64::from(n) * (1.0 + p)
}

/// What a cell looks like, if it could be taken for a number: its signs, with `0` for each letter and digit. Words with blanks
/// between are text.
fn outline(cell: &[u8]) -> Option<Vec<u8>> {
    let n_digits = cell.iter().filter(|b| b.is_ascii_digit()).count();
    let n_letters = cell.iter().filter(|b| b.is_ascii_alphabetic()).count();
    let is_number = cell.len() <= SERIAL_BYTES_MAX
        && n_digits >= SERIAL_DIGITS_MIN
        && n_digits + n_letters >= SERIAL_CHARS_MIN
        && cell.is_ascii()
        && (n_letters == 0 || !cell.contains(&b' '));
    let sign = |b: &u8| if b.is_ascii_alphanumeric() { b'0' } else { *b };
    is_number.then(|| cell.iter().map(sign).collect())
}

#[cfg(test)]
mod tests;
