//! One sentence for each line. Names from outside are escaped and shortened.

use super::ground::{Ground, method};
use super::lines::{Gap, Line, Lines, Reason};
use super::sets::{NONE, run};
use super::tally::{PeopleAffected, ServiceEffect, SiteEffect};
use super::witness::short;
use crate::estate::{Asset, AssetId};
use crate::text::short_name;

/// So many names of one list are shown.
const LISTED: usize = 3;
/// So many steps of a chain are told.
const STEPS: usize = 4;

/// What people call an asset, as it may be shown.
pub(super) fn name(asset: &Asset) -> String {
    short_name(asset.label().raw())
}

/// What is known of people, and of whom nobody recorded it. A zero never stands for what is not known.
pub(super) fn of_people(
    ground: &Ground,
    people: &PeopleAffected,
    (sites, services): (&[SiteEffect], &[ServiceEffect]),
    touched: bool,
) -> String {
    let counts = [
        (people.at_least, "cannot work as before"),
        (people.degraded, "more work with something that gets worse"),
        (people.unknown, "are where it cannot be told"),
    ];
    let told: Vec<String> = counts
        .iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, what)| format!("at least {count} {what}"))
        .collect();
    let wanting = sites.iter().filter(|site| site.wants_people());
    let silent = services.iter().filter(|service| service.people.is_none());
    let missing = [
        listed(ground, wanting.map(|site| &site.site)).map(|list| format!("work at {list}")),
        listed(ground, silent.map(|service| &service.service)).map(|list| format!("work with {list}")),
    ];
    let missing: Vec<String> = missing.into_iter().flatten().collect();
    match (told.is_empty(), missing.is_empty()) {
        (false, true) => format!("People: {}.", told.join(", ")),
        (false, false) => format!(
            "People: {}. Beyond that unknown: nobody recorded how many {}.",
            told.join(", "),
            missing.join(" or ")
        ),
        (true, false) => format!(
            "People unknown: nobody recorded how many {}.",
            missing.join(" or ")
        ),
        (true, true) if touched => {
            "People unknown: nobody recorded how many work with what this touches.".to_owned()
        }
        (true, true) => "People: nothing that is recorded is touched.".to_owned(),
    }
}

/// The first names, and how many more there are; none of nothing.
fn listed<'a>(ground: &Ground, ids: impl Iterator<Item = &'a AssetId>) -> Option<String> {
    let assets = ids.filter_map(|id| ground.estate.asset(id.as_str()));
    let mut names: Vec<String> = assets.map(name).collect();
    let more = names.len().saturating_sub(LISTED);
    names.truncate(LISTED);
    let first = names.join(", ");
    match (names.is_empty(), more) {
        (true, _) => None,
        (false, 0) => Some(first),
        (false, more) => Some(format!("{first} and {more} more")),
    }
}

/// The sentence of an asset; none for an untouched one.
pub(super) fn sentence(ground: &Ground, lines: &Lines, asset: u32) -> Option<String> {
    let telling = Telling { ground, lines };
    lines.of(asset).map(|line| telling.sentence(line))
}

struct Telling<'a> {
    ground: &'a Ground,
    lines: &'a Lines,
}

