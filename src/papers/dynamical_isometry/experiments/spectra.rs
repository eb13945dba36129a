use serde::{Deserialize, Serialize};
use solvable_theory::dynamical_isometry::maximal_sharpness;

use solvable_engine::streams::Streams;
use solvable_engine::verify::setting::{at_least, positive, require, within};
use solvable_engine::verify::{Experiment, SettingError, TrialFailure};
use solvable_shared::{checks, shortened};
use solvable_simulate::deep::{
    DeepSetting, behind_output, dual, jacobian_gram, mean_square_slopes, mean_squares, projected_identities,
};
use solvable_simulate::linalg::{Matrix, symmetric_eigenvalues};

/// Networks of one kind and how many are drawn in a trial.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OrderParametersSetting {
    /// The network.
    #[serde(flatten)]
    pub network: DeepSetting,
    /// Draws over which means and variances are taken.
    pub draws: usize,
}

/// Mean squares of signals and slopes over many networks, drawn layer by layer without their weights.
pub struct OrderParameters;

/// Means and variances of mean squares at $l=1..L-1$.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OrderParametersOutcome {
    /// The means of $\hat q_l$.
    pub q: Vec<f64>,
    /// The means of $\hat\alpha_l$.
    pub alpha: Vec<f64>,
    /// $M$ times the variances of $\hat q_l$.
    pub q_variance: Vec<f64>,
    /// $M$ times the variances of $\hat\alpha_l$.
    pub alpha_variance: Vec<f64>,
}

impl Experiment for OrderParameters {
    type Setting = OrderParametersSetting;
    type Outcome = OrderParametersOutcome;
    const ID: &'static str = "order-parameters";
    const VERSION: u32 = 1;

    fn check(setting: &OrderParametersSetting) -> Result<(), SettingError> {
        setting.network.check()?;
        at_least("depth", setting.network.depth, 2)?;
        within("draws", setting.draws, 2..=checks::MOST)
    }

    fn run(
        setting: &OrderParametersSetting,
        streams: &Streams,
    ) -> Result<OrderParametersOutcome, TrialFailure> {
        let draws = (0..setting.draws)
            .map(|draw| setting.network.order_parameters(&streams.nth_child("network", draw)));
        let (q, alpha): (Vec<Vec<f64>>, Vec<Vec<f64>>) =
            draws.map(|(q, alpha)| (q[1..].to_vec(), alpha)).unzip();
        let width = setting.network.width as f64;
        let ((q, q_variance), (alpha, alpha_variance)) = (statistics(&q, width), statistics(&alpha, width));
        Ok(OrderParametersOutcome { q, alpha, q_variance, alpha_variance })
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
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DeepSpectrumSetting {
    /// The network.
    #[serde(flatten)]
    pub network: DeepSetting,
    /// Whether the Jacobian is measured as well.
    pub jacobian: bool,
    /// Whether the dual of the network with an activation behind its output is measured as well.
    pub output: bool,
}

/// The spectrum of $H_L$.
pub struct DeepSpectrum;

/// A spectrum, and what theory knows of the network.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DeepSpectrumOutcome {
    /// $\hat q_0,\dots,\hat q_{L-1}$.
    pub q: Vec<f64>,
    /// $\hat\alpha_1,\dots,\hat\alpha_{L-1}$.
    pub alpha: Vec<f64>,
    /// The share of units with $\phi'=0$ in every layer.
    pub defects: Vec<f64>,
    /// The eigenvalues, ascending.
    pub eigenvalues: Vec<f64>,
    /// The largest of them.
    pub lambda_max: f64,
    /// The number of eigenvalues within $10^{-9}$ of $A_0(\hat q)$.
    pub at_top: f64,
    /// All $\phi'^2$ layer by layer, for activations with other slopes than 0 and 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub slopes: Option<Vec<f64>>,
    /// The squared singular values of the input-output Jacobian, ascending.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub jacobian: Option<Vec<f64>>,
    /// The eigenvalues of $D_LH_LD_L$, ascending.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub output: Option<Vec<f64>>,
    /// The share of outputs with $\phi'=0$.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub output_defect: Option<f64>,
}

/// The distance at which an eigenvalue counts as equal to an atom, relative.
const EQUAL: f64 = 1e-9;

impl Experiment for DeepSpectrum {
    type Setting = DeepSpectrumSetting;
    type Outcome = DeepSpectrumOutcome;
    const ID: &'static str = "deep-spectrum";
    const VERSION: u32 = 1;

    fn check(setting: &DeepSpectrumSetting) -> Result<(), SettingError> {
        setting.network.check()?;
        at_least("depth", setting.network.depth, 2)
    }

