//! What isotropy costs.

use solvable_theory::natural_gradient::{
    LayerKernels, Layers, Method, RateSpread, Side, StepCost, TargetCovariance, contraction, gd_modes,
    low_rank_response, residuals, shampoo_response, step_cost, test_risk,
};

use super::title_of;
use crate::claims::infinite;
use crate::experiments::{
    Inputs, KernelSetting, NaturalTraining, NaturalTrainingSetting, PowerResponse, PowerResponseSetting,
    Response, ResponseSetting, Sample, SampleRates, Task, anisotropy, rate_of, response_of,
};
use crate::settings::{INPUTS, SAMPLES, network, residual};
use solvable_engine::figure::{Axis, Figure, Panel, Position, Series, Stroke};
use solvable_engine::verify::{JudgeError, Profile, Request};
use solvable_engine::{FigurePlan, Trials, mean_point, requests};
use solvable_shared::by;
use solvable_simulate::training::{FactorPowers, LayerSet, NaturalGradient};

pub(super) fn all() -> Vec<FigurePlan> {
    vec![
        FigurePlan::new("ngd/frontier", frontier_requests, frontier),
        FigurePlan::new("ngd/powers", |_| Ok(Vec::new()), |_| powers()),
        FigurePlan::new("ngd/one-sided-training", training_requests, training),
        FigurePlan::new("ngd/rate-spread", spread_requests, spread),
        FigurePlan::new("ngd/costs", |_| Ok(Vec::new()), |_| costs()),
    ]
}

/// Outputs of the networks of which costs are told: with one, every method needs one backward sweep.
const OUTPUTS: usize = 10;

/// Where the figure draws what is isotropic to rounding.
const FLOOR: f64 = 1e-3;

/// A method of the frontier.
#[derive(Clone, Copy)]
enum Way {
    Rule(Method),
    /// Gradient descent in all layers but the last, which is preconditioned.
    Hybrid,
    /// One eigenpair of every input factor.
    RankOne,
    /// Powers of both factors.
    Powers(f64, f64),
}

const WAYS: [Way; 15] = [
    Way::Rule(Method::Gd),
    Way::RankOne,
    Way::Hybrid,
    Way::Rule(Method::Last),
    Way::Rule(Method::OneSided),
    Way::Rule(Method::OneSidedScaled),
    Way::Rule(Method::OutputSided),
    Way::Rule(Method::Kfac),
    Way::Rule(Method::Bd),
    Way::Rule(Method::Exact),
    Way::Powers(0.25, 0.25),
    Way::Powers(0.5, 0.0),
    Way::Powers(0.5, 0.5),
    Way::Powers(0.5, 1.0),
    Way::Powers(1.0, 0.5),
];

impl Way {
    fn title(self) -> String {
        match self {
            Self::Rule(method) => title_of(method).to_owned(),
            Self::Hybrid => "last layer + gradients".to_owned(),
            Self::RankOne => "rank 1".to_owned(),
            Self::Powers(a, b) => format!("powers {a}, {b}"),
        }
    }

    fn rule(self) -> Result<Option<NaturalGradient>, JudgeError> {
        Ok(match self {
            Self::Rule(method) => Some(NaturalGradient::plain(method)),
            Self::Hybrid => {
                let layers = Some(LayerSet::try_from(vec![DEPTH])?);
                Some(NaturalGradient { layers, gd_share: 1.0, ..NaturalGradient::plain(Method::OneSided) })
            }
            Self::RankOne | Self::Powers(..) => None,
        })
    }

    /// Operations of a step over those of a gradient step.
    fn cost(self, widths: &[usize]) -> Result<f64, JudgeError> {
        let total = |StepCost { pass, precondition, .. }| pass + precondition;
        let of = |method| Ok::<_, JudgeError>(total(step_cost(method, widths, SAMPLES)?));
        let gradient = of(Method::Gd)?;
        let own = match self {
            Self::Rule(method) => of(method)?,
            Self::Hybrid => of(Method::Last)?,
            Self::RankOne => {
                // Ten power iterations, and the projection: products of every layer's features with a vector.
                let features: usize = widths.iter().take(widths.len() - 1).sum();
                gradient + 11.0 * 4.0 * (SAMPLES * features) as f64
            }
            Self::Powers(_, 0.0) => of(Method::OneSided)?,
            Self::Powers(..) => of(Method::Kfac)?,
        };
        Ok(own / gradient)
    }

