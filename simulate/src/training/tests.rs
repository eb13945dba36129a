use super::sided::stacked;
use super::*;
use crate::data::{gaussian_inputs, on_sphere};
use crate::linalg::Solver;
use approx::assert_relative_eq;
use solvable_engine::streams::Streams;
use solvable_theory::natural_gradient::{Damping, Method};
use solvable_theory::{Activation, Architecture};

#[test]
fn a_small_step_lowers_the_loss_by_the_squared_gradient() {
    let architecture =
        Architecture::new(vec![4, 9, 2], Activation::tanh(), 1.5, 0.1).unwrap().with_trained_biases(true);
    let streams = Streams::for_trial("training", "", 0, 0);
    let network = Network::draw(&architecture, &streams);
    let inputs = Matrix::from_vec(4, 5, streams.child("x").normals(20, 1.0));
    let targets = Matrix::from_vec(2, 5, streams.child("y").normals(10, 1.0));
    let signals = network.forward(&inputs).unwrap();
    let residual = &signals.output - &targets;
    // ||grad L||^2 = r' Θ r / N^2 with r laid out class by class.
    let kernel = crate::gram::tangent_kernel(&network, &signals);
    let r = nalgebra::DVector::from_column_slice(residual.transpose().as_slice());
    let squared_gradient = (&kernel * &r).dot(&r) / 25.0;
    let eta = 1e-6;
    let mut descent = Training::gradient_descent(network, &inputs, &targets, eta).unwrap();
    let before = descent.step().unwrap();
    let after = descent.loss().unwrap();
    assert_relative_eq!((before - after) / eta, squared_gradient, max_relative = 1e-4);
}

#[test]
fn targets_of_another_shape_are_refused() {
    let architecture = Architecture::new(vec![4, 2], Activation::tanh(), 1.5, 0.1).unwrap();
    let network = Network::draw(&architecture, &Streams::for_trial("training", "", 0, 0));
    let (inputs, targets) = (Matrix::zeros(4, 5), Matrix::zeros(2, 4));
    assert!(Training::gradient_descent(network, &inputs, &targets, 0.1).is_err());
}

/// A small network, its tangents at random inputs, and its Jacobian in the NTK parametrization ($CN\times P$) with the
/// layer and unit of every column, from finite differences of nothing: $D_l[(k,n),i]\,\Phi_l[n,j]$ entry by entry.
struct Dense {
    network: Network,
    inputs: Matrix,
    jacobian: Matrix,
    layer: Vec<usize>,
    unit: Vec<usize>,
}

fn dense(widths: Vec<usize>, activation: Activation, sigma_b2: f64, samples: usize) -> Dense {
    let architecture = Architecture::new(widths.clone(), activation, 1.6, sigma_b2)
        .unwrap()
        .with_trained_biases(sigma_b2 > 0.0);
    let streams = Streams::for_trial("dense", "", widths.len() as u64, 0);
    let network = Network::draw(&architecture, &streams);
    let inputs = Matrix::from_vec(widths[0], samples, streams.child("x").normals(widths[0] * samples, 1.0));
    let output = |network: &Network| network.forward(&inputs).unwrap().output.transpose();
    let (mut columns, mut layer, mut unit) = (Vec::new(), Vec::new(), Vec::new());
    let mut differentiate = |l: usize, i: usize, scale: f64, shift: &dyn Fn(&mut Network, f64)| {
        let moved = |step: f64| {
            let mut moved = network.clone();
            shift(&mut moved, step * scale);
            output(&moved)
        };
        columns.push((moved(1e-5) - moved(-1e-5)) / 2e-5);
        layer.push(l);
        unit.push(i);
    };
    for l in 0..network.weights.len() {
        let scale = (1.6 / widths[l] as f64).sqrt();
        for i in 0..widths[l + 1] {
            for j in 0..widths[l] {
                differentiate(l, i, scale, &|n: &mut Network, step| n.weights[l][(i, j)] += step);
            }
            if sigma_b2 > 0.0 {
                differentiate(l, i, sigma_b2.sqrt(), &|n: &mut Network, step| n.biases[l][i] += step);
            }
        }
    }
    let jacobian = Matrix::from_fn(columns[0].len(), columns.len(), |r, c| columns[c].as_slice()[r]);
    Dense { network, inputs, jacobian, layer, unit }
}

