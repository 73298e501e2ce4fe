#!/usr/bin/env python3
"""What threads without a GIL pay for objects that another thread made, and for objects that several use at once: JSON, nanoseconds a pass.

usage: python3.13t shared_objects.py --output measured-shared-objects.json [--only WORD ...] [--tries 7]

Each shape is a statement in a loop, in a function of an imported module whose objects the main thread made. `main` is what a pass takes there,
`worker` what it takes in one other thread, `two` what it takes each of two threads that run at the same time. `own` says that everything in it
is the thread's own, so that what is more than in the main thread is not for shared objects. The least of the tries counts for each.
"""
import argparse
import datetime
import importlib.util
import json
import os
import platform
import sys
import tempfile
import threading
import time

clock = time.perf_counter_ns
LEAST_NS = 12_000_000

MODULE = '''
import abc, collections, copy, enum, functools, hashlib, itertools, json, math, operator, random, re, struct
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

class Point:
    factor = 2.5
    table = {"a": 1}
    def __init__(self, x=0):
        self.x = x
        self.y = [x]
        self.scale = 1000.5
    def scaled(self):
        return self.x
    def of_class(self):
        return self.table
    @property
    def doubled(self):
        return self.x
    @staticmethod
    def plain(value):
        return value
    @classmethod
    def made(cls, value):
        return value

@dataclass
class Item:
    name: str
    price: float

@dataclass(frozen=True)
class Key:
    a: int
    b: int

Pair = collections.namedtuple("Pair", "left right")

class Colour(enum.Enum):
    RED = 1
    GREEN = 2

class Problem(Exception):
    pass

def helper(value):
    return value

def defaults(value, scale=1000.5, names=("a", "b")):
    return scale

def closure(factor, number):
    def inner(value):
        return value * factor + number
    return inner

def counts(limit):
    for value in range(limit):
        yield value

@functools.lru_cache(maxsize=None)
def cached(value):
    return value

class Shape(abc.ABC):
    @abc.abstractmethod
    def area(self): ...

class Square(Shape):
    def __init__(self, side):
        self.side = side
    def area(self):
        return self.side

class Base:
    def __init__(self, x):
        self.x = x

class Derived(Base):
    def __init__(self, x):
        super().__init__(x)

NEIGHBOURS = [(-1, 0), (1, 0), (0, -1), (0, 1)]
NAMES, SMALL = ["left", "right", "other"], [n % 7 for n in range(1000)]
OPERATIONS = {"+": lambda a, b: a, "-": lambda a, b: b}

POINT, ITEM, PAIR, KEY, INNER = Point(3), Item("name", 1.5), Pair(1000.5, 2000.5), Key(1, 2), closure(2.5, 1000)
FEW = [n + 1000 for n in range(20)]
NUMBERS, FLOATS, TEXTS = [n + 1000 for n in range(1000)], [n * 1.25 for n in range(1000)], ["%d-key" % n for n in range(1000)]
POINTS = [Point(n) for n in range(1000)]
ROWS = [[n + i for i in range(10)] for n in range(1000)]
OF_TEXT = {"%d-key" % n: n for n in range(1000)}
OF_NUMBER = {n + 1000: n * 1.25 for n in range(1000)}
OF_PAIR = {(n, n + 1): n for n in range(1000)}
OF_LITERAL = {"left": [1], "right": [2], "other": [3]}
OF_POINT = {"left": 1, "right": 2}
NUMBER_SET, TEXT_SET, FROZEN = set(NUMBERS), set(TEXTS), frozenset(NUMBERS)
PATTERN, CENT, DAY, HALF = re.compile(r"(\\d+)-(\\w+)"), Decimal("0.01"), date(2024, 1, 1), Fraction(1, 2)
WEEK, GETTER, PARTIAL = timedelta(days=7), operator.itemgetter(1), functools.partial(helper)
VOWELS, LETTERS = "aeiou", "x" * len(TEXTS)
WORDS = ("left", "right", "other")
'''

