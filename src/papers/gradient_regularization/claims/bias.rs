//! The implicit bias: the effective initialisation, and the interpolator that it selects, at any time and at the end.

use nalgebra::DVector;
use solvable_theory::bibliography::{KARAKIDA_2023_GRADIENT, WOODWORTH_2020};
use solvable_theory::gradient_regularization::{RegressionData, minimiser, potential};

use crate::experiments::{
    DiagonalFlow, DiagonalFlowOutcome, DiagonalFlowSetting, EntropyBudget, EntropyBudgetOutcome,
    planted_problem,
};
use crate::settings::{END, data, end, flow_of, large_mean, larger_mean, part, penalties, zero_mean};
use solvable_engine::verify::{At, Claim, JudgeError, Margin, Profile};
use solvable_shared::by;
use solvable_simulate::diagonal::PlantedSetting;

pub(crate) fn claims() -> Vec<Claim> {
    vec![effective(), any_time(), last(), budget()]
}

/// The constant of the exponent: $\log p=\log\alpha_0^2-8\gamma\int ss'$.
const EXPONENT: f64 = 8.0;

/// Flows of zero mean from `start`.
pub(crate) fn zero_mean_flows(start: f64) -> DiagonalFlowSetting {
    DiagonalFlowSetting {
        data: zero_mean(),
        starts: vec![start],
        penalties: penalties(&[0.1, 0.3], &[-0.05, 0.0, 0.1]),
        times: vec![0.05, 0.5, 2.0, 10.0, 50.0, END],
        stop: 1e-12,
    }
}

/// Flows with a large mean.
pub(crate) fn large_mean_flows(profile: Profile) -> DiagonalFlowSetting {
    DiagonalFlowSetting {
        data: by(profile, large_mean(), larger_mean()),
        starts: vec![0.1],
        penalties: penalties(&[0.005, 0.01], &[-0.005, 0.0, 0.01, 0.02]),
        times: vec![0.05, 0.5, 2.0, END],
        stop: by(profile, 1e-11, 1e-9),
    }
}

/// Many small problems, at ten times each.
fn many_problems() -> DiagonalFlowSetting {
    DiagonalFlowSetting {
        data: PlantedSetting { samples: 10, dimension: 20, planted: vec![1.0; 2], ..zero_mean() },
        starts: vec![0.1],
        penalties: penalties(&[0.2], &[-0.05, 0.0, 0.1]),
        times: vec![0.05, 0.2, 0.5, 1.0, 2.0, 4.0, 8.0, 15.0, 25.0, 50.0],
        stop: 1e-12,
    }
}

fn flows(profile: Profile) -> Vec<At<DiagonalFlowSetting>> {
    let zero: Vec<f64> = by(profile, vec![0.1], vec![0.3, 0.1, 0.03]);
    let mut all: Vec<_> = zero
        .into_iter()
        .map(|start| At::setting(format!("mean 0, α₀={start}"), zero_mean_flows(start), by(profile, 3, 4)))
        .collect();
    let large = large_mean_flows(profile);
    all.push(At::setting(format!("mean 5, d={}", large.data.dimension), large, 3));
    all
}

/// $\log\alpha^2$ with `exponent` in place of 8.
fn law(
    s: &DiagonalFlowSetting,
    o: &DiagonalFlowOutcome,
    flow: usize,
    time: usize,
    exponent: f64,
) -> Result<Vec<f64>, JudgeError> {
    let (start, penalty) = flow_of(s, flow)?;
    let drive = part(s, &o.drive, flow, time)?;
    Ok(drive.iter().map(|v| 2.0 * start.ln() - exponent * penalty.gamma * v).collect())
}

/// `of(flow, time)` for all flows and times, one after the other.
fn everywhere(
    s: &DiagonalFlowSetting,
    of: impl Fn(usize, usize) -> Result<Vec<f64>, JudgeError>,
) -> Result<Vec<f64>, JudgeError> {
    let (flows, times) = s.shape();
    let mut all = Vec::new();
    for flow in 0..flows {
        for time in 0..times {
            all.extend(of(flow, time)?);
        }
    }
    Ok(all)
}

