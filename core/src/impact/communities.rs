//! Communities: groups of assets that have more to do with each other than with the rest.

mod leiden;
mod web;

use std::convert::Infallible;

use serde::Serialize;

use self::leiden::Scale;
use self::web::{HARD, Web};
use super::parts::Members;
use super::{ids, json};
use crate::error::{Error, ErrorKind, Result};
use crate::estate::{AssetId, Estate, Graph};
use crate::monitor::Monitor;

/// Groups of assets that belong together, every asset in one of them.
///
/// In JSON `{"communities", "modularity", "cut", "weight", "resolution"}`.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Communities {
    /// The groups: each by id, and the groups by their first id. An asset without any relation is alone.
    pub communities: Vec<Vec<AssetId>>,
    /// How much more weight lies inside the groups than chance would put there: of all weight the share inside, less the
    /// resolution times the share that ends at random would have. 0 where there is no relation.
    pub modularity: f64,
    /// The weight of the relations between groups: a hard one counts 1, a soft one a half.
    pub cut: f64,
    /// The weight of all relations.
    pub weight: f64,
    /// The resolution, as numerator and denominator.
    pub resolution: [u32; 2],
}

/// How to look for [`communities_with`].
#[derive(Clone, Debug)]
#[must_use]
pub struct CommunityOptions {
    resolution: [u32; 2],
    rounds: u32,
    monitor: Monitor,
}

impl Default for CommunityOptions {
    fn default() -> Self {
        Self {
            resolution: [1, 1],
            rounds: 10,
            monitor: Monitor::default(),
        }
    }
}

impl CommunityOptions {
    /// Resolution 1, at most 10 rounds.
    pub fn new() -> Self {
        Self::default()
    }

    /// How fine the groups are, as a fraction: the greater, the smaller they get. At 0 all that is linked is one group.
    pub fn resolution(mut self, numerator: u32, denominator: u32) -> Self {
        self.resolution = [numerator, denominator];
        self
    }

    /// At most so many rounds. A round that changes nothing is the last in any case.
    pub fn rounds(mut self, most: u32) -> Self {
        self.rounds = most;
        self
    }

    /// Watches the work: progress is told under `impact.communities`, in visits of assets.
    pub fn monitor(mut self, monitor: Monitor) -> Self {
        self.monitor = monitor;
        self
    }
}

/// The groups of assets that belong together, for instance to be moved together: those between which the modularity
/// (Newman and Girvan 2004, with the resolution of Reichardt and Bornholdt 2006) is high.
///
/// Reads impact relations and the members of requirement groups, whichever way they lead: a hard one weighs 1, a soft one
/// a half, and two that lead both ways add up. The search is the Leiden algorithm (Traag, Waltman and van Eck, "From
/// Louvain to Leiden: guaranteeing well-connected communities", 2019): every group is connected, and no asset would fit
/// better into another group. It takes the best step where the paper draws one at random, assets by id, and reckons in
/// whole numbers: the same estate has the same groups on every machine. The highest modularity there is may be higher; to
/// find it is NP-hard. A round takes near to linear time on estates.
///
/// ```
/// use vcto::{Estate, Inventory, impact};
///
/// let estate = Estate::new(Inventory::from_json(br#"{"format": "vcto.inventory/1", "source": {"name": "crm"},
///     "assets": [{"id": "erp", "kind": "business_application"}, {"id": "erp-sql", "kind": "database"}, {"id": "erp-web", "kind": "server"},
///                {"id": "mail", "kind": "service"}, {"id": "mail-store", "kind": "storage"}, {"id": "mail-web", "kind": "server"}],
///     "relations": [{"from": "erp", "to": "erp-sql", "kind": "depends_on"}, {"from": "erp", "to": "erp-web", "kind": "depends_on"},
///                   {"from": "erp-web", "to": "erp-sql", "kind": "depends_on"}, {"from": "mail", "to": "mail-store", "kind": "depends_on"},
///                   {"from": "mail-web", "to": "mail", "kind": "depends_on"}, {"from": "mail-web", "to": "mail-store", "kind": "depends_on"},
///                   {"from": "erp", "to": "mail", "kind": "depends_on", "strength": "soft"}]}"#)?)?;
/// let found = impact::communities(&estate);
/// assert_eq!(found.communities.len(), 2);
/// assert_eq!(found.communities[0].iter().map(|id| id.as_str()).collect::<Vec<_>>(), ["erp", "erp-sql", "erp-web"]);
/// assert_eq!((found.cut, found.weight), (0.5, 6.5));
/// # Ok::<(), vcto::Error>(())
/// ```
pub fn communities(estate: &Estate) -> Communities {
    let options = CommunityOptions::new();
    match search::<Infallible>(estate.graph(), &options, |_| Ok(())) {
        Ok(found) => found.named(estate, options.resolution),
        Err(never) => match never {},
    }
}

