//! Circumstances: what the law asks and a file cannot show.
//!
//! Everything here is stated by the user. The default states nothing; what was not stated is
//! treated as absent, and the assessment says which of it would change the level.

use serde::{Deserialize, Serialize};

use super::date::Date;
use super::money::Yuan;
use super::toml_error;
use crate::error::Error;

/// What was done with the information.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Action {
    /// 非法获取: obtained only.
    Obtain,
    /// 出售或者提供: sold, provided or published.
    Provide,
    /// Obtained and then provided.
    Both,
}

impl Action {
    /// The action with this id (`obtain`, `provide`, `both`), if there is one.
    pub fn from_id(id: &str) -> Option<Action> {
        match id {
            "obtain" => Some(Action::Obtain),
            "provide" => Some(Action::Provide),
            "both" => Some(Action::Both),
            _ => None,
        }
    }

    /// Whether information reached someone else.
    pub fn is_provided(self) -> bool {
        matches!(self, Action::Provide | Action::Both)
    }
}

/// The stated circumstances. Read from TOML, the keys are those of the options: `in-duty = true`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Circumstances {
    /// What was done; `None` is unknown.
    pub action: Option<Action>,
    /// 在履行职责或者提供服务过程中获得: obtained in duty or while providing a service.
    pub in_duty: bool,
    /// Different units or persons to whom the same information was provided separately; at least 1.
    pub recipients: u32,
    /// 违法所得: illegal gains; `None` is unknown.
    pub gains: Option<Yuan>,
    /// 为合法经营活动: bought or received for lawful business, and not passed on.
    pub lawful_business: bool,
    /// 获利: profit from using the information in lawful business; `None` is unknown.
    pub profit: Option<Yuan>,
    /// Punished for the same before: a criminal penalty at any time, or an administrative one
    /// within two years.
    pub prior: bool,
    /// Date of the (last) act: selects the statute. `None` is today's law.
    pub act_date: Option<Date>,
    /// Date of the decision: selects the interpretation. `None` is today.
    pub decision_date: Option<Date>,
}

impl Default for Circumstances {
    fn default() -> Circumstances {
        Circumstances {
            action: None,
            in_duty: false,
            recipients: 1,
            gains: None,
            lawful_business: false,
            profit: None,
            prior: false,
            act_date: None,
            decision_date: None,
        }
    }
}

impl Circumstances {
    /// Reads a circumstances file.
    ///
    /// # Errors
    /// Text that is no TOML, an unknown key, a value out of range, or a contradiction; `name` is
    /// the place.
    pub fn from_toml(text: &str, name: &str) -> Result<Circumstances, Error> {
        let read: Circumstances =
            toml::from_str(text).map_err(|e| toml_error(text, &e).at(name))?;
        read.check().map_err(|e| e.at(name))?;
        Ok(read)
    }

    /// Whether information is stated to have reached someone else.
    pub fn is_provided(&self) -> bool {
        self.action.is_some_and(Action::is_provided)
    }

    /// Refuses circumstances that cannot hold together.
    ///
    /// # Errors
    /// No recipient; lawful business with providing; an act after its decision.
    pub fn check(&self) -> Result<(), Error> {
        if self.recipients == 0 {
            return Err(Error::new(
                "recipients: 0 is not possible; leave it out if nothing was provided",
            ));
        }
        if self.lawful_business && self.is_provided() {
            return Err(Error::new(
                "lawful-business: contradicts action `provide` or `both`; information that is passed \
                 on is judged like any other, so leave one of the two out",
            ));
        }
        if let (Some(act), Some(decision)) = (self.act_date, self.decision_date)
            && act > decision
        {
            return Err(Error::new("decision-date: lies before act-date"));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_default_states_nothing_and_holds_together() {
        assert_eq!(
            Circumstances::from_toml("", "c.toml").unwrap(),
            Circumstances::default()
        );
        assert_eq!(Circumstances::default().recipients, 1);
    }

    #[test]
    fn a_file_states_everything() {
        let text = "action = 'both'\nin-duty = true\nrecipients = 3\ngains = '61429.01'\n\
                    profit = 5.5\n\
                    prior = true\nact-date = 2012-04-01\ndecision-date = '2018-01-02'\n";
        let read = Circumstances::from_toml(text, "c.toml").unwrap();
        assert_eq!(read.action, Some(Action::Both));
        assert_eq!(read.recipients, 3);
        assert_eq!(read.gains.unwrap().cents(), 6_142_901);
        assert_eq!(read.profit.unwrap().cents(), 550);
        assert_eq!(read.act_date.unwrap().to_string(), "2012-04-01");
        assert_eq!(read.decision_date.unwrap().to_string(), "2018-01-02");
        assert!(read.in_duty && read.prior);
    }

    #[track_caller]
    fn refused(text: &str, why: &str) {
        let error = Circumstances::from_toml(text, "c.toml")
            .unwrap_err()
            .to_string();
        assert!(error.starts_with("c.toml: "), "{error}");
        assert!(error.contains(why), "{error}");
    }

    #[test]
    fn contradictions_and_bad_values_are_errors_that_name_the_key() {
        refused("recipients = 0", "recipients");
        refused("recipients = -1", "line 1");
        refused(
            "lawful-business = true\naction = 'provide'",
            "lawful-business",
        );
        refused("lawful-business = true\naction = 'both'", "lawful-business");
        refused("gains = -1", "negative");
        refused("prior = false\nprofit = -0.5", "line 2");
        refused("gains = 1.005", "two decimals");
        refused(
            "act-date = 2018-01-02\ndecision-date = 2018-01-01",
            "decision-date",
        );
        refused("act-date = 2018-01-02T00:00:00Z", "YYYY-MM-DD");
        refused("in_duty = true", "in_duty");
        refused("action = 'sell'", "sell");
    }
}