fn effective() -> Claim {
    let with = |exponent: f64| {
        move |s: &DiagonalFlowSetting, o: &DiagonalFlowOutcome| {
            everywhere(s, |flow, time| law(s, o, flow, time, exponent))
        }
    };
    Claim::about::<DiagonalFlow>(
        "gr/alpha-eff",
        "The effective initialisation along the flow, coordinate by coordinate",
    )
    .formula(r"\log w_+w_-=\log\alpha_0^2-8\gamma\int_0^ts_is_i'\,d\tau")
    .sources(&[KARAKIDA_2023_GRADIENT])
    .cases(|profile| Ok(flows(profile)))
    .by_largest_difference()
    .identity()
    .measure(|_, o| Ok(o.log_p.clone()))
    .predict_given(with(EXPONENT))
    .margin(|_, profile| Margin::symmetric(by(profile, 1e-5, 1e-6)))
    .rival_given("half the exponent", with(0.5 * EXPONENT))
    .rival_given("twice the exponent", with(2.0 * EXPONENT))
    .rival_given("the initialisation itself", with(0.0))
    .finish()
}

/// $\beta$ of a flow at a time, in units of its length.
fn direction(
    s: &DiagonalFlowSetting,
    o: &DiagonalFlowOutcome,
    flow: usize,
    time: usize,
) -> Result<Vec<f64>, JudgeError> {
    let beta = DVector::from_column_slice(part(s, &o.beta, flow, time)?);
    let length = beta.norm();
    Ok((beta / length).iter().copied().collect())
}

/// The minimiser at the outputs of a flow, in units of the length of its $\beta$.
fn minimal(
    s: &DiagonalFlowSetting,
    o: &DiagonalFlowOutcome,
    flow: usize,
    time: usize,
    exponent: f64,
) -> Result<Vec<f64>, JudgeError> {
    let beta = DVector::from_column_slice(part(s, &o.beta, flow, time)?);
    let data = data(&s.data, o.problem)?;
    let same = RegressionData::new(data.x().clone(), data.x() * &beta)?;
    let found = minimiser(&same, &law(s, o, flow, time, exponent)?, None)?.beta;
    Ok((found / beta.norm()).iter().copied().collect())
}

fn any_time() -> Claim {
    let with = |exponent: f64| {
        move |s: &DiagonalFlowSetting, o: &DiagonalFlowOutcome| {
            everywhere(s, |flow, time| minimal(s, o, flow, time, exponent))
        }
    };
    Claim::about::<DiagonalFlow>(
        "gr/argmin",
        "At any time the flow minimises the hyperbolic entropy at equal outputs",
    )
    .formula(r"\beta(t)=\arg\min_\beta\phi_{\alpha_{\rm eff}(t)}(\beta)\quad\text{subject to}\quad X\beta=X\beta(t)")
    .sources(&[KARAKIDA_2023_GRADIENT, WOODWORTH_2020])
    .cases(|profile| {
        let mut all = flows(profile);
        all.push(At::setting("many problems, ten times", many_problems(), by(profile, 20, 24)));
        Ok(all)
    })
    .by_distance()
    .identity()
    .measure(|s, o| everywhere(s, |flow, time| direction(s, o, flow, time)))
    .predict_given(with(EXPONENT))
    .margin(|_, _| Margin::symmetric(1e-6))
    .rival_given("the initialisation itself", with(0.0))
    .rival_given("half the exponent", with(0.5 * EXPONENT))
    .rival_given("twice the exponent", with(2.0 * EXPONENT))
    .rival_given("the opposite sign", with(-EXPONENT))
    .finish()
}

/// The interpolator of every flow, at the effective initialisation with another exponent, in units of the length of the last $\beta$.
fn interpolators(
    s: &DiagonalFlowSetting,
    o: &DiagonalFlowOutcome,
    exponent: f64,
) -> Result<Vec<f64>, JudgeError> {
    let data = data(&s.data, o.problem)?;
    let (flows, times) = s.shape();
    let mut all = Vec::new();
    for flow in 0..flows {
        let length = DVector::from_column_slice(end(s, &o.beta, flow)?).norm();
        let beta = minimiser(&data, &law(s, o, flow, times - 1, exponent)?, None)?.beta;
        all.extend(beta.iter().map(|b| b / length));
    }
    Ok(all)
}

