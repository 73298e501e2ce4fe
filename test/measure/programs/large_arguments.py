from concurrent.futures import ThreadPoolExecutor


def task(block):
    return block.count(b"7")


ITEMS = [b"0123456789" * 400_000] * 12


def main():
    with ThreadPoolExecutor(max_workers=4) as pool:
        list(pool.map(task, ITEMS))


if __name__ == "__main__":
    main()
