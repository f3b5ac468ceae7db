//! What to ask, so that the next answer knows more.

use serde::Serialize;

use super::ground::Ground;
use super::scope::{Role, Scopes, role};
use super::tally::{PeopleAffected, ServiceEffect, SiteEffect};
use super::words::name;
use crate::estate::{Asset, AssetId, RelationKind};
use crate::text::Untrusted;

/// A question whose answer would tell what is unknown now.
///
/// In JSON `{"question", "ask", "asset", "name", "relation", "fact", "unlocks"}`, without those that do not apply.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
pub struct Question {
    /// Which question it is: stable, for programs.
    pub question: &'static str,
    /// The question, for people.
    pub ask: String,
    /// What it is about.
    pub asset: AssetId,
    /// What people call that, as it came; absent where it has no name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<Untrusted<String>>,
    /// The kind of relation that would answer it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub relation: Option<RelationKind>,
    /// The fact that would answer it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fact: Option<&'static str>,
    /// How many assets it would tell; for a number of people 1.
    pub unlocks: usize,
}

/// The questions, those that tell most first, then by asset.
pub(super) fn questions(
    ground: &Ground,
    seeds: &[u32],
    scopes: &Scopes,
    people: &PeopleAffected,
    touched: (&[SiteEffect], &[ServiceEffect]),
) -> Vec<Question> {
    let assets = ground.estate.assets();
    let about = |asset: u32| assets.get(asset as usize);
    let mut causes: Vec<(u32, Role)> = scopes.causes().collect();
    causes.extend(
        seeds
            .iter()
            .filter_map(|seed| Some((*seed, role(&about(*seed)?.kind)?))),
    );
    causes.sort_unstable();
    causes.dedup();
    let mut questions: Vec<Question> = causes
        .into_iter()
        .filter_map(|(cause, role)| {
            let unlocks = scopes.unlocks(ground, cause, role);
            (unlocks > 0).then(|| about(cause).map(|about| of_role(about, role, unlocks)))?
        })
        .collect();
    if scopes.elsewhere > 0
        && let Some(seed) = seeds
            .iter()
            .find_map(|seed| about(*seed).filter(|about| role(&about.kind).is_some()))
    {
        let ask = format!(
            "Which assets at other sites need {}, or what fails with it?",
            name(seed)
        );
        questions.push(of(seed, "elsewhere", ask, scopes.elsewhere).by(RelationKind::DependsOn));
    }
    if people.unrecorded > 0 {
        questions.extend(numbers(ground, touched));
    }
    questions.sort_by(|a, b| {
        b.unlocks
            .cmp(&a.unlocks)
            .then_with(|| (&a.asset, a.question).cmp(&(&b.asset, b.question)))
    });
    questions
}

/// The people of what would count and states no number.
fn numbers(ground: &Ground, (sites, services): (&[SiteEffect], &[ServiceEffect])) -> Vec<Question> {
    let wanting = sites.iter().filter(|site| site.wants_people());
    let silent = services.iter().filter(|service| service.people.is_none());
    let about = |id: &AssetId| ground.estate.asset(id.as_str());
    let sites = wanting.filter_map(|site| about(&site.site)).map(|site| {
        let ask = format!("How many people work at {}?", name(site));
        of(site, "people", ask, 1).with("people")
    });
    let services = silent
        .filter_map(|service| about(&service.service))
        .map(|service| {
            let ask = format!("How many people work with {}?", name(service));
            of(service, "people", ask, 1).with("people")
        });
    sites.chain(services).collect()
}

fn of_role(about: &Asset, role: Role, unlocks: usize) -> Question {
    let name = name(about);
    let (question, ask, relation) = match role {
        Role::Link => (
            "links",
            format!("Which assets are linked through {name}?"),
            RelationKind::ConnectsTo,
        ),
        Role::Place => (
            "place",
            format!("What stops when {name} fails?"),
            RelationKind::DependsOn,
        ),
        Role::Power => (
            "power",
            format!("Which assets are fed by {name}?"),
            RelationKind::DependsOn,
        ),
        Role::Service => (
            "dependants",
            format!("Which assets need {name}?"),
            RelationKind::DependsOn,
        ),
        Role::WayOut => (
            "way_out",
            format!("Which assets reach the internet through {name}?"),
            RelationKind::ConnectsTo,
        ),
    };
    of(about, question, ask, unlocks).by(relation)
}

fn of(about: &Asset, question: &'static str, ask: String, unlocks: usize) -> Question {
    Question {
        question,
        ask,
        asset: about.id.clone(),
        name: about.name.clone(),
        relation: None,
        fact: None,
        unlocks,
    }
}

impl Question {
    fn by(mut self, relation: RelationKind) -> Self {
        self.relation = Some(relation);
        self
    }

    fn with(mut self, fact: &'static str) -> Self {
        self.fact = Some(fact);
        self
    }
}
