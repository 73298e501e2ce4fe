import asyncio

ITEMS = range(30)


async def task(item):
    for _ in range(3):
        await asyncio.sleep(0.005)
    return item


async def main():
    async with asyncio.TaskGroup() as group:
        for item in ITEMS:
            group.create_task(task(item))


if __name__ == "__main__":
    asyncio.run(main())
