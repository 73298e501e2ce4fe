import type { Range } from "../base/range.js";
import { partOfActivity } from "../program/link/activity/activity.js";
import type { Access } from "../program/link/activity/moments.js";
import type { FunctionNode } from "../program/link/entity.js";
import { type HeldLock, heldBothTimes, isNoLock } from "../program/link/locks/locks.js";
import { type ThreadRoot, threadRoots } from "../program/link/threads/roots.js";
import type { Spawn } from "../program/link/threads/spawn.js";
import { accessesByLocation, threadsText } from "../rules/race.js";
import type { RuleContext } from "../rules/rule.js";
import type { SharedAccess, SharedState, ThreadStart } from "./answers.js";

/**
 * Every function of the program in which concurrent work starts, with what its threads share with others, in order of file and place. What a class
 * or module merely promises about its use starts nothing, and is left out.
 */
export function threadStartsOf(context: RuleContext): readonly ThreadStart[] {
  const { program } = context;
  const roots = threadRoots(program);
  const byRoot = accessesByRoot(context);
  const started = new Set(roots.flatMap((root) => (root.kind === "spawn" ? [root.spawn] : [])));
  const others = [...program.spawns, ...program.services].filter((spawn) => !started.has(spawn));
  return [
    ...roots.filter(({ kind }) => kind !== "promised" && kind !== "caller").map((root) => startOfRoot(root, byRoot, context)),
    ...others.flatMap(startsOfSpawn),
  ].sort(byPlace);
}

function byPlace(a: ThreadStart, b: ThreadStart): number {
  const [first, second] = [a.startedAt ?? a, b.startedAt ?? b];
  if (first.path !== second.path) return first.path < second.path ? -1 : 1;
  return first.range.start - second.range.start || (a.title < b.title ? -1 : a.title > b.title ? 1 : 0);
}

/** What each root's threads touch, by location; and everything that is touched there. */
interface Touched {
  readonly all: ReadonlyMap<string, readonly Access[]>;
  readonly byRoot: ReadonlyMap<string, ReadonlySet<string>>;
}

function accessesByRoot({ program }: RuleContext): Touched {
  // What is in a container and the container itself read as one to whoever looks at the list.
  const all = new Map<string, Access[]>();
  for (const [location, accesses] of accessesByLocation(program)) {
    const whole = location.replace(/(\[\])+$/, "");
    all.set(whole, [...(all.get(whole) ?? []), ...accesses]);
  }
  const byRoot = new Map<string, Set<string>>();
  for (const access of partOfActivity(program, "accesses")) {
    const known = byRoot.get(access.root.key) ?? new Set();
    byRoot.set(access.root.key, known.add(access.location.replace(/(\[\])+$/, "")));
  }
  return { all, byRoot };
}

function startOfRoot(root: ThreadRoot, touched: Touched, context: RuleContext): ThreadStart {
  const spawn = root.kind === "spawn" ? root.spawn : undefined;
  return {
    ...placeOf(root.function),
    workers: workersOfRoot(root, context),
    kind: spawn && spawn.worker !== "thread" ? "callback" : "thread",
    startedAt: spawn && { path: spawn.in.file.path, range: rangeOf(spawn.call) },
    shares: [...(touched.byRoot.get(root.key) ?? [])]
      .sort()
      .flatMap((location) => sharedBy(root, location, touched.all.get(location) ?? [])),
  };
}

function workersOfRoot(root: ThreadRoot, { sites }: RuleContext): string {
  const site = root.kind === "spawn" ? sites.find(({ spawn }) => spawn === root.spawn) : undefined;
  if (site?.prediction.workersKnown === "known" && root.instances === "several" && site.prediction.workers > 1)
    return `In ${site.prediction.workers} threads`;
  const threads = capital(threadsText(root));
  return root.kind === "entry" ? `${threads}, called by ${root.entry.by}` : threads;
}

