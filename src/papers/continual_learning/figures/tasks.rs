use solvable_theory::continual_learning::{
    Stage, many_tasks, self_ratio_power_law, self_ratio_threshold, stages,
};

use crate::claims::gaussian::{at_similarity, repeated, scan, self_setting};
use crate::claims::networks::width_setting;
use crate::claims::sphere;
use crate::claims::theory::pair;
use crate::experiments::{
    NetworkTasksSetting, SphereTarget, TaskSequence, TaskSequenceSetting, TrainedTasks, TrainedTasksOutcome,
    TwoTasks, TwoTasksSetting,
};
use crate::settings::gaussian;
use solvable_engine::figure::{Axis, Figure, Panel, Point, Position, Series, Stroke};
use solvable_engine::verify::{JudgeError, Profile, Request};
use solvable_engine::{FigurePlan, Trials, mean_point, requests};
use solvable_shared::by;

pub(super) fn all() -> Vec<FigurePlan> {
    vec![
        FigurePlan::new("cl/transfer", |p| requests::<TwoTasks>(&transfer_settings(p), 24), transfer),
        FigurePlan::new("cl/self-knowledge", again_requests, again),
        FigurePlan::new("cl/many-task", |p| requests::<TaskSequence>(&repeated_settings(p), 24), many),
        FigurePlan::new("cl/task-matrix", |p| requests::<TaskSequence>(&[blocks(p)], 16), matrix),
    ]
}

const SIZES: [[usize; 2]; 3] = [[100, 100], [200, 50], [50, 200]];

fn transfer_settings(profile: Profile) -> Vec<TwoTasksSetting> {
    SIZES
        .into_iter()
        .map(|samples| TwoTasksSetting { features: gaussian(1.5, 2.0, by(profile, 1000, 4000)), samples })
        .collect()
}

fn transfer(trials: &Trials<'_>) -> Result<Figure, JudgeError> {
    let similarities: Vec<f64> = (0..=10).map(|i| 0.1 * f64::from(i)).collect();
    // 1 − ρ from 10⁻⁴ to 1.
    let distances: Vec<f64> = (0..=16).map(|i| 10f64.powf(-4.0 + 0.25 * f64::from(i))).collect();
    let (mut forward, mut backward) = (Vec::new(), Vec::new());
    for (group, s) in transfer_settings(trials.profile()).into_iter().enumerate() {
        let pair = pair(&s)?;
        let outcomes = trials.of::<TwoTasks>(&s)?;
        let label = format!("N = ({}, {})", s.samples[0], s.samples[1]);
        let ratio = |rho: f64| pair.at(rho).map(|law| law.forward / law.alone);
        let curve =
            similarities.iter().map(|&rho| Ok((rho, ratio(rho)?))).collect::<Result<_, JudgeError>>()?;
        forward.push(Series::line("", group, Stroke::Solid, curve));
        let points = similarities.iter().map(|&rho| {
            let ratios = outcomes.iter().map(|o| at_similarity(o.forward, rho) / o.alone);
            mean_point(rho, &ratios.collect::<Vec<_>>())
        });
        forward.push(Series::Points {
            label: label.clone(),
            group,
            points: points.collect::<Result<_, _>>()?,
        });
        let critical = pair.at(0.0)?.critical_similarity;
        forward.push(Series::rule("", group, Stroke::Dotted, Position::X(critical)));
        let forgotten = |distance: f64| pair.at(1.0 - distance).map(|law| law.backward / law.first);
        let curve = distances.iter().map(|&x| Ok((x, forgotten(x)?))).collect::<Result<_, JudgeError>>()?;
        backward.push(Series::line("", group, Stroke::Solid, curve));
        let points = distances.iter().step_by(2).map(|&x| {
            let ratios = outcomes.iter().map(|o| at_similarity(o.backward, 1.0 - x) / o.first);
            mean_point(x, &ratios.collect::<Vec<_>>())
        });
        backward.push(Series::Points { label, group, points: points.collect::<Result<_, _>>()? });
    }
    forward.push(Series::rule("", 3, Stroke::Dashed, Position::Y(1.0)));
    backward.push(Series::rule("", 3, Stroke::Dashed, Position::Y(1.0)));
    Ok(Figure {
        id: "cl/transfer".into(),
        title: "Transfer to a second task, and forgetting of the first".into(),
        caption: "Gaussian features, eigenvalues i^(−1.5), targets i^(−2). Left: error on the second task over that without the first; it is \
                  below 1 (dashed) where tasks are more similar than ρ* (dotted). Right: error on the first task after the second over that \
                  before; it exceeds 1 for all but nearly equal tasks. Lines: theory; points: kernel regression averaged exactly over \
                  targets, 99 % intervals over inputs."
            .into(),
        panels: vec![
            Panel {
                title: "forward".into(),
                x: Axis::linear("similarity ρ"),
                y: Axis::linear("E_fwd / E_B"),
                series: forward,
            },
            Panel {
                title: "backward".into(),
                x: Axis::log("1 − ρ"),
                y: Axis::log("E_back / E₁"),
                series: backward,
            },
        ],
    })
}

