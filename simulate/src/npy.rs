//! Matrices, and images, in numpy's binary format, of any type of real number.

use std::io::Read;

use npyz::{DType, Endianness, TypeChar};

use super::linalg::Matrix;

/// Reads an $N\times d$ array as $d\times N$, and says of which type it was. Samples of several axes, such as images $N\times H\times W\times C$, are read
/// row by row, the last axis fastest; an array of one axis, where `vectors` are read, is one number a sample.
pub(super) fn read(mut reader: impl Read, vectors: bool) -> Result<(Matrix, String), String> {
    let header = npyz::NpyHeader::from_reader(&mut reader).map_err(|e| format!("not an NPY file: {e}"))?;
    let shape = header.shape().to_vec();
    let (samples, dimension) = match shape[..] {
        [samples, dimension] => (samples, dimension),
        [samples] if vectors => (samples, 1),
        [samples, ref axes @ ..] if axes.len() > 1 && header.order() == npyz::Order::C => {
            let dimension = axes.iter().try_fold(1u64, |product, axis| product.checked_mul(*axis));
            (samples, dimension.ok_or_else(|| format!("shape {shape:?} is too large"))?)
        }
        _ => {
            let needed = "an N x d matrix, or samples of several axes in C order, is needed";
            return Err(format!("an array of shape {shape:?}; {needed}"));
        }
    };
    let text = header.dtype().descr();
    let text = text.trim_matches('\'').to_owned();
    let DType::Plain(kind) = header.dtype() else {
        return Err(format!("records of type {text}; a matrix of numbers is needed"));
    };
    let (letter, size) = (kind.type_char(), kind.size_field());
    let convert = convert(letter, size).ok_or_else(|| {
        format!("values of type {text}; f2, f4, f8, integers of 1 to 8 bytes and bool are read")
    })?;
    let size = size as usize;
    let too_large = || format!("shape {samples} x {dimension} is too large");
    let (samples, dimension) = (
        usize::try_from(samples).map_err(|_| too_large())?,
        usize::try_from(dimension).map_err(|_| too_large())?,
    );
    let count = samples.checked_mul(dimension).ok_or_else(too_large)?;
    let mut bytes = Vec::new();
    reader.read_to_end(&mut bytes).map_err(|e| format!("values of type {text}: {e}"))?;
    if Some(bytes.len()) != count.checked_mul(size) {
        return Err(format!(
            "shape {samples} x {dimension} of type {text} needs {} bytes, the file holds {}",
            count as f64 * size as f64,
            bytes.len()
        ));
    }
    let big = kind.endianness() == Endianness::Big;
    let value = |raw: &[u8]| {
        let mut wide = [0u8; 8];
        wide[..size].copy_from_slice(raw);
        if big {
            wide[..size].reverse();
        }
        convert(u64::from_le_bytes(wide))
    };
    let values: Vec<f64> = bytes.chunks_exact(size).map(value).collect();
    let matrix = match header.order() {
        npyz::Order::C => Matrix::from_vec(dimension, samples, values),
        npyz::Order::Fortran => Matrix::from_vec(samples, dimension, values).transpose(),
    };
    Ok((matrix, text))
}

/// How the low bytes of a word become a number.
fn convert(letter: TypeChar, size: u64) -> Option<fn(u64) -> f64> {
    Some(match (letter, size) {
        (TypeChar::Float, 2) => |bits| half(bits as u16),
        (TypeChar::Float, 4) => |bits| f64::from(f32::from_bits(bits as u32)),
        (TypeChar::Float, 8) => f64::from_bits,
        (TypeChar::Int, 1) => |bits| f64::from(bits as u8 as i8),
        (TypeChar::Int, 2) => |bits| f64::from(bits as u16 as i16),
        (TypeChar::Int, 4) => |bits| f64::from(bits as u32 as i32),
        (TypeChar::Int, 8) => |bits| bits as i64 as f64,
        (TypeChar::Uint, 1 | 2 | 4 | 8) => |bits| bits as f64,
        (TypeChar::Bool, 1) => |bits| if bits == 0 { 0.0 } else { 1.0 },
        _ => return None,
    })
}

