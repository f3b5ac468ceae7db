//! Python's values as JSON text. What JSON has no form for is refused with its place; nothing of the caller's runs.

use pyo3::prelude::*;
use pyo3::types::{PyBool, PyDict, PyFloat, PyInt, PyList, PyString, PyTuple};
use vcto::text::{Plain, pointer_to};
use vcto::{Error, ErrorKind, Result};

/// No format of core goes as deep. What contains itself gets here too.
const MAX_DEPTH: usize = 64;

/// So many values are written at most: an object that stands in many places counts in each of them.
const MAX_VALUES: usize = 50_000_000;

/// The JSON text of a value.
pub fn text_of(value: &Bound<'_, PyAny>) -> Result<Vec<u8>> {
    let mut writer = Writer {
        text: Vec::new(),
        open: Vec::new(),
        values: 0,
    };
    writer.put(value.clone())?;
    while let Some(container) = writer.open.last_mut() {
        match container.parts.next() {
            Some(part) => writer.part(part)?,
            None => writer.close(),
        }
    }
    Ok(writer.text)
}

struct Writer<'py> {
    text: Vec<u8>,
    /// The containers that are being written, the outermost first.
    open: Vec<Container<'py>>,
    values: usize,
}

struct Container<'py> {
    object: Bound<'py, PyAny>,
    /// A snapshot of a dictionary's entries; the items of a list as they are.
    parts: pyo3::types::list::BoundListIterator<'py>,
    is_list: bool,
    /// Which part is being written.
    at: At<'py>,
}

enum At<'py> {
    Begin,
    Item(usize),
    Key(Bound<'py, PyString>),
}

impl<'py> Writer<'py> {
    /// Writes one entry of a dictionary, or one item of a list.
    fn part(&mut self, part: Bound<'py, PyAny>) -> Result<()> {
        let Some(container) = self.open.last_mut() else {
            return Ok(());
        };
        if !matches!(container.at, At::Begin) {
            self.text.push(b',');
        }
        if container.is_list {
            container.at = At::Item(match container.at {
                At::Item(at) => at + 1,
                _ => 0,
            });
            return self.put(part);
        }
        let Ok((key, value)) = part.extract::<(Bound<'py, PyAny>, Bound<'py, PyAny>)>() else {
            return Err(self.unfit("an entry that is no pair"));
        };
        let key = match key.cast_into::<PyString>() {
            Ok(key) => key,
            Err(error) => {
                container.at = At::Begin;
                let name = type_name(&error.into_inner());
                return Err(self.unfit(&format!("a key of the type {name} where a text belongs")));
            }
        };
        container.at = At::Key(key.clone());
        self.string(&key)?;
        self.text.push(b':');
        self.put(value)
    }

    /// Writes a value, or begins it.
    fn put(&mut self, value: Bound<'py, PyAny>) -> Result<()> {
        self.values += 1;
        if self.values > MAX_VALUES {
            return Err(self
                .fault(ErrorKind::TooLarge, &format!("more than {MAX_VALUES} values"))
                .remedy("write them into a file, and read that"));
        }
        if let Ok(text) = value.cast::<PyString>() {
            self.string(text)
        } else if value.is_none() {
            self.write(&())
        } else if let Ok(truth) = value.cast::<PyBool>() {
            self.write(&truth.is_true())
        } else if value.is_instance_of::<PyInt>() {
            self.whole(&value)
        } else if let Ok(number) = value.cast::<PyFloat>() {
            self.double(number.value())
        } else if let Ok(dictionary) = value.cast::<PyDict>() {
            let entries = dictionary.items();
            self.begin(value, &entries, false)
        } else if let Ok(list) = value.cast::<PyList>() {
            let list = list.clone();
            self.begin(value, &list, true)
        } else if let Ok(tuple) = value.cast::<PyTuple>() {
            let list = tuple.to_list();
            self.begin(value, &list, true)
        } else {
            Err(self.foreign(&value))
        }
    }

