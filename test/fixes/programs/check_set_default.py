# fix: unsafe-lazy-init
# safety: safe
# before: lost
# after: kept
# title: setdefault
import threading
import time


by_city = {}


class City(str):
    """A key that lets other threads run when its hash is asked for."""

    def __hash__(self):
        time.sleep(0.001)
        return str.__hash__(self)


def collect(city, name):
    if city not in by_city:
        by_city[city] = []
    by_city[city].append(name)


def work(name):
    collect(City("Berlin"), name)


threads = [threading.Thread(target=work, args=(str(number),)) for number in range(6)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print("kept" if len(by_city["Berlin"]) == 6 else "lost")