impl Dense {
    /// $\frac1NJ(G+\rho I)^{+}J^\top$ with $G=F$ where `keep` holds for a pair of parameters, 0 elsewhere.
    fn response(&self, ridge: f64, keep: impl Fn(usize, usize) -> bool) -> Matrix {
        let n = self.inputs.ncols() as f64;
        let p = self.jacobian.ncols();
        let fisher = self.jacobian.transpose() * &self.jacobian / n;
        let masked = Matrix::from_fn(p, p, |a, b| {
            if keep(a, b) { fisher[(a, b)] + if a == b { ridge } else { 0.0 } } else { 0.0 }
        });
        let inverse = masked.pseudo_inverse(1e-7).unwrap();
        &self.jacobian * inverse * self.jacobian.transpose() / n
    }

    /// The same for the diagonal of $F$: however small an entry is, a parameter answers with a projection.
    fn diagonal(&self, ridge: f64) -> Matrix {
        let n = self.inputs.ncols() as f64;
        let outputs = self.jacobian.nrows();
        self.jacobian.column_iter().fold(Matrix::zeros(outputs, outputs), |sum, gradient| {
            let denominator = gradient.norm_squared() / n + ridge;
            if denominator > 0.0 { sum + gradient * gradient.transpose() / (n * denominator) } else { sum }
        })
    }

    fn by_steps(&self, rule: NaturalGradient) -> Matrix {
        let signals = self.network.forward(&self.inputs).unwrap();
        let tangents = Tangents::new(&self.network, signals, Parametrization::Ntk).unwrap();
        rule.prepare(&tangents).unwrap().response_matrix().unwrap()
    }

    /// The Kronecker factors of layer `l` (from 0) out of the network's own signals.
    fn factors(&self, l: usize) -> (Matrix, Matrix) {
        let signals = self.network.forward(&self.inputs).unwrap();
        let tangents = Tangents::new(&self.network, signals, Parametrization::Ntk).unwrap();
        let (features, bias) = tangents.features(l + 1);
        let rows = features.nrows() + usize::from(bias > 0.0);
        let features = features.resize_vertically(rows, bias);
        let deltas = tangents.deltas(l + 1).clone();
        let n = self.inputs.ncols() as f64;
        (&features * features.transpose() / n, &deltas * deltas.transpose() / n)
    }

    /// The response of K-FAC by explicit Kronecker products of the damped factors, or damped as a whole.
    fn kronecker(&self, rho_a: f64, rho_b: f64, joint: f64) -> Matrix {
        let n = self.inputs.ncols() as f64;
        let p = self.jacobian.ncols();
        let mut preconditioner = Matrix::zeros(p, p);
        let mut start = 0;
        for l in 0..self.network.weights.len() {
            let (a, b) = self.factors(l);
            let damped = |m: &Matrix, rho: f64| m + Matrix::identity(m.nrows(), m.nrows()) * rho;
            let block = damped(&b, rho_b).kronecker(&damped(&a, rho_a));
            let block = damped(&block, joint);
            preconditioner.view_mut((start, start), block.shape()).copy_from(&block);
            start += block.nrows();
        }
        let inverse = preconditioner.pseudo_inverse(1e-7).unwrap();
        &self.jacobian * inverse * self.jacobian.transpose() / n
    }
}

fn systems() -> Vec<Dense> {
    vec![
        dense(vec![6, 7, 1], Activation::tanh(), 0.0, 4),
        dense(vec![6, 8, 7, 1], Activation::tanh(), 0.3, 4),
        dense(vec![6, 9, 8, 2], Activation::tanh(), 0.2, 3),
        dense(vec![6, 8, 9, 7, 1], Activation::tanh(), 0.0, 4),
    ]
}

