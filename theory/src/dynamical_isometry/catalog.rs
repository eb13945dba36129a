//! The predictions of dynamical isometry by name.

use serde_json::Value as Json;

use super::{
    DepthLimit, fisher_law, fluctuations, forward, gaussian_quadratic_law, isometry_path,
    isotropic_loss_ratio, jacobian_statistics, mean_field_law, sharpness, single_sample_step, two_hidden,
};
use crate::TheoryError;
use crate::bibliography::{
    BELINSCHI_2007, HAYASE_2021, NICA_2006, PENNINGTON_2017, PENNINGTON_2018, POOLE_2016, Source,
};
use crate::catalog::Kind::{Number, Numbers, Rows, Word};
use crate::catalog::outputs::{number, numbers, series, table};
use crate::catalog::parameter::{ACTIVATION, DEPTH, SIGMA_W2, optional, required};
use crate::catalog::{Outputs, Parameter, Params, Prediction, Value};
use crate::error::{finite, positive};
use crate::free_probability::{Complex, Ensemble, Factor, SpectralLaw, law_moments};

const Q0: Parameter = required("q0", Number, "q_0, the mean square of the inputs", "a number > 0");
const Q: Parameter =
    required("q", Numbers, "[q_0, ..., q_(L-1)], the mean squares of the signals", "a list of L numbers");
const ALPHA: Parameter = required(
    "alpha",
    Numbers,
    "[alpha_1, ..., alpha_(L-1)], the ranks of the projections",
    "a list of L-1 numbers in (0, 1]",
);
const ENSEMBLE: Parameter =
    required("ensemble", Word, "how weights are drawn", "\"orthogonal\" or \"gaussian\"");
const X: Parameter = required("x", Numbers, "the points", "a list of at most 1000 numbers");
const Z: Parameter =
    required("z", Rows, "points in the upper half plane", "a list of at most 1000 pairs [re, im], im > 0");
const C: Parameter = required("c", Number, "E, the sum of all defects", "a number > 0");
const PAPER: &[Source] = &[HAYASE_2021];
/// Most points of one question.
const MOST: usize = 1000;
/// Nodes of the slope law of smooth activations.
const NODES: usize = 100;

/// The predictions of this part.
pub fn catalog() -> Vec<Prediction> {
    [inputs(), laws(), sharp(), limits()].concat()
}

fn inputs() -> Vec<Prediction> {
    vec![
        Prediction {
            id: "iso/forward",
            title: "Second moments of the signals and of the slopes",
            formula: r"q_l=E\phi(\sqrt{v_l}z)^2,\ d_1=E\phi'(\sqrt{v_l}z)^2,\ d_2=E\phi'(\sqrt{v_l}z)^4,\quad v_l=\sigma_w^2q_{l-1}",
            parameters: const { &[ACTIVATION, Q0, SIGMA_W2, DEPTH] },
            value: "{q: [q_0, ..., q_(L-1)], d1: layers 1 to L-1, d2}",
            outputs: const { Outputs::Object(&[series("q"), series("d1"), series("d2")]) },
            validity: "M -> infinity; no biases",
            sources: &[POOLE_2016, PENNINGTON_2017],
            evaluate: |params| {
                let layers = forward(
                    &params.activation()?,
                    params.number("q0")?,
                    params.number("sigma_w2")?,
                    params.integer("depth")?,
                )?;
                Ok(Value::Object(vec![
                    ("q", layers.q.into()),
                    ("d1", layers.d1.into()),
                    ("d2", layers.d2.into()),
                ]))
            },
        },
        Prediction {
            id: "iso/fluctuations",
            title: "How much the order parameters of one network fluctuate",
            formula: r"V_l=\mathrm{Var}\,\phi^2-\kappa\tfrac12c_l^2+\left(\tfrac{c_l}{2q_{l-1}}\right)^2V_{l-1},\quad c_l=E[\phi^2(z^2-1)]",
            parameters: const { &[ACTIVATION, Q0, SIGMA_W2, DEPTH, ENSEMBLE] },
            value: "{q: M Var q_l for l = 0 to L-1, alpha: M Var alpha_l for l = 1 to L-1}",
            outputs: const { Outputs::Object(&[series("q"), series("alpha")]) },
            validity: "M -> infinity; no biases",
            sources: PAPER,
            evaluate: |params| {
                let (phi, ensemble) = (params.activation()?, ensemble(params)?);
                let law = fluctuations(
                    &phi,
                    params.number("q0")?,
                    params.number("sigma_w2")?,
                    params.integer("depth")?,
                    ensemble,
                )?;
                Ok(Value::Object(vec![("q", law.q.into()), ("alpha", law.alpha.into())]))
            },
        },
        Prediction {
            id: "iso/path",
            title: "Scale of the inputs at which a hard-tanh network is isometric",
            formula: r"\sum_{l=1}^{L-1}\epsilon_l(q_0)=c",
            parameters: const { &[DEPTH, C] },
            value: "q_0",
            outputs: Outputs::One(number("q_0")),
            validity: "hard tanh of threshold 1, sigma_w^2 = 1",
            sources: PAPER,
            evaluate: |params| Ok(isometry_path(params.integer("depth")?, params.number("c")?)?.into()),
        },
    ]
}

