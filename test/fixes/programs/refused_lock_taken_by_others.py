# fix: lock-held-across-await
# refused: which is no coroutine
import asyncio
import threading

lock = threading.Lock()
items = []


async def collect(item):
    with lock:
        await asyncio.sleep(0.01)
        items.append(item)


def show():
    with lock:
        print(items)


async def main():
    await asyncio.gather(collect(1), collect(2))


asyncio.run(main())
show()
