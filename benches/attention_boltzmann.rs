//! Speed of the partition function of attention with all gradients, and its cost a composition as a ratio to the bare sum. Both run in turn, in one process;
//! medians are printed. `cargo bench --bench attention_boltzmann`.

#![allow(clippy::expect_used, clippy::panic)]

mod common;

use std::hint::black_box;
use std::process::ExitCode;

use nalgebra::DMatrix;
use solvable::streams::Streams;
use solvable::theory::attention_boltzmann::{AttentionMachine, composition_count};

use common::{Nothing, Ratio, in_turn};

const ROUNDS: usize = 25;

fn main() -> ExitCode {
    common::bench(|_: &Nothing| {
        let (patterns, dimension, order) = (10, 64, 6);
        let entries = Streams::for_trial("bench", "attention", 0, 0).normals(patterns * dimension, 0.3);
        let xi = DMatrix::from_vec(patterns, dimension, entries);
        let machine =
            AttentionMachine::new(xi, None, None, 1.0, f64::from(order).recip()).expect("a valid machine");
        let [full, bare] = in_turn(
            ROUNDS,
            [
                &mut || {
                    let partition = machine.partition().expect("a finite sum");
                    black_box(machine.gradients(&partition).expect("finite gradients"));
                },
                &mut || {
                    black_box(machine.log_z().expect("a finite sum"));
                },
            ],
        );
        let count = composition_count(patterns, order as usize).expect("a count");
        println!("log Z of attention, K = {patterns}, d = {dimension}, n = {order}: {count} compositions");
        println!(
            "  bare sum                {:8.3} ms, {:6.1} ns a composition",
            1e3 * bare,
            1e9 * bare / count
        );
        println!(
            "  with all gradients      {:8.3} ms, {:6.1} ns a composition (promised: below 2 ms)",
            1e3 * full,
            1e9 * full / count
        );
        vec![Ratio::new("`log Z` of attention with all gradients", "`log Z` alone", [full, bare]).shown()]
    })
}
