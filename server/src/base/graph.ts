/**
 * Strongly connected components of a graph, callees before callers (reverse topological order).
 * Tarjan's algorithm, iterative so that deep call chains cannot overflow the stack; linear in nodes and edges.
 */
export function stronglyConnectedComponents<Node>(nodes: Iterable<Node>, successors: (node: Node) => Iterable<Node>): Node[][] {
  const indexOf = new Map<Node, number>();
  const lowLink = new Map<Node, number>();
  const onStack = new Set<Node>();
  const stack: Node[] = [];
  const components: Node[][] = [];

  for (const root of nodes) {
    if (indexOf.has(root)) continue;
    const work: { node: Node; rest: Iterator<Node> }[] = [];
    const enter = (node: Node): void => {
      indexOf.set(node, indexOf.size);
      lowLink.set(node, indexOf.size - 1);
      stack.push(node);
      onStack.add(node);
      work.push({ node, rest: successors(node)[Symbol.iterator]() });
    };
    enter(root);
    while (work.length > 0) {
      const frame = work[work.length - 1] as { node: Node; rest: Iterator<Node> };
      const next = frame.rest.next();
      if (!next.done) {
        if (!indexOf.has(next.value)) enter(next.value);
        else if (onStack.has(next.value)) {
          lowLink.set(frame.node, Math.min(lowLink.get(frame.node) as number, indexOf.get(next.value) as number));
        }
        continue;
      }
      work.pop();
      const parent = work[work.length - 1];
      const low = lowLink.get(frame.node) as number;
      if (parent) lowLink.set(parent.node, Math.min(lowLink.get(parent.node) as number, low));
      if (low !== indexOf.get(frame.node)) continue;
      const component: Node[] = [];
      for (;;) {
        const member = stack.pop() as Node;
        onStack.delete(member);
        component.push(member);
        if (member === frame.node) break;
      }
      components.push(component);
    }
  }
  return components;
}
