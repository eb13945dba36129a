//! A theory of one's own: simple random walks of `n` steps of ±1.
//!
//! ```text
//! cargo run --release -- list
//! cargo run --release -- verify
//! ```

use std::f64::consts::{FRAC_2_PI, PI};
use std::process::ExitCode;

use serde::{Deserialize, Serialize};
use solvable_engine::figure::{Axis, Figure, Panel, Series, Stroke, histogram};
use solvable_engine::map::{MapPlan, Sweep};
use solvable_engine::streams::Streams;
use solvable_engine::verify::setting::at_least;
use solvable_engine::verify::{
    At, Claim, Experiment, JudgeError, Margin, Profile, SettingError, TrialFailure,
};
use solvable_engine::{FigurePlan, Paper, Source, Trials, requests};

fn main() -> ExitCode {
    solvable_engine::cli::main(vec![paper()])
}

const LEVY: Source = Source {
    key: "levy1939",
    authors: "P. Lévy",
    title: "Sur certains processus stochastiques homogènes",
    venue: "Compositio Mathematica 7",
    year: 1939,
    arxiv: "",
};

fn paper() -> Paper {
    Paper {
        id: "walk".into(),
        name: "random_walks".into(),
        title: "Random walks".into(),
        summary: "A walk of $n$ steps ends at a distance of order $\\sqrt n$, and visits 0 for the last time rather early or rather late \
                  than in the middle."
            .into(),
        findings: Vec::new,
        sources: vec![LEVY],
        claims: vec![distance(), last_zero(), returns()],
        figures: vec![FigurePlan::new(
            "walk/last-zero",
            |_| requests::<Walk>(&[Steps { steps: LONG }], 1000),
            draw,
        )],
        // Exactly 1 - 1/4n + ... of the law; `solvable-own-theory map walk/distance-over-steps` finds it.
        maps: vec![
            MapPlan::new(
                "walk/distance-over-steps",
                "Short walks stay nearer than the law says",
                "walk/distance",
                "n=100",
                Sweep::factors("steps", &[2, 4, 8, 16, 32, 64, 128]),
            )
            .trials(100_000),
        ],
        knobs: &[],
    }
}

/// How long a walk is.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Steps {
    steps: usize,
}

/// What is measured on one walk.
#[derive(Debug, Serialize, Deserialize)]
struct Path {
    /// $|S_n|$.
    distance: f64,
    /// The share of the time that has passed when the walk is at 0 for the last time.
    last_zero: f64,
    /// How often the walk comes back to 0.
    returns: f64,
}

struct Walk;

impl Experiment for Walk {
    type Setting = Steps;
    type Outcome = Path;
    const ID: &'static str = "walk";
    const VERSION: u32 = 2;

    fn check(setting: &Steps) -> Result<(), SettingError> {
        at_least("steps", setting.steps, 2)
    }

    fn run(setting: &Steps, streams: &Streams) -> Result<Path, TrialFailure> {
        let (mut at, mut last_zero, mut returns) = (0i64, 0, 0.0);
        for (step, x) in streams.child("steps").normals(setting.steps, 1.0).into_iter().enumerate() {
            at += if x > 0.0 { 1 } else { -1 };
            if at == 0 {
                last_zero = step + 1;
                returns += 1.0;
            }
        }
        let steps = setting.steps as f64;
        Ok(Path { distance: at.abs() as f64, last_zero: last_zero as f64 / steps, returns })
    }

    fn cost(setting: &Steps) -> f64 {
        setting.steps as f64
    }
}

const LONG: usize = 2000;

fn distance() -> Claim {
    Claim::about::<Walk>(
        "walk/distance",
        "The mean distance grows like the square root of the number of steps",
    )
    .formula(r"\mathbb E|S_n|\simeq\sqrt{2n/\pi}")
    .sources(&[LEVY])
    .cases(|profile| {
        let lengths: &[usize] = match profile {
            Profile::Quick => &[100, LONG],
            Profile::Full => &[100, 1000, 10_000],
        };
        Ok(lengths.iter().map(|&steps| At::setting(format!("n={steps}"), Steps { steps }, 4000)).collect())
    })
    .measure(|_, path| Ok(path.distance))
    .predict(|s| Ok((FRAC_2_PI * s.steps as f64).sqrt()))
    .margin(|_, _| Margin::symmetric(0.06))
    .rival("the root of the mean square in place of the mean", |s| Ok((s.steps as f64).sqrt()))
    .rival("the median of a normal law", |s| Ok(0.6745 * (s.steps as f64).sqrt()))
    .finish()
}

fn last_zero() -> Claim {
    Claim::about::<Walk>("walk/last-zero", "The last visit to 0 obeys the arcsine law")
        .formula(r"P(g\le x)=\frac2\pi\arcsin\sqrt x")
        .sources(&["levy1939"])
        .cases(|_| Ok(vec![At::setting(format!("n={LONG}"), Steps { steps: LONG }, 4000)]))
        .law()
        .measure(|_, path| Ok(path.last_zero))
        .predict_given(|_, path| Ok(FRAC_2_PI * path.last_zero.sqrt().asin()))
        .margin(|_, _| Margin::symmetric(0.05))
        .rival_given("the last visit is as likely at any time", |_, path| Ok(path.last_zero))
        .finish()
}

fn returns() -> Claim {
    Claim::about::<Walk>("walk/returns", "Walks come back to 0 about as often as they get far")
        .formula(r"\mathbb E\,\#\{k\le n:S_k=0\}=(2m+1)\binom{2m}m4^{-m}-1,\quad m=\lfloor n/2\rfloor")
        .sources(&[LEVY])
        .cases(|_| {
            Ok([100, LONG].map(|steps| At::setting(format!("n={steps}"), Steps { steps }, 4000)).into())
        })
        .measure(|_, path| Ok(path.returns))
        .predict(|s| {
            let m = s.steps / 2;
            let central: f64 = (1..=m).map(|k| 1.0 - 0.5 / k as f64).product();
            Ok((2 * m + 1) as f64 * central - 1.0)
        })
        .margin(|_, _| Margin::symmetric(0.06))
        .rival_where(
            "the start counted as a return",
            |s| s.steps < 500,
            |s| Ok((FRAC_2_PI * s.steps as f64).sqrt()),
        )
        .rival("every time a possible one, the odd ones too", |s| {
            Ok(2.0 * (FRAC_2_PI * s.steps as f64).sqrt() - 2.0)
        })
        .finish()
}

fn draw(trials: &Trials<'_>) -> Result<Figure, JudgeError> {
    let values = trials.values::<Walk>(&Steps { steps: LONG }, |path| path.last_zero)?;
    let (edges, counts) = histogram(&values, 25);
    let width = edges[1] - edges[0];
    let heights = counts.iter().map(|count| count / (values.len() as f64 * width)).collect();
    let density = |x: f64| 1.0 / (PI * (x * (1.0 - x)).sqrt());
    let line = (1..200).map(|i| f64::from(i) / 200.0).map(|x| (x, density(x))).collect();
    Ok(Figure {
        id: "walk/last-zero".into(),
        title: "The last visit to 0".into(),
        caption: format!(
            "Share of the time at the last visit, {} walks of {LONG} steps, and the arcsine law.",
            values.len()
        ),
        panels: vec![Panel {
            title: String::new(),
            x: Axis::linear("time of the last visit / n"),
            y: Axis::linear("density"),
            series: vec![
                Series::Histogram { label: "simulated".into(), group: 0, edges, heights },
                Series::line("arcsine law", 0, Stroke::Solid, line),
            ],
        }],
    })
}
