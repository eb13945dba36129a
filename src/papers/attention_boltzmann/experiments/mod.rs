//! Attentional Boltzmann machines: annealing, Gibbs chains, learning, retrieval, storage.

mod biased;
mod early;
mod exact;
mod learning;
mod machine;
mod retrieval;

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
