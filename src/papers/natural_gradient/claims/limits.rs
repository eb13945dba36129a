//! Where isotropy ends: more samples than inputs, single units, heavy tails; and averages over initialisations.

use nalgebra::{DMatrix, DVector};
use solvable_theory::bibliography::{FORSTER_2002, KARAKIDA_2020_NATURAL};
use solvable_theory::natural_gradient::{
    Cauchy, LayerKernels, Method, contraction, cross_kernels, ensemble_moments, kfac_leverage, unit_alpha,
    unit_cauchy, unit_damped_single,
};
use solvable_theory::{Architecture, TheoryError};

use super::infinite;
use super::isotropy::width;
use super::training::on_labels;
use crate::experiments::{
    BackwardRatio, BackwardRatioOutcome, BackwardRatioSetting, Inputs, NaturalTraining,
    NaturalTrainingOutcome, NaturalTrainingSetting, Sample, Task, UnitShares, UnitSharesSetting,
};
use crate::settings::{INPUTS, alpha_by, increment, label, network, residual, scaled_network, scales_of};
use solvable_engine::verify::{At, Claim, JudgeError, Margin, Profile};
use solvable_shared::asked;
use solvable_shared::by;
use solvable_simulate::training::NaturalGradient;

pub(crate) fn claims() -> Vec<Claim> {
    vec![
        leverages(),
        forster(),
        unit_per_sample(),
        unit_damped(),
        heavy_tails(),
        ensemble_mean(),
        ensemble_variance(),
    ]
}

/// $N$ and $M_0$ of the inputs with more samples than dimensions.
const MANY: (usize, usize) = (48, 12);

/// K-FAC on 48 samples in 12 dimensions, at the rate that would suit equal leverages, $\alpha=M_0+N+1$.
fn low_rank(inputs: Inputs, profile: Profile) -> Result<NaturalTrainingSetting, TheoryError> {
    let (samples, dimension) = MANY;
    Ok(NaturalTrainingSetting {
        network: network("relu", dimension, 3, width(profile))?,
        sample: Sample::new(inputs, samples, 0),
        rule: NaturalGradient { low_rank_inputs: true, ..NaturalGradient::plain(Method::Kfac) },
        learning_rate: 1.0 / (dimension + samples + 1) as f64,
        steps: 1,
        task: Task::SmallResidual(1e-3),
        empirical: false,
    })
}

/// $(1-\eta\alpha_n)g_0[n]/\|g_0\|$.
fn sample_by_sample(
    s: &NaturalTrainingSetting,
    o: &NaturalTrainingOutcome,
    rates: impl Fn(usize) -> f64,
) -> Result<Vec<f64>, JudgeError> {
    let start = residual(s, o, 0)?;
    let norm = start.norm();
    Ok(start.iter().enumerate().map(|(n, g)| (1.0 - s.learning_rate * rates(n)) * g / norm).collect())
}

fn first_residual(s: &NaturalTrainingSetting, o: &NaturalTrainingOutcome) -> Result<Vec<f64>, JudgeError> {
    Ok((residual(s, o, 1)? / residual(s, o, 0)?.norm()).as_slice().to_vec())
}

/// The rates by the leverages of the anisotropic inputs.
fn leverage_rates(s: &NaturalTrainingSetting, o: &NaturalTrainingOutcome) -> Result<Vec<f64>, JudgeError> {
    let sample = Sample { inputs: Inputs::Anisotropic, ..s.sample.clone() };
    let data = sample.data_set(s.network.widths()[0], o.data_set as usize)?;
    Ok(kfac_leverage(&data.train.transpose(), s.network.depth())?)
}

fn low_rank_claim(
    id: &str,
    title: &str,
    inputs: Inputs,
) -> solvable_engine::verify::ClaimBuilder<NaturalTraining> {
    Claim::about::<NaturalTraining>(id, title)
        .cases(move |profile| {
            let setting = low_rank(inputs, profile)?;
            let (samples, dimension) = MANY;
            Ok(vec![At::setting(format!("{} N={samples} M₀={dimension}", label(&setting)), setting, 32)])
        })
        .measure(first_residual)
        .by_distance()
        .median()
        .margin(|_, _| Margin::symmetric(3e-3))
}

