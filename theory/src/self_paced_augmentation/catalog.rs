//! The predictions of self-paced augmentation by name.

use nalgebra::{DMatrix, DVector};
use serde_json::Value as Json;

use super::{
    Augmentation, Extremum, FixedPoint, FourierFeatures, LinearTask, NoiseComponent, NoisyInputs,
    RidgeObservables, SpectralFixedPoint, SpectralTask, Start, best_gain, effective_penalty,
    few_samples_gain, fixed_point, frozen_copy, interior_extrema, inverse_threshold, loss_noise,
    lowest_fixed_point, many_samples_gain, mean_erf_unit, optimal_augmentation, optimal_threshold,
    outlier_fixed_point, ridge_observables, smoothed_erf_kernel, smoothed_gaussian_kernel,
    smoothed_relu_kernel, spinodal, stability_slope, step_noise, training_curve, winning_interval,
};
use crate::TheoryError;
use crate::bibliography::{
    BISHOP_1995, CHO_2009, DOBRIBAN_2018, HASTIE_2022, RAHIMI_2007, Source, TAKASE_2021, WILLIAMS_1997,
};
use crate::catalog::parameter::{optional, required};
use crate::catalog::{Parameter, Params, Prediction, Value};

const PSI: Parameter = required("psi", "psi = N/d, samples per dimension", "a number > 0");
const R2: Parameter = required("r2", "r^2, the squared norm of the teacher", "a number >= 0");
const SIGMA2: Parameter =
    required("sigma2", "sigma^2, the variance of the label noise", "a number >= 0, not 0 together with r2");
const S2: Parameter = required("s2", "s^2, the variance of the augmentation per coordinate", "a number >= 0");
const TAU: Parameter =
    required("tau", "tau, the threshold of the squared residual", "a number >= 0, or \"inf\"");
const RIDGE: Parameter = required("lambda_ridge", "lambda, the ridge", "a number >= 0");
const LAMBDA: Parameter =
    required("lambda_ridge", "lambda, the effective ridge", "a number between 0 and s2");
const RATIO: Parameter = required("p", "p, the augmented part of the samples", "a number from 0 to 1");
const ETA: Parameter =
    required("eta", "eta, the learning rate", "a number > 0 and < 2/((1+1/sqrt(psi))^2+s2)");
const STEPS: Parameter = required("steps", "numbers of steps", "an increasing list of integers up to 10^6");
const AUGMENTATION: Parameter = optional(
    "augmentation",
    "which samples are augmented",
    "\"self-paced\", \"all\", \"none\", or a constant part from 0 to 1",
    "\"self-paced\"",
);
const START: Parameter =
    optional("start", "where training starts", "\"zero\" or \"least-squares\"", "\"zero\"");
const COMPONENTS: Parameter =
    required("components", "the label noise: [[pi_1, q_1], ...]", "pairs of a fraction and a variance >= 0");
const EIGENVALUES: Parameter =
    required("e", "e_j, the eigenvalues of the covariance of the inputs", "a list of numbers >= 0");
const TEACHER: Parameter = required("b", "b_j, the components of the teacher", "one finite number per e_j");
const SAMPLES: Parameter = required("N", "N, the number of samples", "an integer >= 1");
const LOWEST: Parameter =
    optional("lowest", "the smallest solution, not the largest", "true or false", "false");
const Q11: Parameter = required("q11", "q_11 = |x|^2/d of the clean input", "a number >= 0");
const Q22: Parameter = required("q22", "q_22 = |x'|^2/d of the clean input", "a number >= 0");
const Q12: Parameter = required("q12", "q_12 = x.x'/d", "a number with q12^2 <= q11 q22");
const PAPER: &[Source] = &[TAKASE_2021];
const RIDGES: &[Source] = &[DOBRIBAN_2018, HASTIE_2022];
/// Most entries of a matrix in one question.
const MOST: usize = 1_000_000;

fn task(params: &Params) -> Result<LinearTask, TheoryError> {
    LinearTask::new(params.number("psi")?, params.number("r2")?, params.number("sigma2")?)
}

/// The threshold, which may be infinite.
fn tau(params: &Params) -> Result<f64, TheoryError> {
    if params.get::<Json>("tau")? == "inf" { Ok(f64::INFINITY) } else { params.number("tau") }
}

