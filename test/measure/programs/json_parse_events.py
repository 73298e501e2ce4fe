# parts: json.loads=held
import json
from concurrent.futures import ThreadPoolExecutor


BODY = json.dumps([{"id": i, "kind": "click", "position": [i % 640, i % 480], "ratio": i / 7} for i in range(6_000)])


def task(n):
    return len(json.loads(BODY))


ITEMS = range(8)


def main():
    with ThreadPoolExecutor(max_workers=4) as pool:
        list(pool.map(task, ITEMS))


if __name__ == "__main__":
    main()
