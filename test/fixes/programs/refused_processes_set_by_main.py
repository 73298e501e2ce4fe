# fix: cpu-bound-in-thread
# refused: `mix` uses `modulus`, which `main` changes
from concurrent.futures import ThreadPoolExecutor

modulus = None


def mix(size):
    found = 0
    for number in range(size):
        found += number * number % modulus
    return found


def main():
    global modulus
    modulus = 7
    with ThreadPoolExecutor(max_workers=2) as pool:
        print(list(pool.map(mix, [400_000] * 8)))


main()
