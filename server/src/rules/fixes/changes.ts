import { append } from "../../base/append.js";
import { indexed } from "../../base/indexed.js";
import type { Range } from "../../base/range.js";
import { partOfActivity } from "../../program/link/activity/activity.js";
import { meetingsOf } from "../../program/link/activity/meetings.js";
import type { Access } from "../../program/link/activity/moments.js";
import type { FunctionNode } from "../../program/link/entity.js";
import { receiverOf } from "../../program/link/last-name.js";
import { addingMethods, checksThenActs, takesFrom } from "../../program/link/state/compound.js";
import { samePlace, updateRead } from "../../program/link/state/updates.js";
import { walkOperations } from "../../program/link/walk.js";
import type { CallOperation, Operation, Place, WriteOperation } from "../../program/operation.js";
import { quoted } from "../race.js";
import type { RuleContext } from "../rule.js";
import { fileOf, innerPlace, pathTo, type SharedState } from "./shared-state.js";

/** A change of shared state: an access of some thread, or one like it that no thread is known to make. */
export interface Change extends Pick<Access, "function" | "operation" | "statement" | "does" | "check" | "locks"> {
  readonly update: { readonly read: Range } | undefined;
}

/** Every access to the state, with what is in it. */
export function accessesTo(access: Access, { program }: RuleContext): readonly Access[] {
  const base = access.location.replace(/\[\]$/, "");
  return accessesByBase(partOfActivity(program, "accesses"))(base);
}

/** All accesses by state and what is in it, each list made once. */
const accessesByBase = indexed((accesses: readonly Access[]) => {
  const places = new Map<string, { readonly access: Access; readonly place: number }[]>();
  for (const [place, access] of accesses.entries()) append(places, access.location, { access, place });
  const known = new Map<string, readonly Access[]>();
  return (base: string): readonly Access[] => {
    let found = known.get(base);
    if (!found) {
      const all = [...(places.get(base) ?? []), ...(places.get(`${base}[]`) ?? [])];
      found = all.sort((a, b) => a.place - b.place).map((each) => each.access);
      known.set(base, found);
    }
    return found;
  };
});

const changes: ReadonlySet<Access["does"]> = new Set(["assign", "update", "delete", "change", "insert", "advance"]);

/** The accesses that have to hold the lock, by operation, the given one first: it, the changes that can come at the same time, and those beside them. */
export function changesOf(access: Access, all: readonly Access[]): readonly (readonly Access[])[] {
  const own = accessesByOperation(all).get(access.operation) ?? [access];
  const groups = new Map<unknown, Access[]>();
  const meetings = meetingsOf(all);
  /** The kinds that meet what is in the groups, but for what is not asked yet. */
  const met = new Set<number>();
  const unasked: Access[] = [];
  const added = new Set<Access>();
  let bare = 0;
  const add = (each: Access): void => {
    const group = groups.get(each.operation);
    if (!group && each.locks.length === 0) bare++;
    if (group) group.push(each);
    else groups.set(each.operation, [each]);
    added.add(each);
    unasked.push(each);
  };
  const meets = (each: Access): boolean => {
    const kind = meetings.kind(each);
    for (let next = met.has(kind) ? undefined : unasked.pop(); next; next = met.has(kind) ? undefined : unasked.pop())
      for (const other of meetings.of(next)) met.add(other);
    return met.has(kind);
  };
  for (const each of own) add(each);
  const { connected, members, open: changing } = connectionsOf(all);
  const near = new Set<number>();
  for (const each of own) {
    const number = connected.get(each);
    if (number !== undefined) near.add(number);
    else {
      const others = meetings.of(each);
      for (const other of changing) if (others.has(meetings.kind(other))) near.add(connected.get(other) as number);
    }
  }
  const [only] = near;
  const open = near.size === 1 ? (members.get(only as number) ?? []) : changing.filter((each) => near.has(connected.get(each) as number));
  for (let isGrowing = true; isGrowing; ) {
    isGrowing = false;
    for (const each of open) {
      if (added.has(each) || each.operation === access.operation) continue;
      if (!groups.has(each.operation) && !meets(each)) continue;
      add(each);
      isGrowing = true;
      // Where so many would have to hold a lock and do not, it is not looked who else would.
      if (groups.size > mostGroups && bare > mostBare) break;
    }
    if (groups.size > mostGroups) break;
  }
  return [...groups.values()];
}

const accessesByOperation = indexed((all: readonly Access[]) => {
  const byOperation = new Map<unknown, Access[]>();
  for (const each of all) append(byOperation, each.operation, each);
  return byOperation;
});

/** Which changes can come at the same time, through others perhaps, by a number for those that do; made once of all accesses to some state. */
const connectionsOf = indexed((all: readonly Access[]) => {
  const open = all.filter(({ does }) => changes.has(does));
  const meetings = meetingsOf(all);
  const byOperation = new Map<unknown, Access[]>();
  const byKind = new Map<number, Access[]>();
  for (const each of open) {
    append(byOperation, each.operation, each);
    append(byKind, meetings.kind(each), each);
  }
  const connected = new Map<Access, number>();
  const isMet = new Set<number>();
  for (const [number, start] of open.entries()) {
    if (connected.has(start)) continue;
    const found = new Set([start]);
    for (const each of found) {
      connected.set(each, number);
      for (const other of byOperation.get(each.operation) ?? []) found.add(other);
      for (const kind of found.size < open.length ? meetings.of(each) : []) {
        if (isMet.has(kind)) continue;
        isMet.add(kind);
        for (const other of byKind.get(kind) ?? []) found.add(other);
      }
    }
  }
  const members = new Map<number, Access[]>();
  for (const each of open) append(members, connected.get(each) as number, each);
  return { connected, members, open };
});

