//! A valid value for every parameter of every prediction: where tests of the whole catalogue start from.

use serde_json::{Value as Json, json};

/// A valid value for every parameter of a prediction.
pub fn usual(id: &str, name: &str) -> Json {
    if id.starts_with("cl/") {
        return usual_of_tasks(id, name);
    }
    if id.starts_with("iso/") {
        return usual_of_spectra(id, name);
    }
    if id.starts_with("spectra/") {
        return usual_of_classifiers(id, name);
    }
    if ["attn/", "dam/", "rem/"].iter().any(|part| id.starts_with(part)) {
        return usual_of_attention(id, name);
    }
    if id.starts_with("gr/") {
        return usual_of_diagonal_networks(name);
    }
    if id.starts_with("spa/") {
        return usual_of_augmentation(id, name);
    }
    if id.starts_with("arch/") {
        return usual_of_architectures(id, name);
    }
    if id.starts_with("dyn/") {
        return usual_of_learning(id, name);
    }
    if id.starts_with("mem/") {
        return usual_of_memories(id, name);
    }
    if id.starts_with("ngd/")
        && let Some(value) = usual_of_natural_gradient(id, name)
    {
        return value;
    }
    match name {
        "activation" => json!("relu"),
        "q1" | "q2" | "q_star" | "xx" | "yy" | "sigma_w2" | "gamma" | "eta_ntk" | "lam" | "lambda_max" => {
            json!(1.3)
        }
        "q12" | "xy" | "sigma_b2" => json!(0.4),
        "widths" => json!([20, 30, 10, 5]),
        "alphas" => json!([1, 0.5, 1]),
        "modes" => json!(["bn", "ms", null]),
        "depth" => json!(3),
        "N" | "width" | "C" | "classes" | "steps" => json!(12),
        "a" => json!(0.1),
        "beta" => json!(0.0),
        "train_bias" => json!(true),
        "normalization" => json!("none"),
        "architecture" | "inputs" => Json::Null,
        "output" => json!("none"),
        "sigma2" | "outputs" => Json::Null,
        "method" => json!("kfac"),
        "loss" => json!("squared"),
        "cos" => json!([-0.4, 0.0, 1.0]),
        "cosine" | "eps" | "activation_fraction" => json!(0.6),
        "cos_train" => json!([[1, 0.3, -0.2], [0.3, 1, 0.1], [-0.2, 0.1, 1]]),
        "cos_cross" => json!([[0.5, 0.4, 0.2], [1, 0.3, -0.2]]),
        "X" => json!([[1, 0], [0, 1], [1, 1], [2, -1]]),
        "y" => json!([0.5, -0.5, 0.5]),
        "eta_alpha" | "q_test" | "q_train" => json!(0.3),
        "c" => json!(0.2),
        "t" => json!(2),
        "layer" => json!(1),
        "rho" => Json::Null,
        "rhoA" | "rhoB" => json!(0.05),
        "theta_d" => json!(5.0),
        "theta_s" => json!(0.2),
        "B" => json!(3),
        "gram" => json!([[2.0, 0.3, -0.5], [0.3, 1.0, 0.2], [-0.5, 0.2, 1.5]]),
        _ => panic!("the parameter {name} is new: add a usual value for it"),
    }
}

/// Where predictions of natural gradient do not take what others do.
fn usual_of_natural_gradient(id: &str, name: &str) -> Option<Json> {
    let classified = id.starts_with("ngd/ce-");
    Some(match name {
        "side" => json!("input"),
        "layers" => json!([1, 3]),
        "gd_share" | "p_input" | "p_output" => json!(0.5),
        "b_output" => json!(0.75),
        "rho" if !["ngd/response-damped", "ngd/ce-recursion"].contains(&id) => json!(0.05),
        "rho" if classified => json!(0.0),
        "widths" if id.starts_with("ngd/one-sided") => json!([200, 400]),
        "rank" => json!(1),
        "residual" => json!([0.5, -1.0, 0.3]),
        "exponent" => json!(0.25),
        "teacher" => json!("gp"),
        "logits" => json!([[0.3, -0.2, 0.5], [1.0, 0.1, -0.4], [-0.6, 0.2, 0.0]]),
        "labels" => json!([0, 1, 2]),
        "p0" => json!(0.2),
        "eta" => json!(0.5),
        "time" => json!(4.0),
        "k" => json!(6.0),
        "alpha" => json!(3.0),
        "C" if classified => json!(3),
        "method" if classified => json!("exact"),
        "rate" => json!([0.0, 0.5, -0.5]),
        "damping_input" => json!([null, 1.0, 1.0]),
        "damping_output" => json!([-1.0, null, 0.0]),
        "weighted" => json!(false),
        _ => return None,
    })
}

