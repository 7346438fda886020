//! Synthetic people: values of the right structure, counted up from a number and belonging to nobody.
//!
//! The same number always gives the same values and different numbers give different ones, so that a test knows how many
//! there are. Birth dates lie in the years 1960 to 1987; area codes are of districts in Beijing.

/// A mobile number of mainland China.
pub(crate) fn mobile(n: u64) -> String {
    format!("139{:08}", (n * 7_919 + 10_000_019) % 100_000_000)
}

/// A resident identity number with its check character (GB 11643-1999, ISO 7064 MOD 11-2).
pub(crate) fn resident_id(n: u64) -> String {
    let area = ["110101", "110102", "110105", "110106"][(n % 4) as usize];
    let year = 1960 + n / 4 % 28;
    let month = 1 + n / 112 % 12;
    let day = 1 + n / 1344 % 28;
    let serial = 100 + n / 37_632 % 900;
    let body = format!("{area}{year}{month:02}{day:02}{serial}");
    let weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
    let sum: u32 = body
        .bytes()
        .zip(weights)
        .map(|(digit, weight)| u32::from(digit - b'0') * weight)
        .sum();
    let check = b"10X98765432"[(sum % 11) as usize] as char;
    format!("{body}{check}")
}

/// A bank card number with its check digit (ISO/IEC 7812-1, Luhn).
pub(crate) fn bank_card(n: u64) -> String {
    let body = format!("622202{:012}", 100_200_000_000 + n * 104_729);
    let sum: u32 = body
        .bytes()
        .rev()
        .enumerate()
        .map(|(index, digit)| {
            let digit = u32::from(digit - b'0');
            match (index % 2, digit * 2) {
                (0, double) if double > 9 => double - 9,
                (0, double) => double,
                _ => digit,
            }
        })
        .sum();
    format!("{body}{}", (10 - sum % 10) % 10)
}

/// An e-mail address at a domain that is reserved for examples (RFC 2606).
pub(crate) fn email(n: u64) -> String {
    format!("kehu{n}.zhang@corp{}.example.net", n % 7)
}

/// A name of two or three Han characters.
pub(crate) fn name(n: u64) -> String {
    let families = ["王", "李", "张", "刘", "陈", "杨", "赵", "黄", "周", "吴"];
    let givens = [
        "伟", "芳", "建国", "秀英", "敏", "静", "志强", "丽", "军", "晓燕", "磊",
    ];
    let at = |list: &[&str], n: u64| list[(n % list.len() as u64) as usize].to_owned();
    at(&families, n) + &at(&givens, n / 10)
}

/// A table of hotel guests with a header: one lodging record a row.
pub(crate) fn hotel_csv(people: std::ops::Range<u64>) -> String {
    let mut csv = String::from("姓名,证件号码,手机号,旅馆名称,房间号,入住时间,退房时间\n");
    for n in people {
        csv.push_str(&format!(
            "{},{},{},如意旅馆,{},2024-03-{:02} 14:00:00,2024-03-{:02} 12:00:00\n",
            name(n),
            resident_id(n),
            mobile(n),
            100 + n % 80,
            1 + n % 27,
            2 + n % 27,
        ));
    }
    csv
}

/// A table of customers with a header: one contact record a row.
pub(crate) fn contacts_csv(people: std::ops::Range<u64>) -> String {
    let mut csv = String::from("姓名,手机号,邮箱\n");
    for n in people {
        csv.push_str(&format!("{},{},{}\n", name(n), mobile(n), email(n)));
    }
    csv
}

#[test]
fn the_numbers_are_well_formed_and_different() {
    assert_eq!(resident_id(0).len(), 18);
    assert_eq!(mobile(3).len(), 11);
    assert_eq!(bank_card(5).len(), 19);
    let ids: std::collections::BTreeSet<String> = (0..2000).map(resident_id).collect();
    let mobiles: std::collections::BTreeSet<String> = (0..2000).map(mobile).collect();
    assert_eq!((ids.len(), mobiles.len()), (2000, 2000));
}
