use approx::assert_relative_eq;
use nalgebra::DMatrix;
use serde_json::{Value as Json, json};

use super::*;
use crate::mean_field;
use crate::quadrature::kernel_pair;
use crate::{Activation, Architecture};

fn blueprint(layers: Json) -> Blueprint {
    described(json!([6]), 4, layers)
}

fn described(grid: Json, channels: usize, layers: Json) -> Blueprint {
    Blueprint::read(&json!({
        "input": {"grid": grid, "channels": channels}, "sigma_w2": 2.0, "sigma_b2": 0.1, "layers": layers,
    }))
    .unwrap()
}

/// Inputs without pattern.
fn inputs(count: usize, size: usize) -> Vec<Vec<f64>> {
    (0..count)
        .map(|n| (0..size).map(|i| (1.3 + 2.7 * n as f64 + 1.9 * i as f64 * i as f64).sin()).collect())
        .collect()
}

#[test]
fn one_position_is_a_fully_connected_network() {
    for (activation, train_bias) in [("relu", false), ("erf", true), ("tanh", true), ("gelu", false)] {
        let phi: Activation = activation.parse().unwrap();
        let network = Architecture::new(vec![9, 30, 20, 5], phi, 1.7, 0.3).unwrap();
        let network = network.with_trained_biases(train_bias);
        let same = Blueprint::read(&json!({
            "input": {"grid": [1], "channels": 9}, "sigma_w2": 1.7, "sigma_b2": 0.3, "train_bias": train_bias,
            "layers": [{"dense": 30}, activation, {"dense": 20}, activation, {"dense": 5}],
        }))
        .unwrap();
        assert_eq!(same, Blueprint::try_from(&network).unwrap());
        assert_eq!(same.parameter_count(), if train_bias { 1025.0 } else { 970.0 });
        let expected = mean_field::fim_statistics(&network, 40).unwrap();
        let found = fim_statistics(&same, 40, &Overlaps::independent(&same)).unwrap();
        for (e, f) in [
            (expected.theta_t, found.theta_t),
            (expected.theta_st, found.theta_st),
            (expected.m_lambda, found.m_lambda),
            (expected.s_lambda, found.s_lambda),
            (expected.lambda_max, found.lambda_max),
        ] {
            assert_relative_eq!(f, e, max_relative = 1e-12, epsilon = 1e-12);
        }
        let rows = inputs(3, 9);
        let dot = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>() / 9.0;
        let standard = kernels(&same, &rows, Parametrization::Standard).unwrap();
        let ntk = kernels(&same, &rows, Parametrization::Ntk).unwrap();
        for n in 0..3 {
            for m in 0..3 {
                let (xx, xy, yy) =
                    (dot(&rows[n], &rows[n]), dot(&rows[n], &rows[m]), dot(&rows[m], &rows[m]));
                let pair = mean_field::ntk_pair(&network, xx, xy, yy).unwrap();
                assert_relative_eq!(standard.tangent[(n, m)], pair, max_relative = 1e-12);
                let scales = network.scales();
                let pair = mean_field::ntk_parametrization_pair(scales, 3, train_bias, xx, xy, yy).unwrap();
                assert_relative_eq!(ntk.tangent[(n, m)], pair, max_relative = 1e-12);
            }
        }
    }
}

#[test]
fn pooling_divides_all_but_the_outlier_by_the_positions() {
    let conv = json!({"conv": {"channels": 32, "filter": [3]}});
    let at = |collected: &str| {
        let network = blueprint(json!([conv, "relu", conv, "relu", collected, {"dense": 2}]));
        theta(&network, &Overlaps::independent(&network)).unwrap()
    };
    let (flat, pool) = (at("flatten"), at("global-avg-pool"));
    // The dense layer of the flattened network has six times the fan-in: five times 32 of the kernel of what comes in.
    let (q, slopes) = (2.0 * (0.5 * 2.1) + 0.1, 0.5);
    let k = slopes * q;
    let pair = |q: f64, c: f64| crate::quadrature::kernel_pair(&Activation::relu(), q, q, c).unwrap().k;
    let k_st = pair(q, 2.0 * pair(2.1, 0.1) + 0.1);
    let (own, other) = (flat.theta_t - 160.0 * k, flat.theta_st - 160.0 * k_st);
    assert_relative_eq!(pool.theta_st, other, max_relative = 1e-13);
    assert_relative_eq!(pool.theta_t, other + (own - other) / 6.0, max_relative = 1e-13);
}

