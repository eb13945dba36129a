//! Heads, averages and orders.

use solvable_theory::continual_learning::{Stage, averaged_models, many_tasks};

use crate::claims::gaussian::{at_similarity, repeated};
use crate::claims::heads;
use crate::claims::merging::{averages, order_ratio, order_setting};
use crate::experiments::{
    MergedModels, MergedModelsSetting, MultiHead, MultiHeadSetting, TaskOrder, TaskOrderSetting,
    TaskSequence, TaskSequenceSetting,
};
use crate::settings::gaussian;
use solvable_engine::figure::{Axis, Figure, Panel, Position, Series, Stroke};
use solvable_engine::verify::{JudgeError, Profile, Request};
use solvable_engine::{FigurePlan, Trials, mean_point, requests};
use solvable_shared::by;

pub(super) fn all() -> Vec<FigurePlan> {
    vec![
        FigurePlan::new("cl/heads", |p| requests::<MultiHead>(&head_settings(p), 8), heads_figure),
        FigurePlan::new("cl/averaging-or-stages", average_requests, averages_figure),
        FigurePlan::new(
            "cl/small-first",
            |p| requests::<TaskOrder>(&order_settings(p), by(p, 12, 40)),
            order_figure,
        ),
    ]
}

/// Head correlations of the simulations.
const CORRELATIONS: [f64; 5] = [-1.0, -0.5, 0.0, 0.5, 1.0];

fn head_setting(profile: Profile, correlation: f64) -> MultiHeadSetting {
    heads::setting(by(profile, 600, 2000), 1.5, [100, 100], [0.0; 2], correlation)
}

fn head_settings(profile: Profile) -> Vec<MultiHeadSetting> {
    CORRELATIONS.map(|correlation| head_setting(profile, correlation)).to_vec()
}

fn heads_figure(trials: &Trials<'_>) -> Result<Figure, JudgeError> {
    let profile = trials.profile();
    let (mut forward, mut backward) = (Vec::new(), Vec::new());
    for (group, rho) in [0.0, 0.7, 1.0].into_iter().enumerate() {
        let curve = (-20..=20).map(|k| {
            let correlation = 0.05 * f64::from(k);
            let law = heads::own_law(&head_setting(profile, correlation), rho)?;
            Ok((correlation, law))
        });
        let curve = curve.collect::<Result<Vec<_>, JudgeError>>()?;
        for (which, series) in [&mut forward, &mut backward].into_iter().enumerate() {
            let line = curve.iter().map(|(x, law)| (*x, law[which])).collect();
            series.push(Series::line("", group, Stroke::Solid, line));
            let points = CORRELATIONS.into_iter().map(|correlation| {
                let s = head_setting(profile, correlation);
                trials.mean::<MultiHead>(correlation, &s, |o| {
                    at_similarity(if which == 0 { o.forward } else { o.backward }, rho)
                })
            });
            let label = format!("ρ = {rho}");
            series.push(Series::Points { label, group, points: points.collect::<Result<_, _>>()? });
        }
    }
    let panel = |title: &str, y: Axis, series| Panel {
        title: title.into(),
        x: Axis::linear("correlation ϱ of the heads"),
        y,
        series,
    };
    Ok(Figure {
        id: "cl/heads".into(),
        title: "Two heads on one trunk: transfer and forgetting grow with the correlation of the heads".into(),
        caption: "Gaussian features, eigenvalues and targets i^(−1.5), 100 samples a task, half of every eigenvalue from the trunk. Heads drawn \
                  apart (ϱ = 0) neither transfer nor forget; heads of opposite weights mislead each other as opposite tasks do. Lines: theory; \
                  points: kernel regression, 99 % intervals over inputs."
            .into(),
        panels: vec![
            panel("second task, after both", Axis::linear("E_fwd"), forward),
            panel("first task, after both", Axis::log("E_back"), backward),
        ],
    })
}

/// Samples of a model, and the noises of both panels.
const SAMPLES: usize = 50;
const NOISES: [f64; 2] = [0.01, 0.1];
const MODES: usize = 3000;
/// Numbers of models of the simulations.
const COUNTS: [usize; 4] = [1, 2, 4, 8];

fn in_turn(noise: f64) -> TaskSequenceSetting {
    repeated(gaussian(1.5, 1.5, MODES), SAMPLES, COUNTS[COUNTS.len() - 1], noise)
}

fn jointly(noise: f64, count: usize) -> TaskSequenceSetting {
    let stage = Stage { samples: vec![SAMPLES * count], noise: vec![noise], ridge: 0.0 };
    TaskSequenceSetting { stages: vec![stage], ..in_turn(noise) }
}

fn averaged(noise: f64, count: usize) -> MergedModelsSetting {
    averages(gaussian(1.5, 1.5, MODES), SAMPLES, count, noise, 0)
}

fn average_requests(profile: Profile) -> Result<Vec<Request>, JudgeError> {
    let count = by(profile, 4, 16);
    let mut all = requests::<TaskSequence>(&NOISES.map(in_turn), count)?;
    for models in COUNTS {
        all.extend(requests::<TaskSequence>(&NOISES.map(|noise| jointly(noise, models)), count)?);
        all.extend(requests::<MergedModels>(&NOISES.map(|noise| averaged(noise, models)), count)?);
    }
    Ok(all)
}

