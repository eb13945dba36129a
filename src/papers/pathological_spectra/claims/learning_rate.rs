//! The critical learning rate of classifiers.

use solvable_theory::Architecture;
use solvable_theory::bibliography::KARAKIDA_2021_PATHOLOGICAL;
use solvable_theory::pathological_spectra::{classifier_step, critical_steps, kernel_map};

use super::cross_entropy::softmax;
use super::kernels::{at, proportional};
use super::surrogate::mean_outliers;
use crate::experiments::{
    CentredClassifier, CentredClassifierOutcome, ClassifierTraining, ClassifierTrainingOutcome,
    ClassifierTrainingSetting,
};
use crate::settings::{label, outputs, rows, setting, statistics};
use solvable_engine::verify::{At, Claim, JudgeError, Margin, Profile};
use solvable_shared::FisherSetting;
use solvable_shared::by;

pub(crate) fn claims() -> Vec<Claim> {
    vec![balanced_outliers(), limit(), without_outlier(), first_step(), later_steps()]
}

/// The mean of the outliers at the balanced point.
fn balanced(s: &FisherSetting) -> Result<f64, JudgeError> {
    let means = mean_outliers(s, true)?;
    Ok(means.iter().sum::<f64>() / means.len() as f64)
}

fn balanced_outliers() -> Claim {
    Claim::about::<CentredClassifier>("spectra/critical-step", "Balanced classes cancel the random part of the outputs: one critical learning rate for all networks")
        .formula(r"\eta_c^{CE}=\frac{2}{\Theta_{st}\beta_0},\qquad\beta_0=\frac{\beta_1(q_t-q_{st})}{C-1}\quad(N\to\infty)")
        .sources(&[KARAKIDA_2021_PATHOLOGICAL])
        .cases(|profile| {
            Ok(proportional(profile)?.into_iter().skip(1).map(|s| at(s, 40)).collect())
        })
        .measure(|_, o| Ok(o.centred_outliers))
        .predict(balanced)
        .margin(|_, profile| Margin::symmetric(by(profile, 0.08, 0.05)))
        .rival("the outputs as they are drawn", |s| {
            let moments = softmax(s)?;
            Ok(balanced(s)? * moments.lower / moments.beta_0)
        })
        .rival("half of the outliers of regression", |s| Ok(0.5 * statistics(s)?.lambda_max / s.samples as f64))
        .finish()
}

/// The critical learning rate of a classifier, $\eta_c^{CE}$.
pub(crate) fn critical(s: &FisherSetting) -> Result<f64, JudgeError> {
    let kernel = statistics(s)?;
    let (q_t, q_st) = outputs(&s.network)?;
    let classes = s.network.classes();
    let steps = critical_steps(kernel.theta_t, kernel.theta_st, s.samples, classes, q_t, q_st)?;
    steps.cross_entropy.ok_or_else(|| JudgeError::Other("no critical step".into()))
}

fn limit() -> Claim {
    Claim::about::<CentredClassifier>(
        "spectra/critical-step-formula",
        "With many samples of balanced classes the critical learning rate has a closed form",
    )
    .formula(r"\frac2{\eta_c^{CE}}=\Theta_{st}\beta_0,\qquad\beta_0=\frac{\beta_1(q_t-q_{st})}{C-1}")
    .sources(&[KARAKIDA_2021_PATHOLOGICAL])
    .cases(|profile| {
        let (width, samples, trials) = by(profile, (250, 250, 48), (600, 600, 48));
        Ok(vec![
            at(setting("relu", 3, width, 2, samples)?, trials),
            at(setting("relu", 3, width, 3, samples)?, trials),
        ])
    })
    .measure(|_, o| Ok(o.centred_outliers))
    .predict(|s| Ok(2.0 / critical(s)?))
    // The bulk adds (Θ_t − Θ_st)/NΘ_st, a hundredth; finite networks a few per cent.
    .margin(|_, profile| Margin::symmetric(by(profile, 0.1, 0.06)))
    .rival("C in place of C − 1", |s| {
        let classes = s.network.classes() as f64;
        Ok(statistics(s)?.theta_st * softmax(s)?.beta_0 * (classes - 1.0) / classes)
    })
    .rival("the whole variance of the outputs: β_1(q_t)", |s| Ok(statistics(s)?.theta_st * softmax(s)?.lower))
    .rival("equal outputs: 1/C", |s| Ok(statistics(s)?.theta_st / s.network.classes() as f64))
    .finish()
}

fn without_outlier() -> Claim {
    Claim::about::<CentredClassifier>(
        "spectra/classifier-step",
        "Odd activations without biases have no outlier: the edge of the bulk bounds both rates",
    )
    .formula(
        r"\lambda_{\max}\le\frac2{\eta_c}=\lambda_++\Theta_{st},\qquad\lambda^{CE}_{\max}\le\frac1{\eta_c}",
    )
    .sources(&[KARAKIDA_2021_PATHOLOGICAL])
    .cases(|profile| {
        let (width, trials) = by(profile, (200, 32), (400, 32));
        let of = |activation: &str, depth: usize, samples: usize| -> Result<_, JudgeError> {
            let mut widths = vec![width; depth];
            widths.push(2);
            let network = Architecture::new(widths, activation.parse()?, 2.0, 0.0)?.with_trained_biases(true);
            Ok(at(FisherSetting { network, samples }, trials))
        };
        Ok(vec![of("tanh", 3, width)?, of("erf", 2, width / 2)?, of("linear", 3, width / 2)?])
    })
    .measure(in_units_of_the_bounds)
    .components(["squared error", "cross entropy"])
    // Bounds: what is measured must not change when it is cut there.
    .predict_given(|s, o| Ok(in_units_of_the_bounds(s, o)?.map(|lambda| lambda.min(1.0))))
    .margin(|_, _| Margin::symmetric(0.05))
    .rival_given("the outlier alone: leading order in the width", |s, o| {
        let kernel = statistics(s)?;
        let outliers = [kernel.lambda_max, kernel.theta_st * softmax(s)?.beta_0];
        let (bounds, measured) = (bounds(s)?, in_units_of_the_bounds(s, o)?);
        Ok([0, 1].map(|i| measured[i].min(outliers[i] / bounds[i])))
    })
    .finish()
}

