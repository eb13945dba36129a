//! Augmentation by groups: all elements, and a few of them.

use solvable_engine::verify::setting::require;
use solvable_engine::verify::{At, Claim, JudgeError, Margin, Profile};
use solvable_shared::{Sphere, SphereTarget, by, kept};
use solvable_theory::bibliography::{BIETTI_2021_STABILITY, CANATAR_2021, MEI_2021};
use solvable_theory::self_paced_augmentation::{
    CyclicModes, CyclicSpectrum, GroupLevel, GroupTask, character_dimensions, partial_groups, subsets_of,
};
use solvable_theory::{Activation, InitialScales, TheoryError};

use crate::experiments::{
    Copies, GaussianCopies, GaussianCopiesOutcome, GaussianCopiesSetting, GroupIdentity,
    GroupIdentitySetting, SphereCopies, SphereCopiesSetting, SphereGroup, SphereGroupOutcome,
    SphereGroupSetting,
};
use crate::settings::{SphereLevel, sphere_levels};

pub(crate) fn claims() -> Vec<Claim> {
    vec![
        identity(),
        complete(
            "spa/group-curve",
            "All shifts of every sample: the test error is that of the averaged kernel",
            0.0,
            0.05,
        ),
        complete("spa/group-noise", "All shifts of every sample, which share its label noise", NOISE, 0.08),
        sphere_curve(),
        sphere_rest(),
        threshold(),
        few(),
        few_on_sphere(),
    ]
}

/// Variance of the label noise of one claim.
pub(crate) const NOISE: f64 = 0.1;
/// $n$.
pub(crate) const ORDER: usize = 6;

/// Gaussian features of six characters.
pub(crate) fn gaussian(samples: usize, copies: Vec<Copies>) -> GaussianCopiesSetting {
    let (order, modes, delta) = (ORDER, 60, 0.01);
    GaussianCopiesSetting { order, modes, decay: 1.5, target_decay: 1.5, samples, delta, copies }
}

/// All shifts.
pub(crate) fn whole() -> Copies {
    Copies::Shifts((0..ORDER).collect())
}

fn gaussian_cases(copies: &[Copies], profile: Profile) -> Vec<At<GaussianCopiesSetting>> {
    let trials = by(profile, 60, 240);
    let case = |n: usize| At::setting(format!("N={n}"), gaussian(n, copies.to_vec()), trials);
    [20, 40].map(case).into()
}

/// The same problem level by level.
pub(crate) fn gaussian_task(s: &GaussianCopiesSetting, sigma2: f64) -> Result<GroupTask, TheoryError> {
    let powers = s.powers();
    let level = |(rho, b, eigenvalue): (usize, usize, f64)| GroupLevel {
        eigenvalue,
        dimensions: 1.0,
        invariant: if rho == 0 { 1.0 } else { 0.0 },
        power_invariant: if rho == 0 { powers[b] } else { 0.0 },
        power_rest: 0.0,
    };
    let rows = s.eigenvalues();
    let all =
        rows.iter().enumerate().flat_map(|(rho, row)| row.iter().enumerate().map(move |(b, l)| (rho, b, *l)));
    GroupTask::new(all.map(level).collect(), s.order as f64, sigma2)
}

/// The law of a few copies.
pub(crate) fn partial(s: &GaussianCopiesSetting, copies: &Copies, sigma2: f64) -> Result<f64, JudgeError> {
    let question = format!("spa partial {s:?} {copies:?} {sigma2}");
    let answer = kept(&question, || {
        let sets = match copies {
            Copies::Shifts(shifts) => vec![shifts.clone()],
            Copies::Random(count) => subsets_of(s.order, *count)?,
        };
        let spectrum = CyclicSpectrum::simple(&s.eigenvalues())?;
        Ok(vec![partial_groups(&spectrum, &sets, s.samples, s.delta, sigma2, &s.powers())?.error])
    })?;
    Ok(answer[0])
}

/// Errors with label noise of this variance, for every kind of copies.
pub(crate) fn errors(o: &GaussianCopiesOutcome, sigma2: f64) -> Vec<f64> {
    o.error.iter().zip(&o.noise).map(|(error, noise)| error + sigma2 * noise).collect()
}

