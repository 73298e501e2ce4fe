# fix: shared-iterator
# refused: yield
import threading


def numbers():
    yield from range(100)


source = numbers()


def pairs():
    for number in source:
        yield number, number


def work():
    for pair in pairs():
        print(pair)


for _ in range(4):
    threading.Thread(target=work).start()