fn leverages() -> Claim {
    low_rank_claim(
        "ngd/kfac-leverage",
        "Beyond the input dimension K-FAC trains every sample at a rate given by its leverage",
        Inputs::Anisotropic,
    )
    .formula(
        r"g_1[n]=(1-\eta\alpha_n)g_0[n],\qquad\alpha_n=Np_n+N(L-2)+1,\quad p_n=[X(X^\top X)^+X^\top]_{nn}",
    )
    .sources(&[KARAKIDA_2020_NATURAL])
    .predict_given(|s, o| {
        let rates = leverage_rates(s, o)?;
        sample_by_sample(s, o, |n| rates[n])
    })
    .rival_given("one α for all samples, leverages ignored", |s, o| {
        sample_by_sample(s, o, |_| 1.0 / s.learning_rate)
    })
    .finish()
}

fn forster() -> Claim {
    low_rank_claim(
        "ngd/forster",
        "After Forster's transform of the inputs all leverages are equal and K-FAC is isotropic again",
        Inputs::Forster,
    )
    .formula(r"p_n=M_0/N,\qquad\alpha=M_0+N(L-2)+1,\qquad g_1=(1-\eta\alpha)g_0=0")
    .sources(&[FORSTER_2002, KARAKIDA_2020_NATURAL])
    .predict_given(|s, o| sample_by_sample(s, o, |_| 1.0 / s.learning_rate))
    .rival_given("the leverages of the inputs as they were", |s, o| {
        let rates = leverage_rates(s, o)?;
        sample_by_sample(s, o, |n| rates[n])
    })
    .finish()
}

fn unit_per_sample() -> Claim {
    const SMALL: (usize, usize) = (16, 48);
    Claim::about::<NaturalTraining>(
        "ngd/unit-per-sample",
        "Unit-wise natural gradient trains every sample at the number of its active units",
    )
    .formula(r"g_1[n]=(1-\eta\alpha_n)g_0[n],\qquad\alpha_n=1+\#\{(l,i):\phi'(u^l_i(n))\ne0\},\qquad\epsilon=10^{-4}")
    .sources(&[KARAKIDA_2020_NATURAL])
    .cases(|profile| {
        [("relu", 2.0), ("tanh", 1.0), ("erf", 0.4)]
            .into_iter()
            .map(|(name, sigma_w2)| {
                let (samples, dimension) = SMALL;
                let width = width(profile);
                let widths = vec![dimension, width, 1];
                let network = Architecture::new(widths, name.parse()?, sigma_w2, 0.0)?;
                let active = if name == "relu" { 0.5 } else { 1.0 };
                let setting = NaturalTrainingSetting {
                    network,
                    sample: Sample::new(Inputs::Sphere, samples, 0),
                    rule: NaturalGradient::plain(Method::Unit),
                    learning_rate: 1.0 / unit_alpha(&[width], active, 1)?,
                    steps: 1,
                    task: Task::SmallResidual(1e-4),
                    empirical: false,
                };
                Ok(At::setting(format!("{} N={samples} σ_w²={sigma_w2}", label(&setting)), setting, 16))
            })
            .collect()
    })
    .measure(first_residual)
    .predict_given(|s, o| {
        let rates = asked(o.rates.as_deref(), "rates")?;
        sample_by_sample(s, o, |n| rates[n])
    })
    .by_distance()
    .median()
    .margin(|_, _| Margin::symmetric(1e-3))
    .rival_given("half of the units active at every sample", |s, o| {
        let rate = unit_alpha(&[s.network.widths()[1]], 0.5, 1)?;
        sample_by_sample(s, o, |_| rate)
    })
    .finish()
}

/// $\varepsilon$ of the hidden layers: $M\rho/(Q_l\sigma_w^2B_{l+1})$, where the factor $Q_lB_{m+1}$ is that of layer `forward`
/// $=l$ and layer `backward` $=m$.
fn damping_ratio(s: &UnitSharesSetting, forward: usize, backward: usize) -> Result<f64, JudgeError> {
    let itself = DMatrix::from_element(1, 1, 1.0);
    let kernels = cross_kernels(s.network.scales(), s.network.depth(), &itself)?;
    let signal = kernels.forward(forward)[(0, 0)] * s.network.scales().sigma_w2;
    Ok(s.rho * s.network.widths()[1] as f64 / (signal * kernels.backward(backward + 1)[(0, 0)]))
}

