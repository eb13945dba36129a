use solvable_theory::bibliography::{KARAKIDA_2019_UNIVERSAL, POOLE_2016, SCHOENHOLZ_2017};
use solvable_theory::mean_field::{self, FimStatistics};
use solvable_theory::{Activation, Architecture, TheoryError};

use crate::experiments::{DeepSignals, LAYERS};
use solvable_engine::verify::{At, Claim, JudgeError, Margin, Profile};
use solvable_shared::{DataFisherSetting, Fisher, FisherSetting};
use solvable_shared::{asked, by, has_large_biases, label_of, large_biases, own_data, proportional};
use solvable_simulate::data::Dataset;

pub(crate) mod motion;

pub(super) fn all() -> Vec<Claim> {
    let mut claims = vec![
        mean_eigenvalue(),
        second_moment(),
        second_moment_without_bias(),
        largest_eigenvalue(),
        growth_of_the_largest_eigenvalue(),
        bias_block(),
        forward_correlations(),
        backward_growth(),
    ];
    claims.extend(motion::claims());
    claims.extend(own_data::claims("mf/digits", digits));
    claims
}

/// The real inputs of the standing claims: the first images of the shipped digits.
fn digits(profile: Profile) -> Result<Vec<At<DataFisherSetting>>, JudgeError> {
    let (width, samples, trials) = by(profile, (400, 40, 512), (1000, 100, 200));
    let digits = Dataset::digits().and_then(|d| d.scaled_head(samples))?;
    own_data::cases(&digits, width, trials)
}

/// A network of the verified table: activation, hidden and input widths in units of $M$, $\sigma_w^2$, $\sigma_b^2$, $C$.
type Row = (&'static str, &'static [f64], f64, f64, usize);

const NETWORKS: [Row; 6] = [
    ("tanh", &[1.0, 1.0, 1.0], 3.0, 0.64, 2),
    ("erf(0.7071067811865476)", &[1.0, 1.0, 1.0], 2.0, 0.3, 2),
    ("relu", &[1.0, 1.0, 1.0], 2.0, 0.1, 2),
    ("linear", &[1.0, 1.0, 1.0], 1.0, 0.1, 2),
    ("gelu", &[1.0, 1.5], 2.0, 0.1, 1),
    ("relu", &[1.0, 0.5, 1.5, 1.0], 2.0, 0.1, 1),
];

fn network(
    &(name, multiples, sigma_w2, sigma_b2, classes): &Row,
    width: usize,
) -> Result<Architecture, TheoryError> {
    let hidden = multiples.iter().map(|m| (m * width as f64) as usize);
    Architecture::new(hidden.chain([classes]).collect(), name.parse::<Activation>()?, sigma_w2, sigma_b2)
}

/// The networks with trained biases: $M=400$, $N=40$ (quick), $M=1000$, $N=100$ and ten classes on top (full).
fn networks(profile: Profile) -> Result<Vec<At<FisherSetting>>, JudgeError> {
    let (width, samples) = by(profile, (400, 40), (1000, 100));
    let ten_classes: Row = ("tanh", &[1.0, 1.0, 1.0], 3.0, 0.64, 10);
    let rows = NETWORKS.iter().chain((profile == Profile::Full).then_some(&ten_classes));
    rows.map(|row| {
        let setting = FisherSetting { network: network(row, width)?.with_trained_biases(true), samples };
        let label = format!("{} L={} M={width} C={}", label_of(row.0), row.1.len(), row.4);
        // The four-layer network fluctuates twice as much as the others.
        let trials = by(profile, 64, 100) * if row.1.len() == 4 { 4 } else { 1 };
        Ok(At::setting(label, setting, trials))
    })
    .collect()
}

/// Networks in which biases carry a third of the sharpness, and two samples: small weights, and large biases.
fn extremes(profile: Profile) -> Result<Vec<At<FisherSetting>>, JudgeError> {
    let trials = by(profile, 200, 600);
    let few = network(&("relu", &[1.0, 1.0, 1.0], 2.0, 2.0, 2), by(profile, 400, 1000))?;
    let label = format!("relu L=3 M={} C=2 N={FEW} σ_b²=2", few.widths()[0]);
    let few = FisherSetting { network: few.with_trained_biases(true), samples: FEW };
    Ok(vec![
        At::setting("tanh L=3 M=100 C=2 σ_w²=0.1 σ_b²=0.02", large_biases()?, trials),
        // A rival that differs by N / (N - 1) in one of two terms.
        At::setting(label, few, by(profile, 400, trials)),
    ])
}

/// Samples so few that $N$ and $N-1$ differ by more than any margin.
const FEW: usize = 2;

fn are_few(setting: &FisherSetting) -> bool {
    setting.samples == FEW
}

