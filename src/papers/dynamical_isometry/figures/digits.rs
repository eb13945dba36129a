//! Online learning of digits: up to which rate it is seen to work.

use crate::claims::digits::online;
use crate::experiments::{OnlineDigitsSetting, VisibleDigits};
use solvable_engine::figure::{Axis, Figure, Panel, Series, Stroke};
use solvable_engine::verify::{JudgeError, Profile};
use solvable_engine::{FigurePlan, Trials, mean_point, requests};
use solvable_shared::by;

pub(super) fn all() -> Vec<FigurePlan> {
    vec![FigurePlan::new("iso/digits", |p| requests::<VisibleDigits>(&settings(p)?, by(p, 2, 5)), visible)]
}

fn depths(profile: Profile) -> Vec<usize> {
    by(profile, vec![3, 6, 12], vec![3, 6, 12, 24, 50])
}

/// One-hot targets of length $0.3\sqrt{Mq_0}$.
fn settings(profile: Profile) -> Result<Vec<OnlineDigitsSetting>, JudgeError> {
    let one = |depth| online(depth, by(profile, 250, 500), 0.3, &[0.7, 12.0]);
    depths(profile).into_iter().map(one).collect()
}

fn visible(trials: &Trials<'_>) -> Result<Figure, JudgeError> {
    let profile = trials.profile();
    let (mut line, mut points) = (Vec::new(), Vec::new());
    for s in settings(profile)? {
        let depth = s.network.depth as f64;
        line.push((depth, s.unit));
        let values = trials.values::<VisibleDigits>(&s, |o| o.boundary * s.unit)?;
        points.push(mean_point(depth, &values)?);
    }
    Ok(Figure {
        id: "iso/digits".into(),
        title: "Online learning of digits".into(),
        caption: format!(
            "One pass over {} images, one a step (hard tanh, orthogonal weights, E = 1/4, M = 128), with one-hot targets of a length of 0.3 of the inputs'. Points: \
             the rate up to which the loss of the last 50 images stays below that of no training, means with 99 % intervals. Line: η_c = 2/λ_max, \
             at which small residuals begin to grow. The visible limit stops falling at a depth of about twelve: an experiment, not a theorem.",
            by(profile, 250, 500)
        ),
        panels: vec![Panel {
            title: String::new(),
            x: Axis::log("depth L"),
            y: Axis::log("learning rate η"),
            series: vec![
                Series::line("2/λ_max", 0, Stroke::Solid, line),
                Series::Points { label: "visible limit".into(), group: 1, points },
            ],
        }],
    })
}
