//! Kernels of any architecture by a second route: the table of layers as it is written, on arrays over all samples and
//! positions, for random networks; and wrong networks, each answered by an error that names the wrong layer.

// Helpers of tests may fail like tests do.
#![allow(clippy::unwrap_used, clippy::panic)]

use std::num::NonZeroUsize;
use std::ops::Range;

use gauss_quad::GaussLegendre;
use libm::erf;
use nalgebra::DMatrix;
use proptest::prelude::RngExt;
use proptest::test_runner::{RngAlgorithm, TestRng};
use serde_json::{Value as Json, json};
use solvable_theory::any_architecture::{Blueprint, Kernels, Parametrization, kernels};
use solvable_theory::quadrature::kernel_pair;
use solvable_theory::{Activation, TheoryError};

/// A kernel $K_{nm}(p,q)$, indexed `[n][m][p][q]`.
type Four = Vec<Vec<Vec<Vec<f64>>>>;

fn four(samples: usize, positions: usize, mut entry: impl FnMut(usize, usize, usize, usize) -> f64) -> Four {
    let mut rows = |n, m, p| (0..positions).map(|q| entry(n, m, p, q)).collect();
    let mut blocks = |n, m| (0..positions).map(|p| rows(n, m, p)).collect();
    (0..samples).map(|n| (0..samples).map(|m| blocks(n, m)).collect()).collect()
}

/// A signal: its shape, its two kernels, and how many gains are pending.
#[derive(Clone)]
struct Signal {
    grid: Vec<usize>,
    channels: f64,
    k: Four,
    t: Four,
    gains: f64,
}

impl Signal {
    fn samples(&self) -> usize {
        self.k.len()
    }

    fn positions(&self) -> usize {
        self.grid.iter().product()
    }

    /// Pending gains: $T\mathrel{+}=gK$.
    fn settle(&mut self) {
        let (samples, positions) = (self.samples(), self.positions());
        self.t = four(samples, positions, |n, m, p, q| self.t[n][m][p][q] + self.gains * self.k[n][m][p][q]);
        self.gains = 0.0;
    }

    /// $VKV^\top$ and $VTV^\top$.
    fn contract(&mut self, grid: Vec<usize>, v: &[Vec<f64>]) {
        let positions = self.positions();
        let contracted = |a: &Four| {
            four(a.len(), v.len(), |n, m, p, q| {
                let mut sum = 0.0;
                for i in 0..positions {
                    for j in 0..positions {
                        sum += v[p][i] * a[n][m][i][j] * v[q][j];
                    }
                }
                sum
            })
        };
        (self.k, self.t) = (contracted(&self.k), contracted(&self.t));
        self.grid = grid;
    }
}

/// Why there are no kernels.
#[derive(Debug)]
enum Fault {
    /// The layer with this path met a variance of 0.
    Zero(String),
    /// Numbers left the range in which they can be compared.
    Range,
}

/// The recursion, from the table.
struct Brute<'a> {
    architecture: &'a Json,
    ntk: bool,
    /// Relative size of random errors put on every entry before every layer: they show how well conditioned the answer is.
    noise: f64,
    dice: TestRng,
}

