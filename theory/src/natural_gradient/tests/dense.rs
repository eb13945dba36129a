//! A model in parameter space, to which methods are applied without any of their duals.

use nalgebra::DMatrix;

use super::super::{Damping, LayerKernels, Method};

/// A deterministic matrix that looks random.
pub fn pseudo_random(rows: usize, columns: usize, seed: usize) -> DMatrix<f64> {
    DMatrix::from_fn(rows, columns, |i, j| {
        let x = ((i * 131 + j * 71 + seed * 1013 + 7) as f64 * 12.9898).sin() * 43758.5453;
        2.0 * (x - x.floor()) - 1.0
    })
}

/// A linear model whose Jacobian is layer by layer the row-wise Kronecker product of features and signals, as that of a
/// network is: the methods can be applied to it in parameter space, without any of the duals.
pub struct Dense {
    pub features: Vec<DMatrix<f64>>,
    pub signals: Vec<DMatrix<f64>>,
}

pub const TRAIN: usize = 4;
pub const TEST: usize = 2;

impl Dense {
    pub fn new(depth: usize) -> Self {
        let features = (0..depth).map(|l| pseudo_random(TRAIN + TEST, 5, l)).collect();
        let signals = (1..=depth)
            .map(|l| match l {
                _ if l == depth => DMatrix::from_element(TRAIN + TEST, 1, 1.0),
                _ => pseudo_random(TRAIN + TEST, 6, 100 + l),
            })
            .collect();
        Self { features, signals }
    }

    pub fn depth(&self) -> usize {
        self.features.len()
    }

    pub fn layer(&self, l: usize) -> DMatrix<f64> {
        let (features, signals) = (&self.features[l], &self.signals[l]);
        let (fan_in, units) = (features.ncols(), signals.ncols());
        DMatrix::from_fn(TRAIN + TEST, fan_in * units, |n, p| {
            signals[(n, p / fan_in)] * features[(n, p % fan_in)]
        })
    }

    pub fn jacobian(&self) -> DMatrix<f64> {
        let layers: Vec<_> = (0..self.depth()).map(|l| self.layer(l)).collect();
        let mut all = DMatrix::zeros(TRAIN + TEST, layers.iter().map(DMatrix::ncols).sum());
        let mut start = 0;
        for layer in layers {
            all.columns_mut(start, layer.ncols()).copy_from(&layer);
            start += layer.ncols();
        }
        all
    }

    /// $G$ in parameter space from the training rows, block by block.
    pub fn approximation(&self, method: Method, factored: (f64, f64)) -> DMatrix<f64> {
        let jacobian = self.jacobian();
        let j = jacobian.rows(0, TRAIN);
        let fisher = j.transpose() * j / TRAIN as f64;
        let sizes: Vec<usize> = (0..self.depth()).map(|l| self.layer(l).ncols()).collect();
        let layer_of: Vec<usize> =
            sizes.iter().enumerate().flat_map(|(l, size)| std::iter::repeat_n(l, *size)).collect();
        match method {
            Method::Exact => fisher,
            Method::Bd | Method::Btd | Method::BtdPinv => {
                let reach = usize::from(method != Method::Bd);
                DMatrix::from_fn(fisher.nrows(), fisher.ncols(), |p, q| {
                    if layer_of[p].abs_diff(layer_of[q]) <= reach { fisher[(p, q)] } else { 0.0 }
                })
            }
            _ => {
                let mut all = DMatrix::zeros(fisher.nrows(), fisher.ncols());
                let mut start = 0;
                for l in 0..self.depth() {
                    let (phi, d) = (self.features[l].rows(0, TRAIN), self.signals[l].rows(0, TRAIN));
                    let mut a = phi.transpose() * phi / TRAIN as f64;
                    let mut b = d.transpose() * d / TRAIN as f64;
                    a += DMatrix::identity(a.nrows(), a.nrows()) * factored.0;
                    b += DMatrix::identity(b.nrows(), b.nrows()) * factored.1;
                    let block = b.kronecker(&a);
                    all.view_mut((start, start), block.shape()).copy_from(&block);
                    start += block.nrows();
                }
                all
            }
        }
    }

    /// Training and test response by brute force.
    pub fn response(&self, method: Method, damping: Damping) -> (DMatrix<f64>, DMatrix<f64>) {
        let (ridge, factored) = match damping {
            Damping::None => (0.0, (0.0, 0.0)),
            Damping::Ridge(rho) => (rho, (0.0, 0.0)),
            Damping::Factored(a, b) => (0.0, (a, b)),
        };
        let mut g = self.approximation(method, factored);
        g += DMatrix::identity(g.nrows(), g.nrows()) * ridge;
        let jacobian = self.jacobian();
        let inverse = g.pseudo_inverse(1e-10).unwrap();
        let response = &jacobian * inverse * jacobian.rows(0, TRAIN).transpose() / TRAIN as f64;
        (response.rows(0, TRAIN).into_owned(), response.rows(TRAIN, TEST).into_owned())
    }

    /// $A_l^*$ and $B_l^*$ of the training samples, `l` from 0.
    pub fn factors(&self, l: usize) -> (DMatrix<f64>, DMatrix<f64>) {
        let moment = |m: &DMatrix<f64>| m.rows(0, TRAIN).tr_mul(&m.rows(0, TRAIN)) / TRAIN as f64;
        (moment(&self.features[l]), moment(&self.signals[l]))
    }

    /// $\frac1NJ_lPJ_l^\top$ of layer `l` from 0, all samples by training samples, for a preconditioner $P=P_B\otimes P_A$.
    pub fn through(&self, l: usize, input: &DMatrix<f64>, output: &DMatrix<f64>) -> DMatrix<f64> {
        let jacobian = self.layer(l);
        let preconditioner = output.kronecker(input);
        &jacobian * preconditioner * jacobian.rows(0, TRAIN).transpose() / TRAIN as f64
    }

    pub fn kernels(&self) -> (LayerKernels, LayerKernels) {
        let gram = |m: &DMatrix<f64>, start, count| m.rows(start, count) * m.rows(0, TRAIN).transpose();
        let all = |start, count| {
            LayerKernels::new(
                self.features.iter().map(|m| gram(m, start, count)).collect(),
                self.signals.iter().map(|m| gram(m, start, count)).collect(),
            )
            .unwrap()
        };
        (all(0, TRAIN), all(TRAIN, TEST))
    }
}
