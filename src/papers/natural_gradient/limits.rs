//! Where isotropy ends: more samples than inputs, single units, heavy tails; and averages over initialisations.

use nalgebra::{DMatrix, DVector};
use solvable_theory::bibliography::{FORSTER_2002, KARAKIDA_2020_NATURAL};
use solvable_theory::natural_gradient::{
    Cauchy, Method, cross_kernels, ensemble_moments, kfac_leverage, unit_alpha, unit_cauchy,
    unit_damped_single,
};
use solvable_theory::{Architecture, TheoryError};

use super::super::by;
use super::super::experiments::{
    BackwardRatio, BackwardRatioSetting, Inputs, NaturalTraining, NaturalTrainingSetting, Sample, Task,
    UnitShares, UnitSharesSetting,
};
use super::isotropy::width;
use super::training::on_labels;
use super::{INPUTS, data_set, increment, infinite, label, network, residual};
use crate::simulate::training::NaturalGradient;
use crate::verify::{At, Claim, JudgeError, Margin, Outcome, Profile};

pub(super) fn claims() -> Vec<Claim> {
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
    o: &Outcome,
    rates: impl Fn(usize) -> f64,
) -> Result<Vec<f64>, JudgeError> {
    let start = residual(s, o, 0)?;
    let norm = start.norm();
    Ok(start.iter().enumerate().map(|(n, g)| (1.0 - s.learning_rate * rates(n)) * g / norm).collect())
}

fn first_residual(s: &NaturalTrainingSetting, o: &Outcome) -> Result<Vec<f64>, JudgeError> {
    Ok((residual(s, o, 1)? / residual(s, o, 0)?.norm()).as_slice().to_vec())
}

/// The rates by the leverages of the anisotropic inputs.
fn leverage_rates(s: &NaturalTrainingSetting, o: &Outcome) -> Result<Vec<f64>, JudgeError> {
    let sample = Sample { inputs: Inputs::Anisotropic, ..s.sample.clone() };
    let data = sample.data_set(s.network.widths()[0], data_set(o)?)?;
    Ok(kfac_leverage(&data.train.transpose(), s.network.depth())?)
}

fn low_rank_claim(id: &str, title: &str, inputs: Inputs) -> crate::verify::ClaimBuilder<NaturalTraining> {
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
        let rates = o.list("rates")?;
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

/// $\varepsilon$ of a damping strength: $M\rho/(Q_l\sigma_w^2)$ with $Q_l=\sigma_w^2=2$ and one sample.
fn damping_ratio(s: &UnitSharesSetting) -> f64 {
    s.rho * s.network.widths()[1] as f64 / 4.0
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
        [0.05, 0.5, 2.0]
            .into_iter()
            .map(|eps| {
                let setting =
                    UnitSharesSetting { network: network("relu", INPUTS, 3, width)?, rho: 4.0 * eps / width as f64 };
                Ok(At::setting(format!("relu L=3 M={width} ε={eps}"), setting, by(profile, 128, 96)))
            })
            .collect()
    })
    .measure(|_, o| Ok(o.list("shares")?.to_vec()))
    .components(["layer 1", "layer 2"])
    .predict(|s| Ok([unit_damped_single(damping_ratio(s), 0.5)?; 2]))
    // One per cent, and three standard errors of twenty networks.
    .margin(|_, profile| Margin::symmetric(by(profile, 0.04, 0.02)))
    .rival("no damping: the share γ of active units", |_| Ok([0.5; 2]))
    .rival("the signal as large in every unit: γ/(1+ε)", |s| Ok([0.5 / (1.0 + damping_ratio(s)); 2]))
    .finish()
}

/// Cosine of the two inputs.
const COSINE: f64 = 0.6;

/// The law of the average ratio of backward signals.
pub(super) fn cauchy(network: &Architecture) -> Result<Cauchy, TheoryError> {
    let pair = DMatrix::from_row_slice(1, 2, &[COSINE, 1.0]);
    let kernels = cross_kernels(network.scales(), network.depth(), &pair)?;
    let backward = kernels.backward(2);
    unit_cauchy(backward[(0, 0)], backward[(0, 1)], backward[(0, 1)])
}

pub(super) fn ratio_setting(width: usize) -> Result<BackwardRatioSetting, TheoryError> {
    Ok(BackwardRatioSetting { network: network("relu", INPUTS, 3, width)?, cosine: COSINE })
}

