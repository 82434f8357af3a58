//! How long it takes to write, list and delete many versions, without a network: `measure <folder> [versions]`.
#![allow(clippy::print_stdout, clippy::unwrap_used)]

use std::path::Path;
use std::time::Instant;

use axum::body::Body;
use http::Request;
use serde::Deserialize;
use strata_local_s3::{Operation, S3, Versioning};

#[derive(Deserialize)]
struct Page {
    #[serde(rename = "Version")]
    versions: Vec<Version>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Version {
    key: String,
    version_id: String,
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let mut arguments = std::env::args().skip(1);
    let folder = arguments.next().unwrap();
    let count: usize = arguments.next().map_or(100_000, |count| count.parse().unwrap());
    let s3 = S3::open(Path::new(&folder)).unwrap();
    s3.bucket_created("many").unwrap();
    s3.set_versioning("many", Versioning::Enabled).unwrap();
    let begun = Instant::now();
    for n in 0..count {
        s3.put("many", &format!("p{}/{n:07}", n % 1000), &[b'x'; 200]).unwrap();
    }
    println!("{count} versions written: {:.2?}", begun.elapsed());
    drop(s3);
    let begun = Instant::now();
    let s3 = S3::open(Path::new(&folder)).unwrap();
    println!("opened again: {:.2?}", begun.elapsed());
    let begun = Instant::now();
    let page = ask(&s3, "GET", "/many?list-type=2&delimiter=/", "").await;
    println!("a page of 1000 folders of 100 each: {:.2?}, {} bytes", begun.elapsed(), page.len());
    let (mut listing, mut deleting) = (std::time::Duration::ZERO, std::time::Duration::ZERO);
    while s3.is_empty("many") == Some(false) {
        let begun = Instant::now();
        let page = ask(&s3, "GET", "/many?versions", "").await;
        listing += begun.elapsed();
        let page: Page = quick_xml::de::from_str(&page).unwrap();
        let named = page.versions.into_iter().map(|Version { key, version_id }| {
            format!("<Object><Key>{key}</Key><VersionId>{version_id}</VersionId></Object>")
        });
        let body = format!("<Delete><Quiet>true</Quiet>{}</Delete>", named.collect::<String>());
        let begun = Instant::now();
        ask(&s3, "POST", "/many?delete", &body).await;
        deleting += begun.elapsed();
    }
    println!("listed in pages of 1000: {listing:.2?}; deleted by 1000: {deleting:.2?}");
    let begun = Instant::now();
    let left = |folder: std::io::Result<std::fs::DirEntry>| std::fs::read_dir(folder.unwrap().path()).unwrap().count();
    while std::fs::read_dir(Path::new(&folder).join("many/files")).unwrap().map(left).sum::<usize>() > 0 {
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
    println!("until the last file was gone: {:.2?}", begun.elapsed());
}

async fn ask(s3: &S3, method: &str, target: &str, body: &str) -> String {
    let request = Request::builder().method(method).uri(target);
    let request = request.header("x-amz-trailer", "x-amz-checksum-crc32").header("content-encoding", "aws-chunked");
    let crc = base64_crc32(body.as_bytes());
    let chunk = if body.is_empty() { String::new() } else { format!("{:x}\r\n{body}\r\n", body.len()) };
    let framed = format!("{chunk}0\r\nx-amz-checksum-crc32:{crc}\r\n\r\n");
    let (parts, body) = request.body(Body::from(framed)).unwrap().into_parts();
    let answer = s3.answer(Operation::of(&parts).unwrap(), parts, body).await;
    assert_eq!(answer.code, None);
    let whole = axum::body::to_bytes(answer.response.into_body(), usize::MAX).await.unwrap();
    String::from_utf8(whole.to_vec()).unwrap()
}

fn base64_crc32(data: &[u8]) -> String {
    use base64::Engine;
    let mut digest = crc_fast::Digest::new(crc_fast::CrcAlgorithm::Crc32IsoHdlc);
    digest.update(data);
    base64::engine::general_purpose::STANDARD.encode(&digest.finalize().to_be_bytes()[4..])
}
