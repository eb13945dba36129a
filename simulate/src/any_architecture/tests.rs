use approx::assert_relative_eq;
use serde_json::{Value as Json, json};
use solvable_theory::any_architecture::{Blueprint, Layer, Parametrization};

use super::contraction::{Seen, contracted};
use super::records::Parameters;
use super::*;
use crate::finite_network::FiniteNetwork;
use crate::gram::tangent_kernel;
use crate::linalg::Matrix;
use crate::network::Network;
use solvable_engine::streams::Streams;
use solvable_theory::{Activation, Architecture};

fn blueprint(grid: Json, channels: usize, layers: Json) -> Blueprint {
    Blueprint::read(&json!({
        "input": {"grid": grid, "channels": channels}, "sigma_w2": 1.6, "sigma_b2": 0.3, "train_bias": true, "layers": layers,
    }))
    .unwrap()
}

/// Networks that hold every layer, small enough for all their parameters to be moved.
fn networks() -> Vec<Blueprint> {
    vec![
        blueprint(
            json!([5]),
            2,
            json!([
                {"conv": {"channels": 3, "filter": [3], "stride": [2], "padding": "same"}}, "tanh",
                {"conv": {"channels": 4, "filter": [2]}}, {"layer-norm": {"over": "channels", "affine": true}}, "erf",
                {"avg-pool": {"window": [2], "stride": [1]}}, {"dense": 3}, "flatten", {"dense": 2}
            ]),
        ),
        blueprint(
            json!([3, 4]),
            2,
            json!([
                {"conv": {"channels": 3, "filter": [2, 3], "padding": "valid"}}, "gelu", {"conv": {"channels": 3, "filter": [2, 2], "stride": [1, 2]}},
                {"residual": {"scale": 0.7, "branch": ["sine", {"dense": 3}, {"layer-norm": {"over": "all", "affine": true}}]}},
                "tanh", "global-avg-pool", {"dense": 2}
            ]),
        ),
        blueprint(
            json!([4]),
            3,
            json!([
                {"dense": 4}, "tanh",
                {"attention": {"kind": "softmax", "heads": 2, "key": 3, "value": 2, "channels": 4, "sigma_qk2": 2.0}}, "erf",
                {"attention": {"kind": "linear", "heads": 2, "key": 2, "value": 3, "channels": 4}},
                {"sum": [{"scale": -0.5, "layers": ["tanh", {"dense": 4}]}, {"scale": 0.8, "layers": []}]},
                {"mix": 3}, {"dense": 3}, "last", {"dense": 2}
            ]),
        ),
        blueprint(
            json!([4]),
            2,
            json!([{"rnn": {"channels": 4, "activation": "tanh", "sigma_u2": 0.8}}, {"mix": {"tokens": 2, "matrix": [[1.0, -0.5, 0.3, 0.2], [0.1, 0.4, -0.6, 0.9]]}},
                {"rnn": {"channels": 3, "activation": "erf"}}, "global-avg-pool", {"dense": 2}]),
        ),
    ]
}

fn inputs(blueprint: &Blueprint, samples: usize) -> Matrix {
    let size = blueprint.input().size();
    Matrix::from_vec(size, samples, Streams::for_trial("inputs", "", 0, 0).normals(size * samples, 1.0))
}

/// All trained numbers of a layer, in any order.
fn trained(parameters: &mut Parameters, with_biases: bool) -> Vec<&mut f64> {
    let (matrices, biases): (Vec<&mut Matrix>, Vec<&mut Vec<f64>>) = match parameters {
        Parameters::None => (vec![], vec![]),
        Parameters::Linear { weights, biases } => (vec![weights], vec![biases]),
        Parameters::Affine { gains, biases } => return gains.iter_mut().chain(biases.iter_mut()).collect(),
        Parameters::Mix(v) => (vec![v], vec![]),
        Parameters::Attention { keys, queries, values, output, biases } => {
            (std::iter::once(keys).chain(queries.as_mut()).chain([values, output]).collect(), vec![biases])
        }
        Parameters::Rnn { recurrent, input, biases } => (vec![recurrent, input], vec![biases]),
    };
    let weights = matrices.into_iter().flat_map(|m| m.as_mut_slice().iter_mut());
    weights.chain(biases.into_iter().filter(|_| with_biases).flatten()).collect()
}

