//! A loopback proxy that lets k requests through, then drops every connection: an endpoint that dies midway.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// How a connection goes on after a request was counted.
const HEAD_END: &[u8] = b"\r\n\r\n";

/// The proxy. Its thread ends with the test's process.
pub struct DyingProxy {
    url: String,
    seen: Arc<AtomicUsize>,
}

impl DyingProxy {
    /// Starts one in front of `upstream`, which dies when request number `after` + 1 comes.
    pub fn start(upstream: &str, after: usize) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let port = listener.local_addr().expect("its port").port();
        let target = upstream.trim_start_matches("http://").replace("localhost", "127.0.0.1");
        let seen = Arc::new(AtomicUsize::new(0));
        let counter = seen.clone();
        std::thread::spawn(move || {
            for client in listener.incoming().flatten() {
                let (target, counter) = (target.clone(), counter.clone());
                std::thread::spawn(move || serve(&client, &target, &counter, after));
            }
        });
        Self { url: format!("http://127.0.0.1:{port}"), seen }
    }

    /// Its address.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// How many requests were begun, the fatal ones included.
    pub fn seen(&self) -> usize {
        self.seen.load(Ordering::SeqCst)
    }
}

/// One connection: request by request, each with an upstream connection of its own that closes after the answer.
fn serve(client: &TcpStream, target: &str, seen: &AtomicUsize, after: usize) {
    let mut reader = client;
    while let Some((head, begun)) = read_head(&mut reader) {
        if seen.fetch_add(1, Ordering::SeqCst) >= after || pass(client, target, &head, begun).is_err() {
            break;
        }
    }
    let _ = client.shutdown(Shutdown::Both);
}

/// Reads up to the end of a request's head, and what came of the body with it.
fn read_head(reader: &mut &TcpStream) -> Option<(String, Vec<u8>)> {
    let mut bytes = Vec::new();
    let mut chunk = [0; 8192];
    loop {
        if let Some(end) = bytes.windows(4).position(|window| window == HEAD_END) {
            let body = bytes.split_off(end + HEAD_END.len());
            return Some((String::from_utf8(bytes).ok()?, body));
        }
        match reader.read(&mut chunk) {
            Ok(0) | Err(_) => return None,
            Ok(count) => bytes.extend_from_slice(&chunk[..count]),
        }
    }
}

/// Sends the request on and the whole answer back.
fn pass(mut client: &TcpStream, target: &str, head: &str, begun: Vec<u8>) -> std::io::Result<()> {
    let value = |name: &str| {
        let line = head.lines().find(|line| line.to_ascii_lowercase().starts_with(&format!("{name}:")))?;
        Some(line.split_once(':')?.1.trim().to_ascii_lowercase())
    };
    let mut upstream = TcpStream::connect(target)?;
    upstream.write_all(head.trim_end().as_bytes())?;
    upstream.write_all(b"\r\nConnection: close\r\n\r\n")?;
    upstream.write_all(&begun)?;
    if value("expect").is_some() {
        client.write_all(b"HTTP/1.1 100 Continue\r\n\r\n")?;
    }
    if value("transfer-encoding").is_some_and(|coding| coding.contains("chunked")) {
        pass_chunked(client, &mut upstream, begun)?;
    } else {
        let length: usize = value("content-length").and_then(|length| length.parse().ok()).unwrap_or(0);
        let rest = length.saturating_sub(begun.len()) as u64;
        std::io::copy(&mut client.take(rest), &mut upstream)?;
    }
    // The upstream closes after its answer, and says so: the client comes back with a new connection.
    std::io::copy(&mut upstream, &mut client)?;
    Err(std::io::ErrorKind::ConnectionReset.into())
}

/// Copies a chunked body up to its last chunk.
fn pass_chunked(mut client: &TcpStream, upstream: &mut TcpStream, mut seen: Vec<u8>) -> std::io::Result<()> {
    let mut chunk = [0; 8192];
    while !seen.ends_with(b"0\r\n\r\n") {
        let count = client.read(&mut chunk)?;
        if count == 0 {
            break;
        }
        upstream.write_all(&chunk[..count])?;
        seen.extend_from_slice(&chunk[..count]);
        let keep = seen.len().saturating_sub(16);
        seen.drain(..keep);
    }
    Ok(())
}
