// Check & fix: photos appear at once, are sent a few at a time, and are told of one by one as they are done.
import { ask, send } from "./api.js";
import { isZip, linksIn, takeIn, thumbnail } from "./drop.js";
import { follow, photosOf } from "./follow.js";
import { keys, walk } from "./keys.js";
import { toast } from "./toast.js";

const AT_ONCE = 3;
const PARTS = [6, 24, 100, 400];   // the first few photos begin while the rest is still being sent
const MOST_TILES = 200;

const form = document.getElementById("hand-in");
const grid = document.getElementById("grid");
const work = document.getElementById("work");
const said = document.getElementById("said").dataset;
const lang = document.documentElement.lang;
const tiles = new Map();           // a photo's id → its tile
const jobs = new Map();            // a job's id → its shape
const troubled = new Set();        // jobs whose trouble has been told
const chosen = new Set();          // outcomes that the totals let through

const camel = (name) => name.replace(/_(\w)/g, (_, letter) => letter.toUpperCase());

for (const tile of grid.children) if (tile.dataset.photo) tiles.set(tile.dataset.photo, tile);

// ---- a tile ---------------------------------------------------------------------------------------------

function addTile(name) {
  const tile = document.getElementById("tile").content.firstElementChild.cloneNode(true);
  tile.querySelector(".name").textContent = name;
  tile.querySelector(".doing").textContent = said.sending;
  return tile;
}

function wait(tile, text) {
  tile.dataset.state = "waiting";
  tile.querySelector(".doing").textContent = text;
  tile.querySelector("progress").removeAttribute("value");
}

function refuse(tile, text, repeat) {
  tile.dataset.state = "refused";
  tile.querySelector("progress").hidden = true;
  verdict(tile, "bad", said.refused);
  why(tile, [text]);
  tile.querySelector(".doing").textContent = "";
  sum();
  const again = tile.querySelector(".again");
  again.hidden = false;
  again.onclick = () => { again.hidden = true; verdict(tile, "", ""); why(tile, []); tile.querySelector("progress").hidden = false; repeat(); };
}

function finish(photo) {
  let tile = tiles.get(photo.id);
  if (!tile) {
    if (tiles.size >= MOST_TILES) { document.getElementById("more").hidden = false; return; }
    tile = addTile(photo.name);
    grid.append(tile);
    belong(tile, photo);
  }
  if (tile.dataset.state === "done") return;
  tile.dataset.state = "done";
  tile.dataset.outcome = photo.outcome;
  tile.querySelector("progress").hidden = true;
  tile.querySelector(".doing").textContent = "";
  verdict(tile, photo.tone, said[camel(photo.outcome)]);
  why(tile, photo.why.map((one) => one[lang]));
  const role = photo.pictures[1] ?? photo.pictures[0];
  if (role && photo.size[0]) show(tile, `/v1/photos/${photo.id}/picture/${role}`);
  filter();
}

function verdict(tile, tone, text) {
  const place = tile.querySelector(".outcome");
  place.className = `outcome verdict ${tone}`;
  const shape = document.getElementById("tones").content.querySelector(`[data-tone="${tone}"] svg`);
  const word = document.createElement("span");
  word.textContent = text;
  place.replaceChildren(...(shape ? [shape.cloneNode(true), word] : []));
}

function why(tile, texts) {
  tile.querySelector(".why").replaceChildren(...texts.map((text) => {
    const line = document.createElement("span");
    line.textContent = text;
    return line;
  }));
}

/** The server's picture takes the place of the browser's own when it is there, not before. */
function show(tile, address) {
  const picture = new Image();
  picture.alt = "";
  picture.decoding = "async";
  picture.sizes = "(max-width: 36rem) 40vw, 17rem";
  picture.srcset = `${address}?w=320 320w, ${address}?w=640 640w`;
  picture.src = `${address}?w=320`;
  picture.addEventListener("load", () => tile.querySelector(".shot").replaceChildren(picture));
}

function belong(tile, photo) {
  tiles.set(photo.id, tile);
  tile.dataset.photo = photo.id;
  tile.querySelector("a").href = `/photos/${photo.id}`;
  wait(tile, said.waiting);
}

// ---- sending --------------------------------------------------------------------------------------------

const chosenOf = (...names) => Object.fromEntries(names.map((name) => [name, form.elements[name].value]));
const wishes = () => chosenOf("kind", ...(form.elements.kind.value === "upscale" ? ["to"] : ["profile", "category"]));

