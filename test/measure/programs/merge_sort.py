from concurrent.futures import ThreadPoolExecutor


def sort(values):
    if len(values) < 2:
        return values
    middle = len(values) // 2
    left = sort(values[:middle])
    right = sort(values[middle:])
    merged = []
    i = j = 0
    while i < len(left) and j < len(right):
        if left[i] <= right[j]:
            merged.append(left[i])
            i += 1
        else:
            merged.append(right[j])
            j += 1
    merged.extend(left[i:])
    merged.extend(right[j:])
    return merged


def task(seed):
    return sort([(i * 7919 + seed) % 10_007 for i in range(5_000)])[0]


ITEMS = [1, 2, 3, 4, 5, 6, 7, 8]


def main():
    with ThreadPoolExecutor(max_workers=4) as pool:
        list(pool.map(task, ITEMS))


if __name__ == "__main__":
    main()
