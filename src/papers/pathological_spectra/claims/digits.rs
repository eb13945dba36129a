//! The digits as inputs: the tangent kernel of their own Gram matrix in the place of two numbers.

use solvable_theory::Architecture;
use solvable_theory::bibliography::{JACOT_2018, KARAKIDA_2021_PATHOLOGICAL};
use solvable_theory::mean_field::theta;

use crate::experiments::{DigitsClassifier, DigitsClassifierOutcome};
use crate::settings::{leading, scales};
use solvable_engine::verify::{At, Claim, JudgeError, Margin};
use solvable_shared::DataFisherSetting;
use solvable_shared::by;
use solvable_shared::kept;
use solvable_shared::own_data::kernel;
use solvable_simulate::cross_entropy::{dual, softmax};
use solvable_simulate::data::Dataset;
use solvable_simulate::linalg::{self, Matrix};

pub(crate) fn claims() -> Vec<Claim> {
    vec![outliers()]
}

const CLASSES: usize = 5;

fn setting(activation: &str, width: usize, samples: usize) -> Result<DataFisherSetting, JudgeError> {
    let data = Dataset::digits()?.scaled_head(samples)?;
    let (sigma_w2, sigma_b2) = scales(activation);
    let widths = vec![data.dimension(), width, width, CLASSES];
    let network =
        Architecture::new(widths, activation.parse()?, sigma_w2, sigma_b2)?.with_trained_biases(true);
    Ok(DataFisherSetting { network, data })
}

/// The outliers for a kernel, given the outputs of the trial.
fn given(o: &DigitsClassifierOutcome, kernel: &Matrix) -> Result<Vec<f64>, JudgeError> {
    let (samples, logits) = (kernel.nrows(), &o.logits);
    let classes = logits.len() / samples;
    let question = format!("digits outliers {logits:?} {:?}", kernel.as_slice());
    let values = kept(&question, || {
        let outputs = Matrix::from_column_slice(classes, samples, logits);
        let whole = Matrix::from_fn(logits.len(), logits.len(), |i, j| {
            if i / samples == j / samples { kernel[(i % samples, j % samples)] } else { 0.0 }
        });
        Ok(linalg::largest_eigenvalues(&dual(&whole, &softmax(&outputs)), classes - 1)?)
    })?;
    Ok(values.to_vec())
}

fn outliers() -> Claim {
    Claim::about::<DigitsClassifier>(
        "spectra/digits",
        "Outliers of classifiers on handwritten digits, by the kernel of their own Gram matrix",
    )
    .formula(r"G=\frac1NS^\top(\Theta(X,X)\otimes I_C)S")
    .sources(&[KARAKIDA_2021_PATHOLOGICAL, JACOT_2018])
    .cases(|profile| {
        let (width, samples, trials) = by(profile, (400, 40, 32), (1000, 100, 24));
        ["erf", "relu"]
            .into_iter()
            .map(|activation| {
                let s = setting(activation, width, samples)?;
                // ReLU networks fluctuate most.
                let trials = if activation == "relu" { 4 * trials } else { trials };
                Ok(At::setting(
                    format!("{activation} L=3 M={width} C={CLASSES} N={samples} digits"),
                    s,
                    trials,
                ))
            })
            .collect()
    })
    .measure(|_, o| leading(&o.outliers, 3))
    .predict_given(|s, o| leading(&given(o, &kernel(s)?)?, 3))
    .margin(|_, profile| Margin::symmetric(by(profile, 0.12, 0.08)))
    .rival_given("independent inputs of the same length", |s, o| {
        let gaussian = theta(&s.network)?;
        let samples = s.data.samples();
        let flat =
            Matrix::from_fn(
                samples,
                samples,
                |i, j| if i == j { gaussian.theta_t } else { gaussian.theta_st },
            );
        leading(&given(o, &flat)?, 3)
    })
    .rival_given("all digits alike", |s, o| {
        let kernel = kernel(s)?;
        let mean = kernel.trace() / kernel.nrows() as f64;
        leading(&given(o, &Matrix::from_element(kernel.nrows(), kernel.nrows(), mean))?, 3)
    })
    .finish()
}
