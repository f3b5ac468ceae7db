//! The border to code that is not ours, executors, notifiers and anchors: what panics there stays there.

use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::task::{Context, Poll};

/// A future of somebody else's code.
type Boxed<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// Calls somebody else's code. A panic in it is caught: `None`.
///
/// A panic that went on from here would end an execution or a round between two records, with nothing said of what was done. Nothing of
/// ours is half changed when it is caught: all that the call can reach of ours are values that it only reads.
pub(crate) fn guarded<T>(call: impl FnOnce() -> T) -> Option<T> {
    match catch_unwind(AssertUnwindSafe(call)) {
        Ok(value) => Some(value),
        Err(payload) => {
            // It is somebody else's too, and could panic when it is dropped.
            std::mem::forget(payload);
            None
        }
    }
}

/// Calls somebody else's code and awaits it. A panic is caught in the call itself, in the future and in dropping it: `None`.
pub(crate) async fn awaited<'a, T>(call: impl FnOnce() -> Boxed<'a, T>) -> Option<T> {
    Foreign(Some(guarded(call)?)).await
}

/// A future whose panics are caught, also when it is dropped before it is ready.
struct Foreign<'a, T>(Option<Boxed<'a, T>>);

impl<T> Future for Foreign<'_, T> {
    type Output = Option<T>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let Some(future) = self.0.as_mut() else {
            return Poll::Ready(None);
        };
        match guarded(|| future.as_mut().poll(context)) {
            Some(Poll::Pending) => Poll::Pending,
            Some(Poll::Ready(value)) => Poll::Ready(Some(value)),
            None => Poll::Ready(None),
        }
    }
}

impl<T> Drop for Foreign<'_, T> {
    fn drop(&mut self) {
        let future = self.0.take();
        guarded(|| drop(future));
    }
}
