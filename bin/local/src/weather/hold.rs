//! Calls that are held until their client goes away, so that it can be killed right before or right after a call.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::sync::watch;

/// All held calls.
pub(super) struct Holds {
    count: Arc<AtomicUsize>,
    release: watch::Sender<()>,
}

impl Default for Holds {
    fn default() -> Self {
        Self { count: Arc::default(), release: watch::channel(()).0 }
    }
}

impl Holds {
    /// Holds one more.
    pub(super) fn hold(&self) -> Held {
        self.count.fetch_add(1, Ordering::SeqCst);
        Held { count: self.count.clone(), release: self.release.subscribe() }
    }

    /// How many are held now.
    pub(super) fn count(&self) -> usize {
        self.count.load(Ordering::SeqCst)
    }

    /// Lets all of them go.
    pub(super) fn release(&self) {
        self.release.send_replace(());
    }
}

/// One held call. The server drops it when the client goes away.
pub(crate) struct Held {
    count: Arc<AtomicUsize>,
    release: watch::Receiver<()>,
}

impl Held {
    /// Waits until the weather changes.
    pub(crate) async fn released(mut self) {
        // An error means that the program ends.
        let _ = self.release.changed().await;
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        self.count.fetch_sub(1, Ordering::SeqCst);
    }
}
