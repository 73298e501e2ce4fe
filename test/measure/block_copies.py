"""What copying texts and bytes as a block takes, and what making and cutting views of them does.

usage: python block_copies.py

Prints one JSON object: for each statement nanoseconds for each of 1,000 bytes and more; for views nanoseconds a call.
"""
import json
import timeit

from kept_rows import interpreter

COPIES = {
    "slice of bytes": "data[10:]",
    "slice of a byte array": "array[10:]",
    "slice of a text": "text[10:]",
    "sum of bytes": "data + b'a'",
    "bytes of a byte array": "bytes(array)",
    "bytes, repeated": "b'0123456789' * (n // 10)",
    "tobytes": "view.tobytes()",
}
VIEWS = {"view": "memoryview(data)", "part of a view": "view[10:]", "view, read": "view[10]"}


def ns(statement, names, number):
    return min(timeit.repeat(statement, globals=names, number=number, repeat=7)) / number * 1e9


def main():
    found = {}
    for n in (1_000, 20_000, 100_000, 400_000, 2_000_000, 8_000_000):
        data = bytes(n)
        names = {"n": n, "data": data, "array": bytearray(data), "text": "x" * n, "view": memoryview(data)}
        found[n] = {name: round(ns(copy, names, max(3, 2_000_000 // n)) / n, 4) for name, copy in COPIES.items()}
    found["views"] = {name: round(ns(view, names, 20_000), 1) for name, view in VIEWS.items()}
    print(json.dumps({**interpreter(), "ns": found}, indent=1))


main()
