//! Cross entropy: against steps in parameter space, flows and dense pseudo-inverses.

use approx::assert_relative_eq;
use nalgebra::{DMatrix, DVector, dmatrix};

use super::super::*;
use super::both;
use crate::{Activation, InitialScales, TheoryError};

fn softmax(f: &DVector<f64>) -> DVector<f64> {
    let largest = f.max();
    let weights = f.map(|x| (x - largest).exp());
    let total = weights.sum();
    weights / total
}

fn curvature(p: &DVector<f64>) -> DMatrix<f64> {
    DMatrix::from_diagonal(p) - p * p.transpose()
}

fn one_hot(label: usize, classes: usize) -> DVector<f64> {
    DVector::from_fn(classes, |k, _| f64::from(u8::from(k == label)))
}

#[test]
fn the_map_is_that_of_two_classes() {
    for (start, eta) in [(0.2f64, 0.5), (0.6, 3.0), (0.97, 0.01), (0.01, 0.3)] {
        let logit = (start / (1.0 - start)).ln();
        let mut f = DVector::from_vec(vec![0.5 * logit, -0.5 * logit]);
        for steps in 1..6 {
            let p = softmax(&f);
            let inverse = curvature(&p).pseudo_inverse(1e-14).unwrap();
            f -= inverse * (p - one_hot(0, 2)) * eta;
            let found = ce_map(start, eta, steps).unwrap();
            assert_relative_eq!(found, softmax(&f)[1], max_relative = 1e-9);
        }
    }
    // Small rates: the flow.
    assert_relative_eq!(ce_map(0.3, 1e-6, 2_000_000).unwrap(), 0.7 * (-2f64).exp(), max_relative = 2e-6);
    // Late: a factor e^-eta a step, whether iterated or added up.
    let (near, far) = (ce_map(0.5, 0.5, 100).unwrap(), ce_map(0.5, 0.5, 1000).unwrap());
    assert_relative_eq!(far / near, (-450f64).exp(), max_relative = 1e-11);
    assert_eq!(ce_map(0.5, 0.5, 1 << 53).unwrap(), 0.0);
    assert_eq!(ce_map(5e-324, 1.0, 3).unwrap(), 0.0);
    assert_relative_eq!(
        ce_map(1.0 - f64::EPSILON, 0.5, 1).unwrap(),
        f64::EPSILON * (-0.5f64).exp(),
        max_relative = 1e-14
    );
    assert_eq!(ce_map(0.25, 0.5, 0).unwrap(), 0.75);
    for (start, eta) in [(0.0, 1.0), (1.0, 1.0), (f64::NAN, 1.0), (0.5, 0.0), (0.5, f64::INFINITY)] {
        assert!(ce_map(start, eta, 1).is_err());
    }
}

/// The flow of one sample's logits by Runge and Kutta: $\dot f=-k(kS+N\rho)^{-1}r$, $-\alpha r$, $-\frac kNr$.
#[test]
fn margins_are_those_of_the_flow() {
    type Velocity<'a> = &'a dyn Fn(&DVector<f64>) -> DVector<f64>;
    let rates: [(CeFlow, Velocity); 3] = [
        (CeFlow::exact(6.0, 2, 0.15).unwrap(), &|f| {
            let p = softmax(f);
            let system = curvature(&p) * 6.0 + DMatrix::identity(f.len(), f.len()) * 0.3;
            -(system.try_inverse().unwrap() * (p - one_hot(0, f.len())) * 6.0)
        }),
        (CeFlow::one_sided(3.0).unwrap(), &|f| -(softmax(f) - one_hot(0, f.len())) * 3.0),
        (CeFlow::gd(6.0, 12).unwrap(), &|f| -(softmax(f) - one_hot(0, f.len())) * 0.5),
    ];
    for (flow, rate) in rates {
        for classes in [2, 3, 10] {
            let mut f = DVector::zeros(classes);
            let (steps, time) = (4000, 4.0);
            let h = time / f64::from(steps);
            for _ in 0..steps {
                let one = rate(&f);
                let two = rate(&(&f + &one * (0.5 * h)));
                let three = rate(&(&f + &two * (0.5 * h)));
                let four = rate(&(&f + &three * h));
                f += (one + (two + three) * 2.0 + four) * (h / 6.0);
            }
            let found = ce_margin(flow, classes, time).unwrap();
            assert_relative_eq!(found.margin, f[0] - f[1], max_relative = 1e-10);
            assert_relative_eq!(found.error, 1.0 - softmax(&f)[0], max_relative = 1e-9);
        }
    }
}

