//! The eigenvectors of the outliers: over the width, through the threshold, on digits.

use solvable_theory::pathological_spectra::{Fluctuation, outlier_vectors};
use solvable_theory::{Activation, Architecture, TheoryError};

use crate::claims::vectors::{SAMPLES, deficit, erf};
use crate::experiments::{DigitsVectors, OutlierVectors};
use crate::settings::{network, setting};
use solvable_engine::figure::{Axis, Figure, Panel, Position, Series, Stroke};
use solvable_engine::verify::{JudgeError, Profile};
use solvable_engine::{FigurePlan, Trials, mean_point, requests};
use solvable_shared::{DataFisherSetting, FisherSetting, by, own_data};
use solvable_simulate::data::Dataset;
use solvable_simulate::linalg::{Matrix, symmetric_eigen};

pub(super) fn all() -> Vec<FigurePlan> {
    vec![
        FigurePlan::new(
            "spectra/outlier-vectors",
            |p| {
                let widths = families(p)?.into_iter().flat_map(|(_, settings)| settings);
                requests::<OutlierVectors>(&widths.chain(threshold(p)?).collect::<Vec<_>>(), by(p, 16, 40))
            },
            outliers,
        ),
        FigurePlan::new(
            "spectra/digits-vectors",
            |p| requests::<DigitsVectors>(&digit_settings(p)?, by(p, 16, 40)),
            on_digits,
        ),
    ]
}

