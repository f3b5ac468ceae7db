//! Disks and volumes: `disks`, `volumes`.

use std::collections::BTreeMap;

use super::doubts::Doubts;
use super::list;
use super::record::Record;
use crate::estate::Asset;

/// At most this many disks and as many volumes of one machine are kept.
const MAX_PARTS: usize = 2_048;

/// What the reports say of the storage of one machine.
#[derive(Debug, Default)]
pub(super) struct Storage {
    disks: BTreeMap<String, Disk>,
    volumes: BTreeMap<String, Volume>,
}

#[derive(Debug)]
struct Disk {
    size: Option<u64>,
    status: Option<String>,
}

#[derive(Debug)]
struct Volume {
    /// What people call it; absent for the partitions of a boot loader or a recovery.
    shown: Option<String>,
    capacity: Option<u64>,
    free: Option<u64>,
    protected: Option<Protected>,
}

/// Whether `BitLocker` guards a volume.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Protected {
    No,
    Unknown,
    Yes,
}

/// Words of `deviceType` of what comes and goes, or belongs to another machine.
const NOT_FIXED: &[&str] = &["cd-rom", "cdrom", "network", "optical", "ram disk", "removable"];

/// States of a disk, the worst first. Others stand between those that say that it fails and those that say nothing.
const WORST: &[&str] = &[
    "nonrecover",
    "pred fail",
    "error",
    "failed",
    "stressed",
    "degraded",
];
const BEST: &[&str] = &["unknown", "ok"];

impl Storage {
    /// A row of `disks`.
    pub(super) fn disk(&mut self, row: &Record, doubts: &mut Doubts) {
        let size = doubts.count(row, "size");
        let status = row.text("status");
        let known = |field: &str| row.text(field).unwrap_or_default();
        let key = format!("{}\n{}\n{}", known("name"), known("serialNumber"), known("model"));
        if self.disks.len() < MAX_PARTS || self.disks.contains_key(&key) {
            self.disks.insert(key, Disk { size, status });
        } else {
            doubts.tally("have no room", "disks", &row.place);
        }
    }

    /// A row of `volumes`.
    pub(super) fn volume(&mut self, row: &Record, doubts: &mut Doubts) {
        let kind = row.text("deviceType").unwrap_or_default().to_lowercase();
        if NOT_FIXED.iter().any(|word| kind.contains(word)) {
            return;
        }
        let letter = row.text("driveLetter");
        let name = row.text("name");
        let key = format!(
            "{}\n{}\n{}",
            letter.as_deref().unwrap_or_default(),
            name.as_deref().unwrap_or_default(),
            row.text("serialNumber").unwrap_or_default()
        );
        let volume = Volume {
            shown: shown(letter.as_deref(), name.as_deref()),
            capacity: doubts.count(row, "capacity"),
            free: doubts.count(row, "freeSpace"),
            protected: row.object("bitLockerStatus").map(|status| protected(&status)),
        };
        if self.volumes.len() < MAX_PARTS || self.volumes.contains_key(&key) {
            self.volumes.insert(key, volume);
        } else {
            doubts.tally("have no room", "volumes", &row.place);
        }
    }

    /// Writes the facts. The size is that of the disks, or else of the volumes on them.
    pub(super) fn tell(self, asset: &mut Asset, doubts: &mut Doubts) {
        let disks = total(self.disks.values().map(|disk| disk.size));
        let volumes = total(self.volumes.values().map(|volume| volume.capacity));
        list::number(asset, "disk_mib", disks.or(volumes).map(list::mib));
        let used = self
            .volumes
            .values()
            .map(|volume| Some(volume.capacity?.saturating_sub(volume.free?)));
        list::number(asset, "disk_used_mib", total(used).map(list::mib));
        let statuses = self.disks.values().filter_map(|disk| disk.status.as_deref());
        let worst = statuses.min_by_key(|status| (badness(status), *status));
        list::text(asset, "disk_status", worst);
        let names = self.volumes.values().filter_map(|volume| volume.shown.as_deref());
        let names: std::collections::BTreeSet<&str> = names.collect();
        if list::add(asset, "volumes", names) > 0 {
            doubts.tally("have no room", "volumes", "volumes");
        }
        list::text(asset, "bitlocker", self.bitlocker());
    }