async function take({ files, links }) {
  if (!files.length && !links.length) return;
  begin();
  const zips = files.filter(isZip);
  const photos = files.filter((file) => !isZip(file));
  const wish = wishes();
  const top = [];
  const drop = photos.map((file) => {
    const tile = addTile(file.name);
    top.push(tile);
    thumbnail(file).then((picture) => {
      if (tile.dataset.state !== "done") tile.querySelector(".shot").replaceChildren(picture ?? said.unreadable);
    });
    return { file, tile, wish };
  });
  grid.prepend(...top);
  sum();
  if (top[0] && !matchMedia("(hover: none)").matches) top[0].querySelector("a").focus({ preventScroll: true });
  for (const zip of zips) handIn(wish, { archive: zip });
  if (links.length) handIn(wish, { links });
  const parts = [];
  for (let at = 0, part = 0; at < drop.length; part += 1) {
    const size = PARTS[Math.min(part, PARTS.length - 1)];
    parts.push(drop.slice(at, at + size));
    at += size;
  }
  for (const part of parts) {
    const sent = await upload(part);
    if (sent.length) handIn(wish, { sent });
  }
}

/** A few at a time; what could not be sent says so, and the rest goes on. */
async function upload(part) {
  const left = [...part];
  const sent = [];
  const carry = async () => {
    for (let one = left.shift(); one; one = left.shift()) {
      if (await carryOne(one)) sent.push(one);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, carry));
  return part.filter((one) => sent.includes(one));
}

async function carryOne(one) {
  const body = new FormData();
  body.append("file", one.file, one.file.name);
  const bar = one.tile.querySelector("progress");
  bar.max = 1;
  bar.value = 0;
  try {
    one.upload = await patiently(() => send("/v1/uploads", body, (done, total) => { bar.value = done / total; }));
    wait(one.tile, said.waiting);
    return true;
  } catch (error) {
    refuse(one.tile, error.message, async () => { if (await carryOne(one)) handIn(one.wish, { sent: [one] }); });
    return false;
  }
}

