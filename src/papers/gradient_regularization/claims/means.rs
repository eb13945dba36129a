//! Inputs with a mean and without: where the penalty makes solutions sparser, and where it does not.

use nalgebra::DVector;
use solvable_theory::bibliography::KARAKIDA_2023_GRADIENT;
use solvable_theory::gradient_regularization::{Coordinate, mean_mode_log_ratio};

use super::bias::large_mean_flows;
use crate::experiments::{DiagonalFlow, DiagonalFlowOutcome, DiagonalFlowSetting, Penalty};
use crate::settings::{
    END, data, end, flow_of, interpolator, large_mean, log_ratio, mean, penalties, zero_mean,
};
use solvable_engine::verify::{At, Claim, JudgeError, Margin, Profile};
use solvable_shared::by;

pub(crate) fn claims() -> Vec<Claim> {
    vec![mean_mode(), profile(), mean_mode_end(), flip(), sparser(), monotone(), not_sparser()]
}

/// Lengths at which the two kinds of data are compared; the flow without penalty comes first.
pub(crate) const LENGTHS: [f64; 6] = [-0.01, -0.005, 0.0, 0.01, 0.02, 0.05];

/// The shortest of them that the mean mode alone describes.
const NEAREST: f64 = -0.005;

pub(crate) fn sparsity(large: bool) -> DiagonalFlowSetting {
    let none = Penalty { gamma: 0.0, epsilon: 0.0 };
    let lengths = if large { LENGTHS.to_vec() } else { vec![-0.05, 0.0, 0.1] };
    let gamma = if large { 0.005 } else { 0.3 };
    let penalties = [vec![none], penalties(&[gamma], &lengths)].concat();
    DiagonalFlowSetting {
        data: if large { large_mean() } else { zero_mean() },
        starts: vec![0.1],
        penalties,
        times: vec![END],
        stop: if large { 1e-11 } else { 1e-12 },
    }
}

/// The mean-mode $\zeta_i$ of flow `flow`; its penalty may be replaced.
fn zeta(
    s: &DiagonalFlowSetting,
    o: &DiagonalFlowOutcome,
    flow: usize,
    epsilon: Option<f64>,
) -> Result<Vec<f64>, JudgeError> {
    let (start, penalty) = flow_of(s, flow)?;
    let epsilon = epsilon.unwrap_or(penalty.epsilon);
    Ok(mean_mode_log_ratio(&data(&s.data, o.problem)?, start, penalty.gamma, epsilon)?)
}

/// The first order in $\gamma$ of the mean of $\zeta_i$ of every flow.
fn first_order(s: &DiagonalFlowSetting, o: &DiagonalFlowOutcome) -> Result<Vec<f64>, JudgeError> {
    let data = data(&s.data, o.problem)?;
    let failed = || JudgeError::Other("the singular value decomposition stopped".into());
    let svd = data.x().clone().try_svd(true, false, f64::EPSILON, 10_000).ok_or_else(failed)?;
    let top = svd.singular_values.imax();
    let (sigma, u) = (svd.singular_values[top], svd.u.ok_or_else(failed)?);
    let (n, d) = (data.samples() as f64, data.dimension() as f64);
    let target = u.column(top).dot(data.y()) / (sigma * d.sqrt());
    s.flows()
        .map(|(start, penalty)| {
            let coordinate = Coordinate::new(sigma * sigma / (2.0 * n), target, start)?;
            Ok(penalty.gamma * coordinate.first_order(penalty.epsilon)?)
        })
        .collect()
}

/// `of(flow)` for every flow.
fn each<T>(
    s: &DiagonalFlowSetting,
    of: impl Fn(usize) -> Result<T, JudgeError>,
) -> Result<Vec<T>, JudgeError> {
    (0..s.shape().0).map(of).collect()
}

fn labels(s: &DiagonalFlowSetting) -> Vec<String> {
    s.flows().map(|(_, p)| format!("γ={} ε={}", p.gamma, p.epsilon)).collect()
}

