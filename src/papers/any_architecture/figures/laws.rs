//! Pooling, depth, mean subtraction, width.

use serde_json::json;
use solvable_engine::figure::{Axis, Figure, Panel, Series, Stroke};
use solvable_engine::verify::{JudgeError, Profile};
use solvable_engine::{FigurePlan, Trials, requests};
use solvable_shared::by;
use solvable_theory::any_architecture::mean_subtraction_edge;

use crate::claims::kernels::{deviation, deviation_trials, widths_of_kinds};
use crate::claims::predicted::statistics;
use crate::claims::sharpness::{BLOCKS, Kind, as_wide_as_samples, depth_sizes, ms_widths, of_blocks};
use crate::experiments::{Inputs, LayeredFisher, LayeredKernel, LayeredSetting};
use crate::settings::{self, CHANNELS};

pub(super) fn all() -> Vec<FigurePlan> {
    vec![
        FigurePlan::new("arch/pooling", |p| requests::<LayeredFisher>(&pooled_and_flat(p)?, 24), pooling),
        FigurePlan::new(
            "arch/depth",
            |p| requests::<LayeredFisher>(&of_all_kinds(p)?, depth_sizes(p).1),
            depth,
        ),
        FigurePlan::new(
            "arch/mean-subtraction",
            |p| requests::<LayeredFisher>(&small_images(p)?, 24),
            subtraction,
        ),
        FigurePlan::new(
            "arch/approach",
            |p| requests::<LayeredKernel>(&all_kinds(p)?, deviation_trials(p)),
            approach,
        ),
    ]
}

/// Positions of the figure of pooling.
const POSITIONS: [usize; 4] = [2, 4, 8, 16];
const COLLECTED: [&str; 2] = ["global-avg-pool", "flatten"];

fn collected(name: &str, positions: usize, profile: Profile) -> Result<LayeredSetting, JudgeError> {
    let conv = json!({"conv": {"channels": by(profile, 64, 256), "filter": [2]}});
    let layers = json!([conv, "relu", conv, "relu", name, {"dense": 2}]);
    let network = settings::network(positions, CHANNELS, 2.0, 0.1, layers)?;
    Ok(LayeredSetting { network, inputs: Inputs::Random { samples: 12 } })
}

fn pooled_and_flat(profile: Profile) -> Result<Vec<LayeredSetting>, JudgeError> {
    COLLECTED.iter().flat_map(|name| POSITIONS.map(|positions| collected(name, positions, profile))).collect()
}

fn pooling(trials: &Trials<'_>) -> Result<Figure, JudgeError> {
    let mut panels = Vec::new();
    type Read = fn(f64, f64, f64) -> f64;
    let quantities: [(&str, Read); 2] = [
        ("largest eigenvalues λ_max", |_, _, top| top),
        ("rest of the spectrum (θ_t − θ_st)/N", |theta_t, theta_st, _| (theta_t - theta_st) / 12.0),
    ];
    for (label, read) in quantities {
        let mut series = Vec::new();
        for (group, name) in COLLECTED.into_iter().enumerate() {
            let (mut line, mut points) = (Vec::new(), Vec::new());
            for positions in POSITIONS {
                let setting = collected(name, positions, trials.profile())?;
                let theory = statistics(&setting.network, 12)?;
                let x = positions as f64;
                line.push((x, read(theory.theta_t, theory.theta_st, theory.lambda_max)));
                points.push(
                    trials
                        .mean::<LayeredFisher>(x, &setting, |o| read(o.theta_t, o.theta_st, o.lambda_top))?,
                );
            }
            series.push(Series::line(format!("{name}, theory"), group, Stroke::Solid, line));
            series.push(Series::Points { label: format!("{name}, networks"), group, points });
        }
        panels.push(Panel { title: String::new(), x: Axis::log("positions S"), y: Axis::log(label), series });
    }
    Ok(Figure {
        id: "arch/pooling".into(),
        title: "What pooling leaves of the spectrum".into(),
        caption: "Global average pooling leaves the outlier and divides the rest of the spectrum by the number of positions; flattening lets \
                  both grow with the fan-in of the last layer. Two circular convolutions of two taps, ReLU, 12 inputs; points are means over \
                  24 random networks with 99 % intervals, lines the order parameters."
            .into(),
        panels,
    })
}

fn of_all_kinds(profile: Profile) -> Result<Vec<LayeredSetting>, JudgeError> {
    let (width, _) = depth_sizes(profile);
    Kind::ALL.iter().flat_map(|kind| BLOCKS.map(|blocks| of_blocks(*kind, blocks, width))).collect()
}

