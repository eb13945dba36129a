//! Powers of both factors: Shampoo with statistics of single samples, and of one batch gradient.

use nalgebra::DVector;
use solvable_theory::bibliography::{GUPTA_2018, KARAKIDA_2020_NATURAL};
use solvable_theory::natural_gradient::{BatchPower, batch_shampoo, shampoo_response};

use super::infinite;
use crate::experiments::{
    Inputs, KernelSetting, PolarStep, PolarStepOutcome, PolarStepSetting, PowerResponse,
    PowerResponseOutcome, PowerResponseSetting, Sample, anisotropy,
};
use crate::settings::{INPUTS, SAMPLES, network};
use solvable_engine::verify::setting::require;
use solvable_engine::verify::{At, Claim, JudgeError, Margin, Profile};
use solvable_shared::by;
use solvable_simulate::training::{BatchPolar, FactorPowers};

pub(crate) fn claims() -> Vec<Claim> {
    vec![powers(), batch_dual(), batch_limit()]
}

/// $\iota$ by infinite-width kernels for other powers $(p_A,p_B)$.
fn powers_by(
    s: &PowerResponseSetting,
    o: &PowerResponseOutcome,
    (input, output): (f64, f64),
) -> Result<f64, JudgeError> {
    let kernels = infinite::kernels(&s.system.network, &s.system.sample, o.data_set as usize)?;
    Ok(anisotropy(&shampoo_response(input, output, &kernels.0)?))
}

fn powers() -> Claim {
    Claim::about::<PowerResponse>(
        "ngd/shampoo",
        "Shampoo with statistics of single samples is nearly isotropic with roots of both factors, and hardly with those of one",
    )
    .formula(
        r"R_l=N^{p_A+p_B-1}q_l^{-p_B}b_l^{-p_A}\,A_l^{1-p_A}\circ B_l^{1-p_B},\qquad
          \iota=\frac{\|\bar R-\hat\alpha I\|_F}{\hat\alpha\sqrt N}",
    )
    .sources(&[GUPTA_2018, KARAKIDA_2020_NATURAL])
    .cases(|profile| {
        let width = by(profile, 512, 1024);
        let powers = [(0.5, 0.5), (0.5, 0.0), (0.25, 0.25)];
        let rows = ["relu", "erf"].into_iter().flat_map(|name| powers.map(|powers| (name, powers)));
        rows.map(|(name, (input, output))| {
            let network = network(name, INPUTS, 3, width)?;
            let system = KernelSetting { network, sample: Sample::new(Inputs::Sphere, SAMPLES, 0) };
            let powers = FactorPowers { input, output, weighted: true };
            let setting = PowerResponseSetting { system, powers };
            Ok(At::setting(format!("{name} powers {input}, {output} M={width}"), setting, 8))
        })
        .collect()
    })
    .presumes(|s| {
        require(s.powers.weighted, "weighted", false, "true: the factors of single-sample gradients")
    })
    .measure(|_, o| Ok(o.isotropy))
    .predict_given(|s, o| powers_by(s, o, (s.powers.input, s.powers.output)))
    .by_difference()
    .margin(|_, profile| Margin::symmetric(by(profile, 0.04, 0.025)))
    .rival("isotropic, as K-FAC", |_| Ok(0.0))
    .rival_given("half of each power: its square root is taken twice", |s, o| {
        powers_by(s, o, (0.5 * s.powers.input, 0.5 * s.powers.output))
    })
    .rival_given_where(
        "powers of the factors exchanged",
        // With ReLU, one root of either factor leaves about the same.
        |s| s.powers.input != s.powers.output && s.system.network.activation().to_string() == "erf",
        |s, o| powers_by(s, o, (s.powers.output, s.powers.input)),
    )
    .finish()
}

fn batch_cases(profile: Profile) -> Result<Vec<At<PolarStepSetting>>, JudgeError> {
    let width = by(profile, 300, 1200);
    let kinds = [BatchPolar::Orthogonal, BatchPolar::Inverse];
    let rows = ["relu", "erf"].into_iter().flat_map(|name| kinds.map(|kind| (name, kind)));
    rows.map(|(name, kind)| {
        let network = network(name, INPUTS, 3, width)?;
        let system = KernelSetting { network, sample: Sample::new(Inputs::Sphere, SAMPLES, 0) };
        let power = if kind == BatchPolar::Orthogonal { "1/4" } else { "1/2" };
        Ok(At::setting(format!("{name} exponent {power} M={width}"), PolarStepSetting { system, kind }, 12))
    })
    .collect()
}

/// The velocity that a response would have: the best multiple of the residual.
fn best_multiple(o: &PolarStepOutcome) -> Vec<f64> {
    let (g, v) = (DVector::from_column_slice(&o.residual), DVector::from_column_slice(&o.velocity));
    (&g * (g.dot(&v) / g.norm_squared())).as_slice().to_vec()
}

const BATCH_FORMULA: &str = r"v_{1/4}=\sum_{l<L}\mathrm{diag}[B_l^{1/2}VU^\top A_l^{1/2}]+\frac{A_L\gamma}{\sqrt{\gamma^\top A_L\gamma}},\
     A_l^{1/2}\Gamma B_l^{1/2}=U\Sigma V^\top;\qquad v_{1/2}=\frac{N(L-1)}{g_n}+\frac{N(A_Lg)_n}{g^\top A_Lg}";

fn batch_dual() -> Claim {
    Claim::about::<PolarStep>(
        "ngd/shampoo-batch",
        "Shampoo of one batch gradient in function space, from the kernels of any network; it is not linear in the residual",
    )
    .formula(BATCH_FORMULA)
    .sources(&[GUPTA_2018])
    .cases(batch_cases)
    .measure(|_, o| Ok(o.velocity.clone()))
    .predict_given(|_, o| Ok(o.dual.clone()))
    .by_relative_distance()
    .identity()
    .margin(|_, _| Margin::symmetric(1e-9))
    .rival_given("a response: the best multiple of the residual", |_, o| Ok(best_multiple(o)))
    .finish()
}

fn batch_limit() -> Claim {
    let quarter = |s: &PolarStepSetting| s.power() == BatchPower::Quarter;
    Claim::about::<PolarStep>(
        "ngd/shampoo-batch-limit",
        "Infinite-width kernels tell how outputs move under Shampoo of one batch gradient",
    )
    .formula(BATCH_FORMULA)
    .sources(&[GUPTA_2018])
    .cases(batch_cases)
    .measure(|_, o| Ok(o.velocity.clone()))
    .predict_given(|s, o| {
        let kernels = infinite::kernels(&s.system.network, &s.system.sample, o.data_set as usize)?;
        let g = DVector::from_column_slice(&o.residual);
        Ok(batch_shampoo(s.power(), &g, &kernels.0)?.as_slice().to_vec())
    })
    .by_relative_distance()
    .margin(|_, profile| Margin::symmetric(by(profile, 0.15, 0.08)))
    .rival_given("a response: the best multiple of the residual", |_, o| Ok(best_multiple(o)))
    .rival_given_where(
        "the exponent of the other kind",
        move |s| !quarter(s),
        |s, o| {
            let kernels = infinite::kernels(&s.system.network, &s.system.sample, o.data_set as usize)?;
            let g = DVector::from_column_slice(&o.residual);
            Ok(batch_shampoo(BatchPower::Quarter, &g, &kernels.0)?.as_slice().to_vec())
        },
    )
    .finish()
}
