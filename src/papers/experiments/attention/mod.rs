//! Attentional Boltzmann machines: annealing, Gibbs chains, learning, retrieval, storage.

mod biased;
mod early;
mod exact;
mod learning;
mod machine;
mod retrieval;

pub use biased::{
    BiasedAnnealing, BiasedAnnealingSetting, BiasedMachine, DensityMoment, DensityMomentSetting,
};
pub use early::{EarlyLearning, EarlyLearningSetting};
pub use exact::{BinaryVisible, BinaryVisibleSetting, CutOff, CutOffSetting, Simplex, SimplexSetting};
pub use learning::{
    Estimation, EstimationSetting, ExpectationMaximisation, ExpectationMaximisationSetting, LearningCurves,
    LearningCurvesSetting, TeacherStudent, TeacherStudentSetting,
};
pub use machine::{
    Annealing, AnnealingSetting, Denoising, DenoisingSetting, GibbsMoments, GibbsSetting, Importance,
    ImportanceSetting, RandomMachine,
};
pub use retrieval::{
    AllPatterns, AllPatternsSetting, FailingPairs, GaussianPatternsSetting, HardRetrieval, MixtureWeights,
    MixtureWeightsSetting, Retrieval, RetrievalSetting, Storage, StorageSetting, StoredVectors, Updates,
    UpdatesSetting,
};