/** So many places are too many for a fix in any case, if so many of them hold no lock at all. */
const mostGroups = 40;
const mostBare = 12;

/** Functions that have an object or the process to themselves. */
const alone = /^__(init|post_init|new|del|setstate|getstate|copy|deepcopy|reduce|init_subclass)__$/;

/**
 * Changes of the state that no thread is known to make, in functions like those that threads run: once there is a lock for the state, they are
 * expected to hold it as well. `known`: the operations that are seen to already.
 */
export function otherChanges(state: SharedState, known: ReadonlySet<unknown>, { program }: RuleContext): readonly Change[] {
  const file = fileOf(state, program);
  // The attribute of an object is that of `self` in methods of its class.
  const naming = file ? functionsNaming(file.functions)(state.name, state.of === "object" ? state.class.facts.index : undefined) : [];
  return naming.flatMap((node): readonly Change[] => {
    if (node.head.kind !== "function" || alone.test(node.head.name) || isMaker(node, state)) return [];
    const found: Change[] = [];
    for (const operation of operationsNaming(node.facts.body).get(state.name) ?? []) {
      if (known.has(operation)) continue;
      const common = { function: node, operation, check: checkOf(operation, node), locks: [] };
      if (operation.op === "write") {
        if (!isOwn(operation.place, state, node)) continue;
        const read = updateRead(operation, node);
        const { statement } = operation;
        if (read || common.check) found.push({ ...common, does: "update", statement, update: read && { read } });
        continue;
      }
      const object = receiverOf(operation);
      if (object?.op !== "read" || !isOwn(object.place, state, node)) continue;
      const name = operation.callee.op === "read" && operation.callee.place.kind === "attribute" ? operation.callee.place.name : "";
      if (common.check && (addingMethods.has(name) || takesFrom(operation)))
        found.push({ ...common, does: "change", statement: operation, update: undefined });
    }
    return found;
  });
}

/** The writes, and the calls of methods, of what is reached by each name. */
const operationsNaming = indexed((body: readonly Operation[]) => {
  const named = new Map<string, (WriteOperation | CallOperation)[]>();
  walkOperations(body, (operation) => {
    if (operation.op !== "write" && operation.op !== "call") return;
    const object = receiverOf(operation);
    const place = operation.op === "write" ? operation.place : object?.op === "read" ? object.place : undefined;
    for (const name of place ? namesIn(place) : []) append(named, name, operation);
  });
  return named;
});

/** The functions that have any of these, by the name; those of one class, where it is given. */
const functionsNaming = indexed((functions: Iterable<FunctionNode>) => {
  const named = new Map<string, FunctionNode[]>();
  const inClass = new Map<string, FunctionNode[]>();
  for (const node of functions)
    for (const name of operationsNaming(node.facts.body).keys()) {
      append(named, name, node);
      if (node.head.class !== undefined) append(inClass, `${node.head.class} ${name}`, node);
    }
  return (name: string, ofClass: number | undefined): readonly FunctionNode[] =>
    (ofClass === undefined ? named.get(name) : inClass.get(`${ofClass} ${name}`)) ?? [];
});

/** The names by which a place is reached: `counts` and `self` for `self.counts[k]`. */
function namesIn(place: Place): ReadonlySet<string> {
  const names = new Set<string>();
  for (let current: Place | undefined = place; current; current = innerPlace(current))
    if (current.kind !== "element") names.add(current.name);
  return names;
}

/** The function whose variable it is sets it up. */
function isMaker(node: FunctionNode, state: SharedState): boolean {
  return state.of === "function" && state.function === node;
}

function checkOf(operation: Change["operation"], node: FunctionNode): Change["check"] {
  const pattern = checksThenActs(node).get(operation);
  const place = pattern?.check.place;
  const isSame =
    pattern && operation.op === "write"
      ? place !== undefined && (samePlace(place, operation.place) || isPart(operation.place, place))
      : true;
  return pattern && isSame ? { pattern, locks: [] } : undefined;
}

/** Whether the first place is an element of the second. */
function isPart(inner: Place, outer: Place): boolean {
  return inner.kind === "element" && inner.object.op === "read" && samePlace(inner.object.place, outer);
}

function isOwn(place: Place, state: SharedState, node: FunctionNode): boolean {
  const base = pathTo(state, place, node);
  if (base === undefined) return false;
  if (state.of !== "object") return base === "";
  const self = node.head.class === state.class.facts.index ? node.head.parameters[0]?.name : undefined;
  return base !== "" && base.op === "read" && base.place.kind === "name" && base.place.name === self;
}

/** How a change reads in a sentence. */
export function placeText({ function: node, statement }: Change, context: RuleContext): string {
  const text = quoted(node.file.path, statement, context);
  return node.head.kind === "module" ? `\`${text}\`` : `\`${text}\` in \`${node.head.name}\``;
}
