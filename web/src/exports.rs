//! What the module exports: room for a question, the questions, and what a panic said.
//!
//! Whoever asks writes the question into the room that [`text`] makes, asks, and reads the answer, whose length is returned,
//! from the place that [`text_place`] tells.

// The names of exports count as unsafe, for the linker could meet them twice. No pointer is followed here.
#![allow(unsafe_code)]

use std::cell::RefCell;
use std::sync::Once;

use serde_json::Value as Json;
use solvable_theory::catalog::{self, Prediction};

use crate::{curve, explore, predict};

thread_local! {
    static TEXT: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
    static NUMBERS: RefCell<Vec<f64>> = const { RefCell::new(Vec::new()) };
    static PANIC: RefCell<String> = const { RefCell::new(String::new()) };
}

/// Room for a text of `length` bytes.
#[unsafe(no_mangle)]
pub extern "C" fn text(length: usize) -> *mut u8 {
    TEXT.with_borrow_mut(|text| {
        text.clear();
        text.resize(length, 0);
        text.as_mut_ptr()
    })
}

/// Where the text is.
#[unsafe(no_mangle)]
pub extern "C" fn text_place() -> *const u8 {
    TEXT.with_borrow(|text| text.as_ptr())
}

/// Room for `count` numbers.
#[unsafe(no_mangle)]
pub extern "C" fn numbers(count: usize) -> *mut f64 {
    NUMBERS.with_borrow_mut(|numbers| {
        numbers.clear();
        numbers.resize(count, 0.0);
        numbers.as_mut_ptr()
    })
}

/// Where the numbers are.
#[unsafe(no_mangle)]
pub extern "C" fn numbers_place() -> *const f64 {
    NUMBERS.with_borrow(|numbers| numbers.as_ptr())
}

/// How many numbers there are.
#[unsafe(no_mangle)]
pub extern "C" fn numbers_count() -> usize {
    NUMBERS.with_borrow(Vec::len)
}

/// All predictions as a JSON array.
#[unsafe(no_mangle)]
pub extern "C" fn catalog() -> usize {
    listen();
    let all: Json = catalog::all().iter().map(Prediction::to_json).collect();
    answered(all.to_string())
}

/// Answers the text `{"id", "params", "digits"}`.
#[unsafe(no_mangle)]
pub extern "C" fn predict() -> usize {
    listen();
    answered(predict::answer(&question()))
}

/// Answers the text `{"id", "params", "parameters", "outputs"}`; the numbers are the parameter's values, and in the end the outputs'.
#[unsafe(no_mangle)]
pub extern "C" fn curve() -> usize {
    listen();
    let (text, numbers) = curve::answer(&question(), &NUMBERS.take());
    NUMBERS.set(numbers);
    answered(text)
}

/// Answers the text `{"figure", "at", "detail"}` with the figure at that setting of its knobs.
#[unsafe(no_mangle)]
pub extern "C" fn explore() -> usize {
    listen();
    answered(explore::answer(&question()))
}

/// The length of what the panic said that has ended this instance.
#[unsafe(no_mangle)]
pub extern "C" fn panic_length() -> usize {
    PANIC.with_borrow(String::len)
}

/// Where it is: the text may have been in use when it came.
#[unsafe(no_mangle)]
pub extern "C" fn panic_place() -> *const u8 {
    PANIC.with_borrow(|panic| panic.as_ptr())
}

fn question() -> Vec<u8> {
    TEXT.take()
}

fn answered(text: String) -> usize {
    let length = text.len();
    TEXT.set(text.into_bytes());
    length
}

/// From now on panics are written down.
fn listen() {
    static LISTENING: Once = Once::new();
    LISTENING.call_once(|| {
        std::panic::set_hook(Box::new(|panic| PANIC.set(panic.to_string())));
    });
}