/// Second sample sizes on the sphere, $N_1=50$.
const AGAIN: [usize; 5] = [6, 12, 25, 50, 100];

fn sphere_setting(second: usize) -> Result<TwoTasksSetting, JudgeError> {
    sphere::setting(10, SphereTarget::Matched, [50, second])
}

fn network_setting(second: usize, profile: Profile) -> Result<NetworkTasksSetting, JudgeError> {
    let width = by(profile, 256, 1024);
    Ok(NetworkTasksSetting { samples: [50, second], rho: 1.0, scale: 0.1, ..width_setting(width)? })
}

fn again_requests(profile: Profile) -> Result<Vec<Request>, JudgeError> {
    let gaussian: Vec<_> =
        scan(profile).into_iter().map(|(second, _)| self_setting(second, profile)).collect();
    let mut all = requests::<TwoTasks>(&gaussian, 96)?;
    let spheres = AGAIN.into_iter().map(sphere_setting).collect::<Result<Vec<_>, _>>()?;
    all.extend(requests::<TwoTasks>(&spheres, 32)?);
    let networks = AGAIN.into_iter().map(|n| network_setting(n, profile)).collect::<Result<Vec<_>, _>>()?;
    all.extend(requests::<TrainedTasks>(&networks, by(profile, 8, 16))?);
    Ok(all)
}

/// The ratio of two errors in every trial, as a point.
fn self_point(trials: &Trials<'_>, s: &TwoTasksSetting) -> Result<Point, JudgeError> {
    let x = s.samples[1] as f64 / s.samples[0] as f64;
    trials.mean::<TwoTasks>(x, s, |o| at_similarity(o.forward, 1.0) / o.first)
}

fn again(trials: &Trials<'_>) -> Result<Figure, JudgeError> {
    let profile = trials.profile();
    let sizes = |first: f64, low: f64, high: f64| {
        let steps = 40;
        let size = move |i: i32| (first * low * (high / low).powf(f64::from(i) / f64::from(steps))).round();
        let mut all: Vec<usize> = (0..=steps).map(|i| size(i).max(1.0) as usize).collect();
        all.dedup();
        all
    };
    let curve = |of: &dyn Fn(usize) -> Result<TwoTasksSetting, JudgeError>, all: Vec<usize>| {
        all.into_iter()
            .map(|second| {
                let s = of(second)?;
                let law = pair(&s)?.at(1.0)?;
                Ok((second as f64 / s.samples[0] as f64, law.forward / law.first))
            })
            .collect::<Result<Vec<_>, JudgeError>>()
    };
    let settings = scan(profile).into_iter().map(|(second, _)| self_setting(second, profile));
    let points = settings.map(|s| self_point(trials, &s)).collect::<Result<_, _>>()?;
    let limit = (0..=60)
        .map(|i| 0.01 * 200f64.powf(f64::from(i) / 60.0))
        .map(|r| Ok((r, self_ratio_power_law(2.0, r)?)))
        .collect::<Result<_, JudgeError>>()?;
    let of = |second| Ok(self_setting(second, profile));
    let left = vec![
        Series::line("theory", 0, Stroke::Solid, curve(&of, sizes(100.0, 0.01, 2.0))?),
        Series::line("N → ∞", 1, Stroke::Dashed, limit),
        Series::Points { label: "kernel regression".into(), group: 0, points },
        Series::rule("threshold r*", 3, Stroke::Dotted, Position::X(self_ratio_threshold(2.0)?)),
        Series::rule("", 3, Stroke::Dashed, Position::Y(1.0)),
    ];
    let on_sphere =
        AGAIN.into_iter().map(|n| self_point(trials, &sphere_setting(n)?)).collect::<Result<_, _>>()?;
    let mut networks = Vec::new();
    for second in AGAIN {
        let s = network_setting(second, profile)?;
        let ratio = |o: &TrainedTasksOutcome| o.trained[1] / o.trained[0];
        networks.push(trials.mean::<TrainedTasks>(second as f64 / 50.0, &s, ratio)?);
    }
    let right = vec![
        Series::line("theory", 0, Stroke::Solid, curve(&sphere_setting, sizes(50.0, 0.1, 2.2))?),
        Series::Points { label: "kernel regression".into(), group: 0, points: on_sphere },
        Series::Points { label: "trained networks".into(), group: 2, points: networks },
        Series::rule("", 3, Stroke::Dashed, Position::Y(1.0)),
    ];
    let panel = |title: &str, series| Panel {
        title: title.into(),
        x: Axis::log("N₂ / N₁"),
        y: Axis::linear("E₂ / E₁"),
        series,
    };
    Ok(Figure {
        id: "cl/self-knowledge".into(),
        title: "The same task twice: self-knowledge transfers, or is forgotten".into(),
        caption: format!(
            "Error after the second stage over that after the first. A few new samples make the function worse (above the dashed line): the \
             curve rises before it falls. Left: Gaussian features, eigenvalues i^(−2), N₁ = 100. Right: tangent kernel of ReLU networks \
             (L = 3) on the sphere in ten dimensions, N₁ = 50, and networks of width {} trained to convergence twice. 99 % intervals.",
            by(profile, 256, 1024)
        ),
        panels: vec![panel("Gaussian features", left), panel("sphere, d = 10", right)],
    })
}

