// The queue by keyboard: J and K walk, X ticks, E opens the consequences, C confirms, R returns. Inside a field every key is
// a letter. Without script every box belongs to the form and is sent all the same.
"use strict";

(() => {
  const bar = document.querySelector("form[data-reviews]");
  if (!bar) return;
  const boxes = () => [...document.querySelectorAll(`input[name=pick][form=${bar.id}]`)];
  const count = bar.querySelector("[data-count]");
  const still = count.textContent;
  let here = -1;

  function tell() {
    const chosen = boxes().filter((box) => box.checked).length;
    count.textContent = chosen ? `${count.dataset.words} ${chosen}` : still;
    const head = document.querySelector("[data-pick-all]");
    if (head) {
      head.checked = chosen > 0 && chosen === boxes().length;
      head.indeterminate = chosen > 0 && !head.checked;
    }
  }

  function walk(step) {
    const all = boxes();
    if (!all.length) return;
    here = Math.min(Math.max(here + step, 0), all.length - 1);
    document.querySelectorAll("tr.is-here").forEach((row) => row.classList.remove("is-here"));
    const row = all[here].closest("tr");
    closeAll();
    row.classList.add("is-here");
    row.scrollIntoView({ block: "nearest" });
    all[here].focus();
  }

  const current = () => boxes()[here];
  const closeAll = () => document.querySelectorAll("details.consequences[open]").forEach((one) => { one.open = false; });
  const keys = {
    j: () => walk(1),
    k: () => walk(-1),
    x: () => { if (current()) { current().checked = !current().checked; tell(); } },
    e: () => { const opened = current()?.closest("tr").querySelector("details"); if (opened) opened.open = !opened.open; },
    escape: closeAll,
    c: () => bar.querySelector("[data-confirm]").focus(),
    r: () => bar.querySelector("[name=note]").focus(),
  };

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.closest("input:not([type=checkbox]), textarea, select, [contenteditable]")) return;
    const act = keys[event.key.toLowerCase()];
    if (!act) return;
    event.preventDefault();
    act();
  });

  // It lies over the list: a click beside it puts it away, and so does opening another (older browsers know no exclusive details).
  document.addEventListener("click", (event) => {
    const inside = event.target.closest("details.consequences");
    document.querySelectorAll("details.consequences[open]").forEach((one) => { if (one !== inside) one.open = false; });
  });

  document.addEventListener("change", (event) => {
    if (event.target.matches("[data-pick-all]")) for (const box of boxes()) box.checked = event.target.checked;
    tell();
  });

  document.addEventListener("htmx:afterSettle", () => {
    here = -1;
    for (const field of document.querySelectorAll("input[data-query]")) field.value = window.location.search.slice(1);
    tell();
  });
})();
