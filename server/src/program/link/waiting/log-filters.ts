import type { CallOperation } from "../../operation.js";
import type { ClassNode, FunctionNode } from "../entity.js";
import { lastNameOf } from "../last-name.js";
import type { Program } from "../link.js";
import { overviewOf } from "../memory/overviews.js";

/** A method that runs for each record in the thread that logs it. */
interface LogFilter {
  readonly function: FunctionNode;
  readonly class: ClassNode;
}

/** What `addFilter` is given anywhere in the program: objects with a `filter` of their own. */
export function logFilters(program: Program): readonly LogFilter[] {
  return overviewOf(program, "log filters", ({ files, resolver }) => {
    const found = new Map<FunctionNode, ClassNode>();
    for (const file of files) {
      for (const { call, function: index } of file.calls("addFilter")) {
        const within = file.functionAt(index);
        const [given] = call.arguments;
        if (!within || !given) continue;
        for (const entity of resolver.resolve(given.value, within)) {
          const method = entity.kind === "instance" ? resolver.method(entity.class, "filter") : undefined;
          if (method && entity.kind === "instance") found.set(method, entity.class);
        }
      }
    }
    return [...found].map(([node, owner]) => ({ function: node, class: owner }));
  });
}

/** Whether the call makes a record, which the filters are asked about. */
export function isLogging(call: CallOperation, within: FunctionNode, { resolver }: Program): boolean {
  return levels.test(lastNameOf(call.callee)) && resolver.externalCallees(call, within).some((name) => /^logging\./.test(name));
}

const levels = /^(debug|info|warning|error|exception|critical|log)$/;
