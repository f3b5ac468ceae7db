//! What hangs on an asset that ends: its own criticality, and that of what depends directly on it.

use crate::estate::{Asset, Criticality};
use crate::review::context::Context;
use crate::review::finding::Read;
use crate::review::outcome::Severity;

/// So many dependants are named in the evidence; of more, the whole layer is.
const NAMED: usize = 20;

/// What hangs on an asset.
#[derive(Debug)]
pub(super) struct Weight {
    /// Something critical hangs on it.
    critical: bool,
    /// All that is recorded is of low criticality.
    low: bool,
    pub(super) reads: Vec<Read>,
}

impl Weight {
    pub(super) fn of(context: &Context<'_>, asset: &Asset) -> Self {
        let relations: Vec<_> = context
            .incoming(&asset.id)
            .filter(|relation| relation.kind.carries_impact() && relation.is_stated())
            .collect();
        let dependants: Vec<&Asset> = relations
            .iter()
            .filter_map(|relation| context.estate().asset(relation.from.as_str()))
            .collect();
        let mut known = dependants
            .iter()
            .copied()
            .chain([asset])
            .filter_map(|asset| asset.criticality.as_ref())
            .peekable();
        let some = known.peek().is_some();
        let (mut critical, mut low) = (false, some);
        for criticality in known {
            critical |= *criticality == Criticality::Critical;
            low &= *criticality == Criticality::Low;
        }
        let mut reads = vec![Read::criticality(asset)];
        if dependants.len() <= NAMED {
            reads.extend(relations.into_iter().map(Read::relation));
            reads.extend(dependants.into_iter().map(Read::criticality));
        } else {
            reads.extend([context.impact_layer(), context.criticality_layer()]);
        }
        Self { critical, low, reads }
    }

    /// One step graver or less grave.
    pub(super) fn on(&self, severity: Severity) -> Severity {
        if self.critical {
            severity.raised()
        } else if self.low {
            severity.lowered()
        } else {
            severity
        }
    }
}
