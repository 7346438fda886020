//! Circumstances: what the law asks and a file cannot show.
//!
//! Everything here is stated by the user. The default states nothing: what was not stated is
//! unknown, does not hold, and the assessment says which of it would change the level. How is
//! counted where opinions differ is chosen here as well, see `rules`.

use std::collections::BTreeMap;
use std::str::FromStr;

use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::date::Date;
use super::moment::Moment;
use super::money::Yuan;
use super::rules::CountingRules;
use super::toml_error;
use crate::category::Category;
use crate::error::Error;
use crate::number::hundredths_cut;
use crate::suggest::nearest;

/// Most characters of a foreign id that an error repeats.
const SHOWN_MAX: usize = 60;

/// What was done with the information.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
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

/// Control characters and excess left out: for ids that an error repeats.
pub(super) fn shown(text: &str) -> String {
    let harmless = text.chars().filter(|c| !c.is_control());
    harmless.take(SHOWN_MAX).collect()
}

/// A sampled rate that is taken off a count, in hundredths of a percent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rate(u16);

impl Rate {
    /// All of it.
    const WHOLE: u16 = 10_000;

    /// What is left of a count, rounded down.
    pub fn off(self, n: u64) -> u64 {
        let left = u128::from(n) * u128::from(Rate::WHOLE - self.0) / u128::from(Rate::WHOLE);
        u64::try_from(left).unwrap_or(n)
    }
}

impl FromStr for Rate {
    type Err = Error;

    /// `4.5%`: a percentage below 100 with at most two decimals.
    fn from_str(text: &str) -> Result<Rate, Error> {
        let wrong =
            || Error::new("not a rate: write a percentage below 100, like 4.5%, not negative");
        let number = text.strip_suffix('%').ok_or_else(wrong)?;
        // A percentage with two decimals is written like an amount of money.
        let hundredths = number.parse::<Yuan>().map_err(|_| wrong())?.cents();
        let rate = u16::try_from(hundredths).map_err(|_| wrong())?;
        if rate >= Rate::WHOLE {
            return Err(wrong());
        }
        Ok(Rate(rate))
    }
}

impl std::fmt::Display for Rate {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}%", hundredths_cut(u64::from(self.0)))
    }
}

impl Serialize for Rate {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Rate {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Rate, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

/// The stated circumstances. Read from TOML, the keys are those of the options: `in-duty = true`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Circumstances {
    /// What was done; `None` is unknown.
    pub action: Option<Action>,
    /// 在履行职责或者提供服务过程中获得: obtained in duty or while providing a service.
    pub in_duty: Option<bool>,
    /// Different units or persons to whom the same information was provided separately; at least 1.
    pub recipients: u32,
    /// 违法所得: illegal gains; `None` is unknown.
    pub gains: Option<Yuan>,
    /// 为合法经营活动: bought or received for lawful business, and not passed on.
    pub lawful_business: Option<bool>,
    /// 获利: profit from using the information in lawful business; `None` is unknown.
    pub profit: Option<Yuan>,
    /// 经济损失: economic loss; `None` is unknown.
    pub loss: Option<Yuan>,
    /// 上一年度营业额: turnover of the year before, from which ceilings of fines follow.
    pub turnover: Option<Yuan>,
    /// Punished for the same before: a criminal penalty at any time, or an administrative one
    /// within two years.
    pub prior: Option<bool>,
    /// Persons whose general information was exported since 1 January, these not among them.
    pub exported: u64,
    /// The same of sensitive information.
    pub exported_sensitive: u64,
    /// Date of the (last) act: selects the statute. `None` is today's law.
    pub act_date: Option<Date>,
    /// Date of the decision: selects the interpretation. `None` is today.
    pub decision_date: Option<Date>,
    /// When the incident became known, on the user's own clock: deadlines are counted from it.
    pub discovered: Option<Moment>,
    /// Facts that instruments declare, by id: whether they hold. What is not named is unknown.
    pub facts: BTreeMap<String, bool>,
    /// How is counted where opinions differ.
    pub rules: CountingRules,
    /// The class of a category (`vehicle`), or of its bare form (`contact.bare`), whatever the
    /// reading says: an id, or `excluded`.
    pub classes: BTreeMap<String, String>,
    /// Items of a category that are shown not to count, as the public contacts of companies are.
    pub less: BTreeMap<String, u64>,
    /// Rates, known from a sample, that are taken off every count one after the other: duplicates,
    /// then what identifies nobody.
    pub deduct: Vec<Rate>,
}

impl Default for Circumstances {
    fn default() -> Circumstances {
        Circumstances {
            action: None,
            in_duty: None,
            recipients: 1,
            gains: None,
            lawful_business: None,
            profit: None,
            loss: None,
            turnover: None,
            prior: None,
            exported: 0,
            exported_sensitive: 0,
            act_date: None,
            decision_date: None,
            discovered: None,
            facts: BTreeMap::new(),
            rules: CountingRules::default(),
            classes: BTreeMap::new(),
            less: BTreeMap::new(),
            deduct: Vec::new(),
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
    /// No recipient; lawful business with providing; an act after its decision or discovery.
    pub fn check(&self) -> Result<(), Error> {
        if self.recipients == 0 {
            return Err(Error::new(
                "recipients: 0 is not possible; leave it out if nothing was provided",
            ));
        }
        if self.lawful_business == Some(true) && self.is_provided() {
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
        if let (Some(act), Some(discovered)) = (self.act_date, self.discovered)
            && act > discovered.day
        {
            return Err(Error::new("discovered: lies before act-date"));
        }
        if self.lawful_business == Some(false) && self.profit.is_some() {
            return Err(Error::new(
                "profit: counts in lawful business only, which is denied; illegal gains are `gains`",
            ));
        }
        for key in self.classes.keys() {
            let id = key.strip_suffix(".bare").unwrap_or(key);
            known_category(id).map_err(|e| e.at("classes"))?;
        }
        for id in self.less.keys() {
            known_category(id).map_err(|e| e.at("less"))?;
        }
        Ok(())
    }
}

fn known_category(id: &str) -> Result<Category, Error> {
    Category::from_id(id).ok_or_else(|| {
        let ids = Category::ALL.iter().map(|c| c.id());
        let near = nearest(id, ids).or("; `laws show ID` names them all");
        Error::new(format!("no category `{}`{near}", shown(id)))
    })
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
        assert_eq!((read.in_duty, read.prior), (Some(true), Some(true)));
        for (discovered, want) in [
            ("2026-11-20T14:30:00", "2026-11-20T14:30"),
            ("'2026-11-20T14:30'", "2026-11-20T14:30"),
            ("2026-11-20", "2026-11-20"),
        ] {
            let text = format!("discovered = {discovered}\n");
            let read = Circumstances::from_toml(&text, "c.toml").unwrap();
            assert_eq!(read.discovered.unwrap().to_string(), want);
        }
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
        refused("discovered = 2018-01-02T00:00:00Z", "without a time zone");
        refused("discovered = 'yesterday'", "YYYY-MM-DDTHH:MM");
        refused(
            "act-date = 2018-01-02\ndiscovered = 2018-01-01T23:59:00",
            "discovered: lies before act-date",
        );
        refused("in_duty = true", "in_duty");
        refused("action = 'sell'", "sell");
    }
}
