//! What the theory finds, in words and in its own numbers.

use solvable_engine::streams::Streams;
use solvable_engine::verify::JudgeError;
use solvable_shared::{own_data, told};
use solvable_theory::pathological_spectra::{Fluctuation, GivenOutputs, outlier_vectors};

use crate::claims::vectors::{SAMPLES, class_constant, deficit, erf};
use crate::figures::vectors::{constant_deficit, digits, sinking, top_vector};
use crate::settings::{outputs, setting, statistics};

/// A paragraph each.
pub(super) fn all() -> Vec<String> {
    told(&[constants, softmax_vectors, real_inputs])
}

fn constants() -> Result<String, JudgeError> {
    let share =
        |s, which| -> Result<f64, JudgeError> { Ok(deficit(&s, which)? / deficit(&s, Fluctuation::All)?) };
    let relu = || setting("relu", 3, 400, 1, SAMPLES);
    let tanh = || setting("tanh", 3, 400, 1, SAMPLES);
    let sunken = sinking(0.01, 400)?;
    let vectors = outlier_vectors(&sunken.network, sunken.samples)?;
    Ok(format!(
        "The eigenvectors of the outliers are class-constant up to the share $1-s$ of order $1/M$: {:.4} for ReLU, {:.4} for tanh at $M=400$ and $N={SAMPLES}$. It is made by rows of the kernel \
         that differ as a whole. Entries taken as independent explain {:.1} per cent of it for ReLU, {:.0} for tanh and {:.0} for erf with one hidden layer (spectra/outlier-vectors). The \
         law ends where the outlier sinks into the bulk, at $N\\Theta_{{st}}=\\Theta_t-\\Theta_{{st}}$: with $\\sigma_b^2=0.01$ the former is {:.2} of the latter, and the eigenvectors have forgotten the classes \
         (figure spectra/outlier-vectors).",
        deficit(&relu()?, Fluctuation::All)?,
        deficit(&tanh()?, Fluctuation::All)?,
        100.0 * share(relu()?, Fluctuation::Entries)?,
        100.0 * share(tanh()?, Fluctuation::Entries)?,
        100.0 * share(erf(400)?, Fluctuation::Entries)?,
        vectors.clearance
    ))
}

/// Draws of outputs.
const DRAWS: u64 = 200;

fn softmax_vectors() -> Result<String, JudgeError> {
    let s = setting("relu", 3, 800, 3, 60)?;
    let (kernel, classes) = (statistics(&s)?, s.network.classes());
    let (q_t, q_st) = outputs(&s.network)?;
    let mut overlaps = Vec::new();
    for draw in 0..DRAWS {
        let streams = Streams::of_problem("vectors of Gaussian outputs", &format!("{s:?}"), draw);
        let common = streams.child("common").normals(classes, q_st.sqrt());
        let own = streams.child("own").normals(classes * s.samples, (q_t - q_st).sqrt());
        let logits: Vec<Vec<f64>> =
            own.chunks(classes).map(|row| row.iter().zip(&common).map(|(z, y)| z + y).collect()).collect();
        if let Some(vector) = GivenOutputs::new(&logits, kernel.theta_t, kernel.theta_st)?.top_vector() {
            let nearest = class_constant(&vector, classes);
            overlaps.push(vector.iter().zip(nearest).map(|(v, c)| v * c).sum::<f64>().powi(2));
        }
    }
    let mean = overlaps.iter().sum::<f64>() / overlaps.len() as f64;
    let lowest = overlaps.iter().copied().fold(1.0, f64::min);
    Ok(format!(
        "Class constants are not the eigenvectors for the cross entropy, not even at infinite width: with Gaussian outputs in the place of ReLU networks of three classes and 60 samples the squared \
         overlap of the top eigenvector with the span of the class constants is {mean:.3} on average over {} draws, and {lowest:.2} at the least (spectra/ce-vectors).",
        overlaps.len()
    ))
}

fn real_inputs() -> Result<String, JudgeError> {
    let s = digits(800)?;
    let top = top_vector(&own_data::kernel(&s)?)?;
    Ok(format!(
        "On digits the constant vector is not exact either, because images differ in their norms: of the top eigenvector of the analytic kernel of {} images the share {:.4} lies \
         outside of it, at any width. What falls like $1/M$ is what networks leave of that eigenvector (figure spectra/digits-vectors): use the top eigenvector of the Gram matrix of mf/ntk-pair on data.",
        s.data.samples(),
        constant_deficit(&top)
    ))
}
