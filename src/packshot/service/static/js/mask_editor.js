// The mask editor: a person brushes what belongs to the product, and what does not.
//
//   <div data-mask-editor data-photo="…" data-mask="…" data-save="…" data-say-add="…" …></div>
//   (templates/mask_editor.html makes it)
//
// data-photo   the picture to look at, upright; shrunk to 1600 px a side where it is larger
// data-mask    its mask as a grey PNG of the same shape, white is product; without it all is ground
// data-save    where the edited mask is POSTed, as the body of a request of type image/png, with the token of
//              <meta name="csrf"> in X-CSRF-Token
//
// Words, translated by the template; {px} and {percent} are filled in:
//   data-say-tools      the name of the row of tools        data-say-canvas     what the canvas is, and its keys
//   data-say-add        bring back                          data-say-erase      take away
//   data-say-size       size of the brush                   data-say-size-is    "Brush {px} px"
//   data-say-undo, data-say-redo                            data-say-undone, data-say-redone
//   data-say-view       show what is cut away in colour     data-say-squares, data-say-tinted
//   data-say-zoom-in, data-say-zoom-out, data-say-fit       data-say-zoom-is    "{percent} %"
//   data-say-save       compose the picture anew            data-say-saving, data-say-saved, data-say-failed
//   data-say-loading, data-say-broken (a picture did not come)
//
// A root that is there when this module loads starts by itself; for one that comes later the page makes a
// `new MaskEditor(root)`, whose `close()` takes everything off again.
//
// The root sends, bubbling: mask:ready; mask:dirty {dirty}; mask:saved {answer: JSON of the server or null};
// mask:failed {status: 0 without network, message}.
//
// Keys, by place on the keyboard: [ ] size, + - zoom, 0 all of it, B add or take away, V view, Z and Ctrl+Z back,
// Shift+Z forth, Ctrl+S save, space and drag moves. On the canvas arrows move the brush, Enter draws there, Shift
// with arrows draws on the way. While drawing starts with Alt it does the other thing. Every other key is the page's.

import { Board, canvas, png } from "./mask/board.js";
import { join, stroke } from "./mask/brush.js";
import { Hand } from "./mask/hand.js";
import { History } from "./mask/history.js";
import { element, toolbar } from "./mask/toolbar.js";
import { View } from "./mask/view.js";

const LONGEST = 1600;
const THINNEST = 3, WIDEST = 500;
const USUAL = 0.04;
const STEP = 1.25;
const SHARPEST = 2;
const SHOWN_KEYS = {
  add: "B", erase: "B", undo: "Z", redo: "Shift+Z", view: "V", zoomIn: "+", zoomOut: "-", fit: "0", save: "Control+S",
};
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
const WRITES = "input:not([type=range]), textarea, select, [contenteditable]";

export class MaskEditor {
  #ends = new AbortController();
  #dirty = null;
  #pen = null;
  #frame = 0;
  #hovered = null;
  #wasDirty = false;

