# fix: cpu-bound-in-thread
# refused: `mix` uses `modulus`, which would stand under the main guard
from concurrent.futures import ThreadPoolExecutor

print("starting")


def mix(size):
    found = 0
    for number in range(size):
        found += number * number % modulus
    return found


pool = ThreadPoolExecutor(max_workers=2)
modulus = 7
print(list(pool.map(mix, [400_000] * 8)))
pool.shutdown()