/// The time of a margin, summed in the logarithms of its terms.
fn log_time(flow: CeFlow, c: f64, s: f64) -> f64 {
    let natural = flow.natural * (s + ((-s).exp() * (c - 1.0)).ln_1p() - c.ln());
    let natural = if s < 1e-3 { flow.natural * (s.exp_m1() / c).ln_1p() } else { natural };
    let log_descent = if s > 300.0 { s } else { (s.exp_m1() + (c - 1.0) * s).ln() };
    let log_descent = flow.descent.ln() - c.ln() + log_descent;
    let (low, high) = (natural.ln().min(log_descent), natural.ln().max(log_descent));
    high + (low - high).exp().ln_1p()
}

#[test]
fn margins_solve_their_equation_over_all_magnitudes() {
    for natural in [0.0, 1.0] {
        for descent in [0.0, 1e-300, 1e-12, 0.3, 40.0, 1e200] {
            if natural + descent == 0.0 {
                assert!(ce_margin(CeFlow { natural, descent }, 3, 1.0).is_err());
                continue;
            }
            let flow = CeFlow { natural, descent };
            for classes in [2, 3, 100, 1_000_000] {
                let mut last = 0.0;
                for exponent in [-300, -100, -12, -3, 0, 1, 2, 4, 12, 100, 300] {
                    let time = 10f64.powi(exponent);
                    let at = ce_margin(flow, classes, time).unwrap();
                    assert!(at.margin >= last && (0.0..1.0).contains(&at.error), "{flow:?} {classes} {time}");
                    last = at.margin;
                    if at.margin > 1e-290 && at.margin < 1e290 {
                        let found = log_time(flow, classes as f64, at.margin);
                        // In the margin, which is what is asked for.
                        let slack = 1e-11 * (1.0 + at.margin.max(time.ln().abs()));
                        assert!(
                            (found - time.ln()).abs() < slack,
                            "{flow:?} {classes} {time}: {at:?} {found}"
                        );
                    }
                }
            }
        }
    }
    // Without damping in closed form: e^s + C - 1 = C e^tau.
    let at = ce_margin(CeFlow { natural: 1.0, descent: 0.0 }, 3, 4.0).unwrap();
    assert_relative_eq!(at.margin, (3.0 * 4f64.exp() - 2.0).ln(), max_relative = 1e-14);
    assert_eq!(ce_margin(CeFlow::one_sided(1.0).unwrap(), 4, 0.0).unwrap().error, 0.75);
    for result in [
        CeFlow::exact(0.0, 1, 0.1),
        CeFlow::exact(1.0, 0, 0.1),
        CeFlow::exact(1.0, 1, -0.1),
        CeFlow::gd(-1.0, 1),
        CeFlow::one_sided(0.0),
    ] {
        assert!(result.is_err());
    }
    assert!(ce_margin(CeFlow::one_sided(1.0).unwrap(), 1, 1.0).is_err());
    assert!(ce_margin(CeFlow::one_sided(1.0).unwrap(), 2, -1.0).is_err());
}

const LOGITS: [[f64; 3]; 3] = [[0.3, -0.2, 0.5], [1.0, 0.1, -0.4], [-0.6, 0.2, 0.0]];
const LABELS: [usize; 3] = [0, 2, 1];

/// A linear model $f=f_0+(\Phi\otimes I)\theta$ trained in parameter space.
struct Linear {
    features: DMatrix<f64>,
    theta: DVector<f64>,
}

impl Linear {
    const CLASSES: usize = 3;

    fn new(train: &LayerKernels, cross: &LayerKernels) -> Self {
        let (among, across) = (train.total(), cross.total());
        let root = among.cholesky().unwrap().l();
        let others = (root.clone().try_inverse().unwrap() * across.transpose()).transpose();
        let mut features = root.resize_vertically(3 + others.nrows(), 0.0);
        features.rows_mut(3, others.nrows()).copy_from(&others);
        Self { theta: DVector::zeros(features.ncols() * Self::CLASSES), features }
    }

    fn jacobian(&self, start: usize, count: usize) -> DMatrix<f64> {
        self.features
            .rows(start, count)
            .into_owned()
            .kronecker(&DMatrix::identity(Self::CLASSES, Self::CLASSES))
    }

