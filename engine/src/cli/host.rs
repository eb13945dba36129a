use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::command;
use crate::verify::{Observer, SettingKey};

/// Where a command runs. It watches the trials, and is told what the reader should know beside the result.
pub trait Host: Observer {
    /// A remark.
    fn note(&self, text: &str);

    /// The trials are done, or the run was ended.
    fn end(&self) {}

    /// How the run was asked for, as its report tells.
    fn command(&self) -> String;
}

/// A terminal: remarks and a live bar on standard error; the bar is invisible where that is no terminal.
pub struct Terminal {
    bar: ProgressBar,
}

impl Terminal {
    pub fn new() -> Self {
        let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
        let style =
            ProgressStyle::with_template("{bar:32} {pos}/{len} trials  {elapsed} (about {eta} left)  {msg}");
        if let Ok(style) = style {
            bar.set_style(style);
        }
        Self { bar }
    }
}

impl Host for Terminal {
    fn note(&self, text: &str) {
        self.bar.suspend(|| eprintln!("note: {text}"));
    }

    fn end(&self) {
        self.bar.finish_and_clear();
    }

    fn command(&self) -> String {
        command()
    }
}

impl Observer for Terminal {
    fn begin(&self, _reused: usize, pending: usize) {
        self.bar.reset();
        self.bar.set_length(pending as u64);
        self.bar.enable_steady_tick(std::time::Duration::from_millis(200));
    }

    fn trial(&self, key: &SettingKey, trial: u64, _seconds: f64, ok: bool) {
        self.bar.inc(1);
        self.bar.set_message(key.experiment.clone());
        if !ok {
            self.bar.println(format!("trial {trial} of {} failed at {}", key.experiment, key.setting));
        }
    }
}
