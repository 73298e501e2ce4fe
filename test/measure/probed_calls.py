"""The calls that gil-probe.py measures, besides those of gil_release.py: a group for the standard library and one for each package.

A group is a generator of (entry, size, arguments, call). The entry is the knowledge's name for what is called; `arguments` says what is known
of the call's arguments in the words of the knowledge's conditions. Most calls are written as `of(name, arguments…)` for a function and
`on(name, object, arguments…)` for a method, which look the function up by the entry's own name and describe the arguments themselves.
A package that is not installed ends its group.
"""

import importlib
import io
import os
import random
import shutil
import sys
import tempfile
import threading

groups = []


def group(generator):
    groups.append(generator)
    return generator


def found(name):
    """What the qualified name stands for."""
    parts = name.split(".")
    for end in range(len(parts) - 1, 0, -1):
        try:
            value = importlib.import_module(".".join(parts[:end]))
        except ImportError:
            continue
        for part in parts[end:]:
            value = getattr(value, part)
        return value
    raise ImportError(name)


def known(value):
    """What can be said of a value in the words of the knowledge's conditions."""
    if value is None or isinstance(value, (bool, int, float)):
        return {"literal": value} if value is None or abs(value) < 2**53 else {}
    if isinstance(value, (str, bytes, bytearray)):
        return {"bytes": len(value), "type": "builtins." + type(value).__name__}
    if isinstance(value, (list, tuple, set, dict)):
        return {"elements": len(value), "type": "builtins." + type(value).__name__}
    if hasattr(value, "dtype") and hasattr(value, "size") and type(value).__module__ == "numpy":
        kinds = {"O": "object", "U": "str", "S": "str", "T": "str", "b": "bool", "M": "datetime", "m": "datetime"}
        return {
            "elements": value.size,
            "bytes": value.nbytes,
            "dtype": kinds.get(value.dtype.kind, "number"),
            "type": "numpy.ndarray",
        }
    if hasattr(value, "__code__"):
        return {"callback": "python"}
    return {}


def sized(values):
    """The sizes of the values, as a reader is told."""
    texts = []
    for value in values:
        facts = known(value)
        if "dtype" in facts:
            texts.append("%d %s elements" % (facts["elements"], facts["dtype"]))
        elif "elements" in facts:
            texts.append("%d items" % facts["elements"])
        elif "bytes" in facts:
            texts.append("%d %s" % (facts["bytes"], "characters" if isinstance(value, str) else "B"))
        elif isinstance(facts.get("literal"), (int, float)) and not isinstance(value, bool):
            texts.append(str(value))
    return ", ".join(texts)


def arguments_of(positional, keywords):
    return {
        "positional": [known(value) for value in positional] if len(positional) < 8 else [],
        "keywords": [{"name": name, "value": known(value)} for name, value in sorted(keywords.items())],
    }


def of(entry, *positional, **keywords):
    """A call of the function that the entry names."""
    size = keywords.pop("size", None)
    function = found(entry)
    return entry, sized(positional) if size is None else size, arguments_of(positional, keywords), lambda: function(*positional, **keywords)


def on(entry, receiver, *positional, **keywords):
    """A call of the method that the entry names, of that object."""
    size = keywords.pop("size", None)
    method = getattr(receiver, entry.rsplit(".", 1)[1])
    arguments = dict(arguments_of(positional, keywords), receiver=known(receiver))
    return entry, sized((receiver,) + positional) if size is None else size, arguments, lambda: method(*positional, **keywords)


def does(entry, size, call, **arguments):
    """A call that takes more than one expression to make, or whose arguments are known to the caller only."""
    return entry, size, arguments, call


rnd = random.Random(7)
block = bytes(rnd.getrandbits(8) for _ in range(1 << 16)) * 16
text = "lorem ipsum dolor sit amet 12345 foo@bar.com & <b>\n" * 20000
people = [{"id": i, "name": "user%d" % i, "value": i * 0.37, "tags": ["a", "b"]} for i in range(5000)]


@group
def standard_library():
    numbers = [rnd.random() for _ in range(200000)]
    integers = list(range(300000))
    words = text.split()
    pairs = [(i, i) for i in integers]
    table = dict(pairs)

    for name in ("enumerate", "zip", "reversed"):
        yield does("builtins." + name, "300000 items, exhausted", lambda make=getattr(__builtins__ if not isinstance(__builtins__, dict) else importlib.import_module("builtins"), name): list(make(integers)))
    yield on("builtins.list.append", [], 1, size="one item")
    yield on("builtins.list.__mul__", [0], 3000000)
    yield on("builtins.list.__add__", integers, integers)
    yield on("builtins.list.copy", integers)
    yield on("builtins.list.index", integers, 299999)
    yield on("builtins.list.count", integers, 5)
    yield on("builtins.list.reverse", integers * 10)
    yield on("builtins.list.extend", [], integers)
    yield on("builtins.dict.get", table, 5)
    yield on("builtins.dict.copy", table)
    yield on("builtins.dict.update", {}, table)
    yield of("builtins.dict.fromkeys", integers)
    yield on("builtins.set.union", set(integers), set(integers))
    yield on("builtins.set.intersection", set(integers), set(integers))
    yield on("builtins.set.difference", set(integers), {1})
    yield of("builtins.frozenset", integers)
    yield of("builtins.tuple", integers)
    for name in ("len", "repr", "hash", "all"):
        yield of("builtins." + name, tuple(range(1, 200000)))
    yield of("builtins.str", integers[:100000])
    yield of("builtins.bytes", integers[:200] * 1000)
    yield of("builtins.bytearray", block)
    yield of("builtins.float", "1.5" * 1 + "0" * 3000)
    yield of("builtins.isinstance", 1, int)
    yield of("builtins.divmod", 7**20000, 3**9000)
    yield on("builtins.int.__mul__", 3**100000, 3**100000, size="160000 bits")
    yield on("builtins.int.__floordiv__", 7**20000, 3**9000, size="56000 by 14000 bits")
    yield on("builtins.int.__mod__", 7**20000, 3**9000, size="56000 by 14000 bits")
    yield on("builtins.int.__pow__", 3, 60000, size="95000 bits")
    yield on("builtins.int.to_bytes", 3**100000, 20000, "little", size="160000 bits")
    yield of("builtins.int.from_bytes", block[:20000], "little")
    yield on("builtins.str.strip", " " * 1000000)
    yield on("builtins.str.startswith", text, "lorem")
    yield on("builtins.str.format", "{} and {}" * 10000, *["x"] * 20000, size="20000 values")
    yield on("builtins.str.__mod__", "%s and %s" * 10000, tuple(["x"] * 20000))
    yield on("builtins.str.__mul__", text, 10)
    yield on("builtins.str.__add__", text * 10, text)
    yield on("builtins.str.find", text, "not there")
    yield on("builtins.str.count", text, "o")
    yield on("builtins.str.lower", text)
    yield on("builtins.str.upper", text)
    yield on("builtins.str.splitlines", text)
    yield on("builtins.str.translate", text, {ord("o"): "0"})
    yield on("builtins.bytes.replace", block, b"a", b"bb")
    yield on("builtins.bytes.split", block, b"a")
    yield on("builtins.bytes.find", block, b"not there")
    yield on("builtins.bytes.count", block, b"a")
    yield on("builtins.bytes.translate", block, bytes(range(256)))
    yield on("builtins.bytes.hex", block)
    yield of("builtins.bytes.fromhex", block.hex())
    yield does("builtins.bytearray.extend", "1 MiB", lambda: bytearray().extend(block))
    yield of("builtins.eval", "[i for i in range(50000)]", size="a comprehension of 50000")
    yield of("builtins.exec", "for i in range(50000): pass", size="a loop of 50000")
    yield does("builtins.filter", "300000 ints, None, exhausted", lambda: list(filter(None, integers)), positional=[{"literal": None}, {"elements": 300000}])
    yield does("builtins.print", "100 lines to a file", lambda sink=open(os.devnull, "w"): [print("x", file=sink) for _ in range(100)])

    import bisect, collections, copy, csv, dataclasses, datetime, decimal, fractions, functools, gc, heapq, itertools, json, operator
    import pickle, statistics, struct, array

    exhausted = lambda iterator: collections.deque(iterator, 0)
    for name, arguments in (
        ("accumulate", (integers,)), ("chain", (integers, integers)), ("islice", (integers, 300000)), ("product", (range(60), range(60), range(60))),
        ("combinations", (range(25), 5)), ("permutations", (range(9),)), ("zip_longest", (integers, integers)), ("repeat", (0, 1000000)), ("groupby", (integers,)),
        ("compress", (integers, integers)),
    ):  # fmt: skip
        yield does("itertools." + name, "exhausted in C", lambda make=getattr(itertools, name), arguments=arguments: exhausted(make(*arguments)), **arguments_of(arguments, {}))
    yield does("itertools.starmap", "300000 pairs, a C function", lambda: exhausted(itertools.starmap(divmod, [(i, 3) for i in range(1000)] * 100)), positional=[{"callback": "native"}, {}])
    yield does("itertools.takewhile", "100000 ints, lambda", lambda: exhausted(itertools.takewhile(lambda x: True, integers[:100000])), positional=[{"callback": "python"}, {}])
    yield of("random.random")
    yield of("random.getrandbits", 10000000)
    if sys.version_info >= (3, 9):
        yield of("random.randbytes", 2000000)
        yield of("math.lcm", *range(1, 3000), size="3000 ints")
    yield of("random.seed", 5)
    for name, arguments in (("randint", (1, 6)), ("randrange", (6,)), ("uniform", (1, 2)), ("choice", (integers,)), ("gauss", (0, 1)), ("normalvariate", (0, 1)), ("expovariate", (1,)), ("triangular", ()), ("betavariate", (1, 2))):
        yield does("random." + name, "1000 times", lambda function=getattr(random, name), arguments=arguments: [function(*arguments) for _ in range(1000)])
    yield does("random.SystemRandom.random", "1000 times", lambda source=random.SystemRandom(): [source.random() for _ in range(1000)])
    for name in ("fmean", "median", "median_low", "median_high"):
        yield of("statistics." + name, numbers)
    for name in ("mode", "multimode", "quantiles", "geometric_mean", "harmonic_mean", "pstdev", "variance"):
        yield of("statistics." + name, numbers[:3000] + [1.5] if name in ("mode", "multimode") else numbers[:3000])
    long = decimal.Context(prec=200000)
    value = long.divide(1, 7)
    for name in ("add", "multiply", "divide"):
        yield does("decimal.Context." + name, "200000 digits", lambda function=getattr(long, name): function(value, value))
    yield does("decimal.Decimal.__mul__", "20000 digits", lambda: value * value)
    yield of("decimal.Decimal", "7" * 100000)
    yield does("fractions.Fraction", "1000 of them", lambda: [fractions.Fraction(i, 7) for i in range(1000)])
    for name in ("sin", "sqrt", "gcd"):
        yield of("math." + name, *((12345, 54321) if name == "gcd" else (0.5,)))
    yield of("math.comb" if sys.version_info >= (3, 8) else "math.factorial", 100000, 2000)
    yield of("math.prod", integers[1:20000])
    yield of("math.isqrt", 7**40000, size="112000 bits")
    if sys.version_info >= (3, 12):
        yield of("math.sumprod", numbers, numbers)
    counter = collections.Counter(words)
    yield on("collections.Counter.most_common", collections.Counter(numbers[:50000]), size="50000 keys")
    yield on("collections.Counter.update", counter, words)
    yield on("collections.Counter.subtract", collections.Counter(), words)
    yield does("collections.Counter.__add__", "50000 keys", lambda many=collections.Counter(integers[:50000]): many + many)
    yield of("collections.deque", integers, 10)
    deque = collections.deque(integers)
    for name, arguments in (("append", (1,)), ("extend", (integers,)), ("rotate", (100000,)), ("count", (5,)), ("index", (299999,)), ("copy", ()), ("reverse", ())):
        yield on("collections.deque." + name, collections.deque(integers) if name != "append" else collections.deque(maxlen=10), *arguments, size="300000 items")
    yield of("collections.OrderedDict", pairs)
    yield of("collections.defaultdict", int, pairs)
    yield of("collections.namedtuple", "Point", "x y", size="a class")
    yield of("heapq.nsmallest", 10, numbers)
    yield of("heapq.nlargest", 10, numbers)
    yield does("heapq.merge", "2 × 100000, exhausted", lambda: exhausted(heapq.merge(integers[:100000], integers[:100000])))
    yield does("heapq.heappush", "onto 200000", lambda heap=numbers[:]: (heapq.heappush(heap, 0.5), heapq.heappop(heap)))
    yield of("bisect.bisect_left", integers, 777, size="300000 items")
    yield does("functools.reduce", "100000 ints, lambda", lambda: functools.reduce(lambda a, b: a ^ b, integers[:100000]), positional=[{"callback": "python"}, {}])
    yield of("operator.add", 1, 2)
    yield of("operator.concat", integers, integers)
    yield of("array.array", "d", numbers)
    yield on("array.array.tolist", array.array("d", numbers), size="200000 floats")
    yield on("array.array.extend", array.array("d"), numbers)
    yield on("array.array.tobytes", array.array("d", numbers * 10), size="2000000 floats")
    yield of("sys.getsizeof", integers)
    yield of("gc.get_objects", size="all objects")

    @dataclasses.dataclass
    class Point:
        x: int
        y: list

    yield of("dataclasses.asdict", Point(1, integers[:20000]), size="20000 items")
    yield of("copy.copy", integers)

    import ast, base64, configparser, difflib, email, fnmatch, gettext, hashlib, hmac, html, html.parser, inspect, ipaddress, logging, marshal, plistlib, pprint
    import re, secrets, shlex, string, textwrap, time, traceback, unicodedata, urllib.parse, uuid, xml.dom.minidom, xml.etree.ElementTree as ElementTree, xml.sax

    document = json.dumps(people)
    yield does("re.compile", "a new pattern", lambda: (re.purge(), re.compile("(a|b)*[c-z]{3,5}|foo(?=bar)" * 20)))
    yield of("re.escape", text)
    for name in ("search", "match", "fullmatch", "split", "sub", "subn", "finditer"):
        pattern = re.compile(r"[\w.]+@[\w.]+ZZ|(\d+)" if name != "fullmatch" else r"(?:.|\n)*q")
        arguments = ("x", text) if name.startswith("sub") else ("no digits here " * 50000,) if name in ("search", "finditer") else (text,)
        yield does("re.Pattern." + name, "%d characters" % len(arguments[-1]), lambda function=getattr(pattern, name), arguments=arguments, name=name: exhausted(function(*arguments)) if name == "finditer" else function(*arguments), **arguments_of(arguments, {}))
        yield does("re." + name, "%d characters" % len(arguments[-1]), lambda function=getattr(re, name), pattern=pattern, arguments=arguments, name=name: exhausted(function(pattern, *arguments)) if name == "finditer" else function(pattern, *arguments), **arguments_of((pattern,) + arguments, {}))
    yield does("re.sub", "20000 matches, lambda", lambda: re.sub(r"\d+", lambda match: "x", text), positional=[{}, {"callback": "python"}, {"bytes": len(text)}])
    yield does("json.load", "5000 dicts", lambda: json.load(io.StringIO(document)), positional=[{}], keywords=[])
    yield does("json.dump", "1000 dicts", lambda: json.dump(people[:1000], io.StringIO()))
    yield does("json.dumps", "1000 dicts, indent=2", lambda: json.dumps(people[:1000], indent=2), positional=[{}], keywords=[{"name": "indent", "value": {"literal": 2}}])
    yield on("json.JSONEncoder.encode", json.JSONEncoder(), people, size="5000 dicts")
    yield on("json.JSONDecoder.decode", json.JSONDecoder(), document)
    yield does("json.JSONEncoder.iterencode", "1000 dicts, exhausted", lambda: exhausted(json.JSONEncoder().iterencode(people[:1000])))
    yield does("pickle.dump", "5000 dicts", lambda: pickle.dump(people, io.BytesIO()))
    yield does("pickle.load", "5000 dicts", lambda data=pickle.dumps(people): pickle.load(io.BytesIO(data)))
    yield of("marshal.loads", marshal.dumps(people))
    lines = ["a,b,%d,1.5\n" % i for i in range(20000)]
    yield does("csv.DictReader", "5000 rows, exhausted", lambda: exhausted(csv.DictReader(lines[:5000])))
    yield does("csv.writer.writerow", "a row of 50000", lambda writer=csv.writer(io.StringIO()): writer.writerow(integers[:50000]))
    yield does("csv.DictWriter.writerows", "5000 rows", lambda writer=csv.DictWriter(io.StringIO(), ["id", "name", "value", "tags"]): writer.writerows(people))
    yield of("struct.pack", "%dd" % len(numbers), *numbers, size="200000 floats")
    yield does("struct.iter_unpack", "1 MiB, exhausted", lambda: exhausted(struct.iter_unpack("i", block)))
    for name in ("b32encode", "b85encode", "a85encode"):
        yield of("base64." + name, block[:100000])
    yield of("binascii.unhexlify", block.hex().encode())
    yield of("binascii.b2a_base64", block)
    yield of("unicodedata.category", "a")
    yield of("xml.etree.ElementTree.parse", io.StringIO("<r/>"), size="an empty document") if False else does("xml.etree.ElementTree.parse", "20000 elements", lambda markup="<r>" + "<i a='1'>text</i>" * 20000 + "</r>": ElementTree.parse(io.StringIO(markup)))
    tree = ElementTree.fromstring("<r>" + "<i a='1'>text</i>" * 20000 + "</r>")
    yield on("xml.etree.ElementTree.Element.findall", tree, "i", size="20000 elements")
    yield does("xml.etree.ElementTree.Element.iter", "20000 elements, exhausted", lambda: exhausted(tree.iter()))
    yield does("xml.dom.minidom.parseString", "2000 elements", lambda markup="<r>" + "<i a='1'>text</i>" * 2000 + "</r>": xml.dom.minidom.parseString(markup))
    yield does("xml.sax.parseString", "5000 elements", lambda markup=("<r>" + "<i a='1'>text</i>" * 5000 + "</r>").encode(): xml.sax.parseString(markup, xml.sax.ContentHandler()))
    yield of("ast.literal_eval", repr(people[:500]), size="500 dicts")
    yield does("ast.unparse" if sys.version_info >= (3, 9) else "ast.dump", "400 functions", lambda module=ast.parse("\n".join("def f%d(a, b=%d):\n    return [a + b for x in range(a)]" % (i, i) for i in range(400))): (ast.unparse if sys.version_info >= (3, 9) else ast.dump)(module))
    yield of("difflib.get_close_matches", "user77", [person["name"] for person in people[:1000]], size="1000 words")
    yield does("difflib.ndiff", "200 lines, exhausted", lambda: exhausted(difflib.ndiff(lines[:100], lines[50:150])))
    yield of("html.unescape", "&lt;&amp;&gt; plain " * 5000)
    yield does("html.parser.HTMLParser.feed", "2000 elements", lambda: html.parser.HTMLParser().feed("<p class=x>text</p>" * 2000))
    for name, arguments in (("urlparse", ("http://a.b/c?d=e#f",)), ("urljoin", ("http://a.b/c", "../d")), ("parse_qs", ("a=1&b=2" * 10,)), ("unquote", ("%41b" * 100,)), ("urlencode", ({"a": "b"},))):
        yield does("urllib.parse." + name, "300 times", lambda function=getattr(urllib.parse, name), arguments=arguments: [function(*arguments) for _ in range(300)])
    yield of("shlex.split", "a 'b c' d " * 500)
    yield does("configparser.ConfigParser.read_string", "2000 keys", lambda: configparser.ConfigParser().read_string("[a]\n" + "".join("k%d = v\n" % i for i in range(2000))))
    if sys.version_info >= (3, 11):
        yield of("tomllib.loads", "".join("[t%d]\nk = [1, 2]\n" % i for i in range(500)), size="500 tables")
    yield does("plistlib.dumps", "500 dicts", lambda: plistlib.dumps(people[:500]))
    yield does("plistlib.loads", "500 dicts", lambda data=plistlib.dumps(people[:500]): plistlib.loads(data))
    yield of("pprint.pformat", people[:100], size="100 dicts")
    yield does("ipaddress.ip_network", "500 times", lambda: [ipaddress.ip_network("10.0.0.0/8") for _ in range(500)])
    yield of("email.message_from_string", "From: a@b.c\nTo: d@e.f\n\n" + text[:100000])
    yield of("inspect.signature", textwrap.wrap, size="a function")
    yield of("textwrap.dedent", "    line\n" * 20000)
    yield of("textwrap.wrap", text[:30000])
    yield does("time.strptime", "300 times", lambda: [time.strptime("2026-11-21", "%Y-%m-%d") for _ in range(300)])
    for name, arguments in (("now", ()), ("fromisoformat", ("2026-11-21T10:00:00",)), ("fromtimestamp", (1e9,))):
        yield of("datetime.datetime." + name, *arguments)
    yield on("datetime.datetime.strftime", datetime.datetime(2026, 11, 21), "%Y-%m-%d", size="a date")
    for name in ("time", "perf_counter", "monotonic", "localtime", "gmtime"):
        yield of("time." + name)
    logger = logging.getLogger("probe")
    logger.propagate, logger.handlers = False, [logging.NullHandler()]
    yield does("logging.Logger.info", "1000 times, to nowhere", lambda: [logger.info("x") for _ in range(1000)])
    yield of("zlib.compressobj")
    import bz2, gzip, lzma, tarfile, zipfile, zlib

    part = document.encode()[:200000]
    yield does("zlib.Compress.compress", "200 KB", lambda: zlib.compressobj().compress(part))
    yield does("zlib.Compress.flush", "after 200 KB", lambda: (lambda packer: (packer.compress(part), packer.flush()))(zlib.compressobj()))
    yield does("zlib.Decompress.decompress", "200 KB", lambda packed=zlib.compress(part): zlib.decompressobj().decompress(packed))
    yield does("bz2.BZ2Compressor.compress", "1 MB", lambda: bz2.BZ2Compressor(1).compress(part * 5))
    yield does("bz2.BZ2Decompressor.decompress", "200 KB", lambda packed=bz2.compress(part): bz2.BZ2Decompressor().decompress(packed))
    yield does("bz2.BZ2Compressor.flush", "after 200 KB", lambda: (lambda packer: (packer.compress(part), packer.flush()))(bz2.BZ2Compressor()))
    yield does("lzma.LZMACompressor.compress", "1 MB", lambda: lzma.LZMACompressor(preset=0).compress(part * 5))
    yield does("lzma.LZMADecompressor.decompress", "200 KB", lambda packed=lzma.compress(part): lzma.LZMADecompressor().decompress(packed))
    yield does("lzma.LZMACompressor.flush", "after 200 KB", lambda: (lambda packer: (packer.compress(part), packer.flush()))(lzma.LZMACompressor(preset=0)))
    yield of("gzip.decompress", gzip.compress(part))
    try:
        from compression import zstd
    except ImportError:
        pass
    else:
        yield of("compression.zstd.compress", part * 5)
        yield of("compression.zstd.decompress", zstd.compress(part * 5))
        yield does("compression.zstd.ZstdCompressor.compress", "1 MB", lambda: zstd.ZstdCompressor().compress(part * 5))
        yield does("compression.zstd.ZstdDecompressor.decompress", "1 MB", lambda packed=zstd.compress(part * 5): zstd.ZstdDecompressor().decompress(packed))
    for name in ("md5", "sha1", "sha224", "sha384", "sha512", "sha3_224", "sha3_384", "sha3_512", "blake2s", "blake2b", "shake_128", "shake_256"):
        yield of("hashlib." + name, block)
    yield does("hashlib.new", "1 MiB", lambda: hashlib.new("sha256", block), positional=[{"literal": "sha256"}, {"bytes": len(block)}])
    yield does("hashlib.HASH.digest", "after 1 MiB", lambda done=hashlib.sha256(block): done.digest())
    yield does("hashlib.HASH.copy", "after 1 MiB", lambda done=hashlib.sha256(block): done.copy())
    yield does("hmac.new", "1 MiB", lambda: hmac.new(b"key", block, "sha256"), positional=[{}, {"bytes": len(block)}])
    yield does("hmac.HMAC.update", "1 MiB", lambda mac=hmac.new(b"key", b"", "sha256"): mac.update(block), positional=[{"bytes": len(block)}])
    yield of("hmac.compare_digest", block, block)
    yield of("secrets.token_bytes", 16)
    yield of("secrets.token_hex", 16)
    yield of("uuid.uuid4")
    yield does("uuid.UUID", "500 times", lambda: [uuid.UUID("12345678123456781234567812345678") for _ in range(500)])
    yield from files(part)
    yield from threads_and_sockets()
    yield from foreign()