fn complete(id: &str, title: &str, sigma2: f64, margin: f64) -> Claim {
    let law = move |s: &GaussianCopiesSetting, of: fn(&GroupTask, f64, f64) -> Result<f64, TheoryError>| {
        Ok(vec![of(&gaussian_task(s, sigma2)?, s.samples as f64, s.delta)?; s.copies.len()])
    };
    Claim::about::<GaussianCopies>(id, title)
        .formula(r"E_{\rm aug}=\frac{\sum_kq_k^2p_k+\sum_ko_k+\gamma_G\sigma^2}{1-\gamma_G}\quad[N,n_k,\delta/|G|]")
        .sources(&[MEI_2021, BIETTI_2021_STABILITY, CANATAR_2021])
        .cases(|profile| Ok(gaussian_cases(&[whole()], profile)))
        .presumes(|s| {
            let all = s.copies.iter().all(|copies| copies.count() == s.order);
            require(all, "copies", format!("{:?}", s.copies), "all shifts, as the claim is about complete groups")
        })
        .measure(move |_, o| Ok(errors(o, sigma2)))
        .predict(move |s| law(s, GroupTask::augmented))
        .margin(move |_, _| Margin::symmetric(margin))
        .rival("as many samples as there are points", move |s| {
            let plain = gaussian_task(s, sigma2)?.plain((s.samples * s.order) as f64, s.delta)?;
            Ok(vec![plain; s.copies.len()])
        })
        .rival("no augmentation", move |s| law(s, GroupTask::plain))
        .finish()
}

/// The tangent kernel of a ReLU network of two hidden layers with biases, in twelve dimensions.
pub(crate) fn sphere() -> Result<Sphere, TheoryError> {
    let scales = InitialScales::new(Activation::relu(), 2.0, 0.1)?;
    Ok(Sphere { dimension: 12, scales, depth: 3, target: SphereTarget::Matched })
}

fn identity() -> Claim {
    Claim::about::<GroupIdentity>(
        "spa/group-identity",
        "Training on all copies is regression with the averaged kernel, and the ridge over the number of copies",
    )
    .formula(r"f_{N|G|,\delta}[K]=f_{N,\delta/|G|}[K_G],\quad K_G(x,x')=\tfrac1{|G|}\sum_gK(x,gx')")
    .sources(&[MEI_2021])
    .cases(|_| Ok(vec![At::setting("d=12 N=15", GroupIdentitySetting { sphere: sphere()?, samples: 15, delta: 0.5 }, 1)]))
    .by_difference()
    .identity()
    .measure(|_, o| Ok(o.distance))
    .predict(|_| Ok(0.0))
    .margin(|_, _| Margin::symmetric(1e-9))
    .rival_given("the ridge itself", |_, o| Ok(o.unscaled))
    .finish()
}

/// Ridges of the sphere.
pub(crate) const DELTAS: [f64; 2] = [0.0, 0.5];

/// Regression with and without all shifts.
pub(crate) fn on_sphere(samples: usize) -> Result<SphereGroupSetting, TheoryError> {
    Ok(SphereGroupSetting { sphere: sphere()?, samples, deltas: DELTAS.into() })
}

fn sphere_cases(profile: Profile) -> Result<Vec<At<SphereGroupSetting>>, JudgeError> {
    let trials = by(profile, 12, 60);
    [50, 200].into_iter().map(|n| Ok(At::setting(format!("d=12 N={n}"), on_sphere(n)?, trials))).collect()
}

/// Which part of the kernel's prior targets are drawn from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Part {
    /// Covariance $K_G$.
    Own,
    /// Covariance $K-K_G$.
    Rest,
    /// Both, each with its own power.
    Both,
}

/// The levels of the sphere with a target of some part.
pub(crate) fn sphere_task(
    levels: &[SphereLevel],
    order: usize,
    part: Part,
) -> Result<GroupTask, TheoryError> {
    let level = |l: &SphereLevel| GroupLevel {
        eigenvalue: l.eigenvalue,
        dimensions: l.dimensions,
        invariant: l.invariant,
        power_invariant: if part == Part::Rest { 0.0 } else { l.own },
        power_rest: if part == Part::Own { 0.0 } else { l.rest },
    };
    GroupTask::new(levels.iter().map(level).collect(), order as f64, 0.0)
}

/// A law of the task and its samples and ridge, to which the tail adds.
type Law = fn(&GroupTask, f64, f64) -> Result<f64, TheoryError>;

fn at_ridges(s: &SphereGroupSetting, part: Part, law: Law) -> Result<Vec<f64>, JudgeError> {
    let levels = sphere_levels(&s.sphere)?;
    let tail = s.sphere.spectrum()?.tail;
    let task = sphere_task(&levels, s.sphere.dimension, part)?;
    s.deltas.iter().map(|delta| Ok(law(&task, s.samples as f64, delta + tail)?)).collect()
}

/// The law without what is beyond degree 40.
fn without_tail(s: &SphereGroupSetting) -> Result<Vec<f64>, JudgeError> {
    let mut levels = sphere_levels(&s.sphere)?;
    let listed = levels.len() - 1;
    levels.truncate(listed.min(41));
    let task = sphere_task(&levels, s.sphere.dimension, Part::Own)?;
    s.deltas.iter().map(|delta| Ok(task.augmented(s.samples as f64, *delta)?)).collect()
}

