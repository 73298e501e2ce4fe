from concurrent.futures import ThreadPoolExecutor


class Account:
    def __init__(self, owner):
        self.owner = owner
        self.balance = 0
        self.moves = 0
    def deposit(self, amount):
        if amount <= 0:
            raise ValueError(amount)
        self.balance += amount
        self.moves += 1
    def withdraw(self, amount):
        if amount > self.balance:
            return False
        self.balance -= amount
        self.moves += 1
        return True


def task(rounds):
    first = Account("first")
    second = Account("second")
    first.deposit(1_000_000)
    for i in range(rounds):
        if first.withdraw(i % 17):
            second.deposit(i % 17 + 1)
    return second.balance


ITEMS = [30_000] * 8


def main():
    with ThreadPoolExecutor(max_workers=4) as pool:
        list(pool.map(task, ITEMS))


if __name__ == "__main__":
    main()
