import { asIndex, checkedSize, order } from "./arithmetic.js";
import type { Machine } from "./machine.js";
import { type Call, Iterator_, List, type Py, unclear } from "./values.js";

/** What `heapq` holds. */
export function heapFunction(machine: Machine, name: string): Call | undefined {
  const listIn = (value: Py | undefined): Py[] => (value instanceof List ? value.items : unclear("a heap of which nothing is known"));
  const up = (items: Py[], from: number): void => {
    let at = from;
    const item = items[at] as Py;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (machine.order(item, items[parent] as Py) >= 0) break;
      items[at] = items[parent] as Py;
      at = parent;
    }
    items[at] = item;
  };
  const down = (items: Py[], from: number): void => {
    let at = from;
    const item = items[at] as Py;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= items.length) break;
      if (child + 1 < items.length && machine.order(items[child + 1] as Py, items[child] as Py) < 0) child++;
      if (machine.order(items[child] as Py, item) >= 0) break;
      items[at] = items[child] as Py;
      at = child;
    }
    items[at] = item;
  };
  const pop = (items: Py[]): Py => {
    const [first] = items;
    if (first === undefined) return machine.fail("IndexError", "index out of range");
    const last = items.pop() as Py;
    if (items.length > 0) {
      items[0] = last;
      down(items, 0);
    }
    return first;
  };
  const push = (items: Py[], item: Py): void => {
    items.push(item);
    checkedSize(items.length);
    up(items, items.length - 1);
  };
  switch (name) {
    case "heappush":
      return ([heap, item = null]) => {
        push(listIn(heap), item);
        return null;
      };
    case "heappop":
      return ([heap]) => pop(listIn(heap));
    case "heapify":
      return ([heap]) => {
        const items = listIn(heap);
        machine.tick(items.length / 4);
        for (let i = (items.length >> 1) - 1; i >= 0; i--) down(items, i);
        return null;
      };
    case "heapreplace":
    case "heappushpop":
      return ([heap, item = null]) => {
        const items = listIn(heap);
        if (name === "heapreplace") {
          const first = pop(items);
          push(items, item);
          return first;
        }
        push(items, item);
        return pop(items);
      };
    case "nlargest":
    case "nsmallest":
      return ([count = 1, value = null], named) =>
        new List(machine.sorted(machine.listOf(value), named.get("key") ?? null, name === "nlargest").slice(0, asIndex(count)));
    case "merge":
      return (given) =>
        new Iterator_(
          machine.iterate(
            new List(
              machine.sorted(
                given.flatMap((each) => [...machine.listOf(each)]),
                null,
                false,
              ),
            ),
          ),
        );
    default:
      return undefined;
  }
}

/** What `bisect` holds. */
export function bisection(machine: Machine, name: string): Call | undefined {
  const found = /^(bisect|insort)(_left|_right)?$/.exec(name);
  if (!found) return undefined;
  return ([list = null, item = null], named) => {
    if (named.size > 0) return unclear("a search with a key");
    const items = machine.listOf(list);
    let [low, high] = [0, items.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      const compared = order(items[middle] as Py, item);
      if (compared < 0 || (compared === 0 && found[2] !== "_left")) low = middle + 1;
      else high = middle;
    }
    if (found[1] === "bisect") return low;
    machine.tick(items.length / 512);
    if (list instanceof List) list.items.splice(low, 0, item);
    return null;
  };
}
