//! Maximum likelihood: gradients, ascent with a scoring polish, expectation maximisation.

use nalgebra::{DMatrix, DVector};
use rand::RngExt;
use rand_distr::{Distribution, StandardNormal};
use solvable_theory::TheoryError;
use solvable_theory::attention_boltzmann::AttentionMachine;

use crate::SimulationError;
use crate::cross_entropy::softmax_and_logs;
use crate::linalg::{self, add_product_transpose};
use solvable_engine::streams::Streams;

/// `count` exact samples ($d\times$ `count`): a composition by its weight, then a Gaussian around its mean.
pub fn samples(
    machine: &AttentionMachine,
    count: usize,
    streams: &Streams,
) -> Result<DMatrix<f64>, SimulationError> {
    let mixture = machine.mixture()?;
    let mut cumulative = 0.0;
    let ends: Vec<f64> = mixture
        .iter()
        .map(|component| {
            cumulative += component.weight;
            cumulative
        })
        .collect();
    let means: Vec<_> = mixture.iter().map(|c| machine.component_mean(&c.occupation)).collect();
    let (mut rng, sigma) = (streams.child("samples").rng(0), machine.sigma2().sqrt());
    let mut all = DMatrix::zeros(machine.dimension(), count);
    for mut column in all.column_iter_mut() {
        let chosen = rng.random::<f64>() * cumulative;
        let mean = &means[ends.partition_point(|end| *end <= chosen).min(means.len() - 1)];
        for (v, mean) in column.iter_mut().zip(mean.iter()) {
            let noise: f64 = StandardNormal.sample(&mut rng);
            *v = mean + sigma * noise;
        }
    }
    Ok(all)
}

/// Attention weights of every column of `data` ($K\times N$), and $-E(v)$.
fn attend(
    machine: &AttentionMachine,
    data: &DMatrix<f64>,
) -> Result<(DMatrix<f64>, DVector<f64>), SimulationError> {
    if data.nrows() != machine.dimension() || data.is_empty() {
        return Err(SimulationError::Shape {
            what: "likelihood",
            expected: format!("{} x N, N >= 1", machine.dimension()),
            found: format!("{} x {}", data.nrows(), data.ncols()),
        });
    }
    let beta = machine.beta();
    let mut logits = linalg::product(machine.patterns(), data);
    for mut column in logits.column_iter_mut() {
        let biases = machine.pattern_bias().iter();
        column.iter_mut().zip(biases).for_each(|(y, c)| *y = (*y + c) * beta);
    }
    let (weights, logs) = softmax_and_logs(logits);
    let mut energies = (machine.visible_bias().transpose() * data).transpose();
    for ((energy, log), v) in energies.iter_mut().zip(logs).zip(data.column_iter()) {
        *energy += log / beta - 0.5 * v.norm_squared() / machine.sigma2();
    }
    Ok((weights, energies))
}

/// $\log p(v)$ of every column of `data` ($d\times N$).
pub fn log_likelihoods(
    machine: &AttentionMachine,
    data: &DMatrix<f64>,
) -> Result<DVector<f64>, SimulationError> {
    Ok(attend(machine, data)?.1.add_scalar(-machine.log_z()?))
}

/// $\partial_\xi$ of the mean log-likelihood of `data` ($d\times N$).
pub fn likelihood_gradient(
    machine: &AttentionMachine,
    data: &DMatrix<f64>,
) -> Result<DMatrix<f64>, SimulationError> {
    let expected = machine.gradients(&machine.partition()?)?.patterns;
    Ok(attention_products(machine, data)? - expected)
}

/// $\langle p(v)v^\top\rangle$ over the columns of `data` ($K\times d$).
pub fn attention_products(
    machine: &AttentionMachine,
    data: &DMatrix<f64>,
) -> Result<DMatrix<f64>, SimulationError> {
    let (weights, _) = attend(machine, data)?;
    let mut product = DMatrix::zeros(machine.count(), machine.dimension());
    add_product_transpose(&mut product, 1.0 / data.ncols() as f64, &weights, data);
    Ok(product)
}

/// Gradient ascent from the machine's patterns: `steps` steps of size `eta`.
pub fn ascend(
    mut machine: AttentionMachine,
    data: &DMatrix<f64>,
    eta: f64,
    steps: usize,
) -> Result<AttentionMachine, SimulationError> {
    for _ in 0..steps {
        let xi = machine.patterns() + likelihood_gradient(&machine, data)? * eta;
        machine = with_patterns(&machine, xi)?;
    }
    Ok(machine)
}

/// The machine with other patterns.
fn with_patterns(machine: &AttentionMachine, xi: DMatrix<f64>) -> Result<AttentionMachine, TheoryError> {
    let (b, c) = (machine.visible_bias(), machine.pattern_bias());
    AttentionMachine::new(
        xi,
        Some(b.iter().copied().collect()),
        Some(c.iter().copied().collect()),
        machine.sigma2(),
        machine.beta(),
    )
}

