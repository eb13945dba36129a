//! Figures: training, dependence on the width, response matrices, constants, growth, poles, heavy tails.

mod classifiers;
mod frontier;
mod isotropy;
mod limits;
mod training;

use solvable_theory::natural_gradient::Method;

use solvable_engine::FigurePlan;

pub(super) fn all() -> Vec<FigurePlan> {
    [training::all(), isotropy::all(), limits::all(), frontier::all(), classifiers::all()]
        .into_iter()
        .flatten()
        .collect()
}

fn title_of(method: Method) -> &'static str {
    match method {
        Method::Gd => "gradient descent",
        Method::Exact => "exact",
        Method::Bd => "layer-wise",
        Method::Btd | Method::BtdPinv => "tri-diagonal",
        Method::Kfac | Method::KfacJoint => "K-FAC",
        Method::KfacScaled => "K-FAC, output × N",
        Method::Unit => "unit-wise",
        Method::Diag => "diagonal",
        Method::OneSided | Method::OneSidedSoftmax => "one-sided",
        Method::OneSidedScaled => "one-sided, scaled",
        Method::OutputSided => "output-sided",
        Method::Last => "last layer",
    }
}