    /// Over the volumes that have a name: boot partitions are never encrypted.
    fn bitlocker(&self) -> Option<&'static str> {
        let named = self.volumes.values().filter(|volume| volume.shown.is_some());
        let states: Vec<Protected> = named.filter_map(|volume| volume.protected).collect();
        let has = |state| states.contains(&state);
        match (has(Protected::Yes), has(Protected::No), has(Protected::Unknown)) {
            (true, true, _) => Some("partial"),
            (false, true, _) => Some("off"),
            (true, false, false) => Some("on"),
            (_, false, true) => Some("unknown"),
            (false, false, false) => None,
        }
    }
}

/// The sum; none where a part of it is not known, or there is none.
fn total(mut sizes: impl Iterator<Item = Option<u64>>) -> Option<u64> {
    let first = sizes.next()??;
    sizes.try_fold(first, |sum, size| Some(sum.saturating_add(size?)))
}

/// `C:`, or the place where the volume is mounted. Partitions of Windows without a letter have no name that people use.
fn shown(letter: Option<&str>, name: Option<&str>) -> Option<String> {
    let plain = |text: &str| text.trim_end_matches(['\\', ':']).to_owned();
    let is_letter = |text: &str| text.len() == 1 && text.chars().all(|c| c.is_ascii_alphabetic());
    let letters = letter.into_iter().chain(name).map(plain);
    if let Some(letter) = letters.into_iter().find(|text| is_letter(text)) {
        return Some(format!("{}:", letter.to_ascii_uppercase()));
    }
    let name = name.filter(|name| !name.starts_with("\\\\?\\"))?;
    list::item(name)
}

fn protected(status: &Record) -> Protected {
    match status.text("protectionStatus").as_deref() {
        Some("PROTECTED") => Protected::Yes,
        Some("UNPROTECTED") => Protected::No,
        _ => Protected::Unknown,
    }
}

fn badness(status: &str) -> usize {
    let status = status.to_lowercase();
    if let Some(at) = WORST.iter().position(|word| status.contains(word)) {
        at
    } else {
        let at = BEST.iter().position(|word| status == *word);
        WORST.len() + at.map_or(0, |at| at + 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn volumes_are_called_by_letter_or_mount() {
        for (letter, name, expected) in [
            (Some("C:"), Some("C:\\"), Some("C:")),
            (Some("d"), None, Some("D:")),
            (None, Some("E:\\"), Some("E:")),
            (None, Some("\\\\?\\Volume{5b1c}\\"), None),
            (None, Some("/var"), Some("/var")),
            (Some(""), Some("/"), Some("/")),
            (None, None, None),
        ] {
            assert_eq!(shown(letter, name).as_deref(), expected, "{letter:?} {name:?}");
        }
    }

    #[test]
    fn the_worst_state_of_a_disk_comes_first() {
        let mut states = ["OK", "Unknown", "Caution", "Degraded", "Pred Fail"];
        states.sort_by_key(|status| badness(status));
        assert_eq!(states, ["Pred Fail", "Degraded", "Caution", "Unknown", "OK"]);
    }

    #[test]
    fn a_sum_with_an_unknown_part_is_unknown() {
        assert_eq!(total([Some(1), Some(2)].into_iter()), Some(3));
        assert_eq!(total([Some(1), None].into_iter()), None);
        assert_eq!(total([].into_iter()), None);
        assert_eq!(total([Some(u64::MAX), Some(1)].into_iter()), Some(u64::MAX));
    }
}
