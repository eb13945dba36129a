//! What augmentation is worth, in words and in the program's own numbers.

use nalgebra::{DMatrix, DVector};
use solvable_engine::streams::Streams;
use solvable_engine::verify::{Experiment, JudgeError};
use solvable_shared::told;
use solvable_theory::self_paced_augmentation::{Mask, masked, mixup, mixup_share};

use crate::claims::groups::{ORDER, gaussian, gaussian_task, partial};
use crate::experiments::{Copies, DigitsCopies, DigitsCopiesSetting, Moves};

/// A paragraph each.
pub(super) fn all() -> Vec<String> {
    told(&[copies, near, mixtures])
}

fn copies() -> Result<String, JudgeError> {
    const SAMPLES: usize = 20;
    let mut worth = Vec::new();
    for m in [2, 3, ORDER] {
        let s = gaussian(SAMPLES, vec![Copies::Random(m)]);
        let (error, task) = (partial(&s, &Copies::Random(m), 0.0)?, gaussian_task(&s, 0.0)?);
        // The error without augmentation falls in the number of samples.
        let (mut low, mut high) = (SAMPLES as f64, (2 * SAMPLES * m) as f64);
        while high - low > 1e-6 * high {
            let middle = 0.5 * (low + high);
            if task.plain(middle, s.delta)? > error { low = middle } else { high = middle }
        }
        worth.push(format!(
            "with {m} shifts, of {ORDER}, as many as {high:.0} samples and not {}",
            SAMPLES * m
        ));
    }
    Ok(format!(
        "Copies are worth less than samples. {SAMPLES} samples of an invariant target are worth, {} (spa/group-partial, figure spa/copies): the copies say the same about what all of them share.",
        worth.join("; ")
    ))
}

fn near() -> Result<String, JudgeError> {
    const DRAWS: u64 = 6;
    let setting = DigitsCopiesSetting {
        samples: 50,
        test: 150,
        delta: 0.0,
        moves: vec![Moves::None, Moves::All, Moves::Near],
    };
    let mut differences = [0.0; 2];
    for trial in 0..DRAWS {
        let streams = Streams::of_problem("digits near the identity", "", trial);
        let found = DigitsCopies::run(&setting, &streams).map_err(|e| JudgeError::Other(format!("{e:?}")))?;
        if let [none, all, near] = found.error[..] {
            differences[0] += (all - none) / DRAWS as f64;
            differences[1] += (near - none) / DRAWS as f64;
        }
    }
    let word = |difference: f64| if difference > 0.0 { "raises" } else { "lowers" };
    Ok(format!(
        "Digits are not invariant under shifts on their torus, yet nearly so under small ones. Over {DRAWS} draws of {} images regression on all 64 shifts {} the squared error by {:.3}, on the nine by at most one pixel, \
         no group, {} it by {:.3} (figure spa/digits-copies has the intervals). A group is the wrong size of an augmentation where classes hold it only near the identity.",
        setting.samples,
        word(differences[0]),
        differences[0].abs(),
        word(differences[1]),
        differences[1].abs()
    ))
}

fn mixtures() -> Result<String, JudgeError> {
    const ALPHA: f64 = 1.0;
    let (samples, dimension) = (20, 5);
    let mut x = DMatrix::from_fn(samples, dimension, |i, j| ((i * (j + 2) + j * j) as f64).sin());
    let mut y = DVector::from_fn(samples, |i, _| x[(i, 0)] - 0.5 * x[(i, 3)] + 0.3 * (i as f64).cos());
    for mut column in x.column_iter_mut() {
        let mean = column.mean();
        column.add_scalar_mut(-mean);
    }
    let mean = y.mean();
    y.add_scalar_mut(-mean);
    let (plain, shrunk) = (1e-300, 1.0 - mixup_share(ALPHA)?);
    let norm = |w: DVector<f64>| w.norm();
    let least = norm(mixup(&x, &y, plain, 0.0)?);
    let mixed = norm(mixup(&x, &y, ALPHA, 0.0)?) / least;
    let folklore = norm(masked(&x, &y, Mask::Dropout { keep: 1.0 }, shrunk)?) / least;
    Ok(format!(
        "Mixup does not regularize linear regression. On centred data the weights of {samples} mixed samples are {mixed:.4} times those of least squares in length, where a penalty of $2c={shrunk:.3}$ would leave {folklore:.2} \
         (spa/mixup, $\\alpha={ALPHA}$): inputs and labels shrink together. With a penalty $\\lambda$ it is ridge regression at {:.2} $\\lambda$.",
        1.0 / mixup_share(ALPHA)?
    ))
}
