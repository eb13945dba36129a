//! Gaussian features: the setting in which the theory becomes exact.

use solvable_theory::bibliography::{BORDELON_2020, CANATAR_2021, KARAKIDA_2022_CONTINUAL};
use solvable_theory::continual_learning::{Stage, effective_ridge, stages};

use super::theory::{Missing, pair};
use crate::experiments::{
    Features, TaskSequence, TaskSequenceSetting, TwoTasks, TwoTasksOutcome, TwoTasksSetting,
    Underparametrised, UnderparametrisedSetting,
};
use crate::settings::gaussian;
use solvable_engine::verify::setting::require;
use solvable_engine::verify::{At, Claim, ClaimBuilder, JudgeError, Margin, Profile};
use solvable_shared::by;

pub(crate) fn claims() -> Vec<Claim> {
    vec![
        two_tasks(),
        backward(),
        critical_similarity(),
        matched_prior(),
        forgetting(),
        self_knowledge(),
        many_tasks(),
        task_sequences(),
        mixed_stages(),
        underparametrised(),
    ]
}

/// $\rho$ of the standing claims.
pub(crate) const RHO: f64 = 0.7;

/// A quantity at similarity $\rho$, between its values at 0 and 1.
pub(crate) fn at_similarity([unrelated, same]: [f64; 2], rho: f64) -> f64 {
    unrelated + rho * (same - unrelated)
}

fn modes(profile: Profile) -> usize {
    by(profile, 1000, 4000)
}

/// Decays $a$, $b$ and sample sizes.
const PAIRS: [(f64, f64, [usize; 2]); 4] =
    [(1.5, 1.5, [200, 50]), (1.5, 1.5, [100, 100]), (1.5, 2.0, [200, 50]), (2.0, 2.0, [100, 100])];

fn pairs(profile: Profile) -> Result<Vec<At<TwoTasksSetting>>, JudgeError> {
    Ok(PAIRS
        .into_iter()
        .map(|(decay, target_decay, samples)| {
            // Sizes at which the corrections of order 1/N are below the margins.
            let samples = samples.map(|n| by(profile, n, 2 * n));
            let features = gaussian(decay, target_decay, modes(profile));
            let label = format!("a={decay} b={target_decay} N=({}, {})", samples[0], samples[1]);
            At::setting(label, TwoTasksSetting { features, samples }, by(profile, 64, 96))
        })
        .collect())
}

/// The rivals of the law of two tasks: components are $E_1$ and the error that `pick` takes of [forward, backward].
pub(crate) fn with_rivals(claim: ClaimBuilder<TwoTasks>, pick: usize, rho: f64) -> ClaimBuilder<TwoTasks> {
    let parts = [
        ("without 1/(1 − γ₂)", Missing::Amplification),
        ("the noise of the first stage forgotten", Missing::FirstNoise),
        ("unlearnt modes mislead as well", Missing::Learnt),
    ];
    let mut claim = claim;
    for (name, missing) in parts {
        claim = claim.rival(name, move |s| {
            let pair = pair(s)?;
            Ok([pair.at(rho)?.first, pair.without(missing, rho)?[pick]])
        });
    }
    claim
        .rival("joint training on both sample sets", move |s| {
            let pair = pair(s)?;
            Ok([pair.at(rho)?.first, pair.joint(rho)?[pick]])
        })
        .rival("a single task with all samples", move |s| {
            let pair = pair(s)?;
            Ok([pair.at(rho)?.first, pair.pooled()?])
        })
        .rival("ρ² in place of ρ", move |s| {
            let law = pair(s)?.at(rho * rho)?;
            Ok([law.first, [law.forward, law.backward][pick]])
        })
}

fn two_tasks() -> Claim {
    let claim = Claim::about::<TwoTasks>("cl/two-task", "The error on a second task, after a first one")
        .formula(
            r"E_{A\to B}=\frac{1}{1-\gamma_2}\sum_iq_{2i}^2\left[2(1-\rho)(1-q_{1i})\eta_i+q_{1i}^2\eta_i+b_{1i}E_1\right],\qquad
              E_1=\frac{\sum_iq_{1i}^2\eta_i}{1-\gamma_1}",
        )
        .sources(&[KARAKIDA_2022_CONTINUAL, BORDELON_2020, CANATAR_2021])
        .cases(pairs)
        .measure(|_, o| Ok([o.first, at_similarity(o.forward, RHO)]))
        .components(["E₁", "forward"])
        .predict(|s| {
            let law = pair(s)?.at(RHO)?;
            Ok([law.first, law.forward])
        })
        .margin(|_, profile| Margin::symmetric(by(profile, 0.025, 0.01)));
    with_rivals(claim, 0, RHO)
        .rival("a cold start", |s| {
            let law = pair(s)?.at(RHO)?;
            Ok([law.first, law.alone])
        })
        .finish()
}

