//! From what rules want to questions, ranked.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use super::{Asked, LIST, LISTED, Question};
use crate::estate::{Asset, AssetId, AssetKind, Estate};
use crate::source::overlay::{Ask, Entry, entry, rank};
use crate::text::{Cell, Plain, Untrusted, short_name};

/// So many names are shown of a list of assets.
const NAMED: usize = 5;

/// The questions, best first, and how many are not listed.
pub(in crate::review) fn questions(estate: &Estate, asked: Vec<Asked>) -> (Vec<Question>, u64) {
    let topics = topics(estate, asked);
    let mut ranked: Vec<_> = topics
        .into_iter()
        .flat_map(|(key, topic)| topic.questions(key))
        .collect();
    ranked.sort_by(|(a, x), (b, y)| {
        a.cmp(b)
            .then_with(|| (&x.assets, &x.fact).cmp(&(&y.assets, &y.fact)))
    });
    let unlisted = ranked.len().saturating_sub(LISTED);
    ranked.truncate(LISTED);
    let questions = ranked.into_iter().map(|(_, question)| question).collect();
    (questions, unlisted as u64)
}

/// What is asked once.
#[derive(Eq, Ord, PartialEq, PartialOrd)]
enum Key {
    /// Of one asset.
    Asset(AssetId),
    /// Of all assets of a kind that wait for the same other facts.
    Kind(String, BTreeSet<&'static str>),
    /// Of all assets with the same product or model that wait for the same other facts.
    Of(String, BTreeSet<&'static str>),
}

/// One fact of one asset: how many answers wait for it.
struct Thing<'a> {
    asset: &'a Asset,
    alone: u64,
    together: u64,
    with: BTreeSet<&'static str>,
    rules: BTreeSet<&'static str>,
}

/// Things that one answer serves.
#[derive(Default)]
struct Topic<'a> {
    of: Option<String>,
    things: Vec<Thing<'a>>,
}

/// One want, and the facts that are wanted together with it; none where it is enough.
struct Wish {
    asked: Asked,
    with: Vec<&'static str>,
}

/// INVARIANT: the wants of one answer stand together, as they were handed in.
fn wishes(asked: Vec<Asked>) -> Vec<Wish> {
    let others = |set: &[Asked], own: &Asked| {
        let is_own = |asked: &Asked| (&asked.want.asset, asked.want.fact) == (&own.want.asset, own.want.fact);
        let others = set.iter().filter(|asked| !is_own(asked));
        others.map(|asked| asked.want.fact).collect::<Vec<_>>()
    };
    let with: Vec<Vec<&'static str>> = asked
        .chunk_by(|a, b| a.answer == b.answer)
        .flat_map(|set| set.iter().map(|own| others(set, own)))
        .collect();
    let pairs = asked.into_iter().zip(with);
    pairs.map(|(asked, with)| Wish { asked, with }).collect()
}