/// [`communities`] with options.
///
/// # Errors
/// `invalid_input` for a resolution with the denominator 0 and for 0 rounds; `cancelled` when the monitor asks to stop.
pub fn communities_with(estate: &Estate, options: &CommunityOptions) -> Result<Communities> {
    const PLACE: &str = "impact.communities";
    let invalid = |message: &str, remedy: &str| {
        let error = Error::new(ErrorKind::InvalidInput, message.to_owned());
        Err(error.remedy(remedy.to_owned()).during(PLACE))
    };
    if options.resolution[1] == 0 {
        return invalid(
            "the resolution has the denominator 0",
            "a resolution of 1 is 1, 1",
        );
    }
    if options.rounds == 0 {
        return invalid("0 rounds find nothing", "ask for 1 round or more");
    }
    let tell = |visits| options.monitor.report(PLACE, visits, None);
    search(estate.graph(), options, tell)
        .map(|found| found.named(estate, options.resolution))
        .map_err(|error| error.during(PLACE))
}

impl Communities {
    /// The result as JSON.
    pub fn to_json(&self) -> String {
        json(self)
    }
}

/// The groups by position, with their weights in halves.
#[derive(Debug)]
pub(super) struct Found {
    members: Members,
    /// The weight inside groups, of all edges, and the sum of the squares of the groups' degrees.
    inside: u64,
    all: u64,
    squares: u128,
}

/// Looks for communities. The options were checked.
pub(super) fn search<E>(
    graph: &Graph,
    options: &CommunityOptions,
    tell: impl FnMut(u64) -> Result<(), E>,
) -> Result<Found, E> {
    let web = Web::of(graph);
    let [numerator, denominator] = options.resolution;
    let scale = Scale::new(&web, numerator, denominator);
    let labels = leiden::partition(&web, scale, options.rounds, tell)?;
    let count = labels.iter().max().map_or(0, |last| *last as usize + 1);
    let label = |node: u32| labels.get(node as usize);
    let (mut inside, mut all) = (0, 0);
    for node in web.nodes() {
        all += web.degree(node);
        let near = web.near(node).iter();
        let same = near.filter(|(to, _)| label(*to) == label(node));
        inside += same.map(|(_, weight)| weight).sum::<u64>();
    }
    let members = Members::of(&labels, count);
    let degree = |part| {
        members
            .of_part(part)
            .iter()
            .map(|node| u128::from(web.degree(*node)))
    };
    let squares = members
        .numbers()
        .map(|part| degree(part).sum::<u128>().pow(2))
        .sum();
    Ok(Found {
        inside: inside / 2,
        all: all / 2,
        squares,
        members,
    })
}

impl Found {
    /// The groups by position.
    pub(super) fn groups(&self) -> impl Iterator<Item = &[u32]> {
        self.members.numbers().map(|part| self.members.of_part(part))
    }

    fn named(&self, estate: &Estate, resolution: [u32; 2]) -> Communities {
        Communities {
            communities: self.groups().map(|group| ids(estate, group)).collect(),
            modularity: self.modularity(resolution),
            cut: weight(self.all - self.inside),
            weight: weight(self.all),
            resolution,
        }
    }

    /// `inside / W - r * squares / (2W)^2`, rounded once.
    #[expect(
        clippy::cast_precision_loss,
        reason = "a ratio of exact whole numbers is what is told"
    )]
    fn modularity(&self, [numerator, denominator]: [u32; 2]) -> f64 {
        if self.all == 0 {
            return 0.0;
        }
        // Below 2^105 each: weights are below 2^35, the parts of the resolution below 2^32.
        let ends = i128::from(self.all) * 2;
        let within = i128::from(self.inside) * 2 * ends * i128::from(denominator);
        let chance = i128::try_from(self.squares).unwrap_or(i128::MAX) * i128::from(numerator);
        (within - chance) as f64 / (ends * ends * i128::from(denominator)) as f64
    }
}

/// A weight in units of a hard relation.
#[expect(clippy::cast_precision_loss, reason = "weights are below 2^35")]
fn weight(halves: u64) -> f64 {
    halves as f64 / HARD as f64
}