def files(part):
    """Of the standard library: files, folders, archives."""
    import bz2, filecmp, fnmatch, glob, gzip, linecache, lzma, mmap, pathlib, tarfile, zipfile

    folder = tempfile.mkdtemp()
    path = os.path.join(folder, "data")
    with open(path, "wb") as file:
        file.write(block * 4)
    small = os.path.join(folder, "small")
    with open(small, "w") as file:
        file.write(text[:200000])
    join = lambda name: os.path.join(folder, name)
    raw = os.open(path, os.O_RDWR)
    yield does("io.FileIO.read", "4 MiB", lambda file=io.FileIO(path): (file.seek(0), file.read(4 << 20)))
    yield does("io.FileIO.readall", "4 MiB", lambda file=io.FileIO(path): (file.seek(0), file.readall()))
    yield does("io.FileIO.readinto", "4 MiB", lambda file=io.FileIO(path), room=bytearray(4 << 20): (file.seek(0), file.readinto(room)))
    yield does("io.FileIO.write", "1 MiB", lambda file=io.FileIO(join("w"), "w"): (file.seek(0), file.write(block)))
    yield does("io.FileIO.seek", "", lambda file=io.FileIO(path): file.seek(0))
    yield does("io.FileIO", "a file", lambda: io.FileIO(path).close())
    yield does("io.BufferedWriter.write", "1 MiB", lambda file=open(join("b"), "wb"): (file.seek(0), file.write(block)))
    yield does("io.BufferedReader.readline", "at 1 MiB without one", lambda file=open(join("zeros"), "w+b"), zeros=bytes(1 << 20): (file.seek(0), file.write(zeros), file.flush(), file.seek(0), file.readline()))
    yield does("io.BufferedReader.readinto", "4 MiB", lambda file=open(path, "rb"), room=bytearray(4 << 20): (file.seek(0), file.readinto(room)))
    yield does("io.BufferedReader.read1", "4 MiB", lambda file=open(path, "rb"): (file.seek(0), file.read1(4 << 20)))
    yield does("io.TextIOWrapper.read", "200 KB", lambda file=open(small): (file.seek(0), file.read()))
    yield does("io.TextIOWrapper.readlines", "200 KB", lambda file=open(small): (file.seek(0), file.readlines()))
    yield does("io.TextIOWrapper.write", "200 KB", lambda file=open(join("t"), "w"): (file.seek(0), file.write(text[:200000]), file.flush()))
    yield does("io.BytesIO.getvalue", "1 MiB", lambda file=io.BytesIO(block): (file.seek(1), file.write(b"x"), file.getvalue()))
    yield does("io.BytesIO.read", "4 MiB", lambda file=io.BytesIO(block * 4): (file.seek(1), file.read()))
    yield does("io.BytesIO.write", "4 MiB", lambda long=block * 4: io.BytesIO().write(long))
    yield does("io.StringIO.getvalue", "1 MB", lambda file=io.StringIO(text): file.getvalue())
    for name, arguments in (("getcwd", ()), ("listdir", (folder,)), ("stat", (path,)), ("lstat", (path,)), ("access", (path, 4)), ("lseek", (raw, 0, 0)), ("fstat", (raw,)), ("cpu_count", ()), ("getpid", ()), ("getloadavg", ())):
        yield of("os." + name, *arguments, size="a file or folder" if arguments else "")
    yield does("os.pwrite", "1 MiB", lambda: os.pwrite(raw, block, 0))
    yield does("os.read", "1 MiB", lambda: (os.lseek(raw, 0, 0), os.read(raw, 1 << 20)))
    yield does("os.write", "1 MiB", lambda: (os.lseek(raw, 0, 0), os.write(raw, block)))
    yield does("os.open", "a file", lambda: os.close(os.open(path, os.O_RDONLY)))
    yield does("os.close", "a file", lambda: os.close(os.open(path, os.O_RDONLY)))
    yield does("os.mkdir", "and rmdir", lambda: (os.mkdir(join("m")), os.rmdir(join("m"))))
    yield does("os.rename", "to and fro", lambda: (os.rename(small, join("r")), os.rename(join("r"), small)))
    yield does("os.symlink", "and unlink", lambda: (os.symlink(path, join("l")), os.unlink(join("l"))))
    yield does("os.chmod", "a file", lambda: os.chmod(path, 0o600))
    yield does("os.utime", "a file", lambda: os.utime(path))
    yield does("os.truncate", "a file", lambda: os.truncate(join("w"), 10))
    yield does("os.sendfile", "1 MiB", lambda sink=os.open(join("s"), os.O_CREAT | os.O_RDWR): (os.lseek(sink, 0, 0), os.sendfile(sink, raw, 0, 1 << 20)))
    yield does("os.scandir", "a folder, exhausted", lambda: list(os.scandir(folder)))
    yield does("os.walk", "a folder", lambda: list(os.walk(folder)))
    yield does("os.makedirs", "and removedirs", lambda: (os.makedirs(join("x/y")), os.rmdir(join("x/y")), os.rmdir(join("x"))))
    for name in ("exists", "isfile", "isdir", "islink", "getsize", "getmtime", "realpath"):
        yield of("os.path." + name, path, size="a file")
    yield of("os.path.samefile", path, path, size="a file")
    for name, arguments in (("join", ("a", "b")), ("split", ("a/b",)), ("splitext", ("a.b",)), ("basename", ("a/b",)), ("dirname", ("a/b",)), ("normpath", ("a/../b",)), ("relpath", ("a/b", "c")), ("abspath", ("a",)), ("expanduser", ("~",))):
        yield does("os.path." + name, "500 times", lambda function=getattr(os.path, name), arguments=arguments: [function(*arguments) for _ in range(500)])
    yield on("pathlib.Path.read_bytes", pathlib.Path(path), size="4 MiB")
    yield on("pathlib.Path.read_text", pathlib.Path(small), size="200 KB")
    yield on("pathlib.Path.write_bytes", pathlib.Path(join("pb")), block, size="1 MiB")
    yield on("pathlib.Path.write_text", pathlib.Path(join("pt")), text[:200000], size="200 KB")
    for name in ("exists", "is_file", "is_dir", "stat", "resolve", "touch"):
        yield on("pathlib.Path." + name, pathlib.Path(path), size="a file")
    yield does("pathlib.Path.iterdir", "a folder, exhausted", lambda: list(pathlib.Path(folder).iterdir()))
    yield does("pathlib.Path.glob", "a folder, exhausted", lambda: list(pathlib.Path(folder).glob("*")))
    yield does("pathlib.Path", "500 times", lambda: [pathlib.Path("a/b") for _ in range(500)])
    os.mkdir(join("tree"))
    for i in range(20):
        shutil.copyfile(small, join("tree/%d" % i))
    yield does("shutil.copy", "4 MiB", lambda: shutil.copy(path, join("c")))
    yield does("shutil.copy2", "4 MiB", lambda: shutil.copy2(path, join("c2")))
    yield does("shutil.copyfileobj", "4 MiB", lambda: shutil.copyfileobj(open(path, "rb"), open(os.devnull, "wb")))
    yield does("shutil.copytree", "20 files, and rmtree", lambda: (shutil.copytree(join("tree"), join("tree2")), shutil.rmtree(join("tree2"))))
    yield of("shutil.disk_usage", folder, size="a folder")
    yield of("shutil.which", "sh", size="a name")
    yield of("glob.glob", join("tree/*"), size="20 files")
    yield does("fnmatch.filter", "5000 names", lambda names=["file%d.py" % i for i in range(5000)]: fnmatch.filter(names, "*7.py"))
    yield does("tempfile.mkdtemp", "and rmdir", lambda: os.rmdir(tempfile.mkdtemp(dir=folder)))
    yield does("tempfile.NamedTemporaryFile", "and close", lambda: tempfile.NamedTemporaryFile(dir=folder).close())
    yield does("tempfile.TemporaryFile", "and close", lambda: tempfile.TemporaryFile(dir=folder).close())
    yield does("linecache.getline", "a line of 20000", lambda: (linecache.clearcache(), linecache.getline(small, 5)))
    yield does("filecmp.cmp", "4 MiB", lambda: filecmp.cmp(path, join("c"), shallow=False))
    yield does("mmap.mmap", "4 MiB, and close", lambda: mmap.mmap(raw, 0).close())
    yield does("mmap.mmap.flush", "4 MiB", lambda mapped=mmap.mmap(raw, 0): mapped.flush())
    yield does("gzip.open", "200 KB written", lambda: gzip.open(join("g"), "wb").write(part))
    yield does("gzip.GzipFile.write", "200 KB", lambda: gzip.open(io.BytesIO(), "wb").write(part))
    yield does("gzip.GzipFile.read", "200 KB", lambda data=gzip.compress(part): gzip.open(io.BytesIO(data)).read())
    yield does("bz2.BZ2File.read", "200 KB", lambda data=bz2.compress(part): bz2.open(io.BytesIO(data)).read())
    yield does("lzma.LZMAFile.read", "200 KB", lambda data=lzma.compress(part): lzma.open(io.BytesIO(data)).read())
    yield does("zipfile.ZipFile.writestr", "200 KB, deflated", lambda: zipfile.ZipFile(io.BytesIO(), "w", zipfile.ZIP_DEFLATED).writestr("a", part))
    with zipfile.ZipFile(join("z"), "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a", part)
    yield does("zipfile.ZipFile.read", "200 KB, deflated", lambda: zipfile.ZipFile(join("z")).read("a"))
    yield does("zipfile.ZipFile.extractall", "200 KB, deflated", lambda: zipfile.ZipFile(join("z")).extractall(join("zx")))
    yield does("zipfile.ZipFile", "an archive", lambda: zipfile.ZipFile(join("z")).close())
    with tarfile.open(join("ta"), "w:gz") as archive:
        archive.add(small, "a")
    yield does("tarfile.open", "an archive", lambda: tarfile.open(join("ta")).close())
    yield does("tarfile.TarFile.extractall", "200 KB", lambda: tarfile.open(join("ta")).extractall(join("tx"), **({"filter": "data"} if hasattr(tarfile, "data_filter") else {})))
    yield does("tarfile.TarFile.add", "200 KB", lambda: tarfile.open(join("ta2"), "w").add(small, "a"))
    os.close(raw)
    shutil.rmtree(folder, ignore_errors=True)