fn topics(estate: &Estate, asked: Vec<Asked>) -> BTreeMap<(&'static str, Key), Topic<'_>> {
    fn subject(wish: &Wish) -> (&AssetId, &'static str) {
        (&wish.asked.want.asset, wish.asked.want.fact)
    }
    let mut wishes = wishes(asked);
    // Stable, and in the order of the analyzers within one subject.
    wishes.sort_by(|a, b| subject(a).cmp(&subject(b)));
    let mut topics: BTreeMap<(&'static str, Key), Topic<'_>> = BTreeMap::new();
    for run in wishes.chunk_by(|a, b| subject(a) == subject(b)) {
        let Some((id, fact)) = run.first().map(subject) else {
            continue;
        };
        let Some(asset) = estate.asset(id.as_str()) else {
            continue;
        };
        let mut thing = Thing {
            asset,
            alone: 0,
            together: 0,
            with: BTreeSet::new(),
            rules: BTreeSet::new(),
        };
        for wish in run {
            thing.rules.insert(wish.asked.rule);
            thing.with.extend(&wish.with);
            if wish.with.is_empty() {
                thing.alone += 1;
            } else {
                thing.together += 1;
            }
        }
        let of = run.iter().find_map(|wish| wish.asked.want.of.clone());
        let key = key(fact, of.as_ref(), &thing);
        let topic = topics.entry((fact, key)).or_default();
        topic.of = of;
        topic.things.push(thing);
    }
    topics
}

/// An id that a list cannot hold is asked apart.
fn key(fact: &str, of: Option<&String>, thing: &Thing<'_>) -> Key {
    let asset = thing.asset;
    let id = asset.id.as_str();
    if id.contains(';') || id.trim() != id || id.len() > LIST {
        return Key::Asset(asset.id.clone());
    }
    let with = thing.with.clone();
    match of {
        Some(of) => Key::Of(of.clone(), with),
        None if entry(fact).is_some_and(|entry| entry.by_kind) && is_one_of_many(&asset.kind) => {
            Key::Kind(asset.kind.as_str().to_owned(), with)
        }
        None => Key::Asset(asset.id.clone()),
    }
}

/// Of these each has its own owner.
fn is_one_of_many(kind: &AssetKind) -> bool {
    !matches!(
        kind,
        AssetKind::BusinessApplication
            | AssetKind::Contract
            | AssetKind::Database
            | AssetKind::Domain
            | AssetKind::SaasSubscription
            | AssetKind::Service
    )
}

/// Sorts ascending: what comes first is asked first.
type Priority = (Reverse<u64>, Reverse<u64>, u8);

impl Topic<'_> {
    /// One question, or several where the list of assets does not fit into one field.
    fn questions(self, (fact, _): (&'static str, Key)) -> Vec<(Priority, Question)> {
        let mut questions = Vec::new();
        let mut part: Vec<Thing<'_>> = Vec::new();
        let mut size = 0;
        for thing in self.things {
            let more = Cell(thing.asset.id.as_str()).to_string().len() + 3;
            if size + more > LIST && !part.is_empty() {
                questions.push(question(fact, self.of.as_deref(), &part));
                part.clear();
                size = 0;
            }
            size += more;
            part.push(thing);
        }
        questions.push(question(fact, self.of.as_deref(), &part));
        questions
    }
}

fn question(fact: &str, of: Option<&str>, things: &[Thing<'_>]) -> (Priority, Question) {
    let sum = |count: fn(&Thing<'_>) -> u64| things.iter().map(count).sum::<u64>();
    let (unlocks, unlocks_together) = (sum(|thing| thing.alone), sum(|thing| thing.together));
    let with = words(things.iter().flat_map(|thing| &thing.with));
    let matters = things
        .iter()
        .map(|thing| rank(thing.asset.criticality.as_ref()))
        .min();
    let entry = entry(fact);
    let question = Question {
        question: Untrusted::new(sentence(entry, fact, of, &with) + split(things)),
        ask: entry.map_or(Ask::Engineer, |entry| entry.ask),
        assets: things.iter().map(|thing| thing.asset.id.clone()).collect(),
        name: Untrusted::new(name(things)),
        fact: fact.to_owned(),
        unlocks,
        unlocks_together,
        together_with: with,
        rules: words(things.iter().flat_map(|thing| &thing.rules)),
    };
    let priority = (
        Reverse(unlocks),
        Reverse(unlocks_together),
        matters.unwrap_or(u8::MAX),
    );
    (priority, question)
}

/// Each once, by name.
fn words<'a>(words: impl Iterator<Item = &'a &'static str>) -> Vec<String> {
    let words: BTreeSet<&str> = words.copied().collect();
    words.into_iter().map(str::to_owned).collect()
}

fn sentence(entry: Option<&Entry>, fact: &str, of: Option<&str>, with: &[String]) -> String {
    let question = match entry {
        Some(entry) if !entry.question.is_empty() => entry.question.to_owned(),
        _ => format!("What is its `{}`?", Plain(fact)),
    };
    let about = of.map(|of| format!("It is about {of}."));
    let form = entry.map(Entry::form).filter(|form| !form.is_empty());
    let form = form.map(|form| format!("({form})"));
    let together = (!with.is_empty()).then(|| format!("Counts only together with {}.", with.join(", ")));
    let parts: Vec<String> = [Some(question), about, form, together]
        .into_iter()
        .flatten()
        .collect();
    parts.join(" ")
}

/// What to do where one answer does not fit all.
fn split(things: &[Thing<'_>]) -> &'static str {
    match things {
        [_] => "",
        _ => " The answer is taken for all of them: where it differs, split the row.",
    }
}

/// What people call them.
fn name(things: &[Thing<'_>]) -> String {
    let label = |thing: &Thing<'_>| short_name(thing.asset.label().raw());
    match things {
        [only] => label(only),
        several => {
            let shown: Vec<String> = several.iter().take(NAMED).map(label).collect();
            let more = if several.len() > NAMED { ", ..." } else { "" };
            format!("{} assets: {}{more}", several.len(), shown.join(", "))
        }
    }
}
