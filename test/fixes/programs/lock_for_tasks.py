# fix: lock-held-across-await
# safety: unsafe
# before: lost
# after: kept
# python: 3.10
import asyncio
import threading

lock = threading.Lock()
order = []


async def work(name):
    with lock:
        order.append(name)
        await asyncio.sleep(0.001)
        order.append(name)


async def main():
    await asyncio.gather(work("a"), work("b"))


def run():
    asyncio.run(main())


runner = threading.Thread(target=run, daemon=True)
runner.start()
runner.join(0.3)
print("kept" if order == ["a", "a", "b", "b"] else "lost", flush=True)
if runner.is_alive():
    import os

    os._exit(0)