impl Brute<'_> {
    fn kernels(&mut self, inputs: &[Vec<f64>]) -> Result<[DMatrix<f64>; 2], Fault> {
        let grid = integers(&self.architecture["input"]["grid"]);
        let (positions, c) =
            (grid.iter().product(), self.architecture["input"]["channels"].as_u64().unwrap() as usize);
        let k = four(inputs.len(), positions, |n, m, p, q| {
            (0..c).map(|i| inputs[n][p * c + i] * inputs[m][q * c + i]).sum::<f64>() / c as f64
        });
        let t = four(inputs.len(), positions, |_, _, _, _| 0.0);
        let mut x = Signal { grid, channels: c as f64, k, t, gains: 0.0 };
        self.disturb(&mut x);
        self.list(&self.architecture["layers"], "layers", &mut x)?;
        assert_eq!(x.grid, [1]);
        let matrix = |a: &Four| DMatrix::from_fn(inputs.len(), inputs.len(), |n, m| a[n][m][0][0]);
        Ok([matrix(&x.k), matrix(&x.t)])
    }

    /// The layers of a list; its end settles pending gains.
    fn list(&mut self, layers: &Json, path: &str, x: &mut Signal) -> Result<(), Fault> {
        for (i, layer) in layers.as_array().unwrap().iter().enumerate() {
            self.layer(layer, &format!("{path}[{i}]"), x)?;
            let (samples, positions) = (x.samples(), x.positions());
            for n in 0..samples {
                for p in 0..positions {
                    let (k, t) = (x.k[n][n][p][p], x.t[n][n][p][p]);
                    let comparable = (k == 0.0 || (1e-100..1e100).contains(&k)) && t.abs() < 1e100;
                    if !comparable {
                        return Err(Fault::Range);
                    }
                }
            }
            self.disturb(x);
        }
        x.settle();
        Ok(())
    }

    fn disturb(&mut self, x: &mut Signal) {
        if self.noise > 0.0 {
            let noise = self.noise;
            let mut noisy = |a: &Four| {
                four(a.len(), x.positions(), |n, m, p, q| {
                    a[n][m][p][q] * (1.0 + noise * self.dice.random_range(-1.0..1.0))
                })
            };
            (x.k, x.t) = (noisy(&x.k), noisy(&x.t));
        }
    }

    /// A variance: the layer's own, or that of the whole network.
    fn scale(&self, layer: &Json, name: &str) -> f64 {
        layer[name].as_f64().unwrap_or_else(|| self.architecture[name].as_f64().unwrap())
    }

    /// $\sigma_b^2$ and the $\beta$ of the parametrization.
    fn bias(&self, layer: &Json) -> [f64; 2] {
        let b2 = self.scale(layer, "sigma_b2");
        let trained =
            [&layer["train_bias"], &self.architecture["train_bias"]].iter().find_map(|x| x.as_bool());
        let beta = if self.ntk { b2 } else { 1.0 };
        [b2, if trained == Some(true) { beta } else { 0.0 }]
    }

    /// The factor of a weight's gradient: the fan-in, or in the NTK parametrization the variance.
    fn gradient(&self, fan_in: f64, variance: f64) -> f64 {
        if self.ntk { variance } else { fan_in }
    }

    fn layer(&mut self, layer: &Json, path: &str, x: &mut Signal) -> Result<(), Fault> {
        let (name, body) = match layer {
            Json::Object(object) => object.iter().next().map(|(name, body)| (name.as_str(), body)).unwrap(),
            name => (name.as_str().unwrap(), &Json::Null),
        };
        match name {
            "dense" => {
                x.settle();
                let (w2, [b2, beta]) = (self.scale(body, "sigma_w2"), self.bias(body));
                let f = self.gradient(x.channels, w2);
                self.linear(x, |k, t| [w2 * k + b2, w2 * t + f * k + beta]);
                x.channels = body.as_f64().unwrap_or_else(|| body["channels"].as_f64().unwrap());
            }
            "conv" => {
                x.settle();
                let filter = integers(&body["filter"]);
                let (w2, [b2, beta]) = (self.scale(body, "sigma_w2"), self.bias(body));
                let f = self.gradient(x.channels * filter.iter().product::<usize>() as f64, w2);
                let stride =
                    body["stride"].as_array().map_or(vec![1; filter.len()], |_| integers(&body["stride"]));
                let padding = body["padding"].as_str().unwrap_or("circular");
                let averaged = |a: &Four| convolution_average(a, &x.grid, &filter, &stride, padding);
                (x.k, x.t) = (averaged(&x.k), averaged(&x.t));
                let axes = x.grid.iter().zip(&filter).zip(&stride);
                x.grid = axes.map(|((&n, &f), &s)| Axis::new(n, f, s, padding).length).collect();
                self.linear(x, |k, t| [w2 * k + b2, w2 * t + f * k + beta]);
                x.channels = body["channels"].as_f64().unwrap();
            }
            "residual" => {
                let a = body["scale"].as_f64().unwrap_or(1.0);
                let mut branch = x.clone();
                self.list(&body["branch"], &format!("{path}.residual.branch"), &mut branch)?;
                x.settle();
                let identity = x.clone();
                self.combine(x, &[(1.0, identity), (a, branch)]);
            }
            "sum" => {
                let mut branches = Vec::new();
                for (b, branch) in body.as_array().unwrap().iter().enumerate() {
                    let mut signal = x.clone();
                    self.list(&branch["layers"], &format!("{path}.sum[{b}].layers"), &mut signal)?;
                    branches.push((branch["scale"].as_f64().unwrap_or(1.0), signal));
                }
                self.combine(x, &branches);
            }
            "avg-pool" => {
                let window = integers(&body["window"]);
                let stride = body["stride"].as_array().map_or(window.clone(), |_| integers(&body["stride"]));
                let (grid, v) = windows(&x.grid, &window, &stride);
                x.contract(grid, &v);
            }
            "global-avg-pool" => {
                let s = x.positions();
                x.contract(vec![1], &[vec![1.0 / s as f64; s]]);
            }
            "last" => {
                let mut row = vec![0.0; x.positions()];
                *row.last_mut().unwrap() = 1.0;
                x.contract(vec![1], &[row]);
            }
            "flatten" => {
                let s = x.positions();
                let mean = |a: &Four| {
                    four(a.len(), 1, |n, m, _, _| (0..s).map(|p| a[n][m][p][p]).sum::<f64>() / s as f64)
                };
                (x.k, x.t) = (mean(&x.k), mean(&x.t));
                (x.grid, x.channels) = (vec![1], x.channels * s as f64);
            }
            "layer-norm" => {
                let s = x.positions();
                let all = body["over"] == "all";
                let variance = |n: usize, p: usize| {
                    let of = |p: usize| x.k[n][n][p][p];
                    if all { (0..s).map(of).sum::<f64>() / s as f64 } else { of(p) }
                };
                if (0..x.samples()).any(|n| (0..s).any(|p| variance(n, p) <= 0.0)) {
                    return Err(Fault::Zero(path.to_owned()));
                }
                let normalized = |a: &Four| {
                    four(a.len(), s, |n, m, p, q| {
                        a[n][m][p][q] / (variance(n, p).sqrt() * variance(m, q).sqrt())
                    })
                };
                (x.k, x.t) = (normalized(&x.k), normalized(&x.t));
                if body["affine"] == true {
                    self.linear(x, |k, t| [k, t + 1.0]);
                    x.gains += 1.0;
                }
            }
            "mix" => self.mix(body, x),
            "attention" => self.attention(body, x),
            "rnn" => self.rnn(body, path, x)?,
            phi => self.activation(phi, path, x)?,
        }
        Ok(())
    }

    /// The same function of $K$ and $T$ for every entry.
    fn linear(&self, x: &mut Signal, f: impl Fn(f64, f64) -> [f64; 2]) {
        let both = [0, 1]
            .map(|i| four(x.samples(), x.positions(), |n, m, p, q| f(x.k[n][m][p][q], x.t[n][m][p][q])[i]));
        [x.k, x.t] = both;
    }

    fn combine(&self, x: &mut Signal, branches: &[(f64, Signal)]) {
        let first = &branches[0].1;
        let sum = |of: fn(&Signal) -> &Four| {
            four(first.samples(), first.positions(), |n, m, p, q| {
                branches.iter().map(|(a, branch)| a * a * of(branch)[n][m][p][q]).sum()
            })
        };
        let (k, t) = (sum(|x| &x.k), sum(|x| &x.t));
        *x = Signal { grid: first.grid.clone(), channels: first.channels, k, t, gains: 0.0 };
    }

    fn mix(&self, body: &Json, x: &mut Signal) {
        let s = x.positions();
        let tokens = body.as_u64().unwrap_or_else(|| body["tokens"].as_u64().unwrap()) as usize;
        let mean_weight = self.scale(body, "sigma_w2") / s as f64;
        let trace = |a: &Four, n: usize, m: usize| (0..s).map(|p| a[n][m][p][p]).sum::<f64>();
        let before = x.k.clone();
        if body["matrix"].is_array() {
            let v: Vec<Vec<f64>> = body["matrix"].as_array().unwrap().iter().map(numbers).collect();
            x.contract(vec![tokens], &v);
        } else {
            let mean = |a: &Four| {
                four(a.len(), tokens, |n, m, p, q| if p == q { mean_weight * trace(a, n, m) } else { 0.0 })
            };
            (x.k, x.t) = (mean(&x.k), mean(&x.t));
            x.grid = vec![tokens];
        }
        let f = self.gradient(1.0, mean_weight);
        x.t = four(x.samples(), tokens, |n, m, p, q| {
            x.t[n][m][p][q] + if p == q { f * trace(&before, n, m) } else { 0.0 }
        });
    }

    fn attention(&self, body: &Json, x: &mut Signal) {
        x.settle();
        let (samples, s, c) = (x.samples(), x.positions(), x.channels);
        let one = |name: &str| body[name].as_f64().unwrap_or(1.0);
        let (qk2, v2, o2) = (one("sigma_qk2"), one("sigma_v2"), one("sigma_o2"));
        let [b2, beta] = self.bias(body);
        let output = self.gradient(one("heads") * one("value"), o2);
        let (of_values, of_keys) = (self.gradient(c, v2), self.gradient(c, qk2));
        if body["kind"] == "softmax" {
            let k = x.k.clone();
            let attention = |n: usize, p: usize| {
                let logits: Vec<f64> = (0..s).map(|q| qk2 * k[n][n][p][q]).collect();
                let top = logits.iter().copied().fold(f64::NEG_INFINITY, f64::max);
                let total: f64 = logits.iter().map(|logit| (logit - top).exp()).sum();
                logits.iter().map(|logit| (logit - top).exp() / total).collect::<Vec<f64>>()
            };
            let a: Vec<Vec<Vec<f64>>> =
                (0..samples).map(|n| (0..s).map(|p| attention(n, p)).collect()).collect();
            let attended = |kernel: &Four| {
                four(samples, s, |n, m, p, q| {
                    let mut sum = 0.0;
                    for i in 0..s {
                        for j in 0..s {
                            sum += a[n][p][i] * kernel[n][m][i][j] * a[m][q][j];
                        }
                    }
                    sum
                })
            };
            (x.k, x.t) = (attended(&x.k), attended(&x.t));
            self.linear(x, |k, t| {
                [o2 * v2 * k + b2, o2 * v2 * t + o2 * of_values * k + output * v2 * k + beta]
            });
        } else {
            let scale = body["scale"].as_f64().unwrap_or(1.0 / s as f64);
            let (k, t) = (x.k.clone(), x.t.clone());
            let inner = |n: usize, m: usize, f: &dyn Fn(f64, f64) -> f64| {
                let mut sum = 0.0;
                for p in 0..s {
                    for q in 0..s {
                        sum += f(k[n][m][p][q], t[n][m][p][q]);
                    }
                }
                sum
            };
            let d = |k: f64, t: f64| qk2 * t + of_keys * k;
            let d_v = |k: f64, t: f64| v2 * t + of_values * k;
            let front = scale * scale * qk2;
            x.k = four(samples, s, |n, m, p, q| {
                o2 * front * qk2 * v2 * k[n][m][p][q] * inner(n, m, &|k, _| k * k) + b2
            });
            x.t = four(samples, s, |n, m, p, q| {
                let (here, there) = (k[n][m][p][q], t[n][m][p][q]);
                let square = inner(n, m, &|k, _| k * k);
                let other = v2 * inner(n, m, &|k, t| d(k, t) * k) + qk2 * inner(n, m, &|k, t| k * d_v(k, t));
                output * front * qk2 * v2 * here * square
                    + beta
                    + o2 * front * (v2 * d(here, there) * square + here * other)
            });
        }
        x.channels = one("channels");
    }

    fn rnn(&self, body: &Json, path: &str, x: &mut Signal) -> Result<(), Fault> {
        x.settle();
        let (samples, s) = (x.samples(), x.positions());
        let phi: Activation = body["activation"].as_str().unwrap().parse().unwrap();
        let (w2, u2) = (self.scale(body, "sigma_w2"), body["sigma_u2"].as_f64().unwrap_or(1.0));
        let [b2, beta] = self.bias(body);
        let units = body["channels"].as_f64().unwrap();
        let (of_w, of_u) = (self.gradient(units, w2), self.gradient(x.channels, u2));
        let mut variances = Vec::new();
        for n in 0..samples {
            let (mut before, mut own) = (0.0, Vec::new());
            for t in 0..s {
                let variance = w2 * before + u2 * x.k[n][n][t][t] + b2;
                own.push(variance);
                before = self.pair(&phi, path, variance, variance, variance)?[0];
            }
            variances.push(own);
        }
        let mut k = four(samples, s + 1, |_, _, _, _| 0.0);
        let mut tangent = k.clone();
        for n in 0..samples {
            for m in 0..samples {
                for t in 0..s {
                    for r in 0..s {
                        let (k_before, t_before) = (k[n][m][t][r], tangent[n][m][t][r]);
                        let k_x = x.k[n][m][t][r];
                        let k_u = w2 * k_before + u2 * k_x + b2;
                        let t_u = w2 * t_before + of_w * k_before + u2 * x.t[n][m][t][r] + of_u * k_x + beta;
                        let [value, slope] = if (n, t) == (m, r) {
                            self.pair(&phi, path, k_u, k_u, k_u)?
                        } else {
                            self.pair(&phi, path, variances[n][t], variances[m][r], k_u)?
                        };
                        k[n][m][t + 1][r + 1] = value;
                        tangent[n][m][t + 1][r + 1] = t_u * slope;
                    }
                }
            }
        }
        x.k = four(samples, s, |n, m, t, r| k[n][m][t + 1][r + 1]);
        x.t = four(samples, s, |n, m, t, r| tangent[n][m][t + 1][r + 1]);
        x.channels = units;
        Ok(())
    }

    fn activation(&self, name: &str, path: &str, x: &mut Signal) -> Result<(), Fault> {
        let phi: Activation = name.parse().unwrap();
        let (samples, s) = (x.samples(), x.positions());
        let (mut k, mut t) = (x.k.clone(), x.t.clone());
        for n in 0..samples {
            for m in 0..samples {
                for p in 0..s {
                    for q in 0..s {
                        let (v, w, c) = (x.k[n][n][p][p], x.k[m][m][q][q], x.k[n][m][p][q]);
                        let c = if (n, p) == (m, q) { v } else { correlated(v, w, c) };
                        let [value, slope] = self.pair(&phi, path, v, w, c)?;
                        k[n][m][p][q] = value;
                        t[n][m][p][q] *= slope;
                        if x.gains > 0.0 {
                            t[n][m][p][q] += x.gains * gain_factor(name, &phi, v, w, c);
                        }
                    }
                }
            }
        }
        (x.k, x.t, x.gains) = (k, t, 0.0);
        Ok(())
    }

    /// $K_\phi$ and $\dot K_\phi$.
    fn pair(&self, phi: &Activation, path: &str, p: f64, q: f64, c: f64) -> Result<[f64; 2], Fault> {
        if phi.kinks().contains(&0.0) && (p <= 0.0 || q <= 0.0) {
            return Err(Fault::Zero(path.to_owned()));
        }
        let c = if p == q && q == c { c } else { correlated(p, q, c) };
        kernel_pair(phi, p, q, c).map(|pair| [pair.k, pair.k_dot]).map_err(|_| Fault::Range)
    }
}