/// Of smooth targets so little is left after the first stage that its noise cannot be seen in what is forgotten.
fn rough(s: &TwoTasksSetting) -> bool {
    matches!(s.features, Features::Gaussian { decay, target_decay, .. } if decay == 1.5 && target_decay == 1.5)
}

fn backward() -> Claim {
    let claim = Claim::about::<TwoTasks>("cl/backward", "The error on the first task, after the second one")
        .formula(r"E_{\rm back}=E_{A\to B}+2(1-\rho)\sum_i\eta_i\,[1-q_{2i}(2-q_{1i})]")
        .sources(&[KARAKIDA_2022_CONTINUAL])
        .cases(pairs)
        .measure(|_, o| Ok(at_similarity(o.backward, RHO)))
        .predict(|s| Ok(pair(s)?.at(RHO)?.backward))
        .margin(|_, profile| Margin::symmetric(by(profile, 0.005, 0.002)));
    claim
        .rival("without 1/(1 − γ₂)", |s| Ok(pair(s)?.without(Missing::Amplification, RHO)?[1]))
        .rival_where("the noise of the first stage forgotten", rough, |s| {
            Ok(pair(s)?.without(Missing::FirstNoise, RHO)?[1])
        })
        .rival("unlearnt modes mislead as well", |s| Ok(pair(s)?.without(Missing::Learnt, RHO)?[1]))
        .rival("the forward law", |s| Ok(pair(s)?.at(RHO)?.forward))
        .rival("joint training on both sample sets", |s| Ok(pair(s)?.joint(RHO)?[1]))
        .rival("ρ² in place of ρ", |s| Ok(pair(s)?.at(RHO * RHO)?.backward))
        .finish()
}

fn critical(o: &TwoTasksOutcome) -> f64 {
    let [unrelated, same] = o.forward;
    (o.alone - unrelated) / (same - unrelated)
}

fn critical_similarity() -> Claim {
    Claim::about::<TwoTasks>("cl/rho-star", "Knowledge transfers where tasks are more similar than ρ*")
        .formula(
            r"E_{A\to B}<E_B\iff\rho>\rho^*=1-\frac{\sum_iq_{2i}^2[(1-q_{1i}^2)\eta_i-b_{1i}E_1]}{2\sum_iq_{2i}^2(1-q_{1i})\eta_i}",
        )
        .sources(&[KARAKIDA_2022_CONTINUAL])
        .cases(|profile| {
            Ok([[100, 100], [200, 50], [50, 200]]
                .into_iter()
                .map(|samples| {
                    let features = gaussian(1.5, 2.0, modes(profile));
                    let label = format!("a=1.5 b=2 N=({}, {})", samples[0], samples[1]);
                    At::setting(label, TwoTasksSetting { features, samples }, by(profile, 24, 100))
                })
                .collect())
        })
        .measure(|_, o| Ok(critical(o)))
        .predict(|s| Ok(pair(s)?.at(0.0)?.critical_similarity))
        .by_difference()
        .margin(|_, profile| Margin::symmetric(by(profile, 0.01, 0.005)))
        .rival("one half, as for matched priors", |_| Ok(0.5))
        .rival("only equal tasks transfer", |_| Ok(1.0))
        .finish()
}

