//! Network addresses: IPv4, IPv6, and the hardware address of a device. Whom an address was assigned to is not known here.

use std::net::{Ipv4Addr, Ipv6Addr};

use super::{Compact, Verdict, Why};

/// Longest address as text: eight groups, the last two of which may be written with dots (RFC 4291, 2.2).
const ADDRESS_BYTES_MAX: usize = 45;

/// An IPv4 or IPv6 address. Addresses that lead to nobody (private, loopback, link-local, multicast, masks) are rejected, in
/// a column of addresses as well: they are no personal information by themselves. So are, without context, dotted versions,
/// whose numbers are all small.
pub(super) fn ip_address(compact: &mut Compact<'_>, in_context: bool) -> Verdict {
    let Ok(text) = std::str::from_utf8(compact.as_bytes()) else {
        return Verdict::Reject;
    };
    // Parsing is slow, and names of things are full of colons (`a:a:a`).
    if text.len() > ADDRESS_BYTES_MAX || !text.bytes().any(|b| b.is_ascii_digit()) {
        return Verdict::Reject;
    }
    let personal = if let Ok(address) = text.parse::<Ipv4Addr>() {
        is_personal_v4(address, in_context)
    } else if let Ok(address) = text.parse::<Ipv6Addr>() {
        is_personal_v6(address)
    } else {
        return Verdict::Reject;
    };
    match personal {
        true => Verdict::Valid,
        false => compact.because(Why::NoAddressee, Verdict::Reject),
    }
}

/// Whether an IPv4 address can be that of somebody's connection.
fn is_personal_v4(address: Ipv4Addr, in_context: bool) -> bool {
    let octets = address.octets();
    let carrier = octets[0] == 100 && (64..128).contains(&octets[1]);
    // `4.18.0.30`: four small numbers in running text are a version more often than an address.
    let version = !in_context && octets.iter().all(|n| *n < 32);
    // `2.5.29.35` and `1.3.6.1` begin names of object identifiers.
    let identifier = !in_context && (octets.starts_with(&[2, 5]) || octets.starts_with(&[1, 3, 6]));
    // Network addresses and masks end in 0; widely known resolvers repeat one number.
    let network = octets[3] == 0 || octets.iter().all(|n| *n == octets[0]);
    !(address.is_private()
        || address.is_loopback()
        || address.is_link_local()
        || octets[0] == 0
        || octets[0] >= 224
        || carrier
        || version
        || identifier
        || octets.starts_with(&[192, 0, 0])
        || network)
}

/// Whether an IPv6 address can be that of somebody's connection: global unicast.
fn is_personal_v6(address: Ipv6Addr) -> bool {
    let segments = address.segments();
    segments[0] & 0xe000 == 0x2000 && segments[1..].iter().any(|s| *s != 0)
}

/// A hardware address of six octets, compacted to twelve hexadecimal digits. Groups (multicast, broadcast) and fillers are
/// rejected; the block that RFC 7042 reserves for documentation is a test.
pub(super) fn mac_address(compact: &mut Compact<'_>, _in_context: bool) -> Verdict {
    let digits = compact.as_bytes();
    if digits.len() != 12 || !digits.iter().all(u8::is_ascii_hexdigit) {
        return Verdict::Reject;
    }
    if digits.chunks(2).all(|octet| octet == &digits[..2]) {
        return Verdict::Reject;
    }
    if digits.starts_with(b"00005E0053") {
        return Verdict::Test;
    }
    // The lowest bit of the first octet marks a group of devices.
    match matches!(
        digits[1].to_ascii_uppercase(),
        b'0' | b'2' | b'4' | b'6' | b'8' | b'A' | b'C' | b'E'
    ) {
        true => Verdict::Valid,
        false => Verdict::Reject,
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{check, rejects};
    use super::*;

    #[test]
    fn addresses_of_connections() {
        for text in [
            "134.146.25.18",
            "223.5.5.6",
            "203.0.113.7",
            "2409:8a00:1:2::5",
            "2001:db8::1",
        ] {
            check(ip_address, text, false, Verdict::Valid, text);
        }
    }

    #[test]
    fn addresses_that_lead_to_nobody_are_rejected() {
        for text in [
            "192.168.1.20",
            "10.1.2.3",
            "172.16.5.4",
            "127.0.0.1",
            "100.64.1.2",
            "8.8.8.8",
            "fe80::1",
            "::1",
        ] {
            check(ip_address, text, true, Verdict::Reject, text);
            rejects(ip_address, text, false, "leads to nobody");
        }
        check(ip_address, "4.18.0.30", true, Verdict::Valid, "4.18.0.30");
        rejects(ip_address, "4.18.0.30", false, "a version");
        rejects(ip_address, "2.5.29.35", false, "an object identifier");
        rejects(ip_address, "192.0.0.1", true, "a block for protocols");
        rejects(ip_address, "255.255.255.0", false, "a mask");
    }

    #[test]
    fn rejects_what_is_no_address() {
        for (text, why) in [
            ("256.1.2.3", "an octet above 255"),
            ("1.2.3", "three octets"),
            ("134.146.025.18", "a leading zero"),
            ("2409:8a00::1::2", "compressed twice"),
            ("2409:8a00:1:2", "four groups"),
            ("0.0.0.0", "nobody's"),
            ("", "nothing"),
        ] {
            rejects(ip_address, text, true, why);
        }
    }

    #[test]
    fn hardware_addresses() {
        check(
            mac_address,
            "3C22FB4BF551",
            false,
            Verdict::Valid,
            "3C22FB4BF551",
        );
        check(
            mac_address,
            "00005E005301",
            false,
            Verdict::Test,
            "00005E005301",
        );
        for (text, why) in [
            ("000000000000", "a filler"),
            ("FFFFFFFFFFFF", "broadcast"),
            ("01005E0000FB", "multicast"),
            ("3C22FB4BF5", "five octets"),
            ("3C22FB4BF55G", "no hexadecimal digit"),
            ("", "nothing"),
        ] {
            rejects(mac_address, text, true, why);
        }
    }
}
