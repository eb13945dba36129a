//! Normal numbers at the speed of vector registers.
//!
//! Box and Muller's transform of pairs of uniform numbers (Annals of Mathematical Statistics 29, 610, 1958), without a branch: the
//! logarithm, the sine and the cosine are the polynomials of Sun's `fdlibm` on their reduced intervals. All of it is additions,
//! multiplications, divisions, square roots and operations on bits, each rounded in one way only and never fused, so that the bits
//! are the same whatever the width of the registers.

use pulp::{Arch, Simd, WithSimd};

use super::StreamKey;
use super::cipher::{BLOCKS, Group, WORDS, Words};

/// Pairs that are transformed together.
const PAIRS: usize = BLOCKS * WORDS / 4;

/// Numbers of a group: the first half is drawn with the cosines, the second with the sines of the same angles.
const GROUP: usize = 2 * PAIRS;

/// A number that normal numbers are kept as.
pub trait Precision: Copy + Default + Send + Sync {
    /// The nearest number.
    fn rounded(value: f64) -> Self;
}

impl Precision for f64 {
    #[inline(always)]
    fn rounded(value: f64) -> Self {
        value
    }
}

impl Precision for f32 {
    #[inline(always)]
    #[allow(clippy::cast_possible_truncation)]
    fn rounded(value: f64) -> Self {
        value as Self
    }
}

/// Fills `out` with independent $N(0,\sigma^2)$ numbers, `deviation` $=\sigma$: those of stream number `stream`, the first `skipped`
/// left out.
pub(super) fn fill<T: Precision>(
    key: &StreamKey,
    stream: u64,
    skipped: usize,
    out: &mut [T],
    deviation: f64,
) {
    fill_on(Arch::new(), key, stream, skipped, out, deviation);
}

/// The same on registers of a given kind.
fn fill_on<T: Precision>(
    arch: Arch,
    key: &StreamKey,
    stream: u64,
    skipped: usize,
    out: &mut [T],
    deviation: f64,
) {
    let (mut number, within) = ((skipped / GROUP) as u64, skipped % GROUP);
    let mut words = [[0; BLOCKS]; WORDS];
    let mut draw = |out: &mut [T; GROUP]| {
        arch.dispatch(Group { key, stream, number, words: &mut words });
        arch.dispatch(Transform { words: &words, out, deviation });
        number += 1;
    };
    let (begun, rest) = out.split_at_mut(if within > 0 { out.len().min(GROUP - within) } else { 0 });
    let (whole, rest) = rest.as_chunks_mut::<GROUP>();
    let mut part = [T::default(); GROUP];
    if !begun.is_empty() {
        draw(&mut part);
        begun.copy_from_slice(&part[within..within + begun.len()]);
    }
    whole.iter_mut().for_each(&mut draw);
    if !rest.is_empty() {
        draw(&mut part);
        rest.copy_from_slice(&part[..rest.len()]);
    }
}

struct Transform<'a, T> {
    words: &'a Words,
    out: &'a mut [T; GROUP],
    deviation: f64,
}

impl<T: Precision> WithSimd for Transform<'_, T> {
    type Output = ();

    /// Radii come from the first halves of the blocks, angles from the second halves.
    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) {
        let Self { words, out, deviation } = self;
        let (radii, angles) = words.split_at(WORDS / 2);
        let (across, along) = out.split_at_mut(PAIRS);
        let rows = radii.as_chunks::<2>().0.iter().zip(angles.as_chunks::<2>().0);
        let out = across.chunks_exact_mut(BLOCKS).zip(along.chunks_exact_mut(BLOCKS));
        for ((radii, angles), (across, along)) in rows.zip(out) {
            for i in 0..BLOCKS {
                let radius = deviation * (-2.0 * logarithm(uniform(joined(radii, i)))).sqrt();
                let (cosine, sine) = direction(joined(angles, i));
                across[i] = T::rounded(radius * cosine);
                along[i] = T::rounded(radius * sine);
            }
        }
    }
}

/// Two words of block `i` as one.
#[inline(always)]
fn joined(rows: &[[u32; BLOCKS]; 2], i: usize) -> u64 {
    u64::from(rows[0][i]) | u64::from(rows[1][i]) << 32
}

/// The bits of 1.
const ONE: u64 = 1.0f64.to_bits();

/// $(k+\frac12)2^{-52}$ for the upper 52 bits $k$ of `word`, exactly: neither 0 nor 1.
#[inline(always)]
fn uniform(word: u64) -> f64 {
    f64::from_bits(ONE | (word >> 12)) - (1.0 - f64::EPSILON / 2.0)
}

