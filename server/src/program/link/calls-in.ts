import type { CallOperation } from "../operation.js";
import { functionView } from "./linked-file.js";
import { walkOperations } from "./walk.js";

/** The calls that stand in a function, in order of appearance. */
export const callsIn = functionView(({ body }): readonly CallOperation[] => {
  const calls: CallOperation[] = [];
  walkOperations(body, (operation) => {
    if (operation.op === "call") calls.push(operation);
  });
  return calls;
});
