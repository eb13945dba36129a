//! Widths without limit: exponents of rates and damping, the first step from a zero output layer.

use solvable_theory::bibliography::{BENZING_2022, ISHIKAWA_2024, KARAKIDA_2020_NATURAL};
use solvable_theory::natural_gradient::{Damping, Method, Parametrization, feature_exponents};
use solvable_theory::{Architecture, TheoryError};

use crate::experiments::{
    CoordinateCheck, CoordinateCheckOutcome, CoordinateCheckSetting, Inputs, Preconditioner, Sample,
    WidthRule, ZeroOutput, ZeroOutputSetting,
};
use crate::settings::{INPUTS, network};
use solvable_engine::verify::{At, Claim, JudgeError, Margin, Profile, statistic};
use solvable_shared::by;
use solvable_simulate::training::{FactorPowers, NaturalGradient};

pub(crate) fn claims() -> Vec<Claim> {
    vec![width_exponents(), zero_output()]
}

/// Powers of the unweighted factors.
pub(crate) fn powers(input: f64, output: f64) -> Preconditioner {
    Preconditioner::Powers(FactorPowers { input, output, weighted: false })
}

pub(crate) const SGD: (f64, f64) = (0.0, 0.0);
pub(crate) const KFAC: (f64, f64) = (1.0, 1.0);
pub(crate) const ONE_SIDED: (f64, f64) = (1.0, 0.0);
const ROOTS: (f64, f64) = (0.5, 0.5);

/// The rules of the coordinate check, in words.
pub(crate) fn rules() -> Result<Vec<(&'static str, WidthRule)>, TheoryError> {
    let of = |(input, output)| powers(input, output);
    let weighted = Preconditioner::Powers(FactorPowers { input: 0.5, output: 0.5, weighted: true });
    let scaled = |method, damped| WidthRule::scaled(method, 1.0, damped);
    let fixed = |method, b_output| WidthRule::at_rates(method, b_output, [0.0; 3]);
    let constant = Some([0.0; 3]);
    let muon = Preconditioner::Orthogonal;
    Ok(vec![
        ("SGD, maximal update", scaled(of(SGD), false)?),
        ("SGD, standard", fixed(of(SGD), 0.5)),
        ("K-FAC", scaled(of(KFAC), false)?),
        ("K-FAC, scaled damping", scaled(of(KFAC), true)?),
        (
            "K-FAC, fixed damping",
            WidthRule { damping_input: constant, damping_output: constant, ..fixed(of(KFAC), 1.0) },
        ),
        ("K-FAC, standard", fixed(of(KFAC), 0.5)),
        ("one-sided", scaled(of(ONE_SIDED), false)?),
        ("one-sided, rates 0", fixed(of(ONE_SIDED), 1.0)),
        ("one-sided, standard", fixed(of(ONE_SIDED), 0.5)),
        ("Muon", scaled(muon, false)?),
        ("Muon, rates 0", fixed(muon, 1.0)),
        ("roots of both factors", scaled(of(ROOTS), false)?),
        ("roots of weighted factors, rates 0", fixed(weighted, 1.0)),
        ("roots of weighted factors, standard, rates 0", fixed(weighted, 0.5)),
    ])
}

/// Networks of each width: a slope scatters by 0.1.
pub(crate) const SEEDS: usize = 24;

/// ReLU, $L=3$, $N=8$, $M_0=16$.
pub(crate) fn check_setting(
    rule: WidthRule,
    profile: Profile,
) -> Result<CoordinateCheckSetting, TheoryError> {
    let network = Architecture::new(vec![16, 128, 128, 1], "relu".parse()?, 2.0, 0.0)?;
    Ok(CoordinateCheckSetting {
        network: network.with_trained_biases(false),
        factors: by(profile, vec![1, 2, 4, 8], vec![1, 2, 4, 8, 16, 32]),
        sample: Sample::new(Inputs::Sphere, 8, 0),
        rule,
    })
}

pub(crate) const NAMES: [&str; 5] = ["x_1", "x_h", "x_L", "second layer in all", "output in all"];

/// Slopes of the logarithms of the changes in that of the width.
pub(crate) fn slopes(s: &CoordinateCheckSetting, o: &CoordinateCheckOutcome) -> Result<Vec<f64>, JudgeError> {
    let widths = s.widths();
    o.curves().iter().map(|curve| Ok(statistic::exact_log_slope(&widths, curve)?)).collect()
}

/// The exponents that a rule would have if it were what `of` says.
fn exponents_as(rule: &WidthRule, of: Parametrization) -> Result<Vec<f64>, JudgeError> {
    let given = |exponents: Option<[f64; 3]>| exponents.map_or([None; 3], |exponents| exponents.map(Some));
    let x = feature_exponents(of, rule.rate, given(rule.damping_input), given(rule.damping_output))?;
    let [first, hidden] = x.features;
    Ok(vec![first, hidden, x.output_own, first.max(hidden), x.output])
}

pub(crate) fn exponents(rule: &WidthRule) -> Result<Vec<f64>, JudgeError> {
    exponents_as(rule, rule.parametrization())
}

