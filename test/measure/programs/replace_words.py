# parts: clean=held
from concurrent.futures import ThreadPoolExecutor


TEXT = "colour and flavour of the harbour in the neighbourhood; " * 20_000


def clean(text):
    return text.replace("our", "or").upper().replace("THE", "A")


def task(n):
    return len(clean(TEXT))


ITEMS = range(16)


def main():
    with ThreadPoolExecutor(max_workers=4) as pool:
        list(pool.map(task, ITEMS))


if __name__ == "__main__":
    main()
