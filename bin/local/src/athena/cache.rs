//! Objects on disk, so that a query that comes again does not download again.

use crate::{upstream::Object, world::World};
use sha2::{Digest, Sha256};
use std::path::PathBuf;

/// The object's bytes as a file. The name holds the ETag, so a new version is a new file.
pub(crate) async fn fetch(world: &World, bucket: &str, object: &Object) -> Result<PathBuf, String> {
    let digest = Sha256::digest(format!("{bucket}\n{}\n{}\n{}", object.key, object.etag, object.size));
    let name: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
    let folder = world.dir.join("cache");
    let path = folder.join(name);
    if tokio::fs::metadata(&path).await.is_ok_and(|meta| meta.len() == object.size) {
        return Ok(path);
    }
    let bytes =
        world.upstream.get(bucket, &object.key).await.map_err(|error| format!("{}: {}", error.code, error.message))?;
    tokio::fs::create_dir_all(&folder).await.map_err(|error| format!("{}: {error}", folder.display()))?;
    // Write beside, then switch: a reader never sees half a file.
    let part = folder.join(uuid::Uuid::new_v4().to_string());
    tokio::fs::write(&part, &bytes).await.map_err(|error| format!("{}: {error}", part.display()))?;
    tokio::fs::rename(&part, &path).await.map_err(|error| format!("{}: {error}", path.display()))?;
    Ok(path)
}
