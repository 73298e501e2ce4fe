# fix: process-state-lost
# refused: returns something already
import multiprocessing

seen = []


def work(word):
    seen.append(word)
    return len(word)


def main():
    with multiprocessing.Pool(2) as pool:
        print(sum(pool.map(work, ["a", "bc"])))
    print(seen)


if __name__ == "__main__":
    main()
