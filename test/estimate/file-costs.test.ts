import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Strategy } from "../../server/src/estimate/prediction/prediction.js";
import { pythonParser } from "../syntax/python-parser.js";
import { predictionOf, strategyOf } from "./predictions.js";
import { between, told } from "./statement-times.js";

const parser = await pythonParser();

// Nanoseconds as fast as the machine of operation-costs.json; measured by `test/measure/library_calls.py` on CPython 3.11, 3.13, 3.13t and 3.14.

describe("what files take that are in the page cache", () => {
  test("asking for a file takes about a microsecond, through pathlib, too", () => {
    for (const target of ["cpython-3.11", "cpython-3.13t", "cpython-3.14"]) {
      between(told("import os", 'os.stat("notes.txt")', target).likely, 500, 2_500);
      between(told("import os", 'os.path.exists("notes.txt")', target).likely, 500, 2_500);
      between(told("from pathlib import Path\npath = Path('notes.txt')", "path.stat()", target).likely, 500, 3_000);
    }
  });

  test("reading a text makes objects, and each version makes them faster but the one without a GIL", () => {
    const reading = (target: string): number =>
      told("from pathlib import Path\npath = Path('notes.txt')", "for _ in range(500): path.read_text()", target).likely / 500;
    between(reading("cpython-3.11"), 4_000, 20_000);
    between(reading("cpython-3.11") / reading("cpython-3.14"), 1.3, 3);
    between(reading("cpython-3.13t") / reading("cpython-3.11"), 1.4, 3.2);
  });
});

describe("what changes files", () => {
  const path = "import os, shutil\nfrom pathlib import Path\npath = Path('notes.txt')";

  test("making files and removing trees of them is work of the kernel, by the number of files", () => {
    // 70 to 130 µs where making a file takes 1.6 times as long as on the machine of the shipped costs, 150 to 190 a copy.
    between(told(path, 'path.write_text("x" * 300)').likely, 20_000, 110_000);
    between(told(path, 'shutil.copyfile("a", "b")').likely / told(path, 'path.write_text("x" * 300)').likely, 1.2, 3);
    between(told(path, 'shutil.rmtree("folder")').likely, 150_000, 1_500_000);
  });

  test("threads fight for the GIL over many small files under it, and do not without it", () => {
    const source = [
      "import shutil, tempfile",
      "from concurrent.futures import ThreadPoolExecutor",
      "from pathlib import Path",
      "",
      "def save(n):",
      "    folder = Path(tempfile.mkdtemp())",
      "    for i in range(60):",
      '        (folder / f"{i}.txt").write_text("x" * 300)',
      '        shutil.copyfile(folder / f"{i}.txt", folder / f"{i}.bak")',
      "    shutil.rmtree(folder)",
      "",
      "with ThreadPoolExecutor(4) as pool:",
      "    list(pool.map(save, range(100)))",
    ].join("\n");
    const speedup = (target: string, way: Strategy): number => strategyOf(predictionOf(parser, source, target, 2), way).speedup.likely;
    // Of 40 tasks on two cores, repeated: threads 0.9 to 1.3 times, processes 1.1 to 2.1 times as fast as one after the other (CPython 3.11).
    assert.ok(speedup("cpython-3.11", "threads") < 0.75 * speedup("cpython-3.11", "processes"));
    assert.ok(speedup("cpython-3.13t", "free-threaded") > 1.4);
  });
});

