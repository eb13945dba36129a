//! Mean subtraction, batch and layer normalization of the last layer.

use solvable_theory::bibliography::{FAN_2020, KARAKIDA_2019_NORMALIZATION};
use solvable_theory::normalization::{
    edge_proportional, last_batch_norm_given, last_layer_norm_bound, last_layer_norm_outliers,
    last_ln_population, last_mean_subtraction,
};
use solvable_theory::{Architecture, Normalization, mean_field};

use crate::experiments::{
    GaussianOutputs, GaussianOutputsSetting, LastBatchNorm, LastLayerIdentities, LayerNormOutliers,
    NormalizedOutput, NormalizedOutputOutcome,
};
use crate::settings::{equal_widths, modes};
use solvable_engine::verify::{At, Claim, JudgeError, Margin, Profile};
use solvable_shared::proportional;
use solvable_shared::{Fisher, FisherSetting};
use solvable_shared::{asked, by, label_of};
use solvable_simulate::gram::output_variances;
use solvable_simulate::linalg::Matrix;

pub(crate) fn claims() -> Vec<Claim> {
    vec![
        projection_identity(),
        affine_units(),
        mean_subtraction_mean(),
        mean_subtraction_second_moment(),
        batch_norm_mean(),
        edge(),
        flatness(),
        batch_norm_flatness(),
        growth_at_fixed_samples(),
        layer_norm_sum(),
        layer_norm_largest(),
        layer_norm_population(),
        squared_gain(),
    ]
}

const RELU: (f64, f64) = (2.0, 0.1);
const TANH: (f64, f64) = (3.0, 0.64);

fn identity_cases(patterns: &'static [&'static str]) -> Result<Vec<At<FisherSetting>>, JudgeError> {
    let mut cases = Vec::new();
    for pattern in patterns {
        for name in ["tanh", "relu"] {
            let network = Architecture::new(vec![20, 30, 25, 4], name.parse()?, 2.0, 0.3)?.with_modes(
                modes(pattern),
                1.3,
                0.0,
            )?;
            cases.push(At::setting(format!("{name} {pattern}"), FisherSetting { network, samples: 10 }, 8));
        }
    }
    Ok(cases)
}

fn projection_identity() -> Claim {
    Claim::about::<LastLayerIdentities>(
        "norm/last-layer-projection",
        "Normalizing the last layer projects the dual Fisher matrix, exactly and at any width",
    )
    .formula(
        r"F^*=\tfrac1N(I_C\otimes H)\Theta(I_C\otimes H);\qquad
          F^*_{kk'}=\tfrac{\gamma^2}{N\sigma_k\sigma_{k'}}\Pi_k\Theta_{kk'}\Pi_{k'};\qquad
          F^*_{nn'}=\tfrac1NJ(n)\Theta_{nn'}J(n')",
    )
    .sources(&[KARAKIDA_2019_NORMALIZATION])
    .cases(|_| identity_cases(&["--m", "--b", "--l"]))
    .identity()
    .components(["trace", "Frobenius norm", "largest eigenvalue"])
    .measure(|_, o| Ok(o.normalized))
    .predict_given(|_, o| Ok(o.projected))
    .margin(|_, _| Margin::symmetric(1e-10))
    .rival_given("no projection", |_, o| Ok(o.plain))
    .finish()
}

fn affine_units() -> Claim {
    Claim::about::<LastLayerIdentities>(
        "norm/last-bn-affine",
        "Training γ_k, β_k of a batch-normalized last layer adds exactly 2C eigenvalues equal to 1",
    )
    .formula(r"F^*_{kk}\mathrel{+}=\tfrac1N(11^\top+\hat u_k\hat u_k^\top)")
    .sources(&[KARAKIDA_2019_NORMALIZATION])
    .cases(|_| identity_cases(&["--b"]))
    .identity()
    .by_difference()
    .measure(|_, o| asked(o.units, "units"))
    .predict(|s| Ok(2.0 * s.network.classes() as f64))
    .margin(|_, _| Margin::symmetric(0.5))
    .rival("one for each class", |s| Ok(s.network.classes() as f64))
    .finish()
}

