from concurrent.futures import ThreadPoolExecutor


DOCUMENTS = ["alpha beta gamma delta %d epsilon zeta %d eta theta" % (i, i % 10) for i in range(2_500)]


def task(n):
    index = {}
    for number, document in enumerate(DOCUMENTS):
        for word in document.split():
            if word not in index:
                index[word] = set()
            index[word].add(number)
    return len(index)


ITEMS = range(8)


def main():
    with ThreadPoolExecutor(max_workers=4) as pool:
        list(pool.map(task, ITEMS))


if __name__ == "__main__":
    main()
