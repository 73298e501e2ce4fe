"""Nanoseconds of short calls of the standard library: what knowledge files say of them with `measured` evidence.

usage: python short_calls.py [--seconds 0.05]

Prints one JSON object: the interpreter, and for each call the least and the median of its repeats in processor time, what the loop
around it and the loads of its operands take taken off. Calls that an interpreter does not have are left out.
"""
import argparse
import json
import statistics
import sys
import time

SETUP = """
import array, calendar, collections, contextlib, csv, datetime, decimal, fractions, inspect, io, itertools, math, operator, os, re, stat
import string, struct, sys, textwrap, uuid, warnings, weakref
import argparse, configparser, dataclasses, difflib, email, fnmatch, heapq, html.parser, ipaddress, plistlib, random, shlex, statistics, traceback
import xml.dom.minidom, xml.etree.ElementTree, xml.sax
from datetime import date, timedelta
from decimal import Decimal, ROUND_HALF_UP
from fractions import Fraction
day = date(2024, 2, 29); other = date(2023, 1, 1); moment = datetime.datetime(2024, 2, 29, 12, 30, 5); span = timedelta(days=3, seconds=5)
utc = datetime.timezone.utc; aware = moment.replace(tzinfo=utc)
price = Decimal("1234.56"); rate = Decimal("0.00375"); cent = Decimal("0.01")
third = Fraction(1, 3); part = Fraction(7, 12)
head = struct.Struct("<HHIf"); packed = head.pack(1, 2, 3, 4.0)
numbers = array.array("d", [0.0] * 100)
counted = collections.Counter(str(i % 100) for i in range(1000)); ordered = collections.OrderedDict((i, i) for i in range(100))
queue = collections.deque(range(100), maxlen=100)
match = re.match(r"(\\w+)-(\\w+)", "alpha-beta"); pattern = re.compile(r"\\w+")
class Plain: pass
plain = Plain()
row = ["17", "north", "42.5", "a longer text of a cell", "x"]
named = dict(zip("abcde", row))
class Nowhere:
    def write(self, text): return len(text)
writer = csv.writer(Nowhere()); dicts = csv.DictWriter(Nowhere(), fieldnames=list("abcde"))
n = 17345; x = 3.7251; name = "alpha"; nothing = (); empty = {}
buffer = io.BytesIO(b"x" * 100); text = io.StringIO()
grown = bytearray()
lines = ["line %d %d" % (i * 7 % 1000, i) for i in range(200)]; changed = [line for i, line in enumerate(lines) if i % 9] + ["new"] * 5
spellings = [stem + end for stem in "account balance deposit exchange invoice".split() for end in ("", "s", "ing", "er", "able")]
markup = "<div class='c'><p>Paragraph &amp; more</p></div>" * 100; tree = xml.etree.ElementTree.fromstring("<r>" + "<a><b>text</b></a>" * 100 + "</r>")
sections = "".join("[s%d]\\nkey = 'value %d'\\nother = 5\\n" % (i, i) for i in range(50)); message = "From: a@b\\nSubject: x\\n\\n" + "body text\\n" * 200
parts = difflib.SequenceMatcher(None, "a text of sixty characters, more or less, that is compared ", "another text of sixty characters or so, to compare it with it")
fields = dataclasses.make_dataclass("Fields", "a b c d".split()); field_values = fields(1, "x", 1.5, 3); rng = random.Random(1)
values = [rng.random() for _ in range(1000)]; small = [rng.randrange(100) for _ in range(1000)]; arguments = argparse.ArgumentParser(); arguments.add_argument("--flag")
template = string.Template("Dear $name, your $thing is $state"); command = "cmd --flag 'some value' --other=thing path/to/file"; listing = plistlib.dumps(dict(zip(spellings, range(25))))
def failure():
    try: 1 / 0
    except ZeroDivisionError: return traceback.format_exc()
words = "some words that fill a line and a half of text, so that wrapping it has something to do " * 3
"""

