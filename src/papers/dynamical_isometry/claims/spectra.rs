//! Spectra against their laws: free probability itself, and with the order parameters of the infinite network.

use solvable_theory::bibliography::{BELINSCHI_2007, HAYASE_2021, NICA_2006, PENNINGTON_2018};
use solvable_theory::dynamical_isometry::{DepthLimit, commuting_law, fisher_law, output_law, two_hidden};
use solvable_theory::free_probability::{Ensemble, Factor, SpectralLaw};
use solvable_theory::{Activation, TheoryError};

use super::laws::{
    PARTS, at_defects, atom_table, conditional, empirical, grid, jacobian, law_quantiles, limit_table, other,
    projections, quantiles, table, unconditional,
};
use crate::experiments::{
    DeepSpectrum, DeepSpectrumOutcome, DeepSpectrumSetting, FreeProjections, FreeProjectionsSetting,
};
use crate::settings::{FIFTY, GAPLESS, Kind, RELU, SHALLOW, TEN, THIRTY, label};
use solvable_engine::verify::{At, Claim, ClaimBuilder, JudgeError, Margin, Profile};
use solvable_shared::asked;
use solvable_shared::by;
use solvable_simulate::deep::DeepSetting;

pub(crate) fn claims() -> Vec<Claim> {
    vec![
        kolmogorov(),
        wasserstein(),
        gaussian_weights(),
        infinite_network(),
        explicit_density(),
        moments(),
        convergence(),
        jacobians(),
        general_slopes(),
        output_activation(),
        infinite_depth(),
    ]
}

pub(crate) fn at(s: DeepSpectrumSetting, trials: usize) -> At<DeepSpectrumSetting> {
    At::setting(label(&s.network), s, trials)
}

/// The kinds of networks at their widths, with orthogonal weights.
fn widths(profile: Profile) -> Vec<(Kind, usize)> {
    match profile {
        Profile::Quick => [SHALLOW, TEN, RELU, GAPLESS].into_iter().map(|kind| (kind, 200)).collect(),
        Profile::Full => {
            vec![(SHALLOW, 1000), (TEN, 400), (RELU, 800), (GAPLESS, 400), (THIRTY, 400), (FIFTY, 400)]
        }
    }
}

/// Trials of a spectrum. The difference between the layers, which one rival is about, varies most where there are few.
fn trials(kind: Kind, profile: Profile) -> usize {
    by(profile, if kind.depth == SHALLOW.depth { 24 } else { 8 }, 8)
}

/// The spectra of the kinds that `keep` lets pass.
pub(crate) fn cases(
    profile: Profile,
    ensemble: Ensemble,
    keep: impl Fn(Kind, usize) -> bool,
) -> Result<Vec<At<DeepSpectrumSetting>>, JudgeError> {
    widths(profile)
        .into_iter()
        .filter(|(kind, width)| keep(*kind, *width))
        .map(|(kind, width)| Ok(at(kind.spectrum(width, ensemble)?, trials(kind, profile))))
        .collect()
}

fn orthogonal(profile: Profile) -> Result<Vec<At<DeepSpectrumSetting>>, JudgeError> {
    cases(profile, Ensemble::Orthogonal, |_, _| true)
}

/// Gaussian weights, at depths small against the width.
fn gaussian(profile: Profile) -> Result<Vec<At<DeepSpectrumSetting>>, JudgeError> {
    cases(profile, Ensemble::Gaussian, |kind, width| 20 * kind.depth <= width)
}

/// Where the trial's distribution functions are compared.
fn trial_grid(s: &DeepSetting, o: &DeepSpectrumOutcome) -> Result<Vec<f64>, JudgeError> {
    grid(&conditional(s, o)?, &o.eigenvalues)
}

fn measured_cdf(s: &DeepSpectrumSetting, o: &DeepSpectrumOutcome) -> Result<Vec<f64>, JudgeError> {
    Ok(empirical(&o.eigenvalues, &trial_grid(&s.network, o)?))
}

fn cdf_of(
    s: &DeepSpectrumSetting,
    o: &DeepSpectrumOutcome,
    law: &SpectralLaw,
) -> Result<Vec<f64>, JudgeError> {
    Ok(table(law, &trial_grid(&s.network, o)?)?.to_vec())
}

