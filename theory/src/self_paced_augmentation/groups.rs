//! Augmentation by all elements of a finite group: regression with the averaged kernel.

use serde::Serialize;

use crate::TheoryError;
use crate::continual_learning::{Spectrum, effective_ridge};
use crate::error::{non_negative, representable};

/// A level of a kernel's spectrum, and the power of the target in it.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct GroupLevel {
    /// $\lambda_k$.
    pub eigenvalue: f64,
    /// $N_k$, how many modes have this eigenvalue.
    pub dimensions: f64,
    /// $n_k$, how many of them the group leaves as they are.
    pub invariant: f64,
    /// $p_k$, the power of the target in all invariant modes of the level.
    pub power_invariant: f64,
    /// $o_k$, its power in all others.
    pub power_rest: f64,
}

/// Kernel regression on samples of which every one is repeated as all elements of a finite group turn it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct GroupTask {
    levels: Vec<GroupLevel>,
    order: f64,
    sigma2: f64,
}

/// What augmentation is worth.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct GroupWorth {
    /// $E_{\rm aug}$.
    pub augmented: f64,
    /// $E_{\rm none}$.
    pub plain: f64,
    /// $N'$: so many samples without augmentation have the same error; infinite where no number has.
    pub samples: f64,
}

impl GroupTask {
    /// The levels of a kernel, the order $|G|$ of the group and the variance $\sigma^2$ of the label noise, which the copies of a sample share.
    ///
    /// # Errors
    /// [`InvalidParameter`](TheoryError::InvalidParameter) unless there is a level, numbers are finite and not negative, $n_k\le N_k$, $|G|\ge1$, and in levels with
    /// $\lambda_k>0$ power lies only where there are modes.
    pub fn new(levels: Vec<GroupLevel>, order: f64, sigma2: f64) -> Result<Self, TheoryError> {
        if levels.is_empty() {
            return Err(TheoryError::invalid("lambda", "an empty list", "at least one level"));
        }
        if !(order.is_finite() && order >= 1.0) {
            return Err(TheoryError::invalid("order", order, "an integer >= 1"));
        }
        non_negative("sigma2", sigma2)?;
        for level in &levels {
            non_negative("lambda", level.eigenvalue)?;
            non_negative("dims", level.dimensions)?;
            non_negative("invariant", level.invariant)?;
            non_negative("power_invariant", level.power_invariant)?;
            non_negative("power_rest", level.power_rest)?;
            if level.invariant > level.dimensions {
                let valid = format!("at most the {} modes of its level", level.dimensions);
                return Err(TheoryError::invalid("invariant", level.invariant, valid));
            }
            let empty = |name: &str, power: f64, modes: f64| {
                if level.eigenvalue > 0.0 && modes == 0.0 && power > 0.0 {
                    let valid = "0 in a level with lambda > 0 that has no such modes";
                    return Err(TheoryError::invalid(name, power, valid));
                }
                Ok(())
            };
            empty("power_invariant", level.power_invariant, level.invariant)?;
            empty("power_rest", level.power_rest, level.dimensions - level.invariant)?;
        }
        let task = Self { levels, order, sigma2 };
        let power = task.total(|level| level.power_invariant) + task.total(|level| level.power_rest);
        representable("the power of the target", power)?;
        Ok(task)
    }

    fn total(&self, power: impl Fn(&GroupLevel) -> f64) -> f64 {
        self.levels.iter().map(power).sum()
    }

