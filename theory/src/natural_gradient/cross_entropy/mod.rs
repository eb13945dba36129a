//! Natural gradient on the cross entropy: the curvature of the softmax beside that of the network.

mod map;
mod margin;
mod recursion;
mod roots;

pub use map::{ce_map, ce_map_operations};
pub use margin::{CeFlow, CeMargin, ce_margin};
pub use recursion::{CeProblem, CeTrained, ce_recursion};
