//! Pieces made side by side and handed over in order, each by the thread that made it.
//!
//! Each thread makes a piece, waits until all pieces before it have been handed over, hands over its own, and makes the next
//! one in the same memory: what it wrote just now is still in its processor's cache, and nothing is made and freed. A taker
//! that is slow makes all wait, so memory is bounded by one piece for each thread.

use std::io;
use std::panic::resume_unwind;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{Builder, scope};

struct Turns<T> {
    /// Pieces that are made, or being made.
    begun: AtomicU64,
    turn: Mutex<Turn<T>>,
    passed: Condvar,
}

struct Turn<T> {
    /// The piece to be handed over next; none when all is to end.
    next: Option<u64>,
    take: T,
}

/// Makes `count` pieces with `threads` threads, of which the caller's is one, and gives them to `take` in order. The first
/// error of `take`, or a panic, ends all.
pub(crate) fn in_turn<P: Default>(
    count: u64,
    threads: usize,
    make: impl Fn(&mut P, u64) + Sync,
    take: impl FnMut(&mut P) -> io::Result<()> + Send,
) -> io::Result<()> {
    let turn = Mutex::new(Turn { next: Some(0), take });
    let turns = Turns { begun: AtomicU64::new(0), turn, passed: Condvar::new() };
    let work = || {
        let end = End(&turns);
        let mut piece = P::default();
        loop {
            let index = turns.begun.fetch_add(1, Ordering::Relaxed);
            if index >= count {
                break;
            }
            make(&mut piece, index);
            let Some(mut turn) = turns.wait(index) else { break };
            (turn.take)(&mut piece)?;
            turn.next = Some(index + 1);
            drop(turn);
            turns.passed.notify_all();
        }
        std::mem::forget(end);
        Ok(())
    };
    let threads = count.min(threads as u64);
    scope(|scope| {
        let start = |number| Builder::new().name(format!("records-{number}")).spawn_scoped(scope, work).ok();
        // With fewer threads than wished for it takes longer, and is right all the same.
        let others: Vec<_> = (1..threads).map_while(start).collect();
        let mut done = work();
        for other in others {
            done = done.and(other.join().unwrap_or_else(|panic| resume_unwind(panic)));
        }
        done
    })
}

impl<T> Turns<T> {
    /// None when all is to end.
    fn wait(&self, index: u64) -> Option<MutexGuard<'_, Turn<T>>> {
        let others = |turn: &mut Turn<T>| turn.next.is_some_and(|next| next != index);
        let turn = self.passed.wait_while(self.lock(), others).unwrap_or_else(PoisonError::into_inner);
        turn.next.is_some().then_some(turn)
    }

    /// After a panic no thread gets a turn any more, so that none uses what the panic left behind.
    fn lock(&self) -> MutexGuard<'_, Turn<T>> {
        self.turn.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Ends all when a thread leaves with an error or in a panic.
struct End<'a, T>(&'a Turns<T>);

impl<T> Drop for End<'_, T> {
    fn drop(&mut self) {
        self.0.lock().next = None;
        self.0.passed.notify_all();
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::panic)]
mod tests {
    use super::*;
    use std::panic::{AssertUnwindSafe, catch_unwind};
    use std::thread::sleep;
    use std::time::Duration;

    const FOREVER: u64 = u64::MAX;

    /// All pieces that were taken. They do not all take the same time to make.
    fn taken(count: u64, threads: usize, slow: bool) -> Vec<u64> {
        let mut taken = Vec::new();
        let make = |piece: &mut u64, index: u64| {
            sleep(Duration::from_micros(index * 7 % 5 * 100));
            *piece = index;
        };
        let take = |piece: &mut u64| {
            sleep(Duration::from_millis(if slow { 1 } else { 0 }));
            taken.push(*piece);
            Ok(())
        };
        in_turn(count, threads, make, take).unwrap();
        taken
    }

    #[test]
    fn all_pieces_are_taken_in_order() {
        for threads in [1, 2, 3, 8] {
            for count in [0, 1, 2, 100] {
                let all: Vec<u64> = (0..count).collect();
                assert_eq!(taken(count, threads, false), all, "{threads} threads");
                assert_eq!(taken(count, threads, true), all, "{threads} threads, slow");
            }
        }
    }

    #[test]
    fn a_thread_never_makes_more_than_one_piece_ahead() {
        let made = AtomicU64::new(0);
        let mut taken = 0;
        let make = |_: &mut (), _| {
            made.fetch_add(1, Ordering::Relaxed);
        };
        let take = |_: &mut ()| {
            sleep(Duration::from_millis(1));
            taken += 1;
            assert!(made.load(Ordering::Relaxed) < taken + 4);
            Ok(())
        };
        in_turn(50, 4, make, take).unwrap();
    }

    #[test]
    fn an_error_ends_all_and_is_the_answer() {
        for threads in [1, 2, 8] {
            let mut calls = 0;
            let take = |_: &mut u64| {
                calls += 1;
                if calls == 20 { Err(io::Error::other(format!("call {calls}"))) } else { Ok(()) }
            };
            let error = in_turn(FOREVER, threads, |piece, index| *piece = index, take).unwrap_err();
            assert_eq!((error.to_string().as_str(), calls), ("call 20", 20), "{threads} threads");
        }
    }

    #[test]
    fn a_panic_ends_all_and_goes_on() {
        let words = |work: &dyn Fn() -> io::Result<()>| {
            let panic = catch_unwind(AssertUnwindSafe(work)).unwrap_err();
            *panic.downcast::<&str>().unwrap()
        };
        for threads in [1, 2, 8] {
            let taking = || {
                let take = |piece: &mut u64| if *piece == 20 { panic!("taking") } else { Ok(()) };
                in_turn(FOREVER, threads, |piece, index| *piece = index, take)
            };
            assert_eq!(words(&taking), "taking", "{threads} threads");
            let making = || {
                let make = |piece: &mut u64, index| if index == 20 { panic!("making") } else { *piece = index };
                in_turn(FOREVER, threads, make, |_| Ok(()))
            };
            assert_eq!(words(&making), "making", "{threads} threads");
        }
    }
}
