//! The learning rate that is answered to practitioners, against networks that nobody has chosen.

use rand::RngExt;
use solvable_theory::bibliography::{KARAKIDA_2019_NORMALIZATION, KARAKIDA_2019_UNIVERSAL};
use solvable_theory::normalization::hidden_modes;
use solvable_theory::step_size::{gradient_preserving_scale, step_size};
use solvable_theory::{Activation, Architecture, Normalization};

use crate::experiments::{Sharpness, SharpnessOutcome};
use solvable_engine::figure::{Axis, Figure, Panel, Series, Stroke};
use solvable_engine::streams::Streams;
use solvable_engine::verify::{At, Claim, JudgeError, Margin, Profile};
use solvable_engine::{FigurePlan, Trials, mean_point, requests};
use solvable_shared::{FisherSetting, kept, rounded};

/// The claim on the rates of random networks.
pub(crate) fn claim() -> Claim {
    Claim::about::<Sharpness>(
        "norm/step-size",
        "No more than half of all networks of a kind are sharper than the answered sharpness times its factor of finite widths",
    )
    .formula(r"\frac{\lambda_{\max}}{2/\eta_c}\le F\quad\text{in the median of sixty kinds of networks drawn at random}")
    .sources(&[KARAKIDA_2019_NORMALIZATION, KARAKIDA_2019_UNIVERSAL])
    .cases(cases)
    .median()
    .measure(in_units_of_the_answer)
    // A bound: what is measured must not change when it is cut there.
    .predict_given(|s, o| Ok(in_units_of_the_answer(s, o)?.min(answer(s)?.finite_width)))
    .margin(|_, _| Margin::symmetric(0.1))
    .rival_given_where("no allowance for finite widths", is_narrow, |s, o| {
        Ok(in_units_of_the_answer(s, o)?.min(1.0))
    })
    .rival_given_where("all eigenvalues alike: their mean", has_spread, |s, o| {
        Ok(in_units_of_the_answer(s, o)?.min(answer(s)?.mean))
    })
    .rival_where("the trace, which is safe, taken for the largest", has_small_share, |s| {
        Ok(answer(s)?.mean * (s.samples * s.network.classes()) as f64)
    })
    .finish()
}

/// What is answered to the user, and the mean of the $CN$ eigenvalues in units of it. Kept: every trial, rival and exchange asks again.
struct Answer {
    lambda_max: f64,
    finite_width: f64,
    mean: f64,
}

fn answer(s: &FisherSetting) -> Result<Answer, JudgeError> {
    let values = kept(&format!("step size {s:?}"), || {
        let step = step_size(&s.network, s.samples)?;
        Ok(vec![step.lambda_max, step.finite_width, mean_eigenvalue(s)? / step.lambda_max])
    })?;
    Ok(Answer { lambda_max: values[0], finite_width: values[1], mean: values[2] })
}

/// The mean of the $CN$ eigenvalues; a normalized output multiplies by its mean gain.
fn mean_eigenvalue(s: &FisherSetting) -> Result<f64, JudgeError> {
    let kernel = hidden_modes(&s.network.without_output_normalization())?;
    let gain = match s.network.modes().last() {
        Some(Normalization::LayerNorm) => 1.0 / kernel.output_variance,
        Some(Normalization::BatchNorm) => 1.0 / kernel.output_gap,
        _ => 1.0,
    };
    Ok(gain * (kernel.theta_d + kernel.theta_s) / s.samples as f64)
}

/// $\lambda_{\max}\eta_c/2$.
fn in_units_of_the_answer(s: &FisherSetting, o: &SharpnessOutcome) -> Result<f64, JudgeError> {
    Ok(o.lambda_max / answer(s)?.lambda_max)
}

/// Deep, narrow, with several outputs: the limit is far. Of activations that are odd, whose edges are exact in the limit.
fn is_narrow(s: &FisherSetting) -> bool {
    let plain_output =
        matches!(s.network.modes().last(), Some(Normalization::None | Normalization::MeanSubtraction));
    plain_output
        && s.network.activation().is_odd()
        && s.network.classes() >= 5
        && answer(s).is_ok_and(|a| a.finite_width > 8.0)
}

/// Where the mean is well below what networks reach: the answer, or with a layer-normalized output, where it is cautious, a good part of it.
fn has_spread(s: &FisherSetting) -> bool {
    let reached = if s.network.modes().last() == Some(&Normalization::LayerNorm) { 0.1 } else { 0.4 };
    answer(s).is_ok_and(|answer| answer.mean < reached)
}

/// Where the trace is well above all that networks may reach.
fn has_small_share(s: &FisherSetting) -> bool {
    let count = (s.samples * s.network.classes()) as f64;
    answer(s).is_ok_and(|answer| answer.mean * count > 3.0 * answer.finite_width)
}

fn cases(_: Profile) -> Result<Vec<At<FisherSetting>>, JudgeError> {
    settings()?.into_iter().enumerate().map(|(number, s)| Ok(At::setting(label(number, &s), s, 20))).collect()
}

/// What was drawn.
fn label(number: usize, s: &FisherSetting) -> String {
    let (n, scales) = (&s.network, s.network.scales());
    let modes: String = n.modes().iter().map(letter).collect();
    format!(
        "{}: {} {modes} M={:?} C={} N={} σ_w²={:.2} σ_b²={}",
        number + 1,
        n.activation(),
        &n.widths()[..n.depth().min(2)],
        n.classes(),
        s.samples,
        scales.sigma_w2,
        scales.sigma_b2
    )
}

