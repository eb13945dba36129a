use solvable_theory::natural_gradient::{btd_poles, btd_response};

use crate::claims::infinite;
use crate::claims::limits::{RATIO_TRIALS, RATIO_WIDTHS, cauchy, ratio_setting};
use crate::experiments::{
    BackwardRatio, DampedTridiagonal, DampedTridiagonalSetting, Inputs, KernelSetting, Sample,
};
use crate::settings::{INPUTS, network};
use solvable_engine::figure::{Axis, Figure, Panel, Point, Position, Series, Stroke};
use solvable_engine::verify::{JudgeError, Profile, Request};
use solvable_engine::{FigurePlan, Trials, requests};
use solvable_shared::by;
use solvable_simulate::linalg::symmetric_eigenvalues;

pub(super) fn all() -> Vec<FigurePlan> {
    vec![
        FigurePlan::new(
            "ngd/btd-damping",
            |p| requests::<DampedTridiagonal>(&[damping_setting(p)?], 1),
            damping,
        ),
        FigurePlan::new("ngd/heavy-tails", |_| ratio_requests(), heavy_tails),
    ]
}

const POLE_SAMPLES: usize = 4;
const POLE_DEPTH: usize = 5;

/// From 0.01 to 5, in geometric progression.
fn strengths(count: usize) -> Vec<f64> {
    (0..count).map(|i| 0.01 * 500f64.powf(i as f64 / (count - 1) as f64)).collect()
}

fn damping_setting(profile: Profile) -> Result<DampedTridiagonalSetting, JudgeError> {
    let network = network("relu", INPUTS, POLE_DEPTH, by(profile, 512, 2048))?;
    let sample = Sample { data_sets: 1, ..Sample::new(Inputs::Sphere, POLE_SAMPLES, 0) };
    Ok(DampedTridiagonalSetting { system: KernelSetting { network, sample }, strengths: strengths(40) })
}

fn damping(trials: &Trials<'_>) -> Result<Figure, JudgeError> {
    const VISIBLE: f64 = 4.0;
    let s = damping_setting(trials.profile())?;
    let kernels = infinite::kernels(&s.system.network, &s.system.sample, 0)?;
    let mut series = Vec::new();
    for (j, pole) in btd_poles(&kernels.0)?.into_iter().enumerate() {
        let label = if j == 0 { "poles ρ_j" } else { "" };
        series.push(Series::Rule {
            label: label.into(),
            group: 2,
            stroke: Stroke::Dotted,
            at: Position::X(pole),
        });
    }
    let strengths = strengths(2000);
    let mut curves = vec![Vec::new(); POLE_SAMPLES];
    for &rho in &strengths {
        let response = btd_response(&kernels.0, &kernels.0, rho)?;
        let values = symmetric_eigenvalues(&((&response + response.transpose()) * 0.5))?;
        for (curve, value) in curves.iter_mut().zip(values) {
            // A gap where the curve leaves the panel, instead of a line through the pole.
            curve.push((rho, if value.abs() < VISIBLE { value } else { f64::NAN }));
        }
    }
    for (j, points) in curves.into_iter().enumerate() {
        let label = if j == 0 { "theory" } else { "" };
        series.push(Series::Line { label: label.into(), group: 0, stroke: Stroke::Solid, points });
    }
    let outcomes = trials.of::<DampedTridiagonal>(&s)?;
    let mut points = Vec::new();
    for outcome in &outcomes {
        let values = outcome.eigenvalues.chunks(POLE_SAMPLES);
        for (&rho, values) in s.strengths.iter().zip(values) {
            let visible = values.iter().filter(|v| v.abs() < VISIBLE);
            points.extend(visible.map(|&y| Point::exact(rho, y)));
        }
    }
    series.push(Series::Points { label: "one network".into(), group: 1, points });
    Ok(Figure {
        id: "ngd/btd-damping".into(),
        title: "Damping the block tri-diagonal method".into(),
        caption: format!(
            "Eigenvalues of the damped response against the damping (ReLU, L = {POLE_DEPTH}, N = {POLE_SAMPLES}). The undamped limit is \
             α = 2; at the poles the damped matrix is singular and between them eigenvalues leave (0, α), so that training diverges. \
             Safe are dampings well below the first or above the last pole."
        ),
        panels: vec![Panel {
            title: String::new(),
            x: Axis::log("damping ρ"),
            y: Axis::linear("eigenvalues of R").within(-VISIBLE, VISIBLE),
            series,
        }],
    })
}

fn ratio_requests() -> Result<Vec<Request>, JudgeError> {
    let settings = RATIO_WIDTHS.map(ratio_setting);
    requests::<BackwardRatio>(&settings.into_iter().collect::<Result<Vec<_>, _>>()?, RATIO_TRIALS)
}

fn heavy_tails(trials: &Trials<'_>) -> Result<Figure, JudgeError> {
    const LEVELS: usize = 24;
    const VISIBLE: f64 = 7.0;
    let law = cauchy(&ratio_setting(RATIO_WIDTHS[0])?.network)?;
    let diagonal = |slope: f64| {
        let line = |x: f64| (x, law.location + slope * (x - law.location));
        vec![line(-VISIBLE), line(VISIBLE)]
    };
    let mut series = vec![
        Series::Line {
            label: "Cauchy law, any width".into(),
            group: 0,
            stroke: Stroke::Solid,
            points: diagonal(1.0),
        },
        Series::Line {
            label: "if it concentrated, M = 100".into(),
            group: 3,
            stroke: Stroke::Dashed,
            points: diagonal(0.1),
        },
    ];
    for (group, width) in RATIO_WIDTHS.into_iter().enumerate() {
        let mut ratios = trials.values::<BackwardRatio>(&ratio_setting(width)?, |o| o.ratio)?;
        ratios.sort_by(f64::total_cmp);
        let n = ratios.len() as f64;
        // Order statistics of a 99 % binomial interval.
        let at = |rank: f64| ratios[(rank.max(0.0) as usize).min(ratios.len() - 1)];
        let points = (0..LEVELS)
            .map(|i| {
                let p = (i as f64 + 0.5) / LEVELS as f64;
                let spread = 2.576 * (n * p * (1.0 - p)).sqrt();
                Point { x: law.quantile(p), y: at(n * p), low: at(n * p - spread), high: at(n * p + spread) }
            })
            .filter(|point| point.x.abs() < VISIBLE)
            .collect();
        series.push(Series::Points { label: format!("networks, M = {width}"), group: group + 1, points });
    }
    let axis = |label: &str| Axis::linear(label).within(-VISIBLE, VISIBLE);
    Ok(Figure {
        id: "ngd/heavy-tails".into(),
        title: "Unit-wise test predictions do not concentrate".into(),
        caption: format!(
            "Quantiles of the average over M units of the ratio of backward signals of two inputs (ReLU, L = 3, cosine 0.6, {RATIO_TRIALS} \
             networks, 99 % intervals) against those of the predicted Cauchy law. Averaging over more units does not narrow it."
        ),
        panels: vec![Panel {
            title: String::new(),
            x: axis("quantile of the Cauchy law"),
            y: axis("quantile of the networks"),
            series,
        }],
    })
}
