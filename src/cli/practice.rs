//! `check` for predictions: the theory beside finite networks of exactly the user's description.

use std::io::Write;
use std::path::Path;
use std::process::ExitCode;

use anyhow::{Result, anyhow, bail};
use serde_json::{Map, Value as Json, json};
use solvable_engine::cli::entries::assignment;
use solvable_engine::cli::{self, CheckArgs, Ending};

use super::predict::parameters;
use crate::papers::any_architecture::experiments::{LayeredSharpness, LayeredSharpnessSetting};
use crate::papers::normalization::experiments::Sharpness;
use crate::papers::shared::own_data::kernel;
use crate::papers::shared::{DataFisherSetting, DataSharpness, FisherSetting};
use crate::report::significant;
use crate::simulate::data::Dataset;
use crate::simulate::linalg::{Matrix, largest_eigenvalues};
use crate::theory::Normalization;
use crate::theory::catalog::{self, Prediction};
use crate::theory::natural_gradient::Method;
use crate::theory::{any_architecture, step_size};
use crate::verify::statistic::{ALPHA, mean};
use crate::verify::{Claim, Experiment, Options, Profile, Request};
use crate::{atlas, papers};

/// Networks drawn where the user does not say how many.
const NETWORKS: usize = 24;

/// Checks a claim, or what a prediction says of the user's own network.
pub fn check(args: &CheckArgs, data: Option<&Path>) -> Result<ExitCode> {
    let papers = papers::all();
    let id = cli::short(&args.claim, &papers);
    let claim = papers.iter().flat_map(|paper| &paper.claims).find(|claim| claim.id == id);
    let prediction = catalog::find(&id).ok();
    // Some ids are those of both: what is given says which is meant.
    let prediction =
        prediction.filter(|prediction| claim.is_none_or(|claim| speaks_of(prediction, claim, args)));
    match prediction {
        Some(prediction) if ["step-size", "arch/step-size"].contains(&prediction.id) => {
            practice(&catalog::find("step-size")?, args, data)
        }
        _ if data.is_some() => {
            bail!("--data goes with `check step-size`; for the claims on your inputs use `verify --data`")
        }
        Some(prediction) => {
            let parameters = parameters(&args.rest)?;
            let value = prediction.evaluate(&parameters)?.to_json();
            let Some(found) = atlas::as_claim(&prediction, &parameters, &value) else {
                bail!(
                    "no claim is recorded for `{}`; `list` shows claims, which `check` takes",
                    prediction.id
                );
            };
            let (claim, rest) = found.map_err(|reason| anyhow!("{}: {reason}", prediction.id))?;
            // Maps start from cases of the quick profile.
            cli::check(&CheckArgs { claim, rest, profile: Profile::Quick, ..args.clone() }, &papers)
        }
        None => cli::check(args, &papers),
    }
}

/// Whether all that is given are parameters of the prediction, and not all of it fields of the claim.
fn speaks_of(prediction: &Prediction, claim: &Claim, args: &CheckArgs) -> bool {
    let keys: Option<Vec<&str>> = args.rest.iter().map(|text| Some(assignment(text)?.0)).collect();
    let cases = claim.cases(args.profile).unwrap_or_default();
    let settings: Vec<_> = cases.iter().flat_map(|case| &case.requests).map(Request::setting).collect();
    let is_field = |key: &&str| settings.iter().any(|setting| setting.get(key).is_some());
    let is_parameter = |key: &&str| prediction.parameters.iter().any(|parameter| parameter.name == *key);
    keys.is_some_and(|keys| !keys.is_empty() && keys.iter().all(is_parameter) && !keys.iter().all(is_field))
}

/// The answered rate beside $2/\lambda_{\max}$ of random networks.
fn practice(prediction: &Prediction, args: &CheckArgs, data: Option<&Path>) -> Result<ExitCode> {
    cli::check_trials(args.trials)?;
    let mut given = parameters(&args.rest)?;
    let inputs = data.map(Dataset::read).transpose()?;
    inputs.iter().flat_map(Dataset::notes).for_each(|note| eprintln!("note: {note}"));
    let found = if given.contains_key("architecture") {
        of_any_layers(prediction, args, &mut given, inputs)?
    } else {
        of_dense_layers(prediction, args, &mut given, inputs)?
    };
    tell(prediction, args, &given, &found)
}

