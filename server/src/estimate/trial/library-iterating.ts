import { asIndex, isEqual } from "./arithmetic.js";
import type { Machine } from "./machine.js";
import { type Call, done, Iterator_, List, type Py, Tuple } from "./values.js";

/** What `itertools` holds. */
export function iterating(machine: Machine, name: string): Call | undefined {
  const lazily = (next: () => Py | typeof done): Py => new Iterator_(next);
  const overAll = (rows: Generator<readonly Py[]>): Py =>
    lazily(() => {
      machine.tick(0.5);
      const step = rows.next();
      return step.done ? done : new Tuple([...step.value]);
    });
  switch (name) {
    case "chain":
    case "chain.from_iterable":
      return (given) => {
        const sources = name === "chain" ? machine.iterate(new Tuple(given)) : machine.iterate(given[0] ?? null);
        let next: (() => Py | typeof done) | undefined;
        return lazily(() => {
          for (;;) {
            const item = next?.() ?? (next ? null : done);
            if (item !== done) return item;
            const source = sources();
            if (source === done) return done;
            next = machine.iterate(source);
          }
        });
      };
    case "count": {
      return ([start = 0, step = 1]) => {
        let value: Py = start;
        return lazily(() => {
          machine.tick(0.3);
          const now = value;
          value = machine.binary("+", value, step);
          return now;
        });
      };
    }
    case "cycle":
      return ([value = null]) => {
        const items = machine.listOf(value);
        let index = 0;
        return lazily(() => {
          machine.tick(0.3);
          return items.length === 0 ? done : (items[index++ % items.length] as Py);
        });
      };
    case "repeat":
      return ([value = null, times]) => {
        let left = times === undefined ? Number.POSITIVE_INFINITY : asIndex(times);
        return lazily(() => {
          machine.tick(0.3);
          return left-- > 0 ? value : done;
        });
      };
    case "islice":
      return ([value = null, ...bounds]) => {
        const [start, stop, step] = bounds.length < 2 ? [0, bounds[0] ?? null, 1] : [bounds[0] ?? 0, bounds[1] ?? null, bounds[2] ?? 1];
        const next = machine.iterate(value);
        const end = stop === null ? Number.POSITIVE_INFINITY : asIndex(stop);
        let index = 0;
        let wanted = start === null ? 0 : asIndex(start);
        return lazily(() => {
          for (; index < wanted; index++) if (wanted >= end || next() === done) return done;
          if (wanted >= end) return done;
          index++;
          wanted += step === null ? 1 : asIndex(step);
          return next();
        });
      };
    case "accumulate":
      return ([value = null, given], named) => {
        const next = machine.iterate(value);
        const call = given ?? named.get("func") ?? null;
        let total: Py | undefined;
        let first = named.get("initial") ?? null;
        return lazily(() => {
          if (first !== null) {
            [total, first] = [first, null];
            return total;
          }
          const item = next();
          if (item === done) return done;
          total = total === undefined ? item : call === null ? machine.binary("+", total, item) : machine.call(call, [total, item]);
          return total;
        });
      };
    case "pairwise":
      return ([value = null]) => {
        const items = machine.listOf(value);
        let index = 0;
        return lazily(() => (++index < items.length ? new Tuple([items[index - 1] as Py, items[index] as Py]) : done));
      };
    case "takewhile":
      return ([test = null, value = null]) => {
        const next = machine.iterate(value);
        return lazily(() => {
          const item = next();
          return item === done || !machine.truth(machine.call(test, [item])) ? done : item;
        });
      };
    case "dropwhile":
    case "filterfalse": {
      return ([test = null, value = null]) => {
        const next = machine.iterate(value);
        const holds = (item: Py): boolean => machine.truth(test === null ? item : machine.call(test, [item]));
        let isDropping = true;
        return lazily(() => {
          let item: Py | typeof done = next();
          while (item !== done && (name === "filterfalse" || isDropping) && holds(item)) item = next();
          isDropping = false;
          return item;
        });
      };
    }
    case "starmap":
      return ([call = null, value = null]) => {
        const next = machine.iterate(value);
        return lazily(() => {
          const item = next();
          return item === done ? done : machine.call(call, machine.listOf(item));
        });
      };
    case "compress":
      return ([value = null, chosen = null]) => {
        const [next, nextChosen] = [machine.iterate(value), machine.iterate(chosen)];
        return lazily(() => {
          for (;;) {
            const item = next();
            const isTaken = nextChosen();
            if (item === done || isTaken === done) return done;
            if (machine.truth(isTaken)) return item;
          }
        });
      };
    case "zip_longest":
      return (given, named) => {
        const nexts = given.map((each) => machine.iterate(each));
        const fill = named.get("fillvalue") ?? null;
        return lazily(() => {
          let isOver = true;
          const items = nexts.map((next) => {
            const item = next();
            if (item !== done) isOver = false;
            return item === done ? fill : item;
          });
          return isOver ? done : new Tuple(items);
        });
      };
    case "batched":
      return ([value = null, size = 1]) => {
        const next = machine.iterate(value);
        return lazily(() => {
          const items: Py[] = [];
          while (items.length < asIndex(size)) {
            const item = next();
            if (item === done) break;
            items.push(item);
          }
          return items.length === 0 ? done : new Tuple(items);
        });
      };
    case "tee":
      return ([value = null, count = 2]) => {
        const items = [...machine.listOf(value)];
        return new Tuple(Array.from({ length: Math.min(10, asIndex(count)) }, () => new Iterator_(machine.iterate(new List(items)))));
      };
    case "product":
      return (given, named) => {
        const times = asIndex(named.get("repeat") ?? 1);
        const lists = Array.from({ length: Math.min(times, 100) }, () => given.map((each) => machine.listOf(each))).flat();
        const rows = function* (index: number, row: readonly Py[]): Generator<readonly Py[]> {
          if (index === lists.length) yield row;
          else for (const item of lists[index] ?? []) yield* rows(index + 1, [...row, item]);
        };
        return overAll(rows(0, []));
      };
    case "permutations":
    case "combinations":
    case "combinations_with_replacement":
      return ([value = null, length]) => {
        const items = machine.listOf(value);
        const size = length === undefined || length === null ? items.length : asIndex(length);
        const rows = function* (row: readonly number[]): Generator<readonly Py[]> {
          if (row.length === size) {
            yield row.map((index) => items[index] as Py);
            return;
          }
          const last = row[row.length - 1] ?? -1;
          const first = name === "permutations" ? 0 : name === "combinations" ? last + 1 : Math.max(0, last);
          for (let i = first; i < items.length; i++) if (name !== "permutations" || !row.includes(i)) yield* rows([...row, i]);
        };
        return overAll(rows([]));
      };
    case "groupby":
      return ([value = null, key = null], named) => {
        const by = named.get("key") ?? key;
        const items = machine.listOf(value);
        let index = 0;
        return lazily(() => {
          if (index >= items.length) return done;
          const keyOfItem = (item: Py): Py => (by === null ? item : machine.call(by, [item]));
          const own = keyOfItem(items[index] as Py);
          const group: Py[] = [];
          while (index < items.length && isEqual(keyOfItem(items[index] as Py), own)) group.push(items[index++] as Py);
          return new Tuple([own, new Iterator_(machine.iterate(new List(group)))]);
        });
      };
    default:
      return undefined;
  }
}