/// The covariance, with a correlation within $10^{-14}$ of $\pm1$ clipped to it.
fn correlated(p: f64, q: f64, c: f64) -> f64 {
    let root = if p == q { p } else { p.sqrt() * q.sqrt() };
    if c.abs() > root * (1.0 - 1e-14) { root.copysign(c) } else { c }
}

/// One axis of a convolution.
struct Axis {
    n: usize,
    stride: usize,
    offset: usize,
    length: usize,
    circular: bool,
}

impl Axis {
    fn new(n: usize, f: usize, stride: usize, padding: &str) -> Self {
        if padding == "valid" {
            return Self { n, stride, offset: 0, length: (n - f) / stride + 1, circular: false };
        }
        let length = n.div_ceil(stride);
        let offset = (((length - 1) * stride + f) as i64 - n as i64).max(0) as usize / 2;
        Self { n, stride, offset, length, circular: padding == "circular" }
    }

    /// The index of the input that filter element `a` sees at output `p`, if it is not in the padding.
    fn source(&self, p: usize, a: usize) -> Option<usize> {
        let index = (self.stride * p + a) as i64 - self.offset as i64;
        let n = self.n as i64;
        if self.circular {
            Some(index.rem_euclid(n) as usize)
        } else {
            (0..n).contains(&index).then_some(index as usize)
        }
    }
}

/// $\frac1f\sum_aA(sp+a-o,sq+a-o)$ over both axes at once.
fn convolution_average(a: &Four, grid: &[usize], filter: &[usize], stride: &[usize], padding: &str) -> Four {
    let second = |values: &[usize]| values.get(1).copied().unwrap_or(1);
    let rows = Axis::new(grid[0], filter[0], stride[0], padding);
    let columns = Axis::new(second(grid), second(filter), second(stride), padding);
    let size = filter.iter().product::<usize>() as f64;
    four(a.len(), rows.length * columns.length, |n, m, p, q| {
        let mut sum = 0.0;
        for i in 0..filter[0] {
            for j in 0..second(filter) {
                let source = |p: usize| {
                    let row = rows.source(p / columns.length, i)?;
                    Some(row * columns.n + columns.source(p % columns.length, j)?)
                };
                if let (Some(p), Some(q)) = (source(p), source(q)) {
                    sum += a[n][m][p][q];
                }
            }
        }
        sum / size
    })
}

/// The grid after a pool, and its matrix $V$.
fn windows(grid: &[usize], window: &[usize], stride: &[usize]) -> (Vec<usize>, Vec<Vec<f64>>) {
    let lengths: Vec<usize> =
        grid.iter().zip(window).zip(stride).map(|((n, w), s)| (n - w) / s + 1).collect();
    let second = |values: &[usize]| values.get(1).copied().unwrap_or(1);
    let size = window.iter().product::<usize>() as f64;
    let mut v = Vec::new();
    for row in 0..lengths[0] {
        for column in 0..second(&lengths) {
            let mut weights = vec![0.0; grid.iter().product()];
            for i in 0..window[0] {
                for j in 0..second(window) {
                    let at = (row * stride[0] + i) * second(grid) + column * second(stride) + j;
                    weights[at] = 1.0 / size;
                }
            }
            v.push(weights);
        }
    }
    (lengths, v)
}

fn integers(list: &Json) -> Vec<usize> {
    list.as_array().unwrap().iter().map(|x| x.as_u64().unwrap() as usize).collect()
}

fn numbers(list: &Json) -> Vec<f64> {
    list.as_array().unwrap().iter().map(|x| x.as_f64().unwrap()).collect()
}

/// $E[uv\,\phi'(u)\phi'(v)]$.
fn gain_factor(name: &str, phi: &Activation, p: f64, q: f64, c: f64) -> f64 {
    let (kind, parameter) = name.split_once('(').unwrap_or((name, "1)"));
    let parameter: f64 = parameter.trim_end_matches(')').parse().unwrap();
    match kind {
        "linear" | "relu" | "leaky-relu" => kernel_pair(phi, p, q, c).unwrap().k,
        "erf" => {
            let s2 = parameter * parameter;
            let delta = (1.0 + 2.0 * s2 * p) * (1.0 + 2.0 * s2 * q) - 4.0 * s2 * s2 * c * c;
            kernel_pair(phi, p, q, c).unwrap().k_dot * c / delta
        }
        "hard-tanh" => gain_factor_between(-parameter..parameter, p, q, c),
        "shifted-relu" => gain_factor_between(-parameter..f64::INFINITY, p, q, c),
        _ => gain_factor_by_grid(phi, p, q, c),
    }
}

/// Smooth $\phi$: the trapezoidal rule for both of $u=\sqrt p\,y$, $v=\sqrt q(\rho y+\sqrt{1-\rho^2}z)$.
fn gain_factor_by_grid(phi: &Activation, p: f64, q: f64, c: f64) -> f64 {
    const STEP: f64 = 1.0 / 6.0;
    if p == 0.0 || q == 0.0 {
        return 0.0;
    }
    let rho = c / (p * q).sqrt();
    let rest = (1.0 - rho * rho).max(0.0).sqrt();
    let nodes: Vec<(f64, f64)> = (-51..=51)
        .map(|i| f64::from(i) * STEP)
        .map(|z| (z, STEP * (-0.5 * z * z).exp() / std::f64::consts::TAU.sqrt()))
        .collect();
    let mut sum = 0.0;
    for (y, outer) in &nodes {
        let u = p.sqrt() * y;
        for (z, inner) in &nodes {
            let v = q.sqrt() * (rho * y + rest * z);
            sum += outer * inner * u * v * phi.derivative(u) * phi.derivative(v);
        }
    }
    sum
}