/// A spectrum's law at changed defects.
pub(crate) fn changed(
    s: &DeepSpectrumSetting,
    o: &DeepSpectrumOutcome,
    change: impl Fn(&[f64]) -> Vec<f64>,
) -> Result<SpectralLaw, JudgeError> {
    at_defects(&s.network, &o.q, &change(&o.defects), s.network.ensemble)
}

pub(crate) fn reversed(defects: &[f64]) -> Vec<f64> {
    defects.iter().rev().copied().collect()
}

pub(crate) fn averaged(defects: &[f64]) -> Vec<f64> {
    vec![defects.iter().sum::<f64>() / defects.len().max(1) as f64; defects.len()]
}

fn raised(defects: &[f64]) -> Vec<f64> {
    defects.iter().map(|epsilon| epsilon + 0.02).collect()
}

/// Whether the defects of the layers differ by more than their fluctuations.
fn uneven(s: &DeepSpectrumSetting) -> bool {
    s.network.activation != Activation::relu()
}

/// Whether the projections are many enough for their order in the product to show.
fn noncommuting(s: &DeepSpectrumSetting) -> bool {
    s.network.q0 > 0.2
}

fn commuting_cdf(s: &DeepSpectrumSetting, o: &DeepSpectrumOutcome) -> Result<Vec<f64>, JudgeError> {
    let atoms = commuting_law(&o.q, &o.defects, s.network.sigma_w2)?;
    Ok(atom_table(&atoms, &trial_grid(&s.network, o)?))
}

const RECURSION: &str = r"\mu_1=\delta_{q_0},\qquad\mu_{l+1}=q_l+\sigma_w^2\,(\nu_l\boxtimes\mu_l)";

/// The rivals of a free product of projections, read off as the claim reads its law: by `of` a law, by `commuting` the trial.
fn with_rivals(
    claim: ClaimBuilder<DeepSpectrum>,
    of: fn(&DeepSpectrumSetting, &DeepSpectrumOutcome, &SpectralLaw) -> Result<Vec<f64>, JudgeError>,
    commuting: fn(&DeepSpectrumSetting, &DeepSpectrumOutcome) -> Result<Vec<f64>, JudgeError>,
) -> ClaimBuilder<DeepSpectrum> {
    let ordered = |s: &DeepSpectrumSetting| uneven(s) && noncommuting(s);
    claim
        .rival_given("the law of Gaussian weights", move |s, o| {
            of(s, o, &at_defects(&s.network, &o.q, &o.defects, Ensemble::Gaussian)?)
        })
        .rival_given_where("commuting projections", noncommuting, commuting)
        .rival_given_where("the layers in reverse order", ordered, move |s, o| {
            of(s, o, &changed(s, o, reversed)?)
        })
        .rival_given_where("the same slopes in every layer", ordered, move |s, o| {
            of(s, o, &changed(s, o, averaged)?)
        })
        .rival_given("every defect larger by 0.02", move |s, o| of(s, o, &changed(s, o, raised)?))
}

fn kolmogorov() -> Claim {
    let claim = Claim::about::<DeepSpectrum>(
        "iso/cdf",
        "The spectrum of a deep network is a free product, atoms included",
    )
    .formula(RECURSION)
    .sources(&[HAYASE_2021, BELINSCHI_2007])
    .cases(orthogonal)
    .measure(measured_cdf)
    .predict_given(|s, o| cdf_of(s, o, &conditional(&s.network, o)?))
    .by_largest_difference()
    .margin(|s, _| Margin::symmetric(4.0 / s.network.width as f64));
    with_rivals(claim, cdf_of, commuting_cdf).finish()
}

/// Sorted eigenvalues in units of their mean, each as often as quantiles are taken for it.
fn positions(o: &DeepSpectrumOutcome) -> Vec<f64> {
    let repeated = o.eigenvalues.iter().flat_map(|v| std::iter::repeat_n(*v, PARTS));
    scaled(o, &repeated.collect::<Vec<_>>())
}

/// In units of the mean eigenvalue.
fn scaled(o: &DeepSpectrumOutcome, quantiles: &[f64]) -> Vec<f64> {
    let values = &o.eigenvalues;
    let mean = values.iter().sum::<f64>() / values.len() as f64;
    quantiles.iter().map(|v| v / mean).collect()
}

fn quantiles_of(o: &DeepSpectrumOutcome, law: &SpectralLaw) -> Result<Vec<f64>, JudgeError> {
    Ok(scaled(o, &law_quantiles(law, o.eigenvalues.len())?))
}