/// The shares of both hidden layers.
fn damped_shares(
    s: &UnitSharesSetting,
    ratio: impl Fn(&UnitSharesSetting, usize) -> Result<f64, JudgeError>,
) -> Result<[f64; 2], JudgeError> {
    let share = |layer| Ok::<_, JudgeError>(unit_damped_single(ratio(s, layer)?, 0.5)?);
    Ok([share(1)?, share(2)?])
}

/// $\sigma_w^2$ and $\sigma_b^2$ with which the two hidden layers of ReLU networks differ: without biases $Q_lB_{l+1}$ is the same in all.
const UNLIKE_LAYERS: (f64, f64) = (1.5, 1.0);

fn layers_differ(s: &UnitSharesSetting) -> bool {
    scales_of(&s.network).1 > 0.0
}

fn unit_damped() -> Claim {
    Claim::about::<UnitShares>(
        "ngd/unit-damped-single",
        "Damping takes from every hidden layer of the unit-wise method a share in closed form",
    )
    .formula(
        r"\frac{\bar R_l}{M_l}=\gamma\left[1-\sqrt{\pi\varepsilon/2}\,e^{\varepsilon/2}\,\mathrm{erfc}\sqrt{\varepsilon/2}\right],\qquad
          \varepsilon=\frac{M_lN\rho}{Q_l\mathrm{Var}\,\xi}",
    )
    .sources(&[KARAKIDA_2020_NATURAL])
    .cases(|profile| {
        let width = width(profile);
        let mut cases = [0.05, 0.5, 2.0]
            .into_iter()
            .map(|eps| {
                // Q_l σ_w² B_{l+1} = 4 in both layers.
                let setting =
                    UnitSharesSetting { network: network("relu", INPUTS, 3, width)?, rho: 4.0 * eps / width as f64 };
                Ok(At::setting(format!("relu L=3 M={width} ε={eps}"), setting, by(profile, 128, 96)))
            })
            .collect::<Result<Vec<_>, JudgeError>>()?;
        let (w, b) = UNLIKE_LAYERS;
        let network = scaled_network("relu", (w, b), INPUTS, 3, width)?;
        let setting = UnitSharesSetting { network, rho: 4.0 / width as f64 };
        let label = format!("relu L=3 M={width} σ_w²={w} σ_b²={b} Mρ=4");
        cases.push(At::setting(label, setting, by(profile, 128, 96)));
        Ok(cases)
    })
    .measure(|_, o| Ok(o.shares.clone()))
    .components(["layer 1", "layer 2"])
    .predict(|s| damped_shares(s, |s, l| damping_ratio(s, l, l)))
    // One per cent, and three standard errors of twenty networks.
    .margin(|_, profile| Margin::symmetric(by(profile, 0.04, 0.02)))
    .rival("no damping: the share γ of active units", |_| Ok([0.5; 2]))
    .rival("the signal as large in every unit: γ/(1+ε)", |s| {
        let share = |layer| Ok::<_, JudgeError>(0.5 / (1.0 + damping_ratio(s, layer, layer)?));
        Ok([share(1)?, share(2)?])
    })
    .rival_where("Q of the next layer", layers_differ, |s| damped_shares(s, |s, l| damping_ratio(s, l + 1, l)))
    .rival_where("B of the same layer", layers_differ, |s| damped_shares(s, |s, l| damping_ratio(s, l, l - 1)))
    .rival_where("the layers exchanged", layers_differ, |s| {
        damped_shares(s, |s, l| damping_ratio(s, 3 - l, 3 - l))
    })
    .rival_where("σ_w² = 2 and no biases, as elsewhere", layers_differ, |s| {
        damped_shares(s, |s, _| Ok(s.rho * s.network.widths()[1] as f64 / 4.0))
    })
    .finish()
}

/// Cosine of the two inputs.
const COSINE: f64 = 0.6;

