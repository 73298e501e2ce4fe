import asyncio
import hashlib

ITEMS = range(12)


def digest(item):
    block = bytes(6_000_000)
    return hashlib.sha256(block).hexdigest()


async def task(item):
    return await asyncio.to_thread(digest, item)


async def main():
    return await asyncio.gather(*(task(item) for item in ITEMS))


if __name__ == "__main__":
    print(len(set(asyncio.run(main()))))
