//! Eigenvalue statistics of random inputs.

use serde_json::json;
use solvable_engine::verify::setting::require;
use solvable_engine::verify::{At, Claim, JudgeError, Margin, Profile, SettingError};
use solvable_shared::by;
use solvable_theory::any_architecture::{AttentionKind, Blueprint, Layer, Node, Padding};
use solvable_theory::bibliography::{
    ALEMOHAMMAD_2021, HRON_2020, KARAKIDA_2019_UNIVERSAL, NOVAK_2019, YANG_2017,
};

use super::predicted::{as_if, random_inputs, statistics};
use crate::experiments::{Inputs, LayeredFisher, LayeredSetting};
use crate::settings::{
    self, CHANNELS, POSITIONS, SAMPLES, circular, collected_by, convolutional, normalized_network, rescaled,
    residual_network, without, without_filters,
};

pub(super) fn all() -> Vec<Claim> {
    vec![
        mean_eigenvalue(),
        second_moment(),
        largest_eigenvalue(),
        padding(),
        pooling(),
        residual(),
        normalized_branches(),
        recurrence(),
        recurrent_overlap(),
        attention(),
    ]
}

type Cases = Result<Vec<At<LayeredSetting>>, JudgeError>;

fn case(label: &str, network: Blueprint, trials: usize) -> At<LayeredSetting> {
    let inputs = Inputs::Random { samples: SAMPLES };
    At::setting(label, LayeredSetting { network, inputs }, trials)
}

/// Two convolutions, pooled and flattened.
fn both(profile: Profile) -> Cases {
    let (width, trials) = by(profile, (128, 64), (256, 160));
    ["global-avg-pool", "flatten"]
        .into_iter()
        .map(|collected| {
            let label = format!("conv relu conv relu {collected} M={width}");
            Ok(case(&label, convolutional(width, "relu", collected, 2)?, trials))
        })
        .collect()
}

/// The pooled one.
fn pooled(profile: Profile) -> Cases {
    Ok(both(profile)?.into_iter().take(1).collect())
}

fn is_pooled(setting: &LayeredSetting) -> bool {
    setting.network.has(|layer| matches!(layer, Layer::GlobalAvgPool))
}

/// Inputs are independent and new in every trial, and some layer is `such`.
fn random_with(
    setting: &LayeredSetting,
    such: impl Fn(&Layer) -> bool,
    valid: &str,
) -> Result<(), SettingError> {
    random_inputs(setting)?;
    require(setting.network.has(such), "network.layers", "other layers", valid)
}

fn has_filters(setting: &LayeredSetting) -> bool {
    setting.network.has(|layer| matches!(layer, Layer::Conv(conv) if conv.size() > 1.0))
}

/// Weights of convolutions counted once for every position.
fn untied(network: &Blueprint) -> f64 {
    let own = |node: &Node| match &node.layer {
        Layer::Conv(_) | Layer::Rnn(_) => node.parameters() * node.to.positions() as f64,
        // What lies within them is counted by itself.
        Layer::Residual { .. } | Layer::Sum(_) => 0.0,
        _ => node.parameters(),
    };
    network.all_nodes().into_iter().map(own).sum()
}

