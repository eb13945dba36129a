//! The theory as WebAssembly: the catalogue, single predictions, curves over a parameter, and figures that follow knobs.
//!
//! Questions and answers are JSON texts, curves are numbers besides; `module/solvable.js` carries them over. A question
//! that cannot be answered is answered with what is wrong: `{"error": {"kind", "message", "parameter", "value", "valid"}}`,
//! with the kinds of [`TheoryError`](solvable_theory::TheoryError) and three of its own: `invalid-entry` for a question of
//! another form, `unknown-output` and `absent-output` for curves. Nothing unwinds in WebAssembly: a panic ends the instance,
//! and what it said can still be read.

mod curve;
mod explore;
mod exports;
mod predict;