/// The law of the average ratio of backward signals at a cosine of the inputs.
fn cauchy_at(network: &Architecture, cosine: f64) -> Result<Cauchy, TheoryError> {
    let kernels = pair_kernels(network, cosine)?;
    let backward = kernels.backward(2);
    unit_cauchy(backward[(0, 0)], backward[(0, 1)], backward[(0, 1)])
}

/// The kernels from two inputs at a cosine to the second of them.
fn pair_kernels(network: &Architecture, cosine: f64) -> Result<LayerKernels, TheoryError> {
    cross_kernels(network.scales(), network.depth(), &DMatrix::from_row_slice(1, 2, &[cosine, 1.0]))
}

/// The law for the inputs of the figure.
pub(crate) fn cauchy(network: &Architecture) -> Result<Cauchy, TheoryError> {
    cauchy_at(network, COSINE)
}

pub(crate) fn ratio_setting(width: usize) -> Result<BackwardRatioSetting, TheoryError> {
    Ok(BackwardRatioSetting { network: network("relu", INPUTS, 3, width)?, cosine: COSINE })
}

/// Widths of the average.
pub(crate) const RATIO_WIDTHS: [usize; 2] = [100, 400];

/// Trials of every width.
pub(crate) const RATIO_TRIALS: usize = 1000;

/// Kolmogorov's distance at which 300 draws have $p=10^{-3}$.
const KOLMOGOROV_MARGIN: f64 = 0.1126;

/// Cosines at which other correlations, or another scale, make laws that many draws tell from the right one: at the first
/// the correlation changes most from layer to layer, at the second $\sqrt{1-r^2}$ is far from $1-r^2$ and from 1. At 0.6 the
/// correlation of $Q_3$ is $r$ by accident.
const TELLING_COSINES: [f64; 2] = [-0.9, 0.95];

/// Draws there, and Kolmogorov's distance at which they have $p=10^{-10}$.
const MANY_RATIOS: (usize, f64) = (6000, 0.045);

/// The law at a trial for the correlation $r$.
fn correlated(o: &BackwardRatioOutcome, r: f64) -> Result<f64, JudgeError> {
    Ok(unit_cauchy(r, 1.0, 1.0)?.cdf(o.ratio))
}

/// The correlation of a kernel between the two inputs.
fn correlation(kernel: &DMatrix<f64>) -> f64 {
    kernel[(0, 0)] / kernel[(0, 1)]
}

fn opposite(s: &BackwardRatioSetting) -> bool {
    s.cosine < 0.0
}

fn close(s: &BackwardRatioSetting) -> bool {
    s.cosine > 0.9
}

