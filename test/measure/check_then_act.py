"""Counts how often check-then-act and lazy initialisation go wrong, to check what server/src/knowledge/check-then-act.ts says.

Run once per interpreter; the rows of all runs make test/knowledge/measured-check-then-act.json:

    python3.13 test/measure/check_then_act.py test/knowledge/measured-check-then-act.json

Check-then-act: `between` says what is evaluated between the test and the act that relies on it, in the words of GapStep. All threads walk
the same keys. Wrong is: made twice, an exception the test was to prevent, or a limit passed.

Lazy initialisation: threads ask the same objects for a value that the first who asks makes; `way` names how. Wrong is: made more than
once, or, where making it twice does no harm, that two threads hold different values. `guarded` rows hold a lock: a control.

See racing.py for the rest.
"""

import collections
import functools
import importlib.machinery
import itertools
import queue
import sys
import threading
import types

from racing import THREADS, compiled, record, together

N = 60000

# (steps between test and act, set-up of `c`, what each thread does with every k, how often it went wrong; `mine` is a list of its own)
CHECKS = [
    (["jump-forward", "python-call"], "{}", "if k not in c: c[k] = make(mine)", "made twice"),
    (["jump-forward", "native-call"], "{}", "if k not in c: c[k] = mine.append(k)", "made twice"),
    (["jump-forward", "python-call"], "{}", "if c.get(k) is None: c[k] = make(mine)", "made twice"),
    (["jump-forward", "native-call"], "{}", "if c.get(k) is None: mine.append(k); c[k] = 1", "made twice"),
    (["jump-forward"], "{}", "if k not in c: c[k] = mine; mine.append(k)", "made twice"),
    (["jump-forward", "specialised-call"], "set()", "if k not in c: mine.append(k); c.add(k)", "made twice"),
    (["jump-forward", "attribute"], "set()", "if k not in c: c.add(k); mine.append(k)", "made twice"),
    (["jump-forward", "attribute"], "[]", "if not c or c[-1] < k: c.append(k); mine.append(k)", "made twice"),
    (["jump-forward", "attribute"], "list(range(N))", "if c: c.pop()", "raised"),
    (["jump-forward", "specialised-call"], "list(range(N))", "if len(c) > 0: c.pop()", "raised"),
    (["jump-forward", "python-call"], "list(range(N))", "if c: c.pop(zero())", "raised"),
    (["jump-forward"], "dict.fromkeys(range(N))", "if k in c: del c[k]", "raised"),
    (["jump-forward", "python-call"], "dict.fromkeys(range(N))", "if k in c: pause(); del c[k]", "raised"),
    (["jump-forward", "attribute"], "dict.fromkeys(range(N))", "if k in c: c.pop(k)", "raised"),
    (["jump-forward", "attribute"], "set(range(N))", "if k in c: c.remove(k)", "raised"),
    (["jump-forward", "python-call"], "filled(queue.Queue())", "if not c.empty(): c.get_nowait()", "raised"),
    (["jump-forward", "native-call"], "filled(queue.SimpleQueue())", "if not c.empty(): c.get_nowait()", "raised"),
    (["jump-forward", "attribute"], "types.SimpleNamespace(n=0)", "if c.n < N: c.n += 1; mine.append(k)", "limit passed"),
    (["jump-forward", "python-call"], "types.SimpleNamespace(n=0)", "if c.n < N: pause(); c.n += 1; mine.append(k)", "limit passed"),
]

GUARDED = [
    ("{}", "with lock:; \tif k not in c: c[k] = make(mine)", "made twice"),
    ("list(range(N))", "with lock:; \tif c: c.pop(zero())", "raised"),
    ("types.SimpleNamespace(n=0)", "with lock:; \tif c.n < N: pause(); \t\tc.n += 1; \t\tmine.append(k)", "limit passed"),
]