fn commuting_quantiles(s: &DeepSpectrumSetting, o: &DeepSpectrumOutcome) -> Result<Vec<f64>, JudgeError> {
    let mut atoms = commuting_law(&o.q, &o.defects, s.network.sigma_w2)?;
    atoms.sort_by(|a, b| a.position.total_cmp(&b.position));
    let count = o.eigenvalues.len();
    let mut below = 0.0;
    let (mut points, mut levels) = (Vec::new(), Vec::new());
    for atom in atoms {
        points.extend([atom.position, atom.position]);
        levels.push(below);
        below += atom.mass;
        levels.push(below);
    }
    Ok(scaled(o, &quantiles(&points, &levels, count)))
}

fn wasserstein() -> Claim {
    let claim = Claim::about::<DeepSpectrum>(
        "iso/wasserstein",
        "The eigenvalues lie at the quantiles of the free product",
    )
    .formula(r"W_1=\frac{1}{\bar\lambda}\int_0^1\left|\hat F^{-1}(p)-F^{-1}(p)\right|dp=O(1/M)")
    .sources(&[HAYASE_2021])
    .cases(orthogonal)
    .measure(|_, o| Ok(positions(o)))
    .predict_given(|s, o| quantiles_of(o, &conditional(&s.network, o)?))
    .by_mean_difference()
    .margin(|s, _| Margin::symmetric(margin_scale(&s.network) / s.network.width as f64));
    with_rivals(claim, |_, o, law| quantiles_of(o, law), commuting_quantiles).finish()
}

/// $M$ times the margin: 1 below $E=\frac12$, 4 above $E=1$.
fn margin_scale(s: &DeepSetting) -> f64 {
    if s.activation == Activation::relu() || s.q0 >= 1.0 { 4.0 } else { 1.0 }
}

fn gaussian_weights() -> Claim {
    Claim::about::<DeepSpectrum>(
        "iso/gaussian-weights",
        "With Gaussian weights a Marchenko–Pastur law is multiplied in at every layer",
    )
    .formula(r"\mu_{l+1}=q_l+\sigma_w^2\,(\mathrm{MP}\boxtimes\nu_l\boxtimes\mu_l)")
    .sources(&[HAYASE_2021, NICA_2006])
    .cases(gaussian)
    .measure(measured_cdf)
    .predict_given(|s, o| cdf_of(s, o, &conditional(&s.network, o)?))
    .by_largest_difference()
    .margin(|s, _| Margin::symmetric(4.0 / s.network.width as f64))
    .rival_given("the law of orthogonal weights", |s, o| {
        cdf_of(s, o, &at_defects(&s.network, &o.q, &o.defects, Ensemble::Orthogonal)?)
    })
    .rival_given("commuting projections", commuting_cdf)
    .rival_given_where(
        "a linear network",
        |s| s.network.depth != TEN.depth,
        |s, o| cdf_of(s, o, &changed(s, o, |d| vec![0.0; d.len()])?),
    )
    .finish()
}

/// The law of $H_L$ at the theory's mean squares and other defects.
fn with_defects(s: &DeepSetting, defects: &[f64]) -> Result<SpectralLaw, JudgeError> {
    let q = solvable_theory::dynamical_isometry::forward(&s.activation, s.q0, s.sigma_w2, s.depth)?.q;
    Ok(fisher_law(&q, projections(defects)?, s.sigma_w2, s.ensemble)?)
}

/// Quantiles of the normal law and of the Marchenko-Pastur law with the mean and the variance of `law`.
fn two_moments(law: &SpectralLaw, normal: bool, count: usize) -> Result<Vec<f64>, JudgeError> {
    let moments = law.moments(2)?;
    let (mean, variance) = (moments[0], moments[1] - moments[0] * moments[0]);
    let ratio = variance / (mean * mean);
    // Densities on a grid, summed; only the shape matters.
    let (low, high) = if normal {
        (mean - 5.0 * variance.sqrt(), mean + 5.0 * variance.sqrt())
    } else {
        (mean * (1.0 - ratio.sqrt()).powi(2), mean * (1.0 + ratio.sqrt()).powi(2))
    };
    let steps = 2000;
    let points: Vec<f64> =
        (0..=steps).map(|i| low + (high - low) * f64::from(i) / f64::from(steps)).collect();
    let density = |x: f64| {
        if normal {
            (-(x - mean).powi(2) / (2.0 * variance)).exp()
        } else {
            ((high - x) * (x - low)).max(0.0).sqrt() / x
        }
    };
    let mut levels = vec![0.0];
    for pair in points.windows(2) {
        levels.push(levels[levels.len() - 1] + density(0.5 * (pair[0] + pair[1])));
    }
    let total = levels[levels.len() - 1];
    levels.iter_mut().for_each(|level| *level /= total);
    Ok(quantiles(&points, &levels, count))
}