async function handIn(wish, { sent = [], links = [], feed = "", archive = null }) {
  const key = [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  try {
    const job = await patiently(() => {
      if (archive) return sendArchive(wish, archive);
      const json = { ...wish, urls: links, uploads: sent.map((one) => one.upload.id), ...(feed && { feed }) };
      return ask("/v1/jobs", { method: "POST", json, key });
    });
    const waiting = [...sent];
    for (const photo of await photosOf(job.id)) {
      const at = waiting.findIndex((one) => one.upload.name === photo.name);
      const tile = at < 0 ? addTile(photo.name) : waiting.splice(at, 1)[0].tile;
      if (at < 0) grid.prepend(tile);
      belong(tile, photo);
    }
    jobs.set(job.id, job);
    remember();
    queue(job.id);
  } catch (error) {
    for (const one of sent) refuse(one.tile, error.message, () => handIn(wish, { sent: [one] }));
    if (!sent.length) toast(error.message);
  }
  sum();
}

function sendArchive(wish, archive) {
  const body = new FormData();
  for (const [name, value] of Object.entries(wish)) body.append(name, value);
  body.append("files", archive, archive.name);
  const bar = document.getElementById("sum-bar");
  bar.hidden = false;
  return send("/v1/jobs", body, (done, total) => { bar.max = total; bar.value = done; });
}

/** Where the service is full, or away for a moment, the same is sent again when it says so. */
async function patiently(act) {
  for (let turn = 0; ; turn += 1) {
    try {
      return await act();
    } catch (error) {
      const passing = error.status === 429 || error.status === 503;
      if (!passing || turn >= 20) throw error;
      if (turn === 0) toast(said.busy);
      await new Promise((done) => setTimeout(done, 1000 * (error.after || 3)));
    }
  }
}

// ---- following ------------------------------------------------------------------------------------------

let turn = Promise.resolve();

/** One stream at a time: a browser has six lines to a host, and the photos need them. */
function queue(jobId) {
  turn = turn.then(() => follow(jobId, { onphoto: finish, onjob: (job) => { jobs.set(job.id, job); told(job); sum(); } }));
}

function told(job) {
  if (job.error && !troubled.has(job.id)) {
    troubled.add(job.id);
    toast(`${job.error.message[lang]} ${job.error.cure[lang]}`);
  }
}

function sum() {
  const all = [...jobs.values()];
  const sending = [...grid.children].filter((tile) => !tile.dataset.photo && tile.dataset.state !== "refused");
  const total = all.reduce((count, job) => count + job.total, sending.length);
  const done = all.reduce((count, job) => count + job.done, 0);
  const place = document.getElementById("sum");
  place.textContent = total ? place.dataset.text.replace("{done}", done).replace("{total}", total) : "";
  const bar = document.getElementById("sum-bar");
  bar.hidden = !total || done >= total;
  bar.max = total || 1;
  bar.value = done;
  const counts = {};
  for (const job of all) for (const [name, count] of Object.entries(job.counts)) counts[name] = (counts[name] ?? 0) + count;
  totals(counts);
  const mine = [...jobs.keys()];
  const download = document.getElementById("download");
  download.hidden = !done || all.every((job) => job.kind === "check");
  download.href = `/v1/photos.zip?job=${mine[0]}`;
  download.onclick = mine.length < 2 ? null : takeAlong;
}

/** Of several jobs: whatever of them lies on the page, as one archive. */
function takeAlong(event) {
  event.preventDefault();
  const form = document.getElementById("take-along");
  for (const old of form.querySelectorAll("[name=ids]")) old.remove();
  for (const id of tiles.keys()) {
    const field = document.createElement("input");
    Object.assign(field, { type: "hidden", name: "ids", value: id });
    form.append(field);
  }
  form.submit();
}

const TONES = { ask_seller: "bad", failed: "bad" };
for (const name of ["publish", "compliant", "fixed", "cut", "upscaled", "mended", "kept"]) TONES[name] = "good";

function totals(counts) {
  const place = document.getElementById("totals");
  const order = Object.keys(said);
  const names = Object.keys(counts).sort((one, other) => order.indexOf(camel(one)) - order.indexOf(camel(other)));
  place.hidden = names.length < 2 && !chosen.size;
  for (const name of names) {
    let button = place.querySelector(`[data-outcome="${name}"]`);
    if (!button) {
      button = document.createElement("button");
      button.type = "button";
      button.dataset.outcome = name;
      button.setAttribute("aria-pressed", "false");
      const tone = TONES[name] ?? "doubt";
      button.className = tone;
      const shape = document.getElementById("tones").content.querySelector(`[data-tone="${tone}"] svg`).cloneNode(true);
      button.append(shape, document.createElement("span"));
      button.onclick = () => {
        const on = !chosen.delete(name);
        if (on) chosen.add(name);
        button.setAttribute("aria-pressed", String(on));
        filter();
      };
      place.append(button);
    }
    const word = said[camel(name)];
    button.lastElementChild.textContent = `${word}: ${counts[name]}`;
  }
}

function filter() {
  for (const tile of grid.children) tile.hidden = chosen.size > 0 && !chosen.has(tile.dataset.outcome);
}

// ---- the page -------------------------------------------------------------------------------------------

function begin() {
  work.hidden = false;
  form.classList.add("small");
  const samples = document.getElementById("samples");
  if (samples) samples.hidden = true;
}

const ids = () => [...jobs.keys()].reverse().slice(0, 20).join(",");

/** The address and a cookie hold the jobs: leaving the page and coming back loses nothing. */
function remember() {
  history.replaceState(null, "", `/?job=${ids()}`);
  document.cookie = `jobs=${ids()}; path=/; samesite=lax; max-age=86400`;
}

takeIn({ take, inputs: [document.getElementById("files"), document.getElementById("folder")], veil: document.getElementById("veil") });
form.addEventListener("submit", (event) => event.preventDefault());
form.querySelector("[data-folder]").addEventListener("click", () => document.getElementById("folder").click());

const link = document.getElementById("link");
const isFeed = document.getElementById("is-feed");
link.addEventListener("input", () => { isFeed.checked = /\.(xml|yml|yaml)(\?|$)/i.test(link.value); });
const fetchLink = () => {
  const links = linksIn(link.value);
  if (!links.length) { link.focus(); return; }
  link.value = "";
  begin();
  if (isFeed.checked) handIn(wishes(), { feed: links[0] });
  else take({ files: [], links });
};
form.querySelector("[data-fetch]").addEventListener("click", fetchLink);
link.addEventListener("keydown", (event) => { if (event.key === "Enter") { event.preventDefault(); fetchLink(); } });

for (const button of document.querySelectorAll("[data-sample]")) {
  button.addEventListener("click", async (event) => {
    event.preventDefault();
    const name = button.dataset.sample.split("/").pop();
    const answer = await fetch(button.dataset.sample);
    take({ files: [new File([await answer.blob()], name, { type: "image/jpeg" })], links: [] });
  });
}

form.addEventListener("change", (event) => {
  const remembered = ["kind", "profile", "category", "to"];
  if (!remembered.includes(event.target.name)) return;
  document.cookie = `wish=${encodeURIComponent(new URLSearchParams(chosenOf(...remembered)))}; path=/; max-age=31536000; samesite=lax`;
});

document.getElementById("clear").addEventListener("click", () => {
  document.cookie = "jobs=; path=/; max-age=0; samesite=lax";
  sessionStorage.setItem("cleared", `?job=${ids()}`);
  location.assign("/");
});
const cleared = sessionStorage.getItem("cleared");
if (cleared && !location.search) {
  sessionStorage.removeItem("cleared");
  toast(said.cleared, { undo: () => location.assign(`/${cleared}`) });
}

walk(grid, ".tile:not([hidden]) > a");
keys({ KeyO: () => document.getElementById("files").click() });

// What the server has shown already goes on where it is.
for (const id of grid.dataset.jobs.split(",").filter(Boolean).reverse()) {
  ask(`/v1/jobs/${id}`).then((job) => { jobs.set(id, job); sum(); if (!job.listed || job.done < job.total) queue(id); }, () => {});
}
