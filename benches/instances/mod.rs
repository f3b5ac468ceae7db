//! Estates to measure on: made here from a seed, or read from a list of edges.

#![allow(dead_code, reason = "each bench takes what it needs")]

pub mod fat_tree;
pub mod memory;

use vcto::Inventory;
use vcto::estate::{Asset, AssetKind, Relation, RelationKind, Requirement};

/// A deterministic stream of numbers (SplitMix64, Steele and others 2014).
pub struct Numbers(pub u64);

impl Numbers {
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    pub fn below(&mut self, bound: usize) -> usize {
        (self.next() % bound.max(1) as u64) as usize
    }

    /// From 0 to below 1.
    pub fn fraction(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1_u64 << 53) as f64
    }
}

/// What stands in each layer of an estate, from the desk to the building: its share and how much each asset uses on
/// average.
const LAYERS: [(AssetKind, f64, f64); 8] = [
    (AssetKind::Workstation, 0.40, 2.5),
    (AssetKind::BusinessApplication, 0.05, 6.0),
    (AssetKind::Service, 0.15, 5.5),
    (AssetKind::VirtualMachine, 0.20, 4.5),
    (AssetKind::Database, 0.08, 4.0),
    (AssetKind::HypervisorHost, 0.07, 4.0),
    (AssetKind::Storage, 0.04, 2.5),
    (AssetKind::Site, 0.01, 0.0),
];

/// The layer of a kind, from the desk down.
pub fn layer(kind: &AssetKind) -> Option<usize> {
    LAYERS.iter().position(|(layer, _, _)| layer == kind)
}

/// Dependencies of an estate as pairs of numbers below `assets`, and the kind of each asset.
pub struct Instance {
    pub kinds: Vec<AssetKind>,
    pub edges: Vec<(u32, u32)>,
}

/// An estate of sites of some 400 assets in eight layers: three quarters of what an asset uses is at its own site, the rest
/// are hubs that everybody uses; some assets stand on small rings.
pub fn layered(assets: usize, seed: u64) -> Instance {
    let mut numbers = Numbers(seed);
    let mut starts = vec![0];
    for (_, share, _) in &LAYERS[1..] {
        let below: usize = ((assets as f64 * share) as usize).max(1);
        starts.push(below);
    }
    starts[0] = assets - starts[1..].iter().sum::<usize>();
    let counts = starts;
    let lows: Vec<usize> = counts
        .iter()
        .scan(0, |low, count| Some(std::mem::replace(low, *low + count)))
        .collect();
    let sites = (assets / 400).max(1);
    let mut edges = Vec::new();
    for layer in 0..LAYERS.len() - 1 {
        for index in 0..counts[layer] {
            let uses = poisson(&mut numbers, LAYERS[layer].2 - 1.0) + 1;
            for _ in 0..uses {
                let depth = if numbers.fraction() < 0.12 {
                    0
                } else {
                    geometric(&mut numbers)
                };
                let to = (layer + depth).min(LAYERS.len() - 1);
                let skew = numbers.fraction();
                let offset = if numbers.fraction() < 0.75 {
                    let each = (counts[to] / sites).max(1);
                    index * sites / counts[layer] * each + (skew.powi(3) * each as f64) as usize
                } else {
                    (skew.powi(8) * counts[to] as f64) as usize
                };
                let (from, mut on) = (lows[layer] + index, lows[to] + offset.min(counts[to] - 1));
                if to == layer && on <= from {
                    // Within a layer only upwards, so that rings are those made below.
                    on = lows[layer + 1];
                }
                edges.push((from, on));
            }
        }
    }
    for _ in 0..(assets / 300).max(1) {
        let layer = 2 + numbers.below(5);
        if counts[layer] >= 8 {
            let (start, length) = (
                lows[layer] + numbers.below(counts[layer] - 4),
                2 + numbers.below(3),
            );
            edges.extend((0..length).map(|step| (start + step, start + (step + 1) % length)));
        }
    }
    shuffled(assets, &lows, edges, &mut numbers)
}

/// Gives the assets numbers that say nothing of their layer.
fn shuffled(assets: usize, lows: &[usize], edges: Vec<(usize, usize)>, numbers: &mut Numbers) -> Instance {
    let mut place: Vec<u32> = (0..assets as u32).collect();
    for index in (1..assets).rev() {
        place.swap(index, numbers.below(index + 1));
    }
    let mut kinds = vec![AssetKind::Device; assets];
    for (asset, place) in place.iter().enumerate() {
        let layer = lows.partition_point(|low| *low <= asset) - 1;
        kinds[*place as usize] = LAYERS[layer].0.clone();
    }
    let mut edges: Vec<(u32, u32)> = edges
        .into_iter()
        .filter(|(from, to)| from != to)
        .map(|(from, to)| (place[from], place[to]))
        .collect();
    edges.sort_unstable();
    edges.dedup();
    Instance { kinds, edges }
}

fn poisson(numbers: &mut Numbers, mean: f64) -> usize {
    let (limit, mut product, mut count) = ((-mean).exp(), numbers.fraction(), 0);
    while product > limit {
        product *= numbers.fraction();
        count += 1;
    }
    count
}