    /// The error of the law of regression on the `modes` of every level, with the power `within` them and `beyond` them.
    fn law(
        &self,
        samples: f64,
        ridge: f64,
        modes: impl Fn(&GroupLevel) -> f64,
        within: impl Fn(&GroupLevel) -> f64,
        beyond: impl Fn(&GroupLevel) -> f64,
    ) -> Result<f64, TheoryError> {
        let learnable = |level: &&GroupLevel| level.eigenvalue > 0.0 && modes(level) > 0.0;
        let known: Vec<&GroupLevel> = self.levels.iter().filter(learnable).collect();
        let unknown = self.levels.iter().filter(|level| !learnable(level));
        let mut error: f64 = unknown.map(&within).sum::<f64>() + self.total(beyond);
        if known.is_empty() && ridge == 0.0 {
            let valid = "a number > 0, or some level with lambda > 0 that has modes, invariant ones where all copies are learnt";
            return Err(TheoryError::invalid("delta", ridge, valid));
        }
        let spectrum = if known.is_empty() {
            Spectrum::simple(vec![0.0], 0.0)?
        } else {
            let eigenvalues = known.iter().map(|level| level.eigenvalue).collect();
            Spectrum::new(eigenvalues, known.iter().map(|level| modes(level)).collect(), 0.0)?
        };
        let effective = effective_ridge(&spectrum, samples, ridge)?;
        error += known.iter().zip(&effective.q).map(|(level, q)| q * q * within(level)).sum::<f64>();
        representable("the test error", (error + effective.gamma * self.sigma2) / effective.slack)
    }

    /// $E_{\rm aug}$: the test error, without the label noise, of ridge regression on all $N|G|$ points.
    ///
    /// # Formula
    /// Training on $(gx_i,y_i)$ with ridge $\delta$ equals regression on the $N$ points with $K_G(x,x')=\frac1{|G|}\sum_gK(x,gx')$ and ridge $\delta/|G|$, for every data set. $K_G$ keeps
    /// the invariant modes with their eigenvalues, so that
    /// $E_{\rm aug}=\frac{\sum_kq_k^2p_k+\sum_ko_k+\gamma_G\sigma^2}{1-\gamma_G}$ with $q$, $\gamma_G$ of $N$ samples, $n_k$ modes and ridge $\delta/|G|$.
    ///
    /// # Errors
    /// Rounding. Those of [`effective_ridge`]; [`Undefined`](TheoryError::Undefined) on overflow.
    ///
    /// # Source
    /// Mei, Misiakiewicz and Montanari 2021; Bietti, Venturi and Bruna 2021 (invariant kernels); Canatar, Bordelon and Pehlevan 2021 (the law).
    pub fn augmented(&self, samples: f64, ridge: f64) -> Result<f64, TheoryError> {
        non_negative("delta", ridge)?;
        let ridge = ridge / self.order;
        self.law(samples, ridge, |l| l.invariant, |l| l.power_invariant, |l| l.power_rest)
    }

    /// $E_{\rm none}$: the test error, without the label noise, of ridge regression on the $N$ points alone.
    ///
    /// # Formula
    /// $E_{\rm none}=\frac{\sum_kq_k^2(p_k+o_k)+\gamma\sigma^2}{1-\gamma}$ with $q$, $\gamma$ of $N$ samples, $N_k$ modes and ridge $\delta$.
    ///
    /// # Errors
    /// As [`GroupTask::augmented`].
    ///
    /// # Source
    /// Canatar, Bordelon and Pehlevan 2021.
    pub fn plain(&self, samples: f64, ridge: f64) -> Result<f64, TheoryError> {
        self.law(samples, ridge, |l| l.dimensions, |l| l.power_invariant + l.power_rest, |_| 0.0)
    }

    /// The same levels with $1-\nu$ of the power in the shape of the invariant part, and $\nu$ of it in that of the rest.
    ///
    /// # Errors
    /// [`InvalidParameter`](TheoryError::InvalidParameter) for $\nu$ outside $\lbrack0,1\rbrack$ and a part without power.
    pub fn mixed(&self, nu: f64) -> Result<Self, TheoryError> {
        if !(0.0..=1.0).contains(&nu) {
            return Err(TheoryError::invalid("nu", nu, "a number from 0 to 1"));
        }
        let shape = |name: &str, power: fn(&GroupLevel) -> f64| {
            let total = self.total(power);
            if total > 0.0 {
                return Ok(total);
            }
            Err(TheoryError::invalid(name, "all zero", "a shape: some number > 0"))
        };
        let invariant = shape("power_invariant", |l| l.power_invariant)?;
        let rest = shape("power_rest", |l| l.power_rest)?;
        let level = |l: &GroupLevel| GroupLevel {
            power_invariant: (1.0 - nu) * (l.power_invariant / invariant),
            power_rest: nu * (l.power_rest / rest),
            ..*l
        };
        Self::new(self.levels.iter().map(level).collect(), self.order, self.sigma2)
    }

