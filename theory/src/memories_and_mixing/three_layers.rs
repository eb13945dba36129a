//! A three-layer associative memory whose update mixes tokens and channels in parallel.

use nalgebra::{DMatrix, DVector};

use crate::TheoryError;
use crate::error::{finite, positive, representable};

/// Largest number of rows or columns of a coupling.
const LARGEST: usize = 500;
/// Least relative gap below the largest squared singular value.
const SIMPLE: f64 = 1e-8;

/// Couplings of the memory with energy
/// $\sum(XG-\log\cosh X)-\kappa\lbrack\sum\log\cosh(W_1G)+\sum\log\cosh(GW_2^\top)\rbrack$, $G=\tanh X$, $X\in\mathbb R^{S\times C}$.
#[derive(Debug, Clone, PartialEq)]
pub struct ThreeLayers {
    tokens: DMatrix<f64>,
    channels: DMatrix<f64>,
}

/// The direction in which the memory leaves zero: the top right singular vectors.
#[derive(Debug, Clone, PartialEq)]
pub struct CriticalMode {
    /// $u_1$, of the tokens.
    pub tokens: DVector<f64>,
    /// $u_2$, of the channels.
    pub channels: DVector<f64>,
}

/// The largest singular value and its right vector; the vector only where that is simple.
fn top(
    name: &'static str,
    w: &DMatrix<f64>,
) -> Result<(f64, Result<DVector<f64>, TheoryError>), TheoryError> {
    let size = w.amax();
    let n = w.ncols();
    if size == 0.0 {
        let vector = if n == 1 { Ok(DVector::from_element(1, 1.0)) } else { Err(degenerate(name)) };
        return Ok((0.0, vector));
    }
    let scaled = w / size;
    let gram = scaled.tr_mul(&scaled);
    let eigen = gram.symmetric_eigen();
    let best = eigen.eigenvalues.imax();
    let largest = eigen.eigenvalues[best];
    let second =
        (0..n).filter(|&i| i != best).map(|i| eigen.eigenvalues[i]).fold(f64::NEG_INFINITY, f64::max);
    // A relative gap of singular values is half of that of their squares.
    let vector = if 0.5 * (largest - second) < SIMPLE * largest {
        Err(degenerate(name))
    } else {
        Ok(eigen.eigenvectors.column(best).into_owned())
    };
    Ok((size * largest.sqrt(), vector))
}

fn degenerate(name: &'static str) -> TheoryError {
    TheoryError::invalid(
        name,
        "a matrix whose largest singular value is not simple",
        "a simple largest singular value",
    )
}

impl ThreeLayers {
    /// $W_1$ ($S_1\times S$) and $W_2$ ($C_1\times C$).
    ///
    /// # Errors
    /// [`InvalidParameter`](TheoryError::InvalidParameter) for empty or too large couplings and entries that are not finite.
    pub fn new(tokens: DMatrix<f64>, channels: DMatrix<f64>) -> Result<Self, TheoryError> {
        for (name, w) in [("W1", &tokens), ("W2", &channels)] {
            let (rows, columns) = w.shape();
            if rows == 0 || columns == 0 || rows.max(columns) > LARGEST {
                return Err(TheoryError::invalid(
                    name,
                    format!("{rows} x {columns}"),
                    format!("1 to {LARGEST} rows and columns"),
                ));
            }
            w.iter().try_for_each(|x| finite(name, *x).map(drop))?;
        }
        Ok(Self { tokens, channels })
    }

    /// $\kappa_c=(\sigma_1(W_1)^2+\sigma_1(W_2)^2)^{-1}$: below it zero attracts everything.
    ///
    /// # Errors
    /// $10^{-14}$. [`Undefined`](TheoryError::Undefined) for couplings that vanish or overflow.
    ///
    /// # Source
    /// The linearised update mixes tokens and channels in parallel, so that their rates add.
    ///
    /// # Example
    /// ```
    /// use nalgebra::dmatrix;
    /// use solvable_theory::memories_and_mixing::ThreeLayers;
    /// let memory = ThreeLayers::new(dmatrix![1.0], dmatrix![2.0])?;
    /// assert!((memory.critical()? - 0.2).abs() < 1e-15);
    /// # Ok::<(), solvable_theory::TheoryError>(())
    /// ```
    pub fn critical(&self) -> Result<f64, TheoryError> {
        let (one, two) = (top("W1", &self.tokens)?.0, top("W2", &self.channels)?.0);
        let norm = one.hypot(two);
        if norm == 0.0 {
            return Err(TheoryError::undefined("the critical strength", "all couplings are zero"));
        }
        representable("the critical strength", norm.recip() * norm.recip()).and_then(|critical| {
            if critical > 0.0 {
                Ok(critical)
            } else {
                Err(TheoryError::undefined(
                    "the critical strength",
                    "the couplings exceed the range of 64-bit floating point numbers",
                ))
            }
        })
    }

