//! What the theory finds of heads, averages and orders, in words and in its own numbers.

use solvable_engine::verify::JudgeError;
use solvable_shared::told;
use solvable_simulate::linalg::Matrix;
use solvable_theory::continual_learning::{
    Heads, Spectrum, Target, TaskPair, averaged_models, many_tasks, merged_models, multi_head, noise_floor,
    task_order, two_task,
};
use solvable_theory::kernel_spectrum::trunk_shares;
use solvable_theory::{Activation, InitialScales};

/// A paragraph each.
pub(super) fn all() -> Vec<String> {
    told(&[heads, trunks, averages, noisy_averages, merging, orders])
}

fn matched(decay: f64, modes: usize) -> Result<(Spectrum, Target), JudgeError> {
    let spectrum = Spectrum::power(decay, modes)?;
    let target = Target::matched(&spectrum);
    Ok((spectrum, target))
}

fn heads() -> Result<String, JudgeError> {
    let (spectrum, target) = matched(1.5, 2000)?;
    let pair = TaskPair { samples: [100, 100], noise: [0.0; 2], rho: 0.7 };
    let law = |trunk: f64, correlation: f64| {
        multi_head(&spectrum, &target, &Heads::uniform(&spectrum, trunk, correlation), &pair)
    };
    let (apart, half, equal, one) = (law(0.5, 0.0)?, law(0.5, 0.5)?, law(0.5, 1.0)?, law(1.0, 1.0)?);
    Ok(format!(
        "Tasks with heads of their own do not meet in the trunk unless the heads do: the trunk's kernel between two heads is the correlation of their initial \
         weights times that of one. Independent heads neither transfer nor forget in the kernel regime. With half of every eigenvalue in the trunk, 100 samples a \
         task and similarity 0.7, the first task's error goes from {:.3} to {:.3}, {:.3} and {:.3} for heads of correlation 0, 0.5 and 1, and to {:.2} for a single \
         head; the second task ends at {:.3}, {:.3}, {:.3} and {:.3} (cl/multi-head, cl/head-kernels, figure cl/heads).",
        apart.first,
        apart.backward,
        half.backward,
        equal.backward,
        one.backward,
        apart.forward,
        half.forward,
        equal.forward,
        one.forward
    ))
}

fn trunks() -> Result<String, JudgeError> {
    let scales = InitialScales::new(Activation::relu(), 2.0, 0.1)?;
    let shares = trunk_shares(&scales, 3, 10, 3)?;
    let list: Vec<String> = shares.iter().map(|share| format!("{share:.2}")).collect();
    Ok(format!(
        "The share of the trunk in the kernel is no number: for ReLU networks of three layers with biases on the sphere in ten dimensions it is {} in the degrees 0 to 3. The \
         head carries the constant, the trunk nearly everything else (cl/trunk-share).",
        list.join(", ")
    ))
}

fn averages() -> Result<String, JudgeError> {
    let mut told = Vec::new();
    for decay in [1.5, 2.0, 3.0] {
        let (spectrum, target) = matched(decay, 100_000)?;
        let many = averaged_models(&spectrum, &target, 200, usize::MAX, 0.0, 0)?;
        told.push(format!("{:.3} against {:.3} for a = {decay}", many.average / many.single, 1.0 / decay));
    }
    let (spectrum, target) = matched(1.5, 100_000)?;
    let ten = averaged_models(&spectrum, &target, 200, 10, 0.0, 0)?;
    let stages = many_tasks(&spectrum, &target, 200, 10, 0.0)?;
    let joint = many_tasks(&spectrum, &target, 2000, 1, 0.0)?;
    Ok(format!(
        "Averaging models that were trained on samples of their own removes what is random in them and leaves what none has learnt. Without noise infinitely many models gain at most \
         the factor 1/a, for every target: {}. Ten models of 200 samples (a = 1.5) leave {:.2} of one model's error, ten stages {:.2}, training on all samples {:.2} (cl/average).",
        told.join(", "),
        ten.average / ten.single,
        stages[9] / stages[0],
        joint[0] / stages[0]
    ))
}

