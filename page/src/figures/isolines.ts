// Lines of equal height over a grid, by marching squares with linear interpolation along the edges of its squares.

type Point = [number, number];

/// height: [x][y]. Each segment is a pair of points in the coordinates of `x` and `y`.
export function isolines(x: number[], y: number[], height: number[][], level: number): [Point, Point][] {
  const found: [Point, Point][] = [];
  for (let i = 0; i + 1 < x.length; ++i) {
    for (let j = 0; j + 1 < y.length; ++j) {
      const corners: [number, number, number][] = [
        [x[i]!, y[j]!, height[i]![j]!], [x[i + 1]!, y[j]!, height[i + 1]![j]!],
        [x[i + 1]!, y[j + 1]!, height[i + 1]![j + 1]!], [x[i]!, y[j + 1]!, height[i]![j + 1]!],
      ];
      const crossed: Point[] = [];
      corners.forEach(([ax, ay, a], place) => {
        const [bx, by, b] = corners[(place + 1) % 4]!;
        if (a < level === b < level) return;
        const part = (level - a) / (b - a);
        crossed.push([ax + part * (bx - ax), ay + part * (by - ay)]);
      });
      // Four crossings are a saddle; either pairing is a valid reading of the grid.
      for (let place = 0; place + 1 < crossed.length; place += 2) found.push([crossed[place]!, crossed[place + 1]!]);
    }
  }
  return found;
}