function sharedBy(root: ThreadRoot, location: string, accesses: readonly Access[]): readonly SharedState[] {
  const own = accesses.filter((access) => access.root.key === root.key || access.root.function === root.function);
  // What code merely promises to be shared is nobody in particular.
  const foreign = accesses.filter(
    (access) => access.root.kind !== "promised" && access.root.key !== root.key && access.root.function !== root.function,
  );
  if (own.length === 0 || (foreign.length === 0 && root.instances === "one")) return [];
  const everywhere = [...own, ...foreign];
  // State that is only looked at needs no agreement.
  if (everywhere.every(({ does }) => does === "read" || does === "iterate" || does === "copy")) return [];
  return [
    {
      name: nameOf(location),
      guard: guardOf(everywhere),
      accesses: accessAnswers(own),
      others: [...new Set(foreign.map((access) => placeOf(access.root.function).title))].sort(),
    },
  ];
}

/** The name that ends a location: `attribute /app.py#Worker@120 jobs` is `Worker.jobs`. */
function nameOf(location: string): string {
  const name = location.slice(location.lastIndexOf(" ") + 1);
  const owner = /#([A-Za-z_][\w.]*)@\d+ [^ ]+$/.exec(location)?.[1];
  return owner ? `${owner}.${name}` : name;
}

function guardOf(accesses: readonly Access[]): SharedState["guard"] {
  const [first, ...others] = accesses;
  const common = others.reduce<readonly HeldLock[]>((held, { locks }) => heldBothTimes(held, locks), first?.locks ?? []);
  const names = lockNames(common);
  if (names.length > 0) return { kind: "locks", names };
  return accesses.some(({ locks }) => lockNames(locks).length > 0) ? { kind: "sometimes" } : { kind: "never" };
}

function lockNames(locks: readonly HeldLock[]): readonly string[] {
  return [...new Set(locks.filter((lock) => !isNoLock(lock)).map(({ name }) => name))];
}

const deeds: Readonly<Record<Access["does"], string>> = {
  assign: "assigned",
  update: "read and stored again",
  delete: "deleted",
  change: "changed",
  iterate: "iterated",
  copy: "copied",
  advance: "advanced",
  use: "used",
  read: "read",
  insert: "stored into",
};

/** One answer for each place; where a statement reads and stores, the store counts. */
function accessAnswers(accesses: readonly Access[]): readonly SharedAccess[] {
  const byPlace = new Map<string, Access>();
  for (const access of accesses) {
    const key = `${access.function.file.path} ${access.statement.start}`;
    if (!byPlace.has(key) || byPlace.get(key)?.does === "read") byPlace.set(key, access);
  }
  return [...byPlace.values()]
    .map(accessAnswer)
    .sort((a, b) => (a.path === b.path ? a.range.start - b.range.start : a.path < b.path ? -1 : 1));
}

function accessAnswer({ function: node, statement, does, locks }: Access): SharedAccess {
  return { path: node.file.path, range: rangeOf(statement), does: deeds[does], locks: lockNames(locks) };
}

/** Work in other processes, in interpreters, or as tasks: nothing is shared, or nobody comes in between. */
function startsOfSpawn(spawn: Spawn): readonly ThreadStart[] {
  const kind = kindOf(spawn);
  if (!kind) return [];
  return spawn.targets.map(({ function: node }) => ({
    ...placeOf(node),
    workers: workersOf(spawn, kind),
    kind,
    startedAt: { path: spawn.in.file.path, range: rangeOf(spawn.call) },
    shares: [],
  }));
}

function kindOf({ worker }: Spawn): ThreadStart["kind"] | undefined {
  switch (worker) {
    case "thread":
    case "process":
    case "interpreter":
      return worker;
    case "event-loop-task":
      return "task";
    default:
      return undefined;
  }
}

function workersOf({ instances, pool }: Spawn, kind: "thread" | "process" | "interpreter" | "task" | "callback"): string {
  const plural = { thread: "threads", process: "processes", interpreter: "interpreters", task: "tasks", callback: "callbacks" }[kind];
  if (instances === "one") return `In one ${kind}`;
  const size = pool?.size?.value;
  return size?.op === "constant" ? `In ${size.value} ${plural}` : `In several ${plural}`;
}

/** Where a function is defined, and its name with its class's. */
function placeOf(node: FunctionNode): Pick<ThreadStart, "title" | "path" | "range"> {
  const { name, nameRange, class: owner } = node.facts;
  const className = owner === undefined ? undefined : node.file.classAt(owner)?.facts.name;
  return { title: className ? `${className}.${name}` : name, path: node.file.path, range: nameRange };
}

function rangeOf({ start, end }: Range): Range {
  return { start, end };
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
