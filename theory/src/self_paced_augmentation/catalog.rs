//! The predictions of self-paced augmentation by name.

use nalgebra::{DMatrix, DVector};
use serde::Deserialize;
use serde_json::Value as Json;

use super::{
    Augmentation, CoordinateGroup, CyclicSpectrum, Extremum, FixedPoint, FourierFeatures, GroupLevel,
    GroupTask, LinearTask, Mask, NoiseComponent, NoisyInputs, RidgeObservables, SpectralFixedPoint,
    SpectralTask, Start, best_gain, effective_penalty, few_samples_gain, fixed_point, frozen_copy,
    interior_extrema, invariant_dimensions, inverse_threshold, loss_noise, lowest_fixed_point,
    many_samples_gain, masked, mean_erf_unit, mixup, optimal_augmentation, optimal_threshold,
    outlier_fixed_point, partial_groups, ridge_observables, smoothed_erf_kernel, smoothed_gaussian_kernel,
    smoothed_relu_kernel, spinodal, stability_slope, step_noise, training_curve, winning_interval,
};
use crate::TheoryError;
use crate::bibliography::{
    BIETTI_2021_STABILITY, BISHOP_1995, CANATAR_2021, CHO_2009, DEVRIES_2017, DOBRIBAN_2018, HASTIE_2022,
    MEI_2021, RAHIMI_2007, Source, TAKASE_2021, WAGER_2013, WILLIAMS_1997, ZHANG_2018_MIXUP,
};
use crate::catalog::Kind::{Flag, Integer, Integers, Number, Numbers, Rows, Word};
use crate::catalog::outputs::{number, numbers, series};
use crate::catalog::parameter::{optional, required};
use crate::catalog::{Kind, Outputs, Parameter, Params, Prediction, Value};
use crate::error::representable;

const PSI: Parameter = required("psi", Number, "psi = N/d, samples per dimension", "a number > 0");
const R2: Parameter = required("r2", Number, "r^2, the squared norm of the teacher", "a number >= 0");
const SIGMA2: Parameter = required(
    "sigma2",
    Number,
    "sigma^2, the variance of the label noise",
    "a number >= 0, not 0 together with r2",
);
const S2: Parameter =
    required("s2", Number, "s^2, the variance of the augmentation per coordinate", "a number >= 0");
const TAU: Parameter =
    required("tau", Number, "tau, the threshold of the squared residual", "a number >= 0, or \"inf\"");
const RIDGE: Parameter = required("lambda_ridge", Number, "lambda, the ridge", "a number >= 0");
const LAMBDA: Parameter =
    required("lambda_ridge", Number, "lambda, the effective ridge", "a number between 0 and s2");
const RATIO: Parameter =
    required("p", Number, "p, the augmented part of the samples", "a number from 0 to 1");
const ETA: Parameter =
    required("eta", Number, "eta, the learning rate", "a number > 0 and < 2/((1+1/sqrt(psi))^2+s2)");
const STEPS: Parameter =
    required("steps", Integers, "numbers of steps", "an increasing list of integers up to 10^6");
const AUGMENTATION: Parameter = optional(
    "augmentation",
    Kind::Json,
    "which samples are augmented",
    "\"self-paced\", \"all\", \"none\", or a constant part from 0 to 1",
    "\"self-paced\"",
);
const START: Parameter =
    optional("start", Word, "where training starts", "\"zero\" or \"least-squares\"", "\"zero\"");
const COMPONENTS: Parameter = required(
    "components",
    Rows,
    "the label noise: [[pi_1, q_1], ...]",
    "pairs of a fraction and a variance >= 0",
);
const EIGENVALUES: Parameter =
    required("e", Numbers, "e_j, the eigenvalues of the covariance of the inputs", "a list of numbers >= 0");
const TEACHER: Parameter =
    required("b", Numbers, "b_j, the components of the teacher", "one finite number per e_j");
