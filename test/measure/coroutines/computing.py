import asyncio

ITEMS = range(6)


async def task(item):
    total = 0
    for number in range(300_000):
        total += number * item % 7
    return total


async def main():
    results = [task(item) for item in ITEMS]
    return await asyncio.gather(*results)


if __name__ == "__main__":
    print(sum(asyncio.run(main())))