# name, statement, what the function makes first, whether everything is its own
SHAPES = [
    ("nothing", "pass", "", True),
    ("function of the module", "helper(i)", ""),
    ("function with default values", "defaults(i)", ""),
    ("function of a closure, made by the main thread", "INNER(i)", ""),
    ("function of a closure, own", "own(i)", "own = closure(2.5, 1000)", True),
    ("variable of a closure, own, read twice", "own()", "def within():\n        z = 1.5 * rounds\n        def reads():\n            return z + z\n        return reads\n    own = within()", True),
    ("function made in the loop", "f = lambda v: v", "", True),
    ("function made in the loop, with variables", "f = lambda v: v + rounds", "", True),
    ("class of the module, called", "Point(i)", "", True),
    ("exception raised and caught", "try:\n            raise ValueError\n        except ValueError:\n            pass", "", True),
    ("exception with text, raised and caught", "try:\n            raise ValueError('text %d' % i)\n        except ValueError:\n            pass", "", True),
    ("exception of the module, raised and caught", "try:\n            raise Problem(i)\n        except Problem:\n            pass", "", True),
    ("exception of a failed lookup", "try:\n            own[i]\n        except KeyError:\n            pass", "own = {}", True),
    ("exception through three calls", "try:\n            int('x')\n        except ValueError as error:\n            y = error", "", True),
    ("generator of ten", "for y in counts(10): pass", "", True),
    ("generator expression of ten", "sum(y for y in range(10))", "", True),
    ("list of ten, made", "y = [0] * 10", "", True),
    ("list of ten, appended", "own = []\n        for y in range(10): own.append(y)", "", True),
    ("list of ten lists", "y = [[k] for k in range(10)]", "", True),
    ("dict of ten", "y = {k: k for k in range(10)}", "", True),
    ("own dict, own text", "y = own[texts[i % 1000]]", "own = {'%d-key' % n: n for n in range(1000)}; texts = ['%d-key' % n for n in range(1000)]", True),
    ("own dict.get, own text", "y = own.get(texts[i % 1000])", "own = {'%d-key' % n: n for n in range(1000)}; texts = ['%d-key' % n for n in range(1000)]", True),
    ("own instance, attribute read", "y = own.x", "own = Point(5)", True),
    ("own instance, method", "y = own.scaled()", "own = Point(5)", True),
    ("own instance, float of its class", "y = own.factor", "own = Point(5)"),
    ("own instance, dict of its class in a method", "y = own.of_class()", "own = Point(5)"),
    ("own instance, property", "y = own.doubled", "own = Point(5)"),
    ("own instance, static method", "y = own.plain(i)", "own = Point(5)"),
    ("own instance, class method", "y = own.made(i)", "own = Point(5)"),
    ("own dataclass", "y = own.price", "own = Item('a', 1.5)", True),
    ("own list, element read", "y = own[i % 1000]", "own = [n + 1000 for n in range(1000)]", True),
    ("instance, attribute with a small number", "y = POINT.x", ""),
    ("instance, attribute with a float", "y = POINT.scale", ""),
    ("instance, attribute with a list", "y = POINT.y", ""),
    ("instance, method", "y = POINT.scaled()", ""),
    ("instance, property", "y = POINT.doubled", ""),
    ("argument instance, attribute with a float", "y = given.scale", "given = POINT"),
    ("argument instance, method", "y = given.scaled()", "given = POINT"),
    ("one of 1000 instances, attribute", "y = POINTS[i % 1000].scale", ""),
    ("dataclass, attribute with a float", "y = ITEM.price", ""),
    ("named tuple, attribute", "y = PAIR.left", ""),
    ("member of an enum", "y = Colour.RED", ""),
    ("member of an enum, its value", "y = Colour.RED.value", ""),
    ("float literal", "y = i * 2.5", ""),
    ("float literal, twice", "y = (i * 2.5) * 2.5", ""),
    ("large integer literal", "y = i & 65535", ""),
    ("tuple of literals, searched", "y = i in (1000, 2000, 3000)", ""),
    ("tuple of texts, searched", "y = text in ('left', 'right', 'other')", "text = 'other'"),
    ("set of literals, searched", "y = i in {1000, 2000, 3000}", ""),
    ("set of texts, searched", "y = text in {'left', 'right', 'other'}", "text = 'other'"),
    ("tuple of literals, read", "y = (1000, 2000)", ""),
    ("bytes literal", "y = b'abc def'", ""),
    ("text literal", "y = 'abc def ghi'", "", True),
    ("f-string", "y = f'{i} of it'", "", True),
    ("text of the module", "y = VOWELS", ""),
    ("computed text of the module", "y = LETTERS", ""),
    ("computed text of the module, searched", "y = 'a' in LETTERS", ""),
    ("literal text of the module, searched", "y = 'o' in VOWELS", ""),
    ("tuple of texts of the module, loop", "for y in WORDS: pass", ""),
    ("list, element read, small list", "y = NUMBERS[i & 3]", ""),
    ("list, element read", "y = NUMBERS[i % 1000]", ""),
    ("list, element read in turn at another place", "y = FLOATS[(i * 7 + at) % 1000]", "at = threading.get_ident() // 4096 % 997"),
    ("list of lists, two indices", "y = ROWS[i % 1000][i % 10]", ""),
    ("list of 1000, loop over ten", "for y in ROWS[i % 1000]: pass", ""),
    ("list, slice of ten", "y = NUMBERS[5:15]", ""),
    ("list, loop over a slice of ten", "for y in NUMBERS[5:15]: pass", ""),
    ("list, loop over a slice of ten at another place", "for y in NUMBERS[i * 7 % 900:i * 7 % 900 + 10]: pass", ""),
    ("own list, loop over a slice of ten", "for y in own[5:15]: pass", "own = [n + 1000 for n in range(1000)]", True),
    ("list, copy of ten", "y = ROWS[5].copy()", ""),
    ("list, sorted, ten", "y = sorted(ROWS[5])", ""),
    ("list, sum of ten", "y = sum(ROWS[5])", ""),
    ("dict, literal key, list", "y = OF_LITERAL['left']", ""),
    ("dict, literal key, number", "y = OF_POINT['left']", ""),
    ("dict.get, literal key", "y = OF_POINT.get('left')", ""),
    ("dict, own text", "y = OF_TEXT[texts[i % 1000]]", "texts = ['%d-key' % n for n in range(1000)]"),
    ("dict, its own texts", "y = OF_TEXT[TEXTS[i % 1000]]", ""),
    ("dict, own text, searched", "y = texts[i % 1000] in OF_TEXT", "texts = ['%d-key' % n for n in range(1000)]"),
    ("dict.get, own text", "y = OF_TEXT.get(texts[i % 1000])", "texts = ['%d-key' % n for n in range(1000)]"),
    ("dict.get, own text that is not there", "y = OF_TEXT.get(texts[i % 1000])", "texts = ['%d-none' % n for n in range(1000)]"),
    ("dict, own text that is not there, searched", "y = texts[i % 1000] in OF_TEXT", "texts = ['%d-none' % n for n in range(1000)]"),
    ("dict, number", "y = OF_NUMBER[1000 + i % 1000]", ""),
    ("dict.get, number", "y = OF_NUMBER.get(1000 + i % 1000)", ""),
    ("dict.get, number that is not there", "y = OF_NUMBER.get(i % 1000)", ""),
    ("dict, number, searched", "y = 1000 + i % 1000 in OF_NUMBER", ""),
    ("dict, pair", "y = OF_PAIR[i % 1000, i % 1000 + 1]", ""),
    ("dict.get, pair", "y = OF_PAIR.get((i % 1000, i % 1000 + 1))", ""),
    ("dict.get, pair that is not there", "y = OF_PAIR.get((i % 1000, 0))", ""),
    ("dict.items, ten", "for y in OF_LITERAL.items(): pass", ""),
    ("set of numbers, searched", "y = 1000 + i % 1000 in NUMBER_SET", ""),
    ("set of numbers, not there", "y = i % 1000 in NUMBER_SET", ""),
    ("set of texts, own text, searched", "y = texts[i % 1000] in TEXT_SET", "texts = ['%d-key' % n for n in range(1000)]"),
    ("frozenset of the module, searched", "y = 1000 + i % 1000 in FROZEN", ""),
    ("pattern, match", "y = PATTERN.match(text)", "text = '%d-key' % 17"),
    ("pattern, no match", "y = PATTERN.match(text)", "text = 'key %d' % 17"),
    ("pattern, match and groups", "y = PATTERN.match(text); y = y.group(1)", "text = '%d-key' % 17"),
    ("pattern, findall", "y = PATTERN.findall(text)", "text = '%d-key %d-key' % (17, 18)"),
    ("pattern, sub", "y = PATTERN.sub('x', text)", "text = '%d-key' % 17"),
    ("re.match", "y = re.match(r'(\\\\d+)-', text)", "text = '%d-key' % 17"),
    ("re.sub", "y = re.sub(r'\\\\d+', 'x', text)", "text = '%d-key' % 17"),
    ("decimal number times own", "y = own * CENT", "own = Decimal('1.5')"),
    ("own decimal numbers", "y = own * own", "own = Decimal('1.5')", True),
    ("Decimal.quantize", "y = own.quantize(CENT)", "own = Decimal('1.512345')"),
    ("fraction plus own", "y = own + HALF", "own = Fraction(1, 3)"),
    ("own fractions", "y = own + own", "own = Fraction(1, 3)", True),
    ("Fraction, made", "y = Fraction(i, 7)", "", True),
    ("date plus a week", "y = DAY + WEEK", ""),
    ("own date plus own days", "y = own + timedelta(days=1)", "own = date(2024, 1, 1)", True),
    ("isinstance with an imported class", "y = isinstance(i, Decimal)", ""),
    ("isinstance with an abstract class", "y = isinstance(own, Mapping)", "own = {}"),
    ("lru_cache, hit", "y = cached(i % 10)", ""),
    ("partial", "y = PARTIAL(i)", ""),
    ("itemgetter", "y = GETTER(own)", "own = (1, 2)"),
    ("frozen dataclass as a key", "y = own[KEY]", "own = {KEY: 1}"),
    ("own frozen dataclasses, hashed", "y = hash(own)", "own = Key(1, 2)", True),
    ("str.join", "y = ','.join(own)", "own = ['a', 'b', 'c']", True),
    ("str.split", "y = own.split(',')", "own = 'a,b,c,d'", True),
    ("given text, split", "y = given.split(',')", "given = LETTERS"),
    ("given text, one character", "y = given[i % 1000]", "given = LETTERS"),
    ("given list, element", "y = given[i % 1000]", "given = FLOATS"),
    ("Counter, update", "own[i & 7] += 1", "own = collections.Counter()", True),
    ("math.sqrt", "y = math.sqrt(i)", "", True),
    ("class, its float", "y = Point.factor", ""),
    ("class, its class method", "y = Point.made(i)", ""),
    ("member of an enum as a key", "y = own[Colour.RED]", "own = {Colour.RED: 1, Colour.GREEN: 2}"),
    ("isinstance with an abstract class of the module", "y = isinstance(own, Shape)", "own = Square(1)"),
    ("super().__init__", "Derived(i)", ""),
    ("class whose base makes it", "Base(i)", ""),
    ("list of small numbers, element read", "y = SMALL[i % 1000]", ""),
    ("list of texts, loop over three", "for y in NAMES: pass", ""),
    ("list of pairs, loop over four", "for y, z in NEIGHBOURS: pass", ""),
    ("tuple of pairs written out, loop over four", "for y, z in ((-1, 0), (1, 0), (0, -1), (0, 1)): pass", ""),
    ("tuple with a negative number written out, loop over three", "for y in (-1, 0, 1): pass", ""),
    ("dict of functions, called", "y = OPERATIONS['+'](i, i)", ""),
    ("random.random", "y = random.random()", ""),
    ("random.randint", "y = random.randint(1, 6)", ""),
    ("own random.Random, randint", "y = own.randint(1, 6)", "own = random.Random(1)", True),
    ("float of a library's module", "y = math.pi", ""),
    ("own dataclass, made", "y = Item(i, i)", ""),
    ("own dataclasses, compared", "y = own == other", "own = Item(1, 2); other = Item(1, 3)"),
    ("named tuple, made", "y = Pair(i, i)", ""),
    ("list of 1000, sum", "y = sum(NUMBERS)", ""),
    ("list of 1000, sorted", "y = sorted(NUMBERS)", ""),
    ("list of 1000, loop", "for y in NUMBERS: pass", ""),
    ("list of 20, enumerate", "for y, z in enumerate(FEW): pass", ""),
    ("list of 20, combinations", "for y, z in itertools.combinations(FEW, 2): pass", ""),
    ("json.dumps of little", "y = json.dumps(own)", "own = {'a': 1}"),
    ("json.loads of little", "y = json.loads(own)", "own = '[1]'"),
    ("copy.deepcopy of ten", "y = copy.deepcopy(own)", "own = {'a': [1, 2, 3], 'b': {'c': 'x'}}"),
    ("struct.pack", "y = struct.pack('<IH', i, 7)", ""),
    ("hashlib.sha256", "y = hashlib.sha256(b'abc').digest()", ""),
    ("own list, appended to", "own = []; own.append(i); own.append(i)", "", True),
]