fn averages_figure(trials: &Trials<'_>) -> Result<Figure, JudgeError> {
    let missing = || JudgeError::Other("an error of the figure is missing".to_owned());
    let mut panels = Vec::new();
    for noise in NOISES {
        let (spectrum, target) = averaged(noise, 1).features.theory()?;
        let sequence = in_turn(noise);
        let turns = many_tasks(&spectrum, &target, SAMPLES, sequence.stages.len(), noise)?;
        let numbered =
            |errors: Vec<f64>| (1..).zip(errors).map(|(n, e)| (f64::from(n), e)).collect::<Vec<_>>();
        let counts = 1..=COUNTS[COUNTS.len() - 1];
        let average = counts
            .clone()
            .map(|n| Ok(averaged_models(&spectrum, &target, SAMPLES, n, noise, 0)?.average))
            .collect::<Result<Vec<_>, JudgeError>>()?;
        let joint = counts
            .map(|n| Ok(many_tasks(&spectrum, &target, SAMPLES * n, 1, noise)?[0]))
            .collect::<Result<Vec<_>, JudgeError>>()?;
        let limit = averaged_models(&spectrum, &target, SAMPLES, usize::MAX, noise, 0)?.average;
        let outcomes = trials.of::<TaskSequence>(&sequence)?;
        let (mut of_turns, mut of_average, mut of_joint) = (Vec::new(), Vec::new(), Vec::new());
        for count in COUNTS {
            let x = count as f64;
            let values = outcomes.iter().map(|o| o.errors.get(count - 1).copied().ok_or_else(missing));
            of_turns.push(mean_point(x, &values.collect::<Result<Vec<_>, _>>()?)?);
            of_average.push(trials.mean::<MergedModels>(x, &averaged(noise, count), |o| o.merged[0])?);
            of_joint.push(trials.mean::<TaskSequence>(x, &jointly(noise, count), |o| o.errors[0])?);
        }
        let points = |label: &str, group, points| Series::Points { label: label.into(), group, points };
        panels.push(Panel {
            title: format!("σ² = {noise}"),
            x: Axis::log("n"),
            y: Axis::log("test error"),
            series: vec![
                Series::line("", 0, Stroke::Solid, numbered(average)),
                points("n models averaged", 0, of_average),
                Series::line("", 1, Stroke::Solid, numbered(turns)),
                points("n stages in turn", 1, of_turns),
                Series::line("", 2, Stroke::Solid, numbered(joint)),
                points("all samples at once", 2, of_joint),
                Series::rule("average, n → ∞", 0, Stroke::Dashed, Position::Y(limit)),
            ],
        });
    }
    Ok(Figure {
        id: "cl/averaging-or-stages".into(),
        title: "Averaging models against training in turn and jointly".into(),
        caption: format!(
            "One task, n samples of {SAMPLES} (Gaussian features, {MODES} eigenvalues and targets i^(−1.5)). Averages lose what is random in each model and nothing else: they \
             stop at the dashed line. Where labels are noisy they are ahead of stages at all n shown. Lines: theory; points: kernel regression, 99 % intervals."
        ),
        panels,
    })
}

/// Decays of targets and label noise.
const ORDERS: [(f64, f64); 4] = [(1.2, 0.0), (1.5, 0.0), (2.5, 0.0), (1.5, 0.2)];

fn order_settings(profile: Profile) -> Vec<TaskOrderSetting> {
    ORDERS.map(|(decay, noise)| order_setting(by(profile, 600, 1500), decay, [40, 160], noise)).to_vec()
}

fn order_figure(trials: &Trials<'_>) -> Result<Figure, JudgeError> {
    let mut series = Vec::new();
    let grid: Vec<f64> = (0..=100).map(|k| 0.01 * f64::from(k)).collect();
    for (group, s) in order_settings(trials.profile()).into_iter().enumerate() {
        let (decay, noise) = ORDERS[group];
        let line = grid.iter().map(|&rho| Ok((rho, order_ratio(&s, rho)?)));
        series.push(Series::line("", group, Stroke::Solid, line.collect::<Result<_, JudgeError>>()?));
        let points = grid.iter().step_by(20).map(|&rho| {
            trials
                .mean::<TaskOrder>(rho, &s, |o| at_similarity(o.forward, rho) / at_similarity(o.reverse, rho))
        });
        let label = if noise > 0.0 { format!("b = {decay}, σ² = {noise}") } else { format!("b = {decay}") };
        series.push(Series::Points { label, group, points: points.collect::<Result<_, _>>()? });
    }
    series.push(Series::rule("", 4, Stroke::Dashed, Position::Y(1.0)));
    series.push(Series::rule("", 4, Stroke::Dotted, Position::X(0.5)));
    Ok(Figure {
        id: "cl/small-first".into(),
        title: "The small sample first, or the large one".into(),
        caption: "Mean of both final errors with 40 samples first and 160 then, over that in the other order (Gaussian features, eigenvalues i^(−1.5), \
                  targets i^(−b)). Below 1 (dashed) the small sample belongs first. Without noise and with targets that match the kernel, b = 1.5, the \
                  line passes through 1 at ρ = ½ (dotted) for every data set. Lines: theory; points: kernel regression, 99 % intervals."
            .into(),
        panels: vec![Panel {
            title: String::new(),
            x: Axis::linear("similarity ρ"),
            y: Axis::linear("E₁₂ / E₂₁"),
            series,
        }],
    })
}
