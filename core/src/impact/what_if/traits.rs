//! What matters of an asset, in one byte: a what-if reads it of all assets.

use super::exits::{is_edge, is_outside};
use super::scope::{is_asked, is_logical};
use super::sets::run;
use super::tally::is_service;
use crate::estate::{Asset, AssetKind, Estate, Graph};

/// Of one asset.
#[derive(Clone, Copy, Debug)]
pub(super) struct Traits(u8);

impl Traits {
    const ASKED: u8 = 1;
    const EDGE: u8 = 2;
    const LEANS: u8 = 4;
    const LOGICAL: u8 = 8;
    const OUTSIDE: u8 = 16;
    const POWER: u8 = 32;
    const SERVICE: u8 = 64;
    const SITE: u8 = 128;

    /// Of every asset, by position.
    pub(super) fn of_all(estate: &Estate, inferred: &[(u32, u32)]) -> Vec<Self> {
        let assets = (0..).zip(estate.assets());
        assets
            .map(|(at, about)| Self::of(estate.graph(), inferred, about, at))
            .collect()
    }

    fn of(graph: &Graph, inferred: &[(u32, u32)], about: &Asset, at: u32) -> Self {
        let kind = &about.kind;
        let bits = [
            (Self::ASKED, is_asked(kind)),
            (Self::EDGE, is_edge(kind)),
            (
                Self::LEANS,
                graph.dependencies(at).len() > run(inferred, at).len(),
            ),
            (Self::LOGICAL, is_logical(kind)),
            (Self::OUTSIDE, is_outside(kind)),
            (Self::POWER, *kind == AssetKind::Power),
            (Self::SERVICE, is_service(about)),
            (Self::SITE, *kind == AssetKind::Site),
        ];
        Self(bits.iter().filter(|(_, set)| *set).map(|(bit, _)| *bit).sum())
    }

    /// Whether it runs at the client, so that something there could stop it.
    pub(super) fn is_asked(self) -> bool {
        self.0 & Self::ASKED != 0
    }

    /// Whether it may lead out.
    pub(super) fn is_edge(self) -> bool {
        self.0 & Self::EDGE != 0
    }

    /// Whether it has no network port of its own.
    pub(super) fn is_logical(self) -> bool {
        self.0 & Self::LOGICAL != 0
    }

    /// Whether it is the outside itself.
    pub(super) fn is_outside(self) -> bool {
        self.0 & Self::OUTSIDE != 0
    }

    /// Whether it only feeds power.
    pub(super) fn is_power(self) -> bool {
        self.0 & Self::POWER != 0
    }

    /// Whether people work with it as such.
    pub(super) fn is_service(self) -> bool {
        self.0 & Self::SERVICE != 0
    }

    /// Whether it is a place.
    pub(super) fn is_site(self) -> bool {
        self.0 & Self::SITE != 0
    }

    /// Whether anything is stated that it depends on.
    pub(super) fn leans(self) -> bool {
        self.0 & Self::LEANS != 0
    }
}
