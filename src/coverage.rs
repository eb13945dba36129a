//! What of the papers the program covers, and values that their author published beside those of the program.

use solvable_engine::report::{Appendix, AppendixError, Listing, significant};

use crate::theory::bibliography::COVERAGE;
use crate::theory::dynamical_isometry::maximal_sharpness;
use crate::theory::mean_field::fim_statistics;
use crate::theory::normalization::{critical_step, edge_proportional, last_mean_subtraction};
use crate::theory::{Activation, Architecture, TheoryError};

/// The chapter on coverage, for the report.
///
/// # Errors
/// A table without the shape that [`Appendix::from_markdown`] reads.
pub fn appendix() -> Result<Appendix, AppendixError> {
    let mut appendix = Appendix::from_markdown("coverage", COVERAGE)?;
    appendix.tables.push(published());
    Ok(appendix)
}

/// One published value: what it is, as read off, and what the program says.
struct Published {
    what: &'static str,
    read: &'static str,
    here: Result<f64, TheoryError>,
    remark: &'static str,
}

/// Samples of the published values.
const SAMPLES: usize = 1000;

/// Values read off from figures that the author showed in 2020, beside those of the program.
fn published() -> Listing {
    let rows = [
        Published {
            what: "Largest eigenvalue at width 1000",
            read: "690",
            here: relu(1000).and_then(|network| Ok(fim_statistics(&network, SAMPLES)?.lambda_max)),
            remark: "`mf/lambda-max`",
        },
        Published {
            what: "The same with mean subtraction, the bulk's mean",
            read: "2.3",
            here: relu(1000).and_then(|network| Ok(last_mean_subtraction(&network, SAMPLES)?.lambda_max)),
            remark: "`norm/last-ms-m-lambda`",
        },
        Published {
            what: "The same, its edge as measured",
            read: "8.5 ± 0.2",
            here: relu(1000).and_then(|network| edge_proportional(&network, SAMPLES)),
            remark: "`norm/edge`: the formula is exact for odd activations without biases, for linear ones and to two layers; deep ReLU networks measure above it",
        },
        Published {
            what: "The line $2/\\lambda_{\\max}$ at width 10",
            read: "0.29",
            here: relu(10).and_then(|network| critical_step(fim_statistics(&network, SAMPLES)?.lambda_max)),
            remark: "`norm/trainability`",
        },
        Published {
            what: "The same at width 4000",
            read: "7.3×10⁻⁴",
            here: relu(4000).and_then(|network| critical_step(fim_statistics(&network, SAMPLES)?.lambda_max)),
            remark: "`norm/trainability`",
        },
        Published {
            what: "The line of deep orthogonal networks times their depth, at depth 50",
            read: "2",
            here: maximal_sharpness(&[1.0; 50], 1.0).and_then(critical_step).map(|step| 50.0 * step),
            remark: "`iso/heat-map`: every signal at variance one",
        },
    ];
    Listing {
        title: "Values that the author published".to_owned(),
        paragraphs: vec![
            "Read off from the figures of slides of 18 June 2020, to 3 per cent: ReLU networks of depth 3, \
             $\\sigma_w^2=2$, no biases, one output, a thousand samples. The settings are what the figures \
             tell; that they are the author's own is inferred from the agreement."
                .to_owned(),
        ],
        header: ["Quantity", "Read off", "Here", "See"].map(str::to_owned).to_vec(),
        rows: rows
            .into_iter()
            .map(|row| {
                let here = row.here.map_or_else(|error| error.to_string(), |value| significant(value, 3));
                vec![row.what.to_owned(), row.read.to_owned(), here, row.remark.to_owned()]
            })
            .collect(),
    }
}

fn relu(width: usize) -> Result<Architecture, TheoryError> {
    Ok(Architecture::new(vec![width, width, width, 1], Activation::relu(), 2.0, 0.0)?
        .with_trained_biases(false))
}
