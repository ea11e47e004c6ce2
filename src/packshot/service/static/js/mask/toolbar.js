// The editor's buttons, made here so that a page has to give nothing but words.

const SVG = "http://www.w3.org/2000/svg";
/** As lines on a field of 24 by 24. */
const ICONS = {
  add: "M12 5v14M5 12h14",
  erase: "M5 12h14",
  undo: "M9 5L4 10l5 5M4 10h10a5 5 0 0 1 0 10H8",
  redo: "M15 5l5 5-5 5M20 10H10a5 5 0 0 0 0 10h6",
  view: "M4 4h16v16H4zM12 4v16M4 12h16M15 4l-3 3M20 4l-8 8M20 9l-3 3M9 12l-5 5M12 14l-6 6M12 19l-1 1",
  zoomOut: "M10 4a6 6 0 1 0 0 12a6 6 0 0 0 0-12M14.5 14.5L20 20M7.5 10h5",
  zoomIn: "M10 4a6 6 0 1 0 0 12a6 6 0 0 0 0-12M14.5 14.5L20 20M7.5 10h5M10 7.5v5",
  fit: "M4 9V4h5M15 4h5v5M20 15v5h-5M9 20H4v-5",
};

export function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
}

function icon(name) {
  const svg = document.createElementNS(SVG, "svg");
  for (const [key, value] of [["viewBox", "0 0 24 24"], ["aria-hidden", "true"]]) svg.setAttribute(key, value);
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("d", ICONS[name]);
  svg.append(path);
  return svg;
}

/** `says(name)` gives a word, `does[name]()` is what a button does. */
export function toolbar(says, does, keys) {
  const buttons = {};
  const button = (name, { text = false, pressed } = {}) => {
    const made = element("button", { type: "button", "data-does": name, title: titled(says(name), keys[name]) });
    if (name in ICONS) made.append(icon(name));
    if (text) made.append(element("span", {}, says(name)));
    else made.setAttribute("aria-label", says(name));
    if (keys[name]) made.setAttribute("aria-keyshortcuts", keys[name]);
    if (pressed !== undefined) made.setAttribute("aria-pressed", String(pressed));
    made.addEventListener("click", () => does[name]());
    buttons[name] = made;
    return made;
  };
  const size = element("input", { type: "range", min: "0", max: "100", step: "1" });
  size.addEventListener("input", () => does.size(Number(size.value)));
  const percent = element("output", { class: "mask-percent" });
  const group = (...children) => element("div", { class: "mask-group", role: "group" }, ...children);
  const bar = element("div", { class: "mask-tools", role: "toolbar", "aria-label": says("tools") },
    group(button("add", { text: true, pressed: false }), button("erase", { text: true, pressed: true })),
    element("label", { class: "mask-size", title: titled(says("size"), "[ ]") }, element("span", {}, says("size")), size),
    group(button("undo"), button("redo"), button("view", { pressed: false })),
    group(button("zoomOut"), percent, button("zoomIn"), button("fit")),
    button("save", { text: true }),
  );
  return { bar, buttons, size, percent };
}

const titled = (text, key) => (key ? `${text} (${key})` : text);
