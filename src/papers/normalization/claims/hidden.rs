//! Normalization of hidden layers: what it removes, and what it does not.

use solvable_theory::bibliography::KARAKIDA_2019_NORMALIZATION;
use solvable_theory::normalization::{hidden_modes, hidden_top_refined};
use solvable_theory::{Architecture, mean_field};

use crate::experiments::{NormalizedDiagonal, NormalizedOutlier};
use crate::settings::{equal_widths, modes};
use solvable_engine::verify::{At, Claim, JudgeError, Margin, Profile};
use solvable_shared::FisherSetting;
use solvable_shared::by;
use solvable_simulate::network::plain;

pub(crate) fn claims() -> Vec<Claim> {
    vec![diagonal(), refined_outlier(), largest_eigenvalue(), layer_norm(), growth(), odd_activations()]
}

/// Activation, $\sigma_w^2,\sigma_b^2$, modes, $\gamma$, $\beta$.
type Row = (&'static str, (f64, f64), &'static str, f64, f64);

fn setting(
    &(name, scales, letters, gamma, beta): &Row,
    width: usize,
    samples: usize,
) -> Result<FisherSetting, JudgeError> {
    let network =
        equal_widths(name, scales, letters.len(), width, 1)?.with_modes(modes(letters), gamma, beta)?;
    Ok(FisherSetting { network, samples })
}

fn label(&(name, _, letters, gamma, beta): &Row) -> String {
    let constants =
        if (gamma, beta) == (1.0, 0.0) { String::new() } else { format!(" γ={gamma} β={beta}") };
    format!("{name} {letters}{constants}")
}

fn sized_label(row: &Row, width: usize, samples: usize) -> String {
    format!("{} M={width} N={samples}", label(row))
}

fn diagonal() -> Claim {
    const ROWS: [Row; 9] = [
        ("relu", (2.0, 0.1), "blm", 3.0, 0.2),
        ("relu", (2.0, 0.1), "bbm", 0.5, 0.0),
        ("tanh", (2.0, 1.5), "llm", 2.0, 0.0),
        ("relu", (2.0, 0.1), "bb-", 1.0, 0.0),
        ("relu", (2.0, 0.1), "mm-", 1.0, 0.0),
        ("relu", (2.0, 0.1), "ll-", 1.0, 0.0),
        ("relu", (2.0, 0.1), "bbm", 1.0, 0.0),
        ("relu", (2.0, 0.1), "blm", 1.0, 0.2),
        ("tanh", (2.0, 0.3), "ll-", 1.0, 0.0),
    ];
    Claim::about::<NormalizedDiagonal>(
        "norm/hidden-diagonal",
        "Any pattern of normalized layers: the diagonal of the tangent kernel follows a three-scalar recursion",
    )
    .formula(
        r"\Theta_D+\Theta_S,\quad\Theta_D=\sum_lM_{l-1}\big(t_l\hat q_t^{l-1}-w_l\hat q_{st}^{l-1}\big),\quad
          \Theta_S=\sum_lM_{l-1}s_l\hat q_{st}^{l-1}",
    )
    .sources(&[KARAKIDA_2019_NORMALIZATION])
    .cases(|p| {
        ROWS.iter()
            .map(|row| {
                // Gains are told apart by factors: small networks do in both profiles.
                let profile = if row.3 == 1.0 { p } else { Profile::Quick };
                case(row, by(profile, (200, 48, 160), (600, 96, 100)))
            })
            .collect()
    })
    .measure(|_, o| Ok(o.diagonal))
    .predict(diagonal_of)
    .margin(|s, p| Margin::symmetric(if has_gain(s) { 0.08 } else { by(p, 0.08, 0.04) }))
    .rival_where("γ in place of γ²", has_gain, |s| diagonal_of(&with_gain(s, s.network.gamma().sqrt())?))
    .rival_where("no gain", has_gain, |s| diagonal_of(&with_gain(s, 1.0)?))
    .rival("the plain network: θ_t", |s| Ok(mean_field::theta(&bare(s)?)?.theta_t))
    .rival_where(
        "without the subtracted part",
        // With a plain last layer the two differ by 13 %, which takes the margin of the full profile.
        |s| {
            let normalized_last = s.network.modes().last().is_some_and(|m| *m != solvable_theory::Normalization::None);
            normalized_last || (is_batch_normalized(s) && s.samples >= 96)
        },
        |s| {
            let layers = hidden_modes(&s.network)?.layers;
            let terms = layers.iter().zip(s.network.widths()).map(|(layer, &m)| m as f64 * layer.t * layer.qhat_t);
            Ok(terms.sum::<f64>())
        },
    )
    .finish()
}

