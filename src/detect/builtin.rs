//! The pattern files that come with the program.
//!
//! A list and nothing else: a test compares it to the folder. The folder of a file is its pack.

/// Paths and texts of the pattern files with these names.
macro_rules! files {
    ($($name:literal,)*) => {
        &[$((
            concat!("patterns/", $name, ".toml"),
            include_str!(concat!("../../patterns/", $name, ".toml")),
        )),*]
    };
}

/// Path and text of every pattern file, sorted by name.
pub(super) const PATTERNS: &[(&str, &str)] = files![
    "be/nn",
    "bg/egn",
    "cn/address",
    "cn/alipay-trade-no",
    "cn/alipay-user-id",
    "cn/biometric",
    "cn/birth-date",
    "cn/criminal-record",
    "cn/diagnosis",
    "cn/disability",
    "cn/driving-licence",
    "cn/ethnicity",
    "cn/flight-no",
    "cn/foreign-pr-id",
    "cn/hk-macau-exit-permit",
    "cn/home-return-permit",
    "cn/landline",
    "cn/medical-record",
    "cn/military-id",
    "cn/mobile",
    "cn/name",
    "cn/passport",
    "cn/political",
    "cn/postcode",
    "cn/qq",
    "cn/religion",
    "cn/resident-id",
    "cn/resident-id-15",
    "cn/sexual-life",
    "cn/social-security",
    "cn/taiwan-permit",
    "cn/train-no",
    "cn/uscc",
    "cn/vehicle-plate",
    "cn/waybill",
    "cn/wechat-id",
    "cn/wechat-pay-id",
    "cz/rc",
    "de/tax-id",
    "dk/cpr",
    "es/nie",
    "es/nif",
    "fi/hetu",
    "fr/nir",
    "global/bank-card",
    "global/coordinates",
    "global/credential",
    "global/email",
    "global/iccid",
    "global/imei",
    "global/imsi",
    "global/ip-address",
    "global/mac-address",
    "global/phone-intl",
    "global/vin",
    "ie/pps",
    "it/codice-fiscale",
    "nl/bsn",
    "no/fodselsnummer",
    "pl/pesel",
    "ro/cnp",
    "se/personnummer",
    "tr/national-id",
];

/// The vocabulary of columns.
pub(super) const COLUMNS: &str = include_str!("../../patterns/columns.toml");
