//! What an executor that is written in the caller's language answers. A word stands for an object with nothing else in it.

use serde::de::DeserializeOwned;
use serde_json::{Map, Value};
use vcto::gate::{Observation, StepOutcome};
use vcto::{Error, ErrorKind, Result};

use super::read::{bytes, read};

/// What was seen: `present`, `absent`, `unknown`, or `{"effect": ..., "image": ...}`.
///
/// `answer` is the JSON text of the answer, or what went wrong instead of one.
pub fn observation(answer: Result<Vec<u8>, String>) -> Result<Observation> {
    let text = answer.map_err(|why| Error::new(ErrorKind::Unavailable, why))?;
    shaped(&text, "effect")
}

/// How a step ended: `done`, `handed_over`, or `{"outcome": ..., "receipt" or "reason": ...}`.
///
/// The step may have been done whatever came instead of an answer: that is unknown.
pub fn outcome(answer: Result<Vec<u8>, String>) -> StepOutcome {
    match answer.map(|text| shaped(&text, "outcome")) {
        Ok(Ok(outcome)) => outcome,
        Ok(Err(error)) => StepOutcome::unknown(format!(
            "the answer of the executor is no outcome: {}",
            error.message()
        )),
        Err(why) => StepOutcome::unknown(why),
    }
}

fn shaped<T: DeserializeOwned>(text: &[u8], key: &str) -> Result<T> {
    let answer: Value = read(text, "answer")?;
    if answer.is_null() {
        return Err(Error::new(ErrorKind::InvalidInput, "nothing was answered").at("answer"));
    }
    let answer = match answer {
        Value::String(word) => Value::Object(Map::from_iter([(key.to_owned(), word.into())])),
        other => other,
    };
    read(&bytes(&answer)?, "answer")
}
