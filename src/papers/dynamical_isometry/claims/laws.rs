//! Laws of trials: the theory at measured or predicted order parameters, as numbers on grids.

use std::fmt;
use std::sync::Arc;

use solvable_theory::TheoryError;
use solvable_theory::dynamical_isometry::{DepthLimit, fisher_law, jacobian_law, mean_field_law};
use solvable_theory::free_probability::{Atom, Distribution, Ensemble, Factor, InverseMap, SpectralLaw};

use crate::experiments::DeepSpectrumOutcome;
use solvable_engine::verify::JudgeError;
use solvable_shared::kept;
use solvable_simulate::deep::DeepSetting;

/// Points of a grid on which distribution functions are compared.
const POINTS: usize = 300;
/// Points next to every atom, at this distance, relative.
const NEXT: f64 = 1e-6;

/// Projections of the given defects.
pub(crate) fn projections(defects: &[f64]) -> Result<Vec<Factor>, TheoryError> {
    defects.iter().map(|&epsilon| Factor::projection(epsilon)).collect()
}

/// The law of $H_L$ at the order parameters of the infinite network.
pub(crate) fn unconditional(s: &DeepSetting) -> Result<SpectralLaw, TheoryError> {
    mean_field_law(&s.activation, s.q0, s.sigma_w2, s.depth, s.ensemble, 160)
}

/// The law of $H_L$ at given mean squares and defects.
pub(crate) fn at_defects(
    s: &DeepSetting,
    q: &[f64],
    defects: &[f64],
    ensemble: Ensemble,
) -> Result<SpectralLaw, JudgeError> {
    Ok(fisher_law(q, projections(defects)?, s.sigma_w2, ensemble)?)
}

/// The law of $H_L$ given what the trial measured.
pub(crate) fn conditional(s: &DeepSetting, o: &DeepSpectrumOutcome) -> Result<SpectralLaw, JudgeError> {
    at_defects(s, &o.q, &o.defects, s.ensemble)
}

/// The law of the squared singular values of the Jacobian given what the trial measured.
pub(crate) fn jacobian(
    s: &DeepSetting,
    o: &DeepSpectrumOutcome,
    ensemble: Ensemble,
) -> Result<SpectralLaw, JudgeError> {
    Ok(jacobian_law(projections(&o.defects)?, s.sigma_w2, ensemble)?)
}

/// The other kind of weights.
pub(crate) fn other(ensemble: Ensemble) -> Ensemble {
    match ensemble {
        Ensemble::Orthogonal => Ensemble::Gaussian,
        Ensemble::Gaussian => Ensemble::Orthogonal,
    }
}

/// Where the distribution functions of a trial are compared: an even grid over $(0,1.05\Lambda]$, $\Lambda$ the larger of the ends of law and
/// sample, and pairs around every atom.
pub(crate) fn grid(law: &SpectralLaw, values: &[f64]) -> Result<Vec<f64>, JudgeError> {
    let largest = values.iter().fold(law.upper_edge()?, |m, v| m.max(*v));
    let mut points: Vec<f64> = (1..=POINTS).map(|i| 1.05 * largest * i as f64 / POINTS as f64).collect();
    points.extend(law.atoms().iter().flat_map(|a| [a.position * (1.0 - NEXT), a.position * (1.0 + NEXT)]));
    // At zero, of the Jacobian, only the right side means something: the sample has rounding there.
    points.retain(|x| *x > 0.0);
    points.sort_by(f64::total_cmp);
    Ok(points)
}

/// The distribution function of a sample, ascending, at points, ascending.
pub(crate) fn empirical(values: &[f64], points: &[f64]) -> Vec<f64> {
    points.iter().map(|x| values.partition_point(|v| v <= x) as f64 / values.len() as f64).collect()
}

/// The distribution function of a law at points. Tables are kept: the judge asks for the same ones for a claim, its rivals and its exchanges.
pub(crate) fn table(law: &SpectralLaw, points: &[f64]) -> Result<Arc<Vec<f64>>, JudgeError> {
    levels(law, || law.distribution(), points)
}

/// The same for the limit of infinite depth.
pub(crate) fn limit_table(law: &DepthLimit, points: &[f64]) -> Result<Arc<Vec<f64>>, JudgeError> {
    levels(law, || law.distribution(), points)
}

fn levels<'a, M: InverseMap + fmt::Debug + 'a>(
    law: &M,
    distribution: impl FnOnce() -> Result<Distribution<'a, M>, TheoryError>,
    points: &[f64],
) -> Result<Arc<Vec<f64>>, JudgeError> {
    kept(&format!("{law:?} {points:?}"), || {
        let distribution = distribution()?;
        Ok(points.iter().map(|&x| distribution.cdf(x)).collect::<Result<_, TheoryError>>()?)
    })
}

/// The distribution function of atoms at points.
pub(crate) fn atom_table(atoms: &[Atom], points: &[f64]) -> Vec<f64> {
    let below = |x: f64| atoms.iter().filter(|a| a.position <= x).map(|a| a.mass).sum();
    points.iter().map(|&x| below(x)).collect()
}

/// Quantiles taken for every eigenvalue: their mean distance is the Wasserstein distance to a few per cent of a spacing.
pub(crate) const PARTS: usize = 8;

/// Quantiles at $(i-\frac12)/n$, $n=8M$, of the law whose distribution function has the values `levels` at `points`, linear in between.
pub(crate) fn quantiles(points: &[f64], levels: &[f64], eigenvalues: usize) -> Vec<f64> {
    let count = PARTS * eigenvalues;
    (0..count)
        .map(|i| {
            let p = (i as f64 + 0.5) / count as f64;
            let after = levels.partition_point(|level| *level < p);
            match (after, points.get(after)) {
                (0, _) => points[0],
                (_, None) => points[points.len() - 1],
                (_, Some(&x)) => {
                    let (x0, f0, f1) = (points[after - 1], levels[after - 1], levels[after]);
                    if f1 > f0 { x0 + (x - x0) * (p - f0) / (f1 - f0) } else { x }
                }
            }
        })
        .collect()
}

/// A grid for quantiles: even over the support, dense at atoms.
fn quantile_grid(law: &SpectralLaw) -> Result<Vec<f64>, JudgeError> {
    let edge = law.upper_edge()?;
    let mut points: Vec<f64> = (0..=POINTS).map(|i| 1.001 * edge * i as f64 / POINTS as f64).collect();
    points.extend(law.atoms().iter().flat_map(|a| [a.position * (1.0 - 1e-9), a.position * (1.0 + 1e-9)]));
    points.sort_by(f64::total_cmp);
    Ok(points)
}

/// The quantiles of a law at $(i-\frac12)/8M$.
pub(crate) fn law_quantiles(law: &SpectralLaw, count: usize) -> Result<Vec<f64>, JudgeError> {
    let points = quantile_grid(law)?;
    Ok(quantiles(&points, &table(law, &points)?, count))
}
