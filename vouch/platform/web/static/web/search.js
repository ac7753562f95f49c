// The search box in the top bar: Ctrl+K puts the cursor there, arrows walk the suggestions, Enter opens one or lists all.
"use strict";

(() => {
  const field = document.getElementById("search-box");
  const list = document.getElementById("search-suggestions");
  if (!field || !list) return;
  const hits = () => [...list.querySelectorAll(".search-hit")];
  let chosen = -1;

  function show(is_open) {
    list.hidden = !is_open;
    field.setAttribute("aria-expanded", String(is_open));
    if (!is_open) choose(-1);
  }

  function choose(place) {
    const all = hits();
    chosen = all.length ? Math.max(-1, Math.min(place, all.length - 1)) : -1;
    all.forEach((hit, at) => hit.setAttribute("aria-selected", String(at === chosen)));
    if (chosen < 0) {
      field.removeAttribute("aria-activedescendant");
      return;
    }
    field.setAttribute("aria-activedescendant", all[chosen].id);
    all[chosen].scrollIntoView({ block: "nearest" });
  }

  document.addEventListener("keydown", (event) => {
    if ((event.ctrlKey || event.metaKey) && !event.altKey && event.key.toLowerCase() === "k") {
      event.preventDefault();
      // On a narrow screen the box is on a page of its own.
      if (field.offsetParent) {
        field.focus();
        field.select();
      } else if (window.location.pathname !== new URL(field.form.action).pathname) {
        window.location.assign(field.form.action);
      }
    }
  });

  field.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (list.hidden && list.childElementCount) show(true);
      choose(chosen + (event.key === "ArrowDown" ? 1 : -1));
    } else if (event.key === "Enter" && chosen >= 0 && !list.hidden) {
      event.preventDefault();
      hits()[chosen].click();
    } else if (event.key === "Escape" && !list.hidden) {
      event.preventDefault();
      show(false);
    }
  });

  list.addEventListener("htmx:afterSwap", () => {
    chosen = -1;
    show(document.activeElement === field && field.value.trim() !== "" && list.childElementCount > 0);
  });
  field.addEventListener("focus", () => { if (field.value.trim() && list.childElementCount) show(true); });
  document.addEventListener("click", (event) => {
    if (!event.target.closest(".search-box")) show(false);
  });
  field.addEventListener("blur", (event) => {
    if (!event.relatedTarget || !event.relatedTarget.closest(".search-box")) window.setTimeout(() => show(false), 150);
  });
})();
