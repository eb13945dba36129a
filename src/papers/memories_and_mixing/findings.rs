//! What the theory finds, in words and in its own numbers.

use solvable_engine::verify::JudgeError;
use solvable_shared::told;
use solvable_theory::memories_and_mixing::{
    Attended, ReplayBuffer, Scores, Tail, attention_statistics, attention_temperature, collapse_boundary,
    critical_temperature, mixing_exponents, mixing_moments, outlier_boundary, sharing, sharing_plateau,
    token_similarity,
};

/// A paragraph each.
pub(super) fn all() -> Vec<String> {
    told(&[collapse, skips, replay, outliers, plateau, temperature, rank])
}

fn collapse() -> Result<String, JudgeError> {
    let (tokens, d) = (400.0, 32.0);
    let boundary = collapse_boundary(tokens, d)?;
    Ok(format!(
        "Pure attention makes tokens alike doubly exponentially with depth only below a threshold: at low dimension where $\\beta s<1$, in {d} dimensions with {tokens} tokens below \
         $\\lambda_c={boundary:.3}$. Above it tokens retrieve themselves and nothing mixes (mem/self-retrieval, figure mem/collapse). Published bounds of this type are upper bounds under a \
         condition of small residuals; as an equality the law holds there, token by token (mem/small-residual), and in the median of many tokens (mem/token-map)."
    ))
}

fn skips() -> Result<String, JudgeError> {
    let layers = 24;
    let left = |branch: f64, values: &str| -> Result<f64, JudgeError> {
        let all = token_similarity(1.0, 0.2, 1.0, branch, layers, values.parse()?)?;
        Ok(all[layers - 1])
    };
    Ok(format!(
        "A skip connection does not prevent this collapse, it makes it geometric, and scaling the tokens after each layer changes nothing: behind {layers} layers with branches of 0.3 the \
         residual power over that of the mean falls from 1 to {:.1e}, with random value matrices to {:.2}. Branches of $1/L$ keep {:.2} of it, with random values branches of $1/\\sqrt L$ \
         keep {:.2} (mem/token-similarity, mem/random-values).",
        left(0.3, "identity")?,
        left(0.3, "random")?,
        left(1.0 / layers as f64, "identity")?,
        left((layers as f64).sqrt().recip(), "random")?
    ))
}

fn replay() -> Result<String, JudgeError> {
    let gains = |overlap: f64, replayed: usize, weight: f64| -> Result<(f64, f64), JudgeError> {
        let buffer =
            ReplayBuffer { beta: 2.0, r2: 4.0, overlap, new_overlap: 0.2, stored: 40, replayed, weight };
        Ok((buffer.gain()?, ReplayBuffer { replayed: 40, ..buffer }.gain()?))
    };
    let (clustered, isolated) = (gains(0.3, 10, 0.5)?, gains(0.0, 4, 0.2)?);
    Ok(format!(
        "The identity of full replay overstates what a random buffer buys: ten of forty patterns with overlap 0.3 save {:.3} of an energy where it says {:.3}, {:.1} times as much; four of \
         forty isolated ones {:.3} where it says {:.3}, {:.1} times (mem/replay-subset).",
        clustered.0,
        clustered.1,
        clustered.1 / clustered.0,
        isolated.0,
        isolated.1,
        isolated.1 / isolated.0
    ))
}

fn outliers() -> Result<String, JudgeError> {
    let boundary = outlier_boundary(0.5, 6.0, 0.8, 100, 5)?;
    Ok(format!(
        "\"Outliers forget more\" is no law of the energy. With equal norms it holds only where the new task lies near enough to the cluster, $r>r^*$; a cluster of a hundred patterns with \
         overlap 0.8 forgets more than outliers up to $r^*={boundary:.3}$, as it has more energy to lose (mem/outlier-boundary)."
    ))
}

fn plateau() -> Result<String, JudgeError> {
    let (n, k, r2) = (16, 16, 256.0);
    let (used, memorised) = (sharing_plateau(n, k)?.1, sharing(&vec![1; n], r2, 1.0)?.likelihood);
    let mut one = vec![0; k];
    one[0] = n;
    let averaged = sharing(&one, r2, 1.0)?.likelihood;
    Ok(format!(
        "Likelihood ascent stops where samples share patterns, far below full memorisation: with {n} orthogonal samples and {k} patterns {used:.1} patterns are used, and the likelihood rests \
         between that of the mean pattern, {averaged:.0}, and that of memorisation, {memorised:.0}, at the height that the occupation tells (mem/sharing, mem/plateau). Random choices \
         describe starts that are not tiny; from tiny ones, and with centred data, more is memorised (mem/small-starts, figure mem/ascent)."
    ))
}

fn temperature() -> Result<String, JudgeError> {
    let mut told = Vec::new();
    for n in [128.0, 1024.0, 8192.0, 131_072.0] {
        let two = attention_temperature(Scores::Gaussian, n, Attended::Participation(0.5))?;
        let critical = critical_temperature(Tail::Gaussian { correlation: 0.0, copies: 1.0 }, n)?;
        told.push(format!("{two:.2} at {n} keys ({:.2} times)", two / critical));
    }
    let flat = attention_statistics(Scores::Gaussian, 1024.0, 1.0)?;
    let sphere = critical_temperature(Tail::Sphere(16), 1024.0)?;
    let gaussian = critical_temperature(Tail::Gaussian { correlation: 0.0, copies: 1.0 }, 1024.0)?;
    Ok(format!(
        "The condensation temperature $\\sqrt{{2\\log n}}$ is far off at real context lengths. Two effective keys need $\\beta$ = {}. Scores of unit variance, as the root of the head size makes \
         them, spread over {:.0} of 1024 keys at every depth; keys on a sphere of 16 dimensions condense at {sphere:.2} and not at {gaussian:.2} (mem/participation, mem/entropy, figures \
         mem/attended and mem/temperature).",
        told.join(", "),
        flat.participation.recip()
    ))
}

fn rank() -> Result<String, JudgeError> {
    let effective = |skip: f64, branch: f64, layers: usize| -> Result<f64, JudgeError> {
        let m = mixing_moments(12, skip, branch, layers)?;
        Ok(m.square_of_trace / m.trace_of_square)
    };
    let exponents = mixing_exponents(12, 1.0)?;
    Ok(format!(
        "Linear mixing loses rank more slowly than attention does: of twelve tokens an effective rank of {:.2} is left behind ten layers of branches 0.3 with a skip, and of {:.2} without one, where \
         the first two directions part by {:.3} a layer (mem/mixing-moments, mem/mixing-exponents).",
        effective(1.0, 0.3, 10)?,
        effective(0.0, 1.0, 10)?,
        exponents[0] - exponents[1]
    ))
}