#[test]
fn what_is_written_is_read_again() {
    let network = described(
        json!([4]),
        3,
        json!([
            {"conv": {"channels": 8, "filter": [3], "stride": [2], "padding": "same", "sigma_w2": 1.5}},
            {"layer-norm": {"over": "channels", "affine": true}},
            "erf(0.5)",
            {"sum": [{"scale": -0.5, "layers": [{"dense": 8}]}, {"layers": []}]},
            {"attention": {"kind": "linear", "heads": 2, "key": 3, "value": 4, "channels": 8, "sigma_b2": 0.0}},
            {"residual": {"scale": 0.3, "branch": ["relu", {"dense": {"channels": 8, "train_bias": true}}]}},
            {"mix": {"tokens": 2, "matrix": [[0.5, 0.1], [0.2, -1.0]]}},
            {"rnn": {"channels": 5, "activation": "tanh", "sigma_u2": 0.7}},
            {"dense": 6},
            {"avg-pool": {"window": [2]}},
            "flatten",
            {"dense": 2},
        ]),
    );
    let text = serde_json::to_string(&network).unwrap();
    let again: Blueprint = serde_json::from_str(&text).unwrap();
    assert_eq!(again, network);
    assert_eq!(serde_json::to_string(&again).unwrap(), text);
}

#[test]
fn refusals_name_the_layer_and_what_would_be_right() {
    let conv = json!({"conv": {"channels": 4, "filter": [3]}});
    let cases = [
        (json!(["relu", {"dense": 2}]), "layers[0]", "put a dense or conv layer in between"),
        (json!([conv, "relu", "global-avg-pool", "relu", {"dense": 2}]), "layers[3]", "in between"),
        (
            json!([conv, {"residual": {"branch": ["relu"]}}, "flatten", {"dense": 2}]),
            "layers[1].residual.branch[0]",
            "fresh",
        ),
        (
            json!([conv, {"residual": {"branch": ["relu", {"dense": 5}]}}, "flatten", {"dense": 2}]),
            "layers[1].residual.branch[1]",
            "the shape of the incoming signal",
        ),
        (
            json!([conv, {"sum": [{"layers": []}, {"layers": ["relu", {"dense": 4}, "relu"]}]}, {"dense": 1}]),
            "layers[1].sum[1].layers[2]",
            "at most one branch",
        ),
        (json!([conv, "max-pool", {"dense": 2}]), "layers[1]", "avg-pool"),
        (json!([conv, {"batch-norm": {}}, {"dense": 2}]), "layers[1]", "layer-norm"),
        (json!([conv, {"lstm": 4}, {"dense": 2}]), "layers[1]", "rnn"),
        (json!([conv, "reul", {"dense": 2}]), "layers[1]", "relu"),
        (json!([conv, "relu", {"dense": 2}]), "layers[2]", "one position at the end"),
        (
            json!([{"conv": {"channels": 4, "filter": [9]}}, {"dense": 1}]),
            "layers[0].conv.filter",
            "no longer than",
        ),
        (
            json!([{"conv": {"channels": 4, "filters": [3]}}, {"dense": 1}]),
            "layers[0].conv.filters",
            "filter",
        ),
        (json!([{"conv": {"filter": [3]}}, {"dense": 1}]), "layers[0].conv.channels", "missing"),
        (
            json!([{"conv": {"channels": 4, "filter": [3], "padding": "reflect"}}]),
            "layers[0].conv.padding",
            "circular",
        ),
        (json!([{"dense": 0}]), "layers[0].dense", "from 1"),
        (json!([{"dense": {"channels": 2, "sigma_w2": 0}}]), "layers[0].dense.sigma_w2", "> 0"),
        (
            json!([{"attention": {"kind": "softmax", "heads": 1, "key": 1, "value": 1, "channels": 1, "scale": 1}}, "flatten", {"dense": 1}]),
            "layers[0].attention.scale",
            "no scale",
        ),
        (json!([]), "layers", "ends in"),
    ];
    for (layers, path, valid) in cases {
        let description = json!({
            "input": {"grid": [6], "channels": 4}, "sigma_w2": 2, "sigma_b2": 0.1, "layers": layers,
        });
        let error = Blueprint::read(&description).unwrap_err().to_string();
        assert!(error.contains(&format!("`{path}`")) && error.contains(valid), "{layers}: {error}");
    }
}

