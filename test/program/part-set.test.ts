import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { haveCommon, type PartSet, PartUnion, partSet, sameParts, UnionWords } from "../../server/src/program/link/memory/part-set.js";

describe("sets of parts", () => {
  const sets = [[1], [29, 30, 31], [59, 60], [1, 2, 3, 90_000], [90_000, 90_029], [5, 5_000, 50_000, 500_000]];
  const made = sets.map((each) => partSet(each) as PartSet);
  const words = new UnionWords();
  const united = (...some: readonly (PartSet | undefined)[]): PartSet | undefined => {
    const union = new PartUnion(words);
    for (const each of some) union.add(each);
    return union.result;
  };

  test("two sets have something in common as their numbers do", () => {
    for (const [a, some] of sets.entries())
      for (const [b, others] of sets.entries())
        assert.equal(
          haveCommon(made[a] as PartSet, made[b] as PartSet),
          some.some((part) => others.includes(part)),
          `${some} and ${others}`,
        );
  });

  test("the union of any sets is the set of all their numbers, in whatever order they come", () => {
    for (let some = 0; some < 2 ** sets.length; some++) {
      const chosen = [...sets.keys()].filter((index) => (some >> index) & 1);
      const all = partSet(chosen.flatMap((index) => sets[index] as number[]));
      const parts = chosen.map((index) => made[index]);
      assert.deepEqual(united(...parts), all);
      assert.deepEqual(united(...parts.reverse(), ...parts), all);
    }
  });

  test("a union is the set that it was if all others are in it", () => {
    const all = partSet(sets.flat());
    assert.equal(united(made[0], all, ...made), all);
    assert.notEqual(united(made[0], made[1]), made[1]);
  });

  test("sets are the same by what is in them", () => {
    assert.ok(sameParts(partSet([7, 3, 40]), partSet([40, 3, 7, 7])));
    assert.ok(!sameParts(partSet([7]), partSet([7, 40])));
    assert.ok(!sameParts(partSet([7]), undefined));
    assert.equal(partSet([]), undefined);
  });
});