#[test]
fn the_kernel_is_that_of_finite_differences_and_counts_all_parameters() {
    for blueprint in networks() {
        let network = LayeredNetwork::draw(&blueprint, &Streams::for_trial("network", "", 0, 0));
        let inputs = inputs(&blueprint, 3);
        let signals = network.forward(&inputs).unwrap();
        let kernel = network.tangent_kernel(&signals);
        let mut expected = Matrix::zeros(kernel.nrows(), kernel.ncols());
        let mut count = 0;
        for slot in 0..network.parameters.len() {
            let size = trained(&mut network.parameters[slot].clone(), true).len();
            count += size;
            for i in 0..size {
                let output = |step: f64| {
                    let mut moved = network.clone();
                    *trained(&mut moved.parameters[slot], true)[i] += step;
                    moved.forward(&inputs).unwrap().output
                };
                // Fourth order.
                let h = 1e-3;
                let slope =
                    ((output(h) - output(-h)) * 8.0 - (output(2.0 * h) - output(-2.0 * h))) / (12.0 * h);
                let row = slope.transpose();
                let row = nalgebra::DVector::from_column_slice(row.as_slice());
                expected += &row * row.transpose();
            }
        }
        assert_eq!(count as f64, blueprint.parameter_count());
        let difference = (&kernel - &expected).amax() / expected.amax();
        assert!(difference < 1e-8, "{difference:e} {}", serde_json::to_string(&blueprint).unwrap());
    }
}

#[test]
fn descent_moves_every_trained_parameter_along_its_finite_difference() {
    for blueprint in networks() {
        let network = LayeredNetwork::draw(&blueprint, &Streams::for_trial("network", "", 0, 0));
        let inputs = inputs(&blueprint, 3);
        let signals = network.forward(&inputs).unwrap();
        let cotangent = Matrix::from_fn(2, 3, |k, n| 0.3 - k as f64 + 0.7 * n as f64);
        let mut moved = network.clone();
        moved.descend(&signals, cotangent.clone(), 1.0, Parametrization::Standard);
        for slot in 0..network.parameters.len() {
            for i in 0..trained(&mut network.parameters[slot].clone(), true).len() {
                let at = |network: &LayeredNetwork| *trained(&mut network.parameters[slot].clone(), true)[i];
                let value = |step: f64| {
                    let mut other = network.clone();
                    *trained(&mut other.parameters[slot], true)[i] += step;
                    other.forward(&inputs).unwrap().output.dot(&cotangent)
                };
                let h = 1e-3;
                let slope = ((value(h) - value(-h)) * 8.0 - (value(2.0 * h) - value(-2.0 * h))) / (12.0 * h);
                assert_relative_eq!(at(&network) - at(&moved), slope, epsilon = 1e-8, max_relative = 1e-8);
            }
        }
    }
}

#[test]
fn in_ntk_coordinates_steps_are_as_long_as_the_kernel_says() {
    for blueprint in networks() {
        let network = LayeredNetwork::draw(&blueprint, &Streams::for_trial("network", "", 0, 0));
        let inputs = inputs(&blueprint, 3);
        let signals = network.forward(&inputs).unwrap();
        let cotangent = Matrix::from_fn(2, 3, |k, n| 0.3 - k as f64 + 0.7 * n as f64);
        for parametrization in [Parametrization::Standard, Parametrization::Ntk] {
            // f(theta - rate grad) = f - rate Theta g + ...
            let output = |rate: f64| {
                let mut moved = network.clone();
                moved.descend(&signals, cotangent.clone(), rate, parametrization);
                moved.forward(&inputs).unwrap().output
            };
            let change = (output(-1e-5) - output(1e-5)) / 2e-5;
            let kernel = FiniteNetwork::tangent_kernel(&network, &signals, parametrization).unwrap();
            let stacked = nalgebra::DVector::from_column_slice(cotangent.transpose().as_slice());
            let expected = Matrix::from_column_slice(3, 2, (kernel * stacked).as_slice()).transpose();
            assert_relative_eq!(change, expected, epsilon = 1e-6, max_relative = 1e-6);
        }
    }
}

#[test]
fn the_operator_is_the_kernel() {
    for blueprint in networks() {
        let network = LayeredNetwork::draw(&blueprint, &Streams::for_trial("network", "", 0, 0));
        let inputs = inputs(&blueprint, 5);
        let signals = network.forward(&inputs).unwrap();
        let (kernel, operator) = (network.tangent_kernel(&signals), network.operator(&signals));
        let x = Streams::for_trial("operator", "", 0, 0).normals(kernel.ncols(), 1.0);
        let expected = &kernel * nalgebra::DVector::from_column_slice(&x);
        let found = nalgebra::DVector::from_vec(operator.apply(&x));
        assert_relative_eq!(found, expected, epsilon = 1e-10 * expected.amax());
        for centred in [false, true] {
            let matrix = network.sharpness(&signals, centred).unwrap();
            for (found, expected) in operator.largest(2, centred).unwrap().iter().zip(&matrix) {
                assert_relative_eq!(found / 5.0, *expected, max_relative = 1e-7);
            }
        }
    }
}