fn matched_prior() -> Claim {
    Claim::about::<TwoTasks>(
        "cl/matched-prior",
        "Where the prior of targets is the kernel, ρ* is one half for every single data set",
    )
    .formula(r"\eta=\lambda:\qquad E_{A\to B}-E_B=(1-2\rho)\,\Delta,\quad\Delta\ge0")
    .sources(&[KARAKIDA_2022_CONTINUAL])
    .cases(|profile| {
        Ok([[100, 100], [200, 50]]
            .into_iter()
            .map(|samples| {
                let features = gaussian(1.5, 1.5, modes(profile));
                let label = format!("a=b=1.5 N=({}, {})", samples[0], samples[1]);
                At::setting(label, TwoTasksSetting { features, samples }, 8)
            })
            .collect())
    })
    .presumes(|s| match s.features {
        Features::Gaussian { decay, target_decay, unlearnable_beyond: None, .. } => {
            let valid = format!("{decay}, that of the kernel");
            require(decay == target_decay, "features.gaussian.target_decay", target_decay, valid)
        }
        _ => require(false, "features", "not `gaussian`", "`gaussian`, all of whose modes are learnt"),
    })
    .measure(|_, o| Ok(critical(o)))
    .predict(|_| Ok(0.5))
    .by_difference()
    .identity()
    .margin(|_, _| Margin::symmetric(1e-10))
    .rival("the critical similarity of smoother targets, b = 2", |s| {
        let smoother = TwoTasksSetting { features: gaussian(1.5, 2.0, 1000), ..s.clone() };
        Ok(pair(&smoother)?.at(0.0)?.critical_similarity)
    })
    .finish()
}

fn forgetting() -> Claim {
    const SIMILAR: f64 = 0.99;
    Claim::about::<TwoTasks>(
        "cl/forgetting",
        "Even a task of similarity 0.99 makes the first one be forgotten",
    )
    .formula(r"\frac{E_{\rm back}}{E_1}>1\quad\text{for every fixed }\rho<1\text{ once }E_1\text{ is small}")
    .sources(&[KARAKIDA_2022_CONTINUAL])
    .cases(|profile| {
        let samples = [200, 50];
        let setting = TwoTasksSetting { features: gaussian(1.5, 1.5, modes(profile)), samples };
        Ok(vec![At::setting("a=b=1.5 N=(200, 50) ρ=0.99", setting, by(profile, 24, 100))])
    })
    .measure(|_, o| Ok(at_similarity(o.backward, SIMILAR) / o.first))
    .predict(|s| {
        let law = pair(s)?.at(SIMILAR)?;
        Ok(law.backward / law.first)
    })
    .margin(|_, profile| Margin::symmetric(by(profile, 0.025, 0.01)))
    .rival("nothing forgotten", |_| Ok(1.0))
    .rival("as for equal tasks", |s| {
        let law = pair(s)?.at(1.0)?;
        Ok(law.backward / law.first)
    })
    .finish()
}

/// $N_2$ of the scan of self-knowledge.
pub(crate) fn scan(profile: Profile) -> Vec<(usize, usize)> {
    let large = [20, 40, 62, 100, 200].map(|n| (n, by(profile, 96, 200)));
    let small = [1, 5].map(|n| (n, by(profile, 200, 1000)));
    small.into_iter().chain(large).collect()
}

pub(crate) fn self_setting(second: usize, profile: Profile) -> TwoTasksSetting {
    TwoTasksSetting { features: gaussian(2.0, 2.0, by(profile, 500, 1000)), samples: [100, second] }
}

fn self_knowledge() -> Claim {
    Claim::about::<TwoTasks>("cl/self-knowledge", "The same task learnt twice: transfer, or self-forgetting")
        .formula(r"E_2=\frac1{1-\gamma_2}\sum_iq_{2i}^2(q_{1i}^2\eta_i+b_{1i}E_1),\qquad\frac{E_2}{E_1}\to\frac1{1-\gamma_2}>1\ (N_2\ll N_1)")
        .sources(&[KARAKIDA_2022_CONTINUAL])
        .cases(|profile| {
            let cases = scan(profile).into_iter();
            Ok(cases
                .map(|(second, trials)| {
                    At::setting(format!("a=2 N=(100, {second})"), self_setting(second, profile), trials)
                })
                .collect())
        })
        .measure(|_, o| Ok(at_similarity(o.forward, 1.0)))
        .predict(|s| Ok(pair(s)?.at(1.0)?.forward))
        .margin(|s, profile| {
            Margin::symmetric(if s.samples[1] < 10 { by(profile, 0.1, 0.06) } else { by(profile, 0.04, 0.03) })
        })
        .rival_where("without 1/(1 − γ₂)", |s| s.samples[1] > 1, |s| Ok(pair(s)?.without(Missing::Amplification, 1.0)?[0]))
        .rival_where("the noise of the first stage forgotten", |s| s.samples[1] > 10, |s| Ok(pair(s)?.without(Missing::FirstNoise, 1.0)?[0]))
        .rival("a single task with all samples", |s| Ok(pair(s)?.pooled()?))
        .rival("a cold start", |s| Ok(pair(s)?.at(1.0)?.alone))
        .finish()
}

