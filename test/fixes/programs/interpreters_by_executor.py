# fix: cpu-bound-in-thread
# safety: unsafe
# target: cpython-3.14
# python: 3.14
# title: InterpreterPoolExecutor
# before: in this interpreter: (.*)
# after: in others: (.*)
import sys
from concurrent.futures import ThreadPoolExecutor


def heavy(size):
    total = 0
    for number in range(size):
        total += number * number % 7
    return id(sys.modules), total


def main():
    with ThreadPoolExecutor(2, thread_name_prefix="worker") as pool:
        results = list(pool.map(heavy, [400_000] * 8))
    where = "in this interpreter:" if {place for place, _ in results} == {id(sys.modules)} else "in others:"
    print(where, sum(total for _, total in results))


if __name__ == "__main__":
    main()