fn few_samples(s: &SphereGroupSetting, few: f64, many: f64) -> Margin {
    Margin::symmetric(if s.samples < 100 { few } else { many })
}

fn sphere_curve() -> Claim {
    Claim::about::<SphereGroup>(
        "spa/group-sphere",
        "Tangent kernel on the sphere, all shifts of the coordinates: the learning curve of an invariant target",
    )
    .formula(r"E_{\rm aug}=\frac{\sum_kq_k^2p_k}{1-\gamma_G},\quad p_k=\lambda_kn_k,\quad n_k=\tfrac1{|G|}\sum_g[t^k](1-t^2)\prod_{\rm cycles}(1-t^{\rm length})^{-1}")
    .sources(&[MEI_2021, BIETTI_2021_STABILITY, CANATAR_2021])
    .cases(sphere_cases)
    .components(DELTAS.map(|delta| format!("δ={delta}")))
    .measure(|_, o| Ok(o.augmented.clone()))
    .predict(|s| at_ridges(s, Part::Own, GroupTask::augmented))
    .margin(|s, _| few_samples(s, 0.03, 0.01))
    .rival("no augmentation", |s| at_ridges(s, Part::Own, GroupTask::plain))
    .rival_where(
        "without degrees above 40",
        |s| {
            // With fewer modes than samples it would have no error at all.
            let modes = |levels: Vec<SphereLevel>| levels.iter().take(41).map(|level| level.invariant).sum::<f64>();
            sphere_levels(&s.sphere).is_ok_and(|levels| modes(levels) > 2.0 * s.samples as f64)
        },
        without_tail,
    )
    .finish()
}

fn sphere_rest() -> Claim {
    Claim::about::<SphereGroup>(
        "spa/group-broken",
        "A target without an invariant part: all shifts turn it into noise, and hurt",
    )
    .formula(r"E_{\rm aug}=\frac{\sum_ko_k}{1-\gamma_G}")
    .sources(&[MEI_2021, CANATAR_2021])
    .cases(sphere_cases)
    .components(DELTAS.map(|delta| format!("δ={delta}")))
    .measure(|_, o| Ok(o.augmented_rest.clone()))
    .predict(|s| at_ridges(s, Part::Rest, GroupTask::augmented))
    .margin(|_, _| Margin::symmetric(0.02))
    .rival("augmentation does no harm", |s| at_ridges(s, Part::Rest, GroupTask::plain))
    .rival("nothing is learnt, and nothing worse", |s| {
        let [_, rest] = s.powers()?;
        Ok(vec![rest; s.deltas.len()])
    })
    .finish()
}

/// $\nu^*$ of one trial, targets scaled to power 1.
pub(crate) fn crossing(s: &SphereGroupSetting, o: &SphereGroupOutcome) -> Result<Vec<f64>, JudgeError> {
    let [own, rest] = s.powers()?;
    let gains = o.plain.iter().zip(&o.augmented).map(|(plain, augmented)| (plain - augmented) / own);
    let losses =
        o.augmented_rest.iter().zip(&o.plain_rest).map(|(augmented, plain)| (augmented - plain) / rest);
    Ok(gains.zip(losses).map(|(gain, loss)| gain / (gain + loss)).collect())
}

/// $\nu^*$ for all ridges.
pub(crate) fn thresholds(s: &SphereGroupSetting) -> Result<Vec<f64>, JudgeError> {
    at_ridges(s, Part::Both, GroupTask::threshold)
}

fn threshold() -> Claim {
    Claim::about::<SphereGroup>(
        "spa/augmentation-threshold",
        "Augmentation helps where less than this share of the target breaks the symmetry",
    )
    .formula(r"\nu^*=\frac a{a+b},\quad a=(E_{\rm none}-E_{\rm aug})_{\nu=0},\ b=(E_{\rm aug}-E_{\rm none})_{\nu=1}")
    .sources(&[MEI_2021, CANATAR_2021])
    .cases(sphere_cases)
    .components(DELTAS.map(|delta| format!("δ={delta}")))
    .measure(crossing)
    .predict(thresholds)
    .margin(|s, _| few_samples(s, 0.06, 0.04))
    .rival("one half", |s| Ok(vec![0.5; s.deltas.len()]))
    .rival("an error of 1 for what is not invariant", |s| {
        let [own, _] = s.powers()?;
        let plain = at_ridges(s, Part::Own, GroupTask::plain)?;
        let augmented = at_ridges(s, Part::Own, GroupTask::augmented)?;
        let broken = at_ridges(s, Part::Rest, GroupTask::plain)?;
        let [_, rest] = s.powers()?;
        let gains = plain.iter().zip(&augmented).map(|(plain, augmented)| (plain - augmented) / own);
        Ok(gains.zip(&broken).map(|(gain, plain)| gain / (gain + 1.0 - plain / rest)).collect::<Vec<_>>())
    })
    .finish()
}

