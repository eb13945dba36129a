//! Gaussian integrals.