/// Fixed $N=16$, three layers.
fn fixed_samples(
    width: usize,
    trials: usize,
    ten_classes: bool,
) -> Result<Vec<At<FisherSetting>>, JudgeError> {
    let mut rows = vec![("tanh", TANH, 2), ("relu", RELU, 2)];
    if ten_classes {
        rows.push(("relu", RELU, 10));
    }
    rows.into_iter()
        .map(|(name, scales, classes)| {
            let network = equal_widths(name, scales, 3, width, classes)?;
            let label = format!("{name} L=3 M={width} N=16 C={classes}");
            Ok(At::setting(label, FisherSetting { network, samples: 16 }, trials))
        })
        .collect()
}

/// So few that $N$ and $N-1$ differ by several margins.
fn few_samples() -> Result<Vec<At<FisherSetting>>, JudgeError> {
    let network = equal_widths("tanh", TANH, 3, 1600, 2)?;
    Ok(vec![At::setting("tanh L=3 M=1600 N=4 C=2", FisherSetting { network, samples: 4 }, 48)])
}

fn are_few(setting: &FisherSetting) -> bool {
    setting.samples == 4
}

/// $N/(N-1)$: the error of one eigenvalue more for each class.
fn one_more(setting: &FisherSetting) -> f64 {
    let n = setting.samples as f64;
    n / (n - 1.0)
}

fn mean_subtraction_mean() -> Claim {
    Claim::about::<Fisher>(
        "norm/last-ms-m-lambda",
        "Mean subtraction in the last layer leaves the mean of the difference θ_t − θ_st",
    )
    .formula(r"m_\lambda=\frac{C\,\Theta_D(N-1)}{NP},\qquad\Theta_D=\theta_t-\theta_{st}=\alpha M(\kappa_1-\kappa_2)")
    .sources(&[KARAKIDA_2019_NORMALIZATION])
    .cases(|p| Ok([fixed_samples(by(p, 400, 1000), by(p, 48, 100), true)?, few_samples()?].concat()))
    .measure(|_, o| asked(o.ms_m_lambda, "ms_m_lambda"))
    .predict(|s| Ok(last_mean_subtraction(&s.network, s.samples)?.m_lambda))
    .margin(|_, p| Margin::symmetric(by(p, 0.06, 0.03)))
    .rival_where("N eigenvalues for each class in place of N − 1", are_few, |s| {
        Ok(last_mean_subtraction(&s.network, s.samples)?.m_lambda * one_more(s))
    })
    .rival("without subtracting κ_2", |s| Ok(kept_overlap(s)? * last_mean_subtraction(&s.network, s.samples)?.m_lambda))
    .finish()
}

/// $\theta_t/(\theta_t-\theta_{st})$: the error of forgetting the overlap.
fn kept_overlap(setting: &FisherSetting) -> Result<f64, JudgeError> {
    let theta = mean_field::theta(&setting.network)?;
    Ok(theta.theta_t / (theta.theta_t - theta.theta_st))
}

fn mean_subtraction_second_moment() -> Claim {
    Claim::about::<Fisher>(
        "norm/last-ms-s-lambda",
        "Mean subtraction in the last layer leaves C(N − 1) nearly equal eigenvalues",
    )
    .formula(r"s_\lambda\to\frac{C\,\Theta_D^2(N-1)}{N^2P}")
    .sources(&[KARAKIDA_2019_NORMALIZATION])
    .cases(|p| Ok([fixed_samples(1600, by(p, 32, 100), false)?, few_samples()?].concat()))
    .measure(|_, o| asked(o.ms_s_lambda, "ms_s_lambda"))
    .predict(|s| Ok(last_mean_subtraction(&s.network, s.samples)?.s_lambda))
    .margin(|_, p| Margin::symmetric(by(p, 0.08, 0.04)))
    .rival_where("N eigenvalues for each class in place of N − 1", are_few, |s| {
        Ok(last_mean_subtraction(&s.network, s.samples)?.s_lambda * one_more(s))
    })
    .rival("without subtracting κ_2", |s| {
        Ok(kept_overlap(s)?.powi(2) * last_mean_subtraction(&s.network, s.samples)?.s_lambda)
    })
    .rival("the outlier stays", |s| Ok(mean_field::fim_statistics(&s.network, s.samples)?.s_lambda))
    .finish()
}

