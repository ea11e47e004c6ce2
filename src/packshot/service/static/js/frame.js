// What every page does: help of keys, theme without a reload, moments in the reader's own zone.
import { keys } from "./keys.js";
import { undoLast } from "./toast.js";

const root = document.documentElement;
root.classList.add("scripted");

keys({ "?": () => document.getElementById("keys").showModal(), KeyZ: () => undoLast() });

for (const button of document.querySelectorAll("[data-opens]")) {
  button.addEventListener("click", () => document.getElementById(button.dataset.opens).showModal());
}

const menu = document.querySelector(".menu");
document.addEventListener("click", (event) => { if (!menu.contains(event.target)) menu.open = false; });
menu.addEventListener("keydown", (event) => {
  if (event.key === "Escape") { menu.open = false; menu.querySelector("summary").focus(); }
});

for (const choice of document.querySelectorAll("[data-theme-choice]")) {
  choice.addEventListener("click", (event) => {
    event.preventDefault();
    root.dataset.theme = choice.dataset.themeChoice;
    document.cookie = `theme=${root.dataset.theme}; path=/; max-age=31536000; samesite=lax`;
    for (const other of document.querySelectorAll("[data-theme-choice]")) other.removeAttribute("aria-current");
    choice.setAttribute("aria-current", "true");
  });
}

// A choice that came by the address is kept in a cookie now: an address that is handed on should not carry it.
const address = new URL(location);
if (address.searchParams.has("lang") || address.searchParams.has("theme")) {
  address.searchParams.delete("lang");
  address.searchParams.delete("theme");
  history.replaceState(history.state, "", address);
}

/** Moments below `where`, as the reader's own clock shows them. */
export function ownTime(where = document) {
  const format = new Intl.DateTimeFormat(root.lang, { dateStyle: "medium", timeStyle: "short" });
  for (const time of where.querySelectorAll("time[datetime]:not([data-own])")) {
    time.textContent = format.format(new Date(time.dateTime));
    time.dataset.own = "";
  }
}
ownTime();
