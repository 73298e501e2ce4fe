import asyncio

ITEMS = range(400)


async def task(item):
    await asyncio.sleep(0.001)
    return item


async def main():
    total = 0
    for each in asyncio.as_completed([task(item) for item in ITEMS]):
        total += await each
    return total


if __name__ == "__main__":
    print(asyncio.run(main()))
