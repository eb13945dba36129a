//! What the softmax does to the outliers.

use solvable_theory::bibliography::KARAKIDA_2021_PATHOLOGICAL;
use solvable_theory::pathological_spectra::{GivenOutputs, SoftmaxMoments, softmax_moments};
use solvable_theory::{Activation, Architecture};

use super::kernels::{at, spectra};
use super::surrogate::mean_outliers;
use crate::experiments::{ClassifierSpectrum, ClassifierSpectrumOutcome, LEVELS, values_above};
use crate::settings::{leading, outliers_or_edge, outputs, rows, setting, statistics};
use solvable_engine::verify::{At, Claim, JudgeError, Margin, Profile};
use solvable_shared::FisherSetting;
use solvable_shared::by;
use solvable_shared::kept;

pub(crate) fn claims() -> Vec<Claim> {
    vec![
        facts(),
        attained(),
        rank(),
        given(),
        many_classes(),
        given_moments(),
        moments(),
        mean_outlier(),
        bulk(),
    ]
}

/// The spectrum at infinite width given the outputs of a trial.
pub(crate) fn spectrum(s: &FisherSetting, o: &ClassifierSpectrumOutcome) -> Result<GivenOutputs, JudgeError> {
    let kernel = statistics(s)?;
    let logits = rows(&o.logits, s.network.classes());
    Ok(GivenOutputs::new(&logits, kernel.theta_t, kernel.theta_st)?)
}

pub(crate) fn softmax(s: &FisherSetting) -> Result<SoftmaxMoments, JudgeError> {
    let (q_t, q_st) = outputs(&s.network)?;
    Ok(softmax_moments(s.network.classes(), q_t, q_st)?)
}

/// The outliers of regression, shrunk by one factor.
fn undispersed(s: &FisherSetting) -> Result<f64, JudgeError> {
    let kernel = statistics(s)?;
    Ok(kernel.lambda_max / s.samples as f64 * softmax(s)?.lower)
}

fn facts() -> Claim {
    Claim::about::<ClassifierSpectrum>(
        "spectra/ce-half",
        "No eigenvalue of the cross entropy exceeds half of its regression counterpart",
    )
    .formula(
        r"Q_n\preceq\tfrac12I\ \Rightarrow\ \lambda_i(F_{CE})\le\tfrac12\lambda_i(F)\quad\text{for every}\ i,\ \text{in every network}",
    )
    .sources(&[KARAKIDA_2021_PATHOLOGICAL])
    .cases(spectra)
    .measure(|_, o| Ok(o.largest_share))
    // A bound: what is measured must not change when it is cut there.
    .predict_given(|_, o| Ok(o.largest_share.min(0.5)))
    .by_difference()
    .identity()
    .margin(|_, _| Margin::symmetric(1e-9))
    .rival_given("at most a quarter", |_, o| Ok(o.largest_share.min(0.25)))
    .finish()
}

/// Outputs near 0: all softmaxes alike.
fn small_outputs(profile: Profile) -> Result<Vec<At<FisherSetting>>, JudgeError> {
    let (width, trials) = by(profile, (250, 40), (1000, 100));
    let network =
        Architecture::new(vec![width, width, 2], Activation::tanh(), 0.05, 0.05)?.with_trained_biases(true);
    Ok(vec![at(FisherSetting { network, samples: 40 }, trials)])
}

fn attained() -> Claim {
    Claim::about::<ClassifierSpectrum>("spectra/ce-half-attained", "Two classes with small outputs attain the bound")
        .formula(r"Q_n\to\tfrac12\begin{pmatrix}\tfrac12&-\tfrac12\\-\tfrac12&\tfrac12\end{pmatrix}:\quad\max_i\lambda_i(F_{CE})/\lambda_i(F)\to\tfrac12")
        .sources(&[KARAKIDA_2021_PATHOLOGICAL])
        .cases(small_outputs)
        .measure(|_, o| Ok(o.largest_share))
        .predict(|_| Ok(0.5))
        // Outputs are not quite 0, and the two outliers of regression not quite equal.
        .margin(|_, _| Margin::between(-0.15, 1e-9))
        .rival("bounded by 1 alone", |_| Ok(1.0))
        .rival("1/C²: the product of two shares", |s| Ok((s.network.classes() as f64).powi(-2)))
        .finish()
}