/// $E_{n,j}$, stage by stage, by the general law.
pub(crate) fn sequence_law(s: &TaskSequenceSetting) -> Result<Vec<Vec<f64>>, JudgeError> {
    let (spectrum, target) = s.features.theory()?;
    Ok(stages(&spectrum, &target, &s.covariance_matrix(), &s.stages, None)?)
}

pub(crate) fn flat(errors: Vec<Vec<f64>>) -> Vec<f64> {
    errors.into_iter().flatten().collect()
}

/// Stages of one task, equal sizes.
pub(crate) fn repeated(features: Features, samples: usize, count: usize, noise: f64) -> TaskSequenceSetting {
    let stage = Stage { samples: vec![samples], noise: vec![noise], ridge: 0.0 };
    TaskSequenceSetting { features, covariance: vec![vec![1.0]], stages: vec![stage; count] }
}

fn many_tasks() -> Claim {
    Claim::about::<TaskSequence>("cl/many-task", "One task, stage after stage: the error falls slowly")
        .formula(r"E_n=\frac1{1-\gamma}\sum_iq_i^2v_{n-1,i},\qquad v_n=q^2v_{n-1}+bE_n,\quad v_0=\eta")
        .sources(&[KARAKIDA_2022_CONTINUAL])
        .cases(|profile| {
            // With noise the terms of order 1/N are larger; twice the samples keep them below the margin.
            let clean = repeated(gaussian(2.0, 2.0, 400), 50, by(profile, 6, 10), 0.0);
            let (samples, modes) = by(profile, (50, 400), (100, 800));
            let noisy = repeated(gaussian(2.0, 2.0, modes), samples, 6, 0.005);
            let cases = [clean, noisy].map(|setting| {
                let (samples, noise) = (setting.stages[0].samples[0], setting.stages[0].noise[0]);
                let label = format!("a=2 N={samples} n={} σ²={noise}", setting.stages.len());
                At::setting(label, setting, by(profile, 96, 300))
            });
            Ok(cases.to_vec())
        })
        .measure(|_, o| Ok(o.errors.clone()))
        .predict(|s| Ok(flat(sequence_law(s)?)))
        .margin(|_, profile| Margin::symmetric(by(profile, 0.03, 0.015)))
        // Once all samples outnumber the modes, joint training leaves nothing, and there is no ratio to it.
        .rival_where("joint training on all samples so far", fewer_samples_than_modes, |s| {
            let (spectrum, target) = s.features.theory()?;
            let joint = |n: usize| {
                let noise = s.stages[0].noise.clone();
                let stage = Stage { samples: vec![s.stages[0].samples[0] * n], noise, ridge: 0.0 };
                stages(&spectrum, &target, &s.covariance_matrix(), &[stage], None)
            };
            let errors = (1..=s.stages.len()).map(joint).collect::<Result<Vec<_>, _>>()?;
            Ok(flat(errors.into_iter().flatten().collect()))
        })
        .rival("without 1/(1 − γ)", |s| repeated_without(s, Missing::Amplification))
        .rival("the noise of earlier stages forgotten", |s| repeated_without(s, Missing::FirstNoise))
        .rival("nothing learnt after the first stage", |s| {
            let errors = flat(sequence_law(s)?);
            Ok(vec![errors[0]; errors.len()])
        })
        .finish()
}

fn fewer_samples_than_modes(s: &TaskSequenceSetting) -> bool {
    let samples: usize = s.stages.iter().flat_map(|stage| &stage.samples).sum();
    matches!(s.features, Features::Gaussian { modes, .. } if samples < modes)
}

/// The errors of one task stage after stage by the recursion without one of its parts: $bE_n$ in $v_n$
/// ([`Missing::FirstNoise`]) or $1/(1-\gamma)$.
fn repeated_without(s: &TaskSequenceSetting, missing: Missing) -> Result<Vec<f64>, JudgeError> {
    let (spectrum, target) = s.features.theory()?;
    let (samples, noise) = (s.stages[0].samples[0], s.stages[0].noise[0]);
    let ridge = effective_ridge(&spectrum, samples as f64, s.stages[0].ridge)?;
    let mut wrong = target.powers.clone();
    Ok(s.stages
        .iter()
        .map(|_| {
            wrong.iter_mut().zip(&ridge.q).for_each(|(v, q)| *v *= q * q);
            let seen = wrong.iter().sum::<f64>() + ridge.gamma * noise;
            let error = if missing == Missing::Amplification { seen } else { seen / ridge.slack };
            if missing != Missing::FirstNoise {
                wrong.iter_mut().zip(&ridge.b).for_each(|(v, b)| *v += b * (error + noise));
            }
            error
        })
        .collect())
}

