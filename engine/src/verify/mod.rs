//! The engine: claims, margins, rivals, verdicts, deterministic streams, the trial store and the runner. It knows
//! nothing of any paper.

mod builder;
mod claim;
mod clock;
mod components;
mod engine;
mod experiment;
mod fields;
mod judge;
mod own_file;
mod procedure;
mod record;
mod request;
mod results;
mod rules;
pub mod setting;
mod shard;
mod standing;
pub mod statistic;
mod stop;
mod store;
mod times;
mod verdict;

pub use builder::{At, ClaimBuilder, ClaimDraft};
pub use claim::{Case, Claim};
pub use components::Components;
pub use engine::{Drawn, Engine, LOOKS, Observer, Options, Tally};
pub use experiment::{Experiment, Parameters, Quantities, TrialFailure};
pub use fields::{Knob, assign, in_order};
pub use judge::{Breakage, Comparison, JudgeError};
pub use procedure::Procedure;
pub use record::{Record, RecordError};
pub use request::{Request, SettingKey};
pub use results::{CaseResult, ClaimResult, Component, Judgement, Margin, Results, RivalResult};
pub use rules::Exchange;
pub use setting::SettingError;
pub use shard::{Shard, ShardError, Share};
pub use solvable_figures::figure::Estimate;
pub use standing::{Count, Standing, widest};
pub use statistic::Statistic;
pub use stop::{GivenUp, Stop};
pub use store::{Conflict, Hold, SHARD_FOLDER, STORE_FILE, StoreError, StoreFile, TrialStore};
pub use times::{Basis, Forecast};
pub use verdict::{Profile, Verdict};
