import type { FunctionNode, LinkedFile } from "../../program/link/entity.js";
import { importsAny } from "../../program/link/linked-file.js";
import type { Resolver } from "../../program/link/resolution/resolver.js";
import { argumentAt } from "../../program/link/threads/spawn-targets.js";
import type { CallOperation, Value } from "../../program/operation.js";
import { isMainGuard } from "../tasks/main-guard.js";

/*
 * What a program makes of `logging`: which records its loggers let through, and what the handlers do that these come to.
 */

/** What becomes of a record. */
export interface Fate {
  /** How sure it is that its level is let through, from 0 to 1. */
  readonly passes: number;
  /** What the handlers do that it comes to. */
  readonly handlers: readonly Handling[];
}

/** A handler that writes each record to a file or a stream, one that keeps it in memory, or one that does nothing, without a lock. */
type Handling = "writes" | "keeps" | "ignores";

/** The root of all loggers has no name; undefined where a name is computed. */
type Logger = string | undefined;

type Setting =
  | { readonly kind: "level"; readonly logger: Logger; readonly level: number | undefined }
  | { readonly kind: "handler"; readonly logger: Logger; readonly handling: Handling }
  /** By a file or a dict of settings. */
  | { readonly kind: "elsewhere" }
  | { readonly kind: "program" };

const root = "";

/** What becomes of a record of such a level that this call makes. */
export function fateOf(level: number | undefined, call: CallOperation, within: FunctionNode, resolver: Resolver): Fate {
  const settings = resolver.eachFile("set-up of logging", [...resolver.files.values()], (file) => settingsIn(file, resolver));
  const logger = loggerOfMethod(call, within, resolver);
  const levels = settings.flatMap((each) => (each.kind === "level" && isAbove(each.logger, logger) ? [each] : []));
  const handlers = settings.flatMap((each) => (each.kind === "handler" && isAbove(each.logger, logger) ? [each.handling] : []));
  // The nearest logger that has a level decides.
  const nearest = levels.reduce<(typeof levels)[number] | undefined>(
    (a, b) => (a && depthOf(a.logger) > depthOf(b.logger) ? a : b),
    undefined,
  );
  const isElsewhere = settings.some(({ kind }) => kind === "elsewhere") || !settings.some(({ kind }) => kind === "program");
  const lowest = nearest ? nearest.level : isElsewhere ? undefined : warning;
  const passes = lowest === undefined || level === undefined ? usualShare(level) : level >= lowest ? 1 : 0;
  // Without any handler, warnings and errors come to the one of last resort, which writes to `stderr`.
  return { passes, handlers: handlers.length > 0 ? handlers : ["writes"] };
}

const warning = 30;

/** Of a program whose settings are not seen: most have `INFO`, or leave it at `WARNING`. */
function usualShare(level: number | undefined): number {
  if (level === undefined) return 0.5;
  return level >= warning ? 1 : level >= 20 ? 0.5 : 0;
}

function isAbove(other: Logger, logger: Logger): boolean {
  return other !== undefined && (other === root || other === logger || (logger?.startsWith(`${other}.`) ?? false));
}

function depthOf(logger: Logger): number {
  return logger === undefined || logger === root ? 0 : logger.split(".").length;
}

function settingsIn(file: LinkedFile, resolver: Resolver): readonly Setting[] {
  const settings: Setting[] = [];
  const module = file.functionAt(0);
  if (module?.facts.body.some((operation) => operation.op === "branch" && isMainGuard(operation.test))) settings.push({ kind: "program" });
  if (!importsAny(file, "imports logging", (name) => /^logging\b/.test(name))) return settings;
  const each = (method: string, add: (call: CallOperation, within: FunctionNode, name: string) => void): void => {
    for (const { call, function: index } of file.calls(method)) {
      const within = file.functionAt(index);
      const name = within && resolver.externalCallees(call, within).find((one) => one.startsWith("logging."));
      if (within && name !== undefined) add(call, within, name);
    }
  };
  for (const method of ["dictConfig", "fileConfig"]) each(method, () => settings.push({ kind: "elsewhere" }));
  each("basicConfig", (call, within) => {
    const level = argumentAt(call, { keyword: "level" });
    if (level) settings.push({ kind: "level", logger: root, level: levelOf(level, within, resolver) });
    const handlings = basicHandlings(call, within, resolver);
    for (const handling of handlings) settings.push({ kind: "handler", logger: root, handling });
  });
  each("setLevel", (call, within, name) => {
    const [level] = call.arguments;
    if (!level || !/^logging\.(Root)?Logger\./.test(name)) return;
    settings.push({ kind: "level", logger: loggerOfMethod(call, within, resolver), level: levelOf(level.value, within, resolver) });
  });
  each("addHandler", (call, within) => {
    const [handler] = call.arguments;
    if (!handler) return;
    const handling = handlingOf(handler.value, within, resolver);
    settings.push({ kind: "handler", logger: loggerOfMethod(call, within, resolver), handling });
  });
  return settings;
}

