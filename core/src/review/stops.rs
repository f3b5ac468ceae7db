//! What would stop the firm: single failures, with what makes them likelier, and what would take them away.

use std::collections::{BTreeMap, BTreeSet};

use super::document::Review;
use super::finding::Finding;
use crate::change::Recommendation;
use crate::estate::{AssetId, Estate, Requirement};

/// The rule that finds assets whose failure alone stops services.
const SINGLE: &str = "resilience.single_point";
/// The rule that finds redundancy that is none.
const SHARED: &str = "resilience.group_independence";

/// An asset whose failure alone would stop the firm.
#[derive(Debug)]
pub(crate) struct Stop<'a> {
    /// That it would, with its reach.
    pub(crate) finding: &'a Finding,
    /// Groups whose members all hang on it, by a relation of their own: redundancy that is none.
    pub(crate) shared: Vec<Shared<'a>>,
    /// What else is wrong with it, gravest first: it makes the failure likelier or longer.
    pub(crate) also: Vec<&'a Finding>,
    /// What would take it away.
    pub(crate) answer: Option<&'a Recommendation>,
}

/// A group whose members all hang on one asset.
#[derive(Debug)]
pub(crate) struct Shared<'a> {
    pub(crate) finding: &'a Finding,
    pub(crate) members: &'a [AssetId],
    /// What would part them: less work than a second instance of everything.
    pub(crate) answer: Option<&'a Recommendation>,
}

impl Review {
    /// The first few single failures whose asset and reach are known, in the order of
    /// [`grave_failures`](Self::grave_failures), and how many there are. A service that stops with one of the others is no
    /// failure of its own: it is told there. The estate is the one that was reviewed.
    pub(crate) fn stops<'a>(&'a self, estate: &'a Estate, most: usize) -> (Vec<Stop<'a>>, usize) {
        let others = self.others();
        let mut found = self.ranked(&others);
        found.retain(|finding| finding.asset.is_some() && finding.reach.is_some());
        let hanging = hanging(&found);
        found.retain(|finding| !stops_with_another(finding, &hanging));
        let total = found.len();
        let stops = found.into_iter().take(most).map(|finding| Stop {
            finding,
            shared: self.shared(estate, finding),
            also: finding
                .asset
                .as_ref()
                .and_then(|asset| others.get(asset))
                .cloned()
                .unwrap_or_default(),
            answer: self.answer(finding),
        });
        (stops.collect(), total)
    }

    fn shared<'a>(&'a self, estate: &'a Estate, of: &Finding) -> Vec<Shared<'a>> {
        let Some(point) = of.asset.as_ref().filter(|_| of.rule == SINGLE) else {
            return Vec::new();
        };
        let found = self.findings_of(SHARED);
        let found = found.filter(|finding| finding.outcome.is_problem() && finding.related.contains(point));
        found
            .filter_map(|finding| {
                let mut groups = estate.requirements().iter();
                let group = groups.find(|group| {
                    Some(&group.asset) == finding.asset.as_ref() && rests_on(estate, group, point)
                })?;
                Some(Shared {
                    finding,
                    members: &group.members,
                    answer: self.answer(finding),
                })
            })
            .collect()
    }

    fn answer(&self, finding: &Finding) -> Option<&Recommendation> {
        let mut all = self.recommendations.iter();
        all.find(|recommendation| recommendation.findings.contains(&finding.id))
    }
}

/// Whether each member of a group has a relation to the asset that carries impact.
fn rests_on(estate: &Estate, group: &Requirement, point: &AssetId) -> bool {
    let rest: BTreeSet<&AssetId> = estate
        .relations()
        .iter()
        .filter(|relation| relation.to == *point && relation.kind.carries_impact())
        .map(|relation| &relation.from)
        .collect();
    group.members.iter().all(|member| rest.contains(member))
}

/// By service: the assets whose failure alone stops it.
type Hanging<'a> = BTreeMap<&'a AssetId, BTreeSet<&'a AssetId>>;

fn hanging<'a>(found: &[&'a Finding]) -> Hanging<'a> {
    let mut hanging = Hanging::new();
    for finding in found.iter().filter(|finding| finding.rule == SINGLE) {
        for service in &finding.related {
            hanging.entry(service).or_default().extend(&finding.asset);
        }
    }
    hanging
}

/// Whether the asset stops with another, and that one not with it.
fn stops_with_another(finding: &Finding, hanging: &Hanging<'_>) -> bool {
    let Some(asset) = &finding.asset else { return false };
    let stops = |of: &AssetId, with: &AssetId| hanging.get(of).is_some_and(|points| points.contains(with));
    let points = hanging.get(asset).into_iter().flatten();
    points
        .into_iter()
        .any(|point| *point != asset && !stops(point, asset))
}

#[cfg(test)]
mod tests {
    use crate::estate::Inventory;
    use crate::review::Reviewer;
    use crate::{Estate, Result};

    fn stops(document: &serde_json::Value) -> Result<Vec<String>> {
        let estate = Estate::new(Inventory::from_json(document.to_string().as_bytes())?)?;
        let review = Reviewer::standard().review(&estate, jiff::civil::date(2026, 11, 22))?;
        let (stops, total) = review.stops(&estate, 9);
        assert_eq!(stops.len(), total);
        let told = stops.iter().map(|stop| {
            let asset = stop.finding.asset.as_ref().map_or("", |asset| asset.as_str());
            format!("{asset} {} {}", stop.shared.len(), stop.also.len())
        });
        Ok(told.collect())
    }

    #[test]
    fn what_is_old_goes_first_and_a_service_that_stops_with_it_is_not_told_apart() {
        let service = |id: &str| serde_json::json!({"id": id, "kind": "service", "criticality": "critical", "facts": {"owner": "x", "people": 9}});
        let server = |id: &str, system: &str| serde_json::json!({"id": id, "kind": "server", "name": id, "facts": {"owner": "x", "os_name": system}});
        let needs = |from: &str, to: &str| serde_json::json!({"from": from, "to": to, "kind": "depends_on"});
        let document = serde_json::json!({"format": "vcto.inventory/1", "source": {"name": "t"},
            "assets": [service("mail"), service("web"), service("logon"), server("a-new", "Windows Server 2025"),
                server("old", "Windows Server 2012 R2"), server("host", "Windows Server 2025"), server("dc-1", "?"), server("dc-2", "?")],
            "relations": [needs("mail", "a-new"), needs("mail", "old"), needs("web", "mail"), needs("dc-1", "host"), needs("dc-2", "host")],
            "requirements": [{"asset": "logon", "members": ["dc-1", "dc-2"], "needs": 1}]});
        assert_eq!(stops(&document).unwrap(), ["old 0 1", "a-new 0 0", "host 1 0"]);
    }
}