fn mean_eigenvalue() -> Claim {
    Claim::about::<LayeredFisher>(
        "arch/mean-eigenvalue",
        "Convolutional networks: the mean eigenvalue, with weights shared and positions averaged or flattened",
    )
    .formula(r"m_\lambda=\frac{C\theta_t}P,\quad\theta_t^{\rm flat}=\sum_l\tilde q^l_t(F_l\hat q^{l-1}_t+\beta),\quad\theta_t^{\rm pool}=\theta_{st}+\frac{\theta_t-\theta_{st}}S")
    .sources(&[KARAKIDA_2019_UNIVERSAL, NOVAK_2019])
    .cases(both)
    .measure(|_, o| Ok(o.m_lambda))
    .predict(|s| Ok(statistics(&s.network, s.samples())?.m_lambda))
    .margin(|_, profile| Margin::symmetric(by(profile, 0.09, 0.04)))
    .rival_where("one position in place of their average", is_pooled, |s| {
        Ok(as_if(s, &collected_by(&s.network, "last")?)?.m_lambda)
    })
    .rival_where("the number of channels for the fan-in", has_filters, |s| {
        Ok(as_if(s, &without_filters(&s.network)?)?.m_lambda)
    })
    .rival_where("weights counted at every position in P", has_filters, |s| {
        let share = s.network.parameter_count() / untied(&s.network);
        Ok(statistics(&s.network, s.samples())?.m_lambda * share)
    })
    .rival_where("flattened positions averaged", |s| !is_pooled(s), |s| {
        Ok(as_if(s, &collected_by(&s.network, "last")?)?.m_lambda)
    })
    .presumes(random_inputs)
    .finish()
}

fn second_moment() -> Claim {
    Claim::about::<LayeredFisher>(
        "arch/second-moment",
        "A pooled convolutional network: the second moment of the eigenvalues",
    )
    .formula(r"s_\lambda=\frac CP\left[\frac{\theta_t^2}N+\frac{N-1}N\theta_{st}^2\right]")
    .sources(&[KARAKIDA_2019_UNIVERSAL, NOVAK_2019])
    .cases(pooled)
    .measure(|_, o| Ok(o.s_lambda))
    .predict(|s| Ok(statistics(&s.network, s.samples())?.s_lambda))
    .margin(|_, profile| Margin::symmetric(by(profile, 0.12, 0.09)))
    .rival_where("one position in place of their average", is_pooled, |s| {
        Ok(as_if(s, &collected_by(&s.network, "last")?)?.s_lambda)
    })
    .rival_where("the number of channels for the fan-in", has_filters, |s| {
        Ok(as_if(s, &without_filters(&s.network)?)?.s_lambda)
    })
    .rival_where("weights counted at every position in P", has_filters, |s| {
        let share = s.network.parameter_count() / untied(&s.network);
        Ok(statistics(&s.network, s.samples())?.s_lambda * share)
    })
    .presumes(random_inputs)
    .finish()
}

fn largest_eigenvalue() -> Claim {
    Claim::about::<LayeredFisher>(
        "arch/lambda-max",
        "A pooled convolutional network: the C largest eigenvalues are those of the fully connected one with fan-ins for widths",
    )
    .formula(r"\lambda_{\max}=\frac{\theta_t+(N-1)\theta_{st}}N,\qquad\theta_{st}^{\rm pool}=\theta_{st}")
    .sources(&[KARAKIDA_2019_UNIVERSAL, NOVAK_2019])
    .cases(pooled)
    .measure(|_, o| Ok(o.lambda_top))
    .predict(|s| Ok(statistics(&s.network, s.samples())?.lambda_max))
    .margin(|_, profile| Margin::symmetric(by(profile, 0.09, 0.04)))
    .rival_where("the number of channels for the fan-in", has_filters, |s| {
        Ok(statistics(&without_filters(&s.network)?, s.samples())?.lambda_max)
    })
    .rival("overlaps divided by the positions, as the rest of the spectrum is", |s| {
        let (theory, samples) = (statistics(&s.network, s.samples())?, s.samples() as f64);
        let positions = s.network.input().positions() as f64;
        Ok((theory.theta_t + (samples - 1.0) * theory.theta_st / positions) / samples)
    })
    .presumes(random_inputs)
    .finish()
}

