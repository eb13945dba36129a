//! What a value holds: the names of its entries, and what stands under each of them.

use super::Value;

/// The form of a prediction's value, with a name for everything in it.
///
/// Names are identifiers, unique within a prediction: the symbols of the papers in ASCII. `_star` stands for an asterisk,
/// `_inf` for infinity.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outputs {
    /// The value is one thing: a number, or one list that is a series or a table as a whole.
    One(Output),
    /// A list with an entry for every name.
    List(&'static [Output]),
    /// A list that begins with an entry for every name; all further numbers are the series that comes last.
    Then(&'static [Output], &'static str),
    /// A list of rows of numbers; the names are those of the columns. Each name stands for the series down its column.
    Columns(&'static [&'static str]),
    /// An object with these fields.
    Object(&'static [Output]),
    /// One of several forms, by the parameters; a name means the same in each of them.
    Either(&'static [Outputs]),
}

/// A named part of a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Output {
    /// Its name.
    pub name: &'static str,
    /// What it holds.
    pub holds: Holds,
    /// Whether every value has it; otherwise it hangs on the parameters.
    pub always: bool,
}

/// What a named part of a value holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Holds {
    /// A number, or a word in its place where there is none: `"inf"`, `"marginal"`, `"none"`.
    Number,
    /// A word.
    Word,
    /// A list of numbers, or words in their places; as long as the parameters make it.
    Series,
    /// A list of series, which need not be of one length.
    Table,
    /// An object with these fields.
    Record(&'static [Output]),
}

/// A number called `name`.
pub(crate) const fn number(name: &'static str) -> Output {
    Output { name, holds: Holds::Number, always: true }
}