fn infinite_network() -> Claim {
    Claim::about::<DeepSpectrum>("iso/spectrum", "The spectrum is that of the infinitely wide network")
        .formula(r"W_1(\hat\mu_L,\mu_L)=O(M^{-1/2}),\qquad\mu_L\ \text{at}\ q_l,\alpha_l\ \text{of the infinite network}")
        .sources(&[HAYASE_2021])
        .cases(|profile| {
            let count = by(profile, 32, 24);
            let width = by(profile, 200, 400);
            [SHALLOW, TEN].into_iter().map(|kind| Ok(at(kind.spectrum(width, Ensemble::Orthogonal)?, count))).collect()
        })
        .measure(|_, o| Ok(positions(o)))
        .predict_given(|s, o| quantiles_of(o, &unconditional(&s.network)?))
        .by_mean_difference()
        .margin(|s, _| Margin::symmetric(1.2 / (s.network.width as f64).sqrt()))
        .rival_given("slopes at unit variance", |s, o| {
            let epsilon = solvable_theory::dynamical_isometry::slope_factor(&s.network.activation, 1.0, 2)?.defect().unwrap_or(0.0);
            quantiles_of(o, &with_defects(&s.network, &vec![epsilon; s.network.depth - 1])?)
        })
        .rival_given("a linear network", |s, o| {
            quantiles_of(o, &with_defects(&s.network, &vec![0.0; s.network.depth - 1])?)
        })
        .rival_given("Marchenko–Pastur with both moments", |s, o| {
            Ok(scaled(o, &two_moments(&unconditional(&s.network)?, false, s.network.width)?))
        })
        .rival_given("a normal law with both moments", |s, o| {
            Ok(scaled(o, &two_moments(&unconditional(&s.network)?, true, s.network.width)?))
        })
        .rival_given("a point at the mean", |s, o| {
            Ok(scaled(o, &vec![unconditional(&s.network)?.mean(); PARTS * s.network.width]))
        })
        .finish()
}

fn explicit_density() -> Claim {
    let cdf =
        |s: &DeepSpectrumSetting, o: &DeepSpectrumOutcome, swap: bool| -> Result<Vec<f64>, JudgeError> {
            let (&[q0, q1, q2], &[first, second]) = (&o.q[..], &o.defects[..]) else {
                return Err(JudgeError::Other(format!("depth {}, not two hidden layers", s.network.depth)));
            };
            let pair = if swap { [second, first] } else { [first, second] };
            let law = two_hidden([q0, q1, q2], pair, s.network.sigma_w2)?;
            Ok(trial_grid(&s.network, o)?.iter().map(|&x| law.cdf(x)).collect::<Result<_, TheoryError>>()?)
        };
    Claim::about::<DeepSpectrum>("iso/two-hidden-density", "Two hidden layers: the spectrum in elementary functions")
        .formula(
            r"\rho(\lambda)=\frac{1}{\sigma_w^4q_0}\frac{\sqrt{(t_+-t)(t-t_-)}}{2\pi t(1-t)},\quad t=\frac{\lambda-q_2-\sigma_w^2q_1}{\sigma_w^4q_0},\quad t_\pm=\alpha_1+\alpha_2-2\alpha_1\alpha_2\pm2\sqrt{\alpha_1\alpha_2\epsilon_1\epsilon_2}",
        )
        .sources(&[HAYASE_2021])
        .cases(|profile| {
            let s = SHALLOW.spectrum(by(profile, 200, 1000), Ensemble::Orthogonal)?;
            Ok(vec![at(s, trials(SHALLOW, profile))])
        })
        .measure(measured_cdf)
        .predict_given(move |s, o| cdf(s, o, false))
        .by_largest_difference()
        .margin(|s, _| Margin::symmetric(4.0 / s.network.width as f64))
        .rival_given("the layers exchanged", move |s, o| cdf(s, o, true))
        .rival_given("commuting projections", commuting_cdf)
        .finish()
}

