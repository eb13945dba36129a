use super::forward::{Forward, check_depth, forward};
use super::slopes::slope_factor;
use crate::error::positive;
use crate::free_probability::{Atom, Ensemble, Factor, SpectralLaw, Step};
use crate::{Activation, TheoryError};

/// The limiting eigenvalue law of $H_L$, the dual of the Fisher information of one input.
///
/// # Formula
/// $\mu_1=\delta_{q_0}$, $\mu_{l+1}=q_l+\sigma_w^2(\nu_l\boxtimes\mu_l)$ for orthogonal weights, with a Marchenko–Pastur law of ratio 1
/// multiplied in for Gaussian ones. `q` $=[q_0,\dots,q_{L-1}]$, `slopes` $=[\nu_1,\dots,\nu_{L-1}]$; measured values of a finite network
/// may take the place of those of the infinite one.
///
/// # Errors
/// [`InvalidParameter`](TheoryError::InvalidParameter) for an empty list, lengths that do not match, $q_0\le0$, $q_l<0$ or $\sigma_w^2\le0$.
///
/// # Source
/// Hayase and Karakida (2021).
///
/// # Example
/// ```
/// use solvable_theory::dynamical_isometry::fisher_law;
/// use solvable_theory::free_probability::{Ensemble, Factor};
/// let slopes = vec![Factor::projection(0.1)?, Factor::projection(0.2)?];
/// let law = fisher_law(&[1.0, 0.9, 0.8], slopes, 1.0, Ensemble::Orthogonal)?;
/// // The top is an atom of mass 1 − ε₁ − ε₂ at q₀ + q₁ + q₂.
/// let top = law.atoms().last().unwrap();
/// assert!((top.position - 2.7).abs() < 1e-15 && (top.mass - 0.7).abs() < 1e-15);
/// # Ok::<(), solvable_theory::TheoryError>(())
/// ```
pub fn fisher_law(
    q: &[f64],
    slopes: Vec<Factor>,
    sigma_w2: f64,
    ensemble: Ensemble,
) -> Result<SpectralLaw, TheoryError> {
    positive("sigma_w2", sigma_w2)?;
    check_lengths(q, slopes.len())?;
    check_depth(q.len())?;
    let steps = q[1..]
        .iter()
        .zip(slopes)
        .map(|(&shift, factor)| Step { factor, ensemble, scale: sigma_w2, shift })
        .collect();
    positive("q0", q[0])?;
    SpectralLaw::new(q[0], steps)
}

/// $q$ has one entry more than the slopes, at least one.
pub(super) fn check_lengths(q: &[f64], slopes: usize) -> Result<(), TheoryError> {
    if q.len() == slopes + 1 {
        Ok(())
    } else {
        Err(TheoryError::invalid(
            "q",
            format!("a list of {}", q.len()),
            format!("{} numbers: one more than slopes, from q_0 to q_(L-1)", slopes + 1),
        ))
    }
}

/// The law of $H_L$ of a network at infinite width, with `nodes` nodes for the slopes of smooth activations.
///
/// # Formula
/// [`fisher_law`] at the order parameters of [`forward`].
///
/// # Errors
/// As for these.
///
/// # Source
/// Hayase and Karakida (2021).
///
/// # Example
/// ```
/// use solvable_theory::{Activation, dynamical_isometry::mean_field_law, free_probability::Ensemble};
/// let law = mean_field_law(&Activation::relu(), 1.0, 2.0, 3, Ensemble::Orthogonal, 2)?;
/// assert!((law.upper_edge()? - 7.0).abs() < 1e-12);
/// # Ok::<(), solvable_theory::TheoryError>(())
/// ```
pub fn mean_field_law(
    phi: &Activation,
    q0: f64,
    sigma_w2: f64,
    depth: usize,
    ensemble: Ensemble,
    nodes: usize,
) -> Result<SpectralLaw, TheoryError> {
    let layers = forward(phi, q0, sigma_w2, depth)?;
    fisher_law(&layers.q, slopes(phi, &layers, sigma_w2, nodes)?, sigma_w2, ensemble)
}

/// $\nu_1,\dots,\nu_{L-1}$.
pub(super) fn slopes(
    phi: &Activation,
    layers: &Forward,
    sigma_w2: f64,
    nodes: usize,
) -> Result<Vec<Factor>, TheoryError> {
    match &layers.defects {
        Some(defects) => {
            defects.iter().zip(&layers.d1).map(|(&e, &alpha)| Factor::projection_of_rank(e, alpha)).collect()
        }
        None => (1..layers.q.len()).map(|l| slope_factor(phi, sigma_w2 * layers.q[l - 1], nodes)).collect(),
    }
}

/// The law for networks whose output passes through the activation too, $f=\phi(u^L)$: of $D_LH_LD_L$.
///
/// # Formula
/// $\nu_L\boxtimes\mu_L$.
///
/// # Errors
/// None beyond those of laws.
///
/// # Source
/// Hayase and Karakida (2021).
///
/// # Example
/// ```
/// use solvable_theory::dynamical_isometry::{fisher_law, output_law};
/// use solvable_theory::free_probability::{Ensemble, Factor};
/// let law = fisher_law(&[2.0], vec![], 1.0, Ensemble::Orthogonal)?;
/// let law = output_law(&law, Factor::projection(0.25)?)?;
/// assert_eq!(law.mass_at(2.0), 0.75);
/// # Ok::<(), solvable_theory::TheoryError>(())
/// ```
pub fn output_law(law: &SpectralLaw, slopes: Factor) -> Result<SpectralLaw, TheoryError> {
    let step = Step { factor: slopes, ensemble: Ensemble::Orthogonal, scale: 1.0, shift: 0.0 };
    law.followed_by(step)
}

/// The law that would hold if the projections of all layers commuted, as independent diagonal matrices do: points $A_k$ with masses
/// $\epsilon_k\prod_{j>k}\alpha_j$. It has the right mean, and is what freeness is to be told apart from.
///
/// # Formula
/// $A_k=\sum_{j\ge k}\sigma_w^{2(L-1-j)}q_j$; the point $A_0$ has mass $\prod_j\alpha_j$.
///
/// # Errors
/// [`InvalidParameter`](TheoryError::InvalidParameter) as [`fisher_law`].
///
/// # Source
/// Elementary.
///
/// # Example
/// ```
/// use solvable_theory::dynamical_isometry::commuting_law;
/// let atoms = commuting_law(&[1.0, 1.0, 1.0], &[0.5, 0.5], 1.0)?;
/// assert_eq!(atoms.iter().map(|a| a.mass).collect::<Vec<_>>(), [0.5, 0.25, 0.25]);
/// # Ok::<(), solvable_theory::TheoryError>(())
/// ```
pub fn commuting_law(q: &[f64], defects: &[f64], sigma_w2: f64) -> Result<Vec<Atom>, TheoryError> {
    check_lengths(q, defects.len())?;
    positive("sigma_w2", sigma_w2)?;
    let (mut atoms, mut position, mut scale, mut rest) = (Vec::new(), 0.0, 1.0, 1.0);
    for k in (0..q.len()).rev() {
        position += scale * crate::error::non_negative("q", q[k])?;
        scale *= sigma_w2;
        let epsilon = if k == 0 { 1.0 } else { defects[k - 1] };
        if !(0.0..=1.0).contains(&epsilon) {
            return Err(TheoryError::invalid("epsilon", epsilon, "a number with 0 <= epsilon <= 1"));
        }
        atoms.push(Atom { position, mass: rest * epsilon });
        rest *= 1.0 - epsilon;
    }
    Ok(atoms)
}
