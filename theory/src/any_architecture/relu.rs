//! The ReLU kernel of whole columns: no branches and no calls, so that the compiler takes several entries at once.

use std::f64::consts::{FRAC_1_PI, FRAC_PI_2, PI};

/// Excess of $|K_{nm}|$ over $\sqrt{K_{nn}K_{mm}}$ that is rounding.
pub(super) const ROUNDING: f64 = 1e-9;
/// Distance from $|\rho|=1$ that is rounding.
pub(super) const PARALLEL: f64 = 1e-14;

/// $(\arcsin\sqrt z/\sqrt z-1)/z$ on $0\le z\le\frac14$ by interpolation at the nodes of Chebyshev; error of the arc sine $4\cdot10^{-18}$.
const ARC_SINE: [f64; 13] = [
    0.16666666666666669,
    0.07499999999998433,
    0.04464285714635543,
    0.030381944138531247,
    0.02237217294214989,
    0.017352392720869973,
    0.013971212973552933,
    0.011479177415184906,
    0.01032281435018578,
    0.005457506718640358,
    0.01740087944269402,
    -0.014851887071247204,
    0.028757851367421566,
];

/// Variances between which products of roots and their inverses stay far from the ends of the range.
const RANGE: std::ops::RangeInclusive<f64> = 1e-200..=1e200;

/// So many entries are computed side by side.
const LANES: usize = 8;

/// Variances of one side of a pair, with their roots.
pub(super) struct Deviations {
    lanes: Vec<Lanes>,
}

struct Lanes {
    variance: [f64; LANES],
    root: [f64; LANES],
    inverse: [f64; LANES],
}

impl Deviations {
    /// None where a variance is 0, not finite or so extreme that the fast form does not hold.
    pub fn of(variances: &[f64]) -> Option<Self> {
        let lanes = |chunk: &[f64]| {
            let variance = padded(chunk, 1.0);
            let root = variance.map(f64::sqrt);
            Lanes { variance, root, inverse: root.map(f64::recip) }
        };
        let usual = variances.iter().all(|v| RANGE.contains(v));
        usual.then(|| Self { lanes: variances.chunks(LANES).map(lanes).collect() })
    }

    /// That of position `p`.
    pub fn variance(&self, p: usize) -> f64 {
        self.lanes[p / LANES].variance[p % LANES]
    }
}

fn padded(from: &[f64], otherwise: f64) -> [f64; LANES] {
    from.try_into().unwrap_or_else(|_| {
        let mut lanes = [otherwise; LANES];
        lanes.iter_mut().zip(from).for_each(|(lane, x)| *lane = *x);
        lanes
    })
}

/// Replaces $K$ by $K_\phi$ and $T$ by $T\dot K_\phi+gK_\phi$ in the first rows of column `q`, $g$ = `pending`. Returns whether all covariances were valid;
/// otherwise what is left in the column has no meaning.
pub(super) fn column(
    left: &Deviations,
    right: &Deviations,
    q: usize,
    pending: f64,
    k: &mut [f64],
    t: &mut [f64],
) -> bool {
    let own = &right.lanes[q / LANES];
    let own = (own.variance[q % LANES], own.root[q % LANES], own.inverse[q % LANES]);
    let mut valid = true;
    for ((k, t), left) in k.chunks_mut(LANES).zip(t.chunks_mut(LANES)).zip(&left.lanes) {
        let (all, values, slopes) = kernels(own, left, &padded(k, 0.0));
        valid &= all;
        for ((k, t), (value, slope)) in k.iter_mut().zip(t).zip(values.iter().zip(&slopes)) {
            *t = *t * slope + pending * value;
            *k = *value;
        }
    }
    valid
}

/// $K_\phi$ and $\dot K_\phi$, and whether the covariances `c` were valid.
///
/// With $z=\frac{1-|\rho|}2$ where $|\rho|>\frac12$ and $\rho^2$ elsewhere, $\arcsin\sqrt z$ gives the angle $\vartheta=\arccos(-\rho)$ to full relative
/// accuracy.
#[inline(always)]
fn kernels(
    (variance, own_root, own_inverse): (f64, f64, f64),
    left: &Lanes,
    c: &[f64; LANES],
) -> (bool, [f64; LANES], [f64; LANES]) {
    let choose = |condition: bool, yes: f64, no: f64| if condition { yes } else { no };
    let (mut values, mut slopes, mut valid) = ([0.0; LANES], [0.0; LANES], [0u64; LANES]);
    for i in 0..LANES {
        let root = choose(left.variance[i] == variance, variance, left.root[i] * own_root);
        let inverse = left.inverse[i] * own_inverse;
        let size = c[i].abs();
        // Not so for what is not a number.
        valid[i] = u64::from(size <= root * (1.0 + ROUNDING));
        let size = choose(size > root * (1.0 - PARALLEL), root, size);
        let far = size > 0.5 * root;
        let rho = size * inverse;
        let z = choose(far, 0.5 * (root - size) * inverse, rho * rho);
        let (r, w) = (z.sqrt(), (1.0 - z).sqrt());
        let mut series = ARC_SINE[12];
        for j in (0..12).rev() {
            series = series * z + ARC_SINE[j];
        }
        let arc = r + r * (z * series);
        // arccos |ρ|.
        let acute = choose(far, 2.0 * arc, FRAC_PI_2 - arc);
        let sine = choose(far, 2.0 * r, 1.0) * w;
        let angle = choose(c[i] < 0.0, acute, PI - acute);
        let plain = root * sine + size.copysign(c[i]) * angle;
        // sin ϑ − ϑ cos ϑ of a small ϑ, without the difference.
        let opposite = root * (2.0 * r * z) * (2.0 - 1.0 / (1.0 + w) - series * (1.0 - 2.0 * z));
        values[i] = 0.5 * FRAC_1_PI * choose(far & (c[i] < 0.0), opposite, plain);
        slopes[i] = 0.5 * FRAC_1_PI * angle;
    }
    (valid.iter().sum::<u64>() == LANES as u64, values, slopes)
}
