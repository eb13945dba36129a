//! Networks on digits: where the published claim reproduces, and where the gain comes from.

use solvable_theory::bibliography::{ALPAYDIN_1998, TAKASE_2021};

use crate::experiments::{DigitsAugmentation, DigitsAugmentationOutcome, DigitsAugmentationSetting};
use solvable_engine::verify::{At, Claim, JudgeError, Margin, Profile};
use solvable_shared::by;
use solvable_simulate::augmentation::Rule;
use solvable_simulate::augmentation::digits::DigitsTraining;
use solvable_simulate::augmentation::images::Augmentation;

pub(crate) fn claims() -> Vec<Claim> {
    vec![gain(), over_all(), selection(), noise(), falling(), quieter()]
}

/// The threshold of the claims.
pub(crate) const TAU: f64 = 0.1;

/// Networks trained on `samples` images by every method of the profile.
pub(crate) fn digits(
    samples: usize,
    augmentation: Augmentation,
    profile: Profile,
) -> DigitsAugmentationSetting {
    let training = DigitsTraining::new(samples, augmentation);
    DigitsAugmentationSetting { training, rules: rules(profile) }
}

/// Methods, those of the quick profile first.
fn rules(profile: Profile) -> Vec<Rule> {
    let quick = vec![Rule::None, Rule::Spa(TAU)];
    match profile {
        Profile::Quick => quick,
        Profile::Full => {
            let others = [
                Rule::Matched(TAU),
                Rule::All,
                Rule::Spa(0.02),
                Rule::Spa(0.5),
                Rule::Matched(0.5),
                Rule::Spa(1.0),
            ];
            quick.into_iter().chain(others).collect()
        }
    }
}

/// The number of a method on a list over methods.
pub(crate) fn of(s: &DigitsAugmentationSetting, list: &[f64], rule: Rule) -> Result<f64, JudgeError> {
    let index = s.rules.iter().position(|other| *other == rule);
    let value = index.and_then(|index| list.get(index).copied());
    value.ok_or_else(|| JudgeError::Other(format!("no number of {rule:?}")))
}

/// The mean share of augmented images of a method in every range of updates.
pub(crate) fn ratios<'a>(
    s: &DigitsAugmentationSetting,
    o: &'a DigitsAugmentationOutcome,
    rule: Rule,
) -> Result<&'a [f64], JudgeError> {
    let (ranges, all) = (s.training.ranges.len(), &o.ratios);
    let index = s.rules.iter().position(|other| *other == rule);
    let own = index.and_then(|index| all.get(index * ranges..(index + 1) * ranges));
    own.ok_or_else(|| JudgeError::Other(format!("no ratios of {rule:?}")))
}

pub(crate) fn trials(profile: Profile) -> usize {
    by(profile, 12, 24)
}

fn cases(samples: &[usize], profile: Profile) -> Vec<At<DigitsAugmentationSetting>> {
    let case = |&n: &usize| {
        At::setting(format!("shifts N={n}"), digits(n, Augmentation::Shift, profile), trials(profile))
    };
    samples.iter().map(case).collect()
}

/// A sign: the measurement lies between 0 and `most`; the rival has it between 0 and −`most`.
fn sign(
    id: &str,
    title: &str,
    formula: &str,
    samples: fn(Profile) -> Vec<usize>,
    difference: fn(&DigitsAugmentationSetting, &DigitsAugmentationOutcome) -> Result<f64, JudgeError>,
    rival: &str,
    most: f64,
) -> Claim {
    Claim::about::<DigitsAugmentation>(id, title)
        .formula(formula)
        .sources(&[TAKASE_2021, ALPAYDIN_1998])
        .cases(move |profile| Ok(cases(&samples(profile), profile)))
        .by_difference()
        .measure(difference)
        .predict(|_| Ok(0.0))
        .margin(move |_, _| Margin::between(0.0, most))
        .rival(rival, move |_| Ok(-most))
        .finish()
}

fn accuracy(
    s: &DigitsAugmentationSetting,
    o: &DigitsAugmentationOutcome,
    rule: Rule,
) -> Result<f64, JudgeError> {
    of(s, &o.accuracy, rule)
}

