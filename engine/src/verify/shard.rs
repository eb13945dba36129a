//! Which trials a task of several runs.

use std::fmt;
use std::str::FromStr;

use thiserror::Error;

use super::request::SettingKey;

/// Part `index` (from 1) of `count` parts of the trials.
///
/// A trial belongs to the part
/// $$1+\bigl(h+t\bigr)\bmod N,\qquad h=\text{the first 8 bytes, little-endian, of }
/// \mathrm{BLAKE3}(\ell_e\,e\,\ell_s\,s\,\ell_r\,r),$$
/// with $N$ = `count`, $t$ the number of the trial, $e$ the name of its experiment without the version, $s$ its setting as
/// canonical JSON (sorted keys), $r$ the seed as 8 bytes, little-endian; each is preceded by its length $\ell$ in bytes, again
/// as 8 bytes, little-endian. Nothing else enters: other patterns, new claims, more trials or another version of the program
/// leave a trial where it is, and the trials of one setting are spread evenly, to within one.
///
/// ```
/// use solvable_engine::verify::{SettingKey, Shard};
/// let key = SettingKey { experiment: "walk@1".into(), setting: r#"{"steps":1000}"#.into() };
/// let parts: Vec<Shard> = (1..=3).map(|i| format!("{i}/3").parse()).collect::<Result<_, _>>()?;
/// let owner = |trial| parts.iter().position(|part| part.trials(&key, 0).holds(trial));
/// assert_eq!([owner(0), owner(1), owner(2), owner(3)], [Some(1), Some(2), Some(0), Some(1)]);
/// # Ok::<(), solvable_engine::verify::ShardError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shard {
    index: u64,
    count: u64,
}

/// A shard that is not of the form `I/N` with $1\le I\le N$.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("shard `{0}` is not of the form I/N with 1 <= I <= N, for example 2/8")]
pub struct ShardError(String);

impl FromStr for Shard {
    type Err = ShardError;

    fn from_str(text: &str) -> Result<Self, ShardError> {
        let error = || ShardError(text.to_owned());
        let (index, count) = text.split_once('/').ok_or_else(error)?;
        let number = |text: &str| text.parse::<u32>().map(u64::from).map_err(|_| error());
        let (index, count) = (number(index)?, number(count)?);
        if 1 <= index && index <= count { Ok(Self { index, count }) } else { Err(error()) }
    }
}

impl fmt::Display for Shard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.index, self.count)
    }
}

/// The trials of one setting that a part holds.
#[derive(Debug, Clone, Copy)]
pub struct Share {
    /// The smallest number of a trial that the part holds.
    first: u64,
    count: u64,
}

impl Shard {
    /// The beginning of the names of its files: `2-of-8`.
    pub(super) fn stem(&self) -> String {
        format!("{}-of-{}", self.index, self.count)
    }

    /// The part, from 1, of `count` that holds a trial.
    pub fn of_trial(key: &SettingKey, seed: u64, trial: u64, count: u32) -> u32 {
        let count = u64::from(count.max(1));
        // Below `count`, which fits.
        1 + ((part_of_first(key, seed, count) + trial % count) % count) as u32
    }

    /// What it holds of the trials of one setting under a seed.
    pub fn trials(&self, key: &SettingKey, seed: u64) -> Share {
        let owner_of_first = part_of_first(key, seed, self.count);
        Share { first: (self.index - 1 + self.count - owner_of_first) % self.count, count: self.count }
    }
}

impl Share {
    /// Whether it holds the trial of this number.
    pub fn holds(&self, trial: u64) -> bool {
        trial % self.count == self.first
    }
}

/// The part, from 0, of `count` that holds trial 0 of a setting; trial $t$ lies $t$ parts further.
fn part_of_first(key: &SettingKey, seed: u64, count: u64) -> u64 {
    let mut hasher = blake3::Hasher::new();
    for part in [key.name().as_bytes(), key.setting.as_bytes(), &seed.to_le_bytes()] {
        hasher.update(&(part.len() as u64).to_le_bytes());
        hasher.update(part);
    }
    let [a, b, c, d, e, f, g, h, ..] = *hasher.finalize().as_bytes();
    u64::from_le_bytes([a, b, c, d, e, f, g, h]) % count
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(size: u64) -> SettingKey {
        SettingKey { experiment: "walk@1".into(), setting: format!("{{\"steps\":{size}}}") }
    }

    fn parts(count: u64) -> Vec<Shard> {
        (1..=count).map(|index| Shard { index, count }).collect()
    }

    #[test]
    fn every_trial_has_one_part_and_the_trials_of_a_setting_are_spread_evenly() {
        for count in [1, 2, 3, 8, 1000] {
            for size in 0..20 {
                let mut held = vec![0u64; count as usize];
                for trial in 0..50 {
                    let owners: Vec<usize> = (0..count as usize)
                        .filter(|&i| parts(count)[i].trials(&key(size), 7).holds(trial))
                        .collect();
                    assert_eq!(owners.len(), 1);
                    let expected = (part_of_first(&key(size), 7, count) + trial) % count;
                    assert_eq!(owners[0] as u64, expected, "as the formula says");
                    let told = Shard::of_trial(&key(size), 7, trial, count as u32);
                    assert_eq!(told as usize, owners[0] + 1);
                    held[owners[0]] += 1;
                }
                assert!(held.iter().max().unwrap() - held.iter().min().unwrap() <= 1);
            }
        }
    }

    /// Where the first trials of many settings lie is as good as drawn: no part of eight has far more than an eighth.
    #[test]
    fn settings_begin_anywhere() {
        let mut begins = [0u32; 8];
        (0..8000).for_each(|size| begins[part_of_first(&key(size), 0, 8) as usize] += 1);
        assert!(begins.iter().all(|&n| (850..1150).contains(&n)), "{begins:?}");
    }

    #[test]
    fn neither_the_version_nor_what_else_is_run_moves_a_trial() {
        let newer = SettingKey { experiment: "walk@2".into(), ..key(5) };
        assert_eq!(part_of_first(&key(5), 3, 1 << 40), part_of_first(&newer, 3, 1 << 40));
        assert_ne!(part_of_first(&key(5), 3, 1 << 40), part_of_first(&key(5), 4, 1 << 40));
        assert_ne!(part_of_first(&key(5), 3, 1 << 40), part_of_first(&key(6), 3, 1 << 40));
    }

    /// A program that divided otherwise would run trials of other parts twice: the division is held by a value of its own,
    /// from another implementation of BLAKE3.
    #[test]
    fn the_division_is_that_of_every_version() {
        assert_eq!(part_of_first(&key(1000), 0, u64::MAX), WALK_1000);
    }

    const WALK_1000: u64 = 17_214_466_828_709_644_234;

    #[test]
    fn shards_are_read_as_they_are_written() {
        assert_eq!("2/8".parse::<Shard>().unwrap().to_string(), "2/8");
        for wrong in ["0/2", "3/2", "2", "2/", "/2", "a/b", "-1/2", "1/0"] {
            assert!(wrong.parse::<Shard>().is_err(), "{wrong}");
        }
    }
}
