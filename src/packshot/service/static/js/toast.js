// A message that goes by itself; what was done can be taken back there, so nobody is asked "are you sure".
import { words } from "./api.js";

const STAYS = 8000;

/** `undo` is an async function: while the message stands, a press or Z calls it. */
export function toast(text, { undo } = {}) {
  const room = document.getElementById("toasts");
  const shown = document.getElementById("toast").content.firstElementChild.cloneNode(true);
  shown.querySelector("p").textContent = text;
  const back = shown.querySelector("[data-undo]");
  let timer;
  const close = () => { clearTimeout(timer); shown.remove(); };
  const wait = () => { timer = setTimeout(close, STAYS); };
  if (undo) {
    back.hidden = false;
    back.addEventListener("click", async () => {
      close();
      try { await undo(); toast(words("undone")); } catch (error) { toast(error.message); }
    });
  }
  shown.querySelector("[data-close]").addEventListener("click", close);
  // Who reads it, or stands on its button, is not hurried.
  for (const name of ["pointerenter", "focusin"]) shown.addEventListener(name, () => clearTimeout(timer));
  for (const name of ["pointerleave", "focusout"]) shown.addEventListener(name, wait);
  room.append(shown);
  while (room.children.length > 3) room.firstElementChild.remove();
  wait();
}

/** Takes the latest message back, where it can be. */
export function undoLast() {
  const backs = document.querySelectorAll("#toasts [data-undo]:not([hidden])");
  backs[backs.length - 1]?.click();
  return backs.length > 0;
}
