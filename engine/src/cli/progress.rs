use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::verify::{Observer, SettingKey};

/// A live bar on standard error; invisible where that is not a terminal.
pub struct Bar {
    bar: ProgressBar,
}

impl Bar {
    pub fn new() -> Self {
        let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
        let style =
            ProgressStyle::with_template("{bar:32} {pos}/{len} trials  {elapsed} (about {eta} left)  {msg}");
        if let Ok(style) = style {
            bar.set_style(style);
        }
        Self { bar }
    }

    pub fn finish(&self) {
        self.bar.finish_and_clear();
    }
}

impl Observer for Bar {
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
