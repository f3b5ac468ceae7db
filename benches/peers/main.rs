//! One task of one library in a process of its own, for `make bench-peers`: ours, or petgraph's.
//!
//! `peers ours|petgraph TASK FILE` prints one JSON object: processor and wall time of the task alone, the same for making
//! what it runs on, the memory that the task took, and totals that every library must agree on. Without arguments it says
//! how it is called, so that `cargo bench` passes over it.

mod measure;
#[path = "../instances/memory.rs"]
mod memory;
mod ours;
mod peer;

use serde_json::Value;

#[global_allocator]
static ALLOCATOR: memory::Counted = memory::Counted;

fn main() {
    let words: Vec<String> = std::env::args()
        .skip(1)
        .filter(|word| word != "--bench")
        .collect();
    let [who, task, path] = words.as_slice() else {
        println!("peers: one task of one library; `make bench-peers` calls it");
        return;
    };
    let found: Option<Value> = match who.as_str() {
        "ours" => ours::run(task, path),
        "petgraph" => peer::run(task, path),
        _ => None,
    };
    match found {
        Some(found) => println!("{found}"),
        None => {
            eprintln!("{who} has no task {task}");
            std::process::exit(2);
        }
    }
}

/// A list of edges: the number of nodes, then pairs of dependant and dependency.
struct Edges {
    nodes: usize,
    pairs: Vec<(u32, u32)>,
}

impl Edges {
    /// Reads `n m` and then `from to` a line.
    fn read(path: &str) -> Self {
        let text = std::fs::read_to_string(path).expect("the list of edges can be read");
        let mut words = text
            .split_ascii_whitespace()
            .map(|word| word.parse::<u32>().expect("a number"));
        let nodes = words.next().expect("the number of nodes") as usize;
        let count = words.next().expect("the number of edges") as usize;
        let mut pairs = Vec::with_capacity(count);
        while let (Some(from), Some(to)) = (words.next(), words.next()) {
            pairs.push((from, to));
        }
        assert_eq!(pairs.len(), count, "as many edges as the file says");
        Self { nodes, pairs }
    }

    /// Undirected, each pair once: what the tasks on links run on.
    fn undirected(mut self) -> Self {
        for pair in &mut self.pairs {
            *pair = (pair.0.min(pair.1), pair.0.max(pair.1));
        }
        self.pairs.sort_unstable();
        self.pairs.dedup();
        self
    }

    /// The node that most others use directly, the first of equals.
    fn hub(&self) -> u32 {
        let mut users = vec![0_u32; self.nodes];
        for (_, on) in &self.pairs {
            users[*on as usize] += 1;
        }
        let most = users.iter().max().copied().unwrap_or(0);
        users
            .iter()
            .position(|count| *count == most)
            .and_then(|place| u32::try_from(place).ok())
            .unwrap_or(0)
    }
}

/// How many components have which size, as JSON: `{"1": 99318}`.
fn sizes(of: impl Iterator<Item = usize>) -> Value {
    let mut sizes = std::collections::BTreeMap::new();
    for size in of {
        *sizes.entry(size.to_string()).or_insert(0_u64) += 1;
    }
    serde_json::json!(sizes)
}
