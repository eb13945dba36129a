//! Reports: figures, tables, HTML and PDF. Draws what [`verify`](crate::verify) found and computes nothing.
