//! Reads what a topology keeps of a record. The rest is held to the same rules and dropped: what is read here is read by
//! [`record`](super::record) too, and the other way round.

use std::ops::Range;

use super::super::asset::{AssetKind, Criticality};
use super::super::bounds::{
    MAX_FACT_NAME, MAX_FACTS, MAX_ID, MAX_MEMBERS, MAX_NAME, MAX_TEXT, MAX_VALUES, MAX_WORD,
};
use super::super::graph::What;
use super::super::json::{Kind, Under};
use super::super::relation::{RelationKind, Strength};
use super::record::{
    ASSET, AssetField, NAMELESS, RELATION, REQUIREMENT, RelationField, RequirementField, STATEMENT,
    StatementField,
};
use super::{Reader, too_many};
use crate::error::Result;

/// Gives every id a number, the same each time.
pub(in crate::estate) trait Numbered {
    fn number(&mut self, id: &str) -> u32;
}

/// What a topology keeps of a relation: its ends, by number.
#[derive(Clone, Copy, Debug)]
pub(in crate::estate) struct RelationOutline {
    pub(in crate::estate) from: u32,
    pub(in crate::estate) to: u32,
    pub(in crate::estate) what: What,
}

/// What a topology keeps of an asset.
#[derive(Debug)]
pub(in crate::estate) struct AssetOutline {
    pub(in crate::estate) id: u32,
    pub(in crate::estate) kind: AssetKind,
    pub(in crate::estate) criticality: Option<Criticality>,
}

/// A requirement, by number of the ids.
#[derive(Debug)]
pub(in crate::estate) struct RequirementOutline {
    pub(in crate::estate) asset: u32,
    pub(in crate::estate) members: Vec<u32>,
    pub(in crate::estate) needs: u32,
}