#[test]
fn zeros_without_biases_are_refused_where_they_meet_a_kink_or_a_norm() {
    for layers in [
        json!([{"dense": {"channels": 3, "sigma_b2": 0}}, "relu", "flatten", {"dense": 1}]),
        json!([{"dense": {"channels": 3, "sigma_b2": 0}}, {"layer-norm": {"over": "channels"}}, "flatten", {"dense": 1}]),
    ] {
        let network = blueprint(layers);
        let error = kernels(&network, &[vec![0.0; 24]], Parametrization::Standard).unwrap_err().to_string();
        assert!(error.contains("layers[1]"), "{error}");
    }
}

#[test]
fn gains_behind_homogeneous_activations_and_erf_agree_with_the_quadrature() {
    for name in ["relu", "leaky-relu(0.3)", "erf(0.8)"] {
        let phi: Activation = name.parse().unwrap();
        let inner = phi.clone();
        let weighted =
            Activation::custom("psi", phi.kinks(), false, move |u| (u * inner.derivative(u), 0.0)).unwrap();
        for (p, q, c) in [(1.0, 1.0, 0.3), (0.4, 2.0, -0.6), (3.0, 0.2, 0.7)] {
            let expected = crate::quadrature::kernel_pair(&weighted, p, q, c).unwrap().k;
            assert_relative_eq!(gain::gain_factor(&phi, p, q, c).unwrap(), expected, max_relative = 1e-9);
        }
    }
}

#[test]
fn the_depth_table_is_the_recursion_of_the_network_itself() {
    for (kind, name) in BlockKind::ALL.map(|(name, kind)| (kind, name)) {
        for blocks in [1, 3, 8] {
            let chain = BlockChain {
                kind,
                scale: BranchScale::Fixed(0.8),
                fan_ins: [12.0, 60.0, 80.0],
                sigma_w2: 1.7,
                slope: 0.1,
                positions: 4,
                pooled: false,
            };
            let phi = "leaky-relu(0.1)";
            let (conv, norm) = (
                json!({"conv": {"channels": 20, "filter": [3]}}),
                json!({"layer-norm": {"over": "channels"}}),
            );
            let block = match name {
                "plain" => vec![json!(phi), conv.clone()],
                "residual" => vec![json!({"residual": {"scale": 0.8, "branch": [phi, conv]}})],
                "post-norm" => vec![json!({"residual": {"scale": 0.8, "branch": [phi, conv]}}), norm.clone()],
                _ => vec![json!({"residual": {"scale": 0.8, "branch": [norm, phi, conv]}})],
            };
            let mut layers = vec![conv.clone()];
            layers.extend((name == "post-norm").then(|| norm.clone()));
            (0..blocks).for_each(|_| layers.extend(block.clone()));
            layers.extend((name == "pre-norm").then(|| norm.clone()));
            layers.extend([json!(phi), json!("flatten"), json!({"dense": 1})]);
            let network = Blueprint::read(&json!({
                "input": {"grid": [4], "channels": 4}, "sigma_w2": 1.7, "sigma_b2": 0, "layers": layers,
            }))
            .unwrap();
            let expected = fim_statistics(&network, 30, &Overlaps::independent(&network)).unwrap();
            let found = depth_growth(&chain, blocks, 30).unwrap();
            assert_relative_eq!(found.theta_t, expected.theta_t, max_relative = 1e-12);
            assert_relative_eq!(found.theta_st, expected.theta_st, max_relative = 1e-12);
            assert_relative_eq!(found.lambda_max, expected.lambda_max, max_relative = 1e-12);
        }
    }
}

