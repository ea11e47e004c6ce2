// Copies what is shown once: a key, a link.
import { toast } from "./toast.js";

for (const button of document.querySelectorAll("[data-copies]")) {
  button.addEventListener("click", async () => {
    const text = document.getElementById(button.dataset.copies);
    try {
      await navigator.clipboard.writeText(text.textContent);
      toast(button.dataset.copied);
    } catch {
      // No clipboard without https: it is marked, so that the keys of the browser copy it.
      getSelection().selectAllChildren(text);
    }
  });
}
