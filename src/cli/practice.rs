//! `check` for predictions: the theory beside finite networks of exactly the user's description.

use std::io::Write;
use std::path::Path;
use std::process::ExitCode;

use anyhow::{Result, anyhow, bail};
use serde_json::json;
use solvable_engine::cli::entries::assignment;
use solvable_engine::cli::{self, CheckArgs};

use super::predict::parameters;
use solvable::papers::normalization::experiments::Sharpness;
use solvable::papers::shared::own_data::kernel;
use solvable::papers::shared::{DataFisherSetting, DataSharpness, FisherSetting};
use solvable::report::significant;
use solvable::simulate::data::Dataset;
use solvable::simulate::linalg::largest_eigenvalues;
use solvable::theory::Normalization;
use solvable::theory::catalog::{self, Prediction};
use solvable::theory::natural_gradient::Method;
use solvable::theory::step_size::described;
use solvable::verify::statistic::{ALPHA, mean};
use solvable::verify::{Claim, Engine, Experiment, Options, Profile, Request, TrialStore};
use solvable::{atlas, papers};

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
        Some(prediction) if prediction.id == "step-size" => step_size(&prediction, args, data),
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
fn step_size(prediction: &Prediction, args: &CheckArgs, data: Option<&Path>) -> Result<ExitCode> {
    cli::check_trials(args.trials)?;
    let mut given = parameters(&args.rest)?;
    let inputs = data.map(Dataset::read).transpose()?;
    if let Some(inputs) = &inputs {
        inputs.notes().iter().for_each(|note| eprintln!("note: {note}"));
        // As many inputs as the file has columns, unless the user says otherwise.
        let (network, samples, _) = described(&given)?;
        if !given.contains_key("widths") {
            let mut widths = network.widths().to_vec();
            widths[0] = inputs.dimension();
            given.insert("widths".to_owned(), json!(widths));
        }
        if samples > inputs.samples() {
            eprintln!("note: N is {}, as many inputs as the file has", inputs.samples());
        }
        given.insert("N".to_owned(), json!(samples.min(inputs.samples())));
    }
    let (network, samples, method) = described(&given)?;
    if method != Method::Gd {
        bail!(
            "parameter `method` is {method}; valid: gd, whose rate is 2/λ_max (`check ngd/alpha` measures the others)"
        );
    }
    let answer = prediction.evaluate(&given)?.to_json();
    let number = |field: &str| answer[field].as_f64().unwrap_or(f64::NAN);
    let (eta_c, cautious) = (number("eta_c"), number("eta_cautious"));
    let options = Options { profile: args.profile, seed: args.seed, ..Options::default() };
    let engine = Engine::new(TrialStore::open(&args.out)?, options);
    let trials = args.trials.unwrap_or(NETWORKS);
    let mut on_inputs = None;
    let sharpness = match inputs {
        None => drawn::<Sharpness>(&engine, &FisherSetting { network, samples }, trials, |o| o.lambda_max)?,
        Some(inputs) => {
            let setting = DataFisherSetting { network, data: inputs.scaled_head(samples)? };
            on_inputs = rate_on_inputs(&setting);
            drawn::<DataSharpness>(&engine, &setting, trials, |o| o.lambda_max)?
        }
    };
    let rates: Vec<f64> = sharpness.iter().map(|lambda| 2.0 / lambda).collect();
    let measured = mean(&rates, ALPHA)?;
    let stable = rates.iter().filter(|&&rate| rate >= cautious).count();
    let (least, most) =
        rates.iter().fold((f64::INFINITY, 0.0f64), |(least, most), &rate| (least.min(rate), most.max(rate)));
    let mut out = std::io::stdout().lock();
    if args.json {
        let told = json!({
            "id": prediction.id, "params": given, "value": answer, "networks": trials, "seed": args.seed,
            "eta_c_on_inputs": on_inputs, "measured": measured, "least": least, "most": most, "stable_at_eta_cautious": stable,
        });
        writeln!(out, "{told}")?;
    } else {
        let short = |x: f64| significant(x, 4);
        writeln!(out, "{}  {}", prediction.id, prediction.title)?;
        writeln!(out, "predicted  eta_c {}, eta_cautious {}", short(eta_c), short(cautious))?;
        if let Some(rate) = on_inputs {
            writeln!(out, "           {} for these inputs, by their analytic kernel", short(rate))?;
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
        writeln!(
            out,
            "           {} from eta_c; eta_cautious is stable for {stable} of {trials}",
            significant(measured.value / eta_c - 1.0, 2)
        )?;
        writeln!(out, "{}", answer["remark"].as_str().unwrap_or_default())?;
    }
    // What is promised: most networks are stable at the cautious rate.
    Ok(if 2 * stable >= trials { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// $2/\lambda_{\max}$ of the analytic kernel of the inputs; none for normalized networks, whose kernels have no closed form here.
fn rate_on_inputs(setting: &DataFisherSetting) -> Option<f64> {
    let plain = setting.network.modes().iter().all(|mode| *mode == Normalization::None);
    let kernel = plain.then(|| kernel(setting).ok())??;
    let largest = *largest_eigenvalues(&kernel, 1).ok()?.first()?;
    Some(2.0 * setting.data.samples() as f64 / largest)
}

fn drawn<E: Experiment>(
    engine: &Engine,
    setting: &E::Setting,
    trials: usize,
    read: impl Fn(&E::Outcome) -> f64,
) -> Result<Vec<f64>> {
    E::check(setting)?;
    let request = Request::new::<E>(setting, trials)?;
    let tally = engine.run(std::slice::from_ref(&request), &())?;
    if let Some((trial, message)) = tally.failures.values().next() {
        bail!("network {trial} cannot be measured: {message}");
    }
    Ok(engine.trials::<E>(&request)?.iter().map(read).collect())
}
