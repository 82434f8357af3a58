//! Receives a body. MD5 is what bounds an upload, so it has a thread to itself; another one writes the file and computes
//! the other checksums, while the runtime reads from the network. Queues between them are short: memory stays flat.

use std::fs::File;
use std::io::Write;
use std::sync::Arc;

use axum::body::Body;
use bytes::{Bytes, BytesMut};
use http_body_util::BodyExt;
use tokio::sync::Semaphore;
use tokio::sync::mpsc::{Receiver, Sender, channel};
use tokio::task::spawn_blocking;

use super::Wanted;
use super::chunked::{Chunked, incomplete};
use crate::checksum::{Algorithm, Running};
use crate::error::{Error, Result};
use crate::md5::Md5;
use crate::store::{BodyFile, Bucket, Piece};

/// A body up to this size is done at once: handing it to threads would take longer.
const SMALL: u64 = 64 << 10;
/// Buffers in a queue; the network brings up to 400 KiB in one.
const QUEUE: usize = 8;
/// Bodies that are received at once. Each holds two threads of the runtime's 512, and one that got only one of them
/// would wait for ever.
static UNDER_WAY: Semaphore = Semaphore::const_new(100);

/// What came.
#[derive(Debug)]
pub(crate) struct Received {
    pub size: u64,
    pub md5: [u8; 16],
    /// Of each algorithm that was asked for.
    pub sums: Vec<(Algorithm, Vec<u8>)>,
    /// The file that it is in; none when it is empty.
    pub pieces: Vec<Piece>,
}

/// The checksums but MD5.
struct Sums {
    running: Vec<(Algorithm, Running)>,
    size: u64,
}

impl Sums {
    fn new(algorithms: &[Algorithm]) -> Self {
        Self { running: algorithms.iter().map(|one| (*one, Running::new(*one))).collect(), size: 0 }
    }

    fn update(&mut self, data: &[u8]) {
        self.size += data.len() as u64;
        self.running.iter_mut().for_each(|(_, running)| running.update(data));
    }

    fn finish(self) -> Vec<(Algorithm, Vec<u8>)> {
        self.running.into_iter().map(|(algorithm, running)| (algorithm, running.finish())).collect()
    }
}

/// Receives a body into a new file of the bucket, with these checksums and the one that the request names.
pub(crate) async fn receive(
    body: Body,
    wanted: &Wanted,
    algorithms: &[Algorithm],
    bucket: &Arc<Bucket>,
) -> Result<Received> {
    let mut all: Vec<Algorithm> = algorithms.iter().copied().chain(wanted.algorithm).collect();
    if wanted.needs_sha256() {
        all.push(Algorithm::Sha256);
    }
    all.dedup();
    if wanted.length.is_some_and(|length| length <= SMALL) {
        return at_once(body, wanted, &all, bucket).await;
    }
    let lost = |why: &dyn std::fmt::Display| Error::internal("receiving a body", why);
    let _turn = UNDER_WAY.acquire().await.map_err(|why| lost(&why))?;
    let sums = Sums::new(&all);
    let draft = bucket.draft()?;
    let (to_file, file_end) = channel(QUEUE);
    let (to_md5, md5_end) = channel(QUEUE);
    let writer = spawn_blocking(move || write(draft, sums, file_end));
    let hasher = spawn_blocking(move || hash(md5_end));
    let trailers = pump(body, wanted, &to_file, &to_md5).await;
    drop((to_file, to_md5));
    // A writer that failed has closed its queue, which ended the pump, too: its error says why.
    let (draft, sums) = writer.await.map_err(|why| lost(&why))??;
    let md5 = hasher.await.map_err(|why| lost(&why))?;
    let trailers = trailers?;
    let size = sums.size;
    let pieces = if size == 0 { Vec::new() } else { vec![Piece::new(draft, 0, size)] };
    let received = Received { size, md5, sums: sums.finish(), pieces };
    received.check(wanted, &trailers)?;
    Ok(received)
}

impl Received {
    /// The checksum of that algorithm.
    pub(crate) fn sum(&self, algorithm: Algorithm) -> Option<&[u8]> {
        self.sums.iter().find(|(known, _)| *known == algorithm).map(|(_, sum)| sum.as_slice())
    }

