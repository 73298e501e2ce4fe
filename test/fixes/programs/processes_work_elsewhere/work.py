import os


def heavy(size, modulus):
    total = 0
    for number in range(size):
        total += number * number % modulus
    return os.getpid(), total
