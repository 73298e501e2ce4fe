# fix: process-state-lost
# safety: unsafe
# before: 0.0
# after: sum: 2.0
import multiprocessing

total = 0.0


def work():
    global total
    total = total + 0.5


if __name__ == "__main__":
    processes = [multiprocessing.Process(target=work) for _ in range(4)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    print("sum: %s" % total if total else total)
