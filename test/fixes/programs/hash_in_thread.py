# fix: cpu-bound-in-async
# safety: unsafe
# before: \w+ lost
# after: \w+ kept
# python: 3.9
import asyncio
import hashlib

ticks = []


async def tick():
    for _ in range(20):
        ticks.append("tick")
        await asyncio.sleep(0.001)


async def sign_up(password):
    await asyncio.sleep(0)
    key = hashlib.pbkdf2_hmac("sha256", password, b"salt", 300_000)
    return key.hex()[:8], len(ticks)


async def main():
    _, (key, seen) = await asyncio.gather(tick(), sign_up(b"secret"))
    print(key, "kept" if seen > 2 else "lost")


asyncio.run(main())
