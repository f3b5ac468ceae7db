//! A clock by which a process dies: just before a chosen record is written, the writer waits until the call is dropped. The
//! record is then durable, and nobody was told.

use std::future::Future;
use std::pin::Pin;
use std::sync::atomic::{AtomicI32, Ordering};
use std::sync::{Arc, Condvar, Mutex};
use std::task::{Poll, Waker};

use jiff::{SignedDuration, Timestamp};
use pollster::block_on;
use vcto::time::Clock;

use super::lab::Arm;
use super::machine::Time;
use crate::gate::world::START;

/// The time of the model as the time of the gate.
pub fn time_of(minutes: Time) -> Timestamp {
    let start: Timestamp = START.parse().unwrap();
    start + SignedDuration::from_mins(i64::from(minutes))
}

/// The clock of one process; all of them show the same.
#[derive(Debug)]
pub struct StopClock {
    pub minutes: Arc<AtomicI32>,
    stop: Mutex<Stop>,
    released: Condvar,
}

#[derive(Debug, Default)]
struct Stop {
    /// Whether it stops before each record.
    stops: bool,
    is_waiting: bool,
    waker: Option<Waker>,
}

impl StopClock {
    pub fn new(minutes: Arc<AtomicI32>) -> Self {
        Self {
            minutes,
            stop: Mutex::default(),
            released: Condvar::new(),
        }
    }

    /// Lets the writer go on, and stop before the next record or not.
    fn set(&self, stops: bool) {
        *self.stop.lock().unwrap() = Stop {
            stops,
            ..Stop::default()
        };
        self.released.notify_all();
    }

    fn is_waiting(&self) -> bool {
        self.stop.lock().unwrap().is_waiting
    }

    /// The writer asks for the time once for each thing that it writes.
    fn pass(&self) {
        let mut stop = self.stop.lock().unwrap();
        if !stop.stops {
            return;
        }
        stop.is_waiting = true;
        if let Some(waker) = stop.waker.take() {
            waker.wake();
        }
        while stop.is_waiting {
            stop = self.released.wait(stop).unwrap();
        }
    }
}

impl Clock for StopClock {
    fn now(&self) -> Timestamp {
        if std::thread::current().name() == Some("vcto-ledger-write") {
            self.pass();
        }
        time_of(self.minutes.load(Ordering::SeqCst))
    }
}

/// A call under way.
pub type Call<T> = Pin<Box<dyn Future<Output = T>>>;

/// How far a call came.
pub enum Driven<T> {
    Done(T),
    /// It is inside the executor.
    Stopped(Call<T>),
    /// It was dropped; its last record is being written.
    Dropped,
}

/// Drives a call until it is over, stops inside the executor, or is to be dropped at a record. Before each record is written,
/// `look` is told how many were.
pub fn drive<T>(
    mut call: Call<T>,
    clock: &StopClock,
    arm: Option<&Arm>,
    crash: Option<usize>,
    look: impl Fn(usize),
) -> Driven<T> {
    enum Met<T> {
        Done(T),
        Stopped,
        Waiting,
    }
    // However this ends, by a failed look too, the writer goes on: nobody would end it otherwise.
    let _released = Released(clock);
    let mut written = 0;
    loop {
        clock.set(true);
        let met = block_on(std::future::poll_fn(|context| {
            clock.stop.lock().unwrap().waker = Some(context.waker().clone());
            match call.as_mut().poll(context) {
                Poll::Ready(value) => Poll::Ready(Met::Done(value)),
                Poll::Pending if arm.is_some_and(Arm::is_stopped) => Poll::Ready(Met::Stopped),
                Poll::Pending if clock.is_waiting() => Poll::Ready(Met::Waiting),
                Poll::Pending => Poll::Pending,
            }
        }));
        match met {
            Met::Done(value) => return Driven::Done(value),
            Met::Stopped => return Driven::Stopped(call),
            Met::Waiting => {
                look(written);
                written += 1;
                if crash == Some(written) {
                    drop(call);
                    return Driven::Dropped;
                }
            }
        }
    }
}

/// Lets the writer of a process go on when it is dropped.
struct Released<'a>(&'a StopClock);

impl Drop for Released<'_> {
    fn drop(&mut self) {
        self.0.set(false);
    }
}