impl Reader<'_> {
    pub(in crate::estate) fn asset_outline(&mut self, ids: &mut impl Numbered) -> Result<AssetOutline> {
        let (mut id, mut kind, mut criticality) = (None, None, None);
        let mut object = self.lexer.object()?;
        while let Some((key, field)) = self.lexer.field(&mut object, ASSET)? {
            match field {
                AssetField::Id => self.number(ids).map(|read| id = Some(read)),
                AssetField::Kind => self.asset_kind().map(|read| kind = Some(read)),
                AssetField::Name => self.pass_optional(MAX_NAME).map(drop),
                AssetField::Criticality => self.criticality().map(|read| criticality = read),
                AssetField::Facts => self.pass_facts(),
            }
            .under(key)?;
        }
        Ok(AssetOutline {
            id: self.required(id, "id")?,
            kind: self.required(kind, "kind")?,
            criticality,
        })
    }

    pub(in crate::estate) fn relation_outline(&mut self, ids: &mut impl Numbered) -> Result<RelationOutline> {
        let (mut from, mut to, mut kind) = (None, None, None);
        let (mut strength, mut inferred, mut sure) = (Strength::Hard, false, false);
        let mut object = self.lexer.object()?;
        while let Some((key, field)) = self.lexer.field(&mut object, RELATION)? {
            match field {
                RelationField::From => self.number(ids).map(|read| from = Some(read)),
                RelationField::To => self.number(ids).map(|read| to = Some(read)),
                RelationField::Kind => self.impact_kind().map(|read| kind = Some(read)),
                RelationField::Strength => self.strength().map(|read| strength = read),
                RelationField::InferredBy => self.pass_optional(MAX_TEXT).map(|there| inferred = there),
                RelationField::Confidence => self.confidence().map(|read| sure = read.is_some()),
                RelationField::Note => self.pass_optional(MAX_TEXT).map(drop),
            }
            .under(key)?;
        }
        let from = self.required(from, "from")?;
        let to = self.required(to, "to")?;
        let kind = self.required(kind, "kind")?;
        if sure && !inferred {
            return Err(self.without_method());
        }
        let what = if inferred { What::inferred } else { What::stated };
        let what = what(kind.as_ref(), strength);
        Ok(RelationOutline { from, to, what })
    }

    pub(in crate::estate) fn requirement_outline(
        &mut self,
        ids: &mut impl Numbered,
    ) -> Result<RequirementOutline> {
        let (mut asset, mut members, mut needs) = (None, None, None);
        let mut object = self.lexer.object()?;
        while let Some((key, field)) = self.lexer.field(&mut object, REQUIREMENT)? {
            match field {
                RequirementField::Asset => self.number(ids).map(|read| asset = Some(read)),
                RequirementField::Members => self.member_numbers(ids).map(|read| members = Some(read)),
                RequirementField::Needs => self.lexer.count().map(|read| needs = Some(read)),
            }
            .under(key)?;
        }
        Ok(RequirementOutline {
            asset: self.required(asset, "asset")?,
            members: self.required(members, "members")?,
            needs: self.required(needs, "needs")?,
        })
    }

    fn member_numbers(&mut self, ids: &mut impl Numbered) -> Result<Vec<u32>> {
        let mut members = Vec::new();
        let mut list = self.lexer.list()?;
        while self.lexer.item(&mut list)? {
            if members.len() == MAX_MEMBERS {
                return Err(too_many("members", MAX_MEMBERS as u64));
            }
            let member = self.number(ids).item(members.len())?;
            members.push(member);
        }
        members.shrink_to_fit();
        Ok(members)
    }

    fn number(&mut self, ids: &mut impl Numbered) -> Result<u32> {
        let id = self.lexer.text(MAX_ID)?;
        if id.is_empty() {
            return Err(self.lexer.fault("an id is not empty"));
        }
        Ok(ids.number(id))
    }

    /// A kind of relation; none for a word that this version does not know.
    fn impact_kind(&mut self) -> Result<Option<RelationKind>> {
        let word = self.lexer.text(MAX_WORD)?;
        if word.is_empty() {
            return Err(self.lexer.fault("a kind is not empty"));
        }
        Ok(RelationKind::known(word))
    }

    /// Whether a text is there, which is none where null is.
    fn pass_optional(&mut self, limit: usize) -> Result<bool> {
        if self.lexer.null()? {
            return Ok(false);
        }
        self.lexer.text(limit).map(|_| true)
    }

    fn pass_facts(&mut self) -> Result<()> {
        self.fact_names.clear();
        let mut object = self.lexer.object()?;
        loop {
            let names = &mut self.fact_names;
            let key = self
                .lexer
                .key(&mut object, MAX_FACT_NAME, |name| names.push(name))?;
            let Some(is_name) = key else { break };
            if !is_name {
                return Err(self.lexer.fault(NAMELESS));
            }
            if self.fact_names.len() > MAX_FACTS {
                return Err(too_many("facts", MAX_FACTS as u64));
            }
            if let Err(error) = self.pass_fact() {
                return Err(error.under(self.fact_names.last()));
            }
        }
        match self.fact_names.twice() {
            Some(name) => Err(self.fact_twice(&name)),
            None => Ok(()),
        }
    }

    fn pass_fact(&mut self) -> Result<()> {
        if self.lexer.kind()? != Kind::Array {
            return self.pass_statement();
        }
        let mut count = 0;
        let mut list = self.lexer.list()?;
        while self.lexer.item(&mut list)? {
            if count == MAX_VALUES {
                return Err(too_many("values", MAX_VALUES as u64));
            }
            self.pass_statement().item(count)?;
            count += 1;
        }
        if count == 0 {
            return Err(self.without_value());
        }
        Ok(())
    }

    fn pass_statement(&mut self) -> Result<()> {
        if self.lexer.kind()? != Kind::Object {
            return self.pass_scalar();
        }
        let mut value = None;
        let mut object = self.lexer.object()?;
        while let Some((key, field)) = self.lexer.field(&mut object, STATEMENT)? {
            match field {
                StatementField::Value => self.pass_scalar().map(|()| value = Some(())),
                StatementField::Source => self.pass_optional(MAX_NAME).map(drop),
                StatementField::At => self.time().map(drop),
                StatementField::Confidence => self.confidence().map(drop),
            }
            .under(key)?;
        }
        self.required(value, "value")
    }

    fn pass_scalar(&mut self) -> Result<()> {
        match self.lexer.kind()? {
            Kind::Null => self.lexer.null().map(drop),
            Kind::Boolean => self.lexer.boolean().map(drop),
            Kind::Number => self.lexer.number().map(drop),
            Kind::Text => self.lexer.text(MAX_TEXT).map(drop),
            other => Err(self.no_scalar(other)),
        }
    }
}

/// The names of the facts of one asset.
#[derive(Debug, Default)]
pub(super) struct FactNames {
    text: String,
    places: Vec<Range<usize>>,
    /// Whether some name did not come behind the one before it.
    unsorted: bool,
}

impl FactNames {
    fn clear(&mut self) {
        self.text.clear();
        self.places.clear();
        self.unsorted = false;
    }

    fn len(&self) -> usize {
        self.places.len()
    }

    /// Takes a name; whether it is one.
    fn push(&mut self, name: &str) -> bool {
        self.unsorted |= !self.places.is_empty() && self.last() >= name;
        let start = self.text.len();
        self.text.push_str(name);
        self.places.push(start..self.text.len());
        !name.is_empty()
    }

    fn last(&self) -> &str {
        self.places.last().map_or("", |place| self.at(place))
    }

    fn at(&self, place: &Range<usize>) -> &str {
        self.text.get(place.clone()).unwrap_or_default()
    }

    /// The first name that stands twice, in the order of the names.
    fn twice(&mut self) -> Option<String> {
        if !self.unsorted {
            return None;
        }
        let mut places = std::mem::take(&mut self.places);
        places.sort_unstable_by(|a, b| self.at(a).cmp(self.at(b)));
        let twice = places
            .array_windows()
            .find(|[a, b]| self.at(a) == self.at(b))
            .map(|[name, _]| self.at(name).to_owned());
        self.places = places;
        twice
    }
}
