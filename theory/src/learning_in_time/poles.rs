//! Sums over simple poles on the negative axis, where all time goes.

use super::half_plane::C;

/// Poles that are worked on side by side, to fill vectors.
const LANES: usize = 2;

/// The pole $-p\le0$.
#[derive(Debug, Clone, Copy)]
pub(super) struct Pole {
    /// $p$.
    pub place: f64,
    /// $a$ and $b$ of $\sum\frac a{x+p}$ and $\sum\frac b{(x+p)^2}$.
    pub sums: [f64; 2],
    /// The two $w$ of rows $\frac w{x+p}$.
    pub rows: [f64; 2],
}

/// Many poles.
#[derive(Debug, Clone)]
pub(super) struct Poles(Vec<[Pole; LANES]>);

/// Two rows $\frac w{x+p}$ for each of several $x$.
#[derive(Debug, Clone)]
pub(super) struct Rows {
    width: usize,
    entries: Vec<[[C; 2]; LANES]>,
}

impl Poles {
    pub fn new(poles: impl Iterator<Item = Pole>) -> Self {
        let mut poles: Vec<Pole> = poles.collect();
        // The last lanes are filled up with a pole that is there, of weight 0: no new infinity.
        if let Some(&last) = poles.last() {
            poles
                .resize(poles.len().next_multiple_of(LANES), Pole { sums: [0.0; 2], rows: [0.0; 2], ..last });
        }
        Self(poles.as_chunks().0.to_vec())
    }

    /// $\sum_i\frac{a_i}{x+p_i}$ and $\sum_i\frac{b_i}{(x+p_i)^2}$.
    pub fn sums(&self, x: C) -> [C; 2] {
        let [mut a, mut b, mut c, mut d] = [[0.0; LANES]; 4];
        for poles in &self.0 {
            for l in 0..LANES {
                let C { re, im } = inverse(x, poles[l].place);
                let [simple, double] = poles[l].sums;
                a[l] += simple * re;
                b[l] += simple * im;
                c[l] += double * (re * re - im * im);
                d[l] += double * (re * im);
            }
        }
        let [a, b, c, d] = [a, b, c, d].map(|lanes| lanes.iter().sum());
        [C::new(a, b), C::new(c, 2.0 * d)]
    }

    /// The rows at every $x$.
    pub fn rows(&self, xs: &[C]) -> Rows {
        let width = self.0.len();
        let mut entries = Vec::with_capacity(width * xs.len());
        for &x in xs {
            let entry = |Pole { place, rows: [v, w], .. }: &Pole| {
                let inverse = inverse(x, *place);
                [inverse * v, inverse * w]
            };
            entries.extend(self.0.iter().map(|poles| std::array::from_fn(|l| entry(&poles[l]))));
        }
        Rows { width, entries }
    }
}

impl Rows {
    /// $\sum_iX_iY_i$ and $\sum_iX_i\bar Y_i$ of the first and of the second rows at $x_j$ and $x_l$.
    pub fn products(&self, j: usize, l: usize) -> [[C; 2]; 2] {
        let row = |j: usize| &self.entries[j * self.width..][..self.width];
        // Re·Re and Im·Im, Re·Im and Im·Re: side by side as the parts are.
        let mut lanes = [[[0.0; 4]; 2]; LANES];
        for (x, y) in row(j).iter().zip(row(l)) {
            for ((sums, x), y) in lanes.iter_mut().zip(x).zip(y) {
                for ((sums, x), y) in sums.iter_mut().zip(x).zip(y) {
                    sums[0] += x.re * y.re;
                    sums[1] += x.im * y.im;
                    sums[2] += x.re * y.im;
                    sums[3] += x.im * y.re;
                }
            }
        }
        let mut total = [[0.0; 4]; 2];
        for sums in lanes {
            for (total, sum) in total.iter_mut().flatten().zip(sums.iter().flatten()) {
                *total += sum;
            }
        }
        total.map(|[rr, ii, ri, ir]| [C::new(rr - ii, ri + ir), C::new(rr + ii, ir - ri)])
    }
}

/// $\frac1{x+p}$, by one division.
#[inline(always)]
fn inverse(x: C, place: f64) -> C {
    let shifted = x.re + place;
    let scale = 1.0 / (shifted * shifted + x.im * x.im);
    C::new(shifted * scale, -x.im * scale)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_and_products_are_what_they_say() {
        let near = |found: C, sum: C| assert!((found - sum).norm() <= 1e-14 * sum.norm(), "{found} {sum}");
        for count in 1..=5 {
            let pole = |i: usize| {
                let i = i as f64;
                Pole { place: 0.3 * i, sums: [1.0 + i, 2.0 - 0.1 * i], rows: [0.5 + i * i, 1.0 / (1.0 + i)] }
            };
            let poles: Vec<Pole> = (0..count).map(pole).collect();
            let all = Poles::new(poles.iter().copied());
            let xs = [C::new(0.4, 1.1), C::new(-0.6, 1e-3)];
            let sum = |term: &dyn Fn(&Pole) -> C| poles.iter().map(term).sum::<C>();
            for x in xs {
                let [simple, double] = all.sums(x);
                near(simple, sum(&|pole| pole.sums[0] / (x + pole.place)));
                near(double, sum(&|pole| pole.sums[1] / ((x + pole.place) * (x + pole.place))));
            }
            let products = all.rows(&xs).products(0, 1);
            for (k, [product, mirrored]) in products.into_iter().enumerate() {
                let entry = |x: C, pole: &Pole| pole.rows[k] / (x + pole.place);
                near(product, sum(&|pole| entry(xs[0], pole) * entry(xs[1], pole)));
                near(mirrored, sum(&|pole| entry(xs[0], pole) * entry(xs[1], pole).conj()));
            }
        }
    }
}