const SAMPLES: Parameter = required("N", Integer, "N, the number of samples", "an integer >= 1");
const LOWEST: Parameter =
    optional("lowest", Flag, "the smallest solution, not the largest", "true or false", "false");
const Q11: Parameter = required("q11", Number, "q_11 = |x|^2/d of the clean input", "a number >= 0");
const Q22: Parameter = required("q22", Number, "q_22 = |x'|^2/d of the clean input", "a number >= 0");
const Q12: Parameter = required("q12", Number, "q_12 = x.x'/d", "a number with q12^2 <= q11 q22");
const INPUTS: Parameter = required("X", Rows, "the inputs, one row a sample", "rows of d finite numbers");
const TARGETS: Parameter = required("y", Numbers, "the targets", "one finite number per row of X");
const PENALTY: Parameter =
    required("lambda_ridge", Number, "lambda of the penalty lambda |w|^2", "a number >= 0");
const COUNT: Parameter =
    required("N", Integer, "N, the number of samples before augmentation", "an integer >= 1");
/// What predictions of complete groups take.
const GROUP: &[Parameter] = &[
    required(
        "lambda",
        Numbers,
        "lambda_k, the eigenvalues of the kernel, one a level",
        "a list of numbers >= 0",
    ),
    required("dims", Integers, "N_k, how many modes a level has", "one integer >= 0 per lambda"),
    required(
        "invariant",
        Integers,
        "n_k, how many of them the group leaves as they are",
        "one integer from 0 to dims per lambda",
    ),
    required("order", Integer, "|G|, the number of elements of the group", "an integer >= 1"),
    COUNT,
    required(
        "delta",
        Number,
        "delta, the ridge on all N |G| points; of a tail that is not listed, its sum is added",
        "a number >= 0",
    ),
    required(
        "sigma2",
        Number,
        "sigma^2, the variance of the label noise, which copies share",
        "a number >= 0",
    ),
    required(
        "power_invariant",
        Numbers,
        "p_k, the power of the target in the invariant modes of a level",
        "one number >= 0 per lambda, 0 where there are none",
    ),
    required(
        "power_rest",
        Numbers,
        "o_k, its power in the other modes of a level",
        "one number >= 0 per lambda, 0 where there are none",
    ),
];
const INVARIANT: &[Source] = &[MEI_2021, BIETTI_2021_STABILITY, CANATAR_2021];
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
    [ends(), curves(), gains(), noises(), relatives(), groups(), mixing()].concat()
}

