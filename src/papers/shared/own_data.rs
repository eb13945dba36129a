//! The data-dependent predictions: the analytic tangent kernel of given inputs against finite networks on them.

use solvable_theory::bibliography::{JACOT_2018, KARAKIDA_2019_UNIVERSAL};
use solvable_theory::{Architecture, TheoryError, mean_field};

use crate::by;
use crate::fisher::{DataFisher, DataFisherOutcome, DataFisherSetting};
use crate::kept::kept;
use solvable_engine::Paper;
use solvable_engine::verify::{At, Claim, JudgeError, Margin, Profile};
use solvable_simulate::data::Dataset;
use solvable_simulate::linalg::{self, Matrix};

/// The experiment that user's inputs are named in.
pub const EXPERIMENT: &str = <DataFisher as solvable_engine::verify::Experiment>::ID;

/// Samples of a user's file that are used: the analytic kernel costs one integral for each pair.
const MOST_SAMPLES: usize = 200;

/// The claims about the user's inputs.
pub fn paper(data: &Dataset) -> Paper {
    let data = data.clone();
    let at = move |profile| {
        let (width, samples, trials) = by(profile, (400, 40, 512), (1000, MOST_SAMPLES, 200));
        let head = data.scaled_head(samples)?;
        cases(&head, width, trials)
    };
    Paper {
        id: "data".into(),
        name: "own_data".into(),
        title: "Fisher information on given inputs".into(),
        summary: "The first samples of the given file, scaled by one number to mean square 1, take the place of Gaussian \
                  inputs: the analytic tangent kernel of their Gram matrix against random networks of finite width.".into(),
        findings: Vec::new,
        sources: vec![KARAKIDA_2019_UNIVERSAL, JACOT_2018],
        claims: claims("data", at),
        figures: Vec::new(),
        maps: Vec::new(),
        knobs: crate::knobs::NETWORK,
    }
}

/// The networks of these claims on `data`: closed-form kernels, two hidden layers, two classes.
pub fn cases(data: &Dataset, width: usize, trials: usize) -> Result<Vec<At<DataFisherSetting>>, JudgeError> {
    [("relu", 2.0, 0.1), ("erf", 2.0, 0.3), ("gelu", 2.0, 0.1)]
        .into_iter()
        .map(|(name, sigma_w2, sigma_b2)| {
            let widths = vec![data.dimension(), width, width, 2];
            let network =
                Architecture::new(widths, name.parse()?, sigma_w2, sigma_b2)?.with_trained_biases(true);
            let label = format!("{name} L=3 M={width} N={} on {}", data.samples(), data.name());
            Ok(At::setting(label, DataFisherSetting { network, data: data.clone() }, trials))
        })
        .collect()
}

/// The analytic kernel $\Theta(x_n,x_{n'})$ of the inputs; kept, as it costs an integral for each pair.
pub fn kernel(setting: &DataFisherSetting) -> Result<Matrix, JudgeError> {
    let (samples, gram) = (setting.data.samples(), setting.data.gram());
    let question = format!("data kernel {:?} {:?}", setting.network, gram.as_slice());
    let kernel = kept(&question, || Ok(mean_field::ntk_gram(&setting.network, gram.as_slice(), samples)?))?;
    Ok(Matrix::from_column_slice(samples, samples, &kernel))
}

/// `[m_λ, s_λ, λ_max]` from `kernel`, $C$-fold.
fn statistics(setting: &DataFisherSetting, kernel: &Matrix) -> Result<[f64; 3], JudgeError> {
    let top = linalg::largest_eigenvalues(kernel, 1)?[0];
    let n = setting.data.samples() as f64;
    let share = setting.network.classes() as f64 / setting.network.parameter_count() as f64;
    Ok([share * kernel.trace() / n, share * kernel.norm_squared() / (n * n), top / n])
}

