//! Deterministic random streams.
//!
//! A trial's randomness is a pure function of what the trial is: [`Streams`] hashes (experiment, setting, trial, user
//! seed) into a ChaCha key, and every ingredient of the trial (weights of layer 3, inputs, labels) derives a key of
//! its own from it by name. Large ingredients are drawn in blocks of fixed length, each with its own stream, so that
//! they can be drawn in parallel and still give the same bits on any number of threads.
//!
//! How words become normal numbers has a version ([`StreamVersion`]), which stored trials name: those of an older version are as
//! good as any, and are judged as they are.

mod cipher;
mod normal;

use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution, StandardNormal};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

pub use normal::Precision;

/// How the words of a stream become normal numbers.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "u32", into = "u32")]
pub enum StreamVersion {
    /// One at a time, by the ziggurat of the crate `rand_distr`. Stored trials that name no version are of this one.
    #[default]
    First,
    /// In groups of 128, by a transform without branches.
    Second,
}

impl StreamVersion {
    /// What trials are drawn with.
    pub const CURRENT: Self = Self::Second;
}

impl TryFrom<u32> for StreamVersion {
    type Error = String;

    fn try_from(number: u32) -> Result<Self, String> {
        match number {
            1 => Ok(Self::First),
            2 => Ok(Self::Second),
            _ => Err(format!("streams of version {number} are not known here; valid: 1, 2")),
        }
    }
}

impl From<StreamVersion> for u32 {
    fn from(version: StreamVersion) -> Self {
        match version {
            StreamVersion::First => 1,
            StreamVersion::Second => 2,
        }
    }
}

/// A family of independent random streams, addressed by name.
///
/// ```
/// use solvable_engine::streams::Streams;
/// let trial = Streams::for_trial("example", "{}", 0, 0);
/// let mut weights = vec![0.0; 4];
/// trial.child("weights").fill_normal(&mut weights, 1.0);
/// let mut again = vec![0.0; 4];
/// trial.child("weights").fill_normal(&mut again, 1.0);
/// assert_eq!(weights, again);
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Streams {
    key: [u8; 32],
    version: StreamVersion,
}

/// A key as words.
type StreamKey = [u32; 8];

/// Numbers drawn from one stream before the next begins.
const BLOCK: usize = 1 << 14;

impl Streams {
    /// The streams of one trial. `setting` is the canonical text of the setting.
    pub fn for_trial(experiment: &str, setting: &str, trial: u64, seed: u64) -> Self {
        Self::of(StreamVersion::CURRENT, experiment, setting, trial, seed)
    }

    /// The streams of the problem `number` of a family that settings refer to by number. Such a problem is a part of what a
    /// setting means, and stored trials rely on it: its streams stay those of the first version.
    pub fn of_problem(family: &str, kind: &str, number: u64) -> Self {
        Self::of(StreamVersion::First, family, kind, number, 0)
    }

    /// The streams of one trial as a version draws them.
    pub fn of(version: StreamVersion, experiment: &str, setting: &str, trial: u64, seed: u64) -> Self {
        let mut hasher = blake3::Hasher::new();
        for part in [experiment.as_bytes(), setting.as_bytes(), &trial.to_le_bytes(), &seed.to_le_bytes()] {
            hasher.update(&(part.len() as u64).to_le_bytes());
            hasher.update(part);
        }
        Self { key: *hasher.finalize().as_bytes(), version }
    }

    /// How they become normal numbers.
    pub fn version(&self) -> StreamVersion {
        self.version
    }

    /// What other generators of random numbers are seeded with: 256 bits that are a hash of what the trial is, equal on every machine.
    ///
    /// Two families have the same seed only where they are the same; the version of the streams, which is how words become normal
    /// numbers here, has no part in it.
    pub fn seed(&self) -> [u8; 32] {
        self.key
    }

    /// The streams of the ingredient `name`.
    pub fn child(&self, name: &str) -> Self {
        Self { key: *blake3::keyed_hash(&self.key, name.as_bytes()).as_bytes(), ..*self }
    }

    /// The streams of the ingredient `name`, number `index`.
    pub fn nth_child(&self, name: &str, index: usize) -> Self {
        self.child(&format!("{name}/{index}"))
    }

