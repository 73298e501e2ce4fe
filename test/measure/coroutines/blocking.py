import asyncio
import time

ITEMS = range(10)


async def task(item):
    time.sleep(0.02)
    await asyncio.sleep(0.02)
    return item


async def main():
    return await asyncio.gather(*(task(item) for item in ITEMS))


if __name__ == "__main__":
    print(sum(asyncio.run(main())))
