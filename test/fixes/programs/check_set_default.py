# fix: unsafe-lazy-init
# safety: unsafe
# before: lost
# after: kept
# title: setdefault
import threading
import time

start = threading.Barrier(6)


by_city = {}


class City(str):
    """A key that lets other threads run when its hash is asked for again, some of them for longer than others."""

    asked = 0
    delay = 0.0

    def __hash__(self):
        self.asked = self.asked + 1
        if self.asked == 2:
            time.sleep(self.delay)
        return str.__hash__(self)


def collect(city, name):
    if city not in by_city:
        by_city[city] = []
    by_city[city].append(name)


def work(name):
    start.wait()
    city = City("Berlin")
    city.delay = 0.005 * int(name)
    collect(city, name)


threads = [threading.Thread(target=work, args=(str(number),)) for number in range(6)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print("kept" if len(by_city["Berlin"]) == 6 else "lost")