fn mean_mode() -> Claim {
    Claim::about::<DiagonalFlow>(
        "gr/mean-mode",
        "The mean effective initialisation for inputs with a large mean, without a trajectory",
    )
    .formula(r"\frac1d\sum_i\log\frac{\alpha_{{\rm eff},i}^2}{\alpha_0^2}=\zeta")
    .sources(&[KARAKIDA_2023_GRADIENT])
    .cases(|profile| {
        let s = large_mean_flows(profile);
        Ok(vec![At::setting(format!("mean 5, d={}", s.data.dimension), s, 3)])
    })
    .components(labels(&large_mean_flows(Profile::Quick)))
    .identity()
    .measure(|s, o| each(s, |flow| Ok(mean(&log_ratio(s, o, flow)?))))
    .predict_given(|s, o| each(s, |flow| Ok(mean(&zeta(s, o, flow, None)?))))
    .margin(|_, _| Margin::symmetric(0.06))
    .rival_given("first order in γ", first_order)
    .rival_given("double backpropagation for all", |s, o| {
        each(s, |flow| Ok(mean(&zeta(s, o, flow, Some(0.0))?)))
    })
    .finish()
}

/// Deviations from their mean, in its units.
fn relative(values: &[f64]) -> Vec<f64> {
    let mean = mean(values);
    values.iter().map(|value| value / mean - 1.0).collect()
}

/// The mean-mode profile of every flow with $|v_i|^k$ in place of $v_i^2$.
fn powers(s: &DiagonalFlowSetting, o: &DiagonalFlowOutcome, power: f64) -> Result<Vec<f64>, JudgeError> {
    let all = each(s, |flow| {
        let ratio: Vec<f64> = zeta(s, o, flow, None)?.iter().map(|z| z.abs().powf(0.5 * power)).collect();
        Ok(relative(&ratio))
    })?;
    Ok(all.concat())
}

fn profile() -> Claim {
    Claim::about::<DiagonalFlow>(
        "gr/mean-mode-profile",
        "Which coordinates start smaller with a large mean: the squares of the first singular vector",
    )
    .formula(r"\log\frac{\alpha_{{\rm eff},i}^2}{\alpha_0^2}\propto v_i^2,\qquad v_i^2=\tfrac1d\left(1+O\left(\tfrac{2}{\mu\sqrt N}\right)\right)")
    .sources(&[KARAKIDA_2023_GRADIENT])
    .cases(|profile| {
        let s = large_mean_flows(profile);
        Ok(vec![At::setting(format!("mean 5, d={}", s.data.dimension), s, 3)])
    })
    .by_mean_difference()
    .identity()
    .measure(|s, o| Ok(each(s, |flow| Ok(relative(&log_ratio(s, o, flow)?)))?.concat()))
    .predict_given(|s, o| powers(s, o, 2.0))
    // A quarter of the scatter of the profile.
    .margin(|s, _| {
        let scatter = 2.0 * s.data.deviation / (s.data.mean.abs() * (s.data.samples as f64).sqrt());
        Margin::symmetric(0.25 * scatter)
    })
    .rival_given("the same in every coordinate", |s, o| powers(s, o, 0.0))
    .rival_given("|v_i| in place of v_i²", |s, o| powers(s, o, 1.0))
    .rival_given("v_i⁴ in place of v_i²", |s, o| powers(s, o, 4.0))
    .finish()
}

/// Whether the first singular vector is uneven enough for the interpolator to see it.
fn uneven(s: &DiagonalFlowSetting) -> bool {
    s.data.samples <= 20
}

fn mean_mode_end() -> Claim {
    let with = |factor: f64| {
        move |s: &DiagonalFlowSetting, o: &DiagonalFlowOutcome| -> Result<Vec<f64>, JudgeError> {
            let data = data(&s.data, o.problem)?;
            let all = each(s, |flow| {
                let ratio: Vec<f64> = zeta(s, o, flow, None)?.iter().map(|z| factor * z).collect();
                Ok(interpolator(&data, flow_of(s, flow)?.0, &ratio)?.iter().copied().collect::<Vec<_>>())
            })?;
            Ok(all.concat())
        }
    };
    Claim::about::<DiagonalFlow>("gr/mean-mode-interpolator", "Where training ends with a large mean, without a trajectory")
        .formula(r"\beta_\infty=\arg\min\phi_{\alpha_{\rm eff}}\ \text{at}\ \log\frac{\alpha_{{\rm eff},i}^2}{\alpha_0^2}=\zeta\,d\,v_i^2")
        .sources(&[KARAKIDA_2023_GRADIENT])
        .cases(|profile| {
            let large = large_mean_flows(profile);
            let mut all = vec![large];
            if profile == Profile::Full {
                // The profile of the effective initialisation is less even in the smaller problem.
                all.push(large_mean_flows(Profile::Quick));
            }
            // The worst of three small problems does not always tell an even profile apart.
            let trials = by(profile, 12, 3);
            Ok(all.into_iter().map(|s| At::setting(format!("mean 5, d={}", s.data.dimension), s, trials)).collect())
        })
        .by_relative_distance()
        .identity()
        .measure(|s, o| Ok(each(s, |flow| Ok(end(s, &o.beta, flow)?.to_vec()))?.concat()))
        .predict_given(with(1.0))
        .margin(|_, _| Margin::symmetric(5e-3))
        .rival_given("the initialisation itself", with(0.0))
        .rival_given("the opposite sign", with(-1.0))
        .rival_given_where("the same in every coordinate", uneven, |s, o| {
            let data = data(&s.data, o.problem)?;
            let all = each(s, |flow| {
                let ratio = vec![mean(&zeta(s, o, flow, None)?); s.data.dimension];
                Ok(interpolator(&data, flow_of(s, flow)?.0, &ratio)?.iter().copied().collect::<Vec<_>>())
            })?;
            Ok(all.concat())
        })
        .finish()
}

