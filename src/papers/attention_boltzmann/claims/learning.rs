//! Learning by maximum likelihood: its first steps, where it ends, how far from the truth.

use nalgebra::DMatrix;
use solvable_theory::attention_boltzmann::{AttentionMachine, early_rate, held_out_gap};
use solvable_theory::bibliography::OTA_2023;

use crate::experiments::{
    EarlyLearning, EarlyLearningOutcome, EarlyLearningSetting, Estimation, EstimationSetting,
    ExpectationMaximisation, ExpectationMaximisationSetting, RandomMachine, TeacherStudent,
    TeacherStudentSetting,
};
use solvable_engine::verify::{At, Claim, JudgeError, Margin, Profile};
use solvable_shared::by;

pub(crate) fn claims() -> Vec<Claim> {
    vec![early(), patterns(), held_out(), information(), likelihood_ratio(), moments(), one_pattern()]
}

pub(crate) fn early_setting(order: usize, profile: Profile) -> EarlyLearningSetting {
    let (dimension, samples) = by(profile, (10, 4000), (50, 100_000));
    let mut spectrum = vec![0.5; dimension];
    spectrum[..3].copy_from_slice(&[2.5, 1.6, 0.8]);
    EarlyLearningSetting { gaussian: Some((samples, spectrum)), patterns: 3, order, eta: 0.02, steps: 400 }
}

pub(crate) fn early_trials(profile: Profile) -> usize {
    by(profile, 2, 4)
}

fn early() -> Claim {
    // Euler steps: the measured rate is log(1 + η r)/η.
    type Rate = fn(&EarlyLearningSetting, f64, f64) -> Result<f64, JudgeError>;
    let rates = |s: &EarlyLearningSetting, o: &EarlyLearningOutcome, of: Rate| {
        let all = o.eigenvalues.iter();
        all.map(|l| Ok((s.eta * of(s, o.sigma2, *l)?).ln_1p() / s.eta))
            .collect::<Result<Vec<_>, JudgeError>>()
    };
    Claim::about::<EarlyLearning>(
        "attn/early-learning",
        "Patterns first differentiate along the principal components of the data",
    )
    .formula(r"u_k\cdot(\xi_\mu-\bar\xi)\propto e^{r_kt},\quad r_k=\frac{\beta(\lambda_k-\sigma^2)}K")
    .sources(&[OTA_2023])
    .cases(|profile| {
        let trials = early_trials(profile);
        let gaussian = [1, 2, 4].map(|n| At::setting(format!("n={n}"), early_setting(n, profile), trials));
        let digits = [1, 2].map(|order| {
            let s = EarlyLearningSetting { gaussian: None, patterns: 10, order, eta: 1.0, steps: 90 };
            At::setting(format!("digits n={order}"), s, trials)
        });
        Ok(gaussian.into_iter().chain(digits).collect())
    })
    .components(["first component", "second component"])
    .identity()
    .measure(|_, o| Ok(o.rates))
    .predict_given(move |s, o| {
        rates(s, o, |s, sigma2, l| Ok(early_rate(s.patterns, (s.order as f64).recip(), sigma2, l)?))
    })
    .margin(|_, _| Margin::symmetric(0.005))
    .rival_given("without the shrinkage of the prior", move |s, o| {
        rates(s, o, |s, _, l| Ok(l / (s.order * s.patterns) as f64))
    })
    .rival_given_where(
        "without the temperature",
        |s| s.order > 1,
        move |s, o| rates(s, o, |s, sigma2, l| Ok((l - sigma2) / s.patterns as f64)),
    )
    .finish()
}

fn teachers(profile: Profile) -> Result<Vec<At<TeacherStudentSetting>>, JudgeError> {
    let (samples, restarts, seeds) = by(profile, (2000, 2, 16), (10_000, 4, 30));
    let cases = [1, 2].map(|order| {
        let teacher = RandomMachine { dimension: 8, patterns: 4, order, square: Some(9.0) };
        let setting = TeacherStudentSetting { teacher, samples, held_out: 100_000, restarts };
        At::setting(format!("d=8 K=4 n={order} N={samples}"), setting, seeds)
    });
    Ok(cases.into())
}

/// Teachers of two patterns, few samples: half of the parameters are gone when the differences of patterns are counted alone.
fn two_patterns(profile: Profile) -> At<TeacherStudentSetting> {
    let teacher = RandomMachine { dimension: 8, patterns: 2, order: 1, square: Some(9.0) };
    let setting = TeacherStudentSetting { teacher, samples: 500, held_out: 20_000, restarts: 2 };
    At::setting("d=8 K=2 n=1 N=500", setting, by(profile, 60, 200))
}