/// Widths of the average.
pub(super) const RATIO_WIDTHS: [usize; 2] = [100, 400];

/// Trials of every width.
pub(super) const RATIO_TRIALS: usize = 1000;

/// Kolmogorov's distance at which 300 draws have $p=10^{-3}$.
const KOLMOGOROV_MARGIN: f64 = 0.1126;

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
        RATIO_WIDTHS
            .into_iter()
            .map(|width| Ok(At::setting(format!("relu L=3 M={width}"), ratio_setting(width)?, RATIO_TRIALS)))
            .collect()
    })
    .measure(|_, o| Ok(o.number("ratio")?))
    .predict_given(|s, o| Ok(cauchy(&s.network)?.cdf(o.number("ratio")?)))
    .law()
    .margin(|_, _| Margin::symmetric(KOLMOGOROV_MARGIN))
    .rival_given("averages concentrate: the law of a single ratio shrunk by √M", |s, o| {
        let law = cauchy(&s.network)?;
        let scale = law.scale / (s.network.widths()[1] as f64).sqrt();
        Ok(Cauchy { scale, ..law }.cdf(o.number("ratio")?))
    })
    .rival_given("signals of different inputs independent: a Cauchy law around 0", |_, o| {
        Ok(Cauchy { location: 0.0, scale: 1.0 }.cdf(o.number("ratio")?))
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

/// $f_1(X')$ of a trial.
fn trained(s: &NaturalTrainingSetting, o: &Outcome) -> Result<DVector<f64>, JudgeError> {
    Ok(DVector::from_column_slice(o.list("start")?) + increment(s, o, 1)?)
}

/// $Ef_1(X')$ and $\mathrm{Var}f_1(X')$ for the targets of a trial.
fn moments(s: &NaturalTrainingSetting, o: &Outcome) -> Result<(DVector<f64>, DVector<f64>), JudgeError> {
    let kernels = infinite::kernels(&s.network, &s.sample, data_set(o)?)?;
    let moments = ensemble_moments(s.rule.method, &kernels.0, &kernels.1, o.list("targets")?, 1.0, s.steps)?;
    Ok((DVector::from_vec(moments.mean), DVector::from_vec(moments.variance)))
}

fn ensemble_mean() -> Claim {
    Claim::about::<NaturalTraining>(
        "ngd/ensemble-mean",
        "The mean of trained networks is a kernel regression of the targets",
    )
    .formula(
        r"E f_t(X')=[1-(1-\eta\alpha)^t]\,k(X',X)\,y,\qquad\frac{\langle f_t,Ef_t\rangle}{\|Ef_t\|^2}\to1",
    )
    .sources(&[KARAKIDA_2020_NATURAL])
    .cases(ensembles)
    .measure(|s, o| {
        let (mean, _) = moments(s, o)?;
        Ok(trained(s, o)?.dot(&mean) / mean.norm_squared())
    })
    .predict(|_| Ok(1.0))
    .by_difference()
    .margin(|_, _| Margin::symmetric(0.5))
    .rival("the mean of the prior", |_| Ok(0.0))
    .rival("twice the targets", |_| Ok(2.0))
    .finish()
}

fn ensemble_variance() -> Claim {
    let normalized = |f: &DVector<f64>, mean: &DVector<f64>, variance: &DVector<f64>| {
        (f - mean).map(|x| x * x).component_div(variance).mean()
    };
    Claim::about::<NaturalTraining>(
        "ngd/ensemble-moments",
        "Training removes from the variance over initialisations what the kernels predict",
    )
    .formula(r"\mathrm{Var}f_t=Q_L(x',x')-2p\,kQ_L(X,x')+p^2kQ_L(X,X)k^\top,\qquad p=1-(1-\eta\alpha)^t")
    .sources(&[KARAKIDA_2020_NATURAL])
    .cases(ensembles)
    .measure(move |s, o| {
        let (mean, variance) = moments(s, o)?;
        Ok(normalized(&trained(s, o)?, &mean, &variance))
    })
    .predict(|_| Ok(1.0))
    .margin(|_, _| Margin::symmetric(0.12))
    .rival_given("the variance of the prior, Q_L(x',x')", |s, o| {
        let kernels = infinite::kernels(&s.network, &s.sample, data_set(o)?)?;
        let prior = kernels.0.forward(s.network.depth())[(0, 0)];
        let (_, variance) = moments(s, o)?;
        Ok(variance.map(|v| prior / v).mean())
    })
    .finish()
}
