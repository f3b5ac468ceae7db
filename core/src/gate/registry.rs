//! The executors of a practice, with what they declared when they were registered.

use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError, RwLock};

use super::executor::{ActionDeclaration, Executor};
use super::rules::RULES_EXECUTOR;
use crate::error::{Error, ErrorKind, Result};
use crate::foreign::guarded;
use crate::text::quoted;

/// The most actions that one executor may declare.
const MAX_ACTIONS: usize = 1_000;

/// Registered once, used by every tenant.
#[derive(Debug, Default)]
pub(crate) struct Registry(RwLock<BTreeMap<String, Registered>>);

#[derive(Debug)]
struct Registered {
    executor: Arc<dyn Executor>,
    actions: BTreeMap<String, ActionDeclaration>,
}

impl Registry {
    /// Takes in an executor.
    ///
    /// # Errors
    /// `conflict` when the name is taken; `invalid_input` when a name is unfit or an action is declared twice.
    pub(crate) fn register(&self, executor: Arc<dyn Executor>) -> Result<()> {
        let told = guarded(|| (executor.name().to_owned(), executor.actions()));
        let (name, declared) = told.ok_or_else(|| invalid("the executor panicked".to_owned()))?;
        if !is_name(&name) {
            return Err(invalid(format!("{} cannot name an executor", quoted(&name))));
        }
        if name == RULES_EXECUTOR {
            return Err(Error::new(
                ErrorKind::Conflict,
                format!("the executor {} is the gate's own", quoted(&name)),
            ));
        }
        let mut actions = BTreeMap::new();
        if declared.len() > MAX_ACTIONS {
            return Err(invalid("an executor has at most 1,000 actions".to_owned()));
        }
        for action in declared {
            if !is_name(&action.name) {
                return Err(invalid(format!("{} cannot name an action", quoted(&action.name))));
            }
            if let Some(twice) = actions.insert(action.name.clone(), action) {
                return Err(invalid(format!(
                    "the action {} is declared twice",
                    quoted(&twice.name)
                )));
            }
        }
        let mut registered = self.0.write().unwrap_or_else(PoisonError::into_inner);
        if registered.contains_key(&name) {
            return Err(Error::new(
                ErrorKind::Conflict,
                format!("an executor {} is registered already", quoted(&name)),
            ));
        }
        registered.insert(name, Registered { executor, actions });
        Ok(())
    }

    /// What is declared of an action.
    pub(super) fn declaration(&self, executor: &str, action: &str) -> Option<ActionDeclaration> {
        let registered = self.0.read().unwrap_or_else(PoisonError::into_inner);
        registered.get(executor)?.actions.get(action).cloned()
    }

    /// The executor with this name.
    pub(super) fn executor(&self, name: &str) -> Result<Arc<dyn Executor>> {
        let registered = self.0.read().unwrap_or_else(PoisonError::into_inner);
        match registered.get(name) {
            Some(found) => Ok(Arc::clone(&found.executor)),
            None => Err(Error::new(
                ErrorKind::NotFound,
                format!("no executor {} is registered in this process", quoted(name)),
            )
            .remedy("register it before what names it is executed")),
        }
    }
}

/// 1 to 64 of `a-z`, `0-9`, `_`, `-` and `.`, beginning with a letter or digit.
fn is_name(text: &str) -> bool {
    let fits = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"_-.".contains(&byte);
    (1..=64).contains(&text.len()) && !text.starts_with(['_', '-', '.']) && text.bytes().all(fits)
}

fn invalid(message: String) -> Error {
    Error::new(ErrorKind::InvalidInput, message).remedy("1 to 64 of a-z, 0-9, `_`, `-` and `.`, each once")
}