# How much the same uses take with more and more of the thread's own work between them.
for times in (4, 16, 64):
    between = "; x = x + 1 & 7" * times
    SHAPES += [
        ("%d own operations" % times, "y = i * own" + between, "x = 0; own = float('2.5')", True),
        ("%d own operations, float literal" % times, "y = i * 2.5" + between, "x = 0"),
        ("%d own operations, text of the module" % times, "y = LETTERS" + between, "x = 0"),
        ("%d own operations, instance's float" % times, "y = POINT.scale" + between, "x = 0"),
        ("%d own operations, set of the module" % times, "y = x in NUMBER_SET" + between, "x = 0"),
        ("%d own operations, dict.get" % times, "y = OF_TEXT.get(text)" + between, "x = 0; text = '%d-key' % 17"),
    ]

FUNCTION = """
def run_%d(rounds):
    import threading
    %s
    for i in range(rounds):
        %s
"""


def loaded(folder):
    path = os.path.join(folder, "shapes_measured.py")
    with open(path, "w") as file:
        file.write(MODULE)
        for index, (_, statement, before, *_own) in enumerate(SHAPES):
            file.write(FUNCTION % (index, before or "pass", statement.replace("\\\\", "\\")))
    spec = importlib.util.spec_from_file_location("shapes_measured", path)
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def in_threads(function, rounds, count):
    """Nanoseconds of the slowest; none waits asleep for the others to be ready."""
    ready, times = [], [0] * count

    def work(index):
        ready.append(index)
        while len(ready) < count:
            pass
        begin = clock()
        function(rounds)
        times[index] = clock() - begin

    threads = [threading.Thread(target=work, args=(index,)) for index in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return max(times)


def in_main(function, rounds):
    begin = clock()
    function(rounds)
    return clock() - begin


def measured(function, tries):
    rounds = 500
    function(rounds)
    while in_main(function, rounds) < LEAST_NS:
        rounds *= 2
    # What is ten times as slow in threads is measured with fewer rounds there.
    few = rounds
    while few > 500 and in_threads(function, few // 8, 1) > LEAST_NS:
        few //= 4
    main = min(in_main(function, rounds) for _ in range(tries)) / rounds
    worker = min(in_threads(function, few, 1) for _ in range(tries)) / few
    two = min(in_threads(function, few, 2) for _ in range(tries)) / few
    return {"main": round(main, 1), "worker": round(worker, 1), "two": round(two, 1)}


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--output", required=True)
    options.add_argument("--only", nargs="*")
    options.add_argument("--tries", type=int, default=7)
    arguments = options.parse_args()
    has_gil = getattr(sys, "_is_gil_enabled", lambda: True)()
    python = platform.python_version() + ("" if has_gil else "t")
    rows = {}
    if os.path.exists(arguments.output):
        with open(arguments.output) as file:
            rows = {(row["shape"], row["python"]): row for row in json.load(file)["rows"]}
    with tempfile.TemporaryDirectory() as folder:
        module = loaded(folder)
    for index, (name, statement, _, *own) in enumerate(SHAPES):
        if arguments.only and not any(word in name for word in arguments.only):
            continue
        result = measured(getattr(module, "run_%d" % index), arguments.tries)
        about = {"shape": name, "statement": " ".join(statement.split()), "python": python, "cores": os.cpu_count()}
        rows[name, python] = {**about, "date": str(datetime.date.today()), "own": bool(own), **result}
        print("%-45s main %8.1f  worker %8.1f  two %8.1f" % (name, result["main"], result["worker"], result["two"]), flush=True)
    with open(arguments.output, "w") as file:
        file.write('{\n  "script": "test/measure/shared_objects.py",\n  "rows": [\n')
        file.write(",\n".join("    " + json.dumps(rows[key], ensure_ascii=False) for key in sorted(rows)))
        file.write("\n  ]\n}\n")


if __name__ == "__main__":
    main()
