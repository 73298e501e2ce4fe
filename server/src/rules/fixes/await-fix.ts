import { atLeast } from "../../base/target.js";
import type { FunctionNode } from "../../program/link/entity.js";
import type { UpdateAcrossAwait } from "../../program/link/event-loops/task-updates.js";
import type { Program } from "../../program/link/link.js";
import { writtenName } from "../../program/link/locks/locks.js";
import { parentOf } from "../../program/link/resolution/resolver.js";
import { checksThenActs } from "../../program/link/state/compound.js";
import type { Place } from "../../program/operation.js";
import { type FixOffer, type RuleContext, refusedFix } from "../rule.js";
import { codeOf, isBroken, statementsAt, wrapped } from "./code.js";
import { hoisted, hoistOf } from "./hoist.js";
import { newLock } from "./new-lock.js";
import { looksBefore } from "./sections.js";
import { isDotted, pathTo, type SharedState } from "./shared-state.js";

/**
 * An update that awaits its operand: the operand is awaited first, then the state is read and stored without a break. Anything else that rests on
 * what was there before an `await` holds an `asyncio.Lock` from the look to the act.
 */
export function awaitFix(found: UpdateAcrossAwait, context: RuleContext): FixOffer {
  const { function: node, statement, does, place, read, evidence } = found;
  const name = rootName(place);
  const title = `Hold an \`asyncio.Lock\` while \`${name}\` is changed`;
  const refuse = (reason: string): FixOffer => refusedFix(title, reason);
  if (isBroken(node.file)) return refuse("the file has a syntax error");
  const code = codeOf(node.file.path, context);
  const { path } = node.file;
  const [own, ...more] = statementsAt(code, statement)?.statements ?? [];
  const hoist = does === "update" && own && more.length === 0 ? hoistOf(own, code) : undefined;
  if (own && hoist && /^await\b/.test(code.text.slice(hoist.value.start, hoist.value.end)))
    return {
      fixes: [{ title: "Await first, then update", safety: "safe", edits: [{ path, edits: hoisted(hoist, own, code) }] }],
      refused: [],
    };
  if (!atLeast(context.target, 3, 10))
    return refuse("before Python 3.10 an `asyncio.Lock` belongs to the event loop that runs when it is made");
  if (evidence.kind === "other writer" && evidence.writer !== node)
    return refuse(`\`${evidence.writer.head.name}\` changes it as well and would have to hold the lock, too`);
  const state = stateOf(place, node, context.program);
  const base = state && pathTo(state, place, node);
  if (!state || base === undefined || (base !== "" && !isDotted(base)))
    return refuse("the state is reached in a way that tells no place for a lock");
  const check = [...checksThenActs(node).values()].find((each) => each.check.range.start === read.start)?.check;
  const parts = [read, statement, ...(check ? looksBefore(check, node) : [])];
  const stretch = statementsAt(code, {
    start: Math.min(...parts.map((part) => part.start)),
    end: Math.max(...parts.map((part) => part.end)),
  });
  if (!stretch || stretch.statements.some(({ form }) => form === "several on one line"))
    return refuse("it is not clear which statements belong together");
  const lock = newLock(state, { module: "asyncio", member: "Lock" }, context);
  if ("refused" in lock) return refuse(lock.refused);
  const written = base === "" ? lock.name : `${writtenName(base)}.${lock.name}`;
  const others = lock.edits.filter((edit) => edit.path !== path);
  const beside = lock.edits.filter((edit) => edit.path === path).flatMap(({ edits }) => edits);
  return {
    fixes: [
      {
        title: `Guard \`${name}\` with a new lock for tasks, \`${written}\``,
        safety: "unsafe",
        caution: "Tasks that come here wait for one another, from the look to the act.",
        edits: [...others, { path, edits: [...beside, ...wrapped(code, stretch, `async with ${written}:`)] }],
      },
    ],
    refused: [],
  };
}

function rootName(place: Place): string {
  if (place.kind !== "element") return place.name;
  return place.object.op === "read" ? rootName(place.object.place) : "it";
}

/** Whose variable the place is part of: of the module, of a function around, or of the object of the method. */
function stateOf(place: Place, node: FunctionNode, program: Program): SharedState | undefined {
  if (place.kind === "element") return place.object.op === "read" ? stateOf(place.object.place, node, program) : undefined;
  const { name } = place;
  if (place.kind === "name") {
    if (place.owner === 0) return { of: "module", path: node.file.path, name };
    const owner = node.file.functionAt(place.owner);
    return owner && owner.head.kind === "function" && owner !== node ? { of: "function", function: owner, name } : undefined;
  }
  for (let around: FunctionNode | undefined = node; around; around = parentOf(around)) {
    const { facts } = around;
    const self = facts.class === undefined ? undefined : facts.parameters[0]?.name;
    const holder = facts.class === undefined ? undefined : node.file.classAt(facts.class);
    const isOwn = place.object.op === "read" && place.object.place.kind === "name" && place.object.place.name === self;
    if (holder && isOwn) {
      const definer = program.resolver.classOrder(holder).classes.find((each) => each.facts.instanceAttributes.has(name)) ?? holder;
      return { of: "object", class: definer, name };
    }
  }
  return undefined;
}
