//! Fills the matrix.

use super::column::{cell, is_complete, is_device, judge, scopes};
use super::{Cell, Cells, Column, ColumnResult, Devices, Matrix, Row, Sign};
use crate::estate::Asset;
use crate::review::context::Context;
use crate::review::life::Life;

/// One column on the way.
struct Open {
    column: Column,
    complete: bool,
    /// Whether what no source names is a gap: a source says that it knows all, and names at least one. A list that is empty
    /// is more likely a list that was not read.
    absence: bool,
    in_use: Cells,
    stale: Cells,
}

impl Matrix {
    pub(in crate::review) fn new(context: &Context<'_>) -> Self {
        let devices: Vec<&Asset> = context
            .estate()
            .assets()
            .iter()
            .filter(|asset| is_device(&asset.kind))
            .collect();
        let mut columns = Column::ALL.map(|column| Open::new(context, column, &devices));
        let mut matrix = Self::default();
        matrix.rows.reserve(devices.len());
        for asset in devices {
            let life = context.life(asset);
            matrix.devices.add(life);
            matrix.rows.push(row(context, asset, life, &mut columns));
        }
        matrix.columns = columns.iter().map(Open::close).collect();
        matrix
    }
}

impl Open {
    fn new(context: &Context<'_>, column: Column, devices: &[&Asset]) -> Self {
        let complete = is_complete(context.estate().source(), scopes(column));
        let speaks = || {
            devices
                .iter()
                .any(|asset| judge(context, column, asset) != Sign::default())
        };
        Self {
            column,
            complete,
            // What a list of backups says by its silence is settled by its own rule.
            absence: complete && (column == Column::Backup || speaks()),
            in_use: Cells::default(),
            stale: Cells::default(),
        }
    }

    fn judge(&mut self, context: &Context<'_>, asset: &Asset, life: Life) -> Cell {
        let cell = match life {
            Life::Retired => return Cell::NotApplicable,
            Life::Live | Life::Stale | Life::Unknown => cell(context, self.column, asset, self.absence),
        };
        if life == Life::Stale {
            self.stale.add(cell);
        } else {
            self.in_use.add(cell);
        }
        cell
    }

    fn close(&self) -> ColumnResult {
        ColumnResult {
            column: self.column,
            complete: self.complete,
            percent: self.in_use.percent(),
            known: self.in_use.known(),
            total: self.in_use.total(),
            in_use: self.in_use,
            stale: self.stale,
        }
    }
}

fn row(context: &Context<'_>, asset: &Asset, life: Life, columns: &mut [Open; 6]) -> Row {
    // In the order of `Column::ALL`.
    let [rmm, endpoint_protection, backup, directory, agreement, warranty] = columns
        .each_mut()
        .map(|column| column.judge(context, asset, life));
    Row {
        asset: asset.id.clone(),
        name: asset.name.clone(),
        kind: asset.kind.clone(),
        life,
        rmm,
        endpoint_protection,
        backup,
        directory,
        agreement,
        warranty,
    }
}

impl Devices {
    fn add(&mut self, life: Life) {
        *match life {
            Life::Live => &mut self.live,
            Life::Retired => &mut self.retired,
            Life::Stale => &mut self.stale,
            Life::Unknown => &mut self.unknown,
        } += 1;
    }
}
