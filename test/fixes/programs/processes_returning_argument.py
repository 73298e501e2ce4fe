# fix: cpu-bound-in-thread
# safety: unsafe
# before: 1 process: (.*)
# after: [2-9] processes: (.*)
import os
from concurrent.futures import ThreadPoolExecutor


def mix(size, found):
    total = 0
    for number in range(size):
        total += number * number % 7
    found.append((os.getpid(), total))
    return found


def main():
    with ThreadPoolExecutor(max_workers=2) as pool:
        futures = [pool.submit(mix, size, []) for size in [400_000] * 8]
    results = [future.result()[0] for future in futures]
    count = len({pid for pid, _ in results})
    print(count, "process:" if count == 1 else "processes:", sum(total for _, total in results))


if __name__ == "__main__":
    main()