fn usual_of_architectures(id: &str, name: &str) -> Json {
    match name {
        "architecture" => json!({
            "input": {"grid": [4], "channels": 2}, "sigma_w2": 2.0, "sigma_b2": 0.1, "layers": [
                {"conv": {"channels": 8, "filter": [3]}},
                {"residual": {"scale": 0.5, "branch": [{"layer-norm": {"over": "channels"}}, "relu", {"dense": 8}]}},
                "relu", "global-avg-pool", {"dense": 3}
            ],
        }),
        "inputs" if id == "arch/step-size" => Json::Null,
        "inputs" => {
            json!([[0.3, -1.2, 0.8, 0.5, -0.6, 1.4, 0.2, -0.9], [1.1, 0.4, -0.7, 0.9, 0.1, -1.3, 0.6, 0.2]])
        }
        "parametrization" => json!("ntk"),
        "output" => json!("none"),
        "same" | "cross" => Json::Null,
        "kind" => json!("pre-norm"),
        "scale" => json!(0.5),
        "fan_ins" => json!([27.0, 144.0, 16.0]),
        "sigma_w2" => json!(2.0),
        "slope" | "chi" => json!(0.1),
        "positions" | "blocks" => json!(6),
        "pooled" => json!(true),
        "eta" => json!(0.01),
        "grid" => json!([8, 6]),
        "filter" => json!([3, 2]),
        "N" | "C" | "S" | "S_in" | "c_in" | "c_out" | "f" => json!(5),
        _ => panic!("the parameter {name} is new: add a usual value for it"),
    }
}

fn usual_of_tasks(id: &str, name: &str) -> Json {
    match name {
        "N" if id == "cl/merge" => json!([12, 7]),
        "activation" => json!("relu"),
        "lambda" => json!({"power": 1.5}),
        "eta" => json!({"power": 2}),
        "zeta" | "target_power_by_degree" => Json::Null,
        "P" => json!(40),
        "N" | "N1" => json!(12),
        "N2" => json!(5),
        "rho" | "sigma2" | "r" => json!(0.5),
        "trunk" | "head_correlation" => json!(0.7),
        "sigma2_1" | "sigma2_2" => json!(0.1),
        "models" => json!(4),
        "N0" => json!(8),
        "weights" => json!([0.6, 0.3]),
        "delta" | "tail" => json!(0.01),
        "C" => json!([[1, 0.6], [0.6, 2]]),
        "stages" => json!([{"N": [5, 0], "sigma2": [0.1, 0]}, {"N": [2, 6], "delta": 0.1}]),
        "phase" => json!([1, 2.7, 1.1, 0.37]),
        "a" | "sigma_w2" => json!(2),
        "b" => json!(1.8),
        "beta" => json!(0.7),
        "n" | "depth" => json!(3),
        "sigma_b2" => json!(0.1),
        "d" => json!(5),
        "kmax" | "k" => json!(9),
        "t" => json!([-1, 0.3, 1]),
        _ => panic!("the parameter {name} is new: add a usual value for it"),
    }
}

fn usual_of_spectra(id: &str, name: &str) -> Json {
    match name {
        "activation" => json!("relu"),
        "q0" | "sigma_w2" => json!(1.2),
        "depth" => json!(4),
        "ensemble" => json!("orthogonal"),
        "c" => json!(0.5),
        "q" if id == "iso/two-hidden-density" || id == "iso/moments" => json!([1, 0.8, 0.7]),
        "q" => json!([1, 0.8, 0.7, 0.6]),
        "alpha" if id == "iso/jacobian" => json!(0.9),
        "alpha" if id == "iso/two-hidden-density" => json!([0.9, 0.7]),
        "alpha" => json!([0.9, 0.7, 0.95]),
        "x" => json!([-1, 0.6, 1.5, 10]),
        "z" => json!([[0.5, 0.1], [3, 1e-6]]),
        "slope_moments" => json!([["4/5", 0.7], [0.9, 0.85]]),
        "eta" => json!(0.5),
        _ => panic!("the parameter {name} is new: add a usual value for it"),
    }
}