fn batch_norm_mean() -> Claim {
    Claim::about::<Fisher>(
        "norm/last-bn-m-lambda",
        "Batch normalization in the last layer leaves N − 2 eigenvalues per class, scaled by 1/σ_k²",
    )
    .formula(r"m_\lambda=\frac{\gamma^2\Theta_D(N-2)}{NP}\sum_k\sigma_k^{-2}\quad\text{given the measured }\sigma_k")
    .sources(&[KARAKIDA_2019_NORMALIZATION])
    .cases(|p| fixed_samples(by(p, 400, 1000), by(p, 48, 100), true))
    .measure(|_, o| asked(o.bn_m_lambda, "bn_m_lambda"))
    .predict_given(|s, o| {
        Ok(last_batch_norm_given(&s.network, s.samples, 1.0, asked(o.bn_variances.as_deref(), "bn_variances")?)?.m_lambda)
    })
    .margin(|_, p| Margin::symmetric(by(p, 0.06, 0.03)))
    .rival_given("without subtracting κ_2", |s, o| {
        let given = last_batch_norm_given(&s.network, s.samples, 1.0, asked(o.bn_variances.as_deref(), "bn_variances")?)?;
        Ok(kept_overlap(s)? * given.m_lambda)
    })
    .finish()
}

fn edge() -> Claim {
    Claim::about::<Fisher>(
        "norm/edge",
        "With N in proportion to M the largest eigenvalue is the edge of a nested Marchenko–Pastur law",
    )
    .formula(
        r"\lambda_+=\frac1N\min_{0<g<g_{\max}}\Big[\frac1g+r+\frac{M_0\hat a_0}{1-\hat a_0Ng}
          +\sum_{l\ge1}M_l\Big\langle\frac{\hat a_ls_l^2}{1-\hat a_lT_l}\Big\rangle\Big]",
    )
    .sources(&[KARAKIDA_2019_NORMALIZATION, FAN_2020])
    .cases(|p| {
        let rows = [
            ("linear", (1.0, 0.0), 2),
            ("linear", (1.0, 0.0), 3),
            ("erf(0.7071067811865476)", (2.0, 0.0), 2),
            ("erf(0.7071067811865476)", (2.0, 0.0), 3),
            ("tanh", (3.0, 0.0), 2),
            ("sine", (2.0, 0.0), 2),
            ("relu", (2.0, 0.0), 2),
            ("gelu", (2.0, 0.2), 2),
        ];
        let (width, trials) = by(p, (400, 24), (1000, 24));
        let square = rows.into_iter().map(|(name, scales, depth)| {
            let network = equal_widths(name, scales, depth, width, 1)?;
            let label = format!("{} L={depth} M=N={width}", label_of(name));
            // Deeper networks fluctuate more.
            let trials = if depth >= 3 { 2 * trials } else { trials };
            Ok(At::setting(label, FisherSetting { network, samples: width }, trials))
        });
        square.chain(oblong()).collect()
    })
    // Of one output the largest eigenvalue; several split a common edge.
    .measure(|_, o| asked(o.ms_lambda_top, "ms_lambda_top"))
    .predict(|s| Ok(edge_proportional(&s.network, s.samples)?))
    .margin(|s, p| match p {
        // Several outputs are not quite orthogonal: the factor of finite widths, (1 + √(κC/M))² at most.
        _ if s.network.classes() > 1 => Margin::between(-0.05, 0.1),
        // As small as this in both profiles.
        _ if !is_square(s) => Margin::between(-0.08, 0.03),
        // The finite-size shift is negative, of order N^(-2/3), and grows with depth.
        Profile::Quick if s.network.depth() >= 3 => Margin::between(-0.10, 0.03),
        Profile::Quick => Margin::between(-0.08, 0.03),
        Profile::Full => Margin::between(-0.04, 0.03),
    })
    .rival_where(
        "N/M inverted",
        |s| !is_square(s),
        |s| {
            let width = s.network.widths()[0] as f64;
            let inverted = width * width / s.samples as f64;
            Ok(edge_proportional(&s.network, inverted as usize)? * inverted / s.samples as f64)
        },
    )
    .rival_where(
        "ratios of widths inverted",
        |s| !is_square(s),
        |s| {
            let width = s.network.widths()[0];
            let hidden = s.network.widths()[1..s.network.depth()].iter().map(|m| width * width / m);
            let widths = [vec![width], hidden.collect(), vec![s.network.classes()]].concat();
            let scales = s.network.scales();
            let network =
                Architecture::new(widths, s.network.activation().clone(), scales.sigma_w2, scales.sigma_b2)?;
            Ok(edge_proportional(&network, s.samples)?)
        },
    )
    .rival("no spread: λ_max = Θ_D/N", |s| Ok(last_mean_subtraction(&s.network, s.samples)?.lambda_max))
    .rival("the upper bound √(C(N−1)) Θ_D/N taken as a value", |s| {
        Ok(last_mean_subtraction(&s.network, s.samples)?.upper_bound)
    })
    .finish()
}

