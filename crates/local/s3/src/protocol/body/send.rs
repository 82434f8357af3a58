//! Sends bytes out of files. The next block is read while the network takes one: memory stays flat, and a client that
//! does not read holds no thread.

use std::fs::File;
use std::future::Future;
use std::io::{self, Read, Seek, SeekFrom};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use axum::body::{Body, HttpBody};
use bytes::Bytes;
use hyper::body::{Frame, SizeHint};
use tokio::task::{JoinHandle, spawn_blocking};

use crate::checksum::Running;
use crate::error::{Error, Result};
use crate::md5::Md5;
use crate::store::Version;

/// What is read and sent at once.
const BLOCK: u64 = 512 << 10;
/// Up to this size it is read at once: handing it to a thread would take longer.
const SMALL: u64 = 64 << 10;

/// The bytes of an object from `start`. The version keeps its files while it is read, even after it was deleted.
pub(crate) fn send(version: Arc<Version>, start: u64, length: u64) -> Result<Body> {
    let mut reader = Reader::new(version, start, length);
    if length <= SMALL {
        let mut whole = Vec::with_capacity(length as usize);
        while let Some(block) = reader.next()? {
            whole.extend_from_slice(&block);
        }
        return Ok(Body::from(whole));
    }
    Ok(Body::new(Blocks { next: Some(read(reader)), left: length }))
}

/// The MD5 of bytes of an object, and these checksums.
pub(crate) async fn digests_of(
    version: Arc<Version>,
    start: u64,
    length: u64,
    mut running: Vec<Running>,
) -> Result<([u8; 16], Vec<Vec<u8>>)> {
    let work = spawn_blocking(move || {
        let (mut reader, mut md5) = (Reader::new(version, start, length), Md5::new());
        while let Some(block) = reader.next()? {
            md5.update(&block);
            running.iter_mut().for_each(|one| one.update(&block));
        }
        io::Result::Ok((md5.finish(), running.into_iter().map(Running::finish).collect()))
    });
    Ok(work.await.map_err(|why| Error::internal("reading an object", why))??)
}

/// Reads a range of an object's pieces, block by block.
struct Reader {
    version: Arc<Version>,
    /// The piece that is read, and how much of it was.
    piece: usize,
    done: u64,
    file: Option<File>,
    left: u64,
}

impl Reader {
    fn new(version: Arc<Version>, start: u64, left: u64) -> Self {
        Self { version, piece: 0, done: start, file: None, left }
    }

    fn next(&mut self) -> io::Result<Option<Bytes>> {
        let pieces = self.version.object.as_ref().map_or(&[][..], |object| &object.pieces);
        while self.left > 0 {
            let Some(piece) = pieces.get(self.piece) else { return Err(too_short()) };
            if self.done >= piece.size {
                (self.done, self.piece, self.file) = (self.done - piece.size, self.piece + 1, None);
                continue;
            }
            let file = match &mut self.file {
                Some(file) => file,
                None => {
                    let mut file = piece.body()?.open()?;
                    file.seek(SeekFrom::Start(piece.offset + self.done))?;
                    self.file.insert(file)
                }
            };
            let size = BLOCK.min(piece.size - self.done).min(self.left);
            let mut block = Vec::with_capacity(size as usize);
            file.take(size).read_to_end(&mut block)?;
            if block.len() as u64 != size {
                return Err(too_short());
            }
            (self.done, self.left) = (self.done + size, self.left - size);
            return Ok(Some(Bytes::from(block)));
        }
        Ok(None)
    }
}

fn too_short() -> io::Error {
    io::Error::new(io::ErrorKind::UnexpectedEof, "the file of an object is too short")
}

type Pending = JoinHandle<(Reader, io::Result<Option<Bytes>>)>;

fn read(mut reader: Reader) -> Pending {
    spawn_blocking(move || {
        let block = reader.next();
        (reader, block)
    })
}

/// A body of a known length.
struct Blocks {
    next: Option<Pending>,
    left: u64,
}

impl HttpBody for Blocks {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<io::Result<Frame<Bytes>>>> {
        let Some(next) = &mut self.next else { return Poll::Ready(None) };
        let read_one = ready!(Pin::new(next).poll(context));
        self.next = None;
        let (reader, block) = match read_one {
            Ok((reader, Ok(Some(block)))) => (reader, block),
            Ok((_, Ok(None))) => return Poll::Ready(None),
            Ok((_, Err(why))) => return Poll::Ready(Some(Err(why))),
            Err(why) => return Poll::Ready(Some(Err(io::Error::other(why)))),
        };
        self.left -= block.len() as u64;
        self.next = (self.left > 0).then(|| read(reader));
        Poll::Ready(Some(Ok(Frame::data(block))))
    }

    fn is_end_stream(&self) -> bool {
        self.left == 0
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.left)
    }
}