/// The task, $s^2$ and $\tau$.
fn rule(params: &Params) -> Result<(LinearTask, f64, f64), TheoryError> {
    Ok((task(params)?, params.number("s2")?, tau(params)?))
}

fn end(FixedPoint { ratio, ridge }: FixedPoint) -> Value {
    [ridge.lambda, ratio, ridge.test_error, ridge.training_error, ridge.squared_norm].into()
}

/// The predictions of this part.
pub fn catalog() -> Vec<Prediction> {
    [ends(), curves(), gains(), noises(), relatives()].concat()
}

fn ends() -> Vec<Prediction> {
    vec![
        Prediction {
            id: "spa/ca-is-ridge",
            title: "The ridge that augmentation amounts to",
            formula: r"E_\xi(y-w\cdot\tilde x)^2=(y-w\cdot x)^2+s^2\|w\|^2,\quad\lambda_{\rm eff}=s^2p",
            parameters: const { &[S2, RATIO] },
            value: "lambda_eff",
            validity: "exact at any size for a linear model",
            sources: const { &[BISHOP_1995, TAKASE_2021] },
            evaluate: |params| Ok(effective_penalty(params.number("s2")?, params.number("p")?)?.into()),
        },
        Prediction {
            id: "spa/ridge-observables",
            title: "Errors and norm of ridge regression",
            formula: r"\kappa^2=(\lambda+\gamma-1)\kappa+\lambda,\ R=\frac{r^2\kappa^2+\sigma^2\gamma}{(1+\kappa)^2-\gamma},\ v=\left(\tfrac\lambda\kappa\right)^2(\sigma^2+R),\ W=\frac{r^2+\gamma(\sigma^2+R)}{(1+\kappa)^2}",
            parameters: const { &[PSI, R2, SIGMA2, RIDGE] },
            value: "[R, v, W]",
            validity: "N, d to infinity; R and W are infinite at psi = 1 without ridge",
            sources: RIDGES,
            evaluate: |params| {
                let RidgeObservables { test_error, training_error, squared_norm, .. } =
                    ridge_observables(&task(params)?, params.number("lambda_ridge")?)?;
                Ok([test_error, training_error, squared_norm].into())
            },
        },
        Prediction {
            id: "spa/fixed-point",
            title: "Where self-paced training from zero ends",
            formula: r"\lambda=s^2\,\mathrm{erfc}\sqrt{\tau/2v(\lambda)},\quad p=\lambda/s^2,\quad\text{largest solution}",
            parameters: const { &[PSI, R2, SIGMA2, S2, TAU] },
            value: "[lambda_eff, p, R, v, W]",
            validity: "N, d to infinity, small learning rate",
            sources: PAPER,
            evaluate: |params| {
                let (task, s2, tau) = rule(params)?;
                Ok(end(fixed_point(&task, s2, tau)?))
            },
        },
        Prediction {
            id: "spa/fixed-point-lowest",
            title: "Where self-paced training from least squares ends",
            formula: r"\lambda=s^2\,\mathrm{erfc}\sqrt{\tau/2v(\lambda)},\quad p=\lambda/s^2,\quad\text{smallest solution}",
            parameters: const { &[PSI, R2, SIGMA2, S2, TAU] },
            value: "[lambda_eff, p, R, v, W]",
            validity: "N, d to infinity, small learning rate",
            sources: PAPER,
            evaluate: |params| {
                let (task, s2, tau) = rule(params)?;
                Ok(end(lowest_fixed_point(&task, s2, tau)?))
            },
        },
        Prediction {
            id: "spa/stability",
            title: "The slope that decides whether a fixed point attracts",
            formula: r"T'(\lambda)=\frac{s^2}{\sqrt\pi}ae^{-a^2}\frac{v'}v,\quad a=\sqrt{\tau/2v}",
            parameters: const { &[PSI, R2, SIGMA2, S2, TAU, RIDGE] },
            value: "T'; stable below 1",
            validity: "N, d to infinity",
            sources: PAPER,
            evaluate: |params| {
                let (task, s2, tau) = rule(params)?;
                Ok(stability_slope(&task, s2, tau, params.number("lambda_ridge")?)?.into())
            },
        },
        Prediction {
            id: "spa/inverse-threshold",
            title: "The threshold with a given end point",
            formula: r"\tau(\lambda)=2v(\lambda)[\mathrm{erfc}^{-1}(\lambda/s^2)]^2",
            parameters: const { &[PSI, R2, SIGMA2, S2, LAMBDA] },
            value: "tau",
            validity: "N, d to infinity; stable where tau falls with lambda",
            sources: PAPER,
            evaluate: |params| {
                let lambda = params.number("lambda_ridge")?;
                Ok(inverse_threshold(&task(params)?, params.number("s2")?, lambda)?.into())
            },
        },
        Prediction {
            id: "spa/spinodal",
            title: "The threshold above which nothing stays augmented",
            formula: r"\tau_c=\max_\lambda\tau(\lambda)",
            parameters: const { &[PSI, R2, SIGMA2, S2] },
            value: "tau_c",
            validity: "psi <= 1, s2 > 0, N, d to infinity",
            sources: PAPER,
            evaluate: |params| Ok(spinodal(&task(params)?, params.number("s2")?)?.tau.into()),
        },
        Prediction {
            id: "spa/interior-extrema",
            title: "All thresholds at which two fixed points meet",
            formula: r"\frac{d\tau}{d\lambda}=0\iff T'(\lambda)=1",
            parameters: const { &[PSI, R2, SIGMA2, S2] },
            value: "a list, possibly empty, of [lambda, tau, 1 for a maximum or -1 for a minimum]",
            validity: "s2 > 0, N, d to infinity",
            sources: PAPER,
            evaluate: |params| {
                let row = |e: &Extremum| [e.lambda, e.tau, if e.maximum { 1.0 } else { -1.0 }];
                let extrema = interior_extrema(&task(params)?, params.number("s2")?)?;
                Ok(extrema.iter().map(row).collect::<Vec<_>>().into())
            },
        },
    ]
}

