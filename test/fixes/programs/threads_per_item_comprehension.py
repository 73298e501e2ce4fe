# fix: unbounded-threads
# safety: unsafe
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


scan("a", [number for number in range(50)])
print(len(seen))
