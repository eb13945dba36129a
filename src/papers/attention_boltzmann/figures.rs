//! Figures of attentional Boltzmann machines.

use solvable_theory::attention_boltzmann::{coexistence, early_rate, finite_capacity, spinodal};

use super::super::by;
use super::super::experiments::{Annealing, EarlyLearning, Retrieval, RetrievalSetting, Storage};
use super::super::figure_plan::{FigurePlan, Trials, mean_point, requests};
use super::learning::{early_setting, early_trials};
use super::machine::{ANNEALING_TRIALS, ORDERS, annealed, annealing, without_coefficients};
use super::retrieval::{reached, retrieval};
use super::storage::{near_capacity, weight};
use crate::figure::{Axis, Figure, Panel, Point, Position, Series, Stroke};
use crate::verify::{JudgeError, Profile, Request};

pub(super) fn all() -> Vec<FigurePlan> {
    vec![
        FigurePlan::new("attn/partition", partition_requests, partition),
        FigurePlan::new("attn/retrieval", |_| requests::<Retrieval>(&branch()?, 1), overlaps),
        FigurePlan::new("attn/early-learning", early_requests, early),
        FigurePlan::new("attn/storage", storage_requests, storage),
    ]
}

fn partition_requests(profile: Profile) -> Result<Vec<Request>, JudgeError> {
    requests::<Annealing>(&ORDERS.map(|n| annealing(n, profile)), ANNEALING_TRIALS)
}

fn partition(trials: &Trials<'_>) -> Result<Figure, JudgeError> {
    let (mut points, mut forgotten, mut shifted) = (Vec::new(), Vec::new(), Vec::new());
    for n in ORDERS {
        let s = annealing(n, trials.profile());
        let (mut own, mut without, mut below) = (Vec::new(), Vec::new(), Vec::new());
        for o in trials.of::<Annealing>(&s)? {
            let machine = annealed(&s, &o, n)?;
            let exact = machine.log_z()?;
            own.push(o.number("log_z")? - exact);
            without.push(without_coefficients(&machine)? - exact);
            below.push(annealed(&s, &o, n - 1)?.log_z()? - exact);
        }
        points.push(mean_point(n as f64, &own)?);
        forgotten.push((n as f64, mean_point(0.0, &without)?.y));
        shifted.push((n as f64, mean_point(0.0, &below)?.y));
    }
    Ok(Figure {
        id: "attn/partition".into(),
        title: "The partition function of attention".into(),
        caption: "Annealed importance sampling minus the sum over compositions (d = 8, K = 4, random patterns of squared norm 6; means over machines and 99 % \
                  intervals), and what two wrong sums would differ by."
            .into(),
        panels: vec![Panel {
            title: String::new(),
            x: Axis::linear("n = 1/β"),
            y: Axis::linear("log Z − exact sum"),
            series: vec![
                Series::rule("exact sum", 0, Stroke::Solid, Position::Y(0.0)),
                Series::Points { label: "annealed importance sampling".into(), group: 0, points },
                Series::line("no multinomial coefficients", 1, Stroke::Dashed, forgotten),
                Series::line("sum for n − 1", 2, Stroke::Dashed, shifted),
            ],
        }],
    })
}

/// Patterns and ratios $x/x_c$ of the branch.
fn branch() -> Result<Vec<RetrievalSetting>, JudgeError> {
    let mut all = Vec::new();
    for k in [3, 10] {
        for j in 0..=12 {
            all.push(retrieval(k, (0.85 + 0.0725 * f64::from(j)) * spinodal(k)?));
        }
    }
    Ok(all)
}

fn overlaps(trials: &Trials<'_>) -> Result<Figure, JudgeError> {
    let mut panels = Vec::new();
    for k in [3usize, 10] {
        let own: Vec<_> = branch()?.into_iter().filter(|s| s.patterns == k).collect();
        let points = own
            .iter()
            .map(|s| Ok(Point::exact(s.x, trials.first::<Retrieval>(s)?.number("weight")?)))
            .collect::<Result<_, JudgeError>>()?;
        let (low, high) = (own.first().map_or(0.0, |s| s.x), own.last().map_or(1.0, |s| s.x));
        let curve = (0..=400)
            .map(|j| {
                let x = low + (high - low) * f64::from(j) / 400.0;
                Ok((x, reached(k, x)?))
            })
            .collect::<Result<_, JudgeError>>()?;
        panels.push(Panel {
            title: format!("K = {k}"),
            x: Axis::linear("x = β σ² R²"),
            y: Axis::linear("attention on the pattern").within(0.0, 1.05),
            series: vec![
                Series::line("theory", 0, Stroke::Solid, curve),
                Series::Points { label: "iterated update".into(), group: 0, points },
                Series::rule("spinodal", 1, Stroke::Dotted, Position::X(spinodal(k)?)),
                Series::rule("equal energies", 2, Stroke::Dotted, Position::X(coexistence(k)?)),
            ],
        });
    }
    Ok(Figure {
        id: "attn/retrieval".into(),
        title: "Retrieval of orthogonal patterns by attention".into(),
        caption: "Weight of the cue's pattern after iterating the update of attention from the pattern (points) and the branch of the mean-field Potts model (line), \
                  which begins at the spinodal."
            .into(),
        panels,
    })
}

