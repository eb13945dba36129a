//! Integrals over an interval of exponentials that are steep at its ends.

/// Nodes $x=L\tanh(\frac\pi2\sinh t)$ of $\lbrack-L,L\rbrack$ and the logarithms of their weights.
pub fn end_nodes(bound: f64) -> Vec<(f64, f64)> {
    const STEPS: i32 = 320;
    const STEP: f64 = 0.0125;
    let half_pi = 0.5 * std::f64::consts::PI;
    (-STEPS..=STEPS)
        .map(|i| {
            let t = f64::from(i) * STEP;
            let u = half_pi * t.sinh();
            // log cosh u without overflow.
            let log_cosh = u.abs() + (-2.0 * u.abs()).exp().ln_1p() - std::f64::consts::LN_2;
            (bound * u.tanh(), (bound * STEP * half_pi * t.cosh()).ln() - 2.0 * log_cosh)
        })
        .collect()
}

/// The logarithm of a sum of exponentials.
pub fn log_sum(values: impl Iterator<Item = f64> + Clone) -> f64 {
    let largest = values.clone().fold(f64::NEG_INFINITY, f64::max);
    largest + values.map(|x| (x - largest).exp()).sum::<f64>().ln()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rule_integrates_to_the_ends() {
        let nodes = end_nodes(3.0);
        let sum = |f: fn(f64) -> f64| nodes.iter().map(|(x, log)| f(*x) * log.exp()).sum::<f64>();
        assert!((sum(|_| 1.0) - 6.0).abs() < 1e-12 && (sum(|x| x * x) - 18.0).abs() < 1e-11);
        let steep = log_sum(nodes.iter().map(|(x, log)| 2000.0 * x + log));
        assert!((steep - (6000.0 - 2000f64.ln())).abs() < 1e-9);
    }
}
