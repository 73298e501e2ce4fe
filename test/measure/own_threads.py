"""Whether and from which size on a library's call computes in threads of its own, and whether each caller gets a set of them.

    python own_threads.py --output measured-own-threads.json [--only NAME ...]

Run it with nothing in the environment that limits threads. For each call and size, smallest first:

    helped   the processor time that threads other than the caller use during the calls, as a share of the caller's own. 0: it computes alone.
    threads  how many threads the process has after them, those included that only wait; two before the first call of any library.
    callers  how many it has while four threads make the call at the same time, the four included. A set for each caller shows as a number that grows
             with the callers; one set for all as one that is larger by the four.

On a machine with n cores a set has n threads at most, so a machine with 2 cores shows that threads are used, not how many would be.
"""

import argparse
import datetime
import importlib
import json
import os
import platform
import threading
import time
from importlib import metadata

clock = time.perf_counter
FOR = 0.25


def calls():
    """Yields (entry, package, elements of the largest array, size, call)."""
    yield from numpy_calls()
    yield from scipy_calls()
    yield from torch_calls()
    yield from other_calls()


def numpy_calls():
    import numpy

    rng = numpy.random.default_rng(1)
    for n in (16, 32, 48, 64, 80, 100, 128, 200, 400):
        a, b = rng.random((n, n)), rng.random((n, n))
        spd = a @ a.T + n * numpy.eye(n)
        for name, call in {
            "numpy.dot": lambda: numpy.dot(a, b),
            "numpy.matmul": lambda: numpy.matmul(a, b),
            "numpy.linalg.solve": lambda: numpy.linalg.solve(a, b),
            "numpy.linalg.inv": lambda: numpy.linalg.inv(a),
            "numpy.linalg.det": lambda: numpy.linalg.det(a),
            "numpy.linalg.svd": lambda: numpy.linalg.svd(a),
            "numpy.linalg.eigh": lambda: numpy.linalg.eigh(spd),
            "numpy.linalg.eigvals": lambda: numpy.linalg.eigvals(a),
            "numpy.linalg.cholesky": lambda: numpy.linalg.cholesky(spd),
            "numpy.linalg.qr": lambda: numpy.linalg.qr(a),
        }.items():
            yield name, "numpy", n * n, "%d × %d" % (n, n), call
    for n in (32, 64, 100, 128, 200, 400, 1000):
        a, v = rng.random((n, n)), rng.random(n)
        yield "numpy.dot", "numpy", n * n, "%d × %d, vector" % (n, n), lambda: numpy.dot(a, v)
    for n in (1000, 5000, 10000, 20000, 100000, 1000000):
        v = rng.random(n)
        yield "numpy.dot", "numpy", n, "two vectors of %d" % n, lambda: numpy.dot(v, v)
        yield "numpy.vdot", "numpy", n, "two vectors of %d" % n, lambda: numpy.vdot(v, v)
    for n in (1000000, 5000000):
        v = rng.random(n)
        yield "numpy.add", "numpy", n, "%d" % n, lambda: numpy.add(v, v)
        yield "numpy.sort", "numpy", n, "%d" % n, lambda: numpy.sort(v)
        yield "numpy.sum", "numpy", n, "%d" % n, lambda: numpy.sum(v)


def scipy_calls():
    import numpy
    import scipy.fft
    import scipy.linalg
    import scipy.sparse

    rng = numpy.random.default_rng(1)
    for n in (16, 32, 64, 100, 200, 400):
        a = rng.random((n, n))
        spd = a @ a.T + n * numpy.eye(n)
        for name, call in {
            "scipy.linalg.solve": lambda: scipy.linalg.solve(a, a),
            "scipy.linalg.inv": lambda: scipy.linalg.inv(a),
            "scipy.linalg.svd": lambda: scipy.linalg.svd(a),
            "scipy.linalg.eigh": lambda: scipy.linalg.eigh(spd),
            "scipy.linalg.lu_factor": lambda: scipy.linalg.lu_factor(a),
            "scipy.linalg.cholesky": lambda: scipy.linalg.cholesky(spd),
            "scipy.linalg.qr": lambda: scipy.linalg.qr(a),
            "scipy.linalg.expm": lambda: scipy.linalg.expm(a / n),
        }.items():
            yield name, "scipy", n * n, "%d × %d" % (n, n), call
    signal = rng.random(1 << 20)
    yield "scipy.fft.fft", "scipy", 1 << 20, "1048576", lambda: scipy.fft.fft(signal)
    stack = rng.random((64, 1 << 15))
    yield "scipy.fft.fft", "scipy", 1 << 21, "64 × 32768, workers=4", lambda: scipy.fft.fft(stack, workers=4)
    sparse = scipy.sparse.random(3000, 3000, 0.01, format="csr", random_state=1)
    yield "scipy.sparse.csr_matrix.__matmul__", "scipy", sparse.nnz, "3000 × 3000, 1 %", lambda: sparse @ sparse


