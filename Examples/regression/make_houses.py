"""Makes houses.csv: 400 invented houses, whose price (in 100,000) depends on their size (in 100 square metres), rooms,
age (in centuries) and distance from the centre (in 10 km), and on chance."""
import math
import os
import random

random.seed(0)
with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "houses.csv"), "w") as file:
    file.write("area,rooms,age,distance,price\n")
    for _ in range(400):
        area, age, distance = random.uniform(0.4, 2.0), random.uniform(0, 1), random.uniform(0, 3)
        rooms = max(1, round(area * 3 + random.gauss(0, 0.7)))
        price = 2 * area * (0.6 + 0.8 * math.exp(-distance)) + 0.1 * rooms - 0.5 * age * (1 - age) * 2 + random.gauss(0, 0.05)
        file.write(f"{area:.2f},{rooms},{age:.2f},{distance:.2f},{price:.3f}\n")
