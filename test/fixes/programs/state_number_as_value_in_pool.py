# fix: process-state-lost
# safety: unsafe
# before: 0
# after: 3
import multiprocessing

hits = 0


def work(word):
    global hits
    if "a" in word:
        hits += 1
    return word.upper()


def main():
    with multiprocessing.Pool(2) as pool:
        words = pool.map(work, ["ab", "bc", "ca", "aa"])
    assert len(words) == 4
    print(hits)


if __name__ == "__main__":
    main()