/// Three tasks, the stages with sizes, noise and the given ridges.
fn three_tasks(profile: Profile, ridges: [f64; 3]) -> TaskSequenceSetting {
    let stage = |task: usize, samples: usize, noise: f64, ridge: f64| {
        let pick = |x: f64| (0..3).map(|t| if t == task { x } else { 0.0 }).collect::<Vec<_>>();
        Stage {
            samples: (0..3).map(|t| if t == task { samples } else { 0 }).collect(),
            noise: pick(noise),
            ridge,
        }
    };
    TaskSequenceSetting {
        features: gaussian(1.5, 1.5, modes(profile)),
        covariance: vec![vec![1.0, 0.8, 0.3], vec![0.8, 1.5, 0.5], vec![0.3, 0.5, 0.7]],
        stages: vec![
            stage(0, 100, 0.0, ridges[0]),
            stage(1, 60, 0.1, ridges[1]),
            stage(2, 80, 0.05, ridges[2]),
        ],
    }
}

/// Ridges that are nearly invisible, and ridges that matter in every stage.
const RIDGES: [[f64; 3]; 2] = [[0.0, 0.05, 0.0], [0.5, 2.0, 1.0]];

fn ridges_matter(s: &TaskSequenceSetting) -> bool {
    s.stages.iter().all(|stage| stage.ridge > 0.1)
}

/// The law for ridges multiplied by a factor, stage by stage.
fn with_ridges(s: &TaskSequenceSetting, factor: impl Fn(&Stage) -> f64) -> Result<Vec<f64>, JudgeError> {
    let mut other = s.clone();
    for stage in &mut other.stages {
        stage.ridge *= factor(stage);
    }
    Ok(flat(sequence_law(&other)?))
}

fn task_sequences() -> Claim {
    Claim::about::<TaskSequence>(
        "cl/stages",
        "Three tasks in turn, with noise and ridge: the error on every task after every stage",
    )
    .formula(
        r"E_{n,j}=\sum_i(S_{n,i}-2R_{n,j,i}+\eta_iC_{jj}),\qquad R'_k=(1-q)\eta C_{gk}+qR_k,\quad
              S'=q^2S+2q(1-q)R_g+(1-q)^2\eta C_{gg}+b(E_{n,g}+\sigma^2)",
    )
    .sources(&[KARAKIDA_2022_CONTINUAL])
    .cases(|profile| {
        let cases = RIDGES.map(|ridges| {
            let label = format!("a=1.5, three tasks, δ={ridges:?}");
            At::setting(label, three_tasks(profile, ridges), by(profile, 30, 60))
        });
        Ok(cases.to_vec())
    })
    .measure(|_, o| Ok(o.errors.clone()))
    .predict(|s| Ok(flat(sequence_law(s)?)))
    .margin(|_, profile| Margin::symmetric(by(profile, 0.03, 0.02)))
    // Under a strong ridge noise is hardly learnt.
    .rival_where(
        "all labels without noise",
        |s| !ridges_matter(s),
        |s| {
            let mut clean = s.clone();
            clean.stages.iter_mut().for_each(|stage| stage.noise.fill(0.0));
            Ok(flat(sequence_law(&clean)?))
        },
    )
    .rival("unrelated tasks", |s| {
        let mut unrelated = s.clone();
        for (i, row) in unrelated.covariance.iter_mut().enumerate() {
            row.iter_mut().enumerate().filter(|(j, _)| *j != i).for_each(|(_, c)| *c = 0.0);
        }
        Ok(flat(sequence_law(&unrelated)?))
    })
    .rival_where("no ridge", ridges_matter, |s| with_ridges(s, |_| 0.0))
    .rival_where("twice the ridge", ridges_matter, |s| with_ridges(s, |_| 2.0))
    .rival_where("the ridge taken for one of the mean square: Nδ", ridges_matter, |s| {
        with_ridges(s, |stage| stage.samples.iter().sum::<usize>() as f64)
    })
    .finish()
}

