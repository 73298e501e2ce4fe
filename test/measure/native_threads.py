"""What threads of a library's own cost inside a pool: `numpy.dot` alone, in a pool of threads and in one of processes, with and without a limit.

usage: native_threads.py [WORKERS]      prints seconds and ratios; needs NumPy
"""
import os
import subprocess
import sys
import time

SIZE, ROUNDS, TASKS = 700, 8, 8


def work(_):
    import numpy

    matrix = numpy.random.default_rng(1).random((SIZE, SIZE))
    for _ in range(ROUNDS):
        numpy.dot(matrix, matrix)


def measure(mode, workers):
    from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor

    start = time.perf_counter()
    if mode == "serial":
        for task in range(TASKS):
            work(task)
    else:
        with (ThreadPoolExecutor if mode == "threads" else ProcessPoolExecutor)(workers) as pool:
            list(pool.map(work, range(TASKS)))
    return time.perf_counter() - start


if __name__ == "__main__":
    if sys.argv[1:2] == ["--one"]:
        print(measure(sys.argv[2], int(sys.argv[3])))
    else:
        workers = sys.argv[1] if len(sys.argv) > 1 else "4"
        for mode in ("serial", "threads", "processes"):
            seconds = {}
            for limit in ("", "1"):
                environment = {**os.environ, **({"OPENBLAS_NUM_THREADS": limit, "MKL_NUM_THREADS": limit} if limit else {})}
                runs = [
                    float(subprocess.check_output([sys.executable, __file__, "--one", mode, workers], env=environment, text=True))
                    for _ in range(3)
                ]
                seconds[limit] = min(runs)
            print(f"{mode}: {seconds['']:.2f} s, with one thread each {seconds['1']:.2f} s, {seconds[''] / seconds['1']:.1f} times as long")
