//! One factor of the Kronecker product, inverted in some layers.

use std::fmt;
use std::str::FromStr;

use nalgebra::DMatrix;
use serde::{Deserialize, Serialize};

use super::Method;
use super::kernels::{LayerKernels, cross_kernels};
use crate::error::representable;
use crate::mean_field::valid_depth;
use crate::{InitialScales, TheoryError};

/// Which factor of $B_l^*\otimes A_l^*$ is inverted; the other is replaced by the identity.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Side {
    /// `input`: $I\otimes A_l^*$.
    Input,
    /// `output`: $B_l^*\otimes I$, which the output layer does not have: its factor has rank one.
    Output,
}

impl Side {
    /// Its name in parameters.
    pub fn name(self) -> &'static str {
        match self {
            Self::Input => "input",
            Self::Output => "output",
        }
    }

    /// The deepest layer of `depth` whose factor can be inverted.
    fn deepest(self, depth: usize) -> usize {
        match self {
            Self::Input => depth,
            Self::Output => depth - 1,
        }
    }
}

impl fmt::Display for Side {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Side {
    type Err = TheoryError;

    fn from_str(text: &str) -> Result<Self, TheoryError> {
        match text {
            "input" => Ok(Self::Input),
            "output" => Ok(Self::Output),
            _ => Err(TheoryError::invalid("side", text, "input or output")),
        }
    }
}

/// The layers of a network in which one factor is inverted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Layers {
    side: Side,
    chosen: Vec<bool>,
}

impl Layers {
    /// Every layer that has the factor: all, or for the output side all but the output layer.
    ///
    /// # Errors
    /// A depth of 0, or of 1 for the output side.
    pub fn all(side: Side, depth: usize) -> Result<Self, TheoryError> {
        valid_depth(depth)?;
        if side.deepest(depth) == 0 {
            let valid =
                "an integer >= 2 for side = output: the output factor of the output layer has rank one";
            return Err(TheoryError::invalid("depth", depth, valid));
        }
        Ok(Self { side, chosen: (1..=depth).map(|l| l <= side.deepest(depth)).collect() })
    }

    /// The given `layers`, counted from 1.
    ///
    /// # Errors
    /// No layer, one twice, one that does not exist or has not the factor; those of [`Layers::all`].
    ///
    /// # Example
    /// ```
    /// use solvable_theory::natural_gradient::{Layers, Side};
    /// assert!(Layers::new(Side::Input, 3, &[1, 3])?.contains(3));
    /// assert!(Layers::new(Side::Output, 3, &[3]).is_err());
    /// # Ok::<(), solvable_theory::TheoryError>(())
    /// ```
    pub fn new(side: Side, depth: usize, layers: &[usize]) -> Result<Self, TheoryError> {
        let deepest = side.deepest(Self::all(side, depth)?.depth());
        let why = match side {
            Side::Input => "",
            Side::Output => "; the output factor of the output layer has rank one",
        };
        let refused = |found: String| {
            let valid = format!("different layers from 1 to {deepest}, at least one, or null for all{why}");
            TheoryError::invalid("layers", found, valid)
        };
        if layers.is_empty() {
            return Err(refused("an empty list".to_owned()));
        }
        let mut chosen = vec![false; depth];
        for &layer in layers {
            if layer < 1 || layer > deepest || chosen[layer - 1] {
                return Err(refused(format!("{layers:?}")));
            }
            chosen[layer - 1] = true;
        }
        Ok(Self { side, chosen })
    }

    /// The layers that a one-sided method moves; `None` for a method of another kind.
    pub(super) fn of(method: Method, depth: usize) -> Option<Result<Self, TheoryError>> {
        match method {
            Method::OneSided | Method::OneSidedScaled => Some(Self::all(Side::Input, depth)),
            Method::OutputSided => Some(Self::all(Side::Output, depth)),
            Method::Last => Some(Self::new(Side::Input, depth, &[depth])),
            _ => None,
        }
    }

    /// The factor.
    pub fn side(&self) -> Side {
        self.side
    }

    /// $L$.
    pub fn depth(&self) -> usize {
        self.chosen.len()
    }

