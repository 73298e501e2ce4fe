/** A Python program of about that many lines that uses threads, locks, pools and shared state throughout. */
export function largeProgram(lines: number): string {
  const head = [
    "import threading",
    "import time",
    "from concurrent.futures import ThreadPoolExecutor",
    "",
    "total = 0",
    "lock = threading.Lock()",
    "",
  ];
  const parts = [...head];
  for (let i = 0; parts.length < lines; i++) parts.push(...group(i));
  return `${parts.slice(0, lines).join("\n")}\n`;
}

function group(i: number): string[] {
  return `
class Account_${i}:
    def __init__(self):
        self.total = ${i}
        self.items = []
        self.lock = threading.Lock()

    def work_${i}(self, items):
        for item in items:
            if item % ${i + 2} == 0:
                with self.lock:
                    self.total += item
            else:
                self.items.append(item * item)
        return price_${i}(self.total)

def price_${i}(value):
    global total
    result = sum(k * value for k in range(${100 + i}))
    total += result
    time.sleep(0.001)
    return result

def main_${i}():
    account = Account_${i}()
    thread = threading.Thread(target=account.work_${i}, args=([1, 2, 3],))
    thread.start()
    with ThreadPoolExecutor(max_workers=4) as pool:
        results = list(pool.map(price_${i}, range(${10 + i})))
    thread.join()
    return results
`
    .split("\n")
    .slice(1);
}