#[test]
fn both_contractions_agree() {
    let streams = Streams::for_trial("contraction", "", 0, 0);
    for (positions, samples, classes, channels, fan_in) in
        [(4, 3, 2, 5, 6), (1, 4, 3, 2, 7), (9, 2, 1, 40, 3)]
    {
        let matrix = |name: &str, rows: usize, columns: usize| {
            Matrix::from_vec(rows, columns, streams.child(name).normals(rows * columns, 1.0))
        };
        let deltas = matrix("deltas", channels, classes * samples * positions);
        let inputs = matrix("inputs", fan_in, samples * positions);
        let at = |way| shared_kernel(&deltas, &inputs, positions, samples, way);
        let (pair, per_sample) = (at(Contraction::Pair), at(Contraction::PerSample));
        assert!((&pair - &per_sample).amax() < 1e-12 * pair.amax());
    }
}

#[test]
fn both_contractions_of_patches_are_that_of_patches_written_out() {
    let streams = Streams::for_trial("contraction", "patches", 0, 0);
    let (samples, classes) = (11, 2);
    for (grid, conv) in [
        (json!([9]), json!({"channels": 6, "filter": [4], "stride": [2], "padding": "same"})),
        (json!([4, 5]), json!({"channels": 6, "filter": [3, 2], "stride": [1, 2]})),
        (json!([4, 3]), json!({"channels": 6, "filter": [2, 3], "padding": "valid"})),
    ] {
        let described =
            blueprint(grid, 3, json!([{"conv": conv}, "relu", "global-avg-pool", {"dense": classes}]));
        let node = &described.nodes()[0];
        let Layer::Conv(conv) = &node.layer else { unreachable!() };
        let (before, after) = (node.from.positions(), node.to.positions());
        let matrix = |name: &str, rows: usize, columns: usize| {
            Matrix::from_vec(rows, columns, streams.child(name).normals(rows * columns, 1.0))
        };
        let deltas = matrix("deltas", 6, classes * samples * after);
        let signal = matrix("signal", 3, samples * before);
        let patches = Matrix::from_fn(3 * conv.taps(), samples * after, |row, column| {
            let (n, p) = (column / after, column % after);
            conv.windows.taps[p][row / 3].map_or(0.0, |place| signal[(row % 3, n * before + place)])
        });
        let expected = shared_kernel(&deltas, &patches, after, samples, Contraction::PerSample);
        let seen = Seen { signal: &signal, windows: Some(&conv.windows), positions: before };
        for way in [Contraction::Pair, Contraction::PerSample] {
            let found = contracted(&deltas, &seen, after, samples, way);
            assert!((&found - &expected).amax() < 1e-13 * expected.amax(), "{way:?} {:?}", conv.filter);
        }
    }
}

#[test]
fn one_position_is_a_fully_connected_network() {
    let described =
        blueprint(json!([1]), 5, json!([{"dense": 7}, "tanh", {"dense": 6}, "tanh", {"dense": 3}]));
    let network = LayeredNetwork::draw(&described, &Streams::for_trial("network", "", 0, 0));
    let dense =
        Architecture::new(vec![5, 7, 6, 3], Activation::tanh(), 1.6, 0.3).unwrap().with_trained_biases(true);
    let mut same = Network::draw(&dense, &Streams::for_trial("network", "", 0, 0));
    let drawn = network.parameters.iter().filter_map(|parameters| match parameters {
        Parameters::Linear { weights, biases } => Some((weights.clone(), biases.clone())),
        _ => None,
    });
    (same.weights, same.biases) = drawn.unzip();
    let inputs = inputs(&described, 4);
    let (signals, expected) = (network.forward(&inputs).unwrap(), same.forward(&inputs).unwrap());
    assert_relative_eq!(signals.output, expected.output, epsilon = 1e-14);
    assert_relative_eq!(
        network.tangent_kernel(&signals),
        tangent_kernel(&same, &expected),
        max_relative = 1e-12,
        epsilon = 1e-12
    );
}

#[test]
fn inputs_of_another_size_and_signals_without_spread_are_refused() {
    let described = blueprint(
        json!([2]),
        2,
        json!([{"dense": 3}, {"layer-norm": {"over": "channels"}}, "flatten", {"dense": 1}]),
    );
    let mut network = LayeredNetwork::draw(&described, &Streams::for_trial("network", "", 0, 0));
    assert!(network.forward(&Matrix::zeros(5, 2)).is_err());
    if let Parameters::Linear { biases, .. } = &mut network.parameters[0] {
        biases.fill(0.0);
    }
    let error = network.forward(&Matrix::zeros(4, 2)).unwrap_err().to_string();
    assert!(error.contains("layers[1]"), "{error}");
}