/// $\Theta_D+\Theta_S$.
fn diagonal_of(setting: &FisherSetting) -> Result<f64, JudgeError> {
    let kernel = hidden_modes(&setting.network)?;
    Ok(kernel.theta_d + kernel.theta_s)
}

fn has_gain(setting: &FisherSetting) -> bool {
    setting.network.gamma() != 1.0
}

/// The same network with another $\gamma$.
fn with_gain(setting: &FisherSetting, gamma: f64) -> Result<FisherSetting, JudgeError> {
    let (modes, beta) = (setting.network.modes().to_vec(), setting.network.beta());
    Ok(FisherSetting { network: setting.network.clone().with_modes(modes, gamma, beta)?, ..setting.clone() })
}

/// The same network without any normalization.
fn bare(setting: &FisherSetting) -> Result<Architecture, JudgeError> {
    Ok(plain(&setting.network)?)
}

/// Batch normalization of both hidden layers.
const OUTLIERS: [Row; 3] = [
    ("relu", (2.0, 0.1), "bb-", 1.0, 0.0),
    ("gelu", (2.0, 0.1), "bb-", 1.0, 0.0),
    ("relu", (2.0, 0.1), "mm-", 1.0, 0.0),
];

fn outlier_cases(profile: Profile) -> Result<Vec<At<FisherSetting>>, JudgeError> {
    let size = by(profile, (400, 64, 24), (800, 96, 100));
    OUTLIERS.iter().map(|row| case(row, size)).collect()
}

/// One row at a width, a number of samples, and a number of trials.
fn case(row: &Row, (width, samples, trials): (usize, usize, usize)) -> Result<At<FisherSetting>, JudgeError> {
    Ok(At::setting(sized_label(row, width, samples), setting(row, width, samples)?, trials))
}

fn is_batch_normalized(setting: &FisherSetting) -> bool {
    setting.network.modes().contains(&solvable_theory::Normalization::BatchNorm)
}

/// The outlier of the same network without normalization, $\theta_{st}$.
fn plain_outlier(setting: &FisherSetting) -> Result<f64, JudgeError> {
    Ok(mean_field::theta(&bare(setting)?)?.theta_st)
}

fn unrefined(setting: &FisherSetting) -> Result<f64, JudgeError> {
    let kernel = hidden_modes(&setting.network)?;
    Ok(kernel.theta_s + kernel.theta_d / setting.samples as f64)
}

fn refined_outlier() -> Claim {
    Claim::about::<NormalizedOutlier>(
        "norm/hidden-top-refined",
        "With batch normalization in the hidden layers the common direction keeps an outlier of order M",
    )
    .formula(r"\tfrac1N1^\top\Theta1=N\Theta_S+\zeta,\qquad\Theta_S=M_{L-1}\hat q_{st}^{L-1}>0\ \text{where}\ E\phi\ne0")
    .sources(&[KARAKIDA_2019_NORMALIZATION])
    .cases(outlier_cases)
    .measure(|_, o| Ok(o.rayleigh))
    .predict(|s| Ok(s.samples as f64 * hidden_top_refined(&s.network, s.samples)?.outlier))
    .margin(|s, p| {
        let quick = match (is_batch_normalized(s), s.network.activation().kinks().is_empty()) {
            (true, false) => by(p, 0.01, 0.005),
            (true, true) => 0.03,
            (false, _) => 0.06,
        };
        Margin::symmetric(quick)
    })
    .rival("the outlier of the plain network", |s| Ok(s.samples as f64 * plain_outlier(s)?))
    .rival_where("to leading order in N: NΘ_S + Θ_D", is_batch_normalized, |s| Ok(s.samples as f64 * unrefined(s)?))
    .finish()
}

fn largest_eigenvalue() -> Claim {
    Claim::about::<NormalizedOutlier>(
        "norm/hidden-lambda-max",
        "Hidden normalization reduces λ_max but leaves it an outlier of order M",
    )
    .formula(r"\lambda_{\max}\simeq\Theta_S+\zeta/N")
    .sources(&[KARAKIDA_2019_NORMALIZATION])
    .cases(outlier_cases)
    .measure(|_, o| Ok(o.lambda_max))
    .predict(|s| Ok(hidden_top_refined(&s.network, s.samples)?.outlier))
    // The margin of the Rayleigh quotient, and above it the repulsion from the bulk, 0.9 % at M = 400.
    .margin(|s, _| match (is_batch_normalized(s), s.network.activation().kinks().is_empty()) {
        (true, false) => Margin::between(-0.01, 0.02),
        (true, true) => Margin::between(-0.03, 0.05),
        (false, _) => Margin::between(-0.06, 0.08),
    })
    .rival("the outlier of the plain network", plain_outlier)
    .rival_where("to leading order in N: Θ_S + Θ_D/N", is_batch_normalized, unrefined)
    .finish()
}

