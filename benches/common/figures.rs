//! Figures of speed, from measurements that are committed.

use std::path::PathBuf;

use serde::Deserialize;
use serde::de::DeserializeOwned;
use solvable::figure::{Axis, Figure, Panel, Point, Series, Stroke};
use solvable::report::render_svg;

use super::committed;

/// A figure, and where it is kept.
pub struct Drawn {
    /// The name of the file, without ending.
    pub name: &'static str,
    svg: String,
}

impl Drawn {
    fn new(name: &'static str, figure: &Figure) -> Self {
        Self { name, svg: render_svg(figure).expect("a figure that can be drawn") }
    }

    /// `benches/figures/<name>.svg`.
    pub fn path(&self) -> PathBuf {
        committed(&format!("benches/figures/{}.svg", self.name))
    }

    /// Whether the file is there and the same.
    pub fn is_committed(&self) -> bool {
        std::fs::read_to_string(self.path()).is_ok_and(|svg| svg == self.svg)
    }

    /// Writes the file.
    pub fn commit(&self) {
        std::fs::write(self.path(), &self.svg).expect("a folder that can be written");
        println!("drawn to {}", self.path().display());
    }
}

/// The figures of what has been measured.
pub fn all() -> Vec<Drawn> {
    let width = read("benches/peers/fisher.json").map(|data| Drawn::new("width", &time_against_width(&data)));
    let shards = read("benches/shards.json").map(|data| Drawn::new("shards", &cost_against_shards(&data)));
    width.into_iter().chain(shards).collect()
}

fn read<T: DeserializeOwned>(path: &str) -> Option<T> {
    let text = std::fs::read_to_string(committed(path)).ok()?;
    Some(serde_json::from_str(&text).unwrap_or_else(|error| panic!("{path}: {error}")))
}

/// What `benches/peers/fisher.sh` measures.
#[derive(Deserialize)]
struct Peers {
    machine: String,
    threads: usize,
    widths: Vec<Trial>,
}

/// Seconds of a trial.
#[derive(Deserialize)]
struct Trial {
    width: f64,
    solvable_s: f64,
    /// Bare products, and 3 ns a normal number.
    limit_s: f64,
    neural_tangents_s: f64,
    numpy_s: f64,
}

fn time_against_width(data: &Peers) -> Figure {
    let points = |label: &str, group, seconds: fn(&Trial) -> f64| Series::Points {
        label: label.into(),
        group,
        points: data.widths.iter().map(|trial| Point::exact(trial.width, seconds(trial))).collect(),
    };
    let limit = data.widths.iter().map(|trial| (trial.width, trial.limit_s)).collect();
    Figure {
        id: "speed/width".into(),
        title: "Time of a Fisher trial against width".into(),
        caption: format!(
            "Drawing a tanh network of three layers and 100 inputs, and the largest eigenvalue and the moments of its Fisher information: here, by \
             neural-tangents and by NumPy, in turn, on {} threads of {}. Line: the bare matrix products and 3 ns a normal number.",
            data.threads, data.machine
        ),
        panels: vec![Panel {
            title: String::new(),
            x: Axis::log("width M"),
            y: Axis::log("seconds"),
            series: vec![
                Series::line("products and 3 ns a normal", 0, Stroke::Solid, limit),
                points("solvable", 0, |trial| trial.solvable_s),
                points("neural-tangents", 1, |trial| trial.neural_tangents_s),
                points("NumPy", 2, |trial| trial.numpy_s),
            ],
        }],
    }
}

/// One sweep, run as one task and as several.
#[derive(Deserialize)]
struct Sweep {
    /// What ran, for the caption.
    sweep: String,
    runs: Vec<Run>,
}

#[derive(Deserialize)]
struct Run {
    shards: f64,
    /// Processor time of all tasks.
    core_seconds: f64,
    /// From the first task's begin to the last one's end.
    wall_seconds: f64,
}

fn cost_against_shards(data: &Sweep) -> Figure {
    let panel = |title: &str, y: &str, hours: fn(&Run) -> f64| {
        let points: Vec<_> = data.runs.iter().map(|run| Point::exact(run.shards, hours(run))).collect();
        let one = data.runs.first().map(hours);
        let most = data.runs.iter().map(hours).fold(0.0, f64::max);
        Panel {
            title: title.into(),
            x: Axis::log("shards"),
            y: Axis::linear(y).within(0.0, 1.2 * most),
            series: vec![
                Series::line(
                    "undivided",
                    0,
                    Stroke::Dotted,
                    points.iter().filter_map(|p| Some((p.x, one?))).collect(),
                ),
                Series::Points { label: "measured".into(), group: 0, points },
            ],
        }
    };
    Figure {
        id: "speed/shards".into(),
        title: "Core hours against shards".into(),
        caption: format!(
            "Processor time of all tasks of a sweep, and time until the last ends: {}.",
            data.sweep
        ),
        panels: vec![
            panel("cost", "core hours", |run| run.core_seconds / 3600.0),
            panel("time", "hours", |run| run.wall_seconds / 3600.0),
        ],
    }
}