    fn probabilities(&self) -> Vec<DVector<f64>> {
        let f = self.jacobian(0, 3) * &self.theta;
        (0..3).map(|n| softmax(&(f.rows(3 * n, 3) + DVector::from_row_slice(&LOGITS[n])))).collect()
    }

    fn step(&mut self, eta: f64, rho: Option<f64>) {
        let p = self.probabilities();
        let jacobian = self.jacobian(0, 3);
        let mut s = DMatrix::zeros(9, 9);
        let mut r = DVector::zeros(9);
        for (n, p) in p.iter().enumerate() {
            s.view_mut((3 * n, 3 * n), (3, 3)).copy_from(&curvature(p));
            r.rows_mut(3 * n, 3).copy_from(&(p - one_hot(LABELS[n], 3)));
        }
        let gradient = jacobian.tr_mul(&r) / 3.0;
        let size = gradient.len();
        self.theta -= match rho {
            None => gradient * eta,
            Some(rho) => {
                let fisher = jacobian.transpose() * s * jacobian / 3.0 + DMatrix::identity(size, size) * rho;
                fisher.pseudo_inverse(1e-9).unwrap() * gradient * eta
            }
        };
    }
}

#[test]
fn recursions_are_those_of_parameter_space() {
    let (train, cross) = both(Activation::erf(1.0).unwrap(), 3, 0.1);
    let logits = LOGITS.map(|row| row.to_vec());
    let problem = CeProblem { logits: &logits, labels: &LABELS, train: &train, cross: Some(&cross) };
    for (method, rho) in [
        (Method::Gd, None),
        (Method::Exact, Some(0.0)),
        (Method::Exact, Some(0.1)),
        (Method::Exact, Some(2.0)),
    ] {
        let mut linear = Linear::new(&train, &cross);
        for steps in 0..5 {
            let found = ce_recursion(&problem, method, 0.4, rho.unwrap_or(0.0), steps).unwrap();
            let p = linear.probabilities();
            for n in 0..3 {
                assert_relative_eq!(found.p_label[n], p[n][LABELS[n]], max_relative = 1e-9);
            }
            let outputs = linear.jacobian(3, 2) * &linear.theta;
            let test: Vec<f64> = found.test.unwrap().into_iter().flatten().collect();
            assert_relative_eq!(DVector::from_vec(test), outputs, epsilon = 1e-9);
            linear.step(0.4, rho);
        }
    }
    // A vanishing damping is none.
    let at = |rho| ce_recursion(&problem, Method::Exact, 0.4, rho, 3).unwrap();
    let (none, weak) = (at(0.0), at(1e-13));
    for n in 0..3 {
        assert_relative_eq!(none.p_label[n], weak.p_label[n], max_relative = 1e-10);
    }
    assert_relative_eq!(none.test.unwrap()[1][2], weak.test.unwrap()[1][2], max_relative = 1e-9);
}

#[test]
fn one_sided_and_kronecker_recursions_follow_their_definitions() {
    let (train, cross) = both(Activation::relu(), 4, 0.0);
    let logits = LOGITS.map(|row| row.to_vec());
    let problem = CeProblem { logits: &logits, labels: &LABELS, train: &train, cross: Some(&cross) };
    for method in [Method::OneSided, Method::OneSidedSoftmax, Method::Kfac] {
        let mut f: Vec<DVector<f64>> = LOGITS.iter().map(|row| DVector::from_row_slice(row)).collect();
        for steps in 0..6 {
            let p: Vec<DVector<f64>> = f.iter().map(softmax).collect();
            let found = ce_recursion(&problem, method, 0.3, 0.0, steps).unwrap();
            assert!(found.test.is_none());
            for n in 0..3 {
                assert_relative_eq!(found.p_label[n], p[n][LABELS[n]], max_relative = 1e-9);
            }
            let mean = p.iter().map(curvature).sum::<DMatrix<f64>>() / 3.0;
            let mean = mean.pseudo_inverse(1e-12).unwrap();
            for n in 0..3 {
                let r = &p[n] - one_hot(LABELS[n], 3);
                let natural = curvature(&p[n]).pseudo_inverse(1e-12).unwrap() * &r;
                f[n] -= match method {
                    Method::OneSided => r * 0.3,
                    Method::OneSidedSoftmax => natural * 0.3,
                    // N(L - 1) = 9.
                    _ => (natural * 9.0 + &mean * r) * 0.03,
                };
            }
        }
    }
    // The isotropic ones follow the map.
    let found = ce_recursion(&problem, Method::OneSidedSoftmax, 0.3, 0.0, 7).unwrap();
    for n in 0..3 {
        let start = softmax(&DVector::from_row_slice(&LOGITS[n]))[LABELS[n]];
        assert_relative_eq!(1.0 - found.p_label[n], ce_map(start, 0.3, 7).unwrap(), max_relative = 1e-10);
    }
}

