//! Speed of gradient regularization: the dual Newton solver, and steps of multilayer networks by every way to compute the penalty as ratios to one gradient.
//! All run in turn, in one process, minima are printed and drawn to `reports/gradient-cost.svg` against the counted ratios. Kept are medians over depths and
//! widths of the measured ratios in units of the counted ones.
//! `cargo bench --bench gradient_regularization`.

#![allow(clippy::expect_used, clippy::panic)]

mod common;

use std::hint::black_box;
use std::process::ExitCode;
use std::time::Instant;

use solvable::figure::{Axis, Figure, Panel, Point, Series, Stroke};
use solvable::simulate::data::gaussian_inputs;
use solvable::simulate::diagonal::PlantedSetting;
use solvable::simulate::network::Network;
use solvable::simulate::training::{PenaltyMethod, penalised_gradient};
use solvable::streams::Streams;
use solvable::theory::gradient_regularization::{matrix_products, minimiser};
use solvable::theory::{Activation, Architecture};

use common::{Nothing, Ratio, median};

const ROUNDS: usize = 7;
const BATCH: usize = 256;
const METHODS: [PenaltyMethod; 3] =
    [PenaltyMethod::None, PenaltyMethod::FiniteDifference(1e-2), PenaltyMethod::DoubleBackpropagation];

fn main() -> ExitCode {
    common::bench(|_: &Nothing| {
        solver();
        let mut points = [Vec::new(), Vec::new(), Vec::new(), Vec::new()];
        let mut excess = [const { Vec::new() }; 4];
        for (kind, activation) in [Activation::relu(), Activation::tanh()].into_iter().enumerate() {
            println!("steps with gradient regularization, {activation}, batch {BATCH}, minimum of {ROUNDS}");
            println!("  L     M   gradient      F-GR : gradient (counted)     DB : gradient (counted)");
            for depth in [2, 3, 4, 5] {
                for width in [512, 1024] {
                    let ratios = steps(depth, width, &activation);
                    let own = 2 * kind..2 * kind + 2;
                    if width == 1024 {
                        let points = &mut points[own.clone()];
                        points
                            .iter_mut()
                            .zip(ratios)
                            .for_each(|(p, r)| p.push(Point::exact(depth as f64, r)));
                    }
                    let relative =
                        ratios.into_iter().zip(counted(depth as u64)).map(|(ratio, count)| ratio / count);
                    excess[own].iter_mut().zip(relative).for_each(|(all, one)| all.push(one));
                }
            }
        }
        draw(points);
        let names = [
            "finite difference, ReLU",
            "double backpropagation, ReLU",
            "finite difference, tanh",
            "double backpropagation, tanh",
        ];
        let kept = names.into_iter().zip(&mut excess).map(|(name, excess)| {
            Ratio::of(format!("step with penalty, {name}"), "its counted products", median(excess)).shown()
        });
        kept.collect()
    })
}

/// Products of a step by a finite difference and by double backpropagation, in those of a gradient.
fn counted(depth: u64) -> [f64; 2] {
    let [gradient, difference, double] = matrix_products(depth).expect("a depth").map(|count| count as f64);
    [difference / gradient, double / gradient]
}

/// The solver at N = 40, d = 100.
fn solver() {
    let planted = vec![1.0; 5];
    let setting = PlantedSetting { samples: 40, dimension: 100, mean: 0.0, deviation: 1.0, planted };
    let data = setting.draw(&Streams::for_trial("bench", "solver", 0, 0)).expect("valid data");
    println!("interpolator of least hyperbolic entropy, N = 40, d = 100 (promised: below 5 ms)");
    for alpha in [1e-6, 1e-4, 1e-2, 1.0, 10.0f64] {
        let logs = vec![2.0 * alpha.ln(); 100];
        let mut steps = 0;
        let mut times: Vec<f64> = (0..25)
            .map(|_| {
                let begin = Instant::now();
                steps = black_box(minimiser(&data, &logs, None).expect("an interpolator")).steps;
                begin.elapsed().as_secs_f64()
            })
            .collect();
        println!("  alpha = {alpha:7}: {:6.2} ms, {steps} Newton steps", 1e3 * median(&mut times));
    }
}

/// Time ratios of a finite difference and of double backpropagation to one gradient.
fn steps(depth: usize, width: usize, activation: &Activation) -> [f64; 2] {
    let mut widths = vec![width; depth];
    widths.push(width);
    let architecture = Architecture::new(widths, activation.clone(), 1.5, 0.1).expect("a valid network");
    let streams = Streams::for_trial("bench", "cost", depth as u64, 0);
    let network = Network::draw(&architecture, &streams);
    let inputs = gaussian_inputs(width, BATCH, &streams);
    let targets = gaussian_inputs(width, BATCH, &streams.child("targets"));
    let mut best = [f64::INFINITY; 3];
    for _ in 0..ROUNDS {
        for (best, method) in best.iter_mut().zip(METHODS) {
            let begin = Instant::now();
            black_box(penalised_gradient(&network, &inputs, &targets, 0.1, method).expect("inputs that fit"));
            *best = best.min(begin.elapsed().as_secs_f64());
        }
    }
    let counted = counted(depth as u64);
    let ratios = [best[1] / best[0], best[2] / best[0]];
    println!(
        "  {depth} {width:5} {:7.2} ms  {:10.2} ({:.2}) {:21.2} ({:.2})",
        1e3 * best[0],
        ratios[0],
        counted[0],
        ratios[1],
        counted[1]
    );
    ratios
}

fn draw(points: [Vec<Point>; 4]) {
    let mut series = Vec::new();
    for (group, label) in ["finite difference", "double backpropagation"].into_iter().enumerate() {
        let curve = (1..=6).map(|depth| (depth as f64, counted(depth)[group])).collect();
        series.push(Series::line(format!("{label}, counted"), group, Stroke::Solid, curve));
    }
    let labels = ["difference, ReLU", "double, ReLU", "difference, tanh", "double, tanh"];
    for (group, (label, points)) in labels.into_iter().zip(points).enumerate() {
        series.push(Series::Points { label: label.into(), group, points });
    }
    let figure = Figure {
        id: "gradient/cost".into(),
        title: "Time of a step with gradient regularization".into(),
        caption: format!(
            "Times of one step in units of one gradient on this machine (width 1024, batch {BATCH})."
        ),
        panels: vec![Panel {
            title: String::new(),
            x: Axis::linear("layers L"),
            y: Axis::linear("time / time of a gradient").within(0.0, 4.0),
            series,
        }],
    };
    let path = std::path::Path::new("reports/gradient-cost.svg");
    let svg = solvable::report::render_svg(&figure).expect("a figure that can be drawn");
    std::fs::write(path, svg).expect("a folder `reports` that can be written");
    println!("drawn to {}", path.display());
}
