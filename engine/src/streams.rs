//! Deterministic random streams.
//!
//! A trial's randomness is a pure function of what the trial is: [`Streams`] hashes (experiment, setting, trial, user
//! seed) into a ChaCha key, and every ingredient of the trial (weights of layer 3, inputs, labels) derives a key of
//! its own from it by name. Large ingredients are drawn in blocks of fixed length, each with its own stream, so that
//! they can be drawn in parallel and still give the same bits on any number of threads.

use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution, StandardNormal};
use rayon::prelude::*;

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
}

/// Numbers drawn from one stream before the next begins.
const BLOCK: usize = 1 << 14;

impl Streams {
    /// The streams of one trial. `setting` is the canonical text of the setting.
    pub fn for_trial(experiment: &str, setting: &str, trial: u64, seed: u64) -> Self {
        let mut hasher = blake3::Hasher::new();
        for part in [experiment.as_bytes(), setting.as_bytes(), &trial.to_le_bytes(), &seed.to_le_bytes()] {
            hasher.update(&(part.len() as u64).to_le_bytes());
            hasher.update(part);
        }
        Self { key: *hasher.finalize().as_bytes() }
    }

    /// The streams of the ingredient `name`.
    pub fn child(&self, name: &str) -> Self {
        Self { key: *blake3::keyed_hash(&self.key, name.as_bytes()).as_bytes() }
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

    /// Fills `out` with independent $N(0,\sigma^2)$ numbers, `deviation` $=\sigma$; parallel over blocks.
    pub fn fill_normal(&self, out: &mut [f64], deviation: f64) {
        let fill = |(block, chunk): (usize, &mut [f64])| {
            let mut rng = self.rng(block as u64);
            for value in chunk {
                let z: f64 = StandardNormal.sample(&mut rng);
                *value = deviation * z;
            }
        };
        if out.len() <= BLOCK {
            fill((0, out));
        } else {
            out.par_chunks_mut(BLOCK).enumerate().for_each(fill);
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

    #[test]
    fn moments_are_those_of_the_normal_law() {
        let draws = Streams::for_trial("moments", "", 0, 0).normals(400_000, 2.0);
        let n = draws.len() as f64;
        let mean = draws.iter().sum::<f64>() / n;
        let variance = draws.iter().map(|x| x * x).sum::<f64>() / n;
        assert!(mean.abs() < 5.0 * 2.0 / n.sqrt());
        assert!((variance - 4.0).abs() < 5.0 * 4.0 * (2.0 / n).sqrt());
    }
}