fn laws() -> Vec<Prediction> {
    vec![
        Prediction {
            id: "iso/two-hidden-density",
            title: "The spectrum with two hidden layers in closed form",
            formula: r"\rho=\frac1{\sigma_w^4q_0}\frac{\sqrt{(t_+-t)(t-t_-)}}{2\pi t(1-t)},\quad t_\pm=\alpha_1+\alpha_2-2\alpha_1\alpha_2\pm2\sqrt{\alpha_1\alpha_2\epsilon_1\epsilon_2}",
            parameters: const { &[Q, ALPHA, SIGMA_W2, X] },
            value: "{edges: of the bulk, atoms: [position, mass] at A_0, A_1, A_2, density: at x, cdf: at x}",
            outputs: const {
                Outputs::Object(&[series("edges"), table("atoms"), series("density"), series("cdf")])
            },
            validity: "M -> infinity; orthogonal weights; projections; L = 3",
            sources: PAPER,
            evaluate: |params| {
                let (q, defects) = (params.get::<[f64; 3]>("q")?, defects(params)?);
                let [first, second] = defects[..] else {
                    return Err(TheoryError::invalid(
                        "alpha",
                        format!("a list of {}", defects.len()),
                        "two numbers",
                    ));
                };
                let law = two_hidden(q, [first, second], params.number("sigma_w2")?)?;
                let x = points(params)?;
                let all = |f: &dyn Fn(f64) -> Result<f64, TheoryError>| {
                    x.iter().map(|&x| f(x)).collect::<Result<Vec<_>, _>>()
                };
                let atoms: Vec<Vec<f64>> = law.atoms.iter().map(|a| vec![a.position, a.mass]).collect();
                Ok(Value::Object(vec![
                    ("edges", law.edges.into()),
                    ("atoms", atoms.into()),
                    ("density", all(&|x| law.density(x))?.into()),
                    ("cdf", all(&|x| law.cdf(x))?.into()),
                ]))
            },
        },
        Prediction {
            id: "iso/cauchy-transform",
            title: "The Cauchy transform of the spectrum of any depth",
            formula: r"\mu_{l+1}=q_l+\sigma_w^2\,(\nu_l\boxtimes\mu_l),\quad G(z)=\int\frac{\mu_L(d\lambda)}{z-\lambda}",
            parameters: const { &[Q, ALPHA, SIGMA_W2, ENSEMBLE, Z] },
            value: "[Re G, Im G] for each z",
            outputs: Outputs::Columns(&["G_re", "G_im"]),
            validity: "M -> infinity; projections",
            sources: &[HAYASE_2021, NICA_2006, BELINSCHI_2007],
            evaluate: |params| {
                let z = complex_points(params)?;
                afford_layers(params, "the transform", z.len() as f64 * 4e3)?;
                let law = law(params)?;
                let g = z.into_iter().map(|z| law.cauchy_transform(z).map(|g| vec![g.re, g.im]));
                Ok(g.collect::<Result<Vec<_>, _>>()?.into())
            },
        },
        Prediction {
            id: "iso/cdf",
            title: "The distribution function of the spectrum of any depth",
            formula: r"\tfrac12[F(x^-)+F(x^+)]=\tfrac12+\tfrac1\pi\int_0^\infty\mathrm{Re}\,G(x+iy)\,dy",
            parameters: const { &[Q, ALPHA, SIGMA_W2, ENSEMBLE, X] },
            value: "F at each x, the middle of the jump at an atom",
            outputs: Outputs::One(series("F")),
            validity: "M -> infinity; projections",
            sources: PAPER,
            evaluate: |params| {
                let x = points(params)?;
                afford_layers(params, "the distribution function", x.len() as f64 * 4e3)?;
                let law = law(params)?;
                let distribution = law.distribution()?;
                Ok(x.into_iter().map(|x| distribution.cdf(x)).collect::<Result<Vec<_>, _>>()?.into())
            },
        },
        Prediction {
            id: "iso/atoms",
            title: "The atoms of the spectrum, exact at finite width too",
            formula: r"A_k=\sum_{j\ge k}\sigma_w^{2(L-1-j)}q_j;\quad\text{mass}(1-\sum_l\epsilon_l)_+\text{ at }A_0,\ (\epsilon_k-\sum_{j>k}\epsilon_j)_+\text{ at }A_k",
            parameters: const { &[Q, ALPHA, SIGMA_W2, ENSEMBLE] },
            value: "[position, mass] of every atom, ascending",
            outputs: Outputs::Columns(&["position", "mass"]),
            validity: "projections; at finite width with the measured q and alpha (orthogonal weights)",
            sources: PAPER,
            evaluate: |params| {
                let atoms = law(params)?.atoms().iter().map(|a| vec![a.position, a.mass]).collect::<Vec<_>>();
                Ok(atoms.into())
            },
        },
        Prediction {
            id: "iso/moments",
            title: "The first moments of the spectrum",
            formula: r"m_1'=q+\sigma_w^2d_1m_1,\ \dots\ \text{by power series of the S-transforms}",
            parameters: const {
                &[
                    Q,
                    SIGMA_W2,
                    required(
                        "slope_moments",
                        Rows,
                        "E phi'^(2k), k = 1 to K; one row a layer",
                        "L-1 rows of K numbers each, or of rationals such as \"4/5\"",
                    ),
                    ENSEMBLE,
                ]
            },
            value: "[m_1, ..., m_K]; K = 4 without hidden layers",
            outputs: Outputs::One(series("m")),
            validity: "M -> infinity; any activation",
            sources: &[HAYASE_2021, NICA_2006],
            evaluate: moments,
        },
    ]
}

