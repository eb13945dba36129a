//! Networks on which several parts stand.

use solvable_engine::verify::{At, JudgeError};
use solvable_theory::{Activation, Architecture, TheoryError};

use crate::fisher::FisherSetting;

/// Small weights, with which biases carry a third of the sharpness.
pub fn large_biases() -> Result<FisherSetting, TheoryError> {
    let network = Architecture::new(vec![100, 100, 100, 2], Activation::tanh(), 0.1, 0.02)?;
    Ok(FisherSetting { network: network.with_trained_biases(true), samples: 20 })
}

/// Whether the biases' share is well above the margins.
pub fn has_large_biases(setting: &FisherSetting) -> bool {
    setting.network.scales().sigma_w2 < 0.5
}

/// The two networks of the scaling laws, weights only, $L=3$, $C=1$, $N=M$.
pub fn proportional(widths: &[usize], trials: usize) -> Result<Vec<At<FisherSetting>>, JudgeError> {
    [("relu", 2.0, 0.1), ("tanh", 3.0, 0.64)]
        .into_iter()
        .map(|(name, sigma_w2, sigma_b2)| {
            let settings = widths
                .iter()
                .map(|&m| {
                    let network = Architecture::new(vec![m, m, m, 1], name.parse()?, sigma_w2, sigma_b2)?;
                    Ok(FisherSetting { network, samples: m })
                })
                .collect::<Result<_, TheoryError>>()?;
            Ok(At::sizes(format!("{name} L=3 M=N={widths:?}"), settings, trials))
        })
        .collect()
}
