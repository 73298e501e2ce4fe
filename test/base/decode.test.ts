import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { decodeSource, encodeSource } from "../../server/src/base/decode.js";

/** The text of bytes; fails where there is none. */
function textOf(bytes: Uint8Array): string {
  const decoded = decodeSource(bytes);
  assert.equal(decoded.kind, "text", decoded.kind === "problem" ? decoded.reason : "");
  return decoded.kind === "text" ? decoded.text : "";
}

/** Why bytes are no source text; fails where they are. */
function reasonOf(bytes: Uint8Array): string {
  const decoded = decodeSource(bytes);
  assert.equal(decoded.kind, "problem");
  return decoded.kind === "problem" ? decoded.reason : "";
}

/** Bytes written as text, one byte a character. */
function bytes(...parts: (string | readonly number[])[]): Uint8Array {
  return Uint8Array.from(
    parts.flatMap((part) => (typeof part === "string" ? [...part].map((character) => character.charCodeAt(0)) : part)),
  );
}

const byteOrderMark = [0xef, 0xbb, 0xbf];

test("without a declaration, source is UTF-8", () => {
  assert.equal(textOf(bytes()), "");
  assert.equal(textOf(new TextEncoder().encode("naïve = '🐍'\r\n")), "naïve = '🐍'\r\n");
  assert.match(reasonOf(bytes("name = '", [0xe9], "'\n")), /not valid UTF-8 \(line 1\)/);
});

test("a byte order mark is not part of the text", () => {
  assert.equal(textOf(bytes(byteOrderMark, "x = 1\n")), "x = 1\n");
  assert.equal(textOf(bytes(byteOrderMark, "# coding: utf-8\n")), "# coding: utf-8\n");
  assert.match(reasonOf(bytes(byteOrderMark, "# coding: latin-1\n")), /byte order mark but declares `latin-1`/);
});

test("a declared encoding is used, by any name Python gives it", () => {
  const declared = (name: string, byte: number): string => textOf(bytes(`# -*- coding: ${name} -*-\n'`, [byte], "'")).slice(-2, -1);
  for (const name of ["latin-1", "latin1", "Latin_1", "iso-8859-1", "ISO8859-1", "iso_8859_1", "l1"]) {
    assert.equal(declared(name, 0xe9), "é", name);
    // Where Python's latin-1 and the web's "latin1" differ.
    assert.equal(declared(name, 0x80), "\u0080", name);
  }
  for (const name of ["cp1252", "windows-1252"]) assert.equal(declared(name, 0x80), "€", name);
  assert.equal(declared("iso-8859-15", 0xa4), "€");
  assert.equal(declared("koi8_r", 0xc1), "а");
  assert.equal(declared("cp1251", 0xe0), "а");
  assert.equal(declared("cp866", 0xa0), "а");
  assert.equal(declared("mac_roman", 0x8e), "é");
  // What no browser reads.
  for (const name of ["cp850", "CP850", "850", "ibm850", "cspc850multilingual"]) assert.equal(declared(name, 0x82), "é", name);
  assert.equal(declared("cp437", 0x8e), "Ä");
  assert.equal(declared("cp852", 0x88), "ł");
  assert.equal(declared("koi8-t", 0xc1), "а");
  assert.equal(declared("iso-8859-16", 0xa4), "€");
  assert.equal(declared("latin10", 0xa4), "€");
  assert.equal(declared("mac_turkish", 0xdb), "ğ");
  // Where browsers take one for another, which differs.
  assert.equal(declared("iso-8859-9", 0x80), "\u0080");
  assert.equal(declared("tis-620", 0xa1), "ก");
  for (const name of ["utf-8-mac", "UTF_8_unix", "utf8_ucs2", "cp65001"])
    assert.equal(textOf(bytes(`# coding: ${name}\n'`, [0xc3, 0xa9], "'")).at(-2), "é", name);
  for (const name of ["iso-8859-1-unix", "latin_1-dos", "iso8859", "ibm819"]) assert.equal(declared(name, 0xe9), "é", name);
  assert.equal(textOf(bytes("# coding: shift_jis\n'", [0x93, 0xfa], "'")).at(-2), "日");
  assert.equal(textOf(bytes("# coding: euc_jp\n'", [0xc6, 0xfc], "'")).at(-2), "日");
  assert.equal(textOf(bytes("# coding: gbk\n'", [0xc8, 0xd5], "'")).at(-2), "日");
});

