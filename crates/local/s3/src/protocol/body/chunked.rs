//! `aws-chunked` bodies: each chunk says its size, and checksums may follow the last one. It is AWS's own coding, inside
//! of HTTP's, so no HTTP library reads it.

use bytes::{Buf, Bytes};

use crate::error::{Error, Result};

/// A line before a chunk or after the last may have this length.
const LONGEST_LINE: usize = 16 << 10;

/// Takes the frames off a body as it comes. Signatures of chunks are not checked: this endpoint knows no secrets.
#[derive(Default)]
pub(crate) struct Chunked {
    state: State,
    line: Vec<u8>,
    trailers: Vec<(String, String)>,
}

#[derive(Default, PartialEq)]
enum State {
    #[default]
    Size,
    Data(u64),
    AfterData,
    Trailers,
    Done,
}

impl Chunked {
    /// Hands on the data in these bytes.
    pub(crate) fn feed(&mut self, mut input: Bytes, data: &mut Vec<Bytes>) -> Result<()> {
        while !input.is_empty() {
            match self.state {
                State::Data(left) => {
                    let taken = left.min(input.len() as u64);
                    data.push(input.split_to(taken as usize));
                    self.state = if taken == left { State::AfterData } else { State::Data(left - taken) };
                }
                State::Done => return Ok(()),
                _ => self.take_line(&mut input)?,
            }
        }
        Ok(())
    }

    fn take_line(&mut self, input: &mut Bytes) -> Result<()> {
        let Some(end) = input.iter().position(|byte| *byte == b'\n') else {
            self.line.extend_from_slice(input);
            input.clear();
            return if self.line.len() > LONGEST_LINE { Err(malformed()) } else { Ok(()) };
        };
        self.line.extend_from_slice(&input[..end]);
        input.advance(end + 1);
        let line = String::from_utf8(std::mem::take(&mut self.line)).map_err(|_| malformed())?;
        let line = line.trim_end_matches('\r');
        match self.state {
            State::Size => {
                let size = line.split(';').next().unwrap_or_default().trim();
                let size = u64::from_str_radix(size, 16).map_err(|_| malformed())?;
                self.state = if size == 0 { State::Trailers } else { State::Data(size) };
            }
            State::AfterData if line.is_empty() => self.state = State::Size,
            State::AfterData => return Err(malformed()),
            // One client ends a trailer with \n\r\n, others with \r\n\r\n.
            State::Trailers if line.is_empty() => self.state = State::Done,
            _ => {
                let (name, value) = line.split_once(':').ok_or_else(malformed)?;
                self.trailers.push((name.trim().to_ascii_lowercase(), value.trim().to_string()));
            }
        }
        Ok(())
    }

    /// What followed the last chunk. An end before it is the client's.
    pub(crate) fn end(self) -> Result<Vec<(String, String)>> {
        match self.state {
            State::Done | State::Trailers => Ok(self.trailers),
            _ => Err(incomplete()),
        }
    }
}

/// The body ended too early.
pub(crate) fn incomplete() -> Error {
    let why = "You did not provide the number of bytes specified by the Content-Length HTTP header";
    Error::new(400, "IncompleteBody", why)
}

fn malformed() -> Error {
    Error::new(400, "InvalidChunkSizeError", "The body is not of the form aws-chunked.")
}

#[cfg(test)]
mod tests {
    use super::Chunked;
    use bytes::Bytes;

    #[test]
    fn all_splits_bring_the_same() {
        let sent = "5;chunk-signature=abc\r\nhello\r\n6\r\n world\r\n0;chunk-signature=def\r\n\
                    x-amz-checksum-crc32:AAAA\r\nx-amz-trailer-signature:ff\r\n\r\n";
        for split in 0..sent.len() {
            let (mut chunked, mut data) = (Chunked::default(), Vec::new());
            for part in [&sent[..split], &sent[split..]] {
                chunked.feed(Bytes::copy_from_slice(part.as_bytes()), &mut data).unwrap();
            }
            assert_eq!(data.concat(), b"hello world");
            assert_eq!(chunked.end().unwrap()[0], ("x-amz-checksum-crc32".to_string(), "AAAA".to_string()));
        }
    }

    #[test]
    fn an_early_end_is_told() {
        let (mut chunked, mut data) = (Chunked::default(), Vec::new());
        chunked.feed(Bytes::from_static(b"5\r\nhel"), &mut data).unwrap();
        assert_eq!(chunked.end().unwrap_err().code, "IncompleteBody");
        assert!(Chunked::default().feed(Bytes::from_static(b"zz\r\n"), &mut data).is_err());
    }
}