fn curves() -> Vec<Prediction> {
    vec![Prediction {
        id: "spa/flow",
        title: "The training curve",
        formula: r"\varphi\leftarrow\varphi+\eta[\mu-(\mu+s^2p)\varphi],\ p=\mathrm{erfc}\sqrt{\tau/2v},\ v=\sigma^2+\int[\mu r^2(1-\varphi)^2-\gamma\sigma^2\varphi(2-\varphi)]d\rho,\ R=r^2+\int[\sigma^2\gamma\varphi^2/\mu-r^2\varphi(2-\varphi)]d\rho",
        parameters: const { &[PSI, R2, SIGMA2, S2, TAU, ETA, STEPS, AUGMENTATION, START] },
        value: "one row [p, v, R] per listed number of steps",
        validity: "N, d to infinity, full batches, the noise averaged",
        sources: PAPER,
        evaluate: |params| {
            let (task, s2, tau) = rule(params)?;
            let augmentation = match params.get::<Json>("augmentation")?.as_str() {
                Some("self-paced") => Augmentation::SelfPaced { tau },
                Some("all") => Augmentation::Constant { ratio: 1.0 },
                Some("none") => Augmentation::Constant { ratio: 0.0 },
                _ => Augmentation::Constant { ratio: params.number("augmentation")? },
            };
            let start = match params.get::<String>("start")?.as_str() {
                "zero" => Start::Zero,
                "least-squares" => Start::LeastSquares,
                other => return Err(TheoryError::invalid("start", other, START.domain)),
            };
            let steps: Vec<usize> = params.get("steps")?;
            let states = training_curve(&task, s2, augmentation, params.number("eta")?, start, &steps)?;
            let rows = states.iter().map(|s| [s.ratio, s.training_error, s.test_error]);
            Ok(rows.collect::<Vec<_>>().into())
        },
    }]
}

