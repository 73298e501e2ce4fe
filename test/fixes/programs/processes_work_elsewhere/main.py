# fix: cpu-bound-in-thread
# safety: unsafe
# before: 1 process: (.*)
# after: [2-9] processes: (.*)
from concurrent.futures import ThreadPoolExecutor

from work import heavy


def main():
    with ThreadPoolExecutor(2) as pool:
        results = list(pool.map(lambda size: heavy(size, 7), [400_000] * 8))
    count = len({pid for pid, _ in results})
    print(count, "process:" if count == 1 else "processes:", sum(total for _, total in results))


main()
