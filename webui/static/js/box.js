/** Boxes, [left, top, right, bottom] in 0..1: moved and pulled about, never out of the picture. */

/** The least width and height that one can still take hold of. */
export const LEAST_SIDE = 0.06;
export const MIDDLE = [0.2, 0.2, 0.8, 0.8];

const between = (low, value, high) => Math.min(high, Math.max(low, value));

/** The box between two corners, whichever comes first. */
export function spanned([x0, y0], [x1, y1]) {
  const [xs, ys] = [[x0, x1], [y0, y1]].map((ends) => ends.map((end) => between(0, end, 1)).sort((a, b) => a - b));
  return [xs[0], ys[0], xs[1], ys[1]];
}

export function isTiny([left, top, right, bottom]) {
  return right - left < LEAST_SIDE || bottom - top < LEAST_SIDE;
}

export function moved([left, top, right, bottom], dx, dy) {
  const x = between(-left, dx, 1 - right);
  const y = between(-top, dy, 1 - bottom);
  return [left + x, top + y, right + x, bottom + y];
}

/** Pull the edges that `edges` names ("n", "se" and so on). */
export function pulled([left, top, right, bottom], edges, dx, dy) {
  return [
    edges.includes("w") ? between(0, left + dx, right - LEAST_SIDE) : left,
    edges.includes("n") ? between(0, top + dy, bottom - LEAST_SIDE) : top,
    edges.includes("e") ? between(left + LEAST_SIDE, right + dx, 1) : right,
    edges.includes("s") ? between(top + LEAST_SIDE, bottom + dy, 1) : bottom,
  ];
}

/** The box in words, for whoever listens to it. */
export function described(box) {
  const [left, top, right, bottom] = box.map((part) => Math.round(part * 100));
  return `Part of the picture: ${left}% to ${right}% across, ${top}% to ${bottom}% down`;
}