#[test]
fn steps_are_those_of_the_dense_preconditioners() {
    for system in systems() {
        let (layer, unit) = (&system.layer, &system.unit);
        let depth = system.network.weights.len();
        for ridge in [0.0, 0.03] {
            let damping = if ridge == 0.0 { Damping::None } else { Damping::Ridge(ridge) };
            let check = |method, expected: Matrix, precision: f64| {
                let found = system.by_steps(NaturalGradient::damped(method, damping));
                let distance = (&found - &expected).norm() / expected.norm();
                assert!(distance < precision, "{method} L={depth} rho={ridge}: {distance:.1e}");
            };
            check(Method::Exact, system.response(ridge, |_, _| true), 1e-6);
            check(Method::Bd, system.response(ridge, |a, b| layer[a] == layer[b]), 1e-6);
            if depth != 2 && ridge == 0.0 {
                check(Method::Btd, system.response(0.0, |a, b| layer[a].abs_diff(layer[b]) <= 1), 1e-5);
            }
            if ridge > 0.0 {
                let own = |a: usize, b: usize| (layer[a], unit[a]) == (layer[b], unit[b]);
                check(Method::Unit, system.response(ridge, own), 1e-6);
                check(Method::KfacJoint, system.kronecker(0.0, 0.0, ridge), 1e-6);
            }
            check(Method::Diag, system.diagonal(ridge), 1e-6);
        }
        let damping = Damping::Factored(0.05, 0.02);
        let found = system.by_steps(NaturalGradient::damped(Method::Kfac, damping));
        let expected = system.kronecker(0.05, 0.02, 0.0);
        assert!((&found - &expected).norm() < 1e-6 * expected.norm(), "kfac L={depth}");
        let found = system.by_steps(NaturalGradient::plain(Method::Kfac));
        let expected = system.kronecker(0.0, 0.0, 0.0);
        assert!((&found - &expected).norm() < 1e-5 * expected.norm(), "undamped kfac L={depth}");
        // The step of gradient descent has the response K/N.
        let found = system.by_steps(NaturalGradient::plain(Method::Gd));
        let expected = &system.jacobian * system.jacobian.transpose() / system.inputs.ncols() as f64;
        assert!((&found - &expected).norm() < 1e-6 * expected.norm(), "gd L={depth}");
    }
}

#[test]
fn damped_tri_diagonal_steps_are_those_of_the_dense_matrix() {
    let system = dense(vec![6, 8, 7, 1], Activation::tanh(), 0.3, 4);
    let layer = &system.layer;
    // Far beyond the poles.
    let found = system.by_steps(NaturalGradient::damped(Method::Btd, Damping::Ridge(5.0)));
    let expected = system.response(5.0, |a, b| layer[a].abs_diff(layer[b]) <= 1);
    assert!((&found - &expected).norm() < 1e-7 * expected.norm());
    let signals = system.network.forward(&system.inputs).unwrap();
    let tangents = Tangents::new(&system.network, signals, Parametrization::Ntk).unwrap();
    let among_the_poles = NaturalGradient::damped(Method::Btd, Damping::Ridge(0.1)).prepare(&tangents);
    assert!(among_the_poles.is_err_and(|e| e.to_string().contains("pole")));
}

#[test]
fn the_pseudo_inverse_step_is_the_moore_penrose_step() {
    let system = dense(vec![6, 7, 1], Activation::tanh(), 0.0, 4);
    let found = system.by_steps(NaturalGradient::plain(Method::BtdPinv));
    // For two layers the tri-diagonal matrix is the whole Fisher matrix.
    let expected = system.response(0.0, |_, _| true);
    assert!((&found - &expected).norm() < 1e-5 * expected.norm());
    let deep = dense(vec![7, 9, 8, 8, 7, 1], Activation::tanh(), 0.0, 3);
    let (found, layer) = (deep.by_steps(NaturalGradient::plain(Method::BtdPinv)), &deep.layer);
    let expected = deep.response(0.0, |a, b| layer[a].abs_diff(layer[b]) <= 1);
    assert!((&found - &expected).norm() < 1e-4 * expected.norm());
}

#[test]
fn undamped_steps_are_isotropic_at_any_width() {
    for system in systems() {
        let (n, depth) = (system.inputs.ncols() as f64, system.network.weights.len() as f64);
        let isotropic = |method, alpha: f64| {
            let found = system.by_steps(NaturalGradient::plain(method));
            let expected = Matrix::identity(found.nrows(), found.nrows()) * alpha;
            assert_relative_eq!(found, expected, epsilon = 1e-8 * alpha);
        };
        isotropic(Method::Exact, 1.0);
        isotropic(Method::Bd, depth);
        isotropic(Method::Kfac, n * (depth - 1.0) + 1.0);
        isotropic(Method::KfacScaled, n * depth);
        let unit = system.by_steps(NaturalGradient::plain(Method::Unit));
        let hidden: usize = system.network.weights.iter().map(|w| w.nrows()).sum();
        let outputs = system.network.weights.last().unwrap().nrows();
        // tr R/(NC) = (hidden units)/C + 1, all units of a smooth network being active.
        let expected = ((hidden - outputs) as f64 / outputs as f64 + 1.0) * unit.nrows() as f64;
        assert_relative_eq!(unit.trace(), expected, max_relative = 1e-6);
    }
}

