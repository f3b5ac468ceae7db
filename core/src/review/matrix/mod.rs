//! The coverage matrix: every device against what should look after it, with what is not known beside each number.

mod build;
mod column;
mod said;
mod twins;

use serde::{Deserialize, Serialize};

pub(super) use self::column::{Sign, covering, is_complete, judge, scope, scopes, wants};
pub(super) use self::twins::{Alike, COMPARED, SETTLED, Twins};
use super::life::Life;
use crate::estate::{AssetId, AssetKind};
use crate::text::Untrusted;

/// Every device against what should look after it.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Matrix {
    /// How many devices are in use, out of sight, out of service.
    pub devices: Devices,
    /// What each column comes to, in order of the columns.
    pub columns: Vec<ColumnResult>,
    /// One row a device, in order of the id.
    pub rows: Vec<Row>,
}

/// What looks after a device: a column of the matrix.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Column {
    /// An agreement or contract with the service provider. Rule `coverage.agreement`.
    Agreement,
    /// A backup. Rule `backup.in_place`.
    Backup,
    /// A directory that it is joined to. Rule `coverage.directory`.
    Directory,
    /// An antivirus that is on, or an EDR. Rule `coverage.endpoint_protection`.
    EndpointProtection,
    /// A managed agent of the remote monitoring and management. Rule `coverage.rmm`.
    Rmm,
    /// A hardware warranty that has not ended. Rule `warranty.in_force`.
    Warranty,
}

impl Column {
    /// All, in the order of the matrix.
    pub const ALL: [Self; 6] = [
        Self::Rmm,
        Self::EndpointProtection,
        Self::Backup,
        Self::Directory,
        Self::Agreement,
        Self::Warranty,
    ];

    /// The word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Agreement => "agreement",
            Self::Backup => "backup",
            Self::Directory => "directory",
            Self::EndpointProtection => "endpoint_protection",
            Self::Rmm => "rmm",
            Self::Warranty => "warranty",
        }
    }

    /// What people call it.
    pub fn title(self) -> &'static str {
        match self {
            Self::Agreement => "agreement",
            Self::Backup => "backup",
            Self::Directory => "directory",
            Self::EndpointProtection => "endpoint protection",
            Self::Rmm => "RMM",
            Self::Warranty => "warranty",
        }
    }
}

/// What is known of one device in one column.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Cell {
    /// Sources say both.
    Contradicted,
    /// It is looked after, on evidence.
    Covered,
    /// It is not, on evidence: a source says so, or a source that knows all of them does not name it.
    Gap,
    /// The column is not asked of this device.
    NotApplicable,
    /// No source says.
    Unknown,
}

impl Cell {
    /// The word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Contradicted => "contradicted",
            Self::Covered => "covered",
            Self::Gap => "gap",
            Self::NotApplicable => "not_applicable",
            Self::Unknown => "unknown",
        }
    }
}

/// How many devices are in which state of life.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Devices {
    /// Seen within the limit (`stale_after_days` of the settings).
    pub live: u64,
    /// Not seen for longer: counted apart in each column.
    pub stale: u64,
    /// Out of service: in no column.
    pub retired: u64,
    /// No source says when they were last seen; counted with the live ones in each column.
    pub unknown: u64,
}

/// How many devices have which cell.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Cells {
    /// See [`Cell::Covered`].
    pub covered: u64,
    /// See [`Cell::Gap`].
    pub gap: u64,
    /// See [`Cell::Contradicted`].
    pub contradicted: u64,
    /// See [`Cell::Unknown`].
    pub unknown: u64,
    /// See [`Cell::NotApplicable`]; outside [`total`](Self::total).
    pub not_applicable: u64,
}

impl Cells {
    /// Devices of which it is known: covered or a gap.
    pub fn known(&self) -> u64 {
        self.covered + self.gap
    }

    /// Devices of which it is asked.
    pub fn total(&self) -> u64 {
        self.known() + self.contradicted + self.unknown
    }

    /// Covered of known in whole percent, rounded down; absent where nothing is known.
    pub fn percent(&self) -> Option<u64> {
        (self.covered * 100).checked_div(self.known())
    }

    pub(super) fn add(&mut self, cell: Cell) {
        *match cell {
            Cell::Contradicted => &mut self.contradicted,
            Cell::Covered => &mut self.covered,
            Cell::Gap => &mut self.gap,
            Cell::NotApplicable => &mut self.not_applicable,
            Cell::Unknown => &mut self.unknown,
        } += 1;
    }
}

/// What one column comes to.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct ColumnResult {
    /// Which.
    pub column: Column,
    /// Whether a source says that it knows every device of the column: only then is absence a gap.
    pub complete: bool,
    /// Covered in whole percent of [`known`](Self::known), rounded down; absent where nothing is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub percent: Option<u64>,
    /// Devices in use of which it is known...
    pub known: u64,
    /// ...of so many of which it is asked.
    pub total: u64,
    /// The devices in use, and those of which nobody says when they were seen.
    pub in_use: Cells,
    /// The devices that were not seen for longer than the limit.
    pub stale: Cells,
}

/// One device.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Row {
    /// The device.
    pub asset: AssetId,
    /// What people call it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<Untrusted<String>>,
    /// What it is.
    pub kind: AssetKind,
    /// Whether it is in use. Where it is out of service, every cell is `not_applicable`.
    pub life: Life,
    /// See [`Column::Rmm`].
    pub rmm: Cell,
    /// See [`Column::EndpointProtection`].
    pub endpoint_protection: Cell,
    /// See [`Column::Backup`].
    pub backup: Cell,
    /// See [`Column::Directory`].
    pub directory: Cell,
    /// See [`Column::Agreement`].
    pub agreement: Cell,
    /// See [`Column::Warranty`].
    pub warranty: Cell,
}

impl Row {
    /// The cell of a column.
    pub fn cell(&self, column: Column) -> Cell {
        match column {
            Column::Agreement => self.agreement,
            Column::Backup => self.backup,
            Column::Directory => self.directory,
            Column::EndpointProtection => self.endpoint_protection,
            Column::Rmm => self.rmm,
            Column::Warranty => self.warranty,
        }
    }
}

impl Matrix {
    /// What a column comes to; absent only in a review that has no matrix.
    pub fn column(&self, column: Column) -> Option<&ColumnResult> {
        self.columns.iter().find(|result| result.column == column)
    }

    /// The row of a device.
    pub fn row(&self, asset: &str) -> Option<&Row> {
        let at = self.rows.binary_search_by(|row| row.asset.as_str().cmp(asset));
        self.rows.get(at.ok()?)
    }
}