/// Unequal widths with five times fewer and five times more samples than inputs, and three outputs.
fn oblong() -> Vec<Result<At<FisherSetting>, JudgeError>> {
    let (width, trials) = (150, 48);
    let rows = [
        ("tanh", vec![width, 2 * width], 5 * width, 1),
        ("erf", vec![4 * width, 2 * width], 4 * width / 5, 3),
    ];
    let at = |(name, mut widths, samples, classes): (&str, Vec<usize>, usize, usize)| {
        let label = format!("{name} M={widths:?} N={samples} C={classes}");
        widths.push(classes);
        let network = Architecture::new(widths, name.parse()?, 2.0, 0.0)?;
        Ok(At::setting(label, FisherSetting { network, samples }, trials))
    };
    rows.into_iter().map(at).collect()
}

fn is_square(setting: &FisherSetting) -> bool {
    setting.samples == setting.network.widths()[0]
}

fn flatness() -> Claim {
    Claim::about::<Fisher>(
        "norm/last-ms-flat",
        "With mean subtraction in the last layer λ_max does not grow with the width, at N = M",
    )
    .formula(r"\lambda_{\max}\propto M^{s},\qquad s\to0")
    .sources(&[KARAKIDA_2019_NORMALIZATION])
    .cases(|p| proportional(by(p, &[50, 100, 200], &[200, 400, 1000]), by(p, 64, 24)))
    .log_slope(|s| s.network.widths()[0] as f64)
    .measure(|_, o| asked(o.ms_lambda_max, "ms_lambda_max"))
    .predict(|_| Ok(1.0))
    .margin(|_, p| Margin::symmetric(by(p, 0.2, 0.06)))
    .rival("as without normalization", |s| Ok(mean_field::fim_statistics(&s.network, s.samples)?.lambda_max))
    .rival("like the upper bound, √M", |s| Ok((s.network.widths()[0] as f64).sqrt()))
    .finish()
}

fn batch_norm_flatness() -> Claim {
    Claim::about::<LastBatchNorm>(
        "norm/last-bn-flat",
        "With batch normalization in the last layer λ_max does not grow with the width either, at N = M",
    )
    .formula(r"\lambda_{\max}\propto M^{s},\qquad s\to0")
    .sources(&[KARAKIDA_2019_NORMALIZATION])
    .cases(|p| proportional(by(p, &[50, 100, 200], &[200, 400, 1000]), by(p, 64, 24)))
    .log_slope(|s| s.network.widths()[0] as f64)
    .measure(|_, o| Ok(o.lambda_max))
    .predict(|_| Ok(1.0))
    .margin(|_, _| Margin::symmetric(0.2))
    .rival("as without normalization", |s| Ok(mean_field::fim_statistics(&s.network, s.samples)?.lambda_max))
    .rival("like the upper bound, √M", |s| Ok((s.network.widths()[0] as f64).sqrt()))
    .finish()
}

fn growth_at_fixed_samples() -> Claim {
    Claim::about::<Fisher>(
        "norm/last-ms-fixed-samples",
        "At fixed N the largest eigenvalue still grows with the width, along the edge",
    )
    .formula(r"\frac{\mathrm d\ln\lambda_{\max}}{\mathrm d\ln M}=\frac{\mathrm d\ln\lambda_+(M,N)}{\mathrm d\ln M}")
    .sources(&[KARAKIDA_2019_NORMALIZATION])
    .cases(|p| {
        let widths = by(p, [50, 100, 200, 400], [200, 400, 800, 1600]);
        let settings = widths.map(|m| {
            let network = equal_widths("tanh", TANH, 3, m, 1)?;
            Ok::<_, JudgeError>(FisherSetting { network, samples: 50 })
        });
        let settings = settings.into_iter().collect::<Result<Vec<_>, _>>()?;
        Ok(vec![At::sizes(format!("tanh L=3 N=50 M={widths:?}"), settings, by(p, 64, 100))])
    })
    .log_slope(|s| s.network.widths()[0] as f64)
    .measure(|_, o| asked(o.ms_lambda_max, "ms_lambda_max"))
    .predict(|s| Ok(edge_proportional(&s.network, s.samples)?))
    // The margin of slopes of growing laws, as declared for λ_max without normalization.
    .margin(|_, p| Margin::symmetric(by(p, 0.12, 0.05)))
    .rival("flat in M at fixed N", |_| Ok(1.0))
    .rival("in proportion to M", |s| Ok(s.network.widths()[0] as f64))
    .finish()
}

