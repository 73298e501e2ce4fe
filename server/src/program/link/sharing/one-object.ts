import { append } from "../../../base/append.js";
import { inOrder } from "../../../base/sorted.js";
import type { Value } from "../../operation.js";
import type { Access } from "../activity/moments.js";
import { type ClassNode, classKey, type FunctionNode, functionKey } from "../entity.js";
import type { Program } from "../link.js";
import { writtenName } from "../locks/locks.js";
import { loopsAround } from "../loops.js";
import { overviewOf } from "../memory/overviews.js";
import { argumentFor } from "../resolution/resolver.js";
import { isAwaitedAtOnce } from "../threads/joined-at-once.js";
import type { Spawn } from "../threads/spawn.js";
import { wayBreak } from "./abstract-object.js";
import { functionOfKey, isWithin, ownerOfCell } from "./cells.js";

/**
 * Whether two threads that come to an attribute of one class come to one object. `one`: both get there by the same way from something there is one of, or
 * all there is was made in one place. `two`: it is known where each was made, and those are two places. `perhaps`: only the class is known.
 */
export type SameObject = "one" | "perhaps" | "two";

/** Whether two accesses to one location are about one object. */
export function sameObject(first: Access, second: Access, program: Program): SameObject {
  if (first.location.startsWith("cell ")) return isOneVariable(first, second, first.location, program) ? "one" : "perhaps";
  // Of a global, of an attribute of a class and of a module there is one.
  if (!first.location.startsWith("attribute ") || (first.via === "" && second.via === "")) return "one";
  const how = sameWay(first.via, second.via, program);
  if (how === "way") return isOneStart(first, second, program) ? "one" : "perhaps";
  return how;
}

/** Where the objects at the end of two ways are made: see `SameObject`; `way`: the ways are the same, so that all depends on where they start. */
export function sameWay(first: string, second: string, program: Program): SameObject | "way" {
  if (first === second) return "way";
  const [a, b] = [first, second].map((way) => way.split(wayBreak).map((step) => withoutCell(step, program))) as [string[], string[]];
  return sameFrom(a, b, program);
}

function sameFrom(
  [first = "", ...rest]: readonly string[],
  [second = "", ...others]: readonly string[],
  program: Program,
): SameObject | "way" {
  if (rest.length === 0 && others.length === 0 && (first === second || areRelated(first, second, program))) return "way";
  // The same attribute of one object, or of two.
  if (first === second) return sameFrom(rest, others, program);
  const [sites, otherSites] = [sitesOf(first, program), sitesOf(second, program)];
  if (!sites || !otherSites) return "perhaps";
  if (![...sites].some((site) => otherSites.has(site))) return "two";
  return sites.size === 1 && otherSites.size === 1 ? "one" : "perhaps";
}

/**
 * Which of some accesses may be to the same object as another, by where the objects are made that their ways end at: of hundreds of objects that are each made in a
 * place of their own, each meets itself only.
 */
export class ByMaker {
  private readonly madeAt = new Map<string, number[]>();
  private readonly unknown: number[] = [];

  constructor(
    private readonly accesses: readonly Access[],
    private readonly program: Program,
  ) {
    for (const [index, access] of accesses.entries()) {
      const sites = this.sites(access);
      if (!sites) this.unknown.push(index);
      for (const site of sites ?? []) append(this.madeAt, site, index);
    }
  }

  /** Those that are not known to be to another object, in order. */
  *notOther(access: Access): Iterable<Access> {
    const sites = this.sites(access);
    if (!sites) return yield* this.accesses;
    for (const index of inOrder([...[...sites].map((site) => this.madeAt.get(site) ?? []), this.unknown]))
      yield this.accesses[index] as Access;
  }

  private sites({ location, via }: Access): ReadonlySet<string> | undefined {
    if (!location.startsWith("attribute ") || via === "") return undefined;
    const step = withoutCell(via.split(wayBreak)[0] ?? "", this.program);
    return step.startsWith("self ") ? undefined : sitesOf(step, this.program);
  }
}