fn gains() -> Vec<Prediction> {
    vec![
        Prediction {
            id: "spa/optimal-ca",
            title: "The best ridge, which is the best noise on all samples",
            formula: r"\lambda^*=\sigma^2\gamma/r^2",
            parameters: const { &[PSI, R2, SIGMA2] },
            value: "[lambda*, R(lambda*), v(lambda*)]",
            validity: "r2 > 0, N, d to infinity",
            sources: RIDGES,
            evaluate: |params| {
                let best = optimal_augmentation(&task(params)?)?;
                Ok([best.lambda, best.test_error, best.training_error].into())
            },
        },
        Prediction {
            id: "spa/optimal-threshold",
            title: "The threshold that has the best ridge as a fixed point",
            formula: r"\tau^*=2v(\lambda^*)[\mathrm{erfc}^{-1}(\lambda^*/s^2)]^2",
            parameters: const { &[PSI, R2, SIGMA2, S2] },
            value: "tau*; training ends there only if spa/stability at lambda* is below 1",
            validity: "r2, sigma2 > 0, s2 >= lambda*, N, d to infinity",
            sources: PAPER,
            evaluate: |params| Ok(optimal_threshold(&task(params)?, params.number("s2")?)?.tau.into()),
        },
        Prediction {
            id: "spa/no-go",
            title: "The effective ridges that beat augmentation of all samples",
            formula: r"(\bar\lambda,s^2),\quad R(\bar\lambda)=R(s^2),\ \bar\lambda<\lambda^*",
            parameters: const { &[PSI, R2, SIGMA2, S2] },
            value: "[lambda_bar, s2], or an empty list where s2 <= lambda*",
            validity: "r2 > 0, N, d to infinity",
            sources: RIDGES,
            evaluate: |params| {
                let interval = winning_interval(&task(params)?, params.number("s2")?)?;
                Ok(interval.map_or_else(Vec::new, |(low, high)| vec![low, high]).into())
            },
        },
        Prediction {
            id: "spa/gain",
            title: "The most that augmentation gains",
            formula: r"G=R(0)-R(\lambda^*)\simeq\psi\frac{\sigma^4}{r^2+\sigma^2}\ (\psi\to0),\ \frac{\sigma^4}{r^2\psi^2}\ (\psi\to\infty)",
            parameters: const { &[PSI, R2, SIGMA2] },
            value: "[G, its law for few samples, its law for many samples]",
            validity: "r2 > 0, N, d to infinity; G is infinite at psi = 1",
            sources: RIDGES,
            evaluate: |params| {
                let task = task(params)?;
                Ok([best_gain(&task)?, few_samples_gain(&task)?, many_samples_gain(&task)?].into())
            },
        },
    ]
}

fn noises() -> Vec<Prediction> {
    vec![
        Prediction {
            id: "spa/loss-noise",
            title: "Fluctuations of the augmented loss",
            formula: r"V_{\rm SPA}=s^2W\rho_A+\tfrac12s^4W^2p,\quad V_{\rm CA}=s^2Wv+\tfrac12s^4W^2",
            parameters: const { &[PSI, R2, SIGMA2, S2, TAU] },
            value: "[V_SPA, V_CA], batch size times variance, each at its own end point",
            validity: "N, d to infinity; fixed weights",
            sources: PAPER,
            evaluate: |params| {
                let (task, s2, tau) = rule(params)?;
                let noise = loss_noise(&task, s2, tau)?;
                Ok([noise.self_paced, noise.all].into())
            },
        },
        Prediction {
            id: "spa/finite-step",
            title: "What fresh noise adds to the errors at a finite learning rate",
            formula: r"c_R=\tfrac{s^2\gamma}2[(\rho_A+s^2pW)m+pWI_1],\quad c_v=\tfrac{s^2\gamma}2[(\rho_A+s^2pW)I_1+pWI_2]",
            parameters: const { &[PSI, R2, SIGMA2, S2, TAU] },
            value: "[c_R, c_v], per unit of learning rate",
            validity: "first order in the learning rate, full batches, without feedback on p",
            sources: PAPER,
            evaluate: |params| {
                let (task, s2, tau) = rule(params)?;
                let noise = step_noise(&task, s2, tau)?;
                Ok([noise.test_error, noise.training_error].into())
            },
        },
        Prediction {
            id: "spa/outlier-fixed-point",
            title: "Where self-paced training ends with outliers among the labels",
            formula: r"p_k=\mathrm{erfc}\sqrt{\tau/(2(\lambda/\kappa)^2(q_k+R))},\quad\lambda=s^2\sum_k\pi_kp_k",
            parameters: const { &[PSI, R2, COMPONENTS, S2, TAU] },
            value: "[p, R, v, p_1, p_2, ...]",
            validity: "N, d to infinity; largest solution",
            sources: PAPER,
            evaluate: |params| {
                let pairs: Vec<[f64; 2]> = params.get("components")?;
                let component = |[fraction, variance]: [f64; 2]| NoiseComponent { fraction, variance };
                let components: Vec<_> = pairs.into_iter().map(component).collect();
                let (psi, r2, s2) = (params.number("psi")?, params.number("r2")?, params.number("s2")?);
                let end = outlier_fixed_point(psi, r2, &components, s2, tau(params)?)?;
                let head = vec![end.ratio, end.ridge.test_error, end.ridge.training_error];
                Ok([head, end.component_ratios].concat().into())
            },
        },
        Prediction {
            id: "spa/frozen-copy",
            title: "Least squares on one fixed noisy copy",
            formula: r"R=r^2(1-\alpha)^2+\tilde\sigma^2\frac\gamma{1-\gamma}\ (\gamma<1),\ r^2\left[\frac{\alpha^2-2\alpha}\gamma+1\right]+\frac{\tilde\sigma^2}{\gamma-1}\ (\gamma>1)",
            parameters: const { &[PSI, R2, SIGMA2, S2] },
            value: "R",
            validity: "psi other than 1, N, d to infinity",
            sources: &[HASTIE_2022],
            evaluate: |params| Ok(frozen_copy(&task(params)?, params.number("s2")?)?.into()),
        },
        Prediction {
            id: "spa/general-covariance",
            title: "Where self-paced training ends with any covariance of the inputs",
            formula: r"\lambda=\kappa\Big(1-\frac1N\sum\frac{e_j}{e_j+\kappa}\Big),\ E=\frac{\sigma^2+\kappa^2\sum b_j^2e_j/(e_j+\kappa)^2}{1-\frac1N\sum e_j^2/(e_j+\kappa)^2},\ v=\left(\tfrac\lambda\kappa\right)^2E",
            parameters: const { &[EIGENVALUES, TEACHER, SAMPLES, SIGMA2, S2, TAU, LOWEST] },
            value: "[lambda_eff, p, R, v, W]",
            validity: "large N and d",
            sources: RIDGES,
            evaluate: |params| {
                let (e, b) = (params.get("e")?, params.get("b")?);
                let task = SpectralTask::new(e, b, params.integer("N")?, params.number("sigma2")?)?;
                let (s2, tau) = (params.number("s2")?, tau(params)?);
                let lowest = params.get::<bool>("lowest")?;
                let end = if lowest { task.lowest_fixed_point(s2, tau) } else { task.fixed_point(s2, tau) };
                let SpectralFixedPoint { ratio, ridge } = end?;
                Ok([ridge.lambda, ratio, ridge.test_error, ridge.training_error, ridge.squared_norm].into())
            },
        },
    ]
}