/// $\ln u$ for a normal $u\in(0,1)$.
#[inline(always)]
fn logarithm(u: f64) -> f64 {
    // u = 2^k m with m between the roots of one half and of two.
    let bits = u.to_bits();
    let exponent = bits.wrapping_sub(std::f64::consts::FRAC_1_SQRT_2.to_bits()).cast_signed() >> 52;
    let m = f64::from_bits(bits.wrapping_sub(exponent.cast_unsigned() << 52));
    // A small integer beside 1.5 * 2^52, whose last bit counts ones, is read as a number.
    const SHIFT: f64 = 6_755_399_441_055_744.0;
    let k = f64::from_bits(SHIFT.to_bits().wrapping_add(exponent.cast_unsigned())) - SHIFT;

    let f = m - 1.0;
    let s = f / (2.0 + f);
    let z = s * s;
    let w = z * z;
    let even = w * (0.399_999_999_994_094_2 + w * (0.222_221_984_321_497_84 + w * 0.153_138_376_992_093_73));
    let odd = z
        * (0.666_666_666_666_673_5
            + w * (0.285_714_287_436_623_9 + w * (0.181_835_721_616_180_5 + w * 0.147_981_986_051_165_86)));
    let half = 0.5 * f * f;
    k * std::f64::consts::LN_2 + (f - (half - s * (half + (even + odd))))
}

/// Cosine and sine of an angle that is uniform on the circle: 52 bits say where in a quarter, two bits which quarter.
#[inline(always)]
fn direction(word: u64) -> (f64, f64) {
    let x = (f64::from_bits(ONE | (word >> 12)) - 1.5) * std::f64::consts::FRAC_PI_2;
    let z = x * x;
    let sine = x + x
        * z
        * (-0.166_666_666_666_666_32
            + z * (8.333_333_333_322_49e-3
                + z * (-1.984_126_982_985_795e-4
                    + z * (2.755_731_370_707_006_8e-6
                        + z * (-2.505_076_025_340_686_3e-8 + z * 1.589_690_995_211_55e-10)))));
    let cosine = 1.0 - 0.5 * z
        + z * z
            * (4.166_666_666_666_66e-2
                + z * (-1.388_888_888_887_411e-3
                    + z * (2.480_158_728_947_673e-5
                        + z * (-2.755_731_435_139_066_3e-7
                            + z * (2.087_572_321_298_175e-9 - z * 1.135_964_755_778_819_5e-11)))));
    // A quarter turn is (c, s) -> (-s, c); half a turn changes both signs.
    let quarter = 0u64.wrapping_sub(word & 1);
    let half = (word & 2) << 62;
    let (c, s) = (cosine.to_bits(), sine.to_bits());
    let turned = |unturned: u64, turned: u64| (unturned & !quarter) | (turned & quarter);
    let across = turned(c, s ^ (1 << 63));
    let along = turned(s, c);
    (f64::from_bits(across ^ half), f64::from_bits(along ^ half))
}

#[cfg(test)]
pub(super) mod tests {
    use rand::{Rng, RngExt, SeedableRng};
    use rand_chacha::ChaCha8Rng;

    use super::*;

    /// All kinds of registers that this machine has.
    pub(in super::super) fn registers() -> Vec<Arch> {
        let mut kinds = vec![Arch::Scalar, Arch::new()];
        #[cfg(target_arch = "x86_64")]
        kinds.extend(pulp::x86::V3::try_new().map(Arch::V3));
        kinds
    }

    const KEY: StreamKey = [1, 2, 3, 4, 5, 6, 7, 8];

    /// Words at the ends of all intervals, and others.
    fn words() -> impl Iterator<Item = u64> {
        let ends = [0, 1, 2, 3, u64::MAX, u64::MAX - 1, 1 << 63, (1 << 63) - 1, 1 << 12, 0xb504_f333 << 32];
        let mut rng = ChaCha8Rng::from_seed([3; 32]);
        let others: Vec<u64> = (0..100_000).map(|_| rng.next_u64() >> rng.random_range(0..50)).collect();
        ends.into_iter().chain(others)
    }

    #[test]
    fn logarithms_and_directions_are_those_of_the_standard_library() {
        for word in words() {
            let u = uniform(word);
            assert!(u > 0.0 && u < 1.0);
            assert!((logarithm(u) / u.ln() - 1.0).abs() < 4.0 * f64::EPSILON, "ln {u}");
            let (cosine, sine) = direction(word);
            let turns = (word >> 12) as f64 / (1u64 << 54) as f64 - 0.125 + 0.25 * (word & 3) as f64;
            // The two bits count a quarter turn and half a turn.
            let (s, c) = (std::f64::consts::TAU * turns).sin_cos();
            assert!(
                (cosine - c).abs() < 1e-15 && (sine - s).abs() < 1e-15,
                "{word:x}: {cosine} {c}, {sine} {s}"
            );
        }
    }

    /// Additions, products and roots have one result each: what the compiler makes of them for other registers has the same bits.
    #[test]
    fn bits_do_not_depend_on_the_registers() {
        let filled = |arch: Arch| {
            let mut out = vec![0.0; 64 * GROUP + 7];
            fill_on(arch, &KEY, 9, 3 * GROUP + 5, &mut out, 1.7);
            out
        };
        let wide = filled(Arch::new());
        assert!(registers().into_iter().all(|arch| filled(arch) == wide));
    }

    #[test]
    fn single_precision_is_double_precision_rounded() {
        let (mut double, mut single) = (vec![0f64; 1000], vec![0f32; 1000]);
        fill(&KEY, 0, 0, &mut double, 0.01);
        fill(&KEY, 0, 0, &mut single, 0.01);
        assert!(double.iter().zip(single).all(|(d, s)| *d as f32 == s));
    }
}
