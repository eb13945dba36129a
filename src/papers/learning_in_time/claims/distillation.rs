//! Training on one's own predictions.

use solvable_engine::verify::setting::require;
use solvable_engine::verify::{At, Claim, JudgeError, Margin};
use solvable_shared::by;
use solvable_theory::bibliography::{KARAKIDA_2022_CONTINUAL, MOBAHI_2020};
use solvable_theory::learning_in_time::{FreshRound, Round, distill, distill_fresh};

use crate::experiments::{
    FreshRounds, FreshRoundsSetting, FreshSetting, InTime, InTimeSetting, Path, Problem, RoundSetting,
};

pub(super) fn all() -> Vec<Claim> {
    vec![same_inputs(), new_inputs()]
}

fn rounds(setting: &InTimeSetting) -> &[RoundSetting] {
    match &setting.path {
        Path::Distillation { rounds } => rounds,
        _ => &[],
    }
}

/// The last round's error for other rounds than the setting's.
fn after(setting: &InTimeSetting, rounds: &[RoundSetting]) -> Result<f64, JudgeError> {
    let (spectrum, target) = setting.problem.theory()?;
    let rounds: Vec<Round> = rounds.iter().map(|r| Round { ridge: r.delta, labels: r.xi }).collect();
    let errors = distill(&spectrum, &target, setting.samples, setting.problem.sigma2, &rounds)?;
    errors.last().map(|[test, _]| *test).ok_or_else(|| JudgeError::Other("there is no round".into()))
}

fn same_inputs() -> Claim {
    Claim::about::<InTime>(
        "dyn/distill",
        "Rounds of training on one's own predictions, on the same inputs, are filters of the spectrum",
    )
    .formula(r"g_j=h_j(\xi_j+(1-\xi_j)g_{j-1}),\quad h_j=\frac a{a+\delta_j}")
    .sources(&[MOBAHI_2020])
    .cases(|profile| {
        let (samples, trials) = by(profile, (100, 60), (100, 200));
        let problem = Problem::power(600, 1.5, 2.5, 0.3);
        let round = |delta: f64, xi: f64| RoundSetting { delta, xi };
        let case = |label: &str, rounds: Vec<RoundSetting>| {
            let path = Path::Distillation { rounds };
            At::setting(label, InTimeSetting { problem: problem.clone(), samples, path }, trials)
        };
        Ok(vec![
            case("δ=0.5, then ξ=0", vec![round(0.5, 1.0), round(0.5, 0.0)]),
            case("δ=0.5, then ξ=-1", vec![round(0.5, 1.0), round(0.5, -1.0)]),
            case("δ=0.5, then ξ=0.5", vec![round(0.5, 1.0), round(0.5, 0.5)]),
            case(
                "four rounds of ξ=0.2",
                vec![round(0.5, 1.0), round(0.5, 0.2), round(0.5, 0.2), round(0.5, 0.2)],
            ),
            case("δ=0.2, 0.8, 0.4, ξ=0", vec![round(0.2, 1.0), round(0.8, 0.0), round(0.4, 0.0)]),
        ])
    })
    .measure(|_, o| o.test.last().copied().ok_or_else(|| JudgeError::Other("there is no round".into())))
    .predict(|s| after(s, rounds(s)))
    .margin(|s, _| Margin::symmetric(2.0 / s.samples as f64 + 0.01))
    .rival("labels in place of predictions", |s| after(s, &rounds(s)[..1]))
    .rival_where(
        "new inputs in every round",
        |s| rounds(s).len() == 2 && rounds(s)[1].xi != 0.0,
        |s| {
            let (spectrum, target) = s.problem.theory()?;
            let of = |r: &RoundSetting| FreshRound {
                samples: s.samples,
                ridge: r.delta,
                labels: r.xi,
                sigma2: s.problem.sigma2,
            };
            let all: Vec<FreshRound> = rounds(s).iter().map(of).collect();
            Ok(distill_fresh(&spectrum, &target, &all)?[1])
        },
    )
    .rival_where(
        "one round of twice the ridge",
        |s| rounds(s).len() == 2 && rounds(s)[1].xi == 0.0,
        |s| after(s, &[RoundSetting { delta: 2.0 * rounds(s)[0].delta, xi: 1.0 }]),
    )
    .presumes(|s| {
        require(!rounds(s).is_empty(), "path", "another one", "distillation, which the claim is about")
    })
    .finish()
}

fn new_inputs() -> Claim {
    Claim::about::<FreshRounds>(
        "dyn/distill-fresh",
        "Rounds of training on one's own predictions, on new inputs, obey the moments of continual learning",
    )
    .formula(r"R'=(1-q)(\xi\eta+(1-\xi)R),\quad S'=(1-q)^2G+b\bar D")
    .sources(&[KARAKIDA_2022_CONTINUAL])
    .components(["round 2", "round 3", "round 4"])
    .cases(|profile| {
        let round = |samples: usize, delta: f64, xi: f64| FreshSetting { samples, delta, xi };
        let setting = FreshRoundsSetting {
            problem: Problem::power(300, 1.5, 2.0, 0.2),
            rounds: vec![
                round(60, 0.3, 1.0),
                round(60, 0.3, 0.0),
                round(60, 0.3, 0.5),
                round(120, 0.1, -0.3),
            ],
            runs: 25,
        };
        Ok(vec![At::setting("N=60, 60, 60, 120", setting, by(profile, 60, 200))])
    })
    .measure(|_, o| Ok(o.errors[1..].to_vec()))
    .predict(|s| Ok(fresh(s)?[1..].to_vec()))
    .margin(|_, _| Margin::symmetric(0.04))
    .rival("the same inputs in all rounds", |s| {
        let (spectrum, target) = s.problem.theory()?;
        let samples = s.rounds.first().map_or(1, |round| round.samples);
        let all: Vec<Round> = s.rounds.iter().map(|r| Round { ridge: r.delta, labels: r.xi }).collect();
        let errors = distill(&spectrum, &target, samples, s.problem.sigma2, &all)?;
        Ok(errors[1..].iter().map(|[test, _]| *test).collect::<Vec<f64>>())
    })
    .rival("labels in place of predictions", |s| {
        let mut plain = s.clone();
        plain.rounds.iter_mut().for_each(|round| round.xi = 1.0);
        Ok(fresh(&plain)?[1..].to_vec())
    })
    .presumes(|s| require(s.rounds.len() == 4, "rounds", s.rounds.len(), "four rounds"))
    .finish()
}

fn fresh(setting: &FreshRoundsSetting) -> Result<Vec<f64>, JudgeError> {
    let (spectrum, target) = setting.problem.theory()?;
    let of = |r: &FreshSetting| FreshRound {
        samples: r.samples,
        ridge: r.delta,
        labels: r.xi,
        sigma2: setting.problem.sigma2,
    };
    let rounds: Vec<FreshRound> = setting.rounds.iter().map(of).collect();
    Ok(distill_fresh(&spectrum, &target, &rounds)?)
}