fn relatives() -> Vec<Prediction> {
    vec![
        Prediction {
            id: "spa/rff-exact",
            title: "Where self-paced training of random Fourier features ends",
            formula: r"Q(\pi)=\tfrac1M[e^{-s^2|\omega_j-\omega_k|^2/2}\circ(C+Z)+e^{-s^2|\omega_j+\omega_k|^2/2}\circ(C-Z)],\ a=\left[\tfrac1N\{Q(\pi)+\sum(1-\pi_i)\phi_i\phi_i^\top\}+\lambda_0\right]^{-1}\tfrac1N\sum[\pi_i\bar\phi_i+(1-\pi_i)\phi_i]y_i",
            parameters: const {
                &[
                    required("X", "the inputs, one row a sample", "rows of d finite numbers"),
                    required("y", "the targets", "one finite number per row of X"),
                    required("omega", "the frequencies, one row a feature", "rows of d finite numbers"),
                    required("phases", "b_j, the phases", "one finite number per row of omega"),
                    S2,
                    TAU,
                    required("lambda0", "lambda_0, the penalty of |a|^2/2", "a number >= 0"),
                    optional("iterations", "averaged updates", "an integer from 2 to 1000", "200"),
                ]
            },
            value: "[p, v, a_1, ..., a_M]",
            validity: "exact means for any finite sample; p to about 0.01",
            sources: const { &[RAHIMI_2007, TAKASE_2021] },
            evaluate: random_features,
        },
        Prediction {
            id: "spa/kernel-gauss-smoothed",
            title: "The Gaussian kernel between noisy inputs",
            formula: r"\left(\frac{\ell^2}{\ell^2+2s^2}\right)^{d/2}e^{-|x-x'|^2/2(\ell^2+2s^2)}",
            parameters: const {
                &[
                    required("ell2", "l^2, the squared width", "a number > 0"),
                    required("d", "d, the dimension", "an integer >= 1"),
                    required("dist2", "|x-x'|^2 of the clean inputs", "a number >= 0"),
                    S2,
                ]
            },
            value: "the mean kernel, both inputs noisy",
            validity: "exact",
            sources: &[RAHIMI_2007],
            evaluate: |params| {
                let (ell2, dist2) = (params.number("ell2")?, params.number("dist2")?);
                let (d, s2) = (params.integer("d")?, params.number("s2")?);
                Ok(smoothed_gaussian_kernel(ell2, d, dist2, s2, NoisyInputs::Both)?.into())
            },
        },
        Prediction {
            id: "spa/kernel-erf-smoothed",
            title: "The kernel of erf units between noisy inputs",
            formula: r"\frac2\pi\arcsin\frac{2q_{12}}{\sqrt{(1+2q_{11}+2s^2)(1+2q_{22}+2s^2)}}",
            parameters: const { &[Q11, Q22, Q12, S2] },
            value: "the mean kernel, both inputs noisy",
            validity: "d to infinity; error O(1/d)",
            sources: &[WILLIAMS_1997],
            evaluate: |params| kernel(params, smoothed_erf_kernel),
        },
        Prediction {
            id: "spa/kernel-relu-smoothed",
            title: "The kernel of rectifiers between noisy inputs",
            formula: r"\frac{\sqrt{AB}}{2\pi}(\sin\vartheta+(\pi-\vartheta)\cos\vartheta),\quad\cos\vartheta=q_{12}/\sqrt{AB},\ A=q_{11}+s^2,\ B=q_{22}+s^2",
            parameters: const { &[Q11, Q22, Q12, S2] },
            value: "the mean kernel, both inputs noisy",
            validity: "d to infinity; error O(1/d)",
            sources: &[CHO_2009],
            evaluate: |params| kernel(params, smoothed_relu_kernel),
        },
        Prediction {
            id: "spa/erf-unit-smoothed",
            title: "The mean of an erf unit with a noisy input",
            formula: r"E\,\mathrm{erf}(w\cdot(x+s\xi))=\mathrm{erf}\left(w\cdot x/\sqrt{1+2s^2|w|^2}\right)",
            parameters: const {
                &[
                    required("wx", "w.x of the clean input", "a number"),
                    required("w2", "|w|^2", "a number >= 0"),
                    S2,
                ]
            },
            value: "the mean",
            validity: "exact",
            sources: &[WILLIAMS_1997],
            evaluate: |params| {
                Ok(mean_erf_unit(params.number("wx")?, params.number("w2")?, params.number("s2")?)?.into())
            },
        },
    ]
}