/// $\phi'=1$ on an interval and 0 outside: the average over $v$ given $u$ is closed, that over $u$ runs over panels.
fn gain_factor_between(active: Range<f64>, p: f64, q: f64, c: f64) -> f64 {
    if p == 0.0 || q == 0.0 {
        return 0.0;
    }
    let rho = c / (p * q).sqrt();
    let (a, b) = (q.sqrt() * rho, (q * (1.0 - rho * rho).max(0.0)).sqrt());
    let density = |z: f64| (-0.5 * z * z).exp() / std::f64::consts::TAU.sqrt();
    let below = |z: f64| 0.5 * (1.0 + erf(z / std::f64::consts::SQRT_2));
    let given = |z: f64| {
        let mean = a * z;
        if b == 0.0 {
            return if active.contains(&mean) { mean } else { 0.0 };
        }
        let (from, to) = ((active.start - mean) / b, (active.end - mean) / b);
        mean * (below(to) - below(from)) + b * (density(from) - density(to))
    };
    let mut cuts: Vec<f64> = (-9..=9).map(f64::from).collect();
    for kink in [active.start, active.end] {
        cuts.push(kink / p.sqrt());
        cuts.extend((-8..=8).map(|i| (kink + f64::from(i) * b) / a));
    }
    cuts.retain(|cut| cut.abs() <= 9.0);
    cuts.sort_by(f64::total_cmp);
    let rule = GaussLegendre::new(NonZeroUsize::new(16).unwrap());
    let mut sum = 0.0;
    for panel in cuts.windows(2) {
        let (middle, half) = (0.5 * (panel[0] + panel[1]), 0.5 * (panel[1] - panel[0]));
        if active.contains(&(p.sqrt() * middle)) {
            for (node, weight) in rule.as_node_weight_pairs() {
                let z = middle + half * node;
                sum += half * weight * density(z) * p.sqrt() * z * given(z);
            }
        }
    }
    sum
}

/// Where a layer stands in a network, and the signal that reaches it.
#[derive(Clone, Debug)]
struct Place {
    path: String,
    grid: Vec<usize>,
    channels: usize,
    gaussian: bool,
}

/// What decides which layers may follow.
#[derive(Clone, Debug)]
struct State {
    grid: Vec<usize>,
    channels: usize,
    gaussian: bool,
    /// Of the list so far.
    fresh: bool,
    gains: bool,
}

impl State {
    fn positions(&self) -> usize {
        self.grid.iter().product()
    }

    /// After a dense layer, a convolution or attention.
    fn renew(&mut self, channels: usize) {
        (self.channels, self.gaussian, self.fresh, self.gains) = (channels, true, true, false);
    }

    /// After an activation or a recurrent layer.
    fn activate(&mut self) {
        (self.gaussian, self.fresh, self.gains) = (false, false, false);
    }
}

/// Random networks that are valid.
struct Generator {
    dice: TestRng,
    activations: &'static [&'static str],
    /// No more than three: each takes the third power of the kernel.
    linear_attentions: usize,
    places: Vec<Place>,
}

/// Closed forms, of the gain factor too.
const CLOSED: &[&str] = &["relu", "relu", "erf", "erf(0.5)", "linear", "leaky-relu(0.2)"];
const ALL: &[&str] =
    &["relu", "erf", "leaky-relu(-0.3)", "sine", "gelu", "tanh", "hard-tanh(0.8)", "shifted-relu(0.3)"];

struct Network {
    architecture: Json,
    inputs: Vec<Vec<f64>>,
    places: Vec<Place>,
}

fn dice(seed: u64) -> TestRng {
    let mut bytes = [0; 32];
    bytes[..8].copy_from_slice(&seed.to_le_bytes());
    TestRng::from_seed(RngAlgorithm::ChaCha, &bytes)
}

fn pick<T: Clone>(dice: &mut TestRng, choices: &[T]) -> T {
    choices[dice.random_range(0..choices.len())].clone()
}