fn power_means(values: &[f64]) -> [f64; 3] {
    [1, 2, 3].map(|k| values.iter().map(|v| v.powi(k)).sum::<f64>() / values.len() as f64)
}

fn moments() -> Claim {
    let first = |law: &SpectralLaw| -> Result<Vec<f64>, JudgeError> { Ok(law.moments(3)?) };
    Claim::about::<DeepSpectrum>("iso/moments", "The first three moments of the spectrum")
        .formula(r"m_1'=q+\sigma_w^2\alpha m_1,\qquad m_2'=q^2+2q\sigma_w^2\alpha m_1+\sigma_w^4(\alpha^2m_2+\alpha\epsilon m_1^2\,[+\alpha^2m_1^2]),\ \dots")
        .sources(&[HAYASE_2021])
        .cases(orthogonal)
        .measure(|_, o| Ok(power_means(&o.eigenvalues)))
        .components(["m₁", "m₂", "m₃"])
        .predict_given(move |s, o| first(&conditional(&s.network, o)?))
        .margin(|s, _| Margin::symmetric(3.0 * margin_scale(&s.network) / s.network.width as f64))
        .rival_given("the moments of Gaussian weights", move |s, o| {
            first(&at_defects(&s.network, &o.q, &o.defects, Ensemble::Gaussian)?)
        })
        .rival_given_where("commuting projections", |s| margin_scale(&s.network) > 1.0, |s, o| {
            let atoms = commuting_law(&o.q, &o.defects, s.network.sigma_w2)?;
            Ok([1, 2, 3].map(|k| atoms.iter().map(|a| a.mass * a.position.powi(k)).sum::<f64>()).to_vec())
        })
        .finish()
}

/// Kolmogorov's distance of a trial from its law.
pub(crate) fn distance(s: &DeepSpectrumSetting, o: &DeepSpectrumOutcome) -> Result<f64, JudgeError> {
    let (found, expected) = (measured_cdf(s, o)?, cdf_of(s, o, &conditional(&s.network, o)?)?);
    Ok(found.iter().zip(&expected).fold(0.0, |m, (a, b)| m.max((a - b).abs())))
}

/// The Wasserstein distance of a trial from a law, in units of the mean.
pub(crate) fn displacement(o: &DeepSpectrumOutcome, law: &SpectralLaw) -> Result<f64, JudgeError> {
    let (found, expected) = (positions(o), quantiles_of(o, law)?);
    Ok(found.iter().zip(&expected).map(|(a, b)| (a - b).abs()).sum::<f64>() / found.len() as f64)
}

/// Widths of the scaling of distances.
pub(crate) fn scaling(profile: Profile) -> Vec<usize> {
    by(profile, vec![50, 100, 200], vec![50, 100, 200, 400])
}

fn convergence() -> Claim {
    Claim::about::<DeepSpectrum>("iso/convergence", "The free product is approached like 1/M")
        .formula(r"W_1(\hat\mu_L,\mu_L\,|\,\hat q,\hat\alpha)\propto M^{-1}")
        .sources(&[HAYASE_2021])
        .cases(|profile| {
            // Three layers of orthogonal weights leave too few eigenvalues outside the atoms for these widths to scale.
            [(TEN, Ensemble::Orthogonal), (SHALLOW, Ensemble::Gaussian)]
                .into_iter()
                .map(|(kind, ensemble)| {
                    let settings = scaling(profile).into_iter().map(|m| kind.spectrum(m, ensemble));
                    let settings: Vec<_> = settings.collect::<Result<_, TheoryError>>()?;
                    Ok(At::sizes(
                        format!("{ensemble} hard-tanh L={}", kind.depth),
                        settings,
                        by(profile, 64, 24),
                    ))
                })
                .collect()
        })
        .measure(|s, o| displacement(o, &conditional(&s.network, o)?))
        .predict(|s| Ok(1.0 / s.network.width as f64))
        .log_slope(|s| s.network.width as f64)
        .margin(|_, _| Margin::symmetric(0.25))
        .rival("M^(−1/2), as for independent eigenvalues", |s| Ok((s.network.width as f64).powf(-0.5)))
        .rival("M^(−2)", |s| Ok((s.network.width as f64).powi(-2)))
        .finish()
}