/// Numbers with these names.
pub(crate) const fn numbers<const N: usize>(names: [&'static str; N]) -> [Output; N] {
    let mut all = [number(""); N];
    let mut n = 0;
    while n < N {
        all[n] = number(names[n]);
        n += 1;
    }
    all
}

/// A word called `name`.
pub(crate) const fn word(name: &'static str) -> Output {
    Output { name, holds: Holds::Word, always: true }
}

/// A series called `name`.
pub(crate) const fn series(name: &'static str) -> Output {
    Output { name, holds: Holds::Series, always: true }
}

/// A table called `name`.
pub(crate) const fn table(name: &'static str) -> Output {
    Output { name, holds: Holds::Table, always: true }
}

/// An object called `name` within an object.
pub(crate) const fn record(name: &'static str, fields: &'static [Output]) -> Output {
    Output { name, holds: Holds::Record(fields), always: true }
}

impl Output {
    /// The same, where it hangs on the parameters whether it is there.
    pub(crate) const fn sometimes(self) -> Self {
        Self { always: false, ..self }
    }

    /// Whether `value` is what this holds.
    fn fits(&self, value: &Value) -> bool {
        match (self.holds, value) {
            (Holds::Number, value) => is_number(value),
            (Holds::Word, value) => matches!(value, Value::Word(_)),
            (Holds::Series, value) => is_series(value),
            (Holds::Table, Value::List(rows)) => rows.iter().all(is_series),
            (Holds::Record(outputs), Value::Object(fields)) => are_fields(outputs, fields),
            (Holds::Table | Holds::Record(_), _) => false,
        }
    }
}

impl Outputs {
    /// Everything that a value can hold, each name once, in the order of the value.
    ///
    /// # Example
    /// ```
    /// use solvable_theory::catalog::{self, Holds};
    /// let curve = catalog::find("dyn/flow-curve")?.outputs.all();
    /// assert_eq!((curve[0].name, curve[1].name, curve[0].holds), ("E", "L", Holds::Series));
    /// # Ok::<(), solvable_theory::TheoryError>(())
    /// ```
    pub fn all(&self) -> Vec<Output> {
        match self {
            Self::One(output) => vec![*output],
            Self::List(outputs) | Self::Object(outputs) => outputs.to_vec(),
            Self::Then(first, rest) => [first, &[series(rest)][..]].concat(),
            Self::Columns(names) => names.iter().map(|name| series(name)).collect(),
            Self::Either(forms) => {
                let mut all: Vec<Output> = Vec::new();
                for output in forms.iter().flat_map(Self::all) {
                    if !all.iter().any(|known| known.name == output.name) {
                        let has = |form: &Self| form.all().iter().any(|o| o.name == output.name && o.always);
                        all.push(Output { always: forms.iter().all(has), ..output });
                    }
                }
                all
            }
        }
    }

    /// Whether `value` is what this declares.
    pub fn fits(&self, value: &Value) -> bool {
        match (self, value) {
            (Self::One(output), value) => output.fits(value),
            (Self::List(outputs), Value::List(values)) => {
                outputs.len() == values.len() && begins_with(values, outputs)
            }
            (Self::Then(first, _), Value::List(values)) => {
                begins_with(values, first) && values.iter().skip(first.len()).all(is_number)
            }
            (Self::Columns(names), Value::List(rows)) => rows.iter().all(
                |row| matches!(row, Value::List(cells) if cells.len() == names.len() && cells.iter().all(is_number)),
            ),
            (Self::Object(outputs), Value::Object(fields)) => are_fields(outputs, fields),
            (Self::Either(forms), value) => forms.iter().any(|form| form.fits(value)),
            (Self::List(_) | Self::Then(..) | Self::Columns(_) | Self::Object(_), _) => false,
        }
    }

    /// Takes a value apart: its parts by their names, in the order of the value. `None` where the value is not what this
    /// declares.
    ///
    /// # Example
    /// ```
    /// use serde_json::json;
    /// use solvable_theory::catalog;
    /// let kappa = catalog::find("mf/kappa")?;
    /// let given = json!({"activation": "relu", "sigma_w2": 2, "sigma_b2": 0, "alphas": [1, 1, 1]});
    /// let value = kappa.evaluate(given.as_object().unwrap())?;
    /// let named = kappa.outputs.named(value).unwrap();
    /// assert_eq!(named.iter().map(|(name, _)| *name).collect::<Vec<_>>(), ["kappa_1", "kappa_2", "alpha"]);
    /// # Ok::<(), solvable_theory::TheoryError>(())
    /// ```
    pub fn named(&self, value: Value) -> Option<Vec<(&'static str, Value)>> {
        if !self.fits(&value) {
            return None;
        }
        match (self, value) {
            (Self::One(output), value) => Some(vec![(output.name, value)]),
            (Self::List(outputs), Value::List(values)) => Some(pairs(outputs, values)),
            (Self::Then(first, rest), Value::List(mut values)) => {
                let others = values.split_off(first.len());
                let mut all = pairs(first, values);
                all.push((rest, Value::List(others)));
                Some(all)
            }
            (Self::Columns(names), Value::List(rows)) => {
                let mut columns: Vec<Vec<Value>> = vec![Vec::with_capacity(rows.len()); names.len()];
                for row in rows {
                    let Value::List(cells) = row else { return None };
                    columns.iter_mut().zip(cells).for_each(|(column, cell)| column.push(cell));
                }
                Some(names.iter().copied().zip(columns.into_iter().map(Value::List)).collect())
            }
            (Self::Object(_), Value::Object(fields)) => Some(fields),
            (Self::Either(forms), value) => forms.iter().find(|form| form.fits(&value))?.named(value),
            (Self::List(_) | Self::Then(..) | Self::Columns(_) | Self::Object(_), _) => None,
        }
    }
}

fn is_number(value: &Value) -> bool {
    matches!(value, Value::Number(_) | Value::Word(_))
}

fn is_series(value: &Value) -> bool {
    matches!(value, Value::List(values) if values.iter().all(is_number))
}

/// Whether there is a value for every output, and each fits.
fn begins_with(values: &[Value], outputs: &[Output]) -> bool {
    outputs.len() <= values.len() && outputs.iter().zip(values).all(|(output, value)| output.fits(value))
}

/// Whether the fields are declared, fit, and none is missing that is always there.
fn are_fields(outputs: &[Output], fields: &[(&'static str, Value)]) -> bool {
    let declared = |(name, value): &(&str, Value)| outputs.iter().any(|o| o.name == *name && o.fits(value));
    let given = |output: &Output| fields.iter().any(|(name, _)| *name == output.name);
    fields.iter().all(declared) && outputs.iter().filter(|output| output.always).all(given)
}

fn pairs(outputs: &[Output], values: Vec<Value>) -> Vec<(&'static str, Value)> {
    outputs.iter().map(|output| output.name).zip(values).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const TWO: Outputs = Outputs::List(&numbers(["a", "b"]));
    const SOME: Outputs =
        Outputs::Object(&[number("x"), word("y").sometimes(), record("z", &[series("t")]).sometimes()]);

    fn names(outputs: Outputs, value: impl Into<Value>) -> Option<Vec<&'static str>> {
        outputs.named(value.into()).map(|all| all.into_iter().map(|(name, _)| name).collect())
    }

    #[test]
    fn lists_have_as_many_entries_as_names() {
        assert_eq!(TWO.named(vec![1.0, 2.0].into()).unwrap(), [("a", 1.0.into()), ("b", 2.0.into())]);
        for other in [vec![1.0], vec![1.0, 2.0, 3.0]] {
            assert!(!TWO.fits(&other.clone().into()) && TWO.named(other.into()).is_none());
        }
        assert!(!TWO.fits(&1.0.into()) && !TWO.fits(&vec![vec![1.0], vec![2.0]].into()));
        assert!(TWO.fits(&Value::List(vec![Value::Word("inf"), 2.0.into()])));
    }

    #[test]
    fn what_follows_the_named_entries_is_one_series() {
        let then = Outputs::Then(const { &numbers(["a", "b"]) }, "c");
        let named = then.named(vec![1.0, 2.0, 3.0, 4.0].into()).unwrap();
        assert_eq!(named[2], ("c", vec![3.0, 4.0].into()));
        assert_eq!(then.named(vec![1.0, 2.0].into()).unwrap()[2], ("c", Value::List(vec![])));
        assert_eq!(names(then, vec![1.0]), None);
    }

    #[test]
    fn rows_become_columns() {
        let columns = Outputs::Columns(&["E", "L"]);
        let named = columns.named(vec![[1.0, 2.0], [3.0, 4.0]].into()).unwrap();
        assert_eq!(named, [("E", vec![1.0, 3.0].into()), ("L", vec![2.0, 4.0].into())]);
        assert_eq!(names(columns, Value::List(vec![])).unwrap(), ["E", "L"]);
        assert_eq!(names(columns, vec![vec![1.0, 2.0], vec![3.0]]), None);
    }

    #[test]
    fn objects_may_lack_what_is_not_always_there() {
        let x = || ("x", Value::from(1.0));
        let (y, z) = (("y", Value::Word("no")), ("z", Value::Object(vec![("t", vec![1.0].into())])));
        for fields in [vec![x()], vec![x(), y.clone()], vec![x(), y.clone(), z]] {
            assert!(SOME.fits(&Value::Object(fields)));
        }
        for fields in [vec![y], vec![x(), ("y", 1.0.into())], vec![x(), ("u", 1.0.into())]] {
            assert!(!SOME.fits(&Value::Object(fields)));
        }
    }

    #[test]
    fn of_several_forms_the_one_that_fits_names_the_parts() {
        let either = Outputs::Either(&[
            TWO,
            SOME,
            Outputs::One(Output { name: "x", holds: Holds::Number, always: true }),
        ]);
        assert_eq!(names(either, vec![1.0, 2.0]).unwrap(), ["a", "b"]);
        assert_eq!(names(either, 1.0).unwrap(), ["x"]);
        assert_eq!(names(either, vec![1.0]), None);
        let all: Vec<_> = either.all().into_iter().map(|output| (output.name, output.always)).collect();
        assert_eq!(all, [("a", false), ("b", false), ("x", false), ("y", false), ("z", false)]);
    }
}
