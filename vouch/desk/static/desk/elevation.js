// The elevation: what stands behind a door is said below the drawing, and arrow keys go from door to door.
// Without script every door is a link all the same.
"use strict";

(() => {
  const drawing = document.querySelector("[data-elevation]");
  if (!drawing) return;
  const said = document.querySelector("[data-elevation-said]");
  const still = said.textContent;
  const doors = [...drawing.querySelectorAll("a.door")];

  doors.forEach((door, place) => door.setAttribute("tabindex", place === 0 ? "0" : "-1"));

  function go(door) {
    if (!door) return;
    for (const one of doors) one.setAttribute("tabindex", one === door ? "0" : "-1");
    door.focus();
    door.scrollIntoView({ block: "nearest", inline: "nearest" });
  }

  // The nearest door in a direction, by where the doors are drawn.
  function next(door, key) {
    const here = door.getBoundingClientRect();
    const upright = key === "ArrowUp" || key === "ArrowDown";
    const forward = key === "ArrowDown" || key === "ArrowRight" ? 1 : -1;
    let best = null;
    let least = Infinity;
    for (const one of doors) {
      const there = one.getBoundingClientRect();
      const along = (upright ? there.top - here.top : there.left - here.left) * forward;
      const aside = Math.abs(upright ? there.left - here.left : there.top - here.top);
      if (along < 2 || (!upright && aside > 2)) continue;
      const far = along + aside * 3;
      if (far < least) [best, least] = [one, far];
    }
    return best;
  }

  drawing.addEventListener("keydown", (event) => {
    const door = event.target.closest("a.door");
    if (!door || !event.key.startsWith("Arrow")) return;
    event.preventDefault();
    go(next(door, event.key));
  });

  function tell(event) {
    const door = event.target.closest("a.door");
    said.textContent = door ? door.getAttribute("aria-label") : still;
  }
  drawing.addEventListener("focusin", tell);
  // The browser's own tooltip, made when it is wanted: a thousand of them beforehand would slow the drawing.
  drawing.addEventListener("mouseover", (event) => {
    tell(event);
    const door = event.target.closest("a.door");
    if (!door || door.querySelector("title")) return;
    const title = document.createElementNS("http://www.w3.org/2000/svg", "title");
    title.textContent = door.getAttribute("aria-label");
    door.prepend(title);
  });
})();
