//! A data centre's network, as groups of which one must be up.

use vcto::Inventory;
use vcto::estate::{Asset, AssetKind, Relation, RelationKind, Requirement};

/// A fat tree of switches with `ports` ports each (Al-Fares and others 2008): hosts, then edge, aggregation and core
/// switches. Each switch needs one of those above it.
pub fn fat_tree(ports: usize, replicas: [(usize, usize, usize); 2]) -> Inventory {
    let half = ports / 2;
    let host = |pod, rack, slot| format!("host-{pod}-{rack}-{slot}");
    let mut inventory = Inventory::default();
    let mut asset = |id: String, kind: AssetKind| inventory.assets.push(Asset::new(id.as_str(), kind));
    asset("service".into(), AssetKind::Service);
    (0..half * half).for_each(|core| asset(format!("core-{core}"), AssetKind::Switch));
    for pod in 0..ports {
        for side in 0..half {
            asset(format!("edge-{pod}-{side}"), AssetKind::Switch);
            asset(format!("aggregation-{pod}-{side}"), AssetKind::Switch);
            (0..half).for_each(|slot| asset(host(pod, side, slot), AssetKind::Server));
        }
    }
    let mut one_of = |owner: String, members: Vec<String>| {
        inventory.requirements.push(Requirement {
            asset: owner.into(),
            members: members.into_iter().map(Into::into).collect(),
            needs: 1,
        });
    };
    one_of(
        "service".into(),
        replicas.map(|(pod, rack, slot)| host(pod, rack, slot)).to_vec(),
    );
    for pod in 0..ports {
        for side in 0..half {
            let above = |above: usize| format!("aggregation-{pod}-{above}");
            one_of(format!("edge-{pod}-{side}"), (0..half).map(above).collect());
            let core = |core: usize| format!("core-{}", side * half + core);
            one_of(format!("aggregation-{pod}-{side}"), (0..half).map(core).collect());
            for slot in 0..half {
                let (host, edge) = (host(pod, side, slot), format!("edge-{pod}-{side}"));
                inventory
                    .relations
                    .push(Relation::new(host, edge, RelationKind::DependsOn));
            }
        }
    }
    inventory
}