#[test]
fn inactive_units_stay_and_more_samples_than_inputs_need_the_low_rank_form() {
    let system = dense(vec![3, 40, 30, 1], Activation::relu(), 0.0, 5);
    let signals = system.network.forward(&system.inputs).unwrap();
    let tangents = Tangents::new(&system.network, signals, Parametrization::Ntk).unwrap();
    let refused = NaturalGradient::plain(Method::Kfac).prepare(&tangents);
    assert!(matches!(refused, Err(SimulationError::Singular { .. })));
    let rule = NaturalGradient { low_rank_inputs: true, ..NaturalGradient::plain(Method::Kfac) };
    let response = rule.prepare(&tangents).unwrap().response_matrix().unwrap();
    let off_diagonal = &response - Matrix::from_diagonal(&response.diagonal());
    assert!(off_diagonal.norm() < 1e-8 * response.norm());
    // sum p_n = rank X = 3, so the trace is N·3 + N·N(L−2) + N.
    assert_relative_eq!(response.trace(), 15.0 + 25.0 + 5.0, max_relative = 1e-8);

    let plain = dense(vec![8, 40, 30, 1], Activation::relu(), 0.0, 5);
    let signals = plain.network.forward(&plain.inputs).unwrap();
    let active: usize = signals.slopes.iter().map(|s| s.iter().filter(|x| **x != 0.0).count()).sum();
    let unit = plain.by_steps(NaturalGradient::plain(Method::Unit));
    assert_relative_eq!(unit.trace(), active as f64 + 5.0, max_relative = 1e-8);
}

#[test]
fn a_full_step_of_the_exact_method_removes_a_small_residual() {
    let architecture = Architecture::new(vec![6, 60, 60, 2], Activation::tanh(), 1.5, 0.1)
        .unwrap()
        .with_trained_biases(true);
    let streams = Streams::for_trial("training", "exact", 0, 0);
    let network = Network::draw(&architecture, &streams);
    let inputs = Matrix::from_vec(6, 4, streams.child("x").normals(24, 1.0));
    let start = network.forward(&inputs).unwrap().output;
    let targets = &start + Matrix::from_vec(2, 4, streams.child("y").normals(8, 1e-4));
    for (method, alpha) in [(Method::Exact, 1.0), (Method::Bd, 3.0), (Method::Kfac, 9.0)] {
        let rule = Rule::Natural(NaturalGradient::plain(method));
        let mut training = Training::new(network.clone(), &inputs, &targets, rule, 1.0 / alpha).unwrap();
        let before = training.step_from().unwrap().norm();
        let after = training.residual().unwrap().norm();
        assert!(after < 0.01 * before, "{method}: {after:.1e} of {before:.1e}");
    }
}

#[test]
fn duplicates_and_mixing_layers_are_refused() {
    let system = dense(vec![6, 7, 1], Activation::tanh(), 0.0, 4);
    let mut inputs = system.inputs.clone();
    let first = inputs.column(0).into_owned();
    inputs.set_column(2, &first);
    let signals = system.network.forward(&inputs).unwrap();
    let tangents = Tangents::new(&system.network, signals, Parametrization::Ntk).unwrap();
    for method in [Method::Exact, Method::Bd, Method::BtdPinv, Method::Kfac, Method::Unit] {
        let error = NaturalGradient::plain(method).prepare(&tangents).err().expect("a refusal").to_string();
        assert!(error.contains("singular") && error.contains("damping"), "{method}: {error}");
    }
    let factored = NaturalGradient::damped(Method::Bd, Damping::Factored(0.1, 0.1)).prepare(&tangents);
    assert!(factored.is_err());
    let negative = NaturalGradient::damped(Method::Exact, Damping::Ridge(-0.1)).prepare(&tangents);
    assert!(negative.is_err());

    let mixing = Architecture::new(vec![6, 7, 1], Activation::tanh(), 1.5, 0.0)
        .unwrap()
        .with_modes(
            vec![solvable_theory::Normalization::BatchNorm, solvable_theory::Normalization::None],
            1.0,
            0.0,
        )
        .unwrap();
    let network = Network::draw(&mixing, &Streams::for_trial("mixing", "", 0, 0));
    let signals = network.forward(&system.inputs).unwrap();
    assert!(matches!(
        Tangents::new(&network, signals, Parametrization::Ntk),
        Err(SimulationError::MixedSamples)
    ));
}

