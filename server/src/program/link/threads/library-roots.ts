import { askedOnce } from "../../../knowledge/asked-once.js";
import type { TypeEntry, TypeRole, WorkerKind } from "../../../knowledge/entry.js";
import { workerOf } from "../../../knowledge/evaluate.js";
import type { Knowledge } from "../../../knowledge/knowledge.js";
import type { CallOperation, Value } from "../../operation.js";
import type { ClassNode, FunctionNode, LinkedFile } from "../entity.js";
import { importedNames } from "../linked-file.js";
import { knownOfCall } from "../resolution/call-facts.js";
import type { Resolver } from "../resolution/resolver.js";
import type { Spawn } from "./spawn.js";
import { calledAtOnce, isSingleThreaded, lastName, roleMethods } from "./spawns.js";

/** A function that a library calls when something comes in: a decorated view, a job, a method of a servicer. */
export interface EntryPoint {
  readonly function: FunctionNode;
  readonly worker: WorkerKind;
  /** The qualified name of what makes it one: `flask.Flask.route`. */
  readonly by: string;
  readonly instances: "one" | "several";
  /** As in `Spawn`. */
  readonly turn: string | undefined;
}

/** Work that a library starts by itself on methods of a class: request handlers, and threads whose objects are made elsewhere. */
export interface HandlerRoot {
  readonly class: ClassNode;
  readonly methods: readonly FunctionNode[];
  readonly worker: WorkerKind;
  /** The external base that makes it so. */
  readonly base: string;
}

/** The functions that are made known to a library, by calls that `findSpawns` found or by decorators; those of `handlers` are left out. */
export function findEntryPoints(
  files: readonly LinkedFile[],
  spawns: readonly Spawn[],
  handlers: readonly HandlerRoot[],
  resolver: Resolver,
  knowledge: Knowledge,
): readonly EntryPoint[] {
  const points: EntryPoint[] = [];
  const handled = new Set(handlers.flatMap((handler) => handler.methods));
  for (const spawn of spawns) {
    if (spawn.startedBy !== "library") continue;
    for (const { function: node } of spawn.targets)
      if (!handled.has(node))
        points.push({ function: node, worker: spawn.worker, by: spawn.spawner, instances: spawn.instances, turn: spawn.turn });
  }
  const names = decoratingNames(knowledge);
  for (const file of files) {
    const decorated = decoratedIn(file);
    if (decorated.length === 0) continue;
    const bound = new Set<string>();
    for (const imported of importedNames(file)) if (names.has(imported.name)) bound.add(imported.bound);
    for (const node of decorated) {
      const around = node.head.parent === undefined ? undefined : file.functionAt(node.head.parent);
      if (!around) continue;
      for (const decorator of node.head.decorators) {
        const made = decorator.op === "call" ? decorator : undefined;
        const callee = made ? made.callee : decorator;
        if (callee.op !== "read" || callee.place.kind === "element" || !(names.has(callee.place.name) || bound.has(callee.place.name)))
          continue;
        const point = decoratedPoint(node, callee, made, around, resolver, knowledge);
        if (point) points.push(point);
      }
    }
  }
  return points;
}

/** The functions of a file that have decorators. */
function decoratedIn(file: LinkedFile): readonly FunctionNode[] {
  return file.derive("decorated", () => file.functions.filter(({ facts }) => facts.kind === "function" && facts.decorators.length > 0));
}

function decoratedPoint(
  node: FunctionNode,
  decorator: Value,
  made: CallOperation | undefined,
  around: FunctionNode,
  resolver: Resolver,
  knowledge: Knowledge,
): EntryPoint | undefined {
  for (const entity of resolver.resolve(decorator, around)) {
    const entry = entity.kind === "external" ? knowledge.spawner(entity.name) : undefined;
    if (entry?.target.at !== "decorated") continue;
    const facts = made ? knownOfCall(made, around, resolver, undefined) : {};
    const worker = workerOf(entry, made ? facts : { positional: [], keywords: [] });
    if (!worker) return undefined;
    const alone = isSingleThreaded(entry.singleThreadedBy, resolver);
    const instances = alone ? "one" : calledAtOnce(entry, made ? facts : { positional: [], keywords: [] });
    const turn = alone || entry.concurrency.width === "one-thread" ? `turn of ${entry.package}` : undefined;
    return { function: node, worker, by: entry.name, instances, turn };
  }
  return undefined;
}

/** Classes whose methods a library calls in threads of its own, and thread classes that nobody in the program makes objects of. */
export function findHandlers(
  files: readonly LinkedFile[],
  spawns: readonly Spawn[],
  resolver: Resolver,
  knowledge: Knowledge,
): { readonly handlers: readonly HandlerRoot[]; readonly points: readonly EntryPoint[] } {
  const made = new Set<FunctionNode>();
  const servers = new Map<FunctionNode, Set<WorkerKind>>();
  for (const spawn of spawns) {
    for (const { function: node } of spawn.targets) {
      if (spawn.startedBy === "call") made.add(node);
      else servers.set(node, (servers.get(node) ?? new Set()).add(spawn.worker));
    }
  }
  const roots: HandlerRoot[] = [];
  const points: EntryPoint[] = [];
  for (const called of resolver.eachFile("called by libraries", files, (file) => calledByLibraries(file, resolver, knowledge))) {
    // Of what the program itself hands to a server, it is known how that serves.
    const isNew = (method: FunctionNode): boolean => !made.has(method) && !servers.has(method);
    if (called.as === "shape") {
      const { method, by } = called;
      if (isNew(method)) points.push({ function: method, worker: "thread", by, instances: "several", turn: undefined });
      continue;
    }
    const { class: node, role, base } = called;
    // A server that the program makes, and that serves one request after the other, speaks for itself.
    const methods = called.methods.filter((method) => isNew(method) || (!made.has(method) && servers.get(method)?.has("thread")));
    if (methods.length === 0) continue;
    if (role.role === "handler" && (role.objects === "shared" || role.threads === "one")) {
      const turn = role.threads === "one" ? `turn of ${base}` : undefined;
      for (const method of methods) points.push({ function: method, worker: role.worker, by: base, instances: role.threads, turn });
    } else roots.push({ class: node, methods, worker: role.worker, base });
  }
  points.push(
    ...resolver.eachFile("made for libraries", files, (file) => shapedTypes(knowledge).flatMap((type) => madeByFactories(file, type))),
  );
  return { handlers: roots, points };
}

