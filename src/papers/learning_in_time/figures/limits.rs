//! Where the laws hold: power laws, digits, networks of finite width.

use solvable_engine::figure::{Axis, Figure, Panel, Position, Series, Stroke};
use solvable_engine::verify::{JudgeError, Profile};
use solvable_engine::{FigurePlan, Trials, requests};
use solvable_shared::{Sphere, SphereTarget, by};
use solvable_theory::learning_in_time::{flow_curve, flow_scaling, subset_curve};

use super::times;
use crate::experiments::{
    DigitLabels, DigitsInTime, DigitsInTimeSetting, NetworkInTime, NetworkInTimeSetting, PowerLawInTime,
    PowerLawSetting, Steppers,
};

pub(super) fn all() -> Vec<FigurePlan> {
    vec![
        FigurePlan::new("dyn/collapse", |p| requests::<PowerLawInTime>(&laws(p), by(p, 8, 40)), collapse),
        FigurePlan::new("dyn/digits", |p| requests::<DigitsInTime>(&subsets(p), by(p, 8, 40)), digits),
        FigurePlan::new(
            "dyn/networks",
            |p| requests::<NetworkInTime>(&networks(p)?, by(p, 24, 48)),
            finite_width,
        ),
    ]
}

/// Decay of the target and noise over the converged error.
const LAWS: [(f64, f64); 2] = [(1.5, 0.0), (2.5, 0.3)];

fn law(target_decay: f64, noise: f64, samples: usize) -> PowerLawSetting {
    let modes = 20 * samples;
    PowerLawSetting { decay: 1.5, target_decay, noise, samples, modes, times: times(1e-3, 1e2, 8) }
}

fn sizes(profile: Profile) -> &'static [usize] {
    by(profile, &[15, 50], &[15, 50, 200])
}

fn laws(profile: Profile) -> Vec<PowerLawSetting> {
    LAWS.iter().flat_map(|(b, s)| sizes(profile).iter().map(|n| law(*b, *s, *n))).collect()
}

fn collapse(trials: &Trials<'_>) -> Result<Figure, JudgeError> {
    let many = times(1e-3, 1e2, 60);
    let mut panels = Vec::new();
    for (target_decay, noise) in LAWS {
        let mut series = Vec::new();
        for (group, &samples) in sizes(trials.profile()).iter().enumerate() {
            let setting = law(target_decay, noise, samples);
            let (kappa, error) = setting.units()?;
            let (spectrum, target) = setting.theory()?;
            let real: Vec<f64> = many.iter().map(|tau| tau / kappa).collect();
            let curve = flow_curve(&spectrum, &target, samples, noise * error, &real)?;
            let line = many.iter().zip(&curve).map(|(tau, row)| (*tau, row[0] / error)).collect();
            series.push(Series::line(format!("N={samples}"), group, Stroke::Solid, line));
            let mut points = Vec::new();
            for (k, tau) in setting.times.iter().enumerate() {
                points.push(trials.mean::<PowerLawInTime>(*tau, &setting, |o| o.test[k])?);
            }
            series.push(Series::Points { label: String::new(), group, points });
        }
        let universal = flow_scaling(1.5, (target_decay - 1.0) / 1.5, noise, &many)?;
        let line = many.iter().copied().zip(universal).collect();
        series.push(Series::line("many samples", 3, Stroke::Dashed, line));
        panels.push(Panel {
            title: format!("b={target_decay}, s={noise}"),
            x: Axis::log("time over its unit tκ"),
            y: Axis::log("test error over the converged one"),
            series,
        });
    }
    Ok(Figure {
        id: "dyn/collapse".into(),
        title: "Power laws are learnt along one curve".into(),
        caption: "Eigenvalues i^-1.5, targets i^-b, label noise s times the noise-free converged error. Solid: theory at each number of samples; \
                  markers: means over random inputs with 99 % intervals; dashed: the limit of many samples. Few samples leave the curve where \
                  the target's head is not yet learnt."
            .into(),
        panels,
    })
}

fn subset(samples: usize) -> DigitsInTimeSetting {
    DigitsInTimeSetting { labels: DigitLabels::Parity, samples, times: times(1.0, 1e5, 11) }
}