fn jacobian_values(s: &DeepSpectrumSetting, o: &DeepSpectrumOutcome) -> Result<Vec<f64>, JudgeError> {
    grid(&jacobian(&s.network, o, s.network.ensemble)?, asked(o.jacobian.as_deref(), "jacobian")?)
}

fn jacobians() -> Claim {
    let cdf = |s: &DeepSpectrumSetting, o: &DeepSpectrumOutcome, ensemble| -> Result<Vec<f64>, JudgeError> {
        Ok(table(&jacobian(&s.network, o, ensemble)?, &jacobian_values(s, o)?)?.to_vec())
    };
    Claim::about::<DeepSpectrum>("iso/jacobian", "Singular values of the input-output Jacobian")
        .formula(r"zG-1=u:\quad z=\sigma_w^{2L}\frac{1+u}{u}\prod_l\frac{u+\alpha_l}{1+u}\ \text{(orthogonal)},\quad z=\sigma_w^{2L}\frac{(1+u)^2}{u}\prod_l(u+\alpha_l)\ \text{(Gaussian)}")
        .sources(&[PENNINGTON_2018, HAYASE_2021])
        .cases(|profile| {
            let mut cases = orthogonal(profile)?;
            cases.extend(gaussian(profile)?);
            Ok(cases)
        })
        .measure(|s, o| Ok(empirical(asked(o.jacobian.as_deref(), "jacobian")?, &jacobian_values(s, o)?)))
        .predict_given(move |s, o| cdf(s, o, s.network.ensemble))
        .by_largest_difference()
        .margin(|s, _| Margin::symmetric(4.0 / s.network.width as f64))
        .rival_given("the law of the other kind of weights", move |s, o| cdf(s, o, other(s.network.ensemble)))
        .finish()
}

fn leaky() -> Result<Activation, TheoryError> {
    Activation::leaky_relu(0.5)
}

fn scaled_erf() -> Result<Activation, TheoryError> {
    Activation::erf(0.886_226_925_452_758)
}

/// Slopes other than 0 and 1.
const LEAKY: Kind = crate::settings::kind(leaky, 1.0, 1.6, 4);
const ERF: Kind = crate::settings::kind(scaled_erf, 0.5, 1.1, 3);

/// The law at the slopes of the trial.
fn at_slopes(s: &DeepSetting, o: &DeepSpectrumOutcome) -> Result<SpectralLaw, JudgeError> {
    let slopes = asked(o.slopes.as_deref(), "slopes")?;
    let factors = slopes.chunks(s.width).map(|layer| {
        let mut points = layer.to_vec();
        points.sort_by(f64::total_cmp);
        points.dedup();
        if points.len() <= 2 {
            let weights =
                points.iter().map(|x| layer.iter().filter(|d| *d == x).count() as f64 / s.width as f64);
            Factor::discrete(points.clone(), weights.collect())
        } else {
            Factor::continuous(layer.to_vec(), vec![1.0 / s.width as f64; s.width])
        }
    });
    Ok(fisher_law(&o.q, factors.collect::<Result<_, _>>()?, s.sigma_w2, s.ensemble)?)
}