/// Whether exponents are so far apart that trials tell them.
fn apart(rule: &WidthRule, other: Result<Vec<f64>, JudgeError>) -> bool {
    let (Ok(own), Ok(other)) = (exponents(rule), other) else { return false };
    own.iter().zip(&other).any(|(own, other)| (own - other).abs() > 0.4)
}

type Mistaken = fn(&WidthRule) -> Result<Vec<f64>, JudgeError>;

/// What a theorist might have taken the rule for.
const MISTAKES: [(&str, Mistaken); 6] = [
    ("the other parametrisation of the output layer", |rule| {
        let of = rule.parametrization();
        exponents_as(rule, Parametrization { b_output: 1.5 - of.b_output, ..of })
    }),
    ("the exponents of SGD", |rule| as_powers(rule, SGD)),
    ("the exponents of K-FAC", |rule| as_powers(rule, KFAC)),
    ("the exponents of the one-sided method", |rule| as_powers(rule, ONE_SIDED)),
    ("damping of no account, or scaled where it is fixed", |rule| {
        let undamped = WidthRule { damping_input: None, damping_output: None, ..*rule };
        // Damping that grows like the eigenvalues changes no exponent: to fix it does.
        let fixed = WidthRule { damping_input: Some([0.0; 3]), damping_output: Some([0.0; 3]), ..*rule };
        if apart(rule, exponents(&undamped)) { exponents(&undamped) } else { exponents(&fixed) }
    }),
    ("the other weighting of the factors", |rule| {
        let of = rule.parametrization();
        exponents_as(rule, Parametrization { weighted: !of.weighted, ..of })
    }),
];

fn as_powers(rule: &WidthRule, (p_input, p_output): (f64, f64)) -> Result<Vec<f64>, JudgeError> {
    let of = rule.parametrization();
    exponents_as(rule, Parametrization { p_input, p_output, weighted: false, ..of })
}

fn width_exponents() -> Claim {
    let mut claim = Claim::about::<CoordinateCheck>(
        "ngd/width-exponents",
        "What one step changes grows with the width like predicted powers: which rates and dampings are free of it",
    )
    .formula(
        r"x_1=r_1-b_L-p_B\beta_1-p_Aa_1,\quad x_h=r_h-b_L-p_B\beta_h-p_Aa_h+1,\quad x_L=r_L-p_B\beta_L-p_Aa_L+1",
    )
    .sources(&[ISHIKAWA_2024, BENZING_2022])
    .cases(|profile| {
        let cases = rules()?.into_iter().map(|(name, rule)| {
            Ok(At::setting(name, check_setting(rule, profile)?, SEEDS))
        });
        cases.collect()
    })
    .measure(slopes)
    .components(NAMES)
    .predict(|s| exponents(&s.rule))
    .by_difference()
    // Where changes grow, later layers leave the linear regime.
    .margin(|s, profile| {
        let grows = exponents(&s.rule).is_ok_and(|x| x.iter().any(|x| *x > 0.0));
        Margin::symmetric(if grows { 0.15 } else { by(profile, 0.15, 0.08) })
    });
    for (name, mistaken) in MISTAKES {
        claim =
            claim.rival_where(name, move |s| apart(&s.rule, mistaken(&s.rule)), move |s| mistaken(&s.rule));
    }
    claim.finish()
}

fn zero_output() -> Claim {
    Claim::about::<ZeroOutput>(
        "ngd/zero-output",
        "From a zero output layer the first step is ridge regression with the conjugate kernel, in every single network",
    )
    .formula(r"f_1(x')=A_L(x',X)\,(A_L+N\rho_AI)^{-1}y,\qquad W^L=0,\ \eta=1+\rho_B")
    .sources(&[KARAKIDA_2020_NATURAL])
    .cases(|_| {
        let rows = [
            (Method::Kfac, Damping::Factored(0.05, 0.1), "relu"),
            (Method::Kfac, Damping::Factored(0.05, 0.1), "erf"),
            (Method::OneSided, Damping::Ridge(0.05), "relu"),
            (Method::OneSided, Damping::Ridge(0.05), "tanh"),
            (Method::OneSided, Damping::None, "erf"),
        ];
        rows.into_iter()
            .map(|(method, damping, name)| {
                let setting = ZeroOutputSetting {
                    network: network(name, INPUTS, 3, 512)?,
                    sample: Sample::new(Inputs::Sphere, 16, 32),
                    rule: NaturalGradient::damped(method, damping),
                };
                let (rho_a, _) = setting.dampings();
                Ok(At::setting(format!("{method} {name} ρ_A={rho_a}"), setting, 3))
            })
            .collect()
    })
    .measure(|_, o| Ok(o.outputs.clone()))
    .predict_given(|_, o| Ok(o.ridge.clone()))
    .by_relative_distance()
    .identity()
    .margin(|_, _| Margin::symmetric(1e-10))
    .rival_given("ridge regression with the tangent kernel", |_, o| Ok(o.tangent_ridge.clone()))
    .rival_given_where(
        "the ridge ρ in place of Nρ",
        |s| s.dampings().0 > 0.0,
        |_, o| Ok(o.small_ridge.clone()),
    )
    .finish()
}
