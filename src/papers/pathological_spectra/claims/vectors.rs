//! The eigenvectors of the outliers.

use solvable_theory::bibliography::{KARAKIDA_2019_UNIVERSAL, KARAKIDA_2021_PATHOLOGICAL};
use solvable_theory::pathological_spectra::{Fluctuation, GivenOutputs, outlier_vectors, outlier_vectors_of};
use solvable_theory::{Architecture, TheoryError};

use super::kernels::at;
use crate::experiments::{ClassifierVector, ClassifierVectorOutcome, OutlierVectors};
use crate::settings::{rows, setting, statistics};
use solvable_engine::verify::setting::{at_least, require};
use solvable_engine::verify::{At, Claim, JudgeError, Margin, SettingError};
use solvable_shared::{FisherSetting, by, checks, kept};

pub(crate) fn claims() -> Vec<Claim> {
    vec![outliers(), cross_entropy()]
}

/// Samples of the networks whose vectors are looked at.
pub(crate) const SAMPLES: usize = 40;

/// An erf network of two layers, whose single entries fluctuate most.
pub(crate) fn erf(width: usize) -> Result<FisherSetting, TheoryError> {
    let network = Architecture::new(vec![width, width, 1], "erf".parse()?, 2.0, 0.3)?;
    Ok(FisherSetting { network: network.with_trained_biases(true), samples: SAMPLES })
}

/// $1-s$, kept: figures and rivals ask for the same ones.
pub(crate) fn deficit(s: &FisherSetting, which: Fluctuation) -> Result<f64, JudgeError> {
    let question = format!("outlier vectors {s:?} {which:?}");
    Ok(kept(&question, || Ok(vec![outlier_vectors_of(&s.network, s.samples, which)?.deficit]))?[0])
}

/// Whether the law holds: a hidden layer, moments that are known, an outlier clear of the bulk.
fn clear_of_the_bulk(s: &FisherSetting) -> Result<(), SettingError> {
    checks::layers(&s.network, 2)?;
    checks::activations(&s.network, &["relu", "tanh", "erf", "sine", "gelu", "linear"])?;
    at_least("samples", s.samples, 3)?;
    let clear = outlier_vectors(&s.network, s.samples).is_ok_and(|vectors| vectors.is_valid());
    let valid = "so large that the outlier is clear of the bulk, NΘ_st >= Θ_t − Θ_st: the law holds there";
    require(clear, "network.sigma_b2", s.network.scales().sigma_b2, valid)
}

fn outliers() -> Claim {
    Claim::about::<OutlierVectors>(
        "spectra/outlier-vectors",
        "The outliers belong to the mean gradients, up to the fluctuations of the rows of the kernel",
    )
    .formula(
        r"1-s=\frac{N-1}N\frac{V_{\rm same}+(C-1)V_{\rm cross}}{\Theta_{st}^2}=O(1/M),\qquad V:\ \text{variances over samples of}\ \frac1N\sum_{n'}\Theta_{(k,n),(k',n')}",
    )
    .sources(&[KARAKIDA_2019_UNIVERSAL])
    .cases(|profile| {
        let cases = by(
            profile,
            vec![(setting("relu", 3, 200, 1, SAMPLES)?, 250)],
            vec![
                (setting("tanh", 3, 400, 1, SAMPLES)?, 200),
                (setting("relu", 3, 400, 1, SAMPLES)?, 200),
                (erf(800)?, 200),
            ],
        );
        Ok(cases.into_iter().map(|(s, trials)| at(s, trials)).collect())
    })
    .presumes(clear_of_the_bulk)
    .measure(|_, o| Ok(o.deficit))
    .predict(|s| deficit(s, Fluctuation::All))
    // One network scatters by 28 %.
    .margin(|_, profile| Margin::symmetric(by(profile, 0.12, 0.1)))
    .rival("single entries of the kernel taken as independent", |s| deficit(s, Fluctuation::Entries))
    .rival("norms of the inputs and single entries alone", |s| deficit(s, Fluctuation::Inputs))
    .finish()
}

/// The eigenvector at infinite width given the outputs of a trial, with the sign of the one that was measured.
fn predicted(s: &FisherSetting, o: &ClassifierVectorOutcome) -> Result<Vec<f64>, JudgeError> {
    let kernel = statistics(s)?;
    let logits = rows(&o.logits, s.network.classes());
    let vector = GivenOutputs::new(&logits, kernel.theta_t, kernel.theta_st)?.top_vector();
    let vector = vector.ok_or_else(|| JudgeError::Other("the bulk has absorbed the outlier".into()))?;
    let sign = 1f64.copysign(vector.iter().zip(&o.vector).map(|(p, v)| p * v).sum());
    Ok(vector.into_iter().map(|p| sign * p).collect())
}

/// The class-constant vector that is nearest to `vector`, of unit length.
pub(crate) fn class_constant(vector: &[f64], classes: usize) -> Vec<f64> {
    let samples = vector.len() / classes;
    let mut means = vec![0.0; classes];
    for block in vector.chunks(classes) {
        means.iter_mut().zip(block).for_each(|(mean, v)| *mean += v);
    }
    let length = means.iter().map(|m| m * m).sum::<f64>().sqrt() * (samples as f64).sqrt();
    (0..vector.len()).map(|i| means[i % classes] / length).collect()
}

fn cross_entropy() -> Claim {
    Claim::about::<ClassifierVector>(
        "spectra/ce-vectors",
        "For the cross entropy the outliers' eigenvectors follow the softmax: they are not class-constant at any width",
    )
    .formula(r"v_n\propto(\lambda I-aQ_n)^{-1}Q_n^{1/2}c,\qquad\Phi(\lambda)c=c")
    .sources(&[KARAKIDA_2021_PATHOLOGICAL])
    .cases(|_| -> Result<Vec<At<FisherSetting>>, JudgeError> { Ok(vec![at(setting("relu", 3, 800, 3, 60)?, 20)]) })
    .measure(|_, o| Ok(o.vector.clone()))
    .predict_given(predicted)
    .by_relative_distance()
    // The distance of unit vectors with the squared overlap 0.98, cut to two digits.
    .margin(|_, _| Margin::symmetric(0.14))
    // The class-constant vector that the trial itself likes best.
    .rival_given("the class-constant vectors", |s, o| Ok(class_constant(&o.vector, s.network.classes())))
    .finish()
}
