import type { Resolver } from "../../program/link/resolution/resolver.js";
import type { GivenValue, SpawnTarget } from "../../program/link/threads/spawn.js";
import { type Activation, type Argument, bareActivation } from "../values/activation.js";
import { decoratorAround } from "../values/called-code.js";

/** The first activation of a spawned function, with the arguments that the spawn hands over. */
export function activationOf(target: SpawnTarget, resolver: Resolver): Activation {
  const { function: node, receiverValue: object, namedBy } = target;
  const receiver = object && argumentOf({ ...object, how: "whole" });
  const gathered = target.gathered.map(argumentOf);
  const isGathered = receiver && node.head.parameters[0]?.form === "star";
  const madeIn = namedBy && decoratorAround(node, { value: namedBy.value, in: bareActivation(namedBy.in) }, resolver);
  return {
    function: node,
    arguments: new Map([...target.arguments].map(([name, given]) => [name, argumentOf(given)])),
    caller: undefined,
    gathered: isGathered ? [receiver, ...gathered] : gathered,
    ...(receiver ? { receiver } : {}),
    ...(madeIn ? { madeIn } : {}),
  };
}

function argumentOf({ value, in: within, how }: GivenValue): Argument {
  return { value, in: bareActivation(within), how };
}