fn rank() -> Claim {
    Claim::about::<ClassifierSpectrum>(
        "spectra/ce-rank",
        "One direction for each sample does not matter to the cross entropy",
    )
    .formula(r"Q_n\mathbf 1=0\ \Rightarrow\ \mathrm{rank}\,F_{CE}\le N(C-1)")
    .sources(&[KARAKIDA_2021_PATHOLOGICAL])
    .cases(spectra)
    .measure(|_, o| Ok(o.nonzero))
    .predict(|s| Ok((s.samples * (s.network.classes() - 1)) as f64))
    .by_difference()
    .identity()
    .margin(|_, _| Margin::symmetric(0.5))
    .rival("full rank", |s| Ok((s.samples * s.network.classes()) as f64))
    .rival("C − 1 outliers alone", |s| Ok((s.network.classes() - 1) as f64))
    .finish()
}

/// The outliers of a trial at infinite width, given its outputs; one that the bulk has absorbed counts as the top of the bulk.
fn outliers(s: &FisherSetting, o: &ClassifierSpectrumOutcome) -> Result<Vec<f64>, JudgeError> {
    let question = format!("outliers {s:?} {:?}", o.logits);
    let values = kept(&question, || Ok(outliers_or_edge(&spectrum(s, o)?)))?;
    Ok(values.to_vec())
}

/// The largest outlier and the sum of all: single smaller ones come too close to the bulk, which finite networks widen.
fn first_and_sum(outliers: &[f64]) -> Result<[f64; 2], JudgeError> {
    Ok([outliers[0], outliers.iter().sum()])
}

fn given() -> Claim {
    Claim::about::<ClassifierSpectrum>("spectra/ce-dual", "The softmax disperses the outliers: C − 1 roots of a secular problem")
        .formula(r"\mu_i\left(\frac{\Theta_{st}}N\sum_nQ_n(\lambda I-aQ_n)^{-1}\right)=1,\qquad a=\frac{\Theta_t-\Theta_{st}}N")
        .sources(&[KARAKIDA_2021_PATHOLOGICAL])
        .cases(spectra)
        .measure(|_, o| first_and_sum(&o.outliers))
    .components(["λ₁", "sum"])
        .predict_given(|s, o| first_and_sum(&outliers(s, o)?))
        .margin(|_, profile| Margin::symmetric(by(profile, 0.08, 0.06)))
        .rival("the outliers of regression, shrunk alike", |s| {
            first_and_sum(&vec![undispersed(s)?; s.network.classes() - 1])
        })
        .rival("half of the outliers of regression", |s| {
            first_and_sum(&vec![0.5 * statistics(s)?.lambda_max / s.samples as f64; s.network.classes() - 1])
        })
        .finish()
}

/// Settings with many classes.
pub(crate) fn many(profile: Profile) -> Result<Vec<At<FisherSetting>>, JudgeError> {
    let (width, samples, trials) = by(profile, (600, 40, 40), (2000, 100, 24));
    Ok(vec![at(setting("tanh", 3, width, 10, samples)?, trials)])
}

