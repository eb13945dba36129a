//! The engine on toy systems whose truth is known: every verdict, failures that stay where they belong.

#![allow(clippy::expect_used)]

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use solvable_engine::figure::{Axis, Figure, Panel, Series};
use solvable_engine::streams::{StreamVersion, Streams};
use solvable_engine::verify::{
    At, Basis, Breakage, Claim, ClaimBuilder, Engine, Experiment, GivenUp, LOOKS, Margin, Observer, Options,
    Procedure, Profile, Record, RecordError, Request, Results, SettingKey, Shard, Statistic, Stop,
    TrialFailure, TrialStore, Verdict, setting,
};
use solvable_engine::{FigurePlan, mean_point};

/// Normal numbers of mean `mean` and deviation `noise`.
struct Dice;

#[derive(Clone, Serialize, Deserialize)]
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

/// Trials are drawn until the interval is a third of the margin: the intervals at which drawing stopped cover the truth as often as
/// they say, true claims are hardly ever refuted, and false ones always.
#[test]
fn intervals_hold_where_drawing_stops_when_it_pleases() {
    let (mut covered, mut refuted, mut narrow, mut longest) = (0, 0, 0, 0);
    let runs = 2000;
    let truth = claim(1.0, 0.15).predict(|s| Ok(s.mean)).rival("double", |s| Ok(2.0 * s.mean)).finish();
    let wrong = claim(1.0, 0.15).predict(|s| Ok(1.3 * s.mean)).rival("double", |s| Ok(2.0 * s.mean)).finish();
    for seed in 0..runs {
        let options = Options { seed, ..Options::default() };
        let engine = Engine::new(TrialStore::in_memory(), options);
        let drawn = |claim: &Claim| {
            let case = claim.cases(options.profile).expect("cases").remove(0).with_trials(8);
            engine.draw(&case, 1 << 12, &(), || false).expect("an in-memory store cannot fail")
        };
        let own = drawn(&truth);
        let component = &own.result.claim.components[0];
        covered += usize::from(component.discrepancy.low <= 0.0 && 0.0 <= component.discrepancy.high);
        refuted += usize::from(own.result.verdict == Verdict::Refuted);
        narrow += usize::from(own.narrow);
        longest = longest.max(own.result.trials[0]);
        assert_eq!(drawn(&wrong).result.verdict, Verdict::Refuted);
    }
    let runs = runs as usize;
    assert!(covered as f64 >= 0.985 * runs as f64, "{covered} of {runs} intervals cover the truth");
    assert!(refuted as f64 <= 0.01 * runs as f64, "{refuted} of {runs} true claims are refuted");
    assert_eq!(narrow, runs);
    // A third of the margin of ±0.1 is reached with a deviation of 0.15 after some hundred trials.
    assert!((128..=1024).contains(&longest), "{longest}");
}

/// `verify` draws until a claim is decided, in few looks: what it says then is as true as what one look says.
#[test]
fn intervals_hold_where_claims_are_decided() {
    // The margin is one and a half deviations of the first look's mean: about half of all runs look again.
    let noise = 0.1 / 1.5 * 50f64.sqrt() / 2.67;
    let truth = claim(1.0, noise).predict(|s| Ok(s.mean)).rival("double", |s| Ok(2.0 * s.mean)).finish();
    // The truth lies at the very edge of the margin: no number of trials decides it, and every look could refute it wrongly.
    let edge = claim(1.0, noise)
        .by_difference()
        .predict(|s| Ok(s.mean - 0.1))
        .rival("double", |s| Ok(2.0 * s.mean))
        .finish();
    let claims = [truth, edge];
    let runs = 2000;
    let (mut covered, mut refuted, mut again) = ([0, 0], [0, 0], 0);
    for seed in 0..runs {
        let engine = Engine::new(TrialStore::in_memory(), Options { seed, ..Options::default() });
        let results = engine.verify(&claims, &()).expect("an in-memory store cannot fail");
        for (k, offset) in [0.0, 0.1].into_iter().enumerate() {
            let case = &results.claims[k].cases[0];
            let found = case.claim.components[0].discrepancy;
            covered[k] += usize::from(found.low <= offset && offset <= found.high);
            refuted[k] += usize::from(case.verdict == Verdict::Refuted);
            assert!(case.trials[0] <= 50 << (LOOKS - 1));
        }
        assert_eq!(results.claims[0].verdict, Verdict::Confirmed, "seed {seed}");
        again += usize::from(results.claims[0].cases[0].trials[0] > 50);
    }
    let share = |count: usize| count as f64 / runs as f64;
    assert!(
        covered.iter().all(|&count| share(count) >= 0.985),
        "{covered:?} of {runs} intervals cover the truth"
    );
    assert!(
        refuted.iter().all(|&count| share(count) <= 0.01),
        "{refuted:?} of {runs} true claims are refuted"
    );
    assert!((0.2..0.9).contains(&share(again)), "{again} of {runs} look again");
}