def threads_and_sockets():
    """Of the standard library: locks, queues, pools, sockets, processes."""
    import concurrent.futures, multiprocessing, queue, select, selectors, signal, socket, ssl, subprocess, time

    def ignoring(error, call):
        def run():
            try:
                call()
            except error:
                pass

        return run

    lock, semaphore, condition, event, barrier = threading.Lock(), threading.Semaphore(0), threading.Condition(), threading.Event(), threading.Barrier(2)
    lock.acquire()
    yield does("threading.Lock.acquire", "taken, 5 ms", lambda: lock.acquire(timeout=0.005))
    held = threading.RLock()
    taken = threading.Event()
    done = threading.Event()
    holder = threading.Thread(target=lambda: (held.acquire(), taken.set(), done.wait()), daemon=True)
    holder.start()
    taken.wait()
    yield does("threading.RLock.acquire", "taken, 5 ms", lambda: held.acquire(timeout=0.005))
    yield does("threading.Semaphore.acquire", "taken, 5 ms", lambda: semaphore.acquire(timeout=0.005))

    def wait_for_condition():
        with condition:
            condition.wait(0.005)

    yield does("threading.Condition.wait", "5 ms", wait_for_condition)
    yield does("threading.Barrier.wait", "5 ms", ignoring(threading.BrokenBarrierError, lambda: (barrier.reset(), barrier.wait(0.005))))
    yield does("threading.Thread.join", "5 ms", lambda: holder.join(0.005))
    yield does("threading.Event.is_set", "", event.is_set)
    yield does("threading.Event.set", "", event.set)
    yield does("threading.Lock.release", "after acquire", lambda own=threading.Lock(): (own.acquire(), own.release()))
    yield does("threading.Thread.start", "a thread that ends", lambda: threading.Thread(target=int).start())
    bounded = queue.Queue(1)
    bounded.put(1)
    yield does("queue.Queue.put", "full, 5 ms", ignoring(queue.Full, lambda: bounded.put(1, timeout=0.005)))
    yield does("queue.Queue.put", "free", lambda free=queue.Queue(): free.put(1))
    yield does("queue.Queue.get_nowait", "empty", ignoring(queue.Empty, queue.Queue().get_nowait))
    yield does("queue.SimpleQueue.get", "empty, 5 ms", ignoring(queue.Empty, lambda simple=queue.SimpleQueue(): simple.get(timeout=0.005)))
    yield does("queue.SimpleQueue.put", "free", lambda simple=queue.SimpleQueue(): (simple.put(1), simple.get()))
    yield does("queue.PriorityQueue.get", "empty, 5 ms", ignoring(queue.Empty, lambda empty=queue.PriorityQueue(): empty.get(timeout=0.005)))
    yield does("queue.LifoQueue.get", "empty, 5 ms", ignoring(queue.Empty, lambda empty=queue.LifoQueue(): empty.get(timeout=0.005)))
    future = concurrent.futures.Future()
    yield does("concurrent.futures.Future.result", "not done, 5 ms", ignoring(concurrent.futures.TimeoutError, lambda: future.result(0.005)))
    yield does("concurrent.futures.wait", "not done, 5 ms", lambda: concurrent.futures.wait([future], 0.005))
    yield does("concurrent.futures.Future.done", "", future.done)
    mutex = multiprocessing.Lock()
    mutex.acquire()
    yield does("multiprocessing.synchronize.Lock.acquire", "taken, 5 ms", lambda: mutex.acquire(timeout=0.005))
    yield does("multiprocessing.synchronize.Event.wait", "5 ms", lambda own=multiprocessing.Event(): own.wait(0.005))
    yield does("multiprocessing.queues.Queue.get", "empty, 5 ms", ignoring(queue.Empty, lambda own=multiprocessing.Queue(): own.get(timeout=0.005)))
    here, there = multiprocessing.Pipe()
    yield does("multiprocessing.connection.Connection.poll", "nothing, 5 ms", lambda: here.poll(0.005))
    yield does("multiprocessing.connection.Connection.send", "and recv", lambda: (here.send(1), there.recv()))
    yield does("multiprocessing.connection.Connection.recv", "after send", lambda: (there.send(1), here.recv()))
    yield does("multiprocessing.connection.wait", "nothing, 5 ms", lambda: multiprocessing.connection.wait([here], 0.005))
    yield does("multiprocessing.cpu_count", "", multiprocessing.cpu_count)
    yield does("multiprocessing.current_process", "", multiprocessing.current_process)

    ours, theirs = socket.socketpair()
    ours.settimeout(0.005)
    for name, arguments in (("recv", (1,)), ("recv_into", (bytearray(1),)), ("recvfrom", (1,)), ("recvmsg", (1,)), ("recvfrom_into", (bytearray(1),))):
        yield does("socket.socket." + name, "nothing for 5 ms", ignoring(OSError, lambda call=getattr(ours, name), arguments=arguments: call(*arguments)))
    server = socket.create_server(("127.0.0.1", 0))
    server.settimeout(0.005)
    yield does("socket.socket.accept", "nobody for 5 ms", ignoring(OSError, server.accept))
    yield does("socket.socket.sendall", "64 KiB, and recv", lambda: (theirs.sendall(block[:65536]), ours.recv(65536)))
    yield does("socket.socket.sendto", "1 B", lambda udp=socket.socket(socket.AF_INET, socket.SOCK_DGRAM), address=server.getsockname(): udp.sendto(b"x", address))
    yield does("socket.create_connection", "loopback", lambda address=server.getsockname(): (socket.create_connection(address).close(), server.accept()[0].close()))
    yield does("socket.socket.connect", "loopback", lambda address=server.getsockname(): (lambda own: (own.connect(address), own.close(), server.accept()[0].close()))(socket.socket()))
    yield does("socket.socket", "and close", lambda: socket.socket().close())
    yield does("socket.socket.getsockname", "", server.getsockname)
    yield does("socket.socket.setsockopt", "", lambda: server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1))
    yield does("socket.inet_aton", "", lambda: socket.inet_aton("127.0.0.1"))
    yield does("socket.gethostname", "", socket.gethostname)
    yield does("socket.gethostbyname", "localhost", lambda: socket.gethostbyname("localhost"))
    poller = select.poll()
    poller.register(server)
    yield does("select.poll.poll", "5 ms", lambda: poller.poll(5))
    epoll = select.epoll()
    yield does("select.epoll.poll", "5 ms", lambda: epoll.poll(0.005))
    yield does("select.epoll.register", "and unregister", lambda: (epoll.register(server), epoll.unregister(server)))
    selector = selectors.DefaultSelector()
    selector.register(server, selectors.EVENT_READ)
    yield does("selectors.DefaultSelector.select", "5 ms", lambda: selector.select(0.005))
    yield does("ssl.create_default_context", "", ssl.create_default_context)
    yield does("subprocess.check_output", "true", lambda: subprocess.check_output(["true"]))
    sleeper = subprocess.Popen(["sleep", "1000"])
    yield does("subprocess.Popen.wait", "5 ms", ignoring(subprocess.TimeoutExpired, lambda: sleeper.wait(0.005)))
    yield does("subprocess.Popen.poll", "", sleeper.poll)
    sleeper.kill()
    sleeper.wait()
    yield does("os.system", "true", lambda: os.system("true"))
    yield does("os.sched_yield", "", os.sched_yield)
    yield does("os.kill", "signal 0", lambda own=os.getpid(): os.kill(own, 0))
    yield does("signal.sigtimedwait", "5 ms", lambda: signal.sigtimedwait([signal.SIGUSR1], 0.005))
    done.set()


def foreign():
    """Of the standard library: databases, C functions."""
    import ctypes, dbm, math, shelve, sqlite3

    database = sqlite3.connect(":memory:", check_same_thread=False)
    database.execute("create table t(a integer, b text)")
    rows = [(i, "x%d" % i) for i in range(20000)]
    yield does("sqlite3.connect", "in memory, and close", lambda: sqlite3.connect(":memory:").close())
    yield does("sqlite3.Connection.executemany", "20000 rows", lambda: database.executemany("insert into t values(?, ?)", rows))
    database.execute("delete from t")
    database.executemany("insert into t values(?, ?)", rows * 5)
    yield does("sqlite3.Cursor.execute", "a sum of 100000 rows", lambda: database.cursor().execute("select sum(a * 3) from t"))
    yield does("sqlite3.Cursor.fetchone", "a sum of 100000 rows", lambda: database.execute("select sum(a * 3) from t").fetchone())
    yield does("sqlite3.Cursor.fetchmany", "20000 rows", lambda: database.execute("select * from t").fetchmany(20000))
    yield does("sqlite3.Connection.cursor", "", database.cursor)
    yield does("sqlite3.Connection.executescript", "a sum of 100000 rows", lambda: database.executescript("select sum(a * 3) from t;"))
    if sys.version_info >= (3, 11):
        yield does("sqlite3.Connection.serialize", "100000 rows", database.serialize)
    yield does("ctypes.memmove", "16 MiB", lambda target=ctypes.create_string_buffer(16 << 20), source=bytes(16 << 20): ctypes.memmove(target, source, 16 << 20))
    yield does("ctypes.memset", "16 MiB", lambda target=ctypes.create_string_buffer(16 << 20): ctypes.memset(target, 0, 16 << 20))
    yield does("ctypes.create_string_buffer", "4 MiB", lambda: ctypes.create_string_buffer(4 << 20))
    yield does("ctypes.CDLL", "libc", lambda: ctypes.CDLL(None))
    libc = ctypes.CDLL(None)
    libc.usleep.argtypes = [ctypes.c_uint]
    yield does("ctypes.CDLL.__getattr__", "usleep of 2 ms", lambda: libc.usleep(2000))
    yield does("ctypes._CFuncPtr.__call__", "usleep of 2 ms", lambda function=libc.usleep: function(2000))
    held = ctypes.PyDLL(None)
    yield does("ctypes.PyDLL.__getattr__", "usleep of 2 ms", lambda: held.usleep(2000))


@group
def compiled_code():
    """What a compiler on this machine makes of Python and C: needs Cython, cffi, setuptools and a C compiler."""
    import subprocess, textwrap

    import cffi
    import Cython

    folder = tempfile.mkdtemp()
    with open(os.path.join(folder, "pure_mode.py"), "w") as file:
        file.write(
            textwrap.dedent(
                """
                import cython
                from cython.parallel import prange

                @cython.ccall
                def held(n: cython.long) -> cython.double:
                    total: cython.double = 0
                    i: cython.long
                    for i in range(n):
                        total += i * 0.5 % 3
                    return total

                def released(n: cython.long):
                    total: cython.double = 0
                    i: cython.long
                    with cython.nogil:
                        for i in range(n):
                            total += i * 0.5 % 3
                    return total

                def parallel(n: cython.long):
                    total: cython.double = 0
                    i: cython.long
                    for i in prange(n, nogil=True):
                        total += i * 0.5 % 3
                    return total
                """
            )
        )
    builder = cffi.FFI()
    builder.cdef("double work(long n);")
    builder.set_source("_probed_library", "double work(long n) { double total = 0; for (long i = 0; i < n; i++) total += i % 7 * 0.5; return total; }")
    quiet = {"cwd": folder, "stdout": subprocess.DEVNULL, "check": True}
    subprocess.run([sys.executable, "-m", "Cython.Build.Cythonize", "-i", "-3", "pure_mode.py"], **quiet)
    builder.compile(tmpdir=folder)
    sys.path.insert(0, folder)
    import _probed_library
    import pure_mode

    assert pure_mode.__file__.endswith(".so"), "Cython has compiled it"
    yield does("cython.ccall", "a compiled loop of 2000000", lambda: pure_mode.held(2000000))
    yield does("cython.nogil", "a compiled loop of 2000000 in its block", lambda: pure_mode.released(2000000))
    yield does("cython.parallel.prange", "2000000, nogil=True", lambda: pure_mode.parallel(2000000))
    yield does("cffi.Lib.__getattr__", "a loop of 2000000 in C", lambda: _probed_library.lib.work(2000000))
    direct = cffi.FFI()
    direct.cdef("int usleep(unsigned int microseconds);")
    library = direct.dlopen(None)
    yield does("cffi.FFI.Library.__getattr__", "usleep of 2 ms", lambda: library.usleep(2000))
    memory = direct.new("char[]", 4 << 20)
    yield does("cffi.FFI.new", "4 MiB", lambda: direct.new("char[]", 4 << 20))
    yield does("cffi.FFI.memmove", "4 MiB", lambda: direct.memmove(memory, block * 4, 4 << 20))
    yield does("cffi.FFI.unpack", "4 MiB", lambda: direct.unpack(memory, 4 << 20))
    yield does("cffi.FFI.dlopen", "libc", lambda: direct.dlopen(None))
    yield does("cffi.FFI.cdef", "200 functions", lambda: cffi.FFI().cdef("".join("int f%d(int x);" % i for i in range(200))))

    import numba
    import numpy

    @numba.vectorize(["float64(float64)"])
    def vectorized(x):
        return x * 0.5 % 3

    @numba.guvectorize(["void(float64[:], float64[:])"], "(n)->(n)")
    def generalised(values, results):
        for i in range(values.shape[0]):
            results[i] = values[i] * 0.5 % 3

    @numba.njit(parallel=True)
    def parallel(n):
        total = 0.0
        for i in numba.prange(n):
            total += i * 0.5 % 3
        return total

    floats = numpy.random.default_rng(1).random(500000)
    vectorized(floats), generalised(floats), parallel(10)
    yield does("numba.vectorize", "a ufunc of 500000 elements", lambda: vectorized(floats))
    yield does("numba.guvectorize", "a ufunc of 500000 elements", lambda: generalised(floats))
    yield does("numba.njit", "a compiled loop of 2000000, parallel=True", lambda: parallel(2000000), positional=[], keywords=[{"name": "parallel", "value": {"literal": True}}])

@group
def numpy_calls():
    import numpy

    rng = numpy.random.default_rng(1)
    floats, ones = rng.random(500000) + 0.1, numpy.ones(500000)
    big = rng.random(3000000)
    whole = rng.integers(1, 1000, 500000)
    square = rng.random((400, 400))
    strings = numpy.array(["word%d" % i for i in range(100000)])
    objects = numpy.array(list(range(500000)), dtype=object)
    few = numpy.ones(100)
    flags = whole > 500
    unary = "negative positive absolute abs fabs sign rint floor ceil trunc square reciprocal conj conjugate isnan isinf isfinite deg2rad rad2deg " \
        "cos tan arcsin arccos arctan sinh cosh tanh arcsinh arctanh exp exp2 expm1 log log2 log10 log1p sqrt cbrt logical_not sin"  # fmt: skip
    for name in unary.split():
        yield of("numpy." + name, big if name not in ("arcsin", "arccos", "arctanh") else big * 0.9)
    binary = "subtract multiply divide true_divide floor_divide mod remainder maximum minimum fmax fmin greater greater_equal less less_equal equal not_equal " \
        "logical_and logical_or logical_xor copysign heaviside arctan2 power float_power hypot logaddexp logaddexp2 fmod"  # fmt: skip
    for name in binary.split():
        yield of("numpy." + name, big, big)
    for name in "bitwise_and bitwise_or bitwise_xor left_shift right_shift gcd lcm".split():
        yield of("numpy." + name, whole, whole if "shift" not in name else whole % 5)
    yield of("numpy.invert", whole)
    yield of("numpy.arccosh", floats + 1)
    yield of("numpy.clip", big, 0.2, 0.8)
    for name in "subtract multiply maximum negative".split():
        yield of("numpy." + name, *((objects,) if name == "negative" else (objects, objects)))
    for name in "multiply exp sqrt".split():
        yield of("numpy." + name, *((few, few) if name == "multiply" else (few,)))
    for name in "prod min max amin amax mean std var any all cumsum cumprod nansum nanmean nanmin nanmax nanstd nanvar average ptp diff median".split():
        yield of("numpy." + name, big)
    yield of("numpy.sum", objects)
    for name in "sum prod min max mean std var any all cumsum cumprod argmax argmin".split():
        yield on("numpy.ndarray." + name, big)
    for name in "__add__ __sub__ __mul__ __truediv__ __floordiv__ __mod__ __lt__ __le__ __gt__ __ge__ __eq__ __ne__".split():
        yield on("numpy.ndarray." + name, big, big)
    for name in "__neg__ __abs__ round copy".split():
        yield on("numpy.ndarray." + name, big)
    yield on("numpy.ndarray.__pow__", big, 3)
    yield on("numpy.ndarray.__iadd__", ones.copy(), ones)
    yield on("numpy.ndarray.__imul__", ones.copy(), ones)
    for name in "__and__ __or__ __xor__".split():
        yield on("numpy.ndarray." + name, whole, whole)
    yield on("numpy.ndarray.__invert__", whole)
    yield on("numpy.ndarray.clip", big, 0.2, 0.8)
    yield on("numpy.ndarray.__matmul__", square, square)
    yield on("numpy.ndarray.dot", square, square)
    yield on("numpy.ndarray.astype", big, numpy.float32)
    yield on("numpy.ndarray.argsort", floats)
    yield on("numpy.ndarray.repeat", floats, 3)
    yield on("numpy.ndarray.take", floats, whole)
    yield on("numpy.ndarray.nonzero", flags)
    yield on("numpy.ndarray.searchsorted", numpy.sort(floats), floats)
    yield on("numpy.ndarray.tobytes", big)
    yield on("numpy.ndarray.tolist", floats)
    yield on("numpy.ndarray.flatten", big)
    yield on("numpy.ndarray.fill", big.copy(), 1.0)
    yield on("numpy.ndarray.partition", floats.copy(), 1000)
    for name in "vdot inner outer tensordot kron einsum".split():
        arguments = {"einsum": ("ij,jk->ik", square, square), "outer": (floats[:1500], floats[:1500]), "kron": (square[:30, :30], square[:30, :30])}.get(name, (square, square))
        yield of("numpy." + name, *arguments)
    for name in "det solve eig eigh eigvals eigvalsh qr cholesky lstsq pinv matrix_rank norm svd".split():
        matrix = square[:150, :150]
        definite = matrix @ matrix.T + numpy.eye(150)
        yield of("numpy.linalg." + name, *((definite, definite) if name == "solve" else (matrix, matrix[0]) if name == "lstsq" else (definite,)))
    yield of("numpy.linalg.matrix_power", square, 5)
    for name in "fft ifft rfft irfft fft2 ifft2 fftn ifftn rfft2 rfftn".split():
        yield of("numpy.fft." + name, floats.reshape(500, 1000) if name[-1] in "2n" else floats)
    for name in "sort argsort unique argmax argmin nonzero flatnonzero count_nonzero argwhere".split():
        yield of("numpy." + name, floats)
    yield of("numpy.partition", floats, 1000)
    yield of("numpy.argpartition", floats, 1000)
    yield of("numpy.searchsorted", numpy.sort(floats), floats)
    yield of("numpy.lexsort", (floats, whole), size="2 × 500000")
    yield of("numpy.isin", whole, whole[:1000])
    yield of("numpy.intersect1d", whole, whole)
    yield of("numpy.union1d", whole, whole)
    yield of("numpy.setdiff1d", whole, whole[:1000])
    yield of("numpy.percentile", floats, 50)
    yield of("numpy.quantile", floats, 0.5)
    yield of("numpy.where", flags, floats, ones)
    yield of("numpy.select", [flags], [floats], size="500000 elements")
    yield of("numpy.take", floats, whole)
    yield of("numpy.compress", flags, floats)
    yield of("numpy.repeat", floats, 3)
    yield of("numpy.tile", floats, 3)
    yield of("numpy.roll", big, 1000)
    yield of("numpy.flip", big)
    yield of("numpy.copy", big)
    yield of("numpy.pad", big, 10)
    for name in "concatenate stack vstack hstack column_stack dstack".split():
        yield of("numpy." + name, [floats, floats], size="2 × 500000 floats")
    for name in "zeros ones empty eye identity arange linspace".split():
        arguments = {"eye": (1500,), "identity": (1500,), "linspace": (0, 1, 2000000)}.get(name, (2000000,))
        yield of("numpy." + name, *arguments)
    yield of("numpy.full", 2000000, 1.5)
    yield of("numpy.zeros_like", big)
    yield of("numpy.meshgrid", floats[:1000], floats[:1000])
    yield of("numpy.reshape", floats, (1000, 500), size="500000 elements")
    yield of("numpy.array", [float(i) for i in range(200000)])
    yield of("numpy.array", big)
    yield of("numpy.asarray", [float(i) for i in range(200000)])
    yield of("numpy.array2string", floats)
    for name in "upper lower add find replace strip".split():
        yield of("numpy.char." + name, *({"add": (strings, strings), "find": (strings, "9"), "replace": (strings, "w", "v")}.get(name, (strings,))))
    yield of("numpy.bincount", whole)
    yield of("numpy.interp", floats, numpy.sort(floats[:1000]), floats[:1000])
    yield of("numpy.digitize", floats, numpy.linspace(0, 1, 50))
    yield of("numpy.histogram", floats, 50)
    yield of("numpy.histogram2d", floats, floats, 50)
    yield of("numpy.convolve", floats[:20000], floats[:500])
    yield of("numpy.correlate", floats[:20000], floats[:500])
    yield of("numpy.packbits", flags)
    yield of("numpy.unpackbits", numpy.packbits(flags).repeat(10))
    yield of("numpy.cov", square)
    yield of("numpy.corrcoef", square)
    yield of("numpy.gradient", big)
    yield of("numpy.trapezoid" if hasattr(numpy, "trapezoid") else "numpy.trapz", big)
    yield of("numpy.cross", big.reshape(-1, 3)[:100000], big.reshape(-1, 3)[:100000])
    yield of("numpy.polyfit", floats[:50000], floats[:50000], 3)
    yield of("numpy.polyval", floats[:10], big)
    yield of("numpy.apply_along_axis", lambda row: row[0], 1, floats.reshape(-1, 50), size="10000 rows")
    yield of("numpy.fromiter", (float(i) for i in ()), float, size="nothing") if False else does("numpy.fromiter", "200000 of a list", lambda values=[1.5] * 200000: numpy.fromiter(values, float), positional=[{"type": "builtins.list"}])
    folder = tempfile.mkdtemp()
    path = os.path.join(folder, "a.npy")
    yield does("numpy.save", "3000000 floats", lambda: numpy.save(path, big))
    yield does("numpy.load", "3000000 floats", lambda: numpy.load(path))
    yield does("numpy.ndarray.tofile", "3000000 floats", lambda: big.tofile(path + "2"))
    yield does("numpy.fromfile", "3000000 floats", lambda: numpy.fromfile(path + "2"))
    yield does("numpy.savez", "500000 floats", lambda: numpy.savez(path + "3", floats))
    yield does("numpy.savez_compressed", "100000 floats", lambda: numpy.savez_compressed(path + "4", floats[:100000]))
    yield does("numpy.savetxt", "20000 rows", lambda: numpy.savetxt(path + "5", floats[:20000]))
    yield does("numpy.genfromtxt", "5000 lines", lambda lines=["1.5 2.5"] * 5000: numpy.genfromtxt(lines))
    shutil.rmtree(folder, ignore_errors=True)
    n = 500000
    for name, arguments in {
        "normal": (0, 1, n), "standard_normal": (n,), "uniform": (0, 1, n), "integers": (0, 100, n), "exponential": (1, n), "standard_exponential": (n,), "poisson": (5, n),
        "binomial": (10, 0.5, n), "gamma": (2, 1, n), "standard_gamma": (2, n), "beta": (1, 2, n), "chisquare": (2, n), "choice": (1000, n), "permutation": (n,), "lognormal": (0, 1, n),
        "laplace": (0, 1, n), "geometric": (0.5, n), "weibull": (2, n), "rayleigh": (1, n), "triangular": (0, 1, 2, n), "vonmises": (0, 1, n), "logistic": (0, 1, n),
        "multinomial": (10, [0.5, 0.5], 100000), "dirichlet": ([1, 1], 100000), "multivariate_normal": ([0, 0], [[1, 0], [0, 1]], 100000),
    }.items():  # fmt: skip
        yield on("numpy.random.Generator." + name, rng, *arguments)
    yield on("numpy.random.Generator.permuted", rng, floats)
    yield on("numpy.random.Generator.shuffle", rng, floats.copy())
    old = numpy.random.RandomState(1)
    for name, arguments in {
        "rand": (n,), "randn": (n,), "random": (n,), "random_sample": (n,), "normal": (0, 1, n), "standard_normal": (n,), "uniform": (0, 1, n), "randint": (0, 100, n), "choice": (1000, n),
        "permutation": (n,), "exponential": (1, n), "poisson": (5, n), "binomial": (10, 0.5, n), "gamma": (2, 1, n), "beta": (1, 2, n), "shuffle": (floats.copy(),),
    }.items():  # fmt: skip
        yield on("numpy.random.RandomState." + name, old, *arguments)
        yield of("numpy.random." + name, *arguments)


