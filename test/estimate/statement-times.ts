import assert from "node:assert/strict";
import { pythonParser } from "../syntax/python-parser.js";
import { predictionOf } from "./predictions.js";

const parser = await pythonParser();

/** Nanoseconds that one run of the statement is said to take, on module level what it needs. */
export function told(setup: string, statement: string, target = "cpython-3.13"): { low: number; likely: number; high: number } {
  const text = `from concurrent.futures import ThreadPoolExecutor
${setup}


def work(number):
    for _ in range(100):
        ${statement}


if __name__ == "__main__":
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(work, range(4)))
`;
  const { work } = predictionOf(parser, text, target);
  const of = (end: "low" | "likely" | "high"): number => (work.interpreterNs[end] + work.nativeNs[end] + work.waitNs[end]) / 100;
  return { low: of("low"), likely: of("likely"), high: of("high") };
}

export function between(value: number, low: number, high: number): void {
  assert.ok(value >= low && value <= high, `${value} is not between ${low} and ${high}`);
}
