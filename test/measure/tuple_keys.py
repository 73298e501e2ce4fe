"""What a key that is a tuple takes in a dict or a set, beyond what a number takes and making it.

usage: python tuple_keys.py

Prints one JSON object: for keys of two and three numbers, nanoseconds of reading, asking with `in`, replacing and adding an entry beyond the same with a
number as the key, less making the tuple, and each as a multiple of what calling `abs` takes.
"""
import json
import time

from kept_rows import interpreter

SIZE = 1000
ROUNDS = 30


def timed(work):
    times = []
    for _ in range(ROUNDS):
        start = time.perf_counter_ns()
        work()
        times.append(time.perf_counter_ns() - start)
    return min(times) / SIZE


def compiled(setup, statement):
    names = {"SIZE": SIZE}
    exec(f"def work():\n    x = y = 1\n    {setup}\n    for i in range(SIZE):\n        {statement}\n", names)
    return timed(names["work"])


def beyond(statement, key):
    """With the key, less the same with a number and less making the key. Each entry is new to the dict where it is made for each run."""
    filled = "d = DICT"
    setup = "d = {}" if "new" in statement else filled
    body = statement.replace("new ", "")

    def run(k, make):
        names = {"SIZE": SIZE, "DICT": {eval(k, {"x": 1, "y": 1, "i": i}): i for i in range(SIZE)}}
        exec(f"def work():\n    x = y = 1\n    {setup}\n    for i in range(SIZE):\n        {make}\n", names)
        return timed(names["work"])

    making = run(key, f"k = {key}") - run("i", "k = i")
    return run(key, body.replace("KEY", key)) - run("i", body.replace("KEY", "i")) - making


def main():
    call = compiled("pass", "abs(i)") - compiled("pass", "pass")
    rows = {}
    for key in ("(x, i)", "(x, y, i)"):
        for name, statement in {"read": "d[KEY]", "in": "KEY in d", "replace": "d[KEY] = i", "add": "new d[KEY] = i"}.items():
            ns = beyond(statement, key)
            rows[f"{name} {key}"] = [round(ns, 1), round(ns / call, 2)]
    print(json.dumps({**interpreter(), "abs": round(call, 1), "rows": rows}))


if __name__ == "__main__":
    main()
