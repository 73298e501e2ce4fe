import { exactly, type Interval, scale } from "../../base/interval.js";
import type { ClassNode, Entity } from "../../program/link/entity.js";
import { decoratorNames, type Resolver } from "../../program/link/resolution/resolver.js";
import { type CallOperation, type Place, unbound, type Value } from "../../program/operation.js";
import type { OperationCosts } from "../costs/operation-costs.js";
import type { Activation } from "../values/activation.js";

/**
 * What all threads use in classes although nobody hands it to them. Without a GIL, classes and functions are immortal from the first thread on, but
 * what lies in a class is not: members of enums, containers, properties, class and static methods, numbers. Reading it counts a reference to it.
 * CPython 3.13.5t, 2 threads on 2 cores, in nanoseconds a pass more than one thread takes (`test/measure/shared_objects.py`).
 */
export class SharedClasses {
  constructor(
    private readonly resolver: Resolver,
    /** What a use of a value in a class body is: a literal, another object, or nothing that is counted. */
    private readonly kindOf: (value: Value, at: ClassNode) => "own" | "object" | "literal",
    private readonly costs: OperationCosts,
  ) {}

  /** Of reading an attribute: what lies in the class of its object, or in the class that is named. */
  usesOfAttribute(place: Place, at: Activation): { readonly uses: number; readonly literals: number } {
    if (place.kind !== "attribute") return nothing;
    const { object, name } = place;
    // `Colour.RED.value` is a property that `enum` wrote in Python, 100 ns for the member and 400 for it.
    if (this.isOfMember(place, at)) return { uses: propertyOfEnum, literals: 0 };
    // What reads a field of a named tuple is an object in its class: 115 ns.
    if (this.isNamedTuple(object, at)) return oneUse;
    for (const entity of this.resolver.resolve(object, at.function)) {
      if (entity.kind !== "class" && entity.kind !== "instance") continue;
      for (const node of this.resolver.classOrder(entity.class).classes) {
        // What an object has itself hides what lies in its class.
        if (entity.kind === "instance" && node.facts.instanceAttributes.has(name)) return nothing;
        const bound = node.file.functionAt(node.facts.body)?.bound(name);
        const value = bound?.[bound.length - 1];
        if (value) return this.usesOfBound(value, node, entity.kind === "class");
      }
      const isField = entity.kind === "instance" && this.resolver.classOrder(entity.class).externals.includes("typing.NamedTuple");
      return isField ? oneUse : nothing;
    }
    return nothing;
  }

  /** What reading `Colour.RED.value` takes beside finding the member. */
  memberNs(place: Place, at: Activation): Interval | undefined {
    return this.isOfMember(place, at) ? scale(this.costs.operations.propertyLoad, memberProperties) : undefined;
  }

  /** `.value` or `.name` of a member that is named, or that a variable is bound to. */
  private isOfMember(place: Place, at: Activation): boolean {
    if (place.kind !== "attribute" || (place.name !== "value" && place.name !== "name") || place.object.op !== "read") return false;
    const member = place.object.place;
    const isMember = (value: Value): boolean =>
      value.op === "choice"
        ? value.values.some(isMember)
        : value.op === "call"
          ? this.classesOf(value.callee, at).some((owner) => this.isEnum(owner))
          : value.op === "read" &&
            value.place.kind === "attribute" &&
            this.classesOf(value.place.object, at).some((owner) => this.isEnum(owner));
    if (member.kind !== "name") return isMember(place.object);
    return member.owner === at.function.index && (at.function.bound(member.name) ?? []).some(isMember);
  }

  /** Whether a variable is bound to what a class makes that `collections.namedtuple` made. */
  private isNamedTuple(object: Value, at: Activation): boolean {
    if (object.op !== "read" || object.place.kind !== "name" || object.place.owner !== at.function.index) return false;
    return (at.function.bound(object.place.name) ?? []).some((value) => {
      if (value.op !== "call" || value.callee.op !== "read" || value.callee.place.kind !== "name") return false;
      const { name, owner } = value.callee.place;
      const module = at.function.file.functionAt(0);
      const makers = (owner === 0 && module?.bound(name)) || [];
      return makers.some(
        (made) => made.op === "call" && module && this.resolver.externalCallees(made, module)[0] === "collections.namedtuple",
      );
    });
  }

  private usesOfBound(value: Value, node: ClassNode, isNamed: boolean): { readonly uses: number; readonly literals: number } {
    if (value.op === "function") {
      const method = node.file.functionAt(value.function);
      const names = method ? decoratorNames(method) : [];
      if (names.some((each) => /^(property|cached_property)$/.test(each))) return propertyUse;
      return names.some((each) => /^(classmethod|staticmethod)$/.test(each)) ? descriptorUse : nothing;
    }
    if (value.op === "class" || value.op === "import") return nothing;
    // A member is an object whatever it is made of.
    if (isNamed && this.isEnum(node)) return oneUse;
    const kind = this.kindOf(value, node);
    return kind === "own" ? nothing : kind === "literal" ? { uses: 0, literals: 1 } : oneUse;
  }

