# fix: unbounded-threads
# safety: unsafe
import os
import threading

seen = []


def visit(port):
    seen.append(port)


def scan(ports):
    threads = []
    for port in ports:
        thread = threading.Thread(target=visit, args=(port,), daemon=True)
        threads.append(thread)
        thread.start()
    for thread in threads:
        thread.join()


scan([int(number) for number in os.environ.get("PORTS", "1 2 3").split()])
print(sorted(seen))
