"""How often loops go round that run inside other loops: of each loop in the modules below, the mean over its runs; of all those loops, quantiles.

usage: python3.13 test/measure/loop_lengths.py        (prints one JSON object; `usualInnerRounds` of server/src/estimate/values/evaluate.ts stands for the middle)

The modules are those of the standard library that are written in Python; each is loaded with a counter in every loop and given something to do.
A loop over a `range`, or over what is written out, is left out: nobody has to guess how long that is.
"""
import ast
import importlib.util
import io
import json
import os
import sys

LIB = os.path.dirname(os.__file__)
runs = {}  # place of a loop -> [runs inside another loop, rounds in all]
active = 0


class Counter:
    """Counts the rounds of one run of a loop."""

    def __init__(self, place):
        global active
        self.place, self.rounds, self.inner = place, 0, active > 0
        active += 1

    def round(self):
        self.rounds += 1
        return True

    def done(self):
        global active
        active -= 1
        if self.inner:
            row = runs.setdefault(self.place, [0, 0])
            row[0] += 1
            row[1] += self.rounds


class Instrument(ast.NodeTransformer):
    def __init__(self, module):
        self.module = module

    def told(self, node):
        source = getattr(node, "iter", None)
        if isinstance(source, (ast.Tuple, ast.List, ast.Constant)):
            return True
        return isinstance(source, ast.Call) and isinstance(source.func, ast.Name) and source.func.id == "range"

    def loop(self, node):
        self.generic_visit(node)
        if self.told(node):
            return node
        name = f"_counter_{node.lineno}_{node.col_offset}"
        place = f"{self.module}:{node.lineno}"
        begin, each, end = ast.parse(f"{name} = _Counter({place!r})\n{name}.round()\n{name}.done()").body
        node.body.insert(0, each)
        return [begin, ast.Try(body=[node], handlers=[], orelse=[], finalbody=[end])]

    visit_For = visit_While = loop


def load(name):
    path = importlib.util.find_spec(name).origin
    with open(path, encoding="utf-8") as file:
        tree = ast.fix_missing_locations(Instrument(name).visit(ast.parse(file.read())))
    module = type(sys)(name)
    module.__file__, module.__package__ = path, name.rpartition(".")[0]
    if path.endswith("__init__.py"):
        module.__path__, module.__package__ = [os.path.dirname(path)], name
    module._Counter = Counter
    module.__dict__["__name__"] = name
    sys.modules[name] = module
    if "." in name:
        parent, _, last = name.rpartition(".")
        setattr(__import__(parent, fromlist=["x"]), last, module)
    exec(compile(tree, path, "exec"), module.__dict__)
    return module


def text_of(name):
    with open(os.path.join(LIB, name), encoding="utf-8") as file:
        return file.read()