fn layer_norm() -> Claim {
    const ROWS: [Row; 3] = [
        ("relu", (2.0, 0.1), "ll-", 1.0, 0.0),
        ("relu", (2.0, 0.1), "ll-", 0.5, 0.0),
        ("tanh", (3.0, 0.64), "ll-", 2.0, 0.0),
    ];
    Claim::about::<NormalizedOutlier>(
        "norm/hidden-layer-norm",
        "Hidden layer normalization keeps the outlier of its own three-scalar recursion",
    )
    .formula(r"\tfrac1N1^\top\Theta1=N\Theta_S+\Theta_D,\qquad\lambda_{\max}\simeq\Theta_S+\Theta_D/N")
    .sources(&[KARAKIDA_2019_NORMALIZATION])
    .cases(|_| ROWS.iter().map(|row| case(row, (400, 64, 48))).collect())
    .components(["Rayleigh quotient", "λ_max"])
    .measure(|s, o| Ok([o.rayleigh / s.samples as f64, o.lambda_max]))
    .predict(|s| unrefined(s).map(|outlier| [outlier; 2]))
    // As for the outliers of mean subtraction: leading order, and the repulsion from the bulk.
    .margin(|_, _| Margin::between(-0.06, 0.08))
    .rival("the outlier of the plain network", |s| plain_outlier(s).map(|outlier| [outlier; 2]))
    .rival_where("γ in place of γ²", has_gain, |s| {
        unrefined(&with_gain(s, s.network.gamma().sqrt())?).map(|outlier| [outlier; 2])
    })
    .rival("as with batch normalization", |s| {
        let network = s.network.clone().with_modes(modes("bb-"), s.network.gamma(), 0.0)?;
        unrefined(&FisherSetting { network, ..s.clone() }).map(|outlier| [outlier; 2])
    })
    .finish()
}

const WIDTHS: [usize; 3] = [50, 100, 200];

fn growth_cases(rows: &[Row], profile: Profile) -> Result<Vec<At<FisherSetting>>, JudgeError> {
    let widths = by(profile, WIDTHS, [100, 200, 400]);
    rows.iter()
        .map(|row| {
            let settings = widths.iter().map(|&m| setting(row, m, m)).collect::<Result<_, _>>()?;
            Ok(At::sizes(format!("{} M=N={widths:?}", label(row)), settings, by(profile, 24, 48)))
        })
        .collect()
}

fn width(setting: &FisherSetting) -> f64 {
    setting.network.widths()[0] as f64
}

fn growth() -> Claim {
    const ROWS: [Row; 4] = [
        ("relu", (2.0, 0.1), "ll-", 1.0, 0.0),
        ("relu", (2.0, 0.1), "bb-", 1.0, 0.0),
        ("relu", (2.0, 0.1), "mm-", 1.0, 0.0),
        ("tanh", (3.0, 0.64), "ll-", 1.0, 0.0),
    ];
    Claim::about::<NormalizedOutlier>(
        "norm/hidden-growth",
        "Layer normalization, and batch normalization with activations that are not odd, leave λ_max ∝ M",
    )
    .formula(r"\lambda_{\max}\propto M^{s},\qquad s\to1")
    .sources(&[KARAKIDA_2019_NORMALIZATION])
    .cases(|p| growth_cases(&ROWS, p))
    .log_slope(width)
    .measure(|_, o| Ok(o.lambda_max))
    .predict(|s| Ok(width(s)))
    .margin(|_, _| Margin::symmetric(0.2))
    .rival("normalization removes the growth", |_| Ok(1.0))
    .rival("square-root growth", |s| Ok(width(s).sqrt()))
    .finish()
}

fn odd_activations() -> Claim {
    const ROWS: [Row; 2] = [("tanh", (3.0, 0.64), "bb-", 1.0, 0.0), ("relu", (2.0, 0.1), "bbm", 1.0, 0.0)];
    Claim::about::<NormalizedOutlier>(
        "norm/hidden-flat",
        "With an odd activation hidden batch normalization removes the growth; so does mean subtraction on top of it",
    )
    .formula(r"\Theta_S=0:\qquad\lambda_{\max}\propto M^{s},\qquad s\to0")
    .sources(&[KARAKIDA_2019_NORMALIZATION])
    .cases(|p| growth_cases(&ROWS, p))
    .log_slope(width)
    .measure(|_, o| Ok(o.lambda_max))
    .predict(|_| Ok(1.0))
    .margin(|_, _| Margin::symmetric(0.2))
    .rival("hidden batch normalization never helps", |s| Ok(width(s)))
    .finish()
}