  /** Of a call: the object that is called, what `super()` makes, what a cache, an abstract class and the one generator of `random` do inside. */
  usesOfCall(call: CallOperation, at: Activation): number {
    const { callee } = call;
    if (callee.op !== "read") return 0;
    const { place } = callee;
    if (place.kind === "attribute") {
      const { object } = place;
      if (object.op === "call" && object.callee.op === "read" && isBuiltIn(object.callee.place, "super")) return superUses;
      return this.usesOfAttribute(place, at).uses;
    }
    if (isBuiltIn(place, "isinstance")) return this.isAbstract(call.arguments[1]?.value, at) ? abstractUses : 0;
    if (place.kind !== "name" || place.owner !== 0 || at.function.index === 0) return 0;
    const bound = at.function.file.functionAt(0)?.bound(place.name) ?? [];
    // Functions that another function has made are not immortal, and neither are objects that can be called.
    const [made] = bound.filter((each) => each.op === "call");
    if (made) {
      const [maker] = this.resolver.externalCallees(made, at.function);
      const isOne =
        /^operator\.(itemgetter|attrgetter|methodcaller)$/.test(maker ?? "") || this.resolver.resolve(callee, at.function).some(isCounted);
      return isOne ? calledObjectUses : 0;
    }
    return this.resolver.callees(call, at.function).some((each) => decoratorNames(each.function).some((name) => isCache.test(name)))
      ? cacheUses
      : 0;
  }

  /** What `isinstance` with an abstract class takes more than with another one: it is asked in Python, and looks in sets of weak references. */
  abstractNs(call: CallOperation, at: Activation): Interval | undefined {
    if (call.callee.op !== "read" || !isBuiltIn(call.callee.place, "isinstance")) return undefined;
    return this.isAbstract(call.arguments[1]?.value, at) ? exactly(abstractInstanceNs) : undefined;
  }

  private isAbstract(type: Value | undefined, at: Activation): boolean {
    if (type?.op !== "read") return false;
    return this.resolver.resolve(type, at.function).some((entity) => {
      if (entity.kind === "external") return /^(collections\.abc|numbers)\.[A-Z]/.test(entity.name);
      if (entity.kind !== "class") return false;
      const { classes, externals } = this.resolver.classOrder(entity.class);
      return externals.includes("abc.ABC") || classes.some((each) => this.hasAbstractMeta(each));
    });
  }

  private hasAbstractMeta({ file, facts }: ClassNode): boolean {
    const scope = file.functionAt(0);
    return (
      facts.metaclass !== undefined &&
      scope !== undefined &&
      this.resolver.resolve(facts.metaclass, scope).some((entity) => entity.kind === "external" && entity.name === "abc.ABCMeta")
    );
  }

  private isEnum(node: ClassNode): boolean {
    return this.resolver.classOrder(node).externals.some((name) => /^enum\.(Int|Str)?(Enum|Flag)$/.test(name));
  }

  private classesOf(value: Value, at: Activation): readonly ClassNode[] {
    return this.resolver.resolve(value, at.function).flatMap((entity) => (entity.kind === "class" ? [entity.class] : []));
  }
}

function isBuiltIn(place: Place, name: string): boolean {
  return place.kind === "name" && place.name === name && place.owner === unbound;
}

function isCounted({ kind }: Entity): boolean {
  return kind === "function" || kind === "partial" || kind === "object";
}

const nothing = { uses: 0, literals: 0 };
const oneUse = { uses: 1, literals: 0 };
/** `@property` 170 to 180 ns, `@cached_property` 150 to 280. */
const propertyUse = { uses: 1.5, literals: 0 };
/** 50 to 115 ns. */
const descriptorUse = { uses: 0.6, literals: 0 };
const isCache = /^(lru_cache|cache)$/;
/** 85 ns in all on 3.14, 142 to 145 on 3.12 and 3.13, 224 on 3.13t, 242 on 3.11, where `@property` of one's own takes a fourth to a fifth. */
const memberProperties = 4.5;
/** 1,110 to 1,180 ns more in each of two threads for `Colour.RED.value`, of which the member takes 115. */
const propertyOfEnum = 8;
/** `super().__init__(x)`: 320 ns; the cell that holds the class, the class's tuple of bases, and the object that `super()` is. */
const superUses = 3;
/** `isinstance(own, Shape)`, `isinstance(own, Mapping)`: 560 ns. */
const abstractUses = 6;
const abstractInstanceNs = 250;
/** `operator.itemgetter` 150 ns, `functools.partial` 130, a function of a closure 270. */
const calledObjectUses = 1.5;
/** A hit of `functools.lru_cache`: 110 to 150 ns. */
const cacheUses = 1.3;
