//! Which assets are down at the start of each draw: the same on every machine.
//!
//! The bytes of draw d with seed s are the output of BLAKE3 in derive-key mode, context `vcto monte carlo v1`, over s and
//! d as 8 bytes each, little-endian; they are read as u64, little-endian, one after another. Assets stand in classes of
//! equal rate, lowest rate first, within a class by id. A number u is taken for each gap to the next asset that is down:
//! with `S(j)` the chance of j assets up in a row, as a whole number of 2^-64, the gap is the number of j >= 1 with
//! `u < S(j)`. Where the table of S ends before the gap does, that many assets are passed over and the next number is
//! taken, which changes no probability since assets fail independently. No floating point, no logarithm.

use crate::estate::Graph;

/// Assets of equal rate.
struct Class {
    /// Positions, ascending.
    assets: Vec<u32>,
    /// The chance that the first j + 1 assets are up, in 2^-64.
    up: Vec<u64>,
}

/// Draws the assets that are down at the start.
pub(super) struct Seeds {
    classes: Vec<Class>,
    base: blake3::Hasher,
}

/// The longest table of a class.
const LONGEST: usize = 4096;

/// Certainty, in units of 2^-64.
const CERTAIN: u128 = 1 << 64;

/// The exponent of a float whose mantissa counts units of 2^-64: a float is its mantissa times 2^(exponent - 1075).
const UNIT: u64 = 1075 - 64;

/// A rate between 0 and 1 as a whole number of 2^-64, to the nearest, halves upwards; none for any other number.
///
/// Read off the bits of the float, so that no rounding of an operation comes into it.
pub(super) fn in_units(rate: f64) -> Option<u128> {
    if !(0.0..=1.0).contains(&rate) {
        return None;
    }
    let bits = rate.to_bits() & (u64::MAX >> 1);
    let mantissa = u128::from(bits & ((1 << 52) - 1));
    // 2^-1074 is the unit of numbers without a leading one.
    let (mantissa, exponent) = match bits >> 52 {
        0 => (mantissa, 1),
        exponent => (mantissa | 1 << 52, exponent),
    };
    Some(if exponent >= UNIT {
        mantissa << (exponent - UNIT)
    } else if UNIT - exponent <= 100 {
        let right = UNIT - exponent;
        (mantissa + (1 << (right - 1))) >> right
    } else {
        0
    })
}

impl Seeds {
    /// `rates` are in units of 2^-64, by position.
    pub(super) fn new(graph: &Graph, rates: &[u128], seed: u64) -> Self {
        let mut order: Vec<(u128, u32)> = rates
            .iter()
            .copied()
            .zip(0..)
            .take(graph.asset_count())
            .filter(|(rate, _)| *rate > 0)
            .collect();
        order.sort_unstable();
        let mut base = blake3::Hasher::new_derive_key("vcto monte carlo v1");
        base.update(&seed.to_le_bytes());
        Self {
            classes: order
                .chunk_by(|one, other| one.0 == other.0)
                .map(Class::new)
                .collect(),
            base,
        }
    }

    /// Puts the seeds of a draw into `seeds`.
    pub(super) fn draw(&self, number: u64, seeds: &mut Vec<u32>) {
        seeds.clear();
        let mut hasher = self.base.clone();
        hasher.update(&number.to_le_bytes());
        let mut stream = Stream {
            output: hasher.finalize_xof(),
            block: [0; 64],
            used: 64,
        };
        for class in &self.classes {
            class.draw(&mut stream, seeds);
        }
    }
}

impl Class {
    fn new(assets: &[(u128, u32)]) -> Self {
        let rate = assets.first().map_or(0, |(rate, _)| *rate).min(CERTAIN);
        let stays = CERTAIN - rate;
        let mut up = Vec::new();
        let mut chance = CERTAIN;
        while up.len() < assets.len().min(LONGEST) {
            // Both are at most 2^64, and at the first step one of them is less.
            chance = if up.is_empty() {
                stays
            } else {
                (chance * stays + (CERTAIN >> 1)) >> 64
            };
            // INVARIANT: the rate is 1 or more, so that the chance is below 2^64.
            up.push(u64::try_from(chance).unwrap_or(u64::MAX));
        }
        Self {
            assets: assets.iter().map(|(_, asset)| *asset).collect(),
            up,
        }
    }

    fn draw(&self, stream: &mut Stream, seeds: &mut Vec<u32>) {
        let mut next = 0;
        while next < self.assets.len() {
            let number = stream.next();
            let gap = self.up.partition_point(|chance| number < *chance);
            next += gap;
            if gap == self.up.len() {
                continue;
            }
            seeds.extend(self.assets.get(next));
            next += 1;
        }
    }
}

struct Stream {
    output: blake3::OutputReader,
    block: [u8; 64],
    used: usize,
}

impl Stream {
    fn next(&mut self) -> u64 {
        if self.used >= self.block.len() {
            self.output.fill(&mut self.block);
            self.used = 0;
        }
        let bytes = self.block.get(self.used..).and_then(<[u8]>::first_chunk);
        self.used += 8;
        bytes.map_or(0, |bytes| u64::from_le_bytes(*bytes))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::estate::GraphBuilder;

    #[test]
    fn rates_are_read_exactly() {
        assert_eq!(in_units(1.0), Some(CERTAIN));
        assert_eq!(in_units(0.5), Some(1 << 63));
        assert_eq!(in_units(0.75), Some(3 << 62));
        assert_eq!((in_units(0.0), in_units(-0.0)), (Some(0), Some(0)));
        // 2^-64, half of it (up to 1), a quarter (down to 0).
        let unit = 1.0 / 18_446_744_073_709_551_616.0;
        assert_eq!(in_units(unit), Some(1));
        assert_eq!(in_units(unit / 2.0), Some(1));
        assert_eq!(in_units(unit / 4.0), Some(0));
        assert_eq!(in_units(f64::from_bits(1)), Some(0));
        for refused in [-0.1, 1.000_001, f64::NAN, f64::INFINITY, -f64::MIN_POSITIVE] {
            assert_eq!(in_units(refused), None, "{refused}");
        }
    }

    #[test]
    fn certain_assets_are_always_down_and_impossible_ones_never() {
        let graph = GraphBuilder::new(5).unwrap().build().unwrap();
        let seeds = Seeds::new(&graph, &[0, CERTAIN, 0, CERTAIN, CERTAIN], 7);
        let mut drawn = Vec::new();
        for number in 0..100 {
            seeds.draw(number, &mut drawn);
            assert_eq!(drawn, [1, 3, 4]);
        }
    }

    #[test]
    fn gaps_longer_than_the_table_keep_the_rate() {
        // 20,000 assets at 2^-13: 2.44 a draw, on average over 4,000 draws within 6 standard errors.
        let graph = GraphBuilder::new(20_000).unwrap().build().unwrap();
        let seeds = Seeds::new(&graph, &vec![1 << 51; 20_000], 1);
        let (mut drawn, mut total, mut last) = (Vec::new(), 0, 0);
        for number in 0..4_000 {
            seeds.draw(number, &mut drawn);
            assert!(drawn.is_sorted());
            total += drawn.len();
            last += drawn.iter().filter(|asset| **asset >= 10_000).count();
        }
        assert!((9_172..10_360).contains(&total), "{total}");
        assert!((4_464..5_303).contains(&last), "{last}");
    }
}
