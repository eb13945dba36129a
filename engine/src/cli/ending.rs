//! Runs that end before their trials are done: by a signal, or by their own clock.

use std::path::Path;
use std::process;
use std::sync::{Arc, OnceLock};
use std::thread;
use std::time::Duration;

use anyhow::Result;
use clap::Args;
use thiserror::Error;

use crate::verify::{Engine, Options, Shard, Stop, StoreError, Tally, TrialStore};

/// The exit code of what is incomplete and is to be run again: `EX_TEMPFAIL` of `sysexits.h`, which no shell, signal or verdict uses.
pub const INCOMPLETE: u8 = 75;

/// When a run ends before its trials are done.
#[derive(Debug, Clone, Args)]
pub struct Limits {
    /// After this time no more trials are begun, as after a signal (SIGTERM, SIGINT, SIGUSR1): `90s`, `3h 50m`; a plain number counts
    /// seconds. The exit code is then 75: incomplete, run again.
    #[arg(long, value_name = "DURATION", value_parser = duration)]
    pub max_time: Option<Duration>,
    /// How long the trials in flight may go on then; those that are not done are abandoned, and run again by the next run.
    #[arg(long, value_name = "DURATION", default_value = "20s", value_parser = duration)]
    pub grace: Duration,
}

/// A duration in words, or as plain seconds.
pub(super) fn duration(text: &str) -> Result<Duration, String> {
    match text.trim().parse() {
        Ok(seconds) => Duration::try_from_secs_f64(seconds).map_err(|error| error.to_string()),
        Err(_) => humantime::parse_duration(text).map_err(|error| error.to_string()),
    }
}

/// A run that ended before its trials were done, in words. [`exit`](super::exit) makes [`INCOMPLETE`] of it.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("incomplete: {0}")]
pub struct Incomplete(pub String);

/// Whether an error is no more than a reason to run again.
pub(super) fn asks_for_another_run(error: &anyhow::Error) -> bool {
    error.is::<Incomplete>() || matches!(error.downcast_ref(), Some(StoreError::Locked { .. }))
}

/// Ends the run by its [`Limits`].
#[derive(Debug, Clone)]
pub struct Ending {
    stop: Arc<Stop>,
    grace: Duration,
    store: Arc<OnceLock<Arc<TrialStore>>>,
}

impl Ending {
    /// Watches the clock and the signals from now on.
    ///
    /// # Errors
    /// Signals that cannot be listened to.
    pub fn watch(limits: &Limits) -> Result<Self> {
        let ending = Self { stop: Arc::default(), grace: limits.grace, store: Arc::default() };
        signals::listen(&ending)?;
        if let Some(time) = limits.max_time {
            let over = format!("--max-time {} is over", humantime::format_duration(time));
            if time.is_zero() {
                ending.ask(over);
            } else {
                let ending = ending.clone();
                thread::spawn(move || {
                    thread::sleep(time);
                    ending.ask(over);
                });
            }
        }
        Ok(ending)
    }

    /// Ends the run when `stop` is asked, and watches nothing itself.
    pub fn by(stop: Arc<Stop>, grace: Duration) -> Self {
        Self { stop, grace, store: Arc::default() }
    }

    /// The store in the folder `out`, of one part of the trials or of all. Another process on the same part has as long to end as
    /// the trials in flight: it may be the former run of the same task.
    ///
    /// # Errors
    /// A store that cannot be read or written, or is in use.
    pub fn open(&self, out: &Path, shard: Option<Shard>) -> Result<TrialStore, StoreError> {
        match shard {
            Some(shard) => TrialStore::open_shard(out, shard, self.grace),
            None => TrialStore::open(out),
        }
    }

    /// An engine that begins no more trials when the run is to end.
    pub fn engine(&self, store: TrialStore, options: Options) -> Engine {
        let store = Arc::new(store);
        // A second store of the same run would be written by the same thread after the first.
        let _ = self.store.set(Arc::clone(&store));
        Engine::with_stop(store, options, Arc::clone(&self.stop))
    }

    /// Nothing where the run came to its end.
    ///
    /// # Errors
    /// How many trials are missing.
    pub fn complete(&self, tally: &Tally) -> Result<(), Incomplete> {
        if tally.missing == 0 {
            return Ok(());
        }
        let why = self.stop.reason().unwrap_or("the run was ended");
        Err(Incomplete(format!(
            "{why}; {} trials run, {} reused, {} missing; run again to go on",
            tally.run, tally.reused, tally.missing
        )))
    }

    fn ask(&self, reason: String) {
        let grace = humantime::format_duration(self.grace);
        let told = format!("{reason}: no more trials are begun, those in flight have {grace}");
        if self.stop.ask(reason) {
            eprintln!("{told}");
            let ending = self.clone();
            thread::spawn(move || {
                thread::sleep(ending.grace);
                ending.leave("the trials in flight are abandoned");
            });
        }
    }

    /// Leaves at once, but not in the midst of a line.
    fn leave(&self, why: &str) -> ! {
        let _held = self.store.get().map(|store| store.hold());
        eprintln!("incomplete: {why}; run again to go on");
        process::exit(INCOMPLETE.into())
    }
}

#[cfg(unix)]
mod signals {
    use std::io;
    use std::thread;
    use std::time::{Duration, Instant};

    use signal_hook::consts::{SIGINT, SIGTERM, SIGUSR1};
    use signal_hook::iterator::Signals;
    use signal_hook::low_level::signal_name;

    use super::Ending;

    /// Signals that come so soon after the first are the same again: to the process, and to its group.
    const ECHO: Duration = Duration::from_secs(1);

    /// The first signal asks the run to end, the second leaves at once.
    pub(super) fn listen(ending: &Ending) -> io::Result<()> {
        let mut signals = Signals::new([SIGTERM, SIGINT, SIGUSR1])?;
        let ending = ending.clone();
        thread::spawn(move || {
            let mut first: Option<Instant> = None;
            for signal in signals.forever() {
                match first {
                    None => ending.ask(signal_name(signal).unwrap_or("a signal").to_owned()),
                    Some(first) if first.elapsed() < ECHO => {}
                    Some(_) => ending.leave("a second signal came"),
                }
                first.get_or_insert_with(Instant::now);
            }
        });
        Ok(())
    }
}

#[cfg(not(unix))]
mod signals {
    use std::io;

    use super::Ending;

    /// Without signals there is the clock.
    pub(super) fn listen(_: &Ending) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_words_or_seconds() {
        assert_eq!(duration("90"), Ok(Duration::from_secs(90)));
        assert_eq!(duration("1.5"), Ok(Duration::from_millis(1500)));
        assert_eq!(duration("3h 50m"), Ok(Duration::from_secs(13_800)));
        for wrong in ["-1", "soon", "", "1e400", "nan"] {
            assert!(duration(wrong).is_err(), "{wrong}");
        }
    }
}
