//! What the theory finds, in words and in its own numbers.

use solvable_engine::verify::JudgeError;
use solvable_shared::told;
use solvable_theory::continual_learning::Spectrum;
use solvable_theory::learning_in_time::{
    Phase, Round, Shape, distill, distill_gain, early_stopping, flow_curve, optimal_schedule,
    schedule_power_law, sgd_threshold, shape_at_best_peak, subset_curve,
};

use crate::experiments::{DigitLabels, DigitsInTimeSetting, Problem};

/// A paragraph each.
pub(super) fn all() -> Vec<String> {
    told(&[heavy_tails, typical_runs, stopping, scales, schedules, rounds, matched, subsets])
}

/// Samples and noise at which numbers are given.
const SAMPLES: usize = 100;
const NOISE: f64 = 0.2;

fn heavy_tails() -> Result<String, JudgeError> {
    let scatter = (2.0 / SAMPLES as f64).sqrt();
    let deviations = (2.0 / 1.6 - 1.0) / scatter;
    Ok(format!(
        "The largest stable step of descent is that of the mean spectrum; that of one training set scatters about it by $\\sqrt{{2/N}}$. With {SAMPLES} \
         samples this is {:.0} per cent: at 1.6 of the 2 that the edge allows, sets {deviations:.1} deviations above the mean diverge, and they take the \
         mean error with them, by orders of magnitude. The typical set follows the law to a fraction of a per cent (dyn/near-the-edge). Half of the \
         edge is safe.",
        100.0 * scatter
    ))
}

fn typical_runs() -> Result<String, JudgeError> {
    let threshold = sgd_threshold(&Spectrum::simple(vec![1.0], 0.0)?, 1, 0.0)?;
    // E ln(1−αz²)² over normal z, by the midpoint rule in z: the logarithm's pole is integrable.
    let (most, nodes) = (9.0, 200_000);
    let step = 2.0 * most / f64::from(nodes);
    let log: f64 = (0..nodes)
        .map(|k| {
            let z = -most + (f64::from(k) + 0.5) * step;
            let weight = (-0.5 * z * z).exp() / (2.0 * std::f64::consts::PI).sqrt();
            weight * (1.0 - threshold * z * z).powi(2).ln() * step
        })
        .sum();
    Ok(format!(
        "The mean square of stochastic gradients and their typical run part at the same step. At the largest step whose mean square stays, the \
         median falls: for a single mode and batch 1, $\\alpha_c={threshold:.3}$ and a typical run shrinks its error by the factor {:.2} at every step, \
         while rare runs keep the mean where it was (dyn/sgd-threshold, figure dyn/thresholds). In practice divergence begins above the threshold.",
        log.exp()
    ))
}

fn stopping() -> Result<String, JudgeError> {
    let mut told = Vec::new();
    for (decay, name) in [(1.2, "rough"), (1.5, "matched"), (2.5, "smooth"), (3.5, "very smooth")] {
        let (spectrum, target) = Problem::power(300, 1.5, decay, NOISE).theory()?;
        let best = early_stopping(&spectrum, &target, SAMPLES, NOISE)?;
        let (Some(time), Some(ridge)) = (best.time, best.ridge) else { continue };
        told.push(format!(
            "{:.2} for {name} targets ($b={decay}$), where the error is {:.3} of that of the best ridge",
            time * ridge,
            best.error / best.ridge_error
        ));
    }
    Ok(format!(
        "Early stopping is not ridge regression with $\\delta=1/t$: for $a=1.5$ and noise {NOISE} the product $t^*\\delta^*$ of the best time and the best ridge is {}. \
         Stopping beats every ridge for targets that are smoother than the prior, and never for matched ones (dyn/early-stopping).",
        told.join("; ")
    ))
}

fn scales() -> Result<String, JudgeError> {
    let (spectrum, target) = Problem::two_scales().theory()?;
    let curve = flow_curve(&spectrum, &target, 200, 1.0, &[0.0025, 0.11, 20.0, 1e7])?;
    Ok(format!(
        "An isotropic spectrum has one minimum in time, by the variation-diminishing property of the Laplace transform. Two scales show double descent in \
         time: 80 strong and 100 weak modes on 200 samples pass {:.2}, {:.2} and {:.2} on the way to {:.2} (dyn/epoch-wise-double-descent).",
        curve[0][0], curve[1][0], curve[2][0], curve[3][0]
    ))
}