/// How often a claim is looked at depends on its own trials alone: on no other claim, on no store, on no shard.
#[test]
fn the_number_of_trials_is_a_function_of_the_trials() {
    let noise = 0.1 / 1.5 * 50f64.sqrt() / 2.67;
    let build =
        |mean: f64| claim(mean, noise).predict(|s| Ok(s.mean)).rival("double", |s| Ok(2.0 * s.mean)).finish();
    let options = |seed| Options { seed, ..Options::default() };
    let mut drawn = Vec::new();
    for seed in 0..40 {
        let alone = Engine::new(TrialStore::in_memory(), options(seed));
        let expected = alone.verify(&[build(1.0)], &()).expect("an in-memory store cannot fail");
        let (again, tally) = alone.decide(&[build(1.0)], &[], &()).expect("an in-memory store cannot fail");
        let trials = expected.claims[0].cases[0].trials[0];
        assert_eq!((tally.run, tally.reused), (0, trials), "a second run draws nothing");
        assert_eq!(expected, again);
        assert_eq!(expected, alone.judge(&[build(1.0)], &tally), "judged again from the store");

        let beside = Engine::new(TrialStore::in_memory(), options(seed));
        // Another claim has drawn far more trials of the same setting before.
        let case = build(1.0).cases(beside.options().profile).expect("cases").remove(0).with_trials(1000);
        beside.run(&case.requests, &()).expect("an in-memory store cannot fail");
        let results = beside.verify(&[build(2.0), build(1.0)], &()).expect("an in-memory store cannot fail");
        assert_eq!(expected.claims[0], results.claims[1]);
        drawn.push(trials);
    }
    drawn.sort_unstable();
    drawn.dedup();
    assert!(drawn.len() > 1, "{drawn:?}: some seeds look again");
}

/// Tasks that share a folder draw their parts of a look, and of the next when they are run again.
#[test]
fn shards_come_to_the_same_trials() {
    let noise = 0.1 / 1.5 * 50f64.sqrt() / 2.67;
    let build =
        || vec![claim(1.0, noise).predict(|s| Ok(s.mean)).rival("double", |s| Ok(2.0 * s.mean)).finish()];
    let again = |seed: &u64| {
        let engine = Engine::new(TrialStore::in_memory(), Options { seed: *seed, ..Options::default() });
        engine.verify(&build(), &()).expect("an in-memory store cannot fail").claims[0].cases[0].trials[0]
            > 100
    };
    let seed = (0..400).find(again).expect("a seed that looks three times");
    let options = |shard: Option<Shard>| Options { seed, shard, ..Options::default() };
    let whole = Engine::new(TrialStore::in_memory(), options(None));
    let expected = whole.verify(&build(), &()).expect("an in-memory store cannot fail");

    let folder = tempfile::tempdir().expect("a temporary folder");
    // How many tasks there are changes from round to round.
    for tasks in [3, 3, 2, 5].into_iter().take(LOOKS) {
        for shard in (1..=tasks).map(|task| format!("{task}/{tasks}").parse::<Shard>().expect("a shard")) {
            let store = TrialStore::open_shard(folder.path(), shard, Duration::ZERO).expect("a store");
            Engine::new(store, options(Some(shard))).verify(&build(), &()).expect("the store can be written");
        }
    }
    let store = TrialStore::read(&[folder.path()]).expect("a store");
    assert_eq!(store.duplicates(), 0);
    assert_eq!(store.len(), whole.store().len(), "nothing is lost, nothing doubled");
    assert_eq!(expected, Engine::new(store, options(None)).judge(&build(), &Default::default()));
}

