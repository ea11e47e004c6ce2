"use strict";
// One photo at a time; what is decided stays in the browser until it is saved as a table.
const main = document.getElementById("review");
if (main) {
  const $ = (id) => document.getElementById(id);
  const photos = [...main.querySelectorAll(".doubtful")];
  const place = "packshot-review-" + main.dataset.sheet;
  const columns = main.dataset.columns.split(",");
  const note = $("note"), quality = $("quality");
  let decided = {}, done = [], at = 0;
  try { decided = JSON.parse(localStorage.getItem(place) || "{}"); } catch { $("lost").hidden = false; }
  const keep = () => {
    try { localStorage.setItem(place, JSON.stringify(decided)); } catch { $("lost").hidden = false; }
  };
  const key = () => photos[at].dataset.key;
  const mine = () => decided[key()] || {};

  const show = (next) => {
    at = Math.max(0, Math.min(photos.length - 1, next));
    photos.forEach((photo, number) => { photo.hidden = number !== at; });
    // The next one's pictures come before they are asked for.
    for (const photo of photos.slice(at, at + 2)) {
      for (const picture of photo.querySelectorAll("img")) picture.loading = "eager";
    }
    note.value = mine().note || "";
    quality.value = mine().quality || quality.options[0].value;
    const count = photos.filter((photo) => (decided[photo.dataset.key] || {}).decision).length;
    $("count").textContent = $("count").dataset.told.replace("{done}", count).replace("{all}", photos.length);
    for (const button of document.querySelectorAll("[data-choice]")) {
      button.setAttribute("aria-pressed", String(button.dataset.choice === mine().decision));
    }
    photos[at].querySelector("h2").focus({ preventScroll: true });
    scrollTo(0, 0);
  };
  const write = (change) => { decided[key()] = { ...mine(), ...change }; keep(); };
  const decide = (choice) => {
    done.push([at, key(), decided[key()]]);
    write({ decision: choice, note: note.value, quality: choice === "redo" ? quality.value : "" });
    const open = (photo) => !(decided[photo.dataset.key] || {}).decision;
    const next = photos.findIndex((photo, number) => number > at && open(photo));
    show(next < 0 ? Math.max(at, photos.findIndex(open)) : next);
  };
  const undo = () => {
    const last = done.pop();
    if (!last) return;
    const [number, name, before] = last;
    if (before) decided[name] = before; else delete decided[name];
    keep();
    show(number);
  };
  const variant = (name) => {
    const photo = photos[at];
    for (const picture of photo.querySelectorAll("[data-variant]")) {
      picture.hidden = picture.dataset.variant !== name;
    }
    for (const button of photo.querySelectorAll("[data-show]")) {
      button.setAttribute("aria-pressed", String(button.dataset.show === name));
    }
  };

  // As the tables that packshot writes: no cell may run as a formula, and a mark before it reads back.
  const cell = (text) => '"' + (/^'*[=+\-@\t\r]/.test(text) ? "'" + text : text).replaceAll('"', '""') + '"';
  const table = () => "\ufeff" + [columns.join(",")].concat(photos.map((photo) => {
    const row = { ...decided[photo.dataset.key], key: photo.dataset.key, reasons: photo.dataset.reasons };
    return columns.map((name) => cell(row[name] || "")).join(",");
  })).join("\n") + "\n";
  const save = () => {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([table()], { type: "text/csv;charset=utf-8" }));
    link.download = "decisions.csv";
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10000);
  };

  for (const button of document.querySelectorAll("[data-choice]")) {
    button.addEventListener("click", () => decide(button.dataset.choice));
  }
  for (const button of document.querySelectorAll("[data-move]")) {
    button.addEventListener("click", () => show(at + Number(button.dataset.move)));
  }
  for (const button of main.querySelectorAll("[data-show]")) {
    button.addEventListener("click", () => variant(button.dataset.show));
  }
  note.addEventListener("input", () => write({ note: note.value }));
  quality.addEventListener("change", () => write({ quality: quality.value }));
  $("undo").addEventListener("click", undo);
  $("save").addEventListener("click", save);
  // By the key's place, so that a Russian layout works too.
  const keys = {
    KeyA: () => decide("approve"), KeyR: () => decide("redo"), KeyX: () => decide("reject"), KeyZ: undo,
    KeyS: save, KeyN: () => note.focus(), ArrowLeft: () => show(at - 1), ArrowRight: () => show(at + 1),
  };
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.matches("input, select")) {
      if (event.key === "Escape" || event.key === "Enter") photos[at].querySelector("h2").focus();
      return;
    }
    const number = /^Digit([1-9])$/.exec(event.code);
    const shown = number && photos[at].querySelectorAll("[data-show]")[number[1] - 1];
    const act = shown ? () => variant(shown.dataset.show) : keys[event.code];
    if (act) { event.preventDefault(); act(); }
  });
  $("desk").hidden = false;
  show(Math.max(0, photos.findIndex((photo) => !(decided[photo.dataset.key] || {}).decision)));
}
