//! A proxy that lets every call through, and loses the answer to the first one of a given operation.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Start one in front of `upstream`; its address, and whether an answer was lost. Its thread ends with the test's process.
pub(crate) fn start(upstream: &str, operation: &'static str) -> (String, Arc<AtomicBool>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://127.0.0.1:{}", listener.local_addr().unwrap().port());
    let target = upstream.trim_start_matches("http://").replace("localhost", "127.0.0.1");
    let lost = Arc::new(AtomicBool::new(false));
    let told = lost.clone();
    std::thread::spawn(move || {
        for client in listener.incoming().flatten() {
            let (target, lost) = (target.clone(), lost.clone());
            // A connection that breaks is the client's to notice.
            std::thread::spawn(move || drop(one(client, &target, operation, &lost)));
        }
    });
    (address, told)
}

/// One request, one answer, and the connection is closed.
fn one(mut client: TcpStream, target: &str, operation: &str, lost: &AtomicBool) -> std::io::Result<()> {
    let mut request = Vec::new();
    let mut chunk = [0; 8192];
    let (head, length) = loop {
        let count = client.read(&mut chunk)?;
        if count == 0 {
            return Ok(());
        }
        request.extend_from_slice(&chunk[..count]);
        let Some(end) = request.windows(4).position(|window| window == b"\r\n\r\n") else { continue };
        let head = String::from_utf8_lossy(&request[..end]).into_owned();
        let field =
            head.lines().find_map(|line| line.to_lowercase().strip_prefix("content-length:").map(str::to_owned));
        let body = field.map_or(0, |length| length.trim().parse::<usize>().unwrap());
        break (head, end + 4 + body);
    };
    while request.len() < length {
        let count = client.read(&mut chunk)?;
        request.extend_from_slice(&chunk[..count]);
    }
    let body = request.split_off(head.len() + 4);
    let mut upstream = TcpStream::connect(target)?;
    upstream.write_all(format!("{head}\r\nConnection: close\r\n\r\n").as_bytes())?;
    upstream.write_all(&body)?;
    let mut answer = Vec::new();
    upstream.read_to_end(&mut answer)?;
    let is_it = head.to_lowercase().contains(&format!(".{}\r\n", operation.to_lowercase()));
    if !is_it || lost.swap(true, Ordering::SeqCst) {
        client.write_all(&answer)?;
    }
    client.shutdown(Shutdown::Both)
}