fn mixed_stages() -> Claim {
    let averaged = |s: &TaskSequenceSetting, errors: &[f64]| {
        let (tasks, last) = (s.covariance.len(), s.stages.len() - 1);
        let sizes = &s.stages[last].samples;
        let total: usize = sizes.iter().sum();
        sizes
            .iter()
            .enumerate()
            .map(|(g, n)| *n as f64 / total as f64 * errors[last * tasks + g])
            .sum::<f64>()
    };
    Claim::about::<TaskSequence>("cl/replay", "Joint training, and replay of an earlier task beside a new one")
        .formula(r"\bar E=\frac{\sum_gp_gB_g+\gamma\bar\sigma^2}{1-\gamma},\qquad B_g=\sum_i(S^0_i-2R'_{g,i}+\eta_iC_{gg})")
        .sources(&[KARAKIDA_2022_CONTINUAL])
        .cases(|profile| {
            let stage = |samples: [usize; 2]| Stage { samples: samples.to_vec(), noise: vec![0.0; 2], ridge: 0.0 };
            let of = |stages| TaskSequenceSetting {
                features: gaussian(1.5, 1.5, modes(profile)),
                covariance: vec![vec![1.0, 0.7], vec![0.7, 1.0]],
                stages,
            };
            Ok(vec![
                At::setting("joint N=(100, 50)", of(vec![stage([100, 50])]), by(profile, 60, 200)),
                At::setting(
                    "replay N=(100, 0), (40, 60)",
                    of(vec![stage([100, 0]), stage([40, 60])]),
                    by(profile, 60, 200),
                ),
            ])
        })
        .measure(move |s, o| Ok(averaged(s, &o.errors)))
        .predict(move |s| Ok(averaged(s, &flat(sequence_law(s)?))))
        .margin(|_, profile| Margin::symmetric(by(profile, 0.05, 0.02)))
        .rival("the tasks taken as one", move |s| {
            let mut same = s.clone();
            same.covariance.iter_mut().for_each(|row| row.fill(1.0));
            Ok(averaged(&same, &flat(sequence_law(&same)?)))
        })
        .rival("unrelated tasks", move |s| {
            let mut unrelated = s.clone();
            unrelated.covariance = vec![vec![1.0, 0.0], vec![0.0, 1.0]];
            Ok(averaged(&unrelated, &flat(sequence_law(&unrelated)?)))
        })
        .finish()
}

fn underparametrised() -> Claim {
    Claim::about::<Underparametrised>(
        "cl/underparametrised",
        "More samples than modes: what the kernel cannot see acts as noise",
    )
    .formula(r"\kappa=0:\qquad E=\frac{\sum_{\lambda_i=0}\eta_i}{1-P_+/N}")
    .sources(&[KARAKIDA_2022_CONTINUAL, CANATAR_2021])
    .cases(|profile| {
        let cases = [(40, 100), (40, 160)].map(|(modes, samples)| {
            let setting = UnderparametrisedSetting { modes, null_modes: 20, samples };
            At::setting(format!("P₊={modes} N={samples}"), setting, by(profile, 200, 2000))
        });
        Ok(cases.to_vec())
    })
    .measure(|_, o| Ok(o.error))
    .predict(|s| null_error(s, true))
    .margin(|_, profile| Margin::symmetric(by(profile, 0.025, 0.01)))
    .rival("the unseen modes alone", |s| null_error(s, false))
    .rival("as many modes as there are in all", |s| {
        let all = (s.modes + s.null_modes) as f64;
        Ok(s.null_modes as f64 / (1.0 - all / s.samples as f64))
    })
    .finish()
}

/// By the general law, or its numerator.
fn null_error(s: &UnderparametrisedSetting, amplified: bool) -> Result<f64, JudgeError> {
    use solvable_theory::continual_learning::{Spectrum, Target};
    if !amplified {
        return Ok(s.null_modes as f64);
    }
    let count = s.modes + s.null_modes;
    let eigenvalues = (0..count).map(|i| if i < s.modes { 1.0 } else { 0.0 }).collect();
    let (spectrum, target) = (Spectrum::simple(eigenvalues, 0.0)?, Target::new(vec![1.0; count], 0.0)?);
    let stage = Stage { samples: vec![s.samples], noise: vec![0.0], ridge: 0.0 };
    let one = solvable_simulate::linalg::Matrix::from_element(1, 1, 1.0);
    Ok(stages(&spectrum, &target, &one, &[stage], None)?[0][0])
}