    /// Whether layer $l$, counted from 1, is one of them.
    pub fn contains(&self, layer: usize) -> bool {
        layer >= 1 && self.chosen.get(layer - 1).is_some_and(|chosen| *chosen)
    }

    /// Checks that they are layers of these kernels.
    pub(super) fn fit(&self, kernels: &LayerKernels) -> Result<(), TheoryError> {
        if kernels.depth() == self.depth() {
            return Ok(());
        }
        let valid = format!("layers of {}, as the kernels have", kernels.depth());
        Err(TheoryError::invalid("layers", format!("layers of {}", self.depth()), valid))
    }
}

/// The isotropy constant of a one-sided method in the limit of infinite width.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct OneSided {
    /// $\alpha$: the sum of the shares.
    pub alpha: f64,
    /// What every layer contributes, $1..L$; 0 for those that rest.
    pub shares: Vec<f64>,
}

/// $\alpha$ of $\bar R=\alpha I$ for a method that inverts one factor, at infinite width and without damping.
///
/// # Formula
/// Input side $\alpha=\sum_{l\in S}b_l$, output side $\alpha=\sum_{l\in S}q_l$ with $b_l,q_l$ the backward and forward kernels of
/// an input with itself: what the factor that is not inverted is on its diagonal. There is no factor $N$.
///
/// # Errors
/// Those of [`cross_kernels`].
///
/// # Source
/// Derived in the notes; the method of Benzing (2022).
///
/// # Example
/// ```
/// use solvable_theory::{Activation, InitialScales};
/// use solvable_theory::natural_gradient::{Layers, Side, one_sided};
/// let scales = InitialScales::new(Activation::relu(), 1.8, 0.05)?;
/// let rate = one_sided(&scales, &Layers::new(Side::Input, 5, &[2, 4])?)?;
/// assert!((rate.alpha - 1.629).abs() < 1e-14 && rate.shares[0] == 0.0);
/// # Ok::<(), solvable_theory::TheoryError>(())
/// ```
pub fn one_sided(scales: &InitialScales, layers: &Layers) -> Result<OneSided, TheoryError> {
    let itself = cross_kernels(scales, layers.depth(), &DMatrix::from_element(1, 1, 1.0))?;
    let shares: Vec<f64> = (1..=layers.depth())
        .map(|l| match (layers.contains(l), layers.side()) {
            (false, _) => 0.0,
            (true, Side::Input) => itself.backward(l)[(0, 0)],
            (true, Side::Output) => itself.forward(l)[(0, 0)],
        })
        .collect();
    Ok(OneSided { alpha: representable("alpha", shares.iter().sum())?, shares })
}

/// The rates $\alpha_n$ of $\bar R=\mathrm{diag}(\alpha_n)$ of a one-sided method without damping, sample by sample, from the
/// kernels of the training samples; exact for those of any finite network.
///
/// # Formula
/// Input side $\alpha_n=\sum_{l\in S}B_l(n,n)$, output side $\alpha_n=\sum_{l\in S}A_l(n,n)$.
///
/// # Errors
/// Kernels that are not square or have another number of layers.
///
/// # Source
/// Derived in the notes.
///
/// # Example
/// ```
/// use nalgebra::dmatrix;
/// use solvable_theory::{Activation, InitialScales};
/// use solvable_theory::natural_gradient::{Layers, Side, sample_rates, train_kernels};
/// let scales = InitialScales::new(Activation::relu(), 2.0, 0.0)?;
/// let train = train_kernels(&scales, 3, &dmatrix![1.0, 0.6; 0.6, 1.0])?;
/// assert_eq!(sample_rates(&Layers::all(Side::Input, 3)?, &train)?, [3.0, 3.0]);
/// # Ok::<(), solvable_theory::TheoryError>(())
/// ```
pub fn sample_rates(layers: &Layers, train: &LayerKernels) -> Result<Vec<f64>, TheoryError> {
    layers.fit(train.square()?)?;
    let kernel = |l| match layers.side() {
        Side::Input => train.backward(l),
        Side::Output => train.forward(l),
    };
    let chosen = || (1..=layers.depth()).filter(|l| layers.contains(*l));
    (0..train.columns()).map(|n| representable("a rate", chosen().map(|l| kernel(l)[(n, n)]).sum())).collect()
}