/** Whether the ways of both threads start with one object. */
function isOneStart(first: Access, second: Access, program: Program): boolean {
  const start = first.via.split(wayBreak).pop() ?? "";
  if (start.startsWith("cell ")) return isOneVariable(first, second, start, program);
  // Where a way starts with an attribute, that is one of a class, as with `Metrics.instance`.
  if (!start.startsWith("self ")) return /^(global|class|external|result of|attribute|server of) /.test(start);
  const { root } = first;
  if (root.kind !== "spawn" || root.key !== second.root.key || first.of !== "other object" || second.of !== "other object") return true;
  // What was given to several objects each of which starts a thread on itself.
  const starter = program.resolver.enclosingClass(root.spawn.in);
  if (starter && !areRelated(`self ${classKey(starter)}`, start, program)) return true;
  // The object whose method starts them is one for those of one call, and another for those of the next.
  return root.spawn.instancesOfCall === "several";
}

/** Whether both threads belong to one call of the function whose variable it is. */
function isOneVariable(first: Access, second: Access, variable: string, program: Program): boolean {
  const { root } = first;
  // Each call that starts one thread has variables of its own, though it may be given the same object as the call before.
  const prefix = root.kind === "spawn" ? `cell ${functionKey(root.spawn.in)} ` : undefined;
  if (
    root.kind === "spawn" &&
    prefix &&
    variable.startsWith(prefix) &&
    root.key === second.root.key &&
    root.spawn.instancesOfCall === "one"
  )
    return (
      variable !== first.location &&
      !isAwaitedAtOnce(root.spawn.call, root.spawn.in) &&
      isGivenAgain(variable.slice(prefix.length), root.spawn.in, program, 0)
    );
  return isNear(first, variable, program) && isNear(second, variable, program);
}

/** Whether callers are seen to give the function one object more than once: a global, or what they keep in a variable over the rounds of a loop or for two calls. */
function isGivenAgain(name: string, node: FunctionNode, program: Program, depth: number): boolean {
  const parameter = node.head.parameters.find((each) => each.name === name);
  if (!parameter || depth > longestHandOver) return false;
  const given = new Set<string>();
  return program.resolver.callersOf(node).some(({ call, within, receiver }) => {
    const argument = argumentFor(node, parameter, call, receiver);
    if (argument?.op !== "read" || argument.place.kind === "element") return false;
    const { place } = argument;
    if (place.kind === "name" && place.owner === 0) return true;
    const key = `${functionKey(within)} ${writtenName(argument)}`;
    const variable = place.kind === "name" ? place : undefined;
    const loops = loopsAround(within, call);
    const bound = variable ? (within.bound(variable.name) ?? []) : [];
    const isKept = loops.length > 0 && !bound.some((each) => loops.some((loop) => loop.start <= each.start && each.end <= loop.end));
    if (given.has(key) || isKept) return true;
    given.add(key);
    return variable !== undefined && variable.owner === within.index && isGivenAgain(variable.name, within, program, depth + 1);
  });
}

const longestHandOver = 3;

/** Whether a variable belongs to a function in which the access's thread starts, whose inner function it runs, or that calls what a library then runs. */
function isNear(first: Access, location: string, program: Program): boolean {
  const { root, function: node } = first;
  const { resolver } = program;
  const owner = ownerOfCell(location);
  const isAround = (inner: FunctionNode | undefined): boolean => owner !== undefined && isWithin(inner, owner);
  if (isAround(root.function)) return true;
  // What a decorator keeps, it keeps once for each function or class under it.
  const holder = owner === undefined ? undefined : functionOfKey(owner, program);
  const applied = holder ? resolver.callersOf(holder) : [];
  if (!location.startsWith("attribute ") && applied.length > 0 && applied.every(({ within }) => within.head.kind !== "function"))
    return applied.length === 1 || first.location.startsWith("attribute ");
  switch (root.kind) {
    case "spawn":
      return isAround(root.spawn.in) || (owner !== undefined && makesStarter(owner, root.spawn, program));
    case "entry":
      return isAround(node) || resolver.callersOf(root.function).some(({ within }) => functionKey(within) === owner);
    case "caller":
      return false;
    case "handler":
    case "marked":
    case "promised":
      return isAround(node);
  }
}

/** Whether the function of that key makes the object that starts the thread on itself, and so can have given it what it works on. */
export function makesStarter(key: string, { in: within }: Spawn, { resolver }: Program): boolean {
  const starter = resolver.enclosingClass(within);
  const init = starter && resolver.method(starter, "__init__");
  return init !== undefined && resolver.callersOf(init).some((caller) => functionKey(caller.within) === key);
}