/// A wide network trained from zero to convergence is the interpolant of its tangent kernel; the wider, the closer.
#[test]
fn training_to_convergence_is_kernel_regression() {
    let distance = |width: usize| {
        let architecture = Architecture::new(vec![8, width, 1], Activation::tanh(), 1.5, 0.1)
            .unwrap()
            .with_trained_biases(true);
        let streams = Streams::for_trial("test", "heavy ball", 0, 0);
        let network = Network::draw(&architecture, &streams);
        let all = on_sphere(gaussian_inputs(8, 12, &streams.child("inputs"))).unwrap();
        let (inputs, probes) = (all.columns(0, 7).into_owned(), all.columns(7, 5).into_owned());
        let labels = Matrix::from_fn(1, 7, |_, n| 0.1 * (n as f64).cos());
        let at = |x: &Matrix| network.forward(x).unwrap();
        let tangents = |x: &Matrix| Tangents::new(&network, at(x), Parametrization::Ntk).unwrap();
        let (here, there) = (tangents(&inputs), tangents(&probes));
        let solver = Solver::spd(&here.kernel(&here), 0.0, "a test").unwrap();
        let predicted = there.kernel(&here) * solver.solve(&labels.transpose());
        let mut trained = network.clone();
        let steps = HeavyBall::default().train(&mut trained, &inputs, &labels, &at(&inputs).output).unwrap();
        assert!(steps > 3);
        let residual = trained.forward(&inputs).unwrap().output - at(&inputs).output - &labels;
        assert!(residual.norm() <= 1e-6 * labels.norm());
        let found = trained.forward(&probes).unwrap().output - at(&probes).output;
        (found.transpose() - &predicted).norm() / predicted.norm()
    };
    let (narrow, wide) = (distance(64), distance(1024));
    assert!(wide < 0.01 && wide < 0.5 * narrow, "{narrow} {wide}");
}

/// $\frac1NJ(G+\rho I)^+J^\top$ with the one factor of every layer in `layers` by explicit Kronecker products, and 0 in the other layers.
fn one_factor(system: &Dense, layers: &[usize], input_side: bool, rho: f64) -> Matrix {
    let (outputs, n) = (system.jacobian.nrows(), system.inputs.ncols() as f64);
    let mut response = Matrix::zeros(outputs, outputs);
    let mut start = 0;
    for l in 0..system.network.weights.len() {
        let (a, b) = system.factors(l);
        let unit = |m: &Matrix| Matrix::identity(m.nrows(), m.nrows());
        let block = if input_side { unit(&b).kronecker(&a) } else { b.kronecker(&unit(&a)) };
        let size = block.nrows();
        if layers.contains(&(l + 1)) {
            let own = system.jacobian.columns(start, size);
            let damped = block + Matrix::identity(size, size) * rho;
            response += own * damped.pseudo_inverse(1e-9).unwrap() * own.transpose() / n;
        }
        start += size;
    }
    response
}

fn set(layers: &[usize]) -> Option<LayerSet> {
    Some(LayerSet::try_from(layers.to_vec()).unwrap())
}

#[test]
fn one_sided_steps_are_those_of_one_kronecker_factor() {
    for system in systems() {
        let depth = system.network.weights.len();
        let all: Vec<usize> = (1..=depth).collect();
        let hidden: Vec<usize> = (1..depth).collect();
        for rho in [0.0, 0.05] {
            let damping = if rho == 0.0 { Damping::None } else { Damping::Ridge(rho) };
            let found = |method| system.by_steps(NaturalGradient::damped(method, damping));
            let close = |found: Matrix, expected: Matrix| {
                assert!((&found - &expected).norm() < 1e-7 * expected.norm(), "{rho}")
            };
            close(found(Method::OneSided), one_factor(&system, &all, true, rho));
            close(found(Method::Last), one_factor(&system, &[depth], true, rho));
            close(found(Method::OutputSided), one_factor(&system, &hidden, false, rho));
            let some = NaturalGradient {
                layers: set(&[1, depth]),
                ..NaturalGradient::damped(Method::OneSided, damping)
            };
            close(system.by_steps(some), one_factor(&system, &[1, depth], true, rho));
        }
        // Plain gradients in the other layers: the hybrid.
        let hybrid = NaturalGradient { gd_share: 0.7, ..NaturalGradient::plain(Method::Last) };
        let n = system.inputs.ncols() as f64;
        let mut expected = one_factor(&system, &[depth], true, 0.0);
        for (c, column) in system.jacobian.column_iter().enumerate() {
            if system.layer[c] + 1 < depth {
                expected += column * column.transpose() * (0.7 / n);
            }
        }
        let found = system.by_steps(hybrid);
        assert!((&found - &expected).norm() < 1e-7 * expected.norm());
    }
}

