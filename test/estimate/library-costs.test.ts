import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { between, told } from "./statement-times.js";

const likely = (setup: string, statement: string, target?: string): number => told(setup, statement, target).likely;

describe("numbers that the library defines", () => {
  const setup = `from decimal import Decimal, ROUND_HALF_UP
from fractions import Fraction
price = Decimal("1234.5678")
cent = Decimal("0.01")
prices = [Decimal(i) / 7 for i in range(500)]
parts = [Fraction(1, i + 1) for i in range(50)]
numbers = list(range(500))
`;

  test("how to round costs as much as rounding where it is an argument by name", () => {
    const plain = likely(setup, "price.quantize(cent)");
    between(likely(setup, "price.quantize(cent, rounding=ROUND_HALF_UP)") / plain, 1.6, 2.8);
    between(likely(setup, "price.quantize(cent, ROUND_HALF_UP)") / plain, 0.9, 1.3);
  });

  test("a sum of them adds as their operators do", () => {
    // 36 µs for 500 decimals, 30 µs for 50 fractions, CPython 3.13.
    between(likely(setup, "sum(prices)"), 12_000, 70_000);
    between(likely(setup, "sum(parts)"), 12_000, 70_000);
    assert.ok(likely(setup, "sum(numbers)") < 6_000);
  });

  test("a fraction is found in a text more slowly than made of two integers", () => {
    between(likely(setup, `Fraction("7/12")`) / likely(setup, "Fraction(7, 12)"), 3, 6);
  });
});

describe("texts", () => {
  test("a template that a name is bound to is formatted as one that is written out", () => {
    const template = `"{:>10}, {:<10}, {:>8.2f}"`;
    const written = likely("", `${template}.format("left", "right", 3.14)`);
    assert.equal(likely(`template = ${template}`, `template.format("left", "right", 3.14)`), written);
    assert.ok(likely("", `"{name}: {value}".format(name="a", value=3)`) > 2 * likely("", `"{}: {}".format("a", 3)`));
  });

  test("a reader of lines that are in a list reads their characters", () => {
    const text = `import csv, io\ntext = "\\n".join("%d,name%d,%d,north" % (i, i, i * 7) for i in range(300))`;
    between(likely(text, "list(csv.reader(text.splitlines()))") / likely(text, "list(csv.reader(io.StringIO(text)))"), 0.7, 3);
  });

  test("a wrapper of texts takes what the functions of its module take", () => {
    const text = `import textwrap\nwrapper = textwrap.TextWrapper(width=60)\ntext = "some words that fill a line and a half " * 30`;
    between(likely(text, "wrapper.fill(text)") / likely(text, "textwrap.fill(text, 60)"), 0.5, 1.5);
  });

  test("what compares two texts has its time by their lengths, not as anything that is not known", () => {
    const short = told("import difflib", `difflib.SequenceMatcher(None, "kitten sitting", "sitting kitten").ratio()`);
    between(short.likely, 2_500, 20_000);
    const lines = (count: number): string =>
      `import difflib\nleft = ["line %d" % i for i in range(${count})]\nright = ["line %d" % (i + i // 7 % 2) for i in range(${count})]`;
    const opcodes = "difflib.SequenceMatcher(None, left, right).get_opcodes()";
    between(likely(lines(200), opcodes) / likely(lines(20), opcodes), 15, 35);
  });
});

describe("keys and packing", () => {
  test("a key takes longer by SHA-512, by more rounds and by more bytes", () => {
    const key = (rest: string): number => likely("import hashlib", `hashlib.pbkdf2_hmac(${rest})`);
    const usual = key(`"sha256", b"password", b"salt", 10_000`);
    between(key(`"sha512", b"password", b"salt", 10_000`) / usual, 1.5, 2.5);
    between(key(`"sha256", b"password", b"salt", 10_000, 64`) / usual, 1.9, 2.1);
    between(key(`"sha256", b"password", salt=b"salt", iterations=20_000`) / usual, 1.8, 2.2);
  });

  test("scrypt takes what its parameters multiply to", () => {
    const key = (n: number, r: number, p: number): number =>
      likely("import hashlib", `hashlib.scrypt(b"password", salt=b"salt", n=${n}, r=${r}, p=${p})`);
    between(key(16_384, 8, 1), 7_000_000, 60_000_000);
    between(key(16_384, 8, 1) / key(1_024, 8, 2), 7, 9);
  });

  test("lzma makes larger tables for higher presets, and looks less far for lower ones", () => {
    const words = `import lzma\nwords = (" ".join(f"{'abcdefgh'[i % 8]}{'stuvwxyz'[i * 5 % 8]}ing" for i in range(5000))).encode()`;
    const packed = (data: string, preset: number): number => likely(words, `lzma.compress(${data}, preset=${preset})`);
    between(packed(`b"x"`, 9) / packed(`b"x"`, 6), 8, 20);
    between(packed(`b"x"`, 6) / packed(`b"x"`, 0), 4, 20);
    between(packed("words", 6) / packed("words", 1), 2, 8);
    assert.equal(likely(words, "lzma.compress(words)"), packed("words", 6));
  });

  test("a function that knowledge does not list takes what is measured of one like it", () => {
    const data = `import base64, hashlib\ndata = b"some words " * 3000`;
    between(likely(data, "base64.encodebytes(data)") / likely(data, "base64.b64encode(data)"), 3, 7);
    between(likely(data, "hashlib.sha224(data)") / likely(data, "hashlib.sha256(data)"), 0.9, 1.1);
  });
});
