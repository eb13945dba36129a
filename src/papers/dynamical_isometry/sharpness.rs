//! The largest eigenvalue: an atom, or the edge of a bulk.

use solvable_theory::Activation;
use solvable_theory::bibliography::HAYASE_2021;
use solvable_theory::dynamical_isometry::{fisher_law, maximal_sharpness};
use solvable_theory::free_probability::Ensemble;

use super::super::by;
use super::super::experiments::{DeepSpectrum, DeepSpectrumSetting};
use super::laws::{conditional, other, projections, unconditional};
use super::spectra::{at, cases};
use super::{GAPLESS, RELU, SHALLOW, TEN};
use crate::simulate::deep::DeepSetting;
use crate::verify::{At, Claim, JudgeError, Margin, Profile};

pub(super) fn claims() -> Vec<Claim> {
    vec![top_atom(), mass(), edges(), growth()]
}

/// Kinds whose top is an atom.
fn atoms(profile: Profile) -> Result<Vec<At<DeepSpectrumSetting>>, JudgeError> {
    cases(profile, Ensemble::Orthogonal, |kind, _| kind.q0 < 1.0)
}

fn top_atom() -> Claim {
    Claim::about::<DeepSpectrum>(
        "iso/lambda-max",
        "The largest eigenvalue is the sum of all mean squares, at any width",
    )
    .formula(
        r"\lambda_{\max}=\sum_{l=0}^{L-1}\sigma_w^{2(L-1-l)}\hat q_l\quad\text{if}\ \sum_l\hat\epsilon_l<1",
    )
    .sources(&[HAYASE_2021])
    .cases(atoms)
    .measure(|_, o| Ok(o.number("lambda_max")?))
    .predict_given(|s, o| Ok(maximal_sharpness(o.list("q")?, s.network.sigma_w2)?))
    .identity()
    .margin(|_, _| Margin::symmetric(1e-9))
    .rival_given("the mean eigenvalue", |s, o| Ok(conditional(&s.network, o)?.mean()))
    .rival_given("L times the mean square of the inputs", |s, o| Ok(o.list("q")?[0] * s.network.depth as f64))
    .rival_given("the edge of Gaussian weights", |s, o| {
        let network = DeepSetting { ensemble: Ensemble::Gaussian, ..s.network.clone() };
        Ok(conditional(&network, o)?.upper_edge()?)
    })
    .finish()
}

fn mass() -> Claim {
    Claim::about::<DeepSpectrum>("iso/atoms", "The share of directions of maximal sharpness")
        .formula(r"\#\{\lambda=\lambda_{\max}\}=M\left(1-\sum_l\hat\epsilon_l\right)\ \text{exactly}")
        .sources(&[HAYASE_2021])
        .cases(atoms)
        .measure(|_, o| Ok(o.number("at_top")?))
        .predict_given(|s, o| Ok(s.network.width as f64 * (1.0 - o.list("defects")?.iter().sum::<f64>())))
        .by_difference()
        .identity()
        .margin(|_, _| Margin::symmetric(1e-6))
        .rival_given("the product of the ranks, as for commuting projections", |s, o| {
            Ok(s.network.width as f64 * o.list("defects")?.iter().map(|e| 1.0 - e).product::<f64>())
        })
        .rival_given("the smallest rank", |s, o| {
            let largest = o.list("defects")?.iter().fold(0.0, |m: f64, e| m.max(*e));
            Ok(s.network.width as f64 * (1.0 - largest))
        })
        .finish()
}

fn edges() -> Claim {
    Claim::about::<DeepSpectrum>(
        "iso/edge",
        "Without an isolated atom the largest eigenvalue is the edge of the bulk",
    )
    .formula(r"\lambda_{\max}=z(d_c),\quad z'(d_c)=0\ \text{at the largest real critical point}")
    .sources(&[HAYASE_2021])
    .cases(|profile| {
        let width = by(profile, 200, 400);
        // Edges of ReLU networks fluctuate most.
        let (many, count) = by(profile, (32, 32), (96, 24));
        Ok(vec![
            at(RELU.spectrum(width, Ensemble::Orthogonal)?, many),
            at(GAPLESS.spectrum(width, Ensemble::Orthogonal)?, count),
            at(SHALLOW.spectrum(by(profile, 200, 1000), Ensemble::Gaussian)?, count),
            at(RELU.spectrum(width, Ensemble::Gaussian)?, many),
            at(TEN.spectrum(width, Ensemble::Gaussian)?, count),
        ])
    })
    .measure(|_, o| Ok(o.number("lambda_max")?))
    .predict_given(|s, o| Ok(conditional(&s.network, o)?.upper_edge()?))
    .margin(|s, _| {
        // The largest eigenvalue of a finite matrix lies below the edge, by a deficit of this order.
        let unit = (s.network.width as f64).powf(-2.0 / 3.0);
        let many = s.network.ensemble == Ensemble::Gaussian && s.network.depth > 3;
        Margin { low: if many { -7.0 } else { -3.0 } * unit, high: unit }
    })
    .rival_given("the edge of the other kind of weights", |s, o| {
        let network = DeepSetting { ensemble: other(s.network.ensemble), ..s.network.clone() };
        Ok(conditional(&network, o)?.upper_edge()?)
    })
    .rival_given("the sum of all mean squares", |s, o| {
        Ok(maximal_sharpness(o.list("q")?, s.network.sigma_w2)?)
    })
    .finish()
}

/// Depths of linear networks with Gaussian weights.
const DEPTHS: [usize; 3] = [2, 4, 8];

pub(super) fn linear(depth: usize, width: usize) -> DeepSpectrumSetting {
    let network = DeepSetting {
        activation: Activation::linear(),
        q0: 1.0,
        sigma_w2: 1.0,
        depth,
        width,
        ensemble: Ensemble::Gaussian,
    };
    DeepSpectrumSetting { network, jacobian: false, output: false }
}

fn growth() -> Claim {
    Claim::about::<DeepSpectrum>("iso/quadratic-growth", "With Gaussian weights the sharpness grows with the square of the depth")
        .formula(r"\lambda_{\max}\simeq\kappa qL^2,\quad\kappa=\frac{1}{2(x_0^2-1)}=1.138,\ x_0\tanh x_0=1;\qquad\text{orthogonal weights:}\ qL")
        .sources(&[HAYASE_2021])
        .cases(|profile| {
            let width = by(profile, 200, 800);
            let settings = DEPTHS.into_iter().map(|depth| linear(depth, width)).collect();
            Ok(vec![At::sizes(format!("Gaussian linear M={width}"), settings, by(profile, 16, 16))])
        })
        .measure(|_, o| Ok(o.number("lambda_max")?))
        .predict(|s| Ok(unconditional(&s.network)?.upper_edge()?))
        .log_slope(|s| s.network.depth as f64)
        .margin(|_, _| Margin::symmetric(0.15))
        .rival("linear growth, as for orthogonal weights", |s| {
            let (depth, q) = (s.network.depth, vec![1.0; s.network.depth]);
            Ok(fisher_law(&q, projections(&vec![0.0; depth - 1])?, 1.0, Ensemble::Orthogonal)?.upper_edge()?)
        })
        .rival("cubic growth", |s| Ok((s.network.depth as f64).powi(3)))
        .finish()
}
