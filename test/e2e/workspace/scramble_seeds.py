"""Scrambles four seeds, one per thread."""

from concurrent.futures import ThreadPoolExecutor

ROUNDS = 1_000_000


def scramble(seed):
    value = seed
    for _ in range(ROUNDS):
        value = (value * 1_103_515_245 + 12_345) % 2_147_483_648
    return value


def main():
    with ThreadPoolExecutor(max_workers=4) as pool:
        results = list(pool.map(scramble, [1, 2, 3, 4]))
    print("checksum", sum(results))


if __name__ == "__main__":
    main()
