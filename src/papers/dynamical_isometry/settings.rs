//! Settings and quantities that several claims of the part share.

use crate::experiments::DeepSpectrumSetting;
use solvable_simulate::deep::DeepSetting;
use solvable_theory::dynamical_isometry::isometry_path;
use solvable_theory::free_probability::Ensemble;
use solvable_theory::{Activation, TheoryError};

/// A kind of network whose spectrum is looked at.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Kind {
    pub(crate) activation: fn() -> Result<Activation, TheoryError>,
    pub(crate) q0: f64,
    pub(crate) sigma_w2: f64,
    pub(crate) depth: usize,
}

pub(crate) fn hard_tanh() -> Result<Activation, TheoryError> {
    Activation::hard_tanh(1.0)
}

pub(crate) fn relu() -> Result<Activation, TheoryError> {
    Ok(Activation::relu())
}

pub(crate) const fn kind(
    activation: fn() -> Result<Activation, TheoryError>,
    q0: f64,
    sigma_w2: f64,
    depth: usize,
) -> Kind {
    Kind { activation, q0, sigma_w2, depth }
}

/// $E=0.26$.
pub(crate) const SHALLOW: Kind = kind(hard_tanh, 0.5, 1.0, 3);
/// $E=0.44$.
pub(crate) const TEN: Kind = kind(hard_tanh, 0.3, 1.05, 10);
/// $E=2$.
pub(crate) const RELU: Kind = kind(relu, 1.0, 2.0, 5);
/// $E=1.8$, without a gap.
pub(crate) const GAPLESS: Kind = kind(hard_tanh, 1.0, 1.5, 8);
/// $E=1.9$; defects and mean squares that differ much between the layers, so that their order and their mean show in the edge.
pub(crate) const GRADED: Kind = kind(hard_tanh, 0.03, 5.0, 6);
/// $E=0.15$.
pub(crate) const THIRTY: Kind = kind(hard_tanh, 0.15, 1.0, 30);
/// $E=0.2$.
pub(crate) const FIFTY: Kind = kind(hard_tanh, 0.15, 1.0, 50);

impl Kind {
    pub(crate) fn at(self, width: usize, ensemble: Ensemble) -> Result<DeepSetting, TheoryError> {
        let Self { activation, q0, sigma_w2, depth } = self;
        Ok(DeepSetting { activation: activation()?, q0, sigma_w2, depth, width, ensemble })
    }

    pub(crate) fn spectrum(
        self,
        width: usize,
        ensemble: Ensemble,
    ) -> Result<DeepSpectrumSetting, TheoryError> {
        Ok(DeepSpectrumSetting { network: self.at(width, ensemble)?, jacobian: true, output: false })
    }
}

/// Networks on the path of isometry with $E=\frac14$.
pub(crate) fn on_path(depth: usize, width: usize, ensemble: Ensemble) -> Result<DeepSetting, TheoryError> {
    let q0 = isometry_path(depth, 0.25)?;
    Ok(DeepSetting { activation: hard_tanh()?, q0, sigma_w2: 1.0, depth, width, ensemble })
}

/// A network in short.
pub(crate) fn label(s: &DeepSetting) -> String {
    let ensemble = match s.ensemble {
        Ensemble::Orthogonal => "orthogonal",
        Ensemble::Gaussian => "Gaussian",
    };
    let phi = s.activation.to_string();
    let phi = phi.split('(').next().unwrap_or_default().to_owned();
    format!("{ensemble} {phi} L={} q₀={:.3} σ_w²={} M={}", s.depth, s.q0, s.sigma_w2, s.width)
}