CALLS = """
datetime.date|date(2024, 2, 29)
datetime.datetime|datetime.datetime(2024, 2, 29, 12, 30, 5)
datetime.timedelta|timedelta(days=3)
datetime.date.__add__|day + span
datetime.date.__sub__|day - other
datetime.datetime.__add__|moment + span
datetime.datetime.__sub__|moment - span
datetime.timedelta.__add__|span + span
datetime.timedelta.__mul__|span * 3
datetime.timedelta.__truediv__|span / span
datetime.timedelta.total_seconds|span.total_seconds()
datetime.date.weekday|day.weekday()
datetime.date.isocalendar|day.isocalendar()
datetime.date.isoformat|day.isoformat()
datetime.date.toordinal|day.toordinal()
datetime.date.replace|day.replace(day=1)
datetime.date.strftime|day.strftime("%Y-%m-%d")
datetime.date.timetuple|day.timetuple()
datetime.date.fromisoformat|date.fromisoformat("2024-02-29")
datetime.date.fromordinal|date.fromordinal(738945)
datetime.datetime.date|moment.date()
datetime.datetime.time|moment.time()
datetime.datetime.replace|moment.replace(hour=3)
datetime.datetime.weekday|moment.weekday()
datetime.datetime.timestamp|moment.timestamp()
datetime.datetime.astimezone|aware.astimezone(utc)
datetime.datetime.combine|datetime.datetime.combine(day, moment.time())
decimal.Decimal|Decimal("1234.56")
decimal.Decimal.__add__|price + rate
decimal.Decimal.__mul__|price * rate
decimal.Decimal.__truediv__|price / rate
decimal.Decimal.__floordiv__|price // rate
decimal.Decimal.__mod__|price % rate
decimal.Decimal.quantize|price.quantize(cent, ROUND_HALF_UP)
decimal.Decimal.__pow__|rate ** 12
fractions.Fraction|Fraction(7, 12)
fractions.Fraction.__add__|third + part
fractions.Fraction.__mul__|third * part
fractions.Fraction.__truediv__|third / part
fractions.Fraction.__floordiv__|third // part
struct.pack|struct.pack("<HHIf", 1, 2, 3, 4.0)
struct.unpack|struct.unpack("<HHIf", packed)
struct.unpack_from|struct.unpack_from("<HHIf", packed, 0)
struct.Struct.pack|head.pack(1, 2, 3, 4.0)
struct.Struct.unpack|head.unpack(packed)
struct.Struct.unpack_from|head.unpack_from(packed, 0)
array.array.append|numbers.append(1.0); numbers.pop()
collections.Counter.most_common|counted.most_common(5)
collections.OrderedDict.move_to_end|ordered.move_to_end(5)
collections.deque.rotate|queue.rotate(1)
re.Match.group|match.group(1)
re.Match.groups|match.groups()
re.Match.start|match.start()
re.Pattern.match|pattern.match("alpha")
csv.writer.writerow|writer.writerow(row)
csv.DictWriter.writerow|dicts.writerow(named)
csv.DictWriter.writeheader|dicts.writeheader()
io.BytesIO.tell|buffer.tell()
io.BytesIO.seek|buffer.seek(0)
io.StringIO.tell|text.tell()
builtins.bytearray.append|grown.append(1); grown.pop()
math.erf|math.erf(0.3)
math.cosh|math.cosh(0.3)
operator.index|operator.index(7)
os.fspath|os.fspath("a/b")
os.fsencode|os.fsencode("a/b")
os.fsdecode|os.fsdecode(b"a/b")
sys.getrefcount|sys.getrefcount(plain)
sys.getrecursionlimit|sys.getrecursionlimit()
sys.intern|sys.intern("alpha")
sys.getsizeof|sys.getsizeof(plain)
weakref.ref|weakref.ref(plain)
inspect.isclass|inspect.isclass(Plain)
inspect.isfunction|inspect.isfunction(plain)
stat.S_ISDIR|stat.S_ISDIR(16877)
calendar.timegm|calendar.timegm((2024, 2, 29, 12, 30, 5, 0, 0, 0))
contextlib.suppress|contextlib.suppress(ValueError)
contextlib.nullcontext|contextlib.nullcontext()
contextlib.closing|contextlib.closing(plain)
contextlib.ExitStack|contextlib.ExitStack()
textwrap.wrap|textwrap.wrap(words, 60)
textwrap.dedent|textwrap.dedent("  a\\n  b\\n  c\\n")
uuid.uuid4|uuid.uuid4()
difflib.get_close_matches, 25 words|difflib.get_close_matches("acount", spellings)
difflib.unified_diff, 200 lines|list(difflib.unified_diff(lines, changed))
difflib.ndiff, 200 lines|list(difflib.ndiff(lines, changed))
difflib.SequenceMatcher.ratio, 2 × 60 characters|parts.set_seq1(command); parts.ratio()
html.parser.HTMLParser.feed, 4700 characters|html.parser.HTMLParser().feed(markup)
string.Template.substitute|template.substitute(name="a", thing="b", state="c")
shlex.split, 50 characters|shlex.split(command)
shlex.quote|shlex.quote(command)
configparser.ConfigParser.read_string, 1700 characters|configparser.ConfigParser().read_string(sections)
argparse.ArgumentParser.parse_args|arguments.parse_args(["--flag", "3"])
tomllib.loads, 1700 characters|__import__("tomllib").loads(sections)
plistlib.loads, 1300 bytes|plistlib.loads(listing)
ipaddress.ip_address|ipaddress.ip_address("192.168.1.7")
ipaddress.ip_network|ipaddress.ip_network("192.168.0.0/24")
email.message_from_string, 2000 characters|email.message_from_string(message)
traceback.format_exc|failure()
inspect.signature|inspect.signature(failure)
xml.etree.ElementTree.Element.find|tree.find("a/b")
xml.dom.minidom.parseString, 1900 characters|xml.dom.minidom.parseString("<r>" + "<a><b>text</b></a>" * 100 + "</r>")
fnmatch.fnmatch|fnmatch.fnmatch("some_file.py", "*.py")
fnmatch.filter, 200 names|fnmatch.filter(lines, "*7")
statistics.quantiles, 1000 floats|statistics.quantiles(values)
statistics.mode, 1000 integers|statistics.mode(small)
statistics.geometric_mean, 1000 floats|statistics.geometric_mean(values)
statistics.harmonic_mean, 1000 floats|statistics.harmonic_mean(values)
heapq.nsmallest, 10 of 1000|heapq.nsmallest(10, values)
heapq.nlargest, 100 of 1000|heapq.nlargest(100, values)
dataclasses.asdict, 4 fields|dataclasses.asdict(field_values)
dataclasses.replace|dataclasses.replace(field_values, a=3)
random.choices, 100|rng.choices(values, k=100)
random.sample, 100|rng.sample(values, 100)
builtins.round, no digits|round(x)
builtins.round, two digits|round(x, 2)
f-string of an integer and a text|f"{n} and {name}"
f-string of an integer with a width|f"{n:06d}"
f-string of an integer with separators|f"{n:,}"
f-string of a float with digits|f"{x:.2f}"
f-string of a text with a width|f"{name:<12}"
for over no element|for _ in nothing: pass
for over no number|for _ in range(0): pass
for over no pair of enumerate|for _ in enumerate(nothing): pass
for over no pair of zip|for _ in zip(nothing, nothing): pass
for over no item|for _ in empty.items(): pass
comprehension over no element|[each for each in nothing]
generator over no element|any(each for each in nothing)
any over no element|any(nothing)
"""