    /// $\nu^*$: augmentation helps where less than this share of the target's power is not invariant.
    ///
    /// # Formula
    /// Errors are affine in $\nu$. With $A$, $B$ at $\nu=0$, $1$ and $a=A_0-A_G$, $b=B_G-B_0$ augmentation helps iff $(1-\nu)a>\nu b$: $\nu^*=\frac a{a+\max(b,0)}$ for $a>0$ (1: it always
    /// helps), 0 for $a\le0\le b$. $b<0$ happens near the peak of the error without augmentation.
    ///
    /// # Errors
    /// Rounding over $a$. Those of [`GroupTask::mixed`] and [`GroupTask::augmented`]; [`Undefined`](TheoryError::Undefined) where augmentation helps only above a share.
    ///
    /// # Source
    /// [`GroupTask::augmented`] and [`GroupTask::plain`].
    pub fn threshold(&self, samples: f64, ridge: f64) -> Result<f64, TheoryError> {
        let (invariant, rest) = (self.mixed(0.0)?, self.mixed(1.0)?);
        let gain = invariant.plain(samples, ridge)? - invariant.augmented(samples, ridge)?;
        let loss = rest.augmented(samples, ridge)? - rest.plain(samples, ridge)?;
        if gain > 0.0 {
            Ok(gain / (gain + loss.max(0.0)))
        } else if loss >= 0.0 {
            Ok(0.0)
        } else {
            let above = gain / (gain + loss);
            Err(TheoryError::undefined(
                "nu*",
                format!(
                    "augmentation helps only where more than the share {above} of the target is not invariant"
                ),
            ))
        }
    }

    /// Both errors, and how many samples without augmentation have the error of $N$ samples with it.
    ///
    /// # Formula
    /// $N'$ solves $E_{\rm none}(N')=E_{\rm aug}(N)$: bisection above $N$ where augmentation helps, below where it hurts; infinite where the error without augmentation stays above, and 1
    /// where a single sample suffices. Where the error peaks there are several roots: the first one from $N$.
    ///
    /// # Errors
    /// As [`GroupTask::augmented`].
    ///
    /// # Source
    /// [`GroupTask::augmented`] and [`GroupTask::plain`].
    pub fn worth(&self, samples: f64, ridge: f64) -> Result<GroupWorth, TheoryError> {
        const MOST: f64 = 1e15;
        // Fine enough not to step over the first root where the error peaks behind it.
        const STEP: f64 = 1.1;
        let (augmented, plain) = (self.augmented(samples, ridge)?, self.plain(samples, ridge)?);
        // At the interpolation threshold, where errors diverge, more samples are needed.
        let above = |n: f64| self.plain(n, ridge).map_or(true, |error| error > augmented);
        let found = |samples: f64| Ok(GroupWorth { augmented, plain, samples });
        let (mut low, mut high) = (samples, samples);
        if plain == augmented {
            return found(samples);
        } else if plain > augmented {
            while above(high) {
                low = high;
                high *= STEP;
                if high > MOST {
                    return found(f64::INFINITY);
                }
            }
        } else {
            while !above(low) {
                if low == 1.0 {
                    return found(1.0);
                }
                high = low;
                low = (low / STEP).max(1.0);
            }
        }
        while high - low > 1e-15 * high {
            let middle = 0.5 * (low + high);
            if middle <= low || middle >= high {
                break;
            }
            if above(middle) { low = middle } else { high = middle }
        }
        found(high)
    }
}

/// A finite group of permutations of $d$ coordinates.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub enum CoordinateGroup {
    /// All shifts of a ring.
    Cyclic,
    /// Shifts and reflections of a ring.
    Dihedral,
    /// All shifts of a torus of so many rows and columns.
    Torus(usize, usize),
}

/// Elements of a group that permute coordinates alike: so many `cycles` of one `length`, and so many coordinates that stay (up to two).
struct Class {
    elements: i128,
    length: usize,
    cycles: usize,
    fixed: usize,
}

