//! Beyond the isotropic linear model: any covariance, outliers, random Fourier features, smoothed kernels.

use std::sync::Arc;

use nalgebra::DVector;
use solvable_theory::TheoryError;
use solvable_theory::bibliography::{BISHOP_1995, DOBRIBAN_2018, TAKASE_2021};
use solvable_theory::self_paced_augmentation::{
    FourierFeatures as FeatureTheory, NoiseComponent, NoisyInputs, OutlierFixedPoint, SpectralFixedPoint,
    SpectralTask, fixed_point, outlier_fixed_point, smoothed_erf_kernel, smoothed_gaussian_kernel,
    smoothed_relu_kernel,
};

use crate::experiments::{
    AugmentedRidge, AugmentedRidgeSetting, FourierFeatures, FourierFeaturesOutcome, FourierFeaturesSetting,
    SmoothedKernel, SmoothedKernelSetting, fourier_problem,
};
use crate::settings::{Observable, apart, averaged_task, first, model, signal, tau};
use solvable_engine::verify::setting::require;
use solvable_engine::verify::{At, Claim, JudgeError, Margin, Profile, SettingError};
use solvable_shared::by;
use solvable_shared::kept;
use solvable_simulate::augmentation::Rule;
use solvable_simulate::augmentation::features::{FourierModel, FourierTraining};
use solvable_simulate::augmentation::kernels::NoisedPair;
use solvable_simulate::augmentation::linear::{InputLaw, LinearModel};

pub(crate) fn claims() -> Vec<Claim> {
    vec![
        power_ratio(),
        spectral(
            "spa/covariance-test-error",
            "Inputs with a power-law covariance: the test error",
            Observable::TestError,
            |end| end.ridge.test_error,
            (0.08, 0.06),
        ),
        spectral(
            "spa/covariance-training-error",
            "Inputs with a power-law covariance: the training error",
            Observable::TrainingError,
            |end| end.ridge.training_error,
            (0.1, 0.08),
        ),
        outliers(),
        outlier_errors(),
        feature_ratio(),
        feature_errors(),
        kernels(),
    ]
}

/// $e_j\propto1/j$, $b_j^2\propto j^{-1/2}$.
fn power_law(profile: Profile) -> Result<Vec<At<AugmentedRidgeSetting>>, JudgeError> {
    let case = |(psi, tau): (f64, f64)| {
        // Few samples scatter more.
        let few = psi < 1.0;
        let (dimension, trials) =
            by(profile, (200, if few { 240 } else { 120 }), (400, if few { 240 } else { 80 }));
        let samples = (psi * dimension as f64) as usize;
        let inputs = InputLaw::PowerLaw { decay: 1.0, teacher_decay: 0.5 };
        let model = LinearModel { samples, dimension, inputs, noise: vec![(1.0, 0.2)] };
        At::setting(
            format!("ψ={psi} τ={tau}"),
            AugmentedRidgeSetting { model, s2: 0.5, taus: vec![tau] },
            trials,
        )
    };
    Ok([(2.0, 0.2), (0.5, 0.01)].map(case).into())
}

fn spectral_end(s: &AugmentedRidgeSetting) -> Result<SpectralFixedPoint, TheoryError> {
    let (eigenvalues, teacher) = s.model.inputs.spectrum(s.model.dimension)?;
    let sigma2 = s.model.noise.iter().map(|(share, variance)| share * variance).sum();
    let task = SpectralTask::new(eigenvalues, teacher, s.model.samples, sigma2)?;
    task.fixed_point(s.s2, tau(s))
}

/// $R$ or $v$ as if inputs were isotropic.
fn isotropic(s: &AugmentedRidgeSetting, observable: Observable) -> Result<f64, TheoryError> {
    Ok(observable.of_ridge(&fixed_point(&averaged_task(&s.model)?, s.s2, tau(s))?.ridge))
}

