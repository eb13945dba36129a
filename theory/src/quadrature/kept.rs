//! Kernels that take a quadrature, kept: predictions for many trials of one network ask for the same few over and over.

use std::collections::HashMap;
use std::sync::{Mutex, OnceLock, PoisonError};

use super::KernelPair;
use super::budget::is_limited;
use crate::activation::Kind;
use crate::{Activation, TheoryError};

/// Which function of the arguments.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Kernel {
    /// At $p,q,c$.
    Pair,
    /// At $q$ and the gap.
    Gap,
}

/// So many are kept, in some tens of megabytes; then they are forgotten.
const MOST: usize = 1 << 17;

/// Activation, kernel and the bits of the arguments.
type Question = (String, Kernel, [u64; 3]);

/// The kernel that `compute` gives for the arguments `at`, kept. Computed each time: a user's function, which has no name to be known by, and
/// what is under a limit of cost, which must not depend on what was asked before.
///
/// An entry is some hundred bytes for about a millisecond of quadrature; its bits are those of `compute`.
pub(super) fn kept(
    phi: &Activation,
    kernel: Kernel,
    at: [f64; 3],
    compute: impl FnOnce() -> Result<KernelPair, TheoryError>,
) -> Result<KernelPair, TheoryError> {
    static KERNELS: OnceLock<Mutex<HashMap<Question, KernelPair>>> = OnceLock::new();
    if is_limited() || matches!(phi.0, Kind::Custom(_)) {
        return compute();
    }
    let kernels = || KERNELS.get_or_init(Mutex::default).lock().unwrap_or_else(PoisonError::into_inner);
    let question = (phi.to_string(), kernel, at.map(f64::to_bits));
    let known = kernels().get(&question).copied();
    if let Some(pair) = known {
        return Ok(pair);
    }
    let pair = compute()?;
    let mut kernels = kernels();
    if kernels.len() >= MOST {
        kernels.clear();
    }
    kernels.insert(question, pair);
    Ok(pair)
}
