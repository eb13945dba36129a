use std::f64::consts::PI;

use crate::TheoryError;
use crate::error::{non_negative, positive};
use crate::free_probability::{Atom, check_defect};

/// The law of $H_3$ (two hidden layers, orthogonal weights, projections) in closed form.
#[derive(Debug, Clone, PartialEq)]
pub struct TwoHidden {
    /// The atoms at $A_0=q_2+sq_1+s^2q_0$, $A_1=q_2+sq_1$, $A_2=q_2$, with mass 0 where there is none.
    pub atoms: [Atom; 3],
    /// Lower and upper edge of the bulk.
    pub edges: [f64; 2],
    origin: f64,
    width: f64,
    middle: f64,
    radius: f64,
    /// $|\alpha_1-\alpha_2|$.
    unequal: f64,
    /// $|\alpha_1+\alpha_2-1|$.
    excess: f64,
}

/// The law of $H_3$ from $(q_0,q_1,q_2)$ and the defects $(\epsilon_1,\epsilon_2)$ of the two projections.
///
/// # Formula
/// With $t=(\lambda-q_2-sq_1)/(s^2q_0)$, $t_\pm=\alpha_1+\alpha_2-2\alpha_1\alpha_2\pm2\sqrt{\alpha_1\alpha_2\epsilon_1\epsilon_2}$:
/// $\rho(\lambda)=\frac{1}{s^2q_0}\frac{\sqrt{(t_+-t)(t-t_-)}}{2\pi t(1-t)}$, and atoms of mass $(\alpha_1+\alpha_2-1)_+$ at $t=1$,
/// $(\alpha_2-\alpha_1)_+$ at $t=0$, $\epsilon_2$ at $\lambda=q_2$.
///
/// # Accuracy and cost
/// Rounding.
///
/// # Errors
/// [`InvalidParameter`](TheoryError::InvalidParameter) for $q_0\le0$, $q_l<0$, $s\le0$, a defect outside $[0,1)$.
///
/// # Source
/// Hayase and Karakida (2021); the distribution function derived in the notes.
///
/// # Example
/// ```
/// use solvable_theory::dynamical_isometry::two_hidden;
/// let law = two_hidden([0.5, 0.37, 0.31], [0.16, 0.1], 1.0)?;
/// assert!((law.density(0.794)? - 0.39778542347695633).abs() < 1e-13);
/// assert!((law.cdf(0.794)? - 0.23157158262268748).abs() < 1e-13);
/// # Ok::<(), solvable_theory::TheoryError>(())
/// ```
pub fn two_hidden(q: [f64; 3], defects: [f64; 2], sigma_w2: f64) -> Result<TwoHidden, TheoryError> {
    positive("q0", q[0])?;
    non_negative("q", q[1])?;
    non_negative("q", q[2])?;
    let s = positive("sigma_w2", sigma_w2)?;
    for epsilon in defects {
        check_defect(epsilon)?;
    }
    let [e1, e2] = defects;
    let (a1, a2) = (1.0 - e1, 1.0 - e2);
    let origin = q[2] + s * q[1];
    let width = crate::error::representable("the width of the spectrum", s * s * q[0])?;
    crate::error::representable("the upper end of the spectrum", origin + width)?;
    // α₁ + α₂ − 2α₁α₂ without cancellation.
    let middle = a1 * e2 + a2 * e1;
    let radius = 2.0 * (a1 * a2 * e1 * e2).sqrt();
    let atom = |position: f64, mass: f64| Atom { position, mass: mass.max(0.0) };
    Ok(TwoHidden {
        atoms: [atom(origin + width, 1.0 - e1 - e2), atom(origin, e1 - e2), atom(q[2], e2)],
        edges: [origin + width * (middle - radius), origin + width * (middle + radius)],
        origin,
        width,
        middle,
        radius,
        unequal: (e1 - e2).abs(),
        excess: (1.0 - e1 - e2).abs(),
    })
}

impl TwoHidden {
    /// The density of the bulk at $\lambda$, 0 outside.
    ///
    /// # Errors
    /// [`Undefined`](TheoryError::Undefined) exactly at an edge or an atom.
    pub fn density(&self, lambda: f64) -> Result<f64, TheoryError> {
        crate::error::finite("x", lambda)?;
        let atom = self.atoms.iter().any(|a| a.mass > 0.0 && a.position == lambda);
        if atom || self.edges.contains(&lambda) {
            return Err(TheoryError::undefined(
                format!("the density at {lambda}"),
                "it is an atom or an edge of the bulk; ask for the distribution function",
            ));
        }
        let t = (lambda - self.origin) / self.width;
        let inside = (self.middle + self.radius - t) * (t - self.middle + self.radius);
        Ok(if inside > 0.0 { inside.sqrt() / (2.0 * PI * t * (1.0 - t) * self.width) } else { 0.0 })
    }

    /// The distribution function at $\lambda$, atoms at $\lambda$ included.
    ///
    /// # Errors
    /// [`InvalidParameter`](TheoryError::InvalidParameter) for a non-finite $\lambda$.
    pub fn cdf(&self, lambda: f64) -> Result<f64, TheoryError> {
        crate::error::finite("x", lambda)?;
        let atoms: f64 = self.atoms.iter().filter(|a| a.position <= lambda).map(|a| a.mass).sum();
        Ok((atoms + self.bulk((lambda - self.origin) / self.width)).min(1.0))
    }

    /// The mass of the bulk below $t$.
    fn bulk(&self, t: f64) -> f64 {
        let (m, r, d, e) = (self.middle, self.radius, self.unequal, self.excess);
        if r == 0.0 || t <= m - r {
            return 0.0;
        }
        if t >= m + r {
            return (0.5 * (1.0 - d - e)).max(0.0);
        }
        let arc = |x: f64| x.clamp(-1.0, 1.0).asin();
        let low = if d > 0.0 { d * arc((m * t - d * d) / (r * t)) } else { 0.0 };
        let high = if e > 0.0 { e * arc(((1.0 - m) * (1.0 - t) - e * e) / (r * (1.0 - t))) } else { 0.0 };
        (0.25 * (1.0 - d - e) + (arc((t - m) / r) - low + high) / (2.0 * PI)).max(0.0)
    }
}
