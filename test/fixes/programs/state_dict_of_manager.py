# fix: process-state-lost
# safety: unsafe
# before: 0
# after: 2
import multiprocessing


def store(out, key):
    out[key] = key * 2


def main():
    found = {}
    for key in ["a", "b"]:
        process = multiprocessing.Process(target=store, args=(found, key))
        process.start()
        process.join()
    print(len(found))


if __name__ == "__main__":
    main()
