import { append } from "../../../base/append.js";
import type { Range } from "../../../base/range.js";
import type { Operation, Value } from "../../operation.js";
import type { FunctionNode, LinkedFile } from "../entity.js";
import { walkOperations } from "../walk.js";

/**
 * Functions of the file that release a lock of that name without taking it: who takes it elsewhere hands it over to them, or waits for their
 * signal. A function that passes the `release` method on is one of them.
 */
export function releasersOnly(file: LinkedFile, name: string): readonly FunctionNode[] {
  return file.derive("releasers", () => findReleasers(file)).get(name) ?? [];
}

function findReleasers(file: LinkedFile): ReadonlyMap<string, readonly FunctionNode[]> {
  const found = new Map<string, FunctionNode[]>();
  const add = (name: string, node: FunctionNode): void => {
    append(found, name, node);
  };
  for (const node of file.functions) {
    const taken = new Set<string>();
    const released = new Set<string>();
    walkOperations(node.facts.body, (operation) => {
      if (operation.op === "with") taken.add(lastName(operation.context) ?? "");
      if (operation.op === "read" && operation.place.kind === "attribute" && /^(release|__exit__)$/.test(operation.place.name))
        add(lastName(operation.place.object) ?? "", node);
      if (operation.op !== "call") return;
      const acquired = objectOfMethod(operation, "acquire");
      if (acquired) taken.add(lastName(acquired) ?? "");
      const freed = objectOfMethod(operation, "release") ?? objectOfMethod(operation, "__exit__");
      if (freed) released.add(lastName(freed) ?? "");
    });
    for (const name of released) if (!taken.has(name)) add(name, node);
  }
  return found;
}

/** Whether a lock that an `acquire` call takes at the range is one that other functions release. `with` releases by itself. */
export function handedOver(node: FunctionNode, range: Range): boolean {
  let subject: Value | undefined;
  walkOperations(node.facts.body, (operation) => {
    const object = operation.op === "call" ? objectOfMethod(operation, "acquire") : undefined;
    if (object?.start === range.start && object.end === range.end) subject = object;
  });
  const name = subject && lastName(subject);
  return name !== undefined && releasersOnly(node.file, name).length > 0;
}

/** `x` of `x.method(…)`. */
export function objectOfMethod(operation: Operation, method: string): Value | undefined {
  if (operation.op !== "call" || operation.callee.op !== "read" || operation.callee.place.kind !== "attribute") return undefined;
  return operation.callee.place.name === method ? operation.callee.place.object : undefined;
}

/** The last name of an expression: `_lock` of `self._lock`, `locks` of `locks[k]`. */
export function lastName(value: Value): string | undefined {
  if (value.op === "call") return lastName(value.callee);
  if (value.op !== "read") return undefined;
  return value.place.kind === "element" ? lastName(value.place.object) : value.place.name;
}
