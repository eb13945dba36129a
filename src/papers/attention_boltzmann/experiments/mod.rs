//! Attentional Boltzmann machines: annealing, Gibbs chains, learning, retrieval, storage.

mod biased;
mod early;
mod exact;
mod learning;
mod machine;
mod retrieval;

use solvable_engine::verify::SettingError;
use solvable_engine::verify::setting::{positive_to, require, within};
use solvable_shared::checks;
use solvable_theory::attention_boltzmann::{MOST_COMPOSITIONS, checked_count};

pub use biased::{
    BiasedAnnealing, BiasedAnnealingOutcome, BiasedAnnealingSetting, BiasedMachine, DensityMoment,
    DensityMomentOutcome, DensityMomentSetting,
};
pub use early::{EarlyLearning, EarlyLearningOutcome, EarlyLearningSetting};
pub use exact::{
    BinaryVisible, BinaryVisibleOutcome, BinaryVisibleSetting, CutOff, CutOffOutcome, CutOffSetting, Simplex,
    SimplexOutcome, SimplexSetting,
};
pub use learning::{
    Estimation, EstimationOutcome, EstimationSetting, ExpectationMaximisation,
    ExpectationMaximisationOutcome, ExpectationMaximisationSetting, LearningCurves, LearningCurvesOutcome,
    LearningCurvesSetting, TeacherStudent, TeacherStudentOutcome, TeacherStudentSetting,
};
pub use machine::{
    Annealing, AnnealingOutcome, AnnealingSetting, Denoising, DenoisingOutcome, DenoisingSetting,
    GibbsMoments, GibbsMomentsOutcome, GibbsSetting, Importance, ImportanceOutcome, ImportanceSetting,
    RandomMachine,
};
pub use retrieval::{
    AllPatterns, AllPatternsOutcome, AllPatternsSetting, FailingPairs, FailingPairsOutcome,
    GaussianPatternsSetting, HardRetrieval, HardRetrievalOutcome, MixtureWeights, MixtureWeightsOutcome,
    MixtureWeightsSetting, Retrieval, RetrievalOutcome, RetrievalSetting, Storage, StorageOutcome,
    StorageSetting, StoredVectors, StoredVectorsOutcome, Updates, UpdatesOutcome, UpdatesSetting,
};

/// Numbers that a trial may hold of its samples.
const MOST_HELD: usize = 1_000_000_000;

/// $K$ patterns in $d$ dimensions, and a sum over the occupations by $n$ hidden units that comes to an end.
fn check_sizes(dimension: usize, patterns: usize, order: usize) -> Result<(), SettingError> {
    checks::count("dimension", dimension)?;
    checks::count("patterns", patterns)?;
    checks::count("order", order)?;
    check_sum("order", order, patterns, order)
}

/// A `value` for which the sum over the occupations of `patterns` patterns by `units` hidden units comes to an end.
fn check_sum(field: &str, value: usize, patterns: usize, units: usize) -> Result<(), SettingError> {
    // A mixture of a gigabyte.
    let most = MOST_COMPOSITIONS.min((1 << 27) / (patterns + 4));
    let few = units <= checks::MOST_STEPS && checked_count(patterns, units).is_ok_and(|count| count <= most);
    let valid = format!("so few that {patterns} patterns have at most {most} occupations");
    require(few, field, value, valid)
}

/// A number of samples in `dimension` dimensions.
fn check_samples(field: &str, samples: usize, dimension: usize) -> Result<(), SettingError> {
    within(field, samples, 1..=MOST_HELD / dimension.clamp(1, MOST_HELD))
}

/// A variance or another scale.
fn check_scale(field: &str, value: f64) -> Result<(), SettingError> {
    positive_to(field, value, 1e6)
}

/// $\|\xi_\mu\|^2$ of patterns from which one update moves by more than rounding.
fn check_separation(square: f64, order: usize) -> Result<(), SettingError> {
    let most = 8.0 * order as f64;
    require((1e-100..=most).contains(&square), "square", square, format!("from 1e-100 to 8 n = {most}"))
}