impl Generator {
    fn network(seed: u64, activations: &'static [&'static str], most_layers: usize, most: usize) -> Network {
        let mut dice = dice(seed);
        let samples = dice.random_range(1..=most.min(3));
        let grid = match dice.random_range(0..3) {
            0 => vec![dice.random_range(1..=most)],
            1 => vec![dice.random_range(2..=most)],
            _ if most < 9 => vec![2, 1],
            _ => vec![dice.random_range(1..=3), dice.random_range(1..=3)],
        };
        let channels = dice.random_range(1..=4);
        let mut state = State { grid, channels, gaussian: false, fresh: false, gains: false };
        let positions = state.positions();
        let input = json!({"grid": state.grid, "channels": channels});
        let mut inputs: Vec<Vec<f64>> = (0..samples)
            .map(|_| (0..positions * channels).map(|_| dice.random_range(-1.5..1.5)).collect())
            .collect();
        if dice.random_bool(0.2) {
            let start = dice.random_range(0..positions) * channels;
            inputs[0][start..start + channels].fill(0.0);
        }
        if dice.random_bool(0.03) {
            let last = inputs.len() - 1;
            inputs[last] = inputs[0].clone();
        }
        let count = dice.random_range(0..=most_layers);
        let mut this = Self { dice, activations, linear_attentions: 0, places: Vec::new() };
        let mut layers = Vec::new();
        this.list(&mut layers, "layers", &mut state, count, false, 0);
        this.ending(&mut layers, &mut state);
        let mut architecture = json!({"input": input, "layers": layers});
        architecture["sigma_w2"] = this.variance();
        architecture["sigma_b2"] = pick(&mut this.dice, &[json!(0), json!(0.1), json!(0.5)]);
        if this.dice.random() {
            architecture["train_bias"] = json!(this.dice.random::<bool>());
        }
        Network { architecture, inputs, places: this.places }
    }

    fn chance(&mut self, probability: f64) -> bool {
        self.dice.random_bool(probability)
    }

    fn below(&mut self, range: Range<usize>) -> usize {
        self.dice.random_range(range)
    }

    fn variance(&mut self) -> Json {
        json!((self.dice.random_range(0.5..2.5f64) * 100.0).round() / 100.0)
    }

    /// Up to one position, with a fresh end.
    fn ending(&mut self, layers: &mut Vec<Json>, state: &mut State) {
        let mut push = |this: &mut Self, state: &State, layer: Json| {
            this.note(&format!("layers[{}]", layers.len()), state);
            layers.push(layer);
        };
        if self.chance(0.5) {
            let (before, layer) = (state.clone(), self.dense(state, None));
            push(self, &before, layer);
        }
        if state.grid != [1] {
            let before = state.clone();
            let layer = match self.below(0..4) {
                0 => self.conv_of(state, &before.grid, &vec![1; before.grid.len()], "valid"),
                1 if before.grid.len() == 1 => self.mix(state, 1),
                _ => self.reducer(state),
            };
            push(self, &before, layer);
        }
        if state.grid != [1] {
            let before = state.clone();
            let layer = self.reducer(state);
            push(self, &before, layer);
        }
        if !state.fresh {
            let (before, layer) = (state.clone(), self.dense(state, Some(2)));
            push(self, &before, layer);
        }
        if state.gaussian && self.chance(0.1) {
            let (before, layer) = (state.clone(), self.layer_norm(state));
            push(self, &before, layer);
        }
    }

    fn note(&mut self, path: &str, state: &State) {
        let State { grid, channels, gaussian, .. } = state.clone();
        self.places.push(Place { path: path.to_owned(), grid, channels, gaussian });
    }

    fn list(
        &mut self,
        layers: &mut Vec<Json>,
        path: &str,
        state: &mut State,
        count: usize,
        keep_grid: bool,
        nesting: usize,
    ) {
        for _ in 0..count {
            let path = format!("{path}[{}]", layers.len());
            self.note(&path, state);
            layers.push(self.layer(&path, state, keep_grid, nesting));
        }
    }

    fn layer(&mut self, path: &str, state: &mut State, keep_grid: bool, nesting: usize) -> Json {
        if state.gaussian && self.chance(0.3) {
            return self.activation(state);
        }
        loop {
            let axes = state.grid.len();
            // What pending gains pass through, more often than by chance.
            let kind = if state.gains && self.chance(0.6) {
                pick(&mut self.dice, &[5, 9, 11, 13, 14])
            } else {
                self.below(0..21)
            };
            match kind {
                0 | 1 => return self.dense(state, None),
                2..=4 => return self.conv(state, None, keep_grid),
                5..=8 if state.gaussian => return self.activation(state),
                9 | 10 if state.gaussian => return self.layer_norm(state),
                11 | 12 if !keep_grid && state.positions() > 1 => {
                    let window: Vec<usize> = state.grid.iter().map(|&n| self.below(1..n + 1)).collect();
                    let stride: Vec<usize> = state.grid.iter().map(|_| self.below(1..4)).collect();
                    let own_stride = self.chance(0.5);
                    let steps = if own_stride { &stride } else { &window };
                    let lengths = state.grid.iter().zip(&window).zip(steps);
                    state.grid = lengths.map(|((n, w), s)| (n - w) / s + 1).collect();
                    return if own_stride {
                        json!({"avg-pool": {"window": window, "stride": stride}})
                    } else {
                        json!({"avg-pool": {"window": window}})
                    };
                }
                13 if !keep_grid && (self.chance(0.1) || state.gains || state.grid == [1]) => {
                    return self.reducer(state);
                }
                14 if axes == 1 || !keep_grid => {
                    let s = state.positions();
                    let tokens = if keep_grid || self.chance(0.5) { s } else { self.below(1..s.min(8) + 2) };
                    return self.mix(state, tokens);
                }
                15 | 16 => return self.attention(state, None),
                17 if axes == 1 => return self.rnn(state),
                18 | 19 if nesting < 2 => return self.residual(path, state, nesting),
                20 if nesting < 2 => return self.sum(path, state, keep_grid, nesting),
                _ => {}
            }
        }
    }

    /// Sometimes own scales.
    fn own_scales(&mut self, body: &mut Json, weights: bool) {
        if weights && self.chance(0.2) {
            body["sigma_w2"] = self.variance();
        }
        if self.chance(0.1) {
            body["sigma_b2"] = pick(&mut self.dice, &[json!(0), json!(0.3)]);
        }
        if self.chance(0.1) {
            body["train_bias"] = json!(self.dice.random::<bool>());
        }
    }

    fn channels(&mut self, given: Option<usize>) -> usize {
        given.unwrap_or_else(|| self.dice.random_range(1..=40))
    }

    fn dense(&mut self, state: &mut State, channels: Option<usize>) -> Json {
        let channels = self.channels(channels);
        state.renew(channels);
        if self.chance(0.5) {
            return json!({"dense": channels});
        }
        let mut body = json!({"channels": channels});
        self.own_scales(&mut body, true);
        json!({"dense": body})
    }

    fn conv(&mut self, state: &mut State, channels: Option<usize>, keep_grid: bool) -> Json {
        let filter: Vec<usize> = state.grid.iter().map(|&n| self.below(1..n.min(4) + 1)).collect();
        let strided = !keep_grid && self.chance(0.3);
        let stride: Vec<usize> =
            state.grid.iter().map(|_| if strided { self.below(1..4) } else { 1 }).collect();
        let paddings = if keep_grid { &["circular", "same"][..] } else { &["circular", "same", "valid"] };
        let padding = pick(&mut self.dice, paddings);
        let mut layer = self.conv_of(state, &filter, &stride, padding);
        if let Some(channels) = channels {
            layer["conv"]["channels"] = json!(channels);
            state.channels = channels;
        }
        layer
    }

    fn conv_of(&mut self, state: &mut State, filter: &[usize], stride: &[usize], padding: &str) -> Json {
        let channels = self.channels(None);
        let mut body = json!({"channels": channels, "filter": filter});
        if stride.iter().any(|&s| s != 1) || self.chance(0.2) {
            body["stride"] = json!(stride);
        }
        if padding != "circular" || self.chance(0.2) {
            body["padding"] = json!(padding);
        }
        self.own_scales(&mut body, true);
        let axes = state.grid.iter().zip(filter).zip(stride);
        state.grid = axes
            .map(|((&n, &f), &s)| if padding == "valid" { (n - f) / s + 1 } else { n.div_ceil(s) })
            .collect();
        state.renew(channels);
        json!({"conv": body})
    }

    fn activation(&mut self, state: &mut State) -> Json {
        state.activate();
        json!(pick(&mut self.dice, self.activations))
    }

    fn layer_norm(&mut self, state: &mut State) -> Json {
        let mut body = json!({"over": pick(&mut self.dice, &["channels", "all"])});
        if self.chance(0.6) {
            let affine = self.chance(0.8);
            body["affine"] = json!(affine);
            state.gains |= affine;
        }
        json!({"layer-norm": body})
    }

    fn reducer(&mut self, state: &mut State) -> Json {
        let s = state.positions();
        state.grid = vec![1];
        match self.below(0..3) {
            0 => json!("global-avg-pool"),
            1 => json!("last"),
            _ => {
                state.channels *= s;
                state.gaussian &= s == 1;
                json!("flatten")
            }
        }
    }

    fn mix(&mut self, state: &mut State, tokens: usize) -> Json {
        let s = state.positions();
        state.grid = vec![tokens];
        if self.chance(0.4) {
            return json!({"mix": tokens});
        }
        let mut body = json!({"tokens": tokens});
        if self.chance(0.5) {
            body["sigma_w2"] = self.variance();
        }
        if self.chance(0.6) {
            let size = 2.0 / (s as f64).sqrt();
            let mut row = || (0..s).map(|_| self.dice.random_range(-size..size)).collect::<Vec<f64>>();
            body["matrix"] = (0..tokens).map(|_| row()).collect();
        }
        json!({"mix": body})
    }

    fn attention(&mut self, state: &mut State, channels: Option<usize>) -> Json {
        let linear = self.linear_attentions < 3 && self.chance(0.4);
        let channels = self.channels(channels);
        let mut body = json!({"kind": if linear { "linear" } else { "softmax" }, "channels": channels});
        for name in ["heads", "key", "value"] {
            body[name] = json!(self.below(1..9));
        }
        for name in ["sigma_qk2", "sigma_v2", "sigma_o2"] {
            if self.chance(0.4) {
                body[name] = self.variance();
            }
        }
        if linear {
            self.linear_attentions += 1;
            if self.chance(0.3) {
                body["scale"] = pick(&mut self.dice, &[json!(0.5), json!(-0.3), json!(1)]);
            }
        }
        self.own_scales(&mut body, false);
        state.renew(channels);
        json!({"attention": body})
    }

    fn rnn(&mut self, state: &mut State) -> Json {
        let channels = self.channels(None);
        let mut body = json!({"channels": channels, "activation": pick(&mut self.dice, self.activations)});
        self.own_scales(&mut body, true);
        if self.chance(0.4) {
            body["sigma_u2"] = self.variance();
        }
        state.activate();
        state.channels = channels;
        json!({"rnn": body})
    }

    /// A branch with a fresh end and these channels at the same positions.
    fn branch(&mut self, path: &str, state: &mut State, channels: usize, nesting: usize) -> Vec<Json> {
        state.fresh = false;
        let mut layers = Vec::new();
        let count = self.below(0..4);
        self.list(&mut layers, path, state, count, true, nesting + 1);
        self.note(&format!("{path}[{}]", layers.len()), state);
        layers.push(match self.below(0..4) {
            0 => self.dense(state, Some(channels)),
            1 => self.attention(state, Some(channels)),
            _ => self.conv(state, Some(channels), true),
        });
        if self.chance(0.15) {
            self.note(&format!("{path}[{}]", layers.len()), state);
            layers.push(self.layer_norm(state));
        }
        layers
    }

    fn residual(&mut self, path: &str, state: &mut State, nesting: usize) -> Json {
        let mut inner = state.clone();
        let branch = self.branch(&format!("{path}.residual.branch"), &mut inner, state.channels, nesting);
        let mut body = json!({"branch": branch});
        if self.chance(0.5) {
            body["scale"] = pick(&mut self.dice, &[json!(0.7), json!(-0.5), json!(1), json!(0)]);
        }
        state.gaussian &= inner.gaussian;
        (state.fresh, state.gains) = (false, false);
        json!({"residual": body})
    }

    fn sum(&mut self, path: &str, state: &mut State, keep_grid: bool, nesting: usize) -> Json {
        let same = keep_grid || self.chance(0.6);
        let channels = if same { state.channels } else { self.channels(None) };
        let stride: Vec<usize> = state.grid.iter().map(|_| if same { 1 } else { self.below(1..4) }).collect();
        let count = self.below(1..4);
        let stale = self.below(0..2 * count);
        let (mut sum, mut after) = (Vec::new(), state.clone());
        after.gaussian = true;
        for b in 0..count {
            let path = format!("{path}.sum[{b}].layers");
            let mut inner = state.clone();
            let mut layers = Vec::new();
            if b == stale && same && self.chance(0.7) {
                if state.gaussian && self.chance(0.4) {
                    self.note(&format!("{path}[0]"), &inner);
                    layers.push(self.layer_norm(&mut inner));
                }
            } else {
                layers = self.branch(&path, &mut inner, channels, nesting);
                if !same {
                    self.note(&format!("{path}[{}]", layers.len()), &inner);
                    let filter: Vec<usize> =
                        inner.grid.iter().map(|&n| self.below(1..n.min(3) + 1)).collect();
                    let padding = pick(&mut self.dice, &["circular", "same"]);
                    let mut conv = self.conv_of(&mut inner, &filter, &stride, padding);
                    conv["conv"]["channels"] = json!(channels);
                    inner.channels = channels;
                    layers.push(conv);
                }
                if b == stale && inner.gaussian {
                    self.note(&format!("{path}[{}]", layers.len()), &inner);
                    layers.push(self.activation(&mut inner));
                }
            }
            after.grid.clone_from(&inner.grid);
            after.gaussian &= inner.gaussian;
            let mut branch = json!({"layers": layers});
            if self.chance(0.6) {
                branch["scale"] = pick(&mut self.dice, &[json!(0.7), json!(-0.5), json!(1), json!(1.2)]);
            }
            sum.push(branch);
        }
        *state = State { channels, fresh: false, gains: false, ..after };
        json!({"sum": sum})
    }
}