fn subset_sizes(profile: Profile) -> &'static [usize] {
    by(profile, &[50, 200], &[50, 100, 200, 400])
}

fn subsets(profile: Profile) -> Vec<DigitsInTimeSetting> {
    subset_sizes(profile).iter().map(|n| subset(*n)).collect()
}

fn digits(trials: &Trials<'_>) -> Result<Figure, JudgeError> {
    let mut series = Vec::new();
    let many = times(1.0, 1e5, by(trials.profile(), 24, 60));
    for (group, &samples) in subset_sizes(trials.profile()).iter().enumerate() {
        let setting = subset(samples);
        let (mu, y2) = setting.spectrum()?;
        let real = DigitsInTimeSetting { times: many.clone(), ..setting.clone() }.real_times()?;
        let curve = subset_curve(&mu, &y2, samples, &real)?;
        let line = many.iter().zip(&curve).map(|(t, row)| (*t, row[0])).collect();
        series.push(Series::line(format!("N={samples}"), group, Stroke::Solid, line));
        let (spectrum, target) = setting.as_population()?;
        let curve = flow_curve(&spectrum, &target, samples, 0.0, &real)?;
        let line = many.iter().zip(&curve).map(|(t, row)| (*t, row[0])).collect();
        series.push(Series::line("", group, Stroke::Dashed, line));
        let mut points = Vec::new();
        for (k, t) in setting.times.iter().enumerate() {
            points.push(trials.mean::<DigitsInTime>(*t, &setting, |o| o.test[k])?);
        }
        series.push(Series::Points { label: String::new(), group, points });
    }
    let panel = Panel {
        title: String::new(),
        x: Axis::log("time tμ₁N/n"),
        y: Axis::log("mean squared label error on the rest"),
        series,
    };
    Ok(Figure {
        id: "dyn/digits".into(),
        title: "Even or odd: random subsets of the digits".into(),
        caption: "Tangent kernel of ReLU networks with two hidden layers on 1797 digits. Markers: means over random subsets of N with 99 % intervals; \
                  solid: the law of subsets, from the kernel matrix and labels of all; dashed: the spectrum of all images taken for that of the law \
                  behind them, which promises too much."
            .into(),
        panels: vec![panel],
    })
}

fn widths(profile: Profile) -> &'static [usize] {
    by(profile, &[64, 128], &[128, 256, 512])
}

fn network(width: usize) -> Result<NetworkInTimeSetting, JudgeError> {
    Ok(NetworkInTimeSetting {
        sphere: Sphere::relu(10, 3, SphereTarget::Matched)?,
        width,
        by: Steppers::Descent { samples: 50, share: 0.8 },
        steps: vec![3, 10, 30, 100, 300],
        tests: 400,
        scale: 0.1,
    })
}

fn networks(profile: Profile) -> Result<Vec<NetworkInTimeSetting>, JudgeError> {
    widths(profile).iter().map(|m| network(*m)).collect()
}

fn finite_width(trials: &Trials<'_>) -> Result<Figure, JudgeError> {
    let mut series = Vec::new();
    for (group, &width) in widths(trials.profile()).iter().enumerate() {
        let setting = network(width)?;
        let mut points = Vec::new();
        for (k, n) in setting.steps.iter().enumerate() {
            points.push(trials.mean::<NetworkInTime>(*n as f64, &setting, |o| o.ratios[k])?);
        }
        series.push(Series::Points { label: format!("M={width}"), group, points });
    }
    series.push(Series::Rule {
        label: "infinite width".into(),
        group: 3,
        stroke: Stroke::Dashed,
        at: Position::Y(1.0),
    });
    let panel = Panel {
        title: String::new(),
        x: Axis::log("steps of descent"),
        y: Axis::linear("test error over that of the kernel"),
        series,
    };
    Ok(Figure {
        id: "dyn/networks".into(),
        title: "Trained networks beside their kernel".into(),
        caption: "Bias-free ReLU networks of two hidden layers, 50 inputs on a sphere in ten dimensions, targets of a tenth from the matched prior, \
                  descent at 0.8/s₊: the ratio of test errors to the kernel of infinite width on the same samples, means over networks and data \
                  with 99 % intervals. What finite width adds grows with the time and falls with the width."
            .into(),
        panels: vec![panel],
    })
}
