# fix: cpu-bound-in-thread
# refused: `mix` changes `found`, which it is given
from concurrent.futures import ThreadPoolExecutor


def mix(size, found):
    total = 0
    for number in range(size):
        total += number * number % 7
    found.append(total)


def main():
    found = []
    with ThreadPoolExecutor(max_workers=2) as pool:
        for size in [400_000] * 8:
            pool.submit(mix, size, found)
    print(found)


if __name__ == "__main__":
    main()
