import asyncio

ITEMS = range(16)


def count(item):
    total = 0
    for number in range(60_000):
        total += number ^ item
    return total


async def task(item):
    await asyncio.sleep(0.01)
    total = count(item)
    await asyncio.sleep(0.01)
    return total


async def main():
    tasks = []
    for item in ITEMS:
        tasks.append(asyncio.create_task(task(item)))
    return await asyncio.gather(*tasks)


if __name__ == "__main__":
    print(sum(asyncio.run(main())))
