// How photos come into a page: dropped (folders too), pasted, chosen; and how they look before anybody has them.

const PHOTO = /\.(jpe?g|png|webp|avif|heic|heif|tiff?|bmp|gif)$/i;
const ZIP = /\.zip$/i;

export const isZip = (file) => ZIP.test(file.name);
const isOurs = (file) => file.type.startsWith("image/") || PHOTO.test(file.name) || isZip(file);

/** Calls `take({files, links})` with whatever comes to this page. `veil` is shown while something hangs over it. */
export function takeIn({ take, inputs, veil }) {
  let depth = 0;
  const brings = (event) => [...(event.dataTransfer?.types ?? [])].some((type) => type === "Files" || type === "text/uri-list");
  const cover = (on) => { depth = on ? depth : 0; veil.hidden = !on; };
  document.addEventListener("dragenter", (event) => { if (brings(event)) { depth += 1; cover(true); } });
  document.addEventListener("dragleave", (event) => { if (brings(event) && --depth <= 0) cover(false); });
  document.addEventListener("dragover", (event) => { if (brings(event)) event.preventDefault(); });
  document.addEventListener("drop", async (event) => {
    if (!brings(event)) return;
    event.preventDefault();
    cover(false);
    const links = linksIn(event.dataTransfer.getData("text/uri-list"));
    const files = await filesIn(event.dataTransfer);
    take({ files, links: files.length ? [] : links });
  });
  document.addEventListener("paste", (event) => {
    if (event.target.closest?.("input, textarea")) return;
    const files = [...event.clipboardData.files].filter(isOurs);
    take({ files, links: files.length ? [] : linksIn(event.clipboardData.getData("text/plain")) });
  });
  for (const input of inputs) {
    input.addEventListener("change", () => {
      take({ files: [...input.files].filter(isOurs), links: [] });
      input.value = "";
    });
  }
}

export const linksIn = (text) => text.split(/[\s,]+/).filter((part) => /^https?:\/\/\S+\.?\S+/i.test(part));

/** All photos of what was dropped, down through its folders. */
async function filesIn(data) {
  // Entries have to be asked for before the first wait: afterwards the browser has forgotten them.
  const entries = [...data.items].map((item) => item.webkitGetAsEntry?.()).filter(Boolean);
  if (!entries.length) return [...data.files].filter(isOurs);
  const found = [];
  for (const entry of entries) await walk(entry, found);
  return found.filter(isOurs);
}

async function walk(entry, found) {
  if (entry.isFile) {
    found.push(await new Promise((done, fail) => entry.file(done, fail)));
    return;
  }
  const reader = entry.createReader();
  for (;;) {
    const some = await new Promise((done, fail) => reader.readEntries(done, fail));
    if (!some.length) return;
    for (const one of some.sort((a, b) => a.name.localeCompare(b.name, undefined, { numeric: true }))) await walk(one, found);
  }
}

const SIDE = 480;
let turn = Promise.resolve();

/** The browser's own copy, small; null where it cannot read the format. One at a time: photos are large. */
export function thumbnail(file) {
  turn = turn.then(() => small(file)).catch(() => null);
  return turn;
}

async function small(file) {
  const photo = await createImageBitmap(file);
  const scale = Math.min(1, SIDE / Math.max(photo.width, photo.height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(1, Math.round(photo.width * scale));
  canvas.height = Math.max(1, Math.round(photo.height * scale));
  const pen = canvas.getContext("2d");
  pen.imageSmoothingQuality = "high";
  pen.drawImage(photo, 0, 0, canvas.width, canvas.height);
  photo.close();
  // A canvas holds all its pixels; a picture lets the browser forget those that are out of sight.
  const blob = await new Promise((done) => canvas.toBlob(done, "image/webp", 0.8));
  const picture = new Image();
  picture.alt = "";
  picture.src = URL.createObjectURL(blob);
  picture.addEventListener("load", () => URL.revokeObjectURL(picture.src), { once: true });
  return picture;
}
