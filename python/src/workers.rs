//! Work beside the interpreter: threads of our own, and the calling thread that listens to Ctrl-C meanwhile.

use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use pyo3::exceptions::{PyRuntimeError, PyValueError};
use pyo3::prelude::*;
use rayon::{ThreadPool, ThreadPoolBuilder};

/// How often the interpreter is asked for signals.
const LISTEN: Duration = Duration::from_millis(50);

/// The threads of this process, and how many were asked for. A forked child has none of its parent's threads and makes its own.
static POOL: Mutex<Option<(u32, usize, Arc<ThreadPool>)>> = Mutex::new(None);

/// Runs that were interrupted while trials were in flight, which still hold their stores.
static LEFT: Mutex<Vec<(u32, JoinHandle<()>)>> = Mutex::new(Vec::new());

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A pool of `jobs` threads; of one for each core where that is not said.
pub fn pool(jobs: Option<usize>) -> PyResult<Arc<ThreadPool>> {
    if jobs == Some(0) {
        return Err(PyValueError::new_err("`jobs` is 0; valid: an integer >= 1"));
    }
    let (process, asked) = (std::process::id(), jobs.unwrap_or(0));
    let mut pool = lock(&POOL);
    if let Some((owner, size, threads)) = pool.take() {
        if owner == process && size == asked {
            *pool = Some((owner, size, Arc::clone(&threads)));
            return Ok(threads);
        }
        if owner != process {
            // Its threads are in the parent: to end them would wait for ever.
            std::mem::forget(threads);
        }
    }
    let threads = ThreadPoolBuilder::new()
        .num_threads(asked)
        .build()
        .map_err(|error| PyRuntimeError::new_err(format!("cannot start the threads: {error}")))?;
    let threads = Arc::new(threads);
    *pool = Some((process, asked, Arc::clone(&threads)));
    Ok(threads)
}

/// Runs `work` on a thread of its own with the interpreter free, hands what it sends to `listen` on this thread, and returns what it
/// returns. Where Ctrl-C (or an error of `listen`) ends the wait, `stop` is called, and the exception is returned at once; the
/// thread is left to end what it has begun.
pub fn beside<E: Send + 'static, T: Send + 'static>(
    py: Python<'_>,
    work: impl FnOnce(Sender<E>) -> T + Send + 'static,
    mut listen: impl FnMut(Python<'_>, E) -> PyResult<()>,
    stop: impl FnOnce(),
) -> PyResult<T> {
    let (tell, told) = mpsc::channel();
    let (done, told) = (Arc::new(Mutex::new(None)), Mutex::new(told));
    let thread = {
        let done = Arc::clone(&done);
        let run = move || *lock(&done) = Some(work(tell));
        std::thread::Builder::new().name("solvable".to_owned()).spawn(run)
    };
    let thread =
        thread.map_err(|error| PyRuntimeError::new_err(format!("cannot start a thread: {error}")))?;
    loop {
        let heard = match py.detach(|| lock(&told).recv_timeout(LISTEN)) {
            Ok(event) => listen(py, event),
            Err(RecvTimeoutError::Timeout) => Ok(()),
            Err(RecvTimeoutError::Disconnected) => break,
        };
        if let Err(error) = heard.and_then(|()| py.check_signals()) {
            stop();
            lock(&LEFT).push((std::process::id(), thread));
            return Err(error);
        }
    }
    // A panic has been printed; it leaves nothing behind.
    let joined = py.detach(|| thread.join());
    let done = lock(&done).take();
    match (joined, done) {
        (Ok(()), Some(done)) => Ok(done),
        _ => Err(PyRuntimeError::new_err("a thread panicked; this is a defect of the program")),
    }
}

/// Waits for interrupted runs to end the trials they had begun, listening to Ctrl-C.
pub fn settle(py: Python<'_>) -> PyResult<()> {
    loop {
        let all = std::mem::take(&mut *lock(&LEFT));
        let (own, foreign): (Vec<_>, Vec<_>) =
            all.into_iter().partition(|(owner, _)| *owner == std::process::id());
        // A forked child has none of its parent's threads, which never end in it and cannot be let go either.
        foreign.into_iter().for_each(std::mem::forget);
        lock(&LEFT).extend(own.into_iter().filter(|(_, thread)| !thread.is_finished()));
        if lock(&LEFT).is_empty() {
            return Ok(());
        }
        py.detach(|| std::thread::sleep(LISTEN));
        py.check_signals()?;
    }
}