/// Far into saturation, where $S\to0$: the damped step falls back to descent at the rate $\eta/\rho$, K-FAC keeps to its curvature.
#[test]
fn saturated_samples_keep_their_digits() {
    let scales = InitialScales::new(Activation::relu(), 2.0, 0.0).unwrap();
    let train = train_kernels(&scales, 3, &dmatrix![1.0]).unwrap();
    let kernel = train.total()[(0, 0)];
    for size in [10.0, 30.0, 200.0] {
        let logits = [vec![size, 0.0, 0.0]];
        let problem = CeProblem { logits: &logits, labels: &[0], train: &train, cross: Some(&train) };
        let found = ce_recursion(&problem, Method::Exact, 1.0, 0.3, 1).unwrap();
        let small = 1.0 / (size.exp() + 2.0);
        // df = -k (k S + rho)^-1 r on the symmetric direction: S = 3 p_k p_y there, r_y = -2 p_k.
        let (own, other) = (1.0 - 2.0 * small, small);
        let curvature = 3.0 * own * other;
        let expected = kernel * 2.0 * other / (kernel * curvature + 0.3);
        assert_relative_eq!(found.test.unwrap()[0][0], expected, max_relative = 1e-10);
        for method in [Method::Kfac, Method::OneSidedSoftmax] {
            let found = ce_recursion(&problem, method, 0.5, 0.0, 3).unwrap();
            assert_relative_eq!(found.p_label[0], 1.0, epsilon = 1e-4);
        }
    }
    let sure = [vec![-800.0, 0.0, 0.0]];
    let problem = CeProblem { logits: &sure, labels: &[0], train: &train, cross: None };
    for (method, rho) in
        [(Method::Exact, 0.0), (Method::Exact, 0.1), (Method::OneSidedSoftmax, 0.0), (Method::Kfac, 0.0)]
    {
        let error = ce_recursion(&problem, method, 0.5, rho, 1).unwrap_err();
        assert!(matches!(error, TheoryError::Undefined { .. }), "{error}");
    }
    assert!(ce_recursion(&problem, Method::OneSided, 0.5, 0.0, 1).is_ok());
}

#[test]
fn wrong_classifiers_are_refused_by_name() {
    let (train, cross) = both(Activation::relu(), 3, 0.0);
    let logits = LOGITS.map(|row| row.to_vec());
    let of = |logits: &[Vec<f64>], labels: &[usize], method, eta, rho| {
        let problem = CeProblem { logits, labels, train: &train, cross: Some(&cross) };
        ce_recursion(&problem, method, eta, rho, 1).map(|_| ()).map_err(|error| error.to_string())
    };
    let named = |result: Result<(), String>, name: &str| {
        let error = result.unwrap_err();
        assert!(error.contains(name), "{error}");
    };
    assert!(of(&logits, &LABELS, Method::Exact, 0.5, 0.1).is_ok());
    named(of(&logits, &[0, 1, 3], Method::Exact, 0.5, 0.0), "labels");
    named(of(&logits, &[0, 1], Method::Exact, 0.5, 0.0), "labels");
    named(of(&logits[..2], &[0, 1], Method::Exact, 0.5, 0.0), "logits");
    named(of(&[vec![0.0, 1.0], vec![0.0], vec![0.0, 1.0]], &[0; 3], Method::Exact, 0.5, 0.0), "logits");
    named(of(&[vec![0.0], vec![0.0], vec![0.0]], &[0; 3], Method::Exact, 0.5, 0.0), "logits");
    named(of(&logits, &LABELS, Method::Exact, 0.0, 0.0), "eta");
    named(of(&logits, &LABELS, Method::Exact, 0.5, -1.0), "rho");
    named(of(&logits, &LABELS, Method::Kfac, 0.5, 0.1), "rho");
    named(of(&logits, &LABELS, Method::Bd, 0.5, 0.0), "method");
}