fn many_classes() -> Claim {
    Claim::about::<ClassifierSpectrum>(
        "spectra/ce-many-classes",
        "Ten classes: nine outliers, each at its root",
    )
    .formula(r"\lambda_i:\ \mu_i(\Phi(\lambda))=1,\quad i=1..C-1")
    .sources(&[KARAKIDA_2021_PATHOLOGICAL])
    .cases(many)
    // The smaller ones are close to the bulk, which finite networks widen.
    .measure(|_, o| leading(&o.outliers, 4))
    .predict_given(|s, o| leading(&outliers(s, o)?, 4))
    .margin(|_, profile| Margin::symmetric(by(profile, 0.1, 0.06)))
    .rival("the softmax of equal outputs", |s| {
        Ok(vec![statistics(s)?.theta_st / s.network.classes() as f64; 4])
    })
    .rival("the outliers of regression, shrunk alike", |s| Ok(vec![undispersed(s)?; 4]))
    .rival_given("without the bulk", |s, o| {
        let logits = rows(&o.logits, s.network.classes());
        let theta_st = statistics(s)?.theta_st;
        Ok(GivenOutputs::new(&logits, theta_st, theta_st)?
            .outliers()
            .into_iter()
            .flatten()
            .take(4)
            .collect::<Vec<_>>())
    })
    .finish()
}

fn given_moments() -> Claim {
    Claim::about::<ClassifierSpectrum>("spectra/ce-given-moments", "Trace and square of the cross-entropy Fisher information, given the outputs")
        .formula(r"\mathrm{Tr}G=\frac{\Theta_t}N\sum_n\mathrm{Tr}Q_n,\qquad\mathrm{Tr}G^2=\frac1{N^2}\sum_{n,m}\Theta_{nm}^2\mathrm{Tr}(Q_nQ_m)")
        .sources(&[KARAKIDA_2021_PATHOLOGICAL])
        .cases(spectra)
        .measure(|_, o| Ok([o.trace, o.square]))
        .components(["trace", "square"])
        .predict_given(|s, o| {
            let (trace, square) = spectrum(s, o)?.moments();
            Ok([trace, square])
        })
        .margin(|_, profile| Margin::symmetric(by(profile, 0.15, 0.07)))
        .rival("the trace of regression", |s| {
            let kernel = statistics(s)?;
            let classes = s.network.classes() as f64;
            let square = classes * kernel.second_moment / s.samples as f64;
            Ok([classes * kernel.theta_t, square])
        })
        .rival_given("all samples alike", |s, o| {
            let (trace, _) = spectrum(s, o)?.moments();
            Ok([trace, trace * trace])
        })
        .finish()
}

/// One kind of network, drawn often: the shared part of the outputs makes traces vary by a fifth from network to network.
fn repeated(profile: Profile) -> Result<Vec<At<FisherSetting>>, JudgeError> {
    let (width, trials) = by(profile, (300, 300), (1000, 400));
    Ok(vec![at(setting("tanh", 3, width, 3, 60)?, trials)])
}

/// Outputs whose shared part is large, so that networks differ much in their softmax: their squares scatter so much that only the full profile
/// can decide.
fn dispersed(profile: Profile) -> Result<Vec<At<FisherSetting>>, JudgeError> {
    if profile == Profile::Quick {
        return Ok(Vec::new());
    }
    let network = Architecture::new(vec![600, 600, 600, 3], Activation::relu(), 2.0, 3.0)?;
    let s = FisherSetting { network: network.with_trained_biases(true), samples: 40 };
    Ok(vec![At::setting("relu L=3 M=600 C=3 N=40 σ_b²=3", s, 1000)])
}

fn is_dispersed(s: &FisherSetting) -> bool {
    s.network.scales().sigma_b2 > 1.0
}