fn usual_of_attention(id: &str, name: &str) -> Json {
    let machine = json!({"xi": [[0.5], [-0.5]], "sigma2": 0.7, "n": 1});
    match name {
        "xi" => json!([[0.4, 0.1], [-0.2, 0.5]]),
        "w" if id.starts_with("dam/") => json!(0.3),
        "w" => json!([[0.4, 0.1], [-0.2, 0.5]]),
        "b" | "c" if id == "attn/log-z-sandwich" => Json::Null,
        "b" | "c" => json!([0.1, -0.2]),
        "sigma2" => json!(0.8),
        "n" if id == "attn/composition-count" => json!(4),
        "n" => json!(2),
        "beta" | "what" => Json::Null,
        "K" if id == "attn/log-z" => Json::Null,
        "K" if id == "rem/condensed-log-z" => json!(1000),
        "K" => json!(3),
        "method" => json!("exact-sum"),
        "kappa" if id.starts_with("rem/") => json!(0.3),
        "kappa" | "order" | "power" => json!(2),
        "teacher" | "student" => machine,
        "theta" if id == "rem/condensed-log-z" => json!(2),
        "noise_var" | "theta" => json!(0.5),
        "eigenvalue" => json!(2.5),
        "d" => json!(6),
        "x" => json!(4),
        "lambda" => json!(0.8),
        "N" => json!(12),
        "P" => json!(50),
        "m" => json!(0.9),
        "ensemble" => json!("ising"),
        other => panic!("no usual value for {other}"),
    }
}

fn usual_of_diagonal_networks(name: &str) -> Json {
    match name {
        "X" => json!([[1, 0.2, -0.4, 0.5], [0.3, 1.1, 0.2, -0.7]]),
        "y" => json!([0.8, -0.5]),
        "w" => json!([0.3, 0.5, -0.2, 0.4, 0.1, 0.6, 0.3, -0.2]),
        "beta" => json!([0.5, -1.2, 0.1, 0.7]),
        "alpha" => json!([0.2, 0.3, 0.2, 0.1]),
        "alpha0" => json!(0.3),
        "gamma" | "epsilon" | "rho" | "eta" => json!(0.1),
        "kappa" | "beta_star" | "sigma" => json!(0.5),
        "t" | "sharpness" => json!(2),
        "first" => json!("ascent"),
        "layers" | "steps" | "depth" => json!(3),
        "s_star" => json!(1.5),
        "modes" => json!([2.0, 1.0, 0.5]),
        other => panic!("no usual value for {other}"),
    }
}

