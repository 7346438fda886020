//! The order in which the fields of a record are taken, so that two exports of the same columns in another order say the same:
//! by the roles of their columns, and those without a role behind them as they stand.

use crate::detect::ColumnRule;
use crate::record::Field;

/// Behind all roles, of which there are at most 256.
const NO_ROLE: u16 = 256;

/// The order of the record before: mostly that of the next.
#[derive(Default)]
pub(super) struct FieldOrder {
    /// The table it is of, within one batch.
    table: Option<u32>,
    /// The columns of its fields.
    columns: Vec<u32>,
    /// The places of its fields in their order.
    places: Vec<u32>,
}

impl FieldOrder {
    /// Forgets the tables: another batch may number others alike.
    pub(super) fn forget(&mut self) {
        self.table = None;
    }

    /// The places of the fields in their order, for a record of a table whose columns have these rules.
    #[inline]
    pub(super) fn of(&mut self, table: u32, fields: &[Field], rules: &[ColumnRule]) -> &[u32] {
        let is_same = self.table == Some(table)
            && self.columns.len() == fields.len()
            && fields
                .iter()
                .zip(&self.columns)
                .all(|(f, c)| f.column == *c);
        if !is_same {
            self.table = Some(table);
            self.renew(fields, rules);
        }
        &self.places
    }

    #[cold]
    fn renew(&mut self, fields: &[Field], rules: &[ColumnRule]) {
        self.columns.clear();
        self.columns.extend(fields.iter().map(|f| f.column));
        self.places.clear();
        self.places.extend(0..fields.len() as u32);
        let role = |place: &u32| role_of(fields[*place as usize], rules);
        self.places.sort_by_cached_key(role);
    }
}

fn role_of(field: Field, rules: &[ColumnRule]) -> u16 {
    let role = rules.get(field.column as usize).and_then(|rule| rule.role);
    role.map_or(NO_ROLE, |role| u16::from(role.0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detect::vocabulary::RoleId;
    use crate::record::Span;

    #[track_caller]
    fn check(order: &mut FieldOrder, columns: &[u32], want: &[u32]) {
        let rules = [Some(5), None, Some(2), None, Some(2)].map(|role| ColumnRule {
            role: role.map(RoleId),
            ..ColumnRule::default()
        });
        let field = |column: &u32| Field {
            span: Span::default(),
            column: *column,
        };
        let fields: Vec<Field> = columns.iter().map(field).collect();
        assert_eq!(order.of(7, &fields, &rules), want, "{columns:?}");
    }

    #[test]
    fn fields_are_taken_by_their_roles() {
        let mut order = FieldOrder::default();
        for _ in 0..2 {
            check(&mut order, &[0, 1, 2, 3, 4], &[2, 4, 0, 1, 3]);
        }
        check(&mut order, &[2, 0], &[0, 1]);
        check(&mut order, &[0, 2], &[1, 0]);
        check(&mut order, &[3, 9, 2], &[2, 0, 1]);
        check(&mut order, &[], &[]);
    }

    #[test]
    fn tables_of_other_batches_and_other_tables_have_their_own_order() {
        let rules = |roles: [u8; 2]| {
            roles.map(|role| ColumnRule {
                role: Some(RoleId(role)),
                ..ColumnRule::default()
            })
        };
        let fields = [0, 1].map(|column| Field {
            span: Span::default(),
            column,
        });
        let mut order = FieldOrder::default();
        assert_eq!(order.of(0, &fields, &rules([1, 2])), [0, 1]);
        assert_eq!(order.of(1, &fields, &rules([2, 1])), [1, 0]);
        assert_eq!(order.of(0, &fields, &rules([1, 2])), [0, 1]);
        order.forget();
        assert_eq!(order.of(0, &fields, &rules([2, 1])), [1, 0]);
    }
}
