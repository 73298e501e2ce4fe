import asyncio

ITEMS = range(20)


async def task(item):
    await asyncio.sleep(0.02)
    return item * item


async def main():
    return await asyncio.gather(*(task(item) for item in ITEMS))


if __name__ == "__main__":
    print(sum(asyncio.run(main())))
