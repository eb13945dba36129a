//! The upper edge of the spectrum of activations of all kinds, from the scale of inputs and weights alone, and what a theorist could
//! mistake it for.

use solvable_theory::bibliography::{HAYASE_2021, PENNINGTON_2018};
use solvable_theory::dynamical_isometry::{fisher_law, forward, maximal_sharpness, slope_factor};
use solvable_theory::free_probability::{Ensemble, Factor};
use solvable_theory::{Activation, TheoryError};

use super::laws::{other, unconditional};
use crate::experiments::DeepEdge;
use crate::settings::{GRADED, Kind, hard_tanh, kind, label, relu};
use solvable_engine::verify::{At, Claim, JudgeError, Margin};
use solvable_shared::by;
use solvable_simulate::deep::DeepSetting;

pub(crate) fn claims() -> Vec<Claim> {
    vec![edges()]
}

fn tanh() -> Result<Activation, TheoryError> {
    Ok(Activation::tanh())
}

fn error_function() -> Result<Activation, TheoryError> {
    Activation::erf(1.0)
}

fn steep_leaky() -> Result<Activation, TheoryError> {
    Activation::leaky_relu(0.2)
}

const TANH: Kind = kind(tanh, 0.5, 1.2, 4);
/// Chaotic: slopes that fall, mean squares that fall.
const WILD: Kind = kind(tanh, 1.0, 2.5, 5);
/// Slopes above one.
const ERF: Kind = kind(error_function, 0.5, 0.8, 4);
const FADING: Kind = kind(relu, 1.0, 1.5, 4);
const LEAKY: Kind = kind(steep_leaky, 1.0, 1.4, 4);

/// Kinds of networks with smooth slopes, slopes of two values and projections, at several scales of weights.
pub(crate) const VARIED: [(Kind, Ensemble); 10] = [
    (TANH, Ensemble::Orthogonal),
    (WILD, Ensemble::Orthogonal),
    (ERF, Ensemble::Orthogonal),
    (FADING, Ensemble::Orthogonal),
    (LEAKY, Ensemble::Orthogonal),
    (GRADED, Ensemble::Orthogonal),
    (kind(tanh, 0.5, 1.5, 3), Ensemble::Gaussian),
    (kind(error_function, 0.5, 2.5, 3), Ensemble::Gaussian),
    (kind(relu, 1.0, 1.5, 3), Ensemble::Gaussian),
    (kind(hard_tanh, 1.0, 1.5, 3), Ensemble::Gaussian),
];

/// A few of them, for training.
pub(crate) const BRIEF: [(Kind, Ensemble); 4] = [VARIED[0], VARIED[2], VARIED[6], VARIED[9]];

/// The scale by which the largest eigenvalue of a finite matrix lies below the edge.
pub(crate) fn deficit(s: &DeepSetting) -> f64 {
    (s.width as f64).powf(-2.0 / 3.0)
}

/// The largest eigenvalue of a finite matrix lies below the edge of the bulk, by a deficit of this order.
pub(crate) fn edge_margin(s: &DeepSetting) -> Margin {
    let unit = deficit(s);
    let many = s.ensemble == Ensemble::Gaussian && s.depth > 3;
    Margin { low: if many { -7.0 } else { -3.0 } * unit, high: unit }
}

/// Whether networks of a kind differ much from one another.
pub(crate) fn fluctuates(s: &DeepSetting) -> bool {
    s.activation == Activation::relu()
}

/// $\lambda_{\max}$ of the infinite network.
pub(crate) fn sharpest(s: &DeepSetting) -> Result<f64, JudgeError> {
    Ok(unconditional(s)?.upper_edge()?)
}

/// Nodes of the slope laws of smooth activations.
const NODES: usize = 160;

/// The slope laws of the layers whose pre-activations have the given variances.
fn slopes(s: &DeepSetting, variances: &[f64]) -> Result<Vec<Factor>, JudgeError> {
    Ok(variances.iter().map(|v| slope_factor(&s.activation, *v, NODES)).collect::<Result<_, _>>()?)
}

/// $q_0,\dots,q_{L-1}$ and the variances $\sigma_w^2q_{l-1}$ of one layer more than the network has.
fn layers(s: &DeepSetting) -> Result<(Vec<f64>, Vec<f64>), JudgeError> {
    let q = forward(&s.activation, s.q0, s.sigma_w2, s.depth + 1)?.q;
    let variances = q[..s.depth].iter().map(|q| s.sigma_w2 * q).collect();
    Ok((q[..s.depth].to_vec(), variances))
}

