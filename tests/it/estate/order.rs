//! The order of the input never changes a result.

use proptest::prelude::*;
use vcto::estate::{Fact, FactValue};
use vcto::{Estate, Inventory};

use super::arbitrary::inventories;

/// The same inventory with everything in another order, and some of it said twice.
fn shuffled(inventory: &Inventory) -> impl Strategy<Value = Inventory> + use<> {
    let mut repeated = inventory.clone();
    let again = |relation: &&vcto::estate::Relation| relation.kind.as_str() != "connects_to";
    let twice: Vec<_> = inventory
        .relations
        .iter()
        .filter(again)
        .take(3)
        .cloned()
        .collect();
    repeated.relations.extend(twice);
    repeated
        .requirements
        .extend(inventory.requirements.first().cloned());
    for requirement in &mut repeated.requirements {
        requirement.members.extend(requirement.members.first().cloned());
        requirement.members.reverse();
    }
    for asset in &mut repeated.assets {
        asset.facts = std::mem::take(&mut asset.facts)
            .iter()
            .map(|(name, fact)| {
                let mut values: Vec<FactValue> = fact.values().to_vec();
                values.reverse();
                values.push(values[0].clone());
                (name, Fact::from_values(values).unwrap())
            })
            .collect();
    }
    repeated.source.scopes.reverse();
    repeated.source.notes.reverse();
    repeated
        .source
        .notes
        .extend(repeated.source.notes.first().cloned());
    repeated.source.merged_from.reverse();
    let Inventory {
        source,
        assets,
        relations,
        requirements,
    } = repeated;
    (
        Just(source),
        Just(assets).prop_shuffle(),
        Just(relations).prop_shuffle(),
        Just(requirements).prop_shuffle(),
    )
        .prop_map(|(source, assets, relations, requirements)| Inventory {
            source,
            assets,
            relations,
            requirements,
        })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn permuted_input_gives_the_same_bytes_and_digest(
        (one, other) in inventories().prop_flat_map(|one| (Just(one.clone()), shuffled(&one))),
    ) {
        let (one, other) = (Estate::new(one).unwrap(), Estate::new(other).unwrap());
        prop_assert_eq!(one.to_json(), other.to_json());
        prop_assert_eq!(one.to_ndjson(), other.to_ndjson());
        prop_assert_eq!(one.digest(), other.digest());
    }

    #[test]
    fn an_estate_reads_back_to_itself(inventory in inventories()) {
        let estate = Estate::new(inventory).unwrap();
        let again = Estate::new(Inventory::from_json(estate.to_json().as_bytes()).unwrap()).unwrap();
        prop_assert_eq!(again.inventory(), estate.inventory());
        prop_assert_eq!(again.to_json(), estate.to_json());
        prop_assert_eq!(again.digest(), estate.digest());
    }

    #[test]
    fn positions_count_in_the_order_of_the_ids(inventory in inventories()) {
        let count = inventory.assets.len();
        let estate = Estate::new(inventory).unwrap();
        prop_assert_eq!(estate.asset_count(), count);
        prop_assert!(estate.assets().windows(2).all(|pair| pair[0].id < pair[1].id));
        for (at, asset) in (0..).zip(estate.assets()) {
            prop_assert_eq!(estate.index_of(asset.id.as_str()), Some(at));
            prop_assert_eq!(estate.id(at), Some(&asset.id));
            prop_assert_eq!(estate.asset(asset.id.as_str()), Some(asset));
        }
        prop_assert_eq!(estate.id(u32::try_from(count).unwrap()), None);
    }

    #[test]
    fn every_difference_in_content_is_a_difference_in_digest(
        (one, other) in (inventories(), inventories()),
    ) {
        let (one, other) = (Estate::new(one).unwrap(), Estate::new(other).unwrap());
        prop_assert_eq!(one.to_json() == other.to_json(), one.digest() == other.digest());
    }
}
