"""Counts how often threads that write through one SQLite connection get in each other's transactions, to check what
server/src/knowledge/transactions.ts says.

Run once per interpreter; the rows of all runs make test/knowledge/measured-shared-transactions.json:

    python3.13 test/measure/shared_transactions.py test/knowledge/measured-shared-transactions.json

Each thread inserts rows of its own in one way of ending a transaction; every tenth time it gives up what it has begun. Wrong is: an error
of sqlite3, a row that is there though it was given up, or missing though nothing was raised. `guarded` rows hold a lock: a control.
`autocommit` rows have a connection on which each statement is a transaction by itself.

See racing.py for the rest.
"""

import collections
import contextlib
import sqlite3
import sys
import threading

from racing import THREADS, compiled, record, together

N = 200

# (what, body of a try with `db`, `row` and `gives_up`, how the connection is made besides)
WAYS = [
    ("with db: db.execute(insert)", "with db:\n            db.execute(INSERT, row)\n            if gives_up: raise GaveUp()", {}),
    ("db.execute(insert); db.commit()", "db.execute(INSERT, row)\n        db.rollback() if gives_up else db.commit()", {}),
    ("autocommit: db.execute(insert)", "gives_up or db.execute(INSERT, row)", {"isolation_level": None}),
]

WORK = """
def work(db, thread, guard, kept):
    for number in range(N):
        row = (thread * N + number,)
        gives_up = number % 10 == 0
        with guard:
            try:
                BODY
                if not gives_up: kept.append(row[0])
            except GaveUp:
                pass
            except Error as error:
                errors.append(str(error))
                if not db.in_transaction: continue
"""


class GaveUp(Exception):
    """The transaction is to be taken back."""


def trial(body, how, guarded):
    errors = []
    source = WORK.replace("BODY", body.replace("\n        ", "\n                "))
    work = compiled(source, N=N, INSERT="insert into entry values (?)", GaveUp=GaveUp, Error=sqlite3.Error, errors=errors)

    def run():
        errors.clear()
        db = sqlite3.connect(":memory:", check_same_thread=False, **how)
        db.execute("create table entry (number integer)")
        db.commit()
        guard = threading.Lock() if guarded else contextlib.nullcontext()
        kept = [[] for _ in range(THREADS)]
        raised = together(*[lambda t=t: work(db, t, guard, kept[t]) for t in range(THREADS)])
        raised.update(errors)
        stored = collections.Counter(number for (number,) in db.execute("select number from entry"))
        told = collections.Counter(number for numbers in kept for number in numbers)
        if missing := sum((told - stored).values()):
            raised["missing"] += missing
        if extra := sum((stored - told).values()):
            raised["there though given up"] += extra
        return N * THREADS, raised

    return run


ROWS = [
    ({"what": what, "autocommit": how != {}, "guarded": guarded}, trial(body, how, guarded))
    for what, body, how in WAYS
    for guarded in (False, True)
]

if __name__ == "__main__":
    record(sys.argv[1], ROWS)
