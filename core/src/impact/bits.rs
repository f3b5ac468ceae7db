//! A row of bits on one cache line: 512 columns at a time.

/// Words of a row.
const WORDS: usize = 8;
/// Columns of a row.
pub(super) const COLUMNS: usize = WORDS * 64;

/// One row.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
#[repr(align(64))]
pub(super) struct Bits([u64; WORDS]);

impl Bits {
    /// Every column.
    pub(super) const ALL: Self = Self([u64::MAX; WORDS]);
    /// No column.
    pub(super) const NONE: Self = Self([0; WORDS]);

    pub(super) fn set(&mut self, column: usize) {
        if let Some(word) = self.0.get_mut(column / 64) {
            *word |= 1 << (column % 64);
        }
    }

    pub(super) fn count(&self) -> u32 {
        self.0.iter().map(|word| word.count_ones()).sum()
    }

    pub(super) fn is_none(&self) -> bool {
        *self == Self::NONE
    }

    pub(super) fn add(&mut self, other: &Self) {
        *self = self.zip(other, |mine, theirs| mine | theirs);
    }

    pub(super) fn and(&self, other: &Self) -> Self {
        self.zip(other, |mine, theirs| mine & theirs)
    }

    pub(super) fn without(&self, other: &Self) -> Self {
        self.zip(other, |mine, theirs| mine & !theirs)
    }

    fn toggled(&self, other: &Self) -> Self {
        self.zip(other, |mine, theirs| mine ^ theirs)
    }

    #[inline]
    fn zip(&self, other: &Self, join: impl Fn(u64, u64) -> u64) -> Self {
        let mut words = self.0;
        for (mine, theirs) in words.iter_mut().zip(other.0) {
            *mine = join(*mine, theirs);
        }
        Self(words)
    }

    /// The columns that are set, ascending.
    pub(super) fn columns(&self) -> impl Iterator<Item = usize> {
        (0..WORDS).zip(self.0).flat_map(|(index, mut word)| {
            std::iter::from_fn(move || {
                let bit = word.trailing_zeros() as usize;
                word = word.checked_sub(1).map(|less| word & less)?;
                Some(index * 64 + bit)
            })
        })
    }
}

/// The columns that are set in at least `quorum` of the rows.
///
/// Counts in binary, one plane of bits a digit, from a start that overflows exactly when the quorum is reached.
pub(super) fn at_least<'b>(quorum: u32, rows: impl Iterator<Item = &'b Bits>) -> Bits {
    let digits = quorum.max(1).next_power_of_two().trailing_zeros();
    let start = (1_u64 << digits) - u64::from(quorum.max(1));
    let mut planes = [Bits::NONE; 32];
    for (digit, plane) in planes.iter_mut().enumerate() {
        if start >> digit & 1 == 1 {
            *plane = Bits::ALL;
        }
    }
    let mut reached = Bits::NONE;
    for row in rows {
        let mut carry = *row;
        for plane in planes.iter_mut().take(digits as usize) {
            let next = carry.and(plane);
            *plane = plane.toggled(&carry);
            carry = next;
            if carry.is_none() {
                break;
            }
        }
        reached.add(&carry);
    }
    reached
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_counter_agrees_with_counting() {
        // Row r has column c where bit r of c is set: column c is set in as many rows as c has ones.
        let rows: Vec<Bits> = (0..9)
            .map(|row| {
                let mut bits = Bits::NONE;
                (0..COLUMNS)
                    .filter(|column| column >> row & 1 == 1)
                    .for_each(|column| bits.set(column));
                bits
            })
            .collect();
        for quorum in 1..=10 {
            let expected: Vec<_> = (0..COLUMNS)
                .filter(|column| column.count_ones() >= quorum)
                .collect();
            let found: Vec<_> = at_least(quorum, rows.iter()).columns().collect();
            assert_eq!(found, expected, "{quorum}");
        }
    }

    #[test]
    fn columns_are_those_set() {
        let mut bits = Bits::NONE;
        for column in [0, 63, 64, 500, 511] {
            bits.set(column);
        }
        assert_eq!(bits.columns().collect::<Vec<_>>(), [0, 63, 64, 500, 511]);
        assert_eq!(bits.count(), 5);
        assert_eq!(Bits::ALL.without(&bits).count(), 507);
    }
}