fn edge(s: &DeepSetting, q: &[f64], slopes: Vec<Factor>) -> Result<f64, JudgeError> {
    Ok(fisher_law(q, slopes, s.sigma_w2, s.ensemble)?.upper_edge()?)
}

/// The edge where every slope law is replaced by a function of its mean.
fn with_means(s: &DeepSetting, of: fn(f64) -> Result<Factor, TheoryError>) -> Result<f64, JudgeError> {
    let layers = forward(&s.activation, s.q0, s.sigma_w2, s.depth)?;
    let factors = layers.d1.into_iter().map(of).collect::<Result<_, _>>()?;
    edge(s, &layers.q, factors)
}

type Wrong = fn(&DeepSetting) -> Result<f64, JudgeError>;

/// Mistakes about $\lambda_{\max}$.
pub(crate) const WRONG: [(&str, Wrong); 10] = [
    ("the edge of the other kind of weights", |s| {
        sharpest(&DeepSetting { ensemble: other(s.ensemble), ..s.clone() })
    }),
    ("the sum of all mean squares", |s| Ok(maximal_sharpness(&layers(s)?.0, s.sigma_w2)?)),
    ("equal slopes with the same mean square", |s| {
        with_means(s, |mean| Factor::discrete(vec![mean], vec![1.0]))
    }),
    ("projections with the same mean square", |s| {
        with_means(s, |mean| Factor::projection((1.0 - mean).max(0.0)))
    }),
    ("the mean squares one layer late", |s| {
        let (_, variances) = layers(s)?;
        let q: Vec<f64> =
            forward(&s.activation, s.q0, s.sigma_w2, s.depth + 1)?.q.into_iter().skip(1).collect();
        edge(s, &q, slopes(s, &variances[..s.depth - 1])?)
    }),
    ("the slopes one layer late", |s| {
        let (q, variances) = layers(s)?;
        edge(s, &q, slopes(s, &variances[1..])?)
    }),
    ("the slopes in reverse order", |s| {
        let (q, variances) = layers(s)?;
        let mut slopes = slopes(s, &variances[..s.depth - 1])?;
        slopes.reverse();
        edge(s, &q, slopes)
    }),
    ("the slopes at q in place of σ_w²q", |s| {
        let (q, _) = layers(s)?;
        edge(s, &q, slopes(s, &q[..s.depth - 1])?)
    }),
    ("the mean square of the inputs in every layer", |s| {
        let variances = layers(s)?.1;
        edge(s, &vec![s.q0; s.depth], slopes(s, &variances[..s.depth - 1])?)
    }),
    ("the largest squared singular value of orthogonal weights", |s| Ok(s.sigma_w2.powi(s.depth as i32))),
];

fn edges() -> Claim {
    // Discrepancies at which trials tell a rival from the claim, in units of the deficit.
    let distant = |s: &DeepSetting, edge: f64| Ok((edge / sharpest(s)? - 1.0).abs() > 5.0 * deficit(s));
    let mut claim = Claim::about::<DeepEdge>(
        "iso/upper-edge",
        "The largest eigenvalue for slopes of all kinds, from the scale of inputs and weights alone",
    )
    .formula(
        r"\lambda_{\max}=z(d_c),\ z'(d_c)=0\quad\text{at}\quad q_l=E\phi(\sqrt{v_l}z)^2,\ \nu_l=\text{law of}\ \phi'(\sqrt{v_l}z)^2,\ v_l=\sigma_w^2q_{l-1}",
    )
    .sources(&[HAYASE_2021, PENNINGTON_2018])
    .cases(|profile| {
        let (width, some, many) = by(profile, (100, 64, 128), (200, 96, 96));
        let all = VARIED.into_iter();
        all.map(|(kind, ensemble)| {
            let network = kind.at(width, ensemble)?;
            let trials = if fluctuates(&network) { many } else { some };
            Ok(At::setting(label(&network), network, trials))
        })
        .collect()
    })
    .measure(|_, o| Ok(o.lambda_max))
    .predict(sharpest)
    .margin(|s, _| edge_margin(s));
    for (name, edge) in WRONG {
        claim =
            claim.rival_where(name, move |s| edge(s).and_then(|edge| distant(s, edge)).unwrap_or(true), edge);
    }
    claim.finish()
}