fn flip() -> Claim {
    let setting = || DiagonalFlowSetting {
        data: large_mean(),
        starts: vec![0.1],
        penalties: penalties(&[0.005], &[-0.015, -0.02]),
        times: vec![END],
        stop: 1e-11,
    };
    Claim::about::<DiagonalFlow>("gr/backward-flip", "Far backward differences turn the bias around")
        .formula(r"\zeta(\epsilon)\ \text{changes sign at a finite}\ \epsilon<0")
        .sources(&[KARAKIDA_2023_GRADIENT])
        .cases(move |profile| Ok(vec![At::setting("mean 5, γ=0.005", setting(), by(profile, 4, 16))]))
        .components(["ε=−0.015", "ε=−0.02"])
        .by_difference()
        .identity()
        .measure(|s, o| each(s, |flow| Ok(mean(&log_ratio(s, o, flow)?))))
        .predict_given(|s, o| each(s, |flow| Ok(mean(&zeta(s, o, flow, None)?))))
        .margin(|_, _| Margin::symmetric(0.003))
        .rival_given("never above the initialisation", |s, o| {
            each(s, |flow| Ok(-mean(&zeta(s, o, flow, None)?).abs()))
        })
        .rival_given("first order in γ", first_order)
        .finish()
}

/// $\|\beta\|_1$ and $\|\beta-\beta^*\|$ of `beta`.
pub(crate) fn sizes(s: &DiagonalFlowSetting, beta: &[f64]) -> [f64; 2] {
    let error = (DVector::from_column_slice(beta) - s.data.coefficients()).norm();
    [beta.iter().map(|b| b.abs()).sum(), error]
}

/// The changes of both sizes by every penalty, from the flow without: all of the first size, then all of the second.
pub(crate) fn changes(s: &DiagonalFlowSetting, betas: &[Vec<f64>]) -> Vec<f64> {
    let sizes: Vec<[f64; 2]> = betas.iter().map(|beta| sizes(s, beta)).collect();
    let change = |k: usize| sizes[1..].iter().map(move |own| own[k]).collect::<Vec<_>>();
    (0..2).flat_map(|k| change(k).into_iter().map(|own| own - sizes[0][k]).collect::<Vec<_>>()).collect()
}

pub(crate) fn ends(s: &DiagonalFlowSetting, o: &DiagonalFlowOutcome) -> Result<Vec<Vec<f64>>, JudgeError> {
    each(s, |flow| Ok(end(s, &o.beta, flow)?.to_vec()))
}

/// The interpolators of the mean-mode theory; `epsilon` replaces that of every penalty, `sign` multiplies $\zeta$.
pub(crate) fn predicted_ends(
    s: &DiagonalFlowSetting,
    o: &DiagonalFlowOutcome,
    epsilon: Option<f64>,
    sign: f64,
) -> Result<Vec<Vec<f64>>, JudgeError> {
    let data = data(&s.data, o.problem)?;
    each(s, |flow| {
        let ratio: Vec<f64> = zeta(s, o, flow, epsilon)?.iter().map(|z| sign * z).collect();
        Ok(interpolator(&data, flow_of(s, flow)?.0, &ratio)?.iter().copied().collect())
    })
}

