//! Promises: work of core on a thread of our own, settled on the thread of the caller.

use napi::bindgen_prelude::*;
use vcto::monitor::Monitor;

use crate::error::{OrThrow, failure};

/// Starts the work and promises what `finish` makes of it.
///
/// The threads of Node's own pool are four by default and shared with its files and name look-ups: work that waits for a
/// lock, a disk or a callback must not hold one of them.
pub fn promise<T, R>(
    env: &Env,
    work: impl FnOnce() -> vcto::Result<T> + Send + 'static,
    finish: impl FnOnce(&Env, T) -> Result<R> + Send + 'static,
) -> Result<Object<'_>>
where
    T: Send + 'static,
    R: ToNapiValue + 'static,
{
    let (deferred, promise) = env.create_deferred()?;
    std::thread::Builder::new()
        .name("vcto".to_owned())
        .spawn(move || {
            let outcome = work();
            deferred.resolve(move |env| match outcome {
                Ok(value) => finish(&env, value),
                Err(error) => Err(failure(&env, &error)),
            });
        })
        .map_err(|error| vcto::Error::io(error, "a new thread"))
        .or_throw(env)?;
    Ok(promise)
}

/// A monitor that an `AbortSignal` cancels.
pub fn watched(env: &Env, signal: Option<Object<'_>>) -> Result<Monitor> {
    let monitor = Monitor::default();
    if let Some(signal) = signal {
        if signal.get_named_property("aborted")? {
            monitor.cancel();
        }
        let cancelled = monitor.clone();
        let cancel = env.create_function_from_closure("cancel", move |_| {
            cancelled.cancel();
            Ok(())
        })?;
        signal
            .get_named_property::<Function<FnArgs<(&str, Function<'_, (), ()>)>, ()>>("addEventListener")?
            .apply(signal, ("abort", cancel).into())?;
    }
    Ok(monitor)
}
