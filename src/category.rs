//! Categories: the legal classes of information that a record can support.
//!
//! A category is what the law counts (`lodging`); what a single value *is* (`cn.mobile`) is a kind
//! and belongs to `detect`. This file knows ids, names and order; it knows no threshold and no
//! class, because those differ from instrument to instrument and live in `law`.

use std::fmt;

macro_rules! categories {
    ($($variant:ident $id:literal $zh:literal $en:literal $event:literal,)*) => {
        /// A legal class of information. The order is that of the published table; within one class
        /// of an instrument the category that stands first wins a record.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[allow(missing_docs, reason = "each variant is documented by its id and names below")]
        pub enum Category { $($variant),* }

        impl Category {
            /// Every category, in the order of the table.
            pub const ALL: [Category; 21] = [$(Category::$variant),*];

            /// The stable id, as it stands in every output.
            pub fn id(self) -> &'static str {
                match self { $(Category::$variant => $id),* }
            }

            /// The name in Chinese, in the words of the interpretation where it has one.
            pub fn name_zh(self) -> &'static str {
                match self { $(Category::$variant => $zh),* }
            }

            /// The name in English.
            pub fn name_en(self) -> &'static str {
                match self { $(Category::$variant => $en),* }
            }

            /// Whether records are events of a person (de-duplicated by person and content) rather
            /// than attributes (de-duplicated by person alone).
            pub fn is_event(self) -> bool {
                match self { $(Category::$variant => $event),* }
            }
        }
    };
}

categories! {
    Whereabouts "whereabouts" "行踪轨迹信息" "whereabouts" true,
    CommunicationContent "communication-content" "通信内容" "communication content" true,
    Credit "credit" "征信信息" "credit reports" false,
    Property "property" "财产信息" "property and accounts" false,
    Lodging "lodging" "住宿信息" "lodging" true,
    CommunicationRecord "communication-record" "通信记录" "communication records" true,
    Health "health" "健康生理信息" "health" true,
    Transaction "transaction" "交易信息" "transactions" true,
    Travel "travel" "航班、车次、打车信息" "travel" true,
    Biometric "biometric" "人脸等生物识别信息" "biometrics" false,
    IdDocument "id-document" "居民身份证件影像、成套证件信息" "identity document sets" false,
    RealEstate "real-estate" "业主、房产信息" "real estate" false,
    Vehicle "vehicle" "车辆、车主信息" "vehicles" false,
    Account "account" "账号密码" "accounts with secrets" false,
    Identity "identity" "姓名＋证件号码" "identity" false,
    Contact "contact" "姓名＋电话、邮箱、即时通信号" "contact" false,
    Address "address" "住址、收件信息" "addresses" false,
    Education "education" "学籍信息" "education" false,
    Employment "employment" "求职、单位信息" "employment" false,
    Device "device" "设备标识、上网标识" "devices" false,
    Special "special" "宗教信仰、政治面貌、民族、性取向、犯罪记录、残障等特定身份" "special status" false,
}

impl Category {
    /// The category with this id, if there is one.
    pub fn from_id(id: &str) -> Option<Category> {
        Category::ALL.into_iter().find(|c| c.id() == id)
    }

    /// The position in the table, from 0.
    pub fn index(self) -> usize {
        self as usize
    }
}

impl fmt::Display for Category {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.id())
    }
}

/// What a record supports: a set of categories, each either in full or only *bare*.
///
/// Bare marks the weak form that some readings treat apart: a phone number with nothing else
/// (`contact`), a card number without a secret or a balance (`property`). A category that is in
/// full is not bare as well.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CategorySet {
    full: u32,
    bare: u32,
}

impl CategorySet {
    /// The empty set.
    pub const EMPTY: CategorySet = CategorySet { full: 0, bare: 0 };

    /// Adds a category in full.
    pub fn insert(&mut self, category: Category) {
        self.full |= 1 << category.index();
        self.bare &= !self.full;
    }

    /// Adds a category in its bare form, unless it is there in full.
    pub fn insert_bare(&mut self, category: Category) {
        self.bare |= (1 << category.index()) & !self.full;
    }

    /// Whether the category is in the set, in full or bare.
    pub fn contains(self, category: Category) -> bool {
        (self.full | self.bare) & (1 << category.index()) != 0
    }

    /// Whether the category is in the set in its bare form only.
    pub fn is_bare(self, category: Category) -> bool {
        self.bare & (1 << category.index()) != 0
    }

    /// Whether nothing is supported.
    pub fn is_empty(self) -> bool {
        self.full | self.bare == 0
    }

    /// Both sets joined; full wins over bare.
    pub fn union(self, other: CategorySet) -> CategorySet {
        let full = self.full | other.full;
        CategorySet {
            full,
            bare: (self.bare | other.bare) & !full,
        }
    }

    /// Takes a category out.
    pub fn remove(&mut self, category: Category) {
        let bit = 1 << category.index();
        self.full &= !bit;
        self.bare &= !bit;
    }

    /// The categories of the set in the order of the table, each with whether it is bare.
    pub fn iter(self) -> impl Iterator<Item = (Category, bool)> {
        Category::ALL
            .into_iter()
            .filter(move |c| self.contains(*c))
            .map(move |c| (c, self.is_bare(c)))
    }
}

/// The readings of the disputed categories. All three are always computed; one governs the exit
/// code.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Reading {
    /// What most courts did, as recorded in the instrument.
    #[default]
    Default,
    /// Every dispute decided for the lower class, or for leaving the record out.
    Lenient,
    /// Every dispute decided for the higher class.
    Strict,
}

impl Reading {
    /// All readings, in the order of reports.
    pub const ALL: [Reading; 3] = [Reading::Default, Reading::Lenient, Reading::Strict];

    /// The stable id.
    pub fn id(self) -> &'static str {
        match self {
            Reading::Default => "default",
            Reading::Lenient => "lenient",
            Reading::Strict => "strict",
        }
    }

    /// The reading with this id, if there is one.
    pub fn from_id(id: &str) -> Option<Reading> {
        Reading::ALL.into_iter().find(|r| r.id() == id)
    }
}

/// What one record supports under every reading.
///
/// `base` holds for the default and the lenient reading (they differ in classes, not in what a
/// record is); `strict` is what the strict reading sees, always a superset (a transaction row that
/// names an account is `property` there too).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Support {
    /// Categories under the default and the lenient reading.
    pub base: CategorySet,
    /// Categories under the strict reading.
    pub strict: CategorySet,
}

impl Support {
    /// The set that a reading sees.
    pub fn under(self, reading: Reading) -> CategorySet {
        match reading {
            Reading::Default | Reading::Lenient => self.base,
            Reading::Strict => self.strict,
        }
    }

    /// Whether no reading sees anything.
    pub fn is_empty(self) -> bool {
        self.base.is_empty() && self.strict.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_unique_and_found_again() {
        for category in Category::ALL {
            assert_eq!(Category::from_id(category.id()), Some(category));
        }
    }

    #[test]
    fn full_wins_over_bare() {
        let mut set = CategorySet::EMPTY;
        set.insert_bare(Category::Contact);
        assert!(set.is_bare(Category::Contact));
        set.insert(Category::Contact);
        assert!(set.contains(Category::Contact) && !set.is_bare(Category::Contact));
        set.insert_bare(Category::Contact);
        assert!(!set.is_bare(Category::Contact));
    }
}
