import math
import random
import time


def slow(points):
    found = []
    for i, (x, y) in enumerate(points):
        best = math.inf
        for j, (u, v) in enumerate(points):
            if i != j:
                best = min(best, math.sqrt((x - u) ** 2 + (y - v) ** 2))
        found.append(best)
    return found


def seconds(function, points, times):
    taken = []
    for _ in range(times):
        began = time.process_time()  # what others do on the machine does not count
        function(points)
        taken.append(time.process_time() - began)
    return min(taken)


random.seed(3)
points = [(random.uniform(-50, 50), random.uniform(-50, 50)) for _ in range(600)]
points[7] = points[400]
given, right = [float(distance) for distance in nearest(points)], slow(points)
assert len(given) == 600, f"There are {len(given)} distances of 600 points."
assert given[7] == 0, "Of two points at the same place, the distance is 0."
assert all(abs(one - other) < 1e-6 for one, other in zip(given, right)), "The distances are others."
faster = seconds(slow, points, 2) / seconds(nearest, points, 5)
assert faster >= 5, f"It is {faster:.1f} times as fast as the loop."
