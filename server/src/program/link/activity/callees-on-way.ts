import type { CallOperation, NamePlace } from "../../operation.js";
import type { ClassNode, Entity, FunctionNode } from "../entity.js";
import { codeGivenTo } from "../resolution/given-code.js";
import { decoratorNames, type Resolver } from "../resolution/resolver.js";
import type { Frame } from "../sharing/abstract-object.js";
import type { Ownership } from "../sharing/ownership.js";

/** What a call runs; on an object whose class this thread's way shows, its class's own method, which may override the one that is written. */
export function calleesOnWay(
  operation: CallOperation,
  frame: Frame,
  ownership: Ownership,
  resolver: Resolver,
): ReturnType<Resolver["callees"]> {
  const { callee } = operation;
  if (
    callee.op === "read" &&
    callee.place.kind === "attribute" &&
    callee.place.object.op === "read" &&
    callee.place.object.place.kind === "name"
  ) {
    const { name, owner } = callee.place.object.place;
    const object = owner === frame.function.index ? frame.parameters.get(name) : undefined;
    const node = object?.class;
    const method = node && resolver.method(node, callee.place.name);
    const given = object && !method ? codeGivenTo(object, callee.place.name, resolver) : [];
    if (given.length > 0) return given;
    if (node && method && !decoratorNames(method).includes("staticmethod")) {
      const receiver: Entity = { kind: "instance", class: node };
      // What a decorator of the program made of it stands in its place.
      const wrappers = method.head.decorators.length > 0 ? wrappersOf(node, callee.place.name, method, resolver) : [];
      return wrappers.length > 0 ? wrappers : [{ function: method, receiver }];
    }
  }
  if (callee.op === "read" && callee.place.kind === "name") {
    const passed = ownership.frames.passedCode(callee.place, frame);
    if (passed.length > 0) return passed.flatMap((entity) => (entity.kind === "function" ? [entity] : []));
    // What other calls pass for a parameter is not what came along here.
    if (isUntold(callee.place, frame)) return [];
  }
  return resolver.callees(operation, frame.function);
}

/** Whether the variable is a parameter that the call on this way may have filled by what it unpacks. */
function isUntold({ name, owner }: NamePlace, { function: node, isOpen, arguments: given }: Frame): boolean {
  if (!isOpen || owner !== node.index || node.bound(name) !== undefined || given?.has(name)) return false;
  return node.head.parameters.some((parameter) => parameter.name === name);
}

/** The functions that stand in the place of a decorated method. */
function wrappersOf(node: ClassNode, name: string, method: FunctionNode, resolver: Resolver): ReturnType<Resolver["callees"]> {
  return resolver.members
    .attribute({ kind: "instance", class: node }, name)
    .flatMap((entity) => (entity.kind === "function" && entity.function !== method && entity.receiver ? [entity] : []));
}
