//! Which sockets there are, as the kernel tells.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

/// The ports that `process` listens on, with the address.
#[must_use]
pub fn listening(process: u32) -> Vec<SocketAddr> {
    let links = std::fs::read_dir(format!("/proc/{process}/fd")).expect("the files of the process").flatten();
    let sockets: Vec<String> =
        links.filter_map(|link| Some(std::fs::read_link(link.path()).ok()?.display().to_string())).collect();
    let mut found = Vec::new();
    for (table, wide) in [("tcp", false), ("tcp6", true)] {
        let text = std::fs::read_to_string(format!("/proc/{process}/net/{table}")).unwrap_or_default();
        for fields in text.lines().skip(1).map(|line| line.split_whitespace().collect::<Vec<_>>()) {
            // State 0A is LISTEN; field 9 is the socket.
            if fields[3] != "0A" || !sockets.contains(&format!("socket:[{}]", fields[9])) {
                continue;
            }
            let (address, port) = fields[1].split_once(':').unwrap();
            let bytes = u32::from_str_radix(&address[..8], 16).unwrap().to_le_bytes();
            // Any IPv6 address would be one too many.
            let address = if wide { Ipv4Addr::UNSPECIFIED } else { Ipv4Addr::from(bytes) };
            found.push(SocketAddr::new(IpAddr::V4(address), u16::from_str_radix(port, 16).unwrap()));
        }
    }
    found
}

/// How many ends of TCP connections over loopback have this port, whatever their state: a closed one is seen for a minute.
#[must_use]
pub fn connections(port: u16) -> usize {
    let port = format!(":{port:04X}");
    let table = std::fs::read_to_string("/proc/net/tcp").unwrap_or_default();
    let connected = |line: &&str| line.contains(&port) && !line.contains(" 00000000:0000 ");
    table.lines().filter(connected).count()
}