    fn check(&self, wanted: &Wanted, trailers: &[(String, String)]) -> Result<()> {
        let sum = wanted.algorithm.and_then(|algorithm| self.sum(algorithm));
        wanted.check(self.size, &self.md5, sum, self.sum(Algorithm::Sha256), trailers)
    }
}

fn write(draft: Arc<BodyFile>, mut sums: Sums, mut data: Receiver<Bytes>) -> Result<(Arc<BodyFile>, Sums)> {
    let mut file: Option<File> = None;
    while let Some(data) = data.blocking_recv() {
        let file = match &mut file {
            Some(file) => file,
            None => file.insert(File::create(draft.path())?),
        };
        file.write_all(&data)?;
        sums.update(&data);
    }
    Ok((draft, sums))
}

fn hash(mut data: Receiver<Bytes>) -> [u8; 16] {
    let mut md5 = Md5::new();
    while let Some(data) = data.blocking_recv() {
        md5.update(&data);
    }
    md5.finish()
}

/// Hands the body on until it ends; what followed it.
async fn pump(
    mut body: Body,
    wanted: &Wanted,
    to_file: &Sender<Bytes>,
    to_md5: &Sender<Bytes>,
) -> Result<Vec<(String, String)>> {
    let mut chunked = wanted.chunked.then(Chunked::default);
    let mut parts = Vec::new();
    while let Some(frame) = body.frame().await {
        let Ok(data) = frame.map_err(|_| incomplete())?.into_data() else { continue };
        match &mut chunked {
            Some(chunked) => chunked.feed(data, &mut parts)?,
            None => parts.push(data),
        }
        for part in parts.drain(..).filter(|part| !part.is_empty()) {
            let sent = (to_file.send(part.clone()).await.is_ok(), to_md5.send(part).await.is_ok());
            if sent != (true, true) {
                return Err(Error::internal("receiving a body", "a thread has ended"));
            }
        }
    }
    chunked.map_or(Ok(Vec::new()), Chunked::end)
}

/// The whole body, of at most so many bytes, and what followed it.
async fn whole(mut body: Body, wanted: &Wanted, limit: u64) -> Result<(Bytes, Vec<(String, String)>)> {
    let mut chunked = wanted.chunked.then(Chunked::default);
    let (mut all, mut parts) = (BytesMut::new(), Vec::new());
    while let Some(frame) = body.frame().await {
        let Ok(data) = frame.map_err(|_| incomplete())?.into_data() else { continue };
        match &mut chunked {
            Some(chunked) => chunked.feed(data, &mut parts)?,
            None => parts.push(data),
        }
        parts.drain(..).for_each(|part| all.extend_from_slice(&part));
        if all.len() as u64 > limit {
            return Err(incomplete());
        }
    }
    Ok((all.freeze(), chunked.map_or(Ok(Vec::new()), Chunked::end)?))
}

async fn at_once(body: Body, wanted: &Wanted, all: &[Algorithm], bucket: &Arc<Bucket>) -> Result<Received> {
    let (data, trailers) = whole(body, wanted, SMALL).await?;
    let mut sums = Sums::new(all);
    sums.update(&data);
    let size = sums.size;
    let mut received = Received { size, md5: crate::md5::of(&data), sums: sums.finish(), pieces: Vec::new() };
    received.check(wanted, &trailers)?;
    if size > 0 {
        let draft = bucket.draft()?;
        std::fs::write(draft.path(), &data)?;
        received.pieces.push(Piece::new(draft, 0, size));
    }
    Ok(received)
}

/// A body that holds parameters, of at most so many bytes.
pub(crate) async fn document(body: Body, wanted: &Wanted, limit: u64) -> Result<Bytes> {
    let (data, trailers) = whole(body, wanted, limit).await.map_err(|_| Error::malformed_xml())?;
    let sum = wanted.algorithm.map(|algorithm| crate::checksum::of(algorithm, &data));
    let sha256 = wanted.needs_sha256().then(|| crate::checksum::of(Algorithm::Sha256, &data));
    wanted.check(data.len() as u64, &crate::md5::of(&data), sum.as_deref(), sha256.as_deref(), &trailers)?;
    Ok(data)
}
