// One table of keys a page. Letters are taken by place on the keyboard, so they work under a Russian layout too.

const WRITES = "input:not([type=range],[type=checkbox],[type=radio],[type=button]), textarea, select, [contenteditable]";

/** `{KeyA: event => …, "?": …, ArrowLeft: …}`: codes or characters. Returns what takes them off again. */
export function keys(table, where = document) {
  const press = (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    if (event.target.closest?.(WRITES) && event.key !== "Escape") return;
    if (document.querySelector("dialog[open]") && where === document) return;
    const act = table[event.key] ?? table[event.code];
    if (!act) return;
    if (act(event) !== false) event.preventDefault();
  };
  where.addEventListener("keydown", press);
  return () => where.removeEventListener("keydown", press);
}

/** Arrows walk among things laid out in rows, as many in a row as there happen to be. */
export function walk(list, of) {
  list.addEventListener("keydown", (event) => {
    const step = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
    const things = [...list.querySelectorAll(of)];
    const now = things.indexOf(event.target.closest(of));
    if (!step || now < 0) return;
    const top = things[0].getBoundingClientRect().top;
    const row = Math.max(1, things.findIndex((thing) => thing.getBoundingClientRect().top > top + 4));
    const next = things[now + step[0] + step[1] * row];
    if (next) { event.preventDefault(); next.focus(); }
  });
}