/// A run that is asked to end begins no more trials, judges nothing, and the next goes on.
#[test]
fn a_run_that_is_asked_to_end_judges_nothing_and_the_next_goes_on() {
    /// Asks after some trials.
    struct After(Arc<Stop>, AtomicUsize);
    impl Observer for After {
        fn trial(&self, _: &SettingKey, _: u64, _: f64, _: bool) {
            if self.1.fetch_add(1, Ordering::SeqCst) == 9 {
                assert!(self.0.ask("enough"));
            }
        }
    }
    let build =
        || vec![claim(1.0, 0.1).predict(|s| Ok(2.0 * s.mean)).rival("triple", |s| Ok(3.0 * s.mean)).finish()];
    let (store, stop) = (Arc::new(TrialStore::in_memory()), Arc::<Stop>::default());
    let engine = Engine::with_stop(Arc::clone(&store), Options::default(), Arc::clone(&stop));
    let observer = After(Arc::clone(&stop), AtomicUsize::new(0));
    let (results, tally) = engine.decide(&build(), &[], &observer).expect("an in-memory store cannot fail");
    assert!(results.claims.is_empty(), "nothing is refuted by what happened to be done first");
    assert_eq!((tally.run + tally.missing, tally.run), (50, store.len()));
    assert!(tally.run >= 10 && tally.missing > 0, "{tally:?}");
    assert_eq!(stop.reason(), Some("enough"));

    let case = build()[0].cases(Profile::Quick).expect("cases").remove(0).with_trials(8);
    let drawn =
        engine.draw(&case.with_trials(60), 60, &(), || false).expect("an in-memory store cannot fail");
    assert_eq!((drawn.result.verdict, drawn.missing > 0), (Verdict::Failed, true), "{drawn:?}");

    let next = Engine::with_stop(store, Options::default(), Arc::default());
    let (results, again) = next.decide(&build(), &[], &()).expect("an in-memory store cannot fail");
    assert_eq!((again.run, again.reused), (tally.missing, tally.run));
    assert_eq!(results.claims[0].verdict, Verdict::Refuted);
}

/// A trial that is given up is missing, not failed: the next run draws it.
#[test]
fn trials_that_are_given_up_are_drawn_by_the_next_run() {
    let stop = Arc::<Stop>::default();
    let asked = Arc::clone(&stop);
    let patient = Procedure::new("patient", 1, move |_: &Value, streams| {
        if asked.is_asked() {
            return Err(GivenUp.into());
        }
        asked.ask("enough");
        Ok(Record::of(&json!({"value": streams.normals(1, 1.0)[0]}))?)
    });
    let request = Request::of(&patient, &json!({}), 20).expect("a request");
    let store = Arc::new(TrialStore::in_memory());
    let engine = Engine::with_stop(Arc::clone(&store), Options::default(), stop);
    let pool = rayon::ThreadPoolBuilder::new().num_threads(4).build().expect("a pool");
    let tally = pool
        .install(|| engine.run(std::slice::from_ref(&request), &()))
        .expect("an in-memory store cannot fail");
    assert_eq!((tally.run + tally.missing, tally.run, tally.failures.len()), (20, store.len(), 0));
    assert!(tally.missing > 0 && store.failures(&request, 0).is_empty(), "{tally:?}");
}