fn depth(trials: &Trials<'_>) -> Result<Figure, JudgeError> {
    let (width, _) = depth_sizes(trials.profile());
    let mut series = Vec::new();
    for (group, kind) in Kind::ALL.into_iter().enumerate() {
        let (mut line, mut points) = (Vec::new(), Vec::new());
        for blocks in 1..=8 {
            let setting = of_blocks(kind, blocks, width)?;
            line.push((blocks as f64, statistics(&setting.network, setting.samples())?.lambda_max));
        }
        for blocks in BLOCKS {
            let setting = of_blocks(kind, blocks, width)?;
            points.push(trials.mean::<LayeredFisher>(blocks as f64, &setting, |o| o.lambda_top)?);
        }
        series.push(Series::line(format!("{}, theory", kind.label()), group, Stroke::Solid, line));
        series.push(Series::Points { label: String::new(), group, points });
    }
    let panel = Panel { title: String::new(), x: Axis::linear("blocks B"), y: Axis::log("λ_max"), series };
    Ok(Figure {
        id: "arch/depth".into(),
        title: "Sharpness over the depth of residual networks".into(),
        caption: format!(
            "Unscaled blocks double the sharpness each; scaled by B^(-1/2) they leave it bounded; normalized branches let it grow like ln B with \
             a last normalization and like B ln B without, normalized sums like B, and so does a plain network. Lines: theory; markers: means \
             over networks with 99 % intervals. ReLU, four positions, pooled, {width} channels."
        ),
        panels: vec![panel],
    })
}

fn small_images(profile: Profile) -> Result<Vec<LayeredSetting>, JudgeError> {
    COLLECTED
        .iter()
        .flat_map(|name| ms_widths(profile).map(|width| as_wide_as_samples(name, width)))
        .collect()
}

fn subtraction(trials: &Trials<'_>) -> Result<Figure, JudgeError> {
    let mut series = Vec::new();
    for (group, name) in COLLECTED.into_iter().enumerate() {
        let (mut edge, mut flat, mut points) = (Vec::new(), Vec::new(), Vec::new());
        for width in ms_widths(trials.profile()) {
            let setting = as_wide_as_samples(name, width)?;
            let (x, theory) = (width as f64, mean_subtraction_edge(&setting.network, width)?);
            edge.push((x, theory.lambda_ms));
            flat.push((x, theory.without_spread));
            points.push(trials.mean::<LayeredFisher>(x, &setting, |o| o.lambda_ms.unwrap_or(f64::NAN))?);
        }
        series.push(Series::line(format!("{name}, edge"), group, Stroke::Solid, edge));
        series.push(Series::line(format!("{name}, without spread"), group, Stroke::Dashed, flat));
        series.push(Series::Points { label: format!("{name}, networks"), group, points });
    }
    let panel = Panel {
        title: String::new(),
        x: Axis::log("width M = samples N"),
        y: Axis::log("λ_max under mean subtraction"),
        series,
    };
    Ok(Figure {
        id: "arch/mean-subtraction".into(),
        title: "Mean subtraction on images of a fixed size".into(),
        caption: "With mean subtraction of the outputs the sharpness of networks whose inputs grow with them does not depend on the width \
                  (dashed). On images of a fixed size (8 positions, 2 channels) it grows with it, as the overlaps of the images set the edge."
            .into(),
        panels: vec![panel],
    })
}

fn all_kinds(profile: Profile) -> Result<Vec<LayeredSetting>, JudgeError> {
    Ok(widths_of_kinds(profile)?.into_iter().flat_map(|(_, settings)| settings).collect())
}

fn approach(trials: &Trials<'_>) -> Result<Figure, JudgeError> {
    let mut series = Vec::new();
    for (group, (name, settings)) in widths_of_kinds(trials.profile())?.into_iter().enumerate() {
        let (mut points, mut line) = (Vec::new(), Vec::new());
        for setting in &settings {
            let width = setting.network.nodes().first().map_or(1.0, |node| node.to.channels as f64);
            let values = trials.of::<LayeredKernel>(setting)?;
            let values: Result<Vec<f64>, JudgeError> = values.iter().map(|o| deviation(setting, o)).collect();
            let mean = solvable_engine::verify::statistic::mean(&values?, 0.01)
                .map_err(|error| JudgeError::Other(error.to_string()))?;
            line.push((width, mean.value));
            points.push(solvable_engine::figure::Point::new(width, mean));
        }
        // From the last point back, like the root of the width.
        let law = line.last().map_or_else(Vec::new, |&(last, value)| {
            line.iter().map(|&(x, _)| (x, value * (last / x).sqrt())).collect()
        });
        series.push(Series::Points { label: name.to_owned(), group, points });
        series.push(Series::line("", group, Stroke::Dashed, law));
    }
    let panel = Panel {
        title: String::new(),
        x: Axis::log("channels M"),
        y: Axis::log("deviation from the limit"),
        series,
    };
    Ok(Figure {
        id: "arch/approach".into(),
        title: "How kernels of finite networks approach their limit".into(),
        caption: "Relative distance of the tangent kernel of four given inputs from its limit, mean over networks with 99 % intervals; \
                  dashed: like the root of the width."
            .into(),
        panels: vec![panel],
    })
}