/// What was answered, and what was measured beside it.
struct Found {
    answer: Json,
    /// The rate that most networks ought to bear, where one is answered.
    bearable: Option<f64>,
    /// The rate by the analytic kernel of given inputs, where the answer is for random ones.
    on_inputs: Option<f64>,
    /// $\lambda_{\max}$ of each network.
    sharpness: Vec<f64>,
    /// The mean of the $C$ largest eigenvalues of each, which is what limits of wide networks of several outputs are about.
    tops: Option<Vec<f64>>,
}

/// As many inputs as there are, at most.
fn limit(given: &mut Map<String, Json>, samples: usize, inputs: &Dataset) {
    if samples > inputs.samples() {
        eprintln!("note: N is {}, as many inputs as the file has", inputs.samples());
    }
    given.insert("N".to_owned(), json!(samples.min(inputs.samples())));
}

fn of_dense_layers(
    prediction: &Prediction,
    args: &CheckArgs,
    given: &mut Map<String, Json>,
    inputs: Option<Dataset>,
) -> Result<Found> {
    if let Some(inputs) = &inputs {
        // As many inputs as the file has columns, unless the user says otherwise.
        let (network, samples, _) = step_size::described(given)?;
        if !given.contains_key("widths") {
            let mut widths = network.widths().to_vec();
            widths[0] = inputs.dimension();
            given.insert("widths".to_owned(), json!(widths));
        }
        limit(given, samples, inputs);
    }
    let (network, samples, method) = step_size::described(given)?;
    if method != Method::Gd {
        bail!(
            "parameter `method` is {method}; valid: gd, whose rate is 2/λ_max (`check ngd/alpha` measures the others)"
        );
    }
    let answer = prediction.evaluate(given)?.to_json();
    let trials = args.trials.unwrap_or(NETWORKS);
    let mut on_inputs = None;
    let sharpness = match inputs {
        None => drawn::<Sharpness, _>(args, &FisherSetting { network, samples }, trials, |o| o.lambda_max)?,
        Some(inputs) => {
            let setting = DataFisherSetting { network, data: inputs.scaled_head(samples)? };
            on_inputs = rate_on_inputs(&setting);
            drawn::<DataSharpness, _>(args, &setting, trials, |o| o.lambda_max)?
        }
    };
    let bearable = answer["eta_cautious"].as_f64().unwrap_or(f64::NAN);
    Ok(Found { answer, bearable: Some(bearable), on_inputs, sharpness, tops: None })
}

/// How far from the answer the mean of the $C$ largest eigenvalues of networks of any layers may lie.
const TOLERANCE: f64 = 0.25;

fn of_any_layers(
    prediction: &Prediction,
    args: &CheckArgs,
    given: &mut Map<String, Json>,
    inputs: Option<Dataset>,
) -> Result<Found> {
    let mut found = any_architecture::described(given)?;
    let mut data = None;
    if let Some(inputs) = inputs {
        if found.inputs.is_some() {
            bail!("parameter `inputs` is given; valid: left out beside --data, which names the inputs");
        }
        limit(given, found.samples, &inputs);
        found.samples = found.samples.min(inputs.samples());
        data = Some(inputs.scaled_head(found.samples)?);
    }
    let answer = prediction.evaluate(given)?.to_json();
    let on_inputs = match &data {
        None => None,
        Some(data) => {
            let rows: Vec<Vec<f64>> =
                data.inputs().column_iter().map(|column| column.iter().copied().collect()).collect();
            let of = json!({"architecture": given["architecture"], "inputs": rows, "output": given.get("output").unwrap_or(&json!("none"))});
            let of = of.as_object().cloned().unwrap_or_default();
            prediction.evaluate(&of)?.to_json()["eta_c"].as_f64()
        }
    };
    if let Some(rows) = &found.inputs {
        let size = rows.first().map_or(0, Vec::len);
        data = Some(Dataset::new("inputs", Matrix::from_vec(size, rows.len(), rows.concat()))?);
    }
    let setting = LayeredSharpnessSetting {
        network: found.network,
        data,
        samples: found.samples,
        centred: found.centred,
    };
    let trials = args.trials.unwrap_or(NETWORKS);
    let drawn = drawn::<LayeredSharpness, _>(args, &setting, trials, |o| (o.lambda_max, o.lambda_top))?;
    let (sharpness, tops) = drawn.into_iter().unzip();
    let bearable = answer["eta_cautious"].as_f64();
    Ok(Found { answer, bearable, on_inputs, sharpness, tops: Some(tops) })
}

