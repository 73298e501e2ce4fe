#!/usr/bin/env python3
"""What calls of the standard library take, at two or three sizes, beside what a prediction from source says of the same calls.

usage: PYTHON library_calls.py [--seconds 0.05] [--only PREFIX] > measured-3.13.json
       python3 library_calls.py --table [--keep library-calls.json] measured-3.11.json measured-3.13.json … > server/src/estimate/costs/library-calls.json
       python3 library_calls.py --compare 'node dist/cli.js' [--factor 2] measured-3.11.json measured-3.13.json …

The first form prints nanoseconds of processor time for each statement, the lower quartile and the median of repeats. The second makes the table of the
cost model from that: for each statement whose line has an `@`, what it takes once and for each unit; with `--keep`, calls that were not measured now stay as they
stand there. The third writes a program for
each statement, in which a thread pool runs it again and again, asks `simulate` for it, and lists what is further off than the factor, with
what a hundredth more or less of its data would not explain. A statement that an interpreter does not have is left out.
"""
import argparse
import json
import pathlib
import shlex
import statistics
import subprocess
import sys
import tempfile
import time

# name, sizes | lines that it needs on module level, with `;;` between them | statement. `N` is each of the sizes in turn.
CALLS = r"""
re.search: literal, 10, 200 | import re ;; text = " ".join("word%d" % i for i in range(N)) | re.search("nowhere", text)
re.findall: words, 10, 1000 | import re ;; text = " ".join("word%d" % i for i in range(N)) | re.findall(r"\w+", text)
re.findall: pairs, 10, 1000 | import re ;; text = " ".join("key%d=%d" % (i, i * 37) for i in range(N)) | re.findall(r"(\w+)=(\d+)", text)
re.sub: spaces, 10, 1000 | import re ;; text = "  ".join("word%d" % i for i in range(N)) | re.sub(r"\s+", " ", text)
re.sub: function, 10, 300 | import re ;; text = " ".join("word%d" % i for i in range(N)) | re.sub(r"\d+", lambda found: found.group(0) * 2, text)
re.split: commas, 10, 1000 | import re ;; text = ", ".join("word%d" % i for i in range(N)) | re.split(r"\s*,\s*", text)
re.match: log line | import re ;; line = '192.168.0.7 - - [10/Oct/2025:13:55:36] "GET /index.html HTTP/1.1" 200 2326' | re.match(r'(\S+) \S+ \S+ \[([^\]]+)\] "(\w+) (\S+) [^"]*" (\d+) (\d+)', line)
re.Pattern.match: log line | import re ;; line = '192.168.0.7 - - [10/Oct/2025:13:55:36] "GET /index.html HTTP/1.1" 200 2326' ;; pattern = re.compile(r'(\S+) \S+ \S+ \[([^\]]+)\] "(\w+) (\S+) [^"]*" (\d+) (\d+)') | pattern.match(line)
re.Pattern.search: mail | import re ;; line = "please write to someone.else@example.org about it, or not" ;; pattern = re.compile(r"[\w.]+@[\w.]+") | pattern.search(line)
re.fullmatch: date | import re | re.fullmatch(r"(\d{4})-(\d\d)-(\d\d)", "2025-11-27")
re.escape @ | import re | re.escape("a.b*c (d) [e]")
re.compile: cached | import re | re.compile(r"\d+-\w+")
json.dumps: rows, 10, 500 | import json ;; rows = [{"id": i, "name": "name%d" % i, "score": i / 3, "tags": ["a", "b"]} for i in range(N)] | json.dumps(rows)
json.dumps: indented, 10, 300 | import json ;; rows = [{"id": i, "name": "name%d" % i, "score": i / 3, "tags": ["a", "b"]} for i in range(N)] | json.dumps(rows, indent=2)
json.dumps: sorted keys, 10, 300 | import json ;; rows = [{"id": i, "name": "name%d" % i, "score": i / 3} for i in range(N)] | json.dumps(rows, sort_keys=True)
json.dumps: small dictionary | import json ;; row = {"id": 7, "name": "alpha", "ok": True} | json.dumps(row)
json.loads: rows, 10, 500 | import json ;; text = json.dumps([{"id": i, "name": "name%d" % i, "score": i / 3, "tags": ["a", "b"]} for i in range(N)]) | json.loads(text)
json.loads: small dictionary | import json | json.loads('{"id": 7, "name": "alpha", "ok": true}')
json.dump: rows, 10, 300 | import io, json ;; rows = [{"id": i, "name": "name%d" % i, "score": i / 3} for i in range(N)] | json.dump(rows, io.StringIO())
json.load: rows, 10, 300 | import io, json ;; text = json.dumps([{"id": i, "name": "name%d" % i, "score": i / 3} for i in range(N)]) | json.load(io.StringIO(text))
csv.reader, 10, 1000 | import csv, io ;; text = "\n".join("%d,name%d,%d,north" % (i, i, i * 7) for i in range(N)) | list(csv.reader(io.StringIO(text)))
csv.DictReader, 10, 1000 | import csv, io ;; text = "id,name,amount,region\n" + "\n".join("%d,name%d,%d,north" % (i, i, i * 7) for i in range(N)) | list(csv.DictReader(io.StringIO(text)))
csv.writer.writerows, 10, 1000 | import csv, io ;; rows = [[i, "name%d" % i, i * 7, "north"] for i in range(N)] | csv.writer(io.StringIO()).writerows(rows)
csv.DictWriter.writerows, 10, 1000 | import csv, io ;; rows = [{"id": i, "name": "name%d" % i, "amount": i * 7} for i in range(N)] | csv.DictWriter(io.StringIO(), ["id", "name", "amount"]).writerows(rows)
html.escape, 10, 1000 @ 0=len(text) | import html ;; text = "a < b & c > d " * N | html.escape(text)
html.unescape: entities, 10, 300 @ 0=len(text) | import html ;; text = "a &lt; b &amp; c &gt; d " * N | html.unescape(text)
html.unescape: none, 10, 1000 | import html ;; text = "some words " * N | html.unescape(text)
html.parser.HTMLParser.feed, 10, 200 @ 0=len(text) | import html.parser ;; text = "<div class='c'><p>Paragraph &amp; more</p></div>" * N | html.parser.HTMLParser().feed(text)
xml.etree.ElementTree.fromstring, 10, 500 @ 0=len(text) | import xml.etree.ElementTree as ET ;; text = "<r>" + "".join("<item id='%d'><name>name%d</name></item>" % (i, i) for i in range(N)) + "</r>" | ET.fromstring(text)
xml.etree.ElementTree.tostring, 10, 300 | import xml.etree.ElementTree as ET ;; root = ET.fromstring("<r>" + "".join("<item id='%d'><name>name%d</name></item>" % (i, i) for i in range(N)) + "</r>") | ET.tostring(root)
xml.etree.ElementTree.Element.findall, 10, 300 | import xml.etree.ElementTree as ET ;; root = ET.fromstring("<r>" + "".join("<item id='%d'><name>name%d</name></item>" % (i, i) for i in range(N)) + "</r>") | root.findall("item")
xml.etree.ElementTree.Element.iter, 10, 300 | import xml.etree.ElementTree as ET ;; root = ET.fromstring("<r>" + "".join("<item id='%d'><name>name%d</name></item>" % (i, i) for i in range(N)) + "</r>") | list(root.iter("name"))
xml.etree.ElementTree.Element.find @ | import xml.etree.ElementTree as ET ;; root = ET.fromstring("<r><item id='1'><name>x</name></item></r>") | root.find("item")
xml.etree.ElementTree.Element.findtext @ | import xml.etree.ElementTree as ET ;; root = ET.fromstring("<r><a>1</a><b>2</b><c>3</c></r>") | root.findtext("c")
xml.etree.ElementTree.SubElement @ | import xml.etree.ElementTree as ET | ET.SubElement(ET.Element("r"), "item", id="1")
xml.dom.minidom.parseString, 10, 100 @ 0=len(text) | import xml.dom.minidom ;; text = "<r>" + "<a><b>text</b></a>" * N + "</r>" | xml.dom.minidom.parseString(text)
urllib.parse.parse_qsl, 3, 100 @ 0=len(text) | import urllib.parse ;; text = "&".join("key%d=value+%d" % (i, i) for i in range(N)) | urllib.parse.parse_qsl(text)
urllib.parse.parse_qs, 3, 100 @ 0=len(text) | import urllib.parse ;; text = "&".join("key%d=value%%20%d" % (i, i) for i in range(N)) | urllib.parse.parse_qs(text)
urllib.parse.urlencode, 3, 100 @ 0=N | import urllib.parse ;; fields = {"key%d" % i: "value %d" % i for i in range(N)} | urllib.parse.urlencode(fields)
urllib.parse.urlparse | import urllib.parse ;; places = ["https://example.org/path/%d?x=%d#top" % (i, i) for i in range(50)] | for place in places: urllib.parse.urlparse(place)
urllib.parse.urlsplit | import urllib.parse ;; places = ["https://example.org/path/%d?x=%d#top" % (i, i) for i in range(50)] | for place in places: urllib.parse.urlsplit(place)
urllib.parse.urlparse: seen | import urllib.parse | urllib.parse.urlparse("https://example.org/path/a/b?x=1&y=2#top")
urllib.parse.urljoin | import urllib.parse ;; places = ["../other/%d.html" % i for i in range(50)] | for place in places: urllib.parse.urljoin("https://example.org/a/b/c.html", place)
urllib.parse.urlunparse @ | import urllib.parse ;; parts = ("https", "example.org", "/a/b", "", "x=1", "") | urllib.parse.urlunparse(parts)
urllib.parse.quote: safe | import urllib.parse | urllib.parse.quote("plain-text_only")
urllib.parse.quote, 3, 100 @ 0=len(text) | import urllib.parse ;; text = "some text & more/" * N | urllib.parse.quote(text)
urllib.parse.unquote, 3, 100 @ 0=len(text) | import urllib.parse ;; text = "some%20text%26more/" * N | urllib.parse.unquote(text)
urllib.parse.unquote: plain | import urllib.parse | urllib.parse.unquote("plain-text_only")
urllib.parse.unquote_plus, 3, 100 @ 0=len(text) | import urllib.parse ;; text = "some+text%26more/" * N | urllib.parse.unquote_plus(text)
textwrap.wrap, 5, 100 @ 0=len(text) | import textwrap ;; text = "some words that fill a line and a half " * N | textwrap.wrap(text, 60)
textwrap.fill, 5, 100 @ 0=len(text) | import textwrap ;; text = "some words that fill a line and a half " * N | textwrap.fill(text, 60)
textwrap.dedent, 5, 200 @ 0=len(text) | import textwrap ;; text = "    an indented line\n" * N | textwrap.dedent(text)
textwrap.indent, 5, 200 @ 0=len(text) | import textwrap ;; text = "a line of text\n" * N | textwrap.indent(text, "  ")
textwrap.shorten, 5, 50 @ 0=len(text) | import textwrap ;; text = "some words that fill a line " * N | textwrap.shorten(text, 40)
string.Template.substitute @ | import string ;; template = string.Template("Dear $name, your $thing is ${state}.") | template.substitute(name="a", thing="b", state="c")
string.Template | import string | string.Template("Dear $name, your $thing is ${state}.").substitute(name="a", thing="b", state="c")
string.Formatter.format @ | import string ;; formatter = string.Formatter() | formatter.format("{} and {}", 1, "two")
string.capwords @ | import string | string.capwords("some words to be changed")
str.split, 10, 1000 | text = "word " * N | text.split()
str.split: commas, 10, 1000 | text = "12,345," * N | text.split(",")
str.rsplit | | "a/b/c/d".rsplit("/", 1)
str.splitlines, 10, 1000 | text = "a line of text\n" * N | text.splitlines()
str.join, 10, 1000 | words = ["word%d" % i for i in range(N)] | " ".join(words)
str.replace, 10, 1000 | text = "some words " * N | text.replace("words", "things")
str.upper, 10, 1000 | text = "some words " * N | text.upper()
str.lower: short | | "Some Words".lower()
str.title, 10, 1000 @builtins.str.title self=len(text) | text = "some words " * N | text.title()
str.casefold, 10, 1000 @builtins.str.casefold self=len(text) | text = "Some Words " * N | text.casefold()
str.swapcase, 10, 1000 @builtins.str.swapcase self=len(text) | text = "Some Words " * N | text.swapcase()
str.capitalize @builtins.str.capitalize | | "some words".capitalize()
str.translate, 10, 1000 @builtins.str.translate self=len(text) | table = str.maketrans("aeiou", "12345") ;; text = "some words " * N | text.translate(table)
str.translate: deletes, 10, 1000 | table = str.maketrans("", "", "aeiou") ;; text = "some words " * N | text.translate(table)
str.maketrans @builtins.str.maketrans | | str.maketrans("aeiou", "12345")
str.count, 10, 1000 | text = "some words " * N | text.count("wo")
str.find, 10, 1000 | text = "some words " * N | text.find("nowhere")
str.index | | "some words".index("w")
str.strip | | "  some words  ".strip()
str.partition | | "key=value".partition("=")
str.isdigit | | "12345".isdigit()
str.isalnum @builtins.str.isalnum | | "some1".isalnum()
str.isidentifier @builtins.str.isidentifier | | "some_name".isidentifier()
str.zfill | | "42".zfill(8)
str.center | | "word".center(20)
str.expandtabs | | "a\tb\tc".expandtabs()
str.encode, 10, 1000 | text = "some words " * N | text.encode()
str.encode: not ASCII, 10, 1000 | text = "größe über alles " * N | text.encode()
str.format | | "{:>8} {:.2f}".format("abc", 3.14159)
str.format_map @builtins.str.format_map | fields = {"a": 1, "b": "two"} | "{a} and {b}".format_map(fields)
str.startswith: tuple | | "some words".startswith(("a", "b", "so"))
bytes.decode, 10, 1000 | data = b"some words " * N | data.decode()
bytes.hex, 10, 1000 @builtins.bytes.hex self=len(data) | data = b"some words " * N | data.hex()
bytes.fromhex, 10, 1000 @builtins.bytes.fromhex 0=len(text) | text = "0af3" * N | bytes.fromhex(text)
bytes.translate, 10, 1000 @builtins.bytes.translate self=len(data) | table = bytes(range(256)) ;; data = b"some words " * N | data.translate(table)
bytes.split, 10, 1000 @builtins.bytes.split self=len(data) | data = b"some words " * N | data.split()
bytes.replace, 10, 1000 @builtins.bytes.replace self=len(data) | data = b"some words " * N | data.replace(b"words", b"things")
bytes.find, 10, 1000 @builtins.bytes.find self=len(data) | data = b"some words " * N | data.find(b"nowhere")
bytearray, 10, 1000 | data = b"some words " * N | bytearray(data)
bytearray.extend, 10, 1000 @builtins.bytearray.extend 0=len(data) | data = b"some words " * N | bytearray().extend(data)
int.to_bytes @builtins.int.to_bytes | number = 123456789 | number.to_bytes(8, "little")
int.from_bytes @builtins.int.from_bytes | data = b"12345678" | int.from_bytes(data, "big")
int.bit_count @builtins.int.bit_count | number = 123456789 | number.bit_count()
int: hexadecimal | | int("ff0a", 16)
hex @builtins.hex | number = 123456 | hex(number)
bin @builtins.bin | number = 123456 | bin(number)
float.hex @builtins.float.hex | number = 1.2345 | number.hex()
repr: list, 10, 1000 | numbers = list(range(N)) | repr(numbers)
str: list, 10, 1000 | words = ["word%d" % i for i in range(N)] | str(words)
str: dict, 10, 500 | fields = {"key%d" % i: i for i in range(N)} | str(fields)
ascii @builtins.ascii | | ascii("größe")
hash: tuple | pair = (3, "four", 5.0) | hash(pair)
eval @builtins.eval | | eval("3 + 4 * 2")
compile, 5, 100 @builtins.compile 0=len(text) | text = "\n".join("x%d = %d * y + f(%d)" % (i, i, i) for i in range(N)) | compile(text, "name", "exec")
zip: list, 10, 1000 | numbers = list(range(N)) | list(zip(numbers, numbers))
enumerate: list, 10, 1000 | numbers = list(range(N)) | list(enumerate(numbers))
reversed: list, 10, 1000 | numbers = list(range(N)) | list(reversed(numbers))
map: str, 10, 1000 | numbers = list(range(N)) | list(map(str, numbers))
map: int, 10, 1000 | words = [str(i) for i in range(N)] | list(map(int, words))
filter: None, 10, 1000 | numbers = list(range(N)) | list(filter(None, numbers))
dict: zip, 10, 1000 | numbers = list(range(N)) | dict(zip(numbers, numbers))
set.intersection, 10, 1000 @builtins.set.intersection self=N | left = set(range(N)) ;; right = set(range(0, 2 * N, 2)) | left.intersection(right)
set.difference, 10, 1000 @builtins.set.difference self=N | left = set(range(N)) ;; right = set(range(0, 2 * N, 2)) | left.difference(right)
set: operators, 10, 1000 | left = set(range(N)) ;; right = set(range(0, 2 * N, 2)) | left & right
set.issubset, 10, 1000 @builtins.set.issubset self=N | left = set(range(N)) ;; right = set(range(2 * N)) | left.issubset(right)
list.index, 10, 1000 | numbers = list(range(N)) | numbers.index(N - 1)
list.insert: front, 10, 1000 | numbers = list(range(N)) | numbers.insert(0, 1); numbers.pop()
list: copy, 10, 1000 | numbers = list(range(N)) | numbers.copy()
list: multiplied, 10, 1000 | | [0] * N
dict.items: sorted, 10, 1000 | fields = {"key%d" % (i * 7919 % N): i for i in range(N)} | sorted(fields.items())
sorted: key, 10, 1000 | rows = [("name%d" % (i * 7919 % N), i) for i in range(N)] | sorted(rows, key=lambda row: row[1])
sorted: itemgetter, 10, 1000 | import operator ;; rows = [("name%d" % (i * 7919 % N), i * 7919 % N) for i in range(N)] | sorted(rows, key=operator.itemgetter(1))
max: key, 10, 1000 | rows = [("name%d" % (i * 7919 % N), i * 7919 % N) for i in range(N)] | max(rows, key=lambda row: row[1])
sum: generator, 10, 1000 | numbers = list(range(N)) | sum(number * 2 for number in numbers)
struct.pack, 3, 100 | import struct ;; numbers = list(range(N)) ;; layout = "<%dI" % N | struct.pack(layout, *numbers)
struct.pack_into, 3, 100 | import struct ;; numbers = list(range(N)) ;; layout = "<%dI" % N ;; room = bytearray(4 * N) | struct.pack_into(layout, room, 0, *numbers)
struct.Struct.pack: many, 3, 100 | import struct ;; numbers = list(range(N)) ;; layout = struct.Struct("<%dI" % N) | layout.pack(*numbers)
struct.Struct.pack_into: many, 3, 100 | import struct ;; numbers = list(range(N)) ;; layout = struct.Struct("<%dI" % N) ;; room = bytearray(4 * N) | layout.pack_into(room, 0, *numbers)
struct.pack: mixed | import struct | struct.pack("<HHIf", 1, 2, 3, 4.0)
struct.Struct.pack @ | import struct ;; layout = struct.Struct("<HHIf") | layout.pack(1, 2, 3, 4.0)
struct.pack: many, 10, 1000 | import struct ;; numbers = list(range(N)) ;; layout = "<%dI" % N | struct.pack(layout, *numbers)
struct.unpack | import struct ;; data = struct.pack("<HHIf", 1, 2, 3, 4.0) | struct.unpack("<HHIf", data)
struct.unpack: many, 10, 1000 @struct.unpack 1=len(data) | import struct ;; layout = "<%dI" % N ;; data = bytes(4 * N) | struct.unpack(layout, data)
struct.iter_unpack, 10, 1000 @ 1=len(data) | import struct ;; data = bytes(8 * N) | list(struct.iter_unpack("<II", data))
struct.calcsize @ | import struct | struct.calcsize("<HHIf")
base64.b64encode, 10, 3000 | import base64 ;; data = b"some words " * N | base64.b64encode(data)
base64.b64decode, 10, 3000 | import base64 ;; data = base64.b64encode(b"some words " * N) | base64.b64decode(data)
base64.urlsafe_b64encode, 10, 3000 | import base64 ;; data = b"some words " * N | base64.urlsafe_b64encode(data)
base64.b32encode, 10, 300 @ 0=len(data) | import base64 ;; data = b"some words " * N | base64.b32encode(data)
base64.b32decode, 10, 300 @ 0=len(data) | import base64 ;; data = base64.b32encode(b"some words " * N) | base64.b32decode(data)
base64.b85encode, 10, 300 @ 0=len(data) | import base64 ;; data = b"some words " * N | base64.b85encode(data)
base64.b85decode, 10, 300 @ 0=len(data) | import base64 ;; data = base64.b85encode(b"some words " * N) | base64.b85decode(data)
base64.b16encode, 10, 300 @ 0=len(data) | import base64 ;; data = b"some words " * N | base64.b16encode(data)
binascii.hexlify, 10, 1000 @ 0=len(data) | import binascii ;; data = b"some words " * N | binascii.hexlify(data)
binascii.unhexlify, 10, 1000 @ 0=len(data) | import binascii ;; data = b"0af3" * N | binascii.unhexlify(data)
binascii.crc32, 10, 3000 @ 0=len(data) | import binascii ;; data = b"some words " * N | binascii.crc32(data)
zlib.crc32, 10, 3000 | import zlib ;; data = b"some words " * N | zlib.crc32(data)
zlib.adler32, 10, 3000 @ 0=len(data) | import zlib ;; data = b"some words " * N | zlib.adler32(data)
hashlib.md5, 10, 3000 | import hashlib ;; data = b"some words " * N | hashlib.md5(data).hexdigest()
hashlib.sha1, 10, 3000 | import hashlib ;; data = b"some words " * N | hashlib.sha1(data).hexdigest()
hashlib.sha256, 10, 3000 | import hashlib ;; data = b"some words " * N | hashlib.sha256(data).hexdigest()
hashlib.sha512, 10, 3000 | import hashlib ;; data = b"some words " * N | hashlib.sha512(data).hexdigest()
hashlib.sha3_256, 10, 3000 | import hashlib ;; data = b"some words " * N | hashlib.sha3_256(data).hexdigest()
hashlib.blake2b, 10, 3000 | import hashlib ;; data = b"some words " * N | hashlib.blake2b(data).hexdigest()
hashlib.new, 10, 3000 | import hashlib ;; data = b"some words " * N | hashlib.new("sha256", data).hexdigest()
hashlib.update, 10, 3000 | import hashlib ;; data = b"some words " * N ;; digest = hashlib.sha256() | digest.update(data)
hmac.new, 10, 3000 @ 1=len(data) | import hmac ;; data = b"some words " * N | hmac.new(b"key", data, "sha256").hexdigest()
hmac.digest, 10, 3000 @ 1=len(data) | import hmac ;; data = b"some words " * N | hmac.digest(b"key", data, "sha256")
hmac.compare_digest @ | import hmac | hmac.compare_digest(b"0123456789abcdef", b"0123456789abcdef")
zlib.compress: words, 100, 3000 | import random, zlib ;; rng = random.Random(1) ;; data = " ".join(rng.choice(["alpha", "beta", "gamma", "delta", "%d" % i]) for i in range(N)).encode() | zlib.compress(data)
zlib.compress: level 1, 100, 3000 | import random, zlib ;; rng = random.Random(1) ;; data = " ".join(rng.choice(["alpha", "beta", "gamma", "delta", "%d" % i]) for i in range(N)).encode() | zlib.compress(data, 1)
zlib.compress: level 9, 100, 3000 | import random, zlib ;; rng = random.Random(1) ;; data = " ".join(rng.choice(["alpha", "beta", "gamma", "delta", "%d" % i]) for i in range(N)).encode() | zlib.compress(data, 9)
zlib.compress: noise, 100, 3000 | import os, zlib ;; data = os.urandom(10 * N) | zlib.compress(data)
zlib.compress: repeated, 100, 3000 | import zlib ;; data = b"some words " * N | zlib.compress(data)
zlib.decompress, 100, 3000 | import zlib ;; packed = zlib.compress(b"some words " * N) | zlib.decompress(packed)
gzip.compress, 100, 3000 | import gzip ;; data = "\n".join("line %d of the log" % i for i in range(N)).encode() | gzip.compress(data)
gzip.decompress, 100, 3000 | import gzip ;; packed = gzip.compress("\n".join("line %d of the log" % i for i in range(N)).encode()) | gzip.decompress(packed)
bz2.compress: lines, 100, 3000 | import bz2 ;; data = "\n".join("line %d of the log" % i for i in range(N)).encode() | bz2.compress(data)
bz2.compress: level 1, 100, 3000 | import bz2 ;; data = "\n".join("line %d of the log" % i for i in range(N)).encode() | bz2.compress(data, 1)
bz2.decompress, 100, 3000 | import bz2 ;; packed = bz2.compress("\n".join("line %d of the log" % i for i in range(N)).encode()) | bz2.decompress(packed)
lzma.compress: lines, 100, 1000 | import lzma ;; data = "\n".join("line %d of the log" % i for i in range(N)).encode() | lzma.compress(data)
lzma.compress: preset 0, 100, 1000 | import lzma ;; data = "\n".join("line %d of the log" % i for i in range(N)).encode() | lzma.compress(data, preset=0)
lzma.decompress, 100, 1000 | import lzma ;; packed = lzma.compress("\n".join("line %d of the log" % i for i in range(N)).encode()) | lzma.decompress(packed)
pickle.dumps: rows, 10, 500 | import pickle ;; rows = [{"id": i, "name": "name%d" % i, "score": i / 3} for i in range(N)] | pickle.dumps(rows)
pickle.loads: rows, 10, 500 | import pickle ;; data = pickle.dumps([{"id": i, "name": "name%d" % i, "score": i / 3} for i in range(N)]) | pickle.loads(data)
pickle.dumps: ints, 10, 1000 | import pickle ;; numbers = list(range(N)) | pickle.dumps(numbers)
marshal.dumps: ints, 10, 1000 @marshal.dumps objects=N | import marshal ;; numbers = list(range(N)) | marshal.dumps(numbers)
marshal.loads: ints, 10, 1000 @marshal.loads 0=len(data) | import marshal ;; data = marshal.dumps(list(range(N))) | marshal.loads(data)
copy.copy: dict, 10, 500 | import copy ;; fields = {"key%d" % i: i for i in range(N)} | copy.copy(fields)
copy.deepcopy: rows, 3, 100 | import copy ;; rows = [{"id": i, "name": "name%d" % i, "tags": ["a", "b"]} for i in range(N)] | copy.deepcopy(rows)
copy.deepcopy: ints, 10, 1000 | import copy ;; numbers = list(range(N)) | copy.deepcopy(numbers)
copy.deepcopy: nested lists, 10, 100 | import copy ;; board = [[0] * N for _ in range(N)] | copy.deepcopy(board)
difflib.SequenceMatcher.ratio, 5, 30 | import difflib ;; left = "some words here " * N ;; right = "other words there " * N | difflib.SequenceMatcher(None, left, right).ratio()
difflib.SequenceMatcher.ratio: names | import difflib | difflib.SequenceMatcher(None, "international", "internal nation").ratio()
difflib.SequenceMatcher.ratio: lines, 10, 200 | import difflib ;; left = ["line %d" % i for i in range(N)] ;; right = ["line %d" % (i + i // 7 % 2) for i in range(N)] | difflib.SequenceMatcher(None, left, right).ratio()
difflib.SequenceMatcher.quick_ratio @ | import difflib | difflib.SequenceMatcher(None, "international", "internal nation").quick_ratio()
difflib.get_close_matches, 10, 200 @ 1=N | import difflib ;; words = ["word%d" % i for i in range(N)] | difflib.get_close_matches("wird7", words)
difflib.unified_diff, 10, 200 @ 0=N | import difflib ;; left = ["line %d" % i for i in range(N)] ;; right = ["line %d" % (i + i // 7 % 2) for i in range(N)] | list(difflib.unified_diff(left, right))
difflib.ndiff, 10, 60 @ 0=N | import difflib ;; left = ["line %d" % i for i in range(N)] ;; right = ["line %d" % (i + i // 7 % 2) for i in range(N)] | list(difflib.ndiff(left, right))
datetime.datetime @ | import datetime | datetime.datetime(2025, 11, 27, 12, 30, 5)
datetime.datetime.now @ | import datetime | datetime.datetime.now()
datetime.datetime.now: UTC | import datetime | datetime.datetime.now(datetime.timezone.utc)
datetime.datetime.strptime @ | from datetime import datetime | datetime.strptime("2025-11-27 12:30:05", "%Y-%m-%d %H:%M:%S")
datetime.datetime.strptime: zone | from datetime import datetime | datetime.strptime("2025-11-27 12:30:05+0200", "%Y-%m-%d %H:%M:%S%z")
datetime.datetime.fromisoformat @ | from datetime import datetime | datetime.fromisoformat("2025-11-27T12:30:05")
datetime.datetime.fromtimestamp @ | from datetime import datetime | datetime.fromtimestamp(1764246605)
datetime.datetime.strftime @ | from datetime import datetime ;; moment = datetime(2025, 11, 27, 12, 30, 5) | moment.strftime("%Y-%m-%d %H:%M:%S")
datetime.datetime.isoformat @ | from datetime import datetime ;; moment = datetime(2025, 11, 27, 12, 30, 5) | moment.isoformat()
datetime.datetime.timestamp @ | from datetime import datetime ;; moment = datetime(2025, 11, 27, 12, 30, 5) | moment.timestamp()
datetime.datetime.replace @ | from datetime import datetime ;; moment = datetime(2025, 11, 27, 12, 30, 5) | moment.replace(hour=3)
datetime.datetime.__add__ | from datetime import datetime, timedelta ;; moment = datetime(2025, 11, 27, 12, 30, 5) ;; span = timedelta(days=3) | moment + span
datetime.timedelta @ | from datetime import timedelta | timedelta(days=3, hours=5)
datetime.date.fromisoformat @ | from datetime import date | date.fromisoformat("2025-11-27")
datetime.date.strftime @ | from datetime import date ;; day = date(2025, 11, 27) | day.strftime("%d.%m.%Y")
datetime.date.__sub__ | from datetime import date ;; day = date(2025, 11, 27) ;; other = date(2024, 1, 1) | (day - other).days
datetime: format | from datetime import datetime ;; moment = datetime(2025, 11, 27, 12, 30, 5) | f"{moment:%Y-%m-%d}"
time.strftime @ | import time | time.strftime("%Y-%m-%d %H:%M:%S")
time.strptime @ | import time | time.strptime("2025-11-27", "%Y-%m-%d")
time.localtime @ | import time | time.localtime()
calendar.monthrange @ | import calendar | calendar.monthrange(2025, 11)
calendar.isleap @ | import calendar | calendar.isleap(2024)
calendar.monthcalendar @ | import calendar | calendar.monthcalendar(2025, 11)
calendar.month @ | import calendar | calendar.month(2025, 11)
calendar.TextCalendar.formatyear @ | import calendar ;; plain = calendar.TextCalendar() | plain.formatyear(2025)
calendar.Calendar.itermonthdates @ | import calendar ;; plain = calendar.Calendar() | list(plain.itermonthdates(2025, 11))
ipaddress.ip_address @ | import ipaddress | ipaddress.ip_address("192.168.1.7")
ipaddress.ip_address: IPv6 | import ipaddress | ipaddress.ip_address("2001:db8::7")
ipaddress.ip_network @ | import ipaddress | ipaddress.ip_network("192.168.0.0/24")
ipaddress.ip_network: hosts | import ipaddress ;; network = ipaddress.ip_network("192.168.0.0/24") | list(network.hosts())
ipaddress.IPv4Address @ | import ipaddress | ipaddress.IPv4Address("10.0.0.1")
ipaddress: in @ipaddress.IPv4Network.__contains__ | import ipaddress ;; network = ipaddress.ip_network("192.168.0.0/24") ;; address = ipaddress.ip_address("192.168.0.7") | address in network
ipaddress: is_private | import ipaddress ;; address = ipaddress.ip_address("192.168.0.7") | address.is_private
ipaddress: subnets | import ipaddress ;; network = ipaddress.ip_network("10.0.0.0/16") | list(network.subnets(new_prefix=24))
uuid.uuid4 @ | import uuid | uuid.uuid4()
uuid.uuid4: text | import uuid | str(uuid.uuid4())
uuid.uuid1 @ | import uuid | uuid.uuid1()
uuid.uuid5 @ | import uuid | uuid.uuid5(uuid.NAMESPACE_DNS, "example.org")
uuid.UUID @ | import uuid | uuid.UUID("12345678-1234-5678-1234-567812345678")
secrets.token_hex @ | import secrets | secrets.token_hex(16)
secrets.token_bytes @ | import secrets | secrets.token_bytes(16)
secrets.token_urlsafe @ | import secrets | secrets.token_urlsafe(16)
secrets.choice @ | import secrets | secrets.choice("abcdefghij")
secrets.randbelow @ | import secrets | secrets.randbelow(1000)
os.urandom @ | import os | os.urandom(16)
random.random | import random | random.random()
random.randint @ | import random | random.randint(1, 6)
random.randrange @ | import random | random.randrange(100)
random.choice @ | import random | random.choice("abcdef")
random.uniform @ | import random | random.uniform(1, 2)
random.gauss @ | import random | random.gauss(0, 1)
random.normalvariate @ | import random | random.normalvariate(0, 1)
random.expovariate @ | import random | random.expovariate(1.5)
random.betavariate @ | import random | random.betavariate(1, 3)
random.triangular @ | import random | random.triangular(0, 1, 0.5)
random.lognormvariate @ | import random | random.lognormvariate(0, 1)
random.gammavariate @ | import random | random.gammavariate(2, 1)
random.vonmisesvariate @ | import random | random.vonmisesvariate(0, 4)
random.paretovariate @ | import random | random.paretovariate(2)
random.weibullvariate @ | import random | random.weibullvariate(1, 2)
random.choices, 10, 1000 @ result=N | import random ;; numbers = list(range(1000)) | random.choices(numbers, k=N)
random.choices: weights, 10, 1000 | import random ;; numbers = list(range(4)) | random.choices(numbers, weights=[1, 2, 3, 4], k=N)
random.sample, 10, 500 @ result=N | import random ;; numbers = list(range(1000)) | random.sample(numbers, N)
random.shuffle, 10, 1000 @ 0=N | import random ;; numbers = list(range(N)) | random.shuffle(numbers)
random.randbytes, 10, 1000 @ #0=N | import random | random.randbytes(N)
random.getrandbits | import random | random.getrandbits(64)
random.seed @ | import random | random.seed(7)
random.Random @ | import random | random.Random(7)
random.Random.random | import random ;; rng = random.Random(7) | rng.random()
random.Random.randrange | import random ;; rng = random.Random(7) | rng.randrange(100)
random.SystemRandom.randint @ | import random ;; rng = random.SystemRandom() | rng.randint(1, 6)
statistics.mean, 10, 500 @ 0=N | import statistics ;; numbers = [i / 7 for i in range(N)] | statistics.mean(numbers)
statistics.mean: ints, 10, 500 | import statistics ;; numbers = list(range(N)) | statistics.mean(numbers)
statistics.fmean, 10, 500 @ 0=N | import statistics ;; numbers = [i / 7 for i in range(N)] | statistics.fmean(numbers)
statistics.median, 10, 500 @ 0=N | import statistics ;; numbers = [i * 7919 % 1000 / 7 for i in range(N)] | statistics.median(numbers)
statistics.stdev, 10, 500 @ 0=N | import statistics ;; numbers = [i / 7 for i in range(N)] | statistics.stdev(numbers)
statistics.pstdev, 10, 500 @ 0=N | import statistics ;; numbers = [i / 7 for i in range(N)] | statistics.pstdev(numbers)
statistics.variance, 10, 500 @ 0=N | import statistics ;; numbers = [i / 7 for i in range(N)] | statistics.variance(numbers)
statistics.mode, 10, 500 @ 0=N | import statistics ;; numbers = [i % 10 for i in range(N)] | statistics.mode(numbers)
statistics.quantiles, 10, 500 @ 0=N | import statistics ;; numbers = [i * 7919 % 1000 / 7 for i in range(N)] | statistics.quantiles(numbers)
statistics.correlation, 10, 500 @ 0=N | import statistics ;; numbers = [i / 7 for i in range(N)] ;; others = [i / 3 for i in range(N)] | statistics.correlation(numbers, others)
statistics.linear_regression, 10, 500 @ 0=N | import statistics ;; numbers = [i / 7 for i in range(N)] ;; others = [i / 3 for i in range(N)] | statistics.linear_regression(numbers, others)
statistics.geometric_mean, 10, 500 @ 0=N | import statistics ;; numbers = [1 + i / 7 for i in range(N)] | statistics.geometric_mean(numbers)
statistics.harmonic_mean, 10, 500 @ 0=N | import statistics ;; numbers = [1 + i / 7 for i in range(N)] | statistics.harmonic_mean(numbers)
statistics.NormalDist | import statistics | statistics.NormalDist(0, 1).cdf(0.5)
math.factorial, 5, 200 | import math | math.factorial(N)
math.comb @ | import math | math.comb(20, 7)
math.prod, 10, 500 @ 0=N | import math ;; numbers = [1.01] * N | math.prod(numbers)
math.fsum, 10, 500 @ 0=N | import math ;; numbers = [i / 7 for i in range(N)] | math.fsum(numbers)
math.dist @ | import math ;; p = (1.0, 2.0, 3.0) ;; q = (3.0, 4.0, 5.0) | math.dist(p, q)
math.gcd | import math | math.gcd(1071, 462)
math.isqrt @ | import math | math.isqrt(1000003)
math.log: base | import math | math.log(1000.0, 10)
math.isclose @ | import math | math.isclose(1.0, 1.0000001)
cmath.exp | import cmath | cmath.exp(1j)
fractions.Fraction @ | from fractions import Fraction | Fraction(7, 12)
fractions.Fraction.__add__ @ | from fractions import Fraction ;; third = Fraction(1, 3) ;; part = Fraction(7, 12) | third + part
fractions.Fraction.__sub__ @ | from fractions import Fraction ;; third = Fraction(1, 3) ;; part = Fraction(7, 12) | third - part
fractions.Fraction.__mul__ @ | from fractions import Fraction ;; third = Fraction(1, 3) ;; part = Fraction(7, 12) | third * part
fractions.Fraction.__lt__ @ | from fractions import Fraction ;; third = Fraction(1, 3) ;; part = Fraction(7, 12) | third < part
fractions.Fraction.__eq__ @ | from fractions import Fraction ;; third = Fraction(1, 3) ;; part = Fraction(7, 12) | third == part
fractions.Fraction.__pow__ @ | from fractions import Fraction ;; part = Fraction(7, 12) | part ** 3
fractions.Fraction.__truediv__ @ | from fractions import Fraction ;; third = Fraction(1, 3) ;; part = Fraction(7, 12) | third / part
decimal.Decimal @ | from decimal import Decimal | Decimal("1234.56")
decimal.Decimal.__add__ @ | from decimal import Decimal ;; price = Decimal("1234.56") ;; rate = Decimal("0.00375") | price + rate
decimal.Decimal.__sub__ @ | from decimal import Decimal ;; price = Decimal("1234.56") ;; rate = Decimal("0.00375") | price - rate
decimal.Decimal.__mul__ @ | from decimal import Decimal ;; price = Decimal("1234.56") ;; rate = Decimal("0.00375") | price * rate
decimal.Decimal.__truediv__ @ | from decimal import Decimal ;; price = Decimal("1234.56") ;; rate = Decimal("0.00375") | price / rate
decimal.Decimal.__lt__ @ | from decimal import Decimal ;; price = Decimal("1234.56") ;; rate = Decimal("0.00375") | price < rate
decimal.Decimal.__eq__ @ | from decimal import Decimal ;; price = Decimal("1234.56") ;; rate = Decimal("0.00375") | price == rate
decimal.Decimal.__pow__ @ | from decimal import Decimal ;; rate = Decimal("1.0375") | rate ** 12
decimal.Decimal.sqrt @ | from decimal import Decimal ;; price = Decimal("1234.56") | price.sqrt()
decimal.Decimal.quantize @ | from decimal import Decimal ;; price = Decimal("1234.5678") ;; cent = Decimal("0.01") | price.quantize(cent)
heapq.heapify, 10, 1000 | import heapq ;; numbers = [i * 7919 % 1000 for i in range(N)] | heapq.heapify(numbers.copy())
heapq.heappush, 10, 1000 | import heapq ;; heap = list(range(N)) | heapq.heappush(heap, 3); heapq.heappop(heap)
heapq.nlargest, 100, 1000 @ 1=N | import heapq ;; numbers = [i * 7919 % 1000 for i in range(N)] | heapq.nlargest(5, numbers)
heapq.nsmallest: key, 100, 1000 | import heapq ;; numbers = [i * 7919 % 1000 for i in range(N)] | heapq.nsmallest(5, numbers, key=lambda number: -number)
heapq.merge, 10, 300 @ result=2*N | import heapq ;; left = list(range(0, 2 * N, 2)) ;; right = list(range(1, 2 * N, 2)) | list(heapq.merge(left, right))
bisect.bisect_left, 10, 1000 @ | import bisect ;; numbers = list(range(N)) | bisect.bisect_left(numbers, 7)
bisect.insort, 10, 1000 | import bisect ;; numbers = list(range(N)) | bisect.insort(numbers, 7); numbers.pop()
collections.Counter, 10, 1000 | import collections ;; numbers = [i % 10 for i in range(N)] | collections.Counter(numbers)
collections.Counter: text, 10, 300 | import collections ;; text = "some words " * N | collections.Counter(text)
collections.Counter.most_common, 10, 500 @ self=N | import collections ;; counts = collections.Counter({"key%d" % i: i * 7919 % 1000 for i in range(N)}) | counts.most_common(5)
collections.Counter.most_common: all, 10, 500 | import collections ;; counts = collections.Counter({"key%d" % i: i * 7919 % 1000 for i in range(N)}) | counts.most_common()
collections.Counter.__add__, 10, 300 | import collections ;; left = collections.Counter({"key%d" % i: i + 1 for i in range(N)}) | left + left
collections.Counter.update, 10, 500 @ 0=N | import collections ;; counts = collections.Counter() ;; words = ["word%d" % (i % 50) for i in range(N)] | counts.update(words)
collections.Counter: equal, 7, 100 | from collections import Counter ;; counts = Counter(range(N)) ;; others = Counter(range(N)) | counts == others
collections.Counter: added, 7, 100 | from collections import Counter ;; counts = Counter(range(N)) ;; others = Counter(range(N)) | counts + others
collections.Counter: taken off, 7, 100 | from collections import Counter ;; counts = Counter(range(N)) ;; others = Counter(range(N)) | counts - others
sorted: letters | | sorted("listen")
sorted: six integers | numbers = [3, 1, 4, 1, 5, 9] | sorted(numbers)
collections.Counter.total, 10, 500 @ self=N | import collections ;; counts = collections.Counter({"key%d" % i: i for i in range(N)}) | counts.total()
collections.deque, 10, 1000 | import collections ;; numbers = list(range(N)) | collections.deque(numbers)
collections.deque.rotate, 10, 1000 @ | import collections ;; line = collections.deque(range(N)) | line.rotate(3)
collections.OrderedDict, 10, 300 @ 0=N | import collections ;; pairs = [("key%d" % i, i) for i in range(N)] | collections.OrderedDict(pairs)
collections.defaultdict @ | import collections | collections.defaultdict(list)
collections.namedtuple: _replace | import collections ;; Point = collections.namedtuple("Point", "x y z") ;; point = Point(1, 2, 3) | point._replace(x=5)
collections.namedtuple: _asdict | import collections ;; Point = collections.namedtuple("Point", "x y z") ;; point = Point(1, 2, 3) | point._asdict()
collections.namedtuple: _make | import collections ;; Point = collections.namedtuple("Point", "x y z") ;; parts = [1, 2, 3] | Point._make(parts)
collections.namedtuple @ | import collections | collections.namedtuple("Point", ["x", "y", "z"])
collections.ChainMap @ | import collections ;; first = {"a": 1} ;; second = {"b": 2} | collections.ChainMap(first, second)["b"]
itertools.permutations, 4, 6 | import itertools ;; numbers = list(range(N)) | list(itertools.permutations(numbers))
itertools.combinations, 6, 20 | import itertools ;; numbers = list(range(N)) | list(itertools.combinations(numbers, 3))
itertools.product, 10, 50 | import itertools ;; numbers = list(range(N)) | list(itertools.product(numbers, numbers))
itertools.chain, 10, 1000 | import itertools ;; numbers = list(range(N)) | list(itertools.chain(numbers, numbers))
itertools.chain.from_iterable, 10, 300 | import itertools ;; rows = [[1, 2, 3] for _ in range(N)] | list(itertools.chain.from_iterable(rows))
itertools.groupby, 10, 500 | import itertools ;; numbers = [i // 5 for i in range(N)] | [(key, len(list(group))) for key, group in itertools.groupby(numbers)]
itertools.accumulate, 10, 1000 | import itertools ;; numbers = list(range(N)) | list(itertools.accumulate(numbers))
itertools.islice, 10, 1000 | import itertools ;; numbers = list(range(2 * N)) | list(itertools.islice(numbers, N))
itertools.zip_longest, 10, 1000 | import itertools ;; numbers = list(range(N)) | list(itertools.zip_longest(numbers, numbers))
itertools.pairwise, 10, 1000 | import itertools ;; numbers = list(range(N)) | list(itertools.pairwise(numbers))
itertools.takewhile, 10, 1000 | import itertools ;; numbers = list(range(N)) | list(itertools.takewhile(lambda number: number >= 0, numbers))
itertools.filterfalse, 10, 1000 | import itertools ;; numbers = list(range(N)) | list(itertools.filterfalse(lambda number: number % 2, numbers))
itertools.starmap, 10, 1000 | import itertools ;; pairs = [(i, 2) for i in range(N)] | list(itertools.starmap(pow, pairs))
itertools.compress, 10, 1000 | import itertools ;; numbers = list(range(N)) | list(itertools.compress(numbers, numbers))
itertools.repeat, 10, 1000 | import itertools | list(itertools.repeat(0, N))
itertools.tee, 10, 1000 | import itertools ;; numbers = list(range(N)) | [list(each) for each in itertools.tee(numbers)]
functools.reduce, 10, 1000 | import functools, operator ;; numbers = list(range(N)) | functools.reduce(operator.add, numbers)
functools.partial | import functools ;; double = functools.partial(pow, 2) | double(3)
functools.cmp_to_key, 10, 300 | import functools ;; numbers = [i * 7919 % 1000 for i in range(N)] | sorted(numbers, key=functools.cmp_to_key(lambda a, b: a - b))
functools.lru_cache: hit | import functools ;; double = functools.lru_cache(lambda x: x * 2) | double(3)
functools.wraps | import functools ;; original = len | functools.wraps(original)(lambda x: 1)
functools.singledispatch | import functools ;; show = functools.singledispatch(lambda value: 1) | show(3)
operator.itemgetter | import operator ;; second = operator.itemgetter(1) ;; pair = (1, 2) | second(pair)
operator.attrgetter | import operator ;; real = operator.attrgetter("real") | real(3)
operator.add | import operator | operator.add(2, 3)
dataclasses.replace @ | import dataclasses ;; Point = dataclasses.make_dataclass("Point", ["x", "y", "z"]) ;; point = Point(1, 2, 3) | dataclasses.replace(point, x=5)
dataclasses.asdict | import dataclasses ;; Point = dataclasses.make_dataclass("Point", ["x", "y", "z"]) ;; point = Point(1, 2, 3) | dataclasses.asdict(point)
dataclasses.asdict: nested, 10, 100 @dataclasses.asdict objects=2*N | import dataclasses ;; Point = dataclasses.make_dataclass("Point", ["x", "y"]) ;; Line = dataclasses.make_dataclass("Line", ["points"]) ;; line = Line([Point(i, i) for i in range(N)]) | dataclasses.asdict(line)
dataclasses.astuple @ | import dataclasses ;; Point = dataclasses.make_dataclass("Point", ["x", "y", "z"]) ;; point = Point(1, 2, 3) | dataclasses.astuple(point)
dataclasses.fields @ | import dataclasses ;; Point = dataclasses.make_dataclass("Point", ["x", "y", "z"]) ;; point = Point(1, 2, 3) | dataclasses.fields(point)
dataclasses.make_dataclass @ | import dataclasses | dataclasses.make_dataclass("Point", ["x", "y", "z"])
enum: by value | import enum ;; Colour = enum.Enum("Colour", "RED GREEN BLUE") | Colour(2)
enum: by name | import enum ;; Colour = enum.Enum("Colour", "RED GREEN BLUE") | Colour["RED"]
enum: members | import enum ;; Colour = enum.Enum("Colour", "RED GREEN BLUE") | list(Colour)
enum: value | import enum ;; Colour = enum.Enum("Colour", "RED GREEN BLUE") ;; red = Colour(1) | red.value
enum: flags | import enum ;; Right = enum.Flag("Right", "READ WRITE RUN") ;; read = Right(1) ;; write = Right(2) | read | write
pathlib.Path @ | import pathlib | pathlib.Path("/srv/data/file.txt")
pathlib.Path: joined | import pathlib ;; folder = pathlib.Path("/srv/data") | folder / "sub" / "file.txt"
pathlib.Path.name | import pathlib ;; path = pathlib.Path("/srv/data/file.tar.gz") | path.name
pathlib.Path.suffix | import pathlib ;; path = pathlib.Path("/srv/data/file.tar.gz") | path.suffix
pathlib.Path.parent | import pathlib ;; path = pathlib.Path("/srv/data/file.tar.gz") | path.parent
pathlib.Path.with_suffix @ | import pathlib ;; path = pathlib.Path("/srv/data/file.txt") | path.with_suffix(".csv")
pathlib.Path.relative_to @ | import pathlib ;; path = pathlib.Path("/srv/data/sub/file.txt") ;; base = pathlib.Path("/srv") | path.relative_to(base)
pathlib.PurePath.match @ | import pathlib ;; path = pathlib.PurePath("/srv/data/file.txt") | path.match("*.txt")
pathlib.Path: text | import pathlib ;; path = pathlib.Path("/srv/data/file.txt") | str(path)
pathlib.Path.exists | import pathlib ;; path = pathlib.Path("/srv/nothing/file.txt") | path.exists()
pathlib.Path.resolve | import pathlib ;; path = pathlib.Path("/usr/lib/../lib") | path.resolve()
pathlib.Path.iterdir | import pathlib ;; path = pathlib.Path("/usr") | list(path.iterdir())
pathlib.Path.glob | import pathlib ;; path = pathlib.Path("/usr") | list(path.glob("*"))
os.path.join @ | import os.path | os.path.join("/srv", "data", "file.txt")
os.path.basename @ | import os.path | os.path.basename("/srv/data/file.txt")
os.path.dirname @ | import os.path | os.path.dirname("/srv/data/file.txt")
os.path.split @ | import os.path | os.path.split("/srv/data/file.txt")
os.path.splitext @ | import os.path | os.path.splitext("/srv/data/file.txt")
os.path.normpath @ | import os.path | os.path.normpath("/srv/../data//file.txt")
os.path.abspath @ | import os.path | os.path.abspath("data/file.txt")
os.path.relpath @ | import os.path | os.path.relpath("/srv/data/file.txt", "/srv/other")
os.path.exists | import os.path | os.path.exists("/srv/nothing/file.txt")
os.path.isfile | import os.path | os.path.isfile("/usr/lib")
os.path.getsize | import os.path | os.path.getsize("/usr/lib")
os.path.expanduser @ | import os.path | os.path.expanduser("~/file.txt")
os.path.commonprefix @ | import os.path | os.path.commonprefix(["/usr/lib/a", "/usr/lib/b"])
os.listdir | import os | os.listdir("/usr")
os.scandir | import os | list(os.scandir("/usr"))
os.stat | import os | os.stat("/usr")
os.getcwd @ | import os | os.getcwd()
os.getpid @ | import os | os.getpid()
os.environ.get @ | import os | os.environ.get("HOME")
os.getenv @ | import os | os.getenv("HOME")
glob.glob | import glob | glob.glob("/usr/*")
fnmatch.fnmatch @ | import fnmatch | fnmatch.fnmatch("some_file.py", "*.py")
fnmatch.filter, 10, 300 @ 0=N | import fnmatch ;; names = ["file%d.%s" % (i, "py" if i % 3 else "txt") for i in range(N)] | fnmatch.filter(names, "*.py")
shlex.split, 3, 50 @ 0=len(text) | import shlex ;; text = "--name 'some value' " * N | shlex.split(text)
shlex.quote @ | import shlex | shlex.quote("some value's")
shlex.join @ | import shlex | shlex.join(["cmd", "--name", "some value"])
ast.parse, 5, 100 @ 0=len(text) | import ast ;; text = "\n".join("x%d = %d * y + f(%d)" % (i, i, i) for i in range(N)) | ast.parse(text)
ast.literal_eval, 3, 100 @ 0=len(text) | import ast ;; text = str([{"id": i, "name": "a"} for i in range(N)]) | ast.literal_eval(text)
ast.walk, 5, 100 | import ast ;; tree = ast.parse("\n".join("x%d = %d * y + f(%d)" % (i, i, i) for i in range(N))) | list(ast.walk(tree))
ast.dump, 5, 50 | import ast ;; tree = ast.parse("\n".join("x%d = %d * y + f(%d)" % (i, i, i) for i in range(N))) | ast.dump(tree)
ast.unparse, 5, 50 | import ast ;; tree = ast.parse("\n".join("x%d = %d * y + f(%d)" % (i, i, i) for i in range(N))) | ast.unparse(tree)
tokenize.generate_tokens, 5, 50 | import io, tokenize ;; text = "\n".join("x%d = %d * y + f(%d)" % (i, i, i) for i in range(N)) | list(tokenize.generate_tokens(io.StringIO(text).readline))
tokenize.tokenize, 5, 50 | import io, tokenize ;; data = "\n".join("x%d = %d * y + f(%d)" % (i, i, i) for i in range(N)).encode() | list(tokenize.tokenize(io.BytesIO(data).readline))
keyword.iskeyword @ | import keyword | keyword.iskeyword("while")
email.message_from_string, 10, 300 @ 0=len(text) | import email ;; text = "From: a@example.org\nTo: b@example.org\nSubject: hello\n\n" + "a line of the body\n" * N | email.message_from_string(text)
email.message.EmailMessage | from email.message import EmailMessage | message = EmailMessage(); message["Subject"] = "hello"; message["To"] = "a@example.org"; message.set_content("a body\n")
email.message.EmailMessage.as_string | from email.message import EmailMessage ;; message = EmailMessage() ;; message["Subject"] = "hello" ;; message.set_content("a body\n") | message.as_string()
email.mime.text.MIMEText @ | from email.mime.text import MIMEText | MIMEText("a body\n")
email.utils.parseaddr @ | import email.utils | email.utils.parseaddr("Someone Else <a@example.org>")
email.utils.formatdate @ | import email.utils | email.utils.formatdate()
email.utils.parsedate_to_datetime @ | import email.utils | email.utils.parsedate_to_datetime("Thu, 27 Nov 2025 12:30:05 +0000")
logging.Logger.debug: off | import logging ;; logger = logging.getLogger("a") | logger.debug("number %d", 3)
logging.Logger.info: text | import io, logging ;; logger = logging.getLogger("b") ;; logger.setLevel(20) ;; logger.propagate = False ;; logger.addHandler(logging.StreamHandler(io.StringIO())) | logger.info("number %d", 3)
logging.getLogger @ | import logging | logging.getLogger("a.b")
logging.Formatter.format @ | import logging ;; form = logging.Formatter("%(asctime)s %(levelname)s %(message)s") ;; record = logging.makeLogRecord({"msg": "text", "levelname": "INFO"}) | form.format(record)
gettext.gettext @ | import gettext | gettext.gettext("some text")
locale.getlocale @ | import locale | locale.getlocale()
locale.format_string @ | import locale | locale.format_string("%d items", 12345, grouping=True)
locale.strxfrm @ | import locale | locale.strxfrm("some text")
argparse.ArgumentParser | import argparse | parser = argparse.ArgumentParser(); parser.add_argument("--name"); parser.add_argument("path")
argparse.ArgumentParser.parse_args @ | import argparse ;; parser = argparse.ArgumentParser() ;; parser.add_argument("--name") ;; parser.add_argument("path") | parser.parse_args(["--name", "a", "b"])
unicodedata.normalize, 10, 500 | import unicodedata ;; text = "größe über " * N | unicodedata.normalize("NFKD", text)
unicodedata.normalize: plain, 10, 500 | import unicodedata ;; text = "some words " * N | unicodedata.normalize("NFKD", text)
unicodedata.category @ | import unicodedata | unicodedata.category("a")
unicodedata.name @ | import unicodedata | unicodedata.name("a")
zoneinfo.ZoneInfo @ | import zoneinfo | zoneinfo.ZoneInfo("UTC")
zoneinfo: astimezone | import datetime, zoneinfo ;; zone = zoneinfo.ZoneInfo("Europe/Berlin") ;; moment = datetime.datetime(2025, 11, 27, tzinfo=datetime.timezone.utc) | moment.astimezone(zone)
sqlite3: select, 10, 300 | import sqlite3 ;; base = sqlite3.connect(":memory:", check_same_thread=False) ;; base.execute("create table t(id integer, name text)") ;; base.executemany("insert into t values (?, ?)", [(i, "name%d" % i) for i in range(N)]) | base.execute("select id, name from t").fetchall()
sqlite3: one | import sqlite3 ;; base = sqlite3.connect(":memory:", check_same_thread=False) ;; base.execute("create table t(id integer primary key, name text)") ;; base.executemany("insert into t values (?, ?)", [(i, "name%d" % i) for i in range(100)]) | base.execute("select name from t where id = ?", (7,)).fetchone()
tempfile.NamedTemporaryFile | import tempfile | with tempfile.NamedTemporaryFile() as file: file.write(b"x")
tempfile.TemporaryDirectory | import tempfile | with tempfile.TemporaryDirectory() as folder: pass
tempfile.mkdtemp | import os, tempfile | os.rmdir(tempfile.mkdtemp())
shutil.which | import shutil | shutil.which("nothing-like-it")
queue.Queue.put | import queue ;; line = queue.Queue() | line.put(1); line.get()
queue.Queue.put_nowait | import queue ;; line = queue.Queue() | line.put_nowait(1); line.get_nowait()
queue.Queue.task_done | import queue ;; line = queue.Queue() | line.put(1); line.get(); line.task_done()
queue.Queue.qsize @ | import queue ;; line = queue.Queue() | line.qsize()
queue.Queue.empty @ | import queue ;; line = queue.Queue() | line.empty()
queue.Queue @ | import queue | queue.Queue()
queue.PriorityQueue.put | import queue ;; line = queue.PriorityQueue() | line.put((1, "a")); line.get()
queue.LifoQueue.put | import queue ;; line = queue.LifoQueue() | line.put(1); line.get()
queue.SimpleQueue.put | import queue ;; line = queue.SimpleQueue() | line.put(1); line.get()
threading.Lock | import threading ;; lock = threading.Lock() | with lock: pass
threading.Event.set | import threading ;; event = threading.Event() | event.set(); event.clear()
threading.Event.is_set @ | import threading ;; event = threading.Event() | event.is_set()
threading.Semaphore | import threading ;; semaphore = threading.Semaphore(2) | with semaphore: pass
threading.Condition.notify | import threading ;; condition = threading.Condition() | with condition: condition.notify()
threading.current_thread @ | import threading | threading.current_thread().name
threading.local | import threading ;; own = threading.local() ;; own.x = 1 | own.x
array.array, 10, 1000 @ 1=N | import array ;; numbers = list(range(N)) | array.array("i", numbers)
array.array.tolist, 10, 1000 @ self=N | import array ;; numbers = array.array("i", range(N)) | numbers.tolist()
array.array.tobytes, 10, 1000 @ self=N | import array ;; numbers = array.array("i", range(N)) | numbers.tobytes()
array.array: sum, 10, 1000 | import array ;; numbers = array.array("d", range(N)) | sum(numbers)
memoryview | data = bytearray(1000) | memoryview(data)[10:20]
memoryview.tobytes, 10, 1000 @builtins.memoryview.tobytes self=10*N | data = memoryview(bytearray(10 * N)) | data.tobytes()
memoryview.cast @builtins.memoryview.cast | data = memoryview(bytearray(800)) | data.cast("d")
io.StringIO: lines, 10, 500 | import io ;; text = "a line of text\n" * N | for line in io.StringIO(text): pass
io.StringIO.write @ | import io ;; out = io.StringIO() | out.write("some words")
io.BytesIO.read, 10, 1000 | import io ;; data = b"some words " * N | io.BytesIO(data).read()
io.StringIO.getvalue, 10, 1000 @ self=11*N | import io ;; out = io.StringIO() ;; out.write("some words " * N) | out.getvalue()
configparser.ConfigParser.read_string, 5, 50 @ 0=len(text) | import configparser ;; text = "".join("[s%d]\nkey = value %d\nother = 5\n" % (i, i) for i in range(N)) | configparser.ConfigParser().read_string(text)
configparser.ConfigParser.get @ | import configparser ;; settings = configparser.ConfigParser() ;; settings.read_string("[a]\nkey = value\n") | settings.get("a", "key")
configparser.ConfigParser.getint @ | import configparser ;; settings = configparser.ConfigParser() ;; settings.read_string("[a]\nkey = 5\n") | settings.getint("a", "key")
configparser.ConfigParser: item | import configparser ;; settings = configparser.ConfigParser() ;; settings.read_string("[a]\nkey = value\n") | settings["a"]["key"]
configparser.ConfigParser.sections @ | import configparser ;; settings = configparser.ConfigParser() ;; settings.read_string("[a]\nkey = value\n") | settings.sections()
configparser.ConfigParser @ | import configparser | configparser.ConfigParser()
configparser.ConfigParser.write, 5, 50 | import configparser, io ;; settings = configparser.ConfigParser() ;; settings.read_string("".join("[s%d]\nkey = value %d\nother = 5\n" % (i, i) for i in range(N))) | settings.write(io.StringIO())
tomllib.loads, 5, 50 @ 0=len(text) | import tomllib ;; text = "".join("[s%d]\nkey = 'value %d'\nother = 5\n" % (i, i) for i in range(N)) | tomllib.loads(text)
plistlib.dumps, 5, 50 @ objects=N | import plistlib ;; fields = {"key%d" % i: i for i in range(N)} | plistlib.dumps(fields)
plistlib.loads, 5, 50 @ 0=len(data) | import plistlib ;; data = plistlib.dumps({"key%d" % i: i for i in range(N)}) | plistlib.loads(data)
pprint.pformat, 5, 50 @ objects=5*N | import pprint ;; rows = [{"id": i, "name": "name%d" % i} for i in range(N)] | pprint.pformat(rows)
reprlib.repr @ | import reprlib ;; numbers = list(range(100)) | reprlib.repr(numbers)
traceback.format_exc | import traceback ;; error = ValueError("x") | traceback.format_exception_only(ValueError, error)
inspect.signature @ | import inspect ;; f = lambda a, b=1, *c, d=2: a | inspect.signature(f)
inspect.getsource @ | import inspect, textwrap | inspect.getsource(textwrap.dedent)
inspect.getmembers @ | import inspect ;; import string | inspect.getmembers(string.Template)
contextlib.suppress @ | import contextlib | with contextlib.suppress(ValueError): pass
contextlib.contextmanager | import contextlib ;; make = contextlib.contextmanager(lambda: (yield)) | with make(): pass
contextlib.redirect_stdout | import contextlib, io ;; out = io.StringIO() | with contextlib.redirect_stdout(out): print("x")
contextlib.ExitStack @ | import contextlib | with contextlib.ExitStack() as stack: pass
print: StringIO | import io ;; out = io.StringIO() | print("some", 1, file=out)
codecs.encode @ | import codecs | codecs.encode("hello words", "rot13")
quopri.encodestring, 10, 300 @ 0=len(data) | import quopri ;; data = b"some = words " * N | quopri.encodestring(data)
colorsys.rgb_to_hsv @ | import colorsys | colorsys.rgb_to_hsv(0.2, 0.4, 0.6)
colorsys.hls_to_rgb @ | import colorsys | colorsys.hls_to_rgb(0.2, 0.4, 0.6)
numbers.Number | import numbers | isinstance(3, numbers.Number)
graphlib.TopologicalSorter, 5, 50 | import graphlib ;; graph = {i: [i - 1] for i in range(1, N)} | list(graphlib.TopologicalSorter(graph).static_order())
weakref.ref @ | import weakref ;; keep = {1, 2} | weakref.ref(keep)
weakref.WeakValueDictionary @ | import weakref | weakref.WeakValueDictionary()
types.SimpleNamespace @ | import types | types.SimpleNamespace(a=1, b=2)
typing.get_type_hints @ | import typing ;; f = lambda a: a ;; f.__annotations__ = {"a": int} | typing.get_type_hints(f)
zipfile.ZipFile.writestr, 10, 500 | import io, zipfile ;; data = b"some words " * N | with zipfile.ZipFile(io.BytesIO(), "w", zipfile.ZIP_DEFLATED) as archive: archive.writestr("a", data)
zipfile.ZipFile.read, 10, 500 | import io, zipfile ;; packed = io.BytesIO() ;; made = zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) ;; made.writestr("a", b"some words " * N) ;; made.close() | with zipfile.ZipFile(packed) as archive: archive.read("a")
tarfile.open | import io, tarfile | with tarfile.open(fileobj=io.BytesIO(), mode="w") as archive: pass
http.cookies.SimpleCookie @ | import http.cookies | http.cookies.SimpleCookie("a=1; b=2")
mimetypes.guess_type @ | import mimetypes | mimetypes.guess_type("a/b/file.html")
stat.filemode @ | import stat | stat.filemode(33188)
platform.system @ | import platform | platform.system()
gc.collect | import gc | gc.collect()
sys.getsizeof @ | import sys ;; numbers = [1, 2] | sys.getsizeof(numbers)
abc: isinstance | import collections.abc | isinstance([], collections.abc.Sequence)
cmd.Cmd.onecmd | import cmd ;; shell = cmd.Cmd() | shell.parseline("do this and that")
optparse.OptionParser | import optparse ;; parser = optparse.OptionParser() ;; parser.add_option("--name") | parser.parse_args(["--name", "a"])
sched.scheduler @ | import sched, time | sched.scheduler(time.monotonic, time.sleep)
timeit.timeit | import timeit | timeit.timeit("pass", number=1)
imaplib.Time2Internaldate @ | import imaplib | imaplib.Time2Internaldate(1764246605)
ftplib.parse257 @ | import ftplib | ftplib.parse257('257 "/srv/data"')
linecache.getline | import linecache, textwrap ;; path = textwrap.__file__ | linecache.getline(path, 10)
zip: elements, 10, 1000 @builtins.zip.__next__ result=N | import collections ;; numbers = list(range(N)) | collections.deque(zip(numbers, numbers), maxlen=0)
enumerate: elements, 10, 1000 @builtins.enumerate.__next__ result=N | import collections ;; numbers = list(range(N)) | collections.deque(enumerate(numbers), maxlen=0)
reversed: elements, 10, 1000 @builtins.reversed.__next__ result=N | import collections ;; numbers = list(range(N)) | collections.deque(reversed(numbers), maxlen=0)
map: elements, 10, 1000 @builtins.map.__next__ result=N | import collections ;; numbers = list(range(N)) | collections.deque(map(abs, numbers), maxlen=0)
filter: elements, 10, 1000 @builtins.filter.__next__ result=N | import collections ;; numbers = list(range(1, N + 1)) | collections.deque(filter(abs, numbers), maxlen=0)
itertools.chain: elements, 10, 1000 @itertools.chain.__next__ result=N | import collections, itertools ;; numbers = list(range(N)) | collections.deque(itertools.chain(numbers), maxlen=0)
itertools.islice: elements, 10, 1000 @itertools.islice.__next__ result=N | import collections, itertools ;; numbers = list(range(N)) | collections.deque(itertools.islice(numbers, N), maxlen=0)
itertools.accumulate: elements, 10, 1000 @itertools.accumulate.__next__ result=N | import collections, itertools ;; numbers = list(range(N)) | collections.deque(itertools.accumulate(numbers), maxlen=0)
itertools.product: elements, 10, 50 @itertools.product.__next__ result=N*N | import collections, itertools ;; numbers = list(range(N)) | collections.deque(itertools.product(numbers, numbers), maxlen=0)
itertools.permutations: elements, 3, 6 @itertools.permutations.__next__ result=720if(N>3)else(6) | import collections, itertools ;; numbers = list(range(N)) | collections.deque(itertools.permutations(numbers), maxlen=0)
itertools.combinations: elements, 5, 20 @itertools.combinations.__next__ result=1140if(N>5)else(10) | import collections, itertools ;; numbers = list(range(N)) | collections.deque(itertools.combinations(numbers, 3), maxlen=0)
itertools.zip_longest: elements, 10, 1000 @itertools.zip_longest.__next__ result=N | import collections, itertools ;; numbers = list(range(N)) | collections.deque(itertools.zip_longest(numbers, numbers), maxlen=0)
itertools.pairwise: elements, 10, 1000 @itertools.pairwise.__next__ result=N | import collections, itertools ;; numbers = list(range(N)) | collections.deque(itertools.pairwise(numbers), maxlen=0)
itertools.groupby: elements, 10, 1000 @itertools.groupby.__next__ 0=N | import collections, itertools ;; numbers = [i // 5 for i in range(N)] | collections.deque(itertools.groupby(numbers), maxlen=0)
itertools.compress: elements, 10, 1000 @itertools.compress.__next__ result=N | import collections, itertools ;; numbers = list(range(1, N + 1)) | collections.deque(itertools.compress(numbers, numbers), maxlen=0)
itertools.repeat: elements, 10, 1000 @itertools.repeat.__next__ result=N | import collections, itertools | collections.deque(itertools.repeat(0, N), maxlen=0)
itertools.starmap: elements, 10, 1000 @itertools.starmap.__next__ result=N | import collections, itertools ;; pairs = [(i, 2) for i in range(N)] | collections.deque(itertools.starmap(divmod, pairs), maxlen=0)
csv.DictReader: rows, 10, 500 @csv.DictReader.__next__ result=N | import collections, csv, io ;; text = "id,name,amount,region\n" + "\n".join("%d,name%d,%d,north" % (i, i, i * 7) for i in range(N)) | collections.deque(csv.DictReader(io.StringIO(text)), maxlen=0)
ast.walk: nodes, 5, 100 | import ast ;; tree = ast.parse("x = 5 * y + f(3)\n" * N) | list(ast.walk(tree))
json.JSONEncoder: indented, 10, 300 | import json ;; numbers = list(range(N)) | json.dumps(numbers, indent=2)
str: float, 10, 1000 | numbers = [i / 7 for i in range(N)] | str(numbers)
decimal.Decimal.quantize: rounding | from decimal import Decimal, ROUND_HALF_UP ;; price = Decimal("1234.5678") ;; cent = Decimal("0.01") | price.quantize(cent, rounding=ROUND_HALF_UP)
decimal.Decimal.quantize: positional rounding | from decimal import Decimal, ROUND_HALF_UP ;; price = Decimal("1234.5678") ;; cent = Decimal("0.01") | price.quantize(cent, ROUND_HALF_UP)
decimal.Decimal.quantize: number made | from decimal import Decimal, ROUND_HALF_UP ;; price = Decimal("1234.5678") | price.quantize(Decimal("0.01"), rounding=ROUND_HALF_UP)
decimal.Decimal: integer | from decimal import Decimal | Decimal(1234)
decimal.Decimal: of str | from decimal import Decimal ;; x = 12.5 | Decimal(str(x))
decimal.Decimal: text | from decimal import Decimal ;; price = Decimal("1234.56") | str(price)
decimal.Decimal: sum, 10, 500 | from decimal import Decimal ;; prices = [Decimal(i) / 7 for i in range(N)] | sum(prices)
decimal.Decimal.to_integral_value | from decimal import Decimal ;; price = Decimal("1234.56") | price.to_integral_value()
decimal.Decimal: int | from decimal import Decimal ;; price = Decimal("1234.56") | int(price)
decimal.Decimal: float | from decimal import Decimal ;; price = Decimal("1234.56") | float(price)
decimal.Decimal: format | from decimal import Decimal ;; price = Decimal("1234.56") | f"{price:.2f}"
textwrap.fill: short words, 1, 30 | import textwrap ;; text = "a few of us go to it and so on we do as he is in " * N | textwrap.fill(text, 70)
textwrap.fill: long words, 1, 30 | import textwrap ;; text = "considerable manufacturers understand documentation requirements " * N | textwrap.fill(text, 70)
textwrap.fill: narrow, 1, 30 | import textwrap ;; text = "some words that fill a line and a half " * N | textwrap.fill(text, 20)
textwrap.fill: default width, 1, 30 | import textwrap ;; text = "some words that fill a line and a half " * N | textwrap.fill(text)
textwrap.fill: width keyword, 1, 30 | import textwrap ;; text = "some words that fill a line and a half " * N | textwrap.fill(text, width=60)
textwrap.fill: indented, 1, 30 | import textwrap ;; text = "some words that fill a line and a half " * N | textwrap.fill(text, width=60, initial_indent="  ", subsequent_indent="    ")
textwrap.fill: no hyphens, 1, 30 | import textwrap ;; text = "some words that fill a line and a half " * N | textwrap.fill(text, width=60, break_on_hyphens=False)
textwrap.fill: joined, 10, 300 | import textwrap ;; text = " ".join("word%d" % (i % 97) for i in range(N)) | textwrap.fill(text, width=72)
textwrap.wrap: joined, 10, 300 | import textwrap ;; words = ["word%d" % (i % 97) for i in range(N)] | textwrap.wrap(" ".join(words), 48)
textwrap.wrap: drawn, 10, 300 | import random, textwrap ;; rng = random.Random(4) ;; words = "alpha beta gamma delta epsilon zeta".split() ;; text = " ".join(rng.choice(words) for _ in range(N)) | textwrap.wrap(text, 72)
textwrap.TextWrapper.fill, 1, 30 @ 0=len(text) | import textwrap ;; wrapper = textwrap.TextWrapper(width=60) ;; text = "some words that fill a line and a half " * N | wrapper.fill(text)
textwrap.TextWrapper.wrap, 1, 30 @ 0=len(text) | import textwrap ;; wrapper = textwrap.TextWrapper(width=60) ;; text = "some words that fill a line and a half " * N | wrapper.wrap(text)
re.sub: named function, 10, 300 | import re ;; text = " ".join("word%d" % i for i in range(N)) ;; double = lambda found: found.group(0) * 2 | re.sub(r"\d+", double, text)
re.sub: table function, 10, 300 | import re ;; table = {"alpha": "a", "beta": "b"} ;; text = "alpha or beta and " * N | re.sub(r"alpha|beta", lambda found: table[found.group()], text)
re.Pattern.sub: function, 10, 300 | import re ;; pattern = re.compile(r"\{(\w+)\}") ;; text = "some {name} and " * N | pattern.sub(lambda found: found.group(1).upper(), text)
re.Pattern.sub: text, 10, 300 | import re ;; pattern = re.compile(r"[^a-z0-9]+") ;; text = "Some Title, Of A Text! " * N | pattern.sub("-", text)
json.dumps: indent numbers, 10, 300 | import json ;; numbers = [i * 7 for i in range(N)] | json.dumps(numbers, indent=4)
json.dumps: indent nested, 10, 300 | import json ;; rows = [{"id": i, "place": {"x": i, "y": i / 7}, "tags": ["a", "b", "c"]} for i in range(N)] | json.dumps(rows, indent=2, sort_keys=True)
json.dumps: separators, 10, 300 | import json ;; rows = [{"id": i, "name": "name%d" % i} for i in range(N)] | json.dumps(rows, separators=(",", ":"))
json.dumps: not ASCII, 10, 300 | import json ;; rows = [{"id": i, "name": "größe%d" % i} for i in range(N)] | json.dumps(rows, ensure_ascii=False)
json.dumps: default, 10, 300 | import json ;; rows = [{"id": i, "at": {i}} for i in range(N)] | json.dumps(rows, default=list)
csv.writer: row by row, 10, 300 | import csv, io ;; rows = [[i, "name%d" % i, i / 7, "north"] for i in range(N)] | writer = csv.writer(io.StringIO()); [writer.writerow(row) for row in rows]
csv.reader: quoted, 10, 300 | import csv, io ;; text = "\n".join('%d,"name, %d",%d,"north"' % (i, i, i * 7) for i in range(N)) | list(csv.reader(io.StringIO(text)))
csv.reader: splitlines, 10, 300 | import csv ;; text = "\n".join("%d,name%d,%d,north" % (i, i, i * 7) for i in range(N)) | list(csv.reader(text.splitlines()))
difflib.SequenceMatcher: words, 10, 100 | import difflib ;; left = ["word%d" % (i % 17) for i in range(N)] ;; right = ["word%d" % (i % 13) for i in range(N)] | difflib.SequenceMatcher(None, left, right).ratio()
difflib.SequenceMatcher: short texts | import difflib | difflib.SequenceMatcher(None, "kitten sitting", "sitting kitten").ratio()
difflib.SequenceMatcher: texts, 2, 10 | import difflib ;; left = "the quick brown fox jumps over it " * N ;; right = "a quick brown dog jumps over us " * N | difflib.SequenceMatcher(None, left, right).ratio()
difflib.SequenceMatcher: opcodes, 10, 100 | import difflib ;; left = ["line %d" % i for i in range(N)] ;; right = ["line %d" % (i + i // 7 % 2) for i in range(N)] | difflib.SequenceMatcher(None, left, right).get_opcodes()
difflib.SequenceMatcher: quick, 2, 10 | import difflib ;; left = "the quick brown fox jumps over it " * N ;; right = "a quick brown dog jumps over us " * N | difflib.SequenceMatcher(None, left, right).quick_ratio()
difflib.unified_diff: many changes, 10, 100 | import difflib ;; left = ["line %d" % (i * 7 % 31) for i in range(N)] ;; right = ["line %d" % (i * 5 % 37) for i in range(N)] | list(difflib.unified_diff(left, right))
difflib.get_close_matches: names, 5, 50 | import difflib ;; names = ["customer%d" % (i * 37 % 101) for i in range(N)] | difflib.get_close_matches("costumer7", names)
str.format: names | | "{name}: {value}".format(name="abc", value=3)
str.format: plain | | "{} {} {}".format(1, "two", 3)
str.format: floats | | "{:.3f} {:.3f} {:8.2f}".format(3.14159, 2.71828, 1.41421)
str.format: index | | "{0}-{1}-{0}".format(1, 2)
str.format: thousands | number = 1234567 | "{:,}".format(number)
str.format: bound | template = "{:>10}, {:<10}, {:>8.2f}" | template.format("left", "right", 3.14159)
str.format: padded | number = 42 | "{:05d}".format(number)
hashlib.pbkdf2_hmac, 1000, 20000 | import hashlib | hashlib.pbkdf2_hmac("sha256", b"password", b"salt", N)
hashlib.pbkdf2_hmac: sha512, 1000, 20000 | import hashlib | hashlib.pbkdf2_hmac("sha512", b"password", b"salt", N)
hashlib.pbkdf2_hmac: sha1, 1000, 20000 | import hashlib | hashlib.pbkdf2_hmac("sha1", b"password", b"salt", N)
hashlib.pbkdf2_hmac: keywords, 1000, 20000 | import hashlib | hashlib.pbkdf2_hmac("sha256", b"password", salt=b"salt", iterations=N)
hashlib.pbkdf2_hmac: long key, 1000, 20000 | import hashlib | hashlib.pbkdf2_hmac("sha256", b"password", b"salt", N, 64)
hashlib.scrypt, 1024, 16384 | import hashlib | hashlib.scrypt(b"password", salt=b"salt", n=N, r=8, p=1)
hashlib.scrypt: small blocks, 1024, 16384 | import hashlib | hashlib.scrypt(b"password", salt=b"salt", n=N, r=1, p=1)
hashlib.scrypt: twice, 1024, 8192 | import hashlib | hashlib.scrypt(b"password", salt=b"salt", n=N, r=8, p=2)
hashlib.sha384, 10, 3000 | import hashlib ;; data = b"some words " * N | hashlib.sha384(data).hexdigest()
hashlib.sha224, 10, 3000 | import hashlib ;; data = b"some words " * N | hashlib.sha224(data).digest()
hashlib.sha3_512, 10, 3000 | import hashlib ;; data = b"some words " * N | hashlib.sha3_512(data).digest()
hashlib.shake_128, 10, 3000 | import hashlib ;; data = b"some words " * N | hashlib.shake_128(data).digest(32)
hashlib.blake2s, 10, 3000 | import hashlib ;; data = b"some words " * N | hashlib.blake2s(data).hexdigest()
statistics.mean: decimals, 10, 300 | import statistics ;; from decimal import Decimal ;; numbers = [Decimal(i) / 7 for i in range(N)] | statistics.mean(numbers)
statistics.mean: fractions, 10, 300 | import statistics ;; from fractions import Fraction ;; numbers = [Fraction(i, 7) for i in range(N)] | statistics.mean(numbers)
statistics.stdev: ints, 10, 300 | import statistics ;; numbers = [i * 7919 % 1000 for i in range(N)] | statistics.stdev(numbers)
statistics.pvariance, 10, 300 @ 0=N | import statistics ;; numbers = [i / 7 for i in range(N)] | statistics.pvariance(numbers)
statistics.multimode, 10, 300 @ 0=N | import statistics ;; numbers = [i % 10 for i in range(N)] | statistics.multimode(numbers)
statistics.median_low, 10, 300 @ 0=N | import statistics ;; numbers = [i * 7919 % 1000 / 7 for i in range(N)] | statistics.median_low(numbers)
statistics.fmean: weights, 10, 300 | import statistics ;; numbers = [i / 7 for i in range(N)] ;; weights = [1.0] * N | statistics.fmean(numbers, weights)
fractions.Fraction: text | from fractions import Fraction | Fraction("7/12")
fractions.Fraction: decimal text | from fractions import Fraction | Fraction("3.125")
fractions.Fraction: float | from fractions import Fraction | Fraction(0.3)
fractions.Fraction: whole | from fractions import Fraction | Fraction(3)
fractions.Fraction: and integer | from fractions import Fraction ;; part = Fraction(7, 12) | part + 3
fractions.Fraction: text of | from fractions import Fraction ;; part = Fraction(7, 12) | str(part)
fractions.Fraction: float of | from fractions import Fraction ;; part = Fraction(7, 12) | float(part)
fractions.Fraction.limit_denominator @ | from fractions import Fraction ;; part = Fraction(0.3333333) | part.limit_denominator(1000)
fractions.Fraction: sum, 10, 60 | from fractions import Fraction ;; parts = [Fraction(1, i + 1) for i in range(N)] | sum(parts)
datetime.datetime.strptime: date | from datetime import datetime | datetime.strptime("27.11.2025", "%d.%m.%Y")
datetime.datetime.strptime: log | from datetime import datetime | datetime.strptime("10/Oct/2025:13:55:36 +0200", "%d/%b/%Y:%H:%M:%S %z")
datetime.datetime.strptime: date of it | from datetime import datetime | datetime.strptime("2025-11-27", "%Y-%m-%d").date()
struct.iter_unpack: doubles, 10, 1000 | import struct ;; data = bytes(8 * N) | list(struct.iter_unpack("<d", data))
struct.iter_unpack: loop, 10, 1000 | import struct ;; data = bytes(8 * N) | for a, b in struct.iter_unpack("<II", data): pass
struct.iter_unpack: many fields, 10, 300 | import struct ;; data = bytes(22 * N) | list(struct.iter_unpack("<IHHBBQI", data))
struct.Struct.iter_unpack, 10, 1000 @ 0=len(data) | import struct ;; layout = struct.Struct("<HHI") ;; data = bytes(8 * N) | list(layout.iter_unpack(data))
struct.Struct.unpack @ | import struct ;; layout = struct.Struct("<HHIf") ;; data = layout.pack(1, 2, 3, 4.0) | layout.unpack(data)
struct.unpack_from @ | import struct ;; data = struct.pack("<HHIf", 1, 2, 3, 4.0) | struct.unpack_from("<HHIf", data, 0)
struct.Struct.unpack_from @ | import struct ;; layout = struct.Struct("<HHIf") ;; data = layout.pack(1, 2, 3, 4.0) | layout.unpack_from(data, 0)
struct.pack_into | import struct ;; room = bytearray(64) | struct.pack_into("<HHIf", room, 4, 1, 2, 3, 4.0)
base64.b64decode: validated, 10, 3000 | import base64 ;; data = base64.b64encode(b"some words " * N) | base64.b64decode(data, validate=True)
base64.standard_b64encode, 10, 3000 | import base64 ;; data = b"some words " * N | base64.standard_b64encode(data)
base64.a85encode, 10, 300 | import base64 ;; data = b"some words " * N | base64.a85encode(data)
base64.encodebytes, 10, 3000 | import base64 ;; data = b"some words " * N | base64.encodebytes(data)
base64.b64encode: text, 10, 3000 | import base64 ;; data = b"some words " * N | base64.b64encode(data).decode()
pickle: dictionary of lists, 10, 300 | import pickle ;; made = {i: [i, i + 1, i + 2] for i in range(N)} | pickle.dumps(made)
pickle: both ways, 10, 300 | import pickle ;; rows = [("name%d" % i, i, i / 7) for i in range(N)] | pickle.loads(pickle.dumps(rows))
pickle: protocol, 10, 300 | import pickle ;; rows = [{"id": i, "name": "name%d" % i} for i in range(N)] | pickle.dumps(rows, protocol=pickle.HIGHEST_PROTOCOL)
pickle: objects, 10, 300 | import pickle, types ;; rows = [types.SimpleNamespace(a=i, b="x") for i in range(N)] | pickle.dumps(rows)
pickle: floats, 10, 1000 | import pickle ;; numbers = [i / 7 for i in range(N)] | pickle.dumps(numbers)
copy.deepcopy: dictionary of lists, 10, 100 | import copy ;; made = {i: [i, i + 1, i + 2] for i in range(N)} | copy.deepcopy(made)
zlib.compress: words level 6, 300, 6000 | import random, zlib ;; rng = random.Random(3) ;; words = "the of and some words people time water sound first place little".split() ;; data = " ".join(rng.choice(words) for _ in range(N)).encode() | zlib.compress(data, 6)
zlib.compress: words level 1, 300, 6000 | import random, zlib ;; rng = random.Random(3) ;; words = "the of and some words people time water sound first place little".split() ;; data = " ".join(rng.choice(words) for _ in range(N)).encode() | zlib.compress(data, 1)
zlib.compress: words level 9, 300, 6000 | import random, zlib ;; rng = random.Random(3) ;; words = "the of and some words people time water sound first place little".split() ;; data = " ".join(rng.choice(words) for _ in range(N)).encode() | zlib.compress(data, 9)
zlib.compress: rows level 1, 300, 6000 | import zlib ;; data = "".join("%d,name%d,%d,north\n" % (i, i, i * 7) for i in range(N)).encode() | zlib.compress(data, 1)
zlib.compress: rows level 6, 300, 6000 | import zlib ;; data = "".join("%d,name%d,%d,north\n" % (i, i, i * 7) for i in range(N)).encode() | zlib.compress(data, 6)
zlib.compress: rows level 9, 300, 6000 | import zlib ;; data = "".join("%d,name%d,%d,north\n" % (i, i, i * 7) for i in range(N)).encode() | zlib.compress(data, 9)
zlib.compress: noise level 1, 100, 30000 | import os, zlib ;; data = os.urandom(10 * N) | zlib.compress(data, 1)
zlib.compress: noise level 9, 100, 30000 | import os, zlib ;; data = os.urandom(10 * N) | zlib.compress(data, 9)
zlib.compress: repeated level 1, 100, 30000 | import zlib ;; data = b"some words " * N | zlib.compress(data, 1)
zlib.compress: repeated level 9, 100, 30000 | import zlib ;; data = b"some words " * N | zlib.compress(data, 9)
zlib.compress: few bytes, 1000, 100000 | import random, zlib ;; rng = random.Random(5) ;; data = bytes(rng.randrange(16) for _ in range(N)) | zlib.compress(data, 6)
zlib.compress: few bytes level 1, 1000, 100000 | import random, zlib ;; rng = random.Random(5) ;; data = bytes(rng.randrange(16) for _ in range(N)) | zlib.compress(data, 1)
zlib.compress: few bytes level 9, 1000, 100000 | import random, zlib ;; rng = random.Random(5) ;; data = bytes(rng.randrange(16) for _ in range(N)) | zlib.compress(data, 9)
zlib.compress: choices, 1000, 100000 | import random, zlib ;; rng = random.Random(5) ;; data = bytes(rng.choices(b"abcdefghij", k=N)) | zlib.compress(data, 6)
zlib.compress: drawn bytes, 1000, 100000 | import random, zlib ;; rng = random.Random(5) ;; data = rng.randbytes(N) | zlib.compress(data, 6)
zlib.compress: zeros, 1000, 300000 | import zlib ;; data = bytes(N) | zlib.compress(data)
gzip.compress: level 1, 300, 6000 | import gzip ;; data = "".join("%d,name%d,%d,north\n" % (i, i, i * 7) for i in range(N)).encode() | gzip.compress(data, 1)
gzip.compress: level 6, 300, 6000 | import gzip ;; data = "".join("%d,name%d,%d,north\n" % (i, i, i * 7) for i in range(N)).encode() | gzip.compress(data, compresslevel=6)
gzip.compress: level 9, 300, 6000 | import gzip ;; data = "".join("%d,name%d,%d,north\n" % (i, i, i * 7) for i in range(N)).encode() | gzip.compress(data, 9)
gzip.compress: words, 300, 6000 | import random, gzip ;; rng = random.Random(3) ;; words = "the of and some words people time water sound first place little".split() ;; data = " ".join(rng.choice(words) for _ in range(N)).encode() | gzip.compress(data)
gzip.compress: noise, 100, 30000 | import os, gzip ;; data = os.urandom(10 * N) | gzip.compress(data)
bz2.compress: words, 300, 6000 | import random, bz2 ;; rng = random.Random(3) ;; words = "the of and some words people time water sound first place little".split() ;; data = " ".join(rng.choice(words) for _ in range(N)).encode() | bz2.compress(data)
bz2.compress: noise, 100, 30000 | import os, bz2 ;; data = os.urandom(10 * N) | bz2.compress(data)
bz2.compress: noise level 1, 100, 30000 | import os, bz2 ;; data = os.urandom(10 * N) | bz2.compress(data, 1)
bz2.compress: repeated, 1000, 30000 | import bz2 ;; data = b"some words " * N | bz2.compress(data)
bz2.compress: few bytes, 1000, 100000 | import random, bz2 ;; rng = random.Random(5) ;; data = bytes(rng.randrange(16) for _ in range(N)) | bz2.compress(data)
bz2.decompress: words, 300, 6000 | import random, bz2 ;; rng = random.Random(3) ;; words = "the of and some words people time water sound first place little".split() ;; packed = bz2.compress(" ".join(rng.choice(words) for _ in range(N)).encode()) | bz2.decompress(packed)
lzma.compress: words, 300, 3000 | import random, lzma ;; rng = random.Random(3) ;; words = "the of and some words people time water sound first place little".split() ;; data = " ".join(rng.choice(words) for _ in range(N)).encode() | lzma.compress(data)
lzma.compress: words preset 0, 300, 3000 | import random, lzma ;; rng = random.Random(3) ;; words = "the of and some words people time water sound first place little".split() ;; data = " ".join(rng.choice(words) for _ in range(N)).encode() | lzma.compress(data, preset=0)
lzma.compress: words preset 3, 300, 3000 | import random, lzma ;; rng = random.Random(3) ;; words = "the of and some words people time water sound first place little".split() ;; data = " ".join(rng.choice(words) for _ in range(N)).encode() | lzma.compress(data, preset=3)
lzma.compress: words preset 9, 300, 3000 | import random, lzma ;; rng = random.Random(3) ;; words = "the of and some words people time water sound first place little".split() ;; data = " ".join(rng.choice(words) for _ in range(N)).encode() | lzma.compress(data, preset=9)
lzma.compress: noise, 100, 10000 | import os, lzma ;; data = os.urandom(10 * N) | lzma.compress(data)
lzma.compress: noise preset 1, 100, 10000 | import os, lzma ;; data = os.urandom(10 * N) | lzma.compress(data, preset=1)
lzma.compress: few bytes, 1000, 50000 | import random, lzma ;; rng = random.Random(5) ;; data = bytes(rng.randrange(16) for _ in range(N)) | lzma.compress(data)
lzma.compress: repeated, 1000, 10000 | import lzma ;; data = b"some words " * N | lzma.compress(data)
lzma.decompress: words, 300, 3000 | import random, lzma ;; rng = random.Random(3) ;; words = "the of and some words people time water sound first place little".split() ;; packed = lzma.compress(" ".join(rng.choice(words) for _ in range(N)).encode()) | lzma.decompress(packed)
zlib.decompress: words, 300, 6000 | import random, zlib ;; rng = random.Random(3) ;; words = "the of and some words people time water sound first place little".split() ;; packed = zlib.compress(" ".join(rng.choice(words) for _ in range(N)).encode()) | zlib.decompress(packed)
zlib.decompress: noise, 100, 30000 | import os, zlib ;; packed = zlib.compress(os.urandom(10 * N)) | zlib.decompress(packed)
builtins.open: read text, 20, 2000 | import tempfile ;; folder = tempfile.TemporaryDirectory() ;; path = folder.name + "/a" ;; out = open(path, "w") ;; out.write("a line of text with words\n" * N) ;; out.close() | with open(path) as file: file.read()
builtins.open: read bytes, 20, 2000 | import tempfile ;; folder = tempfile.TemporaryDirectory() ;; path = folder.name + "/a" ;; out = open(path, "w") ;; out.write("a line of text with words\n" * N) ;; out.close() | with open(path, "rb") as file: file.read()
builtins.open: lines, 20, 2000 | import tempfile ;; folder = tempfile.TemporaryDirectory() ;; path = folder.name + "/a" ;; out = open(path, "w") ;; out.write("a line of text with words\n" * N) ;; out.close() | for line in open(path): pass
builtins.open: write text, 20, 2000 | import tempfile ;; folder = tempfile.TemporaryDirectory() ;; path = folder.name + "/a" ;; text = "a line of text with words\n" * N | with open(path, "w") as file: file.write(text)
builtins.open: write bytes, 20, 2000 | import tempfile ;; folder = tempfile.TemporaryDirectory() ;; path = folder.name + "/a" ;; data = b"a line of text with words\n" * N | with open(path, "wb") as file: file.write(data)
builtins.open: write lines, 20, 1000 | import tempfile ;; folder = tempfile.TemporaryDirectory() ;; path = folder.name + "/a" | with open(path, "w") as file: [file.write("a line of text with words\n") for _ in range(N)]
builtins.open: append | import tempfile ;; folder = tempfile.TemporaryDirectory() ;; path = folder.name + "/a" | with open(path, "a") as file: file.write("a line\n")
builtins.open: only | import tempfile ;; folder = tempfile.TemporaryDirectory() ;; path = folder.name + "/a" ;; open(path, "w").close() | open(path, "rb").close()
os.remove: made | import os, tempfile ;; folder = tempfile.TemporaryDirectory() ;; path = folder.name + "/a" | open(path, "wb").close(); os.remove(path)
os.replace: made | import os, tempfile ;; folder = tempfile.TemporaryDirectory() ;; path = folder.name + "/a" ;; other = folder.name + "/b" | open(path, "wb").close(); os.replace(path, other)
os.rename: there and back | import os, tempfile ;; folder = tempfile.TemporaryDirectory() ;; path = folder.name + "/a" ;; other = folder.name + "/b" ;; open(path, "wb").close() | os.rename(path, other); os.rename(other, path)
os.mkdir: made | import os, tempfile ;; folder = tempfile.TemporaryDirectory() ;; path = folder.name + "/a" | os.mkdir(path); os.rmdir(path)
os.makedirs: there | import os, tempfile ;; folder = tempfile.TemporaryDirectory() ;; path = folder.name | os.makedirs(path, exist_ok=True)
os.stat: file | import os, tempfile ;; folder = tempfile.TemporaryDirectory() ;; path = folder.name + "/a" ;; open(path, "wb").close() | os.stat(path)
os.path.getsize: file | import os.path, tempfile ;; folder = tempfile.TemporaryDirectory() ;; path = folder.name + "/a" ;; open(path, "wb").close() | os.path.getsize(path)
os.path.exists: file | import os.path, tempfile ;; folder = tempfile.TemporaryDirectory() ;; path = folder.name + "/a" ;; open(path, "wb").close() | os.path.exists(path)
os.listdir: files, 10, 300 | import os, tempfile ;; folder = tempfile.TemporaryDirectory() ;; path = folder.name ;; for number in range(N): open("%s/file%d" % (path, number), "wb").close() | os.listdir(path)
os.scandir: files, 10, 300 | import os, tempfile ;; folder = tempfile.TemporaryDirectory() ;; path = folder.name ;; for number in range(N): open("%s/file%d" % (path, number), "wb").close() | [entry.name for entry in os.scandir(path)]
os.open: read | import os, tempfile ;; folder = tempfile.TemporaryDirectory() ;; path = folder.name + "/a" ;; out = open(path, "w") ;; out.write("words\n" * 100) ;; out.close() | handle = os.open(path, os.O_RDONLY); os.read(handle, 1000); os.close(handle)
pathlib.Path.read_text, 20, 2000 | import pathlib, tempfile ;; folder = tempfile.TemporaryDirectory() ;; path = pathlib.Path(folder.name, "a") ;; path.write_text("a line of text with words\n" * N) | path.read_text()
pathlib.Path.read_bytes, 20, 2000 | import pathlib, tempfile ;; folder = tempfile.TemporaryDirectory() ;; path = pathlib.Path(folder.name, "a") ;; path.write_text("a line of text with words\n" * N) | path.read_bytes()
pathlib.Path.write_text, 20, 2000 | import pathlib, tempfile ;; folder = tempfile.TemporaryDirectory() ;; path = pathlib.Path(folder.name, "a") ;; text = "a line of text with words\n" * N | path.write_text(text)
pathlib.Path.write_bytes, 20, 2000 | import pathlib, tempfile ;; folder = tempfile.TemporaryDirectory() ;; path = pathlib.Path(folder.name, "a") ;; data = b"a line of text with words\n" * N | path.write_bytes(data)
pathlib.Path.stat: file | import pathlib, tempfile ;; folder = tempfile.TemporaryDirectory() ;; path = pathlib.Path(folder.name, "a") ;; path.write_text("") | path.stat()
pathlib.Path.unlink: made | import pathlib, tempfile ;; folder = tempfile.TemporaryDirectory() ;; path = pathlib.Path(folder.name, "a") | path.touch(); path.unlink()
pathlib.Path.iterdir: files, 10, 300 | import pathlib, tempfile ;; folder = tempfile.TemporaryDirectory() ;; path = pathlib.Path(folder.name) ;; for number in range(N): (path / ("file%d" % number)).touch() | list(path.iterdir())
shutil.copyfile, 20, 2000 | import shutil, tempfile ;; folder = tempfile.TemporaryDirectory() ;; path = folder.name + "/a" ;; other = folder.name + "/b" ;; out = open(path, "w") ;; out.write("a line of text with words\n" * N) ;; out.close() | shutil.copyfile(path, other)
zipfile.ZipFile.namelist | import io, zipfile ;; packed = io.BytesIO() ;; made = zipfile.ZipFile(packed, "w") ;; for number in range(20): made.writestr("a%d" % number, b"some words ") ;; made.close() | with zipfile.ZipFile(packed) as archive: archive.namelist()
zipfile.ZipFile.read: members, 10, 2000 | import io, zipfile ;; packed = io.BytesIO() ;; made = zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) ;; made.writestr("a", b"".join(b"%d,north,%d\n" % (i, i * 37) for i in range(N))) ;; made.close() ;; archive = zipfile.ZipFile(packed) | archive.read("a")
zipfile.ZipFile.read: stored, 10, 2000 | import io, zipfile ;; packed = io.BytesIO() ;; made = zipfile.ZipFile(packed, "w") ;; made.writestr("a", b"".join(b"%d,north,%d\n" % (i, i * 37) for i in range(N))) ;; made.close() ;; archive = zipfile.ZipFile(packed) | archive.read("a")
zipfile.ZipFile.writestr: stored, 10, 2000 | import io, zipfile ;; data = b"".join(b"%d,north,%d\n" % (i, i * 37) for i in range(N)) | with zipfile.ZipFile(io.BytesIO(), "w") as archive: archive.writestr("a", data)
zipfile.ZipFile.writestr: deflated, 10, 2000 | import io, zipfile ;; data = b"".join(b"%d,north,%d\n" % (i, i * 37) for i in range(N)) | with zipfile.ZipFile(io.BytesIO(), "w", zipfile.ZIP_DEFLATED) as archive: archive.writestr("a", data)
zipfile.ZipFile.open: lines, 10, 1000 | import io, zipfile ;; packed = io.BytesIO() ;; made = zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) ;; made.writestr("a", b"".join(b"%d,north,%d\n" % (i, i * 37) for i in range(N))) ;; made.close() ;; archive = zipfile.ZipFile(packed) | for line in archive.open("a"): pass
gzip.GzipFile.read, 10, 2000 | import gzip, io ;; packed = gzip.compress(b"".join(b"%d,north,%d\n" % (i, i * 37) for i in range(N))) | gzip.GzipFile(fileobj=io.BytesIO(packed)).read()
gzip.GzipFile.write, 10, 2000 | import gzip, io ;; data = b"".join(b"%d,north,%d\n" % (i, i * 37) for i in range(N)) | with gzip.GzipFile(fileobj=io.BytesIO(), mode="wb") as out: out.write(data)
gzip.open: read file, 10, 2000 | import gzip, tempfile ;; folder = tempfile.TemporaryDirectory() ;; path = folder.name + "/a.gz" ;; out = gzip.open(path, "wb") ;; out.write(b"".join(b"%d,north,%d\n" % (i, i * 37) for i in range(N))) ;; out.close() | with gzip.open(path, "rb") as file: file.read()
gzip.open: text lines, 10, 1000 | import gzip, tempfile ;; folder = tempfile.TemporaryDirectory() ;; path = folder.name + "/a.gz" ;; out = gzip.open(path, "wb") ;; out.write(b"".join(b"%d,north,%d\n" % (i, i * 37) for i in range(N))) ;; out.close() | for line in gzip.open(path, "rt"): pass
gzip.open: write file, 10, 2000 | import gzip, tempfile ;; folder = tempfile.TemporaryDirectory() ;; path = folder.name + "/a.gz" ;; data = b"".join(b"%d,north,%d\n" % (i, i * 37) for i in range(N)) | with gzip.open(path, "wb") as file: file.write(data)
bz2.open: read file, 10, 2000 | import bz2, tempfile ;; folder = tempfile.TemporaryDirectory() ;; path = folder.name + "/a.bz2" ;; out = bz2.open(path, "wb") ;; out.write(b"".join(b"%d,north,%d\n" % (i, i * 37) for i in range(N))) ;; out.close() | with bz2.open(path, "rb") as file: file.read()
zlib.compressobj: pieces, 10, 1000 | import zlib ;; data = b"".join(b"%d,north,%d\n" % (i, i * 37) for i in range(N)) | packer = zlib.compressobj(); packer.compress(data); packer.flush()
zlib.decompressobj: pieces, 10, 1000 | import zlib ;; packed = zlib.compress(b"".join(b"%d,north,%d\n" % (i, i * 37) for i in range(N))) | unpacker = zlib.decompressobj(); unpacker.decompress(packed)
tarfile.TarFile.__next__ | import io, tarfile ;; room = io.BytesIO() ;; made = tarfile.open(fileobj=room, mode="w") ;; for number in range(20): made.addfile(tarfile.TarInfo("a%d" % number)) ;; made.close() | room.seek(0); archive = tarfile.open(fileobj=room); archive.getmembers()
tarfile.TarFile.addfile, 10, 2000 | import io, tarfile ;; data = b"".join(b"%d,north,%d\n" % (i, i * 37) for i in range(N)) ;; info = tarfile.TarInfo("a") ;; info.size = len(data) | with tarfile.open(fileobj=io.BytesIO(), mode="w") as archive: archive.addfile(info, io.BytesIO(data))
queue.Queue: through | import queue ;; line = queue.Queue() | line.put(1); line.get()
collections.defaultdict: groups, 10, 1000 | import collections ;; rows = [(i % 7, i) for i in range(N)] ;; groups = collections.defaultdict(list) | for key, value in rows: groups[key].append(value)
dataclasses.dataclass: frozen | import dataclasses ;; Point = dataclasses.make_dataclass("Point", ["x", "y", "z"], frozen=True) | Point(1, 2, 3)
pow: modulus of one digit | | pow(123_456, 65_537, 1_000_000_007)
pow: modulus of two digits | | pow(123_456, 65_537, 1_000_000_007_000_000_009)
builtins.dict: of generator, 10, 1000 | numbers = list(range(N)) | dict((number, number * 2) for number in numbers)
builtins.dict: of zip, 10, 1000 | numbers = list(range(N)) | dict(zip(numbers, numbers))
builtins.dict: of enumerate, 10, 1000 | words = ["word%d" % i for i in range(N)] | dict(enumerate(words))
builtins.set: of generator, 10, 1000 | numbers = list(range(N)) | set(number * 2 for number in numbers)
builtins.tuple: of generator, 10, 1000 | numbers = list(range(N)) | tuple(number * 2 for number in numbers)
dictionary: tuple keys, 10, 1000 | numbers = list(range(N)) ;; table = {(i, i % 7): i for i in numbers} | for i in numbers: table[i, i % 7]
dictionary: counting tuples, 10, 1000 | numbers = list(range(N)) ;; table = {} | for i in numbers: table[(i, i % 7)] = table.get((i, i % 7), 0) + 1
list: slices, 10, 1000 | numbers = list(range(N)) | numbers[1:]
list: copy by slice, 10, 1000 | numbers = list(range(N)) | numbers[:]
list: halves, 10, 1000 | numbers = list(range(N)) | numbers[:N // 2], numbers[N // 2:]
list: concatenated, 10, 1000 | numbers = list(range(N)) | numbers + numbers
list: every second, 10, 1000 | numbers = list(range(N)) | numbers[::2]
list: backwards, 10, 1000 | numbers = list(range(N)) | numbers[::-1]
bytes: slices, 10, 10000 | data = bytes(N) | data[1:]
bytes: loop, 10, 1000 | data = bytes(range(256)) * 4 ;; data = data[:N] | for byte in data: pass
bytearray: stores, 10, 1000 | data = bytearray(N) | for place in range(N): data[place] = place & 255
itertools.groupby: sums, 10, 500 | import itertools ;; rows = [(i // 5, i) for i in range(N)] | for key, group in itertools.groupby(rows, key=lambda row: row[0]): sum(row[1] for row in group)
itertools.groupby: loop, 10, 500 | import itertools ;; numbers = [i // 5 for i in range(N)] | for key, group in itertools.groupby(numbers): pass
struct.unpack_from: loop, 10, 300 | import struct ;; data = bytes(12 * N) | for place in range(0, len(data), 12): struct.unpack_from("<IHHI", data, place)
struct.Struct.unpack_from: loop, 10, 300 | import struct ;; layout = struct.Struct("<IHHI") ;; data = bytes(12 * N) | for place in range(0, len(data), layout.size): layout.unpack_from(data, place)
csv.reader: loop, 10, 300 | import csv, io ;; text = "\n".join("%d,name%d,%d,north" % (i, i, i * 7) for i in range(N)) | for row in csv.reader(io.StringIO(text)): int(row[0])
csv.reader: lines, 10, 300 | import csv ;; lines = ["%d,name%d,%d,north" % (i, i, i * 7) for i in range(N)] | for row in csv.reader(lines): pass
csv.writer: loop, 10, 300 | import csv, io ;; rows = [[i, "name%d" % i, i * 7, "north"] for i in range(N)] ;; out = io.StringIO() ;; writer = csv.writer(out) | for row in rows: writer.writerow(row)
csv.DictWriter: loop, 10, 300 | import csv, io ;; rows = [{"id": i, "name": "name%d" % i, "amount": i * 7} for i in range(N)] ;; writer = csv.DictWriter(io.StringIO(), ["id", "name", "amount"]) | for row in rows: writer.writerow(row)
difflib.SequenceMatcher: names, 5, 30 | import difflib ;; names = ["customer number %d of the north" % (i * 37 % 101) for i in range(N)] | for name in names: difflib.SequenceMatcher(None, "costumer number 7 in the south", name).ratio()
difflib.ndiff: lines, 10, 40 | import difflib ;; left = ["line %d of it\n" % i for i in range(N)] ;; right = ["line %d of it\n" % (i + i // 7 % 2) for i in range(N)] | "".join(difflib.ndiff(left, right))
os.open: only | import os, tempfile ;; folder = tempfile.TemporaryDirectory() ;; path = folder.name + "/a" ;; open(path, "wb").close() | os.close(os.open(path, os.O_RDONLY))
os.open: created and removed | import os, tempfile ;; folder = tempfile.TemporaryDirectory() ;; path = folder.name + "/a" | os.close(os.open(path, os.O_WRONLY | os.O_CREAT)); os.remove(path)
os.open: written and removed, 10, 2000 | import os, tempfile ;; folder = tempfile.TemporaryDirectory() ;; path = folder.name + "/a" ;; data = b"a line of text with words\n" * N | handle = os.open(path, os.O_WRONLY | os.O_CREAT); os.write(handle, data); os.close(handle); os.remove(path)
os.fstat | import os, tempfile ;; file = tempfile.TemporaryFile() ;; handle = file.fileno() | os.fstat(handle)
os.getppid | import os | os.getppid()
os.stat: root | import os | os.stat("/")
builtins.open: text only | import tempfile ;; folder = tempfile.TemporaryDirectory() ;; path = folder.name + "/a" ;; open(path, "w").close() | open(path).close()
builtins.open: new bytes, 10, 2000 | import os, tempfile ;; folder = tempfile.TemporaryDirectory() ;; path = folder.name + "/a" ;; data = b"a line of text with words\n" * N | file = open(path, "wb"); file.write(data); file.close(); os.remove(path)
builtins.open: new text, 10, 2000 | import os, tempfile ;; folder = tempfile.TemporaryDirectory() ;; path = folder.name + "/a" ;; text = "a line of text with words\n" * N | file = open(path, "w"); file.write(text); file.close(); os.remove(path)
"""


