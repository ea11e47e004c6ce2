// One photo: variants behind the slider, boxes, zoom; and the result by itself where it is still being worked on.
import { boxes } from "./boxes.js";
import { compare } from "./compare.js";
import { follow } from "./follow.js";
import { keys } from "./keys.js";
import { zoom } from "./zoom.js";

const photo = document.querySelector(".photo");
const frame = document.getElementById("frame");
const slider = document.getElementById("slider");
const edge = slider ? compare(frame, slider) : null;
boxes(photo, frame);

// ---- zoom -----------------------------------------------------------------------------------------------

const top = () => frame.querySelector(".pane.after:not([hidden]) img") ?? frame.querySelector(".pane.before:not([hidden]) img");
const format = new Intl.NumberFormat(document.documentElement.lang, { style: "percent", maximumFractionDigits: 0 });

const view = zoom(frame, {
  size: () => ({ width: Number(top()?.dataset.width) || top()?.naturalWidth || 1, height: Number(top()?.dataset.height) || top()?.naturalHeight || 1 }),
  onzoom(share, zoomed) {
    const said = document.getElementById("zoom-said");
    if (said) said.textContent = format.format(share);
    if (zoomed) for (const picture of frame.querySelectorAll(".pane:not([hidden]) img[data-full]")) sharpen(picture);
  },
});
/** The picture itself in the place of its small copy; where the browser cannot read its format, the copy stays. */
function sharpen(picture) {
  const whole = new Image();
  const address = picture.dataset.full;
  delete picture.dataset.full;
  whole.addEventListener("load", () => { picture.removeAttribute("srcset"); picture.src = address; picture.addEventListener("load", view.draw, { once: true }); });
  whole.src = address;
}
for (const picture of frame.querySelectorAll("img")) picture.addEventListener("load", view.draw);
for (const button of document.querySelectorAll("[data-zoom]")) button.addEventListener("click", () => view[button.dataset.zoom]());

// ---- what is before and after the edge ------------------------------------------------------------------

let from = "original";

function press(buttons, pressed) {
  for (const button of buttons) button.setAttribute("aria-pressed", String(button === pressed));
}
const variants = [...document.querySelectorAll("[data-show]")];
const origins = [...document.querySelectorAll("button[data-from]")];

function shown() {
  const role = variants.find((button) => button.getAttribute("aria-pressed") === "true")?.dataset.show;
  for (const pane of frame.querySelectorAll(".pane.after")) pane.hidden = pane.dataset.role !== role;
  const befores = [...frame.querySelectorAll(".pane.before")];
  const wanted = befores.find((pane) => pane.dataset.from === from && (from === "original" || pane.dataset.role === role))
    ?? befores.find((pane) => pane.dataset.from === from) ?? befores[0];
  for (const pane of befores) pane.hidden = pane !== wanted;
  view.draw();
}
for (const button of variants) button.addEventListener("click", () => { press(variants, button); shown(); });
for (const button of origins) button.addEventListener("click", () => { from = button.dataset.from; press(origins, button); shown(); });

const lines = document.querySelector("[data-boxes]");
const toggle = () => {
  if (!lines) return;
  const on = lines.getAttribute("aria-pressed") !== "true";
  lines.setAttribute("aria-pressed", String(on));
  frame.querySelector(".boxes").classList.toggle("unlit", !on);
};
lines?.addEventListener("click", toggle);

const arrow = (dx, dy) => (event) => {
  if (view.zoomed) view.pan(-dx * 60, -dy * 60);
  else if (dx && edge) edge.step(dx * (event.shiftKey ? 10 : 2));
  else return false;
};
keys({ ArrowLeft: arrow(-1, 0), ArrowRight: arrow(1, 0), ArrowUp: arrow(0, -1), ArrowDown: arrow(0, 1) }, frame);
keys({
  "+": view.in, "=": view.in, "-": view.out, 0: view.fit, 1: () => view.real(),
  KeyV() {
    const at = variants.findIndex((button) => button.getAttribute("aria-pressed") === "true");
    variants[(at + 1) % variants.length]?.click();
  },
  KeyB: toggle,
  KeyR() { const again = document.getElementById("again"); if (again) { again.open = true; again.querySelector("select").focus(); } },
  Escape() { if (view.zoomed) view.fit(); else document.querySelector("[data-back]").click(); },
});

// ---- still being worked on ------------------------------------------------------------------------------

if (photo.dataset.progress !== "done") {
  follow(photo.dataset.job, { onjob() {}, onphoto(one) { if (one.id === photo.dataset.photo) location.reload(); } });
}