#[test]
fn identities_of_one_sided_rules_hold_at_any_width() {
    for system in systems() {
        let signals = system.network.forward(&system.inputs).unwrap();
        let tangents = Tangents::new(&system.network, signals, Parametrization::Ntk).unwrap();
        let (classes, samples, depth) = (tangents.classes(), tangents.samples(), tangents.depth());
        let respond =
            |method| NaturalGradient::plain(method).prepare(&tangents).unwrap().response_matrix().unwrap();
        let one_sided = respond(Method::OneSided);
        let scale = one_sided.amax();
        for (i, j) in (0..classes * samples).flat_map(|i| (0..classes * samples).map(move |j| (i, j))) {
            let own = (1..=depth)
                .map(|l| tangents.deltas(l).column(i).dot(&tangents.deltas(l).column(j)))
                .sum::<f64>();
            let expected = if i % samples == j % samples { own } else { 0.0 };
            assert!((one_sided[(i, j)] - expected).abs() < 1e-10 * scale, "diagonal");
        }
        let unit = Matrix::identity(classes * samples, classes * samples);
        assert!((respond(Method::OneSidedScaled) - &unit).amax() < 1e-10, "isotropic");
        assert!((respond(Method::Last) - &unit).amax() < 1e-10, "last");
        if classes == 1 {
            let rates = sample_rates(&tangents, &(1..=depth).collect::<Vec<_>>());
            let largest = rates.iter().enumerate().map(|(n, rate)| (one_sided[(n, n)] - rate).abs());
            assert!(largest.fold(0.0, f64::max) < 1e-10 * scale);
        }
        // The last layer alone: one step removes a residual of any size.
        let targets = Matrix::from_fn(classes, samples, |k, n| 1.0 + (k + 3 * n) as f64);
        let rule = Rule::Natural(NaturalGradient::plain(Method::Last));
        let mut training =
            Training::new(system.network.clone(), &system.inputs, &targets, rule, 1.0).unwrap();
        let before = training.step_from().unwrap().amax();
        assert!(training.residual().unwrap().amax() < 1e-10 * before);
    }
}

#[test]
fn damped_factors_of_many_samples_are_inverted_among_the_parameters() {
    // More samples than fan-in: the primal system, against the dense one.
    let system = dense(vec![3, 4, 1], Activation::tanh(), 0.2, 9);
    let found = system.by_steps(NaturalGradient::damped(Method::OneSided, Damping::Ridge(0.1)));
    let expected = one_factor(&system, &[1, 2], true, 0.1);
    assert!((&found - &expected).norm() < 1e-8 * expected.norm());
}

#[test]
fn one_sided_rules_refuse_what_they_do_not_have() {
    let system = dense(vec![6, 7, 1], Activation::tanh(), 0.0, 4);
    let signals = system.network.forward(&system.inputs).unwrap();
    let tangents = Tangents::new(&system.network, signals, Parametrization::Ntk).unwrap();
    let refused = |rule: NaturalGradient| rule.prepare(&tangents).err().unwrap().to_string();
    let plain = NaturalGradient::plain;
    assert!(refused(NaturalGradient { layers: set(&[2]), ..plain(Method::OutputSided) }).contains("layers"));
    assert!(refused(NaturalGradient { layers: set(&[3]), ..plain(Method::OneSided) }).contains("layers"));
    assert!(refused(NaturalGradient { layers: set(&[1]), ..plain(Method::Kfac) }).contains("layers"));
    assert!(refused(NaturalGradient { gd_share: 1.0, ..plain(Method::Exact) }).contains("gd_share"));
    assert!(refused(plain(Method::OneSidedSoftmax)).contains("cross entropy"));
    assert!(refused(plain(Method::Unit).with_loss(Loss::CrossEntropy)).contains("cross entropy"));
    assert!(LayerSet::try_from(vec![1, 1]).is_err() && LayerSet::try_from(Vec::new()).is_err());
}

fn softmax_system() -> (Dense, Matrix) {
    let system = dense(vec![6, 9, 8, 3], Activation::tanh(), 0.2, 3);
    let labels = Matrix::from_fn(3, 3, |k, n| if k == (2 * n + 1) % 3 { 1.0 } else { 0.0 });
    (system, labels)
}

/// Changes of the outputs by a step with $\eta=1$, class by class.
fn change(system: &Dense, rule: NaturalGradient, residual: &Matrix) -> Matrix {
    let signals = system.network.forward(&system.inputs).unwrap();
    let tangents = Tangents::new(&system.network, signals, Parametrization::Ntk).unwrap();
    let steps = rule.prepare(&tangents).unwrap().steps(residual).unwrap();
    stacked(&tangents.response(&tangents, &steps))
}

