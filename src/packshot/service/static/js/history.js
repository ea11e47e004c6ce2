// History: choosing by tick, Shift, arrows and space; deleting with a way back; filters that need no button.
import { ask } from "./api.js";
import { keys } from "./keys.js";
import { toast } from "./toast.js";

const filters = document.getElementById("filters");
const form = document.getElementById("chosen");
const grid = document.getElementById("grid");
const said = document.getElementById("said").dataset;
const fill = (text, count) => text.replace("{count}", new Intl.NumberFormat(document.documentElement.lang).format(count));

// ---- filters --------------------------------------------------------------------------------------------

/** An address says only what was chosen. */
filters.addEventListener("submit", () => {
  for (const field of filters.elements) if (field.name && !field.value) field.disabled = true;
});
window.addEventListener("pageshow", () => { for (const field of filters.elements) field.disabled = false; });
filters.addEventListener("change", (event) => { if (event.target.name !== "search") filters.requestSubmit(); });

// ---- choosing -------------------------------------------------------------------------------------------

const links = () => [...grid.querySelectorAll(".tile > a")];
const box = (link) => link.parentElement.querySelector("input");
const chosen = () => [...grid.querySelectorAll("input:checked")].map((input) => input.value);
let last = null;      // where a range begins

function choose(link, on) {
  box(link).checked = on;
  last = link;
  tell();
}

function range(to, on = true) {
  const all = links();
  const [from, until] = [all.indexOf(last ?? to), all.indexOf(to)].sort((one, other) => one - other);
  for (const link of all.slice(from, until + 1)) box(link).checked = on;
  last = to;
  tell();
}

function tell() {
  const count = chosen().length;
  const many = document.getElementById("many");
  many.textContent = count ? fill(many.dataset.some, count) : "";
  many.parentElement.classList.toggle("some", count > 0);
  form.querySelector("[data-none]:not(b)").hidden = !count;
}

function all(on) {
  for (const link of links()) box(link).checked = on;
  last = null;
  tell();
}

/** The next tile in the direction of the arrow, by where they stand. */
function beside(link, key) {
  const list = links(), at = list.indexOf(link);
  if (key === "ArrowLeft") return list[at - 1];
  if (key === "ArrowRight") return list[at + 1];
  const top = list[0].getBoundingClientRect().top;
  const row = list.findIndex((one) => one.getBoundingClientRect().top > top + 4);
  return row < 0 ? undefined : list[at + (key === "ArrowDown" ? row : -row)];
}

function listen() {
  grid.addEventListener("click", (event) => {
    const link = event.target.closest(".tile > a");
    const tick = event.target.closest("input");
    if (tick) {
      const own = tick.closest(".tile").querySelector("a");
      if (event.shiftKey && last) range(own, tick.checked);
      else choose(own, tick.checked);
    } else if (link && event.shiftKey) {
      event.preventDefault();
      range(link);
    } else if (link && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      choose(link, !box(link).checked);
    }
  });
  grid.addEventListener("keydown", (event) => {
    const link = event.target.closest(".tile > a");
    if (!link || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.code === "Space") {
      event.preventDefault();
      if (event.shiftKey) range(link); else choose(link, !box(link).checked);
    } else if (event.key.startsWith("Arrow")) {
      const next = beside(link, event.key);
      if (!next) return;
      event.preventDefault();
      if (event.shiftKey) { last ??= link; box(link).checked = true; range(next); }
      next.focus();
    }
  });
  // Once something is chosen a finger chooses on: there is no Shift on a phone.
  grid.addEventListener("click", (event) => {
    const link = event.target.closest(".tile > a");
    if (!link || event.defaultPrevented || !matchMedia("(hover: none)").matches || !chosen().length) return;
    event.preventDefault();
    choose(link, !box(link).checked);
  });
  form.querySelector("[data-all]").addEventListener("click", () => all(true));
  form.querySelector("[data-none]:not(b)").addEventListener("click", () => all(false));
  form.querySelector("[data-delete]")?.addEventListener("click", (event) => { event.preventDefault(); away(); });
  document.addEventListener("keydown", (event) => {
    if (!(event.ctrlKey || event.metaKey) || event.code !== "KeyA" || event.target.closest("input:not([type=checkbox]), select")) return;
    event.preventDefault();
    all(true);
  });
}

// ---- deleting -------------------------------------------------------------------------------------------

async function away() {
  const ids = chosen();
  if (!ids.length) return;
  const tiles = ids.map((id) => grid.querySelector(`[data-photo="${id}"]`));
  const after = [...grid.children].find((tile) => !tiles.includes(tile));
  const show = (on) => { for (const tile of tiles) tile.hidden = !on; };
  show(false);
  all(false);
  after?.querySelector("a").focus();
  try {
    await ask("/v1/photos/delete", { method: "POST", json: { ids } });
  } catch (error) {
    show(true);
    toast(error.message);
    return;
  }
  toast(fill(said.deleted, ids.length), {
    undo: async () => { await ask("/v1/photos/restore", { method: "POST", json: { ids } }); show(true); },
  });
}

keys({
  "/": () => filters.elements.search.focus(),
  Delete: () => (form?.querySelector("[data-delete]") ? away() : false),
  Escape: () => { if (!grid || !chosen().length) return false; all(false); },
  ArrowDown: () => { if (!grid || grid.contains(document.activeElement)) return false; links()[0]?.focus(); },
});

/** A photo that nobody can open has a sign in the place of its picture. */
function bare(picture) {
  const sign = document.getElementById("no-picture").content.firstElementChild.cloneNode(true);
  picture.replaceWith(sign);
}

if (grid) {
  listen();
  tell();
  grid.addEventListener("error", (event) => { if (event.target.matches?.("img")) bare(event.target); }, true);
  for (const picture of grid.querySelectorAll("img")) if (picture.complete && !picture.naturalWidth && picture.currentSrc) bare(picture);
}