fn power_ratio() -> Claim {
    Claim::about::<AugmentedRidge>(
        "spa/covariance-ratio",
        "Inputs with a power-law covariance: the share of augmented samples",
    )
    .formula(r"\lambda=\kappa\left(1-\tfrac1N\sum_j\frac{e_j}{e_j+\kappa}\right),\quad\lambda=T(\lambda)")
    .sources(&[DOBRIBAN_2018, TAKASE_2021])
    .cases(power_law)
    .by_difference()
    .measure(|_, o| first(&o.p))
    .predict(|s| Ok(spectral_end(s)?.ratio))
    .margin(|_, profile| Margin::symmetric(by(profile, 0.035, 0.025)))
    .rival("all samples", |_| Ok(1.0))
    .rival_given("residuals of the first step", |_, o| first(&o.p_start))
    // With many samples the isotropic law predicts nearly the same share, and small sizes cannot tell it.
    .rival_where(
        "isotropic inputs",
        |s| s.model.samples < s.model.dimension && s.model.dimension >= 400,
        |s| Ok(fixed_point(&averaged_task(&s.model)?, s.s2, tau(s))?.ratio),
    )
    .finish()
}

fn spectral(
    id: &str,
    title: &str,
    observable: Observable,
    of: fn(&SpectralFixedPoint) -> f64,
    margin: (f64, f64),
) -> Claim {
    Claim::about::<AugmentedRidge>(id, title)
        .formula(r"\sigma^2+R=\frac{\sigma^2+\kappa^2\sum_jb_j^2e_j/(e_j+\kappa)^2}{1-\frac1N\sum_je_j^2/(e_j+\kappa)^2}")
        .sources(&[DOBRIBAN_2018])
        .cases(power_law)
        .measure(move |_, o| observable.at_end(o))
        .predict(move |s| Ok(of(&spectral_end(s)?)))
        .margin(move |_, profile| Margin::symmetric(by(profile, margin.0, margin.1)))
        .rival_given_where(
            "augmentation of all samples",
            // Near the best strength the test error hardly depends on it.
            move |s| observable == Observable::TrainingError || s.model.samples > s.model.dimension,
            move |_, o| Ok(observable.with_all(o)),
        )
        .rival_where(
            "isotropic inputs",
            move |s| {
                apart(isotropic(s, observable), spectral_end(s).map(|end| of(&end)), margin.0)
            },
            move |s| Ok(isotropic(s, observable)?),
        )
        .finish()
}

/// One sample in ten has label noise of variance 4, the others of 0.05.
const COMPONENTS: [(f64, f64); 2] = [(0.9, 0.05), (0.1, 4.0)];

fn with_outliers(profile: Profile) -> Result<Vec<At<AugmentedRidgeSetting>>, JudgeError> {
    let (dimension, trials) = by(profile, (200, 120), (400, 80));
    let mut model = model(2.0, 0.0, dimension);
    model.noise = COMPONENTS.to_vec();
    let setting = AugmentedRidgeSetting { model, s2: 1.0, taus: vec![0.3] };
    Ok(vec![At::setting("ψ=2 s²=1 τ=0.3", setting, trials)])
}

fn outlier_end(s: &AugmentedRidgeSetting) -> Result<OutlierFixedPoint, TheoryError> {
    let noise = s.model.noise.iter().map(|&(fraction, variance)| NoiseComponent { fraction, variance });
    let psi = s.model.samples as f64 / s.model.dimension as f64;
    outlier_fixed_point(psi, signal(&s.model), &noise.collect::<Vec<_>>(), s.s2, tau(s))
}

fn outliers() -> Claim {
    // Margins are 0.03 and, for the few outliers, 0.05: their share is measured in units of that ratio.
    const WIDER: f64 = 0.6;
    let scaled = |mut shares: Vec<f64>| {
        if let Some(last) = shares.last_mut() {
            *last *= WIDER;
        }
        shares
    };
    Claim::about::<AugmentedRidge>(
        "spa/outliers",
        "Mislabelled samples are augmented most, and the share of augmented samples follows the mixture of residuals",
    )
    .formula(r"p_k=\mathrm{erfc}\sqrt{\frac{\tau}{2(\lambda/\kappa)^2(q_k+R)}},\quad\lambda=s^2\sum_k\pi_kp_k")
    .sources(&[TAKASE_2021])
    .cases(with_outliers)
    .components(["all samples", "clean ones", "0.6 × outliers"])
    .by_difference()
    .measure(move |_, o| {
        let mut all = vec![first(&o.p)?];
        all.extend(&o.p_components);
        Ok(scaled(all))
    })
    .predict(move |s| {
        let end = outlier_end(s)?;
        let mut all = vec![end.ratio];
        all.extend(end.component_ratios);
        Ok(scaled(all))
    })
    .margin(|_, profile| Margin::symmetric(by(profile, 0.03, 0.025)))
    .rival("Gaussian residuals of the same variance", |s| {
        let ratio = fixed_point(&averaged_task(&s.model)?, s.s2, tau(s))?.ratio;
        Ok(vec![ratio, ratio, WIDER * ratio])
    })
    .rival("all samples alike", |s| {
        let ratio = outlier_end(s)?.ratio;
        Ok(vec![ratio, ratio, WIDER * ratio])
    })
    .finish()
}

