//! Speed of the partition function of attention with all gradients, and its cost a composition as a ratio to the bare sum. Both run in turn, in one process;
//! medians are printed. `cargo bench --bench attention_boltzmann`.

#![allow(clippy::expect_used)]

mod common;

use std::hint::black_box;
use std::time::Instant;

use nalgebra::DMatrix;
use solvable::streams::Streams;
use solvable::theory::attention_boltzmann::{AttentionMachine, composition_count};

use common::median;

const ROUNDS: usize = 25;

fn main() {
    let (patterns, dimension, order) = (10, 64, 6);
    let entries = Streams::for_trial("bench", "attention", 0, 0).normals(patterns * dimension, 0.3);
    let xi = DMatrix::from_vec(patterns, dimension, entries);
    let machine =
        AttentionMachine::new(xi, None, None, 1.0, f64::from(order).recip()).expect("a valid machine");
    let (mut bare, mut full) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        let begin = Instant::now();
        black_box(machine.log_z().expect("a finite sum"));
        bare.push(begin.elapsed().as_secs_f64());
        let begin = Instant::now();
        let partition = machine.partition().expect("a finite sum");
        black_box(machine.gradients(&partition).expect("finite gradients"));
        full.push(begin.elapsed().as_secs_f64());
    }
    let count = composition_count(patterns, order as usize).expect("a count");
    let (bare, full) = (median(&mut bare), median(&mut full));
    println!("log Z of attention, K = {patterns}, d = {dimension}, n = {order}: {count} compositions");
    println!("  bare sum                {:8.3} ms, {:6.1} ns a composition", 1e3 * bare, 1e9 * bare / count);
    println!(
        "  with all gradients      {:8.3} ms, {:6.1} ns a composition (promised: below 2 ms)",
        1e3 * full,
        1e9 * full / count
    );
    println!("  ratio                   {:8.2}", full / bare);
}