fn sparser() -> Claim {
    // The mean mode alone is trusted from here on: further back ζ itself nearly vanishes.
    let trusted = |changes: Vec<f64>| -> Vec<f64> {
        let lengths = LENGTHS.iter().cycle().zip(changes);
        lengths.filter(|(e, _)| **e >= NEAREST).map(|(_, change)| change).collect()
    };
    let lengths = LENGTHS.into_iter().filter(|e| *e >= NEAREST);
    Claim::about::<DiagonalFlow>(
        "gr/sparser-with-a-mean",
        "With a large mean of the inputs the penalty makes solutions sparser and better, by the predicted amounts",
    )
    .formula(r"\Delta\|\beta_\infty\|_1,\ \Delta\|\beta_\infty-\beta^*\|\quad\text{from}\ \arg\min\phi_{\alpha_{\rm eff}}")
    .sources(&[KARAKIDA_2023_GRADIENT])
    .cases(|profile| Ok(vec![At::setting("mean 5, γ=0.005", sparsity(true), by(profile, 8, 24))]))
    .components(["‖β‖₁", "‖β−β*‖"].into_iter().flat_map(|size| {
        lengths.clone().map(move |e| format!("Δ{size}, ε={e}")).collect::<Vec<_>>()
    }))
    .measure(move |s, o| Ok(trusted(changes(s, &ends(s, o)?))))
    .predict_given(move |s, o| Ok(trusted(changes(s, &predicted_ends(s, o, None, 1.0)?))))
    // The error of ζ, 6 %, and of its spread over coordinates.
    .margin(|_, _| Margin::symmetric(0.1))
    .rival_given("double backpropagation for all", move |s, o| {
        Ok(trusted(changes(s, &predicted_ends(s, o, Some(0.0), 1.0)?)))
    })
    .rival_given("the opposite sign", move |s, o| {
        Ok(trusted(changes(s, &predicted_ends(s, o, None, -1.0)?)))
    })
    .finish()
}

/// Share of rises minus share of falls from each penalty to the next, for either size.
fn rises(changes: &[f64]) -> Vec<f64> {
    let half = changes.len() / 2;
    let balance = |values: &[f64]| {
        mean(&values.windows(2).map(|pair| (pair[1] - pair[0]).signum()).collect::<Vec<_>>())
    };
    vec![balance(&changes[..half]), balance(&changes[half..])]
}

fn monotone() -> Claim {
    Claim::about::<DiagonalFlow>(
        "gr/monotone-with-a-mean",
        "With a large mean of the inputs both fall with every increase of the difference",
    )
    .formula(
        r"\epsilon_1<\epsilon_2\ \Rightarrow\ \|\beta_\infty(\epsilon_1)\|_1>\|\beta_\infty(\epsilon_2)\|_1",
    )
    .sources(&[KARAKIDA_2023_GRADIENT])
    .cases(|profile| Ok(vec![At::setting("mean 5, γ=0.005", sparsity(true), by(profile, 8, 24))]))
    .components(["‖β‖₁", "‖β−β*‖"])
    .by_difference()
    .measure(|s, o| Ok(rises(&changes(s, &ends(s, o)?))))
    .predict(|_| Ok(vec![-1.0, -1.0]))
    .margin(|_, _| Margin::symmetric(0.1))
    .rival("the difference does not matter", |_| Ok(vec![0.0, 0.0]))
    .rival("both rise", |_| Ok(vec![1.0, 1.0]))
    .finish()
}

fn not_sparser() -> Claim {
    Claim::about::<DiagonalFlow>(
        "gr/not-sparser-without-a-mean",
        "Without a mean of the inputs the penalty makes the L1 norm larger",
    )
    .formula(r"\Delta\|\beta_\infty\|_1>0\ \text{for}\ \mu=0")
    .sources(&[KARAKIDA_2023_GRADIENT])
    .cases(|profile| Ok(vec![At::setting("mean 0, γ=0.3", sparsity(false), by(profile, 16, 64))]))
    .components(["ε=−0.05", "ε=0", "ε=0.1"])
    .by_difference()
    .measure(|s, o| {
        let changes = changes(s, &ends(s, o)?);
        Ok(changes[..changes.len() / 2].iter().map(|c| c.signum()).collect::<Vec<_>>())
    })
    .predict(|_| Ok(vec![1.0; 3]))
    .margin(|_, _| Margin::symmetric(0.1))
    .rival("gradient regularization always makes solutions sparser", |_| Ok(vec![-1.0; 3]))
    .rival("as often larger as smaller", |_| Ok(vec![0.0; 3]))
    .finish()
}
