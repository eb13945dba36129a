//! Closed forms: one coordinate, vanishing and large initial weights, the trap at the origin.

use solvable_theory::bibliography::{KARAKIDA_2023_GRADIENT, PESME_2023};
use solvable_theory::gradient_regularization::{Coordinate, RegressionData, lazy_log_ratio, rich_limit};

use crate::experiments::{DiagonalFlow, DiagonalFlowOutcome, DiagonalFlowSetting, Penalty};
use crate::settings::{END, data, log_ratio, part, penalties, zero_mean};
use solvable_engine::verify::{At, Claim, JudgeError, Margin};
use solvable_shared::by;
use solvable_simulate::diagonal::PlantedSetting;

pub(crate) fn claims() -> Vec<Claim> {
    vec![scalar(), rich(), trap(), exponents(), lazy()]
}

/// One coordinate with $X=1$: $\kappa=\frac12$, $\beta^*=1$, so that $x=2\gamma\kappa\beta^*=\gamma$.
pub(crate) fn single(starts: Vec<f64>, penalties: Vec<Penalty>, time: f64, stop: f64) -> DiagonalFlowSetting {
    let data = PlantedSetting { samples: 1, dimension: 1, mean: 1.0, deviation: 0.0, planted: vec![1.0] };
    DiagonalFlowSetting { data, starts, penalties, times: vec![time], stop }
}

/// $\kappa$ and $\beta^*$ of one coordinate whose inputs are all alike.
fn scales(s: &DiagonalFlowSetting) -> Result<(f64, f64), JudgeError> {
    match s.data.planted[..] {
        [target] if s.data.dimension == 1 && s.data.deviation == 0.0 => {
            Ok((0.5 * s.data.mean * s.data.mean, target))
        }
        _ => Err(JudgeError::Other("the closed form is of one coordinate with deviation 0".into())),
    }
}

/// `of(coordinate, penalty)` for every flow.
fn of_coordinates(
    s: &DiagonalFlowSetting,
    of: impl Fn(&Coordinate, Penalty) -> Result<f64, JudgeError>,
) -> Result<Vec<f64>, JudgeError> {
    let (kappa, target) = scales(s)?;
    s.flows().map(|(start, penalty)| of(&Coordinate::new(kappa, target, start)?, penalty)).collect()
}

/// The end of every flow of one coordinate.
fn log_products(s: &DiagonalFlowSetting, o: &DiagonalFlowOutcome) -> Result<Vec<f64>, JudgeError> {
    (0..s.shape().0).map(|flow| Ok(part(s, &o.log_p, flow, 0)?[0])).collect()
}

fn scalar() -> Claim {
    Claim::about::<DiagonalFlow>("gr/one-coordinate", "The effective initialisation of one coordinate, without time")
        .formula(r"\frac{d\ell}{d\beta}=\frac{2\gamma sF}{S(1+4\gamma\kappa S+4\gamma\epsilon\kappa s\beta)+2\gamma s\beta F}")
        .sources(&[KARAKIDA_2023_GRADIENT])
        .cases(|_| {
            let flows = penalties(&[0.3, 0.7, 0.9], &[-0.1, 0.0, 0.1]);
            let starts = [0.3, 0.1, 0.01];
            Ok(starts.map(|start| {
                At::setting(format!("α₀={start}"), single(vec![start], flows.clone(), END, 1e-14), 1)
            }).into())
        })
        .by_difference()
        .identity()
        .measure(log_products)
        .predict(|s| of_coordinates(s, |c, p| Ok(c.log_alpha_squared(p.gamma, p.epsilon)?)))
        .margin(|_, _| Margin::symmetric(1e-5))
        .rival("first order in γ", |s| {
            of_coordinates(s, |c, p| Ok(c.log_alpha_squared(0.0, 0.0)? + p.gamma * c.first_order(p.epsilon)?))
        })
        .rival("double backpropagation for all", |s| {
            of_coordinates(s, |c, p| Ok(c.log_alpha_squared(p.gamma, 0.0)?))
        })
        .finish()
}

/// Strengths of the penalty in the limit of vanishing weights.
pub(crate) const STRENGTHS: [f64; 4] = [0.0, 0.3, 0.7, 0.9];
/// Initial scales there.
pub(crate) const SCALES: [f64; 4] = [1e-1, 1e-2, 1e-3, 1e-4];

