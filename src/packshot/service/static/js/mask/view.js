// Where the picture lies in its frame: `scale` frame pixels per picture pixel, its corner at (x, y).

const LARGEST = 32;
/** Of the picture, in frame pixels, that always stays in sight. */
const SEEN = 48;
const MARGIN = 12;

export class View {
  scale = 1;
  x = 0;
  y = 0;

  constructor(width, height) {
    this.width = width;
    this.height = height;
    this.frame = { width: 1, height: 1 };
  }

  /** All of the picture, in the middle. */
  fit() {
    const { width, height } = this.frame;
    this.scale = this.#whole();
    this.x = (width - this.width * this.scale) / 2;
    this.y = (height - this.height * this.scale) / 2;
    this.isFit = true;
  }

  /** The frame has another size: what was in its middle stays there. */
  framed(width, height) {
    const { width: w, height: h } = this.frame;
    this.frame = { width, height };
    if (this.isFit ?? true) this.fit();
    else this.pan((width - w) / 2, (height - h) / 2);
  }

  at(x, y) { return { x: (x - this.x) / this.scale, y: (y - this.y) / this.scale }; }

  /** (x, y) stays where it is. */
  zoom(factor, x = this.frame.width / 2, y = this.frame.height / 2) {
    const least = Math.min(this.#whole() / 2, 1);
    const scale = Math.min(LARGEST, Math.max(least, this.scale * factor));
    const by = scale / this.scale;
    this.scale = scale;
    this.pan((x - this.x) * (1 - by), (y - this.y) * (1 - by));
  }

  pan(right, down) {
    this.isFit = false;
    this.x = this.#held(this.x + right, this.width, this.frame.width);
    this.y = this.#held(this.y + down, this.height, this.frame.height);
  }

  #held(place, side, room) { return Math.min(room - SEEN, Math.max(SEEN - side * this.scale, place)); }

  #whole() {
    const { width, height } = this.frame;
    const across = (width - 2 * MARGIN) / this.width, down = (height - 2 * MARGIN) / this.height;
    return Math.max(0.01, Math.min(across, down));
  }
}
