from concurrent.futures import ThreadPoolExecutor


class Settings:
    def __init__(self):
        self.rate = 0.2
        self.limit = 500
    def apply(self, value):
        return min(value * self.rate, self.limit)
SETTINGS = Settings()


def task(rounds):
    total = 0.0
    for i in range(rounds):
        total += SETTINGS.apply(i)
    return total


ITEMS = [45_000] * 8


def main():
    with ThreadPoolExecutor(max_workers=4) as pool:
        list(pool.map(task, ITEMS))


if __name__ == "__main__":
    main()