TEMPLATE = """
def work(c, keys, mine, raised):
    for k in keys:
        try:
            %s
        except (KeyError, IndexError, ValueError, Empty) as error:
            raised.append(type(error).__name__)
"""


def filled(target):
    for x in range(N):
        target.put(x)
    return target


def make(mine):
    mine.append(None)
    return mine


def checks(container, statements, wrongly):
    names = {"N": N, "queue": queue, "types": types, "filled": filled, "collections": collections}
    work = compiled(
        TEMPLATE % body(statements),
        make=make,
        zero=lambda: 0,
        pause=lambda: None,
        lock=threading.Lock(),
        Empty=queue.Empty,
        **names
    )

    # `dict.get` beside writers takes milliseconds on free-threaded 3.13.
    n = 2000 if ".get(" in statements else N
    work(eval(container, names), range(300), [], [])  # specialises the code before anybody races

    def trial():
        c = eval(container, names)
        mine = [[] for _ in range(THREADS)]
        errors = [[] for _ in range(THREADS)]
        raised = together(*[lambda t=t: work(c, range(n), mine[t], errors[t]) for t in range(THREADS)])
        raised.update(itertools.chain(*errors))
        done = sum(map(len, mine))
        if wrongly != "raised" and done > n:
            raised[wrongly] += done - n
        return n, raised

    return trial


def body(statements):
    """`if test: a; b` on lines of its own."""
    if statements.startswith("with"):
        return statements.replace("; ", "\n            ").replace("\t", "    ").replace("if c.n < N: ", "if c.n < N:\n                    ")
    test, _, acts = statements.partition(": ")
    return test + ":\n                " + acts.replace("; ", "\n                ")


LAZY = """
class Made:
    def __init__(self, made):
        made.append(None)
class Plain:
    def __init__(self, made):
        self.made = made
        self.value = None
        self.lock = Lock()
    def get(self):
        %s
"""

# (way, body of `get`, wrong is: made twice, or different values held)
GETS = [
    ("test-then-assign", "if self.value is None: self.value = Made(self.made); return self.value", "made twice"),
    ("test-then-assign", "if not self.value: self.value = Made(self.made); return self.value", "made twice"),
    ("test-then-assign", "if not hasattr(self, 'v'): self.v = Made(self.made); return self.v", "made twice"),
    ("test-then-assign", "try: return self.v; except AttributeError: self.v = Made(self.made); return self.v", "made twice"),
    ("test-outside-lock", "if self.value is None:; \twith self.lock: self.value = Made(self.made); return self.value", "made twice"),
    ("test-outside-lock", "if self.value is None:; \twith Lock(): self.value = Made(self.made); return self.value", "made twice"),
    (
        "double-checked-lock",
        "if self.value is None:; \twith self.lock:; \t\tif self.value is None: self.value = Made(self.made); return self.value",
        "made twice",
    ),
    ("lock", "with self.lock:; \tif self.value is None: self.value = Made(self.made); \treturn self.value", "made twice"),
    ("equal-value", "if self.value is None: self.value = make_equal(self.made); return self.value", "different values"),
    ("builtins.dict.setdefault", "return self.__dict__.setdefault('v', Made([]))", "different objects"),
]


def lazies(body_of_get, wrongly):
    scope = {"Lock": threading.Lock, "make_equal": lambda made: (made.append(None), 3)[1]}
    lines = body_of_get.replace("except AttributeError: self.v = Made(self.made); ", "except AttributeError:; \tself.v = Made(self.made); \t")
    exec(LAZY % lines.replace("; ", "\n        ").replace("\t", "    "), scope)
    return askings(lambda made: scope["Plain"](made), lambda each: each.get(), wrongly)