function basicHandlings(call: CallOperation, within: FunctionNode, resolver: Resolver): readonly Handling[] {
  const handlers = argumentAt(call, { keyword: "handlers" });
  if (handlers?.op === "display") return handlers.elements.map((each) => handlingOf(each, within, resolver));
  const stream = argumentAt(call, { keyword: "stream" });
  return [stream ? ofStream(stream, within, resolver) : "writes"];
}

function handlingOf(value: Value, within: FunctionNode, resolver: Resolver): Handling {
  for (const entity of resolver.resolve(value, within)) {
    if (entity.kind === "instance") return "keeps";
    if (entity.kind !== "object") continue;
    if (entity.type.endsWith(".NullHandler")) return "ignores";
    if (/\.(MemoryHandler|QueueHandler)$/.test(entity.type)) return "keeps";
    const { origin } = entity;
    const stream = entity.type.endsWith(".StreamHandler") && origin?.call.arguments[0];
    if (stream) return ofStream(stream.value, origin.in, resolver);
  }
  return "writes";
}

function ofStream(value: Value, within: FunctionNode, resolver: Resolver): Handling {
  const isInMemory = resolver
    .resolve(value, within)
    .some((entity) => entity.kind === "object" && /^io\.(String|Bytes)IO$/.test(entity.type));
  return isInMemory ? "keeps" : "writes";
}

/** The logger that a method is called on: by its name, `__name__` standing for a name of its own. */
function loggerOfMethod({ callee }: CallOperation, within: FunctionNode, resolver: Resolver): Logger {
  if (callee.op !== "read" || callee.place.kind !== "attribute") return root;
  for (const entity of resolver.resolve(callee.place.object, within)) {
    if (entity.kind === "external" && /^logging(\.root)?$/.test(entity.name)) return root;
    if (entity.kind === "object" && entity.origin) return nameOf(entity.origin.call, entity.origin.in);
  }
  return undefined;
}

function nameOf({ arguments: [named] }: CallOperation, { file }: FunctionNode): Logger {
  if (!named) return root;
  const { value } = named;
  if (value.op === "constant") return value.type === "str" ? String(value.value) : root;
  return value.op === "read" && value.place.kind === "name" && value.place.name === "__name__" ? `module ${file.path}` : undefined;
}

const levelsByName: ReadonlyMap<string, number> = new Map([
  ["NOTSET", 0],
  ["DEBUG", 10],
  ["INFO", 20],
  ["WARN", warning],
  ["WARNING", warning],
  ["ERROR", 40],
  ["FATAL", 50],
  ["CRITICAL", 50],
]);

/** Which number a level is: `logging.INFO`, `"INFO"` or `20`. */
export function levelOf(value: Value, within: FunctionNode, resolver: Resolver): number | undefined {
  if (value.op === "constant") {
    return value.type === "str"
      ? levelsByName.get(String(value.value).toUpperCase())
      : value.type === "int"
        ? Number(value.value)
        : undefined;
  }
  for (const entity of resolver.resolve(value, within)) {
    const name = entity.kind === "external" ? /^logging\.([A-Z]+)$/.exec(entity.name)?.[1] : undefined;
    if (name !== undefined) return levelsByName.get(name);
  }
  return undefined;
}
