import { append } from "../../base/append.js";
import type { Place, Value } from "../operation.js";
import type { FunctionNode, LinkedFile } from "./entity.js";
import { walkOperations } from "./walk.js";

interface KeptValue {
  readonly node: FunctionNode;
  readonly value: Value;
}

/**
 * What the file keeps on the application of a web framework under the name or key: handlers get at it through their request, whose application
 * is the one that the file sets up: `app["db"] = connect()` … `request.app["db"]`, `app.state.db = connect()` … `request.app.state.db`.
 */
export function keptOnApplication(place: Place, file: LinkedFile): readonly KeptValue[] {
  const key = applicationKey(place);
  if (key === undefined) return [];
  const kept = file.derive("kept on applications", () => {
    const values = new Map<string, KeptValue[]>();
    for (const node of file.functions) {
      walkOperations(node.facts.body, (operation) => {
        if (operation.op !== "write" || operation.form !== "assign" || !operation.value) return;
        const written = applicationKey(operation.place);
        if (written === undefined) return;
        append(values, written, { node, value: operation.value });
      });
    }
    return values;
  });
  return kept.get(key) ?? [];
}

/** Equal for places that are the same on an application; undefined for what is not written as a part of one. */
function applicationKey(place: Place): string | undefined {
  if (place.kind === "name" || place.object.op !== "read") return undefined;
  const holder = place.object.place;
  if (place.kind === "element")
    return place.index.op === "constant" && place.index.type === "str" && isApplication(holder) ? `[${place.index.value}]` : undefined;
  const isNamespace = holder.kind === "attribute" && (holder.name === "state" || holder.name === "ctx");
  return isNamespace && holder.object.op === "read" && isApplication(holder.object.place) ? `.${place.name}` : undefined;
}

function isApplication(place: Place): boolean {
  return place.kind !== "element" && (place.name === "app" || place.name === "application" || place.name === "config_dict");
}
