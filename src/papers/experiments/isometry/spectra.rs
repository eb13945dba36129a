use serde::Serialize;
use solvable_theory::dynamical_isometry::maximal_sharpness;

use super::super::shortened;
use crate::simulate::deep::{
    DeepSetting, behind_output, dual, jacobian_gram, mean_square_slopes, mean_squares, projected_identities,
};
use crate::simulate::linalg::{Matrix, symmetric_eigenvalues};
use crate::streams::Streams;
use crate::verify::{Experiment, Record, TrialFailure};

/// Networks of one kind and how many are drawn in a trial.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct OrderParametersSetting {
    /// The network.
    #[serde(flatten)]
    pub network: DeepSetting,
    /// Draws over which means and variances are taken.
    pub draws: usize,
}

/// Mean squares of signals and slopes over many networks, drawn layer by layer without their weights: `q` and `alpha`, the means of
/// $\hat q_l$ and $\hat\alpha_l$ at $l=1..L-1$; `q_variance` and `alpha_variance`, $M$ times their variances.
pub struct OrderParameters;

impl Experiment for OrderParameters {
    type Setting = OrderParametersSetting;
    type Outcome = Record;
    const ID: &'static str = "order-parameters";
    const VERSION: u32 = 1;

    fn run(setting: &OrderParametersSetting, streams: &Streams) -> Result<Record, TrialFailure> {
        let draws = (0..setting.draws)
            .map(|draw| setting.network.order_parameters(&streams.nth_child("network", draw)));
        let (q, alpha): (Vec<Vec<f64>>, Vec<Vec<f64>>) =
            draws.map(|(q, alpha)| (q[1..].to_vec(), alpha)).unzip();
        let width = setting.network.width as f64;
        let ((q, q_variance), (alpha, alpha_variance)) = (statistics(&q, width), statistics(&alpha, width));
        Ok(Record::new()
            .with_list("q", q)
            .with_list("alpha", alpha)
            .with_list("q_variance", q_variance)
            .with_list("alpha_variance", alpha_variance))
    }

    fn cost(setting: &OrderParametersSetting) -> f64 {
        (setting.network.width * setting.network.depth * setting.draws) as f64 * 20.0
    }
}

/// Means and `scale` times the variances of every entry over all lists.
fn statistics(lists: &[Vec<f64>], scale: f64) -> (Vec<f64>, Vec<f64>) {
    let count = lists.len() as f64;
    let layers = lists.first().map_or(0, Vec::len);
    let mean = |l: usize| lists.iter().map(|list| list[l]).sum::<f64>() / count;
    let variance = |l: usize, mean: f64| {
        scale * lists.iter().map(|list| (list[l] - mean).powi(2)).sum::<f64>() / (count - 1.0)
    };
    (0..layers).map(|l| (mean(l), variance(l, mean(l)))).unzip()
}

/// A deep network at one input, and what is measured beside the spectrum.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct DeepSpectrumSetting {
    /// The network.
    #[serde(flatten)]
    pub network: DeepSetting,
    /// Whether the Jacobian is measured as well.
    pub jacobian: bool,
    /// Whether the dual of the network with an activation behind its output is measured as well.
    pub output: bool,
}

/// The spectrum of $H_L$. Measures `q` $\hat q_0..\hat q_{L-1}$, `alpha` $\hat\alpha_1..\hat\alpha_{L-1}$, `defects` the shares of units with
/// $\phi'=0$, `eigenvalues` (ascending), `lambda_max`, `at_top` the number of eigenvalues within $10^{-9}$ of
/// $A_0(\hat q)$; for activations with other slopes than 0 and 1 `slopes`, all $\phi'^2$ layer by layer; `jacobian` the squared singular values of the
/// input-output Jacobian; `output` the eigenvalues of $D_LH_LD_L$ and `output_defect`.
pub struct DeepSpectrum;

/// The distance at which an eigenvalue counts as equal to an atom, relative.
const EQUAL: f64 = 1e-9;

impl Experiment for DeepSpectrum {
    type Setting = DeepSpectrumSetting;
    type Outcome = Record;
    const ID: &'static str = "deep-spectrum";
    const VERSION: u32 = 1;