fn schedules() -> Result<String, JudgeError> {
    let excess = |decay: f64, target_decay: f64, horizon: usize| -> Result<f64, JudgeError> {
        let (spectrum, target) = Problem::power(300, decay, target_decay, 1.0).theory()?;
        let best = optimal_schedule(&spectrum, &target, 1.0, 1, horizon)?.error;
        let linear = shape_at_best_peak(&spectrum, &target, 1.0, 1, horizon, Shape::Linear)?.error;
        Ok(100.0 * (linear / best - 1.0))
    };
    let loss = |a: f64| -> Result<String, JudgeError> {
        Ok(match schedule_power_law(a, a + 1.0, 1.0)? {
            Phase::Easy { loss: Some(loss), .. } => format!("the factor {loss:.2}"),
            _ => "the rate itself".to_owned(),
        })
    };
    Ok(format!(
        "The best schedule of a smooth target ends like $(1-n/T)^{{2a-1}}$; steps that go linearly to zero lose, in the end, {} at $a=1.5$ and {} from $a=2$ \
         on. The end is far: at 300 steps they are {:.1} and {:.1} per cent above the best schedule (figures dyn/excess and dyn/slopes). Steps that do not end \
         at zero lose the rate always.",
        loss(1.5)?,
        loss(2.0)?,
        excess(1.5, 2.5, 300)?,
        excess(2.0, 3.0, 300)?
    ))
}

fn rounds() -> Result<String, JudgeError> {
    let (spectrum, target) = Problem::power(300, 1.5, 2.5, NOISE).theory()?;
    let (delta, xi) = (0.5, 0.2);
    let after = |rounds: &[Round]| -> Result<f64, JudgeError> {
        let errors = distill(&spectrum, &target, SAMPLES, NOISE, rounds)?;
        errors.last().map(|[test, _]| *test).ok_or_else(|| JudgeError::Other("there is no round".into()))
    };
    let many = vec![Round { ridge: delta, labels: xi }; 60];
    let (first, limit) = (after(&many[..1])?, after(&many)?);
    let ridge = after(&[Round { ridge: delta / xi, labels: 1.0 }])?;
    Ok(format!(
        "Infinitely many rounds of distillation with a share $\\xi$ of the labels are plain ridge regression with $\\delta/\\xi$: from $\\delta={delta}$ with \
         $\\xi={xi}$ the error goes from {first:.4} to {limit:.4}, that of the single ridge {:.1} is {ridge:.4} (dyn/distill).",
        delta / xi
    ))
}

fn matched() -> Result<String, JudgeError> {
    let chi = |decay: f64| -> Result<f64, JudgeError> {
        let (spectrum, target) = Problem::power(300, 1.5, decay, NOISE).theory()?;
        Ok(distill_gain(&spectrum, &target, SAMPLES, NOISE)?.chi)
    };
    Ok(format!(
        "Distillation never pays for a matched prior, whose best ridge is Bayes-optimal: the sign that decides about two rounds is $\\chi={:.2}$ at $b=a=1.5$, \
         {:.2} at $b=1.2$ and {:.2} at $b=2.5$ (dyn/distill-gain). A ridge that is not the best one is always improved.",
        chi(1.5)?,
        chi(1.2)?,
        chi(2.5)?
    ))
}

fn subsets() -> Result<String, JudgeError> {
    let samples = 400;
    let setting = DigitsInTimeSetting { labels: DigitLabels::Parity, samples, times: vec![1e9] };
    let ((mu, y2), times) = (setting.spectrum()?, setting.real_times()?);
    let n = mu.len();
    let (spectrum, target) = setting.as_population()?;
    let naive = flow_curve(&spectrum, &target, samples, 0.0, &times)?[0][0];
    let law = subset_curve(&mu, &y2, samples, &times)?[0][0];
    Ok(format!(
        "The spectrum of a sample is not that of the law behind it. On {samples} of the {n} digits, learnt to the end, taking it for that promises the error \
         {naive:.3}, {:.0} per cent below the law of subsets with its {law:.3}; random subsets show a little more than that (dyn/subset-end).",
        100.0 * (1.0 - naive / law)
    ))
}
