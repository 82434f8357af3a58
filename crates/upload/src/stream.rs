//! An object of what is being made. Memory stays the same for any size: large ones go up in parts, a few at a time.

use crate::parts::{AT_ONCE, Object, PART};
use crate::{Bucket, Sent};
use aws_sdk_s3::types::CompletedPart;
use bytes::Bytes;
use futures::{StreamExt, TryStreamExt, stream};
use sha2::{Digest, Sha256};
use std::io;
use strata_aws::Error;
use tokio::sync::mpsc::{Receiver, channel};
use tokio::task::{JoinHandle, spawn_blocking};

/// What is to be uploaded: pieces of any size, made by a thread of their own.
pub struct Pieces {
    receiver: Receiver<io::Result<Vec<u8>>>,
    /// None when its end is known.
    maker: Option<JoinHandle<()>>,
    hash: Sha256,
    bytes: u64,
}

/// Takes the next piece; false when no more is wanted.
pub type HandOver<'a> = dyn FnMut(io::Result<Vec<u8>>) -> bool + Send + 'a;

impl Pieces {
    /// Start `make`, which hands over piece after piece until the receiver stops.
    pub fn start(make: impl FnOnce(&mut HandOver) + Send + 'static) -> Self {
        let (sender, receiver) = channel(8);
        let maker = spawn_blocking(move || make(&mut |piece| sender.blocking_send(piece).is_ok()));
        Self { receiver, maker: Some(maker), hash: Sha256::new(), bytes: 0 }
    }

    /// The next part; less than a whole one only at the end.
    async fn part(&mut self) -> io::Result<Vec<u8>> {
        let mut part = Vec::new();
        while part.len() < PART {
            let Some(piece) = self.receiver.recv().await else {
                if let Some(maker) = self.maker.take() {
                    // After a panic there the file would be short and look whole.
                    maker.await?;
                }
                break;
            };
            part.extend_from_slice(&piece?);
        }
        self.hash.update(&part);
        self.bytes += part.len() as u64;
        Ok(part)
    }
}

impl Bucket<'_> {
    /// Upload what is being made as the object `key`, in place of the one that was there.
    ///
    /// # Errors
    /// When it cannot be made to its end, or AWS refuses; the object is as it was then, and no parts are left.
    pub async fn stream(&self, key: &str, content_type: &str, mut pieces: Pieces) -> Result<Sent, Error> {
        let object = Object { bucket: self, key, content_type };
        let first = pieces.part().await.map_err(|error| unmade(&object, &error))?;
        if first.len() < PART {
            object.whole(first.into(), None).await?;
        } else {
            in_parts(&object, first, &mut pieces).await?;
        }
        Ok(Sent { bytes: pieces.bytes, sha256: format!("{:x}", pieces.hash.finalize()), was_there: false })
    }
}

fn unmade(object: &Object<'_>, error: &io::Error) -> Error {
    let message = format!("the input could not be read to its end: {error}; the object is as it was before");
    Error::failed(object.doing(), message)
}

async fn in_parts(object: &Object<'_>, first: Vec<u8>, pieces: &mut Pieces) -> Result<(), Error> {
    let upload = object.create(None).await?;
    let done = match parts(object, &upload, first, pieces).await {
        Ok(parts) => object.complete(&upload, parts).await,
        Err(error) => Err(error),
    };
    if done.is_err() {
        object.abort(&upload).await;
    }
    done
}

async fn parts(
    object: &Object<'_>,
    upload: &str,
    first: Vec<u8>,
    pieces: &mut Pieces,
) -> Result<Vec<CompletedPart>, Error> {
    let parts = stream::try_unfold((1, Some(first), pieces), async |(number, first, pieces)| {
        let part = match first {
            Some(first) => first,
            None => pieces.part().await.map_err(|error| unmade(object, &error))?,
        };
        let next = (number + 1, None, pieces);
        Ok::<_, Error>((!part.is_empty()).then(|| ((number, Bytes::from(part)), next)))
    });
    let uploads = parts.map(|part| async {
        let (number, body) = part?;
        object.part(upload, number, body, None).await
    });
    uploads.buffered(AT_ONCE).try_collect().await
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::panic)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_of_the_maker_is_no_end_of_the_file() {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(async {
            let mut good = Pieces::start(|hand_over| assert!(hand_over(Ok(vec![1, 2]))));
            assert_eq!(good.part().await.unwrap(), [1, 2]);
            assert!(good.part().await.unwrap().is_empty());
            let mut bad = Pieces::start(|hand_over| {
                hand_over(Ok(vec![1, 2]));
                panic!("on purpose");
            });
            assert!(bad.part().await.unwrap_err().to_string().contains("panic"));
        });
    }
}