    /// $\iota$ by infinite-width kernels; of one-sided rules at the width of the network. Nothing where it is 0 for every network.
    fn theory(self, setting: &KernelSetting, train: &LayerKernels) -> Result<Option<f64>, JudgeError> {
        let spread = |side| {
            let (network, (cosines, _)) = (&setting.network, setting.sample.data_set(INPUTS, 0)?.cosines());
            let hidden = &network.widths()[1..DEPTH];
            let spread = RateSpread::new(network.scales(), hidden, &Layers::all(side, DEPTH)?)?;
            Ok::<_, JudgeError>(Some(spread.anisotropy(&cosines)?))
        };
        match self {
            Self::Rule(Method::OneSided) => spread(Side::Input),
            Self::Rule(Method::OutputSided) => spread(Side::Output),
            Self::Rule(Method::Gd) | Self::Hybrid => {
                let Some(rule) = self.rule()? else { return Ok(None) };
                Ok(Some(anisotropy(&response_of(&rule, train, train)?)))
            }
            Self::Rule(_) => Ok(None),
            Self::RankOne => Ok(Some(best_rank_one(train)?)),
            Self::Powers(a, b) => Ok(Some(anisotropy(&shampoo_response(a, b, train)?))),
        }
    }
}

const DEPTH: usize = 3;

/// The least $\iota$ of rank 1 over dampings.
fn best_rank_one(train: &LayerKernels) -> Result<f64, JudgeError> {
    let dampings = (0..=24).map(|k| 0.01 * 10f64.powf(f64::from(k) / 12.0));
    dampings
        .into_iter()
        .try_fold(f64::INFINITY, |best, rho| Ok(best.min(anisotropy(&low_rank_response(1, rho, train)?))))
}

fn frontier_setting(profile: Profile) -> Result<KernelSetting, JudgeError> {
    let network = network("relu", INPUTS, DEPTH, by(profile, 256, 1024))?;
    Ok(KernelSetting { network, sample: Sample { data_sets: 1, ..Sample::new(Inputs::Sphere, SAMPLES, 0) } })
}

fn of_rule(setting: &KernelSetting, rule: NaturalGradient) -> ResponseSetting {
    ResponseSetting { network: setting.network.clone(), sample: setting.sample.clone(), rule }
}

fn of_powers(setting: &KernelSetting, (input, output): (f64, f64)) -> PowerResponseSetting {
    let powers = FactorPowers { input, output, weighted: true };
    PowerResponseSetting { system: setting.clone(), powers }
}

fn frontier_requests(profile: Profile) -> Result<Vec<Request>, JudgeError> {
    let setting = frontier_setting(profile)?;
    let mut all = Vec::new();
    for way in WAYS {
        if let Some(rule) = way.rule()? {
            all.extend(requests::<Response>(&[of_rule(&setting, rule)], 8)?);
        }
        if let Way::Powers(a, b) = way {
            all.extend(requests::<PowerResponse>(&[of_powers(&setting, (a, b))], 8)?);
        }
    }
    Ok(all)
}

/// Test risks on data sets of twelve samples in sixteen dimensions, by the kernels of infinite width.
fn risks(method: Method) -> Result<Vec<f64>, JudgeError> {
    const DATA_SETS: usize = 20;
    let network = network("relu", 16, DEPTH, 1)?;
    let sample = Sample { data_sets: DATA_SETS, ..Sample::new(Inputs::Sphere, 12, 64) };
    (0..DATA_SETS)
        .map(|number| {
            let kernels = infinite::kernels(&network, &sample, number)?;
            let (train, cross) = sample.data_set(16, number)?.cosines();
            let linear = TargetCovariance { own: 1.0, cross, train };
            let risks = test_risk(method, &kernels.0, &kernels.1, &linear)?;
            Ok(risks.iter().sum::<f64>() / risks.len() as f64)
        })
        .collect()
}