def nanoseconds(statement, seconds):
    names = {}
    exec(SETUP, names)
    code = "def run(count):\n    for _ in range(count):\n        %s\n" % statement
    empty = "def run(count):\n    for _ in range(count):\n        pass\n"
    exec(code, names)
    run = names["run"]
    run(3)
    bare = {}
    exec(empty, bare)
    count = 10
    while True:
        start = time.process_time()
        run(count)
        taken = time.process_time() - start
        if taken > seconds / 10 or count > 10_000_000:
            break
        count *= 4
    times = []
    end = time.perf_counter() + seconds
    while len(times) < 5 or time.perf_counter() < end:
        start = time.process_time()
        run(count)
        middle = time.process_time()
        bare["run"](count)
        times.append((2 * middle - start - time.process_time()) / count * 1e9)
    return [round(min(times), 1), round(statistics.median(times), 1)]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=0.05)
    seconds = parser.parse_args().seconds
    found = {}
    for line in CALLS.strip().splitlines():
        name, statement = line.split("|", 1)
        try:
            found[name] = nanoseconds(statement, seconds)
        except (AttributeError, TypeError, ValueError):
            continue
    gil = getattr(sys, "_is_gil_enabled", lambda: True)()
    json.dump({"python": sys.version.split()[0] + ("" if gil else "t"), "calls": found}, sys.stdout, indent=1)
    print()


if __name__ == "__main__":
    main()
