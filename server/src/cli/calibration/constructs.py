"""Constructs to be timed: the names of server/src/estimate/costs/operation-costs.ts, each with its set-up, its statement, and how many units one
statement stands for. For CPython 3.6 and later; standard library only.
"""

PRELUDE = '''
import collections, functools, heapq, math, random, threading, time, asyncio, itertools
class Plain:
    def __init__(self, a): self.a = a
class Slots:
    __slots__ = ("a",)
class WithMethods:
    def __init__(self): self.a = 1; self.n = 0
    def method(self): pass
    def method_two(self, x, y): pass
    @property
    def prop(self): return 1
    @staticmethod
    def static(): pass
    def __enter__(self): return self
    def __exit__(self, *args): pass
class Derived(WithMethods):
    def method(self): super().method()
def nothing(): pass
def two(x, y): pass
def defaulted(x, y=2): pass
def star(*args): pass
def doubled(x): return x * 2
def generate(n):
    for i in range(n): yield i
G = 1
'''

# name: (set-up inside the function, statement, how many units one statement stands for)
CONSTRUCTS = {
    "localStore": ("x = 5", "y = x", 1),
    "globalLoad": ("", "y = G", 1),
    "globalStore": ("global G", "G = 2", 1),
    "builtinLoad": ("", "y = len", 1),
    "attributeLoad": ("o = Plain(1)", "y = o.a", 1),
    "attributeStore": ("o = Plain(1); x = 5", "o.a = x", 1),
    "attributeUpdate": ("o = Plain(1)", "o.a += 1", 1),
    "propertyLoad": ("o = WithMethods()", "y = o.prop", 1),
    "listLoad": ("l = list(range(10)); i = 4", "y = l[i]", 1),
    "listStore": ("l = list(range(10)); i = 4", "l[i] = i", 1),
    "listUpdate": ("l = list(range(10)); i = 4", "l[i] += 1", 1),
    "dictLoad": ("d = {'a': 1, 'b': 2}; k = 'b'", "y = d[k]", 1),
    "dictStore": ("d = {'a': 1, 'b': 2}; k = 'b'", "d[k] = k", 1),
    "dictUpdate": ("d = {'a': 1, 'b': 2}; k = 'b'", "d[k] += 1", 1),
    "dictGet": ("d = {'a': 1, 'b': 2}; k = 'b'", "y = d.get(k, 0)", 1),
    "tupleLoad": ("t = (1, 2, 3)", "y = t[1]", 1),
    "nestedLoad": ("m = [[1, 2], [3, 4]]; i = 1; j = 0", "y = m[i][j]", 1),
    "stringLoad": ("s = 'abcdefgh'; i = 3", "y = s[i]", 1),
    "slice": ("l = list(range(10))", "y = l[2:8]", 1),
    "intAdd": ("x = 12345", "y = x + 7", 1),
    "intSubtract": ("x = 12345", "y = x - 7", 1),
    "intMultiply": ("x = 1234", "y = x * 7", 1),
    "intDivide": ("x = 12345", "y = x / 7", 1),
    "intFloorDivide": ("x = 12345", "y = x // 7", 1),
    "intModulo": ("x = 12345", "y = x % 7", 1),
    "intPower": ("x = 123", "y = x ** 2", 1),
    "intBitAnd": ("x = 12345", "y = x & 255", 1),
    "intShift": ("x = 12345", "y = x >> 3", 1),
    "mediumIntMultiply": ("x = 1103515245 * 12345", "y = x * 1103515245", 1),
    "mediumIntModulo": ("x = 1103515245 * 123456789", "y = x % 2147483648", 1),
    "bigIntMultiply": ("x = 3 ** 200", "y = x * x", 1),
    "floatAdd": ("x = 1.5", "y = x + 2.5", 1),
    "floatMultiply": ("x = 1.5", "y = x * 2.5", 1),
    "floatDivide": ("x = 1.5", "y = x / 2.5", 1),
    "floatPower": ("x = 1.5", "y = x ** 2", 1),
    "complexMultiply": ("x = 1.5+2j", "y = x * x", 1),
    "unaryMinus": ("x = 12345", "y = -x", 1),
    "compare": ("x = 12345", "y = x < 7", 1),
    "compareFloat": ("x = 1.5", "y = x < 7.5", 1),
    "compareString": ("x = 'abcdefgh'; z = 'abcdefgi'", "y = x == z", 1),
    "branch": ("x = 12345", "if x < 7: pass", 1),
    "booleanOperator": ("x = 1; z = 0", "y = x and z", 1),
    "notOperator": ("x = 1", "y = not x", 1),
    "identity": ("x = None", "y = x is None", 1),
    "callPython": ("", "nothing()", 1),
    "callPythonTwo": ("", "two(1, 2)", 1),
    "callKeyword": ("", "two(x=1, y=2)", 1),
    "callDefault": ("", "defaulted(1)", 1),
    "callStar": ("a = (1, 2)", "star(*a)", 1),
    "callMethod": ("o = WithMethods()", "o.method()", 1),
    "callMethodTwo": ("o = WithMethods()", "o.method_two(1, 2)", 1),
    "callSuper": ("o = Derived()", "o.method()", 1),
    "callStatic": ("o = WithMethods()", "o.static()", 1),
    "callBuiltin": ("x = -5", "abs(x)", 1),
    "callLen": ("l = [1, 2, 3]", "len(l)", 1),
    "callCMethod": ("s = 'abc'", "s.upper()", 1),
    "makeFunction": ("", "f = lambda: None", 1),
    "instantiate": ("", "Plain(1)", 1),
    "isinstance": ("o = Plain(1)", "isinstance(o, Plain)", 1),
    "getattrCall": ("o = Plain(1)", "getattr(o, 'a')", 1),
    "minTwo": ("x = 5", "min(x, 7)", 1),
    "rangeObject": ("", "range(10)", 1),
    "intOfString": ("s = '12345'", "int(s)", 1),
    "floatOfString": ("s = '1.2345'", "float(s)", 1),
    "stringOfInt": ("x = 12345", "str(x)", 1),
    "stringOfFloat": ("x = 1.2345", "str(x)", 1),
    "ordCall": ("s = 'a'", "ord(s)", 1),
    "roundCall": ("x = 1.2345", "round(x, 2)", 1),
    "tupleBuild": ("x = 1; z = 2", "y = (x, z)", 1),
    "listBuild": ("x = 1; z = 2", "y = [x, z]", 1),
    "dictBuild": ("x = 1; z = 2", "y = {'a': x, 'b': z}", 1),
    "setBuild": ("x = 1; z = 2", "y = {x, z}", 1),
    "unpack": ("t = (1, 2)", "a, b = t", 1),
    "swap": ("a = 1; b = 2", "a, b = b, a", 1),
    "listAppend": ("l = []", "l.append(1)", 1),
    "listPop": ("l = list(range(4000000))", "l.pop()", 1),
    "listInsertFront": ("l = list(range(100))", "l.insert(0, 1); l.pop()", 1),
    "setAdd": ("s = {1, 2, 3}", "s.add(2)", 1),
    "containsDict": ("d = {1: 2, 3: 4}; x = 3", "y = x in d", 1),
    "containsListElement": ("l = list(range(100)); x = -1", "y = x in l", 100),
    "dequeAppendPop": ("q = collections.deque()", "q.append(1); q.popleft()", 1),
    "heapPushPop": ("h = list(range(1000))", "heapq.heappush(h, 500); heapq.heappop(h)", 1),
    "defaultdictUpdate": ("d = collections.defaultdict(int)", "d['a'] += 1", 1),
    "fString": ("x = 12; z = 'ab'", "y = f'{x} and {z}'", 1),
    "percentFormat": ("x = 12; z = 'ab'", "y = '%d and %s' % (x, z)", 1),
    "formatMethod": ("x = 12; z = 'ab'", "y = '{} and {}'.format(x, z)", 1),
    "stringConcat": ("s = 'abc'; z = 'def'", "y = s + z", 1),
    "stringSplit": ("s = 'a b c d e'", "y = s.split()", 1),
    "stringJoin": ("l = ['a', 'b', 'c', 'd', 'e']", "y = ','.join(l)", 1),
    "stringReplace": ("s = 'abcabcabc'", "y = s.replace('b', 'x')", 1),
    "stringStrip": ("s = '  abc  '", "y = s.strip()", 1),
    "stringStartsWith": ("s = 'abcabcabc'", "y = s.startswith('abc')", 1),
    "stringFind": ("s = 'abcabcabc'", "y = s.find('ca')", 1),
    "bytesOfString": ("s = 'abcabcabc'", "y = s.encode()", 1),
    "tryNoRaise": ("", "try: pass\n    except ValueError: pass", 1),
    "raiseAndCatch": ("", "try: raise ValueError\n    except ValueError: pass", 1),
    "withLock": ("lock = threading.Lock()", "with lock: pass", 1),
    "withRLock": ("lock = threading.RLock()", "with lock: pass", 1),
    "lockAcquireRelease": ("lock = threading.Lock()", "lock.acquire(); lock.release()", 1),
    "withContextManager": ("o = WithMethods()", "with o: pass", 1),
    "globalUpdate": ("global G", "G += 1", 1),
    "forRangeShort": ("", "for i in range(10): pass", 10),
    "forListPass": ("l = list(range(1000))", "for i in l: pass", 1000),
    "forRangePass": ("", "for i in range(1000): pass", 1000),
    "forEnumeratePass": ("l = list(range(1000))", "for i, x in enumerate(l): pass", 1000),
    "forZipPass": ("l = list(range(1000))", "for i, x in zip(l, l): pass", 1000),
    "forItemsPass": ("d = dict.fromkeys(range(1000))", "for k, v in d.items(): pass", 1000),
    "forStringPass": ("s = 'abcdefghij' * 100", "for c in s: pass", 1000),
    "whilePass": ("", "i = 0\n    while i < 1000: i += 1", 1000),
    "comprehensionElement": ("", "[i for i in range(1000)]", 1000),
    "dictComprehensionElement": ("", "{i: i for i in range(1000)}", 1000),
    "setComprehensionElement": ("", "{i for i in range(1000)}", 1000),
    "generatorStep": ("", "for i in generate(1000): pass", 1000),
    "generatorExpressionElement": ("", "sum(i for i in range(1000))", 1000),
    "mapPythonElement": ("l = list(range(1000))", "list(map(doubled, l))", 1000),
    "filterPythonElement": ("l = list(range(1000))", "list(filter(doubled, l))", 1000),
    "reduceElement": ("l = list(range(1000))", "functools.reduce(two, l)", 1000),
    "sumElement": ("l = list(range(1000))", "sum(l)", 1000),
    "sumRangeElement": ("", "sum(range(1000))", 1000),
    "sumFloatElement": ("l = [float(i) for i in range(1000)]", "sum(l)", 1000),
    "maxElement": ("l = list(range(1000))", "max(l)", 1000),
    "anyElement": ("l = [0] * 1000", "any(l)", 1000),
    "listOfRangeElement": ("", "list(range(1000))", 1000),
    "listCopyElement": ("l = list(range(1000))", "l.copy()", 1000),
    "listReverseElement": ("l = list(range(1000))", "l[::-1]", 1000),
    "setOfListElement": ("l = list(range(1000))", "set(l)", 1000),
    "dictOfKeysElement": ("l = list(range(1000))", "dict.fromkeys(l)", 1000),
    "tupleOfListElement": ("l = list(range(1000))", "tuple(l)", 1000),
    "counterElement": ("l = [i % 50 for i in range(1000)]", "collections.Counter(l)", 1000),
    "joinElement": ("l = ['ab'] * 1000", "','.join(l)", 1000),
    "mapStringElement": ("l = list(range(1000))", "list(map(str, l))", 1000),
    "chainElement": ("l = list(range(500))", "list(itertools.chain(l, l))", 1000),
    "mathSqrt": ("x = 2.5", "math.sqrt(x)", 1),
    "mathSin": ("x = 2.5", "math.sin(x)", 1),
    "mathGcd": ("x = 1071", "math.gcd(x, 462)", 1),
    "randomRandom": ("", "random.random()", 1),
    "randomRandint": ("", "random.randint(1, 6)", 1),
    "timeCall": ("", "time.perf_counter()", 1),
    "lruCacheHit": ("f = functools.lru_cache(None)(doubled); f(1)", "f(1)", 1),
    "importCached": ("", "import math", 1),
}