def torch_calls():
    import torch

    torch.manual_seed(1)
    for n in (1000, 10000, 20000, 32767, 32768, 40000, 65536, 100000, 1000000):
        v = torch.rand(n)
        for name, call in {
            "torch.add": lambda: torch.add(v, v),
            "torch.exp": lambda: torch.exp(v),
            "torch.sum": lambda: torch.sum(v),
            "torch.sort": lambda: torch.sort(v),
        }.items():
            yield name, "torch", n, str(n), call
    for n in (16, 32, 64, 100, 128, 182, 256, 400):
        a = torch.rand(n, n)
        yield "torch.matmul", "torch", n * n, "%d × %d" % (n, n), lambda: torch.matmul(a, a)
        yield "torch.linalg.inv", "torch", n * n, "%d × %d" % (n, n), lambda: torch.linalg.inv(a)
    layer = torch.nn.Linear(256, 256)
    for n in (1, 8, 64, 512):
        batch = torch.rand(n, 256)
        yield "torch.nn.Module.__call__", "torch", n * 256, "Linear(256, 256), %d rows" % n, lambda: layer(batch)


def other_calls():
    import numpy

    rng = numpy.random.default_rng(1)
    yield from when("numexpr", numexpr_calls, rng)
    yield from when("polars", polars_calls, rng)
    yield from when("cv2", opencv_calls, rng)
    yield from when("sklearn", scikit_learn_calls, rng)
    yield from when("faiss", faiss_calls, rng)
    yield from when("lightgbm", lightgbm_calls, rng)
    yield from when("pyarrow", pyarrow_calls, rng)
    yield from when("duckdb", duckdb_calls, rng)
    yield from when("numba", numba_calls, rng)


def when(module, generator, rng):
    try:
        yield from generator(importlib.import_module(module), rng)
    except ImportError as error:
        print(module, "is left out:", error)


def numexpr_calls(numexpr, rng):
    for n in (1000, 4096, 8192, 16384, 32768, 40000, 65536, 131072, 1000000):
        a, b = rng.random(n), rng.random(n)
        yield "numexpr.evaluate", "numexpr", n, str(n), lambda: numexpr.evaluate("sin(a) * b", {"a": a, "b": b})


def polars_calls(polars, rng):
    for n in (100, 1000, 10000, 100000, 1000000):
        table = polars.DataFrame({"key": rng.integers(0, 50, n), "value": rng.random(n)})
        yield "polars.DataFrame.sort", "polars", n, "%d rows" % n, lambda: table.sort("value")
        yield "polars.DataFrame.filter", "polars", n, "%d rows" % n, lambda: table.filter(polars.col("value") > 0.5)
        yield "polars.DataFrame.select", "polars", n, "%d rows, two sums" % n, lambda: table.select(polars.col("value").sum(), polars.col("key").sum())
        yield "polars.LazyFrame.collect", "polars", n, "%d rows grouped" % n, lambda: table.lazy().group_by("key").agg(polars.col("value").sum()).collect()


