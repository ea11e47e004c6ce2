// A finding and its boxes light up together, whichever of the two is pointed at or has the focus.

/** Whatever below `where` has the same `data-finding`. In a comparison the whole photo is shown meanwhile. */
export function boxes(where, frame) {
  const light = (event, on) => {
    const one = event.target.closest?.("[data-finding]");
    if (!one) return;
    const twins = where.querySelectorAll(`[data-finding="${one.dataset.finding}"]`);
    for (const twin of twins) twin.classList.toggle("lit", on);
    frame.classList.toggle("peek", on && !frame.contains(one));
  };
  for (const name of ["pointerover", "focusin"]) where.addEventListener(name, (event) => light(event, true));
  for (const name of ["pointerout", "focusout"]) where.addEventListener(name, (event) => light(event, false));
}