#[test]
fn two_axes_are_swept_like_one_after_the_other() {
    // A 1 x n grid is an axis.
    let layers = |filter: Json, window: Json| {
        json!([
            {"conv": {"channels": 8, "filter": filter, "padding": "same"}}, "relu",
            {"avg-pool": {"window": window}}, {"conv": {"channels": 8, "filter": filter}}, "erf", "flatten", {"dense": 1}
        ])
    };
    let rows = inputs(2, 24);
    let one =
        kernels(&described(json!([6]), 4, layers(json!([3]), json!([2]))), &rows, Parametrization::Standard);
    let two = described(json!([1, 6]), 4, layers(json!([1, 3]), json!([1, 2])));
    assert_eq!(one.unwrap(), kernels(&two, &rows, Parametrization::Standard).unwrap());
}

#[test]
fn modes_are_the_linear_response_of_the_recursion() {
    let modes = spatial_modes(&[8, 6], &[3, 2], 1.0).unwrap();
    assert_eq!(modes.len(), 20);
    assert_relative_eq!(modes[0], 1.0);
    let wave = |n: usize, f: usize, k: usize| {
        let phase = |a: usize| 2.0 * std::f64::consts::PI * (k * a) as f64 / n as f64;
        let (re, im) = (0..f).fold((0.0, 0.0), |(re, im), a| (re + phase(a).cos(), im + phase(a).sin()));
        (re * re + im * im).sqrt() / f as f64
    };
    for k in 0..5 {
        for l in 0..4 {
            assert_relative_eq!(modes[4 * k + l], wave(8, 3, k) * wave(6, 2, l), epsilon = 1e-14);
        }
    }
    for (grid, filter) in
        [(&[][..], &[][..]), (&[4], &[5]), (&[4], &[0]), (&[4, 4, 4], &[1, 1, 1]), (&[4], &[1, 1])]
    {
        assert!(spatial_modes(grid, filter, 1.0).is_err(), "{grid:?} {filter:?}");
    }
    assert!(spatial_modes(&[4], &[1], -1.0).is_err());
}

#[test]
fn the_edge_under_mean_subtraction_needs_layers_that_it_knows() {
    let conv = json!({"conv": {"channels": 32, "filter": [3]}});
    let known = blueprint(json!([conv, "relu", "flatten", {"dense": 2}]));
    let edge = mean_subtraction_edge(&known, 60).unwrap();
    assert!(edge.kappa > 0.0 && edge.lambda_ms > edge.without_spread);
    for layers in [
        json!([conv, "relu", "last", {"dense": 2}]),
        json!([{"conv": {"channels": 4, "filter": [3], "padding": "same"}}, "relu", "flatten", {"dense": 2}]),
        json!([conv, "relu", {"mix": 6}, "flatten", {"dense": 2}]),
    ] {
        let error = mean_subtraction_edge(&blueprint(layers), 60).unwrap_err().to_string();
        assert!(error.contains("give inputs in place of N"), "{error}");
    }
}

#[test]
fn relu_by_columns_is_the_kernel_of_pairs() {
    let relu = Activation::relu();
    let variances: Vec<f64> = (0..13).map(|i| 10f64.powf(0.9 * f64::from(i) - 5.0)).collect();
    let sides = relu::Deviations::of(&variances).unwrap();
    for gap in [0.0, 1e-15, 1e-13, 1e-9, 1e-4, 0.1, 0.4999, 0.5, 0.5001, 0.8, 1.0] {
        for sign in [1.0, -1.0] {
            for (q, own) in variances.iter().enumerate() {
                let covariance =
                    |p: &f64| sign * (1.0 - gap) * if p == own { *p } else { p.sqrt() * own.sqrt() };
                let mut k: Vec<f64> = variances.iter().map(covariance).collect();
                let (before, mut t) = (k.clone(), vec![2.0; k.len()]);
                assert!(relu::column(&sides, &sides, q, 0.5, &mut k, &mut t));
                for (p, c) in before.into_iter().enumerate() {
                    let root = if p == q { *own } else { variances[p].sqrt() * own.sqrt() };
                    let c = if 1.0 - c.abs() / root < relu::PARALLEL { root.copysign(c) } else { c };
                    let pair = kernel_pair(&relu, variances[p], *own, c).unwrap();
                    assert_relative_eq!(k[p], pair.k, max_relative = 3e-15);
                    assert_relative_eq!(t[p], 2.0 * pair.k_dot + 0.5 * pair.k, max_relative = 3e-15);
                }
            }
        }
    }
    for wrong in [f64::NAN, f64::INFINITY, 1.1] {
        assert!(!relu::column(&sides, &sides, 0, 0.0, &mut [wrong], &mut [0.0]));
    }
    assert!([0.0, -1.0, f64::NAN, 1e300].iter().all(|&v| relu::Deviations::of(&[1.0, v]).is_none()));
}

