//! Puts records into an order that was worked out on their positions.

#![expect(
    clippy::indexing_slicing,
    reason = "an order is a permutation of the positions of what it orders"
)]

/// Moves every item to its place, without a second list: `order[i]` is the position of the item that comes to be i-th.
///
/// INVARIANT: `order` is a permutation of the positions of `items`.
pub(super) fn arrange<T>(items: &mut [T], mut order: Vec<u32>) {
    debug_assert_eq!(items.len(), order.len());
    for start in 0..order.len() {
        let mut at = start;
        loop {
            let next = std::mem::replace(&mut order[at], position(at)) as usize;
            if next == start {
                break;
            }
            items.swap(at, next);
            at = next;
        }
    }
}

/// For every position the place at which `order` puts it: the inverse permutation.
pub(super) fn places(order: &[u32]) -> Vec<u32> {
    let mut places = vec![0; order.len()];
    for (place, at) in (0..).zip(order) {
        places[*at as usize] = place;
    }
    places
}

/// INVARIANT: lists of records are no longer than `u32::MAX`, since their bound is lower.
pub(super) fn position(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn items_stand_where_the_order_says(order in Just((0..50_u32).collect::<Vec<_>>()).prop_shuffle()) {
            let mut items: Vec<u32> = (0..50).collect();
            arrange(&mut items, order.clone());
            prop_assert_eq!(&items, &order);
            let places = places(&order);
            prop_assert!((0..50).all(|at| order[places[at] as usize] as usize == at));
        }
    }
}