fn outlier_errors() -> Claim {
    Claim::about::<AugmentedRidge>("spa/outlier-error", "The test error with mislabelled samples")
        .formula(r"R=\frac{r^2\kappa^2+\sigma^2\gamma}{(1+\kappa)^2-\gamma},\quad\sigma^2=\sum_k\pi_kq_k")
        .sources(&[TAKASE_2021])
        .cases(with_outliers)
        .measure(|_, o| first(&o.r))
        .predict(|s| Ok(outlier_end(s)?.ridge.test_error))
        .margin(|_, profile| Margin::symmetric(by(profile, 0.1, 0.08)))
        .rival_given("no augmentation", |_, o| Ok(o.r_none))
        .rival_given("augmentation of all samples", |_, o| Ok(o.r_all))
        .finish()
}

fn features(profile: Profile) -> Result<Vec<At<FourierFeaturesSetting>>, JudgeError> {
    let (steps, trials) = by(profile, (10_000, 8), (30_000, 16));
    let model =
        FourierModel { samples: 120, dimension: 10, features: 60, ell2: 20.0, deviation: 0.6, tests: 2000 };
    let training = FourierTraining { rule: Rule::Spa(0.2), s2: 0.4, ridge: 1e-3 };
    let setting = FourierFeaturesSetting { model, training, eta: 0.5, steps, burn: steps / 3 };
    Ok(vec![At::setting("d=10 M=60 N=120 s²=0.4 τ=0.2", setting, trials)])
}

/// Which samples the theory of the features takes as augmented.
#[derive(Debug, Clone, Copy)]
enum Share {
    /// Those of the stationary point.
    Own,
    /// The same share of every sample.
    Constant(f64),
}

/// $p$, $v$ and the test error of the theory on the data of a trial.
fn feature_theory(
    s: &FourierFeaturesSetting,
    o: &FourierFeaturesOutcome,
    share: Share,
) -> Result<Arc<Vec<f64>>, JudgeError> {
    const ITERATIONS: usize = 300;
    let number = o.problem;
    let Rule::Spa(tau) = s.training.rule else {
        return Err(JudgeError::Other("no threshold".into()));
    };
    let question = format!("spa features {number} {:?} {:?} {share:?}", s.model, s.training);
    kept(&question, || {
        let data = fourier_problem(&s.model, number)?;
        let theory = FeatureTheory::new(&data.angles, &data.frequencies, s.training.s2)?;
        let (targets, ridge) = (DVector::from_column_slice(&data.labels), s.training.ridge);
        let (ratio, weights) = match share {
            Share::Own => {
                let end = theory.stationary_point(&targets, tau, ridge, ITERATIONS)?;
                (end.ratio, end.weights)
            }
            Share::Constant(share) => {
                let shares = DVector::from_element(targets.len(), share);
                (share, theory.fit(&targets, &shares, ridge)?)
            }
        };
        let training = (&targets - theory.clean() * &weights).norm_squared() / targets.len() as f64;
        Ok(vec![ratio, training, data.test_error(weights.as_slice())])
    })
}

/// The exact stationary point is that of a threshold.
fn self_paced(s: &FourierFeaturesSetting) -> Result<(), SettingError> {
    let is_paced = matches!(s.training.rule, Rule::Spa(_));
    require(is_paced, "training.rule", format!("{:?}", s.training.rule), "{\"spa\": threshold}")
}

