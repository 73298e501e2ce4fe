# fix: blocking-call-in-async
# safety: unsafe
# before: lost
# after: kept
# python: 3.9
import asyncio
import subprocess
import sys

ticks = []


async def tick():
    for _ in range(10):
        ticks.append("tick")
        await asyncio.sleep(0.001)


async def ask():
    await asyncio.sleep(0)
    text = subprocess.run([sys.executable, "-c", "print(6 * 7)"], capture_output=True, text=True).stdout.strip()
    return text, len(ticks)


async def main():
    _, (text, seen) = await asyncio.gather(tick(), ask())
    print(text)
    print("kept" if seen > 2 else "lost")


asyncio.run(main())
