//! What a kind asks the context about, by its type.

use crate::{Context, Desired, Observed, Promise, Resource};
use strata_aws::tags::Tags;

impl Context {
    /// What is there of the kind `R`, ours only.
    #[must_use]
    pub fn observed<R: Resource>(&self) -> Vec<Observed<R::Props, R::Facts>> {
        let lives = self.lives(R::KIND);
        lives.iter().filter_map(|live| live.typed().ok().cloned()).collect()
    }

    /// The one of the kind `R` called `id`, if it is there.
    #[must_use]
    pub fn one<R: Resource>(&self, id: &str) -> Option<Observed<R::Props, R::Facts>> {
        self.live(R::KIND, id)?.typed().ok().cloned()
    }

    /// The id in AWS of the one of the kind `R` called `id`, or that it will be known later.
    #[must_use]
    pub fn id_of<R: Resource>(&self, id: &str) -> Promise {
        Promise::of(self.live(R::KIND, id).map(|live| live.physical), R::KIND)
    }

    /// A token for creates that take one: asking again after a lost answer cannot make a second one. Other runs find by its
    /// tags what this one has made; see `nonce` for why they do not share the token.
    #[must_use]
    pub fn token_of<R: Resource>(&self, desired: &Desired<R::Props>) -> String {
        let pipeline = &self.doc.pipeline;
        let (kind, id, props) = (R::KIND, &desired.id, &desired.props);
        let text = format!("{} {} {kind} {id} {props:?} {}", pipeline.name, pipeline.env, self.nonce());
        // Two FNV-1a runs make 128 bits: enough to tell wishes apart, within EC2's 64 characters.
        let hash =
            |seed: u64| text.bytes().fold(seed, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
        format!("strata-{:016x}{:016x}", hash(0xcbf2_9ce4_8422_2325), hash(0x9e37_79b9_7f4a_7c15))
    }

    /// All tags of a desired resource of the kind `R`.
    #[must_use]
    pub fn tags_of<R: Resource>(&self, desired: &Desired<R::Props>) -> Tags {
        self.tags(R::KIND, &desired.id, &desired.name)
    }
}
