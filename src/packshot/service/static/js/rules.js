// Choosers send themselves; a button prints; a switch hides what all marketplaces ask alike.
for (const one of document.querySelectorAll("[data-sends]")) {
  one.addEventListener("change", () => one.form.requestSubmit());
}
document.querySelector("[data-prints]")?.addEventListener("click", () => print());
document.querySelector("[data-differences]")?.addEventListener("change", (event) => {
  document.querySelector(".beside").classList.toggle("differences", event.target.checked);
});
