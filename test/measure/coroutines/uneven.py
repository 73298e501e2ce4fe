import asyncio

ITEMS = [0.16, 0.01, 0.02, 0.01, 0.08, 0.01, 0.02, 0.01, 0.04, 0.01]


async def task(item):
    await asyncio.sleep(item)
    return item


async def main():
    return await asyncio.gather(*map(task, ITEMS))


if __name__ == "__main__":
    print(sum(asyncio.run(main())))
