// Two records side by side, decided with the keyboard: 1 and 2 choose which stays, M merges, N asks why they are two,
// L puts them off. Inside a field every key is a letter.
"use strict";

(() => {
  const form = (name) => document.querySelector(`form[data-${name}]`);
  const merge = form("merge");
  if (!merge) return;
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.closest("input:not([type=radio]), textarea, select, [contenteditable]")) return;
    const choices = merge.querySelectorAll("input[name=keep]");
    const keys = {
      1: () => { choices[0].checked = true; choices[0].focus(); },
      2: () => { choices[1].checked = true; choices[1].focus(); },
      m: () => merge.requestSubmit(),
      n: () => form("apart").querySelector("input[name=reason]").focus(),
      l: () => form("later").querySelector("input[name=until]").focus(),
    };
    const act = keys[event.key.toLowerCase()];
    if (!act) return;
    event.preventDefault();
    act();
  });
})();
