# fix: process-state-lost
# safety: unsafe
# before: \[\]
# after: \[\('a', 1\), \('bc', 2\)\]
import multiprocessing

lengths = {}


def measure(word):
    lengths[word] = len(word)


def main():
    with multiprocessing.Pool(2) as pool:
        pool.map(measure, ["a", "bc"])
    print(sorted(lengths.items()))


if __name__ == "__main__":
    main()