@group
def scipy_calls():
    import numpy, scipy.cluster.hierarchy, scipy.fft, scipy.integrate, scipy.interpolate, scipy.linalg, scipy.ndimage, scipy.optimize, scipy.signal, scipy.sparse
    import scipy.sparse.csgraph, scipy.sparse.linalg, scipy.spatial, scipy.spatial.distance, scipy.special, scipy.stats

    rng = numpy.random.default_rng(1)
    matrix = rng.random((150, 150))
    definite = matrix @ matrix.T + numpy.eye(150)
    vector, signal = rng.random(150), rng.random(200000)
    for name in "inv svd svdvals eig eigh eigvals eigvalsh schur cholesky cho_factor det sqrtm expm logm lu pinv hessenberg polar lu_factor qr".split():
        yield of("scipy.linalg." + name, definite[:50, :50] if name in ("logm", "sqrtm", "polar") else definite)
    for name in "solve lstsq".split():
        yield of("scipy.linalg." + name, definite, vector)
    yield of("scipy.linalg.cho_solve", scipy.linalg.cho_factor(definite), rng.random((150, 300)), size="150 × 150")
    yield of("scipy.linalg.lu_solve", scipy.linalg.lu_factor(definite), rng.random((150, 300)), size="150 × 150")
    yield of("scipy.linalg.solve_toeplitz", rng.random(1500), rng.random(1500))
    yield of("scipy.linalg.solve_banded", (1, 1), rng.random((3, 100000)), rng.random(100000), size="100000")
    for name in "fft ifft rfft irfft dct idct dst idst".split():
        yield of("scipy.fft." + name, signal)
    for name in "fft2 ifft2 fftn ifftn rfft2 rfftn irfftn dctn idctn".split():
        yield of("scipy.fft." + name, signal.reshape(400, 500))
    for name in "fftconvolve oaconvolve".split():
        yield of("scipy.signal." + name, signal, signal[:5000])
    for name in "stft spectrogram welch".split():
        yield of("scipy.signal." + name, signal)
    b, a = scipy.signal.butter(4, 0.2)
    sections = scipy.signal.butter(4, 0.2, output="sos")
    yield of("scipy.signal.lfilter", b, a, signal)
    yield of("scipy.signal.filtfilt", b, a, signal)
    yield of("scipy.signal.sosfilt", sections, signal)
    yield of("scipy.signal.sosfiltfilt", sections, signal)
    yield of("scipy.signal.resample", signal, 100000)
    yield of("scipy.signal.resample_poly", signal, 3, 2)
    picture = rng.random((300, 300))
    yield of("scipy.signal.convolve2d", picture, picture[:15, :15])
    yield of("scipy.signal.correlate2d", picture, picture[:15, :15])
    yield of("scipy.signal.medfilt", signal, 5)
    yield of("scipy.signal.medfilt2d", picture, 5)
    sparse = scipy.sparse.random(3000, 3000, 0.005, format="csr", random_state=1)
    system = (sparse[:800, :800] + scipy.sparse.eye(800) * 10).tocsc()
    for name in "spsolve cg gmres".split():
        yield of("scipy.sparse.linalg." + name, system, numpy.ones(800), size="800 × 800")
    for name in "splu spilu".split():
        yield of("scipy.sparse.linalg." + name, system, size="800 × 800")
    yield of("scipy.sparse.linalg.eigs", system, size="800 × 800")
    yield of("scipy.sparse.linalg.eigsh", system + system.T, size="800 × 800")
    yield of("scipy.sparse.linalg.svds", system, size="800 × 800")
    for kind in "csr_matrix csc_matrix csr_array csc_array".split():
        own = getattr(scipy.sparse, kind)(scipy.sparse.random(3000, 3000, 0.05, format="csr", random_state=1))
        for name in "dot __matmul__ __mul__ __add__ multiply".split():
            other = own if name in ("__add__", "multiply") or kind.endswith("array") and name == "__mul__" else rng.random((3000, 8))
            yield on("scipy.sparse." + kind + "." + name, own, other, size="3000 × 3000, 5 % full")
        for name in "tocsr tocsc tocoo".split():
            if name[2:5] != kind[:3]:
                yield on("scipy.sparse." + kind + "." + name, own, size="3000 × 3000, 5 % full")
    for name, arguments in {
        "gaussian_filter": (3,), "gaussian_filter1d": (3,), "median_filter": (5,), "uniform_filter": (5,), "maximum_filter": (5,), "minimum_filter": (5,), "percentile_filter": (50, 5),
        "rank_filter": (3, 5), "convolve": (picture[:9, :9],), "correlate": (picture[:9, :9],), "sobel": (), "laplace": (), "gaussian_laplace": (2,), "grey_erosion": (5,), "grey_dilation": (5,),
        "zoom": (2,), "rotate": (30,), "shift": (1.5,), "affine_transform": (numpy.array([[1, 0.1], [0, 1]]),),
    }.items():  # fmt: skip
        yield of("scipy.ndimage." + name, picture, *arguments)
    for name in "binary_erosion binary_dilation binary_opening binary_closing label distance_transform_edt".split():
        yield of("scipy.ndimage." + name, picture > 0.3)
    yield of("scipy.ndimage.map_coordinates", picture, numpy.indices((300, 300)) * 0.9)
    yield of("scipy.ndimage.generic_filter", picture[:100, :100], lambda part: part[0], 3, size="100 × 100, lambda")
    points = rng.random((20000, 3))
    yield of("scipy.spatial.cKDTree", points)
    yield of("scipy.spatial.KDTree", points)
    yield on("scipy.spatial.cKDTree.query", scipy.spatial.cKDTree(points), points, size="20000 × 3")
    yield on("scipy.spatial.KDTree.query", scipy.spatial.KDTree(points), points, size="20000 × 3")
    yield of("scipy.spatial.distance.cdist", points[:1500], points[:1500])
    yield of("scipy.spatial.distance.pdist", points[:1500])
    yield of("scipy.spatial.Delaunay", points[:3000])
    yield of("scipy.spatial.ConvexHull", points)
    yield of("scipy.spatial.Voronoi", points[:1500])
    yield of("scipy.spatial.distance.directed_hausdorff", points[:5000], points[5000:10000])
    yield of("scipy.optimize.linear_sum_assignment", picture)
    graph = scipy.sparse.random(600, 600, 0.02, format="csr", random_state=1)
    yield of("scipy.sparse.csgraph.dijkstra", graph, size="600 nodes")
    yield of("scipy.sparse.csgraph.shortest_path", graph, size="600 nodes")
    yield of("scipy.sparse.csgraph.connected_components", graph, size="600 nodes")
    yield of("scipy.cluster.hierarchy.linkage", points[:1000], "average")
    grid = numpy.linspace(0, 1, 1000)
    yield does("scipy.interpolate.CubicSpline.__call__", "200000 points", lambda spline=scipy.interpolate.CubicSpline(grid, grid): spline(signal))
    yield does("scipy.interpolate.BSpline.__call__", "200000 points", lambda spline=scipy.interpolate.make_interp_spline(grid, grid): spline(signal))
    yield does("scipy.interpolate.interp1d.__call__", "200000 points", lambda line=scipy.interpolate.interp1d(grid, grid): line(signal * 0.9))
    yield does("scipy.interpolate.RegularGridInterpolator.__call__", "100000 points", lambda plane=scipy.interpolate.RegularGridInterpolator((grid[:300], grid[:300]), picture): plane(signal.reshape(-1, 2) * 0.2))
    yield of("scipy.interpolate.griddata", points[:500, :2], points[:500, 2], points[:1500, :2])
    yield of("scipy.optimize.nnls", rng.random((300, 100)), rng.random(300))
    cost = lambda x: float(((x - 1) ** 2).sum())
    for name, arguments in {
        "minimize": (numpy.zeros(5),), "minimize_scalar": (), "root": (numpy.zeros(2),), "least_squares": (numpy.zeros(3),), "differential_evolution": ([(-2, 2)] * 2,),
        "basinhopping": (numpy.zeros(2),), "dual_annealing": ([(-2, 2)] * 2,), "brute": (((-1, 1), (-1, 1)),), "fsolve": (numpy.zeros(2),), "brentq": (-3, 3),
    }.items():  # fmt: skip
        function = {"minimize_scalar": lambda x: (x - 1) ** 2, "root": lambda x: x - 1, "least_squares": lambda x: x - 1, "fsolve": lambda x: x - 1, "brentq": lambda x: x - 1}.get(name, cost)
        yield does("scipy.optimize." + name, "lambda", lambda call=getattr(scipy.optimize, name), function=function, arguments=arguments: call(function, *arguments))
    yield does("scipy.optimize.curve_fit", "lambda, 1000 points", lambda: scipy.optimize.curve_fit(lambda x, k: k * x, grid, grid))
    yield does("scipy.integrate.quad", "lambda", lambda: scipy.integrate.quad(lambda x: abs(x - 0.3), 0, 1))
    yield does("scipy.integrate.dblquad", "lambda", lambda: scipy.integrate.dblquad(lambda x, y: x * y, 0, 1, 0, 1))
    yield does("scipy.integrate.odeint", "lambda", lambda: scipy.integrate.odeint(lambda y, t: -y, [1.0], grid))
    yield does("scipy.integrate.solve_ivp", "lambda", lambda: scipy.integrate.solve_ivp(lambda t, y: -y, (0, 10), [1.0]))
    yield of("scipy.optimize.linprog", rng.random(200), rng.random((150, 200)), numpy.ones(150) * 50)
    for name in "gamma gammaln loggamma erf erfc expit digamma ndtr".split():
        yield of("scipy.special." + name, signal)
    for name in "erfinv logit ndtri".split():
        yield of("scipy.special." + name, signal * 0.9 + 0.05)
    for name in "jv yv iv kv beta".split():
        yield of("scipy.special." + name, signal[:100000] * 3 + 0.1, signal[:100000] + 0.1)
    yield of("scipy.special.zeta", signal + 2)
    for name in "comb binom".split():
        yield of("scipy.special." + name, signal * 10, 2)
    for name in "logsumexp softmax".split():
        yield of("scipy.special." + name, signal)
    for name in "pdf cdf ppf sf logpdf".split():
        yield does("scipy.stats.norm." + name, "200000 numbers", lambda function=getattr(scipy.stats.norm, name): function(signal * 0.9 + 0.05))


