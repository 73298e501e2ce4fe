# fix: update-across-await
# safety: safe
# before: lost
# after: kept
# python: 3.7
import asyncio

total = 0


async def price(item):
    await asyncio.sleep(0.001)
    return item * 3


async def add(item):
    global total
    total += await price(item)


async def main():
    await asyncio.gather(*(add(item) for item in range(5)))
    print("kept" if total == 30 else "lost")


asyncio.run(main())