fn ends() -> Vec<Prediction> {
    vec![
        Prediction {
            id: "spa/ca-is-ridge",
            title: "The ridge that augmentation amounts to",
            formula: r"E_\xi(y-w\cdot\tilde x)^2=(y-w\cdot x)^2+s^2\|w\|^2,\quad\lambda_{\rm eff}=s^2p",
            parameters: const { &[S2, RATIO] },
            value: "lambda_eff",
            outputs: Outputs::One(number("lambda_eff")),
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
            outputs: const { Outputs::List(&numbers(["R", "v", "W"])) },
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
            outputs: const { Outputs::List(&numbers(["lambda_eff", "p", "R", "v", "W"])) },
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
            outputs: const { Outputs::List(&numbers(["lambda_eff", "p", "R", "v", "W"])) },
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
            outputs: Outputs::One(number("T_prime")),
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
            outputs: Outputs::One(number("tau")),
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
            outputs: Outputs::One(number("tau_c")),
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
            outputs: Outputs::Columns(&["lambda_eff", "tau", "sign"]),
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
        outputs: Outputs::Columns(&["p", "v", "R"]),
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
            outputs: const { Outputs::List(&numbers(["lambda_star", "R", "v"])) },
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
            outputs: Outputs::One(number("tau_star")),
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
            outputs: const {
                Outputs::Either(&[Outputs::List(&numbers(["lambda_bar", "s2"])), Outputs::List(&[])])
            },
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
            outputs: const { Outputs::List(&numbers(["G", "G_few", "G_many"])) },
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
            outputs: const { Outputs::List(&numbers(["V_SPA", "V_CA"])) },
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
            outputs: const { Outputs::List(&numbers(["c_R", "c_v"])) },
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
            outputs: const { Outputs::Then(&numbers(["p", "R", "v"]), "p_each") },
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
            outputs: Outputs::One(number("R")),
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
            outputs: const { Outputs::List(&numbers(["lambda_eff", "p", "R", "v", "W"])) },
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
                    required("X", Rows, "the inputs, one row a sample", "rows of d finite numbers"),
                    required("y", Numbers, "the targets", "one finite number per row of X"),
                    required("omega", Rows, "the frequencies, one row a feature", "rows of d finite numbers"),
                    required("phases", Numbers, "b_j, the phases", "one finite number per row of omega"),
                    S2,
                    TAU,
                    required("lambda0", Number, "lambda_0, the penalty of |a|^2/2", "a number >= 0"),
                    optional("iterations", Integer, "averaged updates", "an integer from 2 to 1000", "200"),
                ]
            },
            value: "[p, v, a_1, ..., a_M]",
            outputs: const { Outputs::Then(&numbers(["p", "v"]), "a") },
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
                    required("ell2", Number, "l^2, the squared width", "a number > 0"),
                    required("d", Integer, "d, the dimension", "an integer >= 1"),
                    required("dist2", Number, "|x-x'|^2 of the clean inputs", "a number >= 0"),
                    S2,
                ]
            },
            value: "the mean kernel, both inputs noisy",
            outputs: Outputs::One(number("kernel")),
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
            outputs: Outputs::One(number("kernel")),
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
            outputs: Outputs::One(number("kernel")),
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
                    required("wx", Number, "w.x of the clean input", "a number"),
                    required("w2", Number, "|w|^2", "a number >= 0"),
                    S2,
                ]
            },
            value: "the mean",
            outputs: Outputs::One(number("mean")),
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

/// The task of a group, its samples and its ridge.
fn group(params: &Params) -> Result<(GroupTask, f64, f64), TheoryError> {
    let lambda: Vec<f64> = params.get("lambda")?;
    let fits = |name: &str, count: usize| {
        let valid = format!("{} numbers, one per lambda", lambda.len());
        if count == lambda.len() {
            Ok(())
        } else {
            Err(TheoryError::invalid(name, format!("{count} numbers"), valid))
        }
    };
    let (dims, invariant) = (counts(params, "dims")?, counts(params, "invariant")?);
    let (own, rest): (Vec<f64>, Vec<f64>) = (params.get("power_invariant")?, params.get("power_rest")?);
    fits("dims", dims.len())?;
    fits("invariant", invariant.len())?;
    fits("power_invariant", own.len())?;
    fits("power_rest", rest.len())?;
    let level = |k: usize| GroupLevel {
        eigenvalue: lambda[k],
        dimensions: dims[k],
        invariant: invariant[k],
        power_invariant: own[k],
        power_rest: rest[k],
    };
    let levels = (0..lambda.len()).map(level).collect();
    let task = GroupTask::new(levels, params.whole("order")? as f64, params.number("sigma2")?)?;
    Ok((task, params.whole("N")? as f64, params.number("delta")?))
}

/// A list of integers that count modes.
fn counts(params: &Params, name: &str) -> Result<Vec<f64>, TheoryError> {
    let counts: Vec<u64> = params.get(name)?;
    let known = |count: u64| {
        if count <= 1 << 53 {
            Ok(count as f64)
        } else {
            Err(TheoryError::invalid(name, count, "integers from 0 to 2^53"))
        }
    };
    counts.into_iter().map(known).collect()
}

