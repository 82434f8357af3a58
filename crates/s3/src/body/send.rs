//! Sends bytes out of files. A thread reads ahead of the network by a few blocks: memory stays flat.

use std::io::{self, Read, Seek, SeekFrom};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use axum::body::{Body, HttpBody};
use bytes::Bytes;
use http_body_util::BodyExt;
use tokio::sync::mpsc::{Receiver, channel};
use tokio::task::spawn_blocking;

use crate::error::{Error, Result};
use crate::md5::Md5;
use crate::store::{Piece, Version};

/// What is read and sent at once.
const BLOCK: u64 = 512 << 10;
/// Blocks that are read ahead.
const AHEAD: usize = 2;

/// The bytes of an object from `start`. The version keeps its files while it is read, even after it was deleted.
pub(crate) fn send(version: Arc<Version>, start: u64, length: u64) -> Result<Body> {
    if length == 0 {
        return Ok(Body::empty());
    }
    if length <= BLOCK / 8 {
        let mut whole = Vec::with_capacity(length as usize);
        blocks(pieces(&version), start, length, |block| {
            whole.extend_from_slice(&block);
            true
        })?;
        return Ok(Body::from(whole));
    }
    let (sender, receiver) = channel(AHEAD);
    spawn_blocking(move || {
        let done = blocks(pieces(&version), start, length, |block| sender.blocking_send(Ok(block)).is_ok());
        if let Err(why) = done {
            let _ = sender.blocking_send(Err(why));
        }
    });
    Ok(Body::new(Blocks { receiver, left: length }.map_err(axum::Error::new)))
}

fn pieces(version: &Version) -> &[Piece] {
    version.object.as_ref().map_or(&[], |object| &object.pieces)
}

/// Reads blocks until there are no more, or nobody takes one.
fn blocks(pieces: &[Piece], start: u64, length: u64, mut take: impl FnMut(Bytes) -> bool) -> io::Result<()> {
    let (mut skip, mut left) = (start, length);
    for piece in pieces {
        if left == 0 {
            break;
        }
        if skip >= piece.size {
            skip -= piece.size;
            continue;
        }
        let mut file = piece.body()?.open()?;
        file.seek(SeekFrom::Start(piece.offset + skip))?;
        let mut here = (piece.size - skip).min(left);
        (skip, left) = (0, left - here);
        while here > 0 {
            let size = here.min(BLOCK);
            let mut block = Vec::with_capacity(size as usize);
            (&mut file).take(size).read_to_end(&mut block)?;
            if block.len() as u64 != size {
                return Err(io::Error::new(io::ErrorKind::UnexpectedEof, "the file of an object is too short"));
            }
            here -= size;
            if !take(Bytes::from(block)) {
                return Ok(());
            }
        }
    }
    Ok(())
}

/// The MD5 of bytes of an object, and what else `update` makes of them.
pub(crate) async fn md5_of(
    version: Arc<Version>,
    start: u64,
    length: u64,
    mut running: Vec<crate::checksum::Running>,
) -> Result<([u8; 16], Vec<Vec<u8>>)> {
    let work = spawn_blocking(move || {
        let mut md5 = Md5::new();
        blocks(pieces(&version), start, length, |block| {
            md5.update(&block);
            running.iter_mut().for_each(|one| one.update(&block));
            true
        })?;
        let sums = running.into_iter().map(crate::checksum::Running::finish).collect();
        io::Result::Ok((md5.finish(), sums))
    });
    Ok(work.await.map_err(|why| Error::internal("reading an object", why))??)
}

/// A body of a known length out of a queue.
struct Blocks {
    receiver: Receiver<io::Result<Bytes>>,
    left: u64,
}

impl HttpBody for Blocks {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<io::Result<hyper::body::Frame<Bytes>>>> {
        self.receiver.poll_recv(context).map(|block| {
            let block = block?;
            Some(block.map(|block| {
                self.left = self.left.saturating_sub(block.len() as u64);
                hyper::body::Frame::data(block)
            }))
        })
    }

    fn is_end_stream(&self) -> bool {
        self.left == 0
    }
}
