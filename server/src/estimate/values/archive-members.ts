import { repeatsOf } from "../rounds/repeats.js";
import type { Activation } from "./activation.js";
import { type Amount, combine } from "./amount.js";
import type { Evaluator } from "./evaluate.js";

/** How many members an archive has that the same function fills before it reads it; undefined where others fill it, or nobody knows how often. */
export function archiveMembers(type: "zipfile.ZipFile" | "tarfile.TarFile", at: Activation, evaluator: Evaluator): Amount {
  let members: Amount;
  for (const name of type === "zipfile.ZipFile" ? ["writestr", "write"] : ["addfile", "add"])
    for (const { call, function: within } of at.function.file.calls(name)) {
      if (within !== at.function.index || evaluator.externalNames(call, at)[0] !== `${type}.${name}`) continue;
      const times = repeatsOf(call, at, evaluator);
      if (!times) return undefined;
      members = members ? combine(members, times, (a, b) => a + b) : times;
    }
  return members;
}
