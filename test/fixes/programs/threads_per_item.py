# fix: unbounded-threads
# safety: unsafe
import threading

seen = []


def visit(port):
    seen.append(port)


def scan(count):
    threads = []
    for port in range(count):
        thread = threading.Thread(target=visit, args=(port,), daemon=True)
        threads.append(thread)
        thread.start()
    for thread in threads:
        thread.join()


scan(300)
print(sorted(seen) == list(range(300)))
