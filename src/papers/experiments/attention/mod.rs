//! Attentional Boltzmann machines: annealing, Gibbs chains, learning, retrieval, storage.

mod early;
mod learning;
mod machine;
mod retrieval;

pub use early::{EarlyLearning, EarlyLearningSetting};
pub use learning::{
    Estimation, EstimationSetting, ExpectationMaximisation, ExpectationMaximisationSetting, LearningCurves,
    LearningCurvesSetting, TeacherStudent, TeacherStudentSetting,
};
pub use machine::{
    Annealing, AnnealingSetting, Denoising, DenoisingSetting, GibbsMoments, GibbsSetting, Importance,
    ImportanceSetting, RandomMachine, Truncated, TruncatedSetting,
};
pub use retrieval::{
    AllPatterns, AllPatternsSetting, FailingPairs, GaussianPatternsSetting, HardRetrieval, MixtureWeights,
    MixtureWeightsSetting, Retrieval, RetrievalSetting, Storage, StorageSetting, StoredVectors, Updates,
    UpdatesSetting,
};