test("the declaration stands in the first two lines, in a comment, after nothing but comments", () => {
  const latin = [0xe9];
  assert.equal(textOf(bytes("#!/usr/bin/python\n# vim: set fileencoding=latin-1 :\n#", latin)).at(-1), "é");
  assert.equal(textOf(bytes("\r\n# coding=latin-1\r\n#", latin)).at(-1), "é");
  assert.equal(textOf(bytes("# a\r# coding=latin-1\r#", latin)).at(-1), "é");
  reasonOf(bytes("x = 1\n# coding: latin-1\n#", latin));
  reasonOf(bytes("\n\n# coding: latin-1\n#", latin));
  reasonOf(bytes("x = '# coding: latin-1'\n#", latin));
});

test("what Python cannot read is refused with a reason", () => {
  assert.match(reasonOf(bytes("x = 1\n", [0])), /binary: it contains NUL bytes/);
  assert.match(reasonOf(bytes([0xff, 0xfe], "x\0")), /UTF-16/);
  assert.match(reasonOf(bytes([0xfe, 0xff], "\0x")), /UTF-16/);
  for (const name of ["klingon", "uft-8", "constructor", "__proto__"])
    assert.match(reasonOf(bytes(`# coding: ${name}\n`)), /is not known/, name);
  for (const name of ["utf-16", "utf_32", "utf-7", "utf-16-le", "johab", "cp037"])
    assert.match(reasonOf(bytes(`# coding: ${name}\n`)), /declares the encoding `[-\w]+`, which is not read here/, name);
  assert.match(reasonOf(bytes("# coding: ascii\n\n", [0xe9])), /not valid ascii \(line 3\)/);
  assert.match(reasonOf(bytes("# coding: utf-8\n", [0xe9])), /not valid UTF-8 \(line 2\)/);
  assert.match(reasonOf(bytes("# coding: euc-jp\n", [0xff])), /not valid euc-jp/);
  assert.match(reasonOf(bytes("# coding: cp1252\n'é'\n# ", [0x81])), /not valid cp1252 \(line 3\)/);
});

test("any bytes at all have a text or a reason", () => {
  const prefix = fc.constantFrom("", "# coding: latin-1\n", "# coding: shift_jis\n", "# coding: ", "\n#coding=gbk\n", "\u00ef\u00bb\u00bf");
  fc.assert(
    fc.property(prefix, fc.uint8Array({ maxLength: 200 }), (start, rest) => {
      const decoded = decodeSource(bytes(start, [...rest]));
      assert.ok(decoded.kind === "text" || decoded.reason.length > 0);
    }),
    { numRuns: 2000 },
  );
});

test("a declaration of any name has a text or a reason", () => {
  fc.assert(
    fc.property(fc.stringMatching(/^[-\w.]{1,20}$/), (name) => {
      const decoded = decodeSource(bytes(`# coding: ${name}\nx = 1\n`));
      assert.ok(decoded.kind === "problem" || decoded.text.endsWith("x = 1\n"));
    }),
    { numRuns: 2000 },
  );
});

test("what was read is written back byte for byte", () => {
  const body = fc.uint8Array({ maxLength: 100, min: 1 });
  fc.assert(
    fc.property(fc.constantFrom("# coding: latin-1\n", "# coding: ascii\n", ""), fc.boolean(), body, (declaration, hasMark, rest) => {
      const original = bytes(hasMark ? byteOrderMark : [], declaration, [...rest]);
      const decoded = decodeSource(original);
      if (decoded.kind === "problem") return;
      assert.deepEqual(encodeSource(decoded.text, decoded.encoding), original);
    }),
    { numRuns: 2000 },
  );
});

test("text that an encoding cannot hold is not written", () => {
  assert.equal(encodeSource("€", { name: "latin-1", byteOrderMark: "absent" }), undefined);
  assert.equal(encodeSource("é", { name: "ascii", byteOrderMark: "absent" }), undefined);
  assert.equal(encodeSource("x", { name: "shift_jis", byteOrderMark: "absent" }), undefined);
});
