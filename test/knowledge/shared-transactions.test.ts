import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { CallFacts } from "../../server/src/knowledge/call-facts.js";
import { transactionStatement } from "../../server/src/knowledge/transactions.js";
import measured from "./measured-shared-transactions.json";
import type { RaceRow, RaceRun } from "./race-record.js";

interface Row extends RaceRow {
  readonly autocommit: boolean;
  readonly guarded: boolean;
}

const record = measured as unknown as readonly RaceRun<Row>[];

function wrongOf(run: RaceRun<Row>, rows: (row: Row) => boolean): number {
  return run.rows.filter(rows).reduce((sum, row) => sum + row.wrong, 0);
}

describe("threads that write through one SQLite connection", () => {
  for (const run of record) {
    const name = `${run.version}${run.freeThreaded ? "t" : ""} at ${run.switchInterval} s`;
    test(`${name}: go wrong in transactions, and not behind a lock`, () => {
      assert.ok(wrongOf(run, ({ autocommit, guarded }) => !autocommit && !guarded) > 0);
      assert.equal(
        wrongOf(run, ({ guarded }) => guarded),
        0,
      );
    });
  }

  test("the knowledge speaks against what went wrong on every interpreter, and against nothing else", () => {
    const made = (...keywords: NonNullable<CallFacts["keywords"]>): CallFacts => ({ positional: [], keywords, unpacks: "nothing" });
    assert.equal(transactionStatement("sqlite3.Connection", "execute", made())?.verdict, "unsafe");
    assert.equal(transactionStatement("sqlite3.Connection", "cursor", made()), undefined);
    const autocommit = made({ name: "isolation_level", value: { literal: null } });
    assert.equal(transactionStatement("sqlite3.Connection", "execute", autocommit), undefined);
    const upTo311 = record.filter(({ version }) => /^3\.([89]|1[01])\./.test(version));
    assert.ok(upTo311.length > 0 && upTo311.every((run) => wrongOf(run, ({ autocommit }) => autocommit) === 0));
  });
});
