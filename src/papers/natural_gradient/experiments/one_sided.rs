//! Networks under rules that invert one factor of a layer.