fn sharp() -> Vec<Prediction> {
    vec![
        Prediction {
            id: "iso/lambda-max",
            title: "The sharpness of a deep network at one input",
            formula: r"\lambda_{\max}=\sum_l\sigma_w^{2(L-1-l)}q_l\ \text{with mass}\ 1-E\ \text{if}\ E<1;\ \text{else the edge of the bulk}",
            parameters: const { &[Q, ALPHA, SIGMA_W2, ENSEMBLE] },
            value: "{lambda_max, top_atom: the mass of the atom there}",
            outputs: const { Outputs::Object(&numbers(["lambda_max", "top_atom"])) },
            validity: "M -> infinity; projections; exact at finite width for orthogonal weights, E < 1 and measured q",
            sources: PAPER,
            evaluate: |params| {
                let top = sharpness(&law(params)?)?;
                Ok(Value::Object(vec![
                    ("lambda_max", top.lambda_max.into()),
                    ("top_atom", top.top_atom.into()),
                ]))
            },
        },
        Prediction {
            id: "iso/step-size",
            title: "The largest learning rate at which one sample is learnt",
            formula: r"\eta_c=2/\lambda_{\max}(H_L)\ \text{for the loss}\ \tfrac1{2M}\|f-y\|^2",
            parameters: const {
                &[
                    ACTIVATION,
                    Q0,
                    SIGMA_W2,
                    DEPTH,
                    ENSEMBLE,
                    optional("eta", Number, "a learning rate, in units of eta_c", "a number", "1"),
                ]
            },
            value: "{eta_c, loss_ratio: mean loss after one step at eta over that before}",
            outputs: const { Outputs::Object(&numbers(["eta_c", "loss_ratio"])) },
            validity: "small residuals; M -> infinity",
            sources: PAPER,
            evaluate: |params| {
                let depth = params.integer("depth")?;
                let phi = params.activation()?;
                // Smooth slope laws cost a root for every layer and step of the search.
                let smooth = phi.kinks().is_empty() && !phi.is_linear();
                params.afford("the edge", depth as f64 * if smooth { 3e5 } else { 1e4 })?;
                let law = mean_field_law(
                    &phi,
                    params.number("q0")?,
                    params.number("sigma_w2")?,
                    depth,
                    ensemble(params)?,
                    NODES,
                )?;
                let eta = finite("eta", params.number("eta")?)?;
                let critical = single_sample_step(&law)?;
                let ratio = isotropic_loss_ratio(
                    &law,
                    crate::error::representable("the learning rate", eta * critical)?,
                )?;
                Ok(Value::Object(vec![("eta_c", critical.into()), ("loss_ratio", ratio.into())]))
            },
        },
        Prediction {
            id: "iso/gaussian-quadratic-law",
            title: "With Gaussian weights the sharpness grows with the square of the depth",
            formula: r"\lambda_{\max}\simeq\kappa qL^2,\quad\kappa=\frac1{2(x_0^2-1)},\ x_0\tanh x_0=1",
            parameters: &[],
            value: "{x0, kappa}",
            outputs: const { Outputs::Object(&numbers(["x0", "kappa"])) },
            validity: "linear networks, sigma_w^2 = 1; relative correction 0.21/L",
            sources: PAPER,
            evaluate: |_| {
                let law = gaussian_quadratic_law();
                Ok(Value::Object(vec![("x0", law.x0.into()), ("kappa", law.kappa.into())]))
            },
        },
    ]
}

