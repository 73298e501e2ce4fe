# parts: hashlib.pbkdf2_hmac=native
import hashlib
from concurrent.futures import ThreadPoolExecutor


def task(password):
    return hashlib.pbkdf2_hmac("sha256", password, b"some salt", 40_000).hex()


ITEMS = [b"one", b"two", b"three", b"four", b"five", b"six", b"seven", b"eight"]


def main():
    with ThreadPoolExecutor(max_workers=4) as pool:
        list(pool.map(task, ITEMS))


if __name__ == "__main__":
    main()
