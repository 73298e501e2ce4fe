from concurrent.futures import ThreadPoolExecutor


class Particle:
    def __init__(self, x, v):
        self.x = x
        self.v = v
    def step(self, dt):
        self.v -= self.x * dt
        self.x += self.v * dt


def task(steps):
    particles = [Particle(i * 0.1, 0.0) for i in range(20)]
    for _ in range(steps):
        for particle in particles:
            particle.step(0.001)
    return particles[0].x


ITEMS = [3_000] * 8


def main():
    with ThreadPoolExecutor(max_workers=4) as pool:
        list(pool.map(task, ITEMS))


if __name__ == "__main__":
    main()