@group
def pandas_calls():
    import numpy, pandas

    rng = numpy.random.default_rng(1)
    n = 200000
    frame = pandas.DataFrame({"a": rng.random(n), "b": rng.random(n), "c": rng.integers(0, 100, n).astype(float)})
    series = frame["a"]
    numeric = {"receiver": {"dtype": "number"}}
    groups_of_frame, groups_of_series = frame.groupby("c"), frame.groupby("c")["a"]
    for name in "sum mean min max std var median count size first last prod cumsum rank nunique".split():
        for owner, grouped in (("DataFrameGroupBy", groups_of_frame), ("SeriesGroupBy", groups_of_series)):
            yield does("pandas.core.groupby.%s.%s" % (owner, name), "200000 rows, 100 groups", getattr(grouped, name), **numeric)
    yield does("pandas.core.groupby.DataFrameGroupBy.apply", "100 groups, lambda", lambda: groups_of_frame.apply(lambda part: part["a"].sum()))
    yield does("pandas.core.groupby.DataFrameGroupBy.transform", "100 groups, lambda", lambda: groups_of_frame.transform(lambda part: part - 1))
    yield does("pandas.core.groupby.DataFrameGroupBy.agg", "100 groups, a name", lambda: groups_of_frame.agg("sum"), positional=[{"literal": "sum", "callback": "native"}])
    yield does("pandas.core.groupby.SeriesGroupBy.agg", "100 groups, a name", lambda: groups_of_series.agg("sum"), positional=[{"literal": "sum", "callback": "native"}])
    rolling = series.rolling(50)
    for name in "mean sum min max std var median".split():
        yield does("pandas.core.window.Rolling." + name, "200000 rows", getattr(rolling, name))
    yield does("pandas.core.window.Rolling.quantile", "200000 rows", lambda: rolling.quantile(0.5))
    yield does("pandas.core.window.Rolling.corr", "200000 rows", lambda: rolling.corr(frame["b"]))
    for name in "rank quantile drop_duplicates duplicated shift diff cumsum cumprod mean sum min max std var median prod mode nunique interpolate".split():
        for owner, own in (("DataFrame", frame), ("Series", series)):
            yield does("pandas.%s.%s" % (owner, name), "200000 rows", getattr(own, name), **numeric)
    for name in "corr cov".split():
        yield does("pandas.DataFrame." + name, "200000 rows", getattr(frame, name), **numeric)
        yield does("pandas.Series." + name, "200000 rows", lambda function=getattr(series, name): function(frame["b"]), **numeric)
    for owner, own in (("DataFrame", frame), ("Series", series)):
        yield does("pandas.%s.fillna" % owner, "200000 rows", lambda own=own: own.fillna(0), **numeric)
        yield does("pandas.%s.isin" % owner, "200000 rows", lambda own=own: own.isin([0.5]), **numeric)
        yield does("pandas.%s.copy" % owner, "200000 rows", own.copy)
        yield does("pandas.%s.astype" % owner, "200000 rows", lambda own=own: own.astype("float32"))
        yield does("pandas.%s.dropna" % owner, "200000 rows", own.dropna)
        yield does("pandas.%s.to_json" % owner, "20000 rows", own[:20000].to_json)
        yield does("pandas.%s.to_dict" % owner, "20000 rows", own[:20000].to_dict)
        yield does("pandas.%s.to_csv" % owner, "20000 rows", own[:20000].to_csv)
    yield does("pandas.Series.sort_values", "200000 rows", series.sort_values, **numeric)
    yield does("pandas.DataFrame.apply", "200 rows, lambda", lambda: frame[:200].apply(lambda row: row["a"], axis=1))
    yield does("pandas.DataFrame.itertuples", "20000 rows", lambda: list(frame[:20000].itertuples()))
    yield does("pandas.Series.map", "50000 rows, lambda", lambda: series[:50000].map(lambda x: x + 1))
    yield does("pandas.DataFrame.map" if hasattr(frame, "map") else "pandas.DataFrame.applymap", "10000 rows, lambda", lambda: (frame.map if hasattr(frame, "map") else frame.applymap)(lambda x: x) if False else frame[:10000].map(lambda x: x))
    words = pandas.Series(["Word %d " % i for i in range(50000)], dtype=object)
    for name, arguments in {"upper": (), "lower": (), "strip": (), "replace": ("W", "V"), "contains": ("9",), "split": (), "extract": (r"(\d+)",), "findall": (r"\d",), "startswith": ("W",), "endswith": (" ",), "len": (), "match": ("W",), "get": (1,), "slice": (0, 3)}.items():
        yield does("pandas.Series.str." + name, "50000 objects", lambda function=getattr(words.str, name), arguments=arguments: function(*arguments))
    whole = frame["c"].astype(int)
    yield does("pandas.Series.value_counts", "200000 ints", whole.value_counts)
    yield does("pandas.Series.unique", "200000 ints", whole.unique)
    yield does("pandas.unique", "200000 ints", lambda: pandas.unique(whole))
    yield does("pandas.factorize", "200000 ints", lambda: pandas.factorize(whole))
    other = pandas.DataFrame({"c": numpy.arange(100).astype(float), "d": 1.0})
    yield does("pandas.merge", "200000 × 100 rows", lambda: pandas.merge(frame, other, on="c"))
    yield does("pandas.DataFrame.merge", "200000 × 100 rows", lambda: frame.merge(other, on="c"))
    yield does("pandas.DataFrame.join", "200000 rows", lambda right=frame[["b"]].rename(columns={"b": "e"}): frame.join(right))
    yield does("pandas.pivot_table", "200000 rows", lambda: pandas.pivot_table(frame, "a", "c"))
    yield does("pandas.concat", "5 × 200000 rows", lambda: pandas.concat([frame] * 5))
    table = frame[:20000].to_csv(index=False)
    yield does("pandas.read_csv", "50000 rows", lambda long=frame[:50000].to_csv(index=False): pandas.read_csv(io.StringIO(long)), positional=[{}], keywords=[])
    yield does("pandas.read_csv", "5000 rows, engine=python", lambda part=frame[:5000].to_csv(index=False): pandas.read_csv(io.StringIO(part), engine="python"), positional=[{}], keywords=[{"name": "engine", "value": {"literal": "python"}}])
    yield does("pandas.read_table", "20000 rows", lambda: pandas.read_table(io.StringIO(table), sep=","), positional=[{}], keywords=[])
    yield does("pandas.read_json", "20000 rows", lambda data=frame[:20000].to_json(): pandas.read_json(io.StringIO(data)))
    yield does("pandas.to_datetime", "200000 ints", lambda: pandas.to_datetime(whole.to_numpy()), positional=[{"dtype": "number"}])
    yield does("pandas.to_datetime", "20000 words", lambda dates=pandas.Series(["2026-11-%02d" % (i % 28 + 1) for i in range(20000)], dtype=object): pandas.to_datetime(dates, cache=False), positional=[{"dtype": "object"}])
    yield does("pandas.DataFrame", "100000 dicts", lambda: pandas.DataFrame(people * 4))
    try:
        import pyarrow  # noqa: F401
    except ImportError:
        return
    folder = tempfile.mkdtemp()
    path = os.path.join(folder, "p")
    yield does("pandas.DataFrame.to_parquet", "200000 rows", lambda: frame.to_parquet(path))
    yield does("pandas.read_parquet", "200000 rows", lambda: pandas.read_parquet(path))
    yield does("pandas.DataFrame.to_feather", "200000 rows", lambda: frame.to_feather(path + "f"))
    yield does("pandas.read_feather", "200000 rows", lambda: pandas.read_feather(path + "f"))
    shutil.rmtree(folder, ignore_errors=True)


@group
def pillow_calls():
    from PIL import Image, ImageChops, ImageDraw, ImageFilter, ImageOps

    picture = Image.effect_noise((800, 800), 50).convert("RGB")
    alpha = picture.convert("RGBA")
    grey = picture.convert("L")
    for name, arguments in {
        "resize": ((300, 300),), "reduce": (2,), "rotate": (30,), "transpose": (Image.Transpose.ROTATE_90,), "quantize": (64,), "point": (lambda x: x // 2,), "crop": ((10, 10, 700, 700),), "copy": (),
        "effect_spread": (5,), "histogram": (), "getcolors": (), "getbbox": (), "entropy": (), "split": (), "tobytes": (), "getpixel": ((5, 5),), "putpixel": ((5, 5), (1, 2, 3)),
    }.items():  # fmt: skip
        yield does("PIL.Image.Image." + name, "800 × 800", lambda function=getattr(picture, name), arguments=arguments: function(*arguments))
    yield does("PIL.Image.Image.transform", "800 × 800, affine", lambda: picture.transform((800, 800), Image.Transform.AFFINE, (1, 0.1, 0, 0, 1, 0)))
    yield does("PIL.Image.Image.thumbnail", "800 × 800", lambda: picture.copy().thumbnail((200, 200)))
    yield does("PIL.Image.Image.paste", "800 × 800", lambda: picture.paste(picture))
    yield does("PIL.Image.Image.alpha_composite", "800 × 800", lambda: alpha.alpha_composite(alpha))
    yield does("PIL.Image.Image.getdata", "200 × 200", lambda part=picture.crop((0, 0, 200, 200)): list(part.getdata()))
    yield does("PIL.Image.blend", "800 × 800", lambda other=picture.transpose(Image.Transpose.ROTATE_90): Image.blend(picture, other, 0.5))
    yield does("PIL.Image.composite", "800 × 800", lambda: Image.composite(picture, picture, grey))
    yield does("PIL.Image.alpha_composite", "800 × 800", lambda: Image.alpha_composite(alpha, alpha))
    yield does("PIL.Image.merge", "800 × 800", lambda bands=picture.split(): Image.merge("RGB", bands))
    yield does("PIL.Image.new", "2000 × 2000", lambda: Image.new("RGB", (2000, 2000)))
    yield does("PIL.Image.frombytes", "800 × 800", lambda data=picture.tobytes(): Image.frombytes("RGB", (800, 800), data))
    for name, arguments in {"fit": ((300, 300),), "autocontrast": (), "equalize": (), "grayscale": (), "mirror": (), "flip": (), "contain": ((300, 300),), "pad": ((300, 300),), "exif_transpose": ()}.items():
        yield does("PIL.ImageOps." + name, "800 × 800", lambda function=getattr(ImageOps, name), arguments=arguments: function(picture, *arguments))
    yield does("PIL.ImageChops.difference", "800 × 800", lambda: ImageChops.difference(picture, picture))
    for name in "GaussianBlur BoxBlur UnsharpMask MedianFilter MinFilter MaxFilter ModeFilter".split():
        kernel = getattr(ImageFilter, name)(3)
        yield does("PIL.Image.Image.filter", "300 × 300, " + name, lambda part=picture.crop((0, 0, 300, 300)), kernel=kernel: part.filter(kernel), positional=[{"type": "PIL.ImageFilter." + name}])
    folder = tempfile.mkdtemp()
    for kind in ("JPEG", "PNG", "WEBP", "BMP", "TIFF", "GIF"):
        path = os.path.join(folder, "p." + kind.lower())
        yield does("PIL.Image.Image.save", kind + " to a file", lambda path=path: picture.save(path), positional=[{"type": "builtins.str"}])
        yield does("PIL.Image.Image.load", kind + " of a file", lambda path=path: Image.open(path).load())
    for kind in ("JPEG", "PNG"):
        yield does("PIL.Image.Image.save", kind + " to memory", lambda kind=kind: picture.save(io.BytesIO(), kind), positional=[{"type": "io.BytesIO"}, {"literal": kind}])
    yield does("PIL.Image.open", "a PNG, only opened", lambda: Image.open(os.path.join(folder, "p.png")).close())
    shutil.rmtree(folder, ignore_errors=True)


@group
def opencv_calls():
    import cv2, numpy

    cv2.setNumThreads(1)
    picture = (numpy.random.default_rng(1).random((700, 700, 3)) * 255).astype(numpy.uint8)
    grey = cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY)
    binary = (grey > 127).astype(numpy.uint8) * 255
    kernel = numpy.ones((5, 5), numpy.uint8)
    turn = numpy.array([[1, 0.1, 0], [0.1, 1, 0]], numpy.float32)
    calls = {
        "resize": (picture, (1500, 1500)), "GaussianBlur": (picture, (15, 15), 3), "medianBlur": (picture, 5), "bilateralFilter": (picture[:300, :300], 5, 50, 50), "blur": (picture, (15, 15)),
        "filter2D": (picture, -1, kernel.astype(numpy.float32) / 25), "cvtColor": (picture, cv2.COLOR_BGR2HSV), "Canny": (grey, 50, 150), "warpAffine": (picture, turn, (700, 700)),
        "warpPerspective": (picture, numpy.eye(3), (700, 700)), "adaptiveThreshold": (grey, 255, cv2.ADAPTIVE_THRESH_GAUSSIAN_C, cv2.THRESH_BINARY, 11, 2), "dilate": (picture, kernel), "erode": (picture, kernel),
        "morphologyEx": (picture, cv2.MORPH_OPEN, kernel), "matchTemplate": (grey, grey[:30, :30], cv2.TM_CCOEFF), "equalizeHist": (grey,), "Sobel": (grey, cv2.CV_64F, 1, 0), "Laplacian": (grey, cv2.CV_64F),
        "goodFeaturesToTrack": (grey, 100, 0.01, 10), "absdiff": (picture, picture), "addWeighted": (picture, 0.5, picture, 0.5, 0), "bitwise_and": (picture, picture), "inRange": (picture, (0, 0, 0), (100, 100, 100)),
        "rotate": (picture, cv2.ROTATE_90_CLOCKWISE), "flip": (picture, 1), "normalize": (grey, None, 0, 1, cv2.NORM_MINMAX, cv2.CV_32F), "distanceTransform": (binary, cv2.DIST_L2, 5), "pyrDown": (picture,), "pyrUp": (picture,),
        "dft": (grey.astype(numpy.float32),), "threshold": (grey, 127, 255, cv2.THRESH_BINARY), "findContours": (binary[:300, :300], cv2.RETR_LIST, cv2.CHAIN_APPROX_SIMPLE), "connectedComponents": (binary,),
        "kmeans": (picture[:100, :100].reshape(-1, 3).astype(numpy.float32), 5, None, (3, 10, 1.0), 1, cv2.KMEANS_PP_CENTERS), "HoughLines": (binary[:200, :200], 1, 0.02, 100),
        "imencode": (".jpg", picture), "imdecode": (cv2.imencode(".jpg", picture)[1], 1), "calcHist": ([picture], [0], None, [256], [0, 256]),
    }  # fmt: skip
    for name, arguments in calls.items():
        yield does("cv2." + name, "700 × 700", lambda function=getattr(cv2, name), arguments=arguments: function(*arguments))
    yield does("cv2.split", "700 × 700", lambda: cv2.split(picture))
    yield does("cv2.merge", "700 × 700", lambda bands=cv2.split(picture): cv2.merge(bands))
    yield does("cv2.remap", "700 × 700", lambda x=numpy.random.rand(700, 700).astype(numpy.float32) * 600: cv2.remap(picture, x, x, cv2.INTER_LINEAR))
    folder = tempfile.mkdtemp()
    path = os.path.join(folder, "p.jpg")
    yield does("cv2.imwrite", "700 × 700", lambda: cv2.imwrite(path, picture))
    yield does("cv2.imread", "700 × 700", lambda: cv2.imread(path))
    shutil.rmtree(folder, ignore_errors=True)


@group
def scikit_learn_calls():
    import numpy, warnings
    from sklearn import cluster, ensemble, feature_extraction, linear_model, model_selection, neighbors, preprocessing, svm, tree, decomposition

    warnings.simplefilter("ignore")
    rng = numpy.random.default_rng(1)
    rows = rng.random((2000, 20))
    labels = (rows[:, 0] > rows[:, 1]).astype(int)
    for module, name, options in (
        ("ensemble", "RandomForestClassifier", {"n_estimators": 10}), ("ensemble", "RandomForestRegressor", {"n_estimators": 5}), ("ensemble", "HistGradientBoostingClassifier", {"max_iter": 5}),
        ("ensemble", "HistGradientBoostingRegressor", {"max_iter": 5}), ("ensemble", "GradientBoostingClassifier", {"n_estimators": 10}), ("tree", "DecisionTreeClassifier", {}), ("tree", "DecisionTreeRegressor", {}),
        ("cluster", "KMeans", {"n_init": 1}), ("svm", "SVC", {}), ("svm", "SVR", {}), ("neighbors", "KNeighborsClassifier", {"algorithm": "brute"}), ("linear_model", "LogisticRegression", {}),
    ):  # fmt: skip
        make = getattr({"ensemble": ensemble, "tree": tree, "cluster": cluster, "svm": svm, "neighbors": neighbors, "linear_model": linear_model}[module], name)
        yield does("sklearn.%s.%s.fit" % (module, name), "2000 × 20", lambda make=make, options=options: make(**options).fit(rows, labels))
        fitted = make(**options).fit(rows, labels)
        yield does("sklearn.%s.%s.predict" % (module, name), "2000 × 20", lambda fitted=fitted: fitted.predict(rows))
    near = neighbors.NearestNeighbors()
    yield does("sklearn.neighbors.NearestNeighbors.fit", "2000 × 20", lambda: near.fit(rows))
    documents = ["lorem ipsum dolor sit %d" % i for i in range(3000)]
    yield does("sklearn.feature_extraction.text.CountVectorizer.fit_transform", "3000 documents", lambda: feature_extraction.text.CountVectorizer().fit_transform(documents))
    yield does("sklearn.feature_extraction.text.TfidfVectorizer.fit_transform", "3000 documents", lambda: feature_extraction.text.TfidfVectorizer().fit_transform(documents))
    yield does("sklearn.model_selection.train_test_split", "2000 × 20", lambda: model_selection.train_test_split(rows, labels))
    yield does("sklearn.preprocessing.StandardScaler.fit_transform", "200000 × 20", lambda many=rng.random((200000, 20)): preprocessing.StandardScaler().fit_transform(many))


@group
def pyarrow_calls():
    import numpy, pyarrow, pyarrow.compute, pyarrow.csv, pyarrow.feather, pyarrow.json, pyarrow.parquet

    pyarrow.set_cpu_count(1)
    pyarrow.set_io_thread_count(1)
    rng = numpy.random.default_rng(1)
    table = pyarrow.table({"k": rng.integers(0, 1000, 300000), "v": rng.random(300000)})
    for name, arguments in {"sum": (), "mean": (), "sort_indices": (), "filter": (pyarrow.compute.greater(table["v"], 0.5),)}.items():
        yield does("pyarrow.compute." + name, "300000 values", lambda function=getattr(pyarrow.compute, name), arguments=arguments: function(table["v"], *arguments))
    yield does("pyarrow.Table.sort_by", "300000 rows", lambda: table.sort_by("v"))
    yield does("pyarrow.Table.filter", "300000 rows", lambda mask=pyarrow.compute.greater(table["v"], 0.5): table.filter(mask))
    yield does("pyarrow.Table.join", "300000 rows", lambda other=pyarrow.table({"k": numpy.arange(1000), "w": numpy.arange(1000)}): table.join(other, "k"))
    yield does("pyarrow.TableGroupBy.aggregate", "300000 rows", lambda: table.group_by("k", use_threads=False).aggregate([("v", "sum")]))
    yield does("pyarrow.Table.group_by", "300000 rows", lambda: table.group_by("k"))
    folder = tempfile.mkdtemp()
    path = os.path.join(folder, "t")
    yield does("pyarrow.parquet.write_table", "300000 rows", lambda: pyarrow.parquet.write_table(table, path))
    yield does("pyarrow.parquet.read_table", "300000 rows", lambda: pyarrow.parquet.read_table(path))
    yield does("pyarrow.feather.read_table", "300000 rows", lambda written=pyarrow.feather.write_feather(table, path + "f"): pyarrow.feather.read_table(path + "f"))
    yield does("pyarrow.csv.write_csv", "300000 rows", lambda: pyarrow.csv.write_csv(table, path + "c"))
    yield does("pyarrow.csv.read_csv", "300000 rows", lambda: pyarrow.csv.read_csv(path + "c"))
    with open(path + "j", "w") as file:
        file.write('{"a": 1, "b": "xyz"}\n' * 100000)
    yield does("pyarrow.json.read_json", "100000 rows", lambda: pyarrow.json.read_json(path + "j"))
    yield does("pyarrow.array", "200000 ints", lambda values=list(range(200000)): pyarrow.array(values))
    yield does("pyarrow.table", "2 × 100000 of lists", lambda values=list(range(100000)): pyarrow.table({"a": values, "b": values}))
    yield does("pyarrow.Table.from_pylist", "5000 dicts", lambda: pyarrow.Table.from_pylist(people))
    yield does("pyarrow.Table.to_pylist", "20000 rows", table[:20000].to_pylist)
    yield does("pyarrow.Table.to_pydict", "20000 rows", table[:20000].to_pydict)
    yield does("pyarrow.ChunkedArray.to_pylist", "50000 values", table["v"][:50000].to_pylist)
    yield does("pyarrow.Array.to_pylist", "50000 values", table["v"].chunk(0)[:50000].to_pylist)
    yield does("pyarrow.Table.to_pandas", "300000 rows", lambda: table.to_pandas(use_threads=False))
    yield does("pyarrow.Table.from_pandas", "300000 rows", lambda frame=table.to_pandas(): pyarrow.Table.from_pandas(frame))
    shutil.rmtree(folder, ignore_errors=True)


