//! The store against a model that is plainly right: any sequence of calls, with restarts in between.
#![allow(clippy::unwrap_used, missing_docs)]

mod common;

use std::collections::BTreeMap;

use common::{World, eventually};
use proptest::prelude::*;
use strata_local_s3::Versioning;

#[derive(Debug, Clone)]
enum Step {
    Put(usize, usize),
    Delete(usize),
    DeleteVersion(usize, usize),
    Copy(usize, usize),
    Tag(usize, u8),
    Versioning(bool),
    Restart,
}

const KEYS: [&str; 6] = ["a", "a/b", "a/c", "a0", "b/x/y", "b/x/z"];

fn step() -> impl Strategy<Value = Step> {
    let key = 0..KEYS.len();
    prop_oneof![
        6 => (key.clone(), 0..200_000usize).prop_map(|(key, size)| Step::Put(key, size)),
        3 => key.clone().prop_map(Step::Delete),
        3 => (key.clone(), 0..4usize).prop_map(|(key, nth)| Step::DeleteVersion(key, nth)),
        2 => (key.clone(), key.clone()).prop_map(|(from, to)| Step::Copy(from, to)),
        1 => (key, any::<u8>()).prop_map(|(key, tag)| Step::Tag(key, tag)),
        1 => any::<bool>().prop_map(Step::Versioning),
        1 => Just(Step::Restart),
    ]
}

/// A version: its id, its body (`None`: a delete marker), its tag.
type Known = (String, Option<Vec<u8>>, Option<u8>);

#[derive(Default)]
struct Model {
    versioning: Versioning,
    keys: BTreeMap<&'static str, Vec<Known>>,
}

impl Model {
    fn write(&mut self, key: &'static str, id: &str, body: Option<Vec<u8>>, tag: Option<u8>) {
        let versions = self.keys.entry(key).or_default();
        if self.versioning != Versioning::Enabled {
            assert!(id.is_empty() || id == "null");
            versions.retain(|(id, ..)| id != "null");
        }
        let id = if id.is_empty() { "null" } else { id };
        versions.push((id.to_string(), body, tag));
    }

    fn check(&mut self, world: &World) {
        self.keys.retain(|_, versions| !versions.is_empty());
        let listed = world.get("/b?versions");
        let wanted: Vec<(&str, &str)> = self
            .keys
            .iter()
            .flat_map(|(key, versions)| versions.iter().rev().map(move |(id, ..)| (*key, id.as_str())))
            .collect();
        let (keys, ids) = (listed.all("Key"), listed.all("VersionId"));
        let found: Vec<(&str, &str)> = keys.iter().zip(&ids).map(|(key, id)| (key.as_str(), id.as_str())).collect();
        assert_eq!(found, wanted);
        let live: Vec<_> = self
            .keys
            .iter()
            .filter(|(_, versions)| versions.last().unwrap().1.is_some())
            .map(|(key, _)| *key)
            .collect();
        assert_eq!(world.get("/b?list-type=2").all("Key"), live);
        for (key, versions) in &self.keys {
            for (id, body, tag) in versions {
                let told = world.get(&format!("/b/{key}?versionId={id}"));
                match body {
                    Some(body) => assert!(told.body == *body, "{key} {id}"),
                    None => assert_eq!(told.status, 405),
                }
                if let (Some(_), Some(tag)) = (body, tag) {
                    let told = world.get(&format!("/b/{key}?tagging&versionId={id}"));
                    assert_eq!(told.one("Value"), tag.to_string());
                }
            }
        }
        let bodies =
            self.keys.values().flatten().filter(|(_, body, _)| body.as_ref().is_some_and(|body| !body.is_empty()));
        let files = bodies.count();
        eventually("each body has its file, and no file is left over", || world.files() == files);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn equals_the_model(steps in proptest::collection::vec(step(), 1..40)) {
        let (mut world, mut model) = (World::new(Versioning::Never), Model::default());
        for (n, step) in steps.into_iter().enumerate() {
            match step {
                Step::Put(key, size) => {
                    let body = vec![n as u8; size];
                    let told = world.put(&format!("/b/{}", KEYS[key]), body.clone());
                    model.write(KEYS[key], told.header("x-amz-version-id"), Some(body), None);
                }
                Step::Delete(key) => {
                    let told = world.ask("DELETE", &format!("/b/{}", KEYS[key]), &[], "");
                    prop_assert_eq!(told.status, 204);
                    match model.versioning {
                        Versioning::Never => { model.keys.remove(KEYS[key]); }
                        _ => model.write(KEYS[key], told.header("x-amz-version-id"), None, None),
                    }
                }
                Step::DeleteVersion(key, nth) => {
                    let Some(versions) = model.keys.get_mut(KEYS[key]) else { continue };
                    if nth < versions.len() {
                        let (id, ..) = versions.remove(nth);
                        let told = world.ask("DELETE", &format!("/b/{}?versionId={id}", KEYS[key]), &[], "");
                        prop_assert_eq!((told.status, told.header("x-amz-version-id")), (204, id.as_str()));
                    }
                }
                Step::Copy(from, to) => {
                    let source = format!("b/{}", KEYS[from]);
                    let target = format!("/b/{}", KEYS[to]);
                    let told = world.ask("PUT", &target, &[("x-amz-copy-source", &source)], "");
                    let newest = model.keys.get(KEYS[from]).and_then(|versions| versions.last().cloned());
                    match newest {
                        Some((_, Some(_), _)) if from == to => prop_assert_eq!(told.code, Some("InvalidRequest")),
                        Some((_, Some(body), tag)) => model.write(KEYS[to], told.header("x-amz-version-id"), Some(body), tag),
                        _ => prop_assert_eq!(told.code, Some("NoSuchKey")),
                    }
                }
                Step::Tag(key, tag) => {
                    let body = format!("<Tagging><TagSet><Tag><Key>k</Key><Value>{tag}</Value></Tag></TagSet></Tagging>");
                    let told = world.ask("PUT", &format!("/b/{}?tagging", KEYS[key]), &[], body);
                    match model.keys.get_mut(KEYS[key]).and_then(|versions| versions.last_mut()) {
                        Some((_, Some(_), old)) => { prop_assert_eq!(told.status, 200); *old = Some(tag); }
                        _ => prop_assert_eq!(told.code, Some("NoSuchKey")),
                    }
                }
                Step::Versioning(enabled) => {
                    model.versioning = if enabled { Versioning::Enabled } else { Versioning::Suspended };
                    world.s3.set_versioning("b", model.versioning).unwrap();
                }
                Step::Restart => world.restart(),
            }
        }
        model.check(&world);
        world.restart();
        model.check(&world);
    }
}
