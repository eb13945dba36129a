//! Deep linear networks: which singular values a penalty keeps from being learnt.

use solvable_theory::bibliography::KARAKIDA_2023_GRADIENT;
use solvable_theory::gradient_regularization::{deep_trap, learned_modes};

use crate::experiments::{DeepTrap, DeepTrapSetting, MatrixTrap, MatrixTrapSetting};
use solvable_engine::verify::{At, Claim, JudgeError, Margin};
use solvable_shared::by;

pub(crate) fn claims() -> Vec<Claim> {
    vec![deep(), matrix()]
}

/// Depths and targets.
pub(crate) const CHAINS: [(usize, f64); 8] =
    [(2, 1.0), (2, 4.0), (3, 1.0), (3, 4.0), (4, 1.0), (4, 4.0), (6, 1.0), (6, 4.0)];
/// Strengths in units of the threshold.
pub(crate) const BESIDE: [f64; 2] = [0.97, 1.03];

/// A start below both stationary points: 0.3 of where they meet, or small where they are none.
pub(crate) fn start(depth: usize, target: f64) -> f64 {
    let layers = depth as f64;
    if depth == 2 {
        0.02
    } else {
        0.3 * ((layers - 2.0) * target / (2.0 * (2.0 * layers - 1.0))).powf(1.0 / layers)
    }
}

/// Flows at `shares` of the threshold.
pub(crate) fn chain(
    depth: usize,
    target: f64,
    epsilon: f64,
    shares: &[f64],
) -> Result<DeepTrapSetting, JudgeError> {
    let threshold = deep_trap(depth, target, epsilon)?;
    Ok(DeepTrapSetting {
        depth,
        s_star: target,
        start: start(depth, target),
        epsilon,
        strengths: shares.iter().map(|share| share * threshold).collect(),
    })
}

/// 1 where the target is reached, 0 where the flow is held below half of it, as it is at a threshold `of` the setting.
fn learnt(
    s: &DeepTrapSetting,
    of: impl Fn(&DeepTrapSetting) -> Result<f64, JudgeError>,
) -> Result<Vec<f64>, JudgeError> {
    let threshold = of(s)?;
    Ok(s.strengths.iter().map(|gamma| f64::from(*gamma < threshold)).collect())
}

fn deep() -> Claim {
    Claim::about::<DeepTrap>("gr/deep-trap", "Beyond a strength of the penalty a deep linear network does not learn a singular value")
        .formula(r"\gamma_c=\min_{0<w<s_*^{1/L}}\frac{-\epsilon p(w)}{p(w+\epsilon p(w))-p(w)},\quad\epsilon=0:\ \frac2{Ls_*w_c^{L-2}},\ w_c^L=\frac{(L-2)s_*}{2(2L-1)}")
        .sources(&[KARAKIDA_2023_GRADIENT])
        .cases(|profile| {
            let mut cases = Vec::new();
            for epsilon in by(profile, vec![0.0], vec![0.0, 0.05, -0.05]) {
                for (depth, target) in CHAINS {
                    let s = chain(depth, target, epsilon, &BESIDE)?;
                    cases.push(At::setting(format!("L={depth} s*={target} ε={epsilon}"), s, 1));
                }
            }
            Ok(cases)
        })
        .by_largest_difference()
        .identity()
        // A held value counts as nothing learnt below one half of the target, as all of it beyond.
        .measure(|_, o| Ok(o.learnt.iter().map(|w| if *w < 0.5 { 0.0 } else { *w }).collect::<Vec<_>>()))
        .predict(|s| learnt(s, |s| Ok(deep_trap(s.depth, s.s_star, s.epsilon)?)))
        .margin(|_, _| Margin::symmetric(1e-4))
        .rival("the minima are those of the loss: every value is learnt", |s| learnt(s, |_| Ok(f64::INFINITY)))
        .rival_where(
            "1/s* at every depth",
            |s| s.depth > 2,
            |s| learnt(s, |s| Ok(1.0 / s.s_star)),
        )
        .rival_where(
            "a threshold that grows with the singular value",
            |s| s.s_star != 1.0,
            |s| {
                learnt(s, |s| {
                    let power = (2.0 * s.depth as f64 - 2.0) / s.depth as f64;
                    Ok(deep_trap(s.depth, 1.0, s.epsilon)? * s.s_star.powf(power))
                })
            },
        )
        .finish()
}

/// Modes and strengths.
const MATRICES: [(&[f64], f64); 5] = [
    (&[3.0, 2.0, 1.0], 0.8),
    (&[2.0, 1.0, 0.5], 1.2),
    (&[2.0, 1.0, 0.5], 0.7),
    (&[3.0, 1.0, 0.8], 0.6),
    (&[2.0, 1.3, 0.5], 0.9),
];

/// 1 for every mode that `kept` holds, 0 for the others, in the order of the setting.
fn shares(s: &MatrixTrapSetting, kept: &[f64]) -> Vec<f64> {
    s.modes.iter().map(|mode| f64::from(kept.contains(mode))).collect()
}

/// The modes that are learnt from small weights, each by itself.
fn alone(s: &MatrixTrapSetting) -> Vec<f64> {
    s.modes.iter().copied().filter(|mode| s.gamma * mode < 1.0).collect()
}

fn matrix() -> Claim {
    Claim::about::<MatrixTrap>(
        "gr/matrix-trap",
        "With full matrices and noise only the modes above a wide gap stay trapped",
    )
    .formula(r"\{s_1<\dots<s_m\}:\ \gamma(s_i-s_{i-1})<1\ \text{for}\ i\le m,\ s_0=0")
    .sources(&[KARAKIDA_2023_GRADIENT])
    .cases(|profile| {
        let runs = by(profile, 2, 6);
        let case = |(modes, gamma): (&[f64], f64)| {
            let s = MatrixTrapSetting {
                modes: modes.to_vec(),
                gamma,
                size: 5,
                start: 0.01,
                learning_rate: 0.02,
                steps: 30_000,
                noise: 1e-9,
            };
            At::setting(format!("{modes:?} γ={gamma}"), s, runs)
        };
        Ok(MATRICES.map(case).into())
    })
    .by_largest_difference()
    .identity()
    .measure(|_, o| Ok(o.learnt.clone()))
    .predict(|s| Ok(shares(s, &learned_modes(&s.modes, s.gamma)?)))
    .margin(|_, _| Margin::symmetric(0.02))
    .rival_where(
        "learnt iff γs < 1",
        |s| learned_modes(&s.modes, s.gamma).is_ok_and(|learnt| learnt.len() != alone(s).len()),
        |s| Ok(shares(s, &alone(s))),
    )
    .rival_where(
        "all modes are learnt: the minima are those of the loss",
        |s| learned_modes(&s.modes, s.gamma).is_ok_and(|learnt| learnt.len() != s.modes.len()),
        |s| Ok(shares(s, &s.modes)),
    )
    .finish()
}
