//! Records without some of their values: what is left of them when the matches of a kind are taken out.
//!
//! Nothing is detected anew: what else stands in the record was found with the value beside it, and stays as it was found.

use crate::detect::{KindId, Match, Status};
use crate::record::{Batch, Record};

use super::{ColumnRule, Found, NO_RULE, is_null};
use crate::detect::vocabulary::RoleSet;

impl Found {
    /// Takes the matches of a kind out and appends them to `taken`, which holds what was taken out of the record before.
    /// The roles that they have given the record go with them, unless another value gives them too, or a filled cell that
    /// held none of what was taken. `rules` are those of the columns of the record's table.
    pub fn take_out(
        &mut self,
        kind: KindId,
        batch: &Batch,
        record: &Record,
        rules: &[ColumnRule],
        taken: &mut Vec<Match>,
    ) {
        let from = taken.len();
        taken.extend(self.matches.extract_if(.., |m| m.kind == kind));
        let fields = batch.fields_of(record);
        let rule_of = |column: u32| rules.get(column as usize).unwrap_or(&NO_RULE);
        let mut gone = RoleSet::default();
        for m in &taken[from..] {
            let by_filling = rule_of(fields[m.field as usize].column).by_filling;
            if let Some(role) = m.role
                && (m.status == Status::Valid || by_filling && m.column == m.role)
            {
                gone.insert(role);
            }
        }
        if gone.is_empty() {
            return;
        }
        self.roles = self.roles.without(gone);
        let left = self.matches.iter().filter(|m| m.status == Status::Valid);
        for role in left.filter_map(|m| m.role) {
            self.roles.insert(role);
        }
        for (i, field) in fields.iter().enumerate() {
            let rule = rule_of(field.column);
            let held = |m: &Match| m.field as usize == i && m.column == m.role;
            if rule.by_filling
                && let Some(role) = rule.role
                && gone.contains(role)
                && !taken.iter().any(held)
                && !is_null(batch.bytes(field.span))
            {
                self.roles.insert(role);
            }
        }
    }
}