/** What a library calls in threads of its own: a method of a class that has a certain shape, or those of a class that derives from one of its own. */
type CalledByLibrary =
  | { readonly as: "shape"; readonly method: FunctionNode; readonly by: string }
  | {
      readonly as: "base";
      readonly class: ClassNode;
      readonly methods: readonly FunctionNode[];
      readonly role: Extract<TypeRole, { role: "handler" | "worker" }>;
      readonly base: string;
    };

function calledByLibraries(file: LinkedFile, resolver: Resolver, knowledge: Knowledge): readonly CalledByLibrary[] {
  const found: CalledByLibrary[] = [];
  for (const node of file.classes) {
    const body = file.functionAt(node.facts.body);
    if (!body) continue;
    for (const type of shapedTypes(knowledge)) {
      if (!hasShape(node, body, type)) continue;
      const role = type.is;
      const names = role.role === "handler" && role.methods !== "public" ? role.methods : [];
      for (const name of names) {
        const method = body.bound(name) && resolver.method(node, name);
        if (method) found.push({ as: "shape", method, by: type.name });
      }
    }
    if (node.facts.bases.length === 0) continue;
    const generated = generatedBase(node, resolver, knowledge);
    const { handlers, workers } = roleMethods(knowledge);
    const defined = generated
      ? [...body.facts.bindings.keys()].filter((name) => handlers.has(name) || workers.has(name) || !name.startsWith("_"))
      : file.derive(`methods with a role in ${body.index}`, () =>
          [...body.facts.bindings.keys()].filter((name) => handlers.has(name) || workers.has(name)),
        );
    if (defined.length === 0) continue;
    const bases = resolver.classOrder(node).externals.map((name) => ({ name, type: knowledge.type(name) }));
    for (const { name: base, type } of generated ? [...bases, { name: generated.name, type: generated }] : bases) {
      const role = type?.is;
      if ((role?.role !== "handler" && role?.role !== "worker") || role.worker !== "thread") continue;
      const names = role.role === "worker" ? role.runs : role.methods === "public" ? defined : role.methods;
      const methods = names.flatMap((name) => (defined.includes(name) ? (resolver.method(node, name) ?? []) : []));
      if (methods.length > 0) found.push({ as: "base", class: node, methods, role, base });
    }
  }
  return found;
}

/** Whether the class has the methods by which the library takes it for one of its kind. */
function hasShape(node: ClassNode, body: FunctionNode, { shape }: TypeEntry): boolean {
  return [...(shape?.methods ?? [])].every(([name, parameters]) => {
    const [value] = body.bound(name) ?? [];
    const definition = value?.op === "choice" ? value.values[value.values.length - 1] : value;
    const method = definition?.op === "function" ? node.file.functionAt(definition.function) : undefined;
    return method !== undefined && parameters.every((each, index) => method.head.parameters[index + 1]?.name === each);
  });
}

/** What functions of a module return that stand for such a class: `def middleware(get_response): def handle(request): … return handle`. */
function madeByFactories(file: LinkedFile, { shape, name: by }: TypeEntry): readonly EntryPoint[] {
  const wanted = shape?.factory ?? [];
  if (wanted.length === 0) return [];
  return file.functions.flatMap((node) => {
    if (node.head.kind !== "function" || node.head.class !== undefined) return [];
    if (!wanted.every((each, index) => node.head.parameters[index]?.name === each)) return [];
    return file.functions.flatMap((inner): readonly EntryPoint[] => {
      const isReturned =
        inner.head.parent === node.index &&
        inner.head.kind === "function" &&
        node.returned.some((value) => value.op === "read" && value.place.kind === "name" && value.place.name === inner.head.name);
      return isReturned ? [{ function: inner, worker: "thread", by, instances: "several", turn: undefined }] : [];
    });
  });
}

/** The known kind of generated class that the class derives from, whether the generated file belongs to the program or not. */
function generatedBase(node: ClassNode, resolver: Resolver, knowledge: Knowledge): TypeEntry | undefined {
  const types = generatedTypes(knowledge);
  if (types.length === 0) return undefined;
  const { classes, externals } = resolver.classOrder(node);
  const names = [
    ...externals,
    ...classes.slice(1).map((base) => `${base.file.path.replace(/\.pyi?$/, "").replaceAll("/", ".")}.${base.facts.name}`),
  ];
  return types.find((type) =>
    names.some((name) => {
      const dot = name.lastIndexOf(".");
      const { moduleEndsWith = "", nameEndsWith = "" } = type.generated ?? {};
      return name.slice(0, Math.max(0, dot)).endsWith(moduleEndsWith) && name.endsWith(nameEndsWith);
    }),
  );
}

const generatedTypes = askedOnce((knowledge) => knowledge.generatedTypes());
const shapedTypes = askedOnce((knowledge) => knowledge.shapedTypes());

/** The last names of decorators that hand the function under them over. */
const decoratingNames = askedOnce((knowledge): ReadonlySet<string> => new Set(knowledge.spawnerNames("decorating").map(lastName)));