fn largest(a: &DMatrix<f64>) -> f64 {
    a.iter().fold(0.0, |largest: f64, x| largest.max(x.abs()))
}

fn found(network: &Network, parametrization: Parametrization) -> Result<Kernels, TheoryError> {
    let blueprint = Blueprint::read(&network.architecture)?;
    kernels(&blueprint, &network.inputs, parametrization)
}

/// What the comparisons of many networks came to.
#[derive(Default, Debug)]
struct Tally {
    equal: usize,
    /// Equal within a margin that the conditioning widened.
    sensitive: usize,
    zero: usize,
    range: usize,
}

/// How `kernels` differs from the table by more than `tolerance` of the largest entry and what rounding may do.
fn compare(network: &Network, ntk: bool, tolerance: f64, tally: &mut Tally) -> Result<(), String> {
    let brute = |noise: f64, seed: u64, inputs: &[Vec<f64>]| {
        Brute { architecture: &network.architecture, ntk, noise, dice: dice(seed) }.kernels(inputs)
    };
    let parametrization = if ntk { Parametrization::Ntk } else { Parametrization::Standard };
    match (brute(0.0, 0, &network.inputs), found(network, parametrization)) {
        (Ok(expected), Ok(found)) => {
            let disturbed = [1, 2].map(|seed| brute(2e-15, seed, &network.inputs));
            let mut sensitive = false;
            for (i, (name, found)) in [("gp", found.gp), ("tangent", found.tangent)].iter().enumerate() {
                let expected = &expected[i];
                if found.shape() != expected.shape() {
                    return Err(format!("{name} has the shape {:?}", found.shape()));
                }
                let size = largest(expected);
                let differences =
                    disturbed.iter().flatten().map(|disturbed| largest(&(&disturbed[i] - expected)));
                let rounding = 20.0 * differences.fold(0.0, f64::max);
                sensitive |= rounding > tolerance * size;
                let difference = largest(&(found - expected));
                let finite = found.iter().all(|x| x.is_finite());
                if !finite || difference > tolerance * size + rounding {
                    let relative = difference / size;
                    return Err(format!("{name} differs by {relative:.1e}: {found} instead of {expected}"));
                }
            }
            if sensitive {
                tally.sensitive += 1;
            } else {
                tally.equal += 1;
            }
        }
        (Err(Fault::Zero(_)), Err(error)) => {
            // Each sample alone meets its own zero first.
            let alone = network.inputs.iter().map(|x| brute(0.0, 0, std::slice::from_ref(x)));
            let paths: Vec<String> = alone
                .filter_map(|result| if let Err(Fault::Zero(path)) = result { Some(path) } else { None })
                .collect();
            if !paths.iter().any(|path| error.to_string().contains(path)) {
                return Err(format!("\"{error}\" names none of {paths:?}"));
            }
            tally.zero += 1;
        }
        (Err(Fault::Zero(path)), Ok(_)) => return Err(format!("the variance of 0 at {path} passed")),
        (Ok(_), Err(error)) => return Err(format!("refused: {error}")),
        (Err(Fault::Range), found) => {
            if found.is_ok_and(|x| x.gp.iter().chain(x.tangent.iter()).any(|x| !x.is_finite())) {
                return Err("a value that is not finite".to_owned());
            }
            tally.range += 1;
        }
    }
    Ok(())
}

fn compare_many(
    seeds: Range<u64>,
    activations: &'static [&'static str],
    layers: usize,
    most: usize,
    tolerance: f64,
) {
    let mut tally = Tally::default();
    let mut complaints = Vec::new();
    let count = (seeds.end - seeds.start) as usize;
    for seed in seeds {
        let network = Generator::network(seed, activations, layers, most);
        if let Err(text) = compare(&network, seed % 3 == 0, tolerance, &mut tally) {
            let inputs = &network.inputs;
            complaints.push(format!("seed {seed}: {text}\n{}\ninputs {inputs:?}", network.architecture));
        }
    }
    assert!(complaints.is_empty(), "{} complaints:\n{}", complaints.len(), few(&mut complaints));
    assert!(4 * tally.equal >= 3 * count, "{tally:?}");
}

#[test]
fn random_networks_agree_with_the_table() {
    compare_many(0..600, CLOSED, 10, 9, 1e-10);
}

#[test]
fn deep_networks_agree_with_the_table() {
    compare_many(1000..1150, CLOSED, 30, 6, 1e-10);
}

#[test]
fn networks_of_every_activation_agree_with_the_table() {
    compare_many(2000..2060, ALL, 8, 3, 1e-9);
}

/// Two inputs at every correlation: kernels with closed forms, with quadratures, and what each does near 0 and $\pm1$.
#[test]
fn activations_agree_with_the_table_at_every_correlation() {
    let mut complaints = Vec::new();
    for phi in CLOSED.iter().chain(ALL) {
        for rho in [1.0, 1.0 - 1e-9, 0.999, 0.6, 2e-3, 5e-4, 1e-6, 1e-12, 0.0, -1e-5, -0.3, -1.0] {
            for affine in [false, true] {
                let architecture = json!({"input": {"grid": [1], "channels": 2}, "sigma_w2": 1.3, "sigma_b2": 0,
                    "layers": [{"dense": 8}, {"layer-norm": {"over": "all", "affine": affine}}, {"mix": {"tokens": 1, "matrix": [[1.2]]}}, phi, {"dense": 1}]});
                let inputs =
                    vec![vec![0.9, 0.0], vec![1.1 * rho, 1.1 * f64::sqrt((1.0 - rho) * (1.0 + rho))]];
                let network = Network { architecture, inputs, places: Vec::new() };
                if let Err(text) = compare(&network, false, 1e-9, &mut Tally::default()) {
                    complaints.push(format!("{phi} at {rho}, affine {affine}: {text}"));
                }
            }
        }
    }
    assert!(complaints.is_empty(), "{} complaints:\n{}", complaints.len(), few(&mut complaints));
}

/// Pools and their like hand pending gains on to the activation, and the branches of a sum use them apart.
#[test]
fn pending_gains_agree_with_the_table() {
    let matrix = json!([[0.6, -0.4, 0.9], [-0.7, 0.3, 0.5]]);
    let between = [
        json!("last"),
        json!("global-avg-pool"),
        json!({"avg-pool": {"window": [2], "stride": [1]}}),
        json!({"mix": 2}),
        json!({"mix": {"tokens": 2, "matrix": matrix}}),
        json!({"layer-norm": {"over": "all"}}),
        json!({"layer-norm": {"over": "channels", "affine": true}}),
        json!({"residual": {"branch": ["erf", {"dense": 5}]}}),
        json!({"sum": [{"layers": ["last", "relu", {"dense": 5}]}, {"layers": ["global-avg-pool"]}]}),
    ];
    let inputs = vec![vec![0.3, -0.2, 0.7, 0.1, -0.9, 0.4], vec![0.1, 0.5, -0.7, 0.3, 0.2, -0.6]];
    for layer in between {
        for phi in ["relu", "erf", "gelu"] {
            let norm = json!({"layer-norm": {"over": "all", "affine": true}});
            let mut layers = vec![json!({"conv": {"channels": 5, "filter": [2]}}), norm, layer.clone()];
            layers.extend([json!(phi), json!("flatten"), json!({"dense": 1})]);
            let architecture = json!({"input": {"grid": [3], "channels": 2}, "sigma_w2": 1.7, "sigma_b2": 0.1, "layers": layers});
            let network = Network { architecture, inputs: inputs.clone(), places: Vec::new() };
            for ntk in [false, true] {
                let compared = compare(&network, ntk, 1e-9, &mut Tally::default());
                assert!(compared.is_ok(), "{layer}, {phi}: {compared:?}");
            }
        }
    }
}

