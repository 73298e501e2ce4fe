from concurrent.futures import ThreadPoolExecutor


def multiply(a, b, size):
    result = [[0] * size for _ in range(size)]
    for i in range(size):
        for j in range(size):
            total = 0
            for k in range(size):
                total += a[i][k] * b[k][j]
            result[i][j] = total
    return result


def task(size):
    a = [[i * j % 7 for j in range(size)] for i in range(size)]
    return multiply(a, a, size)[1][2]


ITEMS = [55] * 8


def main():
    with ThreadPoolExecutor(max_workers=4) as pool:
        list(pool.map(task, ITEMS))


if __name__ == "__main__":
    main()
