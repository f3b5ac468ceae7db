"""One task of one Python library in a process of its own: `peer.py LIBRARY TASK EDGES` prints one JSON object, as main.rs does.

Reading the file and making the graph are not part of a task (save of `build`); they are given apart. The collector of cycles is off
while a task runs, which favours the libraries that return Python objects.
"""

import collections
import gc
import json
import pathlib
import sys
import time

import numpy as np


def measured(prepare, work, totals, rounds=1):
    """The record of one task. Where it is too short to be timed alone, the mean of `rounds`."""
    start = time.process_time(), time.perf_counter()
    held = prepare()
    build = time.process_time() - start[0], time.perf_counter() - start[1]
    gc.collect()
    gc.disable()
    before = reset_peak()
    if rounds > 1:
        work(held)
    start = time.process_time(), time.perf_counter()
    for _ in range(rounds):
        result = work(held)
    task = time.process_time() - start[0], time.perf_counter() - start[1]
    peak = status("VmHWM:") if before else None
    return {
        "cpu_ms": task[0] * 1e3 / rounds, "wall_ms": task[1] * 1e3 / rounds,
        "build_cpu_ms": build[0] * 1e3, "build_wall_ms": build[1] * 1e3,
        "peak_kib": peak - before if peak else None, "process_kib": peak, "totals": totals(result),
    }


def status(key):
    """A line of /proc/self/status, in KiB."""
    for line in pathlib.Path("/proc/self/status").read_text().splitlines():
        if line.startswith(key):
            return int(line.split()[1])
    return None


def reset_peak():
    """Forgets the peak of memory so far, where the system can (Linux), and gives what is held."""
    try:
        pathlib.Path("/proc/self/clear_refs").write_text("5")
        return status("VmRSS:")
    except OSError:
        return None


class Edges:
    """Nodes 0..n and two arrays of ends: dependants and dependencies."""

    def __init__(self, path):
        numbers = np.fromfile(path, dtype=np.int64, sep=" ")
        self.n = int(numbers[0])
        pairs = numbers[2:].reshape(-1, 2)
        assert len(pairs) == numbers[1]
        self.a, self.b = np.ascontiguousarray(pairs[:, 0]), np.ascontiguousarray(pairs[:, 1])

    def undirected(self):
        """Each pair once, whichever way it was written."""
        low, high = np.minimum(self.a, self.b), np.maximum(self.a, self.b)
        keys = np.unique(low * self.n + high)
        self.a, self.b = keys // self.n, keys % self.n
        return self

    def reversed(self):
        self.a, self.b = self.b, self.a
        return self

    def rooted(self):
        """With a root, node n, that leads to all members of each component that nothing outside of it leads to, as ours has one."""
        from scipy.sparse import csr_array
        from scipy.sparse.csgraph import connected_components

        matrix = csr_array((np.ones(len(self.a), dtype=np.int8), (self.a, self.b)), shape=(self.n, self.n))
        count, of = connected_components(matrix, directed=True, connection="strong")
        crossing = of[self.a] != of[self.b]
        source = np.ones(count, dtype=bool)
        source[of[self.b[crossing]]] = False
        starts = np.flatnonzero(source[of])
        self.a, self.b = np.concatenate([self.a, np.full(len(starts), self.n)]), np.concatenate([self.b, starts])
        self.n += 1
        return self

    def tuples(self):
        return list(zip(self.a.tolist(), self.b.tolist(), strict=True))

    def hub(self):
        """The node that most others use directly, the first of equals."""
        return int(np.bincount(self.b, minlength=self.n).argmax())


def components(lengths):
    sizes = collections.Counter(int(length) for length in lengths)
    return {"components": sum(sizes.values()), "sizes": {str(size): count for size, count in sizes.items()}}


def radii(values):
    """`values` without the node itself."""
    return {"sum": int(sum(values)), "max": int(max(values))}


def dominated(above, root):
    """How many nodes have a dominator that is not the root; `above` has the immediate one of every node but the root."""
    return {"dominated": sum(one != root for one in above)}


def layers(generations, members):
    """Layers from the foundations up: generations of the condensation of the reversed graph, and how many assets a node is."""
    return {"layers": len(generations), "sum": sum(height * sum(map(members, nodes)) for height, nodes in enumerate(generations))}