fn usual_of_augmentation(id: &str, name: &str) -> Json {
    let partial = id == "spa/group-partial";
    match name {
        "lambda" if partial => json!([[1, 0.3, 0.1], [0.4, 0.1, 0.05], [0.3, 0.1, 0.03], [0.4, 0.1, 0.05]]),
        "lambda" => json!([1, 0.2, 0.02, 0.002]),
        "dims" => json!([1, 8, 35, 112]),
        "invariant" => json!([1, 1, 5, 14]),
        "order" => json!(8),
        "delta" => json!(0.1),
        "power_invariant" => json!([0.1, 0.5, 0.3, 0.2]),
        "power_rest" => json!([0, 0.1, 0.1, 0.1]),
        "shifts" => json!([0, 1]),
        "eta" if partial => json!([1, 0.5, 0.2]),
        "N" if id != "spa/general-covariance" => json!(20),
        "group" => json!("cyclic"),
        "kmax" => json!(4),
        "alpha" => json!(0.4),
        "keep" => json!(0.8),
        "block" => Json::Null,
        "psi" if id == "spa/spinodal" => json!(0.5),
        "psi" => json!(2),
        "r2" | "q11" | "q22" => json!(1),
        "sigma2" => json!(0.25),
        "s2" | "p" => json!(0.5),
        "tau" => json!(0.3),
        "lambda_ridge" | "q12" => json!(0.2),
        "eta" => json!(0.1),
        "steps" => json!([0, 3, 20]),
        "augmentation" => json!("self-paced"),
        "start" => json!("zero"),
        "components" => json!([[0.9, 0.05], [0.1, 4]]),
        "e" => json!([2, 1, 0.5, 0]),
        "b" => json!([0.3, -0.5, 0.8, 1]),
        "N" => json!(3),
        "lowest" => json!(false),
        "X" => json!([[0.3, -1], [0.8, 0.4], [-1.2, 0.1], [0.5, 0.9]]),
        "y" => json!([0.4, -0.3, 1, 0.2]),
        "omega" => json!([[0.7, 0.2], [-0.4, 1.1]]),
        "phases" => json!([0.3, 2.5]),
        "lambda0" => json!(0.001),
        "iterations" => json!(100),
        "ell2" => json!(32),
        "d" => json!(16),
        "dist2" => json!(9),
        "wx" => json!(0.4),
        "w2" => json!(1.5),
        other => panic!("no usual value for {other}"),
    }
}

fn usual_of_classifiers(id: &str, name: &str) -> Json {
    match name {
        "activation" => json!("relu"),
        "depth" | "C" => json!(3),
        "sigma_w2" => json!(2),
        "sigma_b2" => json!(0.1),
        "alphas" => json!([1, 0.5, 1]),
        "M" => json!(100),
        "N" => json!(12),
        "widths" if id == "spectra/outlier-vectors" => json!([20, 30, 10, 3]),
        "widths" => json!([20, 30, 10]),
        "train_bias" => json!(true),
        "q_t" => json!(2),
        "q_st" => json!(0.7),
        "q_t_minus_q_st" | "r" => json!(1.2),
        "p" => json!(0.3),
        "lambda" if id == "spectra/ce-bulk-density-c2" => json!(0.2),
        "y" => json!([0.5, -1, 0.3]),
        "logits" => json!([[0.3, -0.2, 1.1], [0, 0.5, -0.4], [-1, 0.2, 0.1]]),
        "labels" => json!([0, 1, 2]),
        "Theta_t" => json!(10),
        "Theta_st" => json!(6),
        "eta" => json!(0.3),
        "steps" => json!(3),
        _ => panic!("the parameter {name} is new: add a usual value for it"),
    }
}

/// Predictions that take the spectrum of data in place of one of a source.
pub const DATA: [&str; 4] = ["dyn/early-stopping", "dyn/batch-steps", "dyn/schedule", "dyn/distill-gain"];

/// What replaces the usual parameters of a spectrum in the predictions of [`DATA`]: null for one that is left out.
pub fn on_data(name: &str) -> Option<Json> {
    Some(match name {
        "P" | "lambda" | "eta" | "eta_tail" => Json::Null,
        "sigma2" | "tail" => json!(0),
        "mu" => json!([5.0, 2.0, 1.0, 0.5, 0.3, 0.2, 0.1, 0.05, 0.0]),
        "y2" => json!([3.0, 1.7, 0.5, 0.2, 0.3, 0.1, 0.4, 0.2, 0.3]),
        "N" => json!(3),
        "T" => json!(2),
        "target" => json!(0.7),
        _ => return None,
    })
}

