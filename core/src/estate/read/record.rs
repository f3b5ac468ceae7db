//! Reads one asset, relation or requirement.

use std::sync::Arc;

use super::super::asset::{Asset, AssetId, AssetKind, Criticality};
use super::super::bounds::{
    MAX_FACT_NAME, MAX_FACTS, MAX_ID, MAX_MEMBERS, MAX_NAME, MAX_TEXT, MAX_VALUES, MAX_WORD,
};
use super::super::fact::{Confidence, Fact, FactValue, Facts, Origin};
use super::super::json::{Kind, Object, Under};
use super::super::relation::{Relation, RelationKind, Requirement, Strength};
use super::super::scalar::Scalar;
use super::{Reader, too_many};
use crate::error::{Error, ErrorKind, Result};
use crate::text::{Untrusted, quoted};

#[derive(Clone, Copy)]
pub(super) enum AssetField {
    Criticality,
    Facts,
    Id,
    Kind,
    Name,
}

pub(super) const ASSET: &[(&str, AssetField)] = &[
    ("id", AssetField::Id),
    ("kind", AssetField::Kind),
    ("name", AssetField::Name),
    ("criticality", AssetField::Criticality),
    ("facts", AssetField::Facts),
];

#[derive(Clone, Copy)]
pub(super) enum RequirementField {
    Asset,
    Members,
    Needs,
}

pub(super) const REQUIREMENT: &[(&str, RequirementField)] = &[
    ("asset", RequirementField::Asset),
    ("members", RequirementField::Members),
    ("needs", RequirementField::Needs),
];

#[derive(Clone, Copy)]
pub(super) enum StatementField {
    At,
    Confidence,
    Source,
    Value,
}

pub(super) const STATEMENT: &[(&str, StatementField)] = &[
    ("value", StatementField::Value),
    ("source", StatementField::Source),
    ("at", StatementField::At),
    ("confidence", StatementField::Confidence),
];

#[derive(Clone, Copy)]
pub(super) enum RelationField {
    Confidence,
    From,
    InferredBy,
    Kind,
    Note,
    Strength,
    To,
}

pub(super) const RELATION: &[(&str, RelationField)] = &[
    ("from", RelationField::From),
    ("to", RelationField::To),
    ("kind", RelationField::Kind),
    ("strength", RelationField::Strength),
    ("inferred_by", RelationField::InferredBy),
    ("confidence", RelationField::Confidence),
    ("note", RelationField::Note),
];

pub(super) const NAMELESS: &str = "the name of a fact is not empty";