fn patterns() -> Claim {
    Claim::about::<TeacherStudent>(
        "attn/patterns-learnt",
        "Maximum likelihood finds the teacher's patterns, up to their order",
    )
    .formula(r"\min_\mu\cos(\hat\xi_{\pi(\mu)},\xi_\mu)\to1")
    .sources(&[OTA_2023])
    .cases(teachers)
    .by_difference()
    .measure(|_, o| Ok(o.cosine))
    .predict(|_| Ok(1.0))
    .margin(|_, profile| Margin::symmetric(by(profile, 0.01, 0.005)))
    .rival_given("unrelated patterns", |_, o| Ok(o.unrelated))
    .finish()
}

fn held_out() -> Claim {
    let gap = |s: &TeacherStudentSetting| -> Result<f64, JudgeError> {
        Ok(held_out_gap(s.teacher.patterns, s.teacher.dimension, s.samples)?)
    };
    Claim::about::<TeacherStudent>(
        "attn/held-out",
        "What the student loses to its teacher on fresh data, and what other machines lose",
    )
    .formula(r"\langle\log p_{\rm teacher}-\log p_{\rm student}\rangle\to\frac{Kd}{2N}")
    .sources(&[OTA_2023])
    .cases(|profile| {
        let mut all = teachers(profile)?;
        all.push(two_patterns(profile));
        Ok(all)
    })
    .by_difference()
    .measure(|_, o| Ok(o.gap))
    .predict(gap)
    .margin(|s, profile| {
        Margin::symmetric(if s.samples == 500 {
            by(profile, 0.004, 0.003)
        } else {
            by(profile, 0.003, 0.0005)
        })
    })
    .rival("nothing is lost", |_| Ok(0.0))
    .rival_where(
        "differences of patterns alone",
        |s| s.teacher.patterns == 2,
        |s| Ok(held_out_gap(s.teacher.patterns - 1, s.teacher.dimension, s.samples)?),
    )
    .rival_where("without the half", |s| s.teacher.patterns == 2, move |s| Ok(2.0 * gap(s)?))
    .rival_given("a Gaussian-Bernoulli machine by CD-1 loses no more", |_, o| Ok(o.contrastive))
    .rival_given("a Gaussian-Bernoulli machine by persistent chains loses no more", |_, o| Ok(o.persistent))
    .rival_given("the full Gaussian loses no more", |_, o| Ok(o.gaussian))
    .rival_given_where(
        "attention of order 1 loses no more on data of order 2",
        |s| s.teacher.order == 2,
        |_, o| o.order_one.ok_or_else(|| JudgeError::Other("attention of order one was not fitted".into())),
    )
    .finish()
}

fn estimates(profile: Profile) -> Result<Vec<At<EstimationSetting>>, JudgeError> {
    let (samples, trials) = by(profile, (2000, 300), (10_000, 2000));
    let setting = EstimationSetting { dimension: 6, patterns: 3, order: 1, samples };
    Ok(vec![At::setting(format!("d=6 K=3 n=1 N={samples}"), setting, trials)])
}

fn trace_of_inverse(information: DMatrix<f64>) -> Result<f64, JudgeError> {
    let inverse = information.try_inverse();
    inverse.map(|inverse| inverse.trace()).ok_or_else(|| JudgeError::Other("no inverse".into()))
}

/// The Fisher information of patterns so far apart that every sample has one.
fn separated(teacher: &AttentionMachine) -> Result<DMatrix<f64>, JudgeError> {
    let (k, d) = teacher.patterns().shape();
    let shares = teacher.gradients(&teacher.partition()?)?.pattern_bias;
    let (xi, s2) = (teacher.patterns(), teacher.sigma2());
    Ok(DMatrix::from_fn(k * d, k * d, |row, column| {
        let (mu, i, nu, j) = (row / d, row % d, column / d, column % d);
        let same = f64::from(u8::from(mu == nu)) * shares[mu];
        let variance = same * s2 * f64::from(u8::from(i == j));
        variance + s2 * s2 * (same - shares[mu] * shares[nu]) * xi[(mu, i)] * xi[(nu, j)]
    }))
}

fn information() -> Claim {
    Claim::about::<Estimation>(
        "attn/fisher-information",
        "The error of the estimated patterns is the trace of the inverse Fisher information",
    )
    .formula(r"N\,E\|\hat\xi-\xi\|^2\to\mathrm{tr}\,I^{-1},\quad I=\mathrm{Cov}[\mathrm{vec}(p_\mu(v)v)]")
    .sources(&[OTA_2023])
    .cases(estimates)
    .measure(|_, o| Ok(o.error))
    .predict(|s| trace_of_inverse(s.teacher()?.fisher_information()?))
    .margin(|_, profile| Margin::symmetric(by(profile, 0.15, 0.06)))
    .rival("patterns far apart", |s| trace_of_inverse(separated(&s.teacher()?)?))
    .rival("a share of the samples for each pattern", |s| {
        Ok((s.patterns * s.patterns * s.dimension) as f64 / s.teacher()?.sigma2())
    })
    .finish()
}