fn frontier(trials: &Trials<'_>) -> Result<Figure, JudgeError> {
    let setting = frontier_setting(trials.profile())?;
    let mut widths = setting.network.widths().to_vec();
    widths[DEPTH] = OUTPUTS;
    let kernels = infinite::kernels(&setting.network, &setting.sample, 0)?;
    let (mut isotropy, mut risk) = (Vec::new(), Vec::new());
    isotropy.push(Series::rule("isotropic to rounding", WAYS.len(), Stroke::Dotted, Position::Y(FLOOR)));
    // What is isotropic in every network has no place on an axis of orders of magnitude.
    let seen = |isotropy: f64| isotropy.max(FLOOR);
    for (group, way) in WAYS.into_iter().enumerate() {
        let (x, label) = (way.cost(&widths)?, way.title());
        let networks = match way {
            Way::Powers(a, b) => {
                Some(trials.mean::<PowerResponse>(x, &of_powers(&setting, (a, b)), |o| seen(o.isotropy))?)
            }
            way => match way.rule()? {
                Some(rule) => {
                    Some(trials.mean::<Response>(x, &of_rule(&setting, rule), |o| seen(o.isotropy))?)
                }
                None => None,
            },
        };
        if let Some(iota) = way.theory(&setting, &kernels.0)? {
            isotropy.push(Series::Line {
                label: if networks.is_none() { label.clone() } else { String::new() },
                group,
                stroke: Stroke::Solid,
                points: vec![(x * 0.93, iota), (x * 1.07, iota)],
            });
        }
        isotropy.extend(networks.map(|point| Series::Points { label, group, points: vec![point] }));
        let told = |method| {
            matches!(
                method,
                Method::Exact
                    | Method::Bd
                    | Method::Kfac
                    | Method::OneSided
                    | Method::Last
                    | Method::OutputSided
            )
        };
        if let Way::Rule(method) = way
            && told(method)
        {
            let points = vec![mean_point(x, &risks(method)?)?];
            risk.push(Series::Points { label: way.title(), group, points });
        }
    }
    let x = || Axis::log("operations of a step / of a gradient step").within(0.8, 20.0);
    Ok(Figure {
        id: "ngd/frontier".into(),
        title: "What isotropy costs".into(),
        caption: format!(
            "Left: anisotropy ι of the response (ReLU, L = 3, N = {SAMPLES}, M = {}; points: networks of one output with 99 % intervals; dashes: infinite-width \
             kernels, for the one-sided and the output-sided rule at this width) against the operations of a step with {OUTPUTS} outputs. Powers are \
             counted without their roots, rank 1 with ten power iterations. What lies on the dotted line is isotropic in every network, to rounding. Right: expected test error \
             for a linear target of variance 1 (N = 12 in 16 dimensions, mean over twenty data sets with 99 % intervals): nothing is lost by one factor.",
            setting.network.widths()[1]
        ),
        panels: vec![
            Panel {
                title: "anisotropy".into(),
                x: x(),
                y: Axis::log("ι").within(5e-4, 5.0),
                series: isotropy,
            },
            Panel {
                title: "test error".into(),
                x: x(),
                y: Axis::linear("expected squared error"),
                series: risk,
            },
        ],
    })
}

