//! The approximations of the Fisher matrix, by name.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::TheoryError;
use crate::error::non_negative;

/// An approximation $G$ of the Fisher matrix $F=J^\top J/N$; the update is
/// $\theta_{t+1}=\theta_t-\eta(G+\rho I)^{-1}J^\top g_t/N$.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Method {
    /// `gd`: $G=I$, plain gradient descent.
    Gd,
    /// `exact`: $G=F$.
    Exact,
    /// `bd`: block diagonal, one block a layer.
    Bd,
    /// `btd`: block tri-diagonal, neighbouring layers kept.
    Btd,
    /// `btd_pinv`: block tri-diagonal for $L\equiv2\pmod3$, by the pseudo-inverse.
    BtdPinv,
    /// `kfac`: one Kronecker product $B_l^*\otimes A_l^*$ a layer.
    Kfac,
    /// `kfac_scaled`: as `kfac`, with the step of the output layer multiplied by $N$.
    KfacScaled,
    /// `kfac_joint`: as `kfac`, damped as a whole: $(B_l^*\otimes A_l^*+\rho I)^{-1}$.
    KfacJoint,
    /// `unit`: one block for the fan-in weights of each unit.
    Unit,
    /// `diag`: the diagonal of $F$.
    Diag,
    /// `one_sided`: the factor of the inputs alone, $I\otimes A_l^*$ (gradient descent on neurons).
    OneSided,
    /// `one_sided_scaled`: as `one_sided`, with every residual divided by its rate $\alpha_n$.
    OneSidedScaled,
    /// `one_sided_softmax`: as `one_sided`, for the cross entropy: residuals divided by the curvature of the softmax.
    OneSidedSoftmax,
    /// `output_sided`: the factor of the backward signals alone, $B_l^*\otimes I$; the output layer rests.
    OutputSided,
    /// `last`: `one_sided` in the output layer, all other layers at rest.
    Last,
}

impl Method {
    /// Every method, in the order of reports.
    pub const ALL: [Self; 15] = [
        Self::Gd,
        Self::Exact,
        Self::Bd,
        Self::Btd,
        Self::BtdPinv,
        Self::Kfac,
        Self::KfacScaled,
        Self::KfacJoint,
        Self::Unit,
        Self::Diag,
        Self::OneSided,
        Self::OneSidedScaled,
        Self::OneSidedSoftmax,
        Self::OutputSided,
        Self::Last,
    ];

    /// Its name in parameters.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Gd => "gd",
            Self::Exact => "exact",
            Self::Bd => "bd",
            Self::Btd => "btd",
            Self::BtdPinv => "btd_pinv",
            Self::Kfac => "kfac",
            Self::KfacScaled => "kfac_scaled",
            Self::KfacJoint => "kfac_joint",
            Self::Unit => "unit",
            Self::Diag => "diag",
            Self::OneSided => "one_sided",
            Self::OneSidedScaled => "one_sided_scaled",
            Self::OneSidedSoftmax => "one_sided_softmax",
            Self::OutputSided => "output_sided",
            Self::Last => "last",
        }
    }
}

impl fmt::Display for Method {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Method {
    type Err = TheoryError;

    fn from_str(text: &str) -> Result<Self, TheoryError> {
        Self::ALL.into_iter().find(|method| method.name() == text).ok_or_else(|| {
            let names = Self::ALL.map(Self::name).join(", ");
            let valid = match text {
                "shampoo" => format!(
                    "one of {names}; shampoo has no isotropic response: see ngd/shampoo, ngd/shampoo-batch"
                ),
                "muon" => format!(
                    "one of {names}; muon has no isotropic response: see ngd/shampoo-batch at exponent 0.25"
                ),
                _ => format!("one of {names}"),
            };
            TheoryError::invalid("method", text, valid)
        })
    }
}

/// What is added to the approximation before it is inverted.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Damping {
    /// Nothing: pseudo-inverses.
    #[default]
    None,
    /// $\rho I$, added to the whole approximation.
    Ridge(f64),
    /// $(B_l^*+\rho_BI)\otimes(A_l^*+\rho_AI)$: both factors of K-FAC, $[\rho_A,\rho_B]$.
    Factored(f64, f64),
}

impl Damping {
    /// Checks that the strengths are finite and at least zero.
    pub fn checked(self) -> Result<Self, TheoryError> {
        match self {
            Self::None => {}
            Self::Ridge(rho) => {
                non_negative("rho", rho)?;
            }
            Self::Factored(rho_a, rho_b) => {
                non_negative("rhoA", rho_a)?;
                non_negative("rhoB", rho_b)?;
            }
        }
        Ok(self)
    }
}
