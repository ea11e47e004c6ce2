// The review queue: a decision is seen at once and sent behind it; the next photo is there already, pictures and all.
import { ask, headers } from "./api.js";
import { compare } from "./compare.js";
import { keys } from "./keys.js";
import { MaskEditor } from "./mask_editor.js";
import { toast } from "./toast.js";
import { zoom } from "./zoom.js";

const HOLD_EVERY = 4 * 60_000;   // a photo is held for ten minutes
const LOOK_EVERY = 30_000;
const ASK_EVERY = 120;

const desk = document.getElementById("desk");
const cases = document.getElementById("cases");
const acts = document.getElementById("acts");
const said = document.getElementById("said").dataset;
const button = (does) => desk.querySelector(`[data-does="${does}"]`);
const count = new Intl.NumberFormat(document.documentElement.lang);

const done = [];                 // decisions that can be taken back, the latest last
const later = new Set();         // left for later by this person
const sent = new Set();          // decided here, and not yet there
let left = 0;
let editor = null;

// ---- slots: the first one is shown, the others wait with their pictures loaded -----------------------------

const slots = () => [...cases.children];
const current = () => cases.firstElementChild?.querySelector(".case") ?? null;
const id = (card) => card.dataset.photo;
const name = (card) => card.getAttribute("aria-label");

function slot(card) {
  const made = document.createElement("div");
  made.className = "slot";
  made.append(card);
  return made;
}

async function fetched(photoId) {
  const answer = await fetch(`/review/${photoId}`, { headers: headers(), credentials: "same-origin" });
  if (!answer.ok) throw new Error(said.lost);
  const card = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector(".case");
  return dress(document.importNode(card, true));
}

/** What a card can do: edge, variants, zoom. */
function dress(card) {
  if (card.view) return card;
  const frame = card.querySelector(".frame");
  const slider = card.querySelector(".slide input");
  const edge = compare(frame, slider);
  const variants = [...card.querySelectorAll("[data-show]")];
  const pane = () => card.querySelector(".pane.after:not([hidden])");
  const view = zoom(frame, {
    size: () => ({ width: Number(pane()?.dataset.width) || 1, height: Number(pane()?.dataset.height) || 1 }),
    onzoom() {},
  });
  const show = (pressed) => {
    for (const one of variants) one.setAttribute("aria-pressed", String(one === pressed));
    for (const one of card.querySelectorAll(".pane.after")) one.hidden = one.dataset.role !== pressed.dataset.show;
    view.draw();
  };
  for (const one of variants) one.addEventListener("click", () => show(one));
  const origins = [...card.querySelectorAll("button[data-from]")];
  const from = (pressed) => {
    for (const one of origins) one.setAttribute("aria-pressed", String(one === pressed));
    for (const one of card.querySelectorAll(".pane.before")) one.hidden = one.dataset.from !== pressed.dataset.from;
  };
  for (const one of origins) one.addEventListener("click", () => from(one));
  const turn = () => show(variants[(variants.findIndex((one) => one.getAttribute("aria-pressed") === "true") + 1) % variants.length]);
  card.view = { ...view, get zoomed() { return view.zoomed; }, edge, turn: () => variants.length && turn() };
  return card;
}

function told() {
  const text = document.getElementById("left");
  text.textContent = left ? text.dataset.text.replace("{count}", count.format(left)) : "";
  const badge = document.querySelector(".bar .count");
  if (badge) badge.textContent = count.format(left);
  button("undo").disabled = !done.length;
  slots().forEach((one, at) => { one.hidden = at > 0; });
  const card = current();
  desk.classList.toggle("bare", !card);
  if (!card) {
    for (const line of desk.querySelectorAll("[data-when]")) line.hidden = (line.dataset.when === "others") !== left > later.size;
    return;
  }
  acts.action = `/review/${id(card)}`;
  const open = card.dataset.outcome === "review";
  button("approve").querySelector("span").textContent = open ? said.approve : said.next;
  for (const one of ["redo", "reject"]) button(one).disabled = !open || "busy" in card.dataset;
  button("approve").disabled = "busy" in card.dataset;
  button("edit").disabled = !card.dataset.editable || "busy" in card.dataset;
  card.view.draw();
}

function front(card) {
  cases.prepend(slot(card));
  told();
  if (!desk.contains(document.activeElement) || document.activeElement === document.body) card.focus({ preventScroll: true });
}

function leave(card) {
  drop(card);
  card.parentElement?.remove();
  told();
  refill();
}

// ---- the next ones -----------------------------------------------------------------------------------------

let filling = null;