fn padding() -> Claim {
    Claim::about::<LayeredFisher>(
        "arch/padding",
        "Zero padding weakens the border, and with it the mean and the largest eigenvalues",
    )
    .formula(r"A(K)(p,q)=\frac1f\sum_aK(sp+a-o,sq+a-o),\quad\text{0 outside}")
    .sources(&[NOVAK_2019])
    .components(["m_lambda", "lambda_max"])
    .cases(|profile| {
        let (width, trials) = by(profile, (128, 64), (256, 160));
        let conv = json!({"conv": {"channels": width, "filter": [3], "padding": "same"}});
        let layers = json!([conv, "relu", conv, "relu", "global-avg-pool", {"dense": 2}]);
        Ok(vec![case(&format!("same padding M={width}"), settings::base(layers)?, trials)])
    })
    .measure(|_, o| Ok([o.m_lambda, o.lambda_top]))
    .predict(|s| {
        let theory = statistics(&s.network, s.samples())?;
        Ok([theory.m_lambda, theory.lambda_max])
    })
    .margin(|_, profile| Margin::symmetric(by(profile, 0.09, 0.04)))
    .rival("circular padding", |s| {
        let theory = statistics(&circular(&s.network)?, s.samples())?;
        Ok([theory.m_lambda, theory.lambda_max])
    })
    .presumes(|s| {
        let padded = |layer: &Layer| matches!(layer, Layer::Conv(conv) if conv.padding == Padding::Same);
        random_with(s, padded, "a conv with the padding `same`")
    })
    .finish()
}

/// Sizes of the axis over which pooling is looked at.
const AXES: [usize; 4] = [2, 4, 8, 16];

fn pooling() -> Claim {
    Claim::about::<LayeredFisher>(
        "arch/pooling",
        "Global average pooling divides what is not common to the samples by the number of positions",
    )
    .formula(r"\theta_t^{\rm pool}-\theta_{st}^{\rm pool}=\frac{\theta_t-\theta_{st}}S")
    .sources(&[NOVAK_2019])
    .cases(|profile| {
        let (width, trials) = by(profile, (128, 32), (256, 64));
        AXES.into_iter()
            .map(|positions| {
                let conv = json!({"conv": {"channels": width, "filter": [2]}});
                let layers = json!([conv, "erf", conv, "erf", "global-avg-pool", {"dense": 2}]);
                let network = settings::network(positions, CHANNELS, 2.5, 0.1, layers)?;
                let setting = LayeredSetting { network, inputs: Inputs::Random { samples: 12 } };
                Ok(At::setting(format!("S={positions} M={width}"), setting, trials))
            })
            .collect()
    })
    .measure(|_, o| Ok(o.theta_t - o.theta_st))
    .predict(|s| {
        let theory = statistics(&s.network, s.samples())?;
        Ok(theory.theta_t - theory.theta_st)
    })
    .margin(|_, profile| Margin::symmetric(by(profile, 0.07, 0.04)))
    .rival("not divided", |s| {
        let (theory, positions) =
            (statistics(&s.network, s.samples())?, s.network.input().positions() as f64);
        Ok((theory.theta_t - theory.theta_st) * positions)
    })
    .rival("divided by the root of the number", |s| {
        let (theory, positions) =
            (statistics(&s.network, s.samples())?, s.network.input().positions() as f64);
        Ok((theory.theta_t - theory.theta_st) * positions.sqrt())
    })
    .presumes(|s| random_with(s, |layer| matches!(layer, Layer::GlobalAvgPool), "a global-avg-pool"))
    .finish()
}