    fn run(setting: &DeepSpectrumSetting, streams: &Streams) -> Result<Record, TrialFailure> {
        let (network, signals) = setting.network.draw(streams)?;
        let (q, alpha) = (mean_squares(&signals, 0), mean_square_slopes(&signals, 0));
        let zeros =
            |slopes: &Matrix| slopes.iter().filter(|d| **d == 0.0).count() as f64 / slopes.len() as f64;
        let defects: Vec<f64> = signals.slopes.iter().map(zeros).collect();
        let h = dual(&network, &signals);
        let eigenvalues = symmetric_eigenvalues(&h)?;
        let top = maximal_sharpness(&q, setting.network.sigma_w2)?;
        let at_top = eigenvalues.iter().filter(|v| (*v - top).abs() < EQUAL * top).count();
        let mut outcome = Record::new()
            .with("lambda_max", eigenvalues.last().copied().unwrap_or(0.0))
            .with("at_top", at_top as f64)
            .with_list("eigenvalues", shortened(&eigenvalues));
        let projections = signals.slopes.iter().all(|d| d.iter().all(|d| *d == 0.0 || *d == 1.0));
        if !projections {
            let squares: Vec<f64> = signals.slopes.iter().flat_map(|d| d.iter().map(|d| d * d)).collect();
            outcome = outcome.with_list("slopes", shortened(&squares));
        }
        if setting.jacobian {
            let values = symmetric_eigenvalues(&jacobian_gram(&network, &signals))?;
            // Rounding makes the zeros of a semidefinite matrix slightly negative.
            let values: Vec<f64> = values.into_iter().map(|v| v.max(0.0)).collect();
            outcome = outcome.with_list("jacobian", shortened(&values));
        }
        if setting.output {
            let phi = &setting.network.activation;
            let slopes: Vec<f64> = signals.output.iter().map(|u| phi.derivative(*u)).collect();
            let values = symmetric_eigenvalues(&behind_output(&h, &slopes))?;
            let values: Vec<f64> = values.into_iter().map(|v| v.max(0.0)).collect();
            let zero = slopes.iter().filter(|d| **d == 0.0).count() as f64 / slopes.len() as f64;
            outcome = outcome.with("output_defect", zero).with_list("output", shortened(&values));
        }
        Ok(outcome.with_list("q", q).with_list("alpha", alpha).with_list("defects", defects))
    }

    fn cost(setting: &DeepSpectrumSetting) -> f64 {
        let network = &setting.network;
        let cube = (network.width as f64).powi(3);
        cube * (7.0 * network.depth as f64 + 6.0)
            + if setting.jacobian { cube * (4.0 * network.depth as f64 + 6.0) } else { 0.0 }
    }
}

/// The largest eigenvalue of a deep network at one input: `lambda_max` of $H_L$; with `q` and `alpha`.
pub struct DeepEdge;

impl Experiment for DeepEdge {
    type Setting = DeepSetting;
    type Outcome = Record;
    const ID: &'static str = "deep-edge";
    const VERSION: u32 = 1;

    fn run(setting: &DeepSetting, streams: &Streams) -> Result<Record, TrialFailure> {
        let (network, signals) = setting.draw(streams)?;
        let values = symmetric_eigenvalues(&dual(&network, &signals))?;
        Ok(Record::new()
            .with("lambda_max", values.last().copied().unwrap_or(0.0))
            .with_list("q", mean_squares(&signals, 0))
            .with_list("alpha", mean_square_slopes(&signals, 0)))
    }

    fn cost(setting: &DeepSetting) -> f64 {
        (setting.width as f64).powi(3) * (7.0 * setting.depth as f64 + 3.0)
    }
}

/// Free projections without a network.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct FreeProjectionsSetting {
    /// $M$.
    pub width: usize,
    /// $L$.
    pub depth: usize,
    /// $c$: the sum of all defects.
    pub c: f64,
}

/// $H_L/(qL)$ for $L-1$ independent random projections of defect $c/L$ and equal $q_l=q$: `eigenvalues`, ascending.
pub struct FreeProjections;

impl Experiment for FreeProjections {
    type Setting = FreeProjectionsSetting;
    type Outcome = Record;
    const ID: &'static str = "free-projections";
    const VERSION: u32 = 1;

    fn run(setting: &FreeProjectionsSetting, streams: &Streams) -> Result<Record, TrialFailure> {
        let h = projected_identities(setting.width, setting.depth, setting.c, streams);
        Ok(Record::new().with_list("eigenvalues", shortened(&symmetric_eigenvalues(&h)?)))
    }

    fn cost(setting: &FreeProjectionsSetting) -> f64 {
        (setting.width as f64).powi(3) * (7.0 * setting.depth as f64 + 3.0)
    }
}
