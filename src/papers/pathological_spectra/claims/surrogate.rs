//! Means over networks that have no closed form: Gaussian outputs are drawn in place of networks, and the secular problem is solved for each draw.

use rayon::prelude::*;
use solvable_theory::pathological_spectra::GivenOutputs;

use crate::settings::{outliers_or_edge, outputs, statistics};
use solvable_engine::streams::Streams;
use solvable_engine::verify::JudgeError;
use solvable_shared::FisherSetting;
use solvable_shared::kept;

/// Outliers of one draw, see [`outliers_or_edge`].
pub(crate) type Outliers = Vec<f64>;

/// Draws of outputs.
const DRAWS: u64 = 400;

/// The outliers of the cross-entropy spectrum for 400 draws of Gaussian outputs. `centred`: with outputs of mean zero over the samples.
pub(crate) fn drawn_outliers(s: &FisherSetting, centred: bool) -> Result<Vec<Outliers>, JudgeError> {
    let key = format!("{s:?} {centred}");
    let all = kept(&format!("surrogate {key}"), || {
        let draws = (0..DRAWS).into_par_iter();
        let draws = draws.map(|draw| outliers(s, centred, &Streams::of_problem("surrogate", &key, draw)));
        Ok(draws.collect::<Result<Vec<_>, _>>()?.concat())
    })?;
    Ok(all.chunks(s.network.classes() - 1).map(<[f64]>::to_vec).collect())
}

fn outliers(s: &FisherSetting, centred: bool, streams: &Streams) -> Result<Outliers, JudgeError> {
    let kernel = statistics(s)?;
    let (q_t, q_st) = outputs(&s.network)?;
    let (classes, samples) = (s.network.classes(), s.samples);
    let common = streams.child("common").normals(classes, if centred { 0.0 } else { q_st.sqrt() });
    let mut own = streams.child("own").normals(classes * samples, (q_t - q_st).sqrt());
    if centred {
        for k in 0..classes {
            let mean = (0..samples).map(|n| own[n * classes + k]).sum::<f64>() / samples as f64;
            (0..samples).for_each(|n| own[n * classes + k] -= mean);
        }
    }
    let logits: Vec<Vec<f64>> =
        own.chunks(classes).map(|row| row.iter().zip(&common).map(|(z, y)| z + y).collect()).collect();
    let spectrum = GivenOutputs::new(&logits, kernel.theta_t, kernel.theta_st)?;
    Ok(outliers_or_edge(&spectrum))
}

/// The means of [`drawn_outliers`].
pub(crate) fn mean_outliers(s: &FisherSetting, centred: bool) -> Result<Outliers, JudgeError> {
    let draws = drawn_outliers(s, centred)?;
    let mean = |i: usize| draws.iter().map(|outliers| outliers[i]).sum::<f64>() / draws.len() as f64;
    Ok((0..s.network.classes() - 1).map(mean).collect())
}