fn rich() -> Claim {
    Claim::about::<DiagonalFlow>(
        "gr/vanishing-weights",
        "For vanishing weights the penalty changes the exponent of the initialisation",
    )
    .formula(r"\log\alpha_{\rm eff}^2=\log\alpha_0^2-\frac x{1-x}\log\frac{|\beta^*|}{\alpha_0^2}+\frac{1+2x}{3(1-x)}\log\frac{1+2x}{1-x}")
    .sources(&[KARAKIDA_2023_GRADIENT])
    .cases(|_| {
        let flows = penalties(&[0.3], &[0.0]);
        Ok(SCALES.map(|start| {
            At::setting(format!("x=0.3, α₀={start}"), single(vec![start], flows.clone(), END, 1e-14), 1)
        }).into())
    })
    .by_difference()
    .identity()
    .measure(log_products)
    .predict(|s| of_coordinates(s, |c, p| Ok(c.rich_log_alpha_squared(p.gamma)?)))
    .margin(|s, _| Margin::symmetric(if s.starts[0] > 0.05 { 2e-2 } else { 1e-3 }))
    .rival("first order in γ", |s| {
        of_coordinates(s, |c, p| Ok(c.log_alpha_squared(0.0, 0.0)? + p.gamma * c.first_order(0.0)?))
    })
    .rival("the exponent of the initialisation stays", |s| {
        let (kappa, target) = scales(s)?;
        of_coordinates(s, |c, p| {
            let unit = Coordinate::new(kappa, target, 1.0)?.rich_log_alpha_squared(p.gamma)?;
            Ok(c.log_alpha_squared(0.0, 0.0)? + unit)
        })
    })
    .finish()
}

fn trap() -> Claim {
    let setting = || {
        single(vec![1e-2], [0.95, 1.05].map(|gamma| Penalty { gamma, epsilon: 0.0 }).to_vec(), 200.0, 1e-14)
    };
    Claim::about::<DiagonalFlow>(
        "gr/saddle-trap",
        "Beyond a strength of the penalty the origin attracts, and nothing is learnt",
    )
    .formula(r"2\gamma|s_i|>1\ \Rightarrow\ \beta\to0,\ L\to\tfrac12\kappa\beta^{*2}")
    .sources(&[KARAKIDA_2023_GRADIENT])
    .cases(move |_| Ok(vec![At::setting("x=0.95 and 1.05, α₀=0.01", setting(), 1)]))
    .components(["x=0.95", "x=1.05"])
    .by_difference()
    .identity()
    .measure(|s, o| {
        let (kappa, target) = scales(s)?;
        Ok(o.loss.iter().map(|loss| loss / (0.5 * kappa * target * target)).collect::<Vec<_>>())
    })
    .predict(|s| {
        // Where the limit of vanishing weights exists, the target is reached.
        of_coordinates(s, |c, p| Ok(f64::from(c.rich_log_alpha_squared(p.gamma).is_err())))
    })
    .margin(|_, _| Margin::symmetric(1e-6))
    .rival("every flow reaches its target", |_| Ok(vec![0.0, 0.0]))
    .rival("a trap at half the strength", |_| Ok(vec![1.0, 1.0]))
    .finish()
}

