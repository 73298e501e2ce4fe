import { exactly, interval } from "../base/interval.js";
import { atLeast, hasGil, type Target } from "../base/target.js";
import type { CallCost } from "../knowledge/evaluate.js";
import type { CallOperation, Value } from "../program/operation.js";
import type { Activation, Evaluator } from "./evaluate.js";

/**
 * What running a command takes that does little: the system starts it in a millisecond, and it is done with the kilobytes it is given in another
 * (`test/measure/commands.py`; 1.1 to 1.8 ms for these with 40 kB through a pipe, 2.3 to 3 ms for `sort`, on CPython 3.11, 3.13t and 3.14). Up to 3.11
 * the GIL is held until the command runs. Undefined for any other command.
 */
export function commandCost(name: string, call: CallOperation, at: Activation, evaluator: Evaluator, target: Target): CallCost | undefined {
  if (!/^subprocess\.(run|call|check_call|check_output)$/.test(name)) return undefined;
  const word = commandOf(call, at, evaluator);
  if (word === undefined || !briefCommands.test(word)) return undefined;
  const isHeld = hasGil(target) && !atLeast(target, 3, 12);
  return {
    interpreterNs: isHeld ? interval(250_000, 700_000, 2_000_000) : interval(150_000, 350_000, 1_500_000),
    nativeNs: isHeld ? interval(300_000, 900_000, 10_000_000) : interval(500_000, 1_200_000, 10_000_000),
    waitNs: exactly(0),
    missing: [],
    from: "measured",
  };
}

const briefCommands =
  /^(\S*\/)?(true|false|echo|printf|cat|wc|cut|tr|sort|uniq|grep|[ef]grep|sed|awk|date|uname|hostname|whoami|id|ls|pwd|env|basename|dirname|head|test|stat|touch|mkdir|rmdir|rm|cp|mv|ln|chmod|readlink|realpath|which|seq|expr|rev|tee|md5sum|sha256sum|cksum)(\s|$)/;

/** Whether a command is started that is known to wait for time or the network, where most compute: `["ssh", host, "uptime"]`. */
export function startsIdleCommand(call: CallOperation, at: Activation, evaluator: Evaluator): boolean {
  return idleCommands.test(commandOf(call, at, evaluator) ?? "");
}

const idleCommands = /^(\S*\/)?(sleep|timeout|ssh|scp|sftp|rsync|curl|wget|ping6?|nc|ncat|telnet|dig|nslookup|traceroute|tail)(\s|$)/;

/** The command, or the first word of a list, if it is written out. */
function commandOf({ arguments: [first] }: CallOperation, at: Activation, evaluator: Evaluator): string | undefined {
  const read = (value: Value): string | undefined => {
    const word = value.op === "display" ? value.elements[0] : value;
    return word?.op === "constant" && word.type === "str" ? String(word.value) : undefined;
  };
  return first && evaluator.samples.written(first.value, at, read);
}
