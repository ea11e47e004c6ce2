// What can be taken back: the rectangles that strokes changed, as they were before. Bounded in bytes.

const MOST = 64 * 1024 * 1024;

/** What the box holds, row by row. */
export function cropped(mask, width, box) {
  const across = box.right - box.left;
  const part = new Uint8Array(across * (box.bottom - box.top));
  for (let row = box.top; row < box.bottom; row++) {
    const start = row * width + box.left;
    part.set(mask.subarray(start, start + across), (row - box.top) * across);
  }
  return part;
}

function put(mask, width, box, part) {
  const across = box.right - box.left;
  for (let row = box.top; row < box.bottom; row++) {
    const start = (row - box.top) * across;
    mask.set(part.subarray(start, start + across), row * width + box.left);
  }
}

export class History {
  #back = [];
  #forth = [];
  #number = 0;
  #saved = 0;
  #bytes = 0;
  /** The state before the first step that is still known. */
  #oldest = 0;

  constructor(mask, width, most = MOST) {
    this.mask = mask;
    this.width = width;
    this.most = most;
  }

  get canUndo() { return this.#back.length > 0; }
  get canRedo() { return this.#forth.length > 0; }
  get bytes() { return this.#bytes; }

  /** Which state the mask is in; the same number is the same mask. */
  get state() { return this.#back.at(-1)?.number ?? this.#oldest; }
  get isDirty() { return this.state !== this.#saved; }

  saved(state) { this.#saved = state; }

  /** After a stroke: `before` is the whole mask as it was. The oldest strokes go where there is no more room. */
  push(box, before) {
    const part = cropped(before, this.width, box);
    for (const step of this.#forth.splice(0)) this.#bytes -= step.part.length;
    this.#back.push({ box, part, number: ++this.#number });
    this.#bytes += part.length;
    while (this.#bytes > this.most && this.#back.length > 1) {
      const gone = this.#back.shift();
      this.#oldest = gone.number;
      this.#bytes -= gone.part.length;
    }
  }

  /** The box that changed, or null. */
  undo() { return this.#swap(this.#back, this.#forth); }
  redo() { return this.#swap(this.#forth, this.#back); }

  #swap(from, to) {
    const step = from.pop();
    if (!step) return null;
    const now = cropped(this.mask, this.width, step.box);
    put(this.mask, this.width, step.box, step.part);
    to.push({ ...step, part: now });
    return step.box;
  }
}