fn tell(
    prediction: &Prediction,
    args: &CheckArgs,
    given: &Map<String, Json>,
    found: &Found,
) -> Result<ExitCode> {
    let Found { answer, bearable, on_inputs, sharpness, tops } = found;
    let (eta_c, trials) = (answer["eta_c"].as_f64().unwrap_or(f64::NAN), sharpness.len());
    let rates_of = |sharpness: &[f64]| sharpness.iter().map(|lambda| 2.0 / lambda).collect::<Vec<f64>>();
    let rates = rates_of(sharpness);
    let measured = mean(&rates, ALPHA)?;
    let of_means = tops.as_ref().map(|tops| mean(&rates_of(tops), ALPHA)).transpose()?;
    let stable = bearable.map(|bearable| rates.iter().filter(|&&rate| rate >= bearable).count());
    let (least, most) =
        rates.iter().fold((f64::INFINITY, 0.0f64), |(least, most), &rate| (least.min(rate), most.max(rate)));
    let answered = on_inputs.unwrap_or(eta_c);
    let mut out = std::io::stdout().lock();
    if args.json {
        let told = json!({
            "id": prediction.id, "params": given, "value": answer, "networks": trials, "seed": args.seed,
            "eta_c_on_inputs": on_inputs, "measured": measured, "measured_of_means": of_means, "least": least, "most": most,
            "stable_at_eta_cautious": stable,
        });
        writeln!(out, "{told}")?;
    } else {
        let short = |x: f64| significant(x, 4);
        writeln!(out, "{}  {}", prediction.id, prediction.title)?;
        write!(out, "predicted  eta_c {}", short(eta_c))?;
        match bearable {
            Some(cautious) => writeln!(out, ", eta_cautious {}", short(*cautious))?,
            None => writeln!(out)?,
        }
        if let Some(rate) = on_inputs {
            writeln!(out, "           {} for these inputs, by their analytic kernel", short(*rate))?;
        }
        writeln!(
            out,
            "measured   2/lambda_max {} [{}, {}] on average over {trials} networks, from {} to {}",
            short(measured.value),
            short(measured.low),
            short(measured.high),
            short(least),
            short(most)
        )?;
        let off = |value: f64, from: f64| significant(value / from - 1.0, 2);
        if let Some(stable) = stable {
            writeln!(
                out,
                "           {} from eta_c; eta_cautious is stable for {stable} of {trials}",
                off(measured.value, eta_c)
            )?;
        }
        if let Some(means) = &of_means {
            writeln!(
                out,
                "           {} [{}, {}] by the mean of the largest eigenvalues, one for each output: {} from the prediction",
                short(means.value),
                short(means.low),
                short(means.high),
                off(means.value, answered)
            )?;
        }
        for told in ["remark", "caveat"] {
            answer[told].as_str().map_or(Ok(()), |told| writeln!(out, "{told}"))?;
        }
    }
    // What is promised: most networks are stable at the cautious rate; or the mean of the largest eigenvalues is the predicted one.
    let holds = match (stable, &of_means) {
        (Some(stable), _) => 2 * stable >= trials,
        (None, Some(means)) => (means.value / answered - 1.0).abs() <= TOLERANCE,
        (None, None) => true,
    };
    Ok(if holds { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// $2/\lambda_{\max}$ of the analytic kernel of the inputs; none for normalized networks, whose kernels have no closed form here.
fn rate_on_inputs(setting: &DataFisherSetting) -> Option<f64> {
    let plain = setting.network.modes().iter().all(|mode| *mode == Normalization::None);
    let kernel = plain.then(|| kernel(setting).ok())??;
    let largest = *largest_eigenvalues(&kernel, 1).ok()?.first()?;
    Some(2.0 * setting.data.samples() as f64 / largest)
}

fn drawn<E: Experiment, T>(
    args: &CheckArgs,
    setting: &E::Setting,
    trials: usize,
    read: impl Fn(&E::Outcome) -> T,
) -> Result<Vec<T>> {
    E::check(setting)?;
    let request = Request::new::<E>(setting, trials)?;
    let options = Options { profile: args.profile, seed: args.seed, ..Options::default() };
    let ending = Ending::watch(&args.limits)?;
    let engine = ending.engine(ending.open(&args.out, None)?, options);
    let tally = engine.run(std::slice::from_ref(&request), &())?;
    ending.complete(&tally)?;
    if let Some((trial, message)) = tally.failures.values().next() {
        bail!("network {trial} cannot be measured: {message}");
    }
    Ok(engine.trials::<E>(&request)?.iter().map(read).collect())
}