/// As in [`modes`](super::modes).
fn letter(mode: &Normalization) -> char {
    match mode {
        Normalization::None => '-',
        Normalization::MeanSubtraction => 'm',
        Normalization::BatchNorm => 'b',
        Normalization::LayerNorm => 'l',
    }
}

/// Networks of which something could be refuted: of a handful of eigenvalues the mean, the largest and the trace are too close.
fn settings() -> Result<Vec<FisherSetting>, JudgeError> {
    let drawn = (0..4 * COUNT).map(network);
    drawn
        .filter(|s| s.as_ref().map_or(true, |s| has_spread(s) || has_small_share(s)))
        .take(COUNT as usize)
        .collect()
}

const COUNT: u64 = 60;
const ACTIVATIONS: [&str; 8] =
    ["linear", "relu", "leaky-relu(0.1)", "gelu", "tanh", "erf", "sine", "hard-tanh(1)"];
const NORMALIZATIONS: [&str; 7] =
    ["none", "last-ms", "last-bn", "last-ln", "hidden-ms", "hidden-bn", "hidden-ln"];

/// A network drawn at random: activation, depth 1 to 12, equal and unequal widths, scales, biases, normalization, 1 to 10 outputs, $N/M$ from 0.1 to
/// 10 as far as the kernel stays small.
fn network(number: u64) -> Result<FisherSetting, JudgeError> {
    let mut rng = Streams::of_problem("step-size", "networks", number).rng(0);
    let mut choose = |count: usize| rng.random_range(0..count);
    let activation: Activation = ACTIVATIONS[choose(ACTIVATIONS.len())].parse()?;
    let depth = 1 + choose(12);
    let width = 24 + choose(73);
    let shapes: [fn(usize, usize) -> usize; 3] =
        [|m, _| m, |m, l| m + m / 2 * (l % 2), |m, l| m - m / 3 * (l % 2)];
    let shape = shapes[choose(3)];
    let name = NORMALIZATIONS[choose(NORMALIZATIONS.len())];
    let ratio = 10f64.powf(choose(21) as f64 / 10.0 - 1.0);
    let classes = if name == "last-ln" { 3 + choose(8) } else { 1 + choose(10) };
    let sigma_b2 = [0.0, 0.0, 0.1, 0.3][choose(4)];
    let gain = [1.0, 1.0, 1.25, 0.8][choose(4)];
    let trained = choose(2) == 1;
    let samples = ((ratio * width as f64) as usize).clamp(4, 150 / classes);
    let mode = match &name[name.len() - 2..] {
        "ms" => Normalization::MeanSubtraction,
        "bn" => Normalization::BatchNorm,
        "ln" => Normalization::LayerNorm,
        _ => Normalization::None,
    };
    let mut modes = vec![Normalization::None; depth];
    match (name.starts_with("hidden"), depth) {
        (true, 1) => {}
        (true, _) => modes[..depth - 1].fill(mode),
        (false, _) => modes[depth - 1] = mode,
    }
    let widths = (0..depth).map(|l| shape(width, l)).chain([classes]).collect();
    // Six digits name the setting, whatever the last ones of the theory are.
    let scale = rounded(gain * gradient_preserving_scale(&activation)?, 6);
    let network = Architecture::new(widths, activation, scale, sigma_b2)?
        .with_trained_biases(trained)
        .with_modes(modes, 1.0, 0.0)?;
    Ok(FisherSetting { network, samples })
}

/// The figure of these networks.
pub(crate) fn figure() -> FigurePlan {
    FigurePlan::new("norm/step-size", |_| requests::<Sharpness>(&settings()?, 20), draw)
}

fn draw(trials: &Trials<'_>) -> Result<Figure, JudgeError> {
    let (mut measured, mut bounds) = (Vec::new(), Vec::new());
    let mut ends = (f64::INFINITY, 0.0f64);
    for s in settings()? {
        let answer = answer(&s)?;
        let steps = trials.values::<Sharpness>(&s, |o| 2.0 / o.lambda_max)?;
        let eta_c = 2.0 / answer.lambda_max;
        measured.push(mean_point(eta_c, &steps)?);
        let cautious = eta_c / answer.finite_width;
        bounds.push(mean_point(eta_c, &[cautious, cautious])?);
        ends = (ends.0.min(eta_c), ends.1.max(eta_c));
    }
    Ok(Figure {
        id: "norm/step-size".into(),
        title: "Critical learning rates of sixty random networks".into(),
        caption: "Measured 2/λ_max against the answer η_c of step-size, for networks of 1 to 12 layers with any normalization, 1 to 10 outputs \
                  and 24 to 144 units a layer: means with 99 % intervals. Line: the limit of large widths, η_c; squares: the cautious rate η_c/F \
                  with the factor F of finite widths."
            .into(),
        panels: vec![Panel {
            title: String::new(),
            x: Axis::log("answered η_c"),
            y: Axis::log("learning rate"),
            series: vec![
                Series::Line {
                    label: "η_c".into(),
                    group: 0,
                    stroke: Stroke::Solid,
                    points: vec![(ends.0, ends.0), (ends.1, ends.1)],
                },
                Series::Points { label: "measured 2/λ_max".into(), group: 0, points: measured },
                Series::Points { label: "cautious η_c/F".into(), group: 1, points: bounds },
            ],
        }],
    })
}