/// A failed trial is recorded with its message, once, and is tried again; the claim fails by the record as it did in the run.
#[test]
fn failures_are_recorded_and_judged_as_in_the_run() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let build =
        || vec![claim(-1.0, 0.1).predict(|s| Ok(s.mean)).rival("double", |s| Ok(2.0 * s.mean)).finish()];
    let run = || {
        let engine = Engine::new(TrialStore::open(folder.path()).expect("a store"), Options::default());
        engine.decide(&build(), &[], &()).expect("the store can be written")
    };
    let (expected, tally) = run();
    assert_eq!((tally.run, tally.reused, expected.claims[0].verdict), (50, 0, Verdict::Failed));
    assert_eq!(run().1.run, 50, "tried again");
    let read = || TrialStore::read(&[folder.path()]).expect("a store");
    let text = std::fs::read_to_string(folder.path().join("trials.jsonl")).expect("a store");
    assert_eq!(text.lines().count(), 50, "told once");
    assert!(text.lines().all(|line| line.contains(r#""error":"the mean is negative""#)), "{text}");
    assert!(read().warnings().is_empty());

    let engine = Engine::new(read(), Options::default());
    let cases = build()[0].cases(Profile::Quick).expect("cases");
    let standing = engine.standing(&cases[0]);
    let count = engine.count(&standing.requests);
    assert_eq!((count.wanted, count.stored, count.failed, count.missing), (50, 0, 50, 0));
    assert!(standing.complete);
    assert_eq!(engine.judge(&build(), &engine.failures_of(&cases)), expected);

    // Where one is missing, another could fail that comes first.
    std::fs::write(folder.path().join("trials.jsonl"), &text[text.find('\n').expect("lines") + 1..])
        .expect("a file");
    let standing = Engine::new(read(), Options::default()).standing(&cases[0]);
    assert!(!standing.complete);
    // A trial that came to its end in another run is no failure.
    let good = &text
        .lines()
        .next()
        .expect("a line")
        .replace("\"error\":\"the mean is negative\"", "\"outcome\":{\"value\":1}");
    std::fs::write(folder.path().join("trials.jsonl"), format!("{good}\n{text}")).expect("a file");
    let count = Engine::new(read(), Options::default()).count(&cases[0].requests);
    assert_eq!((count.stored, count.failed), (1, 49));
}

/// What is due is what a run would draw next, look for look.
#[test]
fn the_standing_of_a_case_is_what_a_run_would_draw_next() {
    let noise = 0.1 / 1.5 * 50f64.sqrt() / 2.67;
    let claims =
        vec![claim(1.0, noise).predict(|s| Ok(s.mean)).rival("double", |s| Ok(2.0 * s.mean)).finish()];
    let cases = claims[0].cases(Profile::Quick).expect("cases");
    for seed in 0..40 {
        let engine = Engine::new(TrialStore::in_memory(), Options { seed, ..Options::default() });
        let (mut look, mut drawn) = (0, 0);
        loop {
            let standing = engine.standing(&cases[0]);
            if standing.complete {
                break;
            }
            assert_eq!(standing.look, look);
            drawn += engine.run(&standing.requests, &()).expect("an in-memory store cannot fail").run;
            look += 1;
        }
        let (results, tally) = engine.decide(&claims, &[], &()).expect("an in-memory store cannot fail");
        assert_eq!((tally.run, results.claims[0].cases[0].trials[0]), (0, drawn));
    }
}

/// Times of other settings are scaled by the declared costs.
#[test]
fn forecasts_are_means_or_scaled_by_costs() {
    struct Slow;
    impl Experiment for Slow {
        type Setting = Setting;
        type Outcome = Throw;
        const ID: &'static str = "slow";
        const VERSION: u32 = 1;
        fn run(setting: &Setting, _: &Streams) -> Result<Throw, TrialFailure> {
            Ok(Throw { value: setting.mean })
        }
        fn cost(setting: &Setting) -> f64 {
            setting.mean
        }
    }
    let slow = |mean| Request::new::<Slow>(&Setting { mean, noise: 0.0 }, 3).expect("a request");
    let other = Request::new::<Dice>(&Setting { mean: 1.0, noise: 0.0 }, 3).expect("a request");
    let folder = tempfile::tempdir().expect("a temporary folder");
    let store = TrialStore::open(folder.path()).expect("a store");
    assert_eq!(store.forecast(&other).basis, Basis::Unknown);
    // Enough for a line, and what the end of the run makes a line of.
    for (mean, seconds) in [(2.0, 1.5), (2.0, 0.5), (6.0, 0.25), (6.0, 0.75)] {
        store.insert_time(&slow(mean), seconds);
        let outcome = slow(mean).run_trial(0, 0).expect("a trial");
        store.insert(&slow(mean), 0, 0, outcome).expect("the store can be written");
    }
    store.sync().expect("the store can be written");
    drop(store);
    let store = TrialStore::read(&[folder.path()]).expect("a store");
    let told = |request: &Request| (store.forecast(request).seconds, store.forecast(request).basis);
    assert_eq!(told(&slow(2.0)), (1.0, Basis::Recorded));
    assert_eq!(told(&slow(6.0)), (0.5, Basis::Recorded));
    // Three seconds at a cost of sixteen.
    assert_eq!(told(&slow(8.0)), (1.5, Basis::Scaled));
    assert_eq!(told(&other), (3.0 / 16.0, Basis::Guessed));
}

/// Trials of the first streams are kept and judged; where the same trial was drawn from newer ones too, these stand, in whatever order they
/// were read.
#[test]
fn trials_of_older_streams_stay_until_newer_ones_stand_beside_them() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let line = |streams: &str, value: f64| {
        format!(
            r#"{{"experiment":"dice@1","setting":{{"mean":1.0,"noise":0.5}},"seed":0,"trial":0,"code":"0",{streams}"outcome":{{"value":{value}}}}}"#
        )
    };
    let (old, new, next) = (line("", 0.75), line(r#""streams":2,"#, 1.25), line(r#""streams":3,"#, 9.0));
    let request = Request::new::<Dice>(&Setting { mean: 1.0, noise: 0.5 }, 1).expect("a setting");
    let value_of = |lines: &[&String]| {
        let file = folder.path().join("trials.jsonl");
        let text: String = lines.iter().map(|line| format!("{line}\n")).collect();
        std::fs::write(&file, text).expect("a file");
        let engine = Engine::new(TrialStore::read(&[file]).expect("no contradiction"), Options::default());
        let version = engine.store().streams(&request, 0, 0).map(u32::from);
        (version, engine.trials::<Dice>(&request).expect("an outcome").first().map(|throw| throw.value))
    };
    assert_eq!(value_of(&[&old]), (Some(1), Some(0.75)));
    assert_eq!(value_of(&[&old, &new]), (Some(2), Some(1.25)));
    assert_eq!(value_of(&[&new, &old]), (Some(2), Some(1.25)));
    // What a later program may draw from is nobody's trial here.
    assert_eq!(value_of(&[&next]), (None, None));
    let drawn = |version| request.run_trial_of(version, 0, 0).expect("a trial");
    assert_ne!(drawn(StreamVersion::First), drawn(StreamVersion::Second));
}

/// The dice again, made at run time: of JSON, with nothing known of them before.
fn dice(id: String) -> Procedure<Value, Record> {
    let number = |setting: &Value, field: &str| setting[field].as_f64().unwrap_or(f64::NAN);
    Procedure::new(id, 1, move |setting: &Value, streams| {
        let value = number(setting, "mean") + streams.normals(1, number(setting, "noise"))[0];
        Ok(Record::of(&json!({"value": value}))?)
    })
    .checked(move |setting| setting::positive("mean", number(setting, "mean")))
    .costing(move |setting| number(setting, "noise"))
}

#[test]
fn an_experiment_made_at_run_time_draws_what_the_type_of_its_name_draws() {
    let typed = Request::new::<Dice>(&Setting { mean: 1.0, noise: 0.5 }, 3).expect("a request");
    let made = Request::of(&dice("dice".into()), &json!({"noise": 0.5, "mean": 1.0}), 3).expect("a request");
    assert_eq!(typed.key, made.key);
    assert_eq!(made.cost, 0.5);
    for trial in 0..3 {
        assert_eq!(typed.run_trial(trial, 7).expect("a trial"), made.run_trial(trial, 7).expect("a trial"));
    }
    // A name may be spelt with the sign that stands before versions.
    let at =
        |id: &str| Request::of(&dice(id.into()), &json!({"noise": 0.5, "mean": 1.0}), 1).expect("a request");
    assert_eq!(at("dice@home").key.name(), "dice@home");
    assert_ne!(
        at("dice@home").run_trial(0, 0).expect("a trial"),
        at("dice").run_trial(0, 0).expect("a trial")
    );
}

#[test]
fn a_claim_and_a_figure_made_at_run_time_are_like_any_other() {
    let procedure = dice("thrown".to_owned());
    let at = |mean: f64| json!({"mean": mean, "noise": 0.1});
    let mean = |setting: &Value| setting["mean"].as_f64().ok_or(RecordError::NotNumbers("mean".into()));
    let claim = Claim::of(procedure.clone(), "toy/made", "the mean of dice")
        .cases(move |_| Ok(vec![At::setting("one", at(1.0), 50)]))
        .measure(|_, outcome| Ok(outcome.number("value")?))
        .predict(move |setting| Ok(mean(setting)?))
        .rival("double", move |setting| Ok(2.0 * mean(setting)?))
        .margin(|_, _| Margin::symmetric(0.1))
        .finish();
    let case = claim.cases(Profile::Quick).expect("cases").remove(0);
    assert!(case.at("two", &[at(2.0)], 50).is_ok());
    let refused = case.at("none", &[at(-2.0)], 50).err().expect("a mean below 0").to_string();
    assert_eq!(refused, "field `mean` is -2; valid: a finite number > 0");

    let (id, drawn) = (format!("toy/{}", "figure"), procedure.clone());
    let plan = FigurePlan::new(
        id.clone(),
        move |_| Ok(vec![Request::of(&procedure, &at(1.0), 20)?]),
        move |trials| {
            let outcomes: Vec<Record> = trials.by(&drawn, &at(1.0))?;
            let values =
                outcomes.iter().map(|outcome| outcome.number("value")).collect::<Result<Vec<_>, _>>()?;
            let points = vec![mean_point(1.0, &values)?];
            let series = vec![Series::Points { label: "thrown".into(), group: 0, points }];
            let (x, y) = (Axis::linear("mean"), Axis::linear("found"));
            let panels = vec![Panel { title: String::new(), x, y, series }];
            Ok(Figure { id: id.clone(), title: "Dice".into(), caption: String::new(), panels })
        },
    );
    let engine = Engine::new(TrialStore::in_memory(), Options::default());
    assert!(plan.figure(&engine).is_err(), "nothing is stored");
    let beside = plan.requests(Profile::Quick).expect("requests");
    let (results, tally) = engine.decide(&[claim], &beside, &()).expect("an in-memory store cannot fail");
    assert_eq!((results.claims[0].verdict, tally.run), (Verdict::Confirmed, 50));
    let figure = plan.figure(&engine).expect("a figure");
    assert!(
        matches!(&figure.panels[0].series[0], Series::Points { points, .. } if (points[0].y - 1.0).abs() < 0.1)
    );
}
