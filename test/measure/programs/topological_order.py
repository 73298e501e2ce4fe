from concurrent.futures import ThreadPoolExecutor


EDGES = {i: [i * 2 + 1, i * 2 + 2, i + 7] for i in range(12_000)}


def task(n):
    incoming = {}
    for node, targets in EDGES.items():
        incoming.setdefault(node, 0)
        for target in targets:
            incoming[target] = incoming.get(target, 0) + 1
    ready = [node for node, count in incoming.items() if count == 0]
    order = []
    while ready:
        node = ready.pop()
        order.append(node)
        for target in EDGES.get(node, ()):
            incoming[target] -= 1
            if incoming[target] == 0:
                ready.append(target)
    return len(order)


ITEMS = range(8)


def main():
    with ThreadPoolExecutor(max_workers=4) as pool:
        list(pool.map(task, ITEMS))


if __name__ == "__main__":
    main()