/** Two cards are here: the one that is looked at, and the next. */
function refill() {
  filling ??= fill().catch((error) => toast(error.message)).finally(() => { filling = null; });
  return filling;
}

async function fill() {
  for (;;) {
    const room = 2 - cases.children.length;
    if (room <= 0) return;
    const here = slots().map((one) => id(one.firstElementChild));
    const skip = [...new Set([...later, ...sent, ...here])].slice(-200);
    const next = await ask("/v1/review/next", { method: "POST", json: { skip, most: room } });
    left = Math.max(0, next.left - waiting());
    const got = [next.photo, next.following].filter(Boolean);
    const before = cases.children.length;
    for (const photo of got) {
      const card = await fetched(photo.id);
      if (!slots().some((one) => id(one.firstElementChild) === photo.id)) cases.append(slot(card));
    }
    told();
    if (cases.children.length === before) return;
  }
}

const waiting = () => done.filter((one) => !one.arrived && !one.undone).length;

// ---- deciding ----------------------------------------------------------------------------------------------

function decide(choice, extra, text) {
  const card = current();
  if (!card || "busy" in card.dataset) return;
  const decision = { card, arrived: false, undone: false };
  done.push(decision);
  sent.add(id(card));
  left -= 1;
  leave(card);
  decision.sending = ask(`/v1/review/${id(card)}`, { method: "POST", json: { choice, ...extra }, keepalive: true });
  decision.sending.then(
    (answer) => { decision.arrived = true; sent.delete(id(card)); left = answer.left - waiting(); told(); },
    (error) => {
      forget(decision);
      toast(error.message);
      if (error.status === 409 || error.status === 404) { left = Math.max(0, left); return; }
      left += 1;
      front(card);
    },
  );
  toast(text.replace("{name}", name(card)), { undo: () => undo(decision) });
}

function forget(decision) {
  const at = done.indexOf(decision);
  if (at >= 0) done.splice(at, 1);
  sent.delete(id(decision.card));
  told();
}

/** The photo is here again at once, before what stands in front of it now. */
async function undo(decision = done.at(-1)) {
  if (!decision || decision.undone) return;
  decision.undone = true;
  try {
    await decision.sending;
    const answer = await ask(`/v1/review/${decision.of ?? id(decision.card)}/undo`, { method: "POST" });
    left = answer.left - waiting();
  } catch (error) {
    decision.undone = false;
    throw error;
  }
  forget(decision);
  for (const one of slots()) if (decision.made && id(one.firstElementChild) === decision.made) one.remove();
  front(decision.card);
}

function approve() {
  const card = current();
  if (!card || "busy" in card.dataset) return;
  if (card.dataset.outcome === "review") decide("approve", {}, said.approved);
  else leave(card);
}

function reject(note = "") { decide("reject", { note }, said.rejected); }

function opened(dialog) {
  if (!current() || current().dataset.outcome !== "review" || "busy" in current().dataset) return;
  dialog.returnValue = "";
  dialog.showModal();
}

function put(card) {
  later.add(id(card));
  ask("/v1/review/release", { method: "POST", json: { ids: [id(card)] } }).catch(() => {});
  leave(card);
  toast(said.later.replace("{name}", name(card)), { undo: async () => { later.delete(id(card)); front(card); } });
}

const editWord = button("edit").querySelector("span").textContent;
const again = document.getElementById("again");
again.addEventListener("close", () => {
  const chosen = again.returnValue && again.querySelector(`button[value="${again.returnValue}"]`);
  if (chosen) decide("redo", { quality: chosen.dataset.quality, engine: chosen.dataset.engine, settings: JSON.parse(chosen.dataset.settings) }, said.redone);
});
again.addEventListener("keydown", (event) => {
  const chosen = again.querySelectorAll("button[data-settings]")[Number(event.key) - 1];
  if (chosen) { event.preventDefault(); again.close(chosen.value); }
});
const why = document.getElementById("why");
why.addEventListener("close", () => {
  if (why.returnValue === "reject") reject(why.querySelector("textarea").value.trim());
  why.querySelector("textarea").value = "";
});

// ---- the mask ----------------------------------------------------------------------------------------------

/** Leaving the editor loses no stroke: it comes back as it was. */
function edit() {
  const card = current();
  if (editor) return close();
  if (!card?.dataset.editable || "busy" in card.dataset) return;
  if (!card.editor) card.editor = opens(card);
  editor = card.editor;
  const room = document.getElementById("editor");
  for (const other of room.children) other.hidden = other !== editor.root;
  room.hidden = false;
  desk.classList.add("drawing");
  button("edit").querySelector("span").textContent = said.leave;
  editor.ready.then(() => editor?.canvas.focus());
}

