/// One number or several: what predictions and measurements return.
pub trait Components {
    /// As a list.
    fn into_list(self) -> Vec<f64>;
}

impl Components for f64 {
    fn into_list(self) -> Vec<f64> {
        vec![self]
    }
}

impl Components for Vec<f64> {
    fn into_list(self) -> Vec<f64> {
        self
    }
}

impl<const N: usize> Components for [f64; N] {
    fn into_list(self) -> Vec<f64> {
        self.to_vec()
    }
}