    /// The mode that becomes unstable.
    ///
    /// # Errors
    /// [`InvalidParameter`](TheoryError::InvalidParameter) where a largest singular value is not simple.
    pub fn mode(&self) -> Result<CriticalMode, TheoryError> {
        Ok(CriticalMode { tokens: top("W1", &self.tokens)?.1?, channels: top("W2", &self.channels)?.1? })
    }

    /// The squared amplitude $t^2$ of the two states $G=\pm tU+\dots$, $U=u_1u_2^\top$, at `coupling` $\kappa>\kappa_c$.
    ///
    /// # Formula
    /// $\frac{3(\mu-1)}{\sum U^4+\kappa\sum(W_1U)^4+\kappa\sum(UW_2^\top)^4}$, $\mu=\kappa/\kappa_c$.
    ///
    /// # Errors
    /// Relative $O(\mu-1)$ of the theory. [`InvalidParameter`](TheoryError::InvalidParameter) unless $\kappa>\kappa_c$, so near that $|G|<1$, and where a largest singular value is not simple.
    ///
    /// # Source
    /// The quartic term of the energy along the critical mode.
    pub fn amplitude(&self, coupling: f64) -> Result<f64, TheoryError> {
        positive("coupling", coupling)?;
        let critical = self.critical()?;
        if coupling <= critical {
            return Err(TheoryError::invalid(
                "coupling",
                coupling,
                format!("a number above the critical {critical}"),
            ));
        }
        let CriticalMode { tokens, channels } = self.mode()?;
        let quartic = |v: &DVector<f64>| v.iter().map(|x| x.powi(4)).sum::<f64>();
        // The root of κ inside, so that large couplings do not overflow on the way.
        let root = coupling.sqrt().sqrt();
        let [one, two] = [&self.tokens * &tokens * root, &self.channels * &channels * root];
        let curvature = quartic(&tokens) * quartic(&channels)
            + quartic(&one) * quartic(&channels)
            + quartic(&tokens) * quartic(&two);
        let squared = representable("the amplitude", 3.0 * ((coupling - critical) / critical) / curvature)?;
        let largest = tokens.amax() * channels.amax();
        if squared.sqrt() * largest >= 1.0 {
            let valid =
                format!("near the critical {critical}: this far above it the amplitude is no small one");
            return Err(TheoryError::invalid("coupling", coupling, valid));
        }
        Ok(squared)
    }

    /// The energy of a state $X$.
    ///
    /// # Errors
    /// [`InvalidParameter`](TheoryError::InvalidParameter) for a state of another shape.
    pub fn energy(&self, state: &DMatrix<f64>, coupling: f64) -> Result<f64, TheoryError> {
        self.fits(state)?;
        let log_cosh = |x: f64| x.abs() + (-2.0 * x.abs()).exp().ln_1p() - std::f64::consts::LN_2;
        let g = state.map(f64::tanh);
        let own: f64 = state.iter().zip(g.iter()).map(|(x, g)| x * g - log_cosh(*x)).sum();
        let hidden = |m: DMatrix<f64>| m.iter().map(|x| log_cosh(*x)).sum::<f64>();
        let coupled = hidden(&self.tokens * &g) + hidden(&g * self.channels.transpose());
        representable("the energy", own - coupling * coupled)
    }

    /// The update $X'=\kappa\lbrack W_1^\top\tanh(W_1G)+\tanh(GW_2^\top)W_2\rbrack$, under which the energy never rises.
    ///
    /// # Errors
    /// As [`energy`](Self::energy).
    pub fn update(&self, state: &DMatrix<f64>, coupling: f64) -> Result<DMatrix<f64>, TheoryError> {
        self.fits(state)?;
        let g = state.map(f64::tanh);
        let by_tokens = self.tokens.tr_mul(&(&self.tokens * &g).map(f64::tanh));
        let by_channels = (&g * self.channels.transpose()).map(f64::tanh) * &self.channels;
        Ok((by_tokens + by_channels) * coupling)
    }

    fn fits(&self, state: &DMatrix<f64>) -> Result<(), TheoryError> {
        let shape = (self.tokens.ncols(), self.channels.ncols());
        if state.shape() == shape {
            return Ok(());
        }
        let found = format!("{} x {}", state.nrows(), state.ncols());
        Err(TheoryError::invalid("X", found, format!("{} x {}", shape.0, shape.1)))
    }
}