fn powers() -> Result<Figure, JudgeError> {
    const CELLS: usize = 11;
    let setting = frontier_setting(Profile::Quick)?;
    let kernels = infinite::kernels(&setting.network, &setting.sample, 0)?;
    let power = |k: usize| k as f64 / (CELLS - 1) as f64;
    let edges: Vec<f64> = (0..=CELLS).map(|k| (k as f64 - 0.5) / (CELLS - 1) as f64).collect();
    let iota = |a: f64, b: f64| Ok::<_, JudgeError>(anisotropy(&shampoo_response(a, b, &kernels.0)?));
    let mut values = Vec::with_capacity(CELLS * CELLS);
    for row in 0..CELLS {
        for column in 0..CELLS {
            values.push(iota(power(column), power(row))?.max(1e-6).log10());
        }
    }
    let curves = [0.0, 0.25, 0.5, 0.75, 1.0].into_iter().enumerate().map(|(group, b)| {
        let points =
            (0..CELLS).map(|k| Ok((power(k), iota(power(k), b)?))).collect::<Result<_, JudgeError>>()?;
        Ok(Series::line(format!("p_B = {b}"), group, Stroke::Solid, points))
    });
    Ok(Figure {
        id: "ngd/powers".into(),
        title: "One complete inverse is enough".into(),
        caption: format!(
            "Anisotropy ι of Shampoo with powers p_A of the inverse input factor and p_B of the inverse output factor (single-sample statistics, infinite width, \
             ReLU, L = 3, N = {SAMPLES}). Gradient descent is the corner (0, 0), K-FAC (1, 1), the one-sided rule (1, 0): isotropic at both ends of the edge \
             p_A = 1 and nearly so along it and along p_B = 1, where only the output layer is left out."
        ),
        panels: vec![
            Panel {
                title: "log₁₀ ι".into(),
                x: Axis::linear("p_A"),
                y: Axis::linear("p_B"),
                series: vec![Series::HeatMap {
                    label: "log₁₀ ι".into(),
                    x_edges: edges.clone(),
                    y_edges: edges,
                    values,
                    range: Some((-4.0, 0.5)),
                }],
            },
            Panel {
                title: String::new(),
                x: Axis::linear("p_A"),
                y: Axis::log("ι").within(1e-4, 3.0),
                series: curves.collect::<Result<_, JudgeError>>()?,
            },
        ],
    })
}

const CURVES: [Method; 8] = [
    Method::Gd,
    Method::Exact,
    Method::Bd,
    Method::Kfac,
    Method::OneSided,
    Method::OneSidedScaled,
    Method::Last,
    Method::OutputSided,
];
const CURVE_STEPS: usize = 5;

fn curve_setting(
    method: Method,
    eta_alpha: f64,
    profile: Profile,
) -> Result<NaturalTrainingSetting, JudgeError> {
    let network = network("relu", INPUTS, DEPTH, by(profile, 512, 2048))?;
    let sample = Sample { data_sets: 1, ..Sample::new(Inputs::Sphere, SAMPLES, 0) };
    let rule = NaturalGradient::plain(method);
    let learning_rate = match method {
        Method::Gd => gd_modes(&infinite::kernels(&network, &sample, 0)?.0)?.eta_opt,
        _ => eta_alpha / rate_of(&rule, &network, SAMPLES)?,
    };
    let (steps, task, empirical) = (CURVE_STEPS, Task::Labels, false);
    Ok(NaturalTrainingSetting { network, sample, rule, learning_rate, steps, task, empirical })
}

fn training_requests(profile: Profile) -> Result<Vec<Request>, JudgeError> {
    let half = CURVES.map(|method| curve_setting(method, 0.5, profile));
    let full = CURVES[1..].iter().map(|&method| curve_setting(method, 1.0, profile));
    let all = half.into_iter().chain(full).collect::<Result<Vec<_>, _>>()?;
    requests::<NaturalTraining>(&all, 12)
}

/// $E\,(1-\eta\alpha_n)^{2t}$ of a Gaussian rate whose $1-\eta\alpha_n$ has the given mean and variance.
fn even_moment(mean: f64, variance: f64, t: usize) -> f64 {
    // Hermite's recursion: m_{k+1} = mean m_k + k variance m_{k-1}.
    let (mut before, mut moment) = (0.0, 1.0);
    for k in 0..2 * t {
        (before, moment) = (moment, mean * moment + k as f64 * variance * before);
    }
    moment
}