fn likelihood_ratio() -> Claim {
    Claim::about::<Estimation>(
        "attn/likelihood-ratio",
        "Twice the gain in likelihood over the truth has as many degrees of freedom as there are parameters",
    )
    .formula(r"2N(\langle\log\hat p\rangle-\langle\log p\rangle)\to\chi^2_{Kd}")
    .sources(&[OTA_2023])
    .cases(estimates)
    .measure(|_, o| Ok(o.ratio))
    .predict(|s| Ok((s.patterns * s.dimension) as f64))
    .margin(|_, profile| Margin::symmetric(by(profile, 0.12, 0.06)))
    .rival("without the factor two", |s| Ok(0.5 * (s.patterns * s.dimension) as f64))
    .rival("differences of patterns alone", |s| Ok(((s.patterns - 1) * s.dimension) as f64))
    .finish()
}

/// Expectation maximisation on the digits.
pub(crate) fn maximisation(patterns: usize, profile: Profile) -> ExpectationMaximisationSetting {
    ExpectationMaximisationSetting { patterns, steps: by(profile, 40, 300) }
}

fn moments() -> Claim {
    let products = |s: &ExpectationMaximisationSetting, machine: &[f64]| {
        let machine = ExpectationMaximisation::machine(s.patterns, machine)?;
        let gradients = machine.gradients(&machine.partition()?)?;
        Ok::<_, JudgeError>(gradients.patterns.transpose().iter().copied().collect::<Vec<_>>())
    };
    Claim::about::<ExpectationMaximisation>(
        "attn/moment-matching",
        "A step of expectation maximisation gives the new machine the moments that the old one saw in the digits",
    )
    .formula(r"E_{\rm new}[p(v)v^\top]=\langle p_{\rm old}(v)v^\top\rangle_{\rm data}")
    .sources(&[OTA_2023])
    .cases(|profile| {
        let trials = by(profile, 1, 3);
        Ok([10, 16].map(|k| At::setting(format!("digits K={k}"), maximisation(k, profile), trials)).into())
    })
    .by_largest_difference()
    .identity()
    .measure(|_, o| Ok(o.products.clone()))
    .predict_given(move |s, o| products(s, &o.after))
    .margin(|_, _| Margin::symmetric(1e-9))
    .rival_given("the machine before the step", move |s, o| products(s, &o.before))
    .finish()
}

fn one_pattern() -> Claim {
    // From the images alone: the mean eigenvalue σ² of the training images' covariance, and the test images' distance from their mean.
    let gaussian =
        |variance: fn(usize) -> f64, spread: fn(f64, f64) -> [f64; 2]| -> Result<Vec<f64>, JudgeError> {
            let (train, test) = ExpectationMaximisation::data()?;
            let d = train.nrows() as f64;
            let mean_square = |images: &DMatrix<f64>| images.norm_squared() / images.len() as f64;
            let (own, other) = (mean_square(&train), mean_square(&test));
            let sigma2 = own * variance(train.ncols());
            let density = |spread: f64| -0.5 * d * ((2.0 * std::f64::consts::PI * sigma2).ln() + spread);
            Ok(spread(own / sigma2, other / sigma2).map(density).into())
        };
    Claim::about::<ExpectationMaximisation>(
        "attn/one-pattern",
        "Attention to one pattern is the isotropic Gaussian, on the images it was fitted to and on others",
    )
    .formula(r"\langle\log p\rangle=-\tfrac d2\left(\log2\pi\sigma^2+\tfrac1{d\sigma^2}\langle\|v-\bar v\|^2\rangle\right),\quad\sigma^2=\tfrac1d\mathrm{tr}\,\mathrm{Cov}")
    .sources(&[OTA_2023])
    .cases(|profile| Ok(vec![At::setting("digits K=1", maximisation(1, profile), 1)]))
    .components(["training images", "test images"])
    .by_difference()
    .identity()
    .measure(|_, o| Ok(vec![o.train, o.test]))
    .predict(move |_| gaussian(|_| 1.0, |own, other| [own, other]))
    .margin(|_, _| Margin::symmetric(1e-9))
    .rival("the mean without the spread", move |_| gaussian(|_| 1.0, |_, _| [0.0, 0.0]))
    .rival("the images' spread in place of the pixels'", move |_| {
        gaussian(|_| 1.0, |own, other| [64.0 * own, 64.0 * other])
    })
    .rival("the variance that has no bias", move |_| {
        gaussian(|n| n as f64 / (n as f64 - 1.0), |own, other| [own, other])
    })
    .rival("test images as near as those of the fit", move |_| gaussian(|_| 1.0, |own, _| [own, own]))
    .finish()
}
