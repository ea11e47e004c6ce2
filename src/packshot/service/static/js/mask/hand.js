// Mouse, pen and fingers over the canvas: one draws, two move and zoom, and so do the wheel and the space bar.

const WHEEL = 0.002;
const PINCH = 0.01;
/** A browser tells wheels in pixels, lines or pages. */
const UNITS = [1, 16, 400];

export class Hand {
  #touches = new Map();
  #drawing = null;
  #panning = null;
  #pinch = null;

  /**
   * `does` has begin(point, other), line(point), end(), cancel(), pan(right, down), zoom(factor, x, y),
   * resize(factor) and hover(point or null); points are in pixels of the canvas as the page shows it.
   */
  constructor(canvas, does, signal) {
    this.canvas = canvas;
    this.does = does;
    this.pans = false;
    const on = (name, act, how = {}) => canvas.addEventListener(name, act, { signal, ...how });
    on("pointerdown", (event) => this.#down(event));
    on("pointermove", (event) => this.#move(event));
    for (const name of ["pointerup", "pointercancel", "lostpointercapture"]) on(name, (event) => this.#up(event));
    on("pointerleave", () => { if (this.#drawing === null) does.hover(null); });
    on("wheel", (event) => this.#wheel(event), { passive: false });
    on("contextmenu", (event) => event.preventDefault());
  }

  #point(event) {
    const frame = this.canvas.getBoundingClientRect();
    return { x: event.clientX - frame.left, y: event.clientY - frame.top };
  }

  #down(event) {
    if (event.button > 1) return;
    if (event.button === 1) event.preventDefault(); // else the page would scroll by itself
    this.canvas.setPointerCapture(event.pointerId);
    const point = this.#point(event);
    if (event.pointerType === "touch") {
      this.#touches.set(event.pointerId, point);
      if (this.#touches.size > 1) return this.#grip();
    }
    if (this.pans || event.button === 1) {
      this.#panning = { id: event.pointerId, point };
    } else if (this.#drawing === null && this.#pinch === null) {
      this.#drawing = event.pointerId;
      this.does.hover(point);
      this.does.begin(point, event.altKey);
    }
  }

  /** A second finger: what the first has drawn was no stroke. */
  #grip() {
    if (this.#drawing !== null) this.does.cancel();
    this.#drawing = this.#panning = null;
    this.does.hover(null);
    this.#pinch = this.#span();
  }

  #move(event) {
    const point = this.#point(event);
    if (this.#touches.has(event.pointerId)) this.#touches.set(event.pointerId, point);
    if (this.#pinch) {
      const now = this.#span(), was = this.#pinch;
      this.does.pan(now.x - was.x, now.y - was.y);
      if (was.apart > 0 && now.apart > 0) this.does.zoom(now.apart / was.apart, now.x, now.y);
      this.#pinch = now;
    } else if (this.#panning?.id === event.pointerId) {
      this.does.pan(point.x - this.#panning.point.x, point.y - this.#panning.point.y);
      this.#panning.point = point;
    } else if (this.#drawing === event.pointerId) {
      this.does.hover(point);
      const between = event.getCoalescedEvents?.() ?? [];
      for (const one of between.length ? between : [event]) this.does.line(this.#point(one));
    } else if (event.pointerType !== "touch") {
      this.does.hover(point);
    }
  }

  #up(event) {
    this.#touches.delete(event.pointerId);
    if (this.#pinch) this.#pinch = this.#touches.size > 1 ? this.#span() : this.#touches.size ? this.#pinch : null;
    if (this.#panning?.id === event.pointerId) this.#panning = null;
    if (this.#drawing === event.pointerId) {
      this.#drawing = null;
      this.does.end();
      if (event.pointerType === "touch") this.does.hover(null);
    }
  }

  /** The middle of two fingers, and how far they are apart. One that is left alone holds still. */
  #span() {
    const [one, other] = [...this.#touches.values()];
    if (!other) return this.#pinch;
    return { x: (one.x + other.x) / 2, y: (one.y + other.y) / 2, apart: Math.hypot(one.x - other.x, one.y - other.y) };
  }

  #wheel(event) {
    event.preventDefault();
    const turned = event.deltaY * UNITS[event.deltaMode];
    const { x, y } = this.#point(event);
    // A pinch on a touchpad comes as a wheel with Ctrl.
    if (event.ctrlKey || event.metaKey) this.does.zoom(Math.exp(-turned * PINCH), x, y);
    else this.does.resize(Math.exp(-turned * WHEEL));
    this.does.hover({ x, y });
  }
}