/// Layers that are wrong where `place` is, each with the end of the path to what is wrong.
fn wrong_layers(place: &Place) -> Vec<(Json, &'static str)> {
    let Place { grid, channels, gaussian, .. } = place;
    let (axes, s) = (grid.len(), grid.iter().product::<usize>());
    let ones = vec![1; axes];
    let longer: Vec<usize> = grid.iter().map(|n| n + 1).collect();
    let many = vec![1; axes + 1];
    let with = |name: &str, body: &Json, key: &str, value: Json| {
        let mut body = body.clone();
        body[key] = value;
        (json!({name: body}), "")
    };
    let without = |name: &str, body: &Json, key: &str| {
        let mut body = body.clone();
        body.as_object_mut().unwrap().remove(key);
        (json!({name: body}), "")
    };
    let dense = json!({"channels": channels});
    let conv = json!({"channels": channels, "filter": ones});
    let pool = json!({"window": ones});
    let norm = json!({"over": "all"});
    let mix = json!({"tokens": 2});
    let softmax = json!({"kind": "softmax", "heads": 2, "key": 2, "value": 2, "channels": channels});
    let linear = json!({"kind": "linear", "heads": 2, "key": 2, "value": 2, "channels": channels});
    let rnn = json!({"channels": channels, "activation": "erf"});
    let residual = json!({"branch": [{"dense": channels}]});
    let mut wrong = vec![
        (json!("rleu"), ""),
        (json!(""), ""),
        (json!("erf(0)"), ""),
        (json!("dense"), ""),
        (json!(17), ""),
        (Json::Null, ""),
        (json!(true), ""),
        (json!([]), ""),
        (json!({}), ""),
        (json!({"convolution": conv}), ""),
        (json!({"dense": 3, "mix": 2}), ""),
        (json!({"dense": 0}), ""),
        (json!({"dense": -3}), ""),
        (json!({"dense": 2.5}), ""),
        (json!({"dense": "many"}), ""),
        (json!({"dense": {}}), ""),
        (json!({"conv": 3}), ""),
        (json!({"attention": "softmax"}), ""),
        (json!({"mix": 0}), ""),
        (json!({"mix": -1}), ""),
        (json!({"layer-norm": "all"}), ""),
        (json!({"residual": {"scale": 1}}), ""),
        (json!({"residual": {"branch": []}}), ""),
        (json!({"residual": {"branch": [{"dense": channels + 1}]}}), ""),
        (
            json!({"residual": {"branch": [{"dense": channels}, {"residual": {"branch": [{"dense": channels}]}}]}}),
            "",
        ),
        (json!({"residual": {"branch": [{"dense": channels}, "rleu"]}}), ".residual.branch[1]"),
        (
            json!({"residual": {"branch": [{"dense": channels}, {"sum": [{"layers": [{"dense": 0}]}]}]}}),
            ".residual.branch[1].sum[0].layers[0]",
        ),
        (json!({"sum": [{"layers": []}, {"layers": []}]}), ""),
        (json!({"sum": [{"layers": [{"dense": channels}]}, {"layers": [{"dense": channels + 1}]}]}), ""),
        (json!({"sum": [{"layers": []}, {"layers": [{"dense": channels + 1}]}]}), ""),
        (json!({"sum": [{"layers": [{"dense": channels}]}, {"scale": 1}]}), ""),
        (json!({"sum": [{"layers": [{"dense": channels}], "scales": 1}]}), ""),
        (json!({"sum": [{"layers": [{"dense": channels}], "scale": "one"}]}), ""),
        (
            json!({"sum": [{"layers": [{"dense": channels}]}, {"layers": [{"dense": channels}, {"dense": 0}]}]}),
            ".sum[1].layers[1]",
        ),
        with("residual", &residual, "scale", json!("large")),
        with("residual", &residual, "branches", json!([])),
        with("dense", &dense, "sigma_w2", json!(0)),
        with("dense", &dense, "sigma_w2", json!(-1)),
        with("dense", &dense, "sigma_b2", json!(-0.1)),
        with("dense", &dense, "train_bias", json!("yes")),
        with("dense", &dense, "colour", json!(1)),
        with("conv", &conv, "filter", json!(longer)),
        with("conv", &conv, "filter", json!(many)),
        with("conv", &conv, "filter", json!(vec![0; axes])),
        with("conv", &conv, "filter", json!([])),
        with("conv", &conv, "stride", json!(vec![0; axes])),
        with("conv", &conv, "stride", json!(many)),
        with("conv", &conv, "padding", json!("reflect")),
        with("conv", &conv, "channels", json!(0)),
        with("conv", &conv, "sigma_w2", json!(0)),
        with("conv", &conv, "fliter", json!(ones)),
        without("conv", &conv, "filter"),
        without("conv", &conv, "channels"),
        with("avg-pool", &pool, "window", json!(longer)),
        with("avg-pool", &pool, "window", json!(many)),
        with("avg-pool", &pool, "window", json!(vec![0; axes])),
        with("avg-pool", &pool, "stride", json!(vec![0; axes])),
        with("avg-pool", &pool, "stride", json!(many)),
        with("avg-pool", &pool, "padding", json!("same")),
        without("avg-pool", &pool, "window"),
        with("layer-norm", &norm, "over", json!("tokens")),
        with("layer-norm", &norm, "affine", json!(1)),
        with("layer-norm", &norm, "epsilon", json!(1e-5)),
        without("layer-norm", &norm, "over"),
        with("mix", &mix, "sigma_w2", json!(0)),
        with("mix", &mix, "sigma_b2", json!(1)),
        with("mix", &mix, "matrix", json!(vec![vec![1.0; s + 1]; 2])),
        with("mix", &mix, "matrix", json!(vec![vec![1.0; s]; 3])),
        with("mix", &mix, "matrix", json!([vec![1.0; s], vec![1.0; s + 1]])),
        with("mix", &mix, "matrix", json!(1)),
        without("mix", &mix, "tokens"),
        with("attention", &softmax, "scale", json!(1)),
        with("attention", &softmax, "kind", json!("cosine")),
        with("attention", &softmax, "heads", json!(0)),
        with("attention", &softmax, "key", json!(0)),
        with("attention", &softmax, "value", json!(0)),
        with("attention", &softmax, "sigma_qk2", json!(0)),
        with("attention", &softmax, "sigma_v2", json!(-1)),
        with("attention", &softmax, "sigma_w2", json!(1)),
        with("attention", &linear, "sigma_o2", json!(0)),
        with("attention", &linear, "sigma_b2", json!(-1)),
        with("attention", &linear, "scale", json!("1/S")),
        without("attention", &linear, "kind"),
        without("attention", &linear, "heads"),
        without("attention", &softmax, "channels"),
        with("rnn", &rnn, "activation", json!("rleu")),
        with("rnn", &rnn, "sigma_u2", json!(0)),
        with("rnn", &rnn, "sigma_w2", json!(0)),
        with("rnn", &rnn, "channels", json!(0)),
        with("rnn", &rnn, "hidden", json!(3)),
        without("rnn", &rnn, "activation"),
    ];
    if axes == 2 {
        wrong.push((json!({"rnn": rnn}), ""));
    }
    if s > 1 {
        wrong.push((json!({"residual": {"branch": [{"dense": channels}, "global-avg-pool"]}}), ""));
    }
    if !gaussian {
        for late in [json!("relu"), json!("linear"), json!({"layer-norm": {"over": "channels"}})] {
            wrong.push((late.clone(), ""));
            wrong.push((
                json!({"residual": {"branch": [{"avg-pool": {"window": ones}}, late, {"dense": channels}]}}),
                ".residual.branch[1]",
            ));
        }
    }
    wrong
}

/// The list of layers at a path such as `layers[2].residual.branch`.
fn list_at<'a>(architecture: &'a mut Json, path: &str) -> &'a mut Vec<Json> {
    let pointer = format!("/{}", path.replace('[', "/").replace(']', "").replace('.', "/"));
    architecture.pointer_mut(&pointer).unwrap().as_array_mut().unwrap()
}

fn refusal(network: &Network) -> Option<String> {
    found(network, Parametrization::Standard).err().map(|error| error.to_string())
}

