# fix: blocking-call-in-async
# safety: unsafe
# before: lost
# after: kept
# python: 3.7
import asyncio
import time

ticks = []


async def tick():
    for _ in range(5):
        ticks.append("tick")
        await asyncio.sleep(0.001)


async def poll():
    await asyncio.sleep(0)
    time.sleep(0.2)
    return len(ticks)


async def main():
    _, seen = await asyncio.gather(tick(), poll())
    print("kept" if seen > 2 else "lost")


asyncio.run(main())