/// A group as parameters name it.
#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum Named {
    Cyclic,
    Dihedral,
    Torus([usize; 2]),
}

/// $\nu^*$, or why there is none.
fn threshold(task: &GroupTask, samples: f64, delta: f64) -> Value {
    match task.threshold(samples, delta) {
        Ok(nu) => nu.into(),
        Err(TheoryError::Undefined { .. }) => Value::Word("above"),
        Err(_) => Value::Word("one part"),
    }
}

fn groups() -> Vec<Prediction> {
    vec![
        Prediction {
            id: "spa/group-curve",
            title: "Augmentation by all elements of a group: the learning curve",
            formula: r"E_{\rm aug}=\frac{\sum_kq_k^2p_k+\sum_ko_k+\gamma_G\sigma^2}{1-\gamma_G}\ [N,n_k,\delta/|G|],\quad E_{\rm none}=\frac{\sum_kq_k^2(p_k+o_k)+\gamma\sigma^2}{1-\gamma}\ [N,N_k,\delta]",
            parameters: GROUP,
            value: "[E_aug, E_none], test errors without the label noise",
            outputs: const { Outputs::List(&numbers(["E_aug", "E_none"])) },
            validity: "K(gx, gx') = K(x, x'); many modes of comparable N lambda/kappa",
            sources: INVARIANT,
            evaluate: |params| {
                let (task, samples, delta) = group(params)?;
                Ok([task.augmented(samples, delta)?, task.plain(samples, delta)?].into())
            },
        },
        Prediction {
            id: "spa/augmentation-threshold",
            title: "How much of a target may break the symmetry for augmentation to help",
            formula: r"\nu^*=\frac a{a+\max(b,0)},\quad a=(E_{\rm none}-E_{\rm aug})_{\nu=0},\ b=(E_{\rm aug}-E_{\rm none})_{\nu=1}",
            parameters: GROUP,
            value: "nu*: augmentation helps below it; 0 never, 1 always",
            outputs: Outputs::One(number("nu_star")),
            validity: "as spa/group-curve; both powers are shapes, scaled to sum 1",
            sources: INVARIANT,
            evaluate: |params| {
                let (task, samples, delta) = group(params)?;
                Ok(task.threshold(samples, delta)?.into())
            },
        },
        Prediction {
            id: "spa/augmentation-worth",
            title: "Whether augmenting is worth it",
            formula: r"\nu^*,\quad\frac{E_{\rm aug}}{E_{\rm none}},\quad N':\ E_{\rm none}(N')=E_{\rm aug}(N)",
            parameters: GROUP,
            value: "nu_star (\"above\": augmentation helps only above a share; \"one part\": only one of the powers is given), ratio = E_aug/E_none, samples = N', as many without augmentation \
                    have the same error (infinite: no number has; 1: one has less)",
            outputs: const { Outputs::Object(&numbers(["nu_star", "ratio", "samples"])) },
            validity: "as spa/group-curve; of several N' where the error peaks the first one from N",
            sources: INVARIANT,
            evaluate: |params| {
                let (task, samples, delta) = group(params)?;
                // Hundreds of sample sizes, for each an effective ridge.
                let levels = params.get::<Vec<f64>>("lambda")?.len() as f64;
                params.afford("the number of samples with the same error", 2e5 * levels)?;
                let worth = task.worth(samples, delta)?;
                if worth.plain == 0.0 {
                    return Err(TheoryError::undefined(
                        "E_aug/E_none",
                        "the error without augmentation is 0",
                    ));
                }
                let ratio = representable("E_aug/E_none", worth.augmented / worth.plain)?;
                Ok(Value::Object(vec![
                    ("nu_star", threshold(&task, samples, delta)),
                    ("ratio", ratio.into()),
                    ("samples", worth.samples.into()),
                ]))
            },
        },
        Prediction {
            id: "spa/invariant-dimensions",
            title: "Spherical harmonics that a group of permutations leaves as they are",
            formula: r"n_k=\frac1{|G|}\sum_g[t^k]\,(1-t^2)\prod_{\rm cycles}\frac1{1-t^{\rm length}}",
            parameters: const {
                &[
                    required(
                        "group",
                        Kind::Json,
                        "the group that permutes the coordinates",
                        "\"cyclic\", \"dihedral\" or {\"torus\": [a, b]} with a b = d",
                    ),
                    required("d", Integer, "d, the number of coordinates", "an integer >= 1"),
                    required("kmax", Integer, "the highest degree", "an integer >= 0"),
                ]
            },
            value: "[n_0, ..., n_kmax]",
            outputs: Outputs::One(series("n")),
            validity: "exact integers up to 2^53",
            sources: const { &[MEI_2021, BIETTI_2021_STABILITY] },
            evaluate: |params| {
                let (d, highest) = (params.integer("d")?, params.integer("kmax")?);
                let group = match params.get::<Named>("group")? {
                    Named::Cyclic => CoordinateGroup::Cyclic,
                    Named::Dihedral => CoordinateGroup::Dihedral,
                    Named::Torus([rows, columns]) => CoordinateGroup::Torus(rows, columns),
                };
                // A number with d coordinates has few divisors; one class each.
                let classes = 4.0 * (d as f64).cbrt() + 2.0;
                params
                    .afford("Molien's series", 40.0 * classes * (highest as f64 + 1.0) + 100.0 * d as f64)?;
                Ok(invariant_dimensions(group, d, highest)?.into())
            },
        },
        Prediction {
            id: "spa/group-partial",
            title: "Augmentation by a few elements of a cyclic group",
            formula: r"s_\rho=v_\rho^\top(I+T)^{-1}\bar v_\rho,\ T_{jk}=\sum_\rho\tau_\rho\omega^{\rho(S_k-S_j)},\ \tau_\rho=\sum_b\frac{\lambda_{\rho b}}{\delta+Ns_\rho\lambda_{\rho b}};\quad E=A\Big(\sum_bq_b^2\eta_b+\sigma^2\Big)-\sigma^2",
            parameters: const {
                &[
                    required(
                        "lambda",
                        Rows,
                        "lambda[rho][b], the eigenvalues of the kernel by the characters rho = 0..n-1 of Z_n",
                        "n lists of one length of numbers >= 0, those of rho and n - rho equal",
                    ),
                    required(
                        "shifts",
                        Integers,
                        "the shifts by which every sample is repeated",
                        "a list of distinct integers from 0 to n - 1",
                    ),
                    COUNT,
                    required("delta", Number, "delta, the ridge on all points", "a number > 0"),
                    required(
                        "sigma2",
                        Number,
                        "sigma^2, the variance of the label noise, which copies share",
                        "a number >= 0",
                    ),
                    required(
                        "eta",
                        Numbers,
                        "eta_b, the power of the invariant target in the modes of rho = 0",
                        "one number >= 0 per b",
                    ),
                ]
            },
            value: "[E, s_0]: the test error without the label noise, and delta over the effective ridge of the invariant modes",
            outputs: const { Outputs::List(&numbers(["E", "s_0"])) },
            validity: "Gaussian features, many modes; errors of order 1/N; harmonics on spheres alike",
            sources: const { &[CANATAR_2021] },
            evaluate: |params| {
                let lambda: Vec<Vec<f64>> = params.get("lambda")?;
                let shifts: Vec<usize> = params.get("shifts")?;
                let (n, m) = (lambda.len() as f64, shifts.len() as f64);
                let modes = n * lambda.first().map_or(0.0, |row| row.len() as f64);
                // Some 60 updates of the fixed point, each with a step of Newton's method.
                let update = 2.0 * (n * n * (n + 4.0 * m) + n * m * m + m.powi(3) + 30.0 * modes);
                params.afford("the effective ridges of the characters", 60.0 * update)?;
                let spectrum = CyclicSpectrum::simple(&lambda)?;
                let eta: Vec<f64> = params.get("eta")?;
                let (samples, delta) = (params.integer("N")?, params.number("delta")?);
                let law =
                    partial_groups(&spectrum, &[shifts], samples, delta, params.number("sigma2")?, &eta)?;
                Ok([law.error, law.shares[0]].into())
            },
        },
    ]
}