@group
def polars_calls():
    import numpy, polars

    rng = numpy.random.default_rng(1)
    frame = polars.DataFrame({"k": rng.integers(0, 1000, 500000), "v": rng.random(500000)})
    for name, arguments in {
        "sort": ("v",), "join": (frame.unique("k"), "k"), "filter": (polars.col("v") > 0.5,), "select": (polars.col("v").sin().sum(),), "with_columns": ((polars.col("v") * 2).sin().alias("w"),), "unique": ("k",),
        "describe": (), "sample": (100000,), "lazy": (), "group_by": ("k",),
    }.items():  # fmt: skip
        yield does("polars.DataFrame." + name, "500000 rows", lambda function=getattr(frame, name), arguments=arguments: function(*arguments))
    yield does("polars.concat", "3 × 500000 rows", lambda: polars.concat([frame] * 3, rechunk=True))
    yield does("polars.LazyFrame.collect", "500000 rows", lambda lazy=frame.lazy().with_columns((polars.col("v") * 2).sin().alias("w")): lazy.collect())
    yield does("polars.LazyFrame.collect", "500000 rows, grouped", lambda lazy=frame.lazy().group_by("k").agg(polars.col("v").sum()): lazy.collect())
    folder = tempfile.mkdtemp()
    path = os.path.join(folder, "f")
    for kind in ("csv", "parquet", "json"):
        yield does("polars.DataFrame.write_" + kind, "100000 rows", lambda function=getattr(frame[:100000], "write_" + kind), kind=kind: function(path + kind))
        yield does("polars.read_" + kind, "100000 rows", lambda function=getattr(polars, "read_" + kind), kind=kind: function(path + kind))
    yield does("polars.read_ipc", "500000 rows", lambda written=frame.write_ipc(path + "i"): polars.read_ipc(path + "i", memory_map=False))
    yield does("polars.scan_csv", "100000 rows", lambda: polars.scan_csv(path + "csv"))
    yield does("polars.Series.to_list", "500000 floats", frame["v"].to_list)
    yield does("polars.DataFrame.rows", "50000 rows", frame[:50000].rows)
    yield does("polars.DataFrame.to_dicts", "20000 rows", frame[:20000].to_dicts)
    yield does("polars.DataFrame", "5000 dicts", lambda: polars.DataFrame(people))
    yield does("polars.Series.map_elements", "20000 floats, lambda", lambda: frame["v"][:20000].map_elements(lambda x: x + 1, return_dtype=polars.Float64))
    shutil.rmtree(folder, ignore_errors=True)


@group
def torch_calls():
    import torch

    torch.set_num_threads(1)
    torch.manual_seed(1)
    long, square, batch = torch.rand(1000000), torch.rand(300, 300), torch.rand(20, 100, 100)
    definite = square @ square.T + torch.eye(300)
    places = torch.randint(0, 1000000, (300000,))
    unary = "exp log sin cos tanh sqrt abs sigmoid relu cumsum cumprod sum mean std var argmax argmin argsort nonzero unique norm".split()
    binary = "add sub mul div pow".split()
    for name in unary:
        arguments = (0,) if name in ("cumsum", "cumprod") else ()
        yield does("torch." + name, "1000000 floats", lambda function=getattr(torch, name), arguments=arguments: function(long, *arguments))
        if hasattr(torch.Tensor, name):
            yield does("torch.Tensor." + name, "1000000 floats", lambda function=getattr(long, name), arguments=arguments: function(*arguments))
    for name in binary:
        yield does("torch." + name, "1000000 floats", lambda function=getattr(torch, name): function(long, long))
        yield does("torch.Tensor." + name, "1000000 floats", lambda function=getattr(long, name): function(long))
    yield does("torch.add", "10 floats", lambda few=torch.rand(10): torch.add(few, few))
    for name in "__add__ __sub__ __mul__ __truediv__".split():
        yield does("torch.Tensor." + name, "1000000 floats", lambda function=getattr(long, name): function(long))
    for name, arguments in {
        "matmul": (square, square), "mm": (square, square), "bmm": (batch, batch), "mv": (torch.rand(2000, 2000), torch.rand(2000)), "dot": (long, long), "softmax": (square, 1), "clamp": (long, 0.2, 0.8),
        "where": (long > 0.5, long, long), "cat": ([long, long],), "stack": ([long, long],), "gather": (long, 0, places), "index_select": (long, 0, places), "cdist": (square, square), "einsum": ("ij,jk->ik", square, square),
        "max": (long,), "min": (long,), "sort": (long,), "topk": (long, 100), "zeros": (2000000,), "ones": (2000000,), "full": ((2000000,), 1.5), "rand": (1000000,), "randn": (1000000,), "randint": (0, 9, (1000000,)),
        "randperm": (300000,), "arange": (2000000,), "linspace": (0, 1, 2000000), "eye": (1000,), "tensor": ([1.5] * 100000,),
        "conv1d": (torch.rand(4, 8, 3000), torch.rand(8, 8, 5)), "conv2d": (torch.rand(4, 3, 100, 100), torch.rand(8, 3, 3, 3)), "conv3d": (torch.rand(1, 3, 20, 40, 40), torch.rand(4, 3, 3, 3, 3)),
    }.items():  # fmt: skip
        yield does("torch." + name, "large", lambda function=getattr(torch, name), arguments=arguments: function(*arguments))
    for name, receiver, arguments in (
        ("matmul", square, (square,)), ("mm", square, (square,)), ("__matmul__", square, (square,)), ("softmax", square, (1,)), ("clamp", long, (0.2, 0.8)), ("gather", long, (0, places)), ("index_select", long, (0, places)),
        ("clone", long, ()), ("contiguous", torch.rand(1000, 1000).T, ()), ("float", long.double(), ()), ("double", long, ()), ("max", long, ()), ("min", long, ()), ("sort", long, ()), ("topk", long, (100,)), ("tolist", long[:300000], ()), ("item", torch.rand(1), ()),
    ):  # fmt: skip
        yield does("torch.Tensor." + name, "large" if name != "item" else "one float", lambda function=getattr(receiver, name), arguments=arguments: function(*arguments))
    for name, arguments in {"svd": (square,), "inv": (definite,), "solve": (definite, square), "eigh": (definite,), "qr": (square,), "cholesky": (definite,), "norm": (torch.rand(1500, 1500),), "det": (definite,)}.items():
        yield does("torch.linalg." + name, "300 × 300", lambda function=getattr(torch.linalg, name), arguments=arguments: function(*arguments))
    for name in "fft ifft".split():
        yield does("torch.fft." + name, "1000000 floats", lambda function=getattr(torch.fft, name): function(long))
    functional = torch.nn.functional
    yield does("torch.nn.functional.linear", "300 × 300", lambda: functional.linear(square, square))
    yield does("torch.nn.functional.relu", "1000000 floats", lambda: functional.relu(long))
    yield does("torch.nn.functional.softmax", "300 × 300", lambda: functional.softmax(square, 1))
    yield does("torch.nn.functional.cross_entropy", "2000 × 100", lambda rows=torch.rand(2000, 100), labels=torch.randint(0, 100, (2000,)): functional.cross_entropy(rows, labels))
    yield does("torch.nn.functional.conv2d", "4 × 3 × 100 × 100", lambda rows=torch.rand(4, 3, 100, 100), kernel=torch.rand(8, 3, 3, 3): functional.conv2d(rows, kernel))
    layers = torch.nn.Sequential(torch.nn.Linear(300, 300), torch.nn.ReLU(), torch.nn.Linear(300, 10))
    yield does("torch.nn.Module.__call__", "300 × 300", lambda: layers(square))
    yield does("torch.Tensor.backward", "300 × 300, with the forward pass", lambda: layers(square).sum().backward())
    adam = torch.optim.Adam(layers.parameters())
    yield does("torch.optim.Adam.step", "93000 parameters", adam.step)
    sgd = torch.optim.SGD(layers.parameters())
    yield does("torch.optim.SGD.step", "93000 parameters", sgd.step)
    yield does("torch.save", "1000000 floats", lambda: torch.save(long, io.BytesIO()))
    yield does("torch.set_num_threads", "", lambda: torch.set_num_threads(1))
    yield does("torch.manual_seed", "", lambda: torch.manual_seed(1))


@group
def tensorflow_calls():
    import tensorflow

    tensorflow.config.threading.set_intra_op_parallelism_threads(1)
    tensorflow.config.threading.set_inter_op_parallelism_threads(1)
    square, long = tensorflow.random.uniform((400, 400)), tensorflow.random.uniform((2000000,))
    yield does("tensorflow.matmul", "400 × 400", lambda: tensorflow.matmul(square, square).numpy())
    for name in "add multiply".split():
        yield does("tensorflow." + name, "2000000 floats", lambda function=getattr(tensorflow, name): function(long, long).numpy())
    for name in "reduce_sum reduce_mean".split():
        yield does("tensorflow." + name, "2000000 floats", lambda function=getattr(tensorflow, name): function(long).numpy())
    yield does("tensorflow.nn.conv2d", "4 × 100 × 100 × 3", lambda rows=tensorflow.random.uniform((4, 100, 100, 3)), kernel=tensorflow.random.uniform((3, 3, 3, 8)): tensorflow.nn.conv2d(rows, kernel, 1, "SAME").numpy())
    for name in "softmax relu".split():
        yield does("tensorflow.nn." + name, "400 × 400", lambda function=getattr(tensorflow.nn, name): function(square).numpy())
    yield does("tensorflow.linalg.inv", "400 × 400", lambda: tensorflow.linalg.inv(square).numpy())
    yield does("tensorflow.image.resize", "400 × 400", lambda picture=tensorflow.random.uniform((400, 400, 3)): tensorflow.image.resize(picture, (800, 800)).numpy())


@group
def jax_calls():
    import jax, jax.numpy

    square = jax.numpy.ones((600, 600))
    product = jax.jit(lambda a: a @ a @ a)
    product(square).block_until_ready()
    yield does("jax.block_until_ready", "3 × 600 × 600", lambda: jax.block_until_ready(product(square)))
    yield does("jax.Array.block_until_ready", "3 × 600 × 600", lambda: product(square).block_until_ready())
    yield does("jax.device_get", "600 × 600", lambda: jax.device_get(product(square)))


@group
def lxml_calls():
    from lxml import etree, html

    markup = "<r>" + "<i a='1'>text</i>" * 20000 + "</r>"
    page = "<html><body>" + "<p class=x>text <b>bold</b></p>" * 5000 + "</body></html>"
    tree = etree.fromstring(markup)
    yield does("lxml.etree.XML", "20000 elements", lambda: etree.XML(markup))
    yield does("lxml.etree.HTML", "5000 elements", lambda: etree.HTML(page))
    yield does("lxml.html.fromstring", "5000 elements", lambda: html.fromstring(page))
    yield does("lxml.html.document_fromstring", "5000 elements", lambda: html.document_fromstring(page))
    yield does("lxml.etree.parse", "20000 elements, of memory", lambda data=markup.encode(): etree.parse(io.BytesIO(data)))
    folder = tempfile.mkdtemp()
    path = os.path.join(folder, "f.xml")
    with open(path, "w") as file:
        file.write(markup)
    yield does("lxml.etree.parse", "20000 elements, of a file", lambda: etree.parse(path))
    yield does("lxml.etree._ElementTree.write", "20000 elements", lambda: etree.ElementTree(tree).write(path))
    yield does("lxml.html.tostring", "5000 elements", lambda page=html.fromstring(page): html.tostring(page))
    yield does("lxml.etree._Element.xpath", "20000 elements", lambda: tree.xpath("//i[@a='2']"))
    yield does("lxml.etree.XPath.__call__", "20000 elements", lambda find=etree.XPath("//i[@a='2']"): find(tree))
    yield does("lxml.etree._Element.findall", "20000 elements", lambda: tree.findall("i"))
    yield does("lxml.etree._Element.iter", "20000 elements", lambda: list(tree.iter()))
    yield does("lxml.etree.iterparse", "20000 elements", lambda data=markup.encode(): [None for _ in etree.iterparse(io.BytesIO(data))])
    style = etree.XSLT(etree.XML("<xsl:stylesheet version='1.0' xmlns:xsl='http://www.w3.org/1999/XSL/Transform'><xsl:template match='i'><b><xsl:value-of select='.'/></b></xsl:template></xsl:stylesheet>"))
    yield does("lxml.etree.XSLT.__call__", "20000 elements", lambda: style(tree))
    schema = etree.RelaxNG(etree.XML("<element name='r' xmlns='http://relaxng.org/ns/structure/1.0'><zeroOrMore><element name='i'><attribute name='a'/><text/></element></zeroOrMore></element>"))
    yield does("lxml.etree.RelaxNG.validate", "20000 elements", lambda: schema.validate(tree))
    shutil.rmtree(folder, ignore_errors=True)


@group
def cryptography_calls():
    import cryptography
    from cryptography import fernet
    from cryptography.hazmat.primitives import hashes, hmac
    from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
    from cryptography.hazmat.primitives.ciphers import Cipher, aead, algorithms, modes
    from cryptography.hazmat.primitives.kdf.hkdf import HKDF
    from cryptography.hazmat.primitives.kdf.pbkdf2 import PBKDF2HMAC
    from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

    version = {"packageVersion": cryptography.__version__}
    root = "cryptography.hazmat.primitives."
    data = {"positional": [{"bytes": len(block)}]}
    sealed = {"positional": [{}, {"bytes": len(block)}, {}]}
    yield does(root + "hashes.Hash.update", "1 MiB", lambda own=hashes.Hash(hashes.SHA256()): own.update(block), **data, **version)
    yield does(root + "hmac.HMAC.update", "1 MiB", lambda own=hmac.HMAC(b"key", hashes.SHA256()): own.update(block), **data, **version)
    yield does(root + "ciphers.CipherContext.update", "1 MiB", lambda own=Cipher(algorithms.AES(bytes(32)), modes.CBC(bytes(16))).encryptor(): own.update(block), **data, **version)
    for name in "AESGCM ChaCha20Poly1305".split():
        box = getattr(aead, name)(bytes(32))
        closed = box.encrypt(bytes(12), block, None)
        yield does(root + "ciphers.aead.%s.encrypt" % name, "1 MiB", lambda box=box: box.encrypt(bytes(12), block, None), **sealed, **version)
        yield does(root + "ciphers.aead.%s.decrypt" % name, "1 MiB", lambda box=box, closed=closed: box.decrypt(bytes(12), closed, None), **sealed, **version)
    private = rsa.generate_private_key(65537, 2048)
    signature = private.sign(b"x", padding.PKCS1v15(), hashes.SHA256())
    yield does(root + "asymmetric.rsa.RSAPrivateKey.sign", "2048 bits", lambda: private.sign(b"x", padding.PKCS1v15(), hashes.SHA256()), **version)
    yield does(root + "asymmetric.rsa.RSAPublicKey.verify", "2048 bits", lambda public=private.public_key(): public.verify(signature, b"x", padding.PKCS1v15(), hashes.SHA256()), **version)
    curve = ec.generate_private_key(ec.SECP384R1())
    yield does(root + "asymmetric.ec.generate_private_key", "P-384", lambda: ec.generate_private_key(ec.SECP384R1()), **version)
    yield does(root + "asymmetric.ec.EllipticCurvePrivateKey.sign", "P-384", lambda: curve.sign(b"x", ec.ECDSA(hashes.SHA256())), **version)
    yield does(root + "asymmetric.ec.EllipticCurvePrivateKey.exchange", "P-384", lambda: curve.exchange(ec.ECDH(), curve.public_key()), **version)
    yield does(root + "kdf.pbkdf2.PBKDF2HMAC.derive", "20000 rounds", lambda: PBKDF2HMAC(hashes.SHA256(), 32, bytes(16), 20000).derive(b"x"), **version)
    yield does(root + "kdf.scrypt.Scrypt.derive", "n=4096", lambda: Scrypt(salt=bytes(16), length=32, n=4096, r=8, p=1).derive(b"x"), **version)
    yield does(root + "kdf.hkdf.HKDF.derive", "32 B", lambda: HKDF(hashes.SHA256(), 32, None, b"").derive(b"x"), **version)
    box = fernet.Fernet(fernet.Fernet.generate_key())
    yield does("cryptography.fernet.Fernet.encrypt", "1 MiB", lambda: box.encrypt(block), **version)


@group
def databases():
    import duckdb

    database = duckdb.connect(config={"threads": 1})
    database.execute("create table t as select range as a, range % 1000 as b from range(1000000)")
    yield does("duckdb.DuckDBPyConnection.execute", "a group by of 1000000 rows", lambda: database.execute("select b, sum(a * 1.5) from t group by b"))
    yield does("duckdb.DuckDBPyConnection.sql", "a group by of 1000000 rows, fetched", lambda: database.sql("select b, sum(a) from t group by b").fetchall())
    yield does("duckdb.DuckDBPyConnection.fetchall", "50000 rows", lambda: database.execute("select a from t limit 50000").fetchall())
    yield does("duckdb.DuckDBPyRelation.fetchall", "50000 rows", lambda: database.sql("select a from t limit 50000").fetchall())
    yield does("duckdb.DuckDBPyConnection.df", "500000 rows", lambda: database.execute("select a from t limit 500000").df())
    yield does("duckdb.connect", "in memory, and close", lambda: duckdb.connect(config={"threads": 1}).close())
    yield does("duckdb.DuckDBPyConnection.cursor", "", database.cursor)