/// The theory of weights alone.
fn without_biases(setting: &FisherSetting) -> Result<FimStatistics, JudgeError> {
    let network = setting.network.clone().with_trained_biases(false);
    let weights = mean_field::fim_statistics(&network, setting.samples)?;
    // The mean squares are over all parameters, those of the biases included.
    let share = network.parameter_count() as f64 / setting.network.parameter_count() as f64;
    Ok(FimStatistics { m_lambda: weights.m_lambda * share, s_lambda: weights.s_lambda * share, ..weights })
}

fn statistics(setting: &FisherSetting) -> Result<FimStatistics, JudgeError> {
    Ok(mean_field::fim_statistics(&setting.network, setting.samples)?)
}

fn mean_eigenvalue() -> Claim {
    Claim::about::<Fisher>("mf/m-lambda", "The mean eigenvalue of the Fisher information is C θ_t / P, of order 1/M")
        .formula(r"m_\lambda = \frac{C\theta_t}{P},\qquad \theta_t=\sum_{l=1}^L\tilde q^l_t\,(M_{l-1}\hat q^{l-1}_t+\beta)")
        .sources(&[KARAKIDA_2019_UNIVERSAL])
        .cases(|profile| Ok([networks(profile)?, extremes(profile)?].concat()))
        .measure(|_, o| Ok(o.m_lambda))
        .predict(|s| Ok(statistics(s)?.m_lambda))
        .margin(|_, profile| Margin::symmetric(by(profile, 0.05, 0.02)))
        .rival_where("without the biases", has_large_biases, |s| Ok(without_biases(s)?.m_lambda))
        .rival("the last layer counted as wide as the others in P", |s| {
            let widths = s.network.widths();
            let last = widths[widths.len() - 2] as f64;
            let wide = s.network.parameter_count() as f64 + last * (last - s.network.classes() as f64);
            Ok(statistics(s)?.m_lambda * s.network.parameter_count() as f64 / wide)
        })
        .rival("overlaps of different samples in place of norms", |s| {
            let all = statistics(s)?;
            Ok(all.m_lambda * all.theta_st / all.theta_t)
        })
        .finish()
}

fn second_moment() -> Claim {
    Claim::about::<Fisher>("mf/s-lambda", "The second moment of the eigenvalues is of order 1")
        .formula(
            r"s_\lambda = \frac CP\left[\frac{\theta_t^2}{N}+\frac{N-1}{N}\theta_{st}^2\right],\qquad
              \theta_{st}=\sum_{l=1}^L\tilde q^l_{st}\,(M_{l-1}\hat q^{l-1}_{st}+\beta)",
        )
        .sources(&[KARAKIDA_2019_UNIVERSAL])
        .cases(|profile| {
            let cases = [networks(profile)?, extremes(profile)?].concat();
            if profile == Profile::Quick {
                return Ok(cases);
            }
            // The linear network's correction is the largest, 45/M at N = 40, and grows with N because its κ_2 is small
            // (about 85/M at N = 100). It meets the full margin at M = 2000, N = 40.
            let network = network(&NETWORKS[3], 2000)?.with_trained_biases(true);
            let wide = FisherSetting { network, samples: 40 };
            let rest = cases.into_iter().filter(|case| !case.label().starts_with("linear"));
            Ok(rest.chain([At::setting("linear L=3 M=2000 N=40 C=2", wide, 100)]).collect())
        })
        .measure(|_, o| Ok(o.s_lambda))
        .predict(|s| Ok(statistics(s)?.s_lambda))
        .margin(|s, profile| match profile {
            // Of two samples the overlaps are half of everything, and the widths' correction is small.
            Profile::Quick if are_few(s) => Margin::symmetric(0.08),
            Profile::Quick => Margin::between(-0.08, 0.20),
            Profile::Full => Margin::symmetric(0.05),
        })
        .rival_where("without the biases", has_large_biases, |s| Ok(without_biases(s)?.s_lambda))
        .rival_where("N overlapping samples in place of N − 1", are_few, |s| {
            let all = statistics(s)?;
            let n = s.samples as f64;
            let square = all.theta_t.powi(2) / n + all.theta_st.powi(2);
            Ok(s.network.classes() as f64 / s.network.parameter_count() as f64 * square)
        })
        .rival("different samples taken as orthogonal: θ_t²/N alone", |s| {
            let all = statistics(s)?;
            let p = s.network.parameter_count() as f64;
            Ok(s.network.classes() as f64 * all.theta_t.powi(2) / (p * s.samples as f64))
        })
        .rival("all samples taken as equal: θ_t² throughout", |s| {
            let all = statistics(s)?;
            Ok(s.network.classes() as f64 * all.theta_t.powi(2) / s.network.parameter_count() as f64)
        })
        .finish()
}