fn few() -> Claim {
    Claim::about::<GaussianCopies>("spa/group-partial", "A few shifts of every sample are worth fewer samples than there are points")
        .formula(
            r"s_\rho=v_\rho^\top(I+T)^{-1}\bar v_\rho,\quad T_{jk}=\sum_\rho\tau_\rho\,\omega^{\rho(S_k-S_j)},\quad\tau_\rho=\sum_b\frac{\lambda_{\rho b}}{\delta+Ns_\rho\lambda_{\rho b}}",
        )
        .sources(&[CANATAR_2021])
        .cases(|profile| {
            let copies = [Copies::Shifts(vec![0, 1]), Copies::Shifts(vec![0, 2, 4]), Copies::Random(2), Copies::Random(3)];
            Ok(gaussian_cases(&copies, profile))
        })
        .components(["{0, 1}", "{0, 2, 4}", "random pairs", "random triples"])
        .measure(|_, o| Ok(o.error.clone()))
        .predict(|s| s.copies.iter().map(|copies| partial(s, copies, 0.0)).collect::<Result<Vec<_>, _>>())
        .margin(|_, _| Margin::symmetric(0.05))
        .rival("as many samples as there are points", |s| {
            let task = gaussian_task(s, 0.0)?;
            let plain = |copies: &Copies| Ok(task.plain((s.samples * copies.count()) as f64, s.delta)?);
            s.copies.iter().map(plain).collect::<Result<Vec<f64>, JudgeError>>()
        })
        .rival("as good as all shifts", |s| {
            Ok(vec![gaussian_task(s, 0.0)?.augmented(s.samples as f64, s.delta)?; s.copies.len()])
        })
        .finish()
}

/// Harmonics by characters, targets of covariance $K_G$.
fn sphere_partial(s: &SphereCopiesSetting, shifts: &[usize]) -> Result<f64, JudgeError> {
    let question = format!("spa partial sphere {:?} {} {} {shifts:?}", s.sphere, s.samples, s.delta);
    let answer = kept(&question, || {
        let (spectrum, d) = (s.sphere.spectrum()?, s.sphere.dimension);
        let counts = |highest: usize| character_dimensions(d, highest).ok();
        let rows = (0..spectrum.levels()).rev().find_map(counts).unwrap_or_default();
        let mut tail = spectrum.tail;
        let mut characters = vec![Vec::new(); d];
        let mut eta = Vec::new();
        for k in 0..spectrum.levels() {
            let eigenvalue = spectrum.eigenvalue(k);
            let Some(row) = rows.get(k) else {
                tail += spectrum.weights[k];
                continue;
            };
            for (modes, &count) in characters.iter_mut().zip(row) {
                modes.push(CyclicModes { eigenvalue, count });
            }
            eta.push(eigenvalue * row[0]);
        }
        // The tail's own power is not learnt.
        characters.iter_mut().for_each(|modes| modes.push(CyclicModes { eigenvalue: 0.0, count: 1.0 }));
        eta.push(tail / d as f64);
        let all = CyclicSpectrum::new(characters, tail)?;
        Ok(vec![partial_groups(&all, &[shifts.to_vec()], s.samples, s.delta, 0.0, &eta)?.error])
    })?;
    Ok(answer[0])
}

fn few_on_sphere() -> Claim {
    Claim::about::<SphereCopies>(
        "spa/group-partial-sphere",
        "Tangent kernel on the sphere, a few shifts of the coordinates",
    )
    .formula(r"n_{k,\rho}=\tfrac1n\sum_g\bar\omega^{\rho g}\chi_k(g)\ \text{modes of}\ \lambda_k,\quad T_{jj}\mathrel{+}=\tau_{\rm tail}/\delta")
    .sources(&[CANATAR_2021])
    .cases(|profile| {
        let shifts = vec![vec![0], vec![0, 1], vec![0, 6], vec![0, 3, 6, 9], (0..12).collect()];
        let setting = SphereCopiesSetting { sphere: sphere()?, samples: 60, delta: 0.5, shifts };
        Ok(vec![At::setting("d=12 N=60 δ=0.5", setting, by(profile, 12, 60))])
    })
    .components(["none", "{0, 1}", "{0, 6}", "{0, 3, 6, 9}", "all"])
    .measure(|_, o| Ok(o.error.clone()))
    .predict(|s| s.shifts.iter().map(|shifts| sphere_partial(s, shifts)).collect::<Result<Vec<_>, _>>())
    .margin(|_, _| Margin::symmetric(0.05))
    .rival("no augmentation", |s| Ok(vec![sphere_partial(s, &[0])?; s.shifts.len()]))
    .finish()
}
