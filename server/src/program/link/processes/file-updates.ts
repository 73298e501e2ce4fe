import type { CallOperation, Operation, Value } from "../../operation.js";
import type { FunctionNode } from "../entity.js";
import { lastNameOf, receiverOf } from "../last-name.js";
import type { Program } from "../link.js";
import { sameValue } from "../state/updates.js";
import { walkOperations } from "../walk.js";

/** A file that is read and afterwards written again, by a path that is written the same way both times. */
export interface FileUpdate {
  readonly path: Value;
  /** What writes it. */
  readonly write: CallOperation;
}

/** The first such update among the operations, unless they lock the file as well. */
export function fileUpdateIn(operations: readonly Operation[], node: FunctionNode, program: Program): FileUpdate | undefined {
  const read: Value[] = [];
  let update: FileUpdate | undefined;
  let isLocked = false;
  walkOperations(operations, (operation) => {
    if (operation.op !== "call") return;
    const names = program.resolver.externalCallees(operation, node);
    isLocked ||= names.some((name) => /^(fcntl|msvcrt|portalocker|filelock|fasteners)\./.test(name));
    const use = fileUse(operation, names);
    if (use?.reads) read.push(use.path);
    if (use?.writes && read.some((path) => sameValue(path, use.path))) update ??= { path: use.path, write: operation };
  });
  return isLocked ? undefined : update;
}

interface FileUse {
  readonly path: Value;
  readonly reads: boolean;
  readonly writes: boolean;
}

/** The file that a call opens, reads, writes or puts another one in the place of. */
function fileUse(call: CallOperation, names: readonly string[]): FileUse | undefined {
  const receiver = receiverOf(call);
  const [first, second] = call.arguments;
  if (names.some((name) => name === "builtins.open" || name === "io.open")) return first && opened(first.value, call, 1);
  if (names.some((name) => /^(os\.(replace|rename)|shutil\.move)$/.test(name)))
    return second && { path: second.value, reads: false, writes: true };
  if (!receiver || !names.some((name) => name.startsWith("pathlib."))) return undefined;
  switch (lastNameOf(call.callee)) {
    case "open":
      return opened(receiver, call, 0);
    case "read_text":
    case "read_bytes":
      return { path: receiver, reads: true, writes: false };
    case "write_text":
    case "write_bytes":
      return { path: receiver, reads: false, writes: true };
    case "replace":
    case "rename":
      return first && { path: first.value, reads: false, writes: true };
    default:
      return undefined;
  }
}

/** By the mode, which is the argument of that position or of the name. */
function opened(path: Value, call: CallOperation, position: number): FileUse | undefined {
  const mode = call.arguments.find((argument) => argument.name === "mode") ?? call.arguments[position];
  if (!mode || (mode.form === "keyword" && mode.name !== "mode")) return { path, reads: true, writes: false };
  if (mode.value.op !== "constant" || typeof mode.value.value !== "string") return undefined;
  const text = mode.value.value;
  return { path, reads: /[r+]/.test(text), writes: /[wax+]/.test(text) };
}
