//! How rates and dampings have to grow with the width for features to be learnt.

use serde::Serialize;

use crate::TheoryError;
use crate::error::{finite, representable};

/// A number for the first, the hidden and the output layer: the exponent with which something grows with the width $M$.
pub type Exponents = [f64; 3];

/// What a method inverts, and how the output layer is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Parametrization {
    /// $p_A$: the power of the inverse of the input factor.
    pub p_input: f64,
    /// $p_B$: that of the output factor.
    pub p_output: f64,
    /// $b_L$: the output weights have the variance $M^{-2b_L}$; $\frac12$ standard, 1 maximal update.
    pub b_output: f64,
    /// Whether each factor is weighted by the squared length of the other one's vectors, as Shampoo's are.
    pub weighted: bool,
}

impl Parametrization {
    fn checked(self) -> Result<Self, TheoryError> {
        for (name, p) in [("p_input", self.p_input), ("p_output", self.p_output)] {
            if !(0.0..=1.0).contains(&p) {
                return Err(TheoryError::invalid(name, p, "a power from 0 to 1"));
            }
        }
        if !(0.5..=1.0).contains(&self.b_output) {
            return Err(TheoryError::invalid("b_output", self.b_output, "a number from 0.5 to 1"));
        }
        Ok(self)
    }

    /// Exponents of the eigenvalues of both factors on the span of the samples.
    fn factors(&self) -> (Exponents, Exponents) {
        let features = [0.0, 1.0, 1.0];
        let signals = [1.0 - 2.0 * self.b_output, 1.0 - 2.0 * self.b_output, 0.0];
        if self.weighted {
            let both = std::array::from_fn(|i| features[i] + signals[i]);
            (both, both)
        } else {
            (features, signals)
        }
    }
}

/// Exponents of the largest feature change for which the output neither vanishes nor explodes.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct WidthExponents {
    /// Variances of the weights.
    pub init: Exponents,
    /// Learning rates.
    pub rate: Exponents,
    /// Dampings of the input factor: its eigenvalues.
    pub damping_input: Exponents,
    /// Dampings of the output factor.
    pub damping_output: Exponents,
    /// The change of a hidden pre-activation.
    pub feature: f64,
}

/// The exponents of rates and dampings with which a network of growing width keeps learning features as fast as its output allows, in the
/// parametrization $u^l=W^lh^{l-1}$ with all scales in the weights.
///
/// # Formula
/// Solves $x_1=x_h=b_L-1$, $x_L=0$ of [`feature_exponents`]: rates $[(2b_L-1)(1-p_B),\ p_A+p_B(1-2b_L)-2(1-b_L),\ p_A-1]$ for factors
/// $A_l^*$, $B_l^*$ as they are; weighted ones add $p_B[0,1,1]+p_A[1-2b_L,1-2b_L,0]$. Dampings grow like the eigenvalues of their
/// factors: $[0,1,1]$ and $[1-2b_L,1-2b_L,0]$, both the sum where they are weighted.
///
/// # Errors
/// Powers outside $[0,1]$, $b_L$ outside $[\frac12,1]$.
///
/// # Source
/// Derived in the notes.
///
/// # Example
/// ```
/// use solvable_theory::natural_gradient::{Parametrization, width_exponents};
/// let kfac = Parametrization { p_input: 1.0, p_output: 1.0, b_output: 1.0, weighted: false };
/// assert_eq!(width_exponents(kfac)?.rate, [0.0, 0.0, 0.0]);
/// let one_sided = Parametrization { p_output: 0.0, ..kfac };
/// assert_eq!(width_exponents(one_sided)?.rate, [1.0, 1.0, 0.0]);
/// # Ok::<(), solvable_theory::TheoryError>(())
/// ```
pub fn width_exponents(of: Parametrization) -> Result<WidthExponents, TheoryError> {
    let Parametrization { p_input, p_output, b_output, .. } = of.checked()?;
    let (damping_input, damping_output) = of.factors();
    // Of the growth of a layer's change at rate 0.
    let own = [b_output, b_output - 1.0, -1.0];
    let wanted = [b_output - 1.0, b_output - 1.0, 0.0];
    let rate = std::array::from_fn(|i| {
        wanted[i] + own[i] + p_output * damping_output[i] + p_input * damping_input[i] + 0.0
    });
    Ok(WidthExponents {
        init: [0.0, -1.0, -2.0 * b_output],
        rate,
        damping_input,
        damping_output,
        feature: b_output - 1.0,
    })
}

/// Exponents of what one step changes.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct FeatureExponents {
    /// $x_1,x_h$: changes of the pre-activations of the first and of a hidden layer by their own weights.
    pub features: [f64; 2],
    /// $x_L$: the change of the output by its own weights.
    pub output_own: f64,
    /// The change of the output in all.
    pub output: f64,
}

/// The exponents with which the changes of one step grow with the width, at rates and dampings that grow like powers of it; `None` is no damping.
///
/// # Formula
/// Entries of features grow like $M^0$, of signals like $M^{-b_L}$ ($M^0$ in the output layer). With $a_l$ the larger exponent of the
/// eigenvalues of the input factor and its damping, $\beta_l$ that of the output factor, $x_1=r_1-b_L-p_B\beta_1-p_Aa_1$,
/// $x_h=r_h-b_L-p_B\beta_h-p_Aa_h+1$, $x_L=r_L-p_B\beta_L-p_Aa_L+1$; the output changes by $\max\{x_L,1-b_L+\max(x_1,x_h)\}$.
///
/// # Validity
/// Leading order, while the changes stay small or of order 1: an output that explodes takes later layers beyond it.
///
/// # Errors
/// As for [`width_exponents`]; exponents that are not finite.
///
/// # Source
/// Derived in the notes.
///
/// # Example
/// ```
/// use solvable_theory::natural_gradient::{Parametrization, feature_exponents};
/// let kfac = Parametrization { p_input: 1.0, p_output: 1.0, b_output: 1.0, weighted: false };
/// let fixed = [Some(0.0); 3];
/// assert_eq!(feature_exponents(kfac, [0.0; 3], fixed, fixed)?.features, [-1.0, -1.0]);
/// # Ok::<(), solvable_theory::TheoryError>(())
/// ```
pub fn feature_exponents(
    of: Parametrization,
    rate: Exponents,
    damping_input: [Option<f64>; 3],
    damping_output: [Option<f64>; 3],
) -> Result<FeatureExponents, TheoryError> {
    let Parametrization { p_input, p_output, b_output, .. } = of.checked()?;
    for (name, exponents) in
        [("rate", rate.map(Some)), ("damping_input", damping_input), ("damping_output", damping_output)]
    {
        for exponent in exponents.into_iter().flatten() {
            finite(name, exponent)?;
        }
    }
    let (inputs, outputs) = of.factors();
    let larger = |eigenvalue: f64, damping: Option<f64>| damping.map_or(eigenvalue, |d| eigenvalue.max(d));
    let own = [-b_output, 1.0 - b_output, 1.0];
    let [first, hidden, last]: Exponents = std::array::from_fn(|i| {
        rate[i] + own[i]
            - p_output * larger(outputs[i], damping_output[i])
            - p_input * larger(inputs[i], damping_input[i])
            + 0.0
    });
    for exponent in [first, hidden, last] {
        representable("an exponent", exponent)?;
    }
    let output = last.max(1.0 - b_output + first.max(hidden));
    Ok(FeatureExponents { features: [first, hidden], output_own: last, output })
}