impl Telling<'_> {
    fn sentence(&self, line: &Line) -> String {
        let what = self.name(line.asset);
        match line.reason {
            Reason::Seed => format!("{what} is assumed to fail."),
            Reason::Needs(on) => format!("{what} stops: it needs {}.", self.chain(on)),
            Reason::Group(number) | Reason::GroupNoWay(number) => self.group(&what, line, number),
            Reason::NoWay(on) => {
                let since = self.since(&self.walls(line.asset, on));
                format!(
                    "{what} is cut off: it needs {} and no way to it is left{since}.",
                    self.name(on)
                )
            }
            Reason::WayOut { piece } => {
                let borders: Vec<u32> = run(&self.lines.borders, piece)
                    .iter()
                    .map(|(_, wall)| *wall)
                    .collect();
                format!(
                    "{what} is cut off: no recorded way out is left{}.",
                    self.since(&borders)
                )
            }
            Reason::Leans { on, inferred } => {
                let rests = if inferred { self.rests(line) } else { String::new() };
                format!("{what} gets worse: it leans on {}{rests}.", self.chain(on))
            }
            Reason::LeansNoWay { on, inferred } => {
                let rests = if inferred { self.rests(line) } else { String::new() };
                let since = self.since(&self.walls(line.asset, on));
                format!(
                    "{what} gets worse: it leans on {} and no way to it is left{since}{rests}.",
                    self.name(on)
                )
            }
            Reason::Untold { cause, gap } => untold(&what, &self.name(cause), gap),
        }
    }

    fn name(&self, asset: u32) -> String {
        self.ground
            .estate
            .assets()
            .get(asset as usize)
            .map_or_else(String::new, name)
    }

    /// A touched asset and what it rests on, down to what was assumed or to the end of patience.
    fn chain(&self, start: u32) -> String {
        let mut text = self.name(start);
        let mut at = start;
        for left in (0..STEPS).rev() {
            let Some(line) = self.lines.of(at) else { break };
            let (joint, next) = match line.reason {
                Reason::Needs(on) if left > 0 => (", which needs ", Some(on)),
                Reason::Leans { on, .. } if left > 0 => (", which leans on ", Some(on)),
                Reason::NoWay(on) | Reason::LeansNoWay { on, .. } => {
                    return format!("{text}, which has no way left to {}", self.name(on));
                }
                Reason::Seed => (", which is assumed to fail", None),
                Reason::Group(_) => (", which has too few members of a group left", None),
                Reason::GroupNoWay(_) => (", which reaches too few members of a group", None),
                Reason::WayOut { .. } => (", which has no way out left", None),
                Reason::Needs(_) => (", which stops in turn", None),
                Reason::Leans { .. } | Reason::Untold { .. } => (", which gets worse in turn", None),
            };
            text.push_str(joint);
            let Some(next) = next else { break };
            text.push_str(&self.name(next));
            at = next;
        }
        text
    }

    fn group(&self, what: &str, line: &Line, number: u32) -> String {
        let Some(short) = short(self.ground, self.lines, line, number) else {
            return format!("{what} has too few members of a group left.");
        };
        let (needs, members) = (short.needs, short.members);
        if short.unreached.is_empty() {
            let out = self.out(&short.failed);
            return format!("{what} stops: it needs {needs} of {members} members, and {out}.");
        }
        let failed = if short.failed.is_empty() {
            String::new()
        } else {
            format!(", {}", self.out(&short.failed))
        };
        let first = short.unreached.first().copied().unwrap_or(NONE);
        let since = self.since(&self.walls(line.asset, first));
        format!(
            "{what} is cut off: it needs {needs} of {members} members{failed}, and no way is left to {}{since}.",
            self.list(&short.unreached)
        )
    }

    /// Says of a degraded asset by which method the relation was inferred that it rests on.
    fn rests(&self, line: &Line) -> String {
        let mut at = line;
        for _ in 0..STEPS {
            let (Reason::Leans { on, .. } | Reason::LeansNoWay { on, .. }) = at.reason else {
                break;
            };
            if self.ground.is_inferred(at.asset, on) {
                let by = method(&self.ground.estate, at.asset, on)
                    .map(|method| format!(" by {}", short_name(method)));
                let by = by.unwrap_or_default();
                return format!("; this rests on a relation that was inferred{by} and is not confirmed");
            }
            let Some(next) = self.lines.of(on) else { break };
            at = next;
        }
        "; this rests on a relation that was inferred and is not confirmed".to_owned()
    }

    /// The devices whose loss parted the two.
    fn walls(&self, from: u32, to: u32) -> Vec<u32> {
        let Some(split) = self.lines.splits.get(&(from, to)) else {
            return Vec::new();
        };
        for piece in split.pieces {
            let walls = &self.lines.walls;
            let start = walls.partition_point(|(at, round, _)| (*at, *round) < (piece, split.round));
            let found: Vec<u32> = walls
                .iter()
                .skip(start)
                .take_while(|(at, round, _)| (*at, *round) == (piece, split.round))
                .map(|(_, _, wall)| *wall)
                .collect();
            if !found.is_empty() {
                return found;
            }
        }
        let hosts = self
            .ground
            .places
            .at(from)
            .iter()
            .chain(self.ground.places.at(to));
        let mut hosts: Vec<u32> = hosts.filter_map(|node| self.ground.asset_at(*node)).collect();
        hosts.retain(|host| self.lines.round(*host).is_some_and(|round| round < split.round));
        hosts
    }

    fn since(&self, walls: &[u32]) -> String {
        match walls {
            [] => String::new(),
            walls => format!(", since {}", self.out(walls)),
        }
    }

    fn out(&self, assets: &[u32]) -> String {
        let verb = if assets.len() == 1 { "is" } else { "are" };
        format!("{} {verb} out of service", self.list(assets))
    }

    fn list(&self, assets: &[u32]) -> String {
        let mut names: Vec<String> = assets
            .iter()
            .take(LISTED)
            .map(|asset| self.name(*asset))
            .collect();
        let more = assets.len().saturating_sub(LISTED);
        let last = match more {
            0 => names.pop().unwrap_or_default(),
            more => format!("{more} more"),
        };
        if names.is_empty() {
            return last;
        }
        format!("{} and {last}", names.join(", "))
    }
}

fn untold(what: &str, cause: &str, gap: Gap) -> String {
    match gap {
        Gap::Dependency => format!("Whether {what} needs {cause} is not recorded: no dependency of it is."),
        Gap::Link => format!("Whether {what} is linked through {cause} is not recorded: no link of it is."),
        Gap::Place => format!("What becomes of {what} when {cause} fails is not recorded."),
        Gap::Unsure => {
            format!(
                "Whether {what} gets out without {cause} is not recorded: which of the ways out it uses is not."
            )
        }
        Gap::WayOut => {
            format!("Whether {what} gets out through {cause} is not recorded: no way out of it is.")
        }
    }
}
