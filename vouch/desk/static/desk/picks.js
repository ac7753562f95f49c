// Rows that are ticked: how many, all of the page at once, and the filter as it stands after the list was changed in
// place. Without script every box belongs to the form and is sent all the same.
"use strict";

(() => {
  const bar = document.querySelector("form[data-bulk]");
  if (!bar) return;
  const boxes = () => [...document.querySelectorAll(`input[name=pick][form=${bar.id}]`)];
  const count = bar.querySelector("[data-count]");
  const still = count.textContent;

  function tell() {
    const all = bar.querySelector("[data-all]");
    const chosen = boxes().filter((box) => box.checked).length;
    count.textContent = chosen && !(all && all.checked) ? `${count.dataset.words} ${chosen}` : still;
    const head = document.querySelector("[data-pick-all]");
    if (head) {
      head.checked = chosen > 0 && chosen === boxes().length;
      head.indeterminate = chosen > 0 && !head.checked;
    }
  }

  document.addEventListener("change", (event) => {
    if (event.target.matches("[data-pick-all]")) {
      for (const box of boxes()) box.checked = event.target.checked;
    }
    tell();
  });

  document.addEventListener("htmx:afterSettle", () => {
    const here = new URLSearchParams(window.location.search);
    for (const name of ["page", "size", "export", "pick"]) here.delete(name);
    for (const field of document.querySelectorAll("input[data-query]")) field.value = here.toString();
    tell();
  });
})();