/// IEEE 754 half precision: a sign, 5 bits of exponent, 10 of fraction.
fn half(bits: u16) -> f64 {
    let sign = if bits >> 15 == 0 { 1.0 } else { -1.0 };
    let (exponent, fraction) = (i32::from(bits >> 10 & 31), f64::from(bits & 1023));
    sign * match exponent {
        0 => fraction * 2f64.powi(-24),
        31 if fraction == 0.0 => f64::INFINITY,
        31 => f64::NAN,
        _ => (1.0 + fraction / 1024.0) * 2f64.powi(exponent - 15),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// From numpy: `np.array([...], dtype='<f2').view('<u2')`.
    #[test]
    fn halves_are_read_as_numpy_reads_them() {
        let known = [
            (0x3c00, 1.0),
            (0xc000, -2.0),
            (0x3555, 0.333_251_953_125),
            (0x7bff, 65504.0),
            (0x0001, 5.960_464_477_539_063e-8),
            (0x0400, 6.103_515_625e-5),
            (0x7c00, f64::INFINITY),
        ];
        for (bits, value) in known {
            assert_eq!(half(bits), value, "{bits:x}");
        }
        assert!(half(0x7e00).is_nan());
    }

    fn matrix(bytes: &[u8]) -> Result<(Matrix, String), String> {
        read(bytes, false)
    }

    #[test]
    fn an_array_of_one_axis_is_one_number_a_sample_where_that_is_meant() {
        let bytes: Vec<u8> = [1.0f64, 2.0, 3.0, 4.0].iter().flat_map(|x| x.to_le_bytes()).collect();
        let file = shaped("<f8", "False", "(4,)", &bytes);
        assert!(matrix(&file).unwrap_err().contains("shape [4]"));
        let (found, _) = read(&file[..], true).unwrap();
        assert_eq!((found.shape(), found[(0, 3)]), ((1, 4), 4.0));
    }

    fn file(descr: &str, fortran: &str, bytes: &[u8]) -> Vec<u8> {
        shaped(descr, fortran, "(2, 2)", bytes)
    }

    fn shaped(descr: &str, fortran: &str, shape: &str, bytes: &[u8]) -> Vec<u8> {
        let header = format!("{{'descr': '{descr}', 'fortran_order': {fortran}, 'shape': {shape}, }}\n");
        let mut file = b"\x93NUMPY\x01\x00".to_vec();
        file.extend((header.len() as u16).to_le_bytes());
        file.extend(header.bytes());
        file.extend(bytes);
        file
    }

    #[test]
    fn every_type_of_real_number_is_read_in_both_orders() {
        let wide = |x: [i64; 4], size: usize, big: bool| -> Vec<u8> {
            let of = |x: i64| {
                let mut bytes = x.to_le_bytes()[..size].to_vec();
                if big {
                    bytes.reverse();
                }
                bytes
            };
            x.into_iter().flat_map(of).collect()
        };
        let x = [-1, 2, 3, 100];
        for (size, letter) in [(1, 'i'), (2, 'i'), (4, 'i'), (8, 'i')] {
            for (mark, big) in [('<', false), ('>', true)] {
                let mark = if size == 1 { '|' } else { mark };
                let (m, _) = matrix(
                    &file(&format!("{mark}{letter}{size}"), "False", &wide(x, size, big && size > 1))[..],
                )
                .unwrap();
                assert_eq!(m.as_slice(), [-1.0, 2.0, 3.0, 100.0]);
            }
        }
        for size in [1, 2, 4, 8] {
            let mark = if size == 1 { '|' } else { '<' };
            let bytes = wide([200, 2, 3, 100], size, false);
            let (m, _) = matrix(&file(&format!("{mark}u{size}"), "True", &bytes)[..]).unwrap();
            assert_eq!(m.as_slice(), [200.0, 3.0, 2.0, 100.0]);
        }
        let (m, kind) = matrix(&file("|b1", "False", &[1, 0, 0, 1])[..]).unwrap();
        assert_eq!((m.as_slice(), kind.as_str()), (&[1.0, 0.0, 0.0, 1.0][..], "|b1"));
        for (descr, bytes) in [("<c16", 64), ("<f2", 7), ("<f2", 9), ("<U4", 64)] {
            assert!(matrix(&file(descr, "False", &vec![0; bytes])[..]).is_err(), "{descr}");
        }
    }

    #[test]
    fn images_are_read_row_by_row() {
        let bytes: Vec<u8> = (0..12).collect();
        let images = |order: &str| shaped("|u1", order, "(2, 1, 3, 2)", &bytes);
        let (m, _) = matrix(&images("False")[..]).unwrap();
        assert_eq!(m.shape(), (6, 2));
        assert_eq!(m.column(1).as_slice(), [6.0, 7.0, 8.0, 9.0, 10.0, 11.0]);
        assert!(matrix(&images("True")[..]).unwrap_err().contains("C order"));
    }
}
