"""What pushing on a heap and popping from one takes by its size and what is on it.

usage: python heap_costs.py

Prints one JSON object: for integers and for tuples, and each size, nanoseconds of a push and of a pop, and both as multiples of what `gilscope calibrate`
times: a push and a pop of 500 on the integers below 1,000.
"""
import heapq
import json
import random
import sys
import time


def best(work, repeats=7):
    times = []
    for _ in range(repeats):
        start = time.perf_counter_ns()
        work()
        times.append(time.perf_counter_ns() - start)
    return min(times)


def entries(kind, size):
    numbers = [random.randrange(1 << 30) for _ in range(size)]
    return numbers if kind == "integers" else [(number, number % 1000) for number in numbers]


def each(kind, size):
    items = entries(kind, size)

    def fill():
        heap = []
        for item in items:
            heapq.heappush(heap, item)

    def drain():
        heap = items[:]
        heapq.heapify(heap)
        while heap:
            heapq.heappop(heap)

    def heapify():
        heapq.heapify(items[:])

    return best(fill) / size, (best(drain) - best(heapify)) / size


def unit():
    heap, rounds = list(range(1000)), 2000

    def both():
        for _ in range(rounds):
            heapq.heappush(heap, 500)
            heapq.heappop(heap)

    return best(both) / rounds


def main():
    random.seed(1)
    one = unit()
    rows = []
    for kind in ("integers", "tuples"):
        for size in (10, 100, 1000, 10_000, 20_000, 50_000, 100_000):
            push, pop = each(kind, size)
            rows.append({"kind": kind, "size": size, "pushNs": round(push), "popNs": round(pop), "push": round(push / one, 2), "pop": round(pop / one, 2)})
    print(json.dumps({"python": sys.version.split()[0], "unitNs": round(one), "rows": rows}))


if __name__ == "__main__":
    main()