fn general_slopes() -> Claim {
    let points = |s: &DeepSpectrumSetting, o: &DeepSpectrumOutcome| -> Result<Vec<f64>, JudgeError> {
        // Smooth slopes cost a root for every node: 60 points tell the laws apart.
        let law = at_slopes(&s.network, o)?;
        let edge = law.upper_edge()?.max(o.lambda_max);
        Ok((1..=60).map(|i| 1.05 * edge * f64::from(i) / 60.0).collect())
    };
    let cdf = move |s: &DeepSpectrumSetting,
                    o: &DeepSpectrumOutcome,
                    law: SpectralLaw|
          -> Result<Vec<f64>, JudgeError> { Ok(table(&law, &points(s, o)?)?.to_vec()) };
    Claim::about::<DeepSpectrum>("iso/general-slopes", "Activations whose slopes are not only 0 and 1")
        .formula(RECURSION)
        .sources(&[HAYASE_2021, PENNINGTON_2018])
        .cases(|profile| {
            let plain = |kind: Kind, width| -> Result<_, TheoryError> {
                Ok(DeepSpectrumSetting {
                    network: kind.at(width, Ensemble::Orthogonal)?,
                    jacobian: false,
                    output: false,
                })
            };
            let mut cases = vec![at(plain(LEAKY, by(profile, 200, 800))?, 6)];
            cases.push(at(plain(ERF, by(profile, 100, 400))?, by(profile, 6, 4)));
            Ok(cases)
        })
        .measure(move |s, o| Ok(empirical(&o.eigenvalues, &points(s, o)?)))
        .predict_given(move |s, o| cdf(s, o, at_slopes(&s.network, o)?))
        .by_largest_difference()
        .margin(|s, _| Margin::symmetric(4.0 / s.network.width as f64))
        .rival_given("equal slopes with the same mean square", move |s, o| {
            let constant = |alpha: &f64| Factor::discrete(vec![*alpha], vec![1.0]);
            let factors = o.alpha.iter().map(constant).collect::<Result<_, _>>()?;
            cdf(s, o, fisher_law(&o.q, factors, s.network.sigma_w2, s.network.ensemble)?)
        })
        .rival_given("projections with the same mean square", move |s, o| {
            let alpha = &o.alpha;
            let defects: Vec<f64> = alpha.iter().map(|alpha| 1.0 - alpha.min(1.0)).collect();
            cdf(s, o, fisher_law(&o.q, projections(&defects)?, s.network.sigma_w2, s.network.ensemble)?)
        })
        .finish()
}

fn output_activation() -> Claim {
    Claim::about::<DeepSpectrum>(
        "iso/output-activation",
        "An activation behind the output is one more free compression",
    )
    .formula(r"\nu_L\boxtimes\mu_L")
    .sources(&[HAYASE_2021])
    .cases(|profile| {
        let network = SHALLOW.at(by(profile, 200, 800), Ensemble::Orthogonal)?;
        Ok(vec![at(DeepSpectrumSetting { network, jacobian: false, output: true }, 6)])
    })
    .measure(|s, o| Ok(empirical(asked(o.output.as_deref(), "output")?, &trial_grid(&s.network, o)?)))
    .predict_given(|s, o| {
        let law = conditional(&s.network, o)?;
        cdf_of(s, o, &output_law(&law, Factor::projection(asked(o.output_defect, "output_defect")?)?)?)
    })
    .by_largest_difference()
    .margin(|s, _| Margin::symmetric(4.0 / s.network.width as f64))
    .rival_given("the law without it", |s, o| cdf_of(s, o, &conditional(&s.network, o)?))
    .rival_given("zeros mixed in", |s, o| {
        let (law, defect) = (conditional(&s.network, o)?, asked(o.output_defect, "output_defect")?);
        Ok(cdf_of(s, o, &law)?.iter().map(|f| defect + (1.0 - defect) * f).collect::<Vec<_>>())
    })
    .finish()
}

/// Settings of the limit of infinite depth.
fn deep_projections(profile: Profile) -> Vec<FreeProjectionsSetting> {
    let (width, depth) = by(profile, (200, 60), (500, 200));
    [0.5, 2.0].map(|c| FreeProjectionsSetting { width, depth, c }).to_vec()
}

fn infinite_depth() -> Claim {
    let points: Vec<f64> = (1..=49).map(|i| 0.02 * f64::from(i)).collect();
    let (measured, predicted, rival) = (points.clone(), points.clone(), points);
    Claim::about::<FreeProjections>(
        "iso/depth-limit",
        "The spectrum of infinitely deep isometric networks does not concentrate",
    )
    .formula(r"zG\,e^{-G/c}\left[\mathrm{Ei}(G/c)-\mathrm{Ei}(G/c-\ln zG)\right]=c\qquad(\epsilon_l=c/L)")
    .sources(&[HAYASE_2021])
    .cases(|profile| {
        let all = deep_projections(profile).into_iter();
        Ok(all
            .map(|s| At::setting(format!("c={} L={} M={}", s.c, s.depth, s.width), s, by(profile, 6, 4)))
            .collect())
    })
    .measure(move |_, o| Ok(empirical(&o.eigenvalues, &measured)))
    .predict(move |s| Ok(limit_table(&DepthLimit::new(s.c)?, &predicted)?.to_vec()))
    .by_largest_difference()
    .margin(|_, profile| Margin::symmetric(by(profile, 0.03, 0.015)))
    .rival("commuting projections", move |s| {
        Ok(rival.iter().map(|x| -(-s.c * x).exp_m1()).collect::<Vec<_>>())
    })
    .finish()
}