    fn run(setting: &DeepSpectrumSetting, streams: &Streams) -> Result<DeepSpectrumOutcome, TrialFailure> {
        let (network, signals) = setting.network.draw(streams)?;
        let (q, alpha) = (mean_squares(&signals, 0), mean_square_slopes(&signals, 0));
        let zeros =
            |slopes: &Matrix| slopes.iter().filter(|d| **d == 0.0).count() as f64 / slopes.len() as f64;
        let defects: Vec<f64> = signals.slopes.iter().map(zeros).collect();
        let h = dual(&network, &signals);
        let eigenvalues = symmetric_eigenvalues(&h)?;
        let top = maximal_sharpness(&q, setting.network.sigma_w2)?;
        let at_top = eigenvalues.iter().filter(|v| (*v - top).abs() < EQUAL * top).count();
        let mut outcome = DeepSpectrumOutcome {
            q,
            alpha,
            defects,
            eigenvalues: shortened(&eigenvalues),
            lambda_max: eigenvalues.last().copied().unwrap_or(0.0),
            at_top: at_top as f64,
            slopes: None,
            jacobian: None,
            output: None,
            output_defect: None,
        };
        let projections = signals.slopes.iter().all(|d| d.iter().all(|d| *d == 0.0 || *d == 1.0));
        if !projections {
            let squares: Vec<f64> = signals.slopes.iter().flat_map(|d| d.iter().map(|d| d * d)).collect();
            outcome.slopes = Some(shortened(&squares));
        }
        if setting.jacobian {
            let values = symmetric_eigenvalues(&jacobian_gram(&network, &signals))?;
            // Rounding makes the zeros of a semidefinite matrix slightly negative.
            let values: Vec<f64> = values.into_iter().map(|v| v.max(0.0)).collect();
            outcome.jacobian = Some(shortened(&values));
        }
        if setting.output {
            let phi = &setting.network.activation;
            let slopes: Vec<f64> = signals.output.iter().map(|u| phi.derivative(*u)).collect();
            let values = symmetric_eigenvalues(&behind_output(&h, &slopes))?;
            let values: Vec<f64> = values.into_iter().map(|v| v.max(0.0)).collect();
            let zero = slopes.iter().filter(|d| **d == 0.0).count() as f64 / slopes.len() as f64;
            outcome.output_defect = Some(zero);
            outcome.output = Some(shortened(&values));
        }
        Ok(outcome)
    }

    fn cost(setting: &DeepSpectrumSetting) -> f64 {
        let network = &setting.network;
        let cube = (network.width as f64).powi(3);
        cube * (7.0 * network.depth as f64 + 6.0)
            + if setting.jacobian { cube * (4.0 * network.depth as f64 + 6.0) } else { 0.0 }
    }
}

/// The largest eigenvalue of a deep network at one input.
pub struct DeepEdge;

/// A largest eigenvalue, and what theory knows of the network.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DeepEdgeOutcome {
    /// The largest eigenvalue of $H_L$.
    pub lambda_max: f64,
    /// $\hat q_0,\dots,\hat q_{L-1}$.
    pub q: Vec<f64>,
    /// $\hat\alpha_1,\dots,\hat\alpha_{L-1}$.
    pub alpha: Vec<f64>,
}

impl Experiment for DeepEdge {
    type Setting = DeepSetting;
    type Outcome = DeepEdgeOutcome;
    const ID: &'static str = "deep-edge";
    const VERSION: u32 = 1;

    fn check(setting: &DeepSetting) -> Result<(), SettingError> {
        setting.check()
    }

    fn run(setting: &DeepSetting, streams: &Streams) -> Result<DeepEdgeOutcome, TrialFailure> {
        let (network, signals) = setting.draw(streams)?;
        let values = symmetric_eigenvalues(&dual(&network, &signals))?;
        Ok(DeepEdgeOutcome {
            lambda_max: values.last().copied().unwrap_or(0.0),
            q: mean_squares(&signals, 0),
            alpha: mean_square_slopes(&signals, 0),
        })
    }

    fn cost(setting: &DeepSetting) -> f64 {
        (setting.width as f64).powi(3) * (7.0 * setting.depth as f64 + 3.0)
    }
}

/// Free projections without a network.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FreeProjectionsSetting {
    /// $M$.
    pub width: usize,
    /// $L$.
    pub depth: usize,
    /// $c$: the sum of all defects.
    pub c: f64,
}

/// $H_L/(qL)$ for $L-1$ independent random projections of defect $c/L$ and equal $q_l=q$.
pub struct FreeProjections;

/// A spectrum.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FreeProjectionsOutcome {
    /// The eigenvalues, ascending.
    pub eigenvalues: Vec<f64>,
}

impl Experiment for FreeProjections {
    type Setting = FreeProjectionsSetting;
    type Outcome = FreeProjectionsOutcome;
    const ID: &'static str = "free-projections";
    const VERSION: u32 = 1;

    fn check(setting: &FreeProjectionsSetting) -> Result<(), SettingError> {
        checks::count("width", setting.width)?;
        checks::count("depth", setting.depth)?;
        positive("c", setting.c)?;
        require(
            setting.c <= setting.depth as f64,
            "c",
            setting.c,
            format!("at most the depth, {}", setting.depth),
        )
    }

    fn run(
        setting: &FreeProjectionsSetting,
        streams: &Streams,
    ) -> Result<FreeProjectionsOutcome, TrialFailure> {
        let h = projected_identities(setting.width, setting.depth, setting.c, streams);
        Ok(FreeProjectionsOutcome { eigenvalues: shortened(&symmetric_eigenvalues(&h)?) })
    }

    fn cost(setting: &FreeProjectionsSetting) -> f64 {
        (setting.width as f64).powi(3) * (7.0 * setting.depth as f64 + 3.0)
    }
}
