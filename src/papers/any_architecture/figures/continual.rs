//! A task learnt twice.

use solvable_engine::figure::{Axis, Figure, Panel, Position, Series, Stroke};
use solvable_engine::verify::{JudgeError, Profile};
use solvable_engine::{FigurePlan, Trials, requests};
use solvable_shared::{by, kept};
use solvable_simulate::linalg;
use solvable_theory::continual_learning::{Spectrum, Target, two_task};

use crate::claims::continual::{FIRST, NETWORKS, SETS, twice};
use crate::experiments::{LayeredTasks, LayeredTasksSetting, digit_parity, digits_kernel};

pub(super) fn all() -> Vec<FigurePlan> {
    vec![FigurePlan::new(
        "arch/continual",
        |p| requests::<LayeredTasks>(&settings(p)?, by(p, 5, 8)),
        forgetting,
    )]
}

/// Images of the second set.
fn seconds(profile: Profile) -> &'static [usize] {
    by(profile, &[6, 20, 60], &[3, 6, 12, 30, 60])
}

fn setting(name: &str, second: usize, profile: Profile) -> Result<LayeredTasksSetting, JudgeError> {
    twice(name, by(profile, 48, 192), second, SETS[0])
}

fn settings(profile: Profile) -> Result<Vec<LayeredTasksSetting>, JudgeError> {
    let of = |name: &'static str| seconds(profile).iter().map(move |second| setting(name, *second, profile));
    NETWORKS.into_iter().flat_map(of).collect()
}

/// $E_2/E_1$ over draws of images, from the spectrum of the kernel of the population.
fn law(setting: &LayeredTasksSetting, seconds: &[f64]) -> Result<Vec<(f64, f64)>, JudgeError> {
    let failed = |error: &dyn std::fmt::Display| JudgeError::Other(error.to_string());
    let n = setting.population;
    let text = serde_json::to_string(&setting.network).map_err(|error| failed(&error))?;
    let table = kept(&format!("spectrum of {n} digits {text}"), || {
        let kernel = digits_kernel(&setting.network, n)? / n as f64;
        let labels = digit_parity(n).map_err(|error| failed(&error))?;
        let (values, vectors) = linalg::symmetric_eigen(&kernel).map_err(|error| failed(&error))?;
        // φ = √n v, averages over the population.
        let powers = vectors.column_iter().map(|v| {
            let projection = v.iter().zip(&labels).map(|(v, y)| v * y).sum::<f64>();
            projection * projection / n as f64
        });
        Ok(values.iter().map(|l| l.max(0.0)).chain(powers).collect())
    })?;
    let (values, powers) = table.split_at(n);
    let (spectrum, target) = (Spectrum::simple(values.to_vec(), 0.0)?, Target::new(powers.to_vec(), 0.0)?);
    seconds
        .iter()
        .map(|&second| {
            let law = two_task(&spectrum, &target, setting.samples[0], second as usize, 1.0)?;
            Ok((second, law.forward / law.first))
        })
        .collect()
}

fn forgetting(trials: &Trials<'_>) -> Result<Figure, JudgeError> {
    let profile = trials.profile();
    let mut panels = Vec::new();
    for name in NETWORKS {
        let (mut points, mut line) = (Vec::new(), Vec::new());
        for &second in seconds(profile) {
            let (x, setting) = (second as f64, setting(name, second, profile)?);
            points.push(trials.mean::<LayeredTasks>(x, &setting, |o| o.errors[1] / o.errors[0])?);
            let kernel = setting.kernel_regression()?;
            line.push((x, kernel.errors[1] / kernel.errors[0]));
        }
        let all: Vec<f64> = (3..=60).step_by(3).map(|n| n as f64).collect();
        let law = law(&setting(name, 6, profile)?, &all)?;
        panels.push(Panel {
            title: name.into(),
            x: Axis::log("images of the second set N₂"),
            y: Axis::linear("E₂ / E₁"),
            series: vec![
                Series::line("kernel regression on the same images", 0, Stroke::Solid, line),
                Series::line("law of two tasks, mean over images", 2, Stroke::Dashed, law),
                Series::Points { label: "trained networks".into(), group: 1, points },
                Series::Rule {
                    label: "nothing forgotten".into(),
                    group: 3,
                    stroke: Stroke::Dotted,
                    at: Position::Y(1.0),
                },
            ],
        });
    }
    Ok(Figure {
        id: "arch/continual".into(),
        title: "Learning the same task again from few images".into(),
        caption: format!(
            "Even or odd digits, learnt to convergence from {FIRST} images and then from others: the test error behind both over that behind the \
             first. Few images the second time make networks forget. Markers: means over trained networks with 99 % intervals on one pair of \
             sets; solid: regression with their kernel at infinite width on the same sets; dashed: the law of two tasks from the spectrum of \
             that kernel, over random sets."
        ),
        panels,
    })
}
