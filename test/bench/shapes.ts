/* Files in which one thing stands as often as asked: each was once looked at in pairs. */

function each(count: number, lines: (index: number) => string): string {
  return Array.from({ length: count }, (_, index) => lines(index)).join("");
}

/** Threads that run one function or method, as often as it takes for two of them to meet. */
function started(target: string): string {
  return `for _ in range(4):\n    threading.Thread(target=${target}).start()\n`;
}

/** By what stands there that often. */
export const shapes: Readonly<Record<string, (count: number) => string>> = {
  "classes of threads that change their base's": (count) => `import threading
class Base(threading.Thread):
    def __init__(self):
        self.n = 0
    def run(self):
        self.n += 1
        self.step()
${each(count, (i) => `class Own${i}(Base):\n    def step(self):\n        self.n += ${i}\n`)}def main():
${each(count, (i) => `    Own${i}().start()\n`)}`,

  "classes of threads that count themselves": (count) => `import threading
${each(count, (i) => `class T${i}(threading.Thread):\n    count = 0\n    def run(self):\n        T${i}.count += 1\n        self.n = 1\n`)}def main():
${each(count, (i) => `    for _ in range(3):\n        T${i}().start()\n`)}main()
`,

  "threads in attributes, joined elsewhere": (count) => `import threading
class A:
    def f(self):
        self.x = 1
    def main(self):
${each(count, (i) => `        self.t${i} = threading.Thread(target=self.f)\n        self.t${i}.start()\n`)}    def stop(self):
${each(count, (i) => `        self.t${i}.join()\n`)}a = A()
a.main()
a.stop()
`,

  "threads that are joined at once": (count) => `import threading
def f(): pass
def main():
${each(count, () => "    t = threading.Thread(target=f)\n    t.start()\n    t.join()\n")}main()
`,

  "threads on one line that nobody starts": (count) => `import threading
def f(): pass
x = [${each(count, () => "threading.Thread(target=f), ")}]
`,

  "functions with a global each, twice in threads": (count) => `import threading
${each(count, (i) => `g${i} = 0\ndef f${i}():\n    global g${i}\n    g${i} += 1\n`)}def main():
${each(count, (i) => `    threading.Thread(target=f${i}).start()\n`.repeat(2))}main()
`,

  "objects whose method two threads run": (count) => `import threading
class A:
    def __init__(self):
        self.n = 0
    def f(self):
        self.n += 1
def main():
${each(count, (i) => `    a${i} = A()\n${`    threading.Thread(target=a${i}.f).start()\n`.repeat(2)}`)}main()
`,

  "methods that change one attribute": (count) => `import threading
class A:
    def __init__(self):
        self.x = 0
${each(count, (i) => `    def m${i}(self):\n        self.x += ${i}\n`)}    def run(self):
${each(count, (i) => `        self.m${i}()\n`)}a = A()
${started("a.run")}`,

  "changes of one attribute": (count) => `import threading
class A:
    def f(self):
${each(count, () => "        self.g += 1\n")}a = A()
${started("a.f")}`,

  "changes of one global": (count) => `import threading
g = 0
def f():
    global g
${each(count, () => "    g += 1\n")}${started("f")}`,

  "waits under one lock": (count) => `import threading, time
lock = threading.Lock()
g = 0
def f():
    global g
${each(count, () => "    with lock:\n        time.sleep(1)\n        g += 1\n")}${started("f")}`,

  "pairs of locks": (count) => `import threading
${each(count + 1, (i) => `l${i} = threading.Lock()\n`)}${each(
  count,
  (i) =>
    `def m${i}():\n    with l${i}:\n        with l${i + 1}:\n            pass\ndef n${i}():\n    with l${i + 1}:\n        with l${i}:\n            pass\n`,
)}def run():
${each(count, (i) => `    m${i}()\n    n${i}()\n`)}${started("run")}`,

  "globals made when asked for": (count) => `import threading
${each(count, (i) => `g${i} = None\ndef f${i}():\n    global g${i}\n    if g${i} is None:\n        g${i} = object()\n    return g${i}\n`)}def run():
${each(count, (i) => `    f${i}()\n`)}${started("run")}`,

  "loops over a dict that others change": (count) => `import threading
d = {}
def f(x):
${each(count, (i) => `    for k in d:\n        print(k)\n    d['k${i}'] = x\n`)}for _ in range(4):
    threading.Thread(target=f, args=([],)).start()
`,
};
