//! Completion, sharing, forgetting, rows of attention, layers of tokens, products of mixing matrices, a memory of three layers.

mod completion;
mod digits;
mod forgetting;
mod products;
mod rows;
mod sharing;
mod three_layers;
mod tokens;

pub use completion::{
    ClampedChains, ClampedOutcome, ClampedSetting, CompletionRisk, CompletionRiskOutcome,
    CompletionRiskSetting, Machine, SeenMachine, Success, SuccessOutcome, SuccessSetting,
};
pub use digits::{ABSENT, DigitCompletion, DigitsOutcome, DigitsSetting};
pub use forgetting::{
    Outliers, OutliersOutcome, OutliersSetting, Replaced, ReplacedOutcome, ReplacedSetting, Replay,
    ReplayOutcome, ReplaySetting, Survival, SurvivalOutcome, SurvivalSetting,
};
pub use products::{
    GrowthOutcome, Kronecker, KroneckerOutcome, KroneckerSetting, LinearMixing, MixingGrowth, MixingProducts,
    ProductOutcome, ProductSetting,
};
pub use rows::{
    AttentionRows, AttentionRowsOutcome, AttentionRowsSetting, Gaps, GapsOutcome, GapsSetting, RandomScores,
};
pub use sharing::{AscentOutcome, AscentSetting, SharedPatterns};
pub use three_layers::{ThreeLayerMemory, ThreeLayersOutcome, ThreeLayersSetting};
pub use tokens::{
    Collapse, CollapseOutcome, CollapseSetting, OneLayer, OneLayerOutcome, OneLayerSetting, SelfWeight,
    SelfWeightOutcome, SelfWeightSetting, Stack, StackOutcome, StackSetting,
};