#[test]
fn wrong_layers_are_named_by_their_path() {
    let mut complaints = Vec::new();
    for seed in 3000..3040 {
        let network = Generator::network(seed, CLOSED, 8, 9);
        let mut dice = dice(seed);
        for _ in 0..12 {
            let place = pick(&mut dice, &network.places);
            let (list, index) = place.path.rsplit_once('[').unwrap();
            let index: usize = index.trim_end_matches(']').parse().unwrap();
            for (layer, rest) in wrong_layers(&place) {
                if dice.random_bool(0.8) {
                    continue;
                }
                let mut architecture = network.architecture.clone();
                list_at(&mut architecture, list).insert(index, layer.clone());
                let broken = Network { architecture, ..clone(&network) };
                let expected = format!("{}{rest}", place.path);
                match refusal(&broken) {
                    Some(text) if text.contains(&expected) => {}
                    answer => complaints.push(format!(
                        "seed {seed}: {layer} at {expected} is answered by {answer:?}\n{}",
                        broken.architecture
                    )),
                }
            }
        }
    }
    assert!(complaints.is_empty(), "{} complaints:\n{}", complaints.len(), few(&mut complaints));
}

fn clone(network: &Network) -> Network {
    Network {
        architecture: network.architecture.clone(),
        inputs: network.inputs.clone(),
        places: network.places.clone(),
    }
}

/// The shortest ones.
fn few(complaints: &mut [String]) -> String {
    complaints.sort_by_key(String::len);
    complaints.iter().take(6).cloned().collect::<Vec<_>>().join("\n\n")
}

#[test]
fn wrong_networks_are_refused() {
    let right = json!({"input": {"grid": [3], "channels": 2}, "sigma_w2": 2, "sigma_b2": 0.1, "train_bias": true,
                       "layers": [{"conv": {"channels": 4, "filter": [2]}}, "erf", "flatten", {"dense": 1}]});
    let inputs = vec![vec![0.3, -0.2, 0.7, 0.1, -0.9, 0.4], vec![0.1, 0.5, -0.7, 0.3, 0.2, -0.6]];
    let network = Network { architecture: right.clone(), inputs, places: Vec::new() };
    assert_eq!(refusal(&network), None);
    let mut complaints = Vec::new();
    let mut expect = |architecture: Json, fragment: &str| {
        let broken = Network { architecture, ..clone(&network) };
        match refusal(&broken) {
            Some(text) if text.contains(fragment) => {}
            answer => complaints.push(format!("{}: {answer:?}, without {fragment}", broken.architecture)),
        }
    };
    for (pointer, value, fragment) in [
        ("/sigma_w2", json!(0), "sigma_w2"),
        ("/sigma_w2", json!(-1), "sigma_w2"),
        ("/sigma_w2", json!("two"), "sigma_w2"),
        ("/sigma_b2", json!(-0.1), "sigma_b2"),
        ("/train_bias", json!(3), "train_bias"),
        ("/layers", json!("relu"), "layers"),
        ("/layers", json!([]), "layers"),
        ("/layers", json!([{"dense": 2}]), "layers"),
        ("/input", json!(3), "input"),
        ("/input/grid", json!([]), "grid"),
        ("/input/grid", json!([3, 3, 3]), "grid"),
        ("/input/grid", json!([0]), "grid"),
        ("/input/grid", json!("3"), "grid"),
        ("/input/grid", json!([2.5]), "grid"),
        ("/input/channels", json!(0), "channels"),
        ("/input/channels", json!([2]), "channels"),
        // Ends that are not fresh, and ends with two positions.
        ("/layers/3", json!("erf"), "layers"),
        ("/layers/3", json!({"residual": {"branch": [{"dense": 12}]}}), "layers"),
        ("/layers/3", json!({"sum": [{"layers": [{"dense": 12}]}]}), "layers"),
        ("/layers/3", json!({"rnn": {"channels": 3, "activation": "erf"}}), "layers"),
        ("/layers/3", json!({"mix": 1}), "layers"),
        ("/layers/2", json!({"avg-pool": {"window": [2], "stride": [1]}}), "layers"),
    ] {
        let mut architecture = right.clone();
        *architecture.pointer_mut(pointer).unwrap() = value;
        expect(architecture, fragment);
    }
    for name in ["input", "layers", "sigma_w2", "sigma_b2"] {
        let mut architecture = right.clone();
        architecture.as_object_mut().unwrap().remove(name);
        expect(architecture, name);
    }
    for name in ["grid", "channels"] {
        let mut architecture = right.clone();
        architecture["input"].as_object_mut().unwrap().remove(name);
        expect(architecture, name);
    }
    for (pointer, name) in [("", "sigma_w"), ("/input", "size")] {
        let mut architecture = right.clone();
        architecture.pointer_mut(pointer).unwrap()[name] = json!(1);
        expect(architecture, name);
    }
    for architecture in [Json::Null, json!([]), json!({}), json!("relu")] {
        expect(architecture, "");
    }
    assert!(complaints.is_empty(), "{} complaints:\n{}", complaints.len(), few(&mut complaints));

    let blueprint = Blueprint::read(&right).unwrap();
    for inputs in [
        vec![],
        vec![vec![]],
        vec![vec![1.0; 5]],
        vec![vec![1.0; 6], vec![1.0; 7]],
        vec![vec![1.0, f64::NAN, 1.0, 1.0, 1.0, 1.0]],
        vec![vec![1.0, f64::INFINITY, 1.0, 1.0, 1.0, 1.0]],
        vec![vec![1e200; 6]],
    ] {
        assert!(kernels(&blueprint, &inputs, Parametrization::Ntk).is_err(), "{inputs:?}");
    }
}

/// Pointers to every value inside `json`.
fn pointers(json: &Json, pointer: &str, all: &mut Vec<String>) {
    all.push(pointer.to_owned());
    match json {
        Json::Array(values) => {
            for (i, value) in values.iter().enumerate() {
                pointers(value, &format!("{pointer}/{i}"), all);
            }
        }
        Json::Object(values) => {
            for (name, value) in values {
                pointers(value, &format!("{pointer}/{name}"), all);
            }
        }
        _ => {}
    }
}

#[test]
fn odd_values_anywhere_are_answered() {
    let odd = [
        json!(null),
        json!(true),
        json!(0),
        json!(-1),
        json!(1),
        json!(2),
        json!(1e-300),
        json!(1e300),
        json!(5e-324),
        json!(0.5),
        json!(1_000_000_000_000_000_000u64),
        json!(u64::MAX),
        json!(""),
        json!("relu"),
        json!("last"),
        json!("NaN"),
        json!("hard-tanh(1e-200)"),
        json!("erf(1e200)"),
        json!([]),
        json!([0]),
        json!([1, 1]),
        json!([1_000_000_000_000u64, 1_000_000_000_000u64]),
        json!({}),
        json!({"a": 1}),
        json!({"mix": 1_000_000_000_000u64}),
        json!([[1, 2], [3]]),
    ];
    for seed in 4000..4060 {
        let network = Generator::network(seed, CLOSED, 8, 4);
        let mut all = Vec::new();
        pointers(&network.architecture, "", &mut all);
        let mut dice = dice(seed);
        for _ in 0..50 {
            let mut architecture = network.architecture.clone();
            let (pointer, value) = (pick(&mut dice, &all), pick(&mut dice, &odd));
            *architecture.pointer_mut(&pointer).unwrap() = value.clone();
            match found(&Network { architecture, ..clone(&network) }, Parametrization::Standard) {
                Ok(found) => {
                    let finite = found.gp.iter().chain(found.tangent.iter()).all(|x| x.is_finite());
                    assert!(finite, "seed {seed}: {value} at {pointer}");
                }
                Err(error) => assert!(!error.to_string().is_empty()),
            }
        }
    }
}

/// The gain factors that the second route itself relies on.
#[test]
fn gain_factors_by_quadrature_match_closed_forms() {
    for (p, q, rho) in
        [(1.0, 1.0, 0.3), (0.4, 2.5, -0.8), (1.7, 1.7, 0.999), (1.0, 1.0, 1.0), (1.0, 0.6, -1.0)]
    {
        let c = rho * f64::sqrt(p * q);
        for name in ["erf", "erf(0.5)"] {
            let phi: Activation = name.parse().unwrap();
            let (grid, closed) = (gain_factor_by_grid(&phi, p, q, c), gain_factor(name, &phi, p, q, c));
            assert!((grid - closed).abs() < 1e-11, "{name} at {p}, {q}, {rho}: {grid}, {closed}");
        }
        let relu = Activation::relu();
        let (panels, closed) =
            (gain_factor_between(0.0..f64::INFINITY, p, q, c), gain_factor("relu", &relu, p, q, c));
        assert!((panels - closed).abs() < 1e-13, "relu at {p}, {q}, {rho}: {panels}, {closed}");
    }
}