fn layer_norm_cases(profile: Profile) -> Result<Vec<At<FisherSetting>>, JudgeError> {
    let (width, trials) = by(profile, (400, 40), (1000, 128));
    let mut cases = Vec::new();
    for (name, scales) in [("relu", RELU), ("tanh", TANH)] {
        for classes in [4, 6, 10] {
            let network = equal_widths(name, scales, 3, width, classes)?;
            let label = format!("{name} M={width} N=40 C={classes}");
            cases.push(At::setting(label, FisherSetting { network, samples: 40 }, trials));
        }
    }
    Ok(cases)
}

fn layer_norm_sum() -> Claim {
    Claim::about::<LayerNormOutliers>(
        "norm/last-ln-outliers",
        "Layer normalization of the outputs leaves C − 1 outliers, given the outputs",
    )
    .formula(
        r"F^*=\tfrac1N\big[\Theta_D\,\mathrm{blockdiag}(J(n)^2)+\theta_{st}SS^\top\big],\qquad
          J(n)=\tfrac{\gamma}{\sigma(n)}\Big(I_C-\tfrac{11^\top}C-\tfrac{\hat u\hat u^\top}C\Big)",
    )
    .sources(&[KARAKIDA_2019_NORMALIZATION])
    .cases(layer_norm_cases)
    .measure(|_, o| Ok(o.top_sum))
    .predict_given(|s, o| Ok(last_layer_norm_outliers(&s.network, 1.0, &o.outputs)?.iter().sum::<f64>()))
    .margin(|_, p| Margin::symmetric(by(p, 0.09, 0.04)))
    .rival_given("norms in place of overlaps", |s, o| {
        let theta = mean_field::theta(&s.network)?;
        let sum: f64 = last_layer_norm_outliers(&s.network, 1.0, &o.outputs)?.iter().sum();
        Ok(sum * theta.theta_t / theta.theta_st)
    })
    .rival_where(
        "the outliers of the plain outputs",
        // With few classes the outlier is dominated by the rare sample of small variance, and fluctuates too much.
        |s| s.network.classes() == 10,
        |s| {
            Ok(mean_field::fim_statistics(&s.network, s.samples)?.lambda_max
                * (s.network.classes() - 1) as f64)
        },
    )
    .finish()
}

fn layer_norm_largest() -> Claim {
    Claim::about::<LayerNormOutliers>(
        "norm/last-ln-largest",
        "The largest of these outliers lies well above the trace bound",
    )
    .formula(r"\lambda_{\max}>\theta_{st}\gamma^2\tfrac{C-2}C\,\overline{\sigma^{-2}}")
    .sources(&[KARAKIDA_2019_NORMALIZATION])
    .cases(layer_norm_cases)
    .measure(|_, o| Ok(o.lambda_max))
    .predict_given(|s, o| Ok(last_layer_norm_outliers(&s.network, 1.0, &o.outputs)?[0]))
    // The margin of the sum, and above it the O(1/√M) excess of a single largest eigenvalue, 10 % at M = 400.
    .margin(|_, p| by(p, Margin::between(-0.09, 0.19), Margin::between(-0.04, 0.10)))
    .rival_given("the trace bound taken as a value", |s, o| {
        let mean = mean_inverse_variance(&o.outputs, s.network.classes());
        Ok(last_layer_norm_bound(&s.network, 1.0, Some(mean))?)
    })
    .finish()
}

