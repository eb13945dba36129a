//! The words of ChaCha8, many blocks at once.

use pulp::{Simd, WithSimd};

use super::StreamKey;

/// Blocks that are computed together, whatever the width of the registers.
pub(super) const BLOCKS: usize = 16;

/// Words of a block.
pub(super) const WORDS: usize = 16;

/// The words of [`BLOCKS`] blocks: the first of each, the second of each, and so on.
pub(super) type Words = [[u32; BLOCKS]; WORDS];

const CONSTANTS: [u32; 4] = [0x6170_7865, 0x3320_646e, 0x7962_2d32, 0x6b20_6574];

/// Blocks $16g,\dots,16g+15$ of a stream of ChaCha8 (D. J. Bernstein, "ChaCha, a variant of Salsa20", 2008) with a counter and a stream
/// number of 64 bits each; as many blocks go through the registers at a time as these have room for.
pub(super) struct Group<'a> {
    pub key: &'a StreamKey,
    pub stream: u64,
    /// $g$.
    pub number: u64,
    pub words: &'a mut Words,
}

impl WithSimd for Group<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let Self { key, stream, number, words } = self;
        words[..4].iter_mut().zip(CONSTANTS).for_each(|(row, word)| *row = [word; BLOCKS]);
        words[4..12].iter_mut().zip(key).for_each(|(row, word)| *row = [*word; BLOCKS]);
        let counters: [u64; BLOCKS] = std::array::from_fn(|block| number * BLOCKS as u64 + block as u64);
        words[12] = counters.map(lower);
        words[13] = counters.map(|counter| lower(counter >> 32));
        words[14] = [lower(stream); BLOCKS];
        words[15] = [lower(stream >> 32); BLOCKS];
        for lanes in 0..BLOCKS / S::U32_LANES {
            let start = words.each_ref().map(|row| S::as_simd_u32s(row).0[lanes]);
            let mut state = start;
            for _ in 0..4 {
                double_round(simd, &mut state);
            }
            for ((row, state), start) in words.iter_mut().zip(state).zip(start) {
                S::as_mut_simd_u32s(row).0[lanes] = simd.add_u32s(state, start);
            }
        }
    }
}

#[allow(clippy::cast_possible_truncation)]
#[inline(always)]
const fn lower(word: u64) -> u32 {
    word as u32
}

#[inline(always)]
fn double_round<S: Simd>(simd: S, state: &mut [S::u32s; 16]) {
    quarter_round(simd, state, [0, 4, 8, 12]);
    quarter_round(simd, state, [1, 5, 9, 13]);
    quarter_round(simd, state, [2, 6, 10, 14]);
    quarter_round(simd, state, [3, 7, 11, 15]);
    quarter_round(simd, state, [0, 5, 10, 15]);
    quarter_round(simd, state, [1, 6, 11, 12]);
    quarter_round(simd, state, [2, 7, 8, 13]);
    quarter_round(simd, state, [3, 4, 9, 14]);
}

#[inline(always)]
fn quarter_round<S: Simd>(simd: S, state: &mut [S::u32s; 16], [a, b, c, d]: [usize; 4]) {
    state[a] = simd.add_u32s(state[a], state[b]);
    state[d] = mixed::<S, 16>(simd, state[d], state[a]);
    state[c] = simd.add_u32s(state[c], state[d]);
    state[b] = mixed::<S, 12>(simd, state[b], state[c]);
    state[a] = simd.add_u32s(state[a], state[b]);
    state[d] = mixed::<S, 8>(simd, state[d], state[a]);
    state[c] = simd.add_u32s(state[c], state[d]);
    state[b] = mixed::<S, 7>(simd, state[b], state[c]);
}

/// $x\oplus y$, rotated by `BITS`.
#[inline(always)]
fn mixed<S: Simd, const BITS: u32>(simd: S, x: S::u32s, y: S::u32s) -> S::u32s {
    let z = simd.xor_u32s(x, y);
    let left = simd.wrapping_dyn_shl_u32s(z, simd.splat_u32s(BITS));
    let right = simd.wrapping_dyn_shr_u32s(z, simd.splat_u32s(32 - BITS));
    simd.or_u32s(left, right)
}

#[cfg(test)]
mod tests {
    use rand::{Rng, SeedableRng};
    use rand_chacha::ChaCha8Rng;

    use super::super::normal::tests::registers;
    use super::*;

    #[test]
    fn words_are_those_of_another_implementation_whatever_the_registers() {
        let bytes: [u8; 32] = std::array::from_fn(|i| (7 * i + 3) as u8);
        let key = std::array::from_fn(|i| u32::from_le_bytes(bytes.as_chunks().0[i]));
        for (stream, group) in [(0, 0), (5, 3), (u64::MAX, 1), (1 << 40, (1 << 28) - 1), (2, 1 << 28)] {
            let mut rng = ChaCha8Rng::from_seed(bytes);
            rng.set_stream(stream);
            rng.set_word_pos(16 * u128::from(group) * BLOCKS as u128);
            let mut expected = [[0; BLOCKS]; WORDS];
            for block in 0..BLOCKS {
                expected.iter_mut().for_each(|row| row[block] = rng.next_u32());
            }
            for arch in registers() {
                let mut words = [[0; BLOCKS]; WORDS];
                arch.dispatch(Group { key: &key, stream, number: group, words: &mut words });
                assert_eq!(words, expected, "{arch:?}: {stream} {group}");
            }
        }
    }
}