fn gain() -> Claim {
    sign(
        "spa/digits-gain",
        "With few digits and one-pixel shifts self-paced augmentation is better than none",
        r"\mathrm{accuracy}_{\rm SPA}-\mathrm{accuracy}_{\rm NA}>0",
        |profile| by(profile, vec![500], vec![100, 500]),
        |s, o| Ok(accuracy(s, o, Rule::Spa(TAU))? - accuracy(s, o, Rule::None)?),
        "it is worse",
        0.05,
    )
}

fn over_all() -> Claim {
    sign(
        "spa/digits-over-all",
        "With few digits and one-pixel shifts self-paced augmentation is better than augmenting all images",
        r"\mathrm{accuracy}_{\rm SPA}-\mathrm{accuracy}_{\rm CA}>0",
        |profile| by(profile, vec![], vec![100, 500]),
        |s, o| Ok(accuracy(s, o, Rule::Spa(TAU))? - accuracy(s, o, Rule::All)?),
        "it is worse",
        0.1,
    )
}

fn selection() -> Claim {
    sign(
        "spa/digits-selection",
        "Choosing the hard images is not where the gain comes from: as many random images do better",
        r"\mathrm{accuracy}_{\rm random}-\mathrm{accuracy}_{\rm SPA}>0",
        |profile| by(profile, vec![], vec![100]),
        |s, o| Ok(accuracy(s, o, Rule::Matched(TAU))? - accuracy(s, o, Rule::Spa(TAU))?),
        "the selection helps",
        0.05,
    )
}

fn noise() -> Claim {
    // The published claim is the rival here.
    Claim::about::<DigitsAugmentation>(
        "spa/digits-noise",
        "With additive noise the claim does not reproduce: augmenting all images is better than the hard ones",
    )
    .formula(r"\mathrm{accuracy}_{\rm CA}-\mathrm{accuracy}_{\rm SPA}>0")
    .sources(&[TAKASE_2021, ALPAYDIN_1998])
    .cases(|profile| {
        let case = |n: usize| {
            At::setting(format!("noise 0.3 N={n}"), digits(n, Augmentation::Noise(0.3), profile), trials(profile))
        };
        Ok(by(profile, vec![], vec![case(200)]))
    })
    .by_difference()
    .measure(|s, o| Ok(accuracy(s, o, Rule::All)? - accuracy(s, o, Rule::Spa(TAU))?))
    .predict(|_| Ok(0.0))
    .margin(|_, _| Margin::between(0.0, 0.05))
    .rival("self-paced augmentation is better", |_| Ok(-0.05))
    .finish()
}

fn falling() -> Claim {
    Claim::about::<DigitsAugmentation>(
        "spa/digits-ratio",
        "The share of augmented digits falls during training",
    )
    .formula(r"p(\text{updates }2001..3000)\ll p(\text{updates }1..10)")
    .sources(&[TAKASE_2021, ALPAYDIN_1998])
    .cases(|profile| Ok(cases(&by(profile, vec![500], vec![100, 500]), profile)))
    .by_difference()
    .measure(|s, o| Ok(ratios(s, o, Rule::Spa(TAU))?.last().copied().unwrap_or(f64::NAN)))
    .predict(|_| Ok(0.0))
    .margin(|_, _| Margin::symmetric(0.1))
    .rival_given("the share of the first updates", |s, o| {
        Ok(ratios(s, o, Rule::Spa(TAU))?.first().copied().unwrap_or(f64::NAN))
    })
    .finish()
}

fn quieter() -> Claim {
    sign(
        "spa/digits-fluctuation",
        "On digits the training loss fluctuates less than with augmentation of all images",
        r"\mathrm{sd}_{\rm CA}-\mathrm{sd}_{\rm SPA}>0\ \text{over the last 500 updates}",
        |profile| by(profile, vec![], vec![100, 500]),
        |s, o| Ok(of(s, &o.fluctuation, Rule::All)? - of(s, &o.fluctuation, Rule::Spa(TAU))?),
        "it fluctuates more",
        0.2,
    )
}