/// What Gaussian inputs of the same number and dimension would give.
fn as_if_gaussian(setting: &DataFisherSetting) -> Result<[f64; 3], TheoryError> {
    let all = mean_field::fim_statistics(&setting.network, setting.data.samples())?;
    Ok([all.m_lambda, all.s_lambda, all.lambda_max])
}

/// Whether the formula for Gaussian inputs differs from that for these by more than twice the `margin`.
fn differs(setting: &DataFisherSetting, index: usize, margin: f64) -> bool {
    let pair = || -> Result<(f64, f64), JudgeError> {
        Ok((as_if_gaussian(setting)?[index], statistics(setting, &kernel(setting)?)?[index]))
    };
    // Where either cannot be evaluated the rival is asked for, and says why.
    pair().map_or(true, |(gaussian, own)| (gaussian / own - 1.0).abs() > 2.0 * margin)
}

/// One claim for each statistic, with ids that begin with `prefix`.
pub fn claims(
    prefix: &str,
    at: impl Fn(Profile) -> Result<Vec<At<DataFisherSetting>>, JudgeError> + Clone + Send + Sync + 'static,
) -> Vec<Claim> {
    let claim = |index: usize, id: &str, title: &str, formula: &str, quick: Margin, full: Margin| {
        let reads: [fn(&DataFisherOutcome) -> f64; 3] = [|o| o.m_lambda, |o| o.s_lambda, |o| o.lambda_top];
        let read = reads[index];
        let id = if prefix.contains('/') { format!("{prefix}-{id}") } else { format!("{prefix}/{id}") };
        Claim::about::<DataFisher>(id, title)
            .formula(formula)
            .sources(&[KARAKIDA_2019_UNIVERSAL, JACOT_2018])
            .cases(at.clone())
            .measure(move |_, o| Ok(read(o)))
            .predict(move |s| Ok(statistics(s, &kernel(s)?)?[index]))
            .margin(move |_, profile| by(profile, quick, full))
            .rival_where(
                "the formula for Gaussian inputs",
                // On inputs that are nearly Gaussian the formulas agree, and so do the norms of scaled inputs on any.
                move |s| index > 0 && differs(s, index, quick.high),
                move |s| Ok(as_if_gaussian(s)?[index]),
            )
            .rival_where(
                "orthogonal inputs: the diagonal of the kernel alone",
                move |_| index > 0,
                move |s| Ok(statistics(s, &Matrix::from_diagonal(&kernel(s)?.diagonal()))?[index]),
            )
            .rival_where(
                "the last layer counted as wide as the others in P",
                move |_| index == 0,
                |s| {
                    let last = s.network.widths()[s.network.depth() - 1] as f64;
                    let parameters = s.network.parameter_count() as f64;
                    let wide = parameters + last * (last - s.network.classes() as f64);
                    Ok(statistics(s, &kernel(s)?)?[0] * parameters / wide)
                },
            )
            .finish()
    };
    vec![
        claim(
            0,
            "m-lambda",
            "On real inputs the mean eigenvalue is the trace of the analytic kernel",
            r"m_\lambda=\frac{C}{NP}\sum_n\Theta(x_n,x_n)",
            Margin::symmetric(0.05),
            Margin::symmetric(0.02),
        ),
        claim(
            1,
            "s-lambda",
            "On real inputs the second moment is the norm of the analytic kernel",
            r"s_\lambda=\frac{C}{N^2P}\sum_{n,n'}\Theta(x_n,x_{n'})^2",
            Margin::between(-0.08, 0.20),
            Margin::symmetric(0.05),
        ),
        claim(
            2,
            "lambda-max",
            "On real inputs the outliers are the top eigenvalue of the analytic kernel",
            r"\lambda_{\max}=\frac1N\lambda_{\max}\big[\Theta(x_n,x_{n'})\big]",
            Margin::symmetric(0.08),
            Margin::symmetric(0.03),
        ),
    ]
}