/// The bounds of the sharpness for the squared error and for the cross entropy.
fn bounds(s: &FisherSetting) -> Result<[f64; 2], JudgeError> {
    let steps = classifier_step(&s.network, s.samples)?;
    Ok([2.0 / steps.squared_error, 2.0 / steps.cross_entropy.unwrap_or(f64::INFINITY)])
}

fn in_units_of_the_bounds(s: &FisherSetting, o: &CentredClassifierOutcome) -> Result<[f64; 2], JudgeError> {
    let [squared_error, cross_entropy] = bounds(s)?;
    Ok([o.plain_top / squared_error, o.ce_top / cross_entropy])
}

/// Learning rates in units of the critical one.
const RATES: [f64; 3] = [0.5, 0.9, 1.1];

/// A classifier that starts with unequal mean outputs.
pub(crate) fn tilted(
    width: usize,
    ratio: f64,
    steps: usize,
) -> Result<ClassifierTrainingSetting, JudgeError> {
    let fisher = setting("tanh", 3, width, 2, 200)?;
    let rate = ratio * critical(&fisher)?;
    Ok(ClassifierTrainingSetting { fisher, rate, steps, tilt: vec![0.5, -0.5] })
}

fn cases(profile: Profile, rates: &[f64]) -> Result<Vec<At<ClassifierTrainingSetting>>, JudgeError> {
    let (width, trials) = by(profile, (300, 48), (1000, 24));
    rates
        .iter()
        .map(|&ratio| {
            let s = tilted(width, ratio, 2)?;
            Ok(At::setting(format!("{} η={ratio}η_c", label(&s.fisher)), s, trials))
        })
        .collect()
}

/// The difference of the mean outputs after `step` steps.
pub(crate) fn difference(o: &ClassifierTrainingOutcome, step: usize) -> Result<f64, JudgeError> {
    match o.means.get(2 * step..2 * step + 2) {
        Some([first, second]) => Ok(first - second),
        _ => Err(JudgeError::Other(format!("training ends before step {step}"))),
    }
}

/// The same in the kernel map, from the outputs of the network.
pub(crate) fn mapped(
    s: &ClassifierTrainingSetting,
    o: &ClassifierTrainingOutcome,
    step: usize,
) -> Result<f64, JudgeError> {
    let kernel = statistics(&s.fisher)?;
    let logits = rows(&o.logits, 2);
    let labels: Vec<usize> = (0..s.fisher.samples).map(|n| n % 2).collect();
    let outputs = kernel_map(&logits, &labels, kernel.theta_t, kernel.theta_st, s.rate, step)?;
    Ok(outputs.iter().map(|f| f[0] - f[1]).sum::<f64>() / outputs.len() as f64)
}

fn first_step() -> Claim {
    Claim::about::<ClassifierTraining>("spectra/ce-kernel-map", "The first step of a classifier, in function space")
        .formula(r"f(n)\leftarrow f(n)-\frac\eta N\left[\Theta_{st}\sum_mr_m+(\Theta_t-\Theta_{st})r_n\right],\quad r_n=g(n)-e_{\mathrm{label}(n)}")
        .sources(&[KARAKIDA_2021_PATHOLOGICAL])
        .cases(|profile| cases(profile, &RATES))
        // The tilt is a difference of one.
        .measure(|_, o| difference(o, 1))
        .predict_given(|s, o| mapped(s, o, 1))
        .by_difference()
        .margin(|_, profile| Margin::symmetric(by(profile, 0.15, 0.08)))
        .rival_given("residuals without the softmax", |s, o| {
            let kernel = statistics(&s.fisher)?;
            let n = s.fisher.samples as f64;
            // The common part of f − e; labels are balanced.
            Ok(difference(o, 0)? * (1.0 - s.rate * (kernel.theta_st + (kernel.theta_t - kernel.theta_st) / n)))
        })
        .rival_given("nothing happens", |_, o| difference(o, 0))
        .finish()
}

fn later_steps() -> Claim {
    Claim::about::<ClassifierTraining>(
        "spectra/ce-second-step",
        "Twice the critical rate of regression and more is stable for a classifier",
    )
    .formula(r"\|c_2\|\ll\|c_0\|\quad\text{at}\ \eta=\tfrac12\eta_c^{CE}")
    .sources(&[KARAKIDA_2021_PATHOLOGICAL])
    .cases(|profile| cases(profile, &RATES[..1]))
    .measure(|_, o| difference(o, 2))
    .predict_given(|s, o| mapped(s, o, 2))
    .by_difference()
    .margin(|_, profile| Margin::symmetric(by(profile, 0.15, 0.08)))
    .rival_given("nothing happens", |_, o| difference(o, 0))
    .rival_given("as for the squared error: the tilt grows", |s, o| {
        let kernel = statistics(&s.fisher)?;
        Ok(difference(o, 0)? * (1.0 - s.rate * kernel.theta_st).powi(2))
    })
    .finish()
}
