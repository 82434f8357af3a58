//! Large objects pass through: what is in memory does not depend on their size. And a client may leave half-way.
#![allow(clippy::unwrap_used, missing_docs)]

mod common;

use std::io;
use std::time::Duration;

use axum::body::Body;
use bytes::Bytes;
use common::{World, eventually};
use futures::StreamExt;
use http::Request;
use strata_local_s3::Versioning;

const MIB: usize = 1 << 20;
const BLOCKS: usize = 512;

/// The most that was resident so far, in bytes.
fn peak() -> usize {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with("VmHWM")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse::<usize>().unwrap() * 1024
}

fn upload(length: usize, body: Body) -> Request<Body> {
    Request::put("/b/large").header("content-length", length).body(body).unwrap()
}

#[test]
fn half_a_gibibyte_up_and_down_in_64_mib() {
    let world = World::new(Versioning::Never);
    let before = peak();
    let block = |n: usize| Ok::<_, io::Error>(Bytes::from(vec![n as u8; MIB]));
    let body = Body::from_stream(futures::stream::iter((0..BLOCKS).map(block)));
    let (status, _) = world.stream(upload(BLOCKS * MIB, body), None).unwrap();
    assert_eq!(status, 200);
    let (status, body) = world.stream(Request::get("/b/large").body(Body::empty()).unwrap(), None).unwrap();
    assert_eq!(status, 200);
    let mut read = 0;
    let mut blocks = body.into_data_stream();
    while let Some(block) = world.run(blocks.next()) {
        for byte in [block.as_ref().unwrap()[0], *block.as_ref().unwrap().last().unwrap()] {
            assert_eq!(byte, (read / MIB) as u8);
        }
        read += block.unwrap().len();
    }
    assert_eq!(read, BLOCKS * MIB);
    let grown = peak() - before;
    assert!(grown < 64 * MIB, "{} MiB more", grown / MIB);
}

#[test]
fn what_a_client_left_half_way_is_removed() {
    let world = World::new(Versioning::Never);
    let begun = futures::stream::iter((0..3).map(|_| Ok::<_, io::Error>(Bytes::from(vec![1; MIB]))));
    let body = Body::from_stream(begun.chain(futures::stream::pending()));
    assert!(world.stream(upload(9 * MIB, body), Some(Duration::from_millis(100))).is_none());
    eventually("its file is gone", || world.files() == 0);
    let broken = futures::stream::iter([Ok(Bytes::from(vec![1; MIB])), Err(io::Error::other("reset"))]);
    let (status, _) = world.stream(upload(9 * MIB, Body::from_stream(broken)), None).unwrap();
    assert_eq!(status, 400);
    eventually("its file is gone, too", || world.files() == 0);
}
