import type { ParameterFacts } from "../../facts.js";
import type { ClassNode, Entity, FunctionNode } from "../entity.js";
import { annotatedEntities } from "./annotations.js";
import { gatheredArguments } from "./gathered-arguments.js";
import { givenByLibrary } from "./library-callbacks.js";
import { argumentFor, decoratorNames, type Resolver } from "./resolver.js";

/** What a parameter can be: its object for the first of a method, what its annotation says, what callers, spawns and libraries give for it, its default. */
export function parameterValues(resolver: Resolver, parameter: ParameterFacts, node: FunctionNode): readonly Entity[] {
  const { head: facts } = node;
  if (facts.class !== undefined && parameter === facts.parameters[0]) {
    const owner = node.file.classAt(facts.class);
    const decorators = decoratorNames(node);
    if (owner && !decorators.includes("staticmethod")) {
      const isClass = decorators.includes("classmethod") || facts.name === "__new__" || facts.name === "__init_subclass__";
      return [{ kind: isClass ? "class" : "instance", class: owner }];
    }
  }
  const scope = node.file.functionAt(facts.parent ?? 0) as FunctionNode;
  const annotated = parameter.annotation ? annotatedEntities(resolver, parameter.annotation, scope) : [];
  const isOpen = annotated.length > 0 && annotated.every((entity) => entity.kind === "instance" && isAbstract(resolver, entity.class));
  if (annotated.length > 0 && !isOpen) {
    // Which pool it is, and of how many threads, is known where it was made.
    const isPool = (entity: Entity): boolean => entity.kind === "object" && resolver.knowledge.type(entity.type)?.is.role === "executor";
    const isAnyPool = (entity: Entity): boolean => entity.kind === "object" && anyPool.test(entity.type);
    const mayBePool = annotated.every((entity) => isPool(entity) || isAnyPool(entity));
    const given = mayBePool ? givenByCallers(resolver, parameter, node).filter(isPool) : [];
    return given.length > 0 ? given : annotated;
  }
  if (isOpen) {
    // A protocol says what an object can do; what it does is said by the class of the object that is passed.
    const passed = givenByCallers(resolver, parameter, node).filter(
      (entity) => entity.kind === "instance" && !isAbstract(resolver, entity.class),
    );
    return [...passed, ...annotated];
  }
  const given = [...givenByCallers(resolver, parameter, node), ...resolver.givenBySpawns(parameter, node)];
  if (given.length === 0 && !parameter.default) return givenByLibrary(resolver, parameter, node);
  return parameter.default ? [...given, ...resolver.resolve(parameter.default, scope)] : given;
}

function givenByCallers(resolver: Resolver, parameter: ParameterFacts, node: FunctionNode): readonly Entity[] {
  const result: Entity[] = [];
  for (const { call, within, receiver } of resolver.callersOf(node)) {
    const argument = gatheredArguments(node, parameter, call, receiver) ?? argumentFor(node, parameter, call, receiver);
    if (argument) result.push(...resolver.resolve(argument, within));
  }
  return result;
}

/** Whether the class is there to be derived from or to be matched: `Protocol`, `ABC`. */
function isAbstract(resolver: Resolver, node: ClassNode): boolean {
  const isBase = (name: string): boolean => /^(abc\.ABC|(typing|typing_extensions)\.Protocol)$/.test(name);
  const scope = node.file.functionAt(node.file.functionAt(node.facts.body)?.head.parent ?? 0);
  return (
    scope !== undefined &&
    node.facts.bases.some((base) => {
      const outer = base.op === "read" && base.place.kind === "element" ? base.place.object : base;
      return resolver.resolve(outer, scope).some((entity) => entity.kind === "external" && isBase(entity.name));
    })
  );
}

/** The types of which every pool of the library is one. */
const anyPool = /^concurrent\.futures\.(_base\.)?Executor$/;
