//! Classifiers trained by natural gradient of the cross entropy.