function opens(card) {
  const root = document.getElementById("mask-editor").content.firstElementChild.cloneNode(true);
  root.dataset.photo = `/v1/photos/${id(card)}/picture/original?w=2048`;
  root.dataset.mask = `/v1/photos/${id(card)}/mask`;
  root.dataset.save = `/v1/photos/${id(card)}/mask`;
  document.getElementById("editor").append(root);
  root.addEventListener("mask:failed", (event) => toast(event.detail.message));
  root.addEventListener("mask:saved", (event) => { close(); drop(card); compose(card, event.detail.answer); });
  return new MaskEditor(root);
}

function drop(card) {
  card.editor?.close();
  card.editor?.root.remove();
  card.editor = null;
}

function close() {
  editor = null;
  document.getElementById("editor").hidden = true;
  desk.classList.remove("drawing");
  button("edit").querySelector("span").textContent = editWord;
  current()?.view.draw();
  current()?.focus({ preventScroll: true });
}

/** The new picture takes the place of the old one as soon as it is done. */
async function compose(card, made) {
  const bar = card.querySelector(".frame > progress");
  card.dataset.busy = "";
  bar.hidden = false;
  if (card.dataset.outcome === "review") left -= 1;
  told();
  try {
    for (let photo = made; photo.progress !== "done"; photo = await ask(`/v1/photos/${made.id}`)) {
      await new Promise((wait) => setTimeout(wait, ASK_EVERY));
    }
    const fresh = await fetched(made.id);
    delete card.dataset.busy;
    bar.hidden = true;
    if (fresh.dataset.outcome === "review") left += 1;
    const decision = { card, arrived: true, undone: false, sending: Promise.resolve(), of: id(card), made: made.id };
    done.push(decision);
    card.parentElement.replaceWith(slot(fresh));
    fresh.querySelector('button[data-from="parent"]')?.click();
    told();
    fresh.focus({ preventScroll: true });
    toast(said.edited.replace("{name}", name(fresh)), { undo: () => undo(decision) });
  } catch (error) {
    delete card.dataset.busy;
    bar.hidden = true;
    told();
    toast(error.message);
  }
}

// ---- the page ----------------------------------------------------------------------------------------------

const does = {
  approve, edit,
  redo: () => opened(again),
  reject: () => reject(),
  later: () => { if (current() && !("busy" in current().dataset)) put(current()); },
  undo: () => undo().catch((error) => toast(error.message)),
  look: () => { later.clear(); refill(); },
};
desk.addEventListener("click", (event) => {
  const act = does[event.target.closest("[data-does]")?.dataset.does];
  if (!act) return;
  event.preventDefault();
  act();
});
acts.addEventListener("submit", (event) => event.preventDefault());

const idle = (act) => (event) => { if (editor || !current()) return false; return act(event); };
keys({
  KeyA: idle(approve), KeyE: edit, KeyR: idle(does.redo),
  KeyX: idle((event) => (event.shiftKey ? opened(why) : reject())),
  KeyZ: () => { if (editor) return false; does.undo(); },
  KeyV: idle(() => { current().view.turn(); }),
  ArrowDown: idle(does.later),
  ArrowLeft: idle((event) => { current().view.edge.step(event.shiftKey ? -10 : -4); }),
  ArrowRight: idle((event) => { current().view.edge.step(event.shiftKey ? 10 : 4); }),
  "+": idle(() => { current().view.in(); }), "=": idle(() => { current().view.in(); }),
  "-": idle(() => { current().view.out(); }), 0: idle(() => { current().view.fit(); }),
  Escape: () => { if (!editor) return false; close(); },
});

setInterval(() => {
  if (document.hidden) return;
  for (const one of slots()) {
    const card = one.firstElementChild;
    if (card.dataset.outcome !== "review" || "busy" in card.dataset) continue;
    ask(`/v1/review/${id(card)}/hold`, { method: "POST" }).catch((error) => {
      if (error.status !== 409 && error.status !== 404) return;
      const shown = card === current();
      if (shown) { if (editor) close(); toast(said.lost); }
      drop(card);
      one.remove();
      told();
      refill();
    });
  }
}, HOLD_EVERY);
setInterval(() => { if (!document.hidden && !cases.children.length) refill(); }, LOOK_EVERY);

addEventListener("pagehide", () => {
  const ids = slots().map((one) => id(one.firstElementChild));
  if (ids.length) ask("/v1/review/release", { method: "POST", json: { ids }, keepalive: true }).catch(() => {});
});
addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });

for (const one of slots()) dress(one.firstElementChild);
ask("/v1/review/count").then((answer) => { left = answer.left; told(); }, (error) => toast(error.message));
told();
refill();
