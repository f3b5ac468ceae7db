//! How many persons must approve, in which roles, and whether those who are there could.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use super::approver::Approver;
use super::state::Vote;

/// What approvals a change needs.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Quorum<'a> {
    /// Distinct persons with distinct keys.
    pub(crate) approvals: usize,
    /// Roles in which somebody must approve.
    pub(crate) roles: BTreeSet<&'a str>,
}

impl Quorum<'_> {
    /// Whether these votes suffice. They are one a person.
    pub(super) fn is_met(&self, votes: &[&Vote]) -> bool {
        let is_filled = |role: &&str| votes.iter().any(|vote| vote.role.as_deref() == Some(*role));
        votes.len() >= self.approvals.max(1) && self.roles.iter().all(is_filled)
    }

    /// What it asks for and who is there, for those who are told that it cannot be met.
    pub(super) fn beside(&self, eligible: &[&Approver]) -> String {
        let persons: BTreeSet<&str> = eligible.iter().map(|approver| approver.person()).collect();
        format!("{}, and {} may decide", self.asked(), persons.len())
    }

    /// What it asks for.
    pub(super) fn asked(&self) -> String {
        let roles: Vec<&str> = self.roles.iter().copied().collect();
        let in_roles = match roles.as_slice() {
            [] => String::new(),
            roles => format!(", with somebody in each of the roles {}", roles.join(", ")),
        };
        format!("it needs {} approvals{in_roles}", self.approvals)
    }

    /// Whether distinct persons among these could fill the number and every role.
    pub(super) fn can_be_met(&self, eligible: &[&Approver]) -> bool {
        let persons: BTreeSet<&str> = eligible.iter().map(|approver| approver.person()).collect();
        if persons.len() < self.approvals.max(1) {
            return false;
        }
        // A person decides once and in one role: roles and persons are matched one to one (augmenting paths).
        let mut taken: BTreeMap<&str, &str> = BTreeMap::new();
        self.roles.iter().all(|role| assign(role, eligible, &mut taken))
    }
}

/// Gives a role to a person, moving others' roles where needed; iterative, over at most 64 roles.
fn assign<'a>(role: &'a str, eligible: &[&'a Approver], taken: &mut BTreeMap<&'a str, &'a str>) -> bool {
    let holders = |role: &str| {
        eligible
            .iter()
            .filter(|approver| approver.roles().contains(role))
            .map(|approver| approver.person())
            .collect::<BTreeSet<&'a str>>()
    };
    let mut came_from: BTreeMap<&'a str, &'a str> = BTreeMap::new();
    let mut queue = VecDeque::from([role]);
    while let Some(wanting) = queue.pop_front() {
        for person in holders(wanting) {
            if came_from.contains_key(person) {
                continue;
            }
            came_from.insert(person, wanting);
            let Some(other) = taken.get(person) else {
                shift(person, role, &came_from, taken);
                return true;
            };
            queue.push_back(other);
        }
    }
    false
}

/// Walks an augmenting path back to the role that began it.
fn shift<'a>(
    person: &'a str,
    role: &str,
    came_from: &BTreeMap<&'a str, &'a str>,
    taken: &mut BTreeMap<&'a str, &'a str>,
) {
    let mut person = person;
    while let Some(wanting) = came_from.get(person).copied() {
        let before = taken
            .iter()
            .find(|(_, held)| **held == wanting)
            .map(|(person, _)| *person);
        taken.insert(person, wanting);
        match before {
            Some(other) if wanting != role => person = other,
            _ => break,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gate::sshsig::MemoryKey;

    fn person(name: &str, seed: u8, roles: &[&str]) -> Approver {
        let key = MemoryKey::from_seed(&[seed; 32]).public_key().to_string();
        let approver = Approver::new(name, &key).unwrap();
        roles.iter().fold(approver, |approver, role| approver.role(*role))
    }

    /// By trying every way to give the roles to persons.
    fn brute(quorum: &Quorum<'_>, people: &[(&str, Vec<&str>)]) -> bool {
        fn fill(roles: &[&str], people: &[(&str, Vec<&str>)], used: &mut Vec<usize>) -> bool {
            let Some((role, rest)) = roles.split_first() else {
                return true;
            };
            (0..people.len()).any(|at| {
                if used.contains(&at) || !people[at].1.contains(role) {
                    return false;
                }
                used.push(at);
                let filled = fill(rest, people, used);
                used.pop();
                filled
            })
        }
        let roles: Vec<&str> = quorum.roles.iter().copied().collect();
        people.len() >= quorum.approvals.max(1) && fill(&roles, people, &mut Vec::new())
    }

    #[test]
    fn satisfiability_agrees_with_trying_everything() {
        let names = ["a", "b", "c"];
        let roles = ["owner", "security", "change"];
        // Every assignment of subsets of three roles to three persons, every set of demanded roles, 0 to 4 approvals.
        for mask in 0u32..512 {
            let people: Vec<(&str, Vec<&str>)> = (0..3)
                .map(|who| {
                    let held = (0..3).filter(|role| mask >> (who * 3 + role) & 1 == 1);
                    (names[who], held.map(|role| roles[role]).collect())
                })
                .collect();
            let approvers: Vec<Approver> = (1..)
                .zip(&people)
                .map(|(seed, (name, held))| person(name, seed, held))
                .collect();
            let eligible: Vec<&Approver> = approvers.iter().collect();
            for demanded in 0u32..8 {
                for approvals in 0..5 {
                    let quorum = Quorum {
                        approvals,
                        roles: (0..3)
                            .filter(|at| demanded >> at & 1 == 1)
                            .map(|at| roles[at])
                            .collect(),
                    };
                    assert_eq!(
                        quorum.can_be_met(&eligible),
                        brute(&quorum, &people),
                        "{people:?} {quorum:?}"
                    );
                }
            }
        }
    }

    #[test]
    fn two_keys_of_one_person_are_one_voice() {
        let approvers = [person("alice", 1, &[]), person("alice", 2, &[])];
        let quorum = Quorum {
            approvals: 2,
            roles: BTreeSet::new(),
        };
        assert!(!quorum.can_be_met(&approvers.iter().collect::<Vec<_>>()));
    }
}