fn noisy_averages() -> Result<String, JudgeError> {
    const MOST: usize = 20;
    let (spectrum, target) = matched(1.5, 400)?;
    let mut told = Vec::new();
    for noise in [0.0, 0.01, 0.1] {
        let stages = many_tasks(&spectrum, &target, 50, MOST, noise)?;
        let mut better = None;
        for (n, stage) in (1..).zip(&stages) {
            let average = averaged_models(&spectrum, &target, 50, n, noise, 0)?.average;
            if n > 1 && average < *stage {
                better = Some(n);
                break;
            }
        }
        told.push(match better {
            Some(n) => format!("from n = {n} on at noise {noise}"),
            None => format!("for no n up to {MOST} at noise {noise}"),
        });
    }
    let limit = averaged_models(&spectrum, &target, 50, usize::MAX, 0.1, 0)?.average;
    let floor = noise_floor(&spectrum, 50, 0.1)?;
    Ok(format!(
        "Noise turns the order: n averaged models of 50 samples (a = 1.5, 400 modes) beat n stages {}. Averages keep what no model has learnt, stages keep some noise: with noise 0.1 infinitely many models leave \
         {limit:.3}, infinitely many stages {floor:.3} (figure cl/averaging-or-stages).",
        told.join(", ")
    ))
}

fn merging() -> Result<String, JudgeError> {
    let (spectrum, target) = matched(2.0, 2000)?;
    let rho = 0.6;
    let covariance = Matrix::from_row_slice(2, 2, &[1.0, rho, rho, 1.0]);
    let merged = merged_models(&spectrum, &target, &covariance, &[500, 500], &[0.5, 0.5], 0.0)?;
    let turns = two_task(&spectrum, &target, 500, 500, rho)?;
    let mean = 0.5 * (turns.forward + turns.backward);
    Ok(format!(
        "Two tasks that are well learnt, merged half and half, are both wrong by (1-ρ)/2 of their power; learnt in turn, one is right and the other wrong by 2(1-ρ). Merging halves the mean \
         error and quarters the worst: with 500 samples each (a = 2, ρ = {rho}) it leaves {:.3} and {:.3}, against {:.3} and {:.3} in turn, {:.2} of the mean and {:.2} of the worst (cl/merge).",
        merged[0],
        merged[1],
        turns.backward,
        turns.forward,
        0.5 * (merged[0] + merged[1]) / mean,
        merged[0].max(merged[1]) / turns.backward
    ))
}

fn orders() -> Result<String, JudgeError> {
    let (spectrum, target) = matched(1.5, 600)?;
    let ratio = |target: &Target, rho: f64, noise: f64| -> Result<f64, JudgeError> {
        let [small, large] = task_order(&spectrum, target, 40, 160, rho, noise)?;
        Ok(small / large)
    };
    let power = |b: f64| Target::power_law(b, 600);
    Ok(format!(
        "Which of two tasks first? For targets that match the kernel, without noise, the mean of both final errors differs between the orders by (1-2ρ) times one number of the data set, exactly: similar \
         tasks want the small sample first, dissimilar ones the large one, and at ρ = 1/2 the order does not matter. With 40 and 160 samples (a = 1.5) small first leaves {:.3} of the error of large \
         first at ρ = 0.9 and {:.3} at ρ = 0. Rough targets and noise favour small first at every similarity ({:.3} for b = 1.2 and {:.3} for noise 0.2 at ρ = 0); smooth ones large first even \
         for similar tasks ({:.3} for b = 2.5 at ρ = 0.9) (cl/order, cl/order-law, figure cl/small-first).",
        ratio(&target, 0.9, 0.0)?,
        ratio(&target, 0.0, 0.0)?,
        ratio(&power(1.2)?, 0.0, 0.0)?,
        ratio(&target, 0.0, 0.2)?,
        ratio(&power(2.5)?, 0.9, 0.0)?
    ))
}