    /// Stream `number` of the family.
    pub fn rng(&self, number: u64) -> ChaCha8Rng {
        let mut rng = ChaCha8Rng::from_seed(self.key);
        rng.set_stream(number);
        rng
    }

    /// The key as the cipher reads it.
    fn words(&self) -> StreamKey {
        let (words, _) = self.key.as_chunks();
        std::array::from_fn(|i| u32::from_le_bytes(words[i]))
    }

    /// Fills `out` with independent $N(0,\sigma^2)$ numbers, `deviation` $=\sigma$; parallel over blocks. Numbers in single
    /// precision are those in double precision, rounded.
    pub fn fill_normal<T: Precision>(&self, out: &mut [T], deviation: f64) {
        if out.len() <= BLOCK {
            self.fill_block(0, 0, out, deviation);
        } else {
            out.par_chunks_mut(BLOCK)
                .enumerate()
                .for_each(|(block, chunk)| self.fill_block(block, 0, chunk, deviation));
        }
    }

    /// Fills `out` with the numbers from number `start` on of those that [`fill_normal`](Self::fill_normal) draws, on the calling thread.
    pub fn fill_normal_from<T: Precision>(&self, start: usize, out: &mut [T], deviation: f64) {
        let (mut start, mut rest) = (start, out);
        while !rest.is_empty() {
            let (block, skipped) = (start / BLOCK, start % BLOCK);
            let (now, later) = rest.split_at_mut(rest.len().min(BLOCK - skipped));
            self.fill_block(block, skipped, now, deviation);
            start += now.len();
            rest = later;
        }
    }

    fn fill_block<T: Precision>(&self, block: usize, skipped: usize, out: &mut [T], deviation: f64) {
        match self.version {
            StreamVersion::First => {
                let mut normals = StandardNormal.sample_iter(self.rng(block as u64)).skip(skipped);
                out.iter_mut()
                    .zip(&mut normals)
                    .for_each(|(value, z): (&mut T, f64)| *value = T::rounded(deviation * z));
            }
            StreamVersion::Second => normal::fill(&self.words(), block as u64, skipped, out, deviation),
        }
    }

