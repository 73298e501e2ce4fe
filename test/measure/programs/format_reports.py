from concurrent.futures import ThreadPoolExecutor


def task(rows):
    lines = []
    for i in range(rows):
        lines.append(f"{i:06d} {i * 1.5:10.2f} {'ok' if i % 3 else 'late'}")
    return len("\n".join(lines))


ITEMS = [12_000] * 8


def main():
    with ThreadPoolExecutor(max_workers=4) as pool:
        list(pool.map(task, ITEMS))


if __name__ == "__main__":
    main()