#[test]
fn natural_gradients_of_the_cross_entropy_are_those_of_the_dense_fisher_matrix() {
    let (system, labels) = softmax_system();
    let outputs = system.network.forward(&system.inputs).unwrap().output;
    let p = softmax(&outputs);
    let residual = &p - &labels;
    let (classes, samples) = p.shape();
    let n = samples as f64;
    let curvature = Matrix::from_fn(classes * samples, classes * samples, |i, j| {
        let ((k, s), (l, t)) = ((i / samples, i % samples), (j / samples, j % samples));
        let own = if k == l { p[(k, s)] } else { 0.0 };
        if s == t { own - p[(k, s)] * p[(l, s)] } else { 0.0 }
    });
    let jacobian = &system.jacobian;
    let gradient = jacobian.transpose() * stacked(&residual) / n;
    let fisher = jacobian.transpose() * &curvature * jacobian / n;
    let count = fisher.nrows();
    for rho in [0.0, 0.02] {
        let damping = if rho == 0.0 { Damping::None } else { Damping::Ridge(rho) };
        let masked = |keep: &dyn Fn(usize, usize) -> bool| {
            let kept = Matrix::from_fn(count, count, |a, b| {
                if keep(a, b) { fisher[(a, b)] + if a == b { rho } else { 0.0 } } else { 0.0 }
            });
            jacobian * (kept.pseudo_inverse(1e-9).unwrap() * &gradient)
        };
        let layer = &system.layer;
        for (method, expected) in
            [(Method::Exact, masked(&|_, _| true)), (Method::Bd, masked(&|a, b| layer[a] == layer[b]))]
        {
            let rule = NaturalGradient::damped(method, damping).with_loss(Loss::CrossEntropy);
            let found = change(&system, rule, &residual);
            assert!((&found - &expected).norm() < 1e-6 * expected.norm(), "{method} {rho}");
        }
    }
    // Undamped: every sample moves by S⁺r, whatever the kernel.
    let exact = NaturalGradient::plain(Method::Exact).with_loss(Loss::CrossEntropy);
    let found = change(&system, exact, &residual);
    for s in 0..samples {
        let label = (0..classes).find(|k| labels[(*k, s)] == 1.0).unwrap();
        for k in 0..classes {
            let expected = -(labels[(k, s)] - 1.0 / classes as f64) / p[(label, s)];
            // All logits of a sample may move alike.
            let mean = (0..classes).map(|l| found[l * samples + s]).sum::<f64>() / classes as f64;
            assert_relative_eq!(found[k * samples + s] - mean, expected, epsilon = 1e-8);
        }
    }
}

#[test]
fn kfac_of_the_cross_entropy_weighs_its_output_factors_with_the_curvature() {
    let (system, labels) = softmax_system();
    let signals = system.network.forward(&system.inputs).unwrap();
    let p = softmax(&signals.output);
    let residual = &p - &labels;
    let (classes, samples) = p.shape();
    let n = samples as f64;
    let tangents = Tangents::new(&system.network, signals, Parametrization::Ntk).unwrap();
    let mut moved = Vec::new();
    let mut start = 0;
    for l in 0..system.network.weights.len() {
        let (a, _) = system.factors(l);
        let deltas = tangents.deltas(l + 1);
        let mut b = Matrix::zeros(deltas.nrows(), deltas.nrows());
        for s in 0..samples {
            let own = Matrix::from_fn(deltas.nrows(), classes, |i, k| deltas[(i, k * samples + s)]);
            let p = p.column(s).into_owned();
            let curvature = Matrix::from_diagonal(&p) - &p * p.transpose();
            b += &own * curvature * own.transpose() / n;
        }
        let size = a.nrows() * b.nrows();
        let own = system.jacobian.columns(start, size);
        let inverse = b.pseudo_inverse(1e-9).unwrap().kronecker(&a.pseudo_inverse(1e-9).unwrap());
        moved.push(own * inverse * own.transpose() * stacked(&residual) / n);
        start += size;
    }
    let expected = moved.into_iter().reduce(|sum, layer| sum + layer).unwrap();
    let rule = NaturalGradient::plain(Method::Kfac).with_loss(Loss::CrossEntropy);
    let found = change(&system, rule, &residual);
    assert!((&found - &expected).norm() < 1e-6 * expected.norm());

    // One-sided rules know no curvature; fed with S⁺r they do.
    let one_sided = NaturalGradient::plain(Method::OneSided).with_loss(Loss::CrossEntropy);
    let plain = change(&system, NaturalGradient::plain(Method::OneSided), &residual);
    assert_eq!(change(&system, one_sided, &residual), plain);
    let softmaxed = NaturalGradient::plain(Method::OneSidedSoftmax).with_loss(Loss::CrossEntropy);
    let z = Matrix::from_fn(classes, samples, |k, s| {
        let label = (0..classes).find(|k| labels[(*k, s)] == 1.0).unwrap();
        -(labels[(k, s)] - 1.0 / classes as f64) / p[(label, s)]
    });
    let fed = change(&system, NaturalGradient::plain(Method::OneSided), &z);
    assert!((change(&system, softmaxed, &residual) - &fed).norm() < 1e-9 * fed.norm());
}