/// Inputs and targets whose moments and equations are affordable.
fn data(params: &Params) -> Result<(DMatrix<f64>, DVector<f64>), TheoryError> {
    let x = params.matrix("X")?;
    let (n, d) = (x.nrows() as f64, x.ncols() as f64);
    params.afford("the normal equations", d * d * (n + d))?;
    Ok((x, DVector::from_vec(params.get("y")?)))
}

fn mixing() -> Vec<Prediction> {
    vec![
        Prediction {
            id: "spa/mixup",
            title: "Linear regression on mixed samples",
            formula: r"w=\left[(1-2c)S+2c\,\bar x\bar x^\top+\lambda I\right]^{-1}\left[(1-2c)\tfrac{X^\top y}N+2c\,\bar x\bar y\right],\quad c=\frac\alpha{2(2\alpha+1)}",
            parameters: const {
                &[
                    INPUTS,
                    TARGETS,
                    required(
                        "alpha",
                        Number,
                        "alpha of the Beta(alpha, alpha) law of the shares",
                        "a number > 0",
                    ),
                    PENALTY,
                ]
            },
            value: "w",
            outputs: Outputs::One(series("w")),
            validity: "exact for every data set, infinitely many mixtures",
            sources: &[ZHANG_2018_MIXUP],
            evaluate: |params| {
                let (x, y) = data(params)?;
                let w = mixup(&x, &y, params.number("alpha")?, params.number("lambda_ridge")?)?;
                Ok(w.iter().copied().collect::<Vec<f64>>().into())
            },
        },
        Prediction {
            id: "spa/masking",
            title: "Linear regression on masked inputs",
            formula: r"w=(\Pi\circ S+\lambda I)^{-1}\tfrac{X^\top y}N,\quad\Pi_{ij}=\frac{E[m_im_j]}{p^2}",
            parameters: const {
                &[
                    INPUTS,
                    TARGETS,
                    PENALTY,
                    optional(
                        "keep",
                        Number,
                        "p of dropout, the chance of every input to be kept",
                        "a number > 0 and <= 1, or null with a block",
                        "null",
                    ),
                    optional(
                        "block",
                        Integer,
                        "b of cutout, how many adjacent inputs of a ring are hidden",
                        "an integer from 1 to below d, or null with keep",
                        "null",
                    ),
                ]
            },
            value: "w, for inputs divided by their chance to be kept",
            outputs: Outputs::One(series("w")),
            validity: "exact for every data set, infinitely many masks",
            sources: const { &[WAGER_2013, DEVRIES_2017] },
            evaluate: |params| {
                let (x, y) = data(params)?;
                let keep = params.get::<Option<f64>>("keep")?;
                let mask = match (keep, params.get::<Option<f64>>("block")?) {
                    (Some(keep), None) => Mask::Dropout { keep },
                    (None, Some(_)) => Mask::Cutout { block: params.integer("block")? },
                    (None, None) => {
                        return Err(TheoryError::invalid(
                            "keep",
                            "null, as block is",
                            "one of keep and block",
                        ));
                    }
                    (Some(keep), Some(_)) => {
                        return Err(TheoryError::invalid(
                            "keep",
                            keep,
                            "null where a block is given, or no block",
                        ));
                    }
                };
                let w = masked(&x, &y, mask, params.number("lambda_ridge")?)?;
                Ok(w.iter().copied().collect::<Vec<f64>>().into())
            },
        },
    ]
}