def rustworkx(task, path):
    import rustworkx as rx

    def directed(edges):
        graph = rx.PyDiGraph()
        graph.add_nodes_from(range(edges.n))
        graph.add_edges_from_no_data(edges.tuples())
        return graph

    def undirected():
        edges = Edges(path).undirected()
        graph = rx.PyGraph()
        graph.add_nodes_from(range(edges.n))
        graph.add_edges_from_no_data(edges.tuples())
        return graph

    def build(tuples_and_n):
        tuples, n = tuples_and_n
        graph = rx.PyDiGraph()
        graph.add_nodes_from(range(n))
        graph.add_edges_from_no_data(tuples)
        return graph

    def make():
        return directed(Edges(path))

    match task:
        case "build":
            def pairs():
                edges = Edges(path)
                return edges.tuples(), edges.n
            return measured(pairs, build, lambda graph: {"nodes": graph.num_nodes(), "edges": graph.num_edges()})
        case "scc":
            return measured(make, rx.strongly_connected_components, lambda found: components(map(len, found)))
        case "condensation":
            return measured(make, rx.condensation, lambda found: components(map(len, found.nodes())))
        case "cuts":
            return measured(
                undirected,
                lambda graph: (len(rx.articulation_points(graph)), len(rx.bridges(graph))),
                lambda found: {"articulation_points": found[0], "bridges": found[1]},
            )
        case "radii":
            return measured(make, lambda graph: [len(rx.ancestors(graph, node)) for node in graph.node_indices()], radii)
        case "dominators":
            root = Edges(path).n

            def above(found):
                return dominated((one for node, one in found.items() if node != root), root)
            return measured(lambda: directed(Edges(path).rooted()), lambda graph: rx.immediate_dominators(graph, root), above)
        case "layers":
            def over(graph):
                condensed = rx.condensation(graph)
                return condensed, rx.topological_generations(condensed)
            return measured(
                lambda: directed(Edges(path).reversed()),
                over,
                lambda found: layers(found[1], lambda node: len(found[0][node])),
            )
        case "hub":
            seed = Edges(path).hub()
            return measured(make, lambda graph: len(rx.ancestors(graph, seed)) + 1, lambda found: {"reached": found}, 20)


def networkit(task, path):
    import networkit as nk

    nk.setNumberOfThreads(1)  # its threads wait by spinning, which would count as processor time

    def graph(edges, directed=True):
        made = nk.Graph(edges.n, directed=directed)
        made.addEdges((edges.a.astype(np.uint64), edges.b.astype(np.uint64)))
        return made

    match task:
        case "build":
            return measured(
                lambda: Edges(path), graph, lambda made: {"nodes": made.numberOfNodes(), "edges": made.numberOfEdges()}
            )
        case "scc":
            def scc(made):
                found = nk.components.StronglyConnectedComponents(made)
                found.run()
                return found
            return measured(lambda: graph(Edges(path)), scc, lambda found: components(found.getComponentSizes().values()))
        case "cuts":
            def blocks(made):
                found = nk.components.BiconnectedComponents(made)
                found.run()
                return found

            def points(found):
                # A point of articulation lies in more than one block; a bridge is a block of two.
                sides = collections.Counter(node for block in found.getComponents() for node in block)
                return {
                    "articulation_points": sum(count > 1 for count in sides.values()),
                    "bridges": sum(len(block) == 2 for block in found.getComponents()),
                }
            return measured(lambda: graph(Edges(path).undirected(), directed=False), blocks, points)
        case "radii":
            # It counts what a node reaches, itself included: so the graph is reversed.
            def reach(made):
                found = nk.reachability.ReachableNodes(made, exact=True)
                found.run()
                return [found.numberOfReachableNodes(node) - 1 for node in range(made.numberOfNodes())]
            return measured(lambda: graph(Edges(path).reversed()), reach, radii)
        case "hub":
            seed = Edges(path).hub()

            def search(made):
                found = nk.distance.BFS(made, seed, storePaths=False)
                found.run()
                return found

            def reached(found):
                # What is not reached is further away than any path is long.
                return {"reached": sum(distance < 1e300 for distance in found.getDistances())}
            return measured(lambda: graph(Edges(path).reversed()), search, reached, 20)


