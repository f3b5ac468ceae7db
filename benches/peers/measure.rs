//! Time and memory of a piece of work.

use std::hint::black_box;
use std::time::Instant;

use rustix::time::{ClockId, clock_gettime};
use serde_json::{Value, json};

use super::memory;

/// Makes what the work runs on, does the work once, and reads its totals.
pub fn once<T, R>(
    prepare: impl FnOnce() -> T,
    work: impl FnOnce(&T) -> R,
    totals: impl FnOnce(&T, &R) -> Value,
) -> Value {
    let (input, build) = timed(prepare);
    let before = Memory::reset();
    let (result, task) = timed(|| black_box(work(black_box(&input))));
    let memory = before.grown();
    report(&task, &build, &memory, &totals(&input, &result))
}

/// As [`once`], for work too short to be timed alone: the mean of `rounds` after one that is not counted.
pub fn repeated<T, R>(
    rounds: u32,
    prepare: impl FnOnce() -> T,
    mut work: impl FnMut(&mut T) -> R,
    totals: impl FnOnce(&T, &R) -> Value,
) -> Value {
    let (mut input, build) = timed(prepare);
    let before = Memory::reset();
    let mut result = work(&mut input);
    let ((), all) = timed(|| {
        for _ in 0..rounds {
            result = black_box(work(black_box(&mut input)));
        }
    });
    let task = Span {
        cpu: all.cpu / f64::from(rounds),
        wall: all.wall / f64::from(rounds),
    };
    let memory = before.grown();
    report(&task, &build, &memory, &totals(&input, &result))
}

fn report(task: &Span, build: &Span, memory: &[Option<u64>; 2], totals: &Value) -> Value {
    json!({
        "cpu_ms": task.cpu, "wall_ms": task.wall, "build_cpu_ms": build.cpu, "build_wall_ms": build.wall,
        "peak_kib": memory[0], "process_kib": memory[1], "totals": totals,
    })
}

/// Milliseconds.
struct Span {
    cpu: f64,
    wall: f64,
}

fn timed<R>(work: impl FnOnce() -> R) -> (R, Span) {
    #[expect(clippy::disallowed_methods, reason = "a bench measures time")]
    let wall = Instant::now();
    let cpu = cpu_ms();
    let result = work();
    let span = Span {
        cpu: cpu_ms() - cpu,
        wall: wall.elapsed().as_secs_f64() * 1e3,
    };
    (result, span)
}

/// Processor time of this process so far, all threads together, user and system.
fn cpu_ms() -> f64 {
    let time = clock_gettime(ClockId::ProcessCPUTime);
    time.tv_sec as f64 * 1e3 + time.tv_nsec as f64 / 1e6
}

/// What the process held when the work began.
struct Memory {
    /// KiB, where the system tells.
    resident: Option<u64>,
    /// Bytes.
    allocated: usize,
}

impl Memory {
    /// Forgets the peak so far, where the system can (Linux).
    fn reset() -> Self {
        memory::reset();
        let forgotten = std::fs::write("/proc/self/clear_refs", "5").is_ok();
        Self {
            resident: forgotten.then(|| status("VmRSS:")).flatten(),
            allocated: memory::live(),
        }
    }

    /// KiB: by how much the peak since then is above it, and the peak itself.
    ///
    /// The larger of what is resident and what is allocated: work may use what was freed before and is resident still.
    fn grown(&self) -> [Option<u64>; 2] {
        let allocated = (memory::peak() - self.allocated) as u64 / 1024;
        let peak = self.resident.and_then(|_| status("VmHWM:"));
        [
            peak.zip(self.resident)
                .map(|(peak, before)| peak.saturating_sub(before).max(allocated)),
            peak,
        ]
    }
}

/// A line of `/proc/self/status`, in KiB.
fn status(key: &str) -> Option<u64> {
    let text = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix(key))?;
    line.split_ascii_whitespace().next()?.parse().ok()
}
