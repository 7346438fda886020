//! Exit codes: the table of the contract as a type, and which of two outranks the other.
//!
//! Nothing here decides whether a level is reached or an input is complete; it only turns both into a number.

/// How the program ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ExitCode {
    /// Everything was read; the level named by `--fail-on`, if any, was not reached, no limit of `--budget` was exceeded, and there is not more
    /// than in `--baseline`.
    Success,
    /// The level named by `--fail-on` was reached, a limit of `--budget` was exceeded, or there is more than in `--baseline`.
    Reached,
    /// Bad arguments, a bad pattern, law, budget or baseline file, or an output or a temporary file that cannot be written: there is no report.
    Usage,
    /// Something was not read, and neither the level nor more than a limit or baseline was reached by what was: the count is a lower bound.
    Incomplete,
}

impl ExitCode {
    /// The code of an assessment. A reached level, or an exceeded limit, outranks an incomplete scan: counts only grow, so that a partial count
    /// that reaches the level is proof enough.
    pub(crate) fn of(reached: bool, complete: bool) -> ExitCode {
        match (reached, complete) {
            (true, _) => ExitCode::Reached,
            (false, false) => ExitCode::Incomplete,
            (false, true) => ExitCode::Success,
        }
    }

    /// The number that the system sees.
    pub(crate) fn number(self) -> u8 {
        match self {
            ExitCode::Success => 0,
            ExitCode::Reached => 1,
            ExitCode::Usage => 2,
            ExitCode::Incomplete => 3,
        }
    }
}

impl From<ExitCode> for std::process::ExitCode {
    fn from(code: ExitCode) -> std::process::ExitCode {
        std::process::ExitCode::from(code.number())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_numbers_are_those_of_the_contract() {
        let table = [
            (ExitCode::Success, 0),
            (ExitCode::Reached, 1),
            (ExitCode::Usage, 2),
            (ExitCode::Incomplete, 3),
        ];
        for (code, number) in table {
            assert_eq!(code.number(), number);
        }
    }

    #[test]
    fn a_reached_level_outranks_a_gap() {
        assert_eq!(ExitCode::of(true, true), ExitCode::Reached);
        assert_eq!(ExitCode::of(true, false), ExitCode::Reached);
        assert_eq!(ExitCode::of(false, false), ExitCode::Incomplete);
        assert_eq!(ExitCode::of(false, true), ExitCode::Success);
    }
}
