//! Processes that draw trials: what `solvable._worker` is on the other side.

use std::ffi::OsString;
use std::io::{self, ErrorKind, Read, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::sleep;
use std::time::{Duration, Instant};

use pyo3::prelude::*;
use serde_json::Value as Json;
use solvable_engine::streams::Streams;
use solvable_engine::verify::{GivenUp, TrialFailure};

/// How long a process may take to end after it has closed its output.
const LAST_BREATH: Duration = Duration::from_secs(1);

/// The longest answer that is believed.
const LONGEST: u32 = 1 << 30;

/// How a worker process is begun.
#[derive(FromPyObject)]
#[pyo3(from_item_all)]
pub struct Beginning {
    /// The program and its arguments.
    line: Vec<OsString>,
    /// Variables of its environment beside those of this process.
    environment: Vec<(String, String)>,
}

/// Processes that draw trials, one at a time each. They are begun when they are needed, and replaced when they die.
pub struct Processes {
    beginning: Beginning,
    /// The function of each experiment.
    codes: Vec<Vec<u8>>,
    idle: Mutex<Vec<Process>>,
    /// Also the processes that draw a trial now.
    all: Mutex<Vec<Arc<Mutex<Child>>>>,
    stopped: AtomicBool,
}

struct Process {
    child: Arc<Mutex<Child>>,
    input: ChildStdin,
    output: ChildStdout,
    /// Which experiments it knows.
    knows: Vec<bool>,
}

enum Answer {
    Ready,
    Outcome(Json),
    Failure(String),
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Processes {
    pub fn new(beginning: Beginning, codes: Vec<Vec<u8>>) -> Self {
        Self {
            beginning,
            codes,
            idle: Mutex::default(),
            all: Mutex::default(),
            stopped: AtomicBool::new(false),
        }
    }

    /// Draws a trial of the experiment of that number, in a process that nobody else uses meanwhile.
    ///
    /// # Errors
    /// What the trial raised, the death of its process, or [`GivenUp`] where all was [stopped](Self::stop).
    pub fn trial(&self, experiment: usize, setting: &Json, streams: &Streams) -> Result<Json, TrialFailure> {
        if self.stopped.load(Ordering::Relaxed) {
            return Err(GivenUp.into());
        }
        let idle = lock(&self.idle).pop();
        let mut process = match idle {
            Some(process) => process,
            None => self.begin()?,
        };
        match process.draw(experiment, &self.codes[experiment], setting, streams) {
            Ok(answer) => {
                lock(&self.idle).push(process);
                match answer {
                    Answer::Outcome(outcome) => Ok(outcome),
                    Answer::Failure(told) => Err(told.into()),
                    Answer::Ready => Err("the worker process answers what it was not asked".into()),
                }
            }
            Err(error) => Err(self.bury(process, &error)),
        }
    }

    fn begin(&self) -> Result<Process, TrialFailure> {
        let cannot = |error: io::Error| format!("a worker process cannot be started: {error}");
        let [program, arguments @ ..] = &self.beginning.line[..] else {
            return Err("a worker process has no program".into());
        };
        let mut command = Command::new(program);
        command.args(arguments).envs(self.beginning.environment.iter().map(|(name, value)| (name, value)));
        command.stdin(Stdio::piped()).stdout(Stdio::piped());
        // Ctrl-C in a terminal is for this process, which knows what is to become of its workers.
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(&mut command, 0);
        let mut child = command.spawn().map_err(cannot)?;
        let (Some(input), Some(output)) = (child.stdin.take(), child.stdout.take()) else {
            return Err("a worker process has no pipes".into());
        };
        let child = Arc::new(Mutex::new(child));
        lock(&self.all).push(Arc::clone(&child));
        let mut process = Process { child, input, output, knows: vec![false; self.codes.len()] };
        if self.stopped.load(Ordering::Relaxed) {
            // It was begun while the others were stopped.
            let _ = lock(&process.child).kill();
        }
        match process.hear() {
            Ok(Answer::Ready) => Ok(process),
            Ok(_) => Err("the worker process answers what it was not asked".into()),
            Err(error) => Err(self.bury(process, &error)),
        }
    }

    /// Why a process that was heard the last time is gone.
    fn bury(&self, process: Process, error: &io::Error) -> TrialFailure {
        let Process { child, input, output, .. } = process;
        drop((input, output));
        let status = ended(&mut lock(&child));
        lock(&self.all).retain(|other| !Arc::ptr_eq(other, &child));
        if self.stopped.load(Ordering::Relaxed) {
            return GivenUp.into();
        }
        match status {
            Some(status) => format!("the worker process died ({})", cause(status)).into(),
            None => format!("the worker process was ended, as it cannot be understood: {error}").into(),
        }
    }

    /// Ends all processes at once; trials that are being drawn are [given up](GivenUp).
    pub fn stop(&self) {
        self.stopped.store(true, Ordering::Relaxed);
        for child in lock(&self.all).iter() {
            // One that is dead already needs no end.
            let _ = lock(child).kill();
        }
    }
}

impl Drop for Processes {
    fn drop(&mut self) {
        self.stop();
        for child in lock(&self.all).drain(..) {
            let _ = lock(&child).wait();
        }
    }
}

impl Process {
    fn draw(
        &mut self,
        experiment: usize,
        code: &[u8],
        setting: &Json,
        streams: &Streams,
    ) -> io::Result<Answer> {
        let number = u32::try_from(experiment).map_err(io::Error::other)?.to_le_bytes();
        if !self.knows[experiment] {
            self.tell(b'E', &[&number, code])?;
            self.knows[experiment] = true;
        }
        self.tell(b'T', &[&number, &streams.seed(), setting.to_string().as_bytes()])?;
        self.hear()
    }

    fn tell(&mut self, kind: u8, parts: &[&[u8]]) -> io::Result<()> {
        let length = 1 + parts.iter().map(|part| part.len()).sum::<usize>();
        let length = u32::try_from(length).map_err(io::Error::other)?;
        let mut message = length.to_le_bytes().to_vec();
        message.push(kind);
        parts.iter().for_each(|part| message.extend_from_slice(part));
        self.input.write_all(&message)
    }

    fn hear(&mut self) -> io::Result<Answer> {
        let mut length = [0; 4];
        self.output.read_exact(&mut length)?;
        let length = u32::from_le_bytes(length);
        if !(1..=LONGEST).contains(&length) {
            return Err(io::Error::new(ErrorKind::InvalidData, format!("an answer of {length} bytes")));
        }
        let mut message = vec![0; length as usize];
        self.output.read_exact(&mut message)?;
        match message.split_first() {
            Some((b'R', _)) => Ok(Answer::Ready),
            Some((b'O', outcome)) => Ok(Answer::Outcome(serde_json::from_slice(outcome)?)),
            Some((b'F', told)) => Ok(Answer::Failure(String::from_utf8_lossy(told).into_owned())),
            _ => Err(io::Error::new(ErrorKind::InvalidData, "an answer of an unknown kind")),
        }
    }
}

/// How a process ended that closed its output; nothing where it had to be ended.
fn ended(child: &mut Child) -> Option<ExitStatus> {
    let since = Instant::now();
    loop {
        match child.try_wait() {
            Ok(Some(status)) => return Some(status),
            Ok(None) if since.elapsed() < LAST_BREATH => sleep(Duration::from_millis(5)),
            _ => {
                let _ = child.kill();
                let _ = child.wait();
                return None;
            }
        }
    }
}

fn cause(status: ExitStatus) -> String {
    #[cfg(unix)]
    if let Some(signal) = std::os::unix::process::ExitStatusExt::signal(&status) {
        return format!("signal {signal}");
    }
    status.code().map_or_else(|| status.to_string(), |code| format!("exit code {code}"))
}