fn heavy_tails() -> Claim {
    Claim::about::<BackwardRatio>(
        "ngd/unit-heavy-tails",
        "Unit-wise test predictions do not concentrate: their average over units is Cauchy at every width",
    )
    .formula(
        r"\frac1{M_1}\sum_i\frac{\xi_i(x')}{\xi_i(x)}\sim\mathrm{Cauchy}(r,\sqrt{1-r^2}),\qquad r=\frac{B_2(x',x)}{B_2(x,x)}",
    )
    .sources(&[KARAKIDA_2020_NATURAL])
    .cases(|_| {
        let standing = RATIO_WIDTHS.map(|width| {
            Ok(At::setting(format!("relu L=3 M={width}"), ratio_setting(width)?, RATIO_TRIALS))
        });
        let telling = TELLING_COSINES.map(|cosine| {
            let width = RATIO_WIDTHS[0];
            let setting = BackwardRatioSetting { cosine, ..ratio_setting(width)? };
            Ok(At::setting(format!("relu L=3 M={width} cosine {cosine}"), setting, MANY_RATIOS.0))
        });
        standing.into_iter().chain(telling).collect()
    })
    .measure(|_, o| Ok(o.ratio))
    .predict_given(|s, o| Ok(cauchy_at(&s.network, s.cosine)?.cdf(o.ratio)))
    .law()
    .margin(|s, _| {
        Margin::symmetric(if opposite(s) || close(s) { MANY_RATIOS.1 } else { KOLMOGOROV_MARGIN })
    })
    .rival_given("averages concentrate: the law of a single ratio shrunk by √M", |s, o| {
        let law = cauchy_at(&s.network, s.cosine)?;
        let scale = law.scale / (s.network.widths()[1] as f64).sqrt();
        Ok(Cauchy { scale, ..law }.cdf(o.ratio))
    })
    .rival_given("signals of different inputs independent: a Cauchy law around 0", |_, o| {
        Ok(Cauchy { location: 0.0, scale: 1.0 }.cdf(o.ratio))
    })
    .rival_given_where("the scale 1 − r²", close, |s, o| {
        let law = cauchy_at(&s.network, s.cosine)?;
        Ok(Cauchy { scale: law.scale * law.scale, ..law }.cdf(o.ratio))
    })
    .rival_given_where("the scale of one Gaussian, 1", close, |s, o| {
        Ok(Cauchy { scale: 1.0, ..cauchy_at(&s.network, s.cosine)? }.cdf(o.ratio))
    })
    .rival_given_where("B_1 in place of B_2", |s| opposite(s) || close(s), |s, o| {
        let kernels = pair_kernels(&s.network, s.cosine)?;
        correlated(o, correlation(kernels.backward(1)))
    })
    .rival_given_where("the correlation of the forward kernel Q_2", opposite, |s, o| {
        let kernels = pair_kernels(&s.network, s.cosine)?;
        correlated(o, correlation(kernels.forward(2)))
    })
    .rival_given_where("the correlation of the forward kernel Q_3", close, |s, o| {
        let kernels = pair_kernels(&s.network, s.cosine)?;
        correlated(o, correlation(kernels.forward(3)))
    })
    .rival_given_where("slopes one layer too early: those at Q_1", opposite, |s, o| {
        // B_{L-1} of the network without its first hidden layer.
        let kernels = cross_kernels(
            s.network.scales(),
            s.network.depth() - 1,
            &DMatrix::from_row_slice(1, 2, &[s.cosine, 1.0]),
        )?;
        correlated(o, correlation(kernels.backward(1)))
    })
    .finish()
}

/// Networks trained by one full step: the ensembles.
fn ensembles(profile: Profile) -> Result<Vec<At<NaturalTrainingSetting>>, JudgeError> {
    [Method::Exact, Method::Bd]
        .into_iter()
        .map(|method| {
            let setting = on_labels(method, "relu", 3, by(profile, 512, 1024), Inputs::Sphere)?;
            Ok(At::setting(label(&setting), setting, 160))
        })
        .collect()
}

/// Networks trained by half a step, at which the progress $p$ is $\frac12$.
fn half_trained(
    profile: Profile,
    method: Method,
    inputs: Inputs,
    trials: usize,
) -> Result<At<NaturalTrainingSetting>, JudgeError> {
    let full = on_labels(method, "relu", 3, by(profile, 512, 1024), inputs)?;
    let learning_rate = full.learning_rate / 2.0;
    let setting = NaturalTrainingSetting { learning_rate, empirical: false, ..full };
    Ok(At::setting(format!("{} ηα=0.5", label(&setting)), setting, trials))
}

/// $f_t(X')$ of a trial.
fn trained(s: &NaturalTrainingSetting, o: &NaturalTrainingOutcome) -> Result<DVector<f64>, JudgeError> {
    Ok(DVector::from_column_slice(asked(o.start.as_deref(), "start")?) + increment(s, o, s.steps)?)
}

/// $p=1-(1-\eta\alpha)^t$.
fn progress(s: &NaturalTrainingSetting) -> Result<f64, JudgeError> {
    Ok(1.0 - contraction(s.learning_rate * alpha_by(s.rule.method, s)?, s.steps))
}

fn partly_trained(s: &NaturalTrainingSetting) -> bool {
    progress(s).is_ok_and(|p| p < 0.9)
}

/// Those of a full run, whose variance lacks less at finite width.
fn many_half_trained(s: &NaturalTrainingSetting) -> bool {
    partly_trained(s) && s.network.widths()[1] >= 1024
}

type Moments = (DVector<f64>, DVector<f64>);