fn residual() -> Claim {
    Claim::about::<LayeredFisher>("arch/residual", "Residual branches enter with the square of their scale")
        .formula(r"K'=K+a^2K_f,\qquad T'=T+a^2T_f")
        .sources(&[YANG_2017])
        .components(["m_lambda", "lambda_max"])
        .cases(|profile| {
            let (width, trials) = by(profile, (128, 96), (256, 200));
            let network = settings::base(residual_network(width, 2, 0.7))?;
            Ok(vec![case(&format!("two blocks a=0.7 M={width}"), network, trials)])
        })
        .measure(|_, o| Ok([o.m_lambda, o.lambda_top]))
        .predict(|s| {
            let theory = statistics(&s.network, s.samples())?;
            Ok([theory.m_lambda, theory.lambda_max])
        })
        .margin(|_, profile| Margin::symmetric(by(profile, 0.09, 0.05)))
        .rival("the scale not squared", |s| {
            let theory = statistics(&rescaled(&s.network, |a| a.abs().sqrt())?, s.samples())?;
            Ok([theory.m_lambda, theory.lambda_max])
        })
        .rival("the scale left out", |s| {
            let theory = statistics(&rescaled(&s.network, |_| 1.0)?, s.samples())?;
            Ok([theory.m_lambda, theory.lambda_max])
        })
        .rival("the branch left out", |s| {
            let theory = as_if(s, &without(&s.network, "residual")?)?;
            Ok([theory.m_lambda, theory.lambda_max])
        })
        .presumes(|s| {
            let scaled = |layer: &Layer| matches!(layer, Layer::Residual { scale, .. } if scale.abs() != 1.0);
            random_with(s, scaled, "a residual branch of another scale than 1")
        })
        .finish()
}

fn normalized_branches() -> Claim {
    Claim::about::<LayeredFisher>(
        "arch/pre-norm",
        "Residual networks with normalized branches: signals grow, gradients shrink with them",
    )
    .formula(r"K'=\frac K{\sqrt{v_nv_m}},\qquad T'=\frac T{\sqrt{v_nv_m}}")
    .sources(&[KARAKIDA_2019_UNIVERSAL, NOVAK_2019])
    .components(["m_lambda", "lambda_max"])
    .cases(|profile| {
        let (width, trials) = by(profile, (128, 48), (256, 100));
        let network = settings::base(normalized_network(width, 3))?;
        Ok(vec![case(&format!("three blocks M={width}"), network, trials)])
    })
    .measure(|_, o| Ok([o.m_lambda, o.lambda_top]))
    .predict(|s| {
        let theory = statistics(&s.network, s.samples())?;
        Ok([theory.m_lambda, theory.lambda_max])
    })
    .margin(|_, profile| Margin::symmetric(by(profile, 0.07, 0.03)))
    .rival("without normalization", |s| {
        let theory = statistics(&without(&s.network, "layer-norm")?, s.samples())?;
        Ok([theory.m_lambda, theory.lambda_max])
    })
    .rival("normalized within the branches only", |s| {
        let normalizes =
            |node: &solvable_theory::any_architecture::Node| matches!(node.layer, Layer::LayerNorm { .. });
        let last = s.network.nodes().iter().rposition(normalizes);
        let mut description =
            serde_json::to_value(&s.network).map_err(|e| JudgeError::Other(e.to_string()))?;
        if let (Some(place), Some(layers)) = (last, description["layers"].as_array_mut()) {
            layers.remove(place);
        }
        let theory = statistics(&Blueprint::read(&description)?, s.samples())?;
        Ok([theory.m_lambda, theory.lambda_max])
    })
    .presumes(|s| {
        let normalizes = s.network.nodes().iter().any(|node| matches!(node.layer, Layer::LayerNorm { .. }));
        solvable_engine::verify::setting::require(
            normalizes,
            "network.layers",
            "none of them a layer-norm",
            "a layer-norm at the top level",
        )
    })
    .finish()
}

fn recurrence() -> Claim {
    Claim::about::<LayeredFisher>(
        "arch/recurrent",
        "A recurrent network read out by the mean of its states: the mean eigenvalue counts shared weights once",
    )
    .formula(r"T_u(t,t')=\sigma_w^2T_h(t{-}1,t'{-}1)+MK_h(t{-}1,t'{-}1)+\sigma_u^2T_x+cK_x+\beta")
    .sources(&[ALEMOHAMMAD_2021])
    .cases(recurrent_cases)
    .measure(|_, o| Ok(o.m_lambda))
    .predict(|s| Ok(statistics(&s.network, s.samples())?.m_lambda))
    .margin(|_, profile| Margin::symmetric(by(profile, 0.1, 0.05)))
    .rival("weights of every step counted in P", |s| {
        let share = s.network.parameter_count() / untied(&s.network);
        Ok(statistics(&s.network, s.samples())?.m_lambda * share)
    })
    .rival("the last state for the mean over all", |s| {
        Ok(statistics(&collected_by(&s.network, "last")?, s.samples())?.m_lambda)
    })
    .presumes(|s| {
        let recurrent = s.network.nodes().iter().any(|node| matches!(node.layer, Layer::Rnn(_)));
        require(recurrent && is_pooled(s), "network.layers", "other layers", "an rnn and a global-avg-pool at the top level")
    })
    .finish()
}

