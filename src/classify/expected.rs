//! What cells of a role look like, and which roles a column of some values may serve: the knowledge of `profile` about roles by
//! their ids. A role that is not named here is judged by the kinds of its values alone.

use super::shape::Shapes;

const TIMES: Shapes = Shapes::DATETIME
    .and(Shapes::DATE)
    .and(Shapes::TIME)
    .and(Shapes::EPOCH);
pub(super) const NUMERIC: Shapes = TIMES
    .and(Shapes::NUMBER)
    .and(Shapes::COUNT)
    .and(Shapes::DEGREES);

/// What cells of a role look like; nothing where they look like anything.
pub(super) fn looks(id: &str) -> Shapes {
    match id {
        "call-start" | "call-end" | "checkin-time" | "checkout-time" | "event-time"
        | "transaction-time" | "order-time" | "position-time" | "visit-time" | "travel-time" => {
            TIMES
        }
        "birth-date" | "registration-date" => Shapes::DATE.and(Shapes::DATETIME),
        "amount" | "balance" | "deposit" | "price" | "salary" | "loan-amount" | "loan-balance"
        | "credit-limit" | "house-area" => Shapes::NUMBER,
        "age" => Shapes::COUNT,
        "call-duration" => Shapes::COUNT.and(Shapes::TIME).and(Shapes::DURATION),
        "longitude" | "latitude" => Shapes::DEGREES,
        "student-number" => Shapes::DIGITS.and(Shapes::HANDLE),
        "gender" => Shapes::GENDER,
        "document-type" => Shapes::DOCUMENT,
        "call-type" => Shapes::CALL,
        "debit-credit" => Shapes::DEBIT,
        "message-body" => Shapes::PROSE,
        "password" => Shapes::HASH,
        "hotel" => Shapes::HOTEL,
        "room" => Shapes::ROOM,
        "address" | "house-location" => Shapes::HAN_PLACE,
        "name" | "owner" | "vehicle-owner" | "party-name" => Shapes::NAME,
        _ => Shapes::default(),
    }
}

/// Whether the values of a role are known by their patterns, so that a column without any is
/// another column.
pub(super) fn holds_values(id: &str) -> bool {
    matches!(
        id,
        "id-number"
            | "document-number"
            | "phone"
            | "caller"
            | "callee"
            | "party-phone"
            | "email"
            | "bank-card"
            | "plate"
            | "vin"
            | "imei"
            | "imsi"
            | "iccid"
            | "mac"
            | "ip"
            | "coordinates"
            | "uscc"
            | "qq"
            | "passport"
            | "permit"
    )
}

/// Whether a column of the role may hold sentences.
pub(super) fn allows_prose(id: &str) -> bool {
    matches!(
        id,
        "message-body"
            | "summary"
            | "chief-complaint"
            | "diagnosis"
            | "prescription"
            | "exam-result"
            | "allergy"
            | "resume"
            | "criminal-record"
            | "goods"
            | "address"
            | "house-location"
            | "user-agent"
            | "overdue"
            | "disability"
            | "place"
            | "company"
            | "employer"
            | "school"
            | "merchant"
            | "position"
    )
}

/// Whether values of one role may well stand in a column of another: a telephone as a login.
pub(super) fn may_serve(values: &str, column: &str) -> bool {
    let document = [
        "id-number",
        "passport",
        "permit",
        "document-number",
        "driving-licence",
        "social-security",
        "military-id",
    ];
    match values {
        "phone" => matches!(
            column,
            "caller"
                | "callee"
                | "party-phone"
                | "sender"
                | "receiver"
                | "login"
                | "im-account"
                | "wechat"
                | "payment-id"
                | "account-number"
                | "party-account"
                | "password"
                | "device-id"
        ),
        "email" => matches!(
            column,
            "login" | "sender" | "receiver" | "im-account" | "payment-id" | "party-account"
        ),
        "bank-card" => matches!(
            column,
            "account-number" | "party-account" | "payment-id" | "securities" | "deposit"
        ),
        "name" => !matches!(column, "phone" | "id-number" | "address" | "email"),
        "id-number" | "document-number" | "passport" | "permit" => {
            document.contains(&column)
                || matches!(
                    column,
                    "login"
                        | "password"
                        | "student-number"
                        | "medical-record-number"
                        | "payment-id"
                )
        }
        "address" => !matches!(column, "name" | "phone" | "id-number" | "email"),
        "ip" | "mac" | "imei" | "imsi" | "iccid" => matches!(
            column,
            "device-id" | "imei" | "imsi" | "login" | "user-agent"
        ),
        // Weak evidence beside a header: codes and coordinates of many kinds look alike.
        "coordinates" => matches!(
            column,
            "place" | "longitude" | "latitude" | "departure" | "arrival" | "cell-station"
        ),
        "plate" | "vin" | "uscc" => false,
        _ => true,
    }
}
