import type { SpawnTarget } from "../../program/link/threads/spawn.js";
import { type Activation, type Argument, bareActivation } from "../values/activation.js";

/** The first activation of a spawned function, with the arguments that the spawn hands over. */
export function activationOf(target: SpawnTarget): Activation {
  const given = new Map<string, Argument>();
  for (const [name, argument] of target.arguments)
    given.set(name, { value: argument.value, in: bareActivation(argument.in), how: argument.how });
  const { receiverValue: object } = target;
  const receiver = object && { value: object.value, in: bareActivation(object.in), how: "whole" as const };
  return { function: target.function, arguments: given, caller: undefined, ...(receiver ? { receiver } : {}) };
}
