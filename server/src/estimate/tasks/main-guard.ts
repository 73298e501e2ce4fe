import type { LinkedFile } from "../../program/link/entity.js";
import { walkOperations } from "../../program/link/walk.js";
import type { Value } from "../../program/operation.js";

/** Whether it is the test of `if __name__ == "__main__":`. */
export function isMainGuard(test: Value | undefined): boolean {
  return (
    test?.op === "compute" &&
    test.operator === "==" &&
    test.operands.some((operand) => operand.op === "read" && operand.place.kind === "name" && operand.place.name === "__name__")
  );
}

/** Whether the file is meant to be run as a program, not only imported by one. */
export function isProgram(file: LinkedFile): boolean {
  return file.derive("is a program", () => {
    let guarded = false;
    walkOperations(file.functionAt(0)?.facts.body ?? [], (operation) => {
      guarded ||= operation.op === "branch" && isMainGuard(operation.test);
    });
    return guarded;
  });
}