fn feature_ratio() -> Claim {
    Claim::about::<FourierFeatures>(
        "spa/features-ratio",
        "Random Fourier features: the share of augmented samples under fresh noise is that of the exact stationary point",
    )
    .formula(r"\sum_i\pi_iE\phi(\tilde x_i)\phi(\tilde x_i)^\top=\tfrac1M\left[e^{-s^2|\omega_j-\omega_k|^2/2}\circ(C+Z)+e^{-s^2|\omega_j+\omega_k|^2/2}\circ(C-Z)\right]")
    .sources(&[TAKASE_2021, BISHOP_1995])
    .cases(features)
    .presumes(self_paced)
    .by_difference()
    .measure(|_, o| Ok(o.p))
    .predict_given(|s, o| Ok(feature_theory(s, o, Share::Own)?[0]))
    .margin(|_, profile| Margin::symmetric(by(profile, 0.02, 0.015)))
    .rival("all samples", |_| Ok(1.0))
    .rival("no samples", |_| Ok(0.0))
    .finish()
}

/// $v$ and the test error of that theory.
fn errors(
    s: &FourierFeaturesSetting,
    o: &FourierFeaturesOutcome,
    share: Share,
) -> Result<Vec<f64>, JudgeError> {
    Ok(feature_theory(s, o, share)?[1..].to_vec())
}

fn feature_errors() -> Claim {
    Claim::about::<FourierFeatures>(
        "spa/features-errors",
        "Random Fourier features: training and test error under fresh noise are those of the exact stationary point, which is on no ridge path",
    )
    .formula(r"a=\left[\tfrac1N\{Q(\pi)+\sum_i(1-\pi_i)\phi_i\phi_i^\top\}+\lambda_0\right]^{-1}\tfrac1N\sum_i[\pi_i\bar\phi_i+(1-\pi_i)\phi_i]y_i")
    .sources(&[TAKASE_2021, BISHOP_1995])
    .cases(features)
    .presumes(self_paced)
    .components(["training", "test"])
    .measure(|_, o| Ok(vec![o.v, o.test]))
    .predict_given(move |s, o| errors(s, o, Share::Own))
    .margin(|_, profile| Margin::symmetric(by(profile, 0.01, 0.007)))
    .rival_given("augmentation of all samples", move |s, o| errors(s, o, Share::Constant(1.0)))
    .rival_given("no augmentation", move |s, o| errors(s, o, Share::Constant(0.0)))
    .finish()
}

fn kernels() -> Claim {
    let smoothed = |pair: &NoisedPair, s2: f64| -> Result<Vec<f64>, JudgeError> {
        let (q11, q22, q12) = (pair.q11, pair.q22, pair.q12);
        let distance = pair.dimension as f64 * (q11 + q22 - 2.0 * q12);
        Ok(vec![
            smoothed_erf_kernel(q11, q22, q12, s2)?,
            smoothed_relu_kernel(q11, q22, q12, s2)?,
            smoothed_gaussian_kernel(pair.ell2, pair.dimension, distance, s2, NoisyInputs::Both)?,
        ])
    };
    Claim::about::<SmoothedKernel>(
        "spa/kernels",
        "Independent noise on both inputs adds its variance to the diagonal of a kernel's covariance",
    )
    .formula(r"E\,K(x+s\xi,x'+s\xi'):\quad q_{11},q_{22}\to q_{11}+s^2,q_{22}+s^2")
    .sources(&[BISHOP_1995])
    .cases(|profile| {
        let draws = by(profile, 1000, 5000);
        let case = |q12: f64| {
            let pair = NoisedPair { dimension: 256, q11: 1.0, q22: 1.0, q12, s2: 0.5, ell2: 512.0 };
            At::setting(format!("q₁₂={q12}"), SmoothedKernelSetting { pair, draws }, 20)
        };
        Ok([0.3, 0.6].map(case).into())
    })
    .components(["erf", "ReLU", "Gauss"])
    .by_difference()
    .measure(|_, o| Ok(vec![o.erf, o.relu, o.gauss]))
    .predict(move |s| smoothed(&s.pair, s.pair.s2))
    .margin(|_, profile| Margin::symmetric(by(profile, 0.002, 0.001)))
    .rival("clean inputs", move |s| smoothed(&s.pair, 0.0))
    .rival("noise of twice the variance", move |s| smoothed(&s.pair, 2.0 * s.pair.s2))
    .finish()
}