type Family = (&'static str, Vec<FisherSetting>);

fn families(profile: Profile) -> Result<Vec<Family>, JudgeError> {
    let widths: &[usize] = by(profile, &[50, 100, 200], &[50, 100, 200, 400, 800]);
    let of = |build: &dyn Fn(usize) -> Result<FisherSetting, TheoryError>| {
        widths.iter().map(|&width| build(width)).collect::<Result<Vec<_>, _>>()
    };
    Ok(vec![
        ("ReLU, L = 3", of(&|width| setting("relu", 3, width, 1, SAMPLES))?),
        ("tanh, L = 3", of(&|width| setting("tanh", 3, width, 1, SAMPLES))?),
        ("erf, L = 2", of(&erf)?),
    ])
}

/// Smaller and smaller biases: the outlier sinks into the bulk.
pub(crate) fn sinking(sigma_b2: f64, width: usize) -> Result<FisherSetting, TheoryError> {
    let network = Architecture::new(vec![width, width, width, 1], Activation::tanh(), 3.0, sigma_b2)?;
    Ok(FisherSetting { network: network.with_trained_biases(true), samples: SAMPLES })
}

/// $\sigma_b^2$ from far above the threshold to far below it.
const BIASES: [f64; 8] = [0.64, 0.3, 0.17, 0.1, 0.06, 0.03, 0.01, 0.003];

fn threshold_width(profile: Profile) -> usize {
    by(profile, 200, 400)
}

fn threshold(profile: Profile) -> Result<Vec<FisherSetting>, JudgeError> {
    let width = threshold_width(profile);
    Ok(BIASES.iter().map(|&bias| sinking(bias, width)).collect::<Result<_, _>>()?)
}

fn outliers(trials: &Trials<'_>) -> Result<Figure, JudgeError> {
    let measured = |x: f64, s: &FisherSetting| trials.mean::<OutlierVectors>(x, s, |o| o.deficit);
    let mut over_widths = Vec::new();
    for (group, (label, settings)) in families(trials.profile())?.into_iter().enumerate() {
        let (mut line, mut points) = (Vec::new(), Vec::new());
        for s in &settings {
            let width = s.network.widths()[0] as f64;
            line.push((width, deficit(s, Fluctuation::All)?));
            points.push(measured(width, s)?);
        }
        over_widths.push(Series::line(label, group, Stroke::Solid, line));
        over_widths.push(Series::Points { label: String::new(), group, points });
    }
    let (mut inside, mut outside, mut points) = (Vec::new(), Vec::new(), Vec::new());
    for s in &threshold(trials.profile())? {
        let vectors = outlier_vectors(&s.network, s.samples)?;
        let at = (vectors.clearance, vectors.deficit);
        if vectors.is_valid() {
            inside.push(at)
        } else {
            outside.push(at)
        }
        points.push(measured(vectors.clearance, s)?);
    }
    outside.splice(0..0, inside.last().copied());
    outside.retain(|(_, deficit)| *deficit <= 2.0);
    Ok(Figure {
        id: "spectra/outlier-vectors".into(),
        title: "How far the outliers' eigenvectors are from the class constants".into(),
        caption: format!(
            "The share 1 − s of the top eigenvector outside of the class-constant vector, C = 1, N = {SAMPLES}. Left: it falls like 1/M; lines: the theory. Right: tanh, σ_w² = 3, M = {}, with \
             σ_b² from 0.64 down to 0.003: where NΘ_st falls below Θ_t − Θ_st (rule) the outlier sinks into the bulk, and the law (dashed there) no longer holds. Points: networks, means with 99 % intervals.",
            threshold_width(trials.profile())
        ),
        panels: vec![
            Panel {
                title: String::new(),
                x: Axis::log("width M"),
                y: Axis::log("1 − s"),
                series: over_widths,
            },
            Panel {
                title: String::new(),
                x: Axis::log("N Θ_st / (Θ_t − Θ_st)"),
                y: Axis::log("1 − s"),
                series: vec![
                    Series::line("law", 0, Stroke::Solid, inside),
                    Series::line("outside its validity", 0, Stroke::Dashed, outside),
                    Series::Points { label: "networks".into(), group: 1, points },
                    Series::rule("threshold", 3, Stroke::Dotted, Position::X(1.0)),
                ],
            },
        ],
    })
}

/// ReLU classifiers of two classes on the first 60 digits.
pub(crate) fn digits(width: usize) -> Result<DataFisherSetting, JudgeError> {
    let data = Dataset::digits()?.scaled_head(60)?;
    let mut widths = network("relu", 3, width, 2)?.widths().to_vec();
    widths[0] = data.dimension();
    let network = Architecture::new(widths, Activation::relu(), 2.0, 0.1)?.with_trained_biases(true);
    Ok(DataFisherSetting { network, data })
}

fn digit_settings(profile: Profile) -> Result<Vec<DataFisherSetting>, JudgeError> {
    let widths: &[usize] = by(profile, &[100, 200, 400], &[100, 200, 400, 800, 1600]);
    widths.iter().map(|&width| digits(width)).collect()
}

/// The top eigenvector of a kernel.
pub(crate) fn top_vector(kernel: &Matrix) -> Result<Vec<f64>, JudgeError> {
    let (_, vectors) = symmetric_eigen(kernel)?;
    Ok(vectors.column(vectors.ncols() - 1).iter().copied().collect())
}

/// What of a unit vector lies outside of the constant one.
pub(crate) fn constant_deficit(vector: &[f64]) -> f64 {
    1.0 - vector.iter().sum::<f64>().powi(2) / vector.len() as f64
}

/// $1-$ the mean over the vectors of the squared norm of their projection on the span of $e_k\otimes w$.
fn outside_of(vectors: &[f64], w: &[f64]) -> f64 {
    let blocks = vectors.chunks(w.len());
    let count = (blocks.len() as f64).sqrt();
    let overlap = |block: &[f64]| block.iter().zip(w).map(|(v, w)| v * w).sum::<f64>().powi(2);
    1.0 - blocks.map(overlap).sum::<f64>() / count
}

fn on_digits(trials: &Trials<'_>) -> Result<Figure, JudgeError> {
    let settings = digit_settings(trials.profile())?;
    let (mut constant, mut own, mut floor) = (Vec::new(), Vec::new(), Vec::new());
    let samples = settings[0].data.samples();
    let flat = vec![(samples as f64).sqrt().recip(); samples];
    for s in &settings {
        let width = s.network.widths()[1] as f64;
        let top = top_vector(&own_data::kernel(s)?)?;
        let outcomes = trials.of::<DigitsVectors>(s)?;
        let of = |w: &[f64]| outcomes.iter().map(|o| outside_of(&o.vectors, w)).collect::<Vec<_>>();
        constant.push(mean_point(width, &of(&flat))?);
        own.push(mean_point(width, &of(&top))?);
        floor.push((width, constant_deficit(&top)));
    }
    Ok(Figure {
        id: "spectra/digits-vectors".into(),
        title: "On digits the constant vector is not the eigenvector of the outlier".into(),
        caption: format!(
            "ReLU classifiers of two classes (L = 3) on {samples} digits. What of the two top eigenvectors lies outside of the constant vectors of the classes does not fall below the deficit of the \
             analytic kernel's own top eigenvector (line), as images differ in norm. What lies outside of that eigenvector falls like 1/M. Means over networks with 99 % intervals."
        ),
        panels: vec![Panel {
            title: String::new(),
            x: Axis::log("width M"),
            y: Axis::log("deficit 1 − s"),
            series: vec![
                Series::line("analytic kernel against constants", 0, Stroke::Solid, floor),
                Series::Points { label: "networks against constants".into(), group: 0, points: constant },
                Series::Points { label: "networks against the kernel's".into(), group: 1, points: own },
            ],
        }],
    })
}
