import { append } from "../../../base/append.js";
import type { Place, Value } from "../../operation.js";
import type { FunctionNode, LinkedFile } from "../entity.js";
import { lastNameOf } from "../last-name.js";
import { walkOperations } from "../walk.js";

interface KeptValue {
  readonly node: FunctionNode;
  readonly value: Value;
}

/**
 * What the file keeps on the application of a web framework under the name or key: handlers get at it through their request, whose application
 * is the one that the file sets up: `app["db"] = connect()` … `request.app["db"]`, `app.state.db = connect()` … `request.app.state.db`.
 */
export function keptOnApplication(place: Place, file: LinkedFile): readonly KeptValue[] {
  const key = applicationKey(place, file);
  if (key === undefined) return [];
  const kept = file.derive("kept on applications", () => {
    const values = new Map<string, KeptValue[]>();
    for (const node of file.functions) {
      walkOperations(node.facts.body, (operation) => {
        if (operation.op !== "write" || operation.form !== "assign" || !operation.value) return;
        const written = applicationKey(operation.place, file);
        if (written === undefined) return;
        append(values, written, { node, value: operation.value });
      });
    }
    return values;
  });
  return kept.get(key) ?? [];
}

/** Equal for places that are the same on an application; undefined for what is not written as a part of one. */
function applicationKey(place: Place, file: LinkedFile): string | undefined {
  if (place.kind === "name" || place.object.op !== "read") return undefined;
  const holder = place.object.place;
  if (place.kind === "element")
    return place.index.op === "constant" && place.index.type === "str" && isApplication(holder, file)
      ? `[${place.index.value}]`
      : undefined;
  const isNamespace = holder.kind === "attribute" && (holder.name === "state" || holder.name === "ctx");
  return isNamespace && holder.object.op === "read" && isApplication(holder.object.place, file) ? `.${place.name}` : undefined;
}

/** By its usual name, as requests and handlers have it, or by the class of a framework that it is made of: `service = web.Application()`. */
function isApplication(place: Place, file: LinkedFile): boolean {
  if (place.kind === "element") return false;
  if (/^(app|application|config_dict)$/.test(place.name)) return true;
  const bound = place.kind === "name" && place.owner >= 0 ? file.functionAt(place.owner)?.bound(place.name) : undefined;
  return bound?.some((value) => value.op === "call" && frameworks.test(lastNameOf(value.callee))) ?? false;
}

const frameworks = /^(Application|FastAPI|Starlette|Litestar|Sanic|Quart|Flask)$/;