/// The maximum of the likelihood of `data` over the patterns, by damped scoring steps $\xi\to\xi+a\hat I^{-1}g$ from near it; $\hat I$ is the covariance of the samples' own
/// gradients.
///
/// # Errors
/// [`NotConverged`](SimulationError::NotConverged) unless the gradient's norm falls below $10^{-9}$ in 200 steps.
pub fn polish(
    mut machine: AttentionMachine,
    data: &DMatrix<f64>,
) -> Result<AttentionMachine, SimulationError> {
    const STEPS: usize = 200;
    const TOLERANCE: f64 = 1e-9;
    let (k, d, n) = (machine.count(), machine.dimension(), data.ncols());
    let (mut weights, mut energies) = attend(&machine, data)?;
    let mut partition = machine.partition()?;
    for _ in 0..STEPS {
        // Scores of all samples, one a column: index (μ, i) at μd + i.
        let mut scores = DMatrix::zeros(k * d, n);
        for (mut column, (p, v)) in
            scores.column_iter_mut().zip(weights.column_iter().zip(data.column_iter()))
        {
            for (mu, p) in p.iter().enumerate() {
                column.rows_mut(mu * d, d).axpy(*p, &v, 0.0);
            }
        }
        let mean = scores.column_mean();
        let expected = machine.gradients(&partition)?.patterns;
        let gradient = DVector::from_fn(k * d, |index, _| mean[index] - expected[(index / d, index % d)]);
        if gradient.norm() < TOLERANCE {
            return Ok(machine);
        }
        let mut information = &mean * mean.transpose() * -1.0;
        add_product_transpose(&mut information, 1.0 / n as f64, &scores, &scores);
        let step = linalg::cholesky(information, "the Fisher information of the patterns")?.solve(&gradient);
        let likelihoods = energies.add_scalar(-partition.log_z);
        let (now, rounding) = (likelihoods.mean(), 1e-13 * likelihoods.amax());
        let mut damping = 1.0;
        loop {
            let xi = DMatrix::from_fn(k, d, |mu, i| machine.patterns()[(mu, i)] + damping * step[mu * d + i]);
            let next = with_patterns(&machine, xi)?;
            let (attention, values) = attend(&next, data)?;
            let sums = next.partition()?;
            if values.add_scalar(-sums.log_z).mean() >= now - rounding {
                (machine, weights, energies, partition) = (next, attention, values, sums);
                break;
            }
            damping *= 0.5;
            if damping < 1e-6 {
                return Err(SimulationError::NotConverged { what: "the line search of maximum likelihood" });
            }
        }
    }
    Err(SimulationError::NotConverged { what: "maximum likelihood of the patterns" })
}

/// One step of expectation maximisation at $\beta=1$, $b=0$, with pattern biases and $\sigma^2$ free: $w_\mu=\langle p_\mu\rangle$, means $\langle p_\mu v\rangle/w_\mu$,
/// $\sigma^2=\frac1d\langle\sum_\mu p_\mu\|v-\mathrm{mean}_\mu\|^2\rangle$. Returns the new machine and the mean log-likelihood of the old one.
///
/// # Errors
/// [`TheoryError::Undefined`] when a pattern loses all its samples or the variance vanishes.
pub fn em_step(
    machine: &AttentionMachine,
    data: &DMatrix<f64>,
) -> Result<(AttentionMachine, f64), SimulationError> {
    if machine.order()? != 1 {
        return Err(TheoryError::invalid(
            "beta",
            machine.beta(),
            "1: other temperatures have no closed step",
        )
        .into());
    }
    if machine.visible_bias().amax() > 0.0 {
        return Err(
            TheoryError::invalid("b", machine.visible_bias().amax(), "zero: the means hold it").into()
        );
    }
    let (weights, energies) = attend(machine, data)?;
    let (n, d) = (data.ncols() as f64, data.nrows() as f64);
    let mut means = DMatrix::zeros(machine.count(), data.nrows());
    add_product_transpose(&mut means, 1.0 / n, &weights, data);
    let shares = weights.column_mean();
    let mut between = 0.0;
    for (mut mean, share) in means.row_iter_mut().zip(shares.iter()) {
        if share * n < 1e-200 {
            return Err(
                TheoryError::undefined("the step", "a pattern is nobody's: use fewer patterns").into()
            );
        }
        mean /= *share;
        between += share * mean.norm_squared();
    }
    let sigma2 = (data.norm_squared() / n - between) / d;
    if sigma2.is_nan() || sigma2 <= 0.0 {
        return Err(TheoryError::undefined("the step", "every sample sits on a pattern: sigma2 is 0").into());
    }
    let biases =
        means.row_iter().zip(shares.iter()).map(|(m, share)| share.ln() - 0.5 * m.norm_squared() / sigma2);
    let biases = biases.collect();
    let next = AttentionMachine::new(means / sigma2, None, Some(biases), sigma2, 1.0)?;
    Ok((next, energies.add_scalar(-machine.log_z()?).mean()))
}