fn kernel(
    params: &Params,
    kernel: fn(f64, f64, f64, f64) -> Result<f64, TheoryError>,
) -> Result<Value, TheoryError> {
    let (q11, q22) = (params.number("q11")?, params.number("q22")?);
    Ok(kernel(q11, q22, params.number("q12")?, params.number("s2")?)?.into())
}

fn random_features(params: &Params) -> Result<Value, TheoryError> {
    let (x, omega) = (params.matrix("X")?, params.matrix("omega")?);
    let offsets: Vec<f64> = params.get("phases")?;
    if omega.ncols() != x.ncols() || offsets.len() != omega.nrows() {
        let found = format!("{} x {} with {} phases", omega.nrows(), omega.ncols(), offsets.len());
        let valid = format!("rows of {} numbers and one phase per row", x.ncols());
        return Err(TheoryError::invalid("omega", found, valid));
    }
    if x.nrows() * omega.nrows() > MOST || omega.nrows() > 500 {
        return Err(TheoryError::invalid("omega", omega.nrows(), "at most 500 features and 10^6 phases"));
    }
    let iterations = params.integer("iterations")?;
    if iterations > 1000 {
        return Err(TheoryError::invalid("iterations", iterations, "an integer from 2 to 1000"));
    }
    let fields = &x * omega.transpose();
    let phases = DMatrix::from_fn(x.nrows(), omega.nrows(), |i, j| fields[(i, j)] + offsets[j]);
    let features = FourierFeatures::new(&phases, &omega, params.number("s2")?)?;
    let targets = DVector::from_vec(params.get("y")?);
    let fit = features.stationary_point(&targets, tau(params)?, params.number("lambda0")?, iterations)?;
    let mut all = vec![fit.ratio, fit.training_error];
    all.extend(fit.weights.iter());
    Ok(all.into())
}