/// $Ef(X')$ and $\mathrm{Var}f(X')$ for the targets of a trial, with the test kernel of a method at a progress.
fn moments_by(
    s: &NaturalTrainingSetting,
    o: &NaturalTrainingOutcome,
    method: Method,
    progress: f64,
) -> Result<Moments, JudgeError> {
    let kernels = infinite::kernels(&s.network, &s.sample, o.data_set as usize)?;
    let moments = ensemble_moments(
        method,
        &kernels.0,
        &kernels.1,
        asked(o.targets.as_deref(), "targets")?,
        progress,
        1,
    )?;
    Ok((DVector::from_vec(moments.mean), DVector::from_vec(moments.variance)))
}

/// Those of the setting.
fn moments(s: &NaturalTrainingSetting, o: &NaturalTrainingOutcome) -> Result<Moments, JudgeError> {
    moments_by(s, o, s.rule.method, progress(s)?)
}

fn ensemble_mean() -> Claim {
    Claim::about::<NaturalTraining>(
        "ngd/ensemble-mean",
        "The mean of trained networks is a kernel regression of the targets; which kernel is told by networks of known start",
    )
    .formula(
        r"E f_t(X')=[1-(1-\eta\alpha)^t]\,k(X',X)\,y,\qquad\frac{\langle f_t,Ef_t\rangle}{\|Ef_t\|^2}\to1",
    )
    .sources(&[KARAKIDA_2020_NATURAL])
    .cases(|profile| {
        let mut cases = ensembles(profile)?;
        cases.push(half_trained(profile, Method::Bd, Inputs::Digits, by(profile, 96, 160))?);
        Ok(cases)
    })
    .measure(|s, o| {
        let (mean, _) = moments(s, o)?;
        Ok(trained(s, o)?.dot(&mean) / mean.norm_squared())
    })
    .predict(|_| Ok(1.0))
    .by_difference()
    .margin(|_, _| Margin::symmetric(0.5))
    .rival("the mean of the prior", |_| Ok(0.0))
    .rival("twice the targets", |_| Ok(2.0))
    .rival_where("trained to the end, p = 1", partly_trained, |s| Ok(1.0 / progress(s)?))
    .finish()
}

fn ensemble_variance() -> Claim {
    let normalized = |f: &DVector<f64>, (mean, variance): &Moments| {
        (f - mean).map(|x| x * x).component_div(variance).mean()
    };
    // What the measurement would be on average if mean and variance were others.
    let expected = |(m, v): &Moments, (mean, variance): &Moments| {
        let squares = v + (m - mean).map(|x| x * x);
        squares.component_div(variance).mean()
    };
    Claim::about::<NaturalTraining>(
        "ngd/ensemble-moments",
        "Training removes from the variance over initialisations what the kernels predict, at half a step as at a whole one; a Gaussian process is too near to be told apart",
    )
    .formula(r"\mathrm{Var}f_t=Q_L(x',x')-2p\,kQ_L(X,x')+p^2kQ_L(X,X)k^\top,\qquad p=1-(1-\eta\alpha)^t")
    .sources(&[KARAKIDA_2020_NATURAL])
    .cases(|profile| {
        let mut cases = ensembles(profile)?;
        cases.push(half_trained(profile, Method::Exact, Inputs::Sphere, by(profile, 320, 400))?);
        Ok(cases)
    })
    .measure(move |s, o| Ok(normalized(&trained(s, o)?, &moments(s, o)?)))
    .predict(|_| Ok(1.0))
    // Half trained networks vary more.
    .margin(|s, profile| Margin::symmetric(if partly_trained(s) { by(profile, 0.15, 0.12) } else { 0.12 }))
    .rival_given("the variance of the prior, Q_L(x',x')", |s, o| {
        let kernels = infinite::kernels(&s.network, &s.sample, o.data_set as usize)?;
        let prior = kernels.0.forward(s.network.depth())[(0, 0)];
        let (_, variance) = moments(s, o)?;
        Ok(variance.map(|v| prior / v).mean())
    })
    .rival_given_where("trained to the end, p = 1", partly_trained, move |s, o| {
        Ok(expected(&moments_by(s, o, s.rule.method, 1.0)?, &moments(s, o)?))
    })
    .rival_given_where("p² in place of p", many_half_trained, move |s, o| {
        Ok(expected(&moments_by(s, o, s.rule.method, progress(s)?.powi(2))?, &moments(s, o)?))
    })
    .finish()
}