fn squared_gain() -> Claim {
    Claim::about::<NormalizedOutput>(
        "norm/last-gain",
        "A gain γ of the normalized output multiplies the Fisher information by γ²",
    )
    .formula(r"F^*\propto\gamma^2\quad\text{(batch and layer normalization)}")
    .sources(&[KARAKIDA_2019_NORMALIZATION])
    .cases(|_| {
        let (width, trials) = (200, 48);
        let mut cases = Vec::new();
        for letters in ["--b", "--l"] {
            for gamma in [0.5, 3.0] {
                let network =
                    equal_widths("relu", RELU, 3, width, 6)?.with_modes(modes(letters), gamma, 0.0)?;
                let label = format!("relu {letters} γ={gamma} M={width} N=40 C=6");
                cases.push(At::setting(label, FisherSetting { network, samples: 40 }, trials));
            }
        }
        Ok(cases)
    })
    .components(["trace"])
    .measure(|_, o| Ok([o.trace]))
    .predict_given(|s, o| Ok([normalized_trace(s, o, s.network.gamma())?]))
    // The margin of the sum of the outliers in quick; rivals are off by factors.
    .margin(|_, _| Margin::symmetric(0.09))
    .rival_given("γ in place of γ²", |s, o| Ok([normalized_trace(s, o, s.network.gamma().sqrt())?]))
    .rival_given("no γ", |s, o| Ok([normalized_trace(s, o, 1.0)?]))
    .finish()
}

/// The trace of the dual Fisher matrix of a normalized output, given the plain outputs ($C\times N$).
fn normalized_trace(s: &FisherSetting, o: &NormalizedOutputOutcome, gamma: f64) -> Result<f64, JudgeError> {
    let (outputs, classes) = (&o.outputs, s.network.classes());
    let plain = s.network.without_output_normalization();
    if s.network.modes().contains(&Normalization::BatchNorm) {
        let variances = output_variances(&Matrix::from_column_slice(classes, s.samples, outputs));
        let given = last_batch_norm_given(&plain, s.samples, gamma, &variances)?;
        return Ok(given.m_lambda * plain.parameter_count() as f64);
    }
    // Of every sample C − 2 directions are left.
    let theta_t = mean_field::theta(&plain)?.theta_t;
    Ok(gamma * gamma * theta_t * (classes - 2) as f64 * mean_inverse_variance(outputs, classes))
}

/// $\overline{\sigma(n)^{-2}}$ over the samples of `outputs` ($C\times N$).
fn mean_inverse_variance(outputs: &[f64], classes: usize) -> f64 {
    let inverse = |u: &[f64]| {
        let mean = u.iter().sum::<f64>() / classes as f64;
        classes as f64 / u.iter().map(|x| (x - mean).powi(2)).sum::<f64>()
    };
    outputs.chunks(classes).map(inverse).sum::<f64>() * classes as f64 / outputs.len() as f64
}

fn layer_norm_population() -> Claim {
    Claim::about::<GaussianOutputs>(
        "norm/last-ln-population",
        "With many samples the outliers of layer normalization have closed-form population values",
    )
    .formula(
        r"e_\parallel=C(A_0-B),\quad e_\perp=C\Big(A_0-\frac{A_0-B}{d-1}\Big),\quad
          A_0=\tfrac12\int_0^1x^{d/2-2}e^{-\lambda(1-x)/2}\mathrm dx",
    )
    .sources(&[KARAKIDA_2019_NORMALIZATION])
    .cases(|p| {
        let rows = [(6, 2.0), (10, 5.0)];
        let samples = by(p, 20_000, 200_000);
        let at = |(classes, lambda)| {
            let setting = GaussianOutputsSetting { classes, lambda, samples };
            At::setting(format!("C={classes} λ={lambda}"), setting, by(p, 32, 100))
        };
        Ok(rows.map(at).to_vec())
    })
    .components(["parallel", "perpendicular"])
    .measure(|_, o| Ok([o.parallel, o.perpendicular]))
    .predict(|s| {
        let e = last_ln_population(s.classes, s.lambda)?;
        Ok([e.e_parallel, e.e_perp])
    })
    // Sampling error alone: the law is exact.
    .margin(|_, p| Margin::symmetric(by(p, 0.02, 0.005)))
    .rival("no common mean: λ = 0", |s| {
        let e = last_ln_population(s.classes, 0.0)?;
        Ok([e.e_parallel, e.e_perp])
    })
    .finish()
}