fn gcd(a: usize, b: usize) -> usize {
    if b == 0 { a } else { gcd(b, a % b) }
}

/// How many of the numbers $0,\dots,n-1$ have every order in $\mathbb Z_n$: pairs of an order and a count.
fn orders(n: usize) -> Vec<(usize, usize)> {
    let mut counts = std::collections::BTreeMap::new();
    for g in 0..n {
        *counts.entry(n / gcd(g, n)).or_insert(0) += 1;
    }
    counts.into_iter().collect()
}

impl CoordinateGroup {
    /// $|G|$ on `d` coordinates.
    pub fn order(self, d: usize) -> usize {
        match self {
            Self::Cyclic => d,
            Self::Dihedral => 2 * d,
            Self::Torus(rows, columns) => rows * columns,
        }
    }

    fn check(self, d: usize, highest: usize) -> Result<(), TheoryError> {
        /// Dimensions and degrees beyond this are refused.
        const MOST: usize = 1_000_000;
        if highest > MOST {
            return Err(TheoryError::invalid("kmax", highest, format!("an integer from 0 to {MOST}")));
        }
        if !(1..=MOST).contains(&d) {
            return Err(TheoryError::invalid("d", d, format!("an integer from 1 to {MOST}")));
        }
        match self {
            Self::Torus(rows, columns) if rows.checked_mul(columns) != Some(d) => {
                let valid = format!("two integers whose product is d = {d}");
                Err(TheoryError::invalid("group", format!("a torus of {rows} x {columns}"), valid))
            }
            _ => Ok(()),
        }
    }

    fn classes(self, d: usize) -> Vec<Class> {
        let mut counts = std::collections::BTreeMap::new();
        match self {
            Self::Cyclic | Self::Dihedral => counts.extend(orders(d)),
            Self::Torus(rows, columns) => {
                for (a, many) in orders(rows) {
                    for (b, others) in orders(columns) {
                        *counts.entry(a / gcd(a, b) * b).or_insert(0) += many * others;
                    }
                }
            }
        }
        let shift = |(length, count): (usize, usize)| Class {
            elements: count as i128,
            length,
            cycles: d / length,
            fixed: 0,
        };
        let mut classes: Vec<Class> = counts.into_iter().map(shift).collect();
        if self == Self::Dihedral {
            // A reflection keeps one coordinate where d is odd; none or two where it is even.
            let kept: &[usize] = if d % 2 == 1 { &[1] } else { &[0, 2] };
            let elements = (d / kept.len()) as i128;
            classes.extend(kept.iter().map(|&fixed| Class {
                elements,
                length: 2,
                cycles: (d - fixed) / 2,
                fixed,
            }));
        }
        classes
    }
}

impl Class {
    /// The coefficients of $(1-t^2)\prod(1-t^{\rm length})^{-1}$ up to $t^{\rm highest}$: the traces of the permutation on the harmonics of every degree; `None` from where a number exceeds 128
    /// bits on.
    fn traces(&self, highest: usize) -> Vec<Option<i128>> {
        let mut series = vec![Some(0); highest + 1];
        // Binomials C(cycles + j - 1, j).
        let mut coefficient = Some(1i128);
        for j in 0..=(highest / self.length) {
            series[j * self.length] = coefficient;
            let next = coefficient.and_then(|c| c.checked_mul((self.cycles + j) as i128));
            coefficient = next.map(|c| c / (j as i128 + 1));
        }
        let add = |a: Option<i128>, b: Option<i128>| a.zip(b).and_then(|(a, b)| a.checked_add(b));
        for _ in 0..self.fixed {
            for k in 1..=highest {
                series[k] = add(series[k], series[k - 1]);
            }
        }
        for k in (2..=highest).rev() {
            series[k] = add(series[k], series[k - 2].map(|c| -c));
        }
        series
    }
}

/// Integers above $2^{53}$ are not told by 64-bit numbers.
const MOST_COUNT: i128 = 1 << 53;