def calls(only=""):
    """(label, set-up, statement, what knowledge calls it, what decides its time, the units of that) for each size of each line."""
    for line in CALLS.strip().splitlines():
        head, setup, statement = line.replace(" | | ", " |  | ").split(" | ", 2)
        head, _, said = head.partition(" @")
        label, *sizes = head.split(", ")
        if not label.startswith(tuple(only.split("|"))):
            continue
        name, _, measure = said.partition(" ")
        place, _, units = measure.partition("=")
        for size in sizes or [""]:
            lines = ("N = %s ;; " % size if size else "") + setup
            yield label + (" x " + size if size else ""), lines, statement, "@" in line and (name or label.partition(":")[0]), place, units


class Plain:
    def __init__(self):
        self.count = 0

    def add(self, number):
        self.count += number


def reference():
    """Nanoseconds of a bit of everything, beside which calls are timed: a shared machine may be half as fast for seconds."""
    start = time.process_time_ns()
    plain, found, made = Plain(), {"a": 1, "b": 2}, []
    for number in range(400):
        plain.add(found["b"])
        made.append("%d" % number)
        if number % 7 == 3 and made[-1].startswith("4"):
            plain.count -= len(made[-1])
    return time.process_time_ns() - start


fastest = [reference()]


def nanoseconds(setup, statement, seconds):
    """In terms of the reference: the least and the median of repeats."""
    names = {}
    exec(setup.replace(" ;; ", "\n"), names)
    code = "def run(count):\n    for _ in range(count):\n        %s\n" % statement
    exec(code, names)
    exec("def bare(count):\n    for _ in range(count):\n        pass\n", names)
    run, bare = names["run"], names["bare"]
    run(2)
    count = 1
    while True:
        start = time.process_time_ns()
        run(count)
        taken = time.process_time_ns() - start
        if taken > seconds * 1e8 or count > 10_000_000:
            break
        count *= 4
    times = []
    end = time.perf_counter() + seconds
    before = reference()
    while len(times) < 7 or time.perf_counter() < end:
        start = time.process_time_ns()
        run(count)
        middle = time.process_time_ns()
        bare(count)
        last = time.process_time_ns()
        after = reference()
        fastest[0] = min(fastest[0], before, after)
        times.append((2 * middle - start - last) / count / (before + after) * 2)
        before = after
        if len(times) >= 3 and time.perf_counter() > end + 4 * seconds:
            break
    times.sort()
    return [times[len(times) // 4], statistics.median(times)]


def measure(seconds, only):
    found = {}
    for label, setup, statement, *_ in calls(only):
        try:
            found[label] = nanoseconds(setup, statement, seconds)
        except (AttributeError, ImportError, TypeError, KeyError, ValueError) as problem:
            print(label, repr(problem), file=sys.stderr)
    without_gil = not getattr(sys, "_is_gil_enabled", lambda: True)()
    found = {label: [round(each * fastest[0], 1) for each in times] for label, times in found.items()}
    json.dump({"python": sys.version.split()[0] + "t" * without_gil, "reference": fastest[0], "calls": found}, sys.stdout, indent=0)


def version_of(record):
    return ".".join(record["python"].split(".")[:2]) + ("t" if record["python"].endswith("t") else "")


# Calls that operation-costs.json has, too: the name there, and how many units are in the statement here.
IN_BOTH = {
    "random.shuffle x 1000": ("random.shuffle", 1000), "statistics.mean x 500": ("statistics.mean", 500), "hashlib.sha256 x 3000": ("hashlib.sha256", 33000),
    "csv.reader x 1000": ("csv.reader", 17500), "str.split x 1000": ("str.split", 5000), "base64.b64encode x 3000": ("base64.b64encode", 33000),
    "random.random": ("randomRandom", 1), "random.randint": ("randomRandint", 1), "str.strip": ("stringStrip", 1), "math.gcd": ("mathGcd", 1), "threading.Lock": ("withLock", 1),
}


def slowness(record):
    """How much slower the machine was than when the table of operations was measured: only what is in proportion to that is told of programs."""
    costs = json.loads((pathlib.Path(__file__).parent / "../../server/src/estimate/costs/operation-costs.json").read_text())["versions"][version_of(record)]
    ratios = []
    for label, (name, units) in IN_BOTH.items():
        if label in record["calls"]:
            known = costs["operations"][name][1] if name in costs["operations"] else costs["bulk"][name][0][1] + costs["bulk"][name][1][1] * units
            ratios.append(record["calls"][label][0] / known)
    return statistics.median(ratios)


def rounded(ns):
    return float("%.3g" % ns) if ns < 100 else int(float("%.3g" % ns))


def table(files, keep):
    """For each call, by interpreter: nanoseconds once, and for each unit of what decides."""
    records = [json.loads(pathlib.Path(file).read_text()) for file in files]
    kept = json.loads(pathlib.Path(keep).read_text())["calls"] if keep else {}
    rows = {}
    for record in records:
        slower = slowness(record)
        points = {}
        for label, setup, _, name, place, units in calls():
            if name and label in record["calls"]:
                size = {"N": int(label.rpartition(" x ")[2])} if " x " in label else {}
                if units and units != "N":
                    exec(setup.replace(" ;; ", "\n"), size)
                points.setdefault((name, place), []).append((eval(units, size) if units else 0, record["calls"][label][0] / slower))
        for (name, place), of in points.items():
            (least, first), (most, last) = of[0], of[-1]
            each = max(0, (last - first) / (most - least)) if most > least else 0
            # What is fixed is seen at the smaller size, a tenth of which is not always for its units.
            fixed = max(first * 0.1, first - each * least)
            rows.setdefault(name, {"by": place})[version_of(record)] = [rounded(fixed), rounded(each)] if place else [rounded(fixed)]
    rows = {**kept, **rows}
    print("{")
    print(' "how": "test/measure/library_calls.py; nanoseconds of processor time, once and for each unit of what stands in `by`, as fast as the machine of operation-costs.json",')
    print(' "builds": %s,' % json.dumps([record["python"] for record in records]))
    print(' "calls": {')
    print(",\n".join("  %s: %s" % (json.dumps(name), json.dumps(row, separators=(",", ":"))) for name, row in sorted(rows.items())))
    print(" }\n}")


PROGRAM = """{setup}
from concurrent.futures import ThreadPoolExecutor


def work(number):
    for _ in range(100):
        {statement}


def main():
    with ThreadPoolExecutor(2) as pool:
        for number in range(4):
            pool.submit(work, number)


if __name__ == "__main__":
    main()
"""


def predicted(command, folder, target):
    """Nanoseconds of one round of each program, with their bounds, and what is assumed."""
    shown = subprocess.run(shlex.split(command) + ["simulate", "--format", "json", "--cores", "2", "--target", target, folder],
                           capture_output=True, text=True, check=True)
    told = {}
    for site in json.loads(shown.stdout)["sites"]:
        work = site["work"]
        total = {end: sum(work[part][end] for part in work) / 100 for end in ("low", "likely", "high")}
        assumed = [each["what"] + ": " + each["value"] for each in site.get("assumptions", []) if "cost of each" not in each["what"]]
        told[int(pathlib.Path(site["path"]).stem[4:])] = total, assumed
    return told


def compare(command, factor, files, only):
    programs = list(calls(only))
    with tempfile.TemporaryDirectory() as folder:
        for number, (_, setup, statement, *_) in enumerate(programs):
            # What is set up before is on lines of its own, as people write it.
            text = PROGRAM.format(setup="\n".join(setup.split(" ;; ")), statement=statement)
            pathlib.Path(folder, "call%d.py" % number).write_text(text)
        for file in files:
            record = json.loads(pathlib.Path(file).read_text())
            target = "cpython-" + version_of(record)
            off = within = covered = 0
            slower = slowness(record)
            told = predicted(command, folder, target)
            for number, (label, *_) in enumerate(programs):
                real = record["calls"].get(label)
                if not real or number not in told:
                    print(target, label, "not told" if real else "not measured")
                    continue
                total, assumed = told[number]
                truth = max(real[0] / slower, 5) + 8
                ratio = max(total["likely"], 1) / truth
                covered += total["low"] * 0.9 <= truth <= total["high"] * 1.1
                if 1 / factor <= ratio <= factor:
                    within += 1
                    continue
                off += 1
                print("%-12s %-46s real %10.0f told %10.0f (%.0f-%.0f) x %.2f  %s"
                      % (target, label, truth, total["likely"], total["low"], total["high"], ratio, "; ".join(assumed)[:80]))
            print("%s: %d within %g x, %d not; intervals cover %d" % (target, within, factor, off, covered))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=0.05)
    parser.add_argument("--only", default="")
    parser.add_argument("--table", action="store_true")
    parser.add_argument("--keep")
    parser.add_argument("--compare")
    parser.add_argument("--factor", type=float, default=2)
    parser.add_argument("files", nargs="*")
    given = parser.parse_args()
    if given.table:
        table(given.files, given.keep)
    elif given.compare:
        compare(given.compare, given.factor, given.files, given.only)
    else:
        measure(given.seconds, given.only)


if __name__ == "__main__":
    main()