  constructor(root) {
    this.root = root;
    this.adds = false;
    this.isTinted = false;
    this.isSaving = false;
    this.#build();
    this.ready = this.#load().catch((error) => {
      if (!this.#ends.signal.aborted) this.#fail(this.says("broken"), error);
    });
  }

  /** Takes everything off the page again. */
  close() {
    this.#ends.abort();
    cancelAnimationFrame(this.#frame);
    this.root.replaceChildren();
  }

  says(name, values = {}) {
    const key = `say${name[0].toUpperCase()}${name.slice(1)}`;
    return (this.root.dataset[key] ?? name).replace(/\{(\w+)\}/g, (all, field) => values[field] ?? all);
  }

  // ---- the page ----------------------------------------------------------------------------------------------

  #build() {
    const does = {
      add: () => this.choose(true),
      erase: () => this.choose(false),
      size: (place) => this.resize(placed(place) / this.size),
      undo: () => this.back(),
      redo: () => this.forth(),
      view: () => this.toggle(),
      zoomIn: () => this.zoom(STEP),
      zoomOut: () => this.zoom(1 / STEP),
      fit: () => this.fit(),
      save: () => this.save(),
    };
    this.tools = toolbar((name) => this.says(name), does, SHOWN_KEYS);
    this.canvas = element("canvas", {
      class: "mask-canvas", tabindex: "0", role: "application", "aria-label": this.says("canvas"),
    });
    this.ring = element("div", { class: "mask-ring", hidden: "" });
    this.stage = element("div", { class: "mask-stage" }, this.canvas, this.ring);
    this.live = element("p", { class: "mask-live", role: "status", "aria-live": "polite" });
    this.root.classList.add("mask-editor");
    this.root.setAttribute("aria-busy", "true");
    this.root.replaceChildren(this.tools.bar, this.stage, this.live);
    this.#enable(false);
    this.announce(this.says("loading"));
  }

  async #load() {
    const { photo, mask } = this.root.dataset;
    const [seen, drawn] = await Promise.all([picture(photo), mask ? picture(mask) : null]);
    if (this.#ends.signal.aborted) return;
    const shrink = Math.min(1, LONGEST / Math.max(seen.naturalWidth, seen.naturalHeight));
    this.width = Math.max(1, Math.round(seen.naturalWidth * shrink));
    this.height = Math.max(1, Math.round(seen.naturalHeight * shrink));
    this.mask = drawn ? levels(drawn, this.width, this.height) : new Uint8Array(this.width * this.height);
    this.history = new History(this.mask, this.width);
    this.board = new Board(this.canvas, painted(seen, this.width, this.height), this.mask);
    this.view = new View(this.width, this.height);
    this.size = Math.max(THINNEST, Math.round(USUAL * Math.max(this.width, this.height)));
    this.#listen();
    this.#enable(true);
    this.root.setAttribute("aria-busy", "false");
    this.choose(false, { quietly: true });
    this.resize(1, { quietly: true });
    this.announce("");
    this.#tell("mask:ready");
  }

  #listen() {
    const { signal } = this.#ends;
    const does = {
      begin: (point, other) => this.begin(this.view.at(point.x, point.y), other),
      line: (point) => this.line(this.view.at(point.x, point.y)),
      end: () => this.end(),
      cancel: () => this.cancel(),
      pan: (right, down) => { this.view.pan(right, down); this.#moved(); },
      zoom: (factor, x, y) => this.zoom(factor, x, y),
      resize: (factor) => this.resize(factor),
      hover: (point) => this.#hover(point),
    };
    this.hand = new Hand(this.canvas, does, signal);
    // Before the page's own keys, which leave alone what was taken.
    document.addEventListener("keydown", (event) => this.#press(event), { signal, capture: true });
    document.addEventListener("keyup", (event) => { if (event.code === "Space") this.#grab(false); }, { signal });
    window.addEventListener("blur", () => this.#grab(false), { signal });
    this.canvas.addEventListener("blur", () => this.#hover(null), { signal });
    const sizes = new ResizeObserver(() => this.#framed());
    sizes.observe(this.stage);
    signal.addEventListener("abort", () => sizes.disconnect());
    this.#framed();
  }

  #framed() {
    const { clientWidth: width, clientHeight: height } = this.stage;
    this.board.sized(width, height, Math.min(SHARPEST, devicePixelRatio || 1));
    this.view.framed(width, height);
    this.#moved();
  }

  draw() {
    this.#frame ||= requestAnimationFrame(() => {
      this.#frame = 0;
      if (this.#dirty) this.board.refresh(this.#dirty);
      this.#dirty = null;
      this.board.draw(this.view, this.isTinted);
    });
  }

  #moved() {
    this.tools.percent.value = this.says("zoomIs", { percent: Math.round(this.view.scale * 100) });
    this.#hover(this.#hovered);
    this.draw();
  }

  /** The ring that shows where the brush is, and how large. */
  #hover(point) {
    this.#hovered = point;
    this.ring.hidden = !point || this.hand?.pans === true;
    if (this.ring.hidden) return;
    const across = this.size * this.view.scale;
    this.ring.style.width = this.ring.style.height = `${across}px`;
    this.ring.style.transform = `translate(${point.x - across / 2}px, ${point.y - across / 2}px)`;
  }

  #enable(on) {
    const { buttons, size } = this.tools;
    for (const button of Object.values(buttons)) button.disabled = !on;
    size.disabled = !on;
    if (!on) return;
    buttons.undo.disabled = !this.history.canUndo;
    buttons.redo.disabled = !this.history.canRedo;
    buttons.save.disabled = this.isSaving;
  }

  announce(text) { this.live.textContent = text; }

  #tell(name, detail = {}) { this.root.dispatchEvent(new CustomEvent(name, { bubbles: true, detail })); }

  // ---- what can be done --------------------------------------------------------------------------------------

  choose(adds, { quietly = false } = {}) {
    this.adds = adds;
    this.tools.buttons.add.setAttribute("aria-pressed", String(adds));
    this.tools.buttons.erase.setAttribute("aria-pressed", String(!adds));
    this.ring.classList.toggle("adds", adds);
    if (!quietly) this.announce(this.says(adds ? "add" : "erase"));
  }

  resize(factor, { quietly = false } = {}) {
    this.size = Math.min(WIDEST, Math.max(THINNEST, this.size * factor));
    const said = this.says("sizeIs", { px: Math.round(this.size) });
    this.tools.size.value = String(place(this.size));
    this.tools.size.setAttribute("aria-valuetext", said);
    this.#hover(this.#hovered);
    if (!quietly) this.announce(said);
  }

  zoom(factor, x, y) {
    this.view.zoom(factor, x, y);
    this.#moved();
    this.announce(this.tools.percent.value);
  }

  fit() {
    this.view.fit();
    this.#moved();
    this.announce(this.tools.percent.value);
  }

  toggle() {
    this.isTinted = !this.isTinted;
    this.tools.buttons.view.setAttribute("aria-pressed", String(this.isTinted));
    this.announce(this.says(this.isTinted ? "tinted" : "squares"));
    this.draw();
  }

  begin(point, other = false) {
    this.#pen = { point, adds: this.adds !== other, before: this.mask.slice(), box: null };
    this.line(point);
  }

  line(point) {
    const pen = this.#pen;
    if (!pen) return;
    const box = stroke(this.mask, this.width, this.height, pen.point, point, this.size / 2, pen.adds);
    pen.point = point;
    if (!box) return;
    pen.box = join(pen.box, box);
    this.#changed(box);
  }

  end() {
    const pen = this.#pen;
    this.#pen = null;
    if (!pen?.box) return;
    this.history.push(pen.box, pen.before);
    this.#stepped();
  }

  cancel() {
    const pen = this.#pen;
    this.#pen = null;
    if (!pen?.box) return;
    this.mask.set(pen.before);
    this.#changed(pen.box);
  }

  back() { this.#step(this.history.undo(), "undone"); }
  forth() { this.#step(this.history.redo(), "redone"); }

  #step(box, said) {
    if (!box) return;
    this.#changed(box);
    this.#stepped();
    this.announce(this.says(said));
  }

  #changed(box) {
    this.#dirty = join(this.#dirty, box);
    this.draw();
  }

  #stepped() {
    this.#enable(true);
    if (this.history.isDirty === this.#wasDirty) return;
    this.#wasDirty = this.history.isDirty;
    this.#tell("mask:dirty", { dirty: this.#wasDirty });
  }

  async save() {
    if (this.isSaving) return;
    this.end();
    this.#busy(true);
    this.announce(this.says("saving"));
    const { state } = this.history;
    try {
      const answer = await this.#send(await png(this.mask, this.width, this.height));
      if (this.#ends.signal.aborted) return;
      this.history.saved(state);
      this.announce(this.says("saved"));
      this.#tell("mask:saved", { answer });
    } catch (error) {
      if (!this.#ends.signal.aborted) this.#fail(error.message || this.says("failed"), error);
    } finally {
      if (!this.#ends.signal.aborted) this.#busy(false);
    }
  }

  async #send(body) {
    const token = document.querySelector('meta[name="csrf"]')?.content ?? "";
    const headers = {
      "Content-Type": "image/png",
      "X-CSRF-Token": token,
      "Accept-Language": document.documentElement.lang,
      Accept: "application/json, application/problem+json",
    };
    const how = { method: "POST", body, headers, credentials: "same-origin", signal: this.#ends.signal };
    let answer;
    try {
      answer = await fetch(this.root.dataset.save, how);
    } catch (error) {
      throw Object.assign(new Error(this.says("failed"), { cause: error }), { status: 0 });
    }
    const told = await answer.json().catch(() => null);
    if (answer.ok) return told;
    const why = [told?.detail, told?.cure].filter(Boolean).join(" ");
    throw Object.assign(new Error(why || this.says("failed")), { status: answer.status });
  }

  #busy(on) {
    this.isSaving = on;
    this.root.setAttribute("aria-busy", String(on));
    this.#stepped();
  }

  #fail(message, error) {
    this.root.setAttribute("aria-busy", "false");
    this.announce(message);
    this.#tell("mask:failed", { status: error.status ?? 0, message });
  }

  // ---- keys --------------------------------------------------------------------------------------------------

  #press(event) {
    if (event.defaultPrevented || event.target.closest?.(WRITES) || !this.stage.offsetParent) return;
    if (document.querySelector("dialog[open]") && !this.root.closest("dialog")) return;
    const act = this.#act(event);
    if (!act) return;
    event.preventDefault();
    act();
  }

  #act(event) {
    const { code, key, shiftKey } = event;
    if (event.ctrlKey || event.metaKey) {
      if (code === "KeyZ") return shiftKey ? () => this.forth() : () => this.back();
      if (code === "KeyY") return () => this.forth();
      return code === "KeyS" ? () => this.save() : null;
    }
    if (event.altKey) return null;
    const onCanvas = event.target === this.canvas;
    if (onCanvas && ARROWS[key]) return () => this.#walk(ARROWS[key], shiftKey);
    if (onCanvas && key === "Enter") return () => this.#walk([0, 0], true);
    // Above a button the space bar is the button's, as everywhere.
    if (code === "Space" && !event.target.closest?.("button, a, summary, input")) return () => this.#grab(true);
    // Where strokes are left Z is ours; then the page has it, for what was done before.
    if (code === "KeyZ" && !shiftKey) return this.history.canUndo ? () => this.back() : null;
    if (code === "KeyZ") return this.history.canRedo ? () => this.forth() : null;
    return {
      BracketLeft: () => this.resize(1 / STEP),
      BracketRight: () => this.resize(STEP),
      KeyB: () => this.choose(!this.adds),
      KeyV: () => this.toggle(),
      Equal: () => this.zoom(STEP),
      NumpadAdd: () => this.zoom(STEP),
      Minus: () => this.zoom(1 / STEP),
      NumpadSubtract: () => this.zoom(1 / STEP),
      Digit0: () => this.fit(),
    }[code];
  }

  #grab(on) {
    if (this.hand.pans === on) return;
    this.hand.pans = on;
    this.canvas.classList.toggle("pans", on);
    this.#hover(this.#hovered);
  }

  /** The brush moved by half its size, and drawn with where it is wanted. */
  #walk([right, down], draws) {
    const { width, height } = this.view.frame;
    const from = this.#hovered ?? { x: width / 2, y: height / 2 };
    const step = Math.max(1, (this.size * this.view.scale) / 2);
    const to = { x: held(from.x + right * step, width), y: held(from.y + down * step, height) };
    this.#hover(to);
    if (!draws) return;
    this.begin(this.view.at(from.x, from.y));
    this.line(this.view.at(to.x, to.y));
    this.end();
  }
}

const held = (value, most) => Math.min(most, Math.max(0, value));

/** The slider goes by ratios: a thin brush needs finer steps than a wide one. */
const placed = (place) => THINNEST * (WIDEST / THINNEST) ** (place / 100);
const place = (size) => Math.round((100 * Math.log(size / THINNEST)) / Math.log(WIDEST / THINNEST));

async function picture(url) {
  const image = new Image();
  image.src = url;
  await image.decode();
  return image;
}

function painted(image, width, height) {
  const made = canvas(width, height);
  const context = made.getContext("2d");
  context.imageSmoothingQuality = "high";
  context.drawImage(image, 0, 0, width, height);
  return made;
}

function levels(image, width, height) {
  const { data } = painted(image, width, height).getContext("2d").getImageData(0, 0, width, height);
  const mask = new Uint8Array(width * height);
  for (let from = 0, to = 0; to < mask.length; from += 4, to++) mask[to] = data[from];
  return mask;
}

for (const root of document.querySelectorAll("[data-mask-editor]")) new MaskEditor(root);
