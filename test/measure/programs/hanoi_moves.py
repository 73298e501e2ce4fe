from concurrent.futures import ThreadPoolExecutor


def move(disks, source, target, spare, moves):
    if disks == 0:
        return moves
    moves = move(disks - 1, source, spare, target, moves)
    moves += 1
    return move(disks - 1, spare, target, source, moves)


def task(disks):
    return move(disks, "A", "C", "B", 0)


ITEMS = [15] * 8


def main():
    with ThreadPoolExecutor(max_workers=4) as pool:
        list(pool.map(task, ITEMS))


if __name__ == "__main__":
    main()