fn repeated_settings(profile: Profile) -> Vec<TaskSequenceSetting> {
    let count = by(profile, 6, 10);
    [0.0, 0.005].map(|noise| repeated(gaussian(2.0, 2.0, 400), 50, count, noise)).to_vec()
}

fn many(trials: &Trials<'_>) -> Result<Figure, JudgeError> {
    let mut series = Vec::new();
    let mut first = 1.0;
    for (group, s) in repeated_settings(trials.profile()).into_iter().enumerate() {
        let (spectrum, target) = s.features.theory()?;
        let noise = s.stages[0].noise[0];
        let law = many_tasks(&spectrum, &target, 50, s.stages.len(), noise)?;
        if group == 0 {
            first = law[0];
        }
        let numbered = |errors: &[f64]| (1..).zip(errors).map(|(n, e)| (f64::from(n), e / first)).collect();
        let label = if noise > 0.0 { format!("stages, σ² = {noise}") } else { "stages".into() };
        series.push(Series::line("", group, Stroke::Solid, numbered(&law)));
        let outcomes = trials.of::<TaskSequence>(&s)?;
        let points = (0..s.stages.len()).map(|n| {
            let missing = || JudgeError::Other(format!("no error after stage {}", n + 1));
            let values = outcomes.iter().map(|o| Ok(o.errors.get(n).ok_or_else(missing)? / first));
            mean_point((n + 1) as f64, &values.collect::<Result<Vec<_>, JudgeError>>()?)
        });
        series.push(Series::Points { label, group, points: points.collect::<Result<_, _>>()? });
        if noise == 0.0 {
            let joint = |n: usize| many_tasks(&spectrum, &target, 50 * n, 1, 0.0).map(|e| e[0]);
            let errors = (1..=s.stages.len().min(7)).map(joint).collect::<Result<Vec<_>, _>>()?;
            series.push(Series::line("joint training on all samples", 2, Stroke::Dashed, numbered(&errors)));
        }
    }
    Ok(Figure {
        id: "cl/many-task".into(),
        title: "One task in many stages".into(),
        caption: "Error after n stages of 50 fresh samples each, over that after the first (Gaussian features, 400 eigenvalues i^(−2)). Training \
                  stage after stage uses the samples far less well than joint training, and label noise leaves a floor."
            .into(),
        panels: vec![Panel {
            title: String::new(),
            x: Axis::linear("stage n"),
            y: Axis::log("E_n / E₁"),
            series,
        }],
    })
}

/// Six tasks in two groups of three: similarity 0.9 within, 0.2 across.
fn blocks(profile: Profile) -> TaskSequenceSetting {
    let similarity = |i: usize, j: usize| match (i == j, i / 3 == j / 3) {
        (true, _) => 1.0,
        (_, true) => 0.9,
        _ => 0.2,
    };
    TaskSequenceSetting {
        features: gaussian(1.5, 1.5, by(profile, 600, 2000)),
        covariance: (0..6).map(|i| (0..6).map(|j| similarity(i, j)).collect()).collect(),
        stages: (0..6).map(|task| Stage::of_task(task, 6, 60)).collect(),
    }
}

fn matrix(trials: &Trials<'_>) -> Result<Figure, JudgeError> {
    let s = blocks(trials.profile());
    let (spectrum, target) = s.features.theory()?;
    let theory: Vec<f64> =
        stages(&spectrum, &target, &s.covariance_matrix(), &s.stages, None)?.into_iter().flatten().collect();
    let outcomes = trials.of::<TaskSequence>(&s)?;
    let mut measured = vec![0.0; theory.len()];
    for outcome in &outcomes {
        for (sum, error) in measured.iter_mut().zip(&outcome.errors) {
            *sum += error / outcomes.len() as f64;
        }
    }
    let edges: Vec<f64> = (0..=6).map(|i| f64::from(i) + 0.5).collect();
    let panel = |title: &str, values| Panel {
        title: title.into(),
        x: Axis::linear("task j"),
        y: Axis::linear("after stage n"),
        series: vec![Series::HeatMap {
            label: "E_nj".into(),
            x_edges: edges.clone(),
            y_edges: edges.clone(),
            values,
            range: Some((0.0, 4.5)),
        }],
    };
    Ok(Figure {
        id: "cl/task-matrix".into(),
        title: "The error on every task after every stage".into(),
        caption: "Six tasks in turn, 60 samples each, in two groups of three (similarity 0.9 within a group, 0.2 across). Learning the second group \
                  from stage 4 on destroys the first. Gaussian features, eigenvalues i^(−1.5)."
            .into(),
        panels: vec![panel("theory", theory), panel("kernel regression", measured)],
    })
}
