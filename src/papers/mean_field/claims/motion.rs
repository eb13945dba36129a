//! The Fisher–Rao norm: how far outputs move when all parameters are scaled alike.

use solvable_theory::bibliography::LIANG_2019;
use solvable_theory::mean_field::{FisherRao, fisher_rao, order_parameters};
use solvable_theory::pathological_spectra::{fisher_rao_two_classes, softmax_moments};
use solvable_theory::{Activation, Architecture, TheoryError};

use crate::experiments::ScalingMotion;
use solvable_engine::verify::{At, Claim, JudgeError, Margin, Profile};
use solvable_shared::{FisherSetting, asked, by, checks};

pub(super) fn claims() -> Vec<Claim> {
    vec![norm(), two_classes()]
}

/// Outputs to average over: given the last hidden layer they are independent.
const OUTPUTS: usize = 100;
/// Inputs of every network.
const SAMPLES: usize = 20;

/// Activation, depth, $\sigma_w^2$, $\sigma_b^2$.
type Law = (&'static str, usize, f64, f64);

const LAWS: [Law; 6] = [
    ("tanh", 3, 3.0, 0.64),
    ("tanh", 8, 3.0, 0.64),
    ("erf", 4, 2.0, 0.3),
    ("sine", 4, 2.0, 0.3),
    ("relu", 3, 2.0, 0.1),
    ("gelu", 3, 2.0, 0.1),
];

/// A network of constant width with many outputs.
pub(crate) fn motion(
    activation: &str,
    depth: usize,
    sigma_w2: f64,
    sigma_b2: f64,
    width: usize,
) -> Result<FisherSetting, TheoryError> {
    let widths = [vec![width; depth], vec![OUTPUTS]].concat();
    let network = Architecture::new(widths, activation.parse::<Activation>()?, sigma_w2, sigma_b2)?;
    Ok(FisherSetting { network: network.with_trained_biases(true), samples: SAMPLES })
}

fn cases(profile: Profile, laws: &[Law]) -> Result<Vec<At<FisherSetting>>, JudgeError> {
    let (width, trials) = by(profile, (100, 100), (400, 400));
    laws.iter()
        .map(|&(activation, depth, sigma_w2, sigma_b2)| {
            let setting = motion(activation, depth, sigma_w2, sigma_b2, width)?;
            Ok(At::setting(format!("{activation} L={depth} M={width}"), setting, trials))
        })
        .collect()
}

fn theory(s: &FisherSetting) -> Result<FisherRao, TheoryError> {
    fisher_rao(s.network.scales(), s.network.depth())
}

/// Unbounded activations fluctuate by 15 % from network to network.
fn margin(s: &FisherSetting, profile: Profile) -> Margin {
    let doubled = if is_bounded(s) { 1.0 } else { 2.0 };
    Margin::symmetric(doubled * by(profile, 0.06, 0.03))
}

fn is_bounded(s: &FisherSetting) -> bool {
    let phi = s.network.activation();
    phi.is_odd() && !phi.is_linear()
}

fn is_deep(s: &FisherSetting) -> bool {
    s.network.depth() > 1
}

fn norm() -> Claim {
    Claim::about::<ScalingMotion>(
        "mf/fisher-rao",
        "The Fisher-Rao norm: parameters and their gradients are not independent",
    )
    .formula(
        r"\frac{E\,\theta^\top F\theta}C=S^L,\quad S^l=q^l+2\sigma_w^2rb+\sigma_w^2\left[r^2c+(S^{l-1}-R^{l-1}r)e\right],\quad R^l=q^l+\sigma_w^2rb,\ r=\frac{R^{l-1}}{q^{l-1}}",
    )
    .sources(&[LIANG_2019])
    .cases(|profile| cases(profile, &LAWS))
    .measure(|_, o| Ok(o.norm))
    .predict(|s| Ok(theory(s)?.s))
    .margin(margin)
    .rival_where("parameters and gradients taken as independent", is_deep, |s| Ok(independent(s)?))
    .rival_where("outputs taken as homogeneous in the parameters: L² q", is_bounded, |s| {
        Ok((s.network.depth() as f64).powi(2) * theory(s)?.q)
    })
    .rival_where("the blocks of the layers alone", is_deep, |s| Ok(theory(s)?.block))
    .finish()
}

/// $\sum_l\tilde q^lq^l$: the mean squares of parameters times those of gradients.
pub(crate) fn independent(s: &FisherSetting) -> Result<f64, TheoryError> {
    let order = order_parameters(s.network.scales(), s.network.depth())?;
    Ok(order.qtilde_t.iter().zip(&order.q_t).map(|(back, q)| back * q).sum())
}

fn two_classes() -> Claim {
    Claim::about::<ScalingMotion>(
        "mf/fisher-rao-two-classes",
        "The Fisher-Rao norm of a classifier: along the output the softmax has saturated",
    )
    .formula(
        r"E\,D^\top QD=\frac{R^2}{q^2}E[g(1-g)d^2]+\left(S-\frac{R^2}q\right)\beta_1,\qquad g=\sigma(d),\ d\sim N(0,2q),\ \beta_1=2E[g(1-g)]",
    )
    .sources(&[LIANG_2019])
    .cases(|profile| cases(profile, &[LAWS[0], LAWS[4]]))
    .presumes(|s| checks::classes(&s.network, 2))
    .measure(|_, o| asked(o.two_classes, "two outputs"))
    .predict(|s| Ok(fisher_rao_two_classes(&theory(s)?)?))
    .margin(margin)
    .rival("outputs and their softmax taken as independent: S β₁", |s| {
        let norm = theory(s)?;
        Ok(norm.s * softmax_moments(2, norm.q, 0.0)?.beta_1)
    })
    .rival_where("outputs that are rescaled, and do nothing else", |s| is_bounded(s) && is_deep(s), |s| {
        let norm = theory(s)?;
        Ok(fisher_rao_two_classes(&FisherRao { s: norm.r / norm.q * norm.r, ..norm })?)
    })
    .finish()
}
