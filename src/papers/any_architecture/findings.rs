//! What the theory finds, in words and in its own numbers.

use serde_json::json;
use solvable_engine::verify::JudgeError;
use solvable_shared::told;
use solvable_theory::any_architecture::mean_subtraction_edge;

use crate::claims::predicted::statistics;
use crate::claims::sharpness::{Kind, as_wide_as_samples, of_blocks};
use crate::settings;

pub(super) const SUMMARY: &str = "The Fisher information of a wide network of any layers follows from two numbers for each pair of samples and positions. \
    Without pooling a convolutional network is the fully connected one with fan-ins in place of widths; global average pooling \
    keeps the outlier and divides the rest of the spectrum by the number of positions. Residual networks sharpen exponentially \
    with their depth, with normalized branches logarithmically. Mean subtraction lowers the sharpness of networks on images of a \
    fixed size by a constant factor, but does not keep it from growing with the width.";

/// Widths at which numbers are given.
const WIDTHS: [usize; 3] = [32, 64, 128];

/// A paragraph each.
pub(super) fn all() -> Vec<String> {
    told(&[subtraction, pooling, sharing, depth, mixing, gains])
}

fn list(values: &[f64]) -> String {
    let words: Vec<String> = values.iter().map(|x| format!("{x:.1}")).collect();
    format!("{} and {}", words[..words.len() - 1].join(", "), words[words.len() - 1])
}

fn subtraction() -> Result<String, JudgeError> {
    let edges = |collected: &str| -> Result<(Vec<f64>, f64), JudgeError> {
        let mut edges = Vec::new();
        let mut lowered = 0.0;
        for width in WIDTHS {
            let network = as_wide_as_samples(collected, width)?.network;
            edges.push(mean_subtraction_edge(&network, width)?.lambda_ms);
            lowered = statistics(&network, width)?.lambda_max / edges[edges.len() - 1];
        }
        Ok((edges, lowered))
    };
    let ((flat, of_flat), (pooled, of_pooled)) = (edges("flatten")?, edges("global-avg-pool")?);
    Ok(format!(
        "Mean subtraction does not cure convolutional networks in the published sense. On images of 8 positions and 2 channels, with as many \
         samples as channels, 32, 64 and 128, the edge that it leaves lies at {} flattened and at {} pooled (arch/ms-slope), where inputs that grow \
         with the network would leave it where it is. It still lowers the sharpness, {of_flat:.0} times and {of_pooled:.0} times at 128 channels.",
        list(&flat),
        list(&pooled)
    ))
}

fn pooling() -> Result<String, JudgeError> {
    Ok("Behind global average pooling samples differ, to first order, only in their mean position: $D=c_0$ numbers, not $Sc_0$. The bulk is $S$ times \
        smaller, but much wider (arch/pooling, arch/ms-edge)."
        .into())
}

fn sharing() -> Result<String, JudgeError> {
    Ok("Sharing weights does not enter the order parameters without pooling: a locally connected network has the same spectrum up to the number of \
        its parameters. With pooling it is worth a factor $S$ in $\\theta_{st}$. So in time: the last state of a recurrent network cannot see that its \
        weights are tied, the mean over its states can (arch/recurrent-overlap)."
        .into())
}

fn depth() -> Result<String, JudgeError> {
    let growth = |kind: Kind| -> Result<f64, JudgeError> {
        let at = |blocks: usize| -> Result<f64, JudgeError> {
            Ok(statistics(&of_blocks(kind, blocks, 64)?.network, 8)?.lambda_max)
        };
        Ok(at(32)? / at(16)?)
    };
    Ok(format!(
        "Unscaled residual ReLU networks sharpen by $1+\\sigma_w^2/2$ a block, those of scale $B^{{-1/2}}$ not at all; normalized branches cost $\\ln B$, \
         normalized sums $B$. From 16 to 32 blocks the sharpness grows {:.1e} times, {:.2} times, {:.2} times and {:.2} times (arch/depth-growth). That \
         normalization makes the sharpness independent of the depth holds for neither.",
        growth(Kind::Residual)?,
        growth(Kind::Scaled)?,
        growth(Kind::PreNorm)?,
        growth(Kind::PostNorm)?
    ))
}

fn mixing() -> Result<String, JudgeError> {
    let of = |matrix: Option<Vec<Vec<f64>>>| -> Result<f64, JudgeError> {
        let mut mix = json!({"tokens": 2});
        if let Some(matrix) = matrix {
            mix["matrix"] = json!(matrix);
        }
        let layers =
            json!([{"dense": 64}, "relu", {"mix": mix}, {"dense": 64}, "relu", "flatten", {"dense": 1}]);
        let network = settings::network(2, 16, 2.0, 0.0, layers)?;
        Ok(statistics(&network, 8)?.theta_st)
    };
    // Two matrices of the variance that the mean is over, whose rows add up or cancel.
    let (along, against) = (of(Some(vec![vec![1.0; 2]; 2]))?, of(Some(vec![vec![1.0, -1.0]; 2]))?);
    let mean = of(None)?;
    Ok(format!(
        "The mean kernel of a mixer is not its kernel: overlaps between tokens make every mixing matrix a kernel of its own, at any number of channels \
         (arch/mixer). Of two tokens, rows that add up give {:.2} times the mean $\\theta_{{st}}$, rows that cancel {:.2} times. Only centred signals \
         average themselves.",
        along / mean,
        against / mean
    ))
}

fn gains() -> Result<String, JudgeError> {
    Ok("Gains of a normalization in front of an activation must not be factorised from its slopes, pools in between or not: the channel that meets the \
        gain is the one whose slope follows (arch/gain-block)."
        .into())
}
