import type { Operation, Value } from "../operation.js";
import type { LinkedFile } from "./entity.js";
import { innerValues, walkOperations } from "./walk.js";

/** The names and texts that a file uses anywhere. */
export interface Mentions {
  /** String literals, and the names of keyword arguments: `environ["OMP_NUM_THREADS"]`, `environ.update(OMP_NUM_THREADS="1")`. */
  readonly texts: ReadonlySet<string>;
  /** The last names of what is called or handed on: `torch.set_num_threads`, `initializer=torch.set_num_threads`. */
  readonly names: ReadonlySet<string>;
}

/** Everything that a file mentions; found once per file. */
export function mentionsIn(file: LinkedFile): Mentions {
  return file.derive("mentions", () => findMentions(file));
}

function findMentions(file: LinkedFile): Mentions {
  const texts = new Set<string>();
  const names = new Set<string>(file.facts.callsByName.keys());
  const seen = new Set<Value>();
  const look = (value: Value): void => {
    if (seen.has(value)) return;
    seen.add(value);
    if (value.op === "constant" && typeof value.value === "string") texts.add(value.value);
    if (value.op === "read" && value.place.kind !== "element") names.add(value.place.name);
    if (value.op === "call") for (const argument of value.arguments) if (argument.form === "keyword") texts.add(argument.name);
    innerValues(value).forEach(look);
  };
  for (const imported of file.facts.imports) if (imported.name !== undefined) names.add(imported.name);
  for (const node of file.functions) {
    for (const values of node.facts.bindings.values()) values.forEach(look);
    walkOperations(node.facts.body, (operation) => {
      for (const value of valuesOf(operation)) look(value);
    });
  }
  return { texts, names };
}

function valuesOf(operation: Operation): readonly Value[] {
  switch (operation.op) {
    case "read":
    case "call":
    case "compute":
    case "await":
    case "yield":
      return [operation];
    case "write": {
      const index = operation.place.kind === "element" ? [operation.place.object, operation.place.index] : [];
      return operation.value ? [...index, operation.value] : index;
    }
    case "with":
      return [operation.context];
    case "return":
    case "raise":
      return operation.value ? [operation.value] : [];
    default:
      return [];
  }
}
