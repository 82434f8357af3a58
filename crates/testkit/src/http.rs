//! The smallest HTTP client, for the endpoint's own pages.

use std::io::{Read, Write};
use std::net::TcpStream;

/// The body of a good answer to a request without a body.
pub(crate) fn ask(method: &str, url: &str, path: &str) -> Result<String, String> {
    tell(method, url, path, "")
}

/// The body of a good answer.
pub(crate) fn tell(method: &str, url: &str, path: &str, body: &str) -> Result<String, String> {
    let address = url.trim_start_matches("http://").replace("localhost", "127.0.0.1");
    let exchange = || -> std::io::Result<String> {
        let mut stream = TcpStream::connect(&address)?;
        let length = body.len();
        let head = format!("Host: {address}\r\nContent-Length: {length}\r\nConnection: close");
        write!(stream, "{method} {path} HTTP/1.1\r\n{head}\r\n\r\n{body}")?;
        let mut text = String::new();
        stream.read_to_string(&mut text)?;
        Ok(text)
    };
    let text = exchange().map_err(|why| why.to_string())?;
    let (head, body) = text.split_once("\r\n\r\n").ok_or("no answer")?;
    if head.starts_with("HTTP/1.1 200") { Ok(body.to_string()) } else { Err(text) }
}
