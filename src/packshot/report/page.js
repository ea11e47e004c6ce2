"use strict";
// The edge between before and after: by the slider (and so by the keyboard), or by dragging in the picture.
for (const frame of document.querySelectorAll(".compare")) {
  const view = frame.closest(".view");
  const slider = view.querySelector("input");
  const show = () => frame.style.setProperty("--at", slider.value + "%");
  slider.addEventListener("input", show);
  const drag = (event) => {
    const place = frame.getBoundingClientRect();
    slider.value = ((event.clientX - place.left) / place.width) * 100;
    show();
  };
  frame.addEventListener("pointerdown", (event) => { frame.setPointerCapture(event.pointerId); drag(event); });
  frame.addEventListener("pointermove", (event) => { if (event.buttons & 1) drag(event); });
  for (const button of view.querySelectorAll("button[data-variant]")) {
    button.addEventListener("click", () => {
      for (const other of view.querySelectorAll("button[data-variant]")) {
        other.setAttribute("aria-pressed", String(other === button));
      }
      for (const picture of frame.querySelectorAll(".after")) {
        picture.hidden = picture.dataset.variant !== button.dataset.variant;
      }
    });
  }
  show();
}
// A finding and its boxes light up together.
for (const photo of document.querySelectorAll(".photo")) {
  const light = (event, on) => {
    const one = event.target.closest && event.target.closest("[data-finding]");
    if (!one) return;
    for (const twin of photo.querySelectorAll(`[data-finding="${one.dataset.finding}"]`)) {
      twin.classList.toggle("lit", on);
    }
  };
  for (const name of ["pointerover", "focusin"]) photo.addEventListener(name, (event) => light(event, true));
  for (const name of ["pointerout", "focusout"]) photo.addEventListener(name, (event) => light(event, false));
}
// The totals choose what is shown.
const chosen = new Set();
for (const button of document.querySelectorAll("button[data-state]")) {
  button.addEventListener("click", () => {
    const on = button.getAttribute("aria-pressed") !== "true";
    button.setAttribute("aria-pressed", String(on));
    if (on) chosen.add(button.dataset.state); else chosen.delete(button.dataset.state);
    for (const photo of document.querySelectorAll(".photo")) {
      photo.hidden = chosen.size > 0 && !chosen.has(photo.dataset.state);
    }
  });
}
