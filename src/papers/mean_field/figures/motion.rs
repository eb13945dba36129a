//! How far outputs move when all parameters are scaled, over the depth.

use solvable_theory::mean_field::{CriticalPoint, critical_point, fisher_rao};
use solvable_theory::{Activation, TheoryError};

use crate::claims::motion::{independent, motion};
use crate::experiments::{ScalingMotion, ScalingMotionOutcome};
use solvable_engine::figure::{Axis, Figure, Panel, Series, Stroke};
use solvable_engine::verify::{JudgeError, Profile};
use solvable_engine::{FigurePlan, Trials, mean_point, requests};
use solvable_shared::{FisherSetting, by};

pub(super) fn plan() -> FigurePlan {
    FigurePlan::new(
        "mf/fisher-rao",
        |profile| requests::<ScalingMotion>(&settings(profile)?.concat(), by(profile, 24, 60)),
        figure,
    )
}

/// Label, activation, $\sigma_w^2$, $\sigma_b^2$.
type Law = (&'static str, &'static str, f64, f64);

fn laws() -> Result<[Law; 3], TheoryError> {
    let critical = critical()?;
    Ok([
        ("ReLU (2, 0.1)", "relu", 2.0, 0.1),
        ("tanh (3, 0.64)", "tanh", 3.0, 0.64),
        ("critical tanh, q* = 0.5", "tanh", critical.sigma_w2, critical.sigma_b2),
    ])
}

/// The edge of chaos of tanh at $q^*=\frac12$.
pub(crate) fn critical() -> Result<CriticalPoint, TheoryError> {
    critical_point(&Activation::tanh(), 0.5)
}

const DEEPEST: usize = 20;
const MEASURED: [usize; 5] = [1, 3, 6, 12, DEEPEST];

fn settings(profile: Profile) -> Result<Vec<Vec<FisherSetting>>, JudgeError> {
    let width = by(profile, 100, 400);
    laws()?
        .iter()
        .map(|&(_, activation, sigma_w2, sigma_b2)| {
            let at = |depth: &usize| Ok(motion(activation, *depth, sigma_w2, sigma_b2, width)?);
            MEASURED.iter().map(at).collect()
        })
        .collect()
}

fn figure(trials: &Trials<'_>) -> Result<Figure, JudgeError> {
    let width = by(trials.profile(), 100, 400);
    let (mut ratios, mut shares) = (Vec::new(), Vec::new());
    let measured = settings(trials.profile())?;
    for (group, ((label, activation, sigma_w2, sigma_b2), settings)) in
        laws()?.into_iter().zip(measured).enumerate()
    {
        let (mut line, mut naive, mut share) = (Vec::new(), Vec::new(), Vec::new());
        for depth in 1..=DEEPEST {
            let setting = motion(activation, depth, sigma_w2, sigma_b2, width)?;
            let norm = fisher_rao(setting.network.scales(), depth)?;
            line.push((depth as f64, norm.s / norm.q));
            naive.push((depth as f64, independent(&setting)? / norm.q));
            share.push((depth as f64, norm.rescaling_share()));
        }
        let (mut points, mut share_points) = (Vec::new(), Vec::new());
        for (depth, setting) in MEASURED.into_iter().zip(&settings) {
            let outcomes = trials.of::<ScalingMotion>(setting)?;
            let q = fisher_rao(setting.network.scales(), depth)?.q;
            let read =
                |f: &dyn Fn(&ScalingMotionOutcome) -> f64| -> Vec<f64> { outcomes.iter().map(f).collect() };
            points.push(mean_point(depth as f64, &read(&|o| o.norm / q))?);
            share_points
                .push(mean_point(depth as f64, &read(&|o| o.overlap / o.square * (o.overlap / o.norm)))?);
        }
        let independent = if group == 0 { "independence" } else { "" };
        ratios.push(Series::line(label, group, Stroke::Solid, line));
        ratios.push(Series::line(independent, group, Stroke::Dashed, naive));
        ratios.push(Series::Points { label: String::new(), group, points });
        shares.push(Series::line(label, group, Stroke::Solid, share));
        shares.push(Series::Points { label: String::new(), group, points: share_points });
    }
    let depth = || Axis::linear("depth L").within(0.0, DEEPEST as f64 + 1.0);
    Ok(Figure {
        id: "mf/fisher-rao".into(),
        title: "How far outputs move when all parameters are scaled".into(),
        caption: format!(
            "Left: the Fisher-Rao norm for each output over the mean square of the output. Solid: the theory; dashed: parameters and gradients taken \
             as independent, which is too small by about 1/L for ReLU and too large for tanh. Right: the share of the motion that \
             only rescales the output. Points: networks of width {width}, 20 inputs, 100 outputs; means with 99 % intervals."
        ),
        panels: vec![
            Panel { title: String::new(), x: depth(), y: Axis::log("S / q"), series: ratios },
            Panel {
                title: String::new(),
                x: depth(),
                y: Axis::linear("share of rescaling R² / (q S)").within(0.0, 1.05),
                series: shares,
            },
        ],
    })
}