@group
def sqlalchemy_calls():
    import sqlalchemy, sqlalchemy.pool

    engine = sqlalchemy.create_engine("sqlite://", poolclass=sqlalchemy.pool.StaticPool, connect_args={"check_same_thread": False})
    connection = engine.connect()
    connection.exec_driver_sql("create table t(a integer)")
    connection.exec_driver_sql("insert into t with recursive n(x) as (select 1 union all select x + 1 from n limit 100000) select x from n")
    query = sqlalchemy.text("select sum(a * 3) from t")
    yield does("sqlalchemy.engine.Connection.execute", "a sum of 100000 rows", lambda: connection.execute(query).all())
    yield does("sqlalchemy.engine.Connection.scalar", "a sum of 100000 rows", lambda: connection.scalar(query))
    yield does("sqlalchemy.engine.Connection.exec_driver_sql", "a sum of 100000 rows", lambda: connection.exec_driver_sql("select sum(a * 3) from t").all())


@group
def h5py_calls():
    import h5py, numpy

    folder = tempfile.mkdtemp()
    file = h5py.File(os.path.join(folder, "f"), "w")
    values = numpy.random.default_rng(1).random(1000000)
    file["x"] = values
    packed = file.create_dataset("z", data=values[:300000], compression="gzip")
    yield does("h5py.Dataset.__getitem__", "1000000 floats", lambda: file["x"][:])
    yield does("h5py.Dataset.__getitem__", "300000 floats, gzip", lambda: packed[:])
    yield does("h5py.Dataset.__setitem__", "1000000 floats", lambda plain=file["x"]: plain.__setitem__(slice(None), values))
    yield does("h5py.File.flush", "", file.flush)
    file.close()
    shutil.rmtree(folder, ignore_errors=True)


@group
def serializers():
    import json

    document = json.dumps(people)
    for module in ("orjson", "ujson", "simplejson", "rapidjson"):
        try:
            own = importlib.import_module(module)
        except ImportError:
            continue
        yield does(module + ".dumps", "5000 dicts", lambda own=own: own.dumps(people))
        yield does(module + ".loads", "%d characters" % len(document), lambda own=own: own.loads(document))
    try:
        import msgpack

        packed = msgpack.packb(people)
        yield does("msgpack.packb", "5000 dicts", lambda: msgpack.packb(people))
        yield does("msgpack.unpackb", "5000 dicts", lambda: msgpack.unpackb(packed))
        yield does("msgpack.dumps", "5000 dicts", lambda: msgpack.dumps(people))
        yield does("msgpack.loads", "5000 dicts", lambda: msgpack.loads(packed))
        yield does("msgpack.Packer.pack", "5000 dicts", lambda packer=msgpack.Packer(): packer.pack(people))
        yield does("msgpack.Unpacker.unpack", "5000 dicts", lambda: (lambda reader: (reader.feed(packed), reader.unpack()))(msgpack.Unpacker()))
    except ImportError:
        pass
    try:
        import bs4

        page = "<table>%s</table>" % "".join("<tr><td><a href='/%d'>%s</a></td><td>a few words</td></tr>" % (i, i) for i in range(500))
        for parser in ("html.parser", "html5lib"):
            yield does("bs4.BeautifulSoup", "%d characters, %s" % (len(page), parser), lambda p=parser: bs4.BeautifulSoup(page, p))
        yield does("bs4.Tag.select", "500 rows", lambda tree=bs4.BeautifulSoup(page, "html.parser"): tree.select("tr td a"))
    except ImportError:
        pass
    try:
        import markdown

        text = "# Title\n\nsome *text* with `code` and [a link](/page)\n\n- one\n- two\n\n" * 100
        yield does("markdown.markdown", "%d characters" % len(text), lambda: markdown.markdown(text))
    except ImportError:
        pass
    try:
        import yaml

        yield does("yaml.safe_dump", "50 dicts", lambda: yaml.safe_dump(people[:50]))
        yield does("yaml.safe_load", "50 dicts", lambda data=yaml.safe_dump(people[:50]): yaml.safe_load(data))
        yield does("yaml.safe_load_all", "50 dicts", lambda data=yaml.safe_dump(people[:50]): list(yaml.safe_load_all(data)))
    except ImportError:
        pass
    try:
        import bson

        yield does("bson.encode", "5000 dicts", lambda: bson.encode({"a": people}))
        yield does("bson.decode", "5000 dicts", lambda data=bson.encode({"a": people}): bson.decode(data))
    except ImportError:
        pass


@group
def compressors():
    import json

    data = json.dumps(people).encode()
    try:
        import zstandard

        yield does("zstandard.compress", "%d B" % len(data), lambda: zstandard.compress(data))
        yield does("zstandard.decompress", "%d B" % len(data), lambda packed=zstandard.compress(data): zstandard.decompress(packed))
        yield does("zstandard.ZstdCompressor.copy_stream", "%d B" % len(data), lambda: zstandard.ZstdCompressor().copy_stream(io.BytesIO(data), io.BytesIO()))
        yield does("zstandard.ZstdDecompressor.copy_stream", "%d B" % len(data), lambda packed=zstandard.compress(data): zstandard.ZstdDecompressor().copy_stream(io.BytesIO(packed), io.BytesIO()))
    except ImportError:
        pass
    try:
        import lz4.block, lz4.frame

        yield does("lz4.block.compress", "4 MiB", lambda long=data * 10: lz4.block.compress(long))
        yield does("lz4.block.decompress", "4 MiB", lambda packed=lz4.block.compress(data * 10): lz4.block.decompress(packed))
        yield does("lz4.frame.LZ4FrameCompressor.compress", "4 MiB", lambda long=data * 10: (lambda own: (own.begin(), own.compress(long)))(lz4.frame.LZ4FrameCompressor()))
        yield does("lz4.frame.LZ4FrameDecompressor.decompress", "4 MiB", lambda packed=lz4.frame.compress(data * 10): lz4.frame.LZ4FrameDecompressor().decompress(packed))
    except ImportError:
        pass
    try:
        import brotli

        packed = brotli.compress(data, quality=5)
        yield does("brotli.compress", "%d B, quality 5" % len(data), lambda: brotli.compress(data, quality=5))
        yield does("brotli.decompress", "%d B" % len(packed), lambda: brotli.decompress(packed))
        yield does("brotli.Compressor.process", "%d B" % len(data), lambda: brotli.Compressor(quality=5).process(data))
        yield does("brotli.Compressor.finish", "after %d B" % len(data), lambda: (lambda own: (own.process(data), own.finish()))(brotli.Compressor(quality=5)))
        yield does("brotli.Decompressor.process", "%d B" % len(packed), lambda: brotli.Decompressor().process(packed))
    except ImportError:
        pass


@group
def hashes_and_passwords():
    try:
        import xxhash

        long = {"positional": [{"bytes": 8 * len(block)}]}
        short = {"positional": [{"bytes": 64}]}
        many = block * 8
        for kind in "xxh32 xxh64 xxh3_64 xxh128".split():
            for name in (kind, kind + "_digest", kind + "_hexdigest", kind + "_intdigest"):
                yield does("xxhash." + name, "8 MiB", lambda function=getattr(xxhash, name): function(many), **long)
            yield does("xxhash." + kind, "64 B", lambda function=getattr(xxhash, kind): function(block[:64]), **short)
    except ImportError:
        pass
    try:
        import bcrypt

        salt = bcrypt.gensalt(5)
        done = bcrypt.hashpw(b"password", salt)
        yield does("bcrypt.checkpw", "cost 5", lambda: bcrypt.checkpw(b"password", done))
        yield does("bcrypt.kdf", "10 rounds", lambda: bcrypt.kdf(b"password", b"salt", 32, 10, ignore_few_rounds=True))
        yield does("bcrypt.gensalt", "", bcrypt.gensalt)
    except ImportError:
        pass
    try:
        import argon2
        import argon2.low_level

        hasher = argon2.PasswordHasher(time_cost=1, memory_cost=8192, parallelism=1)
        done = hasher.hash("password")
        yield does("argon2.PasswordHasher.hash", "8 MiB", lambda: hasher.hash("password"))
        yield does("argon2.PasswordHasher.verify", "8 MiB", lambda: hasher.verify(done, "password"))
        yield does("argon2.low_level.hash_secret", "8 MiB", lambda: argon2.low_level.hash_secret(b"password", bytes(16), 1, 8192, 1, 32, argon2.low_level.Type.ID))
        yield does("argon2.low_level.hash_secret_raw", "8 MiB", lambda: argon2.low_level.hash_secret_raw(b"password", bytes(16), 1, 8192, 1, 32, argon2.low_level.Type.ID))
    except ImportError:
        pass
    try:
        import nacl.hash, nacl.pwhash, nacl.secret, nacl.signing

        box = nacl.secret.SecretBox(bytes(32))
        yield does("nacl.secret.SecretBox.encrypt", "1 MiB", lambda: box.encrypt(block))
        yield does("nacl.secret.SecretBox.decrypt", "1 MiB", lambda sealed=box.encrypt(block): box.decrypt(sealed))
        yield does("nacl.hash.blake2b", "1 MiB", lambda: nacl.hash.blake2b(block))
        yield does("nacl.signing.SigningKey.sign", "1 MiB", lambda key=nacl.signing.SigningKey.generate(): key.sign(block))
        yield does("nacl.pwhash.argon2id.kdf", "8 MiB", lambda: nacl.pwhash.argon2id.kdf(32, b"password", bytes(16), opslimit=1, memlimit=8 << 20))
    except ImportError:
        pass
    try:
        from Crypto.Cipher import AES
        from Crypto.Hash import SHA256, SHA512
        from Crypto.Protocol.KDF import scrypt
        from Crypto.PublicKey import RSA

        yield does("Crypto.Hash.SHA256.SHA256Hash.update", "1 MiB", lambda: SHA256.new().update(block))
        yield does("Crypto.Hash.SHA512.SHA512Hash.update", "1 MiB", lambda: SHA512.new().update(block))
        yield does("Crypto.Cipher.AES.CbcMode.encrypt", "1 MiB", lambda: AES.new(bytes(16), AES.MODE_CBC, bytes(16)).encrypt(block))
        yield does("Crypto.Protocol.KDF.scrypt", "n=4096", lambda: scrypt("p", "s", 32, 4096, 8, 1))
        yield does("Crypto.PublicKey.RSA.generate", "1024 bits", lambda: RSA.generate(1024))
    except ImportError:
        pass


@group
def texts():
    try:
        import regex

        pattern = regex.compile(r"[\w.]+@[\w.]+ZZ|(\d+)")
        part = text[:200000]
        facts = {"bytes": 200000, "type": "builtins.str"}
        for name in "search match fullmatch split findall".split():
            subject = "no digits here " * 20000 if name == "search" else part
            yield does("regex.Pattern." + name, "200000 characters", lambda function=getattr(pattern, name), subject=subject: function(subject), positional=[facts], keywords=[])
            yield does("regex." + name, "200000 characters", lambda function=getattr(regex, name), subject=subject: function(pattern, subject), positional=[{}, facts], keywords=[])
        yield does("regex.Pattern.findall", "200000 B", lambda data=part.encode(), own=regex.compile(rb"[\w.]+@[\w.]+ZZ|(\d+)"): own.findall(data), positional=[{"bytes": 200000, "type": "builtins.bytes"}], keywords=[])
        yield does("regex.sub", "200000 characters", lambda: regex.sub(pattern, "x", part), positional=[{}, {"literal": "x", "type": "builtins.str"}, facts], keywords=[])
        yield does("regex.sub", "200000 characters, lambda", lambda: regex.sub(pattern, lambda match: "x", part), positional=[{}, {"callback": "python"}, facts], keywords=[])
        yield does("regex.compile", "a new pattern", lambda: (regex.purge(), regex.compile(r"(a|b)*[c-z]{3,5}")))
    except ImportError:
        pass
    try:
        import rapidfuzz, rapidfuzz.process

        names = ["name %d" % i for i in range(10000)]
        for name in "ratio partial_ratio token_sort_ratio token_set_ratio WRatio".split():
            yield does("rapidfuzz.fuzz." + name, "2 × 1500 characters", lambda function=getattr(rapidfuzz.fuzz, name): function(text[:1500], text[300:1800]))
        for name in "extract extractOne".split():
            yield does("rapidfuzz.process." + name, "10000 choices", lambda function=getattr(rapidfuzz.process, name): function("name 777", names))
        yield does("rapidfuzz.process.extract_iter", "10000 choices, exhausted", lambda: list(rapidfuzz.process.extract_iter("name 777", names)))
        yield does("rapidfuzz.process.cdist", "500 × 500", lambda: rapidfuzz.process.cdist(names[:500], names[:500], workers=1))
    except ImportError:
        pass
    try:
        import tokenizers, tokenizers.models, tokenizers.pre_tokenizers, tokenizers.trainers

        own = tokenizers.Tokenizer(tokenizers.models.BPE())
        own.pre_tokenizer = tokenizers.pre_tokenizers.Whitespace()
        lines = ["lorem ipsum dolor sit amet %d" % i for i in range(2000)]
        own.train_from_iterator(lines, tokenizers.trainers.BpeTrainer(vocab_size=500, show_progress=False))
        yield does("tokenizers.Tokenizer.encode_batch", "2000 lines", lambda: own.encode_batch(lines))
        yield does("tokenizers.Tokenizer.encode", "100000 characters", lambda: own.encode(text[:100000]))
        identifiers = own.encode(text[:100000]).ids
        yield does("tokenizers.Tokenizer.decode", "100000 characters", lambda: own.decode(identifiers))
        yield does("tokenizers.Tokenizer.decode_batch", "20 × 100000 characters", lambda: own.decode_batch([identifiers] * 20))
    except ImportError:
        pass


@group
def science():
    import numpy

    rng = numpy.random.default_rng(1)
    try:
        import faiss

        faiss.omp_set_num_threads(1)
        rows = rng.random((20000, 64)).astype("float32")
        flat = faiss.IndexFlatL2(64)
        flat.add(rows)
        yield does("faiss.IndexFlatL2.search", "100 in 20000 × 64", lambda: flat.search(rows[:100], 5))
        yield does("faiss.IndexFlatL2.add", "20000 × 64", lambda: faiss.IndexFlatL2(64).add(rows))
        cells = faiss.IndexIVFFlat(faiss.IndexFlatL2(64), 64, 50)
        yield does("faiss.IndexIVFFlat.train", "5000 × 64", lambda: faiss.IndexIVFFlat(faiss.IndexFlatL2(64), 64, 50).train(rows[:5000]))
        cells.train(rows)
        cells.add(rows)
        yield does("faiss.IndexIVFFlat.search", "1000 in 20000 × 64", lambda: cells.search(rows[:1000], 5))
    except ImportError:
        pass
    try:
        import numexpr

        numexpr.set_num_threads(1)
        long = rng.random(1000000)
        yield does("numexpr.evaluate", "1000000 floats", lambda: numexpr.evaluate("sin(long) * long + 2 * long", {"long": long}))
        yield does("numexpr.re_evaluate", "1000000 floats", lambda: numexpr.re_evaluate({"long": long}))
    except ImportError:
        pass
    try:
        import numba

        def loop(count):
            total = 0.0
            for i in range(count):
                total += i * 0.5 % 3
            return total

        held, free = numba.njit(loop), numba.njit(nogil=True)(loop)
        held(10), free(10)
        yield does("numba.njit", "a compiled loop of 2000000, by default", lambda: held(2000000), positional=[{"callback": "python"}], keywords=[])
        yield does("numba.njit", "a compiled loop of 2000000, nogil=True", lambda: free(2000000), positional=[], keywords=[{"name": "nogil", "value": {"literal": True}}])
    except ImportError:
        pass
    try:
        import shapely

        points = shapely.points(rng.random((20000, 2)))
        areas = shapely.buffer(points[:3000], 0.01)
        for name, arguments in {
            "buffer": (points[:3000], 0.01), "area": (areas,), "length": (areas,), "distance": (areas, areas[::-1]), "intersects": (areas, areas[::-1]), "contains": (areas, areas[::-1]), "within": (areas, areas[::-1]), "touches": (areas, areas[::-1]),
            "crosses": (areas, areas[::-1]), "overlaps": (areas, areas[::-1]), "union_all": (areas[:500],), "unary_union": (areas[:500],), "intersection": (areas, areas[::-1]), "difference": (areas, areas[::-1]), "simplify": (areas, 0.01),
            "centroid": (areas,), "convex_hull": (areas,), "points": (rng.random((20000, 2)),), "linestrings": (rng.random((5000, 4, 2)),), "polygons": (rng.random((5000, 4, 2)),), "to_wkt": (points,), "from_wkt": (shapely.to_wkt(points),),
        }.items():  # fmt: skip
            yield does("shapely." + name, "%d shapes" % len(arguments[0]), lambda function=getattr(shapely, name), arguments=arguments: function(*arguments))
    except ImportError:
        pass
    try:
        import lightgbm

        rows, labels = rng.random((3000, 20)), rng.random(3000)
        options = {"num_threads": 1, "verbose": -1, "num_leaves": 15}
        booster = lightgbm.train(options, lightgbm.Dataset(rows, labels), 5)
        yield does("lightgbm.train", "3000 × 20, 5 rounds", lambda: lightgbm.train(options, lightgbm.Dataset(rows, labels), 5))
        yield does("lightgbm.Booster.predict", "3000 × 20", lambda: booster.predict(rows, num_threads=1))
    except ImportError:
        pass
    try:
        import soundfile

        folder = tempfile.mkdtemp()
        path = os.path.join(folder, "s.flac")
        sound = rng.random((200000, 2)) - 0.5
        yield does("soundfile.write", "200000 × 2, FLAC", lambda: soundfile.write(path, sound, 44100))
        yield does("soundfile.read", "200000 × 2, FLAC", lambda: soundfile.read(path))
        shutil.rmtree(folder, ignore_errors=True)
    except ImportError:
        pass


@group
def messaging():
    import zmq

    context = zmq.Context()
    here, there = context.socket(zmq.PAIR), context.socket(zmq.PAIR)
    here.bind("inproc://probe")
    there.connect("inproc://probe")
    here.setsockopt(zmq.RCVTIMEO, 5)

    def receive(call):
        def run():
            try:
                call()
            except zmq.Again:
                pass

        return run

    for name in "recv recv_string recv_json recv_pyobj recv_multipart".split():
        yield does("zmq.Socket." + name, "nothing for 5 ms", receive(getattr(here, name)))
    yield does("zmq.Socket.poll", "5 ms", lambda: here.poll(5))
    poller = zmq.Poller()
    poller.register(here)
    yield does("zmq.Poller.poll", "5 ms", lambda: (poller.register(here, zmq.POLLIN), poller.poll(5)))
    yield does("zmq.Socket.send", "and recv", lambda: (there.send(b"x"), here.recv()))


