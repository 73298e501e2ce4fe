# parts: base64.b64encode=held
import base64
from concurrent.futures import ThreadPoolExecutor


IMAGE = bytes(range(256)) * 20_000


def task(n):
    return len(base64.b64encode(IMAGE))


ITEMS = range(12)


def main():
    with ThreadPoolExecutor(max_workers=4) as pool:
        list(pool.map(task, ITEMS))


if __name__ == "__main__":
    main()
