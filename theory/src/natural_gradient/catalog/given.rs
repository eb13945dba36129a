//! What predictions of natural gradient are given: methods and cosines.

use nalgebra::DMatrix;

use crate::TheoryError;
use crate::catalog::Kind::{Integer, Rows, Word};
use crate::catalog::parameter::required;
use crate::catalog::{Parameter, Params, Value};
use crate::mean_field::valid_depth;
use crate::natural_gradient::linear::eigen;
use crate::natural_gradient::spectrum;
use crate::natural_gradient::{LayerKernels, Method, cross_kernels, train_kernels};
use crate::quadrature::kernel_operations;

pub(super) const METHOD: Parameter = required(
    "method",
    Word,
    "the approximation of the Fisher matrix",
    "gd, exact, bd, btd, btd_pinv, kfac, kfac_scaled, kfac_joint, unit, diag, one_sided, one_sided_scaled, one_sided_softmax, output_sided or last, where the prediction has it",
);
pub(super) const COS_TRAIN: Parameter = required(
    "cos_train",
    Rows,
    "X X^T/M_0, cosines of the training inputs",
    "a symmetric positive semi-definite matrix with unit diagonal, as a list of rows",
);
pub(super) const COS_CROSS: Parameter = required(
    "cos_cross",
    Rows,
    "X' X^T/M_0, cosines of test inputs (rows) and training inputs",
    "a list of rows of numbers from -1 to 1",
);
pub(super) const STEPS: Parameter = required("t", Integer, "the number of steps", "an integer >= 0");

pub(super) fn method(params: &Params) -> Result<Method, TheoryError> {
    params.get::<String>("method")?.parse()
}

pub(super) fn missing(name: &str, meaning: &str) -> TheoryError {
    TheoryError::MissingParameter { name: name.to_owned(), meaning: meaning.to_owned() }
}

/// $L$.
pub(super) fn depth(params: &Params) -> Result<usize, TheoryError> {
    valid_depth(params.integer("depth")?)
}

pub(super) fn train(params: &Params) -> Result<LayerKernels, TheoryError> {
    let cosines = params.matrix("cos_train")?;
    // Every layer has a kernel for every pair.
    let kernels = params.integer("depth")? as f64 * (cosines.len() as f64);
    params.afford("the kernels of all layers", kernels * kernel_operations(&params.activation()?))?;
    let kernels = train_kernels(&params.scales()?, params.integer("depth")?, &cosines)?;
    check_realizable("cos_train", &cosines)?;
    Ok(kernels)
}

/// The kernels among training inputs, and from test to training inputs.
pub(super) fn both(params: &Params) -> Result<(LayerKernels, LayerKernels), TheoryError> {
    Ok((train(params)?, cross(params)?))
}

/// The kernels from test to training inputs, the test inputs being possible beside them.
pub(super) fn cross(params: &Params) -> Result<LayerKernels, TheoryError> {
    let (among, across) = (params.matrix("cos_train")?, params.matrix("cos_cross")?);
    if across.ncols() != among.ncols() {
        let valid = format!("{} columns, one for every training input", among.ncols());
        return Err(TheoryError::invalid("cos_cross", format!("{} columns", across.ncols()), valid));
    }
    let cross = cross_kernels(&params.scales()?, depth(params)?, &across)?;
    for row in across.row_iter() {
        let mut joint = among.clone().resize(among.nrows() + 1, among.ncols() + 1, 1.0);
        let last = among.nrows();
        joint.view_mut((last, 0), (1, last)).copy_from(&row);
        joint.view_mut((0, last), (last, 1)).copy_from(&row.transpose());
        check_realizable("cos_cross", &joint)?;
    }
    Ok(cross)
}

/// Refuses cosines that no inputs have: those of real vectors are positive semi-definite.
pub(super) fn check_realizable(name: &str, cosines: &DMatrix<f64>) -> Result<(), TheoryError> {
    let (values, _) = eigen(cosines, name)?;
    if values[0] >= -1e-9 {
        return Ok(());
    }
    let valid = "cosines of real inputs, which form a positive semi-definite matrix";
    Err(TheoryError::invalid(name, format!("a matrix with the eigenvalue {:.3e}", values[0]), valid))
}

/// The condition number of a response, `"singular"` where its least eigenvalue is lost in rounding.
pub(super) fn condition(response: &DMatrix<f64>) -> Result<Value, TheoryError> {
    Ok(spectrum::condition(response)?.map_or(Value::Word("singular"), Value::from))
}
