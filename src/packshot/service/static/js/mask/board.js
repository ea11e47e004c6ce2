// The picture on the canvas: the photo, and over what is cut away either a checkerboard or a tint.

/** Frame pixels for one of the picture from which its pixels are shown as squares. */
const CRISP = 3;
const SQUARE = 8;
const TINT = 0.6;

export function canvas(width, height) {
  const made = document.createElement("canvas");
  made.width = width;
  made.height = height;
  return made;
}

export class Board {
  #layer = canvas(1, 1);

  /** `photo`: a canvas; `mask`: its bytes, 255 product. */
  constructor(shown, photo, mask) {
    this.shown = shown;
    this.photo = photo;
    this.mask = mask;
    this.cover = canvas(photo.width, photo.height);
    this.refresh({ left: 0, top: 0, right: photo.width, bottom: photo.height });
  }

  /** The mask has changed within the box. */
  refresh(box) {
    const width = box.right - box.left, height = box.bottom - box.top;
    const part = new ImageData(width, height);
    for (let row = 0; row < height; row++) {
      let from = (box.top + row) * this.photo.width + box.left;
      let to = row * width * 4 + 3;
      for (let column = 0; column < width; column++, from++, to += 4) part.data[to] = 255 - this.mask[from];
    }
    this.cover.getContext("2d").putImageData(part, box.left, box.top);
  }

  sized(width, height, ratio) {
    for (const one of [this.shown, this.#layer]) {
      one.width = Math.max(1, Math.round(width * ratio));
      one.height = Math.max(1, Math.round(height * ratio));
    }
    this.ratio = ratio;
  }

  draw(view, isTinted) {
    const lay = (context, picture) => {
      const scale = view.scale * this.ratio;
      context.setTransform(scale, 0, 0, scale, view.x * this.ratio, view.y * this.ratio);
      context.imageSmoothingEnabled = view.scale < CRISP;
      context.imageSmoothingQuality = "high";
      context.drawImage(picture, 0, 0);
      context.setTransform(1, 0, 0, 1, 0, 0);
    };
    const { width, height } = this.shown;
    const over = this.#layer.getContext("2d");
    over.globalCompositeOperation = "source-over";
    over.clearRect(0, 0, width, height);
    lay(over, this.cover);
    over.globalCompositeOperation = "source-in";
    over.fillStyle = isTinted ? this.#colour("--mask-tint") : this.#squares(over);
    over.fillRect(0, 0, width, height);
    const context = this.shown.getContext("2d");
    context.globalAlpha = 1;
    context.clearRect(0, 0, width, height);
    lay(context, this.photo);
    context.globalAlpha = isTinted ? TINT : 1;
    context.drawImage(this.#layer, 0, 0);
  }

  #squares(context) {
    const side = Math.round(SQUARE * this.ratio);
    const tile = canvas(2 * side, 2 * side);
    const paint = tile.getContext("2d");
    paint.fillStyle = this.#colour("--mask-light");
    paint.fillRect(0, 0, 2 * side, 2 * side);
    paint.fillStyle = this.#colour("--mask-dark");
    paint.fillRect(0, 0, side, side);
    paint.fillRect(side, side, side, side);
    return context.createPattern(tile, "repeat");
  }

  #colour(name) { return getComputedStyle(this.shown).getPropertyValue(name).trim() || "#888"; }
}

/** The mask as a grey PNG. */
export function png(mask, width, height) {
  const made = canvas(width, height);
  const whole = new ImageData(width, height);
  for (let from = 0, to = 0; from < mask.length; from++, to += 4) {
    whole.data[to] = whole.data[to + 1] = whole.data[to + 2] = mask[from];
    whole.data[to + 3] = 255;
  }
  made.getContext("2d").putImageData(whole, 0, 0);
  return new Promise((done, fail) => {
    made.toBlob((blob) => (blob ? done(blob) : fail(new Error("no PNG"))), "image/png");
  });
}