    /// `count` independent $N(0,\sigma^2)$ numbers.
    pub fn normals(&self, count: usize, deviation: f64) -> Vec<f64> {
        let mut out = vec![0.0; count];
        self.fill_normal(&mut out, deviation);
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_part_of_the_key_changes_the_stream() {
        let first = |streams: Streams| streams.normals(1, 1.0)[0];
        let base = Streams::for_trial("a", "b", 0, 0);
        let others = [
            Streams::for_trial("a", "b", 0, 1),
            Streams::for_trial("a", "b", 1, 0),
            Streams::for_trial("a", "c", 0, 0),
            Streams::for_trial("ab", "", 0, 0),
            base.child("x"),
            base.nth_child("x", 1),
        ];
        for other in others {
            assert_ne!(first(base.clone()), first(other));
        }
    }

    #[test]
    fn long_vectors_begin_like_short_ones_and_do_not_depend_on_threads() {
        let streams = Streams::for_trial("a", "b", 0, 0);
        let long = streams.normals(3 * BLOCK + 5, 1.0);
        assert_eq!(long[..7], streams.normals(7, 1.0)[..]);
        let single = rayon::ThreadPoolBuilder::new().num_threads(1).build().unwrap();
        assert_eq!(long, single.install(|| streams.normals(3 * BLOCK + 5, 1.0)));
    }

    const VERSIONS: [StreamVersion; 2] = [StreamVersion::First, StreamVersion::Second];

    /// Stored trials can be drawn again only as long as these numbers stay what they are.
    #[test]
    fn streams_never_change() {
        let first = VERSIONS.map(|version| Streams::of(version, "a", "b", 1, 2).child("c").normals(3, 1.0));
        let bits = first.map(|numbers| numbers.iter().map(|z| z.to_bits()).collect::<Vec<_>>());
        let pinned = [
            [0xbfdf_34c0_2cd6_7533, 0xbfcd_d952_290d_e220, 0xbffc_3f0d_2b14_8984],
            [0xbfd4_4e28_db29_4ccf, 0x3fe9_8fd1_9e08_def1, 0x3ff1_ec17_5b02_4215],
        ];
        assert_eq!(bits, pinned);
        assert_eq!(Streams::of_problem("a", "b", 1).version, StreamVersion::First);
    }

    /// Trials of other generators are keyed by it.
    #[test]
    fn seeds_never_change() {
        let seeds = VERSIONS.map(|version| Streams::of(version, "a", "b", 1, 2).seed());
        assert_eq!(seeds[0], seeds[1]);
        let hex: String = seeds[0].iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(hex, "b1c836a2ac37e5e09eb0fb7ebcc58b1ccd848e0c47344c38479ad479f441cd0f");
        assert_ne!(seeds[0], Streams::for_trial("a", "b", 2, 2).seed());
    }

    #[test]
    fn numbers_can_be_drawn_from_any_place_on() {
        for version in VERSIONS {
            let streams = Streams::of(version, "places", "", 0, 0);
            let all = streams.normals(2 * BLOCK + 100, 0.3);
            for (start, count) in
                [(0, 5), (127, 2), (128, 128), (130, 7), (70, 300), (BLOCK - 3, 7), (BLOCK + 1, BLOCK + 50)]
            {
                let mut part = vec![0.0; count];
                streams.fill_normal_from(start, &mut part, 0.3);
                assert_eq!(part, all[start..start + count], "{version:?} from {start}");
            }
        }
    }

    #[test]
    fn numbers_are_normal_and_independent() {
        for version in VERSIONS {
            let draws = Streams::of(version, "moments", "", 0, 0).normals(1 << 20, 2.0);
            let z: Vec<f64> = draws.iter().map(|x| x / 2.0).collect();
            let n = z.len() as f64;
            let mean = |f: &dyn Fn(f64) -> f64| z.iter().map(|&z| f(z)).sum::<f64>() / n;
            // Moments with the variances of z^k: those of order 2k less the squares.
            let moments = [0.0, 1.0, 0.0, 3.0, 0.0, 15.0, 0.0, 105.0];
            let squares = [1.0, 3.0, 15.0, 105.0, 945.0, 10_395.0, 135_135.0, 2_027_025.0];
            for (k, (moment, square)) in (1..).zip(moments.into_iter().zip(squares)) {
                let error = ((square - moment * moment) / n).sqrt();
                let found = mean(&|z| z.powi(k));
                assert!((found - moment).abs() < 4.5 * error, "{version:?}: moment {k} is {found}");
            }
            // Tails as far as this many draws reach, on both sides.
            for (edge, share) in [(1.0, 0.158_655_253_931), (3.0, 1.349_898_031_6e-3), (4.5, 3.397_673_1e-6)]
            {
                for sign in [1.0, -1.0] {
                    let found = mean(&|z| f64::from(sign * z > edge));
                    assert!(
                        (found - share).abs() < 4.5 * (share / n).sqrt(),
                        "{version:?}: {found} beyond {edge}"
                    );
                }
            }
            // Numbers at every distance within a group and beyond are uncorrelated, and so are their squares.
            for lag in [1, 2, 15, 16, 17, 63, 64, 65, 127, 128, 129, BLOCK] {
                let pairs = z.iter().zip(&z[lag..]);
                let product = pairs.clone().map(|(a, b)| a * b).sum::<f64>();
                let squared = pairs.map(|(a, b)| (a * a - 1.0) * (b * b - 1.0) / 2.0).sum::<f64>();
                for found in [product, squared] {
                    assert!(found.abs() < 4.5 * n.sqrt(), "{version:?}: {found} at distance {lag}");
                }
            }
        }
    }

    /// Kolmogorov's distance; beyond $1.95/\sqrt n$ with probability $10^{-3}$.
    #[test]
    fn the_distribution_is_that_of_the_normal_law() {
        use statrs::distribution::{ContinuousCDF, Normal};
        let law = Normal::standard();
        for version in VERSIONS {
            let mut z = Streams::of(version, "distribution", "", 0, 0).normals(200_000, 1.0);
            z.sort_by(f64::total_cmp);
            let n = z.len() as f64;
            let distance = z.iter().enumerate().fold(0.0, |d: f64, (i, &z)| {
                let p = law.cdf(z);
                d.max((p - i as f64 / n).abs()).max(((i + 1) as f64 / n - p).abs())
            });
            assert!(distance < 1.95 / n.sqrt(), "{version:?}: {distance}");
        }
    }
}
