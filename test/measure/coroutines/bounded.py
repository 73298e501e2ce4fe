import asyncio

ITEMS = range(24)
LIMIT = asyncio.Semaphore(4)


async def task(item):
    async with LIMIT:
        await asyncio.sleep(0.015)
    return item


async def main():
    return await asyncio.gather(*[task(item) for item in ITEMS])


if __name__ == "__main__":
    print(sum(asyncio.run(main())))
