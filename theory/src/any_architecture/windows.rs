//! Windows that slide over a grid, and averages over them.

use nalgebra::DMatrix;

/// What lies beyond the ends of an axis.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Padding {
    /// Nothing: filters stay inside.
    Valid,
    /// Zeros.
    Same,
    /// The other end.
    Circular,
}

/// Windows that slide over a grid: the positions that each position of the result looks at.
///
/// Rows are positions of the result; a row lists the place of each filter tap, `None` in the padding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Windows {
    /// Taps of each position, last axis fastest.
    pub taps: Vec<Vec<Option<usize>>>,
    /// The sums over the taps of one axis after the other.
    axes: Vec<Axis>,
}

/// The sum over the taps of one axis of the pairs $(p,q)$ that it moves together.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Axis {
    /// For each tap, where positions of the result find theirs.
    rows: Vec<Vec<Run>>,
    /// For each position $q$ of the result, the taps that do not lie in the padding, each with its position.
    columns: Vec<Vec<(usize, usize)>>,
}

/// Positions that follow each other before and after.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Run {
    to: usize,
    from: usize,
    length: usize,
}

impl Windows {
    /// The windows of a filter, and the grid of the result.
    pub(super) fn new(
        grid: &[usize],
        filter: &[usize],
        stride: &[usize],
        padding: Padding,
    ) -> (Vec<usize>, Self) {
        let along = |number: usize| places(grid[number], filter[number], stride[number], padding);
        let places: Vec<_> = (0..grid.len()).map(along).collect();
        let lengths: Vec<usize> = places.iter().map(Vec::len).collect();
        let taps = match &places[..] {
            [rows, columns] => {
                let width = grid[1];
                let both = |row: &[Option<usize>], column: &[Option<usize>]| {
                    let pairs = row.iter().flat_map(|i| column.iter().map(move |j| (i, j)));
                    pairs.map(|(i, j)| Some((*i)? * width + (*j)?)).collect::<Vec<_>>()
                };
                rows.iter().flat_map(|row| columns.iter().map(move |column| both(row, column))).collect()
            }
            [only] => only.clone(),
            _ => Vec::new(),
        };
        // Axes before the one that is summed have the new length, those behind it the old one.
        let axis = |(number, places): (usize, &Vec<Vec<Option<usize>>>)| {
            let outer = lengths[..number].iter().product();
            let inner = grid[number + 1..].iter().product();
            Axis::new(outer, grid[number], inner, places)
        };
        let axes = places.iter().enumerate().map(axis).collect();
        (lengths, Self { taps, axes })
    }

    /// $f$, the taps of a window.
    pub fn size(&self) -> usize {
        self.taps.first().map_or(1, Vec::len)
    }

    /// The lengths of the window along the axes, summed: additions for each entry of [`sums`](Self::sums).
    pub(super) fn steps(&self) -> usize {
        self.axes.iter().map(|axis| axis.rows.len()).sum()
    }

    /// $\sum_aK(sp+a-o,sq+a-o)$, terms in the padding 0: $f$ times the average of a convolution.
    ///
    /// The sum over taps factorises, so that an entry costs the sum of the window's lengths, not their product.
    pub fn sums(&self, x: &DMatrix<f64>) -> DMatrix<f64> {
        match &self.axes[..] {
            [] => x.clone(),
            [first, rest @ ..] => rest.iter().fold(first.sums(x), |x, axis| axis.sums(&x)),
        }
    }

    /// $VXV^\top$ for means over windows.
    pub(super) fn pooled(&self, x: &DMatrix<f64>) -> DMatrix<f64> {
        let (taps, share) = (&self.taps, 1.0 / self.size() as f64);
        let rows = DMatrix::from_fn(taps.len(), x.ncols(), |p, q| {
            taps[p].iter().flatten().map(|&i| x[(i, q)]).sum::<f64>() * share
        });
        DMatrix::from_fn(taps.len(), taps.len(), |p, q| {
            taps[q].iter().flatten().map(|&j| rows[(p, j)]).sum::<f64>() * share
        })
    }
}

/// Where the taps of one axis lie, for each position of the result.
fn places(n: usize, f: usize, s: usize, padding: Padding) -> Vec<Vec<Option<usize>>> {
    let (length, offset) = match padding {
        Padding::Valid => ((n - f) / s + 1, 0),
        Padding::Same | Padding::Circular => {
            let length = n.div_ceil(s);
            (length, ((length - 1) * s + f).saturating_sub(n) / 2)
        }
    };
    let place = |p: usize, a: usize| {
        let place = p * s + a;
        match padding {
            Padding::Circular => Some((place + n - offset % n) % n),
            _ => place.checked_sub(offset).filter(|place| *place < n),
        }
    };
    (0..length).map(|p| (0..f).map(|a| place(p, a)).collect()).collect()
}

impl Axis {
    fn new(outer: usize, length: usize, inner: usize, places: &[Vec<Option<usize>>]) -> Self {
        let after = outer * places.len() * inner;
        // Where a tap of a position of the result lies: the position is (before, along, behind) the axis.
        let place = |position: usize, tap: usize| {
            let (behind, rest) = (position % inner, position / inner);
            let (along, before) = (rest % places.len(), rest / places.len());
            places[along][tap].map(|place| (before * length + place) * inner + behind)
        };
        let taps = places.first().map_or(0, Vec::len);
        let rows = (0..taps).map(|tap| runs((0..after).map(|position| place(position, tap)))).collect();
        let inside = |q: usize| (0..taps).filter_map(|tap| Some((tap, place(q, tap)?))).collect();
        Self { rows, columns: (0..after).map(inside).collect() }
    }

    fn sums(&self, x: &DMatrix<f64>) -> DMatrix<f64> {
        let (before, after) = (x.nrows().max(1), self.columns.len());
        let mut out = DMatrix::zeros(after, after);
        let columns = out.as_mut_slice().chunks_exact_mut(after.max(1));
        for (column, taps) in columns.zip(&self.columns) {
            for (tap, from) in taps {
                let source = &x.as_slice()[from * before..(from + 1) * before];
                for Run { to, from, length } in &self.rows[*tap] {
                    let sums = column[*to..to + length].iter_mut();
                    sums.zip(&source[*from..from + length]).for_each(|(sum, term)| *sum += term);
                }
            }
        }
        out
    }
}

/// Positions in order, those in the padding left out, as few runs as there are.
fn runs(places: impl Iterator<Item = Option<usize>>) -> Vec<Run> {
    let mut runs: Vec<Run> = Vec::new();
    for (to, from) in places.enumerate().filter_map(|(to, from)| Some((to, from?))) {
        match runs.last_mut() {
            Some(run) if run.to + run.length == to && run.from + run.length == from => run.length += 1,
            _ => runs.push(Run { to, from, length: 1 }),
        }
    }
    runs
}
