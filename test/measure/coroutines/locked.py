import asyncio

ITEMS = range(10)
LOCK = asyncio.Lock()


async def task(item):
    await asyncio.sleep(0.03)
    async with LOCK:
        await asyncio.sleep(0.01)
    return item


async def main():
    pending = {asyncio.create_task(task(item)) for item in ITEMS}
    done, _ = await asyncio.wait(pending)
    return [each.result() for each in done]


if __name__ == "__main__":
    print(sum(asyncio.run(main())))