def build(names, setup, statement, copies, clock):
    body = "\n    ".join(["    " + statement.replace("\n", "\n    ") for _ in range(copies)])
    # The statement sits two levels deep; its own continuation lines are written one level deep.
    source = "def timed(n):\n  {}\n  start = clock()\n  for _ in range(n):\n    {}\n  return clock() - start\n"
    setup_lines = "\n  ".join(part.strip() for part in setup.split(";")) or "pass"
    space = dict(names)
    space["clock"] = clock
    text = source.format(setup_lines, body.strip().replace("\n        ", "\n    "))
    exec(compile(text, "<construct>", "exec"), space)
    return space["timed"]


def spread(values, digits=2):
    """The least, the lower and the upper quartile."""
    values = sorted(max(0.0, value) for value in values)
    pick = lambda share: values[min(len(values) - 1, int(share * len(values)))]
    return [round(values[0], digits), round(pick(0.25), digits), round(pick(0.75), digits)]


def rounds_for(function, wanted_ns):
    """How many rounds take about that long."""
    function(20)
    rounds = 20
    while True:
        took = function(rounds)
        if took > wanted_ns / 4 or rounds > 10_000_000:
            return max(5, int(rounds * wanted_ns / max(1, took)))
        rounds *= 4


def text_data(size):
    import random

    chooser = random.Random(1)
    words = [("".join(chooser.choice("abcdefghijklmnopqrstuvwxyz") for _ in range(chooser.randint(2, 9)))) for _ in range(2000)]
    parts, length = [], 0
    while length < size:
        word = chooser.choice(words)
        if chooser.random() < 0.1:
            word = str(chooser.randint(1, 99999))
        parts.append(word)
        length += len(word) + 1
    return " ".join(parts)[:size]


def records(count):
    import random

    chooser = random.Random(2)
    return [{"id": i, "name": "name%d" % i, "score": chooser.random(), "tags": ["a", "b", "c"], "ok": True} for i in range(count)]