fn moments() -> Claim {
    Claim::about::<ClassifierSpectrum>("spectra/ce-moments", "Trace and square of the cross-entropy Fisher information, over networks")
        .formula(r"E\,\mathrm{Tr}F_{CE}=\Theta_t\beta_1,\qquad E\,\mathrm{Tr}F_{CE}^2=\frac{N-1}N\Theta_{st}^2\beta_2+\frac{\Theta_t^2\beta_3}N")
        .sources(&[KARAKIDA_2021_PATHOLOGICAL])
        .cases(|profile| Ok([repeated(profile)?, dispersed(profile)?].concat()))
        .measure(|_, o| Ok([o.trace, o.square]))
        .components(["trace", "square"])
        .predict(|s| {
            let (kernel, m, n) = (statistics(s)?, softmax(s)?, s.samples as f64);
            let square = (n - 1.0) / n * kernel.theta_st.powi(2) * m.beta_2 + kernel.theta_t.powi(2) * m.beta_3 / n;
            Ok([kernel.theta_t * m.beta_1, square])
        })
        .margin(|_, profile| Margin::symmetric(by(profile, 0.15, 0.1)))
        .rival("the trace of regression", |s| {
            let kernel = statistics(s)?;
            let classes = s.network.classes() as f64;
            Ok([classes * kernel.theta_t, classes * kernel.second_moment / s.samples as f64])
        })
        .rival_where("all softmaxes alike: β_2 = β_1²/(C − 1)", is_dispersed, |s| {
            let (kernel, m, n) = (statistics(s)?, softmax(s)?, s.samples as f64);
            let square = (n - 1.0) / n * kernel.theta_st.powi(2) * m.beta_1 * m.lower + kernel.theta_t.powi(2) * m.beta_3 / n;
            Ok([kernel.theta_t * m.beta_1, square])
        })
        .rival("no overlap between samples", |s| {
            let (kernel, m, n) = (statistics(s)?, softmax(s)?, s.samples as f64);
            Ok([kernel.theta_t * m.beta_1, kernel.theta_t.powi(2) * m.beta_3 / n])
        })
        .finish()
}

fn mean_outlier() -> Claim {
    Claim::about::<ClassifierSpectrum>(
        "spectra/ce-surrogate",
        "The mean outliers over networks, by Gaussian outputs",
    )
    .formula(r"E\lambda_i=E_{y,z}\,\lambda_i\left(f_k(n)=\sqrt{q_t-q_{st}}\,z_{kn}+\sqrt{q_{st}}\,y_k\right)")
    .sources(&[KARAKIDA_2021_PATHOLOGICAL])
    .cases(repeated)
    .measure(|_, o| first_and_sum(&o.outliers))
    .components(["λ₁", "sum"])
    .predict(|s| {
        let means = mean_outliers(s, false)?;
        Ok([means[0], means.iter().sum::<f64>()])
    })
    .margin(|_, profile| Margin::symmetric(by(profile, 0.15, 0.1)))
    .rival("the outlier of regression", |s| {
        let top = statistics(s)?.lambda_max / s.samples as f64;
        Ok([top, top * s.network.classes() as f64])
    })
    .rival("the lower bound for all", |s| {
        let (kernel, m) = (statistics(s)?, softmax(s)?);
        Ok([kernel.theta_st * m.lower, kernel.theta_st * m.beta_1])
    })
    .finish()
}

fn bulk() -> Claim {
    Claim::about::<ClassifierSpectrum>(
        "spectra/ce-bulk",
        "The bulk is stretched over the eigenvalues of single softmaxes",
    )
    .formula(r"\#\{\lambda_i(G)>\lambda\}=\#\{aq>\lambda\}+\#\{\mu_i(\Phi(\lambda))>1\}")
    .sources(&[KARAKIDA_2021_PATHOLOGICAL])
    .cases(many)
    .measure(|_, o| Ok(o.quantiles))
    .components(["5 %", "25 %", "50 %", "75 %", "95 %"])
    .predict_given(|s, o| {
        let question = format!("bulk {s:?} {:?}", o.logits);
        let values = kept(&question, || {
            let (spectrum, classes) = (spectrum(s, o)?, s.network.classes());
            let count = (s.samples - 1) * (classes - 1);
            let at = |level: f64| classes - 1 + values_above(level, count);
            LEVELS.into_iter().map(|level| Ok(spectrum.eigenvalue(at(level))?)).collect()
        })?;
        Ok(values.to_vec())
    })
    .margin(|_, profile| Margin::symmetric(by(profile, 0.12, 0.09)))
    .rival("a point, as for regression", |s| {
        let kernel = statistics(s)?;
        Ok(vec![kernel.bulk / s.samples as f64 * softmax(s)?.lower; 5])
    })
    .finish()
}