fn second_moment_without_bias() -> Claim {
    Claim::about::<Fisher>(
        "mf/s-variance",
        "Without overlaps on average (odd φ, no biases) the fluctuations of the kernel make the second moment",
    )
    .formula(
        r"s_\lambda=\frac{C}{PN^2}\left[N\theta_t^2+N(N-1)\,\mathrm{Var}\,\Theta_{nn'}\right],\qquad
          \mathrm{Var}\,\Theta_{nn'}=\sum_{l,m}c_lc_m\Big(\prod_{j=\min+1}^{\max}b_j^2\sigma_w^2\Big)V_{\min(l,m)}",
    )
    .sources(&[KARAKIDA_2019_UNIVERSAL])
    .cases(|profile| {
        let (width, trials) = by(profile, (200, 128), (1000, 96));
        [("linear", 3, 1.0), ("erf(0.7071067811865476)", 3, 2.0), ("tanh", 3, 3.0), ("sine", 2, 2.0)]
            .into_iter()
            .map(|(name, depth, sigma_w2)| {
                let widths = [vec![width; depth], vec![1]].concat();
                let network = Architecture::new(widths, name.parse()?, sigma_w2, 0.0)?;
                let label = format!("{} L={depth} M=N={width}", label_of(name));
                Ok(At::setting(label, FisherSetting { network, samples: width }, trials))
            })
            .collect()
    })
    .measure(|_, o| Ok(o.s_lambda))
    .predict(|s| Ok(mean_field::s_variance(&s.network, s.samples)?.s_lambda))
    .margin(|_, profile| Margin::symmetric(by(profile, 0.10, 0.04)))
    .rival("no fluctuations off the diagonal", |s| Ok(statistics(s)?.s_lambda))
    .finish()
}

fn largest_eigenvalue() -> Claim {
    Claim::about::<Fisher>("mf/lambda-max", "The C largest eigenvalues are outliers of order M")
        .formula(r"\lambda_{\max}=\frac{\theta_t+(N-1)\theta_{st}}{N}\quad(C\text{-fold}),\qquad \eta_c=\frac2{\lambda_{\max}}")
        .sources(&[KARAKIDA_2019_UNIVERSAL])
        .cases(|profile| Ok([networks(profile)?, extremes(profile)?].concat()))
        .measure(|_, o| Ok(o.lambda_top))
        .predict(|s| Ok(statistics(s)?.lambda_max))
        .margin(|s, profile| {
            let noisy = matches!(s.network.activation().to_string().as_str(), "relu" | "linear");
            Margin::symmetric(by(profile, if noisy { 0.08 } else { 0.06 }, 0.03))
        })
        .rival_where("without the biases", has_large_biases, |s| Ok(without_biases(s)?.lambda_max))
        .rival_where("N overlapping samples in place of N − 1", are_few, |s| {
            let all = statistics(s)?;
            Ok(all.theta_t / s.samples as f64 + all.theta_st)
        })
        .rival("norms in place of overlaps: λ_max = αMκ_1", |s| Ok(statistics(s)?.theta_t))
        .rival_where(
            "without the diagonal: λ_max = αMκ_2",
            // Elsewhere κ_1/(Nκ_2) is below the margin and the two laws coincide within it.
            |s| (is_tanh(s) && !has_large_biases(s)) || are_few(s),
            |s| Ok(statistics(s)?.theta_st),
        )
        .finish()
}

fn growth_of_the_largest_eigenvalue() -> Claim {
    Claim::about::<Fisher>("mf/lambda-max-growth", "λ_max grows in proportion to the width, at N = M")
        .formula(r"\lambda_{\max}\propto M^{s},\qquad s\to1")
        .sources(&[KARAKIDA_2019_UNIVERSAL])
        .cases(|profile| proportional(by(profile, &[50, 100, 200], &[200, 400, 1000]), by(profile, 64, 96)))
        .log_slope(|s| s.network.widths()[0] as f64)
        .measure(|_, o| Ok(o.lambda_max))
        .predict(|s| Ok(statistics(s)?.lambda_max))
        .margin(|_, profile| Margin::symmetric(by(profile, 0.12, 0.05)))
        .rival("independent of the width", |_| Ok(1.0))
        .rival("a random matrix without structure: √M", |s| Ok((s.network.widths()[0] as f64).sqrt()))
        .finish()
}

fn bias_block() -> Claim {
    Claim::about::<Fisher>("mf/bias-block", "A bias adds its backward signals alone, without the width")
        .formula(
            r"\sum_l\delta^l\cdot\delta^{l\prime}=\sum_l\tilde q^l_{t}\ \text{or}\ \sum_l\tilde q^l_{st}",
        )
        .sources(&[KARAKIDA_2019_UNIVERSAL])
        .cases(|profile| {
            let tanh = networks(profile)?.into_iter().filter(|case| case.label().starts_with("tanh"));
            Ok(tanh.collect())
        })
        .components(["same sample", "different samples"])
        .measure(|_, o| {
            Ok([asked(o.bias_diagonal, "bias_diagonal")?, asked(o.bias_off_diagonal, "bias_off_diagonal")?])
        })
        .predict(|s| {
            let order = mean_field::order_parameters(s.network.scales(), s.network.depth())?;
            Ok([order.qtilde_t.iter().sum::<f64>(), order.qtilde_st.iter().sum()])
        })
        .margin(|_, profile| Margin::symmetric(by(profile, 0.05, 0.02)))
        .rival("weighted by the forward signals", |s| {
            let order = mean_field::order_parameters(s.network.scales(), s.network.depth())?;
            let weigh =
                |back: &[f64], forward: &[f64]| back.iter().zip(forward).map(|(b, f)| b * f).sum::<f64>();
            Ok([weigh(&order.qtilde_t, &order.qhat_t), weigh(&order.qtilde_st, &order.qhat_t)])
        })
        .finish()
}

fn deep(profile: Profile) -> Result<Vec<At<FisherSetting>>, JudgeError> {
    let (width, trials) = by(profile, (400, 48), (1000, 96));
    [("tanh", 3.0, 0.64), ("erf(0.7071067811865476)", 4.0, 0.1)]
        .into_iter()
        .map(|(name, sigma_w2, sigma_b2)| {
            // Twenty hidden layers; the output layer is of width 1 and carries no signal of interest.
            let widths = [vec![width; 21], vec![1]].concat();
            let network = Architecture::new(widths, name.parse()?, sigma_w2, sigma_b2)?;
            Ok(At::setting(
                format!("{} L=21 M={width}", label_of(name)),
                FisherSetting { network, samples: 8 },
                trials,
            ))
        })
        .collect()
}

/// $c^l=q^l_{st}/q^l_t$ at the layers $1..L+1$.
fn correlations(setting: &FisherSetting) -> Result<Vec<f64>, JudgeError> {
    let order = mean_field::order_parameters(setting.network.scales(), setting.network.depth() + 1)?;
    Ok(order.q_st.iter().zip(&order.q_t).map(|(st, t)| st / t).collect())
}

fn forward_correlations() -> Claim {
    Claim::about::<DeepSignals>("mf/correlations", "Correlations of deep signals follow the correlation map")
        .formula(r"c^l=\frac{q^l_{st}}{q^l_t},\qquad q^{l}=\sigma_w^2K_\phi(q^{l-1}_t,q^{l-1}_t,q^{l-1})+\sigma_b^2")
        .sources(&[POOLE_2016, SCHOENHOLZ_2017])
        .cases(deep)
        .by_difference()
        .components(LAYERS.map(|l| format!("layer {l}")))
        .measure(|_, o| Ok(LAYERS.map(|l| o.correlations[l - 1])))
        .predict(|s| correlations(s).map(|c| LAYERS.map(|l| c[l - 1])))
        .margin(|s, profile| {
            let quick = if is_tanh(s) { 0.03 } else { 0.05 };
            Margin::symmetric(by(profile, quick, 0.5 * quick))
        })
        // In the chaotic network the correlations move by less than the margin per layer.
        .rival_where("one layer ahead", is_tanh, |s| correlations(s).map(|c| LAYERS.map(|l| c[l])))
        .rival("no biases: orthogonal inputs stay orthogonal", |_| Ok(LAYERS.map(|_| 0.0)))
        .finish()
}

fn backward_growth() -> Claim {
    Claim::about::<DeepSignals>("mf/backward-growth", "Backward signals grow or decay by χ_1 per layer")
        .formula(r"\frac{\mathrm d\ln\|\delta^l\|^2}{\mathrm d(-l)}=\ln\chi_1,\qquad\chi_1=\sigma_w^2E[\phi'(\sqrt{q^*}z)^2]")
        .sources(&[SCHOENHOLZ_2017])
        .cases(deep)
        .by_difference()
        .measure(|_, o| Ok(o.backward_growth))
        .predict(|s| Ok(fixed_point(s)?.chi_1.ln()))
        // Four standard errors of four reference networks.
        .margin(|_, profile| Margin::symmetric(by(profile, 0.05, 0.025)))
        .rival("governed by the forward stability χ_q", |s| Ok(fixed_point(s)?.chi_q.ln()))
        .finish()
}

fn fixed_point(setting: &FisherSetting) -> Result<mean_field::FixedPoint, JudgeError> {
    let stable = mean_field::fixed_points(setting.network.scales())?.into_iter().next();
    stable.ok_or_else(|| JudgeError::Other("no fixed point".into()))
}

fn is_tanh(setting: &FisherSetting) -> bool {
    setting.network.activation() == &Activation::tanh()
}