fn last() -> Claim {
    let with =
        |exponent: f64| move |s: &DiagonalFlowSetting, o: &DiagonalFlowOutcome| interpolators(s, o, exponent);
    Claim::about::<DiagonalFlow>(
        "gr/interpolator",
        "Where training ends, from the data alone and the effective initialisation",
    )
    .formula(r"\beta_\infty=\arg\min_\beta\phi_{\alpha_{\rm eff}}(\beta)\quad\text{subject to}\quad X\beta=y")
    .sources(&[KARAKIDA_2023_GRADIENT, WOODWORTH_2020])
    .cases(|profile| Ok(flows(profile)))
    .by_distance()
    .identity()
    .measure(|s, o| {
        let (flows, times) = s.shape();
        let all = (0..flows).map(|flow| direction(s, o, flow, times - 1)).collect::<Result<Vec<_>, _>>()?;
        Ok(all.concat())
    })
    .predict_given(with(EXPONENT))
    // The distance to the end of a flow that stops at a loss; measured 5 to 7 times its root for one flow.
    .margin(|s, profile| {
        let stopping: f64 = if s.data.mean == 0.0 { 1e-4 } else { by(profile, 1e-4, 5e-4) };
        Margin::symmetric(stopping * (s.shape().0 as f64).sqrt())
    })
    .rival_given("the initialisation itself", with(0.0))
    .rival_given("half the exponent", with(0.5 * EXPONENT))
    .rival_given("twice the exponent", with(2.0 * EXPONENT))
    .rival_given("the opposite sign", with(-EXPONENT))
    .rival_given("the interpolator of least L2 norm", |s, o| {
        let data = planted_problem(&s.data, o.problem)?;
        let pseudo = data.x().clone().svd(true, true).solve(data.y(), 1e-12);
        let beta = pseudo.map_err(|e| JudgeError::Other(e.to_owned()))?;
        let mut all = Vec::new();
        for flow in 0..s.shape().0 {
            let length = DVector::from_column_slice(end(s, &o.beta, flow)?).norm();
            all.extend(beta.iter().map(|b| b / length));
        }
        Ok(all)
    })
    .finish()
}

fn budget() -> Claim {
    Claim::about::<EntropyBudget>("gr/budget", "The hyperbolic entropy of the end is the budget of the loss on the way")
        .formula(r"\phi_{\alpha_0}(\beta_\infty)=8\int L\,dt+\int\left[4\gamma\langle q_\epsilon,\beta-\beta_\infty\rangle-8\gamma\sum_is_is_i'(S_{\infty,i}-S_i)\right]dt")
        .sources(&[KARAKIDA_2023_GRADIENT, WOODWORTH_2020])
        .cases(|profile| {
            let mut setting = zero_mean_flows(0.1);
            setting.times = vec![END];
            setting.penalties.extend(penalties(&[0.0], &[0.0]));
            Ok(vec![At::setting("mean 0, α₀=0.1", setting, by(profile, 2, 8))])
        })
        .identity()
        .measure(|_, o| {
            let pairs = o.loss_integral.iter().zip(&o.bracket);
            Ok(pairs.map(|(integral, bracket)| 8.0 * integral + bracket).collect::<Vec<_>>())
        })
        .predict_given(|s, o| entropies(s, o, |_, phi| phi))
        .margin(|_, _| Margin::symmetric(1e-5))
        .rival_given("without the penalty's share of the budget", |s, o| {
            entropies(s, o, |flow, phi| phi + o.bracket[flow])
        })
        .rival_given("4 in place of 8", |s, o| entropies(s, o, |_, phi| 0.5 * phi))
        .finish()
}

/// $\phi_{\alpha_0}$ of the end of every flow.
fn entropies(
    s: &DiagonalFlowSetting,
    o: &EntropyBudgetOutcome,
    of: impl Fn(usize, f64) -> f64,
) -> Result<Vec<f64>, JudgeError> {
    let (d, betas) = (s.data.dimension, &o.beta);
    let flows = betas.chunks(d).zip(s.flows()).enumerate();
    flows.map(|(k, (beta, (start, _)))| Ok(of(k, potential(beta, &vec![start; d])?))).collect()
}