def askings(new, get, wrongly, n=12000):
    def work(objects, mine):
        for each in objects:
            mine.append(get(each))

    def trial():
        made = []
        objects = [new(made) for _ in range(n)]
        mine = [[] for _ in range(THREADS)]
        raised = together(*[lambda t=t: work(objects, mine[t]) for t in range(THREADS)])
        if wrongly == "made twice":
            wrong = len(made) - n
        elif wrongly == "different values":
            wrong = sum(len(set(values)) > 1 for values in zip(*mine))
        else:
            wrong = sum(len(set(map(id, values))) > 1 for values in zip(*mine))
        return n, raised + collections.Counter({wrongly: wrong})

    return trial


class Cached:
    def __init__(self, made):
        self.made = made

    @functools.cached_property
    def value(self):
        self.made.append(None)
        return object()


def cached(wrapper):
    """A cached function is asked for the same keys by all threads."""

    def trial(n=20000):
        made = []

        def function(k):
            made.append(None)
            return object()

        function = wrapper(function)

        def work(mine):
            for k in range(n):
                mine.append(function(k))

        raised = together(*[lambda: work([]) for _ in range(THREADS)])
        return n, raised + collections.Counter({"made twice": len(made) - n})

    return trial


MODULE = compile(
    """
value = None
class Made:
    def __init__(self, made):
        made.append(None)
def get(made):
    global value
    if value is None: value = Made(made)
    return value
""",
    "module",
    "exec",
)


def module_global():
    def new(made):
        scope = {}
        exec(MODULE, scope)
        return scope, made

    return askings(new, lambda each: each[0]["get"](each[1]), "made twice", 1500)


def class_attribute():
    def new(made):
        class Single:
            instance = None

            def __init__(self):
                made.append(None)

            @classmethod
            def get(cls):
                if cls.instance is None:
                    cls.instance = cls()
                return cls.instance

        return Single

    return askings(new, lambda each: each.get(), "made twice", 1500)


class Finder:
    """Makes modules that count how often they are run."""

    made = []

    @classmethod
    def find_spec(cls, name, path=None, target=None):
        if name.startswith("lazily_imported_"):
            return importlib.machinery.ModuleSpec(name, cls)
        return None

    @staticmethod
    def create_module(spec):
        return None

    @classmethod
    def exec_module(cls, module):
        cls.made.append(None)
        module.value = object()


def imports():
    sys.meta_path.insert(0, Finder)
    number = itertools.count()

    def trial(n=300):
        Finder.made.clear()
        names = ["lazily_imported_%d" % next(number) for _ in range(n)]

        def work():
            for name in names:
                __import__(name).value

        raised = together(*[work for _ in range(THREADS)])
        return n, raised + collections.Counter({"made twice": len(Finder.made) - n})

    return trial


def rows():
    for between, container, statements, wrongly in CHECKS:
        yield {"what": statements, "between": between}, checks(container, statements, wrongly)
    for container, statements, wrongly in GUARDED:
        shown = statements.replace("; ", " ").replace("\t", "")
        yield {"what": shown, "guarded": True}, checks(container, statements, wrongly)
    for way, body_of_get, wrongly in GETS:
        yield {"what": body_of_get.replace("; \t", " ").replace("\t", ""), "way": way}, lazies(body_of_get, wrongly)
    yield {"what": "module global", "way": "test-then-assign"}, module_global()
    yield {"what": "class attribute", "way": "test-then-assign"}, class_attribute()
    yield {"what": "functools.cached_property", "way": "functools.cached_property"}, askings(
        Cached, lambda each: each.value, "made twice"
    )
    yield {"what": "functools.lru_cache(maxsize=None)", "way": "functools.lru_cache"}, cached(functools.lru_cache(maxsize=None))
    yield {"what": "functools.lru_cache(maxsize=50000)", "way": "functools.lru_cache"}, cached(functools.lru_cache(maxsize=50000))
    if hasattr(functools, "cache"):
        yield {"what": "functools.cache", "way": "functools.cache"}, cached(functools.cache)
    yield {"what": "import in a function", "way": "import"}, imports()


if __name__ == "__main__":
    record(sys.argv[1], list(rows()))
