//! Addresses of devices: MAC and IPv4.

use std::net::Ipv4Addr;

use crate::digits::hex;
use crate::line::Line;
use crate::random::Random;

/// Appends a lower-case unicast MAC address.
#[inline(always)]
pub(crate) fn mac(line: &mut Line, random: &mut Random) {
    let mut bytes = random.bits().to_le_bytes();
    // The lowest bit of the first byte means multicast; no card has it.
    bytes[0] &= 0xfe;
    let text = line.room::<18>(17);
    for (place, &byte) in text.as_chunks_mut::<3>().0.iter_mut().zip(&bytes) {
        let [high, low] = hex(byte);
        *place = [high, low, b':'];
    }
}

/// Appends an IPv4 address that a customer could have on the internet.
#[inline(always)]
pub(crate) fn ipv4(line: &mut Line, random: &mut Random) {
    let address = loop {
        random.ready();
        let candidate = Ipv4Addr::from_bits(random.bits() as u32);
        if is_public(candidate) {
            break candidate;
        }
    };
    let [a, b, c, d] = address.octets().map(u32::from);
    line.short(a);
    for part in [b, c, d] {
        line.put(b".");
        line.short(part);
    }
}

/// What an address may be that begins with a number.
#[derive(Clone, Copy)]
enum Network {
    Public,
    Special,
    Mixed,
}

/// By the first number: a lookup instead of jumps that no branch predictor foresees.
static NETWORKS: [Network; 256] = networks();

const fn networks() -> [Network; 256] {
    let mut table = [Network::Public; 256];
    let mut first = 0;
    while first < 256 {
        table[first] = match first {
            0 | 10 | 127 | 224.. => Network::Special,
            100 | 169 | 172 | 192 | 198 | 203 => Network::Mixed,
            _ => Network::Public,
        };
        first += 1;
    }
    table
}

#[inline(always)]
fn is_public(address: Ipv4Addr) -> bool {
    match NETWORKS[usize::from(address.octets()[0])] {
        Network::Public => true,
        Network::Special => false,
        Network::Mixed => !is_special(address),
    }
}

#[cold]
fn is_special(address: Ipv4Addr) -> bool {
    matches!(
        address.octets(),
        [100, 64..128, ..]
            | [169, 254, ..]
            | [172, 16..32, ..]
            | [192, 168, ..]
            | [192, 0, 0 | 2, _]
            | [198, 18 | 19, ..]
            | [198, 51, 100, _]
            | [203, 0, 113, _]
    )
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::random::Key;

    #[test]
    fn private_and_reserved_addresses_are_not_public() {
        for text in [
            "10.1.2.3",
            "127.0.0.1",
            "172.31.0.1",
            "192.168.1.1",
            "169.254.1.1",
            "100.64.0.1",
            "224.0.0.1",
            "255.255.255.255",
        ] {
            assert!(!is_public(text.parse().unwrap()), "{text}");
        }
        for text in ["63.138.125.200", "172.176.208.107", "192.85.68.69", "1.1.1.1", "223.255.255.255"] {
            assert!(is_public(text.parse().unwrap()), "{text}");
        }
    }

    #[test]
    fn a_mac_address_is_unicast() {
        let mut random = Random::new(Key::new(1, 1, ""), 0);
        for _ in 0..200 {
            random.ready();
            let mut line = Line::new();
            mac(&mut line, &mut random);
            let parts: Vec<u8> = std::str::from_utf8(line.as_bytes())
                .unwrap()
                .split(':')
                .map(|part| u8::from_str_radix(part, 16).unwrap())
                .collect();
            assert_eq!(parts.len(), 6);
            assert_eq!(parts[0] & 1, 0);
        }
    }
}
