//! The largest eigenvalue: an atom, or the edge of a bulk.

use solvable_theory::Activation;
use solvable_theory::bibliography::HAYASE_2021;
use solvable_theory::dynamical_isometry::{fisher_law, forward, gaussian_quadratic_law, maximal_sharpness};
use solvable_theory::free_probability::Ensemble;

use super::edges::edge_margin;
use super::laws::{conditional, other, projections, unconditional};
use super::spectra::{at, averaged, cases, changed, reversed};
use crate::experiments::{DeepSpectrum, DeepSpectrumOutcome, DeepSpectrumSetting};
use crate::settings::{GAPLESS, GRADED, RELU, SHALLOW, TEN};
use solvable_engine::verify::{At, Claim, JudgeError, Margin, Profile};
use solvable_shared::by;
use solvable_simulate::deep::DeepSetting;

pub(crate) fn claims() -> Vec<Claim> {
    vec![top_atom(), mass(), edges(), growth(), quadratic_law()]
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
    .measure(|_, o| Ok(o.lambda_max))
    .predict_given(|s, o| Ok(maximal_sharpness(&o.q, s.network.sigma_w2)?))
    .identity()
    .margin(|_, _| Margin::symmetric(1e-9))
    .rival_given("the mean eigenvalue", |s, o| Ok(conditional(&s.network, o)?.mean()))
    .rival_given("L times the mean square of the inputs", |s, o| Ok(o.q[0] * s.network.depth as f64))
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
        .measure(|_, o| Ok(o.at_top))
        .predict_given(|s, o| Ok(s.network.width as f64 * (1.0 - o.defects.iter().sum::<f64>())))
        .by_difference()
        .identity()
        .margin(|_, _| Margin::symmetric(1e-6))
        .rival_given("the product of the ranks, as for commuting projections", |s, o| {
            Ok(s.network.width as f64 * o.defects.iter().map(|e| 1.0 - e).product::<f64>())
        })
        .rival_given("the smallest rank", |s, o| {
            let largest = o.defects.iter().fold(0.0, |m: f64, e| m.max(*e));
            Ok(s.network.width as f64 * (1.0 - largest))
        })
        .finish()
}

/// Networks whose layers differ, so that mistakes about them show.
fn graded(s: &DeepSpectrumSetting) -> bool {
    s.network.q0 == GRADED.q0
}

/// The edge at the mean squares $q_1,\dots,q_L$ in place of $q_0,\dots,q_{L-1}$.
fn late(s: &DeepSpectrumSetting, o: &DeepSpectrumOutcome) -> Result<f64, JudgeError> {
    let network = &s.network;
    let mut q = o.q[1..].to_vec();
    q.extend(
        forward(&network.activation, network.q0, network.sigma_w2, network.depth + 1)?.q.last().copied(),
    );
    let slopes = projections(&o.defects)?;
    Ok(fisher_law(&q, slopes, network.sigma_w2, network.ensemble)?.upper_edge()?)
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
        let graded = |ensemble, trials| -> Result<_, JudgeError> {
            let spectrum = GRADED.spectrum(width, ensemble)?;
            Ok(at(DeepSpectrumSetting { jacobian: false, ..spectrum }, trials))
        };
        Ok(vec![
            at(RELU.spectrum(width, Ensemble::Orthogonal)?, many),
            at(GAPLESS.spectrum(width, Ensemble::Orthogonal)?, count),
            at(SHALLOW.spectrum(by(profile, 200, 1000), Ensemble::Gaussian)?, count),
            at(RELU.spectrum(width, Ensemble::Gaussian)?, many),
            at(TEN.spectrum(width, Ensemble::Gaussian)?, count),
            graded(Ensemble::Orthogonal, by(profile, 16, 24))?,
            graded(Ensemble::Gaussian, by(profile, 48, 24))?,
        ])
    })
    .measure(|_, o| Ok(o.lambda_max))
    .predict_given(|s, o| Ok(conditional(&s.network, o)?.upper_edge()?))
    .margin(|s, _| edge_margin(&s.network))
    .rival_given("the edge of the other kind of weights", |s, o| {
        let network = DeepSetting { ensemble: other(s.network.ensemble), ..s.network.clone() };
        Ok(conditional(&network, o)?.upper_edge()?)
    })
    .rival_given("the sum of all mean squares", |s, o| Ok(maximal_sharpness(&o.q, s.network.sigma_w2)?))
    .rival_given_where("the same slopes in every layer", graded, |s, o| {
        Ok(changed(s, o, averaged)?.upper_edge()?)
    })
    .rival_given_where("the slopes in reverse order", graded, |s, o| {
        Ok(changed(s, o, reversed)?.upper_edge()?)
    })
    .rival_given_where("the mean squares one layer late", graded, late)
    .finish()
}

/// Depths of linear networks with Gaussian weights.
const DEPTHS: [usize; 3] = [2, 4, 8];

pub(crate) fn linear(depth: usize, width: usize) -> DeepSpectrumSetting {
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
        .measure(|_, o| Ok(o.lambda_max))
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

/// The least width at which an error of 12 % shows beside the deficit of the edge.
const WIDE: usize = 800;

fn quadratic_law() -> Claim {
    fn law(kappa: f64) -> impl Fn(&DeepSpectrumSetting) -> Result<f64, JudgeError> {
        move |s| Ok(kappa * s.network.q0 * (s.network.depth as f64).powi(2))
    }
    let constants = gaussian_quadratic_law();
    Claim::about::<DeepSpectrum>(
        "iso/gaussian-quadratic-law",
        "The constant of the quadratic law of Gaussian weights, at eight layers",
    )
    .formula(r"\lambda_{\max}=\kappa qL^2\left(1+\frac{0.21}{L}\right),\quad\kappa=\frac{1}{2(x_0^2-1)},\ x_0\tanh x_0=1")
    .sources(&[HAYASE_2021])
    .cases(|profile| {
        let s = linear(8, by(profile, 400, WIDE));
        Ok(vec![at(s, 16)])
    })
    .measure(|_, o| Ok(o.lambda_max))
    .predict(law(constants.kappa))
    .margin(|s, _| {
        let deficit = edge_margin(&s.network);
        Margin { high: deficit.high + 0.25 / s.network.depth as f64, ..deficit }
    })
    .rival("without the one half", law(2.0 * constants.kappa))
    .rival("x₀² in place of x₀²−1", law(0.5 / constants.x0.powi(2)))
    .rival_where("κ = 1", |s| s.network.width >= WIDE, law(1.0))
    .rival("the largest squared singular value of the Jacobian", |s| {
        let layers = s.network.depth as f64;
        Ok((layers + 1.0).powf(layers + 1.0) / layers.powf(layers))
    })
    .finish()
}
