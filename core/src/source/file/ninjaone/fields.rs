//! The fields of a record that are read; all others are passed over while the text is read.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error as _, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::Value;

/// The fields that are kept. Others are passed over while they are read, and are never in memory: `userData`, custom
/// fields, notes and the names of accounts hold secrets.
const FIELDS: &[&str] = &[
    "address",
    "approvalStatus",
    "architecture",
    "assetSerialNumber",
    "assignedOwner",
    "backupUsage",
    "biosSerialNumber",
    "bitLockerStatus",
    "buildNumber",
    "capacity",
    "chassisType",
    "cloudTotalSize",
    "criticalVulnerabilityCount",
    "defaultGateway",
    "definitionStatus",
    "deviceId",
    "deviceType",
    "displayName",
    "dnsName",
    "dnsServers",
    "domain",
    "domainRole",
    "driveLetter",
    "email",
    "endDate",
    "failedOSPatchesCount",
    "firstName",
    "freeSpace",
    "healthStatus",
    "highVulnerabilityCount",
    "id",
    "ipAddress",
    "ipAddresses",
    "isSystemComponent",
    "jobEndTime",
    "jobStartTime",
    "jobStatus",
    "kbNumber",
    "lastBootTime",
    "lastContact",
    "lastFailedBackupJob",
    "lastName",
    "lastSuccessfulBackupJob",
    "lastUpdate",
    "localTotalSize",
    "location",
    "locationId",
    "locations",
    "macAddress",
    "macAddresses",
    "manufacturer",
    "manufacturerFulfillmentDate",
    "model",
    "name",
    "needsReboot",
    "netbiosName",
    "nodeClass",
    "numCores",
    "numberOfProcessors",
    "offline",
    "organization",
    "organizationId",
    "parentDeviceId",
    "pendingOSPatchesCount",
    "productName",
    "productState",
    "protectionStatus",
    "publicIP",
    "references",
    "releaseId",
    "revisionsTotalSize",
    "role",
    "serialNumber",
    "severity",
    "size",
    "startDate",
    "state",
    "status",
    "systemName",
    "tags",
    "timestamp",
    "totalPhysicalMemory",
    "uid",
    "version",
    "virtualMachine",
    "warranty",
];

/// How deep the values of a record are kept: a device has references, these a warranty, that a date.
const MAX_DEPTH: usize = 4;

/// At most this many keys of a record are looked at to tell what it is.
const MAX_KEYS: usize = 256;

/// The fields of an object that are kept, in the order in which they came.
pub(super) type Fields = Vec<(&'static str, Value)>;

/// Reads the fields of an object from its text, with the names of all its keys.
///
/// # Errors
/// When the text is no object, holds a number or text that no reader can hold, or says a field twice.
pub(super) fn read(text: &str) -> Result<(Fields, Keys), serde_json::Error> {
    let mut keys = Keys::default();
    let mut reader = serde_json::Deserializer::from_str(text);
    let object = Object {
        keys: Some(&mut keys),
        depth: MAX_DEPTH,
    };
    let fields = object.deserialize(&mut reader)?;
    Ok((fields, keys))
}

/// The fields of a value that is an object.
pub(super) fn of(value: &Value) -> Option<Fields> {
    let object = value.as_object()?;
    let fields = object
        .iter()
        .filter_map(|(name, value)| Some((kept(name)?, value.clone())))
        .collect();
    Some(fields)
}

fn kept(name: &str) -> Option<&'static str> {
    let at = FIELDS.binary_search(&name).ok()?;
    FIELDS.get(at).copied()
}

/// The keys of a record, kept or not.
#[derive(Default)]
pub(super) struct Keys(pub(super) Vec<String>);

impl Keys {
    pub(super) fn has(&self, key: &str) -> bool {
        self.0.iter().any(|known| known == key)
    }
}

/// An object, of which the kept fields are read.
struct Object<'k> {
    keys: Option<&'k mut Keys>,
    depth: usize,
}

impl<'de> DeserializeSeed<'de> for Object<'_> {
    type Value = Fields;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Fields, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Object<'_> {
    type Value = Fields;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut map: A) -> Result<Fields, A::Error> {
        let mut fields: Fields = Vec::new();
        while let Some(key) = map.next_key::<std::borrow::Cow<'de, str>>()? {
            let kept = kept(&key);
            if let Some(keys) = self.keys.as_mut()
                && keys.0.len() < MAX_KEYS
            {
                keys.0.push(key.into_owned());
            }
            let Some(name) = kept else {
                map.next_value::<IgnoredAny>()?;
                continue;
            };
            if fields.iter().any(|(known, _)| *known == name) {
                return Err(A::Error::custom(format!("the field `{name}` is there twice")));
            }
            if let Some(value) = map.next_value_seed(Pruned(self.depth))? {
                fields.push((name, value));
            }
        }
        Ok(fields)
    }
}

/// A value without nulls and without what is not kept. The depth bounds the recursion.
struct Pruned(usize);

impl<'de> DeserializeSeed<'de> for Pruned {
    type Value = Option<Value>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Option<Value>, D::Error> {
        if self.0 == 0 {
            return deserializer.deserialize_ignored_any(IgnoredAny).map(|_| None);
        }
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Pruned {
    type Value = Option<Value>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any value")
    }

    fn visit_unit<E>(self) -> Result<Option<Value>, E> {
        Ok(None)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Option<Value>, E> {
        Ok(Some(value.into()))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Option<Value>, E> {
        Ok(Some(value.into()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Option<Value>, E> {
        Ok(Some(value.into()))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Option<Value>, E> {
        Ok(Some(value.into()))
    }

    fn visit_str<E>(self, value: &str) -> Result<Option<Value>, E> {
        Ok((!value.is_empty()).then(|| value.into()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Option<Value>, A::Error> {
        let mut kept = Vec::new();
        while let Some(value) = items.next_element_seed(Self(self.0 - 1))? {
            kept.extend(value);
        }
        Ok(Some(Value::Array(kept)))
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Option<Value>, A::Error> {
        let object = Object {
            keys: None,
            depth: self.0 - 1,
        };
        let fields = object.visit_map(map)?;
        let fields = fields.into_iter().map(|(name, value)| (name.to_owned(), value));
        Ok(Some(Value::Object(fields.collect())))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_searched_by_name() {
        assert!(FIELDS.windows(2).all(|pair| pair[0] < pair[1]));
    }
}