@group
def web():
    """Clients of a server on this machine that takes 5 ms for each answer."""
    import http.client, http.server, time, urllib.request

    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self):
            time.sleep(0.005)
            self.send_response(200)
            self.send_header("Content-Length", "2")
            self.end_headers()
            self.wfile.write(b"{}")

        do_POST = do_GET

        def log_message(self, *arguments):
            pass

    # In a process of its own, so that serving does not ask for the GIL.
    import multiprocessing, socket

    listener = socket.create_server(("127.0.0.1", 0))
    port = listener.getsockname()[1]

    def serve():
        server = http.server.ThreadingHTTPServer(("127.0.0.1", port), Handler, bind_and_activate=False)
        server.socket.close()
        server.socket = listener
        server.serve_forever()

    process = multiprocessing.get_context("fork").Process(target=serve, daemon=True)
    process.start()
    address = "http://127.0.0.1:%d/" % port
    try:
        yield does("urllib.request.urlopen", "an answer after 5 ms", lambda: urllib.request.urlopen(address).read())
        connection = http.client.HTTPConnection("127.0.0.1", port)
        yield does("http.client.HTTPConnection.request", "and getresponse, after 5 ms", lambda: (connection.request("GET", "/"), connection.getresponse().read()))
        yield does("http.client.HTTPConnection.getresponse", "after 5 ms", lambda: (connection.request("GET", "/"), connection.getresponse().read()))
        yield does("http.client.HTTPResponse.read", "after 5 ms", lambda: (connection.request("GET", "/"), connection.getresponse().read()))
        for module, names in (("requests", "get post"), ("urllib3", "request"), ("httpx", "get post")):
            try:
                own = importlib.import_module(module)
            except ImportError:
                continue
            for name in names.split():
                yield does("%s.%s" % (module, name), "an answer after 5 ms", lambda function=getattr(own, name), module=module: function(*(("GET", address) if module == "urllib3" else (address,))))
            if module == "requests":
                session = own.Session()
                for name in "get post request".split():
                    yield does("requests.Session." + name, "an answer after 5 ms", lambda function=getattr(session, name), name=name: function(*(("GET", address) if name == "request" else (address,))))
            if module == "urllib3":
                pool = own.PoolManager()
                yield does("urllib3.PoolManager.request", "an answer after 5 ms", lambda: pool.request("GET", address))
            if module == "httpx":
                client = own.Client()
                for name in "get post request".split():
                    yield does("httpx.Client." + name, "an answer after 5 ms", lambda function=getattr(client, name), name=name: function(*(("GET", address) if name == "request" else (address,))))
    finally:
        process.terminate()
        process.join()


@group
def further_calls():
    """More of the calls that programs make of those packages; a package that is missing costs its own only."""
    import numpy

    rng = numpy.random.default_rng(1)
    for calls in (further_numbers, further_tables, further_learning, further_pictures, further_data, further_shapes, further_messages, further_tensors):
        try:
            yield from calls(rng)
        except ImportError as error:
            print("%s is left out: %s" % (calls.__name__, error), file=sys.stderr)


def further_numbers(rng):
    import scipy.io
    import scipy.signal

    signal = rng.random(60000)
    yield does("scipy.signal.convolve", "60000 and 2000, direct", lambda: scipy.signal.convolve(signal, signal[:2000], method="direct"))
    yield does("scipy.signal.convolve", "60000 and 60000, fft", lambda: scipy.signal.convolve(signal, signal, method="fft"))
    path = os.path.join(tempfile.mkdtemp(), "data.mat")
    scipy.io.savemat(path, {"a": rng.random((700, 700))})
    yield does("scipy.io.loadmat", "700 × 700", lambda: scipy.io.loadmat(path))
    yield does("scipy.io.savemat", "700 × 700", lambda data=rng.random((700, 700)): scipy.io.savemat(path, {"a": data}))


def further_tables(rng):
    import pandas

    table = pandas.DataFrame({"a": rng.random(300000), "b": rng.integers(0, 9, 300000)})
    yield does("pandas.DataFrame.query", "300000 rows", lambda: table.query("a > 0.5 and b == 3"))
    yield does("pandas.DataFrame.eval", "300000 rows", lambda: table.eval("a * 2 + b"))
    import polars

    frame = polars.DataFrame({"a": rng.random(500000), "b": rng.integers(0, 9, 500000)})
    yield does("polars.DataFrame.to_pandas", "500000 rows", frame.to_pandas)
    yield does("polars.dataframe.group_by.GroupBy.agg", "500000 rows", lambda: frame.group_by("b").agg(polars.col("a").sum()))
    yield does("polars.Series.sum", "500000", frame["a"].sum)
    yield does("polars.Series.sort", "500000", frame["a"].sort)
    yield does("polars.Series.map_elements", "20000, lambda", lambda part=frame["a"].head(20000): part.map_elements(lambda x: x + 1, return_dtype=polars.Float64))
    yield does("polars.Series.to_list", "500000", frame["a"].to_list)
    yield does("polars.Series.to_numpy", "500000", frame["a"].to_numpy)
    import duckdb
    import pyarrow

    connection = duckdb.connect()
    connection.execute("create table t as select range a, range % 9 b from range(500000)")
    yield does("duckdb.DuckDBPyRelation.pl", "500000 rows", lambda: connection.sql("select * from t").pl())
    yield does("duckdb.DuckDBPyRelation.fetchall", "100000 rows", lambda: connection.sql("select * from t limit 100000").fetchall())
    import pyarrow.compute
    import pyarrow.dataset
    import pyarrow.parquet

    arrow = pyarrow.table({"a": rng.random(500000), "b": rng.integers(0, 9, 500000)})
    folder = tempfile.mkdtemp()
    pyarrow.parquet.write_table(arrow, os.path.join(folder, "a.parquet"))
    yield does("pyarrow.compute.equal", "500000", lambda: pyarrow.compute.equal(arrow["b"], 3))
    yield does("pyarrow.compute.cast", "500000", lambda: pyarrow.compute.cast(arrow["b"], pyarrow.float64()))
    yield does("pyarrow.compute.add", "500000", lambda: pyarrow.compute.add(arrow["a"], arrow["b"]))
    yield does("pyarrow.concat_tables", "20 tables", lambda: pyarrow.concat_tables([arrow] * 20))
    yield does("pyarrow.dataset.dataset", "one file", lambda: pyarrow.dataset.dataset(folder))


def further_learning(rng):
    from sklearn.decomposition import PCA
    from sklearn.linear_model import LinearRegression, LogisticRegression
    from sklearn.manifold import TSNE
    from sklearn.metrics import accuracy_score, pairwise_distances
    from sklearn.model_selection import GridSearchCV, cross_val_score
    from sklearn.naive_bayes import MultinomialNB
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    rows, labels = rng.random((20000, 20)), rng.integers(0, 2, 20000)
    yield does("sklearn.linear_model.LinearRegression.fit", "20000 × 20", lambda: LinearRegression().fit(rows, labels))
    yield does("sklearn.decomposition.PCA.fit", "20000 × 20", lambda: PCA(5).fit(rows))
    yield does("sklearn.decomposition.PCA.fit_transform", "20000 × 20", lambda: PCA(5).fit_transform(rows))
    yield does("sklearn.pipeline.Pipeline.fit", "scaler and logistic regression", lambda: make_pipeline(StandardScaler(), LogisticRegression()).fit(rows, labels))
    yield does("sklearn.naive_bayes.MultinomialNB.fit", "20000 × 20", lambda: MultinomialNB().fit(rows, labels))
    yield does("sklearn.model_selection.GridSearchCV.fit", "two values, 2000 rows", lambda: GridSearchCV(LogisticRegression(), {"C": [1, 2]}, cv=2).fit(rows[:2000], labels[:2000]))
    yield does("sklearn.model_selection.cross_val_score", "2000 rows", lambda: cross_val_score(LogisticRegression(), rows[:2000], labels[:2000], cv=2))
    yield does("sklearn.metrics.pairwise_distances", "1500 rows", lambda: pairwise_distances(rows[:1500]))
    yield does("sklearn.metrics.accuracy_score", "20000", lambda: accuracy_score(labels, labels))
    yield does("sklearn.manifold.TSNE.fit_transform", "200 rows", lambda: TSNE(max_iter=250).fit_transform(rows[:200]))
    import lightgbm

    yield does("lightgbm.cv", "2000 rows", lambda: lightgbm.cv({"objective": "binary", "verbose": -1, "num_threads": 1}, lightgbm.Dataset(rows[:2000], labels[:2000]), 5, nfold=2))
    import faiss

    vectors = rng.random((20000, 32)).astype("float32")
    flat, graph = faiss.IndexFlatIP(32), faiss.IndexHNSWFlat(32, 8)
    flat.add(vectors)
    path = os.path.join(tempfile.mkdtemp(), "index")
    yield does("faiss.IndexFlatIP.search", "20000 vectors, 50 queries", lambda: flat.search(vectors[:50], 5))
    yield does("faiss.IndexFlatIP.add", "20000 vectors", lambda: faiss.IndexFlatIP(32).add(vectors))
    yield does("faiss.IndexHNSWFlat.add", "200 vectors", lambda: graph.add(vectors[:200]))
    yield does("faiss.IndexHNSWFlat.search", "200 queries", lambda: graph.search(vectors[:200], 5))
    yield does("faiss.write_index", "20000 vectors", lambda: faiss.write_index(flat, path))
    faiss.write_index(flat, path)
    yield does("faiss.read_index", "20000 vectors", lambda: faiss.read_index(path))


def further_pictures(rng):
    from PIL import Image, ImageDraw, ImageEnhance

    picture = Image.fromarray(rng.integers(0, 255, (800, 800, 3)).astype("uint8"))
    draw = ImageDraw.Draw(picture)
    yield does("PIL.ImageEnhance.Brightness.enhance", "800 × 800", lambda: ImageEnhance.Brightness(picture).enhance(1.2))
    yield does("PIL.ImageEnhance.Contrast.enhance", "800 × 800", lambda: ImageEnhance.Contrast(picture).enhance(1.2))
    yield does("PIL.ImageEnhance.Sharpness.enhance", "800 × 800", lambda: ImageEnhance.Sharpness(picture).enhance(1.2))
    yield does("PIL.ImageDraw.ImageDraw.rectangle", "700 × 700, filled", lambda: draw.rectangle((50, 50, 750, 750), fill=(1, 2, 3)))
    yield does("PIL.ImageDraw.ImageDraw.line", "100 points", lambda line=[(i * 7, i * i % 800) for i in range(100)]: draw.line(line, fill=(1, 2, 3), width=3))
    yield does("PIL.ImageEnhance.Color.enhance", "800 × 800", lambda: ImageEnhance.Color(picture).enhance(1.2))
    yield does("PIL.ImageDraw.ImageDraw.ellipse", "700 × 700, filled", lambda: draw.ellipse((50, 50, 750, 750), fill=(1, 2, 3)))
    yield does("PIL.ImageDraw.ImageDraw.polygon", "100 corners, filled", lambda corners=[(i * 7, i * i % 800) for i in range(100)]: draw.polygon(corners, fill=(1, 2, 3)))
    yield does("PIL.ImageDraw.ImageDraw.text", "40 characters", lambda: draw.text((10, 10), "some text of forty characters to draw it", fill=(1, 2, 3)))
    import cv2

    image = rng.integers(0, 255, (800, 800, 3)).astype("uint8")
    gray = cv2.cvtColor(image, cv2.COLOR_BGR2GRAY)
    yield does("cv2.rectangle", "700 × 700, filled", lambda: cv2.rectangle(image, (50, 50), (750, 750), (1, 2, 3), -1))
    yield does("cv2.putText", "a large word", lambda: cv2.putText(image, "word", (50, 400), cv2.FONT_HERSHEY_SIMPLEX, 10, (1, 2, 3), 20))
    yield does("cv2.circle", "radius 300, filled", lambda: cv2.circle(image, (400, 400), 300, (1, 2, 3), -1))
    yield does("cv2.line", "width 50", lambda: cv2.line(image, (10, 10), (790, 790), (1, 2, 3), 50))
    yield does("cv2.absdiff", "800 × 800", lambda: cv2.absdiff(gray, gray))
    yield does("cv2.equalizeHist", "800 × 800", lambda: cv2.equalizeHist(gray))
    yield does("cv2.split", "800 × 800", lambda: cv2.split(image))
    yield does("cv2.flip", "800 × 800", lambda: cv2.flip(image, 1))
    yield does("cv2.inRange", "800 × 800", lambda: cv2.inRange(image, (0, 0, 0), (100, 100, 100)))
    import soundfile

    path = os.path.join(tempfile.mkdtemp(), "tone.wav")
    soundfile.write(path, rng.random(400000), 44100)
    yield does("soundfile.info", "400000 frames", lambda: soundfile.info(path))
    yield does("soundfile.blocks", "400000 frames, exhausted", lambda: sum(len(part) for part in soundfile.blocks(path, 100000)))


def further_data(rng):
    import h5py

    path = os.path.join(tempfile.mkdtemp(), "data.h5")

    def written():
        with h5py.File(path, "w") as file:
            file.create_dataset("a", data=values)

    values = rng.random((700, 700))
    yield does("h5py.File.close", "700 × 700, made and written", written)
    with h5py.File(path, "w") as file:
        yield does("h5py.Group.create_group", "", lambda names=iter(range(10**9)): file.create_group(str(next(names))))
    import zstandard

    with open(path, "wb") as file:
        file.write(block)
    compressed = path + ".zst"

    def compress():
        with zstandard.open(compressed, "wb") as target:
            target.write(block)

    yield does("zstandard.open", "1 MiB, written", compress)
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import rsa

    pem = rsa.generate_private_key(65537, 2048).private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    yield does("cryptography.hazmat.primitives.serialization.load_pem_private_key", "RSA of 2048 bits", lambda: serialization.load_pem_private_key(pem, None))
    der = rsa.generate_private_key(65537, 2048).private_bytes(serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    yield does("cryptography.hazmat.primitives.serialization.load_der_private_key", "RSA of 2048 bits", lambda: serialization.load_der_private_key(der, None))
    import lxml.etree
    import lxml.objectify

    document = ("<a>" + "<b c='1'>text</b>" * 20000 + "</a>").encode()
    yield does("lxml.objectify.parse", "20000 elements", lambda: lxml.objectify.parse(io.BytesIO(document)))
    yield does("lxml.objectify.fromstring", "20000 elements", lambda: lxml.objectify.fromstring(document))
    yield does("lxml.etree.Element", "", lambda: lxml.etree.Element("a", b="c"))
    yield does("lxml.etree.SubElement", "", lambda: lxml.etree.SubElement(lxml.etree.Element("a"), "b"))
    yield does("lxml.etree.HTMLParser", "", lxml.etree.HTMLParser)


def further_shapes(rng):
    import shapely

    points = shapely.points(rng.random((20000, 2)))
    areas = shapely.buffer(points[:3000], 0.01)
    tree, binary = shapely.STRtree(areas), shapely.to_wkb(areas)
    yield does("shapely.union", "3000 polygons", lambda: shapely.union(areas, areas[::-1]))
    yield does("shapely.STRtree.query", "3000 polygons in 3000", lambda: tree.query(areas, predicate="intersects"))
    yield does("shapely.STRtree", "20000 points", lambda: shapely.STRtree(points))
    yield does("shapely.to_wkb", "3000 polygons", lambda: shapely.to_wkb(areas))
    yield does("shapely.from_wkb", "3000 polygons", lambda: shapely.from_wkb(binary))
    yield does("shapely.prepare", "3000 polygons", lambda: shapely.prepare(areas.copy()))
    large = shapely.Polygon([(numpy_cos(i), numpy_sin(i)) for i in range(4000)])
    yield does("shapely.Polygon.buffer", "4000 corners", lambda: large.buffer(0.1))
    yield does("shapely.Polygon.intersection", "4000 corners", lambda other=shapely.affinity.translate(large, 0.1) if hasattr(shapely, "affinity") else large: large.intersection(other))
    yield does("shapely.Polygon", "2000 corners", lambda corners=[(i, i * i % 7) for i in range(2000)]: shapely.Polygon(corners))
    yield does("shapely.LineString", "2000 corners", lambda corners=[(i, i * i % 7) for i in range(2000)]: shapely.LineString(corners))
    yield does("shapely.Point", "", lambda: shapely.Point(1, 2))


def numpy_cos(step):
    import math

    return math.cos(step * math.tau / 4000) * (1 + step % 3 * 0.01)


def numpy_sin(step):
    import math

    return math.sin(step * math.tau / 4000) * (1 + step % 3 * 0.01)


def further_messages(rng):
    import zmq

    context = zmq.Context()
    yield does("zmq.Socket.bind", "and close", lambda names=iter(range(10**9)): bound(context, "inproc://%d" % next(names)))
    yield does("zmq.Socket.connect", "and close", lambda: connected(context))


def connected(context):
    import zmq

    with context.socket(zmq.PUSH) as socket:
        socket.connect("tcp://127.0.0.1:9")


def bound(context, address):
    import zmq

    with context.socket(zmq.PULL) as socket:
        socket.bind(address)


def further_tensors(rng):
    import torch

    tensor = torch.rand(1000, 1000)
    yield does("torch.Tensor.numpy", "1000 × 1000", tensor.numpy)
    yield does("torch.Tensor.tolist", "1000 × 1000", tensor.tolist)
    import jax
    import jax.numpy

    matrix = jax.numpy.ones((600, 600))
    host = rng.random((1000, 1000)).astype("float32")
    yield does("jax.numpy.dot", "600 × 600, awaited", lambda: jax.numpy.dot(matrix, matrix).block_until_ready())
    yield does("jax.numpy.array", "1000 × 1000", lambda: jax.numpy.array(host).block_until_ready())
    yield does("jax.device_put", "1000 × 1000", lambda: jax.device_put(host).block_until_ready())
    import numba.typed

    yield does("numba.typed.List", "2000 items", lambda items=list(range(2000)): numba.typed.List(items))
