//! Two classes, for which the softmax has closed laws; and the spectrum of one network of many samples.

use solvable_theory::bibliography::KARAKIDA_2021_PATHOLOGICAL;
use solvable_theory::pathological_spectra::{
    bulk_distribution, mean_softmax_covariance, outlier_quantile, two_cycle,
};
use solvable_theory::{Activation, Architecture};

use super::cross_entropy::softmax;
use super::kernels::at;
use super::learning_rate::{critical, difference};
use crate::experiments::{
    ClassifierSpectrum, ClassifierSpectrumOutcome, ClassifierTraining, ClassifierTrainingSetting, SHARES,
    TwoClassOutputs,
};
use crate::settings::{label, outputs, rows, setting, statistics};
use solvable_engine::verify::{At, Claim, JudgeError, Margin, Profile};
use solvable_shared::FisherSetting;
use solvable_shared::by;
use solvable_shared::kept;

pub(crate) fn claims() -> Vec<Claim> {
    vec![conditional(), law_of_the_outlier(), law_of_the_bulk(), oscillation()]
}

/// $\mu_i(\bar Q(y))$, the largest and the sum, with the shared outputs of a trial.
fn shares(s: &FisherSetting, o: &ClassifierSpectrumOutcome, scale: f64) -> Result<[f64; 2], JudgeError> {
    let (q_t, q_st) = outputs(&s.network)?;
    let logits = rows(&o.logits, s.network.classes());
    let mean = |k: usize| logits.iter().map(|f| f[k]).sum::<f64>() / logits.len() as f64;
    let y: Vec<f64> = (0..s.network.classes()).map(|k| scale * mean(k) / q_st.sqrt()).collect();
    let mu = kept(&format!("conditional outliers {y:?} {q_t} {q_st}"), || {
        Ok(mean_softmax_covariance(&y, q_t, q_st)?.1)
    })?;
    Ok([mu[0], mu.iter().sum()])
}

fn conditional() -> Claim {
    Claim::about::<ClassifierSpectrum>(
        "spectra/qbar-conditional",
        "With many samples the outliers of one network follow from the outputs that all its samples share",
    )
    .formula(r"\lambda_i=\Theta_{st}\,\mu_i(\bar Q(y)),\qquad\bar Q(y)=E_z[\mathrm{diag}(g)-gg^\top]")
    .sources(&[KARAKIDA_2021_PATHOLOGICAL])
    .cases(|profile| {
        let (width, trials) = by(profile, (300, 32), (800, 32));
        let network = Architecture::new(vec![width, width, width, 3], Activation::relu(), 2.0, 3.0)?;
        let s = FisherSetting { network: network.with_trained_biases(true), samples: 150 };
        Ok(vec![At::setting(format!("relu L=3 M={width} C=3 N=150 σ_b²=3"), s, trials)])
    })
    // In units of Θ_st, which fluctuates by a tenth from network to network.
    .by_distance()
    .measure(|s, o| {
        let theta_st = statistics(s)?.theta_st;
        Ok([o.outliers[0] / theta_st, o.outliers.iter().sum::<f64>() / theta_st])
    })
    .predict_given(|s, o| shares(s, o, 1.0))
    .margin(|_, profile| Margin::symmetric(by(profile, 0.1, 0.08)))
    .rival("the mean over networks for each", |s| {
        let m = softmax(s)?;
        Ok([m.lower, m.beta_1])
    })
    .rival_given("nothing shared: y = 0", |s, o| shares(s, o, 0.0))
    .finish()
}

fn two_class_cases(profile: Profile) -> Result<Vec<At<FisherSetting>>, JudgeError> {
    let (width, samples, trials) = by(profile, (200, 300, 600), (400, 400, 1500));
    Ok(vec![
        at(setting("relu", 3, width, 2, samples)?, trials),
        at(setting("tanh", 3, width, 2, samples)?, trials),
    ])
}

/// $P(\lambda_1\le x\Theta_{st})$: the inverse of the quantile.
fn distribution(x: f64, q_t: f64, q_st: f64) -> Result<f64, JudgeError> {
    let (mut low, mut high) = (1e-12, 1.0 - 1e-12);
    for _ in 0..40 {
        let middle = 0.5 * (low + high);
        if outlier_quantile(middle, q_t, q_st)? < x {
            low = middle;
        } else {
            high = middle;
        }
    }
    Ok(0.5 * (low + high))
}

/// Up to the median: near its largest value, which many networks share, finite samples blur the law.
const LEVELS: [f64; 3] = [0.1, 0.25, 0.5];

/// The quantiles of the outlier over networks.
fn quantiles(s: &FisherSetting) -> Result<Vec<f64>, JudgeError> {
    let values = kept(&format!("outlier quantiles {s:?}"), || {
        let (q_t, q_st) = outputs(&s.network)?;
        LEVELS.iter().map(|&p| Ok(outlier_quantile(p, q_t, q_st)?)).collect()
    })?;
    Ok(values.to_vec())
}

/// How many networks another law expects below the quantiles.
fn expected(s: &FisherSetting, law: impl Fn(f64, f64) -> (f64, f64)) -> Result<Vec<f64>, JudgeError> {
    let (q_t, q_st) = outputs(&s.network)?;
    let (q_t, q_st) = law(q_t, q_st);
    let shares = kept(&format!("outliers of another law {s:?} {q_t} {q_st}"), || {
        quantiles(s)?.into_iter().map(|x| distribution(x, q_t, q_st)).collect()
    })?;
    Ok(shares.to_vec())
}

