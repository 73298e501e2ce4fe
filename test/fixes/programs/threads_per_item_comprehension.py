# fix: unbounded-threads
# safety: unsafe
import os
import threading

seen = []


def visit(host, port):
    seen.append((host, port))


def scan(host, ports):
    threads = [threading.Thread(target=visit, args=(host, port)) for port in ports]
    for thread in threads:
        thread.start()
    print("all started")
    for thread in threads:
        thread.join()


scan("a", [int(number) for number in os.environ.get("PORTS", "1 2 3 4 5").split()])
print(len(seen))