def opencv_calls(cv2, rng):
    for n in (32, 64, 128, 256, 512, 1024):
        image = rng.integers(0, 255, (n, n, 3)).astype("uint8")
        for name, call in {
            "cv2.resize": lambda: cv2.resize(image, (n // 2, n // 2)),
            "cv2.GaussianBlur": lambda: cv2.GaussianBlur(image, (5, 5), 0),
            "cv2.medianBlur": lambda: cv2.medianBlur(image, 5),
            "cv2.cvtColor": lambda: cv2.cvtColor(image, cv2.COLOR_BGR2GRAY),
            "cv2.threshold": lambda: cv2.threshold(image, 100, 255, cv2.THRESH_BINARY),
        }.items():
            yield name, "opencv-python-headless", n * n, "%d × %d" % (n, n), call


def scikit_learn_calls(sklearn, rng):
    from sklearn.cluster import KMeans
    from sklearn.ensemble import HistGradientBoostingClassifier, RandomForestClassifier
    from sklearn.neighbors import KNeighborsClassifier

    for n in (100, 1000, 20000):
        rows, labels = rng.random((n, 10)), rng.integers(0, 2, n)
        for name, call in {
            "sklearn.cluster.KMeans.fit": lambda: KMeans(4, n_init=1, max_iter=10).fit(rows),
            "sklearn.ensemble.HistGradientBoostingClassifier.fit": lambda: HistGradientBoostingClassifier(max_iter=5).fit(rows, labels),
            "sklearn.ensemble.RandomForestClassifier.fit": lambda: RandomForestClassifier(3).fit(rows, labels),
            "sklearn.neighbors.KNeighborsClassifier.fit": lambda: KNeighborsClassifier().fit(rows, labels),
        }.items():
            yield name, "scikit-learn", n * 10, "%d rows" % n, call


def faiss_calls(faiss, rng):
    for n in (100, 1000, 20000):
        vectors = rng.random((n, 32)).astype("float32")
        index = faiss.IndexFlatL2(32)
        index.add(vectors)
        for queries in (1, 10, 100):
            yield "faiss.IndexFlatL2.search", "faiss-cpu", n * 32, "%d vectors, %d queries" % (n, queries), lambda: index.search(vectors[:queries], 5)


def lightgbm_calls(lightgbm, rng):
    for n in (1000, 20000):
        rows, labels = rng.random((n, 10)), rng.integers(0, 2, n)
        call = lambda: lightgbm.train({"objective": "binary", "verbose": -1}, lightgbm.Dataset(rows, labels), 5)  # noqa: E731
        yield "lightgbm.train", "lightgbm", n * 10, "%d rows" % n, call


def pyarrow_calls(pyarrow, rng):
    import io

    import pyarrow.csv
    import pyarrow.parquet

    for n in (1000, 100000, 1000000):
        table = pyarrow.table({"a": rng.random(n), "b": rng.random(n)})
        file = io.BytesIO()
        pyarrow.parquet.write_table(table, file)
        yield "pyarrow.parquet.read_table", "pyarrow", n * 2, "%d rows" % n, lambda: pyarrow.parquet.read_table(io.BytesIO(file.getvalue()))
        yield "pyarrow.Table.to_pandas", "pyarrow", n * 2, "%d rows" % n, table.to_pandas


def duckdb_calls(duckdb, rng):
    import pandas

    for n in (1000, 100000, 2000000):
        table = pandas.DataFrame({"a": rng.random(n), "b": rng.integers(0, 9, n)})  # noqa: F841, named in the query
        yield "duckdb.sql", "duckdb", n * 2, "%d rows" % n, lambda: duckdb.sql("select b, sum(a) from table group by b".replace("table", "t")).fetchall()
        t = table  # noqa: F841


def numba_calls(numba, rng):
    @numba.njit(parallel=True)
    def total(n):
        result = 0.0
        for i in numba.prange(n):
            result += i * 0.5 % 3
        return result

    for n in (100, 10000, 1000000):
        yield "numba.njit", "numba", n, "parallel=True, %d rounds" % n, lambda: total(n)


def threads_now():
    return len(os.listdir("/proc/self/task"))


def for_a_while(call):
    end, done = clock() + FOR, 0
    while clock() < end or done < 2:
        call()
        done += 1
    return done


def measure(call):
    call()
    process, own, started = time.process_time(), time.thread_time(), clock()
    done = for_a_while(call)
    own, process, seconds = time.thread_time() - own, time.process_time() - process, clock() - started
    threads = threads_now()
    workers = [threading.Thread(target=for_a_while, args=(call,)) for _ in range(4)]
    for worker in workers:
        worker.start()
    time.sleep(FOR / 2)
    callers = threads_now()
    for worker in workers:
        worker.join()
    return {"ns": round(seconds / done * 1e9), "helped": round(max(0, process - own) / max(own, 1e-6), 2), "threads": threads, "callers": callers}


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--output", required=True)
    options.add_argument("--packages", nargs="*", help="measure these only")
    arguments = options.parse_args()
    rows = {}
    if os.path.exists(arguments.output):
        with open(arguments.output) as file:
            rows = {(row["entry"], row["elements"], row["size"]): row for row in json.load(file)["rows"]}
    for entry, package, elements, size, call in calls():
        if arguments.packages and package not in arguments.packages or (entry, elements, size) in rows:
            continue
        try:
            result = measure(call)
        except Exception as error:
            print(entry, size, "failed:", repr(error))
            continue
        about = {"entry": entry, "elements": elements, "size": size, "package": package, "version": metadata.version(package)}
        about.update(python=platform.python_version(), cores=os.cpu_count(), date=str(datetime.date.today()))
        rows[entry, elements, size] = {**about, **result}
        print("%-50s %-30s %10d ns  helped %.2f  threads %d  callers %d" % (entry, size, result["ns"], result["helped"], result["threads"], result["callers"]), flush=True)
        with open(arguments.output, "w") as file:
            file.write('{\n  "script": "test/measure/own_threads.py",\n  "rows": [\n')
            file.write(",\n".join("    " + json.dumps(rows[key], ensure_ascii=False) for key in sorted(rows)))
            file.write("\n  ]\n}\n")


if __name__ == "__main__":
    main()