fn training(trials: &Trials<'_>) -> Result<Figure, JudgeError> {
    let mut panels = Vec::new();
    for (eta_alpha, title) in [(0.5, "η = 1/(2α)"), (1.0, "η = 1/α")] {
        let mut series = Vec::new();
        for (group, method) in CURVES.into_iter().enumerate() {
            // Gradient descent has one rate, in both panels.
            let own = if method == Method::Gd { 0.5 } else { eta_alpha };
            let s = curve_setting(method, own, trials.profile())?;
            let outcomes = trials.of::<NaturalTraining>(&s)?;
            let mut points = Vec::new();
            let mut predicted = vec![0.0; s.steps + 1];
            let kernels = infinite::kernels(&s.network, &s.sample, 0)?;
            let response = response_of(&NaturalGradient::plain(Method::Gd), &kernels.0, &kernels.0)?;
            for (t, predicted) in predicted.iter_mut().enumerate() {
                let ratios = outcomes.iter().map(|o| {
                    let start = residual(&s, o, 0)?;
                    Ok((residual(&s, o, t)?.norm_squared() / start.norm_squared(), start))
                });
                let ratios = ratios.collect::<Result<Vec<_>, JudgeError>>()?;
                *predicted = match method {
                    Method::Gd => {
                        let ends = ratios.iter().map(|(_, start)| {
                            let end =
                                residuals(&response, s.learning_rate, start, t)?.pop().unwrap_or_default();
                            Ok(end.norm_squared() / start.norm_squared())
                        });
                        let ends = ends.collect::<Result<Vec<f64>, JudgeError>>()?;
                        ends.iter().sum::<f64>() / ends.len() as f64
                    }
                    Method::OneSided | Method::OutputSided => {
                        let side = if method == Method::OneSided { Side::Input } else { Side::Output };
                        let hidden = &s.network.widths()[1..DEPTH];
                        let spread = RateSpread::new(s.network.scales(), hidden, &Layers::all(side, DEPTH)?)?;
                        let (eta, alpha) = (s.learning_rate, spread.alpha());
                        even_moment(1.0 - eta * alpha, eta * eta * spread.variance(), t)
                    }
                    _ => contraction(own, t).powi(2),
                };
                let measured: Vec<f64> = ratios.iter().map(|(ratio, _)| *ratio).collect();
                points.push(mean_point(t as f64, &measured)?);
            }
            let line = predicted.into_iter().enumerate().map(|(t, loss)| (t as f64, loss)).collect();
            series.push(Series::line("", group, Stroke::Solid, line));
            series.push(Series::Points { label: title_of(method).into(), group, points });
        }
        let x = Axis::linear("step t").within(-0.3, CURVE_STEPS as f64 + 0.3);
        let y = Axis::log("loss / initial loss").within(1e-13, 10.0);
        panels.push(Panel { title: title.into(), x, y, series });
    }
    Ok(Figure {
        id: "ngd/one-sided-training".into(),
        title: "Training with one factor, with both, with all".into(),
        caption: format!(
            "Training loss from y = ±1/2 (ReLU, L = 3, N = {SAMPLES}, M = {}; means over networks with 99 % intervals) and infinite-width theory (lines); for the \
             one-sided and the output-sided rule with the spread of their rates at this width. At 1/α the theory leaves the others nothing: what the markers \
             show is curvature, none for the last layer alone. Gradient descent at its best rate in both panels.",
            curve_setting(Method::Exact, 1.0, trials.profile())?.network.widths()[1]
        ),
        panels,
    })
}

const SPREADS: [&str; 2] = ["relu", "erf"];

fn spread_widths(profile: Profile) -> &'static [usize] {
    by(profile, &[32, 64, 128, 256, 512], &[64, 128, 256, 512, 1024, 2048])
}

fn spread_setting(name: &str, width: usize) -> Result<KernelSetting, JudgeError> {
    let sample = Sample { data_sets: 1, ..Sample::new(Inputs::Sphere, 16, 0) };
    Ok(KernelSetting { network: network(name, INPUTS, DEPTH, width)?, sample })
}

fn spread_requests(profile: Profile) -> Result<Vec<Request>, JudgeError> {
    let pairs = SPREADS.into_iter().flat_map(|name| spread_widths(profile).iter().map(move |&w| (name, w)));
    let all = pairs.map(|(name, width)| spread_setting(name, width)).collect::<Result<Vec<_>, _>>()?;
    requests::<SampleRates>(&all, by(profile, 40, 100))
}

