// The edge between before and after: by the slider and the arrows, or drawn across the picture by hand.

/** `frame` holds panes `.before` and `.after`, and a handle `[data-edge]`; `slider` is a range of 0…100. */
export function compare(frame, slider) {
  const show = () => frame.style.setProperty("--at", `${slider.value}%`);
  const move = (event) => {
    const place = frame.getBoundingClientRect();
    slider.value = ((event.clientX - place.left) / place.width) * 100;
    show();
  };
  let drawn = false;
  frame.addEventListener("pointerdown", (event) => {
    if (event.button !== 0 || !frame.classList.contains("compare")) return;
    // In a zoomed picture a hand moves the picture, unless it takes the edge itself.
    if (frame.hasAttribute("data-zoomed") && !event.target.closest("[data-edge]")) return;
    drawn = true;
    frame.setPointerCapture(event.pointerId);
    move(event);
  });
  frame.addEventListener("pointermove", (event) => { if (drawn) move(event); });
  for (const name of ["pointerup", "pointercancel"]) frame.addEventListener(name, () => { drawn = false; });
  slider.addEventListener("input", show);
  show();
  return {
    /** By so many hundredths of the width. */
    step(by) { slider.value = Number(slider.value) + by; show(); },
    to(at) { slider.value = at; show(); },
  };
}