impl Reader<'_> {
    pub(super) fn asset(&mut self) -> Result<Asset> {
        let (mut id, mut kind, mut name, mut criticality) = (None, None, None, None);
        let mut facts = Facts::default();
        let mut object = self.lexer.object()?;
        while let Some((key, field)) = self.lexer.field(&mut object, ASSET)? {
            match field {
                AssetField::Id => self.id().map(|read| id = Some(read)),
                AssetField::Kind => self.asset_kind().map(|read| kind = Some(read)),
                AssetField::Name => self.optional(MAX_NAME).map(|read| name = read),
                AssetField::Criticality => self.criticality().map(|read| criticality = read),
                AssetField::Facts => self.facts().map(|read| facts = read),
            }
            .under(key)?;
        }
        Ok(Asset {
            id: self.required(id, "id")?,
            kind: self.required(kind, "kind")?,
            name,
            criticality,
            facts,
        })
    }

    pub(super) fn relation(&mut self) -> Result<Relation> {
        let (mut from, mut to, mut kind) = (None, None, None);
        let (mut strength, mut inferred_by, mut confidence, mut note) = (Strength::Hard, None, None, None);
        let mut object = self.lexer.object()?;
        while let Some((key, field)) = self.lexer.field(&mut object, RELATION)? {
            match field {
                RelationField::From => self.id().map(|read| from = Some(read)),
                RelationField::To => self.id().map(|read| to = Some(read)),
                RelationField::Kind => self.relation_kind().map(|read| kind = Some(read)),
                RelationField::Strength => self.strength().map(|read| strength = read),
                RelationField::InferredBy => self.optional(MAX_TEXT).map(|read| inferred_by = read),
                RelationField::Confidence => self.confidence().map(|read| confidence = read),
                RelationField::Note => self.optional(MAX_TEXT).map(|read| note = read),
            }
            .under(key)?;
        }
        let mut relation = Relation::new(
            self.required(from, "from")?,
            self.required(to, "to")?,
            self.required(kind, "kind")?,
        );
        relation.strength = strength;
        relation
            .remarked(inferred_by, confidence, note)
            .ok_or_else(|| self.without_method())
    }

    /// A relation has a confidence and no method that it could be one in.
    pub(super) fn without_method(&self) -> Error {
        self.lexer
            .fault("a confidence without `inferred_by`")
            .remedy("say by which method it was inferred, or take the confidence out")
            .under("confidence")
    }

    pub(super) fn requirement(&mut self) -> Result<Requirement> {
        let (mut asset, mut members, mut needs) = (None, None, None);
        let mut object = self.lexer.object()?;
        while let Some((key, field)) = self.lexer.field(&mut object, REQUIREMENT)? {
            match field {
                RequirementField::Asset => self.id().map(|read| asset = Some(read)),
                RequirementField::Members => self.members().map(|read| members = Some(read)),
                RequirementField::Needs => self.lexer.count().map(|read| needs = Some(read)),
            }
            .under(key)?;
        }
        Ok(Requirement {
            asset: self.required(asset, "asset")?,
            members: self.required(members, "members")?,
            needs: self.required(needs, "needs")?,
        })
    }

    fn members(&mut self) -> Result<Vec<AssetId>> {
        let mut members = Vec::new();
        let mut list = self.lexer.list()?;
        while self.lexer.item(&mut list)? {
            if members.len() == MAX_MEMBERS {
                return Err(too_many("members", MAX_MEMBERS as u64));
            }
            let member = self.id().item(members.len())?;
            members.push(member);
        }
        members.shrink_to_fit();
        Ok(members)
    }

    fn id(&mut self) -> Result<AssetId> {
        let text = self.lexer.text(MAX_ID)?;
        if text.is_empty() {
            return Err(self.lexer.fault("an id is not empty"));
        }
        Ok(self.ids.intern(text))
    }

    /// An id, or null for none.
    pub(super) fn optional_id(&mut self) -> Result<Option<AssetId>> {
        if self.lexer.null()? {
            return Ok(None);
        }
        self.id().map(Some)
    }

    pub(super) fn asset_kind(&mut self) -> Result<AssetKind> {
        let word = self.lexer.text(MAX_WORD)?;
        if word.is_empty() {
            return Err(self.lexer.fault("a kind is not empty"));
        }
        Ok(AssetKind::known(word).unwrap_or_else(|| AssetKind::Other(self.words.intern(word))))
    }

    fn relation_kind(&mut self) -> Result<RelationKind> {
        let word = self.lexer.text(MAX_WORD)?;
        if word.is_empty() {
            return Err(self.lexer.fault("a kind is not empty"));
        }
        Ok(RelationKind::known(word).unwrap_or_else(|| RelationKind::Other(self.words.intern(word))))
    }

    pub(super) fn criticality(&mut self) -> Result<Option<Criticality>> {
        if self.lexer.null()? {
            return Ok(None);
        }
        let word = self.lexer.text(MAX_WORD)?;
        if word.is_empty() {
            return Err(self.lexer.fault("a criticality is not empty"));
        }
        Ok(Some(
            Criticality::known(word).unwrap_or_else(|| Criticality::Other(self.words.intern(word))),
        ))
    }

    fn facts(&mut self) -> Result<Facts> {
        let mut facts: Vec<(Arc<str>, Fact)> = Vec::new();
        let mut sorted = true;
        let mut object = self.lexer.object()?;
        loop {
            let words = &mut self.words;
            let key = self
                .lexer
                .key(&mut object, MAX_FACT_NAME, |name| words.intern(name))?;
            let Some(name) = key else { break };
            if name.is_empty() {
                return Err(self.lexer.fault(NAMELESS));
            }
            if facts.len() == MAX_FACTS {
                return Err(too_many("facts", MAX_FACTS as u64));
            }
            let fact = self.fact().under(&name)?;
            sorted &= facts.last().is_none_or(|(before, _)| *before < name);
            facts.push((name, fact));
        }
        facts.shrink_to_fit();
        if !sorted {
            facts.sort_by(|(a, _), (b, _)| a.cmp(b));
        }
        Facts::from_sorted(facts).map_err(|name| self.fact_twice(&name))
    }

    pub(super) fn fact_twice(&self, name: &str) -> Error {
        self.lexer
            .fault(&format!("the fact {} stands twice", quoted(name)))
            .remedy("state several values of one fact as a list")
            .under(name)
    }

    pub(super) fn without_value(&self) -> Error {
        self.lexer
            .fault("a fact without a value")
            .remedy("write null for what is known to be unknown")
    }

    /// One statement, or a list of them.
    fn fact(&mut self) -> Result<Fact> {
        if self.lexer.kind()? != Kind::Array {
            return self.statement().map(Fact::new);
        }
        let mut values = Vec::new();
        let mut list = self.lexer.list()?;
        while self.lexer.item(&mut list)? {
            if values.len() == MAX_VALUES {
                return Err(too_many("values", MAX_VALUES as u64));
            }
            let value = self.statement().item(values.len())?;
            values.push(value);
        }
        Fact::from_values(values).ok_or_else(|| self.without_value())
    }

    /// A scalar, or an object that says who states it.
    fn statement(&mut self) -> Result<FactValue> {
        if self.lexer.kind()? != Kind::Object {
            return self.scalar().map(FactValue::from);
        }
        let mut value = None;
        let mut origin = Origin::default();
        let mut object: Object = self.lexer.object()?;
        while let Some((key, field)) = self.lexer.field(&mut object, STATEMENT)? {
            match field {
                StatementField::Value => self.scalar().map(|read| value = Some(read)),
                StatementField::Source => self.optional(MAX_NAME).map(|read| origin.source = read),
                StatementField::At => self.time().map(|read| origin.at = read),
                StatementField::Confidence => self.confidence().map(|read| origin.confidence = read),
            }
            .under(key)?;
        }
        let value = self.required(value, "value")?;
        Ok(FactValue {
            value,
            origin: self.origin(origin),
        })
    }

    /// Statements of one source follow each other: they share one copy of the origin.
    fn origin(&mut self, origin: Origin) -> Option<Arc<Origin>> {
        if origin == Origin::default() {
            return None;
        }
        if self.last_origin.as_deref() != Some(&origin) {
            self.last_origin = Some(Arc::new(origin));
        }
        self.last_origin.clone()
    }

    fn scalar(&mut self) -> Result<Scalar> {
        match self.lexer.kind()? {
            Kind::Null => self.lexer.null().map(|_| Scalar::Unknown),
            Kind::Boolean => self.lexer.boolean().map(Scalar::Boolean),
            Kind::Number => self.lexer.number().map(Scalar::Number),
            Kind::Text => self.lexer.text(MAX_TEXT).map(Scalar::from),
            other => Err(self.no_scalar(other)),
        }
    }

    pub(super) fn no_scalar(&self, kind: Kind) -> Error {
        self.lexer
            .misplaced(kind, "a text, a number, true, false or null")
    }

    pub(super) fn confidence(&mut self) -> Result<Option<Confidence>> {
        if self.lexer.null()? {
            return Ok(None);
        }
        self.choice(&[
            ("low", Confidence::Low),
            ("medium", Confidence::Medium),
            ("high", Confidence::High),
        ])
        .map(Some)
    }

    /// A text, or null for none.
    pub(super) fn optional(&mut self, limit: usize) -> Result<Option<Untrusted<String>>> {
        if self.lexer.null()? {
            return Ok(None);
        }
        self.lexer.text(limit).map(|text| Some(text.into()))
    }

    pub(super) fn strength(&mut self) -> Result<Strength> {
        self.choice(&[("hard", Strength::Hard), ("soft", Strength::Soft)])
    }

    fn choice<T: Copy>(&mut self, known: &[(&str, T)]) -> Result<T> {
        let word = self.lexer.text(MAX_WORD)?;
        if let Some((_, value)) = known.iter().find(|(name, _)| *name == word) {
            return Ok(*value);
        }
        let names: Vec<_> = known.iter().map(|(name, _)| *name).collect();
        Err(Error::new(
            ErrorKind::InvalidInput,
            format!("{} is none of {}", quoted(word), names.join(", ")),
        ))
    }

    pub(super) fn required<T>(&self, value: Option<T>, name: &str) -> Result<T> {
        value.ok_or_else(|| self.missing(name))
    }
}