fn early_requests(profile: Profile) -> Result<Vec<Request>, JudgeError> {
    requests::<EarlyLearning>(&[1, 2, 4].map(|n| early_setting(n, profile)), early_trials(profile))
}

fn early(trials: &Trials<'_>) -> Result<Figure, JudgeError> {
    let mut series = Vec::new();
    for (group, n) in [1usize, 2, 4].into_iter().enumerate() {
        let s = early_setting(n, trials.profile());
        let o = trials.first::<EarlyLearning>(&s)?;
        let amplitudes = o.list("amplitudes")?;
        let time = |j: usize| s.eta * 10.0 * j as f64;
        let rate = early_rate(s.patterns, (n as f64).recip(), 1.0, o.list("eigenvalues")?[0])?;
        let grown = |t: f64| (1.0 + s.eta * rate).powf(t / s.eta);
        let curve = (0..amplitudes.len()).map(|j| (time(j), amplitudes[0] * grown(time(j)))).collect();
        let points = amplitudes.iter().enumerate().map(|(j, a)| Point::exact(time(j), *a)).collect();
        series.push(Series::line("", group, Stroke::Solid, curve));
        series.push(Series::Points { label: format!("n = {n}"), group, points });
    }
    Ok(Figure {
        id: "attn/early-learning".into(),
        title: "The first steps of maximum likelihood".into(),
        caption: format!(
            "Spread of the patterns along the first principal component of Gaussian data (d = {}, K = 3) under exact gradient ascent from patterns of size \
             10⁻⁴ (points, one run) and the rates β(λ − σ²)/K (lines).",
            by(trials.profile(), 10, 50)
        ),
        panels: vec![Panel {
            title: String::new(),
            x: Axis::linear("time ηt"),
            y: Axis::log("spread along the first component"),
            series,
        }],
    })
}

/// Sizes, and $N(\alpha-\alpha_N)$, of the figure of storage.
const SIZES: [usize; 3] = [8, 12, 16];
const SHIFTS: [f64; 5] = [-4.0, -2.0, 0.0, 1.0, 2.0];

fn storage_requests(_: Profile) -> Result<Vec<Request>, JudgeError> {
    let pairs = SIZES.iter().flat_map(|&n| SHIFTS.map(|shift| near_capacity(n, 1.0, shift)));
    requests::<Storage>(&pairs.collect::<Result<Vec<_>, _>>()?, 100)
}

fn storage(trials: &Trials<'_>) -> Result<Figure, JudgeError> {
    let mut series = Vec::new();
    for (group, &n) in SIZES.iter().enumerate() {
        let load =
            |patterns: usize| (patterns as f64).ln() - n as f64 * finite_capacity(n, 1.0).unwrap_or(0.0);
        let mut points = Vec::new();
        for shift in SHIFTS {
            let s = near_capacity(n, 1.0, shift)?;
            points.push(trials.point::<Storage>(load(s.patterns), &s, "weight")?);
        }
        let curve = (0..=26)
            .map(|j| {
                let s = near_capacity(n, 1.0, -4.0 + 0.25 * f64::from(j))?;
                Ok((load(s.patterns), weight(&s)?))
            })
            .collect::<Result<_, JudgeError>>()?;
        series.push(Series::line("", group, Stroke::Solid, curve));
        series.push(Series::Points { label: format!("N = {n}"), group, points });
    }
    let logistic = (-40..=25).map(|j| {
        let x = 0.1 * f64::from(j);
        (x, 1.0 / (1.0 + x.exp()))
    });
    series.push(Series::line("self-averaging noise", 3, Stroke::Dashed, logistic.collect()));
    Ok(Figure {
        id: "attn/storage".into(),
        title: "Exponentially many patterns on the sphere".into(),
        caption: "Mean attention on the cue's pattern against the distance of log P from the capacity Nα_N (λ = 1; means over 100 draws, 99 % intervals), the exact \
                  mean (solid) and the logistic law of self-averaging noise (dashed), which larger sizes approach."
            .into(),
        panels: vec![Panel {
            title: String::new(),
            x: Axis::linear("N (α − α_N)"),
            y: Axis::linear("mean attention on the pattern").within(0.0, 1.05),
            series,
        }],
    })
}
