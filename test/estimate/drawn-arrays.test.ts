import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { between, told } from "./statement-times.js";

describe("arrays that are drawn", () => {
  const rng = "import numpy as np\nrng = np.random.default_rng(1)";
  const likely = (statement: string, setup = rng): number => told(setup, statement).likely;

  test("what drawing takes goes by how many numbers are drawn, wherever the size stands", () => {
    between(likely("rng.normal(0, 1, size=200_000)"), 700_000, 3_000_000);
    between(likely("rng.normal(0, 1, (400, 500))"), 700_000, 3_000_000);
    between(likely("rng.integers(0, 10, 200_000)"), 150_000, 900_000);
    between(likely("rng.integers(10, size=200_000)"), 150_000, 900_000);
    between(likely("rng.exponential(1.5, 200_000)"), 400_000, 2_000_000);
  });

  test("the older functions take longer for the same numbers, and a gamma distribution longer than an even one", () => {
    between(likely("np.random.normal(0, 1, 200_000)") / likely("rng.normal(0, 1, 200_000)"), 1.2, 2.5);
    between(likely("rng.gamma(2.0, 1.0, 200_000)") / likely("rng.random(200_000)"), 3, 12);
  });

  test("a number at a time is soon drawn", () => {
    assert.ok(likely("rng.random()") < 5_000);
    assert.ok(likely("rng.normal(0, 1)") < 5_000);
  });

  test("an array is sorted by NumPy, not as a list is", () => {
    const array = `${rng}\nvalues = rng.random(200_000)`;
    between(likely("values.sort()", array), 500_000, 4_000_000);
    between(likely("np.sort(values)", array) / likely("values.sort()", array), 0.7, 1.5);
    // 200,000 floats take a list 15 times as long.
    assert.ok(likely("numbers.sort()", `${rng}\nnumbers = [rng.random() for _ in range(200_000)]`) > 4 * likely("values.sort()", array));
  });
});