fn recurrent_overlap() -> Claim {
    Claim::about::<LayeredFisher>(
        "arch/recurrent-overlap",
        "A recurrent network read out by the mean of its states sees that its weights are tied, by the last one it does not",
    )
    .formula(r"\theta_{st}=\frac1{S^2}\sum_{tt'}T_{st}(t,t')+\dots")
    .sources(&[ALEMOHAMMAD_2021])
    .cases(recurrent_cases)
    .measure(|_, o| Ok(o.theta_st))
    .predict(|s| Ok(statistics(&s.network, s.samples())?.theta_st))
    .margin(|_, profile| Margin::symmetric(by(profile, 0.1, 0.08)))
    .rival("the last state for the mean over all", |s| {
        Ok(statistics(&collected_by(&s.network, "last")?, s.samples())?.theta_st)
    })
    .presumes(|s| {
        let recurrent = s.network.nodes().iter().any(|node| matches!(node.layer, Layer::Rnn(_)));
        require(recurrent && is_pooled(s), "network.layers", "other layers", "an rnn and a global-avg-pool at the top level")
    })
    .finish()
}

fn recurrent_cases(profile: Profile) -> Cases {
    let (width, trials) = by(profile, (128, 128), (256, 128));
    let rnn = json!({"rnn": {"channels": width, "activation": "erf", "sigma_w2": 2.0, "sigma_u2": 1.0}});
    let network = settings::base(json!([rnn, "global-avg-pool", {"dense": 2}]))?;
    Ok(vec![case(&format!("erf S={POSITIONS} M={width}"), network, trials)])
}

fn attention() -> Claim {
    Claim::about::<LayeredFisher>(
        "arch/attention",
        "Softmax attention of wide networks has weights that are functions of the sample's kernel",
    )
    .formula(r"A_n=\mathrm{softmax}(\sigma_{qk}^2K_{nn}),\qquad K'=\sigma_o^2\sigma_v^2A_nKA_m^\top+\sigma_b^2")
    .sources(&[HRON_2020])
    .cases(|profile| {
        let (width, trials) = by(profile, (128, 64), (256, 128));
        let attention = json!({"attention": {
            "kind": "softmax", "heads": 2, "key": width, "value": width / 2, "channels": width, "sigma_qk2": 6.0,
        }});
        let layers = json!([{"dense": width}, "relu", attention, "relu", "flatten", {"dense": 2}]);
        Ok(vec![case(&format!("σ_qk²=6 M={width}"), settings::base(layers)?, trials)])
    })
    .measure(|_, o| Ok(o.m_lambda))
    .predict(|s| Ok(statistics(&s.network, s.samples())?.m_lambda))
    .margin(|_, profile| Margin::symmetric(by(profile, 0.12, 0.07)))
    .rival("uniform attention", |s| {
        let uniform = settings::altered(&s.network, &|layer| {
            let mut layer = layer.clone();
            if let Some(own) = layer.pointer_mut("/attention/sigma_qk2") {
                *own = json!(1e-12);
            }
            Some(layer)
        })?;
        Ok(statistics(&uniform, s.samples())?.m_lambda)
    })
    .presumes(|s| {
        let softmax = |layer: &Layer| matches!(layer, Layer::Attention(a) if a.kind == AttentionKind::Softmax);
        random_with(s, softmax, "a softmax attention")
    })
    .finish()
}
