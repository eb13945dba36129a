//! Where one theory meets its experiments: claims, settings, rivals, figures. One crate for each part, so that an
//! edited claim costs the compilation of its own paper.

pub use solvable_any_architecture as any_architecture;
pub use solvable_attention_boltzmann as attention_boltzmann;
pub use solvable_continual_learning as continual_learning;
pub use solvable_dynamical_isometry as dynamical_isometry;
pub use solvable_gradient_regularization as gradient_regularization;
pub use solvable_learning_in_time as learning_in_time;
pub use solvable_mean_field as mean_field;
pub use solvable_memories_and_mixing as memories_and_mixing;
pub use solvable_natural_gradient as natural_gradient;
pub use solvable_normalization as normalization;
pub use solvable_pathological_spectra as pathological_spectra;
pub use solvable_self_paced_augmentation as self_paced_augmentation;
pub use solvable_shared as shared;

pub use solvable_engine::{FigurePlan, Paper, Trials};
use solvable_shared::explore::ExplorePlan;

/// Every paper, in the order of the report.
pub fn all() -> Vec<Paper> {
    vec![
        mean_field::paper(),
        normalization::paper(),
        natural_gradient::paper(),
        continual_learning::paper(),
        dynamical_isometry::paper(),
        pathological_spectra::paper(),
        gradient_regularization::paper(),
        attention_boltzmann::paper(),
        self_paced_augmentation::paper(),
        any_architecture::paper(),
        learning_in_time::paper(),
        memories_and_mixing::paper(),
    ]
}

/// The explorable figures of every paper, in the order of the report.
pub fn explorables() -> Vec<ExplorePlan> {
    [
        mean_field::explorables(),
        normalization::explorables(),
        natural_gradient::explorables(),
        continual_learning::explorables(),
        dynamical_isometry::explorables(),
        pathological_spectra::explorables(),
        gradient_regularization::explorables(),
        attention_boltzmann::explorables(),
        self_paced_augmentation::explorables(),
        any_architecture::explorables(),
        learning_in_time::explorables(),
        memories_and_mixing::explorables(),
    ]
    .into_iter()
    .flatten()
    .collect()
}
