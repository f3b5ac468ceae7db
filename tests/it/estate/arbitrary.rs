//! Inventories out of a hat.

use std::collections::BTreeSet;

use proptest::collection::vec;
use proptest::option::of;
use proptest::prelude::*;
use vcto::Decimal;
use vcto::Inventory;
use vcto::estate::{
    Asset, AssetKind, Confidence, Criticality, Fact, FactValue, Note, Relation, RelationKind, Requirement,
    Scalar, Scope, Source,
};

/// Any text that the format accepts: no NUL.
fn texts() -> impl Strategy<Value = String> {
    prop_oneof![
        "[a-z]{1,8}",
        "\\PC{1,12}",
        "[\u{1}-\u{1f}\"\\\\/\u{7f}\u{202e}é😀]{1,8}"
    ]
}

fn times() -> impl Strategy<Value = jiff::Timestamp> {
    (0_i64..4_000_000_000, prop_oneof![Just(0), 0_i32..1_000_000_000])
        .prop_map(|(second, nano)| jiff::Timestamp::new(second, nano).unwrap())
}

fn scalars() -> impl Strategy<Value = Scalar> {
    prop_oneof![
        Just(Scalar::Unknown),
        any::<bool>().prop_map(Scalar::from),
        any::<i64>().prop_map(Scalar::from),
        any::<u64>().prop_map(|number| Scalar::Number(number.into())),
        (any::<i64>(), 0_u32..28)
            .prop_map(|(digits, scale)| Scalar::Number(Decimal::new(digits, scale).normalize())),
        texts().prop_map(Scalar::from),
    ]
}

fn confidences() -> impl Strategy<Value = Confidence> {
    prop_oneof![
        Just(Confidence::Low),
        Just(Confidence::Medium),
        Just(Confidence::High)
    ]
}

fn statements() -> impl Strategy<Value = FactValue> {
    (scalars(), of(texts()), of(times()), of(confidences())).prop_map(|(value, source, at, confidence)| {
        let mut value = FactValue::from(value);
        if let Some(source) = source {
            value = value.stated_by(source);
        }
        if let Some(at) = at {
            value = value.at(at);
        }
        match confidence {
            Some(confidence) => value.sure(confidence),
            None => value,
        }
    })
}

fn facts() -> impl Strategy<Value = Fact> {
    prop_oneof![
        4 => scalars().prop_map(Fact::from),
        1 => vec(statements(), 1..4).prop_map(|values| Fact::from_values(values).unwrap()),
    ]
}

fn assets() -> impl Strategy<Value = Vec<Asset>> {
    let kinds = prop_oneof![Just("server".to_owned()), Just("database".to_owned()), texts()];
    let asset = (
        texts(),
        kinds,
        of(texts()),
        of(prop_oneof![Just("high".to_owned()), texts()]),
        vec((texts(), facts()), 0..4),
    );
    vec(asset, 1..8).prop_map(|assets| {
        let mut seen = BTreeSet::new();
        assets
            .into_iter()
            .filter(|(id, ..)| seen.insert(id.clone()))
            .map(|(id, kind, name, criticality, facts)| Asset {
                name: name.map(Into::into),
                criticality: criticality.map(|word| Criticality::from(word.as_str())),
                facts: facts.into_iter().collect(),
                ..Asset::new(id, AssetKind::from(kind.as_str()))
            })
            .collect()
    })
}

fn sources() -> impl Strategy<Value = Source> {
    let scopes = || {
        vec((texts(), any::<bool>()), 0..3).prop_map(|scopes| {
            scopes
                .into_iter()
                .map(|(name, complete)| Scope {
                    name: name.into(),
                    complete,
                })
                .collect::<Vec<_>>()
        })
    };
    let notes = || {
        vec((of(texts()), texts(), of(texts())), 0..3).prop_map(|notes| {
            notes
                .into_iter()
                .map(|(at, text, asset)| Note {
                    at: at.map(Into::into),
                    text: text.into(),
                    asset: asset.map(Into::into),
                })
                .collect::<Vec<_>>()
        })
    };
    let one = move || {
        (texts(), of(times()), any::<bool>(), scopes(), notes()).prop_map(
            |(name, captured_at, complete, scopes, notes)| Source {
                notes,
                name: name.into(),
                captured_at,
                complete,
                scopes,
                merged_from: Vec::new(),
            },
        )
    };
    (one(), vec(one(), 0..3)).prop_map(|(source, merged_from)| Source {
        merged_from,
        ..source
    })
}

/// Readable inventories, which need not make a sound estate only in one way: relations and groups that clash with each
/// other were left out.
pub fn inventories() -> impl Strategy<Value = Inventory> {
    let kinds = prop_oneof![
        Just("depends_on".to_owned()),
        Just("connects_to".to_owned()),
        Just("uses".to_owned()),
        texts(),
    ];
    let pick = any::<prop::sample::Index>;
    let relations = vec(
        (
            pick(),
            pick(),
            kinds,
            any::<bool>(),
            of((texts(), of(confidences()))),
            of(texts()),
        ),
        0..12,
    );
    let groups = vec((pick(), vec(pick(), 1..4), pick()), 0..3);
    (sources(), assets(), relations, groups).prop_map(|(source, assets, relations, groups)| {
        let id = |pick: &prop::sample::Index| assets[pick.index(assets.len())].id.clone();
        let requirements: Vec<_> = groups
            .iter()
            .filter_map(|(asset, members, needs)| {
                let asset = id(asset);
                let members: Vec<_> = members.iter().map(id).filter(|member| *member != asset).collect();
                let distinct = members.iter().collect::<BTreeSet<_>>().len();
                (distinct > 0).then(|| Requirement {
                    asset,
                    members,
                    needs: 1 + u32::try_from(needs.index(distinct)).unwrap(),
                })
            })
            .collect();
        let relations = relations
            .iter()
            .filter_map(|(from, to, kind, soft, method, note)| {
                let (from, to) = (id(from), id(to));
                let member = requirements
                    .iter()
                    .any(|group| group.asset == from && group.members.contains(&to));
                let mut relation = Relation::new(from, to, RelationKind::from(kind.as_str()));
                if *soft && !member {
                    relation = relation.soft();
                }
                relation = match method {
                    Some((method, Some(confidence))) => relation.inferred(method.as_str(), *confidence),
                    Some((method, None)) => relation.inferred_by(method.as_str()),
                    None => relation,
                };
                if let Some(note) = note {
                    relation = relation.noted(note.as_str());
                }
                (relation.from != relation.to).then_some(relation)
            })
            .collect();
        Inventory {
            source,
            assets,
            relations,
            requirements,
        }
    })
}