fn usual_of_learning(id: &str, name: &str) -> Json {
    match name {
        "lambda" => json!({"power": 1.5}),
        "eta" => json!({"power": 2.2}),
        "P" => json!(20),
        "N" if id.starts_with("dyn/multipass") => json!(4),
        "N" if id == "dyn/subset-curve" => json!(2),
        "N" => json!(12),
        "sigma2" | "s" => json!(0.2),
        "tail" | "eta_tail" => json!(0.1),
        "t" if id == "dyn/fixed-data" => json!([0.1, 1.0]),
        "alpha" | "beta" | "n" | "rounds" if id == "dyn/fixed-data" => Json::Null,
        "t" | "tau" => json!([0.1, 1.0]),
        "n" => json!([1, 4]),
        "alpha" => json!(0.02),
        "beta" => json!(0.3),
        "B" if id == "dyn/batch-steps" => json!([1, 4]),
        "B" => json!(4),
        "T" => json!(12),
        "target" => json!(0.9),
        "shape" => json!("polynomial"),
        "q" => json!(1.5),
        "a" => json!(1.6),
        "b" => json!(2.2),
        "delta" => json!(0.9),
        "k" => json!(2),
        "r2" => json!(1.3),
        // In place of a spectrum; `on_data` has them.
        "mu" | "y2" if DATA.contains(&id) => Json::Null,
        "mu" => json!([5.0, 2.0, 1.0, 0.5]),
        "y2" => json!([1.0, 0.7, 0.5, 0.2]),
        "phase" => json!([0.3, 0.7, 1.1, 0.37]),
        "rounds" if id == "dyn/distill-fresh" => {
            json!([{"N": 12, "delta": 0.1, "sigma2": 0.2}, {"N": 9, "xi": 0.3}])
        }
        "rounds" => json!([{"delta": 0.3}, {"delta": 0.5, "xi": -0.4}]),
        _ => panic!("the parameter {name} is new: add a usual value for it"),
    }
}

fn usual_of_memories(id: &str, name: &str) -> Json {
    match name {
        "xi" => json!([[1.0, 0.5, -0.4], [-0.8, 1.1, 0.3], [0.3, -1.4, 0.9]]),
        "b" => json!([0.1, -0.2, 0.3]),
        "c" if id == "mem/critical-temperature" => Json::Null,
        "c" => json!([0.0, 0.2, -0.1]),
        "sigma2" => json!(0.8),
        "n" if id.contains("temperature") || id.contains("participation") || id.contains("statistics") => {
            json!(64)
        }
        "n" => json!(2),
        "observed" => json!([1]),
        "values" if id == "mem/token-similarity" => json!("random"),
        "values" if id == "mem/gap-bounds" => json!([2.0, 1.5, 0.3, -1.0]),
        "values" => json!([0.7]),
        "m" if id == "mem/token-map" => json!([0.5, -0.2]),
        "m" => json!(3),
        "theta" => json!(1.5),
        "K" | "Kc" | "K_A" | "P" => json!(30),
        "K_B" | "Ko" => json!(5),
        "occupation" => json!([3, 2, 1, 0, 0, 1]),
        "R2" => json!(4.5),
        "N" => json!(12),
        "xi_A" => json!([[1.0, 0.0, 1.0], [0.0, 1.0, 1.0]]),
        "xi_B" => json!([[-1.0, 0.5, 0.0], [0.2, 0.2, 1.0], [0.0, 0.0, 2.0]]),
        "v" => json!([1.0, 0.0, 1.0]),
        "dE" => json!(3.5),
        "p" | "g" | "rho" => json!(0.5),
        "beta" => json!(1.5),
        "q" => json!(0.3),
        "r" => json!(0.2),
        "alpha_A" | "alpha_B" => json!(0.2),
        "scores" => json!("gaussian"),
        "d" if id == "mem/collapse-boundary" => json!(32),
        "d" | "correlation" | "copies" | "entropy" => Json::Null,
        "a" if id == "mem/critical-temperature" => Json::Null,
        "a" => json!(0.4),
        "gamma" => json!(0.8),
        "participation" => json!(0.3),
        "C" if id == "mem/kronecker-moments" => json!(3),
        "C" => json!([[1.0, 0.3], [0.3, 0.6]]),
        "A" => json!([[1.0, 0.2], [-0.3, 0.8]]),
        "W" => json!([[0.7, 0.0], [0.4, 1.0]]),
        "skip" => json!(1.0),
        "branch" => json!(0.3),
        "T" => json!(12),
        "layers" => json!(4),
        "S" | "order" => json!(2),
        "W1" => json!([[1.0, 0.5], [0.2, -0.8], [0.3, 0.3]]),
        "W2" => json!([[0.6, -0.4, 0.2], [0.1, 0.9, 0.3]]),
        "coupling" => json!(0.42),
        other => panic!("no usual value for {other}"),
    }
}
