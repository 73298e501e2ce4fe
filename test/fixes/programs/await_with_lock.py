# fix: update-across-await
# safety: unsafe
# before: lost
# after: kept
# python: 3.10
import asyncio

made = []


class Client:
    def __init__(self):
        self.connection = None

    async def connect(self):
        await asyncio.sleep(0.001)
        made.append(1)
        return object()

    async def ask(self, question):
        if self.connection is None:
            self.connection = await self.connect()
        return question


async def main():
    client = Client()
    await asyncio.gather(*(client.ask(number) for number in range(10)))
    print("kept" if len(made) == 1 else "lost")


asyncio.run(main())
