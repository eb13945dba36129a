//! Figures of attentional Boltzmann machines.

mod learning;
pub(crate) mod storage;

use solvable_theory::attention_boltzmann::{AttentionMachine, coexistence, denoising_objective, spinodal};

use crate::claims::machine::{
    ANNEALING_TRIALS, ORDERS, annealed, annealing, between, between_orders, student_of_scale,
    without_coefficients,
};
use crate::claims::retrieval::{reached, retrieval};
use crate::experiments::{Annealing, Denoising, Importance, Retrieval, RetrievalSetting};
use solvable_engine::figure::{Axis, Figure, Panel, Point, Position, Series, Stroke};
use solvable_engine::verify::{JudgeError, Profile, Request};
use solvable_engine::{FigurePlan, Trials, mean_point, requests};
use solvable_shared::by;

pub(super) fn all() -> Vec<FigurePlan> {
    vec![
        FigurePlan::new("attn/partition", partition_requests, partition),
        FigurePlan::new("attn/temperature", temperature_requests, temperature),
        FigurePlan::new("attn/score-matching", matching_requests, matching),
        FigurePlan::new("attn/retrieval", |_| requests::<Retrieval>(&branch()?, 1), overlaps),
    ]
    .into_iter()
    .chain(learning::all())
    .chain(storage::all())
    .collect()
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
            own.push(o.log_z - exact);
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
            .map(|s| Ok(Point::exact(s.x, trials.first::<Retrieval>(s)?.weight)))
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

/// Orders at which the figure of temperatures samples.
const SAMPLED: [f64; 8] = [0.5, 1.0, 1.5, 2.0, 2.5, 3.0, 3.5, 4.0];

fn temperature_requests(profile: Profile) -> Result<Vec<Request>, JudgeError> {
    requests::<Importance>(&SAMPLED.map(|n| between_orders(n, profile)), 20)
}

fn temperature(trials: &Trials<'_>) -> Result<Figure, JudgeError> {
    let any = between_orders(1.0, trials.profile());
    // Relative to patterns that attention ignores, n log 2, so that the curve can be seen.
    let flat = |n: f64| 1.5 * (2.0 * std::f64::consts::PI).ln() + n * 2f64.ln();
    let (mut curve, mut low, mut high) = (Vec::new(), Vec::new(), Vec::new());
    for j in 0..=140 {
        let n = 0.5 + 0.025 * f64::from(j);
        curve.push((n, between(&any, n)? - flat(n)));
        if n >= 1.0 {
            let machine = AttentionMachine::new(any.patterns()?, None, None, 1.0, n.recip())?;
            let bounds = machine.log_z_bounds()?;
            low.push((n, bounds.0 - flat(n)));
            high.push((n, bounds.1 - flat(n)));
        }
    }
    let points = SAMPLED
        .iter()
        .map(|&n| trials.mean::<Importance>(n, &between_orders(n, trials.profile()), |o| o.log_z - flat(n)))
        .collect::<Result<_, JudgeError>>()?;
    Ok(Figure {
        id: "attn/temperature".into(),
        title: "Between the inverse integers".into(),
        caption: "log Z of two patterns in three dimensions at any temperature, less its value for attention that ignores them: the integral over one Gaussian (line), \
                  the bounds from the neighbouring integers (dashed), importance sampling (points; means over 20 trials, 99 % intervals)."
            .into(),
        panels: vec![Panel {
            title: String::new(),
            x: Axis::linear("n = 1/β"),
            y: Axis::linear("log Z − d/2 log 2π − n log 2").within(0.0, 1.4),
            series: vec![
                Series::line("one integral", 0, Stroke::Solid, curve),
                Series::line("bounds from integers", 1, Stroke::Dashed, low),
                Series::line("", 1, Stroke::Dashed, high),
                Series::Points { label: "importance sampling".into(), group: 0, points },
            ],
        }],
    })
}

/// Sizes of the student's patterns relative to the teacher's.
const SCALES: [f64; 7] = [0.3, 0.45, 0.6, 0.75, 0.9, 1.05, 1.2];

fn matching_requests(profile: Profile) -> Result<Vec<Request>, JudgeError> {
    requests::<Denoising>(&SCALES.map(|scale| student_of_scale(scale, profile)), by(profile, 6, 20))
}

fn matching(trials: &Trials<'_>) -> Result<Figure, JudgeError> {
    let curve = (0..=60).map(|j| {
        let scale = 0.25 + f64::from(j) / 60.0;
        let s = student_of_scale(scale, trials.profile());
        let (teacher, student) = s.machines()?;
        Ok((scale, denoising_objective(&teacher, &student, s.noise_var)?))
    });
    let points = SCALES.iter().map(|&scale| {
        trials.mean::<Denoising>(scale, &student_of_scale(scale, trials.profile()), |o| o.objective)
    });
    Ok(Figure {
        id: "attn/score-matching".into(),
        title: "Denoising score matching of attention".into(),
        caption: "The objective of students with variance σ² + s² on noisy data of a teacher with two opposite patterns (d = 5, σ² = 0.6, s² = 0.4, squared norm 4): \
                  the integral over the span of the patterns (line) and samples (points; 99 % intervals). The best student is the smoothed teacher."
            .into(),
        panels: vec![Panel {
            title: String::new(),
            x: Axis::linear("student's patterns over teacher's"),
            y: Axis::linear("objective J"),
            series: vec![
                Series::line("theory", 0, Stroke::Solid, curve.collect::<Result<_, JudgeError>>()?),
                Series::Points {
                    label: "samples".into(),
                    group: 0,
                    points: points.collect::<Result<_, JudgeError>>()?,
                },
                Series::rule("smoothed teacher, σ²/(σ² + s²)", 1, Stroke::Dashed, Position::X(0.6)),
            ],
        }],
    })
}
