//! How many actions go on at once (`--parallel`), and which goes first where more could: the one with the longest way still
//! to go behind it. A NAT gateway takes minutes, so what it waits for is made before what nothing slow waits for.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::oneshot;

/// Lets actions in.
#[derive(Debug)]
pub(crate) struct Gate(Mutex<Line>);

#[derive(Debug)]
struct Line {
    free: usize,
    last: u64,
    waiting: BinaryHeap<Waiting>,
}

#[derive(Debug)]
struct Waiting {
    /// How long it takes from here to the end; of two alike, who came first.
    order: (Duration, Reverse<u64>),
    start: oneshot::Sender<Pass>,
}

impl PartialEq for Waiting {
    fn eq(&self, other: &Self) -> bool {
        self.order == other.order
    }
}

impl Eq for Waiting {}

impl PartialOrd for Waiting {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Waiting {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.order.cmp(&other.order)
    }
}

/// The right to act, until it is dropped.
#[derive(Debug)]
pub(crate) struct Pass(Arc<Gate>);

impl Gate {
    pub(crate) fn new(parallel: u16) -> Arc<Self> {
        let line = Line { free: usize::from(parallel), last: 0, waiting: BinaryHeap::new() };
        Arc::new(Self(Mutex::new(line)))
    }

    fn line(&self) -> MutexGuard<'_, Line> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Wait until it is the turn of something with so long a way to go.
    pub(crate) async fn enter(self: &Arc<Self>, way: Duration) -> Pass {
        let started = {
            let (start, started) = oneshot::channel();
            let mut line = self.line();
            line.last += 1;
            let order = (way, Reverse(line.last));
            line.waiting.push(Waiting { order, start });
            started
        };
        // What becomes ready in the same moment stands in line before anything is let in.
        tokio::task::yield_now().await;
        self.admit();
        match started.await {
            Ok(pass) => pass,
            // The line outlives who stands in it.
            Err(_) => Pass(self.clone()),
        }
    }

    fn admit(self: &Arc<Self>) {
        loop {
            let mut line = self.line();
            if line.free == 0 {
                return;
            }
            let Some(next) = line.waiting.pop() else { return };
            line.free -= 1;
            drop(line);
            // Where nobody waits any more the pass comes back and is free again.
            drop(next.start.send(Pass(self.clone())));
        }
    }
}

impl Drop for Pass {
    fn drop(&mut self) {
        self.0.line().free += 1;
        self.0.admit();
    }
}

#[cfg(test)]
mod tests {
    use super::Gate;
    use futures::future::join_all;
    use std::sync::Mutex;
    use std::time::Duration;

    async fn order(parallel: u16, ways: &[u64]) -> Vec<u64> {
        let (gate, begun) = (Gate::new(parallel), Mutex::new(Vec::new()));
        join_all(ways.iter().map(|way| async {
            let _pass = gate.enter(Duration::from_secs(*way)).await;
            if let Ok(mut begun) = begun.lock() {
                begun.push(*way);
            }
            tokio::task::yield_now().await;
        }))
        .await;
        begun.into_inner().unwrap_or_default()
    }

    #[tokio::test]
    async fn the_longest_way_goes_first() {
        assert_eq!(order(1, &[1, 300, 2, 100]).await, [300, 100, 2, 1]);
        assert_eq!(order(2, &[1, 300, 2, 100]).await[..2], [300, 100]);
    }

    #[tokio::test]
    async fn who_gave_up_keeps_nobody_out() {
        let gate = Gate::new(1);
        let first = gate.enter(Duration::ZERO).await;
        {
            let gone = gate.enter(Duration::from_secs(9));
            assert!(tokio::time::timeout(Duration::from_millis(5), gone).await.is_err());
        }
        drop(first);
        assert!(tokio::time::timeout(Duration::from_secs(5), gate.enter(Duration::ZERO)).await.is_ok());
    }
}
