from concurrent.futures import ThreadPoolExecutor


PEOPLE = [{"name": "n%d" % i, "city": "c%d" % (i % 97), "age": i % 80} for i in range(60_000)]


def task(least):
    groups = {}
    for person in PEOPLE:
        if person["age"] < least:
            continue
        groups.setdefault(person["city"], []).append(person["age"])
    return {city: sum(ages) / len(ages) for city, ages in groups.items()}


ITEMS = [0, 5, 10, 15, 20, 25, 30, 35]


def main():
    with ThreadPoolExecutor(max_workers=4) as pool:
        list(pool.map(task, ITEMS))


if __name__ == "__main__":
    main()