describe("what archives take", () => {
  const rows = `import gzip, io, zipfile\ndata = b"".join(b"%d,north,%d\\n" % (i, i * 37) for i in range(20_000))`;

  test("a member is packed where that was asked for, and its size decides", () => {
    const made = (how: string, size: string): number =>
      told(rows, `with zipfile.ZipFile(io.BytesIO(), "w"${how}) as archive: archive.writestr("a", data[:${size}])`).likely;
    between(made(", zipfile.ZIP_DEFLATED", "200_000") / made("", "200_000"), 10, 300);
    between(made(", zipfile.ZIP_DEFLATED", "200_000") / made(", zipfile.ZIP_DEFLATED", "2_000"), 20, 110);
  });

  test("a line that is written is gathered with others, a text more cheaply than bytes", () => {
    const line = `${rows}\nline = "2026-05-01 12:30:11 WARNING request 1234 took 99 ms" + chr(10)\nraw = line.encode()`;
    const writing = (made: string, what: string, target: string): number =>
      told(`${line}\nout = ${made}`, `for _ in range(500): out.write(${what})`, target).likely / 500;
    const text = writing('gzip.open("a.gz", "wt")', "line", "cpython-3.11");
    const bytes = writing('gzip.open("a.gz", "wb")', "raw", "cpython-3.11");
    // 0.2 and 1 µs on the machine of the shipped costs, packing included.
    between(text, 100, 1_500);
    between(bytes / text, 1.15, 8);
  });

  test("what a program put into an archive is as long when it reads it", () => {
    const setup = `${rows}\nroom = io.BytesIO()\nwith zipfile.ZipFile(room, "w", zipfile.ZIP_DEFLATED) as made:\n    made.writestr("a", data)\narchive = zipfile.ZipFile(room)`;
    // 1.3 to 1.4 ns a byte.
    between(told(setup, 'archive.read("a")').likely, 150_000, 1_500_000);
    const packed = `${rows}\npacked = gzip.compress(data)`;
    between(told(packed, "gzip.GzipFile(fileobj=io.BytesIO(packed)).read()").likely, 150_000, 1_500_000);
  });
});

describe("the members of an archive", () => {
  const filled = (members: number): string => `import io, tarfile, zipfile
def zipped():
    room = io.BytesIO()
    with zipfile.ZipFile(room, "w") as made:
        for i in range(${members}):
            made.writestr(f"name{i}", "some words")
    with zipfile.ZipFile(room) as archive:
        return sum(len(archive.read(name)) for name in archive.namelist())
def taped():
    room = io.BytesIO()
    with tarfile.open(fileobj=room, mode="w") as made:
        for i in range(${members}):
            made.addfile(tarfile.TarInfo(f"name{i}"), io.BytesIO(b"some words"))
    room.seek(0)
    with tarfile.open(fileobj=room) as archive:
        return sum(member.size for member in archive)`;

  test("are as many as the function has put there", () => {
    for (const call of ["zipped()", "taped()"]) {
      const [few, many] = [told(filled(50), call), told(filled(500), call)];
      between(many.likely / few.likely, 7, 11);
      // To write and to read one: 700 to 2,000 calls of a function.
      between(many.likely / 500, 5_000, 80_000);
      between(many.high / many.low, 1, 60);
    }
  });
});

describe("what comparing sequences takes", () => {
  const texts = `import difflib\nleft = "the quick brown fox jumps over it " * 20\nright = "a quick brown dog jumps over us " * 20`;

  test("the letters of a long text do not count, unless they are told to", () => {
    const ratio = (more: string): number => told(texts, `difflib.SequenceMatcher(None, left, right${more}).ratio()`).likely;
    // 58 µs for 670 letters on CPython 3.11.
    between(ratio(""), 50_000, 250_000);
    assert.ok(ratio(", autojunk=False") > 20 * ratio(""));
    between(told(texts, "difflib.SequenceMatcher(a=left, b=right).ratio()").likely / ratio(""), 0.9, 1.1);
  });

  test("lines between others that are the same are gone through again", () => {
    const compared = (count: number): number =>
      told(
        `import difflib\nleft = ["line %d" % i for i in range(${count})]\nright = ["line %d" % (i + i // 7 % 2) for i in range(${count})]`,
        "difflib.SequenceMatcher(None, left, right).ratio()",
      ).likely;
    // 8.6 and 415 µs on CPython 3.11.
    between(compared(200) / compared(10), 35, 70);
  });
});
