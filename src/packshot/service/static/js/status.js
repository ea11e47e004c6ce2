// The figures anew every few seconds, as long as somebody looks.
import { ownTime } from "./frame.js";

const SECONDS = 5;

async function look() {
  const answer = await fetch(location).catch(() => null);
  const old = document.getElementById("pulse");
  if (!answer?.ok || old.contains(document.activeElement)) return;
  const read = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("pulse");
  if (read) old.replaceWith(document.adoptNode(read));
  ownTime();
}

setInterval(() => { if (!document.hidden) look(); }, SECONDS * 1000);
