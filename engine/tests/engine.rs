//! The engine on toy systems whose truth is known: every verdict, failures that stay where they belong.

#![allow(clippy::expect_used)]

use serde::{Deserialize, Serialize};
use solvable_engine::streams::Streams;
use solvable_engine::verify::{
    At, Breakage, Claim, ClaimBuilder, Engine, Experiment, Margin, Options, Results, Statistic, TrialFailure,
    TrialStore, Verdict,
};

/// Normal numbers of mean `mean` and deviation `noise`.
struct Dice;

#[derive(Clone, Serialize)]
struct Setting {
    mean: f64,
    noise: f64,
}

#[derive(Serialize, Deserialize)]
struct Throw {
    value: f64,
}

impl Experiment for Dice {
    type Setting = Setting;
    type Outcome = Throw;
    const ID: &'static str = "dice";
    const VERSION: u32 = 1;

    fn run(setting: &Setting, streams: &Streams) -> Result<Throw, TrialFailure> {
        if setting.mean < 0.0 {
            return Err("the mean is negative".into());
        }
        assert!(setting.mean < 1000.0, "a defect of the experiment");
        let value = setting.mean + streams.normals(1, setting.noise)[0];
        Ok(Throw { value: if setting.mean == 99.0 { f64::NAN } else { value } })
    }
}

fn claim(mean: f64, noise: f64) -> ClaimBuilder<Dice> {
    Claim::about::<Dice>(format!("toy/{mean}-{noise}"), "the mean of dice")
        .cases(move |_| Ok(vec![At::setting("one", Setting { mean, noise }, 50)]))
        .measure(|_, o| Ok(o.value))
        .margin(|_, _| Margin::symmetric(0.1))
}

fn verdicts(claims: Vec<Claim>) -> Vec<Verdict> {
    let engine = Engine::new(TrialStore::in_memory(), Options::default());
    let results = engine.verify(&claims, &()).expect("an in-memory store cannot fail");
    results.claims.iter().map(|c| c.verdict).collect()
}

#[test]
fn every_verdict_is_reached() {
    let truth = |s: &Setting| Ok(s.mean);
    let claims = vec![
        claim(1.0, 0.1).predict(truth).rival("double", |s| Ok(2.0 * s.mean)).finish(),
        claim(1.0, 0.1).predict(|s| Ok(2.0 * s.mean)).rival("triple", |s| Ok(3.0 * s.mean)).finish(),
        claim(1.0, 2.0).predict(truth).rival("far", |s| Ok(9.0 * s.mean)).finish(),
        claim(1.0, 0.1).predict(truth).rival("too like the truth", |s| Ok(1.01 * s.mean)).finish(),
        claim(1.0, 0.1).predict(truth).rival("straddles the margin", |s| Ok(1.11 * s.mean)).finish(),
        claim(1.0, 0.1).predict(truth).rival_where("never a rival", |_| false, |s| Ok(2.0 * s.mean)).finish(),
        claim(1.0, 0.1).predict(truth).finish(),
        claim(1.0, 0.1).predict(|_| Ok(f64::NAN)).rival("double", |s| Ok(2.0 * s.mean)).finish(),
    ];
    use Verdict::{Confirmed, Failed, Inconclusive, Powerless, Refuted};
    let expected = [Confirmed, Refuted, Inconclusive, Powerless, Inconclusive, Powerless, Failed, Failed];
    assert_eq!(verdicts(claims), expected);
}

#[test]
fn a_failing_trial_fails_its_own_claim_alone() {
    let stands =
        |mean: f64| claim(mean, 0.1).predict(|s| Ok(s.mean)).rival("double", |s| Ok(2.0 * s.mean)).finish();
    let claims = vec![stands(-1.0), stands(1000.0), stands(99.0), stands(1.0)];
    let engine = Engine::new(TrialStore::in_memory(), Options::default());
    let results = engine.verify(&claims, &()).expect("an in-memory store cannot fail");
    let errors: Vec<&str> =
        results.claims.iter().map(|c| c.cases[0].error.as_deref().unwrap_or_default()).collect();
    assert!(errors[0].contains("the mean is negative"), "{errors:?}");
    assert!(errors[1].contains("a defect of the experiment"), "{errors:?}");
    assert!(errors[2].contains("`value` is not finite"), "{errors:?}");
    assert_eq!(results.claims[3].verdict, Verdict::Confirmed);
}

#[test]
fn broken_predictions_are_refuted_and_nothing_depends_on_order() {
    let build = || {
        vec![
            claim(1.0, 0.1).predict(|s| Ok(s.mean)).rival("double", |s| Ok(2.0 * s.mean)).finish(),
            claim(3.0, 0.1)
                .predict(|s| Ok(s.mean))
                .by_difference()
                .rival("double", |s| Ok(2.0 * s.mean))
                .finish(),
            claim(2.0, 0.1).predict(|s| Ok(s.mean)).median().rival("double", |s| Ok(2.0 * s.mean)).finish(),
        ]
    };
    let run = |claims: &[Claim]| -> (Results, Results) {
        let engine = Engine::new(TrialStore::in_memory(), Options::default());
        let judged = engine.verify(claims, &()).expect("an in-memory store cannot fail");
        (judged, engine.judge_broken(claims, Breakage::TooLarge))
    };
    let claims = build();
    assert_eq!(claims[2].statistic, Statistic::Median);
    let (judged, broken) = run(&claims);
    assert!(judged.claims.iter().all(|c| c.verdict == Verdict::Confirmed), "{judged:#?}");
    assert!(broken.claims.iter().all(|c| c.verdict == Verdict::Refuted), "{broken:#?}");
    let mut reversed = build();
    reversed.reverse();
    let (mut again, _) = run(&reversed);
    again.claims.reverse();
    assert_eq!(judged, again);
}
