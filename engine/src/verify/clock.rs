//! The time that a trial takes of a core.

use std::cell::Cell;

/// What `work` returns, and the seconds of a core that it takes on this thread: not those that it waits, and not those of other
/// trials, which a thread runs while it waits for the parts of one that other threads have taken. Such parts are counted with
/// the trial that the other thread is in; where all threads are busy, nothing is lost.
pub(super) fn timed<T>(work: impl FnOnce() -> T) -> (T, f64) {
    thread_local!(static OTHERS: Cell<f64> = const { Cell::new(0.0) });
    let outer = OTHERS.replace(0.0);
    let begin = now();
    let done = work();
    let elapsed = now() - begin;
    let own = elapsed - OTHERS.get();
    OTHERS.set(outer + elapsed);
    (done, own.max(0.0))
}

/// The time of this thread, in seconds: what other programs take of the machine does not enter.
#[cfg(any(target_os = "linux", target_os = "macos"))]
fn now() -> f64 {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
    time.tv_sec as f64 + 1e-9 * time.tv_nsec as f64
}

/// The time on the wall, in seconds, where the system does not tell that of a thread.
#[cfg(not(any(target_os = "linux", target_os = "macos")))]
fn now() -> f64 {
    use std::sync::LazyLock;
    use std::time::Instant;
    static BEGIN: LazyLock<Instant> = LazyLock::new(Instant::now);
    BEGIN.elapsed().as_secs_f64()
}

#[cfg(test)]
mod tests {
    use std::hint::black_box;
    use std::thread::sleep;
    use std::time::Duration;

    use super::*;

    fn spin(rounds: u64) -> u64 {
        (0..rounds).fold(0, |sum, k| black_box(sum ^ k.wrapping_mul(0x9e37_79b9_7f4a_7c15)))
    }

    #[test]
    fn a_trial_inside_another_is_counted_once() {
        let ((_, inner), outer) = timed(|| timed(|| spin(30_000_000)));
        assert!(inner > 0.0 && outer < 0.2 * inner, "{outer} beside {inner}");
        let (((_, inner), _), outer) = timed(|| (timed(|| spin(10_000_000)), spin(30_000_000)));
        assert!((1.5..6.0).contains(&(outer / inner)), "{outer} beside {inner}");
    }

    #[cfg(any(target_os = "linux", target_os = "macos"))]
    #[test]
    fn waiting_takes_no_time_of_a_core() {
        let ((), seconds) = timed(|| sleep(Duration::from_millis(300)));
        assert!(seconds < 0.1, "{seconds}");
    }
}