#[test]
fn powers_of_the_factors_are_those_of_the_dense_ones() {
    let system = dense(vec![6, 9, 8, 1], Activation::tanh(), 0.2, 4);
    let signals = system.network.forward(&system.inputs).unwrap();
    let tangents = Tangents::new(&system.network, signals, Parametrization::Ntk).unwrap();
    let residual = Matrix::from_row_slice(1, 4, &[0.3, -0.7, 0.2, 0.5]);
    let power = |m: &Matrix, rho: f64, p: f64| {
        let eigen = m.clone().symmetric_eigen();
        let largest = eigen.eigenvalues.max();
        let factor = |x: f64| if rho > 0.0 || x > 1e-10 * largest { (x + rho).powf(-p) } else { 0.0 };
        &eigen.eigenvectors
            * Matrix::from_diagonal(&eigen.eigenvalues.map(factor))
            * eigen.eigenvectors.transpose()
    };
    for (input, output) in [(0.0, 0.0), (1.0, 0.0), (0.5, 0.5), (0.25, 1.0)] {
        for weighted in [false, true] {
            for rho in [0.0, 0.03] {
                let damping = vec![(rho, 2.0 * rho); 3];
                let powers = FactorPowers { input, output, weighted };
                let steps = power_steps(&tangents, &residual, powers, &damping).unwrap();
                let found = tangents.response(&tangents, &steps);
                let mut expected = Matrix::zeros(4, 1);
                let mut start = 0;
                for l in 0..3 {
                    let features = tangents.all_features(l + 1);
                    let deltas = tangents.deltas(l + 1).clone();
                    let weigh = |own: &Matrix, other: &Matrix| {
                        let size = |s: usize| if weighted { other.column(s).norm() } else { 1.0 };
                        let scaled = Matrix::from_fn(own.nrows(), 4, |i, s| own[(i, s)] * size(s));
                        &scaled * scaled.transpose() / 4.0
                    };
                    let (a, b) = (weigh(&features, &deltas), weigh(&deltas, &features));
                    let inverse = power(&b, 2.0 * rho, output).kronecker(&power(&a, rho, input));
                    let size = inverse.nrows();
                    let own = system.jacobian.columns(start, size);
                    expected += own * inverse * own.transpose() * residual.transpose() / 4.0;
                    start += size;
                }
                let distance = (found.transpose() - &expected).norm() / expected.norm();
                assert!(distance < 1e-6, "{input} {output} {weighted} {rho}: {distance:.1e}");
            }
        }
    }
}

#[test]
fn polar_steps_are_those_of_the_dense_gradients() {
    let system = dense(vec![6, 9, 8, 1], Activation::tanh(), 0.2, 4);
    let signals = system.network.forward(&system.inputs).unwrap();
    let tangents = Tangents::new(&system.network, signals, Parametrization::Ntk).unwrap();
    let residual = Matrix::from_row_slice(1, 4, &[0.3, -0.7, 0.2, 0.5]);
    for kind in [BatchPolar::Orthogonal, BatchPolar::Inverse] {
        let steps = polar_steps(&tangents, &residual, kind).unwrap();
        for (l, step) in steps.iter().enumerate() {
            let gradient = tangents.deltas(l + 1)
                * Matrix::from_diagonal(&residual.row(0).transpose())
                * tangents.all_features(l + 1).transpose()
                / 4.0;
            let expected = match kind {
                BatchPolar::Inverse => gradient.clone().pseudo_inverse(1e-10).unwrap().transpose(),
                BatchPolar::Orthogonal => {
                    let svd = gradient.clone().svd(true, true);
                    let keep = svd
                        .singular_values
                        .map(|s| if s > 1e-10 * svd.singular_values.max() { 1.0 } else { 0.0 });
                    svd.u.unwrap() * Matrix::from_diagonal(&keep) * svd.v_t.unwrap()
                }
            };
            let LayerStep::Entries { weights, biases } = step else { panic!("entries") };
            let fan_in = weights.ncols();
            assert!((weights - expected.columns(0, fan_in)).amax() < 1e-8 * expected.amax());
            let bias = expected.column(fan_in);
            let largest = biases.iter().zip(bias.iter()).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
            assert!(largest < 1e-8 * expected.amax());
        }
    }
}
