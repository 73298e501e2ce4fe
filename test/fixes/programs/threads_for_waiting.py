# fix: process-pool-for-io
# safety: unsafe
# before: elsewhere
# after: here
import os
import time
from multiprocessing import Pool


def check(host):
    time.sleep(0.02)
    return host, os.getpid()


def main():
    with Pool(2) as pool:
        answers = pool.map(check, ["alpha", "beta", "gamma"])
    print([host for host, _ in answers])
    print("here" if {pid for _, pid in answers} == {os.getpid()} else "elsewhere")


if __name__ == "__main__":
    main()
