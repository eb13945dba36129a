//! T. Hayase, R. Karakida, *The spectrum of Fisher information of deep networks achieving dynamical isometry* (AISTATS 2021).

mod edges;
mod experiments;
mod figures;
mod inputs;
mod laws;
mod sharpness;
mod spectra;
mod training;

use solvable_theory::bibliography::{
    BELINSCHI_2007, HAYASE_2021, NICA_2006, PENNINGTON_2017, PENNINGTON_2018,
};
use solvable_theory::dynamical_isometry::isometry_path;
use solvable_theory::free_probability::Ensemble;
use solvable_theory::{Activation, TheoryError};

use super::{Paper, asked};
use crate::simulate::deep::DeepSetting;
use experiments::DeepSpectrumSetting;

/// Spectra of very deep networks by free probability.
pub(super) fn paper() -> Paper {
    Paper {
        id: "iso",
        name: "dynamical_isometry",
        title: "Dynamical isometry: spectra by free probability",
        summary: "The Fisher information of a deep network at one input has an explicit spectrum at every depth, by free probability. With \
                  orthogonal weights and few saturated units its largest eigenvalue is an atom, linear in depth, and sets the \
                  learning rate; Gaussian weights make it quadratic.".into(),
        sources: vec![HAYASE_2021, PENNINGTON_2017, PENNINGTON_2018, BELINSCHI_2007, NICA_2006],
        claims: [
            inputs::claims(),
            spectra::claims(),
            sharpness::claims(),
            edges::claims(),
            training::claims(),
        ]
        .into_iter()
        .flatten()
        .collect(),
        figures: figures::all(),
    }
}

/// A kind of network whose spectrum is looked at.
#[derive(Debug, Clone, Copy)]
struct Kind {
    activation: fn() -> Result<Activation, TheoryError>,
    q0: f64,
    sigma_w2: f64,
    depth: usize,
}

fn hard_tanh() -> Result<Activation, TheoryError> {
    Activation::hard_tanh(1.0)
}

fn relu() -> Result<Activation, TheoryError> {
    Ok(Activation::relu())
}

const fn kind(
    activation: fn() -> Result<Activation, TheoryError>,
    q0: f64,
    sigma_w2: f64,
    depth: usize,
) -> Kind {
    Kind { activation, q0, sigma_w2, depth }
}

/// $E=0.26$.
const SHALLOW: Kind = kind(hard_tanh, 0.5, 1.0, 3);
/// $E=0.44$.
const TEN: Kind = kind(hard_tanh, 0.3, 1.05, 10);
/// $E=2$.
const RELU: Kind = kind(relu, 1.0, 2.0, 5);
/// $E=1.8$, without a gap.
const GAPLESS: Kind = kind(hard_tanh, 1.0, 1.5, 8);
/// $E=1.9$; defects and mean squares that differ much between the layers, so that their order and their mean show in the edge.
const GRADED: Kind = kind(hard_tanh, 0.03, 5.0, 6);
/// $E=0.15$.
const THIRTY: Kind = kind(hard_tanh, 0.15, 1.0, 30);
/// $E=0.2$.
const FIFTY: Kind = kind(hard_tanh, 0.15, 1.0, 50);

impl Kind {
    fn at(self, width: usize, ensemble: Ensemble) -> Result<DeepSetting, TheoryError> {
        let Self { activation, q0, sigma_w2, depth } = self;
        Ok(DeepSetting { activation: activation()?, q0, sigma_w2, depth, width, ensemble })
    }

    fn spectrum(self, width: usize, ensemble: Ensemble) -> Result<DeepSpectrumSetting, TheoryError> {
        Ok(DeepSpectrumSetting { network: self.at(width, ensemble)?, jacobian: true, output: false })
    }
}

/// Networks on the path of isometry with $E=\frac14$.
fn on_path(depth: usize, width: usize, ensemble: Ensemble) -> Result<DeepSetting, TheoryError> {
    let q0 = isometry_path(depth, 0.25)?;
    Ok(DeepSetting { activation: hard_tanh()?, q0, sigma_w2: 1.0, depth, width, ensemble })
}

/// A network in short.
fn label(s: &DeepSetting) -> String {
    let ensemble = match s.ensemble {
        Ensemble::Orthogonal => "orthogonal",
        Ensemble::Gaussian => "Gaussian",
    };
    let phi = s.activation.to_string();
    let phi = phi.split('(').next().unwrap_or_default().to_owned();
    format!("{ensemble} {phi} L={} q₀={:.3} σ_w²={} M={}", s.depth, s.q0, s.sigma_w2, s.width)
}