/** The object of a method, for the variable by which a function inside the method brings it along. */
function withoutCell(step: string, program: Program): string {
  const [, key, name] = /^cell (.*#\d+) ([^ .[]+)$/.exec(step) ?? [];
  const node = key === undefined ? undefined : functionOfKey(key, program);
  const owner = node?.head.class === undefined ? undefined : node.file.classAt(node.head.class);
  return owner && node?.head.parameters[0]?.name === name ? `self ${classKey(owner)}` : step;
}

/** Whether both are the first object of a method, of classes one of which extends the other. */
function areRelated(a: string, b: string | undefined, program: Program): boolean {
  if (!a.startsWith("self ") || !b?.startsWith("self ")) return false;
  const [first, second] = [a, b].map((each) => classOfKey(each.slice("self ".length), program));
  if (!first || !second) return false;
  const { resolver } = program;
  return resolver.classOrder(first).classes.includes(second) || resolver.classOrder(second).classes.includes(first);
}

/** The places in which the objects are made that a variable or attribute holds; undefined unless all of them are in view. */
function sitesOf(step: string, program: Program): ReadonlySet<string> | undefined {
  return overviewOf(program, `made for ${step}`, (now) => findSites(step, now));
}

function findSites(step: string, program: Program): ReadonlySet<string> | undefined {
  const [, kind, holder, name] = /^(attribute|global|cell|self) (.*?)(?: ([^ ]+))?$/.exec(step) ?? [];
  if (kind === undefined || holder === undefined) return undefined;
  if (kind === "self") {
    const node = classOfKey(name === undefined ? holder : `${holder} ${name}`, program);
    return node && sitesOfClass(node, program);
  }
  if (name === undefined || /[.[\]]/.test(name)) return undefined;
  if (kind === "attribute") {
    const node = classOfKey(holder, program);
    const writes = node?.facts.instanceAttributes.get(name);
    if (!node || !writes || isBoundInClass(node, name)) return undefined;
    return madeBy(
      writes.map(({ function: index, write }) => ({ value: write.value, in: node.file.functionAt(index) })),
      program,
    );
  }
  const within = kind === "global" ? program.file(holder)?.functionAt(0) : functionOfKey(holder, program);
  if (!within || within.head.rebound.has(name) || within.head.parameters.some((parameter) => parameter.name === name)) return undefined;
  return madeBy(
    (within.bound(name) ?? []).map((value) => ({ value, in: within })),
    program,
  );
}

function isBoundInClass({ facts, file }: ClassNode, name: string): boolean {
  return file.functionAt(facts.body)?.bound(name) !== undefined;
}

function madeBy(
  values: readonly { readonly value: Value | undefined; readonly in: FunctionNode | undefined }[],
  { resolver }: Program,
): ReadonlySet<string> | undefined {
  const sites = new Set<string>();
  for (const { value, in: within } of values) {
    if (value?.op === "constant" && value.type === "none") continue;
    if (!within || value?.op !== "call") return undefined;
    const callees = resolver.resolve(value.callee, within);
    if (callees.length === 0 || callees.some(({ kind }) => kind !== "class")) return undefined;
    sites.add(`${within.file.path}:${value.start}`);
  }
  return sites.size > 0 ? sites : undefined;
}

/** The places in which objects of a class are made, if it is made under its own name only. */
function sitesOfClass(node: ClassNode, { resolver }: Program): ReadonlySet<string> | undefined {
  const sites = new Set<string>();
  for (const { file, site } of resolver.callsNamed(node.facts.name)) {
    const within = file.functionAt(site.function);
    if (!within) continue;
    if (resolver.resolve(site.call.callee, within).some((callee) => callee.kind === "class" && callee.class === node))
      sites.add(`${file.path}:${site.call.start}`);
  }
  return sites.size > 0 ? sites : undefined;
}

/** The class that a key stands for; see `classKey`. */
export function classOfKey(key: string, program: Program): ClassNode | undefined {
  return program.file(key.slice(0, key.lastIndexOf("#")))?.classes.find((node) => classKey(node) === key);
}