/// How many harmonics of the degrees $0,\dots,$`highest` on the sphere in $d$ dimensions a group of permutations of the coordinates leaves as they are.
///
/// # Formula
/// $n_k=\frac1{|G|}\sum_g\lbrack t^k\rbrack\,(1-t^2)\prod_{\rm cycles}(1-t^{\rm length})^{-1}$, in integers.
///
/// # Errors
/// Exact. [`InvalidParameter`](TheoryError::InvalidParameter) unless $1\le d\le10^6$, a torus has $d$ points, and every $n_k\le2^{53}$.
///
/// # Source
/// Molien's series, textbook.
///
/// # Example
/// ```
/// use solvable_theory::self_paced_augmentation::{CoordinateGroup, invariant_dimensions};
/// assert_eq!(invariant_dimensions(CoordinateGroup::Cyclic, 12, 5)?, [1.0, 1.0, 6.0, 30.0, 109.0, 333.0]);
/// # Ok::<(), solvable_theory::TheoryError>(())
/// ```
pub fn invariant_dimensions(
    group: CoordinateGroup,
    d: usize,
    highest: usize,
) -> Result<Vec<f64>, TheoryError> {
    group.check(d, highest)?;
    let classes = group.classes(d);
    let order = group.order(d) as i128;
    // Class by class: the identity alone decides where numbers grow too large.
    let mut sums = vec![Some(0i128); highest + 1];
    for class in &classes {
        for (sum, trace) in sums.iter_mut().zip(class.traces(highest)) {
            let term = trace.and_then(|trace| trace.checked_mul(class.elements));
            *sum = sum.zip(term).and_then(|(a, b)| a.checked_add(b));
        }
    }
    let counts = sums.into_iter().enumerate().map(|(k, sum)| match sum.map(|sum| sum / order) {
        Some(count) if count <= MOST_COUNT => Ok(count as f64),
        _ => {
            let valid = format!("at most {}: beyond, there are more than 2^53 in a degree", k.max(1) - 1);
            Err(TheoryError::invalid("kmax", highest, valid))
        }
    });
    counts.collect()
}

/// How many harmonics of the degrees $0,\dots,$`highest` on the sphere in $d$ dimensions have each character $\rho=0,\dots,d-1$ of the shifts of the coordinates: one list over $\rho$ for every
/// degree.
///
/// # Formula
/// $n_{k,\rho}=\frac1d\sum_ge^{-2\pi i\rho g/d}\chi_k(g)$, $\chi_k$ from the series of [`invariant_dimensions`], in integers.
///
/// # Errors
/// As [`invariant_dimensions`].
///
/// # Source
/// Orthogonality of characters, textbook.
pub fn character_dimensions(d: usize, highest: usize) -> Result<Vec<Vec<f64>>, TheoryError> {
    CoordinateGroup::Cyclic.check(d, highest)?;
    let mut sums = vec![vec![Some(0i128); d]; highest + 1];
    for class in CoordinateGroup::Cyclic.classes(d) {
        let (length, chi) = (class.length, class.traces(highest));
        for rho in 0..d {
            // The sum of the character over all elements of one order, an integer.
            let elements = (0..length).filter(|g| gcd(*g, length) == 1);
            let angle = |g: usize| std::f64::consts::TAU * (g * rho % length) as f64 / length as f64;
            let weight = elements.map(|g| angle(g).cos()).sum::<f64>().round() as i128;
            for (sums, trace) in sums.iter_mut().zip(&chi) {
                let term = trace.and_then(|trace| trace.checked_mul(weight));
                sums[rho] = sums[rho].zip(term).and_then(|(a, b)| a.checked_add(b));
            }
        }
    }
    let rows = sums.into_iter().enumerate().map(|(k, sums)| {
        let counts = sums.into_iter().map(|sum| match sum.map(|sum| sum / d as i128) {
            Some(count) if count <= MOST_COUNT => Ok(count as f64),
            _ => {
                let valid = format!("at most {}: beyond, there are more than 2^53", k.max(1) - 1);
                Err(TheoryError::invalid("kmax", highest, valid))
            }
        });
        counts.collect()
    });
    rows.collect()
}
