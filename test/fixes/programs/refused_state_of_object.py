# fix: process-state-lost
# refused: belongs to an object, of which each process gets a copy
import multiprocessing


class Account:
    def __init__(self):
        self.balance = 0


def deposit(account, amount):
    account.balance += amount


def main():
    account = Account()
    process = multiprocessing.Process(target=deposit, args=(account, 5))
    process.start()
    process.join()
    print(account.balance)


if __name__ == "__main__":
    main()
