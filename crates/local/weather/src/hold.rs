//! Calls that are held until their client goes away, so that it can be killed right before or right after a call.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::sync::watch;

/// How many of something there are now.
#[derive(Default)]
pub(crate) struct Count(Arc<AtomicUsize>);

impl Count {
    /// One more, until the guard goes.
    pub(crate) fn one(&self) -> Counted {
        self.0.fetch_add(1, Ordering::SeqCst);
        Counted(self.0.clone())
    }

    pub(crate) fn now(&self) -> usize {
        self.0.load(Ordering::SeqCst)
    }
}

/// One that is counted.
#[derive(Debug)]
pub struct Counted(Arc<AtomicUsize>);

impl Drop for Counted {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}

/// All held calls.
pub(crate) struct Holds {
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
    pub(crate) fn hold(&self) -> Held {
        Held { _counted: self.count.one(), release: self.release.subscribe() }
    }

    /// How many are held now.
    pub(crate) fn count(&self) -> usize {
        self.count.now()
    }

    /// Lets all of them go.
    pub(crate) fn release(&self) {
        self.release.send_replace(());
    }
}

/// One held call. The server drops it when the client goes away.
#[derive(Debug)]
pub struct Held {
    _counted: Counted,
    release: watch::Receiver<()>,
}

impl Held {
    /// Waits until the weather changes.
    pub async fn released(mut self) {
        // An error means that the program ends.
        let _ = self.release.changed().await;
    }
}
