//! Figures of exponentially many patterns.

use solvable_theory::attention_boltzmann::{
    PatternEnsemble, all_patterns_capacity, finite_capacity, norm_decides, typical_capacity,
};

use crate::claims::storage::{near_capacity, weight};
use crate::experiments::{AllPatterns, AllPatternsOutcome, AllPatternsSetting, Storage};
use solvable_engine::figure::{Axis, Figure, Panel, Position, Series, Stroke};
use solvable_engine::verify::{JudgeError, Profile, Request};
use solvable_engine::{FigurePlan, Trials, requests};
use solvable_shared::by;

pub(super) fn all() -> Vec<FigurePlan> {
    vec![
        FigurePlan::new("attn/storage", storage_requests, storage),
        FigurePlan::new("attn/capacities", |_| Ok(Vec::new()), capacities),
        FigurePlan::new("attn/all-patterns", every_requests, every),
    ]
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
            points.push(trials.mean::<Storage>(load(s.patterns), &s, |o| o.weight)?);
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

fn capacities(_: &Trials<'_>) -> Result<Figure, JudgeError> {
    let curve = |of: &dyn Fn(f64) -> Result<f64, JudgeError>| -> Result<Vec<(f64, f64)>, JudgeError> {
        (1..=120).map(|j| 0.025 * f64::from(j)).map(|lambda| Ok((lambda, of(lambda)?))).collect()
    };
    let typical = |ensemble| curve(&|lambda| Ok(typical_capacity(ensemble, lambda)?));
    Ok(Figure {
        id: "attn/capacities".into(),
        title: "Capacities of attention".into(),
        caption: "Exponential capacity α = log P/N of a typical pattern as its own cue against the inverse temperature, for three ensembles, and the capacity for all Gaussian \
                  patterns at once (dashed; first-moment argument)."
            .into(),
        panels: vec![Panel {
            title: String::new(),
            x: Axis::linear("inverse temperature λ"),
            y: Axis::linear("capacity α"),
            series: vec![
                Series::line("sphere", 0, Stroke::Solid, typical(PatternEnsemble::Spherical)?),
                Series::line("signs", 1, Stroke::Solid, typical(PatternEnsemble::Ising)?),
                Series::line("Gaussian", 2, Stroke::Solid, typical(PatternEnsemble::Gaussian)?),
                Series::line(
                    "Gaussian, all patterns",
                    2,
                    Stroke::Dashed,
                    curve(&|lambda| Ok(all_patterns_capacity(lambda)?))?,
                ),
            ],
        }],
    })
}

/// Inverse temperature, sizes and loads of the figure of all Gaussian patterns.
pub(crate) const LAMBDA: f64 = 0.5;
fn gaussian_sizes(profile: Profile) -> Vec<usize> {
    by(profile, vec![20, 30], vec![20, 30, 40])
}

pub(crate) const LOADS: [f64; 7] = [0.08, 0.1, 0.12, 0.14, 0.16, 0.18, 0.2];

pub(crate) fn gaussian(size: usize, alpha: f64) -> AllPatternsSetting {
    let patterns = ((alpha * size as f64).exp().round() as usize).max(2);
    AllPatternsSetting { ensemble: "gaussian".into(), size, lambda: LAMBDA, patterns }
}

fn every_requests(profile: Profile) -> Result<Vec<Request>, JudgeError> {
    let settings: Vec<_> =
        gaussian_sizes(profile).into_iter().flat_map(|n| LOADS.map(|alpha| gaussian(n, alpha))).collect();
    requests::<AllPatterns>(&settings, by(profile, 20, 200))
}

fn every(trials: &Trials<'_>) -> Result<Figure, JudgeError> {
    let mut panels = Vec::new();
    for (all, title) in [(true, "all patterns"), (false, "a typical pattern")] {
        let kept = |o: &AllPatternsOutcome| if all { o.all } else { o.share };
        let mut series = Vec::new();
        for (group, n) in gaussian_sizes(trials.profile()).into_iter().enumerate() {
            let load = |s: &AllPatternsSetting| (s.patterns as f64).ln() / n as f64;
            let points = LOADS
                .iter()
                .map(|alpha| gaussian(n, *alpha))
                .map(|s| trials.mean::<AllPatterns>(load(&s), &s, kept))
                .collect::<Result<_, JudgeError>>()?;
            // Own norms decide, independently of each other.
            let curve = (0..=60)
                .map(|j| {
                    let s = gaussian(n, 0.07 + 0.0023 * f64::from(j));
                    let one = norm_decides(n, LAMBDA, s.patterns as f64)?;
                    Ok((load(&s), if all { one.powf(s.patterns as f64) } else { one }))
                })
                .collect::<Result<_, JudgeError>>()?;
            series.push(Series::line("", group, Stroke::Solid, curve));
            series.push(Series::Points { label: format!("N = {n}"), group, points });
        }
        if all {
            let capacity = all_patterns_capacity(LAMBDA)?;
            series.push(Series::rule("N → ∞", 3, Stroke::Dashed, Position::X(capacity)));
        }
        panels.push(Panel {
            title: title.into(),
            x: Axis::linear("load α = log P/N"),
            y: Axis::linear("probability of retrieval").within(0.0, 1.05),
            series,
        });
    }
    Ok(Figure {
        id: "attn/all-patterns".into(),
        title: "Gaussian patterns: all of them, and a typical one".into(),
        caption: format!(
            "Probability that all patterns keep more than half of the attention, and that one does, at λ = 0.5 (points: means over {} draws, 99 % intervals; lines: the patterns' \
             own norms decide, independently). The capacity for all is derived from the first moment at infinite size and carries no verdict.",
            by(trials.profile(), 20, 200)
        ),
        panels,
    })
}
