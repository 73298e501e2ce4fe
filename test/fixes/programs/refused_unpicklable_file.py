# fix: process-pool-unpicklable
# refused: at `open("log.txt")` in `main` of main.py
from concurrent.futures import ProcessPoolExecutor


def lines(file):
    return file.readlines()


def main():
    log = open("log.txt")
    with ProcessPoolExecutor() as pool:
        print(pool.submit(lines, log).result())


if __name__ == "__main__":
    main()
