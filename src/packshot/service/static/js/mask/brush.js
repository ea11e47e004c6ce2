// A round brush with a soft edge, on a mask of one byte a pixel (255: product). Knows neither page nor canvas.

/** Share of the radius that is solid; at least a pixel of edge is left, or small brushes would draw stairs. */
const SOLID = 0.7;

export const join = (one, other) => one && other
  ? {
    left: Math.min(one.left, other.left), top: Math.min(one.top, other.top),
    right: Math.max(one.right, other.right), bottom: Math.max(one.bottom, other.bottom),
  }
  : one ?? other;

/**
 * Draws from one point to another; points and radius in pixels, the middle of the first pixel is at 0.5.
 * Within its edge the brush only ever raises what is there (or lowers it), so a stroke that crosses itself, or
 * comes in many small pieces, is the same stroke. Answers the box that it may have changed, or null.
 */
export function stroke(mask, width, height, from, to, radius, adds) {
  const box = {
    left: Math.max(0, Math.floor(Math.min(from.x, to.x) - radius)),
    top: Math.max(0, Math.floor(Math.min(from.y, to.y) - radius)),
    right: Math.min(width, Math.ceil(Math.max(from.x, to.x) + radius)),
    bottom: Math.min(height, Math.ceil(Math.max(from.y, to.y) + radius)),
  };
  if (box.left >= box.right || box.top >= box.bottom) return null;
  const inner = Math.max(0, Math.min(radius * SOLID, radius - 1));
  const across = to.x - from.x, down = to.y - from.y;
  const length = across * across + down * down;
  for (let row = box.top; row < box.bottom; row++) {
    const y = row + 0.5 - from.y;
    for (let column = box.left; column < box.right; column++) {
      const x = column + 0.5 - from.x;
      const along = length ? Math.min(1, Math.max(0, (x * across + y * down) / length)) : 0;
      const aside = x - along * across, below = y - along * down;
      const squared = aside * aside + below * below;
      if (squared >= radius * radius) continue;
      const away = Math.sqrt(squared);
      const cover = away <= inner ? 255 : Math.round(255 * eased((radius - away) / (radius - inner)));
      const at = row * width + column;
      if (adds) { if (mask[at] < cover) mask[at] = cover; }
      else if (mask[at] > 255 - cover) mask[at] = 255 - cover;
    }
  }
  return box;
}

const eased = (t) => t * t * (3 - 2 * t);