def igraph(task, path):
    import igraph as ig

    def graph(edges, directed=True):
        return ig.Graph(n=edges.n, edges=np.stack([edges.a, edges.b], 1), directed=directed)

    def make():
        return graph(Edges(path))

    match task:
        case "build":
            return measured(lambda: Edges(path), graph, lambda made: {"nodes": made.vcount(), "edges": made.ecount()})
        case "scc":
            return measured(make, lambda made: made.connected_components("strong"), lambda found: components(found.sizes()))
        case "condensation":
            def condensed(made):
                found = made.connected_components("strong")
                return found, found.cluster_graph()
            return measured(make, condensed, lambda found: components(found[0].sizes()))
        case "cuts":
            return measured(
                lambda: graph(Edges(path).undirected(), directed=False),
                lambda made: (len(made.articulation_points()), len(made.bridges())),
                lambda found: {"articulation_points": found[0], "bridges": found[1]},
            )
        case "dominators":
            root = Edges(path).n
            return measured(
                lambda: graph(Edges(path).rooted()),
                lambda made: made.dominator(root, mode="out"),
                lambda found: dominated(found[:root], root),
            )
        case "radii":
            return measured(
                make, lambda made: made.neighborhood_size(order=made.vcount(), mode="in"), lambda sizes: radii(np.array(sizes) - 1)
            )
        case "hub":
            seed = Edges(path).hub()
            return measured(make, lambda made: len(made.subcomponent(seed, mode="in")), lambda found: {"reached": found}, 20)


def networkx(task, path):
    import networkx as nx

    def graph(edges):
        made = nx.DiGraph()
        made.add_nodes_from(range(edges.n))
        made.add_edges_from(edges.tuples())
        return made

    def undirected():
        edges = Edges(path).undirected()
        made = nx.Graph()
        made.add_nodes_from(range(edges.n))
        made.add_edges_from(edges.tuples())
        return made

    def make():
        return graph(Edges(path))

    match task:
        case "build":
            return measured(
                lambda: Edges(path), graph, lambda made: {"nodes": made.number_of_nodes(), "edges": made.number_of_edges()}
            )
        case "scc":
            return measured(
                make, lambda made: list(nx.strongly_connected_components(made)), lambda found: components(map(len, found))
            )
        case "condensation":
            return measured(
                make,
                nx.condensation,
                lambda found: components(len(members) for _, members in found.nodes("members")) | {"between": found.number_of_edges()},
            )
        case "cuts":
            return measured(
                undirected,
                lambda made: (sum(1 for _ in nx.articulation_points(made)), sum(1 for _ in nx.bridges(made))),
                lambda found: {"articulation_points": found[0], "bridges": found[1]},
            )
        case "radii":
            return measured(make, lambda made: [len(nx.ancestors(made, node)) for node in made], radii)
        case "dominators":
            root = Edges(path).n

            def above(found):
                return dominated((one for node, one in found.items() if node != root), root)
            return measured(lambda: graph(Edges(path).rooted()), lambda made: nx.immediate_dominators(made, root), above)
        case "layers":
            def over(made):
                condensed = nx.condensation(made)
                return condensed, list(nx.topological_generations(condensed))
            return measured(
                lambda: graph(Edges(path).reversed()),
                over,
                lambda found: layers(found[1], lambda node: len(found[0].nodes[node]["members"])),
            )
        case "hub":
            seed = Edges(path).hub()
            return measured(make, lambda made: len(nx.ancestors(made, seed)) + 1, lambda found: {"reached": found}, 5)


def scipy(task, path):
    from scipy.sparse import csr_array
    from scipy.sparse.csgraph import breadth_first_order, connected_components

    def matrix(edges):
        return csr_array((np.ones(len(edges.a), dtype=np.int8), (edges.a, edges.b)), shape=(edges.n, edges.n))

    match task:
        case "build":
            return measured(lambda: Edges(path), matrix, lambda made: {"nodes": made.shape[0], "edges": made.nnz})
        case "scc":
            return measured(
                lambda: matrix(Edges(path)),
                lambda made: connected_components(made, directed=True, connection="strong"),
                lambda found: components(np.bincount(found[1])),
            )
        case "hub":
            seed = Edges(path).hub()
            return measured(
                lambda: matrix(Edges(path).reversed()),
                lambda made: len(breadth_first_order(made, seed, return_predecessors=False)),
                lambda found: {"reached": found},
                20,
            )


def main():
    library, task, path = sys.argv[1:]
    run = {f.__name__: f for f in (rustworkx, networkit, igraph, networkx, scipy)}[library]
    record = run(task, path)
    if record is None:
        sys.exit(f"{library} has no task {task}")
    print(json.dumps(record))


main()