fn law_of_the_outlier() -> Claim {
    Claim::about::<TwoClassOutputs>(
        "spectra/ce-outlier-quantile-c2",
        "Two classes, many samples: the outlier is random from network to network, with known quantiles",
    )
    .formula(r"P\big(\lambda_1/\Theta_{st}\le m(\Phi^{-1}(1-\tfrac p2))\big)=p,\qquad m(\bar y)=E_zw(\sqrt{2(q_t-q_{st})}z+\sqrt{2q_{st}}\bar y)")
    .sources(&[KARAKIDA_2021_PATHOLOGICAL])
    .cases(two_class_cases)
    .by_difference()
    .components(LEVELS.map(|p| format!("below the {p}-quantile")))
    .measure(|s, o| {
        Ok(quantiles(s)?.into_iter().map(|x| f64::from(u8::from(o.mean < x))).collect::<Vec<_>>())
    })
    .predict(|_| Ok(LEVELS.to_vec()))
    .margin(|_, profile| Margin::symmetric(by(profile, 0.1, 0.07)))
    .rival("one output for the difference of two: half the variance", |s| {
        expected(s, |q_t, q_st| (0.5 * q_t, 0.5 * q_st))
    })
    .rival("all samples share their outputs: q_st = q_t", |s| expected(s, |q_t, _| (q_t, q_t)))
    .finish()
}

fn law_of_the_bulk() -> Claim {
    Claim::about::<TwoClassOutputs>(
        "spectra/ce-bulk-density-c2",
        "Two classes: the bulk is stretched over the softmaxes of single samples, with a known density",
    )
    .formula(r"P(w)=2\big(1-\Phi(d/\sqrt{2q_t})\big),\qquad d=2\,\mathrm{arcosh}\frac1{\sqrt{2w}},\qquad\lambda=w\,\frac{\Theta_t-\Theta_{st}}N")
    .sources(&[KARAKIDA_2021_PATHOLOGICAL])
    .cases(two_class_cases)
    .by_difference()
    .components(SHARES.map(|w| format!("w < {w}")))
    .measure(|_, o| Ok(o.below))
    .predict(|s| {
        let (q_t, _) = outputs(&s.network)?;
        Ok(SHARES.iter().map(|&w| bulk_distribution(w, q_t)).collect::<Result<Vec<_>, _>>()?)
    })
    .margin(|_, profile| Margin::symmetric(by(profile, 0.05, 0.03)))
    .rival("one output for the difference of two: half the variance", |s| {
        let (q_t, _) = outputs(&s.network)?;
        Ok(SHARES.iter().map(|&w| bulk_distribution(w, 0.5 * q_t)).collect::<Result<Vec<_>, _>>()?)
    })
    .rival("the samples' own part alone", |s| {
        let (q_t, q_st) = outputs(&s.network)?;
        Ok(SHARES.iter().map(|&w| bulk_distribution(w, q_t - q_st)).collect::<Result<Vec<_>, _>>()?)
    })
    .finish()
}

/// Steps of the oscillation.
const STEPS: usize = 6;

/// Gradient descent at `ratio` times the critical rate, from outputs that differ by one half.
fn cycle(width: usize, samples: usize, ratio: f64) -> Result<ClassifierTrainingSetting, JudgeError> {
    let fisher = setting("relu", 3, width, 2, samples)?;
    let rate = ratio * critical(&fisher)?;
    Ok(ClassifierTrainingSetting { fisher, rate, steps: STEPS, tilt: vec![0.25, -0.25] })
}

fn oscillation() -> Claim {
    Claim::about::<ClassifierTraining>(
        "spectra/ce-two-cycle-c2",
        "Above the critical rate two balanced classes oscillate with a known amplitude instead of diverging",
    )
    .formula(r"A=\frac r{E\sigma'(\xi)}\Big(E\sigma(A+\xi)-\tfrac12\Big),\qquad\xi\sim N(0,2(q_t-q_{st}))")
    .sources(&[KARAKIDA_2021_PATHOLOGICAL])
    .cases(|profile| {
        let (width, samples, trials) = by(profile, (500, 200, 64), (1000, 200, 100));
        let s = cycle(width, samples, 1.5)?;
        Ok(vec![At::setting(format!("{} η=1.5η_c", label(&s.fisher)), s, trials)])
    })
    .measure(|_, o| Ok(difference(o, STEPS)?.abs()))
    .predict(|s| amplitude(s, |q_t, q_st| q_t - q_st))
    // Finite networks move to flatter regions, which makes the amplitude smaller.
    .margin(|_, _| Margin::between(-0.15, 0.05))
    .rival("the whole variance of the outputs", |s| amplitude(s, |q_t, _| q_t))
    .rival("outputs alike but for their mean: no variance", |s| amplitude(s, |_, _| 0.0))
    .rival("as for the squared error: it grows by 2r − 1 in every step", |s| {
        let ratio = s.rate / critical(&s.fisher)?;
        Ok((s.tilt[0] - s.tilt[1]) * (2.0 * ratio - 1.0).powi(STEPS as i32))
    })
    .finish()
}

fn amplitude(s: &ClassifierTrainingSetting, variance: impl Fn(f64, f64) -> f64) -> Result<f64, JudgeError> {
    let (q_t, q_st) = outputs(&s.fisher.network)?;
    Ok(two_cycle(s.rate / critical(&s.fisher)?, variance(q_t, q_st))?)
}