fn exponents() -> Claim {
    let slopes = |s: &DiagonalFlowSetting, o: &DiagonalFlowOutcome| -> Result<Vec<f64>, JudgeError> {
        let [larger, smaller] = s.starts[..] else {
            return Err(JudgeError::Other(format!("two starts are compared, not {}", s.starts.len())));
        };
        let (half, span) = (s.penalties.len(), smaller.ln() - larger.ln());
        let mut all = Vec::new();
        for flow in 0..half {
            let (high, low) = (part(s, &o.log_p, flow, 0)?, part(s, &o.log_p, half + flow, 0)?);
            all.extend(high.iter().zip(low).map(|(high, low)| (low - high) / span));
        }
        Ok(all)
    };
    let predicted = |factor: f64| {
        move |s: &DiagonalFlowSetting, o: &DiagonalFlowOutcome| -> Result<Vec<f64>, JudgeError> {
            let data = data(&s.data, o.problem)?;
            let mut all = Vec::new();
            for penalty in &s.penalties {
                all.extend(rich_limit(&data, factor * penalty.gamma)?.exponents.iter().map(|e| 2.0 * e));
            }
            Ok(all)
        }
    };
    Claim::about::<DiagonalFlow>(
        "gr/rich-exponents",
        "From saddle to saddle: the exponents of all coordinates",
    )
    .formula(r"\frac{d\log p_i}{d\log\alpha_0}=A_i^++A_i^-")
    .sources(&[PESME_2023, KARAKIDA_2023_GRADIENT])
    .cases(|profile| {
        let data =
            PlantedSetting { samples: 40, dimension: 60, planted: vec![1.2, -0.8, 0.5], ..zero_mean() };
        let strengths = by(profile, vec![0.15], vec![0.15, 0.3]);
        let setting = DiagonalFlowSetting {
            data,
            starts: vec![1e-4, 1e-8],
            penalties: penalties(&strengths, &[0.0, 0.1]),
            times: vec![3000.0],
            stop: 1e-11,
        };
        Ok(vec![At::setting("N=40 d=60, α₀=1e-4 to 1e-8", setting, by(profile, 3, 16))])
    })
    .by_largest_difference()
    .identity()
    .measure(slopes)
    .predict_given(predicted(1.0))
    .margin(|_, _| Margin::symmetric(0.03))
    .rival_given("without penalty", predicted(0.0))
    .rival_given("half the penalty", predicted(0.5))
    .finish()
}

pub(crate) fn lazy_flows(start: f64) -> DiagonalFlowSetting {
    DiagonalFlowSetting {
        data: zero_mean(),
        starts: vec![start],
        penalties: penalties(&[0.1], &[0.0, 0.05]),
        times: vec![END],
        stop: if start > 1.5 { 1e-10 } else { 1e-11 },
    }
}

fn lazy() -> Claim {
    let predicted = |of: fn(&RegressionData, f64, Penalty) -> Result<Vec<f64>, JudgeError>| {
        move |s: &DiagonalFlowSetting, o: &DiagonalFlowOutcome| -> Result<Vec<f64>, JudgeError> {
            let data = data(&s.data, o.problem)?;
            let all = s.penalties.iter().map(|p| of(&data, s.starts[0], *p));
            Ok(all.collect::<Result<Vec<_>, _>>()?.concat())
        }
    };
    Claim::about::<DiagonalFlow>("gr/large-weights", "The effective initialisation for large weights, in closed form")
        .formula(r"\log\frac{\alpha_{{\rm eff},i}^2}{\alpha_0^2}=-\frac{2\gamma}{N^2}\sum_{ab}(X^\top u_a)_i(X^\top u_b)_i\frac{c_ac_b(1+\epsilon\lambda_b)}{m_a+m_b}")
        .sources(&[KARAKIDA_2023_GRADIENT])
        .cases(|profile| {
            let starts = [0.5, 1.0, 2.0].into_iter();
            // The worst of three draws does not always tell the penalties apart at the smallest start.
            let trials = by(profile, 12, 20);
            Ok(starts.map(|start| At::setting(format!("α₀={start}"), lazy_flows(start), trials)).collect())
        })
        .by_relative_distance()
        .identity()
        .measure(|s, o| {
            let all = (0..s.shape().0).map(|flow| log_ratio(s, o, flow));
            Ok(all.collect::<Result<Vec<_>, _>>()?.concat())
        })
        .predict_given(predicted(|data, start, p| Ok(lazy_log_ratio(data, start, p.gamma, p.epsilon)?)))
        .margin(|s, _| {
            Margin::symmetric(match s.starts[0] {
                start if start < 0.75 => 0.1,
                start if start < 1.5 => 0.02,
                _ => 0.006,
            })
        })
        .rival_given("double backpropagation for all", predicted(|data, start, p| {
            Ok(lazy_log_ratio(data, start, p.gamma, 0.0)?)
        }))
        .rival_given("first order in γ", predicted(|data, start, p| {
            let small = 1e-7;
            let slope = lazy_log_ratio(data, start, small, p.epsilon)?;
            Ok(slope.iter().map(|z| z * p.gamma / small).collect())
        }))
        .finish()
}

/// Strengths and starts of the figure of vanishing weights.
pub(crate) fn vanishing() -> DiagonalFlowSetting {
    single(SCALES.to_vec(), penalties(&STRENGTHS, &[0.0]), END, 1e-14)
}