fn geometric(numbers: &mut Numbers) -> usize {
    let mut count = 1;
    while numbers.fraction() > 0.6 {
        count += 1;
    }
    count
}

impl Instance {
    /// Reads `n m` and then `from to` a line.
    pub fn read(path: &str) -> Self {
        let text = std::fs::read_to_string(path).expect("the list of edges can be read");
        let mut words = text
            .split_ascii_whitespace()
            .map(|word| word.parse::<u32>().expect("a number"));
        let assets = words.next().expect("the number of assets") as usize;
        words.next();
        let mut edges = Vec::new();
        while let (Some(from), Some(to)) = (words.next(), words.next()) {
            edges.push((from, to));
        }
        Self {
            kinds: vec![AssetKind::Server; assets],
            edges,
        }
    }

    pub fn id(asset: u32) -> String {
        format!("{asset:08}")
    }

    /// The inventory. With `spares` every seventh asset that uses three others or more needs one of its first two only.
    pub fn inventory(&self, spares: bool) -> Inventory {
        let ids: Vec<vcto::estate::AssetId> = (0..self.kinds.len() as u32)
            .map(|asset| Self::id(asset).into())
            .collect();
        let id = |asset: u32| ids[asset as usize].clone();
        let mut inventory = Inventory::default();
        inventory.source.name = "bench".into();
        inventory.assets = (0..)
            .zip(&self.kinds)
            .map(|(asset, kind)| Asset::new(id(asset), kind.clone()))
            .collect();
        inventory.relations = self
            .edges
            .iter()
            .map(|(from, to)| Relation::new(id(*from), id(*to), RelationKind::DependsOn))
            .collect();
        if spares {
            inventory.requirements = self
                .edges
                .chunk_by(|one, other| one.0 == other.0)
                .filter(|uses| uses.len() > 2 && uses[0].0 % 7 == 0)
                .map(|uses| Requirement {
                    asset: id(uses[0].0),
                    members: vec![id(uses[0].1), id(uses[1].1)],
                    needs: 1,
                })
                .collect();
        }
        inventory
    }
}

/// The same estate with its network: sites of some 400 assets, each with a firewall, a circuit, a core switch and access
/// switches for 24 devices; machines stand on hosts. The first site is named first.
pub fn networked(instance: &Instance) -> Inventory {
    let mut inventory = instance.inventory(true);
    let count = instance.kinds.len() as u32;
    let sites = (count / 400).max(1);
    let mut ports = vec![0_u32; sites as usize];
    let link = |a: &str, b: &str, kind: RelationKind| Relation::new(a, b, kind);
    for site in 0..sites {
        let of = |what: &str| format!("{what}-{site:05}");
        inventory
            .assets
            .push(Asset::new(of("site"), AssetKind::Site).with("people", vcto::Decimal::from(200)));
        for (what, kind) in [
            ("circuit", AssetKind::Circuit),
            ("core", AssetKind::Switch),
            ("firewall", AssetKind::Firewall),
        ] {
            inventory.assets.push(Asset::new(of(what), kind));
            inventory
                .relations
                .push(link(&of(what), &of("site"), RelationKind::LocatedAt));
        }
        inventory
            .relations
            .push(link(&of("core"), &of("firewall"), RelationKind::ConnectsTo));
        inventory
            .relations
            .push(link(&of("firewall"), &of("circuit"), RelationKind::ConnectsTo));
    }
    for (asset, kind) in (0..count).zip(&instance.kinds) {
        let (id, site) = (Instance::id(asset), asset % sites);
        if !matches!(
            kind,
            AssetKind::Workstation | AssetKind::HypervisorHost | AssetKind::Storage
        ) {
            continue;
        }
        let (access, port) = (
            format!("access-{site:05}-{:03}", ports[site as usize] / 24),
            ports[site as usize] % 24,
        );
        ports[site as usize] += 1;
        if port == 0 {
            inventory
                .assets
                .push(Asset::new(access.as_str(), AssetKind::Switch));
            inventory
                .relations
                .push(link(&access, &format!("site-{site:05}"), RelationKind::LocatedAt));
            inventory.relations.push(link(
                &access,
                &format!("core-{site:05}"),
                RelationKind::ConnectsTo,
            ));
        }
        inventory
            .relations
            .push(link(&id, &format!("site-{site:05}"), RelationKind::LocatedAt));
        inventory
            .relations
            .push(link(&id, &access, RelationKind::ConnectsTo));
    }
    inventory
}

/// Processor time of this process so far, all threads together, in milliseconds.
pub fn cpu_ms() -> f64 {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ProcessCPUTime);
    time.tv_sec as f64 * 1e3 + time.tv_nsec as f64 / 1e6
}

/// The median processor time of `rounds` runs, in milliseconds. What `prepare` takes is not counted.
pub fn median_ms<T, R>(rounds: usize, mut prepare: impl FnMut() -> T, mut work: impl FnMut(T) -> R) -> f64 {
    let mut times: Vec<f64> = (0..rounds)
        .map(|_| {
            let input = prepare();
            let start = cpu_ms();
            let result = std::hint::black_box(work(input));
            let time = cpu_ms() - start;
            drop(result);
            time
        })
        .collect();
    times.sort_by(f64::total_cmp);
    times[rounds / 2]
}
