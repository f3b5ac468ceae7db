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
enum RelationField {
    Confidence,
    From,
    InferredBy,
    Kind,
    Note,
    Strength,
    To,
}

const RELATION: &[(&str, RelationField)] = &[
    ("from", RelationField::From),
    ("to", RelationField::To),
    ("kind", RelationField::Kind),
    ("strength", RelationField::Strength),
    ("inferred_by", RelationField::InferredBy),
    ("confidence", RelationField::Confidence),
    ("note", RelationField::Note),
];

impl Reader<'_> {
    pub(super) fn asset(&mut self) -> Result<Asset> {
        #[derive(Clone, Copy)]
        enum Field {
            Criticality,
            Facts,
            Id,
            Kind,
            Name,
        }
        const FIELDS: &[(&str, Field)] = &[
            ("id", Field::Id),
            ("kind", Field::Kind),
            ("name", Field::Name),
            ("criticality", Field::Criticality),
            ("facts", Field::Facts),
        ];
        let (mut id, mut kind, mut name, mut criticality) = (None, None, None, None);
        let mut facts = Facts::default();
        let mut object = self.lexer.object()?;
        while let Some((key, field)) = self.lexer.field(&mut object, FIELDS)? {
            match field {
                Field::Id => self.id().map(|read| id = Some(read)),
                Field::Kind => self.asset_kind().map(|read| kind = Some(read)),
                Field::Name => self.optional(MAX_NAME).map(|read| name = read),
                Field::Criticality => self.criticality().map(|read| criticality = read),
                Field::Facts => self.facts().map(|read| facts = read),
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
                RelationField::Strength => self
                    .choice(&[("hard", Strength::Hard), ("soft", Strength::Soft)])
                    .map(|read| strength = read),
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
        relation.remarked(inferred_by, confidence, note).ok_or_else(|| {
            self.lexer
                .fault("a confidence without `inferred_by`")
                .remedy("say by which method it was inferred, or take the confidence out")
                .under("confidence")
        })
    }

    pub(super) fn requirement(&mut self) -> Result<Requirement> {
        #[derive(Clone, Copy)]
        enum Field {
            Asset,
            Members,
            Needs,
        }
        const FIELDS: &[(&str, Field)] = &[
            ("asset", Field::Asset),
            ("members", Field::Members),
            ("needs", Field::Needs),
        ];
        let (mut asset, mut members, mut needs) = (None, None, None);
        let mut object = self.lexer.object()?;
        while let Some((key, field)) = self.lexer.field(&mut object, FIELDS)? {
            match field {
                Field::Asset => self.id().map(|read| asset = Some(read)),
                Field::Members => self.members().map(|read| members = Some(read)),
                Field::Needs => self.lexer.count().map(|read| needs = Some(read)),
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

    fn asset_kind(&mut self) -> Result<AssetKind> {
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

    fn criticality(&mut self) -> Result<Option<Criticality>> {
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
                return Err(self.lexer.fault("the name of a fact is not empty"));
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
        Facts::from_sorted(facts).map_err(|name| {
            self.lexer
                .fault(&format!("the fact {} stands twice", quoted(&name)))
                .remedy("state several values of one fact as a list")
                .under(&name)
        })
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
        Fact::from_values(values).ok_or_else(|| {
            self.lexer
                .fault("a fact without a value")
                .remedy("write null for what is known to be unknown")
        })
    }

    /// A scalar, or an object that says who states it.
    fn statement(&mut self) -> Result<FactValue> {
        #[derive(Clone, Copy)]
        enum Field {
            At,
            Confidence,
            Source,
            Value,
        }
        const FIELDS: &[(&str, Field)] = &[
            ("value", Field::Value),
            ("source", Field::Source),
            ("at", Field::At),
            ("confidence", Field::Confidence),
        ];
        if self.lexer.kind()? != Kind::Object {
            return self.scalar().map(FactValue::from);
        }
        let mut value = None;
        let mut origin = Origin::default();
        let mut object: Object = self.lexer.object()?;
        while let Some((key, field)) = self.lexer.field(&mut object, FIELDS)? {
            match field {
                Field::Value => self.scalar().map(|read| value = Some(read)),
                Field::Source => self.optional(MAX_NAME).map(|read| origin.source = read),
                Field::At => self.time().map(|read| origin.at = read),
                Field::Confidence => self.confidence().map(|read| origin.confidence = read),
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
            other => Err(self
                .lexer
                .misplaced(other, "a text, a number, true, false or null")),
        }
    }

    fn confidence(&mut self) -> Result<Option<Confidence>> {
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

    fn required<T>(&self, value: Option<T>, name: &str) -> Result<T> {
        value.ok_or_else(|| self.missing(name))
    }
}