fn limits() -> Vec<Prediction> {
    vec![
        Prediction {
            id: "iso/jacobian",
            title: "Squared singular values of the input-output Jacobian",
            formula: r"\text{mean}\ \sigma_w^{2L}\alpha^n,\ \text{relative variance}\ n\epsilon/\alpha\ (+L\ \text{Gaussian}),\ n=L-1",
            parameters: const {
                &[
                    required(
                        "alpha",
                        Number,
                        "the rank of the projections of all layers",
                        "a number in (0, 1]",
                    ),
                    DEPTH,
                    SIGMA_W2,
                    ENSEMBLE,
                ]
            },
            value: "{mean, relative_variance, bulk_upper_edge, top_atom}",
            outputs: const {
                Outputs::Object(&numbers(["mean", "relative_variance", "bulk_upper_edge", "top_atom"]))
            },
            validity: "M -> infinity; equal projections; depth >= 3 for orthogonal weights",
            sources: &[PENNINGTON_2017, PENNINGTON_2018],
            evaluate: |params| {
                let s = jacobian_statistics(
                    params.number("alpha")?,
                    params.integer("depth")?,
                    params.number("sigma_w2")?,
                    ensemble(params)?,
                )?;
                Ok(Value::Object(vec![
                    ("mean", s.mean.into()),
                    ("relative_variance", s.relative_variance.into()),
                    ("bulk_upper_edge", s.bulk_upper_edge.into()),
                    ("top_atom", s.top_atom.into()),
                ]))
            },
        },
        Prediction {
            id: "iso/depth-limit",
            title: "The spectrum of infinitely deep isometric networks",
            formula: r"zG\,e^{-G/c}\left[\mathrm{Ei}(G/c)-\mathrm{Ei}(G/c-\ln zG)\right]=c",
            parameters: const { &[C, Z] },
            value: "[Re G, Im G] of H_L/(qL) for each z",
            outputs: Outputs::Columns(&["G_re", "G_im"]),
            validity: "orthogonal weights, epsilon_l = c/L, q_l = q, sigma_w^2 = 1, L -> infinity after M -> infinity",
            sources: PAPER,
            evaluate: |params| {
                let law = DepthLimit::new(params.number("c")?)?;
                let g = complex_points(params)?
                    .into_iter()
                    .map(|z| law.cauchy_transform(z).map(|g| vec![g.re, g.im]));
                Ok(g.collect::<Result<Vec<_>, _>>()?.into())
            },
        },
    ]
}