def work():
    source = text_of("textwrap.py")
    textwrap = load("textwrap")
    for width in (40, 72):
        for part in source.split("\n\n"):
            textwrap.fill(part, width)
            textwrap.dedent(part)
    difflib = load("difflib")
    list(difflib.unified_diff(source.splitlines(), source.replace("self", "this").splitlines()))
    for word in ("wrap", "fill", "dedent", "shorten"):
        difflib.get_close_matches(word, source.split()[:300])
    tokenize = load("tokenize")
    list(tokenize.generate_tokens(io.StringIO(source).readline))
    shlex = load("shlex")
    for line in ("git commit -m 'a message' --amend", 'echo "$HOME" | grep -v x') * 20:
        shlex.split(line)
    configparser = load("configparser")
    parser = configparser.ConfigParser()
    parser.read_string("\n".join(f"[part{i}]\nname = {i}\npath = %(name)s/x\nlist =\n  a\n  b" for i in range(30)))
    [parser.items(section) for section in parser.sections()]
    parser.write(io.StringIO())
    csv = load("csv")
    table = "\n".join(f"{i},name {i},{i * 1.5},x" for i in range(60))
    csv.Sniffer().sniff(table)
    csv.Sniffer().has_header(table)
    pprint = load("pprint")
    pprint.pformat([{"name": f"n{i}", "tags": ["a", "b", "c" * i], "more": {"k": [i] * 5}} for i in range(40)])
    page = "".join(f"<div class='c{i}'><p>text &amp; more {i}</p><a href='/p/{i}'>link</a></div>" for i in range(60))
    load("html")
    HTMLParser = load("html.parser").HTMLParser
    HTMLParser().feed(page)
    fnmatch = load("fnmatch")
    names = sorted(os.listdir(LIB))
    for pattern in ("*.py", "[a-d]*", "te?t*", "*_*"):
        fnmatch.filter(names, pattern)
    heapq = load("heapq")
    list(heapq.merge(*[range(i, 100 + i, 7) for i in range(8)]))
    graphlib = load("graphlib")
    for size in (10, 40):
        list(graphlib.TopologicalSorter({i: [j for j in range(i) if (i * j) % 3 == 1] for i in range(size)}).static_order())
    statistics = load("statistics")
    for size in (10, 100):
        data = [(i * 37) % 50 for i in range(size)]
        statistics.median(data), statistics.multimode(data), statistics.quantiles(data), statistics.variance(data)
    ipaddress = load("ipaddress")
    networks = [ipaddress.ip_network(f"10.{i}.0.0/16") for i in range(12)]
    list(ipaddress.collapse_addresses(networks))
    [ipaddress.ip_address(f"fe80::{i:x}") for i in range(30)]
    ipaddress.summarize_address_range(ipaddress.ip_address("10.0.0.3"), ipaddress.ip_address("10.0.2.9"))
    parse = load("urllib.parse")
    for i in range(30):
        parse.parse_qs(f"a={i}&b=2&c=x+y&d=%41")
        parse.urljoin("http://host/a/b/c", f"../{i}/d")
        parse.quote(f"path {i}/ü")
    argparse = load("argparse")
    parser = argparse.ArgumentParser("tool")
    for option in ("--name", "--size", "--path", "-v", "-q"):
        parser.add_argument(option)
    parser.add_argument("files", nargs="*")
    for i in range(10):
        parser.parse_args(["--name", "x", "--size", str(i), "a", "b", "c"])
    parser.format_help()
    string = load("string")
    for i in range(20):
        string.Template("$a and ${b} and $$").substitute(a=i, b=2)
        string.Formatter().format("{0:>{1}} {name!r}", i, 8, name="x")
    ElementTree = load("xml.etree.ElementPath")
    import xml.etree.ElementTree as tree
    root = tree.fromstring("<all>" + "".join(f"<row id='{i}'><name>n{i}</name><tags><tag>a</tag><tag>b</tag></tags></row>" for i in range(40)) + "</all>")
    for path in ("row/name", ".//tag", "row[@id='7']/tags/tag"):
        list(ElementTree.iterfind(root, path))
    minidom = load("xml.dom.minidom")
    plistlib = load("plistlib")
    plistlib.loads(plistlib.dumps({f"k{i}": [i, str(i), {"x": i}] for i in range(40)}))
    plistlib.loads(plistlib.dumps({f"k{i}": [i, str(i), {"x": i}] for i in range(40)}, fmt=plistlib.FMT_BINARY))
    pickletools, pickle = load("pickletools"), load("pickle")
    data = pickle._dumps([{"name": f"n{i}", "list": list(range(i % 9))} for i in range(50)])
    pickletools.optimize(data)
    pickle._loads(data)
    calendar = load("calendar")
    calendar.TextCalendar().formatyear(2024)
    locale = load("gettext")
    [locale.c2py(rule) for rule in ("n != 1", "n%10==1 && n%100!=11 ? 0 : n%10>=2 && n%10<=4 ? 1 : 2")]
    symtable_ast = load("ast")
    symtable_ast.unparse(symtable_ast.parse(source))
    inspect = load("inspect")
    for function in (textwrap.wrap, difflib.ndiff, csv.Sniffer.sniff, inspect.signature):
        inspect.signature(function), inspect.getsource(function)
    message = load("email.message")
    load("email.feedparser")
    load("email._header_value_parser")
    load("email.header")
    load("email.generator")
    import email
    import email.policy
    mail = "From: a@b.c\nTo: x <x@y.z>, w@v.u\nSubject: =?utf-8?q?caf=C3=A9?= menu\nContent-Type: multipart/mixed; boundary=b\n\n" + "".join(f"--b\nContent-Type: text/plain\n\npart {i}\nmore\n" for i in range(12)) + "--b--\n"
    for policy in (email.policy.default, email.policy.compat32):
        found = email.message_from_string(mail, policy=policy)
        [part.get_content_type() for part in found.walk()]
        found["Subject"], found["To"], found.as_string()
    cookies = load("http.cookies")
    for i in range(20):
        cookies.SimpleCookie(f"a={i}; b=2; Path=/; c=\"x y\"").output()
    zipfile, tarfile = load("zipfile._path"), load("tarfile")
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        for i in range(20):
            member = tarfile.TarInfo(f"folder/file{i}")
            member.size = 10
            archive.addfile(member, io.BytesIO(b"x" * 10))
    tarfile.open(fileobj=io.BytesIO(out.getvalue())).getmembers()
    decimal, fractions = load("_pydecimal"), load("fractions")
    total = decimal.Decimal(0)
    for i in range(1, 40):
        total += decimal.Decimal(1) / decimal.Decimal(i)
        total.sqrt()
    sum(fractions.Fraction(1, i) for i in range(1, 40)).limit_denominator(1000)
    pydoc, doctest = load("doctest"), load("cmd")
    pydoc.DocTestParser().get_examples("\n".join(f">>> {i} + 1\n{i + 1}\n" for i in range(20)))
    optparse, colorsys, dis = load("optparse"), load("colorsys"), load("dis")
    for function in (textwrap.wrap, difflib.ndiff):
        dis.dis(function, file=io.StringIO())
    json_decoder, json_encoder = load("json.decoder"), load("json.encoder")
    text = json.dumps([{"name": f"n{i}", "values": list(range(i % 7)), "more": {"a": "\n"}} for i in range(40)])
    scan = load("json.scanner")
    decoder = json_decoder.JSONDecoder()
    decoder.parse_string = json_decoder.py_scanstring
    decoder.scan_once = scan.py_make_scanner(decoder)
    "".join(json_encoder.JSONEncoder(indent=1).iterencode(decoder.decode(text)))


def main():
    failed = None
    try:
        work()
    except Exception as error:  # What was counted up to there counts.
        failed = repr(error)
    means = sorted(rounds / times for times, rounds in runs.values())
    quantile = lambda share: round(means[int(share * (len(means) - 1))], 2)
    mean = 2 ** (sum(__import__("math").log2(max(0.5, each)) for each in means) / len(means))
    print(json.dumps({"python": sys.version.split()[0], "loops": len(means), "failed": failed, "p10": quantile(0.1), "median": quantile(0.5), "geometric": round(mean, 2), "p75": quantile(0.75), "p90": quantile(0.9), "p98": quantile(0.98)}))


if __name__ == "__main__":
    main()
