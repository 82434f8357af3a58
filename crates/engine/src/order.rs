//! Work on pieces side by side, and take the results in the order of the pieces. No more pieces are in memory than
//! there are threads: who is done waits until it is its turn.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

struct Turns<D, E> {
    done: D,
    /// Whose turn it is.
    next: usize,
    stopped: bool,
    error: Option<E>,
}

struct Order<D, E> {
    turns: Mutex<Turns<D, E>>,
    changed: Condvar,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl<D, E> Order<D, E> {
    fn stop(&self, error: Option<E>) {
        let mut turns = lock(&self.turns);
        turns.stopped = true;
        turns.error = turns.error.take().or(error);
        drop(turns);
        self.changed.notify_all();
    }
}

/// A thread that panics would leave the others waiting for its turn.
struct Guard<'a, D, E>(&'a Order<D, E>);

impl<D, E> Drop for Guard<'_, D, E> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.0.stop(None);
        }
    }
}

/// Call `next` until it has no more, `work` on what it gives, in `threads` threads, and `done` on each result, in the
/// order of `next`.
///
/// # Errors
/// The first one, in that order.
pub(crate) fn in_order<I: Send, O: Send, E: Send>(
    threads: usize,
    next: impl FnMut() -> Option<Result<I, E>> + Send,
    work: impl Fn(I) -> Result<O, E> + Sync,
    done: impl FnMut(O) -> Result<(), E> + Send,
) -> Result<(), E> {
    let feed = Mutex::new((next, 0));
    let turns = Turns { done, next: 0, stopped: false, error: None };
    let order = Order { turns: Mutex::new(turns), changed: Condvar::new() };
    let one = || {
        let _guard = Guard(&order);
        loop {
            let (item, number) = {
                let mut feed = lock(&feed);
                if lock(&order.turns).stopped {
                    return;
                }
                let Some(item) = (feed.0)() else { return };
                feed.1 += 1;
                (item, feed.1 - 1)
            };
            let result = item.and_then(&work);
            let mut turns = lock(&order.turns);
            while turns.next != number && !turns.stopped {
                turns = order.changed.wait(turns).unwrap_or_else(PoisonError::into_inner);
            }
            if turns.stopped {
                return;
            }
            if let Err(error) = result.and_then(|result| (turns.done)(result)) {
                drop(turns);
                return order.stop(Some(error));
            }
            turns.next += 1;
            drop(turns);
            order.changed.notify_all();
        }
    };
    std::thread::scope(|scope| {
        for _ in 1..threads {
            scope.spawn(one);
        }
        one();
    });
    lock(&order.turns).error.take().map_or(Ok(()), Err)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod tests {
    use super::in_order;

    fn run(threads: usize, fail: usize) -> (Vec<usize>, Result<(), usize>) {
        let (mut numbers, mut seen) = (0..100_usize, Vec::new());
        let work = |number: usize| {
            // Later pieces are done earlier.
            std::thread::sleep(std::time::Duration::from_micros(u64::try_from((number * 37) % 11 * 50).unwrap()));
            if number >= fail { Err(number) } else { Ok(number) }
        };
        let done = in_order(
            threads,
            || numbers.next().map(Ok),
            work,
            |number| {
                seen.push(number);
                Ok(())
            },
        );
        (seen, done)
    }

    #[test]
    fn results_come_in_order_and_the_first_error_ends_it() {
        for threads in [1, 2, 7] {
            assert_eq!(run(threads, 1000), ((0..100).collect(), Ok(())));
            assert_eq!(run(threads, 60), ((0..60).collect(), Err(60)));
        }
    }

    #[test]
    fn a_panic_does_not_leave_the_others_waiting() {
        let mut numbers = 0..20;
        let work = |number: usize| if number == 3 { panic!("as intended") } else { Ok::<_, ()>(number) };
        let ran = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            in_order(3, || numbers.next().map(Ok), work, |_| Ok(()))
        }));
        assert!(ran.is_err());
    }
}