fn ensemble(params: &Params) -> Result<Ensemble, TheoryError> {
    params.get("ensemble")
}

/// Refuses layers of the network of `q` times `cost` operations where they are too many.
fn afford_layers(params: &Params, what: &str, cost: f64) -> Result<(), TheoryError> {
    params.afford(what, params.get::<Vec<Json>>("q")?.len() as f64 * cost)
}

/// $\epsilon_l=1-\alpha_l$.
fn defects(params: &Params) -> Result<Vec<f64>, TheoryError> {
    let alphas: Vec<f64> = params.get("alpha")?;
    alphas
        .into_iter()
        .map(|alpha| {
            if alpha > 0.0 && alpha <= 1.0 {
                Ok(1.0 - alpha)
            } else {
                Err(TheoryError::invalid("alpha", alpha, "numbers with 0 < alpha <= 1"))
            }
        })
        .collect()
}

fn law(params: &Params) -> Result<SpectralLaw, TheoryError> {
    let ranks: Vec<f64> = params.get("alpha")?;
    let factors = defects(params)?
        .into_iter()
        .zip(ranks)
        .map(|(epsilon, alpha)| Factor::projection_of_rank(epsilon, alpha))
        .collect::<Result<_, _>>()?;
    fisher_law(&params.get::<Vec<f64>>("q")?, factors, params.number("sigma_w2")?, ensemble(params)?)
}

fn limited<T>(name: &str, list: Vec<T>) -> Result<Vec<T>, TheoryError> {
    if list.len() <= MOST {
        Ok(list)
    } else {
        Err(TheoryError::invalid(
            name,
            format!("a list of {}", list.len()),
            format!("a list of at most {MOST}"),
        ))
    }
}

fn points(params: &Params) -> Result<Vec<f64>, TheoryError> {
    limited("x", params.get("x")?)
}

fn complex_points(params: &Params) -> Result<Vec<Complex>, TheoryError> {
    let pairs: Vec<[f64; 2]> = limited("z", params.get("z")?)?;
    Ok(pairs.into_iter().map(|[re, im]| Complex::new(re, im)).collect())
}

/// A number, or a rational in a string.
fn rational(name: &str, value: &Json) -> Result<f64, TheoryError> {
    let parsed = match value {
        Json::Number(number) => number.as_f64(),
        Json::String(text) => match text.split_once('/') {
            Some((above, below)) => {
                above.trim().parse::<f64>().ok().zip(below.trim().parse::<f64>().ok()).map(|(a, b)| a / b)
            }
            None => text.trim().parse().ok(),
        },
        _ => None,
    };
    match parsed {
        Some(x) if x.is_finite() => Ok(x),
        _ => Err(TheoryError::invalid(name, value, "a finite number, or a rational such as \"4/5\"")),
    }
}

fn moments(params: &Params) -> Result<Value, TheoryError> {
    let list = |name: &str, values: Vec<Json>| -> Result<Vec<f64>, TheoryError> {
        values.iter().map(|value| rational(name, value)).collect()
    };
    let q = list("q", params.get("q")?)?;
    let sigma_w2 = positive("sigma_w2", rational("sigma_w2", &params.get("sigma_w2")?)?)?;
    let rows: Vec<Vec<Json>> = params.get("slope_moments")?;
    let rows = rows.into_iter().map(|row| list("slope_moments", row)).collect::<Result<Vec<_>, _>>()?;
    super::law::check_lengths(&q, rows.len())?;
    super::forward::check_depth(q.len())?;
    let ensemble = ensemble(params)?;
    let order = rows.first().map_or(4, Vec::len);
    params.afford(
        "the moments",
        rows.len() as f64 * (order as f64).powi(3) * if order > 4 { 20.0 } else { 5.0 },
    )?;
    let steps: Vec<_> =
        rows.iter().zip(&q[1..]).map(|(row, &shift)| (row.as_slice(), ensemble, sigma_w2, shift)).collect();
    Ok(law_moments(positive("q0", q[0])?, &steps, order)?.into())
}
