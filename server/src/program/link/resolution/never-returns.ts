import type { CallOperation, Operation, Value } from "../../operation.js";
import type { FunctionNode } from "../entity.js";
import { lastNameOf } from "../last-name.js";
import { functionView } from "../linked-file.js";
import { endsIn } from "../state/compound.js";
import { walkOperations } from "../walk.js";
import { decoratorNames, type Resolver } from "./resolver.js";

/**
 * Whether the call never comes back to where it is made, but raises or ends the thread or the process: it is one of a library that is documented so, or of a
 * function of the program that says so, `-> NoReturn`, or whose only way ends in an error or in such a call.
 */
export function neverReturns(call: CallOperation, within: FunctionNode, resolver: Resolver, depth = 0): boolean {
  const externals = resolver.externalCallees(call, within);
  const callees = resolver.callees(call, within);
  if (externals.length + callees.length === 0) return false;
  return (
    externals.every((name) => endless.has(name) || endlessMethods.test(name)) &&
    callees.every(({ function: node }) => {
      const { end } = node.view(endings);
      if (end === "none" || decoratorNames(node).some((name) => name !== "staticmethod" && name !== "classmethod")) return false;
      return end === "exit" || (depth < mostCalls && neverReturns(end, node, resolver, depth + 1));
    })
  );
}

/** Calls from one function to the next that ends in it. */
const mostCalls = 3;

/** How every way through a function ends: with an error, or with the call; `none` where a way returns, or may. */
const endings = functionView(({ body, returns, isAsync, isGenerator }): { readonly end: "exit" | "none" | CallOperation } => {
  // What such a call makes is yet to be run.
  if (isAsync || isGenerator) return { end: "none" };
  if (saysSo(returns)) return { end: "exit" };
  let mayReturn = false;
  walkOperations(body, (operation) => {
    mayReturn ||= operation.op === "return" || (operation.op === "raise" && isPlaceholder(operation.value));
  });
  if (mayReturn) return { end: "none" };
  const last = body[body.length - 1];
  if (last?.op === "call") return { end: last };
  return { end: last?.op !== "with" && endsIn(body, errors, "may match nothing") ? "exit" : "none" };
});

const errors: ReadonlySet<Operation["op"]> = new Set(["raise"]);

/** `NoReturn`, `typing.Never`, or either as a text. */
function saysSo(annotation: Value | undefined): boolean {
  if (annotation?.op === "constant") return annotation.type === "str" && /^([\w.]+\.)?(NoReturn|Never)$/.test(String(annotation.value));
  return annotation?.op === "read" && /^(NoReturn|Never)$/.test(lastNameOf(annotation));
}

/** `raise NotImplementedError`: another class has the method that runs. */
function isPlaceholder(value: Value | undefined): boolean {
  return value !== undefined && lastNameOf(value.op === "call" ? value.callee : value) === "NotImplementedError";
}

/** Functions of libraries that their documentation or annotations (`NoReturn`) say never return. */
const endless: ReadonlySet<string> = new Set([
  ..."builtins.exit builtins.quit sys.exit os._exit os.abort _thread.exit".split(" "),
  ..."os.execl os.execle os.execlp os.execlpe os.execv os.execve os.execvp os.execvpe".split(" "),
  ..."flask.abort flask.helpers.abort quart.abort werkzeug.abort werkzeug.exceptions.abort flask_restful.abort bottle.abort bottle.redirect".split(
    " ",
  ),
  ..."pytest.fail pytest.skip pytest.exit pytest.xfail".split(" "),
]);

/** Methods of a parser, a command's context or a test. */
const endlessMethods =
  /^(argparse\.ArgumentParser\.(error|exit)|optparse\.OptionParser\.(error|exit)|click\.(core\.)?Context\.(abort|exit|fail)|unittest\.(case\.)?(IsolatedAsyncio)?TestCase\.(fail|skipTest))$/;
