//! One step at many widths.