/// Who reads $\iota\sqrt M$ off a trial: of the input side, and of the output side.
type Reader = fn(&crate::experiments::SampleRatesOutcome) -> f64;

fn spread(trials: &Trials<'_>) -> Result<Figure, JudgeError> {
    let sides: [(Side, &str, Reader); 2] = [
        (Side::Input, "input factor", |o| o.input_variance.sqrt() / o.input_mean),
        (Side::Output, "output factor", |o| o.output_variance.sqrt() / o.output_mean),
    ];
    let mut series = Vec::new();
    let widths = spread_widths(trials.profile());
    for (row, name) in SPREADS.into_iter().enumerate() {
        for (column, (side, title, read)) in sides.into_iter().enumerate() {
            let group = 2 * row + column;
            let (mut line, mut points) = (Vec::new(), Vec::new());
            for &width in widths {
                let s = spread_setting(name, width)?;
                let samples = s.sample.samples as f64;
                // Variances are over N − 1, the norm in ι over N.
                let root = (width as f64 * (1.0 - 1.0 / samples)).sqrt();
                let hidden = &s.network.widths()[1..DEPTH];
                let alpha = RateSpread::new(s.network.scales(), hidden, &Layers::all(side, DEPTH)?)?.alpha();
                let variance = infinite::rate_variance(side, &s.network, hidden, &s.sample, 0)?;
                line.push((width as f64, root * variance.sqrt() / alpha));
                points.push(trials.mean::<SampleRates>(width as f64, &s, move |o| root * read(o))?);
            }
            series.push(Series::line("", group, Stroke::Solid, line));
            series.push(Series::Points { label: format!("{name}, {title}"), group, points });
        }
    }
    Ok(Figure {
        id: "ngd/rate-spread".into(),
        title: "One factor loses isotropy by the square root of the width only".into(),
        caption: "Anisotropy ι of finite networks under one factor, times the square root of the width (L = 3, N = 16; means over networks with 99 % intervals), \
                  and its closed form (lines)."
            .into(),
        panels: vec![Panel {
            title: String::new(),
            x: Axis::log("width M"),
            y: Axis::log("ι √M"),
            series,
        }],
    })
}

const PRICED: [Method; 7] = [
    Method::Last,
    Method::OneSided,
    Method::OneSidedScaled,
    Method::OutputSided,
    Method::Kfac,
    Method::Exact,
    Method::Bd,
];

fn costs() -> Result<Figure, JudgeError> {
    const BATCH: usize = 100;
    let mut panels = Vec::new();
    for outputs in [1, OUTPUTS] {
        let mut series = Vec::new();
        for (group, method) in PRICED.into_iter().enumerate() {
            let points = (0..=24)
                .map(|k| {
                    let width = (128.0 * 2f64.powf(f64::from(k) / 4.0)).round() as usize;
                    let widths = [width, width, width, outputs];
                    let total = |method| {
                        let StepCost { pass, precondition, .. } = step_cost(method, &widths, BATCH)?;
                        Ok::<_, JudgeError>(pass + precondition)
                    };
                    Ok((width as f64, total(method)? / total(Method::Gd)?))
                })
                .collect::<Result<_, JudgeError>>()?;
            series.push(Series::line(title_of(method), group, Stroke::Solid, points));
        }
        series.push(Series::rule("gradient descent", PRICED.len(), Stroke::Dotted, Position::Y(1.0)));
        panels.push(Panel {
            title: if outputs == 1 { "one output".into() } else { format!("{outputs} outputs") },
            x: Axis::log("width M"),
            y: Axis::log("operations of a step / of a gradient step"),
            series,
        });
    }
    Ok(Figure {
        id: "ngd/costs".into(),
        title: "The price of a step".into(),
        caption: format!(
            "Operations of one step on {BATCH} samples over those of a gradient step, counted (L = 3, inputs as many as units). With one output all methods share their \
             passes; with {OUTPUTS} the output factor, and rates of samples, ask for a backward sweep of each."
        ),
        panels,
    })
}