/// The machine from which expectation maximisation starts: `patterns` random samples as means, equal shares, the data's variance.
pub fn em_start(
    data: &DMatrix<f64>,
    patterns: usize,
    streams: &Streams,
) -> Result<AttentionMachine, SimulationError> {
    let mean = data.column_mean();
    let spread = data.column_iter().map(|v| (v - &mean).norm_squared()).sum::<f64>();
    let sigma2 = spread / data.len() as f64;
    if sigma2 <= 0.0 {
        return Err(TheoryError::undefined("the start", "the samples do not vary: sigma2 is 0").into());
    }
    let means = random_samples(data, patterns, streams)?;
    let biases = means.row_iter().map(|m| -(patterns as f64).ln() - 0.5 * m.norm_squared() / sigma2);
    let biases = biases.collect();
    Ok(AttentionMachine::new(means / sigma2, None, Some(biases), sigma2, 1.0)?)
}

/// `count` different random samples, one a row.
pub fn random_samples(
    data: &DMatrix<f64>,
    count: usize,
    streams: &Streams,
) -> Result<DMatrix<f64>, SimulationError> {
    if count > data.ncols() {
        let range = format!("at most the {} samples", data.ncols());
        return Err(TheoryError::invalid("K", count, range).into());
    }
    let chosen = rand::seq::index::sample(&mut streams.child("start").rng(0), data.ncols(), count);
    Ok(data.select_columns(&chosen.into_vec()).transpose())
}

#[cfg(test)]
mod tests {
    use super::*;
    use nalgebra::dmatrix;

    fn planted() -> AttentionMachine {
        AttentionMachine::new(dmatrix![2.0, 0.5; -1.0, 1.5], None, None, 1.0, 0.5).unwrap()
    }

    #[test]
    fn the_likelihood_rises_along_its_gradient() {
        let data = dmatrix![1.0, -1.2, 0.3, 0.8; 0.2, -0.1, 0.5, -0.4];
        let at = |xi: DMatrix<f64>| AttentionMachine::new(xi, None, None, 1.0, 0.5).unwrap();
        let likelihood = |machine: &AttentionMachine| {
            let energies = data.column_iter().map(|v| machine.energy(v.as_slice()).unwrap());
            -energies.sum::<f64>() / 4.0 - machine.log_z().unwrap()
        };
        let xi = dmatrix![0.4, 0.1; -0.2, 0.3];
        let gradient = likelihood_gradient(&at(xi.clone()), &data).unwrap();
        let (ahead, back) = (at(&xi + &gradient * 1e-5), at(&xi - &gradient * 1e-5));
        let slope = (likelihood(&ahead) - likelihood(&back)) / 2e-5;
        assert!((slope / gradient.norm_squared() - 1.0).abs() < 1e-6);
        let mean = log_likelihoods(&at(xi.clone()), &data).unwrap().mean();
        assert!((mean - likelihood(&at(xi))).abs() < 1e-12);
    }

    #[test]
    fn samples_have_the_moments_of_the_mixture() {
        let machine = planted();
        let data = samples(&machine, 200_000, &Streams::for_trial("samples", "", 0, 0)).unwrap();
        let (mean, _) = machine.moments(&machine.partition().unwrap()).unwrap();
        assert!((data.column_mean() - mean).amax() < 0.02);
    }

    #[test]
    fn the_polish_ends_where_moments_match() {
        let data = samples(&planted(), 500, &Streams::for_trial("polish", "", 0, 0)).unwrap();
        let fitted = polish(ascend(planted(), &data, 0.1, 20).unwrap(), &data).unwrap();
        assert!(likelihood_gradient(&fitted, &data).unwrap().norm() < 1e-9);
        assert!((fitted.patterns() - planted().patterns()).amax() < 0.5);
    }

    #[test]
    fn expectation_maximisation_climbs_and_refuses_what_has_no_step() {
        let streams = Streams::for_trial("em", "", 0, 0);
        let data = samples(&planted(), 300, &streams).unwrap();
        let mut machine = em_start(&data, 3, &streams).unwrap();
        let mut last = f64::NEG_INFINITY;
        for _ in 0..30 {
            let (next, likelihood) = em_step(&machine, &data).unwrap();
            assert!(likelihood >= last - 1e-12);
            (machine, last) = (next, likelihood);
        }
        assert!(em_step(&planted(), &data).unwrap_err().to_string().contains("beta"));
        let same = DMatrix::from_element(2, 4, 1.0);
        assert!(em_start(&same, 1, &streams).unwrap_err().to_string().contains("sigma2"));
        assert!(em_start(&data, 301, &streams).unwrap_err().to_string().contains("300"));
    }
}
