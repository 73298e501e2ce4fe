import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { parseJson, placesOf } from "../../server/src/knowledge/json-places.js";

test("what is not JSON stops where it stops", () => {
  const stops = (text: string): string => {
    const parsed = parseJson(text);
    assert.equal(parsed.kind, "problem", text);
    return parsed.kind === "problem" ? text.slice(parsed.at) : "";
  };
  assert.equal(stops('{"a": 1,\n "b" 2}'), "2}");
  assert.equal(stops('{"a": nonsense}'), "nonsense}");
  assert.equal(stops("[1, 2,]"), "]");
  assert.equal(stops('{"a": 1,}'), "}");
  assert.equal(stops("[1 2]"), "2]");
  assert.equal(stops('["a\nb"]'), '"a\nb"]');
  assert.equal(stops("{} {}"), "{}");
  assert.equal(stops("[01]"), "1]");
  assert.equal(stops('{"a": [1'), "");
  assert.equal(stops("[".repeat(200_000)), "");
});

test("a pointer leads to its value, or to the nearest around it", () => {
  const text = '{ "a": [1, {"b/c": "x", "~": true}], "": null }';
  const at = (pointer: string): string => {
    const [place] = placesOf(text, [pointer]);
    assert(place);
    return text.slice(place.start, place.end);
  };
  assert.equal(at("/a/0"), "1");
  assert.equal(at("/a/1/b~1c"), '"x"');
  assert.equal(at("/a/1/~0"), "true");
  assert.equal(at("/"), "null");
  assert.equal(at("/a"), '"a"');
  assert.equal(at("/a/1/missing/too"), "{");
  assert.equal(at(""), "{");
});

test("whatever is JSON is walked to its end, and every value is found", () => {
  const pointersOf = (value: unknown, pointer: string): [string, unknown][] =>
    typeof value === "object" && value !== null
      ? Object.entries(value).flatMap(([key, child]) => pointersOf(child, `${pointer}/${key.replaceAll("~", "~0").replaceAll("/", "~1")}`))
      : [[pointer, value]];
  fc.assert(
    fc.property(fc.jsonValue(), fc.constantFrom(undefined, 2, "\t"), (value, space) => {
      const text = JSON.stringify(value, undefined, space);
      const leaves = pointersOf(JSON.parse(text), "");
      const places = placesOf(
        text,
        leaves.map(([pointer]) => pointer),
      );
      leaves.forEach(([pointer, leaf], index) => {
        const place = places[index];
        assert.deepEqual(JSON.parse(text.slice(place?.start, place?.end)), leaf, pointer);
      });
      for (let cut = 1; cut < text.length; cut += 7) {
        const parsed = parseJson(text.slice(0, cut));
        if (parsed.kind === "problem") assert(parsed.at <= cut);
      }
    }),
    { numRuns: 200 },
  );
});
