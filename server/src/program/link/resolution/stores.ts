import { append } from "../../../base/append.js";
import type { Place, Value } from "../../operation.js";
import type { FunctionNode, LinkedFile } from "../entity.js";
import { walkOperations } from "../walk.js";

interface ReboundValue {
  readonly node: FunctionNode;
  readonly value: Value;
}

/** Every value that functions of the file store in variables of others, by owner and name. */
export function reboundIn(file: LinkedFile): ReadonlyMap<string, readonly ReboundValue[]> {
  return file.derive("rebound variables", () => {
    const values = new Map<string, ReboundValue[]>();
    for (const node of file.functions) {
      if (!node.head.holds.has("outer store")) continue;
      walkOperations(node.facts.body, (operation) => {
        if (operation.op !== "write" || !operation.value || operation.place.kind !== "name") return;
        const { owner, name } = operation.place;
        if (owner === node.index || !file.functionAt(owner)?.head.rebound.has(name)) return;
        const key = `${owner} ${name}`;
        append(values, key, { node, value: operation.value });
      });
    }
    return values;
  });
}

interface ElementStore extends ReboundValue {
  /** What holds the container. */
  readonly place: Place;
}

/** What is looked at of what a container is given, for what its elements can be. */
export const maximumElements = 8;

/** What functions of the file store in elements of variables and attributes, by the name of those. Of very many only some. */
export function elementStores(file: LinkedFile): ReadonlyMap<string, readonly ElementStore[]> {
  return file.derive("element stores", () => {
    const stores = new Map<string, ElementStore[]>();
    for (const node of file.functions) {
      if (!node.head.holds.has("element store")) continue;
      walkOperations(node.facts.body, (operation) => {
        if (operation.op !== "write" || operation.form !== "assign" || !operation.value || operation.place.kind !== "element") return;
        const { object } = operation.place;
        if (object.op !== "read" || object.place.kind === "element" || !mayBeObject(operation.value)) return;
        const list = stores.get(object.place.name) ?? [];
        if (list.length < maximumElements) stores.set(object.place.name, [...list, { node, place: object.place, value: operation.value }]);
      });
    }
    return stores;
  });
}

/** Whether the value can be a function or an object of the program, as far as its form tells. */
function mayBeObject({ op }: Value): boolean {
  return op === "call" || op === "read" || op === "function" || op === "choice" || op === "await";
}
