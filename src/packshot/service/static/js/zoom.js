// Zoom and move what lies in a frame: wheel with Ctrl, two fingers, buttons, keys. Above 100 % pixels stay crisp.

const MOST = 16;
const STEP = 1.5;

/** Sets --zoom, --x, --y of the frame. `size()` is the real size of the picture on top; `onzoom(share)` gets how
 *  many pixels of the screen one pixel of the picture takes. */
export function zoom(frame, { size, onzoom }) {
  let scale = 1, x = 0, y = 0;
  const pointers = new Map();
  let pinch = 0;

  const rest = () => {
    const { width, height } = frame.getBoundingClientRect();
    const real = size();
    return { width, height, fit: Math.min(width / real.width, height / real.height) || 1 };
  };
  function draw() {
    const { width, height, fit } = rest();
    scale = Math.max(1, Math.min(MOST / fit, scale));
    x = Math.min(0, Math.max(width * (1 - scale), x));
    y = Math.min(0, Math.max(height * (1 - scale), y));
    frame.style.setProperty("--zoom", scale);
    frame.style.setProperty("--x", `${x}px`);
    frame.style.setProperty("--y", `${y}px`);
    frame.toggleAttribute("data-zoomed", scale > 1.001);
    frame.toggleAttribute("data-crisp", scale * fit * devicePixelRatio > 1.01);
    onzoom(scale * fit * devicePixelRatio, scale > 1.001);
  }
  /** Around a point of the frame, so that what is under the pointer stays there. */
  function by(factor, at) {
    const { width, height, fit } = rest();
    const point = at ?? { x: width / 2, y: height / 2 };
    const next = Math.max(1, Math.min(MOST / fit, scale * factor));
    x = point.x - ((point.x - x) * next) / scale;
    y = point.y - ((point.y - y) * next) / scale;
    scale = next;
    draw();
  }
  const at = (event) => {
    const place = frame.getBoundingClientRect();
    return { x: event.clientX - place.left, y: event.clientY - place.top };
  };
  const moves = {
    in: () => by(STEP), out: () => by(1 / STEP),
    fit: () => { scale = 1; x = y = 0; draw(); },
    real: (point) => by(1 / (rest().fit * devicePixelRatio) / scale, point),
    pan: (dx, dy) => { x += dx; y += dy; draw(); },
    get zoomed() { return scale > 1.001; },
    draw,
  };

  frame.addEventListener("wheel", (event) => {
    if (!event.ctrlKey && !event.metaKey) return;
    event.preventDefault();
    by(Math.exp(-event.deltaY / (event.deltaMode ? 10 : 200)), at(event));
  }, { passive: false });
  frame.addEventListener("dblclick", (event) => { if (moves.zoomed) moves.fit(); else moves.real(at(event)); });
  frame.addEventListener("pointerdown", (event) => {
    pointers.set(event.pointerId, at(event));
    pinch = 0;
    if (moves.zoomed && !event.target.closest("[data-edge]")) frame.setPointerCapture(event.pointerId);
  });
  frame.addEventListener("pointermove", (event) => {
    const before = pointers.get(event.pointerId);
    if (!before) return;
    const now = at(event);
    pointers.set(event.pointerId, now);
    if (pointers.size === 2) {
      const [one, other] = [...pointers.values()];
      const span = Math.hypot(one.x - other.x, one.y - other.y);
      if (pinch) by(span / pinch, { x: (one.x + other.x) / 2, y: (one.y + other.y) / 2 });
      pinch = span;
    } else if (moves.zoomed && !event.target.closest("[data-edge]") && event.buttons & 1) {
      moves.pan(now.x - before.x, now.y - before.y);
    }
  });
  const leave = (event) => { pointers.delete(event.pointerId); pinch = 0; };
  for (const name of ["pointerup", "pointercancel", "lostpointercapture"]) frame.addEventListener(name, leave);
  new ResizeObserver(draw).observe(frame);
  return moves;
}
