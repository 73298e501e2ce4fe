import assert from "node:assert/strict";
import { test } from "node:test";
import { AnalysisHost } from "../../server/src/analysis/analysis.js";
import { newestTarget } from "../../server/src/base/target.js";
import { pythonParser } from "../syntax/python-parser.js";

const parser = await pythonParser();

/** The entry that the hover on the last line's call shows; `▶` stands before the place that is hovered. */
function recognised(code: string, others: Readonly<Record<string, string>> = {}): string | undefined {
  const host = new AnalysisHost(parser, { target: newestTarget, cores: 4, severities: {} });
  for (const [path, text] of Object.entries(others)) host.setFile(path, text);
  const offset = code.indexOf("▶");
  host.setFile("/main.py", code.replace("▶", ""));
  const markdown = host.snapshot().hover("/main.py", offset + 1)?.markdown ?? "";
  return /^\*\*`([^`]+)`\*\*/.exec(markdown)?.[1];
}

const cases: readonly (readonly [way: string, entry: string, code: string, others?: Readonly<Record<string, string>>])[] = [
  ["an import", "zlib.compress", "import zlib\nzlib.▶compress(data)\n"],
  ["a name imported", "zlib.compress", "from zlib import compress\n▶compress(data)\n"],
  ["an alias of the module", "numpy.dot", "import numpy as np\nnp.▶dot(a, b)\n"],
  ["an alias of the name", "time.sleep", "from time import sleep as wait\n▶wait(1)\n"],
  ["a submodule", "numpy.linalg.svd", "import numpy as np\nnp.linalg.▶svd(a)\n"],
  ["a submodule imported from", "scipy.ndimage.gaussian_filter", "from scipy import ndimage\nndimage.▶gaussian_filter(a, 3)\n"],
  [
    "a re-export of the program's",
    "zlib.compress",
    "from tools import squeeze\n▶squeeze(data)\n",
    { "/tools.py": "from zlib import compress as squeeze\n" },
  ],
  [
    "a re-export through a package",
    "json.dumps",
    "from pkg import dumps\n▶dumps(data)\n",
    { "/pkg/__init__.py": "from .inner import dumps\n", "/pkg/inner.py": "from json import dumps\n" },
  ],
  ["a name bound to the function", "zlib.compress", "import zlib\nsqueeze = zlib.compress\n▶squeeze(data)\n"],
  ["an instance of a factory", "hashlib.HASH.update", "import hashlib\nh = hashlib.sha256()\nh.▶update(data)\n"],
  ["an instance of a class", "threading.Event.wait", "import threading\ndone = threading.Event()\ndone.▶wait()\n"],
  [
    "an annotation of a parameter",
    "PIL.Image.Image.resize",
    "from PIL import Image\n\ndef shrink(img: Image.Image):\n    return img.▶resize((9, 9))\n",
  ],
  [
    "an annotation as a string",
    "PIL.Image.Image.resize",
    'from PIL import Image\n\ndef shrink(img: "Image.Image"):\n    return img.▶resize((9, 9))\n',
  ],
  [
    "an optional annotation",
    "PIL.Image.Image.resize",
    "from PIL import Image\n\ndef shrink(img: Image.Image | None):\n    return img.▶resize((9, 9))\n",
  ],
  [
    "an Optional annotation",
    "queue.Queue.get",
    "import queue\nfrom typing import Optional\n\ndef take(jobs: Optional[queue.Queue]):\n    return jobs.▶get()\n",
  ],
  [
    "an annotated variable",
    "sqlite3.Connection.execute",
    "import sqlite3\nconn: sqlite3.Connection = open_it()\nconn.▶execute('select 1')\n",
  ],
  ["an annotation of a generic class", "queue.Queue.get", "import queue\n\ndef take(jobs: queue.Queue[int]):\n    return jobs.▶get()\n"],
  ["a factory's connection", "sqlite3.Connection.execute", "import sqlite3\nconn = sqlite3.connect('a.db')\nconn.▶execute('select 1')\n"],
  [
    "an attribute set in __init__",
    "requests.Session.get",
    "import requests\n\nclass Client:\n    def __init__(self):\n        self.session = requests.Session()\n\n    def load(self, url):\n        return self.session.▶get(url)\n",
  ],
  [
    "an annotated attribute",
    "requests.Session.get",
    "import requests\n\nclass Client:\n    session: requests.Session\n\n    def load(self, url):\n        return self.session.▶get(url)\n",
  ],
  [
    "an attribute of an instance",
    "requests.Session.get",
    "import requests\n\nclass Client:\n    def __init__(self):\n        self.session = requests.Session()\n\nclient = Client()\nclient.session.▶get('x')\n",
  ],
  ["a context manager", "io.BufferedReader.read", "with open('f', 'rb') as file:\n    file.▶read()\n"],
  ["a context manager of a class", "requests.Session.get", "import requests\nwith requests.Session() as session:\n    session.▶get('x')\n"],
  [
    "a context manager's other value",
    "zipfile.ZipFile.read",
    "import zipfile\nwith zipfile.ZipFile('a.zip') as archive:\n    archive.▶read('x')\n",
  ],
  [
    "what closing() is given",
    "sqlite3.Cursor.execute",
    "import sqlite3\nfrom contextlib import closing\nwith closing(sqlite3.connect('a')) as conn:\n    conn.cursor().▶execute('x')\n",
  ],
  ["a column of a group", "pandas.core.groupby.SeriesGroupBy.sum", "import pandas as pd\npd.read_csv('a').groupby('k')['v'].▶sum()\n"],
  ["a column of a data frame", "pandas.Series.apply", "import pandas as pd\ndf = pd.read_csv('a')\ndf['a'].▶apply(f)\n"],
  ["a lazy chain", "polars.LazyFrame.collect", "import polars as pl\npl.scan_csv('a').filter(x).group_by('k').agg(y).▶collect()\n"],
  [
    "a fitted estimator",
    "sklearn.ensemble.RandomForestClassifier.predict",
    "from sklearn.ensemble import RandomForestClassifier as F\nF().fit(x, y).▶predict(x)\n",
  ],
  ["a compressed file", "gzip.GzipFile.write", "import gzip\nwith gzip.open('a', 'wb') as file:\n    file.▶write(b'x')\n"],
  ["an executed query", "duckdb.DuckDBPyConnection.fetchall", "import duckdb\nduckdb.connect().execute('x').▶fetchall()\n"],
  ["a table that was read", "pyarrow.Table.to_pandas", "import pyarrow.parquet as pq\npq.read_table('f').▶to_pandas()\n"],
  [
    "a layer of a model",
    "torch.nn.Module.__call__",
    "from torch import nn\n\nclass Net(nn.Module):\n    def __init__(self):\n        self.layer = nn.Linear(2, 2)\n\n    def forward(self, x):\n        return self.▶layer(x)\n",
  ],
  ["an array of random numbers", "numpy.ndarray.sum", "import numpy as np\na = np.random.rand(9)\na.▶sum()\n"],
  ["a library of ctypes by its name", "ctypes.cdll.msvcrt.printf", "import ctypes\nctypes.cdll.msvcrt.▶printf(b'x')\n"],
  ["a C function by index", "ctypes._CFuncPtr.__call__", "import ctypes\nwork = ctypes.CDLL('a')['work']\n▶work(1)\n"],
  ["a library of cffi", "cffi.FFI.Library.work", "from cffi import FFI\nlib = FFI().dlopen('a')\nlib.▶work(1)\n"],
  ["a chained call", "hashlib.HASH.hexdigest", "import hashlib\nhashlib.sha256(data).▶hexdigest()\n"],
  ["a chain of methods", "sqlite3.Cursor.fetchall", "import sqlite3\nsqlite3.connect('a').execute('x').▶fetchall()\n"],
  ["a chain of a data frame", "pandas.core.groupby.DataFrameGroupBy.sum", "import pandas as pd\npd.read_csv('a').groupby('k').▶sum()\n"],
  ["a helper's return type", "requests.Session.get", "import requests\n\ndef make():\n    return requests.Session()\n\nmake().▶get('x')\n"],
  [
    "a helper's annotation",
    "requests.Session.get",
    "import requests\n\ndef make() -> requests.Session:\n    return cached()\n\nmake().▶get('x')\n",
  ],
  [
    "a helper of another file",
    "requests.Session.get",
    "from web import make\nmake().▶get('x')\n",
    { "/web.py": "import requests\n\ndef make():\n    return requests.Session()\n" },
  ],
  [
    "a method that is inherited",
    "requests.Session.get",
    "import requests\n\nclass Polite(requests.Session):\n    pass\n\nPolite().▶get('x')\n",
  ],
  [
    "a method of a base of the library's",
    "threading.Thread.join",
    "import threading\n\nclass Worker(threading.Thread):\n    pass\n\nWorker().▶join()\n",
  ],
  [
    "super()",
    "threading.Thread.join",
    "import threading\n\nclass Worker(threading.Thread):\n    def join(self, timeout=None):\n        super().▶join(timeout)\n",
  ],
  ["a literal", "builtins.str.join", "','.▶join(rows)\n"],
  ["an f-string", "builtins.str.encode", "f'{a}'.▶encode()\n"],
  ["a compiled pattern", "re.Pattern.findall", "import re\npattern = re.compile('a')\npattern.▶findall(text)\n"],
  [
    "a module-level instance used in a function",
    "re.Pattern.findall",
    "import re\npattern = re.compile('a')\n\ndef find(text):\n    return pattern.▶findall(text)\n",
  ],
  [
    "an instance imported from another file",
    "re.Pattern.findall",
    "from patterns import word\nword.▶findall(text)\n",
    { "/patterns.py": "import re\nword = re.compile('a')\n" },
  ],
  ["the walrus", "re.Match.group", "import re\nif match := re.match('a', text):\n    match.▶group()\n"],
  [
    "a conditional expression",
    "requests.Session.get",
    "import requests\nsession = given if given else requests.Session()\nsession.▶get('x')\n",
  ],
  ["an import within the function", "zlib.compress", "def squeeze(data):\n    import zlib\n    return zlib.▶compress(data)\n"],
  ["an import that may fail", "orjson.dumps", "try:\n    import orjson\nexcept ImportError:\n    orjson = None\norjson.▶dumps(data)\n"],
  ["a method of a numpy array", "numpy.ndarray.sum", "import numpy as np\na = np.zeros(1000)\na.▶sum()\n"],
  ["arithmetic of arrays", "numpy.ndarray.sum", "import numpy as np\na = np.zeros(1000)\n(a + a).▶sum()\n"],
  ["a torch tensor", "torch.Tensor.sum", "import torch\nt = torch.rand(9)\n(t @ t).▶sum()\n"],
  ["a redis client", "redis.Redis.get", "import redis\nr = redis.Redis()\nr.▶get('a')\n"],
  ["a client of boto3", "boto3.client", "import boto3\ns3 = boto3.▶client('s3')\n"],
  [
    "a database cursor in with",
    "psycopg.Cursor.execute",
    "import psycopg\nwith psycopg.connect('x') as conn:\n    with conn.cursor() as cur:\n        cur.▶execute('x')\n",
  ],
  [
    "a pool's future",
    "concurrent.futures.Future.result",
    "from concurrent.futures import ThreadPoolExecutor\nwith ThreadPoolExecutor() as pool:\n    future = pool.submit(work)\n    future.▶result()\n",
  ],
  ["a property-like attribute", "subprocess.Popen.wait", "import subprocess\np = subprocess.Popen(['x'])\np.▶wait()\n"],
  ["a path", "pathlib.Path.read_text", "from pathlib import Path\n(Path('a') / 'b').▶read_text()\n"],
  ["a partial alias", "PIL.Image.open", "from PIL import Image as PILImage\nPILImage.▶open('x')\n"],
  ["a star import", "math.factorial", "from math import *\n▶factorial(1000)\n"],
  [
    "self with an annotation of the parameter",
    "queue.Queue.get",
    "import queue\n\nclass Worker:\n    def __init__(self, jobs: queue.Queue):\n        self.jobs = jobs\n\n    def run(self):\n        self.jobs.▶get()\n",
  ],
  [
    "a dataclass field",
    "queue.Queue.get",
    "import queue\nfrom dataclasses import dataclass\n\n@dataclass\nclass Worker:\n    jobs: queue.Queue\n\n    def run(self):\n        self.jobs.▶get()\n",
  ],
];

/** What a reader sees and Gilscope does not, yet: known misses, so that whoever teaches it finds them here. */
const missed: typeof cases = [
  [
    "an element of what is iterated",
    "PIL.Image.Image.resize",
    "from PIL import Image\nimages: list[Image.Image] = []\nfor image in images:\n    image.▶resize((9, 9))\n",
  ],
  [
    "isinstance",
    "PIL.Image.Image.resize",
    "from PIL import Image\n\ndef shrink(value):\n    if isinstance(value, Image.Image):\n        return value.▶resize((9, 9))\n",
  ],
  [
    "a socket accepted",
    "socket.socket.recv",
    "import socket\nserver = socket.create_server(('', 1))\nconn, address = server.accept()\nconn.▶recv(9)\n",
  ],
];

for (const [way, entry, code, others] of cases) {
  test(`a call is recognised through ${way}`, () => assert.equal(recognised(code, others), entry));
}

for (const [way, , code, others] of missed) {
  test(`a call is not yet recognised through ${way}`, () => assert.equal(recognised(code, others), undefined));
}
