//! The smallest HTTP client: one request, one answer, no runtime. A start must not cost more than that.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use crate::error::Error;

/// Sends a request without a body and returns the body of a good answer.
pub(super) fn send(method: &str, url: &str, path: &str) -> Result<String, Error> {
    let failed = |why: String| Error::Ask { url: url.to_string(), why };
    let address = url.trim_start_matches("http://").replace("localhost", "127.0.0.1");
    let exchange = || -> std::io::Result<String> {
        let mut stream = TcpStream::connect(&address)?;
        stream.set_read_timeout(Some(Duration::from_secs(20)))?;
        write!(
            stream,
            "{method} {path} HTTP/1.1\r\nHost: {address}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
        )?;
        let mut text = String::new();
        stream.read_to_string(&mut text)?;
        Ok(text)
    };
    let text = exchange().map_err(|why| failed(why.to_string()))?;
    let (head, body) = text.split_once("\r\n\r\n").unwrap_or((&text, ""));
    let status = head.lines().next().unwrap_or_default();
    if status.contains(" 200 ") { Ok(body.to_string()) } else { Err(failed(format!("it answered {status}"))) }
}
