import assert from "node:assert/strict";
import { test } from "node:test";
import { phrasesOf } from "../../server/src/lsp/phrases.js";

/* Texts are translated by their form, and what stands in its holes is, too. */

const { whole, nearest } = phrasesOf({
  "{0} and {1}": "{0} und {1}",
  "{0}, {1}": "{0}, {1}",
  "{0} runs in {1} threads": "{0} läuft in {1} Threads",
  "{0} runs in one thread": "{0} läuft in einem Thread",
  "no lock is held": "kein Lock wird gehalten",
  "`{0}` can lose updates: {1}": "Bei `{0}` können Änderungen verloren gehen: {1^}",
  "`{0}` changes `{1}`, and later `{0}`": "`{1}` wird von `{0}` geändert",
  "this `acquire` comes before `release`": "vor `release` kommt dieses `acquire`",
  "the second": "der zweite",
  "dat|the second": "dem zweiten",
  "other access, in {0}": "anderer Zugriff, in {0.dat}",
  "s|is a lambda": "ein Lambda ist",
  "holds something that {0}": "enthält etwas, das {0.s}",
  "brings threads of its own ({0=})": "bringt eigene Threads mit ({0})",
  "all {0} together": "alle {0} zusammen",
});

test("clauses in a form are translated, to any depth, and in another order where the language wants it", () => {
  assert.equal(
    whole("`n += 1` can lose updates: `f` runs in 4 threads and no lock is held."),
    "Bei `n += 1` können Änderungen verloren gehen: `f` läuft in 4 Threads und kein Lock wird gehalten.",
  );
  assert.equal(whole("this `acquire` comes before `release`"), "vor `release` kommt dieses `acquire`");
  assert.equal(whole("this `a` comes before `b`"), "vor `b` kommt dieses `a`");
});

test("code and quotes are taken as they are, whatever stands in them", () => {
  assert.equal(
    whole("`a, b and no lock is held` runs in 4 threads and no lock is held"),
    "`a, b and no lock is held` läuft in 4 Threads und kein Lock wird gehalten",
  );
  assert.equal(whole("`{0}` runs in one thread"), "`{0}` läuft in einem Thread");
  assert.equal(whole("`$&` runs in one thread"), "`$&` läuft in einem Thread");
});

test("a sentence begins with a capital letter wherever its first word comes from", () => {
  assert.equal(whole("No lock is held."), "Kein Lock wird gehalten.");
  assert.equal(whole("No lock is held. `f` runs in one thread."), "Kein Lock wird gehalten. `f` läuft in einem Thread.");
  assert.equal(whole("`x` can lose updates: no lock is held"), "Bei `x` können Änderungen verloren gehen: Kein Lock wird gehalten");
});

test("a translation asks for a case, or for a clause, and a bare name is no clause", () => {
  assert.equal(whole("other access, in the second"), "anderer Zugriff, in dem zweiten");
  assert.equal(whole("other access, in `f`"), "anderer Zugriff, in `f`");
  assert.equal(whole("holds something that is a lambda"), "enthält etwas, das ein Lambda ist");
  assert.equal(whole("holds something that `f`"), undefined);
});

test("numbers, units and names stay, but for the comma between thousands", () => {
  assert.equal(whole("all 100,000 together"), "alle 100\u202f000 zusammen");
  assert.equal(whole("all 3.1–3.6× together"), "alle 3.1–3.6× zusammen");
  assert.equal(whole("all CPython 3.13t together"), "alle CPython 3.13t zusammen");
  assert.equal(whole("brings threads of its own (BLAS and the like)"), "bringt eigene Threads mit (BLAS and the like)");
});

test("what is not known is left: all of a sentence, or a name in it", () => {
  assert.equal(whole("nobody knows this, and no lock is held"), undefined);
  assert.equal(nearest("nobody knows this, and no lock is held"), "nobody knows this, and no lock is held");
  assert.equal(nearest("Nobody knows this. No lock is held."), "Nobody knows this. Kein Lock wird gehalten.");
  assert.equal(nearest("worker A runs in one thread"), "worker A läuft in einem Thread");
  assert.equal(nearest(""), "");
  assert.equal(nearest("constructor"), "constructor");
});

test("a text of very many forms is given up", () => {
  const text = `${"`x` and ".repeat(400)}nothing that is known`;
  assert.equal(nearest(text), text);
  assert.equal(nearest("a".repeat(100_000)), "a".repeat(100_000));
  assert.equal(nearest(`${"a_".repeat(1500)}!`), `${"a_".repeat(1500)}!`);
  assert.equal(nearest("`x` and `y`"), "`x` und `y`");
});
