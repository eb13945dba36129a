//! Errors during training.

use solvable_engine::figure::{Axis, Figure, Panel, Position, Series, Stroke};
use solvable_engine::verify::{JudgeError, Profile};
use solvable_engine::{FigurePlan, Trials, requests};
use solvable_shared::by;
use solvable_theory::learning_in_time::{Round, distill, early_stopping, flow_curve};

use super::times;
use crate::experiments::{InTime, InTimeSetting, Path, Powers, Problem};

pub(super) fn all() -> Vec<FigurePlan> {
    vec![
        FigurePlan::new("dyn/training", |p| requests::<InTime>(&[smooth(p)], by(p, 12, 60)), training),
        FigurePlan::new(
            "dyn/double-descent",
            |p| requests::<InTime>(&[two_scales(), one_scale()], by(p, 12, 60)),
            descent,
        ),
    ]
}

fn setting(problem: Problem, samples: usize, times: Vec<f64>) -> InTimeSetting {
    InTimeSetting { problem, samples, path: Path::Flow { times } }
}

fn smooth(profile: Profile) -> InTimeSetting {
    let samples = by(profile, 60, 200);
    setting(Problem::power(by(profile, 300, 600), 1.5, 2.5, 0.2), samples, times(1e-3, 1e3, 13))
}

fn two_scales() -> InTimeSetting {
    setting(Problem::two_scales(), 200, times(3e-4, 3e3, 15))
}

fn one_scale() -> InTimeSetting {
    let level = |value: f64| Powers::Levels(vec![(value, 180)]);
    let problem = Problem { modes: 180, lambda: level(1.0), eta: level(4.0 / 180.0), sigma2: 1.0 };
    setting(problem, 200, times(3e-5, 3e1, 13))
}

/// Both errors, at the measured times and by theory at many.
fn curves(
    trials: &Trials<'_>,
    setting: &InTimeSetting,
    groups: [usize; 2],
) -> Result<Vec<Series>, JudgeError> {
    let Path::Flow { times: measured } = &setting.path else { return Ok(Vec::new()) };
    let (low, high) = (measured[0], measured[measured.len() - 1]);
    let many = times(low, high, 120);
    let (spectrum, target) = setting.problem.theory()?;
    let curve = flow_curve(&spectrum, &target, setting.samples, setting.problem.sigma2, &many)?;
    let mut series = Vec::new();
    for (which, name) in ["test error", "training error"].into_iter().enumerate() {
        let line =
            many.iter().zip(&curve).map(|(t, row)| (*t, row[which])).filter(|(_, e)| *e > 1e-4).collect();
        let mut points = Vec::new();
        for (k, t) in measured.iter().enumerate() {
            let read =
                |o: &crate::experiments::InTimeOutcome| if which == 0 { o.test[k] } else { o.training[k] };
            let point = trials.mean::<InTime>(*t, setting, read)?;
            if point.y > 1e-4 {
                points.push(point);
            }
        }
        series.push(Series::line(format!("{name}, theory"), groups[which], Stroke::Solid, line));
        series.push(Series::Points { label: String::new(), group: groups[which], points });
    }
    Ok(series)
}

fn training(trials: &Trials<'_>) -> Result<Figure, JudgeError> {
    let setting = smooth(trials.profile());
    let (spectrum, target) = setting.problem.theory()?;
    let sigma2 = setting.problem.sigma2;
    let mut series = curves(trials, &setting, [0, 1])?;
    let ridges = times(1e-3, 1e3, 60);
    let ridge = |t: &f64| {
        let round = Round { ridge: t.recip(), labels: 1.0 };
        Ok((*t, distill(&spectrum, &target, setting.samples, sigma2, &[round])?[0][0]))
    };
    let line = ridges.iter().map(ridge).collect::<Result<Vec<_>, JudgeError>>()?;
    series.push(Series::line("a ridge of one over the time", 2, Stroke::Dashed, line));
    let best = early_stopping(&spectrum, &target, setting.samples, sigma2)?;
    series.push(Series::Rule {
        label: "best time".into(),
        group: 3,
        stroke: Stroke::Dotted,
        at: Position::X(best.time.unwrap_or(f64::NAN)),
    });
    let panel =
        Panel { title: String::new(), x: Axis::log("time t"), y: Axis::log("mean squared error"), series };
    Ok(Figure {
        id: "dyn/training".into(),
        title: "Test and training error during gradient flow".into(),
        caption: format!(
            "Eigenvalues i^-1.5, target i^-2.5, label noise 0.2, {} samples: regression on random inputs, exact averages over targets, means with \
             99 % intervals. The ridge of one over the time is another curve; stopped at its best time, flow is better than any ridge.",
            setting.samples
        ),
        panels: vec![panel],
    })
}

fn descent(trials: &Trials<'_>) -> Result<Figure, JudgeError> {
    let panel = |title: &str, setting: &InTimeSetting| {
        Ok::<_, JudgeError>(Panel {
            title: title.into(),
            x: Axis::log("time t"),
            y: Axis::log("mean squared error"),
            series: curves(trials, setting, [0, 1])?,
        })
    };
    Ok(Figure {
        id: "dyn/double-descent".into(),
        title: "Double descent in time".into(),
        caption: "Eighty strong modes near their own interpolation threshold fit the noise first; a hundred weak ones, a thousand times slower, \
                  bring most of the target later: the test error falls, rises and falls again. One scale of as many modes, with the same power and \
                  noise, has one minimum, and must. Lines: theory; markers: means over random inputs with 99 % intervals."
            .into(),
        panels: vec![panel("two scales", &two_scales())?, panel("one scale", &one_scale())?],
    })
}
