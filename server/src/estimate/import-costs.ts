/** Nanoseconds that importing modules takes, those of the interpreter's own start left out; packages that are not listed take a few milliseconds. */
export function importedNs(modules: readonly string[]): number {
  const packages = new Set(modules.map((module) => module.split(".")[0] ?? ""));
  let total = 0;
  for (const name of packages) total += (name in milliseconds ? (milliseconds[name] as number) : standard.test(name) ? 1 : 3) * 1e6;
  return total;
}

/** Typical of CPython 3.11 with files in the page cache (`python -X importtime`). */
const milliseconds: Readonly<Record<string, number>> = {
  ...{
    "": 0,
    __future__: 0,
    time: 0,
    sys: 0,
    math: 0,
    os: 0,
    itertools: 0,
    collections: 0,
    functools: 0,
    threading: 0,
    multiprocessing: 0,
  },
  ...{ concurrent: 0, typing: 2, dataclasses: 6, random: 4, hashlib: 2, json: 3, re: 0, csv: 2, decimal: 3, statistics: 8, asyncio: 35 },
  ...{ sqlite3: 6, urllib: 12, http: 15, logging: 6, subprocess: 4, tempfile: 5, argparse: 7, zipfile: 8, email: 20 },
  ...{ numpy: 90, pandas: 400, scipy: 150, sklearn: 900, torch: 1500, tensorflow: 3000, matplotlib: 300, PIL: 40, cv2: 120, requests: 80 },
  ...{ polars: 80, pyarrow: 150, lxml: 15, sqlalchemy: 200, django: 250, flask: 150, fastapi: 350, aiohttp: 200, httpx: 120, boto3: 200 },
};

/** Modules of the standard library that are written in C or short. */
const standard =
  /^(abc|array|base64|binascii|bisect|bz2|cmath|contextlib|copy|datetime|enum|errno|fractions|glob|gzip|heapq|html|io|lzma|operator|pathlib|pickle|queue|select|shutil|signal|socket|string|struct|textwrap|uuid|weakref|zlib)$/;