/// Outputs that share weights are not $C$ independent ones.
#[test]
fn statistics_ask_for_outputs_with_weights_of_their_own() {
    let conv = json!({"conv": {"channels": 8, "filter": [3]}});
    for (layers, place) in [
        (json!([conv, "relu", {"dense": 1}, "flatten"]), "layers[3]"),
        (json!([conv, "relu", "flatten", {"dense": 2}, {"layer-norm": {"over": "channels"}}]), "layers[4]"),
    ] {
        let network = blueprint(layers);
        let size = network.input().size();
        let rows = inputs(3, size);
        let theta = theta(&network, &Overlaps::independent(&network)).unwrap_err().to_string();
        let data = data_statistics(&network, &rows).unwrap_err().to_string();
        assert!(theta.contains(place) && data.contains(place), "{theta}\n{data}");
        // Of one output they can be told.
        assert!(kernels(&network, &rows, Parametrization::Standard).is_ok());
    }
    let pooled =
        blueprint(json!([conv, "relu", {"conv": {"channels": 2, "filter": [3]}}, "global-avg-pool"]));
    assert!(theta(&pooled, &Overlaps::independent(&pooled)).is_ok());
}

#[test]
fn sizes_beyond_integers_do_not_wrap_around_and_windows_are_bounded() {
    let heads = 1u64 << 40;
    let attention = json!({"kind": "softmax", "heads": heads, "key": 2, "value": heads, "channels": 1});
    let network = described(json!([1]), 2, json!([{"attention": attention}]));
    let tangent = kernels(&network, &[vec![1.0, 2.0]], Parametrization::Standard).unwrap().tangent[(0, 0)];
    assert!(tangent > 1e24, "{tangent}");
    let wide = Blueprint::read(&json!({
        "input": {"grid": [16384], "channels": 1}, "sigma_w2": 2, "sigma_b2": 0,
        "layers": [{"conv": {"channels": 1, "filter": [16384]}}, "flatten", {"dense": 1}],
    }));
    assert!(wide.unwrap_err().to_string().contains("layers[0].conv.filter"));
}

#[test]
fn overlaps_that_no_samples_have_are_refused() {
    let network = described(json!([3]), 3, json!([{"dense": 3}, "global-avg-pool", {"dense": 1}]));
    let same = DMatrix::from_fn(3, 3, |p, q| if p == q { 1.0 } else { -0.9 });
    let error = Overlaps::new(&network, same, DMatrix::zeros(3, 3)).unwrap_err().to_string();
    assert!(error.contains("`same`") && error.contains("negative eigenvalues"), "{error}");
    let same = DMatrix::from_fn(3, 3, |p, q| if p == q { 1.0 } else { 0.5 });
    assert!(Overlaps::new(&network, same.clone(), same).is_ok());
}

#[test]
fn blocks_that_die_out_bear_every_rate() {
    let chain = BlockChain {
        kind: BlockKind::Plain,
        scale: BranchScale::Fixed(1.0),
        fan_ins: [10.0; 3],
        sigma_w2: 0.01,
        slope: 0.0,
        positions: 4,
        pooled: true,
    };
    assert_eq!(max_depth(&chain, 0.01, 10).unwrap(), 1000);
}
