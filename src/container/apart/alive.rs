//! Signs of life: work that keeps silent for long is said to go on, for as long as it takes processor time.
//!
//! Whoever waits for a process that decodes gives it up when it keeps silent. A library that tries a password derives a key, reads
//! headers and unpacks a member of which nobody hears, so a thread beside it says that it goes on. Work that hangs takes no processor
//! time and is given up as ever; work without end takes all that the process may take of it, and is stopped then.

use std::sync::mpsc::{RecvTimeoutError, channel};
use std::thread;
use std::time::Duration;

use crate::container::pump::Sink;

/// Between two signs.
const EVERY: Duration = Duration::from_secs(5);

/// Processor time between two signs, at least. The signs themselves take far less.
const WORK_MIN: Duration = Duration::from_millis(500);

/// Does what may keep silent for long, and says meanwhile that it goes on.
pub(in crate::container) fn alive<T>(sink: &Sink, work: impl FnOnce() -> T) -> T {
    beside(EVERY, processor_time, || sink.goes_on().is_ok(), work)
}

/// The processor time of this process.
fn processor_time() -> Duration {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ProcessCPUTime);
    let seconds = u64::try_from(time.tv_sec).unwrap_or_default();
    let nanoseconds = u32::try_from(time.tv_nsec).unwrap_or_default();
    Duration::new(seconds, nanoseconds)
}

/// Does the work, with a thread beside it that gives signs while the clock goes on, until nobody heeds them.
fn beside<T>(
    every: Duration,
    mut clock: impl FnMut() -> Duration + Send,
    mut sign: impl FnMut() -> bool + Send,
    work: impl FnOnce() -> T,
) -> T {
    let (over, is_over) = channel::<()>();
    thread::scope(|scope| {
        let beat = move || {
            let mut before = clock();
            while is_over.recv_timeout(every) == Err(RecvTimeoutError::Timeout) {
                let now = clock();
                if now.saturating_sub(before) >= WORK_MIN {
                    before = now;
                    if !sign() {
                        return;
                    }
                }
            }
        };
        let thread = thread::Builder::new().name("alive".to_owned());
        // Without the thread the work is done all the same, in silence.
        let _ = thread.stack_size(64 << 10).spawn_scoped(scope, beat);
        let done = work();
        drop(over);
        done
    })
}

#[cfg(test)]
mod tests {
    use std::panic::{AssertUnwindSafe, catch_unwind};
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    const SOON: Duration = Duration::from_millis(1);

    /// How often the clock was looked at, and how many signs were given, when the work was done. `step` is what the clock goes on by
    /// between two looks.
    fn signs(step: Duration, is_heard: bool, is_done: impl Fn(usize, usize) -> bool) -> usize {
        let (n_looks, n_signs) = (AtomicUsize::new(0), AtomicUsize::new(0));
        let clock = || step * n_looks.fetch_add(1, Ordering::SeqCst) as u32;
        let sign = || {
            n_signs.fetch_add(1, Ordering::SeqCst);
            is_heard
        };
        beside(SOON, clock, sign, || {
            while !is_done(
                n_looks.load(Ordering::SeqCst),
                n_signs.load(Ordering::SeqCst),
            ) {
                thread::sleep(SOON);
            }
        });
        n_signs.load(Ordering::SeqCst)
    }

    #[test]
    fn work_that_takes_processor_time_is_said_to_go_on() {
        assert!(signs(WORK_MIN, true, |_, n_signs| n_signs >= 3) >= 3);
        // Two looks for one sign.
        assert!(signs(WORK_MIN / 2, true, |n_looks, _| n_looks >= 20) >= 9);
    }

    #[test]
    fn work_that_hangs_is_not() {
        assert_eq!(signs(Duration::ZERO, true, |n_looks, _| n_looks >= 5), 0);
    }

    #[test]
    fn signs_that_nobody_heeds_end() {
        let n_signs = AtomicUsize::new(0);
        let mut now = Duration::ZERO;
        let clock = || {
            now += WORK_MIN;
            now
        };
        let sign = || {
            n_signs.fetch_add(1, Ordering::SeqCst);
            false
        };
        beside(SOON, clock, sign, || {
            while n_signs.load(Ordering::SeqCst) == 0 {
                thread::sleep(SOON);
            }
            thread::sleep(20 * SOON);
        });
        assert_eq!(n_signs.load(Ordering::SeqCst), 1);
    }

    #[test]
    fn what_the_work_gives_and_its_panics_are_handed_on() {
        assert_eq!(beside(SOON, || Duration::ZERO, || true, || 7), 7);
        let panics = || {
            let work = || -> u8 { panic!("as a library may") };
            beside(SOON, || Duration::ZERO, || true, work)
        };
        assert!(catch_unwind(AssertUnwindSafe(panics)).is_err());
    }

    #[test]
    fn processor_time_is_that_of_work() {
        let before = processor_time();
        let mut n = 0_u64;
        while processor_time() - before < Duration::from_millis(10) {
            n = std::hint::black_box(n + 1);
        }
        assert!(n > 0);
    }
}