    fn begin(&mut self, object: Bound<'py, PyAny>, parts: &Bound<'py, PyList>, is_list: bool) -> Result<()> {
        if self.open.len() == MAX_DEPTH {
            return Err(self.too_deep(&object));
        }
        self.text.push(if is_list { b'[' } else { b'{' });
        self.open.push(Container {
            object,
            parts: parts.iter(),
            is_list,
            at: At::Begin,
        });
        Ok(())
    }

    fn close(&mut self) {
        if let Some(container) = self.open.pop() {
            self.text.push(if container.is_list { b']' } else { b'}' });
        }
    }

    fn string(&mut self, text: &Bound<'py, PyString>) -> Result<()> {
        match text.to_str() {
            Ok(text) => self.write(text),
            Err(_) => Err(self.unfit("half of a surrogate pair in a text")),
        }
    }

    fn whole(&mut self, number: &Bound<'py, PyAny>) -> Result<()> {
        if let Ok(number) = number.extract::<i64>() {
            return self.write(&number);
        }
        match number.extract::<u64>() {
            Ok(number) => self.write(&number),
            Err(_) => Err(self
                .unfit("a whole number beyond -2^63 to 2^64 - 1")
                .remedy("write it as a text")),
        }
    }

    fn double(&mut self, number: f64) -> Result<()> {
        if number.is_finite() {
            return self.write(&number);
        }
        Err(self
            .unfit("NaN and infinity are no numbers in JSON")
            .remedy("write None for what is known to be unknown"))
    }

    fn write(&mut self, value: &(impl serde::Serialize + ?Sized)) -> Result<()> {
        serde_json::to_writer(&mut self.text, value)
            .map_err(|error| Error::new(ErrorKind::Internal, error.to_string()))
    }

    fn foreign(&self, value: &Bound<'py, PyAny>) -> Error {
        let name = type_name(value);
        let remedy = match name.as_str() {
            "bytes" | "bytearray" => "decode it",
            "Decimal" => "give a float, or a text where every digit counts",
            "date" | "datetime" | "time" => "write it as a text: `isoformat()`",
            "frozenset" | "set" => "make it a sorted list",
            _ => "give None, a bool, an int, a float, a str, a list or a dict",
        };
        self.unfit(&format!("JSON has no form for a value of the type {name}"))
            .remedy(remedy)
    }

    /// The place is that of the first container that stands in itself, where there is one.
    fn too_deep(&mut self, object: &Bound<'py, PyAny>) -> Error {
        let inner = |at: usize| self.open.get(at + 1).map_or(object, |inner| &inner.object);
        let closed = (0..self.open.len()).find(|at| {
            self.open
                .iter()
                .take(at + 1)
                .any(|outer| outer.object.is(inner(*at)))
        });
        match closed {
            Some(at) => {
                self.open.truncate(at + 1);
                self.unfit("a value that contains itself")
            }
            None => self.fault(ErrorKind::TooLarge, &format!("more than {MAX_DEPTH} levels deep")),
        }
    }

    fn unfit(&self, message: &str) -> Error {
        self.fault(ErrorKind::InvalidInput, message)
    }

    fn fault(&self, kind: ErrorKind, message: &str) -> Error {
        let error = Error::new(kind, message);
        // A fault of the whole has no place in it.
        match self.place() {
            place if place.is_empty() => error,
            place => error.at(place),
        }
    }

    /// A JSON pointer to what is being written.
    fn place(&self) -> String {
        let steps = self.open.iter().map(|container| match &container.at {
            At::Begin => String::new(),
            At::Item(at) => format!("/{at}"),
            At::Key(key) => pointer_to(&key.to_string_lossy()),
        });
        steps.collect()
    }
}

/// The name of a value's type, for a message.
pub fn type_name(value: &Bound<'_, PyAny>) -> String {
    let name = value
        .get_type()
        .name()
        .map(|name| name.to_string_lossy().into_owned());
    name.map_or_else(|_| "?".to_owned(), |name| Plain(&name).to_string())
}
