//! Calls that are held until their client goes away, so that it can be killed right before or right after a call.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::sync::watch;

/// How many of something there are now.
#[derive(Default)]
pub(super) struct Count(Arc<AtomicUsize>);

impl Count {
    /// One more, until the guard goes.
    pub(super) fn one(&self) -> Counted {
        self.0.fetch_add(1, Ordering::SeqCst);
        Counted(self.0.clone())
    }

    pub(super) fn now(&self) -> usize {
        self.0.load(Ordering::SeqCst)
    }
}

/// One that is counted.
pub(crate) struct Counted(Arc<AtomicUsize>);

impl Drop for Counted {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}

/// All held calls.
pub(super) struct Holds {
    count: Count,
    release: watch::Sender<()>,
}

impl Default for Holds {
    fn default() -> Self {
        Self { count: Count::default(), release: watch::channel(()).0 }
    }
}

impl Holds {
    /// Holds one more.
    pub(super) fn hold(&self) -> Held {
        Held { _counted: self.count.one(), release: self.release.subscribe() }
    }

    /// How many are held now.
    pub(super) fn count(&self) -> usize {
        self.count.now()
    }

    /// Lets all of them go.
    pub(super) fn release(&self) {
        self.release.send_replace(());
    }
}

/// One held call. The server drops it when the client goes away.
pub(crate) struct Held {
    _counted: Counted,
    release: watch::Receiver<()>,
}

impl Held {
    /// Waits until the weather changes.
    pub(crate) async fn released(mut self) {
        // An error means that the program ends.
        let _ = self.release.changed().await;
    }
}
